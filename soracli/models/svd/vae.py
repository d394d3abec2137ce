"""Stable Video Diffusion's autoencoder: pictures are encoded one by one, and decoded with a look at their neighbours.

    B batch   C channels   T frames   H, W pixels   h, w = H / 8, W / 8

Parameters have the names and shapes of the published files (diffusers' AutoencoderKLTemporalDecoder).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from soracli.models.svd.layers import GROUPS, Down, PictureAttention, Residual, SpaceTime, Up

EPS = 1e-6


@dataclass(frozen=True)
class SvdVaeConfig:
    """channels: of the latents. widths: channels by level, from fine to coarse. blocks: of a level of the encoder.

    scale: what latents are multiplied by for unit variance.
    """

    channels: int = 4
    widths: tuple[int, ...] = (128, 256, 512, 512)
    blocks: int = 2
    scale: float = 0.18215


class _Level(nn.Module):
    def __init__(self, blocks: list[nn.Module], *, down: nn.Module | None = None, up: nn.Module | None = None) -> None:
        super().__init__()
        self.resnets = nn.ModuleList(blocks)
        if down is not None:
            self.downsamplers = nn.ModuleList([down])
        if up is not None:
            self.upsamplers = nn.ModuleList([up])


class _Middle(nn.Module):
    def __init__(self, blocks: list[nn.Module], channels: int) -> None:
        super().__init__()
        self.resnets, self.attentions = nn.ModuleList(blocks), nn.ModuleList([PictureAttention(channels)])


class Encoder(nn.Module):
    """Pictures -> the moments of the latents' posterior, each frame alone."""

    def __init__(self, config: SvdVaeConfig) -> None:
        super().__init__()
        widths, last = config.widths, len(config.widths) - 1
        self.conv_in, self.down_blocks = nn.Conv2d(3, widths[0], 3, padding=1), nn.ModuleList()
        for i, (before, after) in enumerate(pairwise((widths[0], *widths))):
            blocks: list[nn.Module] = [Residual(before if j == 0 else after, after, 0, EPS)
                                       for j in range(config.blocks)]  # fmt: skip
            self.down_blocks.append(_Level(blocks, down=Down(after, even=False) if i < last else None))
        self.mid_block = _Middle([Residual(widths[-1], widths[-1], 0, EPS) for _ in range(2)], widths[-1])
        self.conv_norm_out = nn.GroupNorm(GROUPS, widths[-1], EPS)
        self.conv_out = nn.Conv2d(widths[-1], 2 * config.channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv_in(x)
        for level in self.down_blocks:
            assert isinstance(level, _Level)
            for block in level.resnets:
                x = block(x)
            x = level.downsamplers[0](x) if hasattr(level, "downsamplers") else x
        first, second = self.mid_block.resnets
        x = second(self.mid_block.attentions[0](first(x)))
        out: Tensor = self.conv_out(F.silu(self.conv_norm_out(x)))
        return out


class Decoder(nn.Module):
    """Latents -> frames, with convolutions in time against flicker."""

    def __init__(self, config: SvdVaeConfig) -> None:
        super().__init__()
        widths = config.widths[::-1]
        last, eps = len(widths) - 1, (EPS, 1e-5)

        def block(before: int, after: int) -> nn.Module:
            return SpaceTime(before, after, 0, eps, switched=True)

        self.conv_in, self.up_blocks = nn.Conv2d(config.channels, widths[0], 3, padding=1), nn.ModuleList()
        self.mid_block = _Middle([block(widths[0], widths[0]) for _ in range(config.blocks)], widths[0])
        for i, (before, after) in enumerate(pairwise((widths[0], *widths))):
            blocks = [block(before if j == 0 else after, after) for j in range(config.blocks + 1)]
            self.up_blocks.append(_Level(blocks, up=Up(after) if i < last else None))
        self.conv_norm_out = nn.GroupNorm(GROUPS, widths[-1], EPS)
        self.conv_out = nn.Conv2d(widths[-1], 3, 3, padding=1)
        self.time_conv_out = nn.Conv3d(3, 3, (3, 1, 1), padding=(1, 0, 0))

    def forward(self, x: Tensor, frames: int) -> Tensor:
        """(B T, C, h, w) -> (B, 3, T, H, W)."""
        x = self.mid_block.resnets[0](self.conv_in(x), frames)
        for block, attention in zip(self.mid_block.resnets[1:], self.mid_block.attentions, strict=False):
            x = block(attention(x), frames)
        for level in self.up_blocks:
            assert isinstance(level, _Level)
            for block in level.resnets:
                x = block(x, frames)
            x = level.upsamplers[0](x) if hasattr(level, "upsamplers") else x
        x = torch.unflatten(self.conv_out(F.silu(self.conv_norm_out(x))), 0, (-1, frames)).transpose(1, 2)
        out: Tensor = self.time_conv_out(x)
        return out


class SvdVae(nn.Module):
    """The autoencoder: pictures are encoded alone, frames decoded together."""

    def __init__(self, config: SvdVaeConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder, self.decoder = Encoder(config), Decoder(config)
        self.quant_conv = nn.Conv2d(2 * config.channels, 2 * config.channels, 1)

    def encode(self, pixels: Tensor) -> Tensor:
        """Pictures (B, 3, H, W) in [-1, 1] -> the posterior's mean, before it is scaled, (B, C, h, w) float32."""
        moments = self.quant_conv(self.encoder(pixels.to(self.quant_conv.weight.dtype)))
        mean: Tensor = moments.chunk(2, 1)[0].float()
        return mean

    def decode(self, latents: Tensor, together: int = 0) -> Iterator[Tensor]:
        """Scaled latents (1, C, T, h, w) -> frames (1, 3, 1, H, W) float32 in turn.

        together: frames that are decoded at once and see one another, 0 = all.
        """
        frames = (latents / self.config.scale).to(self.quant_conv.weight.dtype)[0].transpose(0, 1)  # (T, C, h, w)
        for part in torch.split(frames, together or len(frames)):
            pixels = self.decoder(part, len(part)).float().clamp(-1, 1)
            yield from torch.split(pixels, 1, 2)
