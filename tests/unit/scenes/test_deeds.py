"""Prompts of who does what: the deed is played, with what it takes, and no note says otherwise."""

from __future__ import annotations

import pytest

from soracli.scenes.known import shipped
from soracli.scenes.read import read


@pytest.mark.parametrize(
    ("prompt", "cast"),
    [
        ("a knight fighting a dragon", [("knight", "fight", "meets"), ("dragon", "fight", "")]),
        ("two cats fighting", [("cat", "fight", "meets"), ("cat", "fight", "")]),
        ("a wizard casts a spell", [("mage", "cast", "")]),
        ("a witch casting a spell on a frog", [("woman mage", "cast", ""), ("frog", "stand", "beside")]),
        ("a dragon breathing fire", [("dragon", "breathe", "")]),
        ("a girl feeding a horse", [("girl", "feed", ""), ("horse", "eat", "beside")]),
        ("a dog catches a frisbee", [("dog", "reach", ""), ("flying disc", "catch", "in front of")]),
        ("a bear catching a fish", [("bear", "reach", ""), ("fish", "catch", "in front of")]),
        ("a thief steals a diamond", [("ninja", "run", ""), ("gem stone", "stand", "on")]),
        ("a snowman melting in the sun", [("snowman", "melt", "")]),
        ("a butterfly lands on a flower", [("butterfly", "land", "on"), ("hibiscus", "stand", "")]),
        ("a monkey swinging from a tree", [("monkey", "swing", "beside"), ("deciduous tree", "stand", "")]),
        ("a penguin slides on its belly", [("penguin", "skid", "")]),
        ("a man riding a bicycle", [("man biking", "drive", "")]),
        ("a woman rides a motorcycle", [("motorcyclist", "drive", "")]),
        ("an owl flying through the night", [("owl in flight", "fly", "")]),
    ],
)
def test_deeds_are_played(prompt: str, cast: list[tuple[str, str, str]]) -> None:
    reading = read(prompt, 3.0, 1.0, 7, shipped())
    assert [(one.name, one.action, one.relation) for one in reading.scene.performers] == cast
    assert not [note for note in reading.notes if "is shown as" in note]


def test_a_goal_is_scored_with_a_ball_into_the_goal() -> None:
    cast = read("a soccer player scoring a goal", 3.0, 1.0, 7, shipped()).scene.performers
    assert [(one.name, one.action) for one in cast] == [
        ("footballer at a shot", "stand"), ("goal net", "stand"), ("soccer ball", "score"),
    ]  # fmt: skip


def test_who_steals_is_chased_by_whose_it_was() -> None:
    thief, loot, owner = read(
        "a squirrel stealing an acorn from another squirrel", 3.0, 1.0, 7, shipped()
    ).scene.performers
    assert (thief.action, loot.relation, loot.partner) == ("run", "on", 0)
    assert (owner.action, owner.relation, owner.partner) == ("chase", "chases", 0)


@pytest.mark.parametrize(
    ("prompt", "tool"),
    [("a man sweeping the floor", "broom"), ("a woman digging in the garden", "shovel"), ("a boy hammering", "hammer")],
)
def test_work_is_done_with_its_tool(prompt: str, tool: str) -> None:
    cast = read(prompt, 3.0, 1.0, 7, shipped()).scene.performers
    assert [one.name for one in cast[1:]] == [tool]
    assert cast[0].action == "work"
