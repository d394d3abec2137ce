"""An invisible mark in the pixels: a keyed pattern that says "made by soracli", and nothing else.

Zero-bit spread spectrum in the luma's cosine transform (Cox et al. 1997): every coefficient of a ring of middling
frequencies gets +1 or -1 from a key, and the picture of that is added to each frame, as strong at each place as the
picture hides it: Watson's model (DCTune, 1993; first used for marks by Podilchuk & Zeng 1998), in which texture hides
more and darkness less. The basis spans the whole frame, so a scaled copy has the same coefficients; frames add up, so a
long clip can be read through heavy compression. NumPy only.

Who reads it weighs places too. Where the picture's own deviation is s and the mark's is a, the likelihood ratio weighs
a pixel by a / s^2; as a grows nearly as s does, that is 1 / s: the band of the mark is divided by its local deviation.

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
PUBLIC = hashlib.sha256(b"soracli: made by some sora").digest()  # known to everybody
FOUND, DOUBTFUL = 5.0, 3.5  # z of a clip as it stands; see `Score`
FOUND_BY_SEARCH, DOUBTFUL_BY_SEARCH = 7.0, 6.0  # the best z over some 100,000 independent tries
SMALLEST = 48  # pixels a side; a smaller frame holds too little of the ring to be judged
_LUMA = np.array([77, 150, 29], np.float32)  # 256ths; sums of whole numbers are exact in any order
_FLAT, _MOST = 0.75, 5.0  # deviation of the pattern, in levels of 255: on a flat mid grey, and anywhere at most
_PIXELS, _FEW, _MANY = 256 * 256, 1.15, 0.7  # frames that get it so; the factor of the smallest, of the largest frames
_MASKING = 2.2  # a texture of this many times fewer levels than the flat place's deviation begins to hide more
_LIGHT, _TEXTURE = 0.649, 0.7  # Watson's exponents of luminance and of contrast
_GRAY, _BLACK = 128, 8  # luma to which _FLAT refers, and the darkest that counts
_SMALLEST_BLOCK, _BLOCKS = 4, 64  # pixels a side over which texture is measured, and how many such a frame has
_SMALL = 128  # pixels a side of the picture that holds all of the ring, in which local deviation is measured
_AROUND, _QUIET = 4, 1.0  # its pixels to each side that make a place, and levels of deviation taken for none
_STANDS_OUT = 2.0  # deviations to which a pixel is limited there
_NEAR = 3  # coefficients to each side that say what size is usual
_LIMIT = 3.0  # whitened coefficients are limited to this many of that size
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
        """Whether the mark is there."""
        return self.z >= FOUND or (self.searched or 0.0) >= FOUND_BY_SEARCH


class Mark:
    """Puts the patterns of some keys on frames of one size.

    The same frames get the same pixels on every run: what is summed is exact or in double precision and then rounded
    to binary fractions, so that the order of summing, which libraries choose by address and thread, changes nothing.
    """

    def __init__(self, keys: Sequence[bytes], height: int, width: int) -> None:
        ring = sum(signs(key) for key in keys) * _fine(height, width)
        made = _basis(height).T.astype(np.float64) @ ring @ _basis(width)
        fewer = np.clip((_PIXELS / (height * width)) ** 0.25, _MANY, _FEW)  # pixels to read it in: it must be stronger
        self._pattern = _rounded(made * (fewer / max(float(made.std()), 1e-9)), 256)  # (H, W), deviation near 1

    def put(self, frames: Frames, painted: Mask | None = None) -> Frames:
        """Frames (T, H, W, 3) with the mark. painted: (T, H, W), 1 = may be changed, 0 = stays; None = all of it."""
        out = np.empty_like(frames)
        for i, frame in enumerate(frames):
            change = self._pattern * _strength(frame)
            change = change if painted is None else change * painted[i]
            levels = np.rint(change).astype(np.int16)
            np.clip(frame + levels[..., None], 0, 255, out=out[i], casting="unsafe")
        return out


class Detector:
    """Gathers frames of one size, and then answers for any number of keys."""

    def __init__(self) -> None:
        self.count = 0
        self._sum = np.zeros((_SMALL, _SMALL), np.float64)
        self._size = (0, 0)

    def add(self, frames: Frames) -> None:
        """The next frames, uint8 (T, H, W, 3), all of one size."""
        for frame in frames:
            height, width = self._size = frame.shape[:2]
            seen = _basis(height) @ (frame @ (_LUMA / 256)) @ _basis(width).T * (_SMALL / np.sqrt(height * width))
            band = _basis(_SMALL).T @ (seen * self._ring()) @ _basis(_SMALL)
            deviation = np.sqrt(_boxed(band**2, _AROUND) + _QUIET**2)
            self._sum += np.clip(band / deviation, -_STANDS_OUT, _STANDS_OUT)
            self.count += 1

    def score(self, key: bytes) -> Score:
        """Of the clip as it stands. Over random keys z has mean 0 and deviation 1 whatever the clip."""
        seen = self._seen()
        return Score(float((seen * signs(key)).sum() / max(np.sqrt((seen**2).sum()), 1e-9)))

    def _ring(self) -> npt.NDArray[np.bool_]:
        return _ring() & _fine(*self._size)

    def _seen(self) -> Array:
        """Coefficients (k, k) of all frames together, all about equally large, 0 outside of the ring."""
        return _whitened(_basis(_SMALL) @ self._sum @ _basis(_SMALL).T) * self._ring()

    def search(self, key: bytes) -> Score:
        """The same, and the best over crops that keep half or more of each side, as they are and in a mirror."""
        best = self.score(key)
        whole = _basis(_GRID).T @ signs(key) @ _basis(_GRID)
        pattern = np.fft.rfft2(whole)
        k, seen = np.arange(HIGH), self._seen()
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


def _strength(frame: Frames) -> Array:
    """Deviation in levels that the mark may have at each pixel (H, W); Watson's rule, a block at a time.

    A flat place takes _FLAT, less in the dark; a textured one flat^0.3 * texture^0.7. An edge is not texture: what
    counts is the quietest block around, so that little shows beside the outline of something smooth.
    """
    luma = frame @ _LUMA
    height, width = luma.shape
    high, wide = (max(_SMALLEST_BLOCK, side // _BLOCKS) for side in luma.shape)
    rows, columns = height // high, width // wide
    down, across = _between(height, rows), _between(width, columns)

    def means(picture: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        lines = picture[: rows * high, : columns * wide].reshape(rows, high, columns * wide).sum(1, np.float64)
        return np.asarray(sum(lines[:, i::wide] for i in range(wide)) / np.float64(high * wide))

    light = means(luma)
    rest = luma - down @ _boxed(light, 1) @ across.T
    texture = _quietest(np.sqrt(means(rest * rest))) / 256
    flat = _FLAT * np.clip(light / (256 * _GRAY), _BLACK / _GRAY, 1) ** _LIGHT
    strength = flat ** (1 - _TEXTURE) * np.maximum(flat, _MASKING * texture) ** _TEXTURE
    return np.asarray(down @ _rounded(np.minimum(strength, _MOST), 64) @ across.T)


def _quietest(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The least of each and its eight neighbours."""
    edged = np.pad(values, 1, mode="edge")
    down = np.minimum(np.minimum(edged[:-2], edged[1:-1]), edged[2:])
    return np.asarray(np.minimum(np.minimum(down[:, :-2], down[:, 1:-1]), down[:, 2:]))


def _boxed(values: npt.NDArray[Any], near: int) -> npt.NDArray[np.float64]:
    """The mean of each and of `near` neighbours to each side."""
    size = 2 * near + 1
    total = np.pad(np.pad(values, near, mode="edge").cumsum(0, np.float64).cumsum(1), ((1, 0), (1, 0)))
    around = total[size:, size:] - total[:-size, size:] - total[size:, :-size] + total[:-size, :-size]
    return np.asarray(around / size**2)


@lru_cache(maxsize=8)
def _between(size: int, blocks: int) -> Array:
    """The matrix (size, blocks) that draws lines between the middles of equal blocks."""
    place = np.clip((np.arange(size) + 0.5) * blocks / size - 0.5, 0, blocks - 1)
    return _rounded(np.maximum(0, 1 - np.abs(place[:, None] - np.arange(blocks))), 64)


def _rounded(values: npt.NDArray[Any], parts: int) -> Array:
    """To whole multiples of 1 / parts."""
    return np.asarray(np.rint(values * parts) / parts, np.float32)


def _whitened(coefficients: npt.NDArray[Any]) -> Array:
    """Divided by the size that is usual around each, and limited, so that nothing of the clip's own stands out."""
    usual = 1.25 * _boxed(np.abs(coefficients), _NEAR) + 1e-3
    return np.asarray(np.clip(coefficients / usual, -_LIMIT, _LIMIT), np.float32)
