"""Layers of Stable Video Diffusion: each works on pictures, then over time, and mixes both by a learnt share.

    B batch   T frames   C channels   h, w cells   N = h * w tokens   D width   E width of the time's embedding

Names of parameters are those of the published files (diffusers' layout).
"""

from __future__ import annotations

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from soracli.models.common.layers import sinusoid

GROUPS = 32  # of all group norms


class Embedding(nn.Module):
    """Linear, SiLU, linear."""

    def __init__(self, width_in: int, width: int, out: int) -> None:
        super().__init__()
        self.linear_1, self.linear_2 = nn.Linear(width_in, width), nn.Linear(width, out)

    def forward(self, x: Tensor) -> Tensor:
        return cast(Tensor, self.linear_2(F.silu(self.linear_1(x))))


class Residual(nn.Module):
    """Two convolutions, of pictures or (over_time) of the frames at each place, around which the input goes.

    time: E, 0 = it is told of none.
    """

    def __init__(self, channels_in: int, channels: int, time: int, eps: float, *, over_time: bool = False) -> None:
        super().__init__()

        def conv(width: int) -> nn.Module:
            if over_time:
                return nn.Conv3d(width, channels, (3, 1, 1), padding=(1, 0, 0))
            return nn.Conv2d(width, channels, 3, padding=1)

        self.norm1, self.conv1 = nn.GroupNorm(GROUPS, channels_in, eps), conv(channels_in)
        self.time_emb_proj = nn.Linear(time, channels) if time else None
        self.norm2, self.conv2 = nn.GroupNorm(GROUPS, channels, eps), conv(channels)
        self.conv_shortcut = nn.Conv2d(channels_in, channels, 1) if channels_in != channels else nn.Identity()

    def forward(self, x: Tensor, time: Tensor | None = None) -> Tensor:
        """x (B T, C, h, w), or over time (B, C, T, h, w); time (B T, E)."""
        y = self.conv1(F.silu(self.norm1(x)))
        if self.time_emb_proj is not None and time is not None:
            told = self.time_emb_proj(F.silu(time))[..., None, None]  # (B T, C, 1, 1)
            y = y + (told if x.ndim == 4 else torch.unflatten(told, 0, (len(x), -1)).transpose(1, 2))
        y = self.conv2(F.silu(self.norm2(y)))
        return cast(Tensor, self.conv_shortcut(x) + y)


class Mixer(nn.Module):
    """A learnt share of what was seen in space, the rest of what was seen over time. switched: the other way round."""

    def __init__(self, *, switched: bool = False) -> None:
        super().__init__()
        self.mix_factor, self.switched = nn.Parameter(torch.zeros(1)), switched

    def forward(self, space: Tensor, time: Tensor) -> Tensor:
        share = torch.sigmoid(self.mix_factor).to(space.dtype)
        share = 1 - share if self.switched else share
        return share * space + (1 - share) * time


class SpaceTime(nn.Module):
    """Residual blocks in space and over time. eps: of both norms."""

    def __init__(
        self, channels_in: int, channels: int, time: int, eps: tuple[float, float], *, switched: bool = False
    ) -> None:
        super().__init__()
        self.spatial_res_block = Residual(channels_in, channels, time, eps[0])
        self.temporal_res_block = Residual(channels, channels, time, eps[1], over_time=True)
        self.time_mixer = Mixer(switched=switched)

    def forward(self, x: Tensor, frames: int, time: Tensor | None = None) -> Tensor:
        """x (B T, C, h, w), time (B T, E)."""
        space = torch.unflatten(self.spatial_res_block(x, time), 0, (-1, frames)).transpose(1, 2)  # (B, C, T, h, w)
        mixed = self.time_mixer(space, self.temporal_res_block(space, time))
        return cast(Tensor, mixed.transpose(1, 2).flatten(0, 1))


class Attention(nn.Module):
    """context: width of what is attended to, 0 = itself. bias: of queries, keys and values."""

    def __init__(self, width: int, heads: int, context: int = 0, *, bias: bool = False) -> None:
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(width, width, bias=bias)
        self.to_k, self.to_v = (nn.Linear(context or width, width, bias=bias) for _ in range(2))
        self.to_out = nn.ModuleList([nn.Linear(width, width)])

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        """x (B, N, D), context (B, L, D')."""
        source = x if context is None else context
        parts = (self.to_q(x), self.to_k(source), self.to_v(source))
        q, k, v = (torch.unflatten(part, 2, (self.heads, -1)).transpose(1, 2) for part in parts)
        return cast(Tensor, self.to_out[0](F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)))


class PictureAttention(Attention):
    """One head of attention within each picture, added to it."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, 1, bias=True)
        self.group_norm = nn.GroupNorm(GROUPS, channels, 1e-6)

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        """x (B, C, h, w)."""
        tokens = self.group_norm(x).flatten(2).transpose(1, 2)
        return x + super().forward(tokens).transpose(1, 2).reshape(x.shape)


class _Gate(nn.Module):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.proj = nn.Linear(width, 2 * hidden)

    def forward(self, x: Tensor) -> Tensor:
        value, gate = self.proj(x).chunk(2, -1)
        return cast(Tensor, value * F.gelu(gate))


class FeedForward(nn.Module):
    """A gated layer four times as wide, and back."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.net = nn.ModuleList([_Gate(width, 4 * width), nn.Identity(), nn.Linear(4 * width, width)])

    def forward(self, x: Tensor) -> Tensor:
        return cast(Tensor, self.net[2](self.net[0](x)))


class Block(nn.Module):
    """Attention within x and to the context, and a feed-forward layer."""

    def __init__(self, width: int, heads: int, context: int) -> None:
        super().__init__()
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(width) for _ in range(3))
        self.attn1, self.attn2 = Attention(width, heads), Attention(width, heads, context)
        self.ff = FeedForward(width)

    def attended(self, x: Tensor, context: Tensor) -> Tensor:
        """x (B, N, D), context (B, L, D')."""
        x = x + self.attn1(self.norm1(x))
        x = x + self.attn2(self.norm2(x), context)
        return cast(Tensor, x + self.ff(self.norm3(x)))


class TimeBlock(Block):
    """A transformer block over the frames at each place; see `Block`."""

    def __init__(self, width: int, heads: int, context: int) -> None:
        super().__init__(width, heads, context)
        self.norm_in, self.ff_in = nn.LayerNorm(width), FeedForward(width)

    def over_time(self, x: Tensor, frames: int, context: Tensor) -> Tensor:
        """x (B T, N, D), context (B, L, D')."""
        places = x.shape[1]
        y = torch.unflatten(x, 0, (-1, frames)).transpose(1, 2).flatten(0, 1)  # (B N, T, D)
        y = self.attended(y + self.ff_in(self.norm_in(y)), context.repeat_interleave(places, 0))
        return torch.unflatten(y, 0, (-1, places)).transpose(1, 2).flatten(0, 1)


class Transformer(nn.Module):
    """Blocks in space and over time, in turn, around which the input goes."""

    def __init__(self, channels: int, heads: int, context: int) -> None:
        super().__init__()
        self.channels = channels
        self.norm, self.proj_in = nn.GroupNorm(GROUPS, channels, 1e-6), nn.Linear(channels, channels)
        self.transformer_blocks = nn.ModuleList([Block(channels, heads, context)])
        self.temporal_transformer_blocks = nn.ModuleList([TimeBlock(channels, heads, context)])
        self.time_pos_embed, self.time_mixer = Embedding(channels, 4 * channels, channels), Mixer()
        self.proj_out = nn.Linear(channels, channels)

    def forward(self, x: Tensor, frames: int, context: Tensor) -> Tensor:
        """x (B T, C, h, w), context (B, L, D')."""
        y = self.proj_in(self.norm(x).flatten(2).transpose(1, 2))  # (B T, N, C)
        places = sinusoid(torch.arange(frames, device=x.device), self.channels).to(y.dtype)
        shift = self.time_pos_embed(places).repeat(len(x) // frames, 1)[:, None]  # (B T, 1, C)
        for block, over_time in zip(self.transformer_blocks, self.temporal_transformer_blocks, strict=True):
            assert isinstance(block, Block)
            assert isinstance(over_time, TimeBlock)
            y = block.attended(y, context.repeat_interleave(frames, 0))
            y = self.time_mixer(y, over_time.over_time(y + shift, frames, context))
        return cast(Tensor, x + self.proj_out(y).transpose(1, 2).reshape(x.shape))


class Down(nn.Module):
    """Half the height and width. even: padded on both sides, else after the last row and column alone."""

    def __init__(self, channels: int, *, even: bool) -> None:
        super().__init__()
        self.even = even
        self.conv = nn.Conv2d(channels, channels, 3, 2, padding=1 if even else 0)

    def forward(self, x: Tensor) -> Tensor:
        return cast(Tensor, self.conv(x if self.even else F.pad(x, (0, 1, 0, 1))))


class Up(nn.Module):
    """Height and width as large as given, or twice."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor, size: tuple[int, int] | None = None) -> Tensor:
        size = size or (2 * x.shape[2], 2 * x.shape[3])
        return cast(Tensor, self.conv(F.interpolate(x, size, mode="nearest")))
