"""How large performers are drawn who are seen together: one rule for prompts and for scene files.

True to each other, but all to be seen: metres count by a power, an ant beside an elephant is drawn a third as long and
not a thousandth. The picture is filled: whoever is largest takes about half of the frame's height, as far as all have
room beside each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

POWER = 0.3  # of metres by which sizes differ in company
ALONE = 0.03  # and of one that is alone
LEAST = 0.3  # of the longest's length
SHORTEST, LONGEST = 0.003, 60.0  # metres that count
HIGH, WIDE = 0.5, 0.68  # largest drawing, frame heights
TOP = 0.72  # of one on the other, frame heights above the ground
HIGHEST = 0.8  # likewise, however close the view
ROOM = 0.92  # of a frame as wide as high, for all that stand side by side
OVERLAP = 0.2  # of more room for each beyond two: they may stand before one another
SMALLEST = 0.12  # longer side of a drawing, frame heights
LARGEST_CELL = 0.95


class Body(NamedTuple):
    """metres: the longer side of what is drawn. width, height: of the drawing, shares of its cell.

    abreast: whether it needs room of its own beside the others. base: index of the body on or above which it is, -1 for
    none. lift: frame heights of air under both together. deep: where on its base it rests, share of the base's height
    from its top. legs: share of its cell that hangs down from there.
    """

    metres: float
    width: float
    height: float
    abreast: bool = True
    base: int = -1
    lift: float = 0.0
    deep: float = 0.0
    legs: float = 0.0


def heights(bodies: Sequence[Body], fill: float = 1.0, aspect: float = 1.0) -> tuple[float, ...]:
    """Cell heights, frame heights.

    fill: factor on how much of the frame is filled: more in a close-up. aspect: the frame's width / height, 1 if it is
    narrower, for then the painter makes all of them smaller.
    """
    if not bodies:
        return ()
    metres = [min(max(body.metres, SHORTEST), LONGEST) for body in bodies]
    power = POWER if len(bodies) > 1 else 0.0
    shares = [max((one / max(metres)) ** power, LEAST) for one in metres]
    cells = [share / max(body.width, body.height, 0.05) for share, body in zip(shares, bodies, strict=True)]
    sizes = list(zip(cells, bodies, strict=True))
    abreast = sum(cell * body.width for cell, body in sizes if body.abreast)
    room = ROOM * aspect * (1 + OVERLAP * max(sum(body.abreast for body in bodies) - 2, 0))
    towers = [
        cell * (body.height - body.legs) + (1 - body.deep) * cells[body.base] * bodies[body.base].height
        for cell, body in sizes
        if 0 <= body.base < len(bodies)
    ]
    air = [body.lift for body in bodies if 0 <= body.base < len(bodies)]
    scale = min(
        *((TOP - lift) / tower for lift, tower in zip(air, towers, strict=True)),
        HIGH / max(cell * body.height for cell, body in sizes),
        WIDE * aspect / max(cell * body.width for cell, body in sizes),
        room / abreast if len(bodies) > 1 and abreast else math.inf,
    )
    if len(bodies) == 1:
        scale *= metres[0] ** ALONE
    fill = min(fill, *((HIGHEST - lift) / (scale * tower) for lift, tower in zip(air, towers, strict=True)), fill)
    least = [SMALLEST / max(body.width, body.height, 0.05) for body in bodies]
    return tuple(min(max(cell * scale * fill, low), LARGEST_CELL) for cell, low in zip(cells, least, strict=True))
