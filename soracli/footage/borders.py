"""What lies beyond the borders of a picture: its mirror image, softer the farther away.

A mirror image joins on without a seam, moves as the picture does and is as rough as it is; out of focus it does not
draw the eye to what is there twice. Blurs lie in a pyramid, and each pixel is taken from between two levels of it, as
textures are (Williams 1983). Frames are uint8 (H, W, 3), RGB.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from soracli.draft import extent

SOFTER = 0.08  # pixels of blur (standard deviation) for each pixel away from the picture
SOFTEST = 24.0  # of those at most
FIRST = 1.1  # pixels of blur of the pyramid's first level; each has twice as much as the one before

Picture = npt.NDArray[np.float32]  # (H, W, 3), levels of 255
Plane = npt.NDArray[np.bool_]  # (H, W)
Window = tuple[slice, slice]  # rows, columns


def inside(holes: npt.NDArray[np.bool_]) -> Window | None:
    """Which part of a film is no hole (T, H, W), if that is the same rectangle in all frames and holds two pixels each
    way at least; None if it is not.
    """
    known = ~holes[0]
    if not holes[0].any() or (holes != holes[0]).any():
        return None
    window = extent(known)
    return window if min(known[window].shape) >= 2 and known[window].all() else None


def continued(frame: npt.NDArray[np.uint8], window: Window) -> Picture:
    """A frame with all that is not in a window of it continued from there."""
    height, width = frame.shape[:2]
    rows, columns = window
    ends = ((rows.start, height - rows.stop), (columns.start, width - columns.stop), (0, 0))
    mirrored = np.pad(frame[window], ends, mode="symmetric")
    across, down = _away(width, columns), _away(height, rows)
    blur = np.minimum(SOFTER * np.hypot(down[:, None], across[None]), SOFTEST)
    level = torch.from_numpy(np.log2(np.maximum(blur / FIRST, 1e-3)) + 1).float()  # 0 = as it is
    x = torch.from_numpy(mirrored).permute(2, 0, 1)[None].float()
    out, below = x, x
    for number in range(1, int(np.ceil(float(level.max()))) + 1):
        above = _blurred(x, number)
        share = (level - (number - 1)).clamp(0, 1)
        out = torch.where(share > 0, torch.lerp(below, above, share), out)
        below = above
    return np.asarray(out[0].permute(1, 2, 0).numpy(), np.float32)


def _away(side: int, kept: slice) -> npt.NDArray[np.float32]:
    """How many pixels each place along a side lies beyond what is kept."""
    at = np.arange(side)
    away: npt.NDArray[np.float32] = np.maximum(np.maximum(kept.start - at, at - (kept.stop - 1)), 0).astype(np.float32)
    return away


def _blurred(x: Tensor, number: int) -> Tensor:
    """A level of the pyramid at full size, (1, 3, H, W): means of squares, smoothed there twice."""
    factor = 2 ** (number - 1)
    small = x if factor == 1 else F.avg_pool2d(x, factor, ceil_mode=True, count_include_pad=False)
    for _ in range(2):
        small = F.avg_pool2d(F.pad(small, (1, 1, 1, 1), mode="replicate"), 3, 1)
    if factor == 1:
        return small
    large = F.interpolate(small, scale_factor=factor, mode="bilinear")
    return large[:, :, : x.shape[2], : x.shape[3]]
