"""Takes out of decoded frames what the code leaves in them: steps at the borders of cells, and ripples along edges.

Every cell is decoded by itself, so painted neighbours may differ by a shade. At each border the step in brightness that
the slopes on both sides do not explain is averaged along the border and ramped away into both cells. Steps above a
limit are the picture's own edges and stay: the idea of the deblocking filters of video codecs (List et al. 2003,
"Adaptive deblocking filter"), for shades instead of quantiser steps.

A transform that is cut off leaves dots and waves around every edge. A small bilateral filter (Tomasi and Manduchi 1998)
averages them away and stops at edges, which are larger than they.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

REACH = 16  # pixels on each side of a border over which a step is ramped away
LIMIT = 16 / 127.5  # larger steps are edges
RIPPLE = 25 / 127.5  # deviation in colour up to which neighbours are averaged
CRISP = 0.2  # share of what a blur takes away that is added: as steep as what was learnt, at the least LPIPS
NEAR = ((0, 1, 0.88), (1, 0, 0.88), (1, 1, 0.78), (1, -1, 0.78))  # rows down, columns right, weight of a neighbour
ALONG = 33  # pixels along a border over which a step is averaged


def evened(pixels: Tensor, cell: int, rounds: int = 2) -> Tensor:
    """Pixels (..., H, W) in [-1, 1], H and W multiples of `cell`: the same without steps at the borders of cells."""
    out = pixels.clone(memory_format=torch.contiguous_format)
    for _ in range(rounds):
        _even(out, cell)
        _even(out.transpose(-1, -2), cell)
    return out


def _even(x: Tensor, cell: int) -> None:
    """Even out, in place, borders at every `cell` columns."""
    cells = x.view(*x.shape[:-1], -1, cell)  # (..., H, count + 1, cell)
    left, right = cells[..., :-1, :], cells[..., 1:, :]
    if left.shape[-2] == 0:
        return
    slope = (right[..., 2] - right[..., 0] + left[..., -1] - left[..., -3]) / 4  # of one pixel
    step = right[..., 0] - left[..., -1] - slope  # (..., H, count)
    step = torch.where(step.abs() < LIMIT, step, 0.0).transpose(-1, -2)  # (..., count, H)
    rows = F.pad(step.reshape(-1, 1, step.shape[-1]), (ALONG // 2, ALONG // 2), mode="replicate")
    step = F.avg_pool1d(rows, ALONG, 1).reshape(step.shape).transpose(-1, -2)[..., None] / 2  # (..., H, count, 1)
    ramp = 1 - (torch.arange(REACH, device=x.device, dtype=x.dtype) + 0.5) / REACH
    left[..., cell - REACH :].addcmul_(step, ramp.flip(0))
    right[..., :REACH].addcmul_(step, ramp, value=-1)


def smoothed(frames: Tensor) -> Tensor:
    """Frames (B, 3, T, H, W) in [-1, 1] without the ripples that are smaller than `RIPPLE`."""
    rows = [_smoothed(frame) for frame in frames.transpose(1, 2).flatten(0, 1)]  # one at a time stays in cache
    return torch.stack(rows).view(len(frames), -1, *frames.shape[1:2], *frames.shape[3:]).transpose(1, 2)


def sharpened(frames: Tensor) -> Tensor:
    """Frames (B, 3, T, H, W) in [-1, 1] with as much contrast between neighbours as what they were learnt from has.

    An unsharp mask: what the mean of 3 x 3 pixels takes away is added, times `CRISP`.
    """
    rows = frames.transpose(1, 2).flatten(0, 1)  # (B * T, 3, H, W)
    blurred = F.avg_pool2d(rows, 3, 1, 1, count_include_pad=False)
    blurred = blurred.view(len(frames), -1, *frames.shape[1:2], *frames.shape[3:]).transpose(1, 2)
    return torch.lerp(blurred, frames, 1 + CRISP)


def _smoothed(frame: Tensor) -> Tensor:
    """Each pixel of (3, H, W) averaged with those of its eight neighbours that are like it."""
    height, width = frame.shape[1:]
    moved, weight = torch.zeros_like(frame), torch.ones_like(frame[0])
    for down, right, share in NEAR:
        rows, columns = slice(0, height - down), slice(max(-right, 0), width - max(right, 0))
        below, beside = slice(down, height), slice(max(right, 0), width - max(-right, 0))
        step = frame[:, below, beside] - frame[:, rows, columns]
        like = (1 - step.square().sum(0) / (RIPPLE**2 * 6)).clamp(min=0).square() * share  # Tukey's biweight
        step = step * like
        moved[:, rows, columns] += step
        moved[:, below, beside] -= step
        weight[rows, columns] += like
        weight[below, beside] += like
    return frame + moved / weight
