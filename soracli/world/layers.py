"""What every place is made of: light, sky, far layers and a ground in perspective, as strips to be scrolled.

Lengths are frame heights; x runs along the world, y down the frame. A layer that stands on the ground at row y moves
by `ground_factor(y)` of the camera's travel, so that its parallax is that of the ground under it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar

import torch

from soracli.world.language.surroundings import BARE, PLACES
from soracli.world.language.verbs import GROUND, HORIZON, ground_factor
from soracli.world.seasons import of_grass, of_tree
from soracli.world.strips import RGB, Strip, hashed, noise, triangle

T = TypeVar("T")


BLACK = (0.0, 0.0, 0.0)
WHITE = (1.0, 1.0, 1.0)


class Light(NamedTuple):
    """A time of day. zenith, horizon: RGB of the sky. scenery, actors: RGB factors. orb: RGB of the sun or the moon.

    orb_at: `high`, `low`, `below` the horizon, or `none` that shows. lit: lamps and stars are on. cloud: RGB of the
    clouds. played: whether the sun or the moon is a performer, and not of the sky. gloom: factor on the zenith in the
    dark folds of a closed sky.
    Of performers: rim: RGB that is added along the edges that the orb shines on. orb_x: where it stands, frame widths.
    long: length of the shadows that they cast away from it, over their heights.
    """

    zenith: RGB
    horizon: RGB
    scenery: RGB
    actors: RGB
    orb: RGB
    orb_at: str = "high"
    lit: bool = False
    played: bool = False
    cloud: RGB = (1.0, 1.0, 1.0)
    gloom: float = 0.82
    rim: RGB = BLACK
    orb_x: float = 0.5
    long: float = 0.0

    @property
    def colours(self) -> tuple[RGB, RGB, RGB, RGB]:
        """Zenith, horizon, scenery, actors."""
        return self.zenith, self.horizon, self.scenery, self.actors


LIGHTS = {
    "day": Light((0.28, 0.58, 0.95), (0.80, 0.92, 1.0), WHITE, WHITE, (1.0, 0.97, 0.80)),
    "golden hour": Light(
        (0.42, 0.60, 0.86),
        (1.0, 0.87, 0.62),
        (1.0, 0.88, 0.68),
        (1.0, 0.90, 0.72),
        (1.0, 0.93, 0.68),
        "low",
        cloud=(1.0, 0.93, 0.82),
        rim=(0.40, 0.30, 0.12),
        long=1.6,
    ),
    "sunset": Light(
        (0.36, 0.26, 0.55),
        (1.0, 0.66, 0.36),
        (0.93, 0.68, 0.58),
        (0.96, 0.76, 0.66),
        (1.0, 0.90, 0.62),
        "low",
        cloud=(1.0, 0.80, 0.72),
        rim=(0.52, 0.30, 0.10),
        long=2.2,
    ),
    "dusk": Light(
        (0.10, 0.14, 0.36),
        (0.72, 0.50, 0.58),
        (0.44, 0.46, 0.66),
        (0.66, 0.66, 0.84),
        (1.0, 0.62, 0.40),
        "below",
        lit=True,
        cloud=(0.46, 0.40, 0.58),
        rim=(0.22, 0.12, 0.10),
    ),
    "night": Light(
        (0.03, 0.05, 0.17),
        (0.17, 0.22, 0.44),
        (0.32, 0.40, 0.64),
        (0.64, 0.69, 0.91),
        (0.95, 0.96, 1.0),
        lit=True,
        rim=(0.12, 0.15, 0.24),
    ),
    "gloom": Light(
        (0.13, 0.17, 0.22),
        (0.36, 0.42, 0.45),
        (0.40, 0.47, 0.50),
        (0.64, 0.69, 0.74),
        WHITE,
        "none",
        lit=True,
        cloud=(0.34, 0.39, 0.43),
    ),
    "dawn": Light(
        (0.47, 0.60, 0.88),
        (1.0, 0.83, 0.76),
        (0.94, 0.86, 0.88),
        (1.0, 0.90, 0.87),
        (1.0, 0.90, 0.72),
        "low",
        cloud=(1.0, 0.92, 0.92),
        rim=(0.34, 0.24, 0.16),
        long=1.8,
    ),
    "overcast": Light(
        (0.60, 0.65, 0.71),
        (0.82, 0.85, 0.88),
        (0.80, 0.83, 0.85),
        (0.92, 0.93, 0.95),
        WHITE,
        "none",
        cloud=(0.90, 0.92, 0.94),
    ),
}
STORM = Light(
    (0.17, 0.20, 0.26), (0.46, 0.50, 0.54), (0.50, 0.55, 0.60), (0.72, 0.76, 0.82), WHITE, "none",
    cloud=(0.40, 0.43, 0.48), gloom=0.6,
)  # fmt: skip
DUST = Light(
    (0.66, 0.48, 0.30), (0.84, 0.68, 0.46), (0.86, 0.74, 0.58), (0.94, 0.82, 0.66), WHITE, "none",
    cloud=(0.78, 0.60, 0.40),
)  # fmt: skip
EVENINGS = (  # zenith, horizon and clouds of other sunsets
    ((0.36, 0.26, 0.55), (1.0, 0.66, 0.36), (1.0, 0.80, 0.72)),
    ((0.24, 0.30, 0.58), (1.0, 0.58, 0.44), (1.0, 0.70, 0.62)),
    ((0.46, 0.34, 0.58), (1.0, 0.72, 0.60), (1.0, 0.76, 0.78)),
    ((0.40, 0.48, 0.72), (1.0, 0.76, 0.42), (1.0, 0.84, 0.66)),
    ((0.34, 0.14, 0.36), (0.96, 0.42, 0.26), (0.92, 0.52, 0.46)),
)
BRIGHT = frozenset({"moon", "stage", "space"})  # places with a light of their own
LAMPS = (0.97, 0.88, 0.76)  # RGB factor of lamplight
SIGNS = {"neon street": (0.90, 0.84, 0.98)}  # of what lights performers where there is light at night
DULL = frozenset({"rain", "drizzle", "downpour", "hail", "snow", "flurries", "fog"})  # weathers that hide the sun
DARK = frozenset({"storm", "blizzard", "tornado"})  # those that take the light with it


def light_of(time: str, weather: str, place: str) -> Light:
    """The light of a time of day; rain, snow and fog take its sun and most of its colour, storms all but the night."""
    clear = LIGHTS["day" if place in BRIGHT else time]
    if clear.lit and place in SIGNS:
        clear = clear._replace(actors=SIGNS[place])
    if place in PLACES and PLACES[place].indoors:
        within = clear._replace(rim=BLACK, long=0.0)
        return within._replace(scenery=LAMPS if clear.lit else WHITE, actors=(1.0, 0.95, 0.88) if clear.lit else WHITE)
    if weather not in DULL | DARK | {"sandstorm"} or place in BARE:
        return clear
    hidden = clear._replace(orb_at="none", rim=BLACK, long=0.0)
    if time == "night":
        return hidden._replace(zenith=(0.06, 0.08, 0.17), horizon=(0.20, 0.23, 0.36))
    if weather in DARK:
        return _between(hidden, STORM, 0.9)._replace(lit=clear.lit, gloom=STORM.gloom)
    if weather == "sandstorm":
        return _between(hidden, DUST, 0.85)
    return hidden if clear.lit else _between(hidden, LIGHTS["overcast"], 0.65)


def _between(light: Light, other: Light, share: float) -> Light:
    """A light on the way to another one. share: of the way; of clouds a little more."""
    zenith, horizon, scenery, actors = (blended(a, b, share) for a, b in zip(light.colours, other.colours, strict=True))
    cloud = blended(light.cloud, other.cloud, min(share + 0.15, 1))
    return light._replace(zenith=zenith, horizon=horizon, scenery=scenery, actors=actors, cloud=cloud)


def shining(time: str, weather: str, place: str, seed: int) -> Light:
    """The same light with its sun or moon where it stands by the seed."""
    return light_of(time, weather, place)._replace(orb_x=shining_x(seed))


def blended(a: RGB, b: RGB, share: float) -> RGB:
    """A colour between two. share: of the second."""
    r, g, b_ = (x + (y - x) * share for x, y in zip(a, b, strict=True))
    return r, g, b_


def shining_x(seed: int) -> float:
    """Where the sun or the moon stands, frame widths."""
    return 0.12 + 0.76 * hashed(seed, 1)


def orb_at(light: Light, seed: int, aspect: float, horizon: float = HORIZON) -> tuple[float, float]:
    """Where the sun or the moon stands, frame heights; the horizon lies in that row."""
    x = aspect * shining_x(seed)
    if light.orb_at in ("low", "below"):
        return x, horizon - 0.01 - 0.16 * hashed(seed, 2)
    return x, 0.09 + 0.21 * hashed(seed, 2)


class View(NamedTuple):
    """What a layer must cover. width, height: pixels. low, high: camera travel, frame heights, at the actors' depth.

    seconds: the latest time that is shown, for layers that drift. weather: what is seen of it. season: of what grows.
    """

    width: int
    height: int
    low: float
    high: float
    light: Light
    seed: int
    seconds: float = 0.0
    weather: str = "clear"
    season: str = ""

    def strip(self, y0: float, y1: float, factor: float, drift: float = 0.0) -> Strip:
        """An empty layer, wide enough for every position of the camera. drift: frame heights per second."""
        ends = (0.0, drift * self.seconds)
        start = math.floor((self.low * factor + min(ends)) * self.height) - 1
        stop = math.ceil((self.high * factor + max(ends)) * self.height) + self.width + 2
        return replace(Strip.empty(y0, y1, (start, stop), self.height, factor), drift=drift)

    def tone(self, colour: RGB, haze: float = 0.0) -> RGB:
        """A colour under this light and in this season, seen through haze (0..1)."""
        return self._lit(of_grass(colour, self.season), haze)

    def leaf(self, colour: RGB, haze: float = 0.0, *number: int) -> RGB:
        """The leaves of a tree or a bush, likewise. number: of the tree, by which one differs from the other."""
        return self._lit(of_tree(colour, self.season, self.seed, *number), haze)

    def _lit(self, colour: RGB, haze: float) -> RGB:
        r, g, b = (
            c * s * (1 - haze) + h * haze
            for c, s, h in zip(colour, self.light.scenery, self.light.horizon, strict=True)
        )
        return r, g, b

    def pick(self, options: Sequence[T], *salt: int) -> T:
        """One of the options, by the seed and the salt."""
        return options[int(hashed(self.seed, *salt) * len(options))]

    def between(self, low: float, high: float, *salt: int) -> float:
        """A number between two, by the seed and the salt."""
        return low + (high - low) * hashed(self.seed, *salt)

    @property
    def aspect(self) -> float:
        """Width in frame heights."""
        return self.width / self.height


class Backdrop(NamedTuple):
    """Layers from far to near: `behind` the performers and in `front` of them. The ground lies among those behind.

    shore: row of the frame down to which the ground is water.
    """

    sky: Strip
    far: list[Strip]
    ground: Strip
    near: list[Strip]
    front: list[Strip]
    shore: float = 0.0


def lattice(strip: Strip, spacing: float, margin: float, seed: int) -> Iterator[tuple[int, float]]:
    """(number, world x) of things about `spacing` apart that may be seen in a strip, with the seed's offsets."""
    left, right = strip.span
    spacing *= 0.85 + 0.35 * hashed(seed, 990)
    for i in range(math.floor((left - margin) / spacing) - 1, math.ceil((right + margin) / spacing) + 1):
        yield i, (i + 0.5 + 0.5 * (hashed(seed, i) - 0.5)) * spacing


def landmarks(view: View, strip: Strip, spacing: float, margin: float, salt: int) -> Iterator[tuple[int, float]]:
    """(number, world x) of large things `spacing` apart, one of which stands in the frame where the camera begins."""
    left, right = strip.span
    first = view.aspect * view.between(0.25, 0.75, salt)
    for i in range(math.floor((left - margin - first) / spacing), math.ceil((right + margin - first) / spacing) + 1):
        yield i, first + i * spacing


def shaded(colour: RGB, factor: float) -> RGB:
    """A colour made darker or lighter."""
    return min(colour[0] * factor, 1.0), min(colour[1] * factor, 1.0), min(colour[2] * factor, 1.0)


def glow(strip: Strip, x: float, y: float, reach: float, colour: RGB, strength: float) -> None:
    """Light around a point, fading to nothing at `reach`."""
    part = strip.part((x - reach, y - reach, x + reach, y + reach))
    if part is not None:
        away = ((part.x - x) ** 2 + (part.y - y) ** 2).sqrt() / reach
        part.cover((1 - away).clamp(min=0) ** 2 * strength, colour)


def pane(view: View, y0: float, y1: float, factor: float, drift: float = 0.0) -> Strip:
    """A layer from y0 to y1 that hides what is behind it, in black."""
    strip = view.strip(y0, y1, factor, drift)
    strip.cover(torch.ones(1, 1), (0.0, 0.0, 0.0))
    return strip


def graded(light: Light, seed: int) -> Light:
    """The same light as it differs from one day to the next: a little warmer or cooler, paler or deeper."""
    warm, deep = 0.05 * (hashed(seed, 801) * 2 - 1), 0.16 * (hashed(seed, 802) * 2 - 1)

    def turned(colour: RGB, share: float) -> RGB:
        grey = sum(colour) / 3
        r, g, b = (grey + (c - grey) * (1 + deep * share) for c in colour)
        return min(max(r * (1 + warm), 0.0), 1.0), min(max(g, 0.0), 1.0), min(max(b * (1 - warm), 0.0), 1.0)

    if light[:2] == LIGHTS["sunset"][:2]:
        evening = EVENINGS[int(hashed(seed, 804) * len(EVENINGS))]
        light = light._replace(zenith=evening[0], horizon=evening[1], cloud=evening[2])
    zenith = blended(turned(light.zenith, 1.0), light.horizon, 0.22 * hashed(seed, 803))
    return light._replace(zenith=zenith, horizon=turned(light.horizon, 0.6), scenery=turned(light.scenery, 0.3))


def ridge(view: View, base: float, rise: float, wave: float, factor: float, colour: RGB, salt: int) -> Strip:
    """A rolling skyline that fills everything under it. wave: length of its waves, frame heights."""
    strip = view.strip(base - rise * 2.2, HORIZON + 0.03, factor)
    x = strip.x / (wave * view.between(0.75, 1.4, salt, 2))
    top = base - rise * view.between(0.7, 1.5, salt, 1) * (
        noise(x, torch.full((1, 1), 0.5), view.seed + salt) + 0.35 * (x * 2.3 + salt).sin()
    )
    strip.cover(((strip.y - top) * view.height + 0.5).clamp(0, 1), colour)
    return strip


def peaks(view: View, haze: float, snow: float) -> Strip:
    """Mountains with sunlit and shaded sides. snow: share of their height that is white."""
    strip = view.strip(0.2, HORIZON + 0.03, 0.05)
    for i, x in lattice(strip, 0.36, 0.5, view.seed + 7):
        tall = (0.15 + 0.13 * hashed(view.seed, 8, i)) * view.between(0.75, 1.25, 9)
        peak(view, strip, x, tall, tall * 1.25, haze, snow)
    return strip


def peak(view: View, strip: Strip, x: float, tall: float, half: float, haze: float, snow: float) -> None:
    """One mountain, its foot on the horizon, 2 * half wide."""
    top, low = HORIZON - tall, HORIZON + 0.03
    slope = half / (low - top)
    here = (x - half, top, x + half, low)
    strip.shape(here, triangle(x, top, low, half), view.tone((0.50, 0.56, 0.70), haze))
    strip.shape((x, top, x + half, low), _right(x, top, slope), view.tone((0.40, 0.46, 0.62), haze))
    part = strip.part((x - half, top, x + half, top + tall * snow * 1.2)) if snow > 0 else None
    if part is not None:
        saw = ((part.x - x) / tall * 7 + tall * 40).sin() + 0.6 * ((part.x - x) / tall * 17).sin()
        line = top + tall * snow * (0.86 + 0.13 * saw)  # its lower edge is ragged
        sides = ((part.y - top) * slope - (part.x - x).abs()) / (1 + slope * slope) ** 0.5
        inside = (sides * view.height + 0.5).clamp(0, 1) * ((line - part.y) * view.height + 0.5).clamp(0, 1)
        part.cover(inside, view.tone((0.97, 0.98, 1.0), haze * 0.6))
        away = (0.5 - _right(x, top, slope)(part.x, part.y) * view.height).clamp(0, 1)
        part.cover(inside * away, view.tone((0.82, 0.88, 0.97), haze * 0.7))


def _right(cx: float, top: float, slope: float) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    """The shaded side of a peak: right of a line that falls from its tip."""
    return lambda x, y: torch.maximum((x - cx) - (y - top) * slope, (y - top) * 0.25 - (x - cx))


def floor(view: View, near: RGB, far: RGB, grain: float = 0.05) -> Strip:
    """Ground from the horizon down, in perspective: broad soft patches that fade into the distance."""
    strip = Strip.empty(HORIZON, 1.0, ground_columns(view), view.height, 1.0)
    depth = ((strip.y - HORIZON) / (1 - HORIZON)).clamp(0, 1)
    tints = [view.between(0.92, 1.08, 13, k) for k in range(3)]
    near, far = ((r * tints[0], g * tints[1], b * tints[2]) for r, g, b in (near, far))
    strip.cover(torch.ones(1, 1), view.tone(far))
    strip.cover(depth**0.8, view.tone(near))
    u, z = ground_coordinates(view, strip)
    patch = noise(u * 1.6, z * 4, view.seed + 11) * 0.7 + noise(u * 4, z * 9, view.seed + 12) * 0.3
    strip.pixels[..., :3] *= 1 + (grain * patch * (depth * 2.5).clamp(0, 1))[..., None]
    return strip


def haze(view: View, strip: Strip, amount: float = 0.5) -> None:
    """Let the ground melt into the sky at the horizon."""
    depth = ((strip.y - HORIZON) / (1 - HORIZON)).clamp(0, 1)
    strip.cover((-depth * 9).exp() * amount, view.light.horizon)


def ground_columns(view: View) -> tuple[int, int]:
    """World columns [start, stop) that a ground must have for every position of the camera."""
    reach = ground_factor(1.0)
    return (
        math.floor(min(view.low * reach, 0) * view.height) - 1,
        math.ceil(max(view.high * reach, 0) * view.height) + view.width + 2,
    )


def ground_coordinates(view: View, strip: Strip) -> tuple[torch.Tensor, torch.Tensor]:
    """(rows, columns) place along the world and (rows, 1) distance of the ground in each pixel; 1 = the actors'.

    Lines that run away from the viewer meet on the horizon in the middle of the frame.
    """
    k = ((strip.y - HORIZON) / (GROUND - HORIZON)).clamp(min=0.02)
    return (strip.x - view.width / view.height / 2) / k, 1 / k


def standing(view: View, y: float, tall: float) -> Strip:
    """An empty layer of things that stand on the ground at row y and are up to `tall` high."""
    return view.strip(y - tall, y + 0.02, ground_factor(y))
