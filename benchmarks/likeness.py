"""How alike pictures look: VGG16's first three blocks and the heads of LPIPS (Zhang et al. 2018).

The weights are a part of the training material (`perceptual/`). Pictures are RGB in 0..255, float32 (N, 3, H, W).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from soracli.draft import Layer
from soracli.train.perceptual import Vgg

SIDE = 48  # pixels of a picture that is compared
LEAST = 0.02  # of a picture's cover at a place, below which the place is not looked at

Pixels = npt.NDArray[np.uint8]


class Seen(NamedTuple):
    """Pictures as they are compared. features: of each block, of length 1, float16. cover: (N, 1, SIDE, SIDE)."""

    features: list[Tensor]
    cover: Tensor


def seen(vgg: Vgg, pictures: Tensor, cover: Tensor) -> Seen:
    """pictures: (N, 3, SIDE, SIDE). cover: (N, 1, SIDE, SIDE) in 0..1, where they count."""
    with torch.inference_mode():
        return Seen([F.normalize(part, dim=1).half() for part in vgg(pictures)], cover)


def distances(vgg: Vgg, region: Seen, candidates: Sequence[Seen]) -> list[float]:
    """From a region to each candidate, where that candidate is opaque."""
    out = []
    with torch.inference_mode():
        for one in candidates:
            total = 0.0
            for a, b, head in zip(region.features, one.features, vgg.heads, strict=True):
                apart = ((a.float() - b.float()) ** 2 * head).sum(1, keepdim=True)
                share = F.adaptive_avg_pool2d(one.cover, apart.shape[2:])
                share = share * (share > LEAST)
                total += float((apart * share).sum() / share.sum().clamp(min=1e-6))
            out.append(total)
    return out


def squared(box: Sequence[float]) -> tuple[float, float, float]:
    """Left, top and side of the square round a box x0 y0 x1 y1."""
    side = max(box[2] - box[0], box[3] - box[1], 1.0)
    return (box[0] + box[2] - side) / 2, (box[1] + box[3] - side) / 2, side


def cut(picture: Tensor, box: Sequence[float], side: int = SIDE) -> Tensor:
    """The square round a box of a picture (C, H, W), (1, C, side, side); beyond the border the border goes on."""
    left, top, size = squared(box)
    steps = (torch.arange(side) + 0.5) / side * size
    grid = torch.stack(torch.meshgrid(top + steps, left + steps, indexing="ij")[::-1], -1)
    grid = grid / torch.tensor([picture.shape[2], picture.shape[1]]) * 2 - 1
    wide = max(1, int(size / side))
    small = F.avg_pool2d(picture[None], wide) if wide > 1 else picture[None]
    return F.grid_sample(small, grid[None].float(), padding_mode="border", align_corners=False)


def drawing(sprite: Pixels, *, flipped: bool, backdrop: float = 128.0) -> tuple[Tensor, Tensor]:
    """A drawing (S, S, 4), premultiplied, cut to what it shows: over grey (1, 3, s, s), and its cover (1, 1, s, s)."""
    values = torch.from_numpy(np.ascontiguousarray(sprite)).permute(2, 0, 1).float()
    values = values.flip(2) if flipped else values
    rows, columns = ((values[3] > 20).any(axis).nonzero().flatten() for axis in (1, 0))
    box = (float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))
    left, top, size = squared(box)
    pad = int(size) + 1
    held = F.pad(values, (pad, pad, pad, pad))
    part = cut(held, (left + pad, top + pad, left + pad + size, top + pad + size))
    cover = part[:, 3:] / 255
    return part[:, :3] + backdrop * (1 - cover), cover


def layered(layer: Layer, box: Sequence[float], backdrop: float = 128.0) -> tuple[Tensor, Tensor]:
    """One frame of a draft as a picture, cut to the square round a box: over grey (1, 3, s, s), and its cover."""
    values = torch.from_numpy(np.concatenate([layer.frames[0], layer.alpha[0][..., None]], 2)).permute(2, 0, 1).float()
    part = cut(values, box)
    cover = part[:, 3:] / 255
    return part[:, :3] + backdrop * (1 - cover), cover
