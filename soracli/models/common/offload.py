"""Matrices that stay in main memory, and come to the device each for as long as it is used.

Synchronous and simple: the sizes of the open models make a step so long that bringing the weights is a small part of
it. What is not a matrix of a repeated block (norms, embeddings, tables) stays on the device.
"""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import Tensor, nn

from soracli.models.common.packing import QuantisedLinear

HOST = "cpu"


def is_offloaded(name: str, pattern: str) -> bool:
    """Whether a weight is one of those that stay in main memory. pattern: of matrices of repeated blocks."""
    return re.search(pattern, name) is not None


def in_turns(module: nn.Module, pattern: str, device: str) -> None:
    """Have the matrices of a module, which lie in main memory, brought to the device whenever they are used."""
    for name, part in module.named_modules():
        if isinstance(part, nn.Linear | QuantisedLinear) and is_offloaded(f"{name}.weight", pattern):
            _Turn(device).attach(part)


class _Turn:
    """Brings one layer and takes it back. Holds nothing of the layer while that is not in use."""

    def __init__(self, device: str) -> None:
        self.device = device
        self.home: list[tuple[Tensor, Tensor]] = []

    def attach(self, part: nn.Module) -> None:
        if torch.cuda.is_available() and torch.device(self.device).type == "cuda":
            for tensor in _tensors(part):
                tensor.data = tensor.data.pin_memory()
        part.register_forward_pre_hook(self.bring)
        part.register_forward_hook(self.take_back)

    @torch.inference_mode(False)
    def bring(self, part: nn.Module, given: Any) -> None:
        self.home = [(tensor, tensor.data) for tensor in _tensors(part)]
        for tensor, there in self.home:
            tensor.data = there.to(self.device, copy=True, non_blocking=True)

    @torch.inference_mode(False)
    def take_back(self, part: nn.Module, given: Any, result: Any) -> None:
        for tensor, there in self.home:
            tensor.data = there
        self.home = []


def _tensors(part: nn.Module) -> list[Tensor]:
    return [*part.parameters(), *part.buffers()]
