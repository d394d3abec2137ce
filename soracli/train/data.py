"""The latent cache: rendered scenes, encoded once, cut into training views many times.

A shard is a folder `shard-00042/` with
    latents.npy   float16 (n, t, h, w, C), the chunks of n clips
    stills.npy    float16 (n, t, h, w, C), the first frame of every chunk as a still
    clips.json    fps, and per clip its lead, captions and the lead's centre (row, column) in cells for each chunk
Shards are written under a temporary name and renamed, so a trainer may read while a renderer still writes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from soracli.models.spark.dit import Layout
from soracli.models.spark.vae import CHUNK, PATCH, Vae
from soracli.world.language.captions import caption
from soracli.world.language.prompts import complete
from soracli.world.scene import Rendered, Scene


class View(NamedTuple):
    """A shape of training example: frames, rows and columns of cells. frames 0 = a still picture.

    apart: the frames are any of the whole clip, each at its own time: more clips a step for the same tokens.
    """

    frames: int
    height: int
    width: int
    weight: float = 1.0
    apart: bool = False


class Batch(NamedTuple):
    """x0 (B, C, t, h, w) float32, its layout, a caption each, and how many of its first latent frames are stills.

    Such stills are key frames of the clip that follows them. (A batch of pictures alone counts none.)
    """

    x0: Tensor
    layout: Layout
    captions: list[str]
    stills: int


def shard_path(folder: Path, index: int) -> Path:
    """Folder of a shard, by its number."""
    return folder / f"shard-{index:05d}"


def write_shard(
    folder: Path,
    index: int,
    scenes: Sequence[Scene],
    rendered: Rendered,
    vae: Vae,
    fps: int,
    rng: np.random.Generator,
) -> None:
    """Encode a rendered batch and write it as one shard."""
    latents, stills = [], []
    for frames in rendered.pixels:  # (T, H, W, 3)
        pixels = (frames.to(vae.linear.mean.device).permute(3, 0, 1, 2).float() / 127.5 - 1)[None]
        latents.append(vae.encode(pixels)[0].permute(1, 2, 3, 0).half().cpu().numpy())
        firsts = pixels[0, :, ::CHUNK].transpose(0, 1)[:, :, None]  # (t, 3, 1, H, W)
        stills.append(vae.encode(firsts)[:, :, 0].permute(0, 2, 3, 1).half().cpu().numpy())
    boxes = rendered.boxes[:, ::CHUNK, 0]  # (B, t, 4) of the lead, at each chunk's start
    centres = torch.stack([boxes[..., 1] + boxes[..., 3], boxes[..., 0] + boxes[..., 2]], -1) / (2 * PATCH)
    final = shard_path(folder, index)
    part = final.with_name("." + final.name)
    part.mkdir(parents=True, exist_ok=True)
    np.save(part / "latents.npy", np.stack(latents))
    np.save(part / "stills.npy", np.stack(stills))
    clips = [
        {
            "lead": scene.performers[0].name,
            "captions": wordings(scene, rng),
            "centres": centre.round(decimals=2).tolist(),
        }
        for scene, centre in zip(scenes, centres, strict=True)
    ]
    (part / "clips.json").write_text(json.dumps({"fps": fps, "clips": clips}))
    os.replace(part, final)


def wordings(scene: Scene, rng: np.random.Generator) -> list[str]:
    """Captions that leave out more and more, and as many that say everything the network is to learn."""
    whole = [complete(scene, rng) for _ in range(4)] if scene.domain == "scenery" else []
    return [caption(scene, rng, drop=drop) for drop in np.linspace(0, 0.6, 4)] + whole


@dataclass
class Grid:
    """All clips of one latent size and rate, in memory on one device.

    latents, stills: float16 (n, t, h, w, C). centres: float32 (n, t, 2) row, column in cells.
    """

    latents: Tensor
    stills: Tensor
    centres: np.ndarray
    captions: list[list[str]]
    fps: float


class Cache:
    """Every shard below some folders, read into memory. `refresh` reads what was added since.

    leads: only clips led by these actors (empty = all).
    """

    def __init__(self, folders: Sequence[Path], device: str = "cpu", leads: Sequence[str] = ()) -> None:
        self.folders = folders
        self.leads = leads
        self.device = device
        self.grids: dict[tuple[float, ...], Grid] = {}
        self._read: set[Path] = set()
        self.refresh()

    def refresh(self) -> int:
        """Returns the number of clips at hand."""
        fresh: dict[tuple[float, ...], list[Grid]] = {}
        for path in sorted(path for folder in self.folders for path in folder.glob("shard-*")):
            if path in self._read:
                continue
            self._read.add(path)
            info = json.loads((path / "clips.json").read_text())
            kept = [i for i, clip in enumerate(info["clips"]) if not self.leads or clip["lead"] in self.leads]
            clips = [info["clips"][i] for i in kept]
            if not clips:
                continue
            grid = Grid(
                _mapped(path / "latents.npy", kept).to(self.device),
                _mapped(path / "stills.npy", kept).to(self.device),
                np.array([clip["centres"] for clip in clips], np.float32),
                [clip["captions"] for clip in clips],
                float(info["fps"]),
            )
            fresh.setdefault((*grid.latents.shape[1:], grid.fps), []).append(grid)
        for key, grids in fresh.items():
            self.grids[key] = _joined([self.grids[key], *grids] if key in self.grids else grids)
        return sum(len(grid.captions) for grid in self.grids.values())

    def holds(self, view: View) -> bool:
        """Whether any clip is large enough for a view."""
        return any(_holds(grid, view) for grid in self.grids.values())

    def batch(
        self,
        view: View,
        count: int,
        rng: np.random.Generator,
        unprompted: float = 0.1,
        with_still: float = 0.2,
    ) -> Batch:
        """`count` random views of one shape around their leads, all from one grid."""
        fitting = [g for g in self.grids.values() if _holds(g, view)]
        if not fitting:
            raise ValueError(f"no shard holds a view of {view[:3]} cells")
        whole = [g for g in fitting if g.latents.shape[2:4] == (view.height, view.width)]
        fitting = whole or fitting  # a frame before a window of a larger one: composition is learnt from frames
        shares = np.array([len(g.captions) for g in fitting], np.float64)
        grid = fitting[int(rng.choice(len(fitting), p=shares / shares.sum()))]
        keys = _keys(view.frames, rng) if view.frames > 1 and rng.random() < with_still else ()
        items = rng.integers(len(grid.captions), size=count)
        if view.apart:
            return self._apart(grid, items, view, rng, unprompted)
        x0 = _cut(grid, items, view, keys, rng).float().permute(0, 4, 1, 2, 3)  # (B, C, t, h, w)
        return Batch(x0.contiguous(), _layout(view, keys, grid.fps), _said(grid, items, unprompted, rng), len(keys))

    def _apart(self, grid: Grid, items: np.ndarray, view: View, rng: np.random.Generator, unprompted: float) -> Batch:
        """Latent frames of whole clips, the same for all items, at their own times."""
        steps = grid.latents.shape[1]
        moments = np.sort(rng.choice(steps, view.frames, replace=False))
        whole = _cut(grid, items, View(steps, view.height, view.width), (), rng)  # (B, t, h, w, C)
        x0 = whole[:, torch.as_tensor(moments, device=whole.device)].float().permute(0, 4, 1, 2, 3)
        times = Layout.chunks(steps, view.height, view.width, grid.fps, CHUNK)
        layout = replace(
            times, times=tuple(times.times[i] for i in moments), spans=tuple(times.spans[i] for i in moments)
        )
        return Batch(x0.contiguous(), layout, _said(grid, items, unprompted, rng), 0)


def _mapped(path: Path, kept: Sequence[int]) -> Tensor:
    """Some clips of a shard, mapped from disk where it is all of them: joining copies, and memory holds one copy."""
    clips = np.load(path, mmap_mode="c")
    return torch.from_numpy(clips if len(kept) == len(clips) else clips[kept])


def _said(grid: Grid, items: np.ndarray, unprompted: float, rng: np.random.Generator) -> list[str]:
    """One of each clip's captions, or nothing."""
    words = [grid.captions[int(item)] for item in items]
    return ["" if rng.random() < unprompted else w[int(rng.integers(len(w)))] for w in words]


def _joined(grids: Sequence[Grid]) -> Grid:
    return Grid(
        torch.cat([grid.latents for grid in grids]),
        torch.cat([grid.stills for grid in grids]),
        np.concatenate([grid.centres for grid in grids]),
        [captions for grid in grids for captions in grid.captions],
        grids[0].fps,
    )


def _holds(grid: Grid, view: View) -> bool:
    _, frames, height, width, _ = grid.latents.shape
    return frames >= view.frames and height >= view.height and width >= view.width


def _keys(frames: int, rng: np.random.Generator) -> tuple[int, ...]:
    """Which chunks of a window have their first frame given as a still: mostly its start, often its last one too."""
    draw = rng.random()
    if draw < 0.55:
        return (0,)
    return (0, frames - 1) if draw < 0.8 else (int(rng.integers(frames)),)


def _layout(view: View, keys: Sequence[int], fps: float) -> Layout:
    if view.frames == 0:
        return Layout.still(view.height, view.width)
    return Layout.chunks(view.frames, view.height, view.width, fps, CHUNK).with_stills([k * CHUNK / fps for k in keys])


def _cut(grid: Grid, items: np.ndarray, view: View, keys: Sequence[int], rng: np.random.Generator) -> Tensor:
    """(B, t, h, w, C) windows, one per item, that hold the lead in their middle chunk; stills of `keys` come first."""
    steps, rows, columns = grid.latents.shape[1:4]
    starts = rng.integers(0, steps - max(1, view.frames) + 1, size=len(items))
    centres = grid.centres[items, np.minimum(starts + view.frames // 2, steps - 1)]  # (B, 2)
    tops = _windows(centres[:, 0], view.height, rows, rng)
    lefts = _windows(centres[:, 1], view.width, columns, rng)
    device = grid.latents.device

    def along(begin: np.ndarray, count: int, axis: int) -> Tensor:
        index = torch.as_tensor(begin, device=device)[:, None] + torch.arange(count, device=device)
        return index.reshape(len(items), *(count if i == axis else 1 for i in range(3)))

    which = torch.as_tensor(items, device=device).reshape(-1, 1, 1, 1)
    place = (along(tops, view.height, 1), along(lefts, view.width, 2))
    if view.frames == 0:
        return grid.stills[(which, along(starts, 1, 0), *place)]  # (B, 1, h, w, C)
    stills = [grid.stills[(which, along(starts + key, 1, 0), *place)] for key in keys]
    return torch.cat([*stills, grid.latents[(which, along(starts, view.frames, 0), *place)]], 1)  # (B, k + t, h, w, C)


def _windows(centres: np.ndarray, size: int, total: int, rng: np.random.Generator) -> np.ndarray:
    """Starts (B,) of windows of `size` cells out of `total` whose inner half holds `centres`, if that is possible."""
    low = np.floor(centres - size * 0.75 + 0.5).astype(np.int64)
    high = np.ceil(centres - size * 0.25 - 0.5).astype(np.int64)
    starts = rng.integers(np.minimum(low, high), np.maximum(low, high) + 1)
    return np.clip(starts, 0, total - size)


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
                self.known[text] = state[real].half().cpu()
        rows = [self.known[text].float() for text in captions]
        mask = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.bool)
        out = torch.zeros(*mask.shape, rows[0].shape[-1])
        for i, row in enumerate(rows):
            out[i, : len(row)], mask[i, : len(row)] = row, True
        return out, mask
