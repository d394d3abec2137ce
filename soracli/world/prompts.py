"""Captions that say everything: who, what, which way, where, when and how it is filmed."""

from __future__ import annotations

import numpy as np

from soracli.world import words
from soracli.world.captions import describe, slots
from soracli.world.scene import Scene
from soracli.world.surroundings import CAMERAS, TIMES


def complete(scene: Scene, rng: np.random.Generator) -> str:
    """A caption that says time, camera and direction too, which captions often leave to the viewer."""
    said = slots(scene)
    camera, moment = CAMERAS[scene.camera], TIMES[scene.time]
    needed = [camera.shots + camera.clauses + camera.onto, moment.phrases + moment.clear]
    if "direction" in said:
        needed.append(words.DIRECTIONS[said["direction"]])
    for _ in range(5000):
        text = describe(said, rng, drop=0.0, typo=0.0, keywords=0.0)
        if all(any(phrase in text.lower() for phrase in phrases) for phrases in needed):
            return text
    raise AssertionError(f"no caption says all of {said}")
