"""A look for spark from a folder of pictures: a low-rank adapter of its transformer, and the colours that go with it.

spark paints the place behind the performers from a sketch: the means of 4 x 4 pixels of what the world's own painter
draws there (`models.spark.steering`). What a sketch says stays as it is, so a look has two halves. The adapter learns
what is finer: it is shown the sketch of a part of a picture and learns to paint that part, by the same loss as spark
itself. The colours are a linear map from those of the world to those of the pictures that brings means and covariances
to each other (Monge-Kantorovich; Pitie and Kokaram 2007); sketches and performers go through it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from soracli import media
from soracli.draft import Light
from soracli.finetuning.loop import generator
from soracli.models.common import precision
from soracli.models.spark import Spark, steering
from soracli.models.spark.dit import COVER, Control, Layout
from soracli.models.spark.vae import CHUNK, PATCH
from soracli.sampling import flow
from soracli.sampling.pixels import to_torch
from soracli.scenes.vocabulary import DRAWN
from soracli.types import Clip, Frames
from soracli.world.assets import ActorBank
from soracli.world.domain import Frame
from soracli.world.scene import Scene
from soracli.world.scenery import plate
from soracli.world.setting import setting

TARGETS = (  # layers that get an adapter
    r"^(?:blocks\.\d+\.(?:qkv|out|up|down)|inlet|outlet|settle|final|beside\.mix|around\.\d+\.mix"
    r"|steering\.(?:sketch|rough|detail))$"
)
SIDE = 256  # pixels of what is learnt at once
LARGEST = 1536  # pixels of a picture's longer side that are kept
OF_CLIP = 4  # frames of a clip that are taken
SMALLEST = 0.4  # share of a picture's shorter side that a part takes at least
MOVING = 0.3  # share of examples that are eight frames of a camera that pans
SKETCHED = 0.9  # share of examples with a sketch
FLOOR = 0.05  # smallest noise level in the velocity's weight, as in training
LOWEST = 0.02  # noise level
SHIFT = 2.5  # of noise levels, as in training
WHOLE = 1_000_000  # stands for the item where something is drawn for a whole step
TIMES = ("day", "sunset", "night", "overcast")  # of the world's places that colours are compared with
STRENGTH = (0.12, 1.8)  # factors on a colour's spread at least and at most


def pictures(paths: Sequence[Path]) -> list[Tensor]:
    """Pictures, and some frames of clips: float (3, H, W) in [-1, 1], at least SIDE on a side."""
    found = []
    for path in paths:
        clip = media.read_source(path).clip
        count = len(clip.frames)
        for number in sorted({round(i) for i in np.linspace(0, count - 1, min(OF_CLIP, count))}):
            found.append(_sized(clip.frames[number]))
    return found


def _sized(frame: Frames) -> Tensor:
    height, width = frame.shape[:2]
    scale = min(1.0, LARGEST / max(height, width))
    scale = max(scale, SIDE / min(height, width))
    size = max(SIDE, round(width * scale)), max(SIDE, round(height * scale))
    shown = frame if size == (width, height) else media.fit(Clip(frame[None], 1), *size, "stretch").frames[0]  # type: ignore[arg-type]
    return to_torch(shown[None])[0, :, 0]


# --- colours ----------------------------------------------------------------------------------------------------------


def grade(shown: Sequence[Tensor]) -> Light:
    """The map of colours from the world's to those of pictures: RGB and 1 -> RGB, see `draft.Light`."""
    theirs = torch.cat([F.adaptive_avg_pool2d(one, 48).flatten(1).T for one in shown])
    return matched((world() + 1) / 2, (theirs + 1) / 2)


def matched(ours: Tensor, theirs: Tensor) -> Light:
    """The linear map (3, 4) that brings mean and covariance of colours (N, 3) to those of others, within STRENGTH."""
    covariance = [torch.cov(part.double().T) + 1e-5 * torch.eye(3, dtype=torch.float64) for part in (ours, theirs)]
    root = _power(covariance[0], 0.5)
    back = _power(covariance[0], -0.5)
    whole = back @ _power(root @ covariance[1] @ root, 0.5) @ back
    values, vectors = torch.linalg.eigh(whole)
    whole = (vectors * values.clamp(*STRENGTH)) @ vectors.T
    offset = theirs.double().mean(0) - whole @ ours.double().mean(0)
    light: Light = torch.cat([whole, offset[:, None]], 1).float().numpy()
    return light


def _power(matrix: Tensor, exponent: float) -> Tensor:
    """Of a symmetric positive matrix."""
    values, vectors = torch.linalg.eigh(matrix)
    out: Tensor = (vectors * values.clamp_min(1e-9) ** exponent) @ vectors.T
    return out


def world() -> Tensor:
    """Colours (N, 3) of the world's own places at some hours, in [-1, 1]."""
    nobody = ActorBank((), torch.zeros(0, 36, 128, 128, 4, dtype=torch.uint8))
    rows = []
    for number, place in enumerate(DRAWN):
        scene = Scene("scenery", (), place, TIMES[number % len(TIMES)], seed=number)
        moment = torch.zeros(1, dtype=torch.float64)
        drawn = plate(scene, Frame(96, 96, moment, bare=True), nobody)
        rows.append(F.adaptive_avg_pool2d(to_torch(drawn.numpy())[0, :, 0], 24).flatten(1).T)
    return torch.cat(rows)


# --- the adapter ------------------------------------------------------------------------------------------------------


class Part(NamedTuple):
    """One example. pixels: (3, T, SIDE, SIDE), T = 1 or CHUNK. text: what the network is told."""

    pixels: Tensor
    text: str


class Objective:
    """The loss of some items of a step, all stills or all moving: the error of the velocity, as in spark's training."""

    def __init__(self, spark: Spark, shown: Sequence[Tensor], seed: int) -> None:
        self.spark, self.shown, self.seed = spark, shown, seed
        scene = Scene("scenery", (), DRAWN[0], "day")
        self.texts = ["", *(setting(replace(scene, place=place)) for place in DRAWN)]

    def __call__(self, step: int, mine: Sequence[int]) -> Tensor:
        """The sum over `mine`, places in the batch."""
        moves = float(torch.rand((), generator=generator(self.seed, step, WHOLE))) < MOVING
        draws = [generator(self.seed, step, item) for item in mine]
        parts = [part(self.shown, self.texts, moving=moves, draw=draw) for draw in draws]
        return self.losses(parts, draws).sum()

    def losses(self, parts: Sequence[Part], draws: Sequence[torch.Generator], level: float = 0.0) -> Tensor:
        """Of each part, (B,). level: the noise level, 0 = drawn."""
        pixels = torch.stack([one.pixels for one in parts])
        with torch.no_grad():
            x0 = self.spark.encode(pixels)  # (B, C, t, h, w)
            context = self.spark.text([one.text for one in parts])
        _, _, frames, high, wide = x0.shape
        warp = SHIFT * max(1.0, (frames * high * wide / 64) ** 0.25)
        rows = [
            (_level(draw, warp), torch.randn(x0.shape[1:], generator=draw), _chance(draw, SKETCHED)) for draw in draws
        ]
        sigmas = torch.tensor([level or row[0] for row in rows])
        eps, sketched = torch.stack([row[1] for row in rows]), torch.tensor([row[2] for row in rows])
        each = sigmas[:, None, None, None, None]
        still = pixels.shape[2] == 1
        layout = Layout.still(high, wide) if still else Layout.chunks(frames, high, wide, 16.0, CHUNK)
        levels = each[:, 0].expand(-1, frames, high, wide)
        dit = self.spark.dit
        with precision.products(x0.device):
            keys = dit.prepare(context.states, context.mask)
            found = dit(
                flow.noised(x0, eps, each), levels, keys, layout, control=control(pixels, sketched, x0.shape[1])
            )
        error = flow.velocity_from_clean(found.float() - x0, torch.zeros_like(x0), each, FLOOR)
        return error.square().mean((1, 2, 3, 4))


def _level(draw: torch.Generator, warp: float) -> float:
    """A noise level."""
    drawn = torch.sigmoid(torch.randn((), generator=draw, dtype=torch.float64))
    return float(flow.shifted(drawn, warp).clamp(LOWEST, 1.0))


def _chance(draw: torch.Generator, share: float) -> float:
    """1 in so many cases, else 0."""
    return float(torch.rand((), generator=draw) < share)


def control(pixels: Tensor, sketched: Tensor, channels: int) -> Control:
    """Of examples (B, 3, T, H, W) without performers, whose camera is known to stand. sketched: (B,) 1 = with it."""
    count, _, frames, height, width = pixels.shape
    chunks = max(1, frames // CHUNK)
    cells = chunks * (height // PATCH) * (width // PATCH)
    one = torch.ones(count)
    whole = pixels.expand(-1, -1, CHUNK, -1, -1) if frames == 1 else pixels
    seen = steering.seen(steering.thumbnail(whole)) * sketched[:, None, None]
    blank = torch.zeros(count, cells, 1)
    return Control(
        blank.expand(-1, -1, channels), blank.expand(-1, -1, COVER), one, torch.zeros(count, chunks, 2, 4), one, seen,
        sketched,
    )  # fmt: skip


def part(shown: Sequence[Tensor], texts: Sequence[str], *, moving: bool, draw: torch.Generator) -> Part:
    """A part of a picture from anywhere in it, of SIDE pixels; moving: eight frames of a camera that pans over it."""

    def some(low: float, high: float) -> float:
        return low + (high - low) * float(torch.rand((), generator=draw))

    picture = shown[int(torch.randint(len(shown), (), generator=draw))]
    text = texts[int(torch.randint(len(texts), (), generator=draw))]
    _, height, width = picture.shape
    side = max(SIDE // 2, int(min(height, width) * some(SMALLEST, 1.0)))
    travel = some(-0.08, 0.08) * side if moving else 0.0
    left, top = some(0, width - side), int(some(0, height - side))
    frames = []
    for t in range(CHUNK if moving else 1):
        x = min(max(int(left + travel * t / CHUNK), 0), width - side)
        frames.append(picture[:, top : top + side, x : x + side])
    stack = F.interpolate(torch.stack(frames), (SIDE, SIDE), mode="bicubic", antialias=True).clamp(-1, 1)
    stack = stack.flip(-1) if some(0, 1) < 0.5 else stack
    return Part(stack.permute(1, 0, 2, 3).contiguous(), text)


@torch.no_grad()
def judged(objective: Objective, count: int = 6) -> float:
    """The mean loss at three noise levels on parts that are always the same, for before and after."""
    draws = [generator(objective.seed + 1, 2**40, item) for item in range(count)]
    parts = [part(objective.shown, objective.texts, moving=False, draw=draw) for draw in draws]
    found = [objective.losses(parts, draws, level).mean() for level in (0.9, 0.6, 0.3)]
    return float(torch.stack(found).mean())
