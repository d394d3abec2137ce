"""What lay behind: holes in a film, filled with what its other frames show there, and the rest by patches.

As in flow-guided video completion (Xu et al. 2019; Gao et al. 2020), with a plane in the place of the flow inside a
hole: around the hole each frame is laid over others, farther and farther away in time, and what one of those shows
where the hole is comes from there, in this frame's shades. What no frame shows is filled once, in the frame that lacks
most (see `patches`), and that one filling is laid over the others, so that it holds still on what it belongs to. What
none shows around a whole picture is its mirror image instead (see `borders`).

Frames are uint8 (T, H, W, 3), holes bool (T, H, W); only a window around all holes is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from soracli.draft import extent
from soracli.footage import borders, optical_flow, patches
from soracli.footage.registration import Matrix, Points, aligned, fitted, moved, sampled, shrunk, whole
from soracli.models.rife import padded
from soracli.sampling import seamless_clone
from soracli.types import Frames

Holes = npt.NDArray[np.bool_]  # (T, H, W)
Plane = npt.NDArray[np.bool_]  # (H, W)
Picture = npt.NDArray[np.float32]  # (H, W, 3), levels of 255

EDGE = 2  # pixels around a hole that are not taken from: what is removed shines into them
AROUND = 6  # pixels around a hole whose shades are compared
ROOM = 48  # pixels around a hole by which frames are aligned, at least; else as far as the hole is wide
POINTS = 1000  # by which they are
FEWEST = 64  # with fewer, frames are not aligned
COARSE = 160  # pixels on the shorter side at which motion is looked for first
SEEN = (1, 2, 4, 6, 9, 13, 19, 28, 40, 58, 85)  # how many frames away is looked, both ways
SLACK = 1  # pixels, less than EDGE, by which the moves from frame to frame, added up, may be wrong
LOOKED = 2000  # places of a hole that are looked up before frames are aligned for it, about
NEWS = 0.01  # of what lacks in a hole that another frame has to show, to be looked at
LIKE = 1.15  # times its predecessor's difference, up to which a frame is taken to have moved on as that one did
WORTH = 0.1  # of what lacks around a picture that another frame has to show
AGREE = 14  # levels by which two frames may differ in what they show behind and both be believed
OTHER = 9.0  # levels of median difference around the hole, beyond the usual, from which a frame shows another thing
SAME = 0.006  # change of brightness below which there is none
SHADES = 30  # levels of 255 by which shades are made to agree at most
FILLINGS = 12  # by patches in one shot; what is missing then is filled frame by frame


@dataclass
class Filling:
    """A shot that is being filled; `steps` does it. frames: as they are so far. lack: what is still open. found:
    what of the holes other frames showed.
    """

    frames: Frames
    hole: Holes
    device: str = "cpu"
    lack: Holes = field(init=False)
    found: Holes = field(init=False)
    _moves: list[Matrix] = field(default_factory=list)  # from each frame to the next

    def __post_init__(self) -> None:
        self.frames = self.frames.copy()
        self.lack = self.hole.copy()
        self.found = np.zeros_like(self.hole)
        self._open = np.stack([grown(plane, EDGE) for plane in self.hole])  # is not taken from
        self._tensor = lru_cache(maxsize=24)(self._as_tensor)
        self._known = lru_cache(maxsize=24)(self._may_be_compared)
        self._reachable = lru_cache(maxsize=48)(self._near_known)
        self._points = lru_cache(maxsize=48)(self._chosen)
        self._error = [0.0] * len(self.frames)  # usual difference to a neighbour, levels
        self.picture = borders.inside(self.hole)  # the hole lies around it

    @torch.inference_mode()
    def steps(self) -> Iterator[None]:
        """Fill; yields once for every frame and kind of work: 2 T times."""
        for t in range(len(self.frames)):
            if t + 1 < len(self.frames):
                self._moves.append(self._neighbour(t))
            yield
        given = self.frames.copy()  # nothing that was filled is taken for given
        self._tensor.cache_clear()
        for t in range(len(self.frames)):
            if self.hole[t].any():
                self._bring(t, given)
            yield
        self.found = self.hole & ~self.lack
        self._invent()

    # --- where frames lie in one another ----------------------------------------------------------------------------

    def _as_tensor(self, t: int, factor: int = 1) -> Tensor:
        return shrunk(optical_flow.tensor(self.frames[t], self.device), factor)

    def _may_be_compared(self, t: int, factor: int = 1) -> Tensor:
        return shrunk(torch.from_numpy(~self._open[t]).to(self.device).float()[None, None], factor, least=True)

    def _aligned(self, t: int, s: int, points: Points, matrix: Matrix, sizes: tuple[int, ...]) -> tuple[Matrix, float]:
        """See `aligned`, of frame t in frame s."""
        return aligned(partial(self._tensor, t), partial(self._tensor, s), points, matrix,
                       partial(self._known, s), sizes)  # fmt: skip

    def _chosen(self, t: int) -> Points:
        """Places outside the hole of a frame, dense near it: (N, 2)."""
        hole = self._open[t]
        far = max(ROOM, round(float(np.sqrt(hole.sum())) / 2))
        near = grown(hole, far // 2) & ~hole if hole.any() else ~hole
        wide = grown(hole, far) & ~hole & ~near if hole.any() else np.zeros_like(hole)
        rng = np.random.default_rng(0)
        found = []
        for plane, share in ((near, 0.7), (wide, 0.3)):
            rows, columns = np.nonzero(plane)
            if len(rows):
                some = rng.choice(len(rows), min(len(rows), int(POINTS * share)), replace=False)
                found.append(np.stack([columns[some], rows[some]], 1).astype(float))
        return np.concatenate(found) if found else np.zeros((0, 2))

    def _neighbour(self, t: int) -> Matrix:
        """From frame t to the next: by RIFE's motion around the hole, then by the pixels."""
        points = self._points(t if self.hole[t].any() else t + 1)
        if len(points) < FEWEST:
            return np.eye(3)
        if t and self._error[t - 1]:
            better, error = self._aligned(t, t + 1, points, self._moves[t - 1], (4, 2, 1))
            if error < LIKE * self._error[t - 1]:
                self._error[t] = error
                return better
        first, second = self._tensor(t), self._tensor(t + 1)
        factor = max(1, round(min(first.shape[2:]) / COARSE))
        small, other = (padded(F.avg_pool2d(x, factor)) for x in (first, second))
        found, _ = optical_flow.network(self.device).motion(small, other, 0.5)
        flow = optical_flow.told_for_the_first(found) * factor
        far = sampled(flow, (points + 0.5) / factor - 0.5).double().cpu().numpy().T
        matrix = fitted(points, points + far)
        better, error = self._aligned(t, t + 1, points, matrix, (4, 2, 1))
        still, calm = self._aligned(t, t + 1, points, np.eye(3), (2, 1))
        if calm <= error:
            better, error = still, calm
        self._error[t] = error if np.isfinite(error) else 0.0
        return better if np.isfinite(error) else matrix

    def _path(self, t: int, s: int) -> Matrix:
        """From frame t to frame s over all between."""
        matrix: Matrix = np.eye(3)
        for i in range(t, s):
            matrix = self._moves[i] @ matrix
        for i in range(t - 1, s - 1, -1):
            matrix = np.linalg.inv(self._moves[i]) @ matrix
        matrix = matrix / matrix[2, 2]
        return matrix

    def _near_known(self, t: int) -> Plane:
        """What of a frame is known, and up to SLACK pixels beyond."""
        return grown(~self._open[t], SLACK)

    def _may_show(self, t: int, s: int, places: npt.NDArray[np.int64]) -> bool:
        """Whether frame s can show so many of the places (N, 2: row, column) of frame t, by their neighbours' moves,
        that it is worth the time.
        """
        some = places[:: max(1, len(places) // LOOKED)]
        found = np.rint(moved(self._path(t, s), some[:, ::-1].astype(float))).astype(int)
        height, width = self.hole.shape[1:]
        inside = ((found >= -SLACK) & (found < np.array([width, height]) + SLACK)).all(1)
        found = found[inside].clip(0, [width - 1, height - 1])
        shown = int(self._reachable(s)[found[:, 1], found[:, 0]].sum())
        return shown > (NEWS if self.picture is None else WORTH) * len(some)

    def _laid(self, t: int, s: int, points: Points) -> tuple[Matrix, float]:
        """Where frame t lies in frame s, and how badly: levels of 255. Without points: as its neighbours lie."""
        if len(points) < FEWEST:
            return self._path(t, s), 0.0
        matrix, error = self._aligned(t, s, points, self._path(t, s), (1,) if abs(s - t) < 3 else (2, 1))
        places = np.argwhere(self.hole[t])[:, ::-1].astype(float)
        corners = np.array([places.min(0), places.max(0), [places[:, 0].min(), places[:, 1].max()],
                            [places[:, 0].max(), places[:, 1].min()]])  # fmt: skip
        return whole(matrix, corners), error

    # --- what other frames show -------------------------------------------------------------------------------------

    def _bring(self, t: int, given: Frames) -> None:
        """Fill what lacks in frame t with what frames before and after it show."""
        points = self._points(t)
        window = extent(grown(self.hole[t], AROUND))
        hole = self.hole[t][window]
        found = [self._shown(t, way, window, given, points) for way in (1, -1)]
        (after, until), (before, since) = found
        both = np.isfinite(until) & np.isfinite(since)
        apart = np.abs(after - before).mean(-1)
        agree = both & (
            smoothed(np.where(both, apart, 0)) < AGREE * np.maximum(smoothed(both.astype(np.float32)), 0.01)
        )
        with np.errstate(invalid="ignore"):
            share = np.where(agree, since / (since + until), np.where(since < until, 0.0, 1.0))  # of the one after
        share = np.where(np.isfinite(until), share, 0.0)[..., None]
        mixed = (
            np.where(np.isfinite(since)[..., None], before, 0) * (1 - share)
            + np.where(np.isfinite(until)[..., None], after, 0) * share
        )
        done = hole & (np.isfinite(until) | np.isfinite(since))
        part = self.frames[t][window]
        part[done] = np.rint(mixed[done].clip(0, 255))
        self.lack[t][window] &= ~done

    def _shown(
        self, t: int, way: int, window: tuple[slice, slice], given: Frames, points: Points
    ) -> tuple[Picture, npt.NDArray[np.float32]]:
        """(what the nearest frames that way show inside a window of frame t; how many frames away, infinite where none
        does)."""
        hole = self.hole[t][window]
        colours = np.zeros((*hole.shape, 3), np.float32)
        away = np.full(hole.shape, np.inf, np.float32)
        for step in SEEN:
            s = t + way * step
            rest = hole & np.isinf(away)
            if not 0 <= s < len(self.frames) or not rest.any():
                break
            if not self._may_show(t, s, np.argwhere(rest) + np.array([window[0].start, window[1].start])):
                continue
            matrix, error = self._laid(t, s, points)
            if error > self._usual(t) + OTHER:
                continue
            picture, known = self._warped(given[s], ~self._open[s], matrix, window)
            new = rest & known
            if new.sum() < 4:
                continue
            picture = self._shaded(given[t][window], picture, known & ~self._open[t][window])
            colours[new], away[new] = picture[new], step
        return colours, away

    def _usual(self, t: int) -> float:
        return self._error[max(0, min(t, len(self._error) - 2))]

    def _warped(
        self, frame: npt.NDArray[np.uint8], known: Plane, matrix: Matrix, window: tuple[slice, slice]
    ) -> tuple[Picture, Plane]:
        """A frame as another one sees it, inside that one's window; and what of it is known and in the picture."""
        rows, columns = np.mgrid[window]
        places = moved(matrix, np.stack([columns.ravel(), rows.ravel()], 1).astype(float))
        height, width = known.shape
        inside = ((places >= -0.01) & (places <= np.array([width, height]) - 0.99)).all(1)
        near = np.rint(places).astype(int).clip(0, [width - 1, height - 1])
        seen = (inside & known[near[:, 1], near[:, 0]]).reshape(rows.shape)
        if np.array_equal(places, np.rint(places)):
            return frame[near[:, 1], near[:, 0]].reshape(*rows.shape, 3).astype(np.float32), seen
        colours = sampled(optical_flow.tensor(frame, self.device), places, "bicubic")
        picture: Picture = (255 * colours.cpu().numpy().T).reshape(*rows.shape, 3).clip(0, 255)
        return picture, seen

    def _shaded(self, given: npt.NDArray[np.uint8], picture: Picture, around: Plane) -> Picture:
        """A picture in the shades that given pixels have around the hole: a membrane of their differences."""
        if around.sum() < 16:
            return picture
        weights = around.astype(np.float32)[..., None]
        lit = picture * _gain(given[around].astype(np.float32), picture[around])
        apart = (given.astype(np.float32) - lit).clip(-SHADES, SHADES)
        return np.asarray(lit + seamless_clone.membrane(apart, weights, 4), np.float32)

    # --- what none shows ----------------------------------------------------------------------------------------------

    def _invent(self) -> None:
        """Fill what no frame shows: once for all frames, as far as one filling reaches."""
        if self.picture is not None:
            for t in range(len(self.frames)):
                self._mirror(t, self.picture)
            return
        for _ in range(FILLINGS):
            sizes = self.lack.sum((1, 2))
            key = int(sizes.argmax())
            if not sizes[key]:
                return
            new = self._patched(key)
            for t in range(len(self.frames)):
                if self.lack[t].any():
                    self._carry(key, new, t)
        for t in range(len(self.frames)):
            if self.lack[t].any():
                self._patched(t)

    def _mirror(self, t: int, window: borders.Window) -> None:
        """Fill what lacks around the picture of a frame."""
        lack = self.lack[t]
        picture = borders.continued(self.frames[t], window)
        if not np.array_equal(lack, self.hole[t]):  # in the shades of what other frames showed
            picture = self._shaded(self.frames[t], picture, ~grown(lack, EDGE))
        self.frames[t][lack] = np.rint(picture[lack].clip(0, 255))
        self.lack[t] = False

    def _patched(self, t: int) -> Plane:
        """Fill a frame by patches; returns what was filled."""
        new: Plane = self.lack[t].copy()
        side = max(ROOM, round(1.5 * float(np.sqrt(new.sum()))))
        window = extent(grown(new, 2 * side))
        picture = patches.filled(self.frames[t][window].astype(np.float32), new[window])
        self.frames[t][window] = np.rint(picture.clip(0, 255))
        self.lack[t] = False
        return new

    def _carry(self, key: int, new: Plane, t: int) -> None:
        """Lay what was filled in one frame, and its rim, over another."""
        new = grown(new, EDGE + SLACK)
        matrix, error = self._laid(t, key, self._points(t))
        if error > self._usual(t) + 2 * OTHER:
            return
        window = extent(grown(self.lack[t], AROUND))
        picture, known = self._warped(self.frames[key], new, matrix, window)
        done = self.lack[t][window] & known
        if not done.any():
            return
        whole_, inside = self._warped(self.frames[key], ~self.lack[key], matrix, window)
        picture = self._shaded(self.frames[t][window], whole_, inside & ~grown(self.hole[t], EDGE)[window])
        part = self.frames[t][window]
        part[done] = np.rint(picture[done].clip(0, 255))
        self.lack[t][window] &= ~done


def _gain(given: Picture, picture: Picture) -> npt.NDArray[np.float32]:
    """By how much most of the pixels (N, 3) of a picture have to be brighter, channel by channel, to be those given."""
    apart = np.abs(given - picture).mean(-1)
    most = apart <= np.percentile(apart, 80)
    gain = (given[most] * picture[most]).sum(0) / np.maximum((picture[most] ** 2).sum(0), 1.0)
    found: npt.NDArray[np.float32] = np.where(np.abs(gain - 1) < SAME, 1, gain.clip(0.5, 2)).astype(np.float32)
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
