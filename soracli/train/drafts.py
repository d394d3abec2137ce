"""Teach the transformer drafts: clips without what stands in front, at many rates, of the world and of photographs.

An example is a clip told apart into what a draft shows (performers, drawn flat) and the plate: what lies behind and
around them, their shadows included. Given a draft the network paints the plate, since the draft is laid over it
afterwards (`soracli.draft`); without one it paints the whole clip. Falling weather lies over both and belongs to the
whole clip alone.

Shards are made by `draft_shards` and read by `draft_examples`.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from soracli.models.spark import steering
from soracli.models.spark.dit import Dit
from soracli.sampling import flow
from soracli.train.data import TextStates
from soracli.train.draft_examples import LOOSE, Batch, Examples, Maps, Sketches, first_of
from soracli.train.noise import draw_levels
from soracli.train.run import Run, say
from soracli.train.transformer import FLOOR, Recipe, optimisers


@torch.no_grad()
def fit_rough(dit: Dit, examples: Examples, sketches: Sketches, noise: float = 0.03) -> None:
    """Fit the linear guess from a sketch by ridge regression, and what it leaves. noise: deviation of a sketch."""
    assert dit.steering is not None
    plates = [(plates, 1) for shards in examples.stills.values() for plates, _ in shards[:8]]
    plates += [(shard["plate"], 4) for shards in examples.shards.values() for shard in shards[:3]]
    pairs = []
    for shard, every in plates:
        latents = first_of(shard[:: 2 * every].float())
        pairs.append((steering.seen(sketches(latents)).flatten(0, 1), latents.flatten(2).transpose(1, 2).flatten(0, 1)))
    seen, latents = (torch.cat(part) for part in zip(*pairs, strict=True))
    ones = torch.cat([seen, torch.ones(len(seen), 1)], 1).double()
    square = ones.T @ ones + noise**2 * len(seen) * torch.eye(ones.shape[1], dtype=torch.float64)
    weight = torch.linalg.solve(square, ones.T @ latents.double()).float()  # (SKETCH + 1, C)
    dit.steering.rough.weight.copy_(weight[:-1].T)
    dit.steering.rough.bias.copy_(weight[-1])
    dit.steering.remainder.copy_((latents - ones.float() @ weight).var(0))


@torch.no_grad()
def fit_kept(dit: Dit, sketches: Sketches) -> None:
    """What brings latents back to their sketch: for numbers of the variances `spectrum`, the most likely change.

    Not to the letter: a sketch may show what no latents can (`LOOSE`, as a share of its own variance).
    """
    assert dit.steering is not None
    spread = dit.spectrum[:, None].double() * sketches.matrix.double()  # (C, SHOWN)
    shown = sketches.matrix.double().T @ spread
    shown += LOOSE * shown.diagonal().mean() * torch.eye(len(shown), dtype=torch.float64)
    dit.steering.reduce.copy_(sketches.matrix)
    dit.steering.offset.copy_(sketches.offset)
    dit.steering.restore.copy_((spread @ torch.linalg.inv(shown)).T)


def loss_of(
    dit: Dit,
    batch: Batch,
    text: TextStates,
    sketches: Sketches,
    rng: np.random.Generator,
    shift: float,
    generator: torch.Generator,
    level: float = 0.0,
    present: float = 0.9,
    sketched: float = 0.85,
) -> Tensor:
    """Velocity error on painted tokens, mean over the batch.

    level: one noise level for all tokens (0 = drawn). present, sketched: share of examples with their draft, sketch.
    """
    count, _, frames, height, width = batch.plate.shape
    warp = shift * max(1.0, (frames * height * width / 64) ** 0.25)
    levels, masks = draw_levels((count, frames, height, width), rng, warp, 0)
    device = batch.plate.device
    levels, masks = levels.to(device), masks.to(device)
    if level:
        levels, masks = torch.full_like(levels, level), torch.ones_like(masks)
    has = torch.from_numpy((rng.random(count) < present).astype(np.float32)).to(device)
    steered = torch.from_numpy((rng.random(count) < 0.9).astype(np.float32)).to(device)
    drafted = has[:, None, None, None, None] > 0
    target = torch.where(drafted, batch.plate, batch.full)
    # Beside a draft what is given mostly was painted before, so it is a plate; sometimes it is a user's own clip.
    foreign = torch.from_numpy(rng.random(count) < 0.2).to(device)[:, None, None, None, None]
    known = torch.where(foreign, batch.full, target)
    source = torch.where(masks[:, None] > 0, target, known)
    eps = torch.randn(source.shape, generator=generator, device=device)
    x = flow.noised(source, eps, levels[:, None])
    rough = torch.from_numpy((rng.random(count) < sketched).astype(np.float32)).to(device)
    sketch = sketches(target)
    blur = torch.from_numpy(rng.uniform(0, 0.015, count).astype(np.float32)).to(device)[:, None, None, None, None]
    sketch = sketch + blur * torch.randn(sketch.shape, generator=generator, device=device)
    words = [
        ("" if rng.random() < 0.08 else pair[0 if h else 1]) for pair, h in zip(batch.said, has.tolist(), strict=True)
    ]
    control = batch.control._replace(
        draft=batch.control.draft * has[:, None, None],
        cover=batch.control.cover * has[:, None, None],
        present=has,
        steered=steered,
        sketch=steering.seen(sketch) * rough[:, None, None],
        sketched=rough,
    )
    states, mask = text(words)
    with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
        keys = dit.prepare(states.to(device), mask.to(device))
        x0 = dit(x, levels, keys, batch.layout, control=control).float()
    error = flow.velocity_from_clean(x0 - target, torch.zeros_like(x0), levels[:, None], FLOOR).square().mean(1)
    seen = 1 - 0.8 * control.cover.mean(-1).view_as(masks)  # what the draft hides matters less
    weights = masks * seen
    return ((error * weights).flatten(1).sum(1) / weights.flatten(1).sum(1).clamp(min=1e-6)).mean()


@torch.no_grad()
def validated(
    dit: Dit, examples: Examples, text: TextStates, sketches: Sketches, device: str = "cpu"
) -> dict[str, list[float]]:
    """Velocity error at five levels, with sketch and draft, with a draft and without, always on the same examples."""
    out: dict[str, list[float]] = {}
    for name, present, sketched in (("sketch", 1.0, 1.0), ("draft", 1.0, 0.0), ("text", 0.0, 0.0)):
        row = []
        for level in (0.98, 0.9, 0.75, 0.5, 0.25):
            rng, generator = np.random.default_rng(5), torch.Generator(device).manual_seed(5)
            found = [
                loss_of(
                    dit,
                    examples.batch(2, 8, rng, 1024).to(device),
                    text,
                    sketches,
                    rng,
                    1.0,
                    generator,
                    level,
                    present,
                    sketched,
                )
                for _ in range(6)
            ]
            row.append(round(float(torch.stack(found).mean()), 3))
        out[name] = row
    return out


def train(
    dit: Dit,
    text: TextStates,
    examples: Examples,
    aside: Examples,
    maps: Maps,
    folder: Path,
    recipe: Recipe,
    device: str = "cpu",
) -> Run:
    """Run (or resume) until the minutes are spent. aside: clips of actors set aside, for the line of validation."""
    torch.manual_seed(recipe.seed)
    dit.to(device).train()
    run = Run(folder, dit, optimisers(dit, recipe), recipe.minutes, recipe.ema)
    run.resume()
    rng = np.random.default_rng((recipe.seed, run.step))
    generator = torch.Generator(device).manual_seed(recipe.seed + run.step)
    checked = run.elapsed
    say(f"starting at step {run.step}, {examples.refresh()} clips")
    with run:
        while not (run.done or 0 < recipe.sitting < run.elapsed - run.spent):
            frames = int(rng.choice([0, 1, 2, 4, 8], p=[0.6, 0.05, 0.08, 0.1, 0.17]))
            if frames == 0 and examples.stills:
                batch = examples.still(rng, recipe.tokens)
            else:
                batch = examples.batch(1, max(frames, 1), rng, recipe.tokens)
                batch = maps.stills(batch) if frames == 1 and rng.random() < 0.6 else batch
            loss = loss_of(dit, batch.to(device), text, maps.sketches, rng, recipe.shift, generator)
            norm = run.update(loss)
            run.note(loss=float(loss.detach()), norm=norm)
            if run.step % recipe.report_every == 0:
                run.report(clips=examples.refresh())
            if run.elapsed - checked > 12:
                checked = run.elapsed
                own = {name: value.clone() for name, value in dit.state_dict().items()}
                dit.load_state_dict(run.ema.shadow)
                say(
                    json.dumps({"minutes": round(run.elapsed, 1), **validated(dit, aside, text, maps.sketches, device)})
                )
                dit.load_state_dict(own)
            run.keep(recipe.checkpoint_every)
    return run
