"""The one sampler: a canvas, a prompt and options in; steps out, and at the end pixels. Every task goes through here.

A canvas is cut into segments, one per shot, and these into windows (`windows`). A storyboard is sampled first where
there are many windows (`storyboard`), then one window after the other (`window_sampler`); last the latents are decoded
and joined to what is given (`assemble`). How a model is conditioned on given pixels is its own affair: see
`model.Model.condition`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from soracli.sampling import noise_mark, storyboard
from soracli.sampling.assemble import Stream, assembled, causal_decoder
from soracli.sampling.model import Model, Streamer
from soracli.sampling.pixels import Enlarge
from soracli.sampling.segments import Script, scripts
from soracli.sampling.state import FinishedWindows, Round, SamplerState, contiguous
from soracli.sampling.steps import Step
from soracli.sampling.window_sampler import sample_window, window_inputs
from soracli.types import Canvas, Geometry, SamplingOptions, Shot

__all__ = ["SamplerState", "Step", "sample"]


@torch.inference_mode()
def sample(
    model: Model,
    canvas: Canvas,
    prompt: str | tuple[Shot, ...],
    options: SamplingOptions,
    geometry: Geometry,
    device: str = "cpu",
    state: SamplerState | None = None,
    enlarge: Enlarge | None = None,
) -> Iterator[Step]:
    """Paint the canvas. Yields progress; the caller's loop is the progress bar, the preview and the cancel button.

    prompt: one text, or several with the times from which they hold.
    state: kept up to date while the work goes on; what an earlier sampling of the same request left is not redone.
    enlarge: makes a picture larger than the model paints it; without it, one that is to be larger is scaled.
    Noise depends on options.seed alone: never on the batch, the device or what ran before.
    """
    yield Step("text", 1, 1)
    shots = (Shot(0.0, prompt),) if isinstance(prompt, str) else prompt
    parts = scripts(model.card, canvas, shots, geometry)
    state = SamplerState() if state is None else state
    generator = torch.Generator().manual_seed(options.seed)
    _draw_noise(model, canvas, parts, options, geometry, state, generator, device)
    if geometry.causal:
        _reopen(model, parts[0], state)
    rounds, number, finished = sum(script.rounds for script in parts), 0, state.finished.windows
    stream: Stream | None = None
    for script in parts:
        board, windows = script.segment.board, len(script.segment.spans)
        shape = (1, model.channels, len(board), *geometry.latent[1:])
        eps = torch.randn(shape, generator=generator).to(device)
        if windows > finished and not set(board) <= set(state.board):
            yield from _storyboard(model, script, options, eps, state, Round(number, rounds))
        number += bool(board)
        for place, span in list(enumerate(script.segment.spans, number))[finished:]:
            stream = _stream(model, canvas, parts, options, state)
            yield from sample_window(model, canvas, script, options, span, state, Round(place, rounds), stream)
        number, finished = number + windows, max(0, finished - windows)
    whole = assembled(model, canvas, geometry, parts, state, enlarge if geometry.enlarges else None)
    yield from whole if stream is None else stream.steps


def _draw_noise(
    model: Model,
    canvas: Canvas,
    parts: Sequence[Script],
    options: SamplingOptions,
    geometry: Geometry,
    state: SamplerState,
    generator: torch.Generator,
    device: str,
) -> None:
    """Draw the noise of the whole canvas and of the pictures of its subjects; of shots with a seed, by that."""
    shape, subjects = (1, model.channels, *geometry.latent), len(canvas.subjects)
    ends = [-(-end // geometry.stride[0]) for end in canvas.again]
    drawn = _noise((*shape[:2], subjects + shape[2], *shape[3:]), generator, options, ends)
    state.subject_noise, drawn = drawn[:, :, :subjects].to(device), drawn[:, :, subjects:]
    for script in parts:
        if (seed := script.shots[0].seed) is not None:
            own, span = replace(options, seed=seed), slice(script.segment.start, script.segment.stop)
            drawn[:, :, span] = _noise(shape, torch.Generator().manual_seed(seed), own, ends)[:, :, span]
    state.noise = drawn.to(device)


def _noise(shape: tuple[int, ...], generator: torch.Generator, options: SamplingOptions, ends: Sequence[int]) -> Tensor:
    """Of a whole canvas, (1, C, t, h, w). ends: of earlier canvases that it goes on with, latent frames, rising."""
    counts = [stop - start for start, stop in itertools.pairwise([0, *ends, shape[2]]) if stop > start]
    drawn = torch.cat([torch.randn((*shape[:2], n, *shape[3:]), generator=generator) for n in counts], 2)
    return noise_mark.NoiseMark(noise_mark.PUBLIC).put(drawn, options.seed) if options.marked else drawn


def _storyboard(
    model: Model, script: Script, options: SamplingOptions, eps: Tensor, state: SamplerState, round: Round
) -> Iterator[Step]:
    """Sample the pictures that a segment's windows are pinned to. eps: their noise (1, C, k, h, w)."""
    board, prompt = script.segment.board, script.shots[0].prompt
    steps = storyboard.painted(model, prompt, options, script.geometry, board, eps)
    for index, step in enumerate(steps, 1):
        eps = step
        yield round.step(index, options.steps, script)
    state.board |= {frame: contiguous(eps[:, :, i : i + 1]) for i, frame in enumerate(board)}


def _stream(
    model: Model, canvas: Canvas, parts: list[Script], options: SamplingOptions, state: SamplerState
) -> Stream | None:
    """None unless the model samples by chunks, in one window from its beginning, and decodes so."""
    segments, params = [script.segment for script in parts], model.card.params
    alone = len(segments) == len(segments[0].spans) == 1 and not state.finished.windows
    if not (alone and params.get("chunk") and isinstance(model, Streamer) and not model.card.tiles):
        return None
    inputs = window_inputs(canvas, parts[0], segments[0].spans[0], options, state)
    return Stream(model, canvas, parts, frozenset(n for n in inputs.numbers if bool(inputs.cells(n).any())))


def _reopen(model: Model, script: Script, state: SamplerState) -> None:
    """Prepare the saved state of a causal VAE for resuming.

    A later window overwrites the end of the one before, which cannot be decoded any more: several are sampled again.
    """
    windows = script.segment.spans
    state.frames, state.decoder = {}, iter(())
    if state.finished.windows and len(windows) == 1:
        latents = {number: state.latents[number] for number in range(windows[0].start, windows[0].stop)}
        state.decoder = causal_decoder(model, script.geometry, latents, state.painted)
    else:
        state.finished = FinishedWindows({}, frozenset(), 0)
