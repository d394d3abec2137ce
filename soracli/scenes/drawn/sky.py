"""What is seen in the sky: light that moves, and what is far away."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from soracli.scenes.drawn.sheet import Drawing, Sheet

BURSTS = (  # x, y, radius, beginning, colour
    (0.50, 0.36, 0.31, 0.00, (255, 92, 92)), (0.27, 0.58, 0.22, 0.36, (255, 206, 74)),
    (0.74, 0.60, 0.23, 0.62, (110, 190, 255)), (0.45, 0.72, 0.18, 0.82, (190, 130, 255)),
)  # fmt: skip
CURTAINS = (  # y of the lower edge, how far it waves, waves across, strength
    (0.42, 0.07, 1.3, 0.55), (0.56, 0.08, 1.9, 0.75), (0.74, 0.06, 1.1, 1.0),
)  # fmt: skip
AURORA = np.array([[90, 255, 170], [60, 226, 214], [150, 110, 255], [226, 90, 230]], np.float64)  # from below upwards
BOW = np.array(
    [
        [255, 82, 82],
        [255, 150, 60],
        [255, 224, 84],
        [98, 214, 118],
        [84, 186, 250],
        [96, 116, 232],
        [176, 106, 224],
    ],
    np.float64,
)  # from the outside inwards
Plane = npt.NDArray[np.float64]
FINE = 192  # pixels a side in which soft light is worked out


def _fireworks(sheet: Sheet, moment: float) -> None:
    """Bursts one after the other: sparks fly apart, sink and fade."""
    for n, (x, y, radius, begins, colour) in enumerate(BURSTS):
        age = (moment - begins) % 1.0
        out, fade = 1 - (1 - min(age / 0.5, 1.0)) ** 2.2, max(1 - max(age - 0.3, 0.0) / 0.6, 0.0)
        if fade <= 0:
            continue
        for k in range(26):
            angle, share = 2 * math.pi * (k / 26 + 0.03 * n), 0.62 if k % 2 else 1.0
            reach, sunk = radius * out * share, 0.06 * age**2
            end = (x + reach * math.cos(angle), y + reach * math.sin(angle) + sunk)
            near = (x + reach * 0.66 * math.cos(angle), y + reach * 0.66 * math.sin(angle) + sunk)
            sheet.line([near, end], colour, 0.011, round(215 * fade))
            sheet.dot(*end, 0.012, (255, 246, 220), round(255 * fade))


def _rainbow(sheet: Sheet, moment: float) -> None:
    """Half a circle of seven colours that shade into one another, fainter towards the ground."""
    rows, columns = np.mgrid[0 : 1 : FINE * 1j, 0 : 1 : FINE * 1j]
    away = np.hypot(columns - 0.5, rows - 0.96)
    across = (0.485 - away) / 0.15  # 0 = its outer edge .. 1
    at = np.clip(across, 0, 1) * (len(BOW) - 1)
    first = np.minimum(at.astype(int), len(BOW) - 2)
    hue = BOW[first] + (BOW[first + 1] - BOW[first]) * (at - first)[..., None]
    edge = np.clip(7 * across, 0, 1) * np.clip(7 * (1 - across), 0, 1)
    alpha = 0.82 * edge * np.clip((0.95 - rows) / 0.3, 0, 1) ** 0.7
    sheet.veil(np.concatenate([hue, 255 * alpha[..., None]], axis=-1).round().astype(np.uint8))


def _aurora(sheet: Sheet, moment: float) -> None:
    """Curtains of green and violet light, bright at their lower edge, that wave and whose rays wander."""
    rows, columns = np.mgrid[0 : 1 : FINE * 1j, 0 : 1 : FINE * 1j]
    turn = 2 * math.pi * moment
    light, tint = np.zeros((FINE, FINE)), np.zeros((FINE, FINE, 3))
    for n, (low, wave, count, strength) in enumerate(CURTAINS):
        edge = low + wave * np.sin(2 * math.pi * (count * columns + 0.31 * n) + turn * (-1) ** n)
        edge += 0.35 * wave * np.sin(2 * math.pi * (2.7 * columns + 0.2 * n) - turn)
        up = (edge - rows) / (0.34 + 0.10 * np.sin(2 * math.pi * (columns * 1.2 + n / 3) + turn))
        rays = 0.72 + 0.28 * np.sin(2 * math.pi * (9 * columns + n) + 2 * np.sin(14 * columns + turn) + turn)
        body = np.where(up > 0, np.exp(-2.4 * up) * (0.75 + 0.25 * rays), np.exp(14 * np.minimum(up, 0)))
        body *= strength * (0.55 + 0.45 * rays)
        at = np.clip(2.4 * up, 0, len(AURORA) - 1.001)
        first = at.astype(int)
        hue = AURORA[first] + (AURORA[first + 1] - AURORA[first]) * (at - first)[..., None]
        light += body
        tint += hue * body[..., None]
    fade = np.clip(np.sin(math.pi * columns), 0, 1) ** 0.9
    fade = fade * np.clip(rows / 0.2, 0, 1) * np.clip((1 - rows) / 0.1, 0, 1)
    alpha = np.clip(light, 0, 1) ** 0.9 * fade * 0.86
    colours = np.concatenate([tint / np.maximum(light, 1e-3)[..., None], 255 * alpha[..., None]], axis=-1)
    sheet.veil(colours.clip(0, 255).astype(np.uint8))


def _black_hole(sheet: Sheet, moment: float) -> None:
    """A dark ball in a glowing disc that streams round it, its far side bent up over the ball."""
    rows, columns = np.mgrid[-0.5 : 0.5 : FINE * 1j, -0.5 : 0.5 : FINE * 1j]
    turn = 2 * math.pi * moment
    slant = rows - 0.10 * columns

    def disc(away: Plane, inner: float, outer: float, way: Plane) -> Plane:
        band = np.clip((away - inner) / 0.03, 0, 1) * np.clip((outer - away) / (outer - inner), 0, 1) ** 1.3
        streams = 0.76 + 0.24 * np.sin(26 * away / outer + 3 * way - 2 * turn)
        out: Plane = band * streams
        return out

    halo = disc(np.hypot(columns, rows), 0.175, 0.30, np.arctan2(rows, columns))
    flat = np.hypot(columns, slant / 0.20)
    near = disc(flat, 0.20, 0.485, np.arctan2(slant / 0.20, columns)) * (slant > -0.02)
    ball = np.clip((0.185 - np.hypot(columns, rows)) / 0.01, 0, 1)
    glow = np.clip(np.maximum(halo * 0.9 * (1 - ball), near * 1.25), 0, 1)
    colours = np.zeros((FINE, FINE, 4))
    for k, tone in enumerate((255, 214, 150)):
        colours[..., k] = tone * np.clip(glow * (1.9, 1.15, 0.75)[k], 0, 1)
    colours[..., 3] = 255 * np.maximum(np.clip(glow * 1.5, 0, 1), ball)
    sheet.veil(colours.clip(0, 255).astype(np.uint8))


DRAWINGS: dict[str, Drawing] = {
    "fireworks": _fireworks,
    "rainbow": _rainbow,
    "aurora": _aurora,
    "black hole": _black_hole,
}
