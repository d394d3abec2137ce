"""What is known of a shot."""

from __future__ import annotations

from dataclasses import dataclass


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
