"""The body of every rendering verb: check what can be refused, load the model once, sample and write each result."""

from __future__ import annotations

import contextlib
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soracli import advice, weights
from soracli import job as jobs
from soracli.errors import CapacityError, UsageError
from soracli.flags import Flags
from soracli.inputs import Brief
from soracli.job import Job
from soracli.media import Writer
from soracli.naming import Outputs
from soracli.preview import Preview
from soracli.progress import Meter, Talk
from soracli.seams import Likeness, Seams, Watcher
from soracli.wording import duration

if TYPE_CHECKING:
    from soracli.models import Model


@dataclass(frozen=True)
class Studio:
    """What all results of a call share once the model is loaded."""

    model: Model
    device: str
    notes: list[str]
    preview: Preview | None
    quality: str
    force: bool
    made: list[Likeness] = field(default_factory=list)  # of earlier results, where they are compared


def render(brief: Brief, prompt: str | None, flags: Flags) -> None:
    """Do what a verb asks for.

    Paths, media bytes or one JSON object go to standard output, everything else to standard error.
    """
    drawn = flags.preview is not None and flags.preview.startswith("term")  # pictures and a bar cannot share lines
    mode = "plain" if drawn and flags.progress == "auto" else flags.progress
    talk = Talk(mode, quiet=flags.quiet, verbose=flags.verbose)
    job = jobs.prepare(brief, prompt, flags)
    preview = Preview(flags.preview, force=flags.force) if flags.preview else None
    for note in job.notes:
        talk.note(note)
    if flags.dry_run:
        for note in advice.strangers(job.card, job.prompt):
            talk.note(note)
        emit(jobs.as_data(job)) if flags.json else print_out(jobs.as_text(job))
        return
    jobs.check_memory(job)
    talk.say(jobs.headline(job))
    with _capacity(job):
        studio = _open(job, talk, preview, flags)
        results = [_render_one(job, n, studio, talk, flags) for n in range(len(job.seeds))]
    if flags.json:
        emit(results if len(results) > 1 else results[0])


def emit(data: object) -> None:
    """The one JSON object of a call."""
    print_out(json.dumps({"ok": True, "data": data}) + "\n")


def print_out(text: str) -> None:
    """Results go to standard output, at once: whatever reads them may be waiting."""
    sys.stdout.write(text)
    sys.stdout.flush()


def _open(job: Job, talk: Talk, preview: Preview | None, flags: Flags) -> Studio:
    """Load the model. The files are checked first: that is fast, and importing torch is not."""
    clock = time.perf_counter()
    with talk.meter() as meter:
        meter.step("load", 0, 1)
        files = weights.paths(job.card)
        from soracli import models

        where = device(flags.device, job.threads)
        model = models.load(job.card, files, where)
        meter.step("load", 1, 1)
        notes = advice.on_prompt(model, job.prompt)
    for note in notes:
        talk.note(note)
    talk.detail(f"loaded {job.card.name} on {where} in {time.perf_counter() - clock:.1f} s")
    return Studio(model, where, [*job.notes, *notes], preview, flags.quality, flags.force)


def device(name: str, threads: int | None) -> str:
    """Resolve `auto`, refuse a GPU that is not there, and set the number of threads."""
    import torch

    if threads is not None:
        torch.set_num_threads(threads)
    present = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if name == "auto":
        return "cuda" if present else "cpu"
    if name.startswith("cuda") and int(name.partition(":")[2] or 0) >= present:
        raise UsageError(f"--device {name}: no such GPU here ({present} found); use --device cpu", "bad_device")
    return name


@contextlib.contextmanager
def _capacity(job: Job) -> Iterator[None]:
    """Out of memory, however it is raised, becomes one line with a way out."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        text = str(error).lower()
        if not isinstance(error, MemoryError) and "out of memory" not in text and "can't allocate memory" not in text:
            raise
        size = f"{job.options.width}x{job.options.height}, {job.options.frames} frames"
        remedy = "try a smaller --size" + ("" if job.geometry.is_still else " or a shorter --duration")
        raise CapacityError(f"{size}: out of memory; {remedy}", "memory") from error


def _render_one(job: Job, n: int, studio: Studio, talk: Talk, flags: Flags) -> dict[str, Any]:
    """Paint and write result n, say so, and return it as data."""
    label = f"{n + 1}/{len(job.seeds)} " if len(job.seeds) > 1 else ""
    seed, clock = job.seeds[n], time.perf_counter()
    seams, likeness = Seams.of(job.canvas), Likeness()
    watchers = (seams, likeness) if job.brief.compare else (seams,)  # what is kept a frame costs far more than its size
    with target(job.outputs, n) as path, talk.meter(label) as meter:
        took = _paint(job, studio, seed, path, meter, watchers)
    what = "picture" if job.geometry.is_still else f"{job.canvas.frames / float(job.options.fps):.1f} s of video"
    talk.say(f"{label}done in {duration(time.perf_counter() - clock)}: {what}, seed {seed}")
    found = _figures(job, studio, seams, likeness, talk)
    talk.detail("took " + ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in took.items()))
    shown = None if job.outputs.paths is None else str(path)
    if shown is not None and not flags.json:
        print_out(f"{shown}\n")
    took = {stage: round(seconds, 3) for stage, seconds in took.items()}
    return {
        "path": shown, "format": job.outputs.format.name, **job.recipe(seed), **found, "took": took,
        "notes": studio.notes,
    }  # fmt: skip


def _figures(job: Job, studio: Studio, seams: Seams, likeness: Likeness, talk: Talk) -> dict[str, Any]:
    """What can be measured on a result, said and returned: how its joints meet, how far variations lie apart."""
    found: dict[str, Any] = {}
    if joints := seams.report(job.options.fps):
        said = ", ".join(
            f"{joint['score']:g} at {joint['at']}{'' if joint['at'] == 'end' else 's'}" for joint in joints
        )
        talk.say(f"seams (jump over the usual jump): {said}")
        found["seams"] = joints
    if job.brief.compare:
        source = Likeness.of(job.canvas)
        found["distance"] = {"source": likeness.distance(source), "others": [likeness.distance(o) for o in studio.made]}
        others = "".join(f", {far:g} from result {i}" for i, far in enumerate(found["distance"]["others"], 1))
        talk.say(
            f"differs by {found['distance']['source']:g} from the source{others} (levels of 255, pictures of 32 lines)"
        )
        studio.made.append(likeness)
    return found


@contextlib.contextmanager
def target(outputs: Outputs, n: int) -> Iterator[Path]:
    """Where result n is written; for standard output a temporary file, copied out when it is whole."""
    if outputs.paths is not None:
        yield outputs.paths[n]
        return
    with tempfile.TemporaryDirectory(prefix="sora-") as folder:
        path = Path(folder) / f"clip{outputs.format.suffix}"
        yield path
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()


def _paint(
    job: Job, studio: Studio, seed: int, path: Path, meter: Meter, watchers: Sequence[Watcher]
) -> dict[str, float]:
    """Sample one result into `path`, every frame past the watchers. Returns seconds by stage."""
    from soracli.sample import sample

    _, height, width = job.geometry.keep
    fps = Fraction(1) if job.geometry.is_still else job.options.fps
    options = replace(job.options, seed=seed)
    took: dict[str, float] = {}
    clock = time.perf_counter()
    name, recipe = job.outputs.format.name, job.recipe(seed)
    audio, before = job.brief.sound or (None, 0)
    writer = Writer(
        path, width, height, fps, name, studio.quality, recipe, force=studio.force, audio=audio,
        audio_start=Fraction(before) / fps,
    )  # fmt: skip
    with writer:
        for step in sample(studio.model, job.canvas, job.spoken, options, job.geometry, studio.device):
            if step.frames is not None:
                writer.add(step.frames)
                for watcher in watchers:
                    watcher.add(step.frames)
            if studio.preview is not None and step.latents is not None:
                last = step.index == step.total
                studio.preview.show(studio.model, step.latents, job.geometry, job.prompt, last=last)
            meter.step(step.stage, step.index, step.total)
            now = time.perf_counter()
            took[step.stage], clock = took.get(step.stage, 0.0) + now - clock, now
        meter.step("save", 0, 1)
    took["save"] = time.perf_counter() - clock
    return took
