"""Places to look far from: mountain road, city skyline, island, fields in bloom. Lengths are frame heights."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch

from soracli.world.language.verbs import HORIZON
from soracli.world.layers import (
    Backdrop,
    View,
    floor,
    ground_coordinates,
    haze,
    landmarks,
    lattice,
    peak,
    ridge,
    shaded,
    standing,
)
from soracli.world.places_green import BARK
from soracli.world.places_neon import reflection
from soracli.world.places_town import skyscraper
from soracli.world.places_water import waves
from soracli.world.props import bench, cottage, lamppost, palm, pine, tree, tuft
from soracli.world.props_outdoors import band, boulder, slab
from soracli.world.skies import sky
from soracli.world.strips import RGB, Strip, bar, disc, hashed, noise, triangle

ASPHALT: RGB = (0.36, 0.37, 0.41)


def mountain_road(view: View) -> Backdrop:
    """A road along a rock wall and over a valley, a guard rail beside it, peaks and hairpin bends behind."""
    tone = view.tone
    tall = view.strip(0.05, HORIZON + 0.03, 0.04)
    for i, x in lattice(tall, 0.55, 0.8, view.seed + 1701):
        height = 0.36 + 0.14 * hashed(view.seed, 1702, i)
        peak(view, tall, x, height, height * 0.95, 0.25, 0.45)
    slope = view.strip(0.3, HORIZON + 0.03, 0.09)
    for i, x in landmarks(view, slope, 1.1, 0.8, 1703):
        _bends(view, slope, x, 0.24 * view.between(0.85, 1.1, 1704, i), i)
    pines = view.strip(0.42, 0.65, 0.2)
    for i, x in lattice(pines, 0.09, 0.2, view.seed + 1705):
        size = 0.13 * (0.7 + 0.5 * hashed(view.seed, 1706, i))
        pine(pines, x, 0.625, size, tone((0.20, 0.42, 0.30), 0.18), tone((0.36, 0.28, 0.24), 0.18))
    ground = floor(view, (0.44, 0.56, 0.30), (0.48, 0.60, 0.38), 0.07)
    u, _ = ground_coordinates(view, ground)
    ground.cover(band(ground, 0.742, 0.985), tone((0.62, 0.56, 0.48)))
    ground.cover(band(ground, 0.757, 0.967), tone(ASPHALT))
    worn = noise(u * 3, ground.y * 40, view.seed + 1707)
    ground.cover(band(ground, 0.757, 0.967) * ((worn - 0.1) * 2).clamp(0, 1) * 0.2, tone((0.50, 0.50, 0.53)))
    for level, thick in ((0.772, 0.0035), (0.948, 0.0055)):
        ground.cover(band(ground, level - thick, level + thick), tone((0.93, 0.93, 0.90)))
    for level in (0.851, 0.865):
        ground.cover(band(ground, level - 0.003, level + 0.003), tone((0.96, 0.76, 0.22)))
    wall = standing(view, 0.722, 0.66)
    for i, x in landmarks(view, wall, 1.7, 0.8, 1708):
        _cliff(view, wall, x + 0.6, 0.725, 0.36, 0.46 * view.between(0.8, 1.1, 1709, i), i)
    rail = standing(view, 0.752, 0.1)
    _guard_rail(view, rail, 0.752, 0.058)
    front = standing(view, 0.995, 0.08)
    for i, x in lattice(front, 0.2, 0.1, view.seed + 1711):
        tuft(front, x, 0.995, 0.045 * (0.7 + 0.6 * hashed(view.seed, 1712, i)), tone((0.36, 0.54, 0.22)))
    return Backdrop(sky(view, 0.8), [tall, slope, pines], ground, [wall, rail], [front])


def _bends(view: View, strip: Strip, x: float, tall: float, number: int) -> None:
    """A green mountain with a road that winds up to its saddle."""
    green = view.tone(view.pick(((0.40, 0.56, 0.36), (0.46, 0.58, 0.32), (0.36, 0.52, 0.40)), 1721, number), 0.2)
    foot = HORIZON + 0.03
    strip.put(triangle(x, foot - tall * 1.25, foot, tall * 2.1), green)
    strip.put(triangle(x + tall * 0.5, foot - tall * 0.85, foot, tall * 1.5), shaded(green, 0.9))
    road, side = view.tone((0.70, 0.67, 0.64), 0.12), (-1, 1)[number % 2]
    for k in range(5):
        reach = tall * (0.72 - 0.13 * k)
        low, high = foot - tall * (0.1 + 0.17 * k), foot - tall * (0.1 + 0.17 * (k + 1))
        way = side if k % 2 else -side
        strip.put(bar(x - way * reach, low, x + way * reach * 0.82, high, 0.0075 - 0.001 * k, 0.0065 - 0.001 * k), road)


def _cliff(view: View, strip: Strip, x: float, y: float, half: float, tall: float, number: int) -> None:
    """A wall of rock with ledges and cracks, grass on its top."""
    rock = view.tone(view.pick(((0.60, 0.55, 0.50), (0.56, 0.54, 0.54), (0.66, 0.56, 0.46)), 1731, number), 0.04)
    part = strip.part((x - half * 1.25, y - tall * 1.15, x + half * 1.25, y))
    if part is None:
        return
    flat = torch.full((1, 1), 0.5)
    share = ((part.x - x) / half).abs()
    steps = noise(part.x * 9, flat, view.seed + 1732) * 0.06 + noise(part.x * 30, flat, view.seed + 1733) * 0.02
    top = y - tall * (1.0 - 0.9 * (share - 0.45).clamp(min=0) ** 1.3 * 1.6) + steps * tall
    inside = ((part.y - top) * view.height + 0.5).clamp(0, 1) * (part.y < y).float()
    inside = inside * ((1.15 - share) * half * view.height + 0.5).clamp(0, 1)
    facets = noise(part.x * 13 + part.y * 5, part.y * 9, view.seed + 1734)
    ledges = ((part.y * 52 + 2.5 * noise(part.x * 6, flat, view.seed + 1735)).sin() * 0.5 + 0.5) ** 6
    shade = (1 + 0.22 * (facets * 2.5).clamp(-1, 1) - 0.28 * ledges - 0.1 * ((part.x - x) / half)).clamp(0.5, 1.3)
    part.cover(inside, (torch.tensor(rock) * shade[..., None]).clamp(0, 1))
    grass = inside * ((top + 0.03 + 0.02 * facets - part.y) * view.height + 0.5).clamp(0, 1)
    part.cover(grass, view.tone((0.42, 0.60, 0.28), 0.04))


def _guard_rail(view: View, strip: Strip, y: float, tall: float) -> None:
    """Posts and a beam of steel along the whole strip, a reflector on every other post."""
    left, right = strip.span
    steel = view.tone((0.78, 0.80, 0.82))
    for i, x in lattice(strip, 0.17, 0.1, view.seed + 1741):
        slab(strip, x - 0.008, y - tall, x + 0.008, y, view.tone((0.46, 0.48, 0.50)))
        if i % 2:
            slab(strip, x - 0.006, y - tall * 1.25, x + 0.006, y - tall, view.tone((0.92, 0.30, 0.24)))
    slab(strip, left, y - tall, right, y - tall * 0.45, steel)
    slab(strip, left, y - tall * 0.78, right, y - tall * 0.66, shaded(steel, 0.74))
    slab(strip, left, y - tall, right, y - tall * 0.94, shaded(steel, 1.2))
    slab(strip, left, y - tall * 0.5, right, y - tall * 0.43, shaded(steel, 0.62))


def skyline(view: View) -> Backdrop:
    """The towers of a city across the water, a promenade with a railing, lamps and benches on this side."""
    tone = view.tone
    town = view.strip(0.0, HORIZON + 0.025, 0.05)
    for row, (veil, tall, wide) in enumerate(((0.55, 0.30, 0.10), (0.36, 0.23, 0.12), (0.2, 0.13, 0.13))):
        for i, x in lattice(town, wide, 0.3, view.seed + 1751 + row):
            height = tall * (0.45 + 1.15 * hashed(view.seed, 1753, row, i) ** 1.5)
            skyscraper(view, town, x, wide * 0.4, height, veil, 60 * row + i)
    for i, x in lattice(town, 0.055, 0.1, view.seed + 1754):
        crown = disc(x, 0.612, 0.036, 0.022 + 0.012 * hashed(view.seed, 1755, i))
        town.put(crown, tone((0.28, 0.48, 0.34), 0.25))
    slab(town, *(town.span[0], 0.613), town.span[1], HORIZON + 0.03, tone((0.52, 0.52, 0.52), 0.2))
    ground = floor(view, (0.66, 0.64, 0.62), (0.60, 0.60, 0.60), 0.04)
    u, z = ground_coordinates(view, ground)
    seam = ((0.004 - ((u / 0.26) % 1 - 0.5).abs() * 0.26) * view.height / z + 0.5).clamp(0, 1)
    ground.cover(seam * 0.4, tone((0.48, 0.46, 0.46)))
    ground.cover(band(ground, 0.0, 0.752), tone((0.50, 0.50, 0.52)))
    ground.cover(band(ground, 0.0, 0.738), tone((0.14, 0.36, 0.54)))
    ground.cover(band(ground, 0.0, 0.738) * ((0.72 - ground.y) / 0.12).clamp(0, 1), tone((0.46, 0.64, 0.76)))
    wet = reflection(town, HORIZON + 0.02, 0.115, 0.55 if view.light.lit else 0.32, view.seed)
    water = [waves(view, y, y + 0.03, 0.01, 0.003, tone((0.66, 0.82, 0.90)), 0.3, 1756 + k)
             for k, y in enumerate((0.655, 0.70))]  # fmt: skip
    near = standing(view, 0.757, 0.64)
    _railing(view, near, 0.752, 0.075)
    for i, x in landmarks(view, near, 0.9, 0.4, 1757):
        lamppost(view, near, x, 0.757, 0.34)
        if i % 2:
            bench(view, near, x + 0.4, 0.757, 0.095, (0.60, 0.42, 0.28))
    return Backdrop(sky(view, 0.8), [town], ground, [wet, *water, near], [], 0.738)


def _railing(view: View, strip: Strip, y: float, tall: float) -> None:
    """A railing of iron bars along the whole strip."""
    left, right = strip.span
    iron = view.tone((0.24, 0.27, 0.31))
    for level, thick in ((1.0, 0.006), (0.18, 0.003)):
        slab(strip, left, y - tall * level - thick, right, y - tall * level + thick, iron)
    bars = ((0.0028 - ((strip.x / 0.03) % 1 - 0.5).abs() * 0.03) * view.height + 0.5).clamp(0, 1)
    strip.cover(bars * band(strip, y - tall, y), iron)


def island(view: View) -> Backdrop:
    """A strip of white sand under palms with the sea before and behind it, another island far off."""
    tone = view.tone
    distant = view.strip(0.42, HORIZON + 0.012, 0.03)
    for i, x in landmarks(view, distant, 1.6, 0.5, 1761):
        distant.put(
            disc(x, HORIZON + 0.02, 0.24, 0.07 * view.between(0.7, 1.3, 1762, i)), tone((0.36, 0.58, 0.44), 0.45)
        )
        for k in range(6):
            palm(view, distant, x - 0.12 + 0.05 * k, 0.585, 0.06 + 0.02 * hashed(view.seed, 1763, i, k), (-1, 1)[k % 2])
    ground = floor(view, (0.98, 0.90, 0.70), (0.97, 0.88, 0.66), 0.03)
    u, z = ground_coordinates(view, ground)
    flat, h = torch.full((1, 1), 0.5), view.height
    back = 0.735 + 0.010 * noise(u * 1.1, flat, view.seed + 1764) + 0.004 * (u * 6).sin()
    fore = 0.935 + 0.010 * noise(u * 1.6, flat, view.seed + 1765) + 0.004 * (u * 7).sin()
    for edge, way in ((back, 1.0), (fore, -1.0)):
        off = (edge - ground.y) * way * h
        ground.cover((off / 3 + 5.0).clamp(0, 1) * 0.8, tone((0.88, 0.76, 0.54)))
        ground.cover((off + 3.5).clamp(0, 1), tone((0.98, 1.0, 1.0)))
        ground.cover((off + 0.5).clamp(0, 1), tone((0.34, 0.84, 0.84)))
        ground.cover((off / h / 0.09).clamp(0, 1) ** 0.8, tone((0.10, 0.52, 0.76)))
    swell = (z * 5 + 0.9 * noise(u * 1.1, z * 2, view.seed + 1766)) * 4
    ground.cover(
        (ground.y < back - 0.01).float() * ((swell.sin() - 0.72) * 3).clamp(0, 1) * 0.4, tone((0.82, 0.96, 1.0))
    )
    palms = standing(view, 0.778, 0.64)
    for i, x in landmarks(view, palms, 1.35, 0.6, 1767):
        for k, (dx, tall) in enumerate(((-0.13, 0.40), (0.14, 0.36), (0.0, 0.50))):
            palm(view, palms, x + dx, 0.775, tall * view.between(0.9, 1.08, 1768, i, k), (-1, 1, 1)[k])
        for k in range(7):
            blade = tone((0.30, 0.60, 0.28))
            tuft(palms, x - 0.2 + 0.065 * k, 0.778, 0.04 + 0.02 * hashed(view.seed, 1769, i, k), blade)
        boulder(palms, x + 0.42, 0.776, 0.05, tone((0.56, 0.54, 0.52)), i)
    front = waves(view, 0.965, 1.01, -0.02, 0.006, tone((0.26, 0.74, 0.82)), 0.5, 1770)
    return Backdrop(sky(view), [distant], ground, [palms], [front], 0.74)


def _sunflower(view: View, strip: Strip, x: float, y: float, tall: float, salt: int) -> None:
    """A sunflower with two leaves."""
    green, r = view.tone((0.34, 0.56, 0.22)), tall * (0.2 if tall > 0.1 else 0.25)
    strip.put(bar(x, y, x, y - tall * 0.85, tall * 0.025), green)
    for side in (-1, 1):
        strip.put(bar(x, y - tall * 0.35, x + side * tall * 0.22, y - tall * 0.48, tall * 0.03, tall * 0.07), green)
    gold = view.tone(shaded((1.0, 0.78, 0.12), 0.9 + 0.12 * hashed(salt, 1771)))
    cy = y - tall * 0.85
    if tall > 0.1:
        for k in range(12):
            turn = torch.tensor(6.283 * k / 12)
            tip = (x + r * 1.05 * float(turn.cos()), cy + r * 0.95 * float(turn.sin()))
            strip.put(bar(x, cy, *tip, r * 0.24, r * 0.1), gold)
    else:
        strip.put(disc(x, cy, r, r * 0.95), gold)
    strip.put(disc(x, cy, r * 0.52, r * 0.5), view.tone((0.40, 0.24, 0.12)))
    strip.put(disc(x - r * 0.1, cy - r * 0.1, r * 0.3, r * 0.28), view.tone((0.52, 0.33, 0.16)))


def _lavender(view: View, strip: Strip, x: float, y: float, tall: float, salt: int) -> None:
    """A tussock of lavender in bloom."""
    for k in range(7):
        lean = (k - 3) * tall * 0.2
        tip = (x + lean * 1.3, y - tall * (0.9 - 0.04 * (k - 3) ** 2 + 0.1 * hashed(salt, 1772, k)))
        strip.put(bar(x + lean * 0.3, y, *tip, tall * 0.018), view.tone((0.46, 0.60, 0.38)))
        violet = view.tone(shaded((0.58, 0.42, 0.82), 0.85 + 0.3 * hashed(salt, 1773, k)))
        strip.put(bar(x + lean * 0.9, y - (y - tip[1]) * 0.55, *tip, tall * 0.065, tall * 0.035), violet)


def _tulip(view: View, strip: Strip, x: float, y: float, tall: float, salt: int) -> None:
    """A tulip in one of five colours."""
    hues: tuple[RGB, ...] = (
        (0.92, 0.24, 0.28),
        (0.98, 0.76, 0.20),
        (0.96, 0.52, 0.66),
        (0.98, 0.96, 0.94),
        (0.62, 0.30, 0.66),
    )
    paint = view.tone(hues[salt % 5])
    green = view.tone((0.34, 0.60, 0.30))
    strip.put(bar(x, y, x, y - tall * 0.75, tall * 0.03), green)
    strip.put(bar(x, y, x + tall * 0.2, y - tall * 0.45, tall * 0.06, tall * 0.02), green)
    cy, r = y - tall * 0.82, tall * 0.15
    strip.put(disc(x, cy + r * 0.2, r, r * 1.05), paint)
    for dx in (-0.62, 0.0, 0.62):
        strip.put(
            bar(x + dx * r, cy + r * 0.2, x + dx * r * 1.2, cy - r * 0.95, r * 0.36, r * 0.1),
            shaded(paint, 1 - 0.1 * abs(dx)),
        )


def _wheat(view: View, strip: Strip, x: float, y: float, tall: float, salt: int) -> None:
    """Five ears of wheat that lean with the wind."""
    for k in range(5):
        gold = view.tone(shaded((0.90, 0.72, 0.34), 0.82 + 0.3 * hashed(salt, 1774, k)))
        foot, high = x + (k - 2) * tall * 0.14, tall * (0.8 + 0.25 * hashed(salt, 1775, k))
        tip = (foot + tall * 0.14, y - high)
        strip.put(bar(foot, y, *tip, tall * 0.014), shaded(gold, 0.86))
        strip.put(bar(foot + tall * 0.1, y - high * 0.75, *tip, tall * 0.04, tall * 0.02), gold)


CROPS: dict[
    str, tuple[Callable[[View, Strip, float, float, float, int], None], RGB, RGB, tuple[float, float, float]]
] = {
    "sunflower field": (_sunflower, (0.44, 0.56, 0.22), (0.94, 0.74, 0.20), (0.1, 0.17, 1.0)),
    "lavender field": (_lavender, (0.60, 0.56, 0.40), (0.56, 0.42, 0.78), (0.075, 0.11, 1.7)),
    "tulip field": (_tulip, (0.46, 0.60, 0.32), (0.92, 0.40, 0.42), (0.06, 0.1, 1.1)),
    "wheat field": (_wheat, (0.80, 0.66, 0.34), (0.92, 0.76, 0.40), (0.085, 0.13, 1.25)),
}  # what grows, RGB of the soil and of the field from afar, how tall it is farther off and nearer, its spacing


def field(view: View, crop: str) -> Backdrop:
    """A field of one crop to the horizon in rows, a path through it, hills, trees and a house behind."""
    plant, soil, bloom, (low, high, apart) = CROPS[crop]
    tone = view.tone
    far = [ridge(view, 0.545, 0.06, 0.6, 0.05, tone((0.46, 0.62, 0.60), 0.45), 1781),
           ridge(view, 0.578, 0.04, 0.45, 0.1, tone((0.44, 0.64, 0.40), 0.25), 1782)]  # fmt: skip
    home = view.strip(0.3, HORIZON + 0.03, 0.12)
    for i, x in landmarks(view, home, 1.6, 0.5, 1783):
        cottage(view, home, x, 0.612, 0.16, i)
        for k, dx in enumerate((-0.2, 0.18, 0.3)):
            tree(
                home,
                x + dx,
                0.615,
                (0.13, 0.17, 0.15)[k],
                view.leaf((0.34, 0.54, 0.30), 0.2, i, k),
                tone(BARK, 0.2),
                i + k,
            )
    ground = floor(view, soil, bloom, 0.06)
    u, z = ground_coordinates(view, ground)
    rows = ((u / 0.24) * 6.283).sin() * 0.5 + 0.5
    speckle = (noise(u * 26, z * 60, view.seed + 1784) * 1.6 + 0.6).clamp(0, 1)
    deep = ((0.765 - ground.y) * view.height / 4 + 0.5).clamp(0, 1)
    ground.cover(deep * (0.45 + 0.55 * rows) * (0.55 + 0.45 * speckle), tone(bloom))
    ground.cover(band(ground, 0.775, 0.925), tone((0.80, 0.68, 0.50)))
    dust = noise(u * 6, z * 14, view.seed + 1785)
    ground.cover(band(ground, 0.782, 0.918) * ((dust + 0.3) * 2).clamp(0, 1) * 0.5, tone((0.86, 0.76, 0.58)))
    haze(view, ground, 0.25)
    near = []
    for row, (y, tall) in enumerate(((0.655, low * 0.55), (0.705, low), (0.768, high * 0.95))):
        strip = standing(view, y, tall * 1.3)
        for i, x in lattice(strip, tall * apart * 0.42, 0.1, view.seed + 1786 + row):
            size = tall * (0.82 + 0.32 * hashed(view.seed, 1789, row, i))
            plant(view, strip, x, y + 0.006 * hashed(view.seed, 1790, row, i), size, i // 5 + row)
        near.append(strip)
    front = standing(view, 0.998, high * 1.1)
    for i, x in lattice(front, high * apart * 0.6, 0.1, view.seed + 1791):
        plant(view, front, x, 1.03, high * (0.8 + 0.3 * hashed(view.seed, 1792, i)), i // 5)
    return Backdrop(sky(view, 0.9), [*far, home], ground, near, [front])


SCENIC: dict[str, Callable[[View], Backdrop]] = {
    "mountain road": mountain_road,
    "city skyline": skyline,
    "island": island,
    **{crop: partial(field, crop=crop) for crop in CROPS},
}
