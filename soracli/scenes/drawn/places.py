"""What stands in streets and yards: small buildings, stalls on wheels, machines."""

from __future__ import annotations

import math

from soracli.scenes.drawn.outlines import arc, bend, turned
from soracli.scenes.drawn.sheet import Colour, Drawing, Sheet
from soracli.scenes.drawn.vehicles import GLASS, IRON, STEEL
from soracli.scenes.drawn.worksite import rolling

WOOD, DEEP, PLANK = (176, 112, 72), (130, 82, 62), (216, 150, 98)
RED, DARK_RED, WHITE, GREEN = (222, 56, 58), (168, 40, 50), (246, 246, 250), (104, 186, 92)
GOLD, PANE = (255, 210, 92), (186, 228, 246)


def _watermill(sheet: Sheet, moment: float) -> None:
    """A stone house by a stream; its wheel turns."""
    sheet.block(0.30, 0.44, 0.86, 0.88, (214, 206, 200), 0.02)
    for k, (x, y) in enumerate(((0.44, 0.52), (0.80, 0.50), (0.52, 0.82), (0.79, 0.73), (0.79, 0.84), (0.60, 0.49))):
        sheet.block(x - 0.045, y - 0.022, x + 0.045, y + 0.022, ((186, 178, 180), (198, 188, 180))[k % 2], 0.014)
    sheet.body([(0.21, 0.47), (0.40, 0.15), (0.76, 0.15), (0.95, 0.47)], (204, 84, 62), 0.035)
    for y, half in ((0.24, 0.235), (0.33, 0.285), (0.41, 0.33)):
        sheet.line([(0.58 - half, y), (0.58 + half, y)], (168, 60, 52), 0.010)
    sheet.block(0.66, 0.09, 0.74, 0.24, (186, 120, 100), 0.012)
    sheet.block(0.64, 0.57, 0.75, 0.68, DEEP, 0.015)
    sheet.block(0.655, 0.585, 0.735, 0.665, GOLD, 0.01)
    sheet.line([(0.695, 0.59), (0.695, 0.66)], DEEP, 0.012)
    sheet.body([(0.60, 0.88), (0.60, 0.76), *arc(0.645, 0.76, 0.09, 0.08, 180, 360), (0.69, 0.88)], DEEP, 0.015)
    wave = [(0.02 + 0.06 * k, 0.865 + 0.012 * math.sin(2 * math.pi * (k / 4 + moment))) for k in range(17)]
    x, y, radius = 0.285, 0.68, 0.235
    for k in range(14):
        turn = 360 * k / 14 + 360 * moment / 7
        board = [(x + 0.72 * radius, y - 0.018), (x + 1.08 * radius, y - 0.018), (x + 1.08 * radius, y + 0.018),
                 (x + 0.72 * radius, y + 0.018)]  # fmt: skip
        sheet.body(turned(board, x, y, turn), PLANK, 0.012)
    for k in range(4):
        turn = math.pi * k / 4 + 2 * math.pi * moment / 8
        dx, dy = 0.8 * radius * math.cos(turn), 0.8 * radius * math.sin(turn)
        sheet.limb([(x - dx, y - dy), (x + dx, y + dy)], DEEP, 0.026)
    for across in (2 * radius, 1.50 * radius):
        sheet.ring(x, y, across, 0.026, WOOD)
    sheet.oval(x, y, 0.085, 0.085, IRON)
    sheet.limb([(0.035, 0.385), (0.20, 0.385)], DEEP, 0.035)
    sheet.limb(bend([(0.035, 0.365), (0.16, 0.365), (0.235, 0.42)]), (120, 200, 246), 0.03, 0.02)
    sheet.body([*wave, (0.98, 0.95), (0.02, 0.95)], (84, 176, 236), 0.03)
    for k in range(4):
        sheet.dot(0.14 + 0.05 * k, 0.86 - 0.03 * abs(math.sin(math.pi * (moment + k / 4))), 0.014, WHITE, 210)


def _shed(sheet: Sheet, moment: float) -> None:
    """A wooden hut for tools with a door and a window; a spade leans on it."""
    sheet.block(0.14, 0.38, 0.86, 0.93, PLANK, 0.02)
    for k in range(1, 8):
        sheet.line([(0.14 + 0.09 * k, 0.40), (0.14 + 0.09 * k, 0.92)], (186, 122, 78), 0.008)
    sheet.body([(0.06, 0.42), (0.20, 0.16), (0.80, 0.16), (0.94, 0.42)], (104, 126, 150), 0.035)
    for y, half in ((0.245, 0.335), (0.335, 0.385)):
        sheet.line([(0.5 - half, y), (0.5 + half, y)], (78, 98, 122), 0.010)
    sheet.block(0.24, 0.50, 0.50, 0.93, (92, 150, 120), 0.015)
    for line in ([(0.27, 0.56), (0.47, 0.72)], [(0.27, 0.735), (0.47, 0.735)], [(0.27, 0.545), (0.47, 0.545)],
                 [(0.27, 0.89), (0.47, 0.89)], [(0.27, 0.74), (0.47, 0.88)]):  # fmt: skip
        sheet.limb(line, (70, 122, 98), 0.026)
    sheet.oval(0.465, 0.72, 0.035, 0.035, GOLD)
    sheet.block(0.575, 0.51, 0.775, 0.69, WHITE, 0.015)
    sheet.block(0.595, 0.53, 0.755, 0.67, GLASS, 0.01)
    sheet.line([(0.675, 0.53), (0.675, 0.67)], WHITE, 0.014)
    sheet.line([(0.595, 0.60), (0.755, 0.60)], WHITE, 0.014)
    sheet.block(0.56, 0.685, 0.79, 0.735, WOOD, 0.015)
    for k, tone in enumerate(((255, 110, 130), GOLD, (255, 110, 130), GOLD)):
        sheet.oval(0.60 + 0.05 * k, 0.675, 0.045, 0.045, tone)
    sheet.limb([(0.905, 0.50), (0.86, 0.80)], WOOD, 0.022)
    sheet.body([(0.825, 0.77), (0.90, 0.785), (0.89, 0.89), (0.845, 0.935), (0.81, 0.88)], STEEL, 0.02)


def _greenhouse(sheet: Sheet, moment: float) -> None:
    """A house of glass with plants and tomatoes in it."""
    sheet.body([(0.07, 0.90), (0.07, 0.42), (0.5, 0.12), (0.93, 0.42), (0.93, 0.90)], PANE, 0.04)
    for x, tall in ((0.17, 0.26), (0.29, 0.36), (0.71, 0.36), (0.83, 0.26)):
        sheet.limb([(x, 0.88), (x, 0.86 - tall)], (70, 140, 74), 0.018)
        for k in range(3):
            y = 0.80 - tall * 0.33 * k
            for side in (-1, 1):
                sheet.oval(x + 0.042 * side, y - 0.03, 0.085, 0.046, ((104, 186, 92), (76, 160, 84))[k % 2], -28 * side)
        sheet.oval(x, 0.86 - tall, 0.06, 0.07, GREEN)
        for k, side in enumerate((-1, 1)):
            sheet.oval(x + 0.028 * side, 0.80 - tall * (0.25 + 0.3 * k), 0.05, 0.05, (240, 76, 66))
    for x in (0.17, 0.29, 0.71, 0.83):
        sheet.body([(x - 0.045, 0.80), (x + 0.045, 0.80), (x + 0.034, 0.89), (x - 0.034, 0.89)], (214, 120, 76), 0.02)
    sheet.block(0.395, 0.50, 0.605, 0.90, (206, 238, 250), 0.012)
    for line in ([(0.20, 0.36), (0.33, 0.27)], [(0.66, 0.60), (0.76, 0.48)], [(0.43, 0.66), (0.53, 0.55)]):
        sheet.line(line, WHITE, 0.022, 150)
    for x, y in ((0.07, 0.42), (0.235, 0.305), (0.765, 0.305), (0.93, 0.42), (0.395, 0.50), (0.605, 0.50)):
        sheet.limb([(x, y), (x, 0.91)], WHITE, 0.026)
    for y, half in ((0.50, 0.43), (0.70, 0.43)):
        sheet.limb([(0.5 - half, y), (0.5 + half, y)], WHITE, 0.022)
    sheet.limb([(0.5, 0.13), (0.5, 0.50)], WHITE, 0.022)
    sheet.limb([(0.05, 0.435), (0.5, 0.12), (0.95, 0.435)], WHITE, 0.04)
    sheet.oval(0.575, 0.71, 0.03, 0.03, GOLD)
    sheet.block(0.04, 0.885, 0.96, 0.94, (196, 120, 96), 0.015)


def _phone_booth(sheet: Sheet, moment: float) -> None:
    """A red box of iron with panes and a telephone in it."""
    sheet.block(0.25, 0.885, 0.75, 0.95, DARK_RED, 0.015)
    sheet.block(0.285, 0.15, 0.715, 0.90, RED, 0.02)
    sheet.body([(0.27, 0.135), *arc(0.5, 0.135, 0.46, 0.17, 180, 360), (0.73, 0.135)], RED, 0.03)
    sheet.block(0.255, 0.12, 0.745, 0.155, DARK_RED, 0.015)
    sheet.block(0.325, 0.165, 0.675, 0.215, WHITE, 0.012)
    for k in range(9):
        sheet.line([(0.365 + 0.034 * k, 0.18), (0.365 + 0.034 * k, 0.20)], (60, 56, 76), 0.014)
    sheet.block(0.335, 0.245, 0.665, 0.775, (150, 206, 232), 0.012)
    sheet.block(0.50, 0.36, 0.64, 0.62, (70, 70, 92), 0.02)
    sheet.limb(bend([(0.525, 0.44), (0.50, 0.50), (0.525, 0.56)]), (36, 36, 50), 0.04)
    for row in range(3):
        for k in range(2):
            sheet.dot(0.575 + 0.034 * k, 0.46 + 0.04 * row, 0.012, STEEL)
    sheet.block(0.56, 0.385, 0.62, 0.42, GOLD, 0.008)
    sheet.line([(0.37, 0.42), (0.45, 0.29)], WHITE, 0.026, 150)
    for x in (0.335, 0.42, 0.58, 0.665):
        sheet.limb([(x, 0.245), (x, 0.775)], RED, 0.018)
    for k in range(6):
        y = 0.245 + 0.106 * k
        sheet.limb([(0.335, y), (0.665, y)], RED, 0.018)
    sheet.block(0.345, 0.81, 0.655, 0.865, (240, 84, 80), 0.015)
    sheet.limb([(0.69, 0.50), (0.69, 0.57)], GOLD, 0.018)


def _bus_shelter(sheet: Sheet, moment: float) -> None:
    """A shelter of glass with a bench, and a sign with a bus on it."""
    sheet.block(0.24, 0.30, 0.95, 0.84, (170, 220, 242), 0.015)
    sheet.line([(0.36, 0.52), (0.50, 0.36)], WHITE, 0.03, 140)
    sheet.line([(0.44, 0.54), (0.54, 0.42)], WHITE, 0.018, 140)
    sheet.block(0.70, 0.36, 0.90, 0.66, WHITE, 0.015)
    sheet.block(0.715, 0.375, 0.885, 0.645, (255, 176, 92), 0.012)
    sheet.oval(0.80, 0.47, 0.10, 0.10, (255, 236, 150))
    sheet.body([(0.72, 0.64), (0.78, 0.54), (0.82, 0.59), (0.85, 0.555), (0.88, 0.64)], (92, 160, 120), 0.015)
    for x in (0.25, 0.60, 0.94):
        sheet.limb([(x, 0.28), (x, 0.93)], IRON, 0.03)
    for y in (0.64, 0.70):
        sheet.block(0.30, y, 0.66, y + 0.045, WOOD, 0.015)
    sheet.block(0.29, 0.755, 0.67, 0.805, PLANK, 0.02)
    for x in (0.34, 0.62):
        sheet.limb([(x, 0.80), (x, 0.93)], IRON, 0.03)
    sheet.block(0.20, 0.235, 0.985, 0.315, (66, 116, 196), 0.03)
    sheet.block(0.20, 0.90, 0.985, 0.94, STEEL, 0.012)
    sheet.limb([(0.105, 0.16), (0.105, 0.93)], IRON, 0.034)
    sheet.block(0.015, 0.07, 0.195, 0.29, (255, 206, 70), 0.03)
    sheet.block(0.045, 0.115, 0.165, 0.225, (58, 62, 92), 0.025)
    sheet.block(0.06, 0.13, 0.15, 0.17, (255, 236, 170), 0.008)
    for x in (0.07, 0.14):
        sheet.dot(x, 0.225, 0.018, (58, 62, 92))
    sheet.block(0.04, 0.38, 0.17, 0.54, WHITE, 0.012)
    for k in range(4):
        sheet.line([(0.06, 0.41 + 0.033 * k), (0.15, 0.41 + 0.033 * k)], (150, 154, 178), 0.009)


def _vending_machine(sheet: Sheet, moment: float) -> None:
    """A red machine with bottles and cans behind glass."""
    sheet.block(0.19, 0.04, 0.81, 0.93, RED, 0.04)
    sheet.block(0.23, 0.06, 0.77, 0.135, WHITE, 0.025)
    for k, tone in enumerate((RED, GOLD, GREEN, (92, 176, 240))):
        sheet.oval(0.335 + 0.11 * k, 0.0975, 0.05, 0.05, tone)
    sheet.block(0.23, 0.155, 0.63, 0.735, (56, 60, 86), 0.02)
    sheet.block(0.245, 0.17, 0.615, 0.72, (226, 240, 252), 0.015)
    tones = ((240, 84, 80), (92, 176, 240), GOLD, (120, 200, 110), (255, 150, 70), (190, 120, 220))
    for row in range(4):
        low = 0.295 + 0.135 * row
        for k in range(5):
            x, tone = 0.288 + 0.071 * k, tones[(2 * row + k) % 6]
            if row % 2 == 0:
                sheet.limb([(x, low - 0.105), (x, low - 0.05)], tone, 0.024)
                sheet.block(x - 0.024, low - 0.078, x + 0.024, low, tone, 0.014)
                sheet.line([(x - 0.017, low - 0.035), (x + 0.017, low - 0.035)], WHITE, 0.016)
            else:
                sheet.block(x - 0.026, low - 0.085, x + 0.026, low, tone, 0.014)
                sheet.line([(x - 0.018, low - 0.082), (x + 0.018, low - 0.082)], STEEL, 0.010)
                sheet.dot(x, low - 0.042, 0.012, WHITE)
        sheet.block(0.245, low, 0.615, low + 0.02, STEEL, 0.006)
    sheet.line([(0.28, 0.36), (0.40, 0.19)], WHITE, 0.03, 90)
    sheet.block(0.66, 0.20, 0.775, 0.29, (56, 60, 86), 0.015)
    for k in range(3):
        sheet.line([(0.685, 0.222 + 0.023 * k), (0.75 - 0.02 * k, 0.222 + 0.023 * k)], (120, 240, 160), 0.009)
    for row in range(3):
        for k in range(2):
            sheet.oval(0.69 + 0.055 * k, 0.345 + 0.05 * row, 0.04, 0.036, WHITE)
    sheet.block(0.685, 0.50, 0.75, 0.60, STEEL, 0.015)
    sheet.line([(0.7175, 0.525), (0.7175, 0.575)], (56, 60, 86), 0.014)
    sheet.block(0.27, 0.775, 0.60, 0.875, (56, 40, 56), 0.025)
    sheet.block(0.29, 0.775, 0.58, 0.815, (110, 84, 100), 0.015)
    for x in (0.27, 0.73):
        sheet.block(x - 0.05, 0.92, x + 0.05, 0.95, IRON, 0.01)


def _solar_panel(sheet: Sheet, moment: float) -> None:
    """A blue panel of cells, tilted on two posts."""
    for x in (0.30, 0.70):
        sheet.limb([(x, 0.60), (x, 0.92)], IRON, 0.045)
        sheet.limb([(x - 0.07, 0.925), (x + 0.07, 0.925)], IRON, 0.035)
    corners = ((0.19, 0.17), (0.95, 0.17), (0.81, 0.74), (0.05, 0.74))
    sheet.body(corners, (226, 230, 240), 0.02)
    for row in range(4):
        for k in range(6):
            x0, y0 = 0.19 + 0.76 * (k + 0.10) / 6, (row + 0.10) / 4
            x1, y1 = 0.19 + 0.76 * (k + 0.90) / 6, (row + 0.90) / 4
            cell = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
            tone = ((44, 92, 206), (52, 104, 220))[(row + k) % 2]
            sheet.body([(x - 0.14 * y, 0.17 + 0.57 * y) for x, y in cell], tone, 0.012)
    for x, wide in ((0.36, 0.05), (0.46, 0.02)):
        sheet.area([(x, 0.18), (x + wide, 0.18), (x + wide - 0.22, 0.73), (x - 0.22, 0.73)], (210, 236, 255), 90)


def _van(sheet: Sheet, moment: float, colour: Colour, dark: Colour) -> None:
    """The body of a van for selling from, with a cab on its left and turning wheels; its hatch is empty."""
    sheet.body([(0.04, 0.79), (0.045, 0.62), (0.10, 0.57), (0.17, 0.40), (0.26, 0.36), (0.34, 0.36), (0.34, 0.79)],
               colour, 0.04)  # fmt: skip
    sheet.body([(0.125, 0.565), (0.185, 0.43), (0.275, 0.43), (0.275, 0.565)], GLASS, 0.025)
    sheet.block(0.28, 0.26, 0.96, 0.79, colour, 0.05)
    sheet.block(0.04, 0.68, 0.96, 0.75, dark, 0.02)
    sheet.block(0.02, 0.745, 0.97, 0.80, IRON, 0.025)
    sheet.oval(0.065, 0.65, 0.05, 0.07, (255, 236, 130))
    sheet.block(0.40, 0.35, 0.86, 0.60, (86, 64, 76), 0.02)
    for x in (0.21, 0.78):
        rolling(sheet, x, 0.83, 0.21, moment)


def _hatch(sheet: Sheet, tones: tuple[Colour, Colour]) -> None:
    """A striped awning over the hatch of a van and a counter under it."""
    count = 6
    for k in range(count):
        left, right = 0.37 + 0.52 * k / count, 0.37 + 0.52 * (k + 1) / count
        flap = arc((left + right) / 2, 0.41, right - left, 0.075, 0, 180)
        upper = [0.63 + (x - 0.63) * 0.86 for x in (left, right)]
        sheet.body([(upper[0], 0.30), (upper[1], 0.30), (right, 0.41), *flap, (left, 0.41)], tones[k % 2], 0.015)
    sheet.block(0.375, 0.585, 0.885, 0.63, PLANK, 0.018)


def _food_truck(sheet: Sheet, moment: float) -> None:
    """A turquoise van with a cook behind the counter; a great hamburger stands on its roof."""
    x, y = 0.72, 0.215
    sheet.block(x - 0.06, 0.23, x + 0.06, 0.28, IRON, 0.012)
    sheet.block(x - 0.105, y - 0.005, x + 0.105, y + 0.04, (232, 164, 84), 0.02)
    sheet.limb([(x - 0.10, y - 0.012), (x + 0.10, y - 0.012)], (134, 76, 58), 0.04)
    sheet.limb([(x - 0.11, y - 0.042), (x + 0.11, y - 0.042)], (124, 200, 92), 0.026)
    sheet.body([(x - 0.105, y - 0.055), *arc(x, y - 0.055, 0.21, 0.19, 180, 360), (x + 0.105, y - 0.055)],
               (240, 176, 92), 0.04)  # fmt: skip
    for dx, dy in ((-0.05, -0.10), (0.0, -0.12), (0.05, -0.10), (-0.022, -0.085), (0.028, -0.083)):
        sheet.oval(x + dx, y + dy, 0.018, 0.012, (255, 240, 206))
    _van(sheet, moment, (84, 200, 196), (240, 250, 250))
    sheet.blob([(0.52, 0.61), (0.53, 0.545), (0.60, 0.525), (0.67, 0.545), (0.68, 0.61)], WHITE, 0.03)
    sheet.oval(0.60, 0.485, 0.105, 0.11, (255, 204, 62))
    sheet.block(0.553, 0.42, 0.647, 0.46, WHITE, 0.02)
    for dx in (-0.022, 0.022):
        sheet.dot(0.60 + dx, 0.485, 0.009, (46, 40, 52))
    sheet.line(bend([(0.58, 0.512), (0.60, 0.522), (0.62, 0.512)]), (178, 34, 60), 0.009)
    for k, tone in enumerate((RED, GOLD)):
        sheet.limb([(0.75 + 0.045 * k, 0.53), (0.75 + 0.045 * k, 0.57)], tone, 0.03)
    _hatch(sheet, ((255, 160, 66), WHITE))


def _ice_cream_truck(sheet: Sheet, moment: float) -> None:
    """A pink van; a great cone of ice cream stands on its roof."""
    x = 0.80
    for dx, y, tone in ((-0.055, 0.15, (255, 150, 180)), (0.055, 0.15, (150, 226, 190)), (0.0, 0.09, (255, 236, 190))):
        sheet.oval(x + dx, y, 0.14, 0.14, tone)
    sheet.oval(x, 0.04, 0.045, 0.045, (222, 40, 70))
    sheet.body([(x - 0.11, 0.175), (x + 0.11, 0.175), (x + 0.03, 0.29), (x - 0.03, 0.29)], (232, 164, 84), 0.03)
    for k in range(3):
        for side in (-1, 1):
            ends = [(x + (0.075 - 0.07 * k) * side, 0.185), (x + (0.04 - 0.045 * k) * side, 0.265)]
            sheet.line(ends, (196, 122, 60), 0.008)
    _van(sheet, moment, (255, 196, 214), (255, 250, 246))
    tones = ((255, 240, 200), (255, 140, 170), (150, 100, 80), (160, 230, 190))
    for k, tone in enumerate(tones):
        at = 0.455 + 0.115 * k
        sheet.body([(at - 0.035, 0.515), (at + 0.035, 0.515), (at, 0.60)], (232, 164, 84), 0.018)
        sheet.oval(at, 0.495, 0.085, 0.08, tone)
    _hatch(sheet, ((240, 92, 130), WHITE))
    for k, tone in enumerate((GOLD, (92, 200, 220), (160, 220, 120), (255, 140, 90), (190, 140, 230), GOLD)):
        sheet.dot(0.39 + 0.097 * k, 0.715, 0.016, tone)


DRAWINGS: dict[str, Drawing] = {
    "watermill": _watermill,
    "shed": _shed,
    "greenhouse": _greenhouse,
    "phone booth": _phone_booth,
    "bus stop": _bus_shelter,
    "vending machine": _vending_machine,
    "solar panel": _solar_panel,
    "food truck": _food_truck,
    "ice cream truck": _ice_cream_truck,
}
