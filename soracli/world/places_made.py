"""Places laid out by people: ice rink, pyramids, parking lot. Lengths are frame heights."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from soracli.world.language.verbs import HORIZON, ground_factor
from soracli.world.layers import (
    Backdrop,
    View,
    floor,
    glow,
    ground_coordinates,
    landmarks,
    lattice,
    peaks,
    ridge,
    shaded,
    standing,
)
from soracli.world.places_green import BARK, wood
from soracli.world.props import lamppost, palm, pine, tree, tuft
from soracli.world.props_outdoors import band, slab
from soracli.world.rooms import PAINTS
from soracli.world.skies import sky
from soracli.world.strips import RGB, Strip, bar, box, disc, hashed, noise, taper

WHITE: RGB = (0.97, 0.98, 1.0)
ICE: RGB = (0.86, 0.93, 0.98)


def ice_rink(view: View) -> Backdrop:
    """Ice with lines and the marks of skates, boards with a yellow foot, snowy firs and lights behind."""
    tone = view.tone
    far = [peaks(view, 0.45, 0.6), ridge(view, 0.58, 0.03, 0.5, 0.12, tone((0.86, 0.92, 0.98), 0.2), 1801)]
    firs = view.strip(0.3, HORIZON + 0.04, 0.2)
    for i, x in lattice(firs, 0.15, 0.2, view.seed + 1802):
        size = 0.2 * (0.7 + 0.5 * hashed(view.seed, 1803, i))
        pine(firs, x, 0.625, size, tone((0.20, 0.44, 0.38), 0.1), tone((0.38, 0.30, 0.26)), tone(WHITE, 0.05))
    ground = floor(view, ICE, (0.78, 0.88, 0.96), 0.02)
    u, z = ground_coordinates(view, ground)
    marks = noise(u * 5 + z * 9, z * 2 - u, view.seed + 1804)
    for shift in (0.0, 0.31):
        ground.cover((0.03 - (marks - shift).abs()).clamp(min=0) / 0.03 * 0.35, tone(WHITE))
    ground.cover((0.5 + noise(u * 0.9, z * 3, view.seed + 1805)).clamp(0, 1) * 0.18, tone((0.66, 0.82, 0.94)))
    first, h = view.between(-0.3, 0.3, 1806), view.height
    for offset, wide, paint in ((0.0, 0.035, (0.86, 0.24, 0.28)), (1.5, 0.045, (0.24, 0.44, 0.80)),
                                (-1.5, 0.045, (0.24, 0.44, 0.80))):  # fmt: skip
        across = (wide - (((u - first - offset + 2.25) % 4.5) - 2.25).abs()) * h / z
        ground.cover((across + 0.5).clamp(0, 1) * 0.75, tone(paint))
    away = (((u - first + 2.25) % 4.5 - 2.25) ** 2 + ((ground.y - 0.84) / 0.085 * 0.42) ** 2).sqrt()
    ground.cover(((0.012 - (away - 0.42).abs()) * h / z + 0.5).clamp(0, 1) * 0.75, tone((0.24, 0.44, 0.80)))
    boards = standing(view, 0.69, 0.68)
    left, right = boards.span
    for _, x in landmarks(view, boards, 0.9, 0.4, 1807):
        lamppost(view, boards, x, 0.682, 0.36)
        _lights(view, boards, x, x + 0.9, 0.355)
    slab(boards, left, 0.604, right, 0.688, tone(WHITE))
    slab(boards, left, 0.598, right, 0.607, tone((0.86, 0.24, 0.28)))
    slab(boards, left, 0.674, right, 0.69, tone((0.98, 0.80, 0.24)))
    for i, x in landmarks(view, boards, 0.46, 0.3, 1808):
        slab(boards, x - 0.23, 0.607, x - 0.226, 0.688, tone((0.76, 0.80, 0.86)))
        paint = tone(PAINTS[(i + view.seed) % len(PAINTS)])
        kind = i % 3
        if kind == 0:
            boards.put(bar(x - 0.1, 0.641, x + 0.1, 0.641, 0.02), paint)
        elif kind == 1:
            for k in (-1, 0, 1):
                boards.put(disc(x + 0.07 * k, 0.641, 0.022, 0.022), paint)
        else:
            for k in range(6):  # a crystal of snow
                a = math.pi * k / 3
                boards.put(bar(x, 0.641, x + 0.03 * math.cos(a), 0.641 + 0.03 * math.sin(a), 0.004), paint)
    return Backdrop(sky(view, 0.8), [*far, firs], ground, [boards], [])


def _lights(view: View, strip: Strip, x0: float, x1: float, y: float) -> None:
    """A string of lamps that sags between two posts."""
    for k in range(1, 12):
        share = k / 12
        x, at = x0 + (x1 - x0) * share, y + 0.07 * (1 - (2 * share - 1) ** 2)
        if view.light.lit:
            glow(strip, x, at, 0.05, (1.0, 0.84, 0.50), 0.6)
        lamp = ((1.0, 0.90, 0.6), (1.0, 0.5, 0.4), (0.5, 0.85, 1.0))[k % 3]
        strip.put(disc(x, at, 0.008, 0.010), lamp if view.light.lit else view.tone(lamp))


def pyramids(view: View) -> Backdrop:
    """Three great pyramids of stone behind dunes, palms and blocks of stone before them."""
    tone = view.tone
    far = [ridge(view, 0.585, 0.02, 0.7, 0.04, tone((0.94, 0.78, 0.54), 0.3), 1811)]
    great = view.strip(0.15, HORIZON + 0.04, 0.09)
    for i, x in landmarks(view, great, 1.7, 0.9, 1812):
        _pyramid(view, great, x + 0.50, 0.25, 0.3)
        _pyramid(view, great, x - 0.55, 0.17, 0.36)
        _pyramid(view, great, x, 0.36 * view.between(0.92, 1.05, 1813, i), 0.12)
    dunes = ridge(view, 0.605, 0.025, 0.55, 0.18, tone((0.93, 0.76, 0.48), 0.05), 1814)
    ground = floor(view, (0.94, 0.77, 0.48), (0.95, 0.80, 0.54), 0.04)
    u, z = ground_coordinates(view, ground)
    ripples = ((z * 11 + noise(u * 1.3, z * 2, view.seed + 1815) * 2.2) * 4).sin()
    ground.cover((ripples - 0.3).clamp(0, 1) * 0.16 * (3 / z / 3).clamp(0, 1), tone((0.80, 0.60, 0.34)))
    near = standing(view, 0.70, 0.34)
    for _, x in landmarks(view, near, 1.3, 0.6, 1816):
        for k, (dx, tall) in enumerate(((-0.09, 0.25), (0.1, 0.29))):
            palm(view, near, x + 0.5 + dx, 0.70, tall, (-1, 1)[k])
        for k in range(5):
            tuft(near, x + 0.34 + 0.08 * k, 0.702, 0.035, tone((0.46, 0.58, 0.28)))
    blocks = standing(view, 0.735, 0.12)
    for i, x in lattice(blocks, 0.75, 0.2, view.seed + 1817):
        stone_ = tone(shaded((0.86, 0.70, 0.46), 0.9 + 0.15 * hashed(view.seed, 1818, i)))
        for k in range(1 + i % 3):
            wide, low = 0.055 - 0.012 * k, 0.735 - 0.042 * k
            slab(blocks, x - wide, low - 0.042, x + wide, low, stone_)
            slab(blocks, x + wide * 0.5, low - 0.042, x + wide, low, shaded(stone_, 0.84))
            slab(blocks, x - wide, low - 0.042, x + wide, low - 0.036, shaded(stone_, 1.12))
    return Backdrop(sky(view, 0.4), [*far, great, dunes], ground, [near, blocks], [])


def _pyramid(view: View, strip: Strip, x: float, tall: float, veil: float) -> None:
    """A pyramid with courses of stone, its right side in the shade, the foot below the horizon."""
    low = HORIZON + 0.035
    top, half = low - tall, tall * 0.92
    light_, dark = view.tone((0.93, 0.76, 0.48), veil), view.tone((0.68, 0.52, 0.34), veil)
    part = strip.part((x - half, top, x + half, low))
    if part is None:
        return
    down = (part.y - top) / tall
    inside = ((down * half - (part.x - x).abs()) * view.height / 1.4 + 0.5).clamp(0, 1)
    ridge_ = x + down * half * 0.34
    right = ((part.x - ridge_) * view.height + 0.5).clamp(0, 1)[..., None]
    course = ((part.y - top) / 0.019).floor()
    joint = (((part.y - top) / 0.019) % 1 < 0.16).float() * 0.16
    upright = ((((part.x + 0.013 * course) / 0.034) % 1) < 0.07).float() * 0.10
    worn = 0.07 * noise(part.x * 16, part.y * 22, view.seed + 1819)
    shade = 1 - joint - upright + worn
    body = torch.tensor(light_) * (1 - right) + torch.tensor(dark) * right
    part.cover(inside, (body * shade[..., None]).clamp(0, 1))


def parking_lot(view: View) -> Backdrop:
    """Parked cars in marked bays before a flat-roofed store, lamps on masts, trees in beds."""
    tone = view.tone
    far = [ridge(view, 0.575, 0.03, 0.5, 0.05, tone((0.46, 0.60, 0.50), 0.4), 1861),
           wood(view, 0.607, 0.13, 0.15, 0.1, 0.3, 1862)]  # fmt: skip
    store = standing(view, 0.645, 0.3)
    for i, x in landmarks(view, store, 1.75, 0.8, 1863):
        _store(view, store, x, 0.645, i)
    ground = floor(view, (0.38, 0.39, 0.43), (0.44, 0.45, 0.48), 0.05)
    u, z = ground_coordinates(view, ground)
    line = ((0.016 - ((u / 0.5 + 0.5) % 1 - 0.5).abs() * 0.5) * view.height / z + 0.5).clamp(0, 1)
    ground.cover(line * band(ground, 0.668, 0.755) * 0.9, tone((0.94, 0.94, 0.90)))
    ground.cover(line * band(ground, 0.905, 1.1) * 0.9, tone((0.94, 0.94, 0.90)))
    ground.cover(band(ground, 0.0, 0.664), tone((0.72, 0.70, 0.68)))
    way = (((u / 2.2) % 1 - 0.5) * 2.2).abs()  # an arrow on the lane
    shaft = ((0.018 - (ground.y - 0.835).abs() / 0.3) * view.height + 0.5).clamp(0, 1)
    ground.cover(shaft * ((0.2 - way) * view.height / z + 0.5).clamp(0, 1) * 0.7, tone((0.94, 0.94, 0.90)))
    cars = standing(view, 0.735, 0.2)
    masts = standing(view, 0.672, 0.672)
    for i, x in landmarks(view, masts, 1.2, 0.4, 1864):
        lamppost(view, masts, x + 0.3, 0.672, 0.42)
        tree(masts, x - 0.3, 0.672, 0.22, tone((0.36, 0.60, 0.30)), tone(BARK), i)
    left, right = cars.span
    spacing = 0.5 * ground_factor(0.72)
    middle = view.aspect / 2
    for i in range(math.floor((left - middle) / spacing) - 1, math.ceil((right - middle) / spacing) + 1):
        if hashed(view.seed, 1865, i) < 0.62:
            _car(view, cars, middle + i * spacing, 0.735, 0.098, i)
    return Backdrop(sky(view, 0.8), far, ground, [store, masts, cars], [])


def _store(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """A long store with a lit front of glass, a sign and an awning."""
    wall = view.tone(((0.88, 0.84, 0.76), (0.78, 0.82, 0.86))[number % 2])
    paint = view.tone(view.pick(PAINTS, 1871, number))
    glass = (1.0, 0.90, 0.62) if view.light.lit else view.tone((0.56, 0.74, 0.84))
    slab(strip, x - 0.62, y - 0.19, x + 0.62, y, wall)
    slab(strip, x - 0.64, y - 0.205, x + 0.64, y - 0.18, shaded(wall, 0.78))
    slab(strip, x - 0.24, y - 0.25, x + 0.24, y - 0.16, paint)
    for k in range(5):
        strip.put(
            bar(x - 0.16 + 0.08 * k, y - 0.215, x - 0.13 + 0.08 * k, y - 0.215 + 0.02 * (k % 2), 0.013),
            view.tone(WHITE),
        )
    slab(strip, x - 0.56, y - 0.115, x + 0.56, y - 0.008, glass)
    for k in range(13):
        cx = x - 0.56 + 1.12 * k / 12
        slab(strip, cx - 0.004, y - 0.115, cx + 0.004, y - 0.008, shaded(wall, 0.7))
    slab(strip, x - 0.58, y - 0.135, x + 0.58, y - 0.11, paint)


def _car(view: View, strip: Strip, x: float, y: float, half: float, number: int) -> None:
    """A parked car seen from behind: window, lamps, bumper, number plate."""
    hues: tuple[RGB, ...] = (*PAINTS, (0.92, 0.93, 0.94), (0.24, 0.26, 0.30), (0.70, 0.72, 0.76))
    paint = view.tone(view.pick(hues, 1881, number))
    tall, dark = half * 1.45, view.tone((0.14, 0.15, 0.17))
    strip.put(disc(x, y, half * 1.1, half * 0.12), shaded(view.tone((0.3, 0.3, 0.33)), 0.6))
    for side in (-1, 1):
        strip.put(
            bar(x + side * half * 0.72, y - tall * 0.02, x + side * half * 0.72, y - tall * 0.2, half * 0.15), dark
        )
    strip.put(taper(x, y - tall, y - tall * 0.5, half * 0.62, half * 0.9), shaded(paint, 0.92))
    strip.put(taper(x, y - tall * 0.93, y - tall * 0.58, half * 0.56, half * 0.74), view.tone((0.30, 0.40, 0.48)))
    strip.put(
        taper(x - half * 0.2, y - tall * 0.91, y - tall * 0.6, half * 0.16, half * 0.2), view.tone((0.50, 0.62, 0.70))
    )
    strip.put(bar(x - half * 0.72, y - tall * 0.38, x + half * 0.72, y - tall * 0.38, tall * 0.2), paint)
    slab(strip, x - half * 0.9, y - tall * 0.2, x + half * 0.9, y - tall * 0.1, shaded(paint, 0.7))
    for side in (-1, 1):
        strip.put(bar(x + side * half * 0.8, y - tall * 0.46, x + side * half * 0.62, y - tall * 0.46, tall * 0.06),
                  view.tone((0.90, 0.18, 0.16)))  # fmt: skip
    strip.put(box(x - half * 0.22, y - tall * 0.36, x + half * 0.22, y - tall * 0.24), view.tone(WHITE))


MADE: dict[str, Callable[[View], Backdrop]] = {
    "ice rink": ice_rink,
    "pyramids": pyramids,
    "parking lot": parking_lot,
}
