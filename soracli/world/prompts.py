"""Captions that say everything: who, what, which way, where, when and how it is filmed."""

from __future__ import annotations

import numpy as np

from soracli.world import words
from soracli.world.captions import Slots, describe, slots
from soracli.world.scene import Scene
from soracli.world.surroundings import CAMERAS, TIMES


def complete(scene: Scene, rng: np.random.Generator) -> str:
    """A caption that says time, camera and direction too, which captions often leave to the viewer."""
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
    for _ in range(5000):
        text = describe(said, rng, drop=0.0, typo=0.0, keywords=0.0)
        if all(any(phrase in text.lower() for phrase in phrases) for phrases in needed):
            return text
    raise AssertionError(f"no caption says all of {said}")
