"""Evens out the borders of latent cells after decoding.

Every cell is decoded by itself, so painted neighbours may differ by a shade. At each border the step in brightness that
the slopes on both sides do not explain is averaged along the border and ramped away into both cells. Steps above a
limit are the picture's own edges and stay: the idea of the deblocking filters of video codecs (List et al. 2003,
"Adaptive deblocking filter"), for shades instead of quantiser steps.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

REACH = 16  # pixels on each side of a border over which a step is ramped away
LIMIT = 16 / 127.5  # larger steps are edges
ALONG = 33  # pixels along a border over which a step is averaged


def evened(pixels: Tensor, cell: int, rounds: int = 2) -> Tensor:
    """Pixels (..., H, W) in [-1, 1], H and W multiples of `cell`: the same without steps at the borders of cells."""
    for _ in range(rounds):
        pixels = _across(_across(pixels, cell).transpose(-1, -2), cell).transpose(-1, -2)
    return pixels


def _across(x: Tensor, cell: int) -> Tensor:
    """Even out borders at every `cell` columns."""
    count = x.shape[-1] // cell - 1
    if count < 1:
        return x
    at = cell * torch.arange(1, count + 1, device=x.device)
    slope = (x[..., at + 2] - x[..., at] + x[..., at - 1] - x[..., at - 3]) / 4  # of one pixel
    step = x[..., at] - x[..., at - 1] - slope  # (..., H, count)
    step = torch.where(step.abs() < LIMIT, step, 0.0).transpose(-1, -2)  # (..., count, H)
    rows = F.pad(step.reshape(-1, 1, step.shape[-1]), (ALONG // 2, ALONG // 2), mode="replicate")
    step = F.avg_pool1d(rows, ALONG, 1).reshape(step.shape).transpose(-1, -2)[..., None] / 2  # (..., H, count, 1)
    ramp = 1 - (torch.arange(REACH, device=x.device) + 0.5) / REACH
    cells = x.reshape(*x.shape[:-1], count + 1, cell).clone()  # (..., H, count + 1, cell)
    cells[..., :-1, cell - REACH :] += step * ramp.flip(0)
    cells[..., 1:, :REACH] -= step * ramp
    return cells.flatten(-2)
