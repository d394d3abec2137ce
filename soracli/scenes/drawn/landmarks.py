"""Famous buildings, from the front."""

from __future__ import annotations

import math

from soracli.scenes.drawn.outlines import arc, bend, ellipse
from soracli.scenes.drawn.sheet import Colour, Drawing, Sheet

STONE, DIM, DARK = (196, 192, 202), (160, 156, 172), (72, 66, 88)
SAND, TAN, BROWN = (240, 196, 124), (216, 162, 98), (160, 108, 76)
WHITE, GOLD, GRASS = (248, 246, 250), (255, 204, 92), (126, 190, 96)


def _arch(sheet: Sheet, x: float, low: float, wide: float, tall: float, colour: Colour) -> None:
    """A round-headed opening. low: of its foot; tall: to its top."""
    top = low - tall + wide / 2
    sheet.body([(x - wide / 2, low), *arc(x, top, wide, wide, 180, 360), (x + wide / 2, low)], colour, 0.012)


def _stonehenge(sheet: Sheet, moment: float) -> None:
    """A ring of great stones, some with a stone across two of them, on grass."""
    sheet.blob([(0.035, 0.88), (0.16, 0.80), (0.5, 0.765), (0.84, 0.80), (0.965, 0.88), (0.5, 0.955)], GRASS, 0.05)
    for x in (0.36, 0.47, 0.58, 0.66):
        sheet.block(x - 0.036, 0.50, x + 0.036, 0.82, DIM, 0.022)
    sheet.block(0.325, 0.445, 0.515, 0.505, DIM, 0.022)
    sheet.block(0.535, 0.445, 0.705, 0.505, DIM, 0.022)
    stones = ((0.115, 0.42, 0.060, 0.85), (0.275, 0.415, 0.062, 0.865), (0.735, 0.41, 0.064, 0.865),
              (0.90, 0.42, 0.060, 0.85), (0.505, 0.56, 0.065, 0.90))  # fmt: skip
    for k, (x, top, half, low) in enumerate(stones):
        lean = 0.010 * (-1) ** k
        sheet.body([(x - half, low), (x - half + 0.012 + lean, top + 0.01), (x + lean, top - 0.008),
                    (x + half - 0.012 + lean, top + 0.012), (x + half, low)], STONE, 0.04)  # fmt: skip
        for at in (0.3, 0.62):
            y = top + at * (low - top)
            sheet.line([(x - 0.6 * half, y), (x - 0.1 * half, y + 0.02)], (142, 138, 156), 0.008)
    sheet.body([(0.045, 0.33), (0.34, 0.32), (0.35, 0.405), (0.05, 0.42)], (206, 202, 212), 0.03)
    sheet.body([(0.66, 0.32), (0.96, 0.335), (0.955, 0.415), (0.665, 0.405)], (206, 202, 212), 0.03)
    sheet.body([(0.14, 0.88), (0.18, 0.845), (0.36, 0.86), (0.38, 0.905), (0.20, 0.92)], STONE, 0.03)
    for x in (0.06, 0.45, 0.61, 0.80, 0.94):
        for side in (-1, 0, 1):
            sheet.line([(x, 0.895), (x + 0.012 * side, 0.865)], (84, 156, 72), 0.008)


def _big_ben(sheet: Sheet, moment: float) -> None:
    """A tall tower with a clock and a pointed roof; the minute hand goes round."""
    sheet.body([(0.495, 0.02), (0.505, 0.02), (0.512, 0.10), (0.488, 0.10)], GOLD, 0.01)
    sheet.body([(0.5, 0.07), (0.555, 0.17), (0.445, 0.17)], (86, 102, 128), 0.02)
    sheet.block(0.44, 0.165, 0.56, 0.22, SAND, 0.01)
    for x in (0.465, 0.50, 0.535):
        _arch(sheet, x, 0.22, 0.02, 0.045, DARK)
    sheet.body([(0.435, 0.215), (0.565, 0.215), (0.635, 0.30), (0.365, 0.30)], (86, 102, 128), 0.025)
    sheet.block(0.385, 0.46, 0.615, 0.95, TAN, 0.012)
    sheet.block(0.36, 0.29, 0.64, 0.49, SAND, 0.015)
    for x in (0.36, 0.64):
        sheet.body([(x - 0.018, 0.32), (x - 0.018, 0.26), (x, 0.225), (x + 0.018, 0.26), (x + 0.018, 0.32)], TAN, 0.012)
    sheet.block(0.35, 0.475, 0.65, 0.51, BROWN, 0.012)
    sheet.oval(0.5, 0.39, 0.20, 0.20, GOLD)
    sheet.body(ellipse(0.5, 0.39, 0.165, 0.165), (252, 250, 244), 0.015)
    for k in range(12):
        turn = math.pi * k / 6
        ends = [(0.5 + r * math.sin(turn), 0.39 - r * math.cos(turn)) for r in (0.062, 0.072)]
        sheet.line(ends, DARK, 0.008)
    for turn, reach in ((2 * math.pi * moment, 0.062), (-1.0, 0.04)):
        sheet.line([(0.5, 0.39), (0.5 + reach * math.sin(turn), 0.39 - reach * math.cos(turn))], DARK, 0.012)
    for row in range(4):
        y = 0.60 + 0.095 * row
        for k in range(4):
            _arch(sheet, 0.425 + 0.05 * k, y, 0.026, 0.065, (124, 84, 68))
        sheet.line([(0.39, y + 0.014), (0.61, y + 0.014)], BROWN, 0.009)
    for x in (0.385, 0.615):
        sheet.block(x - 0.014, 0.50, x + 0.014, 0.95, SAND, 0.01)
    _arch(sheet, 0.5, 0.95, 0.07, 0.055, DARK)


def _onion(sheet: Sheet, x: float, low: float, wide: float, tall: float) -> None:
    """A white dome that bulges, with a golden point. low: of its foot."""
    half = wide / 2
    sheet.limb([(x, low - tall), (x, low - 1.22 * tall)], GOLD, 0.07 * wide, 0.03 * wide)
    sheet.body(
        [*bend([(x - 0.84 * half, low), (x - half, low - 0.30 * tall), (x - 0.70 * half, low - 0.68 * tall),
                (x - 0.16 * half, low - 0.90 * tall), (x, low - 1.03 * tall)]),
         *bend([(x, low - 1.03 * tall), (x + 0.16 * half, low - 0.90 * tall), (x + 0.70 * half, low - 0.68 * tall),
                (x + half, low - 0.30 * tall), (x + 0.84 * half, low)])],
        WHITE, 0.25 * wide)  # fmt: skip


def _taj_mahal(sheet: Sheet, moment: float) -> None:
    """A white tomb with a great dome, four minarets, and its likeness in a pool."""
    for x in (0.07, 0.93, 0.19, 0.81):
        near = x in (0.07, 0.93)
        top, half = (0.36, 0.024) if near else (0.42, 0.018)
        sheet.body([(x - half, 0.80), (x - 0.72 * half, top), (x + 0.72 * half, top), (x + half, 0.80)],
                   (236, 234, 244), 0.02)  # fmt: skip
        for y in (top + 0.01, top + 0.14, top + 0.27):
            sheet.block(x - 1.15 * half, y - 0.009, x + 1.15 * half, y + 0.009, (206, 202, 220), 0.008)
        _onion(sheet, x, top, 1.7 * half, 1.7 * half)
    _onion(sheet, 0.5, 0.40, 0.29, 0.25)
    sheet.block(0.385, 0.385, 0.615, 0.45, (236, 234, 244), 0.012)
    for x in (0.325, 0.675):
        _onion(sheet, x, 0.43, 0.10, 0.085)
        sheet.block(x - 0.04, 0.425, x + 0.04, 0.48, (236, 234, 244), 0.008)
    sheet.block(0.24, 0.47, 0.76, 0.80, WHITE, 0.012)
    sheet.block(0.40, 0.44, 0.60, 0.80, (252, 250, 254), 0.012)
    _arch(sheet, 0.5, 0.80, 0.135, 0.29, (206, 202, 224))
    _arch(sheet, 0.5, 0.80, 0.095, 0.21, (134, 128, 160))
    for x in (0.29, 0.355, 0.645, 0.71):
        for low in (0.63, 0.785):
            _arch(sheet, x, low, 0.046, 0.11, (150, 144, 176))
    sheet.block(0.03, 0.79, 0.97, 0.84, (226, 222, 236), 0.012)
    sheet.block(0.02, 0.83, 0.98, 0.945, GRASS, 0.012)
    sheet.body([(0.43, 0.845), (0.57, 0.845), (0.64, 0.945), (0.36, 0.945)], (110, 190, 240), 0.015)
    for side in (-1, 1):
        for k in range(3):
            x, y = 0.5 + (0.125 + 0.04 * k) * side, 0.87 + 0.022 * k
            sheet.blob([(x, y - 0.06), (x + 0.018, y), (x, y + 0.022), (x - 0.018, y)], (62, 136, 84), 0.015)


def _golden_gate(sheet: Sheet, moment: float) -> None:
    """A red bridge on two towers with cables in great curves, over the sea."""
    red, dark = (226, 84, 56), (176, 56, 46)
    deck, spans = 0.70, ((-0.24, 0.25), (0.25, 0.75), (0.75, 1.24))
    for left, right in spans:
        middle, half = (left + right) / 2, (right - left) / 2
        begin, end = max(left, 0.03), min(right, 0.97)
        along = [begin + (end - begin) * k / 16 for k in range(17)]
        way = [(x, 0.66 - 0.45 * ((x - middle) / half) ** 2) for x in along]
        for x, y in way[1:-1]:
            sheet.line([(x, y), (x, deck)], red, 0.006)
        sheet.limb(way, red, 0.02)
    for x in (0.25, 0.75):
        for side in (-1, 1):
            sheet.limb([(x + 0.042 * side, 0.165), (x + 0.050 * side, 0.86)], red, 0.034, 0.042)
        for y in (0.20, 0.33, 0.46, 0.585, 0.79):
            sheet.block(x - 0.05, y, x + 0.05, y + 0.035, dark, 0.01)
        sheet.block(x - 0.085, 0.835, x + 0.085, 0.90, DIM, 0.02)
    sheet.block(0.02, deck - 0.02, 0.98, deck + 0.012, red, 0.012)
    sheet.block(0.02, deck + 0.01, 0.98, deck + 0.05, dark, 0.012)
    for k in range(17):
        x = 0.03 + 0.057 * k
        sheet.line([(x, deck + 0.046), (x + 0.029, deck + 0.012)], red, 0.007)
    wave = [(0.02 + 0.0686 * k, 0.885 + 0.014 * math.sin(2 * math.pi * (k / 4 + moment))) for k in range(15)]
    sheet.body([*wave, (0.98, 0.95), (0.02, 0.95)], (66, 160, 226), 0.03)


def _colosseum(sheet: Sheet, moment: float) -> None:
    """A round arena of arches in rows; its outer wall is broken off on the right."""
    sheet.body([*arc(0.5, 0.33, 0.89, 0.15, 180, 360), (0.945, 0.60), (0.055, 0.60)], TAN, 0.03)
    sheet.body([*arc(0.5, 0.37, 0.85, 0.13, 180, 360), (0.925, 0.60), (0.075, 0.60)], (142, 96, 76), 0.03)
    for k in range(6):
        _arch(sheet, 0.72 + 0.034 * k, 0.455 + 0.003 * k * k, 0.022, 0.06, (96, 64, 60))
    outer = [*arc(0.5, 0.33, 0.91, 0.17, 180, 68), (0.69, 0.43), (0.72, 0.46), (0.74, 0.53), (0.78, 0.545),
             (0.88, 0.525), (0.955, 0.48), (0.955, 0.85), *arc(0.5, 0.83, 0.91, 0.17, 0, 180)]  # fmt: skip
    sheet.body(outer, SAND, 0.05)
    rows = ((0.495, 0.115, 0.66), (0.605, 0.125, 1.0), (0.76, 0.13, 1.0), (0.915, 0.135, 1.0))
    for level, (low, tall, share) in enumerate(rows):
        for k in range(11):
            turn = math.pi * (1 - (k + 0.5) / 11)
            x, drop = 0.5 + 0.45 * math.cos(turn), 0.085 * math.sin(turn) - 0.085
            if 0.5 + 0.45 * math.cos(turn) < 0.05 + 0.9 * share:
                wide = 0.085 * (0.30 + 0.70 * math.sin(turn))
                square = level == 0
                if square:
                    sheet.block(x - 0.3 * wide, low + drop - 0.75 * tall, x + 0.3 * wide, low + drop - 0.2 * tall,
                                BROWN, 0.008)  # fmt: skip
                else:
                    _arch(sheet, x, low + drop, 0.72 * wide, 0.82 * tall, (124, 82, 68))
        band = arc(0.5, low - 0.067, 0.91, 0.17, 180, 0)
        sheet.line(band[: 12 if level == 0 else 17], TAN, 0.014)


def _sphinx(sheet: Sheet, moment: float) -> None:
    """A lion of stone that lies, with the head of a king in a striped headdress, to the left."""
    sheet.block(0.03, 0.86, 0.97, 0.945, TAN, 0.02)
    sheet.blob([(0.36, 0.56), (0.56, 0.52), (0.78, 0.53), (0.92, 0.62), (0.95, 0.78), (0.90, 0.87), (0.36, 0.87)], SAND,
               0.09)  # fmt: skip
    sheet.blob([(0.66, 0.66), (0.78, 0.60), (0.90, 0.68), (0.92, 0.82), (0.84, 0.87), (0.66, 0.87)], (246, 206, 138),
               0.06)  # fmt: skip
    sheet.limb([(0.86, 0.835), (0.58, 0.84)], (246, 206, 138), 0.07, 0.06)
    sheet.limb(bend([(0.92, 0.80), (0.962, 0.74), (0.945, 0.62)]), SAND, 0.035)
    sheet.limb([(0.44, 0.80), (0.09, 0.825)], TAN, 0.08)
    sheet.limb([(0.46, 0.81), (0.13, 0.84)], (246, 206, 138), 0.085)
    for x in (0.105, 0.135):
        sheet.line([(x, 0.82), (x, 0.865)], BROWN, 0.008)
    sheet.blob([(0.26, 0.50), (0.46, 0.50), (0.52, 0.66), (0.46, 0.82), (0.30, 0.82), (0.24, 0.66)], SAND, 0.06)
    cloth = [
        (0.26, 0.17),
        (0.36, 0.09),
        (0.47, 0.12),
        (0.55, 0.24),
        (0.60, 0.46),
        (0.55, 0.60),
        (0.42, 0.60),
        (0.36, 0.30),
    ]
    sheet.blob(cloth, (238, 186, 84), 0.05)
    for k in range(7):
        y = 0.22 + 0.055 * k
        fold = bend([(0.385 + 0.004 * k, y + 0.01), (0.46, y - 0.005), (0.495 + 0.009 * k, y + 0.022)])
        sheet.line(fold, (66, 116, 190), 0.018)
    sheet.blob([(0.25, 0.24), (0.32, 0.17), (0.41, 0.20), (0.43, 0.36), (0.40, 0.48), (0.31, 0.515), (0.265, 0.48),
                (0.265, 0.415), (0.235, 0.375), (0.26, 0.32)], (246, 206, 138), 0.05)  # fmt: skip
    sheet.limb(bend([(0.25, 0.225), (0.33, 0.155), (0.44, 0.165)]), (238, 186, 84), 0.045)
    sheet.limb(bend([(0.262, 0.20), (0.232, 0.17), (0.242, 0.125)]), (66, 116, 190), 0.026, 0.02)
    sheet.oval(0.305, 0.325, 0.062, 0.034, (252, 246, 236))
    sheet.dot(0.297, 0.325, 0.015, DARK)
    sheet.line(bend([(0.265, 0.285), (0.305, 0.272), (0.355, 0.29)]), BROWN, 0.014)
    sheet.line([(0.268, 0.45), (0.315, 0.447)], BROWN, 0.014)
    sheet.limb([(0.295, 0.505), (0.28, 0.62)], TAN, 0.04, 0.05)


DRAWINGS: dict[str, Drawing] = {
    "Stonehenge": _stonehenge,
    "Big Ben": _big_ben,
    "Taj Mahal": _taj_mahal,
    "Golden Gate Bridge": _golden_gate,
    "Colosseum": _colosseum,
    "sphinx": _sphinx,
}
