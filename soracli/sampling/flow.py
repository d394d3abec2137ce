"""The mathematics, once: rectified flow between data and noise. Sampler and trainer both import this.

For sigma in [0, 1], 0 = clean and 1 = pure noise (Liu et al. 2022, "Flow Straight and Fast", eq. 1;
time runs data -> noise as in flux, Wan and LTX, the reverse of SiT):

    x = (1 - sigma) * x0 + sigma * eps        eps ~ N(0, I)
    v = dx/dsigma = eps - x0
    x0 = x - sigma * v
"""

from __future__ import annotations

import torch
from torch import Tensor


def noised(x0: Tensor, eps: Tensor, sigma: Tensor | float) -> Tensor:
    """Clean latents at noise level sigma (broadcastable to x0)."""
    return (1 - sigma) * x0 + sigma * eps


def velocity(x0: Tensor, eps: Tensor) -> Tensor:
    """dx/dsigma along the straight path."""
    return eps - x0


def clean_from_velocity(x: Tensor, v: Tensor, sigma: Tensor | float) -> Tensor:
    """x0 of a point x on the straight path of velocity v at noise level sigma."""
    return x - sigma * v


def velocity_from_clean(x: Tensor, x0: Tensor, sigma: Tensor | float, floor: float = 0.0) -> Tensor:
    """(x - x0) / max(sigma, floor). A floor bounds the training weight near sigma = 0 (Li & He 2025, JiT)."""
    bounded = sigma.clamp(min=floor) if isinstance(sigma, Tensor) else max(sigma, floor)
    return (x - x0) / bounded


def shifted(sigma: Tensor, shift: float) -> Tensor:
    """Warp towards noise, s*sigma / (1 + (s-1)*sigma) (Esser et al. 2024, eq. 23). shift 1 = identity."""
    return shift * sigma / (1 + (shift - 1) * sigma)


def schedule(steps: int, shift: float = 1.0, start: float = 1.0) -> Tensor:
    """Falling noise levels (steps + 1,) to exactly 0, float64.

    start: where on the way from 0 to 1 they begin, before the warp: half of it is half of the schedule, whatever the
    shift, so that an edit of strength 0.5 undoes half of the work.
    """
    return shifted(torch.linspace(start, 0, steps + 1, dtype=torch.float64), shift)
