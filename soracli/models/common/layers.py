"""Layers that the open models share. Names of parameters are those of the published files (diffusers' layout).

B batch   N tokens   L text tokens   D width   H heads
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Activation = Callable[[Tensor], Tensor]
Turn = tuple[Tensor, Tensor]  # cosines and sines of positions, (B, N, 1 or H, d/2), d = width of a head


def gelu(x: Tensor) -> Tensor:
    """The tanh form, which these models were trained with."""
    return F.gelu(x, approximate="tanh")


def sinusoid(times: Tensor, width: int) -> Tensor:
    """Times (...), in thousandths of the noise level -> (..., width): cosines, then sines (Ho et al. 2020)."""
    half = width // 2
    rates = torch.exp(-math.log(10000.0) * torch.arange(half, dtype=torch.float32, device=times.device) / half)
    angles = times.float()[..., None] * rates
    return torch.cat([angles.cos(), angles.sin()], -1)


def rms(x: Tensor, weight: Tensor | None, eps: float) -> Tensor:
    """Root-mean-square norm over the last axis."""
    return F.rms_norm(x, x.shape[-1:], weight, eps)


def rotated(x: Tensor, heads: int, turn: Turn) -> Tensor:
    """Queries or keys (B, N, D) turned by their positions, pair by pair (Su et al. 2021)."""
    cos, sin = turn
    a, b = torch.unflatten(x, 2, (heads, -1, 2)).unbind(-1)  # (B, N, H, d/2)
    turned = torch.stack([(a * cos).sub_(b * sin), (a * sin).add_(b * cos)], -1)
    return turned.flatten(2).to(x.dtype)


class Scale(nn.Module):
    """Holds the weight of a norm under the name that the files give it."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))


class TwoLayer(nn.Module):
    """Linear, activation, linear: embeds times and prompts."""

    def __init__(self, width_in: int, width: int, activation: Activation) -> None:
        super().__init__()
        self.linear_1, self.linear_2 = nn.Linear(width_in, width), nn.Linear(width, width)
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.linear_2(self.activation(self.linear_1(x)))
        return out


class Attention(nn.Module):
    """Attention whose queries and keys are normed over all heads together.

    pictures: whether it attends to states of pictures as well, apart from the others. gather: brings together the keys
    or values of a token's share in every process (see models.ranks).
    """

    gather: Callable[[Tensor], Tensor] | None = None

    def __init__(self, width: int, heads: int, eps: float, *, pictures: bool = False) -> None:
        super().__init__()
        self.heads, self.eps = heads, eps
        self.to_q, self.to_k, self.to_v = (nn.Linear(width, width) for _ in range(3))
        self.to_out = nn.ModuleList([nn.Linear(width, width)])
        self.norm_q, self.norm_k = Scale(width), Scale(width)
        if pictures:
            self.add_k_proj, self.add_v_proj = nn.Linear(width, width), nn.Linear(width, width)
            self.norm_added_k = Scale(width)

    def forward(
        self,
        x: Tensor,
        context: Tensor | None = None,
        turn: Turn | None = None,
        bias: Tensor | None = None,
        pictures: Tensor | None = None,
        past: Past | None = None,
    ) -> Tensor:
        """x (B, N, D) attends to context (B, L, D), to itself if there is none. bias: added to scores, (B, 1, 1, L).

        pictures: states of pictures (B, M, D). past: tokens before it that it attends to as well as to itself.
        """
        source = x if context is None else context
        q = rms(self.to_q(x), self.norm_q.weight, self.eps)  # (B, N, D)
        k = rms(self.to_k(source), self.norm_k.weight, self.eps)  # (B, L, D)
        if turn is not None:
            q, k = rotated(q, self.heads, turn), rotated(k, self.heads, turn)
        v = self.to_v(source)
        if context is None and self.gather is not None:
            k, v = self.gather(k), self.gather(v)
        if past is not None:
            k, v = past.joined(k, v)
        y = self._attended(q, k, v, bias)
        if pictures is not None:
            k = rms(self.add_k_proj(pictures), self.norm_added_k.weight, self.eps)  # (B, M, D)
            y = y + self._attended(q, k, self.add_v_proj(pictures))
        out: Tensor = self.to_out[0](y)
        return out

    def _attended(self, q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None = None) -> Tensor:
        q, k, v = (torch.unflatten(part, 2, (self.heads, -1)).transpose(1, 2) for part in (q, k, v))  # (B, H, N, d)
        return F.scaled_dot_product_attention(q, k, v, bias).transpose(1, 2).flatten(2)  # (B, N, D)


class Past:
    """Keys and values (B, N, D) of the tokens before those in hand, for attention that looks back alone.

    keeping: whether those in hand are added to them.
    """

    def __init__(self) -> None:
        self.keeping = False
        self._kept: tuple[Tensor, Tensor] | None = None

    def joined(self, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values (B, N, ...) with those kept of earlier calls before them; both are kept if `keeping`."""
        if self._kept is not None:
            k, v = torch.cat([self._kept[0], k], 1), torch.cat([self._kept[1], v], 1)
        if self.keeping:
            self._kept = k, v
        return k, v


class _Projection(nn.Module):
    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.proj = nn.Linear(width, hidden)


class FeedForward(nn.Module):
    """Linear, an activation, linear. out: width of what comes out, 0 = the same."""

    def __init__(self, width: int, hidden: int, out: int = 0, activation: Activation = gelu) -> None:
        super().__init__()
        self.net = nn.ModuleList([_Projection(width, hidden), nn.Identity(), nn.Linear(hidden, out or width)])
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        first, _, second = self.net
        assert isinstance(first, _Projection)
        out: Tensor = second(self.activation(first.proj(x)))
        return out


def fold(x: Tensor, time: int, side: int) -> Tensor:
    """Blocks of time x side x side voxels into channels: (B, C, T, H, W) -> (B, C * time * side², T', H', W')."""
    batch, channels, frames, high, wide = x.shape
    x = x.reshape(batch, channels, frames // time, time, high // side, side, wide // side, side)
    return x.permute(0, 1, 3, 5, 7, 2, 4, 6).flatten(1, 4)


def unfold(x: Tensor, time: int, side: int) -> Tensor:
    """The reverse of `fold`."""
    batch, _, frames, high, wide = x.shape
    x = x.reshape(batch, -1, time, side, side, frames, high, wide).permute(0, 1, 5, 2, 6, 3, 7, 4)
    return x.reshape(batch, -1, frames * time, high * side, wide * side)


def patched(pixels: Tensor, side: int) -> Tensor:
    """Squares of pixels into channels, columns before rows: (B, 3, T, H, W) -> (B, 3 * side², T, H/side, W/side)."""
    x = torch.unflatten(fold(pixels, 1, side), 1, (-1, side, side))
    return x.transpose(2, 3).flatten(1, 3)


def unpatched(x: Tensor, side: int) -> Tensor:
    """The reverse of `patched`."""
    return unfold(torch.unflatten(x, 1, (-1, side, side)).transpose(2, 3).flatten(1, 3), 1, side)
