"""Who may ask, and how much they may send: looked at before anything else is done."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from soracli.formatting import printable

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def problem(status: int, code: str, message: str) -> JSONResponse:
    """An error as clients of OpenAI's API know it."""
    kind = "server_error" if status >= 500 else "invalid_request_error"
    error = {"message": printable(message), "type": kind, "param": None, "code": code}
    return JSONResponse({"error": error}, status_code=status)


def _parted(url: str) -> tuple[str, str]:
    """(host name, host with port) of a URL; empty for what is none."""
    try:
        found = urlsplit(url)
        return found.hostname or "", found.netloc
    except ValueError:
        return "", ""


class Gate:
    """ASGI middleware. token: that requests have to carry, None = none. local: only this computer is meant.
    open_to_all: paths that need no token.

    A page of another site that runs in a browser here sends its own `Origin`, or, by a name that was pointed at this
    computer, another `Host`: both are refused.
    """

    def __init__(self, app: Any, token: str | None, local: bool, most: int, open_to_all: tuple[str, ...] = ()) -> None:
        self.app, self.token, self.local, self.most = app, token, local, most
        self.open_to_all = open_to_all

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
        if (found := self._refusal(scope["path"], headers)) is not None:
            await found(scope, receive, send)
            return
        got = 0

        async def counted() -> Any:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if got > self.most:
                raise HTTPException(413, f"over {self.most:,} bytes")
            return message

        await self.app(scope, counted, send)

    def _refusal(self, path: str, headers: dict[str, str]) -> JSONResponse | None:
        host = headers.get("host", "")
        if self.local and _parted(f"//{host}")[0] not in LOOPBACK:
            return problem(403, "bad_host", f"Host {host}: is not this computer's own name; use 127.0.0.1")
        if (origin := headers.get("origin")) and _parted(origin)[1] != host:
            return problem(403, "bad_origin", f"Origin {origin}: pages of other sites may not ask")
        given = headers.get("authorization", "").removeprefix("Bearer ").encode()
        if (
            self.token is not None
            and path not in self.open_to_all
            and not secrets.compare_digest(given, self.token.encode())
        ):
            return problem(401, "bad_token", "Authorization: needs the server's token: Bearer TOKEN")
        return None
