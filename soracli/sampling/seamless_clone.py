"""Joints in space: what is painted inside a mask takes on the colours that stand around it. NumPy only.

A network fills a hole in its own hand, and knows little of footage that is none of its world: the hole then shows as a
patch of another colour. So the colours on both sides of the rim are each continued smoothly over the whole picture, and
their difference is added to what is painted: seamless cloning (Perez, Gangnet & Blake 2003) with a membrane that is
found by pulling and pushing colours through a pyramid (Gortler et al. 1996), in blocks, so that it holds shades alone.

Only for what no prompt describes: a red flower in a meadow is not to turn green, and where a prompt says what is there
the network's own shades fit better than those that a rim of trees and sky suggests.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from soracli.types import Frames, Mask

BLOCK = 8  # pixels of a side
REACH = 1  # blocks on each side of the rim that say what colours stand there
RELAXED = 60  # rounds in which a membrane is smoothed
SOFT = 0.05  # of a block: colours of fewer pixels lean on those around

Inside = npt.NDArray[np.bool_]  # (h, w)
Plane = npt.NDArray[np.floating[Any]]  # (h, w, 3) or (h, w, 1)


def match_colours(painted: Frames, given: Frames, mask: Mask) -> Frames:
    """Painted frames (T, H, W, 3) in the shades of the given ones around where mask (T, H, W) is 1."""
    out = painted.copy()
    for i, hole in enumerate(mask):
        if (hole > 0).any() and (hole < 1).any():
            shade = _difference(painted[i], given[i], np.asarray(hole, np.float32))
            out[i] = np.rint((painted[i] + shade).clip(0, 255))
    return out


def membrane(values: Plane, weights: Plane, block: int = 1) -> Plane:
    """Values (H, W, C) where weights (H, W, 1) are, continued smoothly to where none are.

    block: pixels of a side within which they are averaged first.
    """
    share = _blocks(weights, block)
    return _resized(_continued(_blocks(values * weights, block), share), weights.shape[:2])


def harmonic(values: Plane, hole: Inside, beside: Inside) -> Plane:
    """Values that are known beside a hole, continued into it as smoothly as can be: Laplace's equation, by
    relaxation from a membrane. What is neither is left out.
    """
    found = np.where(hole[..., None], membrane(values, beside.astype(np.float32)[..., None]), values)
    ends, known = ((1, 1), (1, 1), (0, 0)), hole | beside
    count = np.pad(known, 1).astype(np.float32)
    count = (count[:-2, 1:-1] + count[2:, 1:-1] + count[1:-1, :-2] + count[1:-1, 2:])[..., None].clip(1)
    for _ in range(RELAXED):
        wide = np.pad(np.where(known[..., None], found, 0), ends)
        means = (wide[:-2, 1:-1] + wide[2:, 1:-1] + wide[1:-1, :-2] + wide[1:-1, 2:]) / count
        found = np.where(hole[..., None], means, found)
    return np.asarray(found, np.float32)


def _difference(painted: npt.NDArray[np.uint8], given: npt.NDArray[np.uint8], hole: Plane) -> Plane:
    """What the painted side of the rim lacks of the given one, smooth and for every pixel: (H, W, 3)."""
    inside = _blocks(hole[..., None])
    outside = 1 - inside
    near = _spread(outside) * inside, _spread(inside) * outside
    sides = []
    for picture, share, weight in ((painted, hole, near[0]), (given, 1 - hole, near[1])):
        colours = _blocks(share[..., None] * picture) / np.maximum(_blocks(share[..., None]), 1e-6)
        sides.append(_continued(colours * weight, weight))
    return _resized(sides[1] - sides[0], hole.shape)


def _blocks(plane: Plane, block: int = BLOCK) -> Plane:
    """Means of blocks; those at the end are of what is there."""
    rows, columns = (np.arange(0, size, block) for size in plane.shape[:2])
    sums = np.add.reduceat(np.add.reduceat(plane.astype(np.float32), rows, 0), columns, 1)
    counts = np.diff([*rows, plane.shape[0]])[:, None] * np.diff([*columns, plane.shape[1]])
    means: Plane = (sums / counts[..., None]).astype(np.float32)
    return means


def _spread(plane: Plane) -> Plane:
    """The largest value within REACH blocks."""
    for axis in (0, 1):
        padded = np.pad(plane, [(REACH, REACH) if i == axis else (0, 0) for i in range(3)])
        plane = np.lib.stride_tricks.sliding_window_view(padded, 2 * REACH + 1, axis).max(-1)
    return plane


def _continued(sums: Plane, weights: Plane) -> Plane:
    """Weighted colours, continued to where no weight is: from the next coarser picture of them, and so on."""
    height, width = weights.shape[:2]
    if max(height, width) == 1:
        only: Plane = sums / np.maximum(weights, 1e-6)
        return only
    even = ((0, height % 2), (0, width % 2), (0, 0))
    halves = [
        plane.reshape(plane.shape[0] // 2, 2, plane.shape[1] // 2, 2, -1).sum((1, 3))
        for plane in (np.pad(sums, even), np.pad(weights, even))
    ]
    around = _resized(_continued(*halves), (height, width))
    continued: Plane = (sums + SOFT * around) / (weights + SOFT)
    return continued


def _resized(plane: Plane, size: tuple[int, ...]) -> Plane:
    """(h, w, C) at another size (H, W), bilinearly."""
    for axis, count in enumerate(size):
        plane = np.moveaxis(np.tensordot(_shares(plane.shape[axis], count), plane, (1, axis)), 0, axis)
    return plane


def _shares(old: int, new: int) -> Plane:
    """(new, old): how much of each old pixel is in each new one."""
    at = ((np.arange(new) + 0.5) * old / new - 0.5).clip(0, old - 1)
    shares: Plane = (1 - np.abs(at[:, None] - np.arange(old))).clip(0).astype(np.float32)
    return shares
