"""The forest, of firs or of trees with leaves. Lengths are frame heights."""

from __future__ import annotations

from soracli.world.layers import Backdrop, View, floor, landmarks, lattice, shaded, standing
from soracli.world.places_green import BARK, LEAVES, sward, verge
from soracli.world.props import bush, pine, stone, tree
from soracli.world.props_town import WHITE
from soracli.world.skies import sky
from soracli.world.strips import RGB, Strip, bar, disc, hashed


def forest(view: View) -> Backdrop:
    """Rows of firs, or of trees with leaves, paler with distance, and some close by."""
    if view.season in ("spring", "autumn") or hashed(view.seed, 77) < 0.4:
        return _leafy(view)
    tone = view.tone
    far = []
    for row, (y, tall, fade, spacing) in enumerate(((0.60, 0.26, 0.5, 0.11), (0.625, 0.36, 0.27, 0.16))):
        strip = view.strip(y - tall * 1.2, y + 0.03, 0.1 + 0.12 * row)
        strip.cover(((strip.y - y + tall * 0.3) * view.height + 0.5).clamp(0, 1), tone((0.20, 0.42, 0.29), fade))
        for i, x in lattice(strip, spacing, 0.2, view.seed + 71 + row):
            size = tall * (0.8 + 0.4 * hashed(view.seed, 73, row, i))
            pine(strip, x, y, size, tone((0.22, 0.47, 0.32), fade), tone((0.38, 0.28, 0.22), fade))
        far.append(strip)
    ground = floor(view, (0.34, 0.50, 0.24), (0.36, 0.54, 0.30), 0.06)
    sward(view, ground, (0.34, 0.50, 0.24))
    near = [standing(view, 0.685, 0.6)]
    for i, x in lattice(near[0], 0.55, 0.3, view.seed + 75):
        size = 0.5 * (0.9 + 0.2 * hashed(view.seed, 76, i))
        pine(near[0], x, 0.685, size, tone((0.16, 0.43, 0.25), 0.05), tone((0.42, 0.28, 0.19)))
    return Backdrop(
        sky(view, 0.5),
        far,
        ground,
        [*near, _undergrowth(view, (0.26, 0.48, 0.22))],
        [],
    )


def _undergrowth(view: View, green: RGB) -> Strip:
    """Bushes, stones and mushrooms along the foot of a wood."""
    strip = standing(view, 0.725, 0.12)
    for i, x in lattice(strip, 0.17, 0.15, view.seed + 88):
        kind, size = hashed(view.seed, 89, i), 0.05 * (0.8 + 0.5 * hashed(view.seed, 90, i))
        if kind < 0.6:
            bush(strip, x, 0.722, size, view.tone(shaded(green, 1.05)), i)
        elif kind < 0.78:
            stone(view, strip, x, 0.722, size * 0.8)
        else:
            for k, tall in enumerate((0.6, 0.42)):
                cx, cap = x + 0.03 * k, view.tone((0.84, 0.24, 0.18))
                strip.put(bar(cx, 0.722, cx, 0.722 - size * tall, size * 0.1), view.tone((0.94, 0.90, 0.82)))
                strip.put(disc(cx, 0.722 - size * tall, size * 0.32, size * 0.22), cap)
                strip.put(
                    disc(cx - size * 0.1, 0.722 - size * (tall + 0.08), size * 0.06, size * 0.05), view.tone(WHITE)
                )
    return strip


def _leafy(view: View) -> Backdrop:
    """A forest of trees with leaves."""
    tone, leaf = view.tone, view.pick(LEAVES, 78)
    far = []
    for row, (y, tall, fade, spacing) in enumerate(((0.60, 0.3, 0.5, 0.15), (0.625, 0.4, 0.27, 0.24))):
        strip = view.strip(y - tall * 1.3, y + 0.03, 0.1 + 0.12 * row)
        behind = shaded(view.leaf(shaded(leaf, 0.7), fade + 0.1, 79, row), 0.7 if view.season else 1.0)
        strip.cover(((strip.y - y + tall * 0.3) * view.height + 0.5).clamp(0, 1), behind)
        for i, x in lattice(strip, spacing, 0.3, view.seed + 79 + row):
            size = tall * (0.8 + 0.4 * hashed(view.seed, 81, row, i))
            shade = shaded(leaf, 0.8 + 0.25 * hashed(view.seed, 82, row, i))
            tree(strip, x, y, size, view.leaf(shade, fade, 82, row, i), tone(BARK, fade), view.seed + i)
        far.append(strip)
    ground = floor(view, (0.40, 0.48, 0.24), (0.40, 0.52, 0.28), 0.08)
    sward(view, ground, (0.40, 0.48, 0.24))
    near = [standing(view, 0.685, 0.68)]
    for i, x in landmarks(view, near[0], view.between(0.45, 0.65, 83), 0.5, 84):
        size, colour = 0.5 * view.between(0.9, 1.15, 85, i), view.leaf(leaf, 0.03, 85, i)
        tree(near[0], x, 0.685, size, colour, tone(BARK), view.seed + i)
    green = LEAVES[0] if view.season else leaf
    near.append(_undergrowth(view, shaded(green, 0.8)))
    return Backdrop(sky(view, 0.5), far, ground, near, [verge(view, 1.0, 0.06, 0.09, shaded(green, 0.7), 86)])


WOODS = {"forest": forest}
