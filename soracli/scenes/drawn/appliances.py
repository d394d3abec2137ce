"""Machines of a house: of its kitchen, of cleaning, of a desk."""

from __future__ import annotations

import math

from soracli.scenes.drawn.outlines import arc, bend, ellipse
from soracli.scenes.drawn.sheet import INK, Drawing, Sheet

STEEL, IRON, WHITE, PANE = (200, 204, 218), (92, 92, 112), (244, 244, 250), (62, 60, 82)
RED, GREEN, GOLD, BLUE = (236, 84, 78), (110, 200, 120), (255, 204, 62), (92, 176, 240)


def _stove(sheet: Sheet, moment: float) -> None:
    """A white cooker: four knobs, a window with a warm light, a red pot that steams on top."""
    for k in range(3):
        age = (moment + k / 3) % 1.0
        x = 0.40 + 0.10 * k + 0.02 * math.sin(2 * math.pi * age)
        sheet.dot(x, 0.145 - 0.09 * age, 0.022 + 0.02 * age, WHITE, round(170 * (1 - age)) + 1)
    sheet.oval(0.5, 0.175, 0.36, 0.06, (206, 62, 66))
    sheet.oval(0.5, 0.145, 0.06, 0.05, IRON)
    for side in (-1, 1):
        sheet.limb(
            bend([(0.5 + 0.17 * side, 0.22), (0.5 + 0.245 * side, 0.225), (0.5 + 0.17 * side, 0.26)]), IRON, 0.026
        )
    sheet.block(0.32, 0.18, 0.68, 0.325, RED, 0.035)
    for x in (0.30, 0.70):
        sheet.block(x - 0.13, 0.305, x + 0.13, 0.34, IRON, 0.015)
    sheet.block(0.13, 0.33, 0.87, 0.915, WHITE, 0.045)
    sheet.block(0.13, 0.33, 0.87, 0.475, (214, 216, 230), 0.035)
    for k in range(4):
        x = 0.245 + 0.17 * k
        sheet.oval(x, 0.405, 0.085, 0.085, IRON)
        sheet.line([(x, 0.405), (x + 0.012 * (k - 1), 0.375)], WHITE, 0.012)
    sheet.limb([(0.23, 0.535), (0.77, 0.535)], STEEL, 0.036)
    sheet.block(0.215, 0.59, 0.785, 0.83, PANE, 0.045)
    light = 150 + round(30 * math.sin(2 * math.pi * moment))
    sheet.area(ellipse(0.5, 0.75, 0.44, 0.12), (255, 166, 70), light)
    sheet.blob([(0.36, 0.755), (0.42, 0.685), (0.5, 0.665), (0.58, 0.685), (0.64, 0.755), (0.5, 0.775)],
               (222, 150, 84), 0.04)  # fmt: skip
    sheet.line([(0.25, 0.785), (0.75, 0.785)], STEEL, 0.012)
    sheet.line([(0.27, 0.63), (0.33, 0.63)], WHITE, 0.016, 130)
    for x in (0.20, 0.80):
        sheet.block(x - 0.045, 0.905, x + 0.045, 0.945, IRON, 0.012)


def _microwave(sheet: Sheet, moment: float) -> None:
    """A microwave oven with a lit window, in which a bowl turns, and buttons."""
    for x in (0.17, 0.83):
        sheet.block(x - 0.045, 0.80, x + 0.045, 0.85, IRON, 0.012)
    sheet.block(0.05, 0.26, 0.95, 0.82, (232, 232, 242), 0.05)
    sheet.block(0.10, 0.32, 0.68, 0.76, (120, 122, 146), 0.04)
    sheet.block(0.135, 0.355, 0.645, 0.725, (255, 214, 130), 0.035)
    sheet.oval(0.39, 0.665, 0.42, 0.055, (224, 240, 250))
    turn = 2 * math.pi * moment
    sheet.body(arc(0.39, 0.545, 0.27, 0.21, 0, 180), (86, 150, 226), 0.04)
    sheet.oval(0.39, 0.545, 0.27, 0.05, (250, 240, 220))
    for k in range(3):
        x = 0.39 + 0.10 * math.sin(turn + 2 * math.pi * k / 3)
        sheet.dot(x, 0.597, 0.017, WHITE, 255 if math.cos(turn + 2 * math.pi * k / 3) > 0 else 1)
    sheet.block(0.135, 0.355, 0.645, 0.40, (232, 180, 100), 0.02)
    sheet.line([(0.20, 0.48), (0.26, 0.42)], WHITE, 0.022, 150)
    sheet.block(0.735, 0.33, 0.895, 0.41, PANE, 0.02)
    for x in (0.765, 0.80, 0.83, 0.865):
        sheet.line([(x, 0.355), (x, 0.385)], (120, 240, 160), 0.013)
    for row in range(3):
        for k in range(3):
            sheet.oval(0.765 + 0.05 * k, 0.475 + 0.062 * row, 0.04, 0.042, STEEL)
    sheet.block(0.735, 0.665, 0.895, 0.735, GREEN, 0.025)


def _blender(sheet: Sheet, moment: float) -> None:
    """A glass jug in which fruit whirls, on a red base."""
    turn = 2 * math.pi * moment
    sheet.limb(bend([(0.66, 0.20), (0.82, 0.22), (0.80, 0.44), (0.65, 0.50)]), (206, 226, 240), 0.05)
    sheet.body([(0.27, 0.13), (0.73, 0.13), (0.645, 0.64), (0.355, 0.64)], (214, 236, 250), 0.05)
    top = [(0.302 + 0.0495 * k, 0.285 + 0.02 * math.sin(turn + 1.4 * k)) for k in range(9)]
    sheet.body([*top, (0.632, 0.625), (0.368, 0.625)], (255, 120, 150), 0.05)
    tones = ((255, 196, 70), (214, 40, 80), (140, 206, 90), (255, 230, 200), (150, 80, 190), (255, 160, 60))
    for k, tone in enumerate(tones):
        angle = turn + 2 * math.pi * k / 6
        y = 0.37 + 0.04 * k
        sheet.oval(0.5 + (0.15 - 0.013 * k) * math.cos(angle), y, 0.065, 0.06, tone)
    sheet.line([(0.345, 0.22), (0.385, 0.52)], WHITE, 0.026, 170)
    sheet.block(0.245, 0.085, 0.755, 0.155, (72, 70, 92), 0.025)
    sheet.block(0.41, 0.045, 0.59, 0.10, (72, 70, 92), 0.025)
    sheet.block(0.345, 0.62, 0.655, 0.68, STEEL, 0.02)
    sheet.body([(0.34, 0.67), (0.66, 0.67), (0.74, 0.90), (0.72, 0.935), (0.28, 0.935), (0.26, 0.90)], RED, 0.05)
    sheet.oval(0.5, 0.80, 0.13, 0.13, WHITE)
    sheet.line([(0.5, 0.80), (0.525, 0.76)], INK, 0.016)
    for x in (0.36, 0.64):
        sheet.oval(x, 0.82, 0.04, 0.04, GOLD)


def _dishwasher(sheet: Sheet, moment: float) -> None:
    """A steel box whose door is open: plates in a rack, drops of water that fall."""
    sheet.block(0.17, 0.08, 0.83, 0.93, (214, 218, 230), 0.04)
    sheet.block(0.17, 0.08, 0.83, 0.20, (186, 190, 208), 0.035)
    sheet.block(0.24, 0.115, 0.42, 0.165, PANE, 0.015)
    for k, tone in enumerate((GREEN, GOLD, RED)):
        sheet.oval(0.60 + 0.075 * k, 0.14, 0.046, 0.046, tone)
    sheet.block(0.225, 0.225, 0.775, 0.78, (84, 90, 116), 0.025)
    for k in range(6):
        x = 0.285 + 0.073 * k
        sheet.oval(x + 0.022, 0.585, 0.13, 0.25, (WHITE, (196, 224, 250))[k % 2])
        sheet.body(ellipse(x + 0.022, 0.585, 0.07, 0.15), (232, 236, 246), 0.012)
    for k, tone in enumerate((RED, GOLD, BLUE)):
        x = 0.345 + 0.155 * k
        sheet.body([(x - 0.05, 0.28), (x + 0.05, 0.28), (x + 0.038, 0.39), (x - 0.038, 0.39)], tone, 0.03)
        sheet.ring(x + 0.055, 0.325, 0.045, 0.016, tone)
    sheet.limb([(0.24, 0.405), (0.76, 0.405)], STEEL, 0.02)
    for k in range(10):
        age = (moment + 0.37 * k) % 1.0
        x = 0.265 + 0.052 * k
        sheet.oval(x, 0.25 + 0.44 * age, 0.016, 0.032, (150, 220, 255))
    sheet.limb([(0.24, 0.70), (0.76, 0.70)], STEEL, 0.022)
    for k in range(7):
        sheet.line([(0.27 + 0.076 * k, 0.63), (0.27 + 0.076 * k, 0.70)], STEEL, 0.012)
    sheet.body([(0.19, 0.765), (0.81, 0.765), (0.93, 0.90), (0.91, 0.93), (0.09, 0.93), (0.07, 0.90)],
               (196, 200, 216), 0.03)  # fmt: skip
    sheet.body([(0.25, 0.785), (0.75, 0.785), (0.82, 0.87), (0.18, 0.87)], (130, 136, 160), 0.02)
    sheet.limb([(0.36, 0.905), (0.64, 0.905)], IRON, 0.022)


def _vacuum_cleaner(sheet: Sheet, moment: float) -> None:
    """A red body on a wheel with a hose, a tube and a nozzle on the floor, into which specks of dust are drawn."""
    for k in range(5):
        age = (moment + k / 5) % 1.0
        sheet.dot(0.028 + 0.06 * age, 0.915 - 0.03 * ((3 * k) % 5) / 4 * (1 - age), 0.012, (150, 132, 124))
    sheet.limb(bend([(0.60, 0.66), (0.50, 0.34), (0.66, 0.10), (0.44, 0.07), (0.35, 0.22)]), (84, 84, 106), 0.05)
    sheet.limb([(0.36, 0.20), (0.20, 0.84)], STEEL, 0.042)
    sheet.limb([(0.375, 0.145), (0.345, 0.27)], RED, 0.06)
    sheet.body([(0.16, 0.82), (0.23, 0.82), (0.30, 0.90), (0.30, 0.935), (0.07, 0.935), (0.07, 0.90)], IRON, 0.03)
    sheet.blob([(0.44, 0.88), (0.42, 0.70), (0.54, 0.56), (0.76, 0.54), (0.93, 0.66), (0.95, 0.84), (0.86, 0.90)], RED,
               0.10)  # fmt: skip
    sheet.blob([(0.53, 0.66), (0.62, 0.60), (0.74, 0.60), (0.72, 0.68), (0.58, 0.72)], (255, 150, 140), 0.03)
    sheet.limb(bend([(0.56, 0.56), (0.69, 0.47), (0.83, 0.56)]), IRON, 0.035)
    sheet.block(0.42, 0.82, 0.94, 0.885, (150, 40, 56), 0.03)
    sheet.oval(0.80, 0.82, 0.23, 0.23, IRON)
    sheet.oval(0.80, 0.82, 0.12, 0.12, STEEL)
    sheet.oval(0.50, 0.895, 0.085, 0.085, IRON)


def _hair_dryer(sheet: Sheet, moment: float) -> None:
    """A pink hair dryer that blows air to the left."""
    for k, y in enumerate((0.24, 0.33, 0.42)):
        age = (moment + k / 3) % 1.0
        x = 0.24 - 0.14 * age
        way = [(x, y), (x - 0.035, y - 0.02), (x - 0.07, y), (x - 0.105, y + 0.02)]
        sheet.line(bend(way), (170, 214, 246), 0.022, round(230 * (1 - age)) + 1)
    sheet.limb(bend([(0.70, 0.88), (0.76, 0.945), (0.90, 0.90)]), IRON, 0.028)
    sheet.body([(0.60, 0.44), (0.77, 0.42), (0.78, 0.88), (0.655, 0.90)], (226, 76, 140), 0.05)
    sheet.body([(0.28, 0.22), (0.44, 0.245), (0.44, 0.415), (0.28, 0.44)], IRON, 0.03)
    sheet.blob([(0.40, 0.24), (0.62, 0.14), (0.82, 0.16), (0.92, 0.33), (0.82, 0.50), (0.62, 0.52), (0.40, 0.42)],
               (255, 112, 168), 0.10)  # fmt: skip
    sheet.oval(0.76, 0.33, 0.20, 0.20, (214, 66, 130))
    for k in range(3):
        sheet.line([(0.70, 0.29 + 0.04 * k), (0.82, 0.29 + 0.04 * k)], (120, 36, 84), 0.014)
    for y, tone in ((0.57, GOLD), (0.65, WHITE)):
        sheet.block(0.665, y, 0.735, y + 0.055, tone, 0.02)


def _projector(sheet: Sheet, moment: float) -> None:
    """A white projector for a screen, from its front: a big lens with a beam of light to the left."""
    light = 105 + round(30 * math.sin(2 * math.pi * moment))
    sheet.area([(0.30, 0.46), (0.02, 0.06), (0.02, 0.80), (0.30, 0.64)], (255, 240, 176), light)
    for x in (0.27, 0.84):
        sheet.block(x - 0.05, 0.75, x + 0.05, 0.84, IRON, 0.02)
    sheet.block(0.15, 0.36, 0.95, 0.78, (236, 238, 248), 0.07)
    sheet.block(0.15, 0.36, 0.95, 0.44, (206, 210, 226), 0.035)
    sheet.oval(0.36, 0.58, 0.35, 0.35, IRON)
    sheet.oval(0.36, 0.58, 0.26, 0.26, (52, 52, 74))
    sheet.oval(0.35, 0.575, 0.18, 0.18, (120, 180, 250))
    sheet.glow(0.335, 0.555, 0.12, (255, 255, 236), 255)
    for k in range(5):
        sheet.block(0.64 + 0.05 * k, 0.52, 0.665 + 0.05 * k, 0.70, (150, 154, 178), 0.012)
    for k, tone in enumerate((GREEN, GOLD, RED)):
        sheet.oval(0.70 + 0.08 * k, 0.40, 0.04, 0.035, tone)


def _calculator(sheet: Sheet, moment: float) -> None:
    """A pocket calculator with a display and coloured keys."""
    sheet.block(0.20, 0.05, 0.80, 0.95, (74, 78, 104), 0.06)
    sheet.block(0.26, 0.11, 0.74, 0.29, (190, 226, 190), 0.025)
    for k, segments in enumerate(("abged", "afgcd", "abc")):  # which bars of each figure are dark
        _figure(sheet, 0.50 + 0.085 * k, 0.20, segments)
    for row in range(4):
        for k in range(4):
            tone = (255, 160, 60) if k == 3 else RED if (row, k) == (0, 0) else (232, 234, 244)
            x, y = 0.263 + 0.122 * k, 0.345 + 0.143 * row
            sheet.block(x, y, x + 0.105, y + 0.115, tone, 0.03)
    strokes = {"x": ((-1, -1, 1, 1), (-1, 1, 1, -1)), "-": ((-1.3, 0, 1.3, 0),),
               "+": ((-1.3, 0, 1.3, 0), (0, -1.3, 0, 1.3)),
               "=": ((-1.3, -0.7, 1.3, -0.7), (-1.3, 0.7, 1.3, 0.7))}  # fmt: skip
    for row, way in enumerate("x-+="):
        x, y = 0.6815, 0.4025 + 0.143 * row
        for x0, y0, x1, y1 in strokes[way]:
            sheet.line([(x + 0.02 * x0, y + 0.02 * y0), (x + 0.02 * x1, y + 0.02 * y1)], WHITE, 0.013)


def _figure(sheet: Sheet, x: float, y: float, segments: str) -> None:
    """A figure of seven bars about (x, y): a above, b and c on the right, d below, e and f on the left, g between."""
    half, tall = 0.024, 0.05
    corner = {"a": ((-1, -1), (1, -1)), "b": ((1, -1), (1, 0)), "c": ((1, 0), (1, 1)), "d": ((-1, 1), (1, 1)),
              "e": ((-1, 0), (-1, 1)), "f": ((-1, -1), (-1, 0)), "g": ((-1, 0), (1, 0))}  # fmt: skip
    for name in segments:
        sheet.line([(x + half * a, y + tall * b) for a, b in corner[name]], INK, 0.014)


DRAWINGS: dict[str, Drawing] = {
    "stove": _stove,
    "microwave": _microwave,
    "blender": _blender,
    "dishwasher": _dishwasher,
    "vacuum cleaner": _vacuum_cleaner,
    "hair dryer": _hair_dryer,
    "projector": _projector,
    "calculator": _calculator,
}
