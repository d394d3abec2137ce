"""Joints between given and painted frames, and between painted ones. NumPy only.

A network paints what follows a frame in its own hand: a little softer, a shade lighter. Seen frame by frame that is a
cut. Where the picture stands still, the difference at the joint is just that, so it is carried on and let go.

Where latent frames stand alone, each is decoded by itself, and two painted ones differ by a shade where they meet: a
pulse, twice a second. There the step that the motion on both sides does not explain is ramped away into both, unless it
is so large that something moved: in time what `models.spark.borders` does in space.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soracli.types import Frames

LIMIT = 16  # levels of 255: larger steps between painted parts are motion
REACH = 3  # frames on each side of a joint of painted parts over which a step is ramped away

Difference = npt.NDArray[np.float32]  # (H, W, 3), levels of 255


@dataclass(frozen=True)
class Part:
    """Consecutive frames, and which of them are given as a whole."""

    frames: Frames
    own: Sequence[bool]


def healed(parts: Iterator[Part], *, apart: bool = False) -> Iterator[Frames]:
    """The frames of each part, in order. A difference fades within one part's length; only one part is held back.

    apart: each part was decoded by itself, so painted ones are evened out where they meet.
    """
    before: Difference | None = None  # the step from the part before into this one, to be ramped away
    given: Frames | None = None  # the last one
    after: Difference | None = None  # what it has that the first painted frame after it lacks
    age = 0  # painted frames since then
    part = next(parts, None)
    while part is not None:
        following = next(parts, None)
        span = len(part.frames)
        step = _step(part, following) if apart and following is not None else None
        made = np.empty_like(part.frames)
        for i, own in enumerate(part.own):
            if own:
                made[i] = part.frames[i]
                given, after, age = part.frames[i], None, 0
                continue
            out = part.frames[i].astype(np.float32)  # one frame at a time: large ones take four times as much so
            age += 1
            if age == 1 and given is not None:
                after = given + _slope(part, i) - part.frames[i]
            if after is not None and age <= span:
                out += after * _fade(age / (span + 1))
            out += _lead_in(part, following, i)
            out -= _ramped(before, i) - _ramped(step, span - 1 - i)
            made[i] = np.rint(out.clip(0, 255))
        before = step
        yield made
        part = following


def _lead_in(part: Part, following: Part | None, i: int) -> Difference | float:
    """The share of the difference to the next given frame that a painted frame before it takes on."""
    span = len(part.frames)
    own = [*part.own, *(following.own if following is not None else ())]
    given = next((j for j in range(i, min(len(own), i + span + 1)) if own[j]), None)
    if given is None:
        return 0.0
    whole = part if following is None else Part(np.concatenate([part.frames, following.frames]), own)
    before = whole.frames[given] - _slope(whole, given - 2) - whole.frames[given - 1]
    share: Difference = before * _fade((given - i) / (span + 1))
    return share


def _slope(part: Part, first: int) -> Difference | float:
    """What lies between a given frame and the painted one beside it: half of what the next painted ones differ by.

    All of it would be the motion and the painter's flicker; without any, the given frame would be shown twice.
    """
    if first < 0 or first + 1 >= len(part.frames) or part.own[first] or part.own[first + 1]:
        return 0.0
    slope: Difference = part.frames[first + 1].astype(np.float32) - part.frames[first]
    return slope * np.float32(0.5)


def _fade(along: float) -> float:
    """1 at the joint, 0 at the end of the way, level at both, so that nothing sets in with a jerk."""
    return 1 - along * along * (3 - 2 * along)


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
