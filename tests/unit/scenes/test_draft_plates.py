"""What lies behind the shots of a film, as pictures that are painted once."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from soracli.draft import Plates
from soracli.scenes.drafting import drafted
from soracli.scenes.plot import Film
from soracli.world.scene import Performer, Scene

SIZE, FPS = 64, 16


def film(*cameras: str, weather: str = "clear") -> Film:
    """A shot of two seconds for each camera."""
    dog = Performer("dog", "run", "right", 0.4, 0.2)
    scenes = [
        Scene("scenery", (dog,), "forest", "day", weather, camera, seed=i, length=2.0)
        for i, camera in enumerate(cameras)
    ]
    return Film(tuple(scenes), tuple(32 * i for i in range(len(scenes))), Fraction(FPS), SIZE, SIZE)


def plates(told: Film, start: int, stop: int, picture: np.ndarray | None = None) -> Plates:
    found = drafted(told, place=picture).plates(start, stop, ())
    assert found is not None
    return found


@pytest.mark.parametrize(("camera", "most"), [("static", 1), ("zoom in", 1), ("handheld", 1), ("tracking", 3)])
def test_a_shot_needs_few_pictures(camera: str, most: int) -> None:
    found = plates(film(camera), 0, 32)
    assert 1 <= len(found.frames) <= most
    assert (len(found.frames) > 1) == (camera == "tracking")
    assert set(found.frames) <= set(range(32))


@pytest.mark.parametrize("camera", ["static", "zoom in", "tracking"])
@pytest.mark.parametrize("weather", ["clear", "fog", "snow"])
def test_pictures_that_are_their_sketches_make_the_renderer_s_film(camera: str, weather: str) -> None:
    told = film(camera, weather=weather)
    found, whole = plates(told, 0, 32), drafted(told).sketch
    assert whole is not None
    pictures = np.concatenate([found.sketch(frame) for frame in found.frames])
    assert np.array_equal(found.filmed(pictures)(4, 20), whole(4, 20))


def test_each_shot_has_its_own_place() -> None:
    told = film("tracking", "static")
    first, second = plates(told, 0, 32), plates(told, 32, 64)
    assert set(second.frames) <= set(range(32, 64))
    assert np.abs(first.sketch(0).astype(int) - second.sketch(32)).mean() > 3


def test_a_part_of_a_shot_is_where_it_is_in_the_whole() -> None:
    told = film("tracking")
    whole, part = plates(told, 0, 32), plates(told, 16, 32)
    assert min(part.frames) >= 16
    there, here = (
        one.filmed(np.concatenate([one.sketch(frame) for frame in one.frames]))(20, 24) for one in (whole, part)
    )
    assert np.array_equal(there, here)


def test_a_picture_of_the_user_s_is_filmed_as_it_is() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
    found = plates(film("static"), 0, 32, picture)
    assert found.frames == (0,)
    assert np.array_equal(found.sketch(0)[0], picture)
    assert np.array_equal(found.filmed(picture[None])(3, 5), np.repeat(picture[None], 2, 0))
