"""The storage format of our own weights: int8 matrices with one scale per row, everything else fp16, in shards.

A matrix W (N, K) is kept as q (N, K) int8 and s (N,) float32 with W ≈ q · s[:, None]; symmetric, so 0 stays 0.
On disk the tensors are called `<name>` (int8) and `<name>.scale` (float32).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from soracli.errors import WeightsError, is_of_the_system
from soracli.system import opening

State = dict[str, Tensor]
M = TypeVar("M", bound=nn.Module)

SCALE = ".scale"
THRESHOLD = 65_536  # smaller matrices stay fp16: they cost little and often matter most
SHARD = 12_000_000  # bytes; keeps every file well below 16 MB


def quantise(state: State, threshold: int = THRESHOLD) -> State:
    """Pack a state: 2-D float matrices of at least `threshold` numbers become int8, other floats fp16."""
    packed: State = {}
    for name, tensor in state.items():
        if not tensor.is_floating_point():
            packed[name] = tensor
        elif tensor.ndim == 2 and tensor.numel() >= threshold:
            assert name + SCALE not in state, name
            matrix = tensor.detach().float()
            scale = matrix.abs().amax(dim=1).clamp_min(torch.finfo(torch.float32).tiny) / 127  # (N,)
            packed[name] = (matrix / scale[:, None]).round().clamp(-127, 127).to(torch.int8)  # (N, K)
            packed[name + SCALE] = scale
        else:
            packed[name] = tensor.detach().half()
    return packed


def dequantise(state: State) -> State:
    """Undo `quantise`, up to rounding: every float tensor comes back as float32 under its own name."""
    full: State = {}
    for name, tensor in state.items():
        owner = state.get(name.removesuffix(SCALE)) if name.endswith(SCALE) else None
        if owner is not None and owner.dtype == torch.int8:
            continue
        scale = state.get(name + SCALE)
        if tensor.dtype == torch.int8 and scale is not None:
            full[name] = tensor.float() * scale.float()[:, None]
        else:
            full[name] = tensor.float() if tensor.is_floating_point() else tensor
    return full


def flattened(state: State) -> State:
    """Kernels (N, ...) of convolutions as matrices (N, K), so that they are packed as such."""
    return {name: tensor.flatten(1) if tensor.ndim > 2 else tensor for name, tensor in state.items()}


def shaped(state: State, module: nn.Module) -> State:
    """Undo `flattened`: every tensor in the shape that the module has for it. Raises ValueError if they do not fit."""
    own = module.state_dict()
    if differing := sorted(own.keys() ^ state.keys()):
        raise ValueError(f"'{differing[0]}' is on one side only")
    if wrong := next((name for name, tensor in state.items() if tensor.numel() != own[name].numel()), None):
        raise ValueError(f"'{wrong}' has {state[wrong].numel()} numbers, not {own[wrong].numel()}")
    return {name: tensor.reshape(own[name].shape) for name, tensor in state.items()}


def filled(module: M, name: str, paths: Sequence[Path]) -> M:
    """A module with the weights of those files, for use alone. Raises WeightsError if they are others. name: for it."""
    try:
        module.load_state_dict(shaped(dequantise(load(paths)), module))
    except ValueError as error:
        raise WeightsError(
            f"'{name}': {paths[0].name} does not fit ({error}); reinstall soracli", "weights_damaged"
        ) from error
    return module.eval().requires_grad_(False)


def save(state: State, folder: Path, stem: str, shard: int = SHARD) -> list[Path]:
    """Write `<stem>-00001-of-0000N.safetensors` ..., each below `shard` bytes unless one tensor is larger."""
    shards: list[State] = [{}]
    used = 0
    for name, tensor in state.items():
        size = tensor.numel() * tensor.element_size()
        if shards[-1] and used + size > shard:
            shards.append({})
            used = 0
        shards[-1][name] = tensor.contiguous().cpu()
        used += size
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{stem}-{i:05d}-of-{len(shards):05d}.safetensors" for i in range(1, len(shards) + 1)]
    for path, part in zip(paths, shards, strict=True):
        save_file(part, path)
        path.chmod(0o644)  # safetensors writes for the owner alone
    return paths


def load(paths: Iterable[Path]) -> State:
    """Read the shards of one state; raises WeightsError if a file is missing or damaged."""
    state: State = {}
    for path in paths:
        try:
            opening.check(path)
            state |= load_file(path)
        except FileNotFoundError:
            raise WeightsError(f"{path}: file is missing; reinstall soracli", "weights_missing") from None
        except (SafetensorError, OSError) as error:
            if is_of_the_system(error):
                raise
            raise WeightsError(f"{path}: cannot be read ({error}); run: sora model verify", "weights_damaged") from None
    return state
