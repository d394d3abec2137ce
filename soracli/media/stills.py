"""Reading stills and animated pictures through Pillow: upright, over black. Messages here lack the file's name."""

from __future__ import annotations

import contextlib
import itertools
import warnings
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageSequence

from soracli.errors import MediaError
from soracli.media.gif import delays
from soracli.media.profiles import Convert, to_srgb
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
from soracli.media.timing import MAX_RATE, Schedule, schedule
from soracli.types import Clip, Frames

MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")
_PICTURES = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
_MOVING = ("GIF", "WEBP", "PNG", "AVIF")
_AVIF = (b"ftypavif", b"ftypavis")  # a still, and one that moves
_ORIENTATION = 0x0112  # Exif tag; 1 = upright
_UPRIGHT = {  # by orientation, what turns a picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
_SIDEWAYS = (5, 6, 7, 8)
_SUBFILE = 254  # TIFF tag: bit 0 = a small copy of another picture
_MOST_PAGES = 16  # that are looked at
_NO_WHITE = "holds {}, of which none is known to be white; convert it to 8 or 16 bits"


def is_picture(path: Path) -> bool:
    """By content, never by suffix."""
    with path.open("rb") as file:
        head = file.read(64)
    webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    avif = head[4:12] in _AVIF or (head[4:12] == b"ftypmif1" and b"avif" in head[16:])
    return head.startswith(MAGIC) or webp or avif


def picture_info(path: Path) -> MediaInfo:
    """What a picture file is. Raises MediaError if it cannot be read."""
    with _opened(path) as (image, _):
        recipe = parse_recipe(_comment(image))
        even, notes = Schedule(Fraction(0), (1,)), _oddities(image)
        form, mode = str(image.format).lower(), image.mode
        width, height = _seen_size(image)
        if moves(path, image):
            even = _timed(path, image)
            notes += [even.note] if even.note else []
        seconds = float(even.frames / even.fps) if even.fps else 0.0
        notes += [to_srgb(image)[1]]
    return MediaInfo(
        str(path), form, form, mode.lower(), width, height, even.frames, even.fps, seconds, path.stat().st_size, recipe,
        notes=tuple(note for note in notes if note),
    )  # fmt: skip


def _seen_size(image: Image.Image) -> tuple[int, int]:
    """(width, height) upright. Of a TIFF Pillow gives it so, of others as it is stored."""
    sideways = image.format != "TIFF" and _orientation(image) in _SIDEWAYS
    return (image.height, image.width) if sideways else image.size


def read_picture(path: Path, alpha: bool = False) -> tuple[Clip, list[str]]:
    """All frames, upright and over black, and what was odd; a still has one frame and a rate of 1. alpha: frames have a
    fourth channel of it.
    """
    with _opened(path) as (image, warned):
        notes = _oddities(image)
        convert, note = to_srgb(image)
        notes += [note] if note else []
        if not moves(path, image):
            pixels, cover = _layers(image, convert)
            frames, fps = (with_alpha(pixels, cover) if alpha else pixels)[None], Fraction(1)
            opaque = cover is None or bool((cover == 255).all())
        else:
            even = _timed(path, image)
            notes += [even.note] if even.note else []
            (frames, opaque), fps = _animation(image, even, convert, alpha), even.fps
        if not (opaque or alpha):
            notes.append("is transparent in places; they count as black")
        if any(issubclass(one.category, UserWarning) for one in warned):
            notes.append("is not quite as its format wants it; what can be read of it is used")
    return Clip(frames, fps), notes


def read_cutout(path: Path) -> Image.Image:
    """A still, or the first frame of a picture that moves: upright, RGB or, with transparency, RGBA as it is stored."""
    with _opened(path) as (image, _):
        _oddities(image)  # goes to the page that is to be used
        return _converted(image, to_srgb(image)[0])


def moves(path: Path, image: Image.Image) -> bool:
    """Whether its pictures are frames in time; those of other formats are pages, thumbnails, views, maps of light."""
    return image.format in _MOVING and _count(path, image) > 1


def _skipped(image: Image.Image) -> int:
    """Frames before the first that is shown: a PNG may begin with a picture for those who cannot animate it."""
    return int(bool(getattr(image, "default_image", False)))


def _oddities(image: Image.Image) -> list[str]:
    """What is odd about a picture as a whole. Leaves it at the page that is to be used."""
    found = []
    pages = 1 if image.format in _MOVING else getattr(image, "n_frames", 1)
    if pages > 1:
        used = _page(image, pages)
        found.append(f"holds {pages} pictures; the {'first' if not used else 'first of full size'} is used")
    if image.mode == "F":
        found.append("holds floating-point values; 1 is taken as white")
    if _orientation(image) != 1:
        found.append("is stored turned or mirrored; turned upright")
    return found


def _exif(image: Image.Image) -> Image.Exif:
    """The Exif data of a picture; what cannot be read of them is not there, whatever Pillow raises for it."""
    with contextlib.suppress(Exception):
        return image.getexif()
    return Image.Exif()


def _orientation(image: Image.Image) -> int:
    """Exif's orientation, 1..8; 1, upright, for whatever else is written there."""
    found = _exif(image).get(_ORIENTATION, 1)
    return found if isinstance(found, int) and found in _UPRIGHT else 1


def _page(image: Image.Image, pages: int) -> int:
    """Go to the first page of a file that is not marked as a small copy of another."""
    for page in range(min(pages, _MOST_PAGES) if image.format == "TIFF" else 0):
        image.seek(page)
        if not int(image.tag_v2.get(_SUBFILE, 0)) & 1:  # type: ignore[attr-defined]
            check_pixels(image.width, image.height)
            return page
    image.seek(0)
    return 0


def luma(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Brightness (H, W) of a frame (H, W, 3)."""
    return np.asarray(Image.fromarray(pixels).convert("L"))


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[Image.Image, list[warnings.WarningMessage]]]:
    """A picture, and what Pillow finds odd about it while it is used: that is kept off standard error.

    Given as a file object it is never mapped into memory: where it is cut meanwhile that would end the process, and
    of a TIFF that is stored sideways Pillow 13 maps rows of the wrong length.
    """
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with path.open("rb") as file, Image.open(file, formats=_PICTURES) as image:
            check_pixels(image.width, image.height)
            yield image, warned


def _comment(image: Image.Image) -> str:
    comment = image.info.get("Comment") or image.info.get("comment") or b""
    if not comment and image.format in ("WEBP", "JPEG", "AVIF"):
        with contextlib.suppress(Exception):  # a list of tags that Pillow cannot read holds no comment of ours
            comment = _exif(image).get_ifd(EXIF_IFD).get(USER_COMMENT, b"")
        comment = comment.removeprefix(ASCII_CODE) if isinstance(comment, bytes) else comment
    return comment.decode("utf-8", "replace") if isinstance(comment, bytes) else str(comment)


def _layers(image: Image.Image, convert: Convert) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8] | None]:
    """(RGB over black (H, W, 3), alpha (H, W) or None) of the current frame, upright. convert: see `to_srgb`."""
    layers = np.asarray(_converted(image, convert))
    if layers.shape[2] == 3:
        return layers, None
    return over_black(layers), layers[..., 3]


def _converted(image: Image.Image, convert: Convert) -> Image.Image:
    """The current frame, upright, in sRGB of 8 bits: RGB, or RGBA if it is transparent in places."""
    if image.format == "TIFF" and image.mode == "I":
        raise MediaError(_NO_WHITE.format("whole numbers of 32 bits, or with a sign"), "unknown_range")
    image.load()  # of a TIFF that turns it; of a PNG Exif may come behind the pixels
    turn = _UPRIGHT.get(_orientation(image))
    upright = image.copy() if turn is None else image.transpose(turn)
    if upright.mode == "F" or upright.mode.startswith("I"):  # Pillow would clip them to 8 bits
        upright = Image.fromarray(_levels(upright))
    return convert(upright)


def _levels(image: Image.Image) -> npt.NDArray[np.uint8]:
    """Greys (H, W) of more than 8 bits as 8. Raises MediaError where nothing says which value is white."""
    deep: npt.NDArray[Any] = np.asarray(image)
    if image.mode == "F":
        low, high = float(deep.min()), float(deep.max())  # NaN fails the comparison
        if not (low >= 0 and high <= 1):
            raise MediaError(_NO_WHITE.format("floating-point values outside 0..1"), "unknown_range")
        return np.rint(255 * deep.astype(np.float32)).astype(np.uint8)
    levels: npt.NDArray[np.uint8] = (deep.astype(np.int32) >> 8).clip(0, 255).astype(np.uint8)
    return levels


def over_black(layers: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """RGBA (H, W, 4) as RGB (H, W, 3) on a black ground."""
    alpha = layers[..., 3:].astype(np.uint16)
    return ((layers[..., :3] * alpha + 127) // 255).astype(np.uint8)


def with_alpha(pixels: npt.NDArray[np.uint8], alpha: npt.NDArray[np.uint8] | None) -> npt.NDArray[np.uint8]:
    """RGB over black (H, W, 3) and alpha (H, W), None = opaque, as premultiplied RGBA (H, W, 4)."""
    cover = np.full(pixels.shape[:2], 255, np.uint8) if alpha is None else alpha
    return np.dstack([pixels, cover])


# --- pictures that move ---------------------------------------------------------------------------------------------


def _timed(path: Path, image: Image.Image) -> Schedule:
    """How the frames of a picture that moves are taken at a constant rate."""
    if image.format == "GIF" and not _has_trailer(path):
        raise MediaError("ends early; get the file again", "truncated")
    count = _count(path, image)
    durations = _durations(path, image)[_skipped(image) :]
    check_seconds(float(sum(durations)))
    edges = [Fraction(0), *itertools.accumulate(durations)]
    tick = Fraction(1, 100 if image.format == "GIF" else 1000)
    mean, whole = count / edges[-1], Fraction(max(1, round(count / edges[-1])))
    stated = whole if abs(count / whole - edges[-1]) <= tick else mean
    return schedule(edges[:-1], edges[-1], stated, tick=tick, made=_made(parse_recipe(_comment(image))))


def _animation(image: Image.Image, even: Schedule, convert: Convert, alpha: bool = False) -> tuple[Frames, bool]:
    """(frames, whether all of them are opaque). alpha: see `read_picture`."""
    check_bytes(even.frames * image.width * image.height * (4 if alpha else 3))
    first, opaque, at = _skipped(image), True, 0
    frames: Frames = np.empty((0,), np.uint8)
    for index, shown in enumerate(even.shown):
        image.seek(index + first)
        pixels, cover = _layers(image, convert)
        opaque = opaque and (cover is None or bool((cover == 255).all()))
        pixels = with_alpha(pixels, cover) if alpha else pixels
        if not index:
            frames = np.empty((even.frames, *pixels.shape), np.uint8)
        frames[at : at + shown] = pixels
        at += shown
    return frames, opaque


def _count(path: Path, image: Image.Image) -> int:
    """Frames to be shown, which are not decoded yet; more than may be decoded are refused."""
    count = len(delays(path)) if image.format == "GIF" else getattr(image, "n_frames", 1) - _skipped(image)
    check_bytes(count * image.width * image.height * 3)
    return max(1, count)


def _durations(path: Path, image: Image.Image) -> list[Fraction]:
    """Seconds of each stored frame. None or zero counts as 0.1 s, in a GIF 0.01 s too, as browsers do."""
    if image.format == "GIF":
        return [Fraction(delay if delay > 1 else 10, 100) for delay in delays(path)]
    found = []
    for frame in ImageSequence.Iterator(image):
        frame.load()  # WebP knows a frame's duration only then
        found.append(Fraction(frame.info.get("duration") or 100).limit_denominator(1000) / 1000)
    return found


def _made(recipe: Recipe | None) -> Fraction | None:
    """The rate that a recipe of ours gives."""
    stated = stated_rate(recipe.get("fps")) if recipe else None
    return stated if stated is not None and stated <= MAX_RATE else None


def _has_trailer(path: Path) -> bool:
    """Whether a GIF is closed: cut between two frames it looks whole otherwise."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 64))
        return file.read().rstrip(b"\0").endswith(b";")
