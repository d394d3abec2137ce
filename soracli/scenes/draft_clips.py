"""`--draft`: a picture or clip with alpha, or with a key colour, that is laid over what is painted."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from soracli import media
from soracli.draft import Layer
from soracli.errors import MediaError, UsageError
from soracli.formatting import printable
from soracli.media import Source
from soracli.types import Clip


@dataclass(frozen=True, eq=False)
class DraftClip:
    """source: its colour is premultiplied. alpha: uint8 (T, H, W)."""

    source: Source
    alpha: npt.NDArray[np.uint8] = field(repr=False)

    @classmethod
    def of(cls, path: str, key: str | None) -> DraftClip:
        """Read a file. key: a colour that is transparent, for files without alpha. Raises MediaError, UsageError."""
        colour = None if key is None else media.key_colour(key)
        source, alpha = media.read_layer(path)
        what, opaque = f"--draft {printable(path)}", bool((alpha == 255).all())
        if colour is not None:
            if not opaque:
                raise UsageError(
                    f"--key {key}: has no effect, since {printable(path)} has alpha; leave it out", "no_effect"
                )
            frames, alpha = media.keyed(source.clip.frames, colour)
            source = _with(source, Clip(frames, source.clip.fps))
            if (alpha == 255).all():
                raise MediaError(f"{what}: nothing in it is of the key colour {key}; choose another --key", "no_alpha")
        elif opaque:
            raise MediaError(
                f"{what}: is opaque, so nothing says what of it counts; give a file with alpha, or --key COLOUR",
                "no_alpha",
            )
        if not alpha.any():
            raise MediaError(f"{what}: all of it is transparent; give one that shows something", "no_alpha")
        return cls(source, alpha)

    def layer(self, size: tuple[int, int], fps: Fraction, how: str, start: int, stop: int) -> Layer:
        """Frames start .. stop of a result of that size (width, height) and rate. how: of `media.FITS`.

        A picture is there all the time; a clip is gone when it is over.
        """
        whole = _fitted(self, size, fps, how)
        count = len(whole.alpha)
        numbers = np.zeros(stop - start, int) if count == 1 else np.arange(start, stop)
        there = numbers < count
        layer = Layer(whole.frames[np.minimum(numbers, count - 1)], whole.alpha[np.minimum(numbers, count - 1)])
        layer.frames[~there], layer.alpha[~there] = 0, 0
        return layer

    @property
    def still(self) -> bool:
        return len(self.alpha) == 1


@lru_cache(maxsize=2)
def _fitted(clip: DraftClip, size: tuple[int, int], fps: Fraction, how: str) -> Layer:
    """All of it at the size and rate of a result."""
    grey = np.broadcast_to(clip.alpha[..., None], (*clip.alpha.shape, 3))
    parts = [
        media.fit(Clip(np.ascontiguousarray(frames), clip.source.clip.fps), *size, how)
        for frames in (clip.source.clip.frames, grey)
    ]
    colour, cover = (part if clip.still else media.retime(part, fps) for part in parts)
    alpha = np.ascontiguousarray(cover.frames[..., 0])
    return Layer(np.minimum(colour.frames, alpha[..., None]), alpha)


def _with(source: Source, clip: Clip) -> Source:
    return Source(source.path, clip, None, source.notes, source.data, source.state)
