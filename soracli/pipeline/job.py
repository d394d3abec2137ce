"""A rendering request, checked and worked out before anything slow is loaded."""

from __future__ import annotations

import functools
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from soracli import __version__, media
from soracli.card import Card
from soracli.errors import CapacityError, UsageError
from soracli.formatting import argument, printable
from soracli.media import DIGEST, formats
from soracli.options import calls, open_models, parse, resolve
from soracli.options.calls import Call
from soracli.options.flags import Flags
from soracli.pipeline import composite, model_cache, output_paths, real_footage, tasks
from soracli.pipeline.composite import Hand, Way
from soracli.pipeline.output_paths import Outputs
from soracli.pipeline.real_footage import Moving
from soracli.pipeline.soundtrack import Soundtrack
from soracli.pipeline.sources import digest, named, refitted
from soracli.pipeline.task_specs import Brief
from soracli.prompts import rewrite
from soracli.resources import estimate as plan
from soracli.resources.estimate import Budget, Plan
from soracli.safety import policy, review, screening
from soracli.sampling import frame_rates, windows
from soracli.scenes import notation
from soracli.scenes.plot import Film, Plot
from soracli.state.runs import Run
from soracli.system import machine
from soracli.types import Canvas, Frames, Geometry, Mask, SamplingOptions, Shot
from soracli.weights import manifest

if TYPE_CHECKING:
    from soracli.scenes.adapters import Adapter

FILLERS = ("rife", "shots")  # networks by which holes are filled
REMOVE = frozenset({"remove", "remove it", "remove this", "removed", "erase", "erase it", "delete", "delete it"})


@dataclass(frozen=True)
class Prompt:
    """A prompt on its way to the model."""

    typed: str  # as a run goes on with it
    text: str  # as the model is told it: with the words that flags add, or of all shots
    asked: str  # before it was expanded, empty if that is the same
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Job:
    """One call of a rendering verb. options.seed is set per result from `seeds`."""

    verb: str
    words: Prompt
    card: Card
    options: SamplingOptions
    geometry: Geometry  # of what is painted
    seeds: list[int]
    outputs: Outputs
    threads: int | None
    plan: Plan
    notes: list[str]
    canvas: Canvas
    brief: Brief
    shots: tuple[Shot, ...]
    call: Call  # as a recipe repeats it
    record: Call  # as a run goes on with it
    pace: frame_rates.Pace | None = None  # where painted frames lie, if not at those of the canvas
    budget: Budget = field(default_factory=Budget)
    by_words_only: bool = False  # whether the policy's rules of meaning could not be asked
    filled: bool = False  # from the clip itself: no model paints
    plot: Plot | None = None  # of models that take drafts, where nothing is given
    cast: Plot | None = None  # of the user's own performers, where they are composited over what is given
    track: Soundtrack = field(default_factory=Soundtrack)
    moving: Moving | None = None  # of sources that go on by their own motion: nothing is sampled
    bare: Canvas | None = None  # before regions were moved, if what they leave is still to be filled
    films: dict[int, Film] = field(default_factory=dict)  # of the plot, by the seeds for which it was read so far

    @property
    def prompt(self) -> str:
        """What the model is told, with the words that flags add."""
        return self.words.text

    @property
    def asked(self) -> str:
        """The prompt before it was expanded; empty if that is the same."""
        return self.words.asked

    @property
    def painting(self) -> SamplingOptions:
        """What the sampler is asked for."""
        return frame_rates.options(self.options, self.pace)

    def staged(self, seed: int) -> tuple[Canvas, str | tuple[Shot, ...]]:
        """The canvas of one result, with its draft if it has one, and what the sampler is told."""
        if self.plot is None:
            return self.canvas, self.shots or self.prompt
        from soracli.scenes import adapters
        from soracli.scenes.drafting import drafted

        film = self._film(self.plot, seed)
        hand = self.brief.hand or Hand()
        canvas = tasks.opened(self.canvas, film.starts[-1]) if self.brief.onward else self.canvas
        parts = hand.layer(self.options), hand.place(self.options), adapters.grade(self.card)
        draft = drafted(film, *parts)
        if tasks.keeps(canvas) and not self.brief.onward:
            draft = composite.inside(draft, canvas)
        return replace(canvas, draft=draft), film.shots

    def composed(self, told: Callable[[int, int], None] = lambda done, total: None) -> Job:
        """With what moved regions leave filled, and with the user's own performers over what is given: they are drawn
        only now, since that takes torch. told: how much of the filling is done, of how much.
        """
        canvas, way = self.canvas, Way.of(self.card)
        if self.bare is not None and self.brief.hand is not None:
            canvas = self.brief.hand.on(self.bare, self.options, way, functools.partial(_filled, told))
        if self.cast is not None and not self.filled:
            canvas = composite.laid(canvas, self.performed(), way)
        if canvas is self.canvas:
            return self
        return replace(self, canvas=canvas, pace=frame_rates.paced(canvas, self.card))

    def performed(self) -> composite.Layers:
        """The performers who are composited over what is given, on their part of the frame."""
        from soracli.scenes.drafting import drafted

        assert self.cast is not None
        size = self.options.width, self.options.height
        x, y, wide, high = (round(share * side) for share, side in zip(self.brief.stage, 2 * size, strict=True))
        part = replace(self.options, width=max(wide, 1), height=max(high, 1))
        film, _ = self.cast.film(part, self.seeds[0], self.canvas.frames)
        return composite.beside(drafted(film).drawn, (x, y), size)

    @property
    def said(self) -> list[screening.Said]:
        """Every text that the model is told, and the prompt that one of them was made from."""
        told = screening.said(self.prompt, self.shots, self.options.negative, self.options.guidance)
        return [*told, *([screening.Said(self.asked)] if self.asked else [])]

    @property
    def styled(self) -> bool:
        """Whether a look was asked for, or another picture's colours: what is given does not bound them."""
        return bool(self.brief.words) or "style_ref" in self.brief.record

    @property
    def enlarges(self) -> bool:
        """Whether a network makes the result larger than it is painted."""
        return self.geometry.enlarges and not (self.filled or self.moving)

    @property
    def seconds(self) -> float:
        """Estimated seconds for all results, 0 if unknown."""
        return self.plan.seconds * len(self.seeds)

    @property
    def _more(self) -> dict[str, Any]:
        """Whether painting started from marked noise, what made a picture larger than it was painted, and what saw the
        motion by which it was filled instead."""
        known = manifest.tools()
        if self.filled or (self.bare is not None and len(self.brief.given[0].clip.frames) > 1):
            networks = {name: manifest.digest(known[name]) for name in FILLERS}
            return {**({"filled": True} if self.filled else {}), "networks": networks}
        enlarged = {"enlarged": manifest.digest(known[model_cache.ENHANCER])} if self.enlarges else {}
        return enlarged | ({"noise": "marked"} if self.painting.marked else {})

    def _scene(self, seed: int) -> dict[str, Any]:
        """The scene file of one result."""
        if self.plot is None:
            return {}
        from soracli.scenes import file

        film = self._film(self.plot, seed)
        text = file.text([file.Shot(*timed) for timed in film.timed(self.canvas.frames)])
        return {"scene": notation.with_pictures(text, lambda path: Path(path).name)}

    def _film(self, plot: Plot, seed: int) -> Film:
        """The film of one result: a prompt is read once for each seed."""
        if seed not in self.films:
            self.films[seed], _ = plot.film(self.options, seed, self.canvas.frames)
        return self.films[seed]

    @functools.cached_property
    def _remembered(self) -> dict[str, Any]:
        """What the recipe says of the call: the files that it reads are read through for it, once."""
        return remembered(self.call)

    def recipe(self, seed: int) -> dict[str, Any]:
        """What the file says about itself: enough to paint it again."""
        _, height, width = self.geometry.keep
        options = self.options
        return {
            "soracli": __version__, "verb": self.verb, "prompt": self.prompt,
            **({"asked": self.asked} if self.asked else {}), "negative": options.negative,
            "model": self.card.name, "weights": manifest.digest(self.card), "width": width, "height": height,
            "frames": self.canvas.frames, "fps": str(options.fps), "steps": options.steps,
            "guidance": options.guidance, "shift": options.shift, "solver": options.solver, "seed": seed,
            **open_models.record(self.card), **self.brief.record, **self._more,
            **({"again": list(self.canvas.again)} if self.canvas.again else {}),
            **({"shots": [[shot.start, shot.prompt] for shot in self.shots]} if self.shots else {}),
            **self._scene(seed), **({} if self.moving is None else self.moving.record),
            "policy": policy.load().name + (", by words only" if self.by_words_only else ""),
            "review": ",".join(review.names()), **self._remembered, DIGEST: "",
        }  # fmt: skip


def decoded(recipe: dict[str, Any], latents: str) -> dict[str, Any]:
    """What a file says that was decoded from given latents: of how they came about nothing is known."""
    known = ("soracli", "model", "weights", "width", "height", "frames", "fps", "review", DIGEST)
    return {"verb": "decode", "latents": digest(latents), **{key: recipe[key] for key in known if key in recipe}}


def remembered(call: Call) -> dict[str, Any]:
    """What a recipe says of a call itself: the arguments by which `replay` repeats it, and the files it read.

    Names without folders: a file is given away more often than its maker's home.
    """
    short = calls.with_files(call, lambda path: Path(path).name).as_data()
    return {"arguments": {key: short[key] for key in short if key != "verb"}, "inputs": named(*calls.files(call))}


def repeated(call: Call, brief: Brief, text: str, frames: int, fps: Fraction) -> Call:
    """The call that does the same again, whatever its flags were left to: with prompt, length and rate written out.

    How it is to be painted stands in the recipe beside it; where the result goes is for whoever repeats it to say.
    """
    settings = {f.name for f in fields(Flags)} - {"audio", "no_audio"}
    own = {name: value for name, value in call.arguments.items() if name not in settings}
    length = None if brief.still or brief.length else f"{frames}f"
    return Call(call.verb, own).having(
        prompt=text or None, fps=None if brief.still else str(fps), duration=length,
        count=str(brief.record["views"]) if "views" in brief.record else None,
    )  # fmt: skip


@dataclass(frozen=True)
class _Request:
    """What was asked for, parsed."""

    brief: Brief
    flags: Flags
    prompt: str
    card: Card  # of the model, with what the flags ask of it
    text: str  # the prompt with the words that flags add
    own: Moving | None  # what carries sources on by their own motion, if that is asked for
    options: SamplingOptions
    shots: tuple[Shot, ...]
    filled: bool  # see `Job`


def prepare(brief: Brief, prompt: str | None, flags: Flags, run: Run | None = None) -> Job:
    """Turn a brief and flags into a Job, or say in one line what is wrong with them.

    run: what this goes on with; it says which results, and where they go.
    """
    request = _parse(brief, prompt, flags)
    words, plot = _screen_and_rewrite(request)
    seeds = parse.seeds(flags.seed, flags.count) if run is None else [item.seed for item in run.pending]
    if request.filled and len(seeds) > 1:
        raise UsageError("--count, --seed: what is removed comes out the same every time; give one seed", "no_effect")
    output_paths.check_streams(flags.output, json=flags.json, dry_run=flags.dry_run)
    parse.check_device(flags.device)
    if flags.preview is not None:
        parse.preview(flags.preview)
    canvas, options, cast, bare = _canvas(request, plot)
    open_models.check(request.card, words.text, options, canvas)
    outputs = _outputs(request, words, options, seeds, canvas.frames, run)
    if cast is not None:  # for a name that nobody has
        cast.film(options, seeds[0], canvas.frames)
    track = Soundtrack.of(flags, outputs.format, still=brief.still, sounds=brief.sound is not None)
    brief = replace(brief, given=(*brief.given, *track.given), notes=(*brief.notes, *track.notes))
    request = replace(request, brief=brief, options=options)
    film, read = (None, []) if plot is None else plot.film(options, seeds[0], canvas.frames)
    estimate = _estimate(request, words, canvas)
    card = open_models.settled(request.card, estimate.plan) if estimate.budget.room else request.card
    request = replace(request, card=card)
    call = repeated(flags.origin.call, brief, words.typed, canvas.frames, options.fps)
    call = call if request.own is None else call.having(engine="motion")  # whatever its sources look like elsewhere
    record = calls.lasting(flags.origin.call, words.typed).having(expand=None)
    return Job(
        brief.verb, words, card, options, estimate.geometry, seeds, outputs, estimate.threads, estimate.plan,
        _notes(request, plot, [*words.notes, *read], canvas, estimate, seeds, outputs), canvas, brief, request.shots,
        call, record, estimate.pace, estimate.budget, filled=request.filled, plot=plot, cast=cast, track=track,
        moving=request.own, bare=bare, films={} if film is None else {seeds[0]: film},
    )  # fmt: skip


def _parse(brief: Brief, prompt: str | None, flags: Flags) -> _Request:
    """Texts and flags become values, within the bounds of the model."""
    prompt = parse.prompt(prompt, flags.prompt_file, needed=brief.prompted)
    if prompt and brief.shots:
        raise UsageError("PROMPT and --shot: give one of them, not both", "two_prompts")
    card = open_models.adapted(manifest.card(flags.model), flags)
    if brief.verb == "views":
        open_models.check_turns(card)
    brief = _joined(brief, card, ", ".join(filter(None, [prompt, *brief.words])))
    if brief.length and flags.duration is not None:
        raise UsageError(f"--duration {flags.duration}: {brief.length}", "no_effect")
    fills = brief.unprompted or brief.cast is not None or prompt.strip(" .!").lower() in {"", *REMOVE}
    filled = brief.filled and bool(card.params.get("drafts")) and fills
    if filled and brief.cast is None:
        prompt = ""
    text = ", ".join(filter(None, [prompt, *brief.words]))
    own = None if brief.plot or not brief.engine else real_footage.chosen(brief, card, text)
    bounds = card if own is None else replace(card, limits={})  # those of the model
    source = brief.given[0].clip if own is not None and brief.keyed else brief.source
    options = resolve.options(bounds, flags, still=brief.still, source=source)
    shots = parse.shots(brief.shots, options.fps, brief.words)
    return _Request(brief, flags, prompt, card, text, own, options, shots, filled)


def _screen_and_rewrite(request: _Request) -> tuple[Prompt, Plot | None]:
    """Refuse what the policy's words forbid, and put the prompt as the model is told it, or read it as scenes."""
    brief, card, shots = request.brief, request.card, request.shots
    screening.by_words(screening.said(request.text, shots, request.options.negative, request.options.guidance))
    plot = _plot(card, brief, request.text, shots)
    if plot is not None:
        _check_expand(request.flags, card)
        told = rewrite.Told(request.prompt, "", rewrite.scripts(card, request.text))
    else:
        flags = request.flags
        seed = parse.seeds(flags.seed, flags.count)[0] if flags.expand and not brief.shots else None
        beside = (*brief.shots, flags.negative or "")
        told = rewrite.told(request.prompt, card, words=brief.words, beside=beside, seed=seed)
    one = ", ".join(filter(None, [told.text, *brief.words]))
    text = "; ".join(shot.prompt for shot in shots) if shots else one
    return Prompt(told.text, text, told.asked, told.notes), plot


def _canvas(request: _Request, plot: Plot | None) -> tuple[Canvas, SamplingOptions, Plot | None, Canvas | None]:
    """The canvas, the options with its length, the scene that the user's own performers play in over it, and the canvas
    before regions were moved: see `Job.bare`.
    """
    brief, flags, card, own, options = request.brief, request.flags, request.card, request.own, request.options
    if plot is not None and plot.file and flags.duration is None and not (brief.still or brief.given):
        options = replace(options, seconds=plot.seconds)
    elif brief.lasts is not None and flags.duration is None:
        options = replace(options, seconds=brief.lasts)
    if own is not None and (own.move or brief.keyed) and flags.fps is None:
        options = replace(options, fps=real_footage.RATE)
    canvas = brief.canvas(options, 1 if card.rates or own else card.stride[0])
    canvas = canvas if own is None else own.laid(canvas)
    if request.filled and bool((canvas.mask > 0).all()):
        raise UsageError(
            "--mask: covers all there is, and nothing is left to fill it from; say what is to be there", "full_mask"
        )
    if brief.rim and not request.filled:
        canvas = replace(canvas, mask=media.feather(canvas.mask, brief.rim))
    cast, bare = brief.cast, None
    if brief.hand is not None and plot is None:
        canvas, cast, bare = _by_hand(brief, brief.hand, canvas, options, card, request.text)
    canvas = tasks.led(canvas, card.stride[0]) if card.causal else canvas
    seconds = Fraction(0 if brief.still else len(canvas.clip.frames)) / options.fps
    return canvas, replace(options, seconds=seconds), cast, bare


def _outputs(
    request: _Request, words: Prompt, options: SamplingOptions, seeds: list[int], frames: int, run: Run | None
) -> Outputs:
    """Where the results go, and in which format; nothing that is read is written over."""
    brief, flags = request.brief, request.flags
    names = {
        "slug": brief.stem or output_paths.slug(words.text), "model": request.card.name, "width": options.width,
        "height": options.height,
    }  # fmt: skip
    if run is not None:
        outputs = output_paths.planned(run.format, [item.path for item in run.pending])
    elif flags.origin.expected is not None:
        outputs = output_paths.planned("png" if brief.still else "frames", [None])
    else:
        outputs = output_paths.outputs(flags.output, flags.format, names, seeds, frames, force=flags.force)
    output_paths.check_inputs(outputs, calls.files(flags.origin.call), flags.preview)
    formats.check(outputs.format, options.width, options.height, float(options.fps))
    formats.quality(flags.quality, outputs.format)
    return outputs


class _Estimate(NamedTuple):
    """What a request takes. See `Job`."""

    pace: frame_rates.Pace | None
    geometry: Geometry
    threads: int | None
    budget: Budget
    plan: Plan


def _estimate(request: _Request, words: Prompt, canvas: Canvas) -> _Estimate:
    """Time and memory, within the memory there is."""
    brief, flags, card, options = request.brief, request.flags, request.card, request.options
    pace = None if request.filled or request.own else frame_rates.paced(canvas, card)
    geometry = (
        Geometry.snap(options, (1, 1, 1)) if request.own else Geometry.of(frame_rates.options(options, pace), card)
    )
    threads = None if flags.threads is None else parse.whole("--threads", flags.threads, 1, 1024)
    allowed = None if flags.max_memory is None else parse.memory(flags.max_memory)
    on_gpu = machine.gpu() if flags.device == "auto" else flags.device.startswith("cuda")
    outline, begins = pace.outline() if pace else canvas, [shot.start for shot in request.shots] or [0.0]
    takes = [] if request.filled else windows.takes(outline, geometry, card.limits.get("window", 0), begins)
    sizes = [size + len(canvas.subjects) for take in takes for size in take.sizes]
    cores = None if on_gpu else threads or machine.cores()
    command = functools.partial(_command, brief, words.asked or words.text, flags.model)
    budget = Budget(allowed, command, bool(brief.length), *_room(card, on_gpu))
    expected = plan.estimate(card, options, geometry, sizes, cores, given=bool(brief.length), pace=pace)
    expected = Plan(0, 0, 0.0, 0) if request.filled else expected.within(budget.room)
    plan.check_tokens(expected, card, options)
    return _Estimate(pace, geometry, threads, budget, expected)


def _notes(
    request: _Request, plot: Plot | None, read: Sequence[str], canvas: Canvas, estimate: _Estimate, seeds: list[int],
    outputs: Outputs,
) -> list[str]:  # fmt: skip
    """What the user should know before the work begins. read: what there is to say of how the prompt was read."""
    brief, options, geometry = request.brief, request.options, estimate.geometry
    said = read if request.own is None else request.own.said(len(seeds))
    notes = [*request.flags.origin.notes, *said, *brief.notes, *canvas.notes]
    if brief.source is not None:
        notes += refitted(brief.source, (options.width, options.height), options.fps, request.flags)
    notes += open_models.notes(request.card, options, canvas)
    if brief.hand is not None:
        notes += brief.hand.over(canvas.frames, float(canvas.frames / options.fps))
    notes += [] if request.filled else frame_rates.notes(geometry, estimate.pace)
    return [*notes, *_of_shots(request.shots if plot is None else plot.begins, geometry), *outputs.notes]


def _plot(card: Card, brief: Brief, text: str, shots: tuple[Shot, ...]) -> Plot | None:
    """What the scenes are made from, if the model takes drafts and nothing but words is given."""
    if brief.plot is not None:
        return brief.plot
    if brief.scene and (text or shots):
        raise UsageError("--scene: says everything; leave out the prompt", "two_prompts")
    if not (brief.staged and card.params.get("drafts")):
        if brief.scene:
            raise UsageError(f"--scene: {card.name} takes no drafts; use: -m {manifest.default()}", "no_drafts")
        if brief.hand is not None and brief.hand.sketch is not None:
            why = f"{card.name} takes none; use: -m {manifest.default()}" if brief.staged else "leave out --keyframe"
            raise UsageError(f"--sketch: {why}", "no_sketch")
        return None
    hand = brief.hand or Hand()
    subjects, alone = hand.subjects, hand.draft is not None
    sketched = hand.sketch is not None
    for one in subjects:
        one.check_cutout()
    own = _performers(card)
    said = shots or (Shot(0.0, text),)
    return Plot(said, brief.scene, card.stride[0], subjects, alone, sketched=sketched, performers=own)


def _performers(card: Card) -> tuple[Adapter, ...]:
    """Those that files of `--lora` bring."""
    if not (card.params.get("drafts") and card.params.get("loras")):
        return ()
    from soracli.scenes import adapters

    return adapters.performers(card)


def _joined(brief: Brief, card: Card, text: str) -> Brief:
    """Over what is given, performers of `--lora` whom the prompt names play as subjects do."""
    if brief.staged or brief.plot is not None or not (own := _performers(card)):
        return brief
    from soracli.scenes import adapters
    from soracli.scenes.subjects import Subject

    there = adapters.named(text, own)
    unseen = tuple(adapters.note(one) for one in own if one not in there)
    if not there:
        return replace(brief, notes=(*brief.notes, *unseen))
    hand = brief.hand or Hand()
    more = tuple(Subject(str(one.path), f"{one.path}@1", str(one.path), one.own.name) for one in there)
    rests = "always" if brief.verb == "animate" and not (brief.words or brief.areas) else brief.rests
    hand = replace(hand, subjects=(*hand.subjects, *more))
    return replace(brief, hand=hand, notes=(*brief.notes, *unseen), rests=rests)


def _by_hand(
    brief: Brief, hand: Hand, canvas: Canvas, options: SamplingOptions, card: Card, text: str
) -> tuple[Canvas, Plot | None, Canvas | None]:
    """The canvas with what the user's hand adds, the scene that its subjects play in, who are added later, and the
    canvas without any of it if the holes of moved regions are to be filled.
    """
    way, shown = Way.of(card), () if card.arch == "spark" else hand.subjects
    canvas = composite.referenced(canvas, shown, card)
    rests = brief.rests == "always" and way is not Way.CLOCKS
    if not shown and (rests or (brief.rests == "unprompted" and not text)):
        canvas = composite.held(canvas)
    bare = canvas if hand.moves and way is Way.KEPT else None
    canvas = hand.on(canvas, options, way)
    if shown or not hand.subjects:
        return canvas, None, bare
    for one in hand.subjects:
        one.check_cutout()
    own = _performers(card)
    cast = Plot((Shot(0.0, text),), subjects=hand.subjects, alone=True, footage=True, performers=own)
    return canvas, cast, bare


def _filled(told: Callable[[int, int], None], frames: Frames, holes: Mask) -> Frames:
    """Frames (T, H, W, 3) with their holes (T, H, W) filled by what other frames show, and by patches.

    Before it moves and after, what is cut out stands in the hole: no frame shows what is behind there.
    """
    from soracli.footage import removal

    out, open_ = np.array(frames), holes > 0
    everywhere = np.repeat(open_.any(0, keepdims=True), len(out), 0)
    for done, total in removal.fill(out, everywhere, np.zeros_like(open_)):
        told(done, total)
    return np.where(open_[..., None], out, frames)


def _check_expand(flags: Flags, card: Card) -> None:
    """What a prompt leaves open a scene chooses by its seed; no words are added to it."""
    if flags.expand and "expand" not in flags.origin.assumed:
        raise UsageError(
            f"--expand: {card.name} reads a prompt into a scene, and the seed chooses what it leaves open; leave it "
            "out, or edit the scene: sora scene PROMPT",
            "no_effect",
        )


def _of_shots(shots: tuple[Shot, ...], geometry: Geometry) -> list[str]:
    """What becomes of shots that do not begin where latent frames do."""
    if geometry.causal:
        return []
    time, found = geometry.stride[0], []
    begins = [0, *(windows.border(shot.start, geometry) for shot in shots[1:])]
    for i, shot in enumerate(shots):
        at = float(begins[i] * time / geometry.fps)
        if begins[i] >= geometry.latent[0]:
            found.append(f"the shot at {shot.start:g}s is after the end and left out.")
        elif begins[i] in begins[i + 1 :]:
            found.append(f"the shot at {shot.start:g}s is too short, and left out: {time} frames are painted together.")
        elif at != shot.start:
            found.append(f"the shot at {shot.start:g}s begins at {at:g}s: {time} frames are painted together.")
    return found


def _room(card: Card, on_gpu: bool) -> tuple[int, int]:
    """Bytes where it is painted, and of main memory beside a GPU: those that are free, and those of a model in hand."""
    total, free = machine.gpu_memory() if on_gpu else machine.memory()
    return total if model_cache.holds(card) else free, machine.memory()[1] if on_gpu else 0


def _command(brief: Brief, prompt: str, model: str | None) -> str:
    """What to type for the same with other flags."""
    words = [argument(given["name"]) for given in brief.record.get("inputs", ())]
    words += [shlex.quote(printable(word)) for word in ([prompt] if prompt else []) + (["-m", model] if model else [])]
    return " ".join(["sora", brief.verb, *words])


def check_memory(job: Job) -> None:
    """Refuse what does not fit."""
    if found := shortage(job):
        raise CapacityError(f"{plan.request(job.options)}: {found}", "memory")


def shortage(job: Job) -> str:
    """Why it does not fit, and what would; empty if it does. A model that an earlier call left loaded fits."""
    if model_cache.holds(job.card):
        return ""
    cores = None if job.budget.host else job.threads or machine.cores()
    return plan.shortage(job.plan, job.card, job.options, cores, job.budget)
