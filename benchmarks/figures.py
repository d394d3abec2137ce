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


def psnr(guess: Clip, truth: Clip, where: npt.NDArray[np.bool_] | None = None) -> float:
    """Decibels over all pixels, or over those of a mask (T, H, W)."""
    error = (guess.astype(np.float32) - truth.astype(np.float32)) ** 2
    mean = float(error.mean() if where is None else error[where].mean())
    return 10 * math.log10(255**2 / max(mean, 1e-3))


def edges(truth: Clip, share: float = 0.1) -> npt.NDArray[np.bool_]:
    """The pixels (T, H, W) with the steepest brightness, `share` of them all."""
    grey = truth.astype(np.float32).mean(-1)
    rows, columns = np.gradient(grey, axis=(1, 2))
    steep = np.hypot(rows, columns)
    found: npt.NDArray[np.bool_] = steep >= np.quantile(steep, 1 - share)
    return found


def seam(guess: Clip, truth: Clip, chunk: int) -> float:
    """Mean error of the frames on both sides of chunk borders over that of the other frames. 1 = no seam.

    The clip's own first and last frame count for neither; nan if the clip is one chunk.
    """
    error = np.abs(guess.astype(np.float32) - truth.astype(np.float32)).mean((1, 2, 3))[1:-1]
    place = np.arange(1, len(guess) - 1) % chunk
    border = (place == 0) | (place == chunk - 1)
    return float(error[border].mean() / max(float(error[~border].mean()), 1e-6)) if border.any() else math.nan


def flicker(clip: Clip) -> float:
    """Mean second difference in time: what is neither still nor moving evenly."""
    x = clip.astype(np.float32)
    return float(np.abs(x[2:] - 2 * x[1:-1] + x[:-2]).mean()) if len(x) > 2 else 0.0


def sharpness(clip: Clip) -> float:
    """Mean squared step between neighbouring pixels."""
    x = clip.astype(np.float32)
    return float(np.square(np.diff(x, axis=1)).mean() + np.square(np.diff(x, axis=2)).mean())


def agreement(said: Sequence[Said], wanted: Sequence[Said], slots: Sequence[str]) -> dict[str, float]:
    """Share of clips that are right in each slot, and under `all` in every one."""
    right = np.array([[a[slot] == b[slot] for slot in slots] for a, b in zip(said, wanted, strict=True)])
    return {slot: float(right[:, i].mean()) for i, slot in enumerate(slots)} | {"all": float(right.all(1).mean())}


def shuffled(said: Sequence[Said], wanted: Sequence[Said], slots: Sequence[str]) -> dict[str, float]:
    """The same, expected if every clip were judged by another clip's prompt: exactly, over all such pairs."""
    count = len(said)
    if count < 2:
        return dict.fromkeys([*slots, "all"], math.nan)
    out = {}
    for name, keys in [*((slot, (slot,)) for slot in slots), ("all", tuple(slots))]:
        a = np.array(["|".join(one[key] for key in keys) for one in said])
        b = np.array(["|".join(one[key] for key in keys) for one in wanted])
        same = a[:, None] == b[None]
        out[name] = float((same.sum() - np.trace(same)) / (count * (count - 1)))
    return out


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
