"""Use from Python: load a model, make and remake clips, look at files.

A method of `Model` is a verb of the command line: it makes the same `Call`, so that the prompt is screened, frames are
reviewed, marked and signed, and the recipe in the file repeats it (`sora info`, `verify`, `replay`), as from the shell.
Nothing is printed, and neither configuration files nor SORA_... settings count: a script says what it wants.
"""

from __future__ import annotations

import contextlib
import operator
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias, TypedDict, Unpack

import soracli.cli  # noqa: F401 (fills calls.RENDERING with the verbs)
from soracli import media
from soracli.card import Card
from soracli.commands import inspect, trust
from soracli.console.progress import Silent
from soracli.errors import UsageError
from soracli.options import calls, open_models, parse
from soracli.options.calls import Origin
from soracli.options.flags import Flags
from soracli.pipeline import model_cache
from soracli.types import Canvas, Clip, SamplingOptions
from soracli.weights import manifest

if TYPE_CHECKING:
    from soracli.commands.output_types import ModelRow
    from soracli.commands.trust import Detection
    from soracli.media import MediaInfo
    from soracli.provenance.credentials import Credential
    from soracli.sampling.sampler import Step

PathLike: TypeAlias = str | os.PathLike[str]
Box: TypeAlias = tuple[int, int, int, int]  # x, y, width, height in pixels
Fit: TypeAlias = Literal["crop", "pad", "stretch"]

_running = threading.RLock()  # one call at a time: the model in memory is shared


@dataclass(frozen=True)
class StageProgress:
    """One step of a call."""

    stage: str  # `load`, `text`, `encode`, `sample`, `decode`, `save`, `enhance`, ...
    index: int  # steps of the stage that are done, 0..total
    total: int
    seconds: float  # since the call began


@dataclass(frozen=True)
class Seam:
    """A joint of kept and painted frames."""

    at: float | None  # seconds into the result; None = from its last frame back to the first
    score: float  # mean absolute jump there over the median jump of the clip; 1 = like any other


@dataclass(frozen=True)
class Result:
    """A file that was made."""

    path: str  # as `output` names it, or where a folder or a pattern led
    recipe: dict[str, Any]  # what the file says about itself, as `sora info` shows it
    notes: tuple[str, ...]  # sentences: what was snapped, dropped or doubted
    seams: tuple[Seam, ...]
    took: dict[str, float]  # seconds by stage; `all` is the whole call


class OutputSettings(TypedDict, total=False):
    """Settings of every method. What is left out is the model's or the source's own."""

    watch: Callable[[StageProgress], None]  # is called at every step
    format: str  # mp4, mov, webm, mkv, gif, webp, avif, png, frames; default: by the name of the output
    quality: str | int  # draft, good (default), lossless, or a CRF number
    force: bool  # replace the output if it exists
    fps: float | str | Fraction  # frames per second, 1..120
    audio: PathLike  # sound to lay under the result
    no_audio: bool  # without the source's sound
    threads: int  # of the CPU
    keep_held: bool  # keep what review withholds, aside


class Settings(OutputSettings, total=False):
    """Settings of the methods that sample."""

    seed: int  # 0..2**32-1; default: a random one, which the recipe tells
    size: str | tuple[int, int]  # (width, height) in pixels, or a shape or lines: "16:9", "480p"
    seconds: float  # length of the result, up to 3600
    steps: int  # of the solver, 1..1000
    guidance: float  # classifier-free guidance scale, 0..100; 1 = off
    negative: str  # what should not be there
    expand: bool  # add what the prompt leaves open
    guide: str  # noise levels at which guidance is on: "0.2..0.9"
    cache: float  # first-block cache: share of change below which blocks are skipped
    compile: bool  # torch.compile, after a slow first step
    tiles: int  # pixels of a side of the tiles that are decoded one by one
    max_memory: str  # "6G"
    save_latents: bool
    no_prompt_metadata: bool  # leave texts and file names out of the file


@dataclass
class _Collector:
    """The reporter of a call made from a program: keeps what it is told, and prints nothing."""

    watch: Callable[[StageProgress], None] | None
    start: float = field(default_factory=time.perf_counter)
    found: dict[str, Any] = field(default_factory=dict)

    def note(self, text: str) -> None:
        """Notes stand in the results as well."""

    def say(self, text: str) -> None:
        pass

    def detail(self, text: str) -> None:
        pass

    def meter(self, label: str = "") -> _Watched:
        return _Watched(self)

    def plan(self, data: dict[str, Any], text: str) -> None:
        pass

    def result(self, path: str) -> None:
        pass

    def results(self, data: Any) -> None:
        self.found = data

    def finished(self) -> Result:
        data, whole = self.found, round(time.perf_counter() - self.start, 3)
        seams = tuple(Seam(None if s["at"] == "end" else s["at"], s["score"]) for s in data.get("seams", ()))
        recipe = media.info(data["path"]).recipe or {}
        return Result(data["path"], recipe, tuple(data["notes"]), seams, {**data.get("took", {}), "all": whole})


class _Watched(Silent):
    """The meter of a call made from a program."""

    def __init__(self, collector: _Collector) -> None:
        self._collector = collector

    def step(self, stage: str, index: int, total: int) -> None:
        if self._collector.watch is not None:
            seconds = time.perf_counter() - self._collector.start
            self._collector.watch(StageProgress(stage, index, total, seconds))


def _text(value: object) -> object:
    """A value as its flag takes it. Switches stay what they are; (width, height) and boxes are joined."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, tuple):
        return ("x" if len(value) == 2 else ",").join(map(str, value))
    return list(map(_text, value)) if isinstance(value, list) else str(value)


def _seconds(value: float | None) -> str | None:
    return None if value is None else f"{value}s"


def _checked(verb: str, given: Mapping[str, Any], known: type[Any]) -> dict[str, Any]:
    """Settings as keys of a call; unknown ones are a TypeError, as of any function."""
    if unknown := sorted(given.keys() - known.__annotations__.keys()):
        raise TypeError(f"{verb}() got an unexpected keyword argument '{unknown[0]}'")
    found = {name: value for name, value in given.items() if name != "watch" and value is not None}
    if "seed" in found:
        found["seed"] = operator.index(found["seed"])
    if "seconds" in found:
        found["duration"] = _seconds(found.pop("seconds"))
    return found


def _make(verb: str, output: PathLike, own: Mapping[str, Any], given: Mapping[str, Any], known: type[Any]) -> Result:
    """Run the call of a verb. own: its keys. given: settings."""
    settings = _checked(verb, given, known)
    arguments = {key: _text(value) for key, value in {**own, **settings, "output": os.fspath(output)}.items()}
    call, collector = calls.parse({"verb": verb, **arguments}), _Collector(given.get("watch"))
    if "-" in [call.arguments["output"], call.arguments.get("prompt"), *calls.files(call)]:
        raise UsageError("'-': standard input and output are the shell's; give a file, or a text", "two_stdin")
    with _running:
        call.run(origin=Origin(reporter=collector))
    return collector.finished()


def load(
    name: PathLike | None = None,
    *,
    device: str = "auto",
    loras: Sequence[str] = (),
    weights: str | None = None,
) -> Model:
    """A model, by its name (`list_models`), a folder in hub layout or a checkpoint file; None = the default one.

    Its files are looked for now; the network is read when it is first used, and then stays in memory.

    Args:
        device: `auto`, `cpu`, `cuda` or `cuda:N`.
        loras: adapters, `FILE[:SCALE]` or names.
        weights: `whole` (default), `int8` or `fp8`: how an open model's matrices are kept.

    Raises:
        WeightsError: files are missing or damaged.
        UsageError: there is no such model, or it cannot honour an argument.
    """
    return Model(Flags(
        model=None if name is None else os.fspath(name), device=device, lora=list(loras) or None, weights=weights
    ))  # fmt: skip


class Model:
    """A model that stays in memory from one call to the next; `close` it, or use it as a context manager.

    Every method makes one file and raises a SoraError if it does not: PolicyError for what is refused or withheld,
    MediaError for a source that cannot be used, CapacityError for what does not fit, UsageError for the rest. Nothing
    is overwritten without `force`. Of several models in use the last one used is in memory.
    """

    def __init__(self, flags: Flags) -> None:
        self._flags = flags
        parse.check_device(flags.device)
        self.card: Card = open_models.adapted(manifest.card(flags.model), flags)
        manifest.paths(self.card)
        self._stack = contextlib.ExitStack()
        self._stack.enter_context(model_cache.keeping_models())

    @property
    def name(self) -> str:
        return self.card.name

    def __repr__(self) -> str:
        return f"<soracli.Model {self.name}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the network go; the next call reads it anew."""
        self._stack.close()

    def generate(
        self,
        prompt: str | None,
        output: PathLike,
        *,
        shots: Sequence[tuple[float, str]] = (),
        scene: PathLike | None = None,
        keyframes: Mapping[float, PathLike] | None = None,
        camera: str | None = None,
        motion: int | None = None,
        style: str | None = None,
        draft: PathLike | None = None,
        key: str | None = None,
        subjects: Sequence[str] = (),
        engine: str = "auto",
        fit: Fit = "pad",
        **settings: Unpack[Settings],
    ) -> Result:
        """Make a clip from a text.

        Args:
            shots: (seconds, prompt) of each shot, instead of a prompt.
            scene: a scene file instead of a prompt.
            keyframes: pictures by the second at which they are shown.
            draft, key: a clip laid over the scene, and the colour of it that is left out.
            subjects: `PICTURE[:NAME]` of pictures that play performers.
            engine: of key frames: `model`, `motion` (by the pictures' own motion), or `auto`.
        """
        own = {
            "prompt": prompt, "shot": [f"{start}s:{text}" for start, text in shots], "scene": scene,
            "keyframe": [f"{os.fspath(path)}@{at}s" for at, path in (keyframes or {}).items()], "camera": camera,
            "motion": motion, "style": style, "draft": draft, "key": key, "subject": list(subjects), "fit": fit,
            "engine": engine,
        }  # fmt: skip
        return self._run("generate", output, own, settings)

    def image(
        self,
        prompt: str | None,
        output: PathLike,
        *,
        scene: PathLike | None = None,
        style: str | None = None,
        draft: PathLike | None = None,
        key: str | None = None,
        subjects: Sequence[str] = (),
        **settings: Unpack[Settings],
    ) -> Result:
        """Make a picture from a text. See `generate`."""
        own = {
            "prompt": prompt, "scene": scene, "style": style, "draft": draft, "key": key, "subject": list(subjects),
        }  # fmt: skip
        return self._run("image", output, own, settings)

    def animate(
        self,
        image: PathLike,
        prompt: str | None,
        output: PathLike,
        *,
        to: PathLike | None = None,
        region: PathLike | Box | None = None,
        keyframes: Mapping[float, PathLike] | None = None,
        camera: str | None = None,
        motion: int | None = None,
        style: str | None = None,
        moves: Sequence[str] = (),
        engine: str = "auto",
        fit: Fit = "pad",
        **settings: Unpack[Settings],
    ) -> Result:
        """Bring a picture to life; frame 0 is the picture itself.

        Args:
            to: the picture to end on.
            region: only this moves: a mask picture, or a box.
            moves: `X,Y,W,H:DX,DY` of parts of the picture that move so far, in pixels.
            engine: `model`, `motion` (by the picture's own motion), or `auto`.
        """
        own = {
            "image": os.fspath(image), "prompt": prompt, "to": to, "region": region, "camera": camera, "motion": motion,
            "keyframe": [f"{os.fspath(path)}@{at}s" for at, path in (keyframes or {}).items()], "style": style,
            "move": list(moves), "engine": engine, "fit": fit,
        }  # fmt: skip
        return self._run("animate", output, own, settings)

    def extend(
        self,
        clip: PathLike,
        prompt: str | None,
        output: PathLike,
        *,
        after: float = 0,
        before: float = 0,
        loop: float = 0,
        overlap: float | None = None,
        engine: str = "auto",
        fit: Fit = "pad",
        allow_partial: bool = False,
        **settings: Unpack[Settings],
    ) -> Result:
        """Make a clip longer; its own frames stay as they are.

        Args:
            after, before: seconds that are added; at both ends as many.
            loop: seconds of a way from the end back to the beginning, instead.
            overlap: seconds of the clip that the new frames follow; None = all that the model can see.
            allow_partial: use what there is of a file that ends early.
        """
        lengths = {length for length in (after, before, loop) if length}
        if len(lengths) != 1 or (loop and (after or before)):
            raise UsageError("extend: give after, before (both alike if both) or loop, in seconds", "bad_direction")
        own = {
            "clip": os.fspath(clip), "prompt": prompt, "forward": bool(after and not before), "loop": bool(loop),
            "backward": bool(before and not after), "both": bool(before and after), "by": _seconds(lengths.pop()),
            "overlap": _seconds(overlap), "engine": engine, "fit": fit, "allow_partial": allow_partial,
        }  # fmt: skip
        return self._run("extend", output, own, settings)

    def edit(
        self,
        clip: PathLike,
        prompt: str | None,
        output: PathLike,
        *,
        strength: float | None = None,
        start: float | None = None,
        stop: float | None = None,
        style: PathLike | None = None,
        style_ref: PathLike | None = None,
        region: PathLike | Box | None = None,
        moves: Sequence[str] = (),
        subjects: Sequence[str] = (),
        fit: Fit = "pad",
        allow_partial: bool = False,
        **settings: Unpack[Settings],
    ) -> Result:
        """Change what a clip shows, keeping how it moves.

        Args:
            strength: 0 (unchanged) .. 1 (all new); None = 0.6 for painting, 1 for a look.
            start, stop: seconds; frames outside stay as they are.
            style: a look (`noir`, `watercolour`, ...), or a picture in whose manner the clip is painted.
            style_ref: a picture whose colours and contrast are taken over.
            region: only this changes: a mask picture, or a box.
        """
        own = {
            "clip": os.fspath(clip), "prompt": prompt, "strength": strength, "from": _seconds(start),
            "to": _seconds(stop), "style": style, "style_ref": style_ref, "region": region,
            "move": list(moves), "subject": list(subjects), "fit": fit, "allow_partial": allow_partial,
        }  # fmt: skip
        return self._run("edit", output, own, settings)

    def inpaint(
        self,
        clip: PathLike,
        prompt: str | None,
        output: PathLike,
        *,
        mask: PathLike | Box | None = None,
        outpaint: tuple[int, int, int, int] | None = None,
        track: bool = False,
        invert_mask: bool = False,
        fit: Fit = "pad",
        allow_partial: bool = False,
        **settings: Unpack[Settings],
    ) -> Result:
        """Paint a part of a clip or picture anew, or around it; every other pixel stays as it is.

        Args:
            prompt: what is to be there; None = what is masked is removed.
            mask: a picture or clip (white is painted), a box, or `person`.
            outpaint: pixels of room to add: top, right, bottom, left.
            track: the mask follows what it lies on in its first frame.
        """
        own = {
            "clip": os.fspath(clip), "prompt": prompt, "mask": mask, "outpaint": outpaint, "track": track,
            "invert_mask": invert_mask, "fit": fit, "allow_partial": allow_partial,
        }  # fmt: skip
        return self._run("inpaint", output, own, settings)

    def blend(
        self,
        a: PathLike,
        b: PathLike,
        prompt: str | None,
        output: PathLike,
        *,
        by: float = 2,
        mode: Literal["between", "replace", "dissolve"] = "between",
        engine: str = "auto",
        fit: Fit = "pad",
        allow_partial: bool = False,
        **settings: Unpack[Settings],
    ) -> Result:
        """Join two clips by a transition of `by` seconds.

        Args:
            mode: `between`: new frames; `replace`: the last and first frames anew; `dissolve`: both overlaid.
        """
        own = {
            "a": os.fspath(a), "b": os.fspath(b), "prompt": prompt, "by": _seconds(by), "mode": mode, "engine": engine,
            "fit": fit, "allow_partial": allow_partial,
        }  # fmt: skip
        return self._run("blend", output, own, settings)

    def vary(
        self,
        clip: PathLike,
        prompt: str | None,
        output: PathLike,
        *,
        strength: float = 0.7,
        fit: Fit = "pad",
        allow_partial: bool = False,
        **settings: Unpack[Settings],
    ) -> Result:
        """Make a variation of a clip, one per seed. strength: 0 (unchanged) .. 1 (all new)."""
        own = {
            "clip": os.fspath(clip), "prompt": prompt, "strength": strength, "fit": fit, "allow_partial": allow_partial,
        }  # fmt: skip
        return self._run("vary", output, own, settings)

    def enhance(
        self,
        clip: PathLike,
        output: PathLike,
        *,
        scale: Literal[1, 2, 4] = 2,
        loop: bool = False,
        slow: float | None = None,
        denoise: float | Literal["auto"] | None = None,
        engine: Literal["auto", "photo", "drawing"] = "auto",
        allow_partial: bool = False,
        **settings: Unpack[OutputSettings],
    ) -> Result:
        """Make a clip larger and, with `fps`, smoother. Networks of its own; nothing is sampled.

        Args:
            loop: the last frame leads to the first.
            slow: slow motion, times as long, 1..16.
            denoise: deviation of the noise to take out, 0..50 of 255; `auto` = as measured.
        """
        own = {
            "clip": os.fspath(clip), "scale": scale, "loop": loop, "slow": slow, "denoise": denoise, "engine": engine,
            "allow_partial": allow_partial, "device": self._flags.device,
        }  # fmt: skip
        return _make("enhance", output, own, settings, OutputSettings)

    def steps(self, canvas: Canvas, prompt: str, options: SamplingOptions | None = None) -> Iterator[Step]:
        """The sampler's own generator, for research: latents and frames as they come, nothing is written.

        Texts are screened. What a loop over it writes is neither reviewed nor marked: use the methods for results.

        Args:
            canvas: what is given and what to paint (`soracli.pipeline.tasks`), on the size and rate of the options.
            options: default: the card's, `SamplingOptions.of(model.card)`.
        """
        from soracli.safety import screening
        from soracli.sampling.sampler import sample
        from soracli.types import Geometry

        options = SamplingOptions.of(self.card) if options is None else options
        texts = screening.said(prompt, (), options.negative, options.guidance)
        screening.by_words(texts)
        screening.by_meaning(texts)
        canvas, told = _drafted(canvas, prompt, options, self.card)
        where = model_cache.device(self._flags.device, None)
        with _running:
            model = model_cache.load(self.card, where)
        yield from sample(model, canvas, told, options, Geometry.of(options, self.card), where)

    def _run(self, verb: str, output: PathLike, own: Mapping[str, Any], settings: Settings) -> Result:
        flags = self._flags
        asked = {"model": flags.model, "device": flags.device, "lora": flags.lora, "weights": flags.weights}
        return _make(verb, output, {**own, **asked}, settings, Settings)


def _drafted(canvas: Canvas, prompt: str, options: SamplingOptions, card: Card) -> tuple[Canvas, Any]:
    """A canvas of which nothing is given, with the draft of the scene that a prompt is read as, and its shots."""
    if canvas.draft is not None or not card.params.get("drafts") or not bool((canvas.mask == 1).all()):
        return canvas, prompt
    from dataclasses import replace

    from soracli.scenes.drafting import drafted
    from soracli.scenes.plot import Plot
    from soracli.types import Shot

    film, _ = Plot((Shot(0.0, prompt),), time=card.stride[0]).film(options, options.seed, canvas.frames)
    return replace(canvas, draft=drafted(film)), film.shots


# --- files ------------------------------------------------------------------------------------------------------------


def info(path: PathLike) -> MediaInfo:
    """What a file is, and its recipe if soracli made it. Raises MediaError for what cannot be read."""
    return media.info(os.fspath(path))


def read(path: PathLike) -> Clip:
    """The frames of a clip or picture, uint8 (T, H, W, 3) RGB, and their rate. Raises MediaError."""
    return media.read(os.fspath(path))


def verify(path: PathLike, trusted: Sequence[PathLike] = ()) -> Credential:
    """The content credential (C2PA) of a file. trusted: files of certificates, as `sora keys export` writes them.

    Raises CheckError unless there is one that holds; error.data then tells what was found.
    """
    found = trust.credential(os.fspath(path), [os.fspath(name) for name in trusted])
    trust.check(os.fspath(path), found)
    return found


def detect(path: PathLike, *, deep: bool = False) -> Detection:
    """Whether soracli made a file, by credential and marks. deep: by the mark in the noise it was painted from, too."""
    with _running:
        return trust.detection(os.fspath(path), trust.reader() if deep else None)


def list_models() -> list[ModelRow]:
    """Models and adapters that go by a name, and whether their files are here."""
    return inspect.models()
