"""Which latent frames are painted together. A network sees a few seconds at once; a longer canvas is painted window
by window, each with the end of what came before it as given context. Plain arithmetic: NumPy only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from itertools import pairwise

from soracli.draft import Plates
from soracli.types import Canvas, Frames, Geometry, Mask

DRIFTING = 3  # windows from which on a storyboard is worth what it costs; two are hardly a copy of a copy
OVERLAP = 2  # latent frames of context that a window is given on each side, where there are any


@dataclass(frozen=True)
class WindowSpan:
    """Latent frames start .. stop of one window.

    keys: kept frames of the canvas that the network gets as pictures. sketch: of the one picture that is painted in
    place of the window, (1, H, W, 3); see `Plates`.
    """

    start: int
    stop: int
    keys: tuple[int, ...] = ()
    sketch: Callable[[], Frames] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Segment:
    """Latent frames start .. stop that are sampled without a look beyond them: one shot, or all there is.

    shot: which of the prompts it is of. spans: of its windows, in the order in which they are sampled. board: frames of
    the storyboard, which is sampled first, so that the last window is no copy of a copy. plates: what its frames
    `filmed` are made of, if every window is a still; then these are sampled in places of latent frames of it.
    """

    start: int
    stop: int
    shot: int
    spans: tuple[WindowSpan, ...]
    board: tuple[int, ...] = ()
    plates: Plates | None = None
    filmed: range = range(0)

    @property
    def sizes(self) -> list[int]:
        """Latent frames and pictures that the network sees at once, one number each time that it samples."""
        return [span.stop - span.start for span in self.spans] + [len(self.board)] * bool(self.board)


def segments(canvas: Canvas, geometry: Geometry, limit: int = 0, starts: Sequence[float] = (0.0,)) -> list[Segment]:
    """A canvas in segments and windows.

    limit: latent frames that the network sees at once, 0 = any. starts: of shots, seconds. Where latent frames are
    independent a shot begins on the border between two that is nearest to its time, and nothing of the one before is
    seen in it. Where they are causal there is one segment, and a window's time says which shot it is.
    """
    if canvas.draft is not None and canvas.draft.whole:
        return []
    count = geometry.latent[0]
    begun = {} if geometry.causal else {border(start, geometry): shot for shot, start in enumerate(starts[1:], 1)}
    first = {0: 0} | {at: shot for at, shot in begun.items() if at < count}
    found = []
    for start, stop in pairwise([*sorted(first), count]):
        if (stills := _stills(canvas, geometry, start, stop, first[start])) is not None:
            found.append(stills)
            continue
        spans = plan(canvas, geometry, limit, start, stop)
        board = _board(canvas, geometry, range(start, stop), limit) if len(spans) >= DRIFTING else ()
        found.append(Segment(start, stop, first[start], tuple(spans), board))
    return found


def _stills(canvas: Canvas, geometry: Geometry, start: int, stop: int, shot: int) -> Segment | None:
    """A shot of a draft as pictures; None if it is not to be had so, or nothing of it is painted.

    Each picture has the place of a latent frame all of whose frames are painted. Of a shot whose end alone is painted,
    for less than a latent frame, it is the one in which that begins.
    """
    if canvas.draft is None:
        return None
    free = [bool((mask > 0).any()) for mask in _small(canvas.mask)]
    within = range(geometry.span(start).start, min(geometry.span(stop - 1).stop, len(free)))
    painted = [frame for frame in within if free[frame]]
    places = [i for i in range(start, stop) if all(free[geometry.span(i)])]
    if not places and painted and painted[-1] == within[-1]:
        places = [painted[0] // geometry.stride[0]]
    if not places:
        return None
    filmed = range(painted[0], painted[-1] + 1)
    plates = canvas.draft.plates(filmed.start, filmed.stop, tuple(canvas.again))
    if plates is None or len(plates.frames) > len(places):
        return None
    spans = []
    for frame in plates.frames:
        place = min(places, key=lambda i: abs(i - frame // geometry.stride[0]))
        places.remove(place)
        spans.append(WindowSpan(place, place + 1, sketch=partial(plates.sketch, frame)))
    return Segment(start, stop, shot, tuple(spans), plates=plates, filmed=filmed)


def border(seconds: float, geometry: Geometry) -> int:
    """The latent frame that begins nearest to a moment."""
    return round(Fraction(seconds) * geometry.fps / geometry.stride[0])


def plan(
    canvas: Canvas, geometry: Geometry, limit: int = 0, start: int = 0, stop: int | None = None
) -> list[WindowSpan]:
    """The windows that sample the latent frames start .. stop of a canvas, in order. limit: see `segments`.

    A latent frame whose frames are all kept is context or left alone. Kept frames beside painted ones in the same
    latent frame cannot be given as such: they become key frames.
    """
    count, time = geometry.latent[0], geometry.stride[0]
    free = [bool((mask > 0).any()) for mask in _small(canvas.mask)]  # frames with something to paint
    paint = [any(free[geometry.span(i)]) for i in range(count)]
    context = -(-canvas.context // time)
    if geometry.causal:  # the model itself sees to kept frames; a window's first latent frame cannot be painted by it
        return [WindowSpan(*found) for found in spans(paint, limit or count, context, backward=False)]
    stop = count if stop is None else stop
    keys = [] if geometry.is_still else _keys(free[: stop * time], paint, time)
    ends = [end for end in (-(-frames // time) for frames in canvas.again) if start < end < stop]
    return [
        WindowSpan(
            start + first, start + last, tuple(key for key in keys if first * time <= key - start * time < last * time)
        )
        for first, last in resumed(paint[start:stop], [end - start for end in ends], limit or count, context)
    ]


def resumed(paint: Sequence[bool], ends: Sequence[int], limit: int, context: int = 0) -> list[tuple[int, int]]:
    """`spans` of latent frames of which those before each of `ends`, rising, were once all there was to paint."""
    found = []
    for start, stop in pairwise([0, *ends, len(paint)]):
        lead = min(context or OVERLAP, start, (limit - 1) // 2)
        part = [*([False] * lead), *paint[start:stop]]
        found += [(start - lead + first, start - lead + last) for first, last in spans(part, limit, context)]
    return found


def _board(canvas: Canvas, geometry: Geometry, numbers: range, limit: int) -> tuple[int, ...]:
    """Frames of which pictures are painted first, spread over a segment of which nothing is given.

    limit: latent frames that the network sees at once; so many pictures it sees, however long the segment is. (With the
    end of a clip that is extended beside them they change next to nothing: what is given holds windows together. With a
    draft it is the draft that holds them.)
    """
    first = numbers.start * geometry.stride[0]
    masks = _small(canvas.mask[first : numbers.stop * geometry.stride[0]])
    if (
        geometry.causal
        or canvas.draft is not None
        or canvas.strength < 1
        or not all((mask > 0).all() for mask in masks)
    ):
        return ()
    return tuple(first + (2 * i + 1) * len(masks) // (2 * limit) for i in range(limit))


def _small(mask: Mask) -> Mask:
    """The same of a mask that is one number a frame, seen from every pixel, without looking at each."""
    return mask[:, :1, :1] if mask.strides[1:] == (0, 0) else mask


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


def spans(paint: Sequence[bool], limit: int, context: int = 0, *, backward: bool = True) -> list[tuple[int, int]]:
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
        return [(count - stop, count - start) for start, stop in spans(paint[::-1], limit, context)]
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
