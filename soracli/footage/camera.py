"""A camera over a still picture: which part of it is seen at which moment. Pillow and NumPy only.

Frames are resampled from the picture itself, whatever its size (Lanczos, with anti-aliasing). The camera never looks
beyond the border: to pan, it moves in first, since the first frame is the whole picture.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from soracli.media.fit import resized
from soracli.types import Frames

MOVES = ("push-in", "zoom-in", "zoom-out", "pan-left", "pan-right", "tilt-up", "tilt-down", "handheld", "static")
CLOSER = {"push-in": (0.035, 1.2), "handheld": (math.inf, 1.08)}  # zoom a second, and at most; for the others:
USUAL = (0.15, 1.5)
CRISP = 0.02  # of the Laplacian: brings enlarged photographs from 0.82 to 0.94 of the sharpness that they could have
SWAY = ((0.43, 0.5), (1.07, 0.3), (2.3, 0.2))  # hertz and share, of a hand
PACES = {"nothing moves": 0.0, "moving slowly": 0.5, "moving fast": 1.5, "moving very fast": 2.0}  # `modifiers.PACES`
WAYS = {"pan-left": (-1, 0), "pan-right": (1, 0), "tilt-up": (0, -1), "tilt-down": (0, 1)}  # across, down
SAID = {  # moves by the words of a prompt that ask for them
    "zoom-out": r"zoom\w*[ -]out|pull\w*[ -](back|away|out)|camera moves (away|back)",
    "zoom-in": r"zoom\w*[ -]in|push\w*[ -]in|camera moves (closer|in)|dolly[ -]in",
    "pan-left": r"(pan\w*|turns?|sweeps?)( to)?( the)? left|right to left",
    "pan-right": r"(pan\w*|turns?|sweeps?)( to)?( the)? right|left to right",
    "tilt-up": r"tilt\w*[ -]up|camera looks up",
    "tilt-down": r"tilt\w*[ -]down|camera looks down",
    "handheld": r"hand[ -]?held|shak(y|es|ing) camera|camera shakes",
    "static": r"(static|fixed|still) (camera|shot)|camera stands still|nothing moves",
}


class View(NamedTuple):
    """zoom: how many times larger than at first. across, down: of the middle, in the room that leaves, -1..1."""

    zoom: float
    across: float
    down: float


def said(prompt: str) -> str | None:
    """The move that a prompt asks for; None if it asks for none."""
    found = {move: match.start() for move, words in SAID.items() if (match := re.search(words, prompt, re.IGNORECASE))}
    return min(found, key=lambda move: found[move], default=None)


def pace(words: Sequence[str]) -> float:
    """How much of the usual travel words ask for."""
    return next((share for word in words if (share := PACES.get(word)) is not None), 1.0)


def view(move: str, seconds: float, length: float, pace: float = 1.0) -> View:
    """What is seen at a moment of a move of that length: at 0 the whole picture; of zooming out at the end."""
    if move == "static" or not pace:
        return View(1.0, 0.0, 0.0)
    done = min(max(seconds / length, 0.0), 1.0) if length else 0.0
    rate, most = CLOSER.get(move, USUAL)
    closest = min(1 + pace * rate * length, 1 + min(pace, 2) * (most - 1))
    if move == "handheld":
        sway = [
            sum(share * math.sin(2 * math.pi * rate * seconds * (1 + 0.13 * axis)) for rate, share in SWAY)
            for axis in (0, 1)
        ]
        return View(closest ** smooth(seconds / 0.5), *sway)
    if move in WAYS:  # closer in the first half, past the picture all the time
        across, down = (way * smooth(done) for way in WAYS[move])
        return View(closest ** smooth(2 * done), across, down)
    return View(closest ** (1 - smooth(done) if move == "zoom-out" else smooth(done)), 0.0, 0.0)


def smooth(share: float) -> float:
    """From 0 to 1, slowly at both ends."""
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)


def crisp(picture: Frames) -> Frames:
    """A picture (H, W, 3) with what resampling takes of its finest detail put on before."""
    wide = np.pad(picture.astype(np.float32), ((1, 1), (1, 1), (0, 0)), mode="edge")
    middle = wide[1:-1, 1:-1]
    laplacian = wide[:-2, 1:-1] + wide[2:, 1:-1] + wide[1:-1, :-2] + wide[1:-1, 2:] - 4 * middle
    return np.asarray(np.rint((middle - CRISP * laplacian).clip(0, 255)), np.uint8)


def shown(picture: Frames, view: View, width: int, height: int) -> Frames:
    """A view of a picture (H, W, 3) at a size of the same shape."""
    high, wide = picture.shape[:2]
    room = (1 - 1 / view.zoom) / 2
    left, top = (side * room * (1 + way) for side, way in ((wide, view.across), (high, view.down)))
    box = (left, top, min(left + wide / view.zoom, wide), min(top + high / view.zoom, high))
    return np.array(resized(picture, width, height, box))
