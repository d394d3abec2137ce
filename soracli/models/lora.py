"""Low-rank adapters (Hu et al. 2021), added to the weights as they are loaded: W + scale * alpha / rank * up @ down.

Files name layers as the network's own files do, in either of its layouts, behind one of a few prefixes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from soracli.errors import WeightsError

PREFIX = re.compile(r"^(?:model\.)?(?:diffusion_model|transformer)\.")
DOWN, UP = (".lora_A.weight", ".lora_down.weight"), (".lora_B.weight", ".lora_up.weight")
WHOLE = {".diff": ".weight", ".diff_b": ".bias", ".diff_m": ".modulation"}  # differences that are not low-rank


@dataclass(frozen=True)
class Lora:
    """scale: 1 = as it was trained."""

    path: Path
    scale: float = 1.0


Additions = Mapping[str, Sequence[Callable[[], Tensor]]]  # by name of a weight, what makes each of the things to add


def additions(loras: Sequence[Lora], wanted: Mapping[str, torch.Size], rules: tuple[tuple[str, str], ...]) -> Additions:
    """What adapters change, multiplied out when it is asked for: whole, it is as large as the network.

    wanted: names and shapes of the network. Raises WeightsError if a file is damaged or made for another network.
    """
    found: dict[str, list[Callable[[], Tensor]]] = {}
    for lora in loras:
        for target, difference in _changes(lora, wanted, rules):
            found.setdefault(target, []).append(difference)
    return found


def _changes(
    lora: Lora, wanted: Mapping[str, torch.Size], rules: tuple[tuple[str, str], ...]
) -> Iterator[tuple[str, Callable[[], Tensor]]]:
    from soracli.models.published import renamed

    try:
        file = {PREFIX.sub("", name): tensor for name, tensor in load_file(lora.path).items()}
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"{lora.path}: cannot be read ({error}); check the file name", "lora") from error
    strange, count = [], 0
    for name in file:
        change = _difference(file, name)
        if change is None:
            continue
        target = change.target if change.target in wanted else renamed(change.target, rules)
        if target not in wanted or wanted[target].numel() != change.count:
            strange.append(name)
            continue
        count += 1
        yield target, partial(change.made, lora.scale)
    if strange or not count:
        why = f"{len(strange)} of its layers are not in it, such as {strange[0]}" if strange else "it changes nothing"
        raise WeightsError(f"{lora.path}: was not made for this model ({why}); take one that was", "lora")


@dataclass(frozen=True)
class _Change:
    """What is added to a weight: `share` times `up @ down`, or a whole tensor. count: of its numbers."""

    target: str
    up: Tensor
    down: Tensor | None = None
    share: float = 1.0

    @property
    def count(self) -> int:
        return self.up.numel() if self.down is None else len(self.up) * self.down[0].numel()

    def made(self, scale: float) -> Tensor:
        if self.down is None:
            return scale * self.up.float()
        return scale * self.share * torch.flatten(self.up.float(), 1) @ torch.flatten(self.down.float(), 1)


def _difference(file: Mapping[str, Tensor], name: str) -> _Change | None:
    """A change, told by one of the tensors of each layer; None for the others."""
    for ending, kind in WHOLE.items():
        if name.endswith(ending):
            return _Change(name.removesuffix(ending) + kind, file[name])
    last = next((last for last in DOWN if name.endswith(last)), None)
    if last is None:
        return None
    stem = name.removesuffix(last)
    up = file.get(stem + UP[DOWN.index(last)])
    if up is None:
        return None
    alpha = file.get(stem + ".alpha")
    share = 1.0 if alpha is None else float(alpha) / len(file[name])
    return _Change(stem + ".weight", up, file[name], share)
