"""Small readers of clips: place, time, weather, camera and style from pixels alone. See README.md here.

They are fitted to the renderer's own films, in seconds: what is looked at are features that need no training
(`looks.py`), and a kernel ridge regression on top of them says which. Half of the films are softened before they are
looked at, since what a network paints is softer than what is rendered.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import figures
import likeness
import looks as looking
import numpy as np
import torch
import torch.nn.functional as F
from likeness import Vgg
from looks import FEW, LINES, Film, looks
from torch import Tensor

from soracli.scenes.animatic import bank_of
from soracli.types import Frames
from soracli.world.domain import Frame
from soracli.world.language.surroundings import BARE, PLACES
from soracli.world.render import painter
from soracli.world.scene import Scene
from soracli.world.scenes import Corpus, sample_scene
from soracli.world.styles import held, styled
from soracli.world.weather import fall

LENGTH = 5.0  # seconds of the clips that are read
SECONDS = 4.9  # between the first moment that is looked at and the last
MOMENTS = 9
RATE = 16  # frames a second of the renderer's films
AFTER = 1 / 16  # seconds from a moment to the frame that it is compared with
RIDGES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
REACHES = (0.0, 0.3, 1.0, 3.0)  # of kernels, in median squared distances of examples; 0 = linear
SLOTS = ("place", "time", "weather", "camera", "style")


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


def moments(length: int, fps: float) -> tuple[list[int], list[int]]:
    """Of a clip of so many frames the numbers of those that are looked at, and of the one that comes after."""
    numbers = [min(round(k * SECONDS / (MOMENTS - 1) * fps), length - 1) for k in range(MOMENTS)]
    return numbers, [min(numbers[FEW[-1]] + max(1, round(AFTER * fps)), length - 1)]


def of_clip(frames: Frames, finished: Frames, fps: float) -> Film:
    """A clip of 5 seconds, before and after its style was laid over it."""
    numbers, later = moments(len(frames), fps)
    whole = torch.from_numpy(np.ascontiguousarray(frames))
    return Film(whole[numbers], whole[later], torch.from_numpy(finished[numbers[4] : numbers[4] + 1].copy()))


def rendered(scene: Scene, size: tuple[int, int] = (LINES, LINES)) -> Film:
    """The same frames of the renderer's own film; a style that holds its poses holds them here too."""
    numbers, later = moments(round(LENGTH * RATE), RATE)
    order = torch.tensor(numbers + later).sort()
    film = Frame(*size, held(order.values.double() / RATE, scene.style))
    painted = painter(scene.domain)([scene], film, bank_of(scene), torch.device("cpu"))
    pixels = painted.pixels[0].clone()
    fall(pixels, scene, film, painted.camera[0])
    pixels = pixels[order.indices.argsort()]
    finished = styled(pixels[4:5], scene, film) if scene.style != "3d" else pixels[4:5]
    return Film(pixels[:MOMENTS], pixels[MOMENTS:], finished)


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


# --- readers ----------------------------------------------------------------------------------------------------------

LOOKED_AT = {
    "place": ("look", "grid", "bands", "texture"),
    "time": ("grid", "bands", "texture"),
    "weather": ("grid", "bands", "texture", "points", "flecks", "fallen"),
    "camera": ("motion",),
    "style": ("style", "manner"),
}


@dataclass(frozen=True)
class Reader:
    """values: what it can say. examples (N, K): features less their mean, over their spread. weight (N, values): of
    their kernels. reach: of the kernel exp(-d²/reach), 0 = linear.
    """

    values: tuple[str, ...]
    groups: tuple[str, ...]
    examples: Tensor
    weight: Tensor
    mean: Tensor
    spread: Tensor
    reach: float

    @classmethod
    def fitted(cls, values: tuple[str, ...], groups: tuple[str, ...], seen: Sequence[Seen], slot: str) -> Reader:
        """The kernel and how much is taken back are chosen by leaving each example out once."""
        known = [one for one in seen if slot in one.said]
        x = torch.stack([_joined(one.looks, groups) for one in known]).double()
        sizes = [known[0].looks[group].numel() for group in groups]
        mean, spread = x.mean(0), x.std(0).clamp(min=1e-4)
        spread = spread * torch.cat([torch.full((size,), math.sqrt(size)) for size in sizes])  # each group alike
        x = (x - mean) / spread
        wanted = torch.tensor([values.index(one.said[slot]) for one in known])
        y = F.one_hot(wanted, len(values)).double()
        usual = float(torch.cdist(x, x).square().median())
        fits = [(*_weights(kernel(x, x, reach * usual), y, wanted), reach * usual) for reach in REACHES]
        _, weight, reach = max(fits, key=lambda fit: fit[0])
        kept = (part.float() for part in (x, weight, mean, spread))
        return cls(values, groups, *kept, reach)

    def read(self, seen: Mapping[str, Tensor]) -> str:
        x = (_joined(seen, self.groups) - self.mean) / self.spread
        return self.values[int((kernel(x[None], self.examples, self.reach)[0] @ self.weight).argmax())]


def kernel(one: Tensor, other: Tensor, reach: float) -> Tensor:
    """How alike examples (n, K) and (m, K) are, (n, m).

    The constant in the linear one makes leaving one out honest: of features less their mean each example is what the
    others add up to, turned round, so that without it they would tell its label.
    """
    return (-torch.cdist(one, other).square() / reach).exp() if reach else one @ other.T + 1


def _weights(alike: Tensor, y: Tensor, wanted: Tensor) -> tuple[tuple[float, float], Tensor]:
    """Of all ridges the weights (N, values) that are best where each example is left out: share right, then error."""
    levels, turn = torch.linalg.eigh(alike)
    levels, inner = levels.clamp(min=0), turn.T @ y
    found = []
    for ridge in RIDGES:
        share = levels / (levels + ridge)
        guess, own = turn @ (share[:, None] * inner), (turn**2 * share).sum(1, keepdim=True)
        out = guess - own / (1 - own).clamp(min=1e-6) * (y - guess)
        right = float((out.argmax(1) == wanted).double().mean())
        error = float((out - y).square().mean())
        found.append(((right, -error), turn @ (inner / (levels + ridge)[:, None])))
    return max(found, key=lambda one: one[0])


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


def looked(vgg: Vgg, film: Film) -> dict[str, Tensor]:
    """Features of a film of a clip of LENGTH, by group."""
    return looks(vgg, film, [k * SECONDS / (MOMENTS - 1) for k in range(MOMENTS)], LENGTH)


class Tried(NamedTuple):
    """A reader on fresh films of the renderer: share right and number, with performers and bare; what it mistook."""

    peopled: tuple[float, int]
    bare: tuple[float, int]
    wrong: list[str]


@dataclass(frozen=True)
class Readers:
    """A reader of each slot, and how well each does on films of the renderer that it was not fitted to."""

    vgg: Vgg
    slots: dict[str, Reader]
    tried: dict[str, Tried]
    count: int

    def read(self, film: Film) -> dict[str, str]:
        seen = looked(self.vgg, film)
        return {slot: reader.read(seen) for slot, reader in self.slots.items()}


def examples(vgg: Vgg, asked: Sequence[Scene], seed: int, *, soft: bool) -> list[Seen]:
    """Films of scenes as features. soft: soften half of them."""
    rng, out = np.random.default_rng(seed), []
    for number, scene in enumerate(asked):
        film = rendered(scene)
        if soft and rng.random() < 0.5:
            generator = torch.Generator().manual_seed(100_000 * seed + number)
            film = softened(film, float(rng.uniform(0.3, 1.3)), float(rng.uniform(0, 4)), generator)
        out.append(Seen(looked(vgg, film), truth(scene)))
    return out


def fitted(vgg: Vgg, corpus: Corpus, styles: Sequence[str], count: int) -> Readers:
    """Readers of a corpus, from `count` films, tried on a quarter as many."""
    names = labels(corpus, styles)
    seen = examples(vgg, scenes(corpus, styles, count, 1), 1, soft=True)
    slots = {slot: Reader.fitted(names[slot], groups, seen, slot) for slot, groups in LOOKED_AT.items()}
    asked = scenes(corpus, styles, count // 4, 2)
    fresh = examples(vgg, asked, 2, soft=False)
    return Readers(vgg, slots, {slot: tried(reader, slot, asked, fresh) for slot, reader in slots.items()}, count)


def tried(reader: Reader, slot: str, asked: Sequence[Scene], seen: Sequence[Seen]) -> Tried:
    """What a reader says of films of these scenes."""
    right: tuple[list[bool], list[bool]] = [], []
    wrong = []
    for scene, one in zip(asked, seen, strict=True):
        if slot in one.said:
            said, wanted = reader.read(one.looks), one.said[slot]
            right[is_empty(scene)].append(said == wanted)
            wrong += [] if said == wanted else [f"{said} for {wanted} ({scene.place}, {scene.time}, {scene.weather})"]
    peopled, bare = ((float(np.mean(found)) if found else float("nan"), len(found)) for found in right)
    return Tried(peopled, bare, wrong)


def loaded(path: Path | None, vgg: Vgg, corpus: Corpus, styles: Sequence[str], count: int) -> Readers:
    """The readers kept in a file if they read the same words in the same way from as many films, else fresh ones."""
    names, own = (
        labels(corpus, styles),
        "".join(figures.digest(Path(module)) for module in (__file__, looking.__file__, likeness.__file__)),
    )
    if path is not None and path.is_file():
        held = torch.load(path, weights_only=True)
        if (held["names"], held["own"]) == (names, own) and held["count"] >= count:
            slots = {slot: Reader(names[slot], LOOKED_AT[slot], **held[slot]) for slot in SLOTS}
            return Readers(vgg, slots, {slot: Tried(*held["tried"][slot]) for slot in SLOTS}, held["count"])
    found = fitted(vgg, corpus, styles, count)
    if path is not None:
        kept = {
            slot: {name: value for name, value in vars(r).items() if name not in ("values", "groups")}
            for slot, r in found.slots.items()
        }
        known = {slot: tuple(one) for slot, one in found.tried.items()}
        torch.save({"names": names, "own": own, "count": count, "tried": known, **kept}, path)
    return found
