"""Joints heal: given frames stay, differences fade away from them on both sides, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest

from soracli.sampling.temporal_blend import Part, blend_seams
from soracli.types import Frames

SPAN = 4


def film(values: list[int]) -> Frames:
    return np.array(values, np.uint8)[:, None, None, None].repeat(3, 3)


def run(values: list[int], own: list[bool], *, apart: bool = False) -> list[int]:
    """Through `blend_seams` in parts of four frames."""
    frames = film(values)
    parts = (Part(frames[i : i + SPAN], own[i : i + SPAN]) for i in range(0, len(own), SPAN))
    return [int(value) for part in blend_seams(parts, apart=apart) for value in part[:, 0, 0, 0]]


def test_without_given_frames_nothing_changes() -> None:
    assert run([9, 8, 7, 6, 5, 4], [False] * 6) == [9, 8, 7, 6, 5, 4]
    assert run([9, 8, 7, 6, 5, 4], [True] * 6) == [9, 8, 7, 6, 5, 4]


def test_a_difference_fades_after_a_given_frame() -> None:
    out = run([56] * 4 + [50] * 8, [True] * 4 + [False] * 8)
    assert out == [56] * 4 + [56, 54, 52, 50] + [50] * 4


def test_and_before_one() -> None:
    out = run([50] * 8 + [56] * 4, [False] * 8 + [True] * 4)
    assert out == [50] * 4 + [50, 52, 54, 56] + [56] * 4


def test_key_frames_inside_a_part_heal_both_ways() -> None:
    out = run([50] * 12, [False] * 12)
    assert out == [50] * 12
    values = [50] * 12
    values[5] = 100
    out = run(values, [i == 5 for i in range(12)])
    assert out[5] == 100
    assert out[:5] == [50, 53, 66, 84, 97]
    assert out[6:] == [97, 84, 66, 53, 50, 50]


def test_another_picture_dissolves_over_twice_the_time_and_is_not_laid_over_what_moves() -> None:
    moving = [100, 110, 120, 130, 140, 150, 160, 170]
    for values in ([20] * 4 + moving + [180] * 8, [180] * 8 + moving[::-1] + [20] * 4):
        given = [value == 20 for value in values]
        out = run(values, given)
        out = out if given[0] else out[::-1]
        assert out[:4] == [20] * 4
        assert out[4] - out[3] == 1
        assert out[10] == round(160 - 140 * (1 - (7 / 9) ** 3 * (10 - 15 * 7 / 9 + 6 * (7 / 9) ** 2)))
        assert out[12:] == [180] * 8


def test_what_follows_a_still_clip_does_not_set_off_at_once() -> None:
    painted = [44, 50, 56, 62]
    assert run([40] * 4 + painted, [True] * 4 + [False] * 4)[4] == 40  # not 43, half the way to the next
    assert run([*painted[::-1], *[40] * 4], [False] * 4 + [True] * 4)[3] == 40


@pytest.mark.parametrize("count", [4, 5, 8, 12])
def test_between_two_given_frames_no_step_is_large(count: int) -> None:
    values = [200] * 4 + [100] * count + [20] * 4
    out = run(values, [True] * 4 + [False] * count + [True] * 4)
    assert out[:4] == [200] * 4
    assert out[-4:] == [20] * 4
    steps = -np.diff(out)
    assert steps.min() >= 0
    assert steps.max() <= 2 * 180 / (count + 1)
    assert max(steps[3], steps[-4]) <= 10


def test_values_stay_within_range() -> None:
    assert run([255] * 4 + [0, 255, 255, 255], [True] * 4 + [False] * 4)[5:] == [255] * 3


def test_painted_parts_that_were_decoded_apart_are_evened_where_they_meet() -> None:
    assert run([50] * 4 + [62] * 4, [False] * 8) == [50] * 4 + [62] * 4
    assert run([50] * 4 + [62] * 4, [False] * 8, apart=True) == [50, 51, 53, 55, 57, 59, 61, 62]


def test_motion_that_goes_on_over_the_joint_is_left_alone() -> None:
    walk = [10 + 6 * i for i in range(8)]
    assert run(walk, [False] * 8, apart=True) == walk


def test_a_step_too_large_for_an_error_is_motion() -> None:
    assert run([50] * 4 + [66] * 4, [False] * 8, apart=True) == [50] * 4 + [66] * 4


def test_given_frames_are_never_evened() -> None:
    own = [False] * 3 + [True] + [False] * 4
    assert run([50] * 4 + [62] * 4, own, apart=True) == run([50] * 4 + [62] * 4, own)
    ramp = [False, False, True, False, False, True, False, False]
    out = run([50] * 4 + [56] * 4, ramp, apart=True)
    assert (out[2], out[5]) == (50, 56)


def test_motion_goes_on_from_a_given_frame_into_painted_ones() -> None:
    out = run([10, 20, 30, 40, 60, 70, 80, 90], [True] * 4 + [False] * 4)
    assert out[4] == 46  # not 42: a copy of the frame before it would be a stutter
    out = run([90, 80, 70, 60, 40, 30, 20, 10], [False] * 4 + [True] * 4)
    assert out[3] == 46
