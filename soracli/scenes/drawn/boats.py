"""Boats and what goes in the water. They look to the left."""

from __future__ import annotations

import math

from soracli.scenes.drawn.outlines import arc, bend
from soracli.scenes.drawn.sheet import Colour, Drawing, Sheet
from soracli.scenes.drawn.vehicles import GLASS, IRON, ROPE, WOOD, YELLOW


def skull(sheet: Sheet, x: float, y: float, wide: float) -> None:
    """A skull over two crossed bones."""
    white = (246, 242, 246)
    for side in (-1, 1):
        ends = [(x - 0.55 * side * wide, y + 0.42 * wide), (x + 0.55 * side * wide, y + 0.88 * wide)]
        sheet.limb(ends, white, 0.11 * wide)
    sheet.oval(x, y, wide, 0.9 * wide, white)
    sheet.block(x - 0.26 * wide, y + 0.25 * wide, x + 0.26 * wide, y + 0.62 * wide, white, 0.1 * wide)
    for side in (-1, 1):
        sheet.dot(x + 0.21 * side * wide, y + 0.06 * wide, 0.14 * wide, (56, 50, 62))
    sheet.dot(x, y + 0.29 * wide, 0.055 * wide, (56, 50, 62))


def _submarine(sheet: Sheet, moment: float) -> None:
    """A yellow hull with portholes, a tower with a periscope, a screw that turns."""
    turn = abs(math.cos(2 * math.pi * moment))
    sheet.limb([(0.42, 0.40), (0.42, 0.20), (0.345, 0.20)], IRON, 0.038)
    sheet.oval(0.335, 0.20, 0.04, 0.06, GLASS)
    sheet.body([(0.35, 0.46), (0.385, 0.31), (0.60, 0.31), (0.64, 0.46)], (255, 168, 36), 0.04)
    for reach in (-1, 1):
        sheet.oval(0.925, 0.61 + reach * 0.075 * turn, 0.045, 0.03 + 0.13 * turn, (255, 132, 40))
    sheet.blob([(0.80, 0.56), (0.90, 0.42), (0.935, 0.44), (0.90, 0.61), (0.935, 0.78), (0.90, 0.80), (0.80, 0.68)],
               (240, 96, 46), 0.03)  # fmt: skip
    sheet.blob([(0.05, 0.61), (0.12, 0.47), (0.34, 0.41), (0.66, 0.42), (0.86, 0.54), (0.93, 0.61), (0.86, 0.68),
                (0.66, 0.80), (0.34, 0.81), (0.12, 0.75)], YELLOW, 0.12)  # fmt: skip
    for x in (0.24, 0.42, 0.60):
        sheet.oval(x, 0.59, 0.125, 0.125, (236, 118, 40))
        sheet.oval(x, 0.59, 0.085, 0.085, GLASS)
        sheet.dot(x - 0.017, 0.573, 0.011, (255, 255, 255), 220)
    sheet.block(0.455, 0.35, 0.53, 0.41, GLASS, 0.02)


def _hull(sheet: Sheet, colour: Colour, top: float, low: float) -> None:
    """A wooden ship's side with planks, its bow on the left."""
    sheet.blob([(0.06, top - 0.04), (0.20, top + 0.02), (0.60, top + 0.02), (0.86, top - 0.05), (0.94, top - 0.08),
                (0.90, low - 0.06), (0.80, low), (0.30, low), (0.17, low - 0.05)], colour, 0.05)  # fmt: skip
    for k in (0.35, 0.66):
        y = top + k * (low - top)
        sheet.line(bend([(0.13 + 0.06 * k, y), (0.5, y + 0.02), (0.89, y - 0.015)]), (92, 56, 46), 0.008, 150)


def _pirate_ship(sheet: Sheet, moment: float) -> None:
    """A ship under black sails, a skull on the largest, a black flag that waves."""
    wave = 0.012 * math.sin(2 * math.pi * moment)
    for x, top in ((0.30, 0.22), (0.53, 0.10), (0.76, 0.25)):
        sheet.limb([(x, top), (x, 0.78)], WOOD, 0.026)
    sheet.limb([(0.14, 0.70), (0.045, 0.62)], WOOD, 0.024)
    sheet.blob([(0.53, 0.045), (0.60, 0.055 + wave), (0.68, 0.045 - wave), (0.68, 0.115 - wave), (0.60, 0.125 + wave),
                (0.53, 0.115)], (56, 50, 62), 0.02)  # fmt: skip
    for x, y, wide, tall in ((0.30, 0.28, 0.22, 0.36), (0.76, 0.31, 0.19, 0.33), (0.53, 0.17, 0.30, 0.49)):
        left, right = x - wide / 2, x + wide / 2
        sheet.blob(
            [
                (left, y),
                (x, y + 0.012),
                (right, y),
                (right - 0.035, y + tall / 2),
                (right, y + tall),
                (x, y + tall - 0.035),
                (left, y + tall),
                (left - 0.03, y + tall / 2),
            ],
            (66, 58, 74),
            0.05,
        )
        sheet.limb([(left - 0.01, y), (right + 0.01, y)], WOOD, 0.022)
    skull(sheet, 0.512, 0.38, 0.15)
    _hull(sheet, (150, 88, 60), 0.72, 0.93)
    sheet.block(0.72, 0.60, 0.93, 0.68, (172, 104, 70), 0.015)
    for x in (0.30, 0.45, 0.60, 0.75):
        sheet.block(x - 0.03, 0.775, x + 0.03, 0.825, (70, 46, 46), 0.01)
        sheet.oval(x - 0.012, 0.80, 0.035, 0.035, IRON)


def _raft(sheet: Sheet, moment: float) -> None:
    """Logs tied together, a mast with a patched sail that swells."""
    swell = 0.02 * math.sin(2 * math.pi * moment)
    sheet.limb([(0.52, 0.12), (0.52, 0.80)], WOOD, 0.032)
    sheet.limb([(0.27, 0.17), (0.77, 0.17)], WOOD, 0.024)
    sheet.blob([(0.29, 0.18), (0.52, 0.19), (0.75, 0.18), (0.72 - swell, 0.42), (0.75, 0.65), (0.52, 0.62 + swell),
                (0.29, 0.65), (0.26 - swell, 0.42)], (250, 240, 222), 0.06)  # fmt: skip
    sheet.block(0.57, 0.44, 0.66, 0.54, (236, 156, 92), 0.012)
    for k, y in enumerate((0.80, 0.855, 0.91)):
        off = 0.02 * (k % 2)
        sheet.limb([(0.10 + off, y), (0.90 - off, y)], (176, 112, 70), 0.07)
        sheet.oval(0.095 + off, y, 0.05, 0.062, (240, 198, 140))
        sheet.oval(0.095 + off, y, 0.022, 0.03, (206, 150, 100))
    for x in (0.27, 0.73):
        sheet.limb([(x, 0.775), (x, 0.935)], ROPE, 0.03)


def _gondola(sheet: Sheet, moment: float) -> None:
    """A slender black boat with raised ends, a red seat and a gold prow."""
    sheet.block(0.54, 0.53, 0.74, 0.70, (214, 48, 66), 0.04)
    sheet.block(0.34, 0.61, 0.60, 0.72, (236, 76, 88), 0.03)
    sheet.blob([(0.04, 0.34), (0.09, 0.36), (0.13, 0.58), (0.28, 0.67), (0.70, 0.67), (0.88, 0.58), (0.93, 0.40),
                (0.96, 0.41), (0.95, 0.62), (0.82, 0.80), (0.58, 0.86), (0.34, 0.85), (0.15, 0.76), (0.06, 0.58)],
               (66, 58, 78), 0.05)  # fmt: skip
    sheet.limb(bend([(0.12, 0.60), (0.28, 0.70), (0.52, 0.715), (0.72, 0.70), (0.90, 0.60)]), (248, 190, 66), 0.018)
    for k in range(4):
        sheet.limb([(0.075, 0.37 + 0.055 * k), (0.045, 0.365 + 0.055 * k)], (226, 226, 238), 0.026)
    sheet.limb([(0.055, 0.33), (0.075, 0.56)], (226, 226, 238), 0.03)


def _surfboard(sheet: Sheet, moment: float) -> None:
    """A board stood upright, with stripes."""
    shape = [(0.5, 0.04), (0.60, 0.16), (0.655, 0.45), (0.62, 0.78), (0.5, 0.95), (0.38, 0.78), (0.345, 0.45),
              (0.40, 0.16)]  # fmt: skip
    sheet.blob(shape, (255, 238, 214), 0.05)
    for share, colour in ((0.52, (255, 120, 72)), (0.24, (46, 196, 214))):
        sheet.blob([(0.5 + (x - 0.5) * share, 0.5 + (y - 0.5) * 0.93) for x, y in shape], colour, 0.02)
    sheet.limb([(0.5, 0.07), (0.5, 0.92)], (255, 246, 232), 0.014)


def _kayaker(sheet: Sheet, moment: float) -> None:
    """A person with a helmet and a vest paddles a kayak, on one side and on the other."""
    swing = 2 * math.pi * moment
    tilt, reach = 0.17 * math.sin(swing), 0.05 * math.cos(swing)
    left, right = (0.17 + 0.5 * reach, 0.47 + tilt), (0.75 + 0.5 * reach, 0.47 - tilt)
    sheet.limb([(0.51, 0.40), (0.52, 0.66)], (236, 84, 60), 0.19, 0.18)
    sheet.block(0.43, 0.44, 0.61, 0.50, (255, 206, 70), 0.02)
    sheet.oval(0.485, 0.26, 0.175, 0.18, (255, 204, 62))
    sheet.body([*arc(0.495, 0.25, 0.20, 0.21, 172, 385)], (60, 130, 230), 0.04)
    sheet.eye(0.445, 0.285, 0.017)
    sheet.line(bend([(0.425, 0.322), (0.45, 0.333), (0.48, 0.322)]), (178, 34, 60), 0.011)
    sheet.limb([left, right], (70, 62, 84), 0.022)
    for (x, y), way in ((left, -1), (right, 1)):
        tip = (x + 0.08 * way, y - 0.28 * tilt * way)
        sheet.limb([(x, y), tip], (255, 206, 70), 0.05, 0.085)
    for away, elbow in ((0.66, (0.63, 0.50)), (0.30, (0.38, 0.50))):
        hand = (left[0] + (right[0] - left[0]) * away, left[1] + (right[1] - left[1]) * away)
        sheet.limb([(0.46 if away < 0.5 else 0.57, 0.405), elbow, hand], (255, 140, 90), 0.06, 0.05)
        sheet.oval(*hand, 0.062, 0.062, (255, 204, 62))
    sheet.oval(0.52, 0.655, 0.30, 0.07, (52, 50, 66))
    sheet.blob([(0.02, 0.62), (0.20, 0.66), (0.50, 0.675), (0.80, 0.66), (0.98, 0.615), (0.86, 0.77), (0.64, 0.825),
                (0.34, 0.825), (0.13, 0.77)], (236, 62, 66), 0.06)  # fmt: skip
    sheet.limb(bend([(0.08, 0.69), (0.5, 0.755), (0.93, 0.685)]), (255, 246, 232), 0.026)


def _jet_ski(sheet: Sheet, moment: float) -> None:
    """A small red craft with handlebars; a jet of water leaps behind it."""
    for k in range(9):
        age = (moment + k / 9) % 1.0
        size = 0.09 * (1.05 - age)
        x, y = 0.90 + 0.055 * age, 0.70 - 0.95 * age * (1.15 - age) + 0.02 * (k % 3)
        sheet.oval(x, y, size, size, (206, 234, 252))
    sheet.limb([(0.45, 0.42), (0.39, 0.30)], IRON, 0.045)
    sheet.limb([(0.335, 0.285), (0.455, 0.27)], (52, 50, 66), 0.045)
    sheet.body([(0.25, 0.46), (0.325, 0.30), (0.36, 0.32), (0.335, 0.48)], (150, 206, 240), 0.02)
    sheet.blob([(0.44, 0.50), (0.50, 0.43), (0.62, 0.46), (0.78, 0.45), (0.88, 0.52), (0.86, 0.62), (0.48, 0.62)],
               (62, 60, 82), 0.05)  # fmt: skip
    sheet.blob([(0.02, 0.66), (0.12, 0.52), (0.27, 0.42), (0.40, 0.41), (0.47, 0.52), (0.62, 0.565), (0.93, 0.56),
                (0.95, 0.70), (0.86, 0.80), (0.28, 0.81), (0.10, 0.76)], (236, 62, 66), 0.08)  # fmt: skip
    sheet.blob([(0.05, 0.655), (0.16, 0.56), (0.30, 0.51), (0.42, 0.60), (0.70, 0.655), (0.93, 0.64), (0.92, 0.70),
                (0.50, 0.715), (0.20, 0.70)], (255, 246, 240), 0.03)  # fmt: skip
    sheet.limb([(0.30, 0.755), (0.84, 0.755)], (255, 196, 56), 0.03)
    sheet.block(0.90, 0.66, 0.965, 0.73, IRON, 0.02)
    wave = [(0.02 + 0.06 * k, 0.80 + 0.02 * math.sin(2 * math.pi * (k / 5 + 2 * moment))) for k in range(17)]
    sheet.body([*wave, *bend([(0.98, 0.82), (0.80, 0.885), (0.40, 0.89), (0.02, 0.83)])], (84, 180, 240), 0.04)


DRAWINGS: dict[str, Drawing] = {
    "submarine": _submarine,
    "pirate ship": _pirate_ship,
    "raft": _raft,
    "gondola": _gondola,
    "surfboard": _surfboard,
    "kayaker": _kayaker,
    "jet ski": _jet_ski,
}
