"""Figures of painted scenes: where a drawing is in a picture, how sharp clips are, and how they go on. Pure functions.

Clips are uint8 (T, H, W, 3), boxes x0 y0 x1 y1 in pixels.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from soracli.types import Frames

CHUNK = 8  # frames of a latent frame
SCALES = (0.8, 1.0, 1.25)
SMALL = 64  # pixels of the longer side of a drawing that is looked for without halving: a pixel of it counts
FOUND = 0.35  # correlation from which a drawing counts as found
COVERED = 160  # alpha from which a pixel belongs to a drawing, and not to its shadow
QUIET = 0.15  # grey levels, added to jumps that are compared

Box = tuple[float, float, float, float]


class Found(NamedTuple):
    """box: of the drawing where it fits best. alike: how well, -1..1."""

    box: Box
    alike: float


def find(picture: Frames, drawing: Frames, alpha: npt.NDArray[np.uint8]) -> Found:
    """A drawing (h, w, 3), premultiplied, anywhere in a picture (H, W, 3), a little smaller or larger too.

    By correlation with the means of what it covers taken away, so that light does not matter.
    """
    step = 1 if max(drawing.shape[:2]) < SMALL else 2
    whole = _smaller(picture.astype(np.float32), step)
    best = Found((0.0, 0.0, 0.0, 0.0), -1.0)
    for scale in SCALES:
        art = _smaller(drawing.astype(np.float32), step, scale)
        cover = _smaller(alpha[..., None].astype(np.float32), step, scale)[:, :1] / 255
        height, width = art.shape[2:]
        if height > whole.shape[2] or width > whole.shape[3] or float(cover.sum()) < 4:
            continue
        fit = _correlation(whole, art / cover.clamp(min=0.05), cover * (cover > COVERED / 255))
        at = int(fit.argmax())
        top, left = divmod(at, fit.shape[1])
        if float(fit[top, left]) > best.alike:
            best = Found(_drawn(cover[0, 0], left, top, step), float(fit[top, left]))
    return best


def _smaller(pixels: npt.NDArray[np.float32], step: int, scale: float = 1.0) -> Tensor:
    """(H, W, C) at one step-th of its size times a scale: (1, C, h, w)."""
    x = torch.from_numpy(np.ascontiguousarray(pixels)).permute(2, 0, 1)[None]
    size = [max(1, round(side * scale / step)) for side in x.shape[2:]]
    return F.interpolate(x, size, mode="bilinear", antialias=True)


def _correlation(whole: Tensor, art: Tensor, weight: Tensor) -> Tensor:
    """Correlation (y, x) of art (1, 3, h, w) with each place of a picture (1, 3, H, W), weighed; by Fourier."""
    height, width = whole.shape[2:]
    room = height - art.shape[2] + 1, width - art.shape[3] + 1

    def slid(picture: Tensor, kernel: Tensor) -> Tensor:
        spectrum = torch.fft.rfft2(picture) * torch.fft.rfft2(kernel, s=(height, width)).conj()
        return torch.fft.irfft2(spectrum, s=(height, width))[..., : room[0], : room[1]]

    total = weight.sum()
    art = (art - (art * weight).sum((2, 3), keepdim=True) / total) * weight
    means = slid(whole, weight) / total
    spread = slid(whole**2, weight) / total - means**2
    both = slid(whole, art).sum(1)
    power = (art**2 / weight.clamp(min=1e-3)).sum() / total
    own = spread.sum(1).clamp(min=4.0)  # where nothing is drawn nothing is alike
    return (both / total / (own * power.clamp(min=1e-3)).sqrt())[0]


def _drawn(cover: Tensor, left: int, top: int, step: int) -> Box:
    """The box of a drawing (h, w), in pixels of the whole picture. step: pixels of that to one of the drawing."""
    seen = cover * 255 > COVERED
    rows, columns = seen.any(1).nonzero().flatten(), seen.any(0).nonzero().flatten()
    if not len(rows):
        return 0.0, 0.0, 0.0, 0.0
    edges = columns[0] + left, rows[0] + top, columns[-1] + 1 + left, rows[-1] + 1 + top
    x0, y0, x1, y1 = (float(step * edge) for edge in edges)
    return x0, y0, x1, y1


def boxed(alpha: npt.NDArray[np.uint8]) -> Box:
    """The box of what is drawn (H, W); the whole picture if nothing is."""
    seen = alpha > COVERED
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    if not len(rows):
        return 0.0, 0.0, float(alpha.shape[1]), float(alpha.shape[0])
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Of two boxes: what they share over what they cover together."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return wide * high / (areas - wide * high)


def fine(clip: Frames) -> npt.NDArray[np.float32]:
    """Power of the highest band of brightness, (T, H, W): what a blur by 1 4 6 4 1 takes away, squared."""
    grey = torch.from_numpy(np.ascontiguousarray(clip)).float().mean(3)[:, None]
    line = torch.tensor([1.0, 4, 6, 4, 1]) / 16
    soft = F.conv2d(F.pad(grey, (2, 2, 2, 2), mode="replicate"), line.view(1, 1, 1, 5))
    soft = F.conv2d(soft, line.view(1, 1, 5, 1))
    power: npt.NDArray[np.float32] = ((grey - soft) ** 2)[:, 0].numpy()
    return power


def jumps(clip: Frames) -> npt.NDArray[np.float64]:
    """Mean difference of each frame to the next, grey levels, (T - 1,)."""
    return np.array([np.abs(b.astype(np.float32) - a).mean() for a, b in itertools.pairwise(clip)])


def stepped(steps: npt.NDArray[np.float64], borders: Sequence[int], chunk: int = CHUNK) -> list[float]:
    """The jump into each of these frames over the usual one near by: of the three before it and the three after it.

    chunk: frames of a latent frame, whose borders are not usual.
    """
    out = []
    for frame in borders:
        near = [k for k in range(frame - 4, frame + 3) if 0 <= k < len(steps) and (k + 1) % chunk]
        if 0 < frame <= len(steps) and near:
            out.append(float((steps[frame - 1] + QUIET) / (np.median(steps[near]) + QUIET)))
    return out
