"""What lay behind: holes in a film, filled with what its other frames show there, and the rest by patches.

As in flow-guided video completion (Xu et al. 2019; Gao et al. 2020), with planes in the place of the flow inside a
hole: around the hole each frame is laid over others, farther and farther away in time, and what one of those shows
where the hole is comes from there, in this frame's shades. Where things around it move differently, frames are laid
over by each of these layers too (see `motion_layers`), and a place belongs to a layer if what other frames show of it
agrees clearly better then. What no frame shows is filled once, in the frame that lacks most (see `patches`), and that
one filling is laid over the others, so that it holds still on what it belongs to. What none shows around a whole
picture is its mirror image instead (see `borders`).

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
from soracli.footage import borders, motion_layers, optical_flow, patches
from soracli.footage.registration import Matrix, Points, aligned, fitted, moved, shrunk, similar, whole
from soracli.footage.views import (
    FAR,
    LIT,
    Plane,
    Shown,
    View,
    disagreement,
    gain,
    grown,
    mixed,
    nearest,
    shaded,
    smoothed,
    warped,
)
from soracli.models.rife import padded
from soracli.sampling import seamless_clone
from soracli.types import Frames

Holes = npt.NDArray[np.bool_]  # (T, H, W)

EDGE = 2  # pixels around a hole that are not taken from: what is removed shines into them
AROUND = 6  # pixels around a hole whose shades are compared
ROOM = 48  # pixels around a hole by which frames are aligned, at least; else as far as the hole is wide
POINTS = 1000  # by which they are
FEWEST = 64  # with fewer, frames are not aligned; half as many do to follow a layer
COARSE = 160  # pixels on the shorter side at which motion is looked for first
SEEN = (1, 2, 4, 6, 9, 13, 19, 28, 40, 58, 85)  # how many frames away is looked, both ways
SLACK = 1  # pixels, less than EDGE, by which the moves from frame to frame, added up, may be wrong
LOOKED = 2000  # places of a hole that are looked up before frames are aligned for it, about
NEWS = 0.01  # of what lacks in a hole that another frame has to show, to be looked at
LIKE = 1.15  # times its predecessor's difference, up to which a frame is taken to have moved on as that one did
WORTH = 0.1  # of what lacks around a picture that another frame has to show
BASE = 6  # frames by which layers of motion are told apart
CLEARLY = 0.7  # times the doubt about all as one plane, below which that about a layer has to lie
BLOCK = 4  # pixels of a side within which shades are averaged around a whole picture
TWICE = 2  # views of a place each way by which it is told whether they agree
OTHER = 9.0  # levels of median difference around the hole, beyond the usual, from which a frame shows another thing
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
        self._given = self.frames  # what nothing was filled in
        self._open = np.stack([grown(plane, EDGE) for plane in self.hole])  # is not taken from
        self._tensor = lru_cache(maxsize=24)(self._as_tensor)
        self._known = lru_cache(maxsize=24)(self._may_be_compared)
        self._reachable = lru_cache(maxsize=48)(self._near_known)
        self._points = lru_cache(maxsize=48)(self._chosen)
        self._flow = lru_cache(maxsize=64)(self._flows)
        self._factor = max(1, round(min(self.hole.shape[1:]) / COARSE))
        self._tracks = motion_layers.Tracks(self._flow, lambda t: ~self._open[t], self._factor)
        self._error = [0.0] * len(self.frames)  # usual difference to a neighbour, levels
        self.picture = borders.inside(self.hole)  # the hole lies around it

    @torch.inference_mode()
    def steps(self) -> Iterator[None]:
        """Fill; yields once for every frame and kind of work: 2 T times."""
        for t in range(len(self.frames)):
            if t + 1 < len(self.frames):
                self._moves.append(self._neighbour(t))
            yield
        given = self._given = self.frames.copy()  # nothing that was filled is taken for given
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
        across, down = optical_flow.gradients(self._tensor(t))
        edges = (across.abs() + down.abs()).sum(1)[0].double().cpu().numpy()
        found = []
        for plane, share in ((near, 0.7), (wide, 0.3)):
            rows, columns = np.nonzero(plane)
            if len(rows):
                weight = edges[plane] + edges[plane].mean() + 1e-3  # half of them where there is most to see
                some = rng.choice(
                    len(rows), min(len(rows), int(POINTS * share)), replace=False, p=weight / weight.sum()
                )
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
        far = self._tracks.step(points, t)
        matrix = fitted(points, points + far)
        better, error = self._aligned(t, t + 1, points, matrix, (4, 2, 1))
        still, calm = self._aligned(t, t + 1, points, np.eye(3), (2, 1))
        if calm <= error:
            better, error = still, calm
        self._error[t] = error if np.isfinite(error) else 0.0
        return better if np.isfinite(error) else matrix

    def _flows(self, t: int) -> tuple[Tensor, Tensor]:
        """From frame t to the next and back, on a coarse grid: what is removed plays no part in it."""
        first, second = (padded(F.avg_pool2d(self._bare(i), self._factor)) for i in (t, t + 1))
        found, _ = optical_flow.network(self.device).motion(first, second, 0.5)
        ways = found, torch.cat([found[:, 2:], found[:, :2]], 1)
        there, back = (optical_flow.told_for_the_first(way) * self._factor for way in ways)
        return there, back

    def _bare(self, t: int) -> Tensor:
        """A frame with its hole filled smoothly."""
        picture, hole = self._given[t].astype(np.float32), self._open[t][..., None]
        smooth = seamless_clone.membrane(picture, (~hole).astype(np.float32), 2)
        return optical_flow.tensor(np.where(hole, smooth, picture).clip(0, 255).astype(np.uint8), self.device)

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

    def _laid(self, t: int, s: int, points: Points, last: tuple[int, Matrix] | None = None) -> tuple[Matrix, float]:
        """Where frame t lies in frame s, and how badly: levels of 255. Without points: as its neighbours lie.

        last: a frame between, and where t lies in that one, if it is known.
        """
        if len(points) < FEWEST:
            return self._path(t, s), 0.0
        guess = self._path(t, s) if last is None else self._path(last[0], s) @ last[1]
        part = len(points) < len(self._points(t))
        if part:
            places, seen = self._tracks.followed(points, t, s)
            if seen.sum() >= FEWEST // 2:
                guess = fitted(points[seen], places[seen])
            guess = similar(guess, points)
        matrix, error = self._aligned(t, s, points, guess, (1,) if abs(s - t) < 3 else (2, 1))
        if part:  # says little of what lies beside it
            better = similar(matrix, points)
            strayed = np.abs(moved(better, points) - moved(guess, points)).max()
            matrix = better if strayed < 2 + 0.1 * np.abs(moved(guess, points) - points).max() else guess
        places = np.argwhere(self.hole[t])[:, ::-1].astype(float)
        corners = np.array([places.min(0), places.max(0), [places[:, 0].min(), places[:, 1].max()],
                            [places[:, 0].max(), places[:, 1].min()]])  # fmt: skip
        return whole(matrix, corners), error

    # --- what other frames show -------------------------------------------------------------------------------------

    def _bring(self, t: int, given: Frames) -> None:
        """Fill what lacks in frame t with what frames before and after it show, each place by the layer of motion by
        which those agree best.
        """
        window = extent(grown(self.hole[t], AROUND))
        hole = self.hole[t][window]
        rim = ~self._open[t][window]
        found = [self._shown(t, window, given, points) for points in self._layers(t)]
        doubts = [self._doubt(each, given[t][window], hole, rim) for each in found]
        doubts[0] *= CLEARLY
        best = np.argmin(doubts, 0)
        picture = np.choose(best[..., None], [each.picture for each in found])
        known = np.choose(best, [each.known for each in found])
        done = hole & known
        picture = shaded(given[t][window], picture, rim & known, BLOCK if self.picture else 1)
        part = self.frames[t][window]
        part[done] = np.rint(picture[done].clip(0, 255))
        self.lack[t][window] &= ~done

    def _doubt(self, found: Shown, given: npt.NDArray[np.uint8], hole: Plane, rim: Plane) -> npt.NDArray[np.float32]:
        """How badly what is shown fits, levels: at the rim what is known there, in the hole other frames each other."""
        apart = np.where(rim, np.abs(found.picture - given).mean(-1), found.apart)
        weight = (hole | rim).astype(np.float32)
        doubt = smoothed(np.where(found.known, apart.clip(0, FAR), FAR) * weight)
        return np.asarray(doubt / np.maximum(smoothed(weight), 0.01), np.float32)

    def _layers(self, t: int) -> list[Points]:
        """Places around the hole of a frame by which others are laid over it: those of each layer of motion."""
        points = self._points(t)
        if len(points) < FEWEST or self.picture is not None:
            return [points]
        most, parts = 0.0, []
        for s in (t + BASE, t - BASE, t + BASE // 2, t - BASE // 2, t + 1, t - 1):
            if 0 <= s < len(self.frames):
                places, seen = self._tracks.followed(points, t, s)
                if seen.sum() > 1.5 * most:
                    most = float(seen.sum())
                    own = points[seen]
                    parts = [own[part] for part in motion_layers.split(own, places[seen], abs(t - s), self._factor)]
        return [points, *parts] if len(parts) > 1 else [points]

    def _shown(self, t: int, window: tuple[slice, slice], given: Frames, points: Points) -> Shown:
        """What other frames show inside a window of frame t, laid over it by points."""
        hole = self.hole[t][window]
        ways = []
        for way in (1, -1):
            views: list[View] = []
            times, last = np.zeros(hole.shape, int), (t, np.eye(3))
            for step in SEEN:
                s = t + way * step
                rest = hole & (times < (TWICE if self.picture is None else 1))
                if not 0 <= s < len(self.frames) or not rest.any():
                    break
                if not self._may_show(t, s, np.argwhere(rest) + np.array([window[0].start, window[1].start])):
                    continue
                matrix, error = self._laid(t, s, points, last)
                last = s, matrix
                if error > self._usual(t) + OTHER:
                    continue
                picture, known = warped(given[s], ~self._open[s], matrix, window, self.device)
                rim = known & ~self._open[t][window]
                if (rest & known).sum() < 4:
                    continue
                if rim.sum() >= LIT:
                    picture = picture * gain(given[t][window][rim].astype(np.float32), picture[rim])
                views.append(View(picture, known, step))
                times += known
            ways.append(views)
        picture, away = mixed(*(nearest(views, hole.shape) for views in ways))
        return Shown(picture, np.isfinite(away), disagreement(picture, [*ways[0], *ways[1]]))

    def _usual(self, t: int) -> float:
        return self._error[max(0, min(t, len(self._error) - 2))]

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
            picture = shaded(self.frames[t], picture, ~grown(lack, EDGE), BLOCK)
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
        picture, known = warped(self.frames[key], new, matrix, window, self.device)
        done = self.lack[t][window] & known
        if not done.any():
            return
        whole_, inside = warped(self.frames[key], ~self.lack[key], matrix, window, self.device)
        picture = shaded(self.frames[t][window], whole_, inside & ~grown(self.hole[t], EDGE)[window])
        part = self.frames[t][window]
        part[done] = np.rint(picture[done].clip(0, 255))
        self.lack[t][window] &= ~done
