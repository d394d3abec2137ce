"""Reads published checkpoints into our modules: shards, original names, float8 files, GGUF; nothing is held twice.

A module is built without memory (on the meta device), the files are mapped, and each tensor is brought to its type and
device one by one.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from soracli.card import Card
from soracli.errors import WeightsError, is_of_the_system
from soracli.formatting import short
from soracli.models.common import gguf, gguf_tensors, offload, pickled, single_file
from soracli.models.common.lora import Additions, Lora, additions
from soracli.models.common.packing import FLOAT8, FP8, QuantisedLinear, packed
from soracli.system import opening, parsing

Rules = tuple[
    tuple[str, str], ...
]  # (pattern, replacement), in order; of those that begin with ^ only the first that fits
C = TypeVar("C")
M = TypeVar("M", bound=nn.Module)

SCALE = " scale"  # how we call it while reading
SCALES = (".scale_weight", ".weight_scale")  # what a weight in eight bits is multiplied by, as two tools call it
UNUSED = (".scale_input", ".input_scale")  # what they would round inputs by; we do not
MARKER, FORMAT, FORMATS_OF = (
    "scaled_fp8",
    ".comfy_quant",
    "_quantization_metadata",
)  # how they say that there are scales
FORMATS = ("float8_e4m3fn", "float8_e5m2", "int8_tensorwise")  # of those, what one scale a matrix or row undoes


@dataclass(frozen=True)
class FileLayout:
    """How a component's files are to be read.

    rules: from original names to ours, used if the names in the files are not ours. originals: back. prefix: of its
    tensors in a file that holds several components. drop: pattern of unwanted tensors. keep: pattern of those that stay
    float32. blocks: pattern of what belongs to the repeated blocks, whose matrices may be packed and may stay in main
    memory.
    """

    rules: Rules = ()
    originals: Rules = ()
    prefix: str = ""
    drop: str = "(?!)"
    keep: str = "(?!)"
    blocks: str = "(?!)"


@dataclass(frozen=True)
class LoadOptions:
    """How a component is wanted in memory.

    dtype: of its weights; None = that of the files, float16 as bfloat16, float8 unpacked when it is used.
    packing: one of packing.KINDS, for the matrices of the repeated blocks; empty = as dtype says.
    in_turns: whether these matrices stay in main memory but for the one in use. loras: added to the weights.
    """

    device: str = "cpu"
    dtype: torch.dtype | None = None
    packing: str = ""
    in_turns: bool = False
    loras: Sequence[Lora] = ()


def configured(kind: type[C], card: Card, table: str) -> C:
    """The configuration of a component from its table in the card; lists become tuples."""
    given: Mapping[str, Any] = card.params.get(table, {})
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if strange := sorted(given.keys() - known):
        raise WeightsError(f"model '{card.name}': params.{table} has an unknown '{strange[0]}'", "manifest")
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in given.items()})


def adapters(card: Card, part: str = "") -> tuple[Lora, ...]:
    """The adapters that a request asks for. part: of the model, as Lora has it.

    Of a model of two experts, without those whose names say that they are for the other one.
    """
    every = ((Path(path), scale) for path, scale in card.options.loras)
    return tuple(
        Lora(path, scale, part) for path, scale in every if not part or single_file.expert(path.stem) in ("", part)
    )


def renamed(name: str, rules: Rules) -> str:
    """A tensor's name after (pattern, replacement) each; of those that begin with `^` only the first match counts."""
    settled = False
    for pattern, replacement in rules:
        if pattern.startswith("^") and settled:
            continue
        new = re.sub(pattern, replacement, name)
        settled |= pattern.startswith("^") and new != name
        name = new
    return name


@torch.inference_mode(False)  # loaded in the middle of a sampling, used by its caller as well
def load(build: Callable[[], M], paths: Sequence[Path], form: FileLayout, options: LoadOptions | None = None) -> M:
    """A module with the weights of these files and what adapters add to them, for inference.

    Raises WeightsError if a file is damaged or does not fit.
    """
    options = options or LoadOptions()
    with torch.device("meta"), _unfilled():
        module = build()
    wanted = {name: tensor.shape for name, tensor in module.state_dict().items()}
    linear = {f"{name}.weight" for name, part in module.named_modules() if isinstance(part, nn.Linear)}
    reader = _Reader(
        form, options, wanted, linear, additions(options.loras, wanted, partial(renamed, rules=form.originals))
    )
    state: dict[str, Tensor] = {}
    for path in paths:
        try:
            opening.check(path)
            found = reader.read(path)
        except FileNotFoundError:
            raise WeightsError(f"{path}: file is missing; run: sora model verify", "weights_missing") from None
        except (SafetensorError, OSError, ValueError) as error:
            if is_of_the_system(error):
                raise
            raise WeightsError(
                f"{path}: cannot be read ({short(error)}); run: sora model verify", "weights_damaged"
            ) from error
        if twice := sorted(found.keys() & state.keys()):
            raise WeightsError(
                f"{path}: holds {twice[0]}, which another of the model's files holds, too; keep one of them",
                "weights_damaged",
            )
        state |= found
    _check(state, wanted, paths)
    _pack(module, state)
    module.load_state_dict(state, assign=True)
    if options.in_turns:
        offload.in_turns(module, form.blocks, options.device)
    return module.eval().requires_grad_(False)


@contextlib.contextmanager
def _unfilled() -> Iterator[None]:
    """Layers are made without first values: drawing them without memory would load torch's compiler, for seconds."""
    names = ("uniform_", "normal_", "kaiming_uniform_", "ones_", "zeros_")
    plain = {name: getattr(nn.init, name) for name in names}
    for name in names:
        setattr(nn.init, name, lambda tensor, *_, **__: tensor)
    try:
        yield
    finally:
        for name, function in plain.items():
            setattr(nn.init, name, function)


def _pack(module: nn.Module, state: dict[str, Tensor]) -> None:
    """Put packed layers in the place of those whose weights come with a scale, and take these out of the state."""
    for name in [name.removesuffix(SCALE) for name in state if name.endswith(SCALE)]:
        parent, _, last = name.removesuffix(".weight").rpartition(".")
        scale, bias = state.pop(name + SCALE), state.get(name.removesuffix("weight") + "bias")
        setattr(module.get_submodule(parent), last, QuantisedLinear(state.pop(name), scale, bias))
    state |= {name: tensor for name, tensor in module.state_dict().items() if tensor.device.type != "meta"}


def opened(path: Path) -> Any:
    """A file's tensors by name: safetensors, GGUF or PyTorch's own. Raises SafetensorError, ValueError or OSError."""
    if path.suffix == gguf.SUFFIX:
        return gguf_tensors.File(path)
    return pickled.File(path) if path.suffix == pickled.SUFFIX else safe_open(path, "pt", device="cpu")


def _aside(name: str) -> bool:
    """Whether a tensor says how others are to be read, and is no weight itself."""
    return name.endswith((*SCALES, *UNUSED, FORMAT)) or name.rpartition(".")[2] == MARKER


def _scales(file: Any, names: Collection[str]) -> dict[str, str]:
    """Names of weights -> those of their scales. Raises ValueError if one is left over or a weight has two forms."""
    for name, form in _forms(file, names).items():
        kind = form.get("format") if isinstance(form, dict) else form
        if kind not in FORMATS:
            raise ValueError(f"{name} is quantised as {kind}; there are {', '.join(FORMATS)}")
    found = {}
    for name in (name for name in names if name.endswith(SCALES)):
        weight = next(name.removesuffix(ending) for ending in SCALES if name.endswith(ending)) + ".weight"
        if weight not in names or weight in found:
            raise ValueError(f"{name} scales nothing" if weight not in names else f"{weight} has two scales")
        found[weight] = name
    return found


def _forms(file: Any, names: Collection[str]) -> dict[str, Any]:
    """What a file says of how its layers, or single tensors, are quantised, by their names. Raises ValueError."""
    whole = parsing.from_json((file.metadata() or {}).get(FORMATS_OF, "{}"))
    layers = whole.get("layers", {}) if isinstance(whole, dict) else None
    if not isinstance(layers, dict):
        raise ValueError(f"its {FORMATS_OF} lists no layers")
    forms = dict(layers)
    for name in names:
        if name.endswith(FORMAT):
            forms[name] = parsing.from_json(bytes(file.get_tensor(name).flatten().to(torch.uint8).tolist()))
    return forms


def _scale(file: Any, name: str, weight: Tensor) -> Tensor | None:
    """One number, or one for each row, (N, 1); None if there is no such name."""
    if not name:
        return None
    scale: Tensor = file.get_tensor(name).float()
    if scale.numel() != 1 and (weight.ndim < 2 or scale.numel() != len(weight)):
        raise ValueError(f"{name} has {scale.numel()} numbers for {tuple(weight.shape)}")
    return scale.reshape(()) if scale.numel() == 1 else scale.reshape(-1, 1)


@dataclass(frozen=True)
class _Reader:
    """Brings tensors from files to our names, and to the type and device that `options` name.

    wanted: names of the module. linear: its matrices, the only weights that may be packed.
    """

    form: FileLayout
    options: LoadOptions
    wanted: Collection[str]
    linear: Collection[str]
    added: Additions

    def read(self, path: Path) -> dict[str, Tensor]:
        """The tensors of one file under our names. Raises ValueError for what is quantised as nobody knows."""
        state: dict[str, Tensor] = {}
        with opened(path) as file:
            present, prefix = list(file.keys()), self.form.prefix
            inside = any(name.startswith(prefix) for name in present) if prefix else False
            kept = {name: name.removeprefix(prefix) for name in present if not inside or name.startswith(prefix)}
            scales = _scales(file, kept)
            kept = {n: short for n, short in kept.items() if not _aside(n) and not re.search(self.form.drop, short)}
            plain = all(short in self.wanted for short in kept.values())
            for name, short in kept.items():
                new = short if plain else renamed(short, self.form.rules)
                tensor = file.get_tensor(name)
                if isinstance(file, gguf_tensors.File) and self.options.dtype is None and tensor.dtype == torch.float32:
                    tensor = tensor.to(torch.bfloat16) if tensor.ndim > 1 else tensor
                state |= self.brought(new, tensor, _scale(file, scales.get(name, ""), tensor))
        return state

    def brought(self, name: str, tensor: Tensor, scale: Tensor | None) -> dict[str, Tensor]:
        """A tensor, with its scale if it is packed. scale: of one in eight bits as the file has it."""
        options = self.options
        device = offload.HOST if options.in_turns and self._in_blocks(name) else options.device
        if tensor.dtype in FLOAT8:
            as_it_is = options.packing == FP8 if options.packing and self._in_blocks(name) else options.dtype is None
            if as_it_is and name in self.linear and name not in self.added:
                scale = torch.ones(()) if scale is None else scale
                return {name: tensor.to(device, copy=True), name + SCALE: scale.to(device, copy=True)}
            tensor = tensor.to(torch.bfloat16)
        elif not tensor.is_floating_point() and (scale is None or tensor.dtype != torch.int8):
            raise ValueError(f"{name} holds whole numbers without a scale")
        if scale is not None:
            kind = tensor.dtype if tensor.is_floating_point() else torch.bfloat16
            tensor = tensor.to(kind) * scale.to(kind).view(-1, *[1] * (tensor.ndim - 1))
        if name in self.added:
            whole = tensor.float()
            kind = torch.float32 if re.search(self.form.keep, name) else options.dtype or tensor.dtype
            tensor = sum((difference(whole) for difference in self.added[name]), start=whole).to(kind)
        if options.packing and self._in_blocks(name):
            q, rows = packed(tensor, options.packing)
            return {name: q.to(device), name + SCALE: rows.to(device)}
        return {name: self._plain(tensor, name, device)}

    def _in_blocks(self, name: str) -> bool:
        return name in self.linear and re.search(self.form.blocks, name) is not None

    def _plain(self, tensor: Tensor, name: str, device: str) -> Tensor:
        """In its type and place. A copy even if nothing changes: mapped files lie at odd addresses, which is slow."""
        wanted = self.options.dtype or (torch.bfloat16 if tensor.dtype == torch.float16 else tensor.dtype)
        return tensor.to(device, torch.float32 if re.search(self.form.keep, name) else wanted, copy=True)


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
