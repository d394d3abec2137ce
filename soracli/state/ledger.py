"""What batches have made: a line for every finished job, in one file that outlives the jobs' runs.

    STATE/batches.jsonl     {"job": ..., "inputs": [...], "format": "mp4", "at": ..., "results": [...]}

STATE is the folder of `runs`. A job is known by the digest of what it asks for; no prompt stands here. Of lines about
one job the last one holds. Several processes may write at once: each line is written whole, under a lock.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from soracli.state import runs
from soracli.system import parsing, part_files

_NEWLINE = b"\n"


@dataclass(frozen=True)
class Result:
    """One output. path: absolute. sha256: of its bytes; of a folder, of its files' names and digests."""

    seed: int
    path: str
    sha256: str

    @property
    def intact(self) -> bool:
        """Whether it is there as it was made."""
        return digest(Path(self.path)) == self.sha256


@dataclass(frozen=True)
class Entry:
    """One finished job. inputs: short digests of the files that it read. at: when it was begun, Unix time."""

    job: str
    inputs: tuple[str, ...]
    format: str
    at: float
    results: tuple[Result, ...]


class Ledger:
    """The file as it was when this was made, and what has been added since through this."""

    def __init__(self) -> None:
        self._entries = {entry.job: entry for entry in _read()}

    def find(self, job: str) -> Entry | None:
        return self._entries.get(job)

    def add(self, entry: Entry) -> None:
        """Note a job. Where nothing can be kept (a read-only home) it is known to this process alone."""
        self._entries[entry.job] = entry
        with contextlib.suppress(OSError), _locked():
            _append(_line(entry))


def digest(path: Path) -> str:
    """sha256 of an output; empty if it is not there."""
    if path.is_dir():
        rows = [f"{file.name} {digest(file)}" for file in sorted(path.iterdir()) if file.is_file()]
        return hashlib.sha256("\n".join(rows).encode()).hexdigest()
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def prune(before: float) -> int:
    """Drop lines that later ones have replaced, and those begun before whose outputs are gone. Returns how many."""
    if not os.access(_file(), os.R_OK):
        return 0
    with _locked():
        every = list(_read())
        last = {entry.job: entry for entry in every}
        kept = [
            entry
            for entry in last.values()
            if entry.at > before or any(os.path.lexists(result.path) for result in entry.results)
        ]
        part_files.put(_file(), b"".join(map(_line, kept)), mode=0o600)
    return len(every) - len(kept)


def _file() -> Path:
    return runs.state_folder() / "batches.jsonl"


def _line(entry: Entry) -> bytes:
    return json.dumps(dataclasses.asdict(entry)).encode() + _NEWLINE


def _read() -> Iterator[Entry]:
    """Every line that can be read; one that was cut off by a full disk or a dead machine is passed over."""
    with contextlib.suppress(OSError):
        for line in _file().read_bytes().split(_NEWLINE):
            with contextlib.suppress(ValueError, TypeError, KeyError):
                data = parsing.from_json(line)
                results = tuple(Result(**result) for result in data.pop("results"))
                yield Entry(**data | {"inputs": tuple(data["inputs"]), "results": results})


def _append(line: bytes) -> None:
    """Add a line, after whatever is left of one that was cut off."""
    with open(os.open(_file(), os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "r+b", buffering=0) as file:
        end = file.seek(0, os.SEEK_END)
        if end:
            file.seek(end - 1)
            line = line if file.read(1) == _NEWLINE else _NEWLINE + line
        file.write(line)


@contextlib.contextmanager
def _locked() -> Iterator[None]:
    """Alone with the file, as far as this system has locks."""
    folder = runs.state_folder()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:
        yield
        return
    with (folder / "batches.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def entry(job: str, inputs: tuple[str, ...], run: runs.Run) -> Entry | None:
    """What there is to note of a run, or None if it is not done, or went to standard output."""
    paths = [item.path for item in run.items if item.data is not None and item.path is not None]
    if len(paths) < len(run.items):
        return None
    results = tuple(Result(item.seed, path, digest(Path(path))) for item, path in zip(run.items, paths, strict=True))
    return Entry(job, inputs, run.format, run.started, results)
