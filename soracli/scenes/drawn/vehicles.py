"""Vehicles of land and air, and machines. They look to the left."""

from __future__ import annotations

import math

from soracli.scenes.drawn.outlines import arc, bend, ellipse, turned
from soracli.scenes.drawn.sheet import Colour, Drawing, Sheet

WOOD, PLANK, ROPE = (156, 96, 62), (190, 126, 82), (232, 206, 160)
STEEL, IRON, RUBBER, GLASS = (196, 200, 214), (104, 106, 124), (70, 62, 84), (92, 200, 246)
YELLOW, OLIVE = (255, 190, 36), (116, 142, 76)


def wheel(sheet: Sheet, x: float, y: float, across: float, hub: Colour = STEEL) -> None:
    """A tyre and its hub, from the side."""
    sheet.oval(x, y, across, across, RUBBER)
    sheet.oval(x, y, 0.5 * across, 0.5 * across, hub)


def tracks(sheet: Sheet, x0: float, x1: float, y: float, tall: float, moment: float) -> None:
    """A belt around wheels, which runs on by a wheel in a loop."""
    sheet.block(x0, y - tall / 2, x1, y + tall / 2, RUBBER, tall / 2)
    count = 5
    for k in range(count):
        x = x0 + tall * 0.5 + (x1 - x0 - tall) * k / (count - 1)
        sheet.oval(x, y, 0.66 * tall, 0.66 * tall, IRON)
        spoke = 2 * math.pi * (k / 3 - moment)
        for side in (-1, 1):
            sheet.dot(x + side * 0.17 * tall * math.cos(spoke), y + side * 0.17 * tall * math.sin(spoke), 0.06 * tall,
                      STEEL)  # fmt: skip


def _balloon(sheet: Sheet, moment: float) -> None:
    """A hot air balloon: a striped envelope, ropes, a basket under a flame."""
    sway = 0.006 * math.sin(2 * math.pi * moment)
    for x in (0.40, 0.47, 0.53, 0.60):
        sheet.line([(x, 0.66), (0.5 + (x - 0.5) * 0.62 + sway, 0.82)], (150, 112, 84), 0.009)
    flame = 0.045 + 0.012 * math.sin(4 * math.pi * moment)
    sheet.oval(0.5, 0.735, 0.034, flame + 0.03, (255, 190, 60))
    colours = ((238, 62, 66), (255, 196, 56), (64, 160, 240))
    shape = ((0.5, 0.04), (0.76, 0.12), (0.86, 0.33), (0.76, 0.53), (0.62, 0.68), (0.38, 0.68), (0.24, 0.53),
             (0.14, 0.33), (0.24, 0.12))  # fmt: skip
    for k, share in enumerate((1.0, 0.72, 0.44, 0.15)):
        stripe = [(0.5 + (x - 0.5) * share, y) for x, y in shape]
        sheet.blob(stripe, colours[k % 3], 0.10 if k == 0 else 0.025)
    sheet.glow(0.36, 0.22, 0.17, (255, 255, 255), 90)
    sheet.block(0.37, 0.655, 0.63, 0.70, (206, 48, 58), 0.02)
    sheet.body([(0.415 + sway, 0.82), (0.585 + sway, 0.82), (0.565 + sway, 0.95), (0.435 + sway, 0.95)], PLANK, 0.03)
    for y in (0.855, 0.885, 0.915):
        sheet.line([(0.432 + sway, y), (0.568 + sway, y)], WOOD, 0.007)
    sheet.block(0.405 + sway, 0.805, 0.595 + sway, 0.838, WOOD, 0.016)


def _tank(sheet: Sheet, moment: float) -> None:
    """A turret with a long gun over running tracks."""
    sheet.limb([(0.42, 0.42), (0.07, 0.375)], OLIVE, 0.052)
    sheet.block(0.04, 0.335, 0.115, 0.415, (92, 116, 62), 0.02)
    sheet.block(0.50, 0.255, 0.62, 0.33, (98, 122, 66), 0.03)
    sheet.blob([(0.34, 0.40), (0.42, 0.31), (0.64, 0.30), (0.75, 0.36), (0.77, 0.48), (0.70, 0.53), (0.40, 0.53),
                (0.33, 0.48)], OLIVE, 0.06)  # fmt: skip
    sheet.body([(0.10, 0.60), (0.20, 0.50), (0.82, 0.50), (0.92, 0.58), (0.92, 0.70), (0.08, 0.70)], (128, 156, 84),
               0.04)  # fmt: skip
    tracks(sheet, 0.06, 0.94, 0.78, 0.23, moment)
    sheet.block(0.05, 0.645, 0.95, 0.705, OLIVE, 0.03)
    star(sheet, 0.56, 0.42, 0.05, (250, 246, 240))


def star(sheet: Sheet, x: float, y: float, radius: float, colour: Colour) -> None:
    """A flat star of five points."""
    reach = [radius if k % 2 == 0 else 0.42 * radius for k in range(10)]
    sheet.area([(x + r * math.sin(math.pi * k / 5), y - r * math.cos(math.pi * k / 5)) for k, r in enumerate(reach)],
               colour)  # fmt: skip


def _excavator(sheet: Sheet, moment: float) -> None:
    """A cab on tracks; its arm digs, up and down once in a loop."""
    lift = 7 * math.sin(2 * math.pi * moment)
    joint = (0.56, 0.58)
    sheet.block(0.58, 0.50, 0.93, 0.70, YELLOW, 0.05)
    sheet.block(0.80, 0.46, 0.95, 0.68, (96, 90, 108), 0.04)
    boom = turned([(0.56, 0.60), (0.43, 0.26), (0.36, 0.20), (0.27, 0.25)], *joint, lift)
    dipper = turned([(0.31, 0.19), (0.17, 0.58)], *joint, lift)
    dipper[1] = turned([dipper[1]], *dipper[0], 1.4 * lift)[0]
    x, y = dipper[1]
    sheet.blob([(x - 0.01, y - 0.03), (x + 0.09, y + 0.00), (x + 0.12, y + 0.12), (x + 0.05, y + 0.18),
                (x - 0.09, y + 0.15), (x - 0.03, y + 0.09)], IRON, 0.03)  # fmt: skip
    sheet.limb(dipper, (255, 172, 30), 0.062, 0.05)
    sheet.limb(bend(boom), YELLOW, 0.095, 0.06)
    sheet.limb(turned([(0.52, 0.62), (0.42, 0.36)], *joint, lift), STEEL, 0.024)
    sheet.block(0.47, 0.35, 0.73, 0.68, YELLOW, 0.045)
    sheet.block(0.505, 0.39, 0.63, 0.55, GLASS, 0.025)
    sheet.block(0.65, 0.39, 0.70, 0.55, GLASS, 0.02)
    sheet.block(0.50, 0.68, 0.80, 0.75, IRON, 0.02)
    tracks(sheet, 0.36, 0.95, 0.84, 0.19, moment)


def _crane(sheet: Sheet, moment: float) -> None:
    """A tower crane: a lattice mast, a long arm, a load that is hoisted and let down."""
    hoist = 0.5 - 0.12 * math.cos(2 * math.pi * moment)
    sheet.lattice((0.66, 0.20), (0.66, 0.93), 0.075, YELLOW)
    sheet.block(0.54, 0.905, 0.78, 0.945, IRON, 0.012)
    sheet.line([(0.66, 0.065), (0.16, 0.175)], IRON, 0.01)
    sheet.line([(0.66, 0.065), (0.92, 0.175)], IRON, 0.01)
    sheet.body([(0.635, 0.20), (0.655, 0.055), (0.665, 0.055), (0.685, 0.20)], YELLOW, 0.02)
    sheet.lattice((0.05, 0.20), (0.95, 0.20), 0.06, YELLOW)
    sheet.block(0.85, 0.215, 0.95, 0.33, (150, 148, 162), 0.015)
    sheet.block(0.60, 0.225, 0.725, 0.335, (255, 168, 30), 0.025)
    sheet.block(0.612, 0.242, 0.672, 0.295, GLASS, 0.015)
    sheet.block(0.17, 0.215, 0.25, 0.25, IRON, 0.015)
    sheet.line([(0.21, 0.24), (0.21, hoist)], IRON, 0.008)
    for x in (0.15, 0.27):
        sheet.line([(0.21, hoist), (x, hoist + 0.07)], IRON, 0.008)
    sheet.block(0.11, hoist + 0.065, 0.31, hoist + 0.115, (226, 84, 66), 0.012)


def _drone(sheet: Sheet, moment: float) -> None:
    """Four propellers that whirl around a body with a camera."""
    blur = 0.5 + 0.5 * math.sin(8 * math.pi * moment + 0.4)
    for x, y in ((0.20, 0.40), (0.80, 0.40)):
        sheet.limb([(0.5, 0.53), (x, y)], (108, 108, 128), 0.055, 0.042)
    for side in (-1, 1):
        sheet.limb(bend([(0.5 + 0.11 * side, 0.60), (0.5 + 0.22 * side, 0.66), (0.5 + 0.25 * side, 0.77)]),
                   (88, 86, 106), 0.032)  # fmt: skip
        sheet.limb([(0.5 + 0.19 * side, 0.775), (0.5 + 0.31 * side, 0.775)], (88, 86, 106), 0.034)
    sheet.blob([(0.31, 0.52), (0.38, 0.44), (0.62, 0.44), (0.69, 0.52), (0.62, 0.64), (0.38, 0.64)], (232, 232, 244),
               0.07)  # fmt: skip
    sheet.oval(0.5, 0.67, 0.14, 0.13, (88, 86, 106))
    sheet.oval(0.5, 0.675, 0.08, 0.08, (70, 170, 240))
    sheet.dot(0.487, 0.66, 0.013, (255, 255, 255))
    sheet.dot(0.385, 0.525, 0.016, (255, 76, 76))
    sheet.dot(0.615, 0.525, 0.016, (96, 226, 110))
    for x in (0.20, 0.80):
        sheet.block(x - 0.032, 0.32, x + 0.032, 0.44, (88, 86, 106), 0.02)
        wide = 0.19 + 0.10 * blur
        sheet.area(ellipse(x, 0.315, 0.32, 0.05), (214, 220, 238), 120)
        sheet.oval(x, 0.315, wide, 0.026, (150, 152, 172))


def _rickshaw(sheet: Sheet, moment: float) -> None:
    """A seat under a hood between two great wheels, its shafts to the left."""
    sheet.limb(bend([(0.52, 0.70), (0.30, 0.62), (0.05, 0.56)]), WOOD, 0.034)
    sheet.blob([(0.60, 0.16), (0.80, 0.17), (0.93, 0.32), (0.92, 0.56), (0.76, 0.54), (0.70, 0.36), (0.52, 0.24)],
               (226, 52, 62), 0.06)  # fmt: skip
    for way in ((0.62, 0.225), (0.74, 0.275)):
        sheet.line([way, (0.86, 0.54)], (168, 34, 54), 0.012)
    sheet.blob([(0.46, 0.55), (0.76, 0.53), (0.92, 0.54), (0.91, 0.72), (0.60, 0.76), (0.46, 0.66)], (196, 40, 54),
               0.05)  # fmt: skip
    sheet.block(0.48, 0.50, 0.80, 0.58, (255, 196, 72), 0.035)
    sheet.ring(0.70, 0.73, 0.40, 0.035, RUBBER)
    for k in range(8):
        angle = 2 * math.pi * k / 8 - math.pi / 4 * moment
        sheet.line([(0.70, 0.73), (0.70 + 0.18 * math.cos(angle), 0.73 + 0.18 * math.sin(angle))], (250, 196, 84),
                   0.012)  # fmt: skip
    sheet.oval(0.70, 0.73, 0.075, 0.075, (250, 190, 70))


def _paper_plane(sheet: Sheet, moment: float) -> None:
    """A folded sheet of paper."""
    sheet.body([(0.05, 0.47), (0.95, 0.20), (0.56, 0.60)], (255, 255, 255), 0.012)
    sheet.body([(0.05, 0.47), (0.56, 0.60), (0.50, 0.66)], (150, 172, 206), 0.01)
    sheet.body([(0.95, 0.20), (0.42, 0.62), (0.36, 0.80), (0.50, 0.655), (0.70, 0.74)], (216, 226, 242), 0.012)
    sheet.body([(0.42, 0.62), (0.36, 0.80), (0.50, 0.655)], (140, 160, 196), 0.01)


def _space_station(sheet: Sheet, moment: float) -> None:
    """Modules in a row between two pairs of solar panels."""
    sheet.limb([(0.05, 0.5), (0.95, 0.5)], (186, 188, 206), 0.03)
    for x in (0.17, 0.83):
        for y in (0.27, 0.73):
            sheet.block(x - 0.105, y - 0.165, x + 0.105, y + 0.165, (64, 98, 214), 0.012)
            for k in range(1, 5):
                at = y - 0.165 + 0.066 * k
                sheet.line([(x - 0.10, at), (x + 0.10, at)], (150, 190, 255), 0.006)
            sheet.line([(x, y - 0.16), (x, y + 0.16)], (236, 190, 90), 0.012)
    sheet.block(0.30, 0.425, 0.70, 0.575, (232, 232, 242), 0.06)
    sheet.block(0.425, 0.23, 0.575, 0.77, (216, 216, 232), 0.06)
    sheet.oval(0.5, 0.5, 0.22, 0.22, (244, 244, 250))
    for x, y in ((0.5, 0.5), (0.5, 0.32), (0.5, 0.68), (0.355, 0.5), (0.645, 0.5)):
        sheet.oval(x, y, 0.06, 0.06, (255, 214, 96))
    sheet.limb([(0.5, 0.23), (0.5, 0.11)], IRON, 0.014)
    sheet.body(arc(0.5, 0.075, 0.16, 0.10, 0, 180), (238, 238, 246), 0.02)


DRAWINGS: dict[str, Drawing] = {
    "hot air balloon": _balloon,
    "tank": _tank,
    "excavator": _excavator,
    "tower crane": _crane,
    "drone": _drone,
    "rickshaw": _rickshaw,
    "paper plane": _paper_plane,
    "space station": _space_station,
}
