"""What `sora train lora` was asked for, checked and worked out before anything slow is loaded."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from soracli.card import Card
from soracli.errors import UsageError
from soracli.finetuning import dataset
from soracli.finetuning.dataset import Item
from soracli.formatting import amount, printable
from soracli.options import parse
from soracli.pipeline import output_paths
from soracli.system import machine, opening
from soracli.weights import manifest

PERFORMER, LOOK, ADAPTER = "performer", "look", "adapter"  # what is made; the first two are typed
SUFFIX = ".safetensors"


@dataclass(frozen=True)
class Arguments:
    """Arguments of `sora train lora` as they were typed; None = not typed."""

    model: str | None = None
    learn: str | None = None
    name: str | None = None
    moves: str | None = None
    metres: str | None = None
    faces: str | None = None
    output: str | None = None
    force: bool = False
    resume: bool = False
    rank: str | None = None
    steps: str | None = None
    minutes: str | None = None
    lr: str | None = None
    batch: str | None = None
    size: str | None = None
    frames: str | None = None
    expert: str | None = None
    shard: bool = False
    seed: str | None = None
    device: str = "auto"


@dataclass(frozen=True)
class Plan:
    """What is to be done. kind: PERFORMER, LOOK or ADAPTER. found: the examples. name: as prompts have it, or ``.

    area: pixels of an example. frames: of one at most. Of a performer nothing is trained: steps 0.
    """

    kind: str
    card: Card
    target: Path
    found: list[Item]
    name: str
    rank: int = 0
    steps: int = 0
    minutes: float = 0.0
    lr: float = 0.0
    batch: int = 1
    area: int = 0
    frames: int = 1
    expert: str = ""
    seed: int = 0
    memory: int = 0

    def as_data(self) -> dict[str, Any]:
        """`output_types.training.TrainingPlan`."""
        told = {key: value for key, value in asdict(self).items() if key not in ("card", "found", "target", "memory")}
        return {
            **told, "model": self.card.name, "path": output_paths.shown(self.target), "examples": len(self.found),
            "memory_bytes": self.memory,
        }  # fmt: skip

    def text(self) -> str:
        """One line for people."""
        what = f"{self.kind} '{printable(self.name)}'" if self.name else self.kind
        line = f"{what} for {self.card.name} from {len(self.found)} files"
        if self.steps:
            within = f", at most {self.minutes:g} minutes" if self.minutes else ""
            line += f": rank {self.rank}, {self.steps} steps of {self.batch}{within}, rate {self.lr:g}"
        return f"{line}; about {amount(self.memory)} of memory" if self.memory else line


# kind -> (rank, steps, minutes, lr, batch) where nothing is said
USUAL = {LOOK: (16, 400, 8.0, 1e-3, 8), ADAPTER: (16, 1000, 0.0, 1e-4, 1)}
SPARK_BYTES = 1_300_000_000  # of a process that trains a look: 0.9 GB resident with 6 pictures in batches of 6


def planned(folder: str, args: Arguments, card: Card) -> tuple[Plan, list[str]]:
    """What a training run is to do, and notes. folder: of the examples. Raises UsageError for flags that do not fit."""
    found, passed = dataset.items(folder)
    notes = [f"{passed} other files passed over."] if passed else []
    if card.takes_drafts:
        kind = args.learn or PERFORMER
        if kind not in (PERFORMER, LOOK):
            raise UsageError(f"--as {printable(kind)}: must be {PERFORMER} or {LOOK}", "bad_kind")
    elif card.arch in ("wan", "ltx"):
        kind = ADAPTER
        if args.learn is not None:
            raise UsageError(f"--as {printable(args.learn)}: is for {manifest.default()}; leave it out", "no_effect")
    else:
        raise UsageError(f"-m {card.name}: takes no adapters; use another model", "no_lora")
    _check_flags(kind, args)
    plan = _of_performer(folder, args, card, found, notes) if kind == PERFORMER else _trained(kind, args, card, found)
    if kind == ADAPTER:
        bare = sum(not item.caption for item in found)
        if bare and not plan.name:
            raise UsageError(
                f"DIR {printable(folder)}: {bare} of {len(found)} files have no text; write NAME.txt beside each, or "
                "give --name WORD to call them by",
                "no_caption",
            )
        notes += [f"{bare} of {len(found)} files have no text; they are called '{plan.name}' alone."] if bare else []
    return plan, notes


def _check_flags(kind: str, args: Arguments) -> None:
    """Refuse flags that would change nothing."""
    of_performers: dict[str, object] = {"--moves": args.moves, "--metres": args.metres, "--faces": args.faces}
    of_training: dict[str, object] = {
        "--rank": args.rank, "--steps": args.steps, "--minutes": args.minutes, "--lr": args.lr, "--batch": args.batch,
        "--resume": args.resume or None, "--shard": args.shard or None, "--seed": args.seed,
    }  # fmt: skip
    of_open: dict[str, object] = {"--size": args.size, "--frames": args.frames, "--expert": args.expert}
    wrong = {} if kind == PERFORMER else of_performers
    wrong = wrong | (of_training if kind == PERFORMER else {}) | ({} if kind == ADAPTER else of_open)
    for flag, value in wrong.items():
        if value is not None:
            why = "nothing is trained for a performer" if kind == PERFORMER else f"has no effect on a {kind}"
            raise UsageError(f"{flag}: {why}; leave it out", "no_effect")


def _target(args: Arguments, stem: str) -> Path:
    """Where the file goes; one that is there is replaced with --force or --resume alone."""
    if args.output is None:
        first = Path(f"{stem}{SUFFIX}")
        return first if args.force or args.resume else output_paths.free(first)
    target = Path(args.output)
    if target.suffix != SUFFIX:
        raise UsageError(f"-o {printable(target)}: an adapter is a {SUFFIX} file", "bad_output")
    if target.exists() and not (args.force or args.resume):
        raise UsageError(f"{printable(target)}: already exists; pass --force to replace it", "output_exists")
    return target


def _of_performer(folder: str, args: Arguments, card: Card, found: list[Item], notes: list[str]) -> Plan:
    from soracli.finetuning import performer

    name, more = performer.name_of(args.name or opening.real(folder).name)
    performer.own(name, args.moves, args.metres)
    notes += more
    return Plan(PERFORMER, card, _target(args, name.replace(" ", "-")), found, name)


def _trained(kind: str, args: Arguments, card: Card, found: list[Item]) -> Plan:
    rank, steps, minutes, lr, batch = USUAL[kind]
    name = " ".join((args.name or "").split())
    expert = ""
    if kind == ADAPTER:
        from soracli.finetuning import open_models

        expert = open_models.check_expert(card, args.expert)
    stem = (
        (name or "look").lower().replace(" ", "-")
        if kind == LOOK
        else f"{name or 'lora'}-{card.name}".replace(" ", "-")
    )
    stem += f"-{expert}_noise" if expert else ""
    area, frames = _extent(args, card) if kind == ADAPTER else (0, 1)
    plan = Plan(
        kind, card, _target(args, stem), found, name,
        rank if args.rank is None else parse.whole("--rank", args.rank, 1, 512),
        (10**9 if args.minutes else steps) if args.steps is None else parse.whole("--steps", args.steps, 1, 10**9),
        (0.0 if args.steps else minutes) if args.minutes is None else _number("--minutes", args.minutes, 0.01, 10**5),
        lr if args.lr is None else _number("--lr", args.lr, 1e-8, 1.0),
        batch if args.batch is None else parse.whole("--batch", args.batch, 1, 1024),
        area, frames, expert, parse.whole("--seed", args.seed or "0", 0, 999_999_999),
    )  # fmt: skip
    return replace(plan, memory=SPARK_BYTES if kind == LOOK else _memory(plan, args))


def _extent(args: Arguments, card: Card) -> tuple[int, int]:
    """Pixels of an example and frames of one, at most."""
    usual = int(card.defaults["width"]), int(card.defaults["height"])
    size = usual if args.size is None else parse.size(args.size, usual, card.stride)
    count = max(1, round(float(card.defaults["fps"]) * 2)) if args.frames is None else 0
    return size[0] * size[1], count or parse.whole("--frames", args.frames or "1", 1, 10_000)


def _memory(plan: Plan, args: Arguments) -> int:
    """Bytes on one device, 0 if the card does not say enough."""
    from soracli.finetuning import open_models
    from soracli.finetuning.dataset import bucket
    from soracli.finetuning.workers import Workers

    if "width" not in plan.card.params.get("cost", {}):
        return 0
    cost = plan.card.params["cost"]
    size = int(os.environ.get("WORLD_SIZE", "1"))
    gpu = machine.gpu() if args.device == "auto" else args.device.startswith("cuda")
    largest = bucket(plan.frames, 4096, 4096, plan.card, plan.area, plan.frames)
    numbers = 2 * 8 * plan.rank * cost["width"] * cost["depth"]
    return open_models.memory(
        plan.card, numbers, largest, plan.batch, gpu=gpu, workers=Workers(0, size), shard=args.shard
    )


def _number(flag: str, text: str, low: float, high: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise UsageError(f"{flag} {printable(text)}: must be a number, {low:g}..{high:g}", f"bad_{flag[2:]}")
    return value
