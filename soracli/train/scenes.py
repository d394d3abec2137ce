"""Scenes to train on, rendered in batches; several processes may render side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from soracli.models.spark.vae import CHUNK, Vae
from soracli.train.data import shard_path, write_shard
from soracli.world.assets import ActorBank, load_actors
from soracli.world.language.captions import caption
from soracli.world.maps import load_maps, with_maps
from soracli.world.panorama import sample_panorama
from soracli.world.render import render
from soracli.world.scene import Rendered, Scene
from soracli.world.scenes import Corpus, sample_scene
from soracli.world.solids import sample_solid
from soracli.world.studio import EATERS, FACES, FOODS, TOOLS, sample_studio


@dataclass(frozen=True)
class Stage:
    """What is filmed. others: share of panorama, solid and studio scenes together. leads, cameras, directions:
    only these (empty = all). styles: these, equally often (empty = as in the corpus). without: verbs left out.
    spread: see `Corpus`.

    sizes: (width, height, weight) in pixels. chunks: of 8 frames per clip. batch: clips rendered together.
    """

    assets: Path
    actors: int = 24
    corpus: str = "core"
    others: float = 0.0
    leads: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    spread: float = 1.0
    directions: tuple[str, ...] = ()
    sizes: tuple[tuple[int, int, float], ...] = ((256, 256, 0.7), (448, 256, 0.3))
    chunks: int = 8
    fps: int = 16
    batch: int = 16

    def world(self) -> Corpus:
        corpus = Corpus.core(self.actors) if self.corpus == "core" else Corpus.full()
        if self.leads:
            corpus = replace(corpus, actors=tuple(actor for actor in corpus.actors if actor.name in self.leads))
        return replace(
            corpus,
            cameras=self.cameras or corpus.cameras,
            directions=self.directions or corpus.directions,
            without=self.without,
            styles=self.styles or corpus.styles,
            plain=(corpus.plain[0], 1 / len(self.styles)) if self.styles else corpus.plain,
            spread=self.spread,
        )

    def scene(self, rng: np.random.Generator) -> Scene:
        """A scene of the train split: of the corpus, or of another domain."""
        if rng.random() >= self.others:
            return sample_scene(rng, self.world(), "train")
        draws = (sample_panorama, sample_panorama, sample_solid, sample_studio)  # as 20 : 12 : 8 in the design, about
        return draws[int(rng.integers(len(draws)))](rng, "train")

    def cast(self, folder: Path | None = None) -> ActorBank:
        """The actors of the corpus, with maps if other domains need them; decoded sprites are kept in `folder`."""
        names = [actor.name for actor in (Corpus.full() if self.others else self.world()).actors]
        if self.others:
            names = list(dict.fromkeys([*names, *FACES, *FOODS, *EATERS, *TOOLS]))
        bank = load_actors(self.assets, names, folder / "sprites.npy" if folder else None)
        return with_maps(bank, load_maps(self.assets)) if self.others else bank


def film(
    stage: Stage, bank: ActorBank, rng: np.random.Generator, count: int, chunks: int | None = None, device: str = "cpu"
) -> tuple[list[Scene], Rendered]:
    """One batch of train scenes at one of the stage's sizes."""
    scenes = [stage.scene(rng) for _ in range(count)]
    weights = np.array([weight for *_, weight in stage.sizes])
    width, height, _ = stage.sizes[int(rng.choice(len(stage.sizes), p=weights / weights.sum()))]
    frames = CHUNK * (chunks or stage.chunks)
    start = 0.0 if chunks is None else float(rng.uniform(0, 4 - frames / stage.fps))
    return scenes, render(
        scenes, width=width, height=height, frames=frames, fps=stage.fps, bank=bank, start=start, device=device
    )


class Shot(NamedTuple):
    """A rendered clip, uint8 (T, H, W, 3), and a caption of it."""

    frames: Tensor
    caption: str


def pools(stage: Stage, bank: ActorBank, seed: int, count: int, chunks: int = 3) -> Iterator[list[Shot]]:
    """Endless pools of `count` short shots, for what learns from pixels."""
    rng = np.random.default_rng(seed)
    while True:
        shots: list[Shot] = []
        while len(shots) < count:
            scenes, rendered = film(stage, bank, rng, stage.batch, chunks)
            shots += [Shot(clip, caption(scene, rng)) for clip, scene in zip(rendered.pixels, scenes, strict=True)]
        yield shots


def fill_cache(stage: Stage, vae: Vae, folder: Path, clips: int, seed: int, index: int, device: str = "cpu") -> None:
    """Render and encode shards until this process (seed, index) has `clips` clips there; what exists is kept."""
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    bank = stage.cast(folder)
    vae.eval()
    for number in range(-(-clips // stage.batch)):
        shard = index * 10_000 + number
        if shard_path(folder, shard).exists():
            continue
        rng = np.random.default_rng((seed, shard))
        scenes, rendered = film(stage, bank, rng, stage.batch, device=device)
        with torch.inference_mode():
            write_shard(folder, shard, scenes, rendered, vae, stage.fps, rng)
