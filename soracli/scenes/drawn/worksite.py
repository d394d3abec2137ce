"""Vehicles and machines of work. Vehicles go to the left, and their wheels turn."""

from __future__ import annotations

import math

from soracli.scenes.drawn.outlines import arc, bend, turned
from soracli.scenes.drawn.sheet import Colour, Drawing, Sheet
from soracli.scenes.drawn.vehicles import GLASS, IRON, RUBBER, STEEL, YELLOW, tracks

ORANGE, DEEP, WHITE = (255, 140, 40), (222, 130, 24), (244, 244, 250)


def rolling(sheet: Sheet, x: float, y: float, across: float, moment: float, hub: Colour = STEEL) -> None:
    """A tyre that rolls to the left, one turn in a loop; bolts on its hub show it."""
    sheet.oval(x, y, across, across, RUBBER)
    sheet.oval(x, y, 0.56 * across, 0.56 * across, hub)
    for k in range(5):
        turn = 2 * math.pi * (k / 5 - moment)
        sheet.dot(x + 0.19 * across * math.cos(turn), y + 0.19 * across * math.sin(turn), 0.042 * across, IRON)
    sheet.dot(x, y, 0.07 * across, IRON)


def cab(sheet: Sheet, colour: Colour, dark: Colour, left: float = 0.06, right: float = 0.36) -> None:
    """The cab of a lorry with its window, lamp and bumper, on the left of it."""
    wide = right - left
    sheet.body([(left, 0.78), (left, 0.55), (left + 0.30 * wide, 0.30), (left + 0.42 * wide, 0.27), (right, 0.27),
                (right, 0.78)], colour, 0.045)  # fmt: skip
    sheet.body([(left + 0.13 * wide, 0.53), (left + 0.39 * wide, 0.335), (left + 0.80 * wide, 0.335),
                (left + 0.80 * wide, 0.53)], GLASS, 0.025)  # fmt: skip
    sheet.line([(left + 0.80 * wide, 0.60), (left + 0.68 * wide, 0.60)], dark, 0.018)
    sheet.block(left - 0.02, 0.71, left + 0.34 * wide, 0.79, IRON, 0.02)
    sheet.oval(left + 0.03, 0.645, 0.055, 0.075, (255, 236, 130))


def _bulldozer(sheet: Sheet, moment: float) -> None:
    """A cab on tracks behind a broad blade, which goes up and down a little."""
    lift = 0.014 * math.sin(2 * math.pi * moment)
    sheet.limb([(0.40, 0.22), (0.40, 0.42)], IRON, 0.036)
    sheet.block(0.28, 0.42, 0.60, 0.66, YELLOW, 0.045)
    for k in range(3):
        sheet.line([(0.34, 0.48 + 0.045 * k), (0.46, 0.48 + 0.045 * k)], DEEP, 0.014)
    sheet.block(0.54, 0.19, 0.90, 0.68, YELLOW, 0.05)
    sheet.block(0.59, 0.25, 0.70, 0.45, GLASS, 0.025)
    sheet.block(0.735, 0.25, 0.845, 0.45, GLASS, 0.025)
    sheet.block(0.51, 0.15, 0.93, 0.215, DEEP, 0.03)
    tracks(sheet, 0.25, 0.95, 0.78, 0.28, moment)
    sheet.limb([(0.62, 0.72), (0.19, 0.74 + lift)], DEEP, 0.055)
    sheet.limb([(0.36, 0.58), (0.19, 0.62 + lift)], STEEL, 0.032)
    sheet.blob([(0.06, 0.45 + lift), (0.15, 0.46 + lift), (0.205, 0.62 + lift), (0.20, 0.80 + lift),
                (0.14, 0.915 + lift), (0.025, 0.925 + lift), (0.10, 0.80 + lift), (0.12, 0.62 + lift)],
               (150, 152, 172), 0.03)  # fmt: skip


def _forklift(sheet: Sheet, moment: float) -> None:
    """A small cab with a mast; its fork lifts a box and lets it down."""
    up = 0.10 * (0.5 - 0.5 * math.cos(2 * math.pi * moment))
    sheet.block(0.05, 0.57 - up, 0.31, 0.82 - up, (214, 156, 98), 0.02)
    sheet.line([(0.05, 0.655 - up), (0.31, 0.655 - up)], (176, 118, 72), 0.012)
    sheet.block(0.155, 0.57 - up, 0.205, 0.66 - up, (246, 220, 170), 0.01)
    for k in range(3):
        sheet.limb([(0.07 + 0.10 * k, 0.835 - up), (0.09 + 0.10 * k, 0.835 - up)], (176, 118, 72), 0.03)
    sheet.limb([(0.04, 0.865 - up), (0.35, 0.865 - up)], IRON, 0.034)
    sheet.limb([(0.355, 0.66 - up), (0.355, 0.865 - up)], IRON, 0.036)
    for x in (0.395, 0.435):
        sheet.limb([(x, 0.10), (x, 0.88)], (84, 84, 106), 0.03)
    for line in ([(0.48, 0.16), (0.50, 0.60)], [(0.84, 0.16), (0.88, 0.56)]):
        sheet.limb(line, (84, 84, 106), 0.034)
    sheet.limb([(0.46, 0.15), (0.87, 0.15)], ORANGE, 0.05)
    sheet.limb(bend([(0.55, 0.56), (0.57, 0.46), (0.60, 0.42)]), IRON, 0.026)
    sheet.limb([(0.565, 0.385), (0.635, 0.45)], IRON, 0.024)
    sheet.block(0.64, 0.50, 0.78, 0.62, (70, 66, 86), 0.03)
    sheet.limb([(0.775, 0.36), (0.79, 0.58)], (70, 66, 86), 0.07)
    sheet.body([(0.455, 0.56), (0.60, 0.62), (0.70, 0.58), (0.93, 0.54), (0.96, 0.70), (0.94, 0.86), (0.455, 0.86)],
               ORANGE, 0.05)  # fmt: skip
    sheet.block(0.80, 0.60, 0.95, 0.70, (96, 90, 108), 0.03)
    for x, across in ((0.55, 0.20), (0.83, 0.17)):
        rolling(sheet, x, 0.935 - across / 2, across, moment)


def _dump_truck(sheet: Sheet, moment: float) -> None:
    """A yellow lorry with a heap of earth in its skip."""
    sheet.blob([(0.40, 0.37), (0.50, 0.25), (0.60, 0.22), (0.70, 0.17), (0.80, 0.26), (0.93, 0.36), (0.66, 0.42)],
               (150, 104, 76), 0.05)  # fmt: skip
    for x, y in ((0.52, 0.30), (0.63, 0.26), (0.74, 0.24), (0.82, 0.32)):
        sheet.oval(x, y, 0.07, 0.055, (176, 130, 98))
    sheet.block(0.10, 0.72, 0.92, 0.79, IRON, 0.02)
    cab(sheet, YELLOW, DEEP)
    sheet.body([(0.30, 0.24), (0.395, 0.30), (0.96, 0.30), (0.90, 0.70), (0.41, 0.70), (0.385, 0.33), (0.29, 0.28)],
               ORANGE, 0.045)  # fmt: skip
    for x in (0.52, 0.65, 0.78):
        sheet.limb([(x, 0.36), (x - 0.004, 0.65)], DEEP, 0.026)
    for x in (0.23, 0.61, 0.81):
        rolling(sheet, x, 0.83, 0.21, moment)


def _cement_mixer(sheet: Sheet, moment: float) -> None:
    """A lorry whose striped drum turns."""
    sheet.block(0.10, 0.72, 0.94, 0.79, IRON, 0.02)
    cab(sheet, (232, 74, 66), (170, 40, 50))
    shape = [(0.40, 0.44), (0.50, 0.22), (0.68, 0.16), (0.84, 0.22), (0.955, 0.30), (0.955, 0.40), (0.84, 0.58),
             (0.68, 0.68), (0.46, 0.66)]  # fmt: skip
    sheet.blob(shape, (236, 238, 246), 0.10)
    for k in range(4):
        at = 0.44 + 0.13 * ((k + moment) % 4)
        tall = 0.24 * math.sqrt(max(1 - ((at - 0.62) / 0.30) ** 2, 0.0))
        if tall > 0.06:
            y = 0.43 - 0.06 * (at - 0.6)
            way = [
                (at + 0.05, y - tall),
                (at - 0.015, y - 0.4 * tall),
                (at - 0.05, y + 0.3 * tall),
                (at - 0.045, y + tall),
            ]
            sheet.limb(bend(way), (236, 74, 66), 0.05)
    sheet.body([(0.90, 0.24), (0.975, 0.25), (0.955, 0.44), (0.90, 0.42)], IRON, 0.02)
    sheet.limb([(0.935, 0.46), (0.958, 0.66)], STEEL, 0.035)
    for x in (0.46, 0.84):
        sheet.body([(x - 0.05, 0.74), (x - 0.025, 0.60), (x + 0.025, 0.60), (x + 0.05, 0.74)], IRON, 0.02)
    for x in (0.23, 0.61, 0.81):
        rolling(sheet, x, 0.83, 0.21, moment)


def _garbage_truck(sheet: Sheet, moment: float) -> None:
    """A green lorry with a hopper at its back and the mark of recycling on its side."""
    green, dark = (104, 186, 92), (62, 136, 70)
    sheet.block(0.10, 0.72, 0.94, 0.79, IRON, 0.02)
    cab(sheet, WHITE, IRON)
    sheet.body([(0.39, 0.20), (0.78, 0.20), (0.80, 0.74), (0.39, 0.74)], green, 0.05)
    sheet.body([(0.77, 0.22), (0.86, 0.22), (0.955, 0.46), (0.97, 0.70), (0.93, 0.76), (0.77, 0.76)], dark, 0.045)
    sheet.block(0.855, 0.50, 0.965, 0.66, (52, 56, 72), 0.03)
    for x, y, tone in ((0.885, 0.635, (92, 90, 110)), (0.935, 0.64, (120, 116, 136))):
        sheet.oval(x, y, 0.085, 0.08, tone)
    for k in range(3):
        begin = 120 * k - 82
        sheet.line(arc(0.585, 0.45, 0.20, 0.20, begin, begin + 78), WHITE, 0.034)
        (x, y) = arc(0.585, 0.45, 0.20, 0.20, begin + 78, begin + 78)[0]
        tip = [(0.05, 0.0), (-0.028, -0.042), (-0.028, 0.042)]
        sheet.area(turned([(x + a, y + b) for a, b in tip], x, y, begin + 168), WHITE)
    sheet.oval(0.31, 0.245, 0.065, 0.06, ORANGE)
    for x in (0.23, 0.61, 0.81):
        rolling(sheet, x, 0.83, 0.21, moment)


def _snowplow(sheet: Sheet, moment: float) -> None:
    """An orange lorry with a curved blade that throws snow up; a lamp blinks."""
    sheet.block(0.20, 0.72, 0.95, 0.79, IRON, 0.02)
    sheet.glow(0.43, 0.235, 0.10, (255, 190, 60), 60 + round(150 * max(math.sin(2 * math.pi * moment), 0)))
    sheet.oval(0.43, 0.245, 0.07, 0.06, (255, 190, 60))
    cab(sheet, ORANGE, DEEP, 0.20, 0.50)
    sheet.body([(0.53, 0.38), (0.96, 0.38), (0.92, 0.72), (0.55, 0.72)], (86, 128, 196), 0.045)
    sheet.blob([(0.55, 0.39), (0.66, 0.31), (0.80, 0.31), (0.93, 0.39)], (212, 200, 190), 0.03)
    for x in (0.36, 0.66, 0.85):
        rolling(sheet, x, 0.84, 0.19, moment)
    sheet.limb([(0.24, 0.76), (0.15, 0.78)], IRON, 0.05)
    sheet.blob([(0.10, 0.50), (0.16, 0.53), (0.195, 0.70), (0.19, 0.86), (0.13, 0.925), (0.04, 0.93), (0.09, 0.83),
                (0.12, 0.68)], (255, 196, 50), 0.035)  # fmt: skip
    for k in range(9):
        age = (moment + k / 9) % 1.0
        x, y = 0.105 - 0.04 * math.sin(math.pi * age) - 0.01 * (k % 3), 0.90 - 0.36 * age
        size = 0.075 - 0.045 * age
        sheet.oval(x, y, size, size, (246, 250, 255))
    sheet.blob([(0.025, 0.93), (0.04, 0.86), (0.08, 0.85), (0.14, 0.90), (0.17, 0.935)], (246, 250, 255), 0.03)


def _dumpster(sheet: Sheet, moment: float) -> None:
    """A green bin on wheels, full of black bags."""
    for x, y, wide in ((0.32, 0.36, 0.24), (0.56, 0.33, 0.28), (0.72, 0.39, 0.20)):
        sheet.oval(x, y, wide, 0.22, (70, 70, 92))
        sheet.blob([(x - 0.03, y - 0.14), (x + 0.03, y - 0.14), (x + 0.015, y - 0.09), (x - 0.015, y - 0.09)],
                   (70, 70, 92), 0.015)  # fmt: skip
    sheet.block(0.40, 0.27, 0.50, 0.44, (214, 156, 98), 0.01)
    sheet.body([(0.06, 0.42), (0.94, 0.42), (0.87, 0.86), (0.13, 0.86)], (84, 160, 98), 0.05)
    for x in (0.27, 0.5, 0.73):
        sheet.limb([(x, 0.52), (0.5 + (x - 0.5) * 0.90, 0.81)], (60, 128, 80), 0.035)
    sheet.block(0.03, 0.39, 0.97, 0.46, (60, 128, 80), 0.025)
    for x in (0.02, 0.90):
        sheet.block(x, 0.55, x + 0.08, 0.60, IRON, 0.02)
    for x in (0.22, 0.78):
        sheet.oval(x, 0.885, 0.10, 0.10, RUBBER)
        sheet.oval(x, 0.885, 0.045, 0.045, STEEL)


def _robot_arm(sheet: Sheet, moment: float) -> None:
    """An orange arm of two parts on a foot; it reaches down with its gripper and up again."""
    swing = 9 * math.sin(2 * math.pi * moment)
    sheet.block(0.42, 0.86, 0.92, 0.935, IRON, 0.025)
    sheet.body([(0.54, 0.72), (0.80, 0.72), (0.85, 0.88), (0.49, 0.88)], (84, 84, 106), 0.04)
    foot, elbow = (0.67, 0.70), turned([(0.56, 0.27)], 0.67, 0.70, 0.6 * swing)[0]
    hand = turned([(elbow[0] - 0.33, elbow[1] + 0.13)], *elbow, -swing)[0]
    sheet.limb([foot, elbow], ORANGE, 0.15, 0.115)
    sheet.limb([elbow, hand], (255, 160, 60), 0.11, 0.075)
    for (x, y), wide in ((foot, 0.17), (elbow, 0.15), (hand, 0.10)):
        sheet.oval(x, y, wide, wide, (84, 84, 106))
        sheet.oval(x, y, 0.5 * wide, 0.5 * wide, STEEL)
    x, y = hand
    sheet.limb([(x, y + 0.03), (x, y + 0.09)], IRON, 0.05)
    grip = 0.012 * math.cos(2 * math.pi * moment)
    for side in (-1, 1):
        way = [(x, y + 0.09), (x + (0.075 + grip) * side, y + 0.13), (x + (0.05 + grip) * side, y + 0.22)]
        sheet.limb(bend(way), IRON, 0.034, 0.022)


def _conveyor_belt(sheet: Sheet, moment: float) -> None:
    """Boxes ride to the left on a belt over rollers."""
    for k, tone in enumerate(((226, 164, 102), (120, 176, 230), (236, 112, 100), (150, 200, 110))):
        x = 0.88 - 0.80 * ((moment + k / 4) % 1.0)
        size = 0.075 * min(1.0, 12 * min(0.90 - x, x - 0.075) + 0.02)
        sheet.block(x - size, 0.56 - 2 * size, x + size, 0.56, tone, 0.015)
        sheet.block(x - 0.3 * size, 0.56 - 2 * size, x + 0.3 * size, 0.56 - 1.3 * size, (250, 240, 220), 0.006)
    for x in (0.17, 0.83):
        sheet.limb([(x, 0.68), (x, 0.92)], (84, 84, 106), 0.05)
        sheet.limb([(x - 0.06, 0.925), (x + 0.06, 0.925)], IRON, 0.03)
    sheet.block(0.03, 0.55, 0.97, 0.71, (62, 60, 80), 0.08)
    for k in range(6):
        x = 0.125 + 0.15 * k
        sheet.oval(x, 0.63, 0.105, 0.105, STEEL)
        turn = -2 * math.pi * moment
        for way in (0, math.pi / 2):
            dx, dy = 0.032 * math.cos(turn + way), 0.032 * math.sin(turn + way)
            sheet.line([(x - dx, 0.63 - dy), (x + dx, 0.63 + dy)], IRON, 0.012)
    sheet.block(0.10, 0.69, 0.90, 0.745, YELLOW, 0.015)
    for k in range(8):
        x = 0.135 + 0.10 * k
        sheet.area([(x, 0.745), (x + 0.035, 0.69), (x + 0.07, 0.69), (x + 0.035, 0.745)], (62, 60, 80))


def _oil_rig(sheet: Sheet, moment: float) -> None:
    """A platform on four legs in the sea, with a derrick, a crane and a flame that flickers."""
    flame = 0.02 * math.sin(4 * math.pi * moment)
    sheet.blob([(0.105, 0.22), (0.065, 0.16), (0.09 + flame / 2, 0.06 - flame), (0.145, 0.15)], (255, 140, 46), 0.03)
    sheet.blob([(0.105, 0.215), (0.085, 0.17), (0.105, 0.11 - flame), (0.125, 0.165)], (255, 220, 90), 0.02)
    sheet.lattice((0.30, 0.55), (0.105, 0.235), 0.035, IRON)
    for x in (0.22, 0.40, 0.60, 0.78):
        sheet.limb([(x, 0.60), (x, 0.90)], ORANGE, 0.055)
    for x0, x1 in ((0.22, 0.40), (0.60, 0.78)):
        sheet.limb([(x0, 0.66), (x1, 0.86)], DEEP, 0.02)
        sheet.limb([(x1, 0.66), (x0, 0.86)], DEEP, 0.02)
    for x, end in ((0.44, 0.51), (0.64, 0.57)):
        sheet.limb([(x, 0.50), (end, 0.08)], (226, 62, 60), 0.026)
    for k in range(5):
        y, half = 0.45 - 0.085 * k, 0.092 - 0.0145 * k
        sheet.limb([(0.54 - half, y), (0.54 + half, y)], (226, 62, 60), 0.016)
        if k < 4:
            sheet.limb([(0.54 - half, y), (0.54 + half - 0.0145, y - 0.085)], (226, 62, 60), 0.013)
    sheet.block(0.49, 0.06, 0.59, 0.10, IRON, 0.012)
    sheet.limb([(0.78, 0.48), (0.78, 0.34), (0.95, 0.20)], YELLOW, 0.03)
    sheet.line([(0.95, 0.20), (0.95, 0.36)], IRON, 0.008)
    sheet.block(0.24, 0.42, 0.42, 0.54, WHITE, 0.02)
    for k in range(3):
        sheet.block(0.262 + 0.052 * k, 0.45, 0.292 + 0.052 * k, 0.49, GLASS, 0.008)
    sheet.block(0.66, 0.45, 0.84, 0.54, (120, 176, 120), 0.02)
    sheet.block(0.10, 0.53, 0.90, 0.62, (130, 134, 156), 0.02)
    sheet.block(0.08, 0.52, 0.92, 0.555, YELLOW, 0.012)
    wave = [(0.02 + 0.06 * k, 0.865 + 0.016 * math.sin(2 * math.pi * (k / 4 + moment))) for k in range(17)]
    sheet.body([*wave, (0.98, 0.95), (0.02, 0.95)], (66, 160, 236), 0.03)


DRAWINGS: dict[str, Drawing] = {
    "bulldozer": _bulldozer,
    "forklift": _forklift,
    "dump truck": _dump_truck,
    "cement mixer": _cement_mixer,
    "garbage truck": _garbage_truck,
    "snowplow": _snowplow,
    "dumpster": _dumpster,
    "robot arm": _robot_arm,
    "conveyor belt": _conveyor_belt,
    "oil rig": _oil_rig,
}
