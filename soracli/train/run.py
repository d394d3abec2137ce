"""What every training loop needs: a folder with a checkpoint, a log of numbers, and a clock."""

from __future__ import annotations

import json
import math
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from soracli.errors import SoraError, UsageError
from soracli.train.optim import Ema, rate


class Run:
    """A resumable run: `folder/checkpoint.pt` (atomic) and `folder/log.jsonl` (a line per report).

    The budget is in minutes of training, counted over all resumes; the learning rate follows the clock.
    peer: folder of another run of the same network, on other batches, whose weights are met halfway at every checkpoint
    (local SGD, Stich 2019): two processes that never wait for one another, whatever else their cores have to do.
    """

    def __init__(
        self,
        folder: Path,
        module: nn.Module,
        optimisers: Sequence[torch.optim.Optimizer],
        minutes: float,
        ema: float = 0.999,
        peer: Path | None = None,
    ) -> None:
        self.folder = folder
        self.module = module
        self.optimisers = optimisers
        self.minutes = minutes
        self.ema = Ema(module, ema)
        self.peer = peer
        self._met = (0.0, 0, 0)  # when the peer's checkpoint was written that was met last; its step and ours then
        self.step = 0
        self.spent = 0.0  # minutes of earlier sittings
        self._began = self._saved = time.monotonic()
        self._rates = [[group["lr"] for group in optimiser.param_groups] for optimiser in optimisers]
        self._sums: dict[str, list[float]] = {}
        self._stopped = False
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def elapsed(self) -> float:
        return self.spent + (time.monotonic() - self._began) / 60

    @property
    def done(self) -> bool:
        return self._stopped or self.elapsed >= self.minutes

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoint.pt"

    def resume(self) -> bool:
        """Continue from the folder's checkpoint if there is one."""
        if not self.checkpoint.exists():
            return False
        state = torch.load(self.checkpoint, map_location="cpu", weights_only=True)
        try:
            self.module.load_state_dict(state["module"])
        except RuntimeError as error:
            raise UsageError(
                f"{self.checkpoint}: is of another network; continue with its settings, or take another folder"
            ) from error
        for name, value in state["ema"].items():
            self.ema.shadow[name].copy_(value)
        self.ema.count, self.step, self.spent = state["ema_count"], state["step"], state["minutes"]
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        torch.set_rng_state(state["rng"])
        return True

    def save(self) -> None:
        part = self.checkpoint.with_suffix(".part")
        torch.save(
            {
                "module": self.module.state_dict(),
                "ema": self.ema.shadow,
                "ema_count": self.ema.count,
                "step": self.step,
                "minutes": self.elapsed,
                "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
                "rng": torch.get_rng_state(),
            },
            part,
        )
        os.replace(part, self.checkpoint)
        self._saved = time.monotonic()

    def update(self, loss: Tensor, clip: float = 1.0) -> float:
        """One optimiser step down a loss; returns the norm of its gradient before clipping.

        A loss or gradient that is not a number ends the run before it touches the weights (SoraError).
        """
        loss.backward()  # type: ignore[no-untyped-call]
        norm = float(nn.utils.clip_grad_norm_(self.module.parameters(), clip))
        if not math.isfinite(norm):
            raise SoraError(f"step {self.step}: the gradient is {norm}; resume from {self.checkpoint} at a lower rate")
        factor = rate(self.elapsed / self.minutes, self.step)
        for optimiser, rates in zip(self.optimisers, self._rates, strict=True):
            for group, base in zip(optimiser.param_groups, rates, strict=True):
                group["lr"] = base * factor
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        self.ema.update(self.module)
        self.step += 1
        return norm

    def note(self, **numbers: float) -> None:
        """Gather numbers for the next report."""
        for name, value in numbers.items():
            self._sums.setdefault(name, []).append(value)

    def report(self, **extra: Any) -> str:
        """Write the means since the last report as a line of the log, and say it; returns it."""
        means = {name: sum(values) / len(values) for name, values in self._sums.items()}
        self._sums.clear()
        line = json.dumps({"step": self.step, "minutes": round(self.elapsed, 2), **means, **extra})
        with (self.folder / "log.jsonl").open("a") as log:
            log.write(line + "\n")
        say(line)
        return line

    def __enter__(self) -> Run:
        """Until the run ends, an interrupt or a request to terminate ends it after the step in hand."""
        self._handlers = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Report what was gathered, and save, unless an error ended the loop: the last good checkpoint stays."""
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        if self._sums:
            self.report()
        if kind is None:
            self.save()

    def _stop(self, *_: object) -> None:
        self._stopped = True

    def keep(self, every: float) -> None:
        """Save, and meet the peer, if the last checkpoint is more than `every` minutes old."""
        if time.monotonic() - self._saved > every * 60:
            self.meet()
            self.save()

    def meet(self) -> None:
        """Move towards the peer's last checkpoint, by its share of the steps that both made since the last time."""
        path = self.peer / "checkpoint.pt" if self.peer else None
        if path is None or not path.exists() or path.stat().st_mtime <= self._met[0]:
            return
        written = path.stat().st_mtime
        state = torch.load(path, map_location="cpu", weights_only=True)
        _, theirs, ours = self._met
        self._met = (written, state["step"], self.step)
        if theirs == 0 or state["step"] <= theirs:  # the first time there is nothing to weigh by
            return
        share = (state["step"] - theirs) / (state["step"] - theirs + self.step - ours)
        for name, value in self.module.state_dict().items():
            if value.dtype.is_floating_point:
                value.lerp_(state["module"][name].to(value.device), share)
                self.ema.shadow[name].lerp_(state["ema"][name].to(value.device), share)


def say(text: str) -> None:
    """Talk goes to stderr, at once."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
