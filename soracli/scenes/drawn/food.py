"""Fruit and what is eaten from a glass or a cup."""

from __future__ import annotations

import math

from soracli.scenes.drawn.outlines import arc, bend, ellipse
from soracli.scenes.drawn.sheet import Drawing, Sheet

WHITE, RED, GREEN, GLASS = (248, 246, 250), (226, 56, 70), (96, 176, 72), (214, 236, 250)


def _acorn(sheet: Sheet, moment: float) -> None:
    """A brown nut in a scaly cup with a stalk and a leaf."""
    sheet.limb(bend([(0.50, 0.26), (0.51, 0.15), (0.56, 0.07)]), (122, 84, 58), 0.055)
    sheet.blob([(0.55, 0.19), (0.64, 0.10), (0.78, 0.10), (0.90, 0.17), (0.80, 0.23), (0.66, 0.24)], GREEN, 0.03)
    sheet.line(bend([(0.56, 0.19), (0.70, 0.165), (0.86, 0.17)]), (62, 130, 58), 0.010)
    sheet.blob([(0.24, 0.46), (0.5, 0.42), (0.76, 0.46), (0.75, 0.64), (0.64, 0.82), (0.53, 0.90), (0.5, 0.955),
                (0.47, 0.90), (0.36, 0.82), (0.25, 0.64)], (216, 142, 66), 0.12)  # fmt: skip
    sheet.line(bend([(0.335, 0.56), (0.345, 0.68), (0.40, 0.78)]), (255, 214, 150), 0.032, 170)
    sheet.blob([(0.17, 0.46), (0.20, 0.34), (0.34, 0.25), (0.5, 0.225), (0.66, 0.25), (0.80, 0.34), (0.83, 0.46),
                (0.66, 0.515), (0.5, 0.525), (0.34, 0.515)], (134, 90, 62), 0.07)  # fmt: skip
    for row in range(4):
        y, half = 0.475 - 0.06 * row, 0.28 - 0.05 * row
        count = 7 - row
        for k in range(count):
            x = 0.5 + half * (2 * k / (count - 1) - 1)
            drop = 0.035 * (1 - ((x - 0.5) / 0.30) ** 2)
            sheet.oval(x, y + drop - 0.012, 0.085, 0.062, ((156, 108, 74), (144, 98, 68))[(k + row) % 2])


def _lime(sheet: Sheet, moment: float) -> None:
    """A green citrus and a half of one."""
    sheet.blob([(0.05, 0.42), (0.12, 0.36), (0.26, 0.20), (0.46, 0.17), (0.64, 0.26), (0.73, 0.44), (0.66, 0.64),
                (0.48, 0.76), (0.28, 0.72), (0.13, 0.56)], (110, 190, 62), 0.13)  # fmt: skip
    for x, y in ((0.25, 0.33), (0.34, 0.27), (0.44, 0.30), (0.33, 0.40), (0.22, 0.45), (0.52, 0.26), (0.43, 0.22)):
        sheet.dot(x, y, 0.010, (150, 216, 100))
    x, y = 0.67, 0.63
    sheet.oval(x, y, 0.56, 0.56, (96, 176, 56))
    sheet.body(ellipse(x, y, 0.49, 0.49), (240, 250, 214), 0.02)
    for k in range(8):
        turn = math.pi * k / 4 + 0.2
        ends = [(x + r * math.cos(turn + a), y + r * math.sin(turn + a)) for r, a in
                ((0.035, 0.0), (0.15, -0.33), (0.205, -0.25), (0.215, 0.0), (0.205, 0.25), (0.15, 0.33))]  # fmt: skip
        sheet.blob(ends, (170, 222, 92), 0.02)


def _jam(sheet: Sheet, moment: float) -> None:
    """A jar of strawberry jam with a chequered cloth over its lid."""
    sheet.block(0.20, 0.26, 0.80, 0.93, GLASS, 0.10)
    sheet.block(0.225, 0.33, 0.775, 0.91, (214, 36, 62), 0.09)
    for x, y in ((0.28, 0.40), (0.71, 0.42), (0.30, 0.86), (0.70, 0.85), (0.5, 0.39), (0.5, 0.885)):
        sheet.oval(x, y, 0.07, 0.06, (240, 80, 96))
    sheet.line([(0.265, 0.40), (0.265, 0.78)], WHITE, 0.03, 160)
    sheet.block(0.29, 0.47, 0.71, 0.80, (255, 248, 230), 0.03)
    sheet.blob([(0.5, 0.765), (0.42, 0.69), (0.40, 0.60), (0.5, 0.565), (0.60, 0.60), (0.58, 0.69)], RED, 0.05)
    for side in (-1, 0, 1):
        sheet.limb([(0.5, 0.57), (0.5 + 0.075 * side, 0.545 - 0.03 * (side == 0))], GREEN, 0.034, 0.02)
    for x, y in ((0.46, 0.62), (0.54, 0.62), (0.5, 0.67), (0.46, 0.70), (0.54, 0.70)):
        sheet.dot(x, y, 0.010, (255, 220, 120))
    flap = [(0.5 + 0.37 * math.cos(math.pi * (1 - k / 12)), 0.285 + 0.03 * (k % 2)) for k in range(13)]
    sheet.body([(0.24, 0.14), (0.76, 0.14), *flap[::-1]], (236, 72, 84), 0.03)
    for k in range(5):
        x = 0.24 + 0.115 * k
        sheet.body([(x + 0.02, 0.145), (x + 0.07, 0.145), (0.5 + (x - 0.43) * 1.36, 0.275),
                    (0.5 + (x - 0.48) * 1.36, 0.275)], (255, 244, 240), 0.01)  # fmt: skip
    sheet.oval(0.5, 0.135, 0.56, 0.12, (250, 130, 136))
    sheet.limb([(0.22, 0.235), (0.78, 0.235)], (255, 204, 92), 0.024)


def _yogurt(sheet: Sheet, moment: float) -> None:
    """A cup of yogurt with a strawberry on its side; a spoon stands in it."""
    sheet.limb([(0.64, 0.36), (0.80, 0.07)], (206, 210, 224), 0.036, 0.06)
    sheet.body([(0.21, 0.32), (0.79, 0.32), (0.71, 0.90), (0.68, 0.93), (0.32, 0.93), (0.29, 0.90)], WHITE, 0.07)
    sheet.body([(0.232, 0.48), (0.768, 0.48), (0.722, 0.80), (0.278, 0.80)], (255, 156, 186), 0.04)
    sheet.blob([(0.5, 0.775), (0.41, 0.70), (0.385, 0.60), (0.5, 0.555), (0.615, 0.60), (0.59, 0.70)], RED, 0.06)
    for side in (-1, 0, 1):
        sheet.limb([(0.5, 0.565), (0.5 + 0.08 * side, 0.535 - 0.03 * (side == 0))], GREEN, 0.038, 0.02)
    for x, y in ((0.45, 0.62), (0.55, 0.62), (0.5, 0.67), (0.45, 0.70), (0.55, 0.70)):
        sheet.dot(x, y, 0.011, (255, 220, 120))
    sheet.oval(0.5, 0.325, 0.64, 0.16, (226, 226, 240))
    sheet.oval(0.5, 0.32, 0.55, 0.115, (255, 250, 246))
    sheet.limb(
        bend([(0.34, 0.325), (0.42, 0.29), (0.54, 0.30), (0.55, 0.335), (0.46, 0.345)]), (255, 255, 255), 0.035, 0.02
    )
    sheet.body([*arc(0.655, 0.33, 0.10, 0.05, 0, 180)], (255, 250, 246), 0.015)


DRAWINGS: dict[str, Drawing] = {
    "acorn": _acorn,
    "lime": _lime,
    "jam": _jam,
    "yogurt": _yogurt,
}
