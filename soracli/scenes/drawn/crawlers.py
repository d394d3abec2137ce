"""Small animals of leaves and ponds. They look to the left, the moth is seen from above."""

from __future__ import annotations

import math

from soracli.scenes.drawn.outlines import Point, bend
from soracli.scenes.drawn.sheet import INK, Colour, Drawing, Sheet

WHITE = (250, 250, 252)


def _chameleon(sheet: Sheet, moment: float) -> None:
    """Green with bands, a crest, an eye on a cone, its tail rolled up, that walks slowly."""
    green, far, pale = (104, 196, 84), (72, 154, 76), (186, 226, 104)
    sheet, nod = sheet.view(right=-0.045), 0.010 * math.sin(4 * math.pi * moment)
    coil = [(0.74, 0.62)]
    for k in range(15):
        way, reach = math.radians(-70 + 45 * k), 0.118 - 0.0068 * k
        coil.append((0.845 + reach * math.cos(way), 0.715 + reach * math.sin(way)))
    for n, (x, wide) in enumerate(((0.69, 0.07), (0.43, 0.07))):
        _grip(sheet, moment + 0.25 + 0.5 * n, x, 0.66, wide, far)
    sheet.limb(bend(coil), green, 0.125, 0.03)
    for k in range(7):
        sheet.oval(0.42 + 0.052 * k, 0.405 + 0.0075 * (k - 2.5) ** 2, 0.06, 0.06, far)
    sheet.blob([(0.36, 0.50), (0.46, 0.41), (0.60, 0.40), (0.73, 0.47), (0.79, 0.60), (0.70, 0.70),
               (0.54, 0.735), (0.40, 0.70), (0.34, 0.61)], green, 0.09)  # fmt: skip
    for k in range(3):
        x = 0.465 + 0.095 * k
        sheet.limb(bend([(x, 0.445 + 0.012 * k), (x + 0.025, 0.53), (x + 0.015, 0.62)]), (255, 196, 70), 0.034, 0.016)
    sheet.blob([(0.38, 0.66), (0.54, 0.69), (0.70, 0.66), (0.62, 0.715), (0.48, 0.73)], pale, 0.03)
    for n, (x, wide) in enumerate(((0.655, 0.078), (0.395, 0.078))):
        _grip(sheet, moment + 0.5 * n, x, 0.67, wide, green)
    head = sheet.view(down=nod)
    head.blob([(0.40, 0.40), (0.44, 0.27), (0.36, 0.215), (0.25, 0.29), (0.13, 0.415), (0.085, 0.50),
              (0.14, 0.56), (0.28, 0.60), (0.40, 0.575)], green, 0.07)  # fmt: skip
    head.limb(bend([(0.405, 0.255), (0.30, 0.275), (0.18, 0.385), (0.115, 0.465)]), (255, 196, 70), 0.024, 0.014)
    head.line(bend([(0.095, 0.515), (0.19, 0.53), (0.30, 0.515), (0.345, 0.485)]), (52, 112, 62), 0.012)
    head.oval(0.275, 0.40, 0.155, 0.155, pale)
    head.oval(0.265, 0.40, 0.10, 0.10, (140, 206, 92))
    head.eye(0.258, 0.398, 0.030)


def _grip(sheet: Sheet, moment: float, x: float, y: float, wide: float, tone: Colour) -> None:
    """A leg that ends in two toes. x, y: where it begins."""
    swing = math.sin(2 * math.pi * moment)
    foot = (x - 0.055 * swing, 0.89 - 0.03 * max(math.cos(2 * math.pi * moment), 0.0))
    sheet.limb(bend([(x, y), (x + 0.045 - 0.02 * swing, 0.78), foot]), tone, wide, 0.72 * wide)
    for way in (-1, 1):
        sheet.limb([foot, (foot[0] + 0.045 * way, foot[1] + 0.018)], tone, 0.62 * wide)


def _caterpillar(sheet: Sheet, moment: float) -> None:
    """Green rings with stubby feet and two feelers; a wave runs through them."""
    wave = 2 * math.pi * moment
    for k in range(6, -1, -1):
        x = 0.305 + 0.098 * k
        y = 0.745 - 0.055 * max(math.sin(wave + 0.95 * k), 0.0) - 0.012 * (3 - k) * (k < 3)
        wide = 0.205 - 0.010 * k
        for side in (-0.028, 0.032):
            sheet.oval(x + side, y + 0.098 - 0.003 * k, 0.052, 0.06, (255, 150, 70))
        sheet.oval(x, y, wide, wide * 1.02, (122, 208, 72) if k % 2 else (156, 226, 86))
        sheet.oval(x + 0.008, y - 0.048, 0.052, 0.045, (255, 214, 76))
    head = sheet.view(down=0.010 * math.sin(wave))
    for off, end in ((-0.045, -0.085), (0.055, 0.09)):
        feeler = bend([(0.235 + off, 0.47), (0.235 + 1.3 * off, 0.40), (0.235 + end, 0.34)])
        head.limb(feeler, (96, 70, 74), 0.020, 0.016)
        head.oval(0.235 + end, 0.335, 0.05, 0.05, (255, 130, 66))
    head.oval(0.235, 0.60, 0.33, 0.32, (156, 226, 86))
    for x in (0.155, 0.285):
        head.oval(x, 0.565, 0.085, 0.10, WHITE)
        head.eye(x - 0.006, 0.575, 0.030)
    for x in (0.125, 0.335):
        head.oval(x, 0.655, 0.055, 0.040, (255, 166, 120))
    head.line(bend([(0.175, 0.665), (0.22, 0.695), (0.27, 0.665)]), (58, 104, 50), 0.013)


def _mantis(sheet: Sheet, moment: float) -> None:
    """Green and slender, a three-cornered head, both forelegs folded before it, that sways as it walks."""
    green, far, dark = (132, 206, 76), (92, 166, 72), (74, 140, 62)
    sway = 2.5 * math.sin(2 * math.pi * moment)
    for n, (x, out) in enumerate(((0.58, -0.09), (0.66, 0.10), (0.56, -0.12), (0.68, 0.13))):
        swing = math.sin(2 * math.pi * moment + math.pi * ((n + n // 2) % 2))
        rise = max(math.cos(2 * math.pi * moment + math.pi * ((n + n // 2) % 2)), 0.0)
        foot = (x + out - 0.035 * swing, 0.905 - 0.03 * rise)
        tone = far if n < 2 else green
        sheet.limb(bend([(x, 0.67), (x + 0.75 * out, 0.595 - 0.01 * rise)]), tone, 0.034, 0.028)
        sheet.limb([(x + 0.75 * out, 0.595 - 0.01 * rise), foot], tone, 0.028, 0.020)
        sheet.limb([foot, (foot[0] - 0.035, foot[1] + 0.006)], tone, 0.020)
    sheet.blob([(0.52, 0.60), (0.66, 0.59), (0.82, 0.68), (0.945, 0.80), (0.90, 0.825), (0.74, 0.79),
               (0.58, 0.72)], (176, 224, 110), 0.05)  # fmt: skip
    sheet.blob([(0.53, 0.575), (0.66, 0.565), (0.83, 0.66), (0.955, 0.79), (0.84, 0.755), (0.66, 0.68)], green, 0.04)
    sheet.line(bend([(0.60, 0.60), (0.75, 0.655), (0.89, 0.755)]), dark, 0.009)
    body = sheet.view(0.56, 0.64, turn=sway)
    for shift, tone in ((0.035, far), (0.0, green)):
        arm = body.view(right=shift, down=-0.6 * shift)
        arm.limb([(0.42, 0.385), (0.325, 0.535)], tone, 0.045, 0.04)
        arm.limb(bend([(0.325, 0.535), (0.255, 0.46), (0.215, 0.33)]), tone, 0.05, 0.04)
        for k in range(4):
            x, y = 0.275 - 0.016 * k, 0.495 - 0.043 * k
            arm.limb([(x, y), (x - 0.042, y + 0.012)], dark, 0.014, 0.006)
        arm.limb(bend([(0.215, 0.33), (0.155, 0.38), (0.125, 0.475)]), tone, 0.036, 0.010)
    body.limb(bend([(0.585, 0.645), (0.49, 0.50), (0.405, 0.285)]), green, 0.105, 0.07)
    head = body.view(0.40, 0.25, turn=0.8 * sway)
    for x, end in ((0.365, (0.27, 0.055)), (0.41, (0.40, 0.035))):
        head.limb(bend([(x, 0.20), ((x + end[0]) / 2 - 0.01, 0.12), end]), dark, 0.013, 0.008)
    head.blob([(0.295, 0.195), (0.385, 0.175), (0.475, 0.205), (0.43, 0.28), (0.365, 0.345), (0.325, 0.335),
              (0.305, 0.27)], green, 0.05)  # fmt: skip
    for x, y in ((0.31, 0.215), (0.45, 0.218)):
        head.oval(x, y, 0.078, 0.095, (200, 236, 120))
        head.eye(x - 0.005, y + 0.004, 0.024)
    head.line(bend([(0.325, 0.305), (0.345, 0.318), (0.372, 0.31)]), dark, 0.010)


def _moth(sheet: Sheet, moment: float) -> None:
    """Grey-brown wings with eyespots, a furry body, feathered feelers; the wings open and close."""
    wide = 0.84 + 0.16 * math.sin(4 * math.pi * moment)
    brown, pale, dark = (186, 152, 122), (232, 208, 176), (112, 84, 76)
    for side in (-1, 1):

        def at(points: list[Point], side: int = side) -> list[Point]:
            return [(0.5 + side * wide * x, y) for x, y in points]

        sheet.blob(at([(0.03, 0.52), (0.20, 0.53), (0.33, 0.62), (0.35, 0.74), (0.27, 0.83), (0.16, 0.80),
                   (0.06, 0.66)]), (206, 174, 142), 0.04)  # fmt: skip
        sheet.blob(at([(0.18, 0.655), (0.26, 0.64), (0.30, 0.71), (0.24, 0.77), (0.17, 0.73)]), pale, 0.02)
        sheet.blob(at([(0.03, 0.38), (0.16, 0.25), (0.32, 0.18), (0.445, 0.19), (0.43, 0.34), (0.37, 0.48),
                   (0.25, 0.56), (0.04, 0.54)]), brown, 0.05)  # fmt: skip
        sheet.limb(bend(at([(0.435, 0.22), (0.42, 0.34), (0.355, 0.475)])), dark, 0.026, 0.018)
        sheet.limb(bend(at([(0.14, 0.29), (0.17, 0.40), (0.13, 0.525)])), dark, 0.016, 0.010)
        for x, y, tall, tone in (
            (0.285, 0.365, 0.135, pale), (0.285, 0.365, 0.095, (244, 148, 70)), (0.285, 0.365, 0.05, INK),
            (0.235, 0.705, 0.07, (244, 148, 70)), (0.235, 0.705, 0.036, INK),
        ):  # fmt: skip
            sheet.oval(0.5 + side * wide * x, y, tall * wide, tall, tone)
        feeler = [(0.5 + 0.02 * side, 0.305), (0.5 + 0.075 * side, 0.215), (0.5 + 0.15 * side, 0.16)]
        sheet.limb(bend(feeler), dark, 0.016, 0.010)
        for k in range(5):
            x, y = 0.5 + (0.045 + 0.023 * k) * side, 0.262 - 0.0235 * k
            sheet.limb([(x, y), (x + 0.032 * side, y + 0.006)], dark, 0.010, 0.006)
            sheet.limb([(x, y), (x + 0.004 * side, y - 0.034)], dark, 0.010, 0.006)
    sheet.limb([(0.5, 0.46), (0.5, 0.735)], (214, 186, 152), 0.125, 0.06)
    for k in range(4):
        sheet.limb([(0.456 + 0.005 * k, 0.565 + 0.045 * k), (0.544 - 0.005 * k, 0.565 + 0.045 * k)], brown, 0.016)
    for k in range(5):
        sheet.oval(0.43 + 0.035 * k, 0.405 + 0.012 * abs(k - 2), 0.085, 0.10, (246, 230, 204))
    sheet.oval(0.5, 0.345, 0.13, 0.115, (232, 208, 176))
    for side in (-1, 1):
        sheet.eye(0.5 + 0.038 * side, 0.335, 0.024)


def _axolotl(sheet: Sheet, moment: float) -> None:
    """Pink, a wide smile, three feathery gills on each side of its head; its tail waves."""
    pink, gill, far = (255, 178, 190), (244, 92, 132), (240, 150, 168)
    sheet = sheet.view(0.95, 0.6, scale=0.93)
    wave = math.sin(2 * math.pi * moment)
    sheet.blob([(0.60, 0.50), (0.74, 0.42 + 0.01 * wave), (0.87, 0.44 + 0.03 * wave),
               (0.955, 0.52 + 0.06 * wave), (0.88, 0.60 + 0.04 * wave), (0.74, 0.64), (0.60, 0.66)],
               (255, 204, 212), 0.04)  # fmt: skip
    tail = [(0.56, 0.58), (0.72, 0.555), (0.82, 0.545 + 0.015 * wave), (0.915, 0.53 + 0.05 * wave)]
    sheet.limb(bend(tail), pink, 0.17, 0.03)
    for x, y, way in ((0.70, 0.615, 1), (0.43, 0.66, -1)):
        sheet.limb(bend([(x, y), (x + 0.03, y + 0.08), (x - 0.01 + 0.02 * way * wave, y + 0.145)]), far, 0.062, 0.045)
    sheet.limb(bend([(0.40, 0.60), (0.55, 0.60), (0.70, 0.57)]), pink, 0.235, 0.165)
    sheet.limb(bend([(0.40, 0.655), (0.54, 0.67), (0.68, 0.62)]), (255, 216, 220), 0.09, 0.06)
    for x, y, way in ((0.63, 0.64, -1), (0.50, 0.69, 1)):
        foot = (x - 0.015 + 0.025 * way * wave, y + 0.15)
        sheet.limb(bend([(x, y), (x + 0.035, y + 0.08), foot]), pink, 0.068, 0.05)
        for k in (-1, 0, 1):
            sheet.limb([foot, (foot[0] - 0.03 + 0.024 * k, foot[1] + 0.028)], pink, 0.022)
    for side in (-1, 1):
        for k in range(3):
            turn = side * (34 + 33 * k) + 4 * math.sin(2 * math.pi * moment + k)
            plume = sheet.view(0.285 + 0.105 * side, 0.455 + 0.02 * k, turn=turn)
            x, y = 0.285 + 0.105 * side, 0.455 + 0.02 * k
            for n in range(4):
                root = (x, y - 0.045 - 0.033 * n)
                for way in (-1, 1):
                    plume.limb([root, (x + 0.036 * way, root[1] - 0.03)], gill, 0.022, 0.014)
            plume.limb([(x, y), (x, y - 0.185)], (255, 130, 160), 0.042, 0.022)
    sheet.blob([(0.105, 0.545), (0.135, 0.43), (0.225, 0.375), (0.345, 0.375), (0.435, 0.43), (0.465, 0.545),
               (0.41, 0.65), (0.285, 0.685), (0.16, 0.65)], pink, 0.09)  # fmt: skip
    for x in (0.185, 0.385):
        sheet.eye(x, 0.50, 0.033)
    for x in (0.155, 0.415):
        sheet.oval(x, 0.585, 0.06, 0.04, (255, 140, 160))
    smile = [(0.205, 0.575), (0.245, 0.605), (0.285, 0.612), (0.325, 0.605), (0.365, 0.575)]
    sheet.line(bend(smile), (158, 62, 92), 0.014)


DRAWINGS: dict[str, Drawing] = {
    "chameleon": _chameleon,
    "caterpillar": _caterpillar,
    "praying mantis": _mantis,
    "moth": _moth,
    "axolotl": _axolotl,
}
