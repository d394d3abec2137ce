"""Files of named tensors that are not safetensors, in the form of `safetensors.safe_open`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self

from torch import Tensor


class TensorFile:
    """An open file; its formats give `get_tensor`. names: of the tensors, in the order of the file."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def keys(self) -> list[str]:
        """Names of the tensors."""
        return list(self._names)

    def metadata(self) -> Mapping[str, str]:
        """What the file says beside its tensors: nothing that is read."""
        return {}

    def get_tensor(self, name: str) -> Tensor:
        """A tensor by name, on the CPU."""
        raise NotImplementedError
