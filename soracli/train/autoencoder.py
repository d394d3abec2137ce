"""Fit the compression network's linear path in closed form, then train its residuals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from soracli.models.spark.vae import CHUNK, Vae
from soracli.train.run import Run


@dataclass(frozen=True)
class Recipe:
    """crop: pixels. batch: crops of three frames per step. noise: largest level added to the latents."""

    minutes: float = 20
    lr: float = 1e-3
    batch: int = 12
    crop: int = 128
    noise: float = 0.15
    ema: float = 0.998
    seed: int = 0
    checkpoint_every: float = 2.0
    report_every: int = 50


def gradients(x: Tensor) -> tuple[Tensor, Tensor]:
    return x[..., 1:, :] - x[..., :-1, :], x[..., :, 1:] - x[..., :, :-1]


def distance(guess: Tensor, truth: Tensor) -> Tensor:
    """L1 of the pixels, and of their gradients at full and half size: sharp edges where the truth has them."""
    loss = F.l1_loss(guess, truth)
    for factor in (1, 2):
        small = [F.avg_pool2d(x, factor) if factor > 1 else x for x in (guess, truth)]
        for a, b in zip(gradients(small[0]), gradients(small[1]), strict=True):
            loss = loss + 0.5 * F.l1_loss(a, b)
    return loss


def psnr(guess: Tensor, truth: Tensor) -> float:
    """Decibels for pixels in [-1, 1]."""
    return float(10 * torch.log10(4 / (guess.clamp(-1, 1) - truth).square().mean()))


def crops(clips: list[Tensor], recipe: Recipe, rng: np.random.Generator) -> Tensor:
    """(batch, 3, 16, crop, crop) in [-1, 1]: two neighbouring chunks each, from uint8 clips (T, H, W, 3)."""
    out = []
    for which in rng.integers(len(clips), size=recipe.batch):
        clip = clips[int(which)]
        start = CHUNK * int(rng.integers(0, clip.shape[0] // CHUNK - 1)) if clip.shape[0] > 2 * CHUNK else 0
        top = int(rng.integers(0, clip.shape[1] - recipe.crop + 1))
        left = int(rng.integers(0, clip.shape[2] - recipe.crop + 1))
        part = clip[start : start + 2 * CHUNK, top : top + recipe.crop, left : left + recipe.crop]
        out.append(part.permute(3, 0, 1, 2).float() / 127.5 - 1)
    return torch.stack(out)


def refined(vae: Vae, pixels: Tensor, noise: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """(guess, truth, linear) of two random frames per crop, the seam between chunks among the choices."""
    with torch.set_grad_enabled(vae.encoder is not None):
        latents = vae.encode(pixels)  # (N, C, 2, h, w)
        linear = vae.linear.decode(latents + noise * torch.randn_like(latents))  # (N, 3, 16, H, W)
    guesses, truths, plain = [], [], []
    for moment in rng.choice(2 * CHUNK, size=2, replace=False):
        around = [linear[:, :, min(max(moment + d, 0), 2 * CHUNK - 1)] for d in (-1, 0, 1)]
        guesses.append(vae.refiner(*around))
        truths.append(pixels[:, :, moment])
        plain.append(around[1])
    return torch.cat(guesses), torch.cat(truths), torch.cat(plain)


def train(vae: Vae, sources: Iterator[list[Tensor]], folder: Path, recipe: Recipe) -> Run:
    """Run (or resume) until the minutes are spent. sources: each item refreshes the pool of uint8 clips."""
    torch.manual_seed(recipe.seed)
    vae.train()
    trained = [p for p in vae.parameters() if p.requires_grad]
    run = Run(folder, vae, [torch.optim.AdamW(trained, lr=recipe.lr, weight_decay=0.0)], recipe.minutes, recipe.ema)
    run.resume()
    rng = np.random.default_rng((recipe.seed, run.step))
    pool = next(sources)
    while not run.done:
        if run.step % 200 == 199:
            pool = next(sources, pool)
        pixels = crops(pool, recipe, rng)
        noise = torch.from_numpy(rng.uniform(0, recipe.noise, (recipe.batch, 1, 1, 1, 1)).astype(np.float32))
        guess, truth, plain = refined(vae, pixels, noise * (rng.random() < 0.7), rng)
        loss = distance(guess, truth)
        run.update(loss)
        run.note(loss=float(loss), gain_db=psnr(guess.detach(), truth) - psnr(plain.detach(), truth))
        if run.step % recipe.report_every == 0:
            run.report()
        run.keep(recipe.checkpoint_every)
    run.finish()
    return run
