"""One result of a rendering verb: sampled, measured and described for `deliver`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from soracli import media
from soracli.console.progress import Meter
from soracli.console.report import Reporter
from soracli.errors import CheckError, MediaError, PolicyError
from soracli.footage.plausibility import Guard
from soracli.media import Writer
from soracli.options.flags import Flags
from soracli.pipeline import checkpoints, composite, latents, tasks
from soracli.pipeline.deliver import Form
from soracli.pipeline.job import Job
from soracli.pipeline.metrics import Seams, Thumbnails, Watcher
from soracli.pipeline.preview import Preview
from soracli.pipeline.recipe import of_latents
from soracli.sampling import frame_rates
from soracli.state.runs import Item, Run
from soracli.types import Canvas

if TYPE_CHECKING:
    from soracli.provenance.ingredients import Ingredient
    from soracli.provenance.stamp import Stamp
    from soracli.sampling.frame_rates import Between
    from soracli.sampling.model import Model
    from soracli.sampling.pixels import Enlarge
    from soracli.sampling.state import SamplerState
    from soracli.sampling.steps import Step


# What tensors of another shape than is said of them make the model raise.
_SHAPELESS = (RuntimeError, ValueError, LookupError, TypeError, AttributeError)


@dataclass(frozen=True)
class Session:
    """What all results of a call share once the model is loaded."""

    model: Model | None  # None where nothing is sampled
    device: str
    notes: list[str]
    preview: Preview | None
    flags: Flags
    run: Run
    talk: Reporter
    given: tuple[Ingredient, ...]
    enlarge: Enlarge | None  # for pictures that are to be larger than the model paints them
    far: bool  # what is given is unlike what the model was trained on
    between: Between | None  # paints frames between painted ones
    made: list[Thumbnails] = field(default_factory=list)  # of earlier results, where they are compared


class Result:
    """Result n of a job: `deliver.Work`."""

    def __init__(self, job: Job, n: int, session: Session) -> None:
        self.job, self.session, self.item = job, session, session.run.pending[0]
        self.seed = job.seeds[n]
        self.label = f"{n + 1}/{len(job.seeds)} " if len(job.seeds) > 1 else ""
        self.notes = session.notes
        self._seams, self._likeness = Seams.of(job.canvas), Thumbnails()
        self._took: dict[str, float] = {}  # seconds by stage
        whole, origin = job.recipe(self.seed), session.flags.origin
        self._recipe = of_latents(whole, origin.latents) if origin.foreign and origin.latents else whole

    def recipe(self) -> dict[str, Any]:
        """No more than what this call has done."""
        return self._recipe

    def form(self) -> Form:
        job, flags = self.job, self.session.flags
        _, height, width = job.geometry.keep
        fps = Fraction(1) if job.geometry.is_still else job.options.fps
        audio = None
        if flags.origin.expected is None:
            own = job.spec.sound(fps) if job.spec.sound and job.outputs.format.sound else None
            audio = job.track.sound(own, job.canvas.frames / fps)
        return Form((width, height), fps, self._stamp(), flags.quality, flags.force, audio)

    def _stamp(self) -> Stamp:
        from soracli.provenance.stamp import Stamp, without_texts

        job, recipe, flags = self.job, self._recipe, self.session.flags
        if flags.no_prompt_metadata:
            recipe = without_texts(recipe)
        painted = bool((job.canvas.mask[job.canvas.shown] > 0).any())
        verb, prompt = ("decode", "") if flags.origin.foreign else (job.verb, job.prompt)
        return Stamp(verb, recipe, self.session.given, painted=painted, prompt=prompt)

    def make(self, file: Writer | media.Digest, meter: Meter) -> None:
        watchers: list[Watcher] = [self._seams, *([self._likeness] if self.job.spec.compare else [])]
        self._took = _paint(self.job, self.session, self.item, file, meter, watchers)

    def done(self) -> str:
        job = self.job
        still = job.geometry.is_still
        what = "picture" if still else f"{job.canvas.frames / float(job.options.fps):.1f} s of video"
        return f": {what}, seed {self.seed}"

    def figures(self) -> dict[str, Any]:
        talk, flags = self.session.talk, self.session.flags
        found = _figures(self.job, self.session, self._seams, self._likeness)
        talk.detail("took " + ", ".join(f"{stage} {seconds:.2f} s" for stage, seconds in self._took.items()))
        latents_of = self.session.run.latents(self.seed)
        if flags.save_latents and latents_of is not None and latents_of.is_file():
            found["latents"] = str(latents_of)
            talk.say(f"latents: {latents_of}")
        return found | {"took": {stage: round(seconds, 3) for stage, seconds in self._took.items()}}

    def remarks(self) -> Sequence[str]:
        return self.job.canvas.draft.notes if self.job.canvas.draft else ()


def _figures(job: Job, session: Session, seams: Seams, likeness: Thumbnails) -> dict[str, Any]:
    """What can be measured on a result, said and returned: how its joints meet, how far variations lie apart."""
    found: dict[str, Any] = {}
    talk = session.talk
    if joints := seams.report(job.options.fps):
        said = ", ".join(
            f"{joint['score']:g} at {joint['at']}{'' if joint['at'] == 'end' else 's'}" for joint in joints
        )
        talk.say(f"seams (jump over the usual jump): {said}")
        found["seams"] = joints
    if job.spec.compare:
        source = Thumbnails.of(job.canvas)
        found["distance"] = {
            "source": likeness.distance(source),
            "others": [likeness.distance(o) for o in session.made],
        }
        others = "".join(f", {far:g} from result {i}" for i, far in enumerate(found["distance"]["others"], 1))
        talk.say(
            f"differs by {found['distance']['source']:g} from the source{others} (levels of 255, pictures of 32 lines)"
        )
        session.made.append(likeness)
    return found


def _paint(
    job: Job, session: Session, item: Item, file: Writer | media.Digest, meter: Meter, watchers: Sequence[Watcher]
) -> dict[str, float]:
    """Sample one result into a file, every frame past the watchers. Returns seconds by stage."""
    took: dict[str, float] = {}
    clock = time.perf_counter()
    run, talk, given = session.run, session.talk, session.flags.origin.latents
    state = None if job.moving else checkpoints.resumed(job, run, item.seed, given, session.device, talk)
    guarded = session.model is not None and "spectrum" in job.card.params  # what is filled is the clip's own
    guard = Guard(job.canvas, told=bool(job.prompt), styled=job.styled, far=session.far) if guarded else None
    try:
        count = 0
        with file as writer:
            for step in _steps(job, session, item, state):
                if step.frames is not None:
                    writer.add(step.frames, job.canvas.painted(count, count + len(step.frames)))
                    count += len(step.frames)
                    for watcher in (*watchers, *([guard] if guard else [])):
                        watcher.add(step.frames)
                if session.preview is not None and session.model is not None and step.latents is not None:
                    last = step.index == step.total
                    told = job.shots[step.shot].prompt if job.shots else job.prompt
                    if why := session.preview.show(session.model, step.latents, job.geometry, told, last=last):
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
        if session.flags.origin.foreign and isinstance(error, _SHAPELESS) and "memory" not in str(error):
            raise MediaError(f"{given}: holds latents of another shape than it says", "bad_latents") from error
        if state is not None:
            checkpoints.keep(job, run, item.seed, state, talk)
        raise
    took["save"] = time.perf_counter() - clock
    if session.flags.save_latents and state is not None:
        checkpoints.keep(job, run, item.seed, state, talk)
    return took


def _steps(job: Job, session: Session, item: Item, state: SamplerState | None) -> Iterator[Step]:
    """How one result comes about: sampled, filled from what is given, or carried on by its motion."""
    if job.filled:
        from soracli.footage.removal import Removal

        removal = Removal(job.canvas, session.device)
        steps = removal.steps()
        yield from steps if job.cast is None else composite.played(steps, job.performed(), job.canvas)
        session.talk.say(removal.said)
        return
    if session.model is None or state is None:
        from soracli.sampling.steps import without_sampling

        yield from without_sampling(job.canvas)
        return
    from soracli.sampling.sampler import sample

    options, model, pace = replace(job.painting, seed=item.seed), session.model, job.pace
    if session.flags.origin.latents:
        model = latents.ReplayModel(model, state)
    canvas, spoken = job.conditions(item.seed)
    if pace is not None and session.between is not None:
        canvas = pace.canvas(session.between)
    steps = sample(model, canvas, spoken, options, job.geometry, session.device, state, session.enlarge)
    if pace is not None and session.between is not None:
        steps = frame_rates.painted(steps, pace, session.between)
    yield from _keeping(steps, job.canvas) if job.spec.onward else steps


def _keeping(steps: Iterator[Step], canvas: Canvas) -> Iterator[Step]:
    """The sampler's progress, with the frames that a canvas keeps instead of what was painted there once more."""
    count = 0
    for step in steps:
        if step.frames is None:
            yield step
            continue
        yield replace(step, frames=tasks.kept(canvas, count, step.frames))
        count += len(step.frames)
