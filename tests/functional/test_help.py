"""Topics, the manual page, completion: every verb is in them, and what they tell to type runs."""

from __future__ import annotations

import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import typer
from conftest import Sora
from PIL import Image

from soracli import cli, errors, media
from soracli.cli import completion, manual
from soracli.cli.root import VERBS
from soracli.errors import SoraError
from soracli.types import Clip
from soracli.weights import manifest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))


# --- the list of verbs ------------------------------------------------------------------------------------------------


def test_the_list_says_what_each_help_begins_with() -> None:
    assert {name: entry.about for name, entry in VERBS.items()} == {
        name: command.get_short_help_str(1000) for name, command in cli.parser().commands.items()
    }


def test_every_verb_of_a_module_is_in_the_list() -> None:
    apps = [
        importlib.import_module(f"soracli.cli.{module}").app for module in {entry.module for entry in VERBS.values()}
    ]
    assert {name for app in apps for name in typer.main.get_group(app).commands} == set(VERBS)


def test_the_list_is_printed_without_making_a_verb() -> None:
    script = "import sys, soracli.cli as c\ntry: c.main(['--help'])\nfinally: print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    modules = ran.stdout.splitlines()[-1].split()
    assert "soracli.cli.root" in modules
    assert not {f"soracli.cli.{entry.module}" for entry in VERBS.values()} & set(modules)
    assert not {"numpy", "torch", "rich", "soracli.cli.command"} & set(modules)


# --- topics -----------------------------------------------------------------------------------------------------------


def test_topics_are_listed_and_shown(sora: Sora) -> None:
    ran = sora("help")
    assert "  prompts     What to write, and what becomes of it\n" in ran.text
    for topic in manual.topics():
        assert f"  {topic}" in ran.text
        assert sora("help", topic).text == manual.text(topic)
    assert sora("help", "Exit codes").text.startswith("How sora ends\n")
    assert json.loads(sora("help", "seeds", "--json").out)["data"] == {"topic": "seeds", "text": manual.text("seeds")}
    assert sora("help", "generate").text.startswith("Usage: sora generate ")
    assert sora("help", "model-list").text.startswith("Usage: sora model list ")


def test_unknown_topics(sora: Sora) -> None:
    ran = sora("help", "promts")
    assert (ran.code, ran.out) == (2, b"")
    assert ran.err.startswith("sora: error: help promts: no such topic (did you mean prompts?); there are start, ")


def test_topics_are_plain_and_narrow() -> None:
    for topic in manual.topics():
        lines = manual.text(topic).splitlines()
        assert lines[0]
        assert lines[1] == ""
        assert all(len(line) <= 80 for line in lines), topic


def test_every_format_is_told_of() -> None:
    told = re.findall(r"^  (\w+)  +", manual.text("formats"), re.M)
    assert sorted(told) == sorted(media.FORMATS)


def test_exit_codes_are_those_of_the_errors() -> None:
    told = {int(code) for code in re.findall(r"^  (\d+) ", manual.text("exit-codes"), re.M)}

    def codes(kind: type[SoraError]) -> set[int]:
        return {kind.exit_code}.union(*(codes(child) for child in kind.__subclasses__()))

    assert told == codes(SoraError) | {0, 9, errors.INTERRUPTED, errors.BROKEN_PIPE, errors.TERMINATED}


def told() -> list[str]:
    lines = [line.strip() for topic in manual.topics() for line in manual.text(topic).splitlines()]
    return [line for line in dict.fromkeys(lines) if re.match(r"(?:sora [a-z]|echo )", line) and "  " not in line]


@pytest.mark.parametrize("example", [line for line in told() if not line.startswith(("sora doctor", "sora info is"))])
def test_what_topics_tell_to_type_runs(sora: Sora, clip: Clip, example: str) -> None:
    """As it stands, but for `--dry-run` where it would paint."""
    if not re.search(r'["<>]|sora \w+( [\w.-]+)*$', example) or "FILE" in example:
        return
    frames = clip.frames.repeat(2, 1).repeat(2, 2)
    for name in ("dog.mp4", "cow.mp4"):
        with media.Writer(name, 96, 64, clip.fps, recipe={"prompt": "a dog", "model": "spark"}) as writer:
            writer.add(np.concatenate([frames, frames]))
    for name in ("dog.png", "a.jpg", "b.jpg"):
        Image.fromarray(frames[0]).save(name)
    if example in manual.text("drafts"):
        prepare_drafts(sora)
    Path("rabbits.toml").write_text('seconds = 0.5\n[[performer]]\nname = "rabbit"\n')
    sora("generate", "a dog", "-m", "tiny", "--steps", "1", "-o", "dog.mp4", "-f") if "verify" in example else None
    head, _, tail = example.rpartition(" | ")
    words = shlex.split(tail.partition(" > ")[0])
    looks = ("info", "doctor", "model", "config", "preset", "policy", "sheet", "compare", "recaption", "help", "verify")
    looks += ("detect", "frame", "scene", "cast", "animatic")
    dry = [] if words[1] in looks else ["--dry-run"]
    if words[1] == "animatic":  # makes what is there for the others
        Path("dog.webm").unlink(missing_ok=True)
    said = shlex.split(head)
    piped = b"" if not head else said[1].encode() if said[0] == "echo" else sora(*said[1:]).out
    ran = sora(*words[1:], *dry, stdin=piped)
    assert ran.code == 0, ran.err


def prepare_drafts(sora: Sora) -> None:
    """Cut-outs, clips with alpha and before a green screen, a photograph, and a film of two shots."""
    cut, screen = np.zeros((4, 300, 360, 4), np.uint8), np.zeros((4, 64, 64, 3), np.uint8)
    cut[:, 60:240, 60:300] = (200, 90, 30, 255)
    screen[:], screen[:, 20:50, 20:50] = (0, 177, 64), (200, 90, 30)
    for name in ("rex.png", "duck.png", "scribble.png"):
        Image.fromarray(cut[0]).save(name)
    for name in ("photo.jpg", "lake.jpg"):
        Image.fromarray(cut[0, ..., :3]).save(name)
    with media.Writer(Path("dog.webm"), 360, 300, Fraction(16), alpha=True) as writer:
        writer.add(cut)
    with media.Writer(Path("actor.mp4"), 64, 64, Fraction(16)) as writer:
        writer.add(screen)
    shots = ("--shot", "0s:a dog walks", "--shot", "1s:a cat sits", "-d", "2s", "--seed", "1")
    recipe = json.loads(sora("generate", *shots, "--dry-run", "--json").out)["data"]
    with media.Writer(Path("film.mp4"), 64, 64, Fraction(16), recipe=recipe) as writer:
        writer.add(screen)


def test_some_examples_were_found() -> None:
    assert len(told()) >= 20


# --- the manual page --------------------------------------------------------------------------------------------------


def test_every_verb_is_in_the_manual(sora: Sora) -> None:
    page = sora("help", "--man").text
    names = [name for name, _, _ in manual.verbs(cli.parser())]
    assert {"generate", "enhance", "model list", "config set", "preset save", "sheet", "help"} <= set(names)
    for name in names:
        assert f".SS sora {name}\n" in page
    for topic in manual.topics():
        assert f".SH {topic.upper().replace('-', chr(92) + '-')}\n" in page
    for flag in ("\\-\\-duration", "\\-\\-max\\-memory", "\\-p, \\-\\-preset"):
        assert flag in page
    assert page.startswith('.TH SORA 1 "" "soracli ')
    for line in page.splitlines():
        assert not line.startswith("'")
        assert not line.startswith(".") or re.match(r"\.(TH|SH|SS|TP|PP|B|I|nf|fi)\b", line), line


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_the_manual_is_roff(sora: Sora) -> None:
    page = sora("help", "--man").out
    ran = subprocess.run(["groff", "-man", "-Tutf8", "-ww"], input=page, capture_output=True, check=True)
    assert ran.stderr == b""
    assert "make and remake video" in ran.stdout.decode()


# --- completion -------------------------------------------------------------------------------------------------------


def completed(line: str, tmp_path: Path) -> list[str]:
    """What bash would offer at the end of a line."""
    words = line.split(" ")
    env = {
        **os.environ, "_SORA_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1),
        "PYTHONPATH": str(Path(cli.__file__).parents[2]), "XDG_CONFIG_HOME": str(tmp_path),
    }  # fmt: skip
    script = "from soracli import cli; cli.main([])"
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=env, check=False
    ).stdout.split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("sora generate x --model ti", ["tiny"]),
        ("sora generate x -p dr", ["draft"]),
        ("sora help prom", ["prompts"]),
    ],
)
def test_completion_in_a_shell(tmp_path: Path, line: str, offered: list[str]) -> None:
    (tmp_path / "soracli").mkdir()
    (tmp_path / "soracli" / "config.toml").write_text("steps = nonsense")  # must not show while typing
    assert completed(line, tmp_path) == offered


def test_what_is_completed() -> None:
    assert completion.sizes("16") == ["16:9"]
    assert completion.keys("max") == ["max-memory"]
    assert completion.models("") == list(manifest.cards())
    assert completion.adapters("wan-i2v") == ["wan-i2v-14b-4step"]
    assert completion.cameras("zoom") == ["zoom-in", "zoom-out"]
    assert completion.formats("w") == ["webm", "webp"]
    assert completion.qualities("") == ["draft", "good", "lossless"]
    assert "noir" in completion.styles("")


def test_completion_minds_a_broken_file(tmp_path: Path) -> None:
    (tmp_path / "home" / "soracli").mkdir(parents=True)
    (tmp_path / "home" / "soracli" / "presets.toml").write_text("[mine]\nsise = 3\n")
    assert "draft" in completion.presets("")
