"""Weather between the camera and the scene: sheets of falling things, fog, fireflies. The same over every domain.

Sheets are painted once, repeat in both directions, and slide over the picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch

from soracli.world.domain import Frame
from soracli.world.language.surroundings import WINDOWED
from soracli.world.layers import blended, light_of
from soracli.world.rooms import OUTSIDE
from soracli.world.scene import Scene
from soracli.world.storms import Draw, dust, flashes, splashes
from soracli.world.strips import ONE, RGB, Distance, Strip, bar, disc, fixed, hashed, lerp, noise, over

PAPER = ((1.0, 0.35, 0.40), (1.0, 0.80, 0.25), (0.35, 0.80, 0.45), (0.35, 0.60, 1.0), (0.85, 0.45, 0.95))
PETALS = ((0.98, 0.97, 0.94), (0.98, 0.86, 0.90), (0.90, 0.92, 0.74), (0.98, 0.93, 0.70))
LEAVES = ((0.90, 0.45, 0.15), (0.95, 0.70, 0.20), (0.75, 0.28, 0.15), (0.60, 0.55, 0.20))


@dataclass(frozen=True)
class Sheet:
    """A repeating picture of falling things. Speeds in frame heights per second, to the right and down.

    drawings: int16 (K, 2, 2 * rows, 2 * columns * 3), colour and cover, each repeated twice in both directions;
    the K drawings follow one another `rate` times a second. sway: frame heights that it swings sideways.
    """

    drawings: torch.Tensor
    across: float
    down: float
    rate: float = 0.0
    sway: float = 0.0

    def draw(self, canvas: torch.Tensor, seconds: float, travel: float) -> None:
        """Over int16 (H, W * 3). travel: of the camera, frame heights."""
        height, width = canvas.shape[0], canvas.shape[1] // 3
        rows, columns = self.drawings.shape[2] // 2, self.drawings.shape[3] // 6
        sway = self.sway * math.sin(2 * math.pi * seconds / 2.6)
        x = ((travel - self.across * seconds - sway) * height) % columns
        y = (-self.down * seconds * height) % rows
        left, top = math.floor(x), math.floor(y)
        part = self.drawings[int(seconds * self.rate) % len(self.drawings)].to(canvas.device)
        part = part[:, top : top + height + 1, left * 3 : left * 3 + (width + 1) * 3]
        part = lerp(part[..., :-3], part[..., 3:], round((x - left) * ONE))
        part = lerp(part[:, :-1], part[:, 1:], round((y - top) * ONE))
        over(canvas, part[0], part[1])


DRIVEN = {  # weathers of which banks are driven along: their colour and densest cover
    "blizzard": ((0.90, 0.93, 0.97), 0.6), "sandstorm": ((0.82, 0.64, 0.42), 0.8), "tornado": ((0.56, 0.52, 0.47), 0.5),
}  # fmt: skip

Sprinkle = Callable[[int, float, float, int], tuple[Distance, RGB, float]]


def _sheet(frame: Frame, count: int, reach: float, kinds: int, sprinkle: Sprinkle, seed: int) -> torch.Tensor:
    """Paint `count` things per square frame height. sprinkle(i, x, y, k) -> shape, colour and cover of drawing k."""
    aspect = (frame.width + 2) / frame.height
    drawings = []
    for k in range(kinds):
        strip = Strip.empty(0, 1 - 0.5 / frame.height, (0, frame.width + 2), frame.height, 0.0)
        for i in range(round(count * aspect)):
            x, y = hashed(seed, i, 0) * aspect, hashed(seed, i, 1)
            for dx in (-aspect, 0.0, aspect):
                for dy in (-1.0, 0.0, 1.0):
                    u, v = x + dx, y + dy
                    if -reach < u < aspect + reach and -reach < v < 1 + reach:
                        shape, colour, cover = sprinkle(i, u, v, k)
                        strip.shape((u - reach, v - reach, u + reach, v + reach), shape, colour, cover)
        drawings.append(torch.stack(fixed(strip.pixels)).repeat(1, 2, 2))
    return torch.stack(drawings)


class Fall(NamedTuple):
    """How hard it rains, snows or hails: things and length (of flakes, size) against the usual, and how far the wind
    drives them aside for each frame height that they fall. pace: of the fall."""

    many: float
    long: float
    lean: float
    pace: float = 1.0


RAINS = {
    "drizzle": Fall(0.7, 0.45, 0.06, 0.8),
    "rain": Fall(1.0, 1.0, 0.1),
    "downpour": Fall(1.8, 1.3, 0.12, 1.2),
    "storm": Fall(1.8, 1.3, 0.42, 1.25),
    "tornado": Fall(0.5, 0.9, 0.5, 1.2),
}
SNOWS = {
    "flurries": Fall(0.4, 0.9, 0.15),
    "snow": Fall(1.0, 1.0, 0.16),
    "blizzard": Fall(2.2, 0.9, 1.6, 5.0),
}


def _rain(scene: Scene, frame: Frame) -> list[Sheet]:
    fall = RAINS[scene.weather]

    def drop(long: float, cover: float) -> Sprinkle:
        thick, long = max(0.0016, 0.35 / frame.height), long * fall.long
        return lambda i, x, y, k: (bar(x, y, x - fall.lean * long, y + long, thick), (0.86, 0.91, 1.0), cover)

    far, near = drop(0.05, 0.35), drop(0.09, 0.5)
    fast, faster = 1.3 * fall.pace, 1.9 * fall.pace
    return [
        Sheet(_sheet(frame, round(70 * fall.many), 0.1, 1, far, scene.seed + 1), -fall.lean * fast, fast),
        Sheet(_sheet(frame, round(40 * fall.many), 0.12, 1, near, scene.seed + 2), -fall.lean * faster, faster),
    ]


def _snow(scene: Scene, frame: Frame) -> list[Sheet]:
    fall = SNOWS[scene.weather]

    def flake(size: float) -> Sprinkle:
        size *= fall.long
        return lambda i, x, y, k: (disc(x, y, r := size * (0.7 + 0.6 * hashed(i, 5)), r), (1.0, 1.0, 1.0), 0.92)

    slow, fast = 0.12 * fall.pace, 0.20 * fall.pace
    return [
        Sheet(
            _sheet(frame, round(80 * fall.many), 0.03, 1, flake(0.006), scene.seed + 3),
            fall.lean * slow,
            slow,
            sway=0.02,
        ),
        Sheet(
            _sheet(frame, round(34 * fall.many), 0.04, 1, flake(0.011), scene.seed + 4),
            fall.lean * fast,
            fast,
            sway=0.03,
        ),
    ]


def _hail(scene: Scene, frame: Frame) -> list[Sheet]:
    def stone(i: int, x: float, y: float, k: int) -> tuple[Distance, RGB, float]:
        r = 0.006 * (0.7 + 0.6 * hashed(i, 9))
        return bar(x, y, x - 0.002, y + 0.014, r * 0.6, r), (0.94, 0.97, 1.0), 0.95

    return [Sheet(_sheet(frame, 46, 0.03, 1, stone, scene.seed + 9), -0.12, 1.5)]


def _wind(scene: Scene, frame: Frame) -> list[Sheet]:
    """Petals and seeds that a gust carries past, and streaks of the air itself."""

    def seed(i: int, x: float, y: float, k: int) -> tuple[Distance, RGB, float]:
        turn = 2 * math.pi * (k / 8 + hashed(i, 10))
        dx, dy = 0.008 * math.cos(turn), 0.005 * math.sin(turn)
        return bar(x - dx, y - dy, x + dx, y + dy, 0.0035, 0.002), PETALS[i % len(PETALS)], 0.9

    def streak(i: int, x: float, y: float, k: int) -> tuple[Distance, RGB, float]:
        long = 0.10 + 0.10 * hashed(i, 11)
        return bar(x - long, y + 0.008, x, y, 0.0004, 0.002), (1.0, 1.0, 1.0), 0.28

    return [
        Sheet(_sheet(frame, 9, 0.22, 1, streak, scene.seed + 10), 1.1, 0.0),
        Sheet(_sheet(frame, 16, 0.03, 8, seed, scene.seed + 11), 0.62, 0.06, 7.0, 0.04),
    ]


def _grit(scene: Scene, frame: Frame) -> list[Sheet]:
    """Grains of sand that the wind drives along."""

    def grain(i: int, x: float, y: float, k: int) -> tuple[Distance, RGB, float]:
        long = 0.02 + 0.03 * hashed(i, 12)
        return bar(x - long, y, x, y + 0.003, 0.0012), (0.96, 0.86, 0.66), 0.5

    return [Sheet(_sheet(frame, 70, 0.06, 1, grain, scene.seed + 12), 1.6, 0.12)]


def _leaves(scene: Scene, frame: Frame) -> list[Sheet]:
    def leaf(i: int, x: float, y: float, k: int) -> tuple[Distance, RGB, float]:
        turn = 2 * math.pi * (k / 8 + hashed(i, 6))
        long, wide = 0.024, 0.009 + 0.006 * abs(math.sin(turn * 0.5))
        dx, dy = long * math.cos(turn), long * math.sin(turn)
        return bar(x - dx, y - dy, x + dx, y + dy, wide, 0.003), LEAVES[i % len(LEAVES)], 1.0

    return [Sheet(_sheet(frame, 15, 0.05, 8, leaf, scene.seed + 5), 0.34, 0.13, 6.0, 0.03)]


def _confetti(scene: Scene, frame: Frame) -> list[Sheet]:
    def piece(i: int, x: float, y: float, k: int) -> tuple[Distance, RGB, float]:
        turn = 2 * math.pi * (k / 8 + hashed(i, 7))
        dx, dy = 0.010 * math.cos(turn), 0.010 * math.sin(turn) * 0.6
        return bar(x - dx, y - dy, x + dx, y + dy, 0.006), PAPER[i % len(PAPER)], 1.0

    return [Sheet(_sheet(frame, 55, 0.03, 8, piece, scene.seed + 6), 0.02, 0.24, 8.0, 0.02)]


SHEETS = {
    **dict.fromkeys(RAINS, _rain), **dict.fromkeys(SNOWS, _snow), "hail": _hail, "leaves": _leaves, "wind": _wind,
    "sandstorm": _grit, "confetti": _confetti,
}  # fmt: skip


def _fog(scene: Scene, frame: Frame) -> Callable[[torch.Tensor, float, float], None]:
    """Banks that drift slowly, thickest at the horizon."""
    wide = frame.width + math.ceil(frame.height * (0.03 * float(frame.times[-1]) + 0.1)) + 2
    strip = Strip.empty(0, 1 - 0.5 / frame.height, (0, wide), frame.height, 0.0)
    x, y = strip.x, strip.y
    bank = noise(x * 1.6, y * 3.5, scene.seed + 7) * 0.6 + noise(x * 3.7, y * 8, scene.seed + 8) * 0.4
    thick = 0.16 + 0.36 * (-(((y - 0.6) / 0.24) ** 2)).exp() + 0.16 * bank
    colour = blended(light_of(scene.time, scene.weather, scene.place).horizon, (0.92, 0.93, 0.94), 0.3)
    strip.cover(thick.clamp(0, 0.85), colour)
    both = torch.stack(fixed(strip.pixels))

    def draw(canvas: torch.Tensor, seconds: float, travel: float) -> None:
        shift = 0.03 * seconds * frame.height
        whole, wide = math.floor(shift) * 3, canvas.shape[1]
        weight = round((shift % 1) * ONE)
        tint, cover = lerp(both[..., whole : whole + wide], both[..., whole + 3 : whole + 3 + wide], weight)
        over(canvas, tint.to(canvas.device), cover.to(canvas.device))

    return draw


def _fireflies(scene: Scene, frame: Frame) -> Callable[[torch.Tensor, float, float], None]:
    """Glowing points that wander and pulse."""
    radius = max(2, round(0.035 * frame.height))
    reach = torch.arange(-radius, radius + 1, dtype=torch.float32) / radius
    away = (reach[None] ** 2 + reach[:, None] ** 2).sqrt()
    glow = (0.45 * (1 - away).clamp(min=0) ** 2 + ((0.28 - away) * 6).clamp(0, 1)).clamp(max=1)
    colour = torch.tensor([1.0, 0.95, 0.45])
    stamps = [fixed(torch.cat([glow[..., None] * colour, glow[..., None]], 2) * (k / 8)) for k in range(9)]
    count = round(14 * max(frame.aspect, 1))

    def draw(canvas: torch.Tensor, seconds: float, travel: float) -> None:
        for i in range(count):
            a, b, c, d = (hashed(scene.seed, 60, i, k) for k in range(4))
            x = (a + 0.05 * math.sin(seconds * (0.5 + c) + 6 * d)) * frame.width - 0.5 * travel * frame.height
            y = (0.25 + 0.65 * b + 0.05 * math.sin(seconds * (0.7 + d) + 6 * c)) * frame.height
            level = round(8 * (0.25 + 0.75 * (0.5 + 0.5 * math.sin(seconds * (1.5 + c) + 6 * a))))
            _stamp(canvas, stamps[level], round(x) % frame.width - radius, round(y) - radius)

    return draw


def _stamp(canvas: torch.Tensor, stamp: tuple[torch.Tensor, torch.Tensor], x: int, y: int) -> None:
    """Lay a small picture over int16 (H, W * 3), cut at the borders."""
    height, width = canvas.shape[0], canvas.shape[1] // 3
    rows, columns = stamp[0].shape[0], stamp[0].shape[1] // 3
    x0, x1, y0, y1 = max(x, 0), min(x + columns, width), max(y, 0), min(y + rows, height)
    if x0 < x1 and y0 < y1:
        tint, cover = (part[y0 - y : y1 - y, (x0 - x) * 3 : (x1 - x) * 3].to(canvas.device) for part in stamp)
        over(canvas[y0:y1, x0 * 3 : x1 * 3], tint, cover)


def falling(scene: Scene, frame: Frame) -> list[Draw]:
    """What lays the things that fall or fly in a scene's weather over a picture; nothing in fog or a clear sky.

    What falls outside of a room is seen through its windows alone, see `rooms.window`.
    """
    if _outside(scene):
        return []
    draws: list[Draw] = [sheet.draw for sheet in SHEETS[scene.weather](scene, frame)] if scene.weather in SHEETS else []
    if scene.weather in RAINS or scene.weather == "hail":
        ground = splashes(scene, frame, RAINS[scene.weather].many if scene.weather in RAINS else 1.0)
        draws = [ground, *draws] if ground is not None else draws
    more: dict[str, Callable[[Scene, Frame], Draw]] = {"fireflies": _fireflies, "storm": flashes}
    if scene.weather in more:
        draws.append(more[scene.weather](scene, frame))
    return draws


def overlay(scene: Scene, frame: Frame) -> list[Draw]:
    """The same, and what hangs in the air or is driven along in banks."""
    draws = falling(scene, frame)
    if _outside(scene):
        return draws
    if scene.weather in DRIVEN:
        return [dust(scene, frame, *DRIVEN[scene.weather]), *draws]
    return [_fog(scene, frame)] if scene.weather == "fog" else draws


def _outside(scene: Scene) -> bool:
    return scene.place in WINDOWED and scene.weather in OUTSIDE


def fall(pixels: torch.Tensor, scene: Scene, frame: Frame, camera: torch.Tensor) -> None:
    """Lay the scene's weather over uint8 (T, H, W, 3), in place. camera: float32 (T, 3) as in Painted."""
    draws = overlay(scene, frame)
    if not draws:
        return
    for t, seconds in enumerate(frame.times.tolist()):
        canvas = pixels[t].flatten(1).to(torch.int16)
        for draw in draws:
            draw(canvas, seconds, float(camera[t, 0]))
        pixels[t] = canvas.view(frame.height, frame.width, 3)
