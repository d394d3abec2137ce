"""Cats and dogs that lie or sit. They look to the left."""

from __future__ import annotations

import math

from soracli.scenes.drawn.outlines import bend
from soracli.scenes.drawn.sheet import INK, Colour, Drawing, Sheet


def _asleep(sheet: Sheet, moment: float, fur: Colour, pale: Colour, stripe: Colour) -> None:
    """A curled body that breathes, its tail around it, a paw before it."""
    swell = 0.012 * math.sin(2 * math.pi * moment)
    sheet.blob([(0.20, 0.80), (0.24, 0.62), (0.42, 0.48 - swell), (0.66, 0.46 - swell), (0.86, 0.58), (0.935, 0.76),
               (0.84, 0.90), (0.50, 0.925),
                (0.26, 0.90)], fur, 0.12)  # fmt: skip
    for x in (0.52, 0.64, 0.755):
        y = 0.50 - swell + 0.06 * abs(x - 0.58)
        sheet.limb(bend([(x, y), (x + 0.03, y + 0.07), (x + 0.025, y + 0.15)]), stripe, 0.045, 0.02)
    sheet.blob([(0.66, 0.72), (0.80, 0.66), (0.90, 0.76), (0.86, 0.89), (0.70, 0.91), (0.62, 0.82)], fur, 0.07)
    sheet.limb(bend([(0.90, 0.80), (0.80, 0.895), (0.62, 0.905), (0.47, 0.895)]), fur, 0.085, 0.07)
    sheet.limb([(0.37, 0.905), (0.47, 0.905)], pale, 0.072)


def _sleeping_face(sheet: Sheet, fur: Colour, pale: Colour, nose: Colour) -> None:
    """A head laid down, its eyes closed."""
    sheet.blob([(0.10, 0.74), (0.14, 0.62), (0.26, 0.565), (0.39, 0.61), (0.44, 0.74), (0.37, 0.86), (0.26, 0.89),
               (0.15, 0.85)], fur, 0.08)  # fmt: skip
    sheet.blob([(0.14, 0.80), (0.21, 0.765), (0.29, 0.80), (0.28, 0.87), (0.20, 0.885), (0.145, 0.85)], pale, 0.04)
    for x in (0.165, 0.30):
        sheet.line(bend([(x - 0.034, 0.735), (x, 0.758), (x + 0.034, 0.735)]), INK, 0.015)
    sheet.blob([(0.185, 0.785), (0.245, 0.785), (0.215, 0.815)], nose, 0.015)


def _sleeping_cat(sheet: Sheet, moment: float) -> None:
    """A ginger cat curled up asleep."""
    fur, pale = (255, 190, 124), (255, 226, 196)
    _asleep(sheet, moment, fur, pale, (196, 136, 100))
    for x, lean in ((0.155, -0.045), (0.375, 0.045)):
        sheet.blob([(x - 0.05, 0.655), (x + lean, 0.505), (x + 0.05, 0.655)], fur, 0.03)
        sheet.blob([(x - 0.022, 0.635), (x + 0.8 * lean, 0.545), (x + 0.026, 0.635)], (255, 160, 150), 0.02)
    _sleeping_face(sheet, fur, pale, (236, 116, 120))


def _sleeping_dog(sheet: Sheet, moment: float) -> None:
    """A light brown dog curled up asleep."""
    fur, pale = (250, 190, 134), (255, 226, 196)
    _asleep(sheet, moment, fur, pale, fur)
    _sleeping_face(sheet, fur, pale, INK)
    for x, side in ((0.11, -1), (0.405, 1)):
        sheet.blob([(x - 0.03 * side, 0.605), (x + 0.05 * side, 0.61), (x + 0.075 * side, 0.72),
                   (x + 0.045 * side, 0.83), (x - 0.01 * side, 0.74)], (196, 128, 84), 0.03)  # fmt: skip


def _seated(sheet: Sheet, moment: float, fur: Colour, shade: Colour, pale: Colour) -> None:
    """An upright body on its haunches that breathes, both front legs straight, the tail beside it."""
    swell, flick = 0.008 * math.sin(2 * math.pi * moment), 0.03 * math.sin(2 * math.pi * moment)
    sheet.limb(bend([(0.70, 0.885), (0.86, 0.87), (0.925, 0.74), (0.90 + flick, 0.60)]), shade, 0.075, 0.05)
    sheet.limb(bend([(0.355, 0.58), (0.335, 0.76), (0.335, 0.895)]), shade, 0.10, 0.08)
    sheet.limb([(0.30, 0.915), (0.345, 0.915)], pale, 0.065)
    sheet.blob([(0.34, 0.42), (0.52, 0.42), (0.68 + swell, 0.56), (0.775, 0.76), (0.76, 0.91), (0.54, 0.935),
               (0.42, 0.86), (0.33 - swell, 0.62)], fur, 0.10)  # fmt: skip
    sheet.oval(0.625, 0.775, 0.29, 0.285, fur)
    sheet.limb([(0.54, 0.912), (0.665, 0.912)], pale, 0.072)
    sheet.blob([(0.335, 0.46), (0.44, 0.47), (0.455, 0.60), (0.40, 0.70), (0.335 - swell, 0.60)], pale, 0.05)
    sheet.limb(bend([(0.455, 0.58), (0.435, 0.76), (0.43, 0.895)]), fur, 0.115, 0.09)
    sheet.limb([(0.395, 0.917), (0.45, 0.917)], pale, 0.072)


def _head(sheet: Sheet, fur: Colour, pale: Colour, nose: Colour) -> None:
    """A head held up, that looks to the left and at the viewer."""
    sheet.blob([(0.17, 0.32), (0.23, 0.19), (0.38, 0.14), (0.52, 0.20), (0.575, 0.33), (0.51, 0.455), (0.37, 0.495),
               (0.23, 0.445)], fur, 0.09)  # fmt: skip
    sheet.blob([(0.20, 0.385), (0.285, 0.345), (0.385, 0.385), (0.36, 0.465), (0.28, 0.485), (0.215, 0.45)], pale, 0.04)
    sheet.blob([(0.245, 0.365), (0.32, 0.365), (0.282, 0.402)], nose, 0.015)
    sheet.line(bend([(0.23, 0.43), (0.26, 0.445), (0.282, 0.42), (0.31, 0.445), (0.345, 0.43)]), INK, 0.011)
    for x in (0.245, 0.40):
        sheet.eye(x, 0.295, 0.029)


def _sitting_cat(sheet: Sheet, moment: float) -> None:
    """A ginger cat that sits."""
    fur, pale, stripe = (255, 190, 124), (255, 226, 196), (196, 136, 100)
    _seated(sheet, moment, fur, (232, 166, 106), pale)
    for k in range(3):
        sheet.limb(
            bend([(0.735 - 0.03 * k, 0.62 - 0.055 * k), (0.68 - 0.03 * k, 0.635 - 0.05 * k)]), stripe, 0.032, 0.016
        )
    for x, lean in ((0.265, -0.055), (0.47, 0.05)):
        sheet.blob([(x - 0.07, 0.25), (x + lean, 0.045), (x + 0.07, 0.22)], fur, 0.03)
        sheet.blob([(x - 0.032, 0.215), (x + 0.8 * lean, 0.095), (x + 0.036, 0.20)], (255, 160, 150), 0.02)
    _head(sheet, fur, pale, (236, 116, 120))
    for k in (-1, 0, 1):
        sheet.line([(0.345 + 0.02 * k, 0.165), (0.35 + 0.012 * k, 0.215)], stripe, 0.016)


def _sitting_dog(sheet: Sheet, moment: float) -> None:
    """A light brown dog that sits with a collar, its tongue out."""
    fur, pale = (250, 190, 134), (255, 226, 196)
    _seated(sheet, moment, fur, (228, 164, 108), pale)
    sheet.limb(bend([(0.33, 0.485), (0.42, 0.52), (0.53, 0.475)]), (226, 72, 72), 0.045)
    sheet.dot(0.40, 0.545, 0.026, (255, 208, 84))
    _head(sheet, fur, pale, INK)
    sheet.blob([(0.262, 0.435), (0.308, 0.435), (0.308, 0.50), (0.285, 0.52), (0.262, 0.50)], (244, 120, 130), 0.02)
    for x, side in ((0.195, -1), (0.525, 1)):
        sheet.blob([(x - 0.045 * side, 0.185), (x + 0.05 * side, 0.20), (x + 0.085 * side, 0.33),
                   (x + 0.045 * side, 0.45), (x - 0.01 * side, 0.34)], (196, 128, 84), 0.03)  # fmt: skip


DRAWINGS: dict[str, Drawing] = {
    "sleeping cat": _sleeping_cat,
    "sleeping dog": _sleeping_dog,
    "sitting cat": _sitting_cat,
    "sitting dog": _sitting_dog,
}
