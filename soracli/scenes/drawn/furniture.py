"""What people sit on, and toys."""

from __future__ import annotations

import math

from soracli.scenes.drawn.outlines import bend
from soracli.scenes.drawn.sheet import Colour, Drawing, Sheet

WOOD, DEEP, PLANK = (176, 112, 72), (130, 82, 62), (216, 150, 98)
GOLD, AMBER = (255, 204, 62), (246, 160, 40)
VELVET, SHADE = (206, 48, 66), (164, 34, 58)


def _cushioned(sheet: Sheet, left: float, right: float, colour: Colour, dark: Colour, seats: int) -> None:
    """A soft seat with a back and two arms. seats: cushions side by side."""
    for x in (left + 0.10, right - 0.10):
        sheet.limb([(x, 0.86), (x + (x - 0.5) * 0.05, 0.925)], DEEP, 0.05, 0.035)
    sheet.block(left + 0.04, 0.40, right - 0.04, 0.80, dark, 0.07)
    wide = (right - left - 0.24) / seats
    for k in range(seats):
        x = left + 0.12 + wide * k
        sheet.block(x, 0.43, x + wide, 0.68, colour, 0.05)
    sheet.block(left + 0.06, 0.74, right - 0.06, 0.875, dark, 0.03)
    for k in range(seats):
        x = left + 0.12 + wide * k
        sheet.block(x, 0.655, x + wide, 0.765, colour, 0.045)
    for x in (left, right - 0.13):
        sheet.block(x, 0.57, x + 0.13, 0.875, colour, 0.06)


def _sofa(sheet: Sheet, moment: float) -> None:
    """A blue sofa for three, from the front. Its colour can be asked for."""
    _cushioned(sheet, 0.03, 0.97, (92, 136, 214), (70, 106, 182), 3)


def _armchair(sheet: Sheet, moment: float) -> None:
    """A red armchair, from the front. Its colour can be asked for."""
    _cushioned(sheet, 0.17, 0.83, (226, 92, 84), (186, 64, 68), 1)


def _throne(sheet: Sheet, moment: float) -> None:
    """A golden throne with red velvet, a crown of three balls on its back."""
    for x in (0.27, 0.73):
        sheet.limb([(x, 0.60), (x, 0.92)], AMBER, 0.075, 0.06)
    sheet.body([(0.27, 0.72), (0.25, 0.20), (0.36, 0.15), (0.42, 0.09), (0.5, 0.055), (0.58, 0.09), (0.64, 0.15),
                (0.75, 0.20), (0.73, 0.72)], GOLD, 0.04)  # fmt: skip
    sheet.body([(0.335, 0.66), (0.325, 0.25), (0.41, 0.20), (0.5, 0.165), (0.59, 0.20), (0.675, 0.25), (0.665, 0.66)],
               VELVET, 0.04)  # fmt: skip
    for x, y in ((0.42, 0.33), (0.58, 0.33), (0.5, 0.42), (0.42, 0.51), (0.58, 0.51)):
        sheet.dot(x, y, 0.014, SHADE)
        sheet.dot(x, y, 0.008, GOLD)
    for x, y in ((0.25, 0.175), (0.5, 0.045), (0.75, 0.175)):
        sheet.oval(x, y, 0.075, 0.075, AMBER)
    sheet.block(0.21, 0.70, 0.79, 0.82, GOLD, 0.03)
    sheet.block(0.27, 0.635, 0.73, 0.725, VELVET, 0.04)
    for x in (0.215, 0.785):
        sheet.limb([(x, 0.58), (x, 0.93)], GOLD, 0.075, 0.065)
        sheet.limb([(x + (0.5 - x) * 0.05, 0.535), (x, 0.575)], GOLD, 0.095)
        sheet.oval(x, 0.555, 0.085, 0.085, AMBER)


def _stool(sheet: Sheet, moment: float) -> None:
    """A round wooden stool on three legs."""
    sheet.limb([(0.5, 0.56), (0.5, 0.87)], DEEP, 0.055, 0.04)
    for side in (-1, 1):
        sheet.limb([(0.5 + 0.17 * side, 0.55), (0.5 + 0.25 * side, 0.92)], WOOD, 0.065, 0.045)
    sheet.limb([(0.305, 0.76), (0.695, 0.76)], DEEP, 0.03)
    sheet.oval(0.5, 0.535, 0.60, 0.13, WOOD)
    sheet.oval(0.5, 0.505, 0.60, 0.12, PLANK)
    sheet.line(bend([(0.31, 0.505), (0.5, 0.525), (0.69, 0.505)]), (196, 130, 82), 0.008)


def _spinning_top(sheet: Sheet, moment: float) -> None:
    """A wooden top on its point; its coloured stripes turn, and it sways a little."""
    lean = 0.025 * math.sin(2 * math.pi * moment)
    sheet.body([(0.16 + lean, 0.44), (0.84 + lean, 0.44), (0.80 + lean, 0.56), (0.55, 0.86), (0.5, 0.935),
                (0.45, 0.86), (0.20 + lean, 0.56)], (232, 66, 78), 0.07)  # fmt: skip
    for k in range(4):
        turn = math.sin(2 * math.pi * (2 * moment + k / 4))
        if math.cos(2 * math.pi * (2 * moment + k / 4)) > 0:
            top, low = 0.5 + lean + 0.30 * turn, 0.5 + 0.05 * turn
            wide = 0.055 * math.cos(2 * math.pi * (2 * moment + k / 4))
            sheet.body([(top - wide, 0.47), (top + wide, 0.47), (low + wide / 4, 0.86), (low - wide / 4, 0.86)],
                       (255, 206, 72) if k % 2 else (76, 170, 236), 0.02)  # fmt: skip
    sheet.oval(0.5 + lean, 0.43, 0.69, 0.18, (250, 122, 96))
    sheet.oval(0.5 + lean, 0.415, 0.50, 0.12, (255, 206, 72))
    sheet.oval(0.5 + lean, 0.405, 0.27, 0.07, (76, 170, 236))
    sheet.limb([(0.5 + lean, 0.40), (0.5 + 1.8 * lean, 0.14)], PLANK, 0.065, 0.055)
    sheet.oval(0.5 + 1.9 * lean, 0.115, 0.105, 0.10, WOOD)
    sheet.oval(0.5, 0.925, 0.035, 0.03, (110, 104, 122))


DRAWINGS: dict[str, Drawing] = {
    "sofa": _sofa,
    "armchair": _armchair,
    "throne": _throne,
    "stool": _stool,
    "spinning top": _spinning_top,
}
