"""The body of every rendering verb: check what can be refused, load the model once, sample and write each result."""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from soracli.console.report import Reporter
from soracli.errors import CapacityError, is_memory
from soracli.media import Area, Source
from soracli.options.flags import Flags
from soracli.options.parse import TERMINAL
from soracli.pipeline import advice, deliver, describe, estimate, model_cache
from soracli.pipeline import preview as previews
from soracli.pipeline.job import FILLERS, Job
from soracli.pipeline.prepare import prepare
from soracli.pipeline.preview import Preview
from soracli.pipeline.result import Result, Session
from soracli.pipeline.spec import TaskSpec
from soracli.provenance import keys
from soracli.safety import screening
from soracli.state import runs
from soracli.state.runs import Run
from soracli.weights import manifest

if TYPE_CHECKING:
    from soracli.sampling.model import Model


def render(spec: TaskSpec, prompt: str | None, flags: Flags) -> None:
    """Do what a verb asks for.

    Nothing is printed here: the reporter of the flags is told. Media bytes alone may go to standard output (`-o -`).
    """
    talk, origin = _calm(flags).reporter, flags.origin
    run = runs.find(origin.run) if origin.run else None
    if run is not None:
        run.recheck()
    with _in_memory(spec.verb):
        job = prepare(spec, prompt, flags, run)
    preview = Preview(flags.preview, force=flags.force) if flags.preview else None
    if flags.dry_run:
        for note in job.notes:
            talk.note(note)
        talk.plan(describe.as_data(job), describe.as_text(job))
        return
    estimate.check_memory(job)
    with _in_memory(spec.verb):
        if job.bare is not None:
            with talk.meter() as meter:
                job = job.composited(functools.partial(meter.step, "fill"))
        else:
            job = job.composited()
    if note := screening.by_meaning(job.said):
        job = replace(job, notes=[*job.notes, note], by_words_only=True)
    for note in job.notes:  # after what may be refused: what was not understood of that is of no interest
        talk.note(note)
    keys.load()  # what cannot be signed is not worth painting
    talk.say(describe.headline(job))
    given: list[Source | Area] = [*spec.given, *spec.areas]
    with deliver.running(run, job.record, job.outputs, job.seeds, origin, given, talk) as run, _capacity(job):
        session = _open(job, talk, preview, run, flags)
        for n in range(len(job.seeds)):
            result = Result(job, n, session)
            deliver.deliver(result, job.outputs, n, result.item, run, flags, talk, keep=flags.save_latents)


def _calm(flags: Flags) -> Flags:
    """No bar if pictures are drawn on the terminal: they cannot share its lines."""
    drawn = flags.preview is not None and flags.preview.partition(":")[0] == TERMINAL
    return replace(flags, progress="plain") if drawn and flags.progress == "auto" else flags


def _open(job: Job, talk: Reporter, preview: Preview | None, run: Run, flags: Flags) -> Session:
    """Load what the job needs, and say what is to be known of it and of what it is given."""
    from soracli.provenance import ingredients

    clock = time.perf_counter()
    titles = not flags.no_prompt_metadata
    given = ingredients.ingredients(job.verb, job.spec.given, titles=titles)
    if flags.origin.foreign and flags.origin.latents:  # all that is known of the result
        given = (ingredients.of_latents(Path(flags.origin.latents), titles=titles),)
    with talk.meter() as meter:
        meter.step("load", 0, 1)
        for card in [manifest.tools()[name] for name in FILLERS] if job.filled else [job.card]:
            manifest.paths(card)
        networks = job.moving is None or job.moving.networks or flags.device not in ("auto", "cpu")
        device = model_cache.device(flags.device, job.threads) if networks else "cpu"
        if job.moving is not None:
            job.moving.check()
        model = None if job.filled or job.moving else model_cache.load(job.card, device)
        enlarge = model_cache.enhancer(device).enlarged if job.enlarges else None
        between = model_cache.between(device) if job.pace else None
        meter.step("load", 1, 1)
        notes, far = [ingredient.note for ingredient in given if ingredient.note], False
        if model is not None:
            said, far = _known(job, model, device)
            notes += [*said, *(previews.advice(job.card) if preview is not None else ())]
    for note in notes:
        talk.note(note)
    name = job.card.name if model is not None else "what sees motion"
    talk.detail(f"loaded {name} on {device} in {time.perf_counter() - clock:.1f} s")
    return Session(model, device, [*job.notes, *notes], preview, flags, run, talk, given, enlarge, far, between)


def _known(job: Job, model: Model, device: str) -> tuple[list[str], bool]:
    """What of the prompt and of what is given the model does not know: notes, and whether that is much."""
    if job.plot is not None:
        return [], False
    unlike = advice.on_source(model, job.canvas, job.geometry, device)
    far = bool(unlike) or job.card.takes_drafts
    return [*advice.on_prompt(model, job.prompt), *unlike], far


@contextlib.contextmanager
def _in_memory(verb: str) -> Iterator[None]:
    """What a verb is given, and room for what it makes, has to fit before anything can be planned."""
    try:
        yield
    except MemoryError as error:
        raise CapacityError(
            f"sora {verb}: what it is given and is to make does not fit into memory; make it shorter or smaller",
            "memory",
        ) from error


@contextlib.contextmanager
def _capacity(job: Job) -> Iterator[None]:
    """Out of memory, however it is raised, becomes one line with a way out."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_memory(error):
            raise
        size = f"{job.options.width}x{job.options.height}, {job.options.frames} frames"
        remedy = "try a smaller --size" + ("" if job.geometry.is_still else " or a shorter --duration")
        raise CapacityError(f"{size}: out of memory; {remedy}", "memory") from error
