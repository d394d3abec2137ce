"""What a network paints worse than what it was given is withheld, and nothing else."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Sora

from soracli import media
from soracli.footage import plausibility
from soracli.footage.plausibility import Guard
from soracli.pipeline import advice
from soracli.sampling import assemble
from soracli.types import Canvas, Clip, Frames, Geometry

FPS = Fraction(16)


def film(seed: int = 1, count: int = 6, rough: float = 14.0) -> Frames:
    """Shades of landscape with some detail, (count, 64, 64, 3)."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:64, :64]
    shade = np.stack([120 + y / 2, 110 + x / 3, 90 + y / 4], -1)
    detail = rng.normal(0, rough, (64, 64, 1))
    return np.stack([(shade + detail + t).clip(0, 255) for t in range(count)]).astype(np.uint8)


def extended(painted: Frames, given: Frames | None = None) -> Canvas:
    """A canvas whose first frames are given and whose last ones, as many as are painted, are not."""
    given = film() if given is None else given
    frames = np.concatenate([given, np.repeat(given[-1:], len(painted), 0)])
    mask = np.zeros(frames.shape[:3], np.float32)
    mask[len(given) :] = 1
    return Canvas(Clip(frames, FPS), mask)


def said(painted: Frames, **how: bool) -> str:
    canvas = extended(painted)
    looks = Guard(canvas, **how)
    looks.add(canvas.clip.frames[:6])
    for part in np.array_split(painted, 2):
        looks.add(part)
    return looks.fault()


def noise(count: int = 6) -> Frames:
    return np.random.default_rng(0).integers(0, 256, (count, 64, 64, 3), np.uint8)


def glaring(count: int = 6) -> Frames:
    loud = film(2, count)
    loud[..., 0], loud[..., 2] = 250, loud[..., 2] // 8
    return loud


def test_what_goes_on_as_it_was_given_passes() -> None:
    assert said(film(2)) == ""


@pytest.mark.parametrize(
    ("painted", "why"),
    [
        (noise(), "times as rough"),
        (glaring(), "times as strong"),
        (film(2, rough=0.2), "of the detail"),
        (np.where(np.arange(64)[:, None] % 64 < 30, 0, film(2)).astype(np.uint8), "glaring or black"),
    ],
)
def test_noise_glare_and_fog_are_withheld(painted: Frames, why: str) -> None:
    found = said(painted)
    assert why in found
    assert any(letter.isdigit() for letter in found)  # with the figure


def test_a_prompt_does_not_excuse_what_goes_on_from_frames() -> None:
    assert said(film(2, rough=0.2), told=True)
    assert said(noise(), told=True)


def test_a_style_may_be_anything_but_noise() -> None:
    assert said(film(2, rough=0.2), styled=True) == ""
    assert said(glaring(), styled=True) == ""
    assert said(noise(), styled=True)


def test_a_source_unlike_all_that_was_learnt_is_held_to_more_detail() -> None:
    soft = film(2, rough=3.5)
    assert said(soft) == ""
    assert "of the detail" in said(soft, far=True)


def test_a_red_flower_may_be_put_into_a_grey_meadow() -> None:
    given = film()
    mask = np.zeros(given.shape[:3], np.float32)
    mask[:, 20:40, 20:40] = 1
    made = given.copy()
    made[:, 20:40, 20:40] = (220, 20, 30)
    looks = {told: Guard(Canvas(Clip(given, FPS), mask), told=told) for told in (False, True)}
    for look in looks.values():
        look.add(made)
    assert looks[True].fault() == ""
    assert "times as strong" in looks[False].fault()


def test_of_what_was_given_nothing_nothing_is_said() -> None:
    canvas = Canvas(Clip(film(), FPS), np.ones((6, 64, 64), np.float32))
    looks = Guard(canvas)
    looks.add(noise())
    assert looks.fault() == ""


def test_the_measures_are_those_of_the_benchmark() -> None:
    figures = plausibility.figures(film(), FPS)
    assert figures.high == pytest.approx(plausibility.high_band(film()))
    assert any(
        "high band" in fault for fault in plausibility.faults(plausibility.figures(noise(), FPS), figures, moves=False)
    )


# --- the verb ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "a.mp4"
    with media.Writer(path, 64, 64, FPS, "mp4", "lossless") as writer:
        writer.add(film(count=8))
    return path


def test_nothing_is_written_of_what_is_withheld(
    sora: Sora, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = assemble._parts

    def spoilt(*given: object) -> object:
        for part in real(*given):  # type: ignore[arg-type]
            part.frames[~np.array(part.own)] = noise(int((~np.array(part.own)).sum()))
            yield part

    monkeypatch.setattr(assemble, "_parts", spoilt)
    outcome = sora("extend", "a.mp4", "--by", "8f", "--steps", "1", "--engine", "model", "-o", "b.mp4", "--json")
    assert outcome.code == 8, outcome.err
    assert "extend: withheld, it is" in outcome.err
    assert '"code": "withheld"' in outcome.text
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".cfg") == ["a.mp4"]


def test_how_far_a_source_lies_is_measured() -> None:
    class Fake:
        """Latents that are given; channels 0..3 coarse, 4..7 finer."""

        def __init__(self, fine: float) -> None:
            self.fine = fine

        def encode(self, pixels: torch.Tensor) -> torch.Tensor:
            return torch.tensor([6.0] * 4 + [self.fine] * 4 + [1.0] * 8).view(1, 16, 1, 1, 1).repeat(1, 1, 1, 2, 2)

    geometry = Geometry(16, 64, 64, FPS, (8, 32, 32), (16, 64, 64), (64, 64))
    canvas = extended(film(2))
    for fine, far in ((2.3, 1.0), (6.9, 3.0)):
        found = advice.distance(Fake(fine), canvas, geometry, "cpu", (6.0, 2.3))  # type: ignore[arg-type]
        assert found == pytest.approx(far, rel=1e-3)
    blank = Canvas(canvas.clip, np.ones(canvas.mask.shape, np.float32))
    assert advice.distance(Fake(1.0), blank, geometry, "cpu", (6.0, 2.3)) is None  # type: ignore[arg-type]


def test_fog_in_a_part_of_what_the_model_does_not_know_is_withheld() -> None:
    given = film()
    mask = np.zeros(given.shape[:3], np.float32)
    mask[:, 16:48, 16:48] = 1
    canvas = Canvas(Clip(given, FPS), mask)
    flat = given.copy()
    flat[:, 16:48, 16:48] = 120
    for far, frames, withheld in ((True, flat, True), (True, given, False), (False, flat, False)):
        looks = Guard(canvas, told=True, far=far)
        looks.add(frames)
        assert bool(looks.fault()) is withheld


def test_fog_is_a_fault() -> None:
    rough = plausibility.figures(film(), FPS)
    fog = plausibility.figures(film(rough=0.5), FPS)
    assert any(fault.startswith("fog") for fault in plausibility.faults(fog, rough, moves=False))
    assert not plausibility.faults(rough, rough, moves=False)
    assert not any(fault.startswith("fog") for fault in plausibility.faults(fog, fog, moves=False))  # a calm source
    flat = np.full((2, 64, 64, 3), 128, np.uint8)
    assert any(
        fault.startswith("fog") for fault in plausibility.faults(plausibility.figures(flat, FPS), None, moves=False)
    )
