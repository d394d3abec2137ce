"""Teach the transformer drafts: clips without what stands in front, at many rates, of the world and of photographs.

An example is a clip told apart into what a draft shows (performers, drawn flat) and the plate: what lies behind and
around them, their shadows included. Given a draft the network paints the plate, since the draft is laid over it
afterwards (`soracli.draft`); without one it paints the whole clip. Falling weather lies over both and belongs to the
whole clip alone.

A shard is a safetensors file of n clips of one size and rate, in float16:
    plate, full  (n, t, h, w, C) latents
    draft        (m, C) latents over black less those of black, of the cells that are covered
    cover        (m, COVER) of the same cells: see `models.spark.dit.Control`
    camera       (n, t, 2, 4), where int64 (m,): flat index of each covered cell into n * t * h * w
and, as metadata: fps, and per clip what it is called with and without its performers.

What stands still behind a shot is painted once, as a still (`soracli.draft.Draft.held`), so most of what is to be
learnt are stills of empty places: `plates-` shards hold those alone, `plate` (n, 1, h, w, C) and their captions.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from soracli.models.spark import steering
from soracli.models.spark.dit import COVER, SKETCH, Control, Dit, Layout
from soracli.models.spark.vae import CHUNK, PATCH, Vae
from soracli.sampling import flow
from soracli.scenes.animatic import animatic
from soracli.train.data import TextStates
from soracli.train.noise import draw_levels
from soracli.train.run import Run, say
from soracli.train.scenes import Shot
from soracli.train.transformer import FLOOR, Recipe, optimisers
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
BATCH = 8
LOOSE = 4e-3  # variance of a sketch that latents cannot show, as a share of what they do
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


# --- photographs -----------------------------------------------------------------------------------------------------


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


# --- shards ----------------------------------------------------------------------------------------------------------


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
            pool.append(Shot(frames, _one_of(said, rng)))
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
        return Batch(_first(plate), _first(full), control, said, layout)

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
            said.append((_one_of(words[item], rng),) * 2)
        plate = _first(torch.stack(plates))
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
        said = _one_of(around, rng), _one_of(whole, rng)
        part = slice(start, start + frames)
        plate, full = shard["plate"][item, part].float(), shard["full"][item, part].float()
        return plate, full, draft, cover, camera, said


def _one_of(words: Sequence[str], rng: np.random.Generator) -> str:
    return words[int(rng.integers(len(words)))]


class Sketches(NamedTuple):
    """An affine map of latents to the sketch that their frames come down to. matrix (C, SHOWN), offset (SHOWN,)."""

    matrix: Tensor
    offset: Tensor

    @classmethod
    @torch.no_grad()
    def of(cls, vae: Vae) -> Sketches:
        channels = vae.config.channels
        basis = torch.cat([torch.zeros(1, channels), torch.eye(channels)])[:, :, None, None, None]
        parts = steering.thumbnail(vae.linear.decode(basis)).flatten(1)  # (1 + C, SHOWN)
        return cls(parts[1:] - parts[0], parts[0])

    def __call__(self, latents: Tensor) -> Tensor:
        """(B, C, t, h, w) -> (B, 3, 2 t, 8 h, 8 w) in [-1, 1]."""
        count, _, t, h, w = latents.shape
        side = PATCH // steering.SIDE
        matrix, offset = self.matrix.to(latents.device), self.offset.to(latents.device)
        parts = (torch.einsum("bcthw,cd->bthwd", latents, matrix) + offset).view(count, t, h, w, 3, 2, side, side)
        return parts.permute(0, 4, 1, 5, 2, 6, 3, 7).reshape(count, 3, 2 * t, side * h, side * w)


@torch.no_grad()
def fit_rough(dit: Dit, examples: Examples, sketches: Sketches, noise: float = 0.03) -> None:
    """Fit the linear guess from a sketch by ridge regression, and what it leaves. noise: deviation of a sketch."""
    assert dit.steering is not None
    plates = [(plates, 1) for shards in examples.stills.values() for plates, _ in shards[:8]]
    plates += [(shard["plate"], 4) for shards in examples.shards.values() for shard in shards[:3]]
    pairs = []
    for shard, every in plates:
        latents = _first(shard[:: 2 * every].float())
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
    @torch.no_grad()
    def of(cls, vae: Vae) -> Stills:
        channels = vae.config.channels
        basis = torch.cat([torch.zeros(1, channels), torch.eye(channels)])[:, :, None, None, None]
        first = vae.linear.decode(basis)[:, :, :1]  # (1 + C, 3, 1, PATCH, PATCH)
        held = vae.encode(first.expand(-1, -1, CHUNK, -1, -1))[:, :, 0, 0, 0]
        return cls(held[1:] - held[0], held[0])

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


def _first(latents: Tensor) -> Tensor:
    """(B, t, h, w, C) -> (B, C, t, h, w)."""
    return latents.permute(0, 4, 1, 2, 3).contiguous()


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
