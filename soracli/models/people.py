"""Where people are in a picture: MediaPipe's selfie segmentation.

A small MobileNetV3 (Howard et al. 2019) with a head that tells channels apart by a glance at the whole (LR-ASPP) and a
way back up beside it. Design and weights are Google's (Apache-2.0), as the package mediapipe 0.10.14 holds them; see
NOTICE. Layers stand in the order in which they are used: `soracli.train.port` relies on it.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SIZE = 256  # pixels on a side of what the network sees


class Conv(nn.Conv2d):
    """A convolution whose zeros lie as TensorFlow puts them: with a stride, more of them at the end."""

    def __init__(self, inputs: int, outputs: int, side: int = 1, stride: int = 1, groups: int = 1) -> None:
        super().__init__(inputs, outputs, side, stride, groups=groups)
        self.rim = max(side - stride, 0)

    def forward(self, x: Tensor) -> Tensor:
        before = self.rim // 2
        return super().forward(F.pad(x, (before, self.rim - before) * 2) if self.rim else x)


class Gate(nn.Module):
    """How much each channel counts, from its mean over the picture: (B, C, 1, 1) (Hu et al. 2018)."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.first, self.second = Conv(width, inner), Conv(inner, width)

    def forward(self, x: Tensor) -> Tensor:
        return torch.sigmoid(self.second(F.relu(self.first(x.mean((2, 3), keepdim=True)))))


class Block(nn.Module):
    """Wide inside, each channel by itself, narrow again; added to its input if it fits. gate: inner width, 0 = none."""

    def __init__(self, inputs: int, wide: int, outputs: int, side: int, stride: int, gate: int, hard: bool) -> None:
        super().__init__()
        self.act = F.hardswish if hard else F.relu
        self.widen, self.spread = Conv(inputs, wide), Conv(wide, wide, side, stride, wide)
        self.gate = Gate(wide, gate) if gate else None
        self.narrow = Conv(wide, outputs)
        self.adds = inputs == outputs and stride == 1

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.act(self.spread(self.act(self.widen(x))))
        y = self.narrow(y if self.gate is None else y * self.gate(y))
        return x + y if self.adds else y


class Up(nn.Module):
    """A decoder level: features from half the size, upsampled, gated and merged with the encoder's of this size."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.narrow, self.gate = Conv(inputs, width), Gate(width, width)
        self.mix, self.spread = Conv(width, width), Conv(width, width, 3, groups=width)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        x = self.narrow(F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False))
        x = F.relu(self.mix(seen * self.gate(seen + x) + x))
        return x + F.relu(self.spread(x))


class People(nn.Module):
    """Pictures (B, 3, SIZE, SIZE) in [0, 1] -> how surely each pixel shows a person, (B, 1, SIZE, SIZE)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = Conv(3, 16, 3, 2)
        shapes = [(16, 16, 16, 3, 2, 8, False), (16, 72, 24, 3, 2, 0, False), (24, 88, 24, 3, 1, 0, False),
                  (24, 96, 32, 5, 2, 24, True), (32, 128, 32, 5, 1, 32, True), (32, 128, 32, 5, 1, 32, True),
                  (32, 96, 32, 5, 1, 24, True), (32, 96, 32, 5, 1, 24, True)]  # fmt: skip
        self.blocks = nn.ModuleList(Block(*shape) for shape in shapes)
        self.look, self.glance = Conv(32, 128), Conv(32, 128)
        self.up = nn.ModuleList(Up(*shape) for shape in ((128, 24), (24, 16), (16, 16)))
        self.outlet = nn.ConvTranspose2d(16, 1, 2, 2)

    def forward(self, pixels: Tensor) -> Tensor:
        x = F.hardswish(self.stem(pixels))
        seen = [x]
        for number, block in enumerate(self.blocks):
            x = block(x)
            if number in (0, 2):
                seen.append(x)
        x = F.relu(self.look(x)) * torch.sigmoid(self.glance(x.mean((2, 3), keepdim=True)))
        for up, beside in zip(self.up, reversed(seen), strict=True):
            x = up(x, beside)
        return torch.sigmoid(self.outlet(x))
