"""Low-rank adapters while they are trained (Hu et al. 2021), by the names and with the first values of PEFT.

    y = W x + s B A x        W (N, K) frozen, A (r, K), B (N, r), s = alpha / r, and alpha = r, so that s = 1

Saved as `transformer.LAYER.lora_A.weight` and `.lora_B.weight`, which diffusers' `load_lora_weights` and
`models.common.lora` read; since alpha is the rank, no file has to say it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from soracli.errors import UsageError

PREFIX = "transformer."


class LowRank(nn.Module):
    """A linear layer with an adapter. down: A (r, K), up: B (N, r), both float32 whatever the layer is."""

    def __init__(self, base: nn.Linear, rank: int, generator: torch.Generator) -> None:
        super().__init__()
        self.base = base
        bound = 1 / math.sqrt(base.in_features)  # Kaiming's uniform with a = sqrt 5, as PEFT and nn.Linear have it
        down = torch.empty(rank, base.in_features).uniform_(-bound, bound, generator=generator)
        device = base.weight.device
        self.down = nn.Parameter(down.to(device))
        self.up = nn.Parameter(torch.zeros(base.out_features, rank, device=device))

    @property
    def weight(self) -> Tensor:
        """Of the layer beneath, for code that asks for its type."""
        return self.base.weight

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.base(x)
        return out + F.linear(F.linear(x.to(self.down.dtype), self.down), self.up).to(out.dtype)


def adapted(module: nn.Module, pattern: str, rank: int, seed: int) -> dict[str, LowRank]:
    """Give every linear layer whose name matches an adapter, in place, and freeze the rest. Returns them by name."""
    module.requires_grad_(False)
    generator = torch.Generator().manual_seed(seed)
    names = [name for name, part in module.named_modules() if isinstance(part, nn.Linear) and re.search(pattern, name)]
    if not names:
        raise UsageError("train lora: this model has no layers that an adapter could be added to", "no_layers")
    found = {}
    for name in names:
        parent, _, last = name.rpartition(".")
        owner, base = module.get_submodule(parent), module.get_submodule(name)
        assert isinstance(base, nn.Linear)
        found[name] = LowRank(base, min(rank, *base.weight.shape), generator)
        setattr(owner, last, found[name])
    return found


def parameters(layers: dict[str, LowRank]) -> Iterator[nn.Parameter]:
    """The matrices that are trained: down (r, K) and up (N, r) of each layer."""
    for layer in layers.values():
        yield layer.down
        yield layer.up


def state(layers: dict[str, LowRank]) -> dict[str, Tensor]:
    """As files have it, float32 on the CPU."""
    out = {}
    for name, layer in layers.items():
        out[f"{PREFIX}{name}.lora_A.weight"] = layer.down.detach().float().cpu().contiguous()
        out[f"{PREFIX}{name}.lora_B.weight"] = layer.up.detach().float().cpu().contiguous()
    return out


@torch.no_grad()
def restore(layers: dict[str, LowRank], saved: dict[str, Tensor]) -> None:
    """Take over a state. Raises KeyError or RuntimeError if it is of other layers."""
    for name, layer in layers.items():
        layer.down.copy_(saved[f"{PREFIX}{name}.lora_A.weight"])
        layer.up.copy_(saved[f"{PREFIX}{name}.lora_B.weight"])


def checkpointed(blocks: Iterator[nn.Module]) -> None:
    """Have blocks keep their inputs alone, and work the rest out again on the way back (Chen et al. 2016)."""
    for block in blocks:
        forward: Callable[..., Tensor] = block.forward
        block.forward = partial(_again, forward)


def _again(forward: Callable[..., Tensor], *given: object) -> Tensor:
    out: Tensor = checkpoint(forward, *given, use_reentrant=False)
    return out
