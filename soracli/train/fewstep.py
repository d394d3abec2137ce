"""Turn a trained transformer into a few-step one with guidance inside: one pass per step at any guidance scale.

The network learns the flow map: X(x_t, t, r, g) is the clean point towards which a straight step from t lands on the
guided path at r, so an Euler step with it is exact for any distance. Two targets, half of the batch each:

    r = t    the teacher's guided prediction (guidance distillation; Meng et al. 2023)
    r < t    two steps of half the length by the network's own average (shortcut models, Frans et al. 2024, eq. 4-5),
             starting at the teacher's guided step: no Jacobian products, no second network to train
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from soracli import flow
from soracli.models.spark.dit import Dit, Jump, TextKeys
from soracli.train.data import Batch, Cache, TextStates
from soracli.train.noise import draw_levels
from soracli.train.run import Run
from soracli.train.transformer import FLOOR, batches
from soracli.train.transformer import Recipe as Base


@dataclass(frozen=True)
class Recipe(Base):
    """steps: the shortest schedule to learn for. halvings: how many times the finest step is doubled up to it."""

    lr: float = 3e-4
    steps: int = 4
    halvings: int = 2
    guidance: tuple[float, float] = (1.0, 7.0)


def guided(
    teacher: Dit, x: Tensor, levels: Tensor, keys: TextKeys, empty: TextKeys, scale: Tensor, batch: Batch
) -> Tensor:
    """The teacher's clean prediction under classifier-free guidance, scale (B,)."""
    with torch.no_grad():
        prompted = teacher(x, levels, keys, batch.layout)
        plain = teacher(x, levels, empty, batch.layout)
    return torch.lerp(plain, prompted, scale[:, None, None, None, None])


def stepped(x: Tensor, x0: Tensor, levels: Tensor, following: Tensor) -> Tensor:
    """An Euler step from levels to following (B, t, h, w), towards x0; given tokens (level 0) stay."""
    ratio = torch.where(levels > 0, following / levels.clamp(min=1e-6), 0)[:, None]
    return x0 + (x - x0) * ratio


class Teaching:
    """The targets of one run: a frozen teacher, the student's average, and both halves of the loss."""

    def __init__(self, teacher: Dit, student: Dit, run: Run, recipe: Recipe) -> None:
        self.teacher = teacher.eval().requires_grad_(False)
        self.student, self.recipe = student, recipe
        self.average = Dit(student.config).to(next(student.parameters()).device).eval()
        self.average.load_state_dict(run.ema.shadow, assign=True)  # the same tensors, so always up to date
        self.average.requires_grad_(False)

    def loss(
        self,
        batch: Batch,
        text: tuple[Tensor, Tensor],
        empty: tuple[Tensor, Tensor],
        rng: np.random.Generator,
        generator: torch.Generator,
    ) -> Tensor:
        """Velocity error against the target, mean over painted tokens."""
        shape = (len(batch.x0), *batch.x0.shape[2:])
        levels, masks = (x.to(batch.x0.device) for x in draw_levels(shape, rng, self.recipe.shift, batch.stills))
        low, high = np.log(self.recipe.guidance)
        scale = torch.from_numpy(np.exp(rng.uniform(low, high, shape[0])).astype(np.float32)).to(levels.device)
        keys, blank = self.teacher.prepare(*text), self.teacher.prepare(*empty)
        jumping = rng.random() < 0.5
        if jumping:
            finest = self.recipe.steps * 2**self.recipe.halvings
            stride = 2 ** int(rng.integers(1, self.recipe.halvings + 1))  # in finest steps
            start = stride * rng.integers(1, finest // stride + 1, shape[0])
            levels, middle, end = (self._grid(start - part, finest, masks) for part in (0, stride // 2, stride))
        eps = torch.randn(batch.x0.shape, generator=generator, device=batch.x0.device)
        x = flow.noised(batch.x0, eps, levels[:, None])
        if jumping:
            first = self._step(x, levels, middle, keys, blank, scale, batch, text, stride)
            second = self._step(first, middle, end, keys, blank, scale, batch, text, stride)
            ratio = (end / levels.clamp(min=FLOOR))[:, None]
            target = (second - ratio * x) / (1 - ratio)  # the point whose straight step lands on `second`
            where = end
        else:
            target, where = guided(self.teacher, x, levels, keys, blank, scale, batch), levels
        guess = self.student(x, levels, self.student.prepare(*text), batch.layout, Jump(where, scale))
        error = flow.velocity_from_clean(guess - target, torch.zeros_like(guess), levels[:, None], FLOOR)
        per_token = error.square().mean(1) * masks
        return per_token.sum() / masks.sum()

    def _grid(self, index: np.ndarray, finest: int, masks: Tensor) -> Tensor:
        """Levels (B, t, h, w) of places on the finest schedule; given tokens have level 0."""
        line = flow.shifted(torch.from_numpy(index / finest), self.recipe.shift).float().to(masks.device)
        return line[:, None, None, None] * masks

    @torch.no_grad()
    def _step(
        self,
        x: Tensor,
        levels: Tensor,
        following: Tensor,
        keys: TextKeys,
        blank: TextKeys,
        scale: Tensor,
        batch: Batch,
        text: tuple[Tensor, Tensor],
        stride: int,
    ) -> Tensor:
        """Half a jump: by the teacher where it is a finest step, else by the student's average."""
        if stride == 2:
            x0 = guided(self.teacher, x, levels, keys, blank, scale, batch)
        else:
            x0 = self.average(x, levels, self.average.prepare(*text), batch.layout, Jump(following, scale))
        return stepped(x, x0, levels, following)


def student_of(teacher: Dit) -> Dit:
    """A few-step network that starts as the teacher: its jump input is zero."""
    student = Dit(replace(teacher.config, few=True))
    student.load_state_dict({**student.state_dict(), **teacher.state_dict()})
    return student


def train(teacher: Dit, encoder: TextStates, cache: Cache, folder: Path, recipe: Recipe, device: str = "cpu") -> Run:
    """Run (or resume) until the minutes are spent."""
    torch.manual_seed(recipe.seed)
    student = student_of(teacher).to(device).train()
    run = Run(
        folder,
        student,
        [torch.optim.AdamW(student.parameters(), lr=recipe.lr, betas=(0.9, 0.98), weight_decay=0.0)],
        recipe.minutes,
        recipe.ema,
    )
    run.resume()
    teaching = Teaching(teacher.to(device), student, run, recipe)
    rng = np.random.default_rng((recipe.seed, run.step))
    generator = torch.Generator(device).manual_seed(recipe.seed + run.step)
    with run:
        for _, batch in batches(cache, run, recipe, rng):
            if run.done:
                break
            text = tuple(x.to(device) for x in encoder(batch.captions))
            empty = tuple(x.to(device) for x in encoder([""] * len(batch.captions)))
            loss = teaching.loss(batch, (text[0], text[1]), (empty[0], empty[1]), rng, generator)
            norm = run.update(loss)
            run.note(loss=float(loss.detach()), norm=norm)
            if run.step % recipe.report_every == 0:
                run.report()
            run.keep(recipe.checkpoint_every)
    return run
