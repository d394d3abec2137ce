"""The pipelines that the command line was designed for, run as they are typed, with the smallest model.

Stages that are `sora` run in this process, so that it is loaded once; all others are the real programs.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from conftest import Sora

from soracli import cli, errors, media
from soracli.cli import manual

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def settings(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pipelines name neither a model nor its steps: the environment does."""
    monkeypatch.setenv("SORA_MODEL", "tiny")
    monkeypatch.setenv("SORA_STEPS", "1")


def run(sora: Sora, line: str) -> bytes:
    """What the last stage prints. Any program that fails, or is not there, ends the test."""
    line, _, target = line.partition(" > ")
    data = b""
    for stage in line.split(" | "):
        words = shlex.split(stage)
        if words[:3] == ["xargs", "-n1", "sora"]:
            data = b"".join(_sora(sora, [*words[3:], name], b"") for name in data.decode().split())
        elif words[0] == "sora":
            data = _sora(sora, words[1:], data)
        else:
            if shutil.which(words[0]) is None:
                pytest.skip(f"{words[0]} is not installed")
            data = subprocess.run(words, input=data, capture_output=True, check=True).stdout
    if target:
        Path(target).write_bytes(data)
    return data


def _sora(sora: Sora, words: list[str], stdin: bytes) -> bytes:
    ran = sora(*words, stdin=stdin)
    assert ran.code == 0, f"sora {shlex.join(words)}: {ran.err}"
    return ran.out


def film(name: str, seconds: int = 2) -> None:
    """A small film by another program."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    source = f"testsrc=duration={seconds}:size=64x64:rate=16"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", name], check=True)


def test_a_clip_through_a_pipe_plays(sora: Sora) -> None:
    out = run(
        sora,
        'echo "a paper boat in rain" | sora generate - -d 4s --seed 7 -o - | '
        "ffmpeg -v error -i - -f null -progress - -",
    )
    assert b"frame=64\n" in out


def test_a_caption_may_be_kept_and_painted(sora: Sora) -> None:
    run(sora, 'echo "a dog" | sora recaption - | tee shot.txt | sora generate - -o shot.mp4')
    caption = Path("shot.txt").read_text().strip()
    assert caption.startswith("a dog ")
    assert (media.info("shot.mp4").recipe or {})["prompt"] == caption


def test_a_picture_comes_alive_in_one_line(sora: Sora) -> None:
    out = run(sora, 'sora image "red fox" -o - --format png | sora animate - --camera zoom-in -o fox.mp4')
    assert out == b"fox.mp4\n"
    assert media.info("fox.mp4").frames == 16


def test_a_clip_is_extended_and_closed_in_one_line(sora: Sora) -> None:
    film("fox.mp4")
    run(sora, "sora extend fox.mp4 --backward --by 1s -o - | sora extend - --loop --by 1s -o fox-loop.mp4")
    assert media.info("fox-loop.mp4").frames == 32 + 16 + 16


def test_seeds_are_enhanced_one_by_one(sora: Sora) -> None:
    out = run(sora, 'sora generate "surf" --seed 1..2 -q | xargs -n1 sora enhance --fps 48')
    paths = out.decode().split()
    assert len(paths) == 2
    assert {(media.info(path).width, media.info(path).fps) for path in paths} == {(128, Fraction(48))}


def test_another_program_gives_the_film(sora: Sora) -> None:
    film("cam.mov", 5)
    run(
        sora,
        'ffmpeg -v error -i cam.mov -t 4 -f matroska - | sora edit - "charcoal drawing" --strength .55 -o - > out.mp4',
    )
    assert media.info("out.mp4").frames == 64
    assert (media.info("out.mp4").recipe or {})["strength"] == 0.55


def test_a_plan_is_asked_before(sora: Sora) -> None:
    line = 'sora generate "city" -m spark --dry-run --json | jq ".data.plan.peak_memory_bytes, .data.plan.seconds"'
    memory, seconds = run(sora, line).split()
    assert int(memory) > 10**8
    assert float(seconds) > 0


def test_a_list_becomes_a_batch(sora: Sora) -> None:
    rows = [{"t": "a dog", "s": 1}, {"t": "a cow", "s": 2}]
    Path("list.json").write_text("".join(json.dumps(row) + "\n" for row in rows))
    line = "jq -c '{verb:\"generate\",prompt:.t,seed:.s}' list.json | sora batch - --json"
    out = run(sora, f"{line} | jq -r 'select(.ok).data.path'")
    paths = out.decode().split()
    assert [(media.info(path).recipe or {})["seed"] for path in paths] == [1, 2]


def test_a_clip_is_made_again_with_another_seed(sora: Sora) -> None:
    run(sora, 'sora generate "a fox" --seed 3 -o fox.mp4')
    assert run(sora, "sora replay fox.mp4 --seed 9 -o fox9.mp4") == b"fox9.mp4\n"
    assert (media.info("fox9.mp4").recipe or {})["seed"] == 9


def test_what_was_made_here_is_found_among_others(sora: Sora) -> None:
    run(sora, 'sora generate "a fox" -d 2s -o fox.mp4')
    film("cam.mp4", 2)
    out = run(sora, "sora detect fox.mp4 cam.mp4 --json | jq -r '.data[]|select(.detected).path'")
    assert out == b"fox.mp4\n"


def test_the_first_pipeline_in_a_shell(tmp_path: Path) -> None:
    """With real pipes and real processes: bytes in, bytes out, and quiet when the reader leaves early."""
    sora_ = f"{sys.executable} -m soracli"
    line = f'echo "a boat" | {sora_} generate - -m tiny -q -o - | head -c 12'
    ran = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"], cwd=tmp_path, capture_output=True, check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
    )  # fmt: skip
    assert ran.returncode in (0, errors.BROKEN_PIPE)
    assert (ran.stdout[4:8], ran.stderr) == (b"ftyp", b"")


# --- docs/wishes.md ---------------------------------------------------------------------------------------------------


def wishes() -> list[tuple[str, str]]:
    """(number, the rest of the row)."""
    text = (ROOT / "docs" / "wishes.md").read_text(encoding="utf-8")
    return re.findall(r"^\| (\d+) \|(.*)\|$", text, re.M)


def test_every_wish_has_an_answer() -> None:
    assert [number for number, _ in wishes()] == [str(i) for i in range(1, 26)]
    assert all(re.search(r"`sora |not yet|no:", row) for _, row in wishes())


def test_commands_of_the_answers_exist(sora: Sora) -> None:
    """Every verb and every flag that a row names."""
    helps = manual.helps(cli.parser())
    for number, row in wishes():
        for command in re.findall(r"`sora ([^`]+)`", row):
            words = command.replace("\\|", " ").split()
            name = "-".join(words[:2]) if "-".join(words[:2]) in helps else words[0]
            assert name in helps, f"wish {number}: sora {command}"
            for flag in re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", command):
                assert re.search(rf"(?<![\w-]){re.escape(flag)}\b", helps[name]), f"wish {number}: sora {name} {flag}"


def test_json_of_a_plan_names_what_pipelines_read(sora: Sora) -> None:
    data = json.loads(sora("generate", "x", "--dry-run", "--json").out)["data"]
    assert {"peak_memory_bytes", "seconds", "tokens", "width", "height"} <= set(data["plan"])
    assert np.isfinite(data["plan"]["seconds"])
