"""Seasons: what becomes of the colours of what grows."""

from __future__ import annotations

from collections.abc import Mapping

from soracli.world.strips import RGB, hashed

TREES: Mapping[str, tuple[RGB, ...]] = {  # of the leaves of trees and bushes
    "spring": ((0.97, 0.74, 0.83), (0.99, 0.88, 0.92), (0.62, 0.80, 0.36), (0.96, 0.68, 0.78), (0.54, 0.76, 0.32)),
    "summer": ((0.30, 0.58, 0.26), (0.40, 0.64, 0.26), (0.24, 0.52, 0.26), (0.46, 0.62, 0.22)),
    "autumn": (
        (0.86, 0.36, 0.16), (0.93, 0.58, 0.16), (0.95, 0.74, 0.22), (0.72, 0.24, 0.16), (0.80, 0.50, 0.20),
    ),
    "winter": ((0.80, 0.86, 0.92), (0.72, 0.79, 0.87), (0.86, 0.91, 0.96)),
}  # fmt: skip
GRASS: Mapping[str, tuple[RGB, float]] = {  # what it turns to, and how far
    "spring": ((0.52, 0.84, 0.32), 0.4),
    "autumn": ((0.74, 0.62, 0.26), 0.5),
    "winter": ((0.72, 0.70, 0.58), 0.6),
}
LITTER: Mapping[str, tuple[RGB, ...]] = {  # what lies on the ground
    "autumn": ((0.84, 0.34, 0.14), (0.95, 0.62, 0.18), (0.90, 0.74, 0.26), (0.66, 0.26, 0.14), (0.62, 0.42, 0.20)),
    "spring": ((0.98, 0.82, 0.88), (1.0, 0.93, 0.95), (0.96, 0.74, 0.82)),
}


def of_tree(colour: RGB, season: str, *number: int) -> RGB:
    """The leaves of a tree or a bush: its own colour in no season. number: of the tree, for chance."""
    if season not in TREES:
        return colour
    options = TREES[season]
    r, g, b = options[int(hashed(*number, 1) * len(options))]
    share = 0.86 + 0.24 * hashed(*number, 2)
    return min(r * share, 1.0), min(g * share, 1.0), min(b * share, 1.0)


def of_grass(colour: RGB, season: str) -> RGB:
    """A colour as it is in a season: what is as green as grass turns, firs and all else stay as they are."""
    r, g, b = colour
    if season not in GRASS or not (g > r + 0.04 and g > b + 0.12 and r >= b - 0.04):
        return colour
    (tr, tg, tb), share = GRASS[season]
    grey = (r + g + b) / 3
    bright = grey / ((tr + tg + tb) / 3) * (1.08 if season != "spring" else 1.0)
    mixed = (c + (min(t * bright, 1.0) - c) * share for c, t in zip((r, g, b), (tr, tg, tb), strict=True))
    red, green, blue = mixed
    return red, green, blue
