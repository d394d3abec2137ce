"""Persons on two wheels with an engine, from the side. They look to the left."""

from __future__ import annotations

import math

from soracli.scenes.drawn.figure import SKIN
from soracli.scenes.drawn.outlines import Point, bend
from soracli.scenes.drawn.sheet import Colour, Drawing, Sheet

RUBBER, STEEL, IRON = (52, 48, 64), (206, 210, 224), (92, 88, 106)
RED, JACKET, JEANS, SHOE = (232, 52, 66), (72, 92, 190), (78, 92, 130), (58, 50, 62)
MINT, SHIRT = (96, 204, 184), (255, 170, 70)


def _wheel(sheet: Sheet, x: float, y: float, across: float, moment: float) -> None:
    """A wheel with spokes that turns twice in a loop."""
    sheet.oval(x, y, across, across, RUBBER)
    sheet.oval(x, y, 0.62 * across, 0.62 * across, STEEL)
    for k in range(5):
        turn = -4 * math.pi * moment + 2 * math.pi * k / 5
        end = (x + 0.27 * across * math.cos(turn), y + 0.27 * across * math.sin(turn))
        sheet.line([(x, y), end], IRON, 0.09 * across)
    sheet.oval(x, y, 0.2 * across, 0.2 * across, IRON)


def _leg(sheet: Sheet, hip: Point, knee: Point, foot: Point, trousers: Colour) -> None:
    """A bent leg in trousers, with a shoe."""
    sheet.oval(foot[0] - 0.025, foot[1] + 0.015, 0.13, 0.06, SHOE)
    sheet.limb([knee, foot], trousers, 0.09, 0.07)
    sheet.limb([hip, knee], trousers, 0.115, 0.095)


def _arm(sheet: Sheet, shoulder: Point, elbow: Point, hand: Point, sleeve: Colour) -> None:
    """An arm that holds the handlebar."""
    sheet.limb([elbow, hand], sleeve, 0.075, 0.065)
    sheet.limb([shoulder, elbow], sleeve, 0.09, 0.075)
    sheet.oval(*hand, 0.07, 0.07, SKIN)


def _helmet(sheet: Sheet, x: float, y: float, colour: Colour, visor: bool) -> None:
    """A head in a helmet, with a dark visor or an open face. x, y: its middle."""
    if visor:
        sheet.oval(x, y, 0.215, 0.22, colour)
        sheet.blob([(x - 0.112, y - 0.03), (x - 0.06, y - 0.055), (x + 0.03, y - 0.045), (x + 0.035, y + 0.03),
                    (x - 0.05, y + 0.045), (x - 0.108, y + 0.03)], (60, 70, 100), 0.02)  # fmt: skip
        sheet.line([(x - 0.085, y - 0.025), (x - 0.03, y - 0.035)], (196, 214, 244), 0.012, 200)
        return
    sheet.oval(x, y + 0.01, 0.20, 0.20, SKIN)
    sheet.eye(x - 0.055, y + 0.005, 0.017)
    sheet.oval(x - 0.105, y + 0.025, 0.035, 0.035, (255, 184, 56))
    sheet.line(bend([(x - 0.085, y + 0.055), (x - 0.06, y + 0.068), (x - 0.03, y + 0.06)]), (178, 34, 60), 0.012)
    sheet.blob([(x - 0.115, y - 0.02), (x - 0.10, y - 0.085), (x, y - 0.125), (x + 0.095, y - 0.085),
                (x + 0.12, y + 0.01), (x + 0.10, y + 0.065), (x + 0.045, y + 0.05), (x + 0.02, y - 0.02)],
               colour, 0.05)  # fmt: skip


def _motorcyclist(sheet: Sheet, moment: float) -> None:
    """Somebody in a jacket and a helmet, bent over a red motorcycle."""
    shake = 0.004 * math.sin(8 * math.pi * moment)
    _wheel(sheet, 0.20, 0.785, 0.30, moment)
    _wheel(sheet, 0.79, 0.785, 0.30, moment)
    sheet.limb([(0.20, 0.785), (0.31, 0.47)], STEEL, 0.04)
    sheet.limb([(0.79, 0.785), (0.56, 0.72)], STEEL, 0.045)
    sheet.limb([(0.58, 0.83), (0.90, 0.77)], STEEL, 0.055, 0.07)
    sheet.block(0.42, 0.64, 0.64, 0.83, IRON, 0.04)
    body = sheet.view(down=shake)
    body.blob([(0.26, 0.50), (0.34, 0.44), (0.50, 0.47), (0.56, 0.55), (0.74, 0.52), (0.90, 0.50), (0.86, 0.60),
               (0.66, 0.66), (0.44, 0.68), (0.30, 0.62)], RED, 0.06)  # fmt: skip
    body.blob([(0.54, 0.53), (0.66, 0.525), (0.80, 0.505), (0.82, 0.54), (0.66, 0.575), (0.56, 0.57)], RUBBER, 0.03)
    body.oval(0.245, 0.53, 0.09, 0.10, (255, 226, 140))
    body.limb([(0.31, 0.46), (0.36, 0.40)], IRON, 0.04)
    _leg(body, (0.60, 0.525), (0.425, 0.575), (0.53, 0.755), JEANS)
    body.blob([(0.42, 0.27), (0.50, 0.24), (0.60, 0.32), (0.67, 0.46), (0.65, 0.555), (0.54, 0.555), (0.47, 0.42)],
              JACKET, 0.06)  # fmt: skip
    _helmet(body, 0.43, 0.165, (250, 250, 252), visor=True)
    _arm(body, (0.48, 0.30), (0.45, 0.43), (0.355, 0.41), JACKET)


def _scooter_rider(sheet: Sheet, moment: float) -> None:
    """Somebody with an open helmet, upright on a mint scooter."""
    shake = 0.004 * math.sin(8 * math.pi * moment)
    _wheel(sheet, 0.20, 0.825, 0.22, moment)
    _wheel(sheet, 0.76, 0.825, 0.22, moment)
    body = sheet.view(down=shake)
    body.limb([(0.20, 0.80), (0.285, 0.43)], STEEL, 0.045)
    body.blob([(0.13, 0.74), (0.20, 0.70), (0.24, 0.50), (0.30, 0.48), (0.315, 0.70), (0.36, 0.77), (0.50, 0.78),
               (0.52, 0.60), (0.60, 0.57), (0.80, 0.58), (0.92, 0.68), (0.89, 0.79), (0.76, 0.74), (0.66, 0.85),
               (0.36, 0.85), (0.27, 0.81), (0.18, 0.75)], MINT, 0.06)  # fmt: skip
    body.blob([(0.51, 0.57), (0.60, 0.54), (0.78, 0.55), (0.82, 0.59), (0.66, 0.61), (0.53, 0.61)], RUBBER, 0.03)
    body.oval(0.245, 0.46, 0.08, 0.08, (255, 226, 140))
    body.oval(0.90, 0.67, 0.05, 0.06, RED)
    body.limb([(0.285, 0.45), (0.335, 0.40)], IRON, 0.035)
    _leg(body, (0.61, 0.53), (0.45, 0.57), (0.43, 0.755), JEANS)
    body.blob([(0.53, 0.29), (0.60, 0.26), (0.67, 0.33), (0.69, 0.46), (0.68, 0.565), (0.56, 0.565), (0.53, 0.43)],
              SHIRT, 0.06)  # fmt: skip
    _helmet(body, 0.575, 0.165, RED, visor=False)
    _arm(body, (0.585, 0.32), (0.50, 0.43), (0.345, 0.415), SHIRT)


DRAWINGS: dict[str, Drawing] = {"motorcyclist": _motorcyclist, "scooter rider": _scooter_rider}
