"""The one sampler: a canvas, a prompt and options in; steps out, and at the end pixels. Every task goes through here.

Pixels are NumPy outside and torch inside; this is the only place that crosses (training borrows `to_torch`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from soracli import flow
from soracli.denoise import guided, pinned
from soracli.heal import Part, healed
from soracli.mirror import goes_left, turned
from soracli.models import Model
from soracli.solvers import SOLVERS
from soracli.types import Canvas, Card, Clip, Frames, Geometry, Mask, SamplingOptions, Shot
from soracli.windows import Stretch, plan


@dataclass(frozen=True)
class Step:
    """One piece of progress. Stages run in order `text`, `encode` (if pixels are given), `sample`, `decode`.

    index: 1 .. total within the stage. latents: the clean prediction so far (1, C, t, h, w), in stage `sample`.
    frames: finished frames (n, H, W, 3), in stage `decode`, cut to what was asked for.
    """

    stage: str
    index: int
    total: int
    latents: Tensor | None = None
    frames: Frames | None = None


def to_torch(frames: Frames, device: torch.device | str = "cpu") -> Tensor:
    """uint8 (T, H, W, 3) -> float32 (1, 3, T, H, W) in [-1, 1]."""
    x = torch.from_numpy(np.array(frames, order="C")).to(device)  # (T, H, W, 3); a copy: frames may be read-only
    return (x.permute(3, 0, 1, 2).float() / 127.5 - 1)[None]


def to_numpy(pixels: Tensor) -> Frames:
    """float (1, 3, T, H, W) in [-1, 1] -> uint8 (T, H, W, 3), rounded and clipped."""
    x = pixels[0].permute(1, 2, 3, 0).add(1).mul(127.5).round_().clamp_(0, 255)
    return np.ascontiguousarray(x.to(torch.uint8).cpu().numpy())


def cells_to_paint(mask: Mask, geometry: Geometry) -> Tensor:
    """Pixel mask of one latent frame (T, H, W) -> (h, w): a cell is painted if any pixel of it is.

    Pixels that were snapped on say nothing; a cell without any other is painted.
    """
    _, high, wide = geometry.stride
    picture = torch.from_numpy((mask > 0).any(0).astype(np.float32))[None, None]  # (1, 1, H, W)
    picture = picture.flip(-1) if geometry.mirrored else picture
    inner = F.adaptive_max_pool2d(picture, geometry.inner)
    rows, columns = geometry.latent[1:]
    rim = (0, columns * wide - inner.shape[3], 0, rows * high - inner.shape[2])
    cells = F.max_pool2d(F.pad(inner, rim), (high, wide), (high, wide))[0, 0]  # (h, w)
    cells[-(-inner.shape[2] // high) :] = 1
    cells[:, -(-inner.shape[3] // wide) :] = 1
    return cells


def to_model(frames: Frames, geometry: Geometry, device: torch.device | str = "cpu") -> Tensor:
    """Frames of the result -> pixels on the model's grid (1, 3, T, height, width); the rim repeats the border."""
    x = to_torch(frames, device)
    x = x.flip(-1) if geometry.mirrored else x
    if geometry.inner != x.shape[3:]:
        x = _scaled(x, geometry.inner)
    bottom, right = geometry.height - geometry.inner[0], geometry.width - geometry.inner[1]
    return F.pad(x, (0, right, 0, bottom, 0, 0), mode="replicate")


def to_result(pixels: Tensor, geometry: Geometry) -> Frames:
    """Pixels of the model -> uint8 frames of the result's height and width."""
    x = pixels[..., : geometry.inner[0], : geometry.inner[1]]
    x = x.flip(-1) if geometry.mirrored else x
    return to_numpy(x if geometry.inner == geometry.keep[1:] else _scaled(x, geometry.keep[1:]))


def _scaled(pixels: Tensor, size: tuple[int, int]) -> Tensor:
    """(1, 3, T, H, W) to another height and width."""
    frames = pixels[0].transpose(0, 1)  # (T, 3, H, W)
    return F.interpolate(frames, size, mode="bicubic", antialias=True).transpose(0, 1)[None].clamp(-1, 1)


def oriented(geometry: Geometry, card: Card, prompt: str) -> Geometry:
    """In a mirror if the card says that the weights know one side alone, and the prompt goes to the other."""
    return replace(geometry, mirrored=bool(card.params.get("mirror")) and goes_left(prompt))


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
    `sample` draws it.
    """

    known: Known = field(default_factory=lambda: Known({}, frozenset(), 0))
    guesses: dict[int, list[Tensor]] = field(default_factory=dict)
    noise: Tensor = field(default_factory=lambda: torch.empty(0))

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


@torch.inference_mode()
def sample(
    model: Model,
    canvas: Canvas,
    prompt: str | tuple[Shot, ...],
    options: SamplingOptions,
    geometry: Geometry,
    device: str = "cpu",
    progress: Progress | None = None,
) -> Iterator[Step]:
    """Paint the canvas. Yields progress; the caller's loop is the progress bar, the preview and the cancel button.

    prompt: one text, or several with the times from which they hold.
    progress: kept up to date while the work goes on; what an earlier sampling of the same request left is not redone.
    Noise depends on options.seed alone: never on the batch, the device or what ran before.
    """
    yield Step("text", 1, 1)
    shots = (Shot(0.0, prompt),) if isinstance(prompt, str) else prompt
    geometry = oriented(geometry, model.card, shots[0].prompt)
    if geometry.mirrored:
        shots = tuple(Shot(shot.start, turned(shot.prompt)) for shot in shots)
    windows = plan(canvas, geometry, model.card.limits.get("window", 0))
    shape = (1, model.channels, *geometry.latent)
    progress = Progress() if progress is None else progress
    progress.noise = torch.randn(shape, generator=torch.Generator().manual_seed(options.seed)).to(device)
    for number, stretch in list(enumerate(windows))[progress.known.windows :]:
        spoken = _spoken(shots, stretch, progress, geometry)
        for step in _paint(model, canvas, spoken, options, geometry, stretch, progress):
            index = number * options.steps + step.index
            yield step if step.stage == "encode" else Step("sample", index, len(windows) * options.steps, step.latents)
    yield from _result(model, canvas, geometry, progress)


def _spoken(shots: tuple[Shot, ...], stretch: Stretch, progress: Progress, geometry: Geometry) -> str:
    """The prompt that holds in the middle of what a window is to paint."""
    fresh = [i for i in range(stretch.start, stretch.stop) if i not in progress.painted]
    middle = float((sum(fresh) / len(fresh) + 0.5) * geometry.stride[0] / geometry.fps)
    return max((shot for shot in shots if shot.start <= middle), default=shots[0]).prompt


def _paint(
    model: Model,
    canvas: Canvas,
    prompt: str,
    options: SamplingOptions,
    geometry: Geometry,
    stretch: Stretch,
    progress: Progress,
) -> Iterator[Step]:
    """Sample one window and note its latents."""
    device = progress.noise.device
    sigmas = flow.schedule(options.steps, options.shift, canvas.strength).tolist()
    span = range(stretch.start, stretch.stop)
    mask, given = _given(model, canvas, geometry, stretch, progress)  # (1, k + n, h, w)
    if given is not None:
        yield Step("encode", 1, 1)
    eps = progress.noise[:, :, span.start : span.stop]
    eps = torch.cat([torch.zeros_like(eps[:, :, :1])] * len(stretch.keys) + [eps], 2)  # (1, C, k + n, h, w)
    x = eps if given is None else torch.where(mask[:, None] > 0, flow.noised(given, eps, sigmas[0]), given)

    window = geometry.window(span.start, span.stop, stretch.keys)
    predict = model.predictor(prompt, window, sigmas, options.guidance)
    alone = model.guided or options.guidance == 1 or prompt == options.negative
    unprompted = None if alone else model.predictor(options.negative, window)
    low, high = model.card.params.get("guidance_interval", (0.0, 1.0))
    denoise = pinned(guided(predict, unprompted, options.guidance, (low, high)), given, mask.to(device))
    said = progress.guesses.setdefault(progress.known.windows, [])
    before = iter(said[:])

    def remembered(latents: Tensor, sigma: float) -> Tensor:
        if (guess := next(before, None)) is None:
            said.append(guess := _plain(denoise(latents, sigma)))
        return guess

    for index, step in enumerate(SOLVERS[options.solver](remembered, x, sigmas), 1):
        x = step
        yield Step("sample", index, options.steps, latents=said[-1][:, :, len(stretch.keys) :])
    places = dict(enumerate(span, len(stretch.keys)))
    progress.finish(
        {number: _plain(x[:, :, place : place + 1]) for place, number in places.items()},
        {number for place, number in places.items() if bool(mask[:, place].any())},
    )


def _plain(latents: Tensor) -> Tensor:
    """A copy laid out in the plain way, as one that was saved and loaded is: kernels round by layout."""
    return latents.clone(memory_format=torch.contiguous_format)


def _given(
    model: Model, canvas: Canvas, geometry: Geometry, stretch: Stretch, progress: Progress
) -> tuple[Tensor, Tensor | None]:
    """What a window is to paint (1, k + n, h, w), and its given latents (1, C, k + n, h, w), None if there are none."""
    device, time = progress.noise.device, geometry.stride[0]
    masks = [torch.zeros(geometry.latent[1:]) for _ in stretch.keys]
    latents = [model.encode(to_model(canvas.clip.frames[key : key + 1], geometry, device)) for key in stretch.keys]
    blank = torch.zeros_like(progress.noise[:, :, :1])
    for number in range(stretch.start, stretch.stop):
        part = slice(number * time, (number + 1) * time)
        mask = cells_to_paint(canvas.mask[part], geometry)
        known = progress.latents.get(number)
        if known is None and (canvas.strength < 1 or not bool(mask.all())):
            frames = canvas.clip.frames[part]
            short = 0 if geometry.is_still else time - len(frames)
            frames = np.concatenate([frames, *[frames[-1:]] * short]) if short else frames
            known = model.encode(to_model(frames, geometry, device))
        masks.append(torch.zeros_like(mask) if number in progress.painted else mask)
        latents.append(blank if known is None else known)
    whole = torch.stack(masks)[None]
    untouched = bool(whole.all()) and canvas.strength == 1
    return whole.to(device), None if untouched else torch.cat(latents, 2)


def _result(model: Model, canvas: Canvas, geometry: Geometry, progress: Progress) -> Iterator[Step]:
    """Head, canvas and tail as frames, in order, with every kept pixel as the user gave it."""
    total, time = geometry.latent[0], geometry.stride[0]
    yield from _joined(canvas.head, 0, total)
    for number, frames in enumerate(healed(_parts(model, canvas, geometry, progress))):
        start = number * time
        part = slice(start, start + len(frames))
        if number in progress.painted:
            frames = _mixed(frames, canvas.clip.frames[part], canvas.mask[part])
        first, last = max(canvas.shown.start - start, 0), max(canvas.shown.stop - start, 0)
        shown = frames[first:last]
        yield Step("decode", number + 1, total, frames=shown if len(shown) else None)
    yield from _joined(canvas.tail, total, total)


def _parts(model: Model, canvas: Canvas, geometry: Geometry, progress: Progress) -> Iterator[Part]:
    """The frames of every latent frame: painted ones as they come from the decoder, kept ones as they were given."""
    time = geometry.stride[0]
    for painted, numbers in itertools.groupby(range(geometry.latent[0]), lambda number: number in progress.painted):
        run = list(numbers)
        pictures = _decoded(model, geometry, progress, run) if painted else itertools.repeat(None, len(run))
        for number, picture in zip(run, pictures, strict=True):
            part = slice(number * time, min((number + 1) * time, geometry.keep[0]))
            given = canvas.clip.frames[part]
            own = [not (mask > 0).any() for mask in canvas.mask[part]] if picture is not None else [True] * len(given)
            frames = given if picture is None else picture[: len(given)].copy()
            if picture is not None and any(own):
                frames[own] = given[own]
            yield Part(frames, own)


def _decoded(model: Model, geometry: Geometry, progress: Progress, run: list[int]) -> Iterator[Frames]:
    """Frames of consecutive latent frames; known neighbours lead in and out."""
    numbers = [i for i in (run[0] - 1, *run, run[-1] + 1) if i in progress.latents]
    latents = torch.cat([progress.latents[i] for i in numbers], 2)
    for number, pixels in zip(numbers, model.decode(latents, still=geometry.is_still), strict=True):
        if number in progress.painted:
            yield to_result(pixels, geometry)


def _mixed(painted: Frames, given: Frames, mask: Mask) -> Frames:
    """Painted where the mask is 1, the given pixels exactly where it is 0."""
    if not (mask < 1).any():
        return painted
    share = mask[..., None]
    return np.rint(painted * share + given * (1 - share)).astype(np.uint8)


def _joined(clip: Clip | None, index: int, total: int) -> Iterator[Step]:
    """A clip that is passed on unchanged, a second at a time."""
    if clip is not None:
        for start in range(0, len(clip.frames), 16):
            yield Step("decode", index, total, frames=clip.frames[start : start + 16])
