"""Places that people built: castle, village, airport, railway station. Lengths are frame heights."""

from __future__ import annotations

import math

import torch

from soracli.world.language.verbs import HORIZON, ground_factor
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
from soracli.world.places_green import trail, wood
from soracli.world.props import bench, bush, cottage, lamppost
from soracli.world.rooms import PAINTS, clock, tiles
from soracli.world.skies import sky
from soracli.world.strips import RGB, Strip, bar, box, disc, hashed, taper, triangle


def castle(view: View) -> Backdrop:
    """A castle with towers on its hill, banners and lit windows, a road before it."""
    far = [ridge(view, 0.55, 0.06, 0.6, 0.05, view.tone((0.46, 0.58, 0.58), 0.45), 871)]
    hill = view.strip(0.0, HORIZON + 0.05, 0.14)
    for i, x in landmarks(view, hill, 1.7, 0.9, 872):
        _fortress(view, hill, x, 0.585, i)
    far.append(hill)
    ground = floor(view, (0.42, 0.64, 0.28), (0.50, 0.70, 0.36))
    haze(view, ground, 0.2)
    trail(view, ground, (0.80, 0.70, 0.54), 0.78, 0.92)
    woods = wood(view, 0.635, 0.15, 0.32, ground_factor(0.635), 0.1, 873)
    near = standing(view, 0.745, 0.12)
    for i, x in lattice(near, 0.4, 0.2, view.seed + 874):
        bush(near, x, 0.745, 0.06 + 0.03 * hashed(view.seed, 875, i), view.leaf((0.28, 0.52, 0.26), 0.0, 875, i), i)
    return Backdrop(sky(view, 0.8), far, ground, [woods, near], [])


def _fortress(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """Walls with battlements between round towers, a keep, a gate."""
    wall = view.pick(((0.74, 0.71, 0.68), (0.82, 0.76, 0.64), (0.62, 0.62, 0.68), (0.90, 0.88, 0.88)), 876)
    roof = view.pick(((0.36, 0.42, 0.62), (0.70, 0.32, 0.28), (0.34, 0.50, 0.44), (0.46, 0.34, 0.52)), 877)
    knoll = strip.part((x - 0.75, y - 0.09, x + 0.75, HORIZON + 0.05))
    if knoll is not None:
        top = y - 0.06 * (1 - ((knoll.x - x) / 0.6) ** 2)
        knoll.cover(((knoll.y - top) * view.height + 0.5).clamp(0, 1), view.tone((0.44, 0.60, 0.36), 0.15))
    y -= 0.03
    _tower(
        view,
        strip,
        x + view.between(-0.06, 0.06, 878, number),
        y - 0.08,
        0.065,
        view.between(0.2, 0.28, 879, number),
        wall,
        roof,
        0,
    )
    for k, side in enumerate((-1, 1)):
        _tower(
            view, strip, x + side * 0.135, y - 0.02, 0.042, view.between(0.15, 0.27, 880, number, k), wall, roof, 1 + k
        )
    _battlement(view, strip, x - 0.24, x + 0.24, y - 0.13, y + 0.02, wall)
    for k, side in enumerate((-1, 1)):
        _tower(
            view, strip, x + side * 0.26, y + 0.02, 0.05, view.between(0.17, 0.24, 881, number, k), wall, roof, 3 + k
        )
    gate = (x - 0.05, y - 0.11, x + 0.05, y + 0.02)
    strip.shape(gate, bar(x, y + 0.04, x, y - 0.05, 0.038), view.tone(shaded(wall, 0.8), 0.1))
    strip.shape(gate, bar(x, y + 0.04, x, y - 0.05, 0.029), view.tone((0.26, 0.19, 0.16), 0.1))


def _battlement(view: View, strip: Strip, x0: float, x1: float, top: float, low: float, wall: RGB) -> None:
    paint = view.tone(wall, 0.12)
    part = strip.part((x0, top - 0.02, x1, low))
    if part is None:
        return
    tooth = ((part.x - x0) / 0.032 % 1 < 0.55).float() * 0.018
    inside = ((part.y - top + tooth) * view.height + 0.5).clamp(0, 1) * ((low - part.y) * view.height + 0.5).clamp(0, 1)
    inside = inside * (0.5 - box(x0, top - 0.1, x1, low)(part.x, part.y) * view.height).clamp(0, 1)
    brick = ((part.y / 0.02 % 1 < 0.12) | ((part.x + 0.02 * (part.y / 0.02).floor()) / 0.045 % 1 < 0.06)).float() * 0.07
    part.cover(inside, torch.tensor(paint) * (1 - brick[..., None]))


def _tower(
    view: View, strip: Strip, x: float, low: float, half: float, tall: float, wall: RGB, roof: RGB, salt: int
) -> None:
    """A round tower with a pointed roof or battlements, and a banner on it."""
    top, here = low - tall, (x - half * 1.6, low - tall * 1.9 - 0.05, x + half * 1.6 + 0.06, low)
    part = strip.part((x - half, top, x + half, low))
    if part is not None:
        inside = (0.5 - box(x - half, top, x + half, low)(part.x, part.y) * view.height).clamp(0, 1)
        round_ = 1 - 0.32 * (((part.x - x) / half + 0.35).clamp(0, 2) / 1.35) ** 2
        part.cover(inside, round_[..., None] * torch.tensor(view.tone(wall, 0.12)))
    strip.shape(
        here, box(x - half * 1.15, top - 0.012, x + half * 1.15, top + 0.016), view.tone(shaded(wall, 0.92), 0.12)
    )
    tip = top - half * 1.9
    if hashed(view.seed, 882) < 0.75:
        strip.shape(here, triangle(x, tip, top - 0.01, half * 1.3), view.tone(roof, 0.1))
        strip.shape(
            here,
            lambda u, v: torch.maximum(triangle(x, tip, top - 0.01, half * 1.3)(u, v), x + half * 0.25 - u),
            view.tone(shaded(roof, 0.8), 0.1),
        )
    else:
        tip = top
        _battlement(view, strip, x - half * 1.2, x + half * 1.2, top - 0.02, top + 0.012, wall)
    strip.shape(here, bar(x, tip, x, tip - 0.045, 0.003), view.tone((0.30, 0.26, 0.24)))
    flag = view.tone(view.pick(PAINTS, 883))
    strip.shape(
        (x, tip - 0.05, x + 0.06, tip),
        lambda u, v: torch.maximum(
            (v - tip + 0.034).abs() - 0.012 * (1 - (u - x) / 0.05), torch.maximum(x - u, u - x - 0.05)
        ),
        flag,
    )
    glass = (1.0, 0.80, 0.42) if view.light.lit else view.tone((0.24, 0.22, 0.26), 0.1)
    for k in range(2):
        cy = top + tall * (0.25 + 0.3 * k)
        strip.shape(here, bar(x, cy, x, cy + 0.018, 0.007), glass)


def village(view: View) -> Backdrop:
    """Cottages along a cobbled street, market stalls, a church behind, lamps."""
    far = [ridge(view, 0.56, 0.05, 0.5, 0.06, view.tone((0.46, 0.62, 0.44), 0.35), 891)]
    back = view.strip(0.1, HORIZON + 0.04, 0.12)
    for i, x in lattice(back, 0.3, 0.3, view.seed + 892):
        hazy = view._replace(light=view.light._replace(scenery=view.tone((0.92, 0.94, 0.97), 0.22)))
        cottage(hazy, back, x, 0.625, 0.2 + 0.06 * hashed(view.seed, 893, i), 40 + i)
    for _, x in landmarks(view, back, 1.6, 0.4, 894):
        _steeple(view, back, x)
    row = standing(view, 0.675, 0.55)
    for i, x in lattice(row, 0.42, 0.4, view.seed + 895):
        cottage(view, row, x, 0.675, 0.34 + 0.08 * hashed(view.seed, 896, i), i)
    ground = floor(view, (0.72, 0.67, 0.60), (0.66, 0.62, 0.57), 0.06)
    tiles(view, ground, (0.66, 0.61, 0.55), 0.09)
    ground.cover(((0.69 - ground.y) * view.height + 0.5).clamp(0, 1), view.tone((0.56, 0.62, 0.36)))
    stalls = standing(view, 0.745, 0.36)
    market = hashed(view.seed, 897) < 0.6
    for i, x in landmarks(view, stalls, 0.66, 0.4, 898):
        if market and i % 2 == 0:
            _stall(view, stalls, x, 0.745, i)
        else:
            lamppost(view, stalls, x, 0.735, 0.27)
            bush(stalls, x + 0.16, 0.73, 0.05, view.leaf((0.32, 0.56, 0.28), 0.0, 876, i), i)
    return Backdrop(sky(view), [*far, back], ground, [row, stalls], [])


def _steeple(view: View, strip: Strip, x: float) -> None:
    wall, roof = view.tone((0.90, 0.86, 0.80), 0.2), view.tone((0.40, 0.38, 0.44), 0.2)
    here = (x - 0.1, 0.1, x + 0.1, 0.62)
    strip.shape(here, box(x - 0.045, 0.33, x + 0.045, 0.62), wall)
    strip.shape(here, triangle(x, 0.16, 0.335, 0.058), roof)
    clock(view, strip, x, 0.385, 0.024)


def _stall(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """A market stall: a striped awning, crates of fruit."""
    here, cloth = (x - 0.26, y - 0.32, x + 0.26, y), view.tone(view.pick(PAINTS, 901, number))
    for side in (-1, 1):
        strip.shape(here, bar(x + side * 0.19, y, x + side * 0.19, y - 0.25, 0.007), view.tone((0.55, 0.42, 0.30)))
    part = strip.part((x - 0.24, y - 0.31, x + 0.24, y - 0.2))
    if part is not None:
        slope = 0.17 + 0.06 * (part.y - y + 0.3) / 0.08
        hem = y - 0.215 + 0.012 * ((part.x - x) / 0.048 * math.pi).sin().abs()
        inside = ((slope - (part.x - x).abs()) * view.height + 0.5).clamp(0, 1) * (
            (hem - part.y) * view.height + 0.5
        ).clamp(0, 1)
        inside = inside * ((part.y - y + 0.3) * view.height + 0.5).clamp(0, 1)
        part.cover(inside, view.tone((0.98, 0.96, 0.92)))
        part.cover(inside * ((part.x - x) / 0.096 % 1 < 0.5).float(), cloth)
    strip.shape(here, box(x - 0.2, y - 0.11, x + 0.2, y), view.tone((0.66, 0.48, 0.32)))
    strip.shape(here, box(x - 0.21, y - 0.125, x + 0.21, y - 0.105), view.tone((0.50, 0.36, 0.25)))
    for k in range(12):
        fruit = view.tone(view.pick(PAINTS, 902, number, k // 4))
        strip.shape(here, disc(x - 0.17 + 0.031 * k, y - 0.135 - 0.012 * (k % 2), 0.017, 0.017), fruit)


def airport(view: View) -> Backdrop:
    """A runway with its marks and lights, a terminal of glass, the tower, parked aircraft."""
    tone = view.tone
    far = [ridge(view, 0.575, 0.03, 0.7, 0.05, tone((0.46, 0.58, 0.56), 0.5), 911)]
    hall = view.strip(0.2, HORIZON + 0.035, 0.13)
    for i, x in landmarks(view, hall, 1.5, 0.9, 912):
        _terminal(view, hall, x, 0.615, i)
    planes = standing(view, 0.655, 0.2)
    for i, x in landmarks(view, planes, 0.75, 0.4, 913):
        if hashed(view.seed, 914, i) < 0.75:
            _parked(view, planes, x, 0.655, view.pick((-1, 1), 915, i), i)
    ground = floor(view, (0.40, 0.42, 0.46), (0.55, 0.57, 0.60), 0.03)
    h, y = view.height, ground.y
    for top, low in ((0.665, 0.725), (0.965, 1.01)):
        ground.cover(((y - top) * h + 0.5).clamp(0, 1) * ((low - y) * h + 0.5).clamp(0, 1), tone((0.50, 0.66, 0.34)))
    u, _ = ground_coordinates(view, ground)
    for level in (0.745, 0.945):
        ground.cover(((0.005 - (y - level).abs()) * h + 0.5).clamp(0, 1), tone((0.96, 0.96, 0.94)))
    dash = ((0.2 - ((u / 0.8) % 1 - 0.5).abs() * 0.8) * h + 0.5).clamp(0, 1)
    ground.cover(dash * ((0.008 - (y - 0.84).abs()) * h + 0.5).clamp(0, 1), tone((0.97, 0.97, 0.95)))
    haze(view, ground, 0.2)
    lights = standing(view, 0.735, 0.05)
    for i in range(math.floor(lights.span[0] / 0.22), math.ceil(lights.span[1] / 0.22) + 1):
        x = i * 0.22
        lights.shape((x - 0.01, 0.7, x + 0.01, 0.74), bar(x, 0.735, x, 0.722, 0.004), tone((0.75, 0.75, 0.78)))
        if view.light.lit:
            glow(lights, x, 0.72, 0.045, (1.0, 0.85, 0.45), 0.9)
        lights.shape(
            (x - 0.01, 0.7, x + 0.01, 0.73),
            disc(x, 0.72, 0.006, 0.006),
            (1.0, 0.85, 0.4) if view.light.lit else tone((0.95, 0.75, 0.25)),
        )
    return Backdrop(sky(view), [*far, hall], ground, [planes, lights], [])


def _terminal(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """A long hall with a glass front under a curved roof, and a control tower beside it."""
    pale, steel = view.tone((0.92, 0.93, 0.95), 0.12), view.tone((0.62, 0.66, 0.72), 0.12)
    glass = (0.98, 0.88, 0.60) if view.light.lit else view.tone((0.52, 0.72, 0.86), 0.1)
    half, tall = view.between(0.34, 0.48, 916, number), view.between(0.09, 0.13, 917, number)
    part = strip.part((x - half - 0.03, y - tall - 0.06, x + half + 0.03, y))
    if part is not None:
        roof = y - tall - 0.045 * (1 - ((part.x - x) / half) ** 2)
        inside = ((part.y - roof) * view.height + 0.5).clamp(0, 1) * (
            (half - (part.x - x).abs()) * view.height + 0.5
        ).clamp(0, 1)
        part.cover(inside, pale)
        front = (
            inside
            * ((part.y - y + tall * 0.85) * view.height + 0.5).clamp(0, 1)
            * ((y - tall * 0.14 - part.y) * view.height + 0.5).clamp(0, 1)
        )
        part.cover(front, glass)
        part.cover(front * ((part.x - x) / 0.045 % 1 < 0.1).float(), steel)
        part.cover(front * ((part.y - y + tall * 0.5).abs() < 0.003).float(), steel)
    side = view.pick((-1, 1), 918, number)
    cx, top = x + side * (half + 0.1), y - view.between(0.24, 0.34, 919, number)
    here = (cx - 0.08, top - 0.1, cx + 0.08, y)
    strip.shape(here, bar(cx, y, cx, top, 0.026, 0.018), pale)
    strip.shape(here, taper(cx, top - 0.005, top + 0.035, 0.05, 0.034), glass)
    strip.shape(here, box(cx - 0.056, top - 0.022, cx + 0.056, top - 0.004), steel)
    strip.shape(here, bar(cx, top - 0.02, cx, top - 0.07, 0.003), steel)


def _parked(view: View, strip: Strip, x: float, y: float, way: int, number: int) -> None:
    """An airliner seen from its side. way: -1 nose to the left, 1 to the right."""
    here, white = (x - 0.24, y - 0.16, x + 0.24, y), view.tone((0.97, 0.97, 0.98), 0.08)
    paint, dark = view.tone(view.pick(PAINTS, 920, number), 0.08), view.tone((0.25, 0.28, 0.34), 0.08)
    level = y - 0.05
    strip.shape(here, bar(x - way * 0.19, level - 0.012, x - way * 0.215, level - 0.09, 0.022, 0.010), paint)
    strip.shape(here, bar(x - way * 0.13, level, x + way * 0.16, level, 0.026), white)
    strip.shape(here, bar(x - way * 0.2, level - 0.014, x - way * 0.1, level, 0.012, 0.026), white)
    strip.shape(here, box(x - 0.15, level + 0.008, x + 0.15, level + 0.013), paint)
    for k in range(9):
        cx = x - 0.12 + 0.03 * k
        strip.shape(here, disc(cx, level - 0.007, 0.004, 0.005), (1.0, 0.9, 0.6) if view.light.lit else dark)
    strip.shape(
        here,
        bar(x + way * 0.02, level + 0.008, x - way * 0.09, level + 0.03, 0.010, 0.004),
        view.tone((0.80, 0.82, 0.86), 0.08),
    )
    strip.shape(here, bar(x + way * 0.01, level + 0.03, x - way * 0.025, level + 0.03, 0.011), paint)
    for at in (-0.03, 0.13):
        strip.shape(here, bar(x + way * at, level + 0.02, x + way * at, y - 0.008, 0.005), dark)


def railway_station(view: View) -> Backdrop:
    """A platform under a roof on pillars, a station house with its clock, rails in the ground."""
    tone = view.tone
    far = [
        ridge(view, 0.57, 0.04, 0.4, 0.07, tone((0.48, 0.60, 0.50), 0.4), 931),
        wood(view, 0.61, 0.14, 0.2, 0.12, 0.25, 932),
    ]
    house = standing(view, 0.665, 0.5)
    for i, x in landmarks(view, house, 1.5, 0.8, 933):
        _station(view, house, x, 0.665, i)
    ground = floor(view, (0.62, 0.60, 0.58), (0.66, 0.64, 0.62), 0.05)
    h, y = view.height, ground.y
    ground.cover(
        ((0.765 - y) * h + 0.5).clamp(0, 1),
        tone(view.pick(((0.80, 0.76, 0.70), (0.72, 0.72, 0.74), (0.76, 0.62, 0.52)), 934)),
    )
    ground.cover(((0.006 - (y - 0.752).abs()) * h + 0.5).clamp(0, 1), tone((0.98, 0.88, 0.40)))
    ground.cover(((y - 0.765) * h + 0.5).clamp(0, 1) * ((0.785 - y) * h + 0.5).clamp(0, 1), tone((0.42, 0.40, 0.40)))
    u, _ = ground_coordinates(view, ground)
    bed = ((y - 0.79) * h + 0.5).clamp(0, 1) * ((0.915 - y) * h + 0.5).clamp(0, 1)
    ground.cover(bed, tone((0.50, 0.46, 0.43)))
    ground.cover(bed * ((0.035 - ((u / 0.14) % 1 - 0.5).abs() * 0.14) * h + 0.5).clamp(0, 1), tone((0.36, 0.27, 0.21)))
    for level, thick in ((0.815, 0.005), (0.89, 0.007)):
        ground.cover(((thick - (y - level).abs()) * h + 0.5).clamp(0, 1), tone((0.46, 0.46, 0.50)))
        ground.cover(((thick * 0.35 - (y - level + thick * 0.4).abs()) * h + 0.5).clamp(0, 1), tone((0.86, 0.87, 0.90)))
    roof = standing(view, 0.735, 0.66)
    steel = view.pick(((0.32, 0.46, 0.40), (0.56, 0.26, 0.24), (0.34, 0.40, 0.52), (0.30, 0.30, 0.33)), 935)
    edge = view.between(0.17, 0.24, 936)
    roof.cover(((edge - roof.y) * h + 0.5).clamp(0, 1) * ((roof.y - edge + 0.055) * h + 0.5).clamp(0, 1), tone(steel))
    fringe = edge + 0.016 * (roof.x / 0.04 * math.pi).sin().abs()
    roof.cover(
        ((fringe - roof.y) * h + 0.5).clamp(0, 1) * ((roof.y - edge) * h + 0.5).clamp(0, 1), tone(shaded(steel, 0.75))
    )
    for i, x in landmarks(view, roof, 0.62, 0.4, 937):
        iron = tone(shaded(steel, 0.85))
        roof.shape((x - 0.14, edge, x + 0.14, 0.735), bar(x, 0.735, x, edge, 0.012), iron)
        for side in (-1, 1):
            roof.shape(
                (x - 0.14, edge - 0.02, x + 0.14, 0.735),
                bar(x, edge + 0.11, x + side * 0.11, edge + 0.005, 0.007),
                iron,
            )
        if view.light.lit:
            glow(roof, x + 0.31, edge + 0.03, 0.34, (1.0, 0.86, 0.55), 0.6)
        roof.shape(
            (x + 0.25, edge, x + 0.37, edge + 0.05),
            disc(x + 0.31, edge + 0.025, 0.018, 0.014),
            (1.0, 0.94, 0.72) if view.light.lit else tone((0.94, 0.93, 0.9)),
        )
        if i % 2:
            bench(view, roof, x + 0.3, 0.735, 0.09, view.pick(PAINTS, 938))
        elif hashed(view.seed, 939, i) < 0.7:
            clock(view, roof, x + 0.3, edge + 0.12, 0.038)
            roof.shape((x + 0.28, edge, x + 0.32, edge + 0.1), bar(x + 0.3, edge, x + 0.3, edge + 0.085, 0.004), iron)
    return Backdrop(sky(view), far, ground, [house, roof], [])


def _station(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """A long house of brick with arched windows and a gable."""
    brick = view.pick(((0.74, 0.44, 0.34), (0.88, 0.78, 0.60), (0.80, 0.62, 0.50), (0.70, 0.70, 0.70)), 941, number)
    wall, roof, white = view.tone(brick), view.tone((0.42, 0.36, 0.36)), view.tone((0.97, 0.95, 0.92))
    glass = (1.0, 0.85, 0.50) if view.light.lit else view.tone((0.56, 0.72, 0.82))
    here = (x - 0.62, y - 0.45, x + 0.62, y)
    strip.shape(here, box(x - 0.55, y - 0.25, x + 0.55, y), wall)
    strip.shape(here, box(x - 0.58, y - 0.29, x + 0.58, y - 0.24), roof)
    strip.shape(here, box(x - 0.15, y - 0.32, x + 0.15, y), shaded(wall, 1.06))
    strip.shape(here, triangle(x, y - 0.43, y - 0.31, 0.19), roof)
    clock(view, strip, x, y - 0.285, 0.034)
    for k in range(8):
        cx = x + (k - 3.5) * 0.13
        if abs(cx - x) < 0.12:
            continue
        strip.shape(here, bar(cx, y - 0.08, cx, y - 0.17, 0.034), white)
        strip.shape(here, bar(cx, y - 0.08, cx, y - 0.17, 0.026), glass)
        strip.shape(here, box(cx - 0.002, y - 0.2, cx + 0.002, y - 0.055), white)
    strip.shape(here, box(x - 0.05, y - 0.18, x + 0.05, y), view.tone((0.40, 0.26, 0.20)))
    strip.shape(here, box(x - 0.035, y - 0.165, x + 0.035, y - 0.08), glass)


BUILT = {"castle": castle, "village": village, "airport": airport, "railway station": railway_station}
