"""Persons who make music: with a violin, drums, turntables."""

from __future__ import annotations

import math

from soracli.scenes.drawn.figure import DARK, GOLD, SKIN, STEEL, Clothes, arm, face, hair, trunk
from soracli.scenes.drawn.outlines import bend
from soracli.scenes.drawn.sheet import Drawing, Sheet

WHITE, WOOD = (248, 248, 252), (190, 98, 48)


def _violinist(sheet: Sheet, moment: float) -> None:
    """In a black gown, her hair up, a violin under her chin; the bow goes to and fro."""
    swing = math.sin(2 * math.pi * moment)
    clothes, brown = Clothes(DARK, DARK, DARK, DARK), (122, 64, 46)
    body = sheet.view(0.5, 0.9, turn=0.8 * swing)
    body.oval(0.5, 0.10, 0.135, 0.125, brown)
    body.blob([(0.39, 0.42), (0.61, 0.42), (0.605, 0.56), (0.665, 0.72), (0.72, 0.90), (0.5, 0.93),
              (0.28, 0.90), (0.335, 0.72), (0.395, 0.56)], DARK, 0.08)  # fmt: skip
    body.blob([(0.435, 0.405), (0.565, 0.405), (0.5, 0.48)], SKIN, 0.02)
    body.limb(bend([(0.395, 0.575), (0.5, 0.59), (0.605, 0.575)]), (206, 44, 84), 0.028)
    face(body, brown)
    hair(body, brown)
    for side in (-1, 1):
        body.dot(0.5 + 0.142 * side, 0.345, 0.013, GOLD)
    arm(body, clothes, 1, (0.735, 0.60), (0.865, 0.51))
    violin = body.view(0.60, 0.44, turn=16)
    violin.limb([(0.70, 0.44), (0.925, 0.44)], (92, 54, 44), 0.026)
    violin.oval(0.935, 0.44, 0.042, 0.042, (92, 54, 44))
    violin.blob([(0.555, 0.44), (0.565, 0.385), (0.615, 0.37), (0.65, 0.40), (0.685, 0.385), (0.735, 0.395),
                (0.75, 0.44), (0.735, 0.485), (0.685, 0.495), (0.65, 0.48), (0.615, 0.51), (0.565, 0.495)],
                WOOD, 0.035)  # fmt: skip
    violin.limb([(0.60, 0.44), (0.80, 0.44)], (66, 46, 46), 0.02)
    violin.limb([(0.655, 0.415), (0.655, 0.465)], (255, 226, 172), 0.012)
    for side in (-1, 1):
        violin.line(bend([(0.635, 0.44 + 0.033 * side), (0.655, 0.44 + 0.04 * side),
                    (0.675, 0.44 + 0.03 * side)]), (98, 44, 30), 0.008)  # fmt: skip
    body.oval(0.868, 0.512, 0.07, 0.07, SKIN)
    x, y = 0.40 + 0.055 * swing, 0.60 - 0.045 * swing
    body.limb([(x - 0.03, y + 0.024), (x + 0.40, y - 0.325)], (112, 66, 48), 0.015)
    body.line([(x - 0.015, y + 0.03), (x + 0.40, y - 0.31)], WHITE, 0.007)
    arm(body, clothes, -1, (0.285, 0.57 - 0.02 * swing), (x, y))


def _cymbal(sheet: Sheet, x: float, y: float, foot: float, tilt: float) -> None:
    """On a stand, y: its middle, foot: x of where that stands, tilt: degrees, clockwise."""
    sheet.limb([(x, y), (foot, 0.90)], STEEL, 0.016)
    sheet.oval(x, y, 0.23, 0.05, (255, 202, 84), tilt)
    sheet.oval(x, y - 0.012, 0.07, 0.034, (255, 220, 124), tilt)


def _drummer(sheet: Sheet, moment: float) -> None:
    """With long hair, behind a red drum kit; beats with one stick after the other, the cymbals swing."""
    beat = math.sin(4 * math.pi * moment)
    mane, red = (120, 74, 50), (218, 44, 62)
    man = sheet.view(0.5, 0.5, scale=0.92, down=-0.02 + 0.008 * abs(beat))
    man.blob([(0.36, 0.18), (0.5, 0.10), (0.64, 0.18), (0.675, 0.34), (0.655, 0.46), (0.345, 0.46),
             (0.325, 0.34)], mane, 0.05)  # fmt: skip
    trunk(man, DARK)
    man.blob([(0.5, 0.50), (0.52, 0.54), (0.565, 0.54), (0.53, 0.57), (0.545, 0.615), (0.5, 0.59),
             (0.455, 0.615), (0.47, 0.57), (0.435, 0.54), (0.48, 0.54)], GOLD, 0.01)  # fmt: skip
    face(man, mane)
    hair(man, mane)
    man.limb(bend([(0.355, 0.215), (0.5, 0.19), (0.645, 0.215)]), red, 0.04)
    for side in (-1, 1):
        _cymbal(sheet, 0.5 + 0.335 * side, 0.39, 0.5 + 0.38 * side, 12 * side + 3 * beat)
    for side in (-1, 1):
        sheet.block(0.5 + 0.325 * side - 0.115, 0.68, 0.5 + 0.325 * side + 0.115, 0.845, red, 0.03)
        sheet.oval(0.5 + 0.325 * side, 0.68, 0.25, 0.065, STEEL)
        sheet.oval(0.5 + 0.325 * side, 0.675, 0.215, 0.045, WHITE)
        for off in (-0.09, 0.09):
            sheet.limb([(0.5 + 0.325 * side + off, 0.83), (0.5 + 0.325 * side + 1.15 * off, 0.915)], STEEL, 0.018)
        sheet.block(0.5 + 0.12 * side - 0.09, 0.60, 0.5 + 0.12 * side + 0.09, 0.69, red, 0.025)
        sheet.oval(0.5 + 0.12 * side, 0.60, 0.20, 0.055, STEEL)
        sheet.oval(0.5 + 0.12 * side, 0.595, 0.17, 0.038, WHITE)
    for side in (-1, 1):
        up = max(side * beat, 0.0)
        hand = (0.5 + 0.255 * side, 0.575 - 0.10 * up)
        arm(man, Clothes(DARK, DARK, DARK, DARK), side, (0.5 + 0.26 * side, 0.565), hand, 0.46)
        stick = [(0.5 + 0.265 * side, hand[1]), (0.5 + 0.105 * side, 0.575 - 0.26 * up)]
        sheet.limb(stick, (255, 226, 172), 0.019)
        sheet.oval(*stick[1], 0.030, 0.026, (255, 226, 172))
        man.oval(*hand, 0.08, 0.08, SKIN)
    drum = sheet.view(0.5, 0.775, scale=1 + 0.012 * abs(beat))
    drum.oval(0.5, 0.775, 0.315, 0.315, red)
    drum.ring(0.5, 0.775, 0.285, 0.022, STEEL)
    drum.oval(0.5, 0.775, 0.26, 0.26, WHITE)
    drum.blob([(0.535, 0.68), (0.455, 0.785), (0.495, 0.79), (0.465, 0.87), (0.55, 0.76), (0.51, 0.755)], GOLD, 0.015)


def _turntable(sheet: Sheet, x: float, moment: float) -> None:
    """A record that turns, seen from above at a slant. x: its middle."""
    sheet.block(x - 0.155, 0.60, x + 0.155, 0.685, (92, 88, 112), 0.02)
    sheet.oval(x, 0.63, 0.25, 0.085, (36, 34, 48))
    sheet.oval(x, 0.63, 0.095, 0.034, (236, 66, 92))
    for k in (0.0, math.pi):
        way = 2 * math.pi * moment + k
        for far in (0.075, 0.11):
            sheet.dot(x + far * math.cos(way), 0.63 + 0.34 * far * math.sin(way), 0.008, (150, 146, 170))


def _dj(sheet: Sheet, moment: float) -> None:
    """With headphones and dark glasses behind a desk of two records; lights on it rise and fall."""
    beat = math.sin(4 * math.pi * moment)
    clothes = Clothes((150, 74, 220), (150, 74, 220), DARK, DARK)
    man = sheet.view(0.5, 0.5, turn=2 * math.sin(2 * math.pi * moment), scale=0.98, down=-0.045 + 0.010 * abs(beat))
    trunk(man, clothes.trunk)
    man.blob([(0.38, 0.45), (0.44, 0.405), (0.56, 0.405), (0.62, 0.45), (0.5, 0.50)], (120, 52, 186), 0.03)
    face(man, (62, 46, 46))
    hair(man, (62, 46, 46))
    man.limb(bend([(0.355, 0.27), (0.38, 0.13), (0.5, 0.075), (0.62, 0.13), (0.645, 0.27)]), (52, 48, 64), 0.034)
    for side in (-1, 1):
        man.oval(0.5 + 0.15 * side, 0.285, 0.085, 0.135, (40, 190, 226))
        man.oval(0.5 + 0.168 * side, 0.285, 0.06, 0.10, (52, 48, 64))
        man.block(0.5 + 0.06 * side - 0.052, 0.253, 0.5 + 0.06 * side + 0.052, 0.312, (40, 36, 52), 0.025)
        man.line([(0.5 + 0.06 * side - 0.03, 0.27), (0.5 + 0.06 * side - 0.012, 0.265)], (150, 160, 210), 0.009)
    man.limb([(0.47, 0.272), (0.53, 0.272)], (40, 36, 52), 0.016)
    for x in (0.235, 0.765):
        _turntable(sheet, x, moment)
    sheet.block(0.42, 0.60, 0.58, 0.685, (66, 62, 82), 0.015)
    for k in range(3):
        sheet.limb([(0.45 + 0.05 * k, 0.615), (0.45 + 0.05 * k, 0.66)], (130, 126, 150), 0.010)
        sheet.oval(0.45 + 0.05 * k, 0.638 + 0.015 * math.sin(2 * math.pi * (moment + k / 3)), 0.03, 0.018, WHITE)
    arm(sheet, clothes, -1, (0.265, 0.515), (0.285 + 0.03 * beat, 0.61))
    arm(man, clothes, 1, (0.73, 0.55), (0.695, 0.655))
    sheet.block(0.075, 0.675, 0.925, 0.925, (62, 56, 84), 0.03)
    sheet.block(0.075, 0.67, 0.925, 0.715, (96, 90, 122), 0.02)
    for k in range(11):
        tall = 1 + round(3.5 * (0.5 + 0.5 * math.sin(2 * math.pi * (2 * moment + 0.37 * k * k)) * math.cos(0.9 * k)))
        for n in range(5):
            tone = ((64, 226, 170), (64, 226, 170), (250, 214, 70), (255, 140, 66), (244, 66, 110))[n]
            x, y = 0.155 + 0.069 * k, 0.89 - 0.036 * n
            sheet.block(x - 0.024, y - 0.013, x + 0.024, y + 0.013, tone if n < tall else (84, 78, 108), 0.008)


DRAWINGS: dict[str, Drawing] = {
    "violinist": _violinist,
    "drummer": _drummer,
    "DJ": _dj,
}
