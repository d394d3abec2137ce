"""Handlers of the routes of the HTTP server: videos, pictures, drafts, models."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse

from soracli.errors import UsageError
from soracli.server.http import forms, store
from soracli.server.http.characters import CLERK, Characters
from soracli.server.http.forms import Form, Upload
from soracli.server.http.queue import LONGEST, Queue
from soracli.server.http.store import DONE, GROWING, VIDEO, Job, Store
from soracli.server.http.tool_calls import Calls, Mount
from soracli.server.http.worker import Failed, Worker
from soracli.system import part_files
from soracli.weights import manifest

LEFT = 499  # status for a client that has gone, in nobody's answer but in logs
POLL = "500"  # milliseconds after which clients ask again
PREVIEW = "preview.png"
QUIET = 15.0  # seconds without an event after which a comment is sent: proxies end connections that are silent for 60
PART, SOON = 1 << 18, 0.1  # bytes of a video in the making that are sent at a time; seconds until more is looked for
Source = Upload | Path  # of an input: what was sent, or the video of another job


class Server:
    """Handlers of all routes. model: that is used when none is named. mount: another protocol, or None.

    command: starts a process that runs verbs, see `Worker`; there are three: one paints, one checks and draws for
    requests (`clerk`), one runs other protocols' verbs that do not render.
    """

    def __init__(self, own: Store, model: str | None, command: Sequence[str], mount: Mount | None = None) -> None:
        self.store, self.model = own, model
        self.queue, self.clerk = Queue(own, Worker(command)), Worker(command)
        self.characters = Characters(own.characters, self.clerk, own.bound)
        self.calls = Calls(self.queue.worker, Worker(command), own.results, own.bound)
        self.mounted = None if mount is None else mount(self.calls, own.results)

    @contextlib.asynccontextmanager
    async def working(self, app: Starlette) -> AsyncIterator[None]:
        """Jobs are done within this block; the processes end with it."""
        task, warm = asyncio.create_task(self.queue.work()), asyncio.create_task(self._warm())
        try:
            async with contextlib.nullcontext() if self.mounted is None else self.mounted.running():
                yield
        finally:
            for one in (task, warm):
                one.cancel()
            await asyncio.gather(task, warm, return_exceptions=True)
            await asyncio.gather(*(worker.close() for worker in (self.queue.worker, self.clerk, self.calls.looker)))

    async def _warm(self) -> None:
        """Have the clerk import what checks need: the first request neither waits for that nor runs out of time."""
        call = {"verb": "generate", "prompt": "x", **({} if self.model is None else {"model": self.model})}
        with contextlib.suppress(Failed):
            await self.clerk.do({"call": call, "dry_run": True})

    # --- videos -------------------------------------------------------------------------------------------------------

    async def create(self, request: Request) -> Response:
        form = await forms.read(request)
        call, inputs = forms.create(form, self.model), {}
        if (reference := form.uploads.pop("input_reference", None)) is not None:
            if reference.kind != "picture":
                raise UsageError("input_reference: must be a picture; for a clip use /v1/videos/edits", "bad_parameter")
            call, inputs = {**call, "verb": "animate"}, {"image": reference}
        if cast := form.fields.pop("characters", None):
            named = cast if isinstance(cast, list) else [cast]
            call["subject"] = [self.characters.subject(one, call["model"]) for one in named]
        form.close()
        return self._shown(await self._submit("video", call, inputs))

    async def remix(self, request: Request) -> Response:
        """Another prompt over a finished video: it keeps how things move."""
        form = await forms.read(request)
        source = self._finished(request.path_params["id"])
        call = forms.change(form, source.model, "edit")
        form.close()
        return self._shown(await self._submit("video", call, {"clip": self.store.place(source) / VIDEO}, source))

    async def replay(self, request: Request) -> Response:
        """The same once more, from the recipe in the file."""
        source = self._finished(request.path_params["id"])
        call = {"verb": "replay"}
        return self._shown(await self._submit("video", call, {"file": self.store.place(source) / VIDEO}, source))

    async def edit(self, request: Request) -> Response:
        return await self._from_clip(await forms.read(request), "edit")

    async def extend(self, request: Request) -> Response:
        return await self._from_clip(await forms.read(request), "extend")

    async def _from_clip(self, form: Form, verb: str) -> Response:
        """A video made from one that is sent, or that was made here."""
        sent, named = form.uploads.pop("video", None), form.reference("video")
        if (sent is None) == (named is None):
            raise UsageError('video: give a file, or {"id": ...} of a finished one', "missing_parameter")
        source = None if named is None else self._finished(named)
        call = forms.change(form, self.model if source is None else source.model, verb)
        form.close()
        clip: Source | None = sent if source is None else self.store.place(source) / VIDEO
        assert clip is not None
        return self._shown(await self._submit("video", call, {"clip": clip}, source))

    async def retrieve(self, request: Request) -> Response:
        """GET: the state of a job."""
        return self._shown(self._job(request.path_params["id"]))

    async def index(self, request: Request) -> Response:
        """Pages of videos, the latest first unless asked otherwise."""
        asked = request.query_params
        order, limit = asked.get("order", "desc"), forms.whole("limit", asked.get("limit"), 20, 100)
        if order not in ("asc", "desc"):
            raise UsageError(f"order {order}: must be asc or desc", "bad_parameter")
        videos = sorted((job for job in self.store.jobs.values() if job.kind == "video"), key=lambda job: job.id)
        videos = videos if order == "asc" else videos[::-1]
        if after := asked.get("after"):
            videos = [job for job in videos if (job.id > after if order == "asc" else job.id < after)]
        page = [job.shown() for job in videos[:limit]]
        ends = {"first_id": page[0]["id"] if page else None, "last_id": page[-1]["id"] if page else None}
        return JSONResponse({"object": "list", "data": page, "has_more": len(videos) > limit, **ends})

    async def delete(self, request: Request) -> Response:
        """DELETE: a job and its files; one that runs is stopped."""
        job = self._job(request.path_params["id"])
        await self.queue.remove(job)
        return JSONResponse({"id": job.id, "object": "video.deleted", "deleted": True})

    async def content(self, request: Request) -> Response:
        """GET: a file of a job."""
        variant = request.query_params.get("variant", "video")
        job = self._job(request.path_params["id"])
        if variant == "preview":
            path = self.store.place(job) / PREVIEW
            if not path.is_file():
                raise HTTPException(404, f"{job.id}: has no preview yet")
            return FileResponse(path, headers={"cache-control": "no-store"})
        if variant == "live":
            if not job.over:
                fresh = {"cache-control": "no-store"}
                return StreamingResponse(self._growing(job), media_type="video/mp4", headers=fresh)
            variant = "video"
        self._finished(job.id)
        if variant == "video":
            return FileResponse(self.store.place(job) / VIDEO, filename=f"{job.id}.mp4")
        if variant not in ("thumbnail", "spritesheet"):
            known = "video, live, thumbnail, spritesheet or preview"
            raise UsageError(f"variant {variant}: must be {known}", "bad_parameter")
        return FileResponse(await self._still(job, variant))

    async def _growing(self, job: Job) -> AsyncIterator[bytes]:
        """A video while it is made: fragmented MP4, from its first frame to its last or to where the work ends."""
        folder = self.store.place(job)
        async for _ in self.queue.states(job):
            if (folder / GROWING).is_file():
                break
        path = folder / (VIDEO if job.over else GROWING)
        with contextlib.suppress(FileNotFoundError), path.open("rb") as file:  # it failed, or was deleted
            while True:
                going = not job.over and job.id in self.store.jobs
                if data := file.read(PART):
                    yield data
                elif going:
                    await asyncio.sleep(SOON)
                else:
                    return

    async def _still(self, job: Job, variant: str) -> Path:
        """A picture of a finished video, made when it is first asked for."""
        video = str(self.store.place(job) / VIDEO)
        path = self.store.place(job) / ("thumbnail.webp" if variant == "thumbnail" else "spritesheet.png")
        if not path.is_file():
            verb = ["frame", video, "--at", "first"] if variant == "thumbnail" else ["sheet", video, "--frames", "8"]
            await self.clerk.do({"arguments": [*verb, "--json", "-o", str(path), "--force"]}, limit=CLERK)
        return path

    async def recipe(self, request: Request) -> Response:
        """What the file says of itself."""
        return JSONResponse(self._finished(request.path_params["id"]).recipe[0])

    async def events(self, request: Request) -> Response:
        """Server-Sent Events: the video after every change, until it is over."""
        job = self._job(request.path_params["id"])

        async def told() -> AsyncIterator[str]:
            states = self.queue.states(job)
            while True:
                coming = asyncio.ensure_future(anext(states, None))
                try:
                    while not (await asyncio.wait({coming}, timeout=QUIET))[0]:
                        yield ": nothing new\n\n"
                finally:
                    coming.cancel()
                if (state := coming.result()) is None:
                    return
                yield f"event: video\ndata: {json.dumps(state)}\n\n"

        return StreamingResponse(told(), media_type="text/event-stream", headers={"cache-control": "no-store"})

    # --- pictures, models, drafts -------------------------------------------------------------------------------------

    async def images(self, request: Request) -> Response:
        """Pictures, at the end of the request. A client that goes takes its work along."""
        form = await forms.read(request)
        call, wanted = forms.pictures(form, self.model)
        form.close()
        job = await self._submit("image", call, {})
        over = asyncio.create_task(self.queue.finished(job))
        while not over.done():
            await asyncio.wait({over}, timeout=0.3)
            if not over.done() and await request.is_disconnected():
                await self.queue.remove(job)
                return Response(status_code=LEFT)
        if job.error is not None:
            error = job.error
            self.store.remove(job)
            raise Failed(error)
        files = self._pictures(job)
        if wanted == "url":
            base = str(request.base_url)
            data = [{"url": f"{base}v1/images/{job.id}/{n}"} for n in range(1, len(files) + 1)]
        else:
            data = [{"b64_json": base64.b64encode(path.read_bytes()).decode()} for path in files]
        return JSONResponse({"created": int(job.created), "data": data})

    async def picture(self, request: Request) -> Response:
        files = self._pictures(self._finished(request.path_params["id"]))
        number = request.path_params["n"]
        if not 1 <= number <= len(files):
            raise HTTPException(404, f"picture {number}: there are {len(files)}")
        return FileResponse(files[number - 1])

    def _pictures(self, job: Job) -> list[Path]:
        found = self.store.place(job).glob("picture-*")
        return sorted(found, key=lambda path: int(path.stem.rpartition("-")[2]))

    async def models(self, request: Request) -> Response:
        """The models whose files are here."""
        found = [card for card in manifest.cards().values() if all(f.state == "ok" for f in manifest.check_sizes(card))]
        rows = [{"id": card.name, "object": "model", "created": 0, "owned_by": "soracli"} for card in found]
        if (wanted := request.path_params.get("id")) is None:
            return JSONResponse({"object": "list", "data": rows})
        row = next((row for row in rows if row["id"] == wanted), None)
        if row is None:
            raise HTTPException(404, f"model {wanted}: is not here; see: sora model list")
        return JSONResponse(row)

    async def draft(self, request: Request) -> Response:
        """The scene that a prompt is read as, drawn at once and without a network: a moving WebP, or MP4 on grey."""
        form = await forms.read(request)
        prompt, suffix, length = form.prompt(), form.text("format") or "webp", forms.seconds(form, "duration")
        form.close()
        if suffix not in ("webp", "mp4"):
            raise UsageError(f"format {suffix}: must be webp or mp4", "bad_parameter")
        place = self.store.root / f"draft-{secrets.token_hex(8)}.{suffix}"
        smooth = ["--fps", "6" if suffix == "webp" else "12", "-d", length.get("duration", "3s")]
        try:
            line = ["animatic", "--json", *smooth, "-o", str(place), "--", prompt]
            told = await self.clerk.do({"arguments": line}, limit=CLERK)
            notes = quote(json.dumps(told["notes"]))
            kind = "image/webp" if suffix == "webp" else "video/mp4"
            return Response(place.read_bytes(), media_type=kind, headers={"x-sora-notes": notes})
        finally:
            part_files.drop(place, self.store.root)

    # --- jobs ---------------------------------------------------------------------------------------------------------

    async def _submit(
        self, kind: str, call: dict[str, Any], inputs: Mapping[str, Source], source: Job | None = None
    ) -> Job:
        """A new job, once all of it was checked that can be checked before painting. Raises Failed."""
        if len(self.queue.waiting) >= LONGEST:
            raise HTTPException(429, f"{LONGEST} jobs are waiting; ask again later")
        if kind == "video":
            forms.one_seed(call)
        folder = self.store.folder(kind)
        try:
            for key, given in inputs.items():
                call[key] = str(folder / f"input{given.suffix}")
                if isinstance(given, Upload):
                    part_files.put(Path(call[key]), given.data, mode=0o600)
                else:
                    os.link(given, call[key])  # that one may be deleted before it is this one's turn
            name = VIDEO if kind == "video" else f"picture-{{n}}.{call.get('format', 'png')}"
            call |= {"output": str(folder / name), "force": True, "preview": str(folder / PREVIEW)}
            plan = await self.clerk.do({"call": call, "dry_run": True}, limit=CLERK)
        except Failed as failed:
            part_files.drop_folder(folder, self.store.home)
            raise Failed(store.without(store.without(failed.details, folder), self.store.characters)) from None
        except BaseException:
            part_files.drop_folder(folder, self.store.home)
            raise
        length = 0.0 if kind == "image" else plan["frames"] / _number(plan["fps"])
        job = Job(
            folder.name, kind, call | {"seed": plan["seeds"][0]}, plan.get("prompt") or call.get("prompt", ""),
            plan.get("model") or call.get("model", ""), f"{length:g}", f"{plan['width']}x{plan['height']}",
            plan["seeds"][0], source=None if source is None else source.id,
        )  # fmt: skip
        try:
            self.queue.submit(job)
        except BaseException:
            part_files.drop_folder(folder, self.store.home)
            raise
        return job

    def _job(self, id: str) -> Job:
        job = self.store.jobs.get(id)
        if job is None:
            raise HTTPException(404, f"{id}: no such video")
        return job

    def _finished(self, id: str) -> Job:
        job = self._job(id)
        if job.status != DONE:
            raise UsageError(f"{id}: is {job.status}, not completed", "not_ready")
        return job

    def _shown(self, job: Job) -> Response:
        return JSONResponse(job.shown(), headers={"openai-poll-after-ms": POLL})


def _number(fps: str) -> float:
    over, _, under = fps.partition("/")
    return float(over) / float(under or 1)
