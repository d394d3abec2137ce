"""Scenes to train on, rendered in batches; several processes may render side by side."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from soracli.train.data import write_shard
from soracli.models.spark.vae import CHUNK, Vae
from soracli.world.assets import ActorBank, load_actors
from soracli.world.render import render
from soracli.world.scene import Rendered, Scene
from soracli.world.scenes import Corpus, sample_scene


@dataclass(frozen=True)
class Stage:
    """What is filmed. cameras: only these moves (empty = all). without: verbs left out.

    sizes: (width, height, weight) in pixels. chunks: of 8 frames per clip. batch: clips rendered together.
    """

    assets: Path
    actors: int = 24
    corpus: str = "core"
    cameras: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    sizes: tuple[tuple[int, int, float], ...] = ((256, 256, 0.7), (448, 256, 0.3))
    chunks: int = 8
    fps: int = 16
    batch: int = 16

    def world(self) -> Corpus:
        corpus = Corpus.core(self.actors) if self.corpus == "core" else Corpus.full()
        return replace(corpus, cameras=self.cameras or corpus.cameras, without=self.without)

    def cast(self, folder: Path | None = None) -> ActorBank:
        """The actors of the corpus; decoded sprites are kept in `folder` if given."""
        names = [actor.name for actor in self.world().actors]
        return load_actors(self.assets, names, folder / "sprites.npy" if folder else None)


def film(stage: Stage, bank: ActorBank, rng: np.random.Generator, count: int, chunks: int | None = None
         ) -> tuple[list[Scene], Rendered]:
    """One batch of train scenes at one of the stage's sizes."""
    scenes = [sample_scene(rng, stage.world(), "train") for _ in range(count)]
    weights = np.array([weight for *_, weight in stage.sizes])
    width, height, _ = stage.sizes[int(rng.choice(len(stage.sizes), p=weights / weights.sum()))]
    frames = CHUNK * (chunks or stage.chunks)
    start = 0.0 if chunks is None else float(rng.uniform(0, 4 - frames / stage.fps))
    return scenes, render(scenes, width=width, height=height, frames=frames, fps=stage.fps, bank=bank, start=start)


def pools(stage: Stage, bank: ActorBank, seed: int, count: int, extra: Sequence[Tensor] = ()) -> Iterator[list[Tensor]]:
    """Endless pools of `count` uint8 clips (T, H, W, 3) of three chunks, for the autoencoder."""
    rng = np.random.default_rng(seed)
    while True:
        clips: list[Tensor] = []
        while len(clips) < count:
            clips += list(film(stage, bank, rng, stage.batch, 3)[1].pixels)
        yield clips + list(extra)


def fill_cache(stage: Stage, vae: Vae, folder: Path, clips: int, seed: int, index: int) -> None:
    """Render and encode shards until `clips` are written. seed, index: of this process; shards never collide."""
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    bank = stage.cast(folder)
    rng = np.random.default_rng((seed, index, os.getpid()))
    vae.eval()
    number = 0
    while number * stage.batch < clips:
        scenes, rendered = film(stage, bank, rng, stage.batch)
        with torch.inference_mode():
            write_shard(folder, index * 10_000 + number, scenes, rendered, vae, stage.fps, rng)
        number += 1
