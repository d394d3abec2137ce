"""Panoramas and planet maps: loading them, the light they cast, and looking a direction up in them.

Directions are unit vectors, x to the right, y up, -z ahead: the middle of a panorama. Light is linear RGB.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import torch
import torch.nn.functional as F

from soracli.errors import WeightsError
from soracli.world.assets import ActorBank

T = TypeVar("T")
SIZE = (512, 1024)  # pixels of every panorama in memory
SURFACE = (256, 512)  # pixels of every planet map
SMALL = (16, 32)  # pixels of the map of diffuse light


class Place(NamedTuple):
    """A photographed place. file: its picture. words: for a caption. time: of day, `` indoors.

    views: turns (0..1 from the left edge) where the ground ahead is free. ground: whether one can stand there.
    bright: whether enough of it is lit to surround something with it.
    """

    file: str
    words: str
    time: str
    views: tuple[float, ...]
    ground: bool = True
    bright: bool = True


PLACES: Mapping[str, Place] = {
    "downtown": Place("bl_city", "on an empty lot in front of city towers", "overcast", (0.1, 0.35, 0.6, 0.85)),
    "city square": Place("pm_city", "on a city square", "overcast", (0.3, 0.83)),
    "courtyard": Place("bl_courtyard", "in a roofed courtyard", "day", (0.36, 0.48)),
    "forest path": Place("bl_forest", "on a forest path", "day", (0.15, 0.44)),
    "pine forest": Place("pm_forest", "in a pine forest", "day", (0.1, 0.33, 0.6)),
    "park": Place("pm_park", "on the green lawn of a park", "day", (0.05, 0.3, 0.6, 0.85)),
    "calm lake": Place("pm_sky", "above a calm lake under white clouds", "day", (0.2, 0.45, 0.75), False),
    "foggy field": Place("bl_sunrise", "in a foggy field", "dawn", (0.1, 0.3, 0.55, 0.85)),
    "rocky hills": Place("pm_dawn", "among rocky hills", "dawn", (0.1, 0.35, 0.8)),
    "seaside": Place("bl_sunset", "on a stone promenade by the sea", "sunset", (0.18, 0.45, 0.88)),
    "palace square": Place("pm_sunset", "on the square of an old palace", "sunset", (0.15, 0.5, 0.85)),
    "venice": Place("pm_venice", "on a quay in Venice", "sunset", (0.25, 0.42)),
    "starry field": Place("bl_night", "in a dark field under the stars", "night", (0.1, 0.3, 0.5, 0.7), bright=False),
    "apartment": Place("pm_apartment", "in an empty apartment", "", (0.35, 0.5, 0.72)),
    "lobby": Place("pm_lobby", "in a bright lobby", "", (0.5, 0.88)),
    "shopping mall": Place("pm_esplanade", "in a shopping mall", "", (0.28, 0.62)),
    "hall": Place("pm_hall", "in a large hall with a tiled floor", "", (0.2, 0.5, 0.8)),
    "warehouse": Place("pm_warehouse", "in an old warehouse", "", (0.1, 0.5)),
    "workshop": Place("pm_workshop", "in a large workshop", "", (0.1, 0.4, 0.62)),
    "photo studio": Place("bl_studio", "in a dark photo studio", "", (0.25, 0.68), bright=False),
    "film studio": Place("pm_studio", "in a film studio", "", (0.22,)),
}
PLANETS = ("moon", "mars", "jupiter", "saturn", "neptune")
SPACE = "space"  # the place around planets: its panorama is the Milky Way


class Light(NamedTuple):
    """What a panorama sheds, in linear RGB.

    towards: (3,) unit vector to its brightest part. lamp: (3,) light from there on a surface that faces it.
    ambient: (16, 32, 3) the rest, for a surface that faces each direction. gain: exposure of the picture.
    """

    towards: torch.Tensor
    lamp: torch.Tensor
    ambient: torch.Tensor
    gain: float


@dataclass(frozen=True)
class Maps:
    """skies: name -> uint8 (512, 1024, 3) panorama, 8-bit log: light = 2**(v / 255 * 12 - 6) - 2**-6.

    planets: name -> float32 (256, 512, 3) linear colour 0..1. lights: name -> what each sky sheds.
    pictures: name -> uint8 (512, 1024, 3) each sky as it is shown.
    mirrors: name -> float32 (128, 256, 3) each sky as surfaces reflect it, in the same log scale.
    """

    skies: Mapping[str, torch.Tensor]
    planets: Mapping[str, torch.Tensor]
    lights: Mapping[str, Light]
    pictures: Mapping[str, torch.Tensor]
    mirrors: Mapping[str, torch.Tensor]

    @classmethod
    def build(cls, skies: Mapping[str, torch.Tensor], planets: Mapping[str, torch.Tensor]) -> Maps:
        """From 8-bit log panoramas uint8 (h, w, 3) of any size, and planet maps uint8 (h, w, 3)."""
        grown = {name: _resize(_mend(sky), SIZE).round().to(torch.uint8) for name, sky in skies.items()}
        lights = {name: shed(decode(sky)) for name, sky in grown.items()}
        shown = {name: picture_of(decode(sky) * lights[name].gain) for name, sky in grown.items()}
        surfaces = {name: (_resize(planet, SURFACE) / 255) ** 2.2 for name, planet in planets.items()}
        mirrors = {name: encode(decode(sky).reshape(128, 4, 256, 4, 3).mean((1, 3))) for name, sky in grown.items()}
        return cls(grown, surfaces, lights, shown, mirrors)

    def sky(self, name: str) -> torch.Tensor:
        """An 8-bit log panorama, uint8 (512, 1024, 3). Interpolate it before decoding: edges stay smooth."""
        return _entry(self.skies, name, "panorama")

    def picture(self, name: str) -> torch.Tensor:
        """A panorama as it is shown, uint8 (512, 1024, 3)."""
        return _entry(self.pictures, name, "panorama")

    def mirror(self, name: str) -> torch.Tensor:
        """A panorama as surfaces reflect it, float32 (128, 256, 3), 8-bit log."""
        return _entry(self.mirrors, name, "panorama")

    def light(self, name: str) -> Light:
        return _entry(self.lights, name, "panorama")

    def planet(self, name: str) -> torch.Tensor:
        return _entry(self.planets, name, "planet")


def _entry(table: Mapping[str, T], name: str, what: str) -> T:
    if name not in table:
        raise WeightsError(f"{what} '{name}': it is not among those loaded; add its picture to the maps", "no_map")
    return table[name]


@dataclass(frozen=True)
class MappedBank(ActorBank):
    """A cast together with the maps that panoramas and solids need."""

    maps: Maps | None = None


def with_maps(bank: ActorBank, maps: Maps) -> MappedBank:
    """The same cast, with maps."""
    return MappedBank(bank.names, bank.frames, bank.flat, bank.line, bank.pictures, maps)


def maps_of(bank: ActorBank) -> Maps:
    """The maps of a bank that has some."""
    maps = bank.maps if isinstance(bank, MappedBank) else None
    if maps is None:
        raise WeightsError(
            "panoramas: this bank has no maps; make it with with_maps(bank, load_maps(folder))", "no_map"
        )
    return maps


def load_maps(folder: str | Path) -> Maps:
    """Every place, planet and the Milky Way, from a folder with `panoramas/` and `planets/`."""
    root = Path(folder)
    skies = {name: _picture(root / "panoramas" / f"{place.file}.webp") for name, place in PLACES.items()}
    skies[SPACE] = encode(0.6 * (_picture(root / "planets" / "milkyway.webp").float() / 255) ** 2.2 + _stars(SIZE))
    return Maps.build(skies, {name: _picture(root / "planets" / f"{name}.webp") for name in PLANETS})


def _picture(path: Path) -> torch.Tensor:
    from PIL import Image

    if not path.is_file():
        raise WeightsError(f"training material '{path}': it is not there; pass the folder that holds it", "no_assets")
    with Image.open(path) as picture:
        return torch.from_numpy(np.array(picture.convert("RGB")))


def decode(sky: torch.Tensor) -> torch.Tensor:
    """Linear light of an 8-bit log picture; its lowest level is black."""
    return torch.exp2(sky.float() * (12 / 255) - 6) - 2**-6


def encode(light: torch.Tensor) -> torch.Tensor:
    """Log picture of linear light, float 0..255."""
    return (((light + 2**-6).log2() + 6) * (255 / 12)).clamp(0, 255)


def tone(light: torch.Tensor) -> torch.Tensor:
    """Linear light to display values 0..1, after Narkowicz's fit of the ACES film curve."""
    curve = light * (2.51 * light + 0.03) / (light * (2.43 * light + 0.59) + 0.14)
    return curve.clamp(0, 1) ** (1 / 2.2)


def picture_of(light: torch.Tensor) -> torch.Tensor:
    """Linear light to 8-bit display values."""
    return (tone(light) * 255).round().to(torch.uint8)


def _resize(picture: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    if tuple(picture.shape[:2]) == size:
        return picture.float()
    image = picture.permute(2, 0, 1)[None].float()  # (1, 3, h, w)
    image = F.interpolate(image, size=size, mode="bicubic", antialias=True)
    return image[0].permute(1, 2, 0).clamp(0, 255)


def _mend(sky: torch.Tensor) -> torch.Tensor:
    """Fill the small black holes and rings that some pictures have around lamps and the sun. (h, w, 3), 8-bit log."""
    image = sky.permute(2, 0, 1)[None].float()  # (1, 3, h, w)
    for _ in range(12):
        sound = (image.amin(1, keepdim=True) >= 30).float()
        near = F.avg_pool2d(sound, 3, 1, 1) * 9  # how many of the 3x3 around a pixel are sound
        mean = F.avg_pool2d(image * sound, 3, 1, 1) * 9 / near.clamp(min=1)
        bright = mean.amax(1, keepdim=True)
        blue = image[:, 2:] > image[:, :1] + 25  # what too bright a sun has become in some pictures
        hole = (sound == 0) & (((near >= 5) & (bright > 90)) | (blue & (near >= 1) & (bright > 170)))
        image = torch.where(hole, mean, image)
    return image[0].permute(1, 2, 0)


def _stars(size: tuple[int, int]) -> torch.Tensor:
    """A field of single bright pixels, linear light (h, w, 3); fewer towards the poles, where pixels crowd."""
    height, width = size
    rng = np.random.default_rng(7)
    up = np.arcsin(rng.uniform(-1, 1, 1500)) / math.pi + 0.5
    rows, columns = (up * (height - 1)).astype(int), rng.integers(0, width, 1500)
    out = np.zeros((height, width, 3), np.float32)
    out[rows, columns] = rng.uniform(0.2, 1, (1500, 1)) ** 3 * (1 + rng.uniform(-0.15, 0.15, (1500, 3)))
    return torch.from_numpy(out)


def directions(height: int, width: int) -> torch.Tensor:
    """Unit vectors of a panorama's pixels, (height, width, 3)."""
    up = (0.5 - (torch.arange(height) + 0.5) / height)[:, None] * math.pi
    turn = ((torch.arange(width) + 0.5) / width * 2 - 1)[None] * math.pi
    flat = up.cos()
    return torch.stack([flat * turn.sin(), up.sin().expand(height, width), -flat * turn.cos()], -1)


def shed(light: torch.Tensor) -> Light:
    """What a panorama of linear light (512, 1024, 3) sheds on what stands in it."""
    coarse = light.reshape(128, 4, 256, 4, 3).mean((1, 3))
    ways = directions(128, 256)
    area = (math.pi / 128) * (2 * math.pi / 256) * (1 - ways[..., 1] ** 2).sqrt()[..., None]  # (128, 256, 1)
    grey = coarse.mean(-1, keepdim=True)
    level = float((grey * area).sum() / area.sum())
    soft = coarse * (4 * level / grey).clamp(max=1)  # without its lamps
    excess = ((coarse - soft) * area * (ways[..., 1:2] > 0)).sum((0, 1)) / math.pi
    patch = F.avg_pool2d(grey[..., 0][None, None], 5, 1, 2)[0, 0] * (ways[..., 1] > 0.05)
    towards = ways.reshape(-1, 3)[int(patch.argmax())]
    out = directions(*SMALL).reshape(-1, 3)
    small = (soft * area).reshape(16, 8, 32, 8, 3).sum((1, 3)).reshape(-1, 3)
    facing = (out @ out.T).clamp(min=0)
    ambient = (facing @ small / math.pi).reshape(*SMALL, 3)
    up = ambient[:3].mean((0, 1))
    lamp = excess * float((0.9 * up.mean() / excess.mean().clamp(min=1e-6)).clamp(min=1.0))
    lamp = lamp * float((2.2 * up.mean() / lamp.mean().clamp(min=1e-6)).clamp(max=1.0))
    lamp = 0.6 * lamp + 0.4 * lamp.mean() * up / up.mean().clamp(min=1e-6)
    middle = float((grey.clamp(min=1e-3).log() * area).sum() / area.sum())
    gain = min(max((0.25 / math.exp(middle)) ** 0.4, 0.7), 2.5)
    exposed = min(max(1.15 / (gain * float((up + 0.7 * lamp).mean())), 0.4), 2.0)  # bright, but not bleached
    return Light(towards, lamp * exposed, ambient * exposed, gain)


def look(table: torch.Tensor, which: torch.Tensor, way: torch.Tensor) -> torch.Tensor:
    """Value of panoramas in given directions, bilinear, seamless around.

    table: (P, h, w, 3). which: int64 (N,) the panorama of each ray. way: (N, 3) unit vectors. Gives (N, 3).
    """
    _, high, wide, _ = table.shape
    u = torch.atan2(way[:, 0], -way[:, 2]) * (wide / (2 * math.pi)) + (wide / 2 - 0.5)
    v = (0.5 - torch.asin(way[:, 1].clamp(-1, 1)) / math.pi) * high - 0.5
    left, top = u.floor(), v.floor()
    x, y = (u - left)[:, None], (v - top)[:, None]
    x0, y0 = left.long() % wide, top.long()
    x1, y1 = (x0 + 1) % wide, (y0 + 1).clamp(0, high - 1)
    flat, row0, row1 = table.reshape(-1, 3), (which * high + y0.clamp(0, high - 1)) * wide, (which * high + y1) * wide
    upper = torch.lerp(flat[row0 + x0], flat[row0 + x1], x)
    lower = torch.lerp(flat[row1 + x0], flat[row1 + x1], x)
    return torch.lerp(upper, lower, y)
