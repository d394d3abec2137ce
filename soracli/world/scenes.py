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

from soracli.world.language.actors import CORE_ACTORS, MORE_ACTORS, Actor, actor
from soracli.world.language.surroundings import BARE, PLACES
from soracli.world.language.verbs import GROUND_SIZE, MOVES, SECONDS, SPEED, signed
from soracli.world.layout import chase, crowd, meet, neighbour, pass_by
from soracli.world.scene import Performer, Scene

__all__ = [
    "CORE_ACTIONS",
    "CORE_ACTORS",
    "GROUND_SIZE",
    "MOVES",
    "SECONDS",
    "SPEED",
    "Actor",
    "Corpus",
    "Split",
    "actor",
    "is_heldout",
    "sample_scene",
    "signed",
]
Split = Literal["train", "heldout", "any"]
T = TypeVar("T")

CORE_PLACES = ("meadow", "desert", "snowy field", "beach", "city street", "forest")
MORE_PLACES = ("sea", "road", "mountain", "farm", "moon", "living room", "stage")
NEW_PLACES = (
    "kitchen", "bedroom", "classroom", "office", "library", "cave", "underwater", "lake", "swimming pool", "jungle",
    "park", "garden", "playground", "graveyard", "castle", "volcano", "village", "airport", "railway station", "sky",
    "space", "savanna", "river", "arctic", "canyon", "orchard", "cherry grove", "mars", "alien planet", "stadium",
    "market", "fairground", "rooftop", "harbour", "vineyard", "swamp", "race track",
)  # fmt: skip
CORE_TIMES = ("day", "sunset", "night")
CORE_CAMERAS = ("static", "tracking", "zoom in")
CORE_ACTIONS = (
    ("walker", ("walk", "run", "jump", "stand")),
    ("driver", ("drive", "stand")),
    ("flyer", ("fly", "hover")),
)
_CHANGES = ("spin", "bounce", "grow", "shrink", "appear", "fall")  # what any thing can be made to do
FULL_ACTIONS = (
    ("walker", ("walk", "walk", "run", "run", "jump", "stand", "hop", *_CHANGES)),
    ("driver", ("drive", "drive", "drive", "stand", "slide", "bounce", "grow", "shrink", "appear")),
    ("flyer", ("fly", "fly", "hover", "spin", "grow", "shrink", "appear")),
    ("swimmer", ("swim", "swim", "float")),
    ("thing", ("roll", "slide", "stand", "hop", "float", *_CHANGES)),
)
EXTRA = {"rocket": ("launch",)}  # actions of one actor
MORE_CAMERAS = ("zoom in", "zoom out", "pan left", "pan right", "tilt up", "tilt down", "handheld")
_CALM_CAMERAS = ("static", "handheld")  # that keep several moving performers in the frame


@dataclass(frozen=True)
class Corpus:
    """What may be drawn; what is listed twice is drawn twice as often.

    actions: (kind, verbs) pairs. share: chance of each number of performers, from one on. without: verbs that nobody
    performs, whatever `actions` says. plain: chance that a clip has the first weather, and that it has the first
    style, of those listed. sized: chance of a close-up and of a wide shot. spread: share of the usual differences in
    size, place and phase between two performances of the same thing; 0 = all are laid out alike, which a small network
    learns much sooner. directions: the ways that a single performer may go. even: all places are equally likely;
    else all performers are, and places follow from who is at home there.
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
    plain: tuple[float, float] = (1.0, 1.0)
    sized: tuple[float, float] = (0.0, 0.0)
    spread: float = 1.0
    directions: tuple[str, ...] = ("left", "right")
    even: bool = False
    _kinds: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_kinds", dict(self.actions))

    @classmethod
    def core(cls, actors: int = 24) -> Corpus:
        """One actor a clip, six places, three times of day: what a small network can learn within hours."""
        return cls(CORE_ACTORS[:actors])

    @classmethod
    def full(cls) -> Corpus:
        """Everything: up to five actors, weather, styles, all places, cameras and verbs."""
        return cls(
            CORE_ACTORS + MORE_ACTORS,
            CORE_PLACES + MORE_PLACES + NEW_PLACES,
            (*CORE_TIMES, "dawn", "overcast"),
            ("clear", "rain", "snow", "fog", "leaves", "confetti", "fireflies"),
            ("static", "static", "static", "tracking", "tracking", *MORE_CAMERAS),
            FULL_ACTIONS,
            ("3d", "noir", "pixel", "watercolour", "sepia", "neon", "flat", "line", "claymation"),
            (0.55, 0.30, 0.08, 0.04, 0.03),
            plain=(0.6, 0.65),
            sized=(0.1, 0.1),
        )

    def verbs(self, actor: Actor) -> tuple[str, ...]:
        """What an actor can do."""
        able = self._kinds.get(actor.kind, ("stand",)) + EXTRA.get(actor.name, ())
        return tuple(verb for verb in able if verb not in self.without)

    def homes(self, actor: Actor) -> tuple[str, ...]:
        """Where an actor can be: swimmers in water, walkers, drivers and things anywhere but there."""
        wet = {place: place in PLACES and PLACES[place].water for place in self.places}
        if actor.kind == "swimmer":
            return tuple(place for place in self.places if wet[place])
        if actor.kind == "flyer":
            return tuple(place for place in self.places if place != "underwater")
        return tuple(place for place in self.places if not wet[place])


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


def _mostly_first(rng: np.random.Generator, choices: Sequence[T], chance: float) -> T:
    """The first with a chance, else any of the others."""
    if len(choices) == 1 or rng.random() < chance:
        return choices[0]
    return _pick(rng, choices[1:])


def _draw(rng: np.random.Generator, corpus: Corpus) -> Scene:
    count = 1 + int(rng.choice(len(corpus.share), p=corpus.share)) if len(corpus.share) > 1 else 1
    if corpus.even:
        place = _pick(rng, corpus.places)
        who = _pick(rng, [one for one in corpus.actors if place in corpus.homes(one)])
    else:
        who = _pick(rng, corpus.actors)
        place = _pick(rng, corpus.homes(who))
    if count == 1:
        lead, camera = _filmed(rng, corpus, _perform(rng, corpus, who))
        cast: tuple[Performer, ...] = (lead,)
    else:
        cast = _company(rng, corpus, who, place, count)
        camera = _pick(rng, [c for c in corpus.cameras if c in _CALM_CAMERAS or not any(p.direction for p in cast)])
        if cast[0].action in MOVES and count == 2 and "tracking" in corpus.cameras and rng.random() < 0.5:
            camera = "tracking"
    time, weather = _pick(rng, corpus.times), _mostly_first(rng, corpus.weathers, corpus.plain[0])
    weather = "clear" if place in BARE or PLACES[place].indoors else weather
    time = "night" if place in ("moon", "space") and "night" in corpus.times else time
    if weather == "fireflies":
        time = "night" if "night" in corpus.times else time
    style = _mostly_first(rng, corpus.styles, corpus.plain[1])
    return Scene("scenery", cast, place, time, weather, camera, style, int(rng.integers(2**31)))


def _filmed(rng: np.random.Generator, corpus: Corpus, lead: Performer) -> tuple[Performer, str]:
    """A single performer, laid out for a camera that suits what it does."""
    moves, camera = lead.action in MOVES, _pick(rng, corpus.cameras)
    if camera == "tracking" and not moves:
        camera = "static"
    if camera == "zoom in" and moves:
        # What moves ends nearer the border of a picture that grows: lay its path earlier, and let the fast stay whole.
        camera = "static" if SPEED[lead.action] > 0.12 else camera
        lead = replace(lead, x=lead.x - 0.06 * signed(lead.direction)) if camera == "zoom in" else lead
    if sum(corpus.sized) > 0 and camera in ("static", "tracking"):
        close, wide = corpus.sized
        draw = float(rng.random())
        if draw < close and (camera == "tracking" or lead.action in ("stand", "walk", "float")):
            lead = replace(lead, size=0.8)
        elif draw > 1 - wide:
            lead = replace(lead, size=0.19)
    return lead, camera


def _perform(rng: np.random.Generator, corpus: Corpus, who: Actor) -> Performer:
    action = _pick(rng, corpus.verbs(who))
    direction = _pick(rng, corpus.directions) if action in MOVES else ""
    start = 0.5 - signed(direction) * SPEED.get(action, 0.0) * SECONDS / 2
    return Performer(
        who.name,
        action,
        direction,
        size=GROUND_SIZE * who.scale * (1 + corpus.spread * float(rng.uniform(-0.06, 0.06))),
        x=start + corpus.spread * float(rng.uniform(-0.015, 0.015)),
        depth=0.5 + corpus.spread * float(rng.uniform(-0.05, 0.05)),
        phase=corpus.spread * float(rng.uniform()),
    )


def _company(rng: np.random.Generator, corpus: Corpus, who: Actor, place: str, count: int) -> tuple[Performer, ...]:
    """Two to five performers in one place."""
    lead = _perform(rng, corpus, who)
    if count > 2:
        return crowd(rng, lead, count)
    others = [a for a in corpus.actors if place in corpus.homes(a) and a.kind == who.kind and a != who]
    second = _perform(rng, corpus, _pick(rng, others or [who]))
    mobile = {"walker": "run", "driver": "drive", "flyer": "fly"}.get(who.kind)
    plots = ["beside", "pass", "chase", "meet"] if mobile else ["beside"]
    plot = _pick(rng, plots)
    if plot == "chase" and mobile and "chase" not in corpus.without:
        return chase(rng, lead, replace(second, action=mobile))
    if plot == "meet" and "meet" not in corpus.without:
        return meet(rng, lead, second)
    if plot == "pass" and mobile and mobile not in corpus.without:
        return pass_by(rng, lead, second, "walk" if mobile == "run" else mobile)
    return neighbour(rng, lead, second)
