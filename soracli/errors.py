"""The exception tree: one class per exit code, so that a script can tell what went wrong.

    SoraError            1   a bug in soracli
    ├── UsageError       2   a flag or an argument is wrong
    ├── MediaError       3   an input picture or clip cannot be used
    ├── PolicyError      4   refused: by policy, or because the model cannot do it
    ├── WeightsError     5   weights or configuration missing or wrong
    ├── CapacityError    6   does not fit (memory, disk)
    ├── NetworkError     7   the network failed
    └── CheckError       8   a check says no (verify, replay --check)

Other codes that `sora` may end with: 0 done, 9 batch partly failed, 130 SIGINT,
141 stdout closed, 143 SIGTERM.
"""

from __future__ import annotations

import errno
import os
from typing import Any

from soracli.formatting import printable

BROKEN_PIPE, INTERRUPTED, TERMINATED = 141, 130, 143  # exit codes beside those of the tree
_LONGEST = 2000  # characters of a message; what a stranger has written may be as long as they like
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # of an OSError: the disk takes no more
_BARRED = (  # of an OSError: what the system does not let us do with a file, or cannot do
    errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO, errno.ESTALE, errno.ELOOP, errno.ENXIO, errno.ENODEV,
    errno.EISDIR, errno.ENOTDIR, errno.EBUSY, errno.ETXTBSY,
)  # fmt: skip


class SoraError(Exception):
    """Base of every error that soracli raises on purpose.

    Args:
        message: one line, `WHAT: WHY; WHAT TO DO`.
        code: stable machine-readable name, e.g. `output_exists` (shown in `--json`).
        data: what was found out all the same, for `--json`.
    """

    exit_code = 1
    default_code = "internal"

    def __init__(self, message: str, code: str | None = None, data: object = None) -> None:
        super().__init__(message)
        self.data = data
        self.code = code or self.default_code

    def details(self) -> dict[str, Any]:
        """For `--json`: one line, safe on a terminal, with its code."""
        line = printable(" ".join(str(self).split()))
        line = line if len(line) <= _LONGEST else f"{line[: _LONGEST // 2]} ... {line[-_LONGEST // 3 :]}"
        return {"code": self.code, "message": line, "exit_code": self.exit_code}


class UsageError(SoraError):
    """What was typed makes no sense, or cannot be had together."""

    exit_code = 2
    default_code = "usage"


class MediaError(SoraError):
    """A file of media cannot be read or written, or is not what a verb needs."""

    exit_code = 3
    default_code = "media"


class PolicyError(SoraError):
    """The policy refuses it, or review withholds it."""

    exit_code = 4
    default_code = "policy"


class WeightsError(SoraError):
    """Weights are missing, damaged, or made for another model."""

    exit_code = 5
    default_code = "weights"


class CapacityError(SoraError):
    """Memory, disk or a limit of the model does not suffice."""

    exit_code = 6
    default_code = "capacity"


class NetworkError(SoraError):
    """The hub cannot be reached, or does not give the file."""

    exit_code = 7
    default_code = "network"


class CheckError(SoraError):
    """A check that was asked for does not hold."""

    exit_code = 8
    default_code = "check"


def is_memory(error: BaseException) -> bool:
    """Whether an exception says that memory ran out, however the library at hand puts it."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return True
    said = str(error).lower()
    words = ("out of memory", "can't allocate memory", "cannot allocate memory")
    return isinstance(error, OSError | RuntimeError) and any(word in said for word in words)


def is_of_the_system(error: BaseException) -> bool:
    """Whether an exception says nothing of the file that was read, but that the system keeps it from us, that the
    process may open no more files, or that memory ran out.
    """
    barred = isinstance(error, OSError) and error.errno in (*_BARRED, errno.EMFILE, errno.ENFILE)
    return barred or is_memory(error)


def understood(error: Exception) -> SoraError:
    """Any exception as one of ours. What whoever meets it first may be anywhere, and is nobody's bug: a name that no
    file system takes, a current folder that was removed, a process that may open no more files, want of memory, a full
    disk, a file that the system keeps from us. Others are our bug.
    """
    if isinstance(error, SoraError):
        return error
    number = error.errno if isinstance(error, OSError) else None
    if isinstance(error, OSError) and number == errno.ENAMETOOLONG:
        return UsageError(f"{printable(error.filename)[:60]}...: file name too long; choose a shorter one", "bad_name")
    if number == errno.ENOENT and _is_nowhere():
        return UsageError("the current folder was removed; go to one that is there", "no_folder")
    if number in (errno.EMFILE, errno.ENFILE):
        return CapacityError("too many open files; allow more (ulimit -n), or close some", "too_many_files")
    if is_memory(error):
        return CapacityError("out of memory; give less, or make it smaller or shorter", "memory")
    if isinstance(error, OSError) and number in (*FULL, *_BARRED):
        where = "" if error.filename is None else f"{printable(str(error.filename))}: "
        why = f"{where}{(error.strerror or 'no access').lower()}"
        if number in FULL:
            return CapacityError(f"{why}; free some space", "disk_full")
        return UsageError(f"{why}; check it, and who may use it", "no_access")
    what = f"{type(error).__name__}: {error}"
    return SoraError(f"{what}; this is a bug in soracli: please report it with --debug output")


def _is_nowhere() -> bool:
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False
