"""Previews: the projection is that of the decoder, costs little, and is shown in files and on terminals."""

from __future__ import annotations

import base64
import io
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import tiny
import torch
from conftest import Sora
from PIL import Image

from soracli import media
from soracli.console import terminal
from soracli.errors import CapacityError
from soracli.pipeline import preview
from soracli.pipeline.preview import SQUARES, Preview, Projection
from soracli.sampling.model import Model
from soracli.types import Geometry

TINY = ("-m", "tiny")


@pytest.fixture
def model() -> Model:
    return cast(Model, tiny.spark())


def geometry(width: int = 64, height: int = 32) -> Geometry:
    return Geometry.snap(tiny.options(width=width, height=height), tiny.STRIDE)


def test_projection_is_the_mean_of_the_linear_path(model: Model) -> None:
    """Exactly what decoding without the residual and averaging over time and squares would give."""
    latents = tiny.noise(1, tiny.CHANNELS, 3, 2, 4)
    found = Projection.of(model)
    assert found is not None
    pixels = cast(Any, model).vae.linear.decode(latents)[0]  # (3, 24, 64, 128)
    side = 32 // SQUARES
    squares = pixels.reshape(3, 3, 8, 2 * SQUARES, side, 4 * SQUARES, side).mean((2, 4, 6)).transpose(0, 1)
    torch.testing.assert_close(found(latents), squares, atol=1e-4, rtol=1e-4)


def test_a_model_without_a_linear_path_is_decoded(model: Model, tmp_path: Path) -> None:
    class Other:
        card, channels = model.card, model.channels
        vae: Any = None

        def decode(self, latents: torch.Tensor, *, still: bool = False) -> Iterator[torch.Tensor]:
            yield torch.full((1, 3, 8, 32, 64), 0.5)

    path = tmp_path / "p.png"
    Preview(str(path), force=False).show(cast(Model, Other()), tiny.noise(1, 16, 2, 1, 2), geometry(), "x")
    assert (media.read(path).frames == round(1.5 * 127.5)).all()


def test_mirrored_pictures_are_turned_back(tmp_path: Path) -> None:
    model = cast(Model, tiny.spark(mirror=True))
    latents = 20 * tiny.noise(1, tiny.CHANNELS, 1, 1, 2)
    for name, prompt in (("a.png", "goes right"), ("b.png", "goes left")):
        Preview(str(tmp_path / name), force=False).show(model, latents, geometry(), prompt)
    right, left = (media.read(tmp_path / name).frames.astype(int) for name in ("a.png", "b.png"))
    assert abs(right[:, :, ::-1] - left).max() <= 1
    assert abs(right - left).max() > 5


def test_large_results_have_small_previews(model: Model, tmp_path: Path) -> None:
    latents = tiny.noise(1, tiny.CHANNELS, 1, 1, 2)
    large = replace(geometry(), keep=(8, 1080, 2160))
    Preview(str(tmp_path / "a.png"), force=False).show(model, latents, large, "x")
    assert media.read(tmp_path / "a.png").frames.shape == (1, preview.TALLEST, 2 * preview.TALLEST, 3)


def test_previews_keep_to_their_share_of_the_time(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first and the last are shown; between them only as many as 2 % of the time that has passed pays for."""
    clock = [100.0]
    monkeypatch.setattr(time, "perf_counter", lambda: clock[0])
    shown = []
    watched = Preview(str(tmp_path / "a.png"), force=False)

    def strip(*_: Any) -> Any:
        shown.append(round(clock[0] - 100))
        clock[0] += 0.1  # seconds that a preview takes
        return np.zeros((1, 32, 64, 3), np.uint8)

    monkeypatch.setattr(watched, "_strip", strip)
    latents = tiny.noise(1, tiny.CHANNELS, 1, 1, 2)
    for step in range(1, 21):
        watched.show(model, latents, geometry(), "x", last=step == 20)
        clock[0] += 1
    assert shown[0] == 0
    assert len(shown) == 5  # 20 seconds: four of a tenth of a second, and the last
    assert shown[-1] >= 19


# --- terminals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "protocol"),
    [
        ({"TERM": "xterm-kitty"}, "kitty"),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, "kitty"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, "kitty"),
        ({"TERM": "xterm-ghostty"}, "kitty"),
        ({"TERM": "foot"}, "sixel"),
        ({"TERM": "xterm-sixel"}, "sixel"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "mlterm"}, "sixel"),
        ({"TERM": "xterm-256color"}, "blocks"),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/x"}, "blocks"),
        ({}, "blocks"),
    ],
)
def test_detection(environment: dict[str, str], protocol: str) -> None:
    assert terminal.detect(environment) == protocol


def picture() -> Any:
    """4 rows, 6 columns: red above green, the right half blue."""
    pixels = np.zeros((4, 6, 3), np.uint8)
    pixels[:2], pixels[2:] = (255, 0, 0), (0, 255, 0)
    pixels[:, 3:] = (0, 0, 255)
    return pixels


def test_half_blocks() -> None:
    lines = terminal.drawn(picture(), "blocks", 80, colours=24).splitlines()
    assert len(lines) == 2
    assert lines[0].count("▀") == 6
    assert lines[0].startswith("\033[38;2;255;0;0;48;2;255;0;0m▀")
    assert lines[1].startswith("\033[38;2;0;255;0;48;2;0;255;0m▀")
    assert all(line.endswith("\033[0m") for line in lines)
    narrow = terminal.drawn(picture(), "blocks", 3, colours=8).splitlines()
    assert [line.count("▀") for line in narrow] == [3]
    assert narrow[0].startswith("\033[38;5;196;48;5;46m▀")  # red and green of the 256 colours
    assert narrow[0].endswith("\033[38;5;21;48;5;21m▀\033[0m")


def test_kitty() -> None:
    big = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    text = terminal.drawn(big, "kitty")
    commands = re.findall(r"\033_G([^;]*);([^\033]*)\033\\", text)
    assert commands[0][0] == "a=T,f=100,q=2,m=1"
    assert [control[-1] for control, _ in commands[1:]] == ["1"] * (len(commands) - 2) + ["0"]
    data = base64.standard_b64decode("".join(piece for _, piece in commands))
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), big)


def test_sixel() -> None:
    """Read back: the palette and the runs give the picture."""
    text = terminal.drawn(picture(), "sixel")
    assert text.startswith('\033Pq"1;1;6;4#')
    palette = {int(k): tuple(map(int, rgb.split(";"))) for k, rgb in re.findall(r"#(\d+);2;([\d;]+)", text)}
    body = text[text.rindex(";") :].lstrip(";0123456789").removesuffix("-\033\\\n")
    seen = np.zeros((6, 6, 3), int)
    for row in body.split("$"):
        colour, runs = re.match(r"#(\d+)(.*)", row).groups()  # type: ignore[union-attr]
        bits = "".join(c * int(n or 1) for n, c in re.findall(r"(?:!(\d+))?([?-~])", runs))
        for x, letter in enumerate(bits):
            for y in range(6):
                if (ord(letter) - 63) >> y & 1:
                    seen[y, x] = palette[int(colour)]
    assert np.array_equal(seen[:4], picture().astype(int) * 100 // 255)


# --- the flag ---------------------------------------------------------------------------------------------------------


def test_a_preview_on_the_terminal(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = sora("generate", "x", *TINY, "--preview", "term:blocks", "--seed", "1")
    assert ran.text == "x-1.mp4\n"  # data stays data
    assert "▀" in ran.err
    assert "\033_G" in sora("generate", "x", *TINY, "--preview", "term:kitty").err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "foot")
    ran = sora("generate", "x", *TINY, "--preview", "term")
    assert "\033Pq" in ran.err
    assert "\033[?25l" not in ran.err  # no bar between the pictures


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("term", "--preview term: standard error is not a terminal; give a file, such as --preview now.png"),
        ("term:vt100", "must end in .png, .webp or .gif, or be term, term:kitty, term:sixel, term:blocks"),
        ("", "--preview : must end in .png, .webp or .gif, or be term"),
        ("p.jpg", "--preview p.jpg: must end in .png, .webp or .gif, or be term"),
    ],
)
def test_bad_previews(sora: Sora, where: str, message: str) -> None:
    ran = sora("generate", "x", *TINY, "--preview", where)
    assert (ran.code, ran.out) == (2, b"")
    assert message in ran.err


def test_the_work_goes_on_without_a_preview_that_cannot_be_written(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a disk that is full, or a folder that has gone meanwhile; it is told once."""
    write = media.Writer.__enter__

    def full(self: Any) -> Any:
        if self.path.name == "p.png":
            raise CapacityError("p.png: the disk is full; free some space", "disk_full")
        return write(self)

    monkeypatch.setattr(media.Writer, "__enter__", full)
    ran = sora("image", "x", *TINY, "--steps", "3", "--seed", "1", "--preview", "p.png", "-o", "a.png")
    assert (ran.code, ran.text) == (0, "a.png\n")
    assert ran.err.count("note: there is no preview any more: p.png: the disk is full") == 1
    assert not Path("p.png").exists()
