"""Train the probe that scores clips, on rendered films; some are filmed again through the autoencoder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from soracli.models.spark.vae import Vae
from soracli.train.probe_network import (
    LENGTH,
    SIDE,
    SLOTS,
    Examples,
    Probe,
    labels_of,
    loss_of,
    picks,
    targets,
    truth,
)
from soracli.train.run import Run, say
from soracli.world.assets import ActorBank, load_actors
from soracli.world.render import render
from soracli.world.scene import Scene
from soracli.world.scenes import SECONDS, Corpus, Split, sample_scene

KEPT = 112  # pixels of a kept clip's height: a little more than the probe sees, so that crops differ
FPS = 16
SIZES = ((256, 256, 0.7), (448, 256, 0.3))  # width, height, share
WIDE = 160  # pixels of a wide crop


@dataclass(frozen=True)
class Recipe:
    """clips: to film. coded: of them, also seen through the autoencoder. minutes: of training after the filming.

    split: of the scenes that are filmed. The probe measures, so it may have met every triple (in other films): one
    that had not would take the place for a hint at the actor. noise: most of it in the latents, in standard
    deviations of a channel.
    """

    corpus: Corpus = field(default_factory=Corpus.core)
    clips: int = 2400
    coded: int = 80
    minutes: float = 8.0
    batch: int = 16
    lr: float = 2e-3
    noise: float = 0.5
    split: Split = "any"
    seed: int = 0


class Take(NamedTuple):
    """A kept clip. pixels: uint8 (8, 3, 112, W). spacing, wanted, leads: as in `Examples`, of one."""

    pixels: Tensor
    spacing: float
    wanted: Tensor
    leads: Tensor


def train_probe(
    assets: Path,
    folder: Path,
    out: Path,
    vae: Vae | None = None,
    recipe: Recipe | None = None,
    begin: Path | None = None,
) -> dict[str, float]:
    """Film, train, test and write the probe to `out`. Returns its accuracy per slot on held-out scenes.

    folder: for the films, the checkpoint, the log and decoded sprites. What is there already is used: films of every
    seed, and a checkpoint with minutes left. vae: adds what the autoencoder makes of a part of the clips.
    begin: a probe to start from; heads with other labels start fresh.
    """
    recipe = recipe or Recipe()
    corpus = recipe.corpus
    torch.manual_seed(recipe.seed)
    bank = load_actors(assets, [actor.name for actor in corpus.actors], folder / "sprites.npy")
    probe = Probe(labels_of(corpus))
    if begin is not None:
        known, own = Probe.load(begin).state_dict(), probe.state_dict()
        probe.load_state_dict(own | {k: v for k, v in known.items() if v.shape == own[k].shape})
    takes = filmed(folder, corpus, bank, probe, recipe, vae)
    fit(probe, takes, folder, recipe)
    probe.save(out)
    scores = accuracy(Probe.load(out), heldout(corpus, 300), bank)
    say(", ".join(f"{slot} {score:.1%}" for slot, score in scores.items()))
    return scores


def filmed(folder: Path, corpus: Corpus, bank: ActorBank, probe: Probe, recipe: Recipe, vae: Vae | None) -> list[Take]:
    """The takes of every seed in the folder; this seed's are filmed if they are not there."""
    path = folder / f"takes-{recipe.seed}.pt"
    if not path.exists():
        takes = film(corpus, bank, probe, recipe, vae)
        part = path.with_suffix(".part")
        torch.save({"labels": probe.labels, "takes": [tuple(take) for take in takes]}, part)
        os.replace(part, path)
    takes = []
    for path in sorted(folder.glob("takes-*.pt")):
        found = torch.load(path, weights_only=True)
        if found["labels"] == probe.labels:
            takes += [Take(*take) for take in found["takes"]]
    say(f"{len(takes)} clips")
    return takes


def film(corpus: Corpus, bank: ActorBank, probe: Probe, recipe: Recipe, vae: Vae | None) -> list[Take]:
    """Scenes as takes: windows of 1 to 4 seconds, square and wide."""
    rng = np.random.default_rng(recipe.seed)
    together = 8
    takes: list[Take] = []
    for number in range(0, recipe.clips, together):
        scenes = [sample_scene(rng, corpus, recipe.split) for _ in range(together)]
        width, height, _ = SIZES[int(rng.choice(len(SIZES), p=[share for *_, share in SIZES]))]
        seconds = float(rng.choice([1.0, 1.5, 2.0, 3.0, 4.0]))
        start = float(rng.uniform(0, SECONDS - seconds))
        coded = vae is not None and number < recipe.coded
        frames = round(seconds * FPS) if coded else LENGTH
        middles = 0.0 if coded else seconds / LENGTH / 2
        drawn = render(
            scenes, width=width, height=height, frames=frames, fps=frames / seconds, start=start + middles, bank=bank
        )
        boxes = drawn.boxes[:, picks(frames), 0]  # (B, 8, 4)
        leads = (boxes[..., :2] + boxes[..., 2:]) / 2 / torch.tensor([width, height])
        leads[drawn.visible[:, picks(frames), 0] < 0.2] = -1
        wanted = targets(scenes, probe.labels)
        for i, pixels in enumerate(drawn.pixels):
            versions = [pixels, recoded(vae, pixels, recipe.noise * float(rng.random()))] if coded and vae else [pixels]
            takes += [Take(kept(v), seconds / LENGTH, wanted[i], leads[i]) for v in versions]
        if number % 200 == 0:
            say(f"filmed {number + together} of {recipe.clips}")
    return takes


def kept(pixels: Tensor) -> Tensor:
    """uint8 (T, H, W, 3) -> uint8 (8, 3, 112, W)."""
    count, height, width, _ = pixels.shape
    chosen = pixels[picks(count)].permute(0, 3, 1, 2)
    small = F.interpolate(chosen.float(), (KEPT, round(KEPT * width / height)), mode="area")
    return small.round().to(torch.uint8)


@torch.inference_mode()
def recoded(vae: Vae, pixels: Tensor, noise: float) -> Tensor:
    """uint8 (T, H, W, 3) through the autoencoder's linear path, with noise of that level in the latents."""
    x = pixels.permute(3, 0, 1, 2)[None].float() / 127.5 - 1
    latents = vae.linear.encode(x)
    spread = latents.std((0, 2, 3, 4), keepdim=True)
    y = vae.linear.decode(latents + noise * spread * torch.randn_like(latents))
    return ((y[0].permute(1, 2, 3, 0) + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)


def fit(probe: Probe, takes: Sequence[Take], folder: Path, recipe: Recipe) -> None:
    """Train for the recipe's minutes, earlier sittings counted; the probe ends with the averaged weights."""
    optimiser = torch.optim.AdamW(probe.parameters(), lr=recipe.lr, weight_decay=0.05)
    run = Run(folder, probe, [optimiser], recipe.minutes, ema=0.99)
    run.resume()
    rng = np.random.default_rng((recipe.seed, run.step))
    generator = torch.Generator().manual_seed(recipe.seed + run.step)
    wide = [take for take in takes if take.pixels.shape[3] > KEPT]
    probe.train()
    while not run.done:
        panoramic = bool(wide) and rng.random() < 0.15
        chosen = wide if panoramic else takes
        batch = [chosen[int(i)] for i in rng.integers(len(chosen), size=recipe.batch)]
        examples = [cropped(take, WIDE if panoramic else SIDE, rng) for take in batch]
        batched = Examples(*(torch.stack(part) for part in zip(*examples, strict=True)))
        damaged = min(0.8, 2 * run.elapsed / run.minutes)  # first what things look like, then what may befall them
        loss = loss_of(probe, batched, generator, damaged)
        run.update(loss, clip=5.0)
        run.note(loss=float(loss.detach()))
        if run.step % 50 == 0:
            run.report()
    run.save()
    probe.load_state_dict(run.ema.shadow)
    probe.eval()


def cropped(take: Take, width: int, rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """A window of a take that holds its lead, 96 pixels high and `width` wide: one item of `Examples`."""
    high, wide = take.pixels.shape[2:]
    tall = int(high * rng.uniform(0.84, 1.0))
    across = min(wide, round(tall * width / SIDE))
    middle = float(take.leads[LENGTH // 2, 0].clamp(0, 1)) * wide
    top = int(rng.integers(0, high - tall + 1))
    left = int(np.clip(middle - across * rng.uniform(0.2, 0.8), 0, wide - across))
    window = take.pixels[:, :, top : top + tall, left : left + across].float() / 255
    leads = (take.leads * torch.tensor([wide, high]) - torch.tensor([left, top])) / torch.tensor([across, tall])
    clip = F.interpolate(window, (SIDE, width), mode="bilinear")
    return clip, torch.tensor(take.spacing), take.wanted, leads


def heldout(corpus: Corpus, count: int, seed: int = 1, split: Split = "heldout") -> list[Scene]:
    """The scenes on which a probe is tested."""
    rng = np.random.default_rng(seed)
    return [sample_scene(rng, corpus, split) for _ in range(count)]


def accuracy(
    probe: Probe, scenes: Sequence[Scene], bank: ActorBank, seconds: float = 2.0, size: tuple[int, int] = (256, 256)
) -> dict[str, float]:
    """Share of scenes whose slots the probe reads rightly from the renderer's own pixels; `all` = every slot."""
    right = []
    for scene in scenes:
        frames = round(seconds * FPS)
        film = render([scene], width=size[0], height=size[1], frames=frames, fps=FPS, bank=bank)
        said, wanted = probe.read(film.pixels[0].numpy(), FPS), truth(scene)
        right.append([said[slot] == wanted[slot] for slot in SLOTS])
    table = np.array(right)
    return {slot: float(table[:, i].mean()) for i, slot in enumerate(SLOTS)} | {"all": float(table.all(1).mean())}
