"""Rates that a network was never trained at: where painted frames lie, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soracli.errors import WeightsError
from soracli.pipeline import tasks
from soracli.sampling import frame_rates
from soracli.sampling.frame_rates import Pace, Picture
from soracli.sampling.steps import Step
from soracli.types import Canvas, Clip, Frames
from soracli.weights import manifest, tables

CARD = manifest.card("tiny")
TRAINED = replace(CARD, params={**CARD.params, "rates": [16, 16]})
ALL = ("12", "24", "25", "30", "48", "60", "30000/1001", "24000/1001", "50", "10")
TIME = 8


def ramp(count: int, fps: Fraction, low: int = 0) -> Clip:
    """A clip whose frame i is of one grey, low + i."""
    levels = np.arange(low, low + count, dtype=np.uint8)[:, None, None, None]
    return Clip(np.ascontiguousarray(np.broadcast_to(levels, (count, 16, 16, 3))), fps)


def mean(before: Picture, after: Picture, share: float) -> Picture:
    return np.rint(before * (1 - share) + after * share).astype(np.uint8)


def pace(canvas: Canvas) -> Pace:
    found = frame_rates.paced(canvas, TRAINED)
    assert found is not None
    return found


def result(canvas: Canvas, painted: Frames) -> Frames:
    """What becomes of painted frames that came in parts of eight."""
    steps: Iterator[Step] = (
        Step("decode", 1, 1, frames=painted[start : start + TIME]) for start in range(0, len(painted), TIME)
    )
    frames = [step.frames for step in frame_rates.painted(steps, pace(canvas), mean) if step.frames is not None]
    return np.concatenate(frames)


@pytest.mark.parametrize("fps", ALL)
def test_painted_frames_come_at_a_trained_rate_and_the_result_is_whole(fps: str) -> None:
    canvas = tasks.generate(37, 16, 16, Fraction(fps))
    found = pace(canvas)
    assert 16 * (1 - frame_rates.SLACK) <= found.fps <= 16 * (1 + frame_rates.SLACK)
    assert found.at[0] == 0
    assert found.at[-1] >= 36
    assert len(result(canvas, ramp(len(found.at), found.fps).frames)) == 37


@pytest.mark.parametrize(
    ("fps", "step"), [("24", "3/2"), ("25", "3/2"), ("30", "2"), ("48", "3"), ("60", "4"), ("12", "3/4")]
)
def test_ratios_are_simple(fps: str, step: str) -> None:
    assert frame_rates.spacing(Fraction(fps), (Fraction(16), Fraction(16))) == Fraction(step)


def test_trained_rates_and_models_without_any_are_left_alone() -> None:
    assert frame_rates.paced(tasks.generate(40, 16, 16, Fraction(16)), TRAINED) is None
    assert frame_rates.paced(tasks.generate(40, 16, 16, Fraction(24)), CARD) is None
    wide = replace(TRAINED, params={"rates": [8, 60]})
    assert frame_rates.paced(tasks.generate(40, 16, 16, Fraction(24)), wide) is None


@pytest.mark.parametrize("fps", ["16", *ALL])
@pytest.mark.parametrize("count", [3, 20, 33, 90])
def test_a_clip_is_extended_from_a_border_and_keeps_its_frames(fps: str, count: int) -> None:
    clip = ramp(count, Fraction(fps))
    canvas = tasks.extend(clip, 0, 30, 1)
    found = frame_rates.paced(canvas, TRAINED)
    if found is None:
        assert (fps == "16" and count % TIME == 0) or count < TIME
        return
    last = found.at.index(Fraction(count - 1))  # the frame that the new ones follow is one of the painted moments
    assert (last + 1) % TIME == 0 or last + 1 < TIME
    assert not found.mask[: last + 1].any()
    assert found.mask[last + 1 :].all()
    given = found.canvas(mean).clip.frames
    assert np.array_equal(given[last], clip.frames[-1])
    made = result(canvas, np.where(found.mask[..., None] > 0, 200, given).astype(np.uint8))
    assert len(made) == count + 30
    assert np.array_equal(made[:count], clip.frames)
    assert (made[count + 2 :] == 200).all() or Fraction(fps) > 30
    assert (made[-1] == 200).all()


@given(
    st.sampled_from(ALL),
    st.integers(10, 70),
    st.integers(1, 70),
    st.integers(1, 20),
    st.sampled_from(["loop", "blend"]),
)
@settings(max_examples=60, deadline=None)
def test_a_gap_is_painted_in_equal_steps_between_borders(fps: str, a: int, b: int, by: int, how: str) -> None:
    rate = Fraction(fps)
    one, two = ramp(a, rate), ramp(b, rate, 100)
    canvas = tasks.loop(one, by, 1) if how == "loop" else tasks.blend(one, two, by, "between", 1)
    found = pace(canvas)
    assert all(x < y for x, y in zip(found.at, found.at[1:], strict=False))
    given = found.canvas(mean).clip.frames
    made = result(canvas, np.where(found.mask[..., None] > 0, 250, given).astype(np.uint8))
    assert len(made) == canvas.frames == a + by + (0 if how == "loop" else b)
    assert np.array_equal(made[:a], one.frames)
    assert not np.isin(made[a : a + by], [one.frames[0, 0, 0, 0]]).all()
    if how == "blend":
        assert np.array_equal(made[a + by :], two.frames)
    open_ = [i for i, mask in enumerate(found.mask) if mask.any()]
    assert (open_ == list(range(open_[0], open_[-1] + 1)) and len(open_) % TIME == 0) or min(a, b) < 40


def test_what_is_painted_from_its_own_frames_is_painted_at_each_of_them() -> None:
    """Up to twice the trained rate; beyond it at every k-th."""
    canvas = tasks.edit(ramp(50, Fraction(24)), 0.5, 20, 40, 1)
    found = pace(canvas)
    assert found.at == tuple(map(Fraction, range(4, 50)))
    assert found.between == 0
    fast = pace(tasks.edit(ramp(120, Fraction(60)), 0.5, 0, 120, 1))
    assert fast.at == (*map(Fraction, range(0, 120, 4)), Fraction(119))


def test_a_hole_in_a_moving_clip_keeps_every_pixel_around_it() -> None:
    clip = ramp(41, Fraction(60))
    mask = np.zeros((41, 16, 16), np.float32)
    mask[:, 4:12, 4:12] = 1
    mask[:, 4, 4:12] = 0.5
    canvas = tasks.inpaint(clip, mask)
    found = pace(canvas)
    given = found.canvas(mean).clip.frames
    made = result(canvas, np.rint(250 * found.mask[..., None] + given * (1 - found.mask[..., None])).astype(np.uint8))
    assert len(made) == 41
    assert np.array_equal(made[mask == 0], clip.frames[mask == 0])
    assert (made[mask == 1] == 250).all()
    rim = made[mask == 0.5].astype(int) - (250 + clip.frames[mask == 0.5].astype(int)) // 2
    assert abs(rim).max() <= 2  # mixed once, between painted frames as at them


def test_a_hole_that_moves_is_covered_between_painted_frames() -> None:
    clip = ramp(41, Fraction(60))
    mask = np.zeros((41, 16, 16), np.float32)
    for i in range(41):
        mask[i, 4:8, i // 4 : i // 4 + 3] = 1
    found = pace(tasks.inpaint(clip, mask))
    for i, moment in enumerate(found.at[:-1]):
        for frame in range(int(moment), int(found.at[i + 1]) + 1):
            assert (np.maximum(found.mask[i], found.mask[i + 1]) >= mask[frame]).all()


@pytest.mark.parametrize("fps", ALL)
def test_key_frames_lie_on_painted_moments(fps: str) -> None:
    first = Clip(np.full((1, 16, 16, 3), 9, np.uint8), Fraction(1))
    picture = np.full((16, 16, 3), 77, np.uint8)
    canvas = tasks.keyed(tasks.animate(first, 60, Fraction(fps)), {23: picture, 59: picture})
    found = pace(canvas)
    assert {0, 23, 59} <= set(found.at)
    made = result(canvas, found.canvas(mean).clip.frames)
    assert len(made) == 60
    assert (made[[23, 59]] == 77).all()
    assert (made[0] == 9).all()


def test_a_still_region_may_be_painted_at_free_moments() -> None:
    first = Clip(np.full((1, 16, 16, 3), 9, np.uint8), Fraction(1))
    area = np.zeros((16, 16), np.float32)
    area[8:] = 1
    canvas = tasks.animate(first, 30, Fraction(24), area)
    found = pace(canvas)
    assert found.fps == 16
    made = result(canvas, np.where(found.mask[..., None] > 0, 200, found.canvas(mean).clip.frames).astype(np.uint8))
    assert (made[:, :8] == 9).all()
    assert (made[2:, 8:] == 200).all()  # the first lies between the picture and what is painted
    assert (made[0] == 9).all()


def test_new_frames_before_a_clip_end_on_its_first() -> None:
    clip = ramp(50, Fraction(24), 100)
    canvas = tasks.extend(clip, 31, 0, 1)
    found = pace(canvas)
    assert found.at.index(Fraction(31)) % TIME == 0
    assert found.at[0] <= 0
    made = result(canvas, found.canvas(mean).clip.frames)
    assert len(made) == 81
    assert np.array_equal(made[31:], clip.frames)


def test_rates_of_a_card_are_two_numbers_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {
        "arch": "spark",
        "stride": [8, 32, 32],
        "defaults": {"width": 64, "height": 64, "seconds": 1, "fps": 16, "steps": 2},
    }
    with pytest.raises(WeightsError, match="rates must be two numbers"):
        tables._card("odd", {**row, "params": {"rates": [18, 16]}})
