"""Things that stand where people gather: stalls, crates, tents, a Ferris wheel, boats, a crane."""

from __future__ import annotations

import math

import torch

from soracli.world.layers import View, glow, shaded
from soracli.world.props_outdoors import slab
from soracli.world.rooms import PAINTS
from soracli.world.strips import RGB, Strip, bar, disc, hashed, taper, triangle

FRUIT: tuple[RGB, ...] = (
    (0.90, 0.24, 0.20), (0.98, 0.62, 0.18), (0.96, 0.84, 0.30), (0.50, 0.72, 0.28), (0.56, 0.30, 0.54),
    (0.95, 0.46, 0.32),
)  # fmt: skip
WHITE: RGB = (0.98, 0.96, 0.92)
LAMP: RGB = (1.0, 0.93, 0.70)


def awning(strip: Strip, x: float, top: float, low: float, half: float, paints: tuple[RGB, RGB]) -> None:
    """A striped roof of cloth, wider at its scalloped lower edge. half: of that edge. paints: under the light."""
    part = strip.part((x - half, top, x + half, low + half * 0.1))
    if part is None:
        return
    share = ((part.y - top) / (low - top)).clamp(0, 1.2)
    reach = half * (0.84 + 0.16 * share.clamp(0, 1))
    across = (part.x - x) / reach  # stripes run from the ridge to the edge
    hem = low + half * 0.09 * (across * 5 * math.pi).sin().abs()
    height = strip.height
    inside = ((reach - (part.x - x).abs()) * height + 0.5).clamp(0, 1) * ((hem - part.y) * height + 0.5).clamp(0, 1)
    inside = inside * ((part.y - top) * height + 0.5).clamp(0, 1)
    part.cover(inside, paints[1])
    part.cover(inside * ((across * 5) % 2 < 1).float(), paints[0])
    part.cover(inside * ((part.y - low + half * 0.02) * height).clamp(0, 1) * 0.12, (0.0, 0.0, 0.0))


def booth(view: View, strip: Strip, x: float, y: float, tall: float, number: int) -> None:
    """A market stall: a striped awning on posts, heaps of fruit on a counter, a lamp that burns by night."""
    half, wood = tall * 0.68, view.tone((0.56, 0.40, 0.27))
    paint = view.tone(view.pick(PAINTS, 1401, number))
    here = (x - half, y - tall, x + half, y)
    slab(strip, x - half * 0.84, y - tall * 0.68, x + half * 0.84, y - tall * 0.3, view.tone((0.42, 0.34, 0.30)))
    if view.light.lit:
        glow(strip, x, y - tall * 0.5, tall * 0.6, (1.0, 0.84, 0.50), 0.75)
    for k in range(3):  # goods that hang at the back
        cx = x + (k - 1) * half * 0.5
        hung = view.tone(view.pick(FRUIT, 1402, number, k))
        strip.shape(here, bar(cx, y - tall * 0.6, cx, y - tall * 0.46, tall * 0.035, tall * 0.02), hung)
    for side in (-1, 1):
        strip.shape(here, bar(x + side * half * 0.85, y, x + side * half * 0.85, y - tall * 0.75, tall * 0.018), wood)
    for k in range(4):  # a heap of each kind
        cx, fruit = x + (k - 1.5) * half * 0.42, view.tone(view.pick(FRUIT, 1403, number, k))
        for j, (dx, dy) in enumerate(((-1, 0), (0, 0), (1, 0), (-0.5, 0.85), (0.5, 0.85), (0, 1.7))):
            r = tall * 0.042
            fx, fy = cx + dx * r * 1.5, y - tall * 0.34 - dy * r * 1.3
            strip.shape(here, disc(fx, fy, r, r), shaded(fruit, 0.82 + 0.05 * j))
            if tall > 0.25:
                strip.shape(here, disc(fx - r * 0.2, fy - r * 0.25, r * 0.55, r * 0.5), shaded(fruit, 1.12))
    slab(strip, x - half * 0.92, y - tall * 0.32, x + half * 0.92, y - tall * 0.27, wood)
    slab(strip, x - half * 0.88, y - tall * 0.27, x + half * 0.88, y, shaded(wood, 1.18))
    for k in range(5):
        seam = x + (k - 2) * half * 0.35
        slab(strip, seam - tall * 0.006, y - tall * 0.27, seam + tall * 0.006, y, shaded(wood, 0.9))
    slab(strip, x - half * 0.88, y - tall * 0.27, x + half * 0.88, y - tall * 0.24, shaded(wood, 0.75))
    awning(strip, x, y - tall, y - tall * 0.74, half, (paint, view.tone(WHITE)))
    if view.light.lit:
        strip.shape(here, disc(x, y - tall * 0.64, tall * 0.035, tall * 0.04), LAMP)


def crates(view: View, strip: Strip, x: float, y: float, tall: float, number: int) -> None:
    """Two or three crates of fruit, one on top of the others."""
    wood = view.tone((0.74, 0.56, 0.36))
    places = ((-0.72, 0.0), (0.72, 0.0), (0.0, 1.0))[: 2 + int(2 * hashed(view.seed, 1411, number))]
    for k, (dx, up) in enumerate(places):
        cx, low, half = x + dx * tall, y - up * tall, tall * 0.66
        fruit = view.tone(view.pick(FRUIT, 1412, number, k))
        here = (cx - half, low - tall * 1.2, cx + half, low)
        for j in range(10):
            fx, fy = cx + (j % 5 - 2) * half * 0.38, low - tall * (0.84 + 0.14 * (j // 5)) + tall * 0.03 * (j % 2)
            strip.shape(here, disc(fx, fy, half * 0.25, half * 0.24), shaded(fruit, 0.8 + 0.06 * (j % 5)))
        slab(strip, cx - half, low - tall * 0.8, cx + half, low, shaded(wood, 0.66))
        for level in (0.1, 0.42, 0.7):
            slab(strip, cx - half, low - tall * (level + 0.18), cx + half, low - tall * (level - 0.08), wood)
        for side in (-0.88, 0.88):
            slab(strip, cx + half * (side - 0.1), low - tall * 0.88, cx + half * (side + 0.1), low, shaded(wood, 0.86))


def tent(view: View, strip: Strip, x: float, y: float, tall: float, number: int) -> None:
    """A round tent with striped walls and a striped pointed roof, a flag on top and an open entrance."""
    hue = view.tone(view.pick(((0.86, 0.24, 0.26), (0.24, 0.44, 0.78), (0.95, 0.66, 0.20), (0.40, 0.28, 0.60),
                               (0.20, 0.56, 0.50)), 1421, number))  # fmt: skip
    white, half, eaves, tip = view.tone(WHITE), tall * 0.72, y - tall * 0.44, y - tall * 0.96
    part = strip.part((x - half, tip, x + half, y))
    if part is not None:
        share = ((part.y - tip) / (eaves - tip)).clamp(0, 1)
        reach = half * (0.1 * share + 0.9 * share**1.7).clamp(min=0.012)
        reach = torch.where(part.y > eaves, torch.full_like(reach, half * 0.9), reach)
        turn = ((part.x - x) / reach).clamp(-1, 1).asin()  # stripes of a round thing
        inside = ((reach - (part.x - x).abs()) * view.height + 0.5).clamp(0, 1)
        shade = (1 - 0.22 * ((part.x - x) / reach).clamp(0, 1)) * (1 - 0.1 * (part.y > eaves).float())
        stripe = ((turn / math.pi * 7 + 0.5) % 2 < 1).float()[..., None]
        body = torch.tensor(hue) * stripe + torch.tensor(white) * (1 - stripe)
        part.cover(inside, (body * shade[..., None]).clamp(0, 1))
    here = (x - half * 1.1, y - tall * 1.25, x + half * 1.1, y)
    for k in range(12):  # a scalloped hem
        cx = x + (k - 5.5) / 6 * half * 0.97
        strip.shape(here, disc(cx, eaves + tall * 0.012, half * 0.085, tall * 0.04), hue if k % 2 else white)
    inner = (1.0, 0.80, 0.46) if view.light.lit else view.tone((0.28, 0.20, 0.22))
    strip.shape(here, triangle(x, eaves + tall * 0.06, y + tall * 0.2, tall * 0.2), inner)
    strip.shape(here, bar(x, tip, x, tip - tall * 0.14, tall * 0.01), view.tone((0.40, 0.34, 0.32)))
    strip.shape(here, taper(x + tall * 0.07, tip - tall * 0.14, tip - tall * 0.06, tall * 0.065, tall * 0.05), hue)
    if view.light.lit:
        for k in range(11):
            cx = x + (k - 5) / 5 * half * 0.92
            glow(strip, cx, eaves, tall * 0.1, (1.0, 0.86, 0.52), 0.7)
            strip.shape(here, disc(cx, eaves, tall * 0.018, tall * 0.018), LAMP)


def wheel(view: View, strip: Strip, x: float, y: float, radius: float) -> None:
    """A Ferris wheel on its stand, with twelve cabins; lamps along its spokes by night."""
    steel = view.tone(view.pick(((0.92, 0.93, 0.95), (0.80, 0.32, 0.34), (0.36, 0.52, 0.74)), 1431), 0.08)
    cy, here = y - radius * 1.22, (x - radius * 1.2, y - radius * 2.4, x + radius * 1.2, y)
    for side in (-1, 1):
        strip.shape(here, bar(x + side * radius * 0.55, y, x, cy, 0.009, 0.006), shaded(steel, 0.75))
    slab(strip, x - radius * 0.7, y - radius * 0.12, x + radius * 0.7, y, view.tone((0.62, 0.44, 0.50), 0.08))
    for ring in (1.0, 0.86):
        outer, inner = disc(x, cy, radius * ring, radius * ring), radius * ring - 0.006
        strip.shape(here, lambda u, v, outer=outer, inner=inner: torch.maximum(  # type: ignore[misc]
            outer(u, v), inner - torch.hypot(u - x, v - cy)), steel)  # fmt: skip
    for k in range(12):
        a = math.pi * (k + 0.5) / 6
        rim = (x + radius * math.cos(a), cy + radius * math.sin(a))
        strip.shape(here, bar(x, cy, *rim, 0.0028), steel)
        for j in (2, 4, 5) if view.light.lit else ():
            lx, ly = x + (rim[0] - x) * j / 5, cy + (rim[1] - cy) * j / 5
            hue = ((1.0, 0.86, 0.5), (0.98, 0.45, 0.60), (0.45, 0.80, 1.0))[j % 3]
            glow(strip, lx, ly, 0.028, hue, 0.8)
            strip.shape(here, disc(lx, ly, 0.0045, 0.0045), hue)
        paint = view.tone(PAINTS[(k + view.seed) % len(PAINTS)], 0.05)
        cabin = (rim[0] - 0.024, rim[1] + 0.008, rim[0] + 0.024, rim[1] + 0.044)
        strip.shape(here, bar(rim[0], rim[1], rim[0], rim[1] + 0.01, 0.003), steel)
        slab(strip, *cabin, paint)
        glass = LAMP if view.light.lit else view.tone((0.82, 0.92, 0.98))
        slab(strip, cabin[0] + 0.006, cabin[1] + 0.006, cabin[2] - 0.006, cabin[1] + 0.018, glass)
    strip.shape(here, disc(x, cy, radius * 0.1, radius * 0.1), shaded(steel, 0.85))


def lights_on(view: View, strip: Strip, x: float, y: float, tall: float) -> None:
    """A striped pole with a bunch of balloons."""
    here = (x - tall * 0.4, y - tall * 1.15, x + tall * 0.4, y)
    strip.shape(here, bar(x, y, x, y - tall * 0.5, tall * 0.022), view.tone(WHITE))
    for k in range(3):
        strip.shape(here, bar(x, y - tall * (0.06 + 0.16 * k), x, y - tall * (0.12 + 0.16 * k), tall * 0.022),
                    view.tone((0.86, 0.26, 0.28)))  # fmt: skip
    for k in range(6):
        a = math.pi * (1.08 + 0.84 * k / 5)
        cx, cy = x + tall * 0.2 * math.cos(a), y - tall * (0.78 if k % 2 else 0.9) + tall * 0.1 * math.sin(a)
        paint = view.tone(PAINTS[(k + view.seed) % len(PAINTS)])
        strip.shape(here, bar(x, y - tall * 0.5, cx, cy, tall * 0.005), view.tone((0.5, 0.5, 0.5)))
        strip.shape(here, disc(cx, cy, tall * 0.078, tall * 0.095), paint)
        strip.shape(here, disc(cx - tall * 0.02, cy - tall * 0.03, tall * 0.025, tall * 0.03), shaded(paint, 1.3))


def boat(view: View, strip: Strip, x: float, y: float, tall: float, number: int) -> None:
    """A moored sailing boat with furled sails, or a fishing boat with a wheelhouse. tall: of the mast."""
    hull = view.tone(view.pick((*PAINTS, (0.96, 0.96, 0.95), (0.22, 0.34, 0.52)), 1441, number))
    white, mast, half = view.tone((0.97, 0.97, 0.95)), view.tone((0.55, 0.42, 0.30)), tall * 0.42
    here = (x - half * 1.3, y - tall, x + half * 1.3, y)
    deck = y - tall * 0.13
    if hashed(view.seed, 1442, number) < 0.55:
        strip.shape(
            here, bar(x - half * 0.05, deck, x - half * 0.05, y - tall * 0.97, tall * 0.011, tall * 0.006), mast
        )
        strip.shape(
            here, bar(x - half * 0.05, deck - tall * 0.1, x - half * 0.8, deck - tall * 0.09, tall * 0.024), white
        )
        for end in (-1.0, 1.05):
            strip.shape(here, bar(x - half * 0.05, y - tall * 0.96, x + end * half, deck, tall * 0.003), mast)
        slab(strip, x - half * 0.4, deck - tall * 0.05, x + half * 0.45, deck, white)
    else:
        slab(strip, x - half * 0.55, deck - tall * 0.2, x + half * 0.02, deck, white)
        slab(strip, x - half * 0.62, deck - tall * 0.23, x + half * 0.09, deck - tall * 0.19, hull)
        glass = LAMP if view.light.lit else view.tone((0.42, 0.58, 0.68))
        for k in range(2):
            slab(strip, x - half * (0.48 - 0.26 * k), deck - tall * 0.165, x - half * (0.29 - 0.26 * k),
                 deck - tall * 0.09, glass)  # fmt: skip
        strip.shape(here, bar(x + half * 0.3, deck, x + half * 0.3, y - tall * 0.62, tall * 0.012), mast)
        strip.shape(here, bar(x + half * 0.3, y - tall * 0.4, x + half * 0.85, y - tall * 0.56, tall * 0.009), mast)
    part = strip.part((x - half * 1.2, deck - tall * 0.06, x + half * 1.2, y))
    if part is not None:
        v = ((part.y - deck) / (y - deck)).clamp(-0.6, 1)
        sheer = deck - tall * 0.045 * ((part.x - x) / half).clamp(-1.2, 1.2) ** 2
        left, right = x - half * (1.0 - 0.16 * v), x + half * (1.14 - 0.34 * v)
        edge = torch.minimum(part.x - left, right - part.x)
        inside = (edge * view.height + 0.5).clamp(0, 1) * ((part.y - sheer) * view.height + 0.5).clamp(0, 1)
        part.cover(inside, hull)
        part.cover(inside * ((sheer + tall * 0.022 - part.y) * view.height + 0.5).clamp(0, 1), white)
        part.cover(inside * ((part.y - y + tall * 0.035) * view.height + 0.5).clamp(0, 1), shaded(hull, 0.6))


def gantry(view: View, strip: Strip, x: float, y: float, tall: float) -> None:
    """A harbour crane: four legs, a machine house, a long jib with its hook."""
    paint = view.tone(view.pick(((0.92, 0.62, 0.16), (0.80, 0.28, 0.24), (0.30, 0.48, 0.66)), 1451), 0.1)
    dark, here = view.tone((0.30, 0.31, 0.34), 0.1), (x - tall, y - tall * 1.25, x + tall, y)
    for side in (-1, 1):
        strip.shape(here, bar(x + side * tall * 0.17, y, x + side * tall * 0.08, y - tall * 0.55, tall * 0.02), paint)
    strip.shape(here, bar(x - tall * 0.14, y - tall * 0.2, x + tall * 0.14, y - tall * 0.2, tall * 0.014), paint)
    slab(strip, x - tall * 0.14, y - tall * 0.74, x + tall * 0.12, y - tall * 0.54, paint)
    slab(strip, x + tall * 0.02, y - tall * 0.70, x + tall * 0.10, y - tall * 0.62, view.tone((0.74, 0.86, 0.92)))
    tip = (x + tall * 0.72, y - tall * 1.12)
    for low in (0.0, 0.07):
        strip.shape(here, bar(x, y - tall * (0.72 - low), *tip, tall * 0.012), paint)
    for k in range(1, 7):
        cx, cy = x + (tip[0] - x) * k / 7, y - tall * 0.70 + (tip[1] - y + tall * 0.70) * k / 7
        strip.shape(here, bar(cx, cy - tall * 0.02, cx + tall * 0.05, cy + tall * 0.02, tall * 0.006), paint)
    strip.shape(here, bar(x - tall * 0.06, y - tall * 0.74, x - tall * 0.02, y - tall * 1.0, tall * 0.012), paint)
    strip.shape(here, bar(x - tall * 0.02, y - tall * 1.0, *tip, tall * 0.004), dark)
    strip.shape(here, bar(*tip, tip[0], y - tall * 0.5, tall * 0.005), dark)
    strip.shape(here, bar(tip[0], y - tall * 0.5, tip[0], y - tall * 0.46, tall * 0.02), dark)


def shopfront(view: View, strip: Strip, x: float, y: float, half: float, number: int) -> None:
    """The ground floor of a house as a shop: a window with goods, a door, a sign, an awning over them."""
    tall = 0.096
    paint, frame = view.tone(view.pick(PAINTS, 1461, number)), view.tone((0.30, 0.27, 0.28))
    glass = (1.0, 0.86, 0.56) if view.light.lit else view.tone((0.70, 0.84, 0.90))
    slab(strip, x - half, y - tall, x + half, y, shaded(paint, 0.72))
    slab(strip, x - half * 0.88, y - tall * 0.72, x + half * 0.34, y - tall * 0.14, frame)
    slab(strip, x - half * 0.84, y - tall * 0.70, x + half * 0.30, y - tall * 0.17, glass)
    for k in range(5):
        cx, goods = x + half * (0.22 * k - 0.72), shaded(view.tone(view.pick(FRUIT, 1462, number, k)), 0.9)
        high = tall * (0.14 + 0.16 * hashed(view.seed, 1463, number, k))
        slab(strip, cx - half * 0.07, y - tall * 0.17 - high, cx + half * 0.07, y - tall * 0.17, goods)
    slab(strip, x + half * 0.48, y - tall * 0.74, x + half * 0.84, y, frame)
    slab(strip, x + half * 0.53, y - tall * 0.70, x + half * 0.79, y - tall * 0.08, glass)
    slab(strip, x - half, y - tall, x + half, y - tall * 0.8, paint)
    for k in range(4):
        cx = x + half * (0.2 * k - 0.34)
        strip.put(bar(cx, y - tall * 0.9, cx + half * 0.1, y - tall * 0.9, tall * 0.03), view.tone(WHITE))
    if number % 3:
        awning(strip, x - half * 0.27, y - tall * 0.8, y - tall * 0.58, half * 0.68, (paint, view.tone(WHITE)))
