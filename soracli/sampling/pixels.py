"""Where pixels cross between NumPy and torch, and between the result's size and the model's."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from soracli.types import Frames, Geometry, Mask

Enlarge = Callable[[Tensor, tuple[int, int]], Tensor]  # (1, 3, T, H, W), height and width -> at least that large


def to_torch(frames: Frames, device: torch.device | str = "cpu") -> Tensor:
    """uint8 (T, H, W, 3) -> float32 (1, 3, T, H, W) in [-1, 1]."""
    x = torch.from_numpy(np.array(frames, order="C")).to(device)  # (T, H, W, 3); a copy: frames may be read-only
    return (x.permute(3, 0, 1, 2).float() / 127.5 - 1)[None]


def to_numpy(pixels: Tensor) -> Frames:
    """float (1, 3, T, H, W) in [-1, 1] -> uint8 (T, H, W, 3), rounded and clipped."""
    x = pixels[0].permute(1, 2, 3, 0).add(1).mul(127.5).round_().clamp_(0, 255)
    return np.ascontiguousarray(x.to(torch.uint8).cpu().numpy())


def cells_to_paint(mask: Mask, geometry: Geometry) -> Tensor:
    """Pixel mask of one latent frame (T, H, W) -> (h, w): a cell is painted if any pixel of it is.

    Pixels that were snapped on say nothing; a cell without any other is painted.
    """
    _, high, wide = geometry.stride
    picture = torch.from_numpy((mask > 0).any(0).astype(np.float32))[None, None]  # (1, 1, H, W)
    picture = picture.flip(-1) if geometry.mirrored else picture
    inner = F.adaptive_max_pool2d(picture, geometry.inner)
    rows, columns = geometry.latent[1:]
    rim = (0, columns * wide - inner.shape[3], 0, rows * high - inner.shape[2])
    cells = F.max_pool2d(F.pad(inner, rim), (high, wide), (high, wide))[0, 0]  # (h, w)
    cells[-(-inner.shape[2] // high) :] = 1
    cells[:, -(-inner.shape[3] // wide) :] = 1
    return cells


def to_model(frames: Frames, geometry: Geometry, device: torch.device | str = "cpu") -> Tensor:
    """Frames of the result -> pixels on the model's grid (1, 3, T, height, width); the rim repeats the border."""
    x = to_torch(frames, device)
    x = x.flip(-1) if geometry.mirrored else x
    if geometry.inner != x.shape[3:]:
        x = _scaled(x, geometry.inner)
    bottom, right = geometry.height - geometry.inner[0], geometry.width - geometry.inner[1]
    return F.pad(x, (0, right, 0, bottom, 0, 0), mode="replicate")


def to_result(pixels: Tensor, geometry: Geometry, enlarge: Enlarge | None = None) -> Frames:
    """Pixels of the model -> uint8 frames of the result's height and width. enlarge: what comes before scaling."""
    x = pixels[..., : geometry.inner[0], : geometry.inner[1]]
    x = x.flip(-1) if geometry.mirrored else x
    if geometry.inner == geometry.keep[1:]:
        return to_numpy(x)
    frames = torch.split(
        x, 1, 2
    )  # a large picture at a time: what is worked with is many times as large as what comes out
    if enlarge is not None:
        frames = tuple(enlarge(frame, geometry.keep[1:]) for frame in frames)
    return np.concatenate([to_numpy(_scaled(frame, geometry.keep[1:])) for frame in frames])


def _scaled(pixels: Tensor, size: tuple[int, int]) -> Tensor:
    """(1, 3, T, H, W) to another height and width."""
    if pixels.shape[3:] == size:
        return pixels.clamp(-1, 1)
    frames = pixels[0].transpose(0, 1)  # (T, 3, H, W)
    return F.interpolate(frames, size, mode="bicubic", antialias=True).transpose(0, 1)[None].clamp(-1, 1)
