"""Rooms for the body: gym, bathroom, hospital. By night their lamps burn. Lengths are frame heights."""

from __future__ import annotations

from soracli.world.layers import Backdrop, View, floor, glow, ground_coordinates, landmarks, shaded, standing
from soracli.world.places_ward import hospital
from soracli.world.rooms import (
    BRASS,
    CREAM,
    DARK,
    PAINTS,
    STEEL,
    WOODS,
    base,
    ceiling_lights,
    joints,
    planks,
    rug,
    tiles,
    wall,
    window,
)  # fmt: skip
from soracli.world.strips import RGB, Strip, bar, box, disc, hashed, taper

WHITE: RGB = (0.99, 0.99, 0.98)


def gym(view: View) -> Backdrop:
    """A sports hall: a basketball hoop, wall bars, windows high up, balls and a bench on a floor with lines."""
    back = wall(view, ((0.90, 0.88, 0.82), (0.74, 0.83, 0.88), (0.94, 0.84, 0.68), (0.82, 0.86, 0.78)), 1101)
    pad = view.pick(((0.22, 0.42, 0.70), (0.70, 0.24, 0.24), (0.20, 0.48, 0.40), (0.86, 0.52, 0.20)), 1102)
    back.cover(((back.y - 0.45) * view.height + 0.5).clamp(0, 1), view.tone(pad))
    seam = ((back.x / 0.17 % 1 - 0.5).abs() * 0.17 < 0.003).float() * ((back.y - 0.45) * view.height).clamp(0, 1)
    back.cover(seam, view.tone(shaded(pad, 0.75)))
    back.cover(((0.008 - (back.y - 0.45).abs()) * view.height + 0.5).clamp(0, 1), view.tone(shaded(pad, 1.3)))
    for i, x in landmarks(view, back, 1.3, 0.8, 1103):
        _hoop(view, back, x, 0.16, i)
        for side in (-1, 1):
            _wall_bars(view, back, x + side * 0.42)
        for k in range(2):
            left = x + 0.57 + 0.0 * k
            window(view, back, (left, 0.06, left + 0.16, 0.22), 1105 + i, curtains=False)
        _scoreboard(view, back, x + 0.65, 0.33, i)
    ceiling_lights(view, back, 0.8, 1104)
    ground = floor(view, (0.88, 0.64, 0.38), (0.80, 0.56, 0.32), 0.03)
    planks(view, ground, (0.70, 0.46, 0.26))
    _court(view, ground, view.pick(((0.98, 0.97, 0.95), (0.98, 0.97, 0.95), (0.20, 0.36, 0.64)), 1106), pad)
    row = standing(view, 0.725, 0.2)
    for i, x in landmarks(view, row, 0.85, 0.4, 1107):
        _gear(view, row, x, 0.725, (i + view.pick((0, 1, 2), 1108)) % 3, i)
    return Backdrop(base(view, back), [], ground, [back, row], [])


def _hoop(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """A board with a ring and a net; its ring hangs near row y + 0.12."""
    strip.put(bar(x, y - 0.16, x, y, 0.012), view.tone((0.35, 0.37, 0.40)))
    strip.put(box(x - 0.15, y - 0.09, x + 0.15, y + 0.125), view.tone((0.30, 0.32, 0.36)))
    strip.put(box(x - 0.143, y - 0.083, x + 0.143, y + 0.118), view.tone(WHITE))
    red = view.tone((0.92, 0.34, 0.16))
    strip.put(box(x - 0.06, y - 0.005, x + 0.06, y + 0.09), red)
    strip.put(box(x - 0.052, y + 0.003, x + 0.052, y + 0.082), view.tone(WHITE))
    for k in range(5):
        share = k / 4 * 2 - 1
        for lean in (-0.35, 0.35):
            strip.put(
                bar(x + share * 0.062, y + 0.105, x + share * 0.04 + lean * 0.03, y + 0.185, 0.0022), view.tone(WHITE)
            )
    for row in (0.13, 0.155, 0.18):
        wide = 0.062 - 0.3 * (row - 0.105)
        strip.put(bar(x - wide, y + row, x + wide, y + row, 0.0018), view.tone(WHITE))
    strip.put(bar(x - 0.068, y + 0.103, x + 0.068, y + 0.103, 0.0065), red)


def _wall_bars(view: View, strip: Strip, x: float) -> None:
    """A ladder as wide as a man is tall, fixed to the wall."""
    wood = view.tone((0.80, 0.58, 0.34))
    for k in range(11):
        y = 0.17 + k * 0.045
        strip.put(bar(x - 0.115, y, x + 0.115, y, 0.0075), view.tone((0.93, 0.76, 0.52)))
        strip.put(bar(x - 0.115, y + 0.006, x + 0.115, y + 0.006, 0.003), shaded(wood, 0.8))
    for side in (-1, 0, 1):
        strip.put(box(x + side * 0.115 - 0.01, 0.13, x + side * 0.115 + 0.01, 0.655), wood)


def _scoreboard(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """Two numbers in lights."""
    strip.put(box(x - 0.13, y - 0.07, x + 0.13, y + 0.07), view.tone(DARK))
    for side in (-1, 1):
        value = int(8 * hashed(view.seed, 1109, number, side))
        lit = (1.0, 0.36, 0.22) if side < 0 else (1.0, 0.82, 0.30)
        cx, on = (
            x + side * 0.07,
            (0b1110111, 0b0100100, 0b1011101, 0b1101101, 0b0101110, 0b1101011, 0b1111011, 0b0100101),
        )
        segments = (
            (-1, -2, 1, -2),
            (-1, -2, -1, 0),
            (1, -2, 1, 0),
            (-1, 0, 1, 0),
            (-1, 0, -1, 2),
            (1, 0, 1, 2),
            (-1, 2, 1, 2),
        )
        for k, (ax, ay, bx, by) in enumerate(segments):
            if on[value] >> k & 1:
                strip.put(bar(cx + ax * 0.022, y + ay * 0.02, cx + bx * 0.022, y + by * 0.02, 0.005), lit)
    for d in (-0.02, 0.02):
        strip.put(disc(x, y + d, 0.006, 0.006), (1.0, 0.9, 0.7))


def _court(view: View, ground: Strip, line: RGB, area: RGB) -> None:
    """Lines of a court: two along the wall, some across, a circle."""
    u, z = ground_coordinates(view, ground)
    y, h = ground.y, view.height
    for row, half in ((0.705, 0.0035), (0.93, 0.011)):
        ground.cover(((half - (y - row).abs()) * h + 0.5).clamp(0, 1), view.tone(line))
    inside = ((y - 0.705) * h).clamp(0, 1) * ((0.93 - y) * h).clamp(0, 1)
    middle = view.between(-0.25, 0.25, 1110)
    away = (((u - middle) / 0.42) ** 2 + ((y - 0.805) / 0.062) ** 2).sqrt()
    ground.cover((1 - away).mul(60).clamp(0, 1) * 0.35 * inside, view.tone(area))
    ground.cover((0.03 - (away - 1).abs()).mul(80).clamp(0, 1) * inside, view.tone(line))
    across = ((u - middle) / 1.5 % 1 - 0.5).abs() * 1.5 - 0.75
    slant = 1 / (1 + (u / 0.24) ** 2).sqrt()
    ground.cover(((0.012 - across.abs()) * slant * h / z + 0.5).clamp(0, 1) * inside, view.tone(line))
    shine = (1 - ((y - 0.75) / 0.1).abs()).clamp(min=0) * (0.5 + 0.5 * (ground.x * 7).sin()) * 0.1
    ground.cover(shine, (1.0, 1.0, 1.0))


def _gear(view: View, strip: Strip, x: float, y: float, kind: int, number: int) -> None:
    """A bench with a ball, a rack of balls, or a pile of mats with a vaulting box."""
    wood = view.tone((0.84, 0.62, 0.38))
    if kind == 0:
        strip.put(box(x - 0.22, y - 0.085, x + 0.22, y - 0.062), wood)
        for side in (-1, 1):
            strip.put(taper(x + side * 0.15, y - 0.062, y, 0.012, 0.03), shaded(wood, 0.7))
        ball(view, strip, x + 0.27, y, 0.042, (0.93, 0.50, 0.18))
        strip.put(bar(x - 0.1, y - 0.09, x + 0.02, y - 0.09, 0.012), view.tone(view.pick(PAINTS, 1111, number)))
    elif kind == 1:
        for level in (0.012, 0.1):
            strip.put(bar(x - 0.19, y - level, x + 0.19, y - level, 0.007), view.tone(DARK))
            for k in range(4):
                paint = view.pick(
                    ((0.93, 0.50, 0.18), (0.95, 0.93, 0.88), (0.30, 0.52, 0.82), (0.94, 0.78, 0.25)), 1112, number, k
                )
                ball(view, strip, x - 0.135 + 0.09 * k, y - level - 0.006, 0.037, paint)
        for side in (-1, 1):
            strip.put(bar(x + side * 0.19, y - 0.17, x + side * 0.19, y, 0.008), view.tone(DARK))
    else:
        for k in range(4):
            low = y - 0.034 * k
            paint = view.tone(view.pick(((0.24, 0.48, 0.78), (0.24, 0.48, 0.78), (0.85, 0.33, 0.28)), 1113, number, k))
            strip.put(bar(x - 0.18, low - 0.017, x + 0.16, low - 0.017, 0.0155), paint)
            strip.put(bar(x - 0.18, low - 0.025, x + 0.16, low - 0.025, 0.004), shaded(paint, 1.25))
        strip.put(disc(x + 0.02, y - 0.165, 0.032, 0.032), view.tone((0.90, 0.88, 0.84)))


def ball(view: View, strip: Strip, x: float, y: float, r: float, paint: RGB) -> None:
    """A basketball that lies on row y."""
    cy, colour = y - r, view.tone(paint)
    strip.put(disc(x, cy, r, r), colour)
    dark = shaded(colour, 0.55)
    strip.put(bar(x - r * 0.9, cy, x + r * 0.9, cy, r * 0.05), dark)
    strip.put(bar(x, cy - r * 0.9, x, cy + r * 0.9, r * 0.05), dark)
    for side in (-1, 1):
        for step in (-1, 1):
            strip.put(bar(x + side * r * 0.42, cy, x + side * r * 0.62, cy + step * r * 0.7, r * 0.05), dark)
    strip.put(disc(x - r * 0.35, cy - r * 0.4, r * 0.22, r * 0.18), shaded(colour, 1.3), 0.6)


def bathroom(view: View) -> Backdrop:
    """Tiles, a tub with foam and a shower, a basin under a mirror, towels, a mat."""
    back = wall(view, ((0.90, 0.94, 0.96), (0.96, 0.90, 0.86), (0.86, 0.93, 0.89), (0.93, 0.90, 0.96)), 1121)
    tile = view.pick(
        ((0.52, 0.76, 0.82), (0.94, 0.96, 0.97), (0.56, 0.80, 0.70), (0.96, 0.74, 0.74), (0.42, 0.60, 0.80)), 1122
    )
    left, right = back.span
    back.put(box(left, 0.30, right, 0.64), view.tone(tile))
    joints(
        back, (left, 0.30, right, 0.64), 0.06, view.tone(shaded(tile, 0.72) if tile[0] > 0.9 else (0.97, 0.98, 0.98))
    )
    back.put(
        box(left, 0.285, right, 0.305), view.tone(view.pick((WHITE, (0.30, 0.50, 0.62), (0.90, 0.70, 0.40)), 1123))
    )
    for i, x in landmarks(view, back, 1.42, 0.9, 1124):
        _basin(view, back, x + 0.38, i)
        window(view, back, (x - 0.17, 0.07, x + 0.13, 0.25), 1125 + i, curtains=False)
        _towels(view, back, x + 0.73, i)
    row = standing(view, 0.715, 0.62)
    for i, x in landmarks(view, row, 1.42, 0.9, 1124):
        _tub(view, row, x - 0.10, 0.715, i)
        _toilet(view, row, x + 0.72, 0.705)
    ground = floor(view, WHITE, (0.90, 0.92, 0.93), 0.02)
    tiles(
        view,
        ground,
        view.pick(((0.30, 0.34, 0.40), (0.62, 0.76, 0.82), (0.80, 0.70, 0.62), (0.50, 0.68, 0.62)), 1126),
        0.15,
    )
    rug(view, ground, view.aspect * view.between(0.4, 0.7, 1127), 0.81, 0.22, 1128)
    return Backdrop(base(view, back), [], ground, [back, row], [])


def _basin(view: View, strip: Strip, x: float, number: int) -> None:
    """A basin on a cupboard under a round or square mirror, a lamp above it."""
    white, wood, steel = view.tone(WHITE), view.tone(view.pick((*WOODS, CREAM), 1131)), view.tone(STEEL)
    if view.light.lit:
        glow(strip, x, 0.075, 0.34, (1.0, 0.93, 0.72), 0.6)
    strip.put(
        bar(x - 0.08, 0.075, x + 0.08, 0.075, 0.016),
        (1.0, 0.98, 0.90) if view.light.lit else view.tone((1.0, 0.99, 0.94)),
    )
    if hashed(view.seed, 1132) < 0.5:
        mirror, inner = disc(x, 0.25, 0.135, 0.145), disc(x, 0.25, 0.122, 0.132)
    else:
        mirror, inner = box(x - 0.15, 0.115, x + 0.15, 0.39), box(x - 0.138, 0.127, x + 0.138, 0.378)
    strip.put(mirror, view.tone(view.pick((BRASS, WHITE, WOODS[0]), 1133)))
    strip.put(inner, view.tone((0.74, 0.86, 0.92)))
    for k in range(2):
        strip.put(bar(x - 0.07 + 0.05 * k, 0.31, x - 0.01 + 0.05 * k, 0.19, 0.008 - 0.003 * k), (1.0, 1.0, 1.0), 0.55)
    strip.put(box(x - 0.17, 0.50, x + 0.17, 0.665), wood)
    for side in (-1, 1):
        strip.put(box(x + side * 0.084 - 0.075, 0.515, x + side * 0.084 + 0.075, 0.65), shaded(wood, 0.9))
        strip.put(disc(x + side * 0.025, 0.57, 0.008, 0.008), view.tone(BRASS))
    strip.put(box(x - 0.19, 0.485, x + 0.19, 0.507), white)
    strip.put(taper(x, 0.45, 0.487, 0.12, 0.08), white)
    strip.put(bar(x - 0.11, 0.452, x + 0.11, 0.452, 0.007), shaded(white, 0.9))
    strip.put(bar(x, 0.447, x, 0.412, 0.006), steel)
    strip.put(bar(x, 0.412, x + 0.035, 0.418, 0.006), steel)
    strip.put(bar(x - 0.155, 0.478, x - 0.155, 0.455, 0.014), view.tone(view.pick(PAINTS, 1134, number)))
    strip.put(bar(x - 0.155, 0.445, x - 0.165, 0.432, 0.004), steel)
    for k in range(2):  # tooth brushes in a glass
        strip.put(bar(x + 0.15, 0.465, x + 0.142 + 0.018 * k, 0.415, 0.0035), view.tone(view.pick(PAINTS, 1135, k)))
    strip.put(taper(x + 0.15, 0.452, 0.485, 0.018, 0.014), view.tone((0.72, 0.86, 0.90)))


def _towels(view: View, strip: Strip, x: float, number: int) -> None:
    """A rail with two towels."""
    strip.put(bar(x - 0.13, 0.335, x + 0.13, 0.335, 0.006), view.tone(STEEL))
    for k in range(2):
        left, low = x - 0.115 + 0.12 * k, 0.50 - 0.03 * k
        cloth = view.tone(view.pick(PAINTS, 1136, number, k))
        strip.put(box(left, 0.325, left + 0.105, low), cloth)
        strip.put(box(left, low - 0.035, left + 0.105, low - 0.022), shaded(cloth, 1.3))
        strip.put(box(left + 0.07, 0.345, left + 0.074, low), shaded(cloth, 0.85))


def _tub(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """A tub on feet, full of foam, a duck in it; a shower and its curtain above."""
    steel, white = view.tone(STEEL), view.tone(WHITE)
    strip.put(bar(x + 0.30, y - 0.22, x + 0.30, y - 0.60, 0.006), steel)
    strip.put(bar(x + 0.30, y - 0.60, x + 0.20, y - 0.60, 0.006), steel)
    strip.put(taper(x + 0.20, y - 0.60, y - 0.57, 0.012, 0.045), steel)
    for k in range(9):
        a, r = -0.27 + 0.062 * k, 0.032 + 0.018 * hashed(view.seed, 1137, number, k)
        strip.put(
            disc(x + a, y - 0.215 - 0.012 * hashed(view.seed, 1138, number, k), r, r),
            shaded(white, 0.97 - 0.04 * (k % 2)),
        )
    duck = view.tone((0.99, 0.82, 0.20))
    strip.put(disc(x - 0.09, y - 0.265, 0.034, 0.024), duck)
    strip.put(disc(x - 0.115, y - 0.298, 0.021, 0.021), duck)
    strip.put(disc(x - 0.138, y - 0.296, 0.011, 0.006), view.tone((0.95, 0.45, 0.14)))
    strip.put(disc(x - 0.12, y - 0.303, 0.0035, 0.0035), view.tone(DARK))
    for side in (-1, 1):
        strip.put(taper(x + side * 0.22, y - 0.05, y, 0.022, 0.012), view.tone(BRASS))
    outer = view.tone(view.pick((WHITE, WHITE, (0.94, 0.60, 0.58), (0.46, 0.66, 0.78), (0.30, 0.42, 0.46)), 1139))
    strip.put(taper(x, y - 0.2, y - 0.11, 0.325, 0.29), outer)
    strip.put(bar(x - 0.235, y - 0.1, x + 0.235, y - 0.1, 0.062), outer)
    strip.put(bar(x - 0.23, y - 0.062, x + 0.23, y - 0.062, 0.018), shaded(outer, 0.86))
    strip.put(bar(x - 0.325, y - 0.2, x + 0.325, y - 0.2, 0.017), white)
    strip.put(bar(x - 0.32, y - 0.191, x + 0.32, y - 0.191, 0.004), shaded(white, 0.84))
    strip.put(bar(x + 0.27, y - 0.215, x + 0.27, y - 0.26, 0.007), steel)
    strip.put(bar(x + 0.27, y - 0.26, x + 0.225, y - 0.25, 0.007), steel)


def _toilet(view: View, strip: Strip, x: float, y: float) -> None:
    """A toilet seen from its side, its cistern at the wall on the right."""
    white = view.tone(WHITE)
    strip.put(box(x + 0.045, y - 0.22, x + 0.13, y - 0.09), shaded(white, 0.93))
    strip.put(bar(x + 0.04, y - 0.222, x + 0.135, y - 0.222, 0.01), white)
    strip.put(taper(x + 0.02, y - 0.10, y, 0.075, 0.045), shaded(white, 0.9))
    strip.put(bar(x - 0.075, y - 0.1, x + 0.07, y - 0.1, 0.02), white)
    strip.put(bar(x - 0.085, y - 0.122, x + 0.06, y - 0.122, 0.007), shaded(white, 0.84))


CARE = {"gym": gym, "bathroom": bathroom, "hospital": hospital}
