"""Integrators of the flow. A solver is a generator over a denoiser and a list of noise levels.

    solver(denoise, x, sigmas) -> yields x after each step

denoise: (x, sigma: float) -> x0, any shape. sigmas: floats (N + 1,), falling, the last may be 0.
Solvers know nothing of prompts, masks or progress. With alpha = 1 - sigma, lambda = log(alpha / sigma).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from torch import Tensor

Denoise = Callable[[Tensor, float], Tensor]
Solver = Callable[[Denoise, Tensor, Sequence[float]], Iterator[Tensor]]


def euler(denoise: Denoise, x: Tensor, sigmas: Sequence[float]) -> Iterator[Tensor]:
    """First order; each step moves straight towards the predicted clean latents."""
    for sigma, following in pairwise(sigmas):
        x0 = denoise(x, sigma)
        x = x0 + (x - x0) * (following / sigma)
        yield x


def heun(denoise: Denoise, x: Tensor, sigmas: Sequence[float]) -> Iterator[Tensor]:
    """Second order, two evaluations a step (Karras et al. 2022, algorithm 1, on the flow's velocity)."""
    for sigma, following in pairwise(sigmas):
        v = (x - denoise(x, sigma)) / sigma
        ahead = x + v * (following - sigma)
        if following > 0:
            v = (v + (ahead - denoise(ahead, following)) / following) / 2
        x = x + v * (following - sigma)
        yield x


def dpmpp_2m(denoise: Denoise, x: Tensor, sigmas: Sequence[float]) -> Iterator[Tensor]:
    """Second order, one evaluation a step (Lu et al. 2022, DPM-Solver++ algorithm 2, data prediction)."""
    before: Tensor | None = None
    last_rise = 0.0
    for sigma, following in pairwise(sigmas):
        x0 = denoise(x, sigma)
        rise = _log_snr(following) - _log_snr(sigma)
        guess = x0
        if before is not None and math.isfinite(rise) and math.isfinite(last_rise):
            ratio = rise / last_rise / 2
            guess = x0 + ratio * (x0 - before)
        x = guess + (x - guess) * (following / sigma)  # an Euler step towards the extrapolated guess
        before, last_rise = x0, rise
        yield x


def _log_snr(sigma: float) -> float:
    if sigma <= 0:
        return math.inf
    return -math.inf if sigma >= 1 else math.log((1 - sigma) / sigma)


SOLVERS: dict[str, Solver] = {"euler": euler, "heun": heun, "dpmpp_2m": dpmpp_2m}
