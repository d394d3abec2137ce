"""Every file of a folder, given to the commands that read files, in other processes with little time and memory.

`read_all` starts a worker that loads the libraries once and forks for every COMPANY files. What ends badly there is
tried again in a child of its own, and the rest goes on in the next one. Imports nothing slow.
"""

from __future__ import annotations

import contextlib
import gc
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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

SECONDS, MEMORY = 20, 2 << 30  # for all commands on one file: of the processor; address space in bytes
CLOCK = 90  # seconds by the clock in which a process that gets nothing of the processor counts as standing still
COMPANY = 100  # files that a child reads
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


End = tuple[int, str, bool]  # of a command: exit code, what is wrong with that, whether memory ran out


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
        gc.freeze()  # a child that collects what it was born with would copy all of it
        at = 0
        while at < len(files):
            for found in together(files[at : at + COMPANY], count):
                told = _alone(files[at], found, count) if found.bad else found
                name = str(files[at].relative_to(folder))
                sys.stdout.write(json.dumps(told.__dict__ | {"name": name}) + "\n")
                sys.stdout.flush()
                at += 1


def _alone(path: Path, found: Reading, count: int) -> Reading:
    """What becomes of a file that ended badly among others in a child of its own; if well, it counts as bad all the
    same."""
    alone = together([path], count)[0]
    return alone if alone.bad else replace(found, bad=tuple(f"after other files, {one}" for one in found.bad))


def together(paths: Sequence[Path], count: int) -> list[Reading]:
    """Run the first commands on one file after the other in a child of this process, as far as it comes.

    The last file returned is that with which the child ended, of its own accord or not. memory: of the child so far.
    """
    here, there = os.pipe()
    child = os.fork()
    if not child:
        with contextlib.suppress(BaseException):
            _read_in_turn(paths, count, there)
        os._exit(0)
    os.close(there)
    told, hung = _listen(here, child)
    _, status, usage = os.wait4(child, 0)
    found: list[Reading] = []
    ends: list[End] = []
    for line in told:
        if isinstance(line, list):
            ends.append((line[0], line[1], line[2]))
        else:
            found.append(_reading(ends, line["seconds"], line["memory"]))
            ends = []
    if ends or not (found and (len(found) == len(paths) or found[-1].starved)):
        code = os.waitstatus_to_exitcode(status)
        hung = hung or code == -signal.SIGXCPU
        ends.append((-1, "no end" if hung else f"the process ended with {code}", False))
        seconds = usage.ru_utime + usage.ru_stime - sum(one.seconds for one in found)
        found.append(_reading(ends, seconds, 1024 * usage.ru_maxrss, hung=hung))
    return found


def _read_in_turn(paths: Sequence[Path], count: int, out: int) -> None:
    """Write a line of JSON for each command's end and one for each file. After one that took all memory, no more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for path in paths:
        before = time.process_time()
        resource.setrlimit(resource.RLIMIT_CPU, (int(before) + SECONDS, resource.RLIM_INFINITY))
        ends = []
        for number in range(count):
            ends.append(run(number, path))
            os.write(out, json.dumps(ends[-1]).encode() + b"\n")
        memory = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        os.write(out, json.dumps({"seconds": time.process_time() - before, "memory": memory}).encode() + b"\n")
        if any(starved for _, _, starved in ends):
            return


def _listen(here: int, child: int) -> tuple[list[Any], bool]:
    """(the lines that a child writes until it ends, whether it had to be ended: it stood still)."""
    told, spent, hung = b"", -1, False
    while True:
        if not select.select([here], [], [], CLOCK)[0]:
            hung = _ticks(child) == spent
            if hung:
                os.kill(child, signal.SIGKILL)
                break
            spent = _ticks(child)
            continue
        block = os.read(here, 65536)
        if not block:
            break
        told += block
    os.close(here)
    return [json.loads(line) for line in told.splitlines() if line.endswith((b"]", b"}"))], hung


def _ticks(child: int) -> int:
    """Time of the processor that a process has had, in ticks: proc(5)."""
    fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _reading(ends: Sequence[End], seconds: float, memory: int, *, hung: bool = False) -> Reading:
    bad = tuple(f"{COMMANDS[min(i, len(COMMANDS) - 1)][0][0]}: {said}" for i, (_, said, _) in enumerate(ends) if said)
    return Reading("", ends[0][0] == 0, bad, hung, any(starved for _, _, starved in ends), seconds, memory)


def run(number: int, path: Path) -> End:
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
