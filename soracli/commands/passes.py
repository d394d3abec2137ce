"""The body of the verbs that sample nothing: the frames of a clip go through something, one by one, into one file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, Protocol

from soracli import media
from soracli.console.progress import Meter
from soracli.console.report import Reporter
from soracli.media import Source
from soracli.options import calls
from soracli.options.calls import Call
from soracli.options.flags import OutputFlags
from soracli.pipeline import deliver
from soracli.pipeline.deliver import Form
from soracli.pipeline.output_paths import Outputs
from soracli.pipeline.soundtrack import Soundtrack
from soracli.state import runs
from soracli.state.runs import Run
from soracli.types import Frames, Mask
from soracli.weights import manifest


class Pass(Protocol):
    """One clip to be sent through.

    given: its inputs, the clip first. outputs: where the result goes. call: the command line as data. size: width and
    height of the result in pixels. frames: how many it has. fps: its rate, 1 for a picture. track: its sound.
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
    origin, record = flags.origin, calls.lasting(flags.origin.call, work.call.arguments.get("prompt"))
    with deliver.running(run, record, work.outputs, [0], origin, work.given, talk) as run:
        for name in needs:  # before torch is loaded
            manifest.paths(manifest.tools()[name])
        deliver.deliver(_Result(work, flags, talk, notes), work.outputs, 0, run.items[0], run, flags, talk)


class _Result:
    """The result of a pass: `deliver.Work`."""

    label = ""

    def __init__(self, work: Pass, flags: OutputFlags, talk: Reporter, notes: Sequence[str]) -> None:
        self.work, self.notes = work, list(notes)
        self._flags, self._talk = flags, talk

    def recipe(self) -> dict[str, Any]:
        return self.work.recipe()

    def form(self) -> Form:
        """Says what the inputs' own credentials are in doubt of."""
        from soracli.provenance.ingredients import ingredients
        from soracli.provenance.stamp import Stamp

        work, flags = self.work, self._flags
        given = ingredients(work.call.verb, work.given)
        for doubt in (ingredient.note for ingredient in given if ingredient.note):
            self._talk.note(doubt)
            self.notes.append(doubt)
        stamp = Stamp(work.call.verb, work.recipe(), given, marked=work.marked())
        sound = work.track.sound(work.sound(), work.frames / work.fps) if flags.origin.expected is None else None
        return Form(work.size, work.fps, stamp, flags.quality, flags.force, sound)

    def make(self, file: media.Writer | media.Digest, meter: Meter) -> None:
        with file as writer:
            for index, (frames, new) in enumerate(self.work.made(self._flags), 1):
                writer.add(frames, new)
                meter.step(self.work.call.verb, index, self.work.frames)

    def done(self) -> str:
        return ""

    def figures(self) -> dict[str, Any]:
        return {}

    def remarks(self) -> Sequence[str]:
        return ()
