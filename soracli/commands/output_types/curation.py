"""What is printed of clips to train on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NotRequired, TypedDict


@dataclass(frozen=True)
class Measures:
    """Lengths are in heights of the picture, times in seconds, light from 0 (black) to 1 (white).

    speed: of the fastest tenth of the picture. across, down: motion of what most of the picture shows, to the right and
    downwards positive. growth: how much larger it becomes, as a share per second. own: speed of the fastest tenth
    beside that common motion. blur: 0 (sharp) .. 1, of the sharpest frame (after Crete et al. 2007, "The blur effect").
    light: mean luma. bright: luma that a twentieth of the pixels exceed, of the brightest frame. text: share of the
    picture under what looks like letters that stay in place. colours: the commonest ones, as a share of the picture.
    """

    speed: float
    across: float
    down: float
    growth: float
    own: float
    blur: float
    light: float
    bright: float
    text: float
    colours: dict[str, float]


class CuratedShot(TypedDict):
    """A line of the list of `sora curate`. A file that cannot be read has no more than path, kept and reasons.

    first, end: frames first .. end - 1 of the file; start, stop: the same in seconds. reasons: fault -> the figure that
    says so. clip: where the shot was written to, None = nowhere.
    """

    path: str
    kept: bool
    reasons: dict[str, str]
    first: NotRequired[int]
    end: NotRequired[int]
    start: NotRequired[float]
    stop: NotRequired[float]
    fps: NotRequired[str]
    width: NotRequired[int]
    height: NotRequired[int]
    caption: NotRequired[str]
    measures: NotRequired[Measures]
    clip: NotRequired[str | None]


class Curation(TypedDict):
    """dropped: fault -> how many shots have it. sheet: the contact sheet; None = there are no shots."""

    path: str
    sheet: str | None
    files: int
    kept: int
    dropped: dict[str, int]
    shots: list[CuratedShot]
