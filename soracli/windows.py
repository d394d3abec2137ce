"""Which latent frames are painted together. A network sees a few seconds at once; a longer canvas is painted window
by window, each with the end of what came before it as given context. Plain arithmetic: NumPy only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from soracli.types import Canvas, Geometry

OVERLAP = 2  # latent frames of context that a window is given on each side, where there are any


@dataclass(frozen=True)
class Stretch:
    """Latent frames start .. stop, sampled together. keys: kept frames of the canvas that are shown as pictures."""

    start: int
    stop: int
    keys: tuple[int, ...] = ()


def plan(canvas: Canvas, geometry: Geometry, limit: int = 0) -> list[Stretch]:
    """The stretches that paint a canvas, in order. limit: latent frames that the network sees at once, 0 = any.

    A latent frame whose frames are all kept is context or left alone. Kept frames beside painted ones in the same
    latent frame cannot be given as such: they become key frames.
    """
    count, time = geometry.latent[0], geometry.stride[0]
    free = [bool((mask > 0).any()) for mask in canvas.mask]  # frames with something to paint
    paint = [any(free[geometry.span(i)]) for i in range(count)]
    context = -(-canvas.context // time)
    if geometry.causal:  # the model itself sees to kept frames; a window's first latent frame cannot be painted by it
        return [Stretch(start, stop) for start, stop in stretches(paint, limit or count, context, backward=False)]
    keys = [] if geometry.is_still else _keys(free, paint, time)
    return [
        Stretch(start, stop, tuple(key for key in keys if start * time <= key < stop * time))
        for start, stop in stretches(paint, limit or count, context)
    ]


def board(canvas: Canvas, geometry: Geometry, painted: Sequence[Stretch], limit: int) -> tuple[int, ...]:
    """Frames of which pictures are painted first, all at once, spread over a blank canvas of several stretches.

    Each stretch is then painted with those in it and next to it given, so that the last one is no copy of a copy.
    limit: latent frames that the network sees at once; so many pictures it sees, however long the canvas is.
    """
    count = len(canvas.clip.frames)
    if geometry.causal or len(painted) < 2 or canvas.strength < 1 or not all((mask > 0).all() for mask in canvas.mask):
        return ()
    return tuple((2 * i + 1) * count // (2 * limit) for i in range(limit))


def nearby(frames: Sequence[int], start: int, stop: int) -> tuple[int, ...]:
    """Those of rising frame numbers that lie within start .. stop, and the next one on each side."""
    before = [frame for frame in frames if frame < start][-1:]
    after = [frame for frame in frames if frame >= stop][:1]
    return (*before, *(frame for frame in frames if start <= frame < stop), *after)


def _keys(free: Sequence[bool], paint: Sequence[bool], time: int) -> list[int]:
    """Kept frames next to painted ones, within latent frames that are painted."""

    def is_free(frame: int) -> bool:
        return 0 <= frame < len(free) and free[frame]

    return [
        frame
        for frame, open_ in enumerate(free)
        if not open_ and paint[frame // time] and (is_free(frame - 1) or is_free(frame + 1))
    ]


def stretches(paint: Sequence[bool], limit: int, context: int = 0, *, backward: bool = True) -> list[tuple[int, int]]:
    """(start, stop) of each window over latent frames, of at most `limit`, so that everything to paint is painted once.

    Painting goes from what is known to what is not: backwards, if that is allowed, where only the end is known.
    context: latent frames that are given on each side where there are any; 0 = all if they fit into one window, else
    `OVERLAP`.
    """
    count = len(paint)
    if not any(paint):
        return []
    if count <= limit and not context:
        return [(0, count)]
    if backward and paint[0] and not paint[-1]:
        return [(count - stop, count - start) for start, stop in stretches(paint[::-1], limit, context)]
    overlap = min(context or OVERLAP, (limit - 1) // 2)
    found = []
    first = list(paint).index(True)
    while first < count:
        start = max(0, first - overlap)
        stop = min(count, start + limit)
        end = next((i for i in range(first, count) if not paint[i]), count)  # of this run
        if end < count and stop - overlap < end <= stop:  # what follows must be seen by whoever paints up to it
            stop = end + overlap if end + overlap <= start + limit else end - (end - first) // 2
        last = max(i for i in range(first, min(stop, count)) if paint[i])
        stop = min(stop, count, last + 1 + overlap)
        found.append((start, stop))
        first = next((i for i in range(stop, count) if paint[i]), count)
    return found
