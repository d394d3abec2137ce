"""Reading pictures and clips: what a file is (`info`), its frames (`read`), its sound and oddities (`read_source`).

Only regular files and standard input are opened, and only as the containers and pictures that
`video` and `stills` list. Whatever a decoder raises becomes a MediaError.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import stat
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from soracli.errors import CapacityError, MediaError, SoraError, UsageError, is_memory, is_of_the_system
from soracli.formatting import printable
from soracli.media import stills
from soracli.media.audio import Audio
from soracli.media.frame_files import MOST_RECORD, RECORD, frame_files
from soracli.media.source import MAX_PIXELS, MediaInfo, Recipe, Source, check_bytes, state_of, stated_rate
from soracli.media.stills import MAGIC, is_picture, picture_info, read_picture
from soracli.media.video import ENDS_EARLY, NO_SOUND, NO_VIDEO, read_track, read_video, video_info
from soracli.system import parsing, part_files
from soracli.types import Clip, Frames

Alpha = npt.NDArray[np.uint8]  # (T, H, W), 255 = opaque

MAX_STDIN = 4_000_000_000  # bytes
_BLOCK = 1 << 20  # bytes
_MOST_BOXES = 1000  # that are looked at; the index stands before the pieces of a film
# how files of sound begin: FLAC, MP3 with and without a tag, Wave64, AAC
_SOUNDS = (b"fLaC", b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"riff", b"\xff\xf1", b"\xff\xf9")


def info(path: str | Path) -> MediaInfo:
    """What a picture or clip is, without decoding it, and the recipe inside it. `-` is standard input."""
    if _is_frames_folder(Path(path)):
        return _folder_info(Path(path))
    with opened(path) as (file, _):
        found = picture_info(file) if _pictured(file) else video_info(file)
    return dataclasses.replace(found, path=str(path))


def read(path: str | Path) -> Clip:
    """All frames of a picture or clip as RGB; a still has one frame and a rate of 1. `-` is standard input."""
    return read_source(path).clip


def read_source(path: str | Path, partial: bool | None = None) -> Source:
    """A picture or clip with its sound, and a sentence on everything odd about it. `-` is standard input.

    partial: take what there is of a video that ends early, instead of a MediaError; None = nor offer that.
    """
    if _is_frames_folder(Path(path)):
        return Source(Path(path), _read_folder(Path(path)))
    with opened(path) as (file, shown):
        state = () if str(path) == "-" else state_of(file)
        clip, audio, notes = decoded(file, partial)
        data = file.read_bytes() if str(path) == "-" else None
    return Source(Path(path), clip, audio, tuple(f"{shown} {note}." for note in notes), data, state)


def read_sound(path: str | Path) -> Source:
    """The sound of a file, as a source without frames. `-` is standard input."""
    with opened(path) as (file, shown):
        state = () if str(path) == "-" else state_of(file)
        if _pictured(file):
            raise MediaError(NO_SOUND, "no_sound")
        audio, notes = read_track(file)
        data = file.read_bytes() if str(path) == "-" else None
    none = Clip(np.zeros((0, 1, 1, 3), np.uint8), Fraction(1))
    return Source(Path(path), none, audio, tuple(f"{shown} {note}." for note in notes), data, state)


def read_layer(path: str | Path) -> tuple[Source, Alpha]:
    """A picture or clip with its alpha, uint8 (T, H, W), with which its colour is premultiplied. `-` is standard input.

    Its sound is left out. What has no alpha is opaque.
    """
    if _is_frames_folder(Path(path)):
        whole = _read_folder(Path(path), alpha=True)
        source = Source(Path(path), whole)
    else:
        with opened(path) as (file, shown):
            state = () if str(path) == "-" else state_of(file)
            whole, _, notes = decoded(file, alpha=True)
            data = file.read_bytes() if str(path) == "-" else None
        source = Source(Path(path), whole, None, tuple(f"{shown} {note}." for note in notes), data, state)
    colour, alpha = np.ascontiguousarray(whole.frames[..., :3]), np.ascontiguousarray(whole.frames[..., 3])
    return dataclasses.replace(source, clip=Clip(np.minimum(colour, alpha[..., None]), whole.fps)), alpha


def read_cutout(path: str | Path) -> Image.Image:
    """A picture that is not laid over black, see `stills.read_cutout`. Raises MediaError for what is none."""
    with opened(path) as (file, _):
        if not _pictured(file):
            raise MediaError("is not a picture; give a PNG or WebP", "no_picture")
        return stills.read_cutout(file)


def decoded(file: Path, partial: bool | None = None, alpha: bool = False) -> tuple[Clip, Audio | None, list[str]]:
    """Frames, sound, and what was odd, of a file that `opened` gave: messages lack its name.

    partial: see `read_source`. alpha: see `read_video`.
    """
    if _pictured(file):
        clip, notes = read_picture(file, alpha)
        return clip, None, notes
    try:
        return read_video(file, bool(partial), alpha)
    except MediaError as error:
        if error.code != ENDS_EARLY:
            raise
        way_out = "get the file again" if partial is None else "get the file again, or pass --allow-partial to use them"
        raise MediaError(f"{error}; {way_out}", error.code) from error.__cause__


def _pictured(file: Path) -> bool:
    """Whether Pillow is to read a file; else it is a video. Of a phone's HEIC a video decoder sees but one tile."""
    if is_picture(file):
        return True
    with file.open("rb") as opened_file:
        head = opened_file.read(8)
    if head[4:] == b"ftyp" and "meta" in (kinds := _boxes(file)) and "moov" not in kinds:
        raise MediaError("is a picture in HEIF (HEIC), which is not read; convert it to JPEG or PNG", "no_codec")
    return False


# --- what a path is -------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def opened(path: str | Path) -> Iterator[tuple[Path, str]]:
    """(a regular file, its name in messages). What goes wrong while it is used is a MediaError with that name."""
    if "://" in str(path):
        raise UsageError(f"{printable(path)}: only local files are read; download it first", "not_local")
    if str(path) == "-":
        with part_files.temporary() as folder:
            file = folder / "input"
            _spool(file)
            with _explained(file, "standard input"):
                yield file, "standard input"
        return
    _check_file(Path(path))
    with _explained(Path(path), printable(path)):
        yield Path(path), printable(path)


def _spool(file: Path) -> None:
    """Standard input, whole, as a file: decoders want to seek."""
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("-: standard input is a terminal; pipe a picture or a clip in", "empty_stdin")
    count = 0
    try:
        with file.open("wb") as target:
            while block := sys.stdin.buffer.read(_BLOCK):
                count += len(block)
                if count > MAX_STDIN:
                    raise MediaError(
                        f"-: standard input is over {MAX_STDIN / 10**9:g} GB; save it and give its name", "too_large"
                    )
                target.write(block)
    except OSError as error:
        raise CapacityError(
            f"-: standard input does not fit in {printable(file.parent)} ({error.strerror}); "
            "free some space, or give a file name",
            "disk_full",
        ) from error
    if not count:
        raise MediaError("-: nothing on standard input; pipe a picture or a clip in", "empty_stdin")


def _check_file(path: Path) -> None:
    shown = printable(path)
    try:
        status = path.stat()
    except FileNotFoundError:
        raise MediaError(f"{shown}: no such file", "no_file") from None
    except OSError as error:
        raise MediaError(f"{shown}: cannot be opened ({error.strerror})", "no_file") from None
    except ValueError:  # a NUL character, half a letter
        raise MediaError(f"{shown}: no file can be called so", "no_file") from None
    if stat.S_ISDIR(status.st_mode):
        raise MediaError(f"{shown}: is a folder, expected a video or a picture", "not_a_file")
    if not stat.S_ISREG(status.st_mode):
        raise MediaError(f"{shown}: is not a regular file; use - to read standard input", "not_a_file")
    if not status.st_size:
        raise MediaError(f"{shown}: is empty (0 bytes)", "empty_file")


@contextlib.contextmanager
def _explained(file: Path, shown: str) -> Iterator[None]:
    """The one place where a decoder's many exceptions become ours, and where messages get the file's name."""
    try:
        yield
    except SoraError as error:
        raise type(error)(f"{shown}: {error}", error.code) from error.__cause__
    except Image.DecompressionBombError:
        raise MediaError(f"{shown}: is over the {MAX_PIXELS // 10**6} Mpx limit", "too_large") from None
    except ValueError as error:
        if "MAX_TEXT_" not in str(error):  # the only sign by which Pillow tells it
            raise MediaError(f"{shown}: {_diagnose(file)}", "unreadable") from error
        raise MediaError(
            f"{shown}: holds too much compressed text; save it without its comments", "too_large"
        ) from None
    except PermissionError:
        raise MediaError(f"{shown}: permission denied", "no_file") from None
    except UnidentifiedImageError as error:
        raise MediaError(f"{shown}: {_diagnose(file)}{_odd_tiff(file)}", "unreadable") from error
    except Exception as error:
        if is_memory(error):
            raise MediaError(
                f"{shown}: does not fit into the memory that is free; make it smaller", "memory"
            ) from error
        raise MediaError(f"{shown}: {_diagnose(file)}", "unreadable") from error


def _diagnose(path: Path) -> str:
    """What the bytes of a file look like that could not be read."""
    with path.open("rb") as file:
        head = file.read(512)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"version https://git-lfs"):
        return "is a Git LFS pointer, not the video; run git lfs pull"
    if head.startswith(b"%PDF") or b"<svg" in start:
        return "vector pictures are not supported; convert it to PNG"
    if start.startswith((b"ffconcat", b"#extm3u", b"v=0", b"[playlist]")) or b"<mpd" in start:
        return "playlists are not accepted, since they name other files; give the video itself"
    if start.startswith(b"<"):
        return "is not a video or a picture (looks like HTML or XML)"
    if head[4:8] == b"ftyp" and not {"moov", "meta"} & _boxes(path):  # AVIF has the latter
        return "its index (moov) is missing: the recording or the download was cut off; get the file again"
    if head.startswith(_SOUNDS) or head[8:12] in (b"WAVE", b"AIFF", b"AIFC"):
        return f"{NO_VIDEO} (sound only); give a video or a picture"
    if head[4:8] == b"ftyp" or head.startswith((*MAGIC, b"RIFF", b"\x1aE\xdf\xa3")):
        return "is damaged or cut off; get the file again"
    return "is not a video or a picture that can be read; convert it to MP4 or PNG"


def _odd_tiff(path: Path) -> str:
    with path.open("rb") as file:
        tiff = file.read(4) in (b"II*\0", b"MM\0*")
    return ", or convert it: of floating point, or over 16 bits a sample, few kinds of TIFF are read" if tiff else ""


def _boxes(path: Path) -> set[str]:
    """The kinds of boxes that an MP4, MOV or HEIF is made of, outermost ones only."""
    found, end, at = set(), path.stat().st_size, 0
    with path.open("rb") as file:
        for _ in range(_MOST_BOXES):
            file.seek(at)
            head = file.read(16)
            size = int.from_bytes(head[8:16] if head[:4] == b"\0\0\0\1" else head[:4], "big")
            if len(head) >= 8:
                found.add(head[4:8].decode("latin-1"))
            at += size
            if size < 8 or at >= end:  # 0: as far as the file goes; else not a box
                break
    return found


# --- a folder of frames ---------------------------------------------------------------------------------------------


def _is_frames_folder(path: Path) -> bool:
    return os.path.isdir(path) and (path / RECORD).is_file() and (path / "frame-00000.png").is_file()


def _folder_record(path: Path) -> tuple[Fraction, Recipe | None, list[Path]]:
    try:
        record = parsing.from_json(parsing.read(path / RECORD, MOST_RECORD))
        fps, recipe = stated_rate(record["fps"]), record.get("recipe")
        if fps is None:
            raise ValueError("fps")
    except (ValueError, LookupError, TypeError, AttributeError, OSError) as error:
        if is_of_the_system(error):
            raise
        raise MediaError(f"{printable(path / RECORD)}: is not a recipe of soracli", "bad_recipe") from error
    recipe = recipe if isinstance(recipe, dict) else None
    return fps, recipe, frame_files(path)


def _folder_info(path: Path) -> MediaInfo:
    fps, recipe, files = _folder_record(path)
    first = info(files[0])
    size = sum(file.stat().st_size for file in files)
    return MediaInfo(
        str(path),
        "frames",
        "png",
        first.pixels,
        first.width,
        first.height,
        len(files),
        fps,
        float(len(files) / fps),
        size,
        recipe,
    )


def _read_folder(path: Path, alpha: bool = False) -> Clip:
    fps, _, files = _folder_record(path)

    def frames(file: Path) -> Frames:
        with opened(file) as (found, _):
            return decoded(found, alpha=alpha)[0].frames

    first = frames(files[0])
    check_bytes(len(files) * first.nbytes)
    whole = np.empty((len(files), *first.shape[1:]), np.uint8)
    for place, file in zip(whole, files, strict=True):
        one = frames(file)
        if one.shape != first.shape:
            size, usual = (f"{found.shape[2]}x{found.shape[1]}" for found in (one, first))
            raise MediaError(
                f"{printable(file)}: is {size}, and the first frame {usual}; give all of them one size", "bad_frames"
            )
        place[:] = one[0]
    return Clip(whole, fps)
