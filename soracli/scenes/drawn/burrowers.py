"""Small four-legged animals. They look to the left."""

from __future__ import annotations

import math

from soracli.scenes.drawn.animals import legs
from soracli.scenes.drawn.outlines import bend
from soracli.scenes.drawn.sheet import INK, Drawing, Sheet

WHITE = (252, 250, 250)


def _red_panda(sheet: Sheet, moment: float) -> None:
    """Russet with a white face, black legs and a thick ringed tail, that walks."""
    fur, dark, ring = (222, 104, 52), (72, 54, 58), (250, 178, 112)
    wave = 0.02 * math.sin(2 * math.pi * moment)
    tail = bend([(0.72, 0.56), (0.83, 0.52 + wave), (0.88, 0.40 + wave), (0.85, 0.25 + 2 * wave)])
    legs(sheet, moment + 0.5, (0.46, 0.70), 0.68, 0.095, (dark, dark))
    sheet.limb(tail, fur, 0.15, 0.13)
    for k in (5, 9, 13):
        sheet.limb(tail[k : k + 2], ring, 0.145)
    sheet.limb(tail[16:], (150, 66, 44), 0.125, 0.12)
    legs(sheet, moment, (0.40, 0.655), 0.68, 0.11, (dark, dark))
    sheet.blob([(0.32, 0.56), (0.44, 0.475), (0.62, 0.47), (0.76, 0.56), (0.77, 0.70), (0.66, 0.765),
               (0.50, 0.77), (0.36, 0.74)], fur, 0.10)  # fmt: skip
    sheet.blob([(0.36, 0.70), (0.50, 0.72), (0.70, 0.71), (0.60, 0.775), (0.44, 0.775)], dark, 0.03)
    head = sheet.view(down=0.008 * math.sin(4 * math.pi * moment))
    for x, lean in ((0.145, -0.055), (0.405, 0.055)):
        head.blob([(x - 0.055, 0.35), (x + lean, 0.195), (x + 0.06, 0.335)], WHITE, 0.03)
        head.blob([(x - 0.028, 0.335), (x + 0.75 * lean, 0.245), (x + 0.032, 0.325)], dark, 0.02)
    head.blob([(0.065, 0.50), (0.10, 0.365), (0.205, 0.305), (0.34, 0.305), (0.445, 0.365), (0.48, 0.50),
              (0.40, 0.605), (0.275, 0.635), (0.145, 0.605)], fur, 0.09)  # fmt: skip
    for x, side in ((0.16, -1), (0.385, 1)):
        head.oval(x + 0.01 * side, 0.385, 0.085, 0.055, WHITE, 20 * side)
        head.blob([(x - 0.05 * side, 0.49), (x + 0.045 * side, 0.475), (x + 0.065 * side, 0.545),
                  (x + 0.01 * side, 0.60), (x - 0.055 * side, 0.57)], WHITE, 0.03)  # fmt: skip
        tear = [(x - 0.005 * side, 0.49), (x + 0.012 * side, 0.545), (x + 0.02 * side, 0.595)]
        head.limb(bend(tear), (176, 74, 44), 0.028)
    head.blob([(0.20, 0.53), (0.272, 0.475), (0.345, 0.53), (0.33, 0.60), (0.272, 0.625), (0.215, 0.60)], WHITE, 0.04)
    head.blob([(0.235, 0.505), (0.31, 0.505), (0.272, 0.545)], INK, 0.015)
    head.line(bend([(0.225, 0.57), (0.25, 0.583), (0.272, 0.558), (0.294, 0.583), (0.32, 0.57)]), INK, 0.010)
    for x in (0.175, 0.37):
        head.eye(x, 0.455, 0.030)


def _meerkat(sheet: Sheet, moment: float) -> None:
    """Upright on its hind legs, dark around the eyes, its forepaws before it; it looks about."""
    fur, dark, pale = (224, 180, 126), (96, 72, 66), (250, 230, 198)
    look = 0.018 * math.sin(2 * math.pi * moment)
    sheet.limb(bend([(0.60, 0.86), (0.72, 0.905), (0.84, 0.88), (0.905, 0.80)]), fur, 0.065, 0.028)
    sheet.limb(bend([(0.865, 0.855), (0.905, 0.80)]), dark, 0.034, 0.028)
    for x in (0.42, 0.56):
        sheet.limb([(x - 0.055, 0.915), (x + 0.03, 0.91)], fur, 0.062)
    sheet.blob([(0.41, 0.40), (0.56, 0.39), (0.62, 0.54), (0.665, 0.72), (0.645, 0.86), (0.56, 0.915),
               (0.42, 0.915), (0.345, 0.85), (0.345, 0.70), (0.375, 0.54)], fur, 0.09)  # fmt: skip
    sheet.blob([(0.42, 0.44), (0.49, 0.45), (0.51, 0.60), (0.50, 0.78), (0.43, 0.875), (0.375, 0.80),
               (0.37, 0.66)], pale, 0.05)  # fmt: skip
    for k in range(4):
        y = 0.56 + 0.065 * k
        sheet.limb([(0.63 + 0.008 * k, y), (0.585, y + 0.015)], (188, 140, 96), 0.026, 0.014)
    for x, end in ((0.535, 0.445), (0.435, 0.37)):
        sheet.limb(bend([(x, 0.515), (x - 0.015, 0.61), (end, 0.655 + 0.3 * look)]), (212, 166, 114), 0.068, 0.05)
        sheet.oval(end - 0.008, 0.662 + 0.3 * look, 0.055, 0.05, dark)
    head = sheet.view(right=look)
    for x in (0.375, 0.60):
        head.oval(x, 0.235, 0.072, 0.085, dark)
    head.blob([(0.315, 0.27), (0.365, 0.155), (0.49, 0.10), (0.60, 0.155), (0.635, 0.27), (0.58, 0.375),
              (0.46, 0.415), (0.355, 0.375)], fur, 0.08)  # fmt: skip
    head.blob([(0.30, 0.345), (0.365, 0.285), (0.45, 0.285), (0.525, 0.335), (0.49, 0.405), (0.40, 0.425),
              (0.325, 0.40)], pale, 0.04)  # fmt: skip
    for x in (0.375, 0.535):
        head.oval(x, 0.245, 0.095, 0.085, dark, -12 if x < 0.4 else 12)
        head.dot(x, 0.245, 0.030, (176, 120, 76))
        head.eye(x, 0.245, 0.026)
    head.blob([(0.355, 0.315), (0.44, 0.315), (0.398, 0.355)], INK, 0.02)
    head.line(bend([(0.35, 0.375), (0.398, 0.39), (0.45, 0.375)]), INK, 0.009)


def _armadillo(sheet: Sheet, moment: float) -> None:
    """A shell of bands, a pointed head with long ears, that walks."""
    shell, band, skin = (178, 152, 142), (142, 116, 112), (230, 186, 164)
    far, nod = (190, 146, 130), 0.010 * math.sin(4 * math.pi * moment)
    legs(sheet, moment + 0.5, (0.44, 0.70), 0.76, 0.085, (far, far))
    sheet.limb(bend([(0.76, 0.72), (0.87, 0.80), (0.955, 0.885)]), skin, 0.085, 0.02)
    for k in range(4):
        sheet.line([(0.80 + 0.036 * k, 0.725 + 0.036 * k), (0.785 + 0.038 * k, 0.80 + 0.022 * k)], band, 0.010)
    legs(sheet, moment, (0.37, 0.635), 0.76, 0.095, (skin, skin))
    head = sheet.view(down=nod)
    for x in (0.285, 0.235):
        head.blob([(x - 0.02, 0.585), (x - 0.015, 0.46), (x + 0.03, 0.415), (x + 0.06, 0.48),
                  (x + 0.045, 0.585)], skin, 0.03)  # fmt: skip
        head.blob([(x, 0.56), (x + 0.005, 0.48), (x + 0.028, 0.45), (x + 0.04, 0.50), (x + 0.03, 0.56)],
                  (250, 160, 150), 0.02)  # fmt: skip
    head.blob([(0.045, 0.77), (0.14, 0.645), (0.245, 0.565), (0.37, 0.585), (0.40, 0.70), (0.33, 0.80),
              (0.19, 0.815), (0.075, 0.815)], skin, 0.06)  # fmt: skip
    head.blob([(0.155, 0.635), (0.245, 0.56), (0.35, 0.57), (0.36, 0.62), (0.28, 0.635), (0.21, 0.665)], shell, 0.03)
    head.oval(0.058, 0.785, 0.045, 0.045, (120, 76, 80))
    head.eye(0.21, 0.695, 0.024)
    head.line(bend([(0.10, 0.80), (0.16, 0.79), (0.21, 0.765)]), (140, 92, 88), 0.009)
    sheet.blob([(0.295, 0.78), (0.295, 0.60), (0.36, 0.47), (0.48, 0.385), (0.62, 0.385), (0.75, 0.48),
               (0.815, 0.62), (0.81, 0.79), (0.66, 0.81), (0.45, 0.81)], shell, 0.11)  # fmt: skip
    for k in range(5):
        x = 0.45 + 0.062 * k
        top = 0.425 + 0.35 * (x - 0.55) ** 2
        sheet.line(bend([(x - 0.004, top), (x + 0.022, 0.60), (x - 0.004, 0.795)]), band, 0.014)
    for x, y in (
        (0.375, 0.55),
        (0.345, 0.64),
        (0.40, 0.625),
        (0.37, 0.72),
        (0.765, 0.60),
        (0.76, 0.70),
        (0.41, 0.49),
        (0.725, 0.53),
    ):
        sheet.oval(x, y, 0.042, 0.042, (204, 180, 166))
    sheet.limb(bend([(0.30, 0.79), (0.55, 0.815), (0.805, 0.79)]), (206, 176, 160), 0.030)


def _porcupine(sheet: Sheet, moment: float) -> None:
    """A small dark head under a great coat of long black and white quills, that walks."""
    fur, quill, nod = (118, 92, 84), (84, 66, 66), 0.010 * math.sin(4 * math.pi * moment)
    sheet = sheet.view(0.06, 0.91, scale=0.93)
    legs(sheet, moment + 0.5, (0.43, 0.66), 0.76, 0.08, ((84, 66, 64), (84, 66, 64)))
    shake = 1.2 * math.sin(4 * math.pi * moment)
    for row in range(4):
        for k in range(12):
            x, reach = 0.36 + 0.030 * k, (0.40 - 0.07 * row) * (0.80 + 0.20 * math.sin(math.pi * k / 11))
            spine = sheet.view(turn=-22 + 10.5 * k + 5 * (row % 2) + shake * (-1) ** k, right=x, down=0.68)
            spine.limb([(0.0, 0.0), (0.0, -reach)], quill, 0.042, 0.016)
            spine.limb([(0.0, -0.62 * reach), (0.0, -1.06 * reach)], (250, 240, 222), 0.026, 0.007)
    legs(sheet, moment, (0.36, 0.60), 0.76, 0.09, (fur, fur))
    sheet.blob([(0.24, 0.68), (0.34, 0.585), (0.52, 0.58), (0.70, 0.64), (0.775, 0.75), (0.68, 0.82),
               (0.48, 0.835), (0.31, 0.81)], fur, 0.07)  # fmt: skip
    for k in range(9):
        x = 0.40 + 0.042 * k
        sheet.limb([(x, 0.615 + 0.005 * k), (x + 0.062, 0.695 + 0.007 * k)], quill, 0.028, 0.010)
        sheet.limb([(x + 0.036, 0.66 + 0.006 * k), (x + 0.065, 0.70 + 0.007 * k)], (250, 240, 222), 0.015, 0.006)
    head = sheet.view(down=nod)
    head.oval(0.335, 0.60, 0.085, 0.085, fur)
    head.oval(0.338, 0.605, 0.045, 0.048, (214, 150, 130))
    head.blob([(0.075, 0.73), (0.12, 0.655), (0.20, 0.60), (0.31, 0.595), (0.385, 0.67), (0.375, 0.77),
              (0.29, 0.83), (0.16, 0.82), (0.09, 0.79)], fur, 0.07)  # fmt: skip
    muzzle = [(0.07, 0.735), (0.115, 0.69), (0.18, 0.72), (0.185, 0.79), (0.13, 0.82), (0.08, 0.795)]
    head.blob(muzzle, (196, 164, 142), 0.03)
    head.oval(0.083, 0.725, 0.058, 0.048, INK)
    head.line(bend([(0.10, 0.785), (0.15, 0.795), (0.20, 0.775)]), (70, 50, 52), 0.010)
    head.eye(0.215, 0.675, 0.028)


def _platypus(sheet: Sheet, moment: float) -> None:
    """Brown fur, a broad grey bill, webbed feet and a flat tail, that waddles."""
    fur, pale, bill, web = (152, 100, 72), (200, 150, 112), (96, 100, 126), (255, 172, 70)
    wave = 0.02 * math.sin(2 * math.pi * moment)
    legs(sheet, moment + 0.5, (0.45, 0.69), 0.78, 0.075, ((120, 80, 62), (222, 142, 56)))
    sheet.blob([(0.68, 0.66), (0.80, 0.63), (0.92, 0.67 + wave), (0.965, 0.745 + wave), (0.90, 0.815 + wave),
               (0.78, 0.80), (0.68, 0.78)], (120, 80, 62), 0.04)  # fmt: skip
    for k in range(2):
        for turn in (-0.05, 0.05):
            x = 0.80 + 0.06 * k
            sheet.line([(x - 0.03, 0.72 + turn), (x + 0.03, 0.72 - turn)], (92, 62, 52), 0.009)
    legs(sheet, moment, (0.37, 0.615), 0.78, 0.08, (fur, web))
    sheet.blob([(0.17, 0.60), (0.24, 0.48), (0.37, 0.455), (0.52, 0.53), (0.68, 0.585), (0.775, 0.68),
               (0.76, 0.79), (0.62, 0.845), (0.42, 0.845), (0.26, 0.79), (0.18, 0.71)], fur, 0.10)  # fmt: skip
    sheet.blob([(0.27, 0.74), (0.42, 0.77), (0.60, 0.765), (0.72, 0.755), (0.62, 0.845), (0.42, 0.85)], pale, 0.04)
    head = sheet.view(down=0.010 * math.sin(4 * math.pi * moment))
    head.blob([(0.225, 0.60), (0.13, 0.615), (0.05, 0.655), (0.035, 0.705), (0.09, 0.735), (0.19, 0.73),
              (0.26, 0.70)], (74, 76, 100), 0.03)  # fmt: skip
    head.blob([(0.25, 0.555), (0.15, 0.585), (0.055, 0.635), (0.03, 0.675), (0.085, 0.70), (0.19, 0.685),
              (0.275, 0.665)], bill, 0.04)  # fmt: skip
    head.limb(bend([(0.255, 0.545), (0.28, 0.60), (0.27, 0.68)]), bill, 0.042)
    for x in (0.085, 0.115):
        head.oval(x, 0.645, 0.016, 0.012, (60, 62, 84))
    head.oval(0.285, 0.525, 0.085, 0.075, pale)
    head.eye(0.28, 0.525, 0.027)


DRAWINGS: dict[str, Drawing] = {
    "red panda": _red_panda,
    "meerkat": _meerkat,
    "armadillo": _armadillo,
    "porcupine": _porcupine,
    "platypus": _platypus,
}
