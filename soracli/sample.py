"""The one sampler: a canvas, a prompt and options in; steps out, and at the end pixels. Every task goes through here.

Pixels are NumPy outside and torch inside; this is the only place that crosses (training borrows `to_torch`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from soracli import flow
from soracli.denoise import guided, pinned
from soracli.models import Model
from soracli.solvers import SOLVERS
from soracli.types import Canvas, Frames, Geometry, SamplingOptions


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


def latent_mask(mask: npt.NDArray[np.float32], geometry: Geometry) -> Tensor:
    """Pixel mask (T, H, W) -> (1, t, h, w): a cell is painted if any pixel of it is.

    Pixels that were snapped on say nothing; a cell without any other is painted. Memory is that of one latent frame.
    """
    _, height, width = mask.shape
    time, high, wide = geometry.stride
    cells = np.ones(geometry.latent, np.float32)
    rim = ((0, geometry.height - height), (0, geometry.width - width))
    for i in range(math.ceil(len(mask) / time)):
        picture = np.pad((mask[i * time : (i + 1) * time] > 0).any(0), rim)
        cells[i] = picture.reshape(geometry.height // high, high, -1, wide).any((1, 3))
    return torch.from_numpy(cells)[None]


def padded(frames: Frames, geometry: Geometry) -> Frames:
    """Repeat the last frame, row and column up to the geometry's size."""
    count, height, width, _ = frames.shape
    extra = ((0, geometry.frames - count), (0, geometry.height - height), (0, geometry.width - width), (0, 0))
    return np.pad(frames, extra, mode="edge")


@torch.inference_mode()
def sample(
    model: Model,
    canvas: Canvas,
    prompt: str,
    options: SamplingOptions,
    geometry: Geometry,
    device: str = "cpu",
) -> Iterator[Step]:
    """Paint the canvas. Yields progress; the caller's loop is the progress bar, the preview and the cancel button.

    Noise depends on options.seed alone: never on the batch, the device or what ran before.
    """
    yield Step("text", 1, 1)
    sigmas = flow.schedule(options.steps, options.shift, canvas.strength).tolist()
    predict = model.predictor(prompt, geometry, sigmas, options.guidance)
    alone = model.guided or options.guidance == 1
    unprompted = None if alone else model.predictor(options.negative, geometry)
    interval = tuple(model.card.params.get("guidance_interval", (0.0, 1.0)))

    mask = latent_mask(canvas.mask, geometry).to(device)  # (1, t, h, w)
    clean = None
    if canvas.strength < 1 or not bool(mask.all()):
        yield Step("encode", 1, 1)
        clean = model.encode(to_torch(padded(canvas.clip.frames, geometry), device))  # (1, C, t, h, w)
    shape = (1, model.channels, *geometry.latent)
    eps = torch.randn(shape, generator=torch.Generator().manual_seed(options.seed)).to(device)
    x = eps if clean is None else torch.where(mask[:, None] > 0, flow.noised(clean, eps, sigmas[0]), clean)

    guess: list[Tensor] = [x]
    denoise = pinned(guided(predict, unprompted, options.guidance, (interval[0], interval[1])), clean, mask)

    def watched(latents: Tensor, sigma: float) -> Tensor:
        guess[0] = denoise(latents, sigma)
        return guess[0]

    solver = SOLVERS[options.solver]
    for index, step in enumerate(solver(watched, x, sigmas), 1):
        x = step
        yield Step("sample", index, options.steps, latents=guess[0])
    yield from _decode(model, x, canvas, geometry)


def _decode(model: Model, latents: Tensor, canvas: Canvas, geometry: Geometry) -> Iterator[Step]:
    """Stream the pixels out, cut to the request, with every kept pixel put back as the user's own."""
    frames, height, width = geometry.keep
    total = geometry.latent[0]
    done = 0
    for index, pixels in enumerate(model.decode(latents, geometry), 1):
        out = to_numpy(pixels)[: frames - done, :height, :width]
        part = slice(done, done + len(out))
        kept = canvas.mask[part, :, :, None] == 0
        if kept.any():
            out = np.where(kept, canvas.clip.frames[part], out)
        done += len(out)
        yield Step("decode", index, total, frames=out)
