"""Joints between given and painted frames: what they differ by there is faded out over the painted frames. NumPy only.

A network paints what follows a frame in its own hand: a little softer, a shade lighter. Seen frame by frame that is a
cut. Where the picture stands still, the difference at the joint is just that, so it is carried on and let go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from soracli.types import Frames

Difference = npt.NDArray[np.float32]  # (H, W, 3), levels of 255


@dataclass(frozen=True)
class Part:
    """Consecutive frames, and which of them are given as a whole."""

    frames: Frames
    own: Sequence[bool]


def healed(parts: Iterator[Part]) -> Iterator[Frames]:
    """The frames of each part, in order. A difference fades within one part's length; only one part is held back."""
    given: Frames | None = None  # the last one
    after: Difference | None = None  # what it has that the first painted frame after it lacks
    age = 0  # painted frames since then
    part = next(parts, None)
    while part is not None:
        following = next(parts, None)
        out = part.frames.astype(np.float32)
        span = len(part.frames)
        for i, own in enumerate(part.own):
            if own:
                given, after, age = part.frames[i], None, 0
                continue
            age += 1
            if age == 1 and given is not None:
                after = given.astype(np.float32) - part.frames[i]
            if after is not None and age <= span:
                out[i] += after * (1 - age / (span + 1))
        _lead_in(out, part, following)
        yield np.rint(out.clip(0, 255)).astype(np.uint8)
        part = following


def _lead_in(out: Difference, part: Part, following: Part | None) -> None:
    """Fade in the difference to the next given frame, for the painted frames before it."""
    frames = part.frames if following is None else np.concatenate([part.frames, following.frames])
    own = [*part.own, *(following.own if following is not None else ())]
    span = len(part.frames)
    for i in range(span):
        given = next((j for j in range(i, min(len(own), i + span + 1)) if own[j]), None)
        if own[i] or given is None:
            continue
        before = frames[given].astype(np.float32) - frames[given - 1]
        out[i] += before * (1 - (given - i) / (span + 1))
