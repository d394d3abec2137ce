"""`--move`: a region of a picture or clip that is cut out and moved along a straight path. NumPy only.

Cut and drag, as in Time-to-Move (Singer et al. 2025, arXiv 2511.08633). In the frames of the result the cut-out moves
by bicubic interpolation; the region that it leaves is a hole.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from soracli import media
from soracli.draft import Layer
from soracli.errors import UsageError
from soracli.formatting import printable
from soracli.sampling import seamless_clone
from soracli.types import Frames, Mask

FEATHER = 3  # pixels of soft edge inside the cut-out
_NUMBER = r"[0-9]{1,7}(?:\.[0-9]{1,6})?"
_VALUE = rf"\s*(-?{_NUMBER}%?)\s*"
_MOVE = re.compile(
    rf"{_VALUE},{_VALUE},{_VALUE},{_VALUE}:{_VALUE},{_VALUE}(?:@\s*({_NUMBER})s?\s*-\s*({_NUMBER})s?\s*)?"
)
_HOW = "write X,Y,W,H:DX,DY in pixels or %, with @T0-T1 for the seconds from T0 to T1"


@dataclass(frozen=True)
class Path:
    """A move in a clip of known size and length.

    rows, columns: of the region. dx, dy: pixels, to the right and down, from frame `start` to frame `stop`.
    """

    rows: slice
    columns: slice
    dx: float
    dy: float
    start: float
    stop: float

    def share(self, frame: int) -> float:
        """Of the way that is behind it: 0..1."""
        return min(max((frame - self.start) / (self.stop - self.start), 0.0), 1.0)


@dataclass(frozen=True)
class Move:
    """What was typed. box: x, y, width, height; by: to the right, down; each such as `12` or `5%`. time: seconds."""

    text: str
    box: tuple[str, str, str, str]
    by: tuple[str, str]
    time: tuple[Fraction, Fraction] | None = None

    @classmethod
    def of(cls, text: str) -> Move:
        found = _MOVE.fullmatch(text)
        if found is None:
            raise UsageError(f"--move {printable(text)[:80]}: is not a move; {_HOW}", "bad_move")
        x, y, width, height, dx, dy, begin, end = found.groups()
        time = None if begin is None else (Fraction(begin), Fraction(end))
        move = cls("".join(text.split()), (x, y, width, height), (dx, dy), time)
        if time is not None and time[0] >= time[1]:
            raise UsageError(f"{move}: ends before it begins; write @T0-T1 with T0 below T1", "bad_move")
        return move

    def __str__(self) -> str:
        return f"--move {printable(self.text)}"

    def path(self, size: tuple[int, int], frames: int, fps: Fraction) -> Path:
        """size: width, height. Raises UsageError if the region or its way is not in the frame, or in the clip."""
        sides = (*size, *size)
        x, y, width, height = (round(_pixels(value, side)) for value, side in zip(self.box, sides, strict=True))
        dx, dy = (_pixels(value, side) for value, side in zip(self.by, size, strict=True))
        frame = f"the frame, which is {size[0]}x{size[1]}"
        if width < 1 or height < 1:
            raise UsageError(f"{self}: covers no pixels; width and height must be 1 or more", "bad_move")
        if x < 0 or y < 0 or x + width > size[0] or y + height > size[1]:
            raise UsageError(f"{self}: its box reaches beyond {frame}; make it smaller or move it", "bad_move")
        least, most = (-x, -y), (size[0] - x - width, size[1] - y - height)
        if not (least[0] <= dx <= most[0] and least[1] <= dy <= most[1]):
            raise UsageError(
                f"{self}: its path leaves {frame}; DX may be {least[0]}..{most[0]} and DY {least[1]}..{most[1]}",
                "bad_move",
            )
        if dx == dy == 0:
            raise UsageError(f"{self}: goes nowhere; give DX or DY other than 0", "bad_move")
        return Path(slice(y, y + height), slice(x, x + width), dx, dy, *self._when(frames, fps))

    def _when(self, frames: int, fps: Fraction) -> tuple[float, float]:
        """First and last frame of the way; it arrives at the last one of the clip at the latest."""
        if frames < 2:
            raise UsageError(f"{self}: needs a clip; a picture alone does not move", "bad_move")
        if self.time is None:
            return 0.0, frames - 1.0
        first, last = (float(second * fps) for second in self.time)
        if last > frames or first >= frames - 1:
            seconds = float(frames / fps)
            raise UsageError(f"{self}: the clip lasts {seconds:.4g} s; end within it", "bad_move")
        return first, min(last, frames - 1.0)


def _pixels(value: str, side: int) -> float:
    return float(value[:-1]) * side / 100 if value.endswith("%") else float(value)


def moved(paths: Sequence[Path], frames: Frames, first: int = 0) -> tuple[Layer, Mask]:
    """The cut-outs where they are in frames (T, H, W, 3), and the holes that they left, float32 (T, H, W), 1 = hole.

    first: number of the first frame. What a path is cut from is the frame as it was, without the other cut-outs.
    """
    count, height, width = frames.shape[:3]
    hole = np.zeros((count, height, width), np.float32)
    layer = Layer(np.zeros_like(frames), np.zeros((count, height, width), np.uint8))
    for path in paths:
        soft = _feathered(path)
        for t in range(count):
            share = path.share(first + t)
            if share > 0:
                hole[t, path.rows, path.columns] = 1
                _paste(layer, t, frames[t, path.rows, path.columns], soft, path, share)
    return layer, hole


def _feathered(path: Path) -> npt.NDArray[np.float32]:
    """Alpha of a cut-out, 0..1, (h, w)."""
    sides = (path.rows.stop - path.rows.start, path.columns.stop - path.columns.start)
    wide = np.pad(np.ones((1, *sides), np.float32), ((0, 0), (FEATHER, FEATHER), (FEATHER, FEATHER)))
    soft: npt.NDArray[np.float32] = media.feather(wide, FEATHER)[0, FEATHER:-FEATHER, FEATHER:-FEATHER]
    return soft


def _paste(
    layer: Layer, t: int, pixels: npt.NDArray[np.uint8], alpha: npt.NDArray[np.float32], path: Path, share: float
) -> None:
    """Lay a cut-out (h, w, 3) with its alpha at its place over frame t of a layer, in place."""
    whole = np.dstack([pixels * alpha[..., None], 255 * alpha]).astype(np.float32)
    y, x = path.rows.start + share * path.dy, path.columns.start + share * path.dx
    top, left = math.floor(y), math.floor(x)
    shifted = _shifted(_shifted(np.pad(whole, ((2, 2), (2, 2), (0, 0))), y - top, 0), x - left, 1)
    rows = slice(max(top - 2, 0), min(top - 2 + len(shifted), layer.alpha.shape[1]))
    columns = slice(max(left - 2, 0), min(left - 2 + shifted.shape[1], layer.alpha.shape[2]))
    cut = shifted[rows.start - top + 2 : rows.stop - top + 2, columns.start - left + 2 : columns.stop - left + 2]
    cover = np.rint(cut[..., 3:].clip(0, 255))
    place = (t, rows, columns)
    below = np.dstack([layer.frames[place], layer.alpha[place]]) * (1 - cover / 255)
    layer.frames[place] = np.rint(cut[..., :3].clip(0, cover) + below[..., :3])
    layer.alpha[place] = np.rint(cover + below[..., 3:])[..., 0]


def _shifted(plane: npt.NDArray[np.float32], part: float, axis: int) -> npt.NDArray[np.float32]:
    """Moved by 0 <= part < 1 of a pixel along an axis, by cubic convolution (Keys 1981, a = -1/2)."""
    if part == 0:
        return plane
    out = np.zeros_like(plane)
    for tap in (-1, 0, 1, 2):
        away = abs(tap - part)
        near = 1.5 * away**3 - 2.5 * away**2 + 1
        weight = near if away <= 1 else -0.5 * away**3 + 2.5 * away**2 - 4 * away + 2
        out += np.float32(weight) * np.roll(plane, tap, axis)
    return out


def filled(frames: Frames, hole: Mask) -> Frames:
    """Frames (T, H, W, 3) with their holes (T, H, W) filled at once, each from itself alone: where a network paints
    there, and before the work begins. The colours at a hole's rim are continued smoothly (`seamless_clone.membrane`).
    """
    out = np.array(frames)
    for frame, open_ in zip(out, hole, strict=True):
        if (open_ > 0).any():
            known = (open_ == 0).astype(np.float32)[..., None]
            smooth = seamless_clone.membrane(frame.astype(np.float32), known)
            frame[open_ > 0] = np.rint(smooth[open_ > 0]).clip(0, 255)
    return out
