"""A tiny spark whose weights are random all through, so that nothing is zero by construction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, TypeVar, cast

import torch
from torch import Tensor, nn

from soracli.card import Card
from soracli.models.spark import Spark
from soracli.models.spark.dit import Dit, DitConfig
from soracli.models.spark.text import Context, TextEncoder
from soracli.models.spark.vae import LinearPath, Vae, VaeConfig
from soracli.types import SamplingOptions

CHANNELS = 16
STRIDE = (8, 32, 32)
M = TypeVar("M", bound=nn.Module)


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def stirred(module: M, size: float = 0.15, seed: int = 0) -> M:
    """Add noise to every parameter, and give linear paths an orthonormal basis, a mean and a scale."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(size * torch.randn(parameter.shape, generator=generator))
        for path in (part for part in module.modules() if isinstance(part, LinearPath)):
            for basis in (path.block_basis, path.cell_basis):
                basis.copy_(torch.linalg.qr(torch.randn(basis.shape, generator=generator))[0])
            for mean in (path.mean, path.cell_mean):
                mean.copy_(0.1 * torch.randn(mean.shape, generator=generator))
            path.scale.copy_(torch.rand(path.scale.shape, generator=generator) + 0.5)
    return module.eval().requires_grad_(False)


def vae() -> Vae:
    config = VaeConfig(channels=CHANNELS, block=8, refine_width=8, refine_depth=1)
    return stirred(Vae(config))


def dit(**config: Any) -> Dit:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = stirred(Dit(DitConfig(channels=CHANNELS, depth=2, **config)))
    network.heard.weight.mul_(0.1)  # it has many inputs
    network.spectrum.copy_(torch.linspace(2, 0.1, CHANNELS))
    return network


class Words:
    """Stands in for the text encoder: every prompt has three states of its own."""

    def __call__(self, prompts: Sequence[str]) -> Context:
        seeds = [sum(ord(letter) * 31**i for i, letter in enumerate(prompt)) % 2**31 for prompt in prompts]
        states = torch.stack([noise(3, 384, seed=seed) for seed in seeds])
        return Context(states, torch.ones(len(prompts), 3, dtype=torch.bool), (0,) * len(prompts))


def spark(few: bool = False, **params: Any) -> Spark:
    card = Card("tiny", "spark", "", "", STRIDE, (), params=params)
    return Spark(card, vae(), dit(few=few), cast(TextEncoder, Words()))


def options(**changes: Any) -> SamplingOptions:
    """Two chunks of 64x32 at 16 fps, two steps."""
    base = SamplingOptions("tiny", 64, 32, Fraction(1), Fraction(16), steps=2, guidance=2.0)
    return replace(base, **changes)
