"""What stands outside: fences, walls, signs, houses of animals."""

from __future__ import annotations

import math

from soracli.scenes.drawn.outlines import arc, bend, ellipse
from soracli.scenes.drawn.sheet import INK, Drawing, Sheet

WOOD, DEEP, PLANK = (176, 112, 72), (130, 82, 62), (216, 150, 98)
RED, DARK_RED, WHITE = (212, 62, 60), (168, 44, 52), (244, 244, 250)
STEEL, IRON = (200, 204, 218), (92, 92, 112)


def _wooden_fence(sheet: Sheet, moment: float) -> None:
    """Pickets on two rails. Its colour can be asked for."""
    for y in (0.60, 0.79):
        sheet.block(0.02, y, 0.98, y + 0.055, DEEP, 0.015)
    for k in range(7):
        x = 0.08 + 0.14 * k
        sheet.body([(x - 0.048, 0.93), (x - 0.048, 0.52), (x, 0.45), (x + 0.048, 0.52), (x + 0.048, 0.93)],
                   PLANK if k % 2 else (206, 140, 90), 0.02)  # fmt: skip
        for y in (0.625, 0.815):
            sheet.dot(x, y, 0.008, DEEP)


def _brick_wall(sheet: Sheet, moment: float) -> None:
    """Seven rows of red bricks."""
    sheet.block(0.03, 0.40, 0.97, 0.935, (214, 190, 178), 0.012)
    tones = ((206, 92, 72), (190, 78, 64), (218, 108, 84), (198, 86, 70))
    for row in range(7):
        y = 0.41 + 0.075 * row
        ends = [0.04, *(0.04 + 0.184 * (k + (row % 2) / 2) for k in range(0 if row % 2 else 1, 5)), 0.96]
        for k in range(len(ends) - 1):
            sheet.block(ends[k] + 0.004, y, ends[k + 1] - 0.004, y + 0.066, tones[(3 * row + 2 * k) % 4], 0.012)
    sheet.block(0.015, 0.375, 0.985, 0.42, (196, 188, 196), 0.015)


def _signpost(sheet: Sheet, moment: float) -> None:
    """A post with two wooden arrows."""
    sheet.limb([(0.5, 0.12), (0.5, 0.93)], DEEP, 0.07)
    sheet.body([(0.22, 0.18), (0.74, 0.18), (0.86, 0.265), (0.74, 0.35), (0.22, 0.35)], PLANK, 0.03)
    sheet.body([(0.80, 0.42), (0.30, 0.42), (0.18, 0.50), (0.30, 0.58), (0.80, 0.58)], (206, 140, 90), 0.03)
    for y, x in ((0.265, 0.30), (0.50, 0.36)):
        sheet.line([(x, y), (x + 0.34, y)], DEEP, 0.018)
        sheet.dot(0.5, y, 0.012, DEEP)


def _fire_hydrant(sheet: Sheet, moment: float) -> None:
    """A red hydrant with three caps."""
    sheet.block(0.26, 0.86, 0.74, 0.935, DARK_RED, 0.025)
    sheet.block(0.32, 0.36, 0.68, 0.88, RED, 0.05)
    for x in (0.235, 0.765):
        sheet.block(min(x, 0.5) if x < 0.5 else 0.64, 0.49, 0.36 if x < 0.5 else x, 0.61, RED, 0.02)
        sheet.block(x - 0.045, 0.465, x + 0.045, 0.635, DARK_RED, 0.025)
    sheet.body([(0.29, 0.38), (0.33, 0.24), (0.42, 0.16), (0.58, 0.16), (0.67, 0.24), (0.71, 0.38)], RED, 0.06)
    sheet.block(0.265, 0.35, 0.735, 0.415, DARK_RED, 0.025)
    sheet.block(0.445, 0.095, 0.555, 0.18, DARK_RED, 0.03)
    sheet.oval(0.5, 0.60, 0.20, 0.20, DARK_RED)
    sheet.oval(0.5, 0.60, 0.13, 0.13, (236, 92, 84))
    for k in range(6):
        turn = math.pi * k / 3
        sheet.dot(0.5 + 0.083 * math.cos(turn), 0.60 + 0.083 * math.sin(turn), 0.011, (120, 30, 40))


def _beehive(sheet: Sheet, moment: float) -> None:
    """A hive of straw; two bees fly around it."""
    for k, (y, wide) in enumerate(((0.22, 0.30), (0.34, 0.46), (0.47, 0.58), (0.60, 0.64), (0.73, 0.64),
                                   (0.85, 0.58))):  # fmt: skip
        sheet.block(0.5 - wide / 2, y - 0.075, 0.5 + wide / 2, y + 0.085, (242, 178, 66) if k % 2 else (228, 156, 48),
                    0.075)  # fmt: skip
    sheet.oval(0.5, 0.72, 0.17, 0.19, (96, 58, 46))
    for k in range(2):
        turn = 2 * math.pi * (moment + k / 2)
        x, y = 0.5 + 0.40 * math.cos(turn), 0.36 + 0.12 * math.sin(2 * turn) + 0.14 * k
        sheet.oval(x - 0.012, y - 0.04, 0.05, 0.06, (214, 232, 250))
        sheet.oval(x, y, 0.095, 0.065, (255, 206, 70))
        for stripe in (-0.018, 0.016):
            sheet.line([(x + stripe, y - 0.026), (x + stripe, y + 0.026)], INK, 0.014)


def _birdhouse(sheet: Sheet, moment: float) -> None:
    """A little house with a round hole, on a post."""
    sheet.limb([(0.5, 0.60), (0.5, 0.93)], DEEP, 0.075)
    sheet.body([(0.25, 0.66), (0.25, 0.38), (0.5, 0.17), (0.75, 0.38), (0.75, 0.66)], (96, 172, 214), 0.05)
    for way in (-1, 1):
        sheet.limb([(0.5, 0.13), (0.5 + 0.34 * way, 0.42)], RED, 0.075)
    sheet.block(0.21, 0.64, 0.79, 0.70, DEEP, 0.02)
    sheet.oval(0.5, 0.42, 0.185, 0.185, (70, 52, 58))
    sheet.limb([(0.5, 0.56), (0.5, 0.585)], PLANK, 0.05)


def _dog_house(sheet: Sheet, moment: float) -> None:
    """A red wooden house with an arched door, a bone above it."""
    sheet.block(0.15, 0.44, 0.85, 0.93, RED, 0.03)
    for y in (0.56, 0.68, 0.80):
        sheet.line([(0.17, y), (0.83, y)], DARK_RED, 0.01)
    sheet.body([(0.5, 0.14), (0.84, 0.46), (0.16, 0.46)], RED, 0.03)
    sheet.body([(0.33, 0.93), (0.33, 0.70), *arc(0.5, 0.70, 0.34, 0.32, 180, 360), (0.67, 0.93)], (70, 48, 56), 0.03)
    for way in (-1, 1):
        sheet.limb([(0.5, 0.12), (0.5 + 0.42 * way, 0.52)], (92, 100, 136), 0.085)
    sheet.limb([(0.43, 0.41), (0.57, 0.41)], WHITE, 0.042)
    for x in (0.42, 0.58):
        for y in (0.39, 0.43):
            sheet.oval(x, y, 0.05, 0.045, WHITE)


def _barn(sheet: Sheet, moment: float) -> None:
    """A red barn with a white gate and a curb roof, beside a silo."""
    sheet.block(0.755, 0.20, 0.965, 0.93, STEEL, 0.03)
    sheet.body([(0.745, 0.225), *arc(0.86, 0.225, 0.23, 0.24, 180, 360), (0.975, 0.225)], DARK_RED, 0.05)
    for k in range(6):
        sheet.line([(0.762, 0.31 + 0.105 * k), (0.958, 0.31 + 0.105 * k)], (160, 164, 184), 0.010)
    sheet.body([(0.05, 0.93), (0.05, 0.46), (0.16, 0.25), (0.40, 0.13), (0.64, 0.25), (0.75, 0.46), (0.75, 0.93)], RED,
               0.04)  # fmt: skip
    for k in range(1, 8):
        x = 0.05 + 0.0875 * k
        sheet.line([(x, 0.47), (x, 0.92)], DARK_RED, 0.007)
    sheet.limb([(0.05, 0.49), (0.15, 0.245), (0.40, 0.115), (0.65, 0.245), (0.75, 0.49)], (120, 110, 128), 0.062)
    sheet.block(0.235, 0.56, 0.565, 0.93, (176, 48, 54), 0.012)
    for line in ([(0.25, 0.58), (0.55, 0.58), (0.55, 0.92), (0.25, 0.92), (0.25, 0.58)], [(0.25, 0.58), (0.55, 0.92)],
                 [(0.55, 0.58), (0.25, 0.92)], [(0.40, 0.58), (0.40, 0.92)]):  # fmt: skip
        sheet.limb(line, WHITE, 0.026)
    sheet.block(0.315, 0.285, 0.485, 0.44, WHITE, 0.02)
    sheet.block(0.34, 0.31, 0.46, 0.415, (96, 58, 56), 0.012)


def _cannon(sheet: Sheet, moment: float) -> None:
    """An old iron gun on a wooden carriage with big wheels, that looks to the left."""
    sheet.limb([(0.52, 0.66), (0.90, 0.90)], DEEP, 0.10, 0.07)
    sheet.limb([(0.76, 0.60), (0.16, 0.36)], (74, 74, 94), 0.25, 0.17)
    sheet.limb([(0.195, 0.295), (0.125, 0.44)], IRON, 0.055)
    sheet.limb([(0.48, 0.36), (0.40, 0.565)], IRON, 0.045)
    sheet.oval(0.835, 0.625, 0.09, 0.09, (74, 74, 94))
    sheet.ring(0.52, 0.72, 0.38, 0.06, WOOD)
    for k in range(6):
        turn = math.pi * k / 6
        dx, dy = 0.17 * math.cos(turn), 0.17 * math.sin(turn)
        sheet.limb([(0.52 - dx, 0.72 - dy), (0.52 + dx, 0.72 + dy)], DEEP, 0.03)
    sheet.oval(0.52, 0.72, 0.11, 0.11, IRON)


def _shovel(sheet: Sheet, moment: float) -> None:
    """A spade with a wooden handle, upright."""
    sheet.limb([(0.5, 0.14), (0.5, 0.60)], PLANK, 0.055)
    sheet.limb([(0.40, 0.10), (0.60, 0.10)], DEEP, 0.06)
    for way in (-1, 1):
        sheet.limb([(0.5 + 0.095 * way, 0.11), (0.5, 0.19)], DEEP, 0.04)
    sheet.body([(0.35, 0.58), (0.65, 0.58), (0.655, 0.78), (0.60, 0.88), (0.5, 0.935), (0.40, 0.88), (0.345, 0.78)],
               STEEL, 0.04)  # fmt: skip
    sheet.block(0.455, 0.53, 0.545, 0.66, IRON, 0.025)
    sheet.line([(0.5, 0.67), (0.5, 0.86)], (160, 164, 184), 0.012)


def _carriage(sheet: Sheet, moment: float) -> None:
    """A golden coach with red curtains and turning wheels, that goes to the left."""
    sheet.limb([(0.05, 0.74), (0.24, 0.70)], DEEP, 0.035)
    sheet.blob([(0.20, 0.46), (0.24, 0.30), (0.5, 0.24), (0.78, 0.30), (0.83, 0.46), (0.76, 0.66), (0.5, 0.72),
                (0.27, 0.66)], (255, 204, 70), 0.08)  # fmt: skip
    sheet.block(0.40, 0.33, 0.62, 0.54, (120, 190, 240), 0.04)
    for x in (0.405, 0.615):
        sheet.blob([(x, 0.33), (0.51, 0.33), (x, 0.53)], (206, 48, 66), 0.02)
    for x in (0.305, 0.715):
        sheet.oval(x, 0.44, 0.10, 0.14, (120, 190, 240))
    sheet.limb(bend([(0.20, 0.30), (0.36, 0.215), (0.66, 0.215), (0.82, 0.30)]), (206, 48, 66), 0.06)
    sheet.oval(0.51, 0.165, 0.09, 0.09, (246, 160, 40))
    for x, y, across in ((0.27, 0.80, 0.22), (0.74, 0.77, 0.29)):
        sheet.ring(x, y, across, 0.04, (246, 160, 40))
        for k in range(3):
            turn = math.pi * k / 3 - 2 * math.pi * moment
            dx, dy = across / 2 * math.cos(turn), across / 2 * math.sin(turn)
            sheet.limb([(x - dx, y - dy), (x + dx, y + dy)], (206, 130, 50), 0.022)
        sheet.body(ellipse(x, y, 0.07, 0.07), (206, 48, 66), 0.02)


DRAWINGS: dict[str, Drawing] = {
    "wooden fence": _wooden_fence,
    "brick wall": _brick_wall,
    "signpost": _signpost,
    "fire hydrant": _fire_hydrant,
    "beehive": _beehive,
    "birdhouse": _birdhouse,
    "dog house": _dog_house,
    "barn": _barn,
    "cannon": _cannon,
    "shovel": _shovel,
    "carriage": _carriage,
}
