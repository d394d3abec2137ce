"""Reading pictures and clips: what a file is (`info`), the recipe inside it, and its frames (`read`).

Only regular files are opened, and only as the containers and pictures listed here, so that a file
cannot make us read another file or the network. Whatever a decoder raises becomes a MediaError.
"""

from __future__ import annotations

import contextlib
import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from PIL import Image, ImageSequence

from soracli.errors import MediaError, SoraError, UsageError
from soracli.media.encode import ASCII_CODE, EXIF_IFD, USER_COMMENT, Recipe
from soracli.types import Clip
from soracli.wording import printable

MAX_PIXELS = 64_000_000  # of one frame
_CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,ogg"
_PICTURES = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "PPM")
_MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")


@dataclass(frozen=True)
class MediaInfo:
    """What a file is. fps and seconds are 0 for a still; frames is what the file declares."""

    path: str
    format: str
    codec: str
    pixels: str
    width: int
    height: int
    frames: int
    fps: Fraction
    seconds: float
    bytes: int
    recipe: Recipe | None


def info(path: str | Path) -> MediaInfo:
    """What a picture or clip is, without decoding it, and the recipe inside it."""
    path = _local(path)
    if _is_frames_folder(path):
        return _folder_info(path)
    _check_file(path)
    with _explained(path):
        return _picture_info(path) if _is_picture(path) else _video_info(path)


def read(path: str | Path) -> Clip:
    """All frames of a picture or clip as RGB; a still has one frame and a rate of 1."""
    path = _local(path)
    if _is_frames_folder(path):
        return _read_folder(path)
    _check_file(path)
    with _explained(path):
        return _read_picture(path) if _is_picture(path) else _read_video(path)


# --- what a path is -------------------------------------------------------------------------------------------------


def _local(path: str | Path) -> Path:
    if "://" in str(path):
        raise UsageError(f"{printable(path)}: only local files are read; download it first", "not_local")
    return Path(path)


def _check_file(path: Path) -> None:
    shown = printable(path)
    try:
        status = path.stat()
    except FileNotFoundError:
        raise MediaError(f"{shown}: no such file", "no_file") from None
    except OSError as error:
        raise MediaError(f"{shown}: cannot be opened ({error.strerror})", "no_file") from None
    if stat.S_ISDIR(status.st_mode):
        raise MediaError(f"{shown}: is a folder, expected a video or a picture", "not_a_file")
    if not stat.S_ISREG(status.st_mode):
        raise MediaError(f"{shown}: is not a regular file", "not_a_file")
    if not status.st_size:
        raise MediaError(f"{shown}: is empty (0 bytes)", "empty_file")


def _is_frames_folder(path: Path) -> bool:
    return path.is_dir() and (path / "recipe.json").is_file() and (path / "frame-00000.png").is_file()


def _is_picture(path: Path) -> bool:
    """By content, never by suffix."""
    with path.open("rb") as file:
        head = file.read(16)
    return head.startswith(_MAGIC) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP") or head[4:12] == b"ftypavif"


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """The one place where a decoder's many exceptions become ours."""
    try:
        yield
    except SoraError:
        raise
    except Image.DecompressionBombError:
        raise MediaError(f"{printable(path)}: is over the {MAX_PIXELS // 10**6} Mpx limit", "too_large") from None
    except PermissionError:
        raise MediaError(f"{printable(path)}: permission denied", "no_file") from None
    except Exception as error:
        raise MediaError(f"{printable(path)}: {_diagnose(path)}", "unreadable") from error


def _diagnose(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith(b"version https://git-lfs"):
        return "is a Git LFS pointer, not the video; run git lfs pull"
    if head.lstrip()[:1] == b"<":
        return "is not a video or a picture (looks like HTML or XML)"
    if head[4:8] == b"ftyp" or head.startswith((*_MAGIC, b"RIFF", b"\x1aE\xdf\xa3")):
        return "is damaged or cut off; get the file again"
    return "is not a video or a picture that can be read"


# --- the recipe -----------------------------------------------------------------------------------------------------


def _recipe(comment: str) -> Recipe | None:
    """The recipe in a comment, or None if the comment is something else."""
    with contextlib.suppress(ValueError):
        found = json.loads(comment)
        if isinstance(found, dict):
            return found
    return None


def _picture_comment(image: Image.Image) -> str:
    comment = image.info.get("Comment") or image.info.get("comment") or b""
    if not comment and image.format in ("WEBP", "JPEG"):
        comment = image.getexif().get_ifd(EXIF_IFD).get(USER_COMMENT, b"")
        comment = comment.removeprefix(ASCII_CODE) if isinstance(comment, bytes) else comment
    return comment.decode("utf-8", "replace") if isinstance(comment, bytes) else str(comment)


def _tag(container: InputContainer, name: str) -> str:
    return next((value for key, value in container.metadata.items() if key.lower() == name), "")


# --- pictures -------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _picture(path: Path) -> Iterator[Image.Image]:
    with Image.open(path, formats=_PICTURES) as image:
        if image.width * image.height > MAX_PIXELS:
            raise MediaError(
                f"{printable(path)}: {image.width}x{image.height} is over the {MAX_PIXELS // 10**6} Mpx limit",
                "too_large",
            )
        yield image


def _durations(image: Image.Image) -> list[Fraction]:
    """Seconds of each stored frame; a missing or zero duration counts as 0.1 s, as browsers do."""
    found = []
    for frame in ImageSequence.Iterator(image):
        frame.load()  # WebP knows a frame's duration only then
        found.append(Fraction(round(frame.info.get("duration") or 100), 1000))
    return found


def _rate(recipe: Recipe | None, durations: list[Fraction]) -> Fraction:
    """Frames per second: as the recipe says, else the mean rate of the stored frames."""
    with contextlib.suppress(KeyError, TypeError, ValueError, ZeroDivisionError):
        if recipe and 1 <= (stated := Fraction(recipe["fps"])) <= 1000:
            return stated
    return (len(durations) / sum(durations, Fraction(0))).limit_denominator(1001)


def _picture_info(path: Path) -> MediaInfo:
    with _picture(path) as image:
        recipe = _recipe(_picture_comment(image))
        form, mode, size = str(image.format).lower(), image.mode, image.size
        frames, fps, seconds = 1, Fraction(0), Fraction(0)
        if getattr(image, "n_frames", 1) > 1:
            durations = _durations(image)
            seconds, fps = sum(durations, Fraction(0)), _rate(recipe, durations)
            frames = round(seconds * fps)
    return MediaInfo(
        str(path), form, form, mode.lower(), *size, frames, fps, float(seconds), path.stat().st_size, recipe
    )


def _read_picture(path: Path) -> Clip:
    with _picture(path) as image:
        if getattr(image, "n_frames", 1) == 1:
            return Clip(np.asarray(image.convert("RGB"))[None], Fraction(1))
        if image.format == "GIF" and not _has_trailer(path):
            raise MediaError(f"{printable(path)}: ends early; get the file again", "truncated")
        recipe = _recipe(_picture_comment(image))
        durations = _durations(image)
        fps = _rate(recipe, durations)
        stored = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)]
    frames, shown, clock = [], 0, Fraction(0)
    for pixels, duration in zip(stored, durations, strict=True):  # encoders merge equal neighbours: repeat them
        clock += duration
        repeat = max(round(clock * fps) - shown, 0)
        frames += [pixels] * repeat
        shown += repeat
    return Clip(np.stack(frames), fps)


def _has_trailer(path: Path) -> bool:
    """Whether a GIF is closed: cut between two frames it looks whole otherwise."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 64))
        return file.read().rstrip(b"\0").endswith(b";")


# --- video ----------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _video(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    # A Python file object, so that a name with a colon is not taken for a protocol.
    options = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "file"}
    with path.open("rb") as file, av.open(file, "r", options=options, metadata_errors="replace") as container:
        if not container.streams.video:
            raise MediaError(f"{printable(path)}: has no video stream", "no_video")
        stream = container.streams.video[0]
        if stream.codec_context is None:
            raise MediaError(f"{printable(path)}: its codec is not supported; convert it to H.264", "no_codec")
        if stream.codec_context.width * stream.codec_context.height > MAX_PIXELS:
            raise MediaError(f"{printable(path)}: frames are over the {MAX_PIXELS // 10**6} Mpx limit", "too_large")
        yield container, stream


def _declared(container: InputContainer, stream: VideoStream) -> tuple[Fraction, float, int]:
    """(fps, seconds, frames) as the container states them."""
    fps = Fraction(stream.average_rate or stream.guessed_rate or 1)
    if stream.duration and stream.time_base:
        seconds = float(stream.duration * stream.time_base)
    else:
        seconds = (container.duration or 0) / 1_000_000  # microseconds
    return fps, seconds, stream.frames or round(seconds * fps)


def _video_info(path: Path) -> MediaInfo:
    with _video(path) as (container, stream):
        context = stream.codec_context
        fps, seconds, frames = _declared(container, stream)
        return MediaInfo(
            str(path),
            _container_name(path, container),
            context.name,
            str(context.pix_fmt),
            context.width,
            context.height,
            frames,
            fps,
            seconds,
            path.stat().st_size,
            _recipe(_tag(container, "comment")),
        )


def _container_name(path: Path, container: InputContainer) -> str:
    """`mp4`, `webm`, ...: the suffix if it is one of the names FFmpeg gives this container, else the first of them."""
    names = container.format.name.split(",")
    suffix = path.suffix.lower().removeprefix(".").replace("mkv", "matroska")
    return (suffix if suffix in names else names[0]).replace("matroska", "mkv")


def _read_video(path: Path) -> Clip:
    with _video(path) as (container, stream):
        fps, _, declared = _declared(container, stream)
        # Slice threads, not frame threads: those hide a truncated file.
        stream.thread_type = "SLICE"
        frames: list[Any] = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
    if not frames:
        raise MediaError(f"{printable(path)}: contains no video frames that decode", "no_frames")
    if len(frames) < declared - 1:
        raise MediaError(
            f"{printable(path)}: ends early, {len(frames)} of {declared} frames decode; get the file again", "truncated"
        )
    if any(frame.shape != frames[0].shape for frame in frames):
        raise MediaError(f"{printable(path)}: its frame size changes midway; convert it first", "size_changes")
    return Clip(np.stack(frames), fps)


# --- a folder of frames ---------------------------------------------------------------------------------------------


def _folder_record(path: Path) -> tuple[Fraction, Recipe | None, list[Path]]:
    try:
        record = json.loads((path / "recipe.json").read_text(encoding="utf-8"))
        fps, recipe = Fraction(record["fps"]), record.get("recipe")
    except (ValueError, KeyError, TypeError, ZeroDivisionError, OSError) as error:
        raise MediaError(f"{printable(path / 'recipe.json')}: is not a recipe of soracli", "bad_recipe") from error
    return fps, recipe, sorted(path.glob("frame-*.png"))


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


def _read_folder(path: Path) -> Clip:
    fps, _, files = _folder_record(path)
    return Clip(np.concatenate([read(file).frames for file in files]), fps)
