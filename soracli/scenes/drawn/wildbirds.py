"""Birds of forests, shores and tales. They look to the left."""

from __future__ import annotations

import math

from soracli.scenes.drawn.birds import Plumage, legs, standing
from soracli.scenes.drawn.outlines import bend
from soracli.scenes.drawn.sheet import Colour, Drawing, Sheet

WHITE, BLACK, NIGHT = (248, 248, 252), (58, 56, 74), (42, 40, 56)
ORANGE, RED = (255, 146, 44), (232, 54, 60)
ROBIN = Plumage((158, 116, 84), (246, 238, 228), (134, 96, 72), (104, 76, 62), (96, 82, 82), (196, 130, 100))
PECKER = Plumage((52, 50, 68), (248, 242, 232), (52, 50, 68), (36, 34, 48), (120, 116, 132), (132, 128, 146))


def _robin(sheet: Sheet, moment: float) -> None:
    """Small and round, brown, with an orange face and breast, that hops."""
    nod = 0.012 * math.sin(4 * math.pi * moment)
    standing(sheet, moment, ROBIN, 0.03)
    sheet.blob([(0.19 + nod, 0.29), (0.25 + nod, 0.215), (0.33 + nod, 0.245), (0.385, 0.37), (0.425, 0.52),
               (0.34, 0.615), (0.245, 0.585), (0.21, 0.44)], (255, 122, 48), 0.06)  # fmt: skip
    sheet.eye(0.275 + nod, 0.28, 0.026)


def _woodpecker(sheet: Sheet, moment: float) -> None:
    """Black and white with a red crest and a long beak, that pecks."""
    nod = 0.012 * math.sin(4 * math.pi * moment)
    standing(sheet, moment, PECKER, 0.10)
    for k in range(4):
        sheet.limb(bend([(0.50 + 0.085 * k, 0.475 + 0.03 * k), (0.53 + 0.085 * k, 0.555 + 0.025 * k),
                   (0.50 + 0.085 * k, 0.635 + 0.012 * k)]), WHITE, 0.026, 0.014)  # fmt: skip
    sheet.blob([(0.20 + nod, 0.32), (0.28 + nod, 0.315), (0.37 + nod, 0.35), (0.41, 0.44), (0.36, 0.48),
               (0.27, 0.44), (0.20 + nod, 0.39)], WHITE, 0.03)  # fmt: skip
    sheet.limb(bend([(0.20 + nod, 0.375), (0.29 + nod, 0.40), (0.345, 0.47)]), PECKER.back, 0.032, 0.05)
    sheet.blob([(0.21 + nod, 0.245), (0.255 + nod, 0.185), (0.34 + nod, 0.16), (0.425 + nod, 0.205),
               (0.40 + nod, 0.265), (0.425 + nod, 0.325), (0.345 + nod, 0.275), (0.27 + nod, 0.255)], RED,
               0.04)  # fmt: skip
    sheet.blob([(0.44, 0.70), (0.54, 0.715), (0.60, 0.755), (0.52, 0.79), (0.43, 0.77)], RED, 0.03)
    sheet.dot(0.275 + nod, 0.29, 0.034, WHITE)
    sheet.eye(0.272 + nod, 0.29, 0.022)


def _toucan(sheet: Sheet, moment: float) -> None:
    """Black with a white throat and a great bill, orange with a black tip, that walks."""
    nod = 1.6 * math.sin(4 * math.pi * moment)
    legs(sheet, moment, ((0.67, 0.76), (0.58, 0.77)), 0.155, 0.036, (96, 150, 196))
    sheet.blob([(0.70, 0.62), (0.80, 0.66), (0.93, 0.80), (0.955, 0.875), (0.895, 0.895), (0.76, 0.80)], NIGHT, 0.03)
    sheet.blob([(0.47, 0.30), (0.62, 0.27), (0.74, 0.40), (0.80, 0.58), (0.775, 0.72), (0.66, 0.80),
               (0.54, 0.775), (0.46, 0.64), (0.44, 0.46)], BLACK, 0.09)  # fmt: skip
    sheet.blob([(0.665, 0.735), (0.76, 0.70), (0.79, 0.76), (0.72, 0.81)], RED, 0.03)
    head = sheet.view(0.58, 0.36, turn=nod)
    head.blob([(0.455, 0.34), (0.52, 0.36), (0.575, 0.44), (0.565, 0.545), (0.50, 0.585), (0.45, 0.52),
              (0.44, 0.42)], WHITE, 0.05)  # fmt: skip
    head.oval(0.56, 0.285, 0.27, 0.27, BLACK)
    head.blob([(0.43, 0.285), (0.50, 0.315), (0.565, 0.40), (0.50, 0.46), (0.44, 0.42)], WHITE, 0.03)
    head.blob([(0.475, 0.175), (0.36, 0.135), (0.21, 0.165), (0.10, 0.255), (0.045, 0.375), (0.075, 0.40),
              (0.16, 0.375), (0.30, 0.36), (0.47, 0.365), (0.50, 0.27)], ORANGE, 0.06)  # fmt: skip
    head.blob([(0.475, 0.185), (0.36, 0.145), (0.235, 0.17), (0.30, 0.205), (0.40, 0.225), (0.485, 0.245)],
              (255, 206, 70), 0.03)  # fmt: skip
    head.blob([(0.135, 0.22), (0.10, 0.255), (0.045, 0.375), (0.075, 0.40), (0.135, 0.38), (0.155, 0.30)],
              NIGHT, 0.03)  # fmt: skip
    head.line(bend([(0.085, 0.345), (0.26, 0.295), (0.47, 0.295)]), (204, 88, 24), 0.010)
    head.limb(bend([(0.485, 0.18), (0.505, 0.27), (0.475, 0.365)]), NIGHT, 0.028)
    head.dot(0.56, 0.255, 0.054, (70, 176, 236))
    head.eye(0.557, 0.255, 0.031)
    sheet.blob([(0.59, 0.47), (0.70, 0.45), (0.78, 0.57), (0.83, 0.72), (0.72, 0.72), (0.60, 0.64)], NIGHT, 0.05)


def _puffin(sheet: Sheet, moment: float) -> None:
    """Upright, black and white, with a high striped bill and orange feet, that waddles."""
    swing = math.sin(2 * math.pi * moment)
    legs(sheet, moment, ((0.57, 0.79), (0.47, 0.80)), 0.115, 0.055, ORANGE)
    body = sheet.view(0.52, 0.9, turn=2.2 * swing)
    body.blob([(0.60, 0.74), (0.74, 0.78), (0.80, 0.855), (0.66, 0.84)], NIGHT, 0.03)
    body.blob([(0.38, 0.36), (0.54, 0.33), (0.66, 0.44), (0.715, 0.62), (0.68, 0.78), (0.55, 0.85),
              (0.42, 0.82), (0.335, 0.68), (0.335, 0.48)], BLACK, 0.10)  # fmt: skip
    body.blob([(0.35, 0.45), (0.44, 0.46), (0.515, 0.58), (0.53, 0.74), (0.48, 0.835), (0.40, 0.80),
              (0.335, 0.67), (0.325, 0.54)], WHITE, 0.07)  # fmt: skip
    body.blob([(0.53, 0.47), (0.62, 0.46), (0.69, 0.58), (0.715, 0.74), (0.65, 0.76), (0.56, 0.66)], NIGHT, 0.04)
    body.oval(0.45, 0.265, 0.335, 0.315, BLACK)
    body.blob([(0.30, 0.235), (0.37, 0.165), (0.47, 0.18), (0.535, 0.265), (0.50, 0.355), (0.40, 0.385),
              (0.315, 0.34)], WHITE, 0.06)  # fmt: skip
    body.blob([(0.335, 0.175), (0.255, 0.175), (0.175, 0.235), (0.13, 0.33), (0.165, 0.365), (0.25, 0.355),
              (0.335, 0.33), (0.36, 0.25)], ORANGE, 0.045)  # fmt: skip
    body.blob([(0.345, 0.175), (0.30, 0.17), (0.285, 0.26), (0.30, 0.345), (0.345, 0.33), (0.365, 0.25)],
              (92, 104, 142), 0.03)  # fmt: skip
    body.limb(bend([(0.30, 0.175), (0.282, 0.26), (0.30, 0.345)]), (255, 220, 120), 0.022)
    body.line(bend([(0.15, 0.315), (0.22, 0.29), (0.30, 0.285)]), (198, 70, 30), 0.009)
    body.oval(0.348, 0.325, 0.045, 0.045, (255, 190, 60))
    body.blob([(0.385, 0.265), (0.425, 0.205), (0.465, 0.265)], (86, 90, 116), 0.015)
    body.eye(0.425, 0.248, 0.026)
    body.line(bend([(0.455, 0.255), (0.49, 0.275), (0.515, 0.305)]), (120, 122, 142), 0.010)


def _vulture(sheet: Sheet, moment: float) -> None:
    """Hunched in dark feathers with a white ruff, its head bare, its beak hooked, that walks."""
    nod, pink = 2.5 * math.sin(2 * math.pi * moment), (246, 160, 146)
    legs(sheet, moment, ((0.62, 0.76), (0.52, 0.77)), 0.145, 0.05, (214, 178, 150))
    sheet.blob([(0.70, 0.66), (0.82, 0.76), (0.875, 0.885), (0.79, 0.90), (0.66, 0.82)], (64, 54, 60), 0.03)
    sheet.blob([(0.40, 0.44), (0.46, 0.29), (0.60, 0.215), (0.74, 0.28), (0.82, 0.48), (0.815, 0.66),
               (0.70, 0.79), (0.54, 0.81), (0.43, 0.72), (0.39, 0.58)], (104, 84, 82), 0.10)  # fmt: skip
    sheet.blob([(0.40, 0.50), (0.48, 0.54), (0.54, 0.68), (0.52, 0.79), (0.44, 0.72), (0.395, 0.60)],
               (140, 112, 102), 0.05)  # fmt: skip
    sheet.blob([(0.57, 0.32), (0.70, 0.30), (0.795, 0.44), (0.835, 0.64), (0.80, 0.84), (0.73, 0.74),
               (0.66, 0.72), (0.58, 0.58)], (74, 62, 68), 0.06)  # fmt: skip
    for k in range(3):
        sheet.line(bend([(0.625 + 0.05 * k, 0.50 + 0.02 * k), (0.67 + 0.04 * k, 0.60 + 0.02 * k),
                   (0.715 + 0.03 * k, 0.70 + 0.02 * k)]), (116, 98, 100), 0.009)  # fmt: skip
    head = sheet.view(0.46, 0.42, turn=nod)
    head.limb(bend([(0.45, 0.43), (0.40, 0.44), (0.325, 0.36), (0.295, 0.28)]), pink, 0.115, 0.10)
    sheet.oval(0.475, 0.435, 0.15, 0.14, WHITE)
    for k in range(6):
        angle = math.radians(205 - 37 * k)
        sheet.oval(0.485 + 0.085 * math.cos(angle) - 0.01, 0.43 + 0.115 * math.sin(angle), 0.115, 0.10, WHITE)
    head.blob([(0.205, 0.235), (0.15, 0.255), (0.10, 0.315), (0.105, 0.385), (0.145, 0.345), (0.215, 0.325)],
              (92, 86, 96), 0.03)  # fmt: skip
    head.limb(bend([(0.255, 0.205), (0.21, 0.255), (0.225, 0.325)]), (255, 196, 96), 0.05)
    head.oval(0.295, 0.245, 0.185, 0.17, pink)
    head.oval(0.27, 0.265, 0.085, 0.06, (255, 186, 168))
    head.eye(0.275, 0.235, 0.023)
    head.limb([(0.235, 0.195), (0.305, 0.212)], (196, 108, 104), 0.02)
    head.limb(bend([(0.335, 0.175), (0.375, 0.185), (0.395, 0.215)]), (206, 196, 196), 0.016, 0.006)


def _wader(sheet: Sheet, moment: float, body: Colour, wing: Colour, tip: Colour, bill: Colour, leg: Colour) -> None:
    """On long legs, with a long curved neck and a bill like a dagger, that walks."""
    nod = 0.010 * math.sin(4 * math.pi * moment)
    legs(sheet, moment, ((0.62, 0.63), (0.53, 0.64)), 0.285, 0.026, leg)
    sheet.blob([(0.70, 0.50), (0.84, 0.57), (0.945, 0.655), (0.90, 0.685), (0.72, 0.66)], tip, 0.03)
    sheet.body([(0.30 + nod, 0.095), (0.075 + nod, 0.185), (0.30 + nod, 0.155)], bill, 0.015)
    neck = [(0.46, 0.53), (0.385, 0.46), (0.375, 0.37), (0.425, 0.275), (0.41 + nod, 0.175), (0.345 + nod, 0.125)]
    sheet.limb(bend(neck), body, 0.115, 0.065)
    sheet.blob([(0.39, 0.50), (0.48, 0.43), (0.66, 0.44), (0.80, 0.53), (0.84, 0.61), (0.70, 0.675),
               (0.52, 0.68), (0.42, 0.61)], body, 0.08)  # fmt: skip
    sheet.blob([(0.50, 0.48), (0.66, 0.46), (0.80, 0.55), (0.90, 0.645), (0.72, 0.645), (0.54, 0.61)], wing, 0.05)
    sheet.blob([(0.74, 0.585), (0.90, 0.645), (0.76, 0.65), (0.64, 0.635)], tip, 0.02)
    sheet.oval(0.335 + nod, 0.125, 0.135, 0.105, body)
    sheet.eye(0.315 + nod, 0.115, 0.019)


def _heron(sheet: Sheet, moment: float) -> None:
    """Grey, with a black stripe behind its eye that ends in a plume."""
    nod = 0.010 * math.sin(4 * math.pi * moment)
    _wader(sheet, moment, (216, 222, 236), (134, 152, 186), (70, 74, 100), (255, 186, 66), (196, 164, 110))
    sheet.limb(bend([(0.315 + nod, 0.082), (0.39 + nod, 0.085), (0.47 + nod, 0.125), (0.535 + nod, 0.175)]),
               BLACK, 0.034, 0.008)  # fmt: skip
    for k in range(3):
        x, y = 0.375 + 0.008 * k, 0.44 + 0.035 * k
        sheet.line([(x, y), (x + 0.025, y + 0.02)], (120, 128, 156), 0.012)


def _stork(sheet: Sheet, moment: float) -> None:
    """White, with black wing tips, and red bill and legs."""
    _wader(sheet, moment, WHITE, (236, 238, 248), (54, 52, 68), (240, 74, 56), (240, 88, 70))


def _hummingbird(sheet: Sheet, moment: float) -> None:
    """Green with a red throat and a bill like a needle; its wings whirr."""
    beat, hover = math.sin(8 * math.pi * moment + 0.5), 0.008 * math.sin(2 * math.pi * moment)
    bird = sheet.view(down=hover)
    far = bird.view(0.50, 0.42, turn=-24 - 34 * beat)
    far.blob([(0.45, 0.44), (0.44, 0.27), (0.50, 0.10), (0.565, 0.045), (0.58, 0.16), (0.56, 0.32),
             (0.53, 0.44)], (116, 168, 150), 0.03, 225)  # fmt: skip
    bird.blob([(0.68, 0.66), (0.76, 0.74), (0.80, 0.90), (0.735, 0.895), (0.70, 0.93), (0.635, 0.86),
              (0.61, 0.72)], (28, 104, 110), 0.03)  # fmt: skip
    bird.limb(bend([(0.36, 0.30), (0.20, 0.268), (0.045, 0.285)]), (66, 62, 78), 0.024, 0.010)
    bird.blob([(0.335, 0.26), (0.40, 0.185), (0.50, 0.20), (0.57, 0.31), (0.66, 0.45), (0.735, 0.62),
              (0.70, 0.72), (0.60, 0.74), (0.49, 0.67), (0.40, 0.53), (0.365, 0.38)], (38, 176, 112), 0.08)  # fmt: skip
    bird.blob([(0.385, 0.42), (0.46, 0.44), (0.56, 0.58), (0.66, 0.72), (0.56, 0.72), (0.45, 0.62),
              (0.395, 0.51)], (232, 240, 226), 0.05)  # fmt: skip
    bird.blob([(0.345, 0.315), (0.42, 0.33), (0.475, 0.395), (0.455, 0.46), (0.395, 0.455), (0.36, 0.385)],
              (232, 40, 96), 0.04)  # fmt: skip
    bird.dot(0.425, 0.27, 0.036, WHITE, 220)
    bird.eye(0.42, 0.27, 0.028)
    near = bird.view(0.535, 0.44, turn=30 + 40 * beat)
    near.blob([(0.49, 0.47), (0.475, 0.30), (0.545, 0.11), (0.625, 0.03), (0.645, 0.17), (0.625, 0.34),
              (0.585, 0.47)], (62, 158, 150), 0.035)  # fmt: skip
    for k in range(3):
        near.line([(0.525 + 0.02 * k, 0.43), (0.575 + 0.018 * k, 0.17 + 0.05 * k)], (150, 222, 200), 0.007)


def _flame_wing(sheet: Sheet, beat: float, near: bool) -> None:
    """A raised wing of long feathers in the colours of fire. beat: -1 (down) to 1 (up)."""
    shade = 1.0 if near else 0.86
    for k, green in enumerate((112, 158, 204)):
        tone = (round(255 * shade), round(green * shade), round((40 + 12 * k) * shade))
        for n in range(6):
            turn = (-62 + 17 * n) * (0.72 + 0.28 * beat) + 46 - 26 * beat
            feather = sheet.view(0.44, 0.50, turn=turn, scale=(1.0 - 0.2 * k) * (1 - 0.05 * abs(n - 2)))
            feather.blob([(0.415, 0.50), (0.40, 0.33), (0.425, 0.15), (0.455, 0.085), (0.475, 0.17),
                         (0.485, 0.34), (0.465, 0.50)], tone, 0.03)  # fmt: skip


def _phoenix(sheet: Sheet, moment: float) -> None:
    """A bird of fire with a crest and a streaming tail, on the wing; it glows."""
    beat, wave = math.sin(2 * math.pi * moment), 2 * math.pi * moment
    sheet.glow(0.48, 0.50, 0.46, (255, 190, 80), 110)
    _flame_wing(sheet.view(right=0.075, down=-0.01), beat, near=False)
    for k, (low, tone) in enumerate(((-0.05, (255, 200, 74)), (0.07, (255, 150, 44)), (0.19, (240, 76, 40)))):
        sway = 0.03 * math.sin(wave - 0.9 * k)
        end = (0.93 - 0.05 * k, 0.62 + low + 1.3 * sway)
        plume = [(0.58, 0.57), (0.72, 0.62 + 0.5 * low - sway), (0.83, 0.64 + low + sway), end]
        sheet.limb(bend(plume), tone, 0.09, 0.03)
        sheet.oval(*end, 0.075, 0.055, (255, 224, 120))
        sheet.oval(*end, 0.035, 0.028, (232, 54, 60))
    body = sheet.view(down=-0.014 * beat)
    for k in range(3):
        turned = body.view(0.26, 0.37, turn=24 - 26 * k)
        turned.limb(bend([(0.26, 0.37), (0.275, 0.30), (0.32, 0.25), (0.355, 0.255)]),
                    ((240, 76, 40), (255, 150, 44), (255, 204, 74))[k], 0.04, 0.016)  # fmt: skip
    body.body([(0.20, 0.37), (0.085, 0.425), (0.115, 0.455), (0.20, 0.435)], (255, 196, 66), 0.02)
    body.blob([(0.185, 0.40), (0.225, 0.335), (0.30, 0.345), (0.35, 0.42), (0.48, 0.46), (0.60, 0.53),
              (0.64, 0.59), (0.54, 0.635), (0.42, 0.63), (0.31, 0.555), (0.255, 0.475)], (240, 76, 40),
              0.08)  # fmt: skip
    body.blob([(0.275, 0.48), (0.36, 0.52), (0.50, 0.58), (0.55, 0.625), (0.42, 0.625), (0.325, 0.565)],
              (255, 186, 70), 0.04)  # fmt: skip
    body.eye(0.235, 0.395, 0.022)
    _flame_wing(body, beat, near=True)


DRAWINGS: dict[str, Drawing] = {
    "robin": _robin,
    "woodpecker": _woodpecker,
    "toucan": _toucan,
    "puffin": _puffin,
    "vulture": _vulture,
    "heron": _heron,
    "stork": _stork,
    "hummingbird": _hummingbird,
    "phoenix": _phoenix,
}
