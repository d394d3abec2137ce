"""A server of `sora serve --http` in a process of its own, for tests of what speaks to it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from soracli import cli


@contextlib.contextmanager
def served(data: Path) -> Iterator[str]:
    """Its URL; model `tiny`, results in `data`. It must end well."""
    env = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[2]), "SORA_REVIEW": "flashes"}
    line = ["serve", "--http", "127.0.0.1:0", "-m", "tiny", "--json", "--data", str(data)]
    with subprocess.Popen([sys.executable, "-m", "soracli", *line], stdout=subprocess.PIPE, env=env) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["data"]["url"]
        process.send_signal(signal.SIGINT)
        assert process.wait(120) == 0
