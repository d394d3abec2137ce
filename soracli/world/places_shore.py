"""The beach. Lengths are frame heights."""

from __future__ import annotations

import math

import torch

from soracli.world.language.verbs import HORIZON, ground_factor
from soracli.world.layers import Backdrop, View, floor, ground_coordinates, lattice, ridge, shaded, standing
from soracli.world.props import palm, tuft
from soracli.world.skies import sky
from soracli.world.strips import Strip, bar, disc, hashed, noise


def beach(view: View) -> Backdrop:
    """Sand with shells, the sea with waves behind it, palms, at times a headland far off."""
    tone = view.tone
    far = (
        [ridge(view, 0.585, 0.04, 0.7, 0.03, tone((0.40, 0.60, 0.50), 0.5), 56)] if hashed(view.seed, 55) < 0.5 else []
    )
    ground = floor(view, (0.96, 0.84, 0.60), (0.93, 0.80, 0.56), 0.03)
    shore, (u, z) = 0.735, ground_coordinates(view, ground)
    edge = shore + 0.008 * noise(u * 1.5, torch.full((1, 1), 0.5), view.seed + 51) + 0.004 * (u * 5).sin()
    h = view.height
    sand = noise(u * 9, z * 24, view.seed + 60)
    ground.cover(((sand - 0.25) * 1.6).clamp(0, 1) * 0.22, tone((0.86, 0.70, 0.46)))
    ground.cover(((edge + 0.022 - ground.y) * h / 3 + 0.5).clamp(0, 1), tone((0.83, 0.68, 0.46)))
    ground.cover(((edge + 0.008 - ground.y) * h + 0.5).clamp(0, 1), tone((0.97, 0.99, 1.0)))
    water = ((edge - 0.004 - ground.y) * h + 0.5).clamp(0, 1)
    ground.cover(water, tone((0.20, 0.70, 0.80)))
    ground.cover(water * ((edge - ground.y) / (shore - HORIZON)).clamp(0, 1) ** 0.7, tone((0.10, 0.42, 0.72)))
    swell = (z * 5 + 0.9 * noise(u * 1.1, z * 2, view.seed + 52)) * 2 * math.pi / 1.6
    ground.cover(water * ((swell.sin() - 0.72) * 3).clamp(0, 1) * 0.45, tone((0.80, 0.95, 1.0)))
    near = []
    for y, tall in ((0.765, 0.42),):
        strip = standing(view, y, tall * 1.25)
        for i, x in lattice(strip, 1.05, 0.5, view.seed + 53):
            palm(view, strip, x, y, tall * (0.9 + 0.2 * hashed(view.seed, 54, i)), 1 if i % 2 else -1)
            for k in range(5):
                tuft(strip, x + 0.035 * (k - 2), y + 0.004, 0.035 + 0.012 * (k % 3), tone((0.42, 0.60, 0.28)))
        near.append(strip)
    for y in (0.79, 0.9, 0.975):
        near.append(_shells(view, y))
    return Backdrop(sky(view), far, ground, near, [], shore + 0.012)


def _shells(view: View, y: float) -> Strip:
    """Shells, pebbles and starfish on the sand near row y."""
    strip, size = view.strip(y - 0.03, y + 0.02, ground_factor(y)), 0.013 * ground_factor(y)
    for i, x in lattice(strip, 0.24, 0.1, view.seed + 57 + round(100 * y)):
        kind, at = hashed(view.seed, 58, i, round(100 * y)), y - 0.02 * hashed(view.seed, 59, i)
        if kind < 0.2:
            for k in range(5):
                a = math.pi * (0.4 * k - 0.5)
                strip.put(bar(x, at, x + size * 1.3 * math.cos(a), at + size * 0.6 * math.sin(a), size * 0.3),
                          view.tone((0.92, 0.46, 0.30)))  # fmt: skip
        else:
            paint = view.tone(((0.98, 0.94, 0.88), (0.96, 0.78, 0.70), (0.70, 0.66, 0.60))[i % 3])
            strip.put(disc(x, at, size * 0.8, size * 0.45), shaded(paint, 0.86))
            strip.put(disc(x - size * 0.12, at - size * 0.1, size * 0.6, size * 0.3), paint)
    return strip


SHORE = {"beach": beach}
