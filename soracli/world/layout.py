"""Scenes of several performers: who stands where, so that what they do to one another can be seen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from soracli.world.language.verbs import GROUND_SIZE, MOVES, SECONDS, SPEED, feet, ground_factor, signed
from soracli.world.scene import Performer

if TYPE_CHECKING:
    import numpy as np

PAIR = 0.8  # size of each of two performers, against one alone
Cast = tuple[Performer, ...]


def at_depth(performer: Performer, depth: float, scale: float = 1.0) -> Performer:
    """Moved to another depth, and drawn as large as it looks from there."""
    return replace(performer, depth=depth, size=performer.size * scale * ground_factor(feet(depth)))


def _way(rng: np.random.Generator) -> str:
    return "left" if rng.random() < 0.5 else "right"


def neighbour(rng: np.random.Generator, lead: Performer, second: Performer) -> Cast:
    """Side by side; two that both move go the same way."""
    side = 1.0 if rng.random() < 0.5 else -1.0
    if second.direction and lead.direction:
        second = replace(second, direction=lead.direction)
    shift = {p: -signed(p.direction) * SPEED.get(p.action, 0.0) * SECONDS / 2 for p in (lead, second)}
    depths = 0.5 + rng.uniform(-0.04, 0.04, 2)
    return (
        replace(at_depth(lead, float(depths[0]), PAIR), x=0.5 - 0.22 * side + shift[lead]),
        replace(at_depth(second, float(depths[1]), PAIR), x=0.5 + 0.22 * side + shift[second]),
    )


def chase(rng: np.random.Generator, lead: Performer, second: Performer) -> Cast:
    """The lead runs after the second, which runs away; `second.action` says how it moves."""
    way = _way(rng)
    middle = 0.5 - signed(way) * SPEED["chase"] * SECONDS / 2
    lead = replace(at_depth(lead, 0.52, 0.85), action="chase", direction=way, partner=1)
    second = replace(at_depth(second, 0.48, 0.7), direction=way, partner=0)
    return replace(lead, x=middle - signed(way) * 0.2), replace(second, x=middle + signed(way) * 0.2)


def meet(rng: np.random.Generator, lead: Performer, second: Performer) -> Cast:
    """They come from both sides and stop face to face."""
    way = _way(rng)
    back = "left" if way == "right" else "right"
    lead = replace(at_depth(lead, 0.5, PAIR), action="meet", direction=way, x=0.5 - 0.4 * signed(way), partner=1)
    second = replace(at_depth(second, 0.5, PAIR), action="meet", direction=back, x=0.5 + 0.4 * signed(way), partner=0)
    return lead, second


def pass_by(rng: np.random.Generator, lead: Performer, second: Performer, action: str) -> Cast:
    """They cross in opposite directions, one clearly nearer than the other."""
    way = _way(rng)
    back = "left" if way == "right" else "right"
    near, far = (0.68, 0.36) if rng.random() < 0.5 else (0.36, 0.68)
    reach = SPEED[action] * SECONDS / 2
    lead = replace(at_depth(lead, near, PAIR), action=action, direction=way, x=0.5 - reach * signed(way))
    second = replace(at_depth(second, far, PAIR), action=action, direction=back, x=0.5 + reach * signed(way))
    return lead, second


def crowd(rng: np.random.Generator, lead: Performer, count: int) -> Cast:
    """Several of a kind in a loose row, all doing the same."""
    size = lead.size / GROUND_SIZE * (0.30 if count == 3 else 0.25)
    reach = signed(lead.direction) * SPEED.get(lead.action, 0.0) * SECONDS / 2 if lead.action in MOVES else 0.0
    apart = 0.02 if lead.action in ("swim", "float") else 0.08  # all swim behind the same wave
    cast = []
    for i in range(count):
        x = 0.5 + ((i + 0.5) / count - 0.5) * 0.9 - reach * 0.6
        depth = 0.5 + (apart if i % 2 else -apart) + float(rng.uniform(-0.3, 0.3)) * apart
        one = replace(lead, size=size, x=x + float(rng.uniform(-0.02, 0.02)), phase=float(rng.uniform()))
        cast.append(at_depth(one, depth))
    return tuple(cast)
