"""Rooms of a home: living room, kitchen, bedroom. By night their lamps burn. Lengths are frame heights."""

from __future__ import annotations

from soracli.world.layers import Backdrop, View, floor, landmarks, shaded, standing
from soracli.world.props import sofa
from soracli.world.rooms import (
    PAINTS,
    WOODS,
    base,
    lamp,
    painting,
    pendant,
    plant,
    rug,
    tiles,
    wall,
    window,
    wooden_floor,
)
from soracli.world.strips import RGB, Strip, bar, box, disc, hashed, taper

PASTELS: tuple[RGB, ...] = (
    (0.95, 0.87, 0.74), (0.80, 0.88, 0.92), (0.82, 0.90, 0.80), (0.96, 0.84, 0.80), (0.93, 0.92, 0.88),
    (0.88, 0.84, 0.93), (0.97, 0.91, 0.68),
)  # fmt: skip


def living_room(view: View) -> Backdrop:
    """A papered wall with windows and pictures, a sofa, a plant or a lamp, a wooden floor."""
    back = wall(view, PASTELS, 341)
    for i, x in landmarks(view, back, 0.46, 0.4, 342):
        if i % 2:
            window(view, back, (x - 0.13, 0.12, x + 0.13, 0.42), 343 + i)
        else:
            half, tall = 0.06 + 0.05 * hashed(view.seed, 344, i), 0.05 + 0.04 * hashed(view.seed, 345, i)
            painting(view, back, (x - half, 0.26 - tall, x + half, 0.26 + tall), 346 + i)
    pendant(view, back, view.aspect * view.between(0.3, 0.7, 347), 0.13, 348)
    ground = wooden_floor(view, 349)
    rug(view, ground, view.aspect / 2, 0.86, 0.45, 350)
    couch = standing(view, 0.72, 0.42)
    for i, x in landmarks(view, couch, 1.25, 0.6, 351):
        side = 1 if hashed(view.seed, 352, i) < 0.5 else -1
        lamp(view, couch, x + side * 0.42, 0.715, 0.34, 353)
        plant(view, couch, x - side * 0.42, 0.715, 0.2, 354 + i)
        sofa(view, couch, x, 0.72, 0.24, view.pick(PAINTS, 355))
    return Backdrop(base(view, back), [], ground, [back, couch], [])


def kitchen(view: View) -> Backdrop:
    """Cupboards and a worktop along a tiled wall: a stove under its hood, a sink at the window, a fridge."""
    back = wall(view, PASTELS, 401, 0.70)
    front = view.pick(((0.96, 0.95, 0.92), (0.55, 0.70, 0.72), (0.90, 0.62, 0.45), (0.66, 0.74, 0.58), *WOODS[:1]), 402)
    splash = ((back.y - 0.29) * view.height + 0.5).clamp(0, 1) * ((0.47 - back.y) * view.height + 0.5).clamp(0, 1)
    back.cover(splash, view.tone((0.96, 0.96, 0.94)))
    joint = ((back.x / 0.045 % 1 < 0.1) | (back.y / 0.045 % 1 < 0.1)).float()
    back.cover(splash * joint * 0.6, view.tone(view.pick(PAINTS, 403)))
    turn, wide = int(6 * hashed(view.seed, 404)), 0.29
    for i, x in landmarks(view, back, wide, 0.4, 405):
        _unit(
            view, back, x, wide / 2, ("drawers", "stove", "doors", "sink", "fridge", "doors")[(i + turn) % 6], front, i
        )
    pendant(view, back, view.aspect * view.between(0.35, 0.65, 406), 0.12, 407)
    ground = floor(view, (0.90, 0.87, 0.82), (0.82, 0.79, 0.75), 0.02)
    tiles(
        view,
        ground,
        view.pick(((0.62, 0.70, 0.74), (0.78, 0.52, 0.42), (0.40, 0.42, 0.46), (0.74, 0.70, 0.62)), 408),
        0.2,
    )
    return Backdrop(base(view, back), [], ground, [back], [])


def _unit(view: View, strip: Strip, x: float, half: float, kind: str, front: RGB, number: int) -> None:
    """One width of a fitted kitchen around x."""
    paint, dark, steel = view.tone(front), view.tone((0.22, 0.22, 0.25)), view.tone((0.80, 0.82, 0.84))
    here = (x - half, 0.0, x + half, 0.71)
    if kind == "fridge":
        cold = view.tone(view.pick(((0.95, 0.95, 0.96), (0.78, 0.80, 0.83), (0.85, 0.40, 0.36)), 410))
        strip.shape(here, box(x - half, 0.13, x + half, 0.70), cold)
        strip.shape(here, box(x - half, 0.325, x + half, 0.331), shaded(cold, 0.72))
        for low, high in ((0.22, 0.30), (0.36, 0.46)):
            strip.shape(here, bar(x - half + 0.03, low, x - half + 0.03, high, 0.006), shaded(cold, 0.6))
        return
    strip.shape(here, box(x - half, 0.475, x + half, 0.685), paint)
    strip.shape(here, box(x - half, 0.685, x + half, 0.71), dark)
    strip.shape(here, box(x - half - 0.001, 0.455, x + half + 0.001, 0.478), view.tone(view.pick(WOODS, 411)))
    if kind == "stove":
        strip.shape(here, box(x - half + 0.01, 0.478, x + half - 0.01, 0.685), steel)
        strip.shape(here, box(x - half + 0.035, 0.53, x + half - 0.035, 0.66), dark)
        for k in range(4):
            strip.shape(here, disc(x + (k - 1.5) * 0.05, 0.503, 0.011, 0.011), dark)
        strip.shape(here, box(x - half + 0.01, 0.447, x + half - 0.01, 0.456), dark)
        strip.shape(here, box(x - 0.045, 0.385, x + 0.045, 0.447), view.tone(view.pick(PAINTS, 412)))
        strip.shape(here, box(x - 0.06, 0.378, x + 0.06, 0.388), steel)
        strip.shape(here, taper(x, 0.19, 0.27, 0.045, 0.14), steel)
        strip.shape(here, box(x - 0.045, 0.0, x + 0.045, 0.2), shaded(steel, 0.93))
        return
    for side in (-1, 1):
        rows = ((0.49, 0.545), (0.555, 0.61), (0.62, 0.675)) if kind == "drawers" else ((0.49, 0.675),)
        for low, high in rows if kind != "drawers" or side > 0 else ():
            edge = (x - half + 0.012, low, x + half - 0.012, high) if kind == "drawers" else (
                min(x + side * 0.006, x + side * (half - 0.012)), low,
                max(x + side * 0.006, x + side * (half - 0.012)), high)  # fmt: skip
            strip.shape(here, box(*edge), shaded(paint, 0.93))
            knob = x if kind == "drawers" else x + side * 0.025
            strip.shape(here, disc(knob, (low + high) / 2 - 0.03 * (kind != "drawers"), 0.008, 0.008), dark)
    if kind == "sink":
        window(view, strip, (x - half + 0.03, 0.1, x + half - 0.03, 0.36), 413 + number)
        strip.shape(here, bar(x, 0.455, x, 0.405, 0.006), steel)
        strip.shape(here, bar(x, 0.405, x + 0.04, 0.41, 0.006), steel)
        return
    strip.shape(here, box(x - half, 0.07, x + half, 0.29), paint)
    for side in (-1, 1):
        door = (
            min(x + side * 0.006, x + side * (half - 0.012)),
            0.085,
            max(x + side * 0.006, x + side * (half - 0.012)),
            0.275,
        )
        strip.shape(here, box(*door), shaded(paint, 0.93))
        strip.shape(here, disc(x + side * 0.025, 0.25, 0.007, 0.007), dark)
    _worktop(view, strip, x, number)


def _worktop(view: View, strip: Strip, x: float, number: int) -> None:
    """What stands about in a kitchen: jars, a bowl of fruit, a kettle."""
    for k in range(3):
        cx, kind = x + (k - 1) * 0.085, int(4 * hashed(view.seed, 415, number, k))
        paint, here = view.tone(view.pick(PAINTS, 416, number, k)), (cx - 0.04, 0.36, cx + 0.04, 0.456)
        if kind == 0:
            strip.shape(here, box(cx - 0.02, 0.405, cx + 0.02, 0.455), paint)
            strip.shape(here, box(cx - 0.022, 0.396, cx + 0.022, 0.408), view.tone((0.45, 0.32, 0.22)))
        elif kind == 1:
            for d in (-0.016, 0.0, 0.016):
                strip.shape(
                    here, disc(cx + d, 0.43, 0.014, 0.014), view.tone(view.pick(PAINTS, 417, number, k, int(d * 99)))
                )
            strip.shape(here, taper(cx, 0.435, 0.456, 0.045, 0.022), view.tone((0.92, 0.90, 0.86)))
        elif kind == 2:
            strip.shape(here, bar(cx, 0.44, cx, 0.42, 0.024, 0.016), paint)
            strip.shape(here, bar(cx + 0.018, 0.43, cx + 0.036, 0.412, 0.005), paint)


def bedroom(view: View) -> Backdrop:
    """A bed with pillows, a bedside lamp, a window, a wardrobe, a rug."""
    back = wall(view, PASTELS, 421)
    for i, x in landmarks(view, back, 0.62, 0.4, 422):
        if i % 2:
            half = 0.1 + 0.05 * hashed(view.seed, 423, i)
            painting(view, back, (x - half, 0.16, x + half, 0.3), 424 + i)
        else:
            window(view, back, (x - 0.14, 0.09, x + 0.14, 0.38), 425 + i)
    pendant(view, back, view.aspect * view.between(0.3, 0.7, 426), 0.1, 427)
    ground = wooden_floor(view, 428)
    rug(view, ground, view.aspect * view.between(0.35, 0.65, 429), 0.85, 0.5, 430)
    row = standing(view, 0.73, 0.62)
    turn = view.pick((0, 1), 431)
    for i, x in landmarks(view, row, 1.05, 0.9, 432):
        if (i + turn) % 2 or i == 0:
            _bed(view, row, x, 0.73)
            lamp(view, row, x + 0.44, 0.58, 0.18, 433)
            strip_box = (x + 0.37, 0.575, x + 0.51, 0.73)
            row.shape(strip_box, box(*strip_box), view.tone(view.pick(WOODS, 434)))
            row.shape(strip_box, box(x + 0.385, 0.6, x + 0.495, 0.64), view.tone(shaded(view.pick(WOODS, 434), 0.85)))
        else:
            _wardrobe(view, row, x, 0.715)
    return Backdrop(base(view, back), [], ground, [back, row], [])


def _bed(view: View, strip: Strip, x: float, y: float) -> None:
    """A bed seen from its side, its head to the right."""
    wood, cloth = view.tone(view.pick(WOODS, 434)), view.pick(PAINTS, 435)
    here = (x - 0.42, y - 0.3, x + 0.36, y)
    for end, tall in ((x + 0.32, 0.27), (x - 0.38, 0.16)):
        strip.shape(here, box(end - 0.022, y - tall, end + 0.022, y), wood)
    strip.shape(here, box(x - 0.37, y - 0.1, x + 0.32, y - 0.045), wood)
    strip.shape(here, bar(x - 0.33, y - 0.115, x + 0.28, y - 0.115, 0.035), view.tone((0.98, 0.97, 0.95)))
    strip.shape(here, bar(x + 0.17, y - 0.165, x + 0.26, y - 0.172, 0.035), view.tone((1.0, 0.99, 0.97)))
    strip.shape(here, bar(x - 0.325, y - 0.125, x + 0.06, y - 0.135, 0.045), view.tone(cloth))
    strip.shape(here, box(x - 0.365, y - 0.13, x + 0.09, y - 0.065), view.tone(cloth))
    strip.shape(here, bar(x + 0.075, y - 0.165, x + 0.085, y - 0.08, 0.02), view.tone(shaded(cloth, 1.25)))


def _wardrobe(view: View, strip: Strip, x: float, y: float) -> None:
    wood = view.tone(view.pick(WOODS, 436))
    here = (x - 0.2, y - 0.52, x + 0.2, y)
    strip.shape(here, box(x - 0.19, y - 0.52, x + 0.19, y), wood)
    for side in (-1, 1):
        strip.shape(here, box(x + side * 0.092 - 0.08, y - 0.49, x + side * 0.092 + 0.08, y - 0.06), shaded(wood, 0.9))
        strip.shape(here, disc(x + side * 0.025, y - 0.27, 0.009, 0.009), shaded(wood, 0.5))


HOME = {"living room": living_room, "kitchen": kitchen, "bedroom": bedroom}
