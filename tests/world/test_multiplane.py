"""A place whose layers take their colours from pictures of it."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from soracli.world import ensemble
from soracli.world.domain import Frame
from soracli.world.multiplane import Multiplane, moments
from soracli.world.scene import Performer, Scene

SIZE = 96
TIMES = torch.arange(40, dtype=torch.float64) / 8


def scene(place: str = "meadow", camera: str = "tracking") -> Scene:
    dog = Performer("dog", "run", "right", 0.4, 0.2)
    return Scene("scenery", (dog,), place, "day", camera=camera, seed=3, length=5.0)


def place(told: Scene, size: int = SIZE) -> tuple[Multiplane, torch.Tensor]:
    """It, and the travel of its camera."""
    frame = Frame(size, size, TIMES)
    camera = ensemble.camera(told, TIMES, frame.aspect)
    return Multiplane(told, camera, frame), camera.x * frame.aspect


@pytest.mark.parametrize("name", ["meadow", "beach", "sea", "city street", "forest", "bedroom", "sky"])
@pytest.mark.parametrize("camera", ["tracking", "pan left", "zoom in", "static"])
def test_the_pictures_of_a_place_make_that_place(name: str, camera: str) -> None:
    drawn, travel = place(scene(name, camera))
    numbers = moments(travel, 1.0)
    made = drawn.painted(numbers, drawn.pictures(numbers))
    assert torch.equal(made.filmed(0, 40), drawn.filmed(0, 40))


def test_what_no_picture_shows_takes_the_colours_of_what_is_near() -> None:
    drawn, travel = place(scene("forest"))
    numbers = moments(travel, 1.0)
    darker = drawn.pictures(numbers).float().sub(30).clamp(min=0).to(torch.uint8)
    before, after = (one.filmed(0, 40).float() for one in (drawn, drawn.painted(numbers, darker)))
    off = (after - (before - 30).clamp(min=0)).abs()
    assert off.mean() < 2
    assert off.max() < 30  # outlines too, and what comes into the frame


def test_what_is_painted_on_the_ground_goes_along_with_it() -> None:
    drawn, travel = place(scene("desert"))
    (picture,) = drawn.pictures([0])
    picture[-12:-4, 60:68] = torch.tensor([0, 0, 255], dtype=torch.uint8)
    made = drawn.painted([0], picture[None]).filmed(0, 40).float()
    blue = ((made - drawn.filmed(0, 40))[:, -12:-4, :, 2] - 40).clamp(min=0)
    middle = (blue * torch.arange(SIZE)).sum((1, 2)) / blue.sum((1, 2)).clamp(min=1)
    seen = [t for t in range(40) if 8 < middle[t] < SIZE - 8]
    gone = middle[0] - middle[seen[-1]]
    assert gone > 15
    steps = torch.tensor([float(middle[a] - middle[b]) for a, b in pairwise(seen)])
    rate = (travel[1] - travel[0]) * SIZE
    assert (steps / rate).min() > 1.1  # nearer than the performers, whose ground goes at 1
    assert steps.std() < 0.3


def test_outlines_stay_as_sharp_as_they_are_drawn() -> None:
    drawn, travel = place(scene("forest"), 256)
    numbers = moments(travel, 1.0)
    pictures = drawn.pictures(numbers)
    soft = torch.nn.functional.avg_pool2d(
        torch.nn.functional.pad(pictures.permute(0, 3, 1, 2).float(), (3, 3, 3, 3), mode="replicate"), 7, 1
    )
    made = drawn.painted(numbers, soft.permute(0, 2, 3, 1).round().to(torch.uint8)).filmed(20, 21)[0].float()
    truth = drawn.filmed(20, 21)[0].float()
    steps = [(x[:, 1:] - x[:, :-1]).abs().amax(-1) for x in (made, truth)]
    edges = steps[1] > 40
    assert steps[0][edges].mean() > 0.85 * steps[1][edges].mean()


def test_a_camera_that_stands_needs_one_picture() -> None:
    assert moments(torch.zeros(40, dtype=torch.float64), 1.0) == [0]


@pytest.mark.parametrize("way", [1.0, -1.0])
def test_pictures_are_near_enough_to_show_all_that_passes(way: float) -> None:
    travel = way * torch.linspace(0, 2.0, 200, dtype=torch.float64)
    numbers = moments(travel, 1.0)
    assert {0, 199} <= set(numbers)
    places = sorted(float(travel[number]) for number in numbers)
    assert max(b - a for a, b in pairwise(places)) < 0.3


def test_what_goes_on_keeps_the_pictures_it_had() -> None:
    travel = torch.linspace(0, 2.0, 200, dtype=torch.float64)
    first = moments(travel[:80], 1.0)
    assert moments(travel, 1.0, (80,))[: len(first)] == first
    assert max(moments(travel, 1.0, (80,))) == 199
