"""Train the compression network's decoder residual over its fitted linear path.

What cannot be known from the latents is a choice: pixels alone ask for the mean of what is possible, which is blurred.
LPIPS (Zhang et al. 2018) and the contrast of small regions ask for edges as steep as the truth's, be they a pixel off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from soracli.models.spark import steering
from soracli.models.spark.deblock import smoothed
from soracli.models.spark.dit import COVER, Control, Dit, Layout
from soracli.models.spark.vae import CHUNK, PATCH, Vae
from soracli.sampling import flow
from soracli.train.data import TextStates
from soracli.train.perceptual import Vgg
from soracli.train.run import Run
from soracli.train.scenes import Shot


@dataclass(frozen=True)
class Recipe:
    """crop: pixels. batch: crops per step. noise: largest level added to the latents. refresh: steps per pool.

    perceptual: weight of LPIPS beside the distance of pixels, on `looked` crops of half the side. contrast: weight of
    the difference in contrast of regions.
    """

    minutes: float = 20
    lr: float = 1e-3
    batch: int = 16
    crop: int = 128
    noise: float = 0.4
    refresh: int = 300
    fps: float = 16
    ema: float = 0.998
    seed: int = 0
    checkpoint_every: float = 2.0
    report_every: int = 50
    perceptual: float = 0.0
    looked: int = 6
    contrast: float = 0.0


def gradients(x: Tensor) -> tuple[Tensor, Tensor]:
    """Differences of neighbours down and across: (..., H - 1, W) and (..., H, W - 1)."""
    return x[..., 1:, :] - x[..., :-1, :], x[..., :, 1:] - x[..., :, :-1]


def distance(guess: Tensor, truth: Tensor) -> Tensor:
    """L1 of the pixels, and of their gradients at full and half size: sharp edges where the truth has them."""
    loss = F.l1_loss(guess, truth)
    for factor in (1, 2):
        small = [F.avg_pool2d(x, factor) if factor > 1 else x for x in (guess, truth)]
        for a, b in zip(gradients(small[0]), gradients(small[1]), strict=True):
            loss = loss + 0.25 * F.l1_loss(a, b)
    return loss


def psnr(guess: Tensor, truth: Tensor) -> float:
    """Decibels for pixels in [-1, 1]."""
    return float(10 * torch.log10(4 / (guess.clamp(-1, 1) - truth).square().mean()))


class Pool(NamedTuple):
    """Clips and what the linear path makes of them, with noise on the latents: (3, T, H, W) in [-1, 1], float16.

    A still has one frame; what the linear path makes of it is the mean of its eight.
    """

    truth: list[Tensor]
    linear: list[Tensor]


class Painter(NamedTuple):
    """A trained transformer and its text states, whose own mistakes the decoder learns to mend.

    A network that takes drafts is shown the sketch of what it is to paint, as it is by those who use it.
    """

    dit: Dit
    text: TextStates

    def repaint(self, latents: Tensor, pixels: Tensor, caption: str, sigma: float, fps: float) -> Tensor:
        """What the transformer makes of latents (1, C, t, h, w) of pixels, seen through noise of level sigma.

        pixels: (1, 3, T, H, W) in [-1, 1]; of one frame it is a still.
        """
        _, channels, frames, height, width = latents.shape
        still = pixels.shape[2] == 1
        layout = Layout.still(height, width) if still else Layout.chunks(frames, height, width, fps)
        levels = torch.full((1, frames, height, width), sigma)
        x = flow.noised(latents, torch.randn_like(latents), sigma)
        control = None
        if self.dit.steering is not None:
            cells, one = frames * height * width, torch.ones(1)
            sketch = steering.seen(steering.thumbnail(pixels.expand(-1, -1, CHUNK, -1, -1) if still else pixels))
            control = Control(
                torch.zeros(1, cells, channels), torch.zeros(1, cells, COVER), one,
                torch.zeros(1, frames, 2, 4), 0 * one, sketch, one,
            )  # fmt: skip
        out: Tensor = self.dit(x, levels, self.dit.prepare(*self.text([caption])), layout, control=control)
        return out


@torch.inference_mode()
def coded(vae: Vae, shots: list[Shot], recipe: Recipe, rng: np.random.Generator, painter: Painter | None) -> Pool:
    """Shots -> a pool. With a painter two in three are its work; most others get noise on their latents."""
    pool = Pool([], [])
    for shot in shots:
        pixels = (shot.frames.permute(3, 0, 1, 2).float() / 127.5 - 1)[None]  # (1, 3, T, H, W)
        latents = vae.encode(pixels)  # (1, C, t, h, w)
        if painter is not None and rng.random() < 2 / 3:
            latents = painter.repaint(latents, pixels, shot.caption, float(rng.uniform(0.2, 0.95)), recipe.fps)
        elif rng.random() < 0.75:
            latents = latents + float(rng.uniform(0, recipe.noise)) * torch.randn_like(latents)
        pool.truth.append(pixels[0].half())
        linear = vae.linear.decode(latents)[0]
        pool.linear.append((linear.mean(1, keepdim=True) if len(shot.frames) == 1 else linear).half())
    return pool


def crops(pool: Pool, recipe: Recipe, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Frames to restore: linear (B, 3 times, 3, crop, crop), before, at and after; truth (B, 3, crop, crop)."""
    linear, truth = [], []
    for which in rng.integers(len(pool.truth), size=recipe.batch):
        clip = pool.truth[int(which)]
        _, frames, height, width = clip.shape
        moment = int(rng.integers(frames))
        top = PATCH * int(rng.integers(0, (height - recipe.crop) // PATCH + 1))  # at corners of cells, as users' frames
        left = PATCH * int(rng.integers(0, (width - recipe.crop) // PATCH + 1))
        place = (slice(top, top + recipe.crop), slice(left, left + recipe.crop))
        around = [min(max(moment + step, 0), frames - 1) for step in (-1, 0, 1)]
        linear.append(pool.linear[int(which)][(slice(None), around, *place)].transpose(0, 1))
        truth.append(clip[(slice(None), moment, *place)])
    return torch.stack(linear).float(), torch.stack(truth).float()


def _finished(frames: Tensor) -> Tensor:
    """Frames (B, 3, H, W) as decoding leaves them, but for the borders of cells."""
    return smoothed(frames[:, :, None])[:, :, 0]


def contrast(frames: Tensor, size: int = 8) -> Tensor:
    """(B, 3, H, W) -> (B, 3, ...): root mean square of the steps between neighbours in regions of size x size."""
    down, across = (step.square() for step in gradients(frames))
    return (
        F.avg_pool2d(down[..., 1:], size, size // 2) + F.avg_pool2d(across[..., 1:, :], size, size // 2) + 1e-4
    ).sqrt()


def _steepness(frames: Tensor) -> float:
    """Mean squared step between neighbouring pixels."""
    return float(sum(step.square().mean() for step in gradients(frames)))


class Losses:
    """What a guess is told of its mistakes."""

    def __init__(self, recipe: Recipe, assets: Path | None) -> None:
        self.recipe = recipe
        self.vgg = Vgg(assets) if recipe.perceptual and assets else None

    def __call__(self, guess: Tensor, truth: Tensor) -> Tensor:
        """Of frames (B, 3, H, W) in [-1, 1]: of pixels, their gradients, their contrast, what VGG sees of them."""
        loss = distance(guess, truth)
        if self.recipe.contrast:
            loss = loss + self.recipe.contrast * F.l1_loss(contrast(guess), contrast(truth))
        if self.vgg is not None:
            side = self.recipe.crop // 2
            row, column = (int(torch.randint(side + 1, ())) for _ in range(2))
            part = (slice(0, self.recipe.looked), slice(None), slice(row, row + side), slice(column, column + side))
            loss = loss + self.recipe.perceptual * self.vgg.distance(guess[part], truth[part])
        return loss


def train(
    vae: Vae,
    sources: Iterator[list[Shot]],
    folder: Path,
    recipe: Recipe,
    painter: Painter | None = None,
    assets: Path | None = None,
) -> Run:
    """Run (or resume) until the minutes are spent.

    sources: each item refreshes the pool. assets: folder of the training material, for the perceptual distance.
    """
    torch.manual_seed(recipe.seed)
    vae.train()
    run = Run(
        folder, vae, [torch.optim.AdamW(vae.parameters(), lr=recipe.lr, weight_decay=0.0)], recipe.minutes, recipe.ema
    )
    run.resume()
    losses = Losses(recipe, assets)
    rng = np.random.default_rng((recipe.seed, run.step))
    pool = coded(vae, next(sources), recipe, rng, painter)
    with run:
        while not run.done:
            if run.step % recipe.refresh == recipe.refresh - 1:
                pool = coded(vae, next(sources), recipe, rng, painter)
            linear, truth = crops(pool, recipe, rng)
            guess, plain = _finished(vae.refiner(*linear.unbind(1))), _finished(linear[:, 1])
            run.update(losses(guess, truth))
            steep = _steepness(guess.detach()) / max(_steepness(truth), 1e-9)
            gain = psnr(guess.detach(), truth) - psnr(plain.detach(), truth)
            run.note(loss=float(distance(guess.detach(), truth)), steps=steep, gain_db=gain)
            if run.step % recipe.report_every == 0:
                run.report()
            run.keep(recipe.checkpoint_every)
    return run
