"""The laboratory. Lengths are frame heights."""

from __future__ import annotations

from soracli.world.layers import Backdrop, View, floor, landmarks, shaded, standing
from soracli.world.props_outdoors import slab
from soracli.world.rooms import CREAM, DARK, STEEL, base, ceiling_lights, tiles, wall, window
from soracli.world.strips import RGB, Strip, bar, disc, hashed, taper

WHITE: RGB = (0.99, 0.97, 0.96)
LIQUIDS: tuple[RGB, ...] = (
    (0.36, 0.86, 0.42),
    (0.32, 0.66, 0.98),
    (0.96, 0.40, 0.52),
    (0.98, 0.76, 0.26),
    (0.72, 0.42, 0.92),
)


def laboratory(view: View) -> Backdrop:
    """A bench with flasks and tubes of coloured liquids, shelves of bottles, screens with curves, a window."""
    tone = view.tone
    back = wall(view, ((0.86, 0.91, 0.94), (0.90, 0.93, 0.90), (0.84, 0.88, 0.93)), 1951)
    for i, x in landmarks(view, back, 1.5, 0.8, 1952):
        window(view, back, (x + 0.52, 0.12, x + 0.86, 0.40), 1953 + i, curtains=False)
        for level in (0.2, 0.32):
            slab(back, x - 0.36, level, x + 0.02, level + 0.012, tone((0.62, 0.66, 0.70)))
            for k in range(7):
                _bottle(view, back, x - 0.33 + 0.054 * k, level, 0.036 + 0.03 * hashed(view.seed, 1954, i, k), k + i)
        _monitor(view, back, x + 0.25, 0.25, i)
    ceiling_lights(view, back, 0.8, 1955)
    ground = floor(view, (0.84, 0.87, 0.90), (0.78, 0.82, 0.86), 0.02)
    tiles(view, ground, (0.74, 0.79, 0.84), 0.16)
    row = standing(view, 0.72, 0.42)
    for i, x in landmarks(view, row, 1.5, 0.8, 1952):
        slab(row, x - 0.52, 0.545, x + 0.60, 0.72, tone((0.93, 0.95, 0.96)))
        for k in range(4):
            left = x - 0.50 + 0.275 * k
            slab(row, left, 0.575, left + 0.255, 0.70, tone((0.80, 0.85, 0.89)))
            slab(row, left + 0.10, 0.592, left + 0.155, 0.599, tone(DARK))
        slab(row, x - 0.54, 0.53, x + 0.62, 0.552, tone((0.36, 0.42, 0.48)))
        slab(row, x - 0.52, 0.706, x + 0.60, 0.72, tone((0.44, 0.48, 0.52)))
        _apparatus(view, row, x, 0.53, i)
    return Backdrop(base(view, back), [], ground, [back, row], [])


def _bottle(view: View, strip: Strip, x: float, y: float, tall: float, number: int) -> None:
    """A bottle with a label."""
    paint = view.tone(shaded(LIQUIDS[number % 5], 0.92))
    slab(strip, x - 0.017, y - tall, x + 0.017, y, paint)
    slab(strip, x - 0.007, y - tall - 0.016, x + 0.007, y - tall, view.tone(DARK))
    slab(strip, x - 0.012, y - tall * 0.7, x + 0.012, y - tall * 0.3, view.tone(CREAM))


def _monitor(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """A screen on the wall with a grid and two curves."""
    slab(strip, x - 0.17, y - 0.115, x + 0.17, y + 0.115, view.tone(DARK))
    slab(strip, x - 0.16, y - 0.105, x + 0.16, y + 0.105, (0.07, 0.16, 0.22))
    part = strip.part((x - 0.155, y - 0.1, x + 0.155, y + 0.1))
    if part is None:
        return
    inside = ((0.155 - (part.x - x).abs()) * view.height + 0.5).clamp(0, 1)
    lines = (((part.x - x) / 0.04) % 1 < 0.05).float().maximum((((part.y - y) / 0.04) % 1 < 0.06).float())
    part.cover(inside * lines * 0.5, (0.16, 0.36, 0.42))
    for k, hue in enumerate(((0.36, 0.96, 0.56), (0.98, 0.72, 0.30))):
        curve = y + 0.045 * ((part.x - x) * (26 + 12 * k) + number).sin() * (0.5 + 0.5 * ((part.x - x) * 9).cos())
        part.cover(
            inside * ((0.004 - (part.y - curve - 0.02 * (2 * k - 1)).abs()) * view.height + 0.5).clamp(0, 1), hue
        )


def _apparatus(view: View, strip: Strip, x: float, y: float, number: int) -> None:
    """Flasks, a rack of test tubes, a microscope and a burner on a bench at row y."""
    glass = view.tone((0.84, 0.93, 0.97))
    for k, (dx, tall) in enumerate(((-0.44, 0.15), (-0.29, 0.12), (0.36, 0.16))):
        hue, cx = LIQUIDS[(number + k) % 5], x + dx
        strip.put(taper(cx, y - tall * 0.72, y, tall * 0.10, tall * 0.44), glass)
        strip.put(taper(cx, y - tall * 0.42, y - tall * 0.03, tall * 0.22, tall * 0.40), hue)
        slab(strip, cx - tall * 0.10, y - tall, cx + tall * 0.10, y - tall * 0.68, glass)
        slab(strip, cx - tall * 0.13, y - tall * 1.02, cx + tall * 0.13, y - tall * 0.96, shaded(glass, 0.85))
        for j in range(3):
            strip.put(
                disc(cx + tall * (0.08 * j - 0.1), y - tall * (0.12 + 0.1 * j), tall * 0.03, tall * 0.03), WHITE, 0.7
            )
    rack = view.tone((0.74, 0.56, 0.36))
    for k in range(5):
        cx = x - 0.13 + 0.036 * k
        strip.put(bar(cx, y - 0.022, cx, y - 0.115, 0.010), glass)
        strip.put(bar(cx, y - 0.022, cx, y - 0.05 - 0.02 * (k % 3), 0.008), LIQUIDS[(number + k + 1) % 5])
    for level in (0.015, 0.075):
        slab(strip, x - 0.155, y - level - 0.008, x + 0.04, y - level + 0.004, rack)
    steel, cx = view.tone(STEEL), x + 0.19
    strip.put(bar(cx - 0.05, y - 0.012, cx + 0.05, y - 0.012, 0.012), view.tone(DARK))
    strip.put(bar(cx + 0.045, y - 0.012, cx + 0.03, y - 0.13, 0.012), steel)
    strip.put(bar(cx + 0.03, y - 0.13, cx - 0.02, y - 0.185, 0.014), steel)
    strip.put(bar(cx - 0.025, y - 0.155, cx - 0.012, y - 0.08, 0.014, 0.009), view.tone(DARK))
    strip.put(bar(cx - 0.04, y - 0.058, cx + 0.035, y - 0.058, 0.006), steel)


LAB = {"lab": laboratory}
