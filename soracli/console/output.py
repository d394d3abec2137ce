"""Standard output: paths, tables, JSON. It may end up on a disk that is full, or have no reader any more."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterable, Iterator
from typing import Protocol

from soracli.errors import FULL, CapacityError
from soracli.formatting import printable

CODE = "stdout_full"


class PathFlags(Protocol):
    """The flags that say how finished files are named."""

    @property
    def json(self) -> bool: ...
    @property
    def print0(self) -> bool: ...


class StdoutClosed(Exception):
    """Whatever read our standard output has gone. Not an OSError: Typer turns those into exit code 1 on its own."""


@contextlib.contextmanager
def sending() -> Iterator[None]:
    """Raises CapacityError if standard output takes no more; a reader that has gone stays BrokenPipeError."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise CapacityError("standard output: the disk is full; free some space, or send it elsewhere", CODE) from error


def emit(data: object) -> None:
    """The one JSON object of a call."""
    print_out(json.dumps({"ok": True, "data": data}) + "\n")


def print_out(text: str) -> None:
    """Results go to standard output, at once: whatever reads them may be waiting."""
    with sending():
        sys.stdout.write(text)
        sys.stdout.flush()


def print_rows(rows: Iterable[tuple[str, object]], width: int = 0) -> None:
    """A table for people: names, padded to a width, and values, every one on one line and safe on a terminal."""
    print_out("".join(f"{printable(name):<{width}} {printable(value)}".rstrip() + "\n" for name, value in rows))


def print_path(path: str, flags: PathFlags) -> None:
    """A finished file, unless a JSON object will name it."""
    if not flags.json:
        print_out(path + ("\0" if flags.print0 else "\n"))
