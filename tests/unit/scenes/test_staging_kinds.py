"""Where things are: who is in something, who is in water, what is held over the head, what is large and far away."""

from __future__ import annotations

import pytest
import torch

from soracli.scenes.animatic import animatic, bank_of
from soracli.scenes.known import shipped
from soracli.scenes.read import read
from soracli.world import ensemble
from soracli.world.language.actors import actor
from soracli.world.language.verbs import SOLE
from soracli.world.language.vessels import VESSELS
from soracli.world.scene import Performer, Scene

TIMES = torch.arange(0, 3, 0.125, dtype=torch.float64)


def plotted(prompt: str) -> Scene:
    return read(prompt, 3.0, 1.0, 7, shipped()).scene


def paths(scene: Scene) -> list[ensemble.Staged]:
    return ensemble.staged(scene, TIMES)


def one(scene: Scene, name: str) -> Performer:
    return next(performer for performer in scene.performers if performer.name == name)


@pytest.mark.parametrize(
    ("prompt", "who", "there"),
    [
        ("a puppy in a basket", "dog", "basket"),
        ("a baby laughing in the bath", "baby", "bathtub"),
        ("a bird in a nest", "bird", "empty nest"),
        ("two penguins in a boat", "penguin", "canoe"),
        ("a dog in a car", "dog", "automobile"),
        ("a rabbit popping out of a hat", "rabbit", "top hat"),
    ],
)
def test_who_is_in_something_is_hidden_by_its_front(prompt: str, who: str, there: str) -> None:
    scene = plotted(prompt)
    assert (one(scene, who).relation, one(scene, who).partner >= 0) == ("in", True)
    staged = {row.performer.name: row for row in paths(scene)}
    inner, outer = staged[who], staged[there]
    assert inner.performer.depth > outer.performer.depth
    assert inner.way.cut is not None
    _, top, _, bottom = actor(there).box
    rim = outer.way.feet - outer.way.lift - (SOLE - top - VESSELS[there][0] * (bottom - top)) * outer.performer.size
    assert torch.allclose(inner.way.cut, rim)
    assert bool((inner.way.feet - inner.way.lift > rim).all())  # its feet are behind the front


def test_what_is_on_a_vessel_is_not_in_it() -> None:
    assert one(plotted("a cat on a box"), "cat").relation == "on"


def test_a_fish_in_a_bowl_is_in_the_water_of_a_bowl_on_a_table() -> None:
    scene = plotted("a goldfish swimming in a bowl")
    assert [performer.name for performer in scene.performers] == ["fish bowl", "table"]
    assert scene.place == "living room"


@pytest.mark.parametrize("prompt", ["a man wading through a river", "a woman swimming in a lake"])
def test_nothing_is_drawn_below_the_waterline(prompt: str) -> None:
    """But for the foam of boats."""
    scene = plotted(prompt)
    alpha = animatic(scene, TIMES[::8], 96, 96, bank_of(scene)).alpha
    way = paths(scene)[0].way
    assert way.cut is not None
    low = int(float(way.cut.max()) * 96) + 2
    assert int(alpha[:, : low - 3].amax()) > 200
    assert int(alpha[:, low:].amax()) == 0


def test_who_walks_by_a_river_is_on_its_bank() -> None:
    assert paths(plotted("a girl standing by a river"))[0].way.cut is None


@pytest.mark.parametrize("prompt", ["an orca leaping out of the sea", "a whale jumping out of the ocean"])
def test_a_whale_leaps_out_of_the_water_and_is_back_in_it(prompt: str) -> None:
    way = paths(plotted(prompt))[0].way
    assert way.cut is not None
    assert float(way.lift.max()) > 0.05
    assert float(way.lift.min()) < -0.2
    up = way.angle[way.lift.diff().argmax()]
    assert float(way.angle.min()) < -10 < 10 < float(way.angle.max())
    assert float(up) != 0


def test_an_umbrella_is_held_over_the_head() -> None:
    scene = plotted("a woman walking under an umbrella")
    woman, umbrella = paths(scene)
    assert umbrella.performer.relation == "on"
    tops = [row.way.feet - row.way.lift - (SOLE - actor(row.performer.name).box[1]) * row.performer.size
            for row in (woman, umbrella)]  # fmt: skip
    assert bool((tops[1] < tops[0] - 0.1).all())


def test_the_mother_of_ducklings_is_a_duck() -> None:
    names = [performer.name for performer in plotted("three ducklings following their mother across a pond").performers]
    assert names == ["baby chick"] * 3 + ["duck"]


def test_a_herd_walks_at_different_depths() -> None:
    depths = [performer.depth for performer in plotted("a herd of elephants walking through the savanna").performers]
    assert max(depths) - min(depths) > 0.4


def test_a_waterfall_is_large_and_behind_who_flies_about_it() -> None:
    scene = plotted("a waterfall in the jungle with parrots")
    parrots = [performer for performer in scene.performers if performer.name == "parrot"]
    assert one(scene, "waterfall").size > 1.4 * max(performer.size for performer in parrots)
    assert max(p.x for p in parrots) - min(p.x for p in parrots) > 0.4


def test_sides_are_of_those_that_they_are_said_of() -> None:
    scene = plotted("a tree on the left and a house on the right")
    assert one(scene, "deciduous tree").x < 0.4 < 0.6 < one(scene, "house").x


def test_what_flies_is_whole_in_the_frame() -> None:
    for prompt in ("an airplane flying over the mountains", "a hot air balloon floating over green hills"):
        scene = plotted(prompt)
        alpha = animatic(scene, TIMES[::8], 96, 96, bank_of(scene)).alpha
        assert int(alpha[:, 0].amax()) == 0
