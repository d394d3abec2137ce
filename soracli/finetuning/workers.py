"""Several processes that train one adapter: `torchrun --nproc-per-node N -m soracli train lora ...`.

Each works on its share of every batch and the gradients are summed, so that all take the same step. With `shard` the
frozen weights are spread over the processes (FSDP2, Zhao et al. 2023); adapters are small, and every process has all.
"""

from __future__ import annotations

import contextlib
import inspect
import os
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import nn

from soracli.errors import UsageError


@dataclass(frozen=True)
class Workers:
    """rank: of this process. size: how many there are. device: of this one."""

    rank: int = 0
    size: int = 1
    device: str = "cpu"

    @property
    def leads(self) -> bool:
        """Whether this process writes and reports."""
        return self.rank == 0

    def summed(self, parameters: Sequence[nn.Parameter], *numbers: float) -> list[float]:
        """Sum the gradients of all processes, in place, and these numbers."""
        if self.size == 1:
            return list(numbers)
        parts = [p.grad if p.grad is not None else torch.zeros_like(p) for p in parameters]
        row = torch.cat([*(part.flatten() for part in parts), torch.tensor(numbers, device=parts[0].device)])
        dist.all_reduce(row)
        start = 0
        for parameter, part in zip(parameters, parts, strict=True):
            parameter.grad = row[start : start + part.numel()].view_as(part).clone()
            start += part.numel()
        return [float(number) for number in row[start:]]

    def wait(self) -> None:
        """Wait until all processes are here."""
        if self.size > 1:
            dist.barrier()


@contextlib.contextmanager
def together(device: str) -> Iterator[Workers]:
    """The processes that torchrun started, or this one alone. device: `cpu`, `cuda` or `cuda:N`, as resolved."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Workers(device=device)
        return
    if device.startswith("cuda"):
        device = f"cuda:{int(os.environ.get('LOCAL_RANK', '0')) % torch.cuda.device_count()}"
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    try:
        yield Workers(dist.get_rank(), size, device)
    finally:
        dist.destroy_process_group()


def sharded(network: nn.Module, blocks: Sequence[nn.Module], kept: Sequence[nn.Parameter], workers: Workers) -> None:
    """Spread the frozen weights of a network over the processes; each block gathers its own while it is used.

    kept: what every process has whole, the adapters. So has it the few weights of another type than most.
    """
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    if "ignored_params" not in inspect.signature(fully_shard).parameters:
        raise UsageError("--shard: needs torch 2.7 or later; leave it out, or upgrade torch", "old_torch")
    kinds = Counter(parameter.dtype for parameter in network.parameters() if not parameter.requires_grad)
    usual = kinds.most_common(1)[0][0]
    whole = {*kept, *(p for p in network.parameters() if p.dtype != usual or p.ndim < 2)}
    for parameter in whole:
        parameter.data = parameter.data.to(workers.device)
    for buffer in network.buffers():
        buffer.data = buffer.data.to(workers.device)
    # Its warning is of work in place on what a network returns, which nobody does here.
    warnings.filterwarnings("ignore", "FSDP2-wrapped module .* returned a view", UserWarning)
    mesh = init_device_mesh(workers.device.partition(":")[0], (workers.size,))
    for part in (*blocks, network):
        fully_shard(part, mesh=mesh, ignored_params=whole)
