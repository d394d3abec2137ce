"""How a part of one picture lies in another: a plane seen by a moving camera, found directly from the pixels.

A homography by which the second picture, warped, is as much like the first as can be at given points (Baker & Matthews
2004, with the mean of both pictures' gradients as in Benhimane & Malis 2004), but for shades; points that belong to
something else lose their say (iteratively reweighted least squares). Matrices (3, 3) take (x, y, 1) of the first
picture to places in the second, in pixels; pictures are float (1, 3, H, W) in [0, 1].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

Matrix = npt.NDArray[np.float64]  # (3, 3)
Points = npt.NDArray[np.float64]  # (N, 2): x, y

Sizes = Callable[[int], Tensor]  # a factor -> the picture, shrunk by it: (1, C, H / factor, W / factor)

ROUNDS = 10
STILL = 0.01  # pixels: a correction this small is the last one
FIRM = 1e-3  # what keeps the corrections small that points say little about, as a share of what they say
NEAR = 1.0  # pixels by which a point may be off at first and keep its say: where edges are, that is many levels
SHARPER = 0.6  # times that in every round
LEAST = 24  # points that must be seen in both pictures
WHOLE = 0.06  # pixels by which a move may miss whole pixels and still be taken for one: nothing is blurred then


def moved(matrix: Matrix, points: Points) -> Points:
    """Where points lie in the second picture."""
    found = np.concatenate([points, np.ones((len(points), 1))], 1) @ matrix.T
    depth = np.where(np.abs(found[:, 2:]) < 1e-6, 1e-6, found[:, 2:])
    places: Points = found[:, :2] / depth
    return places


def sampled(picture: Tensor, places: Points, mode: str = "bilinear") -> Tensor:
    """(3, N): colours of (1, 3, H, W) at places (N, 2); beyond the edge those of the edge."""
    height, width = picture.shape[2:]
    grid = torch.from_numpy((2 * places + 1) / [width, height] - 1).to(picture.dtype).to(picture.device)
    return F.grid_sample(picture, grid[None, None], mode=mode, padding_mode="border", align_corners=False)[0, :, 0]


def shrunk(picture: Tensor, factor: int, least: bool = False) -> Tensor:
    """(1, C, H, W), by a factor: means of squares, or the least of them."""
    if factor == 1:
        return picture
    return -F.max_pool2d(-picture, factor) if least else F.avg_pool2d(picture, factor)


def aligned(
    first: Sizes, second: Sizes, points: Points, matrix: Matrix, known: Sizes | None = None,
    sizes: Sequence[int] = (2, 1),
) -> tuple[Matrix, float]:  # fmt: skip
    """(the matrix, corrected; median difference at the points then, levels of 255, infinite if there is no telling).

    known: (1, 1, H, W), 1 where the second picture may be compared; shrunk, where all of a square may be. sizes: by how
    much they are shrunk, in turn.
    """
    error = float("inf")
    for size in sizes:
        if min(first(1).shape[2:]) < 8 * size:
            continue
        down = np.array([[1 / size, 0, (0.5 / size) - 0.5], [0, 1 / size, (0.5 / size) - 0.5], [0, 0, 1]])
        inner, error = _aligned(
            first(size), second(size), moved(down, points), down @ matrix @ np.linalg.inv(down),
            None if known is None else known(size),
        )  # fmt: skip
        if not np.isfinite(error):
            return matrix, error
        matrix = np.linalg.inv(down) @ inner @ down
    return matrix / matrix[2, 2], error


def _aligned(
    first: Tensor, second: Tensor, points: Points, matrix: Matrix, known: Tensor | None
) -> tuple[Matrix, float]:
    """The same at one size."""
    middle, scale = points.mean(0), max(float(points.std()), 1.0)
    x, y = ((points - middle) / scale).T
    one, none = np.ones_like(x), np.zeros_like(x)
    rows = np.stack([
        np.stack([one, none]), np.stack([x, none]), np.stack([y, none]), np.stack([none, one]), np.stack([none, x]),
        np.stack([none, y]), np.stack([-x * x, -x * y]), np.stack([-x * y, -y * y]),
    ])  # fmt: skip
    ways = (scale * rows.transpose(2, 1, 0)).astype(np.float32)  # (N, 2, 8): how a point moves with each number
    frame = np.array([[scale, 0, middle[0]], [0, scale, middle[1]], [0, 0, 1]])
    own, own_slopes = _seen(first, points)
    height, width = second.shape[2:]
    error = float("inf")
    for number in range(ROUNDS):
        places = moved(matrix, points)
        inside = ((places >= 0) & (places <= [width - 1, height - 1])).all(1)
        if known is not None:
            inside &= sampled(known.float(), places)[0].cpu().numpy() > 0.99
        if inside.sum() < LEAST:
            return matrix, float("inf")
        theirs, slopes = _seen(second, points, matrix)
        apart = (theirs - own)[:, inside]  # (3, N)
        apart = apart - np.median(apart, 1, keepdims=True)
        size = np.abs(apart).mean(0)
        error = float(np.median(size))
        slope = (slopes + own_slopes)[:, :, inside] / 2  # (3, 2, N)
        off = NEAR * SHARPER**number  # graduated non-convexity: Blake & Zisserman 1987
        near = off * np.hypot(slope[:, 0], slope[:, 1]).mean(0)  # what a point differs by if it is so far off
        trust = 1 / (1 + (size / (2.5 * error + near + 1e-3)) ** 2) ** 2
        design = slope[:, 0, :, None] * ways[inside, 0] + slope[:, 1, :, None] * ways[inside, 1]  # (3, N, 8)
        weighted = (design * trust[:, None]).reshape(-1, 8)
        normal = weighted.T.astype(np.float64) @ design.reshape(-1, 8)
        right = weighted.T.astype(np.float64) @ apart.ravel()
        firm = FIRM * np.trace(normal) / 8 * np.diag([1, 1, 1, 1, 1, 1, 10, 10]) + 1e-9 * np.eye(8)
        step = np.linalg.solve(normal + firm, -right)
        change = np.array([[1 + step[1], step[2], step[0]], [step[4], 1 + step[5], step[3]], [step[6], step[7], 1]])
        matrix = matrix @ frame @ change @ np.linalg.inv(frame)
        matrix = matrix / matrix[2, 2]
        if np.abs(step).max() * scale < STILL:
            break
    return matrix, 255 * error


def _seen(
    picture: Tensor, points: Points, matrix: Matrix | None = None
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """What a picture shows at points (3, N), and how that rises across and down, per pixel of the points (3, 2, N)."""
    steps = np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]], float)
    around = (points[None] + steps[:, None]).reshape(-1, 2)
    places = around if matrix is None else moved(matrix, around)
    colours = sampled(picture, places).cpu().numpy().reshape(3, 5, len(points))
    slopes = np.stack([colours[:, 1] - colours[:, 2], colours[:, 3] - colours[:, 4]], 1) / 2
    return colours[:, 0], np.asarray(slopes, np.float32)


def whole(matrix: Matrix, points: Points) -> Matrix:
    """The matrix itself, or the move by whole pixels that it is at all of these points but for WHOLE."""
    far = moved(matrix, points) - points
    move = np.rint(far.mean(0))
    if np.abs(far - move).max() > WHOLE:
        return matrix
    return np.array([[1, 0, move[0]], [0, 1, move[1]], [0, 0, 1]])


def fitted(points: Points, places: Points) -> Matrix:
    """The affine matrix that takes points to places, most of them; outliers have no say."""
    design = np.concatenate([points, np.ones((len(points), 1))], 1)
    trust, found = np.ones(len(points)), np.zeros((3, 2))
    firm = np.diag([1e-3, 1e-3, 1e-9]) * len(points)
    for _ in range(8):
        weighted = design * trust[:, None]
        right = weighted.T @ (places - points)
        found = np.linalg.solve(design.T @ weighted + firm, right)
        apart = np.abs(design @ found + points - places).sum(1)
        trust = 1 / (1 + (apart / (2 * np.median(apart) + 0.1)) ** 2) ** 2
    matrix = np.eye(3)
    matrix[:2, :2] += found[:2].T
    matrix[:2, 2] += found[2]
    return matrix


def similar(matrix: Matrix, points: Points) -> Matrix:
    """The turn, size and place that come nearest to a matrix at the points."""
    places = moved(matrix, points)
    middle, to = points.mean(0), places.mean(0)
    own, there = (points - middle) @ [1, 1j], (places - to) @ [1, 1j]
    turn = (own.conj() @ there) / max(float((own.conj() @ own).real), 1e-9)
    linear: Matrix = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    found = np.eye(3)
    found[:2, :2], found[:2, 2] = linear, to - linear @ middle
    return found
