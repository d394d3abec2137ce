"""Monsters of tales, who walk and look at the viewer."""

from __future__ import annotations

import math

from soracli.scenes.drawn.figure import GOLD, LEATHER, STEEL, Clothes, belt, figure
from soracli.scenes.drawn.outlines import Point, arc, bend
from soracli.scenes.drawn.sheet import INK, Colour, Drawing, Sheet

WHITE, FANG = (250, 250, 252), (255, 246, 226)


def _brute(sheet: Sheet, moment: float, skin: Colour, leg: Colour, foot: Colour, claw: Colour | None = None) -> None:
    """A broad body with long arms, in two steps of a loop. claw: colour of those on the hands and feet."""
    swing = math.sin(2 * math.pi * moment)
    for side in (-1, 1):
        step = side * swing
        x, y = 0.5 + 0.10 * side + 0.045 * step, 0.885 - 0.03 * max(step, 0.0)
        sheet.limb(bend([(0.5 + 0.085 * side, 0.68), (0.5 + 0.115 * side + 0.02 * step, 0.78), (x, y)]), leg,
                   0.15, 0.105)  # fmt: skip
        sheet.oval(x, y + 0.025, 0.165, 0.075, foot)
        for k in (-1, 0, 1):
            if claw:
                sheet.limb([(x + 0.045 * k, y + 0.04), (x + 0.048 * k, y + 0.055)], claw, 0.022, 0.012)
    for side in (-1, 1):
        hand = (0.5 + 0.295 * side - 0.03 * swing, 0.675)
        for k in (-1, 0, 1):
            if claw:
                sheet.limb([(hand[0] + 0.028 * k, hand[1] + 0.035), (hand[0] + 0.030 * k, hand[1] + 0.068)],
                           claw, 0.026, 0.010)  # fmt: skip
        sheet.oval(*hand, 0.115, 0.105, skin)
        sheet.limb([(0.5 + 0.285 * side - 0.015 * swing, 0.56), hand], skin, 0.10, 0.095)
        sheet.limb([(0.5 + 0.185 * side, 0.475), (0.5 + 0.285 * side - 0.015 * swing, 0.56)], skin, 0.135, 0.10)
    sheet.blob([(0.295, 0.45), (0.40, 0.40), (0.60, 0.40), (0.705, 0.45), (0.665, 0.60), (0.625, 0.72),
               (0.5, 0.74), (0.375, 0.72), (0.335, 0.60)], skin, 0.08)  # fmt: skip


def _chest(sheet: Sheet, tone: Colour, line: Colour) -> None:
    """The muscles of a broad body."""
    for side in (-1, 1):
        sheet.oval(0.5 + 0.083 * side, 0.515, 0.155, 0.105, tone)
    for y in (0.60, 0.64):
        sheet.line(bend([(0.455, y), (0.5, y + 0.01), (0.545, y)]), line, 0.010)


def _fur(x: float, y: float, wide: float, tall: float, count: int, depth: float) -> list[Point]:
    """A ragged outline about (x, y). depth: of its tufts."""
    out = []
    for k in range(2 * count):
        way, far = math.pi * k / count, 1.0 if k % 2 else 1 - depth
        out.append((x + wide / 2 * far * math.sin(way), y - tall / 2 * far * math.cos(way)))
    return out


def _yeti(sheet: Sheet, moment: float) -> None:
    """Huge and white, shaggy, with a blue face, two fangs and big feet."""
    fur, shade, skin = (246, 248, 255), (214, 224, 244), (120, 160, 214)
    swing = math.sin(2 * math.pi * moment)
    for side in (-1, 1):
        step = side * swing
        x, y = 0.5 + 0.13 * side + 0.045 * step, 0.875 - 0.03 * max(step, 0.0)
        sheet.blob(_fur(0.5 + 0.12 * side + 0.02 * step, 0.80, 0.23, 0.22, 9, 0.13), shade, 0.05)
        sheet.oval(x, y + 0.028, 0.21, 0.085, skin)
        for k in (-1, 0, 1):
            sheet.oval(x + 0.062 * k, y + 0.045, 0.065, 0.052, (146, 184, 232))
    for side in (-1, 1):
        hand = (0.5 + 0.345 * side - 0.025 * swing, 0.70 + 0.02 * side * swing)
        sheet.oval(*hand, 0.125, 0.115, skin)
        sheet.blob(_fur(0.5 + 0.295 * side - 0.012 * swing, 0.545, 0.205, 0.34, 11, 0.11), shade, 0.06)
    body = sheet.view(0.5, 0.9, turn=1.5 * swing)
    body.blob(_fur(0.5, 0.545, 0.57, 0.60, 19, 0.07), fur, 0.12)
    for x, y in ((0.42, 0.60), (0.56, 0.62), (0.49, 0.68), (0.37, 0.69), (0.62, 0.70), (0.50, 0.77)):
        body.line(bend([(x - 0.035, y), (x - 0.012, y + 0.025), (x, y), (x + 0.012, y + 0.025),
                  (x + 0.035, y)]), shade, 0.012)  # fmt: skip
    body.blob(_fur(0.5, 0.275, 0.44, 0.44, 15, 0.08), fur, 0.09)
    body.blob([(0.355, 0.27), (0.40, 0.195), (0.5, 0.215), (0.60, 0.195), (0.645, 0.27), (0.61, 0.375),
              (0.5, 0.415), (0.39, 0.375)], skin, 0.05)  # fmt: skip
    for side in (-1, 1):
        body.oval(0.5 + 0.066 * side, 0.265, 0.075, 0.08, WHITE)
        body.eye(0.5 + 0.062 * side, 0.27, 0.025)
        body.limb([(0.5 + 0.115 * side, 0.205), (0.5 + 0.03 * side, 0.225)], fur, 0.034)
    body.blob([(0.465, 0.305), (0.5, 0.295), (0.535, 0.305), (0.5, 0.33)], (78, 112, 170), 0.015)
    body.area([*arc(0.5, 0.345, 0.14, 0.085, 0, 180)], (62, 48, 84))
    for side in (-1, 1):
        body.area([(0.5 + 0.052 * side, 0.345), (0.5 + 0.022 * side, 0.345), (0.5 + 0.036 * side, 0.375)], FANG)


def _mummy(sheet: Sheet, moment: float) -> None:
    """Wrapped in strips from head to foot, two eyes glow in a gap; loose ends sway."""
    cloth, shade, deep = (240, 228, 200), (206, 190, 156), (186, 168, 134)
    swing = math.sin(2 * math.pi * moment)
    sheet.limb(bend([(0.37, 0.52), (0.285, 0.56), (0.265 + 0.02 * swing, 0.74)]), shade, 0.04, 0.034)
    sheet.limb(bend([(0.58, 0.72), (0.68, 0.78), (0.70 + 0.02 * swing, 0.90)]), shade, 0.04, 0.034)
    figure(sheet, moment, Clothes(cloth, cloth, cloth, cloth, cloth), 0.01)
    for side in (-1, 1):
        for k in range(3):
            x, y = 0.5 + (0.16 + 0.018 * k) * side - (0.013 + 0.012 * k) * swing, 0.495 + 0.048 * k
            sheet.line([(x - 0.042, y - 0.012 * side), (x + 0.042, y + 0.012 * side)], deep, 0.009)
        for k in range(3):
            x, y = 0.5 + 0.064 * side + (0.02 + 0.014 * k) * side * swing, 0.765 + 0.045 * k
            sheet.line([(x - 0.048, y + 0.012), (x + 0.048, y - 0.012)], deep, 0.009)
    for k in range(6):
        y, lean = 0.465 + 0.045 * k, 0.022 * (-1) ** k
        sheet.line(bend([(0.375, y - lean), (0.5, y + 0.012), (0.625, y + lean)]), deep, 0.010)
    sheet.blob([(0.375, 0.185), (0.5, 0.125), (0.625, 0.185), (0.635, 0.315), (0.59, 0.40), (0.5, 0.42),
               (0.41, 0.40), (0.365, 0.315)], cloth, 0.07)  # fmt: skip
    for y, lean in ((0.165, 0.02), (0.205, -0.018), (0.335, 0.022), (0.375, -0.014)):
        sheet.line(bend([(0.385, y - lean), (0.5, y + 0.01), (0.615, y + lean)]), deep, 0.010)
    sheet.blob([(0.375, 0.245), (0.5, 0.235), (0.625, 0.25), (0.62, 0.305), (0.5, 0.31), (0.38, 0.30)],
               (62, 50, 58), 0.02)  # fmt: skip
    for side in (-1, 1):
        x = 0.5 + 0.06 * side
        sheet.glow(x, 0.273, 0.055, (170, 255, 120), 170)
        sheet.oval(x, 0.273, 0.052, 0.046, (206, 255, 120))
        sheet.dot(x, 0.274, 0.013, INK)
    sheet.limb(bend([(0.60, 0.165), (0.67, 0.185), (0.685 + 0.02 * swing, 0.30)]), shade, 0.036, 0.03)


def _wolf_head(sheet: Sheet, fur: Colour, pale: Colour, dark: Colour) -> None:
    """Ears up, yellow eyes, bared teeth."""
    for side in (-1, 1):
        sheet.blob([(0.5 + 0.03 * side, 0.17), (0.5 + 0.125 * side, 0.015), (0.5 + 0.165 * side, 0.21)], fur, 0.03)
        sheet.blob([(0.5 + 0.075 * side, 0.15), (0.5 + 0.122 * side, 0.06), (0.5 + 0.14 * side, 0.18)],
                   (226, 150, 146), 0.02)  # fmt: skip
    sheet.blob([(0.5, 0.10), (0.61, 0.14), (0.665, 0.25), (0.72, 0.335), (0.645, 0.345), (0.65, 0.405),
               (0.575, 0.40), (0.5, 0.44), (0.425, 0.40), (0.35, 0.405), (0.355, 0.345), (0.28, 0.335),
               (0.335, 0.25), (0.39, 0.14)], fur, 0.07)  # fmt: skip
    sheet.blob([(0.43, 0.295), (0.5, 0.255), (0.57, 0.295), (0.59, 0.36), (0.55, 0.41), (0.5, 0.425),
               (0.45, 0.41), (0.41, 0.36)], pale, 0.05)  # fmt: skip
    sheet.area([*arc(0.5, 0.352, 0.135, 0.10, 0, 180)], (104, 34, 48))
    for x, tall in ((0.448, 0.034), (0.483, 0.022), (0.517, 0.022), (0.552, 0.034)):
        sheet.area([(x - 0.015, 0.352), (x + 0.015, 0.352), (x, 0.352 + tall)], FANG)
    sheet.oval(0.5, 0.295, 0.085, 0.06, INK)
    for side in (-1, 1):
        sheet.oval(0.5 + 0.075 * side, 0.235, 0.062, 0.052, (255, 214, 64), 14 * side)
        sheet.eye(0.5 + 0.070 * side, 0.237, 0.018)
        sheet.limb([(0.5 + 0.125 * side, 0.185), (0.5 + 0.032 * side, 0.215)], dark, 0.03)


def _werewolf(sheet: Sheet, moment: float) -> None:
    """A wolf on two legs with claws, in torn trousers."""
    fur, dark, pale = (122, 112, 122), (84, 76, 88), (196, 184, 180)
    sheet, swing = sheet.view(0.5, 0.94, scale=0.98), math.sin(2 * math.pi * moment)
    sheet.limb(bend([(0.60, 0.70), (0.74, 0.75), (0.84, 0.70 + 0.02 * swing), (0.885, 0.60 + 0.03 * swing)]),
               dark, 0.07, 0.10)  # fmt: skip
    _brute(sheet, moment, fur, dark, fur, FANG)
    sheet.blob([(0.40, 0.44), (0.60, 0.44), (0.585, 0.58), (0.545, 0.55), (0.54, 0.64), (0.5, 0.60),
               (0.46, 0.64), (0.455, 0.55), (0.415, 0.58)], pale, 0.04)  # fmt: skip
    for side in (-1, 1):
        step = side * swing
        x = 0.5 + 0.105 * side + 0.02 * step
        sheet.body([(0.5 + 0.0 * side, 0.68), (0.5 + 0.15 * side, 0.67), (x + 0.085 * side, 0.81),
                   (x + 0.045 * side, 0.78), (x + 0.01 * side, 0.825), (x - 0.035 * side, 0.785),
                   (x - 0.075 * side, 0.815)], (70, 94, 150), 0.03)  # fmt: skip
    belt(sheet, 0.685, LEATHER)
    _wolf_head(sheet, fur, pale, dark)


def _bat_wing(sheet: Sheet, side: int, beat: float, tone: Colour, bone: Colour) -> None:
    """A wing of skin behind a shoulder. beat: -1 to 1."""
    wing = sheet.view(0.5 + 0.12 * side, 0.46, turn=-7 * side * beat)

    def at(points: list[Point]) -> list[Point]:
        return [(0.5 + side * x, y) for x, y in points]

    wing.body([*bend(at([(0.10, 0.46), (0.20, 0.30), (0.33, 0.175)])), *bend(at([(0.33, 0.175), (0.405, 0.32),
              (0.43, 0.50)])), *bend(at([(0.43, 0.50), (0.37, 0.455), (0.325, 0.56)])),
              *bend(at([(0.325, 0.56), (0.27, 0.50), (0.215, 0.60)])), *at([(0.10, 0.56)])], tone, 0.03)  # fmt: skip
    for end in ((0.43, 0.50), (0.325, 0.56), (0.215, 0.60)):
        wing.limb(bend(at([(0.33, 0.18), (0.5 * (0.34 + end[0]), 0.5 * (0.16 + end[1])), end])), bone, 0.020, 0.010)
    wing.limb(bend(at([(0.10, 0.47), (0.21, 0.29), (0.335, 0.165)])), bone, 0.042, 0.020)


def _demon(sheet: Sheet, moment: float) -> None:
    """Red, with horns, bat wings, a pointed tail and a trident."""
    skin, dark, deep = (226, 56, 58), (150, 30, 52), (96, 24, 46)
    sheet, swing = sheet.view(0.5, 0.94, scale=0.98), math.sin(2 * math.pi * moment)
    for side in (-1, 1):
        _bat_wing(sheet, side, swing, dark, deep)
    tail = [(0.58, 0.71), (0.70, 0.80), (0.80, 0.83 + 0.01 * swing), (0.875, 0.75 + 0.02 * swing)]
    sheet.limb(bend(tail), dark, 0.042, 0.026)
    tip = sheet.view(right=0.885, down=0.735 + 0.02 * swing, turn=30)
    tip.body([(0.0, -0.075), (0.048, 0.01), (0.0, -0.004), (-0.048, 0.01)], deep, 0.015)
    _brute(sheet, moment, skin, dark, deep)
    _chest(sheet, (240, 84, 76), (178, 34, 50))
    sheet.blob([(0.37, 0.67), (0.63, 0.67), (0.65, 0.78), (0.57, 0.765), (0.5, 0.835), (0.43, 0.765),
               (0.35, 0.78)], (70, 48, 66), 0.03)  # fmt: skip
    belt(sheet, 0.675, (52, 36, 50))
    x = 0.205 - 0.03 * swing
    sheet.limb([(x, 0.30), (x, 0.88)], (74, 62, 78), 0.028)
    for k in (-1, 0, 1):
        points: list[Point] = [(x, 0.36), (x + 0.062 * k, 0.32), (x + 0.062 * k, 0.215 - 0.03 * (k == 0))]
        sheet.limb(bend(points), STEEL, 0.028, 0.010)
    sheet.oval(x, 0.675, 0.115, 0.105, skin)
    for side in (-1, 1):
        sheet.limb(bend([(0.5 + 0.075 * side, 0.165), (0.5 + 0.155 * side, 0.115),
                   (0.5 + 0.145 * side, 0.02)]), deep, 0.075, 0.014)  # fmt: skip
        sheet.blob([(0.5 + 0.12 * side, 0.255), (0.5 + 0.225 * side, 0.20), (0.5 + 0.14 * side, 0.335)], skin, 0.03)
    sheet.blob([(0.37, 0.19), (0.5, 0.115), (0.63, 0.19), (0.64, 0.30), (0.57, 0.395), (0.5, 0.435),
               (0.43, 0.395), (0.36, 0.30)], skin, 0.07)  # fmt: skip
    for side in (-1, 1):
        sheet.oval(0.5 + 0.066 * side, 0.265, 0.075, 0.055, (255, 222, 72), 16 * side)
        sheet.eye(0.5 + 0.062 * side, 0.268, 0.018)
        sheet.limb([(0.5 + 0.115 * side, 0.205), (0.5 + 0.028 * side, 0.242)], deep, 0.028)
    sheet.area([*arc(0.5, 0.335, 0.16, 0.085, 0, 180)], (74, 16, 36))
    for x in (0.445, 0.482, 0.518, 0.555):
        sheet.area([(x - 0.016, 0.335), (x + 0.016, 0.335), (x, 0.358)], FANG)
    sheet.blob([(0.47, 0.40), (0.5, 0.41), (0.53, 0.40), (0.5, 0.485)], deep, 0.02)


def _orc(sheet: Sheet, moment: float) -> None:
    """Green, with tusks, a topknot, spiked iron on one shoulder and an axe."""
    skin, dark, iron = (122, 168, 78), (84, 124, 62), (112, 112, 128)
    swing = math.sin(2 * math.pi * moment)
    _brute(sheet, moment, skin, (104, 82, 72), (74, 58, 54))
    _chest(sheet, (140, 186, 92), (88, 128, 62))
    sheet.limb(bend([(0.37, 0.43), (0.50, 0.545), (0.63, 0.655)]), LEATHER, 0.045)
    sheet.blob([(0.36, 0.67), (0.64, 0.67), (0.66, 0.78), (0.60, 0.80), (0.55, 0.775), (0.5, 0.81),
               (0.45, 0.775), (0.40, 0.80), (0.34, 0.78)], (126, 88, 66), 0.04)  # fmt: skip
    belt(sheet, 0.68, (74, 58, 54), STEEL)
    for x, y, turn in ((0.625, 0.43, -14), (0.695, 0.405, 12), (0.76, 0.43, 42)):
        sheet.view(right=x, down=y, turn=turn).body([(-0.026, 0.0), (0.0, -0.095), (0.026, 0.0)],
                   (214, 216, 228), 0.015)  # fmt: skip
    sheet.blob([(0.59, 0.475), (0.62, 0.41), (0.70, 0.385), (0.775, 0.425), (0.79, 0.50), (0.70, 0.525)], iron, 0.05)
    x = 0.205 - 0.03 * swing
    sheet.limb([(x, 0.335), (x, 0.86)], LEATHER, 0.032)
    sheet.blob([(x - 0.005, 0.375), (x - 0.06, 0.35), (x - 0.125, 0.30), (x - 0.15, 0.40), (x - 0.125, 0.50),
               (x - 0.06, 0.455), (x - 0.005, 0.43)], (176, 180, 196), 0.025)  # fmt: skip
    sheet.oval(x, 0.675, 0.115, 0.105, skin)
    sheet.limb(bend([(0.5, 0.115), (0.53, 0.05), (0.59, 0.055), (0.61, 0.11)]), (52, 46, 52), 0.055, 0.02)
    sheet.oval(0.505, 0.11, 0.075, 0.04, GOLD)
    for side in (-1, 1):
        sheet.blob([(0.5 + 0.13 * side, 0.235), (0.5 + 0.255 * side, 0.195), (0.5 + 0.22 * side, 0.275),
                   (0.5 + 0.14 * side, 0.325)], skin, 0.03)  # fmt: skip
        sheet.blob([(0.5 + 0.15 * side, 0.25), (0.5 + 0.225 * side, 0.225), (0.5 + 0.155 * side, 0.295)], dark, 0.02)
    sheet.blob([(0.365, 0.20), (0.43, 0.125), (0.57, 0.125), (0.635, 0.20), (0.645, 0.32), (0.61, 0.41),
               (0.5, 0.445), (0.39, 0.41), (0.355, 0.32)], skin, 0.07)  # fmt: skip
    sheet.blob([(0.385, 0.355), (0.5, 0.335), (0.615, 0.355), (0.59, 0.425), (0.5, 0.45), (0.41, 0.425)],
               (136, 182, 90), 0.04)  # fmt: skip
    sheet.limb(bend([(0.415, 0.372), (0.5, 0.36), (0.585, 0.372)]), (62, 44, 48), 0.022)
    for side in (-1, 1):
        sheet.limb(bend([(0.5 + 0.055 * side, 0.395), (0.5 + 0.068 * side, 0.355),
                   (0.5 + 0.06 * side, 0.30)]), FANG, 0.038, 0.010)  # fmt: skip
        sheet.oval(0.5 + 0.07 * side, 0.25, 0.062, 0.046, (255, 220, 110), 12 * side)
        sheet.eye(0.5 + 0.066 * side, 0.252, 0.017)
        sheet.limb([(0.5 + 0.125 * side, 0.195), (0.5 + 0.03 * side, 0.225)], dark, 0.036)
    sheet.blob([(0.465, 0.30), (0.5, 0.265), (0.535, 0.30), (0.5, 0.325)], (104, 148, 66), 0.025)


DRAWINGS: dict[str, Drawing] = {
    "yeti": _yeti,
    "mummy": _mummy,
    "werewolf": _werewolf,
    "demon": _demon,
    "orc": _orc,
}
