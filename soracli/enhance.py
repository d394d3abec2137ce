"""`sora enhance`: a clip made larger and smoother, frame by frame, in constant memory beside the clip itself."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soracli import calls, engine, kept, media, naming, render, runs, values, weights
from soracli import job as jobs
from soracli import review as reviews
from soracli.calls import Call
from soracli.errors import UsageError
from soracli.flags import OutputFlags
from soracli.media import Source, formats
from soracli.naming import Outputs
from soracli.progress import Talk
from soracli.review import Review
from soracli.runs import Run
from soracli.wording import duration

if TYPE_CHECKING:
    from torch import Tensor

    from soracli.provenance import Stamp

SCALES = ("1", "2", "4")


@dataclass(frozen=True)
class Work:
    """One clip to enhance. fps: of the result; a picture has 1."""

    source: Source
    scale: int
    fps: Fraction
    loop: bool
    outputs: Outputs
    call: Call

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
        return 1 if self.still else -(-self.source.clip.seconds * self.fps // 1)

    def recipe(self) -> dict[str, Any]:
        """What the file says about itself."""
        width, height = self.size
        return {
            "verb": "enhance", "weights": weights.digest(weights.tools()[engine.ENHANCER]),
            "input": self.source.path.name,
            "scale": self.scale, "fps": str(self.fps), "loop": self.loop, "width": width, "height": height,
            "frames": self.frames, "review": ",".join(reviews.names()),
            **jobs.remembered(self.call), media.DIGEST: "",
        }  # fmt: skip


def enhance(path: str, scale: str, loop: bool, flags: OutputFlags, partial: bool = False) -> None:
    """Do what the verb asks for: one path or JSON object on standard output, talk on standard error.

    partial: see `media.read_source`.
    """
    talk, origin = Talk.of(flags), flags.origin
    run = runs.find(origin.run) if origin.run else None
    work = _prepare(path, scale, loop, flags, run, partial)
    for note in (*work.source.notes, *work.outputs.notes):
        talk.note(note)
    width, height = work.size
    what = "" if work.still else f", {work.frames} frames at {float(work.fps):g} fps"
    talk.say(f"enhancing to {width}x{height}{what}")
    data = {"path": None, "format": work.outputs.format.name, **work.recipe(), "notes": list(work.source.notes)}
    if flags.dry_run:
        render.emit(data) if flags.json else render.print_out(f"{width}x{height}{what}\n")
        return
    if run is None:
        record = calls.lasting(origin.call).as_data()
        run = runs.plain(record, work.outputs.format.name, [0], work.outputs.paths)
        run = run if origin.expected else render.begun(run, origin, [work.source], talk)
    else:
        run.take()
    with render.recorded(run, talk):
        _do(work, run, flags, talk, data)
    if flags.json:
        render.emit(render.found_by(run))


def _do(work: Work, run: Run, flags: OutputFlags, talk: Talk, data: dict[str, Any]) -> None:
    """Make the one result, or find it made, and note it in the run."""
    clock, paths = time.perf_counter(), work.outputs.paths
    shown = None if paths is None else naming.shown(paths[0])
    data["path"] = shown
    if shown is not None and flags.origin.run and (made := kept.finished(shown, work.recipe())):
        talk.say(f"{shown} is there already")
        data |= made
    else:
        place = render.target(work.outputs, 0) if flags.origin.expected is None else contextlib.nullcontext(Path())
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
        render.print_path(shown, flags)
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


def _prepare(path: str, scale: str, loop: bool, flags: OutputFlags, run: Run | None, partial: bool) -> Work:
    """Read the clip, and say in one line what is wrong with the request."""
    if scale not in SCALES:
        raise UsageError(f"--scale {scale}: must be one of {', '.join(SCALES)}", "bad_scale")
    jobs.check_streams(flags)
    jobs.check_device(flags)
    source = media.read_source(path, partial)
    still = len(source.clip.frames) == 1
    if still and (flags.fps is not None or loop):
        raise UsageError("--fps and --loop: a picture has no motion; give a clip", "not_for_stills")
    fps = source.clip.fps if flags.fps is None else values.rate(flags.fps)
    if not still and not 1 <= fps <= 240:
        raise UsageError(f"--fps {flags.fps or fps}: must be 1..240", "bad_fps")
    if scale == "1" and fps == source.clip.fps:
        raise UsageError("--scale 1: nothing would change; add --fps or take --scale 2", "no_effect")
    names = {"slug": f"{'clip' if path == '-' else Path(path).stem}-enhance", "model": engine.ENHANCER}
    call = flags.origin.call
    none = naming.planned("png" if still else "frames", [None])
    draft = Work(source, int(scale), Fraction(1) if still else fps, loop, none, call)
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
    own = Call(call.verb, {"clip": path, "scale": scale, "loop": loop, "allow_partial": partial})
    return replace(draft, outputs=outputs, call=own if still else own.having(fps=str(fps)))


def _write(work: Work, path: Path, flags: OutputFlags, talk: Talk, stamp: Stamp, review: Review) -> str:
    """Every frame through the networks and into the file; returns the digest of the frames."""
    weights.paths(weights.tools()[engine.ENHANCER])  # before torch is loaded
    from soracli.pixels import to_numpy, to_torch

    threads = None if flags.threads is None else values.whole("--threads", flags.threads, 1, 1024)
    device = engine.device(flags.device, threads)
    tool, clip = engine.enhancer(device), work.source.clip

    def pictures() -> Iterator[Tensor]:
        for frame in clip.frames:
            yield to_torch(frame[None])[0, :, 0]

    frames = pictures() if work.scale == 1 else tool.upscaled(pictures(), work.scale)
    if not work.still and work.fps != clip.fps:
        frames = tool.interpolated(frames, clip.fps, work.fps, work.loop)
    width, height = work.size
    writer: media.Writer | media.Digest = media.Digest()
    if flags.origin.expected is None:
        writer = media.Writer(
            path, width, height, work.fps, work.outputs.format.name, flags.quality, stamp.recipe, force=flags.force,
            audio=work.source.audio, stamp=stamp, review=review,
        )  # fmt: skip
    with writer, talk.meter() as meter:
        for index, frame in enumerate(frames, 1):
            writer.add(to_numpy(frame[None, :, None, :height, :width]))
            meter.step("enhance", index, work.frames)
    return writer.digest
