"""Clips made to fit: another size, another rate, a still held for a while."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt
from PIL import Image

from soracli.types import Clip, Frames

FITS = ("crop", "pad", "stretch")
_DONE = {"crop": "scaled and cut to {}", "pad": "padded to {} with black bars", "stretch": "stretched to {}"}

Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels of the source


def fit(clip: Clip, width: int, height: int, how: str = "pad") -> Clip:
    """The clip at exactly width x height; the same object if it has that size already.

    how: `crop` fills and cuts away what is over, `pad` shows the whole picture between black bars,
    `stretch` scales both sides.
    """
    assert how in FITS, how
    high, wide = clip.frames.shape[1:3]
    if (wide, high) == (width, height):
        return clip
    box: Box = (0, 0, wide, high)
    inner = width, height
    if how == "crop":
        scale = max(width / wide, height / high)
        left, top = (wide - width / scale) / 2, (high - height / scale) / 2
        box = max(left, 0), max(top, 0), min(wide - left, wide), min(high - top, high)
    elif how == "pad":
        scale = min(width / wide, height / high)
        inner = max(1, min(width, round(wide * scale))), max(1, min(height, round(high * scale)))
    left_bar, top_bar = (width - inner[0]) // 2, (height - inner[1]) // 2
    frames = np.zeros((_different(clip.frames), height, width, 3), np.uint8)
    for target, pixels in zip(frames, clip.frames, strict=False):
        target[top_bar : top_bar + inner[1], left_bar : left_bar + inner[0]] = resized(pixels, *inner, box)
    done = Clip(frames, clip.fps)
    return done if len(frames) == len(clip.frames) else hold(done, len(clip.frames), clip.fps)


def resized(pixels: npt.NDArray[np.uint8], width: int, height: int, box: Box | None = None) -> npt.NDArray[np.uint8]:
    """One frame (H, W, 3), or a part of it, scaled with anti-aliasing."""
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS, box))


def _different(frames: Frames) -> int:
    """How many frames there are to work on: one if a still is held."""
    return 1 if len(frames) > 1 and frames.strides[0] == 0 else len(frames)


def retime(clip: Clip, fps: Fraction) -> Clip:
    """The clip at another rate: each frame is the newest that had begun. Its length stays, to half a frame."""
    fps = Fraction(fps)
    if fps == clip.fps:
        return clip
    count = round(retimed_length(clip, fps) * fps)
    step = clip.fps / fps
    newest = np.arange(count, dtype=np.int64) * step.numerator // step.denominator
    return Clip(clip.frames[np.minimum(newest, len(clip.frames) - 1)], fps)


def retimed_length(clip: Clip, fps: Fraction) -> Fraction:
    """Seconds that `retime` makes of a clip: whole frames."""
    return Fraction(max(1, round(clip.seconds * fps))) / fps


def hold(clip: Clip, frames: int, fps: Fraction) -> Clip:
    """The first frame for so many frames. Nothing is copied: the result is read-only."""
    return Clip(np.broadcast_to(clip.frames[:1], (frames, *clip.frames.shape[1:])), Fraction(fps))


def describe_fit(
    source: tuple[int, int], target: tuple[int, int], how: str, name: str = "the source", other: str = "the output"
) -> str:
    """What `fit` does, in a sentence; empty if it does nothing. source, target: (width, height)."""
    if source == target:
        return ""
    wanted = f"{target[0]}x{target[1]}"
    done = f"scaled to {wanted}" if _same_shape(source, target) else _DONE[how].format(wanted)
    return f"{name} is {source[0]}x{source[1]}, {other} is {wanted}: {done}."


def _same_shape(source: tuple[int, int], target: tuple[int, int]) -> bool:
    """Whether the sides have one ratio, to half a pixel of the target: then every way of fitting is the same."""
    scale = min(target[0] / source[0], target[1] / source[1])
    return round(source[0] * scale) == target[0] and round(source[1] * scale) == target[1]
