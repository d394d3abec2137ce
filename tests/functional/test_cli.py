"""`sora` as a user meets it: what it prints where, what it writes, how it ends."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from conftest import Sora
from PIL import Image

from soracli import cli, media, models
from soracli.errors import UsageError, WeightsError
from soracli.formatting import red
from soracli.options import parse
from soracli.pipeline import output_paths
from soracli.provenance import keys
from soracli.provenance.stamp import Stamp
from soracli.sampling import sampler
from soracli.state import runs
from soracli.system import machine
from soracli.types import Clip
from soracli.weights import manifest, tables

TINY = ("-m", "tiny")
DRY = ("generate", "x", *TINY, "--dry-run")


# --- a render from end to end ---------------------------------------------------------------------------------------


def test_generate_writes_what_was_asked_for(sora: Sora, tmp_path: Path) -> None:
    """A size and a length off the model's grid come out exact, and the user is told what happened."""
    ran = sora("generate", "A dog, walking!", *TINY, "-s", "70x50", "-d", "11f", "--fps", "10", "--seed", "7")
    assert (ran.code, ran.text) == (0, "a-dog-walking-7.mp4\n")
    assert os.listdir(tmp_path) == ["a-dog-walking-7.mp4"]
    found = media.info("a-dog-walking-7.mp4")
    assert (found.width, found.height, found.frames, found.fps) == (70, 50, 11, 10)
    assert "note: 70x50 is not on this model's grid (multiples of 32x32); painting 96x64, keeping 70x50." in ran.err
    assert "painting 16, keeping 11" in ran.err
    recipe = found.recipe or {}
    assert (recipe["prompt"], recipe["seed"], recipe["model"], recipe["fps"]) == ("A dog, walking!", 7, "tiny", "10")
    assert recipe["weights"] == manifest.digest(manifest.card("tiny"))


def test_seeds_make_the_frames(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    """Same seed, same bytes, in whatever company; another seed, another picture; one load for all."""
    loads: list[str] = []
    load = models.load
    monkeypatch.setattr(models, "load", lambda *given: loads.append("") or load(*given))
    ran = sora("image", "x", *TINY, "--seed", "5..6", "-o", "a.png", "-q")
    assert (ran.code, ran.text, ran.err, len(loads)) == (0, "a-5.png\na-6.png\n", "", 1)
    assert sora("image", "x", *TINY, "--seed", "6", "-o", "b.png").code == 0
    five, six, again = (media.read(name).frames for name in ("a-5.png", "a-6.png", "b.png"))
    assert np.array_equal(six, again)
    assert not np.array_equal(five, six)


def test_standard_output_takes_the_media(sora: Sora, tmp_path: Path) -> None:
    piped = sora("generate", "-", *TINY, "--seed", "3", "-o", "-", stdin=b"a fox\n")
    filed = sora("generate", "a fox", *TINY, "--seed", "3", "-o", "a.mp4")
    assert (piped.code, filed.code) == (0, 0)
    (tmp_path / "b.mp4").write_bytes(piped.out)  # signatures differ: they hold the time and a nonce
    assert np.array_equal(media.read("a.mp4").frames, media.read("b.mp4").frames)
    assert sora("verify", "b.mp4").code == 0


def test_json_is_all_there_is_on_standard_output(sora: Sora) -> None:
    ran = sora("generate", "x", *TINY, "-n", "2", "--seed", "8", "--json", "--progress", "json", "--format", "gif")
    found = json.loads(ran.out)
    assert found["ok"]
    assert [item["path"] for item in found["data"]] == ["x-8.gif", "x-9.gif"]
    assert set(found["data"][0]["took"]) == {"text", "sample", "decode", "save"}
    events = [json.loads(line) for line in ran.err.splitlines()]
    steps = [(event["index"], event["total"]) for event in events if event.get("stage") == "sample"]
    assert steps == [(1, 2), (2, 2)] * 2


def test_preview_is_left_and_may_be_replaced(sora: Sora) -> None:
    for _ in range(2):  # our own preview may be replaced without --force
        assert sora("generate", "x", *TINY, "--preview", "p.png", "-q").code == 0
        assert media.info("p.png").width == 64 * 2  # two moments side by side
    Path("mine.png").write_bytes(b"precious")
    ran = sora("generate", "x", *TINY, "--preview", "mine.png")
    assert (ran.code, Path("mine.png").read_bytes()) == (2, b"precious")


def test_plain_progress(sora: Sora) -> None:
    lines = sora("generate", "x", *TINY, "--steps", "20", "--seed", "1").err.splitlines()
    painting = [line for line in lines if "painting" in line]
    assert painting == [f"sora: painting {i}/20" for i in (1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20)]
    assert all(line.startswith("sora: ") for line in lines)
    assert re.fullmatch(r"sora: done in \d+\.\d s: 1\.0 s of video, seed 1", lines[-1])


def test_bar_on_a_terminal(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    ran = sora("generate", "x", *TINY, "--seed", "1", "-o", "a.gif")
    assert ran.text == "a.gif\n"
    assert "\x1b[?25l" in ran.err  # the cursor is hidden while the bar is drawn,
    assert ran.err.count("\x1b[?25l") == ran.err.count("\x1b[?25h")  # and comes back
    monkeypatch.setenv("TERM", "dumb")
    assert "\x1b" not in sora("generate", "x", *TINY, "-o", "b.gif").err


# --- ends that are not happy ----------------------------------------------------------------------------------------


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Make the sampler stop in the middle of writing, in a way of the test's choosing."""

    def arrange(stop: Any) -> None:
        def sample(*_: Any, **__: Any) -> Iterator[sampler.Step]:
            yield sampler.Step("decode", 1, 2, frames=np.zeros((8, 64, 64, 3), np.uint8))
            stop()

        monkeypatch.setattr(sampler, "sample", sample)

    before = signal.getsignal(signal.SIGTERM)
    yield arrange
    signal.signal(signal.SIGTERM, before)


def throw(error: BaseException) -> Any:
    def stop() -> None:
        raise error

    return stop


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (KeyboardInterrupt(), 130, "sora: interrupted; the result in hand was not written"),
        (MemoryError(), 6, "out of memory; try a smaller --size or a shorter --duration"),
        (RuntimeError("CUDA out of memory. Tried to allocate"), 6, "out of memory; try"),
        (RuntimeError("boom"), 1, "RuntimeError: boom; this is a bug in soracli"),
    ],
)
def test_nothing_is_left_behind(
    sora: Sora, tmp_path: Path, interrupted: Any, error: BaseException, code: int, message: str
) -> None:
    (tmp_path / "a.mp4").write_bytes(b"old")
    interrupted(throw(error))
    ran = sora("generate", "x", *TINY, "-o", "a.mp4", "--force")
    assert (ran.code, ran.text) == (code, "")
    assert message in ran.err
    assert "Traceback" not in ran.err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.mp4": b"old"}


def test_ctrl_c_before_a_command_begins_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It may come while the tree of verbs is made, which takes a third of a short call."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    monkeypatch.setattr(typer.main, "get_command", lambda app: throw(KeyboardInterrupt())())
    cli.parser.cache_clear()
    with pytest.raises(SystemExit) as ended:
        cli.main(["info", "a.mp4"])
    for number, handler in before.items():
        signal.signal(number, handler)
    assert (ended.value.code, capsys.readouterr().err) == (
        130,
        "sora: interrupted; the result in hand was not written\n",
    )


def test_terminated(sora: Sora, tmp_path: Path, interrupted: Any) -> None:
    interrupted(lambda: signal.raise_signal(signal.SIGTERM))
    with pytest.raises(SystemExit) as ended:
        cli.main(["generate", "x", *TINY])
    assert ended.value.code == 143
    assert os.listdir(tmp_path) == []


def test_debug_shows_the_traceback(sora: Sora, interrupted: Any) -> None:
    interrupted(throw(RuntimeError("boom")))
    assert "Traceback" in sora("generate", "x", *TINY, "--debug").err


def test_closed_pipe_is_quiet() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    script = "from soracli import cli; cli.main(['model', 'list'])"
    env = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[2])}
    ran = subprocess.run([sys.executable, "-c", script], stdout=writer, stderr=subprocess.PIPE, env=env, check=False)
    os.close(writer)
    assert (ran.returncode, ran.stderr) == (141, b"")


# --- one line and a code --------------------------------------------------------------------------------------------

BAD: list[tuple[tuple[str, ...], int, str]] = [
    (("generate",), 2, "PROMPT is missing: give a text, or '-' to read it from standard input"),
    (("generate", ""), 2, "PROMPT: is empty; say what to show"),
    (("generate", " \t\n"), 2, "PROMPT: is empty"),
    (("generate", "a\0b"), 2, "PROMPT: contains a NUL character"),
    (("generate", "\udcff"), 2, "PROMPT: is not valid UTF-8"),
    (("generate", "x" * 200_000), 2, "PROMPT: 200,000 bytes of text; the limit is 20,000"),
    (("generate", "a", "red", "fox"), 2, 'put the prompt in quotes: sora generate "a red fox'),
    (("generate", "-"), 2, "PROMPT '-': standard input was empty"),
    (("generate", "x", "--prompt-file", "y"), 2, "give one of them, not both"),
    (("generate", "--prompt-file", "no.txt"), 2, "--prompt-file no.txt: no such file"),
    (("genrate", "x"), 2, "Did you mean 'generate'"),
    (("generate", "x", "--sise", "1"), 2, "--size"),
    (("generate", "x", "--seed"), 2, "--seed"),
    (("generate", "x", "-m", "tinny"), 2, "--model tinny: no such model (did you mean tiny?)"),
    ((*DRY, "-s", "65x67"), 2, "--size 65x67: mp4 needs even sides; try 66x68"),
    ((*DRY, "-s", "4x4"), 2, "each side must be 16..8192 pixels"),
    ((*DRY, "-s", "20x64"), 2, "each side must be 32..512 pixels with model 'tiny'\n"),
    ((*DRY, "-s", "1600x896"), 2, "with model 'tiny'; models that can: spark, ltx-2b, ltx-13b\n"),
    ((*DRY, "-m", "wan-vace-1.3b", "-s", "1600x896"), 2, "64..1280 pixels with model 'wan-vace-1.3b'; models that can"),
    ((*DRY, "-s", "big"), 2, "--size big: must be WIDTHxHEIGHT"),
    ((*DRY, "-s", "nan"), 2, "--size nan"),
    ((*DRY, "-s", "-8x8"), 2, "--size -8x8"),
    ((*DRY, "-s", "99:1"), 2, "between 1:8 and 8:1"),
    ((*DRY, "-d", "0"), 2, "--duration 0: is shorter than one frame"),
    ((*DRY, "-d", "-4s"), 2, "--duration -4s: must be seconds"),
    ((*DRY, "-d", "nan"), 2, "--duration nan"),
    ((*DRY, "-d", "inf"), 2, "--duration inf"),
    ((*DRY, "-d", "1e9"), 2, "--duration 1e9"),
    ((*DRY, "-d", "2.5f"), 2, "--duration 2.5f"),
    ((*DRY, "-d", "2h"), 2, "--duration 2h"),
    ((*DRY, "-d", "3601s"), 2, "must be 0..3600 seconds"),
    ((*DRY, "-d", "3000s"), 2, "tokens, and model 'tiny' takes 4,096; try --duration"),
    ((*DRY, "--fps", "0"), 2, "--fps 0: must be 1..120"),
    ((*DRY, "--fps", "nan"), 2, "--fps nan: must be a number"),
    ((*DRY, "--fps", "1/0"), 2, "--fps 1/0"),
    ((*DRY, "--fps", "100"), 2, "must be at most 60 with model 'tiny'"),
    ((*DRY, "--fps", "60", "-o", "a.gif"), 2, "gif cannot show more than 50; lower it or use mp4"),
    ((*DRY, "--steps", "0"), 2, "--steps 0: must be a whole number 1..1000"),
    ((*DRY, "--steps", "many"), 2, "--steps many"),
    ((*DRY, "-g", "nan"), 2, "--guidance nan: must be a number 0..100"),
    ((*DRY, "-g", "-1"), 2, "--guidance -1"),
    ((*DRY, "-N", "rain"), 2, "--negative: has no effect with guidance 1"),
    ((*DRY, "-N", "", "-g", "3"), 2, "--negative: is empty"),
    ((*DRY, "--seed", "-1"), 2, "--seed -1: must be a whole number"),
    ((*DRY, "--seed", "4294967296"), 2, "must be 0..4294967295"),
    ((*DRY, "--seed", "4294967295", "-n", "2"), 2, "must be 0..4294967295"),
    ((*DRY, "--seed", "5..1"), 2, "runs backwards; write 1..5"),
    ((*DRY, "--seed", "0..99999999"), 2, "100,000,000 results; the limit is 1000"),
    ((*DRY, "--seed", "1,1"), 2, "named twice"),
    ((*DRY, "--seed", "1,2", "-n", "3"), 2, "give one of the two"),
    ((*DRY, "-n", "0"), 2, "--count 0: must be a whole number 1..1000"),
    ((*DRY, "-o", "x.avi"), 2, "'.avi' is not supported; use mp4"),
    ((*DRY, "-o", "x"), 2, "has no suffix"),
    ((*DRY, "-o", "x.mp4", "--format", "webm"), 2, "is not a webm name"),
    ((*DRY, "--format", "mp5"), 2, "did you mean mp4"),
    ((*DRY, "-o", "have.mp4"), 2, "have.mp4: already exists; pass --force"),
    ((*DRY, "-o", "no/x.mp4"), 2, "no/: no such folder"),
    ((*DRY, "-o", "{slg}.mp4"), 2, "unknown field {slg}; there are {slug} {seed}"),
    ((*DRY, "-o", "{model}.mp4", "-n", "2"), 2, "same name to several results; add {seed} or {n}"),
    ((*DRY, "-o", ""), 2, "-o: is empty"),
    ((*DRY, "-o", "-", "-n", "2"), 2, "standard output holds one result, not 2"),
    ((*DRY, "-o", "-", "--format", "frames"), 2, "cannot go to standard output"),
    ((*DRY, "--quality", "best"), 2, "must be draft, good, lossless or a CRF number"),
    ((*DRY, "--quality", "52"), 2, "0 (best) .. 51 (smallest)"),
    ((*DRY, "--quality", "20", "-o", "a.gif"), 2, "a CRF number is for mp4, mov, mkv and webm"),
    ((*DRY, "--quality", "lossless", "-o", "a.gif"), 2, "gif has 256 colours"),
    ((*DRY, "--device", "gpu"), 2, "must be auto, cpu, cuda or cuda:N"),
    ((*DRY, "--threads", "0"), 2, "--threads 0"),
    ((*DRY, "--progress", "loud"), 2, "must be auto, plain, json, none"),
    ((*DRY, "--preview", "p.txt"), 2, "--preview p.txt: must end in .png, .webp or .gif"),
    (("image", "x", "-d", "4s"), 2, "a picture has no length; for a clip use: sora generate"),
    (("image", "x", "-o", "a.mp4"), 2, "cannot hold a still picture"),
    (("info",), 2, "FILE: is missing"),
    (("info", "no.mp4"), 3, "no.mp4: no such file"),
    (("info", "have.mp4"), 3, "have.mp4: is empty"),
    (("info", "https://a/b.mp4"), 2, "only local files"),
    (("model", "show", "no"), 2, "no such model; see: sora model list"),
]


@pytest.mark.parametrize(("arguments", "code", "message"), BAD, ids=[" ".join(a)[:60] for a, _, _ in BAD])
def test_bad_input_is_one_line(sora: Sora, arguments: tuple[str, ...], code: int, message: str) -> None:
    Path("have.mp4").touch()
    ran = sora(*arguments)
    assert ran.err.startswith("sora: error: ")
    assert ran.err.count("\n") == 1
    assert message in ran.err
    assert (ran.code, ran.out) == (code, b"")
    assert os.listdir() == ["have.mp4"]


def test_bad_prompts_on_standard_input(sora: Sora) -> None:
    for text, message in ((b"a\0b", "NUL"), (b"\xff\xfe", "not UTF-8"), (b"x" * 200_000, "more than 20,000 bytes")):
        ran = sora("generate", "-", stdin=text)
        assert (ran.code, message in ran.err) == (2, True)


def test_errors_as_json(sora: Sora) -> None:
    ran = sora("generate", "", "--json", "--progress=json")
    error = {"code": "empty_prompt", "message": "PROMPT: is empty; say what to show", "exit_code": 2}
    assert json.loads(ran.out) == {"ok": False, "error": error}
    assert json.loads(ran.err) == {"event": "error", **error}


def test_media_and_json_cannot_share(sora: Sora) -> None:
    ran = sora("generate", "x", "-o", "-", "--json")
    assert (ran.code, "cannot share standard output" in json.loads(ran.out)["error"]["message"]) == (2, True)


def test_no_control_characters_reach_the_terminal(sora: Sora) -> None:
    assert "\x1b" not in sora("generate", "x", "--format", "\x1b[31m").err


def test_colour_is_for_terminals(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in sora("generate", "").err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert red("x", "auto", sys.stderr) == "\x1b[31mx\x1b[0m"
    monkeypatch.setenv("NO_COLOR", "1")
    assert red("x", "auto", sys.stderr) == "x"


@pytest.mark.parametrize(
    ("damage", "code"), [(b"", "weights_damaged"), (None, "weights_missing"), (b"\xff" * 64, "weights_damaged")]
)
def test_wrong_weights(
    sora: Sora, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes | None, code: str
) -> None:
    """Missing, truncated, or of the right size with a broken head: exit 5, the file named, nothing written."""
    import dataclasses
    import shutil

    folder = tmp_path / "weights"
    shutil.copytree(tables.BUNDLED, folder)
    card = dataclasses.replace(manifest.card("tiny"), folder=folder)
    monkeypatch.setattr(manifest, "card", lambda name=None: card)
    target = folder / card.files[0].name
    whole = target.read_bytes()
    if damage is None:
        target.unlink()
    else:
        target.write_bytes(damage + whole[64:] if damage else whole[:-100])
    ran = sora("generate", "x", *TINY, "--json")
    assert ran.code == 5
    assert target.name in ran.err
    assert json.loads(ran.out)["error"]["code"] == code
    assert os.listdir(tmp_path) == ["weights"]
    assert sora("model", "verify", "tiny").code == 5


def test_unknown_architecture(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    card = dataclasses.replace(manifest.card("tiny"), arch="spork")
    monkeypatch.setattr(manifest, "card", lambda name=None: card)
    ran = sora("generate", "x")
    assert (ran.code, "unknown architecture 'spork'" in ran.err) == (5, True)


# --- plans ----------------------------------------------------------------------------------------------------------


def test_dry_run_tells_and_touches_nothing(sora: Sora, tmp_path: Path) -> None:
    ran = sora(
        "generate", "a dog", "-d", "4s", "-s", "256x256", "--dry-run", "--json", "--seed", "3,5", "--device", "cpu"
    )
    data = json.loads(ran.out)["data"]
    assert (data["paths"], data["seeds"]) == (["a-dog-3.mp4", "a-dog-5.mp4"], [3, 5])
    assert data["plan"]["tokens"] == 8 * 8 * 8
    assert data["plan"]["seconds"] > 0
    assert data["plan"]["peak_memory_bytes"] > 100_000_000
    assert os.listdir(tmp_path) == []


def test_too_big_for_this_machine(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "memory", lambda: (10**9, 10**9))
    ran = sora("generate", "a dog", "-s", "1920x1080", "-d", "20s", "--device", "cpu")
    assert ran.code == 6
    assert re.search(
        r"1920x1080 for 20s: needs about [\d.]+ GB of memory, 1.0 GB is free; this would fit: sora generate 'a dog' -s",
        ran.err,
    )


def test_cost_is_that_of_the_network() -> None:
    """The figures in weights.toml from which times are estimated are those of the network that runs."""
    import torch

    from soracli.models.spark.dit import Dit, DitConfig

    card = manifest.card("spark")
    config = DitConfig(**card.params.get("dit", {}))
    with torch.device("meta"):
        parameters = sum(p.numel() for p in Dit(config).parameters())
    cost = card.params["cost"]
    assert (cost["width"], cost["depth"]) == (config.width, config.depth)
    assert cost["parameters"] == pytest.approx(parameters, rel=0.05)


def test_notes_on_what_the_library_does_not_have(sora: Sora) -> None:
    ran = sora("generate", "a hoverboard in a meadow", "--dry-run")
    assert ran.err == "sora: note: 'hoverboard' is not in the library; it is drawn as the nearest: level skateboard.\n"
    assert sora("generate", "a dog in a meadow", "--dry-run").err == ""


# --- values and names -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("640x360", (640, 360)),
        ("640 X 360", (640, 360)),
        ("720p", (1280, 720)),
        ("480p", (854, 480)),
        ("1:1", (256, 256)),
        ("16:9", (342, 192)),
        ("9:16", (192, 342)),
        ("2.39:1", (382, 160)),
    ],
)
def test_sizes(text: str, expected: tuple[int, int]) -> None:
    assert parse.size(text, (256, 256), (8, 32, 32)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("16:9", (456, 256)), ("9:16", (256, 456)), ("1:1", (256, 256)), ("4:3", (342, 256)), ("640x360", (640, 360))],
)
def test_a_shape_keeps_the_lines_that_a_model_paints(text: str, expected: tuple[int, int]) -> None:
    assert parse.size(text, (256, 256), (8, 32, 32), 256) == expected


@pytest.mark.parametrize(
    ("text", "seconds"), [("4s", 4), ("4", 4), ("2.5s", 2.5), ("500ms", 0.5), ("1m", 60), ("96f", 4), ("1 f", 1 / 24)]
)
def test_durations(text: str, seconds: float) -> None:
    assert float(parse.duration(text, parse.rate("24"))) == pytest.approx(seconds)


def test_seeds() -> None:
    assert parse.seeds("1..3,9", None) == [1, 2, 3, 9]
    assert parse.seeds("7", "3") == [7, 8, 9]
    assert len(set(parse.seeds(None, "4"))) == 4
    assert parse.seeds(None, None) != parse.seeds(None, None)


def test_slugs() -> None:
    assert output_paths.slug("A dog, walking!  ../etc") == "a-dog-walking-etc"
    assert output_paths.slug("Ein Füchslein läuft") == "ein-füchslein-läuft"
    assert output_paths.slug("!!!") == "clip"
    assert len(output_paths.slug("word " * 50)) <= 40
    assert len(output_paths.slug("狐" * 30).encode()) <= 120


def test_names_of_outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    fields = {"slug": "fox", "model": "tiny", "width": 64, "height": 32}

    def names(
        output: str | None, format: str | None = None, seeds: tuple[int, ...] = (7,), frames: int = 9
    ) -> list[str]:
        found = output_paths.outputs(output, format, fields, list(seeds), frames, force=False)
        return [str(path) for path in found.paths or ()]

    assert names(None) == ["fox-7.mp4"]
    Path("fox-7.mp4").touch()
    assert names(None) == ["fox-7-2.mp4"]
    Path("out").mkdir()
    assert names("out", "gif") == ["out/fox-7.gif"]
    assert names("a.webm", seeds=(1, 2)) == ["a-1.webm", "a-2.webm"]
    assert names("{n}-{model}-{width}x{height}.{ext}", "mkv", seeds=(1, 2)) == ["1-tiny-64x32.mkv", "2-tiny-64x32.mkv"]
    assert names("shots.png") == ["shots"]
    assert names("one.png", frames=1) == ["one.png"]
    assert names("-") == []
    with pytest.raises(UsageError, match="no such folder"):
        names("nowhere/")


# --- verbs that look ------------------------------------------------------------------------------------------------


def test_info(sora: Sora, clip: Clip) -> None:
    with media.Writer("a.webm", 48, 32, clip.fps, recipe={"prompt": "a fox", "seed": 7}) as writer:
        writer.add(clip.frames)
    text = sora("info", "a.webm").text
    assert re.search(r"^length +1\.58 s, 19 frames at 12 fps$", text, re.M)
    assert re.search(r"^prompt +a fox$", text, re.M)
    data = json.loads(sora("info", "a.webm", "--json").out)["data"]
    assert (data["codec"], data["fps"], data["recipe"]["seed"]) == ("vp9", "12", 7)


def test_doctor(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = sora("doctor", "--json")
    found = {finding["name"]: finding for finding in json.loads(ran.out)["data"]["findings"]}
    assert all(finding["ok"] for finding in found.values() if finding["topic"] != "machine"), found
    assert {"torch", "cpu", "memory", "disk", "libx264", "webp", "avif", "spark"} <= set(found)

    def broken() -> dict[str, Any]:
        raise WeightsError("weights.toml: not valid TOML")

    monkeypatch.setattr(manifest, "cards", broken)
    sick = sora("doctor")
    assert sick.code == 8
    assert "! error        weights.toml: not valid TOML" in sick.text


def test_models(sora: Sora) -> None:
    assert "* spark" in sora("model", "list").text
    assert "default steps" in sora("model", "show").text
    assert json.loads(sora("model", "show", "tiny", "--json").out)["data"]["arch"] == "spark"
    assert all(Path(line).is_file() for line in sora("model", "path", "tiny").text.splitlines())
    assert sora("model", "verify", "tiny").text.count("ok ") == 3


# --- help -----------------------------------------------------------------------------------------------------------


def commands(app: typer.Typer) -> Iterator[Any]:
    yield from app.registered_commands
    for group in app.registered_groups:
        if group.typer_instance is not None:
            yield from commands(group.typer_instance)


def examples() -> list[str]:
    epilogs = [command.epilog for command in commands(cli.app) if command.epilog] + [cli.app.info.epilog or ""]
    return [line.strip() for epilog in epilogs for line in epilog.splitlines() if line.startswith("  ")]


def prepare_jobs(sora: Sora) -> None:
    """What the examples about jobs and runs speak of: a list, a result with its recipe, latents, an unfinished run."""
    Path("jobs.jsonl").write_text('{"verb": "image", "prompt": "x", "model": "tiny"}\n')
    assert sora("generate", "a car", *TINY, "--seed", "7", "-o", "car.mp4", "--save-latents").code == 0
    planned = json.loads(sora("generate", "a car drives", "--seed", "7", "--dry-run", "--json").out)["data"]
    with media.Writer("scene.mp4", 64, 64, Fraction(16), recipe=planned) as writer:
        writer.add(np.zeros((4, 64, 64, 3), np.uint8))
    run = next(runs.latest())
    assert run.home is not None
    (run.home / "7.safetensors").rename("7.safetensors")
    run.home = run.home.rename(run.home.with_name("8f3a"))
    run.id, run.state, run.items[0].data = "8f3a", "interrupted", None
    run.save()


def own_recipe(name: str) -> dict[str, Any]:
    """What a clip of a scene says about itself."""
    scene = f'place = "meadow"\nseconds = 1.0\n[[performer]]\nname = "{Path(name).stem}"\naction = "walk"\n'
    said = {"prompt": f"a {Path(name).stem} walks in a meadow"}
    return {"verb": "generate", "model": "spark", "width": 384, "height": 256, "scene": scene, "arguments": said}


@pytest.mark.parametrize("example", examples())
def test_examples_of_the_help_run(sora: Sora, clip: Clip, example: str) -> None:
    """Every example runs as it stands, but for `--dry-run` where it would paint."""
    Path("cats").mkdir()
    frames = clip.frames.repeat(8, 1).repeat(8, 2)
    if any(word in example for word in ("batch", "replay", "resume", "decode", "runs show")):
        prepare_jobs(sora)
    for name in ("car.mp4",) if "info" in example else ("dog.mp4", "cow.mp4"):
        stamp = Stamp("generate", {}, ()) if "verify" in example else None
        with media.Writer(name, 384, 256, clip.fps, recipe=own_recipe(name), stamp=stamp) as writer:
            writer.add(np.concatenate([frames, frames]))
    keys.export(Path("friend.pem"), force=False)
    Path("film.toml").write_text('seconds = 0.5\n[[performer]]\nname = "dog"\n')
    for name in ("dog.png", "start.png", "end.png", "lake.jpg", "mask.png", "painting.jpg", "boat.jpg"):
        Image.fromarray(frames[0]).save(name)
    Image.fromarray(frames[0]).convert("RGBA").save("rex.png")
    head, _, tail = example.rpartition(" | ")
    said = shlex.split(head)
    stdin = b"" if not head else said[1].encode() if said[0] == "echo" else sora(*said[1:]).out
    words = shlex.split(tail.partition(" > ")[0])
    assert words[0] == "sora"
    verb = words[1:3] if words[1] == "train" else words[1:2]
    dry = ["--dry-run"] if "--dry-run" in sora(*verb, "--help").text else []
    ran = sora(*words[1:], *dry, stdin=stdin)
    assert ran.code == (8 if words[1] == "detect" and "--check" in words else 0), ran.err


def test_every_verb_has_examples() -> None:
    assert [
        command.callback.__name__ for command in commands(cli.app) if not command.epilog and not command.hidden
    ] == []


def test_help_names_every_flag(sora: Sora) -> None:
    text = sora("generate", "--help").text
    for flag in (
        "-o, --output", "--format", "--quality", "-s, --size", "-d, --duration", "--fps", "--steps", "-g, --guidance",
        "-N, --negative", "--seed", "-n, --count", "-m, --model", "--prompt-file", "--device", "--threads", "--preview",
        "--dry-run", "--json", "--progress", "-q, --quiet", "-v, --verbose", "-f, --force", "--debug",
    ):  # fmt: skip
        assert re.search(rf"^  {flag} ", text, re.M), flag
    assert sora("--version").text.startswith("sora ")
    assert sora().text == sora("--help").text
