"""Contact sheets: four frames of each clip in a row."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

FRAMES, SIDE, GAP = 4, 144, 8  # frames of a clip, pixels of their height and between rows

Strip = npt.NDArray[np.uint8]  # (144, W, 3)


def strip(frames: npt.NDArray[np.uint8]) -> Strip:
    """Four frames (T, H, W, 3) spread over a clip, side by side."""
    chosen = [frames[(2 * i + 1) * len(frames) // (2 * FRAMES)] for i in range(FRAMES if len(frames) > 1 else 1)]
    wide = round(SIDE * frames.shape[2] / frames.shape[1])
    small = [np.asarray(Image.fromarray(frame).resize((wide, SIDE), Image.Resampling.BOX)) for frame in chosen]
    return np.concatenate(small, 1)
