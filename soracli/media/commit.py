"""How a part file gets its name: flushed to the disk, then renamed, so that nobody sees half of it; and in what words
the operating system's refusals are told."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path

import av

from soracli.errors import FULL, CapacityError, SoraError, UsageError
from soracli.formatting import printable
from soracli.media import formats
from soracli.system import part_files

_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
_PATIENCE = 2.0  # seconds for which another writer in the same folder is waited for; giving a name takes milliseconds


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the operating system and the encoders raise about an output into a SoraError."""
    try:
        yield
    except SoraError:
        raise
    except (OSError, av.error.FFmpegError) as error:
        raise _explain(error, path) from error


def _explain(error: OSError | av.error.FFmpegError, path: Path) -> SoraError:
    shown, folder, number = printable(path), printable(path.parent), getattr(error, "errno", None)
    if number in FULL:
        return CapacityError(f"{shown}: the disk is full; free some space, or choose another -o", "disk_full")
    if number == errno.EISDIR:
        return UsageError(f"{shown}: is a folder; add a file name", "output_exists")
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return UsageError(f"{folder}/: cannot write here (permission denied); choose another -o", "not_writable")
    if number in (errno.EEXIST, errno.ENOTEMPTY):
        return UsageError(f"{shown}: already exists; pass --force to replace it, or choose another -o", "output_exists")
    if number == errno.ENAMETOOLONG:
        return UsageError(f"{shown[:60]}...: file name too long; choose a shorter -o", "bad_output")
    if number in (errno.ENOENT, errno.ENOTDIR):
        return UsageError(f"{folder}/: no such folder; make it first, or choose another -o", "no_folder")
    return SoraError(f"{shown}: could not be written ({error}); please report this", "write_failed")


def reserve(part: Path, *, folder: bool) -> None:
    """Make the part file, or the folder, empty."""
    if folder:
        part.mkdir()
    else:
        part.touch(exist_ok=False)


def sync(part: Path) -> None:
    """Flush a file, or a folder with all that is in it, to the disk."""
    for path in [*sorted(part.iterdir()), part] if part.is_dir() else [part]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def commit(part: Path, path: Path, *, force: bool) -> None:
    """Give the part file its name. Without force two runs cannot both win; with it, the later one does."""
    with _alone(path.parent):
        _rename(part, path, force=force)
    _sync_folder(path.parent)


def commit_pair(part: Path, beside: Path, path: Path, *, force: bool) -> None:
    """The same for a file and the credential beside it, which is there first: the file is never seen without."""
    target = formats.sidecar_of(path)
    old, name = beside.with_suffix(part_files.OLD), beside.with_suffix(part_files.NAME)
    with _alone(path.parent):
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a folder", str(target))
        if force and target.exists():
            name.write_bytes(os.fsencode(target.name))
            _double(target, old)
        try:
            _rename(beside, target, force=force)
            try:
                _rename(part, path, force=force)
            except BaseException:
                target.unlink(missing_ok=True)
                raise
        except BaseException:
            if old.exists():
                old.replace(target)
            raise
        finally:
            old.unlink(missing_ok=True)  # two names of one file: to replace the one by the other does nothing
            name.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _double(target: Path, old: Path) -> None:
    """A second name for what is about to be replaced, which keeps its first until then, where there are hard links."""
    try:
        os.link(target, old)
    except OSError:
        target.rename(old)


def _rename(part: Path, path: Path, *, force: bool) -> None:
    """Without force a hard link, which fails if the name is taken."""
    if part.is_dir():
        _rename_folder(part, path, force=force)
    elif force:
        part.replace(path)
    else:
        try:
            os.link(part, path)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if path.exists():
                raise FileExistsError(errno.EEXIST, "exists") from None
            part.rename(path)


def _rename_folder(part: Path, path: Path, *, force: bool) -> None:
    """In one step where the system can exchange two names; elsewhere the old folder steps aside, and back if need be.

    Of the old one only frames and their record are removed. What somebody has put there meanwhile stays where it is.
    """
    if not (force and path.is_dir() and not path.is_symlink()):
        part.rename(path)
        return
    old = part
    if not _exchange(part, path):
        old = aside(path, "old")
        path.rename(old)
        try:
            part.rename(path)
        except BaseException:
            old.rename(path)
            raise
    for entry in sorted(old.iterdir()):
        if entry.is_file() and not entry.is_symlink() and is_of_frames(entry.name):
            entry.unlink()
        else:
            entry.rename(free(path / entry.name))
    old.rmdir()


def is_of_frames(name: str) -> bool:
    """Whether a file in a folder of frames is one that we have put there."""
    return name == "recipe.json" or (name.startswith("frame-") and name.endswith(".png"))


def free(path: Path) -> Path:
    """The path, or the first of path-2, path-3, ... that is not taken."""
    names = (path.with_name(f"{path.stem}-{n}{path.suffix}") for n in itertools.count(2))
    return next(name for name in itertools.chain([path], names) if not os.path.lexists(name))


def _exchange(one: Path, other: Path) -> bool:
    """Let two names change places, in one step; False where the system or the file system cannot (renameat2(2))."""
    import ctypes

    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    done: int = call(_HERE, os.fsencode(one.absolute()), _HERE, os.fsencode(other.absolute()), _EXCHANGE)
    return done == 0


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time gives names in a folder: a file and what is beside it must be by the same one.

    Where a folder cannot be locked, or somebody keeps it locked, it goes without.
    """
    try:
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        yield
        return
    try:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.01)
            except OSError:
                break
        yield
    finally:
        os.close(handle)


def keep(part: Path, path: Path) -> Path | None:
    """Give the file that could not be signed a name of its own beside its target; None if even that fails."""
    name = aside(path, "unsigned")
    try:
        part.rename(name)
    except OSError:
        return None
    return name


def aside(path: Path, word: str) -> Path:
    """`clip.held.mp4`, or the first such name with a number that is free."""
    names = (path.with_name(f"{path.stem}.{word}{'' if n == 1 else f'-{n}'}{path.suffix}") for n in itertools.count(1))
    return next(name for name in names if not os.path.lexists(name))


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # not every file system lets a folder be synced
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
