"""Other worlds that one can stand on: Mars and planets that nobody has seen. Lengths are frame heights."""

from __future__ import annotations

from soracli.world.language.verbs import HORIZON
from soracli.world.layers import Backdrop, View, floor, glow, haze, landmarks, lattice, ridge, shaded, standing
from soracli.world.places_above import planet
from soracli.world.props_outdoors import boulder, spire, table_rock
from soracli.world.skies import sky
from soracli.world.strips import RGB, Strip, bar, disc, hashed, triangle

Pair = tuple[RGB, RGB]  # ground near by and far away


def mars(view: View) -> Backdrop:
    """Red sand and rocks under a butterscotch sky with two small moons."""
    view = _under(view, (0.72, 0.50, 0.40), (0.95, 0.76, 0.60))
    above = sky(view, 0.0)
    for k in range(2):
        x, y, r = view.aspect * view.between(0.1, 0.9, 1101, k), view.between(0.08, 0.34, 1102, k), 0.018 + 0.014 * k
        above.shape((x - r, y - r, x + r, y + r), disc(x, y, r, r * 0.92), (0.96, 0.88, 0.78))
        above.shape((x - r, y - r, x + r, y + r), disc(x + r * 0.3, y + r * 0.1, r * 0.3, r * 0.25), (0.80, 0.68, 0.58))
    sands: tuple[Pair, ...] = (((0.78, 0.40, 0.24), (0.88, 0.56, 0.38)), ((0.72, 0.34, 0.22), (0.84, 0.50, 0.36)))
    return _barren(view, above, view.pick(sands, 1103), craters=True)


PALETTES: tuple[tuple[RGB, RGB, Pair], ...] = (  # zenith, horizon, ground near and far
    ((0.34, 0.20, 0.52), (0.96, 0.62, 0.66), ((0.52, 0.34, 0.56), (0.74, 0.52, 0.68))),
    ((0.08, 0.40, 0.46), (0.70, 0.92, 0.78), ((0.26, 0.50, 0.50), (0.48, 0.70, 0.64))),
    ((0.56, 0.24, 0.20), (0.98, 0.78, 0.50), ((0.76, 0.44, 0.28), (0.90, 0.64, 0.44))),
    ((0.16, 0.18, 0.46), (0.56, 0.72, 0.98), ((0.36, 0.40, 0.62), (0.56, 0.62, 0.80))),
)


def alien_planet(view: View) -> Backdrop:
    """A strange world: a tinted sky with a ringed planet and moons, two suns, spires of rock, crystals."""
    zenith, horizon, sand = view.pick(PALETTES, 1111)
    view = _under(view, zenith, horizon)
    above = sky(view, 0.0)
    lit = view.pick((-0.6, 0.6), 1112)
    if not view.light.lit and view.light.orb_at != "none":
        x, y = view.aspect * view.between(0.15, 0.85, 1113), view.between(0.3, 0.46, 1114)
        glow(above, x, y, 0.14, view.light.orb, 0.6)
        above.shape((x - 0.04, y - 0.04, x + 0.04, y + 0.04), disc(x, y, 0.026, 0.026), (1.0, 0.86, 0.66))
    big = view.aspect * (0.76 if hashed(view.seed, 1) < 0.5 else 0.24)  # not before the sun
    _ringed(view, above, big, view.between(0.19, 0.27, 1116), view.between(0.12, 0.17, 1117), lit)
    for k in range(2):
        x = view.aspect - big + view.aspect * (0.18 * k - 0.05)
        planet(view, above, x, view.between(0.09, 0.22, 1118, k), 0.022 + 0.02 * k, lit, 70 + k)
    return _barren(view, above, sand, craters=False)


def _under(view: View, zenith: RGB, horizon: RGB) -> View:
    """The same view under a sky of other colours, darkened as the hour asks."""
    light = view.light
    dim = 0.16 if light.lit else 0.8 if light.orb_at == "low" else 1.0
    return view._replace(light=light._replace(zenith=shaded(zenith, dim), horizon=shaded(horizon, dim**0.75)))


def _ringed(view: View, strip: Strip, x: float, y: float, r: float, lit: float) -> None:
    """A large planet of the first kind that has a ring."""
    salt = next(k for k in range(400, 800)
                if hashed(view.seed, 962, k) < 1 / 3 and hashed(view.seed, 964, k) < 0.7)  # fmt: skip
    planet(view, strip, x, y, r, lit, salt)


def _barren(view: View, above: Strip, sand: Pair, craters: bool) -> Backdrop:
    """Sand and rocks of another world; with craters, or with spires and crystals."""
    tone, rock = view.tone, shaded(sand[0], 0.82)
    far = [ridge(view, 0.55, 0.06, 0.35, 0.04, tone(shaded(sand[1], 0.9), 0.5), 1121)]
    tables = view.strip(0.25, HORIZON + 0.03, 0.08)
    for i, x in landmarks(view, tables, 0.62, 0.5, 1122):
        if craters:
            half = view.between(0.1, 0.22, 1123, i)
            table_rock(view, tables, x, HORIZON + 0.03, half, view.between(0.07, 0.2, 1124, i), (rock, sand[1]), 0.25)
        else:
            for k in range(3):
                tall = view.between(0.1, 0.3, 1125, i, k)
                spire(tables, x + 0.09 * (k - 1), HORIZON + 0.03, tall, tone(rock, 0.35), view.seed + 3 * i + k)
    far.append(tables)
    ground = floor(view, *sand, 0.08)
    haze(view, ground, 0.3)
    near = []
    for row, (y, size) in enumerate(((0.635, 0.03), (0.69, 0.06), (0.765, 0.045))):
        strip = standing(view, y, 0.34 if row == 1 and not craters else size * 2)
        for i, x in lattice(strip, 0.2 + 0.2 * row, 0.3, view.seed + 1126 + row):
            chance = hashed(view.seed, 1129, row, i)
            if craters and row == 1 and chance < 0.5:
                here = (x - 0.16, y - 0.03, x + 0.16, y + 0.03)
                strip.shape(here, disc(x, y - 0.004, 0.15, 0.02), tone(shaded(sand[1], 1.05)))
                strip.shape(here, disc(x, y, 0.13, 0.015), tone(shaded(sand[0], 0.68)))
            elif row == 1 and not craters:
                _crystals(view, strip, x, y, 0.12 + 0.1 * chance, i)
            else:
                boulder(strip, x, y, size * (0.5 + chance), tone(rock), view.seed + i)
        near.append(strip)
    return Backdrop(above, far, ground, near, [])


def _crystals(view: View, strip: Strip, x: float, y: float, tall: float, number: int) -> None:
    """A cluster of crystals, which glow by night."""
    hue = view.pick(((0.40, 0.90, 0.92), (0.95, 0.52, 0.86), (0.62, 0.96, 0.56), (0.98, 0.80, 0.40)), 1131)
    if view.light.lit:
        glow(strip, x, y - tall * 0.4, tall * 1.1, hue, 0.6)
    body = hue if view.light.lit else view.tone(hue)
    for k, (lean, high, half) in enumerate(((-0.5, 0.55, 0.10), (0.45, 0.7, 0.11), (0.0, 1.0, 0.14), (0.2, 0.4, 0.09))):
        high *= tall * view.between(0.85, 1.15, 1132, number, k)
        cx, tip = x + lean * tall * 0.5, x + lean * tall
        here = (x - tall, y - tall * 1.2, x + tall, y)
        strip.shape(here, bar(cx, y, tip, y - high * 0.85, half * tall, 0.0), shaded(body, 0.78))
        strip.shape(here, bar(cx - half * tall * 0.3, y, tip, y - high * 0.85, half * tall * 0.45, 0.0), body)
    strip.shape((x - tall, y - tall, x + tall, y), triangle(x, y - tall * 0.12, y, tall * 0.6), shaded(body, 0.6))


WORLDS = {"mars": mars, "alien planet": alien_planet}
