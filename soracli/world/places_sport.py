"""Places of sport: stadium and race track. Lengths are frame heights."""

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
    landmarks,
    lattice,
    ridge,
    shaded,
    standing,
)
from soracli.world.places_green import wood
from soracli.world.props_outdoors import band, slab
from soracli.world.rooms import PAINTS
from soracli.world.skies import sky
from soracli.world.strips import RGB, Strip, bar, disc, hashed, taper

CROWD: tuple[RGB, ...] = (
    (0.90, 0.30, 0.28), (0.25, 0.45, 0.80), (0.96, 0.94, 0.90), (0.98, 0.80, 0.30), (0.35, 0.65, 0.45),
    (0.30, 0.30, 0.36), (0.85, 0.55, 0.70), (0.94, 0.58, 0.28),
)  # fmt: skip

SEGMENTS = (0x5F, 0x0C, 0x76, 0x7C, 0x2D, 0x79, 0x7B, 0x1C, 0x7F, 0x7D)  # of figures, see `_scoreboard`


def stadium(view: View) -> Backdrop:
    """Stands full of people under a roof, floodlights, a mown pitch with its lines and goals."""
    above = sky(view, 0.6)
    masts = view.strip(0.0, HORIZON, 0.05)
    for _, x in landmarks(view, masts, 0.62, 0.3, 1301):
        _floodlight(view, masts, x)
    if view.light.lit:
        view = view._replace(light=view.light._replace(scenery=(0.80, 0.85, 0.94)))
    tone = view.tone
    stands = standing(view, 0.655, 0.5)
    team = view.pick(CROWD[:2] + CROWD[3:5], 1302)
    _stands(view, stands, team)
    for _, x in landmarks(view, stands, 1.7, 0.4, 1303):
        _scoreboard(view, stands, x - 0.55)
    ground = floor(view, (0.30, 0.62, 0.24), (0.40, 0.68, 0.30), 0.02)
    u, z = ground_coordinates(view, ground)
    mown = ((u / 0.36 * math.pi).sin() * view.height / z / 8).clamp(-1, 1) * 0.5 + 0.5
    ground.cover(mown * 0.5, tone((0.44, 0.74, 0.32)))
    goals = standing(view, 0.672, 0.2)
    white = tone((0.97, 0.98, 0.96))
    lines = ((0.004 - (ground.y - 0.672).abs()) * view.height + 0.5).clamp(0, 1)
    for _, x in landmarks(view, goals, 2.3, 0.9, 1304):
        _goal(view, goals, x, 0.672)
        across = (u - (x - view.aspect / 2) / ground_factor(0.672)).abs()
        for half, low in ((0.85, 0.715), (1.75, 0.79)):
            side = ((0.02 - (across - half).abs()) * view.height / z + 0.5).clamp(0, 1) * band(ground, 0.672, low)
            end = ((half - across) * view.height / z + 0.5).clamp(0, 1)
            lines = torch.maximum(lines, side)
            lines = torch.maximum(lines, end * ((0.0035 - (ground.y - low).abs()) * view.height + 0.5).clamp(0, 1))
    ground.cover(lines, white)
    ground.cover(band(ground, 0.0, 0.658), tone((0.66, 0.42, 0.34)))
    return Backdrop(above, [masts], ground, [stands, goals], [])


def _stands(view: View, strip: Strip, team: RGB) -> None:
    """Two tiers of spectators, a roof over them and boards before them, along the whole strip."""
    tone, left, right = view.tone, *strip.span
    top = view.between(0.20, 0.25, 1311)
    slab(strip, left, top + 0.03, right, 0.655, tone((0.50, 0.53, 0.60)))
    for above, low, salt in ((top + 0.06, 0.40, 1312), (0.445, 0.605, 1313)):
        _spectators(view, strip, above, low, team, salt)
    slab(strip, left, 0.40, right, 0.445, tone((0.86, 0.87, 0.90)))
    slab(strip, left, 0.418, right, 0.428, tone(team))
    strip.cover(band(strip, top + 0.03, top + 0.11) * (1 - (strip.y - top - 0.03) / 0.08).clamp(0, 1) * 0.45,
                (0.05, 0.06, 0.10))  # fmt: skip
    slab(strip, left, top, right, top + 0.034, tone((0.88, 0.90, 0.94)))
    slab(strip, left, top + 0.026, right, top + 0.036, tone((0.55, 0.60, 0.68)))
    for i, x in lattice(strip, 0.33, 0.1, view.seed + 1314):
        slab(strip, x - 0.006, top + 0.03, x + 0.006, 0.40, tone((0.72, 0.75, 0.80)))
        strip.shape((x - 0.03, 0.40, x + 0.03, 0.61), taper(x, 0.445, 0.605, 0.012, 0.022), tone((0.74, 0.75, 0.78)))
        for k in range(2):  # the boards
            x0 = x + 0.165 * k
            paint = view.pick((*PAINTS, (0.96, 0.96, 0.94)), 1315, i, k)
            slab(strip, x0, 0.612, x0 + 0.2, 0.655, tone(paint))
            slab(strip, x0 + 0.03, 0.628, x0 + 0.13, 0.639, tone(shaded(paint, 0.6)))


def _spectators(view: View, strip: Strip, top: float, low: float, team: RGB, salt: int) -> None:
    """Rows of people in coloured clothes between two rows of a strip; some seats are empty."""
    part = strip.part((strip.span[0], top, strip.span[1], low))
    if part is None:
        return
    size = 0.0165
    paints = torch.tensor([view.tone(c) for c in (*CROWD, team, team, team)])
    skins = torch.tensor([view.tone(c) for c in ((0.96, 0.80, 0.68), (0.80, 0.58, 0.42), (0.50, 0.34, 0.26))])
    chance = torch.from_numpy(np.random.default_rng(view.seed + salt).integers(0, 330, (64, 64)))
    row = ((part.y - top) / size).floor()
    column = (part.x / size + 0.5 * (row % 2)).floor()
    dx = (part.x / size + 0.5 * (row % 2) - column - 0.5) * size
    dy = part.y - top - (row + 0.5) * size
    cell = chance[row.long() & 63, column.long() & 63]
    sits = band(part, top, low) * (cell % 15 != 0).float()
    body = torch.maximum(dx.abs() - size * 0.40, (size * 0.05 - dy))
    part.cover(sits * (0.5 - body * view.height).clamp(0, 1), paints[cell % len(paints)])
    head = torch.hypot(dx, dy + size * 0.14) - size * 0.27
    part.cover(sits * (0.5 - head * view.height).clamp(0, 1), skins[cell // 7 % 3])


def _floodlight(view: View, strip: Strip, x: float) -> None:
    """A tall mast with a panel of lamps."""
    steel, top = view.tone((0.60, 0.63, 0.68), 0.15), 0.09
    strip.shape((x - 0.02, top, x + 0.02, HORIZON), bar(x, HORIZON, x, top, 0.009, 0.006), steel)
    if view.light.lit:
        glow(strip, x, top + 0.03, 0.24, (0.95, 0.97, 1.0), 0.8)
    slab(strip, x - 0.065, top - 0.02, x + 0.065, top + 0.07, steel)
    lamp = (1.0, 1.0, 0.96) if view.light.lit else view.tone((0.93, 0.95, 0.97))
    for k in range(12):
        cx, cy = x - 0.045 + 0.03 * (k % 4), top - 0.002 + 0.028 * (k // 4)
        strip.shape((cx - 0.02, cy - 0.02, cx + 0.02, cy + 0.02), disc(cx, cy, 0.011, 0.011), lamp)


def _scoreboard(view: View, strip: Strip, x: float) -> None:
    """A dark screen with two figures, between the tiers."""
    slab(strip, x - 0.13, 0.29, x + 0.13, 0.42, view.tone((0.30, 0.32, 0.36)))
    slab(strip, x - 0.118, 0.302, x + 0.118, 0.408, (0.05, 0.07, 0.10))
    for k, dx in enumerate((-0.06, 0.06)):
        for part in range(7):  # segments of a figure
            if SEGMENTS[int(10 * hashed(view.seed, 1316, k))] >> part & 1:
                a, b = ((-1, -1), (-1, 0), (1, -1), (1, 0), (0, -1), (0, 0), (0, 1))[part]
                cx, cy = x + dx + a * 0.022, 0.355 + b * 0.034
                ends = (cx, cy + 0.006, cx, cy + 0.028) if a else (cx - 0.014, cy, cx + 0.014, cy)
                strip.shape((x - 0.12, 0.3, x + 0.12, 0.41), bar(*ends, 0.005), (1.0, 0.72, 0.22))


def _goal(view: View, strip: Strip, x: float, y: float) -> None:
    """A goal seen from the front, with its net."""
    half, tall, white = 0.2, 0.135, view.tone((0.98, 0.98, 0.98))
    part = strip.part((x - half, y - tall, x + half, y))
    if part is not None:
        net = torch.maximum(((part.x - x) / 0.02 * math.pi).cos().abs(), ((part.y - y) / 0.02 * math.pi).cos().abs())
        part.cover(((net - 0.93) * 14).clamp(0, 1) * band(part, y - tall, y) * 0.6, white)
    here = (x - half - 0.02, y - tall - 0.02, x + half + 0.02, y)
    for ends in ((x - half, y, x - half, y - tall), (x + half, y, x + half, y - tall),
                 (x - half, y - tall, x + half, y - tall)):  # fmt: skip
        strip.shape(here, bar(*ends, 0.0075), white)


def race_track(view: View) -> Backdrop:
    """A track of tarmac with kerbs in red and white, a full stand behind it, a start line and its portal, tyres."""
    tone = view.tone
    hills = [ridge(view, 0.57, 0.05, 0.5, 0.05, tone((0.46, 0.60, 0.50), 0.4), 1381),
             wood(view, 0.61, 0.1, 0.16, 0.1, 0.25, 1382)]  # fmt: skip
    stand = standing(view, 0.645, 0.4)
    for i, x in landmarks(view, stand, 2.1, 0.9, 1383):
        _grandstand(view, stand, x - 0.2, 0.645, i)
    ground = floor(view, (0.36, 0.37, 0.40), (0.42, 0.43, 0.46), 0.03)
    h, y = view.height, ground.y
    u, _ = ground_coordinates(view, ground)
    ground.cover(band(ground, 0.0, 0.71) + band(ground, 0.972, 1.1), tone((0.42, 0.66, 0.30)))
    red = ((u / 0.16 * math.pi).sin() * 8).clamp(-1, 1) * 0.5 + 0.5
    for top, low in ((0.71, 0.728), (0.95, 0.976)):
        ground.cover(band(ground, top, low), tone((0.96, 0.95, 0.93)))
        ground.cover(band(ground, top, low) * red, tone((0.86, 0.20, 0.18)))
    for level in (0.74, 0.935):
        ground.cover(((0.003 - (y - level).abs()) * h + 0.5).clamp(0, 1), tone((0.95, 0.95, 0.95)))
    portal = standing(view, 0.705, 0.5)
    for _, x in landmarks(view, portal, 2.1, 0.9, 1383):
        start = u - (x + 0.35 - view.aspect / 2) / ground_factor(0.705)
        row = ((y - 0.74) / 0.0195).floor()
        chequer = (((start / 0.05).floor() + row) % 2 < 1).float() * (start.abs() < 0.15).float()
        ground.cover(band(ground, 0.741, 0.934) * (start.abs() < 0.15).float(), tone((0.12, 0.12, 0.13)))
        ground.cover(band(ground, 0.741, 0.934) * chequer, tone((0.97, 0.97, 0.97)))
        _portal(view, portal, x + 0.35, 0.705)
    left, right = portal.span
    for i in range(math.floor(left / 0.052), math.ceil(right / 0.052) + 1):  # walls of tyres
        if i // 9 % 2:
            for k in range(2):
                tyre = disc(i * 0.052, 0.70 - 0.034 * k, 0.026, 0.02)
                portal.shape(tyre.bounds, tyre, tone(((0.93, 0.92, 0.9), (0.80, 0.22, 0.2))[i // 3 % 2]))
    return Backdrop(sky(view, 0.8), hills, ground, [stand, portal], [])


def _grandstand(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """A covered stand full of people, flags on its roof."""
    tone, half = view.tone, 0.5
    part = strip.part((x - half, y - 0.3, x + half, y))
    if part is None:
        return
    slab(strip, x - half, y - 0.26, x + half, y, tone((0.56, 0.58, 0.64)))
    _spectators(view, part, y - 0.2, y - 0.045, view.pick(CROWD, 1384, number), 1385)
    slab(strip, x - half, y - 0.045, x + half, y, tone((0.88, 0.89, 0.92)))
    slab(strip, x - half, y - 0.028, x + half, y - 0.02, tone((0.80, 0.24, 0.22)))
    slab(strip, x - half - 0.04, y - 0.29, x + half + 0.04, y - 0.25, tone((0.92, 0.93, 0.95)))
    for k in range(5):
        cx = x + (k - 2) * 0.24
        slab(strip, cx - 0.006, y - 0.26, cx + 0.006, y - 0.04, tone((0.74, 0.76, 0.80)))
        strip.shape((cx - 0.1, y - 0.4, cx + 0.1, y), bar(cx, y - 0.29, cx, y - 0.37, 0.003), tone((0.5, 0.5, 0.5)))
        slab(strip, cx, y - 0.37, cx + 0.06, y - 0.335, tone(view.pick(PAINTS, 1386, k)))


def _portal(view: View, strip: Strip, x: float, y: float) -> None:
    """A beam on two posts over the start, with a chequered band and lamps that are red or green."""
    steel = view.tone((0.30, 0.32, 0.38))
    for side in (-0.26, 0.26):
        slab(strip, x + side - 0.014, y - 0.42, x + side + 0.014, y, steel)
    slab(strip, x - 0.30, y - 0.46, x + 0.30, y - 0.36, steel)
    part = strip.part((x - 0.28, y - 0.45, x + 0.28, y - 0.41))
    if part is not None:
        squares = (((part.x - x) / 0.02).floor() + ((part.y - y) / 0.02).floor()) % 2
        inside = band(part, y - 0.45, y - 0.41) * ((0.28 - (part.x - x).abs()) * view.height + 0.5).clamp(0, 1)
        part.cover(inside, view.tone((0.96, 0.96, 0.96)))
        part.cover(inside * (squares < 1).float(), view.tone((0.10, 0.10, 0.12)))
    hue = view.pick(((0.96, 0.24, 0.20), (0.30, 0.90, 0.40)), 1387)
    for k in range(5):
        cx = x + (k - 2) * 0.08
        if view.light.lit:
            glow(strip, cx, y - 0.385, 0.05, hue, 0.7)
        strip.shape((cx - 0.02, y - 0.41, cx + 0.02, y - 0.36), disc(cx, y - 0.385, 0.014, 0.014), hue)


SPORT = {"stadium": stadium, "race track": race_track}
