"""Standard input and output of the verbs: what `-` means, what is refused, how a closed pipe ends."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import Sora
from PIL import Image

from soracli import cli, media
from soracli.formatting import wants_colour
from soracli.types import Clip

TINY = ("-m", "tiny", "--steps", "1", "--seed", "3", "-q")


def piped(clip: Clip, path: str) -> bytes:
    with media.Writer(path, clip.frames.shape[2], clip.frames.shape[1], clip.fps, quality="lossless") as writer:
        writer.add(clip.frames)
    return Path(path).read_bytes()


def picture(value: int = 90) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((32, 48, 3), value, np.uint8)).save(file, "PNG")
    return file.getvalue()


def test_a_clip_goes_in_and_out_by_pipe(sora: Sora, clip: Clip, tmp_path: Path) -> None:
    """Three verbs in a row, and nothing on disk; what is kept comes through all of them."""
    small = Clip(clip.frames[:16], clip.fps)
    first = sora("extend", "-", *TINY, "--by", "8f", "-o", "-", "--quality", "lossless", stdin=piped(small, "in.mp4"))
    Path("in.mp4").unlink()
    second = sora("edit", "-", "x", *TINY, "--from", "16f", "-o", "-", "--quality", "lossless", stdin=first.out)
    last = sora("extend", "-", *TINY, "--loop", "--by", "8f", "-o", "a.mp4", "--quality", "lossless", stdin=second.out)
    assert (first.code, second.code, last.code) == (0, 0, 0), first.err + second.err + last.err
    assert os.listdir(tmp_path) == ["a.mp4"]
    assert np.array_equal(media.read("a.mp4").frames[:16], small.frames)


@pytest.mark.parametrize(
    "arguments",
    [
        ("inpaint", "dog.mp4", "--mask", "-"),
        ("animate", "-"),
        ("animate", "dog.png", "--to", "-"),
        ("animate", "dog.png", "--region", "-"),
        ("generate", "x", "--keyframe", "-@0s"),
        ("enhance", "-"),
    ],
    ids=" ".join,
)
def test_a_picture_by_pipe(sora: Sora, clip: Clip, arguments: tuple[str, ...]) -> None:
    piped(Clip(clip.frames[:8], clip.fps), "dog.mp4")
    Path("dog.png").write_bytes(picture(10))
    extra = TINY if arguments[0] != "enhance" else ("-q",)
    ran = sora(*arguments, *extra, "-o", "out.webp", stdin=picture(255))
    assert (ran.code, ran.text, ran.err) == (0, "out.webp\n", "")


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("animate", "-", "-"), "IMAGE and PROMPT"),
        (("extend", "-", "--prompt-file", "-"), "CLIP and --prompt-file"),
        (("inpaint", "-", "--mask", "-"), "CLIP and --mask"),
        (("generate", "-", "--keyframe", "-@1s"), "PROMPT and --keyframe"),
        (("blend", "-", "-"), "A and B"),
        (("animate", "-", "--to", "-"), "IMAGE and --to"),
    ],
)
def test_standard_input_is_read_once(sora: Sora, arguments: tuple[str, ...], names: str) -> None:
    ran = sora(*arguments)
    assert ran.err == f"sora: error: '-' is given for {names}; only one can be standard input\n"
    assert ran.code == 2


@pytest.mark.parametrize("name", ["mp4", "mkv", "webm", "gif", "webp"])
def test_standard_output_is_a_whole_file(sora: Sora, name: str) -> None:
    ran = sora("generate", "x", *TINY, "--format", name, "-o", "-")
    assert (ran.code, ran.err) == (0, "")
    assert sora("generate", "x", *TINY, "-o", f"a.{name}").code == 0
    assert Path(f"a.{name}").stat().st_size == len(ran.out)
    Path(f"b.{name}").write_bytes(ran.out)
    assert np.array_equal(media.read(f"b.{name}").frames, media.read(f"a.{name}").frames)
    assert (media.info(f"b.{name}").recipe or {})["prompt"] == "x"
    if name == "mp4":  # the index comes first, so that a player can start at once
        assert 0 < ran.out.index(b"moov") < ran.out.index(b"mdat")


def test_no_media_for_terminals(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    for verb in (("generate", "x", *TINY), ("enhance", "a.png")):
        Path("a.png").write_bytes(picture())
        ran = sora(*verb, "-o", "-")
        assert (ran.code, ran.out) == (2, b"")
        assert "-o -: will not write media to a terminal; redirect it (> clip.mp4)" in ran.err


def test_a_reader_that_leaves(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    script = "import sys; from soracli import cli; cli.main(sys.argv[1:])"
    env = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[2]), "TMPDIR": str(tmp_path)}
    env["SORA_REVIEW"] = "flashes"  # onnxruntime, which another reviewer needs, leaves a file of its own there
    command = [sys.executable, "-c", script, "generate", "x", *TINY, "-o", "-"]
    ran = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, cwd=tmp_path, env=env, check=False)
    os.close(writer)
    assert (ran.returncode, ran.stderr, os.listdir(tmp_path)) == (141, b"", [])


def test_paths_for_xargs(sora: Sora) -> None:
    ran = sora("image", "x", *TINY[:-3], "--seed", "1,2", "-o", "new\nline-{seed}.png", "--print0", "-q")
    assert ran.text == "new\nline-1.png\0new\nline-2.png\0"
    assert sora("enhance", "new\nline-1.png", "-o", "b.png", "--print0", "-q").text == "b.png\0"


def test_colour(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flag wins over NO_COLOR, NO_COLOR over the terminal; JSON has none."""
    red = "\x1b[31msora: error:\x1b[0m"
    assert sora("generate", "", "--color", "always").err.startswith(red)
    assert sora("--color=always", "info", "no.mp4").err.startswith(red)
    assert "\x1b" not in sora("generate", "", "--color", "always", "--progress", "json").err
    assert sora("generate", "x", "--color", "no").err == "sora: error: --color no: must be auto, always, never\n"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert sora("generate", "").err.startswith(red)
    assert "\x1b[3" not in sora("generate", "x", *TINY[:-1], "--color", "never").err  # the bar has no colour either
    monkeypatch.setenv("NO_COLOR", "1")
    assert sora("generate", "").err.startswith("sora: error:")
    assert [wants_colour(when, sys.stderr) for when in ("auto", "always", "never")] == [False, True, False]


def test_nothing_on_standard_input(sora: Sora) -> None:
    ran = sora("extend", "-", stdin=b"")
    assert ran.err == "sora: error: -: nothing on standard input; pipe a picture or a clip in\n"
    assert ran.code == 3
