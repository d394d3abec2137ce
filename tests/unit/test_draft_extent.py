"""Drafts, laid over frames, and what of a plane is set."""

from __future__ import annotations

import numpy as np
import pytest

from soracli.draft import extent


@pytest.mark.parametrize(
    ("room", "rows", "columns"),
    [(0, slice(1, 4), slice(3, 5)), (1, slice(0, 5), slice(2, 6)), (9, slice(0, 6), slice(0, 8))],
)
def test_the_smallest_rectangle_with_all_that_is_set(room: int, rows: slice, columns: slice) -> None:
    plane = np.zeros((6, 8), bool)
    plane[1, 4] = plane[3, 3] = True
    assert extent(plane, room) == (rows, columns)


def test_nothing_is_set() -> None:
    plane = np.zeros((6, 8), bool)
    assert plane[extent(plane, 2)].size == 0
