"""The jobs of the HTTP server, done one after another in the order in which they came."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

from soracli.server.http.store import DONE, FAILED, GROWING, QUEUED, RUNNING, Job, Store, without
from soracli.server.http.worker import Event, Failed, Worker
from soracli.system import part_files

LONGEST = 100  # jobs that wait
# Percent at which a stage begins and ends. The painting is most of the work.
SPAN = {
    "load": (0, 4),
    "text": (4, 5),
    "encode": (5, 8),
    "fill": (8, 85),
    "sample": (8, 85),
    "decode": (85, 97),
    "enhance": (85, 97),
    "save": (97, 99),
}


class Gone(Exception):
    """The job in hand was removed."""


class Queue:
    """Jobs that wait for the one worker that paints, oldest first, and those who wait for a change of one."""

    def __init__(self, store: Store, worker: Worker) -> None:
        self.store, self.worker = store, worker
        self._changed = asyncio.Event()
        self._more = asyncio.Event()
        self._current: Job | None = None
        self._work: asyncio.Task[Any] | None = None  # on that job

    @property
    def waiting(self) -> list[Job]:
        """Jobs that have not begun, oldest first."""
        return sorted((job for job in self.store.jobs.values() if job.status == QUEUED), key=lambda job: job.id)

    def submit(self, job: Job) -> None:
        """Add a job."""
        self.store.save(job)
        self._more.set()

    async def work(self) -> None:
        """Do jobs for ever."""
        while True:
            self._more.clear()
            for job in self.waiting:
                if job.id in self.store.jobs:  # it may have gone meanwhile
                    await self._do(job)
            if not self.waiting:
                await self._more.wait()

    async def _do(self, job: Job) -> None:
        self._drop_growing(job)  # of a server that was killed
        self._current, job.status = job, RUNNING
        self._keep(job)
        self._tell()
        try:
            data = await self._done(job)
            job.recipe = [{k: v for k, v in one.items() if k != "path"} for one in _listed(data)]
            job.status, job.progress = DONE, 100
        except Failed as failed:
            told = {key: failed.details[key] for key in ("code", "message", "exit_code")}
            job.status, job.error = FAILED, without(told, self.store.place(job))
        except Gone:
            pass
        finally:
            self._current = self._work = None
            job.stage, job.completed = "", time.time()
            self._drop_growing(job)  # whoever reads it has it open
        if job.id in self.store.jobs:
            self._keep(job)
            self.store.prune(job)
        self._tell()

    def _keep(self, job: Job) -> None:
        """Write down where a job stands. On a full disk only the next server, which begins it again, knows less."""
        with contextlib.suppress(OSError):
            self.store.save(job)

    def _drop_growing(self, job: Job) -> None:
        with contextlib.suppress(OSError):
            part_files.drop(self.store.place(job) / GROWING, self.store.home)

    async def _done(self, job: Job) -> Any:
        """The data of a job's result. Raises Failed, and Gone if the job was removed meanwhile."""
        request = {"call": job.call, "run": job.id}
        if job.kind == "video":
            request["growing"] = str(self.store.place(job) / GROWING)
        work = self._work = asyncio.create_task(self.worker.do(request, lambda event: self._seen(job, event)))
        try:
            await asyncio.wait({work})
        except asyncio.CancelledError:  # the server ends
            work.cancel()
            await asyncio.wait({work})
            raise
        if work.cancelled():
            raise Gone
        return work.result()

    def _seen(self, job: Job, event: Event) -> None:
        """An event of the work in hand. Progress never goes back, though a clip is painted in several windows."""
        if event["event"] != "progress":
            return
        low, high = SPAN.get(event["stage"], (job.progress, job.progress))
        job.stage = event["stage"]
        job.progress = max(job.progress, int(low + (high - low) * event["index"] / max(event["total"], 1)))
        self._tell()

    async def remove(self, job: Job) -> None:
        """Forget a job; the work on it stops first."""
        self.store.jobs.pop(job.id, None)  # so that it is not begun now
        if self._current is job:
            if self._work is not None:
                self._work.cancel()
            while self._current is job:
                await self._changed.wait()
        self.store.remove(job)
        self._tell()

    def _tell(self) -> None:
        """Wake all that wait for a change."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def states(self, job: Job) -> AsyncIterator[dict[str, Any]]:
        """What a job looks like now, and after every change, until it is over or gone."""
        last: dict[str, Any] | None = None
        while job.id in self.store.jobs:
            changed = self._changed  # of before we look: what changes while the other side reads counts too
            if (now := job.shown()) != last:
                last = now
                yield now
            if job.over:
                return
            await changed.wait()

    async def finished(self, job: Job) -> None:
        """Wait until a job is over."""
        async for _ in self.states(job):
            pass


def _listed(data: Any) -> list[dict[str, Any]]:
    return data if isinstance(data, list) else [data]
