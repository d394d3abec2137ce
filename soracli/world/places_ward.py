"""A hospital: beds, curtains, monitors. By night its lamps burn. Lengths are frame heights."""

from __future__ import annotations

from itertools import pairwise

from soracli.world.layers import Backdrop, View, floor, landmarks, shaded, standing
from soracli.world.rooms import CREAM, DARK, STEEL, base, ceiling_lights, folds, tiles, wall, window
from soracli.world.strips import RGB, Strip, bar, box, disc


def hospital(view: View) -> Backdrop:
    """Beds with their curtains and monitors, a cabinet with a red cross, a drip."""
    back = wall(view, ((0.86, 0.94, 0.92), (0.86, 0.91, 0.96), (0.94, 0.93, 0.88), (0.90, 0.95, 0.90)), 1231)
    cloth = view.pick(((0.56, 0.80, 0.76), (0.58, 0.74, 0.90), (0.94, 0.78, 0.64), (0.78, 0.74, 0.92)), 1232)
    left, right = back.span
    back.put(box(left, 0.47, right, 0.50), view.tone(shaded(cloth, 0.9)))
    row = standing(view, 0.73, 0.66)
    for i, x in landmarks(view, back, 1.35, 0.9, 1233):
        window(view, back, (x - 0.30, 0.1, x - 0.02, 0.36), 1234 + i, curtains=False)
        _cabinet(view, back, x + 0.66)
        _cross(view, back, x + 0.2, 0.2, 0.075)
        back.put(box(x + 0.06, 0.36, x + 0.40, 0.40), view.tone((0.80, 0.83, 0.86)))
        for k in range(4):
            back.put(
                disc(x + 0.11 + 0.08 * k, 0.38, 0.012, 0.012),
                view.tone(((0.30, 0.62, 0.40), CREAM, (0.3, 0.5, 0.8))[k % 3]),
            )
    ceiling_lights(view, back, 0.7, 1235)
    for i, x in landmarks(view, row, 1.35, 1.0, 1233):
        row.put(box(x - 0.52, 0.075, x + 0.52, 0.086), view.tone(STEEL))
        folds(view, row, (x - 0.52, 0.082, x - 0.36, 0.66), cloth, 0.036)
        _ward_bed(view, row, x, 0.73, cloth)
        _monitor(view, row, x + 0.40, 0.725, i)
        _drip(view, row, x - 0.31, 0.725)
    ground = floor(view, (0.90, 0.93, 0.93), (0.82, 0.87, 0.88), 0.02)
    tiles(view, ground, view.pick(((0.80, 0.88, 0.88), (0.84, 0.86, 0.92), (0.86, 0.88, 0.82)), 1236), 0.26)
    return Backdrop(base(view, back), [], ground, [back, row], [])


def _cabinet(view: View, strip: Strip, x: float) -> None:
    """A white cabinet on the wall, a chest of drawers with bottles under it."""
    white = view.tone((0.98, 0.98, 0.98))
    strip.put(box(x - 0.13, 0.12, x + 0.13, 0.36), shaded(white, 0.86))
    strip.put(box(x - 0.12, 0.13, x + 0.12, 0.35), white)
    for side in (-1, 1):
        strip.put(bar(x + side * 0.015, 0.22, x + side * 0.015, 0.28, 0.004), view.tone(STEEL))
    strip.put(box(x - 0.16, 0.50, x + 0.16, 0.66), white)
    for k in range(3):
        strip.put(box(x - 0.145, 0.515 + 0.048 * k, x + 0.145, 0.555 + 0.048 * k), shaded(white, 0.91))
        strip.put(bar(x - 0.03, 0.535 + 0.048 * k, x + 0.03, 0.535 + 0.048 * k, 0.004), view.tone(STEEL))
    for k in range(5):
        cx, paint = x - 0.11 + 0.055 * k, view.tone(view.pick(((0.80, 0.50, 0.26), (0.34, 0.56, 0.82), CREAM), 1241, k))
        strip.put(box(cx - 0.016, 0.45, cx + 0.016, 0.5), paint)
        strip.put(box(cx - 0.016, 0.465, cx + 0.016, 0.487), white)
        strip.put(box(cx - 0.012, 0.437, cx + 0.012, 0.452), shaded(paint, 0.7))


def _cross(view: View, strip: Strip, x: float, y: float, r: float) -> None:
    """A red cross on a white plate."""
    red = view.tone((0.88, 0.18, 0.20))
    strip.put(bar(x - r * 0.7, y, x + r * 0.7, y, r * 1.1), view.tone((0.99, 0.99, 0.99)))
    strip.put(box(x - r * 0.75, y - r * 0.24, x + r * 0.75, y + r * 0.24), red)
    strip.put(box(x - r * 0.24, y - r * 0.75, x + r * 0.24, y + r * 0.75), red)


def _ward_bed(view: View, strip: Strip, x: float, y: float, cloth: RGB) -> None:
    """A bed on wheels, its head raised on the right, rails at its ends."""
    steel, white = view.tone(STEEL), view.tone((0.99, 0.99, 0.98))
    for side in (-1, 1):
        strip.put(bar(x + side * 0.24, y - 0.1, x + side * 0.24, y - 0.03, 0.009), steel)
        strip.put(disc(x + side * 0.24, y - 0.018, 0.018, 0.018), view.tone(DARK))
    strip.put(box(x - 0.30, y - 0.125, x + 0.29, y - 0.09), shaded(steel, 0.92))
    strip.put(bar(x + 0.1, y - 0.15, x + 0.27, y - 0.235, 0.03), white)
    strip.put(bar(x + 0.19, y - 0.235, x + 0.26, y - 0.27, 0.026), shaded(white, 0.95))
    strip.put(bar(x - 0.27, y - 0.15, x + 0.12, y - 0.15, 0.032), white)
    strip.put(bar(x - 0.27, y - 0.16, x + 0.06, y - 0.16, 0.032), view.tone(cloth))
    strip.put(box(x - 0.302, y - 0.16, x + 0.085, y - 0.105), view.tone(cloth))
    strip.put(bar(x + 0.075, y - 0.185, x + 0.085, y - 0.11, 0.014), white)
    for end, tall in ((x - 0.31, 0.22), (x + 0.31, 0.30)):
        strip.put(box(end - 0.012, y - tall, end + 0.012, y - 0.085), view.tone((0.90, 0.92, 0.93)))
        strip.put(bar(end, y - tall, end, y - 0.09, 0.006), steel)


def _monitor(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """A screen on a stand, with the line of a heart on it."""
    strip.put(bar(x, y - 0.3, x, y - 0.02, 0.008), view.tone(STEEL))
    strip.put(bar(x - 0.06, y - 0.012, x + 0.06, y - 0.012, 0.01), view.tone(DARK))
    strip.put(box(x - 0.095, y - 0.44, x + 0.095, y - 0.29), view.tone((0.84, 0.86, 0.88)))
    strip.put(box(x - 0.082, y - 0.427, x + 0.082, y - 0.315), (0.06, 0.10, 0.13))
    points = (
        (-0.075, 0.0),
        (-0.03, 0.0),
        (-0.018, -0.01),
        (-0.006, 0.008),
        (0.008, -0.038),
        (0.02, 0.018),
        (0.03, 0.0),
        (0.075, 0.0),
    )
    for (ax, ay), (bx, by) in pairwise(points):
        strip.put(bar(x + ax, y - 0.38 + ay, x + bx, y - 0.38 + by, 0.0028), (0.35, 0.96, 0.50))
    for k in range(3):
        strip.put(
            bar(x - 0.07 + 0.05 * k, y - 0.333, x - 0.045 + 0.05 * k, y - 0.333, 0.004),
            ((0.4, 0.8, 1.0), (1.0, 0.8, 0.3), (1.0, 0.4, 0.4))[k],
        )


def _drip(view: View, strip: Strip, x: float, y: float) -> None:
    """A bag on a stand with wheels."""
    steel = view.tone(shaded(STEEL, 0.9))
    strip.put(bar(x, y - 0.015, x, y - 0.47, 0.005), steel)
    strip.put(bar(x - 0.05, y - 0.012, x + 0.05, y - 0.012, 0.007), steel)
    strip.put(bar(x - 0.04, y - 0.47, x + 0.04, y - 0.47, 0.005), steel)
    strip.put(bar(x - 0.035, y - 0.43, x - 0.035, y - 0.375, 0.02), (0.86, 0.95, 0.98), 0.9)
    strip.put(bar(x - 0.035, y - 0.39, x - 0.035, y - 0.37, 0.018), (0.55, 0.80, 0.95), 0.9)
    strip.put(bar(x - 0.035, y - 0.355, x - 0.02, y - 0.2, 0.002), (0.80, 0.90, 0.95))
