"""Birds, on their legs and on the wing, and a dragonfly. They look to the left."""

from __future__ import annotations

import math
from typing import NamedTuple

from soracli.scenes.drawn.outlines import Point, bend
from soracli.scenes.drawn.sheet import Colour, Drawing, Sheet

ORANGE, BEAK = (255, 160, 42), (255, 176, 46)
BLACK, NIGHT = (60, 56, 76), (44, 40, 58)
WHITE, GREY = (246, 246, 252), (176, 182, 200)
BROWN, TAN = (168, 112, 80), (226, 188, 150)


class Plumage(NamedTuple):
    """Colours of a bird: of its back and head, its belly, its wing and the tips of that, its beak and legs."""

    back: Colour
    belly: Colour
    wing: Colour
    tip: Colour
    beak: Colour
    leg: Colour


CROW = Plumage(BLACK, (72, 66, 90), (50, 46, 66), NIGHT, (66, 62, 80), (66, 62, 80))
GULL = Plumage(WHITE, (252, 252, 255), GREY, (62, 60, 78), BEAK, (255, 150, 80))
SPARROW = Plumage(BROWN, (240, 222, 198), (134, 86, 64), (98, 62, 52), (110, 90, 84), (214, 150, 110))
PIGEON = Plumage((150, 158, 182), (176, 182, 204), (178, 186, 206), (104, 110, 136), (92, 88, 104), (240, 112, 104))
PARROT = Plumage((222, 38, 98), (242, 92, 136), (255, 186, 48), (58, 122, 226), BEAK, ORANGE)
OWL = Plumage((122, 84, 78), (238, 196, 190), (104, 70, 66), (82, 54, 54), ORANGE, ORANGE)
PLAIN = Plumage((206, 202, 204), (224, 222, 226), (218, 214, 218), (178, 174, 178), ORANGE, ORANGE)


def legs(sheet: Sheet, moment: float, hips: tuple[Point, Point], long: float, wide: float, colour: Colour) -> None:
    """Two legs with toes that make two steps in a loop; the far one first."""
    for n, (x, y) in enumerate(hips):
        swing = math.sin(2 * math.pi * moment + math.pi * n)
        foot = (x - 0.3 * long * swing, y + long - 0.12 * long * max(math.cos(2 * math.pi * moment + math.pi * n), 0))
        knee = ((x + foot[0]) / 2 + 0.12 * long, (y + foot[1]) / 2)
        sheet.limb([(x, y), knee, foot], colour, wide)
        sheet.limb([(foot[0] - 0.07, foot[1] + 0.012), (foot[0] + 0.02, foot[1])], colour, wide * 0.9)


def standing(sheet: Sheet, moment: float, look: Plumage, beak: float) -> None:
    """A songbird or a gull on its legs, its head nodding as it walks. beak: how long."""
    nod = 0.012 * math.sin(4 * math.pi * moment)
    legs(sheet, moment, ((0.55, 0.74), (0.46, 0.74)), 0.19, 0.026, look.leg)
    sheet.blob([(0.66, 0.50), (0.82, 0.56), (0.96, 0.63), (0.945, 0.70), (0.80, 0.70), (0.64, 0.72)], look.tip, 0.03)
    x, y = 0.30 + nod, 0.31
    sheet.body([(x - 0.10, y - 0.035), (x - 0.12 - beak, y + 0.035), (x - 0.09, y + 0.06)], look.beak, 0.015)
    sheet.blob([(0.26 + nod, 0.19), (0.37 + nod, 0.19), (0.44, 0.32), (0.62, 0.40), (0.78, 0.56), (0.70, 0.70),
               (0.54, 0.79), (0.36, 0.75),
                (0.23, 0.60), (0.205 + nod, 0.42), (0.185 + nod, 0.29)], look.back, 0.08)  # fmt: skip
    sheet.blob([(0.23, 0.46), (0.33, 0.44), (0.42, 0.56), (0.56, 0.70), (0.52, 0.775), (0.37, 0.735), (0.25, 0.60)],
               look.belly, 0.05)  # fmt: skip
    sheet.blob([(0.43, 0.46), (0.58, 0.44), (0.74, 0.54), (0.91, 0.645), (0.72, 0.68), (0.52, 0.66), (0.42, 0.57)],
               look.wing, 0.05)  # fmt: skip
    sheet.blob([(0.70, 0.60), (0.92, 0.65), (0.74, 0.675), (0.62, 0.665)], look.tip, 0.02)
    sheet.eye(x - 0.035, y - 0.02, 0.022)


def _crow(sheet: Sheet, moment: float) -> None:
    """A black bird that walks."""
    standing(sheet, moment, CROW, 0.09)


def _gull(sheet: Sheet, moment: float) -> None:
    """A white bird with grey wings and black tips, that walks."""
    standing(sheet, moment, GULL, 0.08)
    sheet.dot(0.13 + 0.012 * math.sin(4 * math.pi * moment), 0.345, 0.014, (232, 72, 60))


def _sparrow(sheet: Sheet, moment: float) -> None:
    """A small brown bird with a bib, that hops."""
    nod = 0.012 * math.sin(4 * math.pi * moment)
    standing(sheet, moment, SPARROW, 0.03)
    sheet.oval(0.305 + nod, 0.365, 0.11, 0.09, (244, 230, 212))
    sheet.blob([(0.20 + nod, 0.37), (0.26 + nod, 0.375), (0.29 + nod, 0.46), (0.22, 0.45)], (84, 64, 62), 0.02)
    for k in range(2):
        sheet.limb(bend([(0.47, 0.52 + 0.05 * k), (0.58, 0.54 + 0.05 * k), (0.68, 0.60 + 0.03 * k)]),
                   (240, 214, 184), 0.014)  # fmt: skip


def _pigeon(sheet: Sheet, moment: float) -> None:
    """A grey bird with a shimmering neck and two dark bars on its wing, that walks."""
    nod = 0.012 * math.sin(4 * math.pi * moment)
    standing(sheet, moment, PIGEON, 0.03)
    sheet.blob([(0.19 + nod, 0.36), (0.30 + nod, 0.38), (0.42, 0.36), (0.44, 0.44), (0.32, 0.50), (0.205, 0.46)],
               (96, 176, 150), 0.03)  # fmt: skip
    sheet.blob([(0.205, 0.45), (0.32, 0.49), (0.44, 0.43), (0.42, 0.51), (0.30, 0.55), (0.215, 0.52)],
               (168, 122, 190), 0.03)  # fmt: skip
    for x in (0.66, 0.75):
        sheet.limb(bend([(x - 0.02, 0.51), (x - 0.005, 0.57), (x - 0.035, 0.64)]), (84, 88, 112), 0.026)


def _hen(sheet: Sheet, moment: float) -> None:
    """A plump white hen with a red comb, that walks and nods."""
    nod, red = 0.014 * math.sin(4 * math.pi * moment), (236, 56, 76)
    legs(sheet, moment, ((0.58, 0.76), (0.48, 0.76)), 0.17, 0.032, (255, 170, 56))
    for x, y, wide in ((0.84, 0.36, 0.13), (0.89, 0.44, 0.13), (0.86, 0.52, 0.12)):
        sheet.oval(x, y, wide, wide * 0.8, WHITE, -35)
    for x, y, wide in ((0.255, 0.17, 0.08), (0.315, 0.135, 0.09), (0.375, 0.165, 0.075)):
        sheet.oval(x + nod, y, wide, wide * 1.1, red)
    sheet.oval(0.235 + nod, 0.37, 0.06, 0.10, red)
    sheet.body([(0.215 + nod, 0.245), (0.10 + nod, 0.285), (0.215 + nod, 0.325)], BEAK, 0.02)
    sheet.blob([(0.22 + nod, 0.24), (0.30 + nod, 0.165), (0.40 + nod, 0.21), (0.47, 0.36), (0.62, 0.45),
               (0.76, 0.42), (0.88, 0.36), (0.90, 0.54), (0.80, 0.72),
                (0.60, 0.81), (0.38, 0.77), (0.24, 0.62), (0.215, 0.44)], WHITE, 0.10)  # fmt: skip
    sheet.blob([(0.44, 0.54), (0.58, 0.51), (0.76, 0.53), (0.82, 0.58), (0.70, 0.68), (0.54, 0.69), (0.45, 0.63)],
               (230, 228, 242), 0.05)  # fmt: skip
    sheet.eye(0.285 + nod, 0.255, 0.021)


def _flying(sheet: Sheet, moment: float, look: Plumage) -> None:
    """To the left with its neck stretched out; its wings beat twice in a loop."""
    beat = 0.12 + 0.88 * math.sin(4 * math.pi * moment + 0.785)
    far: Colour = (round(0.82 * look.wing[0]), round(0.82 * look.wing[1]), round(0.84 * look.wing[2]))
    _wing(sheet, (0.43, 0.48), 0.34 * beat, far, look.tip, 0.05)
    sheet.body([(0.64, 0.50), (0.90, 0.475), (0.94, 0.515), (0.92, 0.56), (0.66, 0.56)], look.belly, 0.02)
    sheet.body([(0.125, 0.435), (0.045, 0.475), (0.13, 0.495)], look.beak, 0.012)
    sheet.blob([(0.11, 0.455), (0.15, 0.405), (0.22, 0.40), (0.30, 0.435), (0.46, 0.44), (0.62, 0.485), (0.74, 0.53),
               (0.64, 0.585), (0.46, 0.63),
                (0.30, 0.605), (0.20, 0.535), (0.13, 0.505)], look.back, 0.07)  # fmt: skip
    sheet.blob([(0.24, 0.55), (0.40, 0.565), (0.60, 0.56), (0.50, 0.615), (0.36, 0.61)], look.belly, 0.03)
    sheet.eye(0.175, 0.445, 0.017)
    _wing(sheet, (0.38, 0.51), 0.37 * beat, look.wing, look.tip, 0.0)


def _wing(sheet: Sheet, root: Point, up: float, colour: Colour, tip: Colour, ahead: float) -> None:
    """A wing whose tip is `up` above its root, and `ahead` of where the near one's is."""
    x, y = root
    end = x + 0.30 - ahead - 0.10 * abs(up)
    broad = 0.045 + 0.05 * abs(up)
    sheet.blob(
        [
            (x, y),
            (x + 0.02 - ahead, y - 0.55 * up),
            (end - 0.07, y - 0.95 * up),
            (end + 0.05, y - up),
            (end + 0.02, y - 0.75 * up + broad),
            (x + 0.25, y - 0.3 * up + broad),
            (x + 0.24, y + 0.045),
            (x + 0.10, y + 0.06),
        ],
        colour,
        0.04,
    )
    sheet.blob([(end - 0.09, y - 0.90 * up), (end - 0.05, y - 0.965 * up), (end + 0.05, y - up),
               (end + 0.02, y - 0.76 * up + broad * 0.96),
                (end - 0.02, y - 0.72 * up + broad * 0.8)], tip, 0.015)  # fmt: skip


def _flying_bird(sheet: Sheet, moment: float) -> None:
    """A bird on the wing, grey, to take any colour."""
    _flying(sheet, moment, PLAIN)


def _flying_gull(sheet: Sheet, moment: float) -> None:
    """A gull on the wing."""
    _flying(sheet, moment, GULL)


def _flying_parrot(sheet: Sheet, moment: float) -> None:
    """A red parrot on the wing, with yellow and blue wings, a long tail and a bent beak."""
    sheet.blob([(0.62, 0.52), (0.80, 0.52), (0.95, 0.56), (0.935, 0.60), (0.80, 0.60), (0.64, 0.57)], PARROT.tip, 0.03)
    _flying(sheet, moment, PARROT)
    sheet.oval(0.165, 0.455, 0.075, 0.07, (255, 246, 240))
    sheet.eye(0.165, 0.452, 0.019)
    sheet.blob([(0.12, 0.44), (0.075, 0.46), (0.065, 0.52), (0.10, 0.515), (0.13, 0.50)], (255, 168, 60), 0.02)


def _flying_owl(sheet: Sheet, moment: float) -> None:
    """A brown owl on the wing, its round face with large yellow eyes to the viewer."""
    beat = 0.12 + 0.88 * math.sin(4 * math.pi * moment + 0.785)
    _wing(sheet, (0.45, 0.46), 0.36 * beat, (86, 58, 56), OWL.tip, 0.05)
    sheet.blob([(0.66, 0.48), (0.86, 0.47), (0.95, 0.52), (0.88, 0.59), (0.66, 0.58)], OWL.tip, 0.03)
    sheet.blob([(0.22, 0.44), (0.40, 0.41), (0.60, 0.45), (0.74, 0.52), (0.62, 0.61), (0.42, 0.65), (0.26, 0.60)],
               OWL.back, 0.08)  # fmt: skip
    sheet.blob([(0.26, 0.56), (0.42, 0.58), (0.60, 0.56), (0.50, 0.63), (0.36, 0.645)], OWL.belly, 0.04)
    for side in (-1, 1):
        sheet.body([(0.225 + 0.10 * side, 0.30), (0.225 + 0.135 * side, 0.355), (0.225 + 0.05 * side, 0.36)],
                   OWL.wing, 0.02)  # fmt: skip
    sheet.oval(0.225, 0.455, 0.29, 0.27, OWL.back)
    for side in (-1, 1):
        sheet.oval(0.225 + 0.062 * side, 0.445, 0.125, 0.125, (255, 222, 60))
        sheet.eye(0.225 + 0.058 * side, 0.447, 0.034)
    sheet.blob([(0.205, 0.485), (0.245, 0.485), (0.225, 0.54)], OWL.beak, 0.02)
    _wing(sheet, (0.40, 0.50), 0.39 * beat, OWL.wing, OWL.tip, 0.0)


def _flying_crow(sheet: Sheet, moment: float) -> None:
    """A crow on the wing."""
    _flying(sheet, moment, CROW)


def _pelican(sheet: Sheet, moment: float) -> None:
    """A white bird with a great pouch under its bill, that walks."""
    nod = 0.01 * math.sin(4 * math.pi * moment)
    legs(sheet, moment, ((0.64, 0.76), (0.55, 0.76)), 0.17, 0.034, (255, 140, 70))
    sheet.blob([(0.80, 0.56), (0.95, 0.60), (0.94, 0.68), (0.80, 0.72)], (88, 84, 106), 0.02)
    sheet.limb(bend([(0.40, 0.62), (0.335, 0.46), (0.40, 0.31), (0.37 + nod, 0.19)]), WHITE, 0.15, 0.10)
    sheet.blob([(0.36, 0.54), (0.52, 0.46), (0.74, 0.48), (0.88, 0.60), (0.80, 0.74), (0.60, 0.81), (0.42, 0.76),
               (0.345, 0.66)], WHITE, 0.09)  # fmt: skip
    sheet.blob([(0.50, 0.54), (0.66, 0.50), (0.82, 0.57), (0.93, 0.66), (0.74, 0.71), (0.56, 0.69)], (222, 224, 238),
               0.05)  # fmt: skip
    sheet.blob([(0.76, 0.62), (0.93, 0.655), (0.78, 0.70), (0.66, 0.70)], (88, 84, 106), 0.02)
    sheet.blob([(0.33 + nod, 0.20), (0.065 + nod, 0.30), (0.11 + nod, 0.40), (0.22 + nod, 0.42),
               (0.315 + nod, 0.31)], (255, 190, 92), 0.04)  # fmt: skip
    sheet.blob([(0.36 + nod, 0.165), (0.25 + nod, 0.185), (0.05 + nod, 0.285), (0.065 + nod, 0.315),
               (0.25 + nod, 0.245), (0.35 + nod, 0.225)], (255, 148, 58), 0.02)  # fmt: skip
    sheet.oval(0.365 + nod, 0.17, 0.15, 0.13, WHITE)
    sheet.eye(0.345 + nod, 0.16, 0.019)
    sheet.limb([(0.43 + nod, 0.13), (0.50 + nod, 0.16)], WHITE, 0.03)


def _ostrich(sheet: Sheet, moment: float) -> None:
    """A black bird with white plumes, a long neck and long legs, that walks."""
    nod, pink = 0.012 * math.sin(4 * math.pi * moment), (246, 186, 164)
    legs(sheet, moment, ((0.66, 0.62), (0.54, 0.63)), 0.30, 0.042, (236, 168, 148))
    for x, y, wide in ((0.88, 0.50, 0.15), (0.92, 0.43, 0.11), (0.91, 0.57, 0.11)):
        sheet.oval(x, y, wide, wide, WHITE)
    sheet.limb(bend([(0.43, 0.54), (0.33, 0.45), (0.325, 0.28), (0.30 + nod, 0.13)]), pink, 0.085, 0.06)
    sheet.blob([(0.38, 0.50), (0.50, 0.40), (0.70, 0.38), (0.87, 0.47), (0.84, 0.60), (0.68, 0.68), (0.50, 0.67),
               (0.40, 0.60)], BLACK, 0.08)  # fmt: skip
    sheet.blob([(0.55, 0.47), (0.72, 0.44), (0.84, 0.53), (0.72, 0.61), (0.58, 0.58)], (58, 54, 74), 0.05)
    for x, y in ((0.80, 0.60), (0.74, 0.625), (0.85, 0.54)):
        sheet.oval(x, y, 0.085, 0.07, WHITE)
    sheet.body([(0.25 + nod, 0.085), (0.145 + nod, 0.128), (0.25 + nod, 0.15)], (255, 176, 92), 0.015)
    sheet.oval(0.29 + nod, 0.115, 0.14, 0.115, pink)
    sheet.eye(0.275 + nod, 0.10, 0.020)


def _dragonfly(sheet: Sheet, moment: float) -> None:
    """A long blue body under four glassy wings that whirr."""
    whirr = math.sin(8 * math.pi * moment + 0.4)
    for x, turn, tone in ((0.43, 0.16, (150, 214, 250)), (0.36, 0.0, (196, 236, 255))):
        for up in (-1, 1):
            reach = (0.36 + 0.05 * whirr) * up
            sheet.blob([(x, 0.50), (x - 0.03 + turn, 0.50 - 0.5 * reach), (x + 0.03 + turn, 0.50 - 1.1 * reach),
                       (x + 0.10 + turn, 0.50 - 1.05 * reach),
                        (x + 0.10 + 0.6 * turn, 0.50 - 0.5 * reach)], tone, 0.02, 205)  # fmt: skip
            sheet.line([(x + 0.01, 0.50), (x + 0.06 + turn, 0.50 - 1.05 * reach)], (96, 172, 232), 0.008, 180)
    for k in range(7):
        sheet.oval(0.50 + 0.066 * k, 0.505 + 0.006 * k, 0.085, 0.062 - 0.004 * k,
                   (40, 150, 236) if k % 2 else (56, 190, 220))  # fmt: skip
    sheet.oval(0.39, 0.50, 0.24, 0.15, (40, 170, 214))
    sheet.oval(0.255, 0.50, 0.12, 0.13, (44, 150, 226))
    for y in (0.455, 0.545):
        sheet.oval(0.225, y, 0.105, 0.10, (88, 216, 120))
        sheet.dot(0.205, y - 0.02, 0.015, (255, 255, 255), 220)


DRAWINGS: dict[str, Drawing] = {
    "bird in flight": _flying_bird,
    "seagull": _gull,
    "seagull in flight": _flying_gull,
    "crow": _crow,
    "crow in flight": _flying_crow,
    "parrot in flight": _flying_parrot,
    "owl in flight": _flying_owl,
    "sparrow": _sparrow,
    "pigeon": _pigeon,
    "hen": _hen,
    "pelican": _pelican,
    "ostrich": _ostrich,
    "dragonfly": _dragonfly,
}
