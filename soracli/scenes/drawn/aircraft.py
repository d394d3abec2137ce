"""What flies, and what goes on other planets. They look to the left."""

from __future__ import annotations

import math

from soracli.scenes.drawn.outlines import arc, bend, ellipse, turned
from soracli.scenes.drawn.sheet import Colour, Drawing, Sheet
from soracli.scenes.drawn.vehicles import GLASS, IRON, STEEL, star

RED, CREAM, GREY, GOLD = (226, 62, 60), (250, 240, 222), (150, 162, 184), (238, 186, 84)
SKIN, HAIR = (255, 204, 62), (122, 76, 52)


def _fighter_jet(sheet: Sheet, moment: float) -> None:
    """A grey jet with a pointed nose and swept wings; its exhaust flickers."""
    flare = 0.03 * math.sin(6 * math.pi * moment)
    sheet.blob([(0.86, 0.475), (0.92, 0.465), (0.96 + flare / 2, 0.505), (0.92, 0.545), (0.86, 0.535)],
               (255, 150, 50), 0.02)  # fmt: skip
    sheet.blob([(0.86, 0.485), (0.90, 0.48), (0.935 + flare / 2, 0.505), (0.90, 0.53), (0.86, 0.525)],
               (255, 232, 130), 0.015)  # fmt: skip
    sheet.body([(0.62, 0.44), (0.83, 0.16), (0.92, 0.16), (0.90, 0.46)], GREY, 0.03)
    sheet.body([(0.78, 0.225), (0.83, 0.16), (0.92, 0.16), (0.918, 0.225)], RED, 0.02)
    sheet.body([(0.52, 0.46), (0.64, 0.36), (0.72, 0.36), (0.72, 0.47)], (120, 130, 154), 0.02)
    sheet.blob([(0.02, 0.515), (0.12, 0.47), (0.26, 0.425), (0.44, 0.405), (0.70, 0.42), (0.88, 0.45), (0.89, 0.555),
                (0.70, 0.60), (0.40, 0.60), (0.16, 0.555)], (190, 200, 218), 0.07)  # fmt: skip
    sheet.body([(0.02, 0.515), (0.125, 0.468), (0.135, 0.552)], (92, 100, 124), 0.02)
    sheet.blob([(0.20, 0.45), (0.28, 0.37), (0.38, 0.355), (0.46, 0.41), (0.36, 0.455)], (62, 150, 226), 0.045)
    sheet.line([(0.355, 0.365), (0.365, 0.445)], (190, 200, 218), 0.012)
    sheet.body([(0.36, 0.54), (0.42, 0.52), (0.64, 0.53), (0.90, 0.76), (0.74, 0.76), (0.54, 0.63)], GREY, 0.035)
    sheet.body([(0.66, 0.69), (0.80, 0.665), (0.90, 0.76), (0.74, 0.76)], RED, 0.02)
    sheet.body([(0.76, 0.53), (0.84, 0.53), (0.95, 0.64), (0.86, 0.64)], (120, 130, 154), 0.02)
    sheet.limb([(0.36, 0.655), (0.56, 0.655)], CREAM, 0.034, 0.03)
    sheet.limb([(0.335, 0.655), (0.37, 0.655)], RED, 0.026, 0.034)
    sheet.block(0.845, 0.455, 0.885, 0.555, IRON, 0.015)
    star(sheet, 0.62, 0.485, 0.045, (250, 250, 255))


def _biplane(sheet: Sheet, moment: float) -> None:
    """A red aeroplane with two wings one above the other, a pilot in goggles and a propeller that whirls."""
    blur = 0.5 + 0.5 * math.sin(8 * math.pi * moment)
    sheet.limb([(0.28, 0.68), (0.27, 0.80)], IRON, 0.03)
    sheet.limb([(0.38, 0.68), (0.30, 0.80)], IRON, 0.03)
    sheet.oval(0.275, 0.815, 0.135, 0.135, (70, 62, 84))
    sheet.oval(0.275, 0.815, 0.06, 0.06, STEEL)
    sheet.body([(0.80, 0.50), (0.88, 0.33), (0.955, 0.34), (0.95, 0.54)], RED, 0.035)
    wave = 0.014 * math.sin(4 * math.pi * moment)
    sheet.limb(bend([(0.65, 0.465), (0.74, 0.42 + wave), (0.82, 0.44 - wave)]), CREAM, 0.05, 0.03)
    sheet.oval(0.635, 0.385, 0.15, 0.155, SKIN)
    sheet.body([*arc(0.64, 0.378, 0.165, 0.17, 172, 400)], (134, 84, 58), 0.035)
    sheet.limb([(0.575, 0.375), (0.71, 0.38)], (70, 56, 60), 0.018)
    sheet.oval(0.592, 0.378, 0.058, 0.052, GLASS)
    sheet.line(bend([(0.582, 0.428), (0.60, 0.437), (0.622, 0.428)]), (178, 34, 60), 0.010)
    sheet.blob([(0.12, 0.49), (0.22, 0.45), (0.44, 0.47), (0.56, 0.455), (0.78, 0.49), (0.95, 0.52), (0.95, 0.57),
                (0.70, 0.64), (0.40, 0.69), (0.20, 0.68), (0.12, 0.63)], RED, 0.08)  # fmt: skip
    sheet.oval(0.90, 0.55, 0.17, 0.045, (255, 206, 92))
    sheet.block(0.11, 0.47, 0.19, 0.66, GOLD, 0.035)
    sheet.block(0.17, 0.635, 0.59, 0.69, (255, 206, 92), 0.027)
    sheet.block(0.14, 0.245, 0.60, 0.30, (255, 206, 92), 0.027)
    for x in (0.23, 0.48):
        sheet.limb([(x - 0.02, 0.295), (x + 0.015, 0.64)], (150, 104, 70), 0.02)
    for line in ([(0.215, 0.30), (0.49, 0.64)], [(0.465, 0.30), (0.24, 0.64)]):
        sheet.line(line, (150, 130, 120), 0.006)
    sheet.area(ellipse(0.085, 0.565, 0.05, 0.50), (214, 220, 238), 120)
    reach = 0.12 + 0.12 * blur
    sheet.limb([(0.085, 0.565 - reach), (0.085, 0.565 + reach)], (150, 104, 70), 0.034)
    sheet.oval(0.085, 0.565, 0.075, 0.08, RED)
    sheet.dot(0.70, 0.565, 0.052, CREAM)
    star(sheet, 0.70, 0.565, 0.045, (66, 110, 196))


def _airship(sheet: Sheet, moment: float) -> None:
    """A long silver envelope with fins over a cabin; its propeller whirls."""
    blur = 0.5 + 0.5 * math.sin(8 * math.pi * moment)
    for y0, y1 in ((0.38, 0.17), (0.52, 0.73)):
        sheet.body([(0.76, y0), (0.85, y1), (0.96, y1), (0.93, 0.45)], (216, 72, 66), 0.03)
    shape = [(0.03, 0.45), (0.09, 0.34), (0.24, 0.245), (0.46, 0.215), (0.70, 0.265), (0.88, 0.37), (0.96, 0.45),
             (0.88, 0.53), (0.70, 0.635), (0.46, 0.685), (0.24, 0.655), (0.09, 0.56)]  # fmt: skip
    sheet.blob(shape, (222, 226, 238), 0.14)
    for share in (0.62, 0.24):
        upper = [(x, 0.45 + (y - 0.45) * share) for x, y in shape[:7]]
        lower = [(x, 0.45 + (y - 0.45) * share) for x, y in (shape[6:] + shape[:1])]
        for way in (upper, lower):
            sheet.line(bend(way), (176, 182, 204), 0.008)
    sheet.blob([(0.03, 0.45), (0.07, 0.365), (0.13, 0.32), (0.155, 0.45), (0.13, 0.58), (0.07, 0.535)],
               (216, 72, 66), 0.05)  # fmt: skip
    sheet.body([(0.79, 0.435), (0.97, 0.415), (0.97, 0.485), (0.79, 0.465)], (180, 48, 54), 0.02)
    for x in (0.34, 0.52):
        sheet.limb([(x, 0.66), (x, 0.74)], IRON, 0.02)
    sheet.body([(0.26, 0.72), (0.58, 0.72), (0.63, 0.77), (0.56, 0.83), (0.30, 0.83), (0.25, 0.78)], (92, 100, 136),
               0.045)  # fmt: skip
    for k in range(5):
        sheet.block(0.285 + 0.055 * k, 0.745, 0.325 + 0.055 * k, 0.785, (255, 232, 150), 0.01)
    sheet.oval(0.655, 0.775, 0.04, 0.06 + 0.10 * blur, STEEL)
    sheet.area(ellipse(0.655, 0.775, 0.045, 0.17), (214, 220, 238), 110)


def _pilot(sheet: Sheet, x: float, y: float, sit: bool, suit: Colour) -> None:
    """A person with a helmet, who lies under bars or sits in straps. (x, y): the middle of the head."""
    if sit:
        sheet.limb([(x + 0.03, y + 0.07), (x + 0.035, y + 0.17)], suit, 0.10, 0.09)
        sheet.limb(bend([(x + 0.03, y + 0.18), (x - 0.06, y + 0.19), (x - 0.09, y + 0.28)]), (72, 96, 160), 0.062, 0.05)
        sheet.oval(x - 0.105, y + 0.295, 0.085, 0.05, (70, 62, 84))
        sheet.limb([(x + 0.025, y + 0.09), (x - 0.035, y + 0.02), (x - 0.05, y - 0.07)], suit, 0.045, 0.038)
        sheet.oval(x - 0.053, y - 0.085, 0.045, 0.045, SKIN)
    else:
        sheet.limb([(x + 0.07, y + 0.02), (x + 0.30, y + 0.045)], suit, 0.095, 0.075)
        sheet.limb([(x + 0.28, y + 0.045), (x + 0.42, y + 0.03)], (72, 96, 160), 0.07, 0.05)
        sheet.oval(x + 0.435, y + 0.03, 0.06, 0.085, (70, 62, 84))
        sheet.limb([(x + 0.10, y + 0.045), (x + 0.02, y + 0.10), (x - 0.03, y + 0.085)], suit, 0.045, 0.038)
        sheet.oval(x - 0.035, y + 0.085, 0.045, 0.045, SKIN)
    sheet.oval(x, y, 0.115, 0.12, SKIN)
    sheet.body([*arc(x + 0.004, y - 0.008, 0.128, 0.135, 172, 385)], (240, 240, 250), 0.03)
    sheet.eye(x - 0.026, y + 0.017, 0.012)
    sheet.line(bend([(x - 0.038, y + 0.038), (x - 0.022, y + 0.044), (x - 0.004, y + 0.038)]), (178, 34, 60), 0.008)


def _hang_glider(sheet: Sheet, moment: float) -> None:
    """A person who lies in straps under a striped wing."""
    sway = 0.008 * math.sin(2 * math.pi * moment)
    x = 0.36 + sway
    sheet.limb([(0.45, 0.36), (x - 0.02, 0.72)], IRON, 0.018)
    _pilot(sheet, x, 0.62, False, RED)
    sheet.line([(0.47, 0.36), (x + 0.20, 0.63)], (110, 112, 136), 0.012)
    sheet.limb([(0.43, 0.36), (x - 0.09, 0.71)], IRON, 0.018)
    sheet.limb([(x - 0.11, 0.71), (x + 0.005, 0.73)], IRON, 0.018)
    nose, keel, far, near = (0.05, 0.335), (0.80, 0.30), (0.72, 0.055), (0.90, 0.47)
    for tip, tones in ((far, ((226, 62, 60), (255, 206, 92), (66, 150, 226))),
                       (near, ((255, 92, 80), (255, 220, 120), (92, 180, 246)))):  # fmt: skip
        for share, tone in zip((1.0, 0.64, 0.30), tones, strict=True):
            edge = [(nose[0] + (tip[0] - nose[0]) * share, nose[1] + (tip[1] - nose[1]) * share)]
            back = (keel[0] + (tip[0] - keel[0]) * share, keel[1] + (tip[1] - keel[1]) * share)
            sheet.body([nose, *edge, back, keel], tone, 0.018)
        sheet.limb([nose, tip], (240, 240, 250), 0.018)
    sheet.limb([nose, keel], (240, 240, 250), 0.014)


def _paraglider(sheet: Sheet, moment: float) -> None:
    """A person who hangs in straps under a long curved canopy."""
    sway = 0.012 * math.sin(2 * math.pi * moment)
    x, y = 0.48 + sway, 0.62
    for k in range(7):
        at = 0.10 + 0.133 * k
        sheet.line([(at, 0.17 + 1.02 * (at - 0.5) ** 2), (x - 0.035 + 0.016 * k, y + 0.04)], (150, 154, 178), 0.006)
    tones = ((226, 62, 60), (255, 160, 56), (255, 214, 74), (255, 160, 56), (226, 62, 60))
    edges = [0.03 + 0.188 * k for k in range(6)]
    for k, tone in enumerate(tones):
        xs = [edges[k] + (edges[k + 1] - edges[k]) * j / 6 for j in range(7)]
        upper = [(at, 0.055 + 0.90 * (at - 0.5) ** 2) for at in xs]
        lower = [(at, 0.20 + 0.62 * (at - 0.5) ** 2 + 0.012 * math.sin(math.pi * j / 6)) for j, at in enumerate(xs)]
        sheet.body([*upper, *lower[::-1]], tone, 0.035)
    _pilot(sheet, x, y, True, (66, 150, 226))


def _rover(sheet: Sheet, moment: float) -> None:
    """A flat vehicle on six wheels with solar panels, a mast with two camera eyes and a dish."""
    turn = 2 * math.pi * moment
    for x0, x1 in ((0.44, 0.17), (0.48, 0.48), (0.55, 0.83)):
        sheet.limb([(x0, 0.62), (x1, 0.82)], IRON, 0.034)
    for x in (0.17, 0.48, 0.83):
        sheet.oval(x, 0.83, 0.20, 0.20, (84, 84, 106))
        for k in range(8):
            angle = math.pi * k / 4 - turn / 4
            ends = [(x + r * math.cos(angle), 0.83 + r * math.sin(angle)) for r in (0.072, 0.094)]
            sheet.line(ends, (50, 48, 66), 0.02)
        sheet.oval(x, 0.83, 0.115, 0.115, STEEL)
        for k in range(3):
            angle = 2 * math.pi * k / 3 - turn
            sheet.dot(x + 0.032 * math.cos(angle), 0.83 + 0.032 * math.sin(angle), 0.011, IRON)
    sheet.block(0.24, 0.53, 0.80, 0.69, (236, 236, 244), 0.04)
    sheet.block(0.28, 0.565, 0.46, 0.655, GOLD, 0.02)
    for k, tone in enumerate(((226, 62, 60), (66, 150, 226))):
        sheet.oval(0.56 + 0.09 * k, 0.61, 0.055, 0.055, tone)
    sheet.body([(0.34, 0.45), (0.96, 0.45), (0.90, 0.54), (0.28, 0.54)], (52, 88, 196), 0.02)
    for k in range(1, 6):
        x = 0.34 + 0.62 * k / 6
        sheet.line([(x, 0.455), (x - 0.06, 0.535)], (150, 190, 255), 0.008)
    sheet.line([(0.315, 0.495), (0.925, 0.495)], (150, 190, 255), 0.008)
    sheet.limb([(0.80, 0.46), (0.80, 0.34)], IRON, 0.022)
    sheet.body(turned(arc(0.80, 0.28, 0.23, 0.19, 0, 180), 0.80, 0.28, 28), (240, 240, 248), 0.03)
    sheet.limb([(0.80, 0.29), (0.855, 0.20)], IRON, 0.014)
    sheet.dot(0.86, 0.195, 0.018, RED)
    sheet.limb([(0.33, 0.54), (0.30, 0.24)], IRON, 0.032)
    nod = 0.010 * math.sin(turn)
    sheet.block(0.155, 0.11 + nod, 0.40, 0.25 + nod, (236, 236, 244), 0.05)
    for x in (0.225, 0.325):
        sheet.oval(x, 0.18 + nod, 0.088, 0.088, IRON)
        sheet.eye(x, 0.18 + nod, 0.03)
    sheet.limb([(0.26, 0.61), (0.14, 0.52), (0.075, 0.65)], STEEL, 0.03, 0.024)
    sheet.oval(0.07, 0.665, 0.06, 0.07, IRON)


def _asteroid(sheet: Sheet, moment: float) -> None:
    """A rock with craters, which tumbles."""
    turn = 360 * moment
    radii = (0.42, 0.39, 0.43, 0.41, 0.37, 0.34, 0.38, 0.42, 0.44, 0.40, 0.35, 0.38)
    angles = [math.radians(turn) + 2 * math.pi * k / 12 for k in range(12)]
    sheet.blob([(0.5 + r * math.cos(a), 0.5 + r * math.sin(a)) for r, a in zip(radii, angles, strict=True)],
               (158, 142, 140), 0.16)  # fmt: skip
    craters = ((0.17, 20, 0.20), (0.24, 110, 0.15), (0.25, 170, 0.11), (0.22, 235, 0.17), (0.30, 290, 0.09),
               (0.31, 60, 0.08), (0.32, 335, 0.10), (0.09, 200, 0.09))  # fmt: skip
    for away, angle, wide in craters:
        a = math.radians(turn + angle)
        x, y = 0.5 + away * math.cos(a), 0.5 + away * math.sin(a)
        flat = 1 - 0.45 * (away / 0.36) ** 2
        sheet.body(ellipse(x, y, flat * wide, wide, turn + angle), (186, 170, 164), 0.02)
        sheet.body(ellipse(x - 0.006, y - 0.006, 0.78 * flat * wide, 0.78 * wide, turn + angle), (112, 98, 104), 0.03)
        sheet.area(ellipse(x + 0.05 * wide, y + 0.06 * wide, 0.56 * flat * wide, 0.56 * wide, turn + angle),
                   (132, 116, 120))  # fmt: skip


DRAWINGS: dict[str, Drawing] = {
    "fighter jet": _fighter_jet,
    "biplane": _biplane,
    "airship": _airship,
    "hang glider": _hang_glider,
    "paraglider": _paraglider,
    "space rover": _rover,
    "asteroid": _asteroid,
}
