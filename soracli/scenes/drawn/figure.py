"""Bodies and heads of persons, who look at the viewer."""

from __future__ import annotations

import math
from typing import NamedTuple

from soracli.scenes.drawn.outlines import Point, arc, bend
from soracli.scenes.drawn.sheet import Colour, Sheet

SKIN, BLUSH, LIPS = (255, 204, 62), (255, 166, 60), (178, 34, 60)
STEEL, GOLD, LEATHER, DARK = (198, 204, 222), (255, 194, 62), (146, 92, 62), (62, 56, 74)
HEAD = (0.5, 0.275)  # its middle


class Clothes(NamedTuple):
    """Colours of what a person wears: sleeves, trunk, legs, shoes, and of the hands."""

    sleeve: Colour
    trunk: Colour
    leg: Colour
    shoe: Colour
    hand: Colour = SKIN


def figure(sheet: Sheet, moment: float, clothes: Clothes, broad: float = 0.0) -> None:
    """Legs, arms and trunk in two steps of a loop. broad: how much wider than usual the shoulders are."""
    legs(sheet, moment, clothes)
    swing = math.sin(2 * math.pi * moment)
    for side in (-1, 1):
        hand = (0.5 + (0.20 + broad) * side - 0.045 * swing, 0.655)
        sheet.oval(*hand, 0.085, 0.085, clothes.hand)
        sheet.limb([(0.5 + (0.125 + broad) * side, 0.455), (hand[0] + 0.005 * side, 0.61)], clothes.sleeve, 0.095,
                   0.085)  # fmt: skip
    trunk(sheet, clothes.trunk, broad)


def face(sheet: Sheet, brow: Colour, frown: float = 0.0, patch: bool = False) -> None:
    """A head with its ears, eyes, brows and a smile. frown: how much lower the inner ends of the brows are."""
    x, y = HEAD
    for side in (-1, 1):
        sheet.oval(x + 0.138 * side, y + 0.015, 0.055, 0.075, BLUSH)
    sheet.blob([(x - 0.125, y - 0.09), (x, y - 0.15), (x + 0.125, y - 0.09), (x + 0.135, y + 0.04),
               (x + 0.09, y + 0.125), (x, y + 0.145),
                (x - 0.09, y + 0.125), (x - 0.135, y + 0.04)], SKIN, 0.07)  # fmt: skip
    for side in (-1, 1):
        at = x + 0.058 * side
        if not (patch and side > 0):
            sheet.oval(at, y + 0.005, 0.050, 0.060, (255, 255, 255))
            sheet.eye(at, y + 0.008, 0.019)
        ends = [(at + 0.038 * side, y - 0.052), (at, y - 0.062 + frown / 2), (at - 0.030 * side, y - 0.052 + frown)]
        sheet.limb(bend(ends), brow, 0.017)
    sheet.area([*arc(x, y + 0.068, 0.085, 0.07, 0, 180)], LIPS)
    sheet.area([*arc(x, y + 0.068, 0.07, 0.02, 0, 180)], (255, 255, 255))


def belt(sheet: Sheet, y: float, colour: Colour, buckle: Colour = GOLD) -> None:
    """A belt with a buckle. y: its middle."""
    sheet.block(0.36, y - 0.02, 0.64, y + 0.02, colour, 0.012)
    sheet.block(0.468, y - 0.027, 0.532, y + 0.027, buckle, 0.01)


def legs(sheet: Sheet, moment: float, clothes: Clothes) -> None:
    """Two legs in two steps of a loop, with shoes."""
    swing = math.sin(2 * math.pi * moment)
    for side in (-1, 1):
        step = side * swing
        x, y = 0.5 + 0.068 * side + 0.055 * step, 0.895 - 0.028 * max(step, 0.0)
        sheet.limb([(0.5 + 0.06 * side, 0.68), (x, y - 0.01)], clothes.leg, 0.115, 0.095)
        sheet.oval(x - 0.006, y + 0.02, 0.13, 0.068, clothes.shoe)


def trunk(sheet: Sheet, colour: Colour, broad: float = 0.0) -> None:
    """From the shoulders to the hips. broad: how much wider than usual the shoulders are."""
    reach = 0.145 + broad
    sheet.blob([(0.5 - reach, 0.44), (0.5 - 0.07, 0.405), (0.57, 0.405), (0.5 + reach, 0.44), (0.635, 0.58),
               (0.63, 0.70), (0.5, 0.725), (0.37, 0.70),
                (0.365, 0.58)], colour, 0.06)  # fmt: skip


def arm(sheet: Sheet, clothes: Clothes, side: int, elbow: Point, hand: Point, bare: float = 0.0) -> None:
    """An arm from the shoulder at a side (-1: left) to a hand. bare: share of the arm that no sleeve covers."""
    shoulder = (0.5 + 0.125 * side, 0.455)
    length = math.dist(shoulder, elbow) + math.dist(elbow, hand)
    sleeve = (0.86 - bare) * length - math.dist(shoulder, elbow)  # how far it reaches below the elbow
    if bare:
        sheet.limb([elbow, hand], clothes.hand, 0.078, 0.068)
        sheet.limb([shoulder, elbow], clothes.hand, 0.086, 0.078)
    sheet.oval(*hand, 0.085, 0.085, clothes.hand)
    if sleeve > 0:
        sheet.limb([elbow, _toward(elbow, hand, sleeve)], clothes.sleeve, 0.092, 0.085)
    sheet.limb([shoulder, elbow if sleeve > 0 else _toward(elbow, shoulder, -sleeve)], clothes.sleeve, 0.098, 0.092)


def _toward(start: Point, end: Point, far: float) -> Point:
    """The point that lies so far from the start on the way to the end."""
    share = far / math.dist(start, end)
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


def hair(sheet: Sheet, colour: Colour) -> None:
    """Short hair, over the head."""
    x, y = HEAD
    sheet.blob([(x - 0.148, y + 0.01), (x - 0.148, y - 0.09), (x - 0.07, y - 0.17), (x + 0.07, y - 0.17),
               (x + 0.148, y - 0.09), (x + 0.148, y + 0.01), (x + 0.115, y - 0.065), (x + 0.03, y - 0.085),
                (x - 0.06, y - 0.075), (x - 0.12, y - 0.05)], colour, 0.045)  # fmt: skip
