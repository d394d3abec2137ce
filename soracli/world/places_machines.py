"""Places full of machines: the cabin of a spaceship, a factory. Lengths are frame heights."""

from __future__ import annotations

import math

import torch

from soracli.world.language.verbs import HORIZON
from soracli.world.layers import Backdrop, View, floor, ground_coordinates, landmarks, shaded, standing
from soracli.world.places_above import planet
from soracli.world.rooms import DARK, PAINTS, STEEL, base, ceiling_lights, window
from soracli.world.skies import stars
from soracli.world.strips import RGB, Strip, bar, box, disc, hashed, taper

LIGHTS: tuple[RGB, ...] = ((0.35, 0.95, 1.0), (0.45, 1.0, 0.60), (1.0, 0.72, 0.30), (1.0, 0.40, 0.62))


def spaceship_cabin(view: View) -> Backdrop:
    """Round windows on the stars and a planet, panels, a sliding door, consoles with screens, a floor with lights."""
    hull = view.pick(((0.80, 0.83, 0.88), (0.50, 0.56, 0.66), (0.86, 0.84, 0.80), (0.38, 0.42, 0.52)), 1301)
    lit = view.pick(LIGHTS, 1302)
    sky = _outside(view)
    back = view.strip(0.0, 0.668, 0.283)
    back.cover(torch.ones(1, 1), view.tone(hull))
    _panels(view, back, hull, lit)
    for i, x in landmarks(view, back, 0.95, 0.7, 1303):
        _porthole(view, back, x, 0.30, 0.185, hull)
        _door(view, back, x + 0.475, hull, lit, i)
    ground = floor(view, shaded(hull, 0.55), shaded(hull, 0.48), 0.02)
    _grid(view, ground, hull, lit)
    row = standing(view, 0.725, 0.34)
    for i, x in landmarks(view, row, 0.95, 0.5, 1304):
        _console(view, row, x, 0.725, hull, lit, i)
    return Backdrop(sky, [], ground, [back, row], [])


def _outside(view: View) -> Strip:
    """Stars and planets behind the windows: they stand still under a moving camera."""
    strip = view.strip(0.0, HORIZON + 0.08, 0.0)
    strip.cover(torch.ones(1, 1), view.pick(((0.01, 0.01, 0.05), (0.03, 0.02, 0.09), (0.01, 0.04, 0.09)), 1305))
    stars(view, strip, 0.66, 50)
    light = view.pick((-0.6, 0.6), 1306)
    for i, x in landmarks(view, strip, 0.48, 0.4, 1303):
        planet(view, strip, x + view.between(-0.1, 0.1, 1307, i), view.between(0.24, 0.38, 1308, i),
               view.between(0.06, 0.12, 1309, i), light, i)  # fmt: skip
    return strip


def _panels(view: View, strip: Strip, hull: RGB, lit: RGB) -> None:
    """Seams of plates with rivets, a band of light, pipes under the ceiling."""
    left, right = strip.span
    strip.put(box(left, 0.0, right, 0.055), view.tone(shaded(hull, 0.55)))
    for k, y in enumerate((0.014, 0.038)):
        paint = view.tone(shaded(hull, 0.8 - 0.12 * k))
        strip.put(box(left, y - 0.009, right, y + 0.009), paint)
        strip.put(box(left, y - 0.006, right, y - 0.002), shaded(paint, 1.3))
    for y in (0.085, 0.545):
        strip.put(box(left, y - 0.018, right, y + 0.018), lit, 0.25)
        strip.put(box(left, y - 0.007, right, y + 0.007), lit)
        strip.put(box(left, y - 0.002, right, y + 0.002), (1.0, 1.0, 1.0), 0.8)
    strip.put(box(left, 0.575, right, 0.668), view.tone(shaded(hull, 0.72)))
    for i in range(math.floor(left / 0.237) - 1, math.ceil(right / 0.237) + 1):
        x = i * 0.2375
        strip.put(box(x - 0.003, 0.10, x + 0.003, 0.53), view.tone(shaded(hull, 0.78)))
        for y in (0.12, 0.51):
            for side in (-0.015, 0.015):
                strip.put(disc(x + side, y, 0.0045, 0.0045), view.tone(shaded(hull, 0.66)))
        vent = x + 0.12
        for k in range(3):
            strip.put(
                bar(vent - 0.05, 0.597 + 0.02 * k, vent + 0.05, 0.597 + 0.02 * k, 0.005), view.tone(shaded(hull, 0.45))
            )


def _porthole(view: View, strip: Strip, x: float, y: float, r: float, hull: RGB) -> None:
    """A round hole in the hull with a thick rim and bolts."""
    strip.put(disc(x, y, r + 0.045, r + 0.045), view.tone(shaded(hull, 0.62)))
    strip.put(disc(x, y, r + 0.038, r + 0.038), view.tone(shaded(hull, 0.88)))
    strip.put(disc(x, y, r + 0.008, r + 0.008), view.tone(shaded(hull, 0.45)))
    for k in range(10):
        a = (k + 0.5) * math.pi / 5
        strip.put(
            disc(x + (r + 0.023) * math.cos(a), y + (r + 0.023) * math.sin(a), 0.0075, 0.0075),
            view.tone(shaded(hull, 0.55)),
        )
    part = strip.part((x - r, y - r, x + r, y + r))
    if part is not None:
        away = ((part.x - x) ** 2 + (part.y - y) ** 2).sqrt()
        hole = ((r - away) * strip.height + 0.5).clamp(0, 1)
        part.pixels.mul_(1 - hole[..., None])
    strip.put(bar(x - r * 0.55, y - r * 0.2, x - r * 0.2, y - r * 0.62, 0.008), (0.8, 0.9, 1.0), 0.35)


def _door(view: View, strip: Strip, x: float, hull: RGB, lit: RGB, number: int) -> None:
    """A sliding door of two halves, a number beside it in lights."""
    strip.put(box(x - 0.135, 0.13, x + 0.135, 0.665), view.tone(shaded(hull, 0.5)))
    for side in (-1, 1):
        inner = x + side * 0.062
        strip.put(box(inner - 0.059, 0.145, inner + 0.059, 0.66), view.tone(shaded(hull, 0.92)))
        strip.put(box(inner - 0.04, 0.20, inner + 0.04, 0.36), view.tone(shaded(hull, 0.78)))
        strip.put(box(inner - 0.04, 0.42, inner + 0.04, 0.62), view.tone(shaded(hull, 0.78)))
        strip.put(box(x + side * 0.004 - 0.003, 0.145, x + side * 0.004 + 0.003, 0.66), view.tone(shaded(hull, 0.4)))
    for k in range(7):
        cx = x - 0.105 + 0.035 * k
        strip.put(bar(cx - 0.008, 0.398, cx + 0.008, 0.382, 0.005), view.tone((0.95, 0.76, 0.20)))
    strip.put(bar(x - 0.04, 0.122, x + 0.04, 0.122, 0.007), lit)
    strip.put(box(x + 0.145, 0.34, x + 0.175, 0.41), view.tone(shaded(hull, 0.4)))
    for k in range(2):
        strip.put(disc(x + 0.16, 0.358 + 0.032 * k, 0.008, 0.008), LIGHTS[(number + k) % 4])


def _grid(view: View, ground: Strip, hull: RGB, lit: RGB) -> None:
    """Plates of the floor, and two lines of light along it."""
    u, z = ground_coordinates(view, ground)
    h, y = view.height, ground.y
    wide = 0.4
    slant = 1 / (1 + (u / 0.24) ** 2).sqrt()
    seam = ((u / wide) % 1 - 0.5).abs() * wide
    ground.cover(((0.006 - seam) * slant * h / z + 0.5).clamp(0, 1) * 0.6, view.tone(shaded(hull, 0.3)))
    for row in (0.72, 0.78, 0.89):
        ground.cover(((0.0025 - (y - row).abs()) * h + 0.5).clamp(0, 1) * 0.6, view.tone(shaded(hull, 0.3)))
    for row, half in ((0.69, 0.004), (0.965, 0.009)):
        ground.cover((1 - (y - row).abs() / (half * 6)).clamp(0, 1) * 0.35, lit)
        ground.cover(((half - (y - row).abs()) * h + 0.5).clamp(0, 1), lit)


def _console(view: View, strip: Strip, x: float, y: float, hull: RGB, lit: RGB, number: int) -> None:
    """A desk of buttons with screens over it, a chair before it."""
    dark = view.tone((0.16, 0.18, 0.24))
    strip.put(taper(x, y - 0.12, y, 0.24, 0.19), view.tone(shaded(hull, 0.62)))
    strip.put(taper(x, y - 0.17, y - 0.115, 0.22, 0.26), view.tone(shaded(hull, 0.95)))
    strip.put(box(x - 0.19, y - 0.02, x + 0.19, y), dark)
    strip.put(bar(x - 0.2, y - 0.108, x + 0.2, y - 0.108, 0.005), lit)
    for k in range(11):
        for r in range(2):
            paint = view.pick((*LIGHTS, (0.95, 0.95, 1.0), (0.95, 0.30, 0.25)), 1311, number, k, r)
            strip.put(
                bar(
                    x - 0.185 + 0.037 * k - 0.006,
                    y - 0.155 + 0.021 * r,
                    x - 0.185 + 0.037 * k + 0.006,
                    y - 0.155 + 0.021 * r,
                    0.005,
                ),
                paint,
            )
    for side in (-1, 1):
        cx = x + side * 0.108
        strip.put(box(cx - 0.012, y - 0.19, cx + 0.012, y - 0.165), dark)
        strip.put(bar(cx - 0.075, y - 0.235, cx + 0.075, y - 0.235, 0.05), dark)
        glass = view.pick(((0.08, 0.30, 0.42), (0.10, 0.34, 0.26), (0.20, 0.16, 0.40)), 1312, number, side)
        strip.put(bar(cx - 0.072, y - 0.235, cx + 0.072, y - 0.235, 0.042), glass)
        if hashed(view.seed, 1313, number, side) < 0.5:
            for k in range(7):
                tall = 0.06 * hashed(view.seed, 1314, number, side, k) + 0.008
                strip.put(
                    box(cx - 0.085 + 0.025 * k, y - 0.205 - tall, cx - 0.07 + 0.025 * k, y - 0.205), LIGHTS[k % 4]
                )
        else:
            for reach in (0.033, 0.021, 0.009):
                strip.put(disc(cx, y - 0.235, reach * 1.3, reach), LIGHTS[1], 0.35)
            strip.put(bar(cx, y - 0.235, cx + 0.03, y - 0.258, 0.003), (0.8, 1.0, 0.85))
            strip.put(disc(cx - 0.018, y - 0.222, 0.005, 0.005), (1.0, 0.5, 0.4))


def factory(view: View) -> Backdrop:
    """A hall of brick with pipes and gears, a band with boxes on it, tools and barrels along the wall."""
    brick = view.pick(((0.66, 0.38, 0.30), (0.56, 0.46, 0.42), (0.50, 0.54, 0.58), (0.72, 0.60, 0.48)), 1321)
    back = view.strip(0.0, 0.668, 0.283)
    back.cover(torch.ones(1, 1), view.tone(brick))
    _bricks(view, back, brick)
    left, right = back.span
    back.put(box(left, 0.63, right, 0.668), view.tone((0.34, 0.34, 0.37)))
    for i, x in landmarks(view, back, 1.3, 0.9, 1322):
        window(view, back, (x + 0.42, 0.12, x + 0.70, 0.36), 1323 + i, curtains=False)
        _gears(view, back, x - 0.02, 0.32, i)
        _tools(view, back, x + 0.56, i)
    _pipes(view, back)
    ceiling_lights(view, back, 0.75, 1324)
    ground = floor(view, (0.62, 0.62, 0.62), (0.52, 0.52, 0.54), 0.07)
    _warning_line(view, ground)
    row = standing(view, 0.725, 0.4)
    for i, x in landmarks(view, row, 1.3, 0.8, 1322):
        _band(view, row, x, 0.725, i)
        _barrels(view, row, x + 0.58, 0.725, i)
    return Backdrop(base(view, back), [], ground, [back, row], [])


def _bricks(view: View, strip: Strip, brick: RGB) -> None:
    """The joints of a brick wall, every second course shifted."""
    wide, tall = 0.075, 0.032
    row = (strip.y / tall).floor()
    across = ((strip.x / wide + row * 0.5) % 1 - 0.5).abs() * wide - wide * 0.48
    down = (strip.y / tall % 1 - 0.5).abs() * tall - tall * 0.455
    strip.cover((torch.maximum(across, down) * view.height + 0.5).clamp(0, 1) * 0.45, view.tone(shaded(brick, 0.68)))


def gear(view: View, strip: Strip, x: float, y: float, r: float, teeth: int, paint: RGB, turn: float = 0.0) -> None:
    """A toothed wheel with holes."""
    part = strip.part((x - r, y - r, x + r, y + r))
    if part is None:
        return
    dx, dy = part.x - x, part.y - y
    away, angle = (dx * dx + dy * dy).sqrt(), torch.atan2(dy, dx) + turn
    rim = r * (0.92 + 0.08 * ((angle * teeth).sin() * 4).clamp(-1, 1))
    inside = ((rim - away) * strip.height + 0.5).clamp(0, 1)
    holes = ((angle * 5).sin() * away * 0.35 - (away - r * 0.52).abs() + r * 0.06).clamp(min=-1)
    part.cover(inside, view.tone(paint))
    part.cover(inside * ((away - r * 0.76).abs() < r * 0.02).float() * 0.7, view.tone(shaded(paint, 0.7)))
    part.cover((holes * strip.height + 0.5).clamp(0, 1) * inside, view.tone(shaded(paint, 0.42)))
    strip.put(disc(x, y, r * 0.22, r * 0.22), view.tone(shaded(paint, 1.25)))
    strip.put(disc(x, y, r * 0.1, r * 0.1), view.tone(shaded(paint, 0.45)))


def _gears(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """Three wheels that mesh, a dial and a lever beside them."""
    turn = hashed(view.seed, 1331, number)
    wheels = (
        (-0.10, 0.0, 0.135, 16, (0.78, 0.55, 0.25)),
        (0.105, 0.06, 0.095, 11, (0.55, 0.58, 0.63)),
        (0.10, -0.115, 0.08, 9, (0.72, 0.38, 0.26)),
    )
    for dx, dy, r, teeth, paint in wheels:
        gear(view, strip, x + dx, y + dy, r, teeth, paint, turn)
    strip.put(disc(x + 0.27, y - 0.06, 0.055, 0.055), view.tone((0.30, 0.30, 0.33)))
    strip.put(disc(x + 0.27, y - 0.06, 0.046, 0.046), view.tone((0.97, 0.96, 0.92)))
    a = 5 * hashed(view.seed, 1332, number) - 2.5
    strip.put(
        bar(x + 0.27, y - 0.06, x + 0.27 + 0.035 * math.sin(a), y - 0.06 - 0.035 * math.cos(a), 0.004),
        view.tone((0.85, 0.2, 0.18)),
    )


def _pipes(view: View, strip: Strip) -> None:
    """Pipes under the ceiling with joints, and some that come down the wall."""
    left, right = strip.span
    paints = [
        view.tone(view.pick(((0.72, 0.74, 0.78), (0.78, 0.46, 0.28), (0.36, 0.58, 0.52), (0.85, 0.70, 0.30)), 1341, k))
        for k in range(3)
    ]
    for k, (y, r) in enumerate(((0.075, 0.02), (0.125, 0.014))):
        strip.put(box(left, y - r, right, y + r), paints[k])
        strip.put(box(left, y - r * 0.55, right, y - r * 0.15), shaded(paints[k], 1.3))
        strip.put(box(left, y + r * 0.6, right, y + r), shaded(paints[k], 0.7))
        for _, x in landmarks(view, strip, 0.42, 0.2, 1342 + k):
            strip.put(box(x - 0.014, y - r * 1.35, x + 0.014, y + r * 1.35), shaded(paints[k], 0.8))
    for i, x in landmarks(view, strip, 1.3, 0.6, 1322):
        cx = x + 0.36
        strip.put(box(cx - 0.017, 0.075, cx + 0.017, 0.64), paints[2])
        strip.put(box(cx - 0.01, 0.075, cx - 0.003, 0.64), shaded(paints[2], 1.3))
        for y in (0.2, 0.42, 0.6):
            strip.put(box(cx - 0.023, y - 0.012, cx + 0.023, y + 0.012), shaded(paints[2], 0.78))
        gear(view, strip, cx, 0.49, 0.042, 6, (0.82, 0.24, 0.20), i)


def _tools(view: View, strip: Strip, x: float, number: int) -> None:
    """A board with a hammer, a spanner, a saw and a screwdriver."""
    steel, wood, here = view.tone(STEEL), view.tone((0.70, 0.48, 0.28)), 0.49
    strip.put(box(x - 0.18, here - 0.075, x + 0.18, here + 0.085), view.tone((0.84, 0.70, 0.48)))
    strip.put(bar(x - 0.135, here - 0.03, x - 0.135, here + 0.06, 0.008), wood)
    strip.put(box(x - 0.165, here - 0.055, x - 0.108, here - 0.025), view.tone(DARK))
    strip.put(bar(x - 0.06, here - 0.03, x - 0.06, here + 0.05, 0.009), steel)
    for y in (-0.042, 0.058):
        strip.put(disc(x - 0.06, here + y, 0.02, 0.02), steel)
        strip.put(disc(x - 0.06, here + y * 1.25, 0.009, 0.011), view.tone((0.84, 0.70, 0.48)))
    strip.put(taper(x + 0.02, here - 0.055, here + 0.045, 0.008, 0.024), steel)
    strip.put(bar(x + 0.005, here + 0.06, x + 0.035, here + 0.06, 0.013), view.tone(view.pick(PAINTS, 1343, number)))
    strip.put(bar(x + 0.1, here + 0.005, x + 0.1, here + 0.065, 0.004), steel)
    strip.put(bar(x + 0.1, here - 0.045, x + 0.1, here, 0.012), view.tone((0.88, 0.30, 0.24)))
    strip.put(bar(x + 0.15, here - 0.05, x + 0.15, here + 0.06, 0.007), view.tone((0.95, 0.76, 0.22)))


def _warning_line(view: View, ground: Strip) -> None:
    """A line in yellow and black along the floor."""
    u, z = ground_coordinates(view, ground)
    y, h = ground.y, view.height
    inside = ((y - 0.745) * h + 0.5).clamp(0, 1) * ((0.775 - y) * h + 0.5).clamp(0, 1)
    ground.cover(inside, view.tone((0.96, 0.78, 0.18)))
    stripe = (((u + (y - 0.76) * 1.5) / 0.12) % 1 - 0.5).abs() * 0.12 - 0.03
    ground.cover(inside * (stripe * h / z + 0.5).clamp(0, 1), view.tone((0.18, 0.18, 0.20)))


def _band(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """A conveyor band with boxes on it, that comes out of a machine with lamps."""
    steel, dark, paint = view.tone(STEEL), view.tone(DARK), view.tone(view.pick(PAINTS, 1351))
    for k in range(4):
        strip.put(box(x - 0.22 + 0.16 * k - 0.01, y - 0.1, x - 0.22 + 0.16 * k + 0.01, y), shaded(steel, 0.7))
    strip.put(bar(x - 0.3, y - 0.115, x + 0.33, y - 0.115, 0.026), dark)
    strip.put(bar(x - 0.3, y - 0.115, x + 0.33, y - 0.115, 0.017), view.tone((0.36, 0.37, 0.40)))
    for k in range(10):
        strip.put(disc(x - 0.29 + 0.069 * k, y - 0.115, 0.012, 0.012), steel)
    for k in range(3):
        cx, tall = x - 0.02 + 0.13 * k, 0.075 + 0.02 * hashed(view.seed, 1352, number, k)
        card = view.tone((0.80, 0.60, 0.38))
        strip.put(box(cx - 0.045, y - 0.141 - tall, cx + 0.045, y - 0.141), card)
        strip.put(box(cx - 0.01, y - 0.141 - tall, cx + 0.01, y - 0.141), shaded(card, 1.18))
        strip.put(box(cx + 0.018, y - 0.165, cx + 0.038, y - 0.15), view.tone((0.96, 0.95, 0.92)))
    strip.put(box(x - 0.36, y - 0.33, x - 0.13, y), paint)
    strip.put(box(x - 0.36, y - 0.33, x - 0.13, y - 0.3), shaded(paint, 0.75))
    strip.put(box(x - 0.17, y - 0.25, x - 0.125, y - 0.135), dark)
    strip.put(box(x - 0.335, y - 0.275, x - 0.2, y - 0.19), view.tone((0.14, 0.20, 0.22)))
    for k in range(5):
        tall = 0.06 * hashed(view.seed, 1353, number, k) + 0.01
        strip.put(box(x - 0.325 + 0.024 * k, y - 0.197 - tall, x - 0.309 + 0.024 * k, y - 0.197), (0.40, 0.92, 0.55))
    for k in range(3):
        strip.put(
            disc(x - 0.31 + 0.045 * k, y - 0.15, 0.013, 0.013),
            ((0.92, 0.25, 0.22), (0.98, 0.80, 0.25), (0.35, 0.80, 0.40))[k],
        )
    strip.put(box(x - 0.33, y - 0.1, x - 0.19, y - 0.03), shaded(paint, 0.85))
    strip.put(bar(x - 0.245, y - 0.33, x - 0.245, y - 0.365, 0.006), dark)
    strip.put(disc(x - 0.245, y - 0.375, 0.02, 0.022), (1.0, 0.62, 0.18))


def _barrels(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """Two barrels and a wooden crate."""
    for k in range(2):
        paint, cx = (
            view.tone(view.pick(((0.24, 0.46, 0.72), (0.85, 0.36, 0.22), (0.30, 0.56, 0.36)), 1354, number, k)),
            x - 0.07 + 0.125 * k,
        )
        strip.put(box(cx - 0.055, y - 0.17, cx + 0.055, y - 0.008), paint)
        strip.put(disc(cx, y - 0.17, 0.055, 0.012), shaded(paint, 1.25))
        strip.put(disc(cx, y - 0.009, 0.055, 0.01), shaded(paint, 0.8))
        for low in (0.06, 0.115):
            strip.put(bar(cx - 0.054, y - low, cx + 0.054, y - low, 0.005), shaded(paint, 0.75))
        strip.put(box(cx - 0.042, y - 0.15, cx - 0.03, y - 0.02), shaded(paint, 1.3), 0.5)


MACHINES = {"spaceship cabin": spaceship_cabin, "factory": factory}
