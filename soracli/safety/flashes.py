"""Flashing that can set off seizures: WCAG 2.2, success criterion 2.3.1, after ITU-R BT.1702.

A general flash is a pair of opposing changes of relative luminance by a tenth of the largest or more, the darker of
the two below 0.80; a red flash is one to or from a saturated red. More than three within a second, on a quarter of the
picture or more at a time, is too much. The picture is looked at as GRID x GRID mean values; changes that reach the
threshold in different frames in different places are not added up, and neither is how large it will stand on a screen.
Letters: G = GRID.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import numpy.typing as npt

GRID = 16
FINE = 64  # lines and columns that are looked at, about
MOST = 3  # flashes in any second
AREA = 0.25  # of the picture
STEP, BRIGHT = 0.1, 0.8  # of relative luminance
RED, RED_STEP = 0.8, 20.0  # share of red in a saturated red; of (R - G - B) x 320
Cells = npt.NDArray[np.float64]
_LINEAR = np.array([v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in np.arange(256) / 255])


class Flashes:
    """Takes the frames of a clip one by one."""

    def __init__(self, fps: Fraction) -> None:
        self._general = _Swings(fps, STEP, lambda darker: darker < BRIGHT)
        self._red = _Swings(fps, RED_STEP, lambda darker: np.ones_like(darker, dtype=bool))

    def add(self, frame: npt.NDArray[np.uint8]) -> str:
        """What is too much about the clip with this frame (H, W, 3) in it; empty if nothing is."""
        step = max(1, min(frame.shape[:2]) // FINE)
        light = _cells(_LINEAR[frame[::step, ::step]])  # (G, G, 3)
        red, green, blue = light[..., 0], light[..., 1], light[..., 2]
        saturated = red >= RED * np.maximum(light.sum(-1), 1e-6)
        general = self._general.add(0.2126 * red + 0.7152 * green + 0.0722 * blue)
        reddish = self._red.add(np.where(saturated, (red - green - blue).clip(0) * 320, 0))
        kind = "flashes" if general else "red flashes" if reddish else ""
        return f"more than three {kind} in a second" if kind else ""


class _Swings:
    """Opposing changes of one quantity."""

    def __init__(self, fps: Fraction, step: float, counts: Callable[[Cells], npt.NDArray[np.bool_]]) -> None:
        self._fps, self._step, self._counts = fps, step, counts
        self._low: Cells | None = None
        self._high: Cells = np.zeros(0)
        self._way: npt.NDArray[np.int8] = np.zeros(0, np.int8)  # of the last change: 1 = up, -1 = down, 0 = none yet
        self._events: deque[tuple[int, int]] = deque()  # (frame, way) of changes on enough of the picture at once
        self._frame = 0

    def add(self, now: Cells) -> bool:
        """Whether there are more than MOST flashes in the second that ends with this frame."""
        if self._low is None:
            self._low, self._high, self._way = now.copy(), now.copy(), np.zeros(now.shape, np.int8)
        low, high, way = np.minimum(self._low, now), np.maximum(self._high, now), self._way
        up = (now - low >= self._step) & self._counts(low) & (way < 1)
        down = (high - now >= self._step) & self._counts(now) & (way > -1)
        changed = up | down
        self._low, self._high = np.where(changed, now, low), np.where(changed, now, high)
        self._way = np.where(up, 1, np.where(down, -1, way)).astype(np.int8)
        for share, sign in ((up.mean(), 1), (down.mean(), -1)):
            if share >= AREA and (not self._events or self._events[-1][1] != sign):
                self._events.append((self._frame, sign))
        while self._events and self._frame - self._events[0][0] >= self._fps:
            self._events.popleft()
        self._frame += 1
        return len(self._events) > 2 * MOST


def _cells(light: npt.NDArray[np.float64]) -> Cells:
    """Means over a grid: (H, W, 3) -> (G, G, 3), or as many cells as there are pixels."""
    height, width = light.shape[:2]
    rows = np.linspace(0, height, min(GRID, height) + 1).astype(int)[:-1]
    columns = np.linspace(0, width, min(GRID, width) + 1).astype(int)[:-1]
    sums = np.add.reduceat(np.add.reduceat(light, rows, axis=0), columns, axis=1)
    sizes = np.diff([*rows, height])[:, None] * np.diff([*columns, width])[None, :]
    found: Cells = sums / sizes[..., None]
    return found
