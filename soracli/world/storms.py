"""What weather does beside falling: flashes of lightning, drops that splash on the ground, dust.

Each is drawn over finished frames, as what `weather` draws is.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from soracli.world.domain import Frame
from soracli.world.language.surroundings import PLACES
from soracli.world.language.verbs import HORIZON, ground_factor
from soracli.world.scene import Scene
from soracli.world.strips import ONE, RGB, Shape, Strip, bar, disc, fixed, hashed, noise, over

Draw = Callable[[torch.Tensor, float, float], None]  # over int16 (H, W * 3), at seconds, with the camera's travel
EVERY, FLASH = 2.3, 0.45  # seconds between two flashes and that one lasts
SPLASHES, SPLASH = 6, 0.4  # drawings of a splash and seconds that one lasts


def flashes(scene: Scene, frame: Frame) -> Draw:
    """Lightning: forked bolts high in the picture, whose light flickers over all of it."""
    bolts = [_bolt(scene.seed + 31 * k, frame) for k in range(3)]

    def draw(canvas: torch.Tensor, seconds: float, travel: float) -> None:
        number = math.floor(seconds / EVERY)
        since = seconds - EVERY * (number + 0.15 + 0.5 * hashed(scene.seed, 71, number))
        if not 0 <= since < FLASH:
            return
        level = (1 - since / FLASH) * (0.55 + 0.45 * math.cos(since * 40))
        if since < 0.6 * FLASH:
            colour, cover = bolts[number % len(bolts)]
            over(canvas[: len(colour)], colour, cover)
        white = torch.full_like(canvas, round(0.34 * level * ONE))
        over(canvas, (white * 245) >> 7, white)

    return draw


def _bolt(seed: int, frame: Frame) -> tuple[torch.Tensor, torch.Tensor]:
    """A bolt with two branches, in a soft light of its own: int16 colour and cover of the rows above the horizon."""
    strip = Strip.empty(0, HORIZON, (0, frame.width), frame.height, 0.0)
    white: RGB = (0.96, 0.96, 1.0)
    start = frame.aspect * (0.15 + 0.7 * hashed(seed, 72))
    for branch, (first, last) in enumerate(((0, 9), (3, 7), (5, 9))):
        x, y = start, 0.0
        for k in range(last):
            lean = (
                hashed(seed, 73, 0 if k < first else branch, k) - 0.5 + 0.35 * (branch * (k >= first)) * (-1) ** branch
            )
            there = (x + 0.09 * lean, y + HORIZON * 0.6 / 9)
            if k >= first:
                thick = 0.0055 * (1 - 0.5 * k / 9) / (1 + branch)
                for share, cover in ((4.0, 0.15), (2.2, 0.25), (1.0, 1.0)):
                    strip.put(bar(x, y, *there, thick * share), white, cover)
            x, y = there
    return fixed(strip.pixels)


def splashes(scene: Scene, frame: Frame, many: float) -> Draw | None:
    """Rings on the water, and drops that leap up from the ground; None where neither is. many: 1 = in plain rain."""
    place = PLACES.get(scene.place)
    if place is None or place.indoors or not place.ground:
        return None
    drawings = [_splashed(scene, frame, many, k, water=place.water) for k in range(SPLASHES)]
    top = frame.height - drawings[0][0].shape[0]

    def draw(canvas: torch.Tensor, seconds: float, travel: float) -> None:
        colour, cover = drawings[int(seconds * SPLASHES / SPLASH) % SPLASHES]
        columns = canvas.shape[1] // 3
        moved = round(travel * frame.height) % columns * 3
        for begin, end, to in ((moved, columns * 3, 0), (0, moved, columns * 3 - moved)):
            if begin < end:
                over(canvas[top:, to : to + end - begin], colour[:, begin:end], cover[:, begin:end])

    return draw


def _splashed(scene: Scene, frame: Frame, many: float, k: int, *, water: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """The k-th drawing of all splashes, each of which began at another time: int16 colour and cover of the ground."""
    strip = Strip.empty(HORIZON + 0.02, 1.0, (0, frame.width), frame.height, 0.0)
    for i in range(round(44 * many * frame.aspect)):
        age = (k / SPLASHES + hashed(scene.seed, 74, i)) % 1
        y = HORIZON + 0.03 + (0.97 - HORIZON) * hashed(scene.seed, 75, i) ** 1.3
        x, size, fade = frame.aspect * hashed(scene.seed, 76, i), ground_factor(y), 1 - age
        colour: RGB = (0.90, 0.95, 1.0)
        if water:
            r, thick = 0.034 * size * (0.2 + age), max(0.0022 * size, 0.6 / frame.height)
            strip.put(_ring(x, y, r, thick), colour, 0.6 * fade)
            continue
        r = 0.0035 * size
        for side in (-1, 0, 1):
            up = 0.022 * size * age * (1.5 - 1.3 * age) * (1.4 if side == 0 else 1)
            strip.put(disc(x + side * 0.014 * size * age, y - up, r, r), colour, 0.65 * fade)
    return fixed(strip.pixels)


def _ring(x: float, y: float, r: float, thick: float) -> Shape:
    """A circle on the water, seen from the side."""
    outer, inner = disc(x, y, r + thick, 0.32 * r + thick), disc(x, y, r, 0.32 * r)
    return Shape(lambda u, v: torch.maximum(outer(u, v), -inner(u, v)), outer.bounds)


def dust(scene: Scene, frame: Frame, colour: RGB, thick: float) -> Draw:
    """Banks of what the wind drives along, fast. thick: cover of the densest, 0..1."""
    columns = frame.width + math.ceil(2.5 * frame.height)
    strip = Strip.empty(0, 1 - 0.5 / frame.height, (0, columns), frame.height, 0.0)
    lap = (strip.x - strip.x[0, 0]) / (columns / frame.height) * 2 * math.pi  # the end joins the beginning
    u, v = 2.2 * lap.cos(), 2.2 * lap.sin()
    bank = noise(u + 0.15 * strip.y * 9, v + strip.y * 3.2, scene.seed + 77)
    bank = bank + 0.55 * noise(2.3 * u + strip.y * 2, 2.3 * v + strip.y * 7, scene.seed + 78)
    strip.cover((0.38 + 0.34 * bank + 0.18 * strip.y).clamp(0.1, 0.95) * thick, colour)
    tint, cover = fixed(strip.pixels)

    def draw(canvas: torch.Tensor, seconds: float, travel: float) -> None:
        shift = round((0.9 * seconds + travel) * frame.height) % columns
        for begin in (shift * 3, (shift - columns) * 3):
            first, last = max(begin, 0), min(begin + canvas.shape[1], columns * 3)
            if first < last:
                over(canvas[:, first - begin : last - begin], tint[:, first:last], cover[:, first:last])

    return draw
