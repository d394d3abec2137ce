"""Outlines of what is drawn: lists of points, in shares of the cell, x to the right, y down."""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]
STEPS = 6  # points of a smooth outline from one given point to the next
WEIGHTS = [  # of four points in a row, for each of them (Catmull-Rom)
    ((2 * t**2 - t - t**3) / 2, (2 - 5 * t**2 + 3 * t**3) / 2, (t + 4 * t**2 - 3 * t**3) / 2, (t**3 - t**2) / 2)
    for t in (k / STEPS for k in range(STEPS))
]
RING = [(math.cos(2 * math.pi * i / 48), math.sin(2 * math.pi * i / 48)) for i in range(48)]


def ellipse(x: float, y: float, wide: float, tall: float, turn: float = 0.0) -> list[Point]:
    """About (x, y). turn: degrees, clockwise."""
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    ring = [(wide / 2 * a, tall / 2 * b) for a, b in RING]
    return [(x + a * cos - b * sin, y + a * sin + b * cos) for a, b in ring]


def arc(x: float, y: float, wide: float, tall: float, begin: float, end: float) -> list[Point]:
    """A part of an ellipse about (x, y). begin, end: degrees from the right, clockwise."""
    angles = [math.radians(begin + (end - begin) * i / 16) for i in range(17)]
    return [(x + wide / 2 * math.cos(a), y + tall / 2 * math.sin(a)) for a in angles]


def rounded(x0: float, y0: float, x1: float, y1: float, corner: float) -> list[Point]:
    """A box with rounded corners."""
    r = min(corner, (x1 - x0) / 2, (y1 - y0) / 2)
    middles = ((x1 - r, y1 - r, 0), (x0 + r, y1 - r, 90), (x0 + r, y0 + r, 180), (x1 - r, y0 + r, 270))
    return [point for x, y, begin in middles for point in arc(x, y, 2 * r, 2 * r, begin, begin + 90)]


def smooth(points: Sequence[Point]) -> list[Point]:
    """A closed curve through points (Catmull-Rom)."""
    return _curve(points, [points[-1], *points, points[0], points[1]])


def bend(points: Sequence[Point]) -> list[Point]:
    """An open curve through points."""
    return [*_curve(points[:-1], [points[0], *points, points[-1]]), points[-1]]


def _curve(begins: Sequence[Point], chain: Sequence[Point]) -> list[Point]:
    out = []
    for i in range(len(begins)):
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = chain[i : i + 4]
        for p, q, r, s in WEIGHTS:
            out.append((p * ax + q * bx + r * cx + s * dx, p * ay + q * by + r * cy + s * dy))
    return out


def stroke(points: Sequence[Point], wide: float, end: float) -> list[Point]:
    """The outline of a line with round ends. wide, end: how wide it is where it begins and where it ends."""
    count = len(points)
    radii = [(wide + (end - wide) * i / max(count - 1, 1)) / 2 for i in range(count)]
    ways = []
    for i in range(count):
        (x0, y0), (x1, y1) = points[max(i - 1, 0)], points[min(i + 1, count - 1)]
        ways.append(math.degrees(math.atan2(y1 - y0, x1 - x0)))
    near = [_beside(p, r, way - 90) for p, r, way in zip(points, radii, ways, strict=True)]
    far = [_beside(p, r, way + 90) for p, r, way in zip(points, radii, ways, strict=True)]
    tip = arc(*points[-1], 2 * radii[-1], 2 * radii[-1], ways[-1] - 90, ways[-1] + 90)
    tail = arc(*points[0], 2 * radii[0], 2 * radii[0], ways[0] + 90, ways[0] + 270)
    return [*near, *tip, *far[::-1], *tail]


def _beside(point: Point, radius: float, way: float) -> Point:
    return point[0] + radius * math.cos(math.radians(way)), point[1] + radius * math.sin(math.radians(way))


def turned(points: Sequence[Point], x: float, y: float, turn: float) -> list[Point]:
    """Points turned about (x, y) by degrees, clockwise."""
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    return [(x + (a - x) * cos - (b - y) * sin, y + (a - x) * sin + (b - y) * cos) for a, b in points]


def mirrored(points: Sequence[Point], x: float = 0.5) -> list[Point]:
    """Points mirrored at an upright line."""
    return [(2 * x - a, b) for a, b in points]
