"""A cafe: a counter, a menu, small tables. By night its lamps burn. Lengths are frame heights."""

from __future__ import annotations

from soracli.world.layers import Backdrop, View, floor, landmarks, shaded, standing
from soracli.world.rooms import (
    BRASS,
    CREAM,
    DARK,
    PAINTS,
    STEEL,
    WOODS,
    base,
    pendant,
    plant,
    tiles,
    wall,
    window,
    wooden_floor,
)
from soracli.world.strips import RGB, Strip, bar, box, disc, hashed, taper


def cafe(view: View) -> Backdrop:
    """A counter with a coffee machine and cakes before a menu and shelves of cups, lamps over it, small tables."""
    back = wall(
        view, ((0.93, 0.84, 0.70), (0.60, 0.72, 0.66), (0.86, 0.62, 0.50), (0.44, 0.52, 0.58), (0.90, 0.76, 0.52)), 1001
    )
    wood = view.pick(WOODS, 1002)
    bar_ = standing(view, 0.70, 0.42)
    for i, x in landmarks(view, back, 1.45, 0.9, 1003):
        _menu(view, back, x - 0.02, i)
        for row, y in enumerate((0.19, 0.30, 0.41)):
            _cups(view, back, x + 0.24, y, wood, 1004 + 8 * i + row)
        window(view, back, (x + 0.53, 0.12, x + 0.84, 0.52), 1006 + i, curtains=False)
    for i, x in landmarks(view, bar_, 1.45, 0.8, 1003):
        _counter(view, bar_, x, 0.70, wood, i)
    lamps = view.strip(0.0, 0.2, 0.4)
    for _, x in landmarks(view, lamps, 0.36, 0.3, 1007):
        pendant(view, lamps, x, 0.13, 1008)
    if hashed(view.seed, 1009) < 0.5:
        ground = wooden_floor(view, 1010)
    else:
        ground = floor(view, CREAM, shaded(CREAM, 0.9), 0.02)
        tiles(view, ground, view.pick(((0.30, 0.30, 0.33), (0.55, 0.32, 0.26), (0.32, 0.46, 0.44)), 1011), 0.2)
    tables = standing(view, 0.765, 0.22)
    for i, x in landmarks(view, tables, 0.95, 0.4, 1012):
        _table(view, tables, x, 0.765, wood, i)
    return Backdrop(base(view, back), [], ground, [back, lamps, bar_, tables], [])


def _menu(view: View, strip: Strip, x: float, number: int) -> None:
    """A blackboard: a cup, and a list with prices."""
    strip.put(box(x - 0.25, 0.10, x + 0.07, 0.43), view.tone(shaded(view.pick(WOODS, 1002), 0.8)))
    strip.put(box(x - 0.235, 0.115, x + 0.055, 0.415), view.tone((0.17, 0.20, 0.19)))
    chalk = (0.95, 0.95, 0.91)
    mug(strip, x - 0.10, 0.19, 0.055, chalk)
    for k in range(3):
        strip.put(bar(x - 0.115 + 0.02 * k, 0.122, x - 0.12 + 0.02 * k, 0.132, 0.003), chalk, 0.8)
    for k in range(6):
        y, long = 0.225 + k * 0.03, 0.07 + 0.07 * hashed(view.seed, 1020, number, k)
        ink = view.pick((chalk, chalk, (1.0, 0.86, 0.55), (0.98, 0.72, 0.66)), 1021, number, k)
        strip.put(bar(x - 0.215, y, x - 0.215 + long, y, 0.0045), ink, 0.9)
        strip.put(bar(x + 0.01, y, x + 0.035, y, 0.0045), ink, 0.9)


def mug(strip: Strip, x: float, y: float, tall: float, colour: RGB) -> None:
    """A cup with its handle to the right, its foot at (x, y)."""
    strip.put(disc(x + tall * 0.5, y - tall * 0.55, tall * 0.28, tall * 0.26), colour)
    strip.put(disc(x + tall * 0.5, y - tall * 0.55, tall * 0.15, tall * 0.14), shaded(colour, 0.6))
    strip.put(taper(x, y - tall, y, tall * 0.52, tall * 0.36), colour)


def _cups(view: View, strip: Strip, x: float, y: float, wood: RGB, salt: int) -> None:
    """A board on the wall with cups, jars and bottles on it."""
    strip.put(box(x - 0.155, y, x + 0.155, y + 0.014), view.tone(shaded(wood, 0.85)))
    for k in range(6):
        cx, kind = x + (k - 2.5) * 0.05, int(3 * hashed(view.seed, salt, k))
        paint = view.tone(view.pick((*PAINTS, CREAM), salt, k, 1))
        if kind == 0:
            mug(strip, cx, y, 0.038, paint)
        elif kind == 1:
            strip.put(box(cx - 0.016, y - 0.055, cx + 0.016, y), paint)
            strip.put(box(cx - 0.018, y - 0.064, cx + 0.018, y - 0.05), view.tone(shaded(wood, 0.6)))
        else:
            strip.put(bar(cx, y - 0.012, cx, y - 0.036, 0.013), shaded(paint, 0.8))
            strip.put(bar(cx, y - 0.036, cx, y - 0.07, 0.005), shaded(paint, 0.8))


def _counter(view: View, strip: Strip, x: float, y: float, wood: RGB, number: int) -> None:
    """A counter of planks; on it a coffee machine, cakes under glass, a till."""
    top, paint = y - 0.19, view.tone(view.pick((*PAINTS, wood, CREAM), 1030))
    strip.put(box(x - 0.40, top, x + 0.40, y), paint)
    for k in range(9):
        strip.put(box(x - 0.36 + 0.09 * k - 0.002, top, x - 0.36 + 0.09 * k + 0.002, y - 0.02), shaded(paint, 0.82))
    strip.put(box(x - 0.40, y - 0.022, x + 0.40, y), shaded(paint, 0.6))
    strip.put(box(x - 0.42, top - 0.016, x + 0.42, top + 0.014), view.tone(shaded(wood, 0.8)))
    side = 1 if hashed(view.seed, 1031) < 0.5 else -1
    _machine(view, strip, x - side * 0.22, top - 0.016)
    _cakes(view, strip, x + side * 0.2, top - 0.016, number)
    till = x - side * 0.015
    strip.put(box(till - 0.03, top - 0.045, till + 0.03, top - 0.016), view.tone(DARK))
    strip.put(box(till - 0.035, top - 0.085, till + 0.035, top - 0.04), view.tone((0.35, 0.62, 0.80)))


def _machine(view: View, strip: Strip, x: float, y: float) -> None:
    """A coffee machine with two spouts, cups on top of it."""
    steel, dark = view.tone(STEEL), view.tone(DARK)
    body = view.tone(view.pick((STEEL, (0.82, 0.30, 0.26), (0.28, 0.50, 0.50), (0.25, 0.25, 0.28)), 1032))
    strip.put(box(x - 0.12, y - 0.02, x + 0.12, y), dark)
    strip.put(box(x - 0.105, y - 0.13, x + 0.105, y - 0.015), shaded(steel, 0.72))
    strip.put(box(x - 0.12, y - 0.16, x + 0.12, y - 0.085), body)
    strip.put(box(x - 0.12, y - 0.16, x + 0.12, y - 0.148), shaded(body, 1.25))
    for k in (-1, 1):
        strip.put(box(x + k * 0.05 - 0.022, y - 0.09, x + k * 0.05 + 0.022, y - 0.07), dark)
        strip.put(bar(x + k * 0.05, y - 0.066, x + k * 0.05 - 0.035, y - 0.062, 0.006), dark)
        mug(strip, x + k * 0.05, y - 0.02, 0.03, view.tone(CREAM))
        strip.put(disc(x + k * 0.085, y - 0.12, 0.011, 0.011), view.tone((0.95, 0.75, 0.35)))
    strip.put(disc(x, y - 0.12, 0.019, 0.019), view.tone(CREAM))
    for k in range(4):
        mug(strip, x - 0.075 + 0.048 * k, y - 0.16, 0.026, view.tone(CREAM))


def _cakes(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """A glass case with two boards of cakes."""
    strip.put(box(x - 0.14, y - 0.15, x + 0.14, y), view.tone((0.80, 0.88, 0.90)))
    for row in range(2):
        foot = y - 0.006 - 0.072 * row
        strip.put(box(x - 0.135, foot - 0.004, x + 0.135, foot + 0.004), view.tone(CREAM))
        for k in range(4):
            cx, kind = x + (k - 1.5) * 0.064, int(3 * hashed(view.seed, 1033, number, row, k))
            icing = view.tone(
                view.pick(
                    ((0.97, 0.72, 0.76), (0.98, 0.94, 0.86), (0.45, 0.27, 0.18), (0.96, 0.82, 0.42)), 1034, row, k
                )
            )
            if kind == 0:
                strip.put(taper(cx, foot - 0.028, foot, 0.022, 0.015), view.tone((0.78, 0.55, 0.32)))
                strip.put(disc(cx, foot - 0.033, 0.024, 0.015), icing)
                strip.put(disc(cx, foot - 0.048, 0.007, 0.007), view.tone((0.85, 0.18, 0.20)))
            elif kind == 1:
                strip.put(box(cx - 0.026, foot - 0.04, cx + 0.026, foot), view.tone((0.90, 0.74, 0.50)))
                strip.put(box(cx - 0.026, foot - 0.044, cx + 0.026, foot - 0.028), icing)
                strip.put(box(cx - 0.026, foot - 0.018, cx + 0.026, foot - 0.013), icing)
            else:
                strip.put(disc(cx, foot - 0.018, 0.026, 0.018), view.tone((0.86, 0.60, 0.30)))
                strip.put(disc(cx - 0.006, foot - 0.022, 0.014, 0.009), view.tone((0.95, 0.74, 0.44)))
    strip.put(bar(x - 0.12, y - 0.135, x - 0.09, y - 0.02, 0.004), (1.0, 1.0, 1.0), 0.45)
    strip.put(box(x - 0.145, y - 0.158, x + 0.145, y - 0.145), view.tone(BRASS))


def _table(view: View, strip: Strip, x: float, y: float, wood: RGB, number: int) -> None:
    """A small round table between two chairs, something to drink on it."""
    iron, seat = view.tone(DARK), view.tone(shaded(view.pick(PAINTS, 1041), 0.9))
    for side in (-1, 1):
        cx = x + side * 0.17
        for leg in (-0.035, 0.035):
            strip.put(bar(cx + leg * 0.8, y - 0.085, cx + leg, y - 0.002, 0.005), iron)
        strip.put(bar(cx + side * 0.036, y - 0.085, cx + side * 0.05, y - 0.19, 0.006), iron)
        strip.put(bar(cx + side * 0.044, y - 0.135, cx + side * 0.05, y - 0.188, 0.012), seat)
        strip.put(bar(cx - 0.035, y - 0.088, cx + 0.035, y - 0.088, 0.011), seat)
    strip.put(bar(x, y - 0.125, x, y - 0.01, 0.008), iron)
    strip.put(disc(x, y - 0.005, 0.055, 0.009), iron)
    strip.put(disc(x, y - 0.128, 0.115, 0.016), view.tone(shaded(wood, 0.75)))
    strip.put(disc(x, y - 0.133, 0.115, 0.015), view.tone(shaded(wood, 1.1)))
    for side in (-1, 1):
        mug(strip, x + side * 0.045, y - 0.134, 0.034, view.tone(view.pick((CREAM, *PAINTS), 1042, number, side)))
    if hashed(view.seed, 1043, number) < 0.6:
        plant(view, strip, x, y - 0.136, 0.055, 1044 + number)
