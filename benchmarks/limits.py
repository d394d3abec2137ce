"""Every file of a folder, given to the commands that read files, in a process of its own with little time and memory.

`read_all` starts a worker that loads the libraries once and then forks for every file, so that a file that crashes,
hangs or fills the memory does so alone. Imports nothing slow.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SECONDS, MEMORY = 20, 2 << 30  # for all commands on one file: of the processor; address space in bytes
CLOCK = 90  # seconds by the clock, of which others on the machine may take the most
TINY = ("-m", "tiny", "--dry-run")
# What reads a file that somebody else made, and the exit codes that it may end with beside 3: "this file is of no use".
COMMANDS: tuple[tuple[tuple[str, ...], tuple[int, ...]], ...] = (
    (("frame", "FILE", "-f", "-o", "frame.png"), (0,)),  # reads all of it, and signs with it as an ingredient
    (("info", "FILE"), (0,)),
    (("verify", "FILE"), (0, 8)),
    (("animate", "FILE", "x", *TINY), (0, 2)),  # 2: a shape that the model cannot paint
    (("extend", "FILE", "--by", "8f", *TINY), (0, 2)),
    (("sheet", "FILE", "-f", "-o", "sheet.png"), (0, 2)),  # 2: larger than a sheet may be
    (("replay", "FILE", "--dry-run"), (0,)),
    (("detect", "FILE"), (0,)),
)
QUICK = 3  # commands that decode a file, look into it and check its credential


@dataclass(frozen=True)
class Reading:
    """What became of a file. read: whether its pictures were; refused with exit code 3 otherwise.

    bad: a sentence for each command that ended as it must not. hung: without an end. starved: for want of memory.
    seconds: of the processor. memory: bytes held at most.
    """

    name: str
    read: bool
    bad: tuple[str, ...]
    hung: bool
    starved: bool
    seconds: float
    memory: int


def read_all(folder: Path, *, quick: bool = False) -> Iterator[Reading]:
    """Each file below a folder, by name. quick: by the first QUICK commands alone."""
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "OMP_NUM_THREADS": "1", "SORA_SOCKET": ""}
    command = [sys.executable, __file__, str(folder), str(QUICK if quick else len(COMMANDS))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env) as worker:
        assert worker.stdout is not None
        for line in worker.stdout:
            found = json.loads(line)
            yield Reading(**found | {"bad": tuple(found["bad"])})
    if worker.returncode:
        raise SystemExit(f"the process that reads {folder} ended with {worker.returncode}")


# --- in the worker ----------------------------------------------------------------------------------------------------


def work(folder: Path, count: int) -> None:
    import numpy as np
    from PIL import Image

    folder = folder.resolve()
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    with tempfile.TemporaryDirectory(prefix="sora-limits-") as place, contextlib.chdir(place):
        Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)).save("a.png")
        for number in range(count):  # what is loaded now is loaded in every child
            run(number, Path("a.png"))
        for path in files:
            sys.stdout.write(json.dumps(alone(path, str(path.relative_to(folder)), count).__dict__) + "\n")
            sys.stdout.flush()


def alone(path: Path, name: str, count: int) -> Reading:
    """Run the first commands on a file in a child of this process."""
    here, there = os.pipe()
    child = os.fork()
    if not child:
        with contextlib.suppress(BaseException):
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
            for number in range(count):
                os.write(there, json.dumps(run(number, path)).encode() + b"\n")
        os._exit(0)
    os.close(there)
    told, hung, end = b"", False, time.monotonic() + CLOCK
    while not hung:
        hung = not select.select([here], [], [], max(0.0, end - time.monotonic()))[0]
        block = b"" if hung else os.read(here, 65536)
        if not block:
            break
        told += block
    os.close(here)
    if hung:
        os.kill(child, signal.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    seconds, code = usage.ru_utime + usage.ru_stime, os.waitstatus_to_exitcode(status)
    hung = hung or seconds >= SECONDS
    ends = [json.loads(line) for line in told.splitlines()]
    bad = [f"{COMMANDS[i][0][0]}: {end[1]}" for i, end in enumerate(ends) if end[1]]
    if len(ends) < count:
        bad.append(f"{COMMANDS[len(ends)][0][0]}: {'no end' if hung else f'the process ended with {code}'}")
    return Reading(
        name, bool(ends) and ends[0][0] == 0, tuple(bad), hung, any(end[2] for end in ends), seconds,
        1024 * usage.ru_maxrss,
    )  # fmt: skip


def run(number: int, path: Path) -> tuple[int, str, bool]:
    """(exit code, what is wrong with how it ended, whether memory ran out)."""
    from soracli import cli

    command, codes = COMMANDS[number]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as talk:
        code = cli.run([*(str(path) if word == "FILE" else word for word in command), "--debug"])
    lines = talk.getvalue().splitlines()
    said = next((line for line in lines if line.startswith("sora: error:")), "")
    stray = next((line for line in lines if "Warning:" in line), "")
    wrong = f"exit code {code}: {said}" if code not in (3, *codes) else stray
    return code, wrong[:300], "MemoryError" in talk.getvalue()


if __name__ == "__main__":
    work(Path(sys.argv[1]), int(sys.argv[2]))
