"""The process that runs verbs, as the server sees it: one request at a time, stopped at the next step or killed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Callable, Sequence
from typing import Any

from soracli.errors import INTERRUPTED

MAX_LINE = 64_000_000  # bytes of one event or result
GRACE = 1.5  # seconds from SIGINT to SIGKILL
Event = dict[str, Any]


class Failed(Exception):
    """A request that failed. details: code, message and exit_code, as `--json` has them."""

    def __init__(self, details: dict[str, Any]) -> None:
        super().__init__(str(details.get("message")))
        self.details = details


class Worker:
    """One child process; started when it is needed, and again when it has died.

    command: program and arguments of a process that talks as `child.serve` does.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)
        self._process: asyncio.subprocess.Process | None = None
        self._ready = False  # it has said something: SIGINT ends its work, and not itself
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """Of the child, if it lives."""
        return None if self._process is None or self._process.returncode is not None else self._process.pid

    @property
    def busy(self) -> bool:
        return self._turn.locked()

    async def do(
        self, request: dict[str, Any], seen: Callable[[Event], None] | None = None, limit: float | None = None
    ) -> Any:
        """The data of a request's result. seen: is called with every event. limit: seconds after which it is killed.

        If this is cancelled, the work ends at the next step, or with its process if it takes longer than GRACE.
        Raises Failed.
        """
        async with self._turn:
            try:
                async with asyncio.timeout(limit):
                    return await self._done(request, seen)
            except TimeoutError:
                await self._kill()
                raise Failed(_ended("timeout", f"took more than {limit:g} s; give something smaller")) from None
            except (OSError, ValueError) as error:  # no process can be had, or a line of it has no end
                await self._kill()
                raise Failed(_ended("internal", f"the process that paints cannot be used ({error})")) from None
            except asyncio.CancelledError:
                await self._abandon()
                raise

    async def _done(self, request: dict[str, Any], seen: Callable[[Event], None] | None) -> Any:
        process = await self._started()
        assert process.stdin is not None
        with contextlib.suppress(ConnectionError):  # it has died: there will be no answer
            process.stdin.write(json.dumps(request).encode() + b"\n")
            await process.stdin.drain()
        result = await self._answer(process, seen)
        if result is None:
            raise Failed(_ended("internal", "the process that paints gave no result; see the server's log"))
        if not result["ok"]:
            raise Failed(result["error"])
        return result["data"]

    async def _answer(
        self, process: asyncio.subprocess.Process, seen: Callable[[Event], None] | None = None
    ) -> dict[str, Any] | None:
        """The first result before the end of a request. Raises Failed if the process has died."""
        assert process.stdout is not None
        result = None
        while line := await process.stdout.readline():
            self._ready, found = True, _parsed(line)
            if "over" in found:
                return result
            if "ok" in found:
                result = result or found
            elif "event" in found and seen is not None:
                seen(found)
        code = await process.wait()
        if code == -signal.SIGKILL:
            raise Failed(_ended("killed", "the process that paints was killed; it may have run out of memory"))
        raise Failed(_ended("died", f"the process that paints ended with code {code}; see the server's log"))

    async def _abandon(self) -> None:
        """End a request whose result nobody wants any more."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        if not self._ready:
            await self._kill()
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        try:
            async with asyncio.timeout(GRACE):
                await self._answer(process)
        except TimeoutError:
            await self._kill()
        except Failed:  # it has died
            pass

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._ready = False
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=MAX_LINE,
                start_new_session=True, umask=0o077, env={**os.environ, "SORA_SOCKET": ""},
            )  # fmt: skip
        return self._process

    async def close(self) -> None:
        """End the process; what is painted of a request in hand is kept for `sora resume`."""
        if self._process is None or self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), GRACE)
        except TimeoutError:
            await self._kill()

    async def _kill(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()


def _parsed(line: bytes) -> dict[str, Any]:
    """An object of a line; what else verbs write is not for us."""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _ended(code: str, message: str) -> dict[str, Any]:
    return {"code": code, "message": message, "exit_code": INTERRUPTED if code == "interrupted" else 1}
