"""Prompts read into scenes: who, what, how they stand to each other, and a note for every word that is not shown."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import pytest

from soracli.prompts import english
from soracli.scenes.known import shipped
from soracli.scenes.read import Reading, read

KINDS = {
    "walker": (
        "dog",
        "cat",
        "penguin",
        "lion",
        "giraffe",
        "man",
        "man walking",
        "woman",
        "elephant",
        "rabbit",
        "ghost",
    ),
    "flyer": ("bird", "helicopter", "flying saucer", "balloon"),
    "swimmer": ("ship", "shark", "whale", "motor boat", "turtle"),
    "driver": ("automobile", "tractor", "bus"),
    "thing": ("hamburger", "top hat", "soccer ball", "deciduous tree", "red apple", "house", "ant"),
}
METRES = {"elephant": 6.0, "ant": 0.01, "whale": 20.0, "house": 8.0}


class Few:
    """A small library."""

    def own(self) -> Sequence[str]:
        return ()

    def names(self) -> Sequence[str]:
        return tuple(name for some in KINDS.values() for name in some)

    def synonyms(self, name: str) -> Sequence[str]:
        return ()

    def kind(self, name: str) -> str:
        return next(kind for kind, some in KINDS.items() if name in some)

    def length(self, name: str) -> float:
        return METRES.get(name, 1.0)


FEW = Few()


def of(prompt: str, seconds: float = 4.0, seed: int = 1) -> Reading:
    return read(prompt, seconds, 1.0, seed, FEW)


def names(reading: Reading) -> list[str]:
    return [one.name for one in reading.scene.performers]


def test_the_same_arguments_give_the_same_scene_and_other_seeds_another() -> None:
    assert of("a dog runs") == of("a dog runs")
    assert len({of("a dog runs", seed=seed).scene.performers for seed in range(8)}) > 1


@pytest.mark.parametrize(
    ("prompt", "cast"),
    [
        ("a cat and a dog", ["cat", "dog"]),
        ("two penguins hop in falling snow", ["penguin", "penguin"]),
        ("three birds fly over the sea while a ship passes", ["bird in flight"] * 3 + ["ship"]),
        ("a man walking his dog", ["man walking", "dog"]),
        ("an empty beach at sunset", []),
        ("waves at sunset", []),
        ("a forest without dogs", []),
        ("a dog, a cat and a lion", ["dog", "cat", "lion"]),
    ],
)
def test_who(prompt: str, cast: list[str]) -> None:
    assert names(of(prompt)) == cast


@pytest.mark.parametrize(
    ("prompt", "relation"),
    [
        ("a dog chases a cat", "chases"),
        ("a lion behind a giraffe", "behind"),
        ("a dog in front of a house", "in front of"),
        ("a bird on an elephant", "on"),
        ("a helicopter above a house", "above"),
        ("a dog meets a cat", "meets"),
    ],
)
def test_how_they_stand_to_each_other(prompt: str, relation: str) -> None:
    first, second = of(prompt).scene.performers
    assert (first.relation, first.partner, second.relation) == (relation, 1, "")


def test_who_is_chased_is_told_from_who_chases() -> None:
    dog, cat = of("a dog runs away from a cat").scene.performers
    assert (dog.relation, cat.relation, cat.partner) == ("", "chases", 0)


def test_a_woman_is_not_played_by_a_man() -> None:
    assert names(of("a woman walks along a road")) == ["woman"]


def test_coming_and_going_and_change_that_stays() -> None:
    assert of("a ghost appears").scene.performers[0].enters > 0
    gone = of("the dog runs out of the frame to the left").scene.performers[0]
    assert gone.direction == "left"
    assert gone.leaves < 4
    assert math.isinf(of("a dog runs").scene.performers[0].leaves)
    bitten = of("a bite is taken out of a hamburger").scene.performers[0]
    assert [event.kind for event in bitten.events] == ["bitten"]
    assert 0 < bitten.events[0].time < 4
    assert not of("a hamburger").scene.performers[0].events


def test_sizes_are_true_to_each_other() -> None:
    ant, elephant = of("an ant beside an elephant").scene.performers
    assert 0.04 <= ant.size < elephant.size / 2


@pytest.mark.parametrize(
    ("prompt", "slot", "value"),
    [
        ("a dog at golden hour", "time", "golden hour"),
        ("a dog at dusk", "time", "dusk"),
        ("a wizard in a dark forest", "time", "gloom"),
        ("a wizard in a dark forest", "place", "forest"),
        ("a wizard in a dark forest", "weather", "clear"),
        ("a ghost in a spooky graveyard", "time", "gloom"),
        ("a man in a dark suit walks in a park", "time", "day"),
        ("a fox in autumn", "season", "autumn"),
        ("a fox in autumn", "weather", "clear"),
        ("a girl rides a bicycle through autumn leaves", "season", "autumn"),
        ("a girl rides a bicycle through autumn leaves", "weather", "leaves"),
        ("fall foliage in a park", "season", "autumn"),
        ("a village on a winter morning", "season", "winter"),
        ("a village on a winter morning", "time", "dawn"),
        ("a rabbit in a meadow in spring", "season", "spring"),
        ("a boy runs on a summer night", "time", "night"),
        ("a boy runs on a summer night", "season", "summer"),
        ("a ship in a thunderstorm", "weather", "storm"),
        ("a ship in a thunderstorm", "time", "overcast"),
        ("a dog in heavy rain", "weather", "downpour"),
        ("a dog in light rain", "weather", "drizzle"),
        ("a dog in light snow", "weather", "flurries"),
        ("a horse in a blizzard", "weather", "blizzard"),
        ("a camel in a sandstorm", "place", "desert"),
        ("a girl flies a kite on a windy beach", "weather", "wind"),
        ("rays of sunlight in the forest", "weather", "sunbeams"),
        ("a dog at noon", "time", "day"),
        ("a dog in the fog", "weather", "fog"),
        ("film noir, a dog", "style", "noir"),
        ("slowly dolly out from a dog", "camera", "zoom out"),
        ("the camera pans to the left past a dog", "camera", "pan left"),
        ("a dog in the kitchen", "place", "kitchen"),
        ("a dog in the bathroom", "place", "bathroom"),
        ("a woman drinks coffee in a restaurant", "place", "cafe"),
        ("a boy in the supermarket", "place", "shop"),
        ("a man walks past the shop", "place", "city street"),
        ("a dog on a basketball court", "place", "gym"),
        ("a nurse in a hospital", "place", "hospital"),
        ("a knight in the museum", "place", "museum"),
        ("a king in a throne room", "place", "ballroom"),
        ("a priest in a church", "place", "church"),
        ("an alien on board a spaceship", "place", "spaceship cabin"),
        ("a spaceship lands", "place", "meadow"),
        ("a mechanic in a garage", "place", "factory"),
        ("a panda in a disco", "place", "nightclub"),
        ("a red ball on a white background", "place", "white background"),
        ("a cat in front of a plain blue backdrop", "place", "blue background"),
        ("a cat on a green screen", "place", "green screen"),
        ("a boy reads at school", "place", "classroom"),
        ("a dog swims", "place", "sea"),
        ("a duck on a pond", "place", "lake"),
        ("a rocket flies through outer space", "place", "space"),
        ("an owl in the sky", "place", "sky"),
        ("a bird above the clouds", "place", "sky"),
        ("a ghost in a graveyard", "place", "graveyard"),
        ("a knight in front of a castle", "place", "castle"),
        ("a train at the train station", "place", "railway station"),
        ("an airplane on the runway", "place", "airport"),
        ("a girl in the park", "place", "park"),
        ("a dog swims in the ocean", "place", "sea"),
    ],
)
def test_where_when_and_how(prompt: str, slot: str, value: str) -> None:
    assert getattr(of(prompt).scene, slot) == value


def test_who_lives_under_water_is_shown_there() -> None:
    for prompt in ("a fish swims", "an octopus", "a shark in the ocean"):
        assert read(prompt, 4.0, 1.0, 1, shipped()).scene.place == "underwater"
    assert read("a fish in a pond", 4.0, 1.0, 1, shipped()).scene.place == "lake"


@pytest.mark.parametrize("where", ["in space", "under water", "in the sky"])
def test_nobody_walks_where_there_is_no_ground_unless_told_to(where: str) -> None:
    assert of(f"a dog {where}").scene.performers[0].action == "float"
    assert of(f"a dog runs {where}").scene.performers[0].action == "run"


@pytest.mark.parametrize(
    ("prompt", "word"),
    [
        ("a dog in the traffic", "traffic"),
        ("a majestic dog", "majestic"),
        ("twelve penguins", "twelve"),
        ("a dog in an elevator", "elevator"),
        ("drone shot of a dog", "drone"),
        ("a fox sits", "sits"),
        ("cinematic dog, 4k", "4k"),
        ("一只猫", "一只猫"),
    ],
)
def test_what_is_not_shown_is_said(prompt: str, word: str) -> None:
    assert word in " ".join(of(prompt).notes)


def test_a_slip_of_the_pen_is_mended_and_said() -> None:
    reading = of("an elefant in the dessert")
    assert names(reading) == ["elephant"]
    assert reading.scene.place == "desert"
    assert "elefant" in " ".join(reading.notes)


@pytest.mark.parametrize(
    "prompt", ["", "?!", "a", "and and and", "the of with", "behind", "💥" * 9, "dog " * 300, "\x00a dog"]
)
def test_nothing_that_is_typed_breaks_it(prompt: str) -> None:
    reading = of(prompt)
    assert len(reading.scene.performers) <= 8
    assert reading.caption
    assert all(math.isfinite(one.x) and 0 < one.size < 1 for one in reading.scene.performers)


def test_the_caption_says_all_that_is_seen() -> None:
    caption = of("film noir, a dog chases a cat along the beach at night in the rain, tracking shot").caption.lower()
    words = set(re.findall(r"[a-z]+", caption)) - english.DETERMINERS
    assert {"dog", "chases", "cat", "beach", "night", "rain", "follows", "noir"} <= words
