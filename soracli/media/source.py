"""What reading gives: `MediaInfo`, `Source`, and the recipe that a file may carry. Limits on what is read."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from soracli.errors import MediaError
from soracli.media.audio import Audio
from soracli.system import parsing
from soracli.types import Clip

Recipe = dict[str, Any]

MAX_PIXELS = 64_000_000  # of one frame
MAX_BYTES = 8_000_000_000  # of all frames of a clip, decoded
MAX_SECONDS = 3600  # of a clip
_RATE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(?:/([0-9]{1,9}))?")
EXIF_IFD, USER_COMMENT = 0x8769, 0x9286
ASCII_CODE = b"ASCII\0\0\0"  # character code that opens an Exif UserComment


@dataclass(frozen=True)
class MediaInfo:
    """What a file is as it is seen and heard: upright, with square pixels, at a constant rate.

    fps and seconds are 0 for a still. sound: of the track that is used; empty if there is none. notes: what is odd,
    without the file's name.
    """

    path: str
    format: str
    codec: str
    pixels: str
    width: int
    height: int
    frames: int
    fps: Fraction
    seconds: float
    bytes: int
    recipe: Recipe | None
    sound: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A picture or clip as it was read.

    path: as it was given, `-` for standard input. clip: upright, opaque, square pixels, a constant rate.
    audio: its sound, exactly under the picture; None if it has none. notes: plain sentences on what was odd.
    data: the file itself where it came through standard input, which cannot be read again. state: of the file when it
    was read (`state_of`); empty where there is none.
    """

    path: Path
    clip: Clip
    audio: Audio | None = None
    notes: tuple[str, ...] = ()
    data: bytes | None = field(default=None, repr=False)
    state: tuple[int, ...] = ()


def state_of(path: Path) -> tuple[int, ...]:
    """What changes when a file is replaced or written: which one it is, its time and size."""
    status = path.stat()
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size


def parse_recipe(comment: str) -> Recipe | None:
    """The recipe in a comment, or None if the comment is something else."""
    with contextlib.suppress(ValueError):
        found = parsing.from_json(comment)
        if isinstance(found, dict):
            return found
    return None


def stated_rate(value: object) -> Fraction | None:
    """A rate that a recipe states, `24` or `30000/1001`, within 1..1000; None if it states none that can be meant."""
    found = _RATE.fullmatch(value) if isinstance(value, str) else None
    if found is None or not int(found[2] or 1):
        return None
    rate = Fraction(found[1]) / int(found[2] or 1)
    return rate if 1 <= rate <= 1000 else None


def check_pixels(width: int, height: int) -> None:
    """Refuse frames that are too large to be meant. Like every message of a reader, this lacks the file's name."""
    if width * height > MAX_PIXELS:
        raise MediaError(f"{width}x{height} is over the {MAX_PIXELS // 10**6} Mpx limit", "too_large")


def check_bytes(count: int) -> None:
    """Refuse a clip whose decoded frames and sound, count bytes, would fill the memory."""
    if count > MAX_BYTES:
        raise MediaError(
            f"is over {MAX_BYTES // 10**9} GB when decoded; cut out the part you need, or make it smaller", "too_long"
        )


def check_seconds(seconds: float) -> None:
    """Refuse a clip longer than anything that can be made; a header that lies is the commonest reason."""
    if seconds > MAX_SECONDS:
        raise MediaError(
            f"lasts {seconds:,.0f} s; the limit is {MAX_SECONDS} s, so cut out the part you need", "too_long"
        )
