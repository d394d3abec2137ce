"""From a task spec and flags to a job: what can be refused is refused here, before anything slow is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from soracli import media
from soracli.card import Card
from soracli.errors import UsageError
from soracli.media import formats
from soracli.options import calls, open_models, parse, resolve
from soracli.options.flags import Flags
from soracli.pipeline import notes, output_paths, performers, real_footage, tasks
from soracli.pipeline.estimate import estimate
from soracli.pipeline.job import Job
from soracli.pipeline.output_paths import Outputs
from soracli.pipeline.recipe import call_again
from soracli.pipeline.request import Prompt, Request, joined
from soracli.pipeline.soundtrack import Soundtrack
from soracli.pipeline.spec import TaskSpec
from soracli.prompts import rewrite
from soracli.safety import screening
from soracli.scenes.plot import Plot
from soracli.state.runs import Run
from soracli.types import Canvas, SamplingOptions
from soracli.weights import manifest

REMOVE = frozenset({"remove", "remove it", "remove this", "removed", "erase", "erase it", "delete", "delete it"})


def prepare(spec: TaskSpec, prompt: str | None, flags: Flags, run: Run | None = None) -> Job:
    """Turn a task spec and flags into a Job, or say in one line what is wrong with them.

    run: what this goes on with; it says which results, and where they go.
    """
    request, plot = _rewritten(_parsed(spec, prompt, flags))
    spec = request.spec  # with whom the prompt names
    seeds = parse.seeds(flags.seed, flags.count) if run is None else [item.seed for item in run.pending]
    _check_result(request, seeds)
    canvas, options, cast, bare = _canvas(request, plot)
    open_models.check(request.card, options, canvas, prompted=bool(request.words.text))
    request = replace(request, options=options)
    outputs = _outputs(request, seeds, canvas.frames, run)
    if cast is not None:  # for a name that nobody has
        cast.film(options, seeds[0], canvas.frames)
    track = Soundtrack.of(flags, outputs.format, still=spec.still, sounds=spec.sound is not None)
    spec = replace(spec, given=(*spec.given, *track.given), notes=(*spec.notes, *track.notes))
    film, read = (None, []) if plot is None else plot.film(options, seeds[0], canvas.frames)
    request = replace(request, spec=spec)
    expected = estimate(request, canvas)
    if expected.budget.room:
        request = replace(request, card=open_models.settled(request.card, expected.plan))
    call = call_again(request, canvas.frames)
    call = call if request.own is None else call.having(engine="motion")  # whatever its sources look like elsewhere
    record = calls.lasting(flags.origin.call, request.words.typed).having(expand=None)
    said = notes.of_request(request, plot, [*request.words.notes, *read], canvas, expected, len(seeds))
    return Job(
        spec=spec, words=request.words, shots=request.shots, card=request.card, options=options, seeds=seeds,
        outputs=outputs, canvas=canvas, geometry=expected.geometry, pace=expected.pace, plot=plot, cast=cast, bare=bare,
        films={} if film is None else {seeds[0]: film}, filled=request.filled, moving=request.own, track=track,
        notes=[*said, *outputs.notes], plan=expected.plan, budget=expected.budget, threads=expected.threads, call=call,
        record=record,
    )  # fmt: skip


def _parsed(spec: TaskSpec, prompt: str | None, flags: Flags) -> Request:
    """Texts and flags as values, within the bounds of the model."""
    prompt = parse.prompt(prompt, flags.prompt_file, needed=spec.prompted)
    if prompt and spec.shots:
        raise UsageError("PROMPT and --shot: give one of them, not both", "two_prompts")
    card = open_models.adapted(manifest.card(flags.model), flags)
    if spec.verb == "views":
        open_models.check_turns(card)
    if not spec.staged and spec.plot is None and (players := performers.own(card)):
        spec = performers.cast(spec, players, joined(prompt, *spec.words))
    if spec.length and flags.duration is not None:
        raise UsageError(f"--duration {flags.duration}: {spec.length}", "no_effect")
    fills = spec.unprompted or spec.cast is not None or prompt.strip(" .!").lower() in {"", *REMOVE}
    filled = spec.filled and card.takes_drafts and fills
    if filled and spec.cast is None:
        prompt = ""
    text = joined(prompt, *spec.words)
    own = None if spec.plot or not spec.engine else real_footage.chosen(spec, card, text)
    bounds = card if own is None else replace(card, limits={})  # those of the model
    source = spec.given[0].clip if own is not None and spec.keyed else spec.source
    options = resolve.options(bounds, flags, still=spec.still, source=source)
    shots = parse.shots(spec.shots, options.fps, spec.words)
    return Request(spec, flags, Prompt(prompt, text), card, options, shots, own, filled)


def _rewritten(request: Request) -> tuple[Request, Plot | None]:
    """Refuse what the policy's words forbid, and put the prompt as the model gets it, or read it into scenes."""
    spec, card, flags, shots, typed = request.spec, request.card, request.flags, request.shots, request.words.typed
    screening.by_words(screening.said(request.text, shots, request.options.negative, request.options.guidance))
    plot = performers.plot(request)
    if plot is not None:
        _check_expand(flags, card)
        told = rewrite.RewrittenPrompt(typed)  # what it says in no English is said when it is read
    else:
        seed = parse.seeds(flags.seed, flags.count)[0] if flags.expand and not spec.shots else None
        beside = (*spec.shots, flags.negative or "")
        told = rewrite.rewrite(typed, card, words=spec.words, beside=beside, seed=seed)
    text = "; ".join(shot.prompt for shot in shots) if shots else joined(told.text, *spec.words)
    return replace(request, words=Prompt(told.text, text, told.asked, told.notes)), plot


def _check_result(request: Request, seeds: Sequence[int]) -> None:
    """Refuse flags that say how many results there are, where they go and where they are painted."""
    flags = request.flags
    if request.filled and len(seeds) > 1:
        raise UsageError("--count, --seed: what is removed comes out the same every time; give one seed", "no_effect")
    output_paths.check_streams(flags.output, json=flags.json, dry_run=flags.dry_run)
    parse.check_device(flags.device)
    if flags.preview is not None:
        parse.preview(flags.preview)


def _canvas(request: Request, plot: Plot | None) -> tuple[Canvas, SamplingOptions, Plot | None, Canvas | None]:
    """The canvas, the options with its length, the scene that the user's own performers play in over it, and the canvas
    before regions were moved: see `Job.bare`.
    """
    spec, flags, card, own, options = request.spec, request.flags, request.card, request.own, request.options
    if plot is not None and plot.file and flags.duration is None and not (spec.still or spec.given):
        options = replace(options, seconds=plot.seconds)
    elif spec.lasts is not None and flags.duration is None:
        options = replace(options, seconds=spec.lasts)
    if own is not None and (own.move or spec.keyed) and flags.fps is None:
        options = replace(options, fps=real_footage.RATE)
    canvas = spec.canvas(options, 1 if card.rates or own else card.stride[0])
    canvas = canvas if own is None else own.laid(canvas)
    if request.filled and bool((canvas.mask > 0).all()):
        raise UsageError(
            "--mask: covers all there is, and nothing is left to fill it from; say what is to be there", "full_mask"
        )
    if spec.rim and not request.filled:
        canvas = replace(canvas, mask=media.feather(canvas.mask, spec.rim))
    cast, bare = spec.cast, None
    if spec.overlay is not None and plot is None:
        canvas, cast, bare = performers.with_overlay(request, spec.overlay, canvas, options)
    canvas = tasks.with_whole_start(canvas, card.stride[0]) if card.causal else canvas
    seconds = Fraction(0 if spec.still else len(canvas.clip.frames)) / options.fps
    return canvas, replace(options, seconds=seconds), cast, bare


def _outputs(request: Request, seeds: list[int], frames: int, run: Run | None) -> Outputs:
    """Where the results go, and in which format; nothing that is read is written over."""
    spec, flags, options = request.spec, request.flags, request.options
    names = {
        "slug": spec.stem or output_paths.slug(request.words.text), "model": request.card.name,
        "width": options.width, "height": options.height,
    }  # fmt: skip
    if run is not None:
        outputs = output_paths.planned(run.format, [item.path for item in run.pending])
    elif flags.origin.expected is not None:
        outputs = output_paths.planned("png" if spec.still else "frames", [None])
    else:
        outputs = output_paths.outputs(flags.output, flags.format, names, seeds, frames, force=flags.force)
    output_paths.check_inputs(outputs, calls.reads(flags.origin), flags.preview)
    formats.check(outputs.format, options.width, options.height, float(options.fps))
    formats.quality(flags.quality, outputs.format)
    return outputs


def _check_expand(flags: Flags, card: Card) -> None:
    """What a prompt leaves open a scene chooses by its seed; no words are added to it."""
    if flags.expand and "expand" not in flags.origin.assumed:
        raise UsageError(
            f"--expand: {card.name} reads a prompt into a scene, and the seed chooses what it leaves open; leave it "
            "out, or edit the scene: sora scene PROMPT",
            "no_effect",
        )
