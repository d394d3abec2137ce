"""Captions that say everything: who, what, which way, where, when, how it is filmed and in which style."""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from soracli.world import captions, grammar, words
from soracli.world.captions import Slots, describe, slots
from soracli.world.scene import Scene
from soracli.world.surroundings import CAMERAS, PLACES, STYLES, TIMES, WEATHERS


def complete(scene: Scene, rng: np.random.Generator) -> str:
    """A caption that says time, camera, direction and any style but the plain one, which captions often leave out."""
    return worded(slots(scene), rng)


def worded(said: Slots, rng: np.random.Generator) -> str:
    """A caption of all that is said, time, camera and direction too."""
    needed = []
    if "camera" in said:
        camera = CAMERAS[said["camera"]]
        needed.append(camera.shots + camera.clauses + camera.onto)
    if "time" in said:
        needed.append(TIMES[said["time"]].phrases + TIMES[said["time"]].clear)
    if "direction" in said:
        needed.append(words.DIRECTIONS[said["direction"]])
    if said.get("style", "3d") != "3d":
        needed.append(STYLES[said["style"]].media + STYLES[said["style"]].tails)
    for _ in range(5000):
        text = describe(said, rng, drop=0.0, typo=0.0, keywords=0.0)
        if all(any(phrase in text.lower() for phrase in phrases) for phrases in needed):
            return text
    raise AssertionError(f"no caption says all of {said}")


@cache
def spoken() -> frozenset[str]:
    """Every word that captions use, lower case, in every form that it may take: what the networks have read."""
    tables = (words.ACTORS, words.ACTIONS, words.ACTOR_ACTIONS, words.PASSIVES, words.DIRECTIONS, words.RELATIONS,
              words.COUNTS, words.SIZES)  # fmt: skip
    phrases = {phrase for table in tables for some in table.values() for phrase in some}
    rows = [row for table in (PLACES, TIMES, WEATHERS, CAMERAS, STYLES) for row in table.values()]
    phrases |= {phrase for row in rows for some in row if isinstance(some, tuple) for phrase in some}
    phrases |= {*captions.LOOKS, *captions.SHOTS, *captions.ASKS}
    found = {word for phrase in phrases for word in re.findall(r"[a-z0-9]+", phrase.lower())}
    forms = (grammar.plural, grammar.singular, grammar.finite, grammar.doing, grammar.past)
    return frozenset(found | {form(word) for word in found for form in forms})
