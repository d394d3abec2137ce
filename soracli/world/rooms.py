"""What rooms are made of: walls, windows, floors, lamps and furniture. Each is painted into a strip."""

from __future__ import annotations

import math

import torch

from soracli.world.language.verbs import GROUND, HORIZON, ground_factor
from soracli.world.layers import View, floor, glow, ground_coordinates, landmarks, shaded
from soracli.world.strips import RGB, Bounds, Strip, bar, box, disc, hashed, noise, taper, triangle

WOODS: tuple[RGB, ...] = ((0.62, 0.42, 0.26), (0.45, 0.29, 0.18), (0.78, 0.60, 0.40), (0.86, 0.78, 0.66))
PAINTS: tuple[RGB, ...] = (
    (0.85, 0.42, 0.38), (0.38, 0.58, 0.76), (0.48, 0.66, 0.46), (0.93, 0.74, 0.38), (0.60, 0.48, 0.72),
    (0.92, 0.58, 0.62), (0.36, 0.62, 0.62),
)  # fmt: skip
STEEL: RGB = (0.78, 0.80, 0.83)
DARK: RGB = (0.20, 0.20, 0.23)
CREAM: RGB = (0.98, 0.96, 0.91)
BRASS: RGB = (0.85, 0.66, 0.30)
OUTSIDE = {  # weathers out there: things in a square frame height
    "rain": 800, "drizzle": 500, "downpour": 1200, "storm": 1200, "hail": 600, "snow": 700, "flurries": 350,
    "blizzard": 1400, "leaves": 60, "wind": 0, "sandstorm": 0, "tornado": 300, "fog": 0,
}  # fmt: skip
MISTY: dict[str, RGB] = {"fog": (0.80, 0.82, 0.85), "blizzard": (0.86, 0.89, 0.93), "sandstorm": (0.82, 0.66, 0.46)}
DROPS, FLAKES = ("rain", "drizzle", "downpour", "storm", "tornado"), ("hail", "snow", "flurries", "blizzard")


def wall(view: View, paints: tuple[RGB, ...], salt: int, foot: float = 0.668) -> Strip:
    """A wall down to row `foot` in one of the paints, plain, striped, dotted or panelled, with a skirting board."""
    paint = view.pick(paints, salt, 1)
    strip = view.strip(0.0, foot, ground_factor(foot))
    strip.cover(torch.ones(1, 1), view.tone(paint))
    pattern = int(4 * hashed(view.seed, salt, 2))
    second = view.tone(shaded(paint, 0.91))
    if pattern == 1:
        wide = view.between(0.08, 0.2, salt, 3)
        strip.cover(((strip.x / wide * math.pi * 2).sin() * 6 + 0.5).clamp(0, 1), second)
    elif pattern == 2:
        across, down = (strip.x / 0.11 * math.pi).sin(), (strip.y / 0.11 * math.pi).sin()
        strip.cover((((across * down).abs() - 0.9) * 12).clamp(0, 1), second)
    elif pattern == 3:
        rail = 0.44
        strip.cover(((strip.y - rail) * view.height + 0.5).clamp(0, 1), view.tone((0.95, 0.93, 0.89)))
        groove = ((strip.x / 0.16 % 1 - 0.5).abs() * 0.16 < 0.004).float()
        strip.cover(groove * ((strip.y - rail) * view.height).clamp(0, 1) * 0.5, view.tone((0.80, 0.77, 0.72)))
        strip.cover(((0.007 - (strip.y - rail).abs()) * view.height + 0.5).clamp(0, 1), view.tone((0.84, 0.81, 0.76)))
    strip.cover(((strip.y - foot + 0.028) * view.height + 0.5).clamp(0, 1), view.tone((0.97, 0.95, 0.91)))
    strip.cover((0.12 * (1 - strip.y / 0.2)).clamp(0, 1), (0.0, 0.0, 0.0))
    return strip


def base(view: View, wall_: Strip) -> Strip:
    """What stands behind a wall: plain, of the wall's first colour."""
    r, g, b, _ = wall_.pixels[0, 0].tolist()
    strip = Strip.empty(0, HORIZON + 0.08, (0, view.width), view.height, 0.0)
    strip.cover(torch.ones(1, 1), (r, g, b))
    return strip


def window(view: View, strip: Strip, bounds: Bounds, salt: int, curtains: bool = True) -> None:
    """A window with the sky of the time of day in it, by night with stars; with curtains on some."""
    x0, y0, x1, y1 = bounds
    frame, light = view.tone((0.99, 0.98, 0.96)), view.light
    strip.shape(
        (x0 - 0.02, y0 - 0.02, x1 + 0.02, y1 + 0.03), box(x0 - 0.016, y0 - 0.016, x1 + 0.016, y1 + 0.016), frame
    )
    part = strip.part((x0, y0, x1, y1))
    if part is not None:
        inside = (0.5 - box(*bounds)(part.x, part.y) * strip.height).clamp(0, 1)
        part.cover(inside, light.zenith)
        part.cover(inside * ((part.y - y0) / (y1 - y0)).clamp(0, 1), light.horizon)
        hill = y1 - (y1 - y0) * (0.22 + 0.08 * (part.x * view.between(9, 22, salt, 5) + salt).sin())
        green = (0.10, 0.16, 0.20) if light.lit else view.pick(((0.42, 0.62, 0.36), (0.52, 0.60, 0.66)), salt, 6)
        part.cover(inside * ((part.y - hill) * strip.height + 0.5).clamp(0, 1), green)
    for i in range(7 if light.lit else 0):
        x, y = x0 + (x1 - x0) * hashed(view.seed, salt, 7, i), y0 + (y1 - y0) * 0.7 * hashed(view.seed, salt, 8, i)
        strip.shape((x - 0.01, y - 0.01, x + 0.01, y + 0.01), disc(x, y, 0.003, 0.003), (0.9, 0.92, 1.0))
    if view.weather in OUTSIDE:
        _outside(view, strip, bounds, salt)
    cx, cy = (x0 + x1) / 2, y0 + (y1 - y0) * view.pick((0.5, 0.36), salt, 9)
    for beam in ((cx - 0.005, y0, cx + 0.005, y1), (x0, cy - 0.005, x1, cy + 0.005)):
        strip.shape(beam, box(*beam), frame)
    sill = (x0 - 0.035, y1 + 0.012, x1 + 0.035, y1 + 0.03)
    strip.shape(sill, box(*sill), view.tone((0.90, 0.88, 0.84)))
    if curtains and hashed(view.seed, salt, 10) < 0.75:
        _curtains(view, strip, bounds, view.tone(view.pick(PAINTS, salt, 11)))


def _outside(view: View, strip: Strip, bounds: Bounds, salt: int) -> None:
    """The weather behind a window: mist, or drops, flakes or leaves that hang in the air."""
    x0, y0, x1, y1 = bounds
    if view.weather in MISTY:
        strip.shape(bounds, box(*bounds), MISTY[view.weather], 0.7)
    for i in range(round(OUTSIDE[view.weather] * (x1 - x0) * (y1 - y0))):
        x = x0 + 0.008 + (x1 - x0 - 0.016) * hashed(view.seed, salt, 13, i)
        y = y0 + 0.008 + (y1 - y0 - 0.05) * hashed(view.seed, salt, 14, i)
        if view.weather in DROPS:
            strip.shape(
                (x - 0.01, y, x + 0.01, y + 0.042), bar(x, y, x - 0.005, y + 0.038, 0.0016), (0.9, 0.94, 1.0), 0.7
            )
        elif view.weather in FLAKES:
            strip.shape((x - 0.01, y - 0.01, x + 0.01, y + 0.01), disc(x, y, 0.006, 0.006), (1.0, 1.0, 1.0))
        else:
            colour = view.tone(((0.90, 0.45, 0.15), (0.95, 0.70, 0.20), (0.75, 0.28, 0.15))[i % 3])
            strip.shape((x - 0.02, y - 0.02, x + 0.02, y + 0.02), disc(x, y, 0.012, 0.006), colour)


def _curtains(view: View, strip: Strip, bounds: Bounds, cloth: RGB) -> None:
    x0, y0, x1, y1 = bounds
    wide, low = (x1 - x0) * 0.26, y1 + 0.07
    for left in (x0 - 0.05, x1 + 0.05 - wide):
        part = strip.part((left, y0 - 0.04, left + wide, low))
        if part is not None:
            inside = (0.5 - box(left, y0 - 0.03, left + wide, low)(part.x, part.y) * strip.height).clamp(0, 1)
            fold = (part.x * 2 * math.pi / 0.03).sin() * 0.07 + 0.93
            part.cover(inside, fold[..., None] * torch.tensor(cloth))
    rod = (x0 - 0.08, y0 - 0.035, x1 + 0.08, y0 - 0.035)
    strip.shape((x0 - 0.1, y0 - 0.05, x1 + 0.1, y0 - 0.02), bar(*rod, 0.007), view.tone((0.45, 0.32, 0.22)))


def planks(view: View, ground: Strip, seam: RGB) -> None:
    """Seams of a wooden floor that run towards the viewer."""
    u, z = ground_coordinates(view, ground)
    wide = view.between(0.17, 0.3, 345)
    gap = ((u / wide) % 1 - 0.5).abs() * wide
    slant = 1 / (1 + (u / (GROUND - HORIZON)) ** 2).sqrt()
    ground.cover(((0.004 - gap) * slant * view.height / z + 0.5).clamp(0, 1) * 0.55, view.tone(seam))


def tiles(view: View, ground: Strip, second: RGB, wide: float) -> None:
    """A chequered floor. wide: side of a tile, frame heights at the actors' depth."""
    u, z = ground_coordinates(view, ground)
    pattern = (u / wide * math.pi).sin() * (z / wide * math.pi * 0.5).sin()
    sharp = (wide / z * view.height / 4).clamp(0.5, 12)
    fade = (4 / z / z).clamp(0, 1)
    ground.cover((pattern * sharp + 0.5).clamp(0, 1) * fade, view.tone(second))


def rug(view: View, ground: Strip, x: float, y: float, rx: float, salt: int) -> None:
    """An oval carpet with a border, on the floor."""
    colour, other = view.pick(PAINTS, salt), view.pick(PAINTS, salt, 1)
    here = (x - rx, y - rx * 0.2, x + rx, y + rx * 0.2)
    for share, paint in ((1.0, colour), (0.86, shaded(other, 1.15)), (0.78, colour)):
        ground.shape(here, disc(x, y, rx * share, rx * 0.17 * share), view.tone(paint))


def pendant(view: View, strip: Strip, x: float, y: float, salt: int) -> None:
    """A lamp that hangs from the ceiling down to row y; by night it shines."""
    shade = view.pick(PAINTS, salt)
    here = (x - 0.08, 0.0, x + 0.08, y + 0.02)
    if view.light.lit:
        glow(strip, x, y, 0.42, (1.0, 0.90, 0.62), 0.55)
    strip.shape(here, bar(x, 0.0, x, y - 0.05, 0.003), view.tone((0.25, 0.22, 0.22)))
    strip.shape(here, disc(x, y, 0.022, 0.018), (1.0, 0.96, 0.80) if view.light.lit else view.tone((0.96, 0.95, 0.92)))
    strip.shape(here, triangle(x, y - 0.085, y, 0.065), view.tone(shade))


def lamp(view: View, strip: Strip, x: float, y: float, tall: float, salt: int) -> None:
    """A lamp that stands, its foot at (x, y)."""
    here, top = (x - tall * 0.5, y - tall, x + tall * 0.5, y), y - tall * 0.55
    if view.light.lit:
        glow(strip, x, top, tall * 2.4, (1.0, 0.88, 0.58), 0.6)
    strip.shape(here, bar(x, y, x, top, tall * 0.035), view.tone((0.50, 0.38, 0.28)))
    strip.shape(here, disc(x, y - tall * 0.02, tall * 0.16, tall * 0.05), view.tone((0.50, 0.38, 0.28)))
    cloth = (
        (1.0, 0.92, 0.70) if view.light.lit else view.tone(view.pick(((0.97, 0.92, 0.82), (0.94, 0.72, 0.62)), salt))
    )
    strip.shape(here, taper(x, y - tall, top, tall * 0.16, tall * 0.27), cloth)


def plant(view: View, strip: Strip, x: float, y: float, tall: float, salt: int) -> None:
    """A plant in a pot."""
    here, leaf = (x - tall * 0.6, y - tall * 1.1, x + tall * 0.6, y), view.tone((0.26, 0.56, 0.30))
    for k in range(7):
        lean = (k - 3) / 3 + 0.25 * (hashed(view.seed, salt, k) - 0.5)
        tip = (x + lean * tall * 0.42, y - tall * (1.0 - 0.3 * abs(lean)))
        strip.shape(here, bar(x, y - tall * 0.3, *tip, tall * 0.05, tall * 0.015), shaded(leaf, 0.85 + 0.05 * k))
    pot = view.tone(view.pick(((0.80, 0.45, 0.30), (0.92, 0.90, 0.86), (0.35, 0.48, 0.58)), salt, 9))
    strip.shape(here, taper(x, y - tall * 0.34, y, tall * 0.2, tall * 0.13), pot)
    strip.shape(here, box(x - tall * 0.22, y - tall * 0.36, x + tall * 0.22, y - tall * 0.3), shaded(pot, 0.88))


def books(view: View, strip: Strip, bounds: Bounds, salt: int) -> None:
    """A shelf full of books of many colours and heights."""
    part = strip.part(bounds)
    if part is None:
        return
    x0, y0, _, y1 = bounds
    wide = 0.014
    number = ((part.x - x0) / wide + 0.6 * (part.x * 37).sin()).floor().long().clamp(min=0)
    table = [
        view.tone(shaded(view.pick(PAINTS, salt, 20, k), view.between(0.55, 1.05, salt, 21, k))) for k in range(64)
    ]
    tall = torch.tensor([view.between(0.66, 0.94, salt, 22, k) if k % 11 else 0.0 for k in range(64)])
    inside = (0.5 - box(*bounds)(part.x, part.y) * strip.height).clamp(0, 1)
    top = y1 - (y1 - y0) * tall[number % 64]
    part.cover(inside * ((part.y - top) * strip.height + 0.5).clamp(0, 1), torch.tensor(table)[number % 64])
    part.cover(inside * ((part.y - top - 0.02).abs() < 0.003).float() * 0.5, view.tone((0.95, 0.88, 0.66)))


def shelf(view: View, strip: Strip, bounds: Bounds, rows: int, wood: RGB, salt: int) -> None:
    """A case of shelves with books on them."""
    x0, y0, x1, y1 = bounds
    strip.shape(bounds, box(*bounds), view.tone(wood))
    deep = (y1 - y0 - 0.015) / rows
    for r in range(rows):
        hole = (x0 + 0.012, y0 + 0.015 + r * deep, x1 - 0.012, y0 + (r + 1) * deep)
        strip.shape(hole, box(*hole), view.tone(shaded(wood, 0.55)))
        books(view, strip, hole, salt * 16 + r)


def clock(view: View, strip: Strip, x: float, y: float, r: float) -> None:
    """A round clock on a wall; its time is the seed's."""
    here = (x - r, y - r, x + r, y + r)
    strip.shape(here, disc(x, y, r, r), view.tone((0.30, 0.30, 0.33)))
    strip.shape(here, disc(x, y, r * 0.86, r * 0.86), view.tone((0.98, 0.97, 0.94)))
    for k, long in enumerate((0.5, 0.72)):
        angle = 2 * math.pi * hashed(view.seed, 399, k)
        hand = bar(x, y, x + r * long * math.sin(angle), y - r * long * math.cos(angle), max(r * 0.06, 0.003))
        strip.shape(here, hand, view.tone((0.15, 0.15, 0.18)))


def painting(view: View, strip: Strip, bounds: Bounds, salt: int) -> None:
    """A framed picture of a landscape or of shapes."""
    x0, y0, x1, y1 = bounds
    strip.shape(bounds, box(*bounds), view.tone(view.pick(WOODS, salt)))
    part = strip.part((x0 + 0.014, y0 + 0.014, x1 - 0.014, y1 - 0.014))
    if part is None:
        return
    part.cover(
        torch.ones(1, 1), view.tone(view.pick(((0.72, 0.86, 0.95), (0.97, 0.90, 0.78), (0.95, 0.76, 0.66)), salt, 1))
    )
    line = noise(part.x * 7, torch.full((1, 1), 0.5), view.seed + salt) * 0.25 * (y1 - y0)
    for k, at in enumerate((0.55, 0.75)):
        hill = y0 + (y1 - y0) * at - line * (1 - 2 * k)
        part.cover(((part.y - hill) * strip.height + 0.5).clamp(0, 1), view.tone(view.pick(PAINTS, salt, 2 + k)))


def wooden_floor(view: View, salt: int) -> Strip:
    """A wooden floor, lighter or darker."""
    wood = view.pick(WOODS, salt)
    ground = floor(view, shaded(wood, 1.1), shaded(wood, 0.92), 0.03)
    planks(view, ground, shaded(wood, 0.6))
    return ground


def joints(strip: Strip, bounds: Bounds, side: float, colour: RGB, cover: float = 0.6) -> None:
    """The lines between square tiles on a wall. side: of a tile, frame heights."""
    part = strip.part(bounds)
    if part is not None:
        line = torch.minimum((part.x / side % 1 - 0.5).abs(), (part.y / side % 1 - 0.5).abs()) * side
        part.cover(((0.0022 - line) * strip.height + 0.5).clamp(0, 1) * cover, colour)


def ceiling_lights(view: View, strip: Strip, spacing: float, salt: int) -> None:
    """Long lamps on the ceiling, which shine by night."""
    for _, x in landmarks(view, strip, spacing, 0.3, salt):
        if view.light.lit:
            glow(strip, x, 0.03, 0.4, (1.0, 0.96, 0.86), 0.35)
        lit = (1.0, 0.99, 0.95) if view.light.lit else view.tone((1.0, 1.0, 1.0))
        strip.put(box(x - 0.17, 0.02, x + 0.17, 0.042), view.tone((0.72, 0.74, 0.76)))
        strip.put(box(x - 0.165, 0.026, x + 0.165, 0.042), lit)


def folds(view: View, strip: Strip, bounds: Bounds, cloth: RGB, wide: float = 0.03) -> None:
    """Cloth that hangs in folds. wide: of a fold, frame heights."""
    part = strip.part(bounds)
    if part is not None:
        inside = (0.5 - box(*bounds)(part.x, part.y) * strip.height).clamp(0, 1)
        fold = (part.x * 2 * math.pi / wide).sin() * 0.07 + 0.93
        part.cover(inside, fold[..., None] * torch.tensor(view.tone(cloth)))
