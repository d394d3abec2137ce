"""Sights of great cities: the tower of Paris over its lawns, a canal of Venice. Lengths are frame heights."""

from __future__ import annotations

from collections.abc import Callable

import torch

from soracli.world.language.verbs import HORIZON, ground_factor
from soracli.world.layers import Backdrop, View, floor, glow, landmarks, lattice, shaded, standing
from soracli.world.places_green import sward, trail, verge, wood
from soracli.world.places_neon import reflection
from soracli.world.places_water import waves
from soracli.world.props import bench, bush, lamppost
from soracli.world.props_outdoors import band, slab
from soracli.world.rooms import tiles
from soracli.world.skies import sky
from soracli.world.strips import RGB, Strip, bar, disc, hashed, noise, taper, triangle

WARM: RGB = (1.0, 0.86, 0.52)
STUCCO: tuple[RGB, ...] = (
    (0.92, 0.62, 0.46), (0.96, 0.82, 0.58), (0.86, 0.48, 0.42), (0.94, 0.88, 0.78), (0.88, 0.70, 0.62),
    (0.80, 0.74, 0.56),
)  # fmt: skip


def paris(view: View) -> Backdrop:
    """An iron tower over lawns and rows of trees, pale houses with grey roofs at both sides, lamps and benches."""
    town = view.strip(0.25, HORIZON + 0.03, 0.05)
    for i, x in lattice(town, 0.16, 0.3, view.seed + 1961):
        _mansard(view, town, x, 0.612, 0.15, 0.11 + 0.05 * hashed(view.seed, 1962, i), 0.35, i)
    great = view.strip(0.0, HORIZON + 0.04, 0.09)
    for _, x in landmarks(view, great, 2.1, 0.6, 1963):
        _tower(view, great, x, 0.622, 0.53)
    trees = wood(view, 0.63, 0.12, 0.11, 0.15, 0.2, 1964)
    ground = floor(view, (0.42, 0.66, 0.28), (0.50, 0.72, 0.36))
    sward(view, ground, (0.42, 0.66, 0.28))
    trail(view, ground, (0.90, 0.84, 0.72), 0.775, 0.935)
    near = standing(view, 0.758, 0.66)
    for i, x in landmarks(view, near, 0.8, 0.4, 1965):
        lamppost(view, near, x, 0.755, 0.36)
        bench(view, near, x + 0.36, 0.757, 0.1, (0.30, 0.46, 0.34))
        bush(near, x - 0.22, 0.757, 0.055, view.tone((0.28, 0.52, 0.28)), i)
    return Backdrop(sky(view, 0.8), [town, great, trees], ground, [near],
                    [verge(view, 1.0, 0.05, 0.09, (0.32, 0.56, 0.22), 1966)])  # fmt: skip


def _mansard(view: View, strip: Strip, x: float, y: float, wide: float, tall: float, veil: float, number: int) -> None:
    """A pale house with tall windows under a grey roof with chimneys."""
    wall, roof = view.tone((0.92, 0.87, 0.78), veil), view.tone((0.46, 0.50, 0.58), veil)
    half, eaves = wide / 2, y - tall * 0.72
    slab(strip, x - half, eaves, x + half, y + 0.01, wall)
    strip.put(taper(x, y - tall, eaves, half * 0.84, half), roof)
    for k in (-0.5, 0.4):
        slab(
            strip,
            x + k * half,
            y - tall * 1.1,
            x + (k + 0.16) * half,
            y - tall * 0.9,
            view.tone((0.74, 0.50, 0.40), veil),
        )
    for row in range(3):
        for k in range(4):
            on = view.light.lit and hashed(view.seed, 1967, number, row, k) < 0.5
            glass = WARM if on else view.tone((0.52, 0.60, 0.68), veil)
            cx, cy = x + (k - 1.5) * half * 0.46, eaves + tall * (0.08 + 0.2 * row)
            slab(strip, cx - 0.008, cy, cx + 0.008, cy + tall * 0.13, glass)


def _tower(view: View, strip: Strip, x: float, y: float, tall: float) -> None:
    """A tower of iron on four legs, with three platforms and a lattice; its lamps shine by night."""
    iron = view.tone((0.56, 0.42, 0.32), 0.06)
    if view.light.lit:
        iron = (0.86, 0.62, 0.28)
        glow(strip, x, y - tall * 0.4, tall * 0.62, WARM, 0.35)
    part = strip.part((x - tall * 0.3, y - tall, x + tall * 0.3, y))
    if part is None:
        return
    up = ((y - part.y) / tall).clamp(0, 1)
    outer = tall * (0.235 * (1 - up) ** 3.2 + 0.012 * (1 - up) + 0.004)
    arch = tall * 0.115 * (1 - (up / 0.155).clamp(0, 1) ** 2) ** 0.5 * (up < 0.155).float()
    legs = outer * 0.42 * ((up > 0.2) & (up < 0.40)).float()
    away = (part.x - x).abs()
    edge = torch.minimum(outer - away, away - torch.maximum(arch, legs))
    inside = (edge * view.height + 0.5).clamp(0, 1) * ((outer - away) * view.height + 0.5).clamp(0, 1)
    part.cover(inside, iron)
    crossed = (
        (((part.x - x) + part.y) / 0.022 % 1 < 0.3).float().maximum((((part.x - x) - part.y) / 0.022 % 1 < 0.3).float())
    )
    part.cover(inside * (1 - crossed) * (away < outer * 0.86).float() * (up < 0.86).float() * 0.32, shaded(iron, 0.55))
    for level, wide, thick in ((0.19, 0.15, 0.014), (0.41, 0.072, 0.010), (0.90, 0.02, 0.008)):
        slab(
            strip,
            x - tall * wide,
            y - tall * (level + thick),
            x + tall * wide,
            y - tall * (level - thick),
            shaded(iron, 0.85),
        )
        slab(
            strip,
            x - tall * wide,
            y - tall * (level + thick),
            x + tall * wide,
            y - tall * (level + thick * 0.5),
            shaded(iron, 1.15),
        )
    strip.put(bar(x, y - tall * 0.98, x, y - tall * 1.08, 0.003, 0.0015), iron)


def venice(view: View) -> Backdrop:
    """A canal between coloured palaces with pointed windows; moored gondolas, striped poles, a quay on this side."""
    tone = view.tone
    houses = view.strip(0.0, 0.655, ground_factor(0.65))
    wide = view.between(0.30, 0.36, 1971)
    for i, x in landmarks(view, houses, wide, wide, 1972):
        _palace(view, houses, x, 0.65, wide, i)
    ground = floor(view, (0.82, 0.78, 0.70), (0.76, 0.72, 0.66), 0.04)
    tiles(view, ground, (0.75, 0.70, 0.62), 0.16)
    ground.cover(band(ground, 0.0, 0.782), tone((0.62, 0.56, 0.50)))
    ground.cover(band(ground, 0.0, 0.765), tone((0.16, 0.46, 0.48)))
    wet = reflection(houses, 0.65, 0.115, 0.5, view.seed)
    water = [waves(view, y, y + 0.03, 0.012, 0.003, tone((0.56, 0.80, 0.78)), 0.3, 1973 + k)
             for k, y in enumerate((0.675, 0.72))]  # fmt: skip
    boats = standing(view, 0.745, 0.3)
    for i, x in landmarks(view, boats, 1.0, 0.5, 1975):
        _gondola(view, boats, x, 0.742, 0.26)
        for k, dx in enumerate((-0.34, 0.36, 0.42)):
            _pole(view, boats, x + dx, 0.745, 0.2 + 0.03 * (k % 2), i + k)
    quay = standing(view, 0.79, 0.68)
    for i, x in landmarks(view, quay, 1.2, 0.4, 1976):
        lamppost(view, quay, x + 0.5, 0.787, 0.36)
        slab(quay, x - 0.08, 0.752, x + 0.08, 0.787, tone((0.72, 0.42, 0.30)))  # a trough of flowers
        for k in range(7):
            paint = ((0.94, 0.30, 0.38), (0.98, 0.60, 0.72), (0.98, 0.96, 0.94))[(i + k) % 3]
            quay.put(disc(x - 0.07 + 0.023 * k, 0.746 - 0.008 * (k % 2), 0.016, 0.014), tone((0.30, 0.52, 0.26)))
            quay.put(disc(x - 0.07 + 0.023 * k, 0.740 - 0.008 * (k % 2), 0.010, 0.009), tone(paint))
    return Backdrop(sky(view, 0.7), [], ground, [houses, wet, *water, boats, quay], [], 0.765)


def _palace(view: View, strip: Strip, x: float, y: float, wide: float, number: int) -> None:
    """A house of stucco by the water: a gate, balconies, pointed windows with shutters, a roof of tiles."""
    wall, half = view.tone(view.pick(STUCCO, 1981, number)), wide * 0.501
    top, white = y - view.between(0.36, 0.56, 1982, number), view.tone((0.97, 0.95, 0.90))
    slab(strip, x - half, top, x + half, y, wall)
    part = strip.part((x - half, top, x + half, y))
    if part is not None:  # weathered plaster
        inside = ((half - (part.x - x).abs()) * view.height + 0.5).clamp(0, 1)
        worn = noise(part.x * 12, part.y * 9, view.seed + 1983)
        part.cover(inside * ((worn - 0.25) * 2).clamp(0, 1) * band(part, y - 0.17, y) * 0.5, shaded(wall, 0.8))
    slab(strip, x - half * 1.02, top - 0.022, x + half * 1.02, top + 0.006, view.tone((0.72, 0.38, 0.28)))
    slab(strip, x - half, y - 0.02, x + half, y, view.tone((0.46, 0.48, 0.44)))
    shutter = view.tone(((0.24, 0.46, 0.36), (0.30, 0.42, 0.56), (0.50, 0.34, 0.24))[number % 3])
    rows = int((y - top - 0.13) / 0.115)
    for row in range(max(rows, 1)):
        for k in range(3):
            on = view.light.lit and hashed(view.seed, 1984, number, row, k) < 0.65
            glass = WARM if on else view.tone((0.34, 0.42, 0.48))
            cx, cy = x + (k - 1) * half * 0.58, top + 0.04 + 0.115 * row
            strip.put(bar(cx, cy + 0.045, cx, cy + 0.012, 0.024), white)
            strip.put(triangle(cx, cy - 0.03, cy + 0.006, 0.02), white)
            strip.put(bar(cx, cy + 0.045, cx, cy + 0.014, 0.0175), glass)
            strip.put(triangle(cx, cy - 0.018, cy + 0.008, 0.014), glass)
            slab(strip, cx - 0.026, cy + 0.055, cx + 0.026, cy + 0.07, white)
            if (number + row) % 2:
                for side in (-1, 1):
                    left = cx + side * 0.034 - 0.008
                    slab(strip, left, cy, left + 0.016, cy + 0.062, shutter)
            elif k == 1:  # a balcony
                slab(strip, cx - half * 0.3, cy + 0.06, cx + half * 0.3, cy + 0.066, white)
                for j in range(7):
                    at = cx + (j - 3) * half * 0.09
                    slab(strip, at - 0.002, cy + 0.04, at + 0.002, cy + 0.062, white)
    strip.put(bar(x, y, x, y - 0.07, 0.035), white)
    strip.put(bar(x, y, x, y - 0.068, 0.028), view.tone((0.36, 0.24, 0.18)))


def _gondola(view: View, strip: Strip, x: float, y: float, half: float) -> None:
    """A black boat with raised ends, a comb of steel at its bow and red seats."""
    black, steel = view.tone((0.12, 0.12, 0.15)), view.tone((0.82, 0.84, 0.88))
    part = strip.part((x - half * 1.05, y - half * 0.5, x + half * 1.05, y + 0.005))
    if part is not None:
        share = ((part.x - x) / half).clamp(-1, 1)
        rim, keel = y - half * (0.10 + 0.26 * share.abs() ** 3.2), y - half * 0.20 * share.abs() ** 3
        inside = ((half - (part.x - x).abs()) * view.height + 0.5).clamp(0, 1)
        part.cover(inside * band(part, rim, keel), black)
        part.cover(inside * band(part, rim, rim + half * 0.02), view.tone((0.78, 0.60, 0.28)))
    for k in range(2):
        cx = x + (0.22 * k - 0.1) * half
        strip.put(
            bar(cx, y - half * 0.12, cx + half * 0.1, y - half * 0.12, half * 0.045), view.tone((0.80, 0.20, 0.24))
        )
    strip.put(bar(x - half * 0.98, y - half * 0.32, x - half * 0.99, y - half * 0.48, half * 0.022), steel)
    strip.put(bar(x - half * 0.99, y - half * 0.48, x - half * 0.91, y - half * 0.5, half * 0.022), steel)


def _pole(view: View, strip: Strip, x: float, y: float, tall: float, number: int) -> None:
    """A mooring pole with slanting stripes and a gilt top."""
    hue = view.tone(((0.84, 0.22, 0.24), (0.24, 0.40, 0.72))[number % 2])
    part = strip.part((x - 0.014, y - tall, x + 0.014, y))
    if part is not None:
        inside = ((0.011 - (part.x - x).abs()) * view.height + 0.5).clamp(0, 1)
        stripe = ((part.y + (part.x - x) * 0.9) / 0.045 % 1 < 0.5).float()
        part.cover(inside, view.tone((0.97, 0.95, 0.92)))
        part.cover(inside * stripe, hue)
    strip.put(disc(x, y - tall - 0.008, 0.013, 0.015), view.tone((0.92, 0.74, 0.30)))


SIGHTS: dict[str, Callable[[View], Backdrop]] = {"paris": paris, "venice": venice}
