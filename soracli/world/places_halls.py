"""Halls of pictures and of kings: museum, ballroom. By night their lamps burn. Lengths are frame heights."""

from __future__ import annotations

import torch

from soracli.world.layers import Backdrop, View, floor, glow, landmarks, shaded, standing
from soracli.world.rooms import (
    BRASS,
    CREAM,
    DARK,
    PAINTS,
    WOODS,
    base,
    folds,
    painting,
    tiles,
    wall,
    wooden_floor,
)  # fmt: skip
from soracli.world.strips import RGB, Bounds, Strip, bar, box, disc, hashed, taper

MARBLE: RGB = (0.94, 0.92, 0.88)
GOLD: RGB = (0.90, 0.70, 0.30)
FLAME: RGB = (1.0, 0.86, 0.46)


def museum(view: View) -> Backdrop:
    """Framed pictures under their lamps, vases and busts on pedestals, a rope before them."""
    back = wall(
        view, ((0.55, 0.22, 0.24), (0.22, 0.34, 0.46), (0.24, 0.40, 0.34), (0.90, 0.89, 0.86), (0.44, 0.34, 0.48)), 1201
    )
    left, right = back.span
    back.put(box(left, 0.0, right, 0.05), view.tone(MARBLE))
    back.put(box(left, 0.045, right, 0.06), view.tone(GOLD))
    for i, x in landmarks(view, back, 0.60, 0.5, 1202):
        half, tall = view.between(0.12, 0.2, 1203, i), view.between(0.09, 0.14, 1204, i)
        _picture(view, back, (x - half, 0.30 - tall, x + half, 0.30 + tall), 1205 + i)
    row = standing(view, 0.70, 0.38)
    for i, x in landmarks(view, row, 0.60, 0.4, 1206):
        _exhibit(view, row, x + 0.28, 0.70, i)
    rope = standing(view, 0.75, 0.2)
    cord = view.tone(view.pick(((0.74, 0.14, 0.18), (0.20, 0.26, 0.52)), 1207))
    for _, x in landmarks(view, rope, 0.42, 0.5, 1208):
        _rope(view, rope, x, 0.75, 0.42, cord)
    ground = wooden_floor(view, 1209)
    if hashed(view.seed, 1210) < 0.5:
        ground = floor(view, MARBLE, shaded(MARBLE, 0.9), 0.02)
        tiles(view, ground, view.pick(((0.42, 0.42, 0.46), (0.70, 0.56, 0.46), (0.62, 0.66, 0.64)), 1211), 0.3)
    return Backdrop(base(view, back), [], ground, [back, row, rope], [])


def _picture(view: View, strip: Strip, bounds: Bounds, salt: int) -> None:
    """A picture in a broad golden frame, a lamp over it, a label beside it."""
    x0, y0, x1, y1 = bounds
    middle = (x0 + x1) / 2
    glow(strip, middle, y0, 0.26, (1.0, 0.94, 0.78), 0.45 if view.light.lit else 0.22)
    gold = view.tone(GOLD)
    strip.put(box(x0 - 0.03, y0 - 0.03, x1 + 0.03, y1 + 0.03), shaded(gold, 0.8))
    strip.put(box(x0 - 0.024, y0 - 0.024, x1 + 0.024, y1 + 0.024), gold)
    strip.put(box(x0 - 0.008, y0 - 0.008, x1 + 0.008, y1 + 0.008), shaded(gold, 0.65))
    painting(view, strip, (x0 - 0.012, y0 - 0.012, x1 + 0.012, y1 + 0.012), salt)
    for frame in ((x0 - 0.02, y0 - 0.02, x1 + 0.02, y0), (x0 - 0.02, y1, x1 + 0.02, y1 + 0.02),
                  (x0 - 0.02, y0, x0, y1), (x1, y0, x1 + 0.02, y1)):  # fmt: skip
        strip.put(box(*frame), gold)
    kind = int(3 * hashed(view.seed, salt, 31))
    if kind == 0:  # somebody's portrait
        paint = view.tone(view.pick(PAINTS, salt, 32))
        strip.put(box(x0, y0, x1, y1), view.tone(view.pick(((0.34, 0.28, 0.22), (0.22, 0.30, 0.30)), salt, 33)))
        strip.put(taper(middle, y1 - (y1 - y0) * 0.42, y1, 0.035, 0.085), paint)
        strip.put(disc(middle, y0 + (y1 - y0) * 0.40, 0.042, 0.05), view.tone((0.93, 0.75, 0.60)))
        strip.put(disc(middle, y0 + (y1 - y0) * 0.27, 0.046, 0.03), view.tone(view.pick(WOODS, salt, 34)))
        for side in (-1, 1):
            strip.put(disc(middle + side * 0.015, y0 + (y1 - y0) * 0.40, 0.004, 0.005), view.tone(DARK))
    strip.put(bar(middle - 0.05, y0 - 0.055, middle + 0.05, y0 - 0.055, 0.008), view.tone(BRASS))
    strip.put(box(x1 + 0.04, y1 - 0.02, x1 + 0.075, y1 + 0.015), view.tone(CREAM))


def _exhibit(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """A pedestal with a vase, a bust or a thing under glass on it."""
    stone, top, kind = view.tone(MARBLE), y - 0.19, (number + view.pick((0, 1, 2), 1221)) % 3
    strip.put(box(x - 0.065, top, x + 0.065, y), shaded(stone, 0.93))
    strip.put(box(x + 0.025, top, x + 0.065, y), shaded(stone, 0.84))
    for low, half in ((top, 0.08), (y - 0.02, 0.08)):
        strip.put(box(x - half, low, x + half, low + 0.02), stone)
    if kind == 0:
        paint = view.tone(view.pick(((0.24, 0.42, 0.70), (0.78, 0.42, 0.26), (0.30, 0.56, 0.50)), 1222, number))
        strip.put(disc(x, top - 0.075, 0.056, 0.062), paint)
        strip.put(taper(x, top - 0.16, top - 0.1, 0.032, 0.024), paint)
        strip.put(taper(x, top - 0.03, top, 0.022, 0.034), paint)
        strip.put(bar(x - 0.05, top - 0.08, x + 0.05, top - 0.08, 0.01), view.tone(CREAM))
        strip.put(disc(x - 0.02, top - 0.095, 0.012, 0.02), shaded(paint, 1.4), 0.7)
    elif kind == 1:
        white = view.tone((0.97, 0.96, 0.93))
        strip.put(taper(x, top - 0.075, top, 0.045, 0.075), shaded(white, 0.9))
        strip.put(box(x - 0.02, top - 0.1, x + 0.02, top - 0.05), shaded(white, 0.85))
        strip.put(disc(x, top - 0.135, 0.042, 0.052), white)
        strip.put(disc(x - 0.038, top - 0.13, 0.013, 0.011), white)
        strip.put(disc(x + 0.012, top - 0.168, 0.042, 0.028), shaded(white, 0.86))
    else:
        gem = view.tone(view.pick(((0.86, 0.26, 0.36), (0.26, 0.72, 0.52), (0.32, 0.50, 0.92)), 1223, number))
        strip.put(bar(x - 0.02, top - 0.012, x + 0.02, top - 0.012, 0.014), view.tone((0.40, 0.16, 0.22)))
        strip.put(taper(x, top - 0.085, top - 0.062, 0.022, 0.04), shaded(gem, 1.25))
        strip.put(taper(x, top - 0.062, top - 0.02, 0.04, 0.003), gem)
        strip.put(box(x - 0.062, top - 0.14, x + 0.062, top), (0.86, 0.94, 0.97), 0.28)
        strip.put(bar(x - 0.045, top - 0.12, x - 0.03, top - 0.06, 0.003), (1.0, 1.0, 1.0), 0.7)


def _rope(view: View, strip: Strip, x: float, y: float, wide: float, cord: RGB) -> None:
    """A brass post at x, and the cord from it to the next."""
    for k in range(8):
        a, b = k / 8, (k + 1) / 8
        ya, yb = (y - 0.125 + 0.2 * s * (1 - s) for s in (a, b))
        strip.put(bar(x + a * wide, ya, x + b * wide, yb, 0.0085), cord)
    brass = view.tone(BRASS)
    strip.put(disc(x, y - 0.006, 0.036, 0.01), shaded(brass, 0.8))
    strip.put(bar(x, y - 0.008, x, y - 0.14, 0.008), brass)
    strip.put(disc(x, y - 0.147, 0.014, 0.014), shaded(brass, 1.15))


def ballroom(view: View) -> Backdrop:
    """A palace: tall windows between columns, chandeliers, a throne, a red carpet on polished stone."""
    paint = view.pick(((0.96, 0.90, 0.78), (0.72, 0.82, 0.88), (0.90, 0.76, 0.74), (0.70, 0.80, 0.72)), 1251)
    cloth = view.pick(((0.70, 0.12, 0.18), (0.20, 0.28, 0.60), (0.14, 0.42, 0.34), (0.46, 0.18, 0.48)), 1252)
    back = wall(view, (paint,), 1253)
    left, right = back.span
    back.put(box(left, 0.0, right, 0.045), view.tone(MARBLE))
    back.put(box(left, 0.04, right, 0.055), view.tone(GOLD))
    for i, x in landmarks(view, back, 0.52, 0.4, 1254):
        arched(view, back, x, 0.12, 0.58, 0.13, 1255 + i)
        for side in (-1, 1):
            folds(view, back, (x + side * 0.14 - 0.035, 0.10, x + side * 0.14 + 0.035, 0.60), cloth, 0.024)
            back.put(bar(x + side * 0.14 - 0.034, 0.42, x + side * 0.14 + 0.034, 0.42, 0.007), view.tone(GOLD))
        back.put(disc(x, 0.10, 0.19, 0.045), view.tone(cloth))
        back.put(bar(x - 0.17, 0.135, x + 0.17, 0.135, 0.005), view.tone(GOLD))
    rows = standing(view, 0.69, 0.69)
    for _, x in landmarks(view, rows, 0.52, 0.4, 1254):
        column(view, rows, x + 0.26, 0.69, 0.045)
    lights = view.strip(0.0, 0.36, 0.55)
    for _, x in landmarks(view, lights, 1.1, 0.5, 1256):
        _chandelier(view, lights, x, 0.22)
    ground = floor(view, MARBLE, shaded(MARBLE, 0.9), 0.02)
    tiles(
        view,
        ground,
        view.pick(((0.30, 0.30, 0.34), (0.72, 0.60, 0.46), (0.52, 0.40, 0.38), (0.46, 0.58, 0.62)), 1257),
        0.26,
    )
    _carpet(view, ground, cloth)
    seat = standing(view, 0.72, 0.42)
    for _, x in landmarks(view, seat, 2.2, 0.4, 1258):
        _throne(view, seat, x, 0.72, cloth)
    return Backdrop(base(view, back), [], ground, [back, rows, lights, seat], [])


def arched(view: View, strip: Strip, x: float, top: float, low: float, half: float, salt: int) -> None:
    """A tall window with a round head, its bars painted, the sky behind it."""
    frame = view.tone((0.97, 0.95, 0.90))
    strip.put(disc(x, top + half, half + 0.016, half + 0.016), frame)
    strip.put(box(x - half - 0.016, top + half, x + half + 0.016, low + 0.016), frame)
    part = strip.part((x - half, top, x + half, low))
    if part is not None:
        round_ = ((part.x - x) ** 2 + (part.y - top - half).clamp(max=0) ** 2).sqrt()
        inside = ((half - round_) * strip.height + 0.5).clamp(0, 1) * ((low - part.y) * strip.height + 0.5).clamp(0, 1)
        part.cover(inside, view.light.zenith)
        part.cover(inside * ((part.y - top) / (low - top)).clamp(0, 1), view.light.horizon)
        hill = low - 0.1 - 0.03 * (part.x * view.between(8, 16, salt)).sin()
        green = (0.10, 0.16, 0.20) if view.light.lit else (0.46, 0.64, 0.42)
        part.cover(inside * ((part.y - hill) * strip.height + 0.5).clamp(0, 1), green)
    strip.put(box(x - 0.004, top, x + 0.004, low), frame)
    for y in (top + half, (top + half + low) / 2):
        strip.put(box(x - half, y - 0.004, x + half, y + 0.004), frame)


def column(view: View, strip: Strip, x: float, y: float, half: float) -> None:
    """A column from the floor at row y to the ceiling, with a golden head and foot."""
    part = strip.part((x - half, 0.0, x + half, y))
    if part is not None:
        across = (part.x - x) / half
        shade = (1 - 0.28 * (across + 0.35) ** 2 - 0.05 * (across * 11).cos()).clamp(0, 1)
        inside = (0.5 - (across.abs() - 1) * half * strip.height).clamp(0, 1)
        part.cover(inside, shade[..., None] * torch.tensor(view.tone((0.97, 0.95, 0.91))))
    gold, stone = view.tone(GOLD), view.tone(MARBLE)
    strip.put(taper(x, 0.055, 0.10, half * 1.6, half), gold)
    strip.put(box(x - half * 1.75, 0.03, x + half * 1.75, 0.06), stone)
    strip.put(box(x - half * 1.3, y - 0.05, x + half * 1.3, y - 0.03), gold)
    strip.put(box(x - half * 1.6, y - 0.032, x + half * 1.6, y), shaded(stone, 0.92))


def _chandelier(view: View, strip: Strip, x: float, y: float) -> None:
    """A crown of candles and glass drops that hangs from the ceiling; its candles burn by night and by day."""
    gold, glass = view.tone(GOLD), (0.92, 0.96, 1.0)
    strength = 0.6 if view.light.lit else 0.25
    glow(strip, x, y - 0.04, 0.34, (1.0, 0.90, 0.62), strength)
    strip.put(bar(x, 0.0, x, y, 0.005), gold)
    for half, level in ((0.15, y), (0.09, y - 0.07)):
        strip.put(bar(x - half, level, x, level + 0.035, 0.005), gold)
        strip.put(bar(x + half, level, x, level + 0.035, 0.005), gold)
        strip.put(bar(x - half, level, x + half, level, 0.006), gold)
        for k in range(5):
            cx = x + half * (k - 2) / 2
            strip.put(box(cx - 0.006, level - 0.04, cx + 0.006, level), view.tone(CREAM))
            strip.put(disc(cx, level - 0.052, 0.007, 0.014), FLAME)
            strip.put(disc(cx, level + 0.022, 0.005, 0.012), glass)
    strip.put(disc(x, y + 0.045, 0.018, 0.022), gold)
    strip.put(disc(x, y + 0.078, 0.009, 0.016), glass)


def _carpet(view: View, ground: Strip, cloth: RGB) -> None:
    """A runner with golden edges along the hall."""
    y, h = ground.y, view.height
    for top, low, colour in (
        (0.775, 0.945, GOLD),
        (0.781, 0.936, shaded(cloth, 1.05)),
        (0.788, 0.925, GOLD),
        (0.791, 0.921, cloth),
    ):
        ground.cover(((y - top) * h + 0.5).clamp(0, 1) * ((low - y) * h + 0.5).clamp(0, 1), view.tone(colour))


def _throne(view: View, strip: Strip, x: float, y: float, cloth: RGB) -> None:
    """A high golden chair on a step."""
    gold, soft = view.tone(GOLD), view.tone(cloth)
    strip.put(box(x - 0.19, y - 0.035, x + 0.19, y), view.tone(MARBLE))
    strip.put(box(x - 0.19, y - 0.035, x + 0.19, y - 0.027), gold)
    strip.put(disc(x, y - 0.33, 0.085, 0.05), gold)
    strip.put(box(x - 0.085, y - 0.33, x + 0.085, y - 0.1), gold)
    strip.put(disc(x, y - 0.31, 0.064, 0.038), soft)
    strip.put(box(x - 0.064, y - 0.31, x + 0.064, y - 0.15), soft)
    strip.put(disc(x, y - 0.39, 0.02, 0.02), view.tone((0.86, 0.22, 0.28)))
    for side in (-1, 1):
        strip.put(disc(x + side * 0.085, y - 0.345, 0.018, 0.018), gold)
        strip.put(bar(x + side * 0.10, y - 0.19, x + side * 0.10, y - 0.045, 0.012), gold)
        strip.put(disc(x + side * 0.10, y - 0.2, 0.02, 0.016), gold)
    strip.put(bar(x - 0.08, y - 0.13, x + 0.08, y - 0.13, 0.025), soft)
    strip.put(box(x - 0.1, y - 0.105, x + 0.1, y - 0.075), gold)


HALLS = {"museum": museum, "ballroom": ballroom}
