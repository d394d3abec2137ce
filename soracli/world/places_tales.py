"""Places of tales: haunted house, land of sweets, floating islands. Lengths are frame heights."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from soracli.world.language.verbs import HORIZON
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
from soracli.world.places_green import sward, trail, verge
from soracli.world.places_wild import bare_tree, headstone
from soracli.world.props import bush, flower, tree
from soracli.world.props_outdoors import band, slab
from soracli.world.skies import sky
from soracli.world.strips import RGB, Strip, bar, disc, hashed, noise, taper, triangle

EERIE: RGB = (0.98, 0.86, 0.36)
SWEETS: tuple[RGB, ...] = (
    (0.98, 0.42, 0.58), (0.45, 0.80, 0.92), (0.99, 0.82, 0.34), (0.62, 0.86, 0.48), (0.78, 0.56, 0.92),
    (0.99, 0.62, 0.36),
)  # fmt: skip
WHITE: RGB = (0.99, 0.97, 0.96)


def haunted_house(view: View) -> Backdrop:
    """A crooked house with lit windows on a hill, bare trees, gravestones and pumpkins by a path."""
    tone = view.tone
    far = [ridge(view, 0.56, 0.07, 0.55, 0.05, tone((0.34, 0.34, 0.42), 0.4), 1901)]
    hill = view.strip(0.0, HORIZON + 0.05, 0.14)
    for i, x in landmarks(view, hill, 1.7, 0.9, 1902):
        mound = disc(x, 0.66, 0.62, 0.12)
        hill.put(mound, tone((0.30, 0.34, 0.28), 0.15))
        _crooked(view, hill, x, 0.565, 0.44, i)
        for side in (-1, 1):
            bare_tree(view, hill, x + side * 0.42, 0.585, 0.3, i + side)
    ground = floor(view, (0.34, 0.38, 0.27), (0.32, 0.36, 0.30), 0.1)
    sward(view, ground, (0.34, 0.38, 0.27))
    trail(view, ground, (0.50, 0.45, 0.38), 0.785, 0.915)
    haze(view, ground, 0.3)
    graves = standing(view, 0.70, 0.6)
    for i, x in landmarks(view, graves, 0.95, 0.5, 1903):
        bare_tree(view, graves, x + 0.3, 0.70, 0.46, 20 + i)
        headstone(view, graves, x - 0.14, 0.70, 0.1, i)
        headstone(view, graves, x + 0.02, 0.70, 0.085, 40 + i)
    squash = standing(view, 0.768, 0.2)
    for i, x in lattice(squash, 0.42, 0.2, view.seed + 1904):
        _pumpkin(view, squash, x, 0.768, 0.036 * (0.8 + 0.5 * hashed(view.seed, 1905, i)), i)
    return Backdrop(sky(view, 0.8), [*far, hill], ground, [graves, squash],
                    [verge(view, 1.0, 0.055, 0.09, (0.30, 0.34, 0.22), 1906, 0.0)])  # fmt: skip


def _crooked(view: View, strip: Strip, x: float, y: float, tall: float, number: int) -> None:
    """A tall house of boards with pointed roofs and a tower, all of it leaning."""
    wood, roof = view.tone((0.40, 0.34, 0.42), 0.05), view.tone((0.22, 0.20, 0.28), 0.05)
    half, lean = tall * 0.3, tall * 0.03
    for dx, wide, high, peak_ in (
        (0.0, half, 0.56, 0.34),
        (-0.92, half * 0.62, 0.36, 0.26),
        (0.86, half * 0.42, 0.74, 0.34),
    ):
        cx, top = x + dx * half, y - tall * high
        strip.put(taper(cx + lean, top, y + 0.03, wide * 1.05, wide * 0.92), wood)
        part = strip.part((cx - wide, top, cx + wide, y))
        if part is not None:
            boards = (((part.y - top) / 0.017) % 1 < 0.14).float()
            part.cover(boards * (part.pixels[..., 3] > 0.9).float() * 0.3, shaded(roof, 0.8))
        strip.put(triangle(cx + lean, top - tall * peak_, top + 0.008, wide * 1.32), roof)
        strip.put(bar(cx + lean, top - tall * peak_ - 0.03, cx + lean, top - tall * peak_ + 0.02, 0.003), roof)
        rows = 3 if high > 0.7 else 2 if high > 0.5 else 1
        for row in range(rows):
            for k in (-1, 1) if wide > half * 0.5 else (0,):
                wx, wy = cx + lean * 0.6 + k * wide * 0.48, top + tall * (0.12 + 0.2 * row)
                on = hashed(view.seed, 1911, number, row, k + round(10 * dx)) < 0.75
                glass = EERIE if on else view.tone((0.20, 0.22, 0.30))
                if on and view.light.lit:
                    glow(strip, wx, wy, 0.07, EERIE, 0.5)
                strip.put(bar(wx, wy + 0.018, wx, wy - 0.006, 0.017), roof)
                strip.put(bar(wx, wy + 0.018, wx, wy - 0.006, 0.0125), glass)
                slab(strip, wx - 0.0015, wy - 0.018, wx + 0.0015, wy + 0.03, roof)
                slab(strip, wx - 0.0125, wy + 0.003, wx + 0.0125, wy + 0.006, roof)
    slab(strip, x - 0.026, y - 0.085, x + 0.03, y + 0.005, roof)
    slab(strip, x - 0.02, y - 0.078, x + 0.024, y + 0.005, view.tone((0.46, 0.24, 0.22)))


def _pumpkin(view: View, strip: Strip, x: float, y: float, r: float, number: int) -> None:
    """A pumpkin; every other one is carved and lit from within."""
    orange = view.tone((0.94, 0.50, 0.14))
    if number % 2 and view.light.lit:
        glow(strip, x, y - r * 0.8, r * 3, (1.0, 0.66, 0.22), 0.5)
    for dx, wide, shade in (
        (-0.55, 0.62, 0.82),
        (0.55, 0.62, 0.8),
        (-0.2, 0.6, 0.95),
        (0.25, 0.6, 0.9),
        (0.0, 0.5, 1.04),
    ):
        strip.put(disc(x + dx * r, y - r * 0.8, r * wide, r * 0.85), shaded(orange, shade))
    strip.put(bar(x, y - r * 1.6, x + r * 0.15, y - r * 1.95, r * 0.13), view.tone((0.34, 0.46, 0.20)))
    if number % 2:
        fire = (1.0, 0.90, 0.42) if view.light.lit else view.tone((0.30, 0.16, 0.08))
        for dx in (-0.4, 0.4):
            strip.put(triangle(x + dx * r, y - r * 1.2, y - r * 0.85, r * 0.22), fire)
        for k in range(4):
            strip.put(bar(x + (k - 1.5) * r * 0.36, y - r * (0.42 + 0.12 * (k % 3 == 0)), x + (k - 0.9) * r * 0.3,
                          y - r * 0.45, r * 0.11), fire)  # fmt: skip


def candy_land(view: View) -> Backdrop:
    """Hills of ice cream, lollipop trees, canes of sugar and gumdrops along a road of biscuits."""
    tone = view.tone
    far = [ridge(view, 0.55, 0.08, 0.5, 0.05, tone((0.99, 0.82, 0.88), 0.3), 1921),
           ridge(view, 0.585, 0.05, 0.38, 0.11, tone((0.72, 0.90, 0.84), 0.15), 1922)]  # fmt: skip
    cones = view.strip(0.1, HORIZON + 0.03, 0.18)
    for i, x in landmarks(view, cones, 0.85, 0.5, 1923):
        _sundae(view, cones, x, 0.615, 0.24 * view.between(0.8, 1.15, 1924, i), i)
    ground = floor(view, (0.74, 0.92, 0.66), (0.86, 0.95, 0.80), 0.04)
    u, z = ground_coordinates(view, ground)
    specks = noise(u * 34, z * 120, view.seed + 1925)
    ground.cover(((specks - 0.55) * 6).clamp(0, 1) * (2.4 / z - 0.6).clamp(0, 1), tone(SWEETS[view.seed % 6]))
    ground.cover(((-specks - 0.55) * 6).clamp(0, 1) * (2.4 / z - 0.6).clamp(0, 1), tone(SWEETS[(view.seed + 2) % 6]))
    ground.cover(band(ground, 0.775, 0.935), tone((0.99, 0.95, 0.90)))
    ground.cover(band(ground, 0.785, 0.925), tone((0.86, 0.64, 0.40)))
    across = ((0.006 - ((u / 0.2) % 1 - 0.5).abs() * 0.2) * view.height / z + 0.5).clamp(0, 1)
    ground.cover(across * band(ground, 0.785, 0.925) * 0.7, tone((0.66, 0.44, 0.24)))
    ground.cover(band(ground, 0.848, 0.853) * 0.7, tone((0.66, 0.44, 0.24)))
    near = []
    for row, (y, tall, spacing) in enumerate(((0.655, 0.24, 0.34), (0.735, 0.42, 0.62))):
        strip = standing(view, y, tall * 1.3)
        for i, x in landmarks(view, strip, spacing, 0.5, 1926 + row):
            _lollipop(view, strip, x, y, tall * view.between(0.85, 1.1, 1928, row, i), i + 2 * row)
            if i % 2:
                _cane(view, strip, x + spacing * 0.42, y, tall * 0.6)
            for k in range(3):
                paint = tone(SWEETS[(i + k + row) % 6])
                cx, r = x + spacing * (0.2 + 0.16 * k), tall * 0.075
                strip.put(bar(cx, y - r * 0.7, cx, y - r * 1.1, r, r * 0.72), paint)
                strip.put(disc(cx - r * 0.3, y - r * 1.3, r * 0.22, r * 0.3), shaded(paint, 1.3))
        near.append(strip)
    return Backdrop(sky(view), [*far, cones], ground, near, [])


def _lollipop(view: View, strip: Strip, x: float, y: float, tall: float, number: int) -> None:
    """A lollipop with a spiral, on a white stick."""
    r, cy = tall * 0.27, y - tall * 0.78
    strip.put(bar(x, y, x, cy, tall * 0.02), view.tone(WHITE))
    part = strip.part((x - r, cy - r, x + r, cy + r))
    if part is None:
        return
    dx, dy = part.x - x, part.y - cy
    away, turn = torch.hypot(dx, dy) / r, torch.atan2(dy, dx) / (2 * math.pi)
    inside = ((1 - away) * r * view.height + 0.5).clamp(0, 1)
    arm = ((turn + away * 1.6) * 3 % 1 < 0.5).float()[..., None]
    first, second = view.tone(SWEETS[number % 6]), view.tone(WHITE)
    body = torch.tensor(first) * arm + torch.tensor(second) * (1 - arm)
    part.cover(inside, (body * (1.02 - 0.22 * away)[..., None]).clamp(0, 1))
    strip.put(disc(x - r * 0.4, cy - r * 0.45, r * 0.16, r * 0.11), WHITE, 0.7)


def _cane(view: View, strip: Strip, x: float, y: float, tall: float) -> None:
    """A cane of sugar in red and white stripes, bent at the top."""
    r, thick = tall * 0.16, tall * 0.05
    points = [(x, y - tall * 0.8 * k / 10) for k in range(11)]
    points += [
        (x + r - r * math.cos(math.pi * k / 7), y - tall * 0.8 - r * math.sin(math.pi * k / 7)) for k in range(1, 9)
    ]
    for k in range(len(points) - 1):
        paint = (0.90, 0.20, 0.26) if k % 2 else WHITE
        strip.put(bar(*points[k], *points[k + 1], thick), view.tone(paint))


def _sundae(view: View, strip: Strip, x: float, y: float, tall: float, number: int) -> None:
    """A mountain of three balls of ice cream with sauce and a cherry."""
    for k, (dx, dy, r) in enumerate(((-0.42, 0.16, 0.46), (0.46, 0.14, 0.44), (0.0, 0.52, 0.42))):
        cx, cy, size = x + dx * tall, y - dy * tall, r * tall
        paint = view.tone(SWEETS[(number * 2 + k) % 6], 0.15)
        strip.put(disc(cx, cy, size, size), shaded(paint, 0.9))
        strip.put(disc(cx - size * 0.14, cy - size * 0.14, size * 0.82, size * 0.82), paint)
        strip.put(disc(cx - size * 0.36, cy - size * 0.42, size * 0.22, size * 0.16), shaded(paint, 1.25))
    sauce, top = view.tone((0.50, 0.28, 0.18), 0.1), y - 0.94 * tall
    strip.put(disc(x, y - 0.74 * tall, tall * 0.34, tall * 0.17), sauce)
    for k in range(5):
        cx = x + (k - 2) * tall * 0.14
        strip.put(bar(cx, y - 0.7 * tall, cx, y - (0.44 + 0.12 * (k % 2)) * tall, tall * 0.05), sauce)
    strip.put(disc(x, top, tall * 0.09, tall * 0.09), view.tone((0.90, 0.16, 0.22)))


def floating_islands(view: View) -> Backdrop:
    """Islands of rock that hang in the air with trees and waterfalls, over a meadow of flowers; two pale moons."""
    tone = view.tone
    moons = view.strip(0.0, 0.5, 0.01)
    for k, (r, y) in enumerate(((0.10, 0.15), (0.045, 0.27))):
        x = view.aspect * view.between(0.1, 0.9, 1931, k)
        moons.put(disc(x, y, r, r), _mixed(view.light.horizon, (0.86, 0.78, 0.96)), 0.75)
        moons.put(disc(x - r * 0.3, y - r * 0.1, r * 0.24, r * 0.18), (0.80, 0.74, 0.92), 0.4)
    far = [moons]
    for row, (factor, veil, size, spacing) in enumerate(((0.05, 0.5, 0.11, 0.62), (0.13, 0.2, 0.2, 0.95))):
        strip = view.strip(0.0, HORIZON + 0.03, factor)
        for i, x in landmarks(view, strip, spacing, 0.6, 1932 + row):
            y = view.between(0.20, 0.34, 1934, row, i) + 0.05 * (1 - row)
            _hanging(view, strip, x, y, size * view.between(0.75, 1.1, 1935, row, i), veil, i)
        far.append(strip)
    far.append(ridge(view, 0.575, 0.05, 0.5, 0.15, tone((0.40, 0.66, 0.56), 0.25), 1936))
    green: RGB = (0.36, 0.68, 0.40)
    ground = floor(view, green, (0.46, 0.74, 0.52))
    sward(view, ground, green)
    haze(view, ground, 0.3)
    near = [verge(view, 0.66, 0.026, 0.05, green, 1937, 0.5)]
    glowing = standing(view, 0.745, 0.3)
    for i, x in lattice(glowing, 0.33, 0.2, view.seed + 1938):
        hue = SWEETS[(i + view.seed) % 6]
        if i % 3 == 0:
            for k in range(3):  # crystals
                cx, tall = x + 0.03 * (k - 1), 0.1 - 0.03 * abs(k - 1)
                glow(glowing, cx, 0.745 - tall * 0.5, 0.07, hue, 0.4)
                glowing.put(taper(cx, 0.745 - tall, 0.745, 0.002, 0.017), hue)
                glowing.put(taper(cx - 0.005, 0.745 - tall * 0.9, 0.745, 0.001, 0.006), shaded(hue, 1.25))
        else:
            flower(view, glowing, x, 0.745, 0.07, i)
    near.append(glowing)
    return Backdrop(sky(view), far, ground, near, [verge(view, 1.0, 0.06, 0.08, (0.28, 0.58, 0.34), 1939, 0.4)])


def _mixed(a: RGB, b: RGB) -> RGB:
    """Midway between two colours."""
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2


def _hanging(view: View, strip: Strip, x: float, y: float, half: float, veil: float, number: int) -> None:
    """An island that hangs in the air, 2 * half wide, its grass at row y, a waterfall over its edge."""
    part = strip.part((x - half, y - half * 0.2, x + half, y + half * 1.1))
    if part is None:
        return
    rock, grass = view.tone((0.56, 0.46, 0.42), veil), view.tone((0.40, 0.66, 0.32), veil)
    share = ((part.x - x) / half).abs()
    flat = torch.full((1, 1), 0.5)
    ragged = (
        noise(part.x / half * 5, flat, view.seed + number & 0xFFFF) * 0.22 + noise(part.x / half * 13, flat, 7) * 0.1
    )
    low = y + half * (0.85 + ragged) * (1 - share.clamp(max=1)) ** 0.8
    inside = band(part, y, low) * ((1 - share) * half * view.height + 0.5).clamp(0, 1)
    facets = 1 + 0.25 * noise(part.x / half * 7, part.y / half * 4, view.seed + 1941) - 0.2 * (part.x - x) / half
    part.cover(inside, (torch.tensor(rock) * facets[..., None]).clamp(0, 1))
    rim = y + half * (0.08 + 0.05 * (part.x / half * 17).sin())
    part.cover(band(part, y - half * 0.06 * (1 - share**2), rim) * (share < 1).float(), grass)
    side = (-1, 1)[number % 2]
    fall_ = view.tone((0.80, 0.94, 1.0), veil * 0.6)
    cx = x + side * half * 0.55
    strip.put(taper(cx, y, y + half * 1.05, half * 0.05, half * 0.085), fall_, 0.85)
    glow(strip, cx, y + half * 1.05, half * 0.25, fall_, 0.7)
    for k, dx in enumerate((-0.45, 0.05, 0.32)):
        leaf = ((0.34, 0.58, 0.30), (0.95, 0.70, 0.80), (0.42, 0.66, 0.34))[(k + number) % 3]
        tree(strip, x - side * dx * half, y + half * 0.01, half * (0.42 + 0.1 * k % 0.2), view.tone(leaf, veil),
             view.tone((0.42, 0.30, 0.22), veil), number + k)  # fmt: skip
    bush(strip, x, y + half * 0.02, half * 0.1, grass, number)


TALES: dict[str, Callable[[View], Backdrop]] = {
    "haunted house": haunted_house,
    "candy land": candy_land,
    "floating islands": floating_islands,
}
