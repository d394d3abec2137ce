"""Drafts of whole frames, made of given ones, so that nothing is sampled: a camera over a picture, a part of one that
flows, and what a film's own motion makes of the frames beyond its ends and between them. NumPy only to begin with.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from soracli import media
from soracli.draft import Draft, Layer
from soracli.footage import camera
from soracli.types import Canvas, Clip, Frames

if TYPE_CHECKING:
    from soracli.footage.extrapolation import Course

SEEN = 2.0  # seconds of a shot by which its motion is judged, at most
SOFT = 0.04  # frame heights inside the border of a part that moves, in which that comes to rest
LARGER = 2  # times the result's size at which a picture is kept for the camera, at most

Frame = npt.NDArray[np.uint8]  # (H, W, 3)
Goes = Callable[[Frame, float, int], Callable[[int], Frame]]  # a frame, fps, how many beside it -> see `_beside`


def photographed(canvas: Canvas, source: Clip, move: str, pace: float, fit: str) -> Draft:
    """A camera over a still picture, which is kept larger than the result if it is. move, pace: see `camera.view`.

    fit: how the picture is brought to the shape of the result, see `media.fit`.
    """
    count, height, width = canvas.clip.frames.shape[:3]
    high, wide = source.frames.shape[1:3]
    scale = min(LARGER, max(1.0, min(high / height, wide / width)))
    length = (count - 1) / float(canvas.clip.fps)

    @functools.cache
    def picture() -> Frame:
        whole: Frame = media.fit(source, round(scale * width), round(scale * height), fit).frames[0]
        return camera.crisp(whole)

    def frame(number: int) -> Frame:
        view = camera.view(move, number / float(canvas.clip.fps), length, pace)
        if view.zoom == 1:
            return cast(Frame, canvas.clip.frames[number])
        return camera.shown(picture(), view, width, height)

    return _draft(canvas, frame, [])


def drifted(canvas: Canvas, toward: tuple[float, float], pace: float) -> Draft:
    """A picture of which what the canvas's mask covers flows. toward, pace: see `drifting`."""
    from soracli.footage import drifting

    soft = max(3, round(SOFT * canvas.clip.frames.shape[1]))

    @functools.cache
    def share() -> npt.NDArray[np.float32]:
        return cast(npt.NDArray[np.float32], media.feather(canvas.mask.max(0, keepdims=True), soft)[0])

    def frame(number: int) -> Frame:
        seconds = number / float(canvas.clip.fps)
        return drifting.drifted(canvas.clip.frames[number], share(), seconds, toward, pace)

    return _draft(canvas, frame, [])


def filmed(canvas: Canvas, device: str = "cpu", beside: str = "static", pace: float = 1.0) -> Draft:
    """What a film's own motion makes of the frames that are to be painted, run by run.

    beside, pace: of a camera over single frames, see `camera.view`.
    """
    notes: list[str] = []
    frames = canvas.clip.frames
    spans = list(runs(canvas))

    @functools.cache
    def drawing(start: int, stop: int) -> Callable[[int], Frame]:
        return _drawing(canvas, start, stop, device, notes, functools.partial(_beside, move=beside, pace=pace))

    def frame(number: int) -> Frame:
        if canvas.strength < 1:  # a dissolve of both is there already
            return cast(Frame, frames[number])
        return next(drawing(*span)(number) for span in spans if span[0] <= number < span[1])

    return _draft(canvas, frame, notes)


def runs(canvas: Canvas) -> Iterator[tuple[int, int]]:
    """First and last + 1 of frames in a row that have something to paint."""
    for open_, group in itertools.groupby(range(len(canvas.mask)), lambda i: bool((canvas.mask[i] > 0).any())):
        numbers = list(group)
        if open_:
            yield numbers[0], numbers[-1] + 1


def _draft(canvas: Canvas, frame: Callable[[int], Frame], notes: list[str]) -> Draft:
    """A draft of whole frames, one after another."""
    shape = canvas.clip.frames.shape[1:]

    def drawn(start: int, stop: int) -> Layer:
        colour, alpha = np.zeros((stop - start, *shape), np.uint8), np.zeros((stop - start, *shape[:2]), np.uint8)
        for i in range(start, min(stop, len(canvas.mask))):
            if (canvas.mask[i] > 0).any():
                colour[i - start], alpha[i - start] = frame(i), 255
        return Layer(colour, alpha)

    return Draft(drawn, whole=True, notes=notes)


def _drawing(
    canvas: Canvas, start: int, stop: int, device: str, notes: list[str], beside: Goes
) -> Callable[[int], Frame]:
    """How to draw the frames start .. stop, from what is kept on both sides; beside a single frame by `beside`."""
    from soracli.footage.extrapolation import Between

    frames, fps = canvas.clip.frames, float(canvas.clip.fps)
    kept = [not (mask > 0).any() for mask in canvas.mask]
    first = next((i + 1 for i in range(start - 1, -1, -1) if not kept[i]), 0)
    last = next((i for i in range(stop, len(kept)) if not kept[i]), len(kept))
    before, after = frames[first:start], frames[stop:last]
    ahead, at = stop - start, f"{start / fps:.3g}s"

    def gone_on(part: Frames, said: list[str], where: str) -> Callable[[int], Frame]:
        return beside(part[0], fps, ahead) if len(part) == 1 else _onward(part, fps, ahead, device, said, where)

    if not len(after):
        going = gone_on(before, notes, f"after {at}")
        return lambda number: going(number - start + 1)
    if not len(before):
        back = gone_on(after[::-1], notes, "before the beginning")
        return lambda number: back(stop - number)
    way = Between(before, after, ahead + 1, device)
    if way.alike:
        return lambda number: way.at((number - start + 1) / (ahead + 1))
    notes.append(f"the frames on both sides of {at} do not show the same place: both go on and fade into each other.")
    going, back = gone_on(before, [], ""), gone_on(after[::-1], [], "")

    def faded(number: int) -> Frame:
        share = camera.smooth((number - start + 1) / (ahead + 1))
        mixed = going(number - start + 1) * np.float32(1 - share) + back(stop - number) * np.float32(share)
        return np.rint(mixed).astype(np.uint8)

    return faded


def _beside(frame: Frame, fps: float, ahead: int, *, move: str, pace: float) -> Callable[[int], Frame]:
    """What a camera sees of a single picture: how many frames after it, or before it, of `ahead` -> that frame."""
    height, width = frame.shape[:2]
    sharp = camera.crisp(frame)

    def seen(number: int) -> Frame:
        view = camera.view(move, number / fps, ahead / fps, pace)
        return frame if view.zoom == 1 else camera.shown(sharp, view, width, height)

    return seen


def _onward(
    frames: Frames, fps: float, ahead: int, device: str, notes: list[str], where: str
) -> Callable[[int], Frame]:
    """How frames go on: number of the frame after them -> that frame."""
    from soracli.footage import optical_flow
    from soracli.footage.extrapolation import LEAST, STILL, Onward, course, known

    frames = frames[-max(2, round(SEEN * fps)) :]
    if len(frames) > LEAST:
        frames = frames[max((0, *optical_flow.cuts(frames, device))) :]
    way = course(frames, fps, ahead, device)
    notes += [_told(way, where)] if where else []
    if way == STILL:
        return lambda number: frames[-1]
    onward = Onward(frames, fps, device)
    onward.trust(known(frames, fps, ahead, way, device))
    onward.calm(way, ahead)
    way = onward.whole(way, ahead)
    return lambda number: onward.at(number, way)


def _told(way: Course, where: str) -> str:
    """What becomes of the motion, for the user."""
    if way == (0, 0):
        return f"{where} the picture stands still: its last motion does not tell how it goes on."
    goes = "goes on as it moved and comes to rest" if max(way) == float("inf") else "slows down to rest"
    return f"{where} the picture {goes}."
