"""Pictures of the library that no collection has: drawn by code, in the look of the others. No torch.

Modules by kind, in each a table DRAWINGS of name -> function, which draws one frame at a moment of its loop (0..1).
Their rows in the index (world/language/cast.json) have a code `drawn-NAME`; they are written from train/cast.toml by
`python -m soracli.train cast`.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from soracli.scenes.drawn import (
    aircraft,
    animals,
    appliances,
    belongings,
    birds,
    boats,
    buildings,
    burrowers,
    crawlers,
    fires,
    food,
    furniture,
    household,
    landmarks,
    monsters,
    musicians,
    nature,
    objects,
    outdoors,
    persons,
    pets,
    places,
    players,
    riders,
    sea,
    sky,
    sports,
    towers,
    toys,
    trades,
    vehicles,
    wildbirds,
    wildcats,
    worksite,
)
from soracli.scenes.drawn.sheet import Drawing, Sheet

PREFIX = "drawn-"
DRAWINGS: dict[str, Drawing] = {
    **towers.DRAWINGS,
    **buildings.DRAWINGS,
    **nature.DRAWINGS,
    **sky.DRAWINGS,
    **vehicles.DRAWINGS,
    **boats.DRAWINGS,
    **birds.DRAWINGS,
    **wildbirds.DRAWINGS,
    **crawlers.DRAWINGS,
    **wildcats.DRAWINGS,
    **burrowers.DRAWINGS,
    **sea.DRAWINGS,
    **monsters.DRAWINGS,
    **animals.DRAWINGS,
    **pets.DRAWINGS,
    **persons.DRAWINGS,
    **players.DRAWINGS,
    **riders.DRAWINGS,
    **trades.DRAWINGS,
    **musicians.DRAWINGS,
    **objects.DRAWINGS,
    **furniture.DRAWINGS,
    **household.DRAWINGS,
    **outdoors.DRAWINGS,
    **toys.DRAWINGS,
    **appliances.DRAWINGS,
    **worksite.DRAWINGS,
    **aircraft.DRAWINGS,
    **landmarks.DRAWINGS,
    **places.DRAWINGS,
    **belongings.DRAWINGS,
    **sports.DRAWINGS,
    **fires.DRAWINGS,
    **food.DRAWINGS,
}


@lru_cache(maxsize=8)
def frames(name: str, count: int, side: int) -> npt.NDArray[np.uint8]:
    """Premultiplied RGBA (count, side, side, 4) of one loop, not to be written to; one frame of what stands still."""
    out = []
    for t in range(count):
        sheet = Sheet(side)
        DRAWINGS[name](sheet, t / count)
        out.append(sheet.frame(side))
    return np.stack(out)
