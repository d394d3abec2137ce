"""Network -> Denoiser: guidance and pinned tokens live here, and nowhere else.

Pinned tokens (mask 0) are set to their clean value on the way in, told to the network as noise level 0,
and blended back on the way out, so that every solver keeps them exact at every step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from soracli.card import Card
from soracli.sampling.solvers import Denoise
from soracli.sampling.temporal_filter import TemporalFilter
from soracli.types import SamplingOptions, Window

if TYPE_CHECKING:
    from soracli.sampling.model import Model

HELD = 7 / 50  # share of the steps in which a draft is held

# (x (B,C,t,h,w), levels (B,t,h,w), sigma) -> x0 (B,C,t,h,w), for one prompt; levels = sigma where painted, else 0
Predict = Callable[[Tensor, Tensor, float], Tensor]


def guided(
    predict: Predict,
    unprompted: Predict,
    guidance: float | Callable[[float], float],
    interval: tuple[float, float] = (0.0, 1.0),
) -> Predict:
    """Classifier-free guidance on the clean prediction (Ho & Salimans 2022), x0_u + g (x0_c - x0_u).

    guidance: a scale, or one for each noise level. Outside `interval` (noise levels) the unprompted pass is saved
    (Kynkäänniemi et al. 2024).
    """

    def run(x: Tensor, levels: Tensor, sigma: float) -> Tensor:
        x0 = predict(x, levels, sigma)
        scale = guidance(sigma) if callable(guidance) else guidance
        if scale == 1.0 or not interval[0] <= sigma <= interval[1]:
            return x0
        return torch.lerp(unprompted(x, levels, sigma), x0, scale)

    return run


def prompted(model: Model, prompt: str, options: SamplingOptions, window: Window, sigmas: Sequence[float]) -> Predict:
    """The model's prediction for a prompt, with guidance as the options and the card say."""
    if options.single_pass(model.guided) or prompt == options.negative:
        return model.predictor(prompt, window, sigmas, options.guidance)
    predict = model.predictor(prompt, window, sigmas)
    unprompted = model.unconditional(options.negative, prompt, window, sigmas)
    low, high = model.card.options.guidance_interval or (0.0, 1.0)
    return guided(predict, unprompted, _scale(model.card, options.guidance), (low, high))


def _scale(card: Card, guidance: float) -> Callable[[float], float]:
    """Guidance by noise level: where a second expert paints, the share of it that the card says."""
    boundary, share = float(card.params.get("boundary", 0.0)), float(card.params.get("low_share", 1.0))
    return lambda sigma: guidance if sigma >= boundary else share * guidance


def filtered(predict: Predict, steady: TemporalFilter | None, stills: int) -> Predict:
    """Apply the temporal filter to each prediction. stills: pictures, which come first."""
    if steady is None:
        return predict

    def run(x: Tensor, levels: Tensor, sigma: float) -> Tensor:
        x0 = predict(x, levels, sigma)
        return torch.cat([x0[:, :, :stills], steady.hold(x0[:, :, stills:])], 2)

    return run


def two_clocks(denoise: Denoise, draft: Tensor, region: Tensor, strong: float) -> Denoise:
    """Time-to-Move (Singer et al. 2025, arXiv 2511.08633, dual-clock denoising): down to the noise level `strong` a
    region is the draft under noise, and from there on it is painted like the rest, which was from the start.

    The draft as the clean prediction makes every solver's steps just that. draft: (B, C, t, h, w) latents.
    region: bool (B, t, h, w).
    """
    inside = region[:, None]

    def run(x: Tensor, sigma: float) -> Tensor:
        x0 = denoise(x, sigma)
        return torch.where(inside, draft, x0) if sigma > strong else x0

    return run


def strong_level(sigmas: Sequence[float]) -> float:
    """The noise level down to which a draft is held: after as many of the steps as Time-to-Move takes for Wan."""
    return sigmas[max(1, round(HELD * (len(sigmas) - 1)))]


def pinned(
    network: Predict,
    clean: Tensor | None,
    mask: Tensor,
) -> Denoise:
    """A denoiser that keeps given latents.

    clean: (B, C, t, h, w) given latents, or None if nothing is given. mask: (B, t, h, w) 1 = paint, 0 = keep.
    """
    paint = mask[:, None]  # (B, 1, t, h, w)

    def denoise(x: Tensor, sigma: float) -> Tensor:
        held = x if clean is None else torch.where(paint > 0, x, clean)
        x0 = network(held, sigma * mask, sigma)
        return x0 if clean is None else torch.where(paint > 0, x0, clean)

    return denoise
