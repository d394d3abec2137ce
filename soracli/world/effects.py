"""What flies, flows and hangs about performers for what they do: sparks, steam, crumbs, flames, ropes, wakes.

Soft marks that are pure functions of time, as paths are, drawn behind or before the performer that they belong to.
Lengths are shares of the performer's cell until a mark is placed; then pixels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import torch

from soracli.world.domain import Frame
from soracli.world.ensemble import Staged, drawn
from soracli.world.language.actors import PLANES, actor, boat
from soracli.world.language.verbs import SOLE, feet, ground_factor, signed
from soracli.world.motion import BLOW, FOUGHT, breath
from soracli.world.scene import Performer
from soracli.world.strips import ONE, hashed

Colour = tuple[int, int, int]
WHITE, SMOKE, STEAM, SAND = (255, 255, 255), (176, 172, 178), (248, 248, 252), (214, 188, 150)
GOLD, SPARK, EARTH, CRUMB = (255, 214, 92), (255, 236, 170), (112, 78, 56), (226, 186, 120)
VINE, FOAM, BUBBLE = (104, 128, 62), (238, 248, 255), (214, 240, 255)
MAGIC = ((255, 226, 110), (186, 140, 255), (120, 226, 255), (255, 150, 220))
FLAMES = ((255, 244, 170), (255, 204, 64), (255, 140, 36), (226, 70, 40))


class Mark(NamedTuple):
    """A soft stroke from one point to another, a disc if they are the same; pixels.

    radius: where its cover is half. soft: pixels over which it fades. alpha: 0..1. flat: its height against its width.
    """

    x: float
    y: float
    to_x: float
    to_y: float
    radius: float
    soft: float
    colour: Colour
    alpha: float
    flat: float = 1.0


class Marks(NamedTuple):
    """Marks behind and before a performer, a list per frame."""

    behind: list[list[Mark]]
    before: list[list[Mark]]


class Body(NamedTuple):
    """A performer at a moment. x: its middle, y: its feet, ground: where it would stand, side: of its cell; pixels.

    ahead: -1 if it looks to the left, else 1. seconds: since it began what it does. box: x0 y0 x1 y1 of its drawing
    with x to where it looks, shares of the cell from its middle and its top. tone: the colour of its lower half.
    """

    x: float
    y: float
    ground: float
    side: float
    high: float
    angle: float
    ahead: float
    seconds: float
    box: tuple[float, float, float, float]
    tone: Colour

    def at(self, u: float, v: float) -> tuple[float, float]:
        """The pixel of a point of the cell: u from its middle to where it looks, v from its top."""
        return self.x + self.ahead * u * self.side, self.y - (SOLE - v) * self.side * self.high


Effect = Callable[[Body], Iterator[Mark]]


def around(
    together: Sequence[Staged], frame: Frame, travel: torch.Tensor, tone: Callable[[Performer], Colour]
) -> list[Marks | None]:
    """The marks of each of a staged cast, None where there are none. travel: float64 (T,) the camera's x, frame widths.

    tone: see `Body`.
    """
    found: list[Marks | None] = []
    for one in together:
        behind, before = _effects(one, together)
        bodies = _bodies(one, frame, travel, tone(one.performer)) if behind or before else []
        marks = [[list(effect(body)) if effect else [] for body in bodies] for effect in (behind, before)]
        found.append(Marks(*marks) if bodies else None)
    return found


def stroke(mark: Mark) -> tuple[torch.Tensor, int, int]:
    """A mark as a drawing, int16 (2, rows, columns * 3): premultiplied colour and cover, and its corner's pixel."""
    reach = mark.radius + mark.soft + 1
    left, right = math.floor(min(mark.x, mark.to_x) - reach), math.ceil(max(mark.x, mark.to_x) + reach)
    high = reach * mark.flat + 1
    top, low = math.floor(min(mark.y, mark.to_y) - high), math.ceil(max(mark.y, mark.to_y) + high)
    x = torch.arange(left, right + 1, dtype=torch.float32)[None] + 0.5 - mark.x
    y = (torch.arange(top, low + 1, dtype=torch.float32)[:, None] + 0.5 - mark.y) / mark.flat
    dx, dy = mark.to_x - mark.x, (mark.to_y - mark.y) / mark.flat
    share = ((x * dx + y * dy) / max(dx * dx + dy * dy, 1e-6)).clamp(0, 1)
    far = torch.hypot(x - share * dx, y - share * dy)
    cover = ((mark.radius - far) / max(mark.soft, 1.0) + 0.5).clamp(0, 1)
    cover = cover * cover * (3 - 2 * cover) * mark.alpha
    colour = (cover[..., None] * torch.tensor(mark.colour, dtype=torch.float32)).round().to(torch.int16)
    covers = (cover * ONE).round().to(torch.int16)[..., None].expand(-1, -1, 3)
    return torch.stack([colour.flatten(-2), covers.flatten(-2)]), left, top


def _effects(one: Staged, together: Sequence[Staged]) -> tuple[Effect | None, Effect | None]:
    """What is drawn behind and before a performer for what it does, or for what is done with it."""
    performer = one.performer
    holder = together[performer.partner].performer if 0 <= performer.partner < len(together) else None
    at_work = holder is not None and performer.relation == "on" and holder.action == "work"
    behind, before = BEHIND.get(performer.action), BEFORE.get(performer.action)
    if performer.action == "launch" and performer.name in PLANES:
        before = None
    if performer.action == "fight" and performer.relation != "meets":  # one of both shows it
        before = None
    if performer.action in ("swim", "float") and boat(performer.name) and not performer.picture:
        behind, before = (_wake if performer.action == "swim" else None), _bow
    if at_work and not performer.picture:
        before = TOOLS.get(performer.name)
    return behind, before


def _bodies(one: Staged, frame: Frame, travel: torch.Tensor, tone: Colour) -> list[Body]:
    performer, way = one
    entry, h = actor(performer.name), frame.height
    faces = "front" if performer.picture else entry.faces
    looks = signed(performer.direction) or signed(faces) or 1.0
    begun = [act.time for act in performer.then if len(frame.times) and act.time <= frame.times[0]]
    began = begun[-1] if begun else performer.enters
    x0, top, x1, bottom = drawn(performer)
    box = (x0 - 0.5, top, x1 - 0.5, bottom) if signed(faces) >= 0 else (0.5 - x1, top, 0.5 - x0, bottom)
    x = (way.x - travel * ground_factor(feet(performer.depth))) * frame.width
    side = performer.size * h * way.scale
    rows = zip(x.tolist(), ((way.feet - way.lift) * h).tolist(), (way.feet * h).tolist(), side.tolist(),
               way.squash.tolist(), way.angle.tolist(), way.turn.tolist(), frame.times.tolist(),
               strict=True)  # fmt: skip
    return [
        Body(cx, y, ground, cell, high, angle, looks * (-1.0 if turn < 0 else 1.0), max(t - began, 0.0), box, tone)
        for cx, y, ground, cell, high, angle, turn, t in rows
    ]


# --- marks ------------------------------------------------------------------------------------------------------------


def _stream(seconds: float, rate: float, life: float, begun: float = 0.0) -> Iterator[tuple[int, float]]:
    """Those of a stream of `rate` a second since `begun` who are there: their numbers, and shares of their lives."""
    last = math.floor((seconds - begun) * rate)
    for number in range(max(math.floor((seconds - begun - life) * rate) + 1, 0), last + 1):
        age = ((seconds - begun) - number / rate) / life
        if 0 <= age < 1:
            yield number, age


def _dot(x: float, y: float, radius: float, colour: Colour, alpha: float, soft: float = 1.0) -> Mark:
    """A disc. soft: of its radius, over which it fades."""
    return Mark(x, y, x, y, max(radius, 0.4), max(radius * soft, 1.0), colour, min(max(alpha, 0.0), 1.0))


def _star(x: float, y: float, radius: float, colour: Colour, alpha: float) -> Iterator[Mark]:
    """Four rays about a bright middle."""
    for dx, dy in ((radius, 0.0), (0.0, radius)):
        yield Mark(x - dx, y - dy, x + dx, y + dy, max(0.12 * radius, 0.5), 1.0, colour, alpha)
    yield _dot(x, y, 0.38 * radius, WHITE, alpha)


def _puffs(body: Body, colour: Colour, alpha: float, place: tuple[float, float]) -> Iterator[Mark]:
    """Puffs that rise from a place of the cell, sway, widen and fade."""
    for n, age in _stream(body.seconds + 2.0, 6.0, 1.7):
        x, y = body.at(place[0] + 0.22 * (hashed(n, 1) - 0.5), place[1])
        x += (0.05 * math.sin(3 * age + 6 * hashed(n, 2)) + 0.04 * age) * body.side
        size = (0.035 + 0.085 * age) * body.side
        yield _dot(x, y - 0.55 * age * body.side, size, colour, alpha * math.sin(math.pi * age) ** 0.7, 1.5)


def _steam(body: Body) -> Iterator[Mark]:
    return _puffs(body, STEAM, 0.62, (0.0, body.box[1] + 0.1))


def _smoke(body: Body) -> Iterator[Mark]:
    return _puffs(body, SMOKE, 0.7, (0.0, body.box[1] + 0.05))


def _exhaust(body: Body) -> Iterator[Mark]:
    """Clouds that roll away over the ground from below what takes off, and a trail of smoke below it."""
    for n, age in _stream(body.seconds, 16.0, 2.4, 0.15):
        out = (1 - (1 - age) ** 3) * (0.35 + 0.5 * hashed(n, 3)) * (-1.0 if n % 2 else 1.0)
        if n / 16.0 < 2.2:
            y = body.ground - (0.03 + 0.16 * age * hashed(n, 4)) * body.side
            grey = round(214 + 36 * hashed(n, 5))
            size = (0.06 + 0.13 * age) * body.side
            yield _dot(body.x + out * body.side, y, size, (grey, grey, grey), 0.8 * (1 - age) ** 0.7, 0.9)
    x, y = body.at(0.0, body.box[3])
    for n, age in _stream(body.seconds, 24.0, 0.7, 0.4):
        fall = 0.65 * age * body.side
        if y + fall < body.ground:
            size = (0.05 + 0.08 * age) * body.side
            yield _dot(x + 0.12 * (hashed(n, 6) - 0.5) * body.side, y + fall, size, (236, 234, 236), 0.7 * (1 - age))


def _sparkles(body: Body) -> Iterator[Mark]:
    """Stars that fly out of a raised hand in a fan, and some that circle about it."""
    x, y = body.at(*HAND)
    for n, age in _stream(body.seconds + 0.6, 18.0, 1.0):
        turn = math.radians(-70 + 110 * hashed(n, 7))
        far = (0.1 + 0.75 * (1 - (1 - age) ** 2) * (0.6 + 0.4 * hashed(n, 8))) * body.side
        size = (0.028 + 0.045 * hashed(n, 9)) * body.side * (1 - 0.5 * age)
        at = x + body.ahead * far * math.cos(turn), y + far * math.sin(turn) + 0.12 * age * age * body.side
        yield from _star(*at, size, MAGIC[n % 4], min(1.0, 2.2 * (1 - age)))
    glow = 0.6 + 0.4 * math.sin(9 * body.seconds)
    yield _dot(x, y, 0.09 * body.side, MAGIC[0], 0.5 * glow, 2.0)


def _flames(body: Body) -> Iterator[Mark]:
    """A jet of fire out of the mouth, as long as a breath."""
    front = body.box[2] if abs(body.box[0] + body.box[2]) > 0.02 or body.box[2] > 0.4 else 0.0
    x, y = body.at(front - 0.04, body.box[1] + 0.25 * (body.box[3] - body.box[1]))
    for n, age in reversed(list(_stream(body.seconds + 0.6, 44.0, 0.6))):
        if not breath(torch.tensor(body.seconds - 0.6 * age)) > 0.35:
            continue
        far = 0.85 * age**0.85 * body.side
        aside = (hashed(n, 10) - 0.5) * 0.24 * age * body.side
        size = (0.035 + 0.10 * age) * body.side * (1 - 0.35 * age**3)
        colour = FLAMES[min(int(4 * age * (0.7 + 0.5 * hashed(n, 11))), 3)]
        rise = (0.10 * age - 0.13 * age * age) * body.side
        yield _dot(x + body.ahead * far, y + rise + aside, size, colour, 0.85 * min(1.0, 3 * (1 - age)), 0.8)


def _shower(body: Body, place: tuple[float, float], colour: Colour, push: float, size: float) -> Iterator[Mark]:
    """Small pieces thrown ahead from a place of the cell, that fall to the ground. push: cells a second."""
    x, y = body.at(*place)
    for n, age in _stream(body.seconds + 0.5, 12.0, 0.9):
        s = 0.9 * age
        out = push * (0.5 + hashed(n, 12)) * s
        up = 0.5 * push * (0.6 + hashed(n, 13)) * s - 1.1 * s * s
        low = min(y - up * body.side, body.ground - 0.01 * body.side)
        radius = size * (0.6 + 0.8 * hashed(n, 14)) * body.side
        yield _dot(x + body.ahead * out * body.side, low, radius, colour, 1.0, 0.5)


def _crumbs(body: Body) -> Iterator[Mark]:
    return _shower(body, (0.2, 0.62), CRUMB, 0.7, 0.022)


def _clods(body: Body) -> Iterator[Mark]:
    return _shower(body, (0.0, body.box[3] - 0.08), EARTH, 1.1, 0.05)


def _chips(body: Body) -> Iterator[Mark]:
    """Sparks where a tool strikes, at each blow."""
    since = body.seconds % BLOW
    x, y = body.at(0.3, body.box[1] + 0.15)
    for k in range(7):
        turn = math.radians(-150 + 40 * k + 30 * hashed(k, 15))
        far = (0.1 + 1.4 * since) * body.side
        if since < 0.32:
            dx, dy = far * math.cos(turn), far * math.sin(turn) + 1.6 * since * since * body.side
            yield Mark(x + 0.7 * dx, y + 0.7 * dy, x + dx, y + dy, 0.025 * body.side, 1.0, SPARK, 1 - since / 0.32)


def _dust(body: Body) -> Iterator[Mark]:
    """Low puffs about the foot of a tool that sweeps."""
    x, _ = body.at(0.0, 0.0)
    for n, age in _stream(body.seconds + 1.0, 6.0, 1.0):
        out = (hashed(n, 16) - 0.3) * 0.9 * (0.3 + age)
        y = body.ground - 0.16 * age * body.side
        yield _dot(x + body.ahead * out * body.side, y, (0.05 + 0.1 * age) * body.side, SAND, 0.5 * (1 - age), 1.4)


def _bubbles(body: Body) -> Iterator[Mark]:
    """Bubbles that rise."""
    for n, age in _stream(body.seconds + 1.4, 6.0, 1.4):
        x, y = body.at(0.6 * (hashed(n, 17) - 0.5), body.box[1] + 0.3)
        radius = (0.05 + 0.07 * hashed(n, 18)) * body.side
        x += 0.05 * math.sin(5 * age + n) * body.side
        yield _dot(x, y - 0.9 * age * body.side, radius, BUBBLE, 0.75 * (1 - age), 0.4)


def _burst(body: Body) -> Iterator[Mark]:
    """Where two meet who fight: a star of rays at each blow."""
    since = (body.seconds - FOUGHT) % BLOW
    if body.seconds < FOUGHT or since >= 0.3:
        return
    x, y = body.at(body.box[2] + 0.06, 0.5 * (body.box[1] + body.box[3]) - 0.05)
    share = since / 0.3
    for k in range(8):
        turn = math.pi * k / 4 + 0.3 * math.floor(body.seconds / BLOW)
        near, far = (0.05 + 0.1 * share) * body.side, (0.12 + 0.18 * share) * body.side * (1.0 if k % 2 else 0.7)
        yield Mark(x + near * math.cos(turn), y + near * math.sin(turn), x + far * math.cos(turn),
                   y + far * math.sin(turn), 0.016 * body.side, 1.0, GOLD, 1 - share)  # fmt: skip
    yield _dot(x, y, 0.09 * (1 - share) * body.side, WHITE, 0.9 * (1 - share))


def _rope(body: Body) -> Iterator[Mark]:
    """What one who swings hangs on, up to where it is tied."""
    turn = math.radians(body.angle)
    up = (SOLE - 0.5) * body.side  # of its middle, about which it is turned
    x, y = body.x + 0.3 * body.side * math.sin(turn), body.y - up - 0.3 * body.side * math.cos(turn)
    yield Mark(x, y, x - (y + 10) * math.tan(-turn), -10.0, 0.012 * body.side + 0.5, 1.2, VINE, 1.0)


def _puddle(body: Body) -> Iterator[Mark]:
    """What has melted, about the foot of what is left."""
    share = min(max(1 - body.high, 0.0), 1.0)
    wide = (0.24 + 0.34 * share) * body.side
    if share > 0.02:
        light = tuple(round(0.5 * part + 0.5 * tone) for part, tone in zip((196, 226, 246), body.tone, strict=True))
        y = body.ground - 0.004 * body.side
        colour = (light[0], light[1], light[2])
        yield Mark(body.x - 0.6 * wide, y, body.x + 0.6 * wide, y, 0.5 * wide, 2.0, colour, 0.9 * share**0.3, 0.28)


def _wake(body: Body) -> Iterator[Mark]:
    """Foam that stays behind a boat that goes."""
    back, y = body.at(body.box[0], 0.0)[0], body.y - (SOLE - body.box[3] + 0.02) * body.side
    for n, age in _stream(body.seconds + 2.0, 9.0, 1.3):
        x = back - body.ahead * (0.55 * age - 0.1) * body.side
        drop = (0.012 + 0.07 * age) * body.side * (1.0 if n % 2 else 0.25)
        long = (0.04 + 0.05 * hashed(n, 19)) * body.side
        yield Mark(x - long, y + drop, x + long, y + drop, 0.014 * body.side, 1.5, FOAM, 0.75 * (1 - age), 0.6)


def _bow(body: Body) -> Iterator[Mark]:
    """Water that parts along the hull, and spray at its bow."""
    low = body.y - (SOLE - body.box[3] + 0.02) * body.side
    for k in range(7):
        share = (k + 0.5) / 7
        x = body.x + body.ahead * (body.box[0] + share * (body.box[2] - body.box[0])) * 0.86 * body.side
        sway = 0.012 * math.sin(5 * body.seconds + 2.1 * k)
        long = 0.07 * body.side
        yield Mark(x - long, low + sway * body.side, x + long, low + sway * body.side, 0.02 * body.side, 2.0, FOAM,
                   0.6 + 0.2 * math.sin(4 * body.seconds + k), 0.55)  # fmt: skip


HAND = (0.2, 0.2)  # of the cell, where one who casts spells holds the wand
BEHIND: dict[str, Effect] = {"swing": _rope, "melt": _puddle}
BEFORE: dict[str, Effect] = {
    "cast": _sparkles, "breathe": _flames, "feed": _crumbs, "steam": _steam, "smoke": _smoke, "launch": _exhaust,
    "fight": _burst,
}  # fmt: skip
TOOLS: dict[str, Effect] = {  # of what is worked with
    "shovel": _clods, "hammer": _chips, "axe": _chips, "pick": _chips, "broom": _dust, "mop": _bubbles,
    "sponge": _bubbles, "shallow pan of food": _steam, "magic wand": _sparkles,
}  # fmt: skip
