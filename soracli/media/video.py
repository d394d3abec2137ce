"""Reading video through PyAV: upright, opaque, square pixels, one rate, and the sound. Messages lack the file's name.

Only the containers listed here are opened, and only as regular files, so that a file cannot make
us read another file or the network.
"""

from __future__ import annotations

import contextlib
import errno
import math
from collections.abc import Iterable, Iterator
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
from av.video.reformatter import Colorspace
from av.video.stream import VideoStream

from soracli.errors import MediaError
from soracli.media import gamut, hdr
from soracli.media.audio import Audio, Listener
from soracli.media.fit import resized
from soracli.media.source import MAX_SECONDS, MediaInfo, check_bytes, check_pixels, check_seconds, parse_recipe
from soracli.media.stills import over_black, with_alpha
from soracli.media.timing import Schedule, schedule
from soracli.media.truncation import ends_in_a_packet, ends_short
from soracli.types import Clip

ENDS_EARLY = "ends_early"  # code of the error about a video that lacks frames at its end
_CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,ogg"
_SOUNDS = "wav,w64,mp3,flac,aac,aiff"  # containers of sound alone
_MATRICES, _CONSTANT = (0, 1, 4, 5, 6, 7, 9), 10  # of ITU-T H.273: those that the scaler knows; BT.2020's other one
_UNSAID = (0, 2, 3)  # numbers of H.273 that say nothing
_SD_LINES, _HD_COLUMNS = 576, 1280  # film that says nothing is BT.601 up to these lines and below these columns
_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}  # codec -> the decoder that reads its second, hidden picture
_SKEWED = 0.02  # of the longer part of a direction, by which it may be off an axis
_IN_TICKS = "avi"  # the container whose count of frames is a length: of ticks, in some of which there is nothing new
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
        stream = _chosen(streams)
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
    """What is seen and heard of a video. Of its frames only the first is decoded; the times of all are looked at."""
    with _opened(path) as (container, stream):
        context = stream.codec_context
        fps, seconds, frames = _declared(container, stream)
        film = _Film(stream, fps)
        with contextlib.suppress(MediaError, av.error.FFmpegError):  # damaged: what its header says has to do
            lasts = seconds if container.format.name == _IN_TICKS else 0.0
            even, counted = _seen(container, stream, film, fps, lasts)
            stated = _stated(container, stream) if container.format.name != _IN_TICKS else 0
            if not ends_short(path) and (stated <= 0 or abs(counted - stated) <= 1):
                fps, frames, seconds = even.fps, even.frames, float(even.frames / even.fps)
                film.told(even.note)
        height, width = film.frames[0].shape[:2] if film.frames else (context.height, context.width)
        sound, notes = _heard(container)
        return MediaInfo(
            str(path), _container_name(path, container), context.name, str(context.pix_fmt), width, height, frames, fps,
            seconds, path.stat().st_size, parse_recipe(_tag(container.metadata, "comment")), sound,
            (*film.notes, *notes, *_left_out(container)),
        )  # fmt: skip


def _seen(
    container: InputContainer, stream: VideoStream, film: _Film, fps: Fraction, lasts: float
) -> tuple[Schedule, int]:
    """(how the frames will be taken, by the times of their packets; how many packets there are).

    Decodes into `film` until it has a frame. lasts: until when the last one is held at least, in seconds.
    """
    spans, end, counted = [], Fraction(0), 0
    for packet in container.demux(stream):
        counted += bool(packet.size)
        if not film.frames:
            film.add(packet)
        time = packet.dts if packet.pts is None else packet.pts
        if packet.is_discard or not packet.size or packet.time_base is None:
            continue
        begin = end if time is None else time * packet.time_base
        end = begin + ((packet.duration or 0) * packet.time_base or 1 / fps)
        spans.append((begin, end))
    if not spans:
        raise MediaError("contains no video frames", "no_frames")
    spans.sort()
    return schedule([begin for begin, _ in spans], max(spans[-1][1], Fraction(lasts)), fps), counted


def _heard(container: InputContainer) -> tuple[str, list[str]]:
    """(the sound that is used in a few words, or nothing; what is odd about it)."""
    listener, notes = _listener(container)
    if listener is None:
        return "", notes
    stream, context = listener.stream, listener.stream.codec_context
    seconds = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0
    long = f", {seconds:.2f} s" if seconds else ""
    return f"{context.name}, {context.layout.name}, {context.sample_rate} Hz{long}", notes


def _container_name(path: Path, container: InputContainer) -> str:
    """`mp4`, `webm`, ...: the suffix if it is one of the names FFmpeg gives this container, else the first of them."""
    names = container.format.name.split(",")
    suffix = path.suffix.lower().removeprefix(".").replace("mkv", "matroska")
    return (suffix if suffix in names else names[0]).replace("matroska", "mkv")


# --- frames ---------------------------------------------------------------------------------------------------------


def read_video(path: Path, partial: bool = False, alpha: bool = False) -> tuple[Clip, Audio | None, list[str]]:
    """(frames, their sound, what was odd). partial: of a file that ends early, take what there is. alpha: frames have a
    fourth channel of it, with which their colour is premultiplied.
    """
    with _opened(path) as (container, stream):
        fps, seconds, _ = _declared(container, stream)
        film = _Film(stream, fps, alpha)
        listener, notes = _listener(container)
        notes += _left_out(container)
        with _forgiven(partial, notes):
            _decode(container, stream, film, listener, seconds, ends_short(path))
        if container.format.name == "mpegts" and ends_in_a_packet(path):
            notes.append("ends in the midst of a packet, so that its last frames may be missing")
    clip = film.clip()
    audio = None
    if listener:
        audio = listener.audio(film.times[0], clip.seconds, MAX_SECONDS)
        if audio is None:
            notes.append("has sound that does not decode; left out")
        elif (more := audio.seconds - clip.seconds) > 0:
            notes.append(
                f"has sound that goes on for {float(more):.3g} s after its last frame; heard where frames are added"
            )
        if listener.failed and audio is not None:
            notes.append(f"has {listener.failed} places where its sound does not decode; they are silent")
    return clip, audio, film.notes + notes


def read_track(path: Path) -> tuple[Audio, list[str]]:
    """(all the sound of a file, what was odd): of a video its sound alone."""
    options = {"format_whitelist": f"{_CONTAINERS},{_SOUNDS}", "protocol_whitelist": "file"}
    with path.open("rb") as file, av.open(file, "r", options=options, metadata_errors="replace") as container:
        listener, notes = _listener(container)
        if listener is None:
            raise MediaError(notes[0] if notes else "has no sound; give a file that has", "no_sound")
        for packet in container.demux(listener.stream):
            listener.add(packet)
            check_bytes(listener.bytes)
    audio = listener.whole(MAX_SECONDS)
    if audio is None or not len(audio.samples):
        raise MediaError("its sound does not decode; give another file", "no_sound")
    if listener.failed:
        notes.append(f"has {listener.failed} places where its sound does not decode; they are silent")
    return audio, notes


def _decode(
    container: InputContainer, stream: VideoStream, film: _Film, listener: Listener | None, seconds: float, cut: bool
) -> None:
    """All packets into `film` and `listener`. seconds: that the file says it lasts. cut: see `_check_whole`."""
    dropped, packets, others = 0, 0, Fraction(0)
    with _ending_early(film, stream.frames):
        for packet in container.demux():
            if packet.stream is stream:
                dropped += packet.is_discard
                packets += bool(packet.size)
                film.add(packet)
            else:
                others = max(others, _end(packet))
            if listener and packet.stream is listener.stream:
                listener.add(packet)
            check_bytes(film.bytes + (listener.bytes if listener else 0))
    if not film.frames:
        raise MediaError(
            "shows none of its frames, by its own edit list" if dropped else "contains no video frames that decode",
            "no_frames",
        )
    stated = _stated(container, stream) - dropped
    if container.format.name == _IN_TICKS:
        stated = 0 if cut else packets
        film.hold(seconds)
    begin = min(film.times[0], Fraction(container.start_time or 0, 1_000_000))
    if container.format.name in _TO_THE_END:
        begin = min(begin, Fraction(0))
    _check_whole(film, stated, seconds, float(max(film.end, others) - begin), cut=cut)


def _stated(container: InputContainer, stream: VideoStream) -> int:
    """Frames that are to come by the file's header, 0 = it does not say. What an edit list cuts off does not count."""
    listed = len(stream.index_entries) if container.format.name.startswith("mov") else 0
    return listed or stream.frames


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
    """Who decodes the sound, and what is odd about it. Of several tracks the default one is heard."""
    stream = _chosen(container.streams.audio)
    if stream is None:
        return None, []
    assert isinstance(stream, AudioStream)
    if stream.codec_context is None:
        return None, ["has sound in a codec that is not supported; left out"]
    channels = stream.codec_context.channels
    notes = [f"has sound in {channels} channels; mixed down to stereo"] if channels > 2 else []
    return Listener(stream), notes


def _chosen(streams: Iterable[Any]) -> Any:
    """The stream of one kind that a player takes: the first that is marked as default, else the first."""
    return next((s for s in sorted(streams, key=lambda s: not s.disposition & Disposition.default)), None)


def _left_out(container: InputContainer) -> list[str]:
    """A sentence for every stream and mark that is not used."""
    streams = container.streams
    covers = [s for s in streams.video if s.disposition & Disposition.attached_pic]
    kinds = (
        ("picture streams", [s for s in streams.video if s not in covers]),
        ("sound tracks", list(streams.audio)),
    )
    found = []
    for what, several in kinds:
        if len(several) > 1:
            used = _chosen(several)
            others = ", ".join(_stream_name(s) for s in several if s is not used)
            found.append(f"has {len(several)} {what}; {_stream_name(used)} is used, {others} left out")
    if streams.subtitles:
        found.append(f"has subtitles ({', '.join(_stream_name(s) for s in streams.subtitles)}); left out")
    if covers:
        found.append("has a cover picture; left out")
    if chapters := len(container.chapters()):
        found.append(f"has {chapters} chapter{'s' * (chapters > 1)}; left out")
    return found


def _stream_name(stream: Any) -> str:
    """`number 2 (deu)`, as it stands in the file."""
    language = "".join(c for c in stream.language or "" if c.isascii() and c.isalnum())[:8]
    return f"number {stream.index}" + (f" ({language})" if language not in ("", "und") else "")


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


def _array(frame: VideoFrame, format: str, matrix: int | None) -> npt.NDArray[np.uint8]:
    try:
        return cast(npt.NDArray[np.uint8], frame.to_ndarray(format=format, src_colorspace=matrix))
    except OSError as error:  # FFmpeg's own among them
        if error.errno != errno.EOPNOTSUPP:
            raise
        tags = f"{frame.color_primaries}/{int(frame.color_trc)}/{int(frame.colorspace)}"
        raise MediaError(f"has colours by {tags} of H.273, which are not read; convert it first", "no_codec") from error


class _Film:
    """The frames of a stream as they decode, made upright, opaque and square, with their times.

    alpha: not made opaque, but premultiplied, with alpha as a fourth channel.
    """

    def __init__(self, stream: VideoStream, fps: Fraction, alpha: bool = False) -> None:
        self.frames: list[Any] = []  # uint8 (H, W, 3 or 4)
        self._alpha = alpha
        self.times: list[Fraction] = []  # seconds on the container's clock, rising
        self.end = Fraction(0)
        self.bytes = 0
        self._fps = fps
        self._odd: dict[str, int] = {}  # note -> frames it is true of
        self._damaged = 0
        self._aspect = Fraction(stream.sample_aspect_ratio or 1)
        self._decoder: Any = stream.codec_context
        self._primaries = int(self._decoder.color_primaries)
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

    def hold(self, until: float) -> None:
        """Show the last frame until then at least, in seconds."""
        self.end = max(self.end, Fraction(until))

    def told(self, text: str) -> None:
        """Note what is true of the film as a whole; nothing if it is empty."""
        if text:
            self._note(text)

    def _note(self, text: str) -> None:
        self._odd[text] = self._odd.get(text, 0) + 1

    def _pixels(self, frame: VideoFrame) -> npt.NDArray[np.uint8]:
        """A frame as it is meant to be seen, (H, W, 3 or 4)."""
        cover: npt.NDArray[np.uint8] | None = None
        primaries = next((n for n in (frame.color_primaries, self._primaries) if n not in _UNSAID), 0)
        matrix = self._matrix(frame)
        if any(part.is_alpha for part in frame.format.components):
            layers = _array(frame, "rgba", matrix)
            if (layers[..., 3] < 255).any() and not self._alpha:
                self._note("is transparent in places; they count as black")
            if primaries in gamut.NAMES:
                layers = np.dstack([self._narrowed(layers[..., :3], primaries), layers[..., 3]])
            pixels, cover = over_black(layers), layers[..., 3]
        elif frame.color_trc in hdr.TRANSFERS:
            deep = cast(npt.NDArray[np.uint16], frame.to_ndarray(format="rgb48le", src_colorspace=matrix))
            narrowing = (gamut.to_709(primaries),) if primaries in gamut.NAMES else ()
            pixels = hdr.shown(deep, frame.color_trc, *narrowing)
            self._note(f"is HDR ({hdr.TRANSFERS[frame.color_trc]}); brought down to what a common screen shows")
        else:
            pixels = _array(frame, "rgb24", matrix)
            pixels = self._narrowed(pixels, primaries) if primaries in gamut.NAMES else pixels
        if frame.is_corrupt:
            self._damaged += 1
        if frame.interlaced_frame:
            self._note("is interlaced; what moves fast may look combed")
        if self._alpha:
            pixels = with_alpha(pixels, cover)
        return self._upright(self._square(pixels), frame)

    def _matrix(self, frame: VideoFrame) -> int | None:
        """By which matrix luma and colour differences become RGB, if the decoder is not to choose: ITU-T H.273."""
        said = frame.colorspace
        if frame.format.is_rgb or len(frame.format.components) < 3 or said in _MATRICES:
            return None
        if said == _CONSTANT:
            self._note("has colours of constant luminance; they are approximate")
            return int(Colorspace.BT2020)
        if said not in _UNSAID:
            raise MediaError(f"has colours by matrix {said} of H.273, which is not read; convert it first", "no_codec")
        if frame.height <= _SD_LINES and frame.width < _HD_COLUMNS:
            return None
        self._note("does not say by which standard its colours are; taken as BT.709, as players do at its size")
        return int(Colorspace.ITU709)

    def _narrowed(self, pixels: npt.NDArray[np.uint8], primaries: int) -> npt.NDArray[np.uint8]:
        self._note(f"has the colours of {gamut.NAMES[primaries]}; brought to those of common screens (BT.709)")
        return gamut.shown(pixels, primaries)

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
        return np.dstack([resized(pixels[..., :3], width, height), *self._resized_alpha(pixels, width, height)])

    def _resized_alpha(self, pixels: npt.NDArray[np.uint8], width: int, height: int) -> list[npt.NDArray[np.uint8]]:
        """Alone: Pillow would take the colours for ones that are not premultiplied."""
        return [resized(pixels[..., 3], width, height)] if self._alpha else []

    def _upright(self, pixels: npt.NDArray[np.uint8], frame: VideoFrame) -> npt.NDArray[np.uint8]:
        """Turned and mirrored as the header says, in right angles; a matrix without a direction says nothing."""
        found = cast(SideData | None, frame.side_data.get("DISPLAYMATRIX"))
        if found is None:
            return pixels
        matrix = np.frombuffer(bytes(found), np.int32).reshape(3, 3)
        (a, b), (c, d) = matrix[:2, :2].tolist()  # x' = a x + c y, y' = b x + d y
        if not (a or b) or not (c or d):
            return pixels
        if min(abs(a), abs(b)) > _SKEWED * max(abs(a), abs(b)):
            angle = math.degrees(math.atan2(b, a)) % 360
            self._note(f"is to be turned by {angle:.0f} degrees, which is no right angle; turned by the nearest one")
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
        even = schedule(self.times, self.end, self._fps)
        self.told(even.note)
        check_bytes(even.frames * self.frames[0].nbytes)
        frames = np.empty((even.frames, *self.frames[0].shape), np.uint8)
        at = 0
        for index, times in enumerate(even.shown):
            frames[at : at + times] = self.frames[index]
            self.frames[index] = None
            at += times
        return Clip(frames, even.fps)
