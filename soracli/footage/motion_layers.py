"""Parts of a picture that move differently, as planes: the layers of a film (Wang & Adelson 1994).

Points are followed from frame to frame by chained optical flow, and those that move as one plane does are found
together, the largest group first (random sample consensus: Fischler & Bolles 1981). Points are float64 (N, 2): x, y,
in pixels.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from torch import Tensor

from soracli.footage.registration import Matrix, Points, fitted, moved, sampled

Flags = npt.NDArray[np.bool_]  # (N,)
Flow = Tensor  # (1, 2, h, w): across, down, in pixels of the frame, on a grid `factor` times as coarse

MOST = 3  # layers of a frame
LEAST = 0.1  # share of the points that a layer has at least
SAMPLES = 300  # pairs of points that are tried
CLOSE = 0.6  # pixels by which a point of a layer may move differently, and
DRIFT = 0.1  # so much more for every frame between, as flow errs
REFINED = 3  # times a layer's plane is fitted to its points and these are chosen anew


class Tracks:
    """flow: number of a frame t -> flow from t to t + 1 and back, on a grid `factor` times as coarse as the frames.
    usable: number -> bool (H, W), where a point of that frame may lie.
    """

    def __init__(
        self, flow: Callable[[int], tuple[Flow, Flow]], usable: Callable[[int], npt.NDArray[np.bool_]], factor: int
    ) -> None:
        self.flow, self.usable, self.factor = flow, usable, factor

    def followed(self, points: Points, t: int, s: int) -> tuple[Points, Flags]:
        """Where points of frame t lie in frame s, and which were seen on all the way there."""
        places, seen = points.copy(), np.ones(len(points), bool)
        way = 1 if s > t else -1
        for now in range(t, s, way):
            there, back = self.flow(min(now, now + way))[::way]
            step = self._at(there, places)
            after = places + step
            lost = np.abs(step + self._at(back, after)).max(1) > 1 + 0.1 * np.abs(step).max(1)
            usable = self.usable(now + way)
            near = np.rint(after).astype(int)
            inside = ((near >= 0) & (near < np.array(usable.shape)[::-1])).all(1)
            near = near.clip(0, np.array(usable.shape)[::-1] - 1)
            seen &= inside & ~lost & usable[near[:, 1], near[:, 0]]
            places = after
        return places, seen

    def step(self, points: Points, t: int) -> Points:
        """How points of frame t move to the next."""
        return self._at(self.flow(t)[0], points)

    def _at(self, flow: Flow, places: Points) -> Points:
        found: Points = sampled(flow, (places + 0.5) / self.factor - 0.5).double().cpu().numpy().T
        return found


def split(points: Points, places: Points, between: int, factor: int = 1) -> list[Flags]:
    """Which of the points belong to each layer, the largest first; points went to places in `between` frames. Points
    that move as no layer does belong to none; one that moves as several belongs to the nearest.

    factor: how many times coarser than the frames the flow is that the places were found by.
    """
    close = (CLOSE + DRIFT * between) * max(1.0, factor / 2)
    rest = np.ones(len(points), bool)
    planes: list[Matrix] = []
    rng = np.random.default_rng(0)
    while len(planes) < MOST and rest.sum() >= max(LEAST * len(points), 24):
        plane = _plane(points, places, rest, close, rng)
        inliers = rest & (_apart(plane, points, places) < close)
        if inliers.sum() < LEAST * len(points):
            break
        planes.append(plane)
        rest &= ~inliers
    if not planes:
        return []
    apart = np.stack([_apart(plane, points, places) for plane in planes])
    nearest, least = apart.argmin(0), apart.min(0)
    return [(nearest == i) & (least < close) for i in range(len(planes))]


def _plane(points: Points, places: Points, rest: Flags, close: float, rng: np.random.Generator) -> Matrix:
    """How most of the rest move: affine."""
    own, there = points[rest], places[rest]
    pairs = rng.integers(len(own), size=(SAMPLES, 2))
    a, b = (own[pairs[:, i]] @ [1, 1j] for i in (0, 1))
    c, d = (there[pairs[:, i]] @ [1, 1j] for i in (0, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        turn = np.where(np.abs(b - a) < 8, 1, (d - c) / (b - a))
    move = c - turn * a
    apart = np.abs(turn[:, None] * (own @ [1, 1j])[None] + move[:, None] - (there @ [1, 1j])[None])
    inliers = apart[(apart < close).sum(1).argmax()] < close
    plane: Matrix = np.eye(3)
    for _ in range(REFINED):
        if inliers.sum() < 8:
            break
        plane = fitted(own[inliers], there[inliers])
        inliers = _apart(plane, own, there) < close
    return plane


def _apart(plane: Matrix, points: Points, places: Points) -> npt.NDArray[np.float64]:
    return np.asarray(np.hypot(*(moved(plane, points) - places).T), np.float64)
