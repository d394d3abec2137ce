"""Batches of examples from shards of drafts (see `draft_shards`), with their sketches."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor

from soracli.models.spark import steering
from soracli.models.spark.dit import COVER, SKETCH, Control, Layout
from soracli.models.spark.vae import CHUNK, PATCH, Vae

LOOSE = 4e-3  # variance of a sketch that latents cannot show, as a share of what they do


class Batch(NamedTuple):
    """Examples. plate, full: (B, C, t, h, w). control: everything known. said: with, without a draft."""

    plate: Tensor
    full: Tensor
    control: Control
    said: list[tuple[str, str]]
    layout: Layout

    def to(self, device: str) -> Batch:
        """The same, on a device."""
        control = Control(*(part.to(device) for part in self.control))
        return self._replace(plate=self.plate.to(device), full=self.full.to(device), control=control)


@dataclass
class Examples:
    """Every shard of some folders, in memory; `refresh` reads what was added since."""

    folders: Sequence[Path]

    def __post_init__(self) -> None:
        self._read: set[Path] = set()
        self.shards: dict[tuple[float, ...], list[dict[str, Tensor]]] = {}
        self.said: dict[int, list[tuple[list[str], list[str]]]] = {}
        self.stills: dict[tuple[int, ...], list[tuple[Tensor, list[list[str]]]]] = {}
        self.refresh()

    def refresh(self) -> int:
        """Returns the number of clips at hand."""
        for path in sorted(path for folder in self.folders for path in folder.glob("plates-*.safetensors")):
            if path not in self._read:
                self._read.add(path)
                with safe_open(path, "pt") as file:
                    plates, said = file.get_tensor("plate"), json.loads(file.metadata()["said"])
                self.stills.setdefault(tuple(plates.shape[2:4]), []).append((plates, said))
        for path in sorted(path for folder in self.folders for path in folder.glob("drafts-*.safetensors")):
            if path in self._read:
                continue
            self._read.add(path)
            with safe_open(path, "pt") as file:
                shard = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
                about = file.metadata()
            self.said[id(shard)] = json.loads(about["said"])
            self.shards.setdefault((*shard["plate"].shape[1:4], float(about["fps"])), []).append(shard)
        return sum(len(shard["plate"]) for shards in self.shards.values() for shard in shards)

    def variance(self) -> Tensor:
        """Of each latent channel, (C,), over whole clips and stills: the spectrum of the Wiener filter."""
        clips = [shard["full"] for shards in self.shards.values() for shard in shards[:20]]
        stills = [plates for shards in self.stills.values() for plates, _ in shards[:20]]
        return torch.cat([part.flatten(0, 3) for part in (*clips, *stills)]).float().var(0)

    def batch(self, count: int, frames: int, rng: np.random.Generator, tokens: int = 0) -> Batch:
        """`count` windows of so many latent frames, all of one size and rate. tokens: at most so many, if given."""
        keys = list(self.shards)
        sizes = np.array([len(self.shards[key]) for key in keys], float)
        key = keys[int(rng.choice(len(keys), p=sizes / sizes.sum()))]
        _, height, width, fps = key
        if tokens:
            count = max(1, round(tokens / (frames * height * width)))
        parts = [self._one(self.shards[key], frames, rng) for _ in range(count)]
        plate, full, draft, cover, camera = (torch.stack(part) for part in list(zip(*parts, strict=True))[:5])
        control = Control(
            draft, cover, torch.ones(count), camera, torch.ones(count),
            torch.zeros(count, draft.shape[1], SKETCH), torch.zeros(count),
        )  # fmt: skip
        layout = Layout.chunks(frames, int(height), int(width), fps, CHUNK)
        said = [part[5] for part in parts]
        return Batch(first_of(plate), first_of(full), control, said, layout)

    def still(self, rng: np.random.Generator, tokens: int) -> Batch:
        """Stills of empty places, all of one size."""
        keys = list(self.stills)
        shares = np.array([len(self.stills[key]) for key in keys], float)
        key = keys[int(rng.choice(len(keys), p=shares / shares.sum()))]
        plates, said = [], []
        for _ in range(max(1, tokens // math.prod(key))):
            shard, words = self.stills[key][int(rng.integers(len(self.stills[key])))]
            item = int(rng.integers(len(shard)))
            plates.append(shard[item].float())
            said.append((one_of(words[item], rng),) * 2)
        plate = first_of(torch.stack(plates))
        count, channels = plate.shape[:2]
        blank = torch.zeros(count, math.prod(key), 1)
        control = Control(
            blank.expand(-1, -1, channels), blank.expand(-1, -1, COVER), torch.ones(count),
            torch.zeros(count, 1, 2, 4), torch.ones(count),
            torch.zeros(count, math.prod(key), SKETCH), torch.zeros(count),
        )  # fmt: skip
        return Batch(plate, plate, control, said, Layout.still(*key))

    def _one(
        self, shards: Sequence[dict[str, Tensor]], frames: int, rng: np.random.Generator
    ) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, tuple[str, str]]:
        shard = shards[int(rng.integers(len(shards)))]
        item = int(rng.integers(len(shard["plate"])))
        _, time, height, width, channels = shard["plate"].shape
        start = int(rng.integers(0, time - frames + 1))
        cells = height * width
        low = (item * time + start) * cells
        chosen = (shard["where"] >= low) & (shard["where"] < low + frames * cells)
        at = shard["where"][chosen] - low
        draft, cover = torch.zeros(frames * cells, channels), torch.zeros(frames * cells, COVER)
        draft[at], cover[at] = shard["draft"][chosen].float(), shard["cover"][chosen].float()
        camera = shard["camera"][item, start : start + frames].float()
        camera = torch.cat([camera[..., :1] - camera[:1, :1, :1], camera[..., 1:]], -1)
        around, whole = self.said[id(shard)][item]
        said = one_of(around, rng), one_of(whole, rng)
        part = slice(start, start + frames)
        plate, full = shard["plate"][item, part].float(), shard["full"][item, part].float()
        return plate, full, draft, cover, camera, said


def one_of(words: Sequence[str], rng: np.random.Generator) -> str:
    """A word, drawn evenly."""
    return words[int(rng.integers(len(words)))]


@torch.no_grad()
def affine(function: Callable[[Tensor], Tensor], channels: int) -> tuple[Tensor, Tensor]:
    """The matrix (C, D) and the offset (D,) of an affine map of single latents (B, C, 1, 1, 1), flat: from what it
    makes of zero and of each unit vector.
    """
    basis = torch.cat([torch.zeros(1, channels), torch.eye(channels)])[:, :, None, None, None]
    parts = function(basis).flatten(1)  # (1 + C, D)
    return parts[1:] - parts[0], parts[0]


class Sketches(NamedTuple):
    """An affine map of latents to the sketch that their frames come down to. matrix (C, SHOWN), offset (SHOWN,)."""

    matrix: Tensor
    offset: Tensor

    @classmethod
    def of(cls, vae: Vae) -> Sketches:
        return cls(*affine(lambda latents: steering.thumbnail(vae.linear.decode(latents)), vae.config.channels))

    def __call__(self, latents: Tensor) -> Tensor:
        """(B, C, t, h, w) -> (B, 3, 2 t, 8 h, 8 w) in [-1, 1]."""
        count, _, t, h, w = latents.shape
        side = PATCH // steering.SIDE
        matrix, offset = self.matrix.to(latents.device), self.offset.to(latents.device)
        parts = (torch.einsum("bcthw,cd->bthwd", latents, matrix) + offset).view(count, t, h, w, 3, 2, side, side)
        return parts.permute(0, 4, 1, 5, 2, 6, 3, 7).reshape(count, 3, 2 * t, side * h, side * w)


class Maps(NamedTuple):
    """What training works out of latents without decoding them."""

    stills: Stills
    sketches: Sketches

    @classmethod
    def of(cls, vae: Vae) -> Maps:
        return cls(Stills.of(vae), Sketches.of(vae))


class Stills(NamedTuple):
    """An affine map of latents: of a chunk, to those of its first frame as a still. matrix (C, C), offset (C,)."""

    matrix: Tensor
    offset: Tensor

    @classmethod
    def of(cls, vae: Vae) -> Stills:
        def held(latents: Tensor) -> Tensor:
            first = vae.linear.decode(latents)[:, :, :1]  # (B, 3, 1, PATCH, PATCH)
            return vae.encode(first.expand(-1, -1, CHUNK, -1, -1))[:, :, 0, 0, 0]

        return cls(*affine(held, vae.config.channels))

    def __call__(self, batch: Batch) -> Batch:
        """A batch of single latent frames as stills."""
        control = batch.control
        half = control.cover[..., : COVER // 2]
        black = control.draft @ self.matrix  # a difference: it has no offset
        control = control._replace(
            draft=black, cover=torch.cat([half, half], -1), camera=control.camera[:, :, :1].expand(-1, -1, 2, -1)
        )
        plate, full = (
            (torch.einsum("bcthw,cd->bdthw", x, self.matrix) + self.offset[:, None, None, None])
            for x in (batch.plate, batch.full)
        )
        layout = replace(batch.layout, times=(0.0,), spans=(0.0,))
        return batch._replace(plate=plate, full=full, control=control, layout=layout)


def first_of(latents: Tensor) -> Tensor:
    """(B, t, h, w, C) -> (B, C, t, h, w)."""
    return latents.permute(0, 4, 1, 2, 3).contiguous()
