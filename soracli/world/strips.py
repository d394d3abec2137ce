"""Wide painted strips, and integer compositing of them into frames.

Painting is done once per clip, on the CPU, in float32. Compositing is done per frame in int16 fixed point (7 bits of
weight), so that the CPU and an accelerator give the same pixels. A picture row is flattened to W * 3 values, so that
every operation runs over contiguous memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

ONE = 128  # fixed-point weight of 1
RGB = tuple[float, float, float]


def hashed(seed: int, *cell: int) -> float:
    """A number in 0..1 that depends on the seed and the cell alone."""
    value = (seed * 0x9E3779B1 + 0x85EBCA6B) & 0xFFFFFFFF
    for part in cell:
        value = ((value ^ (part & 0xFFFFFFFF)) * 0x2C1B3C6D) & 0xFFFFFFFF
        value ^= value >> 15
        value = (value * 0x297A2D39) & 0xFFFFFFFF
        value ^= value >> 13
    return value / 2**32


def noise(x: torch.Tensor, y: torch.Tensor, seed: int) -> torch.Tensor:
    """Smooth noise, mean 0, about -1..1, with one wave per unit. x and y broadcast; repeats after 64 units."""
    grid = torch.from_numpy(np.random.default_rng(seed & 0xFFFFFFFF).uniform(-1, 1, (64, 64)).astype(np.float32))
    xi, yi = x.floor(), y.floor()
    xf, yf = x - xi, y - yi
    xf, yf = xf * xf * (3 - 2 * xf), yf * yf * (3 - 2 * yf)
    x0, y0 = xi.long() & 63, yi.long() & 63
    x1, y1 = (x0 + 1) & 63, (y0 + 1) & 63
    if x.shape[0] == 1 and y.shape[1] == 1:  # a grid: row by row, then column by column
        rows = torch.lerp(grid[y0[:, 0]], grid[y1[:, 0]], yf)
        return torch.lerp(rows[:, x0[0]], rows[:, x1[0]], xf)
    top = torch.lerp(grid[y0, x0], grid[y0, x1], xf)
    return torch.lerp(top, torch.lerp(grid[y1, x0], grid[y1, x1], xf), yf)


@dataclass
class Strip:
    """Rows of a layer, wider than the frame.

    pixels: float32 (rows, columns, 4) premultiplied RGBA, 0..1. x: (1, columns) world x of each column's centre and
    y: (rows, 1) y of each row's centre, frame heights. top: frame row of its first row. start: column of the world at
    which it begins. height: pixels of the frame. factor: share of the camera's travel that it moves by. drift: frame
    heights per second that it moves to the left of its own.
    """

    pixels: torch.Tensor
    x: torch.Tensor
    y: torch.Tensor
    top: int
    start: int
    height: int
    factor: float
    drift: float = 0.0

    @classmethod
    def empty(cls, y0: float, y1: float, columns: tuple[int, int], height: int, factor: float) -> Strip:
        """Transparent, between y0 and y1 (frame heights), over the world columns [start, stop)."""
        top, bottom = max(0, int(y0 * height)), min(height, int(y1 * height) + 1)
        pixels = torch.zeros(max(bottom - top, 1), columns[1] - columns[0], 4)
        x = (torch.arange(*columns, dtype=torch.float32) + 0.5)[None] / height
        y = (torch.arange(top, top + len(pixels), dtype=torch.float32) + 0.5)[:, None] / height
        return cls(pixels, x, y, top, columns[0], height, factor)

    @property
    def span(self) -> tuple[float, float]:
        """World x of its left and right edge, frame heights."""
        return self.start / self.height, (self.start + self.pixels.shape[1]) / self.height

    def cover(self, inside: torch.Tensor, colour: RGB | torch.Tensor) -> None:
        """Paint over the strip. inside: coverage 0..1, broadcastable to (rows, columns). colour: RGB or (..., 3)."""
        _over(self.pixels, inside, colour)

    def part(self, box: Bounds) -> Strip | None:
        """The part that covers a box x0 y0 x1 y1, sharing its pixels; None if none does."""
        h = self.height
        x0, x1 = max(int(box[0] * h) - self.start - 1, 0), min(int(box[2] * h) - self.start + 2, self.pixels.shape[1])
        y0, y1 = max(int(box[1] * h) - self.top - 1, 0), min(int(box[3] * h) - self.top + 2, self.pixels.shape[0])
        if x0 >= x1 or y0 >= y1:
            return None
        pixels, x, y = self.pixels[y0:y1, x0:x1], self.x[:, x0:x1], self.y[y0:y1]
        return Strip(pixels, x, y, self.top + y0, self.start + x0, h, self.factor)

    def shape(self, box: Bounds, distance: Distance, colour: RGB, cover: float = 1.0) -> None:
        """Paint a shape. box: x0 y0 x1 y1 that holds it. distance(x, y): signed, frame heights, negative inside."""
        if isinstance(distance, Shape):
            a, b = box, distance.bounds
            box = (max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3]))
        part = self.part(box)
        if part is not None:
            part.cover((0.5 - distance(part.x, part.y) * self.height).clamp(0, 1) * cover, colour)

    def put(self, shape: Shape, colour: RGB, cover: float = 1.0) -> None:
        """Paint a shape that knows its bounds."""
        self.shape(shape.bounds, shape, colour, cover)


Distance = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
Bounds = tuple[float, float, float, float]  # x0 y0 x1 y1


@dataclass(frozen=True)
class Shape:
    """A signed distance, and the box outside which nothing of the shape lies."""

    distance: Distance
    bounds: Bounds

    def __call__(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return self.distance(x, y)


def _over(pixels: torch.Tensor, inside: torch.Tensor, colour: RGB | torch.Tensor) -> None:
    """Composite over premultiplied RGBA, in place."""
    paint = F.pad(colour, (0, 1), value=1.0) if isinstance(colour, torch.Tensor) else torch.tensor((*colour, 1.0))
    pixels.lerp_(paint.expand_as(pixels), inside.expand(pixels.shape[:2])[..., None].expand_as(pixels))


def disc(cx: float, cy: float, rx: float, ry: float) -> Shape:
    """An ellipse (its distance is exact on the axes only)."""
    small = min(rx, ry)
    return Shape(
        lambda x, y: (((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2).sqrt().sub(1).mul(small),
        (cx - rx, cy - ry, cx + rx, cy + ry),
    )


def bar(x0: float, y0: float, x1: float, y1: float, r0: float, r1: float | None = None) -> Shape:
    """A line with round ends from (x0, y0) to (x1, y1), half as thick as r0 at its start and r1 at its end."""
    dx, dy = x1 - x0, y1 - y0
    length = dx * dx + dy * dy + 1e-9
    end = r0 if r1 is None else r1
    r = max(r0, end)

    def distance(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        x, y = x - x0, y - y0
        along = (x * (dx / length) + y * (dy / length)).clamp(0, 1)
        return torch.hypot(x - along * dx, y - along * dy) - (r0 + (end - r0) * along)

    return Shape(distance, (min(x0, x1) - r, min(y0, y1) - r, max(x0, x1) + r, max(y0, y1) + r))


def box(x0: float, y0: float, x1: float, y1: float) -> Shape:
    """A rectangle."""
    cx, cy, rx, ry = (x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2
    return Shape(lambda x, y: torch.maximum((x - cx).abs() - rx, (y - cy).abs() - ry), (x0, y0, x1, y1))


def triangle(cx: float, top: float, bottom: float, half: float) -> Shape:
    """A triangle that stands on its base, tip at (cx, top), 2 * half wide at the bottom."""
    return taper(cx, top, bottom, 0.0, half)


def taper(cx: float, top: float, bottom: float, above: float, below: float) -> Shape:
    """A symmetric trapezium, 2 * above wide at its top and 2 * below at its bottom."""
    slope = (below - above) / max(bottom - top, 1e-6)
    across, half = (1 + slope * slope) ** -0.5, max(above, below)

    def distance(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        sides = ((x - cx).abs() - above - (y - top) * slope) * across
        return torch.maximum(sides, torch.maximum(y - bottom, top - y))

    return Shape(distance, (cx - half, top, cx + half, bottom))


def fixed(pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Premultiplied float (..., rows, columns, 4) to int16 colour 0..255 and cover 0..128, (..., rows, columns * 3)."""
    colour = (pixels[..., :3] * 255).round().clamp(0, 255).to(torch.int16).flatten(-2)
    return colour, _threefold((pixels[..., 3] * ONE).round().clamp(0, ONE).to(torch.int16))


def fixed_bytes(pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """As `fixed`, from uint8."""
    colour = pixels[..., :3].to(torch.int16).flatten(-2)
    cover = pixels[..., 3].to(torch.int16)
    return colour, _threefold((cover + (cover >> 7)) >> 1)


def _threefold(cover: torch.Tensor) -> torch.Tensor:
    """(..., columns) to (..., columns * 3): one value for each of red, green and blue."""
    return cover[..., None].expand(*cover.shape, 3).flatten(-2).contiguous()


def lerp(a: torch.Tensor, b: torch.Tensor, weight: int) -> torch.Tensor:
    """int16 a * (128 - weight) + b * weight, rounded; values up to 255."""
    if weight == 0:
        return a
    return (a * (ONE - weight)).add_(b * weight).add_(ONE // 2).bitwise_right_shift_(7)


def darken(under: torch.Tensor, cover: torch.Tensor) -> None:
    """Composite black of an int16 cover 0..128 over `under`, in place."""
    under.mul_(ONE - cover).add_(ONE // 2).bitwise_right_shift_(7)


def over(under: torch.Tensor, colour: torch.Tensor, cover: torch.Tensor) -> None:
    """Composite premultiplied int16 colour and cover over `under`, in place."""
    under.mul_(ONE - cover).add_(ONE // 2).bitwise_right_shift_(7).add_(colour).clamp_(max=255)
