"""What a scene file leaves out, chosen: where performers stand, and a camera that follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from soracli.world.language.verbs import MOVES, SPEED, signed
from soracli.world.scene import Performer

FOLLOWED = 0.75  # frame widths that a lone mover may go before the camera follows it unasked


def camera_for(cast: Sequence[Performer], seconds: float) -> str:
    """`tracking` where all performers go one way and would leave the frame, else `static`.

    seconds: length of the shot. Before a static camera, who would leave the frame turns round.
    """
    moving = [performer for performer in cast if performer.action in MOVES and not performer.then]
    ways = {performer.direction for performer in moving}
    far = any(SPEED[performer.action] * performer.speed * seconds > FOLLOWED for performer in moving)
    return "tracking" if far and len(ways) == 1 and len(moving) == len(cast) else "static"


def placed(cast: Sequence[Performer], said: Sequence[float | None], seconds: float) -> tuple[Performer, ...]:
    """Performers with their x, in frame widths from the left at the shot's beginning: as stated, or one column each.

    said: x as the file states it, None where it does not. A mover's path lies around the middle of its column.
    """
    free = [i for i, performer in enumerate(cast) if not performer.relation]
    followed = {performer.partner for performer in cast if performer.relation in ("chases", "beside", "behind")}
    out = []
    for i, performer in enumerate(cast):
        x = said[i]
        if x is not None:
            out.append(replace(performer, x=x))
        elif performer.relation:
            out.append(replace(performer, x=0.5))
        else:
            column = (free.index(i) + 0.5) / len(free)
            way = signed(performer.direction) * SPEED.get(performer.action, 0.0) * performer.speed * min(seconds, 4.0)
            middle = column if not way else 0.5 + (column - 0.5) * 0.6
            ahead = 0.1 * signed(performer.direction) if i in followed and way else 0.0  # room for who comes after it
            out.append(replace(performer, x=round(middle - way / 2 + ahead, 4)))
    return tuple(out)
