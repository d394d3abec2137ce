"""Train the transformer on the latent cache: flow matching with a noise level per token, all tasks at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from soracli.errors import UsageError
from soracli.models.spark.dit import Dit
from soracli.sampling import flow
from soracli.train.data import Batch, Cache, TextStates, View
from soracli.train.noise import draw_levels
from soracli.train.optim import Muon
from soracli.train.run import Run, say

FLOOR = 0.05  # smallest noise level in the velocity weight

# Views by phase of the run: (share of the time, views). Small windows first: what things look like; then whole frames,
# square and wide (a network that has seen windows alone paints its actor twice), then how they move.
CURRICULUM: tuple[tuple[float, tuple[View, ...]], ...] = (
    (0.35, (View(0, 5, 5, 0.3), View(1, 5, 5, 0.5), View(0, 8, 8, 0.1), View(1, 8, 8, 0.1))),
    (
        0.30,
        (
            View(0, 8, 8, 0.15), View(0, 8, 14, 0.05), View(1, 5, 5, 0.1), View(1, 8, 8, 0.25), View(1, 8, 14, 0.1),
            View(2, 8, 8, 0.2), View(3, 6, 6, 0.15),
        ),
    ),
    (
        0.35,
        (
            View(0, 8, 8, 0.04), View(1, 8, 8, 0.04), View(4, 8, 8, 0.2), View(8, 8, 8, 0.45), View(4, 8, 14, 0.08),
            View(2, 8, 8, 0.15, apart=True), View(2, 8, 14, 0.04, apart=True),
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Recipe:
    """tokens: per optimiser step. minutes: budget over all sittings. sitting: stop this one after so many (0 = never).

    shift: of the noise levels at 64 tokens. behind: share of the curriculum that the first weights have been through.
    half: bfloat16 products, as always on a GPU. peer: see `Run`.
    """

    tokens: int = 640
    minutes: float = 60
    sitting: float = 0.0
    lr: float = 1.2e-3
    muon_lr: float = 0.0
    ema: float = 0.998
    shift: float = 4.0
    behind: float = 0.0
    half: bool = False
    peer: Path | None = None
    seed: int = 0
    checkpoint_every: float = 2.0
    report_every: int = 100


def optimisers(dit: nn.Module, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """AdamW for everything, or Muon for the blocks' matrices when muon_lr is set."""
    blocks = [
        p for name, p in dit.named_parameters() if name.startswith("blocks.") and p.ndim == 2 and min(p.shape) > 6
    ]
    held = {id(p) for p in blocks} if recipe.muon_lr else set()
    rest = [p for p in dit.parameters() if id(p) not in held]
    adam = torch.optim.AdamW(rest, lr=recipe.lr, betas=(0.9, 0.98), weight_decay=0.0, fused=True)
    return [adam, Muon(blocks, recipe.muon_lr)] if recipe.muon_lr else [adam]


def loss_of(
    dit: Dit,
    batch: Batch,
    text: tuple[Tensor, Tensor],
    rng: np.random.Generator,
    shift: float,
    generator: torch.Generator,
    half: bool = False,
) -> Tensor:
    """Velocity error on painted tokens, per item (B,)."""
    count, _, frames, height, width = batch.x0.shape
    warp = shift * max(1.0, (frames * height * width / 64) ** 0.25)
    levels, masks = draw_levels((count, frames, height, width), rng, warp, batch.stills)
    levels, masks = levels.to(batch.x0.device), masks.to(batch.x0.device)
    eps = torch.randn(batch.x0.shape, generator=generator, device=batch.x0.device)
    x = flow.noised(batch.x0, eps, levels[:, None])
    with torch.autocast(x.device.type, torch.bfloat16, enabled=half or x.device.type == "cuda"):
        x0 = dit(x, levels, dit.prepare(*text), batch.layout).float()
    error = flow.velocity_from_clean(x0 - batch.x0, torch.zeros_like(x0), levels[:, None], FLOOR)
    per_token = error.square().mean(1) * masks  # (B, t, h, w)
    return per_token.flatten(1).sum(1) / masks.flatten(1).sum(1)


def channel_variance(cache: Cache, clips: int = 1000) -> Tensor:
    """Variance (C,) of each latent channel over some of the cache: the spectrum of the Wiener filter."""
    parts = [grid.latents[:: max(1, len(grid.captions) // clips)].flatten(0, 3) for grid in cache.grids.values()]
    return torch.cat(parts).float().var(0).cpu()


def phase(progress: float) -> tuple[View, ...]:
    """The views in use at this share of the curriculum."""
    end = 0.0
    for share, views in CURRICULUM:
        end += share
        if progress < end:
            return views
    return CURRICULUM[-1][1]


def batches(cache: Cache, run: Run, recipe: Recipe, rng: np.random.Generator) -> Iterator[tuple[View, Batch]]:
    """Endless batches of about `tokens` tokens, shapes by phase; new shards are picked up as they appear."""
    refreshed = time.monotonic()
    while True:
        progress = recipe.behind + (1 - recipe.behind) * run.elapsed / run.minutes
        views = [view for view in phase(progress) if cache.holds(view)]
        if not views:
            raise UsageError("no clip of the cache holds a view of this phase; render larger or longer ones")
        weights = np.array([view.weight for view in views])
        view = views[int(rng.choice(len(views), p=weights / weights.sum()))]
        cells = max(1, view.frames) * view.height * view.width
        yield view, cache.batch(view, max(2, round(recipe.tokens / cells)), rng)
        if time.monotonic() - refreshed > 60:
            cache.refresh()
            refreshed = time.monotonic()


def train(
    dit: Dit,
    encoder: TextStates,
    cache: Cache,
    folder: Path,
    recipe: Recipe,
    device: str = "cpu",
    compiled: bool = False,
) -> Run:
    """Run (or resume) until the minutes are spent. The checkpoint holds weights, averages and optimisers."""
    torch.manual_seed(recipe.seed)
    dit.to(device).train()
    run = Run(folder, dit, optimisers(dit, recipe), recipe.minutes, recipe.ema, recipe.peer)
    resumed = run.resume()
    rng = np.random.default_rng((recipe.seed, run.step))
    if compiled:
        for block in dit.blocks:
            block.compile(dynamic=True)
    generator = torch.Generator(device).manual_seed(recipe.seed + run.step)
    say(f"{'resumed at' if resumed else 'starting at'} step {run.step}, {cache.refresh()} clips")
    began, tokens = time.monotonic(), 0
    with run:
        for view, batch in batches(cache, run, recipe, rng):
            if run.done or 0 < recipe.sitting < run.elapsed - run.spent:
                break
            states, mask = encoder(batch.captions)
            losses = loss_of(
                dit, batch, (states.to(device), mask.to(device)), rng, recipe.shift, generator, recipe.half
            )
            loss = losses.mean()
            norm = run.update(loss)
            tokens += batch.x0.shape[0] * batch.x0[0, 0].numel()
            value = float(loss.detach())
            shape = f"{view.frames}x{view.height}x{view.width}" + view.apart * "_apart"
            run.note(loss=value, norm=norm, **{f"loss_{shape}": value})
            if run.step % recipe.report_every == 0:
                run.report(tokens_per_second=round(tokens / (time.monotonic() - began)))
                began, tokens = time.monotonic(), 0
            run.keep(recipe.checkpoint_every)
    return run
