"""Who is told how a call that renders goes: the shell, which prints it, or a program that collects it.

What renders says nothing itself: it tells a `Reporter`. `Shell` is that of the command line.
"""

from __future__ import annotations

from typing import Any, Protocol

from soracli.console.output import PathFlags, emit, print_out, print_path
from soracli.console.progress import Meter, Talk, Verbosity


class Reporter(Protocol):
    """What happens in one call, in the order in which it does."""

    def note(self, text: str) -> None:
        """A sentence that the user should know about the result."""

    def say(self, text: str) -> None:
        """What is being done."""

    def detail(self, text: str) -> None:
        """The same, for whoever wants to know more."""

    def meter(self, label: str = "") -> Meter:
        """Is told of every step of one render. label: which of several results it is, e.g. `2/8 `."""

    def plan(self, data: dict[str, Any], text: str) -> None:
        """What a dry run would do, as data and for people."""

    def result(self, path: str) -> None:
        """A file that has just been finished."""

    def results(self, data: Any) -> None:
        """All results of the call: the data of one alone, or a list."""


class ShellFlags(PathFlags, Verbosity, Protocol):
    """The flags that say what is printed, and how."""


class Shell(Talk):
    """Talk on standard error; paths, plans and JSON on standard output."""

    def __init__(self, flags: ShellFlags) -> None:
        super().__init__(flags.progress, quiet=flags.quiet, verbose=flags.verbose, color=flags.color)
        self._flags = flags

    def plan(self, data: dict[str, Any], text: str) -> None:
        emit(data) if self._flags.json else print_out(text)

    def result(self, path: str) -> None:
        print_path(path, self._flags)

    def results(self, data: Any) -> None:
        if self._flags.json:
            emit(data)
