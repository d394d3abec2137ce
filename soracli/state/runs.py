"""Runs: a small record of every render in the state folder, and what an unfinished one needs to be gone on with.

    STATE/runs/ID/run.json              what was asked for, and what has become of it
    STATE/runs/ID/SEED.safetensors      latents of a result that was not finished
    STATE/runs/ID/input                 what was piped in, until all results are done

STATE is the environment variable SORA_STATE_DIR, or else the platform's folder for such things
($XDG_STATE_HOME/soracli, mostly ~/.local/state/soracli).
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from soracli.errors import UsageError, WeightsError
from soracli.formatting import amount, printable
from soracli.system import parsing, part_files

VARIABLE = "SORA_STATE_DIR"
MAX_INPUT = 256_000_000  # bytes of what was piped in that are kept
MAX_RECORD = 100_000_000  # bytes of a record
_LATEST = 1e10  # Unix time that every system can tell: the year 2286
STATES = ("running", "done", "failed", "interrupted", "killed")


@dataclass
class Item:
    """One result. path: where it goes, absolute; None = standard output. data: of the finished result."""

    seed: int
    path: str | None
    data: dict[str, Any] | None = None


@dataclass
class Run:
    """One call that renders. call: `Call.as_data`, with whole paths. cwd: where it was made. started: Unix time.

    state: one of STATES. message: of the error. home: its folder; None = nothing can be kept.
    """

    id: str
    call: dict[str, Any]
    cwd: str
    format: str
    started: float
    state: str = "running"
    message: str = ""
    items: list[Item] = field(default_factory=list)
    home: Path | None = None
    lock: IO[str] | None = None

    @property
    def pending(self) -> list[Item]:
        """Results that are still to be made."""
        return [item for item in self.items if item.data is None]

    def latents(self, seed: int) -> Path | None:
        """Where the latents of a result are kept."""
        return None if self.home is None else self.home / f"{seed}.safetensors"

    @property
    def piped(self) -> Path | None:
        """What was piped in, if it is kept."""
        path = None if self.home is None else self.home / "input"
        return path if path is not None and path.is_file() else None

    def keep_input(self, data: bytes) -> str:
        """Keep what was piped in, to go on with. Returns why not, as a sentence; empty if it is kept."""
        if self.home is None:
            return ""
        over = "" if len(data) <= MAX_INPUT else f"over {amount(MAX_INPUT)}"
        try:
            if not over:
                part_files.put(self.home / "input", data, mode=0o600)
        except OSError as error:
            over = str(error.strerror)
        lost = f"what was piped in is not kept ({amount(len(data))}, {over})"
        return f"{lost}; to go on, sora resume will want it as a file." if over else ""

    def as_data(self) -> dict[str, Any]:
        """JSON-able; `home` and `lock` are of this process."""
        own = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name not in ("home", "lock")}
        return own | {"items": [dataclasses.asdict(item) for item in self.items]}

    def save(self) -> None:
        """Write the record, whole or not at all."""
        if self.home is not None:
            part_files.put(self.home / "run.json", json.dumps(self.as_data()).encode(), mode=0o600)

    def finish(self, item: Item, data: dict[str, Any], *, keep: bool = False) -> None:
        """Note a finished result. keep: its latents too, which have served otherwise."""
        item.data = data
        with contextlib.suppress(OSError):
            self.save()
        if not keep and (path := self.latents(item.seed)) is not None:
            self._drop(path)

    def recheck(self) -> list[Item]:
        """What is still to be made; results whose files have gone since count among it."""
        for item in self.items:
            if item.path is not None and not os.path.exists(item.path):
                item.data = None
        return self.pending

    def end(self, state: str, message: str = "") -> None:
        """Note that the work has ended: done, failed or interrupted, and why."""
        self.state, self.message = state, message
        if state == "done" and (kept := self.piped) is not None:
            self._drop(kept)
        with contextlib.suppress(OSError):
            self.save()
        self.release()

    def _drop(self, path: Path) -> None:
        """Remove a file of its folder; what cannot be removed stays."""
        if self.home is not None:
            with contextlib.suppress(OSError):
                part_files.drop(path, self.home)

    def take(self) -> None:
        """Make sure that nobody else works on it; ends with the process at the latest."""
        if self.home is None:
            return
        try:
            import fcntl
        except ImportError:  # a system without such locks
            return
        self.lock = (self.home / "lock").open("w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.release()
            raise UsageError(f"run {self.id}: is being worked on by another process", "run_busy") from None

    def release(self) -> None:
        """Let other processes work on it."""
        if self.lock is not None:
            self.lock.close()
            self.lock = None

    @property
    def busy(self) -> bool:
        """Whether a process works on it."""
        if self.lock is not None:
            return True
        try:
            self.take()
        except UsageError:
            return True
        self.release()
        return False


def state_folder() -> Path:
    """Where records are kept."""
    import platformdirs

    return Path(os.environ.get(VARIABLE) or platformdirs.user_state_path("soracli"))


def plain(call: dict[str, Any], format: str, seeds: Sequence[int], paths: Sequence[Path] | None) -> Run:
    """A run of which no record is kept."""
    places = [None] * len(seeds) if paths is None else [str(path.absolute()) for path in paths]
    items = [Item(seed, place) for seed, place in zip(seeds, places, strict=True)]
    return Run(secrets.token_hex(4), call, os.getcwd(), format, time.time(), items=items)


def begin(run: Run, id: str | None = None) -> Run:
    """Keep a record of a run from now on, and take it. Where none can be kept (a read-only home) it goes without."""
    run.id = id or run.id
    try:
        run.home = state_folder() / "runs" / run.id
        run.home.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # prompts are nobody else's business
        run.home.mkdir(exist_ok=True)
        run.save()
        run.take()
    except OSError:
        _forget(run)
    return run


def _forget(run: Run) -> None:
    """Go without a record; the folder goes too if nothing got into it."""
    if run.home is not None:
        with contextlib.suppress(OSError):
            run.home.rmdir()
    run.home = None


def find(id: str) -> Run | None:
    """The run of exactly that name, or None."""
    home = state_folder() / "runs" / id
    try:
        data = parsing.from_json(parsing.read(home / "run.json", MAX_RECORD))
        items = [Item(**item) for item in data.pop("items")]
        run = Run(**data, items=items, home=home)
        _check(run)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise WeightsError(f"{printable(home)}: is not a record of a run; remove that folder", "bad_run") from error
    if run.state == "running" and not run.busy:
        run.state = "killed"
    return run


def _check(run: Run) -> None:
    """Raises TypeError for a record with values of other types than we write, or that is not of its folder."""
    texts = (run.id, run.cwd, run.format, run.state, run.message)
    fine = isinstance(run.call, dict) and all(isinstance(text, str) for text in texts)
    fine = fine and run.home is not None and run.id == run.home.name and run.state in STATES
    fine = fine and type(run.started) in (int, float) and 0 <= run.started < _LATEST
    for item in run.items:
        fine = fine and type(item.seed) is int and isinstance(item.path, str | None)
        fine = fine and isinstance(item.data, dict | None)
    if not fine:
        raise TypeError("its values are of other types")


def named(text: str | None) -> Run:
    """The run that a user means: a name or the beginning of one; None = the latest that is not done."""
    if text is None:
        unfinished = [run for run in latest() if run.state not in ("done", "running")]
        if not unfinished:
            raise UsageError("RUN: there is none to go on with; see: sora runs list", "no_run")
        return unfinished[0]
    found = [name for name in _names() if name.startswith(text)] if text else []
    run = find(text if text in found else found[0]) if len(found) == 1 or text in found else None
    if run is None:
        why = "no such run" if not found else f"could be any of {', '.join(sorted(found)[:4])}"
        raise UsageError(f"RUN {printable(text)}: {why}; see: sora runs list", "no_run")
    return run


def latest() -> Iterator[Run]:
    """Every run, the last one first; records that cannot be read are passed over."""
    found = []
    for name in _names():
        with contextlib.suppress(WeightsError):
            if (run := find(name)) is not None:
                found.append(run)
    yield from sorted(found, key=lambda run: -run.started)


def _names() -> list[str]:
    try:
        return sorted(path.name for path in (state_folder() / "runs").iterdir())
    except OSError:  # none yet, or nobody here may read them
        return []


def size(run: Run) -> int:
    """Bytes on disk."""
    return 0 if run.home is None else sum(file.stat().st_size for file in run.home.iterdir())


def unreadable() -> list[Path]:
    """Folders of records that are damaged."""
    found = []
    for name in _names():
        try:
            find(name)
        except WeightsError:
            found.append(state_folder() / "runs" / name)
    return found


def remove(run: Run) -> bool:
    """Forget a run; False if its folder is there still."""
    if run.home is not None:
        part_files.drop_folder(run.home, state_folder() / "runs")
    return run.home is None or not run.home.exists()
