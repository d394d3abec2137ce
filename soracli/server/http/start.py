"""`sora serve --http`: the server's address, its data folder, and who may ask."""

from __future__ import annotations

import contextlib
import os
import re
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from soracli.console.output import emit
from soracli.console.progress import Talk
from soracli.errors import UsageError
from soracli.formatting import printable
from soracli.options import parse
from soracli.options.flags import TalkFlags
from soracli.weights import manifest

if TYPE_CHECKING:
    from soracli.server.http.tool_calls import Mount

ADDRESS = "127.0.0.1:8472"
LOCK = "lock"  # the file in a data folder that its server holds; says that it is one
BACKLOG = 2048  # connections that wait to be accepted, as uvicorn has it
VARIABLE = "SORA_TOKEN"  # the token of clients; made, and kept in the data folder, where it is needed and not set


@dataclass(frozen=True)
class Arguments:
    """Arguments of `sora serve --http` as they were typed. data: the data folder. keep: how much may lie there."""

    address: str | None
    model: str | None
    data: str | None
    keep: str


def serve(args: Arguments, flags: TalkFlags, command: Sequence[str], mount: Mount | None = None) -> None:
    """Answer requests until Ctrl-C. command: starts a process that runs verbs, see `Worker`. mount: answers at /mcp.

    Raises UsageError for an address or a folder that cannot be had.
    """
    try:
        import python_multipart  # noqa: F401  what starlette reads forms with
        import uvicorn

        from soracli.server.http import app, gate
        from soracli.server.http.store import Store
    except ImportError as error:
        raise UsageError(
            f"--http: needs {error.name}, which is not installed; pip install 'soracli[http]'", "no_http"
        ) from None
    talk, model = Talk.of(flags), manifest.card(args.model).name
    host, port = _parsed(args.address or ADDRESS)
    bound = parse.memory(args.keep)
    root = _root(args.data)
    if flags.dry_run:
        talk.say(f"would serve {model} at {host}:{port}, with files in {printable(root)}")
        return
    local = host in gate.LOOPBACK
    with _alone(root), _bound(host, port) as door:
        store = Store(root, bound)
        token = os.environ.get(VARIABLE) or (None if local else store.token())
        url = f"http://{f'[{host}]' if ':' in host else host}:{door.getsockname()[1]}"
        secret = "" if token is None else f"; token: {VARIABLE}" if VARIABLE in os.environ else f"; token: {root}/token"
        tools = "" if mount is None else f", MCP: {url}{app.MOUNTED}"
        talk.say(f"serving {model} at {url}/ (API: {url}/v1{tools}{secret}). Ctrl-C stops it.")
        if flags.json:
            emit({"url": url, "model": model, "folder": str(root)})
        config = uvicorn.Config(
            app.app(store, model, token, command, local=local, mount=mount), log_level="warning",
            timeout_graceful_shutdown=2, server_header=False,
        )  # fmt: skip
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[door])


def _parsed(text: str) -> tuple[str, int]:
    match = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([^\[\]:\s]*)):([0-9]{1,5})", text)
    if not match or int(match[3]) > 65535:
        raise UsageError(f"HOST:PORT {printable(text)}: must be such as {ADDRESS}", "bad_address")
    return match[1] or match[2] or "127.0.0.1", int(match[3])


def _root(given: str | None) -> Path:
    import platformdirs

    path = Path(given) if given else platformdirs.user_data_path("soracli") / "http"
    if "{" in str(path.absolute()):
        raise UsageError(f"--data {printable(path)}: must not hold braces; choose another folder", "bad_data")
    return path.absolute()


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[None]:
    """The only server of this folder."""
    import fcntl

    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (root / LOCK).is_file() and any(root.iterdir()):  # what is over the bound is removed from it
            why = "holds other files, and no server's; choose an empty folder"
            raise UsageError(f"--data {printable(root)}: {why}", "bad_data")
        handle = os.open(root / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        why = (error.strerror or "cannot be used").lower()
        raise UsageError(f"--data {printable(root)}: {why}; choose another folder", "bad_data") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            why = "another server uses it; choose another folder"
            raise UsageError(f"--data {printable(root)}: {why}", "server_runs") from None
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise UsageError(f"HOST:PORT {host}:{port}: {why}; choose another", "bad_address") from None
        door.listen(BACKLOG)  # whoever reads where we are and comes at once is kept waiting, not refused
        yield door
