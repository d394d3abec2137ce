"""Whether a result can be written where it is to go, asked before anything is computed, in the command line's words."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from PIL import features

from soracli.errors import UsageError
from soracli.formatting import printable
from soracli.media import formats
from soracli.media.commit import explained, is_of_frames, reserve
from soracli.system import part_files


def check(path: Path, format: formats.Format, *, force: bool) -> None:
    """Refuse a target that cannot be written, or not replaced; costs no computing."""
    shown = printable(path)
    if format.name == "avif" and not features.check("avif"):
        raise UsageError(f"{shown}: Pillow was built without AVIF here; use webp or png", "bad_format")
    folder = path.parent
    _check_length(path, format)
    if not os.path.isdir(folder):
        raise UsageError(f"{printable(folder)}/: no such folder; make it first, or choose another -o", "no_folder")
    if os.path.lexists(path):
        if format.name == "frames":
            _check_frames(path, force=force)
        else:
            check_file(path, force=force)
    beside = formats.sidecar_of(path)
    if format.sidecar and os.path.lexists(beside):
        check_file(beside, force=force)
    with explained(path):
        probe = part_files.beside(path)
        reserve(probe, folder=False)
        part_files.remove(probe)


def check_file(path: Path, *, force: bool) -> None:
    """Refuse a name that is taken by what is not to be, or cannot be, replaced."""
    shown, mode = printable(path), _mode(path)
    if stat.S_ISDIR(mode):
        raise UsageError(f"{shown}: is a folder; add a file name", "output_exists")
    if not stat.S_ISREG(mode):
        raise UsageError(f"{shown}: is not a regular file; use -o - to write to standard output", "output_exists")
    if not force:
        raise UsageError(f"{shown}: already exists; pass --force to replace it, or choose another -o", "output_exists")
    _check_owner(path)


def _check_length(path: Path, format: formats.Format) -> None:
    """Refuse a name that no file system takes, or whose credential has none beside it."""
    longest = formats.sidecar_of(path) if format.sidecar else path
    try:
        most = os.pathconf(path.parent, "PC_NAME_MAX")
        os.stat(path.parent)
    except (OSError, ValueError, AttributeError):
        most = 255
    if len(os.fsencode(longest.name)) > most:
        raise UsageError(f"-o {printable(path)[:60]}...: over {most} bytes; choose a shorter name", "bad_output")


def _check_frames(path: Path, *, force: bool) -> None:
    shown = printable(path)
    if not stat.S_ISDIR(_mode(path)):
        raise UsageError(f"{shown}: is a file, and frames need a folder; choose another -o", "output_exists")
    inside = [entry.name for entry in path.iterdir()]
    foreign = [name for name in inside if not is_of_frames(name)]
    if foreign:
        raise UsageError(f"{shown}/: holds other files ({printable(foreign[0])}); choose another -o", "output_exists")
    if inside and not force:
        raise UsageError(
            f"{shown}/: already holds frames; pass --force to replace them, or choose another -o", "output_exists"
        )
    _check_owner(path)
    if not os.access(path, os.W_OK | os.X_OK):  # the older frames are to go
        raise UsageError(f"{shown}/: cannot write here (permission denied); choose another -o", "not_writable")
    for name in inside:
        _check_owner(path / name)


def _mode(path: Path) -> int:
    """Of what a name leads to; a link that leads nowhere counts as a file."""
    return path.stat().st_mode if path.exists() else stat.S_IFREG


def _check_owner(path: Path) -> None:
    """Refuse what belongs to another user in a sticky folder, as /tmp is: there each replaces his own alone."""
    folder, user = path.parent.stat(), os.geteuid()
    if folder.st_mode & stat.S_ISVTX and user not in (0, folder.st_uid, path.lstat().st_uid):
        raise UsageError(
            f"{printable(path)}: belongs to another user, who alone may replace it here; choose another -o",
            "not_writable",
        )
