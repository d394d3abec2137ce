"""Water, ice, stone and plants."""

from __future__ import annotations

import math

import numpy as np

from soracli.scenes.drawn.outlines import bend, ellipse
from soracli.scenes.drawn.sheet import Colour, Drawing, Sheet

ROCK, STRAW = (150, 140, 152), (250, 196, 82)
LEAF, FOREST = (86, 190, 88), (46, 146, 92)
FALL, FOAM = (104, 196, 250), (240, 250, 255)


def _web(sheet: Sheet, moment: float) -> None:
    """Spokes and rings of thread."""
    spokes = [2 * math.pi * (k + 0.25) / 10 for k in range(10)]
    ends = [(0.5 + 0.43 * math.cos(a), 0.5 + 0.43 * math.sin(a)) for a in spokes]
    for end in ends:
        sheet.line([(0.5, 0.5), end], (238, 240, 246), 0.009, 235)
    for ring in range(1, 7):
        share = ring / 6.4
        for (x0, y0), (x1, y1) in zip(ends, [*ends[1:], ends[0]], strict=True):
            a = (0.5 + (x0 - 0.5) * share, 0.5 + (y0 - 0.5) * share)
            b = (0.5 + (x1 - 0.5) * share, 0.5 + (y1 - 0.5) * share)
            low = (0.5 + (a[0] + b[0] - 1) * 0.455, 0.5 + (a[1] + b[1] - 1) * 0.455)  # it sags towards the middle
            sheet.line([a, low, b], (226, 230, 240), 0.007, 225)


def _iceberg(sheet: Sheet, moment: float) -> None:
    """A peak of ice with a lower one beside it, light on the left."""
    sheet.body([(0.08, 0.88), (0.20, 0.52), (0.30, 0.46), (0.42, 0.16), (0.52, 0.08), (0.64, 0.26), (0.72, 0.42),
                (0.86, 0.56), (0.94, 0.88)], (196, 230, 248), 0.05)  # fmt: skip
    sheet.body([(0.52, 0.08), (0.64, 0.26), (0.72, 0.42), (0.86, 0.56), (0.94, 0.88), (0.60, 0.88), (0.66, 0.58),
                (0.54, 0.40)], (134, 190, 232), 0.04)  # fmt: skip
    sheet.body([(0.20, 0.52), (0.30, 0.46), (0.36, 0.60), (0.26, 0.72)], (228, 246, 255), 0.02)
    sheet.body([(0.42, 0.16), (0.52, 0.08), (0.54, 0.40), (0.46, 0.50)], (240, 250, 255), 0.02)
    sheet.area([(0.08, 0.88), (0.11, 0.80), (0.92, 0.80), (0.94, 0.88)], (92, 166, 214), 150)


def tree(sheet: Sheet, x: float, y: float, tall: float, colour: Colour = LEAF) -> None:
    """A round tree that stands at (x, y)."""
    sheet.limb([(x, y), (x, y - 0.5 * tall)], (146, 94, 70), 0.12 * tall, 0.08 * tall)
    for dx, dy, wide in ((-0.2, 0.52, 0.42), (0.2, 0.50, 0.44), (0.0, 0.74, 0.52)):
        sheet.oval(x + dx * tall, y - dy * tall, wide * tall, 0.92 * wide * tall, colour)


def fir(sheet: Sheet, x: float, y: float, tall: float, colour: Colour = FOREST) -> None:
    """A fir that stands at (x, y)."""
    sheet.limb([(x, y), (x, y - 0.3 * tall)], (146, 94, 70), 0.1 * tall)
    for low, high, wide in ((0.12, 0.55, 0.62), (0.36, 0.78, 0.5), (0.6, 1.0, 0.36)):
        sheet.blob([(x, y - high * tall), (x + wide * tall / 2, y - low * tall), (x, y - (low - 0.04) * tall),
                    (x - wide * tall / 2, y - low * tall)], colour, 0.03)  # fmt: skip


def _waterfall(sheet: Sheet, moment: float) -> None:
    """Water that falls over a cliff into a pool, foam at its foot, trees on both sides."""
    cliff = ((0.07, 0.86), (0.065, 0.55), (0.09, 0.30), (0.17, 0.17), (0.32, 0.125), (0.50, 0.15), (0.68, 0.115),
             (0.84, 0.17),
             (0.91, 0.30), (0.935, 0.56), (0.93, 0.86), (0.50, 0.92))  # fmt: skip
    fir(sheet, 0.17, 0.24, 0.20)
    fir(sheet, 0.85, 0.25, 0.22)
    tree(sheet, 0.29, 0.20, 0.17)
    tree(sheet, 0.73, 0.20, 0.16)
    sheet.blob(cliff, ROCK, 0.06)
    for x, y, wide, tall in ((0.18, 0.36, 0.22, 0.14), (0.14, 0.58, 0.20, 0.16), (0.26, 0.74, 0.18, 0.14),
                             (0.83, 0.38, 0.20, 0.16),
                             (0.86, 0.60, 0.18, 0.16), (0.75, 0.75, 0.16, 0.13), (0.29, 0.53, 0.10, 0.12)):  # fmt: skip
        sheet.oval(x, y, wide, tall, (162, 152, 164))
    sheet.blob([(0.05, 0.30), (0.16, 0.155), (0.34, 0.115), (0.37, 0.17), (0.22, 0.22)], LEAF, 0.03)
    sheet.blob([(0.95, 0.31), (0.84, 0.155), (0.66, 0.105), (0.63, 0.17), (0.78, 0.22)], LEAF, 0.03)
    sheet.blob([(0.355, 0.15), (0.50, 0.13), (0.645, 0.15), (0.665, 0.5), (0.69, 0.88), (0.31, 0.88), (0.335, 0.5)],
               FALL, 0.04)  # fmt: skip
    sheet.oval(0.5, 0.88, 0.88, 0.13, (70, 172, 236))
    streams = 9
    for k in range(streams):
        x, run = 0.365 + 0.27 * k / (streams - 1), (moment * (1 + k % 2) + 0.37 * k) % 1.0
        for begin in (run - 1, run - 0.5, run):
            top, low = 0.15 + 0.74 * begin, 0.15 + 0.74 * (begin + 0.27)
            ends = [(0.5 + (x - 0.5) * (0.95 + 0.35 * y), y) for y in (max(top, 0.15), min(low, 0.87))]
            if ends[1][1] - ends[0][1] > 0.02:
                sheet.line(ends, FOAM, 0.016 if k % 3 else 0.024, 190 if k % 2 else 235)
    for k in range(9):
        puff = 0.5 + 0.5 * math.sin(2 * math.pi * (moment + 0.31 * k))
        x = 0.28 + 0.055 * k
        sheet.oval(x, 0.865 - 0.014 * puff + 0.018 * (k % 2), 0.10 + 0.025 * puff, 0.07 + 0.02 * puff, FOAM)


def _geyser(sheet: Sheet, moment: float) -> None:
    """Water and steam that shoot out of a mound, again and again."""
    for k in range(12):
        age = (moment + k / 12) % 1.0
        side = 1 if k % 2 else -1
        x = 0.5 + side * (0.03 + 0.19 * age**1.5) * (0.6 + 0.4 * (k % 3) / 2)
        y = 0.72 - 0.56 * math.sin(math.pi * min(age + 0.1, 1) * 0.62)
        sheet.body(ellipse(x, y, 0.10 + 0.14 * age, 0.10 + 0.12 * age), (232, 244, 255), 0.05,
                   round(210 * (1 - age) ** 0.7))  # fmt: skip
    sheet.body([(0.44, 0.80), (0.455, 0.40), (0.49, 0.14), (0.515, 0.14), (0.545, 0.40), (0.56, 0.80)],
               (150, 214, 252), 0.03, 235)  # fmt: skip
    for k in range(6):
        run = (moment + k / 6) % 1.0
        y = 0.78 - 0.62 * run
        sheet.oval(0.5 + 0.02 * math.sin(5 * k), y, 0.05 + 0.05 * run, 0.10, FOAM)
    sheet.blob([(0.06, 0.94), (0.22, 0.86), (0.37, 0.76), (0.5, 0.75), (0.63, 0.76), (0.78, 0.86), (0.94, 0.94),
               (0.5, 0.95)], (198, 168, 150), 0.06)  # fmt: skip
    sheet.oval(0.5, 0.785, 0.20, 0.05, (104, 190, 232))
    for x, y, wide in ((0.22, 0.91, 0.10), (0.75, 0.905, 0.12), (0.62, 0.93, 0.07)):
        sheet.oval(x, y, wide, 0.6 * wide, ROCK)


def _bamboo(sheet: Sheet, moment: float) -> None:
    """Jointed stems with narrow leaves that sway."""
    sway = 0.012 * math.sin(2 * math.pi * moment)
    for n, (x, top, tone) in enumerate(((0.24, 0.16, (84, 176, 84)), (0.76, 0.12, (84, 176, 84)),
                                       (0.40, 0.06, (122, 204, 92)), (0.60, 0.20, (122, 204, 92)))):  # fmt: skip
        for leaf in range(4):
            y, side = top + 0.06 + 0.15 * leaf, 1 if (leaf + n) % 2 else -1
            bough = x + sway * (1 - y)
            for turn in (-0.07, 0.04):
                sheet.blob([(bough, y), (bough + side * 0.09, y + turn - 0.025),
                           (bough + side * 0.19 + sway, y + turn + 0.03),
                            (bough + side * 0.08, y + turn + 0.028)], (54, 160, 84), 0.02)  # fmt: skip
        joints = 6
        for k in range(joints):
            y0, y1 = top + (0.94 - top) * k / joints, top + (0.94 - top) * (k + 1) / joints
            sheet.block(x - 0.033 + sway * (1 - y0), y0 + 0.006, x + 0.033 + sway * (1 - y0), y1 - 0.004, tone, 0.014)
            sheet.block(x - 0.038 + sway * (1 - y0), y1 - 0.012, x + 0.038 + sway * (1 - y0), y1 + 0.008,
                        (168, 222, 118), 0.008)  # fmt: skip


def _crystal(sheet: Sheet, moment: float) -> None:
    """A cluster of violet crystals that glint one after the other."""
    for x, top, wide, lean, low in ((0.24, 0.42, 0.13, -0.10, 0.90), (0.77, 0.36, 0.14, 0.11, 0.90),
                                    (0.37, 0.20, 0.16, -0.05, 0.92),
                                    (0.64, 0.26, 0.15, 0.05, 0.92), (0.50, 0.06, 0.19, 0.0, 0.93)):  # fmt: skip
        left, right, tip = x + lean - wide / 2, x + lean + wide / 2, x + lean
        base, mid = x - lean * 0.4, top + 0.6 * wide
        sheet.body([(tip, top), (right, mid), (base + wide * 0.42, low), (base - wide * 0.42, low), (left, mid)],
                   (150, 96, 246), 0.03)  # fmt: skip
        sheet.body([(tip, top), (tip + 0.12 * wide, mid + 0.05), (base + 0.08 * wide, low),
                   (base - wide * 0.42, low), (left, mid)], (196, 148, 255), 0.014)  # fmt: skip
        sheet.body([(tip, top), (tip + 0.12 * wide, mid + 0.05), (left, mid)], (232, 208, 255), 0.01)
    sheet.blob([(0.10, 0.94), (0.16, 0.87), (0.34, 0.90), (0.5, 0.87), (0.66, 0.90), (0.84, 0.86), (0.90, 0.94),
               (0.5, 0.955)], (122, 108, 140), 0.03)  # fmt: skip
    for k, (x, y) in enumerate(((0.46, 0.20), (0.33, 0.36), (0.70, 0.34), (0.86, 0.50))):
        shine = max(math.sin(2 * math.pi * (moment + k / 4)), 0.05) * 0.045
        sheet.area(
            [
                (x, y - shine),
                (x + shine / 5, y - shine / 5),
                (x + shine, y),
                (x + shine / 5, y + shine / 5),
                (x, y + shine),
                (x - shine / 5, y + shine / 5),
                (x - shine, y),
                (x - shine / 5, y - shine / 5),
            ],
            (255, 255, 255),
        )


def _haystack(sheet: Sheet, moment: float) -> None:
    """A round heap of hay with straws that stick out."""
    sheet.blob([(0.08, 0.91), (0.10, 0.70), (0.20, 0.46), (0.36, 0.26), (0.50, 0.17), (0.64, 0.26), (0.80, 0.46),
               (0.90, 0.70), (0.92, 0.91),
                (0.5, 0.935)], STRAW, 0.12)  # fmt: skip
    rng = np.random.default_rng(4)
    for _ in range(110):
        y = rng.uniform(0.24, 0.86)
        half = 0.38 * math.sqrt(max((y - 0.17) / 0.77, 0))
        x = 0.5 + rng.uniform(-1, 1) * half
        slope = (x - 0.5) * 0.16 + rng.uniform(-0.02, 0.02)
        tone = ((255, 220, 124), (226, 158, 54), (240, 176, 66))[int(rng.integers(3))]
        sheet.line(bend([(x, y), (x + slope / 2, y + 0.03), (x + slope, y + 0.07)]), tone, 0.009, 220)
    for x, y, dx in ((0.33, 0.30, -0.06), (0.67, 0.29, 0.06), (0.14, 0.60, -0.05), (0.87, 0.62, 0.05),
                     (0.5, 0.18, 0.02)):  # fmt: skip
        sheet.limb([(x, y), (x + dx, y - 0.06)], (255, 214, 110), 0.012)


DRAWINGS: dict[str, Drawing] = {
    "spider web": _web,
    "iceberg": _iceberg,
    "waterfall": _waterfall,
    "geyser": _geyser,
    "bamboo": _bamboo,
    "crystal": _crystal,
    "haystack": _haystack,
}
