"""The places of the world, painted as layers. Lengths are frame heights."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from soracli.world.language.verbs import HORIZON, ground_factor
from soracli.world.layers import (
    LIGHTS,
    Backdrop,
    View,
    floor,
    ground_coordinates,
    haze,
    landmarks,
    lattice,
    peak,
    peaks,
    ridge,
    shaded,
    standing,
)
from soracli.world.places_above import ABOVE
from soracli.world.places_built import BUILT
from soracli.world.places_care import CARE
from soracli.world.places_green import BARK, GREEN, LEAVES, sward, verge, wood
from soracli.world.places_grown import GROWN
from soracli.world.places_halls import HALLS
from soracli.world.places_home import HOME
from soracli.world.places_indoors import INDOORS
from soracli.world.places_lab import LAB
from soracli.world.places_land import LAND
from soracli.world.places_lit import LIT
from soracli.world.places_machines import MACHINES
from soracli.world.places_made import MADE
from soracli.world.places_neon import NEON
from soracli.world.places_scenic import SCENIC
from soracli.world.places_shops import SHOPS
from soracli.world.places_shore import SHORE
from soracli.world.places_sights import SIGHTS
from soracli.world.places_sport import SPORT
from soracli.world.places_tales import TALES
from soracli.world.places_temples import TEMPLES
from soracli.world.places_town import TOWN, skyscraper
from soracli.world.places_water import WATERS
from soracli.world.places_wild import WILD
from soracli.world.places_woods import WOODS
from soracli.world.places_worlds import WORLDS
from soracli.world.props import barn, bush, cactus, fence, flower, house, lamppost, pine, stone, tree
from soracli.world.props_town import shopfront
from soracli.world.skies import sky
from soracli.world.strips import disc, hashed


def backdrop(place: str, view: View) -> Backdrop:
    """Paint a place."""
    return PLACES[place](view)


def meadow(view: View) -> Backdrop:
    """Green hills, grasses and flowers near and far, at times mountains or a wood behind."""
    tone = view.tone
    far = [peaks(view, 0.6, 0.35)] if hashed(view.seed, 16) < 0.35 else []
    far += [
        ridge(view, 0.53, 0.045, 0.55, 0.06, tone((0.45, 0.66, 0.55), 0.35), 21),
        ridge(view, 0.575, 0.035, 0.42, 0.14, tone((0.40, 0.68, 0.36), 0.12), 22),
    ]
    if view.season or hashed(view.seed, 28) < 0.75:
        far.append(wood(view, 0.605, 0.13, view.between(0.2, 0.6, 29), 0.1, 0.25, 30))
    greens = (
        ((0.36, 0.66, 0.22), (0.52, 0.78, 0.34)), ((0.48, 0.68, 0.24), (0.64, 0.78, 0.38)),
        ((0.30, 0.60, 0.28), (0.44, 0.72, 0.42)), ((0.50, 0.66, 0.28), (0.66, 0.76, 0.42)),
    )  # fmt: skip
    green = view.pick(greens, 20)
    ground = floor(view, *green)
    sward(view, ground, green[0])
    haze(view, ground, 0.3)
    near = [verge(view, 0.645, 0.018, 0.034, shaded(green[0], 0.85), 33, 0.08)]
    if hashed(view.seed, 14) < 0.6:
        trees = standing(view, 0.665, 0.3)
        for i, x in landmarks(view, trees, view.between(1.1, 1.7, 15), 0.4, 34):
            tree(trees, x, 0.665, 0.24, tone(view.pick(LEAVES[:5], 35)), tone(BARK), view.seed + i)
            for k, dx in enumerate((-0.16, 0.13, 0.2)):
                bush(trees, x + dx, 0.668, (0.035, 0.045, 0.028)[k], tone(shaded(green[0], 0.8)), view.seed + i + k)
        near.append(trees)
    spacing = view.between(0.10, 0.34, 17)
    for row, (y, tall) in enumerate(((0.67, 0.028), (0.75, 0.045))):
        strip = standing(view, y, tall * 1.3)
        for i, x in lattice(strip, spacing + 0.03 * row, 0.1, view.seed + 23 + row):
            size = tall * (0.7 + 0.6 * hashed(view.seed, 18, row, i))
            flower(view, strip, x, y, size, int(hashed(view.seed, 24, row, i) * 3 + view.between(0, 5, 19)))
        near.append(strip)
    front = verge(view, 1.0, 0.06, 0.07, (0.30, 0.56, 0.18), 26)
    return Backdrop(sky(view), far, ground, near, [front])


def desert(view: View) -> Backdrop:
    """Mesas, dunes, cactuses."""
    tone = view.tone
    mesas = view.strip(0.3, HORIZON + 0.03, 0.05)
    for i, x in lattice(mesas, view.between(0.5, 1.1, 38), 0.4, view.seed + 31):
        tall, half = 0.13 + 0.07 * hashed(view.seed, 32, i), 0.1 + 0.06 * hashed(view.seed, 33, i)
        top = HORIZON - tall
        mesas.shape(
            (x - half * 2, top, x + half * 2, 0.65),
            lambda u, v, x=x, top=top, half=half: torch.maximum((u - x).abs() - half - (v - top) * 0.35, top - v),  # type: ignore[misc]
            tone((0.80, 0.47, 0.32), 0.3),
        )
    far = [mesas, ridge(view, 0.565, 0.035, 0.6, 0.14, tone((0.93, 0.72, 0.45), 0.12), 34)]
    ground = floor(view, *view.pick((((0.94, 0.76, 0.47), (0.97, 0.83, 0.58)), ((0.90, 0.62, 0.40), (0.94, 0.72, 0.50)),
                                     ((0.96, 0.86, 0.66), (0.98, 0.90, 0.74))), 39), 0.035)  # fmt: skip
    haze(view, ground, 0.25)
    near = []
    for row, (y, tall) in enumerate(((0.655, 0.15), (0.74, 0.23))):
        strip = standing(view, y, tall * 1.1)
        for i, x in lattice(strip, 0.75 + 0.2 * row, 0.2, view.seed + 35 + row):
            cactus(
                strip,
                x,
                y,
                tall * (0.85 + 0.25 * hashed(view.seed, 37, row, i)),
                tone((0.24, 0.52, 0.33), 0.15 - 0.1 * row),
            )
        near.append(strip)
    return Backdrop(sky(view, 0.5), far, ground, near, [])


def snowy_field(view: View) -> Backdrop:
    """White ground, snowy firs, mountains."""
    tone = view.tone
    far = [peaks(view, 0.3, 0.5), ridge(view, 0.575, 0.022, 0.5, 0.14, tone((0.88, 0.93, 1.0), 0.15), 41)]
    ground = floor(view, (0.97, 0.98, 1.0), (0.84, 0.90, 0.98), 0.025)
    near = []
    for row, (y, tall) in enumerate(((0.63, 0.17), (0.70, 0.27))):
        strip = standing(view, y, tall * 1.2)
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


def city_street(view: View) -> Backdrop:
    """Two rows of houses with windows, a pavement, a road with lane dashes."""
    tone = view.tone
    far = view.strip(0.1, HORIZON + 0.06, 0.16)
    for i, x in lattice(far, 0.2, 0.3, view.seed + 61):
        tall = 0.22 + 0.17 * hashed(view.seed, 62, i)
        skyscraper(view, far, x, 0.1, tall, 0.5, i)
    base = 0.64
    near = view.strip(0.2, base + 0.02, ground_factor(base))
    paints = ((0.90, 0.55, 0.42), (0.95, 0.80, 0.55), (0.50, 0.66, 0.78), (0.82, 0.62, 0.66), (0.70, 0.74, 0.62),
              (0.76, 0.44, 0.38), (0.86, 0.84, 0.80))  # fmt: skip
    wide = view.between(0.23, 0.33, 68)
    left, right = near.span
    for i in range(math.floor(left / wide) - 1, math.ceil(right / wide) + 1):
        x = i * wide + 0.3 * hashed(view.seed, 65)
        house(
            view,
            near,
            x,
            base,
            wide * 0.97,
            (0.17 + 0.16 * hashed(view.seed, 63, i)) * view.between(0.85, 1.5, 69),
            tone(view.pick(paints, 66, i // 3) if hashed(view.seed, 67) < 0.3 else paints[(i + view.seed) % 7]),
            i,
        )
        shopfront(view, near, x + wide * 0.485, HORIZON + 0.002, wide * 0.44, i)
    ground = floor(view, (0.36, 0.37, 0.42), (0.42, 0.43, 0.48), 0.02)
    h, y = view.height, ground.y
    ground.cover(((0.70 - y) * h + 0.5).clamp(0, 1), tone((0.74, 0.72, 0.70)))
    ground.cover(((0.008 - (y - 0.703).abs()) * h + 0.5).clamp(0, 1), tone((0.88, 0.87, 0.85)))
    u, _ = ground_coordinates(view, ground)
    dash = ((0.16 - ((u / 0.62) % 1 - 0.5).abs() * 0.62) * h + 0.5).clamp(0, 1)
    ground.cover(dash * ((0.011 - (y - 0.91).abs()) * h + 0.5).clamp(0, 1), tone((0.98, 0.93, 0.70)))
    kerb = standing(view, 0.69, 0.3)
    for i, x in landmarks(view, kerb, view.between(0.45, 0.8, 58), 0.3, 59):
        if (i + view.seed) % 2:
            lamppost(view, kerb, x, 0.69, 0.25)
        else:
            tree(kerb, x, 0.69, 0.21, view.leaf(view.pick(LEAVES, 57), 0.0, 57, i), tone(BARK), view.seed + i)
    return Backdrop(sky(view, 0.6), [far, near], ground, [kerb], [])


def road(view: View) -> Backdrop:
    """A country road between meadows, a fence along it."""
    drawn = meadow(view)
    ground, h = drawn.ground, view.height
    u, _ = ground_coordinates(view, ground)
    y = ground.y
    for top, bottom, colour in ((0.755, 0.985, (0.72, 0.66, 0.52)), (0.77, 0.965, (0.40, 0.41, 0.45))):
        band = ((y - top) * h + 0.5).clamp(0, 1) * ((bottom - y) * h + 0.5).clamp(0, 1)
        ground.cover(band, view.tone(colour))
    dash = ((0.13 - ((u / 0.52) % 1 - 0.5).abs() * 0.52) * h + 0.5).clamp(0, 1)
    ground.cover(dash * ((0.009 - (y - 0.895).abs()) * h + 0.5).clamp(0, 1), view.tone((0.97, 0.96, 0.92)))
    rails = standing(view, 0.725, 0.08)
    fence(view, rails, 0.725, 0.075)
    return Backdrop(drawn.sky, drawn.far, ground, [*drawn.near[:-2], rails], [])


def mountain(view: View) -> Backdrop:
    """High snowy peaks over an alpine slope with firs and rocks."""
    tone = view.tone
    tall = view.strip(0.1, HORIZON + 0.03, 0.04)
    for i, x in lattice(tall, 0.62, 0.8, view.seed + 311):
        height = 0.34 + 0.12 * hashed(view.seed, 312, i)
        peak(view, tall, x, height, height * 1.0, 0.18, 0.42)
    far = [tall, peaks(view, 0.38, 0.3), ridge(view, 0.575, 0.03, 0.5, 0.14, tone((0.42, 0.58, 0.42), 0.15), 313)]
    pines = view.strip(0.5, HORIZON + 0.03, 0.13)
    for i, x in lattice(pines, 0.05, 0.1, view.seed + 317):
        size = 0.055 * (0.6 + 0.8 * hashed(view.seed, 318, i))
        pine(pines, x, 0.608, size, tone((0.26, 0.46, 0.36), 0.25), tone((0.38, 0.28, 0.24), 0.25))
    far.append(pines)
    ground = floor(view, (0.48, 0.60, 0.34), (0.56, 0.68, 0.46), 0.07)
    sward(view, ground, (0.48, 0.60, 0.34))
    near = [verge(view, 0.655, 0.022, 0.06, (0.42, 0.56, 0.28), 319)]
    for row, (y, size) in enumerate(((0.635, 0.13), (0.70, 0.19))):
        strip = standing(view, y, size * 1.25)
        for i, x in lattice(strip, 0.33 + 0.2 * row, 0.2, view.seed + 314 + row):
            if hashed(view.seed, 316, row, i) < 0.55:
                pine(strip, x, y, size, tone((0.20, 0.42, 0.32), 0.12), tone((0.38, 0.28, 0.24)))
            else:
                stone(view, strip, x, y, size * 0.3)
        near.append(strip)
    return Backdrop(sky(view, 0.6), far, ground, near, [verge(view, 1.0, 0.055, 0.08, (0.40, 0.56, 0.26), 320)])


def farm(view: View) -> Backdrop:
    """A red barn, fields in stripes, a white fence."""
    tone = view.tone
    far = [ridge(view, 0.57, 0.035, 0.5, 0.08, tone((0.50, 0.68, 0.42), 0.25), 321)]
    ground = floor(view, (0.45, 0.64, 0.26), (0.66, 0.72, 0.34))
    u, z = ground_coordinates(view, ground)
    field = ((0.685 - ground.y) * view.height + 0.5).clamp(0, 1)
    rows = ((u * 1.2 + z * 0.9) * math.pi * 2).sin() * 0.5 + 0.5
    ground.cover(field, tone((0.90, 0.80, 0.42)))
    ground.cover(field * rows * 0.35, tone((0.72, 0.60, 0.28)))
    yard = standing(view, 0.665, 0.36)
    for i, x in lattice(yard, 1.25, 0.5, view.seed + 322):
        barn(view, yard, x, 0.665, 0.27)
        if hashed(view.seed, 323, i) < 0.7:
            hay = x + 0.36
            yard.shape((hay - 0.1, 0.55, hay + 0.1, 0.68), disc(hay, 0.635, 0.045, 0.035), tone((0.93, 0.80, 0.40)))
    rails = standing(view, 0.735, 0.1)
    fence(view, rails, 0.735, 0.085)
    return Backdrop(sky(view, 0.8), far, ground, [yard, rails], [])


def moon(view: View) -> Backdrop:
    """Grey dust with craters under a black sky, the Earth above it."""
    light = LIGHTS["night"]._replace(
        zenith=(0.01, 0.01, 0.03), horizon=(0.05, 0.05, 0.10), orb_at="none", scenery=(1.0, 1.0, 1.0)
    )
    view = view._replace(light=light)
    above = sky(view._replace(light=light._replace(orb_at="high", orb=(0.25, 0.50, 0.92))))
    far = [ridge(view, 0.57, 0.03, 0.4, 0.06, (0.42, 0.42, 0.46), 331)]
    ground = floor(view, (0.66, 0.66, 0.69), (0.46, 0.46, 0.50), 0.07)
    near = []
    for row, (y, size) in enumerate(((0.64, 0.05), (0.715, 0.09), (0.93, 0.16))):
        strip = view.strip(y - size * 0.35, min(y + size * 0.35, 1.0), ground_factor(y))
        for i, x in lattice(strip, 0.42 + 0.18 * row, 0.2, view.seed + 332 + row):
            r = size * (0.7 + 0.5 * hashed(view.seed, 335, row, i))
            here = (x - r, y - r * 0.35, x + r, y + r * 0.35)
            strip.shape(here, disc(x, y, r, r * 0.26), (0.76, 0.76, 0.79))
            strip.shape(here, disc(x, y + r * 0.02, r * 0.86, r * 0.20), (0.40, 0.40, 0.44))
            strip.shape(here, disc(x, y + r * 0.06, r * 0.76, r * 0.15), (0.55, 0.55, 0.59))
        near.append(strip)
    return Backdrop(above, far, ground, near, [])


PLACES: dict[str, Callable[[View], Backdrop]] = {
    "meadow": meadow,
    "desert": desert,
    "snowy field": snowy_field,
    "city street": city_street,
    "road": road,
    "mountain": mountain,
    "farm": farm,
    "moon": moon,
    **WATERS,
    **SHORE,
    **HOME,
    **INDOORS,
    **SHOPS,
    **LIT,
    **MACHINES,
    **HALLS,
    **CARE,
    **GREEN,
    **WILD,
    **WOODS,
    **BUILT,
    **ABOVE,
    **LAND,
    **GROWN,
    **WORLDS,
    **SPORT,
    **TOWN,
    **NEON,
    **TALES,
    **SIGHTS,
    **LAB,
    **MADE,
    **TEMPLES,
    **SCENIC,
}
