"""Furniture and things."""

from __future__ import annotations

import math

import numpy as np

from soracli.scenes.drawn.outlines import arc, bend, ellipse, turned
from soracli.scenes.drawn.sheet import INK, Drawing, Sheet

WOOD, PLANK, DEEP = (176, 112, 72), (216, 150, 98), (130, 82, 62)
GOLD, AMBER, BRASS = (255, 204, 62), (246, 160, 40), (226, 168, 70)
FINE = 256  # pixels a side in which cloth is worked out
STEEL, IRON, WHITE = (200, 204, 218), (92, 92, 112), (244, 244, 250)


def _chest(sheet: Sheet, moment: float) -> None:
    """An open chest full of gold; now one coin glints, now another."""
    sheet.body([(0.14, 0.50), (0.17, 0.24), (0.26, 0.13), (0.74, 0.13), (0.83, 0.24), (0.86, 0.50)], DEEP, 0.05)
    sheet.body([(0.20, 0.48), (0.225, 0.27), (0.29, 0.19), (0.71, 0.19), (0.775, 0.27), (0.80, 0.48)], (92, 56, 54),
               0.03)  # fmt: skip
    sheet.limb(bend([(0.15, 0.48), (0.18, 0.25), (0.27, 0.145), (0.5, 0.135), (0.73, 0.145), (0.82, 0.25),
               (0.85, 0.48)]), BRASS, 0.04)  # fmt: skip
    sheet.glow(0.5, 0.44, 0.34, (255, 226, 120), 150)
    for k, (x, y) in enumerate(((0.5, 0.37), (0.40, 0.40), (0.60, 0.40), (0.31, 0.45), (0.69, 0.45), (0.45, 0.45),
                               (0.56, 0.46), (0.24, 0.49), (0.76, 0.49),
                                (0.37, 0.50), (0.63, 0.51), (0.5, 0.50))):  # fmt: skip
        sheet.oval(x, y, 0.15, 0.115, AMBER, 12 * (-1) ** k)
        sheet.oval(x - 0.004, y - 0.012, 0.125, 0.088, GOLD, 12 * (-1) ** k)
    for x, y, tone in ((0.34, 0.425, (236, 56, 86)), (0.64, 0.425, (66, 160, 246)), (0.5, 0.42, (84, 206, 120))):
        sheet.body([(x - 0.045, y), (x - 0.025, y - 0.035), (x + 0.025, y - 0.035), (x + 0.045, y), (x, y + 0.05)],
                   tone, 0.018)  # fmt: skip
    sheet.block(0.10, 0.52, 0.90, 0.93, WOOD, 0.03)
    for y in (0.65, 0.79):
        sheet.line([(0.12, y), (0.88, y)], DEEP, 0.012)
    for x in (0.10, 0.82):
        sheet.block(x, 0.51, x + 0.08, 0.94, BRASS, 0.02)
        for y in (0.58, 0.72, 0.86):
            sheet.oval(x + 0.04, y, 0.03, 0.03, GOLD)
    sheet.block(0.09, 0.51, 0.91, 0.57, BRASS, 0.02)
    sheet.block(0.43, 0.52, 0.57, 0.69, GOLD, 0.03)
    sheet.dot(0.5, 0.59, 0.024, INK)
    sheet.area([(0.49, 0.59), (0.51, 0.59), (0.52, 0.655), (0.48, 0.655)], INK)
    for k, (x, y) in enumerate(((0.44, 0.35), (0.72, 0.41), (0.28, 0.43))):
        glint(sheet, x, y, 0.055 * max(math.sin(2 * math.pi * (moment + k / 3)), 0.08))


def glint(sheet: Sheet, x: float, y: float, reach: float) -> None:
    """A white star of four points."""
    points = [(x + (reach if k % 2 == 0 else 0.22 * reach) * math.cos(math.pi * k / 4),
               y + (reach if k % 2 == 0 else 0.22 * reach) * math.sin(math.pi * k / 4)) for k in range(8)]  # fmt: skip
    sheet.area(points, (255, 255, 255))


def _table(sheet: Sheet, moment: float) -> None:
    """A wooden table on four legs."""
    for x in (0.24, 0.76):
        sheet.limb([(x, 0.48), (x + (x - 0.5) * 0.06, 0.84)], DEEP, 0.06, 0.045)
    for x in (0.13, 0.87):
        sheet.limb([(x, 0.48), (x + (x - 0.5) * 0.06, 0.915)], WOOD, 0.075, 0.05)
    sheet.block(0.11, 0.45, 0.89, 0.55, WOOD, 0.02)
    sheet.body([(0.16, 0.345), (0.84, 0.345), (0.95, 0.445), (0.05, 0.445)], (232, 168, 112), 0.02)
    sheet.block(0.045, 0.435, 0.955, 0.485, PLANK, 0.022)
    for k in (-1, 0, 1):
        sheet.line([(0.5 + 0.17 * k, 0.355), (0.5 + 0.225 * k, 0.435)], (206, 142, 92), 0.007)


def _bench(sheet: Sheet, moment: float) -> None:
    """A park bench: wooden slats on iron feet."""
    for x in (0.17, 0.83):
        sheet.limb(bend([(x, 0.36), (x + 0.005, 0.62), (x, 0.90)]), IRON, 0.04)
    for y in (0.37, 0.455, 0.54):
        sheet.block(0.06, y, 0.94, y + 0.065, PLANK, 0.025)
    for y, x in ((0.655, 0.06), (0.705, 0.04)):
        sheet.block(x, y, 1 - x, y + 0.058, (232, 168, 112), 0.025)
    for x in (0.14, 0.86):
        sheet.limb(bend([(x, 0.76), (x + 0.01, 0.84), (x + (x - 0.5) * 0.06, 0.92)]), IRON, 0.045)
        sheet.limb(bend([(x, 0.50), (x + (x - 0.5) * 0.10, 0.535), (x + (x - 0.5) * 0.10, 0.66)]), IRON, 0.036)


def _flag(sheet: Sheet, moment: float) -> None:
    """A red flag that waves from a pole. Its colour can be asked for."""
    sheet.limb([(0.20, 0.07), (0.20, 0.94)], STEEL, 0.036)
    sheet.oval(0.20, 0.06, 0.065, 0.065, GOLD)
    rows, columns = np.mgrid[0 : 1 : FINE * 1j, 0 : 1 : FINE * 1j]
    share = (columns - 0.215) / 0.70
    wave = 2 * math.pi * (1.3 * share - moment)
    rise = 0.045 * np.clip(share, 0, 1) ** 0.7
    down = rows - 0.11 - rise * np.sin(wave)
    inside = np.clip(FINE * np.minimum(down, 0.42 - down), 0, 1) * np.clip(FINE * np.minimum(share, 1 - share), 0, 1)
    light = 0.17 * np.cos(wave) * np.clip(share + 0.25, 0, 1) + 0.22 * (0.5 - share) - 0.3 * (down - 0.21)
    tone = np.array([232, 52, 62]) + light[..., None] * np.where(light > 0, 190, 260)[...,
                    None] * np.array([0.5, 1.0, 0.9])  # fmt: skip
    sheet.veil(np.concatenate([tone, 255 * inside[..., None]], axis=-1).clip(0, 255).astype(np.uint8))


def _lantern(sheet: Sheet, moment: float) -> None:
    """An oil lantern with a ring to carry it; its flame flickers."""
    flick = 0.02 * math.sin(6 * math.pi * moment) + 0.01 * math.sin(2 * math.pi * moment + 0.4)
    sheet.glow(0.5, 0.56, 0.42, (255, 206, 96), 150)
    sheet.ring(0.5, 0.155, 0.20, 0.03, IRON)
    sheet.body(ellipse(0.5, 0.56, 0.42, 0.48), (255, 232, 160), 0.10, 150)
    sheet.blob([(0.5, 0.40 - flick), (0.575, 0.56), (0.55, 0.68), (0.45, 0.68), (0.425, 0.56)], (255, 150, 40), 0.04)
    sheet.blob([(0.5, 0.50 - flick), (0.54, 0.60), (0.525, 0.68), (0.475, 0.68), (0.46, 0.60)], (255, 236, 120), 0.03)
    for side in (-1, 1):
        sheet.limb(bend([(0.5 + 0.13 * side, 0.31), (0.5 + 0.24 * side, 0.56), (0.5 + 0.15 * side, 0.80)]),
                   (206, 66, 52), 0.026)  # fmt: skip
    sheet.body([(0.38, 0.34), (0.42, 0.235), (0.58, 0.235), (0.62, 0.34)], (222, 76, 56), 0.03)
    sheet.block(0.33, 0.315, 0.67, 0.36, (206, 66, 52), 0.02)
    sheet.block(0.43, 0.20, 0.57, 0.25, (222, 76, 56), 0.02)
    sheet.block(0.35, 0.765, 0.65, 0.815, (206, 66, 52), 0.02)
    sheet.body([(0.36, 0.81), (0.64, 0.81), (0.69, 0.93), (0.31, 0.93)], (222, 76, 56), 0.04)


def _harp(sheet: Sheet, moment: float) -> None:
    """A golden frame; its strings tremble."""
    for k in range(11):
        x = 0.30 + 0.044 * k
        top, low = 0.20 + 0.010 * k + 0.05 * math.sin(math.pi * k / 10), 0.80 - 0.047 * k
        shake = 0.006 * math.sin(2 * math.pi * (2 * moment + 0.2 * k) + 0.3)
        sheet.line(bend([(x, top), (x + shake, (top + low) / 2), (x, low)]), (255, 250, 226), 0.008)
    sheet.limb([(0.26, 0.86), (0.82, 0.30)], BRASS, 0.11, 0.06)
    sheet.limb(bend([(0.22, 0.14), (0.34, 0.165), (0.50, 0.265), (0.66, 0.27), (0.82, 0.30)]), GOLD, 0.085, 0.07)
    sheet.limb([(0.235, 0.16), (0.235, 0.88)], GOLD, 0.065)
    sheet.oval(0.225, 0.125, 0.14, 0.14, GOLD)
    sheet.oval(0.225, 0.125, 0.06, 0.06, AMBER)
    sheet.block(0.14, 0.87, 0.44, 0.94, BRASS, 0.03)


def _swing(sheet: Sheet, moment: float) -> None:
    """A seat on two ropes in a frame, that swings to and fro."""
    angle = 20 * math.sin(2 * math.pi * moment)
    for side in (-1, 1):
        sheet.limb([(0.5 + 0.36 * side, 0.13), (0.5 + 0.29 * side, 0.92)], (196, 52, 72), 0.05)
    seat = [turned([(x, 0.74)], x, 0.14, angle)[0] for x in (0.40, 0.60)]
    for top, end in zip((0.40, 0.60), seat, strict=True):
        sheet.limb([(top, 0.14), end], STEEL, 0.018)
    sheet.limb([(seat[0][0] - 0.05, seat[0][1]), (seat[1][0] + 0.05, seat[1][1])], (255, 196, 60), 0.055)
    for side in (-1, 1):
        sheet.limb([(0.5 + 0.36 * side, 0.13), (0.5 + 0.44 * side, 0.92)], (236, 66, 84), 0.055)
    sheet.limb([(0.13, 0.13), (0.87, 0.13)], (64, 156, 240), 0.062)


def _washing_machine(sheet: Sheet, moment: float) -> None:
    """A white box with a round window, behind which clothes turn in water."""
    sheet.block(0.13, 0.07, 0.87, 0.93, WHITE, 0.05)
    sheet.block(0.13, 0.07, 0.87, 0.235, (222, 226, 240), 0.04)
    sheet.block(0.18, 0.115, 0.38, 0.19, (150, 170, 204), 0.015)
    sheet.oval(0.72, 0.152, 0.10, 0.10, (176, 182, 202))
    for x, tone in ((0.47, (86, 206, 120)), (0.54, (255, 190, 60)), (0.61, (246, 92, 92))):
        sheet.oval(x, 0.152, 0.04, 0.04, tone)
    sheet.oval(0.5, 0.57, 0.56, 0.56, (176, 182, 204))
    sheet.oval(0.5, 0.57, 0.46, 0.46, (70, 74, 106))
    for k, tone in enumerate(((246, 96, 110), (255, 204, 92), (120, 206, 150), (250, 250, 255))):
        angle = 2 * math.pi * (moment + k / 4)
        sheet.oval(0.5 + 0.11 * math.cos(angle), 0.57 + 0.11 * math.sin(angle), 0.17, 0.13, tone, math.degrees(angle))
    sheet.body([*arc(0.5, 0.57, 0.44, 0.44, 8, 172)], (72, 178, 250), 0.05, 170)
    for k in range(5):
        sheet.dot(0.36 + 0.07 * k, 0.62 + 0.03 * math.sin(2 * math.pi * moment + 2 * k), 0.016, (240, 250, 255), 220)
    sheet.line(arc(0.5, 0.57, 0.38, 0.38, 195, 245), (255, 255, 255), 0.02, 150)
    sheet.block(0.18, 0.92, 0.28, 0.95, IRON, 0.012)
    sheet.block(0.72, 0.92, 0.82, 0.95, IRON, 0.012)


def _kettle(sheet: Sheet, moment: float) -> None:
    """A red kettle with steam at its spout."""
    for k in range(3):
        age = (moment + k / 3) % 1.0
        sheet.body(ellipse(0.10 + 0.02 * math.sin(6 * age + k), 0.40 - 0.27 * age, 0.05 + 0.07 * age,
                   0.05 + 0.06 * age), (240, 246, 252), 0.03,
                   round(200 * (1 - age)) + 1)  # fmt: skip
    sheet.limb(bend([(0.33, 0.40), (0.35, 0.20), (0.55, 0.11), (0.75, 0.20), (0.77, 0.40)]), (62, 58, 76), 0.055)
    sheet.blob([(0.34, 0.58), (0.22, 0.52), (0.17, 0.42), (0.08, 0.43), (0.10, 0.50), (0.18, 0.64), (0.34, 0.76)],
               (206, 44, 58), 0.04)  # fmt: skip
    sheet.blob([(0.28, 0.66), (0.34, 0.45), (0.46, 0.36), (0.64, 0.36), (0.76, 0.45), (0.82, 0.66), (0.80, 0.86),
               (0.66, 0.92), (0.44, 0.92), (0.30, 0.86)], (232, 56, 66), 0.12)  # fmt: skip
    sheet.oval(0.55, 0.375, 0.27, 0.085, (206, 44, 58))
    sheet.oval(0.55, 0.325, 0.08, 0.075, (62, 58, 76))
    sheet.block(0.31, 0.885, 0.79, 0.935, STEEL, 0.02)


def _gold_bars(sheet: Sheet, moment: float) -> None:
    """Six bars of gold in a heap, that glint."""
    for y, count in ((0.66, 3), (0.44, 2), (0.22, 1)):
        for k in range(count):
            x = 0.5 + 0.30 * (k - (count - 1) / 2)
            sheet.body([(x - 0.115, y + 0.03), (x - 0.075, y), (x + 0.115, y), (x + 0.085, y + 0.03)],
                       (255, 240, 150), 0.01)  # fmt: skip
            sheet.body([(x - 0.105, y + 0.03), (x + 0.09, y + 0.03), (x + 0.145, y + 0.235), (x - 0.15, y + 0.235)],
                       GOLD, 0.03)  # fmt: skip
            sheet.body([(x + 0.09, y + 0.03), (x + 0.118, y), (x + 0.165, y + 0.20), (x + 0.145, y + 0.235)], AMBER,
                       0.012)  # fmt: skip
            sheet.block(x - 0.065, y + 0.10, x + 0.055, y + 0.165, (242, 178, 48), 0.012)
    for k, (x, y) in enumerate(((0.44, 0.25), (0.27, 0.47), (0.72, 0.70))):
        glint(sheet, x, y, 0.07 * max(math.sin(2 * math.pi * (moment + k / 3)), 0.06))


DRAWINGS: dict[str, Drawing] = {
    "treasure chest": _chest,
    "table": _table,
    "bench": _bench,
    "flag": _flag,
    "lantern": _lantern,
    "harp": _harp,
    "garden swing": _swing,
    "washing machine": _washing_machine,
    "kettle": _kettle,
    "gold bars": _gold_bars,
}
