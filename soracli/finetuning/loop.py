"""The training loop: steps of AdamW over an adapter, a checkpoint to go on from, and a log of losses.

What is drawn at a step hangs on the seed, the step and the item alone, never on what came before: a run that was
interrupted goes on bit by bit as if it had not been, and several processes draw what one would.
"""

from __future__ import annotations

import io
import json
import math
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from soracli.console.progress import Meter
from soracli.errors import SoraError, UsageError
from soracli.finetuning import low_rank
from soracli.finetuning.low_rank import LowRank
from soracli.finetuning.workers import Workers
from soracli.formatting import printable, short
from soracli.system import part_files

WARM = 20  # steps in which the rate rises
CLIP = 1.0  # norm of a gradient at most
BETAS, DECAY = (0.9, 0.99), 0.01
REPORTS, OFTEN = 60, 25  # lines of a log at least; steps between two at most

# (step, items of the batch that are this process's) -> the sum of their losses
Loss = Callable[[int, Sequence[int]], Tensor]


@dataclass(frozen=True)
class Settings:
    """steps: in all, those of earlier sittings included. minutes: of this sitting at most, 0 = without bound.

    batch: examples of a step. lr: rate after the warm-up, which then stays. keep: steps between checkpoints.
    """

    steps: int
    minutes: float = 0.0
    batch: int = 1
    lr: float = 1e-4
    seed: int = 0
    keep: int = 100


@dataclass(frozen=True)
class Outcome:
    """first, last: mean loss of the first and last tenth of this sitting's steps. stopped: by which signal, or 0."""

    steps: int
    seconds: float
    first: float
    last: float
    stopped: int


class Files:
    """The files of a run beside its result: `NAME.checkpoint` and `NAME.log.jsonl`."""

    def __init__(self, result: Path) -> None:
        self.checkpoint = result.with_suffix(".checkpoint")
        self.log = result.with_suffix(".log.jsonl")


def rate(step: int, lr: float) -> float:
    """The learning rate of a step, from 0 on."""
    return lr * min(1.0, (step + 1) / WARM)


class Loop:
    """One run. identity: what a checkpoint has to be of to go on with it: data, layers, seed."""

    def __init__(
        self,
        layers: dict[str, LowRank],
        settings: Settings,
        files: Files,
        identity: Mapping[str, Any],
        workers: Workers,
    ) -> None:
        self.layers, self.settings, self.files, self.workers = layers, settings, files, workers
        self.identity = dict(identity)
        self.parameters: list[nn.Parameter] = list(low_rank.parameters(layers))
        self.optimiser = torch.optim.AdamW(self.parameters, lr=settings.lr, betas=BETAS, weight_decay=DECAY)
        self.step, self.spent = 0, 0.0
        self._stopped = 0

    # --- checkpoints -------------------------------------------------------------------------------------------------

    def resume(self) -> None:
        """Take over the checkpoint. Raises UsageError if there is none, or it is of something else."""
        path = self.files.checkpoint
        if not path.is_file():
            raise UsageError(f"--resume: there is no {printable(path)} to go on from; leave it out", "no_checkpoint")
        try:
            saved = torch.load(path, map_location="cpu", weights_only=True)
            known = dict(saved["identity"])
            if differing := sorted(key for key in {*known, *self.identity} if known.get(key) != self.identity.get(key)):
                raise UsageError(
                    f"--resume: {printable(path)} is of another run ({', '.join(differing)} differ); leave --resume "
                    "out, or go on with what it was begun with",
                    "other_run",
                )
            low_rank.restore(self.layers, saved["layers"])
            self.optimiser.load_state_dict(saved["optimiser"])
            self.step, self.spent = int(saved["step"]), float(saved["seconds"])
        except UsageError:
            raise
        except Exception as error:  # whatever a damaged pickle makes torch raise
            raise UsageError(f"--resume: {printable(path)} cannot be read ({short(error)}); leave it out",
                             "bad_checkpoint") from error  # fmt: skip
        if self.workers.leads and self.files.log.is_file():
            rows = [line for line in self.files.log.read_text("utf-8").splitlines() if _step(line) <= self.step]
            part_files.put(self.files.log, "".join(row + "\n" for row in rows).encode())

    def save(self, seconds: float) -> None:
        """Write the checkpoint; the first process alone does."""
        if not self.workers.leads:
            return
        held = io.BytesIO()
        torch.save(
            {
                "layers": low_rank.state(self.layers), "optimiser": self.optimiser.state_dict(), "step": self.step,
                "seconds": seconds, "identity": self.identity,
            },
            held,
        )  # fmt: skip
        part_files.put(self.files.checkpoint, held.getvalue())

    # --- steps -------------------------------------------------------------------------------------------------------

    def run(self, loss: Loss, meter: Meter) -> Outcome:
        """Train until the steps are done, the minutes are spent, or a signal comes; then save."""
        settings, began, losses = self.settings, time.monotonic(), []
        if self.step == 0 and self.workers.leads:
            part_files.put(self.files.log, b"")
        every = min(OFTEN, max(1, (settings.steps - self.step) // REPORTS))
        recent: list[tuple[float, float]] = []
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            while self.step < settings.steps:
                value, norm, stop = self._one(loss, self._over(began))
                losses.append(value)
                recent.append((value, norm))
                elapsed = self.spent + time.monotonic() - began
                if len(recent) >= every or self.step == settings.steps or stop:
                    self._report(recent, elapsed)
                    recent = []
                if self.step % settings.keep == 0:
                    self.save(elapsed)
                meter.step("train", self.step, self._expected(elapsed))
                if stop:
                    break
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        seconds = self.spent + time.monotonic() - began
        self.save(seconds)
        tenth = max(1, len(losses) // 10)
        first, last = (sum(part) / max(1, len(part)) for part in (losses[:tenth], losses[-tenth:]))
        return Outcome(self.step, seconds, first, last, self._stopped)

    def _one(self, loss: Loss, over: bool) -> tuple[float, float, bool]:
        """One step: mean loss, norm of the gradient, and whether any process is to stop after it."""
        batch, workers = self.settings.batch, self.workers
        mine = range(workers.rank, batch, workers.size)
        value = 0.0
        if len(mine):
            total = loss(self.step, mine) / batch
            total.backward()  # type: ignore[no-untyped-call]
            value = float(total.detach())
        value, stop = workers.summed(self.parameters, value, float(over))
        norm = float(nn.utils.clip_grad_norm_(self.parameters, CLIP))
        if not math.isfinite(norm):
            raise SoraError(
                f"train lora: the gradient is {norm} at step {self.step}; go on with --resume and a lower --lr",
                "diverged",
            )
        for group in self.optimiser.param_groups:
            group["lr"] = rate(self.step, self.settings.lr)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        return value, norm, stop > 0

    def _expected(self, elapsed: float) -> int:
        """Steps that there will be, by the time that those so far took."""
        if not self.settings.minutes:
            return self.settings.steps
        share = 60 * self.settings.minutes / max(elapsed - self.spent, 1e-3)
        return max(self.step, min(self.settings.steps, round(self.step * share)))

    def _over(self, began: float) -> bool:
        minutes = self.settings.minutes
        return self._stopped > 0 or bool(minutes and time.monotonic() - began >= 60 * minutes)

    def _stop(self, number: int, _: object) -> None:
        self._stopped = number

    def _report(self, recent: Sequence[tuple[float, float]], seconds: float) -> None:
        """A line of the log, as `python -m soracli.train plot` draws it."""
        if self.workers.leads:
            loss, norm = (sum(column) / len(recent) for column in zip(*recent, strict=True))
            row = {"step": self.step, "minutes": round(seconds / 60, 3), "loss": loss, "norm": norm}
            with self.files.log.open("a", encoding="utf-8") as log:
                log.write(json.dumps(row) + "\n")


def _step(line: str) -> int:
    try:
        return int(json.loads(line)["step"])
    except (ValueError, TypeError, KeyError):
        return 0


def generator(seed: int, step: int, item: int) -> torch.Generator:
    """Of what is drawn for one example of one step."""
    mixed = (seed * 0x9E3779B97F4A7C15 + step * 0xC2B2AE3D27D4EB4F + item * 0x165667B19E3779F9) % 2**63
    return torch.Generator().manual_seed(mixed)
