"""Performers as pixels: sprites made ready once per clip, laid over frames with sub-pixel positions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from soracli.world.assets import FRAMES, ActorBank
from soracli.world.frame import Frame
from soracli.world.motion import Path, sign
from soracli.world.places import Light
from soracli.world.scene import Performer
from soracli.world.scenes import actor
from soracli.world.strips import ONE, fixed, lerp, over

SOLE = 0.934  # feet in a sprite's cell, share of its height
SEEN = 10  # cover (of 128) from which a pixel counts as part of the drawing


@dataclass(frozen=True)
class Cast:
    """A performer in a clip.

    layers: int16 (K, 2, rows, columns * 3): premultiplied colour 0..255 and cover 0..128 of its K drawings, with an
    empty rim of one pixel. picks: which drawing each frame shows. left, top: its corner, pixels, per frame.
    boxes: tight (K, 4) x0 y0 x1 y1 inside the layers. shade: (T,) strength, and spot: (T, 4) cx cy rx ry of the shadow.
    """

    layers: torch.Tensor
    picks: list[int]
    left: list[float]
    top: list[float]
    boxes: list[tuple[int, int, int, int]]
    shade: list[float]
    spot: list[tuple[float, float, float, float]]


def prepare(performer: Performer, way: Path, travel: torch.Tensor, frame: Frame, bank: ActorBank, light: Light) -> Cast:
    """Draw a performer at its size, turned, mirrored and lit. travel: float64 (T,) the camera's x, frame widths."""
    entry, h = actor(performer.name), frame.height
    size = performer.size * h
    number = (way.cycle * FRAMES).floor().long() % FRAMES
    kinds, picks = torch.unique(number, return_inverse=True)
    art = bank.frames[bank.index(performer.name)][kinds].permute(0, 3, 1, 2).float() / 255  # (K, 4, 128, 128)
    if (sign(performer) > 0 and entry.faces == "left") or (sign(performer) < 0 and entry.faces == "right"):
        art = art.flip(-1)
    angle = float(way.angle[0])
    if angle:
        art = _turned(art, angle)
    side = max(round(size), 2)
    art = F.interpolate(art, size=(side, side), mode="bilinear", antialias=True, align_corners=False)
    art[:, :3] *= torch.tensor(light.actors).view(3, 1, 1)
    rows, columns = _extent(art)
    colour, cover = fixed(F.pad(art[..., rows, columns], (1, 1, 1, 1)).permute(0, 2, 3, 1))
    layers = torch.stack([colour, cover], 1)
    x = (way.x - travel) * frame.width
    top = (way.feet - way.lift) * h - SOLE * side
    boxes = [_box(drawing[1]) for drawing in layers]
    wide = max(box[2] - box[0] for box in boxes)
    fall = 1 / (1 + 5 * way.lift / max(performer.size, 1e-6))
    spot = torch.stack([x, way.feet * h, wide * 0.5 * (0.6 + 0.4 * fall), 0.05 * side * (0.6 + 0.4 * fall)], 1)
    return Cast(
        layers,
        picks.tolist(),
        (x - side / 2 + columns.start - 1).tolist(),
        (top + rows.start - 1).tolist(),
        boxes,
        (0.42 * fall).tolist(),
        [(a, b, c, d) for a, b, c, d in spot.tolist()],
    )


def _turned(art: torch.Tensor, degrees: float) -> torch.Tensor:
    """Clockwise about the middle of the cell."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turn = torch.tensor([[[c, s, 0.0], [-s, c, 0.0]]]).expand(len(art), 2, 3)
    grid = F.affine_grid(turn, list(art.shape), align_corners=False)
    return F.grid_sample(art, grid, align_corners=False)


def _extent(art: torch.Tensor) -> tuple[slice, slice]:
    """Rows and columns that any of the drawings uses."""
    drawn = (art[:, 3] > 0.004).any(0)
    rows, columns = drawn.any(1).nonzero().flatten().tolist(), drawn.any(0).nonzero().flatten().tolist()
    if not rows:
        return slice(0, 1), slice(0, 1)
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _box(cover: torch.Tensor) -> tuple[int, int, int, int]:
    drawn = cover[:, ::3] >= SEEN
    rows, columns = drawn.any(1).nonzero().flatten().tolist(), drawn.any(0).nonzero().flatten().tolist()
    return (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1) if rows else (0, 0, 0, 0)


def shadow(canvas: torch.Tensor, cast: Cast, t: int) -> None:
    """Darken the ground under a performer. canvas: int16 (H, W * 3), changed in place."""
    cx, cy, rx, ry = cast.spot[t]
    height, width = canvas.shape[0], canvas.shape[1] // 3
    x0, x1 = max(math.floor(cx - rx * 1.3), 0), min(math.ceil(cx + rx * 1.3), width)
    y0, y1 = max(math.floor(cy - ry * 1.6), 0), min(math.ceil(cy + ry * 1.6), height)
    if x0 >= x1 or y0 >= y1:
        return
    across = ((torch.arange(x0, x1, dtype=torch.float32) + (0.5 - cx)) / rx) ** 2
    down = ((torch.arange(y0, y1, dtype=torch.float32) + (0.5 - cy)) / ry) ** 2
    soft = (1 - (across[None] + down[:, None]) / 1.6).clamp(min=0)
    cover = (soft * soft * (cast.shade[t] * ONE)).round().to(torch.int16)
    wide = cover[..., None].expand(-1, -1, 3).reshape(y1 - y0, -1).to(canvas.device)
    over(canvas[y0:y1, x0 * 3 : x1 * 3], torch.zeros_like(wide), wide)


def place(cast: Cast, t: int) -> tuple[torch.Tensor, int, int]:
    """A drawing at its sub-pixel place: int16 (2, rows, columns * 3), and the pixel (x, y) of its corner."""
    drawing = cast.layers[cast.picks[t]]
    left, top = cast.left[t], cast.top[t]
    x, y = math.floor(left), math.floor(top)
    wx, wy = round((left - x) * ONE), round((top - y) * ONE)
    # The empty rim lets the drawing move right and down by less than a pixel; the first row and column stay empty.
    drawing = lerp(drawing[..., 3:], drawing[..., :-3], wx)
    drawing = lerp(drawing[:, 1:], drawing[:, :-1], wy)
    return drawing, x + 1, y + 1


def paste(canvas: torch.Tensor, drawing: torch.Tensor, x: int, y: int) -> None:
    """Lay a placed drawing over int16 (H, W * 3), cut at the borders."""
    height, width = canvas.shape[0], canvas.shape[1] // 3
    rows, columns = drawing.shape[1], drawing.shape[2] // 3
    x0, x1, y0, y1 = max(x, 0), min(x + columns, width), max(y, 0), min(y + rows, height)
    if x0 < x1 and y0 < y1:
        cut = drawing[:, y0 - y : y1 - y, (x0 - x) * 3 : (x1 - x) * 3]
        over(canvas[y0:y1, x0 * 3 : x1 * 3], cut[0], cut[1])
