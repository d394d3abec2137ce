"""Bodies that code draws under heads and busts."""

from __future__ import annotations

import numpy as np
import pytest

from soracli.scenes import library
from soracli.world.bodies import FURS, embodied, seated
from soracli.world.language.actors import SHINS, actor, index, sunk


@pytest.mark.parametrize("name", ["boy", "farmer", "fox", "frog", "robot"])
def test_a_head_stands_on_legs_that_walk(name: str) -> None:
    """It fills its cell down to the floor, and its feet are in other places half a step later."""
    cells = library.drawing(library.entry(name))
    low = cells[:, -round(0.16 * cells.shape[1]) :, :, 3].astype(int)
    assert (low.max(axis=(1, 2)) > 200).all()
    assert np.abs(low[9] - low[27]).mean() > 1
    assert (cells[..., :3] <= cells[..., 3:]).all()


def test_the_index_knows_where_the_bodies_are() -> None:
    rows = [row for row in index() if row.get("body")]
    assert {row["body"] for row in rows} == {"head", "bust", "beast", "squat"}
    assert {row["name"] for row in rows if row["body"] == "beast"} == set(FURS)
    for row in rows:
        assert row["stride"] > 0, row["name"]
        assert row["box"][3] > 0.9, row["name"]
    assert actor("panda").faces == "left"


def test_one_who_sits_has_its_head_lower_and_its_knees_to_the_front() -> None:
    """The soles stay, the head comes down by what the legs are shorter; on the ground it comes down farther."""
    cells, hip = library.drawing(library.entry("boy"))[:2], actor("boy").hip
    tops = [int(np.flatnonzero(one[0, :, :, 3].max(1) > 200)[0])
            for one in (cells, seated(cells, hip, high=True), seated(cells, hip, high=False))]  # fmt: skip
    side = cells.shape[1]
    assert tops[1] - tops[0] == pytest.approx(sunk(hip, high=True) * side, abs=1.5)
    assert tops[2] - tops[1] == pytest.approx(SHINS[True] * side, abs=1.5)
    sitting = seated(cells, hip, high=True)
    assert sitting[0, round(0.925 * side), :, 3].max() > 200
    assert (sitting[..., :3] <= sitting[..., 3:]).all()


@pytest.mark.parametrize("name", ["moose", "person with crown", "woman artist"])
def test_a_still_drawing_of_a_head_has_a_body_that_walks_too(name: str) -> None:
    cells = library.drawing(library.entry(name))
    assert len(cells) == library.entry(name).frames == 36
    low = cells[:, -round(0.16 * cells.shape[1]) :, :, 3].astype(int)
    assert np.abs(low[9] - low[27]).mean() > 1


def test_clothes_are_the_same_each_time_and_differ_between_people() -> None:
    cells = np.zeros((2, 64, 64, 4), np.uint8)
    cells[:, 8:56, 8:56] = (200, 160, 60, 255)
    assert (embodied(cells, "head", "boy") == embodied(cells, "head", "boy")).all()
    assert (embodied(cells, "head", "boy") != embodied(cells, "head", "girl")).any()


def test_a_turtle_keeps_its_head_out() -> None:
    """Its loop in the collection draws it in for more than half of the time."""
    cells = library.drawing(library.entry("turtle"))[..., 3] > 40
    wide = cells.any(axis=1).sum(axis=1)
    assert wide.min() > 0.9 * wide.max()
