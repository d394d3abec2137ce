"""Wan's diffusion transformer (Wan Team 2025, arXiv 2503.20314) with the branch of VACE (Jiang et al. 2025).

    B batch   C channels   t, h, w latent grid   N = t * h/2 * w/2 tokens   L text tokens   D width   H heads

Parameters have the names and shapes of the published files; numbers equal diffusers' WanTransformer3DModel and
WanVACETransformer3DModel. Norms, modulation and residual sums are float32 whatever the weights are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from soracli.models.common.acceleration import FirstBlockCache
from soracli.models.common.layers import Attention, FeedForward, Past, Turn, TwoLayer, gelu, sinusoid

if TYPE_CHECKING:
    from soracli.models.common.parallel import Share

EPS = 1e-6
PATCH = 2  # latent cells per token, both ways


@dataclass(frozen=True)
class WanConfig:
    """channels_in: C and what is concatenated to it. channels: C. head: width of a head. hidden: of feed-forward.

    text: width of the encoder's states. frequencies: of the time's sinusoid. vace: blocks that a control block feeds.
    control: channels of the control tensor. image: width of the states of pictures, 0 = it sees none. places: tokens of
    all pictures, where each has a learnt place (first and last frame), 0 = none.
    """

    channels_in: int = 16
    channels: int = 16
    heads: int = 12
    head: int = 128
    depth: int = 30
    hidden: int = 8960
    text: int = 4096
    frequencies: int = 256
    vace: tuple[int, ...] = ()
    control: int = 96
    image: int = 0
    places: int = 0


def normed(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """Layer norm in float32, scaled and shifted by the time's modulation."""
    out: Tensor = F.layer_norm(x.float(), x.shape[-1:], eps=EPS) * (1 + scale) + shift
    return out.to(x.dtype)


class Block(nn.Module):
    """Self-attention, cross-attention to the prompt (and a picture) and an MLP, modulated by the noise level."""

    def __init__(self, width: int, heads: int, hidden: int, *, pictures: bool = False) -> None:
        super().__init__()
        self.attn1, self.attn2 = Attention(width, heads, EPS), Attention(width, heads, EPS, pictures=pictures)
        self.ffn = FeedForward(width, hidden)
        self.norm2 = nn.LayerNorm(width, eps=EPS)
        self.scale_shift_table = nn.Parameter(torch.zeros(1, 6, width))

    def forward(
        self,
        x: Tensor,
        context: Tensor,
        modulation: Tensor,
        turn: Turn,
        pictures: Tensor | None = None,
        past: Past | None = None,
    ) -> Tensor:
        """x (B, N, D), context (B, L, D), modulation (B, 1 or N, 6, D), pictures (B, M, D), past: see `Attention`."""
        shift, scale, gate, shift_ff, scale_ff, gate_ff = (self.scale_shift_table[None] + modulation.float()).unbind(2)
        x = (x.float() + self.attn1(normed(x, scale, shift), turn=turn, past=past) * gate).to(x.dtype)
        weight, bias = self.norm2.weight.float(), self.norm2.bias.float()
        asking = F.layer_norm(x.float(), x.shape[-1:], weight, bias, EPS).to(x.dtype)
        x = x + self.attn2(asking, context, pictures=pictures)
        out: Tensor = x.float() + self.ffn(normed(x, scale_ff, shift_ff)).float() * gate_ff
        return out.to(x.dtype)


class ControlBlock(Block):
    """A block that looks at the control tensor, and hands a hint to one of the main ones."""

    def __init__(self, width: int, heads: int, hidden: int, first: bool) -> None:
        super().__init__(width, heads, hidden)
        self.proj_in = nn.Linear(width, width) if first else None
        self.proj_out = nn.Linear(width, width)


class Pictures(nn.Module):
    """Embeds what CLIP saw: (B, M, image) -> (B, M, D)."""

    def __init__(self, image: int, width: int, places: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(image), nn.LayerNorm(width)
        self.ff = FeedForward(image, image, width, F.gelu)
        if places:
            self.pos_embed = nn.Parameter(torch.zeros(1, places, image))

    def forward(self, states: Tensor) -> Tensor:
        x = states + self.pos_embed if hasattr(self, "pos_embed") else states
        x = _layer_normed(x, self.norm1)
        return _layer_normed(self.ff(x), self.norm2)


def _layer_normed(x: Tensor, norm: nn.LayerNorm) -> Tensor:
    """In float32."""
    return F.layer_norm(x.float(), x.shape[-1:], norm.weight.float(), norm.bias.float(), norm.eps).to(x.dtype)


class Conditions(nn.Module):
    """Embeds the time, the prompt, and pictures."""

    def __init__(self, config: WanConfig, width: int) -> None:
        super().__init__()
        self.time_embedder = TwoLayer(config.frequencies, width, F.silu)
        self.time_proj = nn.Linear(width, 6 * width)
        self.text_embedder = TwoLayer(config.text, width, gelu)
        if config.image:
            self.image_embedder = Pictures(config.image, width, config.places)


class WanTransformer(nn.Module):
    """Wan's transformer (Wan Team 2025): latent patches and prompt -> velocity."""

    share: Share | None = None  # of the tokens, where several processes work together

    def __init__(self, config: WanConfig) -> None:
        super().__init__()
        self.config = config
        width = config.heads * config.head
        step = (1, PATCH, PATCH)
        self.patch_embedding = nn.Conv3d(config.channels_in, width, step, step)
        self.condition_embedder = Conditions(config, width)
        sees = config.image > 0
        self.blocks = nn.ModuleList(
            Block(width, config.heads, config.hidden, pictures=sees) for _ in range(config.depth)
        )
        if config.vace:
            self.vace_patch_embedding = nn.Conv3d(config.control, width, step, step)
            self.vace_blocks = nn.ModuleList(
                ControlBlock(width, config.heads, config.hidden, i == 0) for i in range(len(config.vace))
            )
        self.proj_out = nn.Linear(width, config.channels * PATCH * PATCH)
        self.scale_shift_table = nn.Parameter(torch.zeros(1, 2, width))

    def forward(
        self,
        x: Tensor,
        times: Tensor,
        text: Tensor,
        control: Tensor | None = None,
        skipping: FirstBlockCache | None = None,
        seen: Tensor | None = None,
        past: Sequence[Past] | None = None,
        start: int = 0,
    ) -> Tensor:
        """Latents (B, C_in, t, h, w) -> their velocity (B, C, t, h, w).

        times: thousandths of the noise level, (B,) or one per token (B, N). text: states of the encoder (B, L, 4096).
        control: (B, 96, t, h, w), for VACE. skipping: lets the later blocks be skipped. seen: states of
        pictures (B, M, image). past: of each block, the latent frames before `start`, where these begin.
        """
        batch, _, frames, high, wide = x.shape
        turn = self.turn(frames, high // PATCH, wide // PATCH, x.device, start)
        x = self.patch_embedding(x).flatten(2).transpose(1, 2)  # (B, N, D)
        embed = self.condition_embedder
        waves = sinusoid(times[:, None] if times.ndim == 1 else times, self.config.frequencies)
        time = embed.time_embedder(waves.to(embed.time_embedder.linear_1.weight.dtype)).to(text.dtype)  # (B, 1|N, D)
        modulation = torch.unflatten(embed.time_proj(F.silu(time)), 2, (6, -1))  # (B, 1|N, 6, D)
        context = embed.text_embedder(text)  # (B, L, D)
        pictures = None if seen is None else embed.image_embedder(seen)  # (B, M, D)
        if self.share is not None:
            self.share.total = x.shape[1]
            x, time, modulation = self.share.part(x), self.share.part(time), self.share.part(modulation)
            turn = self.share.part(turn[0]), self.share.part(turn[1])
        hints = iter(()) if control is None else self.hints(x, control, context, modulation, turn)
        fed = () if control is None else self.config.vace

        def step(number: int, x: Tensor) -> Tensor:
            x = self.blocks[number](x, context, modulation, turn, pictures, None if past is None else past[number])
            return x + next(hints) if number in fed else x

        steps = [partial(step, number) for number in range(len(self.blocks))]
        if skipping is not None:
            x, steps = skipping.through(x, steps), []
        for each in steps:  # here, where nothing else holds x
            x = each(x)
        shift, scale = (self.scale_shift_table[None] + time[:, :, None]).unbind(2)
        x = self.proj_out(normed(x, scale, shift))  # (B, N, 4C)
        x = x if self.share is None else self.share.whole(x)
        x = x.view(batch, frames, high // PATCH, wide // PATCH, PATCH, PATCH, -1)
        return x.permute(0, 6, 1, 2, 4, 3, 5).reshape(batch, -1, frames, high, wide)

    def hints(self, x: Tensor, control: Tensor, context: Tensor, modulation: Tensor, turn: Turn) -> Iterator[Tensor]:
        """What the control tensor adds after each block that it feeds, (B, N, D), made when it is asked for."""
        y = self.vace_patch_embedding(control).flatten(2).transpose(1, 2)
        y = y if self.share is None else self.share.part(y)
        for block in self.vace_blocks:
            assert isinstance(block, ControlBlock)
            y = y if block.proj_in is None else block.proj_in(y) + x
            y = block(y, context, modulation, turn)
            yield block.proj_out(y)

    def turn(self, frames: int, rows: int, columns: int, device: torch.device, start: int = 0) -> Turn:
        """Rotary positions over time, height and width; the two of space have 2 * (d // 6) numbers of a head each.

        start: the first of the frames.
        """
        side = 2 * (self.config.head // 6)
        sizes = ((frames, self.config.head - 2 * side), (rows, side), (columns, side))
        angles = []
        for axis, (count, numbers) in enumerate(sizes):
            rates = 10000.0 ** -(torch.arange(0, numbers, 2, dtype=torch.float64) / numbers)
            first = 0 if axis else start
            angle = torch.outer(torch.arange(first, first + count, dtype=torch.float64), rates)
            shape = [1, 1, 1, len(rates)]
            shape[axis] = count
            angles.append(angle.view(shape).expand(frames, rows, columns, -1))
        whole = torch.cat(angles, -1).flatten(0, 2)[None, :, None]  # (1, N, 1, d/2)
        return whole.cos().float().to(device), whole.sin().float().to(device)
