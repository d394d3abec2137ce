"""Captions that say everything: who, what, which way, where, when, how it is filmed and in which style."""

from __future__ import annotations

import numpy as np

from soracli.world.language import words
from soracli.world.language.captions import describe, slots
from soracli.world.language.surroundings import CAMERAS, STYLES, TIMES
from soracli.world.scene import Scene


def complete(scene: Scene, rng: np.random.Generator) -> str:
    """A caption that says time, camera, direction and any style but the plain one, which captions often leave out."""
    said, needed = slots(scene), []
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
