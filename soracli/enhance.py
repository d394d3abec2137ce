"""`sora enhance`: a clip made larger and smoother, frame by frame, in constant memory beside the clip itself."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from soracli import calls, engine, kept, media, naming, render, runs, values, weights
from soracli import job as jobs
from soracli import review as reviews
from soracli.calls import Call
from soracli.console import output
from soracli.console.progress import Talk
from soracli.errors import UsageError
from soracli.media import Source, formats
from soracli.naming import Outputs
from soracli.options.flags import OutputFlags
from soracli.review import Review
from soracli.runs import Run
from soracli.wording import duration, stem

if TYPE_CHECKING:
    from torch import Tensor

    from soracli.provenance import Stamp
    from soracli.types import Frames

SCALES = ("1", "2", "4")
ENGINES = ("auto", "photo", "drawing")
SLOWEST = 16  # times as long
NOISIEST = 50  # levels of 255: footage.MOST


@dataclass(frozen=True)
class Asked:
    """What the verb was given, as it was typed. partial: see `media.read_source`."""

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
    double, between: the networks for size and rate, of footage.ENGINES; `auto` = not chosen yet, empty = not needed.
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

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the result: even, as video wants it."""
        height, width = (side * self.scale for side in self.source.clip.frames.shape[1:3])
        return (width, height) if self.still else (width // 2 * 2, height // 2 * 2)

    @property
    def still(self) -> bool:
        return len(self.source.clip.frames) == 1

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
        known = weights.tools()
        return {name: weights.digest(known[name]) for name, needed in used.items() if needed}

    def recipe(self) -> dict[str, Any]:
        """What the file says about itself."""
        width, height = self.size
        return {
            "verb": "enhance", "weights": weights.digest(weights.tools()[engine.ENHANCER]),
            "input": self.source.path.name,
            "scale": self.scale, "fps": str(self.fps), "loop": self.loop, "width": width, "height": height,
            "frames": self.frames, "review": ",".join(reviews.names()),
            "slow": str(self.slow), "denoise": self.denoise, "double": self.double, "between": self.between,
            "networks": self.networks,
            **jobs.remembered(self.call), media.DIGEST: "",
        }  # fmt: skip


def enhance(asked: Asked, flags: OutputFlags) -> None:
    """Do what the verb asks for: one path or JSON object on standard output, talk on standard error."""
    talk, origin = Talk.of(flags), flags.origin
    run = runs.find(origin.run) if origin.run else None
    work = _prepare(asked, flags, run)
    for note in (*work.source.notes, *work.outputs.notes):
        talk.note(note)
    width, height = work.size
    what = "" if work.still else f", {work.frames} frames at {float(work.fps):g} fps"
    talk.say(f"enhancing to {width}x{height}{what}")
    told: dict[str, Any] = {"path": None, "format": work.outputs.format.name}
    if flags.dry_run:
        data = {**told, **work.recipe(), "notes": list(work.source.notes)}
        output.emit(data) if flags.json else output.print_out(f"{width}x{height}{what}\n")
        return
    work, why = _chosen(work, flags)
    for note in why:
        talk.note(note)
    data = {**told, **work.recipe(), "notes": [*work.source.notes, *why]}
    if run is None:
        record = calls.lasting(origin.call).as_data()
        run = runs.plain(record, work.outputs.format.name, [0], work.outputs.paths)
        run = run if origin.expected else render.begun(run, origin, [work.source], talk)
    else:
        run.take()
    with render.recorded(run, talk):
        _do(work, run, flags, talk, data)
    if flags.json:
        output.emit(render.found_by(run))


def _do(work: Work, run: Run, flags: OutputFlags, talk: Talk, data: dict[str, Any]) -> None:
    """Make the one result, or find it made, and note it in the run."""
    clock, paths = time.perf_counter(), work.outputs.paths
    shown = None if paths is None else naming.shown(paths[0])
    data["path"] = shown
    if shown is not None and flags.origin.run and (made := kept.finished(shown, work.recipe())):
        talk.say(f"{shown} is there already")
        data |= made
    else:
        place = naming.target(work.outputs, 0) if flags.origin.expected is None else contextlib.nullcontext(Path())
        with place as target:
            stamp = _stamp(work, data, talk)
            review = Review(keep=flags.keep_held)
            data[media.DIGEST] = _write(work, target, flags, talk, stamp, review)
            data["notes"] += review.notes
        talk.say(f"done in {duration(time.perf_counter() - clock)}")
        for note in (*stamp.notes, *review.notes):
            talk.note(note)
    if flags.origin.expected is not None:
        render.compare(data, flags.origin.expected, talk)
    if shown is not None:
        output.print_path(shown, flags)
    run.finish(run.items[0], data)


def _stamp(work: Work, data: dict[str, Any], talk: Talk) -> Stamp:
    """What will mark and sign the result; what it says goes into `data`."""
    from soracli import provenance

    given = provenance.origins(work.call.verb, [work.source])
    stamp = provenance.Stamp(work.call.verb, work.recipe(), given, marked=work.source.clip.frames)
    doubts = [origin.note for origin in given if origin.note]
    for note in doubts:
        talk.note(note)
    data |= {**stamp.told, "notes": [*data["notes"], *doubts]}
    return stamp


def _prepare(asked: Asked, flags: OutputFlags, run: Run | None) -> Work:
    """Read the clip, and say in one line what is wrong with the request."""
    slow, denoise = _read(asked)
    jobs.check_streams(flags)
    values.check_device(flags.device)
    path, source = asked.path, media.read_source(asked.path, asked.partial)
    still = len(source.clip.frames) == 1
    if still and (flags.fps is not None or asked.loop):
        raise UsageError("--fps and --loop: a picture has no motion; give a clip", "not_for_stills")
    if still and slow != 1:
        raise UsageError("--slow: a picture has no motion; give a clip", "not_for_stills")
    fps = source.clip.fps if flags.fps is None else values.rate(flags.fps)
    if not still and not 1 <= fps <= 240:
        raise UsageError(f"--fps {flags.fps or fps}: must be 1..240", "bad_fps")
    if asked.scale == "1" and fps == source.clip.fps and slow == 1 and denoise == 0:
        raise UsageError(
            "--scale 1: nothing would change; add --fps, --slow or --denoise, or take --scale 2", "no_effect"
        )
    names = {"slug": f"{stem(path)}-enhance", "model": engine.ENHANCER}
    call = flags.origin.call
    none = naming.planned("png" if still else "frames", [None])
    draft = Work(source, int(asked.scale), Fraction(1) if still else fps, asked.loop, none, call, slow, denoise)
    draft = replace(
        draft,
        double=asked.engine if draft.scale > 1 else "",
        between="" if still or fps <= draft.pace else asked.engine,
    )
    names |= dict(zip(("width", "height"), map(str, draft.size), strict=True))
    if run is not None:
        outputs = naming.planned(run.format, [item.path for item in run.items])
    elif flags.origin.expected is not None:
        outputs = none
    else:
        outputs = naming.outputs(flags.output, flags.format, dict(names), [0], draft.frames, force=flags.force)
    jobs.check_inputs(outputs, [path])
    formats.check(outputs.format, *draft.size, float(draft.fps))
    formats.quality(flags.quality, outputs.format)
    given = {"clip": path, "scale": asked.scale, "loop": asked.loop, "allow_partial": asked.partial}
    own = Call(call.verb, given).having(slow=asked.slow, denoise=asked.denoise, engine=asked.engine)
    return replace(draft, outputs=outputs, call=own if still else own.having(fps=str(fps)))


def _read(asked: Asked) -> tuple[Fraction, float | None]:
    """How slow, and the noise to take out (None = as measured)."""
    if asked.scale not in SCALES:
        raise UsageError(f"--scale {asked.scale}: must be one of {', '.join(SCALES)}", "bad_scale")
    if asked.engine not in ENGINES:
        raise UsageError(f"--engine {asked.engine}: must be one of {', '.join(ENGINES)}", "bad_engine")
    slow = Fraction(1) if asked.slow is None else values.number("--slow", asked.slow, 1, SLOWEST)
    if asked.denoise == "auto":
        return slow, None
    return slow, 0.0 if asked.denoise is None else float(values.number("--denoise", asked.denoise, 0, NOISIEST))


def _chosen(work: Work, flags: OutputFlags) -> tuple[Work, list[str]]:
    """The same with all that is to be measured on the source settled, and what there is to say about it."""
    if work.denoise is not None and "auto" not in (work.double, work.between):
        return work, []
    _check_networks()
    from soracli import footage

    tool, frames, notes = engine.enhancer(_device(flags)), Pictures(work.source.clip.frames), []
    if work.denoise is None:
        found = footage.noise(footage.spread(frames))
        work = replace(work, denoise=round(min(found, NOISIEST), 1) if found >= footage.LEAST else 0.0)
        done = "it is taken out" if work.denoise else "it is left alone"
        notes.append(f"noise of {found:.1f} levels of 255 was measured; {done}.")
    if work.double == "auto":
        choice = footage.choose_double(tool, frames)
        work = replace(work, double=choice.engine)
        notes.append(choice.said("enlarged", "from half the size") + ".")
    if work.between == "auto":
        choice = footage.choose_between(tool, frames)
        work = replace(work, between=choice.engine)
        notes.append(choice.said("frames between", "for frames left out") + ".")
    return work, notes


def _write(work: Work, path: Path, flags: OutputFlags, talk: Talk, stamp: Stamp, review: Review) -> str:
    """Every frame through the networks and into the file; returns the digest of the frames."""
    _check_networks()
    from soracli import footage
    from soracli.pixels import to_numpy

    where = _device(flags)
    tool = footage.enhancer(engine.enhancer(where), work.double, work.between)
    frames: Iterable[Tensor] = Pictures(work.source.clip.frames)
    if work.denoise:
        frames = footage.denoised(frames, work.denoise, where)
    if not work.still and work.fps != work.pace:
        frames = tool.interpolated(frames, work.pace, work.fps, work.loop)
    if work.scale > 1:
        frames = tool.upscaled(frames, work.scale)
    width, height = work.size
    writer: media.Writer | media.Digest = media.Digest()
    if flags.origin.expected is None:
        writer = media.Writer(
            path, width, height, work.fps, work.outputs.format.name, flags.quality, stamp.recipe, force=flags.force,
            audio=_sound(work), stamp=stamp, review=review,
        )  # fmt: skip
    with writer, talk.meter() as meter:
        for index, frame in enumerate(frames, 1):
            writer.add(to_numpy(frame[None, :, None, :height, :width]))
            meter.step("enhance", index, work.frames)
    return writer.digest


def _check_networks() -> None:
    """Raise WeightsError if a file is missing, before torch is loaded."""
    for name in (engine.ENHANCER, "photo", "rife"):
        weights.paths(weights.tools()[name])


def _device(flags: OutputFlags) -> str:
    threads = None if flags.threads is None else values.whole("--threads", flags.threads, 1, 1024)
    return engine.device(flags.device, threads)


def _sound(work: Work) -> media.Audio | None:
    """The source's sound, as long as the result."""
    sound = work.source.audio
    if sound is None or work.slow == 1:
        return sound
    from soracli.media.tempo import slowed

    return slowed(sound, float(work.slow))


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
        from soracli.pixels import to_torch

        if isinstance(index, slice):
            return Pictures(self.frames[index])
        return to_torch(self.frames[index][None])[0, :, 0]
