"""Sources as cameras and editors make them: turned, stretched, uneven, transparent, on standard input."""

from __future__ import annotations

import io
import json
import os
import struct
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
from soracli.media import Writer, gamut, hdr, source, timing
from soracli.system import part_files
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


@pytest.mark.parametrize(
    ("matrix", "notes"),
    [
        ((0,) * 9, ()),
        ((0, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30), ()),
        ((46341, 46341, 0, -46341, 46341, 0, 0, 0, 1 << 30), ("is to be turned by 45 degrees, which is no right",)),
        ((64000, 11000, 0, -11000, 64000, 0, 0, 0, 1 << 30), ("is to be turned by 10 degrees, which is no right",)),
        ((65536, 300, 0, -300, 65536, 0, 0, 0, 1 << 30), ()),
    ],
    ids=["zero", "half of it", "45 degrees", "10 degrees", "about upright"],
)
def test_a_matrix_that_is_no_right_angle_is_told(tmp_path: Path, matrix: tuple[int, ...], notes: tuple[str]) -> None:
    path = encode(tmp_path / "a.mp4", [corner()] * 3)
    data = bytearray(path.read_bytes())
    at = data.find(b"tkhd") + 44
    data[at : at + 36] = struct.pack(">9i", *matrix)
    path.write_bytes(data)
    found = media.read_source(path)
    assert len(found.notes) == len(notes), found.notes
    assert all(note in said for note, said in zip(notes, found.notes, strict=True))
    assert red_quarter(found.clip.frames[0]) == "top left"


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


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mov", "webm"])
def test_uneven_times_lose_no_frame(tmp_path: Path, suffix: str) -> None:
    """Eight frames of a screen or a phone, one of them held: all are there, the held one for as long as it was."""
    times = [0, 100, 200, 300, 800, 833, 867, 1000]
    codec = "libvpx-vp9" if suffix == "webm" else "libx264"
    found = media.read_source(encode(tmp_path / f"a.{suffix}", shades(8), codec, times=times))
    assert found.clip.fps == 30
    assert shade_numbers(found.clip)[:31] == [0] * 3 + [1] * 3 + [2] * 3 + [3] * 15 + [4, 5] + [6] * 4 + [7]
    assert "frames of uneven length; taken at a steady 30 per second, and frames that are held are" in found.notes[0]


def test_a_dropped_frame_leaves_the_rate(tmp_path: Path) -> None:
    times = [round(index * 1000 / 30) for index in (0, 1, 2, 3, 5, 6, 7, 8)]
    found = media.read_source(encode(tmp_path / "a.mkv", shades(8), times=times))
    assert (found.clip.fps, shade_numbers(found.clip)) == (30, [0, 1, 2, 3, 3, 4, 5, 6, 7])


def test_film_on_fields_keeps_its_rate(tmp_path: Path) -> None:
    """24 frames a second told to a clock of 60: two ticks, three ticks, two ticks."""
    times = [round(1000 / 60 * (index * 5 // 2)) for index in range(9)]
    found = media.read_source(encode(tmp_path / "a.mkv", shades(9), times=times))
    assert shade_numbers(found.clip) == list(range(9))
    assert found.clip.fps == pytest.approx(24, abs=0.3)


def test_a_burst_is_counted_where_it_is_too_fast(tmp_path: Path) -> None:
    """Frames that come faster than any screen shows them cannot all stay; the note says how many went."""
    times = [0, 100, 102, 104, 106, 200, 300, 400]
    found = media.read_source(encode(tmp_path / "a.mkv", shades(8), times=times))
    assert found.clip.fps <= timing.MAX_RATE
    numbers = shade_numbers(found.clip)
    assert f"{8 - len(set(numbers))} of its 8 frames are left out" in found.notes[0]
    assert {0, 1, 5, 6, 7} <= set(numbers)


def placed(path: Path, ticks: list[int], codec: str, **options: str) -> Path:
    """Shades, each a packet that begins at a tick of 1/25 s, whatever the container makes of that."""
    with av.open(str(path), "w", options={"avoid_negative_ts": "disabled"}) as container:
        stream = container.add_stream(codec, rate=25, options={"bf": "0", **options})
        stream.height, stream.width = 32, 48
        stream.pix_fmt = "yuv420p"
        frames = [av.VideoFrame.from_ndarray(array, format="rgb24") for array in shades(len(ticks))]
        packets = [packet for frame in frames for packet in stream.encode(frame)] + list(stream.encode(None))
        for tick, packet in zip(ticks, packets, strict=True):
            packet.pts = packet.dts = tick
            packet.time_base, packet.duration = Fraction(1, 25), 1
            container.mux(packet)
    return path


def test_ticks_of_an_avi_in_which_nothing_is_new_are_no_lost_frames(tmp_path: Path) -> None:
    """A screen recorder counts them; what was shown before them is held, the last frame too."""
    path = placed(tmp_path / "a.avi", [0, 1, 2, 3, 11, 12, 13, 14], "mpeg4")
    found = media.read_source(path)
    assert (found.clip.fps, shade_numbers(found.clip)) == (25, [0, 1, 2, *[3] * 8, 4, 5, 6, 7])
    assert media.info(path).frames == 15
    data = path.read_bytes()
    path.write_bytes(data[: data.rindex(b"00dc", 0, data.rindex(b"idx1"))])
    with pytest.raises(MediaError, match="ends early"):
        media.read(path)


def test_what_an_edit_list_cuts_off_is_not_missed(tmp_path: Path) -> None:
    """A film that was cut without being encoded anew: whole groups of pictures lie before its first moment."""
    path = placed(tmp_path / "a.mp4", [-5, -4, -3, -2, -1, 0, 1, 2], "libx264", g="2")
    assert shade_numbers(media.read(path)) == [5, 6, 7]
    assert media.info(path).frames == 3
    with pytest.raises(MediaError, match="shows none of its frames, by its own edit list"):
        media.read(placed(tmp_path / "b.mp4", [-5, -4, -3], "libx264"))


def animation(path: Path, delays: list[int], count: int | None = None) -> Path:
    """Shades, each for so many milliseconds."""
    first, *rest = [Image.fromarray(pixels) for pixels in shades(len(delays))]
    extra = {"lossless": True} if path.suffix == ".webp" else {"quality": 100} if path.suffix == ".avif" else {}
    first.save(path, save_all=True, append_images=rest, duration=delays, loop=0, **extra)
    return path


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png", "a.avif"])
@pytest.mark.parametrize(
    ("delays", "fps", "shown"),
    [
        ([50] * 8 + [3000], 20, [1] * 8 + [60]),
        ([100, 200, 100, 100, 1000, 100], 10, [1, 2, 1, 1, 10, 1]),
        ([1000, 40, 40, 1000], 25, [25, 1, 1, 25]),
        ([80, 80, 90, 80, 80, 90, 170, 80], Fraction(12), [1, 1, 1, 1, 1, 1, 2, 1]),  # two equal neighbours, merged
    ],
)
def test_held_pictures_are_held(tmp_path: Path, name: str, delays: list[int], fps: Fraction, shown: list[int]) -> None:
    found = media.read_source(animation(tmp_path / name, delays))
    assert found.clip.fps == fps
    assert shade_numbers(found.clip) == [number for number, times in enumerate(shown) for _ in range(times)]
    assert any("held" in note or "holds" in note for note in found.notes)
    known = media.info(tmp_path / name)
    assert (known.frames, known.fps) == (sum(shown), fps)
    assert known.seconds == pytest.approx(sum(shown) / fps)


@pytest.mark.parametrize(
    ("name", "delays", "fps"),
    [("a.gif", [30, 30, 40] * 3, 30), ("a.gif", [40, 40, 50, 40] * 2, Fraction(400, 17)), ("a.gif", [20, 30] * 4, 40),
     ("a.webp", [33, 33, 34] * 3, 30), ("a.png", [42, 41, 42] * 3, 24), ("a.avif", [42, 41, 42] * 3, 24)],
)  # fmt: skip
def test_rounded_delays_are_steady(tmp_path: Path, name: str, delays: list[int], fps: Fraction) -> None:
    found = media.read_source(animation(tmp_path / name, delays))
    assert shade_numbers(found.clip) == list(range(len(delays)))
    assert float(found.clip.fps) == pytest.approx(float(fps), rel=0.03)
    assert found.notes == ()


@pytest.mark.parametrize("stated", ["1e999999999", "1/0", "0", "x", 25, None, [1]])
def test_a_rate_that_is_none_is_not_taken(tmp_path: Path, stated: object) -> None:
    frames = [Image.fromarray(pixels) for pixels in shades(3)]
    comment = json.dumps({"fps": stated}).encode()
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=100, comment=comment)
    assert media.info(tmp_path / "a.gif").fps == media.read(tmp_path / "a.gif").fps == 10
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "recipe.json").write_text(json.dumps({"fps": stated}))
    frames[0].save(tmp_path / "f" / "frame-00000.png")
    for look in (media.info, media.read):
        with pytest.raises(MediaError, match="is not a recipe of soracli"):
            look(tmp_path / "f")


@pytest.mark.parametrize("delay", [0, 10])
def test_no_delay_is_a_tenth_of_a_second(tmp_path: Path, delay: int) -> None:
    """As browsers and FFmpeg take a GIF."""
    assert media.read(animation(tmp_path / "a.gif", [delay] * 4)).fps == 10


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


@pytest.mark.parametrize(
    ("every", "count", "fps", "kept"),
    [(4, 9, Fraction(250, 3), [0, 4, 8]), (5, 9, 100, [0, 2, 4, 6, 8]), (5, 10, 100, [0, 2, 4, 7, 9])],
)
def test_fast_film_is_thinned_evenly(tmp_path: Path, every: int, count: int, fps: Fraction, kept: list[int]) -> None:
    """Every second or third frame, with the first and the last, and how many are left out."""
    path = encode(tmp_path / "a.mkv", shades(count), times=[every * index for index in range(count)])
    found = media.read_source(path)
    assert (found.clip.fps, shade_numbers(found.clip)) == (fps, kept)
    assert f"{count - len(kept)} of its {count} frames are left out" in found.notes[0]


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


def flat(path: Path, size: tuple[int, int], yuv: tuple[int, int, int], codec: str = "libx264", **tags: int) -> Path:
    """Two frames of one colour, given as luma and colour differences, so that only the tags say what it is."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=24)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        for name, value in tags.items():
            setattr(stream.codec_context, name, value)
        for index in range(2):
            frame = av.VideoFrame(*size, "yuv420p")
            for plane, value in zip(frame.planes, yuv, strict=True):
                plane.update(bytes([value]) * plane.buffer_size)
            frame.pts, frame.time_base = index, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def by_matrix(yuv: tuple[int, int, int], red: float, blue: float, *, full: bool = False) -> list[float]:
    """RGB of BT.601, 709 or 2020, by their shares of red and blue in luma."""
    y, u, v = yuv[0] / 255, (yuv[1] - 128) / 255, (yuv[2] - 128) / 255
    if not full:
        y, u, v = (yuv[0] - 16) / 219, (yuv[1] - 128) / 224, (yuv[2] - 128) / 224
    r, b = y + 2 * (1 - red) * v, y + 2 * (1 - blue) * u
    return [255 * min(1, max(0, c)) for c in (r, (y - red * r - blue * b) / (1 - red - blue), b)]


COLOUR = (120, 90, 180)
BT601, BT709, BT2020 = (0.299, 0.114), (0.2126, 0.0722), (0.2627, 0.0593)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov", "a.webm"])
@pytest.mark.parametrize(
    ("size", "weights"),
    [((720, 576), BT601), ((1278, 64), BT601), ((1280, 64), BT709), ((64, 578), BT709), ((1280, 720), BT709)],
)
def test_untagged_film_is_read_by_its_size(
    tmp_path: Path, name: str, size: tuple[int, int], weights: tuple[float, float]
) -> None:
    path = flat(tmp_path / name, size, COLOUR, "libvpx-vp9" if name == "a.webm" else "libx264")
    found = media.read_source(path)
    assert found.clip.frames[0, 30, 30].tolist() == pytest.approx(by_matrix(COLOUR, *weights), abs=3)
    told = f"{path} does not say by which standard its colours are; taken as BT.709, as players do at its size."
    assert found.notes == ((told,) if weights == BT709 else ())


@pytest.mark.parametrize(("matrix", "weights"), [(1, BT709), (5, BT601), (6, BT601), (9, BT2020), (10, BT2020)])
@pytest.mark.parametrize("size", [(64, 48), (1280, 64)])
def test_tagged_film_is_read_by_its_tag(
    tmp_path: Path, size: tuple[int, int], matrix: int, weights: tuple[float, float]
) -> None:
    found = media.read_source(flat(tmp_path / "a.mp4", size, COLOUR, colorspace=matrix))
    assert found.clip.frames[0, 30, 30].tolist() == pytest.approx(by_matrix(COLOUR, *weights), abs=3)
    assert bool(found.notes) == (matrix == 10)


def test_full_range_is_full(tmp_path: Path) -> None:
    found = media.read(flat(tmp_path / "a.mp4", (64, 48), COLOUR, colorspace=1, color_range=2))
    assert found.frames[0, 30, 30].tolist() == pytest.approx(by_matrix(COLOUR, *BT709, full=True), abs=3)


def test_a_matrix_that_is_not_read_is_refused_by_its_number(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"has colours by matrix 8 of H.273, which is not read; convert it first"):
        media.read(flat(tmp_path / "a.mp4", (64, 48), COLOUR, colorspace=8))


P3 = np.array([[1.22494, -0.22494, 0], [-0.04206, 1.04206, 0], [-0.01964, -0.07864, 1.09827]])  # to BT.709, linear
REC2020 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])  # BT.2087


@pytest.mark.parametrize(("primaries", "matrix", "name"), [(12, P3, "Display P3"), (9, REC2020, "BT.2020")])
@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mov", "webm"])
def test_wide_primaries_are_brought_to_the_screen(
    tmp_path: Path, suffix: str, primaries: int, matrix: np.ndarray, name: str
) -> None:
    codec = "libvpx-vp9" if suffix == "webm" else "libx264"
    tags = {"colorspace": 1, "color_trc": 1}
    narrow = media.read(flat(tmp_path / f"n.{suffix}", (64, 48), (110, 110, 150), codec, **tags, color_primaries=1))
    path = flat(tmp_path / f"a.{suffix}", (64, 48), (110, 110, 150), codec, **tags, color_primaries=primaries)
    found = media.read_source(path)
    linear = matrix @ (narrow.frames[0, 30, 30] / 255) ** 2.4
    assert found.clip.frames[0, 30, 30].tolist() == pytest.approx(255 * linear.clip(0, 1) ** (1 / 2.4), abs=2)
    assert found.notes == (f"{path} has the colours of {name}; brought to those of common screens (BT.709).",)
    assert media.info(path).notes == (found.notes[0].removeprefix(f"{path} ")[:-1],)


@pytest.mark.parametrize("primaries", [9, 11, 12])
def test_greys_stay_grey(primaries: int) -> None:
    greys = np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, 2)
    assert np.abs(gamut.shown(greys, primaries).astype(int) - greys).max() <= 1


# --- what info says -------------------------------------------------------------------------------------------------


def dressed(stream: av.VideoStream) -> None:
    stream.sample_aspect_ratio = Fraction(2)
    stream.set_display_rotation(-90)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov"])
def test_info_says_what_is_seen(tmp_path: Path, name: str) -> None:
    """Turned, with square pixels, held and at a rate that changes: the same as a verb reads."""
    times = [0, 100, 200, 300, 800, 833, 867, 1000]
    path = encode(tmp_path / name, [corner()] * 8, times=times, dress=dressed)
    found, read = media.info(path), media.read_source(path)
    assert (found.height, found.width) == read.clip.frames.shape[1:3] == (96, 32)
    assert (found.frames, found.fps) == (len(read.clip.frames), read.clip.fps)
    assert found.seconds == pytest.approx(read.clip.seconds)
    assert {f"{path} {note}." for note in found.notes} == set(read.notes)
    assert len(read.notes) == 3


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_info_says_how_a_photograph_stands(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(corner()).save(tmp_path / "a.jpg", exif=exif)
    found = media.info(tmp_path / "a.jpg")
    assert (found.width, found.height) == ((32, 48) if orientation in (6, 8) else (48, 32))
    assert bool(found.notes) == (orientation > 1)


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


def test_what_a_killed_process_left_of_standard_input_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another one is reading just now stays, and so does what is not ours or is no folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    names = {name: tmp_path / f"sora-spool-{name}" for name in ("dead", "living", "young", "file", "link")}
    for name in ("dead", "living", "young"):
        names[name].mkdir()
        (names[name] / "input").write_bytes(b"x")
    names["file"].write_bytes(b"x")
    (tmp_path / "others").mkdir()
    names["link"].symlink_to(tmp_path / "others")
    for name in ("dead", "living", "file"):
        os.utime(names[name], (0, 0))
    held = part_files.hold(names["living"])
    with part_files.temporary() as folder:
        assert folder.is_dir()
        os.utime(folder, (0, 0))
        with part_files.temporary():
            assert folder.is_dir()
    part_files.release(held)
    assert {path.name for path in tmp_path.iterdir()} == {
        "others", *(f"sora-spool-{name}" for name in ("living", "young", "file", "link")),
    }  # fmt: skip


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
