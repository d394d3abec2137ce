"""Snow that lies: a place as it is when it snows, from the same layers."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from soracli.world.language.surroundings import BARE, PLACES
from soracli.world.layers import Backdrop, View, ground_coordinates, shaded
from soracli.world.strips import RGB, Strip, noise

SNOWFALL = frozenset({"snow", "flurries", "blizzard"})
FRESH: RGB = (0.96, 0.98, 1.0)
ON_GROUND, BARELY = 0.92, 0.08  # share of white on the ground, and by how much it differs from patch to patch
FROST = 0.16  # share of white on all that stands
CAP, UNEVEN = 0.026, 0.5  # depth of the snow on upper edges, frame heights, and the share by which it differs


def lies(place: str, weather: str, season: str = "") -> bool:
    """Whether snow lies there: in winter, or as it falls; outdoors, on land."""
    known = PLACES.get(place)
    if (weather not in SNOWFALL and season != "winter") or place in BARE:
        return False
    return known is None or not (known.indoors or known.water or not known.ground)


def covered(drawn: Backdrop, view: View) -> Backdrop:
    """A place with white ground, and with snow on the upper edges of what stands there. Changes its layers in place."""
    white = shaded(view.tone(FRESH), 1.08)
    u, z = ground_coordinates(view, drawn.ground)
    patches = noise(u * 2.5, z * 6, view.seed + 951) / z.clamp(min=1)
    land = ((drawn.ground.y - drawn.shore) * view.height + 0.5).clamp(0, 1)
    drawn.ground.cover((ON_GROUND + BARELY * patches).clamp(0, 1) * land, white)
    for strip in (*drawn.far, *drawn.near, *drawn.front):
        if not strip.drift:  # clouds and smoke
            _cap(strip, white, view.seed)
    return drawn


def _cap(strip: Strip, white: RGB, seed: int) -> None:
    """Frost over a layer, and white where it begins when one looks from above."""
    alpha = strip.pixels[..., 3].clone()
    uneven = UNEVEN * noise(strip.x * 14, torch.full((1, 1), 0.5), seed + 952)
    for share in (0.5, 1.0):  # thin out downwards
        rows = max(round(CAP * share * strip.height), 1)
        above = F.pad(alpha, (0, 0, rows, 0))[: len(alpha)]
        if strip.top == 0:
            above[:rows] = alpha[:1]
        strip.cover((alpha - above).clamp(0, 1) * (0.75 + uneven), white)
    strip.cover(FROST * alpha, white)
