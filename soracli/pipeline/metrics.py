"""Figures of a result, gathered while its frames go by: how its pieces meet, how far it is from others. NumPy only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from soracli.types import Canvas, Clip, Frames

LEAST = 0.25  # levels of 255: the median jump of a clip in which nearly nothing moves counts as this


class Watcher(Protocol):
    """Measures a result as it is made."""

    def add(self, frames: Frames) -> None:
        """The next frames of the result, uint8 (T, H, W, 3)."""


@dataclass
class Seams:
    """The jump at every joint over the result's own median jump.

    A jump is the mean absolute difference of neighbouring frames, in levels of 255. joints: numbers of the frames that
    follow a joint. loop: the first frame follows the last one.
    """

    joints: tuple[int, ...]
    loop: bool = False
    _jumps: list[float] = field(default_factory=list)
    _first: Frames | None = None
    _last: Frames | None = None

    @classmethod
    def of(cls, canvas: Canvas) -> Seams:
        """Joints lie between frames that are kept whole and frames that are not."""
        own = [not (mask > 0).any() for mask in canvas.mask[canvas.shown]]
        kept = [True] * _length(canvas.head) + own + [True] * _length(canvas.tail)
        return cls(tuple(i for i in range(1, len(kept)) if kept[i] != kept[i - 1]), canvas.loop)

    def add(self, frames: Frames) -> None:
        for frame in frames:
            if self._last is not None:
                self._jumps.append(_jump(self._last, frame))
            self._first = frame if self._first is None else self._first
            self._last = frame

    def report(self, fps: Fraction) -> list[dict[str, Any]]:
        """One entry per joint: `at` (seconds; `end` = from last to first) and `score` (1 = like any other jump)."""
        if not self._jumps or self._first is None or self._last is None:
            return []
        usual = max(float(np.median(self._jumps)), LEAST)
        found: list[dict[str, Any]] = [
            {"at": round(float(joint / fps), 3), "score": round(self._jumps[joint - 1] / usual, 2)}
            for joint in self.joints
            if joint <= len(self._jumps)
        ]
        if self.loop:
            found.append({"at": "end", "score": round(_jump(self._last, self._first) / usual, 2)})
        return found


LINES = 32  # of the small pictures by which results are compared
MOST = 256  # such pictures that are kept of a result, spread evenly over it


@dataclass
class Thumbnails:
    """Small pictures of a result, by which its distance to others is measured."""

    _pictures: list[Frames] = field(default_factory=list)
    _every: int = 1  # of how many frames one is kept
    _seen: int = 0

    @classmethod
    def of(cls, canvas: Canvas) -> Thumbnails:
        """Thumbnails of the frames that a canvas gives, before anything is painted."""
        made = cls()
        for part in (canvas.head, Clip(canvas.clip.frames[canvas.shown], canvas.clip.fps), canvas.tail):
            made.add(part.frames if part is not None else ())
        return made

    def add(self, frames: Iterable[Frames]) -> None:
        for frame in frames:
            self._seen += 1
            if (self._seen - 1) % self._every:
                continue
            step = max(1, min(frame.shape[:2]) // LINES)
            height, width = (side // step * step for side in frame.shape[:2])
            cells = frame[:height, :width].reshape(height // step, step, width // step, step, 3)
            self._pictures.append(cells.mean((1, 3)).astype(np.uint8))
            if len(self._pictures) > MOST:
                self._pictures, self._every = self._pictures[::2], 2 * self._every

    def distance(self, other: Thumbnails) -> float:
        """Mean absolute difference in levels of 255."""
        pairs = zip(self._pictures, other._pictures, strict=False)
        return round(float(np.mean([_jump(a, b) for a, b in pairs])), 2)


def _length(clip: Any) -> int:
    return 0 if clip is None else len(clip.frames)


def _jump(a: Frames, b: Frames) -> float:
    return float((np.maximum(a, b) - np.minimum(a, b)).mean())
