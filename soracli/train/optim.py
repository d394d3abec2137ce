"""Optimisers and schedules of the trainer."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn


class Muon(torch.optim.Optimizer):
    """Momentum orthogonalised by Newton-Schulz, for hidden matrices (Jordan et al. 2024, Muon).

    torch.optim.Muon does the iteration in bfloat16, which has no matrix product on CPUs without AVX512-BF16;
    here it runs in the gradient's own type.
    """

    COEFFICIENTS = (3.4445, -4.7750, 2.0315)

    def __init__(self, matrices: Iterable[nn.Parameter], lr: float, momentum: float = 0.95, steps: int = 5) -> None:
        super().__init__(list(matrices), {"lr": lr, "momentum": momentum, "steps": steps})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            for matrix in group["params"]:
                if matrix.grad is None:
                    continue
                state = self.state[matrix]
                if not state:
                    state["momentum"] = torch.zeros_like(matrix)
                buffer = state["momentum"].lerp_(matrix.grad, 1 - group["momentum"])
                update = orthogonal(matrix.grad.lerp(buffer, group["momentum"]), group["steps"])
                rows, columns = matrix.shape
                matrix.add_(update, alpha=-group["lr"] * max(1.0, rows / columns) ** 0.5)


def orthogonal(gradient: Tensor, steps: int) -> Tensor:
    """Nearest semi-orthogonal matrix to `gradient` (R, C), approximately: singular values end in about [0.7, 1.2]."""
    a, b, c = Muon.COEFFICIENTS
    tall = gradient.shape[0] > gradient.shape[1]
    x = gradient.T if tall else gradient
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    out: Tensor = x.T if tall else x
    return out


class Ema:
    """Moving average of a module's parameters, warmed up so that short runs are not dominated by their start."""

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.decay = decay
        self.count = 0
        self.shadow = {name: value.detach().clone() for name, value in module.state_dict().items()}

    @torch.no_grad()
    def update(self, module: nn.Module) -> None:
        self.count += 1
        keep = min(self.decay, (1 + self.count) / (10 + self.count))
        for name, value in module.state_dict().items():
            if value.dtype.is_floating_point:
                self.shadow[name].lerp_(value, 1 - keep)


def rate(progress: float, step: int, warmup: int = 50, decay: float = 0.25) -> float:
    """Learning-rate factor: linear warm-up over steps, constant, linear fall to 0 over the last `decay` of the run."""
    return min(1.0, (step + 1) / warmup) * min(1.0, max(0.0, (1 - progress) / decay))
