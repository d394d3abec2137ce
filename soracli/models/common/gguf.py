"""What a GGUF file holds: names, shapes, types and places of its tensors, read off its header alone.

After github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3. Numbers in a file are limits for nothing:
each is compared with the file's size before it is believed.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

SUFFIX = ".gguf"
MAGIC, VERSIONS = b"GGUF", (2, 3)
ALIGNMENT, DIMENSIONS, LONGEST = 32, 8, 1 << 16  # bytes; of a tensor; bytes of a name
LARGEST = 100_000_000  # bytes of a header that is believed
SHAPE = "comfy.gguf.orig_shape."  # + name: the shape of a tensor that was laid flat for this format

# number of a type -> its name, numbers in a block, bytes of a block
TYPES = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 30: ("BF16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22), 7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110),
    12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 20: ("IQ4_NL", 32, 18),
    23: ("IQ4_XS", 256, 136),
}  # fmt: skip
_FIXED = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_TEXT, _LIST = 8, 9


class Entry(NamedTuple):
    """A tensor. kind: a name of TYPES. start, stop: its bytes in the file."""

    shape: tuple[int, ...]
    kind: str
    start: int
    stop: int


@dataclass
class _Reader:
    file: BinaryIO
    left: int  # bytes that may still be read

    def take(self, count: int) -> bytes:
        if not 0 <= count <= self.left:
            raise ValueError("the header is longer than the file")
        self.left -= count
        data = self.file.read(count)
        if len(data) < count:
            raise ValueError("it ends within its header")
        return data

    def number(self, kind: str) -> int:
        return int(struct.unpack("<" + kind, self.take(struct.calcsize("<" + kind)))[0])

    def text(self) -> str:
        return self.take(self.number("Q")).decode()

    def value(self) -> object:
        """A value of the table at the beginning; lists of numbers as they are, of texts as None."""
        kind = self.number("I")
        if kind != _LIST:
            return self._one(kind)
        inner, count = self.number("I"), self.number("Q")
        if inner in _FIXED:
            size = struct.calcsize("<" + _FIXED[inner])
            data = self.take(count * size)
            return list(struct.unpack(f"<{count}{_FIXED[inner]}", data)) if count <= DIMENSIONS else None
        if inner != _TEXT or count > self.left:
            raise ValueError(f"it has a list of type {inner}")
        for _ in range(count):
            self.text()
        return None

    def _one(self, kind: int) -> object:
        if kind == _TEXT:
            return self.text()
        if kind not in _FIXED:
            raise ValueError(f"it has a value of type {kind}")
        return struct.unpack("<" + _FIXED[kind], self.take(struct.calcsize("<" + _FIXED[kind])))[0]


def entries(path: Path) -> dict[str, Entry]:
    """Every tensor of a file by name. Raises ValueError if it is damaged or of a type that is not known, or OSError."""
    size = path.stat().st_size
    with path.open("rb") as file:
        reader = _Reader(file, min(size, LARGEST))
        if reader.take(4) != MAGIC:
            raise ValueError("it is not GGUF")
        if (version := reader.number("I")) not in VERSIONS:
            raise ValueError(f"it is of version {version}")
        tensors, values = reader.number("Q"), reader.number("Q")
        about = {reader.text(): reader.value() for _ in range(_count(values, reader))}
        rows = [_row(reader) for _ in range(_count(tensors, reader))]
        align = about.get("general.alignment", ALIGNMENT)
        if not isinstance(align, int) or not 0 < align <= 1 << 20:
            raise ValueError("its alignment is odd")
        first = math.ceil(file.tell() / align) * align
    found: dict[str, Entry] = {}
    for name, shape, number, offset in rows:
        kind, block, width = _type(number, name)
        count = math.prod(shape)
        stop = first + offset + count // block * width
        if count % block or stop > size or name in found:
            raise ValueError(f"{name} does not fit into it")
        found[name] = Entry(_shape(about.get(SHAPE + name), shape, name), kind, first + offset, stop)
    return found


def _count(number: int, reader: _Reader) -> int:
    if number > reader.left // 12:  # bytes of the shortest of them
        raise ValueError("the header is longer than the file")
    return number


def _row(reader: _Reader) -> tuple[str, tuple[int, ...], int, int]:
    """Name, shape, number of its type, where it begins after the header."""
    name, dimensions = reader.text(), reader.number("I")
    if dimensions > DIMENSIONS or len(name) > LONGEST:
        raise ValueError(f"a tensor has {dimensions} dimensions")
    shape = tuple(reader.number("Q") for _ in range(dimensions))[::-1]
    return name, shape, reader.number("I"), reader.number("Q")


def _type(number: int, name: str) -> tuple[str, int, int]:
    if number not in TYPES:
        known = ", ".join(kind for kind, _, _ in TYPES.values())
        raise ValueError(f"{name} is quantised in a way of number {number}; there are {known}")
    return TYPES[number]


def _shape(told: object, shape: tuple[int, ...], name: str) -> tuple[int, ...]:
    if told is None:
        return shape
    whole = isinstance(told, list) and all(type(side) is int for side in told)
    if not isinstance(told, list) or not whole or math.prod(told) != math.prod(shape) or min(told, default=0) < 1:
        raise ValueError(f"{name} has two shapes")
    return tuple(told)


def shapes(path: Path) -> Mapping[str, list[int]]:
    """Shapes of a file's tensors by name, in the order of torch."""
    return {name: list(entry.shape) for name, entry in entries(path).items()}
