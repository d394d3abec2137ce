"""Tasks as canvases: what is kept is the source's own, joints lie on borders, nothing else is shown."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soracli.pipeline import tasks
from soracli.pipeline.metrics import Seams, Thumbnails
from soracli.types import Canvas, Clip, Frames

FPS = Fraction(16)
TIME = 8


def clip(count: int, first: int = 0) -> Clip:
    """Frames of one pixel whose value is their number."""
    return Clip(np.arange(first, first + count, dtype=np.uint8)[:, None, None, None].repeat(3, 3), FPS)


def shown(canvas: Canvas) -> list[int | None]:
    """Values of the result's frames; None = painted."""
    ends = [[] if part is None else part.frames[:, 0, 0, 0].tolist() for part in (canvas.head, canvas.tail)]
    free = canvas.mask[canvas.shown, 0, 0] > 0
    own = canvas.clip.frames[canvas.shown, 0, 0, 0]
    return [*ends[0], *(None if open_ else int(value) for open_, value in zip(free, own, strict=True)), *ends[1]]


def joints_on_borders(canvas: Canvas) -> bool:
    free = canvas.mask[:, 0, 0] > 0
    return all(i % TIME == 0 for i in range(1, len(free)) if free[i] != free[i - 1])


def test_a_blank_canvas_takes_no_memory() -> None:
    canvas = tasks.generate(960, 1080, 1920, FPS)
    assert canvas.clip.frames.shape == (960, 1080, 1920, 3)
    assert canvas.clip.frames.strides == (0, 0, 0, 0)
    assert canvas.frames == 960


@given(st.integers(1, 30), st.integers(0, 20), st.integers(0, 20))
def test_extending_keeps_every_frame_in_its_place(count: int, before: int, after: int) -> None:
    canvas = tasks.extend(clip(count), before, after, TIME)
    assert shown(canvas) == [None] * before + list(range(count)) + [None] * after
    assert canvas.frames == before + count + after
    if before == 0 or after == 0:
        assert joints_on_borders(canvas) or count < TIME


@given(st.integers(1, 40), st.integers(1, 4))
def test_a_loop_leads_from_the_end_to_the_start(count: int, chunks: int) -> None:
    canvas = tasks.loop(clip(count), TIME * chunks, TIME)
    assert shown(canvas) == list(range(count)) + [None] * (TIME * chunks)
    assert joints_on_borders(canvas)
    assert canvas.loop
    follows = canvas.clip.frames[canvas.shown.stop :, 0, 0, 0].tolist()
    assert follows == list(range(len(follows)))  # what is not shown is the beginning again
    assert follows


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from(["between", "replace", "dissolve", "loop"]))
def test_ways_are_as_long_as_asked(count: int, by: int, mode: str) -> None:
    """To the frame, whatever the grid; what is painted begins on a border."""
    half = by // 2
    lost = {"between": (0, 0), "replace": (half, by - half), "dissolve": (by, by), "loop": (0, count)}[mode]
    if mode != "loop" and (lost[0] > count or lost[1] > 21):
        return
    ours, theirs = list(range(count)), list(range(100, 121))
    canvas = (
        tasks.loop(clip(count), by, TIME)
        if mode == "loop"
        else tasks.blend(clip(count), clip(21, first=100), by, mode, TIME)
    )
    after = [] if mode == "loop" else theirs[lost[1] :]
    assert shown(canvas) == [*ours[: count - lost[0]], *[None] * by, *after]
    free = canvas.mask[:, 0, 0] > 0
    assert int(free.argmax()) % TIME == 0


@pytest.mark.parametrize(("start", "stop"), [(0, 24), (5, 11), (16, 24)])
def test_edits_paint_their_time_alone(start: int, stop: int) -> None:
    canvas = tasks.edit(clip(24), 0.6, start, stop, TIME)
    assert shown(canvas) == [None if start <= i < stop else i for i in range(24)]
    assert canvas.strength == 0.6
    nothing = tasks.edit(clip(24), 0.0, start, stop, TIME)
    assert shown(nothing) == list(range(24))


def test_an_edit_may_begin_from_another_look_and_keeps_the_rest() -> None:
    look = Clip(clip(24).frames + 100, FPS)
    canvas = tasks.edit(clip(24), 0.6, 5, 11, TIME, look)
    assert shown(canvas) == [None if 5 <= i < 11 else i for i in range(24)]
    assert canvas.clip.frames[canvas.mask[:, 0, 0] > 0][:, 0, 0, 0].tolist() == list(range(105, 111))
    assert shown(tasks.edit(clip(24), 0.0, 5, 11, TIME, look)) == list(range(24))


@pytest.mark.parametrize("count", [16, 19])
def test_blends_keep_both_ends(count: int) -> None:
    a, b = clip(count), clip(21, first=100)
    ours, theirs = list(range(count)), list(range(100, 121))
    between = tasks.blend(a, b, 8, "between", TIME)
    assert shown(between) == [*ours, *[None] * 8, *theirs]
    replaced = tasks.blend(a, b, 16, "replace", TIME)
    assert shown(replaced) == [*ours[:-8], *[None] * 16, *theirs[8:]]
    dissolved = tasks.blend(a, b, 8, "dissolve", TIME)
    assert shown(dissolved) == [*ours[:-8], *[None] * 8, *theirs[8:]]
    assert dissolved.strength < 1
    assert all(joints_on_borders(canvas) for canvas in (between, replaced, dissolved))


def test_the_middle_of_a_dissolve_goes_from_one_to_the_other() -> None:
    canvas = tasks.blend(clip(16), clip(16, first=200), 8, "dissolve", TIME)
    middle = canvas.clip.frames[8:16, 0, 0, 0].astype(int)
    assert (np.diff(middle) > 0).all()
    assert middle[0] < 40 < 180 < middle[-1]


def test_a_picture_comes_alive_inside_its_region() -> None:
    picture = Clip(np.full((1, 4, 6, 3), 7, np.uint8), Fraction(1))
    region = np.zeros((4, 6), np.float32)
    region[1:3, 2:4] = 1
    whole, part = tasks.animate(picture, 9, FPS), tasks.animate(picture, 9, FPS, region)
    assert whole.clip.frames.shape == part.clip.frames.shape == (9, 4, 6, 3)
    assert (whole.mask[0] == 0).all()
    assert (whole.mask[1:] == 1).all()
    assert (part.mask[0] == 0).all()
    np.testing.assert_array_equal(part.mask[5], region)
    assert (part.clip.frames == 7).all()


def test_key_frames_are_given_whole() -> None:
    picture: Frames = np.full((4, 6, 3), 9, np.uint8)
    canvas = tasks.keyed(tasks.generate(12, 4, 6, FPS), {3: picture, 11: picture})
    assert [i for i in range(12) if not canvas.mask[i].any()] == [3, 11]
    np.testing.assert_array_equal(canvas.clip.frames[3], picture)


# --- seams ------------------------------------------------------------------------------------------------------------


def test_seams_are_jumps_over_the_usual_jump() -> None:
    canvas = tasks.extend(clip(8), 0, 8, TIME)
    seams = Seams.of(canvas)
    assert seams.joints == (8,)
    values = [*range(8), *range(12, 20)]  # steps of one, and of five at the joint
    for start in (0, 5):  # pieces of any length
        stop = 5 if start == 0 else 16
        seams.add(np.array(values[start:stop], np.uint8)[:, None, None, None].repeat(3, 3))
    assert seams.report(FPS) == [{"at": 0.5, "score": 5.0}]


def test_a_loop_has_a_seam_at_its_end() -> None:
    seams = Seams((), loop=True)
    seams.add(np.array([10, 12, 14, 16], np.uint8)[:, None, None, None].repeat(3, 3))
    assert seams.report(FPS) == [{"at": "end", "score": 3.0}]
    still = Seams((1,), loop=True)
    still.add(np.zeros((1, 2, 2, 3), np.uint8))
    assert still.report(FPS) == []


def test_what_is_kept_to_compare_long_results_does_not_grow() -> None:
    frames = np.arange(1000, dtype=np.uint16)[:, None, None, None].astype(np.uint8) * np.ones((1, 32, 32, 3), np.uint8)
    one, other = Thumbnails(), Thumbnails()
    one.add(frames)
    for part in np.array_split(frames ^ 1, 7):
        other.add(part)
    assert len(one._pictures) == len(other._pictures) == 250
    assert one.distance(other) == 1.0
