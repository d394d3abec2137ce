"""LTX-Video's diffusion transformer (HaCohen et al. 2024, arXiv 2501.00103).

    B batch   N tokens   C channels   L text tokens   D width   H heads

Parameters have the names and shapes of the published files; numbers equal diffusers' LTXVideoTransformer3DModel. Every
token has its own time and its own place, so that tokens may be given, and may come from outside the grid.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from soracli.models.common.acceleration import FirstBlockCache
from soracli.models.common.layers import Attention, FeedForward, Turn, TwoLayer, gelu, rms, sinusoid

if TYPE_CHECKING:
    from soracli.models.common.parallel import Share

EPS = 1e-6
FREQUENCIES = 256
EXTENT = (20.0, 2048.0, 2048.0)  # seconds, pixels, pixels that the positions were trained over


@dataclass(frozen=True)
class LtxConfig:
    """channels: C. head: width of a head. text: width of the encoder's states."""

    channels: int = 128
    heads: int = 32
    head: int = 64
    depth: int = 28
    text: int = 4096


class Block(nn.Module):
    """Self-attention, cross-attention to the prompt and an MLP, modulated by the noise level (AdaLN-single)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attn1, self.attn2 = Attention(width, heads, 1e-5), Attention(width, heads, 1e-5)
        self.ff = FeedForward(width, 4 * width)
        self.scale_shift_table = nn.Parameter(torch.zeros(6, width))

    def forward(self, x: Tensor, context: Tensor, modulation: Tensor, turn: Turn, bias: Tensor | None) -> Tensor:
        """x (B, N, D), context (B, L, D), modulation (B, 1|N, 6D), bias (B, 1, 1, L)."""
        shift, scale, gate, shift_ff, scale_ff, gate_ff = (
            self.scale_shift_table + torch.unflatten(modulation, 2, (6, -1))
        ).unbind(2)
        x = x + gate * self.attn1(rms(x, None, EPS) * (1 + scale) + shift, turn=turn)
        x = x + self.attn2(x, context, bias=bias)
        out: Tensor = x + gate_ff * self.ff(rms(x, None, EPS) * (1 + scale_ff) + shift_ff)
        return out


class _Embedder(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.timestep_embedder = TwoLayer(FREQUENCIES, width, F.silu)


class TimeEmbedding(nn.Module):
    """Noise level -> its embedding, and the modulation of all blocks."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.emb = _Embedder(width)
        self.linear = nn.Linear(width, 6 * width)


class LtxTransformer(nn.Module):
    """LTX-Video's transformer (HaCohen et al. 2024): latent tokens and prompt -> velocity."""

    share: Share | None = None  # of the tokens, where several processes work together

    def __init__(self, config: LtxConfig) -> None:
        super().__init__()
        self.config = config
        width = self.width = config.heads * config.head
        self.proj_in, self.proj_out = nn.Linear(config.channels, width), nn.Linear(width, config.channels)
        self.time_embed = TimeEmbedding(width)
        self.caption_projection = TwoLayer(config.text, width, gelu)
        self.transformer_blocks = nn.ModuleList(Block(width, config.heads) for _ in range(config.depth))
        self.scale_shift_table = nn.Parameter(torch.zeros(2, width))

    def forward(
        self,
        x: Tensor,
        times: Tensor,
        text: Tensor,
        mask: Tensor | None,
        places: Tensor,
        skipping: FirstBlockCache | None = None,
    ) -> Tensor:
        """Tokens (B, N, C) -> their velocity (B, N, C).

        times: thousandths of the noise level, (B, 1) or one per token (B, N). text, mask: states (B, L, 4096), and
        which of them are tokens (B, L), None = all. places: (B, 3, N) seconds, pixels, pixels.
        skipping: lets the later blocks be skipped.
        """
        turn = self.turn(places)
        bias = None if mask is None else ((1 - mask.to(x.dtype)) * -10000.0)[:, None, None]  # (B, 1, 1, L)
        time = self.time_embed.emb.timestep_embedder(sinusoid(times, FREQUENCIES).to(x.dtype))  # (B, 1|N, D)
        modulation = self.time_embed.linear(F.silu(time))  # (B, 1|N, 6D)
        x, context = self.proj_in(x), self.caption_projection(text)
        if self.share is not None:
            self.share.total = x.shape[1]
            x, time, modulation = self.share.part(x), self.share.part(time), self.share.part(modulation)
            turn = self.share.part(turn[0]), self.share.part(turn[1])

        def step(number: int, x: Tensor) -> Tensor:
            out: Tensor = self.transformer_blocks[number](x, context, modulation, turn, bias)
            return out

        steps = [partial(step, number) for number in range(len(self.transformer_blocks))]
        if skipping is not None:
            x, steps = skipping.through(x, steps), []
        for each in steps:  # here, where nothing else holds x
            x = each(x)
        shift, scale = (self.scale_shift_table + time[:, :, None]).unbind(2)
        out: Tensor = self.proj_out(F.layer_norm(x, x.shape[-1:], eps=EPS) * (1 + scale) + shift)
        return out if self.share is None else self.share.whole(out)

    def turn(self, places: Tensor) -> Turn:
        """Rotary positions; what does not divide by six turns nothing."""
        count = self.width // 6
        rates = 10000.0 ** torch.linspace(0, 1, count, device=places.device) * math.pi / 2
        shares = places / torch.tensor(EXTENT, device=places.device)[None, :, None]  # (B, 3, N)
        angles = (rates[None, None, :, None] * (shares.transpose(1, 2)[:, :, None] * 2 - 1)).flatten(2)  # (B, N, 3n)
        rest = self.width % 6 // 2
        heads = (self.config.heads, -1)
        cos, sin = F.pad(angles.cos(), (rest, 0), value=1.0), F.pad(angles.sin(), (rest, 0))
        return torch.unflatten(cos, 2, heads), torch.unflatten(sin, 2, heads)
