"""What is put right before a verb begins: streams that are closed, text that they cannot encode, a user without a home.

A closed standard output becomes a pipe that nobody reads, so that every way of writing to it ends as it does there.
Standard error that takes no more is given up, and the work goes on.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import re
import stat
import sys
import tempfile
from pathlib import Path

from soracli.errors import UsageError
from soracli.formatting import printable, short

ERRORS = "soracli.bytes"  # of an encoding: what it cannot hold goes out as the bytes of UTF-8, and names as their own
THREADS = "OMP_NUM_THREADS"


class Closed(io.TextIOWrapper):
    """Standard output, if it was closed when we began."""


class ErrorStream(io.TextIOWrapper):
    """Standard error. When its reader has gone, or its disk is full, the rest of what is said goes nowhere."""

    @classmethod
    def of(cls, encoding: str | None, errors: str) -> ErrorStream:
        """That of this process, or of whoever it works for."""
        return cls(io.BufferedWriter(io.FileIO(2, "w", closefd=False)), encoding, errors, line_buffering=True)

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError:
            self._give_up()
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            self._give_up()

    def _give_up(self) -> None:
        _put(os.open(os.devnull, os.O_WRONLY), 2)
        with contextlib.suppress(OSError):
            super().flush()


def prepare() -> None:
    """Called once by a process that is `sora`. Raises UsageError if there is no place for what a user keeps."""
    codecs.register_error(ERRORS, _as_bytes)
    for number, mode in ((0, os.O_RDONLY), (2, os.O_WRONLY)):
        if _is_closed(number):
            _put(os.open(os.devnull, mode), number)
    if _is_closed(1):
        read, write = os.pipe()
        _put(write, 1)
        if read != 1:
            os.close(read)
        sys.stdout = Closed(io.BufferedWriter(io.FileIO(1, "w", closefd=False)), "utf-8", ERRORS)
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115
    if sys.stderr is None or sys.stderr is sys.__stderr__:
        sys.stderr = ErrorStream.of(getattr(sys.stderr, "encoding", None), ERRORS)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=ERRORS)
    _threads()
    _home()


def _is_closed(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return True
    return False


def _put(handle: int, number: int) -> None:
    if handle != number:
        os.dup2(handle, number)
        os.close(handle)


def _as_bytes(error: UnicodeError) -> tuple[bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return error.object[error.start : error.end].encode("utf-8", "surrogateescape"), error.end


def _threads() -> None:
    """What is no number of threads is taken out: of it a library would say so on standard error, and ignore it."""
    said = os.environ.get(THREADS)
    if said is None or re.fullmatch(r"\s*0*[1-9][0-9]{0,4}\s*(,\s*0*[1-9][0-9]{0,4}\s*)*", said):
        return
    del os.environ[THREADS]
    if said.strip():
        sys.stderr.write(f"sora: note: {THREADS}={short(said)} is no number of threads; ignored.\n")


def _home() -> None:
    """A user of whom the system knows no home folder, as in containers, keeps things in one of temporary files."""
    if os.path.isabs(os.path.expanduser("~")) and os.environ.get("HOME") != "":
        return
    os.environ.pop("HOME", None)
    if os.path.isabs(os.path.expanduser("~")):
        return
    folder = Path(tempfile.gettempdir(), f"soracli-home-{os.getuid()}")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
    except OSError:
        status = None
    if status is None or not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise UsageError(f"HOME: is not set, and {printable(folder)} cannot stand in for it; set HOME", "no_home")
    os.environ["HOME"] = str(folder)
    sys.stderr.write(f"sora: note: there is no home folder; keys and records are kept in {printable(folder)}.\n")
