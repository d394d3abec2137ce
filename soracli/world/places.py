"""The places of the outdoor world, painted as layers: a sky, far layers, the ground, things that stand on it.

Lengths are frame heights; x runs along the world, y down the frame. A layer that stands on the ground at row y moves
by `ground_factor(y)` of the camera's travel, so that its parallax is that of the ground under it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch

from soracli.world.motion import GROUND, HORIZON
from soracli.world.strips import RGB, Strip, bar, box, disc, hashed, noise, triangle


class Light(NamedTuple):
    """A time of day. sky: RGB at the zenith and at the horizon. scenery, actors: RGB factors. lit: lamps are on."""

    zenith: RGB
    horizon: RGB
    scenery: RGB
    actors: RGB
    orb: RGB
    lit: bool = False


LIGHTS = {
    "day": Light((0.28, 0.58, 0.95), (0.80, 0.92, 1.0), (1.0, 1.0, 1.0), (1.0, 1.0, 1.0), (1.0, 0.97, 0.80)),
    "sunset": Light((0.36, 0.26, 0.55), (1.0, 0.66, 0.36), (0.93, 0.68, 0.58), (1.0, 0.86, 0.78), (1.0, 0.90, 0.62)),
    "night": Light(
        (0.03, 0.05, 0.17), (0.17, 0.22, 0.44), (0.33, 0.40, 0.66), (0.70, 0.74, 0.94), (0.95, 0.96, 1.0), True
    ),
}


class View(NamedTuple):
    """What a layer must cover. width, height: pixels. low, high: camera travel, frame heights, at the actors' depth."""

    width: int
    height: int
    low: float
    high: float
    light: Light
    seed: int

    def strip(self, y0: float, y1: float, factor: float) -> Strip:
        """An empty layer, wide enough for every position of the camera."""
        start = math.floor(self.low * factor * self.height) - 1
        stop = math.ceil(self.high * factor * self.height) + self.width + 2
        return Strip.empty(y0, y1, (start, stop), self.height, factor)

    def tone(self, colour: RGB, haze: float = 0.0) -> RGB:
        """A colour under this light, seen through haze (0..1)."""
        r, g, b = (
            c * s * (1 - haze) + h * haze
            for c, s, h in zip(colour, self.light.scenery, self.light.horizon, strict=True)
        )
        return r, g, b


class Backdrop(NamedTuple):
    """Layers from far to near: `behind` the performers and in `front` of them. The ground lies among those behind."""

    sky: Strip
    far: list[Strip]
    ground: Strip
    near: list[Strip]
    front: list[Strip]


def ground_factor(y: float) -> float:
    """Share of the camera's travel by which the ground moves in row y: 0 at the horizon, 1 under the actors."""
    return max(0.0, (y - HORIZON) / (GROUND - HORIZON))


def lattice(strip: Strip, spacing: float, margin: float, seed: int) -> Iterator[tuple[int, float]]:
    """(number, world x) of things about `spacing` apart that may be seen in a strip, with the seed's offsets."""
    left, right = strip.span
    for i in range(math.floor((left - margin) / spacing) - 1, math.ceil((right + margin) / spacing) + 1):
        yield i, (i + 0.5 + 0.5 * (hashed(seed, i) - 0.5)) * spacing


def backdrop(place: str, view: View) -> Backdrop:
    """Paint a place."""
    return PLACES[place](view)


def sky(view: View, clouds: float = 1.0) -> Strip:
    """Gradient, sun or moon, clouds or stars. It stands still, however the camera moves."""
    light, aspect = view.light, view.width / view.height
    strip = Strip.empty(0, HORIZON + 0.08, (0, view.width), view.height, 0.0)
    strip.cover(torch.ones(1, 1), light.zenith)
    strip.cover((strip.y / HORIZON).clamp(0, 1) ** 1.1, light.horizon)
    x, low = aspect * (0.2 + 0.6 * hashed(view.seed, 1)), light.orb[2] < 0.7
    y = HORIZON - 0.09 if low else 0.15 + 0.05 * hashed(view.seed, 2)
    away = ((strip.x - x) ** 2 + (strip.y - y) ** 2).sqrt()
    strip.cover((-away * (4 if low else 7)).exp() * (0.5 if not light.lit else 0.25), light.orb)
    if light.lit:
        for i in range(26):
            a, b, c = (hashed(view.seed, 40, i, k) for k in range(3))
            r = 0.0035 + 0.0025 * c
            sx, sy = a * aspect, b * (HORIZON - 0.12)
            strip.shape((sx - r, sy - r, sx + r, sy + r), disc(sx, sy, r, r), (0.85, 0.88, 1.0))
    radius = 0.055 if light.lit else 0.062
    strip.shape((x - 0.1, y - 0.1, x + 0.1, y + 0.1), disc(x, y, radius, radius), light.orb)
    if light.lit:
        return strip
    white = (1.0, 0.80, 0.72) if low else (1.0, 1.0, 1.0)
    for i in range(round(3 * clouds * max(aspect, 1))):
        cx, cy = (i + 0.25 + 0.6 * hashed(view.seed, 3, i)) / 3, 0.1 + 0.22 * hashed(view.seed, 4, i)
        _cloud(strip, cx, cy, 0.045 + 0.02 * hashed(view.seed, 5, i), white)
    return strip


def _cloud(strip: Strip, cx: float, cy: float, size: float, colour: RGB) -> None:
    """Five soft puffs with a flat base."""
    part = strip.part((cx - 3.2 * size, cy - 2.2 * size, cx + 3.2 * size, cy + 1.5 * size))
    if part is None:
        return
    x, y = part.x, part.y
    inside = torch.zeros(1, 1)
    for dx, dy, r in ((-1.9, 0.25, 0.75), (-0.9, -0.2, 1.0), (0.2, -0.5, 1.25), (1.2, -0.1, 0.95), (2.1, 0.3, 0.65)):
        d = ((x - cx - dx * size) ** 2 + ((y - cy - dy * size) * 1.15) ** 2) / (r * size) ** 2
        inside = 1 - (1 - inside) * (1 - (1.25 - d).clamp(0, 1))
    flat = ((cy + size * 0.55 - y) / (size * 0.5)).clamp(0, 1)
    part.cover(inside * flat * 0.88, colour)


def ridge(view: View, base: float, rise: float, wave: float, factor: float, colour: RGB, salt: int) -> Strip:
    """A rolling skyline that fills everything under it. wave: length of its waves, frame heights."""
    strip = view.strip(base - rise * 1.6, HORIZON + 0.03, factor)
    x = strip.x / wave
    top = base - rise * (noise(x, torch.full((1, 1), 0.5), view.seed + salt) + 0.35 * (x * 2.3 + salt).sin())
    strip.cover(((strip.y - top) * view.height + 0.5).clamp(0, 1), colour)
    return strip


def peaks(view: View, haze: float, snow: float) -> Strip:
    """Mountains with sunlit and shaded sides. snow: share of their height that is white."""
    strip = view.strip(0.2, HORIZON + 0.03, 0.05)
    for i, x in lattice(strip, 0.36, 0.5, view.seed + 7):
        tall = 0.17 + 0.12 * hashed(view.seed, 8, i)
        top, half = HORIZON - tall, tall * 1.25
        here = (x - half, top, x + half, HORIZON + 0.03)
        strip.shape(here, triangle(x, top, HORIZON + 0.03, half), view.tone((0.50, 0.56, 0.70), haze))
        strip.shape(
            (x, top, x + half, HORIZON + 0.03),
            _right(x, top, half / (tall + 0.03)),
            view.tone((0.40, 0.46, 0.62), haze),
        )
        if snow > 0:
            cap = triangle(x, top, top + tall * snow, half / (tall + 0.03) * tall * snow)
            strip.shape((x - half, top, x + half, top + tall * snow), cap, view.tone((0.97, 0.98, 1.0), haze * 0.6))
    return strip


def _right(cx: float, top: float, slope: float) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    """The shaded side of a peak: right of a line that falls from its tip."""
    return lambda x, y: torch.maximum((x - cx) - (y - top) * slope, (y - top) * 0.25 - (x - cx))


def floor(view: View, near: RGB, far: RGB, grain: float = 0.05) -> Strip:
    """Ground from the horizon down, in perspective: broad soft patches that fade into the distance."""
    strip = Strip.empty(HORIZON, 1.0, _ground_columns(view), view.height, 1.0)
    depth = ((strip.y - HORIZON) / (1 - HORIZON)).clamp(0, 1)
    strip.cover(torch.ones(1, 1), view.tone(far))
    strip.cover(depth**0.8, view.tone(near))
    u, z = ground_coordinates(strip)
    patch = noise(u * 1.6, z * 4, view.seed + 11) * 0.7 + noise(u * 4, z * 9, view.seed + 12) * 0.3
    strip.pixels[..., :3] *= 1 + (grain * patch * (depth * 2.5).clamp(0, 1))[..., None]
    return strip


def haze(view: View, strip: Strip, amount: float = 0.5) -> None:
    """Let the ground melt into the sky at the horizon."""
    depth = ((strip.y - HORIZON) / (1 - HORIZON)).clamp(0, 1)
    strip.cover((-depth * 9).exp() * amount, view.light.horizon)


def _ground_columns(view: View) -> tuple[int, int]:
    reach = ground_factor(1.0)
    return (
        math.floor(min(view.low * reach, 0) * view.height) - 1,
        math.ceil(max(view.high * reach, 0) * view.height) + view.width + 2,
    )


def ground_coordinates(strip: Strip) -> tuple[torch.Tensor, torch.Tensor]:
    """(rows, columns) place along the world and (rows, 1) distance of the ground in each pixel; 1 = the actors'."""
    k = ((strip.y - HORIZON) / (GROUND - HORIZON)).clamp(min=0.02)
    return strip.x / k, 1 / k


def _standing(view: View, y: float, tall: float) -> Strip:
    """An empty layer of things that stand on the ground at row y and are up to `tall` high."""
    return view.strip(y - tall, y + 0.02, ground_factor(y))


def pine(strip: Strip, x: float, y: float, tall: float, leaf: RGB, trunk: RGB, snow: RGB | None = None) -> None:
    """A fir of three skirts, its foot at (x, y)."""
    strip.shape((x - 0.1, y - tall, x + 0.1, y), box(x - tall * 0.04, y - tall * 0.2, x + tall * 0.04, y), trunk)
    for k, (lo, hi, half) in enumerate(((0.12, 0.58, 0.27), (0.36, 0.80, 0.215), (0.60, 1.0, 0.15))):
        here = (x - half * tall, y - hi * tall, x + half * tall, y - lo * tall)
        shade = 0.9 + 0.1 * k
        green = (leaf[0] * shade, leaf[1] * shade, leaf[2] * shade)
        strip.shape(here, triangle(x, here[1], here[3], half * tall), green)
        if snow is not None:
            drop = (hi - lo) * 0.45
            strip.shape(here, triangle(x, here[1], here[1] + drop * tall, half * tall * 0.45), snow)


def meadow(view: View) -> Backdrop:
    """Green hills, a few flowers and tufts."""
    tone = view.tone
    far = [
        ridge(view, 0.53, 0.045, 0.55, 0.06, tone((0.45, 0.66, 0.55), 0.35), 21),
        ridge(view, 0.575, 0.035, 0.42, 0.14, tone((0.40, 0.68, 0.36), 0.12), 22),
    ]
    ground = floor(view, (0.36, 0.66, 0.22), (0.52, 0.78, 0.34))
    haze(view, ground, 0.3)
    near = []
    for row, (y, tall) in enumerate(((0.67, 0.028), (0.75, 0.045))):
        strip = _standing(view, y, tall * 1.3)
        for i, x in lattice(strip, 0.34 - 0.06 * row, 0.1, view.seed + 23 + row):
            _flower(view, strip, x, y, tall, int(hashed(view.seed, 24, row, i) * 3))
        near.append(strip)
    front = [_standing(view, 0.985, 0.06)]
    for i, x in lattice(front[0], 0.3, 0.1, view.seed + 26):
        _tuft(front[0], x, 0.985, 0.05 * (0.8 + 0.4 * hashed(view.seed, 27, i)), tone((0.28, 0.55, 0.17)))
    return Backdrop(sky(view), far, ground, near, front)


def _tuft(strip: Strip, x: float, y: float, tall: float, colour: RGB) -> None:
    for lean in (-0.55, 0.0, 0.55):
        tip = (x + lean * tall, y - tall * (1 - 0.2 * abs(lean)))
        blade = bar(x + lean * tall * 0.3, y, *tip, tall * 0.13, tall * 0.02)
        strip.shape((x - tall, y - tall * 1.1, x + tall, y + tall * 0.1), blade, colour)


def _flower(view: View, strip: Strip, x: float, y: float, tall: float, kind: int) -> None:
    petal = ((1.0, 0.95, 0.95), (1.0, 0.55, 0.60), (1.0, 0.85, 0.30))[kind]
    _tuft(strip, x, y, tall * 0.6, view.tone((0.27, 0.56, 0.20)))
    here = (x - tall, y - tall * 1.3, x + tall, y)
    strip.shape(here, bar(x, y, x, y - tall * 0.8, tall * 0.06), view.tone((0.25, 0.52, 0.18)))
    strip.shape(here, disc(x, y - tall * 0.9, tall * 0.27, tall * 0.27), view.tone(petal))
    strip.shape(here, disc(x, y - tall * 0.9, tall * 0.1, tall * 0.1), view.tone((0.95, 0.70, 0.15)))


def desert(view: View) -> Backdrop:
    """Mesas, dunes, cactuses."""
    tone = view.tone
    mesas = view.strip(0.3, HORIZON + 0.03, 0.05)
    for i, x in lattice(mesas, 0.62, 0.4, view.seed + 31):
        tall, half = 0.13 + 0.07 * hashed(view.seed, 32, i), 0.1 + 0.06 * hashed(view.seed, 33, i)
        top = HORIZON - tall
        mesas.shape(
            (x - half * 2, top, x + half * 2, 0.65),
            lambda u, v, x=x, top=top, half=half: torch.maximum((u - x).abs() - half - (v - top) * 0.35, top - v),  # type: ignore[misc]
            tone((0.80, 0.47, 0.32), 0.3),
        )
    far = [mesas, ridge(view, 0.565, 0.035, 0.6, 0.14, tone((0.93, 0.72, 0.45), 0.12), 34)]
    ground = floor(view, (0.94, 0.76, 0.47), (0.97, 0.83, 0.58), 0.035)
    haze(view, ground, 0.25)
    near = []
    for row, (y, tall) in enumerate(((0.655, 0.15), (0.74, 0.23))):
        strip = _standing(view, y, tall * 1.1)
        for i, x in lattice(strip, 0.75 + 0.2 * row, 0.2, view.seed + 35 + row):
            _cactus(
                strip,
                x,
                y,
                tall * (0.85 + 0.25 * hashed(view.seed, 37, row, i)),
                tone((0.24, 0.52, 0.33), 0.15 - 0.1 * row),
            )
        near.append(strip)
    return Backdrop(sky(view, 0.5), far, ground, near, [])


def _cactus(strip: Strip, x: float, y: float, tall: float, colour: RGB) -> None:
    r, here = tall * 0.09, (x - tall * 0.5, y - tall * 1.1, x + tall * 0.5, y)
    strip.shape(here, bar(x, y, x, y - tall + r, r), colour)
    for side, low, high in ((-1, 0.38, 0.72), (1, 0.5, 0.85)):
        elbow = x + side * tall * 0.27
        strip.shape(here, bar(x, y - tall * low, elbow, y - tall * low, r * 0.75), colour)
        strip.shape(here, bar(elbow, y - tall * low, elbow, y - tall * high, r * 0.75), colour)


def snowy_field(view: View) -> Backdrop:
    """White ground, snowy firs, mountains."""
    tone = view.tone
    far = [peaks(view, 0.3, 0.5), ridge(view, 0.575, 0.022, 0.5, 0.14, tone((0.88, 0.93, 1.0), 0.15), 41)]
    ground = floor(view, (0.97, 0.98, 1.0), (0.84, 0.90, 0.98), 0.025)
    near = []
    for row, (y, tall) in enumerate(((0.63, 0.17), (0.70, 0.27))):
        strip = _standing(view, y, tall * 1.2)
        for i, x in lattice(strip, 0.3 + 0.25 * row, 0.2, view.seed + 42 + row):
            size = tall * (0.8 + 0.35 * hashed(view.seed, 44, row, i))
            fade = 0.22 - 0.14 * row
            pine(
                strip,
                x,
                y,
                size,
                tone((0.22, 0.45, 0.42), fade),
                tone((0.40, 0.30, 0.26), fade),
                tone((0.96, 0.98, 1.0), fade * 0.5),
            )
        near.append(strip)
    return Backdrop(sky(view), far, ground, near, [])


def beach(view: View) -> Backdrop:
    """Sand, the sea with waves behind it, palms."""
    tone = view.tone
    ground = floor(view, (0.96, 0.84, 0.60), (0.93, 0.80, 0.56), 0.03)
    shore, (u, z) = 0.735, ground_coordinates(ground)
    edge = shore + 0.008 * noise(u * 1.5, torch.full((1, 1), 0.5), view.seed + 51) + 0.004 * (u * 5).sin()
    h = view.height
    ground.cover(((edge + 0.022 - ground.y) * h / 3 + 0.5).clamp(0, 1), tone((0.83, 0.68, 0.46)))
    ground.cover(((edge + 0.008 - ground.y) * h + 0.5).clamp(0, 1), tone((0.97, 0.99, 1.0)))
    water = ((edge - 0.004 - ground.y) * h + 0.5).clamp(0, 1)
    ground.cover(water, tone((0.20, 0.70, 0.80)))
    ground.cover(water * ((edge - ground.y) / (shore - HORIZON)).clamp(0, 1) ** 0.7, tone((0.10, 0.42, 0.72)))
    swell = (z * 5 + 0.9 * noise(u * 1.1, z * 2, view.seed + 52)) * 2 * math.pi / 1.6
    ground.cover(water * ((swell.sin() - 0.72) * 3).clamp(0, 1) * 0.45, tone((0.80, 0.95, 1.0)))
    near = []
    for y, tall in ((0.765, 0.42),):
        strip = _standing(view, y, tall * 1.25)
        for i, x in lattice(strip, 1.05, 0.5, view.seed + 53):
            _palm(view, strip, x, y, tall * (0.9 + 0.2 * hashed(view.seed, 54, i)), 1 if i % 2 else -1)
        near.append(strip)
    return Backdrop(sky(view), [], ground, near, [])


def _palm(view: View, strip: Strip, x: float, y: float, tall: float, lean: int) -> None:
    trunk, leaf = view.tone((0.58, 0.42, 0.28)), view.tone((0.22, 0.58, 0.28))
    here = (x - tall * 0.7, y - tall * 1.25, x + tall * 0.7, y)
    knee, head = (x + lean * tall * 0.05, y - tall * 0.5), (x + lean * tall * 0.2, y - tall * 0.97)
    strip.shape(here, bar(x, y, *knee, tall * 0.042, tall * 0.034), trunk)
    strip.shape(here, bar(*knee, *head, tall * 0.034, tall * 0.026), trunk)
    for k, angle in enumerate((200, 235, 270, 305, 340)):
        a = math.radians(angle)
        mid = (head[0] + 0.2 * tall * math.cos(a), head[1] + 0.14 * tall * math.sin(a))
        tip = (head[0] + 0.42 * tall * math.cos(a), mid[1] + tall * (0.16 if k != 2 else 0.02))
        green = (leaf[0], leaf[1] * (0.9 + 0.05 * (k % 3)), leaf[2])
        strip.shape(here, bar(*head, *mid, tall * 0.02, tall * 0.042), green)
        strip.shape(here, bar(*mid, *tip, tall * 0.042, tall * 0.006), green)


def city_street(view: View) -> Backdrop:
    """Two rows of houses with windows, a pavement, a road with lane dashes."""
    tone = view.tone
    far = view.strip(0.1, HORIZON + 0.06, 0.16)
    for i, x in lattice(far, 0.2, 0.3, view.seed + 61):
        tall = 0.22 + 0.17 * hashed(view.seed, 62, i)
        far.shape(
            (x - 0.11, HORIZON - tall, x + 0.11, 0.66),
            box(x - 0.1, HORIZON - tall, x + 0.1, 0.7),
            tone((0.52, 0.60, 0.74), 0.45),
        )
    base = 0.64
    near = view.strip(0.2, base + 0.02, ground_factor(base))
    paints = ((0.90, 0.55, 0.42), (0.95, 0.80, 0.55), (0.50, 0.66, 0.78), (0.82, 0.62, 0.66))
    wide = 0.27
    left, right = near.span
    for i in range(math.floor(left / wide) - 1, math.ceil(right / wide) + 1):
        x = i * wide + 0.3 * hashed(view.seed, 65)
        _house(
            view,
            near,
            x,
            base,
            wide * 0.97,
            0.19 + 0.14 * hashed(view.seed, 63, i),
            tone(paints[(i + view.seed) % 4]),
            i,
        )
    ground = floor(view, (0.36, 0.37, 0.42), (0.42, 0.43, 0.48), 0.02)
    h, y = view.height, ground.y
    ground.cover(((0.70 - y) * h + 0.5).clamp(0, 1), tone((0.74, 0.72, 0.70)))
    ground.cover(((0.008 - (y - 0.703).abs()) * h + 0.5).clamp(0, 1), tone((0.88, 0.87, 0.85)))
    u, _ = ground_coordinates(ground)
    dash = ((0.16 - ((u / 0.62) % 1 - 0.5).abs() * 0.62) * h + 0.5).clamp(0, 1)
    ground.cover(dash * ((0.011 - (y - 0.91).abs()) * h + 0.5).clamp(0, 1), tone((0.98, 0.93, 0.70)))
    return Backdrop(sky(view, 0.6), [far, near], ground, [], [])


def _house(view: View, strip: Strip, x: float, base: float, wide: float, tall: float, wall: RGB, number: int) -> None:
    top = base - tall
    strip.shape((x, top, x + wide, base), box(x, top, x + wide, base), wall)
    roof = (wall[0] * 0.7, wall[1] * 0.7, wall[2] * 0.72)
    strip.shape((x, top - 0.02, x + wide, top + 0.02), box(x, top - 0.012, x + wide, top + 0.008), roof)
    rows, columns = max(2, round(tall / 0.085)), 3
    for r in range(rows):
        for c in range(columns):
            wx, wy = x + wide * (c + 0.5) / columns, top + 0.035 + (tall - 0.02) * r / rows
            on = view.light.lit and hashed(view.seed, 64, number, r, c) < 0.7
            glass = (1.0, 0.82, 0.45) if on else view.tone((0.66, 0.83, 0.93))
            strip.shape(
                (wx - 0.05, wy - 0.05, wx + 0.05, wy + 0.05), box(wx - 0.024, wy, wx + 0.024, wy + 0.042), glass
            )


def forest(view: View) -> Backdrop:
    """Rows of firs, paler with distance, and trunks close by."""
    tone = view.tone
    far = []
    for row, (y, tall, fade, spacing) in enumerate(((0.60, 0.26, 0.5, 0.11), (0.625, 0.36, 0.27, 0.16))):
        strip = view.strip(y - tall * 1.2, y + 0.03, 0.1 + 0.12 * row)
        strip.cover(((strip.y - y + tall * 0.3) * view.height + 0.5).clamp(0, 1), tone((0.20, 0.42, 0.29), fade))
        for i, x in lattice(strip, spacing, 0.2, view.seed + 71 + row):
            size = tall * (0.8 + 0.4 * hashed(view.seed, 73, row, i))
            pine(strip, x, y, size, tone((0.22, 0.47, 0.32), fade), tone((0.38, 0.28, 0.22), fade))
        far.append(strip)
    ground = floor(view, (0.34, 0.50, 0.24), (0.36, 0.54, 0.30), 0.06)
    near = [_standing(view, 0.685, 0.6)]
    for i, x in lattice(near[0], 0.55, 0.3, view.seed + 75):
        size = 0.5 * (0.9 + 0.2 * hashed(view.seed, 76, i))
        pine(near[0], x, 0.685, size, tone((0.16, 0.43, 0.25), 0.05), tone((0.42, 0.28, 0.19)))
    return Backdrop(sky(view, 0.5), far, ground, near, [])


PLACES: dict[str, Callable[[View], Backdrop]] = {
    "meadow": meadow,
    "desert": desert,
    "snowy field": snowy_field,
    "beach": beach,
    "city street": city_street,
    "forest": forest,
}
