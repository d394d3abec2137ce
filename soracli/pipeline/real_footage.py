"""Real footage is not painted anew: it goes on, meets itself or is filmed by its own pixels. NumPy only to begin with.

The embedded model knows the world it was trained on. What was filmed or photographed gets a draft that covers all there
is to paint (`Draft.whole`), so that nothing is sampled: beyond a film's ends its motion goes on (`extrapolate.Onward`),
between two frames each is warped towards the other (`extrapolate.Between`), over a still picture a camera moves
(`camera`).
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from soracli import media
from soracli.card import Card
from soracli.draft import Draft, Layer
from soracli.errors import SoraError, UsageError
from soracli.footage import camera
from soracli.media import Source
from soracli.pipeline.spec import TaskSpec
from soracli.types import Canvas, Clip, Frames
from soracli.weights import manifest

if TYPE_CHECKING:
    from soracli.footage.extrapolation import Course

ENGINES = ("auto", "motion", "model")
RATE = Fraction(30)  # of a still picture's film, if none is asked for
TOOLS = ("rife", "shots")  # networks that find motion and cuts
SEEN = 2.0  # seconds of a shot by which its motion is judged, at most
LINES = 256  # of the picture that is looked at to tell film from drawing
BLOCK = 8  # pixels on a side of its blocks
FLAT = (
    0.3  # levels by which the calmest quarter of blocks departs from a plane: drawn ones up to 0.2, filmed 0.4 and up
)
SOFT = 0.04  # frame heights inside the border of a part that moves, in which that comes to rest
LARGER = 2  # times the result's size at which a picture is kept for the camera, at most

Frame = npt.NDArray[np.uint8]
Goes = Callable[[Frame, float, int], Callable[[int], Frame]]  # a frame, fps, how many beside it -> see `_beside`


@dataclass(frozen=True)
class Moving:
    """How footage is gone on with. move: of a camera over a still picture, see `camera`; empty = by its own motion.

    picture: that one, as it was read; fit: how it is brought to the result's shape. pace: of the camera.
    beside: of the camera over single pictures in a film (key frames), toward each and away from it. toward: of the move
    `drift`, in which a part of the picture flows, see `drifting`.
    """

    move: str = ""
    picture: Clip | None = None
    fit: str = "pad"
    pace: float = 1.0
    beside: str = "static"
    toward: tuple[float, float] = (0.0, 0.0)
    notes: tuple[str, ...] = ()

    def laid(self, canvas: Canvas, device: str = "cpu") -> Canvas:
        """The canvas with a draft over all that is to be painted. Nothing is looked at before the draft is drawn."""
        if not self.move:
            return replace(canvas, draft=filmed(canvas, device, self.beside, self.pace))
        if self.move == "drift":
            return replace(canvas, draft=_drifting(canvas, self))
        if self.move == "zoom-out":
            canvas = replace(canvas, mask=canvas.mask[::-1])  # it ends on the picture
        assert self.picture is not None
        return replace(canvas, draft=_photographed(canvas, self.picture, self))

    def said(self, results: int) -> tuple[str, ...]:
        """For the user, who is given so many results."""
        return (*self.notes, *(["motion has no seed: all results are the same."] if results > 1 else []))

    @property
    def record(self) -> dict[str, Any]:
        """For the recipe."""
        if self.move:
            return {"engine": "motion", "move": self.move}
        known = manifest.tools()
        networks = {name: manifest.digest(known[name]) for name in TOOLS}
        return {"engine": "motion", "networks": networks, **({"move": self.beside} if self.beside != "static" else {})}

    @property
    def networks(self) -> tuple[str, ...]:
        """Those that it takes, of `manifest.tools`; a camera over a picture takes none, and no torch."""
        return () if self.move else TOOLS

    def check(self) -> None:
        """Raise WeightsError if a file is missing, before torch is loaded."""
        for name in self.networks:
            manifest.paths(manifest.tools()[name])


# --- choosing ---------------------------------------------------------------------------------------------------------


def chosen(spec: TaskSpec, card: Card, prompt: str) -> Moving | None:
    """How a request is met by its sources' own motion; None if the model is to paint it."""
    if spec.engine not in (*ENGINES, ""):
        raise UsageError(f"--engine {spec.engine}: must be one of {', '.join(ENGINES)}", "bad_engine")
    if spec.engine in ("", "model") or spec.hand is not None:
        return None
    still = len(spec.given) == 1 and len(spec.given[0].clip.frames) == 1
    if spec.engine == "auto" and not card.takes_drafts:
        return None
    how = "asked for"
    if spec.engine == "auto":
        what = "is a photograph or film" if any(map(foreign, spec.given)) else "tells no scene that goes on"
        how = f"the source {what}, which {card.name} cannot go on with"
    if spec.areas:
        return _of_part(spec, card, prompt, how)
    if still and not spec.keyed:
        return _of_picture(spec, card, prompt, how)
    notes = [f"{how}: made by its own motion (RIFE); --engine model has {card.name} paint it."]
    beside, pace = "static", 1.0
    if all(len(source.clip.frames) == 1 for source in spec.given):
        pace = camera.pace(spec.words)
        beside = _asked(spec, prompt) or ("push-in" if pace else "static")
        beside = "zoom-in" if beside == "zoom-out" else beside  # toward the picture it does
        notes = [
            f"{how}: a camera moves over each picture ({beside}), and pictures of one place move into each other "
            f"(RIFE); --engine model has {card.name} paint it."
        ]
    if prompt and (spec.keyed or not camera.said(prompt)):
        notes.append("its own motion knows no prompt: what that asks for is not followed, but for camera moves.")
    return Moving(beside=beside, pace=pace, notes=tuple(notes))


def _asked(spec: TaskSpec, prompt: str) -> str | None:
    """The camera move that is asked for, if one is. Raises UsageError for one that a picture cannot have."""
    asked = spec.camera or camera.said(prompt)
    if asked in ("tracking", "orbit"):
        raise UsageError(
            f"--camera {asked}: a photograph has no depth to move round in; there are "
            f"{', '.join(camera.MOVES[1:])}, and --engine model",
            "bad_camera",
        )
    return asked


def _of_picture(spec: TaskSpec, card: Card, prompt: str, how: str) -> Moving:
    asked = _asked(spec, prompt)
    pace = camera.pace(spec.words)
    move = asked or ("push-in" if pace else "static")
    notes = [f"{how}: nothing in it moves, the camera does ({move}); --engine model has {card.name} paint it."]
    if move == "zoom-out":
        notes.append("the clip ends on the picture instead of beginning with it.")
    if prompt and not camera.said(prompt):
        notes.append("of a prompt only camera moves are followed here (zoom in, pan left, ...).")
    return Moving(move, spec.given[0].clip, spec.record.get("fit", "pad"), pace, notes=tuple(notes))


def _of_part(spec: TaskSpec, card: Card, prompt: str, how: str) -> Moving:
    """A part of a picture that flows, or ripples, while the rest stands."""
    from soracli.footage import drifting

    if spec.keyed or len(spec.given) > 1:
        raise UsageError("--region: moves a part of one picture; leave out --to and --keyframe", "no_effect")
    if spec.camera not in ("", "static"):
        raise UsageError(f"--camera {spec.camera}: all but the --region stands still; give one of them", "no_effect")
    toward = drifting.way(prompt)
    named = {(0.0, 0.0): "ripples", (-1.0, 0.0): "flows to the left", (1.0, 0.0): "flows to the right",
             (0.0, 1.0): "flows down", (0.0, -1.0): "flows up"}[toward]  # fmt: skip
    notes = (
        f"{how}: what --region names {named}, the rest stands (say left, right, up or down in a prompt); "
        f"--engine model has {card.name} paint it.",
    )
    return Moving("drift", spec.given[0].clip, pace=camera.pace(spec.words), toward=toward, notes=notes)


def foreign(source: Source) -> bool:
    """Whether a source was filmed or photographed: of no model of ours by its recipe, and not drawn by its looks.

    Sound alone is neither.
    """
    if not len(source.clip.frames) or _painted(source):
        return False
    frames = source.clip.frames
    return any(_rough(frames[number]) for number in {0, len(frames) // 2, len(frames) - 1})


def _painted(source: Source) -> bool:
    """Whether it is a model's of ours from nothing but words, by its recipe."""
    try:
        recipe = media.info(str(source.path)).recipe if source.data is None else None
    except SoraError:
        return False
    return recipe is not None and recipe.get("verb") in ("generate", "image")


def _rough(frame: Frame) -> bool:
    """Whether hardly any part of a picture is flat: light falls on things, and a sensor has noise."""
    small = max(1, min(frame.shape[:2]) // LINES)
    height, width = (side // (small * BLOCK) * BLOCK for side in frame.shape[:2])
    if not height or not width:
        return True
    grey = frame[: height * small, : width * small].mean(2)
    grey = grey.reshape(height, small, width, small).mean((1, 3))
    blocks = grey.reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK).transpose(0, 2, 1, 3).reshape(-1, BLOCK, BLOCK)
    blocks = blocks - blocks.mean((1, 2), keepdims=True)
    slope = np.arange(BLOCK) - (BLOCK - 1) / 2
    for ramp in (slope[:, None], slope[None]):
        blocks = blocks - (blocks * ramp).sum((1, 2), keepdims=True) / (BLOCK * np.square(slope).sum()) * ramp
    return bool(np.quantile(blocks.std((1, 2)), 0.25) > FLAT)


# --- drafts -----------------------------------------------------------------------------------------------------------


def _photographed(canvas: Canvas, source: Clip, how: Moving) -> Draft:
    """A camera over a still picture, which is kept larger than the result if it is."""
    count, height, width = canvas.clip.frames.shape[:3]
    high, wide = source.frames.shape[1:3]
    scale = min(LARGER, max(1.0, min(high / height, wide / width)))
    length = (count - 1) / float(canvas.clip.fps)

    @functools.cache
    def picture() -> Frame:
        whole: Frame = media.fit(source, round(scale * width), round(scale * height), how.fit).frames[0]
        return camera.crisp(whole)

    def frame(number: int) -> Frame:
        view = camera.view(how.move, number / float(canvas.clip.fps), length, how.pace)
        if view.zoom == 1:
            return cast(Frame, canvas.clip.frames[number])
        return camera.shown(picture(), view, width, height)

    return _draft(canvas, frame, [])


def _drifting(canvas: Canvas, how: Moving) -> Draft:
    """A picture of which what the canvas's mask covers flows."""
    from soracli.footage import drifting

    soft = max(3, round(SOFT * canvas.clip.frames.shape[1]))

    @functools.cache
    def share() -> npt.NDArray[np.float32]:
        return cast(npt.NDArray[np.float32], media.feather(canvas.mask.max(0, keepdims=True), soft)[0])

    def frame(number: int) -> Frame:
        seconds = number / float(canvas.clip.fps)
        return drifting.drifted(canvas.clip.frames[number], share(), seconds, how.toward, how.pace)

    return _draft(canvas, frame, [])


def filmed(canvas: Canvas, device: str = "cpu", beside: str = "static", pace: float = 1.0) -> Draft:
    """What a film's own motion makes of the frames that are to be painted, run by run. beside, pace: see `Moving`."""
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
    way = Between(before[-1], after[0], device)
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
