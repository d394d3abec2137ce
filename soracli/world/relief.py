"""Flat shapes painted as rounded bodies, lit from the upper left. No torch."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

LIGHT = (0.55, 0.83)  # how much a rim that looks to the left, and one that looks up, is lit
TINT = np.array([255, 250, 240], np.float32)  # what lit colours approach
DUSK = np.array([0.60, 0.50, 0.70], np.float32)  # what shaded ones are multiplied by
PASSES = 3  # of the box filter, whose sum is near a Gaussian


def relief(mask: npt.NDArray[np.floating], colour: tuple[int, int, int], depth: float) -> npt.NDArray[np.uint8]:
    """RGB (height, width, 3) of a colour all over a mask (height, width), 0 to 1. depth: of the rounded rim, pixels."""
    spread = max(depth, 0.7)
    pad = math.ceil(2 * spread) + 1
    height = np.pad(mask.astype(np.float32), pad)
    reach = max(round(spread), 1)
    for axis in (0, 1):
        for _ in range(PASSES):
            height = _boxed(height, reach, axis)
    down, across = np.gradient(height)
    rim = (LIGHT[0] * across + LIGHT[1] * down)[pad:-pad, pad:-pad] * spread * 2.3
    rows, columns = (np.linspace(0, 1, count, dtype=np.float32) for count in mask.shape)
    light = (rim + 0.16 * (1 - rows[:, None] - columns) + 0.04)[..., None]
    base = np.array(colour, np.float32)
    bright = base + (TINT - base) * (0.55 * np.clip(light, 0, 1))
    return (bright * (1 - (1 - DUSK) * np.clip(-light * 0.95, 0, 1))).clip(0, 255).astype(np.uint8)


def _boxed(rows: npt.NDArray[np.float32], reach: int, axis: int) -> npt.NDArray[np.float32]:
    """Means over `reach` neighbours to either side along an axis, nothing beyond the border."""
    wide = [(0, 0), (0, 0)]
    wide[axis] = (reach + 1, reach)
    sums = np.cumsum(np.pad(rows, wide), axis=axis)
    count = 2 * reach + 1
    last = sums.shape[axis] - count
    if axis == 0:
        return (sums[count:] - sums[:last]) / count
    return (sums[:, count:] - sums[:, :last]) / count
