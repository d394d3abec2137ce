"""Places where people gather: market, fairground, rooftop, harbour. Lengths are frame heights."""

from __future__ import annotations

import math

import numpy as np
import torch

from soracli.world.language.verbs import HORIZON, ground_factor
from soracli.world.layers import (
    Backdrop,
    View,
    floor,
    glow,
    ground_coordinates,
    haze,
    landmarks,
    lattice,
    ridge,
    shaded,
    standing,
)
from soracli.world.places_green import wood
from soracli.world.places_water import waves
from soracli.world.props import cottage, lamppost
from soracli.world.props_outdoors import band, slab
from soracli.world.props_town import boat, booth, crates, gantry, lights_on, tent, wheel
from soracli.world.rooms import PAINTS, tiles
from soracli.world.skies import sky
from soracli.world.strips import RGB, Strip, bar, disc, hashed, triangle

WARM = (1.0, 0.86, 0.52)  # of lamps


def market(view: View) -> Backdrop:
    """Stalls with striped awnings and heaps of fruit along a paved square, lights strung over it, houses behind."""
    back = view.strip(0.1, HORIZON + 0.045, 0.12)
    hazy = view._replace(light=view.light._replace(scenery=view.tone((0.94, 0.95, 0.97), 0.18)))
    for i, x in lattice(back, 0.3, 0.3, view.seed + 1321):
        cottage(hazy, back, x, 0.63, 0.24 + 0.05 * hashed(view.seed, 1322, i), 60 + i)
    ground = floor(view, (0.76, 0.68, 0.58), (0.70, 0.64, 0.56), 0.06)
    tiles(view, ground, (0.69, 0.61, 0.52), 0.12)
    rows = []
    for row, (y, tall, spacing) in enumerate(((0.662, 0.20, 0.34), (0.735, 0.37, 0.66))):
        strip = standing(view, y, tall * 1.2)
        for i, x in landmarks(view, strip, spacing, 0.5, 1323 + row):
            booth(view, strip, x, y, tall, 100 * row + i)
        rows.append(strip)
    goods = standing(view, 0.755, 0.1)
    for i, x in landmarks(view, goods, 0.66, 0.4, 1324):
        crates(view, goods, x + 0.33, 0.755, 0.065, i)
    over = view.strip(0.0, 0.34, ground_factor(0.72))
    _bunting(view, over, 0.09, 0.62)
    return Backdrop(sky(view, 0.8), [back], ground, [*rows, over, goods], [])


def _bunting(view: View, strip: Strip, y: float, span: float) -> None:
    """Flags or, by night, lamps on a line that sags between poles `span` apart."""
    left, right = strip.span
    cord, number = view.tone((0.35, 0.30, 0.28)), math.ceil((right - left) / 0.045) + 2
    first = math.floor(left / 0.045)
    for i in range(first, first + number):
        x = i * 0.045
        at, after = (y + 0.09 * (1 - (2 * (p / span % 1) - 1) ** 2) for p in (x, x + 0.045))
        here = (x - 0.06, y - 0.02, x + 0.08, y + 0.2)
        strip.shape(here, bar(x, at, x + 0.045, after, 0.002), cord)
        if view.light.lit:
            glow(strip, x, at + 0.015, 0.05, WARM, 0.7)
            strip.shape(here, disc(x, at + 0.012, 0.009, 0.011), (1.0, 0.94, 0.72))
        else:
            paint = view.tone(PAINTS[(i * 3 + view.seed) % len(PAINTS)])
            strip.shape(here, lambda u, v, x=x, at=at: triangle(x, -at - 0.042, -at, 0.017)(u, -v), paint)  # type: ignore[misc]


def fairground(view: View) -> Backdrop:
    """A Ferris wheel, striped tents, booths and strings of lights."""
    far = [ridge(view, 0.57, 0.03, 0.5, 0.05, view.tone((0.46, 0.62, 0.52), 0.35), 1331),
           wood(view, 0.607, 0.11, 0.15, 0.1, 0.25, 1332)]  # fmt: skip
    great = view.strip(0.05, HORIZON + 0.04, 0.14)
    for i, x in landmarks(view, great, 1.5, 0.6, 1333):
        wheel(view, great, x, 0.62, view.between(0.21, 0.235, 1334, i))
        tent(view, great, x + view.pick((-0.62, 0.62), 1336), 0.625, 0.26, 90 + i)
    ground = floor(view, (0.56, 0.68, 0.34), (0.60, 0.72, 0.40), 0.08)
    ground.cover(band(ground, 0.735, 1.1), view.tone((0.84, 0.74, 0.56)))
    tents = standing(view, 0.672, 0.46)
    for i, x in landmarks(view, tents, 0.98, 0.5, 1337):
        tent(view, tents, x + 0.45, 0.67, 0.34 * view.between(0.9, 1.1, 1338, i), i)
    booths = standing(view, 0.735, 0.36)
    for i, x in landmarks(view, booths, 0.98, 0.5, 1337):
        booth(view, booths, x - 0.06, 0.735, 0.27, 200 + i)
        lights_on(view, booths, x + 0.36, 0.735, 0.3)
    over = view.strip(0.0, 0.34, ground_factor(0.72))
    _bunting(view, over, 0.04, 0.9)
    return Backdrop(sky(view, 0.8), [*far, great], ground, [tents, over, booths], [])


def rooftop(view: View) -> Backdrop:
    """A flat roof with a parapet, a water tank and air vents above the towers of a city."""
    tone = view.tone
    far = []
    for row, (factor, veil, tall, wide) in enumerate(((0.03, 0.55, 0.30, 0.13), (0.07, 0.3, 0.24, 0.17))):
        strip = view.strip(0.06, 0.72, factor)
        for i, x in lattice(strip, wide, 0.3, view.seed + 1341 + row):
            skyscraper(view, strip, x, wide * 0.44, tall * view.between(0.5, 1.6, 1343, row, i), veil, 40 * row + i)
        far.append(strip)
    paint = view.pick(((0.62, 0.62, 0.64), (0.70, 0.62, 0.56), (0.56, 0.60, 0.66)), 1344)
    ground = floor(view, paint, shaded(paint, 0.95), 0.03)
    u, z = ground_coordinates(view, ground)
    for seam, wide in (((u / 0.6) % 1 - 0.5, 0.6), ((z * 2.2) % 1 - 0.5, 0.3)):
        ground.cover(((0.005 - seam.abs() * wide) * view.height / z + 0.5).clamp(0, 1) * 0.35, tone(shaded(paint, 0.6)))
    wall = standing(view, 0.712, 0.1)
    left, right = wall.span
    slab(wall, left, 0.645, right, 0.712, tone(shaded(paint, 0.86)))
    slab(wall, left, 0.634, right, 0.65, tone(shaded(paint, 1.2)))
    slab(wall, left, 0.70, right, 0.712, tone(shaded(paint, 0.7)))
    things = standing(view, 0.735, 0.62)
    for i, x in landmarks(view, things, 1.15, 0.6, 1345):
        _tank(view, things, x, 0.735)
        _vents(view, things, x + 0.5, 0.735, i)
    return Backdrop(sky(view, 0.7), far, _hidden(view, ground), [wall, things], [])


def _hidden(view: View, ground: Strip) -> Strip:
    """A ground whose far end is in the shade of a wall."""
    ground.cover(band(ground, 0.0, 0.725) * 0.4, (0.0, 0.0, 0.0))
    return ground


def skyscraper(view: View, strip: Strip, x: float, half: float, tall: float, veil: float, number: int) -> None:
    """A tower of glass or of brick with rows of windows, down to row 0.72."""
    hues: tuple[RGB, ...] = ((0.50, 0.60, 0.74), (0.66, 0.60, 0.58), (0.44, 0.52, 0.62), (0.72, 0.68, 0.64))
    wall, top = view.tone(view.pick(hues, 1351, number), veil), HORIZON - tall
    slab(strip, x - half, top, x + half, 0.72, wall)
    slab(strip, x + half * 0.45, top, x + half, 0.72, shaded(wall, 0.88))
    kind = hashed(view.seed, 1352, number)
    if kind < 0.3:
        slab(strip, x - half * 0.6, top - 0.04, x + half * 0.6, top, wall)
        strip.shape((x - 0.01, top - 0.13, x + 0.01, top), bar(x, top, x, top - 0.11, 0.003), wall)
    elif kind < 0.45:
        strip.shape((x - half, top - half, x + half, top), triangle(x, top - half * 0.9, top, half), wall)
    part = strip.part((x - half * 0.86, top + 0.012, x + half * 0.86, 0.72))
    if part is None:
        return
    row, column = ((part.y - top - 0.012) / 0.026).floor(), ((part.x - x + half) / 0.021).floor()
    pane = (((part.y - top - 0.012) / 0.026 % 1) < 0.6) & (((part.x - x + half) / 0.021 % 1) < 0.62)
    burns = torch.from_numpy(np.random.default_rng((view.seed + number) & 0xFFFFFFFF).uniform(size=(64, 64)))
    on = (burns[row.long() & 63, column.long() & 63] < 0.5).float()
    if view.light.lit:
        part.cover(pane.float() * on * 0.95, (1.0, 0.84, 0.48))
        part.cover(pane.float() * (1 - on), shaded(wall, 0.7))
    else:
        part.cover(pane.float() * 0.6, view.tone((0.74, 0.86, 0.95), veil))


def _tank(view: View, strip: Strip, x: float, y: float) -> None:
    """A wooden water tank with a pointed roof on legs of steel."""
    wood, iron, here = view.tone((0.58, 0.40, 0.27)), view.tone((0.28, 0.29, 0.32)), (x - 0.2, y - 0.6, x + 0.2, y)
    for side in (-0.1, 0.1):
        strip.shape(here, bar(x + side, y, x + side * 0.9, y - 0.2, 0.008), iron)
        strip.shape(here, bar(x + side, y - 0.02, x - side * 0.9, y - 0.19, 0.004), iron)
    slab(strip, x - 0.125, y - 0.215, x + 0.125, y - 0.197, iron)
    part = strip.part((x - 0.115, y - 0.43, x + 0.115, y - 0.215))
    if part is not None:
        round_ = 1 - 0.3 * ((part.x - x) / 0.115 + 0.3).abs().clamp(0, 1.3) ** 2
        board = 1 - 0.12 * (((part.x - x) / 0.023 % 1) < 0.12).float()
        inside = band(part, y - 0.43, y - 0.215) * ((0.113 - (part.x - x).abs()) * view.height + 0.5).clamp(0, 1)
        part.cover(inside, (round_ * board).expand(len(part.y), -1)[..., None] * torch.tensor(wood))
    for level in (0.25, 0.32, 0.39):
        slab(strip, x - 0.117, y - level - 0.004, x + 0.117, y - level + 0.004, iron)
    strip.shape(here, triangle(x, y - 0.53, y - 0.425, 0.14), view.tone((0.40, 0.36, 0.36)))


def _vents(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """A box of an air conditioner with its fan, a bent pipe and an aerial."""
    steel, dark, here = view.tone((0.80, 0.82, 0.84)), view.tone((0.36, 0.38, 0.42)), (x - 0.3, y - 0.36, x + 0.3, y)
    slab(strip, x - 0.13, y - 0.14, x + 0.06, y - 0.01, steel)
    slab(strip, x + 0.03, y - 0.14, x + 0.06, y - 0.01, shaded(steel, 0.85))
    for k in range(2):
        cx = x - 0.088 + 0.078 * k
        strip.shape(here, disc(cx, y - 0.075, 0.034, 0.034), dark)
        for blade in range(3):
            a = 2.1 * blade + 0.5 * number
            ends = (cx, y - 0.075, cx + 0.028 * math.cos(a), y - 0.075 + 0.028 * math.sin(a))
            strip.shape(here, bar(*ends, 0.005), shaded(steel, 0.8))
    strip.shape(here, bar(x + 0.14, y, x + 0.14, y - 0.12, 0.017), steel)
    strip.shape(here, bar(x + 0.14, y - 0.12, x + 0.175, y - 0.12, 0.017, 0.021), shaded(steel, 0.9))
    strip.shape(here, disc(x + 0.19, y - 0.12, 0.006, 0.02), dark)
    strip.shape(here, bar(x - 0.04, y - 0.14, x - 0.04, y - 0.32, 0.004), dark)
    for k in range(4):
        level, reach = y - 0.31 + 0.03 * k, 0.05 - 0.01 * k
        strip.shape(here, bar(x - 0.04 - reach, level, x - 0.04 + reach, level, 0.003), dark)


def harbour(view: View) -> Backdrop:
    """A quay with bollards, moored boats on the water behind it, warehouses and a crane on the far side."""
    tone = view.tone
    far = [ridge(view, 0.565, 0.05, 0.5, 0.05, tone((0.48, 0.60, 0.56), 0.45), 1361)]
    town = view.strip(0.15, HORIZON + 0.03, 0.1)
    for i, x in lattice(town, 0.23, 0.3, view.seed + 1362):
        _warehouse(view, town, x, 0.613, i)
    for i, x in landmarks(view, town, 1.3, 0.5, 1363):
        gantry(view, town, x + 0.1, 0.613, view.between(0.26, 0.34, 1364, i))
    far.append(town)
    planked = hashed(view.seed, 1365) < 0.5
    stone_, board = ((0.70, 0.67, 0.63), (0.66, 0.63, 0.59)), ((0.66, 0.50, 0.36), (0.62, 0.47, 0.34))
    ground = floor(view, *(board if planked else stone_), 0.05)
    _, z = ground_coordinates(view, ground)
    if planked:
        seam = ((0.012 - ((z * 7) % 1 - 0.5).abs() * 0.14) * view.height / z / z + 0.5).clamp(0, 1)
        ground.cover(seam * 0.5, tone((0.40, 0.29, 0.20)))
    else:
        tiles(view, ground, (0.62, 0.59, 0.55), 0.2)
    ground.cover(band(ground, 0.0, 0.757), tone((0.34, 0.30, 0.28)))
    ground.cover(band(ground, 0.0, 0.737), tone((0.16, 0.42, 0.56)))
    ground.cover(band(ground, 0.0, 0.737) * ((0.72 - ground.y) / 0.12).clamp(0, 1), tone((0.46, 0.68, 0.78)))
    haze(view, ground, 0.25)
    boats = []
    for row, (y, tall) in enumerate(((0.652, 0.24), (0.715, 0.46))):
        strip = standing(view, y, tall * 1.1)
        strip.drift = 0.0
        for i, x in landmarks(view, strip, (0.40, 0.62)[row], 0.5, 1366 + row):
            boat(view, strip, x, y, tall * view.between(0.85, 1.05, 1368, row, i), 30 * row + i)
        boats += [strip, waves(view, y, y + 0.03, 0.012, 0.003, tone((0.60, 0.80, 0.88)), 0.45, 1369 + row)]
    quay = standing(view, 0.772, 0.36)
    for i, x in landmarks(view, quay, 0.62, 0.3, 1371):
        _bollard(view, quay, x, 0.77)
        if i % 2:
            lamppost(view, quay, x + 0.3, 0.762, 0.33)
        else:
            crates(view, quay, x + 0.3, 0.772, 0.06, i)
    return Backdrop(sky(view, 0.8), far, ground, [*boats, quay], [], 0.757)


def _warehouse(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """A gabled store of brick or boards with a wide door and two rows of windows."""
    hues: tuple[RGB, ...] = ((0.72, 0.40, 0.32), (0.84, 0.76, 0.64), (0.56, 0.64, 0.70), (0.80, 0.56, 0.40))
    wall, half = view.tone(view.pick(hues, 1372, number), 0.12), 0.1
    eaves = y - view.between(0.09, 0.17, 1373, number)
    here = (x - 0.14, eaves - 0.12, x + 0.14, y)
    slab(strip, x - half, eaves, x + half, y, wall)
    strip.shape(here, triangle(x, eaves - 0.07, eaves + 0.004, half * 1.12), view.tone((0.42, 0.38, 0.40), 0.12))
    strip.shape(here, triangle(x, eaves - 0.052, eaves + 0.004, half * 0.86), wall)
    glass = WARM if view.light.lit and hashed(view.seed, 1374, number) < 0.7 else view.tone((0.40, 0.48, 0.56), 0.12)
    for k in range(4):
        cx = x + (k - 1.5) * 0.046
        slab(strip, cx - 0.012, eaves + 0.016, cx + 0.012, eaves + 0.044, glass)
    slab(strip, x - 0.034, y - 0.05, x + 0.034, y, view.tone((0.34, 0.30, 0.30), 0.1))


def _bollard(view: View, strip: Strip, x: float, y: float) -> None:
    iron, here = view.tone((0.24, 0.26, 0.29)), (x - 0.06, y - 0.08, x + 0.2, y + 0.01)
    strip.shape(here, bar(x, y, x, y - 0.045, 0.022, 0.017), iron)
    strip.shape(here, disc(x, y - 0.052, 0.031, 0.015), shaded(iron, 1.4))
    strip.shape(here, bar(x - 0.03, y - 0.02, x + 0.03, y - 0.024, 0.006), view.tone((0.86, 0.76, 0.56)))


TOWN = {
    "market": market,
    "fairground": fairground,
    "rooftop": rooftop,
    "harbour": harbour,
}
