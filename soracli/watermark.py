"""An invisible mark in the pixels: a keyed pattern that says "made by soracli", and nothing else.

Zero-bit spread spectrum in the luma's cosine transform (Cox et al. 1997): every coefficient of a ring of middling
frequencies gets +1 or -1 from a key, and the picture of that, a few levels strong, is added to each frame. The basis
spans the whole frame, so a scaled copy has the same coefficients; frames add up, so a long clip can be read through
heavy compression. NumPy only.

What it does not do: it says nothing of who, when or what; a crop needs a search (`Detector.search`); blur, heavy
redrawing, rotation and a strong filter remove it; and whoever has many marked clips, or the key, can take it off or
put it on something else. A credential (`provenance`) is proof; this is a hint that survives when it is gone.

Letters: k coefficients along an axis, H and W pixels. Luma is 0..255.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from soracli.types import Frames, Mask

Array = npt.NDArray[np.float32]

LOW, HIGH = 12, 64  # the ring: distance from the corner of the cosine transform
STRENGTH = 2.2  # standard deviation of the pattern in levels of 255, all keys together, before it follows the texture
PUBLIC = hashlib.sha256(b"soracli: made by some sora").digest()  # known to everybody
FOUND, DOUBTFUL = 5.0, 3.5  # z of a clip as it stands; see `Score`
FOUND_BY_SEARCH, DOUBTFUL_BY_SEARCH = 7.0, 6.0  # the best z over some 100,000 independent tries
SMALLEST = 48  # pixels a side; a smaller frame holds too little of the ring to be judged
_LUMA = np.array([77, 150, 29], np.float32)  # 256ths; sums of whole numbers are exact in any order
_BLOCK = 8  # pixels a side over which texture is measured
_LEAST, _MOST, _PER_LEVEL = 0.45, 2.0, 0.2  # gain: of a flat place, at most, per level of the texture's deviation
_NEAR = 3  # coefficients to each side that say what size is usual
_LIMIT = 1.5  # whitened coefficients are limited to this many of that size
_GRID = 256  # pixels a side of the picture in which crops are looked for
_SHARES = np.arange(1.0, 0.495, -0.0125)  # of the frame's width and height that a crop may have left


@dataclass(frozen=True)
class Score:
    """How strongly a key's pattern is in a clip, in standard deviations of what any other key would give.

    z: as the clip stands. searched: the best over crops and the mirror, None if not searched; crop: where that was,
    `(left, top, width, height)` as shares of the original frame; mirrored: whether it was seen in a mirror.
    """

    z: float
    searched: float | None = None
    crop: tuple[float, float, float, float] | None = None
    mirrored: bool = False

    @property
    def found(self) -> bool:
        return self.z >= FOUND or (self.searched or 0.0) >= FOUND_BY_SEARCH


class Mark:
    """Puts the patterns of some keys on frames of one size.

    The same frames get the same pixels on every run: what is summed is exact or in double precision and then rounded
    to binary fractions, so that the order of summing, which libraries choose by address and thread, changes nothing.
    """

    def __init__(self, keys: Sequence[bytes], height: int, width: int) -> None:
        ring = sum(signs(key) for key in keys) * _fine(height, width)
        made = _basis(height).T.astype(np.float64) @ ring @ _basis(width)
        self._pattern = _rounded(made * (STRENGTH / max(float(made.std()), 1e-9)), 256)  # (H, W)

    def put(self, frames: Frames, painted: Mask | None = None) -> Frames:
        """Frames (T, H, W, 3) with the mark. painted: (T, H, W), 1 = may be changed, 0 = stays; None = all of it."""
        out = np.empty_like(frames)
        for i, frame in enumerate(frames):
            change = self._pattern * _gain(frame)
            change = change if painted is None else change * painted[i]
            np.rint(np.clip(frame + change[..., None], 0, 255), out=out[i], casting="unsafe")
        return out


class Detector:
    """Gathers frames of one size, and then answers for any number of keys."""

    def __init__(self) -> None:
        self.count = 0
        self._sum = np.zeros((HIGH, HIGH), np.float64)
        self._size = (0, 0)

    def add(self, frames: Frames) -> None:
        """The next frames, uint8 (T, H, W, 3), all of one size."""
        for frame in frames:
            height, width = self._size = frame.shape[:2]
            self._sum += _whitened(_basis(height) @ (frame @ (_LUMA / 256)) @ _basis(width).T)
            self.count += 1

    def score(self, key: bytes) -> Score:
        """Of the clip as it stands. Over random keys z has mean 0 and deviation 1 whatever the clip."""
        ring = signs(key) * _fine(*self._size)
        seen = self._sum * (ring != 0)
        return Score(float((seen * ring).sum() / max(np.sqrt((seen**2).sum()), 1e-9)))

    def search(self, key: bytes) -> Score:
        """The same, and the best over crops that keep half or more of each side, as they are and in a mirror."""
        best = self.score(key)
        whole = _basis(_GRID).T @ signs(key) @ _basis(_GRID)
        pattern = np.fft.rfft2(whole)
        k = np.arange(HIGH)
        seen = self._sum * _fine(*self._size) * (np.hypot(k[:, None], k) >= LOW / 2)
        for mirrored in (False, True):
            turned = seen * np.where(k % 2, -1, 1) if mirrored else seen  # odd cosines change sign in a mirror
            for high, wide in _crops():
                found = _correlated(turned, pattern, high, wide)
                y, x = np.unravel_index(int(found.argmax()), found.shape)
                z = float(found[y, x])
                if z > (best.searched or 0.0):
                    where = (round(float(x) / _GRID, 3), round(float(y) / _GRID, 3), wide / _GRID, high / _GRID)
                    best = Score(best.z, z, where, mirrored)
        return best


def signs(key: bytes) -> Array:
    """+1 or -1 for each coefficient of the ring, 0 elsewhere: (k, k)."""
    drawn = hashlib.shake_256(b"soracli mark 1" + key).digest(HIGH * HIGH // 8)
    bits = np.unpackbits(np.frombuffer(drawn, np.uint8)).reshape(HIGH, HIGH)
    return np.asarray((2.0 * bits - 1) * _ring(), np.float32)


def _crops() -> list[tuple[int, int]]:
    """(height, width) of crops on the grid: both sides alike, or one side only."""
    sides = [round(float(share) * _GRID) for share in _SHARES]
    return (
        [(side, side) for side in sides] + [(side, _GRID) for side in sides[1:]] + [(_GRID, side) for side in sides[1:]]
    )


def _correlated(seen: npt.NDArray[Any], pattern: npt.NDArray[Any], high: int, wide: int) -> npt.NDArray[Any]:
    """z of what is seen, taken for a crop of this size, at every place that it may have been cut from."""
    picture = np.zeros((_GRID, _GRID), np.float32)
    picture[:high, :wide] = _basis(high).T @ seen @ _basis(wide)
    found = np.fft.irfft2(np.conj(np.fft.rfft2(picture)) * pattern, s=picture.shape)
    return np.asarray(found[: _GRID - high + 1, : _GRID - wide + 1] / max(float(found.std()), 1e-9))


@lru_cache(maxsize=256)
def _basis(size: int) -> Array:
    """The first HIGH cosines over `size` pixels, orthonormal: (k, size)."""
    k, i = np.arange(HIGH)[:, None], np.arange(size)[None]
    waves = np.cos(np.pi * k * (i + 0.5) / size) * np.sqrt(np.where(k == 0, 1, 2) / size)
    return np.asarray(waves, np.float32)


@lru_cache(maxsize=1)
def _ring() -> npt.NDArray[np.bool_]:
    k = np.arange(HIGH)
    distance = np.hypot(k[:, None], k)
    return (distance >= LOW) & (distance < HIGH)


def _fine(height: int, width: int) -> npt.NDArray[np.bool_]:
    """Coefficients that a frame of this size can hold: (k, k)."""
    k = np.arange(HIGH)
    return (k[:, None] < 0.8 * height) & (k < 0.8 * width)


def _gain(frame: Frames) -> Array:
    """How strong the mark may be at each pixel (H, W): more where texture hides it, less where all is smooth."""
    luma = frame @ _LUMA
    height, width = luma.shape
    rows, columns = max(1, height // _BLOCK), max(1, width // _BLOCK)
    high, wide = height // rows, width // columns
    down, across = _between(height, rows), _between(width, columns)

    def blocks(picture: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """(rows, high, columns, wide)"""
        return picture[: rows * high, : columns * wide].reshape(rows, high, columns, wide)

    means = blocks(luma).sum((1, 3)).astype(np.float64) / (high * wide)
    rest = blocks(luma - down.astype(np.float64) @ means @ across.T) / 256
    texture = np.sqrt((rest**2).mean((1, 3)))  # (rows, columns), levels of 255
    return np.asarray(down @ _rounded(np.clip(_LEAST + _PER_LEVEL * texture, _LEAST, _MOST), 64) @ across.T)


@lru_cache(maxsize=8)
def _between(size: int, blocks: int) -> Array:
    """The matrix (size, blocks) that draws lines between the middles of equal blocks."""
    place = np.clip((np.arange(size) + 0.5) * blocks / size - 0.5, 0, blocks - 1)
    return _rounded(np.maximum(0, 1 - np.abs(place[:, None] - np.arange(blocks))), 64)


def _rounded(values: npt.NDArray[Any], parts: int) -> Array:
    """To whole multiples of 1 / parts."""
    return np.asarray(np.rint(values * parts) / parts, np.float32)


def _whitened(coefficients: Array) -> Array:
    """Divided by the size that is usual around each, and limited, so that nothing of the clip's own stands out."""
    size, side = 2 * _NEAR + 1, HIGH + 1
    padded = np.pad(np.abs(coefficients), _NEAR, mode="edge")
    total = np.zeros((side + size - 1, side + size - 1))
    total[1:, 1:] = padded.cumsum(0).cumsum(1)
    around = total[size:, size:] - total[:-size, size:] - total[size:, :-size] + total[:-size, :-size]
    return np.asarray(np.clip(coefficients / (1.25 * around / size**2 + 0.1), -_LIMIT, _LIMIT), np.float32)
