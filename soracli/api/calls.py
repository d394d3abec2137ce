"""A method as the call of its verb, run in this process."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any

from soracli.api.results import Collector, Result
from soracli.api.settings import PathLike, checked, text
from soracli.cli import jobs, remake, render  # noqa: F401 (fill calls.RENDERING with the verbs)
from soracli.errors import UsageError
from soracli.options import calls
from soracli.options.calls import Origin

running = threading.RLock()  # one call at a time: the model in memory is shared


def make(verb: str, output: PathLike, own: Mapping[str, Any], given: Mapping[str, Any], known: type[Any]) -> Result:
    """Run the call of a verb. own: its keys. given: settings."""
    settings = checked(verb, given, known)
    arguments = {key: text(value) for key, value in {**own, **settings, "output": os.fspath(output)}.items()}
    call, collector = calls.parse({"verb": verb, **arguments}), Collector(given.get("watch"))
    if "-" in [call.arguments["output"], call.arguments.get("prompt"), *calls.files(call)]:
        raise UsageError("'-': standard input and output are the shell's; give a file, or a text", "two_stdin")
    with running:
        call.run(origin=Origin(reporter=collector))
    return collector.finished()
