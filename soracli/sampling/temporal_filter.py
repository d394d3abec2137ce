"""Temporal filter: pull sampled latents towards the value predicted from the given latents beside them in time.

A network paints what lies beside given latent frames anew, a little off everywhere: still scenery would jump where it
takes over. By how much a clip changes from one latent frame to the next can be measured on those that are given, cell
by cell, coarse channels apart from fine ones. A painted cell that strays farther than that from its given neighbours in
time strays by the network's own error, so it is drawn back by as much as the two variances say (a Wiener filter; James
& Stein 1961). A stray that is a large share of the picture itself is meant, by the prompt, and left alone.

For models whose latent frames are independent, channels from coarse to fine. Shapes: (B, C, t, h, w); K bands of
channels.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

NARROW = 4  # channels of the coarsest band; each band after it ends at twice the channel
SHAPE = 5  # bands that show what is in a picture rather than its grain
MEANT = 0.08  # of the power of those bands: a larger change is no error
EVER = float("inf")


@dataclass(frozen=True)
class TemporalFilter:
    """A per-cell Wiener filter, see the module.

    mean: predicted from the given latents (B, C, t, h, w). stray: expected squared error of that, (B, K, t, h, w),
    infinite where nothing is predicted. power: of the given latents (B, K, 1, 1, 1). most: of any cell of them, of the
    same shape, if no other may have more.
    """

    mean: Tensor
    stray: Tensor
    power: Tensor
    most: Tensor | None = None

    @classmethod
    def of(cls, latents: Tensor, mask: Tensor, continued: bool = False) -> TemporalFilter | None:
        """Of latents given where mask (B, t, h, w) is 0; None if no cell is given twice in a row, beside others.

        continued: whether some of what is given was painted itself. Then nothing may be richer in detail than that is
        anywhere, or the grain of one window grows in the next.
        """
        given = mask == 0
        twice = (given[:, 1:] & given[:, :-1])[:, None]  # (B, 1, t - 1, h, w)
        if not twice.any() or given.all():
            return None
        count = twice.sum(2, keepdim=True)  # (B, 1, 1, h, w)
        change = (banded(latents.diff(dim=2).square()) * twice).sum(2, keepdim=True) / count.clamp(min=1)
        before, since = _last(latents, given)
        after, until = (found.flip(2) for found in _last(latents.flip(2), given.flip(1)))
        share = torch.where(until.isinf(), 1.0, until / (since + until).clamp(min=1))  # of the one before
        share = torch.where(since.isinf(), 0.0, share)
        way = torch.where(since.isinf() | until.isinf(), torch.minimum(since, until), since * share)
        # A walk of `change` a step, pinned at both ends; and if these differ, it may have gone over at any time.
        stray = change * way + share * (1 - share) * banded((before - after).square())
        stray = torch.where((count > 0) & ~way.isinf(), stray, EVER)
        held = banded(latents.square()) * given[:, None]
        power = held.sum((2, 3, 4), keepdim=True) / given.sum()
        most = held.amax((2, 3, 4), keepdim=True) if continued else None
        return cls(share * before + (1 - share) * after, stray, power, most)

    def hold(self, x0: Tensor) -> Tensor:
        """Clean latents (B, C, t, h, w), pulled towards the prediction by as much as they are off."""
        apart = banded((x0 - self.mean).square()).clamp(min=1e-12)  # (B, K, t, h, w)
        shape = apart[:, :SHAPE].sum(1, keepdim=True)
        meant = (1 - MEANT * self.power[:, :SHAPE].sum(1, keepdim=True) / shape).clamp(min=0)  # (B, 1, t, h, w)
        kept = (self.stray / apart + meant).clamp(max=1)
        held = torch.lerp(self.mean, x0, _channelwise(kept, x0.shape[1]))
        if self.most is None:
            return held
        bound = (self.most / banded(held.square()).clamp(min=1e-12)).sqrt().clamp(max=1)  # (B, K, t, h, w)
        return held * _channelwise(bound, x0.shape[1])


def banded(x: Tensor) -> Tensor:
    """Mean over the channels of each band, (B, C, t, h, w) -> (B, K, t, h, w)."""
    return torch.stack([x[:, start:stop].mean(1) for start, stop in _bands(x.shape[1])], 1)


def _channelwise(bands: Tensor, channels: int) -> Tensor:
    """The value of each band for all of its channels, (B, K, t, h, w) -> (B, C, t, h, w)."""
    sizes = torch.tensor([stop - start for start, stop in _bands(channels)], device=bands.device)
    return bands.repeat_interleave(sizes, 1)


def _bands(channels: int) -> Iterable[tuple[int, int]]:
    ends = [0]
    while ends[-1] < channels:
        ends.append(min(channels, max(NARROW, 2 * ends[-1])))
    return itertools.pairwise(ends)


def _last(latents: Tensor, given: Tensor) -> tuple[Tensor, Tensor]:
    """The latest given value of each cell, so far (B, C, t, h, w), and how long ago it was (B, 1, t, h, w)."""
    value, ago = torch.zeros_like(latents[:, :, 0]), torch.full_like(latents[:, :1, 0], EVER)
    values, agos = [], []
    for now, here in zip(latents.unbind(2), given.unbind(1), strict=True):
        value = torch.where(here[:, None], now, value)
        ago = torch.where(here[:, None], 0.0, ago + 1)
        values.append(value)
        agos.append(ago)
    return torch.stack(values, 2), torch.stack(agos, 2)
