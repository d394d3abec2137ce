"""The world's vocabulary, and scenes drawn from it.

Train and held-out scenes are told apart by a stable hash of (actor, action, place), so that the split is the same on
every machine, for every corpus and for ever.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

import numpy as np

from soracli.world.scene import Performer, Scene

Split = Literal["train", "heldout", "any"]
T = TypeVar("T")


@dataclass(frozen=True)
class Actor:
    """A kind of thing that can act.

    kind: `walker`, `driver`, `flyer`, `swimmer` or `thing`. faces: where its sprite looks, `left`, `right` or
    `front`. scale: size against the others (a mouse is not drawn as large as an elephant). tilt: degrees clockwise
    that set its drawing upright for a launch.
    """

    name: str
    kind: str
    faces: str = "left"
    scale: float = 1.0
    tilt: float = 0.0


# In order of training: core(actors=N) takes the first N.
CORE_ACTORS = (
    Actor("dog", "walker"),
    Actor("cat", "walker"),
    Actor("elephant", "walker"),
    Actor("automobile", "driver"),
    Actor("horse", "walker"),
    Actor("butterfly", "flyer", "front", 0.8),
    Actor("T-Rex", "walker"),
    Actor("rocket", "flyer", "right", 1.0, -45.0),
    Actor("cow", "walker"),
    Actor("bus", "driver"),
    Actor("rabbit", "walker"),
    Actor("penguin", "walker", "front"),
    Actor("giraffe", "walker"),
    Actor("zebra", "walker"),
    Actor("tiger", "walker"),
    Actor("pig", "walker"),
    Actor("rooster", "walker"),
    Actor("fire engine", "driver"),
    Actor("helicopter", "flyer"),
    Actor("tractor", "driver"),
    Actor("camel", "walker"),
    Actor("deer", "walker"),
    Actor("owl", "flyer", "front", 0.9),
    Actor("duck", "walker"),
    Actor("locomotive", "driver"),
    Actor("honeybee", "flyer", "left", 0.8),
    Actor("flying saucer", "flyer", "front"),
    Actor("motorcycle", "driver"),
    Actor("llama", "walker"),
    Actor("person walking", "walker"),
    Actor("person running", "walker"),
    Actor("kangaroo", "walker"),
    Actor("airplane", "flyer", "right", 1.0, -45.0),
    Actor("sauropod", "walker"),
    Actor("mammoth", "walker"),
    Actor("taxi", "driver"),
    Actor("goat", "walker"),
    Actor("snail", "walker"),
    Actor("crab", "walker", "front"),
    Actor("teddy bear", "walker", "front"),
)
CORE_PLACES = ("meadow", "desert", "snowy field", "beach", "city street", "forest")
CORE_TIMES = ("day", "sunset", "night")
CORE_CAMERAS = ("static", "tracking", "zoom in")
CORE_ACTIONS = (
    ("walker", ("walk", "run", "jump", "stand")),
    ("driver", ("drive", "stand")),
    ("flyer", ("fly", "hover")),
)
MOVES = frozenset({"walk", "run", "drive", "fly", "swim", "hop", "roll", "slide"})  # actions with a direction
EXTRA = {"rocket": ("launch",)}  # actions of one actor

GROUND_SIZE = 0.45  # cell height of an actor, in frame heights
SPEED = {  # frame widths per second
    "walk": 0.09,
    "run": 0.14,
    "drive": 0.13,
    "fly": 0.11,
    "swim": 0.09,
    "hop": 0.09,
    "roll": 0.12,
    "slide": 0.11,
}
SECONDS = 4.0  # length of the clip in which a path is laid around the middle of the frame


@dataclass(frozen=True)
class Corpus:
    """What may be drawn. actions: (kind, verbs) pairs. share: chance of each number of performers, from one on.

    without: verbs that nobody performs, whatever `actions` says.
    """

    actors: tuple[Actor, ...]
    places: tuple[str, ...] = CORE_PLACES
    times: tuple[str, ...] = CORE_TIMES
    weathers: tuple[str, ...] = ("clear",)
    cameras: tuple[str, ...] = CORE_CAMERAS
    actions: tuple[tuple[str, tuple[str, ...]], ...] = CORE_ACTIONS
    styles: tuple[str, ...] = ("3d",)
    share: tuple[float, ...] = (1.0,)
    without: tuple[str, ...] = ()
    _kinds: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_kinds", dict(self.actions))

    @classmethod
    def core(cls, actors: int = 24) -> Corpus:
        """One actor a clip, six places, three times of day: what a small network can learn within hours."""
        return cls(CORE_ACTORS[:actors])

    def verbs(self, actor: Actor) -> tuple[str, ...]:
        """What an actor can do."""
        able = self._kinds[actor.kind] + EXTRA.get(actor.name, ())
        return tuple(verb for verb in able if verb not in self.without)


def actor(name: str) -> Actor:
    """The entry of an actor; one that is not in the table is a thing that faces the viewer."""
    return _BY_NAME.get(name) or Actor(name, "thing", "front")


_BY_NAME = {entry.name: entry for entry in CORE_ACTORS}


def signed(direction: str) -> float:
    """-1 to the left, 1 to the right, 0 on the spot."""
    return {"left": -1.0, "right": 1.0}.get(direction, 0.0)


def is_heldout(triple: tuple[str, str, str]) -> bool:
    """Whether scenes led by this (actor, action, place) are kept from training. About one in ten."""
    digest = hashlib.sha256("|".join(triple).encode()).digest()
    return int.from_bytes(digest[:8], "big") % 10 == 0


def sample_scene(rng: np.random.Generator, corpus: Corpus, split: Split = "train") -> Scene:
    """A scene of the corpus whose triple lies in the split. The same generator state gives the same scene."""
    while True:
        scene = _draw(rng, corpus)
        if split == "any" or is_heldout(scene.triple) == (split == "heldout"):
            return scene


def _pick(rng: np.random.Generator, choices: Sequence[T]) -> T:
    return choices[int(rng.integers(len(choices)))]


def _draw(rng: np.random.Generator, corpus: Corpus) -> Scene:
    lead = _perform(rng, corpus, _pick(rng, corpus.actors))
    camera = _pick(rng, corpus.cameras)
    if camera == "tracking" and lead.action not in MOVES:
        camera = "static"
    if camera == "zoom in" and lead.action in MOVES:
        # What moves ends nearer the border of a picture that grows: lay its path earlier, and let the fast stay whole.
        camera = "static" if SPEED[lead.action] > 0.12 else camera
        lead = replace(lead, x=lead.x - 0.06 * signed(lead.direction)) if camera == "zoom in" else lead
    return Scene(
        "scenery",
        (lead,),
        _pick(rng, corpus.places),
        _pick(rng, corpus.times),
        _pick(rng, corpus.weathers),
        camera,
        _pick(rng, corpus.styles),
        int(rng.integers(2**31)),
    )


def _perform(rng: np.random.Generator, corpus: Corpus, who: Actor) -> Performer:
    action = _pick(rng, corpus.verbs(who))
    direction = _pick(rng, ("left", "right")) if action in MOVES else ""
    start = 0.5 - signed(direction) * SPEED.get(action, 0.0) * SECONDS / 2
    return Performer(
        who.name,
        action,
        direction,
        size=GROUND_SIZE * who.scale * float(rng.uniform(0.94, 1.06)),
        x=start + float(rng.uniform(-0.015, 0.015)),
        depth=0.5 + float(rng.uniform(-0.05, 0.05)),
        phase=float(rng.uniform()),
    )
