"""The HTTP server as an ASGI application: its routes, and the answer to each kind of error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from soracli.errors import FULL, SoraError, understood
from soracli.server.http import forms, page
from soracli.server.http.gate import Gate, problem
from soracli.server.http.handlers import LEFT, Server
from soracli.server.http.store import Store
from soracli.server.http.tool_calls import Mount
from soracli.server.http.worker import Failed

MOUNTED = "/mcp"
STATUS = {2: 400, 3: 400, 4: 400, 5: 503, 6: 413, 7: 502, 8: 400}  # HTTP status by exit code; others are 500
TIMEOUT = 504  # of what a check, a still or a draft may take no longer for


def app(
    jobs: Store, model: str | None, token: str | None, command: Sequence[str], *, local: bool,
    mount: Mount | None = None,
) -> Starlette:  # fmt: skip
    """The application. token, local: see `Gate`. command: see `Server`. mount: what answers at MOUNTED, or None."""
    own = Server(jobs, model, command, mount)
    videos = "/v1/videos"
    routes = [
        *(Route(path, page.part) for path in page.PARTS),
        Route(videos, own.create, methods=["POST"]),
        Route(videos, own.index),
        Route(f"{videos}/edits", own.edit, methods=["POST"]),
        Route(f"{videos}/extensions", own.extend, methods=["POST"]),
        Route(f"{videos}/characters", own.characters.create, methods=["POST"]),
        Route(f"{videos}/characters/{{id}}", own.characters.retrieve),
        Route(f"{videos}/{{id}}", own.retrieve),
        Route(f"{videos}/{{id}}", own.delete, methods=["DELETE"]),
        Route(f"{videos}/{{id}}/content", own.content),
        Route(f"{videos}/{{id}}/events", own.events),
        Route(f"{videos}/{{id}}/recipe", own.recipe),
        Route(f"{videos}/{{id}}/remix", own.remix, methods=["POST"]),
        Route(f"{videos}/{{id}}/replay", own.replay, methods=["POST"]),
        Route("/v1/images/generations", own.images, methods=["POST"]),
        Route("/v1/images/{id}/{n:int}", own.picture),
        Route("/v1/models", own.models),
        Route("/v1/models/{id}", own.models),
        Route("/v1/drafts", own.draft, methods=["POST"]),
    ]
    if own.mounted is not None:
        routes.append(Route(MOUNTED, own.mounted))
    gate = Middleware(Gate, token=token, local=local, most=forms.MAX_UPLOAD, open_to_all=tuple(page.PARTS))
    handlers: dict[Any, Any] = {
        SoraError: _refused, Failed: _failed, HTTPException: _http, ClientDisconnect: _left, OSError: _unwritten,
        Exception: _unmeant,
    }  # fmt: skip
    return Starlette(routes=routes, middleware=[gate], exception_handlers=handlers, lifespan=own.working)


async def _refused(request: Request, error: SoraError) -> Response:
    return _of(error.details())


async def _failed(request: Request, error: Failed) -> Response:
    return _of(error.details)


async def _left(request: Request, error: ClientDisconnect) -> Response:
    """The client went while it was sending: there is nobody to tell."""
    return Response(status_code=LEFT)


async def _unwritten(request: Request, error: OSError) -> Response:
    """The data folder takes nothing, or cannot be read."""
    why = (error.strerror or str(error)).lower()
    if error.errno in FULL:
        return problem(507, "disk_full", f"data folder: {why}; delete videos, or make room")
    return problem(500, "storage", f"data folder: {why}; see the server's log")


async def _unmeant(request: Request, error: Exception) -> Response:
    return _of(understood(error).details())


def _of(details: dict[str, Any]) -> Response:
    """An error of ours."""
    status = TIMEOUT if details["code"] == "timeout" else STATUS.get(details.get("exit_code", 1), 500)
    return problem(status, details["code"], details["message"])


async def _http(request: Request, error: HTTPException) -> Response:
    codes = {404: "not_found", 405: "bad_method", 413: "too_large", 429: "queue_full"}
    return problem(error.status_code, codes.get(error.status_code, "bad_request"), error.detail)
