"""Figures of clips: pure functions of pixels and labels.

Clips are uint8 (T, H, W, 3). Errors are in grey levels 0..255 unless said otherwise.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

Clip = npt.NDArray[np.uint8]
Said = Mapping[str, str]
WATSON = (  # the least that can be seen of a coefficient of luminance, in grey levels, at a grey of 128
    (1.40, 1.01, 1.16, 1.66, 2.40, 3.43, 4.79, 6.56),
    (1.01, 1.45, 1.32, 1.52, 2.00, 2.71, 3.67, 4.93),
    (1.16, 1.32, 2.24, 2.59, 2.98, 3.64, 4.60, 5.88),
    (1.66, 1.52, 2.59, 3.77, 4.55, 5.30, 6.28, 7.60),
    (2.40, 2.00, 2.98, 4.55, 6.15, 7.46, 8.71, 10.17),
    (3.43, 2.71, 3.64, 5.30, 7.46, 9.62, 11.58, 13.51),
    (4.79, 3.67, 4.60, 6.28, 8.71, 11.58, 14.50, 17.29),
    (6.56, 4.93, 5.88, 7.60, 10.17, 13.51, 17.29, 21.15),
)


def psnr(guess: Clip, truth: Clip) -> float:
    """Decibels over all pixels."""
    mean = float(((guess.astype(np.float32) - truth.astype(np.float32)) ** 2).mean())
    return 10 * math.log10(255**2 / max(mean, 1e-3))


def visible(guess: Clip, truth: Clip) -> float:
    """How many times what can just be noticed the difference is.

    Watson's model of a block of 8x8 pixels (DCTune, 1993): a coefficient of the difference over the least that can be
    seen of it, which luminance and the block's own contrast raise; the largest of a block, mean over blocks.
    """
    k = np.arange(8)
    waves = np.cos(np.pi * k[:, None] * (k + 0.5) / 8) * np.sqrt(np.where(k == 0, 1, 2) / 8)[:, None]
    count, rows, columns = len(truth), truth.shape[1] // 8, truth.shape[2] // 8

    def blocks(clip: Clip) -> npt.NDArray[np.float64]:
        luma = clip[:, : rows * 8, : columns * 8] @ np.array([0.299, 0.587, 0.114])
        apart = luma.reshape(count, rows, 8, columns, 8).swapaxes(2, 3)
        return np.asarray(waves @ apart @ waves.T)

    whole = blocks(truth)
    least = np.array(WATSON) * (np.maximum(whole[..., :1, :1], 64) / 1024) ** 0.649
    seen = np.maximum(least, np.abs(whole) ** 0.7 * least**0.3)
    seen[..., 0, 0] = least[..., 0, 0]  # contrast is of the others
    return float((np.abs(blocks(guess) - whole) / seen).max((-1, -2)).mean())


def sharpness(clip: Clip) -> float:
    """Mean squared step between neighbouring pixels."""
    x = clip.astype(np.float32)
    return float(np.square(np.diff(x, axis=1)).mean() + np.square(np.diff(x, axis=2)).mean())


def agreement(said: Sequence[Said], wanted: Sequence[Said], slots: Sequence[str]) -> dict[str, float]:
    """Share of clips that are right in each slot, and under `all` in every one."""
    right = np.array([[a[slot] == b[slot] for slot in slots] for a, b in zip(said, wanted, strict=True)])
    return {slot: float(right[:, i].mean()) for i, slot in enumerate(slots)} | {"all": float(right.all(1).mean())}


def margin(share: float, count: int) -> float:
    """Half of the 95 % confidence interval of a share, after Wilson."""
    z2 = 1.96**2
    return 1.96 * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2)) / (1 + z2 / count)


def mistakes(said: Sequence[Said], wanted: Sequence[Said], slot: str, most: int = 3) -> list[str]:
    """The commonest errors in a slot: `horse for cow (4)`."""
    pairs: dict[tuple[str, str], int] = {}
    for a, b in zip(said, wanted, strict=True):
        if a[slot] != b[slot]:
            pairs[a[slot], b[slot]] = pairs.get((a[slot], b[slot]), 0) + 1
    ranked = sorted(pairs.items(), key=lambda pair: -pair[1])[:most]
    return [f"{found} for {asked} ({times})" for (found, asked), times in ranked]


def digest(path: Path) -> str:
    """A short name for a file's contents."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else ""
