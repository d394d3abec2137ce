"""The body of the verbs that sample nothing: the frames of a clip go through something, one by one, into one file."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from soracli import media
from soracli.console.report import Reporter
from soracli.formatting import duration
from soracli.media import Source
from soracli.options import calls
from soracli.options.calls import Call
from soracli.options.flags import OutputFlags
from soracli.pipeline import checkpoints, output_paths, render
from soracli.pipeline.output_paths import Outputs
from soracli.pipeline.soundtrack import Soundtrack
from soracli.safety.review import Review
from soracli.state import runs
from soracli.state.runs import Run
from soracli.types import Frames, Mask
from soracli.weights import manifest

if TYPE_CHECKING:
    from soracli.provenance.stamp import Stamp


class Pass(Protocol):
    """One clip to be sent through. size: width and height of the result. frames: of the result. fps: 1 for a picture.

    given: its inputs, the clip first.
    """

    @property
    def given(self) -> tuple[Source, ...]: ...
    @property
    def outputs(self) -> Outputs: ...
    @property
    def call(self) -> Call: ...
    @property
    def size(self) -> tuple[int, int]: ...
    @property
    def frames(self) -> int: ...
    @property
    def fps(self) -> Fraction: ...
    @property
    def track(self) -> Soundtrack: ...

    def recipe(self) -> dict[str, Any]:
        """What the file says about itself."""

    def made(self, flags: OutputFlags) -> Iterable[tuple[Frames, Mask | None]]:
        """Frames of the result, and which of their pixels are new; None = all."""

    def sound(self) -> media.Audio | None:
        """The source's own, as long as the result."""

    def marked(self) -> Frames | None:
        """See `stamp.Stamp`."""


def described(work: Pass) -> str:
    """Size, length and rate of the result."""
    width, height = work.size
    length = "" if work.frames == 1 else f", {work.frames} frames at {float(work.fps):g} fps"
    return f"{width}x{height}{length}"


def found_run(flags: OutputFlags) -> Run | None:
    """The run that a call goes on with."""
    return runs.find(flags.origin.run) if flags.origin.run else None


def planned(work: Pass, talk: Reporter, notes: list[str]) -> None:
    """Tell what a dry run would do."""
    data = {"path": None, "format": work.outputs.format.name, **work.recipe(), "notes": notes}
    talk.plan(data, described(work) + "\n")


def send(
    work: Pass, run: Run | None, flags: OutputFlags, talk: Reporter, notes: list[str], needs: Iterable[str]
) -> None:  # fmt: skip
    """Make the result and say so. run: what this goes on with. needs: names of the tools whose files must be there."""
    origin = flags.origin
    data = {"path": None, "format": work.outputs.format.name, **work.recipe(), "notes": notes}
    if run is None:
        record = calls.lasting(origin.call, work.call.arguments.get("prompt")).as_data()
        run = runs.plain(record, work.outputs.format.name, [0], work.outputs.paths)
        run = run if origin.expected else render.begun(run, origin, work.given, talk)
    else:
        run.take()
    with render.recorded(run, talk):
        for name in needs:  # before torch is loaded
            manifest.paths(manifest.tools()[name])
        _do(work, run, flags, talk, data)
    talk.results(render.found_by(run))


def _do(work: Pass, run: Run, flags: OutputFlags, talk: Reporter, data: dict[str, Any]) -> None:
    """Make the one result, or find it made, and note it in the run."""
    clock, paths = time.perf_counter(), work.outputs.paths
    shown = None if paths is None else output_paths.shown(paths[0])
    data["path"] = shown
    if shown is not None and flags.origin.run and (made := checkpoints.finished(shown, work.recipe())):
        talk.say(f"{shown} is there already")
        data |= made
    else:
        place = (
            output_paths.target(work.outputs, 0) if flags.origin.expected is None else contextlib.nullcontext(Path())
        )
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
        talk.result(shown)
    run.finish(run.items[0], data)


def _stamp(work: Pass, data: dict[str, Any], talk: Reporter) -> Stamp:
    """What will mark and sign the result; what it says goes into `data`."""
    from soracli.provenance import stamp as provenance

    given = provenance.origins(work.call.verb, work.given)
    stamp = provenance.Stamp(work.call.verb, work.recipe(), given, marked=work.marked())
    doubts = [origin.note for origin in given if origin.note]
    for note in doubts:
        talk.note(note)
    data |= {**stamp.told, "notes": [*data["notes"], *doubts]}
    return stamp


def _write(work: Pass, path: Path, flags: OutputFlags, talk: Reporter, stamp: Stamp, review: Review) -> str:
    """Every frame into the file; returns the digest of the frames."""
    width, height = work.size
    writer: media.Writer | media.Digest = media.Digest()
    if flags.origin.expected is None:
        writer = media.Writer(
            path, width, height, work.fps, work.outputs.format.name, flags.quality, stamp.recipe, force=flags.force,
            audio=work.track.sound(work.sound(), work.frames / work.fps), stamp=stamp, review=review,
        )  # fmt: skip
    with writer, talk.meter() as meter:
        for index, (frames, new) in enumerate(work.made(flags), 1):
            writer.add(frames, new)
            meter.step(work.call.verb, index, work.frames)
    return writer.digest
