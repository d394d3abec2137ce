"""The words of what is painted behind the performers: place, time of day, weather and camera, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from soracli.world.language.surroundings import CAMERAS, PLACES, TIMES, WEATHERS
from soracli.world.scene import Scene


def setting(scene: Scene, rng: np.random.Generator | None = None) -> str:
    """A caption of a scene without its performers, such as `a beach, at sunset, in the rain, tracking shot`.

    rng: picks among the wordings in half of the cases; without it the first one is taken, which the network knows best.
    """
    varied = rng is not None and rng.random() < 0.5

    def one(words: Sequence[str]) -> str:
        return words[int(rng.integers(len(words)))] if rng is not None and varied else words[0]

    place = PLACES[scene.place]
    parts = [one(place.nouns)]
    if not place.indoors:
        time = TIMES[scene.time]
        parts.append(one(time.phrases + (time.clear if scene.weather == "clear" else ())))
    if scene.weather != "clear":
        parts.append(one(WEATHERS[scene.weather].phrases))
    return ", ".join([*parts, one(CAMERAS[scene.camera].shots)])
