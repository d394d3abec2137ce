"""What is built, and stands."""

from __future__ import annotations

import math

from soracli.scenes.drawn.outlines import arc, bend
from soracli.scenes.drawn.sheet import Colour, Drawing, Sheet
from soracli.scenes.drawn.vehicles import IRON, PLANK, WOOD

RED, WHITE, STONE, SAND = (232, 58, 60), (246, 244, 250), (176, 168, 182), (248, 206, 128)
SNOW, CREAM, SLATE = (226, 240, 252), (246, 228, 196), (84, 88, 112)


def arch(sheet: Sheet, x: float, low: float, wide: float, tall: float, colour: Colour) -> None:
    """An opening with a round top, about x, on `low`."""
    top = low - tall + wide / 2
    sheet.body([*arc(x, top, wide, wide, 180, 360), (x + wide / 2, low), (x - wide / 2, low)], colour, 0.012)


def _bridge(sheet: Sheet, moment: float) -> None:
    """A stone bridge: a great arch between two small ones, a parapet."""
    deck = [(0.055, 0.60), (0.28, 0.53), (0.5, 0.51), (0.72, 0.53), (0.945, 0.60)]
    way = bend(deck)
    openings = ((0.16, 0.80, 0.13, 0.20, 7), (0.5, 0.82, 0.38, 0.44, 15), (0.84, 0.80, 0.13, 0.20, 7))
    low = []
    for x, y, wide, tall, _ in openings:
        low += [(x - wide / 2, 0.90), *arc(x, y, wide, tall, 180, 360), (x + wide / 2, 0.90)]
    sheet.body([*way, (0.945, 0.90), *low[::-1], (0.055, 0.90)], STONE, 0.03)
    for x, y, wide, tall, count in openings:
        for k in range(count):
            stone = arc(x, y, wide + 0.06, tall + 0.06, 180 + 180 * k / count, 180 + 180 * (k + 1) / count)
            inner = [(x + (a - x) * wide / (wide + 0.06), y + (b - y) * tall / (tall + 0.06)) for a, b in stone]
            sheet.body([*stone, *inner[::-1]], (208, 198, 210) if k % 2 else (190, 180, 194), 0.01)
    for x, y in ((0.10, 0.645), (0.23, 0.625), (0.265, 0.70), (0.735, 0.695), (0.79, 0.63), (0.90, 0.65),
                 (0.255, 0.80), (0.745, 0.82)):  # fmt: skip
        sheet.block(x - 0.03, y, x + 0.03, y + 0.032, (160, 152, 168))
    sheet.limb([(x, y - 0.022) for x, y in way], (210, 202, 212), 0.055)
    sheet.limb([(x, y + 0.015) for x, y in way], (154, 146, 162), 0.026)


def _pyramid(sheet: Sheet, moment: float) -> None:
    """Courses of stone, one side in the light, a dark door at its foot."""
    top, left, right, edge = (0.5, 0.14), (0.03, 0.88), (0.97, 0.84), (0.62, 0.92)
    sheet.body([top, edge, left], (252, 204, 106), 0.02)
    sheet.body([top, right, edge], (214, 138, 74), 0.02)
    for k in range(1, 9):
        share = k / 9
        rows = [(top[0] + (x - top[0]) * share, top[1] + (y - top[1]) * share) for x, y in (left, edge, right)]
        sheet.line(rows[:2], (222, 158, 78), 0.007, 190)
        sheet.line(rows[1:], (170, 100, 62), 0.007, 170)
        for j in range(k):
            at = (j + 0.5 * (k % 2) + 0.25) / k
            x, y = rows[0][0] + (rows[1][0] - rows[0][0]) * at, rows[0][1] + (rows[1][1] - rows[0][1]) * at
            sheet.line([(x, y - 0.012), (x + 0.004, y - 0.062)], (222, 158, 78), 0.006, 150)
    sheet.body([(0.345, 0.905), (0.355, 0.82), (0.405, 0.825), (0.41, 0.91)], (120, 72, 66), 0.01)


def _igloo(sheet: Sheet, moment: float) -> None:
    """A dome of blocks of snow with a tunnel to its door."""
    sheet.body([*arc(0.53, 0.84, 0.80, 1.20, 180, 360), (0.93, 0.90), (0.13, 0.90)], SNOW, 0.12)
    for k, y in enumerate((0.72, 0.58, 0.44, 0.32)):
        half = 0.40 * math.sqrt(1 - ((0.84 - y) / 0.60) ** 2)
        sheet.line(bend([(0.53 - half, y), (0.53, y + 0.03), (0.53 + half, y)]), (150, 190, 226), 0.009)
        for j in range(-3, 4):
            x = 0.53 + half * math.sin((j + 0.5 * (k % 2)) * 0.45)
            up = 0.115 - 0.02 * k
            if abs(j) < 4 - k // 2:
                sheet.line([(x, y + 0.02), (0.53 + (x - 0.53) * 0.90, y - up + 0.02)], (150, 190, 226), 0.008)
    sheet.body([*arc(0.30, 0.74, 0.44, 0.44, 180, 360), (0.52, 0.92), (0.08, 0.92)], (238, 248, 255), 0.06)
    sheet.body([*arc(0.285, 0.765, 0.28, 0.32, 180, 360), (0.425, 0.92), (0.145, 0.92)], (72, 92, 140), 0.03)
    for turn in (205, 235, 270, 305, 335):
        near, far = arc(0.30, 0.75, 0.31, 0.35, turn, turn)[0], arc(0.30, 0.74, 0.43, 0.43, turn, turn)[0]
        sheet.line([near, far], (150, 190, 226), 0.008)
    sheet.blob([(0.06, 0.925), (0.14, 0.89), (0.5, 0.905), (0.86, 0.885), (0.94, 0.925), (0.5, 0.945)], WHITE, 0.02)


def _market_stall(sheet: Sheet, moment: float) -> None:
    """A counter of fruit under a striped awning."""
    for x in (0.12, 0.88):
        sheet.limb([(x, 0.24), (x, 0.92)], WOOD, 0.034)
    sheet.block(0.13, 0.44, 0.87, 0.60, (126, 82, 72))
    fruits = ((240, 66, 66), (255, 160, 48), (124, 200, 76), (255, 212, 74), (166, 96, 214))
    for row, y in enumerate((0.575, 0.62, 0.66)):
        for k in range(15):
            tone = fruits[min(k // 3, 4)]
            sheet.oval(0.125 + 0.0535 * k + 0.012 * (row % 2), y, 0.07, 0.07, tone)
    sheet.block(0.06, 0.66, 0.94, 0.72, PLANK, 0.02)
    sheet.block(0.09, 0.70, 0.91, 0.935, (204, 138, 92), 0.02)
    for x in (0.255, 0.42, 0.585, 0.75):
        sheet.line([(x, 0.725), (x, 0.925)], WOOD, 0.009)
    count = 7
    for k in range(count):
        left, right = 0.05 + 0.90 * k / count, 0.05 + 0.90 * (k + 1) / count
        upper = [0.5 + (x - 0.5) * 0.80 for x in (left, right)]
        tone = RED if k % 2 == 0 else WHITE
        middle = (left + right) / 2
        flap = arc(middle, 0.33, right - left, 0.13, 0, 180)
        sheet.body([(upper[0], 0.10), (upper[1], 0.10), (right, 0.33), *flap, (left, 0.33)], tone, 0.022)
    sheet.block(0.12, 0.075, 0.88, 0.12, (206, 46, 56), 0.02)


def _well(sheet: Sheet, moment: float) -> None:
    """A round wall of stone, a roof on two posts, a bucket on a rope."""
    for x in (0.24, 0.76):
        sheet.block(x - 0.027, 0.30, x + 0.027, 0.68, WOOD)
    sheet.limb([(0.20, 0.42), (0.84, 0.42)], PLANK, 0.04)
    sheet.limb([(0.84, 0.42), (0.84, 0.50), (0.90, 0.50)], IRON, 0.022)
    sheet.line([(0.5, 0.42), (0.5, 0.56)], (236, 206, 150), 0.014)
    sheet.oval(0.5, 0.66, 0.62, 0.13, (70, 66, 96))
    sheet.body([(0.43, 0.55), (0.57, 0.55), (0.55, 0.67), (0.45, 0.67)], (182, 116, 76), 0.02)
    sheet.line([(0.437, 0.585), (0.563, 0.585)], IRON, 0.012)
    sheet.body([(0.19, 0.66), *arc(0.5, 0.66, 0.62, 0.13, 180, 0), (0.80, 0.88), *arc(0.5, 0.88, 0.60, 0.12, 0, 180),
               (0.20, 0.88)], STONE, 0.05)  # fmt: skip
    for row in range(3):
        for k in range(7):
            x = 0.235 + 0.088 * k + (0.02 if row % 2 else -0.01)
            sag = 0.055 * math.sqrt(max(1 - ((x - 0.5) / 0.31) ** 2, 0))
            sheet.block(x - 0.036, 0.69 + 0.072 * row + sag, x + 0.036, 0.748 + 0.072 * row + sag,
                        (190, 182, 198) if (k + row) % 2 else (166, 158, 176), 0.018)  # fmt: skip
    sheet.body([(0.10, 0.34), (0.26, 0.10), (0.74, 0.10), (0.90, 0.34)], (216, 92, 62), 0.03)
    for y, half in ((0.18, 0.30), (0.26, 0.355)):
        sheet.line([(0.5 - half, y), (0.5 + half, y)], (176, 62, 52), 0.009)


def _sandcastle(sheet: Sheet, moment: float) -> None:
    """Three towers of sand with a gate, a red flag on the highest, a spade in the heap."""
    wave = 0.014 * math.sin(2 * math.pi * moment)
    sheet.limb([(0.5, 0.22), (0.5, 0.05)], PLANK, 0.016)
    sheet.blob([(0.505, 0.05), (0.59, 0.065 + wave), (0.68, 0.085 - wave), (0.59, 0.11 + wave), (0.505, 0.13)], RED,
               0.02)  # fmt: skip
    dark = (226, 172, 94)
    for x, top, half in ((0.24, 0.46, 0.115), (0.76, 0.46, 0.115), (0.5, 0.24, 0.14)):
        sheet.body([(x - half, top), (x + half, top), (x + 1.12 * half, 0.88), (x - 1.12 * half, 0.88)], SAND, 0.045)
        for k in range(3):
            left = x - half + half * 0.79 * k
            sheet.block(left, top - 0.055, left + half * 0.42, top + 0.03, SAND)
        sheet.block(x - 1.08 * half, top + 0.02, x + 1.08 * half, top + 0.06, dark)
    for x, y in ((0.24, 0.60), (0.76, 0.60), (0.445, 0.40), (0.555, 0.40)):
        arch(sheet, x, y + 0.06, 0.045, 0.085, (156, 104, 70))
    sheet.block(0.22, 0.66, 0.78, 0.89, SAND, 0.02)
    for k in range(6):
        sheet.block(0.36 + 0.05 * k - 0.015, 0.625, 0.36 + 0.05 * k + 0.015, 0.67, SAND)
    arch(sheet, 0.5, 0.90, 0.15, 0.17, (156, 104, 70))
    sheet.blob([(0.06, 0.925), (0.13, 0.87), (0.30, 0.88), (0.5, 0.90), (0.7, 0.88), (0.87, 0.87), (0.94, 0.925),
               (0.5, 0.945)], (240, 192, 112), 0.04)  # fmt: skip
    sheet.oval(0.20, 0.90, 0.085, 0.075, (255, 150, 140))
    sheet.oval(0.84, 0.895, 0.07, 0.055, WHITE)


def _statue(sheet: Sheet, moment: float) -> None:
    """A figure of stone with a lance, on a pedestal."""
    pale, dark = (206, 204, 218), (172, 170, 190)
    sheet.limb([(0.70, 0.10), (0.70, 0.70)], dark, 0.022)
    sheet.body([(0.70, 0.04), (0.725, 0.12), (0.675, 0.12)], pale, 0.01)
    sheet.limb([(0.45, 0.47), (0.44, 0.70)], dark, 0.085)
    sheet.limb([(0.55, 0.47), (0.57, 0.70)], pale, 0.085)
    sheet.oval(0.425, 0.705, 0.11, 0.05, dark)
    sheet.oval(0.565, 0.71, 0.11, 0.05, pale)
    sheet.blob([(0.41, 0.30), (0.36, 0.50), (0.30, 0.68), (0.38, 0.67), (0.44, 0.45)], dark, 0.03)
    sheet.limb([(0.405, 0.31), (0.345, 0.42), (0.42, 0.47)], pale, 0.06)
    sheet.blob([(0.40, 0.28), (0.5, 0.255), (0.60, 0.28), (0.585, 0.42), (0.60, 0.53), (0.5, 0.55), (0.40, 0.53),
               (0.415, 0.42)], pale, 0.05)  # fmt: skip
    sheet.limb([(0.595, 0.31), (0.645, 0.40), (0.695, 0.36)], pale, 0.06)
    sheet.block(0.40, 0.44, 0.60, 0.475, dark)
    sheet.oval(0.5, 0.19, 0.135, 0.155, pale)
    sheet.blob([(0.43, 0.17), (0.44, 0.105), (0.5, 0.09), (0.56, 0.105), (0.57, 0.17), (0.5, 0.15)], dark, 0.02)
    for x in (0.475, 0.525):
        sheet.dot(x, 0.195, 0.010, (130, 126, 150))
    sheet.block(0.30, 0.72, 0.70, 0.765, pale)
    sheet.block(0.335, 0.76, 0.665, 0.90, dark)
    sheet.block(0.40, 0.795, 0.60, 0.865, (196, 160, 96))
    sheet.block(0.27, 0.895, 0.73, 0.945, pale)


DRAWINGS: dict[str, Drawing] = {
    "stone bridge": _bridge,
    "pyramid": _pyramid,
    "igloo": _igloo,
    "market stall": _market_stall,
    "water well": _well,
    "sandcastle": _sandcastle,
    "statue": _statue,
}
