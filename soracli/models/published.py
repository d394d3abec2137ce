"""Reads published checkpoints into our modules: shards, original names, float8 files; nothing is held twice.

A module is built without memory (on the meta device), the files are mapped, and each tensor is brought to its type and
device one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from soracli.errors import WeightsError
from soracli.models.lora import Lora, merged
from soracli.types import Card

Rules = tuple[
    tuple[str, str], ...
]  # (pattern, replacement), in order; of those that begin with ^ only the first that fits
C = TypeVar("C")
M = TypeVar("M", bound=nn.Module)

FLOAT8 = (torch.float8_e4m3fn, torch.float8_e5m2)
SCALE = " scale"  # how we call it while reading
SCALES = (".scale_weight", ".weight_scale")  # what a float8 weight is multiplied by, as two tools call it


@dataclass(frozen=True)
class Form:
    """How a component's files are to be read.

    rules: from original names to ours, used if the names in the files are not ours. prefix: of its tensors in a file
    that holds several components. drop: pattern of unwanted tensors. keep: pattern of those that stay float32.
    """

    rules: Rules = ()
    prefix: str = ""
    drop: str = "(?!)"
    keep: str = "(?!)"


def configured(kind: type[C], card: Card, table: str) -> C:
    """The configuration of a component from its table in the card; lists become tuples."""
    given: Mapping[str, Any] = card.params.get(table, {})
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if strange := sorted(given.keys() - known):
        raise WeightsError(f"model '{card.name}': params.{table} has an unknown '{strange[0]}'", "manifest")
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in given.items()})


def adapters(card: Card) -> tuple[Lora, ...]:
    """Those that a card's params name: `loras`, pairs of path and scale."""
    return tuple(Lora(Path(path), float(scale)) for path, scale in card.params.get("loras", ()))


def renamed(name: str, rules: Rules) -> str:
    settled = False
    for pattern, replacement in rules:
        if pattern.startswith("^") and settled:
            continue
        new = re.sub(pattern, replacement, name)
        settled |= pattern.startswith("^") and new != name
        name = new
    return name


@torch.inference_mode(False)  # loaded in the middle of a sampling, used by its caller as well
def load(
    build: Callable[[], M],
    paths: Sequence[Path],
    form: Form,
    *,
    device: str = "cpu",
    dtype: torch.dtype | None = None,
    loras: Sequence[Lora] = (),
) -> M:
    """A module with the weights of these files and what adapters add to them, for inference.

    dtype: of its weights; None = that of the files, float16 as bfloat16, float8 unpacked when it is used.
    Raises WeightsError if a file is damaged or does not fit.
    """
    with torch.device("meta"):
        module = build()
    wanted = {name: tensor.shape for name, tensor in module.state_dict().items()}
    linear = {f"{name}.weight" for name, part in module.named_modules() if isinstance(part, nn.Linear)}
    state: dict[str, Tensor] = {}
    for path in paths:
        try:
            state |= _read(path, wanted, linear, form, device, dtype)
        except FileNotFoundError:
            raise WeightsError(f"{path}: file is missing; run: sora model verify", "weights_missing") from None
        except (SafetensorError, OSError) as error:
            raise WeightsError(
                f"{path}: cannot be read ({error}); run: sora model verify", "weights_damaged"
            ) from error
    _check(state, wanted, paths)
    for lora in loras:
        state |= merged(state, lora, form.rules)
    _pack(module, state)
    module.load_state_dict(state, assign=True)
    return module.eval().requires_grad_(False)


class Packed(nn.Module):
    """A linear layer whose float8 weight is unpacked for each use: half the memory of bfloat16, a little slower."""

    weight: Tensor
    scale: Tensor

    def __init__(self, weight: Tensor, scale: Tensor, bias: Tensor | None) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("scale", scale)
        self.bias = None if bias is None else nn.Parameter(bias, requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, self.weight.to(x.dtype) * self.scale.to(x.dtype), self.bias)


def _pack(module: nn.Module, state: dict[str, Tensor]) -> None:
    """Put packed layers in the place of those whose weights are float8, and take these out of the state."""
    for name in [name for name, tensor in state.items() if tensor.dtype in FLOAT8]:
        parent, _, last = name.removesuffix(".weight").rpartition(".")
        scale, bias = state.pop(name + SCALE), state.get(name.removesuffix("weight") + "bias")
        setattr(module.get_submodule(parent), last, Packed(state.pop(name), scale, bias))
    state |= {name: tensor for name, tensor in module.state_dict().items() if tensor.device.type != "meta"}


def _read(
    path: Path, wanted: Collection[str], linear: set[str], form: Form, device: str, dtype: torch.dtype | None
) -> dict[str, Tensor]:
    """The tensors of one file under our names. linear: those that may stay float8."""
    state = {}
    with safe_open(path, "pt", device="cpu") as file:
        present = list(file.keys())
        inside = any(name.startswith(form.prefix) for name in present) if form.prefix else False
        kept = {name: name.removeprefix(form.prefix) for name in present if not inside or name.startswith(form.prefix)}
        scales = {name for name in present if name.endswith(SCALES)}
        kept = {name: short for name, short in kept.items() if name not in scales and not re.search(form.drop, short)}
        plain = all(short in wanted for short in kept.values())
        for name, short in kept.items():
            tensor = file.get_tensor(name)
            new = short if plain else renamed(short, form.rules)
            if tensor.dtype in FLOAT8:
                stem = name.removesuffix(".weight")
                scale = next((file.get_tensor(stem + s) for s in SCALES if stem + s in scales), torch.ones(()))
                if dtype is None and new in linear:
                    state[new], state[new + SCALE] = tensor.to(device, copy=True), scale.to(device, copy=True)
                    continue
                tensor = tensor.to(torch.bfloat16) * scale.to(torch.bfloat16)
            state[new] = _as(tensor, new, form, device, dtype)
    return state


def _as(tensor: Tensor, name: str, form: Form, device: str, dtype: torch.dtype | None) -> Tensor:
    """In its type and place. A copy even where nothing changes: mapped files lie at odd addresses, which is slow."""
    if not tensor.is_floating_point():
        return tensor.to(device)
    wanted = dtype or (torch.bfloat16 if tensor.dtype == torch.float16 else tensor.dtype)
    return tensor.to(device, torch.float32 if re.search(form.keep, name) else wanted, copy=True)


def _check(state: dict[str, Tensor], wanted: dict[str, torch.Size], paths: Sequence[Path]) -> None:
    """Names and shapes must be the module's."""
    missing = sorted(wanted.keys() - state.keys())
    strange = sorted(name for name in state.keys() - wanted.keys() if not name.endswith(SCALE))
    misshapen = [name for name in wanted.keys() & state.keys() if state[name].shape != wanted[name]]
    trouble = [f"lacks {name}" for name in missing[:1]] + [f"has an unknown {name}" for name in strange[:1]]
    trouble += [f"{name} is {tuple(state[name].shape)}, not {tuple(wanted[name])}" for name in sorted(misshapen)[:1]]
    if trouble:
        what = paths[0].name if paths else "no file"
        count = len(missing) + len(strange) + len(misshapen)
        raise WeightsError(
            f"{what}: does not fit this architecture ({trouble[0]}; {count} of {len(wanted)} tensors differ); "
            "choose the model's own files",
            "weights_damaged",
        )
