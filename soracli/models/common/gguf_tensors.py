"""GGUF's tensors as numbers: blocks of 32 or 256 with scales of their own, as ggml lays them out.

n blocks; every function takes (n, bytes of a block) uint8 and gives (n, numbers of a block) float32. The layouts are
those of ggml's ggml-quants.c; numbers equal those of its dequantiser.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from soracli.models.common import gguf
from soracli.models.common.tensor_file import TensorFile

IQ4 = (-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113)  # what the codes of IQ4 stand for
_PLAIN = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


class File(TensorFile):
    """An open file, in the form of safetensors' own. Raises ValueError as gguf.entries does."""

    def __init__(self, path: Path) -> None:
        self._entries = gguf.entries(path)
        super().__init__(self._entries)
        self._bytes = torch.from_file(str(path), shared=False, size=path.stat().st_size, dtype=torch.uint8)

    def get_tensor(self, name: str) -> Tensor:
        """A tensor; what is quantised as float32."""
        shape, kind, start, stop = self._entries[name]
        data = self._bytes[start:stop]
        if kind in _PLAIN:
            return data.clone().view(_PLAIN[kind]).view(shape)
        _, _, width = next(row for row in gguf.TYPES.values() if row[0] == kind)
        return UNPACKED[kind](data.view(-1, width)).reshape(shape)


def _half(blocks: Tensor, start: int) -> Tensor:
    """A float16 number of each block, (n, 1) float32."""
    return blocks[:, start : start + 2].clone().view(torch.float16).float()


def _codes(data: Tensor, width: int, shifts: tuple[int, ...], mask: int) -> Tensor:
    """Bytes (n, m) -> (n, m / width, shifts, width): of every `width` bytes the lowest bits, then the next."""
    by = torch.tensor(shifts, dtype=torch.uint8).view(1, 1, -1, 1)
    return (data.reshape(len(data), -1, 1, width) >> by) & mask


def _nibbles(data: Tensor, width: int) -> Tensor:
    return _codes(data, width, (0, 4), 15)


def _bits(data: Tensor) -> Tensor:
    """32 bits of each block in order, (n, 32)."""
    return _codes(data, 1, tuple(range(8)), 1).flatten(1)


def _q4_0(x: Tensor) -> Tensor:
    return _half(x, 0) * (_nibbles(x[:, 2:], 16).flatten(1).float() - 8)


def _q4_1(x: Tensor) -> Tensor:
    return _half(x, 0) * _nibbles(x[:, 4:], 16).flatten(1) + _half(x, 2)


def _q5_0(x: Tensor) -> Tensor:
    codes = _nibbles(x[:, 6:], 16).flatten(1) | (_bits(x[:, 2:6]) << 4)
    return _half(x, 0) * (codes.float() - 16)


def _q5_1(x: Tensor) -> Tensor:
    codes = _nibbles(x[:, 8:], 16).flatten(1) | (_bits(x[:, 4:8]) << 4)
    return _half(x, 0) * codes + _half(x, 2)


def _q8_0(x: Tensor) -> Tensor:
    return _half(x, 0) * x[:, 2:].clone().view(torch.int8)


def _scaled(codes: Tensor, scales: Tensor, least: Tensor | None = None) -> Tensor:
    """Codes (n, ...) in groups, one for each of the scales (n, groups); least: what is taken off each group."""
    groups = codes.reshape(len(codes), scales.shape[1], -1) * scales[..., None]
    return (groups if least is None else groups - least[..., None]).flatten(1)


def _q2_k(x: Tensor) -> Tensor:
    scales, codes = x[:, :16], _codes(x[:, 16:80], 32, (0, 2, 4, 6), 3)
    return _scaled(codes, _half(x, 80) * (scales & 15), _half(x, 82) * (scales >> 4))


def _q3_k(x: Tensor) -> Tensor:
    high = _codes(x[:, :32], 32, tuple(range(8)), 1).flatten(1)
    codes = _codes(x[:, 32:96], 32, (0, 2, 4, 6), 3).flatten(1).float() - 4 * (1 - high.float())
    low, top = _nibbles(x[:, 96:104], 8).flatten(1), _codes(x[:, 104:108], 4, (0, 2, 4, 6), 3).flatten(1)
    return _scaled(codes, _half(x, 108) * ((low | (top << 4)).float() - 32))


def _scales_k(x: Tensor) -> tuple[Tensor, Tensor]:
    """12 bytes of a block -> eight scales and eight least values of six bits."""
    low, least, both = x.reshape(len(x), 3, 4).unbind(1)
    scales = torch.cat([low & 63, (both & 15) | ((low >> 2) & 48)], 1)
    return scales, torch.cat([least & 63, (both >> 4) | ((least >> 2) & 48)], 1)


def _q4_k(x: Tensor) -> Tensor:
    scales, least = _scales_k(x[:, 4:16])
    return _scaled(_nibbles(x[:, 16:], 32), _half(x, 0) * scales, _half(x, 2) * least)


def _q5_k(x: Tensor) -> Tensor:
    scales, least = _scales_k(x[:, 4:16])
    high = _codes(x[:, 16:48], 32, tuple(range(8)), 1).flatten(1)
    codes = _nibbles(x[:, 48:], 32).flatten(1) | (high << 4)
    return _scaled(codes, _half(x, 0) * scales, _half(x, 2) * least)


def _q6_k(x: Tensor) -> Tensor:
    high = _codes(x[:, 128:192], 32, (0, 2, 4, 6), 3).flatten(1)
    codes = (_nibbles(x[:, :128], 64).flatten(1) | (high << 4)).float() - 32
    return _scaled(codes, _half(x, 208) * x[:, 192:208].clone().view(torch.int8))


def _iq4(codes: Tensor) -> Tensor:
    return torch.tensor(IQ4, dtype=torch.float32)[codes.long()]


def _iq4_nl(x: Tensor) -> Tensor:
    return _half(x, 0) * _iq4(_nibbles(x[:, 2:], 16)).flatten(1)


def _iq4_xs(x: Tensor) -> Tensor:
    top = _codes(x[:, 2:4], 1, (0, 2, 4, 6), 3).flatten(1)
    low = _nibbles(x[:, 4:8], 1).flatten(1)
    return _scaled(_iq4(_nibbles(x[:, 8:], 16)), _half(x, 0) * ((low | (top << 4)).float() - 32))


UNPACKED: dict[str, Callable[[Tensor], Tensor]] = {
    "Q4_0": _q4_0, "Q4_1": _q4_1, "Q5_0": _q5_0, "Q5_1": _q5_1, "Q8_0": _q8_0, "Q2_K": _q2_k, "Q3_K": _q3_k,
    "Q4_K": _q4_k, "Q5_K": _q5_k, "Q6_K": _q6_k, "IQ4_NL": _iq4_nl, "IQ4_XS": _iq4_xs,
}  # fmt: skip
