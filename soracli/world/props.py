"""Things that stand in the places: trees, flowers, houses. Each is painted into a strip, its foot at (x, y)."""

from __future__ import annotations

import math

from soracli.world.layers import View
from soracli.world.strips import RGB, Strip, bar, box, disc, hashed, triangle


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
    for lean in (-0.55, 0.0, 0.55):
        tip = (x + lean * tall, y - tall * (1 - 0.2 * abs(lean)))
        blade = bar(x + lean * tall * 0.3, y, *tip, tall * 0.13, tall * 0.02)
        strip.shape((x - tall, y - tall * 1.1, x + tall, y + tall * 0.1), blade, colour)


def flower(view: View, strip: Strip, x: float, y: float, tall: float, kind: int) -> None:
    petal = ((1.0, 0.95, 0.95), (1.0, 0.55, 0.60), (1.0, 0.85, 0.30))[kind]
    tuft(strip, x, y, tall * 0.6, view.tone((0.27, 0.56, 0.20)))
    here = (x - tall, y - tall * 1.3, x + tall, y)
    strip.shape(here, bar(x, y, x, y - tall * 0.8, tall * 0.06), view.tone((0.25, 0.52, 0.18)))
    strip.shape(here, disc(x, y - tall * 0.9, tall * 0.27, tall * 0.27), view.tone(petal))
    strip.shape(here, disc(x, y - tall * 0.9, tall * 0.1, tall * 0.1), view.tone((0.95, 0.70, 0.15)))


def cactus(strip: Strip, x: float, y: float, tall: float, colour: RGB) -> None:
    r, here = tall * 0.09, (x - tall * 0.5, y - tall * 1.1, x + tall * 0.5, y)
    strip.shape(here, bar(x, y, x, y - tall + r, r), colour)
    for side, low, high in ((-1, 0.38, 0.72), (1, 0.5, 0.85)):
        elbow = x + side * tall * 0.27
        strip.shape(here, bar(x, y - tall * low, elbow, y - tall * low, r * 0.75), colour)
        strip.shape(here, bar(elbow, y - tall * low, elbow, y - tall * high, r * 0.75), colour)


def palm(view: View, strip: Strip, x: float, y: float, tall: float, lean: int) -> None:
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


def sofa(view: View, strip: Strip, x: float, y: float, tall: float) -> None:
    """A couch with two cushions."""
    cloth, light = view.tone((0.30, 0.52, 0.60)), view.tone((0.40, 0.63, 0.70))
    here = (x - tall * 1.4, y - tall * 1.1, x + tall * 1.4, y)
    strip.shape(here, bar(x - tall * 0.85, y - tall * 0.62, x + tall * 0.85, y - tall * 0.62, tall * 0.36), cloth)
    strip.shape(here, box(x - tall * 1.0, y - tall * 0.5, x + tall * 1.0, y - tall * 0.08), cloth)
    for side in (-1, 1):
        seat = (x + side * tall * 0.12, y - tall * 0.4, x + side * tall * 0.72, y - tall * 0.4)
        strip.shape(here, bar(*seat, tall * 0.13), light)
        arm = (x + side * tall * 1.05, y - tall * 0.42, x + side * tall * 1.05, y - tall * 0.17)
        strip.shape(here, bar(*arm, tall * 0.17), light)


def picture(strip: Strip, box_: tuple[float, float, float, float], frame: RGB, inside: RGB) -> None:
    """A framed flat thing on a wall: a picture or a window."""
    x0, y0, x1, y1 = box_
    strip.shape(box_, box(*box_), frame)
    strip.shape(box_, box(x0 + 0.012, y0 + 0.012, x1 - 0.012, y1 - 0.012), inside)


def stone(view: View, strip: Strip, x: float, y: float, tall: float) -> None:
    """A grey boulder, lit from the left."""
    here = (x - tall * 1.2, y - tall, x + tall * 1.2, y)
    strip.shape(here, disc(x, y - tall * 0.2, tall * 0.9, tall * 0.75), view.tone((0.52, 0.53, 0.56)))
    strip.shape(here, disc(x - tall * 0.2, y - tall * 0.4, tall * 0.5, tall * 0.4), view.tone((0.66, 0.67, 0.69)))
