"""What stands tall."""

from __future__ import annotations

import itertools
import math

from soracli.scenes.drawn.buildings import CREAM, RED, SLATE, STONE, WHITE, arch
from soracli.scenes.drawn.outlines import Point, arc
from soracli.scenes.drawn.sheet import Colour, Drawing, Sheet
from soracli.scenes.drawn.vehicles import GLASS, STEEL, WOOD


def _lighthouse(sheet: Sheet, moment: float) -> None:
    """Red bands on white, a gallery, a lit lantern, on a rock."""

    def half(y: float) -> float:
        return 0.075 + 0.065 * (y - 0.30) / 0.56

    sheet.oval(0.5, 0.885, 0.62, 0.11, STONE)
    sheet.oval(0.37, 0.86, 0.26, 0.09, STONE)
    for k in range(5):
        top, low = 0.30 + 0.112 * k, 0.30 + 0.112 * (k + 1)
        sides = [(0.5 - half(top), top), (0.5 + half(top), top), (0.5 + half(low), low), (0.5 - half(low), low)]
        sheet.body(sides, RED if k % 2 else WHITE, 0.03)
    for y in (0.39, 0.615):
        sheet.block(0.482, y, 0.518, y + 0.055, GLASS)
    arch(sheet, 0.5, 0.86, 0.075, 0.085, (120, 76, 62))
    sheet.block(0.385, 0.283, 0.615, 0.32, SLATE)
    sheet.block(0.43, 0.19, 0.57, 0.285, (255, 226, 104))
    for x in (0.43, 0.477, 0.523, 0.57):
        sheet.line([(x, 0.19), (x, 0.285)], SLATE, 0.009)
    sheet.line([(0.395, 0.245), (0.605, 0.245)], SLATE, 0.009)
    sheet.body([(0.405, 0.195), (0.45, 0.135), (0.5, 0.108), (0.55, 0.135), (0.595, 0.195)], RED, 0.03)
    sheet.limb([(0.5, 0.11), (0.5, 0.07)], SLATE, 0.014)


def _sail(sheet: Sheet, hub: Point, angle: float, long: float, broad: float, colour: Colour) -> None:
    """A blade from the hub outwards, as broad at its end. angle: radians from straight up, clockwise."""
    way, side = (math.sin(angle), -math.cos(angle)), (math.cos(angle), math.sin(angle))

    def at(out: float, off: float) -> Point:
        return hub[0] + way[0] * out + side[0] * off, hub[1] + way[1] * out + side[1] * off

    blade = [at(0.0, -0.006), at(long, -0.006), at(long, broad), at(long * 0.22, broad), at(0.05, 0.0)]
    sheet.body(blade, colour, 0.012)


def _windmill(sheet: Sheet, moment: float) -> None:
    """A round tower with a cap; four sails make half a turn in a loop."""
    sheet.body([(0.41, 0.40), (0.59, 0.40), (0.66, 0.93), (0.34, 0.93)], CREAM, 0.05)
    sheet.body([(0.40, 0.41), (0.43, 0.33), (0.5, 0.30), (0.57, 0.33), (0.60, 0.41)], (206, 92, 66), 0.04)
    arch(sheet, 0.5, 0.93, 0.095, 0.14, (146, 90, 66))
    for y in (0.52, 0.66):
        sheet.block(0.472, y, 0.528, y + 0.065, GLASS)
    for k in range(4):
        angle = 2 * math.pi * (moment / 2 + k / 4)
        _sail(sheet, (0.5, 0.38), angle, 0.31, 0.075, WHITE)
        end = (0.5 + 0.31 * math.sin(angle), 0.38 - 0.31 * math.cos(angle))
        sheet.limb([(0.5, 0.38), end], WOOD, 0.016)
    sheet.oval(0.5, 0.38, 0.055, 0.055, WOOD)


def _turbine(sheet: Sheet, moment: float) -> None:
    """A mast with three slender blades that make a third of a turn in a loop."""
    sheet.body([(0.486, 0.36), (0.514, 0.36), (0.527, 0.94), (0.473, 0.94)], WHITE, 0.012)
    for k in range(3):
        _sail(sheet, (0.5, 0.36), 2 * math.pi * (moment + k) / 3, 0.30, 0.024, WHITE)
    sheet.oval(0.5, 0.36, 0.055, 0.055, STEEL)


def _eiffel(sheet: Sheet, moment: float) -> None:
    """The Eiffel tower: four legs under an arch, two platforms, a spire, lattice all over."""
    iron = (176, 124, 96)

    def half(y: float) -> float:
        return 0.017 + 0.30 * float(((y - 0.10) / 0.84) ** 2.3)

    def thick(y: float) -> float:
        return 0.018 + 0.10 * ((y - 0.30) / 0.64)

    rows = [0.10 + 0.84 * k / 20 for k in range(21)]
    sheet.limb([(0.5, 0.045), (0.5, 0.13)], iron, 0.014)
    sheet.body([*((0.5 - half(y), y) for y in rows if y < 0.56), *((0.5 + half(y),
               y) for y in rows[::-1] if y < 0.56)], iron, 0.03)  # fmt: skip
    for side in (-1, 1):
        leg = [(0.5 + side * half(y), y) for y in rows if y > 0.48]
        inner = [(0.5 + side * (half(y) - thick(y)), y) for y in rows[::-1] if y > 0.48]
        sheet.body([*leg, *inner], iron, 0.025)
        for upper, lower in itertools.pairwise(rows[9:]):
            outs = [0.5 + side * half(y) for y in (upper, lower)]
            ins = [0.5 + side * (half(y) - thick(y)) for y in (upper, lower)]
            sheet.line([(outs[0], upper), (ins[1], lower)], (120, 76, 70), 0.008, 170)
            sheet.line([(ins[0], upper), (outs[1], lower)], (120, 76, 70), 0.008, 170)
    for upper, lower in itertools.pairwise(rows[1:10]):
        sheet.line([(0.5 - half(upper), upper), (0.5 + half(lower), lower)], (120, 76, 70), 0.007, 150)
        sheet.line([(0.5 + half(upper), upper), (0.5 - half(lower), lower)], (120, 76, 70), 0.007, 150)
    sheet.limb(arc(0.5, 0.93, 0.37, 0.36, 182, 358), iron, 0.026)
    for y, over, tall in ((0.13, 0.022, 0.02), (0.50, 0.028, 0.035), (0.72, 0.035, 0.045)):
        sheet.block(0.5 - half(y) - over, y - tall / 2, 0.5 + half(y) + over, y + tall / 2, (200, 148, 112))
    for side in (-1, 1):
        sheet.block(0.5 + side * 0.26 - 0.075, 0.92, 0.5 + side * 0.26 + 0.075, 0.95, STONE)


def _pagoda(sheet: Sheet, moment: float) -> None:
    """Five red storeys, each under a roof with turned-up ends."""
    sheet.block(0.14, 0.90, 0.86, 0.945, STONE)
    for k in range(5):
        y, wide = 0.77 - 0.135 * k, 0.50 - 0.062 * k
        sheet.block(0.5 - wide / 2, y, 0.5 + wide / 2, y + 0.135, (230, 72, 60))
        for j in (-1, 0, 1):
            window = (255, 214, 110) if (j or k) else (120, 60, 60)
            sheet.block(0.5 + 0.30 * j * wide - 0.028, y + 0.06, 0.5 + 0.30 * j * wide + 0.028, y + 0.125, window)
        reach = wide / 2 + 0.125
        sheet.blob(
            [
                (0.5 - reach, y - 0.035),
                (0.5 - wide / 2 - 0.03, y - 0.005),
                (0.5 - wide / 2 + 0.03, y - 0.05),
                (0.5, y - 0.055),
                (0.5 + wide / 2 - 0.03, y - 0.05),
                (0.5 + wide / 2 + 0.03, y - 0.005),
                (0.5 + reach, y - 0.035),
                (0.5 + wide / 2 + 0.01, y + 0.045),
                (0.5, y + 0.04),
                (0.5 - wide / 2 - 0.01, y + 0.045),
            ],
            (62, 92, 112),
            0.03,
        )
    sheet.limb([(0.5, 0.19), (0.5, 0.05)], (248, 190, 66), 0.018)
    for y in (0.09, 0.125, 0.16):
        sheet.oval(0.5, y, 0.065, 0.024, (248, 190, 66))


def _street_lamp(sheet: Sheet, moment: float) -> None:
    """A lit lantern on an iron post."""
    sheet.glow(0.5, 0.19, 0.19, (255, 226, 130), 190)
    sheet.limb([(0.5, 0.30), (0.5, 0.90)], SLATE, 0.034)
    sheet.limb([(0.42, 0.37), (0.58, 0.37)], SLATE, 0.022)
    for y, wide in ((0.62, 0.062), (0.86, 0.085)):
        sheet.block(0.5 - wide / 2, y, 0.5 + wide / 2, y + 0.035, SLATE)
    sheet.block(0.42, 0.90, 0.58, 0.945, SLATE)
    sheet.body([(0.40, 0.13), (0.60, 0.13), (0.555, 0.29), (0.445, 0.29)], (255, 232, 128), 0.03)
    sheet.oval(0.5, 0.21, 0.06, 0.09, (255, 252, 226))
    for x in (0.40, 0.60):
        sheet.limb([(x, 0.13), (0.5 + (x - 0.5) * 0.55, 0.29)], SLATE, 0.014)
    sheet.body([(0.37, 0.135), (0.44, 0.075), (0.56, 0.075), (0.63, 0.135)], SLATE, 0.025)
    sheet.oval(0.5, 0.065, 0.045, 0.04, SLATE)
    sheet.block(0.435, 0.285, 0.565, 0.315, SLATE)


DRAWINGS: dict[str, Drawing] = {
    "lighthouse": _lighthouse,
    "windmill": _windmill,
    "wind turbine": _turbine,
    "Eiffel tower": _eiffel,
    "pagoda": _pagoda,
    "street lamp": _street_lamp,
}
