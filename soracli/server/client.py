"""Handing a call to a warm engine, if one is running here (`sora serve`). Standard library only, and quick to import.

The engine gets the arguments, the environment and our own standard streams, and does the call in our place. Whatever
keeps it from doing just what we would do ourselves (another version, other threads, work in hand) makes us do it.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import stat
import sys
from pathlib import Path
from types import FrameType
from typing import Any

VARIABLE = "SORA_SOCKET"  # where the engine listens; empty = do everything ourselves
VERBS = (
    "generate", "image", "animate", "extend", "edit", "inpaint", "blend", "views", "vary", "enhance", "replay",
    "resume", "decode", "batch",
)  # fmt: skip
PATIENCE = 0.25  # seconds in which an idle engine answers
YES, GO, INTERRUPT, TERMINATE = b"y", b"g", b"I", b"T"


def place() -> Path | None:
    """The engine's socket; None = there is to be none."""
    if (given := os.environ.get(VARIABLE)) is not None:
        return Path(given) if given else None
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        return Path(runtime, "soracli", "engine.sock")
    return Path(os.environ.get("TMPDIR", "/tmp"), f"soracli-{os.getuid()}", "engine.sock")


def likeness() -> dict[str, Any]:
    """What two processes must have in common to make the same frames in the same way."""
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "LOCAL_RANK")
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "package": str(Path(__file__).parents[1]), "files": edition(), "python": sys.executable, "cores": cores,
        "environment": [os.environ.get(name) for name in names],
    }  # fmt: skip


def edition(package: Path = Path(__file__).parents[1]) -> str:
    """Digest of the names, sizes and times of all files of a package, code and data, and of what lists its weights."""
    found, folders = [], [str(package)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir():
                    folders += [entry.path] if entry.name != "__pycache__" else []
                else:
                    found.append(_stamp(entry.path))
    found.append(_stamp(str(package.with_name("weights.toml"))))  # in a checkout
    return hashlib.sha256("\n".join(sorted(found)).encode("utf-8", "surrogateescape")).hexdigest()


def _stamp(path: str) -> str:
    try:
        status = os.stat(path)
    except OSError:
        return path
    return f"{path} {status.st_size} {status.st_mtime_ns}"


def verb(arguments: list[str]) -> str | None:
    """Which of VERBS is to be done; None = another, or help."""
    found = next((word for word in arguments if not word.startswith("-")), None)
    return found if found in VERBS and not {"-h", "--help"} & set(arguments) else None


def forwarded(arguments: list[str]) -> int | None:
    """Have the engine do a call: its exit code, or None if we have to do it ourselves."""
    if not hasattr(socket, "AF_UNIX"):
        return None
    path = place()
    if verb(arguments) is None or path is None or any(map(_own, arguments)):
        return None
    try:
        status = path.stat()
        if not stat.S_ISSOCK(status.st_mode) or status.st_uid != os.getuid():
            return None
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(PATIENCE)
            link.connect(str(path))
            return _result(link) if _accepted(link, arguments) else None
    except OSError:
        return None


def _own(word: str) -> bool:
    """Whether an argument names something of this process, such as the pipe of a shell's `<(...)`."""
    return any(place in word for place in ("/dev/fd/", "/proc/self/", "/proc/thread-self/", f"/proc/{os.getpid()}/"))


def _accepted(link: socket.socket, arguments: list[str]) -> bool:
    """Ask. An engine that is busy does not answer in time."""
    umask = os.umask(0)
    os.umask(umask)
    request = {
        "arguments": arguments, "cwd": os.getcwd(), "environment": dict(os.environ), "umask": umask,
        "like": likeness(),
    }  # fmt: skip
    data = json.dumps(request).encode()
    socket.send_fds(link, [len(data).to_bytes(4, "big")], [0, 1, 2])
    link.sendall(data)
    if link.recv(1) != YES:
        return False
    link.sendall(GO)
    return True


def _result(link: socket.socket) -> int:
    """Wait for the end; Ctrl-C and SIGTERM are passed on, a second Ctrl-C ends us at once."""

    def passed_on(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        link.sendall(INTERRUPT if number == signal.SIGINT else TERMINATE)

    signal.signal(signal.SIGINT, passed_on)
    signal.signal(signal.SIGTERM, passed_on)
    link.settimeout(None)
    answer = b""
    while part := link.recv(16):
        answer += part
    if not answer:
        sys.stderr.write("sora: error: the warm engine ended in the middle of the work; start the call again\n")
    return int(answer or 1)
