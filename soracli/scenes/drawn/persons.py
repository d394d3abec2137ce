"""Persons in costume, who walk and look at the viewer."""

from __future__ import annotations

import math

from soracli.scenes.drawn.boats import skull
from soracli.scenes.drawn.figure import DARK, GOLD, LEATHER, LIPS, SKIN, STEEL, Clothes, belt, face, figure
from soracli.scenes.drawn.outlines import arc, bend
from soracli.scenes.drawn.sheet import INK, Drawing, Sheet


def _sword(sheet: Sheet, x: float, moment: float, long: float = 0.30) -> None:
    """Upright in the hand at the right. x: where that hand is as it hangs."""
    x -= 0.045 * math.sin(2 * math.pi * moment)
    sheet.body([(x - 0.018, 0.62), (x - 0.018, 0.63 - long + 0.03), (x, 0.62 - long),
               (x + 0.018, 0.63 - long + 0.03), (x + 0.018, 0.62)], (226, 232, 246), 0.012)  # fmt: skip
    sheet.limb([(x - 0.052, 0.622), (x + 0.052, 0.622)], GOLD, 0.024)
    sheet.limb([(x, 0.63), (x, 0.70)], LEATHER, 0.026)


def _knight(sheet: Sheet, moment: float) -> None:
    """Plate armour, a closed helmet with a red plume, a sword and a shield."""
    figure(sheet, moment, Clothes(STEEL, (212, 218, 234), (168, 174, 196), (128, 132, 156), (150, 156, 180)), 0.02)
    sheet.block(0.375, 0.665, 0.625, 0.735, (52, 112, 214), 0.03)
    sheet.limb([(0.5, 0.44), (0.5, 0.66)], (184, 190, 210), 0.014)
    for side in (-1, 1):
        sheet.oval(0.5 + 0.165 * side, 0.45, 0.125, 0.12, (224, 230, 244))
    belt(sheet, 0.655, LEATHER)
    sheet.blob([(0.5, 0.14), (0.53, 0.055), (0.62, 0.05), (0.70, 0.11), (0.715, 0.22), (0.68, 0.29), (0.65, 0.20),
               (0.58, 0.13)], (236, 52, 64), 0.04)  # fmt: skip
    sheet.blob([(0.365, 0.22), (0.42, 0.135), (0.5, 0.115), (0.58, 0.135), (0.635, 0.22), (0.635, 0.36),
               (0.58, 0.42), (0.5, 0.435), (0.42, 0.42), (0.365, 0.36)], STEEL, 0.07)  # fmt: skip
    sheet.blob([(0.385, 0.265), (0.5, 0.245), (0.615, 0.265), (0.61, 0.36), (0.5, 0.415), (0.39, 0.36)],
               (220, 226, 242), 0.04)  # fmt: skip
    sheet.limb(bend([(0.405, 0.285), (0.5, 0.268), (0.595, 0.285)]), DARK, 0.026)
    for x in (0.46, 0.5, 0.54):
        sheet.limb([(x, 0.325), (x, 0.375)], DARK, 0.011)
    _sword(sheet, 0.72, moment, 0.42)
    x = 0.285 - 0.045 * math.sin(2 * math.pi * moment)
    sheet.blob([(x - 0.095, 0.52), (x, 0.50), (x + 0.095, 0.52), (x + 0.085, 0.64), (x, 0.75), (x - 0.085, 0.64)],
               (226, 232, 246), 0.02)  # fmt: skip
    sheet.blob([(x - 0.075, 0.54), (x, 0.522), (x + 0.075, 0.54), (x + 0.067, 0.632), (x, 0.722),
               (x - 0.067, 0.632)], (44, 104, 214), 0.03)  # fmt: skip
    sheet.limb([(x, 0.545), (x, 0.69)], GOLD, 0.022)
    sheet.limb([(x - 0.05, 0.59), (x + 0.05, 0.59)], GOLD, 0.022)


def _pirate(sheet: Sheet, moment: float) -> None:
    """A black hat with a skull, an eyepatch, a striped shirt under a red coat, a sabre."""
    figure(sheet, moment, Clothes((206, 50, 60), (248, 246, 250), (70, 84, 134), (74, 56, 58)))
    for y in (0.47, 0.525, 0.58):
        sheet.limb(bend([(0.40, y), (0.5, y + 0.012), (0.60, y)]), (54, 104, 196), 0.022)
    for side in (-1, 1):
        sheet.blob([(0.5 + 0.07 * side, 0.42), (0.5 + 0.15 * side, 0.44), (0.5 + 0.145 * side, 0.60),
                   (0.5 + 0.165 * side, 0.79), (0.5 + 0.085 * side, 0.785), (0.5 + 0.065 * side, 0.60)],
                   (216, 54, 62), 0.03)  # fmt: skip
    belt(sheet, 0.655, DARK)
    face(sheet, (86, 58, 52), 0.012, patch=True)
    sheet.blob([(0.40, 0.36), (0.45, 0.335), (0.5, 0.345), (0.55, 0.335), (0.60, 0.36), (0.57, 0.42), (0.5, 0.465),
               (0.43, 0.42)], (86, 58, 52), 0.03)  # fmt: skip
    sheet.area([*arc(0.5, 0.352, 0.07, 0.05, 0, 180)], LIPS)
    sheet.limb([(0.375, 0.23), (0.60, 0.275)], DARK, 0.014)
    sheet.oval(0.56, 0.282, 0.078, 0.075, DARK)
    sheet.blob([(0.28, 0.20), (0.33, 0.10), (0.43, 0.115), (0.5, 0.05), (0.57, 0.115), (0.67, 0.10), (0.72, 0.20),
               (0.60, 0.225), (0.5, 0.205), (0.40, 0.225)], DARK, 0.04)  # fmt: skip
    sheet.limb(bend([(0.30, 0.205), (0.40, 0.215), (0.5, 0.195), (0.60, 0.215), (0.70, 0.205)]), GOLD, 0.016)
    skull(sheet, 0.5, 0.125, 0.07)
    _sword(sheet, 0.70, moment)


def _cowboy(sheet: Sheet, moment: float) -> None:
    """A broad brown hat, a red neckerchief, a waistcoat with a star, boots."""
    figure(sheet, moment, Clothes((236, 88, 74), (236, 88, 74), (84, 122, 190), (140, 84, 56)))
    for side in (-1, 1):
        sheet.blob([(0.5 + 0.045 * side, 0.415), (0.5 + 0.14 * side, 0.435), (0.5 + 0.135 * side, 0.63),
                   (0.5 + 0.06 * side, 0.65), (0.5 + 0.025 * side, 0.55)], LEATHER, 0.03)  # fmt: skip
    belt(sheet, 0.665, (110, 70, 52))
    sheet.oval(0.585, 0.51, 0.055, 0.055, GOLD)
    face(sheet, (122, 76, 52))
    sheet.blob([(0.39, 0.41), (0.5, 0.40), (0.61, 0.41), (0.56, 0.455), (0.5, 0.515), (0.44, 0.455)], (226, 46, 64),
               0.03)  # fmt: skip
    sheet.blob([(0.375, 0.19), (0.385, 0.085), (0.44, 0.05), (0.5, 0.075), (0.56, 0.05), (0.615, 0.085),
               (0.625, 0.19), (0.5, 0.21)], (164, 104, 66), 0.05)  # fmt: skip
    sheet.blob([(0.38, 0.155), (0.5, 0.172), (0.62, 0.155), (0.62, 0.195), (0.5, 0.212), (0.38, 0.195)],
               (104, 64, 52), 0.02)  # fmt: skip
    sheet.blob([(0.255, 0.135), (0.285, 0.12), (0.36, 0.185), (0.5, 0.20), (0.64, 0.185), (0.715, 0.12),
               (0.745, 0.135), (0.68, 0.215), (0.5, 0.24), (0.32, 0.215)], (176, 114, 72), 0.03)  # fmt: skip


def _viking(sheet: Sheet, moment: float) -> None:
    """A horned helmet, a red beard, a fur collar, an axe and a round shield."""
    hair = (226, 108, 46)
    figure(sheet, moment, Clothes((122, 142, 96), (142, 96, 66), (112, 92, 84), (84, 62, 56)), 0.015)
    belt(sheet, 0.655, (92, 62, 54))
    for k in range(7):
        sheet.oval(0.345 + 0.052 * k, 0.445 + 0.018 * math.sin(math.pi * k / 6), 0.085, 0.075, (206, 190, 172))
    face(sheet, hair, 0.014)
    sheet.blob([(0.365, 0.29), (0.41, 0.345), (0.5, 0.33), (0.59, 0.345), (0.635, 0.29), (0.63, 0.40), (0.56, 0.48),
               (0.5, 0.53), (0.44, 0.48), (0.37, 0.40)], hair, 0.05)  # fmt: skip
    sheet.area([*arc(0.5, 0.365, 0.08, 0.055, 0, 180)], LIPS)
    for side in (-1, 1):
        sheet.limb(bend([(0.5 + 0.01 * side, 0.34), (0.5 + 0.055 * side, 0.335), (0.5 + 0.10 * side, 0.365)]),
                   (240, 128, 60), 0.03, 0.016)  # fmt: skip
        sheet.limb(bend([(0.5 + 0.12 * side, 0.17), (0.5 + 0.20 * side, 0.155), (0.5 + 0.225 * side, 0.05)]),
                   (255, 240, 214), 0.06, 0.014)  # fmt: skip
    sheet.body([*arc(0.5, 0.215, 0.29, 0.27, 180, 360), (0.645, 0.225), (0.355, 0.225)], STEEL, 0.05)
    sheet.block(0.345, 0.198, 0.655, 0.238, GOLD, 0.018)
    sheet.limb([(0.5, 0.085), (0.5, 0.275)], GOLD, 0.026)
    x = 0.715 - 0.045 * math.sin(2 * math.pi * moment)
    sheet.limb([(x, 0.36), (x, 0.78)], LEATHER, 0.026)
    sheet.blob([(x - 0.01, 0.36), (x + 0.05, 0.345), (x + 0.11, 0.31), (x + 0.115, 0.40), (x + 0.10, 0.48),
               (x + 0.05, 0.43), (x - 0.01, 0.42)], (216, 222, 238), 0.025)  # fmt: skip
    x = 0.285 - 0.045 * math.sin(2 * math.pi * moment)
    sheet.oval(x, 0.63, 0.21, 0.21, (126, 82, 58))
    sheet.oval(x, 0.63, 0.175, 0.175, (214, 58, 58))
    sheet.oval(x, 0.63, 0.07, 0.07, STEEL)


def _queen(sheet: Sheet, moment: float) -> None:
    """A golden crown with jewels, long hair, a wide red gown with white fur."""
    swing = math.sin(2 * math.pi * moment)
    hair, gown = (128, 76, 52), (206, 38, 84)
    sheet.blob([(0.36, 0.20), (0.5, 0.11), (0.64, 0.20), (0.68, 0.36), (0.66, 0.52), (0.5, 0.54), (0.34, 0.52),
               (0.32, 0.36)], hair, 0.06)  # fmt: skip
    for side in (-1, 1):
        hand = (0.5 + 0.21 * side - 0.03 * swing, 0.645)
        sheet.oval(*hand, 0.08, 0.08, SKIN)
        sheet.limb([(0.5 + 0.12 * side, 0.455), (hand[0] + 0.004 * side, 0.60)], gown, 0.09, 0.105)
        sheet.limb([(hand[0] - 0.045, 0.615), (hand[0] + 0.045, 0.615)], (250, 246, 250), 0.035)
    sheet.blob([(0.40, 0.42), (0.60, 0.42), (0.605, 0.56), (0.68, 0.72), (0.76 + 0.012 * swing, 0.90), (0.5, 0.935),
               (0.24 + 0.012 * swing, 0.90), (0.32, 0.72), (0.395, 0.56)], gown, 0.08)  # fmt: skip
    sheet.blob([(0.46, 0.58), (0.54, 0.58), (0.60, 0.78), (0.62 + 0.012 * swing, 0.92), (0.38 + 0.012 * swing, 0.92),
               (0.40, 0.78)], (255, 206, 92), 0.03)  # fmt: skip
    for k in range(9):
        x = 0.245 + 0.064 * k + 0.012 * swing
        sheet.oval(x, 0.912 + 0.018 * math.sin(math.pi * k / 8), 0.082, 0.06, (250, 246, 250))
    sheet.blob([(0.37, 0.425), (0.5, 0.405), (0.63, 0.425), (0.60, 0.485), (0.5, 0.515), (0.40, 0.485)],
               (250, 246, 250), 0.03)  # fmt: skip
    sheet.block(0.395, 0.555, 0.605, 0.585, GOLD, 0.014)
    face(sheet, (104, 62, 46))
    for side in (-1, 1):
        sheet.blob([(0.5, 0.135), (0.5 + 0.10 * side, 0.14), (0.5 + 0.155 * side, 0.23), (0.5 + 0.15 * side, 0.33),
                   (0.5 + 0.12 * side, 0.25), (0.5 + 0.06 * side, 0.19)], hair, 0.03)  # fmt: skip
        sheet.dot(0.5 + 0.142 * side, 0.345, 0.014, (250, 246, 250))
    sheet.body([(0.385, 0.17), (0.36, 0.055), (0.43, 0.105), (0.5, 0.035), (0.57, 0.105), (0.64, 0.055),
               (0.615, 0.17), (0.5, 0.185)], GOLD, 0.025)  # fmt: skip
    for x, y, tone in ((0.5, 0.135, (234, 44, 72)), (0.435, 0.138, (60, 150, 246)), (0.565, 0.138, (60, 150, 246))):
        sheet.oval(x, y, 0.036, 0.04, tone)
    for k in range(5):
        sheet.dot(0.44 + 0.03 * k, 0.425 + 0.018 * math.sin(math.pi * k / 4), 0.012, (255, 252, 255))


def _samurai(sheet: Sheet, moment: float) -> None:
    """Armour of laced plates, a helmet with a golden crescent, a sword."""
    plate, lace = (196, 44, 56), (62, 56, 78)
    figure(sheet, moment, Clothes((74, 68, 96), plate, (74, 68, 96), (52, 48, 62)), 0.02)
    for y in (0.49, 0.55, 0.61):
        sheet.line([(0.375, y), (0.625, y)], (240, 190, 84), 0.010)
    for k in range(4):
        x = 0.335 + 0.085 * k
        sheet.block(x, 0.66, x + 0.077, 0.775, plate, 0.014)
        sheet.line([(x + 0.008, 0.715), (x + 0.069, 0.715)], (240, 190, 84), 0.009)
    sheet.block(0.36, 0.635, 0.64, 0.675, lace, 0.014)
    for side in (-1, 1):
        for k in range(3):
            y = 0.435 + 0.048 * k
            ends = sorted((0.5 + 0.115 * side, 0.5 + (0.235 + 0.01 * k) * side))
            sheet.block(ends[0], y, ends[1], y + 0.055, plate if k % 2 == 0 else (222, 72, 72), 0.018)
    face(sheet, DARK, 0.016)
    sheet.blob([(0.385, 0.315), (0.5, 0.335), (0.615, 0.315), (0.60, 0.40), (0.5, 0.435), (0.40, 0.40)], lace, 0.03)
    sheet.limb(bend([(0.45, 0.375), (0.5, 0.362), (0.55, 0.375)]), (240, 190, 84), 0.012)
    sheet.blob([(0.34, 0.25), (0.36, 0.165), (0.43, 0.11), (0.5, 0.10), (0.57, 0.11), (0.64, 0.165), (0.66, 0.25),
               (0.5, 0.215)], lace, 0.05)  # fmt: skip
    for side in (-1, 1):
        sheet.blob([(0.5 + 0.115 * side, 0.19), (0.5 + 0.20 * side, 0.245), (0.5 + 0.225 * side, 0.35),
                   (0.5 + 0.155 * side, 0.355), (0.5 + 0.135 * side, 0.27)], plate, 0.03)  # fmt: skip
        sheet.limb(bend([(0.5, 0.165), (0.5 + 0.085 * side, 0.13), (0.5 + 0.115 * side, 0.04)]), GOLD, 0.034, 0.012)
    sheet.oval(0.5, 0.172, 0.06, 0.06, GOLD)
    x = 0.72 - 0.045 * math.sin(2 * math.pi * moment)
    sheet.limb(bend([(x, 0.60), (x + 0.015, 0.42), (x + 0.055, 0.24)]), (230, 236, 248), 0.03, 0.014)
    sheet.oval(x, 0.605, 0.08, 0.026, GOLD)
    sheet.limb([(x, 0.615), (x - 0.008, 0.73)], lace, 0.03)


def _scarecrow(sheet: Sheet, moment: float) -> None:
    """A sack for a head under a straw hat, a patched coat on a cross of poles; its sleeves sway."""
    sway, straw = 0.015 * math.sin(2 * math.pi * moment), (255, 206, 92)
    sheet.limb([(0.5, 0.40), (0.5, 0.93)], LEATHER, 0.035)
    sheet.limb([(0.10, 0.47), (0.90, 0.47)], LEATHER, 0.03)
    for side in (-1, 1):
        for k in range(4):
            sheet.limb([(0.5 + 0.34 * side, 0.48), (0.5 + 0.42 * side, 0.44 + 0.035 * k + sway)], straw, 0.018, 0.01)
        sheet.blob([(0.5 + 0.10 * side, 0.425), (0.5 + 0.36 * side, 0.425), (0.5 + 0.375 * side, 0.56 + sway),
                   (0.5 + 0.24 * side, 0.545 + sway), (0.5 + 0.12 * side, 0.56)], (72, 120, 206), 0.035)  # fmt: skip
    for k in range(7):
        sheet.limb([(0.41 + 0.03 * k, 0.74), (0.385 + 0.04 * k + sway, 0.835)], straw, 0.02, 0.012)
    sheet.blob([(0.37, 0.43), (0.5, 0.41), (0.63, 0.43), (0.62, 0.60), (0.66 + sway, 0.77), (0.5 + sway, 0.79),
               (0.34 + sway, 0.77), (0.38, 0.60)], (64, 110, 198), 0.06)  # fmt: skip
    sheet.block(0.41, 0.62, 0.49, 0.70, (240, 120, 66), 0.01)
    sheet.block(0.545, 0.50, 0.605, 0.56, (255, 206, 92), 0.01)
    sheet.limb([(0.37, 0.60), (0.63, 0.60)], (214, 160, 92), 0.022)
    sheet.blob([(0.38, 0.24), (0.5, 0.15), (0.62, 0.24), (0.625, 0.34), (0.56, 0.41), (0.5, 0.42), (0.44, 0.41),
               (0.375, 0.34)], (240, 204, 150), 0.06)  # fmt: skip
    for side in (-1, 1):
        sheet.dot(0.5 + 0.055 * side, 0.27, 0.021, INK)
        sheet.oval(0.5 + 0.085 * side, 0.325, 0.04, 0.03, (250, 160, 120))
    sheet.body([(0.5, 0.285), (0.525, 0.32), (0.475, 0.32)], (240, 116, 56), 0.012)
    sheet.line(bend([(0.44, 0.35), (0.5, 0.372), (0.56, 0.35)]), INK, 0.010)
    for x in (0.46, 0.5, 0.54):
        sheet.line([(x, 0.348), (x, 0.376)], INK, 0.008)
    for k in range(6):
        sheet.limb([(0.42 + 0.032 * k, 0.405), (0.40 + 0.04 * k, 0.46)], straw, 0.02, 0.012)
    sheet.blob([(0.38, 0.20), (0.42, 0.09), (0.52, 0.055), (0.60, 0.11), (0.62, 0.20)], (230, 172, 70), 0.05)
    sheet.blob([(0.25, 0.215), (0.38, 0.18), (0.5, 0.185), (0.62, 0.18), (0.75, 0.215), (0.62, 0.245), (0.5, 0.25),
               (0.38, 0.245)], (244, 190, 84), 0.025)  # fmt: skip
    sheet.limb(bend([(0.385, 0.19), (0.5, 0.20), (0.615, 0.19)]), (206, 62, 58), 0.03)


DRAWINGS: dict[str, Drawing] = {
    "knight": _knight,
    "pirate": _pirate,
    "cowboy": _cowboy,
    "viking": _viking,
    "queen": _queen,
    "samurai": _samurai,
    "scarecrow": _scarecrow,
}
