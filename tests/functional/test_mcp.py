"""`sora mcp`: an MCP client lists tools, calls them, sees progress, cancels and reads results."""

from __future__ import annotations

import base64
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from soracli import cli, servers
from soracli.errors import UsageError
from soracli.servers.tools import LOOKS, WITHHELD, Tool, tools
from soracli.state import runs
from soracli.types import Clip

TINY = {"model": "tiny", "steps": 1, "seed": 1, "size": "64x64", "duration": "0.5s"}


@pytest.fixture(scope="module")
def known() -> dict[str, Tool]:
    return tools(cli.parser())


# --- tools ------------------------------------------------------------------------------------------------------------


def test_a_call_becomes_a_command_line(known: dict[str, Tool], tmp_path: Path) -> None:
    words = known["generate"].words(
        {"prompt": "--a dog", "steps": 4, "shot": ["0s:x", "1s:y"], "expand": True}, tmp_path
    )
    assert words == [
        "generate", "--json", "--progress=json", "--expand", "--shot=0s:x", "--shot=1s:y", "--steps=4", "--", "--a dog",
    ]  # fmt: skip
    assert known["model_show"].words({"name": "tiny"}, tmp_path) == ["model", "show", "--json", "--", "tiny"]
    assert known["blend"].words({"a": "1.mp4", "b": "2.mp4", "dry_run": True}, tmp_path) == [
        "blend", "--json", "--progress=json", "--dry-run", "--", "1.mp4", "2.mp4",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "arguments", "why"),
    [
        ("generate", {"prompt": "x", "sed": 1}, r"^sed: generate has no such key \(did you mean seed\?\)"),
        ("generate", {"prompt": "x", "force": True}, "^force: generate has no such key"),
        ("generate", {"prompt": "x", "output": "../a.mp4"}, r"^output ../a.mp4: is not beneath "),
        ("generate", {"prompt": "x", "output": "/etc/a.mp4"}, "is not beneath "),
        ("generate", {"prompt": "-"}, "^prompt: '-' means a stream"),
        ("generate", {"prompt": ["x"]}, "^prompt: must be a text or a number"),
        ("generate", {"prompt": "x", "dry_run": "yes"}, "^dry_run: must be true or false"),
        ("extend", {"by": "1s"}, "^clip: is missing; extend needs it"),
        ("curate", {"folder": ".", "captioner": "rm -r ."}, "^captioner: curate has no such key"),
        ("curate", {"folder": ".", "split": ".."}, "^split ..: is not beneath "),
    ],
)
def test_what_a_call_may_not_have(
    known: dict[str, Tool], tmp_path: Path, name: str, arguments: dict[str, Any], why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        known[name].words(arguments, tmp_path)


def test_links_that_lead_in_a_circle_are_nobodys_bug(known: dict[str, Tool], tmp_path: Path) -> None:
    """They are left to the verb, which cannot open them."""
    (tmp_path / "round").symlink_to("round")
    call = {"image": "round", "output": "round/a.mp4", "model": "round"}
    for enclosed in (False, True):
        assert "round" in known["animate"].words(call, tmp_path, enclosed=enclosed)
    with pytest.raises(UsageError, match="is not beneath "):
        known["image"].words({"prompt": "x", "output": "round/../../a.png"}, tmp_path)


def test_no_results_through_a_link(known: dict[str, Tool], tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (inside / "link").symlink_to(outside)
    with pytest.raises(UsageError, match="is not beneath "):
        known["image"].words({"prompt": "x", "output": "link/a.png"}, inside)


@pytest.mark.parametrize(
    ("name", "arguments", "allowed"),
    [
        ("info", {"file": "a.mp4"}, True),
        ("info", {"file": "../secret.mp4"}, False),
        ("info", {"file": "/nowhere/a.mp4"}, False),
        ("animate", {"image": "a.png", "keyframe": ["b.png@1s"]}, True),
        ("animate", {"image": "a.png", "keyframe": ["../secret.mp4@1s"]}, False),
        ("generate", {"prompt": "a dog", "subject": ["cat.png@0,0,64,64:rex"]}, True),
        ("generate", {"prompt": "a dog", "subject": ["../secret.mp4@0,0,64,64:rex"]}, False),
        ("generate", {"prompt": "a dog", "lora": ["../secret.mp4:0.5"]}, False),
        ("generate", {"prompt": "a dog", "model": "../secret.mp4"}, False),
        ("generate", {"prompt": "a dog", "model": "tiny", "style": "felt"}, True),
        ("generate", {"prompt": "a dog", "scene": 'a = 1\npicture = "../secret.mp4"'}, False),
        ("generate", {"prompt": "a\0dog"}, False),
        ("curate", {"folder": ".."}, False),
        ("curate", {"folder": "."}, True),
    ],
)
def test_clients_of_the_network_read_nothing_elsewhere(
    known: dict[str, Tool], tmp_path: Path, name: str, arguments: dict[str, Any], allowed: bool
) -> None:
    folder = tmp_path / "results"
    folder.mkdir()
    (tmp_path / "secret.mp4").touch()
    if allowed:
        assert known[name].words(arguments, folder, enclosed=True)
        return
    with pytest.raises(UsageError, match=r"is not beneath|not its text|NUL character"):
        known[name].words(arguments, folder, enclosed=True)


def test_tools_are_verbs_that_change_nothing_of_the_user(known: dict[str, Tool]) -> None:
    assert {"generate", "extend", "enhance", "info", "model_list", "curate"} <= set(known)
    assert {tool.verb for tool in known.values()} >= set(LOOKS)
    assert not {"config_set", "model_pull", "model_rm", "keys_new", "runs_prune", "serve", "mcp", "batch"} & set(known)
    for tool in known.values():
        assert not (WITHHELD - {"dry_run"}) & set(tool.takes["properties"])
        assert "verb" not in tool.takes["properties"]
        assert tool.takes["type"] == tool.gives["type"] == "object"


# --- the protocol -----------------------------------------------------------------------------------------------------


def needs(name: str) -> Any:
    return pytest.importorskip(name, reason='the MCP client is not installed; pip install -e ".[dev]"')


def started(*words: str, **more: Any) -> subprocess.Popen[str]:
    place = {"PYTHONPATH": str(Path(cli.__file__).parents[2])}
    line = [sys.executable, "-P", "-m", "soracli", *words]
    return subprocess.Popen(line, env={**os.environ, **place}, text=True, **more)


Work = Callable[[Any], Awaitable[None]]
Door = Callable[[Work], None]


@pytest.fixture(params=["stdio", "http"])
def door(request: pytest.FixtureRequest, alone: Path, tmp_path: Path) -> Door:
    """Start a server and do something with the client of the package that is connected to it.

    Results lie in `alone`: over HTTP a link to the folder of the server.
    """
    anyio, mcp = needs("anyio"), needs("mcp")
    if request.param == "http":
        needs("uvicorn")
        needs("python_multipart")

    def over_stdio(work: Work) -> None:
        from mcp.client.stdio import stdio_client

        place = {"PYTHONPATH": str(Path(cli.__file__).parents[2])}
        words = ["-P", "-m", "soracli", "mcp", "--folder", str(alone), "-m", "tiny"]
        server = mcp.StdioServerParameters(command=sys.executable, args=words, env={**os.environ, **place})

        async def connected() -> None:
            with (tmp_path / "log").open("w") as errors:
                async with mcp.Client(stdio_client(server, errlog=errors)) as client:
                    await work(client)

        anyio.run(connected)

    def over_http(work: Work) -> None:
        data = tmp_path / "data"
        words = ("serve", "--http", "127.0.0.1:0", "-m", "tiny", "--json", "-q", "--data", str(data))
        with started(*words, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            try:
                url = json.loads(process.stdout.readline())["data"]["url"]
                alone.rmdir()
                alone.symlink_to(data / "results")

                async def connected() -> None:
                    async with mcp.Client(f"{url}/mcp") as client:
                        await work(client)

                anyio.run(connected)
            finally:
                process.send_signal(signal.SIGINT)
                assert process.wait(120) == 0

    return over_http if request.param == "http" else over_stdio


@pytest.fixture
def alone(tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for results, no runs before, and no engine of the user's."""
    monkeypatch.setenv("SORA_STATE_DIR", str(state))
    monkeypatch.setenv("SORA_REVIEW", "flashes")
    monkeypatch.setenv("SORA_SOCKET", str(tmp_path / "none.sock"))
    folder = tmp_path / "results"
    folder.mkdir()
    return folder


def test_a_client_lists_calls_and_reads(door: Door, alone: Path, tmp_path: Path) -> None:
    async def work(client: Any) -> None:
        listed = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert listed["generate"].input_schema["properties"]["prompt"]["description"]
        assert listed["info"].annotations.read_only_hint
        seen: list[tuple[float, str]] = []

        async def told(progress: float, total: float | None, message: str | None) -> None:
            seen.append((progress, message or ""))

        made = await client.call_tool("generate", {"prompt": "a dog", **TINY}, progress_callback=told)
        assert not made.is_error, made.content
        data = made.structured_content["data"]
        path = alone.resolve() / data["path"]
        assert path.is_file()
        assert [at for at, _ in seen] == sorted(at for at, _ in seen)
        assert any(message.startswith("painting 1/1") for _, message in seen)
        link = next(part for part in made.content if part.type == "resource_link")
        assert (link.uri, link.mime_type) == (path.as_uri(), "video/mp4")
        picture = next(part for part in made.content if part.type == "image")
        assert Image.open(io.BytesIO(base64.b64decode(picture.data))).size == (3 * 160, 160)

        resources = (await client.list_resources()).resources
        assert [resource.uri for resource in resources] == [path.as_uri()]
        read = (await client.read_resource(path.as_uri())).contents[0]
        assert base64.b64decode(read.blob) == path.read_bytes()
        for other in ("file:///etc/passwd", (tmp_path / "log").as_uri()):
            with pytest.raises(Exception, match="is no result of sora"):
                await client.read_resource(other)

        known = await client.call_tool("info", {"file": data["path"]})
        assert known.structured_content["data"]["recipe"]["prompt"] == "a dog"
        planned = await client.call_tool("generate", {"prompt": "a dog", **TINY, "dry_run": True})
        assert planned.structured_content["data"]["plan"]["fits"]
        refused = await client.call_tool("extend", {"clip": "no.mp4"})
        assert refused.is_error
        assert refused.content[0].text.startswith("sora: error: no.mp4: ")
        wrong = await client.call_tool("extend", {"clip": "no.mp4", "bye": 1})
        assert wrong.content[0].text.startswith("sora: error: bye: extend has no such key (did you mean by?)")

    door(work)


def test_a_call_is_cancelled(door: Door, alone: Path) -> None:
    """Cancelling ends the work within two seconds; the engine and the server go on."""
    anyio = needs("anyio")

    async def work(client: Any) -> None:
        painting = anyio.Event()

        async def told(progress: float, total: float | None, message: str | None) -> None:
            if (message or "").startswith("painting") and "0/" not in (message or ""):
                painting.set()

        async def call() -> None:
            long = {**TINY, "prompt": "x", "steps": 1000}
            made = await client.call_tool("generate", long, progress_callback=told)
            pytest.fail(f"it ended by itself: {made.content}")

        async with anyio.create_task_group() as group:
            group.start_soon(call)
            await painting.wait()
            begun = time.monotonic()
            group.cancel_scope.cancel()
        while next(runs.latest()).state == "running":
            await anyio.sleep(0.05)
            assert time.monotonic() < begun + 2
        assert next(runs.latest()).state == "interrupted"
        assert os.listdir(alone) == []
        again = await client.call_tool("image", {"prompt": "x", "model": "tiny", "steps": 1, "output": "a.png"})
        assert not again.is_error, again.content
        assert os.listdir(alone) == ["a.png"]

    door(work)


def test_thumbnails(clip: Clip, tmp_path: Path) -> None:
    pytest.importorskip("mcp", reason='the MCP server is not installed; pip install -e ".[dev]"')
    from soracli.servers import mcp

    (tmp_path / "a.txt").write_text("nothing")
    assert mcp.thumbnail(tmp_path / "a.txt") is None
    Image.fromarray(clip.frames[0]).save(tmp_path / "a.png")
    found = mcp.thumbnail(tmp_path / "a.png")
    assert found is not None
    assert Image.open(io.BytesIO(found)).size == (240, 160)


def test_without_the_package(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "mcp_types", None)
    monkeypatch.delitem(sys.modules, "soracli.servers.mcp", raising=False)
    monkeypatch.delattr(servers, "mcp", raising=False)
    assert cli.run(["mcp"]) == 2
    assert capsys.readouterr().err == 'sora: error: mcp: the package is not installed; pip install "soracli[mcp]"\n'
