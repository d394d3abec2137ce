"""Turn a trained transformer into a few-step one with guidance inside: one pass a step, and a few steps.

First the teacher paints, guided as users are served, and the whole trajectory of each sampling, from noise to picture,
is kept (`paint`). Then the student learns, for any two points of one, the clean point X(x_t, t, r, g) towards which a
straight step from level t lands on the point at level r: an Euler step with it is exact for any distance. This is
progressive distillation (Salimans & Ho 2022, "Progressive Distillation", eq. 7) with all of its rounds at once, on
trajectories that are painted beforehand (Luhman & Luhman 2021, "Knowledge Distillation in Iterative Generative
Models"): one costs as much as three steps of training, and is met many times.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import safetensors.torch
import torch
from safetensors import safe_open
from torch import Tensor

from soracli.errors import UsageError
from soracli.models.spark import Spark
from soracli.models.spark.dit import Dit, Jump, Layout
from soracli.models.spark.vae import CHUNK
from soracli.sampling import flow
from soracli.sampling.denoise import pinned, prompted
from soracli.train.data import Cache, TextStates, View
from soracli.train.noise import draw_levels
from soracli.train.run import Run, say
from soracli.train.transformer import FLOOR
from soracli.types import SamplingOptions, Window

STEPS = 12  # of the teacher
TOGETHER = 2  # samplings of one shape in a file, and in a step of training
EDITED = 0.1  # share of the files that start from a clip with another one's words
PLAIN = 0.7  # share of the samplings at the card's own guidance; the others are spread over
GUIDANCE = (1.0, 6.0)  # what the card then says in `guided`

VIEWS = (View(0, 8, 8, 0.08), View(0, 8, 14, 0.03), View(4, 8, 8, 0.15), View(8, 8, 8, 0.62), View(8, 8, 14, 0.12))

# How many of the teacher's steps one of the student's replaces, and how often.
STRIDES = {1: 0.1, 2: 0.3, 3: 0.4, 4: 0.1, 6: 0.1}


class Trajectories(NamedTuple):
    """Some samplings of one shape, from noise to picture.

    states: (S + 1, B, C, t, h, w), what is given in its place. sigmas: (S + 1,), falling to 0. masks: (B, t, h, w),
    1 = painted. guidance: (B,).
    """

    states: Tensor
    sigmas: Tensor
    masks: Tensor
    guidance: Tensor
    captions: Sequence[str]
    layout: Layout


class Pair(NamedTuple):
    """Two points of each trajectory. x: (B, C, t, h, w) at `levels`.

    target: (B, C, t, h, w), the clean point towards which a straight step ends in the point at `where`.
    levels, where, masks: (B, t, h, w). guidance: (B,).
    """

    x: Tensor
    target: Tensor
    levels: Tensor
    where: Tensor
    masks: Tensor
    guidance: Tensor
    captions: Sequence[str]
    layout: Layout

    def to(self, device: str) -> Pair:
        x, target, levels, where, masks, guidance = (tensor.to(device) for tensor in self[:6])
        return Pair(x, target, levels, where, masks, guidance, self.captions, self.layout)


def sample(model: Spark, cache: Cache, rng: np.random.Generator, options: SamplingOptions) -> Trajectories:
    """Let the model paint what clips of the cache are about, of tasks as they come: parts given, edits, stills.

    Raises UsageError if no clip is large enough.
    """
    views = [view for view in VIEWS if cache.holds(view)]
    if not views:
        raise UsageError("no clip of the cache holds a view that few steps are learnt on; render larger or longer ones")
    weights = np.array([view.weight for view in views])
    view = views[int(rng.choice(len(views), p=weights / weights.sum()))]
    batch = cache.batch(view, TOGETHER, rng, unprompted=0.05)
    masks = draw_levels((TOGETHER, *batch.x0.shape[2:]), rng, options.shift, batch.stills)[1]
    edited = rng.random() < EDITED
    captions = batch.captions[::-1] if edited else batch.captions
    sigmas = flow.schedule(options.steps, options.shift, rng.uniform(0.3, 0.95) if edited else 1.0)
    low, high = np.log(GUIDANCE)
    spread = np.exp(rng.uniform(low, high, TOGETHER))
    guidance = np.where(rng.random(TOGETHER) < PLAIN, options.guidance, spread).astype(np.float32)
    eps = torch.from_numpy(rng.standard_normal(batch.x0.shape, np.float32)).to(batch.x0.device)
    given = masks.to(eps.device)[:, None] == 0  # (B, 1, t, h, w)
    start = torch.where(given, batch.x0, flow.noised(batch.x0, eps, float(sigmas[0])))
    stills = batch.layout.times[: len(batch.layout.times) - view.frames]
    fps = Fraction(CHUNK / batch.layout.spans[-1]).limit_denominator(1000) if view.frames else options.fps
    window = Window(stills, view.frames, view.height, view.width, fps)
    trajectories = [
        trajectory(model, caption, replace(options, guidance=float(scale)), window, sigmas.tolist(), x, mask)
        for caption, scale, x, mask in zip(captions, guidance, start, masks.to(eps.device), strict=True)
    ]
    return Trajectories(
        torch.stack(trajectories, 1), sigmas.float(), masks, torch.from_numpy(guidance), captions, model.layout(window)
    )


@torch.inference_mode()
def trajectory(
    model: Spark,
    prompt: str,
    options: SamplingOptions,
    window: Window,
    sigmas: Sequence[float],
    start: Tensor,
    mask: Tensor,
) -> Tensor:
    """States (S + 1, C, t, h, w) of one sampling by Euler steps. start: (C, t, h, w), mask: (t, h, w)."""
    denoise = pinned(prompted(model, prompt, options, window, sigmas), start[None], mask[None])
    states = [start[None]]
    for sigma, following in pairwise(sigmas):
        x0 = denoise(states[-1], sigma)
        states.append(torch.where(mask > 0, x0 + (states[-1] - x0) * (following / sigma), start))
    return torch.cat(states)


def paint(
    model: Spark, cache: Cache, folder: Path, options: SamplingOptions, minutes: float, index: int, seed: int = 0
) -> int:
    """Write files of trajectories for so many minutes; returns how many. index: of this process, if several paint."""
    folder.mkdir(parents=True, exist_ok=True)
    count, began = len(list(folder.glob(f"trajectories-{index:03d}-*.safetensors"))), time.monotonic()
    while time.monotonic() - began < minutes * 60:
        rng = np.random.default_rng((seed, index, count))
        save(sample(model, cache, rng, options), folder / f"trajectories-{index:03d}-{count:05d}.safetensors")
        count += 1
    say(f"{folder}: {count} files by process {index}")
    return count


def save(trajectories: Trajectories, path: Path) -> None:
    """Write a batch of trajectories as safetensors, with what they were sampled from."""
    layout = trajectories.layout
    tensors = {
        "states": trajectories.states.half(),  # of bfloat16, differences between neighbours would be noise
        "sigmas": trajectories.sigmas,
        "masks": trajectories.masks,
        "guidance": trajectories.guidance,
    }
    about = {
        "captions": trajectories.captions,
        "layout": [layout.times, layout.spans, layout.height, layout.width],
    }
    part = path.with_suffix(".part")
    safetensors.torch.save_file(
        {k: v.contiguous().cpu() for k, v in tensors.items()}, part, {"about": json.dumps(about)}
    )
    os.replace(part, path)


def load_pair(path: Path, rng: np.random.Generator) -> Pair:
    """Two points of each trajectory of a file, as far apart as `STRIDES` has it, from a multiple of that on.

    The teacher's own step leads straight to what it said, so that is also the clean point of no step at all.
    """
    with safe_open(path, "pt") as file:
        about = json.loads(file.metadata()["about"])
        sigmas, masks, guidance = (file.get_tensor(name) for name in ("sigmas", "masks", "guidance"))
        strides = rng.choice(list(STRIDES), size=len(masks), p=list(STRIDES.values()))
        starts = np.array([stride * rng.integers((len(sigmas) - 1) // stride) for stride in strides])
        stored = file.get_slice("states")

        def at(steps: np.ndarray) -> tuple[Tensor, Tensor]:
            states = [stored[int(step) : int(step) + 1, item : item + 1][0, 0] for item, step in enumerate(steps)]
            return sigmas[torch.from_numpy(steps)], torch.stack(states).float()

        (sigma, x), (until, end) = at(starts), at(starts + strides)
    ratio = (until / sigma)[:, None, None, None, None]
    stays = torch.from_numpy((strides == 1) & (rng.random(len(strides)) < 0.5))  # what the teacher said there itself
    times, spans, height, width = about["layout"]
    return Pair(
        x,
        (end - ratio * x) / (1 - ratio),
        sigma[:, None, None, None] * masks,
        torch.where(stays, sigma, until)[:, None, None, None] * masks,
        masks,
        guidance,
        about["captions"],
        Layout(tuple(times), tuple(spans), height, width),
    )


def loss_of(student: Dit, pair: Pair, text: tuple[Tensor, Tensor], half: bool = False) -> Tensor:
    """Velocity error against the target, mean over painted tokens."""
    with torch.autocast(pair.x.device.type, torch.bfloat16, enabled=half or pair.x.device.type == "cuda"):
        jump = Jump(pair.where, pair.guidance)
        guess = student(pair.x, pair.levels, student.prepare(*text), pair.layout, jump).float()
    error = flow.velocity_from_clean(guess - pair.target, torch.zeros_like(guess), pair.levels[:, None], FLOOR)
    return (error.square().mean(1) * pair.masks).sum() / pair.masks.sum()


def student_of(teacher: Dit) -> Dit:
    """A few-step network that starts as the teacher: its jump input is zero."""
    student = Dit(replace(teacher.config, few=True))
    student.load_state_dict({**student.state_dict(), **teacher.state_dict()})
    return student


@dataclass(frozen=True)
class Recipe:
    """minutes: budget over all sittings. half: bfloat16 products, as always on a GPU. peer: see `Run`."""

    minutes: float = 30
    lr: float = 4e-4
    ema: float = 0.998
    half: bool = False
    peer: Path | None = None
    seed: int = 0
    checkpoint_every: float = 2.0
    report_every: int = 100


def pairs(folder: Path, rng: np.random.Generator) -> Iterator[Pair]:
    """Endless; every file once in each round, and those that were written since the last one."""
    while True:
        files = sorted(folder.glob("trajectories-*.safetensors"))
        if not files:
            raise UsageError(f"{folder}: there are no trajectories to learn from; run the trajectories command first")
        for item in rng.permutation(len(files)):
            yield load_pair(files[int(item)], rng)


def train(
    teacher: Dit, encoder: TextStates, trajectories: Path, folder: Path, recipe: Recipe, device: str = "cpu"
) -> Run:
    """Run (or resume) until the minutes are spent. trajectories: folder that `paint` wrote."""
    torch.manual_seed(recipe.seed)
    student = student_of(teacher).to(device).eval()  # as users see it, the temperature of its variances included
    adam = torch.optim.AdamW(student.parameters(), lr=recipe.lr, betas=(0.9, 0.98), weight_decay=0.0)
    run = Run(folder, student, [adam], recipe.minutes, recipe.ema, recipe.peer)
    run.resume()
    rng = np.random.default_rng((recipe.seed, run.step))
    with run:
        for drawn in pairs(trajectories, rng):
            if run.done:
                break
            states, mask = encoder(drawn.captions)
            loss = loss_of(student, drawn.to(device), (states.to(device), mask.to(device)), recipe.half)
            norm = run.update(loss)
            run.note(loss=float(loss.detach()), norm=norm)
            if run.step % recipe.report_every == 0:
                run.report()
            run.keep(recipe.checkpoint_every)
    return run
