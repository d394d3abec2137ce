"""How a result becomes a file, the same for every verb: by the one writer, which marks, reviews and signs it; under its
name or on standard output; told, and noted in the run that it belongs to.

`write` is all of that for what is made in a moment; `running` and `deliver` for what a run can be gone on with.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from soracli import media
from soracli.console.output import emit, print_out
from soracli.console.progress import Meter
from soracli.console.report import Reporter
from soracli.errors import CheckError
from soracli.formatting import duration
from soracli.media import Area, Audio, Growing, Source, Writer
from soracli.options.calls import Call
from soracli.options.flags import OutputFlags
from soracli.pipeline import checkpoints, latents, output_paths
from soracli.pipeline.output_paths import Outputs
from soracli.safety.review import Review
from soracli.state import runs
from soracli.state.runs import Item, Run

if TYPE_CHECKING:
    from soracli.options.calls import Origin
    from soracli.provenance.stamp import Stamp
    from soracli.types import Frames


@dataclass(frozen=True)
class Form:
    """What a file is to be, before its first frame."""

    size: tuple[int, int]  # width, height in pixels
    fps: Fraction  # 1 for a picture
    stamp: Stamp | None  # the recipe, the mark and the credential; None = a picture that was taken from nothing
    quality: str = "good"
    force: bool = False
    audio: Audio | None = None
    audio_start: Fraction = Fraction(0)  # seconds of the result
    alpha: bool = False  # frames are RGBA, not premultiplied

    def writer(
        self, path: Path, format: str | None = None, review: Review | None = None, growing: Growing | None = None
    ) -> Writer:
        """The writer of one file. format: None = by the path's suffix. review, growing: see `Writer`."""
        return Writer(
            path, *self.size, self.fps, format, self.quality, force=self.force, audio=self.audio,
            audio_start=self.audio_start, stamp=self.stamp, review=review, alpha=self.alpha, growing=growing,
        )  # fmt: skip


# --- what is made in a moment -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Written:
    """A file that is there. path: None = standard output. notes: sentences about its mark and credential."""

    path: str | None
    digest: str  # sha256 of the frames before the mark
    notes: tuple[str, ...]

    def tell(self, data: dict[str, Any], *, as_json: bool) -> None:
        """Print the path, or what is known of the file as the one JSON object of the call."""
        if as_json:
            emit({"path": self.path, **data})
        elif self.path is not None:
            print_out(f"{self.path}\n")


def write(form: Form, outputs: Outputs, parts: Iterable[Frames]) -> Written:
    """Write frames (T, H, W, 3 or 4), part by part, to the one file that `outputs` names."""
    with output_paths.target(outputs, 0) as path, form.writer(path, outputs.format.name) as writer:
        for frames in parts:
            writer.add(frames)
    return Written(None if outputs.paths is None else str(path), writer.digest, tuple(_notes(form.stamp, outputs)))


def _notes(stamp: Stamp | None, outputs: Outputs) -> list[str]:
    """What there is to say of the credential of a file."""
    if stamp is None:
        return []
    if outputs.paths is not None or not outputs.format.sidecar:
        return stamp.notes
    return [
        *stamp.notes,
        f"{outputs.format.name} has its content credentials in a file beside it, and standard output has none; "
        "write a file, or mp4, to keep them.",
    ]


# --- what a run can be gone on with -----------------------------------------------------------------------------------


@contextlib.contextmanager
def running(
    run: Run | None, record: Call, outputs: Outputs, seeds: Sequence[int], origin: Origin,
    given: Sequence[Source | Area], talk: Reporter,
) -> Iterator[Run]:  # fmt: skip
    """The run of a call: that which it goes on with, or a new one. Tells its results, or how to go on with it.

    record: the call as a run goes on with it. given: inputs; what was piped in is kept.
    """
    if run is None:
        run = runs.plain(record.as_data(), outputs.format.name, seeds, outputs.paths)
        if not (origin.latents or origin.expected):
            _keep_record(run, origin, given, talk)
    else:
        run.take()
    with _recorded(run, talk):
        yield run
    if origin.expected is not None:
        _compare(run.items[0].data or {}, origin.expected, talk)
    talk.results(results(run))


def results(run: Run) -> Any:
    """The results of a run as data: one alone as it is, several in a list."""
    found = [item.data for item in run.items]
    return found if len(found) > 1 else found[0]


def _keep_record(run: Run, origin: Origin, given: Sequence[Source | Area], talk: Reporter) -> None:
    """Keep a record of a run from now on, with what was piped in for it."""
    runs.begin(run, origin.run)
    for data in (source.data for source in given if source.data is not None):
        if note := run.keep_input(data):
            talk.note(note)


@contextlib.contextmanager
def _recorded(run: Run, talk: Reporter) -> Iterator[None]:
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


def _compare(data: dict[str, Any], expected: str, talk: Reporter) -> None:
    """Say that the frames of a result are those expected, or raise CheckError."""
    if data[media.DIGEST] != expected:
        raise CheckError(
            f"the frames differ: sha256 {data[media.DIGEST][:12]}, in the recipe {expected[:12]}; another machine, "
            "thread count or version of torch may be why",
            "frames_differ",
        )
    talk.say("the same frames, bit for bit")


class Work(Protocol):
    """One result that is still to be made. Its methods are called in the order in which they stand here."""

    @property
    def label(self) -> str:
        """Which of several results it is, e.g. `2/8 `."""

    @property
    def notes(self) -> Sequence[str]:
        """Sentences about it that have been said already."""

    def recipe(self) -> dict[str, Any]:
        """What the file says about itself, as far as this call has done it."""

    def form(self) -> Form:
        """With the stamp that marks and signs it."""

    def make(self, file: Writer | media.Digest, meter: Meter) -> None:
        """Enter the file, give it every frame, and leave it."""

    def done(self) -> str:
        """What is said behind the time that it took; may be empty."""

    def figures(self) -> dict[str, Any]:
        """What was measured on it, said and returned."""

    def remarks(self) -> Sequence[str]:
        """Sentences that are said only once it is made."""


def deliver(
    work: Work, outputs: Outputs, n: int, item: Item, run: Run, flags: OutputFlags, talk: Reporter, *,
    keep: bool = False,
) -> None:  # fmt: skip
    """Make result n of a call, or find it made; tell it, and note it in the run.

    keep: latents of the result too, see `Run.finish`.
    """
    shown, recipe = None if outputs.paths is None else output_paths.shown(outputs.paths[n]), work.recipe()
    data = {"path": shown, "format": outputs.format.name, **recipe}
    if shown is not None and flags.origin.run and (made := checkpoints.finished(shown, recipe)):
        talk.say(f"{work.label}{shown} is there already")
        data |= made
        keep = False
    else:
        data |= _made(work, outputs, n, flags, talk)
    if shown is not None:
        talk.result(shown)
    run.finish(item, data, keep=keep)


def _made(work: Work, outputs: Outputs, n: int, flags: OutputFlags, talk: Reporter) -> dict[str, Any]:
    """Make one result. Where its frames are expected they go no farther than their digest."""
    clock, form, review = time.perf_counter(), work.form(), Review(keep=flags.keep_held)
    with contextlib.ExitStack() as stack:
        file: Writer | media.Digest = media.Digest()
        if flags.origin.expected is None:
            path = stack.enter_context(output_paths.target(outputs, n))
            beside = flags.origin.growing
            growing = None if beside is None else Growing(Path(beside), form.fps, review.watch(form.fps))
            file = form.writer(path, outputs.format.name, review, growing)
        work.make(file, stack.enter_context(talk.meter(work.label)))
    talk.say(f"{work.label}done in {duration(time.perf_counter() - clock)}{work.done()}")
    found = work.figures()
    odd = [*_notes(form.stamp, outputs), *review.notes, *work.remarks()]
    for note in odd:
        talk.note(note)
    told = {} if form.stamp is None else form.stamp.details
    return {media.DIGEST: file.digest, **found, **told, "notes": [*work.notes, *odd]}
