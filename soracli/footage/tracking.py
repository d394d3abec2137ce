"""A mask that follows the thing it was put on.

From frame to frame the motion inside the mask is found (RIFE), a similarity is fitted to most of it, and what the mask
covers is laid over what it covered when it was put there (`registration`), so that errors do not add up.
Frames are uint8 (T, H, W, 3), masks float32 (T, H, W) with 1 = paint.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F

from soracli.footage import optical_flow
from soracli.footage.registration import Matrix, Points, aligned, fitted, moved, sampled, shrunk, similar
from soracli.models.rife import padded
from soracli.types import Frames, Mask

COARSE = 256  # pixels on the shorter side at which motion is looked for, about
POINTS = 2000  # by which a thing is followed
ROOM = 2  # times the mask's own size around it in which motion is looked for
LOST = 30.0  # levels of median difference from which the thing is another, or hidden: its last motion goes on


@torch.inference_mode()
def followed(frames: Frames, mask: Mask, device: str = "cpu") -> Mask:
    """The mask of the first frame that has one, moved with what it covers there in all frames after it.

    Before that frame nothing is masked.
    """
    first = next((t for t, plane in enumerate(mask) if plane.any()), 0)
    plane = np.array(mask[first])
    out = np.zeros(mask.shape, np.float32)
    out[first] = plane
    points = _points(plane > 0)
    matrix: Matrix = np.eye(3)
    if len(points) < 16:
        out[first:] = plane
        return out
    start = optical_flow.tensor(frames[first], device)
    for t in range(first + 1, len(frames)):
        step = _step(frames[t - 1], frames[t], moved(matrix, points), device)
        guess = step @ matrix
        seen = optical_flow.tensor(frames[t], device)
        better, error = aligned(partial(shrunk, start), partial(shrunk, seen), points, guess, None, (2, 1))
        near = np.abs(moved(better, points) - moved(guess, points)).max() < _reach(plane) if error < LOST else False
        matrix = similar(better if near else guess, points)
        out[t] = _moved(plane, matrix)
    return out


def _points(inside: npt.NDArray[np.bool_]) -> Points:
    """Places inside a mask."""
    rows, columns = np.nonzero(inside)
    some = np.random.default_rng(0).choice(len(rows), min(POINTS, len(rows)), replace=False)
    return np.stack([columns[some], rows[some]], 1).astype(float)


def _reach(plane: npt.NDArray[np.float32]) -> float:
    """By how many pixels the two ways of looking may differ."""
    return max(4.0, 0.15 * float(np.sqrt((plane > 0).sum())))


def _step(before: Frames, after: Frames, points: Points, device: str) -> Matrix:
    """How most of the points move from one frame to the next."""
    height, width = before.shape[:2]
    low, high = points.min(0), points.max(0)
    room = ROOM * (high - low) / 2 + 16
    left, top = np.maximum(low - room, 0).astype(int)
    right, bottom = np.minimum(high + room + 1, [width, height]).astype(int)
    if right - left < 16 or bottom - top < 16:
        return np.eye(3)
    first, second = (optical_flow.tensor(x[top:bottom, left:right], device) for x in (before, after))
    factor = max(1, round(min(first.shape[2:]) / COARSE))
    small = [padded(F.avg_pool2d(x, factor)) for x in (first, second)]
    found, _ = optical_flow.network(device).motion(small[0], small[1], 0.5)
    flow = optical_flow.told_for_the_first(found) * factor
    inner = points - [left, top]
    far = sampled(flow, (inner + 0.5) / factor - 0.5).double().cpu().numpy().T
    return fitted(points, points + far)


def _moved(plane: npt.NDArray[np.float32], matrix: Matrix) -> npt.NDArray[np.float32]:
    """A mask (H, W) as it lies after the matrix."""
    height, width = plane.shape
    rows, columns = np.mgrid[:height, :width]
    back: Matrix = np.asarray(np.linalg.inv(matrix), np.float64)
    places = moved(back, np.stack([columns.ravel(), rows.ravel()], 1).astype(float))
    near = np.rint(places).astype(int)
    inside = ((near >= 0) & (near < [width, height])).all(1)
    out = np.zeros(height * width, np.float32)
    out[inside] = plane[near[inside, 1], near[inside, 0]]
    return out.reshape(height, width)
