"""The weights inside a .tflite file: as much of FlatBuffers and of TensorFlow's schema as that takes."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

CONV, DEPTHWISE, DEQUANTIZE, CUSTOM = 3, 4, 6, 32  # operators
KINDS = {0: "<f4", 1: "<f2"}  # of numbers


class Table:
    """A table of a FlatBuffers file: its fields by their number in the schema."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at
        self.fields = at - struct.unpack_from("<i", data, at)[0]

    @classmethod
    def root(cls, data: bytes) -> Table:
        return cls(data, struct.unpack_from("<I", data, 0)[0])

    def _place(self, field: int) -> int:
        """Where a field is; 0 = it is not there."""
        if 4 + 2 * field >= struct.unpack_from("<H", self.data, self.fields)[0]:
            return 0
        step: int = struct.unpack_from("<H", self.data, self.fields + 4 + 2 * field)[0]
        return self.at + step if step else 0

    def number(self, field: int, kind: str = "<i") -> int:
        """0 if it is not there."""
        place = self._place(field)
        return int(struct.unpack_from(kind, self.data, place)[0]) if place else 0

    def _vector(self, field: int) -> tuple[int, int]:
        """Where a list begins, and how long it is."""
        place = self._place(field)
        if not place:
            return 0, 0
        place += struct.unpack_from("<I", self.data, place)[0]
        return place + 4, struct.unpack_from("<I", self.data, place)[0]

    def numbers(self, field: int) -> list[int]:
        start, count = self._vector(field)
        return list(struct.unpack_from(f"<{count}i", self.data, start))

    def bytes(self, field: int) -> bytes:
        start, count = self._vector(field)
        return self.data[start : start + count]

    def tables(self, field: int) -> list[Table]:
        start, count = self._vector(field)
        places = range(start, start + 4 * count, 4)
        return [Table(self.data, at + struct.unpack_from("<I", self.data, at)[0]) for at in places]


def kernels(data: bytes) -> Iterator[tuple[Tensor, Tensor]]:
    """Kernels and biases of a network's convolutions, in the order in which they are used, as torch has them:
    (out, in, rows, columns), (channels, 1, rows, columns) where each channel is by itself, (in, out, rows, columns) for
    the transposed one, which is an operator of MediaPipe's own.
    """
    model = Table.root(data)
    codes = [max(code.number(0, "<b"), code.number(3)) for code in model.tables(1)]
    buffers, graph = model.tables(4), model.tables(2)[0]
    tensors = graph.tables(0)
    packed: dict[int, int] = {}

    def values(number: int) -> Tensor:
        tensor = tensors[packed.get(number, number)]
        kind = KINDS[tensor.number(1, "<b")]
        found = np.frombuffer(buffers[tensor.number(2, "<I")].bytes(0), kind).astype(np.float32)
        return torch.from_numpy(found.reshape(tensor.numbers(0)))

    for operator in graph.tables(3):
        code, inputs = codes[operator.number(0, "<I")], operator.numbers(1)
        if code == DEQUANTIZE:
            packed[operator.numbers(2)[0]] = inputs[0]
        elif code in (CONV, DEPTHWISE, CUSTOM):
            kernel, bias = values(inputs[1]), values(inputs[2])
            yield kernel.permute(*((0, 3, 1, 2) if code == CONV else (3, 0, 1, 2))).contiguous(), bias
