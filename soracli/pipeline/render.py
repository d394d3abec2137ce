"""The body of every rendering verb: check what can be refused, load the model once, sample and write each result."""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soracli import media
from soracli.console.progress import Meter
from soracli.console.report import Reporter
from soracli.errors import CapacityError, CheckError, MediaError, PolicyError
from soracli.footage.plausibility import Guard
from soracli.media import Area, Source, Writer
from soracli.options.flags import Flags
from soracli.options.parse import TERMINAL
from soracli.pipeline import (
    advice,
    checkpoints,
    composite,
    deliver,
    describe,
    latents,
    model_cache,
    tasks,
)
from soracli.pipeline import job as jobs
from soracli.pipeline import preview as previews
from soracli.pipeline.deliver import Form
from soracli.pipeline.job import Job
from soracli.pipeline.metrics import Likeness, Seams, Watcher
from soracli.pipeline.preview import Preview
from soracli.pipeline.task_specs import Brief
from soracli.provenance import keys
from soracli.safety import screening
from soracli.sampling import frame_rates
from soracli.state import runs
from soracli.state.runs import Item, Run
from soracli.types import Canvas
from soracli.weights import manifest

if TYPE_CHECKING:
    from soracli.provenance import stamp as provenance
    from soracli.provenance.stamp import Stamp
    from soracli.sampling.frame_rates import Between
    from soracli.sampling.model import Model
    from soracli.sampling.pixels import Enlarge
    from soracli.sampling.sampler import Progress
    from soracli.sampling.steps import Step


# What tensors of another shape than is said of them make the model raise.
_SHAPELESS = (RuntimeError, ValueError, LookupError, TypeError, AttributeError)


@dataclass(frozen=True)
class Studio:
    """What all results of a call share once the model is loaded."""

    model: Model | None  # None where nothing is sampled
    device: str
    notes: list[str]
    preview: Preview | None
    flags: Flags
    run: Run
    talk: Reporter
    given: tuple[provenance.Origin, ...]
    enlarge: Enlarge | None  # for pictures that are to be larger than the model paints them
    far: bool  # what is given is unlike what the model was trained on
    between: Between | None  # paints frames between painted ones
    made: list[Likeness] = field(default_factory=list)  # of earlier results, where they are compared


def render(brief: Brief, prompt: str | None, flags: Flags) -> None:
    """Do what a verb asks for.

    Nothing is printed here: the reporter of the flags is told. Media bytes alone may go to standard output (`-o -`).
    """
    talk, origin = _calm(flags).reporter, flags.origin
    run = runs.find(origin.run) if origin.run else None
    if run is not None:
        run.recheck()
    with _in_memory(brief.verb):
        job = jobs.prepare(brief, prompt, flags, run)
    preview = Preview(flags.preview, force=flags.force) if flags.preview else None
    if flags.dry_run:
        for note in job.notes:
            talk.note(note)
        talk.plan(describe.as_data(job), describe.as_text(job))
        return
    jobs.check_memory(job)
    with _in_memory(brief.verb):
        if job.bare is not None:
            with talk.meter() as meter:
                job = job.composed(functools.partial(meter.step, "fill"))
        else:
            job = job.composed()
    if note := screening.by_meaning(job.said):
        job = replace(job, notes=[*job.notes, note], by_words_only=True)
    for note in job.notes:  # after what may be refused: what was not understood of that is of no interest
        talk.note(note)
    keys.load()  # what cannot be signed is not worth painting
    talk.say(describe.headline(job))
    given: list[Source | Area] = [*brief.given, *brief.areas]
    with deliver.running(run, job.record, job.outputs, job.seeds, origin, given, talk) as run, _capacity(job):
        studio = _open(job, talk, preview, run, flags)
        for n in range(len(job.seeds)):
            result = _Result(job, n, studio)
            deliver.deliver(result, job.outputs, n, result.item, run, flags, talk, keep=flags.save_latents)


def _calm(flags: Flags) -> Flags:
    """No bar if pictures are drawn on the terminal: they cannot share its lines."""
    drawn = flags.preview is not None and flags.preview.partition(":")[0] == TERMINAL
    return replace(flags, progress="plain") if drawn and flags.progress == "auto" else flags


def _open(job: Job, talk: Reporter, preview: Preview | None, run: Run, flags: Flags) -> Studio:
    from soracli.provenance import stamp as provenance

    clock = time.perf_counter()
    titles = not flags.no_prompt_metadata
    given = provenance.origins(job.verb, job.brief.given, titles=titles)
    if flags.origin.foreign and flags.origin.latents:  # all that is known of the result
        given = (provenance.latents(Path(flags.origin.latents), titles=titles),)
    with talk.meter() as meter:
        meter.step("load", 0, 1)
        for card in [manifest.tools()[name] for name in jobs.FILLERS] if job.filled else [job.card]:
            manifest.paths(card)
        networks = job.moving is None or job.moving.networks or flags.device not in ("auto", "cpu")
        where = model_cache.device(flags.device, job.threads) if networks else "cpu"
        if job.moving is not None:
            job.moving.check()
        model = None if job.filled or job.moving else model_cache.load(job.card, where)
        enlarge = model_cache.enhancer(where).enlarged if job.enlarges else None
        between = model_cache.between(where) if job.pace else None
        meter.step("load", 1, 1)
        notes = [origin.note for origin in given if origin.note]
        unlike: list[str] = []
        if model is not None:
            unlike = [] if job.plot else advice.on_source(model, job.canvas, job.geometry, where)
            notes += [*([] if job.plot else advice.on_prompt(model, job.prompt)), *unlike]
            notes += previews.advice(job.card) if preview is not None else ()
    for note in notes:
        talk.note(note)
    name = job.card.name if model is not None else "what sees motion"
    talk.detail(f"loaded {name} on {where} in {time.perf_counter() - clock:.1f} s")
    far = bool(unlike) or (model is not None and not job.plot and bool(job.card.params.get("drafts")))
    return Studio(model, where, [*job.notes, *notes], preview, flags, run, talk, given, enlarge, far, between)


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
        text = str(error).lower()
        if not isinstance(error, MemoryError) and "out of memory" not in text and "can't allocate memory" not in text:
            raise
        size = f"{job.options.width}x{job.options.height}, {job.options.frames} frames"
        remedy = "try a smaller --size" + ("" if job.geometry.is_still else " or a shorter --duration")
        raise CapacityError(f"{size}: out of memory; {remedy}", "memory") from error


# --- one result -------------------------------------------------------------------------------------------------------


class _Result:
    """Result n of a job: `deliver.Work`."""

    def __init__(self, job: Job, n: int, studio: Studio) -> None:
        self.job, self.studio, self.item = job, studio, studio.run.pending[0]
        self.seed = job.seeds[n]
        self.label = f"{n + 1}/{len(job.seeds)} " if len(job.seeds) > 1 else ""
        self.notes = studio.notes
        self._seams, self._likeness = Seams.of(job.canvas), Likeness()
        self._took: dict[str, float] = {}  # seconds by stage
        whole, origin = job.recipe(self.seed), studio.flags.origin
        self._recipe = jobs.decoded(whole, origin.latents) if origin.foreign and origin.latents else whole

    def recipe(self) -> dict[str, Any]:
        """No more than what this call has done."""
        return self._recipe

    def form(self) -> Form:
        job, flags = self.job, self.studio.flags
        _, height, width = job.geometry.keep
        fps = Fraction(1) if job.geometry.is_still else job.options.fps
        audio = None
        if flags.origin.expected is None:
            own = job.brief.sound(fps) if job.brief.sound and job.outputs.format.sound else None
            audio = job.track.sound(own, job.canvas.frames / fps)
        return Form((width, height), fps, self._stamp(), flags.quality, flags.force, audio)

    def _stamp(self) -> Stamp:
        from soracli.provenance import stamp as provenance

        job, recipe, flags = self.job, self._recipe, self.studio.flags
        if flags.no_prompt_metadata:
            recipe = provenance.untold(recipe)
        painted = bool((job.canvas.mask[job.canvas.shown] > 0).any())
        verb, prompt = ("decode", "") if flags.origin.foreign else (job.verb, job.prompt)
        return provenance.Stamp(verb, recipe, self.studio.given, painted=painted, prompt=prompt)

    def make(self, file: Writer | media.Digest, meter: Meter) -> None:
        watchers: list[Watcher] = [self._seams, *([self._likeness] if self.job.brief.compare else [])]
        self._took = _paint(self.job, self.studio, self.item, file, meter, watchers)

    def done(self) -> str:
        job = self.job
        still = job.geometry.is_still
        what = "picture" if still else f"{job.canvas.frames / float(job.options.fps):.1f} s of video"
        return f": {what}, seed {self.seed}"

    def figures(self) -> dict[str, Any]:
        talk, flags = self.studio.talk, self.studio.flags
        found = _figures(self.job, self.studio, self._seams, self._likeness)
        talk.detail("took " + ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in self._took.items()))
        latents_of = self.studio.run.latents(self.seed)
        if flags.save_latents and latents_of is not None and latents_of.is_file():
            found["latents"] = str(latents_of)
            talk.say(f"latents: {latents_of}")
        return found | {"took": {stage: round(seconds, 3) for stage, seconds in self._took.items()}}

    def remarks(self) -> Sequence[str]:
        return self.job.canvas.draft.notes if self.job.canvas.draft else ()


def _figures(job: Job, studio: Studio, seams: Seams, likeness: Likeness) -> dict[str, Any]:
    """What can be measured on a result, said and returned: how its joints meet, how far variations lie apart."""
    found: dict[str, Any] = {}
    talk = studio.talk
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


def _paint(
    job: Job, studio: Studio, item: Item, file: Writer | media.Digest, meter: Meter, watchers: Sequence[Watcher]
) -> dict[str, float]:
    """Sample one result into a file, every frame past the watchers. Returns seconds by stage."""
    took: dict[str, float] = {}
    clock = time.perf_counter()
    run, talk, given = studio.run, studio.talk, studio.flags.origin.latents
    progress = None if job.moving else checkpoints.progress(job, run, item.seed, given, studio.device, talk)
    guarded = studio.model is not None and "spectrum" in job.card.params  # what is filled is the clip's own
    guard = Guard(job.canvas, told=bool(job.prompt), styled=job.styled, far=studio.far) if guarded else None
    try:
        count = 0
        with file as writer:
            for step in _steps(job, studio, item, progress):
                if step.frames is not None:
                    writer.add(step.frames, job.canvas.painted(count, count + len(step.frames)))
                    count += len(step.frames)
                    for watcher in (*watchers, *([guard] if guard else [])):
                        watcher.add(step.frames)
                if studio.preview is not None and studio.model is not None and step.latents is not None:
                    last = step.index == step.total
                    told = job.shots[step.shot].prompt if job.shots else job.prompt
                    if why := studio.preview.show(studio.model, step.latents, job.geometry, told, last=last):
                        talk.note(why)
                meter.step(step.stage, step.index, step.total)
                now = time.perf_counter()
                took[step.stage], clock = took.get(step.stage, 0.0) + now - clock, now
            if guard is not None and (why := guard.fault()):
                raise CheckError(
                    f"{job.verb}: withheld, {why}; {job.card.name} does not know such pictures: try less --strength or "
                    "another prompt, or a model of sora model list",
                    "withheld",
                )
            meter.step("save", 0, 1)
    except (PolicyError, CheckError):
        raise  # what is withheld is not worth going on with
    except BaseException as error:
        if studio.flags.origin.foreign and isinstance(error, _SHAPELESS) and "memory" not in str(error):
            raise MediaError(f"{given}: holds latents of another shape than it says", "bad_latents") from error
        if progress is not None:
            checkpoints.keep(job, run, item.seed, progress, talk)
        raise
    took["save"] = time.perf_counter() - clock
    if studio.flags.save_latents and progress is not None:
        checkpoints.keep(job, run, item.seed, progress, talk)
    return took


def _steps(job: Job, studio: Studio, item: Item, progress: Progress | None) -> Iterator[Step]:
    """How one result comes about: sampled, filled from what is given, or carried on by its motion."""
    if job.filled:
        from soracli.footage.removal import Removal

        removal = Removal(job.canvas, studio.device)
        steps = removal.steps()
        yield from steps if job.cast is None else composite.played(steps, job.performed(), job.canvas)
        studio.talk.say(removal.said)
        return
    if studio.model is None or progress is None:
        from soracli.sampling.steps import shown

        yield from shown(job.canvas)
        return
    from soracli.sampling.sampler import sample

    options, model, pace = replace(job.painting, seed=item.seed), studio.model, job.pace
    if studio.flags.origin.latents:
        model = latents.Developer(model, progress)
    canvas, spoken = job.staged(item.seed)
    if pace is not None and studio.between is not None:
        canvas = pace.canvas(studio.between)
    steps = sample(model, canvas, spoken, options, job.geometry, studio.device, progress, studio.enlarge)
    if pace is not None and studio.between is not None:
        steps = frame_rates.painted(steps, pace, studio.between)
    yield from _keeping(steps, job.canvas) if job.brief.onward else steps


def _keeping(steps: Iterator[Step], canvas: Canvas) -> Iterator[Step]:
    """The sampler's progress, with the frames that a canvas keeps instead of what was painted there once more."""
    count = 0
    for step in steps:
        if step.frames is None:
            yield step
            continue
        yield replace(step, frames=tasks.kept(canvas, count, step.frames))
        count += len(step.frames)
