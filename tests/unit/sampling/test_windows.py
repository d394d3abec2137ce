"""Windows over long canvases: everything is painted once, with context, from the known to the unknown."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import STRIDE, options

from soracli.draft import Draft, Layer, Plates
from soracli.pipeline import tasks
from soracli.sampling.windows import OVERLAP, WindowSpan, nearby, plan, segments, spans
from soracli.types import Canvas, Clip, Frames, Geometry


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.integers(3, 12))
def test_everything_is_painted_exactly_once(paint: list[bool], limit: int) -> None:
    painted: list[int] = []
    for start, stop in spans(paint, limit):
        assert 0 <= start < stop <= len(paint)
        assert stop - start <= limit
        fresh = [i for i in range(start, stop) if paint[i] and i not in painted]
        assert fresh  # no window for nothing
        painted += fresh
    assert sorted(painted) == [i for i, wanted in enumerate(paint) if wanted]


@given(st.integers(9, 60), st.integers(5, 9))
def test_each_window_sees_the_end_of_the_one_before(count: int, limit: int) -> None:
    found = spans([True] * count, limit)
    assert found[0] == (0, limit)
    for (_, end), (start, _) in itertools.pairwise(found):
        assert start == end - OVERLAP


def test_what_is_known_at_the_end_is_worked_towards_backwards() -> None:
    assert spans([True] * 10 + [False] * 3, 8) == [(4, 12), (0, 6)]


def test_a_gap_is_closed_by_a_window_that_sees_its_far_side() -> None:
    """Six frames between known ones do not fit into a window of eight with context on both sides."""
    found = spans([False] * 3 + [True] * 6 + [False] * 3, 8)
    assert found == [(1, 6), (4, 11)]
    assert spans([False] * 4 + [True] * 4 + [False] * 4, 8) == [(2, 10)]


def test_context_can_be_limited() -> None:
    """Two painted frames after four known ones: all of them are seen, or as many as was asked for."""
    paint = [False] * 4 + [True] * 2
    assert spans(paint, 8) == [(0, 6)]
    assert spans(paint, 8, context=1) == [(3, 6)]
    assert spans(paint[::-1], 8, context=2) == [(0, 4)]


def test_nothing_to_paint_needs_no_window() -> None:
    assert spans([False] * 5, 3) == []


def canvas(mask: np.ndarray) -> tuple[Canvas, Geometry]:
    frames, height, width = mask.shape
    clip = Clip(np.zeros((*mask.shape, 3), np.uint8), Fraction(16))
    request = options(width=width, height=height, seconds=Fraction(frames, 16))
    return Canvas(clip, mask.astype(np.float32)), Geometry.snap(request, STRIDE)


@pytest.mark.parametrize(
    ("kept", "keys"),
    [
        ([0], (0,)),
        ([0, 23], (0, 23)),
        ([5], (5,)),
        (range(4), (3,)),  # of a run the frame that meets the painted ones
        (range(2, 5), (2, 4)),
        (range(8), ()),  # a whole latent frame is given as it is
        (range(11), (10,)),
        (range(24), ()),
    ],
)
def test_kept_frames_inside_painted_latent_frames_become_keys(kept: range, keys: tuple[int, ...]) -> None:
    mask = np.ones((24, 32, 32))
    mask[list(kept)] = 0
    found = plan(*canvas(mask))
    assert found == ([] if len(kept) == 24 else [WindowSpan(0, 3, keys)])


def test_partly_kept_frames_are_no_keys() -> None:
    mask = np.ones((16, 32, 32))
    mask[3, :16] = 0
    assert plan(*canvas(mask)) == [WindowSpan(0, 2)]
    assert plan(*canvas(np.ones((1, 32, 32)))) == [WindowSpan(0, 1)]


# --- takes and their storyboards --------------------------------------------------------------------------------------


def blank(seconds: int) -> tuple[Canvas, Geometry]:
    geometry = Geometry.snap(options(seconds=Fraction(seconds)), STRIDE)
    return tasks.generate(*geometry.keep, geometry.fps), geometry


def test_a_storyboard_spreads_as_many_pictures_over_any_length() -> None:
    for seconds in (4, 40):
        (segment,) = segments(*blank(seconds), 4)
        assert segment.board == tuple(seconds * 16 * i // 8 for i in (1, 3, 5, 7))
        assert segment.sizes == [span.stop - span.start for span in segment.spans] + [4]


def test_what_fits_one_window_or_is_half_there_has_no_storyboard() -> None:
    canvas, geometry = blank(4)
    assert segments(canvas, geometry, 8)[0].board == ()
    assert segments(replace(canvas, strength=0.5), geometry, 4)[0].board == ()
    mask = np.ones(canvas.mask.shape, np.float32)
    mask[:, :8] = 0
    assert segments(replace(canvas, mask=mask), geometry, 4)[0].board == ()


def test_what_is_given_holds_windows_together_without_a_storyboard() -> None:
    source = Clip(np.zeros((16, 32, 64, 3), np.uint8), Fraction(16))
    geometry = Geometry.snap(options(seconds=Fraction(5)), STRIDE)
    (segment,) = segments(tasks.extend(source, 0, 64, 8), geometry, 3)
    assert len(segment.spans) > 1
    assert segment.board == ()


def test_shots_see_nothing_of_each_other() -> None:
    """Each begins on the border nearest to its time, with windows and a storyboard of its own."""
    found = segments(*blank(8), 4, (0.0, 1.7, 5.0))
    assert [(segment.start, segment.stop, segment.shot) for segment in found] == [(0, 3, 0), (3, 10, 1), (10, 16, 2)]
    assert [[(s.start, s.stop) for s in segment.spans] for segment in found] == [
        [(0, 3)], [(3, 7), (6, 10)], [(10, 14), (13, 16)]
    ]  # fmt: skip
    assert [segment.board for segment in found] == [(), (), ()]  # of two windows the second is hardly a copy of a copy
    assert [segment.board for segment in segments(*blank(8), 4, (0.0, 1.7))] == [(), (37, 63, 89, 115)]


@pytest.mark.parametrize(
    ("painted", "still"),
    [
        (range(64), 0),  # all of it
        (range(12, 40), 2),  # a part: the first latent frame that is painted as a whole
        (range(30, 64), 4),
        (range(60, 64), 7),  # its end, for less than a latent frame
        (range(12, 20), None),  # less than a latent frame in its middle
        (range(0), None),
    ],
)
def test_a_shot_of_one_picture_is_painted_once_where_it_is_painted(painted: range, still: int | None) -> None:
    canvas, geometry = blank(4)
    mask = np.zeros(canvas.mask.shape, np.float32)
    mask[list(painted)] = 1
    nobody = Layer(np.zeros((1, 32, 64, 3), np.uint8), np.zeros((1, 32, 64), np.uint8))
    draft = Draft(lambda start, stop: nobody, plates=pictures_of((0,)))
    (segment,) = segments(replace(canvas, mask=mask, draft=draft), geometry, 16)
    assert (segment.plates is None) == (still is None)
    if still is not None:
        assert segment.spans == (WindowSpan(still, still + 1),)
        assert segment.filmed == painted


@pytest.mark.parametrize(
    ("frames", "places"),
    [
        ((0, 63), [0, 7]),
        ((3, 5, 6), [0, 1, 2]),  # as near to its moment as is free
        (tuple(range(8)), [0, 1, 2, 3, 4, 5, 6, 7]),
        (tuple(range(9)), None),  # more pictures than latent frames: painted as a clip
    ],
)
def test_each_picture_of_a_shot_has_the_place_of_a_latent_frame(
    frames: tuple[int, ...], places: list[int] | None
) -> None:
    canvas, geometry = blank(4)
    nobody = Layer(np.zeros((1, 32, 64, 3), np.uint8), np.zeros((1, 32, 64), np.uint8))
    draft = Draft(lambda start, stop: nobody, plates=pictures_of(frames))
    (segment,) = segments(replace(canvas, draft=draft), geometry, 16)
    assert (segment.plates is None) == (places is None)
    if places is not None:
        assert [span.start for span in segment.spans] == places
        sketches = [span.sketch() for span in segment.spans if span.sketch is not None]
        assert [int(sketch[0, 0, 0, 0]) for sketch in sketches] == list(frames)


def pictures_of(frames: tuple[int, ...]) -> Callable[[int, int, tuple[int, ...]], Plates]:
    """What lies behind a shot, as pictures of those frames after its first, each of one colour: its number."""

    def sketch(frame: int) -> Frames:
        return np.full((1, 32, 64, 3), frame, np.uint8)

    def filmed(pictures: Frames) -> Callable[[int, int], Frames]:
        return lambda start, stop: np.repeat(pictures[:1], stop - start, 0)

    return lambda start, stop, ends: Plates(tuple(start + frame for frame in frames), sketch, filmed)


def test_the_first_shot_begins_at_once_and_one_after_the_end_never() -> None:
    assert [(segment.start, segment.shot) for segment in segments(*blank(2), 4, (1.0, 9.0))] == [(0, 0)]
    assert [(segment.start, segment.shot) for segment in segments(*blank(2), 4, (0.5, 1.0))] == [(0, 0), (2, 1)]


def test_a_window_is_given_the_pictures_in_it_and_one_on_each_side() -> None:
    assert nearby((2, 6, 10, 14, 18), 5, 14) == (2, 6, 10, 14)
    assert nearby((2, 6), 7, 9) == (6,)
    assert nearby((), 0, 9) == ()
