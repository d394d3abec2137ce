"""Frame rates that a network was never trained at: what it paints lies at other moments than the frames asked for.

A card may say at which rates its weights were trained (`Card.rates`). A canvas of any other rate is then painted on
moments of its own, near a trained rate, and what was painted is brought to the frames asked for by interpolation:

- where nothing of a frame is given, moments are free. They run at a trained rate, and between two given ends in so
  many equal steps that both ends are met and lie on borders between latent frames;
- where a frame is painted from its own pixels, or beside some, moments are frames of the canvas: each of them up to
  twice the highest trained rate (so that what is painted moves with what is given, at no loss), else every k-th.

Kept frames of the canvas are never touched: they come out as they were given. Plain arithmetic but for `painted`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import ceil, floor
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from soracli.card import Card
from soracli.types import Canvas, Clip, Frames, Geometry, Mask, SamplingOptions

if TYPE_CHECKING:
    from soracli.sampling.steps import Step

Picture = npt.NDArray[np.uint8]  # (H, W, 3) RGB
Between = Callable[[Picture, Picture, float], Picture]  # two frames and a share in (0, 1) of the way -> what is there
Run = tuple[int, int, bool]  # frames start .. stop, and whether they are painted

SLACK = Fraction(8, 100)  # by which a rate may miss the trained ones: things move faster by as much
CONTEXT = 8  # latent frames of what is given, at most, on each side of what is painted
TOGETHER = 16  # frames of a step at most
SHORT = 12  # frames of a kept run between painted ones, below which it need not lie on borders


@dataclass(frozen=True)
class Pace:
    """Where painted frames lie.

    asked: the canvas whose frames are wanted. at: the moment of each painted frame, in frames of the asked canvas,
    rising. fps: about so many of them a second. mask: (P, H, W), see Canvas.
    """

    asked: Canvas
    at: tuple[Fraction, ...]
    fps: Fraction
    mask: Mask

    @cached_property
    def between(self) -> int:
        """How many of the asked frames lie between painted ones."""
        painted = {moment for moment in self.at if moment.denominator == 1}
        return sum(open_ and frame not in painted for frame, open_ in enumerate(_open(self.asked.mask)))

    @property
    def context(self) -> int:
        """`Canvas.context` in painted frames."""
        return round(self.asked.context * self.fps / self.asked.clip.fps)

    def outline(self) -> Canvas:
        """The canvas to paint without its pictures: enough to plan with, in no memory."""
        blank = np.broadcast_to(np.uint8(0), (*self.mask.shape, 3))
        return Canvas(Clip(blank, self.fps), self.mask, self.asked.strength, loop=self.asked.loop, context=self.context)

    def canvas(self, between: Between) -> Canvas:
        """The canvas to paint: what is given, at the painted moments."""
        given = self.asked.clip.frames
        if given.strides[0] == 0:
            frames = np.broadcast_to(given[0], (len(self.at), *given.shape[1:]))
        else:
            frames = np.stack([self._given(i, between) for i in range(len(self.at))])
        return replace(self.outline(), clip=Clip(frames, self.fps))

    def _given(self, number: int, between: Between) -> Picture:
        frames = self.asked.clip.frames
        moment = min(max(self.at[number], Fraction(0)), Fraction(len(frames) - 1))
        before = floor(moment)
        if moment == before or (self.mask[number] > 0).any():  # what is painted over is filler
            return cast(Picture, frames[before])
        return between(frames[before], frames[before + 1], float(moment - before))


# --- moments ----------------------------------------------------------------------------------------------------------


def paced(canvas: Canvas, card: Card) -> Pace | None:
    """At which moments a canvas is painted; None if at its own frames."""
    trained, fps = card.rates, canvas.clip.fps
    open_ = _open(canvas.mask)
    if trained is None or not any(open_) or len(open_) == 1:
        return None
    time = card.stride[0]
    if _moves_beneath(canvas):
        pace = _every(fps, trained)
        at, rate = _of_frames(open_, pace, time), fps / pace
    else:
        step = spacing(fps, trained)
        at, rate = _free(open_, step, time), fps / step
    if at == list(range(len(open_))):
        return None
    return Pace(canvas, tuple(at), rate, _masked(canvas.mask, open_, at))


def spacing(fps: Fraction, trained: tuple[Fraction, Fraction]) -> Fraction:
    """Frames of a rate per painted one, so that these come at a trained rate: as simple a ratio as there is."""
    low, high = trained
    if low <= fps <= high:
        return Fraction(1)
    low, high = low * (1 - SLACK), high * (1 + SLACK)
    ratios = (
        Fraction(frames, painted)
        for painted in range(1, 33)
        for frames in range(ceil(painted * fps / high), floor(painted * fps / low) + 1)
        if frames
    )
    return min(ratios, key=lambda ratio: (ratio.numerator * ratio.denominator, ratio))


def _every(fps: Fraction, trained: tuple[Fraction, Fraction]) -> int:
    """Every which frame is painted, where each has pixels of its own."""
    return 1 if fps <= 2 * trained[1] else round(2 * fps / sum(trained))


def _moves_beneath(canvas: Canvas) -> bool:
    """Whether frames are painted from or beside pixels of their own."""
    if canvas.strength < 1:
        return True
    mask, frames = canvas.mask, canvas.clip.frames
    if mask.strides[1:] == (0, 0) or frames.strides[0] == 0:
        return False
    parts = [i for i in range(len(mask)) if (mask[i] > 0).any() and (mask[i] < 1).any()]
    return any(not np.array_equal(frames[parts[0]], frames[i]) for i in parts)


def _of_frames(open_: Sequence[bool], every: int, time: int) -> list[Fraction]:
    """Every so many frames, from as many latent frames of what is given as are seen; the first painted on a border."""
    first, last = open_.index(True), len(open_) - 1 - open_[::-1].index(True)
    before = min(first // every // time, CONTEXT) * time
    if not before and first:
        before = first // every  # within the same latent frame
    stop = min(len(open_), last + 1 + CONTEXT * time * every)
    found = [*range(first - before * every, stop, every)]
    return [Fraction(frame) for frame in (found if found[-1] >= last else [*found, last])]


def _free(open_: Sequence[bool], step: Fraction, time: int) -> list[Fraction]:
    """Moments at a distance of `step` frames, but for gaps between kept frames, which are divided evenly."""
    runs = _runs(open_)
    at: list[Fraction] = []
    for number, (start, stop, painted) in enumerate(runs):
        following = runs[number + 1] if number + 1 < len(runs) else None
        if painted:
            long = following is not None and _count(following, step) >= time
            at += _painted((start, stop, painted), step, len(at), time if long else 1, last=following is None)
        else:
            at += _kept((start, stop, painted), step, len(at), time, first=number == 0, last=following is None)
    return at


def _painted(run: Run, step: Fraction, done: int, time: int, *, last: bool) -> list[Fraction]:
    """Moments of painted frames. done: moments before them. time: they end on a border of so many."""
    start, stop, _ = run
    if last:  # an open end; before it nothing (start = 0), or a kept frame
        if start == 0:
            return [step * i for i in range(ceil((stop - 1) / step) + 1)]
        return [start - 1 + step * i for i in range(1, ceil((stop - start) / step) + 1)]
    if start == 0:
        count = -(-ceil(stop / step) // time) * time
        return [stop - step * (count - i) for i in range(count)]
    gap = Fraction(stop - start + 1)
    wanted = gap / step  # steps
    short = -done % time or time  # the fewest frames that end on a border
    few = short + max(0, floor((wanted - 1 - short) / time)) * time
    count = min((few, few + time), key=lambda n: max((n + 1) / wanted, wanted / (n + 1)))
    return [start - 1 + gap * i / (count + 1) for i in range(1, count + 1)]


def _kept(run: Run, step: Fraction, done: int, time: int, *, first: bool, last: bool) -> list[Fraction]:
    """Moments of kept frames, on whose last, first or both ends painted ones border."""
    start, stop, _ = run
    count = _count(run, step)
    if first or last:
        whole = min(count // time, CONTEXT) * time or count
        begin = stop - 1 - step * (whole - 1) if first else Fraction(start)
        return [begin + step * i for i in range(whole)]
    if count == 1:
        return [Fraction(start)]
    if step != 1 and count >= SHORT and done % time == 0:
        count = round(count / time) * time
    return [start + Fraction(stop - 1 - start) * i / (count - 1) for i in range(count)]


def _count(run: Run, step: Fraction) -> int:
    """Moments that a run has room for, from one of its ends on."""
    return floor((run[1] - 1 - run[0]) / step) + 1


def _runs(open_: Sequence[bool]) -> list[Run]:
    found, start = [], 0
    for painted, group in itertools.groupby(open_):
        stop = start + len(list(group))
        found.append((start, stop, painted))
        start = stop
    return found


def _open(mask: Mask) -> list[bool]:
    """Which frames have something to paint; of a mask that is one number a frame, without looking at each pixel."""
    small = mask[:, :1, :1] if mask.strides[1:] == (0, 0) else mask
    return [bool((frame > 0).any()) for frame in small]


def _masked(mask: Mask, open_: Sequence[bool], at: Sequence[Fraction]) -> Mask:
    """The mask at painted moments (P, H, W): what any frame from the moment before to the one after has to paint.

    A moment within a kept run is kept; beyond the canvas it is as the last frame.
    """
    small = mask[:, :1, :1] if mask.strides[1:] == (0, 0) else mask
    if mask.strides[0] == 0:
        return np.broadcast_to(mask[:1], (len(at), *mask.shape[1:]))
    rows = []
    last = len(open_) - 1
    for i, moment in enumerate(at):
        inside = min(max(moment, Fraction(0)), Fraction(last))
        beside = [frame for frame in (floor(inside), ceil(inside)) if open_[frame]]
        if not beside:
            rows.append(np.zeros_like(small[0]))
            continue
        first = floor(at[i - 1]) + 1 if i else 0
        stop = ceil(at[i + 1]) if i + 1 < len(at) else last + 1
        near = range(min(max(first, 0), last), max(min(stop, last + 1), 1))
        rows.append(small[[frame for frame in near if open_[frame]] or beside].max(0))
    return np.broadcast_to(np.stack(rows), (len(at), *mask.shape[1:]))


# --- frames -----------------------------------------------------------------------------------------------------------


def notes(geometry: Geometry, pace: Pace | None) -> list[str]:
    """What a user should know about how a canvas is painted, in plain sentences."""
    if pace is None:
        return geometry.notes()
    asked, (_, height, width) = pace.asked.clip.fps, geometry.keep
    found = replace(geometry, keep=(geometry.frames, height, width)).notes()
    if not pace.between:
        return found
    return [*found, f"this model paints about {float(pace.fps):.3g} frames per second; brought to {float(asked):.5g}."]


def options(asked: SamplingOptions, pace: Pace | None) -> SamplingOptions:
    """What the sampler is asked for, for what the user asked for."""
    if pace is None:
        return asked
    marked = asked.marked and not pace.between  # no mark in the noise is read from frames between frames
    return replace(asked, fps=pace.fps, seconds=len(pace.at) / pace.fps, marked=marked)


def painted(steps: Iterator[Step], pace: Pace, between: Between) -> Iterator[Step]:
    """The sampler's progress, with the frames that were asked for instead of those that it painted, in order."""
    asked, made = pace.asked, _Made(pace, between)
    step = None
    yet = list(() if asked.head is None else asked.head.frames)
    for step in steps:
        if step.frames is None:
            yield step
            continue
        yield from _parts(step, [*yet, *made.by(step.frames)])
        yet = []
    assert step is not None
    yield from _parts(step, [*made.rest(), *(() if asked.tail is None else asked.tail.frames)])


def _parts(step: Step, frames: Sequence[Picture]) -> Iterator[Step]:
    """A step for every so many frames."""
    for start in range(0, len(frames), TOGETHER):
        yield replace(step, frames=np.stack(frames[start : start + TOGETHER]))


class _Made:
    """Turns painted frames, as they come, into wanted ones."""

    def __init__(self, pace: Pace, between: Between) -> None:
        self.pace, self.between = pace, between
        self.open = _open(pace.asked.mask)
        shown = range(len(self.open))[pace.asked.shown]
        self.next, self.stop = shown.start, shown.stop
        self.count = 0  # painted frames that came by
        self.before: Picture | None = None  # the last of them

    def by(self, frames: Frames) -> list[Picture]:
        """The wanted frames up to the last of these painted ones."""
        found = []
        for after in frames:
            while self.next < self.stop and self.next <= self.pace.at[self.count]:
                found.append(self._frame(self.next, after))
                self.next += 1
            self.before, self.count = after, self.count + 1
        return found

    def rest(self) -> Frames:
        """The wanted frames after the last painted one: all are kept."""
        return self.pace.asked.clip.frames[self.next : self.stop]

    def _frame(self, number: int, after: Picture) -> Picture:
        """A wanted frame, not after the painted frame `after`, the first that does not come before it."""
        pace, count = self.pace, self.count
        given, mask, wide = pace.asked.clip.frames[number], pace.asked.mask[number], pace.mask[count]
        if not self.open[number]:
            return cast(Picture, given)
        made, exact = after, self.before is None or number == pace.at[count]
        if self.before is not None and not exact:
            share = (number - pace.at[count - 1]) / (pace.at[count] - pace.at[count - 1])
            made = self.between(self.before, after, float(share))
            wide = np.maximum(pace.mask[count - 1], wide)
        if not (mask < 1).any() or (exact and np.array_equal(mask, wide)):
            return made
        # In the soft rim of what was painted the given picture is mixed in already.
        part = np.divide(mask, wide, out=np.zeros_like(mask), where=wide > 0)[..., None]
        mixed: Picture = np.rint(made * part + given * (1 - part)).astype(np.uint8)
        return mixed
