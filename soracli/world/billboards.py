"""Flat, animated drawings set into pictures: sub-pixel places, any size and turn, soft contact shadows, exact tracks.

Pictures are float32 (T, 3, H, W) in 0..1. Places are pixels from the top left corner of the frame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from soracli.world.assets import FRAMES, ActorBank
from soracli.world.scene import Performer
from soracli.world.scenes import actor, signed

SEEN = 0.08  # cover from which a pixel counts as part of the drawing
SOLE = 0.934  # feet in a sprite's cell, share of its height


@dataclass(frozen=True)
class Board:
    """One performer's drawing in T frames.

    art: (K, 4, s, s) premultiplied RGBA 0..1, its distinct drawings. picks: int64 (T,) which one each frame shows.
    x, y: (T,) middle of its cell, side: (T,) of the cell, all in pixels. angle: (T,) radians clockwise.
    """

    art: torch.Tensor
    picks: torch.Tensor
    x: torch.Tensor
    y: torch.Tensor
    side: torch.Tensor
    angle: torch.Tensor


def drawings(performer: Performer, cycle: torch.Tensor, bank: ActorBank) -> tuple[torch.Tensor, torch.Tensor]:
    """Art and picks of a `Board`, facing the performer's way. cycle: (T,) loops since the start."""
    number = (cycle * FRAMES).floor().long() % FRAMES
    kinds, picks = torch.unique(number, return_inverse=True)
    art = bank.frames[bank.index(performer.name)][kinds].permute(0, 3, 1, 2).float() / 255
    faces, heading = actor(performer.name).faces, signed(performer.direction)
    if (heading > 0 and faces == "left") or (heading < 0 and faces == "right"):
        art = art.flip(-1)
    return art, picks


def windows(board: Board, device: torch.device) -> tuple[torch.Tensor, list[int], list[int]]:
    """The drawing of each frame in a square of whole pixels (T, 4, S, S), and the pixel of each square's corner."""
    reach = math.ceil(float(board.side.max()) * (1.42 if bool(board.angle.any()) else 1.0) / 2) + 1
    left, top = (board.x - reach).floor(), (board.y - reach).floor()
    grid = torch.arange(2 * reach + 1, dtype=torch.float64) + 0.5
    half = (board.side / 2).clamp(min=0.5)[:, None, None]
    across = ((left - board.x)[:, None, None] + grid) / half  # (T, 1, S)
    down = ((top - board.y)[:, None, None] + grid[:, None]) / half  # (T, S, 1)
    c, s = board.angle.cos()[:, None, None], board.angle.sin()[:, None, None]
    where = torch.stack([c * across + s * down, c * down - s * across], -1).float().to(device)  # (T, S, S, 2)
    art, picks = board.art.to(device), board.picks.to(device)
    size = board.side.round().clamp(2, art.shape[-1]).long()
    out = torch.empty(len(where), 4, *where.shape[1:3], device=device)
    for small in sorted(set(size.tolist())):  # made small first, so that nothing flickers
        now = (size == small).nonzero().flatten().to(device)
        shapes, which = torch.unique(picks[now], return_inverse=True)
        drawn = F.interpolate(art[shapes], size=(small, small), mode="bilinear", antialias=True, align_corners=False)
        out[now] = F.grid_sample(drawn[which], where[now], padding_mode="zeros", align_corners=False)
    return out, [int(v) for v in left.tolist()], [int(v) for v in top.tolist()]


def shade(picture: torch.Tensor, x: torch.Tensor, y: torch.Tensor, rx: torch.Tensor, strength: torch.Tensor) -> None:
    """Darken the ground around points, in place: a soft ellipse, each of x, y, rx (half its width), strength (T,)."""
    _, _, height, width = picture.shape
    across = ((torch.arange(width) + 0.5)[None] - x[:, None]) / rx.clamp(min=0.5)[:, None]
    down = ((torch.arange(height) + 0.5)[None] - y[:, None]) / (0.16 * rx).clamp(min=0.5)[:, None]
    wide = (-1.4 * across**2).exp()[:, None, :] * (-1.4 * down**2).exp()[:, :, None]  # (T, H, W)
    dark = wide * strength[:, None, None]
    picture.mul_(1 - dark.float().to(picture.device)[:, None])


def overlay(picture: torch.Tensor, boards: list[Board], tint: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Set boards into a picture, the first farthest, in place. tint: (3,) colour of the light.

    Gives what is left of each board's cover, (A, T, H, W), and the sum of its whole cover, (T, A) on the CPU.
    """
    frames, _, height, width = picture.shape
    shown = torch.zeros(len(boards), frames, height, width, device=picture.device)
    whole = torch.zeros(frames, len(boards))
    for a, board in enumerate(boards):
        squares, left, top = windows(board, picture.device)
        whole[:, a] = squares[:, 3].sum((1, 2)).cpu()
        squares[:, :3] *= tint.to(picture.device).view(3, 1, 1)
        side = squares.shape[-1]
        for t in range(frames):
            x0, x1 = max(left[t], 0), min(left[t] + side, width)
            y0, y1 = max(top[t], 0), min(top[t] + side, height)
            if x0 >= x1 or y0 >= y1:
                continue
            cut = squares[t, :, y0 - top[t] : y1 - top[t], x0 - left[t] : x1 - left[t]]
            picture[t, :, y0:y1, x0:x1].mul_(1 - cut[3:]).add_(cut[:3])
            shown[:a, t, y0:y1, x0:x1] *= 1 - cut[3]
            shown[a, t, y0:y1, x0:x1] = cut[3]
    return shown, whole


def tracks(shown: torch.Tensor, whole: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Boxes (T, A, 4) and visible shares (T, A). shown: (A, T, H, W) cover left of each. whole: (T, A) its full sum."""
    boxes = torch.zeros(*whole.shape, 4)
    for a, cover in enumerate(shown):
        drawn = cover >= SEEN
        for side, along in enumerate((drawn.any(1).cpu().float(), drawn.any(2).cpu().float())):  # columns, rows
            found = along.amax(-1)
            boxes[:, a, side] = along.argmax(-1) * found
            boxes[:, a, side + 2] = (along.shape[-1] - along.flip(-1).argmax(-1)) * found
    visible = shown.sum((2, 3)).T.cpu() / whole.clamp(min=1e-6)
    return boxes, visible.clamp(0, 1)
