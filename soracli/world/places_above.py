"""Places without a ground: above the clouds, and outer space. Lengths are frame heights."""

from __future__ import annotations

import math

import torch

from soracli.world.language.verbs import HORIZON
from soracli.world.layers import LIGHTS, WHITE, Backdrop, View, glow, ground_columns, landmarks, lattice, pane, shaded
from soracli.world.skies import cloud, heavens, stars
from soracli.world.strips import RGB, Strip, bar, disc, hashed, noise

Paint = tuple[RGB, RGB]  # a light and a dark colour


def _around(view: View) -> tuple[Strip, list[Strip], Strip]:
    """Sky, far layers and ground that lie unseen behind a layer as large as the frame."""
    above = Strip.empty(0, HORIZON + 0.08, (0, view.width), view.height, 0.0)
    below = Strip.empty(HORIZON, 1.0, ground_columns(view), view.height, 1.0)
    for strip in (above, below):
        strip.cover(torch.ones(1, 1), view.light.zenith)
    return above, [], below


def heights(view: View) -> Backdrop:
    """The sky above a sea of clouds."""
    whole = pane(view, 0.0, 1.0, 0.0)
    heavens(view, whole, view.between(0.6, 0.8, 901), 0.7)
    white = view.tone(WHITE) if view.light.lit else view.light.cloud
    near = [whole]
    level = view.between(0.56, 0.74, 902)
    for row in range(4):
        y = level + (0.93 - level) * (row / 3) ** 1.3
        near.append(_billows(view, y, 0.035 + 0.022 * row, 0.1 + 0.22 * row, 0.012 + 0.008 * row, white, row))
    high = view.strip(0.0, 0.6, 0.35, 0.02)
    for i, x in lattice(high, 0.75, 0.4, view.seed + 903):
        if hashed(view.seed, 904, i) < 0.6:
            size = 0.03 + 0.05 * hashed(view.seed, 905, i)
            cloud(high, x, 0.12 + 0.36 * hashed(view.seed, 906, i), size, white, view.seed + 7 * i)
    near.insert(1, high)
    front = [_billows(view, 0.955, 0.07, 1.25, 0.04, white, 9)]
    return Backdrop(*_around(view), near, front)


def _billows(view: View, y: float, size: float, factor: float, drift: float, white: RGB, salt: int) -> Strip:
    """A bank of clouds below its heaped upper edge near row y, as far down as another may begin."""
    strip = view.strip(y - size * 2.6, min(y + 0.24, 1.0), factor, drift)  # the next bank hides the rest
    x = strip.x / size
    flat = torch.full((1, 1), 0.5)
    heap = (x * 0.9 + 2 * hashed(view.seed, 907, salt)).sin().abs() ** 0.6
    small = (x * 2.3 + 9 * hashed(view.seed, 908, salt) + (x * 0.7).sin()).sin().abs() ** 0.6
    top = y - size * (0.9 * heap * (0.6 + noise(x * 0.35, flat, view.seed + 909 + salt)) + 0.45 * small)
    depth = (strip.y - top) / size
    shade = (depth * 0.35).clamp(0, 1)[..., None] * torch.tensor((0.30, 0.24, 0.14))
    mottled = noise(x * 0.8, strip.y / size * 1.2, view.seed + 920 + salt).clamp(-1, 1)[..., None] * 0.05
    pale = torch.tensor(view.light.horizon)
    body = torch.tensor(white) * (1 - shade + mottled)
    body = body + (pale - body) * max(0.0, 0.45 - factor * 0.6)
    strip.cover(
        (depth * size * view.height / 2.5 + 0.5).clamp(0, 1) * (0.6 + 0.4 * (depth * 2).clamp(0, 1)), body.clamp(0, 1)
    )
    return strip


HUES: tuple[Paint, ...] = (
    ((0.55, 0.25, 0.75), (0.10, 0.30, 0.65)), ((0.85, 0.35, 0.40), (0.30, 0.15, 0.55)),
    ((0.15, 0.55, 0.65), (0.10, 0.20, 0.55)), ((0.80, 0.55, 0.25), (0.45, 0.15, 0.35)),
    ((0.30, 0.65, 0.45), (0.12, 0.22, 0.50)),
)  # fmt: skip
WORLDS: tuple[Paint, ...] = (
    ((0.92, 0.62, 0.36), (0.62, 0.32, 0.20)), ((0.35, 0.62, 0.92), (0.92, 0.95, 1.0)),
    ((0.86, 0.78, 0.58), (0.64, 0.50, 0.36)), ((0.46, 0.80, 0.74), (0.20, 0.46, 0.56)),
    ((0.78, 0.50, 0.82), (0.42, 0.24, 0.56)), ((0.70, 0.70, 0.72), (0.44, 0.44, 0.48)),
    ((0.84, 0.34, 0.26), (0.52, 0.16, 0.14)),
)  # fmt: skip


def space(view: View) -> Backdrop:
    """Stars without number, a nebula, planets, rocks that pass by."""
    night = LIGHTS["night"]._replace(zenith=(0.01, 0.01, 0.04), horizon=(0.03, 0.03, 0.09), scenery=WHITE)
    view = view._replace(light=night)
    whole = pane(view, 0.0, 1.0, 0.0)
    whole.cover(torch.ones(1, 1), view.pick(((0.01, 0.01, 0.04), (0.03, 0.02, 0.07), (0.01, 0.03, 0.07)), 931))
    _nebula(view, whole)
    stars(view, whole, 1.2, 150)
    for k in range(3):  # a few near suns
        x, y = view.aspect * hashed(view.seed, 932, k), 0.9 * hashed(view.seed, 933, k)
        glow(whole, x, y, 0.05, (0.8, 0.88, 1.0), 0.6)
        for dx, dy in ((0.035, 0.0), (0.0, 0.035)):
            whole.shape(
                (x - 0.05, y - 0.05, x + 0.05, y + 0.05),
                bar(x - dx, y - dy, x + dx, y + dy, 0.0012),
                (1.0, 1.0, 1.0),
                0.7,
            )
    worlds = pane(view, 0.0, 1.0, 0.08)
    worlds.pixels[...] = 0
    light = view.pick((-0.75, -0.45, 0.45, 0.75), 934)
    for i, x in landmarks(view, worlds, 1.2, 0.6, 935):
        planet(view, worlds, x, view.between(0.16, 0.42, 936, i), view.between(0.09, 0.24, 937, i), light, i)
        if hashed(view.seed, 938, i) < 0.7:
            planet(view, worlds, x + view.between(-0.5, 0.5, 939, i), view.between(0.08, 0.75, 940, i),
                   view.between(0.02, 0.06, 941, i), light, 50 + i)  # fmt: skip
    near = [whole, worlds]
    for row, factor in enumerate((0.3, 0.7)):
        rocks = view.strip(0.0, 1.0, factor, 0.01 + 0.02 * row)
        for i, x in lattice(rocks, 0.7, 0.2, view.seed + 942 + row):
            if hashed(view.seed, 944, row, i) < view.between(0.0, 0.9, 945):
                asteroid(
                    view,
                    rocks,
                    x,
                    view.between(0.05, 0.95, 946, row, i),
                    0.012 + 0.025 * (row + hashed(view.seed, 947, i)),
                    i,
                )
        near.append(rocks)
    return Backdrop(*_around(view), near, [])


def _nebula(view: View, strip: Strip) -> None:
    """Two clouds of glowing gas."""
    bright, dark = view.pick(HUES, 951)
    x, y = strip.x * view.between(0.8, 1.4, 952), strip.y * view.between(0.8, 1.4, 953)
    warp = noise(x * 1.5, y * 1.5, view.seed + 954)
    gas = noise(x * 1.1 + 0.6 * warp, y * 1.6 + 0.5 * warp, view.seed + 955)
    fine = noise(x * 5 + warp, y * 5, view.seed + 956) * 0.35 + noise(x * 11, y * 11 + warp, view.seed + 957) * 0.18
    strip.cover((gas + fine + 0.15).clamp(0, 1) * view.between(0.35, 0.8, 958), dark)
    strip.cover((gas * 1.4 + fine - 0.35).clamp(0, 1) * view.between(0.3, 0.85, 959), bright)
    strip.cover((gas + fine * 1.6 - 0.85).clamp(0, 1) * 0.6, (1.0, 0.93, 0.88))


def planet(view: View, strip: Strip, x: float, y: float, r: float, light: float, salt: int) -> None:
    """A world with bands, seas or craters, lit from one side; a ring round some. light: -1..1, where the sun stands."""
    bright, dark = view.pick(WORLDS, 961, salt)
    kind, tilt = int(3 * hashed(view.seed, 962, salt)), view.between(-0.5, 0.5, 963, salt)
    ringed = kind == 0 and r > 0.06 and hashed(view.seed, 964, salt) < 0.7
    if ringed:
        _ring(strip, x, y, r, tilt, shaded(bright, 1.1), -1)
    glow(strip, x, y, r * 1.25, bright, 0.5)
    part = strip.part((x - r, y - r, x + r, y + r))
    if part is not None:
        u, v = (part.x - x) / r, (part.y - y) / r
        up = v * math.cos(tilt) - u * math.sin(tilt)
        along = u * math.cos(tilt) + v * math.sin(tilt)
        if kind == 0:
            look = (
                up * view.between(6, 12, 965, salt) + 0.6 * noise(along * 2 + 5, up * 6, view.seed + salt)
            ).sin() * 0.5 + 0.5
        else:
            look = (
                noise(along * 2.2 + 9, up * 2.2, view.seed + salt) * 2.5
                + 0.5 * noise(u * 7, v * 7, view.seed + salt + 1)
                + 0.5
            )
        share = look.clamp(0, 1)[..., None]
        body = torch.tensor(dark) * share + torch.tensor(bright) * (1 - share)
        depth = (1 - u * u - v * v).clamp(min=0).sqrt()
        lit = (u * light - v * 0.45 + depth * 0.55).clamp(0.05, 1) ** 0.8
        part.cover(
            (0.5 - ((u * u + v * v).sqrt() - 1) * r * view.height).clamp(0, 1),
            (body * lit[..., None] * 1.15).clamp(0, 1),
        )
    if ringed:
        _ring(strip, x, y, r, tilt, shaded(bright, 1.1), 1)


def _ring(strip: Strip, x: float, y: float, r: float, tilt: float, colour: RGB, side: int) -> None:
    """The half of a planet's ring that lies behind (-1) or before it (1)."""
    part = strip.part((x - r * 2.2, y - r * 1.6, x + r * 2.2, y + r * 1.6))
    if part is None:
        return
    u, v = (part.x - x) / r, (part.y - y) / r
    along, up = u * math.cos(tilt) + v * math.sin(tilt), v * math.cos(tilt) - u * math.sin(tilt)
    far = (along**2 + (up / 0.28) ** 2).sqrt()
    inside = (1 - (far - 1.7).abs() * 3).clamp(0, 1) * (0.75 + 0.25 * (far * 40).sin())
    part.cover((inside * 1.4).clamp(0, 0.9) * (up * side > 0).float(), colour)


def asteroid(view: View, strip: Strip, x: float, y: float, r: float, salt: int) -> None:
    """A dark lump of rock."""
    grey = view.between(0.30, 0.5, 971, salt)
    here = (x - r * 1.4, y - r * 1.4, x + r * 1.4, y + r * 1.4)
    for k in range(4):
        a = 6.28 * hashed(view.seed, 972, salt, k)
        cx, cy, s = (
            x + 0.4 * r * math.cos(a),
            y + 0.4 * r * math.sin(a),
            r * (0.55 + 0.3 * hashed(view.seed, 973, salt, k)),
        )
        strip.shape(here, disc(cx, cy, s, s * 0.9), (grey * 0.62, grey * 0.58, grey * 0.56))
    strip.shape(here, disc(x - r * 0.2, y - r * 0.25, r * 0.6, r * 0.5), (grey, grey * 0.94, grey * 0.88))
    strip.shape(here, disc(x + r * 0.2, y + r * 0.1, r * 0.2, r * 0.17), (grey * 0.5, grey * 0.47, grey * 0.45))


ABOVE = {"sky": heights, "space": space}
