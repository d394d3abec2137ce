"""The process that does calls for the HTTP server: JSON lines in, JSON lines out.

In:  {"call": {"verb": ...}, "run": ID}        a verb that renders, in the form of a job of `sora batch`
     {"call": {"verb": ...}, "dry_run": true}  what it would do
     {"arguments": ["frame", ...]}             another command line, to which `--json` is added
Out: the events of `--progress json`, and at the end of each request the object of `--json`.

SIGINT ends the request in hand; the end of the input ends the process.
"""

from __future__ import annotations

import io
import json
import os
import queue
import signal
import sys
import threading
from typing import Any

from soracli import cli
from soracli.cli import runner
from soracli.errors import INTERRUPTED, SoraError, bug
from soracli.options import calls, defaults
from soracli.options.calls import Origin
from soracli.pipeline import model_cache
from soracli.system import parsing


def main() -> None:
    """Do requests until there are no more. What libraries write to standard error goes to the server's."""
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    lines = sys.stdin
    sys.stdin, sys.stderr = io.TextIOWrapper(io.BytesIO()), sys.stdout  # events and results keep their order
    signal.signal(signal.SIGTERM, runner.terminate)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=_read, args=(lines, requests), daemon=True).start()
    with model_cache.keeping_models():
        while True:
            try:
                do(parsing.from_json(requests.get()))
            except KeyboardInterrupt:
                _fail({"code": "interrupted", "message": "interrupted", "exit_code": INTERRUPTED})


def _read(lines: io.TextIOBase, requests: queue.SimpleQueue[str]) -> None:
    """Hand over requests while the main thread works; whoever asks for them may have died meanwhile."""
    for line in lines:
        requests.put(line)
    os.kill(os.getpid(), signal.SIGTERM)


def do(request: dict[str, Any]) -> None:
    """Do one request and print its result, or what is wrong with it."""
    if "arguments" in request:
        verb, *rest = request["arguments"]
        cli.run([verb, "--json", *rest])
        return
    try:
        call, assumed, _ = defaults.filled(calls.parse(request["call"]))
        origin = Origin(run=request.get("run"), assumed=assumed)
        call.run(origin=origin, json=True, progress="json", dry_run=bool(request.get("dry_run")))
    except Exception as error:
        _fail((error if isinstance(error, SoraError) else bug(error)).details())


def _fail(details: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"ok": False, "error": details}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
