"""Sound: written beside the frames at its time, read again under its picture, and never a reason to fail."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition

from soracli import media
from soracli.errors import MediaError
from soracli.media import Audio, Source, Writer, formats
from soracli.types import Clip


def tone(seconds: float, rate: int = 48000, pitch: float = 440, channels: int = 2) -> Audio:
    wave = 12000 * np.sin(2 * np.pi * pitch * np.arange(round(seconds * rate)) / rate)
    return Audio(np.repeat(wave.astype(np.int16)[:, None], channels, axis=1), rate)


def write(path: Path, clip: Clip, audio: Audio | None, start: Fraction = Fraction(0)) -> Source:
    with Writer(path, 48, 32, clip.fps, recipe={"seed": 7}, audio=audio, audio_start=start) as writer:
        for index in range(0, len(clip.frames), 5):
            writer.add(clip.frames[index : index + 5])
    return media.read_source(path)


def loudness(audio: Audio, start: float, end: float) -> float:
    part = audio.samples[round(start * audio.rate) : round(end * audio.rate)].astype(float)
    return float(np.sqrt((part**2).mean()))


def pitch(audio: Audio, start: float, end: float) -> float:
    part = audio.samples[round(start * audio.rate) : round(end * audio.rate), 0].astype(float)
    return float(np.abs(np.fft.rfft(part)).argmax() * audio.rate / len(part))


VIDEOS = ["a.mp4", "a.mov", "a.mkv", "a.webm"]  # with AAC, and Opus in the last; the clip lasts 19/12 = 1.583 s


@pytest.mark.parametrize("name", VIDEOS)
@pytest.mark.parametrize(("rate", "channels"), [(48000, 2), (44100, 1), (22050, 2)])
def test_sound_there_and_back(tmp_path: Path, clip: Clip, name: str, rate: int, channels: int) -> None:
    found = write(tmp_path / name, clip, tone(3, rate, channels=channels))
    assert found.audio is not None
    assert found.audio.seconds == pytest.approx(19 / 12, abs=1e-4)
    assert found.audio.samples.shape[1] == channels
    assert pitch(found.audio, 0.1, 1.5) == pytest.approx(440, abs=2)
    assert loudness(found.audio, 0.1, 1.5) == pytest.approx(12000 / 2**0.5, rel=0.1)
    assert len(found.clip.frames) == 19
    known = media.info(tmp_path / name)
    assert (known.frames, known.fps, known.recipe) == (19, 12, {"seed": 7})
    with av.open(str(tmp_path / name)) as container:
        assert container.duration is not None
        assert container.duration / 1e6 == pytest.approx(19 / 12, abs=1100 / rate)  # a packet more


@pytest.mark.parametrize("name", VIDEOS)
def test_sound_starts_late_and_ends_early(tmp_path: Path, clip: Clip, name: str) -> None:
    found = write(tmp_path / name, clip, tone(0.5), Fraction(1, 2)).audio
    assert found is not None
    assert loudness(found, 0, 0.45) < 30
    assert loudness(found, 0.55, 0.95) == pytest.approx(12000 / 2**0.5, rel=0.1)
    assert loudness(found, 1.05, 1.58) < 30
    begins = int(np.argmax(np.abs(found.samples[:, 0]) > 3000)) / found.rate
    assert begins == pytest.approx(0.5, abs=0.01)


def test_sound_may_start_before_the_picture(tmp_path: Path, clip: Clip) -> None:
    low, high = tone(1, pitch=300), tone(1, pitch=900)
    both = Audio(np.concatenate([low.samples, high.samples]), 48000)
    found = write(tmp_path / "a.mp4", clip, both, Fraction(-1)).audio
    assert found is not None
    assert pitch(found, 0.1, 0.9) == pytest.approx(900, abs=3)
    assert loudness(found, 1.05, 1.58) < 30


@pytest.mark.parametrize("name", ["a.gif", "a.webp"])
def test_formats_without_sound(tmp_path: Path, clip: Clip, name: str) -> None:
    assert write(tmp_path / name, clip, tone(1)).audio is None
    assert [form.name for form in formats.FORMATS.values() if form.sound] == ["mp4", "mov", "mkv", "webm"]


def test_silent_film(tmp_path: Path, clip: Clip) -> None:
    found = write(tmp_path / "a.mp4", clip, None)
    assert (found.audio, found.notes) == (None, ())
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert not container.streams.audio


def test_the_index_still_comes_first(tmp_path: Path, clip: Clip) -> None:
    write(tmp_path / "a.mp4", clip, tone(1))
    data = (tmp_path / "a.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_a_failed_run_with_sound_leaves_nothing(tmp_path: Path, clip: Clip) -> None:
    with contextlib.suppress(KeyError), Writer(tmp_path / "a.mp4", 48, 32, clip.fps, audio=tone(1)) as writer:
        writer.add(clip.frames)
        raise KeyError
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_truncation_is_not_silent_with_sound(tmp_path: Path, name: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (24, 32, 48, 3)).astype(np.uint8)
    write(tmp_path / name, Clip(noise, Fraction(12)), tone(2))
    data = (tmp_path / name).read_bytes()
    for cut in range(2, 18, 3):
        (tmp_path / name).write_bytes(data[: len(data) * cut // 20])
        with pytest.raises(MediaError):
            media.read(tmp_path / name)


def sounding(path: Path, codec: str, layout: str, rate: int, late: float = 0, spoil: bool = False) -> Path:
    """A second of picture and sound by PyAV alone. late: seconds. spoil: the packets of the sound are noise."""
    with av.open(str(path), "w") as container:
        film = container.add_stream("libx264", rate=24)
        film.width, film.height, film.pix_fmt = 48, 32, "yuv420p"
        sound = container.add_stream(codec, rate=rate)
        sound.layout = layout
        count = sound.codec_context.channels
        frame = av.AudioFrame.from_ndarray(tone(1, rate, channels=count).samples.reshape(1, -1), layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, round(late * rate), Fraction(1, rate)
        for packet in (*sound.encode(frame), *sound.encode(None)):
            if spoil:
                packet.update((b"\xff\x00" * packet.size)[: packet.size])
            container.mux(packet)
        for index in range(24):
            picture = av.VideoFrame.from_ndarray(np.zeros((32, 48, 3), np.uint8), format="rgb24")
            picture.pts, picture.time_base = index, Fraction(1, 24)
            container.mux(film.encode(picture))
        container.mux(film.encode(None))
    return path


def test_many_channels_become_two(tmp_path: Path) -> None:
    found = media.read_source(sounding(tmp_path / "a.mkv", "aac", "5.1", 48000))
    assert found.audio is not None
    assert found.audio.samples.shape[1] == 2
    assert pitch(found.audio, 0.1, 0.9) == pytest.approx(440, abs=3)
    assert "in 6 channels; mixed down to stereo" in found.notes[0]


def test_other_codecs_sound_too(tmp_path: Path) -> None:
    found = media.read_source(sounding(tmp_path / "a.mkv", "flac", "mono", 8000)).audio
    assert found is not None
    assert pitch(found, 0.1, 0.9) == pytest.approx(440, abs=3)
    assert found.rate == 48000


@pytest.mark.parametrize(("late", "first"), [(0.5, 0.5), (-0.25, 0.0)])
def test_sound_is_under_its_picture(tmp_path: Path, late: float, first: float) -> None:
    """A stream that begins later than the picture is heard later; one that begins earlier loses its beginning."""
    found = media.read_source(sounding(tmp_path / "a.mkv", "flac", "mono", 48000, late)).audio
    assert found is not None
    begins = int(np.argmax(np.abs(found.samples[:, 0]) > 3000)) / 48000
    assert begins == pytest.approx(first, abs=0.005)
    ends = len(found.samples) - int(np.argmax(np.abs(found.samples[::-1, 0]) > 3000))
    assert ends / 48000 == pytest.approx(1 + late, abs=0.005)


def test_sound_may_outlast_the_picture(tmp_path: Path) -> None:
    path = sounding(tmp_path / "a.flv", "aac", "mono", 48000, late=3)  # its header has one length for all
    found = media.read_source(path)
    assert (len(found.clip.frames), found.clip.fps) == (24, 24)
    assert found.audio is not None
    assert float(found.audio.seconds) == pytest.approx(4, abs=0.1)
    assert loudness(found.audio, 0, 1) == 0
    assert pitch(found.audio, 3.1, 3.9) == pytest.approx(440, abs=3)
    assert "sound that goes on for 3 s after its last frame" in found.notes[0]
    assert media.info(path).sound == "aac, mono, 48000 Hz"


def several(path: Path, default: int, cover: bool = False, second: bool = False) -> Path:
    """Two languages of sound (300 and 900 Hz), subtitles, a chapter; and a cover or a second picture if asked for."""
    with av.open(str(path), "w") as container:
        film = container.add_stream("libx264", rate=24)
        film.width, film.height, film.pix_fmt = 48, 32, "yuv420p"
        tracks = []
        for number, (language, high) in enumerate([("eng", 300), ("deu", 900)]):
            track = container.add_stream("aac", rate=48000)
            track.layout, track.metadata["language"] = "mono", language
            track.disposition = Disposition.default if number == default else Disposition(0)
            frame = av.AudioFrame.from_ndarray(
                tone(1, pitch=high, channels=1).samples.reshape(1, -1), format="s16", layout="mono"
            )
            frame.sample_rate, frame.pts, frame.time_base = 48000, 0, Fraction(1, 48000)
            tracks.append((track, frame))
        other = container.add_stream("mjpeg" if cover else "libx264", rate=24) if cover or second else None
        if other is not None:
            other.width, other.height, other.pix_fmt = 64, 64, "yuvj420p" if cover else "yuv420p"
            other.disposition = Disposition.attached_pic if cover else Disposition(0)
        container.set_chapters([{"id": 1, "start": 0, "end": 500, "time_base": Fraction(1, 1000), "metadata": {}}])
        for stream, size in ((film, (32, 48)), (other, (64, 64))):
            for index in range(0 if stream is None else 1 if cover and stream is other else 24):
                shade = np.full((*size, 3), 200 if stream is other else 40, np.uint8)
                picture = av.VideoFrame.from_ndarray(shade, format="rgb24")
                picture.pts, picture.time_base = index, Fraction(1, 24)
                container.mux(stream.encode(picture))
            if stream is not None:
                container.mux(stream.encode(None))
        for track, frame in tracks:
            container.mux(track.encode(frame))
            container.mux(track.encode(None))
    return path


@pytest.mark.parametrize(("default", "heard", "high"), [(0, "eng", 300), (1, "deu", 900)])
@pytest.mark.parametrize("name", ["a.mkv", "a.mp4"])
def test_the_default_track_is_heard_and_the_other_is_told(
    tmp_path: Path, name: str, default: int, heard: str, high: float
) -> None:
    found = media.read_source(several(tmp_path / name, default))
    assert found.audio is not None
    assert pitch(found.audio, 0.1, 0.9) == pytest.approx(high, abs=3)
    used, other = (1, 2) if not default else (2, 1)
    left = "deu" if heard == "eng" else "eng"
    assert found.notes[0] == (
        f"{found.path} has 2 sound tracks; number {used} ({heard}) is used, number {other} ({left}) left out."
    )
    assert found.notes[1] == f"{found.path} has 1 chapter; left out."
    assert media.info(found.path).notes == tuple(note.removeprefix(f"{found.path} ")[:-1] for note in found.notes)


def test_a_second_picture_is_told(tmp_path: Path) -> None:
    found = media.read_source(several(tmp_path / "a.mkv", 0, second=True))
    assert (found.clip.frames.shape, found.clip.frames.max() < 60) == ((24, 32, 48, 3), True)
    assert "has 2 picture streams; number 0 is used, number 3 left out" in found.notes[0]


def test_bad_sound_is_left_out(tmp_path: Path) -> None:
    found = media.read_source(sounding(tmp_path / "a.mkv", "aac", "stereo", 48000, spoil=True))
    assert (found.audio, len(found.clip.frames)) == (None, 24)
    assert found.notes == (f"{tmp_path / 'a.mkv'} has sound that does not decode; left out.",)
