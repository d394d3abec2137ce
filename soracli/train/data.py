"""The latent cache: rendered scenes, encoded once, cut into training views many times.

A shard is a folder `shard-00042/` with
    latents.npy   float16 (n, t, h, w, C), the chunks of n clips
    stills.npy    float16 (n, 1, h, w, C), their first frames as stills
    clips.json    fps, and per clip its captions and the lead's centre (row, column) in cells for each chunk
Shards are written under a temporary name and renamed, so a trainer may read while a renderer still writes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from soracli.models.spark.dit import Layout
from soracli.models.spark.vae import CHUNK, PATCH, Vae
from soracli.world.captions import caption
from soracli.world.scene import Rendered, Scene


class View(NamedTuple):
    """A shape of training example: frames, rows and columns of cells. frames 0 = a still picture."""

    frames: int
    height: int
    width: int
    weight: float = 1.0


class Batch(NamedTuple):
    """x0 (B, C, t, h, w) float32, its layout, a caption each, and whether latent frame 0 is a still."""

    x0: Tensor
    layout: Layout
    captions: list[str]
    still: bool


def write_shard(
    folder: Path, index: int, scenes: Sequence[Scene], rendered: Rendered, vae: Vae, fps: int, rng: np.random.Generator,
    wordings: int = 4,
) -> None:
    """Encode a rendered batch and write it as one shard."""
    latents, stills = [], []
    for frames in rendered.pixels:  # (T, H, W, 3)
        pixels = (frames.permute(3, 0, 1, 2).float() / 127.5 - 1)[None]
        latents.append(vae.encode(pixels)[0].permute(1, 2, 3, 0).half().cpu().numpy())
        stills.append(vae.encode(pixels[:, :, :1])[0].permute(1, 2, 3, 0).half().cpu().numpy())
    boxes = rendered.boxes[:, ::CHUNK, 0]  # (B, t, 4) of the lead, at each chunk's start
    centres = torch.stack([boxes[..., 1] + boxes[..., 3], boxes[..., 0] + boxes[..., 2]], -1) / (2 * PATCH)
    part, final = folder / f".shard-{index:05d}", folder / f"shard-{index:05d}"
    part.mkdir(parents=True, exist_ok=True)
    np.save(part / "latents.npy", np.stack(latents))
    np.save(part / "stills.npy", np.stack(stills))
    clips = [
        {
            "captions": [caption(scene, rng, drop=drop) for drop in np.linspace(0, 0.6, wordings)],
            "centres": centre.round(decimals=2).tolist(),
        }
        for scene, centre in zip(scenes, centres, strict=True)
    ]
    (part / "clips.json").write_text(json.dumps({"fps": fps, "clips": clips}))
    os.replace(part, final)


@dataclass
class Shard:
    latents: np.ndarray
    stills: np.ndarray
    fps: float
    captions: list[list[str]]
    centres: np.ndarray  # (n, t, 2)


class Cache:
    """Every shard below some folders, mapped, not loaded. `refresh` finds what was added since."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = folders
        self.shards: dict[Path, Shard] = {}
        self.refresh()

    def refresh(self) -> int:
        """Returns the number of clips at hand."""
        for path in sorted(path for folder in self.folders for path in folder.glob("shard-*")):
            if path in self.shards:
                continue
            info = json.loads((path / "clips.json").read_text())
            self.shards[path] = Shard(
                np.load(path / "latents.npy", mmap_mode="r"),
                np.load(path / "stills.npy", mmap_mode="r"),
                float(info["fps"]),
                [clip["captions"] for clip in info["clips"]],
                np.array([clip["centres"] for clip in info["clips"]], np.float32),
            )
        return sum(len(shard.captions) for shard in self.shards.values())

    def batch(self, view: View, count: int, rng: np.random.Generator, unprompted: float = 0.1,
              with_still: float = 0.2) -> Batch:
        """`count` random views of one shape, each around its lead, all of one frame rate."""
        fitting = [s for s in self.shards.values() if s.latents.shape[2] >= view.height and
                   s.latents.shape[3] >= view.width and s.latents.shape[1] >= view.frames]
        if not fitting:
            raise ValueError(f"no shard holds a view of {view[:3]} cells")
        shares = np.array([len(s.captions) for s in fitting], np.float64)
        fps = fitting[int(rng.choice(len(fitting), p=shares / shares.sum()))].fps
        fitting = [s for s in fitting if s.fps == fps]
        shares = np.array([len(s.captions) for s in fitting], np.float64)
        still = view.frames > 1 and bool(rng.random() < with_still)
        parts, captions = [], []
        for which in rng.choice(len(fitting), size=count, p=shares / shares.sum()):
            shard = fitting[int(which)]
            item = int(rng.integers(len(shard.captions)))
            parts.append(_cut(shard, item, view, still, rng))
            words = shard.captions[item]
            captions.append("" if rng.random() < unprompted else words[int(rng.integers(len(words)))])
        x0 = torch.from_numpy(np.stack(parts).astype(np.float32)).permute(0, 4, 1, 2, 3)  # (B, C, t, h, w)
        return Batch(x0, _layout(view, still, fps), captions, still)


def _layout(view: View, still: bool, fps: float) -> Layout:
    if view.frames == 0:
        return Layout.still(view.height, view.width)
    chunks = Layout.chunks(view.frames, view.height, view.width, fps, CHUNK)
    if not still:
        return chunks
    return Layout((0.0, *chunks.times), (0.0, *chunks.spans), view.height, view.width)


def _cut(shard: Shard, item: int, view: View, still: bool, rng: np.random.Generator) -> np.ndarray:
    """A (t, h, w, C) window of one clip that holds the lead in its middle chunk."""
    steps, rows, columns = shard.latents.shape[1:4]
    start = 0 if still or view.frames == 0 else int(rng.integers(0, steps - view.frames + 1))
    row, column = shard.centres[item, min(start + view.frames // 2, steps - 1)]
    top = _window(row, view.height, rows, rng)
    left = _window(column, view.width, columns, rng)
    place = (slice(top, top + view.height), slice(left, left + view.width))
    if view.frames == 0:
        return shard.stills[(item, slice(0, 1), *place)]
    chunks = shard.latents[(item, slice(start, start + view.frames), *place)]
    return np.concatenate([shard.stills[(item, slice(0, 1), *place)], chunks]) if still else chunks


def _window(centre: float, size: int, total: int, rng: np.random.Generator) -> int:
    """Start of a window of `size` cells out of `total` whose inner half holds `centre`, if that is possible."""
    low = int(np.floor(centre - size * 0.75 + 0.5))
    high = int(np.ceil(centre - size * 0.25 - 0.5))
    start = int(rng.integers(min(low, high), max(low, high) + 1))
    return min(max(start, 0), total - size)


class TextStates:
    """Prompt -> text states, remembered, since captions repeat. Same encoder and precision as users get."""

    def __init__(self, encoder: Callable[[list[str]], object], limit: int = 200_000) -> None:
        self.encoder = encoder
        self.limit = limit
        self.known: dict[str, Tensor] = {}

    def __call__(self, captions: Sequence[str]) -> tuple[Tensor, Tensor]:
        """(B, L, S) float32 states padded with zeros, and (B, L) mask, True = real."""
        missing = sorted({caption for caption in captions if caption not in self.known})
        if len(self.known) + len(missing) > self.limit:
            self.known.clear()
            missing = sorted(set(captions))
        if missing:
            states, mask = self.encoder(missing)[:2]  # type: ignore[index]
            for text, state, real in zip(missing, states, mask, strict=True):
                self.known[text] = state[real].half()
        rows = [self.known[text].float() for text in captions]
        mask = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.bool)
        out = torch.zeros(*mask.shape, rows[0].shape[-1])
        for i, row in enumerate(rows):
            out[i, : len(row)], mask[i, : len(row)] = row, True
        return out, mask
