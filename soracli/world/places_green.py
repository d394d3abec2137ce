"""Places where things are planted: park, garden, playground; and woods. Lengths are frame heights."""

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
from soracli.world.props import bench, bush, cottage, fence, flower, lamppost, poplar, tree, tuft
from soracli.world.props_outdoors import band
from soracli.world.rooms import PAINTS
from soracli.world.skies import sky
from soracli.world.strips import RGB, Strip, bar, box, disc, hashed, noise, triangle

LEAVES: tuple[RGB, ...] = (
    (0.30, 0.58, 0.26), (0.40, 0.64, 0.26), (0.22, 0.50, 0.30), (0.46, 0.62, 0.22), (0.30, 0.58, 0.26),
    (0.82, 0.58, 0.20), (0.80, 0.42, 0.20), (0.92, 0.68, 0.74),
)  # fmt: skip
BARK = (0.42, 0.30, 0.22)


def trail(view: View, ground: Strip, colour: RGB, top: float, bottom: float) -> None:
    """A path across the picture, between two rows, with edges that wind a little."""
    u, _ = ground_coordinates(view, ground)
    wave = 0.012 * noise(u * 0.8, torch.full((1, 1), 0.5), view.seed + 711)
    inside = ((ground.y - top - wave) * view.height + 0.5).clamp(0, 1) * (
        (bottom + wave - ground.y) * view.height + 0.5
    ).clamp(0, 1)
    ground.cover(inside, view.tone(shaded(colour, 0.86)))
    ground.cover(inside * ((ground.y - top - wave - 0.008) * view.height).clamp(0, 1)
                 * ((bottom + wave - 0.012 - ground.y) * view.height).clamp(0, 1), view.tone(colour))  # fmt: skip


def wood(view: View, y: float, tall: float, spacing: float, factor: float, veil: float, salt: int) -> Strip:
    """A row of trees of one season, seen through a veil of air."""
    strip = view.strip(y - tall * 1.25, y + 0.03, factor)
    leaf = view.pick(LEAVES, salt)
    for i, x in lattice(strip, spacing, tall, view.seed + salt):
        shade = 0.85 + 0.3 * hashed(view.seed, salt, i)
        size = tall * (0.75 + 0.45 * hashed(view.seed, salt, i, 1))
        slender = hashed(view.seed, salt, i // 2, 2) < 0.25
        grown = poplar if slender else tree
        size *= 1.15 if slender else 1.0
        colour = view.leaf(shaded(leaf, shade), veil, salt, i)
        grown(strip, x, y, size, colour, view.tone(BARK, veil), view.seed + i)
    return strip


def sward(view: View, ground: Strip, colour: RGB, low: float = 1.0) -> None:
    """The grain of grass on a ground: dabs darker and lighter than a colour, smaller with distance, down to row low."""
    u, z = ground_coordinates(view, ground)
    dabs = noise(u * 30, z * 100, view.seed + 715) + 0.6 * noise(u * 9, z * 26, view.seed + 716)
    near = (2.4 / z - 0.75).clamp(0, 1) * band(ground, 0.0, low)
    ground.cover(((dabs - 0.35) * 2.2).clamp(0, 1) * near * 0.38, view.tone(shaded(colour, 0.72)))
    ground.cover(((-dabs - 0.45) * 2.2).clamp(0, 1) * near * 0.38, view.tone(shaded(colour, 1.3)))


def verge(view: View, y: float, tall: float, spacing: float, colour: RGB, salt: int, bloom: float = 0.3) -> Strip:
    """Tufts of grass of many heights along row y. bloom: share of them that are in flower."""
    strip = standing(view, y, tall * 1.5)
    for i, x in lattice(strip, spacing, 0.1, view.seed + salt):
        size = tall * (0.6 + 0.6 * hashed(view.seed, salt, i))
        if hashed(view.seed, salt, i // 3, 1) < bloom:
            flower(view, strip, x, y, size * 1.15, int(6 * hashed(view.seed, salt, i // 3, 2)))
        else:
            tuft(strip, x, y, size, view.tone(shaded(colour, 0.85 + 0.35 * hashed(view.seed, salt, i, 3))))
    return strip


def park(view: View) -> Backdrop:
    """Lawns and trees round a path, with benches and lamps; houses of a town behind."""
    far = []
    if hashed(view.seed, 721) < 0.6:
        town = view.strip(0.1, HORIZON + 0.04, 0.05)
        for i, x in lattice(town, 0.13, 0.2, view.seed + 722):
            tall = 0.1 + 0.2 * hashed(view.seed, 723, i)
            tower = (x - 0.05, HORIZON - tall, x + 0.05, 0.64)
            town.shape(tower, box(*tower), view.tone((0.56, 0.64, 0.76), 0.5))
        far.append(town)
    far += [ridge(view, 0.565, 0.03, 0.2, 0.08, view.tone((0.36, 0.56, 0.36), 0.35), 724),
            wood(view, 0.605, 0.17, 0.2, 0.1, 0.25, 725)]  # fmt: skip
    ground = floor(view, (0.42, 0.68, 0.26), (0.50, 0.74, 0.34))
    sward(view, ground, (0.42, 0.68, 0.26))
    trail(view, ground, view.pick(((0.86, 0.78, 0.62), (0.76, 0.74, 0.72), (0.82, 0.68, 0.54)), 726), 0.775, 0.93)
    trees = wood(view, 0.665, 0.36, 0.52, ground_factor(0.665), 0.05, 727)
    seats = standing(view, 0.755, 0.36)
    brown = view.pick(((0.60, 0.40, 0.24), (0.32, 0.48, 0.34), (0.70, 0.34, 0.28)), 728)
    for i, x in landmarks(view, seats, 0.85, 0.4, 729):
        bench(view, seats, x, 0.755, 0.11, brown)
        lamppost(view, seats, x + 0.24, 0.755, 0.3)
        bush(seats, x - 0.3, 0.75, 0.07, view.leaf((0.28, 0.54, 0.28), 0.0, 728, i), i)
    front = verge(view, 0.995, 0.05, 0.1, (0.32, 0.58, 0.20), 730)
    return Backdrop(sky(view), far, ground, [trees, seats], [front])


BLOOMS: tuple[RGB, ...] = (
    (0.95, 0.35, 0.40), (0.98, 0.62, 0.75), (0.98, 0.80, 0.28), (0.65, 0.45, 0.85), (0.98, 0.97, 0.95),
    (0.95, 0.55, 0.25), (0.45, 0.52, 0.90),
)  # fmt: skip


def garden(view: View) -> Backdrop:
    """Beds of flowers, a hedge or a fence, a cottage and trees behind."""
    far = [
        ridge(view, 0.56, 0.03, 0.4, 0.06, view.tone((0.45, 0.66, 0.42), 0.3), 741),
        wood(view, 0.61, 0.2, 0.28, 0.12, 0.2, 742),
    ]
    ground = floor(view, (0.44, 0.70, 0.28), (0.52, 0.76, 0.36))
    sward(view, ground, (0.44, 0.70, 0.28))
    if hashed(view.seed, 743) < 0.6:
        trail(view, ground, (0.88, 0.80, 0.66), 0.80, 0.92)
    home = standing(view, 0.645, 0.45)
    for i, x in landmarks(view, home, 1.4, 0.5, 744):
        cottage(view, home, x, 0.645, 0.36, i)
    hedge = standing(view, 0.67, 0.1)
    if hashed(view.seed, 745) < 0.5:
        fence(view, hedge, 0.67, 0.07)
    else:
        for i, x in lattice(hedge, 0.14, 0.2, view.seed + 746):
            bush(hedge, x, 0.672, 0.07, view.leaf((0.24, 0.50, 0.26), 0.0, 746), i)
    near = [home, hedge]
    for row, (y, tall) in enumerate(((0.70, 0.06), (0.765, 0.085))):
        bed = standing(view, y, tall * 1.5)
        for i, x in lattice(bed, tall * 1.5, 0.1, view.seed + 747 + row):
            if i % 4:
                bloom(
                    view,
                    bed,
                    x,
                    y,
                    tall * (0.75 + 0.4 * hashed(view.seed, 749, row, i)),
                    view.pick(BLOOMS, 750, row, i // 4),
                    i,
                )
        near.append(bed)
    front = standing(view, 0.99, 0.2)
    for i, x in lattice(front, 0.3, 0.2, view.seed + 751):
        bloom(view, front, x, 0.99, 0.11 * (0.7 + 0.4 * hashed(view.seed, 752, i)), view.pick(BLOOMS, 753, i), i)
    return Backdrop(sky(view), far, ground, near, [front])


def bloom(view: View, strip: Strip, x: float, y: float, tall: float, colour: RGB, salt: int) -> None:
    """A clump of flowers: tulips, daisies or a flowering bush."""
    kind, green = int(3 * hashed(view.seed, 754, salt % 5)), view.tone((0.28, 0.55, 0.24))
    here = (x - tall, y - tall * 1.3, x + tall, y)
    petal = view.tone(colour)
    if kind == 2:
        bush(strip, x, y, tall * 0.75, green, salt)
        for k in range(7):
            a, b = hashed(view.seed, 755, salt, k) - 0.5, hashed(view.seed, 756, salt, k)
            strip.shape(here, disc(x + 1.3 * tall * a, y - tall * (0.15 + 0.6 * b), tall * 0.1, tall * 0.1), petal)
            strip.shape(
                here,
                disc(x + 1.3 * tall * a, y - tall * (0.15 + 0.6 * b), tall * 0.04, tall * 0.04),
                shaded(petal, 0.8),
            )
        return
    tuft(strip, x, y, tall * 0.6, green)
    for k in range(3):
        cx, cy = x + (k - 1) * tall * 0.42, y - tall * (0.72 + 0.25 * hashed(view.seed, 757, salt, k))
        strip.shape(here, bar(x + (k - 1) * tall * 0.2, y, cx, cy, tall * 0.03), green)
        if kind == 0:
            strip.shape(here, disc(cx, cy - tall * 0.06, tall * 0.12, tall * 0.15), petal)
            for side in (-1, 1):
                strip.shape(
                    here,
                    triangle(cx + side * tall * 0.07, cy - tall * 0.26, cy - tall * 0.05, tall * 0.06),
                    shaded(petal, 0.9),
                )
        else:
            strip.shape(here, disc(cx, cy, tall * 0.18, tall * 0.17), petal)
            strip.shape(here, disc(cx, cy, tall * 0.07, tall * 0.065), view.tone((0.95, 0.70, 0.15)))


def playground(view: View) -> Backdrop:
    """A slide, swings, a seesaw and a climbing frame on sand, trees behind a fence."""
    far = [
        ridge(view, 0.565, 0.03, 0.3, 0.06, view.tone((0.42, 0.62, 0.40), 0.3), 791),
        wood(view, 0.61, 0.22, 0.24, 0.12, 0.15, 792),
    ]
    ground = floor(view, (0.46, 0.70, 0.30), (0.52, 0.74, 0.36))
    trail(view, ground, view.pick(((0.93, 0.83, 0.62), (0.80, 0.52, 0.40), (0.88, 0.80, 0.66)), 793), 0.69, 0.97)
    rails = standing(view, 0.64, 0.08)
    fence(view, rails, 0.64, 0.06)
    things = standing(view, 0.735, 0.5)
    turn = int(4 * hashed(view.seed, 794))
    for i, x in landmarks(view, things, 0.62, 0.5, 795):
        paints = [view.tone(view.pick(PAINTS, 796, i, k)) for k in range(3)]
        (_slide, _swings, _frame, _seesaw)[(i + turn) % 4](things, x, 0.735, paints)
    return Backdrop(sky(view), far, ground, [rails, things], [])


def _slide(strip: Strip, x: float, y: float, paints: list[RGB]) -> None:
    here, post = (x - 0.32, y - 0.45, x + 0.32, y), shaded(paints[2], 0.8)
    for leg in (-0.2, -0.1):
        strip.shape(here, bar(x + leg, y, x + leg, y - 0.36, 0.010), post)
    strip.shape(here, triangle(x - 0.15, y - 0.45, y - 0.35, 0.11), paints[0])
    for step in range(5):
        strip.shape(
            here, bar(x - 0.245 + 0.008 * step, y - 0.04 - 0.045 * step, x - 0.20, y - 0.04 - 0.045 * step, 0.006), post
        )
    strip.shape(here, bar(x - 0.26, y, x - 0.2, y - 0.24, 0.007), post)
    strip.shape(here, box(x - 0.21, y - 0.235, x - 0.09, y - 0.215), paints[2])
    strip.shape(here, bar(x - 0.09, y - 0.235, x + 0.2, y - 0.035, 0.022), paints[1])
    strip.shape(here, bar(x + 0.2, y - 0.035, x + 0.28, y - 0.03, 0.022), paints[1])
    strip.shape(here, bar(x - 0.09, y - 0.25, x + 0.2, y - 0.05, 0.008), shaded(paints[1], 1.25))


def _swings(strip: Strip, x: float, y: float, paints: list[RGB]) -> None:
    here = (x - 0.3, y - 0.42, x + 0.3, y)
    for side in (-1, 1):
        for lean in (-0.05, 0.05):
            strip.shape(here, bar(x + side * 0.22 + lean, y, x + side * 0.21, y - 0.36, 0.009), paints[0])
        at = x + side * 0.095
        for rope in (-0.028, 0.028):
            strip.shape(here, bar(at + rope, y - 0.36, at + rope, y - 0.1, 0.003), (0.35, 0.33, 0.32))
        strip.shape(here, bar(at - 0.032, y - 0.095, at + 0.032, y - 0.095, 0.009), paints[1])
    strip.shape(here, bar(x - 0.23, y - 0.36, x + 0.23, y - 0.36, 0.012), paints[0])


def _frame(strip: Strip, x: float, y: float, paints: list[RGB]) -> None:
    here = (x - 0.25, y - 0.3, x + 0.25, y)
    for k in range(4):
        at = x + (k - 1.5) * 0.1
        strip.shape(here, bar(at, y, at, y - 0.26, 0.008), paints[0])
        strip.shape(here, bar(x - 0.15, y - 0.06 - 0.066 * k, x + 0.15, y - 0.06 - 0.066 * k, 0.007), paints[1])


def _seesaw(strip: Strip, x: float, y: float, paints: list[RGB]) -> None:
    here = (x - 0.3, y - 0.2, x + 0.3, y)
    strip.shape(here, triangle(x, y - 0.1, y, 0.05), paints[0])
    strip.shape(here, bar(x - 0.23, y - 0.03, x + 0.23, y - 0.145, 0.013), paints[1])
    for at, level in ((-0.18, 0.045), (0.18, 0.135)):
        strip.shape(here, bar(x + at, y - level, x + at, y - level - 0.045, 0.006), paints[2])


GREEN = {"park": park, "garden": garden, "playground": playground}
