"""Whole bodies for people and animals of whom the library has the head or the bust alone: the rest, drawn by code.

Lengths are shares of the cell, x to the right, y down. The legs make two steps in a loop.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from soracli.draft import extent
from soracli.world.language.actors import FOOT, HIPS, SHINS, THIGH, sunk
from soracli.world.relief import relief

Pixels = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]
Shape = Callable[[ImageDraw.ImageDraw, float, float], None]
FINE = 2  # pixels a side that become one
ROUND = 0.3  # depth of the rounded rim of a body, of its narrow side
TOP, FLOOR = 0.06, 0.94
SWING = 0.075  # of a foot, to either side
SOLID = 40  # alpha from which a pixel counts as drawn
SHIRTS = ((64, 132, 214), (238, 122, 46), (88, 170, 92), (214, 76, 92), (134, 98, 200), (240, 188, 66))
RED = (206, 44, 48)
TROUSERS = ((66, 76, 112), (92, 84, 96), (74, 92, 128))
FURS = {  # body and legs
    "bear": ((122, 80, 72), (104, 66, 60)), "fox": ((242, 116, 30), (84, 52, 48)), "koala": ((156, 154, 164),) * 2,
    "lion": ((242, 172, 84), (232, 158, 72)), "panda": ((240, 238, 246), (66, 58, 74)),
    "polar bear": ((238, 238, 246), (224, 224, 236)), "raccoon": ((158, 156, 166), (92, 88, 98)),
    "wolf": ((158, 156, 164), (138, 136, 146)), "hamster": ((252, 186, 128), (250, 214, 186)),
    "unicorn": ((216, 190, 252), (204, 176, 244)), "moose": ((118, 80, 72), (98, 66, 60)),
    "boar": ((116, 78, 76), (96, 64, 64)),
}  # fmt: skip
METAL = {"robot": (196, 190, 222)}  # torsos that wear nothing
OUT = {"turtle": 14}  # first frames, of those who draw in their head in the others
SHOE = (58, 52, 62)


class Cut(NamedTuple):
    """How a drawing becomes the upper part. width: of it. foot: y of its lower edge. hip: y where legs begin."""

    width: float
    foot: float
    hip: float


CUTS = {"head": Cut(0.42, 0.50, HIPS["head"]), "bust": Cut(0.46, 0.60, HIPS["bust"])}


def outside(cells: Pixels, name: str) -> Pixels:
    """The loop (T, S, S, 4) of one who draws in its head, with the frames alone in which it is out, there and back."""
    count = OUT.get(name, 0)
    if not count:
        return cells
    turn = [*range(count), *range(count - 2, 0, -1)]
    return cells[[turn[t * len(turn) // len(cells)] for t in range(len(cells))]]


def embodied(cells: Pixels, kind: str, name: str) -> Pixels:
    """A drawing with the rest of its body. cells: (T, S, S, 4) premultiplied. kind: `head` or `bust`, `beast`: the
    head of an animal on four legs, or `squat`: of one that sits on folded legs and looks at the viewer.

    name: by which the colours of clothes are chosen, the same each time.
    """
    if kind == "beast":
        return _beast(cells, name)
    if kind == "squat":
        return _squat(cells)
    side, cut = cells.shape[1], CUTS[kind]
    box = _box(cells)
    upper, at = _upper(cells, box, cut)
    pick = sum(map(ord, name))
    skin = _tone(cells, box, 0.6, 0.5, 0.2)
    own = METAL.get(name) or (RED if "Claus" in name else None)
    shirt = own or (SHIRTS[pick % len(SHIRTS)] if kind == "head" else _tone(cells, box, 0.97, 0.5))
    legs = TROUSERS[pick % len(TROUSERS)] if kind == "head" and name not in METAL else _darker(shirt)
    out = np.zeros_like(cells)
    for t in range(len(cells)):
        image = Image.new("RGBA", (side * FINE, side * FINE))
        _legs(image, cut.hip, math.sin(2 * math.pi * t / len(cells)), legs)
        if kind == "head":
            _torso(image, cut, math.sin(2 * math.pi * t / len(cells)), shirt, skin)
        small = _shrunk(image, side)
        if kind == "bust":
            _hang(small, upper[t], at, round((cut.hip + 0.03) * side))
        out[t] = _laid(small, upper[t], at)
    return out


def seated(cells: Pixels, hip: float, high: bool) -> Pixels:
    """One who sits and looks at the viewer, knees to the front. cells: (T, S, S, 4) premultiplied, of one who stands.

    hip: row in which the legs begin, share of the cell. high: whether on something, from which the shins hang down, or
    on the ground. The soles are where those of the one who stands are.
    """
    side, legs = cells.shape[1], round((hip + 0.025) * cells.shape[1])
    down = round(sunk(hip, high) * side)
    colour = _tone(cells, (0, 0, side, side), hip + 0.09, 0.44, 0.04)
    image = Image.new("RGBA", (side * FINE, side * FINE))
    knee = hip + THIGH + down / side
    for way, shade in ((-1, 0.84), (1, 1.0)):
        x, ankle = 0.5 + 0.095 * way, knee + SHINS[high]
        _oval(image, (x + 0.012 * way, ankle + 0.005), (0.062, FOOT), SHOE)
        if high:
            _limb(image, (x, knee), (x, ankle - 0.012), 0.088, _darker(colour, 0.9 * shade))
        else:
            _oval(image, (x + 0.012 * way, ankle), (0.045, 0.026), _darker((120, 112, 124), shade))
        _limb(image, (0.5 + 0.06 * way, knee - 0.05), (x, knee - 0.005), 0.115, _darker(colour, 1.08 * shade))
    under, out = _shrunk(image, side), np.zeros_like(cells)
    for t, cell in enumerate(cells):
        whole = np.zeros_like(cell)
        whole[down : down + legs] = cell[:legs][: side - down]
        out[t] = _laid(whole, under, (0, 0))
    return out


def _box(cells: Pixels) -> tuple[int, int, int, int]:
    """x0 y0 x1 y1 of everything that is drawn, pixels."""
    rows, columns = extent(cells[..., 3].max(axis=0) >= SOLID)
    return columns.start, rows.start, columns.stop, rows.stop


def _upper(cells: Pixels, box: tuple[int, int, int, int], cut: Cut) -> tuple[Pixels, tuple[int, int]]:
    """The drawing at its new size (T, h, w, 4), and its left and top, pixels: as large as both limits let it be."""
    x0, y0, x1, y1 = box
    side = cells.shape[1]
    scale = min(cut.width * side / (x1 - x0), (cut.foot - TOP) * side / (y1 - y0))
    width, height = max(round((x1 - x0) * scale), 1), max(round((y1 - y0) * scale), 1)
    small = np.stack([
        np.asarray(Image.fromarray(cell[y0:y1, x0:x1], "RGBa").resize((width, height), Image.Resampling.LANCZOS))
        for cell in cells
    ])  # fmt: skip
    small = np.minimum(small, np.concatenate([small[..., 3:]] * 3 + [np.full_like(small[..., 3:], 255)], axis=-1))
    return small, ((side - width) // 2, round(cut.foot * side) - height)


def _hang(under: Pixels, upper: Pixels, at: tuple[int, int], low: int) -> None:
    """What a bust wears goes on down to a row, ever narrower: its lowest rows once more. Changes `under`."""
    hem = Image.fromarray(upper[-4:-3], "RGBa")
    top = at[1] + len(upper) - 3
    for y in range(top, low):
        share = (y - top) / max(low - top, 1)
        width = round(upper.shape[1] * (1 - 0.34 * share**0.7))
        row = np.asarray(hem.resize((width, 1), Image.Resampling.BILINEAR))[0].astype(np.float32)
        row[:, :3] *= 0.97 - 0.1 * share
        x = at[0] + (upper.shape[1] - width) // 2
        seen = row.astype(np.int32)
        part = under[y, x : x + width].astype(np.int32)
        under[y, x : x + width] = (seen + part * (255 - seen[:, 3:]) // 255).clip(0, 255)


def _laid(under: Pixels, upper: Pixels, at: tuple[int, int]) -> Pixels:
    """The upper part over the lower."""
    out = under.astype(np.int32)
    x, y = at
    part = out[y : y + upper.shape[0], x : x + upper.shape[1]]
    part[...] = upper + part * (255 - upper[..., 3:].astype(np.int32)) // 255
    return out.clip(0, 255).astype(np.uint8)


def _tone(cells: Pixels, box: tuple[int, int, int, int], down: float, across: float, reach: float = 0.05) -> Colour:
    """The usual colour within reach of a point of the drawing, shares of its box."""
    x0, y0, x1, y1 = box
    y, x = round(y0 + down * (y1 - y0 - 1)), round(x0 + across * (x1 - x0 - 1))
    far = max(round(reach * (x1 - x0)), 2)
    around = cells[0, max(y - far, 0) : y + far, max(x - far, 0) : x + far].reshape(-1, 4)
    around = around[around[:, 3] > 200]
    red, green, blue = np.median(around[:, :3], axis=0).astype(int) if len(around) else (120, 120, 130)
    return int(red), int(green), int(blue)


def _darker(colour: Colour, by: float = 0.62) -> Colour:
    red, green, blue = (round(by * one + 10) for one in colour)
    return red, green, blue


def _points(points: list[tuple[float, float]], image: Image.Image) -> list[tuple[float, float]]:
    return [(x * image.width, y * image.height) for x, y in points]


def _painted(
    image: Image.Image,
    box: tuple[float, ...],
    colour: Colour,
    shape: Callable[[ImageDraw.ImageDraw, float, float], None],
) -> None:
    """Paint a shape as a rounded body. box: x0 y0 x1 y1 around it, pixels. shape: draws it, moved by x and y."""
    left, top, right, low = math.floor(box[0]), math.floor(box[1]), math.ceil(box[2]) + 1, math.ceil(box[3]) + 1
    mask = Image.new("L", (right - left, low - top))
    shape(ImageDraw.Draw(mask), -left, -top)
    size = (max(mask.width // FINE, 2), max(mask.height // FINE, 2))
    small = np.asarray(mask.resize(size, Image.Resampling.BOX), np.float32) / 255
    lit = Image.fromarray(relief(small, colour, ROUND * min(size)))
    image.paste(lit.resize(mask.size, Image.Resampling.BILINEAR), (left, top), mask)


def _limb(
    image: Image.Image, start: tuple[float, float], end: tuple[float, float], wide: float, colour: Colour
) -> None:
    """A stroke with round ends."""
    (x0, y0), (x1, y1) = _points([start, end], image)
    radius = wide * image.width / 2

    def shape(draw: ImageDraw.ImageDraw, dx: float, dy: float) -> None:
        draw.line([(x0 + dx, y0 + dy), (x1 + dx, y1 + dy)], fill=255, width=round(2 * radius))
        for x, y in ((x0 + dx, y0 + dy), (x1 + dx, y1 + dy)):
            draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=255)

    around = (min(x0, x1) - radius, min(y0, y1) - radius, max(x0, x1) + radius, max(y0, y1) + radius)
    _painted(image, around, colour, shape)


def _oval(image: Image.Image, middle: tuple[float, float], radii: tuple[float, float], tone: Colour) -> None:
    """An ellipse by its middle and its two radii."""
    (x, y), (rx, ry) = middle, radii
    (x0, y0), (x1, y1) = _points([(x - rx, y - ry), (x + rx, y + ry)], image)
    _painted(image, (x0, y0, x1, y1), tone,
             lambda draw, dx, dy: draw.ellipse([x0 + dx, y0 + dy, x1 + dx, y1 + dy], fill=255))  # fmt: skip


def _legs(image: Image.Image, hip: float, swing: float, colour: Colour) -> None:
    """Two legs and their shoes; the one that swings forward is lifted a little."""
    for side, shade in ((-1, 0.82), (1, 1.0)):
        way = side * swing
        x, y = 0.5 + 0.062 * side + SWING * way, FLOOR - 0.03 - 0.022 * max(way, 0.0)
        _limb(image, (0.5 + 0.058 * side, hip - 0.02), (x, y - 0.015), 0.098, _darker(colour, shade))
        _oval(image, (x, y - 0.001), (0.066, 0.031), SHOE)


def _torso(image: Image.Image, cut: Cut, swing: float, shirt: Colour, skin: Colour) -> None:
    """A shirt, and arms that swing against the legs."""
    shoulder = cut.foot + 0.025
    for side in (-1, 1):
        hand = (0.5 + 0.185 * side - 0.05 * swing, cut.hip - 0.01)
        _limb(image, (0.5 + 0.115 * side, shoulder + 0.02), hand, 0.078, _darker(shirt, 0.86))
        _limb(image, hand, hand, 0.078, skin)
    (x0, y0), (x1, y1) = _points([(0.37, cut.foot - 0.05), (0.63, cut.hip + 0.03)], image)
    radius = 0.075 * image.width

    def shape(draw: ImageDraw.ImageDraw, dx: float, dy: float) -> None:
        draw.rounded_rectangle([x0 + dx, y0 + dy, x1 + dx, y1 + dy], radius, fill=255)

    _painted(image, (x0, y0, x1, y1), shirt, shape)


def _beast(cells: Pixels, name: str) -> Pixels:
    """An animal on four legs, from the side, behind its head, which looks to the left or at the viewer."""
    side = cells.shape[1]
    fur, stocking = FURS.get(name, (_tone(cells, _box(cells), 0.3, 0.5, 0.2),) * 2)
    upper, at = _upper(cells, _box(cells), Cut(0.5, 0.66, 0.0))
    at = (round(0.05 * side), at[1])
    out = np.zeros_like(cells)
    for t in range(len(cells)):
        image = Image.new("RGBA", (side * FINE, side * FINE))
        swing = math.sin(2 * math.pi * t / len(cells))
        for x, way, near in ((0.46, -1, 0), (0.80, 1, 0), (0.38, 1, 1), (0.72, -1, 1)):
            foot = (x + 0.045 * way * swing, FLOOR - 0.045 - 0.02 * max(way * swing, 0.0))
            _limb(image, (x, 0.74), foot, 0.095, stocking if near else _darker(stocking, 0.8))
        tail = [(0.88, 0.62), (0.95, 0.55 + 0.02 * swing)]
        _limb(image, tail[0], tail[1], 0.075, _darker(fur, 0.9))
        _oval(image, (0.61, 0.66), (0.31, 0.17), fur)
        small = _shrunk(image, side)
        out[t] = _laid(small, upper[t], at)
    return out


def _squat(cells: Pixels) -> Pixels:
    """An animal that sits: a round belly under its head, folded legs at its sides, feet before it."""
    side = cells.shape[1]
    skin = _tone(cells, _box(cells), 0.4, 0.5, 0.1)
    belly = _tone(cells, _box(cells), 0.72, 0.5, 0.08)
    upper, at = _upper(cells, _box(cells), Cut(0.56, 0.60, 0.0))
    out = np.zeros_like(cells)
    for t in range(len(cells)):
        image = Image.new("RGBA", (side * FINE, side * FINE))
        swing = math.sin(2 * math.pi * t / len(cells))
        for way in (-1, 1):
            x = 0.5 + 0.25 * way
            _oval(image, (x, 0.78), (0.13, 0.15 + 0.008 * way * swing), _darker(skin, 0.84))
            _oval(image, (x + 0.06 * way, 0.915 - 0.012 * max(way * swing, 0.0)), (0.13, 0.032), skin)
        _oval(image, (0.5, 0.72), (0.25, 0.22), skin)
        _oval(image, (0.5, 0.77), (0.17, 0.16), belly)
        for way in (-1, 1):
            foot = (0.5 + 0.11 * way, 0.9 - 0.02 * max(-way * swing, 0.0))
            _limb(image, (0.5 + 0.13 * way, 0.68), foot, 0.07, _darker(skin, 0.92))
        small = _shrunk(image, side)
        out[t] = _laid(small, upper[t], at)
    return out


def _shrunk(image: Image.Image, side: int) -> Pixels:
    """A drawing as one frame of a cell, (side, side, 4) premultiplied."""
    small = np.asarray(image.convert("RGBa").resize((side, side), Image.Resampling.LANCZOS)).copy()
    np.minimum(small[..., :3], small[..., 3:], out=small[..., :3])
    return small
