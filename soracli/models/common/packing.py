"""Weight-only quantisation to int8 or fp8: one scale per row, dequantised for each use.

W (N, K) ≈ q (N, K) · scale (N, 1), q int8 or float8
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

INT8, FP8 = "int8", "fp8"
KINDS = (INT8, FP8)
FLOAT8 = (torch.float8_e4m3fn, torch.float8_e5m2)
_TYPES = {INT8: torch.int8, FP8: torch.float8_e4m3fn}
_LARGEST = {INT8: 127.0, FP8: torch.finfo(torch.float8_e4m3fn).max}


def packed(matrix: Tensor, kind: str) -> tuple[Tensor, Tensor]:
    """Quantise a matrix (N, K) to (q (N, K), scale (N, 1)), rounded to the nearest. kind: one of KINDS."""
    full, most = matrix.float(), _LARGEST[kind]
    scale = full.abs().amax(1, keepdim=True).clamp_min(most * torch.finfo(torch.float32).tiny) / most  # (N, 1), normal
    q = (full / scale).clamp(-most, most)
    return (q.round() if kind == INT8 else q).to(_TYPES[kind]), scale


class QuantisedLinear(nn.Module):
    """A linear layer whose weight is dequantised for each use: half the memory of bfloat16, a little slower.

    scale: (N, 1), or one number for the whole matrix.
    """

    weight: Tensor
    scale: Tensor

    def __init__(self, weight: Tensor, scale: Tensor, bias: Tensor | None) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("scale", scale)
        self.bias = None if bias is None else nn.Parameter(bias, requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, self.weight.to(x.dtype) * self.scale.to(x.dtype), self.bias)
