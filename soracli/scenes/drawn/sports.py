"""What is played and exercised with."""

from __future__ import annotations

import math

from soracli.scenes.drawn.outlines import arc, bend, ellipse, turned
from soracli.scenes.drawn.sheet import Colour, Drawing, Sheet
from soracli.scenes.drawn.vehicles import IRON, RUBBER, STEEL

WOOD, DEEP, PLANK = (176, 112, 72), (130, 82, 62), (216, 150, 98)
RED, BLUE, GOLD, GREEN, WHITE = (226, 56, 60), (60, 130, 230), (255, 204, 62), (96, 184, 92), (248, 246, 250)


def _bowling_pin(sheet: Sheet, moment: float) -> None:
    """A white pin with two red stripes around its neck."""
    sheet.blob([(0.44, 0.07), (0.56, 0.07), (0.595, 0.16), (0.565, 0.32), (0.64, 0.50), (0.665, 0.66),
                (0.60, 0.93), (0.40, 0.93), (0.335, 0.66), (0.36, 0.50), (0.435, 0.32), (0.405, 0.16)],
               (250, 246, 240), 0.09)  # fmt: skip
    for y, half in ((0.285, 0.064), (0.345, 0.070)):
        sheet.limb(bend([(0.5 - half, y), (0.5, y + 0.018), (0.5 + half, y)]), RED, 0.03)
    sheet.limb([(0.42, 0.935), (0.58, 0.935)], (206, 196, 196), 0.03)


def _bowling_ball(sheet: Sheet, moment: float) -> None:
    """A glossy blue ball with three holes."""
    sheet.oval(0.5, 0.5, 0.86, 0.86, (44, 76, 190))
    sheet.glow(0.36, 0.30, 0.26, (200, 220, 255), 190)
    sheet.line(arc(0.5, 0.5, 0.74, 0.74, 20, 75), (110, 140, 240), 0.03, 120)
    for x, y in ((0.53, 0.33), (0.66, 0.38), (0.55, 0.50)):
        sheet.oval(x, y, 0.105, 0.095, (24, 30, 88))
        sheet.area(ellipse(x + 0.008, y + 0.008, 0.07, 0.06), (12, 14, 46))


def _golf_club(sheet: Sheet, moment: float) -> None:
    """A steel club with a black grip, and a ball on a tee."""
    sheet.limb([(0.70, 0.06), (0.64, 0.28)], (52, 50, 66), 0.05, 0.036)
    sheet.limb([(0.64, 0.28), (0.47, 0.84)], STEEL, 0.026, 0.022)
    sheet.limb([(0.485, 0.785), (0.47, 0.84)], IRON, 0.036)
    sheet.blob([(0.445, 0.815), (0.495, 0.83), (0.49, 0.90), (0.42, 0.935), (0.28, 0.93), (0.255, 0.88), (0.34, 0.845)],
               (172, 178, 198), 0.035)  # fmt: skip
    for k in range(3):
        sheet.line([(0.30, 0.895 - 0.014 * k), (0.42, 0.905 - 0.026 * k)], (120, 126, 150), 0.007)
    sheet.limb([(0.145, 0.87), (0.145, 0.94)], RED, 0.045, 0.018)
    sheet.oval(0.145, 0.80, 0.15, 0.15, WHITE)
    for x, y in ((0.12, 0.79), (0.155, 0.77), (0.175, 0.81), (0.145, 0.83), (0.115, 0.83)):
        sheet.dot(x, y, 0.009, (206, 206, 220))


def _baseball_bat(sheet: Sheet, moment: float) -> None:
    """A wooden bat and a ball with red seams."""
    sheet.oval(0.135, 0.90, 0.115, 0.075, DEEP, 45)
    sheet.limb([(0.145, 0.89), (0.36, 0.66)], DEEP, 0.06, 0.066)
    sheet.limb([(0.34, 0.68), (0.60, 0.39), (0.84, 0.14)], (226, 166, 104), 0.066, 0.20)
    for k in range(4):
        x, y = 0.18 + 0.042 * k, 0.853 - 0.045 * k
        sheet.line([(x - 0.018, y - 0.022), (x + 0.024, y + 0.012)], (92, 56, 48), 0.011)
    sheet.line([(0.60, 0.36), (0.80, 0.15)], (250, 206, 150), 0.022, 150)
    sheet.oval(0.73, 0.74, 0.27, 0.27, WHITE)
    for way, begin in ((-1, -52), (1, 128)):
        seam = arc(0.73 + 0.15 * way, 0.74 + 0.03 * way, 0.20, 0.26, begin, begin + 104)
        sheet.line(seam, RED, 0.010)
        for k in range(2, 16, 3):
            x, y = seam[k]
            sheet.line([(x - 0.016, y - 0.008 * way), (x + 0.016, y + 0.008 * way)], RED, 0.008)


def _hockey_stick(sheet: Sheet, moment: float) -> None:
    """A stick with a taped blade and a black puck."""
    sheet.limb([(0.80, 0.07), (0.44, 0.83)], PLANK, 0.05)
    sheet.limb([(0.80, 0.07), (0.735, 0.21)], (52, 50, 66), 0.056)
    sheet.limb([(0.62, 0.45), (0.545, 0.61)], RED, 0.054)
    sheet.limb(bend([(0.44, 0.82), (0.405, 0.885), (0.33, 0.905), (0.13, 0.885)]), PLANK, 0.07)
    for k in range(4):
        x = 0.17 + 0.05 * k
        sheet.limb([(x, 0.862 + 0.005 * k), (x, 0.915 + 0.004 * k)], (52, 50, 66), 0.034)
    sheet.block(0.62, 0.87, 0.86, 0.935, (52, 50, 66), 0.03)
    sheet.oval(0.74, 0.872, 0.24, 0.06, (84, 82, 104))


def _unicycle(sheet: Sheet, moment: float) -> None:
    """A wheel with spokes, pedals that turn, and a saddle."""
    x, y, across, turn = 0.5, 0.67, 0.48, -2 * math.pi * moment
    reach = (0.11 * math.cos(turn), 0.11 * math.sin(turn))
    sheet.limb([(x, y), (x - reach[0], y - reach[1])], IRON, 0.03)
    sheet.limb([(x - reach[0] - 0.05, y - reach[1]), (x - reach[0] + 0.05, y - reach[1])], (70, 62, 84), 0.035)
    sheet.ring(x, y, across, 0.05, RUBBER)
    sheet.ring(x, y, across - 0.06, 0.02, STEEL)
    for k in range(12):
        angle = turn + math.pi * k / 6
        sheet.line([(x, y), (x + 0.20 * math.cos(angle), y + 0.20 * math.sin(angle))], (190, 194, 210), 0.007)
    sheet.limb([(x, 0.15), (x, 0.40)], STEEL, 0.04)
    sheet.limb([(x, 0.36), (x, y)], RED, 0.05)
    sheet.oval(x, y, 0.10, 0.10, GOLD)
    sheet.blob([(0.34, 0.09), (0.44, 0.10), (0.56, 0.10), (0.67, 0.075), (0.68, 0.12), (0.58, 0.165), (0.44, 0.16),
                (0.34, 0.13)], (52, 50, 66), 0.03)  # fmt: skip
    sheet.limb([(x, y), (x + reach[0], y + reach[1])], STEEL, 0.034)
    sheet.limb([(x + reach[0] - 0.055, y + reach[1]), (x + reach[0] + 0.055, y + reach[1])], (84, 78, 98), 0.04)


def _snowboard(sheet: Sheet, moment: float) -> None:
    """A board with round ends and two bindings, aslant."""
    shape = [(-0.46, 0.0), (-0.40, -0.095), (-0.20, -0.10), (0.0, -0.088), (0.20, -0.10), (0.40, -0.095), (0.46, 0.0),
             (0.40, 0.095), (0.20, 0.10), (0.0, 0.088), (-0.20, 0.10), (-0.40, 0.095)]  # fmt: skip
    sheet.blob(_laid(shape), (70, 120, 236), 0.03)
    sheet.blob(_laid([(x * 0.94, y * 0.78) for x, y in shape]), (60, 200, 220), 0.012)
    for x0, tone in ((-0.10, (255, 206, 70)), (0.0, (255, 140, 60)), (0.10, (236, 70, 110))):
        sheet.body(_laid([(x0 - 0.10, 0.073), (x0 - 0.04, 0.073), (x0 + 0.06, -0.073), (x0, -0.073)]), tone, 0.01)
    for x in (-0.235, 0.235):
        sheet.body(_laid([(x - 0.055, -0.085), (x + 0.055, -0.085), (x + 0.055, 0.085), (x - 0.055, 0.085)]),
                   (52, 50, 66), 0.025)  # fmt: skip
        for y in (-0.035, 0.035):
            sheet.limb(_laid([(x - 0.07, y), (x + 0.07, y)]), (110, 110, 136), 0.03)


def _laid(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Points about the middle of a board that lies aslant."""
    return turned([(0.5 + x, 0.5 + y) for x, y in points], 0.5, 0.5, -38)


def _playing_card(sheet: Sheet, moment: float) -> None:
    """The ace of hearts before the ace of spades."""
    for turn, tone in ((12, (58, 54, 74)), (-8, RED)):
        card = [(0.27, 0.08), (0.73, 0.08), (0.73, 0.90), (0.27, 0.90)]
        x = 0.56 if turn > 0 else 0.44
        moved = turned([(a + x - 0.5, b) for a, b in card], x, 0.9, turn)
        sheet.body(moved, (252, 250, 252), 0.02)
        for at, wide in ((0.5, 0.22), (0.16, 0.06), (0.82, 0.06)):
            dx = 0.0 if at == 0.5 else (-0.17 if at < 0.5 else 0.17)
            (a, b) = turned([(x + dx, at)], x, 0.9, turn)[0]
            _suit(sheet, a, b, wide, tone, turn if at < 0.8 else turn + 180)


def _suit(sheet: Sheet, x: float, y: float, wide: float, tone: Colour, turn: float) -> None:
    """A heart, or, in a dark colour, a spade, about (x, y). turn: degrees, clockwise."""
    half = wide / 2
    heart = [(x, y + 1.05 * half), (x - 0.62 * half, y + 0.40 * half), (x - half, y - 0.25 * half),
             (x - 0.62 * half, y - 0.85 * half), (x - 0.18 * half, y - 0.72 * half), (x, y - 0.42 * half)]  # fmt: skip
    points = [*heart, *((2 * x - a, b) for a, b in heart[:0:-1])]
    if tone != RED:
        points = [(a, 2 * y - b) for a, b in points]
        stem = [(x, y), (x + 0.4 * half, y + 1.15 * half), (x - 0.4 * half, y + 1.15 * half)]
        sheet.body(turned(stem, x, y, turn), tone, 0.08 * wide)
    sheet.blob(turned(points, x, y, turn), tone, 0.18 * wide)


def _cube(sheet: Sheet, moment: float) -> None:
    """A cube of small coloured squares, three sides seen."""
    top, left, right = (0.5, 0.06), (0.11, 0.27), (0.89, 0.27)
    middle, low = (0.5, 0.48), (0.5, 0.945)
    ends = ((0.11, 0.72), (0.89, 0.72))
    sheet.body([top, right, ends[1], low, ends[0], left], (40, 40, 54), 0.02)
    sides = ((top, right, left, "WYWRWGBWO"), (left, middle, ends[0], "RGRBRYROR"), (middle, right, low, "BBOGBWBYB"))
    tones = {
        "W": WHITE,
        "Y": (255, 220, 60),
        "R": (226, 48, 56),
        "G": (76, 186, 90),
        "B": (52, 112, 230),
        "O": (255, 140, 40),
    }
    for (x, y), (ax, ay), (bx, by), names in sides:
        for k, name in enumerate(names):
            u, v = k % 3 / 3, k // 3 / 3
            cell = [(u + p, v + q) for p, q in ((0.03, 0.03), (0.303, 0.03), (0.303, 0.303), (0.03, 0.303))]
            sheet.body([(x + (ax - x) * p + (bx - x) * q, y + (ay - y) * p + (by - y) * q) for p, q in cell],
                       tones[name], 0.018)  # fmt: skip


def _brick(sheet: Sheet, moment: float) -> None:
    """A red toy brick with two rows of studs."""
    a, b, c, d = (0.37, 0.30), (0.96, 0.46), (0.63, 0.62), (0.04, 0.46)
    tall = 0.26
    sheet.body([d, c, (c[0], c[1] + tall), (d[0], d[1] + tall)], (232, 56, 58), 0.02)
    sheet.body([c, b, (b[0], b[1] + tall), (c[0], c[1] + tall)], (186, 36, 50), 0.02)
    sheet.body([a, b, c, d], (250, 92, 84), 0.015)
    for j in range(2):
        for k in range(4):
            u, v = (k + 0.5) / 4, (j + 0.5) / 2
            x = a[0] + (b[0] - a[0]) * u + (d[0] - a[0]) * v
            y = a[1] + (b[1] - a[1]) * u + (d[1] - a[1]) * v
            sheet.block(x - 0.062, y - 0.060, x + 0.062, y + 0.018, (216, 46, 54), 0.035)
            sheet.oval(x, y - 0.056, 0.124, 0.068, (255, 112, 100))


def _seesaw(sheet: Sheet, moment: float) -> None:
    """A plank with two seats and handles that rocks on a post."""
    tilt = 13 * math.sin(2 * math.pi * moment)
    sheet.body([(0.44, 0.64), (0.56, 0.64), (0.64, 0.93), (0.36, 0.93)], BLUE, 0.04)
    for side in (-1, 1):
        handle = [(0.5 + 0.28 * side, 0.63), (0.5 + 0.27 * side, 0.51)]
        sheet.limb(turned(handle, 0.5, 0.64, tilt), STEEL, 0.026)
        bar = [(0.5 + 0.235 * side, 0.51), (0.5 + 0.305 * side, 0.51)]
        sheet.limb(turned(bar, 0.5, 0.64, tilt), (52, 50, 66), 0.036)
        tyre = [(0.5 + 0.42 * side, 0.66), (0.5 + 0.42 * side, 0.715)]
        sheet.limb(turned(tyre, 0.5, 0.64, tilt), RUBBER, 0.07)
    sheet.body(turned([(0.03, 0.61), (0.97, 0.61), (0.97, 0.665), (0.03, 0.665)], 0.5, 0.64, tilt), RED, 0.025)
    for side in (-1, 1):
        seat = [(0.5 + 0.35 * side, 0.60), (0.5 + 0.46 * side, 0.60)]
        sheet.limb(turned(seat, 0.5, 0.64, tilt), GOLD, 0.05)
    sheet.oval(0.5, 0.64, 0.085, 0.085, GOLD)


def _hammock(sheet: Sheet, moment: float) -> None:
    """A striped cloth between two posts that sways a little."""
    sway = 0.014 * math.sin(2 * math.pi * moment)
    for side in (-1, 1):
        sheet.limb([(0.5 + 0.36 * side, 0.92), (0.5 + 0.45 * side, 0.24)], WOOD, 0.05)
        sheet.limb([(0.5 + 0.28 * side, 0.925), (0.5 + 0.44 * side, 0.925)], DEEP, 0.045)
        for k in range(5):
            end = (0.5 + 0.29 * side, 0.43 + 0.03 * k + 0.3 * sway)
            sheet.line([(0.5 + 0.44 * side, 0.30), end], (236, 214, 170), 0.009)
    sheet.limb([(0.16, 0.925), (0.84, 0.925)], DEEP, 0.045)
    tones = ((226, 74, 70), (255, 236, 200), (60, 160, 190), (255, 236, 200), (255, 176, 66))
    for k, tone in enumerate(tones):
        y, drop = 0.425 + 0.026 * k, 0.10 + 0.05 * k + sway
        way = [(0.20, y), (0.34, y + 0.72 * drop), (0.5, y + drop), (0.66, y + 0.72 * drop), (0.80, y)]
        sheet.limb(bend(way), tone, 0.085)
    for x in (0.20, 0.80):
        sheet.limb([(x, 0.40), (x, 0.55)], PLANK, 0.03)
    sheet.blob([(0.24, 0.41), (0.33, 0.43), (0.39, 0.50 + sway), (0.37, 0.57 + sway), (0.26, 0.53)], WHITE, 0.04)


DRAWINGS: dict[str, Drawing] = {
    "bowling pin": _bowling_pin,
    "bowling ball": _bowling_ball,
    "golf club": _golf_club,
    "baseball bat": _baseball_bat,
    "hockey stick": _hockey_stick,
    "unicycle": _unicycle,
    "snowboard": _snowboard,
    "playing card": _playing_card,
    "Rubik's cube": _cube,
    "toy brick": _brick,
    "seesaw": _seesaw,
    "hammock": _hammock,
}
