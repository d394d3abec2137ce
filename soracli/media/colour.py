"""A clip in the colours of a picture."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from soracli.types import Clip, Frames

Moments = npt.NDArray[np.float64]  # (3, 3)
LEAST = 1.0  # variance, in squared levels of 255, below which a colour is not stretched further


def toned(clip: Clip, picture: Clip) -> Clip:
    """The clip with the mean and the covariance of the picture's colours, by the least change that gives both.

    One linear map for all frames, so that nothing flickers (the Monge-Kantorovich map, Pitie and Kokaram 2007).
    """
    mean, spread = _moments(clip.frames)
    wanted_mean, wanted_spread = _moments(picture.frames)
    root = _power(spread, 0.5)
    inverse = _power(spread, -0.5)
    change = (inverse @ _power(root @ wanted_spread @ root, 0.5) @ inverse).astype(np.float32)
    out = np.empty_like(clip.frames)
    for i, frame in enumerate(clip.frames):  # one at a time: floats of a whole clip would not fit
        moved = (frame - mean.astype(np.float32)) @ change + wanted_mean.astype(np.float32)
        out[i] = np.rint(moved.clip(0, 255))
    return Clip(out, clip.fps)


def _moments(frames: Frames) -> tuple[npt.NDArray[np.float64], Moments]:
    """Mean (3,) and covariance (3, 3) of the colours of at most 16 frames, in levels of 255."""
    some = frames[:: max(1, len(frames) // 16)].reshape(-1, 3).astype(np.float64)
    return some.mean(0), np.cov(some, rowvar=False) + LEAST * np.eye(3)


def _power(matrix: Moments, exponent: float) -> Moments:
    """A power of a symmetric positive matrix."""
    values, vectors = np.linalg.eigh(matrix)
    found: Moments = (vectors * np.maximum(values, 1e-9) ** exponent) @ vectors.T
    return found
