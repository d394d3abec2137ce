"""Open country: savanna, river, arctic, canyon, swamp. Lengths are frame heights."""

from __future__ import annotations

import torch

from soracli.world.language.verbs import HORIZON, ground_factor
from soracli.world.layers import (
    Backdrop,
    View,
    floor,
    ground_coordinates,
    haze,
    landmarks,
    lattice,
    peak,
    ridge,
    shaded,
    standing,
)
from soracli.world.places_green import BARK, LEAVES, wood
from soracli.world.places_water import waves
from soracli.world.props import bush, reeds, stone, tree, tuft
from soracli.world.props_outdoors import acacia, band, berg, boulder, table_rock
from soracli.world.skies import aurora, sky
from soracli.world.strips import RGB, Strip, bar, disc, hashed, noise

Pair = tuple[RGB, RGB]


def savanna(view: View) -> Backdrop:
    """Golden grass, flat-topped acacias, hills in the haze, a water hole on some days."""
    tone = view.tone
    far = []
    if hashed(view.seed, 1001) < 0.45:  # a great lone mountain
        lone = view.strip(0.3, HORIZON + 0.03, 0.03)
        for _, x in landmarks(view, lone, 2.4, 1.0, 1002):
            peak(view, lone, x, view.between(0.16, 0.23, 1003), 0.62, 0.5, 0.32)
        far.append(lone)
    far += [ridge(view, 0.575, 0.035, 0.55, 0.05, tone((0.56, 0.58, 0.56), 0.5), 1004),
            ridge(view, 0.59, 0.018, 0.5, 0.09, tone((0.80, 0.68, 0.40), 0.25), 1005)]  # fmt: skip
    leaf = view.pick(((0.40, 0.50, 0.20), (0.34, 0.48, 0.22), (0.50, 0.52, 0.22)), 1006)
    back = view.strip(0.46, HORIZON + 0.03, 0.14)
    for i, x in lattice(back, 0.3, 0.2, view.seed + 1007):
        tall = 0.07 + 0.05 * hashed(view.seed, 1008, i)
        acacia(back, x, 0.617, tall, tone(leaf, 0.3), tone((0.42, 0.34, 0.24), 0.3), view.seed + i)
    far.append(back)
    golds: tuple[Pair, ...] = (
        ((0.85, 0.68, 0.32), (0.92, 0.79, 0.48)), ((0.78, 0.66, 0.32), (0.88, 0.78, 0.46)),
        ((0.90, 0.70, 0.38), (0.94, 0.80, 0.54)),
    )  # fmt: skip
    gold = view.pick(golds, 1009)
    ground = floor(view, *gold, 0.08)
    haze(view, ground, 0.2)
    trees = standing(view, 0.665, 0.45)
    for i, x in landmarks(view, trees, view.between(0.75, 1.1, 1010), 0.5, 1011):
        tall = 0.33 * view.between(0.85, 1.2, 1012, i)
        acacia(trees, x, 0.662, tall, tone(leaf), tone((0.40, 0.30, 0.20)), view.seed + i)
    near = [trees]
    if hashed(view.seed, 1013) < 0.5:
        pool = view.strip(0.675, 0.735, ground_factor(0.70))
        for _, x in landmarks(view, pool, 1.5, 0.6, 1014):
            here = (x - 0.42, 0.675, x + 0.42, 0.735)
            pool.shape(here, disc(x, 0.704, 0.40, 0.024), tone((0.66, 0.52, 0.30)))
            pool.shape(here, disc(x, 0.706, 0.37, 0.019), tone((0.50, 0.68, 0.80), 0.2))
        near.append(pool)
    return Backdrop(
        sky(view, 0.5), far, ground, near + _grass(view, gold[0]), [edge_of_grass(view, shaded(gold[0], 0.8))]
    )


def _grass(view: View, colour: RGB) -> list[Strip]:
    """Rows of tall dry grass, sparser near by."""
    rows = []
    for row, (y, tall) in enumerate(((0.69, 0.028), (0.755, 0.045))):
        strip = standing(view, y, tall * 1.4)
        for i, x in lattice(strip, 0.075 + 0.07 * row, 0.1, view.seed + 1016 + row):
            shade = 0.78 + 0.3 * hashed(view.seed, 1018, row, i)
            tuft(strip, x, y, tall * (0.7 + 0.6 * hashed(view.seed, 1019, row, i)), view.tone(shaded(colour, shade)))
        rows.append(strip)
    return rows


def edge_of_grass(view: View, colour: RGB) -> Strip:
    """Tufts along the lower edge of the picture."""
    strip = standing(view, 0.99, 0.09)
    for i, x in lattice(strip, 0.17, 0.1, view.seed + 1020):
        tuft(strip, x, 0.99, 0.065 * (0.6 + 0.6 * hashed(view.seed, 1021, i)), view.tone(colour))
    return strip


def river(view: View) -> Backdrop:
    """Water that flows between wooded banks, over stones; whoever is in it wades or swims."""
    tone = view.tone
    leaf = view.pick(LEAVES, 1031)
    far = [ridge(view, 0.55, 0.06, 0.5, 0.05, tone((0.42, 0.60, 0.56), 0.45), 1032),
           wood(view, 0.612, 0.16, 0.13, 0.12, 0.25, 1031)]  # fmt: skip
    green = ((0.40, 0.64, 0.26), (0.50, 0.72, 0.34))
    ground = floor(view, *green)
    u, z = ground_coordinates(view, ground)
    top = 0.688 + 0.007 * noise(u * 0.9, torch.full((1, 1), 0.5), view.seed + 1033)
    low = 0.945 + 0.012 * noise(u * 1.3, torch.full((1, 1), 0.5), view.seed + 1034)
    ground.cover(band(ground, top - 0.012, low + 0.022), tone((0.66, 0.56, 0.40)))
    water = band(ground, top, low)
    blue = view.pick(((0.20, 0.54, 0.72), (0.22, 0.58, 0.64), (0.28, 0.56, 0.78)), 1035)
    ground.cover(water, tone(blue))
    ground.cover(water * (1 - (ground.y - top) / 0.10).clamp(0, 1) ** 1.5 * 0.55, tone(shaded(leaf, 0.55)))
    flow = noise(u * 1.2 + noise(u * 0.6, z * 3, view.seed + 1036), z * 26, view.seed + 1037)
    ground.cover(water * ((flow - 0.3) * 2.5).clamp(0, 1) * 0.45, tone((0.78, 0.92, 0.98)))
    ground.cover(water * ((-flow - 0.4) * 2.5).clamp(0, 1) * 0.3, tone(shaded(blue, 0.7)))
    bank = standing(view, 0.683, 0.5)
    for i, x in landmarks(view, bank, view.between(0.42, 0.62, 1038), 0.5, 1039):
        tree(
            bank, x, 0.672, view.between(0.28, 0.42, 1040, i), view.leaf(leaf, 0.05, 1040, i), tone(BARK), view.seed + i
        )
        bush(bank, x + 0.2, 0.68, 0.045, view.leaf(shaded(leaf, 0.85), 0.0, 1041, i), i)
        stone(view, bank, x - 0.16, 0.69, 0.035)
    near = [bank]
    for row, (y, drift) in enumerate(((0.725, 0.05), (0.775, 0.08))):
        near.append(waves(view, y, y + 0.03, drift, 0.004, tone((0.70, 0.88, 0.96)), 0.3, 1041 + row))
    rocks = standing(view, 0.765, 0.08)
    for i, x in lattice(rocks, 0.5, 0.2, view.seed + 1043):
        _in_stream(view, rocks, x, 0.755, 0.028 + 0.022 * hashed(view.seed, 1044, i))
    front = [waves(view, 0.832, 0.94, 0.1, 0.005, tone(blue), 0.72, 1045)]
    shore = standing(view, 0.999, 0.24)
    rise = 0.958 + 0.012 * noise(shore.x * 1.3, torch.full((1, 1), 0.5), view.seed + 1046)
    shore.cover(band(shore, rise - 0.008, 1.1), tone((0.60, 0.50, 0.36)))
    shore.cover(band(shore, rise, 1.1), tone(green[0]))
    for i, x in lattice(shore, 0.36, 0.2, view.seed + 1047):
        if hashed(view.seed, 1048, i) < 0.5:
            reeds(view, shore, x, 0.985, 0.11 + 0.06 * hashed(view.seed, 1049, i), i)
        else:
            stone(view, shore, x, 0.985, 0.05)
    return Backdrop(sky(view, 0.8), far, ground, [*near, rocks], [*front, shore])


def _in_stream(view: View, strip: Strip, x: float, y: float, tall: float) -> None:
    """A stone with foam round its foot."""
    stone(view, strip, x, y, tall)
    here = (x - tall * 1.6, y - tall * 0.2, x + tall * 1.6, y + tall * 0.3)
    strip.shape(here, disc(x, y, tall * 1.25, tall * 0.14), view.tone((0.90, 0.97, 1.0)), 0.9)
    strip.shape(here, disc(x, y + tall * 0.1, tall * 1.1, tall * 0.1), view.tone((0.30, 0.60, 0.76)))


def arctic(view: View) -> Backdrop:
    """A shelf of snow before dark water with floes and icebergs; northern lights by night."""
    tone = view.tone
    above = sky(view, 0.6)
    if view.light.lit and view.light.orb_at != "none":
        aurora(view, above)
    ground = floor(view, (0.95, 0.97, 1.0), (0.86, 0.92, 0.98), 0.02)
    edge = 0.745
    u, z = ground_coordinates(view, ground)
    rim = edge + 0.008 * noise(u * 1.7, torch.full((1, 1), 0.5), view.seed + 1051)
    ground.cover(band(ground, 0.0, rim + 0.016), tone((0.62, 0.82, 0.92)))
    water = band(ground, 0.0, rim)
    ground.cover(water, tone((0.08, 0.26, 0.38)))
    ground.cover(water * ((edge - ground.y) / 0.15).clamp(0, 1) ** 1.2 * 0.65, tone((0.30, 0.54, 0.68)))
    glint = noise(u * 1.5, z * 14, view.seed + 1052)
    ground.cover(water * ((glint - 0.3) * 2).clamp(0, 1) * 0.4, view.light.horizon)
    back = view.strip(0.4, HORIZON + 0.045, 0.1)
    for i, x in lattice(back, 0.55, 0.4, view.seed + 1053):
        berg(view, back, x, 0.618, 0.06 + 0.06 * hashed(view.seed, 1054, i), 0.35, i)
    bergs = standing(view, 0.662, 0.4)
    for i, x in landmarks(view, bergs, view.between(0.8, 1.2, 1055), 0.6, 1056):
        berg(view, bergs, x, 0.658, view.between(0.16, 0.27, 1057, i), 0.08, 40 + i)
    floes = view.strip(0.66, 0.745, ground_factor(0.70))
    for i, x in lattice(floes, 0.26, 0.2, view.seed + 1058):
        y, half = 0.675 + 0.045 * hashed(view.seed, 1059, i), 0.05 + 0.06 * hashed(view.seed, 1060, i)
        here = (x - half * 1.6, y - 0.02, x + half * 1.6, y + 0.03)
        for low, colour in ((0.009, (0.50, 0.74, 0.86)), (0.0, (0.97, 0.99, 1.0))):
            for k, dx in enumerate((0.0, -0.5, 0.6)):
                wide = half * view.between(0.5, 0.95, 1068, i, k)
                floes.shape(here, disc(x + dx * half, y + low - 0.003 * k, wide, 0.012), tone(colour))
    blocks = standing(view, 0.79, 0.1)
    for i, x in lattice(blocks, 0.42, 0.2, view.seed + 1061):
        y = 0.775 + 0.015 * hashed(view.seed, 1062, i)
        boulder(blocks, x, y, 0.022 + 0.03 * hashed(view.seed, 1069, i), tone((0.86, 0.92, 0.98)), view.seed + i)
    return Backdrop(above, [back], ground, [bergs, floes, blocks], [], edge + 0.016)


def canyon(view: View) -> Backdrop:
    """Walls of layered red rock on both sides of a gorge with a river in it, buttes, an edge to stand on."""
    tone = view.tone
    reds = view.pick((((0.80, 0.42, 0.26), (0.93, 0.66, 0.44)), ((0.72, 0.36, 0.26), (0.88, 0.58, 0.42)),
                      ((0.85, 0.52, 0.30), (0.96, 0.76, 0.54))), 1071)  # fmt: skip
    far = []
    for row, (factor, veil, tall) in enumerate(((0.04, 0.5, 0.10), (0.08, 0.3, 0.17))):
        strip = view.strip(0.2, HORIZON + 0.04, factor)
        for i, x in lattice(strip, 0.62 + 0.3 * row, 0.6, view.seed + 1072 + row):
            half = view.between(0.14, 0.26, 1074, row, i)
            table_rock(view, strip, x, HORIZON + 0.035, half, tall * view.between(0.8, 1.3, 1075, row, i), reds, veil)
        far.append(strip)
    gorge = standing(view, 0.72, 0.72)
    for i, x in landmarks(view, gorge, 1.3, 0.9, 1076):
        for side in (-1, 1):
            tall, half = view.between(0.34, 0.5, 1077, i, side), view.between(0.24, 0.32, 1078, i, side)
            table_rock(view, gorge, x + side * (0.21 + half), 0.70, half, tall, reds, 0.04)
    ground = floor(view, shaded(reds[1], 0.96), shaded(reds[1], 1.02), 0.06)
    ground.cover(band(ground, 0.0, 0.70), tone(shaded(reds[0], 0.85), 0.15))
    wave = 0.006 * (ground.x * 3 + 5 * hashed(view.seed, 1079)).sin()
    ground.cover(band(ground, 0.638 + wave, 0.664 + wave), tone((0.36, 0.62, 0.62)))
    ground.cover(band(ground, 0.646 + wave, 0.650 + wave), tone((0.72, 0.88, 0.86)))
    rim = view.strip(0.69, 0.8, ground_factor(0.75))
    level = 0.725 + 0.012 * noise(rim.x * 2.2, torch.full((1, 1), 0.5), view.seed + 1080)
    rim.cover(band(rim, level, 0.772), tone(shaded(reds[0], 0.8)))
    rim.cover(band(rim, level + 0.018, 0.772), tone(shaded(reds[1], 0.96)))
    brush = standing(view, 0.765, 0.08)
    for i, x in lattice(brush, 0.42, 0.2, view.seed + 1081):
        if hashed(view.seed, 1082, i) < 0.5:
            bush(brush, x, 0.765, 0.03, tone((0.46, 0.52, 0.32)), i)
        else:
            boulder(brush, x, 0.768, 0.04, tone(reds[0]), i)
    return Backdrop(sky(view, 0.5), far, ground, [gorge, rim, brush], [])


def swamp(view: View) -> Backdrop:
    """Dark water with duckweed between trees hung with moss, stumps, reeds, mist."""
    tone = view.tone
    murk = view.light._replace(horizon=view.tone((0.66, 0.74, 0.62)))
    dim = view._replace(light=murk)
    far = [ridge(view, 0.5, 0.1, 0.4, 0.05, dim.tone((0.34, 0.44, 0.34), 0.5), 1161)]
    back = view.strip(0.0, HORIZON + 0.04, 0.12)
    for i, x in lattice(back, 0.2, 0.3, view.seed + 1162):
        _mossy(dim, back, x, 0.625, 0.4 + 0.15 * hashed(view.seed, 1163, i), 0.4, i)
    ground = floor(view, (0.20, 0.28, 0.20), (0.36, 0.44, 0.34), 0.06)
    u, z = ground_coordinates(view, ground)
    ground.cover(((noise(u * 1.6, z * 7, view.seed + 1164) - 0.1) * 3).clamp(0, 1) * 0.85, tone((0.44, 0.58, 0.24)))
    ground.cover(((noise(u * 3, z * 30, view.seed + 1165) - 0.45) * 3).clamp(0, 1) * 0.5, murk.horizon)
    haze(dim, ground, 0.7)
    trees = standing(view, 0.685, 0.69)
    for i, x in landmarks(view, trees, view.between(0.5, 0.7, 1166), 0.5, 1167):
        _mossy(view, trees, x, 0.685, 0.62, 0.05, 40 + i)
    logs = standing(view, 0.765, 0.14)
    for i, x in lattice(logs, 0.5, 0.2, view.seed + 1168):
        if hashed(view.seed, 1169, i) < 0.5:
            reeds(view, logs, x, 0.765, 0.11, i)
        else:
            stump = bar(x - 0.05, 0.755, x + 0.07, 0.745, 0.024, 0.016)
            logs.shape(stump.bounds, stump, tone((0.34, 0.27, 0.20)))
            logs.shape((x - 0.08, 0.72, x, 0.78), disc(x - 0.052, 0.755, 0.012, 0.02), tone((0.62, 0.52, 0.38)))
    front = [waves(view, 0.84, 1.01, -0.008, 0.004, tone((0.22, 0.32, 0.20)), 0.7, 1170)]
    edge = standing(view, 0.995, 0.3)
    for i, x in lattice(edge, 0.45, 0.2, view.seed + 1171):
        reeds(view, edge, x, 0.995, 0.13 + 0.08 * hashed(view.seed, 1172, i), 50 + i)
    return Backdrop(sky(dim, 0.4), [*far, back], ground, [trees, logs], [*front, edge])


def _mossy(view: View, strip: Strip, x: float, y: float, tall: float, veil: float, number: int) -> None:
    """A tree with a flared foot and bare boughs, moss hanging from them."""
    bark, moss = view.tone((0.33, 0.28, 0.23), veil), view.tone((0.46, 0.54, 0.34), veil)
    here = (x - tall * 0.8, y - tall * 1.2, x + tall * 0.8, y)
    top = (x + 0.1 * tall * (hashed(view.seed, 1173, number) - 0.5), y - tall)
    strip.shape(here, bar(x, y - tall * 0.1, *top, tall * 0.05, tall * 0.03), bark)
    for dx, dy, half in ((-0.1, 0.0, 0.2), (0.12, 0.02, 0.18), (0.0, -0.04, 0.16)):
        strip.shape(here, disc(top[0] + dx * tall, top[1] + dy * tall, half * tall, tall * 0.07), shaded(moss, 0.78))
    for lean in (-1, 0, 1):
        strip.shape(here, bar(x, y - tall * 0.2, x + lean * tall * 0.09, y, tall * 0.04, tall * 0.03), bark)
    for k in range(4):
        side, up = (-1, 1)[k % 2], 0.5 + 0.13 * k
        tip = (x + side * tall * (0.5 - 0.07 * k), y - tall * (up + 0.12))
        strip.shape(here, bar(x, y - tall * up, *tip, tall * 0.024, tall * 0.008), bark)
        for j in range(1, 5):
            mx, my = x + (tip[0] - x) * j / 4, y - tall * up + (tip[1] - y + tall * up) * j / 4
            drop = tall * (0.08 + 0.16 * hashed(view.seed, 1174, number, k, j))
            strip.shape(here, bar(mx, my, mx, my + drop, tall * 0.022, tall * 0.004), moss)
        strip.shape(here, disc(*tip, tall * 0.15, tall * 0.06), shaded(moss, 0.85))


LAND = {
    "savanna": savanna,
    "river": river,
    "arctic": arctic,
    "canyon": canyon,
    "swamp": swamp,
}
