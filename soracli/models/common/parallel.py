"""One clip on several GPUs: `torchrun --nproc-per-node N -m soracli generate ...`.

The first process does all that a single one does. The others wait until it calls a network, and take part: each holds
all of the weights and an equal share of the tokens, and attends to the keys and values of all. What comes out equals
what one process makes, up to rounding; memory for weights is not saved, time and memory for tokens are.

    B batch   N tokens   n tokens of a share
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn

from soracli import models
from soracli.card import Card
from soracli.errors import UsageError
from soracli.models.common.layers import Attention

M = TypeVar("M", bound=nn.Module)
SPREAD = ("wan", "ltx")
LOAD = "load"  # an order that is not the name of a network
ALONE = ("cache", "compile")  # params that each process would go by for itself
_sharing = False  # tokens are shared: within `run`, and not by processes that train together


class Share:
    """The tokens of one of `size` processes. A network says at its beginning how many there are in all."""

    def __init__(self, rank: int, size: int) -> None:
        self.rank, self.size, self.total = rank, size, 0

    def part(self, x: Tensor) -> Tensor:
        """(B, N, ...) -> (B, n, ...), the last ones filled up; what does not hang on the token stays."""
        if x.shape[1] != self.total:
            return x
        each = -(-self.total // self.size)
        mine = x[:, self.rank * each : (self.rank + 1) * each]
        short = each - mine.shape[1]
        return torch.cat([mine, mine.new_zeros(len(x), short, *x.shape[2:])], 1) if short else mine

    def whole(self, x: Tensor) -> Tensor:
        """(B, n, ...) of every process -> (B, N, ...)."""
        parts = [torch.empty_like(x, memory_format=torch.contiguous_format) for _ in range(self.size)]
        dist.all_gather(parts, x.contiguous())
        return torch.cat(parts, 1)[:, : self.total]


def size() -> int:
    """How many processes share the tokens of a network."""
    return dist.get_world_size() if _sharing else 1


def spread(make: Callable[[], M], name: str) -> M:
    """A network, `name` among its model's parts, that shares its tokens among the processes if there are several."""
    network = make()
    if size() > 1:
        share = Share(dist.get_rank(), size())
        network.share = share  # type: ignore[assignment]
        for part in network.modules():
            if isinstance(part, Attention):
                part.gather = share.whole
        if share.rank == 0:
            network.register_forward_pre_hook(lambda module, given: _order(name, *given))
    return network


def announce(card: Card, files: dict[str, list[Path]], where: str) -> None:
    """Have the other processes load the same model. Raises UsageError if it cannot be shared."""
    if size() == 1:
        return
    if card.arch not in SPREAD or card.params.get("chunk"):
        raise UsageError(
            f"torchrun: model '{card.name}' paints in one process; run sora by itself, or many clips with: sora batch",
            "one_process",
        )
    if alone := next((key for key in ALONE if getattr(card.options, key)), None):
        raise UsageError(f"--{alone}: works in one process; leave it out, or run sora by itself", "one_process")
    if where not in ("cpu", "cuda", _own()):
        raise UsageError(f"--device {where}: torchrun gives each process a GPU of its own; leave it out", "one_process")
    _order(LOAD, card, files, where)


def run(main: Callable[[], None]) -> None:
    """Lead the other processes through `main`, or follow the one that does. If it fails, torchrun ends all."""
    own = _own()
    if own != "cpu":
        torch.cuda.set_device(own)
    dist.init_process_group("gloo" if own == "cpu" else "cpu:gloo,cuda:nccl")
    global _sharing
    _sharing = True
    try:
        main() if dist.get_rank() == 0 else _follow(own)
    except SystemExit as end:
        if not end.code:
            _order()
            dist.destroy_process_group()
        raise
    dist.destroy_process_group()


def _own() -> str:
    """The device of this process, of those of its machine."""
    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return f"cuda:{int(os.environ.get('LOCAL_RANK', '0')) % gpus}" if gpus else "cpu"


def _order(*order: Any) -> None:
    """To all others; nothing = it is over."""
    kept = tuple(x.cpu() if isinstance(x, Tensor) else x for x in order)
    dist.broadcast_object_list([kept], src=0)


@torch.inference_mode()
def _follow(own: str) -> None:
    model: Any = None
    while True:
        orders: list[Any] = [None]
        dist.broadcast_object_list(orders, src=0)
        if not orders[0]:
            return
        name, *given = orders[0]
        if name == LOAD:
            card, files, where = given
            model = models.load(card, files, "cpu" if where == "cpu" else own)
        else:
            network = model.parts.get(name, nn.Module)
            network(*(x.to(model.device) if isinstance(x, Tensor) else x for x in given))
