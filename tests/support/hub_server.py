"""A hub on this machine, with faults: it cuts lines, is slow, lies about bytes, is gated or broken."""

from __future__ import annotations

import hashlib
import http.server
import re
import threading
import time
from typing import Any


class Hub(http.server.ThreadingHTTPServer):
    """files: `repo/revision/path` -> bytes. Faults by that name, or for all of it.

    cuts: how many bytes go out before the line drops, one entry per answer. flipped: sent with one bit changed.
    slow: sent a mebibyte each twentieth of a second. codes: answered with this status. passing: with these, one each,
    before it answers as usual. short: as if so many bytes at the end were not there. blunt: without ranges.
    elsewhere: sent on to this URL, as the hub does with large files.
    """

    daemon_threads = True

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = files
        self.cuts: dict[str, list[int]] = {}
        self.flipped: set[str] = set()
        self.slow: set[str] = set()
        self.codes: dict[str, int] = {}
        self.passing: dict[str, list[int]] = {}
        self.short: dict[str, int] = {}
        self.elsewhere: dict[str, str] = {}
        self.blunt = False
        self.asked: list[tuple[str, str, int]] = []  # method, name, first byte
        self.tokens: list[str | None] = []
        self.sent = 0
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader who goes away is what we are here for."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hub

    def log_message(self, *given: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        hub, found = self.server, re.match(r"^/([^/]+/[^/]+)/resolve/([^/]+)/(.+)$", self.path)
        name = "/".join(found.groups()) if found else self.path
        start = int(re.sub(r"\D", "", self.headers.get("Range", "")) or 0)
        hub.asked.append((self.command, name, start))
        hub.tokens.append(self.headers.get("Authorization"))
        if hub.passing.get(name):
            self._head(hub.passing[name].pop(0), 0)
            return
        if name in hub.codes or name not in hub.files:
            self._head(hub.codes.get(name, 404), 0)
            return
        data = hub.files[name]
        facts = {"X-Linked-Size": len(data), "X-Linked-Etag": f'"{hashlib.sha256(data).hexdigest()}"'}
        if name in hub.elsewhere:
            self._head(302, 0, facts | {"Location": hub.elsewhere[name]})
            return
        if name in hub.flipped:
            data = data[:-1] + bytes([data[-1] ^ 1])
        data = data[: len(data) - hub.short.get(name, 0)]
        partial = start > 0 and not hub.blunt
        body = data[start:] if partial else data
        self._head(206 if partial else 200, len(body), facts)
        if self.command == "HEAD":
            return
        cut = hub.cuts[name].pop(0) if hub.cuts.get(name) else len(body)
        step = 1 << 20 if name in hub.slow else len(body) or 1
        for at in range(0, min(cut, len(body)), step):
            self.wfile.write(body[at : min(at + step, cut)])
            hub.sent += min(at + step, cut, len(body)) - at
            if name in hub.slow:
                time.sleep(0.05)
        if cut < len(body):
            self.close_connection = True
            self.connection.shutdown(2)

    def _head(self, code: int, length: int, facts: dict[str, Any] | None = None) -> None:
        self.send_response(code)
        for key, value in (facts or {}).items():
            self.send_header(key, str(value))
        self.send_header("Content-Length", str(length))
        self.end_headers()
