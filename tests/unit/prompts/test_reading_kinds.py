"""Kinds of sentences that people type: who does what in them, by example."""

from __future__ import annotations

import pytest

from soracli.scenes.known import shipped
from soracli.scenes.read import Reading, read


def reading(prompt: str) -> Reading:
    return read(prompt, 4.0, 1.0, 1, shipped())


def told(prompt: str) -> list[str]:
    """Every performer, what it does, and whom it stands to: `dog run on bridge`."""
    cast = reading(prompt).scene.performers
    with_whom = (f" {one.relation} {cast[one.partner].name}" if one.relation else "" for one in cast)
    return [f"{one.colour} {one.name} {one.action}{rest}".strip() for one, rest in zip(cast, with_whom, strict=True)]


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        # a clause after a comma or `and`
        ("a kid climbs a rock, a horse grazes nearby", ["child sit on rock", "rock stand", "horse eat"]),
        ("a kid and a penguin watch a movie", ["child stand", "penguin stand"]),
        ("a dog sleeps while another runs", ["sleeping dog sleep", "dog run"]),
        ("two dogs, one is running, the other is sitting", ["dog run", "sitting dog sit"]),
        # passives
        ("the red car is driven by a man", ["red automobile drive", "man sit on automobile"]),
        ("a horse ridden by a cowboy gallops", ["horse run", "cowboy sit on horse"]),
        ("a kitten is being petted by a girl", ["cat stand beside girl", "girl work"]),
        # what only looks like a noun
        ("a dog rockets along the beach", ["dog walk"]),
        ("a man rakes sand", ["man standing work"]),
        ("a dog herds sheep", ["dog chase chases ewe", "ewe run"]),
        ("a hat left on a statue", ["top hat stand on statue", "statue stand"]),
        ("a bear chef dances", ["bear dance"]),
        ("a dog walker runs", ["person walking run"]),
        ("an owl behind a rock flies to the left of the rock", ["owl in flight fly behind rock", "rock stand"]),
        ("a man drives on a motorcycle", ["motorcyclist drive"]),
        ("a monkey in a pilot jacket dances", ["monkey dance"]),
        ("a flower changes from orange to purple", ["hibiscus stand"]),
        # adjectives, colours, styles in a noun group
        ("a big, red truck drives", ["red delivery truck drive"]),
        ("an orange and white cat walks", ["orange cat walk"]),
        ("a green-eyed cat walks", ["cat walk"]),
        ("a paper plane flying above a knitted vase", ["paper plane fly above jar", "jar stand"]),
        ("a yellow pencil writing on a notebook", ["yellow pencil work on notebook", "notebook stand"]),
        # what somebody has on or in a glass, and parts of bodies
        ("a girl in a yellow raincoat jumps", ["girl jump"]),
        ("a penguin wearing sunglasses runs", ["penguin run", "sunglasses stand on penguin"]),
        ("bubbles rise in a glass of champagne", ["bubbles launch on wine glass", "wine glass stand"]),
        ("a lion with the wings of an eagle runs", ["lion run"]),
        # what stays in the air, and what feeds others
        ("a helicopter holds its position", ["helicopter hover"]),
        ("a girl feeds a duck", ["girl feed", "duck eat beside girl"]),
    ],
)  # fmt: skip
def test_who_does_what(prompt: str, wanted: list[str]) -> None:
    assert told(prompt) == wanted


@pytest.mark.parametrize(
    ("prompt", "place"),
    [
        ("an elephant sprays water with its trunk", "savanna"),
        ("a lion drinks a cup of water", "savanna"),
        ("a dog jumps into the water", "sea"),
    ],
)
def test_water_is_a_place_where_somebody_is_in_it(prompt: str, place: str) -> None:
    assert reading(prompt).scene.place == place


@pytest.mark.parametrize(
    ("prompt", "camera"),
    [
        ("the camera flies through a forest", "zoom in"),
        ("a lion on a rock, the camera pans out", "zoom out"),
        ("the camera moves along a wall", "tracking"),
    ],
)
def test_a_camera_that_moves_is_nobody(prompt: str, camera: str) -> None:
    scene = reading(prompt).scene
    assert scene.camera == camera
    assert all(one.name != "camera" for one in scene.performers)
