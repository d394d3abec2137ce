"""Jobs of the HTTP server and their files, within a bound.

DATA/jobs/ID/job.json     the record
DATA/jobs/ID/video.mp4    the result; of a job of pictures picture-N.png
DATA/jobs/ID/growing.mp4  as much of it as there is, while it is made
DATA/jobs/ID/input.*      what was uploaded for it
DATA/characters/ID/       name.json, a picture, and what `sora train lora` makes of it
DATA/results/             files of calls through /mcp
DATA/token                what a client has to know where not only this computer can ask
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soracli.state import runs
from soracli.system import parsing, part_files

QUEUED, RUNNING, DONE, FAILED = "queued", "in_progress", "completed", "failed"
VIDEO, GROWING = "video.mp4", "growing.mp4"
_NUMBER, _NONE = (int, float), type(None)
_TYPES: dict[str, tuple[type, ...]] = {  # of the fields of a job, as JSON has them
    "id": (str,), "kind": (str,), "call": (dict,), "prompt": (str,), "model": (str,), "seconds": (str,), "size": (str,),
    "seed": (int,), "created": _NUMBER, "status": (str,), "progress": (int,), "stage": (str,),
    "completed": (*_NUMBER, _NONE), "error": (dict, _NONE), "recipe": (list,), "source": (str, _NONE),
}  # fmt: skip
_NAME = re.compile(r"(video|image)_[0-9a-f]{24}")  # of a job and of its folder


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
        """What there is from before, in the order it came. A job that was in hand begins again; wreckage of jobs goes,
        and what has another name than a job stays."""
        found = []
        for folder in sorted(path for path in self.home.iterdir() if _NAME.fullmatch(path.name)):
            try:
                job = _recorded(parsing.from_json(parsing.read(folder / "job.json", 20 * parsing.MOST)), folder.name)
            except (OSError, ValueError):
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
        """Write the record, whole or not at all: then it is not a job of ours either. Raises OSError."""
        part_files.put(self.place(job) / "job.json", json.dumps(dataclasses.asdict(job)).encode(), mode=0o600)
        self.jobs[job.id] = job

    def remove(self, job: Job) -> None:
        """Forget a job with its files, and what was kept to go on with it."""
        self.jobs.pop(job.id, None)
        part_files.drop_folder(self.place(job), self.home)
        with contextlib.suppress(Exception):  # a record that cannot be read is left for `sora runs prune`
            if (run := runs.find(job.id)) is not None:
                runs.remove(run)

    def prune(self, keep: Job) -> None:
        """Remove the oldest jobs that are over until the folder is within its bound. keep: stays."""
        sizes = {job.id: size(self.place(job)) for job in self.jobs.values()}
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


def _recorded(data: Any, name: str) -> Job:
    """The job that a record tells of. name: of its folder. Raises ValueError for anything but a record of ours."""
    if not isinstance(data, dict) or data.get("id") != name:
        raise ValueError("is no record of this job")
    if not all(key in _TYPES and isinstance(value, _TYPES[key]) for key, value in data.items()):
        raise ValueError("has a field of another name or type")
    try:
        job = Job(**data)
    except TypeError as error:
        raise ValueError("lacks a field") from error
    states = (QUEUED, RUNNING, DONE, FAILED)
    if job.kind not in ("video", "image") or job.status not in states or "verb" not in job.call:
        raise ValueError("is in no state of a job")
    return job


def without(details: dict[str, Any], folder: Path) -> dict[str, Any]:
    """An error with what it says of files in a folder of ours by their names: where they lie is nobody's business."""
    return details | {"message": details["message"].replace(f"{folder}/", "")}


def size(folder: Path) -> int:
    """Bytes of the files that lie in a folder."""
    with contextlib.suppress(OSError):
        return sum(entry.stat(follow_symlinks=False).st_size for entry in os.scandir(folder))
    return 0
