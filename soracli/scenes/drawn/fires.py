"""What burns and gives light."""

from __future__ import annotations

import math

from soracli.scenes.drawn.outlines import arc, bend
from soracli.scenes.drawn.sheet import Drawing, Sheet

WOOD, DEEP, PLANK, IRON = (176, 112, 72), (130, 82, 62), (216, 150, 98), (92, 92, 112)
GOLD, BRASS, STEEL = (255, 204, 62), (226, 168, 70), (200, 204, 218)


def flame(sheet: Sheet, x: float, low: float, wide: float, tall: float, moment: float) -> None:
    """A flame of three tongues one in another that flickers, twice in a loop. low: of its foot."""
    for share, tone, beat in ((1.0, (255, 122, 36), 0.0), (0.68, (255, 184, 50), 0.25), (0.38, (255, 240, 150), 0.5)):
        lean = 0.16 * wide * math.sin(2 * math.pi * (moment + beat))
        rise = tall * share * (1 + 0.09 * math.sin(2 * math.pi * (2 * moment + beat)))
        half = 0.5 * wide * (0.25 + 0.75 * share)
        sheet.blob(
            [
                (x + lean, low - rise),
                (x + 0.55 * half + 0.5 * lean, low - 0.62 * rise),
                (x + half, low - 0.28 * rise),
                (x + 0.6 * half, low - 0.02 * rise),
                (x, low + 0.02 * rise),
                (x - 0.6 * half, low - 0.02 * rise),
                (x - half, low - 0.28 * rise),
                (x - 0.45 * half + 0.5 * lean, low - 0.60 * rise),
            ],
            tone,
            0.3 * half,
        )


def _torch(sheet: Sheet, moment: float) -> None:
    """A wooden torch bound with iron, with a great flame."""
    sheet.glow(0.5, 0.30, 0.30, (255, 200, 90), 110 + round(30 * math.sin(4 * math.pi * moment)))
    sheet.limb([(0.5, 0.52), (0.5, 0.93)], WOOD, 0.115, 0.07)
    for y in (0.70, 0.80):
        sheet.line([(0.475, y), (0.505, y + 0.06)], DEEP, 0.012)
    flame(sheet, 0.5, 0.50, 0.34, 0.43, moment)
    sheet.body([(0.39, 0.44), (0.61, 0.44), (0.575, 0.60), (0.425, 0.60)], (84, 80, 100), 0.04)
    for y, half in ((0.455, 0.125), (0.585, 0.095)):
        sheet.limb([(0.5 - half, y), (0.5 + half, y)], IRON, 0.034)


def _chandelier(sheet: Sheet, moment: float) -> None:
    """A golden chandelier with candles and drops of crystal; its flames flicker."""
    sheet.glow(0.5, 0.40, 0.38, (255, 226, 150), 100)
    for y in (0.03, 0.075, 0.12):
        sheet.ring(0.5, y + 0.02, 0.04, 0.013, BRASS)
    sheet.limb([(0.5, 0.16), (0.5, 0.74)], GOLD, 0.045)
    for away, rise in ((0.40, 0.44), (0.22, 0.50)):
        for side in (-1, 1):
            way = [
                (0.5, 0.66),
                (0.5 + 0.55 * away * side, 0.74),
                (0.5 + away * side, 0.66),
                (0.5 + away * side, rise + 0.09),
            ]
            sheet.limb(bend(way), GOLD, 0.034, 0.026)
            upper = [(0.5, 0.24), (0.5 + 0.5 * away * side, 0.36), (0.5 + away * side, rise + 0.10)]
            sheet.line(bend(upper), (206, 170, 100), 0.008)
            for x, y in bend(upper)[2:-1:2]:
                sheet.oval(x, y, 0.022, 0.022, (214, 236, 255))
    for k, x in enumerate((0.10, 0.28, 0.5, 0.72, 0.90)):
        top = (0.44, 0.50, 0.53, 0.50, 0.44)[k]
        sheet.block(x - 0.025, top - 0.03, x + 0.025, top + 0.085, (252, 246, 232), 0.012)
        flame(sheet, x, top - 0.03, 0.055, 0.105, moment + 0.37 * k)
        sheet.body(arc(x, top + 0.08, 0.11, 0.07, 0, 180), BRASS, 0.02)
    for x, y in ((0.10, 0.66), (0.28, 0.70), (0.40, 0.745), (0.60, 0.745), (0.72, 0.70), (0.90, 0.66)):
        sheet.blob(
            [(x, y - 0.01), (x + 0.022, y + 0.045), (x, y + 0.075), (x - 0.022, y + 0.045)], (190, 224, 252), 0.02
        )
    sheet.oval(0.5, 0.24, 0.10, 0.08, GOLD)
    sheet.oval(0.5, 0.70, 0.16, 0.12, GOLD)
    sheet.blob([(0.5, 0.75), (0.54, 0.83), (0.5, 0.90), (0.46, 0.83)], (190, 224, 252), 0.03)


def _fireplace(sheet: Sheet, moment: float) -> None:
    """A fireplace of bricks with a mantel; a fire of logs burns in it."""
    sheet.block(0.10, 0.22, 0.90, 0.90, (198, 92, 76), 0.015)
    tones = ((206, 100, 80), (184, 80, 68), (216, 114, 90))
    for row in range(8):
        y = 0.235 + 0.083 * row
        ends = [0.105, *(0.105 + 0.165 * (k + (row % 2) / 2) for k in range(0 if row % 2 else 1, 5)), 0.895]
        for k in range(len(ends) - 1):
            if ends[k + 1] - ends[k] > 0.02:
                sheet.block(ends[k] + 0.005, y, ends[k + 1] - 0.005, y + 0.073, tones[(2 * row + k) % 3], 0.012)
    opening = [(0.24, 0.90), (0.24, 0.54), *arc(0.5, 0.54, 0.52, 0.34, 180, 360), (0.76, 0.90)]
    sheet.body([(0.5 + (x - 0.5) * 1.16, 0.90 + (y - 0.90) * 1.08) for x, y in opening], (226, 206, 190), 0.025)
    sheet.body(opening, (58, 40, 46), 0.03)
    sheet.glow(0.5, 0.74, 0.25, (255, 150, 60), 150 + round(40 * math.sin(4 * math.pi * moment)))
    for log in ([(0.33, 0.86), (0.62, 0.80)], [(0.67, 0.86), (0.38, 0.80)]):
        sheet.limb(log, DEEP, 0.075)
    for x, tall, beat in ((0.40, 0.24, 0.2), (0.60, 0.22, 0.6), (0.5, 0.36, 0.0)):
        flame(sheet, x, 0.83, 0.20, tall, moment + beat)
    sheet.limb([(0.34, 0.865), (0.66, 0.865)], WOOD, 0.07)
    for x in (0.34, 0.66):
        sheet.oval(x, 0.865, 0.06, 0.065, PLANK)
    sheet.block(0.05, 0.15, 0.95, 0.245, WOOD, 0.02)
    sheet.block(0.02, 0.12, 0.98, 0.18, PLANK, 0.02)
    sheet.block(0.03, 0.885, 0.97, 0.945, (176, 166, 176), 0.015)
    sheet.block(0.44, 0.02, 0.56, 0.125, BRASS, 0.03)
    sheet.oval(0.5, 0.07, 0.08, 0.08, (252, 248, 236))
    sheet.line([(0.5, 0.07), (0.5, 0.045)], DEEP, 0.008)
    sheet.line([(0.5, 0.07), (0.517, 0.078)], DEEP, 0.008)
    for x in (0.20, 0.80):
        sheet.limb([(x, 0.078), (x, 0.12)], (252, 246, 232), 0.03)
        flame(sheet, x, 0.064, 0.03, 0.042, moment + x)


def _grill(sheet: Sheet, moment: float) -> None:
    """A round grill on three legs with sausages and skewers over glowing coals; it smokes."""
    for k in range(4):
        age = (moment + k / 4) % 1.0
        x = 0.33 + 0.115 * k + 0.025 * math.sin(2 * math.pi * age)
        sheet.dot(x, 0.36 - 0.26 * age, 0.03 + 0.035 * age, (226, 226, 236), round(150 * (1 - age)) + 1)
    for end in (0.28, 0.72, 0.5):
        sheet.limb([(0.5 + 0.5 * (end - 0.5), 0.64), (end, 0.92)], IRON, 0.035)
    sheet.limb([(0.32, 0.83), (0.68, 0.83)], IRON, 0.022)
    for x in (0.28, 0.72):
        sheet.oval(x, 0.90, 0.085, 0.085, (62, 60, 80))
        sheet.oval(x, 0.90, 0.035, 0.035, STEEL)
    sheet.oval(0.5, 0.46, 0.78, 0.12, (255, 120 + round(30 * math.sin(4 * math.pi * moment)), 50))
    sheet.body([*arc(0.5, 0.47, 0.82, 0.44, 0, 180)], (216, 52, 54), 0.09)
    sheet.line(arc(0.5, 0.47, 0.70, 0.34, 110, 165), (255, 160, 150), 0.026, 170)
    sheet.oval(0.5, 0.465, 0.82, 0.13, (62, 60, 80))
    sheet.oval(0.5, 0.46, 0.74, 0.10, (255, 130 + round(40 * math.sin(4 * math.pi * moment)), 60))
    for k in range(9):
        x = 0.18 + 0.08 * k
        half = 0.05 * math.sqrt(max(1 - ((x - 0.5) / 0.37) ** 2, 0))
        sheet.line([(x, 0.46 - half), (x, 0.46 + half)], (84, 80, 100), 0.010)
    for x, y in ((0.27, 0.435), (0.33, 0.465)):
        sheet.limb(bend([(x - 0.075, y - 0.01), (x, y + 0.012), (x + 0.075, y - 0.01)]), (186, 84, 56), 0.062)
        for dx in (-0.035, 0.0, 0.035):
            sheet.line([(x + dx - 0.008, y - 0.02), (x + dx + 0.008, y + 0.02)], (130, 52, 42), 0.009)
    for y in (0.43, 0.465):
        sheet.line([(0.48, y), (0.86, y)], PLANK, 0.012)
        for k, tone in enumerate(((150, 86, 60), (104, 186, 92), (226, 62, 60), (150, 86, 60), (255, 204, 62))):
            sheet.oval(0.52 + 0.052 * k, y, 0.056, 0.06, tone)
    sheet.limb([(0.92, 0.47), (0.96, 0.47)], DEEP, 0.035)
    sheet.limb([(0.04, 0.47), (0.08, 0.47)], DEEP, 0.035)


DRAWINGS: dict[str, Drawing] = {
    "torch": _torch,
    "chandelier": _chandelier,
    "fireplace": _fireplace,
    "barbecue grill": _grill,
}
