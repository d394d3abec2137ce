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
    height = np.zeros((mask.shape[0] + 2 * pad, mask.shape[1] + 2 * pad), np.float32)
    height[pad:-pad, pad:-pad] = mask
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
    shaded = bright * (1 - (1 - DUSK) * np.clip(-light * 0.95, 0, 1))
    out: npt.NDArray[np.uint8] = shaded.clip(0, 255).astype(np.uint8)
    return out


def _boxed(rows: npt.NDArray[np.float32], reach: int, axis: int) -> npt.NDArray[np.float32]:
    """Means over `reach` neighbours to either side along an axis, nothing beyond the border."""
    count = 2 * reach + 1
    shape = [rows.shape[0], rows.shape[1]]
    shape[axis] += count
    wide = np.zeros(shape, np.float32)
    inner = slice(reach + 1, reach + 1 + rows.shape[axis])
    if axis == 0:
        wide[inner] = rows
    else:
        wide[:, inner] = rows
    sums = np.cumsum(wide, axis=axis)
    ahead, behind = (sums[count:], sums[:-count]) if axis == 0 else (sums[:, count:], sums[:, :-count])
    out: npt.NDArray[np.float32] = (ahead - behind) / np.float32(count)
    return out
