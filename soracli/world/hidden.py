"""What hides the lower part of performers: the water that they are in, and the front of what they stand in.

A path's `cut` is the row of the frame below which nothing of its performer is drawn. Shares are of the height of a
drawing, from its top, unless they say otherwise.
"""

from __future__ import annotations

import math

import torch

from soracli.world.language.actors import HEADWEAR, actor
from soracli.world.language.surroundings import PLACES
from soracli.world.language.verbs import SOLE, signed
from soracli.world.language.vessels import BANK, BANKED, DEEP, SUNK, VESSELS, WATERLINE, WINDOWS
from soracli.world.motion import Path
from soracli.world.scene import Performer, Scene

AFLOAT, SWIMS, WADES = 0.75, 0.55, 0.72  # waterlines of others: at home in water, who swim, and who walk
DRY = frozenset(("fly", "hover", "fall", "launch", "jump", "appear"))  # actions of who is not in the water
OVER = frozenset(("on", "in", "above"))  # relations of who is not, wherever it is
LEAP, REACH, STEEP = 2.0, 0.1, 42.0  # seconds from leap to leap, frame heights of air below, degrees of its nose


def is_within(performer: Performer, partner: Performer) -> bool:
    """Whether it is in another that has a front to hide it."""
    return performer.relation == "in" and partner.name in VESSELS and not partner.picture


def is_upturned(performer: Performer, others: list[Performer], i: int) -> bool:
    """Whether the i-th is a hat that somebody is in: its crown is down."""
    worn = performer.name in HEADWEAR and not performer.picture
    return worn and any(other.partner == i and is_within(other, performer) for other in others)


def within(
    performer: Performer, partner: Performer, under: Path, own: Path, high: torch.Tensor, aspect: float, x: float
) -> Path:
    """In the partner: the lower part behind its front. high: of the partner's top above its feet. x: to its right."""
    left, top, right, bottom = actor(partner.name).box
    tall = (bottom - top) * partner.size * under.scale
    rim = high - VESSELS[partner.name][0] * tall
    _, y0, _, y1 = _box(performer)
    sunk = torch.clamp(DEEP * (1 - VESSELS[partner.name][0]) * tall, max=SUNK * (y1 - y0) * performer.size)
    empty = (SOLE - y1) * performer.size
    lift = under.lift + rim - sunk - empty
    if performer.action == "appear":
        share = own.scale.clamp(0, 1)
        lift = lift - (1 - share) * ((y1 - y0) * performer.size - sunk)
        own = own._replace(scale=torch.ones_like(share), shown=own.shown & (share > 0.02))
    elif performer.action in ("fall", "jump", "hop", "bounce", "dance"):
        lift = lift + 0.5 * own.lift
    cut = under.feet - under.lift - rim
    across = WINDOWS.get(partner.name, (0.0, 0.0))[1] * (right - left) * partner.size * under.turn / aspect
    flipped = signed(partner.direction) * signed(actor(partner.name).faces) < 0
    middle = under.x + x + (-across if flipped else across)
    return own._replace(x=middle, lift=lift, turn=own.turn * under.turn.sign(), feet=under.feet, cut=cut)


def in_water(scene: Scene, performer: Performer, way: Path, times: torch.Tensor, aspect: float) -> Path:
    """The path of one that may be in water: sunk to its waterline, or leaping out of it."""
    place = PLACES.get(scene.place)
    if scene.length <= 0 or place is None or scene.place == "underwater" or performer.picture:
        return way
    kind = actor(performer.name).kind
    if performer.relation in OVER or not (place.water or (place.shore and kind == "swimmer")):
        return way
    if kind == "swimmer" and performer.action == "jump" and performer.name not in WATERLINE:
        return _leaping(performer, way, times, aspect)
    dry = performer.action in DRY or (scene.place in BANKED and performer.depth >= BANK)
    if kind not in ("swimmer", "walker") or dry:
        return way
    usual = AFLOAT if kind == "swimmer" else SWIMS if performer.action in ("swim", "float") else WADES
    _, top, _, bottom = _box(performer)
    row = top + WATERLINE.get(performer.name, usual) * (bottom - top)
    bob = way.lift if kind == "walker" and usual == WADES else way.lift - way.lift.mean()
    return way._replace(lift=bob - (SOLE - row) * performer.size, cut=way.feet)


def _leaping(performer: Performer, way: Path, times: torch.Tensor, aspect: float) -> Path:
    """Out of the water and back into it, nose up and then nose down."""
    x0, y0, x1, y1 = _box(performer)
    long = max(x1 - x0, y1 - y0) * performer.size
    beat = (times / LEAP + 0.12 + 0.4 * performer.phase) % 1.0
    deep = (y1 - y0) * performer.size / 2 + long / 2
    ahead = signed(performer.direction) or signed(actor(performer.name).faces) or 1.0
    x = way.x + ahead * 0.5 * long * (beat - 0.5) / aspect
    angle = -ahead * STEEP * (1 - 2 * beat)
    return way._replace(x=x, lift=(deep + REACH) * 4 * beat * (1 - beat) - deep, angle=angle, cut=way.feet)


def _box(performer: Performer) -> tuple[float, float, float, float]:
    return (0.06, 0.06, 0.94, 0.94) if performer.picture else actor(performer.name).box


def lower(one: torch.Tensor | None, other: torch.Tensor | None, after: torch.Tensor) -> torch.Tensor | None:
    """The cut of one path, and after a moment of another. after: bool (T,)."""
    if one is None and other is None:
        return None
    free = torch.full(after.shape, math.inf, dtype=torch.float64)
    return torch.where(after, free if other is None else other, free if one is None else one)
