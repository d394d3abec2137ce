"""Integrators of the flow. A solver is a generator over a denoiser and a list of noise levels.

    solver(denoise, x, sigmas) -> yields x after each step

denoise: (x, sigma: float) -> x0, any shape. sigmas: floats (N + 1,), falling, the last may be 0.
Solvers know nothing of prompts, masks or progress. With alpha = 1 - sigma, lambda = log(alpha / sigma).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor

from soracli.sampling import flow

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


def unipc(denoise: Denoise, x: Tensor, sigmas: Sequence[float]) -> Iterator[Tensor]:
    """Second order, one evaluation a step (Zhao et al. 2023, UniPC-2 with B(h) = exp(h) - 1, data prediction).

    Each prediction first corrects the step that led to it, then makes the next one. Wan's own solver.
    """
    levels = [min(sigma, 1 - 1e-6) for sigma in sigmas]  # from pure noise the way in log-SNR would be endless
    guesses: list[Tensor] = []  # clean predictions so far; the last two are used
    rises: list[float] = []  # in log-SNR, of the steps so far
    start, order = x, 0
    for k, (sigma, following) in enumerate(pairwise(sigmas)):
        x0 = denoise(x, sigma)
        if k > 0:
            x = _corrected(start, (*guesses[-2:], x0), (sigmas[k - 1], sigma), rises, order)
        guesses = [*guesses[-1:], x0]
        start, order = x, min(2, len(levels) - 1 - k, k + 1)
        rises = [*rises[-1:], _log_snr(levels[k + 1]) - _log_snr(levels[k])]
        x = x0 + (x - x0) * (following / sigma)  # an Euler step
        if order == 2:
            gain, ratio = math.expm1(-rises[-1]), -rises[-2] / rises[-1]
            x = x - (1 - following) * gain / 2 / ratio * (guesses[-2] - x0)
        yield x


def renoised(
    denoise: Denoise, x: Tensor, sigmas: Sequence[float], draw: Callable[[Tensor], Tensor]
) -> Iterator[Tensor]:
    """Each step predicts the clean latents and puts fresh noise of the next level on all of them (Song et al. 2023,
    "Consistency Models", algorithm 1): how distilled models that jump to the end are sampled.

    draw: noise of the shape of what it is given.
    """
    for sigma, following in pairwise(sigmas):
        x0 = denoise(x, sigma)
        x = x0 if following == 0 else flow.noised(x0, draw(x0), following)
        yield x


def drawn(like: Tensor, generator: torch.Generator) -> Tensor:
    """Noise of a shape, drawn on the CPU, so that it is the same on every device."""
    return torch.randn(like.shape, generator=generator).to(like.device)


def _corrected(
    start: Tensor, guesses: Sequence[Tensor], levels: tuple[float, float], rises: Sequence[float], order: int
) -> Tensor:
    """The step from `start` between two levels, done again with the prediction at its end, the last of `guesses`."""
    before, level = levels
    rise, news = rises[-1], guesses[-1] - guesses[-2]
    gain = math.expm1(-rise)
    x = guesses[-2] + (start - guesses[-2]) * (level / before)
    if order == 1:
        return x - (1 - level) * gain / 2 * news
    first = -gain / rise - 1  # the moments of exp over the step
    second = -first / rise - 0.5
    ratio = -rises[-2] / rise
    past = (first - 2 * second) / gain / (1 - ratio)
    return x - (1 - level) * gain * (past / ratio * (guesses[-3] - guesses[-2]) + (first / gain - past) * news)


def _log_snr(sigma: float) -> float:
    if sigma <= 0:
        return math.inf
    return -math.inf if sigma >= 1 else math.log((1 - sigma) / sigma)


SOLVERS: dict[str, Solver] = {"euler": euler, "heun": heun, "dpmpp_2m": dpmpp_2m, "unipc": unipc}
RENOISED = "renoised"  # no integrator of the flow, and so none of these


def seeded(name: str, seed: int) -> Solver:
    """A solver by name, or the one that draws noise of its own, from this seed."""
    if name != RENOISED:
        return SOLVERS[name]
    return partial(renoised, draw=partial(drawn, generator=torch.Generator().manual_seed(seed)))
