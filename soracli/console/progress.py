"""Talk on standard error: notes, and how far the work is; a bar on a terminal, lines or JSON events elsewhere."""

from __future__ import annotations

import json
import os
import sys
import time
from types import TracebackType
from typing import Any, Protocol, Self

from soracli.errors import UsageError
from soracli.formatting import COLOURS, red, wants_colour

MODES = ("auto", "plain", "json", "none")
STAGES = {
    "download": "downloading, MB",
    "load": "loading the model",
    "text": "reading the prompt",
    "encode": "reading the input",
    "sample": "painting",
    "decode": "developing frames",
    "fill": "looking behind",
    "enhance": "enhancing frames",
    "save": "saving",
    "curate": "looking at clips",
    "train": "training, step",
}


class Meter(Protocol):
    """Shows one render: `step` as it goes, used as a context manager."""

    def __enter__(self) -> Self: ...
    def __exit__(self, kind: Any, error: Any, trace: Any) -> None: ...
    def step(self, stage: str, index: int, total: int) -> None:
        """Stage `stage` has done `index` of `total`; 0 = it has just begun."""


class Verbosity(Protocol):
    """The flags that say how much is said, and how."""

    @property
    def progress(self) -> str: ...
    @property
    def quiet(self) -> bool: ...
    @property
    def verbose(self) -> bool: ...
    @property
    def color(self) -> str: ...


class Talk:
    """Everything that a verb says beside its results.

    mode: one of MODES. quiet: only errors (which are not said here). verbose: `detail` is said too.
    color: one of COLOURS.
    """

    def __init__(self, mode: str = "auto", *, quiet: bool = False, verbose: bool = False, color: str = "auto") -> None:
        if mode not in MODES:
            raise UsageError(f"--progress {mode}: must be {', '.join(MODES)}", "bad_progress")
        if color not in COLOURS:
            raise UsageError(f"--color {color}: must be {', '.join(COLOURS)}", "bad_color")
        self.stream = sys.stderr
        self._color = color
        self.colour = wants_colour(color, self.stream)
        terminal = self.stream.isatty() and os.environ.get("TERM") != "dumb"
        self.mode = mode if mode != "auto" else "bar" if terminal else "plain"
        self.quiet, self.verbose = quiet, verbose

    @classmethod
    def of(cls, flags: Verbosity) -> Talk:
        """As the flags of a verb say."""
        return cls(flags.progress, quiet=flags.quiet, verbose=flags.verbose, color=flags.color)

    def note(self, text: str) -> None:
        """Something the user should know about what will happen."""
        self._say("note", f"note: {text}", text)

    def say(self, text: str) -> None:
        self._say("message", text, text)

    def detail(self, text: str) -> None:
        if self.verbose:
            self._say("detail", text, text)

    def fail(self, details: dict[str, Any]) -> None:
        """What went wrong with one of several things, though the others go on; said even when quiet."""
        if self.mode == "json":
            self._write(json.dumps({"event": "error", **details}))
        else:
            self._write(f"{red('sora: error:', self._color, self.stream)} {details['message']}")

    def _say(self, kind: str, line: str, text: str) -> None:
        if self.quiet:
            return
        if self.mode == "json":
            self._write(json.dumps({"event": kind, "message": text}))
        else:
            self._write(f"sora: {line}")

    def _write(self, line: str) -> None:
        self.stream.write(line + "\n")
        self.stream.flush()

    def meter(self, label: str = "") -> Meter:
        """A meter for one render. label: which of several this is, e.g. `2/8 `."""
        if self.quiet or self.mode == "none":
            return Silent()
        if self.mode == "json":
            return Events(self)
        return Bar(self, label) if self.mode == "bar" else Lines(self, label)


class Silent:
    """A reporter of progress that shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def step(self, stage: str, index: int, total: int) -> None:
        pass


class Lines(Silent):
    """One line per stage, or per tenth of a stage that takes several steps."""

    def __init__(self, talk: Talk, label: str) -> None:
        self._talk, self._label = talk, label
        self._stage, self._tenth = "", 0

    def step(self, stage: str, index: int, total: int) -> None:
        name = self._label + STAGES.get(stage, stage)
        tenth = 10 * index // max(total, 1)
        if total > 1 and (stage, tenth) != (self._stage, self._tenth):
            self._talk.say(f"{name} {index}/{total}")
        elif stage == "load" != self._stage:
            self._talk.say(name)
        self._stage, self._tenth = stage, tenth


class Events(Silent):
    """One JSON object per step."""

    def __init__(self, talk: Talk) -> None:
        self._talk, self._start = talk, time.perf_counter()

    def step(self, stage: str, index: int, total: int) -> None:
        seconds = round(time.perf_counter() - self._start, 3)
        event = {"event": "progress", "stage": stage, "index": index, "total": total, "seconds": seconds}
        self._talk._write(json.dumps(event))


class Bar(Silent):
    """A bar for the stage in hand, with the time it has left; gone when the work is done."""

    def __init__(self, talk: Talk, label: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._label = label
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(compact=True),
            console=Console(file=talk.stream, no_color=not talk.colour), transient=True, redirect_stdout=False,
            redirect_stderr=False,
        )  # fmt: skip
        self._task = self._progress.add_task(label, total=None)
        self._stage = ""

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def step(self, stage: str, index: int, total: int) -> None:
        if stage != self._stage:
            self._stage = stage
            self._progress.reset(
                self._task, total=total, completed=index, description=self._label + STAGES.get(stage, stage)
            )
        self._progress.update(self._task, completed=index, total=total)
