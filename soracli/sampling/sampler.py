"""The one sampler: a canvas, a prompt and options in; steps out, and at the end pixels. Every task goes through here.

Pixels are NumPy outside and torch inside (`pixels` crosses). What a model makes of given pixels is its own affair: see
`models.Model.arrange`.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from soracli.errors import WeightsError
from soracli.sampling import flow, noise_mark, seamless_clone, storyboard
from soracli.sampling.conditioning import Scene
from soracli.sampling.denoise import Predict, pinned, prompted, steadied, strong_level, two_clocks
from soracli.sampling.model import Model, Streamer
from soracli.sampling.pixels import Enlarge, to_result
from soracli.sampling.segments import Script, scripts
from soracli.sampling.solvers import Denoise, seeded
from soracli.sampling.steps import Step, passed_on
from soracli.sampling.temporal_blend import AHEAD, Part, healed
from soracli.sampling.temporal_filter import Steady
from soracli.sampling.windows import Stretch
from soracli.types import Canvas, Frames, Geometry, Mask, SamplingOptions, Shot

_OWN_NOISE = 1 << 32  # seeds of the noise that a solver draws are this far apart, and beyond those of canvases


class Round(NamedTuple):
    """Which of all samplings one is."""

    number: int
    of: int

    def step(self, index: int, steps: int, script: Script, latents: Tensor | None = None) -> Step:
        return Step("sample", self.number * steps + index, self.of * steps, latents, shot=script.take.shot)


class Known(NamedTuple):
    """What finished windows have painted. latents: by latent frame, each (1, C, 1, h, w). painted: those sampled."""

    latents: dict[int, Tensor]
    painted: frozenset[int]
    windows: int


@dataclass
class Progress:
    """What a sampling knows so far. Handed to `sample` once more, it goes on from there to the same bits.

    known: of finished windows; replaced as a whole, so that an interrupt never finds half a window.
    guesses: by window, what the network has said in it, (1, C, k + n, h, w) each; a solver that is told the same
    takes the same steps. noise: (1, C, t, h, w) for the whole canvas, so that it depends on neither windows nor order;
    `sample` draws it. lead: that of pictures of subjects, which every window has before its latent frames.
    board: pictures (1, C, 1, h, w) by frame, painted before the first window. frames: of latent frames that hang
    together, decoded by window, by latent frame; reel: those that are still to be decoded.
    """

    known: Known = field(default_factory=lambda: Known({}, frozenset(), 0))
    guesses: dict[int, list[Tensor]] = field(default_factory=dict)
    noise: Tensor = field(default_factory=lambda: torch.empty(0))
    lead: Tensor = field(default_factory=lambda: torch.empty(0))
    board: dict[int, Tensor] = field(default_factory=dict)
    frames: dict[int, Frames] = field(default_factory=dict)
    reel: Iterator[tuple[int, Frames]] = field(default_factory=lambda: iter(()))

    @property
    def latents(self) -> dict[int, Tensor]:
        return self.known.latents

    @property
    def painted(self) -> frozenset[int]:
        return self.known.painted

    def finish(self, latents: dict[int, Tensor], painted: set[int]) -> None:
        """Note what a window has painted."""
        latents_before, painted_before, windows = self.known
        self.known = Known(latents_before | latents, painted_before | painted, windows + 1)
        self.guesses.pop(windows, None)

    def developed(self, number: int) -> Frames:
        """The frames of a painted latent frame, decoded as far as that."""
        while number not in self.frames:
            at, frames = next(self.reel)
            self.frames[at] = frames
        return self.frames[number]


@torch.inference_mode()
def sample(
    model: Model,
    canvas: Canvas,
    prompt: str | tuple[Shot, ...],
    options: SamplingOptions,
    geometry: Geometry,
    device: str = "cpu",
    progress: Progress | None = None,
    enlarge: Enlarge | None = None,
) -> Iterator[Step]:
    """Paint the canvas. Yields progress; the caller's loop is the progress bar, the preview and the cancel button.

    prompt: one text, or several with the times from which they hold.
    progress: kept up to date while the work goes on; what an earlier sampling of the same request left is not redone.
    enlarge: makes a picture larger than the model paints it; without it, one that is to be larger is scaled.
    Noise depends on options.seed alone: never on the batch, the device or what ran before.
    """
    yield Step("text", 1, 1)
    shots = (Shot(0.0, prompt),) if isinstance(prompt, str) else prompt
    parts = scripts(model.card, canvas, shots, geometry)
    shape, shown = (1, model.channels, *geometry.latent), len(canvas.subjects)
    progress = Progress() if progress is None else progress
    generator = torch.Generator().manual_seed(options.seed)
    ends = [-(-end // geometry.stride[0]) for end in canvas.again]
    drawn = _noise((*shape[:2], shown + shape[2], *shape[3:]), generator, options, ends)
    progress.lead, drawn = drawn[:, :, :shown].to(device), drawn[:, :, shown:]
    for script in parts:
        if (seed := script.shots[0].seed) is not None:
            own, span = replace(options, seed=seed), slice(script.take.start, script.take.stop)
            drawn[:, :, span] = _noise(shape, torch.Generator().manual_seed(seed), own, ends)[:, :, span]
    progress.noise = drawn.to(device)
    if geometry.causal:
        _reopened(model, parts[0], progress)
    rounds, number, finished = sum(script.rounds for script in parts), 0, progress.known.windows
    stream: Stream | None = None
    for script in parts:
        board, windows = script.take.board, len(script.take.stretches)
        eps = torch.randn((*shape[:2], len(board), *shape[3:]), generator=generator).to(device)
        if windows > finished and not set(board) <= set(progress.board):
            yield from _storyboard(model, script, options, eps, progress, Round(number, rounds))
        number += bool(board)
        for place, stretch in list(enumerate(script.take.stretches, number))[finished:]:
            stream = Stream.of(model, canvas, parts, options, progress)
            yield from _paint(model, canvas, script, options, stretch, progress, Round(place, rounds), stream)
        number, finished = number + windows, max(0, finished - windows)
    whole = _result(model, canvas, geometry, parts, progress, enlarge if geometry.enlarges else None)
    yield from whole if stream is None else stream.steps


def _noise(shape: tuple[int, ...], generator: torch.Generator, options: SamplingOptions, ends: Sequence[int]) -> Tensor:
    """Of a whole canvas, (1, C, t, h, w). ends: of earlier canvases that it goes on with, latent frames, rising."""
    counts = [stop - start for start, stop in itertools.pairwise([0, *ends, shape[2]]) if stop > start]
    drawn = torch.cat([torch.randn((*shape[:2], n, *shape[3:]), generator=generator) for n in counts], 2)
    return noise_mark.NoiseMark(noise_mark.PUBLIC).put(drawn, options.seed) if options.marked else drawn


def _storyboard(
    model: Model,
    script: Script,
    options: SamplingOptions,
    eps: Tensor,
    progress: Progress,
    round: Round,
) -> Iterator[Step]:
    """Paint the pictures that a take's windows hold to."""
    board, prompt = script.take.board, script.shots[0].prompt
    steps = storyboard.painted(model, prompt, options, script.geometry, board, eps)
    for index, step in enumerate(steps, 1):
        eps = step
        yield round.step(index, options.steps, script)
    progress.board |= {frame: _plain(eps[:, :, i : i + 1]) for i, frame in enumerate(board)}


def _scene(canvas: Canvas, script: Script, stretch: Stretch, options: SamplingOptions, progress: Progress) -> Scene:
    known, painted, device = progress.latents, progress.painted, progress.noise.device
    return Scene(canvas, script.geometry, stretch, options, known, painted, progress.developed, device)


def _paint(
    model: Model,
    canvas: Canvas,
    script: Script,
    options: SamplingOptions,
    stretch: Stretch,
    progress: Progress,
    round: Round,
    stream: Stream | None,
) -> Iterator[Step]:
    """Sample one window and note its latents."""
    device, span, geometry = progress.noise.device, range(stretch.start, stretch.stop), script.geometry
    scene, board = _scene(canvas, script, stretch, options, progress), script.take.board
    laid = storyboard.pinned_to(model.arrange(scene), {i: progress.board[i] for i in board}, stretch, geometry)
    sigmas, window, mask, given = laid.sigmas, laid.window, laid.mask, laid.latents  # mask (1, k + n, h, w)
    if given is not None or (geometry.causal and not scene.blank) or canvas.subjects:
        yield Step("encode", 1, 1)
    stills = len(window.stills) if window.chunks else 0  # of a still picture the only latent frame is none of these
    eps = progress.noise[:, :, span.start : span.stop]
    zeros = torch.zeros_like(eps[:, :, :1]).expand(-1, -1, stills - progress.lead.shape[2], -1, -1)
    eps = torch.cat([zeros, progress.lead, eps], 2)  # (1, C, k + n, h, w)
    x = eps if given is None else torch.where(mask[:, None] > 0, flow.noised(given, eps, sigmas[0]), given)

    network = prompted(model, script.spoken(stretch, progress.painted), options, window, sigmas)
    steady = None
    if given is not None and not (geometry.causal or scene.strength < 1):
        continued = not progress.painted.isdisjoint(span)
        steady = Steady.of(given[:, :, stills:], mask[:, stills:].to(device), continued)
    network, mask = steadied(network, steady, stills), mask.to(device)
    region = F.pad(scene.hint(), (0, 0, 0, 0, stills, 0)) & (mask > 0) if given is not None and scene.drafted else None
    if model.card.params.get("cache"):  # steps lean on those before them, which are not in a guess
        progress.guesses.pop(progress.known.windows, None)
    said = progress.guesses.setdefault(progress.known.windows, [])
    before = iter(said[:])

    def remembered(denoise: Denoise, latents: Tensor, sigma: float) -> Tensor:
        if (guess := next(before, None)) is None:
            said.append(guess := _finite(_plain(denoise(latents, sigma)), model))
        return guess

    laid_out = Laid(x, mask, given, region, network)
    plans = _plans(mask, int(model.card.params.get("chunk", 0)), sigmas, () if span.start else laid.opening)
    total = sum(len(levels) - 1 for _, levels in plans)
    for index, (piece, step) in enumerate(_stepped(laid_out, plans, options, span.start, remembered), 1):
        x = step
        if stream is not None:
            yield from stream.shown(x[:, :, : piece.start])
        yield round.step(index, total, script, said[-1][:, :, stills:])
    if stream is not None:
        yield from stream.shown(x)
    places = dict(enumerate(span, stills))
    latents = {number: _plain(x[:, :, place : place + 1]) for place, number in places.items()}
    if geometry.causal:
        for number in progress.painted:
            progress.developed(number)  # those before, if no one asked: there is one reel
        fresh = {number for number in span if number not in progress.painted and bool(scene.cells(number).any())}
        progress.reel = _reel(model, geometry, latents, fresh)
    else:
        fresh = {number for place, number in places.items() if bool(mask[:, place].any())}
    progress.finish(latents, fresh)


class Stream:
    """The result of a clip that is painted piece by piece in one window, as far as it is known.

    steps: of the stage `decode`; those that are not taken from `shown` are left when all is painted.
    """

    def __init__(self, model: Streamer, canvas: Canvas, parts: list[Script], fresh: frozenset[int]) -> None:
        self._waiting: deque[Tensor] = deque()
        self._fed, self._shown = 0, 0
        geometry = parts[0].geometry
        known = Progress(Known({}, fresh, 0))
        known.reel = (
            (number, to_result(_finite(pixels, model), geometry))
            for number, pixels in enumerate(model.streamed(self._latents()))
            if number in fresh
        )
        self.steps = _result(model, canvas, geometry, parts, known, None)

    @classmethod
    def of(
        cls, model: Model, canvas: Canvas, parts: list[Script], options: SamplingOptions, progress: Progress
    ) -> Stream | None:
        """None unless the model paints so, in one window from its beginning, and decodes so."""
        takes, params = [script.take for script in parts], model.card.params
        alone = len(takes) == len(takes[0].stretches) == 1 and not progress.known.windows
        if not (alone and params.get("chunk") and isinstance(model, Streamer) and not params.get("tiles")):
            return None
        scene = _scene(canvas, parts[0], takes[0].stretches[0], options, progress)
        return cls(model, canvas, parts, frozenset(n for n in scene.numbers if bool(scene.cells(n).any())))

    def shown(self, latents: Tensor) -> Iterator[Step]:
        """What can be shown of latents (1, C, n, h, w) that are painted by now: all but what healing looks ahead to."""
        count = latents.shape[2]
        self._waiting.extend(_plain(latents[:, :, i : i + 1]) for i in range(self._fed, count))
        self._fed = count
        while self._shown < count - AHEAD:
            step = next(self.steps)
            self._shown = step.index
            yield step

    def _latents(self) -> Iterator[Tensor]:
        while self._waiting:
            yield self._waiting.popleft()


class Laid(NamedTuple):
    """A window as it is sampled. x: under noise, (1, C, k + n, h, w). mask: (1, k + n, h, w). given: as x, or None.

    region: bool as mask, where it starts from a draft; None = nowhere. network: what paints it.
    """

    x: Tensor
    mask: Tensor
    given: Tensor | None
    region: Tensor | None
    network: Predict


Plan = list[tuple[slice, Sequence[float]]]  # latent frames, and the noise levels in which they are painted


def _plans(mask: Tensor, chunk: int, sigmas: Sequence[float], opening: Sequence[float]) -> Plan:
    """What of a window's latent frames is painted one after the other, each without a look beyond it.

    mask: (1, n, h, w). chunk: latent frames of each piece, 0 = all at once; those of which all is given are left out.
    opening: levels of the first that is painted, if it has its own.
    """
    count = mask.shape[1]
    if not chunk:
        return [(slice(0, count), sigmas)]
    pieces = [slice(start, min(start + chunk, count)) for start in range(0, count, chunk)]
    painted = [piece for piece in pieces if bool((mask[:, piece] > 0).any())]
    return [(piece, opening if opening and i == 0 else sigmas) for i, piece in enumerate(painted)]


def _stepped(
    laid: Laid,
    plans: Plan,
    options: SamplingOptions,
    first: int,
    said: Callable[[Denoise, Tensor, float], Tensor],
) -> Iterator[tuple[slice, Tensor]]:
    """The piece in hand and the whole window (1, C, k + n, h, w) after each step.

    first: the window's first latent frame. said: asks a denoiser, or remembers what it said.
    """
    x = laid.x
    for piece, levels in plans:
        known = x[:, :, : piece.stop] if laid.given is not None or piece.start else None
        paint = laid.mask[:, : piece.stop].clone()
        paint[:, : piece.start] = 0
        denoise = pinned(laid.network, known, paint)
        if laid.region is not None and laid.given is not None:
            inside = laid.region[:, : piece.stop] & (paint > 0)
            denoise = two_clocks(denoise, laid.given[:, :, : piece.stop], inside, strong_level(levels))
        solver = seeded(options.solver, options.seed + _OWN_NOISE * (1 + first + piece.start))
        for step in solver(partial(said, denoise), x[:, :, : piece.stop], levels):
            x = torch.cat([x[:, :, : piece.start], step[:, :, piece.start :], x[:, :, piece.stop :]], 2)
            yield piece, x


def _finite(numbers: Tensor, model: Model) -> Tensor:
    """What a network says. Raises WeightsError if it is no picture: such latents are decoded to a black one."""
    if not bool(numbers.isfinite().all()):
        raise WeightsError(
            f"model '{model.card.name}': paints numbers that are not finite; its weights or an adapter's are damaged "
            "or overflow: download them again, or lower --lora FILE:SCALE",
            "not_finite",
        )
    return numbers


def _plain(latents: Tensor) -> Tensor:
    """A copy laid out in the plain way, as one that was saved and loaded is: kernels round by layout."""
    return latents.clone(memory_format=torch.contiguous_format)


def _reel(
    model: Model, geometry: Geometry, latents: dict[int, Tensor], fresh: Set[int]
) -> Iterator[tuple[int, Frames]]:
    """The frames of what a window painted, where latent frames hang together; they are decoded when someone asks."""
    whole = model.decode(torch.cat(list(latents.values()), 2), still=geometry.is_still)
    for number, pixels in zip(latents, whole, strict=True):
        if number in fresh:
            yield number, to_result(_finite(pixels, model), geometry)


def _reopened(model: Model, script: Script, progress: Progress) -> None:
    """Make an earlier sampling of hanging latent frames fit to go on from.

    A later window overwrites the end of the one before, which cannot be decoded any more: several are painted again.
    """
    windows = script.take.stretches
    progress.frames, progress.reel = {}, iter(())
    if progress.known.windows and len(windows) == 1:
        latents = {number: progress.latents[number] for number in range(windows[0].start, windows[0].stop)}
        progress.reel = _reel(model, script.geometry, latents, progress.painted)
    else:
        progress.known = Known({}, frozenset(), 0)


def _result(
    model: Model, canvas: Canvas, geometry: Geometry, parts: list[Script], progress: Progress, enlarge: Enlarge | None
) -> Iterator[Step]:
    """Head, canvas and tail as frames, in order, with every kept pixel as the user gave it."""
    total, apart = parts[-1].take.stop, not geometry.causal
    blank = not any(shot.prompt for script in parts for shot in script.shots)
    yield from passed_on(canvas.head, 0, total)
    healing = (
        healed(_parts(model, canvas, script, progress, enlarge), apart=apart and not script.take.held)
        for script in parts
    )
    for number, frames in enumerate(itertools.chain.from_iterable(healing)):
        start = geometry.span(number).start
        part = slice(start, start + len(frames))
        if number in progress.painted:
            frames = _mixed(frames, canvas.clip.frames[part], canvas.mask[part], suit=blank)
        if canvas.draft is not None and (canvas.mask[part] > 0).any():
            frames = canvas.draft.laid(frames, start)
        first, last = max(canvas.shown.start - start, 0), max(canvas.shown.stop - start, 0)
        shown = frames[first:last]
        yield Step("decode", number + 1, total, frames=shown if len(shown) else None)
    yield from passed_on(canvas.tail, total, total)


def _parts(model: Model, canvas: Canvas, script: Script, progress: Progress, enlarge: Enlarge | None) -> Iterator[Part]:
    """The frames of every latent frame: painted ones as they come from the decoder, kept ones as they were given."""
    if script.take.held:
        yield from _held(model, canvas, script, progress, enlarge)
        return
    geometry, span = script.geometry, range(script.take.start, script.take.stop)
    for painted, numbers in itertools.groupby(span, lambda number: number in progress.painted):
        run = list(numbers)
        pictures = _decoded(model, script, progress, run, enlarge) if painted else itertools.repeat(None, len(run))
        for number, picture in zip(run, pictures, strict=True):
            whole = geometry.span(number)
            part = slice(whole.start, min(whole.stop, geometry.keep[0]))
            given = canvas.clip.frames[part]
            own = [not (mask > 0).any() for mask in canvas.mask[part]] if picture is not None else [True] * len(given)
            frames = given if picture is None else picture[: len(given)].copy()
            if picture is not None and any(own):
                frames[own] = given[own]
            yield Part(frames, own)


def _held(model: Model, canvas: Canvas, script: Script, progress: Progress, enlarge: Enlarge | None) -> Iterator[Part]:
    """The frames of a take whose latent frames are all one picture, which its camera moves over."""
    take, geometry = script.take, script.geometry
    (pixels,) = model.decode(progress.latents[take.start], still=True)
    (picture,) = to_result(_finite(pixels, model), geometry, enlarge)
    assert canvas.draft is not None
    for number in range(take.start, take.stop):
        whole = geometry.span(number)
        stop = min(whole.stop, geometry.keep[0])
        frames = canvas.draft.moved(picture, whole.start, stop)
        yield Part(frames, [False] * len(frames))


def _decoded(
    model: Model, script: Script, progress: Progress, run: list[int], enlarge: Enlarge | None
) -> Iterator[Frames]:
    """Frames of consecutive latent frames; known neighbours of the same take lead in and out."""
    geometry, inside = script.geometry, range(script.take.start, script.take.stop)
    if geometry.causal:
        for number in run:
            yield progress.developed(number)
            del progress.frames[number]
        return
    numbers = [i for i in (run[0] - 1, *run, run[-1] + 1) if i in progress.latents and i in inside]
    latents = torch.cat([progress.latents[i] for i in numbers], 2)
    for number, pixels in zip(numbers, model.decode(latents, still=geometry.is_still), strict=True):
        if number in progress.painted:
            yield to_result(_finite(pixels, model), geometry, enlarge)


def _mixed(painted: Frames, given: Frames, mask: Mask, *, suit: bool) -> Frames:
    """Painted where the mask is 1, the given pixels where it is 0. suit: in their shades, see `seamless_clone`."""
    if not (mask < 1).any():
        return painted
    share = mask[..., None]
    shown = seamless_clone.suited(painted, given, mask) if suit else painted
    return np.rint(shown * share + given * (1 - share)).astype(np.uint8)
