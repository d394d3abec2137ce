"""Adapters: what a file of any trainer adds to a network's weights as they are loaded.

    W (N, K) a weight   r rank   s the strength of `--lora FILE:s`   α from the file, r where it says none

low rank  (LoRA, Hu et al. 2021)               s α/r · up (N, r) @ down (r, K)
LoHa      (Hyeon-Woo et al. 2022)              s α/r · (a1 @ b1) ⊙ (a2 @ b2)
LoKr      (Yeh et al. 2024)                    s α/r · kron(w1, w2)
whole     a difference, or one of a bias       s · D
DoRA      (Liu et al. 2024), on any of these   s · (m · (W + D) / ‖W + D‖ - W), norms of rows, or of columns

Layers go by the names of diffusers or of the original code, with dots or underscores, behind any of `PREFIXES`. Every
tensor of a file is used, or the file is refused by the name of the tensor that would be left over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from soracli.formatting import printable, short
from soracli.models.common import lora_file, lora_layers
from soracli.models.common.lora_file import refusal

PREFIXES = (
    "base_model.model.", "model.", "diffusion_model.", "transformer.", "unet.", "dit.", "pipe.", "module.",
    "lora_unet_", "lora_transformer_", "lora_", "lycoris_",
)  # fmt: skip


@dataclass(frozen=True)
class Lora:
    """An adapter that is asked for. scale: s, 1 = as it was trained.

    part: which of two experts it is added to, `lora_file.TRANSFORMER` or `LOW`; empty = a model has but one network.
    """

    path: Path
    scale: float = 1.0
    part: str = ""


Difference = Callable[[Tensor], Tensor]  # a weight as it is -> what to add to it, both float32 and of one shape
Additions = Mapping[str, Sequence[Difference]]  # by name of a weight
Originals = Callable[[str], str]  # our name of a tensor -> its name in the original code
Shapes = Mapping[str, torch.Size]


def additions(loras: Sequence[Lora], wanted: Shapes, original: Originals) -> Additions:
    """What adapters add to each weight, multiplied out when it is called for: whole, it is as large as the network.

    wanted: shapes of the network's weights by name. original: see `Originals`. Raises WeightsError if a file is damaged
    or made for another network, and where it holds a tensor that would not be used.
    """
    found: dict[str, list[Difference]] = {}
    places = {flat(written): name for name in wanted for written in (name, original(name))} if loras else {}
    for lora in loras:
        for target, difference in _changes(lora, wanted, places):
            found.setdefault(target, []).append(difference)
    return found


def flat(name: str) -> str:
    """A name with underscores for dots, as trainers write it whose modules may have no dots in their names."""
    return name.replace(".", "_")


def _changes(lora: Lora, wanted: Shapes, places: Mapping[str, str]) -> Iterator[tuple[str, Difference]]:
    layers, scaling = lora_file.read(lora.path, lora.part)
    strange: list[str] = []
    seen: dict[str, tuple[str, str]] = {}  # weight -> the layer of the file that changes it, one of its tensors
    for stem, layer in layers.items():
        for kind, change in lora_layers.changes(layer, scaling(stem)):
            target = _place(stem, kind, places)
            if target is None or not change.fits(wanted[target]):
                strange.append(printable(change.name))
                continue
            before, name = seen.setdefault(target, (stem, change.name))
            if before != stem:
                both = f"{short(name)} and {short(change.name)}"
                raise refusal(lora.path, f"changes one layer twice, by {both}; take one that holds one adapter")
            yield target, partial(change.difference, lora.scale)
    if strange:
        why = f"{len(strange)} of its layers are not in it, such as {strange[0]}"
        raise refusal(lora.path, f"was not made for this model ({why}); take one that was")


def _place(stem: str, kind: str, places: Mapping[str, str]) -> str | None:
    """Our name of the weight that a layer of a file changes, or None. kind: `weight`, `bias` or `modulation`."""
    for ending in (kind, "scale_shift_table") if kind == "modulation" else (kind,):
        if found := places.get(flat(f"{stem}.{ending}").lstrip("_")):
            return found
    shorter = (stem.removeprefix(prefix) for prefix in PREFIXES if stem.startswith(prefix))
    return next((found for rest in shorter if (found := _place(rest, kind, places))), None)
