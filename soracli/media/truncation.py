"""Is a file as long as the sizes written in it say? For containers that state no count of frames, or round it.

Only the heads of boxes, elements, chunks and tags are read. What has no sizes to go by passes: a live stream that stops
between two of its pieces cannot be told from one that ended there.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

_SEGMENT, _CLUSTER = 0x18538067, 0x1F43B675  # Matroska
_FOUR_BYTES = 0x10000000  # from here on identifiers take four bytes, as all do that can follow a cluster
_TS_PACKETS = 188, 192, 204  # bytes: plain, with a time in front, with a checksum behind
_TS_SYNC = 0x47


def ends_short(path: Path) -> bool:
    """Whether the file ends within what holds pictures and sound, by its own sizes."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head.startswith(b"\x1aE\xdf\xa3"):
            return _elements(file, size)
        if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
            return _boxes(file, size)
        if head[:4] == b"RIFF" and head[8:] == b"AVI ":
            return _chunks(file, size)
        if head.startswith(b"FLV"):
            return _tags(file, size)
    return False


def ends_in_a_packet(path: Path) -> bool:
    """Whether an MPEG transport stream, which states no length at all, ends within a packet."""
    with path.open("rb") as file:
        head = file.read(1024)
    for packet in _TS_PACKETS:
        marks = head[4 if packet == 192 else 0 :: packet]
        if len(marks) > 1 and set(marks) == {_TS_SYNC}:
            return path.stat().st_size % packet > 0
    return False


def _elements(file: BinaryIO, size: int) -> bool:
    """Matroska and WebM: a segment holds clusters; of either the size may be unknown, where it was written live."""
    at, end, live, pictures = 0, size, False, False
    while at < end:
        found = _element(file, at) if at < size else None
        if found is None:
            return pictures
        kind, body, length = found
        if not kind:
            return False  # not an element
        live = length is None if kind == _CLUSTER else live and kind < _FOUR_BYTES
        pictures = kind == _CLUSTER or live
        if kind == _SEGMENT and length is not None:
            end = body + length
        if kind == _SEGMENT or length is None:
            at = body
            continue
        at = body + length
        if at > size:
            return pictures
    return False


def _element(file: BinaryIO, at: int) -> tuple[int, int, int | None] | None:
    """(identifier, where its content begins, how long it is; None = unknown). None if the file ends before all that.

    The identifier is 0 if there is none. RFC 8794: the leading zeros of the first byte tell how many more follow.
    """
    file.seek(at)
    head = file.read(12)
    if not head:
        return None
    wide = 9 - head[0].bit_length()
    if wide > 4:
        return 0, at, 0
    if len(head) <= wide:
        return None
    long = 9 - head[wide].bit_length()
    if long > 8:
        return 0, at, 0
    if len(head) < wide + long:
        return None
    length = int.from_bytes(head[wide : wide + long], "big") & ((1 << 7 * long) - 1)
    known = length if length != (1 << 7 * long) - 1 else None
    return int.from_bytes(head[:wide], "big"), at + wide + long, known


def _boxes(file: BinaryIO, size: int) -> bool:
    """MP4 and QuickTime."""
    at = 0
    while at < size:
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            return any(head)  # zeros are padding
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:], "big")
        if length < 8:
            return False  # 0: as far as the file goes; else not a box
        at += length
        if at > size:
            return head[4:8] in (b"mdat", b"moof")
    return False


def _chunks(file: BinaryIO, size: int) -> bool:
    """AVI: lists of chunks, `movi` with the pictures; several `RIFF` if it is large. 0 = nobody filled the size in."""
    at = 0
    while at + 12 <= size:
        file.seek(at)
        head = file.read(12)
        length = int.from_bytes(head[4:8], "little")
        if head[:4] == b"RIFF":
            at += 12
            continue
        at += 8 + length + length % 2
        if at > size:
            return head[:4] == b"LIST" and head[8:] == b"movi"
    return False


def _tags(file: BinaryIO, size: int) -> bool:
    """Flash video: every tag is followed by its length."""
    file.seek(5)
    at = int.from_bytes(file.read(4), "big") + 4
    while at < size:
        file.seek(at)
        head = file.read(11)
        at += 15 + int.from_bytes(head[1:4], "big")
        if at - 4 > size:
            return len(head) < 11 or head[0] & 31 in (8, 9)  # sound, pictures
    return False
