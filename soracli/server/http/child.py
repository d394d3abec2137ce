"""The loop of the process that runs verbs for the HTTP server: JSON lines in, JSON lines out.

In:  {"call": {"verb": ...}, "run": ID}         a verb that renders, in the form of a job of `sora batch`; "growing": a
                                               file for a copy of the clip that can be watched while it is made
     {"call": {"verb": ...}, "dry_run": true}   what it would do
     {"arguments": ["frame", "--json", ...]}    another command line; "folder": where it is called
Out: {"ready": true} once SIGINT is taken as below,
     the events of `--progress json`, the object of `--json`, and at the end of each request {"over": true}.

SIGINT ends the request in hand, and does nothing between requests; the end of the input ends the process.
"""

from __future__ import annotations

import io
import json
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from soracli.errors import INTERRUPTED, understood
from soracli.options import calls, defaults
from soracli.options.calls import Origin
from soracli.pipeline import model_cache
from soracli.system import parsing


class Interrupts:
    """SIGINT, which may come when the request that it is meant for is just over: then it must not hit the next one."""

    def __init__(self) -> None:
        self.taken = False
        signal.signal(signal.SIGINT, self._come)

    def _come(self, number: int, frame: object) -> None:
        if self.taken:
            raise KeyboardInterrupt


def serve(run: Callable[[list[str]], int], terminate: Callable[[int, FrameType | None], None]) -> None:
    """Do requests until there are no more. What libraries write to standard error goes to the server's.

    run: does a command line, the words after `sora`, and returns its exit code. terminate: handler of SIGTERM.
    """
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    lines = sys.stdin
    sys.stdin, sys.stderr = io.TextIOWrapper(io.BytesIO()), sys.stdout  # events and results keep their order
    signal.signal(signal.SIGTERM, terminate)
    interrupts, home = Interrupts(), os.getcwd()
    threading.Thread(target=_read, args=(lines, requests), daemon=True).start()
    _say({"ready": True})
    with model_cache.keeping_models():
        while True:
            request = parsing.from_json(requests.get())
            os.chdir(request.get("folder", home))
            try:
                interrupts.taken = True
                do(request, run)
                interrupts.taken = False
            except KeyboardInterrupt:
                interrupts.taken = False
                _fail({"code": "interrupted", "message": "interrupted", "exit_code": INTERRUPTED})
            _say({"over": True})


def _read(lines: io.TextIOBase, requests: queue.SimpleQueue[str]) -> None:
    """Hand over requests while the main thread works; whoever asks for them may have died meanwhile."""
    for line in lines:
        requests.put(line)
    os.kill(os.getpid(), signal.SIGTERM)


def do(request: dict[str, Any], run: Callable[[list[str]], int]) -> None:
    """Do one request and print its result, or what is wrong with it."""
    if "arguments" in request:
        run(request["arguments"])
        return
    try:
        call, assumed, _ = defaults.filled(calls.parse(request["call"]))
        origin = Origin(run=request.get("run"), assumed=assumed, growing=request.get("growing"))
        call.run(origin=origin, json=True, progress="json", dry_run=bool(request.get("dry_run")))
    except Exception as error:
        _fail(understood(error).details())


def _fail(details: dict[str, Any]) -> None:
    _say({"ok": False, "error": details})


def _say(data: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(data) + "\n")
    sys.stdout.flush()
