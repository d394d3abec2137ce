"""How long `sora` takes to begin and to end: to its first sampling step, cold and with `sora serve`, and after Ctrl-C.

python benchmarks/start.py --repeat 5
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CALL = ["generate", "a dog walks to the right across a grassy meadow", "-d", "1s", "--seed", "1", "--progress", "json"]


def call(model: str, folder: Path, *, stop: bool = False) -> tuple[float, float]:
    """Seconds from the start of a call to its first sampling step, and from then (or from Ctrl-C) to its end."""
    command = [sys.executable, "-m", "soracli", *CALL, "-m", model, "-f", "-o", str(folder / "a.mp4")]
    command += ["--steps", "1000"] if stop else []
    start = time.perf_counter()
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        while json.loads(process.stderr.readline()).get("stage") != "sample":
            pass
        first = time.perf_counter()
        if stop:
            process.send_signal(signal.SIGINT)
        process.stderr.read()
        wanted = 130 if stop else 0
        if process.wait() != wanted:
            sys.exit(f"the call ended with {process.returncode}, not {wanted}")
    return first - start, time.perf_counter() - first


@contextmanager
def engine(model: str) -> Iterator[None]:
    command = [sys.executable, "-m", "soracli", "serve", "-m", model, "--json", "-q"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield
        process.send_signal(signal.SIGINT)


def row(name: str, seconds: list[float]) -> None:
    print(f"{name:<44} {statistics.median(seconds):6.2f} s   {min(seconds):.2f} .. {max(seconds):.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="spark")
    parser.add_argument("--repeat", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ |= {"SORA_SOCKET": "", "SORA_STATE_DIR": str(folder / "state")}
        print(f"{'model ' + given.model:<44} median      range of {given.repeat}")
        row("first sampling step, cold", [call(given.model, folder)[0] for _ in range(given.repeat)])
        row("Ctrl-C to the end", [call(given.model, folder, stop=True)[1] for _ in range(given.repeat)])
        os.environ["SORA_SOCKET"] = str(folder / "engine.sock")
        with engine(given.model):
            row("first sampling step, with sora serve", [call(given.model, folder)[0] for _ in range(given.repeat)])
            ends = [call(given.model, folder, stop=True)[1] for _ in range(given.repeat)]
            row("Ctrl-C to the end, with sora serve", ends)


if __name__ == "__main__":
    main()
