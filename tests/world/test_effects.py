"""What flies about performers, and the paths of who does that."""

from __future__ import annotations

import pytest
import torch

from soracli.world import effects, ensemble
from soracli.world.domain import Frame
from soracli.world.effects import Mark, stroke
from soracli.world.scene import Performer, Scene

TIMES = torch.arange(0, 3, 0.05, dtype=torch.float64)
GREY = (128, 128, 128)


def _scene(*cast: Performer) -> Scene:
    return Scene("scenery", cast, "meadow", "day", length=3.0)


def _marks(*cast: Performer) -> list[effects.Marks | None]:
    together = ensemble.staged(_scene(*cast), TIMES)
    return effects.around(together, Frame(200, 200, TIMES), torch.zeros_like(TIMES), lambda _: GREY)


def _at_work(tool: str) -> tuple[Performer, Performer]:
    return Performer("man standing", "work"), Performer(tool, "stand", size=0.15, relation="on", partner=0)


@pytest.mark.parametrize("action", ["stand", "walk", "work", "eat", "dance"])
def test_who_does_nothing_of_the_kind_has_none(action: str) -> None:
    assert _marks(Performer("dog", action)) == [None]


@pytest.mark.parametrize("action", sorted({*effects.BEFORE, *effects.BEHIND} - {"fight"}))
def test_every_deed_shows_its_marks(action: str) -> None:
    (marks,) = _marks(Performer("dragon", action))
    assert marks is not None
    seen = [mark for frame in (*marks.behind, *marks.before) for mark in frame]
    assert len(seen) > 20
    assert all(mark.radius > 0 and 0 <= mark.alpha <= 1 for mark in seen)


@pytest.mark.parametrize("tool", sorted(effects.TOOLS))
def test_tools_show_what_is_done_with_them(tool: str) -> None:
    nobody, marks = _marks(*_at_work(tool))
    assert nobody is None
    assert marks is not None
    assert any(marks.before)


@pytest.mark.parametrize(("direction", "sign"), [("left", -1.0), ("right", 1.0)])
def test_fire_comes_out_ahead(direction: str, sign: float) -> None:
    (marks,) = _marks(Performer("dragon", "breathe", direction))
    assert marks is not None
    flames = [mark for frame in marks.before for mark in frame]
    assert all(sign * (mark.x - 100) > 0 for mark in flames)


def test_they_who_fight_show_each_blow_once() -> None:
    first = Performer("cat", "fight", "left", x=0.5, relation="meets", partner=1)
    marks, others = _marks(first, Performer("dog", "fight", "right", x=0.2))
    assert others is None
    assert marks is not None
    assert any(marks.before)
    assert not all(marks.before)


@pytest.mark.parametrize("way", ["left", "right"])
def test_blows_are_given_and_taken_in_turn(way: str) -> None:
    back = "left" if way == "right" else "right"
    first = Performer("cat", "fight", way, x=0.5, relation="meets", partner=1)
    scene = _scene(first, Performer("dog", "fight", back, x=0.72 if back == "left" else 0.28))
    one, two = (staged.way for staged in ensemble.staged(scene, TIMES))
    sign = 1.0 if way == "right" else -1.0
    hit, taken = sign * one.angle, -sign * two.angle
    assert hit.max() > 10
    assert taken.max() > 10
    assert not bool(((hit > 5) & (taken > 5)).any())


def test_what_melts_ends_flat_and_wide_on_the_ground() -> None:
    way = ensemble.staged(_scene(Performer("snowman", "melt")), TIMES)[0].way
    assert way.squash[0] == 1
    assert way.squash[-1] < 0.3
    assert bool((way.squash.diff() <= 0).all())
    assert not way.lift.any()


@pytest.mark.parametrize("action", ["catch", "score"])
def test_what_is_thrown_arrives(action: str) -> None:
    ball = Performer("soccer ball", action, size=0.15, relation="in front of", partner=0)
    way = ensemble.staged(_scene(Performer("boy", "stand", x=0.3), ball), TIMES)[1].way
    gone = (way.x[-1] - way.x[0]) * (-1 if action == "catch" else 1)
    assert gone > 0.25
    assert bool((way.x[-8:].diff() == 0).all())


def test_a_tool_swings_while_one_works_with_it_alone() -> None:
    man, hammer = _at_work("hammer")
    swung = ensemble.staged(_scene(man, hammer), TIMES)[1].way.angle
    held = ensemble.staged(_scene(Performer("man standing", "stand"), hammer), TIMES)[1].way.angle
    assert swung.abs().max() > 20
    assert not held.any()


def test_who_lands_comes_from_aside_and_above_and_rests() -> None:
    scene = _scene(Performer("eagle", "land", relation="on", partner=1), Performer("rock", "stand", size=0.5))
    way = ensemble.staged(scene, torch.tensor([0.0, 1.5, 3.0, 3.5], dtype=torch.float64))[0].way
    assert bool((way.lift.diff()[:2] < 0).all())
    assert way.x[0] > way.x[1] > way.x[2]
    assert way.lift[2] == way.lift[3]


def test_a_stroke_covers_its_middle_and_fades() -> None:
    drawing, left, top = stroke(Mark(20.0, 10.0, 30.0, 10.0, 3.0, 2.0, (200, 100, 50), 1.0))
    colour, cover = drawing[0].view(drawing.shape[1], -1, 3), drawing[1].view(drawing.shape[1], -1, 3)
    assert cover[10 - top, 25 - left].tolist() == [128] * 3
    assert colour[10 - top, 25 - left].tolist() == [200, 100, 50]
    assert not cover[0].any()
    assert bool((colour <= cover.to(torch.int32) * 255 // 128 + 1).all())
