"""`sora train lora`: a folder of pictures or clips becomes an adapter of a model, one file for `--lora`."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from soracli import __version__
from soracli.console.output import emit, print_out
from soracli.console.progress import Meter, Silent, Talk
from soracli.errors import INTERRUPTED, TERMINATED, CapacityError, SoraError, UsageError
from soracli.finetuning import dataset
from soracli.finetuning.plan import LOOK, PERFORMER, Arguments, Plan, planned
from soracli.formatting import amount, duration
from soracli.media.commit import explained
from soracli.options.flags import TalkFlags
from soracli.pipeline import model_cache, output_paths
from soracli.pipeline.sources import named
from soracli.safety import screening
from soracli.system import machine, part_files
from soracli.weights import manifest

LISTED = 1000  # inputs that the file remembers by name and digest


class Interrupted(SoraError):
    """Ended by a signal, with a checkpoint to go on from."""

    exit_code = INTERRUPTED
    default_code = "interrupted"

    def __init__(self, step: int, number: int) -> None:
        super().__init__(f"train lora: stopped after step {step}; go on with the same command and --resume")
        if number == signal.SIGTERM:
            self.exit_code = TERMINATED


def train(folder: str, args: Arguments, flags: TalkFlags) -> None:
    """Check what was typed, and make the file."""
    from soracli.finetuning.workers import together

    if args.shard and os.environ.get("WORLD_SIZE", "1") == "1":
        raise UsageError("--shard: spreads weights over processes; start it by torchrun, or leave it out", "no_effect")
    card = manifest.card(args.model)
    talk = Talk.of(flags)
    plan, notes = planned(folder, args, card)
    screening.by_words(_texts(plan))
    if flags.dry_run:
        for note in notes:
            talk.note(note)
        emit({**plan.as_data(), "notes": notes}) if flags.json else talk.say(f"would make {plan.text()}")
        return
    began = time.monotonic()
    if plan.kind == PERFORMER:
        _told(plan, _performer(plan, args, notes), notes, began, talk, flags)
        return
    device = model_cache.device(args.device, None)
    with together(device) as workers:
        quiet = talk if workers.leads else Talk("none", quiet=True)
        for note in filter(None, [screening.by_meaning(_texts(plan)), *notes]):
            quiet.note(note)
        quiet.say(plan.text())
        with quiet.meter() if workers.leads else _silent() as meter:
            found = (_look if plan.kind == LOOK else _adapter)(plan, args, workers, meter)
        if workers.leads:
            _told(plan, found, notes, began, talk, flags)


@contextlib.contextmanager
def _silent() -> Iterator[Meter]:
    yield Silent()


def _texts(plan: Plan) -> list[screening.ScreenedText]:
    """Every text that a model will be told, or prompts will hold."""
    captions = dict.fromkeys(item.caption for item in plan.found)
    return [
        screening.ScreenedText(plan.name, "--name"),
        *(screening.ScreenedText(text, "caption") for text in captions if text),
    ]


# --- the work ---------------------------------------------------------------------------------------------------------


def _about(plan: Plan) -> dict[str, Any]:
    """How a file came about: it stands in its metadata."""
    paths = list(dict.fromkeys(str(item.path) for item in plan.found))
    told = {"soracli": __version__, "inputs": named(*paths[:LISTED])}
    return told if plan.kind == PERFORMER else {**told, "rank": plan.rank, "seed": plan.seed, "batch": plan.batch}


def _performer(plan: Plan, args: Arguments, notes: list[str]) -> dict[str, Any]:
    from soracli.finetuning import performer

    one = performer.own(plan.name, args.moves, args.metres)
    made = performer.made(plan.card, one, args.faces, [item.path for item in plan.found], _about(plan))
    _written(plan.target, made.data)
    notes += made.notes
    pictures = [{"path": output_paths.shown(cut.path), "cut_out_by": cut.how} for cut in made.cuts]
    return {"pictures": pictures, "moves": one.kind, "metres": one.metres, "notes": made.notes}


def _written(path: Path, data: bytes) -> None:
    with explained(path):
        part_files.put(path, data)


def _identity(plan: Plan) -> dict[str, Any]:
    """What has to be the same for a run to go on."""
    return {
        "data": dataset.fingerprint(plan.found), "model": plan.card.name, "rank": plan.rank, "seed": plan.seed,
        "batch": plan.batch, "name": plan.name, "area": plan.area, "frames": plan.frames, "expert": plan.expert,
    }  # fmt: skip


def _ran(plan: Plan, args: Arguments, layers: Any, loss: Any, workers: Any, meter: Meter) -> dict[str, Any]:
    """Train, and what there is to say of it."""
    from soracli.finetuning.loop import Files, Loop, Settings

    settings = Settings(plan.steps, plan.minutes, plan.batch, plan.lr, plan.seed)
    files = Files(plan.target)
    loop = Loop(layers, settings, files, _identity(plan), workers)
    if args.resume:
        loop.resume()
    with explained(files.checkpoint):
        found = loop.run(loss, meter)
    if found.stopped:
        raise Interrupted(found.steps, found.stopped)
    return {
        "steps": found.steps, "training_seconds": round(found.seconds, 1), "loss": [found.first, found.last],
        "log": output_paths.shown(files.log), "checkpoint": output_paths.shown(files.checkpoint),
    }  # fmt: skip


def _look(plan: Plan, args: Arguments, workers: Any, meter: Meter) -> dict[str, Any]:
    from safetensors.torch import save

    from soracli import models
    from soracli.finetuning import look, low_rank
    from soracli.models.spark import Spark
    from soracli.scenes import adapters
    from soracli.scenes.adapters import Adapter
    from soracli.scenes.known import Own

    if workers.size > 1 or workers.device != "cpu":
        raise UsageError("train lora: a look is learnt by one process on a CPU; use --device cpu", "one_process")
    spark = models.load(plan.card, manifest.paths(plan.card), "cpu")
    assert isinstance(spark, Spark)
    shown = look.pictures([item.path for item in plan.found])
    light = look.grade(shown)
    layers = low_rank.adapted(spark.dit, look.TARGETS, plan.rank, plan.seed)
    spark.dit.train()
    objective = look.Objective(spark, shown, plan.seed)
    before = look.judged(objective)
    told = _ran(plan, args, layers, objective, workers, meter)
    text = Adapter(plan.target, LOOK, plan.card.name, Own(plan.name), grade=light, made=_about(plan)).text()
    _written(plan.target, save(low_rank.state(layers), {"format": "pt", adapters.KEY: text}))
    return {**told, "error_before": before, "error_after": look.judged(objective)}


def _adapter(plan: Plan, args: Arguments, workers: Any, meter: Meter) -> dict[str, Any]:
    from safetensors.torch import save

    from soracli import models
    from soracli.finetuning import low_rank, open_models
    from soracli.finetuning.workers import sharded
    from soracli.models.ltx import Ltx
    from soracli.models.wan import Wan

    free = machine.memory()[1]
    if plan.memory and workers.device == "cpu" and free and plan.memory > free:
        raise CapacityError(
            f"train lora: needs about {amount(plan.memory)} of memory and {amount(free)} are free; take a smaller "
            "--size or fewer --frames, or a GPU",
            "memory",
        )
    files = manifest.paths(plan.card)
    model = models.load(plan.card, files, workers.device)
    assert isinstance(model, Wan | Ltx)
    meter.step("encode", 0, len(plan.found))
    known = list(open_models.examples(model, plan.found, plan.name, plan.area, plan.frames))
    meter.step("encode", len(plan.found), len(plan.found))
    if args.shard:  # read into main memory, since no device may hold all of it
        model = models.load(plan.card, files, "cpu")
        assert isinstance(model, Wan | Ltx)
    kind = open_models.family(model, plan.expert)
    if args.shard and workers.device != "cpu":
        open_models.halve(kind.network)
    layers = low_rank.adapted(kind.network, open_models.TARGETS, plan.rank, plan.seed)
    blocks = kind.blocks()
    low_rank.checkpointed(iter(blocks))
    if args.shard:
        sharded(kind.network, blocks, list(low_rank.parameters(layers)), workers)
    objective = open_models.Objective(kind, known, plan.batch, plan.seed, workers.device)
    told = _ran(plan, args, layers, objective, workers, meter)
    if workers.leads:
        about = json.dumps({**_about(plan), "model": plan.card.name, "name": plan.name}, ensure_ascii=False)
        _written(plan.target, save(low_rank.state(layers), {"format": "pt", "soracli_training": about}))
    workers.wait()
    return {**told, "windows": len(known)}


def _told(plan: Plan, found: dict[str, Any], notes: Sequence[str], began: float, talk: Talk, flags: TalkFlags) -> None:
    """`output_types.training.TrainedLora`."""
    path = output_paths.shown(plan.target)
    took = time.monotonic() - began
    if plan.kind == PERFORMER:
        for note in notes:
            talk.note(note)
        talk.say(f'{plan.text()}; try: sora generate "a {plan.name} runs in the snow" --lora {path}')
    else:
        first, last = found["loss"]
        talk.say(f"{found['steps']} steps in {duration(took)}, loss {first:.4g} to {last:.4g}")
    if flags.json:
        emit({
            "path": path, "kind": plan.kind, "model": plan.card.name, "name": plan.name, "examples": len(plan.found),
            "seconds": round(took, 1), **found, "notes": list(notes),
        })  # fmt: skip
    else:
        print_out(f"{path}\n")
