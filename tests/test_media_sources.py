"""Sources as cameras and editors make them: turned, stretched, uneven, transparent, on standard input."""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from soracli import media
from soracli.errors import MediaError, UsageError
from soracli.media import Writer, hdr, source, video
from soracli.types import Clip

RED, GREY = (220, 30, 30), (90, 90, 90)


def corner(width: int = 48, height: int = 32) -> np.ndarray:
    """A grey frame, red in its top left quarter."""
    pixels = np.full((height, width, 3), GREY, np.uint8)
    pixels[: height // 2, : width // 2] = RED
    return pixels


def encode(
    path: Path,
    frames: list[np.ndarray],
    codec: str = "libx264",
    pixels: str = "yuv420p",
    times: list[int] | None = None,
    dress: Callable[[av.VideoStream], object] | None = None,
    **options: str,
) -> Path:
    """A clip by PyAV alone. times: milliseconds of each frame (else 24 frames a second)."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=24, options={"bf": "0"} | options)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pixels
        if dress:
            dress(stream)
        if times:
            stream.codec_context.time_base = Fraction(1, 1000)
        for index, array in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(array, format="rgba" if array.shape[2] == 4 else "rgb24")
            frame.pts, frame.time_base = (times[index], Fraction(1, 1000)) if times else (index, Fraction(1, 24))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def red_quarter(pixels: np.ndarray) -> str:
    """Where the red is: `top left`, ..."""
    height, width = pixels.shape[:2]
    rows, columns = np.nonzero(pixels[..., 0].astype(int) - pixels[..., 1] > 80)
    return f"{'top' if rows.mean() < height / 2 else 'bottom'} {'left' if columns.mean() < width / 2 else 'right'}"


# --- space ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("turn", "mirror", "size", "where", "note"),
    [
        (90, False, (32, 48), "bottom left", "is rotated by 90 degrees"),
        (-90, False, (32, 48), "top right", "is rotated by 90 degrees"),
        (180, False, (48, 32), "bottom right", "is rotated by 180 degrees"),
        (0, True, (48, 32), "top right", "is stored mirrored"),
    ],
)
@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_turned_clips_stand_upright(
    tmp_path: Path, suffix: str, turn: int, mirror: bool, size: tuple[int, int], where: str, note: str
) -> None:
    path = encode(tmp_path / f"a.{suffix}", [corner()] * 3, dress=lambda s: s.set_display_rotation(turn, hflip=mirror))
    found = media.read_source(path)
    assert found.notes == (f"{path} {note}; turned upright.",)
    assert found.clip.frames.shape == (3, size[1], size[0], 3)
    assert red_quarter(found.clip.frames[0]) == where


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photographs_stand_upright(tmp_path: Path, orientation: int) -> None:
    """Exif's eight ways, undone: the picture that was meant has its red at the top left."""
    stored = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose that leads from upright to stored
    image = Image.fromarray(corner())
    if orientation > 1:
        image = image.transpose(Image.Transpose(stored[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.save(tmp_path / "a.jpg", exif=exif, quality=95)
    found = media.read_source(tmp_path / "a.jpg")
    assert found.clip.frames.shape == (1, 32, 48, 3)
    assert red_quarter(found.clip.frames[0]) == "top left"
    assert bool(found.notes) == (orientation > 1)


@pytest.mark.parametrize(
    ("aspect", "size"), [(Fraction(2), (96, 32)), (Fraction(1, 2), (48, 64)), (Fraction(1), (48, 32))]
)
def test_pixels_become_square(tmp_path: Path, aspect: Fraction, size: tuple[int, int]) -> None:
    def dress(stream: av.VideoStream) -> None:
        stream.sample_aspect_ratio = aspect

    found = media.read_source(encode(tmp_path / "a.mp4", [corner()] * 2, dress=dress))
    assert found.clip.frames.shape[1:3] == (size[1], size[0])
    assert red_quarter(found.clip.frames[0]) == "top left"
    assert [f"to {size[0]}x{size[1]}." in note for note in found.notes] == [True] * (aspect != 1)


def test_a_stretched_and_turned_clip(tmp_path: Path) -> None:
    def dress(stream: av.VideoStream) -> None:
        stream.sample_aspect_ratio = Fraction(2)
        stream.set_display_rotation(-90)

    found = media.read_source(encode(tmp_path / "a.mp4", [corner()], dress=dress))
    assert found.clip.frames.shape == (1, 96, 32, 3)
    assert len(found.notes) == 2


# --- time -----------------------------------------------------------------------------------------------------------


def shades(count: int) -> list[np.ndarray]:
    return [np.full((32, 48, 3), 20 + 25 * index, np.uint8) for index in range(count)]


def shade_numbers(clip: Clip) -> list[int]:
    return [round((float(value) - 20) / 25) for value in clip.frames.mean(axis=(1, 2, 3))]


def test_uneven_times_become_even(tmp_path: Path) -> None:
    """Eight frames in 1.04 s: the fourth is held, and of the four that come at once some are left out."""
    times = [0, 100, 200, 300, 800, 830, 860, 1000]
    found = media.read_source(encode(tmp_path / "a.mkv", shades(8), times=times))
    numbers = shade_numbers(found.clip)
    assert found.clip.seconds == pytest.approx(1.04, abs=0.07)
    assert numbers == sorted(numbers)
    for index, number in enumerate(numbers):  # what is shown is at most half a slot away from what was meant
        slot = float(index / found.clip.fps) * 1000
        assert times[number] <= slot + 500 / found.clip.fps + 1
        assert number == 7 or times[number + 1] >= slot - 500 / found.clip.fps - 1
    assert "frame rate that changes; taken at a steady 8" in found.notes[0]


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "webm"])
def test_rounded_times_are_steady(tmp_path: Path, suffix: str) -> None:
    """29.97 frames a second in whole milliseconds stay the frames they are."""
    times = [round(index * 1001 / 30) for index in range(9)]
    codec = "libvpx-vp9" if suffix == "webm" else "libx264"
    found = media.read_source(encode(tmp_path / f"a.{suffix}", shades(9), codec, times=times))
    assert shade_numbers(found.clip) == list(range(9))
    assert found.clip.fps == pytest.approx(29.97, abs=0.2)
    assert not found.notes


def test_long_pauses_do_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MediaError, match="lasts 36,000 s; the limit is 3600 s") as error:
        media.read(encode(tmp_path / "a.mkv", shades(3), times=[0, 10, 36_000_000]))
    assert error.value.code == "too_long"
    monkeypatch.setattr(source, "MAX_BYTES", 500_000)
    with pytest.raises(MediaError, match="when decoded; cut out") as error:
        media.read(encode(tmp_path / "b.mkv", shades(3), times=[0, 10, 360_000]))
    assert error.value.code == "too_long"
    Image.fromarray(corner()).save(
        tmp_path / "a.webp", save_all=True, append_images=[Image.new("RGB", (48, 32))], duration=10_000_000
    )
    with pytest.raises(MediaError, match="lasts 20,000 s"):
        media.read(tmp_path / "a.webp")


def test_a_high_rate_is_lowered(tmp_path: Path) -> None:
    found = media.read_source(encode(tmp_path / "a.mkv", shades(9), times=[4 * index for index in range(9)]))
    assert (found.clip.fps, shade_numbers(found.clip)[:5]) == (video.MAX_RATE, [1, 3, 5, 7, 8])
    assert "runs at 250 frames per second; taken at a steady 120" in found.notes[0]


# --- colour ---------------------------------------------------------------------------------------------------------


def half_clear(width: int = 48, height: int = 32) -> np.ndarray:
    pixels = np.full((height, width, 4), 200, np.uint8)
    pixels[:, : width // 2, 3], pixels[:, width // 2 :, 3] = 255, 64
    return pixels


@pytest.mark.parametrize(
    ("name", "codec", "pixels"), [("a.webm", "libvpx-vp9", "yuva420p"), ("a.mov", "prores_ks", "yuva444p10le")]
)
def test_transparent_clips_lie_on_black(tmp_path: Path, name: str, codec: str, pixels: str) -> None:
    path = tmp_path / name
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=24)
        stream.width, stream.height, stream.pix_fmt = 48, 32, pixels
        for index in range(3):
            frame = av.VideoFrame.from_ndarray(half_clear(), format="rgba")
            frame.pts, frame.time_base = index, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    found = media.read_source(path)
    assert len(found.clip.frames) == 3
    assert found.clip.frames[1, 16, 8].tolist() == pytest.approx([200] * 3, abs=6)
    assert found.clip.frames[1, 16, 40].tolist() == pytest.approx([50] * 3, abs=6)
    assert found.notes == (f"{path} is transparent in places; they count as black.",)


def test_transparent_pictures_lie_on_black(tmp_path: Path) -> None:
    Image.fromarray(half_clear()).save(tmp_path / "a.png")
    found = media.read_source(tmp_path / "a.png")
    assert found.clip.frames[0, 0, [0, 40]].tolist() == [[200] * 3, [50] * 3]
    assert "transparent" in found.notes[0]


def test_deep_pictures_keep_their_greys(tmp_path: Path) -> None:
    deep = (np.arange(64, dtype=np.uint16) * 1000).reshape(8, 8)
    Image.fromarray(deep).save(tmp_path / "a.png")
    assert np.array_equal(media.read(tmp_path / "a.png").frames[0, ..., 1], deep >> 8)


def pq(nits: float) -> float:
    """The signal of a brightness, 0..1 (SMPTE ST 2084)."""
    y = (nits / 10_000) ** (2610 / 16384)
    return float(((3424 / 4096 + 2413 / 128 * y) / (1 + 2392 / 128 * y)) ** (2523 / 32))


@pytest.mark.parametrize(("transfer", "signal", "level"), [
    (16, pq(0), 0), (16, pq(10), 60), (16, pq(203), 175), (16, pq(1000), 255), (16, pq(4000), 255),
    (18, 0.0, 0), (18, 0.75, 175), (18, 1.0, 255),  # 75 % of HLG are 203 nits as well
])  # fmt: skip
def test_hdr_is_brought_down(transfer: int, signal: float, level: int) -> None:
    """Greys by hand from BT.2446-1, method A."""
    grey = np.full((1, 2, 3), round(65535 * signal), np.uint16)
    assert np.abs(hdr.shown(grey, transfer).astype(int) - level).max() <= 1


def test_hdr_keeps_hues() -> None:
    colours = np.zeros((1, 3, 3), np.uint16)
    colours[0, [0, 1, 2], [0, 1, 2]] = round(65535 * pq(203))
    shown = hdr.shown(colours, 16)[0].astype(int)
    assert (shown.argmax(1) == [0, 1, 2]).all()
    assert (shown.max(1) > 150).all()
    assert (shown - np.diag(np.diag(shown)) < 5).all()


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG")])
def test_hdr_is_said(tmp_path: Path, transfer: int, name: str) -> None:
    def dress(stream: av.VideoStream) -> None:
        stream.codec_context.color_trc = transfer

    plain = media.read_source(encode(tmp_path / "b.mkv", [corner()] * 2))
    found = media.read_source(encode(tmp_path / "a.mkv", [corner()] * 2, dress=dress))
    assert found.notes == (f"{found.path} is HDR ({name}); brought down to what a common screen shows.",)
    assert found.clip.frames.shape == plain.clip.frames.shape
    assert not np.array_equal(found.clip.frames, plain.clip.frames)


# --- standard input -------------------------------------------------------------------------------------------------


def feed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize("name", ["a.mp4", "a.png"])
def test_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clip: Clip, name: str) -> None:
    frames = clip.frames[: 1 if name == "a.png" else 19]
    with Writer(tmp_path / name, 48, 32, clip.fps, recipe={"seed": 7}) as writer:
        writer.add(frames)
    feed(monkeypatch, (tmp_path / name).read_bytes())
    found = media.read_source("-")
    assert (found.path, found.notes) == (Path("-"), ())
    assert np.array_equal(found.clip.frames, media.read(tmp_path / name).frames)
    feed(monkeypatch, (tmp_path / name).read_bytes())
    assert (media.info("-").path, media.info(tmp_path / name).recipe) == ("-", {"seed": 7})


def test_standard_input_is_cleaned_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for data in (b"", b"no clip", b"x" * 20_000):
        feed(monkeypatch, data)
        with pytest.raises(MediaError):
            media.read("-")
    assert not list(tmp_path.iterdir())


def test_standard_input_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    feed(monkeypatch, b"")
    with pytest.raises(MediaError, match=r"^-: nothing on standard input; pipe") as error:
        media.read("-")
    assert error.value.code == "empty_stdin"
    feed(monkeypatch, b"just some text")
    with pytest.raises(MediaError, match=r"^standard input: is not a video or a picture"):
        media.read("-")
    monkeypatch.setattr(sys.modules["soracli.media.read"], "MAX_STDIN", 10)
    feed(monkeypatch, b"just some text")
    with pytest.raises(MediaError, match="standard input is over"):
        media.read("-")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    with pytest.raises(UsageError, match="is a terminal"):
        media.read("-")
