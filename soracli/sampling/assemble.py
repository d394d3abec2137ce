"""From latents to the frames of the result: decoding, blending with what is given, head and tail.

Pixels are NumPy uint8 (T, H, W, 3) outside and torch inside (`pixels` crosses).
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator, Set

import numpy as np
import torch
from torch import Tensor

from soracli.draft import Plates
from soracli.sampling import seamless_clone
from soracli.sampling.model import Model, Streamer
from soracli.sampling.pixels import Enlarge, to_result
from soracli.sampling.segments import Script
from soracli.sampling.state import FinishedWindows, SamplerState, contiguous, finite
from soracli.sampling.steps import Step, passed_on
from soracli.sampling.temporal_blend import AHEAD, Part, blend_seams
from soracli.types import Canvas, Frames, Geometry, Mask


def assembled(
    model: Model,
    canvas: Canvas,
    geometry: Geometry,
    scripts: list[Script],
    state: SamplerState,
    enlarge: Enlarge | None,
) -> Iterator[Step]:
    """Head, canvas and tail as frames, in order, with every kept pixel as the user gave it."""
    total, apart = scripts[-1].segment.stop, not geometry.causal
    blank = not any(shot.prompt for script in scripts for shot in script.shots)
    yield from passed_on(canvas.head, 0, total)
    blended = (
        blend_seams(_parts(model, canvas, script, state, enlarge), apart=apart and script.segment.plates is None)
        for script in scripts
    )
    for number, frames in enumerate(itertools.chain.from_iterable(blended)):
        start = geometry.span(number).start
        part = slice(start, start + len(frames))
        if not (canvas.mask[part] > 0).any():
            frames = canvas.clip.frames[part]
        elif number in state.painted:
            frames = masked(frames, canvas.clip.frames[part], canvas.mask[part], match=blank)
        if canvas.draft is not None and (canvas.mask[part] > 0).any():
            frames = canvas.draft.laid(frames, start)
        first, last = max(canvas.shown.start - start, 0), max(canvas.shown.stop - start, 0)
        shown = frames[first:last]
        yield Step("decode", number + 1, total, frames=shown if len(shown) else None)
    yield from passed_on(canvas.tail, total, total)


def masked(painted: Frames, given: Frames, mask: Mask, *, match: bool) -> Frames:
    """Painted frames where the mask is 1, given ones where it is 0, mixed between; (T, H, W, 3) each.

    match: painted pixels take on the colours around the mask, see `seamless_clone`.
    """
    if not (mask < 1).any():
        return painted
    share = mask[..., None]
    shown = seamless_clone.match_colours(painted, given, mask) if match else painted
    return np.rint(shown * share + given * (1 - share)).astype(np.uint8)


def causal_decoder(
    model: Model, geometry: Geometry, latents: dict[int, Tensor], painted: Set[int]
) -> Iterator[tuple[int, Frames]]:
    """(latent frame, its frames) of those of a window that were sampled, decoded when they are asked for.

    latents: of the whole window, since a causal VAE needs all that comes before.
    """
    whole = model.decode(torch.cat(list(latents.values()), 2), still=geometry.is_still)
    for number, pixels in zip(latents, whole, strict=True):
        if number in painted:
            yield number, to_result(finite(pixels, model), geometry)


class Stream:
    """The result of a clip that is sampled chunk by chunk in one window, decoded while later chunks are sampled.

    steps: of the stage `decode`; those that are not taken from `ready` are left when all is sampled.
    """

    def __init__(self, model: Streamer, canvas: Canvas, scripts: list[Script], painted: frozenset[int]) -> None:
        self._waiting: deque[Tensor] = deque()
        self._fed, self._shown = 0, 0
        geometry = scripts[0].geometry
        state = SamplerState(FinishedWindows({}, painted, 0))
        state.decoder = (
            (number, to_result(finite(pixels, model), geometry))
            for number, pixels in enumerate(model.streamed(self._latents()))
            if number in painted
        )
        self.steps = assembled(model, canvas, geometry, scripts, state, None)

    def ready(self, latents: Tensor) -> Iterator[Step]:
        """Steps of latents (1, C, n, h, w) that are sampled by now: all but what temporal blending looks ahead to."""
        count = latents.shape[2]
        self._waiting.extend(contiguous(latents[:, :, i : i + 1]) for i in range(self._fed, count))
        self._fed = count
        while self._shown < count - AHEAD:
            step = next(self.steps)
            self._shown = step.index
            yield step

    def _latents(self) -> Iterator[Tensor]:
        while self._waiting:
            yield self._waiting.popleft()


def _parts(
    model: Model, canvas: Canvas, script: Script, state: SamplerState, enlarge: Enlarge | None
) -> Iterator[Part]:
    """The frames of every latent frame: sampled ones as they come from the decoder, kept ones as they were given."""
    # Of a draft with a sketch what is painted lies behind the performers, who are in what is given: they do not meet.
    behind = canvas.draft is not None and canvas.draft.sketch is not None
    if script.segment.plates is not None:
        yield from _filmed(model, canvas, script, script.segment.plates, state, enlarge)
        return
    geometry, span = script.geometry, range(script.segment.start, script.segment.stop)
    for painted, numbers in itertools.groupby(span, lambda number: number in state.painted):
        run = list(numbers)
        pictures = _decoded(model, script, state, run, enlarge) if painted else itertools.repeat(None, len(run))
        for number, picture in zip(run, pictures, strict=True):
            whole = geometry.span(number)
            part = slice(whole.start, min(whole.stop, geometry.keep[0]))
            given = canvas.clip.frames[part]
            own = [not (mask > 0).any() for mask in canvas.mask[part]] if picture is not None else [True] * len(given)
            frames = given if picture is None else picture[: len(given)].copy()
            if picture is not None and any(own):
                frames[own] = given[own]
            yield Part(frames, [False] * len(frames) if behind else own)


def _filmed(
    model: Model, canvas: Canvas, script: Script, plates: Plates, state: SamplerState, enlarge: Enlarge | None
) -> Iterator[Part]:
    """The frames of a segment that are made of a few painted pictures."""
    segment, geometry = script.segment, script.geometry
    latents = torch.cat([state.latents[span.start] for span in segment.spans], 2)
    pictures = [to_result(finite(pixels, model), geometry, enlarge) for pixels in model.decode(latents, still=True)]
    film = plates.filmed(np.concatenate(pictures))
    for number in range(segment.start, segment.stop):
        whole = geometry.span(number)
        part = range(whole.start, min(whole.stop, geometry.keep[0]))
        frames = canvas.clip.frames[part.start : part.stop]
        first, last = max(part.start, segment.filmed.start), min(part.stop, segment.filmed.stop)
        if first < last:
            frames = np.array(frames)
            frames[first - part.start : last - part.start] = film(first, last)
        yield Part(frames, [False] * len(frames))


def _decoded(
    model: Model, script: Script, state: SamplerState, run: list[int], enlarge: Enlarge | None
) -> Iterator[Frames]:
    """Frames of consecutive sampled latent frames; known neighbours of the same segment lead in and out."""
    geometry, inside = script.geometry, range(script.segment.start, script.segment.stop)
    if geometry.causal:
        for number in run:
            yield state.decoded(number)
            del state.frames[number]
        return
    numbers = [i for i in (run[0] - 1, *run, run[-1] + 1) if i in state.latents and i in inside]
    latents = torch.cat([state.latents[i] for i in numbers], 2)
    for number, pixels in zip(numbers, model.decode(latents, still=geometry.is_still), strict=True):
        if number in state.painted:
            yield to_result(finite(pixels, model), geometry, enlarge)
