"""The city by its own light: a street of shops under lit signs, towers behind it. Lengths are frame heights."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import torch

from soracli.world.language.verbs import HORIZON, ground_factor
from soracli.world.layers import Backdrop, View, floor, glow, ground_coordinates, landmarks, lattice, shaded
from soracli.world.places_lit import NEONS
from soracli.world.places_town import skyscraper
from soracli.world.props_outdoors import band, slab
from soracli.world.skies import sky
from soracli.world.strips import RGB, Strip, bar, disc, hashed, noise, triangle

FOOT = 0.69  # row on which the houses stand
WALLS: tuple[RGB, ...] = (
    (0.50, 0.42, 0.52), (0.40, 0.46, 0.58), (0.58, 0.44, 0.42), (0.42, 0.40, 0.50), (0.50, 0.52, 0.54),
)  # fmt: skip
WARM: RGB = (1.0, 0.84, 0.52)
PALE: RGB = (1.0, 0.97, 0.92)
STROKES = (  # of a written character, in a square from -1 to 1: x0 y0 x1 y1
    (-0.8, -0.8, 0.8, -0.8), (-0.8, -0.1, 0.8, -0.1), (-0.9, 0.75, 0.9, 0.75), (0.0, -1.0, 0.0, 0.75),
    (-0.7, -0.8, -0.7, 0.7), (0.7, -0.8, 0.7, 0.75), (0.0, -0.1, -0.8, 0.9), (0.0, -0.1, 0.8, 0.9),
    (-0.5, 0.35, 0.5, 0.35), (-0.2, -1.0, -0.8, -0.3),
)  # fmt: skip


def neon_street(view: View) -> Backdrop:
    """Shops with glowing fronts, tall signs and screens above them, their light on a wet street."""
    dusk = view.light.horizon if not view.light.lit else (0.34, 0.16, 0.44)
    glowing = view._replace(light=view.light._replace(horizon=dusk))
    far = []
    for row, (factor, veil, tall, wide) in enumerate(((0.04, 0.6, 0.34, 0.15), (0.1, 0.35, 0.26, 0.19))):
        strip = view.strip(0.0, HORIZON + 0.06, factor)
        for i, x in lattice(strip, wide, 0.3, view.seed + 1601 + row):
            skyscraper(glowing, strip, x, wide * 0.42, tall * view.between(0.6, 1.5, 1603, row, i), veil, 40 * row + i)
            if row:
                _upright(glowing, strip, x, HORIZON - tall * 0.55, 0.022, 2, 300 + i)
        far.append(strip)
    ground = floor(view, (0.25, 0.26, 0.33), (0.30, 0.30, 0.38), 0.05)
    _crossing(view, ground)
    houses = view.strip(0.0, FOOT + 0.01, ground_factor(FOOT))
    wide = view.between(0.40, 0.48, 1604)
    for i, x in landmarks(view, houses, wide, wide, 1605):
        _house(glowing, houses, x, wide, i)
    return Backdrop(sky(glowing, 0.3), far, ground, [reflection(houses, FOOT, 0.31, 0.8, view.seed), houses], [])


def reflection(strip: Strip, y: float, deep: float, strength: float, seed: int) -> Strip:
    """What wet ground shows of a layer that stands on row y: upside down, broken by ripples, down to y + deep."""
    wet = Strip.empty(y, min(y + deep, 1.0), (strip.start, strip.start + strip.pixels.shape[1]), strip.height,
                      strip.factor)  # fmt: skip
    away = (wet.y - y) / deep  # 0..1
    rows = ((y - (wet.y - y) * 1.5) * strip.height).long().flatten() - strip.top
    shown = strip.pixels[rows.clamp(0, len(strip.pixels) - 1)]
    step = max(round(0.012 * strip.height), 1)
    shown = torch.stack([shown.roll(k * step, 0) for k in range(-3, 4)]).mean(0)  # drawn out downwards
    broken = 0.72 + 0.5 * noise(wet.x * 7, wet.y * 120, seed + 1611) + 0.3 * noise(wet.x * 2.2, wet.y * 9, seed + 1612)
    cover = (1 - away).clamp(0, 1) ** 0.8 * broken.clamp(0, 1) * strength
    wet.pixels.copy_(shown * cover[..., None])
    return wet


def _crossing(view: View, ground: Strip) -> None:
    """A pavement with its kerb, and the white bars of a crossing on the street."""
    tone, h = view.tone, view.height
    u, _ = ground_coordinates(view, ground)
    ground.cover(band(ground, 0.0, 0.742), tone((0.46, 0.44, 0.48)))
    ground.cover(band(ground, 0.737, 0.747), tone((0.66, 0.64, 0.66)))
    bars = ((0.05 - ((u / 0.2) % 1 - 0.5).abs() * 0.2) * h + 0.5).clamp(0, 1)
    inside = ((0.62 - ((u / 2.4 + hashed(view.seed, 1613)) % 1 - 0.5).abs() * 2.4) * h + 0.5).clamp(0, 1)
    ground.cover(bars * inside * band(ground, 0.79, 0.97) * 0.6, tone((0.86, 0.86, 0.92)))


def _house(view: View, strip: Strip, x: float, wide: float, number: int) -> None:
    """A house from the middle x: a shop, windows over it, signs on its wall and one on its edge."""
    wall = view.tone(view.pick(WALLS, 1621, number))
    half, top = wide * 0.485, 0.36 - view.between(0.08, 0.42, 1622, number)
    neon = NEONS[(number + view.seed) % 5]
    slab(strip, x - half, max(top, 0.0), x + half, FOOT, wall)
    slab(strip, x - half, max(top, 0.0), x - half * 0.94, FOOT, shaded(wall, 1.25))
    slab(strip, x + half * 0.9, max(top, 0.0), x + half, FOOT, shaded(wall, 0.75))
    _windows(view, strip, (x - half * 0.86, max(top, 0.0) + 0.02, x + half * 0.82, 0.43), number)
    kind = (number + int(3 * hashed(view.seed, 1623))) % 3
    if kind == 0:
        _screen(strip, x - half * 0.08, 0.28, half * 0.62, 0.085, NEONS[(number + view.seed + 2) % 5], neon, number)
    elif kind == 1:
        _outline(strip, x - half * 0.15, 0.27, 0.085, neon, number)
    else:
        for k in (-1, 1):
            _upright(view, strip, x + half * (0.42 * k - 0.1), 0.27, 0.036, 4, 2 * number + k)
    _shop(view, strip, x, half, neon, number)
    _upright(view, strip, x + half * 0.97, 0.33 - 0.05 * hashed(view.seed, 1624, number), 0.032, 5, 100 + number)


def _windows(view: View, strip: Strip, bounds: tuple[float, float, float, float], number: int) -> None:
    """Rows of windows in a wall, more than half of them lit by night."""
    part = strip.part(bounds)
    if part is None or bounds[3] <= bounds[1]:
        return
    down, across = (part.y - bounds[1]) / 0.062, (part.x - bounds[0]) / 0.058
    pane = ((down % 1 < 0.62) & (across % 1 < 0.7)).float() * band(part, bounds[1], bounds[3])
    pane = pane * ((part.x > bounds[0]) & (part.x < bounds[2])).float()
    lots = np.random.default_rng((view.seed + number) & 0xFFFFFFFF).uniform(size=(32, 32)).astype(np.float32)
    lot = torch.from_numpy(lots)[down.floor().long() & 31, across.floor().long() & 31]
    if view.light.lit:
        part.cover(pane, view.tone((0.34, 0.38, 0.60)))
        part.cover(pane * (lot < 0.38).float() * 0.85, shaded(WARM, 0.92))
        part.cover(pane * (lot > 0.88).float() * 0.7, (0.52, 0.82, 0.95))
    else:
        part.cover(pane, view.tone((0.62, 0.74, 0.84)))
        part.cover(pane * (lot < 0.3).float() * 0.5, view.tone((0.40, 0.50, 0.62)))


def _shop(view: View, strip: Strip, x: float, half: float, neon: RGB, number: int) -> None:
    """A lit shop window with goods in it, a door, a sign in characters above, lanterns or an awning."""
    inside = shaded(WARM if number % 2 else (0.80, 0.92, 1.0), 0.98 if view.light.lit else 0.85)
    top, low, left, right = 0.53, FOOT - 0.012, x - half * 0.84, x + half * 0.30
    slab(strip, x - half * 0.9, top - 0.008, x + half * 0.84, FOOT, view.tone((0.20, 0.19, 0.24)))
    glow(strip, x - half * 0.2, 0.62, half * 1.1, inside, 0.45)
    slab(strip, left, top, right, low, inside)
    for k in range(6):  # what is for sale
        cx = left + (k + 0.5) * (right - left) / 6
        goods = NEONS[(number + k) % 5] if k % 2 else (0.92, 0.42, 0.36)
        tall = view.between(0.03, 0.075, 1631, number, k)
        slab(strip, cx - 0.016, low - tall, cx + 0.016, low - 0.008, shaded(goods, 0.7))
        strip.put(disc(cx, low - tall - 0.008, 0.012, 0.012), shaded(goods, 0.85))
    for level in (0.33, 0.66):
        slab(strip, left, top + (low - top) * level - 0.003, right, top + (low - top) * level, shaded(inside, 0.7))
    slab(strip, x + half * 0.40, top + 0.01, x + half * 0.72, FOOT, shaded(inside, 0.92))
    slab(strip, x + half * 0.55, top + 0.01, x + half * 0.57, FOOT, view.tone((0.20, 0.19, 0.24)))
    board = (x - half * 0.9, 0.462, x + half * 0.84, 0.522)
    glow(strip, x, 0.49, half * 0.95, neon, 0.4)
    slab(strip, *board, shaded(neon, 0.95))
    slab(strip, board[0] + 0.006, board[1] + 0.006, board[2] - 0.006, board[3] - 0.006, shaded(neon, 0.3))
    for k in range(5):
        _character(strip, x + half * (0.3 * k - 0.63), 0.492, 0.02, PALE if k % 3 else neon, 10 * number + k)
    if number % 2:
        for k in range(4):
            cx = x + half * (0.44 * k - 0.72)
            glow(strip, cx, 0.55, 0.06, (1.0, 0.36, 0.24), 0.5)
            strip.put(disc(cx, 0.55, 0.02, 0.024), (0.96, 0.30, 0.22))
            strip.put(disc(cx - 0.004, 0.548, 0.009, 0.016), (1.0, 0.62, 0.40))


def _upright(view: View, strip: Strip, x: float, y: float, half: float, count: int, number: int) -> None:
    """A tall sign with characters one below the other, its middle at (x, y)."""
    neon = NEONS[(number * 3 + view.seed) % 5]
    tall = half * 2.1 * count / 2
    glow(strip, x, y, tall * 1.25, neon, 0.42)
    slab(strip, x - half, y - tall, x + half, y + tall, shaded(neon, 0.9))
    dark = hashed(view.seed, 1641, number) < 0.5
    if dark:
        slab(strip, x - half * 0.84, y - tall + half * 0.16, x + half * 0.84, y + tall - half * 0.16, shaded(neon, 0.2))
    for k in range(count):
        cy = y - tall + half * (1.05 + 2.1 * k)
        _character(strip, x, cy, half * 0.62, neon if dark else PALE, 7 * number + k)


def _character(strip: Strip, x: float, y: float, half: float, colour: RGB, salt: int) -> None:
    """Four or five strokes in a square, like a written sign of no language."""
    for k, (x0, y0, x1, y1) in enumerate(STROKES):
        if hashed(salt, 1651, k) < 0.5:
            strip.put(bar(x + x0 * half, y + y0 * half, x + x1 * half, y + y1 * half, half * 0.13), colour)


def _screen(strip: Strip, x: float, y: float, rx: float, ry: float, first: RGB, second: RGB, number: int) -> None:
    """A wide screen on which a picture of two colours is shown."""
    glow(strip, x, y, rx * 1.5, first, 0.4)
    slab(strip, x - rx - 0.008, y - ry - 0.008, x + rx + 0.008, y + ry + 0.008, (0.10, 0.09, 0.14))
    part = strip.part((x - rx, y - ry, x + rx, y + ry))
    if part is None:
        return
    inside = ((rx - (part.x - x).abs()) * strip.height + 0.5).clamp(0, 1) * band(part, y - ry, y + ry)
    share = ((part.y - y + ry) / (2 * ry)).clamp(0, 1)[..., None]
    part.cover(inside, torch.tensor(first) + (torch.tensor(second) - torch.tensor(first)) * share)
    strip.put(disc(x, y - ry * 0.1, ry * 0.52, ry * 0.52), PALE)
    for k in range(4):
        strip.put(bar(x - rx * 0.9, y + ry * (0.3 + 0.17 * k), x + rx * 0.9, y + ry * (0.3 + 0.17 * k), 0.004),
                  shaded(second, 0.6))  # fmt: skip
    for k in (-1, 1):
        _character(strip, x + k * rx * 0.7, y - ry * 0.45, ry * 0.28, PALE, number + k)


def _outline(strip: Strip, x: float, y: float, r: float, colour: RGB, number: int) -> None:
    """A sign bent from a glowing tube: a bowl that steams, a heart, a cocktail glass."""
    glow(strip, x, y, r * 2, colour, 0.45)
    second, thick = NEONS[(number + 3) % 5], r * 0.07
    lines: list[tuple[float, float, float, float]] = []
    turns = [math.pi * k / 8 for k in range(9)]
    if number % 2:  # a bowl
        lines = [(math.cos(a), math.sin(a) * 0.8, math.cos(b), math.sin(b) * 0.8) for a, b in pairwise(turns)]
        lines.append((-1.15, 0.0, 1.15, 0.0))
        for dx in (-0.4, 0.1, 0.6):
            for k in range(3):
                low, sway = y - (0.25 + 0.25 * k) * r, 0.1 * (-1) ** k
                strip.put(bar(x + (dx + sway) * r, low, x + (dx - sway) * r, low - 0.25 * r, thick), second)
    else:  # a glass
        lines = [(-0.9, -0.9, 0.9, -0.9), (-0.9, -0.9, 0.0, 0.2), (0.9, -0.9, 0.0, 0.2), (0.0, 0.2, 0.0, 0.95),
                 (-0.5, 0.95, 0.5, 0.95)]  # fmt: skip
        strip.put(bar(x + 0.2 * r, y - 0.5 * r, x + 0.9 * r, y - 1.4 * r, thick), second)
        strip.shape((x - r, y - r, x + r, y + r),
                    lambda u, v: triangle(x, -y - 0.1 * r, -y + 0.55 * r, 0.45 * r)(u, -v), second, 0.6)  # fmt: skip
    for x0, y0, x1, y1 in lines:
        strip.put(bar(x + x0 * r, y + y0 * r, x + x1 * r, y + y1 * r, thick), colour)


NEON = {"neon street": neon_street}
