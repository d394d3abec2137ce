"""benchmarks/accept.py: its measures fail on what must not pass, and pass what is well."""

from __future__ import annotations

import importlib
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from soracli.media import Audio, Source
from soracli.types import Clip, Frames

FPS = Fraction(24)


@pytest.fixture
def accept(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "benchmarks")
    return importlib.import_module("accept")


@pytest.fixture
def well(accept: ModuleType) -> Frames:
    """A clip that moves, of a natural texture."""
    frames: Frames = accept.pan(64, 64, FPS).frames
    return frames


def found(accept: ModuleType, made: Frames, given: Frames, moves: bool = True) -> str:
    faults = accept.faults(accept.figures(made, FPS), accept.figures(given, FPS), moves=moves)
    return "; ".join(faults)


def test_what_is_like_what_was_given_passes(accept: ModuleType, well: Frames) -> None:
    assert found(accept, well[12:], well[:12]) == ""


@pytest.mark.parametrize("level", [8, 60])
def test_noise_fails_for_its_high_band(accept: ModuleType, well: Frames, level: int) -> None:
    noise = np.random.default_rng(0).normal(0, level, well.shape)
    assert "high band" in found(accept, (well + noise).clip(0, 255).astype(np.uint8), well)


def test_noise_in_a_hole_fails_though_the_rest_is_well(accept: ModuleType, well: Frames) -> None:
    hole = np.zeros((64, 64), bool)
    hole[24:40, 24:40] = True
    made = well.copy()
    made[:, hole] = np.random.default_rng(0).integers(0, 255, made[:, hole].shape)
    figures = accept.figures(made, FPS, hole)
    assert any("high band" in fault for fault in accept.faults(figures, accept.figures(well, FPS), moves=True))


def test_noise_without_anything_given_fails_by_the_renderers_figure(accept: ModuleType) -> None:
    noise = np.random.default_rng(0).integers(90, 160, (8, 64, 64, 3)).astype(np.uint8)
    assert any("high band" in fault for fault in accept.faults(accept.figures(noise, FPS), None, moves=True))


@pytest.mark.parametrize("every", [3, 100])
def test_a_frozen_or_stuttering_clip_fails_where_motion_was_asked_for(
    accept: ModuleType, well: Frames, every: int
) -> None:
    held = well[np.arange(len(well)) // every * every]
    assert "frozen" in found(accept, held, well)
    assert "frozen" not in found(accept, held, well, moves=False)


def test_a_colour_jump_fails(accept: ModuleType, well: Frames) -> None:
    made = well.copy()
    made[10:, ..., 2] = np.minimum(made[10:, ..., 2].astype(int) + 12, 255)
    assert "colour jumps" in found(accept, made, well)


def test_saturation_fails(accept: ModuleType, well: Frames) -> None:
    grey = well.mean(-1, keepdims=True)
    burnt = (grey + 3 * (well - grey)).clip(0, 255).astype(np.uint8)
    assert "saturated" in found(accept, burnt, well)
    assert "clipped" in found(accept, ((well.astype(int) - 110) * 6 + 128).clip(0, 255).astype(np.uint8), well)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"fps": Fraction(16)}, "24 fps, not 16"),
        ({"size": (96, 64)}, "64x64, not 96x64"),
        ({"count": 37}, "36 frames, not 37"),
        ({"sound": 2.0}, "1.50 s of sound, not 2.00"),
        ({"sound": None}, "1.50 s of sound, not 0.00"),
        ({}, ""),
    ],
)
def test_a_wrong_form_fails(accept: ModuleType, well: Frames, change: dict[str, object], said: str) -> None:
    audio = Audio(np.zeros((72000, 1), np.int16), 48000)
    source = Source(Path("a.mp4"), Clip(well, FPS), audio)
    asked = {"fps": FPS, "size": (64, 64), "count": 36, "sound": 1.5} | change
    assert "; ".join(accept.form(source, **asked)) == said


def test_a_kept_frame_that_differs_fails(accept: ModuleType, well: Frames) -> None:
    call = accept.Asked((), 36, (64, 64), range(36), well, {3: 3, 4: 4}.get, well)
    made = well.copy()
    assert accept.differing(call, made) == []
    made[4, 0, 0] ^= 1
    made[20] = 0  # painted: may be anything
    assert accept.differing(call, made) == ["1 kept frames differ"]


def test_what_goes_on_from_a_frame_is_compared_with_it(accept: ModuleType, well: Frames) -> None:
    soft = np.repeat(np.repeat(well[:, ::2, ::2], 2, 1), 2, 2) // 2 + 64  # less detail than the frame that is kept last
    made = np.concatenate([soft[:8], well[8:12]])
    call = accept.Asked((), 12, (64, 64), range(8, 12), soft[:8], {8: 8}.get)
    last = accept.high_band(well[8:9])
    assert last > 1.3 * accept.high_band(soft[:8])
    assert accept.compared(call, made, FPS).high == last
    alone = accept.Asked((), 12, (64, 64), range(8, 12), soft[:8])  # nothing of what is looked at is kept
    assert accept.compared(alone, made, FPS).high == accept.high_band(soft[:8])
    assert accept.compared(accept.Asked((), 12, (64, 64), range(12), None), made, FPS) is None


def test_chosen_cells_cover_every_pair(accept: ModuleType) -> None:
    whole = accept.product(accept.RATES)
    cells = accept.covering(whole)
    assert len(cells) < len(whole)
    for verb in accept.VERBS:

        def pairs(rows: list[object], verb: str = verb) -> set[object]:
            own = [cell for cell in rows if cell.verb == verb]  # type: ignore[attr-defined]
            return {(i, cell[i], k, cell[k]) for cell in own for i, k in ((1, 2), (1, 3), (2, 3))}  # type: ignore[index]

        assert pairs(cells) == pairs(whole)
    assert set(accept.SHORT) <= set(whole)
    assert {cell.verb for cell in accept.SHORT} == set(accept.VERBS)
