"""What the open models' autoencoders have in common: the first latent frame is one frame, each other `time` of them."""

from __future__ import annotations

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor


def cells(paint: Tensor, time: int, side: int) -> Tensor:
    """Which cells are to be painted: those with any pixel that is. (1, 1, T, H, W) -> (1, t, H/side, W/side)."""
    x = F.max_pool2d(paint[0, 0][:, None], side)[:, 0]  # (T, h, w)
    later = x[1:].reshape(-1, time, *x.shape[1:]).amax(1)
    return torch.cat([x[:1], later])[None]


def together(mask: Tensor, patch: int) -> Tensor:
    """A token is painted as a whole: (1, t, h, w) with squares of cells that are equal."""
    x = F.max_pool2d(mask, patch)
    return x.repeat_interleave(patch, 2).repeat_interleave(patch, 3)


def runs(kept: list[bool]) -> Iterator[range]:
    """Frames that are kept, as stretches without a gap."""
    start = None
    for number, keep in enumerate([*kept, False]):
        if keep and start is None:
            start = number
        elif not keep and start is not None:
            yield range(start, number)
            start = None
