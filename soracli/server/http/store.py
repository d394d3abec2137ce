"""Jobs of the HTTP server and their files, within a bound.

DATA/jobs/ID/job.json     the record
DATA/jobs/ID/video.mp4    the result; of a job of pictures picture-N.png
DATA/jobs/ID/input.*      what was uploaded for it
DATA/characters/ID/       name.json and picture.png
DATA/results/             files of calls through /mcp
DATA/token                what a client has to know where not only this computer can ask
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soracli.state import runs
from soracli.system import parsing, part_files

QUEUED, RUNNING, DONE, FAILED = "queued", "in_progress", "completed", "failed"
VIDEO = "video.mp4"


@dataclass
class Job:
    """One request that renders.

    call: as a job of `sora batch`. status: QUEUED, RUNNING, DONE or FAILED. progress: percent. stage: of
    `console.progress`. seconds, size: of the result. error: code, message, exit_code. recipe: what the results say of
    themselves. source: the job whose video this is made from.
    """

    id: str
    kind: str
    call: dict[str, Any]
    prompt: str
    model: str
    seconds: str
    size: str
    seed: int
    created: float = field(default_factory=time.time)
    status: str = QUEUED
    progress: int = 0
    stage: str = ""
    completed: float | None = None
    error: dict[str, Any] | None = None
    recipe: list[dict[str, Any]] = field(default_factory=list)
    source: str | None = None

    @property
    def over(self) -> bool:
        return self.status in (DONE, FAILED)

    def shown(self) -> dict[str, Any]:
        """As clients of OpenAI's API know it, and what else there is to say."""
        return {
            "id": self.id, "object": "video", "model": self.model, "status": self.status, "progress": self.progress,
            "created_at": int(self.created), "completed_at": None if self.completed is None else int(self.completed),
            "expires_at": None, "prompt": self.prompt, "seconds": self.seconds, "size": self.size,
            "remixed_from_video_id": self.source, "error": self.error, "stage": self.stage, "seed": self.seed,
            "verb": self.call["verb"],
        }  # fmt: skip


class Store:
    """The data folder. bound: bytes; over it the oldest jobs that are over go."""

    def __init__(self, root: Path, bound: int) -> None:
        self.root, self.bound = root, bound
        self.home, self.characters, self.results = root / "jobs", root / "characters", root / "results"
        for folder in (root, self.home, self.characters, self.results):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.jobs = {job.id: job for job in self._read()}

    def _read(self) -> list[Job]:
        """What there is from before, in the order it came. A job that was in hand begins again; wreckage goes."""
        found = []
        for folder in sorted(self.home.iterdir()):
            try:
                job = Job(**parsing.from_json((folder / "job.json").read_text(encoding="utf-8")))
            except (OSError, ValueError, TypeError):
                part_files.drop_folder(folder, self.home)
                continue
            if not job.over:
                job.status, job.progress, job.stage = QUEUED, 0, ""
            found.append(job)
        return found

    def folder(self, kind: str) -> Path:
        """A new one, for a job of a kind; its name is the job's. Names sort by time."""
        path = self.home / f"{kind}_{time.time_ns():016x}{secrets.token_hex(4)}"
        path.mkdir(mode=0o700)
        return path

    def place(self, job: Job) -> Path:
        return self.home / job.id

    def save(self, job: Job) -> None:
        """Write the record, whole or not at all."""
        self.jobs[job.id] = job
        part_files.put(self.place(job) / "job.json", json.dumps(dataclasses.asdict(job)).encode(), mode=0o600)

    def remove(self, job: Job) -> None:
        """Forget a job with its files, and what was kept to go on with it."""
        self.jobs.pop(job.id, None)
        part_files.drop_folder(self.place(job), self.home)
        with contextlib.suppress(Exception):  # a record that cannot be read is left for `sora runs prune`
            if (run := runs.find(job.id)) is not None:
                runs.remove(run)

    def prune(self, keep: Job) -> None:
        """Remove the oldest jobs that are over until the folder is within its bound. keep: stays."""
        sizes = {job.id: _size(self.place(job)) for job in self.jobs.values()}
        total = sum(sizes.values())
        for job in sorted(self.jobs.values(), key=lambda job: job.id):
            if total <= self.bound:
                return
            if job.over and job is not keep:
                total -= sizes[job.id]
                self.remove(job)

    def token(self) -> str:
        """The one that clients have to know; made at first."""
        path = self.root / "token"
        if not path.is_file():
            part_files.put(path, secrets.token_urlsafe(24).encode(), mode=0o600)
        return path.read_text(encoding="utf-8").strip()


def without(details: dict[str, Any], folder: Path) -> dict[str, Any]:
    """An error with what it says of files in a folder of ours by their names: where they lie is nobody's business."""
    return details | {"message": details["message"].replace(f"{folder}/", "")}


def _size(folder: Path) -> int:
    with contextlib.suppress(OSError):
        return sum(entry.stat(follow_symlinks=False).st_size for entry in os.scandir(folder))
    return 0
