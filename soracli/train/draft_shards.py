"""Shards of clips that are told apart into a draft and the plate behind it: of the world, and of photographs.

A shard is a safetensors file of n clips of one size and rate, in float16:
    plate, full  (n, t, h, w, C) latents
    draft        (m, C) latents over black less those of black, of the cells that are covered
    cover        (m, COVER) of the same cells: see `models.spark.dit.Control`
    camera       (n, t, 2, 4), where int64 (m,): flat index of each covered cell into n * t * h * w
and, as metadata: fps, and per clip what it is called with and without its performers.

What lies behind a shot is painted as stills (`soracli.draft.Plates`), so most of what is to be learnt are stills of
empty places: `plates-` shards hold those alone, `plate` (n, 1, h, w, C) and their captions.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor

from soracli.models.spark import steering
from soracli.models.spark.vae import CHUNK, Vae
from soracli.scenes.animatic import animatic
from soracli.train.draft_examples import one_of
from soracli.train.scenes import Shot
from soracli.world import ensemble
from soracli.world.assets import ActorBank
from soracli.world.domain import Frame
from soracli.world.language.captions import caption
from soracli.world.language.prompts import complete
from soracli.world.scene import Scene
from soracli.world.scenery import plate as plate_of
from soracli.world.scenery import without_performers
from soracli.world.scenes import Corpus, sample_scene
from soracli.world.setting import setting
from soracli.world.weather import fall

RATES = (16, 16, 16, 16, 8, 12, 24, 24, 25, 30, 30, 48, 60)  # frames per second; what is listed twice is drawn twice
SIZES = ((256, 256), (256, 256), (256, 256), (448, 256), (448, 256), (256, 448))  # width, height in pixels
FRAMES = 64
BATCH = 8  # clips of a shard
PHOTOGRAPHS = 0.2  # share of shards
OF_PHOTOGRAPHS = ("", "a photograph", "real footage")  # what they may be called
EMPTY = 0.15  # of scenes


class Pieces(NamedTuple):
    """Clips told apart. plate, full: uint8 (T, H, W, 3). draft: uint8 (T, H, W, 3) over black. alpha: uint8 (T, H, W).

    camera: (t, 2, 4) as in `Control`, but with the travel of the world. said: with, without a draft.
    """

    plate: Tensor
    full: Tensor
    draft: Tensor
    alpha: Tensor
    camera: Tensor
    said: tuple[list[str], list[str]]


def corpus(without: Sequence[str] = ()) -> Corpus:
    """Everything in the plain style, which is laid over a finished clip. without: actors that are set aside."""
    full = Corpus.full()
    return replace(
        full,
        actors=tuple(actor for actor in full.actors if actor.name not in without),
        styles=("3d",),
        plain=(0.6, 1.0),
        share=(0.5, 0.3, 0.1, 0.06, 0.04),
        even=True,
    )


def of_scene(scene: Scene, film: Frame, bank: ActorBank, rng: np.random.Generator, *, empty: bool) -> Pieces:
    """A scene of the world. empty: without its performers."""
    camera = ensemble.camera(scene, film.times, film.aspect)
    seen = without_performers(scene) if empty else scene
    kept = replace(scene, camera="pan right") if empty and scene.camera == "tracking" else scene
    if empty:
        camera, seen = ensemble.camera(kept, film.times, film.aspect), replace(seen, camera=kept.camera)
    plate = plate_of(seen, replace(film, bare=True), bank)
    if empty:
        full, draft, alpha = plate.clone(), torch.zeros_like(plate), torch.zeros(plate.shape[:3], dtype=torch.uint8)
    else:
        full = plate_of(scene, film, bank)
        draft, alpha = animatic(scene, film.times, film.width, film.height, bank)
    travel = camera.x * film.aspect
    if scene.weather not in ("clear", "fog"):
        full = full.clone()
        fall(full, scene, film, travel[:, None].float())
    around = [setting(kept, rng) for _ in range(4)]
    said = around if empty else [complete(scene, rng) for _ in range(3)] + [caption(scene, rng, drop=0.4)]
    numbers = torch.stack([travel, camera.zoom.log(), camera.middle[:, 0] - 0.5, camera.middle[:, 1] - 0.5], 1)
    return Pieces(plate, full, draft, alpha, ended(numbers), (around, said))


def ended(numbers: Tensor) -> Tensor:
    """(T, 4) for every frame -> (t, 2, 4): at each latent frame's start and end."""
    after = torch.cat([numbers, 2 * numbers[-1:] - numbers[-2:-1]])
    return torch.stack([after[:-1:CHUNK], after[CHUNK::CHUNK]], 1).float()


def photographs(assets: Path) -> list[Tensor]:
    """Float (3, H, W) in 0..255: the photographs, and the middle bands of the panoramas."""
    out = []
    for path in sorted((assets / "photos").glob("*.webp")):
        with Image.open(path) as picture:
            out.append(torch.from_numpy(np.array(picture.convert("RGB"))).permute(2, 0, 1).float())
    for path in sorted((assets / "panoramas").glob("*.webp")):
        with Image.open(path) as picture:
            values = torch.from_numpy(np.array(picture.convert("RGB"))).permute(2, 0, 1).float()
        linear = 2 ** (values / 255 * 12 - 6)
        bright = (linear / linear.mean() * 0.35).clamp(0, 1) ** (1 / 2.2) * 255
        height = bright.shape[1]
        band = bright[:, height // 4 : 3 * height // 4]
        out.append(
            F.interpolate(band[None], scale_factor=max(1.0, 400 / band.shape[1]), mode="bicubic")[0].clamp(0, 255)
        )
    return out


def of_photograph(
    picture: Tensor, width: int, height: int, fps: float, bank: ActorBank, rng: np.random.Generator
) -> Pieces:
    """A camera that moves over a photograph, and a drawing moved over it by hand in two of three."""
    count, aspect = FRAMES, width / height
    share = torch.arange(count, dtype=torch.float64) / fps
    room = min(1.0, picture.shape[2] / picture.shape[1] / aspect)  # of the picture's height that the frame can take
    first, last = (room * rng.uniform(0.45, 0.95) for _ in range(2))
    last = first if rng.random() < 0.5 else last
    zoom = first + (last - first) * (share / 4).clamp(0, 1)
    limit_x = 1 - zoom * aspect * picture.shape[1] / picture.shape[2]
    still = rng.random() < 0.3
    begin, end = rng.uniform(0, 1, 2), rng.uniform(0, 1, 2)
    end = begin if still else end
    way = (share / 4).clamp(0, 1)
    shake = 0.012 * float(rng.random() < 0.3)
    x = (begin[0] + (end[0] - begin[0]) * way) * limit_x + shake * (share * 5.1).sin()
    y = (begin[1] + (end[1] - begin[1]) * way) * (1 - zoom) + shake * (share * 6.3).cos()
    plate = torch.stack([_cut(picture, float(x[t]), float(y[t]), float(zoom[t]), width, height) for t in range(count)])
    tall = zoom * picture.shape[1]
    travel = ((x - x[0]) * picture.shape[2] / tall, (y - y[0]) * picture.shape[1] / tall)
    numbers = torch.stack([travel[0], (zoom[0] / zoom).log(), 0 * x, travel[1]], 1)
    draft, alpha = torch.zeros_like(plate), torch.zeros(plate.shape[:3], dtype=torch.uint8)
    full = plate
    if rng.random() < 0.67:
        draft, alpha = _moved(bank, count, width, height, rng)
        full = (draft + plate.float() * (255 - alpha[..., None].float()) / 255).round().clamp(0, 255).to(torch.uint8)
    return Pieces(plate, full, draft, alpha, ended(numbers), (list(OF_PHOTOGRAPHS), list(OF_PHOTOGRAPHS)))


def _cut(picture: Tensor, x: float, y: float, zoom: float, width: int, height: int) -> Tensor:
    """A window of a photograph, uint8 (H, W, 3). x, y: its corner, zoom: its height, all shares of the picture."""
    rows, columns = picture.shape[1:]
    tall = zoom * rows
    wide = tall * width / height
    ys = (y * rows + (torch.arange(height) + 0.5) * tall / height) / rows * 2 - 1
    xs = (x * columns + (torch.arange(width) + 0.5) * wide / width) / columns * 2 - 1
    grid = torch.stack(torch.meshgrid(ys, xs, indexing="ij")[::-1], -1)[None].float()
    out = F.grid_sample(picture[None], grid, mode="bicubic", padding_mode="reflection", align_corners=False)
    return out[0].permute(1, 2, 0).round().clamp(0, 255).to(torch.uint8)


def _moved(bank: ActorBank, count: int, width: int, height: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """A drawing on a straight way over the frame: premultiplied (T, H, W, 3) and alpha (T, H, W), uint8."""
    side = int(height * rng.uniform(0.2, 0.6))
    strip = bank.frames[int(rng.integers(len(bank.names)))]  # (36, 128, 128, 4)
    art = F.interpolate(strip.permute(0, 3, 1, 2).float(), size=(side, side), mode="bilinear", antialias=True)
    out = torch.zeros(count, height + 2 * side, width + 2 * side, 4, dtype=torch.uint8)
    start, stop = rng.uniform(0, 1, 2), rng.uniform(0, 1, 2)
    for t in range(count):
        at = start + (stop - start) * t / count
        row, column = int(at[1] * height) + side // 2, int(at[0] * width) + side // 2
        out[t, row : row + side, column : column + side] = art[t % 36].permute(1, 2, 0).round().to(torch.uint8)
    inner = out[:, side : side + height, side : side + width]
    return inner[..., :3].contiguous(), inner[..., 3].contiguous()


def as_pixels(frames: Tensor) -> Tensor:
    """uint8 (T, H, W, 3) -> (1, 3, T, H, W) in [-1, 1]."""
    return (frames.permute(3, 0, 1, 2).float() / 127.5 - 1)[None]


def write_shard(path: Path, pieces: Sequence[Pieces], vae: Vae, fps: float) -> None:
    """Encode clips of one size and write them as one shard."""

    def encoded(frames: Tensor) -> Tensor:
        return vae.encode(as_pixels(frames))[0].permute(1, 2, 3, 0)  # (t, h, w, C)

    plates = torch.stack([encoded(piece.plate) for piece in pieces])
    fulls = torch.stack([encoded(piece.full) for piece in pieces])
    covers = torch.stack([steering.pooled(piece.alpha.float() / 255) for piece in pieces])
    where = covers.flatten(0, 3).amax(1).nonzero()[:, 0]
    drafts = [
        steering.encoded(as_pixels(piece.draft)[0], cover.flatten(0, 2), vae)
        for piece, cover in zip(pieces, covers, strict=True)
    ]
    tensors = {
        "plate": plates,
        "full": fulls,
        "draft": torch.cat(drafts)[where],
        "cover": covers.flatten(0, 3)[where],
        "camera": torch.stack([piece.camera for piece in pieces]),
    }
    about = {"fps": str(fps), "said": json.dumps([piece.said for piece in pieces])}
    part = path.with_suffix(".part")
    save_file({k: v.half().contiguous() for k, v in tensors.items()} | {"where": where}, part, metadata=about)
    os.replace(part, path)


def fill(folder: Path, assets: Path, bank: ActorBank, vae: Vae, shards: int, seed: int, aside: Sequence[str]) -> None:
    """Write shards of `BATCH` clips; what exists is kept. aside: actors that are not to be seen."""
    folder.mkdir(parents=True, exist_ok=True)
    world, pictures = corpus(aside), photographs(assets)
    for number in range(shards):
        path = folder / f"drafts-{seed:03d}-{number:05d}.safetensors"
        if path.exists():
            continue
        rng = np.random.default_rng((seed, number))
        width, height = SIZES[int(rng.integers(len(SIZES)))]
        fps = RATES[int(rng.integers(len(RATES)))]
        if rng.random() < PHOTOGRAPHS:
            picked = [pictures[int(rng.integers(len(pictures)))] for _ in range(BATCH)]
            pieces = [of_photograph(picture, width, height, fps, bank, rng) for picture in picked]
        else:
            start = float(rng.uniform(0, max(0.0, 5 - FRAMES / fps)))
            film = Frame(width, height, start + torch.arange(FRAMES, dtype=torch.float64) / fps)
            scenes = [sample_scene(rng, world, "any") for _ in range(BATCH)]
            pieces = [of_scene(scene, film, bank, rng, empty=bool(rng.random() < EMPTY)) for scene in scenes]
        with torch.inference_mode():
            write_shard(path, pieces, vae, fps)


def fill_stills(folder: Path, assets: Path, bank: ActorBank, vae: Vae, shards: int, seed: int, count: int) -> None:
    """Write shards of `count` stills of empty places and of photographs; what exists is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    world, pictures = corpus(), photographs(assets)
    for number in range(shards):
        path = folder / f"plates-{seed:03d}-{number:05d}.safetensors"
        if path.exists():
            continue
        rng = np.random.default_rng((seed, number, 1))
        width, height = SIZES[int(rng.integers(len(SIZES)))]
        frames, said = zip(*(_still(world, pictures, bank, width, height, rng) for _ in range(count)), strict=True)
        with torch.inference_mode():
            pixels = torch.cat([as_pixels(frame) for frame in frames])
            latents = torch.cat([vae.encode(part) for part in torch.split(pixels, 16)])  # (n, C, 1, h, w)
        part = path.with_suffix(".part")
        save_file({"plate": latents.permute(0, 2, 3, 4, 1).half().contiguous()}, part, {"said": json.dumps(said)})
        os.replace(part, path)


def _still(
    world: Corpus, pictures: Sequence[Tensor], bank: ActorBank, width: int, height: int, rng: np.random.Generator
) -> tuple[Tensor, list[str]]:
    """An empty place, or a part of a photograph: uint8 (1, H, W, 3), and what it may be called."""
    if rng.random() < PHOTOGRAPHS / 2:
        return _window_of(pictures[int(rng.integers(len(pictures)))], width, height, rng), list(OF_PHOTOGRAPHS)
    scene = replace(sample_scene(rng, world, "any"), camera="static")
    moment = torch.tensor([float(rng.uniform(0, 4))], dtype=torch.float64)
    shown = without_performers(scene)
    return plate_of(shown, Frame(width, height, moment, bare=True), bank), [setting(shown, rng) for _ in range(4)]


def shots(assets: Path, bank: ActorBank, seed: int, stills: int, clips: int, chunks: int = 3) -> Iterator[list[Shot]]:
    """Endless pools of stills of empty places and of short clips with performers, for what learns from pixels."""
    rng = np.random.default_rng((seed, 2))
    world, pictures = corpus(), photographs(assets)
    while True:
        pool = []
        for _ in range(stills):
            width, height = SIZES[int(rng.integers(len(SIZES)))]
            frames, said = _still(world, pictures, bank, width, height, rng)
            pool.append(Shot(frames, one_of(said, rng)))
        for _ in range(clips):
            scene, width = sample_scene(rng, world, "any"), SIZES[0][0]
            times = rng.uniform(0, 2) + torch.arange(chunks * CHUNK, dtype=torch.float64) / RATES[0]
            pool.append(Shot(plate_of(scene, Frame(width, width, times), bank), caption(scene, rng)))
        yield pool


def _window_of(picture: Tensor, width: int, height: int, rng: np.random.Generator) -> Tensor:
    """A window of a photograph, (1, H, W, 3)."""
    room = min(1.0, picture.shape[2] / picture.shape[1] * height / width)
    zoom = room * float(rng.uniform(0.5, 1.0))
    across = 1 - zoom * picture.shape[1] / picture.shape[2] * width / height
    x, y = float(rng.uniform(0, max(across, 1e-6))), float(rng.uniform(0, 1 - zoom + 1e-6))
    return _cut(picture, x, y, zoom, width, height)[None]
