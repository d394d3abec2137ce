"""Wan made causal in time (Zhu et al. 2026, "Causal Forcing", after Huang et al. 2025, "Self Forcing").

A few latent frames at a time are painted, in one to four steps; they attend to themselves and to all before them, whose
keys and values are kept, clean. Nothing before them changes, so that each latent frame is worked on once and can be
shown at once, and a first frame that is given needs nothing but to come first.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from soracli.models.common.layers import Past
from soracli.models.wan.conditioning import THOUSAND
from soracli.models.wan.transformer import WanTransformer
from soracli.sampling import flow

# (latents (1, C, n, h, w), time in thousandths, what is before, its length in latent frames) -> velocity
Velocity = Callable[[Tensor, float, list[Past], int], Tensor]


class Streaming:
    """A denoiser (see `Model.predictor`) of latent frames that grow in number from call to call.

    run: the network. blocks: how many it has. chunk: latent frames that it was trained to paint at a time. Those at
    level 0 before the first that is painted are done, and are read once; one of these belongs to one prompt in one
    sampling.
    """

    def __init__(self, run: Velocity, blocks: int, chunk: int) -> None:
        self.run, self.chunk = run, chunk
        self.past, self.read = [Past() for _ in range(blocks)], 0

    def __call__(self, x: Tensor, levels: Tensor, sigma: float) -> Tensor:
        painted = [bool((levels[:, at] > 0).any()) for at in range(x.shape[2])]
        first = painted.index(True)
        while self.read < first:
            stop = min(self.read + self.chunk - self.read % self.chunk, first)
            self._pass(x[:, :, self.read : stop], 0.0, keeping=True)
            self.read = stop
        part, part_levels = x[:, :, first:], levels[:, None, first:]
        if bool((part_levels == 0).any()):  # what is given beside it, which it never learnt: at the level of the rest
            noise = torch.randn(part.shape, generator=torch.Generator().manual_seed(0)).to(x.device)
            part = torch.where(part_levels > 0, part, flow.noised(part, noise, sigma))
        velocity = self._pass(part, sigma * THOUSAND, keeping=False)
        return torch.cat([x[:, :, :first], flow.clean_from_velocity(part, velocity, sigma)], 2)

    def _pass(self, part: Tensor, time: float, *, keeping: bool) -> Tensor:
        for past in self.past:
            past.keeping = keeping
        return self.run(part, time, self.past, self.read)


def run_by(network: WanTransformer, context: Tensor) -> Velocity:
    """The network for one prompt. context: states of it (1, L, 4096)."""

    def run(part: Tensor, time: float, past: list[Past], start: int) -> Tensor:
        dtype = network.patch_embedding.weight.dtype
        times = torch.full((1,), time, device=part.device)
        velocity: Tensor = network(part.to(dtype), times, context.to(dtype), past=past, start=start)
        return velocity.float()

    return run
