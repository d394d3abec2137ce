"""Reading stills and animated pictures through Pillow: upright, over black. Messages here lack the file's name."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, ImageSequence

from soracli.errors import MediaError
from soracli.media.gif import delays
from soracli.media.source import (
    ASCII_CODE,
    EXIF_IFD,
    USER_COMMENT,
    MediaInfo,
    Recipe,
    check_bytes,
    check_pixels,
    check_seconds,
    parse_recipe,
    stated_rate,
)
from soracli.types import Clip, Frames

MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")
_PICTURES = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "PPM")
_AVIF = (b"ftypavif", b"ftypavis")  # a still, and one that moves
_ORIENTATION = 0x0112  # Exif tag; 1 = upright


def is_picture(path: Path) -> bool:
    """By content, never by suffix."""
    with path.open("rb") as file:
        head = file.read(64)
    webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    avif = head[4:12] in _AVIF or (head[4:12] == b"ftypmif1" and b"avif" in head[16:])
    return head.startswith(MAGIC) or webp or avif


def picture_info(path: Path) -> MediaInfo:
    with _opened(path) as (image, _):
        recipe = parse_recipe(_comment(image))
        form, mode, size = str(image.format).lower(), image.mode, image.size
        frames, fps, seconds = 1, Fraction(0), Fraction(0)
        if _count(path, image) > 1:
            durations = _durations(path, image)
            seconds, fps = sum(durations, Fraction(0)), _rate(recipe, durations)
            frames = round(seconds * fps)
    return MediaInfo(
        str(path), form, form, mode.lower(), *size, frames, fps, float(seconds), path.stat().st_size, recipe
    )


def read_picture(path: Path) -> tuple[Clip, list[str]]:
    """All frames, upright and over black, and what was odd; a still has one frame and a rate of 1."""
    with _opened(path) as (image, warned):
        notes = []
        if image.getexif().get(_ORIENTATION, 1) != 1:
            notes.append("is stored turned or mirrored; turned upright")
        if _count(path, image) == 1:
            pixels, alpha = _layers(image)
            frames, fps = pixels[None], Fraction(1)
            opaque = alpha is None or bool((alpha == 255).all())
        else:
            frames, fps, opaque = _animation(path, image)
        if not opaque:
            notes.append("is transparent in places; they count as black")
        if any(issubclass(one.category, UserWarning) for one in warned):
            notes.append("is not quite as its format wants it; what can be read of it is used")
    return Clip(frames, fps), notes


def read_stencil(path: Path) -> npt.NDArray[np.uint8]:
    """A still as a stencil (H, W), 0..255: its alpha if that says anything, else its brightness."""
    with _opened(path) as (image, _):
        pixels, alpha = _layers(image)
    return luma(pixels) if alpha is None or (alpha == 255).all() else alpha


def is_still(path: Path) -> bool:
    with _opened(path) as (image, _):
        return _count(path, image) == 1


def luma(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Brightness (H, W) of a frame (H, W, 3)."""
    return np.asarray(Image.fromarray(pixels).convert("L"))


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[Image.Image, list[warnings.WarningMessage]]]:
    """A picture, and what Pillow finds odd about it while it is used: that is kept off standard error."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with Image.open(path, formats=_PICTURES) as image:
            check_pixels(image.width, image.height)
            yield image, warned


def _comment(image: Image.Image) -> str:
    comment = image.info.get("Comment") or image.info.get("comment") or b""
    if not comment and image.format in ("WEBP", "JPEG", "AVIF"):
        comment = image.getexif().get_ifd(EXIF_IFD).get(USER_COMMENT, b"")
        comment = comment.removeprefix(ASCII_CODE) if isinstance(comment, bytes) else comment
    return comment.decode("utf-8", "replace") if isinstance(comment, bytes) else str(comment)


def _layers(image: Image.Image) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8] | None]:
    """(RGB over black (H, W, 3), alpha (H, W) or None) of the current frame, upright."""
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I"):  # 16 bits a sample; Pillow would clip them to 8
        deep = np.asarray(upright).astype(np.int32)
        return np.repeat((deep >> 8).clip(0, 255).astype(np.uint8)[..., None], 3, axis=2), None
    if not upright.has_transparency_data:
        return np.asarray(upright.convert("RGB")), None
    layers = np.asarray(upright.convert("RGBA"))
    return over_black(layers), layers[..., 3]


def over_black(layers: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """RGBA (H, W, 4) as RGB (H, W, 3) on a black ground."""
    alpha = layers[..., 3:].astype(np.uint16)
    return ((layers[..., :3] * alpha + 127) // 255).astype(np.uint8)


# --- pictures that move ---------------------------------------------------------------------------------------------


def _animation(path: Path, image: Image.Image) -> tuple[Frames, Fraction, bool]:
    """(frames, rate, whether all of them are opaque)."""
    if image.format == "GIF" and not _has_trailer(path):
        raise MediaError("ends early; get the file again", "truncated")
    durations = _durations(path, image)
    check_seconds(float(sum(durations)))
    fps = _rate(parse_recipe(_comment(image)), durations)
    check_bytes(round(sum(durations) * fps) * image.width * image.height * 3)
    frames: list[npt.NDArray[np.uint8]] = []
    opaque, clock = True, Fraction(0)
    for stored, duration in zip(ImageSequence.Iterator(image), durations, strict=True):
        pixels, alpha = _layers(stored)
        opaque = opaque and (alpha is None or bool((alpha == 255).all()))
        clock += duration
        frames += [pixels] * (round(clock * fps) - len(frames))  # encoders merge equal neighbours: repeat them
    return np.stack(frames), fps, opaque


def _count(path: Path, image: Image.Image) -> int:
    """Stored frames, which are not decoded yet; more than may be decoded are refused."""
    count = len(delays(path)) if image.format == "GIF" else getattr(image, "n_frames", 1)
    check_bytes(count * image.width * image.height * 3)
    return max(1, count)


def _durations(path: Path, image: Image.Image) -> list[Fraction]:
    """Seconds of each stored frame; a missing or zero duration counts as 0.1 s, as browsers do."""
    if image.format == "GIF":
        return [Fraction(delay or 10, 100) for delay in delays(path)]
    found = []
    for frame in ImageSequence.Iterator(image):
        frame.load()  # WebP knows a frame's duration only then
        found.append(Fraction(round(frame.info.get("duration") or 100), 1000))
    return found


def _rate(recipe: Recipe | None, durations: list[Fraction]) -> Fraction:
    """Frames per second: as the recipe says, else the mean rate of the stored frames."""
    stated = stated_rate(recipe.get("fps")) if recipe else None
    if stated is not None:
        return stated
    return (len(durations) / sum(durations, Fraction(0))).limit_denominator(1001)


def _has_trailer(path: Path) -> bool:
    """Whether a GIF is closed: cut between two frames it looks whole otherwise."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 64))
        return file.read().rstrip(b"\0").endswith(b";")
