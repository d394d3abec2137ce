"""Persons at sport: kits, boards, balls, rackets and gloves."""

from __future__ import annotations

import math

from soracli.scenes.drawn.figure import DARK, GOLD, SKIN, Clothes, arm, face, hair, trunk
from soracli.scenes.drawn.outlines import bend, ellipse, turned
from soracli.scenes.drawn.sheet import Colour, Drawing, Sheet

WHITE, RED, BROWN = (248, 248, 252), (230, 52, 62), (112, 70, 52)


def _bare_legs(sheet: Sheet, moment: float, shorts: Colour, sock: Colour, shoe: Colour, pace: float) -> None:
    """Two legs in shorts, in two steps of a loop. pace: how wide the steps are, 1 as of who walks."""
    swing = math.sin(2 * math.pi * moment)
    for side in (-1, 1):
        step = side * swing
        x, y = 0.5 + 0.072 * side + 0.05 * pace * step, 0.895 - 0.035 * pace * max(step, 0.0)
        knee = (0.5 + 0.066 * side + 0.03 * pace * step, 0.79 - 0.02 * pace * max(step, 0.0))
        sheet.limb([(0.5 + 0.06 * side, 0.68), knee, (x, y - 0.01)], SKIN, 0.095, 0.075)
        sheet.limb([((x + knee[0]) / 2, (y + knee[1]) / 2), (x, y - 0.005)], sock, 0.084, 0.078)
        sheet.oval(x - 0.008, y + 0.02, 0.135, 0.066, shoe)
        sheet.limb([(0.5 + 0.062 * side, 0.68), (0.5 + 0.068 * side + 0.018 * pace * step, 0.755)], shorts,
                   0.13, 0.135)  # fmt: skip


def _ball(sheet: Sheet, x: float, y: float, radius: float, turn: float) -> None:
    """A white ball with dark patches. turn: degrees, clockwise."""
    sheet.oval(x, y, 2 * radius, 2 * radius, WHITE)
    patch = [(x + 0.36 * radius * math.sin(k * 1.2566), y - 0.36 * radius * math.cos(k * 1.2566)) for k in range(5)]
    sheet.area(turned(patch, x, y, turn), DARK)
    for k in range(5):
        way = turn + 72 * k
        sheet.line(turned([(x, y - 0.36 * radius), (x, y - 0.66 * radius)], x, y, way), DARK, 0.10 * radius)
        rim = [(x - 0.30 * radius, y - 0.88 * radius), (x, y - 0.95 * radius), (x + 0.30 * radius, y - 0.88 * radius),
               (x + 0.17 * radius, y - 0.66 * radius), (x - 0.17 * radius, y - 0.66 * radius)]  # fmt: skip
        sheet.area(turned(rim, x, y, way), DARK)


def _skateboarder(sheet: Sheet, moment: float) -> None:
    """In a cap and a hooded jacket, knees bent and arms out, on a board whose wheels turn."""
    sway = math.sin(2 * math.pi * moment)
    clothes = Clothes((255, 132, 48), (255, 132, 48), (66, 92, 156), WHITE)
    for x in (0.30, 0.70):
        sheet.oval(x, 0.925, 0.085, 0.085, GOLD)
        spoke = ellipse(x, 0.925 - 0.022, 0.018, 0.018)
        sheet.area(turned(spoke, x, 0.925, -360 * moment), BROWN)
        sheet.area(turned(spoke, x, 0.925, 180 - 360 * moment), BROWN)
    sheet.limb(bend([(0.125, 0.825), (0.20, 0.868), (0.34, 0.876), (0.66, 0.876), (0.80, 0.868),
               (0.875, 0.825)]), (126, 74, 214), 0.042)  # fmt: skip
    rider = sheet.view(0.5, 0.85, turn=2.5 * sway, scale=0.9)
    for side in (-1, 1):
        knee = (0.5 + 0.17 * side, 0.745 + 0.008 * sway)
        rider.limb(bend([(0.5 + 0.055 * side, 0.67 + 0.012 * sway), knee, (0.5 + 0.155 * side, 0.81)]),
                   clothes.leg, 0.12, 0.095)  # fmt: skip
        rider.oval(0.5 + 0.155 * side - 0.015, 0.83, 0.145, 0.066, clothes.shoe)
    rider = rider.view(down=0.012 * sway)
    arm(rider, clothes, -1, (0.27, 0.50 + 0.02 * sway), (0.17, 0.44 - 0.04 * sway))
    arm(rider, clothes, 1, (0.73, 0.54 + 0.02 * sway), (0.83, 0.50 + 0.04 * sway))
    trunk(rider, clothes.trunk)
    rider.blob([(0.38, 0.45), (0.44, 0.405), (0.56, 0.405), (0.62, 0.45), (0.5, 0.49)], (226, 104, 30), 0.03)
    for x in (0.465, 0.535):
        rider.limb([(x, 0.47), (x, 0.56)], WHITE, 0.014)
    rider.block(0.41, 0.60, 0.59, 0.68, (226, 104, 30), 0.03)
    face(rider, BROWN)
    for side in (-1, 1):
        rider.blob([(0.5 + 0.12 * side, 0.21), (0.5 + 0.155 * side, 0.24), (0.5 + 0.15 * side, 0.32),
                   (0.5 + 0.115 * side, 0.27)], BROWN, 0.02)  # fmt: skip
    rider.blob([(0.355, 0.235), (0.36, 0.15), (0.43, 0.09), (0.5, 0.08), (0.57, 0.09), (0.64, 0.15),
               (0.645, 0.235), (0.5, 0.205)], (40, 170, 200), 0.06)  # fmt: skip
    rider.blob([(0.36, 0.20), (0.46, 0.19), (0.53, 0.215), (0.44, 0.24), (0.30, 0.262), (0.235, 0.25)],
               (28, 136, 170), 0.025)  # fmt: skip
    rider.oval(0.5, 0.085, 0.035, 0.025, (28, 136, 170))


def _footballer(sheet: Sheet, moment: float) -> None:
    """In a striped kit, who runs with a ball at the feet."""
    _kicker(sheet, moment)
    _ball(sheet, 0.235 - 0.03 * math.sin(2 * math.pi * moment), 0.865, 0.085, -360 * moment)


def _kicker(sheet: Sheet, moment: float) -> None:
    """In a striped kit, who runs without a ball."""
    swing = math.sin(2 * math.pi * moment)
    blue = (38, 98, 214)
    kit = Clothes(RED, RED, blue, DARK)
    _bare_legs(sheet, moment, blue, RED, DARK, 1.7)
    body = sheet.view(down=-0.01 * abs(swing))
    for side in (-1, 1):
        hand = (0.5 + 0.175 * side, 0.565 - 0.05 * side * swing)
        arm(body, kit, side, (0.5 + 0.225 * side, 0.56), hand, 0.36)
    trunk(body, kit.trunk)
    for x in (0.42, 0.5, 0.58):
        body.block(x - 0.018, 0.43, x + 0.018, 0.70, blue, 0.015)
    body.blob([(0.44, 0.41), (0.56, 0.41), (0.5, 0.465)], WHITE, 0.02)
    body.limb([(0.375, 0.69), (0.625, 0.69)], blue, 0.05)
    face(body, BROWN)
    hair(body, BROWN)


def _tennis_player(sheet: Sheet, moment: float) -> None:
    """In white with a visor and a ponytail; swings a racket at a ball."""
    swing = math.sin(2 * math.pi * moment)
    sheet = sheet.view(right=-0.05)
    kit, blond = Clothes(WHITE, WHITE, WHITE, (70, 190, 220)), (246, 190, 70)
    _bare_legs(sheet, moment, WHITE, WHITE, (70, 190, 220), 1.0)
    sheet.blob([(0.56, 0.14), (0.68, 0.13), (0.745, 0.24 + 0.01 * swing), (0.715, 0.38 + 0.02 * swing),
               (0.66, 0.30), (0.60, 0.22)], blond, 0.04)  # fmt: skip
    arm(sheet, kit, -1, (0.30, 0.54), (0.25, 0.62 + 0.02 * swing), 0.46)
    hand = (0.765, 0.52 - 0.02 * swing)
    racket = sheet.view(*hand, turn=28 + 16 * swing)
    x, y = hand
    for k in range(-2, 3):
        tall, wide = 0.095 - 0.01 * k * k, 0.075 - 0.008 * k * k
        racket.line([(x + 0.028 * k, y - 0.24 - tall), (x + 0.028 * k, y - 0.24 + tall)], WHITE, 0.007)
        racket.line([(x - wide, y - 0.24 + 0.036 * k), (x + wide, y - 0.24 + 0.036 * k)], WHITE, 0.007)
    outer, inner = ellipse(x, y - 0.24, 0.185, 0.235), ellipse(x, y - 0.24, 0.14, 0.19)
    racket.body([*outer, outer[0], inner[0], *inner[::-1]], RED, 0.012)
    racket.limb([(x, y - 0.13), (x, y + 0.06)], DARK, 0.03)
    arm(sheet, kit, 1, (0.69, 0.56), hand, 0.46)
    trunk(sheet, kit.trunk)
    sheet.blob([(0.37, 0.65), (0.63, 0.65), (0.685, 0.775), (0.5, 0.80), (0.315, 0.775)], (236, 238, 248), 0.05)
    sheet.limb(bend([(0.375, 0.655), (0.5, 0.67), (0.625, 0.655)]), (70, 190, 220), 0.035)
    ball = sheet.view(right=0.19, down=0.24 + 0.06 * swing)
    ball.oval(0, 0, 0.085, 0.085, (206, 236, 60))
    ball.line(bend([(-0.025, -0.03), (0.005, 0.0), (-0.01, 0.035)]), WHITE, 0.01)
    face(sheet, (176, 120, 40))
    hair(sheet, blond)
    sheet.limb(bend([(0.355, 0.225), (0.5, 0.205), (0.645, 0.225)]), (70, 190, 220), 0.05)
    sheet.blob([(0.37, 0.215), (0.5, 0.19), (0.63, 0.215), (0.60, 0.255), (0.5, 0.245), (0.40, 0.255)],
               (40, 156, 196), 0.02)  # fmt: skip


def _boxer(sheet: Sheet, moment: float) -> None:
    """Bare-chested, in shorts and red gloves; punches with one after the other."""
    swing = math.sin(2 * math.pi * moment)
    bare = Clothes(SKIN, SKIN, (44, 84, 196), DARK)
    _bare_legs(sheet, moment, (44, 84, 196), WHITE, DARK, 0.7)
    body = sheet.view(right=0.012 * swing)
    trunk(body, SKIN, 0.02)
    for side in (-1, 1):
        body.line(bend([(0.5 + 0.01 * side, 0.545), (0.5 + 0.06 * side, 0.557), (0.5 + 0.105 * side, 0.535)]),
                  (236, 158, 40), 0.010)  # fmt: skip
    body.blob([(0.365, 0.635), (0.635, 0.635), (0.65, 0.74), (0.5, 0.755), (0.35, 0.74)], (44, 84, 196), 0.04)
    body.block(0.365, 0.62, 0.635, 0.665, GOLD, 0.018)
    face(body, BROWN, 0.012)
    hair(body, (66, 48, 46))
    for side in (-1, 1):
        jab = max(side * swing, 0.0)
        x, y = 0.5 + (0.215 + 0.05 * jab) * side, 0.475 - 0.09 * jab
        arm(body, bare, side, (0.5 + 0.24 * side, 0.585), (x, y + 0.03))
        body.limb([(x + 0.012 * side, y + 0.075), (x + 0.004 * side, y + 0.04)], WHITE, 0.10)
        body.oval(x, y - 0.02, 0.165 + 0.02 * jab, 0.165 + 0.02 * jab, RED)
        body.oval(x - 0.062 * side, y + 0.012, 0.07, 0.095, (206, 36, 50), 18 * side)


DRAWINGS: dict[str, Drawing] = {
    "skateboarder": _skateboarder,
    "footballer": _footballer,
    "footballer at a shot": _kicker,
    "tennis player": _tennis_player,
    "boxer": _boxer,
}
