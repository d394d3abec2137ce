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
from soracli.formatting import duration
from soracli.media import Area, Source, Writer
from soracli.options.flags import Flags
from soracli.options.parse import TERMINAL
from soracli.pipeline import advice, checkpoints, latents, model_cache, output_paths, real_footage, tasks
from soracli.pipeline import job as jobs
from soracli.pipeline.job import Job
from soracli.pipeline.metrics import Likeness, Seams, Watcher
from soracli.pipeline.output_paths import target
from soracli.pipeline.preview import Preview
from soracli.pipeline.task_specs import Brief
from soracli.provenance import keys
from soracli.safety import screening
from soracli.safety.review import Review
from soracli.sampling import frame_rates
from soracli.state import runs
from soracli.state.runs import Item, Run
from soracli.types import Canvas
from soracli.weights import manifest

if TYPE_CHECKING:
    from soracli.options.calls import Origin
    from soracli.provenance import stamp as provenance
    from soracli.provenance.stamp import Stamp
    from soracli.sampling.frame_rates import Between
    from soracli.sampling.model import Model
    from soracli.sampling.pixels import Enlarge
    from soracli.sampling.sampler import Progress, Step


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
        talk.plan(jobs.as_data(job), jobs.as_text(job))
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
    talk.say(jobs.headline(job))
    if run is None:
        run = runs.plain(job.record.as_data(), job.outputs.format.name, job.seeds, job.outputs.paths)
        run = run if origin.latents or origin.expected else begun(run, origin, (*brief.given, *brief.areas), talk)
    else:
        run.take()
    with recorded(run, talk), _capacity(job):
        studio = _open(job, talk, preview, run, flags)
        for n in range(len(job.seeds)):
            _render_one(job, n, studio)
    if origin.expected is not None:
        compare(run.items[0].data or {}, origin.expected, talk)
    talk.results(found_by(run))


def _calm(flags: Flags) -> Flags:
    """No bar if pictures are drawn on the terminal: they cannot share its lines."""
    drawn = flags.preview is not None and flags.preview.partition(":")[0] == TERMINAL
    return replace(flags, progress="plain") if drawn and flags.progress == "auto" else flags


def compare(data: dict[str, Any], expected: str, talk: Reporter) -> None:
    """Say that the frames of a result are those expected, or raise CheckError."""
    if data[media.DIGEST] != expected:
        raise CheckError(
            f"the frames differ: sha256 {data[media.DIGEST][:12]}, in the recipe {expected[:12]}; another machine, "
            "thread count or version of torch may be why",
            "frames_differ",
        )
    talk.say("the same frames, bit for bit")


def found_by(run: Run) -> Any:
    """The results of a run as data: one alone as it is, several in a list."""
    found = [item.data for item in run.items]
    return found if len(found) > 1 else found[0]


def begun(run: Run, origin: Origin, given: Sequence[Source | Area], talk: Reporter) -> Run:
    """A run of which a record is kept from now on, with what was piped in for it."""
    run = runs.begin(run, origin.run)
    for data in (source.data for source in given if source.data is not None):
        if note := run.keep_input(data):
            talk.note(note)
    return run


@contextlib.contextmanager
def recorded(run: Run, talk: Reporter) -> Iterator[None]:
    """Note how a run ends, and say how to go on with it if there is something to go on with."""
    try:
        yield
    except BaseException as error:
        stopped = isinstance(error, KeyboardInterrupt | SystemExit)
        run.end("interrupted" if stopped else "failed", "" if stopped else f"{error}")
        if run.home is not None and any(run.home.glob("*" + latents.SUFFIX)):
            talk.say(f"what was painted is kept; go on with: sora resume {run.id}")
        elif run.home is not None and stopped:
            talk.say(f"nothing was painted yet; begin again with: sora resume {run.id}")
        raise
    run.end("done")


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
        where = model_cache.device(flags.device, job.threads)
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
            notes += [*advice.on_prompt(model, job.prompt), *unlike]
    for note in notes:
        talk.note(note)
    name = job.card.name if model is not None else "what sees motion"
    talk.detail(f"loaded {name} on {where} in {time.perf_counter() - clock:.1f} s")
    far = bool(unlike) or (model is not None and not job.plot and any(map(real_footage.foreign, job.brief.given)))
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


def _render_one(job: Job, n: int, studio: Studio) -> None:
    """Paint and write result n, say so, and note it in the run."""
    talk, run, flags = studio.talk, studio.run, studio.flags
    label = f"{n + 1}/{len(job.seeds)} " if len(job.seeds) > 1 else ""
    seed, clock = job.seeds[n], time.perf_counter()
    item = run.pending[0]
    shown = None if job.outputs.paths is None else output_paths.shown(job.outputs.paths[n])
    data = {"path": shown, "format": job.outputs.format.name, **_recipe(job, flags, seed)}
    if shown is not None and flags.origin.run and (made := checkpoints.finished(shown, job.recipe(seed))):
        talk.say(f"{label}{shown} is there already")
        talk.result(shown)
        run.finish(item, data | made)
        return
    seams, likeness = Seams.of(job.canvas), Likeness()
    watchers: list[Watcher] = [seams, *([likeness] if job.brief.compare else [])]
    place = target(job.outputs, n) if flags.origin.expected is None else contextlib.nullcontext(Path())
    stamp, review = _stamp(job, studio, seed), Review(keep=flags.keep_held)
    with place as path, talk.meter(label) as meter:
        took, digest = _paint(job, studio, item, _writer(job, flags, stamp, review, path), meter, watchers)
    what = "picture" if job.geometry.is_still else f"{job.canvas.frames / float(job.options.fps):.1f} s of video"
    talk.say(f"{label}done in {duration(time.perf_counter() - clock)}: {what}, seed {seed}")
    found = _figures(job, studio, seams, likeness)
    talk.detail("took " + ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in took.items()))
    took = {stage: round(seconds, 3) for stage, seconds in took.items()}
    if flags.save_latents and (saved := run.latents(seed)) is not None and saved.is_file():
        found["latents"] = str(saved)
        talk.say(f"latents: {saved}")
    odd = [*stamp.notes, *review.notes, *(job.canvas.draft.notes if job.canvas.draft else ())]
    for note in odd:
        talk.note(note)
    if shown is not None:
        talk.result(shown)
    data |= {media.DIGEST: digest, **found, **stamp.told, "took": took, "notes": [*studio.notes, *odd]}
    run.finish(item, data, keep=flags.save_latents)


def _stamp(job: Job, studio: Studio, seed: int) -> Stamp:
    """What will mark and sign result `seed`."""
    from soracli.provenance import stamp as provenance

    recipe, foreign = _recipe(job, studio.flags, seed), studio.flags.origin.foreign
    if studio.flags.no_prompt_metadata:
        recipe = provenance.untold(recipe)
    painted = bool((job.canvas.mask[job.canvas.shown] > 0).any())
    verb, prompt = ("decode", "") if foreign else (job.verb, job.prompt)
    stamp = provenance.Stamp(verb, recipe, studio.given, painted=painted, prompt=prompt)
    if job.outputs.paths is None and job.outputs.format.sidecar:
        stamp.notes.append(
            f"{job.outputs.format.name} has its content credentials in a file beside it, and standard output has none; "
            "write a file, or mp4, to keep them."
        )
    return stamp


def _recipe(job: Job, flags: Flags, seed: int) -> dict[str, Any]:
    """What result `seed` says of itself: no more than what this call has done."""
    whole, origin = job.recipe(seed), flags.origin
    return jobs.decoded(whole, origin.latents) if origin.foreign and origin.latents else whole


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
) -> tuple[dict[str, float], str]:
    """Sample one result into a file, every frame past the watchers. Returns seconds by stage, and the digest."""
    took: dict[str, float] = {}
    clock = time.perf_counter()
    run, talk, given = studio.run, studio.talk, studio.flags.origin.latents
    progress = checkpoints.progress(job, run, item.seed, given, studio.device, talk)
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
                    studio.preview.show(studio.model, step.latents, job.geometry, told, last=last)
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
        checkpoints.keep(job, run, item.seed, progress, talk)
        raise
    took["save"] = time.perf_counter() - clock
    if studio.flags.save_latents:
        checkpoints.keep(job, run, item.seed, progress, talk)
    return took, writer.digest


def _steps(job: Job, studio: Studio, item: Item, progress: Progress) -> Iterator[Step]:
    """How one result comes about: sampled, filled from what is given, or carried on by its motion."""
    if job.filled:
        from soracli.footage.removal import Removal

        removal = Removal(job.canvas, studio.device)
        yield from removal.steps()
        studio.talk.say(removal.said)
        return
    from soracli.sampling.sampler import sample, shown

    if studio.model is None:
        yield from shown(job.canvas)
        return
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


def _writer(job: Job, flags: Flags, stamp: Stamp, review: Review, path: Path) -> Writer | media.Digest:
    """Where frames go: into a file, or no farther than their digest if that is all that is asked for."""
    if flags.origin.expected is not None:
        return media.Digest()
    _, height, width = job.geometry.keep
    fps = Fraction(1) if job.geometry.is_still else job.options.fps
    own = job.brief.sound(fps) if job.brief.sound and job.outputs.format.sound else None
    audio = job.track.sound(own, job.canvas.frames / fps)
    return Writer(
        path, width, height, fps, job.outputs.format.name, flags.quality, stamp.recipe, force=flags.force,
        audio=audio, stamp=stamp, review=review,
    )  # fmt: skip
