"""Train the two networks of `sora enhance` on films of the rendered world."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from soracli.errors import UsageError
from soracli.models.common import quantise
from soracli.models.enhance import Interpolator, Upscaler, bicubic, warp
from soracli.train.autoencoder import distance, psnr
from soracli.train.run import Run
from soracli.train.scenes import Shot, Stage, pools
from soracli.world.assets import ActorBank

Picture = npt.NDArray[np.uint8]  # (H, W, 3)
SPACING = 6  # most frames of a film from one neighbour to the other


@dataclass(frozen=True)
class Recipe:
    """crop: pixels of the truth. batch: crops per step. refresh: steps per pool of films."""

    minutes: float = 12
    lr: float = 1e-3
    batch: int = 4
    crop: int = 128
    refresh: int = 600
    ema: float = 0.998
    seed: int = 0
    checkpoint_every: float = 2.0
    report_every: int = 50


RECIPES = {"upscale": Recipe(crop=80), "interpolate": Recipe(crop=128)}


def films(what: str, stage: Stage, run: Path, seed: int, count: int) -> Iterator[list[Shot]]:
    """Endless pools to learn `what` from: large films, or ones of many frames a second. They are kept in the run."""
    if what == "upscale":
        stage, chunks = replace(stage, sizes=((512, 512, 0.5), (256, 256, 0.5)), batch=8), 1
    else:
        stage, chunks = replace(stage, fps=48, batch=8), 3
    folder = run / f"{what}-films"
    folder.mkdir(parents=True, exist_ok=True)
    bank: ActorBank | None = None
    for number in itertools.count():
        path = folder / f"{number:03d}.pt"
        if not path.exists():
            bank = bank or stage.cast(run)
            shots = next(pools(stage, bank, seed + number, count, chunks))
            part = path.with_suffix(".part")
            torch.save([shot.frames.contiguous() for shot in shots], part)
            os.replace(part, path)
        yield [Shot(frames, "") for frames in torch.load(path, weights_only=True)]


# --- twice the size ---------------------------------------------------------------------------------------------------


def spoiled(truth: Picture, rng: np.random.Generator) -> Picture:
    """Half the size, as clips come: some soft, shrunk in one of two ways, and some compressed."""
    if rng.random() < 0.15:
        truth = np.asarray(cv2.GaussianBlur(truth, (0, 0), float(rng.uniform(0.3, 1.0))), np.uint8)
    size = truth.shape[1] // 2, truth.shape[0] // 2
    if rng.random() < 0.6:
        small = cv2.resize(truth, size, interpolation=cv2.INTER_AREA)
    else:
        soft = cv2.GaussianBlur(truth, (0, 0), 0.6)
        small = cv2.resize(soft, size, interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.35:
        quality = int(rng.integers(60, 96))
        coded = cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)[..., ::-1].copy()
    return np.asarray(small, np.uint8)


def pairs(pool: list[Shot], recipe: Recipe, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Spoiled (B, 3, crop/2, crop/2) and truth (B, 3, crop, crop)."""
    small: list[Tensor] = []
    truth: list[Tensor] = []
    while len(truth) < recipe.batch:
        film = pool[int(rng.integers(len(pool)))].frames
        frame = film[int(rng.integers(len(film)))]
        places = [_place(frame.shape[0], frame.shape[1], recipe.crop, rng) for _ in range(3)]
        crops = [frame[place].numpy() for place in places]
        crop = max(crops, key=lambda crop: float(cv2.Laplacian(crop, cv2.CV_32F).std()))
        crop = _turned(crop, int(rng.integers(8)))
        truth.append(_pixels(crop))
        small.append(_pixels(spoiled(crop, rng)))
    return torch.stack(small), torch.stack(truth)


def upscale_loss(network: Upscaler, batch: tuple[Tensor, ...]) -> tuple[Tensor, float]:
    """The loss, and decibels above bicubic."""
    small, truth = batch
    guess = network(small)
    return distance(guess, truth), psnr(guess.detach(), truth) - psnr(bicubic(small), truth)


# --- frames between frames --------------------------------------------------------------------------------------------


def triplets(pool: list[Shot], recipe: Recipe, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """before, after, truth (B, 3, crop, crop) and t (B,); of four places the one where most moves."""
    found: list[tuple[Tensor, Tensor, Tensor]] = []
    moments = []
    for _ in range(recipe.batch):
        film = pool[int(rng.integers(len(pool)))].frames
        spacing = int(rng.integers(2, SPACING + 1))
        first = int(rng.integers(len(film) - spacing))
        between = int(rng.integers(1, spacing))
        times = [first, first + spacing, first + between]
        if rng.random() < 0.5:
            times[:2], between = times[1::-1], spacing - between
        places = [_place(film.shape[1], film.shape[2], recipe.crop, rng) for _ in range(4)]
        place = max(places, key=lambda place: float((film[times[0]][place].int() - film[times[1]][place]).abs().sum()))
        turn = int(rng.integers(8))
        before, after, truth = (_pixels(_turned(film[time][place].numpy(), turn)) for time in times)
        found.append((before, after, truth))
        moments.append(between / spacing)
    before, after, truth = (torch.stack(part) for part in zip(*found, strict=True))
    return before, after, truth, torch.tensor(moments)


def interpolate_loss(network: Interpolator, batch: tuple[Tensor, ...]) -> tuple[Tensor, float]:
    """The loss, which also asks each size of the motion to bring both frames together; decibels above a cross-fade."""
    before, after, truth, t = batch
    motions, notes = network.motions(before, after, t)
    at = t[:, None, None, None]
    loss = torch.zeros(())
    for motion in motions:
        factor = truth.shape[2] // motion.shape[2]
        small = [F.avg_pool2d(x, factor) for x in (before, after, truth)]
        warped = [warp(small[0], -at * motion), warp(small[1], (1 - at) * motion)]
        loss = loss + 0.1 * sum(F.l1_loss(x, small[2]) for x in warped)
    motion = F.interpolate(motions[-1], scale_factor=4, mode="bilinear") * 4
    guess = network.mixed(before, after, motion, F.interpolate(notes, scale_factor=2, mode="bilinear"), t)
    fade = before + at * (after - before)
    return loss + distance(guess, truth), psnr(guess.detach(), truth) - psnr(fade, truth)


# --- both -------------------------------------------------------------------------------------------------------------

NETWORKS: dict[str, Callable[[], nn.Module]] = {"upscale": Upscaler, "interpolate": Interpolator}


def loss_on(network: nn.Module, batch: tuple[Tensor, ...]) -> tuple[Tensor, float]:
    """The loss of either network on a batch of its own, and decibels above the plain method."""
    if isinstance(network, Upscaler):
        return upscale_loss(network, batch)
    assert isinstance(network, Interpolator)
    return interpolate_loss(network, batch)


def train(what: str, sources: Iterator[list[Shot]], folder: Path, recipe: Recipe) -> Run:
    """Run (or resume) until the minutes are spent. what: `upscale` or `interpolate`. sources: pools of films."""
    torch.manual_seed(recipe.seed)
    network = NETWORKS[what]().train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.lr, weight_decay=0.0)
    run = Run(folder, network, [optimiser], recipe.minutes, recipe.ema)
    run.resume()
    rng = np.random.default_rng((recipe.seed, run.step))
    pool = next(sources)
    with run:
        while not run.done:
            if run.step % recipe.refresh == recipe.refresh - 1:
                pool = next(sources)
            loss, gain = loss_on(network, (pairs if what == "upscale" else triplets)(pool, recipe, rng))
            run.update(loss)
            run.note(loss=float(loss.detach()), gain_db=gain)
            if run.step % recipe.report_every == 0:
                run.report()
            run.keep(recipe.checkpoint_every)
    return run


def publish(run: Path, out: Path) -> list[Path]:
    """Write the averaged weights of what has been trained, as fp16."""
    paths = []
    for what in NETWORKS:
        checkpoint = run / what / "checkpoint.pt"
        if checkpoint.exists():
            state = torch.load(checkpoint, map_location="cpu", weights_only=True)["ema"]
            paths += quantise.save(quantise.quantise(state, threshold=1 << 62), out, f"enhance-{what}")
    if not paths:
        raise UsageError(f"{run}: there is no checkpoint; run the enhance command first")
    return paths


def _place(height: int, width: int, crop: int, rng: np.random.Generator) -> tuple[slice, slice]:
    top, left = int(rng.integers(height - crop + 1)), int(rng.integers(width - crop + 1))
    return slice(top, top + crop), slice(left, left + crop)


def _turned(picture: Picture, turn: int) -> Picture:
    """One of the eight ways a square can lie."""
    picture = np.rot90(picture, turn % 4)
    return np.ascontiguousarray(picture[:, ::-1] if turn > 3 else picture)


def _pixels(picture: Picture) -> Tensor:
    """uint8 (H, W, 3) -> float (3, H, W) in [-1, 1]."""
    return torch.from_numpy(picture).permute(2, 0, 1).float() / 127.5 - 1
