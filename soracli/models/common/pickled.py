"""Weights in PyTorch's own format, as trainers save them. Nothing but tensors is unpickled; files are mapped."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import torch
from torch import Tensor

from soracli.models.common.tensor_file import TensorFile

SUFFIX = ".pt"
INSIDE = ("generator_ema", "generator")  # of several networks in a file the one that paints, averaged if it is there
WRAPPED = re.compile(r"^(model\.)?(_fsdp_wrapped_module\.)?")  # what trainers put before names


class File(TensorFile):
    """An open file, in the form of safetensors' own. Raises ValueError if it holds anything but named tensors."""

    def __init__(self, path: Path) -> None:
        try:
            found = torch.load(path, map_location="cpu", mmap=True, weights_only=True)
        except (pickle.UnpicklingError, RuntimeError, EOFError, KeyError) as error:
            raise ValueError(f"is no file of tensors alone ({type(error).__name__})") from error
        if isinstance(found, dict):
            found = next((found[name] for name in INSIDE if name in found), found)
        if not isinstance(found, dict) or not all(isinstance(tensor, Tensor) for tensor in found.values()):
            raise ValueError("holds something other than named tensors")
        self._tensors: dict[str, Tensor] = {WRAPPED.sub("", str(name)): tensor for name, tensor in found.items()}
        super().__init__(self._tensors)

    def get_tensor(self, name: str) -> Tensor:
        """A tensor, mapped from the file."""
        return self._tensors[name]
