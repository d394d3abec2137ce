"""Temporal blending: fade out the offset between given and painted frames, and between painted ones. NumPy only.

A network paints what follows a frame in its own hand: a little softer, a shade lighter. Seen frame by frame that is a
cut. Where the picture stands still, the difference at the joint is just that, so it is carried on and let go. What sets
in there is no faster than what was given moves. A larger difference is another picture, as where one clip is blended
into another: the given picture itself then dissolves into what is painted, over up to twice the time.

Where latent frames are independent, each is decoded by itself, and two painted ones differ by a shade where they meet:
a pulse, twice a second. There the step that the motion on both sides does not explain is ramped away into both, unless
it is so large that something moved: in time what `models.spark.deblock` does in space.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from soracli.types import Frames

LIMIT = 16  # levels of 255: larger steps between painted parts are motion
REACH = 3  # frames on each side of a joint of painted parts over which a step is ramped away
ANOTHER = 8  # levels, mean of a frame: what jumps farther than a clip does by this much is another picture
AHEAD = 2  # parts after one that are looked at: twice the frames over which a difference fades

Difference = npt.NDArray[np.float32]  # (H, W, 3), levels of 255


@dataclass(frozen=True)
class Part:
    """Consecutive frames, and which of them are given as a whole."""

    frames: Frames
    own: Sequence[bool]


@dataclass(frozen=True)
class Joint:
    """A given frame beside painted ones. at: its number. picture: it, moved on to where the painted one beside it is.

    difference: what that one lacks of it. reach: painted frames that take on a share. another: see the module.
    """

    at: int
    picture: Difference
    difference: Difference
    reach: int
    another: bool

    def drawn(self, frame: Difference, number: int) -> Difference | float:
        """What is added to a painted frame of that number."""
        away = abs(number - self.at)
        if away > self.reach:
            return 0.0
        share: Difference = (self.picture - frame if self.another else self.difference) * _fade(away / (self.reach + 1))
        return share


class Strip:
    """Frames by their number, of the parts around one. first: number of the first."""

    def __init__(self, parts: Sequence[Part], first: int) -> None:
        self.numbers = range(first, first + sum(len(part.frames) for part in parts))
        self.span = max(len(part.frames) for part in parts)
        self._frames = [frame for part in parts for frame in part.frames]
        self._own = [own for part in parts for own in part.own]

    def own(self, number: int) -> bool | None:
        """Whether a frame is given; None if it is not here."""
        return self._own[number - self.numbers.start] if number in self.numbers else None

    def __getitem__(self, number: int) -> Difference:
        frame: Difference = self._frames[number - self.numbers.start].astype(np.float32)
        return frame

    def given_after(self, number: int) -> int | None:
        """The next given frame from one on."""
        return next((i for i in range(number, self.numbers.stop) if self.own(i)), None)

    def joint(self, at: int, way: int) -> Joint:
        """Of a given frame with the painted ones that lie after it (way 1) or before it (way -1)."""
        beside, pace = self[at + way], self._pace(at, -way)
        slope: Difference | float = 0.0
        if self.own(at + 2 * way) is False:
            # Half of what the next painted ones differ by: all of it would be the motion and the painter's flicker;
            # without any, the given frame would be shown twice.
            step: Difference = (self[at + 2 * way] - beside) * np.float32(0.5)
            usual = float(np.abs(step).mean())
            slope = step * np.float32(1.0 if pace is None else min(1.0, pace / max(usual, 1e-6)))
        picture = self[at] + slope
        difference = picture - beside
        another = pace is not None and float(np.abs(difference).mean()) >= pace + ANOTHER
        gap = next((i for i in range(1, 2 * self.span) if self.own(at + way * (i + 1)) is not False), 2 * self.span)
        return Joint(at, picture, difference, gap if another else self.span, another)

    def _pace(self, at: int, way: int) -> float | None:
        """How far the given frames from one on, that way, lie apart: mean; None of one alone."""
        run = range(at, at + way * self.span, way)
        jumps = [np.abs(self[i + way] - self[i]).mean() for i in run if self.own(i) and self.own(i + way)]
        return float(np.mean(jumps)) if self.own(at + way) else None


def blend_seams(parts: Iterator[Part], *, apart: bool = False) -> Iterator[Frames]:
    """The frames of each part, in order. AHEAD parts are held back.

    apart: each part was decoded by itself, so painted ones are evened out where they meet.
    """
    before: Difference | None = None  # the step from the part before into this one, to be ramped away
    after: Joint | None = None  # of the last given frame
    until: Joint | None = None  # of the next one
    past: list[Part] = []
    near = list(islice(parts, 1 + AHEAD))
    number = 0
    while near:
        part = near[0]
        strip = Strip([*past, *near], number - sum(len(one.frames) for one in past))
        span = len(part.frames)
        step = _step(part, near[1]) if apart and len(near) > 1 else None
        made = np.empty_like(part.frames)
        for i, own in enumerate(part.own):
            at = number + i
            if own:
                made[i], after, until = part.frames[i], None, None
                continue
            if strip.own(at - 1):
                after = strip.joint(at - 1, 1)
            given = strip.given_after(at)
            if given is not None and until is None:
                until = strip.joint(given, -1)
            frame = strip[at]  # one frame at a time: large ones take four times as much so
            out = frame.copy()
            for joint in (after, until):
                if joint is not None:
                    out += joint.drawn(frame, at)
            out -= _ramped(before, i) - _ramped(step, span - 1 - i)
            made[i] = np.rint(out.clip(0, 255))
        before = step
        yield made
        number += span
        past, near = [part], [*near[1:], *islice(parts, 1)]


def _fade(along: float) -> np.float32:
    """1 at the joint, 0 at the end of the way; so level at both that nothing sets in with a jerk (Perlin 2002)."""
    return np.float32(1 - along**3 * (10 - 15 * along + 6 * along**2))


def _step(part: Part, following: Part) -> Difference | None:
    """What changes between two painted parts and not within them, per pixel; 0 where it is too much to be an error."""
    if part.own[-1] or following.own[0] or min(len(part.frames), len(following.frames)) < 2:
        return None
    earlier, last = part.frames[-2:].astype(np.float32)
    first, later = following.frames[:2].astype(np.float32)
    step: Difference = (first - last) - (last - earlier + later - first) / 2
    step[np.abs(step) >= LIMIT] = 0
    return step


def _ramped(step: Difference | None, away: int) -> Difference | float:
    """The share of a step that is taken from a frame so many frames away from the joint."""
    return 0.0 if step is None or away >= REACH else step * ((REACH - away - 0.5) / REACH / 2)
