"""What is worn, and small things of a house and a desk."""

from __future__ import annotations

import math

from soracli.scenes.drawn.objects import glint
from soracli.scenes.drawn.outlines import bend, ellipse
from soracli.scenes.drawn.sheet import Drawing, Sheet

WOOD, DEEP, PLANK = (176, 112, 72), (130, 82, 62), (216, 150, 98)
STEEL, IRON, WHITE, GOLD, BRASS = (200, 204, 218), (92, 92, 112), (248, 246, 250), (255, 204, 62), (226, 168, 70)
RED, BLUE, GREEN = (226, 56, 60), (60, 130, 230), (96, 184, 92)


def _mop(sheet: Sheet, moment: float) -> None:
    """A mop that stands in a bucket's place: a wooden handle over thick white strings."""
    sheet.limb([(0.56, 0.05), (0.50, 0.66)], PLANK, 0.042)
    sheet.limb([(0.56, 0.05), (0.55, 0.13)], RED, 0.05)
    for k in range(9):
        at = (k - 4) / 4
        way = [(0.5 + 0.055 * at, 0.69), (0.5 + 0.17 * at, 0.80), (0.5 + 0.27 * at, 0.925 - 0.02 * at * at)]
        sheet.limb(bend(way), ((240, 240, 248), (222, 226, 240))[k % 2], 0.05, 0.062)
    sheet.body([(0.44, 0.60), (0.56, 0.60), (0.585, 0.70), (0.415, 0.70)], BLUE, 0.03)


def _towel(sheet: Sheet, moment: float) -> None:
    """A striped towel on a rail."""
    sheet.limb([(0.10, 0.16), (0.90, 0.16)], STEEL, 0.045)
    for x in (0.10, 0.90):
        sheet.oval(x, 0.16, 0.095, 0.095, IRON)
    sheet.block(0.50, 0.12, 0.80, 0.70, (84, 176, 186), 0.03)
    sheet.block(0.20, 0.115, 0.66, 0.90, (120, 214, 220), 0.04)
    for y, tall in ((0.66, 0.045), (0.735, 0.02)):
        sheet.block(0.203, y, 0.657, y + tall, WHITE, 0.01)
    for k in range(12):
        sheet.limb([(0.222 + 0.0378 * k, 0.89), (0.222 + 0.0378 * k, 0.935)], (160, 230, 234), 0.02)
    sheet.line(bend([(0.27, 0.22), (0.285, 0.40), (0.27, 0.60)]), (170, 236, 240), 0.02, 160)


def _comb(sheet: Sheet, moment: float) -> None:
    """A comb with close and wide teeth."""
    tone, dark = (236, 110, 140), (206, 76, 116)
    x = 0.09
    while x < 0.905:
        wide = 0.030 if x > 0.5 else 0.018
        sheet.limb([(x + wide / 2, 0.44), (x + wide / 2, 0.70)], dark, wide, 0.6 * wide)
        x += 1.75 * wide
    sheet.blob([(0.04, 0.42), (0.10, 0.33), (0.5, 0.285), (0.90, 0.33), (0.96, 0.42), (0.90, 0.475), (0.5, 0.485),
                (0.10, 0.475)], tone, 0.045)  # fmt: skip
    for x in (0.055, 0.945):
        sheet.limb([(x, 0.42), (x, 0.70)], tone, 0.042, 0.03)


def _helmet(sheet: Sheet, moment: float) -> None:
    """A red crash helmet with a visor, that looks to the left."""
    sheet.blob([(0.10, 0.52), (0.14, 0.26), (0.34, 0.10), (0.62, 0.09), (0.85, 0.26), (0.91, 0.54), (0.86, 0.78),
                (0.66, 0.87), (0.34, 0.90), (0.15, 0.80)], RED, 0.14)  # fmt: skip
    sheet.blob([(0.085, 0.48), (0.13, 0.36), (0.36, 0.33), (0.60, 0.36), (0.66, 0.46), (0.60, 0.58), (0.36, 0.63),
                (0.13, 0.62)], (44, 44, 62), 0.05)  # fmt: skip
    sheet.blob([(0.11, 0.48), (0.15, 0.39), (0.36, 0.365), (0.57, 0.39), (0.615, 0.465), (0.565, 0.55), (0.36, 0.59),
                (0.15, 0.58)], (76, 150, 220), 0.05)  # fmt: skip
    sheet.line(bend([(0.17, 0.43), (0.30, 0.405), (0.44, 0.41)]), WHITE, 0.024, 190)
    sheet.oval(0.66, 0.47, 0.085, 0.085, STEEL)
    sheet.limb(bend([(0.30, 0.145), (0.52, 0.17), (0.74, 0.30)]), WHITE, 0.06, 0.04)
    for k in range(3):
        sheet.limb([(0.17 + 0.055 * k, 0.735), (0.17 + 0.055 * k, 0.795)], (130, 26, 40), 0.022)
    sheet.limb(bend([(0.36, 0.89), (0.62, 0.865), (0.84, 0.77)]), (70, 62, 84), 0.035)


def _boots(sheet: Sheet, moment: float) -> None:
    """A pair of high yellow rain boots."""
    for x, tone, sole in ((-0.03, (246, 178, 36), (110, 76, 66)), (0.33, (255, 204, 56), (130, 90, 74))):
        sheet.block(0.30 + x, 0.72, 0.58 + x, 0.93, sole, 0.04)
        sheet.limb([(0.10 + x, 0.915), (0.54 + x, 0.915)], sole, 0.045)
        sheet.blob([(0.33 + x, 0.13), (0.58 + x, 0.13), (0.575 + x, 0.42), (0.59 + x, 0.70), (0.58 + x, 0.88),
                    (0.40 + x, 0.895), (0.12 + x, 0.895), (0.07 + x, 0.82), (0.13 + x, 0.73), (0.29 + x, 0.66),
                    (0.335 + x, 0.42)], tone, 0.08)  # fmt: skip
        sheet.block(0.315 + x, 0.10, 0.60 + x, 0.185, sole, 0.035)
        sheet.limb([(0.10 + x, 0.90), (0.58 + x, 0.90)], sole, 0.05)
        sheet.line(bend([(0.385 + x, 0.25), (0.385 + x, 0.45), (0.36 + x, 0.64)]), (255, 242, 176), 0.028, 190)


def _mask(sheet: Sheet, moment: float) -> None:
    """A carnival mask with feathers and golden rims."""
    for k in range(7):
        at = (k - 3) / 3
        end = (0.5 + 0.30 * at, 0.10 + 0.09 * at * at)
        sheet.limb(bend([(0.5 + 0.08 * at, 0.40), (0.5 + 0.17 * at, 0.24), end]),
                   ((60, 170, 200), (236, 92, 150), (255, 190, 70))[k % 3], 0.05, 0.085)  # fmt: skip
        sheet.line([(0.5 + 0.08 * at, 0.40), (0.5 + 0.28 * at, 0.12 + 0.09 * at * at)], WHITE, 0.008, 120)
    shape = [(0.5, 0.42), (0.66, 0.36), (0.86, 0.34), (0.97, 0.28), (0.94, 0.48), (0.84, 0.66), (0.68, 0.72),
             (0.56, 0.66), (0.5, 0.60)]  # fmt: skip
    outline = [*shape, *((1 - x, y) for x, y in shape[:0:-1])]
    sheet.blob(outline, GOLD, 0.04)
    sheet.blob([(0.5 + (x - 0.5) * 0.93, 0.515 + (y - 0.515) * 0.87) for x, y in outline], (140, 60, 190), 0.05)
    for side in (-1, 1):
        x = 0.5 + 0.215 * side
        sheet.oval(x, 0.525, 0.245, 0.155, GOLD, -10 * side)
        sheet.area(ellipse(x, 0.525, 0.19, 0.105, -10 * side), (44, 30, 60))
        for k in range(3):
            sheet.oval(0.5 + (0.30 + 0.045 * k) * side, 0.405 - 0.018 * k, 0.032, 0.032, (110, 220, 236))
    sheet.oval(0.5, 0.445, 0.085, 0.10, (236, 60, 110))


def _tiara(sheet: Sheet, moment: float) -> None:
    """A silver crown with points and jewels, that glints."""
    silver = (222, 226, 242)
    for side in (-1, 1):
        for away, tall in ((0.0, 0.40), (0.14, 0.30), (0.27, 0.20), (0.37, 0.12)):
            if side < 0 or away > 0:
                x, low = 0.5 + away * side, 0.72 - 0.55 * away * away
                sheet.limb(
                    bend([(x - 0.075, low), (x - 0.055, low - 0.55 * tall), (x, low - tall)]), silver, 0.028, 0.018
                )
                sheet.limb(
                    bend([(x + 0.075, low), (x + 0.055, low - 0.55 * tall), (x, low - tall)]), silver, 0.028, 0.018
                )
                tone = (236, 70, 120) if away == 0 else (96, 170, 246)
                size = 0.11 if away == 0 else 0.075 - 0.05 * away
                sheet.oval(x, low - 0.42 * tall, 0.8 * size, size, tone)
                sheet.oval(x, low - tall - 0.01, 0.045, 0.05, WHITE)
    band = bend([(0.05, 0.62), (0.25, 0.71), (0.5, 0.74), (0.75, 0.71), (0.95, 0.62)])
    sheet.limb(band, silver, 0.075)
    for k in range(9):
        x, y = band[round((len(band) - 1) * (k + 0.5) / 9)]
        sheet.oval(x, y, 0.036, 0.036, ((96, 170, 246), (236, 70, 120))[k % 2])
    for k, (x, y) in enumerate(((0.5, 0.30), (0.23, 0.52), (0.77, 0.52))):
        reach = 0.075 * max(math.sin(2 * math.pi * (moment + k / 3)), 0.0)
        if reach > 0.01:
            glint(sheet, x, y, reach)


def _necklace(sheet: Sheet, moment: float) -> None:
    """A string of pearls with a red pendant, that glints."""
    sheet.line(bend([(0.38, 0.105), (0.5, 0.06), (0.62, 0.105)]), BRASS, 0.012)
    sheet.oval(0.5, 0.06, 0.05, 0.045, GOLD)
    count = 25
    for k in range(count):
        angle = math.radians(20 + 320 * k / (count - 1))
        x, y = 0.5 + 0.34 * math.sin(angle), 0.44 - 0.36 * math.cos(angle)
        size = 0.062 + 0.028 * (1 - math.cos(angle)) / 2
        sheet.oval(x, y, size, size, (250, 244, 238))
    sheet.ring(0.5, 0.815, 0.05, 0.016, GOLD)
    sheet.blob([(0.5, 0.955), (0.43, 0.875), (0.46, 0.835), (0.54, 0.835), (0.57, 0.875)], GOLD, 0.03)
    sheet.blob([(0.5, 0.935), (0.45, 0.877), (0.47, 0.848), (0.53, 0.848), (0.55, 0.877)], (226, 40, 70), 0.03)
    for k, (x, y) in enumerate(((0.48, 0.865), (0.23, 0.68), (0.80, 0.62))):
        reach = 0.075 * max(math.sin(2 * math.pi * (moment + k / 3)), 0.0)
        if reach > 0.01:
            glint(sheet, x, y, reach)


def _easel(sheet: Sheet, moment: float) -> None:
    """A wooden stand with a painting of hills and a sun."""
    sheet.limb([(0.5, 0.12), (0.60, 0.93)], DEEP, 0.035)
    for side in (-1, 1):
        sheet.limb([(0.5 + 0.04 * side, 0.06), (0.5 + 0.31 * side, 0.935)], WOOD, 0.042)
    sheet.block(0.14, 0.18, 0.86, 0.68, (240, 232, 216), 0.015)
    sheet.block(0.17, 0.21, 0.83, 0.65, (140, 206, 244), 0.01)
    sheet.oval(0.68, 0.31, 0.12, 0.12, (255, 210, 70))
    hills = bend([(0.17, 0.48), (0.34, 0.38), (0.52, 0.50), (0.68, 0.44), (0.83, 0.50)])
    sheet.body([*hills, (0.83, 0.65), (0.17, 0.65)], (92, 150, 180), 0.015)
    sheet.body(
        [*bend([(0.17, 0.56), (0.40, 0.53), (0.62, 0.58), (0.83, 0.53)]), (0.83, 0.65), (0.17, 0.65)], GREEN, 0.015
    )
    for x, tone in ((0.27, RED), (0.38, GOLD), (0.50, (236, 110, 170)), (0.70, RED), (0.77, GOLD)):
        sheet.dot(x, 0.615, 0.016, tone)
    sheet.block(0.12, 0.675, 0.88, 0.725, PLANK, 0.02)
    sheet.block(0.44, 0.10, 0.56, 0.20, PLANK, 0.02)


def _calendar(sheet: Sheet, moment: float) -> None:
    """A leaf of a month with a red head and rings; one day has a circle."""
    sheet.block(0.11, 0.14, 0.89, 0.93, (214, 214, 228), 0.05)
    sheet.block(0.11, 0.12, 0.89, 0.90, WHITE, 0.05)
    sheet.block(0.11, 0.12, 0.89, 0.32, RED, 0.05)
    sheet.limb([(0.36, 0.235), (0.64, 0.235)], WHITE, 0.04)
    for k in range(5):
        x = 0.22 + 0.14 * k
        sheet.oval(x, 0.145, 0.055, 0.05, (120, 26, 40))
        sheet.limb([(x, 0.065), (x, 0.145)], STEEL, 0.03)
    for row in range(5):
        for k in range(7):
            if (row, k) > (0, 1) and (row, k) < (4, 5):
                tone = RED if k == 6 else (96, 100, 130)
                x, y = 0.185 + 0.105 * k, 0.40 + 0.105 * row
                sheet.block(x - 0.03, y - 0.03, x + 0.03, y + 0.03, tone, 0.014)
    sheet.line(ellipse(0.605, 0.61, 0.125, 0.115)[:47], (52, 112, 230), 0.018)


def _banknote(sheet: Sheet, moment: float) -> None:
    """A green note with a portrait in an oval."""
    sheet.block(0.02, 0.27, 0.98, 0.75, (124, 190, 124), 0.02)
    sheet.block(0.05, 0.30, 0.95, 0.72, (206, 236, 196), 0.015)
    sheet.block(0.075, 0.325, 0.925, 0.695, (150, 208, 146), 0.012)
    sheet.oval(0.5, 0.51, 0.26, 0.34, (206, 236, 196))
    sheet.blob([(0.405, 0.64), (0.44, 0.585), (0.56, 0.585), (0.595, 0.64), (0.5, 0.675)], (84, 150, 96), 0.02)
    sheet.oval(0.5, 0.50, 0.115, 0.145, (124, 190, 124))
    sheet.blob([(0.435, 0.50), (0.445, 0.42), (0.5, 0.395), (0.555, 0.42), (0.565, 0.50), (0.535, 0.44), (0.465, 0.44)],
               (84, 150, 96), 0.02)  # fmt: skip
    for x in (0.48, 0.52):
        sheet.dot(x, 0.495, 0.008, (50, 100, 64))
    sheet.line(bend([(0.485, 0.535), (0.5, 0.543), (0.515, 0.535)]), (50, 100, 64), 0.008)
    for x in (0.19, 0.81):
        sheet.oval(x, 0.51, 0.15, 0.17, (206, 236, 196))
        sheet.limb(bend([(x + 0.03, 0.475), (x - 0.005, 0.455), (x - 0.03, 0.48), (x, 0.51), (x + 0.03, 0.54),
                         (x + 0.005, 0.565), (x - 0.03, 0.545)]), (84, 150, 96), 0.016)  # fmt: skip
        sheet.limb([(x, 0.44), (x, 0.58)], (84, 150, 96), 0.012)
        for y in (0.36, 0.66):
            sheet.dot(x + (0.07 if x > 0.5 else -0.07), y, 0.018, (84, 150, 96))


def _safe(sheet: Sheet, moment: float) -> None:
    """A steel strongbox with a dial and a wheel on its door."""
    for x in (0.20, 0.80):
        sheet.block(x - 0.075, 0.87, x + 0.075, 0.945, (60, 60, 80), 0.02)
    sheet.block(0.07, 0.07, 0.93, 0.90, (110, 122, 150), 0.05)
    sheet.block(0.14, 0.14, 0.86, 0.83, (150, 164, 192), 0.035)
    sheet.block(0.175, 0.175, 0.825, 0.795, (128, 142, 172), 0.03)
    for y in (0.24, 0.64):
        sheet.block(0.10, y, 0.165, y + 0.10, (76, 84, 110), 0.02)
    sheet.oval(0.37, 0.485, 0.27, 0.27, (70, 76, 102))
    sheet.oval(0.37, 0.485, 0.20, 0.20, STEEL)
    for k in range(12):
        turn = math.pi * k / 6
        sheet.line([(0.37 + r * math.cos(turn), 0.485 + r * math.sin(turn)) for r in (0.105, 0.122)], WHITE, 0.010)
    sheet.limb([(0.37, 0.485), (0.37, 0.42)], RED, 0.022)
    sheet.oval(0.37, 0.485, 0.08, 0.08, (70, 76, 102))
    for k in range(4):
        turn = math.pi * k / 4 + 0.2
        dx, dy = 0.12 * math.cos(turn), 0.12 * math.sin(turn)
        sheet.limb([(0.655 - dx, 0.485 - dy), (0.655 + dx, 0.485 + dy)], BRASS, 0.024)
    sheet.ring(0.655, 0.485, 0.18, 0.03, GOLD)
    sheet.oval(0.655, 0.485, 0.075, 0.075, GOLD)


DRAWINGS: dict[str, Drawing] = {
    "mop": _mop,
    "towel": _towel,
    "comb": _comb,
    "helmet": _helmet,
    "rain boots": _boots,
    "carnival mask": _mask,
    "tiara": _tiara,
    "pearl necklace": _necklace,
    "easel": _easel,
    "calendar": _calendar,
    "banknote": _banknote,
    "steel safe": _safe,
}
