"""Tiny decoders of video latents (Boer Bohan 2025, TAEHV, MIT), by which previews of open models are decoded.

    B batch   C channels   t latent frames   T frames   h, w latent cells

A latent frame is four frames, of the first one the last alone: T = 1 + 4 (t - 1). Every block sees what it saw of the
frame before, so that work may go frame by frame. Names of parameters are those of the published files.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from soracli.card import Card
from soracli.models.common.loading import FileLayout

FORM = FileLayout(drop=r"^encoder\.")
NAMES = {("wan", 8): "taew2.1", ("wan", 16): "taew2.2"}  # of those in weights.toml, by architecture and pixels a cell
WIDTHS = (256, 128, 64, 64)  # channels of the levels, from coarse to fine
BLOCKS = 3  # of each level but the last
BOUND = 3.0  # latents are softly held within


def name_for(card: Card) -> str:
    """The name of what decodes a model's latents; empty if there is none."""
    return NAMES.get((card.arch, card.stride[1]), "")


@dataclass(frozen=True)
class TinyVaeConfig:
    """channels: of the latents. patch: pixels folded into channels at the end. widths: of the levels.

    in_time: which levels double the frames.
    """

    channels: int = 16
    patch: int = 1
    widths: tuple[int, ...] = WIDTHS
    in_time: tuple[bool, ...] = (False, True, True)


class Bound(nn.Module):
    """Holds numbers softly within BOUND."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(x / BOUND) * BOUND


class Remembering(nn.Module):
    """Two frames (2 C, h, w), this one and the one before -> one, (C, h, w), added to what it was."""

    def __init__(self, width: int) -> None:
        super().__init__()
        first = nn.Conv2d(2 * width, width, 3, padding=1)
        second, third = (nn.Conv2d(width, width, 3, padding=1) for _ in range(2))
        self.conv = nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), third)

    def forward(self, x: Tensor) -> Tensor:
        """(t, C, h, w), one after the other; before the first there is nothing."""
        before = torch.cat([torch.zeros_like(x[:1]), x[:-1]])
        return F.relu(self.conv(torch.cat([x, before], 1)) + x)


class Grow(nn.Module):
    """Every frame becomes `factor` frames."""

    def __init__(self, width: int, factor: int) -> None:
        super().__init__()
        self.factor, self.width = factor, width
        self.conv = nn.Conv2d(width, width * factor, 1, bias=False)

    def forward(self, x: Tensor, last: bool) -> Tensor:
        """(t, C, h, w) -> (factor t, C, h, w), or the last of each alone."""
        if last:
            return F.conv2d(x, self.conv.weight[-self.width :])
        grown: Tensor = self.conv(x)
        return grown.reshape(-1, self.width, *x.shape[2:])


class TinyVae(nn.Module):
    """The decoder alone."""

    def __init__(self, config: TinyVaeConfig) -> None:
        super().__init__()
        self.config = config
        layers: list[nn.Module] = [Bound(), nn.Conv2d(config.channels, config.widths[0], 3, padding=1), nn.ReLU()]
        for width, after, doubled in zip(config.widths, config.widths[1:], config.in_time, strict=False):
            layers += [Remembering(width) for _ in range(BLOCKS)]
            layers += [nn.Upsample(scale_factor=2), Grow(width, 2 if doubled else 1)]
            layers += [nn.Conv2d(width, after, 3, padding=1, bias=False)]
        layers += [nn.ReLU(), nn.Conv2d(config.widths[-1], 3 * config.patch**2, 3, padding=1)]
        self.decoder = nn.Sequential(*layers)

    def decode(self, latents: Tensor, doublings: int = 3, *, every: bool = True) -> Tensor:
        """Latents (1, C, t, h, w) as the model paints them -> pixels (1, 3, T, H, W) in [-1, 1].

        doublings: how often height and width are doubled, 0 .. 3; less is quicker, H = h * patch * 2 ** doublings.
        every: all frames, else of each latent frame the last one, T = t.
        """
        x = latents[0].transpose(0, 1).to(next(self.parameters()).dtype)  # (t, C, h, w)
        level, factor = 0, 1
        for layer in self.decoder:
            if isinstance(layer, nn.Upsample):
                level += 1
                x = layer(x) if level <= doublings else x
            elif isinstance(layer, Grow):
                x = layer(x, last=not every)
                factor *= layer.factor if every else 1
            else:
                x = layer(x)
        x = F.pixel_shuffle(x, self.config.patch) if self.config.patch > 1 else x
        return (x[factor - 1 :].float().clamp(0, 1) * 2 - 1).transpose(0, 1)[None]
