"""Animals of land and sea, and beasts of tales. They look to the left, or at the viewer."""

from __future__ import annotations

import math

from soracli.scenes.drawn.outlines import Point, bend, ellipse
from soracli.scenes.drawn.sheet import INK, Colour, Drawing, Sheet

IVORY = (255, 240, 214)


def legs(sheet: Sheet, moment: float, hips: tuple[float, ...], y: float, wide: float, tones: tuple[Colour,
              Colour]) -> None:  # fmt: skip
    """A fore and a hind leg that step one against the other. hips: their x. tones: of legs and of feet."""
    for n, x in enumerate(hips):
        swing = math.sin(2 * math.pi * moment + math.pi * n)
        foot = (x - 0.05 * swing, 0.905 - 0.03 * max(math.cos(2 * math.pi * moment + math.pi * n), 0))
        sheet.limb([(x, y), (x - 0.02 * swing, (y + foot[1]) / 2), foot], tones[0], wide, 0.85 * wide)
        sheet.limb([(foot[0] - 0.02, foot[1] + 0.005), (foot[0] + 0.01, foot[1] + 0.005)], tones[1], 0.8 * wide)


def _triceratops(sheet: Sheet, moment: float) -> None:
    """A stout dinosaur with a frill and three horns, that walks."""
    skin, far, frill = (112, 186, 122), (84, 150, 108), (244, 152, 96)
    nod = 0.008 * math.sin(4 * math.pi * moment)
    legs(sheet, moment + 0.5, (0.46, 0.74), 0.68, 0.115, (far, far))
    sheet.limb(bend([(0.74, 0.60), (0.86, 0.66), (0.955, 0.60 + nod)]), skin, 0.17, 0.03)
    sheet.blob([(0.32, 0.55), (0.44, 0.40), (0.62, 0.36), (0.78, 0.45), (0.86, 0.60), (0.78, 0.74), (0.58, 0.79),
               (0.40, 0.75)], skin, 0.10)  # fmt: skip
    sheet.blob([(0.38, 0.68), (0.58, 0.72), (0.74, 0.69), (0.62, 0.785), (0.44, 0.765)], (196, 222, 150), 0.03)
    for x, y, wide in ((0.56, 0.44, 0.07), (0.67, 0.48, 0.055), (0.62, 0.55, 0.045), (0.75, 0.56, 0.045)):
        sheet.oval(x, y, wide, wide * 0.9, far)
    legs(sheet, moment, (0.41, 0.70), 0.70, 0.13, (skin, skin))
    for k in range(7):
        angle = math.radians(-128 + 36 * k)
        sheet.oval(0.365 + 0.175 * math.cos(angle), 0.42 + nod + 0.20 * math.sin(angle), 0.075, 0.075, IVORY)
    sheet.body(ellipse(0.365, 0.42 + nod, 0.34, 0.40, 18), frill, 0.06)
    sheet.body(ellipse(0.35, 0.43 + nod, 0.24, 0.30, 18), (255, 196, 126), 0.05)
    sheet.limb(bend([(0.33, 0.36 + nod), (0.26, 0.27 + nod), (0.205, 0.15 + nod)]), (232, 216, 186), 0.06, 0.012)
    sheet.blob([(0.36, 0.36 + nod), (0.44, 0.50 + nod), (0.38, 0.62 + nod), (0.24, 0.64 + nod), (0.11, 0.645 + nod),
               (0.055, 0.60 + nod),
                (0.09, 0.53 + nod), (0.19, 0.42 + nod), (0.27, 0.35 + nod)], skin, 0.07)  # fmt: skip
    sheet.blob([(0.05, 0.60 + nod), (0.085, 0.535 + nod), (0.125, 0.565 + nod), (0.105, 0.645 + nod),
               (0.06, 0.665 + nod)], (250, 208, 116), 0.02)  # fmt: skip
    sheet.limb(bend([(0.135, 0.49 + nod), (0.105, 0.44 + nod), (0.09, 0.39 + nod)]), IVORY, 0.055, 0.014)
    sheet.limb(bend([(0.28, 0.41 + nod), (0.19, 0.34 + nod), (0.10, 0.21 + nod)]), IVORY, 0.068, 0.014)
    sheet.eye(0.245, 0.485 + nod, 0.024)
    sheet.line(bend([(0.13, 0.615 + nod), (0.21, 0.61 + nod), (0.28, 0.58 + nod)]), (66, 112, 92), 0.011)


def _walrus(sheet: Sheet, moment: float) -> None:
    """A heavy brown seal with two tusks and a moustache; it raises and lowers its head."""
    skin, pale, dark = (166, 112, 92), (214, 168, 142), (132, 86, 78)
    lift = 0.012 * math.sin(2 * math.pi * moment)
    sheet.blob([(0.78, 0.80), (0.90, 0.70), (0.965, 0.72), (0.93, 0.80), (0.965, 0.88), (0.88, 0.90)], dark, 0.03)
    sheet.blob([(0.14, 0.60), (0.18, 0.32 + lift), (0.34, 0.18 + lift), (0.52, 0.26 + lift), (0.64, 0.46),
               (0.80, 0.66), (0.90, 0.82), (0.80, 0.915), (0.40, 0.93),
                (0.20, 0.90)], skin, 0.11)  # fmt: skip
    sheet.blob([(0.22, 0.62), (0.40, 0.60), (0.52, 0.74), (0.50, 0.90), (0.30, 0.90), (0.20, 0.80)], pale, 0.06)
    sheet.blob([(0.50, 0.70), (0.60, 0.74), (0.64, 0.88), (0.56, 0.945), (0.42, 0.945), (0.46, 0.90)], dark, 0.04)
    sheet.blob([(0.16, 0.74), (0.24, 0.78), (0.25, 0.90), (0.17, 0.94), (0.07, 0.94), (0.10, 0.88)], dark, 0.04)
    for x in (0.235, 0.365):
        sheet.limb(bend([(x, 0.50 + lift), (x - 0.005, 0.60 + lift), (x + 0.01, 0.71 + lift)]), IVORY, 0.055, 0.018)
    for x in (0.235, 0.365):
        sheet.oval(x, 0.47 + lift, 0.17, 0.15, (232, 192, 166))
        for k in range(3):
            sheet.dot(x - 0.04 + 0.04 * k, 0.475 + lift + 0.02 * (k % 2), 0.009, dark)
    sheet.oval(0.30, 0.405 + lift, 0.10, 0.065, (88, 60, 64))
    for x in (0.215, 0.39):
        sheet.eye(x, 0.335 + lift, 0.024)


def _starfish(sheet: Sheet, moment: float) -> None:
    """Five rounded arms with knobs."""
    reach = [0.44 if k % 2 == 0 else 0.205 for k in range(10)]
    points = [(0.5 + r * math.sin(math.pi * k / 5), 0.52 - r * math.cos(math.pi * k / 5)) for k, r in enumerate(reach)]
    outline: list[Point] = []
    for k, (x, y) in enumerate(points):
        if k % 2:
            outline.append((x, y))
            continue
        way = math.pi * k / 5
        for off in (-0.055, 0.055):
            outline.append((x + off * math.cos(way), y + off * math.sin(way)))
    sheet.blob(outline, (255, 128, 86), 0.09)
    for k in range(5):
        way = 2 * math.pi * k / 5
        for far, wide in ((0.11, 0.05), (0.20, 0.044), (0.28, 0.036), (0.35, 0.028)):
            sheet.oval(0.5 + far * math.sin(way), 0.52 - far * math.cos(way), wide, wide, (255, 190, 132))
    sheet.oval(0.5, 0.52, 0.07, 0.07, (255, 204, 146))


def _seahorse(sheet: Sheet, moment: float) -> None:
    """A curled tail, a ribbed belly, a fin on its back that flutters."""
    skin, pale, fin = (255, 174, 66), (255, 218, 140), (255, 120, 92)
    flap = 0.02 * math.sin(6 * math.pi * moment + 0.3)
    sheet.blob([(0.62, 0.42), (0.76, 0.38 + flap), (0.82, 0.48), (0.76, 0.58 - flap), (0.62, 0.56)], fin, 0.03)
    for x, y in ((0.42, 0.09), (0.50, 0.07), (0.58, 0.11), (0.63, 0.18)):
        sheet.oval(x, y, 0.075, 0.09, fin)
    tail = bend([(0.57, 0.62), (0.57, 0.76), (0.49, 0.87), (0.38, 0.86), (0.345, 0.78), (0.40, 0.735), (0.445, 0.78)])
    sheet.limb(tail, skin, 0.17, 0.035)
    sheet.limb(bend([(0.53, 0.22), (0.60, 0.34), (0.55, 0.48), (0.57, 0.64)]), skin, 0.20, 0.19)
    sheet.blob([(0.52, 0.30), (0.46, 0.42), (0.44, 0.54), (0.50, 0.68), (0.56, 0.70), (0.55, 0.55), (0.57, 0.42)],
               pale, 0.05)  # fmt: skip
    for k in range(5):
        sheet.line([(0.455 + 0.006 * k, 0.42 + 0.06 * k), (0.555, 0.41 + 0.06 * k)], (240, 160, 70), 0.009)
    sheet.limb([(0.44, 0.235), (0.245, 0.285)], skin, 0.10, 0.065)
    sheet.oval(0.24, 0.287, 0.045, 0.085, pale)
    sheet.oval(0.49, 0.205, 0.26, 0.23, skin)
    sheet.oval(0.415, 0.255, 0.07, 0.05, (255, 150, 110))
    sheet.eye(0.445, 0.185, 0.030)
    sheet.blob([(0.55, 0.28), (0.64, 0.26 + flap), (0.645, 0.33), (0.57, 0.35)], fin, 0.02)


def _squirrel(sheet: Sheet, moment: float) -> None:
    """Red fur, a great bushy tail that twitches, a nut in its paws."""
    fur, pale, tail = (226, 116, 56), (255, 230, 200), (206, 92, 46)
    twitch = 0.015 * math.sin(2 * math.pi * moment)
    sheet.blob([(0.62, 0.90), (0.78, 0.90), (0.90, 0.76), (0.86 + twitch, 0.58), (0.92 + twitch, 0.38),
               (0.86 + twitch, 0.17), (0.72 + twitch, 0.11), (0.62 + twitch, 0.22),
                (0.70 + twitch, 0.33), (0.66, 0.50), (0.60, 0.64)], tail, 0.07)  # fmt: skip
    sheet.blob([(0.72, 0.84), (0.80, 0.74), (0.78 + twitch, 0.58), (0.84 + twitch, 0.38), (0.79 + twitch, 0.24),
               (0.72 + twitch, 0.20), (0.77 + twitch, 0.36), (0.70, 0.56)], (246, 160, 92), 0.03)  # fmt: skip
    sheet.blob([(0.42, 0.40), (0.56, 0.48), (0.66, 0.66), (0.66, 0.84), (0.54, 0.92), (0.36, 0.92), (0.32, 0.74),
               (0.35, 0.54)], fur, 0.08)  # fmt: skip
    sheet.blob([(0.37, 0.52), (0.45, 0.56), (0.46, 0.74), (0.40, 0.88), (0.33, 0.84), (0.335, 0.66)], pale, 0.04)
    sheet.oval(0.56, 0.80, 0.22, 0.22, (214, 104, 50))
    sheet.limb([(0.52, 0.915), (0.36, 0.92)], fur, 0.065)
    for x, lean in ((0.335, -0.035), (0.45, 0.02)):
        sheet.blob([(x - 0.035, 0.22), (x + lean, 0.07), (x + 0.045, 0.22)], fur, 0.03)
        sheet.blob([(x - 0.015, 0.20), (x + lean * 0.8, 0.115), (x + 0.022, 0.20)], (250, 170, 130), 0.02)
    sheet.blob([(0.24, 0.33), (0.29, 0.22), (0.41, 0.19), (0.51, 0.28), (0.50, 0.40), (0.38, 0.46), (0.25, 0.41),
               (0.205, 0.37)], fur, 0.07)  # fmt: skip
    sheet.blob([(0.22, 0.37), (0.31, 0.37), (0.37, 0.42), (0.32, 0.445), (0.235, 0.405)], pale, 0.03)
    sheet.oval(0.212, 0.362, 0.038, 0.034, INK)
    sheet.eye(0.335, 0.305, 0.028)
    sheet.oval(0.245, 0.60, 0.12, 0.135, (176, 110, 62))
    sheet.blob([(0.185, 0.575), (0.245, 0.51), (0.305, 0.575), (0.245, 0.59)], (120, 76, 56), 0.02)
    sheet.limb(bend([(0.41, 0.53), (0.36, 0.61), (0.29, 0.62)]), fur, 0.065)


def _golem(sheet: Sheet, moment: float) -> None:
    """A giant of stones with glowing eyes, that walks."""
    stone, dark, light = (150, 146, 160), (124, 120, 138), (176, 172, 184)
    swing = math.sin(2 * math.pi * moment)
    for side in (-1, 1):
        step = side * swing
        x, y = 0.5 + 0.12 * side + 0.03 * step, 0.86 - 0.03 * max(step, 0)
        sheet.oval(0.5 + 0.11 * side, 0.74, 0.16, 0.18, dark)
        sheet.block(x - 0.09, y - 0.06, x + 0.09, y + 0.075, stone, 0.045)
    for side in (-1, 1):
        hand = (0.5 + 0.35 * side, 0.72 + 0.03 * side * swing)
        sheet.oval(0.5 + 0.33 * side, 0.52 + 0.01 * side * swing, 0.16, 0.24, dark, -8 * side)
        sheet.block(hand[0] - 0.10, hand[1] - 0.10, hand[0] + 0.10, hand[1] + 0.09, stone, 0.06)
    sheet.blob([(0.30, 0.34), (0.5, 0.30), (0.70, 0.34), (0.72, 0.50), (0.63, 0.68), (0.5, 0.72), (0.37, 0.68),
               (0.28, 0.50)], stone, 0.09)  # fmt: skip
    for side in (-1, 1):
        sheet.blob([(0.5 + side * 0.13, 0.35), (0.5 + side * 0.26, 0.27), (0.5 + side * 0.38, 0.33),
                   (0.5 + side * 0.37, 0.45), (0.5 + side * 0.24, 0.47)], light, 0.05)  # fmt: skip
        sheet.blob([(0.5 + side * 0.27, 0.27), (0.5 + side * 0.34, 0.285), (0.5 + side * 0.36, 0.34),
                   (0.5 + side * 0.28, 0.32)], (110, 186, 96), 0.02)  # fmt: skip
    sheet.block(0.365, 0.10, 0.635, 0.36, light, 0.07)
    sheet.blob([(0.37, 0.13), (0.5, 0.085), (0.63, 0.13), (0.60, 0.165), (0.5, 0.145), (0.43, 0.18)], (110, 186, 96),
               0.02)  # fmt: skip
    for side in (-1, 1):
        sheet.oval(0.5 + 0.065 * side, 0.225, 0.06, 0.05, (72, 226, 255))
        sheet.limb([(0.5 + 0.105 * side, 0.175), (0.5 + 0.03 * side, 0.19)], dark, 0.03)
    sheet.limb([(0.45, 0.30), (0.55, 0.30)], (96, 92, 110), 0.02)
    for a in ([(0.42, 0.45), (0.46, 0.50), (0.44, 0.56)], [(0.57, 0.52), (0.60, 0.57), (0.57, 0.62)]):
        sheet.line(a, (96, 92, 110), 0.011)


def _minotaur(sheet: Sheet, moment: float) -> None:
    """A bull's head on a strong man's body, a ring in its nose, that walks."""
    fur, dark, muzzle = (150, 92, 68), (116, 70, 58), (238, 186, 158)
    swing = math.sin(2 * math.pi * moment)
    for side in (-1, 1):
        step = side * swing
        x, y = 0.5 + 0.10 * side + 0.035 * step, 0.885 - 0.03 * max(step, 0)
        sheet.limb([(0.5 + 0.085 * side, 0.68), (0.5 + 0.10 * side, 0.78), (x, y)], dark, 0.13, 0.08)
        sheet.block(x - 0.055, y, x + 0.055, y + 0.055, (62, 54, 66), 0.02)
    for side in (-1, 1):
        hand = (0.5 + 0.30 * side - 0.03 * swing, 0.69)
        sheet.limb([(0.5 + 0.20 * side, 0.47), (0.5 + 0.295 * side, 0.57), hand], fur, 0.125, 0.09)
        sheet.oval(*hand, 0.105, 0.10, fur)
    sheet.blob([(0.30, 0.44), (0.5, 0.40), (0.70, 0.44), (0.665, 0.60), (0.62, 0.72), (0.5, 0.74), (0.38, 0.72),
               (0.335, 0.60)], fur, 0.08)  # fmt: skip
    for side in (-1, 1):
        sheet.oval(0.5 + 0.085 * side, 0.52, 0.16, 0.11, (170, 108, 80))
    sheet.blob([(0.37, 0.66), (0.63, 0.66), (0.65, 0.78), (0.5, 0.82), (0.35, 0.78)], (206, 66, 62), 0.03)
    sheet.block(0.365, 0.645, 0.635, 0.69, (250, 190, 70), 0.02)
    for side in (-1, 1):
        sheet.limb(bend([(0.5 + 0.13 * side, 0.17), (0.5 + 0.27 * side, 0.17), (0.5 + 0.31 * side, 0.055)]), IVORY,
                   0.08, 0.02)  # fmt: skip
        sheet.blob([(0.5 + 0.15 * side, 0.22), (0.5 + 0.27 * side, 0.23), (0.5 + 0.25 * side, 0.29),
                   (0.5 + 0.15 * side, 0.28)], dark, 0.02)  # fmt: skip
    sheet.blob([(0.36, 0.16), (0.5, 0.09), (0.64, 0.16), (0.65, 0.28), (0.60, 0.38), (0.5, 0.41), (0.40, 0.38),
               (0.35, 0.28)], fur, 0.07)  # fmt: skip
    sheet.blob([(0.42, 0.13), (0.5, 0.075), (0.58, 0.13), (0.54, 0.20), (0.5, 0.185), (0.46, 0.20)], dark, 0.03)
    sheet.oval(0.5, 0.355, 0.26, 0.17, muzzle)
    for side in (-1, 1):
        sheet.oval(0.5 + 0.06 * side, 0.345, 0.04, 0.045, (124, 70, 70))
        sheet.eye(0.5 + 0.085 * side, 0.235, 0.024)
        sheet.limb([(0.5 + 0.12 * side, 0.19), (0.5 + 0.05 * side, 0.215)], dark, 0.024)
    sheet.ring(0.5, 0.405, 0.075, 0.018, (255, 200, 70))


def _tadpole(sheet: Sheet, moment: float) -> None:
    """A round head with a long tail that wags."""
    turn = 2 * math.pi * moment
    way = [(0.40 + 0.055 * k, 0.5 + 0.012 * k * math.sin(turn - 0.55 * k)) for k in range(11)]
    fin = [(x, y - 0.10 * math.sin(math.pi * min(1.0, 0.1 + k / 10))) for k, (x, y) in enumerate(way)]
    low = [(x, y + 0.10 * math.sin(math.pi * min(1.0, 0.1 + k / 10))) for k, (x, y) in enumerate(way)]
    sheet.body([*bend(fin), *bend(low)[::-1]], (140, 156, 96), 0.03)
    sheet.limb(bend(way), (92, 108, 70), 0.13, 0.02)
    sheet.blob([(0.04, 0.52), (0.09, 0.38), (0.24, 0.31), (0.42, 0.38), (0.50, 0.50), (0.42, 0.63), (0.24, 0.70),
                (0.09, 0.65)], (104, 122, 76), 0.12)  # fmt: skip
    sheet.blob([(0.07, 0.57), (0.20, 0.585), (0.36, 0.60), (0.30, 0.67), (0.18, 0.68), (0.10, 0.64)], (214, 214, 160),
               0.03)  # fmt: skip
    sheet.oval(0.185, 0.455, 0.12, 0.125, (252, 250, 240))
    sheet.eye(0.17, 0.46, 0.042)
    sheet.line(bend([(0.055, 0.56), (0.10, 0.585), (0.155, 0.575)]), (56, 66, 48), 0.014)
    for x, y in ((0.33, 0.42), (0.38, 0.48), (0.31, 0.49)):
        sheet.dot(x, y, 0.016, (80, 96, 60))


DRAWINGS: dict[str, Drawing] = {
    "triceratops": _triceratops,
    "walrus": _walrus,
    "starfish": _starfish,
    "seahorse": _seahorse,
    "squirrel": _squirrel,
    "golem": _golem,
    "minotaur": _minotaur,
    "tadpole": _tadpole,
}
