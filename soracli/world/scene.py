"""A scene: what happens in a clip, as data. Immutable, drawn from a seed, rendered at any size, rate and length.

Units: seconds for time; the frame is 1 high and `aspect` wide, x to the right, y down, (0, 0) top left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Event:
    """A lasting change of a performer. kind: `bitten`, `painted` or `opened`. time: seconds into the scene."""

    kind: str
    time: float


class Act(NamedTuple):
    """What a performer does from a moment on. time: seconds into the scene. direction: `` = as before."""

    time: float
    action: str
    direction: str = ""


@dataclass(frozen=True)
class Performer:
    """One actor in one role.

    name: an asset's name (`dog`). action: a verb of the grammar (`walk`). direction: `left`, `right` or ``.
    size: height of the sprite's cell as a fraction of the frame. x: start of its path, 0..1 of the frame's width.
    depth: 0 = far, 1 = near; nearer performers are painted over farther ones. phase: 0..1 start of its animation.
    colour: a word if recoloured, else ``. partner: index of another performer that the action relates to, or -1.
    relation: how it stands to its partner (`behind`, `beside`, `in front of`, `above`, `on`, `chases`, `meets`), or ``.
    enters, leaves: seconds at which it comes into being and goes. events: lasting changes, in order of time.
    picture: path of a picture with alpha that plays it instead of a drawing of the library, or ``.
    speed: factor on how fast it goes. A performer with a relation stands where its partner puts it, and `x - 0.5` is
    added to that. then: what it does after its first action, in order of time.
    """

    name: str
    action: str
    direction: str = ""
    size: float = 0.4
    x: float = 0.5
    depth: float = 0.5
    phase: float = 0.0
    colour: str = ""
    partner: int = -1
    relation: str = ""
    enters: float = 0.0
    leaves: float = math.inf
    events: tuple[Event, ...] = ()
    picture: str = ""
    speed: float = 1.0
    then: tuple[Act, ...] = ()


@dataclass(frozen=True)
class Scene:
    """domain: `scenery`, `panorama`, `solid` or `studio`. seed: everything cosmetic (cloud shapes, ridges, texture).

    length: seconds for which it is laid out: legs keep step with the ground, what moves stays in the frame, camera
    moves take all of it. 0 = as the clips of 4 seconds of the first training: paths are straight and go on for ever.
    onward: it is shown for longer than that: until `length` nothing differs, after it those who would leave the frame
    turn round and a camera that moves by itself comes to rest.
    season: of `SEASONS`, or `` where trees and ground are as it comes.
    """

    domain: str
    performers: tuple[Performer, ...]
    place: str
    time: str
    weather: str = "clear"
    camera: str = "static"
    style: str = "3d"
    seed: int = 0
    length: float = 0.0
    onward: bool = False
    season: str = ""

    @property
    def triple(self) -> tuple[str, str, str]:
        """(actor, action, place) of the lead: the unit by which train and held-out scenes are split."""
        lead = self.performers[0]
        return lead.name, lead.action, self.place


class Rendered(NamedTuple):
    """A batch of clips with its scene graph. A performers are padded to the largest count (ids -1).

    pixels: uint8 (B, T, H, W, 3) RGB. boxes: float32 (B, T, A, 4) x0 y0 x1 y1 in pixels of the visible drawing.
    visible: float32 (B, T, A) share of the performer inside the frame and not occluded.
    ids: int64 (B, A) index into the actor bank. camera: float32 (B, T, 3) x, y in frame heights, zoom factor.
    """

    pixels: torch.Tensor
    boxes: torch.Tensor
    visible: torch.Tensor
    ids: torch.Tensor
    camera: torch.Tensor
