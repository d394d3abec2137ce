"""Small readers of clips: place, time, weather, camera and style from pixels alone. See README.md here.

They are fitted to the renderer's own films, in seconds: what is looked at are features that need no training (VGG's
first blocks; the motion of the background, measured), and a ridge regression on top of them says which. Half of the
films are softened before they are looked at, since what a network paints is softer than what is rendered.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import figures
import likeness
import numpy as np
import torch
import torch.nn.functional as F
from likeness import Vgg
from styles import statistics
from torch import Tensor

from soracli.scenes.animatic import bank_of
from soracli.types import Frames
from soracli.world.domain import Frame
from soracli.world.language.surroundings import BARE, PLACES
from soracli.world.language.verbs import ground_factor
from soracli.world.render import painter
from soracli.world.scene import Scene
from soracli.world.scenes import Corpus, sample_scene
from soracli.world.styles import styled
from soracli.world.weather import fall

LENGTH = 5.0  # seconds of the clips that are read
SECONDS = 4.9  # between the first moment that is looked at and the last
MOMENTS = 9
FEW = (1, 6)  # of them whose looks are taken; of the last of these its texture and what falls too
AFTER = 1 / 16  # seconds from that moment to the frame that it is compared with
SMALL, FINE, LINES = 64, 128, 256  # pixels of the shorter side: looks, texture, and what all is read from
STYLED = 96  # pixels of the middle of a frame in which its style is read
PIVOT = 0.64  # frame heights from the top: the row that a zoom leaves in place
PACES = (0.18, 0.46)  # of the ground, in tenths of a frame height from moment to moment: none, a pan, a follower's
RIDGES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
SLOTS = ("place", "time", "weather", "camera", "style")


class Film(NamedTuple):
    """What is looked at. frames: uint8 (9, H, W, 3), evenly over SECONDS. after: (1, H, W, 3), AFTER one.

    finished: uint8 (1, H, W, 3), one of them in its style.
    """

    frames: Tensor
    after: Tensor
    finished: Tensor


def labels(corpus: Corpus, styles: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Every value of every slot."""
    cameras = tuple(dict.fromkeys(corpus.cameras))
    return dict(zip(SLOTS, (corpus.places, corpus.times, corpus.weathers, cameras, tuple(styles)), strict=True))


def truth(scene: Scene) -> dict[str, str]:
    """What can be seen of a scene. Where no time of day is to be seen none is asked for."""
    said = {slot: str(getattr(scene, slot)) for slot in SLOTS}
    if scene.place in BARE or PLACES[scene.place].indoors:
        del said["time"]
    return said


def of_clip(frames: Frames, finished: Frames, fps: float) -> Film:
    """A clip of 5 seconds, before and after its style was laid over it."""
    last = len(frames) - 1
    numbers = [min(round(k * SECONDS / (MOMENTS - 1) * fps), last) for k in range(MOMENTS)]
    later = [min(numbers[FEW[-1]] + max(1, round(AFTER * fps)), last)]
    whole = torch.from_numpy(np.ascontiguousarray(frames))
    return Film(whole[numbers], whole[later], torch.from_numpy(finished[numbers[4] : numbers[4] + 1].copy()))


def rendered(scene: Scene, size: tuple[int, int] = (LINES, LINES)) -> Film:
    """The same of the renderer's own film."""
    steps = SECONDS / (MOMENTS - 1) * torch.arange(MOMENTS, dtype=torch.float64)
    times, order = torch.cat([steps, steps[FEW[-1] :][:1] + AFTER]).sort()
    film = Frame(*size, times)
    painted = painter(scene.domain)([scene], film, bank_of(scene), torch.device("cpu"))
    pixels = painted.pixels[0].clone()
    fall(pixels, scene, film, painted.camera[0])
    pixels = pixels[order.argsort()]
    finished = styled(pixels[4:5], scene, film) if scene.style != "3d" else pixels[4:5]
    return Film(pixels[:MOMENTS], pixels[MOMENTS:], finished)


# --- what is looked at ------------------------------------------------------------------------------------------------


def _scaled(frames: Tensor, side: int) -> Tensor:
    """uint8 (n, H, W, 3) -> float (n, 3, side, side) in 0..255, the middle square."""
    x = frames.permute(0, 3, 1, 2).float()
    least = min(x.shape[2:])
    top, left = ((length - least) // 2 for length in x.shape[2:])
    return F.interpolate(x[:, :, top : top + least, left : left + least], (side, side), mode="area")


def softened(film: Film, amount: float, noise: float, generator: torch.Generator) -> Film:
    """Blurred by so many pixels and noised by so many levels."""
    if amount < 0.1:
        return film
    reach = torch.arange(-4, 5, dtype=torch.float32)
    line = (-0.5 * (reach / amount) ** 2).exp()
    kernel = (line / line.sum()).expand(3, 1, 1, -1)

    def soft(frames: Tensor) -> Tensor:
        x = frames.permute(0, 3, 1, 2).float()
        x = F.conv2d(F.pad(x, (4, 4, 0, 0), mode="replicate"), kernel, groups=3)
        x = F.conv2d(F.pad(x, (0, 0, 4, 4), mode="replicate"), kernel.transpose(2, 3), groups=3)
        x = x + noise * F.interpolate(torch.randn(len(x), 3, 32, 32, generator=generator), x.shape[2:], mode="bilinear")
        return x.round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1)

    return Film(soft(film.frames), soft(film.after), film.finished)


def looks(vgg: Vgg, film: Film) -> dict[str, Tensor]:
    """Features (K,) by group: `look` where what is, `texture`, `change` what falls, `motion` of the camera, `style`
    and `manner` of a finished frame.
    """
    few = film.frames[list(FEW)]
    small, fine = _scaled(few, SMALL), _scaled(few[-1:], FINE)
    first, _, third = vgg(small)
    grid = [F.adaptive_avg_pool2d(first, 4), F.adaptive_avg_pool2d(third, 4), F.adaptive_avg_pool2d(small, 8)]
    change = (_scaled(film.after, FINE) - fine).mul(2).add(128).clamp(0, 255)
    return {
        "look": torch.cat([part.mean(0).flatten() for part in grid]),
        "texture": _texture(vgg(fine, 2)),
        "change": _texture(vgg(change, 1)),
        "motion": squares(moves(film.frames)),
        "style": _texture(vgg(_middle(film.finished), 2)),
        "manner": torch.cat([statistics(film.finished.numpy()), manner(film.finished)]),
    }


def manner(frames: Tensor) -> Tensor:
    """What the looks leave in levels, of uint8 (n, H, W, 3): shares of pixels on ladders, alike and nearly so."""
    x = frames.float()
    ladders = [(x - (x / 255 * steps).round() * 255 / steps).abs().amax(3).lt(1).float().mean() for steps in (7, 8)]
    across = (x[:, :, 1:] - x[:, :, :-1]).abs().amax(3)
    shares = [across.le(level).float().mean() for level in (0, 1, 2, 4, 8, 16, 32, 64)]
    inner = x[:, 16:-16, 16:-16].mean() + 1
    rims = [x[:, k].mean() / inner for k in (0, 1, 2, 4, 8)] + [x[:, :, k].mean() / inner for k in (0, 1, 2, 4, 8)]
    return torch.stack([*ladders, *shares, *rims])


def _middle(frames: Tensor) -> Tensor:
    """The middle pixels of frames of LINES lines, as they are."""
    x = frames.permute(0, 3, 1, 2).float()
    top, left = ((length - STYLED) // 2 for length in x.shape[2:])
    return x[:, :, top : top + STYLED, left : left + STYLED]


def _texture(blocks: Sequence[Tensor]) -> Tensor:
    """Mean and spread of every channel, (K,)."""
    parts = [part for block in blocks for part in (block.mean((2, 3)), block.flatten(2).std(2))]
    return torch.cat(parts, 1).mean(0).log1p()


def squares(x: Tensor) -> Tensor:
    """Numbers (K,) and all their products."""
    rows, columns = torch.triu_indices(len(x), len(x))
    return torch.cat([x, x[rows] * x[columns]])


def moves(frames: Tensor) -> Tensor:
    """How the background moves: numbers of about 1, (28,), of frames (9, H, W, 3)."""
    grey = frames.float().mean(3)[:, None]
    wide = grey.shape[3] / grey.shape[2]
    small, fine = (F.interpolate(grey, (side, round(side * wide)), mode="area") for side in (SMALL, FINE))
    found, plain, fitted = registered(small[:-1], small[1:])
    rates = found * torch.tensor([10.0, 20.0, 20.0, 20.0])
    gain = (plain / fitted.clamp(min=0.2)).clamp(min=0.2).log().mean(0)  # (2,) of the middle, of the sides
    gone, better = travelled(fine[:-1], fine[1:])
    usual = gone[:6].median()
    ground = torch.stack([usual, gone[:6].mean(), gone[7], gone.std(), better[:6].median(), better[7]])
    pace = torch.stack([((usual.abs() - level) * 30).sigmoid() for level in PACES])
    early, late = rates[:6].median(0).values, rates[7]
    return torch.cat([early, late, rates.std(0), rates.abs().mean(0), rates[:6].mean(0), gain, ground * 4, pace]).clamp(
        -4, 4
    )


def travelled(before: Tensor, after: Tensor) -> tuple[Tensor, Tensor]:
    """How far the ground alone went sideways, of frames (n, 1, h, w): most of a picture may stand still beside it.

    Of all travels up to 0.14 frame heights the one that leaves least. Returns (n,) frame heights times 10, and log of
    what is left without it over what is left with it.
    """
    height = before.shape[2]
    low = slice(round(0.64 * height), height)
    ways = torch.linspace(-0.14, 0.14, 57)
    left = []
    for way in ways:
        p = torch.zeros(len(before), 4)
        p[:, 0] = way
        warped, inside = _warped(after, p)
        apart = (warped - before)[:, :, low].abs().clamp(max=20) * inside[:, :, low]
        left.append(apart.sum((1, 2, 3)) / inside[:, :, low].sum((1, 2, 3)).clamp(min=1))
    costs = torch.stack(left, 1)  # (n, 57)
    best = costs.argmin(1)
    least = costs.gather(1, best[:, None])[:, 0]
    return ways[best] * 10, ((costs[:, 28] + 0.1) / (least + 0.1)).log()


def registered(before: Tensor, after: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The camera between frames (n, 1, h, w), by Gauss-Newton on three scales, far-off pixels weighing less.

    Returns (n, 4): travel of the ground, sideways and downward shift, in frame heights, log of the zoom; and what is
    left without and with it, (n, 2), grey levels, in the middle of the frame and at its sides.
    """
    p = torch.zeros(len(before), 4)
    for scale in (4, 2, 1):
        a, b = (F.avg_pool2d(x, scale) if scale > 1 else x for x in (before, after))
        for _ in range(6):
            p = p + _step(a, b, p)
    warped, inside = _warped(after, p)
    across = (torch.arange(before.shape[3]) + 0.5) / before.shape[2] - before.shape[3] / before.shape[2] / 2
    middle = ((across.abs() < 0.2).float() * torch.ones(before.shape[2], 1)).expand_as(before)

    def left(x: Tensor) -> Tensor:
        apart = (x - before).abs() * inside
        return torch.stack(
            [(apart * m).sum((1, 2, 3)) / (inside * m).sum((1, 2, 3)).clamp(min=1) for m in (middle, 1 - middle)], 1
        )

    return p, left(after), left(warped)


def _basis(height: int, width: int) -> tuple[Tensor, Tensor]:
    """How each number moves a pixel sideways and downwards, (4, h, w) each, frame heights."""
    y = (torch.arange(height) + 0.5) / height
    x = (torch.arange(width) + 0.5) / height - width / height / 2
    ground = torch.tensor([ground_factor(float(row)) for row in y])
    one, none = torch.ones(height, width), torch.zeros(height, width)
    across = torch.stack([-ground[:, None] * one, one, none, x[None] * one])
    return across, torch.stack([none, none, one, (y[:, None] - PIVOT) * one])


def _warped(after: Tensor, p: Tensor) -> tuple[Tensor, Tensor]:
    """The later frames brought back, and where they are known."""
    height, width = after.shape[2:]
    across, down = _basis(height, width)
    dx, dy = (torch.einsum("nk,khw->nhw", p, part) for part in (across, down))
    x = (torch.arange(width) + 0.5 + dx * height) / width * 2 - 1
    y = ((torch.arange(height) + 0.5)[:, None] + dy * height) / height * 2 - 1
    inside = ((x.abs() < 1) & (y.abs() < 1)).float()[:, None]
    return F.grid_sample(after, torch.stack([x, y], -1), padding_mode="border", align_corners=False), inside


def _step(before: Tensor, after: Tensor, p: Tensor) -> Tensor:
    """One step of Gauss-Newton, (n, 4)."""
    warped, inside = _warped(after, p)
    height = before.shape[2]
    gx = F.pad((warped[..., 2:] - warped[..., :-2]) / 2, (1, 1)) * height
    gy = F.pad((warped[..., 2:, :] - warped[..., :-2, :]) / 2, (0, 0, 1, 1)) * height
    across, down = _basis(*before.shape[2:])
    slope = gx * across + gy * down  # (n, 4, h, w)
    apart = warped - before
    usual = apart.abs().flatten(1).median(1).values.clamp(min=0.5)[:, None, None, None]
    weight = inside / (1 + (apart / (3 * usual)) ** 2) ** 2
    flat = slope.flatten(2)
    matrix = torch.einsum("nip,njp->nij", flat * weight.flatten(2), flat)
    matrix = matrix + torch.diag_embed(0.01 * matrix.diagonal(dim1=1, dim2=2).mean(1, keepdim=True).expand(-1, 4) + 1)
    pull = torch.einsum("nip,nzp->ni", flat, (apart * weight).flatten(2))
    return -torch.linalg.solve(matrix, pull).clamp(-0.1, 0.1)


# --- readers ----------------------------------------------------------------------------------------------------------

LOOKED_AT = {
    "place": ("look", "texture"),
    "time": ("look",),
    "weather": ("look", "texture", "change"),
    "camera": ("motion",),
    "style": ("style", "manner"),
}


@dataclass(frozen=True)
class Reader:
    """values: what it can say. weight (K, values), bias (values,): of features less their mean, over their spread."""

    values: tuple[str, ...]
    groups: tuple[str, ...]
    weight: Tensor
    bias: Tensor
    mean: Tensor
    spread: Tensor

    @classmethod
    def fitted(cls, values: tuple[str, ...], groups: tuple[str, ...], seen: Sequence[Seen], slot: str) -> Reader:
        """Ridge regression; how much is taken back is chosen by leaving each example out once."""
        known = [one for one in seen if slot in one.said]
        x = torch.stack([_joined(one.looks, groups) for one in known]).double()
        sizes = [known[0].looks[group].numel() for group in groups]
        mean, spread = x.mean(0), x.std(0).clamp(min=1e-4)
        spread = spread * torch.cat([torch.full((size,), math.sqrt(size)) for size in sizes])  # each group alike
        x = (x - mean) / spread
        wanted = torch.tensor([values.index(one.said[slot]) for one in known])
        y = F.one_hot(wanted, len(values)).double()
        bias = y.mean(0)
        levels, turn = torch.linalg.eigh(x @ x.T)
        inner = turn.T @ (y - bias)
        best = -1.0, inner
        for ridge in RIDGES:
            share = levels.clamp(min=0) / (levels.clamp(min=0) + ridge)
            guess, own = turn @ (share[:, None] * inner), (turn**2 * share).sum(1, keepdim=True)
            out = guess - own / (1 - own).clamp(min=1e-6) * (y - bias - guess)
            right = float(((out + bias).argmax(1) == wanted).double().mean())
            if right > best[0]:
                best = right, turn @ (inner / (levels.clamp(min=0) + ridge)[:, None])
        weight = x.T @ best[1]
        return cls(values, groups, weight.float(), bias.float(), mean.float(), spread.float())

    def read(self, looks: Mapping[str, Tensor]) -> str:
        x = (_joined(looks, self.groups) - self.mean) / self.spread
        return self.values[int((x @ self.weight + self.bias).argmax())]


class Seen(NamedTuple):
    """An example. looks: its features. said: its truth."""

    looks: dict[str, Tensor]
    said: dict[str, str]


def _joined(looks: Mapping[str, Tensor], groups: Sequence[str]) -> Tensor:
    return torch.cat([looks[group] for group in groups])


def scenes(corpus: Corpus, styles: Sequence[str], count: int, seed: int) -> list[Scene]:
    """Scenes for readers: every weather and style about equally often, a quarter of them without anybody."""
    rng = np.random.default_rng(seed)
    varied = replace(corpus, plain=(1 / len(corpus.weathers), 1.0), share=(0.8, 0.2))
    out = []
    for _ in range(count):
        scene = replace(sample_scene(rng, varied, "any"), length=LENGTH, style=styles[int(rng.integers(len(styles)))])
        if "pan" in scene.camera and scene.performers[0].direction:  # who keeps step with a pan looks followed
            scene = replace(scene, camera="static")
        out.append(empty(scene) if rng.random() < 0.25 else scene)
    return out


def empty(scene: Scene) -> Scene:
    """The place alone; nobody is followed there."""
    away = tuple(replace(one, size=0.02, x=-9.0, partner=-1, relation="") for one in scene.performers)
    return replace(scene, performers=away, camera="static" if scene.camera == "tracking" else scene.camera)


def is_empty(scene: Scene) -> bool:
    return all(performer.x < -8 for performer in scene.performers)


@dataclass(frozen=True)
class Readers:
    """A reader of each slot, and how often each is right on fresh films of the renderer: with performers, and bare."""

    vgg: Vgg
    slots: dict[str, Reader]
    right: dict[str, tuple[float, float]]
    count: int

    def read(self, film: Film) -> dict[str, str]:
        seen = looks(self.vgg, film)
        return {slot: reader.read(seen) for slot, reader in self.slots.items()}


def examples(vgg: Vgg, asked: Sequence[Scene], seed: int, *, soft: bool) -> list[Seen]:
    """Films of scenes as features. soft: soften half of them."""
    generator, rng = torch.Generator().manual_seed(seed), np.random.default_rng(seed)
    out = []
    for scene in asked:
        film = rendered(scene)
        if soft and rng.random() < 0.5:
            film = softened(film, float(rng.uniform(0.3, 1.3)), float(rng.uniform(0, 4)), generator)
        out.append(Seen(looks(vgg, film), truth(scene)))
    return out


def fitted(vgg: Vgg, corpus: Corpus, styles: Sequence[str], count: int) -> Readers:
    """Readers of a corpus, from `count` films, tried on a quarter as many."""
    names = labels(corpus, styles)
    seen = examples(vgg, scenes(corpus, styles, count, 1), 1, soft=True)
    slots = {slot: Reader.fitted(names[slot], groups, seen, slot) for slot, groups in LOOKED_AT.items()}
    fresh = scenes(corpus, styles, count // 4, 2)
    tried = examples(vgg, fresh, 2, soft=False)
    right = {}
    for slot, reader in slots.items():
        found: tuple[list[bool], list[bool]] = [], []
        for scene, one in zip(fresh, tried, strict=True):
            if slot in one.said:
                found[is_empty(scene)].append(reader.read(one.looks) == one.said[slot])
        right[slot] = float(np.mean(found[0] or [0])), float(np.mean(found[1] or [0]))
    return Readers(vgg, slots, right, count)


def loaded(path: Path | None, vgg: Vgg, corpus: Corpus, styles: Sequence[str], count: int) -> Readers:
    """The readers kept in a file if they read the same words in the same way from as many films, else fresh ones."""
    names, own = labels(corpus, styles), figures.digest(Path(__file__)) + figures.digest(Path(likeness.__file__))
    if path is not None and path.is_file():
        held = torch.load(path, weights_only=True)
        if (held["names"], held["own"]) == (names, own) and held["count"] >= count:
            slots = {slot: Reader(names[slot], LOOKED_AT[slot], **held[slot]) for slot in SLOTS}
            return Readers(vgg, slots, held["right"], held["count"])
    found = fitted(vgg, corpus, styles, count)
    if path is not None:
        kept = {
            slot: {"weight": r.weight, "bias": r.bias, "mean": r.mean, "spread": r.spread}
            for slot, r in found.slots.items()
        }
        torch.save({"names": names, "own": own, "count": count, "right": found.right, **kept}, path)
    return found
