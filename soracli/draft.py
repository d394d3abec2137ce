"""Drafts: what is known of a clip in pixels before it is painted, and how it is laid over what was painted. NumPy only.

A draft is a clip with alpha (premultiplied). Where it is opaque the result shows the draft in the scene's light, where
it is not, what the network painted; the network sees the draft and paints what lies behind and around it. As in
collages given to diffusion models (SDEdit, Meng et al. 2022; Collage Diffusion, Sarukkai et al. 2023), but the picture
itself is kept, so that it is as sharp and as much itself in the result as it was given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Frames = npt.NDArray[np.uint8]  # (T, H, W, 3) RGB, as in `types`, which stands above this
Alpha = npt.NDArray[np.uint8]  # (T, H, W), 255 = opaque
Light = npt.NDArray[np.float32]  # (3, 4): RGB of the result from RGB and 1, all in [0, 1]
Moves = npt.NDArray[np.float32]  # (T, 4), see `Draft.camera`

PLAIN: Light = np.eye(3, 4, dtype=np.float32)


class Layer(NamedTuple):
    """Consecutive frames with alpha. frames: uint8 (T, H, W, 3) RGB premultiplied by alpha."""

    frames: Frames
    alpha: Alpha


def stacked(below: Layer, above: Layer) -> Layer:
    """One layer over another, of the same size and length."""
    frames, alpha = np.array(below.frames), np.array(below.alpha)
    for t, cover in enumerate(above.alpha):
        if cover.any():
            share = 255 - cover.astype(np.uint16)
            alpha[t] = cover + ((alpha[t] * share + 127) // 255).astype(np.uint8)
            colour = above.frames[t] + ((frames[t] * share[..., None] + 127) // 255).astype(np.uint8)
            frames[t] = np.minimum(colour, alpha[t][..., None])
    return Layer(frames, alpha)


@dataclass(frozen=True)
class Plates:
    """What lies behind the performers of a shot, as pictures that are painted as stills.

    frames: numbers of the frames whose pictures they are; together these show all that the camera passes. sketch: as in
    `Draft`, of the picture of one of those frames (1, H, W, 3). filmed: of the pictures (n, H, W, 3), in the order of
    `frames`, a function that makes the frames start .. stop of the shot.
    """

    frames: tuple[int, ...]
    sketch: Callable[[int], Frames]
    filmed: Callable[[Frames], Callable[[int, int], Frames]]


@dataclass(frozen=True)
class Draft:
    """Each function is told the first frame and the last + 1 of a part of the result.

    drawn: what is known there, at the result's size; may be asked for frames after the end. over: what lies over
    everything and is not lit (fog, falling weather), None = nothing. light: what falls on the draft, by frame.
    camera: of each frame travel in frame heights, log of the zoom, and how far the middle of the picture lies from
    the unzoomed one's, in its widths and heights. finish: a look that is laid over the finished frames, from a frame
    on. plates: of the frames start .. stop of one shot what lies behind it, if that can be told from pictures; also
    told the frames before which it once ended, rising.
    sketch: frames of what the network is to paint, of which it is shown no more than the means of 4 x 4 pixels (as the
    first picture of a cascade is to the one that makes it larger), None = words alone.
    whole: whether it covers all that is to be painted, so that nothing is. notes: what turned out while it was drawn.
    """

    drawn: Callable[[int, int], Layer]
    over: Callable[[int, int], Layer | None] = lambda start, stop: None
    light: Callable[[int], Light] = lambda frame: PLAIN
    camera: Callable[[int, int], Moves] | None = None
    finish: Callable[[Frames, int], Frames] = lambda frames, start: frames
    plates: Callable[[int, int, tuple[int, ...]], Plates | None] = lambda start, stop, ends: None
    sketch: Callable[[int, int], Frames] | None = None
    whole: bool = False
    notes: list[str] = field(default_factory=list)

    def laid(self, painted: Frames, start: int) -> Frames:
        """The frames of the result from what was painted, (T, H, W, 3); start: number of the first."""
        stop = start + len(painted)
        out = _over(painted, self.drawn(start, stop), [self.light(frame) for frame in range(start, stop)])
        if (above := self.over(start, stop)) is not None:
            out = _over(out, above, [PLAIN] * len(out))
        return self.finish(out, start)


def extent(plane: npt.NDArray[np.bool_] | Alpha, room: int = 0) -> tuple[slice, slice]:
    """Rows and columns of the smallest rectangle that holds all that is set of a plane (H, W); empty if nothing is.

    room: pixels around it, as far as the plane goes.
    """
    found = []
    for axis, size in ((1, plane.shape[0]), (0, plane.shape[1])):
        at = np.flatnonzero(plane.any(axis))
        found.append(slice(max(0, int(at[0]) - room), min(size, int(at[-1]) + 1 + room)) if len(at) else slice(0))
    return found[0], found[1]


def _over(below: Frames, layer: Layer, lights: list[Light]) -> Frames:
    """A layer in its light over frames; only the rows and columns that it covers are worked on."""
    out = np.array(below)
    for frame, colour, alpha, light in zip(out, layer.frames, layer.alpha, lights, strict=True):
        if not alpha.any():
            continue
        part = extent(alpha)
        if light is PLAIN and alpha[part].min() == 255:  # hides what is below
            frame[part] = colour[part]
            continue
        cover = alpha[part][..., None].astype(np.float32)  # 0..255
        lit = colour[part].astype(np.float32)
        if light is not PLAIN:
            lit = np.clip(lit @ light[:, :3].T + cover * light[:, 3], 0, cover)
        frame[part] = np.rint(lit + frame[part] * (1 - cover / 255))
    return out
