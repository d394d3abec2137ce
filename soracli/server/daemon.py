"""`sora serve`: an engine that stays, with its model loaded, and does the calls of others in their place, one by one.

A call brings its standard streams, folder and environment along, so that what it prints, writes and returns is what it
would have been without us; see `client`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import stat
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from soracli.console.progress import Talk
from soracli.errors import INTERRUPTED, UsageError
from soracli.formatting import printable
from soracli.options.flags import TalkFlags
from soracli.pipeline import model_cache
from soracli.server.client import GO, INTERRUPT, TERMINATE, VARIABLE, YES, likeness, place
from soracli.system import parsing, part_files, startup
from soracli.weights import manifest

MAX_REQUEST = 10_000_000  # bytes
Run = Callable[[list[str]], int]
PATIENCE = 5.0  # seconds for a caller to say what it wants


def serve(model: str | None, device: str, flags: TalkFlags, run: Run) -> None:
    """Load a model and do calls until Ctrl-C. run: does one command line, and returns its exit code."""
    talk = Talk.of(flags)
    card = manifest.card(model)
    given = place()
    if given is None:
        raise UsageError(f"{VARIABLE}: is empty, so nothing would find the engine; unset it", "no_socket")
    path = given.absolute()
    if flags.dry_run:
        talk.say(f"would load {card.name} and serve at {printable(path)}")
        return
    with _listening(path) as door, model_cache.keeping_models():
        like = likeness()
        where = model_cache.device(device, None)
        model_cache.load(card, where)
        import torch

        from soracli.commands import batch, enhance  # noqa: F401  so that no call has to
        from soracli.console import output
        from soracli.sampling import sampler  # noqa: F401  so that no call has to

        threads = torch.get_num_threads()
        talk.say(f"{card.name} is loaded; calls of sora use it from now on. Ctrl-C stops it. ({printable(path)})")
        if flags.json:
            output.emit({"socket": str(path), "model": card.name, "device": where})
        os.chdir("/")  # the folder that it was started in may go
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                link, _ = door.accept()
                with link:
                    answer(link, like, talk, run)
                torch.set_num_threads(threads)


@contextlib.contextmanager
def _listening(path: Path) -> Iterator[socket.socket]:
    """A socket that only this user can reach. One that nobody listens at any more is replaced, and nothing else is.

    A lock beside it, which ends with the process, sees to it that no two engines take it at once.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.parent.stat().st_uid != os.getuid():
        raise UsageError(f"{printable(path.parent)}: belongs to somebody else; set {VARIABLE}", "no_socket")
    if os.path.lexists(path) and _socket(path) is None:
        raise UsageError(f"{printable(path)}: is there already, and no socket of ours; set {VARIABLE}", "no_socket")
    with _alone(path), socket.socket(socket.AF_UNIX) as door:
        try:
            part_files.drop(path, path.parent)
            door.bind(str(path))
        except OSError as error:
            raise UsageError(f"{printable(path)}: cannot listen there ({error}); set {VARIABLE}", "no_socket") from None
        path.chmod(0o600)
        door.listen(8)
        own = _socket(path)
        try:
            yield door
        finally:
            if _socket(path) == own:
                part_files.drop(path, path.parent)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """The only engine at this place."""
    import fcntl

    runs = UsageError(f"{printable(path)}: an engine is running already; stop that one first", "engine_runs")
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        handle = os.open(path.with_name(path.name + ".lock"), flags, 0o600)
    except OSError as error:
        raise UsageError(f"{printable(path)}: cannot listen there ({error}); set {VARIABLE}", "no_socket") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise runs from None
        with socket.socket(socket.AF_UNIX) as probe:  # of a version without locks
            if _socket(path) is not None and probe.connect_ex(str(path)) == 0:
                raise runs
        yield
    finally:
        os.close(handle)


def _socket(path: Path) -> tuple[int, int] | None:
    """Which socket of this user's has a name, None = something else, or nothing."""
    try:
        status = path.lstat()
    except OSError:
        return None
    ours = stat.S_ISSOCK(status.st_mode) and status.st_uid == os.getuid()
    return (status.st_dev, status.st_ino) if ours else None


def answer(link: socket.socket, like: dict[str, Any], talk: Talk, run: Run) -> None:
    """Do one call, if it is one that we can do as its caller would, and if the caller still waits."""
    link.settimeout(PATIENCE)
    streams: list[int] = []
    try:
        head, streams, _, _ = socket.recv_fds(link, 4, 3)
        request = _request(link, int.from_bytes(head, "big"))
        if len(streams) != 3 or request.get("like") != like:
            return
        _check(request)
        os.chdir(request["cwd"])  # what may fail does so before we take the call
        link.sendall(YES)
        if link.recv(1) != GO:
            return
        code = _done(request, streams, link, run)
        link.sendall(str(code).encode())
        talk.detail(f"{' '.join(request['arguments'])[:60]}: {code}")
    except Exception as error:  # whatever somebody sends, the engine goes on
        talk.detail(f"a call was dropped ({type(error).__name__}: {error})")
    finally:
        os.chdir("/")
        for stream in streams:
            os.close(stream)


def _request(link: socket.socket, size: int) -> dict[str, Any]:
    if size > MAX_REQUEST:
        raise ValueError("too long")
    data = b""
    while len(data) < size and (part := link.recv(size - len(data))):
        data += part
    return dict(parsing.from_json(data))


def _check(request: dict[str, Any]) -> None:
    """Raises TypeError or ValueError for what no caller of ours sends."""
    arguments, environment, umask = (request[key] for key in ("arguments", "environment", "umask"))
    texts = [*arguments, *environment, *environment.values(), request["cwd"]]
    if not isinstance(arguments, list) or not all(isinstance(text, str) and "\0" not in text for text in texts):
        raise TypeError("arguments, environment and folder are texts")
    if type(umask) is not int or not 0 <= umask <= 0o777:
        raise ValueError("umask")


def _done(request: dict[str, Any], streams: list[int], link: socket.socket, run: Run) -> int:
    """The exit code of a call that was done in its caller's place."""
    with _in_place_of(request, streams), _signals_from(link):
        try:
            return run(request["arguments"])
        except SystemExit as end:
            return int(end.code or 0)
        except KeyboardInterrupt:  # after the call, as it were
            return INTERRUPTED


@contextlib.contextmanager
def _in_place_of(request: dict[str, Any], streams: list[int]) -> Iterator[None]:
    """Take the streams, environment and umask of a caller, whose folder we are in, and give them back."""
    environment, umask = dict(os.environ), os.umask(request["umask"])
    before = [os.dup(number) for number in range(3)]
    plain = sys.stdin, sys.stdout, sys.stderr
    try:
        _set_environment(request["environment"])
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
        sys.stdout = open(1, "w", buffering=1, closefd=False, errors="surrogateescape")  # noqa: SIM115
        sys.stderr = startup.ErrorStream.of(None, "backslashreplace")
        yield
    finally:
        for file in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                file.flush()
        sys.stdin, sys.stdout, sys.stderr = plain
        for number, stream in enumerate(before):
            os.dup2(stream, number)
            os.close(stream)
        _set_environment(environment)
        os.umask(umask)


def _set_environment(values: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(values)
    tempfile.tempdir = None  # it is remembered otherwise


@contextlib.contextmanager
def _signals_from(link: socket.socket) -> Iterator[None]:
    """Within this block the caller's Ctrl-C and SIGTERM, and its death, reach us as they would reach it."""
    active = True

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal active
        if active:
            active = False
            raise SystemExit(143) if number == signal.SIGTERM else KeyboardInterrupt

    def watch() -> None:
        link.settimeout(None)
        while True:
            try:
                word = link.recv(1)
            except OSError:
                word = b""
            if active and word in (INTERRUPT, TERMINATE, b""):
                number = signal.SIGTERM if word == TERMINATE else signal.SIGINT
                signal.pthread_kill(threading.main_thread().ident or 0, number)
            if not word:
                return

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        active = False
        link.shutdown(socket.SHUT_RD)
        watcher.join()
        for number, handler in before.items():
            signal.signal(number, handler)
