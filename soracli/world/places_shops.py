"""A shop: shelves of goods, coolers, signs, fruit in crates. By night its lamps burn. Lengths are frame heights."""

from __future__ import annotations

import math

from soracli.world.layers import Backdrop, View, floor, landmarks, shaded, standing
from soracli.world.places_cafe import cafe
from soracli.world.rooms import CREAM, DARK, PAINTS, base, ceiling_lights, tiles, wall
from soracli.world.strips import RGB, Bounds, Strip, bar, box, disc, hashed, taper


def shop(view: View) -> Backdrop:
    """Shelves of goods and coolers along the walls, signs that hang over the aisles, fruit in crates, a trolley."""
    back = wall(view, ((0.92, 0.94, 0.93), (0.96, 0.92, 0.84), (0.86, 0.91, 0.94), (0.93, 0.90, 0.95)), 1051)
    brand = view.pick(PAINTS, 1052)
    back.cover(((0.135 - back.y) * view.height + 0.5).clamp(0, 1), view.tone((0.97, 0.98, 0.98)))
    back.cover(((0.012 - (back.y - 0.145).abs()) * view.height + 0.5).clamp(0, 1), view.tone(brand))
    turn = view.pick((0, 1), 1053)
    for i, x in landmarks(view, back, 0.62, 0.4, 1054):
        if (i + turn) % 2:
            _cooler(view, back, (x - 0.29, 0.19, x + 0.29, 0.66), 1055 + 9 * i)
        else:
            _goods_shelf(view, back, (x - 0.29, 0.19, x + 0.29, 0.66), brand, 1056 + 9 * i)
    ceiling_lights(view, back, 0.72, 1057)
    aisle = standing(view, 0.71, 0.46)
    for i, x in landmarks(view, aisle, 1.5, 0.5, 1058):
        _goods_shelf(view, aisle, (x - 0.24, 0.31, x + 0.24, 0.71), brand, 1059 + 9 * i)
        aisle.put(box(x - 0.26, 0.275, x + 0.26, 0.325), view.tone(brand))
        for k in range(5):
            aisle.put(bar(x - 0.16 + 0.08 * k - 0.02, 0.30, x - 0.16 + 0.08 * k + 0.02, 0.30, 0.006), (1.0, 1.0, 1.0))
    signs = view.strip(0.0, 0.3, 0.5)
    for i, x in landmarks(view, signs, 0.8, 0.3, 1060):
        _sign(view, signs, x, i)
    ground = floor(view, (0.93, 0.92, 0.89), (0.86, 0.86, 0.85), 0.02)
    tiles(view, ground, view.pick(((0.86, 0.86, 0.84), (0.80, 0.86, 0.88), (0.92, 0.86, 0.76)), 1061), 0.24)
    front = standing(view, 0.765, 0.3)
    for i, x in landmarks(view, front, 1.0, 0.4, 1062):
        if (i + turn) % 2:
            _trolley(view, front, x, 0.765, brand, i)
        else:
            _crates(view, front, x, 0.765, i)
    return Backdrop(base(view, back), [], ground, [back, aisle, signs, front], [])


def _goods_shelf(view: View, strip: Strip, bounds: Bounds, brand: RGB, salt: int) -> None:
    """Boards with goods: each board holds one or two kinds, in rows of one colour."""
    x0, y0, x1, y1 = bounds
    strip.put(box(*bounds), view.tone((0.62, 0.64, 0.68)))
    strip.put(box(x0 + 0.012, y0 + 0.01, x1 - 0.012, y1 - 0.02), view.tone((0.47, 0.49, 0.54)))
    rows = max(round((y1 - y0) / 0.12), 2)
    deep = (y1 - y0 - 0.03) / rows
    for r in range(rows):
        foot = y0 + 0.01 + (r + 1) * deep - 0.012
        _row_of_goods(view, strip, x0 + 0.03, x1 - 0.02, foot, deep * 0.68, salt * 16 + r)
        strip.put(box(x0 + 0.006, foot, x1 - 0.006, foot + 0.016), view.tone((0.95, 0.95, 0.95)))
        for k in range(int((x1 - x0) / 0.1)):
            label = x0 + 0.04 + 0.1 * k
            strip.put(box(label, foot + 0.003, label + 0.034, foot + 0.013), view.tone(brand))


def _row_of_goods(view: View, strip: Strip, x0: float, x1: float, foot: float, tall: float, salt: int) -> None:
    """Goods side by side from x0 to x1: boxes, tins, bottles, bags; groups of a few are alike."""
    if strip.part((x0, foot - tall, x1, foot)) is None:
        return
    x, number = x0, 0
    while x < x1 - 0.05:
        kind, paint = int(4 * hashed(view.seed, salt, number)), view.tone(view.pick(PAINTS, salt, number, 1))
        second = view.tone(view.pick(((1.0, 0.98, 0.92), (1.0, 0.86, 0.36), (0.96, 0.96, 0.98)), salt, number, 2))
        wide, high = (0.044, 0.032, 0.028, 0.05)[kind], tall * (0.95, 0.62, 1.0, 0.78)[kind]
        for _ in range(2 + int(3 * hashed(view.seed, salt, number, 3))):
            if x + wide > x1:
                break
            _article(strip, x + wide / 2, foot, wide * 0.44, high, kind, (paint, second))
            x += wide
        number += 1


def _article(strip: Strip, x: float, y: float, half: float, tall: float, kind: int, paints: tuple[RGB, RGB]) -> None:
    """One thing to buy, its foot at (x, y). kind: 0 box, 1 tin, 2 bottle, 3 bag. paints: of its body and its label."""
    body, label = paints
    if kind == 2:
        strip.put(bar(x, y - tall * 0.5, x, y - tall + 0.004, half * 0.35), label)
        strip.put(bar(x, y - half, x, y - tall * 0.5, half), body)
        strip.put(box(x - half, y - tall * 0.48, x + half, y - tall * 0.2), label)
        return
    if kind == 3:
        strip.put(taper(x, y - tall, y, half * 0.7, half), body)
        strip.put(disc(x, y - tall * 0.4, half * 0.55, tall * 0.22), label)
        return
    strip.put(box(x - half, y - tall, x + half, y), body)
    if kind == 1:
        strip.put(box(x - half, y - tall * 0.72, x + half, y - tall * 0.25), label)
        strip.put(box(x - half, y - tall, x + half, y - tall * 0.9), shaded(label, 0.8))
    else:
        strip.put(disc(x, y - tall * 0.62, half * 0.6, half * 0.6), label)
        strip.put(box(x - half * 0.7, y - tall * 0.26, x + half * 0.7, y - tall * 0.16), label)


def _cooler(view: View, strip: Strip, bounds: Bounds, salt: int) -> None:
    """A cooler with two glass doors, bottles and bags behind them."""
    x0, y0, x1, y1 = bounds
    strip.put(box(*bounds), view.tone((0.90, 0.92, 0.94)))
    middle = (x0 + x1) / 2
    for k, (left, right) in enumerate(((x0 + 0.02, middle - 0.01), (middle + 0.01, x1 - 0.02))):
        strip.put(
            box(left, y0 + 0.06, right, y1 - 0.04),
            (0.80, 0.92, 0.96) if view.light.lit else view.tone((0.74, 0.87, 0.92)),
        )
        for r in range(3):
            foot = y0 + 0.06 + (r + 1) * (y1 - y0 - 0.105) / 3
            _row_of_goods(view, strip, left + 0.012, right, foot - 0.008, 0.085, salt * 32 + r * 2 + k)
            strip.put(box(left, foot - 0.008, right, foot), view.tone((0.94, 0.96, 0.97)))
        strip.put(bar(left + 0.05, y0 + 0.09, left + 0.02, y1 - 0.12, 0.006), (1.0, 1.0, 1.0), 0.4)
        grip = right - 0.014 if k == 0 else left + 0.014
        strip.put(bar(grip, y0 + 0.2, grip, y0 + 0.32, 0.006), view.tone((0.45, 0.48, 0.52)))
    strip.put(box(x0, y0, x1, y0 + 0.045), view.tone(view.pick(((0.28, 0.52, 0.80), (0.30, 0.62, 0.62)), 1071)))
    for k in range(3):  # flakes: it is cold in there
        for a in range(3):
            dx, dy = 0.013 * math.cos(a * math.pi / 3), 0.013 * math.sin(a * math.pi / 3)
            x, y = middle + (k - 1) * 0.12, y0 + 0.0225
            strip.put(bar(x - dx, y - dy, x + dx, y + dy, 0.002), (1.0, 1.0, 1.0))


def _sign(view: View, strip: Strip, x: float, number: int) -> None:
    """A board that hangs over an aisle, with what is sold there on it: fruit, a bottle, a cake, a fish."""
    paint = view.tone(
        view.pick(((0.26, 0.60, 0.36), (0.86, 0.34, 0.30), (0.24, 0.48, 0.76), (0.92, 0.62, 0.22)), 1072, number)
    )
    for side in (-1, 1):
        strip.put(bar(x + side * 0.1, 0.0, x + side * 0.1, 0.10, 0.0025), view.tone((0.4, 0.4, 0.42)))
    strip.put(bar(x - 0.125, 0.135, x + 0.125, 0.135, 0.042), paint)
    white, kind = (1.0, 1.0, 1.0), int(4 * hashed(view.seed, 1073, number))
    ix = x - 0.1
    if kind == 0:
        strip.put(disc(ix, 0.14, 0.023, 0.021), white)
        strip.put(bar(ix, 0.122, ix + 0.008, 0.108, 0.003), white)
    elif kind == 1:
        strip.put(bar(ix, 0.14, ix, 0.153, 0.011), white)
        strip.put(bar(ix, 0.14, ix, 0.112, 0.004), white)
    elif kind == 2:
        strip.put(taper(ix, 0.135, 0.16, 0.024, 0.016), white)
        strip.put(disc(ix, 0.132, 0.026, 0.015), white)
    else:
        strip.put(disc(ix - 0.004, 0.135, 0.022, 0.013), white)
        strip.put(taper(ix + 0.02, 0.122, 0.148, 0.012, 0.012), white)
    for k, long in enumerate((0.15, 0.1)):
        strip.put(bar(x - 0.05, 0.124 + 0.024 * k, x - 0.05 + long, 0.124 + 0.024 * k, 0.006), white)


def _crates(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """Wooden crates of fruit and vegetables on a stand, in two steps."""
    wood = view.tone((0.74, 0.55, 0.34))
    for row in range(2):
        for k in range(3):
            cx, top = x + (k - 1) * 0.155, y - 0.16 + 0.085 * row
            fruit = view.tone(view.pick(((0.90, 0.24, 0.20), (0.98, 0.62, 0.16), (0.50, 0.72, 0.24), (0.98, 0.84, 0.26),
                                         (0.48, 0.26, 0.56), (0.32, 0.58, 0.26)), 1074, number, row, k))  # fmt: skip
            for n in range(9):
                fx, fy = cx + (n % 5 - 2 + 0.5 * (n // 5)) * 0.027, top + 0.004 - 0.018 * (n // 5)
                strip.put(disc(fx, fy, 0.0165, 0.0165), shaded(fruit, 0.88 + 0.06 * (n % 3)))
                strip.put(disc(fx - 0.005, fy - 0.006, 0.005, 0.004), shaded(fruit, 1.35))
            strip.put(box(cx - 0.075, top + 0.005, cx + 0.075, top + 0.085), wood)
            for line in (0.03, 0.057):
                strip.put(box(cx - 0.075, top + line, cx + 0.075, top + line + 0.004), shaded(wood, 0.7))
            strip.put(box(cx - 0.022, top + 0.012, cx + 0.022, top + 0.04), view.tone(CREAM))
    strip.put(box(x - 0.24, y - 0.012, x + 0.24, y), view.tone(DARK))


def _trolley(view: View, strip: Strip, x: float, y: float, brand: RGB, number: int) -> None:
    """A shopping trolley with some goods in it."""
    wire, top, low = view.tone((0.62, 0.65, 0.69)), y - 0.19, y - 0.085
    for k in range(5):
        kind, paint = int(4 * hashed(view.seed, 1075, number, k)), view.tone(view.pick(PAINTS, 1076, number, k))
        _article(strip, x - 0.075 + 0.04 * k, low, 0.02, 0.13, kind, (paint, view.tone(CREAM)))
    for k in range(9):
        share = k / 8
        strip.put(bar(x - 0.12 + 0.25 * share, top, x - 0.09 + 0.20 * share, low, 0.0022), wire)
    for share in (0.0, 0.33, 0.66, 1.0):
        strip.put(bar(x - 0.12 + 0.03 * share, top + (low - top) * share, x + 0.13 - 0.02 * share,
                      top + (low - top) * share, 0.003 + 0.002 * (share in (0.0, 1.0))), wire)  # fmt: skip
    strip.put(bar(x - 0.155, top - 0.02, x - 0.12, top, 0.004), wire)
    strip.put(bar(x - 0.165, top - 0.022, x - 0.145, top - 0.022, 0.009), view.tone(brand))
    strip.put(bar(x - 0.09, low, x - 0.075, y - 0.03, 0.004), wire)
    strip.put(bar(x - 0.085, y - 0.03, x + 0.11, y - 0.03, 0.004), wire)
    for cx in (x - 0.075, x + 0.1):
        strip.put(disc(cx, y - 0.013, 0.014, 0.014), view.tone(DARK))
        strip.put(disc(cx, y - 0.013, 0.006, 0.006), wire)


SHOPS = {"cafe": cafe, "shop": shop}
