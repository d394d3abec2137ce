"""Places with water in them, beside it and under it. Lengths are frame heights."""

from __future__ import annotations

import math

import torch

from soracli.world.language.verbs import HORIZON, ground_factor
from soracli.world.layers import (
    DARK,
    Backdrop,
    View,
    floor,
    ground_coordinates,
    haze,
    landmarks,
    lattice,
    peaks,
    ridge,
    shaded,
    standing,
)
from soracli.world.props import palm, pine, reeds, stone, tree
from soracli.world.rooms import PAINTS, tiles
from soracli.world.skies import sky
from soracli.world.strips import RGB, Strip, bar, disc, hashed, noise, triangle


def sea(view: View) -> Backdrop:
    """Open water to the horizon; waves drift, and the nearest hide what swims up to its waterline."""
    tone = view.tone
    ground = floor(view, (0.10, 0.42, 0.68), (0.30, 0.66, 0.84), 0.04)
    haze(view, ground, 0.35)
    near, front = [], []
    for row, (y, drift) in enumerate(((0.64, 0.01), (0.69, -0.018), (0.755, 0.03))):
        near.append(waves(view, y, y + 0.05, drift, 0.010 + 0.004 * row, tone((0.45, 0.75, 0.90)), 0.35, 301 + row))
    front.append(waves(view, 0.822, 1.01, -0.05, 0.016, tone((0.12, 0.46, 0.72)), 0.80, 305))
    front.append(waves(view, 0.92, 1.01, 0.08, 0.02, tone((0.08, 0.36, 0.62)), 0.85, 306))
    return Backdrop(sky(view), [], ground, near, front)


def waves(view: View, y0: float, y1: float, drift: float, rise: float, colour: RGB, cover: float, salt: int) -> Strip:
    """Water from a wavy crest at y0 down to y1, where it fades unless the frame ends there."""
    if view.weather in DARK:  # a rough sea
        rise, drift = 1.9 * rise, 2.5 * drift
    strip = view.strip(y0 - rise * 2, min(y1, 1.0), ground_factor(y0), drift)
    x = strip.x / (rise * 14) + hashed(view.seed, salt) * 20
    crest = y0 - rise * (0.6 * x.sin() + 0.4 * (x * 0.47 + salt).sin())
    inside = ((strip.y - crest) * view.height + 0.5).clamp(0, 1)
    fade = ((y1 - strip.y) / (y1 - y0)).clamp(0, 1) if y1 <= 1 else torch.ones(1, 1)
    strip.cover(inside * fade * cover, colour)
    line = (1 - (strip.y - crest - 0.004).abs() * view.height / max(1.0, view.height / 120)).clamp(0, 1)
    strip.cover(line * 0.55, view.tone((0.93, 0.98, 1.0)))
    return strip


def lake(view: View) -> Backdrop:
    """Still water with the far shore upside down in it, water lilies, reeds close by."""
    tone = view.tone
    green = view.pick(((0.30, 0.52, 0.32), (0.40, 0.58, 0.28), (0.26, 0.46, 0.38), (0.62, 0.50, 0.26)), 601)
    far = [peaks(view, 0.35, 0.35)] if hashed(view.seed, 602) < 0.5 else []
    far.append(ridge(view, 0.565, 0.05, 0.5, 0.06, tone(green, 0.42), 603))
    shore = standing(view, 0.622, 0.2)
    for i, x in lattice(shore, 0.13, 0.2, view.seed + 604):
        size = 0.1 * (0.7 + 0.6 * hashed(view.seed, 605, i))
        if hashed(view.seed, 606) < 0.5:
            pine(shore, x, 0.62, size * 1.3, tone(shaded(green, 0.85), 0.2), tone((0.38, 0.30, 0.26), 0.2))
        else:
            tree(
                shore,
                x,
                0.62,
                size,
                view.leaf(shaded(green, 0.8 + 0.4 * hashed(view.seed, 607, i)), 0.2, 607, i),
                tone((0.38, 0.30, 0.26)),
                i,
            )
    shore.cover(((shore.y - 0.607) * view.height + 0.5).clamp(0, 1) * 0.9, tone(green, 0.2))
    ground = floor(view, (0.16, 0.40, 0.56), (0.50, 0.70, 0.80), 0.03)
    _mirror(view, ground, tone(shaded(green, 0.6), 0.1))
    near = [shore]
    for row, (y, drift) in enumerate(((0.70, 0.008), (0.77, -0.012))):
        near.append(waves(view, y, y + 0.03, drift, 0.004, tone((0.60, 0.80, 0.90)), 0.22, 608 + row))
    pads = standing(view, 0.80, 0.16)
    for i, x in lattice(pads, 0.5, 0.2, view.seed + 610):
        _lilies(view, pads, x, 0.80 - 0.06 * hashed(view.seed, 611, i), i)
    near.append(pads)
    front = [waves(view, 0.835, 1.01, -0.02, 0.006, tone((0.14, 0.38, 0.54)), 0.72, 612)]
    edge = standing(view, 0.995, 0.3)
    for i, x in lattice(edge, 0.42, 0.2, view.seed + 613):
        reeds(view, edge, x, 0.995, 0.14 + 0.1 * hashed(view.seed, 614, i), i)
    return Backdrop(sky(view), far, ground, near, [*front, edge])


def _mirror(view: View, ground: Strip, dark: RGB) -> None:
    """What the water shows of the far shore and of the sky above it."""
    ripple = 0.012 * noise(ground.x * 9, ground.y * 70, view.seed + 615)
    depth = ground.y - HORIZON + ripple
    ground.cover((1 - depth / view.between(0.1, 0.17, 616)).clamp(0, 1) ** 0.7 * 0.75, dark)
    _, z = ground_coordinates(view, ground)
    glint = noise(ground.x * 5 + 0 * z, ground.y * 90, view.seed + 617)
    ground.cover(((glint - 0.25) * 2).clamp(0, 1) * 0.3, view.light.horizon)


def _lilies(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    for k in range(4):
        cx, cy = x + 0.05 * (k - 1.5), y + 0.012 * (hashed(view.seed, 618, number, k) - 0.5)
        r = 0.022 + 0.012 * hashed(view.seed, 619, number, k)
        strip.shape((cx - r, cy - r, cx + r, cy + r), disc(cx, cy, r, r * 0.32), view.tone((0.30, 0.58, 0.30)))
        if k == number % 4:
            strip.shape(
                (cx - r, cy - r, cx + r, cy), disc(cx, cy - 0.010, r * 0.45, 0.012), view.tone((0.98, 0.78, 0.86))
            )


def swimming_pool(view: View) -> Backdrop:
    """Blue water behind a tiled edge, deck chairs and parasols, trees or a wall beyond."""
    tone = view.tone
    far: list[Strip] = []
    hedge = view.strip(0.36, HORIZON + 0.04, 0.12)
    top = 0.53 + 0.012 * noise(hedge.x * 8, torch.full((1, 1), 0.5), view.seed + 621)
    hedge.cover(((hedge.y - top) * view.height + 0.5).clamp(0, 1),
                tone(view.pick(((0.32, 0.58, 0.32), (0.92, 0.88, 0.80), (0.86, 0.70, 0.55)), 622), 0.1))  # fmt: skip
    far.append(hedge)
    ground = floor(view, (0.93, 0.90, 0.84), (0.88, 0.86, 0.82), 0.02)
    tiles(view, ground, (0.86, 0.82, 0.75), 0.3)
    h, y, edge = view.height, ground.y, 0.73
    ground.cover(((y - edge + 0.02) * h + 0.5).clamp(0, 1), tone((0.98, 0.98, 0.97)))
    water = ((y - edge) * h + 0.5).clamp(0, 1)
    ground.cover(water, tone(view.pick(((0.25, 0.72, 0.86), (0.30, 0.78, 0.82), (0.22, 0.62, 0.88)), 623)))
    ground.cover(water * ((edge + 0.035 - y) * h + 0.5).clamp(0, 1) * 0.6, tone((0.12, 0.48, 0.70)))
    u, z = ground_coordinates(view, ground)
    ground.cover(water * caustics(u * 3.5, z * 9, view.seed + 624) * 0.6, tone((0.88, 1.0, 1.0)))
    deck = standing(view, 0.695, 0.4)
    for i, x in landmarks(view, deck, 0.62, 0.4, 625):
        _lounge(view, deck, x, 0.695, i)
    behind = standing(view, 0.63, 0.44)
    for i, x in lattice(behind, 0.7, 0.4, view.seed + 626):
        palm(view, behind, x, 0.63, 0.3 * view.between(0.8, 1.2, 627, i), 1 if i % 2 else -1)
    rope = standing(view, 0.775, 0.02)
    for i in range(math.floor(rope.span[0] / 0.045), math.ceil(rope.span[1] / 0.045) + 1):
        x = i * 0.045
        colour = (0.95, 0.30, 0.28) if i // 3 % 2 else (0.98, 0.97, 0.95)
        rope.shape((x - 0.02, 0.76, x + 0.02, 0.79), disc(x, 0.772, 0.015, 0.008), tone(colour))
    front = [waves(view, 0.83, 1.01, -0.02, 0.007, tone((0.30, 0.76, 0.88)), 0.55, 628)]
    return Backdrop(sky(view), far, ground, [behind, deck, rope], front)


def _lounge(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """A deck chair under a parasol."""
    here, cloth = (x - 0.3, y - 0.36, x + 0.3, y), view.tone(view.pick(PAINTS, 631, number))
    pole = view.tone((0.85, 0.80, 0.72))
    strip.shape(here, bar(x, y, x, y - 0.28, 0.006), pole)
    for k in range(4):
        half = 0.17 - 0.042 * k
        paint = cloth if k % 2 == 0 else view.tone((0.98, 0.96, 0.92))
        strip.shape(here, triangle(x, y - 0.34, y - 0.255, half), paint)
    strip.shape(here, bar(x + 0.03, y - 0.05, x + 0.17, y - 0.05, 0.012), view.tone((0.98, 0.97, 0.94)))
    strip.shape(here, bar(x + 0.17, y - 0.05, x + 0.235, y - 0.125, 0.012), view.tone((0.98, 0.97, 0.94)))
    for leg in (0.05, 0.16):
        strip.shape(here, bar(x + leg, y - 0.04, x + leg, y, 0.006), pole)


def caustics(x: torch.Tensor, y: torch.Tensor, seed: int) -> torch.Tensor:
    """The net of light that waves throw on what is under them, 0..1."""
    a = noise(x + 0.6 * noise(x * 0.7, y * 0.7, seed), y, seed + 1).abs()
    b = noise(x * 1.7, y * 1.7 + 3, seed + 2).abs()
    return ((0.13 - torch.minimum(a, b)) * 8).clamp(0, 1) ** 1.5


def underwater(view: View) -> Backdrop:
    """A reef: light from above in shafts, corals and sea grass on the sand, bubbles."""
    light = view.light
    deep = view.pick(((0.05, 0.34, 0.58), (0.04, 0.42, 0.56), (0.06, 0.26, 0.52)), 641)
    dim = 0.38 if light.lit else 0.85 if light.orb_at == "low" else 1.0
    water, top = shaded(deep, dim), shaded((0.40, 0.86, 0.92), dim)
    scenery = (light.scenery[0] * 0.80, min(light.scenery[1] * 0.95, 1.0), min(light.scenery[2] * 1.02, 1.0))
    view = view._replace(light=light._replace(zenith=top, horizon=shaded(water, 1.25), scenery=scenery))
    above = Strip.empty(0, HORIZON + 0.08, (0, view.width), view.height, 0.0)
    above.cover(torch.ones(1, 1), top)
    above.cover((above.y / 0.5).clamp(0, 1) ** 0.6, water)
    above.cover(((above.y - 0.3) / 0.35).clamp(0, 1) ** 2, view.light.horizon)
    _shafts(view, above, shaded((0.85, 1.0, 0.98), max(dim, 0.5)))
    rocks = [
        ridge(view, 0.55, 0.08, 0.35, 0.06, view.tone((0.30, 0.42, 0.50), 0.78), 642),
        ridge(view, 0.575, 0.05, 0.25, 0.13, view.tone((0.35, 0.42, 0.48), 0.52), 643),
    ]
    ground = floor(view, (0.86, 0.80, 0.62), (0.60, 0.66, 0.62), 0.06)
    u, z = ground_coordinates(view, ground)
    ground.cover(caustics(u * 2.4, z * 5, view.seed + 644) * 0.5 * dim, view.tone((1.0, 1.0, 0.88)))
    haze(view, ground, 0.95)
    near = []
    for row, (y, size, veil) in enumerate(((0.63, 0.12, 0.5), (0.69, 0.17, 0.25), (0.76, 0.2, 0.08))):
        strip = standing(view, y, size * 1.6)
        for i, x in lattice(strip, 0.24 + 0.12 * row, 0.3, view.seed + 645 + row):
            coral(view, strip, x, y, size * (0.6 + 0.6 * hashed(view.seed, 648, row, i)), veil, row * 64 + i)
        near.append(strip)
    near.append(_bubbles(view, 0.6))
    edge = standing(view, 0.995, 0.26)
    for i, x in lattice(edge, 0.36, 0.3, view.seed + 649):
        coral(view, edge, x, 0.995, 0.09 + 0.1 * hashed(view.seed, 650, i), 0.0, 300 + i)
    return Backdrop(above, rocks, ground, near, [edge])


def _shafts(view: View, strip: Strip, colour: RGB) -> None:
    """Light that falls from the surface in beams, all from one point above the frame."""
    source = view.aspect * view.between(0.2, 0.8, 651)
    angle = (strip.x - source) / (strip.y + 0.35)
    beams = noise(angle * 7, torch.full((1, 1), 0.5), view.seed + 652) + 0.5 * noise(
        angle * 17, torch.full((1, 1), 0.5), view.seed + 653
    )
    strip.cover(((beams - 0.05) * 0.7).clamp(0, 0.5) * (1 - strip.y / 0.62).clamp(0, 1), colour)


def _bubbles(view: View, factor: float) -> Strip:
    strip = view.strip(0.05, 0.8, factor)
    for i, x in lattice(strip, 0.5, 0.2, view.seed + 654):
        for k in range(6):
            r = 0.004 + 0.009 * hashed(view.seed, 655, i, k)
            cx, cy = x + 0.04 * (hashed(view.seed, 656, i, k) - 0.5), 0.1 + 0.6 * hashed(view.seed, 657, i, k)
            here = (cx - r, cy - r, cx + r, cy + r)
            strip.shape(here, disc(cx, cy, r, r), view.tone((0.85, 1.0, 1.0)), 0.4)
            strip.shape(here, disc(cx - r * 0.3, cy - r * 0.3, r * 0.3, r * 0.3), view.tone((1.0, 1.0, 1.0)), 0.9)
    return strip


CORALS: tuple[RGB, ...] = (
    (0.98, 0.45, 0.42), (0.98, 0.62, 0.30), (0.92, 0.42, 0.70), (0.66, 0.46, 0.90), (0.98, 0.82, 0.38),
    (0.35, 0.80, 0.72),
)  # fmt: skip


def coral(view: View, strip: Strip, x: float, y: float, tall: float, veil: float, salt: int) -> None:
    """Something that grows on a reef: branches, a fan, a dome, tubes, sea grass or a rock."""
    kind = int(6 * hashed(view.seed, 660, salt))
    colour = view.tone(view.pick(CORALS, 661, salt), veil)
    here = (x - tall, y - tall * 1.25, x + tall, y + 0.02)
    if kind == 0:
        _branch(view, strip, here, (x, y), -math.pi / 2, tall * 0.45, tall * 0.075, colour, 3, salt)
    elif kind == 1:
        strip.shape(
            here, lambda u, v: torch.maximum(disc(x, y - tall * 0.4, tall * 0.55, tall * 0.5)(u, v), v - y), colour
        )
        for k in range(7):
            a = math.pi * (1.12 + 0.76 * k / 6)
            tip = (x + 0.5 * tall * math.cos(a), y - tall * 0.1 + 0.72 * tall * math.sin(a))
            strip.shape(here, bar(x, y, *tip, tall * 0.03, tall * 0.012), shaded(colour, 0.75))
    elif kind == 2:
        strip.shape(here, lambda u, v: torch.maximum(disc(x, y, tall * 0.5, tall * 0.48)(u, v), v - y - 0.01), colour)
        for k in range(9):
            a, b = hashed(view.seed, 662, salt, k) - 0.5, hashed(view.seed, 663, salt, k)
            strip.shape(
                here, disc(x + 0.75 * tall * a, y - 0.38 * tall * b, tall * 0.05, tall * 0.035), shaded(colour, 0.75)
            )
    elif kind == 3:
        for k in range(5):
            high, cx = tall * (0.45 + 0.5 * hashed(view.seed, 664, salt, k)), x + (k - 2) * tall * 0.16
            strip.shape(
                here,
                bar(cx, y, cx + (k - 2) * tall * 0.05, y - high, tall * 0.075, tall * 0.085),
                shaded(colour, 0.85 + 0.06 * k),
            )
            strip.shape(
                here,
                disc(cx + (k - 2) * tall * 0.05, y - high - tall * 0.04, tall * 0.055, tall * 0.025),
                shaded(colour, 0.5),
            )
    elif kind == 4:
        green = view.tone(view.pick(((0.24, 0.62, 0.34), (0.42, 0.66, 0.26), (0.18, 0.54, 0.46)), 665, salt), veil)
        for k in range(6):
            _blade(strip, x + (k - 2.5) * tall * 0.12, y, tall * (0.7 + 0.5 * hashed(view.seed, 666, salt, k)),
                   6.28 * hashed(view.seed, 667, salt, k), shaded(green, 0.8 + 0.08 * k))  # fmt: skip
    else:
        stone(
            view._replace(light=view.light._replace(scenery=view.tone((0.72, 0.76, 0.78), veil))),
            strip,
            x,
            y,
            tall * 0.5,
        )


def _branch(
    view: View, strip: Strip, here: tuple[float, float, float, float], at: tuple[float, float], angle: float,
    long: float, thick: float, colour: RGB, depth: int, salt: int,
) -> None:  # fmt: skip
    """A branch and those that grow from its end."""
    tip = (at[0] + long * math.cos(angle), at[1] + long * math.sin(angle))
    strip.shape(here, bar(*at, *tip, thick, thick * 0.75), colour)
    for side in (-1, 1) if depth else ():
        turn = side * (0.35 + 0.35 * hashed(view.seed, 668, salt, depth, side))
        _branch(view, strip, here, tip, angle + turn, long * 0.68, thick * 0.72, colour, depth - 1, salt * 3 + side)


def _blade(strip: Strip, x: float, y: float, tall: float, phase: float, colour: RGB) -> None:
    """A long leaf that waves in the water."""
    part = strip.part((x - tall * 0.25, y - tall, x + tall * 0.25, y + 0.01))
    if part is None:
        return
    share = ((y - part.y) / tall).clamp(0, 1)
    middle = x + 0.1 * tall * share * (share * 5 + phase).sin()
    inside = ((tall * 0.055 * (1 - share**1.5) - (part.x - middle).abs()) * strip.height + 0.5).clamp(0, 1)
    part.cover(
        inside * ((y - part.y) * strip.height + 0.5).clamp(0, 1) * ((part.y - y + tall) * strip.height).clamp(0, 1),
        colour,
    )


WATERS = {"sea": sea, "lake": lake, "swimming pool": swimming_pool, "underwater": underwater}
