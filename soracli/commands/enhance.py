"""`sora enhance`: a clip made larger and smoother, frame by frame, in constant memory beside the clip itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, overload

from soracli import media
from soracli.commands import passes
from soracli.errors import UsageError
from soracli.formatting import stem
from soracli.media import Source, formats
from soracli.options import calls, parse
from soracli.options.calls import Call
from soracli.options.flags import OutputFlags
from soracli.pipeline import model_cache, output_paths, sources
from soracli.pipeline.output_paths import Outputs
from soracli.pipeline.recipe import of_call
from soracli.pipeline.soundtrack import Soundtrack
from soracli.safety import review as reviews
from soracli.state.runs import Run
from soracli.weights import manifest

if TYPE_CHECKING:
    from torch import Tensor

    from soracli.types import Frames

SCALES = ("1", "2", "4")
ENGINES = ("auto", "photo", "drawing")
NETWORKS = (model_cache.ENHANCER, "photo", "rife")  # by their names in weights.toml
SLOWEST = 16  # times as long
NOISIEST = 50  # levels of 255: footage.MOST


@dataclass(frozen=True)
class Arguments:
    """Arguments of `sora enhance` as they were typed. partial: see `media.read_source`."""

    path: str
    scale: str
    loop: bool
    slow: str | None = None
    denoise: str | None = None
    engine: str = "auto"
    partial: bool = False


@dataclass(frozen=True)
class Work:
    """One clip to enhance. fps: of the result; a picture has 1.

    slow: times as long. denoise: deviation of the noise to take out, in levels of 255; None = as measured.
    double, between: networks for size and rate, of `restoration.ENGINES`; `auto` = not chosen yet, empty = not needed.
    """

    source: Source
    scale: int
    fps: Fraction
    loop: bool
    outputs: Outputs
    call: Call
    slow: Fraction = Fraction(1)
    denoise: float | None = 0.0
    double: str = ""
    between: str = ""
    track: Soundtrack = field(default_factory=Soundtrack)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the result: even, as video wants it."""
        height, width = (side * self.scale for side in self.source.clip.frames.shape[1:3])
        return (width, height) if self.still else (width // 2 * 2, height // 2 * 2)

    @property
    def still(self) -> bool:
        return len(self.source.clip.frames) == 1

    @property
    def cut(self) -> list[str]:
        """A note where a side of the result would be odd, and is a pixel shorter; else none."""
        (height, width), (wide, high) = (self.scale * n for n in self.source.clip.frames.shape[1:3]), self.size
        odd = (width, height) != (wide, high)
        what = f"{width}x{height} becomes {wide}x{high}: sides are even here, and the pixel too many is cut off."
        return [what] if odd else []

    @property
    def frames(self) -> int:
        """Pictures of the result: one at every k / fps before the clip's end."""
        return 1 if self.still else -(-self.source.clip.seconds * self.slow * self.fps // 1)

    @property
    def pace(self) -> Fraction:
        """Source frames per second of the result."""
        return self.source.clip.fps / self.slow

    @property
    def networks(self) -> dict[str, str]:
        """Digests of the networks of others that are used, by their names in weights.toml."""
        used = {"photo": self.double == "photo" or bool(self.denoise), "rife": self.between == "photo"}
        known = manifest.tools()
        return {name: manifest.digest(known[name]) for name, needed in used.items() if needed}

    def recipe(self) -> dict[str, Any]:
        """What the file says about itself."""
        width, height = self.size
        return {
            "verb": "enhance", "weights": manifest.digest(manifest.tools()[model_cache.ENHANCER]),
            "input": self.source.path.name,
            "scale": self.scale, "fps": str(self.fps), "loop": self.loop, "width": width, "height": height,
            "frames": self.frames, "review": ",".join(reviews.names()),
            "slow": str(self.slow), "denoise": self.denoise, "double": self.double, "between": self.between,
            "networks": self.networks,
            **of_call(self.call), media.DIGEST: "",
        }  # fmt: skip

    @property
    def given(self) -> tuple[Source, ...]:
        return self.source, *self.track.given

    def made(self, flags: OutputFlags) -> Iterator[tuple[Frames, None]]:
        """Every frame through the networks."""
        from soracli.footage import restoration
        from soracli.sampling.pixels import to_numpy

        where = _device(flags)
        tool = restoration.enhancer(model_cache.enhancer(where), self.double, self.between)
        frames: Iterable[Tensor] = Pictures(self.source.clip.frames)
        if self.denoise:
            frames = restoration.denoised(frames, self.denoise, where)
        if not self.still and self.fps != self.pace:
            frames = tool.interpolated(frames, self.pace, self.fps, self.loop)
        if self.scale > 1:
            frames = tool.upscaled(frames, self.scale)
        width, height = self.size
        for frame in frames:
            yield to_numpy(frame[None, :, None, :height, :width]), None

    def sound(self) -> media.Audio | None:
        """The source's sound, as long as the result."""
        sound = self.source.audio
        if sound is None or self.slow == 1:
            return sound
        from soracli.media.tempo import slowed

        return slowed(sound, float(self.slow))

    def marked(self) -> Frames:
        return self.source.clip.frames


def enhance(args: Arguments, flags: OutputFlags) -> None:
    """Do what the verb asks for: the reporter of the flags is told."""
    talk, run = flags.reporter, passes.found_run(flags)
    work = _prepare(args, flags, run)
    notes = [*work.source.notes, *work.track.notes, *work.cut]
    for note in (*notes, *work.outputs.notes):
        talk.note(note)
    talk.say(f"enhancing to {passes.described(work)}")
    if flags.dry_run:
        passes.planned(work, talk, notes)
        return
    work, why = _chosen(work, flags)
    for note in why:
        talk.note(note)
    passes.send(work, run, flags, talk, [*notes, *why], NETWORKS)


def _prepare(args: Arguments, flags: OutputFlags, run: Run | None) -> Work:
    """Read the clip, and say in one line what is wrong with the request."""
    slow, denoise = _read(args)
    output_paths.check_streams(flags.output, json=flags.json, dry_run=flags.dry_run)
    parse.check_device(flags.device)
    path, source = args.path, sources.footage(args.path, args.partial)
    still = len(source.clip.frames) == 1
    if still and (flags.fps is not None or args.loop):
        raise UsageError("--fps and --loop: a picture has no motion; give a clip", "not_for_stills")
    if still and slow != 1:
        raise UsageError("--slow: a picture has no motion; give a clip", "not_for_stills")
    fps = source.clip.fps if flags.fps is None else parse.rate(flags.fps)
    if not still and fps != source.clip.fps and not 1 <= fps <= 240:
        raise UsageError(f"--fps {flags.fps}: must be 1..240", "bad_fps")
    if args.scale == "1" and fps == source.clip.fps and slow == 1 and denoise == 0:
        raise UsageError(
            "--scale 1: nothing would change; add --fps, --slow or --denoise, or take --scale 2", "no_effect"
        )
    names = {"slug": f"{stem(path)}-enhance", "model": model_cache.ENHANCER}
    call = flags.origin.call
    none = output_paths.planned("png" if still else "frames", [None])
    draft = Work(source, int(args.scale), Fraction(1) if still else fps, args.loop, none, call, slow, denoise)
    draft = replace(
        draft,
        double=args.engine if draft.scale > 1 else "",
        between="" if still or fps <= draft.pace else args.engine,
    )
    names |= dict(zip(("width", "height"), map(str, draft.size), strict=True))
    if run is not None:
        outputs = output_paths.planned(run.format, [item.path for item in run.items])
    elif flags.origin.expected is not None:
        outputs = none
    else:
        outputs = output_paths.outputs(flags.output, flags.format, dict(names), [0], draft.frames, force=flags.force)
    output_paths.check_inputs(outputs, calls.reads(flags.origin))
    formats.check(outputs.format, *draft.size, float(draft.fps))
    formats.quality(flags.quality, outputs.format)
    given = {"clip": path, "scale": args.scale, "loop": args.loop, "allow_partial": args.partial}
    own = Call(call.verb, given).having(slow=args.slow, denoise=args.denoise, engine=args.engine)
    own = own.having(audio=flags.audio, no_audio=flags.no_audio or None)
    track = Soundtrack.of(flags, outputs.format, still=still, sounds=source.audio is not None)
    return replace(draft, outputs=outputs, track=track, call=own if still else own.having(fps=str(fps)))


def _read(args: Arguments) -> tuple[Fraction, float | None]:
    """How slow, and the noise to take out (None = as measured)."""
    if args.scale not in SCALES:
        raise UsageError(f"--scale {args.scale}: must be one of {', '.join(SCALES)}", "bad_scale")
    if args.engine not in ENGINES:
        raise UsageError(f"--engine {args.engine}: must be one of {', '.join(ENGINES)}", "bad_engine")
    slow = Fraction(1) if args.slow is None else parse.number("--slow", args.slow, 1, SLOWEST)
    if args.denoise == "auto":
        return slow, None
    return slow, 0.0 if args.denoise is None else float(parse.number("--denoise", args.denoise, 0, NOISIEST))


def _chosen(work: Work, flags: OutputFlags) -> tuple[Work, list[str]]:
    """The same with all that is to be measured on the source settled, and what there is to say about it."""
    if work.denoise is not None and "auto" not in (work.double, work.between):
        return work, []
    for name in NETWORKS:  # before torch is loaded
        manifest.paths(manifest.tools()[name])
    from soracli.footage import restoration

    tool, frames, notes = model_cache.enhancer(_device(flags)), Pictures(work.source.clip.frames), []
    if work.denoise is None:
        found = restoration.noise(restoration.spread(frames))
        work = replace(work, denoise=round(min(found, NOISIEST), 1) if found >= restoration.LEAST else 0.0)
        done = "it is taken out" if work.denoise else "it is left alone"
        notes.append(f"noise of {found:.1f} levels of 255 was measured; {done}.")
    if work.double == "auto":
        choice = restoration.choose_double(tool, frames)
        work = replace(work, double=choice.engine)
        notes.append(choice.said("enlarged", "from half the size") + ".")
    if work.between == "auto":
        choice = restoration.choose_between(tool, frames)
        work = replace(work, between=choice.engine)
        notes.append(choice.said("frames between", "for frames left out") + ".")
    return work, notes


def _device(flags: OutputFlags) -> str:
    threads = None if flags.threads is None else parse.whole("--threads", flags.threads, 1, 1024)
    return model_cache.device(flags.device, threads)


class Pictures(Sequence["Tensor"]):
    """Frames (T, H, W, 3) uint8, one at a time as (3, H, W) float in [-1, 1]."""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames

    def __len__(self) -> int:
        return len(self.frames)

    @overload
    def __getitem__(self, index: int) -> Tensor: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Tensor]: ...

    def __getitem__(self, index: int | slice) -> Tensor | Sequence[Tensor]:
        from soracli.sampling.pixels import to_torch

        if isinstance(index, slice):
            return Pictures(self.frames[index])
        return to_torch(self.frames[index][None])[0, :, 0]
