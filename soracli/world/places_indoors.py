"""Places under a roof: classroom, office, library, stage, cave; by night their lamps burn. Units: frame heights."""

from __future__ import annotations

import math

import torch

from soracli.world.language.verbs import HORIZON, ground_factor
from soracli.world.layers import Backdrop, View, floor, glow, landmarks, lattice, pane, shaded, standing
from soracli.world.rooms import (
    PAINTS,
    WOODS,
    base,
    clock,
    lamp,
    painting,
    pendant,
    planks,
    plant,
    rug,
    shelf,
    wall,
    window,
    wooden_floor,
)
from soracli.world.strips import RGB, Strip, bar, box, hashed, noise


def classroom(view: View) -> Backdrop:
    """A blackboard with something written on it, maps, a clock, rows of desks."""
    back = wall(view, ((0.96, 0.93, 0.80), (0.84, 0.91, 0.93), (0.88, 0.92, 0.82), (0.95, 0.90, 0.86)), 441)
    board = view.pick(((0.16, 0.34, 0.27), (0.20, 0.22, 0.24), (0.97, 0.98, 0.98)), 442)
    for i, x in landmarks(view, back, 1.5, 0.9, 443):
        here = (x - 0.36, 0.12, x + 0.36, 0.45)
        back.shape(here, box(*here), view.tone((0.60, 0.44, 0.28)))
        back.shape(here, box(x - 0.345, 0.135, x + 0.345, 0.435), view.tone(board))
        _writing(view, back, x, 0.17, i, (0.25, 0.35, 0.60) if board[0] > 0.5 else (0.94, 0.95, 0.92))
        clock(view, back, x, 0.065, 0.042)
        painting(view, back, (x + 0.45, 0.15, x + 0.66, 0.3), 444 + i)
        window(view, back, (x - 0.74, 0.1, x - 0.47, 0.44), 445 + i, curtains=False)
        window(view, back, (x + 0.74, 0.1, x + 1.0, 0.44), 446 + i, curtains=False)
    ground = wooden_floor(view, 447)
    near = [back]
    for row, (y, tall) in enumerate(((0.70, 0.12), (0.755, 0.15))):
        strip = standing(view, y, tall * 1.9)
        for i, x in landmarks(view, strip, 0.42 + 0.05 * row, 0.3, 448 + row):
            _desk(view, strip, x, y, tall, 450 + row * 7 + i)
        near.append(strip)
    return Backdrop(base(view, back), [], ground, near, [])


def _writing(view: View, strip: Strip, x: float, y: float, number: int, chalk: RGB) -> None:
    for row in range(4):
        left = x - 0.3
        for word in range(1 + int(4 * hashed(view.seed, 451, number, row))):
            long = 0.04 + 0.09 * hashed(view.seed, 452, number, row * 5 + word)
            line = strip.part((left, y + row * 0.062, left + long, y + row * 0.062 + 0.03))
            if line is not None:
                wave = y + row * 0.062 + 0.015 + 0.009 * (line.x * 420 + row).sin() * (line.x * 97 + word).sin()
                line.cover(((0.004 - (line.y - wave).abs()) * view.height + 0.5).clamp(0, 1) * 0.85, chalk)
            left += long + 0.025


def _desk(view: View, strip: Strip, x: float, y: float, tall: float, salt: int) -> None:
    """A school desk and its chair, with a book on some."""
    wood, leg = view.tone(view.pick(WOODS, 453)), view.tone((0.42, 0.45, 0.50))
    here = (x - tall * 1.4, y - tall * 1.8, x + tall * 1.4, y)
    seat = view.tone(view.pick(PAINTS, 454))
    strip.shape(here, box(x + tall * 0.25, y - tall * 1.45, x + tall * 0.85, y - tall * 0.95), seat)
    for side in (-1, 1):
        strip.shape(here, bar(x + side * tall * 0.9, y, x + side * tall * 0.85, y - tall, tall * 0.045), leg)
    strip.shape(here, box(x - tall * 1.1, y - tall * 1.06, x + tall * 1.1, y - tall * 0.9), wood)
    strip.shape(here, box(x - tall * 1.0, y - tall * 0.9, x + tall * 1.0, y - tall * 0.62), shaded(wood, 0.75))
    if hashed(view.seed, salt) < 0.6:
        strip.shape(
            here,
            box(x - tall * 0.6, y - tall * 1.15, x - tall * 0.1, y - tall * 1.05),
            view.tone(view.pick(PAINTS, salt, 1)),
        )


def office(view: View) -> Backdrop:
    """Desks with screens before a wall of windows and shelves."""
    back = wall(view, ((0.93, 0.93, 0.91), (0.82, 0.87, 0.90), (0.88, 0.86, 0.82), (0.78, 0.84, 0.82)), 461)
    for i, x in landmarks(view, back, 0.52, 0.5, 462):
        if (i + view.pick((0, 1), 463)) % 3 == 0:
            shelf(view, back, (x - 0.17, 0.13, x + 0.17, 0.64), 4, view.pick(WOODS, 464), 465 + i)
        else:
            window(view, back, (x - 0.22, 0.07, x + 0.22, 0.47), 466 + i, curtains=False)
            for k in range(4):  # the town outside
                left, tall = x - 0.21 + k * 0.1, 0.06 + 0.16 * hashed(view.seed, 467, i, k)
                tower = (left, 0.47 - tall, left + 0.075, 0.47)
                back.shape(
                    tower, box(*tower), (0.16, 0.18, 0.30) if view.light.lit else view.tone((0.62, 0.70, 0.80), 0.3)
                )
    for _, x in landmarks(view, back, 0.8, 0.2, 468):
        lit = (x - 0.16, 0.012, x + 0.16, 0.03)
        back.shape(lit, box(*lit), (1.0, 0.98, 0.92) if view.light.lit else view.tone((0.98, 0.98, 0.97)))
        if view.light.lit:
            glow(back, x, 0.02, 0.4, (1.0, 0.95, 0.82), 0.35)
    ground = floor(view, *view.pick((((0.52, 0.56, 0.62), (0.46, 0.50, 0.56)), ((0.60, 0.56, 0.52), (0.54, 0.50, 0.47)),
                                     ((0.45, 0.54, 0.52), (0.40, 0.48, 0.47))), 469), 0.05)  # fmt: skip
    row = standing(view, 0.735, 0.34)
    for i, x in landmarks(view, row, 0.68, 0.4, 470):
        _workplace(view, row, x, 0.735, i)
    return Backdrop(base(view, back), [], ground, [back, row], [])


def _workplace(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """A desk with a screen, a chair before it, a plant beside some."""
    top, dark, here = y - 0.15, view.tone((0.20, 0.21, 0.24)), (x - 0.34, y - 0.34, x + 0.34, y)
    wood = view.tone(view.pick(WOODS, 471))
    for side in (-1, 1):
        strip.shape(here, box(x + side * 0.22 - 0.012, top, x + side * 0.22 + 0.012, y), shaded(wood, 0.7))
    strip.shape(here, box(x - 0.25, top - 0.012, x + 0.25, top + 0.012), wood)
    strip.shape(here, box(x + 0.09, top + 0.012, x + 0.21, y - 0.02), shaded(wood, 0.85))
    at = x + 0.08 * (hashed(view.seed, 472, number) - 0.5)
    strip.shape(here, box(at - 0.095, top - 0.145, at + 0.095, top - 0.03), dark)
    screen = view.pick(((0.45, 0.70, 0.95), (0.92, 0.96, 1.0), (0.30, 0.78, 0.70), (0.25, 0.32, 0.52)), 473, number)
    strip.shape(here, box(at - 0.086, top - 0.136, at + 0.086, top - 0.039), screen)
    strip.shape(here, box(at - 0.01, top - 0.03, at + 0.01, top - 0.012), dark)
    seat = view.tone(view.pick((*PAINTS, (0.25, 0.26, 0.30)), 474))
    cx = at - 0.15
    strip.shape(here, bar(cx, y - 0.19, cx, y - 0.12, 0.045), seat)
    strip.shape(here, bar(cx - 0.04, y - 0.075, cx + 0.04, y - 0.075, 0.016), seat)
    strip.shape(here, bar(cx, y - 0.07, cx, y - 0.015, 0.008), dark)
    strip.shape(here, bar(cx - 0.05, y - 0.01, cx + 0.05, y - 0.01, 0.01), dark)
    if hashed(view.seed, 475, number) < 0.6:
        plant(view, strip, x + 0.3, y, 0.18, 476 + number)


def library(view: View) -> Backdrop:
    """Walls of books, lamps, a ladder, a carpet on dark wood."""
    wood = view.pick(WOODS[:3], 481)
    back = wall(view, ((0.62, 0.50, 0.38), (0.46, 0.52, 0.46), (0.58, 0.40, 0.38)), 482)
    for i, x in landmarks(view, back, 0.44, 0.4, 483):
        if (i + view.pick((0, 1, 2), 484)) % 4 == 0:
            window(view, back, (x - 0.12, 0.1, x + 0.12, 0.5), 485 + i)
        else:
            shelf(view, back, (x - 0.2, 0.03, x + 0.2, 0.665), 6, wood, 486 + i)
    for x in [at for _, at in landmarks(view, back, 0.9, 0.2, 487)]:
        pendant(view, back, x, 0.14, 488)
    ground = wooden_floor(view, 489)
    rug(view, ground, view.aspect / 2, 0.86, 0.6, 490)
    row = standing(view, 0.725, 0.36)
    for i, x in landmarks(view, row, 1.2, 0.5, 491):
        table = view.tone(shaded(wood, 1.15))
        here = (x - 0.3, 0.3, x + 0.3, 0.725)
        for side in (-1, 1):
            row.shape(here, bar(x + side * 0.2, 0.725, x + side * 0.18, 0.62, 0.012), table)
        row.shape(here, box(x - 0.24, 0.595, x + 0.24, 0.62), table)
        lamp(view, row, x + 0.12, 0.597, 0.13, 492)
        for k in range(3):
            pile = (x - 0.16, 0.58 - 0.018 * k, x - 0.04 - 0.02 * hashed(view.seed, 493, i, k), 0.597 - 0.018 * k)
            row.shape(pile, box(*pile), view.tone(view.pick(PAINTS, 494, i, k)))
    return Backdrop(base(view, back), [], ground, [back, row], [])


def stage(view: View) -> Backdrop:
    """A theatre: curtains, a spotlight on a wooden floor."""
    dark, bright = view.pick((((0.50, 0.07, 0.10), (0.76, 0.13, 0.16)), ((0.14, 0.12, 0.38), (0.26, 0.24, 0.60)),
                              ((0.05, 0.28, 0.22), (0.10, 0.46, 0.34)), ((0.36, 0.08, 0.34), (0.58, 0.16, 0.52)),
                              ((0.50, 0.07, 0.10), (0.76, 0.13, 0.16))), 361)  # fmt: skip
    back = view.strip(0.0, HORIZON + 0.06, ground_factor(0.64))
    back.cover(torch.ones(1, 1), dark)
    wide = view.between(0.06, 0.1, 362)
    fold = (back.x / wide * math.pi * 2 + 1.5 * (back.x * 7 + view.seed % 7).sin()).sin() * 0.5 + 0.5
    back.cover(fold * 0.75, bright)
    hem = view.between(0.05, 0.1, 363) + 0.02 * (back.x / view.between(0.14, 0.26, 364) * math.pi * 2).cos().abs()
    back.cover(((hem - back.y) * view.height + 0.5).clamp(0, 1), (0.80, 0.60, 0.20))
    ground = floor(view, (0.66, 0.45, 0.28), (0.50, 0.32, 0.20), 0.03)
    planks(view, ground, (0.36, 0.22, 0.13))
    spot = view.strip(0.0, 1.0, 0.0)  # it follows the camera
    x, y = spot.x, spot.y
    middle = view.aspect / 2
    pool = (1 - ((x - middle) / 0.52) ** 2 - ((y - 0.85) / 0.11) ** 2).clamp(0, 1)
    beam = (1 - (x - middle).abs() / (0.1 + 0.42 * y)).clamp(0, 1) * (0.86 - y).mul(60).clamp(0, 1)
    lit = view.pick(((1.0, 0.95, 0.78), (1.0, 0.95, 0.78), (0.80, 0.90, 1.0), (1.0, 0.80, 0.88)), 365)
    spot.cover((pool * 0.8).clamp(max=0.38) + beam.clamp(max=0.5) * 0.18, lit)
    return Backdrop(base(view, back), [back], ground, [spot], [])


def cave(view: View) -> Backdrop:
    """Rock all round, a mouth with the sky in it, stalactites, crystals that glow."""
    rock = view.pick(((0.62, 0.52, 0.44), (0.52, 0.55, 0.64), (0.68, 0.52, 0.40), (0.54, 0.56, 0.50)), 501)
    gem = view.pick(((0.40, 0.85, 0.95), (0.85, 0.55, 0.98), (0.55, 0.95, 0.62), (1.0, 0.72, 0.40)), 502)
    back = pane(view, 0.0, HORIZON + 0.05, 0.12)
    rough = (
        noise(back.x * 4, back.y * 5, view.seed + 503) * 0.6 + noise(back.x * 11, back.y * 13, view.seed + 504) * 0.4
    )
    back.pixels[..., :3] = torch.tensor(view.tone(shaded(rock, 0.8))) * (1 + 0.22 * rough[..., None])
    for _, x in landmarks(view, back, 1.9, 0.5, 505):
        _mouth(view, back, x, rough)
    ground = floor(view, rock, shaded(rock, 0.72), 0.12)
    near = []
    for row, (y, tall) in enumerate(((0.645, 0.22), (0.735, 0.3))):
        strip = view.strip(0.0, y + 0.02, ground_factor(y))
        stone = view.tone(shaded(rock, 0.72 + 0.1 * row))
        for i, x in lattice(strip, 0.2 + 0.12 * row, 0.2, view.seed + 506 + row):
            long, half = (
                tall * (0.5 + 0.7 * hashed(view.seed, 508, row, i)),
                0.035 + 0.03 * hashed(view.seed, 509, row, i),
            )
            here = (x - half * 2, -0.02, x + half * 2, long)
            strip.shape(here, bar(x, -0.05, x, long - 0.01, half, 0.006), shaded(stone, 0.85))
            strip.shape(here, bar(x - half * 0.25, -0.05, x - half * 0.1, long * 0.8, half * 0.4, 0.003), stone)
            if hashed(view.seed, 510, row, i) < 0.5:
                high = y - long * 0.5
                strip.shape(
                    (x - 0.2, high, x + 0.2, y + 0.02),
                    bar(x + 0.06, y + 0.02, x + 0.06, high, half * 1.3, 0.006),
                    stone,
                )
            elif hashed(view.seed, 511, row, i) < 0.6:
                _crystals(view, strip, x + 0.05, y, 0.09 + 0.03 * row, gem, i)
        near.append(strip)
    return Backdrop(base(view, back), [back], ground, near, [])


def _mouth(view: View, strip: Strip, x: float, rough: torch.Tensor) -> None:
    """The way out of a cave, and the light that falls through it."""
    half, tall, low = view.between(0.15, 0.28, 512), view.between(0.2, 0.34, 513), HORIZON + 0.02
    away = (((strip.x - x) / half) ** 2 + ((strip.y - low).clamp(max=0) / tall) ** 2).sqrt() + 0.16 * rough
    strip.cover((1.9 - away).clamp(0, 1) ** 2 * 0.4, view.light.horizon)
    inside = ((1 - away) * half * view.height + 0.5).clamp(0, 1)
    sky = torch.tensor(view.light.zenith) + ((strip.y - low + tall) / tall).clamp(0, 1)[..., None] * (
        torch.tensor(view.light.horizon) - torch.tensor(view.light.zenith)
    )
    strip.cover(inside, sky)
    hill = low - 0.06 - 0.03 * (strip.x * 9 + view.seed % 9).sin()
    strip.cover(
        inside * ((strip.y - hill) * view.height).clamp(0, 1),
        (0.12, 0.18, 0.22) if view.light.lit else (0.45, 0.62, 0.42),
    )


def _crystals(view: View, strip: Strip, x: float, y: float, tall: float, colour: RGB, number: int) -> None:
    glow(strip, x, y - tall * 0.4, tall * 1.8, colour, 0.45)
    for k in range(4):
        lean, high = (k - 1.5) * 0.3, tall * (0.5 + 0.5 * hashed(view.seed, 514, number, k))
        tip = (x + lean * high, y - high)
        here = (x - tall, y - tall * 1.1, x + tall, y + 0.01)
        strip.shape(here, bar(x + lean * 0.02, y, *tip, tall * 0.13, tall * 0.02), shaded(colour, 0.8))
        strip.shape(here, bar(x + lean * 0.02 - 0.004, y, *tip, tall * 0.05, tall * 0.01), shaded(colour, 1.2))


INDOORS = {"stage": stage, "classroom": classroom, "office": office, "library": library, "cave": cave}
