"""One performer, several actions in turn: read, written to a file and back, drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from soracli.errors import UsageError
from soracli.scenes import file
from soracli.scenes.known import shipped
from soracli.scenes.read import read
from soracli.world import ensemble
from soracli.world.scene import Act, Performer, Scene


@pytest.mark.parametrize(
    ("prompt", "first", "then"),
    [
        ("a cat sleeps, wakes up and walks away", "sleep", ("walk",)),
        ("first a frog sits on a rock, then it jumps into the water", "stand", ("jump",)),
        ("a bird is perched on a branch, then it suddenly flies down to the ground", "stand", ("fly",)),
        ("a man walks in, sits down and starts reading a newspaper", "walk", ("sit",)),
        ("a dog walks. It then sits down. Finally it sleeps.", "walk", ("stand", "sleep")),
        ("a penguin waddles before sliding on its belly", "walk", ("skid",)),
        ("a girl is running and jumping", "run", ("jump",)),
        ("a horse runs, kicking up dust", "run", ()),
        ("a dog runs while barking", "run", ()),
        ("a dog chases a cat and it runs away", "chase", ()),
    ],
)
def test_what_is_done_in_turn(prompt: str, first: str, then: tuple[str, ...]) -> None:
    lead = read(prompt, 4.0, 1.0, 1, shipped()).scene.performers[0]
    assert (lead.action, tuple(act.action for act in lead.then)) == (first, then)
    assert [act.time for act in lead.then] == sorted({act.time for act in lead.then})


def test_each_action_has_its_direction() -> None:
    lead = read("a dog runs to the left, then walks back to the right", 4.0, 1.0, 1, shipped()).scene.performers[0]
    assert (lead.direction, lead.then) == ("left", (Act(2.0, "walk", "right"),))


def test_a_file_says_what_comes_then() -> None:
    reading = read("a dog runs to the left, then jumps", 4.0, 1.0, 1, shipped())
    assert "then the dog jumps" in reading.caption.lower()
    text = file.text([file.Shot(reading.scene, 4.0)])
    assert 'then = [{ at = 2.0, action = "jump" }]' in text
    assert file.parse(text, Path())[0].scene.performers == reading.scene.performers
    cut = file.text([file.Shot(reading.scene, 1.0)])  # before it jumps
    assert file.parse(cut, Path())[0].scene.performers[0].then == reading.scene.performers[0].then


@pytest.mark.parametrize("then", ["5", "[{ at = 2 }]", '[{ at = -1, action = "jump" }]', '[{ action = "jmup" }]'])
def test_bad_actions_are_refused_with_their_line(then: str) -> None:
    with pytest.raises(UsageError, match=r"scene line [24]"):
        file.parse(f'place = "meadow"\n[[performer]]\nname = "dog"\nthen = {then}\n', Path())


def test_a_path_goes_on_where_it_was() -> None:
    lead = Performer("dog", "walk", "right", x=0.3, then=(Act(2.0, "sit"), Act(3.0, "run", "left")))
    scene = Scene("scenery", (lead,), "meadow", "day", length=4.0)
    times = torch.linspace(0, 4, 401, dtype=torch.float64)
    way = ensemble.staged(scene, times)[0].way
    assert float((way.x[1:] - way.x[:-1]).abs().max()) < 0.003
    assert float((way.lift[1:] - way.lift[:-1]).abs().max()) < 0.02
    assert float(way.x[200]) == pytest.approx(0.48) == float(way.x[300])
    assert float(way.turn[-1]) == -1
    assert float(way.x[-1]) < 0.4
    assert [ensemble.acting(lead, times[k:]).action for k in (0, 200, 300)] == ["walk", "sit", "run"]
