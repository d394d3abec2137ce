"""What children play with, and ride in."""

from __future__ import annotations

import math

from soracli.scenes.drawn.outlines import arc, bend, turned
from soracli.scenes.drawn.sheet import INK, Drawing, Sheet

WOOD, DEEP, PLANK = (176, 112, 72), (130, 82, 62), (216, 150, 98)
STEEL, WHITE, RED = (200, 204, 218), (244, 244, 250), (226, 66, 74)


def _paper_boat(sheet: Sheet, moment: float) -> None:
    """A folded boat of white paper that rocks."""
    tilt = 3.5 * math.sin(2 * math.pi * moment)
    for points, tone in (
        ([(0.5, 0.22), (0.72, 0.70), (0.28, 0.70)], (232, 236, 246)),
        ([(0.5, 0.22), (0.5, 0.70), (0.28, 0.70)], WHITE),
        ([(0.05, 0.55), (0.30, 0.66), (0.70, 0.66), (0.95, 0.55), (0.76, 0.86), (0.24, 0.86)], (222, 228, 242)),
        ([(0.05, 0.55), (0.5, 0.74), (0.5, 0.86), (0.24, 0.86)], WHITE),
    ):
        sheet.body(turned(points, 0.5, 0.80, tilt), tone, 0.02)


def _trampoline(sheet: Sheet, moment: float) -> None:
    """A round trampoline on four legs; its mat gives a little."""
    give = 0.02 * math.sin(2 * math.pi * moment)
    for x in (0.14, 0.36, 0.64, 0.86):
        sheet.limb([(x, 0.66), (x + (x - 0.5) * 0.05, 0.925)], STEEL, 0.04)
    sheet.oval(0.5, 0.655, 0.94, 0.24, (66, 140, 226))
    sheet.oval(0.5, 0.635, 0.94, 0.23, (92, 166, 246))
    sheet.oval(0.5, 0.635 + give / 2, 0.74, 0.155, (52, 54, 72))
    for k in range(16):
        turn = math.pi * k / 8
        sheet.line([(0.5 + 0.37 * math.cos(turn), 0.635 + 0.078 * math.sin(turn)),
                    (0.5 + 0.42 * math.cos(turn), 0.635 + 0.094 * math.sin(turn))], WHITE, 0.010)  # fmt: skip


def _rocking_horse(sheet: Sheet, moment: float) -> None:
    """A wooden horse on runners that rocks and looks to the left."""
    tilt = 6 * math.sin(2 * math.pi * moment)

    def part(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        return turned(points, 0.5, 0.60, tilt)

    sheet.limb(part(bend([(0.08, 0.80), (0.28, 0.895), (0.5, 0.92), (0.72, 0.895), (0.92, 0.80)])), RED, 0.06)
    for x, foot in ((0.34, 0.27), (0.68, 0.74)):
        sheet.limb(part([(x, 0.62), (foot, 0.87)]), DEEP, 0.085, 0.06)
    sheet.limb(part(bend([(0.76, 0.52), (0.88, 0.56), (0.90, 0.72)])), DEEP, 0.08, 0.04)
    sheet.blob(part([(0.30, 0.48), (0.5, 0.52), (0.72, 0.48), (0.79, 0.58), (0.72, 0.69), (0.5, 0.70), (0.32, 0.68),
                     (0.25, 0.58)]), PLANK, 0.08)  # fmt: skip
    sheet.limb(part([(0.34, 0.54), (0.26, 0.28)]), PLANK, 0.17, 0.13)
    sheet.limb(part([(0.27, 0.24), (0.12, 0.36)]), PLANK, 0.14, 0.10)
    sheet.limb(part(bend([(0.28, 0.14), (0.36, 0.26), (0.40, 0.44)])), DEEP, 0.07, 0.05)
    sheet.body(part([(0.255, 0.19), (0.27, 0.09), (0.31, 0.18)]), PLANK, 0.02)
    x, y = part([(0.225, 0.245)])[0]
    sheet.eye(x, y, 0.022)
    sheet.blob(part([(0.42, 0.49), (0.62, 0.49), (0.63, 0.60), (0.52, 0.63), (0.41, 0.60)]), RED, 0.03)
    sheet.limb(part([(0.33, 0.40), (0.20, 0.38)]), RED, 0.022)


def _stroller(sheet: Sheet, moment: float) -> None:
    """A pram with a hood, whose wheels turn; it is pushed to the left."""
    sheet.limb(bend([(0.72, 0.60), (0.86, 0.42), (0.95, 0.40)]), STEEL, 0.032)
    for x, hub in ((0.34, 0.66), (0.66, 0.34)):
        sheet.limb([(x, 0.66), (hub, 0.82)], STEEL, 0.03)
    sheet.body([(0.12, 0.47), (0.80, 0.47), *arc(0.46, 0.47, 0.68, 0.42, 0, 180)], (92, 150, 222), 0.07)
    sheet.body([*arc(0.44, 0.47, 0.64, 0.62, 180, 300), (0.46, 0.47)], (66, 118, 196), 0.06)
    for degrees in (205, 232, 262):
        x, y = arc(0.44, 0.47, 0.62, 0.60, degrees, degrees)[0]
        sheet.line([(0.46, 0.46), (x, y)], (52, 96, 170), 0.010)
    sheet.block(0.11, 0.45, 0.81, 0.505, WHITE, 0.02)
    sheet.oval(0.56, 0.425, 0.13, 0.12, (255, 206, 160))
    for x in (0.535, 0.585):
        sheet.dot(x, 0.42, 0.010, INK)
    for x in (0.30, 0.68):
        sheet.ring(x, 0.83, 0.17, 0.036, (66, 64, 82))
        for k in range(3):
            turn = math.pi * k / 3 - 2 * math.pi * moment
            dx, dy = 0.08 * math.cos(turn), 0.08 * math.sin(turn)
            sheet.line([(x - dx, 0.83 - dy), (x + dx, 0.83 + dy)], STEEL, 0.012)


def _chessboard(sheet: Sheet, moment: float) -> None:
    """A board in perspective with a few men on it."""

    def spot(u: float, v: float) -> tuple[float, float]:
        wide = 0.62 + 0.30 * v
        return 0.5 + (u - 0.5) * wide, 0.42 + 0.44 * v

    sheet.body([(0.15, 0.40), (0.85, 0.40), (0.99, 0.88), (0.99, 0.925), (0.01, 0.925), (0.01, 0.88)], DEEP, 0.03)
    for row in range(8):
        for column in range(8):
            u0, v0, u1, v1 = column / 8, row / 8, (column + 1) / 8, (row + 1) / 8
            tone = (246, 222, 180) if (row + column) % 2 else (150, 92, 62)
            sheet.area([spot(u0, v0), spot(u1, v0), spot(u1, v1), spot(u0, v1)], tone)
    men = ((0.19, 0.31, 0), (0.44, 0.19, 0), (0.69, 0.31, 0), (0.56, 0.56, 1), (0.31, 0.69, 1), (0.81, 0.81, 1))
    for u, v, white in men:
        x, y = spot(u, v)
        tone, size = ((250, 242, 224) if white else (66, 56, 66)), 0.8 + 0.35 * v
        sheet.oval(x, y, 0.085 * size, 0.035 * size, tone)
        sheet.body([(x - 0.03 * size, y), (x - 0.012 * size, y - 0.09 * size), (x + 0.012 * size, y - 0.09 * size),
                    (x + 0.03 * size, y)], tone, 0.015)  # fmt: skip
        sheet.oval(x, y - 0.105 * size, 0.055 * size, 0.055 * size, tone)


def _snow_globe(sheet: Sheet, moment: float) -> None:
    """Snow falls on a small house under a globe of glass."""
    sheet.oval(0.5, 0.44, 0.78, 0.78, (150, 206, 246))
    sheet.body(arc(0.5, 0.44, 0.74, 0.74, 22, 158), WHITE, 0.05)
    sheet.body([(0.62, 0.60), (0.70, 0.34), (0.78, 0.60)], (60, 140, 96), 0.03)
    sheet.block(0.36, 0.42, 0.58, 0.60, (206, 96, 76), 0.015)
    sheet.body([(0.31, 0.43), (0.47, 0.28), (0.63, 0.43)], WHITE, 0.02)
    sheet.block(0.44, 0.49, 0.51, 0.60, DEEP, 0.01)
    for k in range(14):
        fall = (moment + k * 0.37) % 1.0
        x = 0.20 + 0.60 * ((k * 0.618) % 1.0)
        y = 0.12 + 0.52 * fall
        if (x - 0.5) ** 2 + (y - 0.44) ** 2 < 0.13:
            sheet.dot(x + 0.01 * math.sin(6 * fall + k), y, 0.014, WHITE)
    sheet.line(arc(0.5, 0.44, 0.66, 0.66, 195, 240), WHITE, 0.026, 200)
    sheet.body([(0.24, 0.76), (0.76, 0.76), (0.84, 0.935), (0.16, 0.935)], RED, 0.04)
    sheet.block(0.20, 0.745, 0.80, 0.80, (255, 204, 62), 0.02)


def _skateboard(sheet: Sheet, moment: float) -> None:
    """A board with bent ends on four wheels that turn, from the side."""
    for x in (0.25, 0.75):
        sheet.limb([(x, 0.79), (x, 0.85)], STEEL, 0.09, 0.05)
        sheet.oval(x, 0.865, 0.135, 0.135, (255, 206, 72))
        turn = 2 * math.pi * moment
        sheet.dot(x + 0.03 * math.cos(turn), 0.865 + 0.03 * math.sin(turn), 0.016, (206, 130, 50))
        sheet.dot(x, 0.865, 0.016, (110, 104, 122))
    sheet.limb(bend([(0.05, 0.70), (0.17, 0.775), (0.5, 0.785), (0.83, 0.775), (0.95, 0.70)]), (122, 88, 214), 0.065)
    sheet.line(bend([(0.07, 0.695), (0.18, 0.755), (0.5, 0.765), (0.82, 0.755), (0.93, 0.695)]), (66, 56, 92), 0.018)


def _hamster_wheel(sheet: Sheet, moment: float) -> None:
    """A hamster runs in a wheel on a stand, which turns."""
    turn = 2 * math.pi * moment
    x, y, radius = 0.5, 0.47, 0.40
    for side in (-1, 1):
        sheet.limb([(x, y), (x + 0.30 * side, 0.92)], (110, 122, 190), 0.05)
    sheet.limb([(0.14, 0.925), (0.86, 0.925)], (84, 96, 168), 0.055)
    sheet.oval(x, y, 2 * radius, 2 * radius, (176, 190, 236))
    sheet.oval(x, y, 1.72 * radius, 1.72 * radius, (128, 142, 204))
    for k in range(6):
        angle = turn / 6 + math.pi * k / 3
        sheet.limb([(x, y), (x + 0.86 * radius * math.cos(angle), y + 0.86 * radius * math.sin(angle))],
                   (150, 164, 220), 0.028)  # fmt: skip
    step = math.sin(3 * turn)
    fur, pale = (236, 168, 92), (255, 236, 206)
    for at, way in ((0.41, 1), (0.60, -1), (0.46, -1), (0.65, 1)):
        foot = (at + 0.035 * way * step, 0.755 - 0.02 * abs(at - 0.5))
        sheet.limb([(at, 0.68), foot], (255, 180, 160), 0.035, 0.028)
    sheet.oval(0.73, 0.64, 0.06, 0.05, (255, 180, 160))
    sheet.oval(0.565, 0.615, 0.34, 0.235, fur)
    sheet.oval(0.545, 0.675, 0.25, 0.115, pale)
    for ear in (0.335, 0.43):
        sheet.oval(ear, 0.475, 0.075, 0.085, fur)
        sheet.oval(ear, 0.482, 0.04, 0.048, (255, 180, 160))
    sheet.oval(0.385, 0.57, 0.225, 0.205, fur)
    sheet.oval(0.34, 0.615, 0.13, 0.09, pale)
    sheet.eye(0.345, 0.55, 0.024)
    sheet.oval(0.287, 0.592, 0.032, 0.026, (236, 110, 120))
    sheet.ring(x, y, 1.87 * radius, 0.055, (92, 116, 226))
    for k in range(18):
        angle = turn / 3 + math.pi * k / 9
        sheet.dot(x + 0.935 * radius * math.cos(angle), y + 0.935 * radius * math.sin(angle), 0.011, (206, 216, 255))


DRAWINGS: dict[str, Drawing] = {
    "paper boat": _paper_boat,
    "trampoline": _trampoline,
    "rocking horse": _rocking_horse,
    "stroller": _stroller,
    "chessboard": _chessboard,
    "snow globe": _snow_globe,
    "level skateboard": _skateboard,
    "hamster wheel": _hamster_wheel,
}
