"""Stencils: pictures and clips that say which pixels are meant, by their brightness or by their transparency."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from soracli.media.read import Alpha, read_layer
from soracli.media.stills import luma
from soracli.types import Clip, Frames

LIT = 128  # brightness or alpha from which a pixel is meant
_DRAWN = 8  # colours that a drawn mask has at most


@dataclass(frozen=True)
class Stencil:
    """levels: uint8 (T, H, W), from LIT on a pixel is meant. fps: frames per second; says nothing of a still (T = 1).

    erased: it shows what was erased from a photograph. notes: what was odd about the file. data: the file itself where
    it came through standard input, which cannot be read again.
    """

    levels: npt.NDArray[np.uint8]
    fps: Fraction
    erased: bool = False
    notes: tuple[str, ...] = ()
    data: bytes | None = field(default=None, repr=False)

    @property
    def moves(self) -> bool:
        return len(self.levels) > 1

    @property
    def seconds(self) -> Fraction:
        return len(self.levels) / self.fps

    def shown(self, frames: int, fps: Fraction) -> npt.NDArray[np.intp]:
        """(frames,): which of the stencil's frames is the newest at each frame of a clip; the last one goes on."""
        newest = np.arange(frames) * self.fps.numerator * fps.denominator // (self.fps.denominator * fps.numerator)
        return np.minimum(newest, len(self.levels) - 1)


def read_stencil(path: str) -> Stencil:
    """The stencil that a picture or a clip is, `-` of standard input.

    What is transparent in places says by that what is meant: of a photograph what was erased, else what is opaque.
    Where alpha parts nothing, brightness does.
    """
    source, alpha = read_layer(path)
    notes, data, clip = source.notes, source.data, source.clip
    if not (alpha < LIT).any():
        return Stencil(_brightness(clip), clip.fps, notes=notes, data=data)
    erased = _is_photograph(clip.frames, alpha)
    return Stencil(255 - alpha if erased else alpha, clip.fps, erased, notes, data)


def _brightness(clip: Clip) -> npt.NDArray[np.uint8]:
    """(T, H, W)"""
    levels = np.empty(clip.frames.shape[:3], np.uint8)
    for index, pixels in enumerate(clip.frames):
        levels[index] = luma(pixels)
    return levels


def _is_photograph(frames: Frames, alpha: Alpha) -> bool:
    """Whether the opaque pixels of the first frame that has some are of more colours than one who draws a mask uses;
    counted in 16 levels of each.
    """
    first = int((alpha >= LIT).any(axis=(1, 2)).argmax())
    pixels = frames[first][alpha[first] >= LIT]
    coarse = (pixels >> 4).astype(np.int32) @ np.array([256, 16, 1], np.int32)
    return bool((np.bincount(coarse, minlength=1) > len(coarse) / 2000).sum() > _DRAWN)
