"""A hole in one picture, filled with what the rest of the picture looks like. NumPy only.

Space-time completion by Wexler, Shechtman & Irani (2007), for pictures: every patch that touches the hole is to look
like some patch of what is known, and a pixel of the hole is the mean of what the patches around it propose for it. Both
are made true in turn, from a small picture of it to the whole; the nearest patches are searched for as in PatchMatch
(Barnes et al. 2009): a neighbour's answer, shifted, is a good guess, and so are places around one's own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soracli.draft import extent
from soracli.sampling import seamless_clone

SIDE = 7  # pixels of a patch
HALF = SIDE // 2
SMALL = 5  # pixels across which the hole has in the smallest picture, about
SEARCHED = 320  # pixels on the longer side of the largest picture that is searched; in larger ones matches are kept
ROUNDS = (12, 8, 6, 4, 3)  # from the smallest picture on; the last holds for all larger ones
NEAR = 1.3  # a pixel's weight falls by this with every pixel that it lies deeper in the hole

SHARP = 4  # power of the trust in patches at last

Picture = npt.NDArray[np.float32]  # (H, W, 3), levels of 255
Plane = npt.NDArray[np.bool_]  # (H, W)
Places = npt.NDArray[np.int64]  # (N, 2): row, column of a patch's middle


def filled(picture: Picture, hole: Plane, usable: Plane | None = None, seed: int = 0) -> Picture:
    """The picture with its hole filled; all else as it was. usable: what may be taken from (default: all but the hole).

    Where nothing can be taken from, what lies around is continued smoothly.
    """
    if not hole.any():
        return picture
    known = ~hole if usable is None else usable & ~hole
    smooth = seamless_clone.membrane(picture, (~hole).astype(np.float32)[..., None])
    rough = np.where(hole[..., None], smooth, picture).astype(np.float32)
    rng, image = np.random.default_rng(seed), rough
    before: tuple[_Search, Places] | None = None
    for number, level in enumerate(reversed(_pyramid(rough, hole, known))):
        search, image = _Search.of(level, rng), level.image
        if search is None:  # too small for patches
            continue
        if before is None:
            found = search.everywhere(image)
        else:
            found = search.enlarged(*before)
            image = search.voted(image, found)
        if max(level.hole.shape) <= SEARCHED:
            for _ in range(ROUNDS[min(number, len(ROUNDS) - 1)]):
                found = search.improved(image, found)
                image = search.voted(image, found)
        image = search.joined(image, found)
        before = search, found
    return image


@dataclass(frozen=True)
class Level:
    """One size of the picture. image: with a rough guess in the hole. known: what may be taken from."""

    image: Picture
    hole: Plane
    known: Plane


def _pyramid(image: Picture, hole: Plane, known: Plane) -> list[Level]:
    """From the whole picture to one in which the hole is SMALL, each half the size of the one before."""
    levels = [Level(image, hole, known)]
    while _depth(levels[-1].hole).max() * 2 > SMALL and min(levels[-1].hole.shape) >= 4 * SIDE:
        last = levels[-1]
        levels.append(Level(_halved(last.image), _halved(last.hole) > 0.25, _halved(last.known) > 0.99))
    return levels


def _halved(plane: npt.NDArray[np.generic]) -> Picture:
    """Means of 2x2 pixels; an odd row or column at the end goes with the one before it."""
    ends = [(0, side % 2) for side in plane.shape[:2]] + [(0, 0)] * (plane.ndim - 2)
    x = np.pad(plane.astype(np.float32), ends, mode="edge")
    return np.asarray((x[::2, ::2] + x[1::2, ::2] + x[::2, 1::2] + x[1::2, 1::2]) / 4, np.float32)


def _depth(hole: Plane) -> npt.NDArray[np.float32]:
    """How many steps to a side or corner lead out of the hole; 0 outside. The edge of the picture leads nowhere."""
    depth, rest = np.zeros(hole.shape, np.float32), hole
    while rest.any():
        depth += rest
        inner = rest & ~_grown(~rest, 1)
        if np.array_equal(inner, rest):
            break
        rest = inner
    return np.asarray(depth, np.float32)


def _grown(plane: Plane, pixels: int) -> Plane:
    """With all that lies within a square of so many pixels on each side."""
    for axis in (0, 1):
        ends = [(pixels, pixels) if i == axis else (0, 0) for i in range(2)]
        padded = np.pad(plane, ends)
        plane = np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * pixels + 1, axis).any(-1))
    return plane


class _Search:
    """The nearest patches of one size. at: the patches that touch the hole; a match has a row for each of them."""

    def __init__(self, level: Level, at: Places, usable: Plane, rng: np.random.Generator) -> None:
        self.at, self.usable, self.hole, self.rng = at, usable, level.hole, rng
        self.size = level.hole.shape
        self.source = level.image
        self.number = np.full(self.size, -1)  # of the patch at a place
        self.number[at[:, 0], at[:, 1]] = np.arange(len(at))
        self.choices = np.argwhere(usable)
        rows, columns = np.mgrid[-HALF : HALF + 1, -HALF : HALF + 1]
        self.steps = np.stack([rows.ravel(), columns.ravel()], 1)  # (49, 2)
        weights = NEAR ** -_depth(level.hole)
        self.weights = self._patches(weights[..., None], at)  # (N, 49)

    @classmethod
    def of(cls, level: Level, rng: np.random.Generator) -> _Search | None:
        """None if no whole patch of what is known is there."""
        inside = np.zeros(level.hole.shape, bool)
        inside[HALF:-HALF, HALF:-HALF] = True
        usable = inside & ~_grown(~level.known, HALF)
        at = np.argwhere(inside & _grown(level.hole, HALF))
        return cls(level, at, usable, rng) if usable.any() and len(at) else None

    def _patches(self, image: Picture, middle: Places) -> npt.NDArray[np.float32]:
        """(N, 49 C)."""
        wide, channels = self.size[1], image.shape[2]
        flat = (middle @ [wide, 1])[:, None] + (self.steps @ [wide, 1])[None]
        patches: npt.NDArray[np.float32] = image.reshape(-1, channels)[flat].reshape(len(middle), -1)
        return patches

    def _distances(self, own: npt.NDArray[np.float32], places: Places) -> npt.NDArray[np.float32]:
        """(N,), of the patches `own` to those at places."""
        apart = (own - self._patches(self.source, places)).reshape(len(own), len(self.steps), 3)
        found: npt.NDArray[np.float32] = np.einsum("nkc,nkc,nk->n", apart, apart, self.weights, optimize=True)
        return found

    def everywhere(self, image: Picture) -> Places:
        """The nearest of all patches, or of a few thousand of them."""
        own = self._patches(image, self.at)
        choices = self.choices
        if len(choices) > 4096:
            choices = choices[self.rng.choice(len(choices), 4096, replace=False)]
        theirs = self._patches(self.source, choices)  # (M, 147)
        weights = np.repeat(self.weights, 3, 1)
        rest = (theirs**2 @ weights.T).T - 2 * (own * weights) @ theirs.T  # (N, M), but for what is the same for all
        nearest: Places = choices[rest.argmin(1)]
        return nearest

    def enlarged(self, before: _Search, matches: Places) -> Places:
        """Matches of a picture of half the size, for this one; at its edges, those of the nearest whole patches."""
        near = np.clip(self.at // 2, HALF, np.array(before.size) - 1 - HALF)
        number = before.number[near[:, 0], near[:, 1]]
        found = 2 * matches[np.maximum(number, 0)] + (self.at - 2 * near)
        return self._usable(found, number >= 0)

    def _usable(self, places: Places, good: npt.NDArray[np.bool_]) -> Places:
        """The same where they can be taken from, any others elsewhere."""
        clipped = np.clip(places, 0, np.array(self.size) - 1)
        good = good & (clipped == places).all(1) & self.usable[clipped[:, 0], clipped[:, 1]]
        others = self.choices[self.rng.integers(len(self.choices), size=len(places))]
        found: Places = np.where(good[:, None], clipped, others)
        return found

    def improved(self, image: Picture, matches: Places) -> Places:
        """Better matches: a neighbour's, shifted, or places around one's own."""
        own = self._patches(image, self.at)
        best = matches
        score = self._distances(own, best)

        def tried(places: Places, good: npt.NDArray[np.bool_]) -> None:
            nonlocal best, score
            clipped = np.clip(places, 0, np.array(self.size) - 1)
            good = good & (clipped == places).all(1) & self.usable[clipped[:, 0], clipped[:, 1]]
            rows = np.flatnonzero(good & (places != best).any(1))
            if not len(rows):
                return
            apart = (own[rows] - self._patches(self.source, places[rows])).reshape(len(rows), -1, 3)
            found = np.einsum("nkc,nkc,nk->n", apart, apart, self.weights[rows], optimize=True)
            better = found < score[rows]
            best = best.copy()
            best[rows[better]], score[rows[better]] = places[rows[better]], found[better]

        for jump in (4, 1):
            for step in ((0, jump), (jump, 0), (0, -jump), (-jump, 0)):
                beside = np.clip(self.at + step, 0, np.array(self.size) - 1)
                number = self.number[beside[:, 0], beside[:, 1]]
                tried(best[np.maximum(number, 0)] - step, number >= 0)
        reach = max(self.size)
        while reach >= 1:
            tried(best + self.rng.integers(-reach, reach + 1, size=best.shape), np.ones(len(best), bool))
            reach //= 3
        return best

    def voted(self, image: Picture, matches: Places) -> Picture:
        """The picture with the hole as the patches around each of its pixels propose it, the nearest above all."""
        proposed, told = self._proposed(image, matches, 1)
        return np.where((self.hole & told)[..., None], proposed, image)

    def joined(self, image: Picture, matches: Places) -> Picture:
        """The same by the best patches above all, which keeps detail, and without a rim: the patches tell what lies
        beside the hole as well, and what they lack there of the picture is continued into the hole (gradient-domain
        blending: Perez, Gangnet & Blake 2003).
        """
        proposed, told = self._proposed(image, matches, SHARP)
        beside = told & ~self.hole & _grown(self.hole, 2)
        if not beside.any():
            return self.voted(image, matches)
        lack = np.where(beside[..., None], image - proposed, 0).astype(np.float32)
        rows, columns = extent(self.hole, 2)
        lack[rows, columns] = seamless_clone.harmonic(
            lack[rows, columns], self.hole[rows, columns], beside[rows, columns]
        )
        return np.where((self.hole & told)[..., None], (proposed + lack).clip(0, 255), image)

    def _proposed(self, image: Picture, matches: Places, sharp: int) -> tuple[Picture, Plane]:
        """(means of what the patches over each pixel propose, in the hole and beside it; where any do). sharp: power
        of the trust in a patch by which it is weighted.
        """
        own = self._patches(image, self.at)
        score = self._distances(own, matches) / self.weights.sum(1)
        usual = np.percentile(score, 75) + 1e-3
        trust = (np.exp(-score / (2 * usual)).astype(np.float32) * self.weights.max(1)) ** sharp
        sums = np.zeros((self.size[0] * self.size[1], 3), np.float32)
        total = np.zeros(len(sums), np.float32)
        wide = self.size[1]
        target, source = self.at @ [wide, 1], matches @ [wide, 1]
        colours = self.source.reshape(-1, 3)
        for far in self.steps @ [wide, 1]:  # no two patches have the same pixel at one step
            sums[target + far] += trust[:, None] * colours[source + far]
            total[target + far] += trust
        means: Picture = np.asarray((sums / np.maximum(total, 1e-20)[:, None]).reshape(image.shape), np.float32)
        told: Plane = (total > 1e-20).reshape(self.size)
        return means, told
