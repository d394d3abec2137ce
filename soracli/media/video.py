"""Reading video through PyAV: upright, opaque, square pixels, one rate, and the sound. Messages lack the file's name.

Only the containers listed here are opened, and only as regular files, so that a file cannot make
us read another file or the network.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from soracli.errors import MediaError
from soracli.media.audio import Audio, Listener
from soracli.media.film import Film, tag
from soracli.media.source import MAX_SECONDS, MediaInfo, check_bytes, check_pixels, parse_recipe
from soracli.media.timing import Schedule, schedule
from soracli.media.truncation import ends_in_a_packet, ends_short
from soracli.types import Clip

NO_VIDEO = "has no video stream"
NO_SOUND = "has no sound; give a file that has"
ENDS_EARLY = "ends_early"  # code of the error about a video that lacks frames at its end
_CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,ogg"
_SOUNDS = "wav,w64,mp3,flac,aac,aiff"  # containers of sound alone
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
            raise MediaError(f"{NO_VIDEO}{sound}; give a video or a picture", "no_video")
        stream = _chosen(streams)
        if stream.codec_context is None:
            raise MediaError("its codec is not supported; convert it to H.264", "no_codec")
        check_pixels(stream.codec_context.width, stream.codec_context.height)
        yield container, stream


def _declared(container: InputContainer, stream: VideoStream) -> tuple[Fraction, float, int]:
    """(fps, seconds, frames) as the container states them."""
    fps = Fraction(stream.average_rate or stream.guessed_rate or 1)
    seconds = (container.duration or 0) / 1_000_000  # microseconds
    if stream.duration and stream.time_base:
        seconds = float(stream.duration * stream.time_base)
    else:
        with contextlib.suppress(ValueError):  # Matroska: 00:00:01.583000000
            hours, minutes, rest = tag(stream.metadata, "duration").split(":")
            seconds = int(hours) * 3600 + int(minutes) * 60 + float(rest)
    return fps, seconds, stream.frames or round(seconds * fps)


def video_info(path: Path) -> MediaInfo:
    """What is seen and heard of a video. Of its frames only the first is decoded; the times of all are looked at."""
    with _opened(path) as (container, stream):
        context = stream.codec_context
        fps, seconds, frames = _declared(container, stream)
        film = Film(stream, fps)
        with contextlib.suppress(MediaError, av.error.FFmpegError):  # damaged: what its header says has to do
            lasts = seconds if container.format.name == _IN_TICKS else 0.0
            even, counted = _seen(container, stream, film, fps, lasts)
            stated = _stated(container, stream) if container.format.name != _IN_TICKS else 0
            if not ends_short(path) and (stated <= 0 or abs(counted - stated) <= 1):
                fps, frames, seconds = even.fps, even.frames, float(even.frames / even.fps)
                film.note(even.note)
        height, width = film.frames[0].shape[:2] if film.frames else (context.height, context.width)
        sound, notes = _heard(container)
        return MediaInfo(
            str(path), _container_name(path, container), context.name, str(context.pix_fmt), width, height, frames, fps,
            seconds, path.stat().st_size, parse_recipe(tag(container.metadata, "comment")), sound,
            (*film.notes, *notes, *_left_out(container)),
        )  # fmt: skip


def _seen(
    container: InputContainer, stream: VideoStream, film: Film, fps: Fraction, lasts: float
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
        film = Film(stream, fps, alpha)
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
        elif (more := audio.seconds - clip.seconds) > 1 / clip.fps:  # blocks of sound end past the last frame
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
            raise MediaError(notes[0] if notes else NO_SOUND, "no_sound")
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
    container: InputContainer, stream: VideoStream, film: Film, listener: Listener | None, seconds: float, cut: bool
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
def _ending_early(film: Film, stated: int) -> Iterator[None]:
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


def _check_whole(film: Film, stated: int, seconds: float, got: float, *, cut: bool) -> None:
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
