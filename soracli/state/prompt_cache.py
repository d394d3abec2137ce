"""Encoded prompts on disk: what a text encoder of gigabytes has made of a text need not be made again.

    CACHE/prompts/DIGEST.safetensors

CACHE is the platform's folder for such things ($XDG_CACHE_HOME/soracli, mostly ~/.cache/soracli). The digest is of the
text and of the encoder, so a file never goes with another one. Those that were not used for longest make room for new
ones; `sora runs prune` removes them too. Imports nothing slow.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path

from soracli.system import machine, part_files

LIMIT = 256_000_000  # bytes of all of them together
SUFFIX = ".safetensors"


def folder() -> Path:
    """Where encoded prompts are kept, whether it is there or not."""
    return machine.cache_folder() / "prompts"


def place(text: str, encoder: str) -> Path:
    """Where the states of a text are, or would be. encoder: a digest of all that makes them what they are."""
    name = hashlib.sha256(json.dumps([encoder, text]).encode()).hexdigest()
    return folder() / (name + SUFFIX)


def read(path: Path) -> bytes | None:
    """The contents of a file that is there; it counts as used now."""
    try:
        data = path.read_bytes()
        os.utime(path)
    except OSError:
        return None
    return data


def write(path: Path, data: bytes) -> None:
    """Keep a file, whole or not at all, and make room for it. Where none can be kept it goes without."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # prompts are nobody else's business
        part_files.put(path, data, mode=0o600)
        _make_room()


def _make_room() -> None:
    found = sorted(_files(), key=lambda pair: -pair[1].st_mtime)
    used = 0
    for path, status in found:
        used += status.st_size
        if used > LIMIT:
            part_files.drop(path, folder())


def unused(before: float) -> list[tuple[Path, int]]:
    """Files that were not used since a time, with their bytes."""
    return [(path, status.st_size) for path, status in _files() if status.st_mtime <= before]


def _files() -> list[tuple[Path, os.stat_result]]:
    found = []
    with contextlib.suppress(OSError):
        for path in folder().glob("*" + SUFFIX):
            with contextlib.suppress(OSError):
                found.append((path, path.stat()))
    return found
