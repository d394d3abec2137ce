"""What the user lays over a clip: moved regions, subjects and drafts, composited on its canvas. NumPy only.

Where a cut-out covers what is kept, the result shows the cut-out; where it covers what is painted, a network is told of
it in one of three ways (`DraftMode`). Each turns one canvas into another, so that every task and model can have it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from soracli import media
from soracli.card import Card
from soracli.draft import Draft, Layer, stacked
from soracli.errors import UsageError
from soracli.formatting import printable
from soracli.media import Source
from soracli.scenes import moves as moving
from soracli.scenes.draft_clips import DraftClip
from soracli.scenes.moves import Move
from soracli.scenes.subjects import Subject
from soracli.types import Canvas, Clip, Frames, Mask, SamplingOptions
from soracli.weights import manifest

if TYPE_CHECKING:
    from soracli.sampling.steps import Step

Layers = Callable[[int, int], Layer]  # first frame of the result, last + 1
Fill = Callable[[Frames, Mask], Frames]  # frames (T, H, W, 3) with their holes (T, H, W) filled


class DraftMode(Enum):
    """How a model takes drafts.

    KEPT: cut-outs are kept pixels, and holes are filled before it is asked (spark, which knows little of footage).
    CONTROL: the same, but holes are for the network (VACE: kept pixels and mask are its control).
    CLOCKS: cut-outs are where painting starts, at a lower noise level than elsewhere: Time-to-Move's two clocks.
    """

    KEPT = "kept"
    CONTROL = "control"
    CLOCKS = "clocks"

    @classmethod
    def of(cls, card: Card) -> DraftMode:
        """The mode of a model's architecture."""
        if card.arch == "spark":
            return cls.KEPT
        return cls.CONTROL if card.params.get("way") == "control" else cls.CLOCKS


@dataclass(frozen=True)
class Overlay:
    """What was typed for --draft, --subject, --move and --sketch. how: --fit, of the draft and the sketch."""

    draft: DraftClip | None = None
    subjects: tuple[Subject, ...] = ()
    moves: tuple[Move, ...] = ()
    how: str = "pad"
    sketch: Source | None = None

    @classmethod
    def of(
        cls,
        draft: str | None = None,
        key: str | None = None,
        subjects: Sequence[str] | None = None,
        moves: Sequence[str] | None = None,
        how: str = "pad",
        sketch: str | None = None,
    ) -> Overlay | None:
        """None if nothing was typed. Raises UsageError or MediaError for what cannot be used."""
        if key is not None and draft is None:
            raise UsageError(f"--key {key}: has no effect without --draft", "no_effect")
        if draft is None and not subjects and not moves and sketch is None:
            return None
        return cls(
            None if draft is None else DraftClip.of(draft, key),
            tuple(Subject.of(text) for text in subjects or ()), tuple(Move.of(text) for text in moves or ()), how,
            None if sketch is None else media.read_source(sketch),
        )  # fmt: skip

    @property
    def given(self) -> tuple[Source, ...]:
        """Inputs whose pixels go into the result."""
        drawn = [part for part in (None if self.draft is None else self.draft.source, self.sketch) if part is not None]
        pictures = (one.file for one in self.subjects if not one.file.endswith(".safetensors"))
        return (*drawn, *(media.read_source(path) for path in pictures))

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what is odd about the inputs."""
        return tuple(note for part in (self.draft and self.draft.source, self.sketch) if part for note in part.notes)

    def place(self, options: SamplingOptions) -> Frames | None:
        """The sketch as a picture of the result's size (H, W, 3): its middle, or all of it if it may be stretched."""
        if self.sketch is None:
            return None
        first = Clip(self.sketch.clip.frames[:1], self.sketch.clip.fps)
        how = "stretch" if self.how == "stretch" else "crop"
        shown: Frames = media.fit(first, options.width, options.height, how).frames[0]
        return shown

    @property
    def seconds(self) -> Fraction | None:
        """Length of the draft; None if it is no clip."""
        return None if self.draft is None or self.draft.still else self.draft.source.clip.seconds

    def layer(self, options: SamplingOptions) -> Layers | None:
        """The draft's frames, by frames of the result."""
        if (draft := self.draft) is None:
            return None
        size = options.width, options.height
        return lambda start, stop: draft.layer(size, options.fps, self.how, start, stop)

    def on(self, canvas: Canvas, options: SamplingOptions, way: DraftMode, fill: Fill = moving.filled) -> Canvas:
        """A canvas with moved regions and the draft; subjects come by `laid`. fill: what moved regions leave."""
        if self.moves:
            canvas = _moved(canvas, self.moves, way, fill)
        layer = self.layer(options)
        return canvas if layer is None else laid(canvas, layer, way)

    def over(self, frames: int, seconds: float) -> tuple[str, ...]:
        """A note if the draft ends before the result does."""
        if self.seconds is None or (ends := float(self.seconds)) >= seconds - 0.5 * seconds / frames:
            return ()
        return (f"--draft ends at {ends:.4g} s and the result at {seconds:.4g} s; nothing of it is there after.",)


def _moved(canvas: Canvas, moves: Sequence[Move], way: DraftMode, fill: Fill) -> Canvas:
    """Regions cut out, moved, and what they leave filled or open."""
    first, frames = _first(canvas), canvas.clip.frames
    size, count = (frames.shape[2], frames.shape[1]), canvas.frames
    paths = [move.path(size, count, canvas.clip.fps) for move in moves]
    layer, hole = moving.moved(paths, frames, first)
    rest = fill(frames, hole)
    mask = canvas.mask if way is DraftMode.KEPT else np.maximum(canvas.mask, hole)
    head = canvas.head
    if head is not None:
        above, left = moving.moved(paths, head.frames)
        head = Clip(_composited(fill(head.frames, left), above), head.fps)
    opened = replace(canvas, clip=Clip(rest, canvas.clip.fps), mask=mask, head=head)
    return _laid(opened, layer, way)


def laid(canvas: Canvas, layers: Layers, way: DraftMode) -> Canvas:
    """A canvas with a layer over it, head and tail included."""
    first, count = _first(canvas), len(canvas.clip.frames)
    head, tail = canvas.head, canvas.tail
    if head is not None:
        head = Clip(_composited(head.frames, layers(0, len(head.frames))), head.fps)
    if tail is not None:
        tail = Clip(_composited(tail.frames, layers(first + count, first + count + len(tail.frames))), tail.fps)
    start = max(first, 0)
    layer = layers(start, first + count)
    if first < 0:  # frames that lead up to the result have none
        lead = ((-first, 0), (0, 0), (0, 0))
        layer = Layer(np.pad(layer.frames, (*lead, (0, 0))), np.pad(layer.alpha, lead))
    return _laid(replace(canvas, head=head, tail=tail), layer, way)


def _first(canvas: Canvas) -> int:
    """Number in the result of the first frame of the canvas's clip."""
    ahead = 0 if canvas.head is None else len(canvas.head.frames)
    return ahead - (canvas.shown.start or 0)


def _laid(canvas: Canvas, layer: Layer, way: DraftMode) -> Canvas:
    """A layer over the frames of a canvas.

    What is shown is mask * painted + (1 - mask) * given; under a layer of alpha a and premultiplied colour c that is
    a mask (1 - a) * mask over given pixels (c + (1 - a) (1 - mask) given) / (1 - (1 - a) mask): exact wherever
    anything is shown of them. With two clocks what is painted stays so, and starts from the layer over what was given.
    """
    if not layer.alpha.any():
        return canvas
    frames, mask = np.array(canvas.clip.frames), np.array(canvas.mask, np.float32)
    hint = np.zeros(mask.shape, np.float32) if canvas.hint is None else np.array(canvas.hint)
    for t, cover in enumerate(layer.alpha):
        if not cover.any():
            continue
        share = (cover / np.float32(255))[..., None]
        if way is DraftMode.CLOCKS:
            frames[t] = _composited(frames[t : t + 1], Layer(layer.frames[t : t + 1], layer.alpha[t : t + 1]))[0]
            hint[t] = np.maximum(hint[t], np.where(mask[t] > 0, share[..., 0], 0))
            continue
        open_ = mask[t][..., None]
        left = 1 - open_ * (1 - share)  # how much of the given pixels is shown
        colour = layer.frames[t] + (1 - share) * (1 - open_) * frames[t]
        frames[t] = np.where(left > 0, np.rint((colour / np.maximum(left, 1e-6)).clip(0, 255)), frames[t])
        mask[t] *= 1 - share[..., 0]
    clip = Clip(frames, canvas.clip.fps)
    return replace(canvas, clip=clip, mask=mask, hint=hint if way is DraftMode.CLOCKS else None)


def _composited(frames: Frames, layer: Layer) -> Frames:
    """A layer over opaque frames (T, H, W, 3)."""
    whole = np.full(frames.shape[:3], 255, np.uint8)
    return stacked(Layer(frames, whole), layer).frames


def beside(layers: Layers, corner: tuple[int, int], size: tuple[int, int]) -> Layers:
    """Layers of a part of a frame as such of all of it. corner: x, y of the part. size: of the frame, width, height."""
    (x, y), (width, height) = corner, size

    def drawn(start: int, stop: int) -> Layer:
        part = layers(start, stop)
        high, wide = min(part.alpha.shape[1], height - y), min(part.alpha.shape[2], width - x)
        alpha = np.zeros((stop - start, height, width), np.uint8)
        frames = np.zeros((*alpha.shape, 3), np.uint8)
        frames[:, y : y + high, x : x + wide] = part.frames[:, :high, :wide]
        alpha[:, y : y + high, x : x + wide] = part.alpha[:, :high, :wide]
        return Layer(frames, alpha)

    return drawn


def played(steps: Iterator[Step], layers: Layers, canvas: Canvas) -> Iterator[Step]:
    """Steps whose frames show a layer wherever the canvas's mask is set."""
    count = 0
    for step in steps:
        if step.frames is not None:
            part = slice(count, count + len(step.frames))
            layer, share = layers(part.start, part.stop), canvas.mask[part]
            colour = np.rint(layer.frames * share[..., None]).astype(np.uint8)
            inside = Layer(colour, np.rint(layer.alpha * share).astype(np.uint8))
            step, count = replace(step, frames=_composited(step.frames, inside)), part.stop
        yield step


def referenced(canvas: Canvas, subjects: Sequence[Subject], card: Card) -> Canvas:
    """A canvas with the pictures of subjects that the network itself is shown.

    Raises UsageError if it is none that was trained with them.
    """
    if not subjects:
        return canvas
    if DraftMode.of(card) is not DraftMode.CONTROL:
        able = [name for name, other in manifest.cards().items() if DraftMode.of(other) is DraftMode.CONTROL]
        raise UsageError(
            f"--subject {printable(subjects[0].text)}: model '{card.name}' was not trained with pictures of subjects; "
            f"use {', '.join(able)} or {manifest.default()}",
            "no_subject",
        )
    notes = tuple(
        f"--subject {printable(one.text)}: {card.name} reads no names; the prompt says who is who."
        for one in subjects
        if one.name
    )
    return replace(canvas, subjects=tuple(one.pixels() for one in subjects), notes=(*canvas.notes, *notes))


def inside(draft: Draft, canvas: Canvas) -> Draft:
    """A draft that ends where the canvas's mask does.

    What lies behind a shot is still made of pictures where frames are kept or painted as a whole.
    """
    kept = canvas.mask.reshape(len(canvas.mask), -1)
    whole = bool(np.isin(kept.min(1), (0, 1)).all() and (kept.min(1) == kept.max(1)).all())

    def finish(frames: Frames, start: int) -> Frames:
        part = slice(start, start + len(frames))
        given, share = canvas.clip.frames[part].astype(np.float32), canvas.mask[part, ..., None]
        mixed: Frames = np.rint(given + (draft.finish(frames, start) - given) * share).astype(np.uint8)
        return mixed

    return replace(draft, finish=finish, plates=draft.plates if whole else lambda start, stop, ends: None)


def held(canvas: Canvas) -> Canvas:
    """A canvas of which nothing is painted any more: what it begins from is kept."""
    return replace(canvas, mask=np.broadcast_to(np.float32(0), canvas.mask.shape), strength=1.0)
