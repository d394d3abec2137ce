"""How Stable Video Diffusion is told of its picture, and its noise in this project's terms.

It was trained as EDM says (Karras et al. 2022): noise of deviation s is added to clean latents, z = x0 + s eps, and
what the network predicts of z / hypot(s, 1) is v, so that x0 = z / (s² + 1) - v s / hypot(s, 1). With
sigma = s / (1 + s) our x = (1 - sigma) x0 + sigma eps is (1 - sigma) z; s / hypot(s, 1) = sigma / n and
1 / hypot(s, 1) = (1 - sigma) / n with n = hypot(sigma, 1 - sigma). Noisy latents are the same up to their length, and
so are Euler's steps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from soracli.models.common.clip_vision import MEAN, STD

HIGHEST, LOWEST, BEND = 700.0, 0.002, 7.0  # deviations of noise, from the first step to the last, and how they fall
BLUR = 3  # pixels of the smallest kernel


@dataclass(frozen=True)
class Control:
    """embedding: of the picture (1, 1, 1024). latents: of the picture, with a little noise, (1, C, h, w).

    told: frames a second less one, amount of motion, deviation of that noise, (1, 3).
    """

    embedding: Tensor
    latents: Tensor
    told: Tensor


def levels(steps: int) -> list[float]:
    """Falling noise levels, and 0: Karras et al. 2022, equation 5."""
    low, high = LOWEST ** (1 / BEND), HIGHEST ** (1 / BEND)
    shares = [i / (steps - 1) if steps > 1 else 0.0 for i in range(steps)]
    deviations = [(high + share * (low - high)) ** BEND for share in shares]
    return [*(deviation / (1 + deviation) for deviation in deviations), 0.0]


def scaled(x: Tensor, sigma: float) -> Tensor:
    """Noisy latents as the network takes them: of unit variance."""
    return x / math.hypot(sigma, 1 - sigma)


def clean(x: Tensor, v: Tensor, sigma: float) -> Tensor:
    """Clean latents from noisy ones and what the network says of them."""
    length = math.hypot(sigma, 1 - sigma)
    return (x * ((1 - sigma) / length) - v * sigma) / length


def time(sigma: float) -> float:
    """The number that stands for a noise level."""
    return 0.25 * math.log(sigma / (1 - sigma))


def squeezed(pixels: Tensor, side: int) -> Tensor:
    """A picture (1, 3, H, W) in [-1, 1] as CLIP sees it (1, 3, side, side): all of it, whatever its shape."""
    for axis in (2, 3):
        pixels = _blurred(pixels, axis, side)
    small = F.interpolate(pixels, (side, side), mode="bicubic", align_corners=True)
    mean, std = (torch.tensor(v, device=pixels.device).view(1, 3, 1, 1) for v in (MEAN, STD))
    return ((small + 1) / 2 - mean) / std


def _blurred(x: Tensor, axis: int, side: int) -> Tensor:
    """What would be too fine after shrinking along an axis is taken out."""
    deviation = max((x.shape[axis] / side - 1) / 2, 0.001)
    size = int(max(4 * deviation, BLUR)) | 1
    at = torch.arange(size, device=x.device, dtype=x.dtype) - size // 2
    weights = torch.exp(-(at**2) / (2 * deviation**2))
    weights = weights / weights.sum()
    rim, shape = [0, 0, 0, 0], [1, 1, 1, 1]
    rim[(3 - axis) * 2 : (3 - axis) * 2 + 2] = [size // 2] * 2
    shape[axis] = size
    kernel = weights.view(shape).expand(3, 1, *shape[2:])
    return F.conv2d(F.pad(x, rim, mode="reflect"), kernel, groups=3)
