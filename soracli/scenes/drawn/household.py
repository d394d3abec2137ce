"""What is in a house: vessels, machines, lamps."""

from __future__ import annotations

import math

from soracli.scenes.drawn.outlines import arc, bend, ellipse
from soracli.scenes.drawn.sheet import INK, Drawing, Sheet

WOOD, DEEP, PLANK = (176, 112, 72), (130, 82, 62), (216, 150, 98)
STEEL, IRON, WHITE = (200, 204, 218), (92, 92, 112), (244, 244, 250)
GOLD, BRASS = (255, 204, 62), (226, 168, 70)


def _bottle(sheet: Sheet, moment: float) -> None:
    """A bottle of green glass with a cork and a label."""
    sheet.block(0.455, 0.06, 0.545, 0.16, PLANK, 0.02)
    sheet.blob([(0.45, 0.13), (0.55, 0.13), (0.555, 0.32), (0.66, 0.46), (0.665, 0.86), (0.62, 0.93), (0.38, 0.93),
                (0.335, 0.86), (0.34, 0.46), (0.445, 0.32)], (66, 150, 96), 0.07)  # fmt: skip
    sheet.block(0.44, 0.13, 0.56, 0.175, (50, 124, 82), 0.018)
    sheet.block(0.345, 0.55, 0.655, 0.78, (250, 240, 214), 0.02)
    for y in (0.61, 0.665, 0.72):
        sheet.line([(0.40, y), (0.60, y)], (196, 160, 110), 0.014)
    sheet.line([(0.40, 0.46), (0.40, 0.53)], (190, 236, 206), 0.022, 170)


def _toaster(sheet: Sheet, moment: float) -> None:
    """Two slices pop up and down in a toaster."""
    rise = 0.05 * math.sin(2 * math.pi * moment)
    for x in (0.38, 0.62):
        sheet.block(x - 0.125, 0.24 - rise, x + 0.125, 0.56, (206, 138, 78), 0.06)
        sheet.block(x - 0.10, 0.27 - rise, x + 0.10, 0.56, (250, 208, 140), 0.05)
    sheet.block(0.10, 0.44, 0.90, 0.90, (226, 84, 78), 0.10)
    sheet.block(0.16, 0.445, 0.84, 0.475, (96, 46, 54), 0.012)
    sheet.block(0.14, 0.875, 0.86, 0.93, IRON, 0.02)
    sheet.block(0.855, 0.56, 0.935, 0.62, IRON, 0.02)
    sheet.oval(0.5, 0.70, 0.17, 0.17, STEEL)
    sheet.line([(0.5, 0.70), (0.535, 0.645)], INK, 0.016)


def _fridge(sheet: Sheet, moment: float) -> None:
    """A pale blue refrigerator with two doors."""
    sheet.block(0.22, 0.06, 0.78, 0.90, (150, 206, 220), 0.06)
    sheet.line([(0.23, 0.36), (0.77, 0.36)], (96, 150, 170), 0.016)
    for y0, y1 in ((0.17, 0.30), (0.42, 0.62)):
        sheet.limb([(0.30, y0), (0.30, y1)], WHITE, 0.034)
    for x in (0.27, 0.67):
        sheet.block(x, 0.895, x + 0.06, 0.935, IRON, 0.012)
    for x, y, tone in ((0.56, 0.50, (236, 92, 92)), (0.66, 0.56, (255, 200, 70)), (0.58, 0.17, (110, 190, 110))):
        sheet.oval(x, y, 0.055, 0.055, tone)


def _wall_clock(sheet: Sheet, moment: float) -> None:
    """A round clock; its second hand goes round."""
    sheet.oval(0.5, 0.5, 0.84, 0.84, WOOD)
    sheet.body(ellipse(0.5, 0.5, 0.69, 0.69), (252, 248, 236), 0.03)
    for k in range(12):
        turn = math.pi * k / 6
        inner = 0.26 if k % 3 == 0 else 0.285
        sheet.line([(0.5 + inner * math.sin(turn), 0.5 - inner * math.cos(turn)),
                    (0.5 + 0.31 * math.sin(turn), 0.5 - 0.31 * math.cos(turn))], INK, 0.016)  # fmt: skip
    for turn, reach, wide in ((-0.95, 0.17, 0.034), (1.05, 0.245, 0.026)):
        sheet.limb([(0.5, 0.5), (0.5 + reach * math.sin(turn), 0.5 - reach * math.cos(turn))], INK, wide)
    turn = 2 * math.pi * moment
    sheet.line([(0.5 - 0.06 * math.sin(turn), 0.5 + 0.06 * math.cos(turn)),
                (0.5 + 0.26 * math.sin(turn), 0.5 - 0.26 * math.cos(turn))], (220, 60, 60), 0.014)  # fmt: skip
    sheet.oval(0.5, 0.5, 0.055, 0.055, (220, 60, 60))


def _floor_lamp(sheet: Sheet, moment: float) -> None:
    """A standing lamp with a warm light under its shade."""
    sheet.glow(0.5, 0.30, 0.30, (255, 226, 150), 130)
    sheet.limb([(0.5, 0.30), (0.5, 0.90)], BRASS, 0.035)
    sheet.oval(0.5, 0.915, 0.34, 0.05, BRASS)
    sheet.oval(0.5, 0.385, 0.46, 0.06, (255, 240, 190))
    sheet.body([(0.37, 0.09), (0.63, 0.09), (0.74, 0.385), (0.26, 0.385)], (250, 206, 130), 0.05)
    for x, y in ((0.368, 0.262), (0.632, 0.738)):
        sheet.line([(x, 0.10), (y, 0.375)], (236, 176, 96), 0.012)


def _pillow(sheet: Sheet, moment: float) -> None:
    """A white pillow with blue stripes."""
    sheet.blob([(0.07, 0.46), (0.20, 0.44), (0.5, 0.40), (0.80, 0.44), (0.93, 0.46), (0.90, 0.68), (0.94, 0.90),
                (0.78, 0.90), (0.5, 0.93), (0.22, 0.90), (0.06, 0.90), (0.10, 0.68)], WHITE, 0.12)  # fmt: skip
    for x in (0.27, 0.50, 0.73):
        sheet.line(bend([(x, 0.445), (x + (x - 0.5) * 0.1, 0.67), (x, 0.895)]), (140, 178, 226), 0.022)


def _vase(sheet: Sheet, moment: float) -> None:
    """A blue and white porcelain vase."""
    sheet.blob([(0.42, 0.10), (0.58, 0.10), (0.57, 0.26), (0.74, 0.46), (0.70, 0.74), (0.60, 0.92), (0.40, 0.92),
                (0.30, 0.74), (0.26, 0.46), (0.43, 0.26)], (240, 244, 252), 0.09)  # fmt: skip
    sheet.oval(0.5, 0.10, 0.23, 0.07, (66, 110, 196))
    sheet.oval(0.5, 0.10, 0.15, 0.035, (36, 56, 110))
    sheet.line(bend([(0.285, 0.40), (0.5, 0.435), (0.715, 0.40)]), (66, 110, 196), 0.022)
    sheet.line(bend([(0.32, 0.78), (0.5, 0.81), (0.68, 0.78)]), (66, 110, 196), 0.022)
    for k in range(6):
        turn = math.pi * k / 3
        sheet.oval(0.5 + 0.085 * math.cos(turn), 0.60 + 0.085 * math.sin(turn), 0.10, 0.055, (66, 110, 196),
                   math.degrees(turn))  # fmt: skip
    sheet.dot(0.5, 0.60, 0.03, (255, 210, 90))


def _cauldron(sheet: Sheet, moment: float) -> None:
    """A black pot in which a green brew bubbles, over embers."""
    for k, x in enumerate((0.34, 0.44, 0.56, 0.66)):
        tall = 0.05 + 0.02 * math.sin(2 * math.pi * (moment + k / 4))
        sheet.blob([(x, 0.87 - tall), (x + 0.05, 0.93), (x - 0.05, 0.93)], (255, 150, 50), 0.02)
    for x in (0.27, 0.73):
        sheet.limb([(x, 0.76), (x + (x - 0.5) * 0.2, 0.92)], (46, 44, 58), 0.07)
    sheet.blob([(0.16, 0.42), (0.84, 0.42), (0.87, 0.62), (0.74, 0.82), (0.5, 0.88), (0.26, 0.82), (0.13, 0.62)],
               (64, 62, 80), 0.10)  # fmt: skip
    sheet.oval(0.5, 0.40, 0.76, 0.15, (52, 50, 66))
    sheet.oval(0.5, 0.395, 0.64, 0.10, (120, 220, 90))
    for k in range(5):
        age = (moment + k / 5) % 1.0
        x = 0.30 + 0.10 * k + 0.02 * math.sin(6 * age)
        size = 0.045 + 0.05 * (k % 2)
        sheet.body(ellipse(x, 0.38 - 0.26 * age, size, size), (150, 236, 120), 0.02, round(230 * (1 - age)) + 1)


def _potion(sheet: Sheet, moment: float) -> None:
    """A round flask with a glowing violet drink; bubbles rise in it."""
    sheet.glow(0.5, 0.66, 0.36, (200, 120, 255), 90)
    sheet.block(0.435, 0.06, 0.565, 0.16, PLANK, 0.025)
    sheet.block(0.43, 0.14, 0.57, 0.42, (206, 226, 246), 0.02)
    sheet.oval(0.5, 0.65, 0.58, 0.56, (206, 226, 246))
    sheet.body(arc(0.5, 0.65, 0.50, 0.48, -12, 192), (170, 80, 240), 0.06)
    for k in range(4):
        age = (moment + k / 4) % 1.0
        sheet.dot(0.38 + 0.08 * k, 0.82 - 0.20 * age, 0.018, (236, 200, 255), round(220 * (1 - age)) + 1)
    sheet.block(0.405, 0.135, 0.595, 0.18, BRASS, 0.015)
    sheet.line(arc(0.5, 0.65, 0.44, 0.42, 200, 240), WHITE, 0.022, 190)


def _typewriter(sheet: Sheet, moment: float) -> None:
    """An old black typewriter with a sheet of paper; a key goes down now and then."""
    sheet.block(0.27, 0.08, 0.73, 0.40, (252, 250, 242), 0.012)
    for k in range(3):
        sheet.line([(0.33, 0.16 + 0.06 * k), (0.67 - 0.1 * (k == 2), 0.16 + 0.06 * k)], (150, 150, 166), 0.012)
    sheet.limb([(0.14, 0.38), (0.86, 0.38)], IRON, 0.085)
    for x in (0.10, 0.90):
        sheet.oval(x, 0.38, 0.07, 0.11, INK)
    sheet.body([(0.20, 0.42), (0.80, 0.42), (0.86, 0.66), (0.14, 0.66)], (56, 58, 74), 0.05)
    sheet.oval(0.5, 0.53, 0.36, 0.13, (38, 38, 52))
    sheet.body([(0.14, 0.64), (0.86, 0.64), (0.95, 0.90), (0.92, 0.93), (0.08, 0.93), (0.05, 0.90)], (66, 68, 86), 0.04)
    for row in range(3):
        for k in range(8 - row % 2):
            x, y = 0.185 + 0.09 * k + 0.045 * (row % 2), 0.70 + 0.072 * row
            down = 0.012 * (round(24 * moment) % 8 == k and round(24 * moment) % 3 == row)
            sheet.oval(x, y + down, 0.062, 0.052, WHITE)


def _gramophone(sheet: Sheet, moment: float) -> None:
    """A wooden box with a turning record and a golden horn."""
    sheet.limb(bend([(0.62, 0.66), (0.74, 0.56), (0.68, 0.44), (0.56, 0.36)]), BRASS, 0.05, 0.09)
    sheet.blob([(0.60, 0.40), (0.44, 0.46), (0.20, 0.44), (0.12, 0.26), (0.24, 0.09), (0.46, 0.10), (0.64, 0.28)], GOLD,
               0.08)  # fmt: skip
    sheet.oval(0.255, 0.265, 0.20, 0.37, (196, 130, 40), 28)
    sheet.oval(0.27, 0.275, 0.11, 0.22, (120, 74, 40), 28)
    sheet.oval(0.5, 0.685, 0.62, 0.10, (44, 42, 54))
    turn = 2 * math.pi * moment
    sheet.oval(0.5, 0.68, 0.20, 0.034, (226, 80, 74))
    sheet.dot(0.5 + 0.07 * math.cos(turn), 0.68 + 0.012 * math.sin(turn), 0.012, WHITE)
    sheet.block(0.14, 0.71, 0.86, 0.89, WOOD, 0.03)
    sheet.block(0.10, 0.875, 0.90, 0.935, DEEP, 0.02)
    sheet.limb([(0.86, 0.80), (0.94, 0.80), (0.94, 0.73)], IRON, 0.022)


def _fish_bowl(sheet: Sheet, moment: float) -> None:
    """A goldfish swims to and fro in a round glass."""
    sheet.body(ellipse(0.5, 0.55, 0.82, 0.76), (206, 232, 250), 0.05, 120)
    sheet.body(arc(0.5, 0.55, 0.76, 0.70, -22, 202), (92, 186, 244), 0.05, 170)
    for k in range(9):
        sheet.oval(0.29 + 0.053 * k, 0.83 + 0.02 * math.sin(k), 0.065, 0.05, ((236, 190, 120), (206, 150, 92))[k % 2])
    for x, tall in ((0.30, 0.20), (0.36, 0.13)):
        sheet.limb(bend([(x, 0.82), (x + 0.02, 0.82 - tall / 2), (x - 0.01, 0.82 - tall)]), (76, 176, 96), 0.03, 0.015)
    turn = 2 * math.pi * moment
    x, y, way = 0.54 + 0.13 * math.sin(turn), 0.57 + 0.03 * math.sin(2 * turn), 1 if math.cos(turn) > 0 else -1
    wag = 0.02 * math.sin(6 * turn)
    sheet.blob([(x - 0.08 * way, y), (x - 0.17 * way, y - 0.07 + wag), (x - 0.15 * way, y),
                (x - 0.17 * way, y + 0.07 + wag)], (255, 176, 70), 0.02)  # fmt: skip
    sheet.oval(x, y, 0.21, 0.135, (255, 140, 46))
    sheet.eye(x + 0.06 * way, y - 0.018, 0.018)
    sheet.oval(0.5, 0.215, 0.50, 0.07, (226, 242, 252))
    sheet.line(arc(0.5, 0.55, 0.70, 0.64, 195, 235), WHITE, 0.022, 200)


def _bird_cage(sheet: Sheet, moment: float) -> None:
    """A golden cage; a yellow bird hops on its perch."""
    hop = 0.03 * abs(math.sin(2 * math.pi * moment))
    sheet.limb([(0.24, 0.66), (0.76, 0.66)], DEEP, 0.022)
    sheet.blob([(0.60, 0.56 - hop), (0.72, 0.62 - hop), (0.70, 0.66 - hop), (0.57, 0.64 - hop)], (236, 176, 40), 0.02)
    sheet.oval(0.50, 0.57 - hop, 0.22, 0.17, (255, 214, 64), 20)
    sheet.oval(0.42, 0.49 - hop, 0.13, 0.13, (255, 214, 64))
    sheet.body([(0.365, 0.48 - hop), (0.315, 0.50 - hop), (0.365, 0.52 - hop)], (246, 130, 40), 0.01)
    sheet.eye(0.405, 0.475 - hop, 0.016)
    for x in (0.20, 0.30, 0.40, 0.50, 0.60, 0.70, 0.80):
        top = 0.16 + 1.4 * (x - 0.5) ** 2
        sheet.line([(x, top + 0.06), (x, 0.86)], BRASS, 0.012)
    sheet.limb(arc(0.5, 0.40, 0.62, 0.52, 180, 360), GOLD, 0.028)
    sheet.block(0.17, 0.385, 0.83, 0.42, GOLD, 0.015)
    sheet.ring(0.5, 0.09, 0.07, 0.014, GOLD)
    sheet.block(0.15, 0.85, 0.85, 0.93, BRASS, 0.025)


DRAWINGS: dict[str, Drawing] = {
    "bottle": _bottle,
    "toaster": _toaster,
    "fridge": _fridge,
    "wall clock": _wall_clock,
    "floor lamp": _floor_lamp,
    "pillow": _pillow,
    "vase": _vase,
    "cauldron": _cauldron,
    "potion": _potion,
    "typewriter": _typewriter,
    "gramophone": _gramophone,
    "fish bowl": _fish_bowl,
    "bird cage": _bird_cage,
}
