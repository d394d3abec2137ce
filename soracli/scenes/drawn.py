"""Pictures of the library that no collection has: drawn by code, in the look of the others. No torch.

Each function draws one frame at a moment of its loop (0..1) into a cell `SIDE * SCALE` pixels wide; lengths are shares
of the cell, x to the right, y down. Their rows in the index (world/language/cast.json) have a code `drawn-NAME`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

PREFIX = "drawn-"
SCALE = 3  # pixels a side that become one
Colour = tuple[int, int, int]
Point = tuple[float, float]
RED, WHITE, STONE, STEEL = (222, 58, 52), (248, 246, 242), (150, 146, 150), (226, 232, 238)
BURSTS = (  # x, y, radius, beginning, colour
    (0.50, 0.36, 0.31, 0.00, (255, 92, 92)), (0.27, 0.58, 0.22, 0.36, (255, 206, 74)),
    (0.74, 0.60, 0.23, 0.62, (110, 190, 255)), (0.45, 0.72, 0.18, 0.82, (190, 130, 255)),
)  # fmt: skip


class Sheet:
    """A cell that is drawn into. side: pixels of the cell when it is done."""

    def __init__(self, side: int) -> None:
        self.side = side * SCALE
        self.image = Image.new("RGBA", (self.side, self.side))
        self._draw = ImageDraw.Draw(self.image)

    def _pixels(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self.side, y * self.side) for x, y in points]

    def area(self, points: Sequence[Point], colour: Colour, shade: float = 0.0) -> None:
        """A polygon. shade: how much darker it becomes from its left to its right side, as a round body does."""
        pixels = self._pixels(points)
        left, top = (max(math.floor(min(p[k] for p in pixels)), 0) for k in (0, 1))
        right, low = (min(math.ceil(max(p[k] for p in pixels)) + 1, self.side) for k in (0, 1))
        mask = Image.new("L", (right - left, low - top))
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in pixels], fill=255)
        across = np.linspace(0, 1, right - left)
        light = 1 - shade * across**1.5 + 0.25 * shade * np.exp(-(((across - 0.28) / 0.14) ** 2))
        row = (np.array(colour)[None] * light[:, None]).clip(0, 255).astype(np.uint8)
        paint = Image.fromarray(row[None]).convert("RGBA").resize(mask.size, Image.Resampling.NEAREST)
        self.image.paste(paint, (left, top), mask)

    def oval(self, x: float, y: float, wide: float, tall: float, colour: Colour, shade: float = 0.0) -> None:
        """An ellipse about (x, y)."""
        ring = [2 * math.pi * i / 64 for i in range(64)]
        self.area([(x + wide / 2 * math.cos(a), y + tall / 2 * math.sin(a)) for a in ring], colour, shade)

    def line(self, points: Sequence[Point], colour: Colour, wide: float, alpha: int = 255) -> None:
        self._draw.line(
            self._pixels(points), fill=(*colour, alpha), width=max(round(wide * self.side), 1), joint="curve"
        )

    def dot(self, x: float, y: float, radius: float, colour: Colour, alpha: int) -> None:
        box = self._pixels([(x - radius, y - radius), (x + radius, y + radius)])
        self._draw.ellipse([*box[0], *box[1]], fill=(*colour, alpha))

    def frame(self, side: int) -> npt.NDArray[np.uint8]:
        """Premultiplied RGBA (side, side, 4)."""
        small = self.image.convert("RGBa").resize((side, side), Image.Resampling.LANCZOS)
        out = np.asarray(small).copy()
        np.minimum(out[..., :3], out[..., 3:], out=out[..., :3])
        return out


def _lighthouse(sheet: Sheet, moment: float) -> None:
    """Red bands on white, a gallery, a lit lantern, on a rock."""

    def half(y: float) -> float:
        return 0.075 + 0.065 * (y - 0.30) / 0.56

    sheet.oval(0.5, 0.885, 0.62, 0.11, STONE, 0.35)
    sheet.oval(0.40, 0.86, 0.30, 0.09, (170, 166, 168), 0.3)
    for k in range(5):
        top, low = 0.30 + 0.112 * k, 0.30 + 0.112 * (k + 1)
        sides = [(0.5 - half(top), top), (0.5 + half(top), top), (0.5 + half(low), low), (0.5 - half(low), low)]
        sheet.area(sides, RED if k % 2 else WHITE, 0.42)
    for y in (0.39, 0.615):
        sheet.area([(0.485, y), (0.515, y), (0.515, y + 0.05), (0.485, y + 0.05)], (70, 84, 110))
    sheet.area([(0.46, 0.78), (0.54, 0.78), (0.54, 0.86), (0.46, 0.86)], (96, 62, 50), 0.2)
    sheet.area([(0.385, 0.285), (0.615, 0.285), (0.595, 0.32), (0.405, 0.32)], (74, 80, 98), 0.4)
    sheet.area([(0.43, 0.19), (0.57, 0.19), (0.57, 0.285), (0.43, 0.285)], (255, 232, 120), 0.15)
    for x in (0.43, 0.477, 0.523, 0.57):
        sheet.line([(x, 0.19), (x, 0.285)], (74, 80, 98), 0.008)
    sheet.line([(0.395, 0.245), (0.605, 0.245)], (74, 80, 98), 0.008)
    sheet.area([(0.41, 0.195), (0.45, 0.135), (0.5, 0.108), (0.55, 0.135), (0.59, 0.195)], RED, 0.4)
    sheet.line([(0.5, 0.11), (0.5, 0.07)], (74, 80, 98), 0.012)


def _sail(sheet: Sheet, hub: Point, angle: float, long: float, broad: float, colour: Colour) -> None:
    """A blade from the hub outwards, as broad at its end. angle: radians from straight up, clockwise."""
    way, side = (math.sin(angle), -math.cos(angle)), (math.cos(angle), math.sin(angle))

    def at(out: float, off: float) -> Point:
        return hub[0] + way[0] * out + side[0] * off, hub[1] + way[1] * out + side[1] * off

    sheet.area([at(0.0, -0.006), at(long, -0.006), at(long, broad), at(long * 0.22, broad), at(0.05, 0.0)], colour, 0.2)


def _windmill(sheet: Sheet, moment: float) -> None:
    """A round tower with a cap; four sails make half a turn in a loop."""
    sheet.area([(0.41, 0.40), (0.59, 0.40), (0.66, 0.93), (0.34, 0.93)], (238, 226, 204), 0.4)
    sheet.area([(0.40, 0.41), (0.43, 0.33), (0.5, 0.30), (0.57, 0.33), (0.60, 0.41)], (146, 74, 54), 0.4)
    sheet.area([(0.455, 0.80), (0.545, 0.80), (0.545, 0.93), (0.455, 0.93)], (120, 72, 50), 0.25)
    for y in (0.52, 0.66):
        sheet.area([(0.475, y), (0.525, y), (0.525, y + 0.06), (0.475, y + 0.06)], (92, 116, 140))
    for k in range(4):
        angle = 2 * math.pi * (moment / 2 + k / 4)
        _sail(sheet, (0.5, 0.38), angle, 0.31, 0.075, (252, 250, 244))
        end = (0.5 + 0.31 * math.sin(angle), 0.38 - 0.31 * math.cos(angle))
        sheet.line([(0.5, 0.38), end], (128, 84, 56), 0.014)
    sheet.oval(0.5, 0.38, 0.05, 0.05, (104, 66, 46))


def _turbine(sheet: Sheet, moment: float) -> None:
    """A mast with three slender blades that make a third of a turn in a loop."""
    sheet.area([(0.488, 0.36), (0.512, 0.36), (0.525, 0.94), (0.475, 0.94)], STEEL, 0.3)
    for k in range(3):
        angle = 2 * math.pi * (moment + k) / 3
        _sail(sheet, (0.5, 0.36), angle, 0.30, 0.022, WHITE)
    sheet.oval(0.5, 0.36, 0.05, 0.05, (206, 214, 222), 0.3)


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


def _fireworks(sheet: Sheet, moment: float) -> None:
    """Bursts one after the other: sparks fly apart, sink and fade."""
    for n, (x, y, radius, begins, colour) in enumerate(BURSTS):
        age = (moment - begins) % 1.0
        out, fade = 1 - (1 - min(age / 0.5, 1.0)) ** 2.2, max(1 - max(age - 0.3, 0.0) / 0.6, 0.0)
        if fade <= 0:
            continue
        for k in range(26):
            angle, share = 2 * math.pi * (k / 26 + 0.03 * n), 0.62 if k % 2 else 1.0
            reach, sunk = radius * out * share, 0.06 * age**2
            end = (x + reach * math.cos(angle), y + reach * math.sin(angle) + sunk)
            near = (x + reach * 0.66 * math.cos(angle), y + reach * 0.66 * math.sin(angle) + sunk)
            sheet.line([near, end], colour, 0.011, round(215 * fade))
            sheet.dot(*end, 0.012, (255, 246, 220), round(255 * fade))


def _flying_bird(sheet: Sheet, moment: float) -> None:
    """To the left with its neck stretched out; its wings beat twice in a loop. Grey, to take any colour."""
    beat = math.sin(4 * math.pi * moment + 0.05)
    pale, plain, dark = (226, 224, 226), (196, 192, 194), (164, 160, 162)
    tip, elbow = 0.5 - 0.34 * beat, 0.5 - 0.2 * beat
    sheet.area([(0.50, 0.50), (0.56, elbow - 0.02), (0.74, tip + 0.05), (0.70, elbow + 0.08), (0.64, 0.52)], dark, 0.2)
    sheet.area([(0.70, 0.50), (0.90, 0.47), (0.92, 0.54), (0.72, 0.58)], dark, 0.2)
    sheet.oval(0.56, 0.53, 0.40, 0.17, plain, 0.25)
    sheet.line([(0.42, 0.51), (0.28, 0.46), (0.18, 0.45)], plain, 0.06)
    sheet.oval(0.16, 0.445, 0.11, 0.09, plain)
    sheet.area([(0.115, 0.43), (0.045, 0.46), (0.115, 0.475)], (244, 152, 42))
    sheet.dot(0.155, 0.435, 0.012, (30, 28, 34), 255)
    sheet.area(
        [(0.46, 0.51), (0.50, elbow), (0.66, tip), (0.70, tip + 0.07), (0.68, elbow + 0.05), (0.66, 0.54)], pale, 0.3
    )


def _iceberg(sheet: Sheet, moment: float) -> None:
    """A peak of ice with a lower one beside it, light on the left."""
    sheet.area([(0.08, 0.88), (0.20, 0.52), (0.30, 0.46), (0.42, 0.16), (0.52, 0.08), (0.64, 0.26), (0.72, 0.42),
                (0.86, 0.56), (0.94, 0.88)], (206, 232, 246), 0.2)  # fmt: skip
    sheet.area([(0.52, 0.08), (0.64, 0.26), (0.72, 0.42), (0.86, 0.56), (0.94, 0.88), (0.60, 0.88), (0.66, 0.58),
                (0.54, 0.40)], (150, 196, 226), 0.2)  # fmt: skip
    sheet.area([(0.20, 0.52), (0.30, 0.46), (0.36, 0.60), (0.26, 0.72)], (236, 248, 255))
    sheet.area([(0.42, 0.16), (0.52, 0.08), (0.54, 0.40), (0.46, 0.50)], (244, 252, 255))
    sheet.area([(0.08, 0.88), (0.11, 0.80), (0.92, 0.80), (0.94, 0.88)], (120, 180, 214), 0.1)


DRAWINGS: dict[str, Callable[[Sheet, float], None]] = {
    "lighthouse": _lighthouse,
    "windmill": _windmill,
    "wind turbine": _turbine,
    "spider web": _web,
    "fireworks": _fireworks,
    "bird in flight": _flying_bird,
    "iceberg": _iceberg,
}


@lru_cache(maxsize=8)
def frames(name: str, count: int, side: int) -> npt.NDArray[np.uint8]:
    """Premultiplied RGBA (count, side, side, 4) of one loop, not to be written to; one frame of what stands still."""
    out = []
    for t in range(count):
        sheet = Sheet(side)
        DRAWINGS[name](sheet, t / count)
        out.append(sheet.frame(side))
    return np.stack(out)
