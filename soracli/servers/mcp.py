"""Verbs as tools of the Model Context Protocol: `sora mcp` on standard input and output, `/mcp` of `sora serve --http`.

A call of a tool is a command line of `sora`, with the checks, policy and provenance of the shell: in a process of its
own, or in those of the HTTP server. Results are resources; nothing but results can be read.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import mimetypes
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import anyio
import anyio.to_thread
import mcp_types as types
import numpy as np
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError
from PIL import Image

from soracli import __version__, media
from soracli.commands import sheet
from soracli.console.progress import STAGES
from soracli.errors import SoraError
from soracli.formatting import amount
from soracli.servers import process
from soracli.servers.process import Processes, Tell
from soracli.servers.tools import Tool
from soracli.state import runs
from soracli.types import Clip

MAX_BYTES = 64_000_000  # of a result that is read as a resource: base64 in JSON is held in memory several times
LISTED = 100  # results
SHOWN = 3  # frames of a clip on its thumbnail
INSTRUCTIONS = (
    "Makes and remakes video. A tool is a verb of the command line `sora`; paths are relative to {folder}, where "
    "results go. dry_run says what a call would take. Results are resources and come with a thumbnail."
)
Context = ServerRequestContext[Any, Any]


class Calls(Protocol):
    """What does command lines. paints: whether that wants the model, and its turn. Cancelling ends the work."""

    async def do(self, words: Sequence[str], paints: bool, tell: Tell) -> dict[str, Any]:
        """What it prints as JSON. tell: is called with each `output_types.events.Event`, and with `process.WAITS`."""
        ...


@dataclass
class Door:
    """What serves clients.

    enclosed: nothing outside the folder is read, and no other results are listed: clients may be anybody's.
    made: results of calls, by URI.
    """

    tools: dict[str, Tool]
    folder: Path
    calls: Calls
    enclosed: bool = False
    made: dict[str, Path] = field(default_factory=dict)

    def server(self) -> Server[Any]:
        return Server(
            "sora", version=__version__, instructions=INSTRUCTIONS.format(folder=self._shown_folder),
            on_list_tools=self.list_tools, on_call_tool=self.call_tool, on_list_resources=self.list_resources,
            on_read_resource=self.read_resource,
        )  # fmt: skip

    @property
    def _shown_folder(self) -> str:
        return "a folder of the server's" if self.enclosed else str(self.folder)

    async def list_tools(self, context: Context, params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(tool) for tool in self.tools.values()])

    async def call_tool(self, context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        if params.name not in self.tools:
            raise MCPError(types.INVALID_PARAMS, f"{params.name}: no such tool")
        tool = self.tools[params.name]
        told = Told(context)
        try:
            words = tool.words(params.arguments or {}, self.folder, enclosed=self.enclosed)
        except SoraError as error:
            return _failed({"error": error.details()})
        found = await self.calls.do(words, tool.paints, told.tell)
        return await self._answer(found, told.notes) if found.get("ok") else _failed(found)

    async def _answer(self, found: dict[str, Any], notes: list[str]) -> types.CallToolResult:
        """A result as data, and the files that it names as links, with thumbnails."""
        content: list[Any] = [types.TextContent(text=json.dumps(found, ensure_ascii=False))]
        content += [types.TextContent(text=f"note: {note}") for note in notes]
        for path in _files(found["data"], self.folder):
            link = _resource(path)
            self.made.pop(link.uri, None)
            self.made[link.uri] = path
            content.append(types.ResourceLink(**link.model_dump()))
            picture = await anyio.to_thread.run_sync(thumbnail, path)
            if picture is not None:
                content.append(types.ImageContent(data=base64.b64encode(picture).decode(), mime_type="image/jpeg"))
        return types.CallToolResult(content=content, structured_content=found)

    def results(self) -> dict[str, Path]:
        """URI -> file: the last results that are there, of calls and, unless enclosed, of runs that are remembered."""
        found = {uri: path for uri, path in reversed(self.made.items()) if path.is_file()}
        self.made = dict(list(reversed(found.items()))[-LISTED:])
        for run in () if self.enclosed else runs.latest():
            if len(found) >= LISTED:
                break
            paths = (Path(item.path) for item in run.items if item.path is not None and item.data is not None)
            found |= {path.absolute().as_uri(): path for path in paths}
        return {uri: path for uri, path in found.items() if path.is_file()}

    async def list_resources(self, context: Context, params: Any) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=[_resource(path) for path in self.results().values()])

    async def read_resource(self, context: Context, params: Any) -> types.ReadResourceResult:
        uri = str(params.uri)
        path = self.results().get(uri)
        if path is None:
            raise MCPError(types.INVALID_PARAMS, f"{uri}: is no result of sora that is there")
        if path.stat().st_size > MAX_BYTES:
            raise MCPError(types.INVALID_PARAMS, f"{uri}: is over {amount(MAX_BYTES)}; open the file itself")
        data = await anyio.to_thread.run_sync(path.read_bytes)
        blob = base64.b64encode(data).decode()
        return types.ReadResourceResult(
            contents=[types.BlobResourceContents(uri=uri, mime_type=_kind(path), blob=blob)]
        )


@dataclass
class Told:
    """Passes on how far a call is. at: stages that are over; progress is that and the share of the one in hand."""

    context: Context
    stage: tuple[str, int] = ("", 0)
    at: int = 0
    notes: list[str] = field(default_factory=list)

    async def tell(self, event: dict[str, Any]) -> None:
        if event == process.WAITS:
            await self.context.session.report_progress(0, None, "waiting for another call to end")
        if event["event"] == "note":
            self.notes.append(event["message"])
        if event["event"] != "progress":
            return
        stage, index, total = event["stage"], event["index"], max(event["total"], 1)
        if self.stage[0] and (stage != self.stage[0] or index < self.stage[1]):
            self.at += 1
        self.stage = stage, index
        message = f"{STAGES.get(stage, stage)} {index}/{total}"
        await self.context.session.report_progress(self.at + index / total, None, message)


def _described(tool: Tool) -> types.Tool:
    whole = (tool.function.__doc__ or "").strip()
    hints = types.ToolAnnotations(
        title=f"sora {tool.verb}", read_only_hint=not any(key.name == "output" for key in tool.keys),
        destructive_hint=False, open_world_hint=False,
    )  # fmt: skip
    return types.Tool(
        name=tool.name, description=whole, input_schema=tool.takes, output_schema=tool.gives, annotations=hints
    )


def _failed(found: dict[str, Any]) -> types.CallToolResult:
    """An error as the model reads it, and what was found out all the same."""
    content: list[Any] = [types.TextContent(text=f"sora: error: {found['error']['message']}")]
    if found.get("data") is not None:
        content.append(types.TextContent(text=json.dumps(found["data"], ensure_ascii=False)))
    return types.CallToolResult(content=content, structured_content=found, is_error=True)


def _files(data: Any, folder: Path) -> Iterator[Path]:
    """The files of results: `path` of whatever has the digest of its frames, and the sheets of others."""
    for one in data if isinstance(data, list) else [data]:
        made = isinstance(one, dict) and (media.DIGEST in one or "rows" in one or "sheet" in one)
        for name in ("path", "sheet") if made else ():
            if isinstance(one.get(name), str) and (path := Path(folder, one[name])).is_file():
                yield path


def _resource(path: Path) -> types.Resource:
    uri = path.absolute().as_uri()
    return types.Resource(uri=uri, name=path.name, mime_type=_kind(path), size=path.stat().st_size)


def _kind(path: Path) -> str:
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def thumbnail(path: Path) -> bytes | None:
    """Some frames of a clip side by side as JPEG, the first to the last; None = the file shows nothing."""
    try:
        clip = media.read(path)
    except SoraError:
        return None
    frames = clip.frames[sheet.moments(len(clip.frames), SHOWN)]
    wide = max(1, round(sheet.SIDE * frames.shape[2] / frames.shape[1]))
    small = media.fit(Clip(frames, clip.fps), wide, sheet.SIDE, "stretch").frames
    out = io.BytesIO()
    Image.fromarray(np.concatenate(list(small), 1)).save(out, "JPEG", quality=85)
    return out.getvalue()


def serve(tools: dict[str, Tool], folder: Path, model: str | None, device: str) -> None:
    """Serve one client until it closes standard input."""
    anyio.run(_serve, tools, folder, model, device)


async def _serve(tools: dict[str, Tool], folder: Path, model: str | None, device: str) -> None:
    async with process.engine(model, device) as engine:
        server = Door(tools, folder, Processes(folder, engine)).server()
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())


class Mounted:
    """ASGI application: the streamable HTTP transport, for clients in any number. It answers within `running`."""

    def __init__(self, door: Door) -> None:
        # Who may ask is looked at before a request comes here; its size, too.
        self._manager = StreamableHTTPSessionManager(door.server(), security_settings=None)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with self._manager.run():
            yield

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._manager.handle_request(scope, receive, send)
