"""Sampling of one window: from noise and what is given to clean latents.

Shapes: k pictures of given moments, which come first, and n latent frames; latents (1, C, k + n, h, w), masks
(1, k + n, h, w).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from soracli.sampling import flow, storyboard
from soracli.sampling.assemble import Stream, causal_decoder
from soracli.sampling.conditioning import WindowInputs
from soracli.sampling.denoise import Predict, filtered, pinned, prompted, strong_level, two_clocks
from soracli.sampling.model import Conditioning, Model
from soracli.sampling.segments import Script
from soracli.sampling.solvers import Denoise, seeded
from soracli.sampling.state import Round, SamplerState, contiguous, finite
from soracli.sampling.steps import Step
from soracli.sampling.temporal_filter import TemporalFilter
from soracli.sampling.windows import WindowSpan
from soracli.types import Canvas, SamplingOptions

_OWN_NOISE = 1 << 32  # seeds of the noise that a solver draws are this far apart, and beyond those of canvases

Schedule = list[tuple[slice, Sequence[float]]]  # chunks of latent frames, one after the other, and their noise levels


class NoisyWindow(NamedTuple):
    """A window ready to be sampled.

    x: (1, C, k + n, h, w), noised where the mask is 1. mask: (1, k + n, h, w), 1 = paint, 0 = keep. given: clean
    latents of the shape of x, or None. region: bool of the shape of the mask, where a draft is started from, or None.
    network: guided by the prompt. stills: k, 0 where the window is a still picture.
    """

    x: Tensor
    mask: Tensor
    given: Tensor | None
    region: Tensor | None
    network: Predict
    stills: int


def window_inputs(
    canvas: Canvas, script: Script, span: WindowSpan, options: SamplingOptions, state: SamplerState
) -> WindowInputs:
    """What one window of a canvas gives to a model."""
    known, painted, device = state.latents, state.painted, state.noise.device
    return WindowInputs(canvas, script.geometry, span, options, known, painted, state.decoded, device)


def sample_window(
    model: Model,
    canvas: Canvas,
    script: Script,
    options: SamplingOptions,
    span: WindowSpan,
    state: SamplerState,
    round: Round,
    stream: Stream | None,
) -> Iterator[Step]:
    """Sample one window and add its latents to the state. stream: decodes chunks as they are finished."""
    numbers, geometry = range(span.start, span.stop), script.geometry
    inputs = window_inputs(canvas, script, span, options, state)
    board = {frame: state.board[frame] for frame in script.segment.board}
    laid = storyboard.pinned_to(model.condition(inputs), board, span, geometry)
    if laid.latents is not None or (geometry.causal and not inputs.blank) or canvas.subjects:
        yield Step("encode", 1, 1)
    window = _noisy(model, script, inputs, laid, state)
    if model.card.options.cache:  # steps lean on those before them, which are not in a prediction
        state.predictions.pop(state.finished.windows, None)
    predictions = state.predictions.setdefault(state.finished.windows, [])
    predict = partial(_replayed, model, predictions, iter(predictions[:]))

    x = window.x
    opening = () if numbers.start else laid.opening
    schedule = _schedule(window.mask, int(model.card.params.get("chunk", 0)), laid.sigmas, opening)
    total = sum(len(levels) - 1 for _, levels in schedule)
    for index, (chunk, x) in enumerate(_solved(window, schedule, options, numbers.start, predict), 1):
        if stream is not None:
            yield from stream.ready(x[:, :, : chunk.start])
        yield round.step(index, total, script, predictions[-1][:, :, window.stills :])
    if stream is not None:
        yield from stream.ready(x)

    places = dict(enumerate(numbers, window.stills))
    latents = {number: contiguous(x[:, :, place : place + 1]) for place, number in places.items()}
    if geometry.causal:
        for number in state.painted:
            state.decoded(number)  # those before, if no one asked: there is one decoder
        fresh = {number for number in numbers if number not in state.painted and bool(inputs.cells(number).any())}
        state.decoder = causal_decoder(model, geometry, latents, fresh)
    else:
        fresh = {number for place, number in places.items() if bool(window.mask[:, place].any())}
    state.finish(latents, fresh)


def _noisy(model: Model, script: Script, inputs: WindowInputs, laid: Conditioning, state: SamplerState) -> NoisyWindow:
    """The window under its noise, and the network that denoises it."""
    span, given, mask, device = inputs.numbers, laid.latents, laid.mask, state.noise.device
    stills = len(laid.window.stills) if laid.window.chunks else 0
    eps = state.noise[:, :, span.start : span.stop]
    zeros = torch.zeros_like(eps[:, :, :1]).expand(-1, -1, stills - state.subject_noise.shape[2], -1, -1)
    eps = torch.cat([zeros, state.subject_noise, eps], 2)  # (1, C, k + n, h, w)
    x = eps if given is None else torch.where(mask[:, None] > 0, flow.noised(given, eps, laid.sigmas[0]), given)

    prompt = script.spoken(inputs.span, state.painted)
    network = prompted(model, prompt, inputs.options, laid.window, laid.sigmas)
    steady = None
    if given is not None and not (script.geometry.causal or inputs.strength < 1):
        continued = not state.painted.isdisjoint(span)
        steady = TemporalFilter.of(given[:, :, stills:], mask[:, stills:].to(device), continued)
    network, mask = filtered(network, steady, stills), mask.to(device)
    region = (
        F.pad(inputs.hint(), (0, 0, 0, 0, stills, 0)) & (mask > 0) if given is not None and inputs.drafted else None
    )
    return NoisyWindow(x, mask, given, region, network, stills)


def _replayed(
    model: Model, predictions: list[Tensor], before: Iterator[Tensor], denoise: Denoise, x: Tensor, sigma: float
) -> Tensor:
    """The next prediction of an earlier sampling while there is one, then the denoiser's own, which is kept."""
    if (prediction := next(before, None)) is None:
        predictions.append(prediction := finite(contiguous(denoise(x, sigma)), model))
    return prediction


def _schedule(mask: Tensor, chunk: int, sigmas: Sequence[float], opening: Sequence[float]) -> Schedule:
    """Which latent frames of a window are sampled one after the other, each without a look beyond it.

    mask: (1, n, h, w). chunk: latent frames sampled together, 0 = all at once; chunks that are given are left out.
    opening: noise levels of the first that is sampled, if it has its own.
    """
    count = mask.shape[1]
    if not chunk:
        return [(slice(0, count), sigmas)]
    chunks = [slice(start, min(start + chunk, count)) for start in range(0, count, chunk)]
    painted = [chunk for chunk in chunks if bool((mask[:, chunk] > 0).any())]
    return [(chunk, opening if opening and i == 0 else sigmas) for i, chunk in enumerate(painted)]


def _solved(
    window: NoisyWindow,
    schedule: Schedule,
    options: SamplingOptions,
    first: int,
    predict: Callable[[Denoise, Tensor, float], Tensor],
) -> Iterator[tuple[slice, Tensor]]:
    """The chunk in hand and the whole window (1, C, k + n, h, w) after each step of the solver.

    first: the window's first latent frame. predict: calls a denoiser, or replays what it predicted.
    """
    x = window.x
    for chunk, levels in schedule:
        clean = x[:, :, : chunk.stop] if window.given is not None or chunk.start else None
        paint = window.mask[:, : chunk.stop].clone()
        paint[:, : chunk.start] = 0
        denoise = pinned(window.network, clean, paint)
        if window.region is not None and window.given is not None:
            inside = window.region[:, : chunk.stop] & (paint > 0)
            denoise = two_clocks(denoise, window.given[:, :, : chunk.stop], inside, strong_level(levels))
        solver = seeded(options.solver, options.seed + _OWN_NOISE * (1 + first + chunk.start))
        for step in solver(partial(predict, denoise), x[:, :, : chunk.stop], levels):
            x = torch.cat([x[:, :, : chunk.start], step[:, :, chunk.start :], x[:, :, chunk.stop :]], 2)
            yield chunk, x
