"""What goes to standard output may end up on a disk that is full, and that is nobody's bug."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from soracli.errors import FULL, CapacityError

CODE = "stdout_full"


@contextlib.contextmanager
def sending() -> Iterator[None]:
    """Raises CapacityError if standard output takes no more; a reader that has gone stays BrokenPipeError."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise CapacityError("standard output: the disk is full; free some space, or send it elsewhere", CODE) from error
