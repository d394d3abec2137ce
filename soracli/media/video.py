"""Reading video through PyAV: upright, opaque, square pixels, one rate, and the sound. Messages lack the file's name.

Only the containers listed here are opened, and only as regular files, so that a file cannot make
us read another file or the network.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import numpy.typing as npt
from av.audio.stream import AudioStream
from av.codec import CodecContext
from av.container import InputContainer
from av.sidedata.sidedata import SideData
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from soracli.errors import MediaError
from soracli.media import hdr
from soracli.media.audio import Audio, Listener
from soracli.media.fit import resized
from soracli.media.pictures import over_black
from soracli.media.source import MediaInfo, check_bytes, check_pixels, check_seconds, parse_recipe
from soracli.media.whole import ends_in_a_packet, ends_short
from soracli.types import Clip

MAX_RATE = 120  # frames per second
ENDS_EARLY = "ends_early"  # code of the error about a video that lacks frames at its end
_SLACK = Fraction(1, 8), Fraction(3, 4)  # of a frame: rounded, or uneven, times that are still one rate
_CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,ogg"
_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}  # codec -> the decoder that reads its second, hidden picture
_TO_THE_END = ("matroska,webm", "flv")  # containers whose length is the time of their end, wherever they begin


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    # A Python file object, so that a name with a colon is not taken for a protocol.
    options = {"format_whitelist": _CONTAINERS, "protocol_whitelist": "file"}
    with path.open("rb") as file, av.open(file, "r", options=options, metadata_errors="replace") as container:
        streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
        if not streams:
            sound = " (sound only)" if container.streams.audio else ""
            raise MediaError(f"has no video stream{sound}; give a video or a picture", "no_video")
        stream = streams[0]
        if stream.codec_context is None:
            raise MediaError("its codec is not supported; convert it to H.264", "no_codec")
        check_pixels(stream.codec_context.width, stream.codec_context.height)
        yield container, stream


def _tag(metadata: dict[str, str], name: str) -> str:
    return next((value for key, value in metadata.items() if key.lower() == name), "")


def _declared(container: InputContainer, stream: VideoStream) -> tuple[Fraction, float, int]:
    """(fps, seconds, frames) as the container states them."""
    fps = Fraction(stream.average_rate or stream.guessed_rate or 1)
    seconds = (container.duration or 0) / 1_000_000  # microseconds
    if stream.duration and stream.time_base:
        seconds = float(stream.duration * stream.time_base)
    else:
        with contextlib.suppress(ValueError):  # Matroska: 00:00:01.583000000
            hours, minutes, rest = _tag(stream.metadata, "duration").split(":")
            seconds = int(hours) * 3600 + int(minutes) * 60 + float(rest)
    return fps, seconds, stream.frames or round(seconds * fps)


def video_info(path: Path) -> MediaInfo:
    with _opened(path) as (container, stream):
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
            parse_recipe(_tag(container.metadata, "comment")),
        )


def _container_name(path: Path, container: InputContainer) -> str:
    """`mp4`, `webm`, ...: the suffix if it is one of the names FFmpeg gives this container, else the first of them."""
    names = container.format.name.split(",")
    suffix = path.suffix.lower().removeprefix(".").replace("mkv", "matroska")
    return (suffix if suffix in names else names[0]).replace("matroska", "mkv")


# --- frames ---------------------------------------------------------------------------------------------------------


def read_video(path: Path, partial: bool = False) -> tuple[Clip, Audio | None, list[str]]:
    """(frames, their sound, what was odd). partial: of a file that ends early, take what there is."""
    with _opened(path) as (container, stream):
        fps, seconds, _ = _declared(container, stream)
        film = _Film(stream, fps)
        listener, notes = _listener(container)
        with _forgiven(partial, notes):
            _decode(container, stream, film, listener, seconds, ends_short(path))
        if container.format.name == "mpegts" and ends_in_a_packet(path):
            notes.append("ends in the midst of a packet, so that its last frames may be missing")
    clip = film.clip()
    audio = None
    if listener:
        audio = listener.audio(film.times[0], clip.seconds)
        if audio is None:
            notes.append("has sound that does not decode; left out")
        elif listener.failed:
            notes.append(f"has {listener.failed} places where its sound does not decode; they are silent")
    return clip, audio, film.notes + notes


def _decode(
    container: InputContainer, stream: VideoStream, film: _Film, listener: Listener | None, seconds: float, cut: bool
) -> None:
    """All packets into `film` and `listener`. seconds: that the file says it lasts. cut: see `_check_whole`."""
    dropped, others = 0, Fraction(0)
    with _ending_early(film, stream.frames):
        for packet in container.demux():
            if packet.stream is stream:
                dropped += packet.is_discard
                film.add(packet)
            else:
                others = max(others, _end(packet))
            if listener and packet.stream is listener.stream:
                listener.add(packet)
            check_bytes(film.bytes + (listener.bytes if listener else 0))
    if not film.frames:
        raise MediaError("contains no video frames that decode", "no_frames")
    begin = min(film.times[0], Fraction(container.start_time or 0, 1_000_000))
    if container.format.name in _TO_THE_END:
        begin = min(begin, Fraction(0))
    _check_whole(film, stream.frames - dropped, seconds, float(max(film.end, others) - begin), cut=cut)


@contextlib.contextmanager
def _forgiven(partial: bool, notes: list[str]) -> Iterator[None]:
    """With `partial`, a file's early end is a note and no error."""
    try:
        yield
    except MediaError as error:
        if not partial or error.code != ENDS_EARLY:
            raise
        notes.append(f"{error}; only those are used")


@contextlib.contextmanager
def _ending_early(film: _Film, stated: int) -> Iterator[None]:
    """A file that cannot be read on after some frames ends early; it is not another kind of file."""
    try:
        yield
    except av.error.FFmpegError as error:
        if not film.frames:
            raise
        of = f" of {stated}" if stated > 0 else ""
        raise MediaError(f"ends early, {len(film.frames)}{of} frames decode", ENDS_EARLY) from error


def _listener(container: InputContainer) -> tuple[Listener | None, list[str]]:
    """Who decodes the sound, and what is odd about it."""
    stream = next(iter(container.streams.audio), None)
    if stream is None:
        return None, []
    assert isinstance(stream, AudioStream)
    if stream.codec_context is None:
        return None, ["has sound in a codec that is not supported; left out"]
    channels = stream.codec_context.channels
    notes = [f"has sound in {channels} channels; mixed down to stereo"] if channels > 2 else []
    return Listener(stream), notes


def _end(packet: av.Packet[Any]) -> Fraction:
    """When a packet is over, in seconds on the container's clock; 0 if it does not say."""
    if packet.pts is None or packet.time_base is None:
        return Fraction(0)
    return (packet.pts + (packet.duration or 0)) * packet.time_base


def _check_whole(film: _Film, stated: int, seconds: float, got: float, *, cut: bool) -> None:
    """Refuse a file that ends before its header says.

    stated: frames, 0 or less if the header does not say. seconds: how long the file is to be. got: how long it was.
    cut: whether the file is shorter than its own sizes say; then there is no allowance for headers that count wrongly.
    """
    read = len(film.frames)
    if stated > 0 and read < stated - (not cut):
        raise MediaError(f"ends early, {read} of {stated} frames decode", ENDS_EARLY)
    if stated <= 0 and seconds - got > max(1.5 * film.typical, 0.1):  # containers round, and count a codec's delay
        raise MediaError(f"ends early, {got:.2f} of {seconds:.2f} s decode", ENDS_EARLY)
    if cut and stated <= 0:
        raise MediaError(f"ends early, after {read} whole frames", ENDS_EARLY)


def _array(frame: VideoFrame, format: str) -> npt.NDArray[np.uint8]:
    return cast(npt.NDArray[np.uint8], frame.to_ndarray(format=format))


class _Film:
    """The frames of a stream as they decode, made upright, opaque and square, with their times."""

    def __init__(self, stream: VideoStream, fps: Fraction) -> None:
        self.frames: list[Any] = []  # uint8 (H, W, 3)
        self.times: list[Fraction] = []  # seconds on the container's clock, rising
        self.end = Fraction(0)
        self.bytes = 0
        self._fps = fps
        self._odd: dict[str, int] = {}  # note -> frames it is true of
        self._damaged = 0
        self._aspect = Fraction(stream.sample_aspect_ratio or 1)
        self._decoder: Any = stream.codec_context
        if _tag(stream.metadata, "alpha_mode") == "1" and self._decoder.name in _WITH_ALPHA:
            self._decoder = CodecContext.create(_WITH_ALPHA[self._decoder.name], "r")
        self._decoder.thread_type = "SLICE"  # not frame threads: those hide a truncated file

    @property
    def typical(self) -> float:
        """Seconds that one frame lasts, stated or measured, whichever is longer."""
        return max(float(1 / self._fps), float((self.end - self.times[0]) / len(self.frames)))

    def add(self, packet: av.Packet[Any]) -> None:
        for frame in self._decoder.decode(packet):
            pixels = self._pixels(frame)
            if self.frames and pixels.shape != self.frames[0].shape:
                raise MediaError("its frame size changes midway; convert it first", "size_changes")
            tick = frame.time_base or packet.time_base or Fraction(0)
            time = self.end if frame.pts is None else frame.pts * tick
            self.times.append(max(time, self.times[-1]) if self.times else time)
            self.end = self.times[-1] + ((frame.duration or 0) * tick or 1 / self._fps)
            self.frames.append(pixels)
            self.bytes += pixels.nbytes

    def _note(self, text: str) -> None:
        self._odd[text] = self._odd.get(text, 0) + 1

    def _pixels(self, frame: VideoFrame) -> npt.NDArray[np.uint8]:
        """A frame as it is meant to be seen, (H, W, 3)."""
        if any(part.is_alpha for part in frame.format.components):
            layers = _array(frame, "rgba")
            if (layers[..., 3] < 255).any():
                self._note("is transparent in places; they count as black")
            pixels = over_black(layers)
        elif frame.color_trc in hdr.TRANSFERS:
            pixels = hdr.shown(cast(npt.NDArray[np.uint16], frame.to_ndarray(format="rgb48le")), frame.color_trc)
            self._note(f"is HDR ({hdr.TRANSFERS[frame.color_trc]}); brought down to what a common screen shows")
        else:
            pixels = _array(frame, "rgb24")
        if frame.is_corrupt:
            self._damaged += 1
        if frame.interlaced_frame:
            self._note("is interlaced; what moves fast may look combed")
        return self._upright(self._square(pixels), frame)

    def _square(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Pixels made square, the longer way, so that nothing is lost; the new side is even."""
        if self._aspect == 1:
            return pixels
        high, wide = pixels.shape[:2]
        if not Fraction(1, 8) <= self._aspect <= 8:
            self._note(f"claims pixels {self._aspect} times as wide as high; taken as square")
            return pixels
        width = max(wide, 2 * round(wide * self._aspect / 2))
        height = max(high, 2 * round(high / self._aspect / 2))
        check_pixels(width, height)
        self._note(f"has pixels that are not square; resampled from {wide}x{high} to {width}x{height}")
        return resized(pixels, width, height)

    def _upright(self, pixels: npt.NDArray[np.uint8], frame: VideoFrame) -> npt.NDArray[np.uint8]:
        """Turned and mirrored as the header says, in right angles."""
        found = cast(SideData | None, frame.side_data.get("DISPLAYMATRIX"))
        if found is None:
            return pixels
        matrix = np.frombuffer(bytes(found), np.int32).reshape(3, 3)
        (a, b), (c, d) = matrix[:2, :2].tolist()  # x' = a x + c y, y' = b x + d y
        mirrored = a * d - b * c < 0
        if abs(b) > abs(a):
            pixels, a, d = pixels.swapaxes(0, 1), c, b
            turn = 90
        else:
            turn = 180 if a < 0 and d < 0 else 0
        if mirrored:
            self._note("is stored mirrored; turned upright")
        elif turn:
            self._note(f"is rotated by {turn} degrees; turned upright")
        return np.ascontiguousarray(pixels[:: 1 if d > 0 else -1, :: 1 if a > 0 else -1])

    @property
    def notes(self) -> list[str]:
        frames = "1 frame that is" if self._damaged == 1 else f"{self._damaged} frames that are"
        return [*self._odd, *([f"has {frames} damaged; what can be seen of them is used"] if self._damaged else [])]

    def clip(self) -> Clip:
        """All frames at a constant rate. Lets go of each as it is copied, so that they are held only once."""
        check_seconds(float(self.end - self.times[0]))
        rate, shown, note = _schedule(self.times, self.end, self._fps)
        if note:
            self._note(note)
        check_bytes(sum(shown) * self.frames[0].nbytes)
        frames = np.empty((sum(shown), *self.frames[0].shape), np.uint8)
        at = 0
        for index, times in enumerate(shown):
            frames[at : at + times] = self.frames[index]
            self.frames[index] = None
            at += times
        return Clip(frames, rate)


# --- time -----------------------------------------------------------------------------------------------------------


def _schedule(times: list[Fraction], end: Fraction, stated: Fraction) -> tuple[Fraction, list[int], str]:
    """(a constant rate, how often it shows each frame, a note if that changes anything)."""
    steady = _steady(times, stated)
    if steady is not None and steady <= MAX_RATE:
        return steady, [1] * len(times), ""
    if steady is not None:
        rate, odd = Fraction(MAX_RATE), f"runs at {float(steady):g} frames per second"
    else:
        mean = round(len(times) / (end - times[0]))
        rate, odd = Fraction(min(max(mean, 1), MAX_RATE)), "has a frame rate that changes"
    edges = [round((time - times[0]) * rate) for time in (*times, end)]
    edges[-1] = max(edges[-1], 1)
    shown = [after - before for before, after in itertools.pairwise(edges)]
    return rate, shown, f"{odd}; taken at a steady {rate}"


def _steady(times: list[Fraction], stated: Fraction) -> Fraction | None:
    """The rate at which the frames come, give or take what containers and cameras round away; None if there is none."""
    measured = (len(times) - 1) / (times[-1] - times[0]) if times[-1] > times[0] else stated
    whole = Fraction(max(round(measured), 1))
    rates = stated, whole, whole * Fraction(1000, 1001), measured.limit_denominator(1001)
    for slack in _SLACK:
        for rate in rates:
            if all(abs((time - times[0]) * rate - index) < slack for index, time in enumerate(times)):
                return rate
    return None
