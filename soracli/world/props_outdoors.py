"""Things that stand in open country and in towns: acacias, rocks, icebergs. Each has its foot at (x, y)."""

from __future__ import annotations

import torch

from soracli.world.layers import View, shaded
from soracli.world.strips import RGB, Strip, bar, box, disc, hashed, taper, triangle


def band(strip: Strip, top: float | torch.Tensor, low: float | torch.Tensor) -> torch.Tensor:
    """Coverage 0..1 of the rows of a strip between two, each a number or (1, columns)."""
    above, below = (strip.y - top) * strip.height + 0.5, (low - strip.y) * strip.height + 0.5
    return above.clamp(0, 1) * below.clamp(0, 1)


def slab(strip: Strip, x0: float, y0: float, x1: float, y1: float, colour: RGB) -> None:
    """A filled rectangle."""
    strip.shape((x0, y0, x1, y1), box(x0, y0, x1, y1), colour)


def acacia(strip: Strip, x: float, y: float, tall: float, leaf: RGB, trunk: RGB, salt: int) -> None:
    """An umbrella thorn: a trunk that forks, under flat tiers of leaves."""
    here = (x - tall, y - tall * 1.1, x + tall, y)
    lean = (hashed(salt, 1201) - 0.5) * 0.2 * tall
    fork = (x + lean * 0.6, y - tall * 0.34)
    strip.shape(here, bar(x, y, *fork, tall * 0.04, tall * 0.03), trunk)
    for reach in (-0.46, -0.2, 0.12, 0.42):
        strip.shape(here, bar(*fork, x + lean + reach * tall, y - tall * 0.80, tall * 0.026, tall * 0.012), trunk)
    tiers = ((-0.42, 0.80, 0.30), (0.40, 0.79, 0.32), (0.0, 0.84, 0.46), (-0.16, 0.92, 0.34), (0.2, 0.93, 0.28))
    for k, (dx, dy, half) in enumerate(tiers):
        half *= tall * (0.85 + 0.3 * hashed(salt, 1202, k))
        cx, cy = x + lean + dx * tall, y - dy * tall
        strip.shape(here, disc(cx, cy, half, tall * 0.085), shaded(leaf, 0.80))
        strip.shape(here, disc(cx - half * 0.06, cy - tall * 0.022, half * 0.92, tall * 0.062), leaf)
        strip.shape(here, disc(cx - half * 0.2, cy - tall * 0.04, half * 0.5, tall * 0.03), shaded(leaf, 1.14))


def boulder(strip: Strip, x: float, y: float, tall: float, colour: RGB, salt: int) -> None:
    """A rounded rock, lit from the left above, with a smaller one beside it."""
    here = (x - tall * 2.4, y - tall * 1.2, x + tall * 2.4, y)
    side = -1 if hashed(salt, 1211) < 0.5 else 1
    for k, (dx, size) in enumerate(((side * 1.15, 0.45), (0.0, 1.0), (-side * 0.7, 0.6))):
        half, high = (
            tall * size * (0.85 + 0.5 * hashed(salt, 1212, k)),
            tall * size * (0.7 + 0.4 * hashed(salt, 1213, k)),
        )
        cx = x + dx * tall
        strip.shape(here, disc(cx, y, half, high), shaded(colour, 0.74))
        strip.shape(here, disc(cx - half * 0.16, y - high * 0.12, half * 0.78, high * 0.8), colour)
        strip.shape(here, disc(cx - half * 0.26, y - high * 0.5, half * 0.42, high * 0.32), shaded(colour, 1.2))


def spire(strip: Strip, x: float, y: float, tall: float, colour: RGB, salt: int) -> None:
    """A needle of rock that leans, its right side in the shade."""
    lean, half = (hashed(salt, 1221) - 0.5) * 0.3 * tall, tall * (0.12 + 0.1 * hashed(salt, 1222))
    here = (x - tall, y - tall * 1.2, x + tall, y)
    strip.shape(here, bar(x, y, x + lean, y - tall, half, half * 0.12), shaded(colour, 0.84))
    strip.shape(here, bar(x - half * 0.35, y, x + lean, y - tall, half * 0.62, half * 0.06), colour)


def table_rock(
    view: View, strip: Strip, x: float, y: float, half: float, tall: float, paints: tuple[RGB, RGB], veil: float
) -> None:
    """A flat-topped rock of many layers over a slope of rubble. paints: two colours of its layers. half: of its top."""
    part = strip.part((x - half * 1.6, y - tall, x + half * 1.6, y))
    if part is None:
        return
    v = (part.y - y + tall) / tall  # 0 at the top
    ragged = 0.012 * (part.y * 90 + x * 40).sin() + 0.006 * (part.y * 210 + x * 70).sin()
    slope = half + ragged + half * 0.5 * ((v - 0.55) / 0.45).clamp(min=0)
    inside = ((slope - (part.x - x).abs()) * view.height + 0.5).clamp(0, 1) * ((v * tall) * view.height).clamp(0, 1)
    layers = (part.y * 47 + 3 * hashed(view.seed, 1231)).sin() + 0.6 * (part.y * 113 + x).sin()
    share = (layers * 1.6 + 0.5).clamp(0, 1)[..., None] * 0.8 + 0.1 * layers.clamp(-1, 1)[..., None] + 0.1
    first, second = (torch.tensor(view.tone(paint, veil)) for paint in paints)
    body = first + (second - first) * share
    cracks = ((part.x * 43 + (part.x * 17).sin() * 2).sin() * 0.5 + 0.5) ** 12 * 0.16
    shade = 1 - cracks - 0.26 * ((part.x - x) / half - 0.25).clamp(0, 1)
    part.cover(inside, (body * shade[..., None]).clamp(0, 1))


def berg(view: View, strip: Strip, x: float, y: float, tall: float, veil: float, number: int) -> None:
    """An iceberg of three blocks, lit from the left, blue in the shade."""
    white, blue = view.tone((0.96, 0.98, 1.0), veil), view.tone((0.60, 0.80, 0.92), veil)
    here = (x - tall * 2, y - tall * 1.1, x + tall * 2, y)
    for k, dx in enumerate((-0.7, 0.75, 0.0)):
        high = tall * (1.0 if k == 2 else view.between(0.35, 0.7, 1241, number, k))
        cx, half = x + dx * tall, tall * view.between(0.55, 0.8, 1242, number, k)
        tip = half * view.between(0.1, 0.4, 1243, number, k)
        strip.shape(here, taper(cx, y - high, y, tip, half), blue)
        strip.shape(here, taper(cx - half * 0.22, y - high, y, tip * 0.8, half * 0.7), white)
        strip.shape(
            here, triangle(cx + half * 0.05, y - high * 0.6, y, half * 0.2), view.tone((0.80, 0.91, 0.98), veil)
        )
    strip.shape(here, box(x - tall * 1.5, y - tall * 0.035, x + tall * 1.5, y), view.tone((0.46, 0.74, 0.84), veil))


def fruits(strip: Strip, x: float, y: float, tall: float, colour: RGB, salt: int) -> None:
    """Fruit in the crown of a tree that is `tall`."""
    here = (x - tall * 0.5, y - tall * 1.1, x + tall * 0.5, y)
    for k in range(14 if tall > 0.3 else 7):
        a, b = hashed(salt, 1251, k) - 0.5, hashed(salt, 1252, k)
        cx, cy, r = x + 0.72 * tall * a, y - tall * (0.46 + 0.46 * b * (1 - abs(a))), tall * 0.032
        strip.shape(here, disc(cx, cy, r, r), colour)
        if tall > 0.3:
            strip.shape(here, disc(cx - r * 0.3, cy - r * 0.35, r * 0.35, r * 0.3), shaded(colour, 1.5))
