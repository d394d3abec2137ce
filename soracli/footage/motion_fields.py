"""Pictures and fields of motion as tensors: sampling, smoothing, splitting. For `extrapolation`.

Frames are uint8 (H, W, 3), RGB. Velocities and displacements are in pixels, across before down.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from soracli.footage.optical_flow import Frame, gradients

LINES = 360  # pixels on the shorter side of frames in which motion is looked for, at least, if the film has them
ROBUST = 12  # rounds of the affine fit
SCALES = 4  # of the filters over what moves of its own; the widest reaches over 2**(SCALES - 1) places
UNLIKE = (0.1, 0.1)  # pixels a frame, and share of its velocity, by which what is like it may differ
SHIFT = 2.5  # pixels by which what both of two pictures show may be misplaced
TORN = 1.0  # pixels by which neighbours are carried apart at the rim of a thing


def shrinking(frame: Frame) -> int:
    """By which factor motion is looked for in frames of that size."""
    lines: int = min(frame.shape[:2])
    return max(1, lines // LINES)


def shrunk(frame: Frame, factor: int) -> Frame:
    """A frame of so many times fewer pixels each way, area by area."""
    return frame if factor == 1 else eight_bit(F.avg_pool2d(picture(frame), factor, ceil_mode=True))


def picture(frame: Frame) -> Tensor:
    """(3, H, W), 0..255."""
    return torch.tensor(frame).permute(2, 0, 1).float()


def eight_bit(x: Tensor) -> Frame:
    """A picture (3, H, W) in 0..255 as uint8 (H, W, 3)."""
    return np.asarray(x.clamp(0, 255).round().to(torch.uint8).permute(1, 2, 0).numpy(), np.uint8)


def places(height: int, width: int) -> Tensor:
    """(2, h, w): how far across and down each place is."""
    down, across = torch.meshgrid(torch.arange(height).float(), torch.arange(width).float(), indexing="ij")
    return torch.stack([across, down])


def centred(height: int, width: int) -> Tensor:
    """(2, h, w): the same from the middle."""
    return places(height, width) - torch.tensor([(width - 1) / 2, (height - 1) / 2])[:, None, None]


def carried(at: Tensor, generator: Tensor) -> Tensor:
    """Places (2, h, w) from the middle, carried on by a motion: see `affine`."""
    step: Tensor = torch.linalg.matrix_exp(generator).float()
    return torch.einsum("ij,jhw->ihw", step[:2, :2], at) + step[:2, 2, None, None]


def sampled(x: Tensor, at: Tensor, mode: str = "bicubic", beyond: str = "reflection") -> Tensor:
    """x (C, H, W) at places (2, h, w). beyond: what lies outside the picture, see `grid_sample`."""
    height, width = x.shape[1:]
    grid = torch.stack([(2 * at[0] + 1) / width - 1, (2 * at[1] + 1) / height - 1], -1)
    return F.grid_sample(x[None], grid[None], mode, beyond, align_corners=False)[0]


def enlarged(field: Tensor, size: tuple[int, int], factor: int, mode: str = "bilinear") -> Tensor:
    """A field (C, h, w) of a picture shrunk by factor, for each pixel (C, H, W) of the picture."""
    whole: Tensor = field[None] if factor == 1 else F.interpolate(field[None], scale_factor=factor, mode=mode)
    return whole[0, :, : size[0], : size[1]]


def box(x: Tensor, radius: int) -> Tensor:
    """Mean over a square around each place of (C, h, w)."""
    return F.avg_pool2d(F.pad(x[None], (radius,) * 4, mode="replicate"), 2 * radius + 1, 1)[0]


def levelled(velocity: Tensor) -> Tensor:
    """Velocities (2, h, w), each the mean of those around that are like it: things move as a piece, and edges stay.

    Filters with holes, each twice as wide as the last (Dammertz et al. 2010).
    """
    height, width = velocity.shape[1:]
    steps = [2**i for i in range(SCALES)]
    for step in [*steps, *steps]:
        wide = F.pad(velocity[None], (step,) * 4, mode="replicate")[0]
        around = [wide[:, y : y + height, x : x + width] for y in (0, step, 2 * step) for x in (0, step, 2 * step)]
        like = UNLIKE[0] + UNLIKE[1] * velocity.norm(dim=0)
        shares = [torch.exp(-((x - velocity) / like).square().sum(0)) for x in around]
        total = torch.stack(shares)
        velocity = (torch.stack(around) * total[:, None]).sum(0) / total.sum(0)
    return box(box(velocity, 1), 1)


def torn(displacement: Tensor) -> Tensor:
    """Where neighbours of a displacement (2, h, w) are carried apart, (h, w): between things that part."""
    wide = F.pad(displacement[None], (1, 1, 1, 1), mode="replicate")[0]
    apart = [(wide[:, 1:-1, 2:] - wide[:, 1:-1, :-2]) / 2, (wide[:, 2:, 1:-1] - wide[:, :-2, 1:-1]) / 2]
    return torch.stack(apart).square().sum((0, 1)) > TORN**2


def shifted(a: Tensor, b: Tensor, factor: int) -> Tensor:
    """Where pictures (3, H, W), whose motion was found in ones so many times smaller, show the same, a little shifted,
    and the mean of both errs least: (1, H, W), 1 = they do, 0 = they differ by more than SHIFT pixels of the smaller
    ones explain, as where one shows what the other hides.
    """
    across, down = gradients(((a + b) / 2)[None])
    slope, apart = torch.hypot(across, down)[0].mean(0, keepdim=True), (a - b).abs().mean(0, keepdim=True)
    off = box(apart, 2 * factor) / (box(slope, 2 * factor) + 1) / (SHIFT * factor)
    return torch.exp(-off.square())


def affine(velocity: Tensor, at: Tensor) -> Tensor:
    """The affine velocity field nearest to most of a field (2, h, w): a generator (3, 3), float64, of homogeneous
    coordinates; `matrix_exp` of it takes places on. Least squares, reweighted by Cauchy's function.
    """
    points = torch.cat([at.flatten(1), torch.ones(1, at[0].numel())]).T.double()
    scale = points.abs().amax(0).clamp_min(1)
    points, wanted = points / scale, velocity.flatten(1).T.double()
    weight = torch.ones(len(points), 1, dtype=torch.float64)
    for _ in range(ROBUST):
        square = points.T @ (weight * points) + 1e-9 * len(points) * torch.eye(3, dtype=torch.float64)
        found = torch.linalg.solve(square, points.T @ (weight * wanted))
        apart = (wanted - points @ found).norm(dim=1, keepdim=True)
        weight = 1 / (1 + (apart / (2 * apart.median().clamp_min(0.02))).square())
    generator = torch.zeros(3, 3, dtype=torch.float64)
    generator[:2] = (found / scale[:, None]).T
    return generator


def psnr(guess: Frame, truth: Frame) -> float:
    """Decibels, 60 at most."""
    error = np.square(guess.astype(np.float32) - truth).mean()
    return float(10 * np.log10(255**2 / max(error, 0.065)))
