"""Places where nobody lives: jungle, graveyard, volcano. Lengths are frame heights."""

from __future__ import annotations

import math

import torch

from soracli.world.language.verbs import HORIZON, ground_factor
from soracli.world.layers import (
    Backdrop,
    View,
    floor,
    glow,
    ground_coordinates,
    haze,
    landmarks,
    lattice,
    ridge,
    shaded,
    standing,
)
from soracli.world.props import stone, tuft
from soracli.world.skies import sky
from soracli.world.strips import RGB, Strip, bar, box, disc, hashed, noise, triangle


def jungle(view: View) -> Backdrop:
    """Dense green in many depths: trunks with lianas, large leaves, a roof of foliage, light between."""
    tone = view.tone
    above = sky(view, 0.0)
    mist = view.strip(0.0, HORIZON + 0.04, 0.05)
    mist.cover(torch.ones(1, 1), tone((0.62, 0.80, 0.56), 0.5))
    far = [mist]
    for row, (factor, veil) in enumerate(((0.08, 0.45), (0.16, 0.25))):
        strip = view.strip(0.0, HORIZON + 0.04, factor)
        top = view.between(0.22, 0.38, 761, row) + 0.1 * noise(
            strip.x * 3, torch.full((1, 1), 0.5), view.seed + 762 + row
        )
        top = top + 0.03 * noise(strip.x * 16, strip.y * 3, view.seed + 764 + row)
        strip.cover(((strip.y - top) * view.height / 2 + 0.5).clamp(0, 1), tone((0.26, 0.52, 0.30), veil))
        for i, x in lattice(strip, 0.24, 0.2, view.seed + 766 + row):
            trunk = (x - 0.02, 0.0, x + 0.02, 0.64)
            strip.shape(
                trunk,
                bar(x, 0.0, x + 0.02 * (hashed(view.seed, 768, i) - 0.5), 0.64, 0.010 + 0.006 * row),
                tone((0.36, 0.34, 0.24), veil),
            )
        far.append(strip)
    ground = floor(view, (0.30, 0.46, 0.20), (0.26, 0.46, 0.26), 0.12)
    haze(view, ground, 0.25)
    trunks = standing(view, 0.665, 0.67)
    for i, x in landmarks(view, trunks, view.between(0.42, 0.6, 769), 0.3, 770):
        _giant(view, trunks, x, 0.665, i)
    roof = view.strip(0.0, 0.3, ground_factor(0.68))
    edge = (
        0.1
        + 0.06 * noise(roof.x * 2, torch.full((1, 1), 0.5), view.seed + 771)
        + 0.04 * (roof.x * 30 + 2 * (roof.x * 11).sin()).sin().abs()
    )
    roof.cover(((edge - roof.y) * view.height / 2 + 0.5).clamp(0, 1), tone((0.16, 0.40, 0.20), 0.05))
    roof.cover(((edge - 0.035 - roof.y) * view.height / 2 + 0.5).clamp(0, 1) * 0.7, tone((0.10, 0.30, 0.15)))
    near = [trunks, roof]
    for row, (y, tall) in enumerate(((0.69, 0.15), (0.76, 0.2))):
        strip = standing(view, y, tall * 1.2)
        for i, x in lattice(strip, 0.26 + 0.12 * row, 0.3, view.seed + 772 + row):
            fronds(
                view,
                strip,
                x,
                y,
                tall * (0.65 + 0.5 * hashed(view.seed, 774, row, i)),
                tone((0.22, 0.54, 0.24), 0.1 - 0.08 * row),
                i,
            )
        near.append(strip)
    front = standing(view, 1.0, 0.3)
    for i, x in lattice(front, 0.62, 0.4, view.seed + 775):
        fronds(view, front, x, 1.02, 0.24, tone((0.12, 0.40, 0.18)), 50 + i)
    return Backdrop(above, far, ground, near, [front])


def _giant(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """A trunk that goes up out of the frame, its roots spread, lianas beside it."""
    bark, r = (
        view.tone(view.pick(((0.40, 0.31, 0.22), (0.34, 0.34, 0.26)), 776, number)),
        view.between(0.026, 0.05, 777, number),
    )
    here = (x - 0.3, -0.02, x + 0.3, y + 0.02)
    strip.shape(here, bar(x, y, x + view.between(-0.08, 0.08, 778, number), -0.05, r, r * 0.85), bark)
    strip.shape(here, bar(x - r * 0.4, y - 0.03, x - r * 0.3, 0.0, r * 0.2), shaded(bark, 1.2))
    for side in (-1, 1):
        strip.shape(here, bar(x, y - 0.09, x + side * r * 2.4, y + 0.005, r * 0.6, r * 0.15), bark)
    for k in range(2):
        part = strip.part((x - 0.25, 0.0, x + 0.25, 0.6))
        if part is not None:
            at, low = (
                x + (k * 2 - 1) * view.between(0.08, 0.17, 779, number, k),
                view.between(0.3, 0.56, 780, number, k),
            )
            line = at + 0.025 * (part.y * 8 + number + k).sin()
            inside = ((0.0055 - (part.x - line).abs()) * view.height + 0.5).clamp(0, 1) * (
                (low - part.y) * view.height + 0.5
            ).clamp(0, 1)
            part.cover(inside, view.tone((0.26, 0.46, 0.20)))


def fronds(view: View, strip: Strip, x: float, y: float, tall: float, leaf: RGB, salt: int) -> None:
    """A plant of long arched leaves, or of broad ones."""
    broad = hashed(view.seed, 781, salt) < 0.45
    here = (x - tall * 1.2, y - tall * 1.2, x + tall * 1.2, y)
    for k in range(7):
        a = math.pi * (1.08 + 0.84 * k / 6 + 0.05 * (hashed(view.seed, 782, salt, k) - 0.5))
        long = tall * (0.8 + 0.3 * hashed(view.seed, 783, salt, k))
        knee = (x + 0.6 * long * math.cos(a), y + 0.75 * long * math.sin(a))
        tip = (x + 1.0 * long * math.cos(a), y + (0.95 if broad else 0.7) * long * math.sin(a))
        thick, green = tall * (0.095 if broad else 0.04), shaded(leaf, 0.78 + 0.07 * (k * 3 % 7))
        strip.shape(here, bar(x, y, *knee, tall * 0.02, thick), green)
        strip.shape(here, bar(*knee, *tip, thick, tall * 0.006), green)
        if broad:
            strip.shape(here, bar(x, y, *tip, tall * 0.01, tall * 0.004), shaded(green, 1.25))


def graveyard(view: View) -> Backdrop:
    """Old stones and crosses in the grass, bare trees, iron railings, a chapel on some days, mist."""
    tone = view.tone
    far = [ridge(view, 0.565, 0.045, 0.5, 0.07, tone((0.42, 0.52, 0.44), 0.35), 811)]
    ground = floor(view, (0.38, 0.52, 0.28), (0.44, 0.56, 0.36), 0.08)
    back = standing(view, 0.625, 0.5)
    for i, x in landmarks(view, back, 0.95, 0.5, 812):
        if i % 2 == view.pick((0, 1), 813):
            _chapel(view, back, x, 0.622)
        else:
            bare_tree(view, back, x, 0.625, 0.36, i)
    rails = standing(view, 0.64, 0.09)
    iron = tone((0.16, 0.17, 0.20))
    rails.shape((rails.span[0], 0.5, rails.span[1], 0.7), box(rails.span[0], 0.578, rails.span[1], 0.584), iron)
    for i in range(math.floor(rails.span[0] / 0.03), math.ceil(rails.span[1] / 0.03) + 1):
        rails.shape((i * 0.03 - 0.01, 0.55, i * 0.03 + 0.01, 0.65), bar(i * 0.03, 0.64, i * 0.03, 0.566, 0.0028), iron)
    near = [back, rails]
    for row, (y, tall) in enumerate(((0.675, 0.1), (0.755, 0.15))):
        strip = standing(view, y, tall * 1.6)
        for i, x in lattice(strip, 0.24 + 0.12 * row, 0.2, view.seed + 814 + row):
            headstone(view, strip, x, y, tall * (0.75 + 0.4 * hashed(view.seed, 816, row, i)), 16 * i + row)
        near.append(strip)
    mist = view.strip(0.58, 0.82, 0.5, 0.02)
    bank = noise(mist.x * 1.5, mist.y * 9, view.seed + 817) * 0.5 + 0.3
    mist.cover(
        bank.clamp(0, 1) * (1 - ((mist.y - 0.7) / 0.12) ** 2).clamp(0, 1) * view.between(0.0, 0.6, 818),
        view.light.horizon,
    )
    front = standing(view, 0.99, 0.06)
    for _, x in lattice(front, 0.28, 0.1, view.seed + 819):
        tuft(front, x, 0.99, 0.05, tone((0.30, 0.44, 0.20)))
    return Backdrop(sky(view), far, ground, [*near, mist], [front])


def headstone(view: View, strip: Strip, x: float, y: float, tall: float, salt: int) -> None:
    """A gravestone: round, pointed, a cross or an obelisk, some of them leaning."""
    kind, grey = int(4 * hashed(view.seed, 821, salt)), view.between(0.5, 0.72, 822, salt)
    stone_, dark = view.tone((grey, grey * 1.01, grey * 0.98)), view.tone((grey * 0.7, grey * 0.72, grey * 0.72))
    lean, half = 0.14 * (hashed(view.seed, 823, salt) - 0.5), tall * 0.33
    here = (x - tall * 0.7, y - tall * 1.5, x + tall * 0.7, y)
    tip = x + lean * tall
    if kind == 0:
        for shift, paint in ((0.05, dark), (0.0, stone_)):
            strip.shape(here, bar(x + shift * tall, y, tip + shift * tall, y - tall * 0.7, half), paint)
    elif kind == 1:
        for shift, paint in ((0.06, dark), (0.0, stone_)):
            strip.shape(here, box(x - half + shift * tall, y - tall * 0.8, x + half + shift * tall, y), paint)
            strip.shape(here, triangle(x + shift * tall, y - tall * 1.02, y - tall * 0.79, half), paint)
    elif kind == 2:
        for shift, paint in ((0.05, dark), (0.0, stone_)):
            strip.shape(here, bar(x + shift * tall, y, tip + shift * tall, y - tall * 1.15, tall * 0.085), paint)
            level = y - tall * 0.8
            strip.shape(
                here, bar(tip - half + shift * tall, level, tip + half + shift * tall, level, tall * 0.08), paint
            )
        return
    else:
        strip.shape(here, bar(x, y, x, y - tall * 1.2, tall * 0.17, tall * 0.07), dark)
        strip.shape(here, bar(x - tall * 0.03, y, x - tall * 0.03, y - tall * 1.2, tall * 0.12, tall * 0.05), stone_)
        strip.shape(here, box(x - tall * 0.28, y - tall * 0.16, x + tall * 0.28, y), stone_)
        return
    for k in range(3):
        strip.shape(
            here, box(x - half * 0.5, y - tall * (0.68 - 0.12 * k), x + half * 0.5, y - tall * (0.66 - 0.12 * k)), dark
        )


def bare_tree(view: View, strip: Strip, x: float, y: float, tall: float, salt: int) -> None:
    """A tree without leaves."""
    bark = view.tone((0.26, 0.22, 0.21))
    here = (x - tall * 0.8, y - tall * 1.2, x + tall * 0.8, y)

    def limb(px: float, py: float, angle: float, long: float, thick: float, depth: int, number: int) -> None:
        tip = (px + long * math.cos(angle), py + long * math.sin(angle))
        strip.shape(here, bar(px, py, *tip, thick, thick * 0.6), bark)
        for side in (-1, 1) if depth else ():
            turn = side * (0.3 + 0.4 * hashed(view.seed, 831, salt, number, side))
            limb(
                *tip,
                angle + turn,
                long * (0.6 + 0.2 * hashed(view.seed, 832, salt, number)),
                thick * 0.6,
                depth - 1,
                number * 2 + (side > 0),
            )

    limb(x, y, -math.pi / 2 + 0.2 * (hashed(view.seed, 833, salt) - 0.5), tall * 0.36, tall * 0.045, 4, 1)


def _chapel(view: View, strip: Strip, x: float, y: float) -> None:
    """A small church of stone with a pointed tower."""
    wall, roof = view.tone((0.66, 0.64, 0.62), 0.12), view.tone((0.34, 0.34, 0.40), 0.12)
    glass = (1.0, 0.80, 0.42) if view.light.lit else view.tone((0.32, 0.38, 0.48), 0.1)
    here = (x - 0.3, y - 0.5, x + 0.3, y)
    strip.shape(here, box(x - 0.04, y - 0.14, x + 0.2, y), wall)
    strip.shape(here, triangle(x + 0.08, y - 0.23, y - 0.13, 0.15), roof)
    strip.shape(here, box(x - 0.12, y - 0.25, x - 0.03, y), wall)
    strip.shape(here, triangle(x - 0.075, y - 0.42, y - 0.24, 0.06), roof)
    strip.shape(here, bar(x - 0.075, y - 0.46, x - 0.075, y - 0.41, 0.003), roof)
    strip.shape(here, bar(x - 0.09, y - 0.445, x - 0.06, y - 0.445, 0.003), roof)
    for cx, low in ((x - 0.075, y - 0.19), (x + 0.04, y - 0.06), (x + 0.12, y - 0.06)):
        strip.shape(here, bar(cx, low, cx, low - 0.025, 0.011), glass)


def volcano(view: View) -> Backdrop:
    """A mountain of fire with smoke above it, lava in dark rock."""
    tone, light = view.tone, view.light
    fire = (1.0, 0.45, 0.10)
    view = view._replace(
        light=light._replace(
            horizon=(light.horizon[0] * 0.75 + 0.25, light.horizon[1] * 0.8 + 0.06, light.horizon[2] * 0.7)
        )
    )
    above = sky(view, 0.5)
    cone = view.strip(0.0, HORIZON + 0.03, 0.06)
    for i, x in landmarks(view, cone, 1.9, 0.9, 841):
        _cone(view, cone, x, view.between(0.28, 0.4, 842, i), view.between(0.32, 0.46, 843, i), i)
    hills = ridge(view, 0.575, 0.04, 0.3, 0.13, tone((0.30, 0.24, 0.25), 0.2), 844)
    ground = floor(view, (0.28, 0.23, 0.23), (0.36, 0.28, 0.27), 0.16)
    u, z = ground_coordinates(view, ground)
    crack = (noise(u * 1.3 + 0.4 * noise(u * 4, z * 5, view.seed + 845), z * 2.6, view.seed + 846)).abs()
    ground.cover(((0.16 - crack) * 5).clamp(0, 1) * 0.5 * (ground.y > 0.61).float(), (0.75, 0.16, 0.05))
    ground.cover(((0.07 - crack) * 16).clamp(0, 1) * (ground.y > 0.61).float(), fire)
    ground.cover(((0.025 - crack) * 40).clamp(0, 1) * (ground.y > 0.61).float(), (1.0, 0.82, 0.35))
    near = []
    for row, (y, tall) in enumerate(((0.66, 0.06), (0.75, 0.1))):
        strip = standing(view, y, tall * 1.5)
        dark = view._replace(light=view.light._replace(scenery=tone((0.55, 0.46, 0.46))))
        for i, x in lattice(strip, 0.3 + 0.16 * row, 0.2, view.seed + 847 + row):
            stone(dark, strip, x, y, tall * (0.6 + 0.6 * hashed(view.seed, 849, row, i)))
        near.append(strip)
    sparks = view.strip(0.05, 0.9, 0.5, -0.01)
    for i, x in lattice(sparks, 0.09, 0.1, view.seed + 850):
        y, r = 0.1 + 0.75 * hashed(view.seed, 851, i), 0.002 + 0.003 * hashed(view.seed, 852, i)
        sparks.shape((x - r, y - r, x + r, y + r), disc(x, y, r, r), (1.0, 0.65, 0.25), 0.9)
    return Backdrop(above, [cone, hills], ground, [*near, sparks], [])


def _cone(view: View, strip: Strip, x: float, tall: float, half: float, number: int) -> None:
    """The mountain, its glowing mouth, streams of lava and the smoke."""
    top, low = HORIZON - tall, HORIZON + 0.03
    mouth = half * 0.17
    for k in range(9):
        share = k / 8
        cx, cy = (
            x + view.between(-0.3, 0.3, 861, number) * share + 0.03 * math.sin(5 * share + number),
            top - share * (top + 0.05),
        )
        r = 0.05 + 0.11 * share
        puff = strip.part((cx - r * 1.6, cy - r * 1.6, cx + r * 1.6, cy + r * 1.6))
        if puff is not None:
            d = (
                ((puff.x - cx) / r) ** 2
                + ((puff.y - cy) / r) ** 2
                + 0.35 * noise(puff.x * 22, puff.y * 22, view.seed + k)
            )
            grey = view.tone((0.46 - 0.02 * k, 0.40, 0.41), 0.1 + 0.03 * k)
            puff.cover((1.35 - d).clamp(0, 1) * 0.75, grey)
    glow(strip, x, top, 0.26, (1.0, 0.42, 0.12), 0.75)
    part = strip.part((x - half * 1.1, top, x + half * 1.1, low))
    if part is None:
        return
    down = ((part.y - top) / (low - top)).clamp(0, 1)
    edge = mouth + (half - mouth) * down**1.35
    rough = 0.012 * noise(part.x * 20, part.y * 20, view.seed + 862)
    inside = ((edge - (part.x - x).abs() + rough) * view.height + 0.5).clamp(0, 1)
    inside = inside * (
        (part.y - top - 0.012 * ((part.x - x) / mouth * 2).cos() * ((part.x - x).abs() < mouth * 1.4)) * view.height
        + 0.5
    ).clamp(0, 1)
    part.cover(inside, view.tone((0.40, 0.30, 0.30), 0.15))
    part.cover(
        inside * (((part.x - x) / edge.clamp(min=1e-3)) * 0.8 + 0.1 + rough * 14).clamp(0, 0.6),
        view.tone((0.22, 0.17, 0.19), 0.15),
    )
    for k in range(4):
        line = x + (view.between(-0.8, 0.8, 863, number, k)) * edge * 0.75 + 0.02 * (part.y * 25 + k * 2).sin() * down
        long = view.between(0.3, 1.0, 864, number, k)
        for thick, paint in ((0.013, (0.86, 0.20, 0.05)), (0.007, (1.0, 0.60, 0.18))):
            stream = ((thick * (1.1 - down) - (part.x - line).abs()) * view.height + 0.5).clamp(0, 1)
            part.cover(stream * inside * ((long - down) * 20).clamp(0, 1), paint)


WILD = {"jungle": jungle, "graveyard": graveyard, "volcano": volcano}
