"""The network of Stable Video Diffusion (Blattmann et al. 2023, arXiv 2311.15127): a U-Net over pictures and time.

    B batch   T frames   C channels   h, w latent cells

Parameters have the names and shapes of the published files; numbers equal diffusers' UNetSpatioTemporalConditionModel.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from soracli.models.common.layers import sinusoid
from soracli.models.svd.layers import GROUPS, Down, Embedding, SpaceTime, Transformer, Up

TOLD = 3  # numbers beside the noise level: frames a second, motion, noise on the picture
EPS, LAST_EPS = (1e-6, 1e-6), (1e-5, 1e-5)  # of the norms of levels that attend, and of the innermost


@dataclass(frozen=True)
class UnetConfig:
    """channels_in: of noisy latents and of the picture's beside them. channels: of latents. widths: channels by level,
    from fine to coarse. heads: of attention by level; the coarsest level has none. blocks: of a level. context: width
    of the picture's embedding. told: of the sinusoid of each number beside the noise level.
    """

    channels_in: int = 8
    channels: int = 4
    widths: tuple[int, ...] = (320, 640, 1280, 1280)
    heads: tuple[int, ...] = (5, 10, 20, 20)
    blocks: int = 2
    context: int = 1024
    told: int = 256


class Level(nn.Module):
    """Residual blocks, each followed by attention where there are heads, and a sampler. widths: (in, out) of each."""

    def __init__(
        self,
        widths: list[tuple[int, int]],
        time: int,
        heads: int,
        context: int,
        *,
        eps: tuple[float, float],
        down: bool = False,
        up: bool = False,
    ) -> None:
        super().__init__()
        self.resnets = nn.ModuleList(SpaceTime(before, after, time, eps) for before, after in widths)
        if heads:
            self.attentions = nn.ModuleList(Transformer(after, heads, context) for _, after in widths)
        if down:
            self.downsamplers = nn.ModuleList([Down(widths[-1][1], even=True)])
        if up:
            self.upsamplers = nn.ModuleList([Up(widths[-1][1])])

    def block(self, number: int, x: Tensor, frames: int, time: Tensor, context: Tensor) -> Tensor:
        x = self.resnets[number](x, frames, time)
        return self.attentions[number](x, frames, context) if hasattr(self, "attentions") else x


class Middle(nn.Module):
    """The lowest level: residual block, attention, residual block."""

    def __init__(self, width: int, time: int, heads: int, context: int) -> None:
        super().__init__()
        self.resnets = nn.ModuleList(SpaceTime(width, width, time, LAST_EPS) for _ in range(2))
        self.attentions = nn.ModuleList([Transformer(width, heads, context)])

    def forward(self, x: Tensor, frames: int, time: Tensor, context: Tensor) -> Tensor:
        x = self.attentions[0](self.resnets[0](x, frames, time), frames, context)
        out: Tensor = self.resnets[1](x, frames, time)
        return out


class Unet(nn.Module):
    """Stable Video Diffusion's UNet (Blattmann et al. 2023): noisy latents, picture and time -> v-prediction."""

    def __init__(self, config: UnetConfig) -> None:
        super().__init__()
        self.config = config
        widths, last, time = config.widths, len(config.widths) - 1, 4 * config.widths[0]
        self.conv_in = nn.Conv2d(config.channels_in, widths[0], 3, padding=1)
        self.time_embedding = Embedding(widths[0], time, time)
        self.add_embedding = Embedding(TOLD * config.told, time, time)
        self.down_blocks, self.up_blocks = nn.ModuleList(), nn.ModuleList()
        for i, (before, after) in enumerate(pairwise((widths[0], *widths))):
            sizes = [(before if j == 0 else after, after) for j in range(config.blocks)]
            heads, eps = (0, LAST_EPS) if i == last else (config.heads[i], EPS)
            self.down_blocks.append(Level(sizes, time, heads, config.context, eps=eps, down=i < last))
        self.mid_block = Middle(widths[-1], time, config.heads[-1], config.context)
        kept = [widths[0], *(width for i, width in enumerate(widths) for _ in range(config.blocks + (i < last)))]
        x = widths[-1]
        for i in range(last, -1, -1):
            sizes = []
            for _ in range(config.blocks + 1):
                sizes.append((x + kept.pop(), widths[i]))
                x = widths[i]
            heads = 0 if i == last else config.heads[i]
            self.up_blocks.append(Level(sizes, time, heads, config.context, eps=EPS, up=i > 0))
        self.conv_norm_out = nn.GroupNorm(GROUPS, widths[0], 1e-5)
        self.conv_out = nn.Conv2d(widths[0], config.channels, 3, padding=1)

    def forward(self, x: Tensor, time: Tensor, context: Tensor, told: Tensor) -> Tensor:
        """Latents (B, C_in, T, h, w) -> what is predicted of them (B, C, T, h, w).

        time: a number for the noise level (B,). context: (B, L, 1024). told: (B, 3), see TOLD.
        """
        batch, _, frames = x.shape[:3]
        dtype = self.conv_in.weight.dtype
        embed = self.time_embedding(sinusoid(time, self.config.widths[0]).to(dtype))
        embed = embed + self.add_embedding(sinusoid(told, self.config.told).flatten(1).to(dtype))
        embed = embed.repeat_interleave(frames, 0)  # (B T, E)
        x = self.conv_in(x.to(dtype).transpose(1, 2).flatten(0, 1))  # (B T, C, h, w)
        kept = [x]
        for level in self.down_blocks:
            assert isinstance(level, Level)
            for number in range(len(level.resnets)):
                x = level.block(number, x, frames, embed, context)
                kept.append(x)
            if hasattr(level, "downsamplers"):
                x = level.downsamplers[0](x)
                kept.append(x)
        x = self.mid_block(x, frames, embed, context)
        for level in self.up_blocks:
            assert isinstance(level, Level)
            for number in range(len(level.resnets)):
                x = level.block(number, torch.cat([x, kept.pop()], 1), frames, embed, context)
            if hasattr(level, "upsamplers"):
                x = level.upsamplers[0](x, (kept[-1].shape[2], kept[-1].shape[3]))
        x = self.conv_out(F.silu(self.conv_norm_out(x)))
        return torch.unflatten(x, 0, (batch, frames)).transpose(1, 2)
