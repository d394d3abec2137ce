"""Places that live by their light: nightclub, church, plain backdrops. Lengths are frame heights."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import torch

from soracli.world.language.verbs import HORIZON
from soracli.world.layers import Backdrop, View, floor, glow, ground_coordinates, landmarks, pane, shaded, standing
from soracli.world.places_halls import FLAME, GOLD, column
from soracli.world.rooms import CREAM, DARK, WOODS, base, tiles
from soracli.world.strips import RGB, Strip, bar, box, disc, hashed, taper

NEONS: tuple[RGB, ...] = ((1.0, 0.25, 0.62), (0.25, 0.85, 1.0), (0.62, 0.35, 1.0), (1.0, 0.72, 0.22), (0.35, 1.0, 0.55))
GLASS: tuple[RGB, ...] = (
    (0.86, 0.20, 0.24), (0.20, 0.42, 0.86), (0.98, 0.78, 0.25), (0.24, 0.66, 0.40), (0.56, 0.30, 0.74),
    (0.36, 0.76, 0.90),
)  # fmt: skip
PLAIN_COLOURS: dict[str, RGB] = {
    "white background": (0.96, 0.96, 0.97), "black background": (0.06, 0.06, 0.07),
    "grey background": (0.60, 0.61, 0.63), "green screen": (0.10, 0.72, 0.22), "blue background": (0.30, 0.55, 0.90),
    "pink background": (0.97, 0.72, 0.80), "yellow background": (0.98, 0.84, 0.36),
    "red background": (0.86, 0.22, 0.24), "orange background": (0.96, 0.58, 0.22),
    "purple background": (0.58, 0.40, 0.80),
}  # fmt: skip


def nightclub(view: View) -> Backdrop:
    """A mirror ball, beams of coloured light, loudspeakers and a desk with records before a wall of lights."""
    dark = view.pick(((0.09, 0.06, 0.17), (0.05, 0.08, 0.17), (0.13, 0.05, 0.14)), 1401)
    first = int(5 * hashed(view.seed, 1402))
    neons = [NEONS[(first + k) % 5] for k in range(5)]
    back = pane(view, 0.0, 0.668, 0.283)
    back.cover(torch.ones(1, 1), dark)
    back.cover((1 - (back.y - 0.62).abs() / 0.5).clamp(0, 1) * 0.35, shaded(neons[0], 0.6))
    _wall_of_lights(view, back, neons)
    ground = floor(view, dark, dark, 0.0)
    _lit_floor(view, ground, neons)
    beams = view.strip(0.0, 0.9, 0.35)
    for i, x in landmarks(view, beams, 0.34, 0.7, 1403):
        _beam(view, beams, x, view.between(-0.55, 0.55, 1404, i), neons[i % 5])
    row = standing(view, 0.715, 0.42)
    for i, x in landmarks(view, row, 1.5, 0.7, 1405):
        _desk(view, row, x, 0.715, neons)
        for side in (-1, 1):
            _loudspeaker(view, row, x + side * 0.42, 0.715, neons[(i + side) % 5])
    high = view.strip(0.0, 0.35, 0.6)
    for _, x in landmarks(view, high, 1.1, 0.4, 1406):
        _mirror_ball(view, high, x, 0.165, 0.085)
    return Backdrop(base(view, back), [], ground, [back, beams, row, high], [])


def _wall_of_lights(view: View, strip: Strip, neons: list[RGB]) -> None:
    """Columns of lamps like those of a sound meter, with neon signs between them."""
    for i, x in landmarks(view, strip, 0.16, 0.2, 1407):
        high = 2 + int(8 * hashed(view.seed, 1408, i))
        for k in range(10):
            y, on = 0.60 - 0.032 * k, k < high
            paint = neons[1] if k < 5 else neons[0] if k < 8 else neons[3]
            strip.put(bar(x - 0.045, y, x + 0.045, y, 0.009), paint if on else shaded(paint, 0.22))
    for i, x in landmarks(view, strip, 0.8, 0.4, 1409):
        paint, cx, cy = neons[(i + 2) % 5], x + 0.1, 0.2
        glow(strip, cx, cy, 0.2, paint, 0.4)
        if i % 2:
            corners = [
                (cx + r * math.sin(n * math.pi / 5), cy - r * math.cos(n * math.pi / 5))
                for n, r in enumerate((0.07, 0.03) * 5 + (0.07,))
            ]
            for start, end in pairwise(corners):  # a star
                strip.put(bar(*start, *end, 0.0055), paint)
        else:  # a note
            strip.put(disc(cx - 0.04, cy + 0.05, 0.026, 0.02), paint)
            strip.put(disc(cx + 0.045, cy + 0.035, 0.026, 0.02), paint)
            strip.put(bar(cx - 0.018, cy + 0.05, cx - 0.018, cy - 0.05, 0.0055), paint)
            strip.put(bar(cx + 0.067, cy + 0.035, cx + 0.067, cy - 0.065, 0.0055), paint)
            strip.put(bar(cx - 0.018, cy - 0.05, cx + 0.067, cy - 0.065, 0.012), paint)


def _lit_floor(view: View, ground: Strip, neons: list[RGB]) -> None:
    """Square plates that shine in many colours."""
    u, z = ground_coordinates(view, ground)
    wide, h = 0.30, view.height
    across, along = u / wide, z * 1.7
    cell = (across.floor().long() * 7 + along.floor().long() * 13 + (across.floor() * along.floor()).long() * 3) % 16
    colours = torch.tensor(
        [shaded(neons[int(5 * hashed(view.seed, 1411, k))], view.between(0.35, 0.95, 1412, k)) for k in range(16)]
    )
    fade = (3 / z).clamp(0, 1)
    ground.cover(fade, colours[cell])
    middle = ((across % 1 - 0.5) ** 2 + (along % 1 - 0.5) ** 2).sqrt()
    ground.cover((0.55 - middle).clamp(0, 1) * 0.45 * fade, (1.0, 1.0, 1.0))
    slant = 1 / (1 + (u / 0.24) ** 2).sqrt()
    seam = ((across % 1 - 0.5).abs() - 0.5) * wide + 0.010
    ground.cover((seam * slant * h / z + 0.5).clamp(0, 1) * fade, (0.07, 0.06, 0.11))
    deep = ((along % 1 - 0.5).abs() - 0.465) * 0.24 / 1.7 / z**2
    ground.cover((deep * h + 0.5).clamp(0, 1) * fade, (0.07, 0.06, 0.11))


def _beam(view: View, strip: Strip, x: float, lean: float, colour: RGB) -> None:
    """A beam that falls from a lamp at the ceiling. lean: how far to the side it goes on its way down."""
    ends = sorted((0.0, 0.87 * lean))
    part = strip.part((x + ends[0] - 0.14, 0.0, x + ends[1] + 0.14, 0.9))
    if part is not None:
        down = (part.y - 0.03).clamp(min=0)
        away = (part.x - x - lean * down).abs() / (0.012 + 0.14 * down)
        part.cover((1 - away).clamp(0, 1) ** 0.7 * (1 - part.y / 0.9).clamp(0, 1) * 0.55, colour)
    strip.put(bar(x, 0.0, x + lean * 0.03, 0.035, 0.02), DARK)
    strip.put(disc(x + lean * 0.04, 0.045, 0.016, 0.012), shaded(colour, 1.3))


def _mirror_ball(view: View, strip: Strip, x: float, y: float, r: float) -> None:
    """A ball of small mirrors on a chain, with glints."""
    strip.put(bar(x, 0.0, x, y - r, 0.003), (0.5, 0.5, 0.55))
    glow(strip, x, y, r * 2.6, (0.9, 0.92, 1.0), 0.45)
    part = strip.part((x - r, y - r, x + r, y + r))
    if part is not None:
        dx, dy = (part.x - x) / r, (part.y - y) / r
        away = (dx * dx + dy * dy).sqrt()
        up = dy.clamp(-1, 1).asin() * 5.5
        turn = (dx / (1 - dy * dy).clamp(min=0.02).sqrt()).clamp(-1, 1).asin() * 5.5
        cell = (up.floor().long() * 11 + turn.floor().long() * 5) % 24
        colours = torch.tensor(
            [
                shaded(
                    view.pick(((0.86, 0.90, 0.97), (0.60, 0.66, 0.80), (0.98, 0.99, 1.0), *NEONS), 1421, k),
                    view.between(0.7, 1.0, 1422, k),
                )
                for k in range(24)
            ]
        )
        joint = ((up % 1 < 0.12) | (turn % 1 < 0.12)).float()[..., None]
        shade = (1.05 - 0.45 * (dx + 0.3) ** 2 - 0.45 * (dy + 0.3) ** 2).clamp(0.3, 1)[..., None]
        part.cover(
            ((1 - away) * r * strip.height + 0.5).clamp(0, 1), (colours[cell] * (1 - 0.45 * joint) * shade).clamp(0, 1)
        )
    for right, low, long in ((-0.35, -0.4, 0.05), (0.45, 0.1, 0.035), (-0.1, 0.5, 0.03)):
        cx, cy = x + right * r, y + low * r
        strip.put(bar(cx - long, cy, cx + long, cy, 0.002), (1.0, 1.0, 1.0))
        strip.put(bar(cx, cy - long, cx, cy + long, 0.002), (1.0, 1.0, 1.0))


def _desk(view: View, strip: Strip, x: float, y: float, neons: list[RGB]) -> None:
    """A desk with two records and a row of keys, lights along its edge."""
    strip.put(taper(x, y - 0.2, y, 0.26, 0.22), (0.16, 0.14, 0.22))
    for k in range(5):
        strip.put(bar(x - 0.19 + 0.095 * k, y - 0.15, x - 0.19 + 0.095 * k, y - 0.05, 0.016), neons[k])
        strip.put(bar(x - 0.19 + 0.095 * k, y - 0.15, x - 0.19 + 0.095 * k, y - 0.05, 0.006), (1.0, 1.0, 1.0), 0.7)
    strip.put(bar(x - 0.27, y - 0.205, x + 0.27, y - 0.205, 0.014), (0.30, 0.28, 0.38))
    strip.put(bar(x - 0.27, y - 0.196, x + 0.27, y - 0.196, 0.004), neons[0])
    for side in (-1, 1):
        strip.put(disc(x + side * 0.15, y - 0.224, 0.085, 0.018), (0.08, 0.08, 0.10))
        strip.put(disc(x + side * 0.15, y - 0.225, 0.03, 0.007), neons[2])
    strip.put(box(x - 0.05, y - 0.255, x + 0.05, y - 0.215), (0.22, 0.22, 0.28))
    for k in range(4):
        strip.put(disc(x - 0.033 + 0.022 * k, y - 0.237, 0.007, 0.007), neons[k])


def _loudspeaker(view: View, strip: Strip, x: float, y: float, colour: RGB) -> None:
    """A tall black box with two cones, ringed with light."""
    strip.put(box(x - 0.1, y - 0.40, x + 0.1, y), (0.12, 0.12, 0.16))
    strip.put(box(x - 0.1, y - 0.40, x - 0.09, y), (0.24, 0.24, 0.30))
    for cy, r in ((y - 0.12, 0.08), (y - 0.285, 0.055)):
        strip.put(disc(x, cy, r, r), colour)
        strip.put(disc(x, cy, r * 0.9, r * 0.9), (0.20, 0.20, 0.25))
        strip.put(disc(x, cy, r * 0.6, r * 0.6), (0.10, 0.10, 0.13))
        strip.put(disc(x, cy, r * 0.25, r * 0.25), (0.34, 0.34, 0.40))
    strip.put(disc(x, y - 0.365, 0.016, 0.016), (0.34, 0.34, 0.40))


def church(view: View) -> Backdrop:
    """Tall windows of coloured glass between columns, candles, benches on stone."""
    stone = view.pick(((0.80, 0.76, 0.70), (0.72, 0.72, 0.74), (0.86, 0.80, 0.70)), 1431)
    back = pane(view, 0.0, 0.668, 0.283)
    back.cover(torch.ones(1, 1), view.tone(stone))
    course = (back.y / 0.075).floor()
    line = torch.maximum(
        ((back.x / 0.2 + course * 0.5) % 1 - 0.5).abs() * 0.2 - 0.0975,
        (back.y / 0.075 % 1 - 0.5).abs() * 0.075 - 0.0355,
    )
    back.cover((line * view.height + 0.5).clamp(0, 1) * 0.35, view.tone(shaded(stone, 0.75)))
    for i, x in landmarks(view, back, 0.5, 0.4, 1432):
        _stained(view, back, x, 0.09, 0.56, 0.12, i)
    rows = standing(view, 0.69, 0.69)
    for i, x in landmarks(view, rows, 0.5, 0.5, 1432):
        column(view, rows, x + 0.25, 0.69, 0.04)
        _candles(view, rows, x + 0.25, 0.40, i)
    ground = floor(view, shaded(stone, 0.9), shaded(stone, 0.8), 0.03)
    tiles(view, ground, shaded(stone, 0.74), 0.28)
    pews = standing(view, 0.745, 0.16)
    wood = view.pick(WOODS[:2], 1433)
    for _, x in landmarks(view, pews, 0.6, 0.4, 1434):
        _pew(view, pews, x, 0.745, wood)
    return Backdrop(base(view, back), [], ground, [back, rows, pews], [])


def _stained(view: View, strip: Strip, x: float, top: float, low: float, half: float, number: int) -> None:
    """A pointed window of coloured panes in lead, through which light falls by day."""
    rim, tip = 0.022, half * 1.5
    part = strip.part((x - half - rim, top - rim * 1.5, x + half + rim, low + rim))
    if part is None:
        return
    for more in (rim, 0.0):
        rise = ((top + tip - part.y) / (tip + more)).clamp(min=0)
        edge = torch.minimum((half + more) * (1 - rise**1.8) - (part.x - x).abs(), low + more - part.y)
        inside = (edge * strip.height + 0.5).clamp(0, 1)
        if more:
            part.cover(inside, view.tone((0.93, 0.90, 0.84)))
    light = 0.42 if view.light.lit else 1.0
    colours = torch.tensor([shaded(GLASS[(k + number) % 6], light) for k in range(6)])
    cell, seam, ring = _panes((part.x - x) / half, (part.y - top - tip) / half)
    part.cover(inside, colours[cell])
    part.cover(inside * (1 - ring / 0.78).clamp(0, 1) * 0.4, (1.0, 0.97, 0.8))
    seam = torch.minimum(torch.minimum(seam * half - 0.0028, (ring - 0.78).abs() * half - 0.004), edge - 0.005)
    part.cover(inside * (0.5 - seam * strip.height).clamp(0, 1), (0.16, 0.15, 0.18))


def _panes(x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Number 0..5 of the pane at a point, how far the next pane is, how far the middle of the rose is."""
    ring = (x * x + y * y).sqrt()
    angle, step = torch.atan2(y, x.expand(len(y), -1)) / math.pi * 4, ring * 2.6
    across, down = x * 1.5 + 5, y * 1.5 + 5 + ((x * 1.5).floor() % 2) * 0.5

    def aside(value: torch.Tensor) -> torch.Tensor:
        return 0.5 - (value % 1 - 0.5).abs()

    rose = torch.minimum(aside(angle) * ring * 0.8, aside(step) / 2.6)
    rest = torch.minimum(aside(across), aside(down)) / 1.5
    cell = torch.where(ring < 0.78, angle.floor() + 8 + step.floor() * 3, across.floor() * 2 + down.floor() * 3)
    return cell.long() % 6, torch.where(ring < 0.78, rose, rest), ring


def _candles(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """An arm on a column with three candles that burn."""
    glow(strip, x, y - 0.07, 0.2, (1.0, 0.86, 0.52), 0.6 if view.light.lit else 0.25)
    gold = view.tone(GOLD)
    strip.put(bar(x - 0.05, y, x + 0.05, y, 0.006), gold)
    strip.put(bar(x, y, x, y + 0.04, 0.006), gold)
    for k in (-1, 0, 1):
        strip.put(box(x + k * 0.045 - 0.008, y - 0.05, x + k * 0.045 + 0.008, y - 0.004), view.tone(CREAM))
        strip.put(disc(x + k * 0.045, y - 0.064, 0.008, 0.016), FLAME)


def _pew(view: View, strip: Strip, x: float, y: float, wood: RGB) -> None:
    """A long bench of dark wood with carved ends."""
    paint = view.tone(wood)
    strip.put(box(x - 0.22, y - 0.135, x + 0.22, y - 0.075), shaded(paint, 0.95))
    for k in range(5):
        strip.put(
            box(x - 0.165 + 0.083 * k - 0.03, y - 0.122, x - 0.165 + 0.083 * k + 0.03, y - 0.085), shaded(paint, 0.8)
        )
    strip.put(bar(x - 0.22, y - 0.138, x + 0.22, y - 0.138, 0.008), shaded(paint, 1.2))
    strip.put(box(x - 0.23, y - 0.07, x + 0.23, y - 0.052), shaded(paint, 1.15))
    strip.put(box(x - 0.21, y - 0.052, x + 0.21, y - 0.012), shaded(paint, 0.6))
    for side in (-1, 1):
        strip.put(bar(x + side * 0.235, y - 0.14, x + side * 0.235, y - 0.02, 0.018), paint)
        strip.put(box(x + side * 0.235 - 0.025, y - 0.02, x + side * 0.235 + 0.025, y), shaded(paint, 0.85))
        strip.put(disc(x + side * 0.235, y - 0.155, 0.02, 0.018), shaded(paint, 1.2))


def plain(colour: RGB, view: View) -> Backdrop:
    """One colour without an edge between wall and floor, a little lighter around the middle."""
    back = Strip.empty(0.0, HORIZON + 0.08, (0, view.width), view.height, 0.0)
    ground = floor(view._replace(light=view.light._replace(scenery=(1.0, 1.0, 1.0))), colour, colour, 0.0)
    near = view.strip(0.0, 1.0, 0.0)
    light, dark = shaded(colour, 1.03), shaded(colour, 0.93)
    for strip in (back, near):
        away = (((strip.x - view.aspect / 2) / 0.9) ** 2 + ((strip.y - 0.55) / 0.75) ** 2).sqrt().clamp(0, 1)
        share = away[..., None] ** 1.5
        strip.cover(torch.ones(1, 1), torch.tensor(light) * (1 - share) + torch.tensor(dark) * share)
    return Backdrop(back, [], ground, [near], [])


LIT: dict[str, Callable[[View], Backdrop]] = {
    "nightclub": nightclub,
    "church": church,
    **{name: partial(plain, colour) for name, colour in PLAIN_COLOURS.items()},
}
