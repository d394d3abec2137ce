"""`sora serve --http`: OpenAI's own client against it, what it refuses, and what it leaves behind."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
import signal
import struct
import sys
import zlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Sora, pictures
from PIL import Image
from serving import served

from soracli import media
from soracli.cli.jobs import HTTP_WORKER
from soracli.server.http.queue import Queue
from soracli.server.http.store import DONE, QUEUED, RUNNING, Job, Store
from soracli.server.http.worker import Failed, Worker
from soracli.state import runs

WHY = "needs the extra http and the client of OpenAI: pip install -e '.[dev]'"


@pytest.fixture(scope="module")
def url(config_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with model `tiny`, in a process of its own."""
    for name in ("starlette", "uvicorn", "python_multipart", "httpx", "openai"):
        pytest.importorskip(name, reason=WHY)
    with served(tmp_path_factory.mktemp("data")) as found:
        yield found


@pytest.fixture
def client(url: str) -> Any:
    import openai

    return openai.OpenAI(api_key="none", base_url=f"{url}/v1", max_retries=0)


@pytest.fixture
def web(url: str) -> Iterator[Any]:
    import httpx

    with httpx.Client(base_url=url, timeout=600) as found:
        yield found


DEPRECATED = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the client says so of all of videos


@DEPRECATED
def test_videos_by_the_client_of_openai(client: Any, web: Any, tmp_path: Path) -> None:
    """Every call of `client.videos`, unchanged; and the file is one that `sora` signed."""
    video = client.videos.create(prompt="a dog", model="sora-2", seconds="1", size="96x64", extra_body={"seed": "7"})
    assert (video.status, video.model, video.size, video.seconds) == ("queued", "tiny", "96x64", "1")
    events = [line[6:] for line in web.get(f"/v1/videos/{video.id}/events").text.splitlines() if line[:6] == "data: "]
    states = [json.loads(line) for line in events]
    assert [state["progress"] for state in states] == sorted(state["progress"] for state in states)
    assert {state["stage"] for state in states} >= {"sample", "decode"}
    video = client.videos.poll(video.id)
    assert (video.status, video.progress, video.error) == ("completed", 100, None)
    data = client.videos.download_content(video.id).read()
    (tmp_path / "dog.mp4").write_bytes(data)
    found = media.info(str(tmp_path / "dog.mp4"))
    assert found.recipe is not None
    assert (found.recipe["verb"], found.recipe["seed"], found.recipe["model"]) == ("generate", 7, "tiny")
    recipe = web.get(f"/v1/videos/{video.id}/recipe").json()
    assert "path" not in recipe
    assert recipe["credential"]["authority"]
    for variant, kind in (("thumbnail", "WEBP"), ("spritesheet", "PNG")):
        picture = Image.open(io.BytesIO(client.videos.download_content(video.id, variant=variant).read()))
        assert picture.format == kind
        assert variant != "thumbnail" or picture.size == (96, 64)

    remix = client.videos.remix(video.id, prompt="a cat")
    edit = client.videos.edit(prompt="a cow", video=tmp_path / "dog.mp4")
    named = web.post("/v1/videos/edits", json={"prompt": "a cow", "video": {"id": video.id}}).json()
    longer = client.videos.extend(prompt="it walks on", seconds="1", video=tmp_path / "dog.mp4")
    again = web.post(f"/v1/videos/{video.id}/replay").json()
    assert (remix.remixed_from_video_id, longer.seconds) == (video.id, "2")
    made = [client.videos.poll(one) for one in (remix.id, edit.id, named["id"], longer.id, again["id"])]
    assert [one.error for one in made] == [None] * 5
    assert pictures(client.videos.download_content(again["id"]).read()) == pictures(data)
    first = np.frombuffer(pictures(client.videos.download_content(longer.id).read()), np.uint8).reshape(-1, 64, 96, 3)
    assert len(first) == 32

    everything = [one.id for one in client.videos.list(limit=2)]  # the client turns the pages
    assert everything == [again["id"], longer.id, named["id"], edit.id, remix.id, video.id]
    assert [one.id for one in client.videos.list(limit=2, order="asc").data] == [video.id, remix.id]
    assert client.videos.delete(remix.id).deleted
    assert remix.id not in [one.id for one in client.videos.list()]
    assert web.get(f"/v1/videos/{remix.id}").json()["error"]["code"] == "not_found"


@DEPRECATED
def test_a_video_is_watched_while_it_is_made(client: Any, web: Any, tmp_path: Path) -> None:
    """Fragmented MP4 of every frame, whose beginning comes before the end is made; then nothing of it is left."""
    video = client.videos.create(prompt="a dog", seconds="4", size="256x256", extra_body={"steps": "1"})
    with web.stream("GET", f"/v1/videos/{video.id}/content?variant=live") as answer:
        assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
        parts = answer.iter_bytes()
        begun = next(parts)
        assert client.videos.retrieve(video.id).status == "in_progress"
        data = begun + b"".join(parts)
    assert (data[4:8], data.count(b"moof") > 4) == (b"ftyp", True)
    video = client.videos.poll(video.id, poll_interval_ms=100)
    whole = client.videos.download_content(video.id).read()
    shown, made = (np.frombuffer(pictures(one), np.uint8).reshape(64, -1) for one in (data, whole))
    assert np.abs(shown.astype(int) - made).mean() < 8
    assert client.videos.download_content(video.id, variant="live").read() == whole  # as OpenAI's client lets it pass
    assert client.videos.delete(video.id).deleted


@DEPRECATED
def test_who_watches_a_video_that_is_deleted_sees_its_end(client: Any, web: Any) -> None:
    video = client.videos.create(prompt="a dog", size="256x256", extra_body={"steps": "1000"})
    with web.stream("GET", f"/v1/videos/{video.id}/content?variant=live") as answer:
        assert client.videos.delete(video.id).deleted
        assert b"".join(answer.iter_bytes()) == b""


@DEPRECATED
def test_pictures_characters_models(client: Any, web: Any) -> None:
    made = client.images.generate(prompt="a dog", model="gpt-image-2", size="64x64", n=2, quality="high")
    shown = [Image.open(io.BytesIO(base64.b64decode(one.b64_json))) for one in made.data]
    assert [(one.format, one.size) for one in shown] == [("PNG", (64, 64))] * 2
    assert list(shown[0].getdata()) != list(shown[1].getdata())
    link = client.images.generate(prompt="a dog", model="tiny", size="64x64", response_format="url").data[0].url
    assert web.get(link).content.startswith(b"\x89PNG")
    buffer = io.BytesIO()
    shown[0].save(buffer, "PNG")
    video = client.videos.create_and_poll(prompt="it moves", input_reference=buffer.getvalue(), poll_interval_ms=100)
    assert (video.status, video.model_extra["verb"]) == ("completed", "animate")
    rex = client.videos.create_character(name="rex", video=client.videos.download_content(video.id).read())
    assert client.videos.get_character(rex.id).name == "rex"
    names = [model.id for model in client.models.list()]
    assert "tiny" in names
    assert client.models.retrieve("tiny").id == "tiny"
    strip = web.post("/v1/drafts", json={"prompt": "a dog walks", "format": "mp4", "seconds": "1"})
    assert len(pictures(strip.content)) == 12 * 256 * 256 * 3
    draft = web.post("/v1/drafts", json={"prompt": "a dog walks"})
    assert Image.open(io.BytesIO(draft.content)).n_frames == 18


@DEPRECATED
def test_characters_play_in_videos(client: Any, web: Any, tmp_path: Path) -> None:
    """A picture and a clip before a plain background are cut out; what has no outline that can be found is refused."""
    import openai

    plain = np.full((8, 96, 96, 3), (40, 60, 200), np.uint8)
    plain[:, 24:72, 24:72] = (230, 40, 160)
    with media.Writer(tmp_path / "a.mp4", 96, 96, Fraction(8)) as writer:
        writer.add(plain)
    drawn = io.BytesIO()
    Image.fromarray(plain[0]).save(drawn, "PNG")
    blorp = client.videos.create_character(name="blorp", video=tmp_path / "a.mp4")
    zorp = client.videos.create_character(name="zorp", video=drawn.getvalue())
    cast = {"characters": [{"id": blorp.id}, {"id": zorp.id}]}
    asked: dict[str, Any] = {"prompt": "a blorp runs to a zorp", "size": "96x96", "seconds": "0.5"}
    for video in (
        client.videos.create(**asked, extra_body=cast).id,
        web.post("/v1/videos", json=asked | cast).json()["id"],
    ):
        assert client.videos.poll(video, poll_interval_ms=100).status == "completed"
        shown = pictures(client.videos.download_content(video).read())
        away = np.abs(np.frombuffer(shown, np.uint8).reshape(-1, 3).astype(int) - (230, 40, 160)).max(1)
        assert 0.01 < (away < 40).mean() < 0.9  # and not the blue behind it
    noise = np.random.default_rng(0).integers(0, 256, (96, 96, 3), np.uint8)
    drawn = io.BytesIO()
    Image.fromarray(noise).save(drawn, "PNG")
    odd = client.videos.create_character(name="odd", video=drawn.getvalue())
    with pytest.raises(openai.BadRequestError, match=f"- {odd.id}/input.png: it has no alpha"):
        client.videos.create(**asked | {"prompt": "an odd runs"}, extra_body={"characters": [{"id": odd.id}]})
    with pytest.raises(openai.BadRequestError, match="refused"):
        client.videos.create_character(name="naked child", video=drawn.getvalue())


@pytest.mark.parametrize(
    ("fields", "code", "status"),
    [
        ({}, "missing_parameter", 400),
        ({"prompt": "-"}, "bad_prompt", 400),
        ({"prompt": "x", "size": "wide"}, "bad_size", 400),
        ({"prompt": "x", "size": "9000x9000"}, "bad_size", 400),
        ({"prompt": "x", "seconds": "1;ls"}, "bad_duration", 400),
        ({"prompt": "x", "model": "/etc"}, "unknown_model", 400),
        ({"prompt": "x", "seed": "1..9"}, "bad_seed", 400),
        ({"prompt": "x", "output": "/etc/passwd"}, "unknown_parameter", 400),
        ({"prompt": "x", "draft": "/etc/passwd"}, "unknown_parameter", 400),
        ({"prompt": "x", "steps": {"a": 1}}, "bad_parameter", 400),
        ({"prompt": "x", "input_reference": {"image_url": "http://127.0.0.1/a.png"}}, "bad_parameter", 400),
        ({"prompt": "x", "input_reference": {"image_url": "data:image/png;base64,aGVsbG8="}}, "bad_upload", 400),
        ({"prompt": "x", "input_reference": {"file_id": "file-1"}}, "bad_parameter", 400),
        ({"prompt": "x", "characters": [{"id": "../../jobs"}]}, "not_found", 404),
        ({"prompt": "a naked child"}, "refused", 400),
    ],
)
def test_what_is_refused(web: Any, fields: dict[str, Any], code: str, status: int) -> None:
    """At once, in the form of OpenAI's errors with our codes; nothing is queued or left."""
    before = web.get("/v1/videos?limit=100").json()["data"]
    answer = web.post("/v1/videos", json=fields)
    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (status, "invalid_request_error")
    assert error["code"] == code
    assert web.get("/v1/videos?limit=100").json()["data"] == before


def png(width: int, height: int, *, more: bytes = b"", data: bytes | None = None) -> bytes:
    """A black PNG of one bit per pixel, whatever its size says, with other chunks before its pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = bytes((width + 7) // 8 + 1) * height if data is None else data
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    whole = chunk(b"IHDR", head) + more + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + whole


def text_chunk(length: int) -> bytes:
    """An iTXt chunk that unpacks to that many bytes."""
    body = b"Comment\0\1\0\0\0" + zlib.compress(bytes(length), 9)
    return struct.pack(">I", len(body)) + b"iTXt" + body + struct.pack(">I", zlib.crc32(b"iTXt" + body))


HOSTILE = {
    "rubbish after a beginning": b"\x89PNG\r\n\x1a\nrubbish",
    "a page that begins as a GIF": b"GIF89a<script>alert(1)</script>",
    "one that says it has 3,600,000,000 pixels": png(60_000, 60_000, data=bytes(9999)),
    "no pixels": png(64, 64, data=b""),
    "no size": png(0, 0),
    "half a picture": png(640, 480)[:-30],
    "a page": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "nothing": b"",
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_pictures(web: Any, data: bytes) -> None:
    """Refused in one line that says nothing of this computer, and nothing stays."""
    files = {"input_reference": ("../../../x.png", data, "image/png")}
    answer = web.post("/v1/videos", data={"prompt": "x", "size": "64x64"}, files=files)
    error = answer.json()["error"]
    assert 400 <= answer.status_code < 500, error
    assert "/jobs/" not in error["message"]  # where files lie is nobody's business
    assert "\n" not in error["message"]
    assert all(video["prompt"] != "x" for video in web.get("/v1/videos?limit=100").json()["data"][:1])


def test_hostile_forms(web: Any) -> None:
    harmless = png(64, 64, more=text_chunk(50_000_000))  # unpacks to 50 MB of text that nobody asked for
    answer = web.post("/v1/videos", data={"prompt": "y", "seconds": "0.5"}, files={"input_reference": harmless})
    assert answer.status_code in (200, 400, 413)
    twice = [("video", ("a.mp4", b"\0\0\0 ftypisom")), ("video", ("b.mp4", b"\0\0\0 ftypisom"))]
    error = web.post("/v1/videos/edits", data={"prompt": "x"}, files=twice).json()["error"]
    assert error["message"] == "video: is given twice"
    many = {f"field{n}": "x" for n in range(99)}
    assert web.post("/v1/videos", data=many, files={"video": b"\0\0\0 ftypisom"}).status_code == 400
    lying = {"content-type": "multipart/form-data; boundary=x"}
    assert web.post("/v1/videos", content=b"--y\r\nrubbish", headers=lying).status_code == 400
    assert web.post("/v1/videos", content=b"x", headers={"content-type": "multipart/form-data"}).status_code == 400
    for field in ("background", "stream"):
        refused = web.post("/v1/images/generations", json={"prompt": "x", field: "transparent"})
        assert refused.json()["error"]["message"].startswith(f"{field}")
    assert web.get("/v1/models").status_code == 200  # it is well


def test_hostile_uploads_and_pages(web: Any) -> None:
    for data in (b"\x89PNG\r\n\x1a\nrubbish", b"\x00\x00\x00 ftypisom" + b"\xff" * 999):
        answer = web.post("/v1/videos/edits", data={"prompt": "x"}, files={"video": ("../../x.mp4", data)})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "unreadable")
        assert answer.json()["error"]["message"].startswith("input.")  # and not where it lies
    assert web.post("/v1/videos", content=b"[" * 9999, headers={"content-type": "application/json"}).status_code == 400
    assert web.post("/v1/videos", content=b"x").json()["error"]["code"] == "bad_request"
    assert web.get("/v1/videos", headers={"host": "evil.example"}).json()["error"]["code"] == "bad_host"
    assert web.get("/v1/videos", headers={"origin": "http://evil.example"}).json()["error"]["code"] == "bad_origin"
    for host in ("[", "[::1", "a]b", "127.0.0.1@evil.example"):
        assert web.get("/v1/videos", headers={"host": host}).json()["error"]["code"] == "bad_host"
    assert web.get("/v1/videos", headers={"origin": "http://["}).json()["error"]["code"] == "bad_origin"
    for said in ('"input_reference":"data:image/png;base64,\\u00e9"', '"characters":["\\ud800"]', '"\\ud800":"y"'):
        sent = f'{{"prompt":"x",{said}}}'.encode()
        answer = web.post("/v1/videos", content=sent, headers={"content-type": "application/json"})
        assert 400 <= answer.status_code < 500, said
    assert web.post("/mcp", headers={"origin": "http://evil.example"}).json()["error"]["code"] == "bad_origin"
    page = web.get("/")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "<title>sora</title>" in page.text
    for part in ("/page.css", "/page.js"):
        assert part in page.text
        assert web.get(part).status_code == 200


@DEPRECATED
def test_delete_of_work_in_hand(client: Any) -> None:
    """What waits behind it goes on, and nothing of it stays."""
    long = client.videos.create(prompt="x", model="tiny", size="256x256", seconds="2", extra_body={"steps": "1000"})
    behind = client.videos.create(prompt="y", model="tiny")
    while (now := client.videos.retrieve(long.id)).model_extra["stage"] != "sample":
        assert now.status in ("queued", "in_progress")
    assert client.videos.retrieve(behind.id).status == "queued"
    assert client.videos.delete(long.id).deleted
    assert client.videos.poll(behind.id, poll_interval_ms=100).status == "completed"
    assert runs.find(long.id) is None


def test_a_token_where_others_can_ask() -> None:
    httpx = pytest.importorskip("httpx", reason=WHY)
    pytest.importorskip("starlette", reason=WHY)
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    from soracli.server.http.gate import Gate

    async def size(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    app = Starlette(routes=[Route("/v1/size", size, methods=["POST"])])
    gate = Gate(app, "secret", local=False, most=10)

    async def ask(content: bytes, token: str, gate: Gate = gate) -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(gate), base_url="http://host") as web:
            headers = {"authorization": f"Bearer {token}"} if token else {}
            return int((await web.post("/v1/size", content=content, headers=headers)).status_code)

    public = Gate(app, "secret", local=False, most=10, open_to_all=("/v1/size",))
    assert asyncio.run(ask(b"x", "", public)) == 200
    asked = [(b"x", ""), (b"x", "guess"), (b"x", "secret"), (b"x" * 11, "secret")]
    assert [asyncio.run(ask(*one)) for one in asked] == [401, 401, 200, 413]


def job(store: Store, *, size: int = 0, status: str = DONE) -> Job:
    folder = store.folder("video")
    (folder / "video.mp4").write_bytes(bytes(size))
    made = Job(folder.name, "video", {"verb": "generate"}, "x", "tiny", "1", "64x64", 1, status=status)
    store.save(made)
    return made


def test_the_folder_has_a_bound(tmp_path: Path) -> None:
    """The oldest that are over go first; what waits or was just made stays. A restart knows what there was."""
    store = Store(tmp_path, 25_000)
    waiting, *done = job(store, size=10_000, status=RUNNING), *(job(store, size=10_000) for _ in range(3))
    store.prune(done[2])
    assert set(store.jobs) == {waiting.id, done[2].id}
    assert {path.name for path in store.home.iterdir()} == set(store.jobs)
    wreck = store.folder("video")
    again = Store(tmp_path, 25_000)
    assert again.jobs[done[2].id] == done[2]
    assert again.jobs[waiting.id].status == QUEUED
    assert [one.id for one in Queue(again, Worker(HTTP_WORKER)).waiting] == [waiting.id]
    assert not wreck.exists()


def test_a_folder_of_others_is_no_data_folder(sora: Sora, tmp_path: Path) -> None:
    """Nothing is removed that no server made: a folder with other files is refused, and other names are left alone."""
    names = ("theirs/jobs/mine/a.txt", "theirs/results/b.txt", "ours/jobs/mine/a.txt", "ours/jobs/video_mine/b.txt")
    for kept in names:
        (tmp_path / kept).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / kept).write_text("of somebody")
    ran = sora("serve", "--http", "127.0.0.1:0", "-m", "tiny", "--data", "theirs")
    assert (ran.code, "theirs: holds other files" in ran.err) == (2, True)
    assert Store(tmp_path / "ours", 1).jobs == {}
    assert all((tmp_path / kept).is_file() for kept in names)


@pytest.mark.parametrize(
    "change",
    [{"call": []}, {"call": {}}, {"created": "x"}, {"status": "off"}, {"size": None}, {"id": "video_" + "0" * 24},
     {"more": 1}, {"recipe": {}}, {"error": "x"}, {"kind": "x"}],
)  # fmt: skip
def test_records_of_jobs_of_other_types_are_none(tmp_path: Path, change: dict[str, Any]) -> None:
    store = Store(tmp_path, 10**9)
    good, odd = job(store), job(store)
    path = store.place(odd) / "job.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    assert set(Store(tmp_path, 10**9).jobs) == {good.id}


def test_the_queue_goes_on_whatever_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full, and a worker whose process cannot be had, fail a job and not those behind it."""
    store = Store(tmp_path, 10**9)
    jobs, queue, put = [job(store, status=QUEUED) for _ in range(3)], Queue(store, Worker(HTTP_WORKER)), Store.save
    broken = iter((OSError(12, "no memory"), ValueError("a line without an end")))

    async def no_process(worker: Worker) -> Any:
        raise next(broken, OSError(24, "too many open files"))

    def full(store: Store, job: Job) -> None:
        if job is jobs[0]:
            raise OSError(28, "No space left on device")
        put(store, job)

    monkeypatch.setattr(Worker, "_started", no_process)
    monkeypatch.setattr(Store, "save", full)

    async def go() -> None:
        work = asyncio.create_task(queue.work())
        await asyncio.wait_for(asyncio.gather(*map(queue.finished, jobs)), 20)
        work.cancel()

    asyncio.run(go())
    assert [one.status for one in jobs] == ["failed"] * 3
    assert [(one.error or {})["code"] for one in jobs] == ["internal"] * 3


def test_a_worker_that_is_just_starting_is_ended_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    """Python that begins would die of SIGINT with a traceback on the server's log."""

    async def go() -> None:
        worker = Worker(HTTP_WORKER)
        for pause in (0.0, 0.02, 0.1):
            work = asyncio.create_task(worker.do({"arguments": ["--version"]}))
            await asyncio.sleep(pause)
            work.cancel()
            with pytest.raises(asyncio.CancelledError):
                await work
        await worker.close()

    asyncio.run(go())
    assert "Traceback" not in capfd.readouterr().err


def test_a_client_that_leaves_while_it_sends_is_no_bug(tmp_path: Path) -> None:
    pytest.importorskip("starlette", reason=WHY)
    from soracli.server.http.app import app

    server = app(Store(tmp_path, 10**9), "tiny", None, HTTP_WORKER, local=True)
    told = iter(({"type": "http.request", "body": b'{"pro', "more_body": True}, {"type": "http.disconnect"}))
    sent: list[Any] = []

    async def receive() -> Any:
        return next(told)

    async def send(message: Any) -> None:
        sent.append(message.get("status"))

    headers = [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/v1/videos", "headers": headers, "query_string": b""}
    asyncio.run(server(scope, receive, send))
    assert sent[0] == 499
    assert list((tmp_path / "jobs").iterdir()) == []


def test_events_are_never_silent_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a job waits, comments come; then its next state, and the end once it is over."""
    pytest.importorskip("starlette", reason=WHY)
    from starlette.requests import Request

    from soracli.server.http import handlers

    monkeypatch.setattr(handlers, "QUIET", 0.01)
    store = Store(tmp_path, 10**9)
    server, waiting = handlers.Server(store, "tiny", HTTP_WORKER), job(store, status=QUEUED)

    async def go() -> list[str]:
        answer: Any = await server.events(Request({"type": "http", "path_params": {"id": waiting.id}}))
        found = [await anext(answer.body_iterator) for _ in range(3)]
        waiting.status = DONE
        server.queue._tell()
        return [*found, *[one async for one in answer.body_iterator if one[0] != ":"]]

    first, *comments, last = asyncio.run(go())
    assert comments == [": nothing new\n\n"] * 2
    assert [json.loads(one.split("data: ")[1])["status"] for one in (first, last)] == ["queued", "completed"]


def test_characters_have_a_bound(tmp_path: Path) -> None:
    pytest.importorskip("starlette", reason=WHY)
    from starlette.exceptions import HTTPException

    from soracli.server.http.characters import Characters

    cast = Characters(tmp_path, Worker(HTTP_WORKER), 2500)
    for number in range(4):
        folder = tmp_path / f"char_{number:024x}"
        folder.mkdir()
        (folder / "picture.png").write_bytes(bytes(1000))
    cast._prune()
    assert sorted(path.name[-1] for path in tmp_path.iterdir()) == ["2", "3"]
    (folder / "name.json").write_text(json.dumps({"id": folder.name, "name": "x", "picture": "../../x.png"}))
    with pytest.raises(HTTPException, match="no such character"):
        cast.find(folder.name)


def test_progress_does_not_go_back(tmp_path: Path) -> None:
    """A clip of two windows is painted twice."""
    store = Store(tmp_path, 10**9)
    one, queue, seen = job(store, status=RUNNING), Queue(store, Worker(HTTP_WORKER)), []
    for stage, index, total in [("load", 1, 1), *[("sample", i, 4) for i in (1, 2, 3, 4, 1, 2)], ("decode", 1, 2)]:
        queue._seen(one, {"event": "progress", "stage": stage, "index": index, "total": total})
        seen.append(one.progress)
    assert seen == [4, 27, 46, 65, 85, 85, 85, 91]


def test_a_worker_stops_at_the_next_step_and_begins_again(sora: Sora, tmp_path: Path) -> None:
    call = {"verb": "generate", "prompt": "x", "model": "tiny", "seed": 1, "output": str(tmp_path / "x.mp4")}
    seen: list[int] = []

    async def go() -> None:
        worker = Worker(HTTP_WORKER)
        started = asyncio.Event()

        def note(event: dict[str, Any]) -> None:
            if event.get("stage") == "sample" and event["index"] > 1:
                seen.append(event["index"])
                started.set()

        long = asyncio.create_task(worker.do({"call": {**call, "steps": 1000}, "run": "a"}, note))
        await started.wait()
        long.cancel()
        with pytest.raises(asyncio.CancelledError):
            await long
        assert not worker.busy
        assert seen[-1] < 1000
        if worker.pid is None:  # it took too long to stop, and was ended
            await worker.do({"call": call, "run": "b"})
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)  # as the kernel does when memory ends
        while worker.pid is not None:
            await asyncio.sleep(0.02)
        assert (await worker.do({"call": call, "run": "c"}))["seed"] == 1
        with pytest.raises(Failed) as failed:
            await worker.do({"call": {**call, "verb": "none"}})
        assert failed.value.details["code"] == "bad_job"
        os.kill(worker.pid or 0, signal.SIGINT)  # one that comes late is for nobody
        await asyncio.sleep(0.2)
        looked = await worker.do({"arguments": ["info", "--json", "x.mp4"], "folder": str(tmp_path)})
        assert looked["recipe"]["seed"] == 1
        await worker.close()
        assert worker.pid is None

    asyncio.run(go())
    assert os.listdir() == ["x.mp4"]


def test_the_command(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "mean nothing without --http" in sora("serve", "127.0.0.1:1").err
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    refused = sora("serve", "--http")
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert "pip install 'soracli[http]'" in refused.err
    monkeypatch.undo()
    for name in ("starlette", "uvicorn", "python_multipart"):
        pytest.importorskip(name, reason=WHY)
    assert sora("serve", "--http", "nowhere").err.startswith("sora: error: HOST:PORT nowhere: must be such as")
    assert (
        "would serve tiny at 127.0.0.1:0, with files in" in sora("serve", "--http", ":0", "-m", "tiny", "--dry-run").err
    )
