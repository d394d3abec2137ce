"""Persons who are known by what they wear and carry."""

from __future__ import annotations

import math

from soracli.scenes.drawn.figure import DARK, GOLD, SKIN, Clothes, arm, belt, face, figure, hair, legs, trunk
from soracli.scenes.drawn.outlines import bend
from soracli.scenes.drawn.sheet import Drawing, Sheet

WHITE, BUTTON = (248, 248, 252), (230, 66, 66)


def _soldier(sheet: Sheet, moment: float) -> None:
    """A spotted green uniform, a helmet with a strap, a vest with pouches, boots."""
    cloth, dark, pale = (122, 142, 84), (84, 104, 62), (170, 174, 118)
    figure(sheet, moment, Clothes(cloth, cloth, cloth, (72, 62, 56)), 0.01)
    swing = math.sin(2 * math.pi * moment)
    for side in (-1, 1):
        x = 0.5 + 0.068 * side + 0.035 * side * swing
        for up, wide, tone in ((0.775, 0.05, dark), (0.835, 0.045, pale)):
            sheet.oval(x + 0.014 * side, up, wide, 0.034, tone, 24)
        sheet.oval(0.5 + 0.175 * side - 0.02 * swing, 0.53, 0.05, 0.04, dark, 30 * side)
        sheet.oval(0.5 + 0.185 * side - 0.03 * swing, 0.59, 0.038, 0.03, pale, 30 * side)
    sheet.blob([(0.385, 0.435), (0.43, 0.415), (0.57, 0.415), (0.615, 0.435), (0.615, 0.64), (0.385, 0.64)],
               (96, 108, 70), 0.04)  # fmt: skip
    for side in (-1, 1):
        sheet.limb([(0.5 + 0.075 * side, 0.42), (0.5 + 0.085 * side, 0.63)], (74, 84, 56), 0.026)
        sheet.block(0.5 + 0.06 * side - 0.045, 0.53, 0.5 + 0.06 * side + 0.045, 0.61, (120, 130, 86), 0.018)
        sheet.limb([(0.5 + 0.06 * side - 0.035, 0.553), (0.5 + 0.06 * side + 0.035, 0.553)], (74, 84, 56), 0.012)
    belt(sheet, 0.66, (74, 66, 54), (188, 180, 132))
    face(sheet, (104, 70, 52), 0.012)
    for side in (-1, 1):
        sheet.limb(bend([(0.5 + 0.128 * side, 0.25), (0.5 + 0.125 * side, 0.36), (0.5 + 0.03 * side, 0.425)]),
                   (74, 66, 54), 0.018)  # fmt: skip
    sheet.blob([(0.33, 0.245), (0.345, 0.15), (0.42, 0.085), (0.5, 0.075), (0.58, 0.085), (0.655, 0.15),
               (0.67, 0.245), (0.5, 0.215)], cloth, 0.07)  # fmt: skip
    for x, y, wide, tone in (
        (0.42, 0.14, 0.075, dark),
        (0.53, 0.115, 0.065, pale),
        (0.59, 0.175, 0.07, dark),
        (0.475, 0.185, 0.055, pale),
        (0.385, 0.195, 0.045, pale),
    ):
        sheet.oval(x, y, wide, 0.6 * wide, tone, 20)
    sheet.limb(bend([(0.335, 0.238), (0.5, 0.208), (0.665, 0.238)]), dark, 0.026)


def _monk(sheet: Sheet, moment: float) -> None:
    """A shaven head, a saffron robe over one shoulder, joined hands with beads."""
    swing = math.sin(2 * math.pi * moment)
    robe, sash = (246, 138, 40), (196, 66, 44)
    for side in (-1, 1):
        step = side * swing
        sheet.oval(0.5 + 0.07 * side + 0.035 * step, 0.92 - 0.015 * max(step, 0.0), 0.115, 0.055, SKIN)
    sheet.blob([(0.355, 0.45), (0.43, 0.41), (0.57, 0.41), (0.645, 0.45), (0.66, 0.64),
               (0.69 + 0.012 * swing, 0.86), (0.5, 0.905), (0.31 + 0.012 * swing, 0.86), (0.34, 0.64)], robe,
               0.08)  # fmt: skip
    for x, low in ((0.42, 0.85), (0.5, 0.87), (0.58, 0.85)):
        sheet.limb(bend([(x, 0.68), (x + 0.1 * (x - 0.5), 0.76), (x + 0.35 * (x - 0.5) + 0.01 * swing, low)]),
                   (222, 112, 28), 0.014, 0.02)  # fmt: skip
    clothes = Clothes(robe, robe, robe, robe)
    sheet.blob([(0.565, 0.41), (0.66, 0.455), (0.665, 0.53), (0.52, 0.66), (0.36, 0.76), (0.335, 0.66),
               (0.43, 0.57)], sash, 0.04)  # fmt: skip
    arm(sheet, clothes, -1, (0.325, 0.575), (0.475, 0.575), 0.86)
    arm(sheet, Clothes(sash, sash, sash, sash), 1, (0.675, 0.575), (0.525, 0.575))
    sheet.blob([(0.465, 0.62), (0.47, 0.52), (0.5, 0.475), (0.53, 0.52), (0.535, 0.62), (0.5, 0.635)], SKIN, 0.03)
    sheet.line([(0.5, 0.49), (0.5, 0.615)], (226, 150, 40), 0.006)
    for k in range(9):
        angle = math.pi * (k / 8)
        sheet.oval(0.5 + 0.062 * math.cos(angle), 0.625 + 0.085 * math.sin(angle), 0.03, 0.03, (122, 70, 48))
    face(sheet, (124, 84, 50))
    for k in range(3):
        sheet.dot(0.47 + 0.03 * k, 0.165, 0.006, (222, 150, 40))


def _photographer(sheet: Sheet, moment: float) -> None:
    """A beret, a waistcoat, a camera in both hands that flashes once in a loop."""
    clothes = Clothes((92, 138, 206), (92, 138, 206), (92, 84, 104), (74, 62, 62))
    legs(sheet, moment, clothes)
    trunk(sheet, clothes.trunk)
    for side in (-1, 1):
        sheet.blob([(0.5 + 0.045 * side, 0.415), (0.5 + 0.14 * side, 0.435), (0.5 + 0.135 * side, 0.68),
                   (0.5 + 0.04 * side, 0.70)], (196, 160, 110), 0.03)  # fmt: skip
        sheet.block(0.5 + 0.088 * side - 0.036, 0.615, 0.5 + 0.088 * side + 0.036, 0.68, (170, 134, 86), 0.014)
    face(sheet, (98, 62, 48))
    hair(sheet, (98, 62, 48))
    sheet.blob([(0.325, 0.20), (0.36, 0.11), (0.50, 0.07), (0.64, 0.085), (0.70, 0.155), (0.66, 0.21),
               (0.5, 0.185)], (206, 48, 62), 0.06)  # fmt: skip
    sheet.limb([(0.52, 0.085), (0.53, 0.05)], (206, 48, 62), 0.022)
    body = sheet.view(down=0.006 * math.sin(2 * math.pi * moment))
    for side in (-1, 1):
        body.limb(bend([(0.5 + 0.08 * side, 0.415), (0.5 + 0.10 * side, 0.46), (0.5 + 0.11 * side, 0.50)]),
                  DARK, 0.016)  # fmt: skip
        arm(body, clothes, side, (0.5 + 0.225 * side, 0.585), (0.5 + 0.135 * side, 0.555))
    body.block(0.375, 0.485, 0.625, 0.63, (66, 62, 76), 0.03)
    body.block(0.45, 0.455, 0.55, 0.51, (66, 62, 76), 0.02)
    body.block(0.375, 0.515, 0.625, 0.54, (112, 108, 122), 0.008)
    body.block(0.395, 0.472, 0.43, 0.495, BUTTON, 0.01)
    body.oval(0.5, 0.565, 0.135, 0.135, (104, 102, 116))
    body.oval(0.5, 0.565, 0.10, 0.10, (46, 44, 60))
    body.oval(0.5, 0.565, 0.068, 0.068, (62, 96, 168))
    body.dot(0.484, 0.548, 0.013, WHITE, 230)
    for side in (-1, 1):
        body.oval(0.5 + 0.135 * side, 0.57, 0.075, 0.095, SKIN)
    light = max(math.cos(2 * math.pi * (moment - 0.5)), 0.0) ** 12
    body.block(0.475, 0.465, 0.525, 0.492, (255, 252, 220), 0.01)
    if light > 0.02:
        body.glow(0.5, 0.478, 0.20, (255, 255, 236), round(245 * light))


def _waiter(sheet: Sheet, moment: float) -> None:
    """A bow tie, a black waistcoat, a long white apron, a tray with a steaming cup on one hand."""
    swing = math.sin(2 * math.pi * moment)
    clothes = Clothes(WHITE, WHITE, DARK, (52, 46, 56))
    legs(sheet, moment, clothes)
    hand = (0.275 - 0.03 * swing, 0.635)
    arm(sheet, clothes, -1, (0.325, 0.555), hand)
    trunk(sheet, WHITE)
    for side in (-1, 1):
        sheet.blob([(0.5 + 0.05 * side, 0.41), (0.5 + 0.14 * side, 0.435), (0.5 + 0.135 * side, 0.66),
                   (0.5 + 0.01 * side, 0.68), (0.5 + 0.008 * side, 0.57)], DARK, 0.03)  # fmt: skip
    for y in (0.58, 0.62):
        sheet.dot(0.5, y, 0.008, GOLD)
    sheet.blob([(0.375, 0.655), (0.625, 0.655), (0.64, 0.83), (0.5, 0.845), (0.36, 0.83)], WHITE, 0.04)
    sheet.limb(bend([(0.37, 0.66), (0.5, 0.67), (0.63, 0.66)]), (214, 216, 230), 0.03)
    face(sheet, (62, 46, 46))
    hair(sheet, (62, 46, 46))
    for side in (-1, 1):
        sheet.blob([(0.5, 0.438), (0.5 + 0.06 * side, 0.415), (0.5 + 0.065 * side, 0.47)], (214, 44, 62), 0.015)
    sheet.oval(0.5, 0.44, 0.03, 0.03, (184, 30, 50))
    tray = sheet.view(down=0.008 * math.sin(4 * math.pi * moment))
    arm(tray, clothes, 1, (0.70, 0.565), (0.79, 0.435))
    tray.blob([(0.635, 0.375), (0.79, 0.362), (0.945, 0.375), (0.90, 0.405), (0.79, 0.41), (0.68, 0.405)],
              (188, 194, 212), 0.02)  # fmt: skip
    tray.limb([(0.645, 0.378), (0.935, 0.378)], (226, 230, 242), 0.018)
    tray.ring(0.862, 0.32, 0.06, 0.018, WHITE)
    tray.blob([(0.715, 0.275), (0.845, 0.275), (0.83, 0.35), (0.78, 0.37), (0.73, 0.35)], WHITE, 0.03)
    tray.area([(0.722, 0.28), (0.838, 0.28), (0.83, 0.292), (0.73, 0.292)], (120, 72, 48))
    for k in range(2):
        x, rise = 0.755 + 0.05 * k, 0.01 * math.sin(2 * math.pi * (moment + 0.4 * k))
        tray.limb(bend([(x, 0.25), (x + 0.015 + rise, 0.21), (x - 0.01 + rise, 0.175),
                  (x + 0.01 - rise, 0.135)]), WHITE, 0.016, 0.008)  # fmt: skip


DRAWINGS: dict[str, Drawing] = {
    "soldier": _soldier,
    "monk": _monk,
    "photographer": _photographer,
    "waiter": _waiter,
}
