"""Command lines that come through another protocol than ours, done by the server's processes, in turn with its jobs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

import anyio

from soracli.server.http.worker import Event, Failed, Worker

Tell = Callable[[Event], Awaitable[None]]
WAITS: Event = {"event": "wait"}  # another call or job is being done


class Mounted(Protocol):
    """An ASGI application that answers within `running`."""

    def running(self) -> AbstractAsyncContextManager[None]: ...

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


Mount = Callable[["Calls", Path], Mounted]  # what makes one of what does its command lines, and of its folder


class Calls:
    """painter: the worker of the queue's jobs, for verbs that render. looker: the worker for all other verbs.

    bound: bytes that may lie in the folder of results; the oldest go.
    """

    def __init__(self, painter: Worker, looker: Worker, folder: Path, bound: int) -> None:
        self.painter, self.looker = painter, looker
        self.folder, self.bound = folder, bound

    async def do(self, words: Sequence[str], paints: bool, tell: Tell) -> dict[str, Any]:
        """What a command line prints as JSON. tell: is told of each event. Cancelling ends the work."""
        worker = self.painter if paints else self.looker
        if worker.busy:
            await tell(WAITS)
        events: asyncio.Queue[Event | None] = asyncio.Queue()
        request = {"arguments": list(words), "folder": str(self.folder)}
        work = asyncio.create_task(worker.do(request, events.put_nowait))
        work.add_done_callback(lambda _: events.put_nowait(None))
        try:
            while (event := await events.get()) is not None:
                await tell(event)
            return {"ok": True, "data": work.result()}
        except Failed as failed:
            return {"ok": False, "error": failed.details}
        finally:
            work.cancel()
            with anyio.CancelScope(shield=True):  # else whoever cancels goes on before the work has ended
                await asyncio.wait({work})
            self._prune()

    def _prune(self) -> None:
        """Remove the oldest results until the folder is within its bound."""
        files = [path for path in self.folder.rglob("*") if path.is_file() and not path.is_symlink()]
        found = sorted((path.stat().st_mtime, path.stat().st_size, path) for path in files)
        over = sum(size for _, size, _ in found) - self.bound
        for _, size, path in found[:-1]:
            if over <= 0:
                return
            with contextlib.suppress(OSError):
                path.unlink()
                over -= size
