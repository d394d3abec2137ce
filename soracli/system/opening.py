"""Files that the system bars and links that lead in a circle, where a library has no words for that or wrong ones."""

from __future__ import annotations

import os
from pathlib import Path


def check(path: Path) -> None:
    """Raise the OSError of opening a regular file: of one that is barred safetensors says that it is not there."""
    if path.is_file():
        path.open("rb").close()


def real(path: str | Path) -> Path:
    """An absolute path without links. One that leads in a circle stays in it, where `Path.resolve` is a RuntimeError;
    whoever opens it is told by the system.
    """
    return Path(os.path.realpath(path))


def files_below(folder: Path) -> list[Path]:
    """Every file in a folder and those below it, by path; what is hidden is passed over.

    Raises OSError for a folder that cannot be listed, of which `Path.rglob` says nothing.
    """
    found: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths = [Path(place, name) for name in names if not name.startswith(".")]
        found += [path for path in paths if path.is_file()]
    return sorted(found)


def _raise(error: OSError) -> None:
    raise error
