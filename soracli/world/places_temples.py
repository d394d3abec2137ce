"""Places of old faiths: Japanese garden, ruins. Lengths are frame heights."""

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
    landmarks,
    lattice,
    peak,
    ridge,
    shaded,
    standing,
)
from soracli.world.places_green import BARK, wood
from soracli.world.props import bush, flower, tree, tuft
from soracli.world.props_outdoors import band, boulder, slab
from soracli.world.skies import sky
from soracli.world.strips import RGB, Strip, bar, disc, hashed, noise, taper

WHITE: RGB = (0.97, 0.98, 1.0)


def japanese_garden(view: View) -> Backdrop:
    """A pagoda, a red gate and a red bridge over a pond; stone lanterns, pines and a cherry tree."""
    tone = view.tone
    mountain = view.strip(0.2, HORIZON + 0.03, 0.04)
    for _, x in landmarks(view, mountain, 2.2, 0.8, 1821):
        peak(view, mountain, x + 0.35, 0.27, 0.52, 0.4, 0.34)
    hills = ridge(view, 0.575, 0.04, 0.5, 0.1, tone((0.40, 0.58, 0.42), 0.3), 1822)
    temple = view.strip(0.1, HORIZON + 0.04, 0.2)
    for i, x in lattice(temple, 0.13, 0.3, view.seed + 1823):
        leaf = ((0.30, 0.52, 0.30), (0.95, 0.70, 0.78), (0.26, 0.48, 0.32), (0.84, 0.40, 0.24))[(i * 7 + view.seed) % 4]
        tree(temple, x, 0.628, 0.15 + 0.05 * hashed(view.seed, 1824, i), view.leaf(leaf, 0.2, i), tone(BARK, 0.2), i)
    for i, x in landmarks(view, temple, 1.5, 0.6, 1825):
        _pagoda(view, temple, x, 0.628, 0.42 * view.between(0.92, 1.06, 1826, i))
    ground = floor(view, (0.40, 0.60, 0.28), (0.46, 0.66, 0.34), 0.08)
    u, z = ground_coordinates(view, ground)
    ground.cover(band(ground, 0.775, 1.1), tone((0.84, 0.82, 0.78)))
    raked = ((z * 26 + 0.5 * noise(u * 0.8, z, view.seed + 1827)) * 6.283).sin()
    ground.cover(band(ground, 0.778, 1.1) * (raked * 0.5 + 0.2).clamp(0, 1) * 0.35, tone((0.66, 0.64, 0.60)))
    water = ((0.725 + 0.008 * (u * 3).sin() - ground.y) * view.height + 0.5).clamp(0, 1) * band(ground, 0.662, 1.0)
    ground.cover(water, tone((0.20, 0.46, 0.54)))
    glint = noise(ground.x * 6, ground.y * 90, view.seed + 1828)
    ground.cover(water * ((glint - 0.2) * 2).clamp(0, 1) * 0.45, tone((0.66, 0.84, 0.88)))
    back = standing(view, 0.672, 0.4)
    for _, x in landmarks(view, back, 1.7, 0.5, 1829):
        _gate(view, back, x + 0.78, 0.672, 0.3)
    pond = standing(view, 0.735, 0.2)
    for _, x in landmarks(view, pond, 1.7, 0.5, 1829):
        _arched_bridge(view, pond, x, 0.735, 0.30)
    edge = standing(view, 0.772, 0.48)
    for i, x in lattice(edge, 0.2, 0.2, view.seed + 1830):
        boulder(edge, x, 0.765, 0.022 + 0.018 * hashed(view.seed, 1831, i), tone((0.54, 0.55, 0.54)), i)
    for i, x in landmarks(view, edge, 1.1, 0.5, 1832):
        _stone_lantern(view, edge, x + 0.42, 0.772, 0.19)
        if i % 2:
            tree(edge, x - 0.36, 0.77, 0.46, tone((0.97, 0.74, 0.82)), tone(BARK), i)
        else:
            bush(edge, x - 0.3, 0.772, 0.075, view.leaf((0.30, 0.54, 0.30), 0.0, i), i)
    return Backdrop(sky(view, 0.8), [mountain, hills, temple], ground, [back, pond, edge], [])


def _pagoda(view: View, strip: Strip, x: float, y: float, tall: float) -> None:
    """Five storeys under curved roofs, a spire on top."""
    red, roof, pale = view.tone((0.74, 0.26, 0.20), 0.06), view.tone((0.26, 0.30, 0.34), 0.08), view.tone(WHITE, 0.06)
    storey = tall * 0.165
    strip.put(bar(x, y - tall * 0.86, x, y - tall * 1.08, tall * 0.012, tall * 0.004), view.tone((0.78, 0.62, 0.30)))
    for k in range(5):
        low, half = y - storey * k, tall * (0.17 - 0.018 * k)
        slab(strip, x - half, low - storey * 0.62, x + half, low, pale)
        for j in range(5):
            cx = x + (j - 2) * half * 0.47
            slab(strip, cx - half * 0.06, low - storey * 0.62, cx + half * 0.06, low, red)
        glass = (1.0, 0.84, 0.48) if view.light.lit else view.tone((0.40, 0.28, 0.24))
        slab(strip, x - half * 0.2, low - storey * 0.46, x + half * 0.2, low - storey * 0.06, glass)
        eaves = low - storey * 0.6
        strip.put(taper(x, eaves - storey * 0.42, eaves, half * 0.8, half * 1.75), roof)
        for side in (-1, 1):
            strip.put(bar(x + side * half * 1.2, eaves - storey * 0.05, x + side * half * 1.9, eaves - storey * 0.18,
                          storey * 0.07, storey * 0.03), roof)  # fmt: skip
        slab(strip, x - half * 1.7, eaves - storey * 0.04, x + half * 1.7, eaves + storey * 0.02, shaded(roof, 0.7))


def _gate(view: View, strip: Strip, x: float, y: float, tall: float) -> None:
    """A gate of two posts and two beams, the upper one curved."""
    red, dark = view.tone((0.86, 0.26, 0.18)), view.tone((0.24, 0.20, 0.20))
    for side in (-1, 1):
        strip.put(bar(x + side * tall * 0.46, y, x + side * tall * 0.40, y - tall * 0.9, tall * 0.045), red)
        slab(
            strip, x + side * tall * 0.46 - tall * 0.06, y - tall * 0.09, x + side * tall * 0.46 + tall * 0.06, y, dark
        )
    slab(strip, x - tall * 0.54, y - tall * 0.74, x + tall * 0.54, y - tall * 0.66, red)
    slab(strip, x - tall * 0.05, y - tall * 0.92, x + tall * 0.05, y - tall * 0.7, red)
    part = strip.part((x - tall * 0.72, y - tall * 1.15, x + tall * 0.72, y - tall * 0.8))
    if part is not None:
        curve = y - tall * 0.9 - tall * 0.12 * ((part.x - x) / (tall * 0.7)) ** 2
        inside = ((tall * 0.7 - (part.x - x).abs()) * view.height + 0.5).clamp(0, 1)
        part.cover(inside * band(part, curve - tall * 0.1, curve), red)
        part.cover(inside * band(part, curve - tall * 0.12, curve - tall * 0.06), dark)


def _arched_bridge(view: View, strip: Strip, x: float, y: float, half: float) -> None:
    """A red bridge that is the arc of a circle, with a railing."""
    red = view.tone((0.84, 0.24, 0.18))
    part = strip.part((x - half, y - half * 0.65, x + half, y))
    if part is None:
        return
    share = ((part.x - x) / half).clamp(-1, 1)
    deck = y - half * 0.34 * (1 - share**2)
    inside = ((half - (part.x - x).abs()) * view.height + 0.5).clamp(0, 1)
    part.cover(inside * band(part, deck - half * 0.02, deck + half * 0.07), shaded(red, 0.72))
    part.cover(inside * band(part, deck - half * 0.03, deck + half * 0.005), shaded(red, 1.1))
    for lift in (0.13, 0.22):
        part.cover(inside * band(part, deck - half * (lift + 0.025), deck - half * lift), red)
    for k in range(9):
        at = (k - 4) / 4 * 0.96
        foot, cx = y - half * 0.34 * (1 - at**2), x + at * half
        strip.put(bar(cx, foot, cx, foot - half * 0.25, half * 0.018), red)
        strip.put(disc(cx, foot - half * 0.27, half * 0.026, half * 0.026), view.tone((0.30, 0.24, 0.22)))


def _stone_lantern(view: View, strip: Strip, x: float, y: float, tall: float) -> None:
    """A lantern of stone, lit by night."""
    rock, lit = view.tone((0.60, 0.61, 0.60)), view.light.lit
    slab(strip, x - tall * 0.2, y - tall * 0.08, x + tall * 0.2, y, shaded(rock, 0.85))
    slab(strip, x - tall * 0.07, y - tall * 0.46, x + tall * 0.07, y - tall * 0.06, rock)
    slab(strip, x - tall * 0.18, y - tall * 0.52, x + tall * 0.18, y - tall * 0.45, shaded(rock, 1.1))
    if lit:
        glow(strip, x, y - tall * 0.63, tall * 0.8, (1.0, 0.84, 0.50), 0.65)
    slab(strip, x - tall * 0.13, y - tall * 0.74, x + tall * 0.13, y - tall * 0.52, shaded(rock, 0.9))
    window = (1.0, 0.90, 0.60) if lit else view.tone((0.30, 0.30, 0.30))
    slab(strip, x - tall * 0.07, y - tall * 0.71, x + tall * 0.07, y - tall * 0.56, window)
    strip.put(taper(x, y - tall * 0.90, y - tall * 0.73, tall * 0.05, tall * 0.27), shaded(rock, 0.8))
    strip.put(disc(x, y - tall * 0.93, tall * 0.05, tall * 0.06), rock)


def ruins(view: View) -> Backdrop:
    """The columns of a temple, some broken, with ivy; fallen stones and flowers in the grass, hills behind."""
    tone = view.tone
    far = [ridge(view, 0.55, 0.06, 0.6, 0.05, tone((0.50, 0.62, 0.60), 0.45), 1841),
           wood(view, 0.607, 0.12, 0.17, 0.12, 0.3, 1842)]  # fmt: skip
    ground = floor(view, (0.50, 0.62, 0.32), (0.58, 0.68, 0.40), 0.08)
    u, z = ground_coordinates(view, ground)
    ground.cover(band(ground, 0.745, 0.935), tone((0.80, 0.74, 0.62)))
    seams = ((0.006 - ((u / 0.3) % 1 - 0.5).abs() * 0.3) * view.height / z + 0.5).clamp(0, 1)
    level = torch.stack([(0.0025 - (ground.y - y).abs()) for y in (0.79, 0.85)]).amax(0) * view.height + 0.5
    ground.cover(band(ground, 0.745, 0.935) * torch.maximum(seams, level.clamp(0, 1)) * 0.5, tone((0.58, 0.52, 0.42)))
    moss = noise(u * 3, z * 6, view.seed + 1843)
    ground.cover(band(ground, 0.735, 0.945) * ((moss - 0.12) * 3).clamp(0, 1) * 0.7, tone((0.48, 0.60, 0.30)))
    rows = []
    for row, (y, tall, spacing, veil) in enumerate(((0.65, 0.34, 0.24, 0.2), (0.735, 0.56, 0.46, 0.0))):
        strip = standing(view, y, tall * 1.25)
        _colonnade(view, strip, y, tall, spacing, veil, row)
        rows.append(strip)
    grass = standing(view, 0.765, 0.09)
    for i, x in lattice(grass, 0.16, 0.1, view.seed + 1844):
        if i % 3 == 0:
            boulder(grass, x, 0.763, 0.03, tone((0.80, 0.76, 0.66)), i)
        elif i % 3 == 1:
            tuft(grass, x, 0.765, 0.045, tone((0.40, 0.58, 0.24)))
        else:
            flower(view, grass, x, 0.765, 0.05, i)
    return Backdrop(sky(view, 0.8), far, ground, [*rows, grass], [])


def _colonnade(view: View, strip: Strip, y: float, tall: float, spacing: float, veil: float, row: int) -> None:
    """Columns `spacing` apart; pairs that are whole carry a beam."""
    marble = view.tone((0.90, 0.86, 0.76), veil)
    left, right = strip.span
    first = view.aspect * view.between(0.2, 0.8, 1851, row)
    for i in range(math.floor((left - first) / spacing) - 1, math.ceil((right - first) / spacing) + 2):
        x = first + i * spacing
        whole = hashed(view.seed, 1852, row, i // 3) < 0.6 or i // 3 == 0
        high = tall * (0.86 if whole else 0.25 + 0.45 * hashed(view.seed, 1853, row, i))
        _column(view, strip, x, y, high, tall * 0.062, marble, whole, i)
        if whole and i % 3 != 2:  # a beam to the next of the same three
            x1 = x + spacing
            slab(strip, x - tall * 0.08, y - tall * 0.97, x1 + tall * 0.08, y - tall * 0.86, shaded(marble, 0.92))
            slab(strip, x - tall * 0.1, y - tall * 1.01, x1 + tall * 0.1, y - tall * 0.95, shaded(marble, 1.05))
        if hashed(view.seed, 1854, row, i) < 0.4:
            ivy = view.tone((0.32, 0.52, 0.24), veil)
            for k in range(9):
                cy = y - high * (0.1 + 0.09 * k)
                dx = tall * 0.05 * math.sin(k * 1.3 + i)
                strip.put(disc(x + dx, cy, tall * 0.026, tall * 0.02), shaded(ivy, 0.85 + 0.08 * (k % 4)))


def _column(
    view: View, strip: Strip, x: float, y: float, tall: float, half: float, marble: RGB, whole: bool, number: int
) -> None:
    """A fluted column on its base, with a capital if it is whole, else with a ragged top."""
    part = strip.part((x - half, y - tall, x + half, y))
    if part is not None:
        across = ((part.x - x) / half).clamp(-1, 1)
        flutes = 0.08 * (across.asin() * 11).sin()
        shade = 1.02 - 0.26 * (across + 0.35).clamp(0, 1.2) ** 2 + flutes
        top = y - tall + (0.0 if whole else 1.0) * half * 0.7 * (0.5 + 0.5 * (across * 4 + number).sin())
        inside = ((half - (part.x - x).abs()) * view.height + 0.5).clamp(0, 1) * band(part, top, y)
        part.cover(inside, (torch.tensor(marble) * shade.expand(len(part.y), -1)[..., None]).clamp(0, 1))
        part.cover(inside * (((part.y - y) / (half * 2.6)) % 1 < 0.05).float() * 0.4, shaded(marble, 0.6))
    slab(strip, x - half * 1.4, y - half * 0.5, x + half * 1.4, y, shaded(marble, 0.9))
    slab(strip, x - half * 1.2, y - half * 0.9, x + half * 1.2, y - half * 0.5, marble)
    if whole:
        strip.put(taper(x, y - tall - half * 0.1, y - tall + half * 0.6, half * 1.5, half), marble)
        slab(strip, x - half * 1.55, y - tall - half * 0.3, x + half * 1.55, y - tall, shaded(marble, 1.05))


TEMPLES: dict[str, Callable[[View], Backdrop]] = {"japanese garden": japanese_garden, "ruins": ruins}
