"""Encoders: frames in, a file at a path out. `write.Writer` decides where that path is and when it counts."""

from __future__ import annotations

import itertools
import json
import mmap
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol, cast

import av
import numpy as np
from av.video.reformatter import Colorspace
from av.video.stream import VideoStream
from PIL import Image, PngImagePlugin

from soracli.media.audio import Audio, Track
from soracli.media.formats import FORMATS, Format, Quality
from soracli.media.source import ASCII_CODE, EXIF_IFD, USER_COMMENT, Recipe
from soracli.types import Frames

# A recipe with this key is given the digest of its frames, which is known when the last of them has been seen: a place
# of its length is kept in the comment. JSON escapes quotation marks, so no text in a recipe can look like it.
DIGEST = "frames_sha256"
_BLANK = "0" * 64
_PLACE = f'"{DIGEST}":"{_BLANK}"'.encode()

_BT709 = 1  # the same code point for primaries, transfer and matrix (ITU-T H.273)
_LIMITED = 1  # AVCOL_RANGE_MPEG: luma 16..235

# The index first, so that it streams; in QuickTime comments by name, since its own end after 65,535 bytes. Without
# checksums in Matroska, so that the digest can be filled in.
_MUXERS = {
    "mp4": ("mp4", {"movflags": "+faststart"}),
    "mov": ("mov", {"movflags": "+faststart+use_metadata_tags"}),
    "mkv": ("matroska", {"write_crc32": "0"}),
    "webm": ("webm", {"write_crc32": "0"}),
}
# Without an index: after an empty header come fragments that each have their own, written as soon as they are whole.
_FRAGMENTS = {"movflags": "+frag_keyframe+empty_moov+default_base_moof", "flush_packets": "1"}
_FRAGMENT = Fraction(1, 2)  # seconds
_X264 = {"draft": ("veryfast", 26), "good": ("medium", 16)}  # preset, CRF
_VP9 = {"draft": ("5", 40), "good": ("3", 24)}  # cpu-used, CRF
_WEBP = {"draft": (75, 2), "good": (92, 4), "lossless": (75, 4)}  # quality (effort if lossless), method
_AVIF = {"draft": (70, 9), "good": (90, 6)}  # quality, speed
_GIF_COLOURS = {"draft": 96, "good": 256}
_PNG_LEVEL = {"draft": 1, "good": 6, "lossless": 6}


class Encoder(Protocol):
    """Writes one file: frames in order, then `finish` or `abandon`."""

    def add(self, frames: Frames) -> None:
        """Encode the next frames, uint8 (T, H, W, 3), or (T, H, W, 4) where there is alpha."""

    def finish(self, digest: str) -> None:
        """Close the file. digest: of its frames, 64 hex digits."""

    def abandon(self) -> None:
        """Close the file as it is; it will be removed."""


def encoder(
    part: Path,
    format: Format,
    size: tuple[int, int],
    fps: Fraction,
    quality: Quality,
    recipe: Recipe | None,
    audio: Audio | None = None,
    *,
    alpha: bool = False,
) -> Encoder:
    """The encoder of a format, open and waiting for frames.

    size: (width, height) in pixels. audio: sound from the first frame on, left out where a format holds none.
    alpha: frames are RGBA, not premultiplied; only where the format has it.
    """
    if recipe is not None and DIGEST in recipe:
        recipe = recipe | {DIGEST: _BLANK}
    comment = json.dumps(recipe, separators=(",", ":")) if recipe is not None else ""
    if format.video:
        return VideoEncoder(part, format, size, fps, quality, comment, audio, alpha=alpha)
    if format.name == "frames":
        return FolderEncoder(part, fps, quality, recipe)
    if not format.moving:
        return PictureEncoder(part, format, quality, comment)
    return AnimationEncoder(part, format, fps, quality, comment)


def fragmented(part: Path, size: tuple[int, int], fps: Fraction) -> Encoder:
    """The encoder of an MP4 that can be played while it grows, by fragments; coded at once, for its looks less well."""
    return VideoEncoder(part, FORMATS["mp4"], size, fps, Quality("draft"), "", fragments=True)


def _filled(digest: str) -> str:
    return _PLACE.decode().replace(_BLANK, digest)


class VideoEncoder:
    """H.264 or VP9 through PyAV. BT.709, limited range, 4:2:0; RGB as it is when lossless. AAC or Opus beside it.

    With alpha: ProRes 4444 in QuickTime, VP9 with its alpha in WebM. fragments: see `fragmented`.
    """

    def __init__(
        self,
        part: Path,
        format: Format,
        size: tuple[int, int],
        fps: Fraction,
        quality: Quality,
        comment: str,
        audio: Audio | None = None,
        *,
        alpha: bool = False,
        fragments: bool = False,
    ) -> None:
        muxer, options = _MUXERS[format.name]
        codec, pixels, settings = _codec_with_alpha(format, quality) if alpha else _codec(format, quality)
        if fragments:
            options = _FRAGMENTS
            settings |= {"preset": "ultrafast", "tune": "zerolatency", "g": str(max(1, round(_FRAGMENT * fps)))}
        self._layout = "rgba" if alpha else "rgb24"
        self._part, self._filled_in = part, _PLACE in comment.encode()
        self._tick = 1 / fps
        self._count = 0
        self._container = av.open(str(part), "w", format=muxer, options=options)
        if comment:
            self._container.metadata["comment"] = comment
        self._stream = cast(VideoStream, self._container.add_stream(codec, rate=fps, options=settings))
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = pixels
        if pixels.startswith("yuv"):
            context = self._stream.codec_context
            context.color_primaries = context.color_trc = context.colorspace = _BT709
            context.color_range = _LIMITED
        self._track = Track(self._container, audio, "libopus" if muxer == "webm" else "aac") if audio else None

    def add(self, frames: Frames) -> None:
        for pixels in frames:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format=self._layout)
            if str(self._stream.pix_fmt).startswith("yuv"):
                frame = frame.reformat(format=self._stream.pix_fmt, dst_colorspace=Colorspace.ITU709, threads=1)
            elif self._stream.pix_fmt != self._layout:
                frame = frame.reformat(format=self._stream.pix_fmt, threads=1)
            frame.pts, frame.time_base = self._count, self._tick
            self._container.mux(self._stream.encode(frame))
            self._count += 1
            if self._track:
                self._track.until(self._count * self._tick)

    def finish(self, digest: str) -> None:
        self._container.mux(self._stream.encode(None))
        if self._track:
            self._track.finish()
        self._container.close()
        if self._filled_in:
            with self._part.open("r+b") as file, mmap.mmap(file.fileno(), 0) as data:
                place = data.find(_PLACE)
                data[place : place + len(_PLACE)] = _filled(digest).encode()

    def abandon(self) -> None:
        self._container.close()


def _codec(format: Format, quality: Quality) -> tuple[str, str, dict[str, str]]:
    """(codec, pixel format, its options)."""
    if format.name == "webm":
        speed, crf = _VP9.get(quality.name, _VP9["good"])
        settings = {"cpu-used": speed, "row-mt": "1", "b": "0"}
        if quality.name == "lossless":
            return "libvpx-vp9", "gbrp", settings | {"lossless": "1"}
        return "libvpx-vp9", "yuv420p", settings | {"crf": str(crf if quality.crf is None else quality.crf)}
    preset, crf = _X264.get(quality.name, _X264["good"])
    # Without this the same frames were now and then encoded otherwise, on one machine and one thread.
    settings = {"preset": preset, "x264-params": "cpu-independent=1"}
    if quality.name == "lossless":
        return "libx264rgb", "rgb24", settings | {"qp": "0"}
    return "libx264", "yuv420p", settings | {"crf": str(crf if quality.crf is None else quality.crf)}


def _codec_with_alpha(format: Format, quality: Quality) -> tuple[str, str, dict[str, str]]:
    """The same, for frames with transparency."""
    if format.name == "webm":
        speed, crf = _VP9.get(quality.name, _VP9["good"])
        settings = {"cpu-used": speed, "row-mt": "1", "b": "0", "auto-alt-ref": "0"}
        return "libvpx-vp9", "yuva420p", settings | {"crf": str(crf if quality.crf is None else quality.crf)}
    return "prores_ks", "yuva444p10le", {"profile": "4444", "vendor": "apl0"}


class AnimationEncoder:
    """GIF and WebP. Frames wait in an unnamed file on disk: both encoders want to see them twice or at once."""

    def __init__(self, part: Path, format: Format, fps: Fraction, quality: Quality, comment: str) -> None:
        self._part, self._format, self._fps, self._quality, self._comment = part, format, fps, quality, comment
        self._spool = tempfile.TemporaryFile(dir=part.parent)  # noqa: SIM115  closed by finish or abandon
        self._shape: tuple[int, int, int] = (0, 0, 0)  # (H, W, 3)
        self._count = 0

    def add(self, frames: Frames) -> None:
        self._shape = frames.shape[1:]
        self._count += len(frames)
        self._spool.write(np.ascontiguousarray(frames).data)

    def finish(self, digest: str) -> None:
        self._comment = self._comment.replace(_PLACE.decode(), _filled(digest))
        self._spool.flush()
        frames: Frames = np.memmap(self._spool, np.uint8, "r", shape=(self._count, *self._shape))
        if self._format.name == "gif":
            self._gif(frames)
        else:
            self._webp(frames)
        self._spool.close()

    def abandon(self) -> None:
        self._spool.close()

    def _durations(self, unit: int) -> list[int]:
        """Milliseconds per frame in whole units, rounded so that the sum stays true."""
        edges = [round(1000 * i / self._fps / unit) * unit for i in range(self._count + 1)]
        return [end - start for start, end in itertools.pairwise(edges)]

    def _gif(self, frames: Frames) -> None:
        # One palette for the whole clip: no flicker, and still areas cost nothing from frame to frame.
        sample = frames[:: max(1, len(frames) // 8), ::2, ::2]  # (t, H/2, W/2, 3)
        palette = Image.fromarray(sample.reshape(-1, sample.shape[2], 3)).quantize(
            _GIF_COLOURS[self._quality.name],
            method=Image.Quantize.MAXCOVERAGE,  # small things keep their colour: a red flower in a meadow
            kmeans=1,
        )
        images = (Image.fromarray(f).quantize(palette=palette, dither=Image.Dither.NONE) for f in frames)
        self._save(images, 10, {"comment": self._comment.encode()} if self._comment else {})

    def _webp(self, frames: Frames) -> None:
        level, method = _WEBP[self._quality.name]
        extra: dict[str, Any] = {"quality": level, "method": method, "lossless": self._quality.name == "lossless"}
        self._save((Image.fromarray(f) for f in frames), 1, extra | _exif(self._comment))

    def _save(self, images: Iterator[Image.Image], unit: int, extra: dict[str, Any]) -> None:
        first = next(images)
        if self._count > 1:
            extra |= {"save_all": True, "append_images": images, "duration": self._durations(unit), "loop": 0}
        first.save(self._part, format=self._format.name.upper(), **extra)


def _exif(comment: str) -> dict[str, bytes]:
    """What Pillow is to be given so that a comment is in a picture as Exif has it."""
    if not comment:
        return {}
    exif = Image.Exif()
    exif.get_ifd(EXIF_IFD)[USER_COMMENT] = ASCII_CODE + comment.encode()
    return {"exif": exif.tobytes()}


class PictureEncoder:
    """One still picture, PNG or AVIF."""

    def __init__(self, part: Path, format: Format, quality: Quality, comment: str) -> None:
        self._part, self._format, self._quality, self._comment = part, format, quality.name, comment
        self._picture: Frames | None = None

    def add(self, frames: Frames) -> None:
        if self._picture is not None or len(frames) != 1:
            raise ValueError("this format holds one picture; use the format 'frames' for several")
        self._picture = frames[0].copy()

    def finish(self, digest: str) -> None:
        assert self._picture is not None
        picture, comment = Image.fromarray(self._picture), self._comment.replace(_PLACE.decode(), _filled(digest))
        if self._format.name == "avif":
            level, speed = _AVIF[self._quality]
            # Colour at full size: at half of it edges between colours fray.
            extra = {"quality": level, "speed": speed, "subsampling": "4:4:4", **_exif(comment)}
            picture.save(self._part, format="AVIF", **extra)
            return
        text = PngImagePlugin.PngInfo()
        if comment:
            text.add_text("Comment", comment)
        picture.save(self._part, format="PNG", compress_level=_PNG_LEVEL[self._quality], pnginfo=text)

    def abandon(self) -> None:
        pass


class FolderEncoder:
    """`frame-00000.png` and so on, with rate and recipe in `recipe.json` beside them."""

    def __init__(self, part: Path, fps: Fraction, quality: Quality, recipe: Recipe | None) -> None:
        self._part, self._fps, self._level, self._recipe = part, fps, _PNG_LEVEL[quality.name], recipe
        self._count = 0

    def add(self, frames: Frames) -> None:
        for pixels in frames:
            Image.fromarray(pixels).save(self._part / f"frame-{self._count:05d}.png", compress_level=self._level)
            self._count += 1

    def finish(self, digest: str) -> None:
        if self._recipe is not None and DIGEST in self._recipe:
            self._recipe = self._recipe | {DIGEST: digest}
        record = {"frames": self._count, "fps": str(self._fps), "recipe": self._recipe}
        (self._part / "recipe.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")

    def abandon(self) -> None:
        pass
