"""Four-legged runners of the plains, and a winged horse. They look to the left."""

from __future__ import annotations

import math

from soracli.scenes.drawn.outlines import Point, bend
from soracli.scenes.drawn.sheet import INK, Colour, Drawing, Sheet

WHITE, CREAM = (250, 248, 250), (255, 240, 214)


def paw(sheet: Sheet, moment: float, hip: Point, wide: float, tones: tuple[Colour, Colour], hock: float = 0.0) -> None:
    """A leg that makes one step in a loop. hip: where it begins. tones: of the leg and of the foot.

    hock: how far its joint lies behind the straight line.
    """
    swing, rise = math.sin(2 * math.pi * moment), max(math.cos(2 * math.pi * moment), 0.0)
    foot = (hip[0] - 0.065 * swing, 0.895 - 0.045 * rise)
    joint = ((hip[0] + foot[0]) / 2 + hock + 0.02 * rise, (0.4 * hip[1] + 0.6 * foot[1]))
    sheet.limb(bend([hip, joint, foot]), tones[0], wide, 0.62 * wide)
    sheet.limb([(foot[0] - 0.022, foot[1] + 0.008), (foot[0] + 0.004, foot[1] + 0.008)], tones[1], 0.68 * wide)


def _four(sheet: Sheet, moment: float, near: bool, y: float, wide: float, tones: tuple[Colour, Colour]) -> None:
    """The fore and the hind leg of one side, in step with those of the other side. y: where they begin."""
    shift = 0.0 if near else 0.5
    x = 0.0 if near else 0.055
    paw(sheet, moment + shift + 0.3, (0.755 - x, y), 1.15 * wide, tones, 0.035)
    paw(sheet, moment + shift, (0.335 + x, y + 0.02), wide, tones)


def _cat_head(sheet: Sheet, fur: Colour, muzzle: Colour, ear: Colour, iris: Colour) -> None:
    """The head of a great cat that looks to the left and at the viewer."""
    for x, lean in ((0.165, -0.012), (0.335, 0.02)):
        sheet.oval(x, 0.235, 0.095, 0.10, fur)
        sheet.oval(x + lean * 0.4, 0.243, 0.05, 0.056, ear)
    sheet.blob([(0.105, 0.375), (0.13, 0.275), (0.245, 0.225), (0.36, 0.27), (0.395, 0.38), (0.34, 0.475),
               (0.23, 0.51), (0.135, 0.465)], fur, 0.08)  # fmt: skip
    sheet.blob([(0.125, 0.445), (0.165, 0.395), (0.215, 0.405), (0.265, 0.395), (0.305, 0.445), (0.27, 0.505),
               (0.21, 0.52), (0.155, 0.50)], muzzle, 0.04)  # fmt: skip
    sheet.blob([(0.175, 0.405), (0.245, 0.405), (0.21, 0.44)], (86, 58, 62), 0.015)
    sheet.line(bend([(0.165, 0.465), (0.19, 0.478), (0.21, 0.455), (0.23, 0.478), (0.26, 0.465)]), INK, 0.010)
    for x in (0.16, 0.285):
        sheet.oval(x, 0.355, 0.066, 0.062, iris)
        sheet.eye(x, 0.355, 0.024)


def _cheetah(sheet: Sheet, moment: float) -> None:
    """Slender and spotted, with dark tear lines and a long ringed tail."""
    fur, far, dark = (255, 202, 112), (228, 170, 88), (84, 58, 54)
    sway = 0.025 * math.sin(2 * math.pi * moment)
    tail = bend([(0.80, 0.50), (0.90, 0.56), (0.925, 0.70), (0.955, 0.80 + sway)])
    _four(sheet, moment, False, 0.62, 0.085, (far, far))
    sheet.limb(tail, fur, 0.062, 0.05)
    for k in (11, 14, 17):
        sheet.limb(tail[k : k + 2], dark, 0.056)
    sheet.limb([(0.27, 0.42), (0.37, 0.50)], fur, 0.20, 0.19)
    _four(sheet, moment, True, 0.60, 0.095, (fur, fur))
    sheet.blob([(0.29, 0.46), (0.42, 0.42), (0.60, 0.43), (0.76, 0.43), (0.845, 0.52), (0.83, 0.64),
               (0.72, 0.66), (0.56, 0.615), (0.40, 0.68), (0.29, 0.64)], fur, 0.09)  # fmt: skip
    sheet.blob([(0.32, 0.64), (0.44, 0.625), (0.58, 0.595), (0.66, 0.62), (0.54, 0.635), (0.40, 0.68)], CREAM, 0.03)
    for k in range(17):
        x, y = 0.415 + 0.047 * (k % 9) + 0.02 * (k // 9), 0.475 + 0.062 * (k // 9) + 0.012 * ((k * 7) % 3)
        sheet.oval(x, y, 0.030, 0.026, dark)
    for x, y in ((0.74, 0.61), (0.785, 0.585), (0.79, 0.65), (0.355, 0.645), (0.33, 0.60)):
        sheet.oval(x, y, 0.026, 0.024, dark)
    head = sheet.view(0.30, 0.45, scale=0.93, down=0.008 * math.sin(4 * math.pi * moment))
    _cat_head(head, fur, CREAM, (96, 66, 60), (255, 224, 130))
    for x, end in ((0.182, 0.155), (0.258, 0.285)):
        head.limb(bend([(x, 0.375), (x + 0.1 * (end - x), 0.42), (end, 0.465)]), dark, 0.016, 0.012)
    for x, y in (
        (0.19, 0.275),
        (0.235, 0.265),
        (0.28, 0.28),
        (0.21, 0.31),
        (0.255, 0.31),
        (0.345, 0.34),
        (0.355, 0.39),
    ):
        head.oval(x, y, 0.020, 0.018, dark)


def _panther(sheet: Sheet, moment: float) -> None:
    """Black and sleek with yellow eyes and a long tail."""
    fur, far = (66, 62, 82), (46, 42, 60)
    sway = 0.03 * math.sin(2 * math.pi * moment)
    _four(sheet, moment, False, 0.63, 0.105, (far, far))
    sheet.limb(bend([(0.80, 0.50), (0.895, 0.57), (0.895, 0.70), (0.945, 0.80 + sway)]), far, 0.075, 0.045)
    sheet.limb([(0.27, 0.42), (0.38, 0.52)], fur, 0.23, 0.22)
    _four(sheet, moment, True, 0.62, 0.115, (fur, fur))
    sheet.blob([(0.28, 0.45), (0.42, 0.42), (0.60, 0.44), (0.76, 0.43), (0.855, 0.53), (0.84, 0.66),
               (0.72, 0.70), (0.56, 0.675), (0.40, 0.71), (0.28, 0.65)], fur, 0.10)  # fmt: skip
    for k in range(10):
        x, y = 0.44 + 0.075 * (k % 5) + 0.03 * (k // 5), 0.495 + 0.075 * (k // 5)
        sheet.ring(x, y, 0.034, 0.008, (54, 50, 70))
    head = sheet.view(0.30, 0.45, down=0.008 * math.sin(4 * math.pi * moment))
    _cat_head(head, fur, (88, 82, 104), (126, 96, 116), (255, 222, 64))
    for side in (-1, 1):
        for k in range(2):
            ends = [(0.21 + 0.06 * side, 0.455 + 0.018 * k), (0.21 + 0.15 * side, 0.44 + 0.035 * k)]
            head.line(ends, (176, 170, 190), 0.005)


def _hyena(sheet: Sheet, moment: float) -> None:
    """Its back slopes, spotted, with a mane, round ears and a dark muzzle."""
    fur, far, dark = (208, 176, 130), (170, 138, 102), (92, 70, 64)
    sway = 0.02 * math.sin(2 * math.pi * moment)
    _four(sheet, moment, False, 0.64, 0.09, (far, dark))
    sheet.limb(bend([(0.81, 0.57), (0.875, 0.63), (0.885 + sway, 0.74)]), dark, 0.06, 0.075)
    for k in range(8):
        x = 0.345 + 0.052 * k
        sheet.limb([(x, 0.42 + 0.014 * k), (x + 0.05, 0.365 + 0.017 * k)], dark, 0.05, 0.02)
    sheet.limb([(0.25, 0.36), (0.38, 0.48)], fur, 0.20, 0.22)
    _four(sheet, moment, True, 0.63, 0.10, (fur, dark))
    sheet.blob([(0.29, 0.44), (0.40, 0.385), (0.56, 0.43), (0.74, 0.50), (0.835, 0.59), (0.81, 0.68),
               (0.70, 0.71), (0.54, 0.69), (0.38, 0.71), (0.28, 0.62)], fur, 0.09)  # fmt: skip
    for x, y, wide in (
        (0.44, 0.50, 0.05),
        (0.52, 0.56, 0.045),
        (0.59, 0.52, 0.05),
        (0.66, 0.59, 0.045),
        (0.73, 0.56, 0.045),
        (0.47, 0.61, 0.04),
        (0.60, 0.635, 0.04),
        (0.77, 0.63, 0.04),
        (0.41, 0.57, 0.04),
    ):
        sheet.oval(x, y, wide, 0.85 * wide, dark)
    head = sheet.view(0.30, 0.43, down=0.010 * math.sin(4 * math.pi * moment))
    for x in (0.20, 0.345):
        head.oval(x, 0.195, 0.10, 0.125, dark, 12 if x > 0.3 else -12)
        head.oval(x, 0.205, 0.055, 0.075, (222, 172, 150), 12 if x > 0.3 else -12)
    head.blob([(0.06, 0.40), (0.13, 0.33), (0.17, 0.25), (0.27, 0.21), (0.37, 0.27), (0.385, 0.38),
              (0.32, 0.465), (0.20, 0.485), (0.09, 0.47)], fur, 0.07)  # fmt: skip
    head.blob([(0.05, 0.405), (0.105, 0.36), (0.18, 0.385), (0.20, 0.45), (0.14, 0.49), (0.07, 0.465)], dark, 0.04)
    head.oval(0.065, 0.395, 0.05, 0.042, INK)
    head.line(bend([(0.075, 0.455), (0.14, 0.465), (0.215, 0.435)]), (58, 44, 46), 0.012)
    for x in (0.10, 0.135, 0.17):
        head.area([(x - 0.012, 0.459), (x + 0.012, 0.459), (x, 0.482)], WHITE)
    for x in (0.165, 0.27):
        head.eye(x, 0.325, 0.027)


def _antelope(sheet: Sheet, moment: float) -> None:
    """Light brown with a white belly, a dark stripe and two ringed horns."""
    fur, far, dark = (224, 156, 92), (188, 126, 78), (92, 64, 58)
    flick = 0.015 * math.sin(4 * math.pi * moment)
    _four(sheet, moment, False, 0.62, 0.062, (far, dark))
    sheet.limb(bend([(0.80, 0.50), (0.855, 0.53), (0.865 + flick, 0.62)]), dark, 0.045, 0.03)
    sheet.limb(bend([(0.385, 0.535), (0.30, 0.42), (0.275, 0.29)]), fur, 0.16, 0.105)
    _four(sheet, moment, True, 0.60, 0.068, (fur, dark))
    sheet.blob([(0.30, 0.52), (0.40, 0.455), (0.58, 0.455), (0.76, 0.45), (0.83, 0.53), (0.80, 0.645),
               (0.68, 0.66), (0.52, 0.665), (0.37, 0.66)], fur, 0.08)  # fmt: skip
    sheet.blob([(0.35, 0.61), (0.50, 0.615), (0.70, 0.605), (0.78, 0.615), (0.68, 0.665), (0.52, 0.675),
               (0.38, 0.66)], WHITE, 0.03)  # fmt: skip
    sheet.limb(bend([(0.365, 0.595), (0.52, 0.605), (0.72, 0.585)]), dark, 0.036, 0.026)
    sheet.blob([(0.78, 0.48), (0.835, 0.52), (0.81, 0.61), (0.77, 0.57)], WHITE, 0.02)
    head = sheet.view(0.36, 0.55, turn=1.5 * math.sin(4 * math.pi * moment))
    for shift, tone in ((0.045, (112, 82, 72)), (0.0, dark)):
        horn = bend([(0.265 + shift, 0.215), (0.30 + shift, 0.155), (0.305 + shift, 0.10), (0.345 + shift, 0.045)])
        head.limb(horn, tone, 0.036, 0.012)
        for k in range(2, 13, 3):
            x, y = horn[k]
            head.line([(x - 0.014, y - 0.004), (x + 0.014, y + 0.004)], (160, 128, 112), 0.008)
    head.blob([(0.335, 0.235), (0.42, 0.20), (0.455, 0.215), (0.39, 0.275), (0.335, 0.275)], fur, 0.025)
    head.blob([(0.355, 0.24), (0.42, 0.215), (0.385, 0.26)], (250, 208, 176), 0.015)
    head.blob([(0.13, 0.345), (0.185, 0.275), (0.255, 0.205), (0.325, 0.225), (0.33, 0.31), (0.26, 0.355),
              (0.18, 0.395), (0.14, 0.385)], fur, 0.05)  # fmt: skip
    head.blob([(0.13, 0.345), (0.16, 0.315), (0.20, 0.345), (0.185, 0.39), (0.145, 0.385)], WHITE, 0.02)
    head.oval(0.14, 0.342, 0.035, 0.03, INK)
    head.limb(bend([(0.235, 0.285), (0.205, 0.325)]), dark, 0.018, 0.012)
    head.eye(0.25, 0.268, 0.024)


def _feathered(sheet: Sheet, beat: float, tones: tuple[Colour, Colour]) -> None:
    """A raised wing in two rows of feathers. beat: -1 (down) to 1 (up). tones: of the long ones and of the short."""
    for row, (tone, scale) in enumerate(zip(tones, (1.0, 0.66), strict=True)):
        for n in range(6):
            turn = 14 + 15 * n - (30 - 4 * n) * beat + 6 * row
            feather = sheet.view(0.475, 0.505, turn=turn, scale=scale - 0.055 * n)
            feather.blob([(0.435, 0.505), (0.425, 0.36), (0.445, 0.20), (0.475, 0.10), (0.505, 0.20),
                         (0.52, 0.36), (0.51, 0.505)], tone, 0.03)  # fmt: skip


def _pegasus(sheet: Sheet, moment: float) -> None:
    """A white horse with feathered wings that beat, and a mane that flows."""
    coat, far, mane = WHITE, (216, 214, 232), (190, 170, 240)
    wave, beat = 0.02 * math.sin(2 * math.pi * moment), math.sin(2 * math.pi * moment)
    _feathered(sheet.view(right=-0.045, down=0.0), beat, ((196, 192, 222), (206, 202, 230)))
    _four(sheet, moment, False, 0.64, 0.078, (far, (168, 150, 120)))
    sheet.limb(bend([(0.80, 0.52), (0.90, 0.56 + wave), (0.90, 0.70), (0.945, 0.80 - wave)]), mane, 0.10, 0.05)
    sheet.limb(bend([(0.40, 0.57), (0.335, 0.43), (0.275, 0.285)]), coat, 0.225, 0.135)
    _four(sheet, moment, True, 0.62, 0.085, (coat, (206, 170, 92)))
    sheet.blob([(0.29, 0.53), (0.40, 0.465), (0.58, 0.475), (0.75, 0.455), (0.845, 0.54), (0.82, 0.665),
               (0.70, 0.69), (0.54, 0.69), (0.38, 0.695), (0.30, 0.63)], coat, 0.09)  # fmt: skip
    head = sheet.view(0.36, 0.58, turn=1.5 * math.sin(4 * math.pi * moment))
    for k in range(5):
        x, y = 0.335 + 0.022 * k, 0.195 + 0.065 * k
        head.limb(bend([(x - 0.03, y), (x + 0.045, y + 0.02 + wave), (x + 0.085, y + 0.085 + wave)]), mane,
                  0.075, 0.03)  # fmt: skip
    for x in (0.265, 0.32):
        head.blob([(x - 0.025, 0.21), (x + 0.012, 0.115), (x + 0.035, 0.21)], coat if x < 0.3 else far, 0.02)
    head.blob([(0.095, 0.395), (0.14, 0.305), (0.215, 0.215), (0.31, 0.20), (0.34, 0.29), (0.27, 0.365),
              (0.19, 0.445), (0.12, 0.455)], coat, 0.06)  # fmt: skip
    head.blob([(0.095, 0.395), (0.125, 0.345), (0.18, 0.375), (0.175, 0.435), (0.125, 0.455)], (250, 206, 206), 0.03)
    head.dot(0.125, 0.385, 0.011, (150, 100, 110))
    head.limb(bend([(0.29, 0.175), (0.235, 0.205), (0.205, 0.265 + wave)]), mane, 0.062, 0.022)
    head.eye(0.245, 0.285, 0.026)
    _feathered(sheet, beat, ((236, 234, 248), WHITE))


DRAWINGS: dict[str, Drawing] = {
    "cheetah": _cheetah,
    "black panther": _panther,
    "hyena": _hyena,
    "antelope": _antelope,
    "pegasus": _pegasus,
}
