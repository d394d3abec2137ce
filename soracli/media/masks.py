"""Masks: which pixels to paint (1) and which to keep (0), from a flag's text; soft rims; room around a clip.

A mask is float32 (T, H, W). One that does not move is a single plane seen T times: read-only, and no copy.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from soracli.errors import UsageError
from soracli.formatting import printable
from soracli.media.fit import hold
from soracli.media.stencils import LIT, Stencil, read_stencil
from soracli.types import Clip

Mask = npt.NDArray[np.float32]  # (T, H, W), 1 = paint, 0 = keep
Plane = npt.NDArray[np.bool_]  # (H, W)
Size = tuple[int, int]  # (width, height)
Sides = tuple[int, int, int, int]  # top, right, bottom, left

PERSON = "person"  # as a mask: whoever is to be seen
MAX_BORDER = 4096  # pixels
_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_BOX = re.compile(
    rf"\s*(-?[0-9]{{1,7}})\s*,\s*(-?[0-9]{{1,7}})\s*,\s*([0-9]{{1,7}})\s*,\s*([0-9]{{1,7}})\s*"
    rf"(?:@\s*({_NUMBER})s?\s*-\s*({_NUMBER})s?\s*)?"
)
_LIKE_BOXES = re.compile(r"[-0-9.,;@xs\s]+")
_BORDER = re.compile(rf"({_NUMBER})\s*(%|px|)")


@dataclass(frozen=True)
class Area:
    """What a flag's text says is to be painted: boxes, what a file shows, or people.

    boxes: empty = there is a file, or people are meant. found: what the file shows. inverted: all the rest is to be
    painted instead.
    """

    text: str
    flag: str
    boxes: tuple[_Box, ...] = ()
    found: Stencil | None = None
    inverted: bool = False
    people: bool = False

    @property
    def data(self) -> bytes | None:
        """The file itself where it came through standard input, which cannot be read again."""
        return None if self.found is None else self.found.data

    @property
    def moves(self) -> bool:
        """Whether it is a clip."""
        return self.found is not None and self.found.moves

    @classmethod
    def of(cls, text: str, flag: str = "--mask", *, inverted: bool = False) -> Area:
        """text: `X,Y,W,H` in pixels, `X,Y,W,H@T0-T1` for the seconds T0 up to T1, several of them joined by `;`;
        or a picture or clip: what is white; if it is transparent in places, what is opaque in a drawing, and what was
        erased from a photograph; or PERSON, if no file has that name.
        """
        if text == PERSON and not os.path.lexists(text):
            return cls(text, flag, inverted=inverted, people=True)
        parts = [_BOX.fullmatch(part) for part in text.rstrip("; ").split(";")]
        boxes = tuple(_Box.of(part) for part in parts if part is not None)
        if len(boxes) == len(parts):
            return cls(text, flag, boxes, inverted=inverted)
        if not text.strip() or (_LIKE_BOXES.fullmatch(text) and text != "-" and not os.path.lexists(text)):
            wrong = next(part for part, match in zip(text.split(";"), parts, strict=False) if match is None)
            raise UsageError(
                f"{flag} {printable(wrong.strip()) or repr('')}: is not a box; write X,Y,W,H in pixels, "
                f"X,Y,W,H@T0-T1 for seconds T0 to T1, or name a picture or a clip, or {PERSON}",
                "bad_mask",
            )
        return cls(text, flag, (), read_stencil(text), inverted)

    def mask(self, size: Size, frames: int, fps: Fraction) -> Mask:
        """For a clip of this size, length and rate. Not for people: who they are is seen by a network (`people`)."""
        if self.found is None:
            mask = _from_boxes(self.boxes, size, frames, fps, self.flag)
        else:
            mask = _from_file(self.found, size, frames, fps, self.flag)
        return self.settled(mask)

    def settled(self, mask: Mask) -> Mask:
        """What was found (T, H, W), or the rest if that is asked for. Raises UsageError if it paints nothing."""
        frames = len(mask)
        if self.people and not mask.any():
            raise UsageError(
                f"{self.flag} {PERSON}: nobody was found; give a box X,Y,W,H with --track, or a mask", "empty_mask"
            )
        if self.inverted:
            still = mask.strides[0] == 0
            mask = _still(1 - mask[0], frames) if still else 1 - mask
        if not mask.any():
            raise UsageError(
                f"{self.flag} {printable(self.text)}: paints nothing; make white, or opaque, what is to be painted",
                "empty_mask",
            )
        return mask

    def notes(self, mask: Mask, fps: Fraction) -> tuple[str, ...]:
        """What the user should know of the mask that this gave: what was odd about its file, how much it paints, and
        when a clip of it ends.
        """
        name, found = f"{self.flag} {printable(self.text)}", list(self.found.notes if self.found else ())
        share = float((mask[:1] if mask.strides[0] == 0 else mask).mean())
        erased = self.found is not None and self.found.erased and not self.inverted
        what = " (what is transparent, since the rest is a photograph)" if erased else ""
        other = "; --invert-mask paints the rest" if self.flag == "--mask" and not self.inverted else ""
        found.append(f"{name} paints {100 * share:.3g} % of the picture{what}{other}.")
        if self.found and self.found.moves and round(self.found.seconds * fps) < len(mask):
            ends, lasts = float(self.found.seconds), float(len(mask) / fps)
            found.append(f"{name} ends at {ends:.4g} s and the clip at {lasts:.4g} s; its last frame goes on.")
        return tuple(found)


def region(text: str, size: Size, frames: int, fps: Fraction, flag: str = "--mask") -> Mask:
    """The mask that a flag's text means, for a clip of this size, length and rate."""
    return Area.of(text, flag).mask(size, frames, fps)


# --- boxes ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Box:
    """A rectangle in pixels, and the seconds in which it counts (None: always)."""

    text: str
    x: int
    y: int
    width: int
    height: int
    time: tuple[Fraction, Fraction] | None

    @classmethod
    def of(cls, match: re.Match[str]) -> _Box:
        x, y, width, height = (int(found) for found in match.groups()[:4])
        time = (Fraction(match[5]), Fraction(match[6])) if match[5] else None
        return cls("".join(match[0].split()), x, y, width, height, time)

    def across(self, size: Size, what: str) -> tuple[slice, slice]:
        """(rows, columns) inside the frame."""
        rows = slice(max(self.y, 0), min(self.y + self.height, size[1]))
        columns = slice(max(self.x, 0), min(self.x + self.width, size[0]))
        if not (self.width and self.height):
            raise UsageError(f"{what}: covers no pixels; width and height must be 1 or more", "empty_mask")
        if rows.start >= rows.stop or columns.start >= columns.stop:
            raise UsageError(f"{what}: lies outside the frame, which is {size[0]}x{size[1]}; move it", "empty_mask")
        return rows, columns

    def during(self, frames: int, fps: Fraction, what: str) -> slice:
        """The frames that begin in its time."""
        if self.time is None:
            return slice(0, frames)
        first, last = (math.ceil(second * fps) for second in self.time)
        if self.time[0] >= self.time[1]:
            raise UsageError(f"{what}: ends before it begins; write @T0-T1 with T0 below T1", "empty_mask")
        if first >= min(last, frames):
            raise UsageError(
                f"{what}: no frame falls into that time; the clip lasts {float(frames / fps):.4g} s", "empty_mask"
            )
        return slice(first, min(last, frames))


def _from_boxes(boxes: Sequence[_Box], size: Size, frames: int, fps: Fraction, flag: str) -> Mask:
    moves = any(box.time is not None for box in boxes)
    mask = np.zeros((frames if moves else 1, size[1], size[0]), np.float32)
    for box in boxes:
        what = f"{flag} {box.text}"
        mask[(box.during(len(mask), fps, what), *box.across(size, what))] = 1
    return mask if moves else _still(mask[0], frames)


def _still(plane: npt.NDArray[np.float32], frames: int) -> Mask:
    return np.broadcast_to(plane, (frames, *plane.shape))


# --- files ----------------------------------------------------------------------------------------------------------


def _from_file(stencil: Stencil, size: Size, frames: int, fps: Fraction, flag: str) -> Mask:
    _check_size(stencil.levels.shape[1:], size, flag)
    if not stencil.moves:
        return _still((stencil.levels[0] >= LIT).astype(np.float32), frames)
    mask = np.empty((frames, *stencil.levels.shape[1:]), np.float32)
    for plane, newest in zip(mask, stencil.shown(frames, fps), strict=True):
        plane[:] = stencil.levels[newest] >= LIT
    return mask


def _check_size(shape: tuple[int, ...], size: Size, flag: str) -> None:
    if shape != (size[1], size[0]):
        raise UsageError(
            f"{flag}: its picture is {shape[1]}x{shape[0]}, the clip {size[0]}x{size[1]}; resize it, "
            f"or use {flag} X,Y,W,H",
            "mask_size",
        )


# --- soft rims ------------------------------------------------------------------------------------------------------


def feather(mask: Mask, pixels: int) -> Mask:
    """The mask with a rim of so many pixels, inside the painted area, that rises from 0 to 1. Kept pixels stay 0.

    Where an area is too thin for the rim, the rim is narrower; an area never vanishes.
    """
    assert pixels >= 0, pixels
    if not pixels:
        return mask
    if mask.strides[0] == 0:
        return _still(_feathered(mask[0], pixels), len(mask))
    soft = np.empty_like(mask)
    for index, plane in enumerate(mask):
        same = index > 0 and np.array_equal(plane, mask[index - 1])
        soft[index] = soft[index - 1] if same else _feathered(plane, pixels)
    return soft


def _feathered(plane: npt.NDArray[np.float32], pixels: int) -> npt.NDArray[np.float32]:
    """One plane (H, W). Wide parts get the whole rim; what they do not cover is done with half of it, and so on."""
    painted = plane > 0
    soft, rest = plane.copy(), painted.copy()
    while pixels and rest.any():
        shares = _box_blur(painted, pixels)  # (H, W), how much of the square around a pixel is painted
        wide = _box_blur(shares == 1, pixels) > 0  # within reach of a square that is painted whole
        soft[rest & wide] = (plane * np.clip(2 * shares - 1, 0, 1))[rest & wide]
        rest &= ~wide
        pixels //= 2
    return soft


def _box_blur(plane: Plane, pixels: int) -> npt.NDArray[np.float32]:
    """Mean over the square of 2 * pixels + 1 around each pixel; the outermost pixels go on beyond the edge."""
    image = Image.fromarray(plane.astype(np.uint8) * 255).filter(ImageFilter.BoxBlur(pixels))
    return np.asarray(image, np.float32) / np.float32(255)


# --- room around a clip ---------------------------------------------------------------------------------------------


def borders(text: str, size: Size, flag: str = "--outpaint") -> Sides:
    """(top, right, bottom, left) pixels from `T,R,B,L`; each in pixels, or like `10%` of the clip's side, made even."""
    what = f"{flag} {printable(text)}"
    parts = [_BORDER.fullmatch(part.strip()) for part in text.split(",")]
    if len(parts) != 4 or None in parts:
        raise UsageError(
            f"{what}: must be four widths T,R,B,L (top, right, bottom, left); for example 0,64,0,64 or 0,10%,0,10%",
            "bad_outpaint",
        )
    sides = [_border(match, side, what) for match, side in zip(_present(parts), (size[1], size[0]) * 2, strict=True)]
    top, right, bottom, left = sides
    if not any(sides):
        raise UsageError(f"{what}: adds nothing; give at least one side more than 0", "bad_outpaint")
    if max(sides) > MAX_BORDER:
        raise UsageError(f"{what}: {max(sides)} pixels on a side; the limit is {MAX_BORDER}", "bad_outpaint")
    return top, right, bottom, left


def _present(parts: Iterable[re.Match[str] | None]) -> Iterable[re.Match[str]]:
    return (part for part in parts if part is not None)


def _border(match: re.Match[str], side: int, what: str) -> int:
    amount = Fraction(match[1])
    if match[2] == "%":
        return 2 * round(amount * side / 200)
    if amount.denominator != 1:
        raise UsageError(f"{what}: {match[1]} is not a whole number of pixels; use {round(amount)}", "bad_outpaint")
    return int(amount)


def outpainted(clip: Clip, sides: Sides) -> tuple[Clip, Mask]:
    """(the clip with its rims drawn out on each side, the mask of what was added). sides: top, right, bottom, left."""
    top, right, bottom, left = sides
    frames = clip.frames
    if len(frames) > 1 and frames.strides[0] == 0:
        still, mask = outpainted(Clip(frames[:1], clip.fps), sides)
        return hold(still, len(frames), clip.fps), _still(mask[0], len(frames))
    wider = np.pad(frames, ((0, 0), (top, bottom), (left, right), (0, 0)), mode="edge")
    high, wide = wider.shape[1:3]
    plane = np.ones((high, wide), np.float32)
    plane[top : high - bottom, left : wide - right] = 0
    return Clip(wider, clip.fps), _still(plane, len(frames))
