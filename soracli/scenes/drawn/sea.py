"""Animals of the sea. They swim to the left."""

from __future__ import annotations

import math

from soracli.scenes.drawn.outlines import Point, bend
from soracli.scenes.drawn.sheet import Colour, Drawing, Sheet

WHITE = (250, 250, 254)


def _fluke(sheet: Sheet, x: float, y: float, beat: float, colour: Colour) -> None:
    """The tail of a whale that beats up and down. x, y: where it begins."""
    tail = sheet.view(turn=14 * beat, right=x, down=y)
    tail.limb(bend([(-0.10, 0.02), (0.0, 0.0), (0.065, -0.035)]), colour, 0.12, 0.06)
    tail.blob([(0.04, -0.02), (0.09, -0.13), (0.165, -0.17), (0.16, -0.09), (0.115, -0.03), (0.175, 0.015),
              (0.20, 0.075), (0.12, 0.065)], colour, 0.03)  # fmt: skip


def _orca(sheet: Sheet, moment: float) -> None:
    """Black above and white below, a white patch behind the eye, a high fin."""
    black, grey, beat = (54, 54, 72), (150, 156, 180), math.sin(2 * math.pi * moment)
    _fluke(sheet, 0.775, 0.545, beat, black)
    fin = sheet.view(0.50, 0.36, turn=2 * beat)
    fin.blob([(0.42, 0.385), (0.475, 0.26), (0.525, 0.145), (0.555, 0.14), (0.56, 0.26), (0.59, 0.385)], black, 0.03)
    far = sheet.view(0.37, 0.64, turn=-6 * beat)
    far.blob([(0.33, 0.62), (0.40, 0.62), (0.43, 0.72), (0.42, 0.80), (0.36, 0.74)], (40, 40, 56), 0.03)
    sheet.blob([(0.045, 0.545), (0.075, 0.455), (0.17, 0.385), (0.32, 0.345), (0.50, 0.345), (0.66, 0.40),
               (0.79, 0.49), (0.84, 0.55), (0.76, 0.585), (0.62, 0.63), (0.44, 0.675), (0.25, 0.675),
               (0.11, 0.635)], black, 0.10)  # fmt: skip
    sheet.blob([(0.055, 0.565), (0.15, 0.575), (0.30, 0.595), (0.48, 0.60), (0.60, 0.555), (0.68, 0.545),
               (0.66, 0.60), (0.52, 0.655), (0.36, 0.685), (0.22, 0.67), (0.10, 0.625)], WHITE, 0.05)  # fmt: skip
    sheet.blob([(0.50, 0.43), (0.57, 0.375), (0.635, 0.40), (0.60, 0.44), (0.55, 0.465)], grey, 0.02)
    sheet.oval(0.235, 0.455, 0.145, 0.075, WHITE, -14)
    sheet.eye(0.155, 0.505, 0.022)
    sheet.line(bend([(0.052, 0.555), (0.11, 0.572), (0.18, 0.565)]), (30, 30, 44), 0.010)
    near = sheet.view(0.33, 0.61, turn=8 * beat)
    near.blob([(0.285, 0.59), (0.375, 0.585), (0.44, 0.68), (0.455, 0.79), (0.41, 0.815), (0.34, 0.73)], black, 0.04)


def _narwhal(sheet: Sheet, moment: float) -> None:
    """Grey-blue and spotted, with a long twisted tusk."""
    skin, dark, pale = (134, 158, 192), (92, 114, 152), (232, 240, 250)
    sheet, beat = sheet.view(0.03, 0.55, scale=0.95), math.sin(2 * math.pi * moment)
    _fluke(sheet, 0.79, 0.56, beat, dark)
    tusk: list[Point] = [(0.255, 0.505), (0.035, 0.30)]
    sheet.limb(tusk, (255, 236, 200), 0.046, 0.010)
    for k in range(6):
        ring = sheet.view(scale=1 - 0.12 * k, right=0.225 - 0.029 * k, down=0.478 - 0.027 * k)
        ring.line([(-0.016, 0.006), (0.012, -0.013)], (214, 178, 128), 0.009)
    sheet.blob([(0.175, 0.60), (0.20, 0.49), (0.30, 0.425), (0.46, 0.405), (0.64, 0.445), (0.79, 0.52),
               (0.85, 0.57), (0.76, 0.615), (0.62, 0.675), (0.45, 0.715), (0.30, 0.705), (0.21, 0.665)], skin,
               0.10)  # fmt: skip
    sheet.blob([(0.19, 0.63), (0.30, 0.63), (0.46, 0.645), (0.62, 0.61), (0.74, 0.59), (0.62, 0.68),
               (0.45, 0.72), (0.30, 0.71)], pale, 0.05)  # fmt: skip
    for x, y, wide in (
        (0.42, 0.455, 0.05),
        (0.50, 0.50, 0.042),
        (0.57, 0.455, 0.046),
        (0.64, 0.515, 0.036),
        (0.48, 0.565, 0.032),
        (0.71, 0.52, 0.03),
        (0.57, 0.555, 0.03),
        (0.38, 0.515, 0.03),
    ):
        sheet.oval(x, y, wide, 0.75 * wide, dark)
    sheet.eye(0.285, 0.545, 0.026)
    sheet.line(bend([(0.18, 0.615), (0.225, 0.632), (0.275, 0.62)]), (70, 88, 124), 0.010)
    sheet.oval(0.305, 0.595, 0.05, 0.032, (246, 170, 180))
    near = sheet.view(0.40, 0.655, turn=8 * beat)
    near.blob([(0.365, 0.64), (0.44, 0.635), (0.50, 0.72), (0.50, 0.79), (0.43, 0.76)], dark, 0.03)


def _manta(sheet: Sheet, moment: float) -> None:
    """Flat and wide, dark above and white below, two horns at its mouth; the wings beat."""
    dark, deep, beat = (70, 96, 142), (52, 72, 116), math.sin(2 * math.pi * moment)
    up, wave = 0.055 + 0.115 * beat, 0.02 * math.sin(2 * math.pi * moment + 1)
    sheet = sheet.view(0.45, 0.52, scale=0.86)
    sheet.limb(bend([(0.66, 0.545), (0.80, 0.56 - wave), (0.96, 0.60 + wave)]), deep, 0.035, 0.008)
    sheet.blob([(0.30, 0.50), (0.40, 0.42 - 0.55 * up), (0.515, 0.315 - 1.05 * up), (0.60, 0.285 - 1.2 * up),
               (0.585, 0.36 - 0.9 * up), (0.62, 0.48 - 0.3 * up), (0.56, 0.54)], deep, 0.03)  # fmt: skip
    for x, low in ((0.135, 0.60), (0.10, 0.565)):
        sheet.limb(bend([(0.22, 0.53), (0.15, 0.525), (x, low)]), dark if low < 0.58 else deep, 0.05, 0.03)
    sheet.blob([(0.145, 0.535), (0.20, 0.475), (0.34, 0.435), (0.52, 0.45), (0.66, 0.515), (0.72, 0.55),
               (0.62, 0.595), (0.46, 0.63), (0.30, 0.625), (0.18, 0.59)], dark, 0.07)  # fmt: skip
    sheet.blob([(0.16, 0.565), (0.28, 0.575), (0.46, 0.58), (0.60, 0.57), (0.46, 0.63), (0.30, 0.625),
               (0.19, 0.595)], WHITE, 0.03)  # fmt: skip
    for k in range(4):
        x = 0.30 + 0.035 * k
        sheet.line(bend([(x, 0.585), (x + 0.012, 0.60), (x + 0.008, 0.615)]), (150, 160, 186), 0.008)
    sheet.eye(0.205, 0.525, 0.022)
    sheet.blob([(0.32, 0.515), (0.34, 0.59 + 0.3 * up), (0.42, 0.70 + 0.85 * up), (0.52, 0.785 + 1.25 * up),
               (0.60, 0.80 + 1.35 * up), (0.575, 0.72 + 1.0 * up), (0.62, 0.60 + 0.35 * up), (0.62, 0.535),
               (0.46, 0.485)], (84, 112, 160), 0.05)  # fmt: skip
    sheet.blob([(0.40, 0.53), (0.46, 0.515), (0.52, 0.545), (0.46, 0.575)], (190, 204, 228), 0.02)


def _swordfish(sheet: Sheet, moment: float) -> None:
    """Blue and silver, a bill like a blade, a fin like a sickle; its tail beats."""
    blue, silver, beat = (46, 92, 166), (214, 226, 242), math.sin(4 * math.pi * moment)
    tail = sheet.view(0.80, 0.535, turn=8 * beat)
    tail.blob([(0.78, 0.535), (0.85, 0.46), (0.915, 0.33), (0.945, 0.33), (0.905, 0.45), (0.885, 0.535),
              (0.91, 0.62), (0.945, 0.74), (0.915, 0.74), (0.85, 0.61)], blue, 0.03)  # fmt: skip
    sheet.blob([(0.37, 0.44), (0.42, 0.34), (0.485, 0.23), (0.525, 0.215), (0.51, 0.30), (0.53, 0.40),
               (0.60, 0.45)], blue, 0.03)  # fmt: skip
    sheet.blob([(0.68, 0.47), (0.72, 0.42), (0.745, 0.43), (0.74, 0.49)], blue, 0.015)
    sheet.blob([(0.64, 0.60), (0.69, 0.665), (0.72, 0.67), (0.71, 0.59)], blue, 0.015)
    sheet.body([(0.035, 0.512), (0.30, 0.482), (0.30, 0.532)], (96, 128, 178), 0.015)
    sheet.blob([(0.235, 0.525), (0.31, 0.455), (0.44, 0.42), (0.60, 0.445), (0.75, 0.50), (0.835, 0.53),
               (0.75, 0.57), (0.60, 0.625), (0.44, 0.64), (0.32, 0.60)], blue, 0.07)  # fmt: skip
    sheet.blob([(0.235, 0.53), (0.34, 0.535), (0.50, 0.555), (0.66, 0.545), (0.79, 0.54), (0.66, 0.60),
               (0.50, 0.635), (0.38, 0.62), (0.29, 0.58)], silver, 0.04)  # fmt: skip
    sheet.line(bend([(0.385, 0.485), (0.40, 0.535), (0.385, 0.585)]), (36, 70, 132), 0.010)
    sheet.line(bend([(0.235, 0.535), (0.275, 0.548), (0.305, 0.545)]), (36, 58, 106), 0.009)
    fin = sheet.view(0.41, 0.575, turn=10 * math.sin(2 * math.pi * moment))
    fin.blob([(0.395, 0.565), (0.455, 0.575), (0.50, 0.66), (0.505, 0.735), (0.44, 0.66)], (62, 112, 184), 0.02)
    sheet.dot(0.325, 0.505, 0.031, WHITE)
    sheet.eye(0.323, 0.506, 0.023)


DRAWINGS: dict[str, Drawing] = {
    "orca": _orca,
    "narwhal": _narwhal,
    "manta ray": _manta,
    "swordfish": _swordfish,
}
