"""What other frames show of a part of a picture: views of it, laid over it, and what comes of several.

Pictures are float32 (H, W, 3), levels of 255; planes bool (H, W).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F

from soracli.draft import extent
from soracli.footage import optical_flow
from soracli.footage.registration import Matrix, moved, sampled
from soracli.sampling import seamless_clone

Plane = npt.NDArray[np.bool_]  # (H, W)
Picture = npt.NDArray[np.float32]  # (H, W, 3), levels of 255

FAR = 60.0  # levels of difference that are as bad as any
UNTOLD = 10.0  # levels of difference that are taken for granted where a single frame shows a place
AGREE = 14  # levels by which two frames may differ in what they show behind and both be believed
SAME = 0.006  # change of brightness below which there is none
LIT = 16  # pixels by which shades are compared
SHADES = 30  # levels of difference from which another thing is shown, whose shades say nothing


class View(NamedTuple):
    """What another frame shows of a part of a picture, `away` frames from it. known: where it shows it."""

    picture: Picture
    known: Plane
    away: int


class Shown(NamedTuple):
    """What other frames show of a part of a picture. apart: by how much they differ there, levels; known: where any
    does.
    """

    picture: Picture
    known: Plane
    apart: npt.NDArray[np.float32]


Near = tuple[Picture, npt.NDArray[np.float32]]  # see `nearest`


def warped(frame: npt.NDArray[np.uint8], known: Plane, matrix: Matrix, window: tuple[slice, slice],
           device: str) -> tuple[Picture, Plane]:  # fmt: skip
    """A frame as another one sees it, inside that one's window; and what of it is known and in the picture."""
    rows, columns = np.mgrid[window]
    places = moved(matrix, np.stack([columns.ravel(), rows.ravel()], 1).astype(float))
    height, width = known.shape
    inside = ((places >= -0.01) & (places <= np.array([width, height]) - 0.99)).all(1)
    near = np.rint(places).astype(int).clip(0, [width - 1, height - 1])
    seen = (inside & known[near[:, 1], near[:, 0]]).reshape(rows.shape)
    if np.array_equal(places, np.rint(places)):
        return frame[near[:, 1], near[:, 0]].reshape(*rows.shape, 3).astype(np.float32), seen
    colours = sampled(optical_flow.tensor(frame, device), places, "bicubic")
    picture: Picture = (255 * colours.cpu().numpy().T).reshape(*rows.shape, 3).clip(0, 255)
    return picture, seen


def nearest(views: Sequence[View], size: tuple[int, ...]) -> Near:
    """(what the first view that shows a place shows there; how many frames away that one is, infinite if none does)."""
    picture, away = np.zeros((*size, 3), np.float32), np.full(size, np.inf, np.float32)
    for view in views:
        new = view.known & np.isinf(away)
        picture[new], away[new] = view.picture[new], view.away
    return picture, away


def mixed(one: Near, other: Near) -> Near:
    """Two of them, each by how near it is where they agree; else the nearer one."""
    both = np.isfinite(one[1]) & np.isfinite(other[1])
    apart = smoothed(np.where(both, np.abs(one[0] - other[0]).mean(-1), 0))
    agree = both & (apart < AGREE * np.maximum(smoothed(both.astype(np.float32)), 0.01))
    with np.errstate(invalid="ignore"):
        share = np.where(agree, other[1] / (one[1] + other[1]), one[1] < other[1])[..., None]  # of the first
    return np.asarray(one[0] * share + other[0] * (1 - share), np.float32), np.minimum(one[1], other[1])


def disagreement(picture: Picture, views: Sequence[View]) -> npt.NDArray[np.float32]:
    """By how many levels views differ from a picture, mean over those that show a place."""
    times, sums = np.zeros(picture.shape[:2], np.float32), np.zeros(picture.shape[:2], np.float32)
    for view in views:
        sums += view.known * np.abs(view.picture - picture).mean(-1).clip(0, FAR)
        times += view.known
    found: npt.NDArray[np.float32] = np.where(times > 1, sums / np.maximum(times, 1), UNTOLD).astype(np.float32)
    return found


def shaded(given: npt.NDArray[np.uint8], picture: Picture, around: Plane, block: int = 1) -> Picture:
    """A picture in the shades that given pixels have around the hole: their differences are continued smoothly.

    block: pixels of a side within which differences are averaged; with 1 they are met exactly at the rim.
    """
    if around.sum() < LIT:
        return picture
    lit = picture * gain(given[around].astype(np.float32), picture[around])
    apart = given.astype(np.float32) - lit
    around = around & (np.abs(apart).max(-1) < SHADES)
    if block == 1:
        return np.asarray(lit + seamless_clone.harmonic(apart, ~around, around), np.float32)
    weights = around.astype(np.float32)[..., None]
    return np.asarray(lit + seamless_clone.membrane(apart, weights, block), np.float32)


def gain(given: Picture, picture: Picture) -> npt.NDArray[np.float32]:
    """By how much most of the pixels (N, 3) of a picture have to be brighter, channel by channel, to be those given."""
    apart = np.abs(given - picture).mean(-1)
    most = apart <= np.percentile(apart, 80)
    ratio = (given[most] * picture[most]).sum(0) / np.maximum((picture[most] ** 2).sum(0), 1.0)
    found: npt.NDArray[np.float32] = np.where(np.abs(ratio - 1) < SAME, 1, ratio.clip(0.5, 2)).astype(np.float32)
    return found


def grown(plane: Plane, pixels: int) -> Plane:
    """With all that lies within so many pixels on each side."""
    if not plane.any():
        return plane
    window = extent(plane, pixels)
    part = plane[window].astype(np.int32)
    for axis in (0, 1):  # how many are set around each place, by differences of running sums
        ends = [(pixels + 1, pixels) if i == axis else (0, 0) for i in range(2)]
        sums = np.cumsum(np.pad(part, ends), axis)
        count, wide = part.shape[axis], 2 * pixels + 1
        part = (sums.take(range(wide, wide + count), axis) > sums.take(range(count), axis)).astype(np.int32)
    out: Plane = plane.copy()
    out[window] = part > 0
    return out


def smoothed(plane: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
    """Means over 9 x 9 pixels."""
    x = torch.from_numpy(np.ascontiguousarray(plane, np.float32))[None, None]
    return np.asarray(F.avg_pool2d(F.pad(x, (4, 4, 4, 4), mode="replicate"), 9, 1)[0, 0].numpy(), np.float32)
