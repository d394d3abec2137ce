"""The blocks of a GIF, without decoding a pixel: how many pictures it holds, and how long each is shown."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from soracli.errors import MediaError

MOST = 200_000  # pictures; an hour at 50 a second has 180,000
_PICTURE, _EXTENSION, _TIMING = 0x2C, 0x21, 0xF9


def delays(path: Path) -> list[int]:
    """Hundredths of a second for each picture, 0 where nothing is said; of a file that is cut off, what there is.

    Raises MediaError for more pictures than can be meant. Source: GIF89a specification, sections 17 to 27.
    """
    found: list[int] = []
    with path.open("rb") as file:
        head = file.read(13)
        _skip_colours(file, head[10] if len(head) == 13 else 0)
        delay = 0
        while (kind := file.read(1)) and len(found) <= MOST:
            if kind[0] == _EXTENSION:
                said = _timing(file)
                delay = delay if said is None else said
            elif kind[0] == _PICTURE:
                place = file.read(9)
                if len(place) < 9:
                    break
                _skip_colours(file, place[8])
                file.seek(1, 1)  # size of the first codes
                _skip_blocks(file)
                found.append(delay)
                delay = 0
            elif kind[0] != 0:  # the end, or no block at all; zeros in between are passed over, as decoders do
                break
    if len(found) > MOST:
        raise MediaError(f"holds more than {MOST:,} pictures; cut out the part you need", "too_long")
    return found


def _timing(file: BinaryIO) -> int | None:
    """The delay that an extension states, if it is one that does; the file stands behind it."""
    label = file.read(1)
    size = file.read(1)
    data = file.read(size[0]) if size else b""
    if size and size[0]:
        _skip_blocks(file)
    return int.from_bytes(data[1:3], "little") if label == bytes([_TIMING]) and len(data) >= 4 else None


def _skip_colours(file: BinaryIO, flags: int) -> None:
    if flags & 0x80:
        file.seek(3 * 2 ** ((flags & 7) + 1), 1)


def _skip_blocks(file: BinaryIO) -> None:
    while (size := file.read(1)) and size[0]:
        file.seek(size[0], 1)
