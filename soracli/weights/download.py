"""Download files of open models from the hub into its cache (`hub`).

Not left to huggingface-hub for two reasons: a killed download goes on where it stopped, and no file is used before its
sha256 is right. HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE are heeded.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from soracli.card import Card, WeightFile
from soracli.errors import CapacityError, NetworkError, SoraError, WeightsError
from soracli.formatting import amount
from soracli.system import machine, part_files
from soracli.weights.hub import (
    bytes_present,
    cache,
    digest_of,
    folder,
    forget,
    learn,
    location,
    missing_files,
    part,
)

CHUNK = 1 << 20  # bytes; what a cut can cost
TRIES, PAUSE, PATIENCE = 5, 1.0, 30.0  # tries without progress, seconds before the second, seconds without a byte
SPARE = 200_000_000  # bytes of disk that stay free

Watch = Callable[[WeightFile, int], None]  # told how many bytes of a file are here


def pull(card: Card, watch: Watch = lambda file, done: None) -> list[Path]:
    """Fetch what is lacking of a card. Returns the files that were fetched.

    Raises NetworkError, WeightsError (refused, not there, other bytes than expected) or CapacityError (disk).
    """
    wanted = missing_files(card)
    if wanted and _offline():
        raise NetworkError(
            f"model '{card.name}': is not here and the network is off (HF_HUB_OFFLINE); unset it and pull again",
            "offline",
        )
    wanted = [with_remote_metadata(file) for file in wanted]
    need = sum(file.size - bytes_present(file) for file in wanted)
    free = machine.disk(_existing(cache()))
    if wanted and free and need + SPARE > free:
        raise CapacityError(
            f"model '{card.name}': needs {amount(need)} more in {cache()}, {amount(free)} is free; "
            "make room, or set HF_HOME to a folder on a larger disk",
            "disk",
        )
    for file in wanted:
        _fetch(file, watch)
    return [location(file) for file in wanted]


def _existing(path: Path) -> Path:
    return path if path.is_dir() or path.parent == path else _existing(path.parent)


def _offline() -> bool:
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE")


def with_remote_metadata(file: WeightFile) -> WeightFile:
    """With the size and sha256 that the hub states, where the manifest lacks them."""
    if file.size and file.sha256:
        return file
    with _patiently(file), _open(file, method="HEAD") as answer:
        size = answer.headers.get("X-Linked-Size") or answer.headers.get("Content-Length")
        tag = (answer.headers.get("X-Linked-Etag") or answer.headers.get("ETag") or "").removeprefix("W/").strip('"')
    if not size or not size.isdigit() or len(tag) not in (40, 64):
        raise WeightsError(f"{file.repo}: does not say what {file.path} must be; try another mirror", "unverifiable")
    told = replace(file, size=file.size or int(size), sha256=file.sha256 or tag)
    learn(told)
    return told


def _fetch(file: WeightFile, watch: Watch) -> None:
    """One file: its beginning is kept whatever happens, its end is checked before it has its name."""
    path = part(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    record = {"repo": file.repo, "revision": file.revision, "path": file.path, "size": file.size, "sha256": file.sha256}
    part_files.put(path.with_suffix(".json"), json.dumps(record).encode())
    idle = 0
    while (before := bytes_present(file)) < file.size:
        try:
            with path.open("ab") as out:
                _receive(file, out, watch)
            if bytes_present(file) <= before:
                raise OSError("it sent no more")
            idle = 0
        except (OSError, http.client.HTTPException) as error:
            if isinstance(error, urllib.error.HTTPError):
                error.close()
            idle = idle + 1 if bytes_present(file) <= before else 0
            if idle >= TRIES or (isinstance(error, urllib.error.HTTPError) and error.code < 500):
                raise _as_error(file, error) from error
            time.sleep(PAUSE * 2**idle)
    digest = digest_of(path, file)
    if digest != file.sha256:
        part_files.drop(path, folder(file.repo))
        forget(file)
        raise WeightsError(
            f"{file.path}: came with other bytes than expected (sha256 {digest[:12]}, expected {file.sha256[:12]}); "
            "nothing was kept; pull again, from another network if it recurs",
            "weights_damaged",
        )
    target = location(file)
    target.parent.mkdir(parents=True, exist_ok=True)
    part_files.settle(path, target)
    part_files.drop(path.with_suffix(".json"), folder(file.repo))


def _receive(file: WeightFile, out: BinaryIO, watch: Watch) -> None:
    """Go on with a file until the line is cut or it is whole."""
    done = out.tell()
    with _open(file, start=done) as answer:
        if done and answer.status != 206:  # this server begins anew
            out.truncate(0)
            done = 0
        while block := answer.read(min(CHUNK, file.size - done) or 1):
            if done + len(block) > file.size:
                break
            out.write(block)
            out.flush()
            done += len(block)
            watch(file, done)


def _open(file: WeightFile, start: int = 0, method: str = "GET") -> Any:
    """The hub's answer, from byte `start` on. The token goes to the hub alone, not to where it sends us."""
    from huggingface_hub import constants, get_token

    endpoint = (os.environ.get("HF_ENDPOINT") or constants.ENDPOINT).rstrip("/")
    path = urllib.parse.quote(f"{file.repo}/resolve/{file.revision}/{file.path}")
    request = urllib.request.Request(f"{endpoint}/{path}", method=method, headers={"User-Agent": "soracli"})
    request.add_header("Accept-Encoding", "identity")
    if start:
        request.add_header("Range", f"bytes={start}-")
    if token := os.environ.get("HF_TOKEN") or get_token():
        request.add_unredirected_header("Authorization", f"Bearer {token}")
    if method != "HEAD":
        return urllib.request.urlopen(request, timeout=PATIENCE)
    try:
        return urllib.request.build_opener(_Stay).open(request, timeout=PATIENCE)
    except urllib.error.HTTPError as error:
        if 300 <= error.code < 400:
            return error
        raise


class _Stay(urllib.request.HTTPRedirectHandler):
    """Does not follow: the hub's own answer says what a file must be, the store's that it points to does not."""

    def redirect_request(self, *given: Any) -> None:
        return None


@contextlib.contextmanager
def _patiently(file: WeightFile) -> Iterator[None]:
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        raise _as_error(file, error) from error


def _as_error(file: WeightFile, error: Exception) -> SoraError:
    """What a failure means, and what to do."""
    code = error.code if isinstance(error, urllib.error.HTTPError) else 0
    if code in (401, 403):
        return WeightsError(
            f"{file.repo}: is not open to you (HTTP {code}); accept its terms on its page and set HF_TOKEN", "gated"
        )
    if code in (404, 410):
        return WeightsError(f"{file.repo}: has no {file.path} at {file.revision[:12]}; update soracli", "not_on_hub")
    why = f"HTTP {code}" if code else str(getattr(error, "reason", "") or error) or type(error).__name__
    if isinstance(error, OSError) and error.errno == 28:
        return CapacityError(f"{cache()}: no space left; make room and pull again, it goes on from there", "disk")
    done = (
        f"stopped at {amount(bytes_present(file))} of {amount(file.size)}" if file.size else "the hub does not answer"
    )
    return NetworkError(
        f"{file.path}: {done} ({why}); run the same command again, it goes on from there",
        "download",
    )


@dataclass(frozen=True)
class DownloadPlan:
    """What a pull would do. files: to fetch. need: bytes still to come. free: on the disk. unsized: of unknown size."""

    files: list[WeightFile]
    need: int
    free: int
    unsized: int

    @classmethod
    def of(cls, card: Card) -> DownloadPlan:
        files = missing_files(card)
        need = sum(max(0, file.size - bytes_present(file)) for file in files)
        return cls(files, need, machine.disk(_existing(cache())), sum(not file.size for file in files))
