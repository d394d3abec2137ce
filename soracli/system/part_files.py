"""Files that this program makes, replaces and removes, all of them in here or, for results, in `media.commit`.

Nothing is written through a link, and nothing is removed but part files and what lies in a folder of our own. Part
files stand beside a result until it gets its name: what they are called, and which are left for dead:

    .sora-HOST-TOKEN.part      what is being written
    .sora-HOST-TOKEN.sealed    the same, signed, or the credential that belongs to it

    .sora-HOST-TOKEN.old       an older credential that steps aside while a newer file and its own get their names
    .sora-HOST-TOKEN.name      the name that it had

Whoever writes one holds a lock on the first of them, which ends with the process however that ends. `sweep` removes
those of this user that nobody holds. An `.old` whose file was not replaced gets its name back.
"""

from __future__ import annotations

import contextlib
import os
import platform
import re
import secrets
import shutil
import stat
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from soracli.system import opening

_YOUNG = 60.0  # seconds: a part file that is not held yet, or whose result is getting its name just now
_KINDS = (".part", ".sealed")
_SPOOL = "sora-spool-"  # how folders for what comes through standard input begin
OLD, NAME = ".old", ".name"
_PART = re.compile(r"\.sora-[0-9a-f]{8}-[0-9a-f]{12}\.(part|sealed|old|name)")


def beside(target: Path) -> Path:
    """A new name for a part file in the folder of a target."""
    return target.parent / f"{_mine()}{secrets.token_hex(6)}.part"


def _mine() -> str:
    """How part files of this computer begin: whether another one's writer lives cannot be seen over every network."""
    return f".sora-{zlib.crc32(platform.node().encode()):08x}-"


def remove(part: Path) -> None:
    """Remove a file or a folder, if it is there."""
    with contextlib.suppress(OSError):
        if part.is_dir() and not part.is_symlink():
            shutil.rmtree(part)
        else:
            part.unlink(missing_ok=True)


def settle(part: Path, path: Path) -> None:
    """Give a whole file of our own its name, in the place of what had it."""
    part.replace(path)


def drop(path: Path, inside: Path) -> int:
    """Remove a file of our own, or a link to one, that lies anywhere in a folder of ours; what a link points to stays.

    Returns the freed bytes; 0 where there is no such file, or it lies elsewhere. Raises OSError.
    """
    place = opening.real(path.parent) / path.name
    if not place.is_relative_to(opening.real(inside)) or (place.is_dir() and not place.is_symlink()):
        return 0
    try:
        freed = 0 if place.is_symlink() else place.stat().st_size
        place.unlink()
    except FileNotFoundError:
        return 0
    return freed


def drop_folder(folder: Path, inside: Path) -> None:
    """Remove a folder of our own that lies in another of ours, with all that is in it; errors pass."""
    if not folder.is_symlink() and opening.real(folder).parent == opening.real(inside):
        shutil.rmtree(folder, ignore_errors=True)


def hold(part: Path) -> int | None:
    """Lock a part file, or folder, until `release` or the end of the process. None where that cannot be done."""
    try:
        import fcntl

        handle = os.open(part, os.O_RDONLY if part.is_dir() else os.O_RDWR)
    except (ImportError, OSError):
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def release(handle: int | None) -> None:
    """Give up the lock of a part file, if there is one."""
    if handle is not None:
        os.close(handle)


def put(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Contents for a name, whole or not at all, in the place of what had it. mode: of the file, less the umask.

    The part file is new and has a name that nobody can know beforehand, so that no link that lies there is followed;
    a link of the target's own name is replaced, and what it points to stays. Raises OSError.
    """
    part = beside(path)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), mode)
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(handle)
        part.replace(path)
    except BaseException:
        remove(part)
        raise


@contextlib.contextmanager
def reserved(target: Path) -> Iterator[Path]:
    """An empty part file beside a target, held, and gone in the end unless it was renamed."""
    sweep(target.parent)
    part = beside(target)
    part.touch(exist_ok=False)
    handle = hold(part)
    try:
        yield part
    finally:
        remove(part)
        release(handle)


@contextlib.contextmanager
def temporary() -> Iterator[Path]:
    """A folder of our own among the system's temporary ones, gone in the end.

    Those of processes that were killed go first: nobody holds them any more.
    """
    with contextlib.suppress(OSError):
        for entry in os.scandir(tempfile.gettempdir()):
            if entry.name.startswith(_SPOOL):
                _cleared(Path(entry.path))
    with tempfile.TemporaryDirectory(prefix=_SPOOL) as name:
        handle = hold(Path(name))
        try:
            yield Path(name)
        finally:
            release(handle)


def _cleared(spool: Path) -> None:
    """Remove a temporary folder of this user that nobody holds; errors pass."""
    status = spool.lstat()
    ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
    if ours and time.time() - status.st_mtime > _YOUNG and (handle := hold(spool)) is not None:
        remove(spool)
        release(handle)


def sweep(folder: Path) -> int:
    """Remove part files of this computer in a folder whose writers are gone. Returns how many; errors pass."""
    count = 0
    with contextlib.suppress(OSError):
        own = [Path(entry.path) for entry in os.scandir(folder) if entry.name.startswith(_mine())]
        for path in own:
            if path.suffix == OLD:  # first: whether its part file is there still says how far the writer came
                count += _restored(path)
        for path in own:
            if path.suffix in _KINDS:
                count += _swept(path)
    return count


def left(folder: Path) -> list[Path]:
    """Part files in a folder, of this computer and of others."""
    with contextlib.suppress(OSError):
        return sorted(path for path in folder.iterdir() if _PART.fullmatch(path.name))
    return []


def _restored(old: Path) -> bool:
    """Deal with what a killed writer let step aside: its name back if the newer file did not get its own, else gone."""
    part, name = old.with_suffix(_KINDS[0]), old.with_suffix(NAME)
    if not old.is_file() or old.is_symlink() or not name.is_file() or not (_is_own(old) and _is_own(name)):
        return False
    handle = hold(part)
    if handle is None and os.path.lexists(part):
        return False
    try:
        told = os.fsdecode(name.read_bytes())
        if os.path.lexists(part) and told == Path(told).name:
            old.replace(old.parent / told)
        remove(old)
        remove(name)
    except (OSError, ValueError):
        return False
    finally:
        release(handle)
    return True


def _is_own(path: Path) -> bool:
    """Whether a name itself, no link's end, belongs to this user: in /tmp others may call theirs like ours."""
    return path.lstat().st_uid == os.geteuid()


def _swept(path: Path) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)) or time.time() - status.st_mtime < _YOUNG:
        return False
    if not _is_own(path):
        return False
    part = path.with_suffix(_KINDS[0])
    handle = hold(part)
    if handle is None and os.path.lexists(part):
        return False
    try:
        remove(path)
    finally:
        release(handle)
    return not os.path.lexists(path)
