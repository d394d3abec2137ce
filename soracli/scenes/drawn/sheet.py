"""The cell that pictures are drawn into: rounded bodies lit from the upper left, and flat marks on them. No torch.

Lengths are shares of the cell, x to the right, y down. alpha: 0 to 255. The outlines stand in `outlines`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from copy import copy
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from soracli.scenes.drawn.outlines import Point, ellipse, rounded, smooth, stroke
from soracli.world.relief import relief

SCALE = 3  # pixels a side that become one
Colour = tuple[int, int, int]
Place = tuple[Point, Point, Point]  # what of x and y makes x, what of them makes y, and what is added
INK = (46, 40, 52)  # of eyes and openings


class Sheet:
    """A cell that is drawn into. side: pixels of the cell when it is done."""

    def __init__(self, side: int) -> None:
        self.side = side * SCALE
        self._image = Image.new("RGBA", (self.side, self.side))
        self._place: Place = ((1.0, 0.0), (0.0, 1.0), (0.0, 0.0))

    def view(
        self, x: float = 0, y: float = 0, turn: float = 0, scale: float = 1, right: float = 0, down: float = 0
    ) -> Sheet:
        """The same cell, turned by degrees clockwise and scaled about (x, y), which moves `right` and `down`."""
        cos, sin = scale * math.cos(math.radians(turn)), scale * math.sin(math.radians(turn))
        (ax, bx), (ay, by), _ = self._place
        out = copy(self)
        left, top = self._at((x + right - cos * x + sin * y, y + down - sin * x - cos * y))
        out._place = (
            (ax * cos + bx * sin, bx * cos - ax * sin),
            (ay * cos + by * sin, by * cos - ay * sin),
            (left, top),
        )
        return out

    def _at(self, point: Point) -> Point:
        """Where a point of this view lies in the cell."""
        (ax, bx), (ay, by), (left, top) = self._place
        return ax * point[0] + bx * point[1] + left, ay * point[0] + by * point[1] + top

    def body(self, points: Sequence[Point], colour: Colour, depth: float = 0.04, alpha: int = 255) -> None:
        """A polygon whose rim is rounded to a depth."""
        scale = math.hypot(self._place[0][0], self._place[1][0])
        self._over(*_body(tuple(map(self._at, points)), colour, depth * scale, alpha, self.side))

    def blob(self, points: Sequence[Point], colour: Colour, depth: float = 0.05, alpha: int = 255) -> None:
        """A body whose outline runs smoothly through the points."""
        self.body(smooth(points), colour, depth, alpha)

    def oval(self, x: float, y: float, wide: float, tall: float, colour: Colour, turn: float = 0.0) -> None:
        """A body like an egg about (x, y). turn: degrees, clockwise."""
        self.body(ellipse(x, y, wide, tall, turn), colour, min(wide, tall) / 3)

    def block(self, x0: float, y0: float, x1: float, y1: float, colour: Colour, corner: float = 0.012) -> None:
        """A body like a box with rounded corners."""
        self.body(rounded(x0, y0, x1, y1, corner), colour, max(corner, 0.012))

    def limb(self, points: Sequence[Point], colour: Colour, wide: float, end: float | None = None) -> None:
        """A body like a rope with round ends. end: how wide it is there, if not as at its beginning."""
        last = wide if end is None else end
        self.body(stroke(points, wide, last), colour, 0.4 * max(wide, last))

    def area(self, points: Sequence[Point], colour: Colour, alpha: int = 255) -> None:
        """A flat polygon."""
        mask, at = _mask([self._at(point) for point in points], alpha, self.side)
        self._over(_painted(Image.new("RGB", mask.size, colour), mask), at)

    def line(self, points: Sequence[Point], colour: Colour, wide: float, alpha: int = 255) -> None:
        """A flat stroke with round ends."""
        self.area(stroke(points, wide, wide), colour, alpha)

    def dot(self, x: float, y: float, radius: float, colour: Colour, alpha: int = 255) -> None:
        """A flat circle."""
        self.area(ellipse(x, y, 2 * radius, 2 * radius), colour, alpha)

    def eye(self, x: float, y: float, radius: float) -> None:
        """A dark eye with a glint."""
        self.dot(x, y, radius, INK)
        self.dot(x - 0.3 * radius, y - 0.35 * radius, 0.32 * radius, (255, 255, 255))

    def glow(self, x: float, y: float, radius: float, colour: Colour, alpha: int = 255) -> None:
        """Light that fades from a point outwards."""
        x, y = self._at((x, y))
        reach = math.ceil(radius * math.hypot(self._place[0][0], self._place[1][0]) * self.side)
        away = np.hypot(*np.mgrid[-reach : reach + 1, -reach : reach + 1]) / reach
        fall = (alpha * np.clip(1 - away, 0, 1) ** 1.6).astype(np.uint8)
        left, top = round(x * self.side) - reach, round(y * self.side) - reach
        mask = Image.fromarray(fall)
        self._over(_painted(Image.new("RGB", mask.size, colour), mask), (left, top))

    def ring(self, x: float, y: float, across: float, wide: float, colour: Colour) -> None:
        """A body like a hoop. across: of its middle line."""
        outer, inner = (ellipse(x, y, across + way * wide, across + way * wide) for way in (1, -1))
        self.body([*outer, outer[0], inner[0], *inner[::-1]], colour, 0.4 * wide)

    def lattice(self, start: Point, end: Point, wide: float, colour: Colour) -> None:
        """A girder of two rails, with struts across it."""
        (x0, y0), (x1, y1) = start, end
        length = math.hypot(x1 - x0, y1 - y0)
        off = (wide / 2 * (y0 - y1) / length, wide / 2 * (x1 - x0) / length)
        count = max(round(length / wide), 1)
        joints = [(x0 + (x1 - x0) * k / count, y0 + (y1 - y0) * k / count) for k in range(count + 1)]
        zigzag = [(x + off[0] * (-1) ** k, y + off[1] * (-1) ** k) for k, (x, y) in enumerate(joints)]
        self.limb(zigzag, colour, wide / 5)
        for way in (-1, 1):
            ends = [(x + off[0] * way, y + off[1] * way) for x, y in (start, end)]
            self.limb(ends, colour, wide / 4)

    def veil(self, colours: npt.NDArray[np.uint8]) -> None:
        """Lay RGBA (height, width, 4) over the whole cell, whatever its size."""
        wide = Image.fromarray(colours).resize((self.side, self.side), Image.Resampling.BICUBIC)
        self._image.alpha_composite(wide)

    def _over(self, layer: Image.Image, at: tuple[int, int]) -> None:
        """Lay a picture over what is drawn. at: its left and top, pixels, which may lie outside."""
        inner = (max(-at[0], 0), max(-at[1], 0))
        if inner[0] < layer.width and inner[1] < layer.height:
            self._image.alpha_composite(layer, (max(at[0], 0), max(at[1], 0)), inner)

    def frame(self, side: int) -> npt.NDArray[np.uint8]:
        """Premultiplied RGBA (side, side, 4)."""
        small = self._image.convert("RGBa").resize((side, side), Image.Resampling.LANCZOS)
        out = np.asarray(small).copy()
        np.minimum(out[..., :3], out[..., 3:], out=out[..., :3])
        return out


def _painted(paint: Image.Image, mask: Image.Image) -> Image.Image:
    paint.putalpha(mask)
    return paint


def _mask(points: Sequence[Point], alpha: int, side: int) -> tuple[Image.Image, tuple[int, int]]:
    """What a polygon covers, with a pixel to spare around it, and its left and top, pixels."""
    pixels = [(x * side, y * side) for x, y in points]
    left, top = (math.floor(min(p[k] for p in pixels)) - 1 for k in (0, 1))
    right, low = (math.ceil(max(p[k] for p in pixels)) + 2 for k in (0, 1))
    mask = Image.new("L", (right - left, low - top))
    ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in pixels], fill=alpha)
    return mask, (left, top)


@lru_cache(maxsize=128)  # what stands still is the same in all frames of a loop
def _body(
    points: tuple[Point, ...], colour: Colour, depth: float, alpha: int, side: int
) -> tuple[Image.Image, tuple[int, int]]:
    """A rounded polygon and where it lies, its left and top, pixels. It is not to be written to."""
    mask, at = _mask(points, alpha, side)
    size = (max(mask.width // SCALE, 2), max(mask.height // SCALE, 2))
    small = np.asarray(mask.resize(size, Image.Resampling.BOX), np.float32) / alpha
    lit = Image.fromarray(relief(small, colour, depth * side / SCALE))
    return _painted(lit.resize(mask.size, Image.Resampling.BILINEAR), mask), at


Drawing = Callable[[Sheet, float], None]  # draws one frame, at a moment of its loop, 0 to 1
