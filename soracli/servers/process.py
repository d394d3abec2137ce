"""A call as a process of `sora`, as a shell would run it, and an engine that is warm for such calls."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
from anyio.abc import Process
from anyio.streams.text import TextReceiveStream

from soracli.formatting import legible
from soracli.server import client

SORA = (sys.executable, "-P", "-m", "soracli")  # -P: nothing is imported from the folder of a call
PATIENCE = 5.0  # seconds for a process to end that was interrupted
Tell = Callable[[dict[str, Any]], Awaitable[None]]
WAITS = {"event": "wait"}  # another call is being done


async def run(words: Sequence[str], folder: Path, environment: Mapping[str, str], tell: Tell) -> dict[str, Any]:
    """What a command line prints as JSON. tell: is told of each event, see `output_types.events.Event`.

    If this is cancelled, the process is interrupted as by Ctrl-C, and is gone when this returns.
    """
    process = await _opened(words, folder, environment, subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    last: list[str] = []
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(_told, process.stderr, tell, last)
            out = b"".join([part async for part in process.stdout])
        code = await process.wait()
    finally:
        await _end(process)
    try:
        found = json.loads(out.decode().strip().rpartition("\n")[2])
    except ValueError:
        message = last[-1] if last else f"sora ended with code {code} and said nothing"
        return {"ok": False, "error": {"code": "internal", "message": message, "exit_code": code}}
    return dict(legible(found))


async def _opened(words: Sequence[str], folder: Path, environment: Mapping[str, str], stderr: int | None) -> Process:
    """In a session of its own, so that a terminal's Ctrl-C reaches the server alone."""
    return await anyio.open_process(
        [*SORA, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, cwd=folder, env=environment,
        start_new_session=True,
    )  # fmt: skip


async def _lines(stream: Any) -> AsyncIterator[str]:
    rest = ""
    async for text in TextReceiveStream(stream, errors="replace"):
        *whole, rest = (rest + text).split("\n")
        for line in whole:
            yield line
    if rest:
        yield rest


async def _told(stream: Any, tell: Tell, last: list[str]) -> None:
    """Pass events on; whatever else is said is kept, the last line of it."""
    async for line in _lines(stream):
        event = None
        with contextlib.suppress(ValueError):
            event = json.loads(line)
        if isinstance(event, dict) and "event" in event:
            await tell(event)
        elif line.strip():
            last[:] = [line]


async def _end(process: Process) -> None:
    """Interrupt a process if it still runs, and end it for good if it does not mind."""
    with anyio.CancelScope(shield=True):
        for number in (signal.SIGINT, signal.SIGKILL):
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.send_signal(number)
                with anyio.move_on_after(PATIENCE):
                    await process.wait()
        await process.aclose()


@dataclass
class Engine:
    """environment: of calls, so that they find it. ready: whether it is loaded, or never will be."""

    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    ready: anyio.Event = field(default_factory=anyio.Event)


@dataclass
class Processes:
    """Calls as processes; one at a time of those that paint, which the engine does one after the other anyway."""

    folder: Path
    engine: Engine
    turn: anyio.Lock = field(default_factory=anyio.Lock)

    async def do(self, words: Sequence[str], paints: bool, tell: Tell) -> dict[str, Any]:
        """What a command line prints as JSON; see `run`."""
        async with contextlib.AsyncExitStack() as stack:
            if paints:
                if self.turn.locked():
                    await tell(WAITS)
                await stack.enter_async_context(self.turn)
                await self.engine.ready.wait()
            return await run(words, self.folder, self.engine.environment, tell)


@contextlib.asynccontextmanager
async def engine(model: str | None, device: str) -> AsyncIterator[Engine]:
    """`sora serve` for as long as this lasts, at a socket of its own; if one runs already, that one."""
    found = Engine()
    if _runs_already():
        found.ready.set()
        yield found
        return
    with tempfile.TemporaryDirectory(prefix="sora-mcp-") as folder:
        found.environment[client.VARIABLE] = str(Path(folder, "engine.sock"))
        words = ["serve", "--json", "--quiet", f"--device={device}", *([] if model is None else [f"--model={model}"])]
        process = await _opened(words, Path(folder), found.environment, None)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(_watch, process, found)
                yield found
                group.cancel_scope.cancel()
        finally:
            await _end(process)


async def _watch(process: Process, found: Engine) -> None:
    """An engine prints a line when it is loaded. One that ends leaves calls to do their work themselves."""
    if process.stdout is not None:
        async for _ in process.stdout:
            found.ready.set()
    found.ready.set()


def _runs_already() -> bool:
    path = client.place()
    if path is None or not hasattr(socket, "AF_UNIX"):
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0
