"""Ctrl-C at moments in which an exception would be lost."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def deferred() -> Iterator[None]:
    """SIGINT and SIGTERM wait for the end of this block; a second one of the same kind ends the process at once.

    For a library that calls us back: what is raised while it does so is dropped, and the library goes on, or says that
    it could not read. Off the main thread, which signals do not interrupt, nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        came.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
        for late in came:
            signal.raise_signal(late)
