"""Verbs as numbers: which of them move, how fast, and where the ground lies."""

from __future__ import annotations

HORIZON = 0.60  # frame heights from the top
SOLE = 0.934  # feet in a sprite's cell, share of its height
GROUND = 0.84  # where the feet stand at depth 0.5
GROUND_SIZE = 0.45  # cell height of an actor, in frame heights, at depth 0.5
SECONDS = 4.0  # length of the clip in which a path is laid around the middle of the frame
SPEED = {  # frame widths per second, at depth 0.5
    "walk": 0.09,
    "run": 0.14,
    "drive": 0.13,
    "fly": 0.11,
    "swim": 0.09,
    "hop": 0.09,
    "roll": 0.12,
    "slide": 0.11,
    "chase": 0.14,
    "meet": 0.09,
    "skid": 0.12,
}
MOVES = frozenset(
    {"walk", "run", "drive", "fly", "swim", "hop", "roll", "slide", "chase", "skid"}
)  # verbs with a direction
MEETING = frozenset({"meet", "fight"})  # verbs of two who come up to each other
ACTED = (  # verbs that `motion` has a path of its own for
    "walk", "meet", "run", "chase", "jump", "hop", "fly", "hover", "launch", "bounce", "spin", "grow", "shrink",
    "appear", "fall", "roll", "slide", "swim", "float", "dance", "sleep", "eat", "talk", "work", "glow",
    "sit", "toss", "throw", "kick", "drop", "land", "fight", "cast", "breathe", "feed", "reach", "catch", "score",
    "melt", "swing", "skid", "steam", "smoke",
)  # fmt: skip
THROWN = ("toss", "throw", "kick", "drop", "catch", "score")  # what somebody does to a thing, as that moves


def signed(direction: str) -> float:
    """-1 to the left, 1 to the right, 0 on the spot."""
    return {"left": -1.0, "right": 1.0}.get(direction, 0.0)


def feet(depth: float) -> float:
    """Row in which a performer stands, frame heights from the top: what is nearer stands lower in the picture."""
    return GROUND + (depth - 0.5) * 0.3


def ground_factor(y: float) -> float:
    """Share of the camera's travel by which the ground moves in row y: 0 at the horizon, 1 under the actors."""
    return max(0.0, (y - HORIZON) / (GROUND - HORIZON))
