"""Where the performers of a story stand, how large they are and which way they go. Units: `soracli.world.scene`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from soracli.world.layout import at_depth
from soracli.world.scene import Event, Performer
from soracli.world.verbs import GROUND_SIZE, MOVES, SPEED, signed

SHRINK = (1.0, 1.0, 0.8, 0.68, 0.6, 0.54, 0.48)  # size of each of N performers, against one alone
THING = 0.85
TRUE = 0.5  # power of the ratio of real lengths by which sizes differ: an ant beside an elephant can still be seen
LEAST = 0.22  # of the largest's size
SIDES = {"left": 0.27, "right": 0.73}
APART = 0.24  # difference in depth of `behind` and `in front of`
EDGE = 0.14  # beyond the frame, in its widths
CLOSE, WIDE = 0.8, 0.19  # size in a close-up and in a wide shot
EVENT_AT, BETWEEN_BITES = 0.3, 0.37  # share of the clip, seconds


@dataclass(frozen=True)
class Role:
    """One performer before it has a place. length: metres. partner: index of a role, -1 for none.

    side: where in the frame it was asked to be, or ``. scale: how large for its kind. changes: see `clauses.Part`.
    group: index of the part of the story that it comes from.
    """

    name: str
    kind: str
    action: str
    length: float
    direction: str = ""
    side: str = ""
    relation: str = ""
    partner: int = -1
    colour: str = ""
    scale: float = 1.0
    changes: frozenset[str] = frozenset()
    group: int = 0
    speed: float = 1.0


def staged(roles: Sequence[Role], seconds: float, seed: int, view: str = "") -> tuple[Performer, ...]:
    """Performers in the order of the roles. view: `close`, `wide` or ``."""
    rng = np.random.default_rng([seed, 11])
    roles = _headed(roles, rng)
    sizes = _sizes(roles, view)
    centres = _centres(roles)
    depths = _depths(roles, rng)
    cast = []
    for i, role in enumerate(roles):
        start, enters, leaves = _times(role, centres[i], seconds)
        if role.relation and role.partner >= 0:  # it stands where its partner puts it; x - 0.5 is added to that
            start = 0.5 + 0.12 * (i - first_of(roles, i))
        one = Performer(
            role.name,
            role.action,
            role.direction,
            size=sizes[i],
            x=round(start + float(rng.uniform(-0.01, 0.01)), 4),
            phase=round(float(rng.uniform()), 4),
            colour=role.colour,
            partner=role.partner,
            relation=role.relation,
            speed=role.speed if role.action in MOVES else 1.0,
            enters=enters,
            leaves=leaves,
            events=_events(role, seconds),
        )
        placed = at_depth(one, depths[i])
        cast.append(replace(placed, size=round(max(placed.size, 0.04), 4), depth=round(placed.depth, 4)))
    return tuple(cast)


def first_of(roles: Sequence[Role], i: int) -> int:
    """The first of those that come from the same part of the story."""
    return next(j for j, role in enumerate(roles) if role.group == roles[i].group)


def _headed(roles: Sequence[Role], rng: np.random.Generator) -> list[Role]:
    """Everybody who moves goes somewhere: as told, as its partner goes, or as all go."""
    way = next((role.direction for role in roles if role.direction), "left" if rng.random() < 0.5 else "right")
    back = "left" if way == "right" else "right"
    headed = []
    for i, role in enumerate(roles):
        goes = role.action in MOVES or role.action == "meet"
        met = role.relation == "meets" or any(r.relation == "meets" and r.partner == i for r in roles)
        direction = role.direction or (way if goes else "")
        if met and not role.direction:
            direction = way if role.relation == "meets" and role.partner > i else back
        headed.append(replace(role, direction=direction))
    carried = [replace(role, direction=headed[role.partner].direction) if role.relation == "on" and role.partner >= 0
               and not role.direction else role for role in headed]  # fmt: skip
    return carried


def _sizes(roles: Sequence[Role], view: str) -> list[float]:
    longest = max((role.length for role in roles), default=1.0)
    base = GROUND_SIZE * SHRINK[min(len(roles), len(SHRINK) - 1)]
    if view:
        base = CLOSE * SHRINK[min(len(roles), 3)] if view == "close" else WIDE
    sizes = []
    for role in roles:
        true = max((role.length / longest) ** TRUE, LEAST)
        kind = THING if role.kind == "thing" and not view else 1.0
        sizes.append(min(base * true * kind * role.scale, 0.95))
    return sizes


def _centres(roles: Sequence[Role]) -> list[float]:
    """Where each is in the middle of the clip, 0..1 of the frame's width."""
    free = [i for i, role in enumerate(roles) if _abreast(role) and not role.side]
    centres = [0.5] * len(roles)
    for slot, i in enumerate(free):
        centres[i] = (slot + 0.5) / len(free) * 0.84 + 0.08 if len(free) > 1 else 0.5
    for i, role in enumerate(roles):
        if role.side:
            centres[i] = SIDES[role.side]
    for i, role in enumerate(roles):
        if role.relation in ("above", "on", "behind", "in front of") and role.partner >= 0 and not role.side:
            shift = {"behind": -0.09, "in front of": 0.09}.get(role.relation, 0.0)
            centres[i] = centres[role.partner] + shift
        elif role.relation == "chases" and role.partner >= 0:
            way = signed(role.direction)
            centres[i], centres[role.partner] = 0.5 - 0.2 * way, 0.5 + 0.2 * way
    return centres


def _abreast(role: Role) -> bool:
    return role.relation not in ("above", "on", "behind", "in front of") or role.partner < 0


def _depths(roles: Sequence[Role], rng: np.random.Generator) -> list[float]:
    depths = [
        0.5 + (0.05 if i % 2 else -0.05) * (len(roles) > 1) + float(rng.uniform(-0.02, 0.02)) for i in range(len(roles))
    ]
    for i, role in enumerate(roles):
        if role.partner < 0 or role.partner >= len(roles):
            continue
        there = depths[role.partner]
        if role.relation == "behind":
            depths[i] = max(there - APART, 0.12)
        elif role.relation == "in front of":
            depths[i] = min(there + APART, 0.9)
        elif role.relation in ("on", "above"):
            depths[i] = there + 0.01
    return depths


def _times(role: Role, centre: float, seconds: float) -> tuple[float, float, float]:
    """Where its path begins, and when it enters and leaves."""
    way, speed = signed(role.direction), SPEED.get(role.action, 0.0) * role.speed
    start, enters, leaves = centre - way * speed * seconds / 2, 0.0, math.inf
    if role.action == "appear":
        return centre, round(min(0.9, seconds / 3), 3), leaves
    if role.action == "meet":
        return centre - way * (0.2 + speed), enters, leaves
    edge = 1 + EDGE if way > 0 else -EDGE
    if "out" in role.changes:
        leaves = round(0.8 * seconds, 3)
        if speed and way:
            start = edge - way * speed * leaves
    elif "in" in role.changes:
        enters = round(0.15 * seconds, 3)
        if speed and way:
            start = (1 - edge) - way * speed * enters
    return start, enters, leaves


def _events(role: Role, seconds: float) -> tuple[Event, ...]:
    first = EVENT_AT * seconds
    kinds = [kind for kind in ("bitten", "opened", "painted") if kind in role.changes]
    found = [Event(kind, round(first, 3)) for kind in kinds]
    if "eaten" in role.changes:
        steps = int((seconds - first) / BETWEEN_BITES)
        found = [Event("bitten", round(first + BETWEEN_BITES * i, 3)) for i in range(min(steps, 8))]
    return tuple(found)
