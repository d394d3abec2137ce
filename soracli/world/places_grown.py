"""Places where fruit grows: orchard, cherry grove, vineyard. Lengths are frame heights."""

from __future__ import annotations

import torch

from soracli.world.language.verbs import HORIZON, ground_factor
from soracli.world.layers import (
    Backdrop,
    View,
    floor,
    ground_coordinates,
    landmarks,
    lattice,
    ridge,
    shaded,
    standing,
)
from soracli.world.places_green import BARK
from soracli.world.places_land import edge_of_grass
from soracli.world.props import cottage, tree
from soracli.world.props_outdoors import band, fruits
from soracli.world.skies import sky
from soracli.world.strips import RGB, Strip, bar, disc, hashed, noise


def orchard(view: View) -> Backdrop:
    """Rows of trees full of fruit; ladders and baskets under them."""
    kinds: tuple[RGB, ...] = ((0.90, 0.20, 0.16), (1.0, 0.60, 0.12), (0.95, 0.84, 0.30), (0.90, 0.20, 0.16))
    fruit = view.pick(kinds, 1093)
    drawn = _rows_of_trees(view, (0.34, 0.57, 0.25), fruit)
    for i, x in landmarks(view, drawn.near[-1], 1.24, 0.5, 1096):
        if hashed(view.seed, 1099, i) < 0.8:
            _ladder(view, drawn.near[-1], x + 0.17, 0.70, fruit)
    return drawn


def blossom(view: View) -> Backdrop:
    """Rows of cherry trees in blossom, petals in the grass."""
    return _rows_of_trees(view, view.pick(((0.97, 0.73, 0.82), (0.98, 0.82, 0.89), (0.95, 0.64, 0.77)), 1092), None)


def _rows_of_trees(view: View, leaf: RGB, fruit: RGB | None) -> Backdrop:
    """Trees in rows that recede, with fruit or, without one, petals that have fallen."""
    tone = view.tone
    far = [ridge(view, 0.565, 0.045, 0.5, 0.05, tone((0.46, 0.64, 0.50), 0.4), 1094)]
    ground = floor(view, (0.44, 0.68, 0.28), (0.54, 0.74, 0.36))
    u, _ = ground_coordinates(view, ground)
    ground.cover(((0.11 - ((u / 0.8) % 1 - 0.5).abs()) * 12).clamp(0, 1) * 0.35, tone((0.74, 0.66, 0.42)))
    near = []
    own = not view.season or (view.season == "spring" and fruit is None)

    def crown(row: int, i: int, veil: float) -> RGB:
        return tone(leaf, veil) if own else view.leaf(leaf, veil, 1096, row, i)

    rows = ((0.618, 0.13, 0.15, 0.3), (0.642, 0.22, 0.28, 0.16), (0.69, 0.42, 0.62, 0.02))
    for row, (y, tall, spacing, veil) in enumerate(rows):
        strip = standing(view, y, tall * 1.25)
        for i, x in landmarks(view, strip, spacing, tall, 1096):
            size = tall * view.between(0.92, 1.1, 1097, row, i)
            tree(strip, x, y, size, crown(row, i, veil), tone(BARK, veil), view.seed + i)
            if fruit is not None:
                fruits(strip, x, y, size, tone(fruit, veil), view.seed + i)
        near.append(strip)
    edge = edge_of_grass(view, (0.32, 0.58, 0.20))
    if fruit is None and own:
        for y in (0.70, 0.76, 0.83, 0.91):
            near.append(_petals(view, y, tone(shaded(leaf, 1.06))))
    return Backdrop(sky(view, 0.8), far, ground, near, [edge])


def _petals(view: View, y: float, colour: RGB) -> Strip:
    """Petals that lie in the grass, in a band round row y."""
    strip, size = view.strip(y - 0.03, y + 0.03, ground_factor(y)), 0.011 * ground_factor(y)
    for i, x in lattice(strip, 0.07, 0.1, view.seed + 1095 + round(100 * y)):
        at = y + 0.05 * (hashed(view.seed, 1098, i, round(100 * y)) - 0.5)
        strip.shape((x - 0.02, at - 0.01, x + 0.02, at + 0.01), disc(x, at, size, size * 0.4), colour)
    return strip


def vineyard(view: View) -> Backdrop:
    """Rows of vines with grapes on their wires, rolling hills with more of them, a cottage."""
    tone = view.tone
    far = [ridge(view, 0.55, 0.06, 0.6, 0.05, tone((0.46, 0.60, 0.52), 0.4), 1141)]
    slope = ridge(view, 0.585, 0.05, 0.5, 0.1, tone((0.52, 0.66, 0.34), 0.2), 1142)
    stripes = ((slope.x * 1.1 + slope.y * 2.2) * 60).sin().clamp(0, 1) * (slope.pixels[..., 3] > 0.5).float()
    slope.cover(stripes * 0.45, tone((0.32, 0.48, 0.24), 0.2))
    home = view.strip(0.3, HORIZON + 0.04, 0.12)
    for i, x in landmarks(view, home, 1.5, 0.4, 1143):
        cottage(view, home, x, 0.62, 0.2, i)
    ground = floor(view, (0.66, 0.52, 0.36), (0.62, 0.56, 0.38), 0.06)
    ground.cover(band(ground, 0.765, 1.1), tone((0.48, 0.66, 0.30)))
    grape = view.pick(((0.42, 0.20, 0.46), (0.30, 0.24, 0.52), (0.70, 0.78, 0.34)), 1144)
    near = []
    for row, (y, tall) in enumerate(((0.632, 0.035), (0.672, 0.06), (0.752, 0.11))):
        strip = standing(view, y, tall * 1.2)
        _vines(view, strip, y, tall, tone(grape, 0.2 - 0.1 * row), 0.24 - 0.11 * row, row)
        near.append(strip)
    return Backdrop(sky(view, 0.7), [*far, slope, home], ground, near, [edge_of_grass(view, (0.36, 0.58, 0.22))])


def _vines(view: View, strip: Strip, y: float, tall: float, grape: RGB, veil: float, row: int) -> None:
    """One row of vines along the whole strip: stems, posts, a hedge of leaves, bunches of grapes."""
    leaf, post = view.tone((0.34, 0.56, 0.22), veil), view.tone((0.52, 0.40, 0.28), veil)
    for i, x in lattice(strip, tall * 0.9, 0.1, view.seed + 1145 + row):
        strip.shape((x - tall, y - tall, x + tall, y), bar(x, y, x + tall * 0.05, y - tall * 0.5, tall * 0.03), post)
        if i % 3 == 0:
            strip.shape((x - tall, y - tall * 1.1, x + tall, y), bar(x, y, x, y - tall * 1.02, tall * 0.025), post)
    flat = torch.full((1, 1), 0.5)
    leaves = 0.06 * noise(strip.x / tall * 5, flat, view.seed + 1148) + 0.03 * (strip.x / tall * 31).sin()
    low, top = y - tall * (0.36 + leaves), y - tall * (0.9 + leaves)
    strip.cover(band(strip, top, low), shaded(leaf, 0.8))
    mottled = noise(strip.x / tall * 9, strip.y / tall * 9, view.seed + 1149)
    strip.cover(band(strip, top, low - tall * 0.05) * ((mottled + 0.1) * 6).clamp(0, 1), leaf)
    strip.cover(band(strip, top, top + tall * 0.2) * ((mottled - 0.3) * 6).clamp(0, 1), shaded(leaf, 1.2))
    for i, x in lattice(strip, tall * 0.34, 0.1, view.seed + 1151 + row):
        cy, r = y - tall * (0.36 + 0.28 * hashed(view.seed, 1152, row, i)), tall * 0.036
        for dx, dy in ((-1, 0), (1, 0), (0, 0.4), (-0.6, 1.4), (0.6, 1.4), (0, 2.6)) if row else ((0, 0), (0, 1.4)):
            ball = disc(x + dx * r, cy + dy * r, r, r)
            strip.shape(ball.bounds, ball, shaded(grape, 0.9 + 0.1 * dx))


def _ladder(view: View, strip: Strip, x: float, y: float, fruit: RGB) -> None:
    """A ladder that leans to the left, a basket of fruit at its foot."""
    pole, here = view.tone((0.76, 0.58, 0.36)), (x - 0.2, y - 0.3, x + 0.22, y)
    for side in (0.0, 0.045):
        strip.shape(here, bar(x + side, y, x + side - 0.09, y - 0.26, 0.006), pole)
    for k in range(1, 6):
        step = (x - 0.09 * k / 6, y - 0.26 * k / 6)
        strip.shape(here, bar(*step, step[0] + 0.045, step[1], 0.004), pole)
    for k in range(5):
        strip.shape(here, disc(x + 0.085 + 0.022 * k, y - 0.052 - 0.008 * (k % 2), 0.016, 0.016), view.tone(fruit))
    basket = (x + 0.07, y - 0.05, x + 0.19, y)
    strip.shape(basket, bar(x + 0.095, y - 0.026, x + 0.165, y - 0.026, 0.026), view.tone((0.62, 0.44, 0.26)))


GROWN = {"orchard": orchard, "cherry grove": blossom, "vineyard": vineyard}
