"""Low-rank adapters (Hu et al. 2021), added to the weights as they are loaded: W + scale * alpha / rank * up @ down.

Files name layers as the network's own files do, in either of its layouts, behind one of a few prefixes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from soracli.errors import WeightsError

PREFIX = re.compile(r"^(?:model\.)?(?:diffusion_model|transformer)\.")
DOWN, UP = (".lora_A.weight", ".lora_down.weight"), (".lora_B.weight", ".lora_up.weight")
WHOLE = {".diff": ".weight", ".diff_b": ".bias"}  # differences that are not low-rank


@dataclass(frozen=True)
class Lora:
    """scale: 1 = as it was trained."""

    path: Path
    scale: float = 1.0


def merged(state: Mapping[str, Tensor], lora: Lora, rules: tuple[tuple[str, str], ...]) -> dict[str, Tensor]:
    """The changed tensors of a state. Raises WeightsError if the file is damaged or made for another network."""
    from soracli.models.published import renamed

    try:
        file = {PREFIX.sub("", name): tensor for name, tensor in load_file(lora.path).items()}
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"{lora.path}: cannot be read ({error}); check the file name", "lora") from error
    changed: dict[str, Tensor] = {}
    strange = []
    for name in file:
        found = _difference(file, name)
        if found is None:
            continue
        target, difference = found
        target = target if target in state else renamed(target, rules)
        if target not in state or state[target].numel() != difference.numel():
            strange.append(name)
            continue
        old = changed.get(target, state[target])
        changed[target] = (old.float() + lora.scale * difference.to(old.device).view(old.shape)).to(old.dtype)
    if strange or not changed:
        why = f"{len(strange)} of its layers are not in it, such as {strange[0]}" if strange else "it changes nothing"
        raise WeightsError(f"{lora.path}: was not made for this model ({why}); take one that was", "lora")
    return changed


def _difference(file: Mapping[str, Tensor], name: str) -> tuple[str, Tensor] | None:
    """(name of what is changed, by how much), told by one of the tensors of each layer; None for the others."""
    for ending, kind in WHOLE.items():
        if name.endswith(ending):
            return name.removesuffix(ending) + kind, file[name].float()
    last = next((last for last in DOWN if name.endswith(last)), None)
    if last is None:
        return None
    stem = name.removesuffix(last)
    down, up = file[name].float(), file.get(stem + UP[DOWN.index(last)])
    if up is None:
        return None
    alpha = file.get(stem + ".alpha")
    share = 1.0 if alpha is None else float(alpha) / len(down)
    return stem + ".weight", share * torch.flatten(up.float(), 1) @ torch.flatten(down, 1)
