"""Containers as named elements, so that a fuzzer changes one field and leaves everything round it sound.

ISO media (MP4, MOV, AVIF) in boxes, Matroska and WebM in EBML elements, RIFF (WebP, AVI) and PNG in chunks, JPEG in
segments, GIF in extensions, TIFF in the entries of its first directory. Sizes of parents and checksums are set right.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

SMALL = 4096  # bytes of a body that is taken for metadata
ISO = {  # boxes with boxes in them, and how many bytes stand before those
    **dict.fromkeys(("moov", "trak", "mdia", "minf", "stbl", "edts", "dinf", "udta", "moof", "traf", "mvex", "iprp",
                     "ipco"), 0),
    "meta": 4, "stsd": 8, "avc1": 78, "hvc1": 78, "mp4v": 78, "av01": 78, "vp09": 78, "mp4a": 28,
}  # fmt: skip
EBML = {  # Segment, Info, Tracks, TrackEntry, Video, Audio, Colour, Cluster, BlockGroup, Tags, Tag, Cues
    "18538067", "1549a966", "1654ae6b", "ae", "e0", "e1", "55b0", "1f43b675", "a0", "1254c367", "7373", "1c53bb6b",
}  # fmt: skip
RIFF = {"LIST": 4, "ANMF": 16}
# what breaks who counts: none, one, the least and the most of a signed and an unsigned number, a few in between
WORDS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 90000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)


@dataclass(frozen=True)
class Element:
    """start: of its header, body: of what it holds, tail: of its checksum (= end where there is none).

    size: (offset, bytes) of the field that says how long it is; None = there is none, and its length must stay.
    """

    name: str
    start: int
    body: int
    tail: int
    end: int
    size: tuple[int, int] | None = None
    parents: tuple[Element, ...] = ()


@dataclass(frozen=True)
class Parsed:
    """order: of the bytes of a number. ebml, sealed: how sizes and checksums are written."""

    elements: list[Element]
    order: Literal["big", "little"] = "big"
    ebml: bool = False
    sealed: bool = False


def parse(data: bytes) -> Parsed:
    """Every element that is found; none of a container that is not known here."""
    if data[4:8] == b"ftyp":
        return Parsed(list(_boxes(data, 0, len(data), ())))
    if data[:4] == b"\x1aE\xdf\xa3":
        return Parsed(list(_ebml(data, 0, len(data), ())), ebml=True)
    if data[:4] == b"RIFF":
        whole = Element("RIFF", 0, 12, len(data), len(data), (4, 4))
        return Parsed(list(_riff(data, 12, len(data), (whole,))), "little")
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return Parsed(list(_png(data)), sealed=True)
    if data[:3] == b"\xff\xd8\xff":
        return Parsed(list(_jpeg(data)))
    if data[:3] == b"GIF":
        return Parsed(list(_gif(data)), "little")
    return Parsed(list(_tiff(data)), "little") if data[:4] == b"II*\0" else Parsed([])


def mutated(files: list[bytes], number: int) -> bytes:
    """Mutation `number`: one to three elements of one of the files changed, exchanged, repeated or taken out."""
    rng = np.random.default_rng([1, number])
    data = files[number % len(files)]
    for _ in range(int(rng.integers(1, 4))):
        data = _changed(data, files[int(rng.integers(len(files)))], rng)
    return data


def _changed(data: bytes, other: bytes, rng: np.random.Generator) -> bytes:
    found = parse(data)
    names = sorted({one.name for one in found.elements if one.tail - one.body <= SMALL})
    if not names:
        return data
    name = names[int(rng.integers(len(names)))]  # by name first: of some there are hundreds
    one = _any(rng, [part for part in found.elements if part.name == name])
    kind = int(rng.integers(8)) if one.size else 0
    if kind < 4:
        return _replaced(data, found, one, _head(data, one) + _words(data[one.body : one.tail], found.order, rng))
    if kind == 4:  # the same kind of thing from another file, or from elsewhere in this one
        twins = [part for part in parse(other).elements if part.name == name]
        source, twin = (other, _any(rng, twins)) if twins else (data, _any(rng, found.elements))
        return _replaced(data, found, one, _head(data, one) + source[twin.body : twin.tail], _head(data, one))
    if kind == 5:
        return _replaced(data, found, one, b"")
    if kind == 6:
        return _replaced(data, found, one, data[one.start : one.end] * 2)
    cut = int(rng.integers(1 + one.tail - one.body))  # longer or shorter than it should be
    body = data[one.body : one.tail][:cut] if rng.random() < 0.5 else data[one.body : one.tail] + rng.bytes(cut + 1)
    return _replaced(data, found, one, _head(data, one) + body, _head(data, one))


def _any(rng: np.random.Generator, found: list[Element]) -> Element:
    return found[int(rng.integers(len(found)))]


def _head(data: bytes, one: Element) -> bytes:
    return data[one.start : one.body]


def _words(body: bytes, order: Literal["big", "little"], rng: np.random.Generator) -> bytes:
    """One to three numbers of 1, 2, 4 or 8 bytes set to an odd value, moved by a little, or turned negative."""
    changed = bytearray(body)
    for _ in range(int(rng.integers(1, 4)) if body else 0):
        size = min(int(rng.choice([1, 2, 4, 4, 4, 8])), len(body))
        at = int(rng.integers(0, len(body) - size + 1))
        at -= at % size if rng.random() < 0.8 else 0
        before, limit = int.from_bytes(changed[at : at + size], order), 1 << 8 * size
        value = (WORDS[int(rng.integers(len(WORDS)))], before + int(rng.integers(-3, 4)), -before, before * 1000)
        changed[at : at + size] = (value[int(rng.integers(4))] % limit).to_bytes(size, order)
    return bytes(changed)


def _replaced(data: bytes, found: Parsed, one: Element, new: bytes, head: bytes = b"") -> bytes:
    """The file with other bytes in the place of an element. head: of it, whose size is to be set right."""
    checksum = data[one.tail : one.end] if new and len(new) != 2 * (one.end - one.start) else b""
    out = bytearray(data[: one.start] + new + checksum + data[one.end :])
    grown = len(new) + len(checksum) - (one.end - one.start)
    for part in (*one.parents, *([one] if head else [])):
        if part.size is not None and grown:
            _grow(out, part.size, grown, found)
    if found.sealed and new and checksum:
        at = one.start + len(new)
        out[at : at + 4] = zlib.crc32(out[one.start + 4 : at]).to_bytes(4, "big")
    return bytes(out)


def _grow(out: bytearray, field: tuple[int, int], by: int, found: Parsed) -> None:
    """Add to a size where it stands; one that does not fit there stays as it was, as does an unknown one."""
    at, count = field
    value = int.from_bytes(out[at : at + count], found.order)
    marker = 1 << 7 * count if found.ebml else 0
    limit = (marker << 1 if found.ebml else 1 << 8 * count) - 1
    if not (found.ebml and value == limit) and marker <= value + by < limit:
        out[at : at + count] = (value + by).to_bytes(count, found.order)


# --- containers -------------------------------------------------------------------------------------------------------


def _boxes(data: bytes, start: int, end: int, parents: tuple[Element, ...]) -> Iterator[Element]:
    at = start
    while at + 8 <= end:
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8].decode("latin-1")
        long = size == 1
        size = int.from_bytes(data[at + 8 : at + 16], "big") if long else size or end - at
        if size < 8 or at + size > end:
            return
        one = Element(
            name, at, at + (16 if long else 8), at + size, at + size, (at + 8, 8) if long else (at, 4), parents
        )
        yield one
        if name in ISO:
            yield from _boxes(data, one.body + ISO[name], one.end, (*parents, one))
        at += size


def _ebml(data: bytes, start: int, end: int, parents: tuple[Element, ...]) -> Iterator[Element]:
    at = start
    while at < end:
        name = 9 - data[at].bit_length()
        where = at + name
        if name > 4 or where >= end or (count := 9 - data[where].bit_length()) > 8:
            return
        value = int.from_bytes(data[where : where + count], "big") - (1 << 7 * count)
        body = where + count
        size = end - body if value == (1 << 7 * count) - 1 else value
        if body + size > end:
            return
        one = Element(data[at:where].hex(), at, body, body + size, body + size, (where, count), parents)
        yield one
        if one.name in EBML:
            yield from _ebml(data, body, one.end, (*parents, one))
        at = one.end


def _riff(data: bytes, start: int, end: int, parents: tuple[Element, ...]) -> Iterator[Element]:
    at = start
    while at + 8 <= end:
        size, name = int.from_bytes(data[at + 4 : at + 8], "little"), data[at : at + 4].decode("latin-1")
        stop = at + 8 + size + size % 2
        if stop > end:
            return
        one = Element(name, at, at + 8, stop, stop, (at + 4, 4), parents)
        yield one
        if name in RIFF:
            yield from _riff(data, one.body + RIFF[name], stop, (*parents, one))
        at = stop


def _png(data: bytes) -> Iterator[Element]:
    at = 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data):
            return
        yield Element(data[at + 4 : at + 8].decode("latin-1"), at, at + 8, end - 4, end, (at, 4))
        at = end


def _jpeg(data: bytes) -> Iterator[Element]:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        yield Element(f"{data[at + 1]:02x}", at, at + 4, end, end, (at + 2, 2))
        at = end


def _gif(data: bytes) -> Iterator[Element]:
    """Graphic controls (delays, disposal, transparency) and applications' extensions (repeats)."""
    for name, mark, length in (("control", b"\x21\xf9\x04", 8), ("application", b"\x21\xff\x0b", 19)):
        at = data.find(mark)
        while at >= 0:
            yield Element(name, at, at + 3, at + length - 1, at + length)
            at = data.find(mark, at + length)


def _tiff(data: bytes) -> Iterator[Element]:
    at = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[at : at + 2], "little")
    for entry in itertools.islice(range(at + 2, len(data) - 11, 12), count):
        tag = int.from_bytes(data[entry : entry + 2], "little")
        yield Element(str(tag), entry, entry + 2, entry + 12, entry + 12)
