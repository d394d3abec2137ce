"""Things that stand in the places: trees, flowers, houses. Each is painted into a strip, its foot at (x, y)."""

from __future__ import annotations

import math

from soracli.world.layers import View, glow, shaded
from soracli.world.strips import RGB, Strip, bar, box, disc, hashed, taper, triangle


def pine(strip: Strip, x: float, y: float, tall: float, leaf: RGB, trunk: RGB, snow: RGB | None = None) -> None:
    """A fir of three skirts, its foot at (x, y)."""
    strip.shape((x - 0.1, y - tall, x + 0.1, y), box(x - tall * 0.04, y - tall * 0.2, x + tall * 0.04, y), trunk)
    for k, (lo, hi, half) in enumerate(((0.12, 0.58, 0.27), (0.36, 0.80, 0.215), (0.60, 1.0, 0.15))):
        here = (x - half * tall, y - hi * tall, x + half * tall, y - lo * tall)
        shade = 0.9 + 0.1 * k
        green = (leaf[0] * shade, leaf[1] * shade, leaf[2] * shade)
        strip.shape(here, triangle(x, here[1], here[3], half * tall), green)
        if snow is not None:
            drop = (hi - lo) * 0.45
            strip.shape(here, triangle(x, here[1], here[1] + drop * tall, half * tall * 0.45), snow)


def tuft(strip: Strip, x: float, y: float, tall: float, colour: RGB) -> None:
    """Draw three blades of grass that grow from (x, y)."""
    for lean in (-0.55, 0.0, 0.55):
        tip = (x + lean * tall, y - tall * (1 - 0.2 * abs(lean)))
        blade = bar(x + lean * tall * 0.3, y, *tip, tall * 0.13, tall * 0.02)
        strip.shape((x - tall, y - tall * 1.1, x + tall, y + tall * 0.1), blade, colour)


def flower(view: View, strip: Strip, x: float, y: float, tall: float, kind: int) -> None:
    """Draw a flower that grows from (x, y). kind: number of its colour."""
    petals = ((1.0, 0.95, 0.95), (1.0, 0.55, 0.60), (1.0, 0.85, 0.30), (0.92, 0.30, 0.28), (0.62, 0.48, 0.90),
              (0.98, 0.62, 0.24))  # fmt: skip
    petal = petals[kind % len(petals)]
    tuft(strip, x, y, tall * 0.6, view.tone((0.27, 0.56, 0.20)))
    here = (x - tall, y - tall * 1.3, x + tall, y)
    strip.shape(here, bar(x, y, x, y - tall * 0.8, tall * 0.06), view.tone((0.25, 0.52, 0.18)))
    strip.shape(here, disc(x, y - tall * 0.9, tall * 0.27, tall * 0.27), view.tone(petal))
    strip.shape(here, disc(x, y - tall * 0.9, tall * 0.1, tall * 0.1), view.tone((0.95, 0.70, 0.15)))


def cactus(strip: Strip, x: float, y: float, tall: float, colour: RGB) -> None:
    """Draw a cactus with two arms that stands at (x, y)."""
    r, here = tall * 0.09, (x - tall * 0.5, y - tall * 1.1, x + tall * 0.5, y)
    strip.shape(here, bar(x, y, x, y - tall + r, r), colour)
    for side, low, high in ((-1, 0.38, 0.72), (1, 0.5, 0.85)):
        elbow = x + side * tall * 0.27
        strip.shape(here, bar(x, y - tall * low, elbow, y - tall * low, r * 0.75), colour)
        strip.shape(here, bar(elbow, y - tall * low, elbow, y - tall * high, r * 0.75), colour)


def palm(view: View, strip: Strip, x: float, y: float, tall: float, lean: int) -> None:
    """Draw a palm that stands at (x, y). lean: -1 left, 1 right."""
    trunk, leaf = view.tone((0.58, 0.42, 0.28)), view.tone((0.22, 0.58, 0.28))
    here = (x - tall * 0.7, y - tall * 1.25, x + tall * 0.7, y)
    knee, head = (x + lean * tall * 0.05, y - tall * 0.5), (x + lean * tall * 0.2, y - tall * 0.97)
    strip.shape(here, bar(x, y, *knee, tall * 0.042, tall * 0.034), trunk)
    strip.shape(here, bar(*knee, *head, tall * 0.034, tall * 0.026), trunk)
    for k, angle in enumerate((200, 235, 270, 305, 340)):
        a = math.radians(angle)
        mid = (head[0] + 0.2 * tall * math.cos(a), head[1] + 0.14 * tall * math.sin(a))
        tip = (head[0] + 0.42 * tall * math.cos(a), mid[1] + tall * (0.16 if k != 2 else 0.02))
        green = (leaf[0], leaf[1] * (0.9 + 0.05 * (k % 3)), leaf[2])
        strip.shape(here, bar(*head, *mid, tall * 0.02, tall * 0.042), green)
        strip.shape(here, bar(*mid, *tip, tall * 0.042, tall * 0.006), green)


def house(view: View, strip: Strip, x: float, base: float, wide: float, tall: float, wall: RGB, number: int) -> None:
    """Draw a house with lit windows whose wall begins at x and stands on `base`. number: of the house, for chance."""
    top = base - tall
    strip.shape((x, top, x + wide, base), box(x, top, x + wide, base), wall)
    roof = (wall[0] * 0.7, wall[1] * 0.7, wall[2] * 0.72)
    strip.shape((x, top - 0.02, x + wide, top + 0.02), box(x, top - 0.012, x + wide, top + 0.008), roof)
    rows, columns = max(2, round(tall / 0.085)), 3
    for r in range(rows):
        for c in range(columns):
            wx, wy = x + wide * (c + 0.5) / columns, top + 0.035 + (tall - 0.02) * r / rows
            on = view.light.lit and hashed(view.seed, 64, number, r, c) < 0.7
            glass = (1.0, 0.82, 0.45) if on else view.tone((0.66, 0.83, 0.93))
            strip.shape(
                (wx - 0.05, wy - 0.05, wx + 0.05, wy + 0.05), box(wx - 0.024, wy, wx + 0.024, wy + 0.042), glass
            )


def fence(view: View, strip: Strip, y: float, tall: float) -> None:
    """Posts and two rails along the whole strip."""
    wood = view.tone((0.93, 0.90, 0.85))
    left, right = strip.span
    for rail in (0.38, 0.78):
        strip.shape(
            (left, y - tall, right, y), box(left, y - tall * rail - 0.006, right, y - tall * rail + 0.006), wood
        )
    for i in range(math.floor(left / 0.16), math.ceil(right / 0.16) + 1):
        x = i * 0.16
        strip.shape((x - 0.02, y - tall, x + 0.02, y), box(x - 0.011, y - tall, x + 0.011, y), wood)


def barn(view: View, strip: Strip, x: float, y: float, tall: float) -> None:
    """A red barn with a white door, 1.3 times as wide as tall."""
    red, white, roof = view.tone((0.78, 0.22, 0.18)), view.tone((0.97, 0.95, 0.92)), view.tone((0.45, 0.28, 0.26))
    half, eaves = tall * 0.62, y - tall * 0.6
    here = (x - half * 1.2, y - tall * 1.05, x + half * 1.2, y)
    strip.shape(here, box(x - half, eaves, x + half, y), red)
    strip.shape(here, triangle(x, y - tall * 1.04, eaves + tall * 0.05, half * 1.15), roof)
    strip.shape(here, triangle(x, y - tall * 0.93, eaves + tall * 0.05, half * 0.92), red)
    door = (x - half * 0.38, y - tall * 0.42, x + half * 0.38, y)
    strip.shape(door, box(*door), white)
    strip.shape(door, box(door[0] + tall * 0.03, door[1] + tall * 0.03, door[2] - tall * 0.03, y), red)
    for lean in (-1, 1):
        ends = (x - lean * half * 0.34, y - tall * 0.39, x + lean * half * 0.34, y)
        strip.shape(door, bar(*ends, tall * 0.014), white)
    strip.shape(here, disc(x, y - tall * 0.68, tall * 0.08, tall * 0.08), white)


def sofa(view: View, strip: Strip, x: float, y: float, tall: float, paint: RGB) -> None:
    """A couch with two cushions."""
    cloth, light = view.tone(shaded(paint, 0.85)), view.tone(shaded(paint, 1.08))
    here = (x - tall * 1.4, y - tall * 1.1, x + tall * 1.4, y)
    strip.shape(here, bar(x - tall * 0.85, y - tall * 0.62, x + tall * 0.85, y - tall * 0.62, tall * 0.36), cloth)
    strip.shape(here, box(x - tall * 1.0, y - tall * 0.5, x + tall * 1.0, y - tall * 0.08), cloth)
    for side in (-1, 1):
        seat = (x + side * tall * 0.12, y - tall * 0.4, x + side * tall * 0.72, y - tall * 0.4)
        strip.shape(here, bar(*seat, tall * 0.13), light)
        arm = (x + side * tall * 1.05, y - tall * 0.42, x + side * tall * 1.05, y - tall * 0.17)
        strip.shape(here, bar(*arm, tall * 0.17), light)


def stone(view: View, strip: Strip, x: float, y: float, tall: float) -> None:
    """A grey boulder, lit from the left."""
    here = (x - tall * 1.2, y - tall, x + tall * 1.2, y)
    strip.shape(here, disc(x, y - tall * 0.2, tall * 0.9, tall * 0.75), view.tone((0.52, 0.53, 0.56)))
    strip.shape(here, disc(x - tall * 0.2, y - tall * 0.4, tall * 0.5, tall * 0.4), view.tone((0.66, 0.67, 0.69)))


def tree(strip: Strip, x: float, y: float, tall: float, leaf: RGB, trunk: RGB, salt: int) -> None:
    """A tree with leaves, lit from the left above."""
    here = (x - tall * 0.6, y - tall * 1.1, x + tall * 0.6, y)
    strip.shape(here, bar(x, y, x, y - tall * 0.5, tall * 0.055, tall * 0.035), trunk)
    for side in (-1, 1):
        strip.shape(here, bar(x, y - tall * 0.36, x + side * tall * 0.18, y - tall * 0.56, tall * 0.025), trunk)
    crowns = ((0.22, 0.58, 0.25), (-0.22, 0.56, 0.25), (0.12, 0.80, 0.22), (-0.12, 0.78, 0.24), (0.0, 0.64, 0.28))
    for k, (dx, dy, r) in enumerate(crowns):
        r *= tall * (0.85 + 0.3 * hashed(salt, 701, k))
        cx, cy = x + dx * tall, y - dy * tall
        strip.shape(here, disc(cx, cy, r, r * 0.9), shaded(leaf, 0.86))
        strip.shape(here, disc(cx - r * 0.16, cy - r * 0.18, r * 0.8, r * 0.7), leaf)
    strip.shape(here, disc(x - tall * 0.13, y - tall * 0.82, tall * 0.13, tall * 0.1), shaded(leaf, 1.12))
    for k in range(9 if tall > 0.2 else 0):  # clusters of leaves, brighter towards the light
        dx, dy = 0.56 * (hashed(salt, 703, k) - 0.5), 0.5 + 0.36 * hashed(salt, 704, k)
        bright = 1.0 + 0.16 * (dy - 0.68) / 0.18 * 0.5 - 0.25 * dx
        strip.shape(here, disc(x + dx * tall, y - dy * tall, tall * 0.055, tall * 0.035), shaded(leaf, bright))


def poplar(strip: Strip, x: float, y: float, tall: float, leaf: RGB, trunk: RGB, salt: int) -> None:
    """A slender tree, three to four times as tall as wide, lit from the left."""
    here, half = (x - tall * 0.25, y - tall * 1.05, x + tall * 0.25, y), tall * (0.13 + 0.05 * hashed(salt, 705))
    strip.shape(here, bar(x, y, x, y - tall * 0.4, tall * 0.028), trunk)
    strip.shape(here, bar(x, y - tall * 0.32, x, y - tall * 0.9, half, half * 0.35), shaded(leaf, 0.84))
    strip.shape(
        here, bar(x - half * 0.22, y - tall * 0.36, x - half * 0.1, y - tall * 0.9, half * 0.7, half * 0.24), leaf
    )
    strip.shape(here, bar(x - half * 0.4, y - tall * 0.5, x - half * 0.22, y - tall * 0.84, half * 0.26, half * 0.1),
                shaded(leaf, 1.12))  # fmt: skip


def bush(strip: Strip, x: float, y: float, tall: float, leaf: RGB, salt: int) -> None:
    """A round bush, 2.4 times as wide as tall."""
    here = (x - tall * 1.4, y - tall * 1.1, x + tall * 1.4, y)
    for k, (dx, dy, r) in enumerate(((0.75, 0.3, 0.42), (-0.75, 0.32, 0.42), (0.35, 0.5, 0.5), (-0.35, 0.52, 0.48))):
        r *= tall * (0.85 + 0.3 * hashed(salt, 702, k))
        strip.shape(here, disc(x + dx * tall, y - dy * tall, r, r), shaded(leaf, 0.86))
        strip.shape(here, disc(x + dx * tall - r * 0.15, y - dy * tall - r * 0.2, r * 0.8, r * 0.75), leaf)
    strip.shape(here, box(x - tall, y - tall * 0.3, x + tall, y), shaded(leaf, 0.86))


def reeds(view: View, strip: Strip, x: float, y: float, tall: float, salt: int) -> None:
    """Reeds and bulrushes at the water's edge."""
    green, brown = view.tone((0.40, 0.58, 0.24)), view.tone((0.45, 0.28, 0.16))
    here = (x - tall * 0.7, y - tall * 1.25, x + tall * 0.7, y)
    for k in range(8):
        lean, high = (hashed(view.seed, 703, salt, k) - 0.5) * 0.7, tall * (0.6 + 0.5 * hashed(view.seed, 704, salt, k))
        foot, tip = x + (k - 3.5) * tall * 0.07, (x + (k - 3.5) * tall * 0.07 + lean * high * 0.6, y - high)
        strip.shape(here, bar(foot, y, *tip, tall * 0.022, tall * 0.006), shaded(green, 0.75 + 0.06 * k))
        if k % 3 == 1:
            strip.shape(here, bar(foot, y, tip[0], tip[1], tall * 0.01), green)
            strip.shape(here, bar(*tip, tip[0] + lean * 0.02, tip[1] - tall * 0.12, tall * 0.03), brown)


def lamppost(view: View, strip: Strip, x: float, y: float, tall: float) -> None:
    """A street lamp, which burns by night."""
    iron, here = view.tone((0.20, 0.23, 0.25)), (x - tall * 0.2, y - tall * 1.1, x + tall * 0.2, y)
    top = y - tall
    if view.light.lit:
        glow(strip, x, top, tall * 0.75, (1.0, 0.84, 0.50), 0.65)
        for share in (0.4, 0.6, 0.8, 1.0):  # what it lights, down to the ground
            strip.put(taper(x, top, y, tall * 0.04, tall * 0.42 * share), (1.0, 0.80, 0.46), 0.035)
    strip.shape(here, bar(x, y, x, top, tall * 0.018), iron)
    strip.shape(here, bar(x, y, x, y - tall * 0.12, tall * 0.035, tall * 0.02), iron)
    glass = (1.0, 0.92, 0.66) if view.light.lit else view.tone((0.90, 0.92, 0.90))
    strip.shape(here, disc(x, top - tall * 0.03, tall * 0.05, tall * 0.06), glass)
    strip.shape(here, triangle(x, top - tall * 0.13, top - tall * 0.07, tall * 0.065), iron)


def bench(view: View, strip: Strip, x: float, y: float, tall: float, wood: RGB) -> None:
    """A park bench."""
    iron, plank = view.tone((0.22, 0.24, 0.26)), view.tone(wood)
    here = (x - tall * 1.3, y - tall, x + tall * 1.3, y)
    for side in (-1, 1):
        strip.shape(here, bar(x + side * tall * 0.9, y, x + side * tall * 0.9, y - tall * 0.95, tall * 0.05), iron)
    for level, thick in ((0.45, 0.07), (0.68, 0.06), (0.88, 0.06)):
        strip.shape(
            here, box(x - tall * 1.15, y - tall * (level + thick), x + tall * 1.15, y - tall * (level - thick)), plank
        )


def cottage(view: View, strip: Strip, x: float, y: float, wide: float, number: int) -> None:
    """A house with a pitched roof, a door, windows and a chimney; its foot at y, its middle at x."""
    paint = view.pick(
        ((0.96, 0.92, 0.84), (0.93, 0.80, 0.66), (0.85, 0.90, 0.92), (0.95, 0.86, 0.70), (0.82, 0.66, 0.56)),
        711,
        number,
    )
    roof = view.pick(((0.72, 0.34, 0.26), (0.42, 0.36, 0.36), (0.60, 0.42, 0.28), (0.46, 0.52, 0.58)), 712, number)
    half, eaves = wide / 2, y - wide * view.between(0.5, 0.75, 713, number)
    top = eaves - wide * view.between(0.3, 0.5, 714, number)
    here = (x - half * 1.3, top - wide * 0.15, x + half * 1.3, y)
    stack = x + half * 0.5
    strip.shape(
        here, box(stack - wide * 0.05, top - wide * 0.02, stack + wide * 0.05, eaves), view.tone((0.60, 0.40, 0.34))
    )
    strip.shape(here, box(x - half, eaves - 0.01, x + half, y), view.tone(paint))
    strip.shape(here, triangle(x, top, eaves, half * 1.18), view.tone(roof))
    for k in range(2):
        on = view.light.lit and hashed(view.seed, 715, number, k) < 0.8
        glass = (1.0, 0.84, 0.48) if on else view.tone((0.58, 0.72, 0.82))
        cx, cy, r = x + (k * 2 - 1) * half * 0.55, eaves + (y - eaves) * 0.38, wide * 0.1
        strip.shape(here, box(cx - r * 1.2, cy - r * 1.2, cx + r * 1.2, cy + r * 1.2), view.tone((0.98, 0.97, 0.94)))
        strip.shape(here, box(cx - r, cy - r, cx + r, cy + r), glass)
        strip.shape(here, box(cx - r * 0.08, cy - r, cx + r * 0.08, cy + r), view.tone((0.98, 0.97, 0.94)))
    door = (x - wide * 0.085, y - (y - eaves) * 0.55, x + wide * 0.085, y)
    strip.shape(
        here,
        box(*door),
        view.tone(view.pick(((0.50, 0.30, 0.20), (0.30, 0.48, 0.56), (0.64, 0.24, 0.22)), 716, number)),
    )
