"""Which tokens are given and how noisy the others are: the training form of every task (one mask language).

Shapes: levels and masks are (B, t, h, w). mask 1 = paint, 0 = given (level 0 unless softened).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from soracli.sampling import flow

MODES = {"one": 0.55, "mask": 0.25, "ordered": 0.12, "free": 0.08}
MASKS = {"head": 0.32, "tail": 0.2, "ends": 0.16, "box": 0.2, "inverse": 0.06, "random": 0.06}


def draw_sigma(count: int, rng: np.random.Generator, shift: float, uniform: float = 0.2) -> np.ndarray:
    """Noise levels (count,): logit-normal (Esser et al. 2024) shifted towards noise, a share uniform in [0, 1]."""
    normal = 1 / (1 + np.exp(-rng.normal(size=count)))
    warped = flow.shifted(torch.from_numpy(normal), shift).numpy()
    return np.where(rng.random(count) < uniform, rng.random(count), warped)


def draw_levels(
    shape: tuple[int, int, int, int], rng: np.random.Generator, shift: float, stills: int = 0
) -> tuple[Tensor, Tensor]:
    """Levels and masks (B, t, h, w) for a batch. stills: so many first latent frames are key frames, mostly given."""
    count, frames, height, width = shape
    levels = np.empty(shape, np.float32)
    masks = np.ones(shape, np.float32)
    names = list(MODES)
    weights = np.array([MODES[name] if frames > 1 or name in ("one", "mask") else 0 for name in names])
    for item, mode in enumerate(rng.choice(names, size=count, p=weights / weights.sum())):
        if mode in ("one", "mask"):
            levels[item] = draw_sigma(1, rng, shift)
        else:
            per_frame = draw_sigma(frames, rng, shift)
            levels[item] = (np.sort(per_frame) if mode == "ordered" else per_frame)[:, None, None]
        if mode == "mask":
            masks[item] = draw_mask((frames, height, width), rng)
        if stills and rng.random() < 0.8:
            masks[item, :stills] = 0
            if not masks[item].any():
                masks[item, stills:] = 1
    softened = np.where(rng.random((count, 1, 1, 1)) < 0.3, rng.random((count, 1, 1, 1)) * 0.15, 0).astype(np.float32)
    levels = np.where(masks > 0, levels, softened)
    return torch.from_numpy(levels), torch.from_numpy(masks)


def draw_mask(shape: tuple[int, int, int], rng: np.random.Generator) -> np.ndarray:
    """One mask (t, h, w): given head, tail or both ends in time, a box to paint in or around, or random tokens."""
    frames, height, width = shape
    kind = rng.choice(list(MASKS), p=list(MASKS.values()))
    mask = np.ones(shape, np.float32)
    if frames == 1 and kind in ("head", "tail", "ends"):
        kind = "box"
    if kind in ("head", "ends"):
        mask[: int(rng.integers(1, max(2, frames // 2)))] = 0
    if kind in ("tail", "ends"):
        mask[frames - int(rng.integers(1, max(2, frames // 2))) :] = 0
    if kind in ("box", "inverse"):
        rows, columns = int(rng.integers(1, height + 1)), int(rng.integers(1, width + 1))
        top, left = int(rng.integers(0, height - rows + 1)), int(rng.integers(0, width - columns + 1))
        mask[:] = 0 if kind == "box" else 1
        mask[:, top : top + rows, left : left + columns] = 1 if kind == "box" else 0
    if kind == "random":
        mask = (rng.random(shape) < rng.uniform(0.3, 0.9)).astype(np.float32)
    if not mask.any():
        mask[:] = 1
    return mask
