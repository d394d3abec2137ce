"""Input that nobody controls: each bad file ends with one exact line and code, at once, and is left as it is.

What is not here stands elsewhere: turned, uneven, HDR and transparent clips in test_media_sources, outputs in test_cli
and test_media, prompts in test_policy, weights in test_weights and test_hub, keys in test_trust.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from conftest import Sora
from PIL import Image

from soracli import media
from soracli.errors import MediaError

NOISE = np.random.default_rng(0).integers(0, 256, (24, 64, 64, 3), np.uint8)


def film(name: str, count: int = 24) -> bytes:
    with media.Writer(name, 64, 64, Fraction(12), force=True) as writer:
        writer.add(NOISE[:count])
    return Path(name).read_bytes()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, *more: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + chunk(b"IDAT", zlib.compress(b"\0" * 4)) + chunk(b"IEND", b"")
    )


def sound() -> bytes:
    with av.open("sound.mp4", "w") as container:
        stream = container.add_stream("aac", rate=16000)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 16000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return Path("sound.mp4").read_bytes()


def without_index(data: bytes) -> bytes:
    """An MP4 as a camera leaves it that lost its power: `ftyp` and pictures."""
    return data[: data.index(b"moov") - 4] + data[data.index(b"mdat") - 4 :]


def huge_film() -> bytes:
    with av.open("huge.mkv", "w") as container:
        stream = container.add_stream("mjpeg", rate=12)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 8192, 8000, "yuvj420p"
        container.mux(stream.encode(av.VideoFrame(8192, 8000, "yuvj420p")))
        container.mux(stream.encode(None))
    return Path("huge.mkv").read_bytes()


def sparse_film() -> bytes:
    """Two frames that lie ten hours apart."""
    with av.open("sparse.mkv", "w") as container:
        stream = container.add_stream("mpeg4", rate=12)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for seconds in (0, 36_000):
            frame = av.VideoFrame.from_ndarray(NOISE[0], format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = seconds * 12, Fraction(1, 12)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return Path("sparse.mkv").read_bytes()


LARGE_GIF = b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\2\1\0\0;"
AGAIN = "get the file again"
BAD = {
    "empty.mp4": (lambda: b"", "is empty (0 bytes)"),
    "page.mp4": (lambda: b"\n<!DOCTYPE html><html>", "is not a video or a picture (looks like HTML or XML)"),
    "text.mp4": (lambda: b"dear diary" * 20, "is not a video or a picture that can be read"),
    "zeros.mp4": (lambda: bytes(5000), "is not a video or a picture that can be read"),
    "lfs.mp4": (
        lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
        "is a Git LFS pointer, not the video; run git lfs pull",
    ),
    "index.mp4": (
        lambda: without_index(film("whole.mp4")),
        f"its index (moov) is missing: the recording or the download was cut off; {AGAIN}",
    ),
    "half.mp4": (lambda: (data := film("whole.mp4"))[: len(data) // 2], f"ends early, 9 of 24 frames decode; {AGAIN}"),
    "half.webm": (
        lambda: (data := film("whole.webm"))[: len(data) // 2],
        f"ends early, 0.92 of 2.00 s decode; {AGAIN}",
    ),
    "head.mp4": (
        lambda: (data := film("whole.mp4"))[: data.index(b"mdat") + 4],
        "contains no video frames that decode",
    ),
    "sound.m4a": (sound, "has no video stream (sound only); give a video or a picture"),
    **{
        f"sound.{kind}": (lambda head=head: head + bytes(99), "has no video stream (sound only); give a video or a")
        for kind, head in (
            ("wav", b"RIFF\0\0\1\0WAVEfmt "),
            ("aiff", b"FORM\0\0\1\0AIFFCOMM"),
            ("flac", b"fLaC\0\0\0\x22"),
            ("mp3", b"ID3\4\0\0\0\0\0\0\xff\xfb"),
            ("aac", b"\xff\xf1\x50\x80"),
        )
    },
    "codec.mov": (
        lambda: film("whole.mp4").replace(b"avc1", b"xyz1"),
        "its codec is not supported; convert it to H.264",
    ),
    "draw.svg": (
        lambda: b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        "vector pictures are not supported; convert it to PNG",
    ),
    "phone.heic": (
        lambda: b"\0\0\0\x14ftypheic\0\0\0\0mif1" + struct.pack(">I", 5008) + b"meta" + bytes(5000),
        "is a picture in HEIF (HEIC), which is not read; convert it to JPEG or PNG",
    ),
    "paper.png": (lambda: b"%PDF-1.7\n", "vector pictures are not supported; convert it to PNG"),
    "bomb.png": (lambda: png(30_000, 30_000), "is over the 64 Mpx limit"),
    "wide.png": (lambda: png(9_000, 9_000), "9000x9000 is over the 64 Mpx limit"),
    "bomb.gif": (lambda: LARGE_GIF, "is over the 64 Mpx limit"),
    "text.png": (
        lambda: png(1, 1, chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(100_000_000), 9))),
        "holds too much compressed text; save it without its comments",
    ),
    "cut.jpg": (lambda: b"\xff\xd8\xff\xe0\0\x10JFIF", f"is damaged or cut off; {AGAIN}"),
    "huge.mkv": (huge_film, "8192x8000 is over the 64 Mpx limit"),
    "sparse.mkv": (sparse_film, "lasts 36,000 s; the limit is 3600 s, so cut out the part you need"),
    **{
        name: (lambda text=text: text, "playlists are not accepted, since they name other files; give the video itself")
        for name, text in (
            ("list.mp4", b"ffconcat version 1.0\nfile 'whole.mp4'\n"),
            ("live.mp4", b"#EXTM3U\n#EXTINF:4,\nwhole.mp4\n"),
            ("talk.mp4", b"v=0\no=- 0 0 IN IP4 127.0.0.1\n"),
            ("dash.mp4", b'<?xml version="1.0"?><MPD></MPD>'),
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_has_its_line(sora: Sora, name: str) -> None:
    make, message = BAD[name]
    data = make()
    Path(name).write_bytes(data)
    film("whole.mp4")  # what playlists name: it must not be read in their place
    before = sorted(os.listdir())
    ran = sora("edit", name, "a dog", "-m", "tiny")
    assert ran.err.startswith(f"sora: error: {name}: {message}")
    assert (ran.code, ran.out) == (3, b"")
    assert Path(name).read_bytes() == data
    assert sorted(os.listdir()) == before


@pytest.mark.parametrize(
    ("name", "frames", "said"), [("half.mp4", 9, "9 of 24 frames"), ("half.webm", 11, "0.92 of 2")]
)
def test_what_there_is_of_a_cut_file_is_used_if_asked_for(sora: Sora, name: str, frames: int, said: str) -> None:
    Path(name).write_bytes(BAD[name][0]())
    refused = sora("frame", name)
    assert (refused.code, refused.err.count("--allow-partial")) == (3, 1)
    taken = sora(
        "edit", name, "a dog", "-m", "tiny", "--steps", "1", "--allow-partial", "--json", "-o", "whole-again.mp4"
    )
    assert taken.code == 0, taken.err
    assert f"{name} ends early, {said}" in taken.err
    assert "only those are used" in taken.err
    assert len(media.read("whole-again.mp4").frames) == frames
    assert json.loads(taken.text)["data"]["allow_partial"] is True
    assert sora("frame", name, "--allow-partial").code == 0
    assert "--allow-partial" not in sora("sheet", name).err  # a verb that has no such flag does not speak of it


def test_no_flag_makes_a_film_of_no_frames(sora: Sora) -> None:
    Path("head.mp4").write_bytes(BAD["head.mp4"][0]())
    ran = sora("enhance", "head.mp4", "--allow-partial")
    assert (ran.code, ran.err) == (3, "sora: error: head.mp4: contains no video frames that decode\n")


@pytest.mark.parametrize(
    ("arguments", "line", "code"),
    [
        (("extend", "no.mp4"), "no.mp4: no such file", 3),
        (("extend", "folder"), "folder: is a folder, expected a video or a picture", 3),
        (("extend", "pipe"), "pipe: is not a regular file; use - to read standard input", 3),
        (("extend", "socket"), "socket: is not a regular file; use - to read standard input", 3),
        (("extend", "/dev/zero"), "/dev/zero: is not a regular file; use - to read standard input", 3),
        (("animate", "pipe"), "pipe: is not a regular file; use - to read standard input", 3),
        (("inpaint", "a.mp4", "--mask", "pipe"), "pipe: is not a regular file; use - to read standard input", 3),
        (("detect", "pipe"), "pipe: is not a regular file; use - to read standard input", 3),
        (("verify", "pipe"), "pipe: is not a regular file; use - to read standard input", 3),
        (("extend", "https://example.org/a.mp4"), "https://example.org/a.mp4: only local files are read;", 2),
        (("extend", "-"), "-: nothing on standard input; pipe a picture or a clip in", 3),
        (("extend", "pic.mp4"), "pic.mp4: is a picture (64x64), sora extend wants a clip; use: sora animate", 3),
        (("extend", "one.mp4"), "one.mp4: is a picture (64x64), sora extend wants a clip; use: sora animate", 3),
        (("animate", "a.mp4"), "a.mp4: is a clip of 24 frames, sora animate wants a picture; use: sora extend", 3),
        (("animate", "dot.png"), "dot.png: 1x1 is below the minimum 16x16; give a larger one", 3),
        (("animate", "line.png"), "line.png: 5000x2 is below the minimum 16x16; give a larger one", 3),
        (("edit", "a.mp4", "snow", "-f", "-o", "a.mp4"), "-o a.mp4: is also an input; choose another name", 2),
        (("edit", "a.mp4", "snow", "-f", "-o", "link.mp4"), "-o link.mp4: is also an input; choose another name", 2),
        (("edit", "hard.mp4", "snow", "-f", "-o", "a.mp4"), "-o a.mp4: is also an input; choose another name", 2),
        (("enhance", "a.mp4", "-f", "-o", "folder/../a.mp4"), "-o folder/../a.mp4: is also an input;", 2),
    ],
)
def test_what_is_no_input(sora: Sora, arguments: tuple[str, ...], line: str, code: int) -> None:
    whole = film("a.mp4")
    film("one.mp4", 1)
    Path("pic.mp4").write_bytes(_picture("pic.png", 64, 64))
    _picture("dot.png", 1, 1)
    _picture("line.png", 5000, 2)
    Path("folder").mkdir()
    os.mkfifo("pipe")
    os.symlink("a.mp4", "link.mp4")
    os.link("a.mp4", "hard.mp4")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        ran = sora(*arguments)
    assert ran.err.startswith(f"sora: error: {line}")
    assert ran.code == code
    assert Path("a.mp4").read_bytes() == whole


def _picture(name: str, width: int, height: int) -> bytes:
    Image.new("RGB", (width, height)).save(name)
    return Path(name).read_bytes()


def test_detect_names_a_bad_file_once(sora: Sora) -> None:
    Path("page.mp4").write_bytes(b"<html>")
    why = "is not a video or a picture (looks like HTML or XML)"
    assert sora("detect", "page.mp4").err == f"sora: error: page.mp4: {why}\n"
    assert sora("detect", "-", stdin=b"<html>").err == f"sora: error: standard input: {why}\n"


def test_no_permission(sora: Sora, monkeypatch: pytest.MonkeyPatch) -> None:
    film("a.mp4")

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)  # chmod means nothing to root
    ran = sora("info", "a.mp4")
    assert (ran.code, ran.err) == (3, "sora: error: a.mp4: permission denied\n")


def test_damaged_frames_are_counted(sora: Sora) -> None:
    data = bytearray(film("a.mp4"))
    for place in range(data.index(b"mdat") + 3000, data.index(b"mdat") + 20_000, 900):
        data[place] ^= 255
    Path("a.mp4").write_bytes(data)
    notes = media.read_source("a.mp4").notes
    assert len(notes) == 1
    assert notes[0].startswith("a.mp4 has 5 frames that are damaged; what can be seen of them is used")


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (40, 2), (15, 16)])
def test_what_is_too_small_is_refused_by_every_verb(sora: Sora, size: tuple[int, int]) -> None:
    width, height = size
    frames = np.random.default_rng(0).integers(0, 256, (3, height, width, 3), np.uint8)
    pictures = [Image.fromarray(frame) for frame in frames]
    pictures[0].save("a.png")
    pictures[0].save("a.webp", save_all=True, append_images=pictures[1:], lossless=True)
    for words in (("enhance", "a.png"), ("enhance", "a.webp", "--scale", "1", "--denoise", "9"), ("animate", "a.png"),
                  ("extend", "a.webp"), ("edit", "a.webp", "make it snow"), ("vary", "a.webp"), ("views", "a.png"),
                  ("inpaint", "a.webp", "--mask", "0,0,1,1"), ("blend", "a.webp", "a.webp")):  # fmt: skip
        ran = sora(*words, "--dry-run")
        assert (ran.code, f"{width}x{height} is below the minimum 16x16" in ran.err) == (3, True), (words, ran.err)


def test_what_pillow_warns_of_is_one_note(sora: Sora) -> None:
    picture = png(64, 64, chunk(b"acTL", bytes(8)))  # says that it moves, in no frames
    body = zlib.compress(bytes(64 * (1 + 64 * 3)))
    start = picture.index(b"IDAT") - 4
    Path("a.png").write_bytes(picture[:start] + chunk(b"IDAT", body) + chunk(b"IEND", b""))
    ran = sora("animate", "a.png", "x", "-m", "tiny", "--dry-run")
    assert (ran.code, ran.err.count("\n")) == (0, 1)
    assert ran.err == "sora: note: a.png is not quite as its format wants it; what can be read of it is used.\n"
    assert sora("info", "a.png").err == ""


@pytest.mark.parametrize(("size", "painted"), [((20, 100), "32x160"), ((2000, 200), "512x50"), ((64, 50), "64x50")])
def test_a_small_or_large_source_is_brought_within_the_limits(sora: Sora, size: tuple[int, int], painted: str) -> None:
    _picture("a.png", *size)
    ran = sora("animate", "a.png", "x", "-m", "tiny", "--dry-run")
    assert ran.code == 0
    assert f" {painted}" in ran.text


def test_a_source_of_no_shape_that_is_painted(sora: Sora) -> None:
    _picture("a.png", 2000, 20)
    ran = sora("animate", "a.png", "x", "-m", "tiny", "--dry-run")
    line = "the source is 2000x20, and model 'tiny' paints sides of 32..512 pixels; choose another shape with --size"
    assert (ran.code, ran.err.startswith(f"sora: error: {line}")) == (2, True)
    assert sora("animate", "a.png", "x", "-m", "tiny", "--dry-run", "-s", "64x64").code == 0


def test_a_source_slower_than_a_frame_a_second(sora: Sora) -> None:
    frames = [Image.fromarray(pixels) for pixels in NOISE[:3]]
    frames[0].save("a.gif", save_all=True, append_images=frames[1:], duration=2500)
    ran = sora("extend", "a.gif", "--by", "8f", "-m", "tiny", "--dry-run")
    assert ran.code == 0
    assert "1 fps" in ran.text
    ran = sora("enhance", "a.gif", "-o", "b.mp4")  # nothing is painted, so it keeps its rate
    assert ran.code == 0, ran.err
    assert media.info("b.mp4").fps == Fraction(2, 5)
    assert sora("replay", "b.mp4", "-o", "c.mp4").code == 0


def test_the_size_changes_midway(tmp_path: Path) -> None:
    parts = []
    for width in (64, 32):
        path = tmp_path / f"{width}.ts"
        with av.open(str(path), "w", format="mpegts") as container:
            stream = container.add_stream("mpeg2video", rate=25)
            assert isinstance(stream, av.VideoStream)
            stream.width, stream.height, stream.pix_fmt = width, 64, "yuv420p"
            for pixels in NOISE[:3]:
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels[:, :width]), format="rgb24")
                container.mux(stream.encode(frame.reformat(format="yuv420p")))
            container.mux(stream.encode(None))
        parts.append(path.read_bytes())
    (tmp_path / "both.ts").write_bytes(b"".join(parts))
    with pytest.raises(MediaError, match="its frame size changes midway; convert it first"):
        media.read(tmp_path / "both.ts")


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.webm", "a.mkv", "a.gif", "a.webp"])
def test_no_cut_is_silent(tmp_path: Path, name: str) -> None:
    """Cut anywhere, a file is refused or gives every frame that it had."""
    film(str(tmp_path / name))
    data = (tmp_path / name).read_bytes()
    for cut in np.random.default_rng(1).integers(1, len(data), 25).tolist():
        (tmp_path / name).write_bytes(data[:cut])
        try:
            count = len(media.read(tmp_path / name).frames)
        except MediaError:
            continue
        assert count == 24, cut


class OneWay:
    """A pipe: what was written once cannot be filled in later."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("wb")
        self.write = self.file.write


# how others write clips: name -> (muxer, codec, options of the muxer, into a pipe, when it begins in seconds)
OTHERS: dict[str, tuple[str, str, dict[str, str], bool, int]] = {
    "plain.mkv": ("matroska", "libx264", {}, False, 0),
    "front.mkv": ("matroska", "libx264", {"cues_to_front": "1", "reserve_index_space": "9000"}, False, 0),
    "pipe.mkv": ("matroska", "libx264", {}, True, 0),
    "live.webm": ("webm", "libvpx-vp9", {"live": "1"}, True, 0),
    "late.mkv": ("matroska", "libx264", {}, False, 10),
    "plain.webm": ("webm", "libvpx-vp9", {}, False, 0),
    "pieces.mp4": ("mp4", "libx264", {"movflags": "frag_keyframe+empty_moov"}, True, 0),
    "fast.mov": ("mov", "libx264", {"movflags": "faststart"}, False, 0),
    "old.avi": ("avi", "mpeg4", {}, False, 0),
    "flash.flv": ("flv", "libx264", {}, False, 0),
    "sent.ts": ("mpegts", "libx264", {}, True, 0),
}


def film_of_others(path: Path) -> bytes:
    muxer, codec, options, piped, begin = OTHERS[path.name]
    file = OneWay(path) if piped else path.open("wb")
    with av.open(file, "w", format=muxer, options=options) as container:
        stream = container.add_stream(codec, rate=12, options={"g": "8"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for index, pixels in enumerate(NOISE):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = 12 * begin + index, Fraction(1, 12)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    (file.file if isinstance(file, OneWay) else file).close()
    return path.read_bytes()


@pytest.mark.parametrize("name", OTHERS)
def test_no_cut_near_the_end_is_silent(tmp_path: Path, name: str) -> None:
    """Where headers count no frames, or none at all, sizes tell that the last one is cut; whole, all of them are read.

    A transport stream has no sizes either, and is noted to end within a packet.
    """
    path = tmp_path / name
    data = film_of_others(path)
    source = media.read_source(path)
    assert (len(source.clip.frames), source.notes) == (24, ())
    silent = []
    for cut in np.linspace(len(data) - 3500, len(data) - 1, 23).astype(int).tolist():
        path.write_bytes(data[:cut])
        try:
            source = media.read_source(path)
        except MediaError:
            continue
        if len(source.clip.frames) < 24 and not any("ends in the midst of a packet" in note for note in source.notes):
            silent.append(cut - len(data))
    assert not silent


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of memory are Linux's")
def test_bombs_fit_into_a_small_memory(sora: Sora) -> None:
    """Whatever a small file claims, reading it does not take the memory that it would fill."""
    Path("text.png").write_bytes(png(1, 1, chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(400_000_000), 9))))
    Path("wide.png").write_bytes(png(9_000, 9_000))
    Path("bomb.gif").write_bytes(LARGE_GIF)
    huge_film()
    script = (
        "import sys, resource\nfrom soracli import media\nfrom soracli.errors import MediaError\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))\nbad = []\n"
        "for name in sys.argv[1:]:\n    try:\n        media.read(name)\n    except MediaError as error:\n"
        "        bad.append(error.code)\n"
        "print(*(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')), *bad)"
    )
    names = ["text.png", "wide.png", "bomb.gif", "huge.mkv"]
    env = {**os.environ, "PYTHONPATH": str(Path(media.__file__).parents[2])}
    command = [sys.executable, "-c", script, *names]
    ran = subprocess.run(command, capture_output=True, text=True, env=env, check=True)
    peak, *codes = ran.stdout.split()
    assert codes == ["too_large"] * 4
    assert int(peak) < 1_500_000  # kB; getrusage would count what the process that started it had held


@pytest.mark.parametrize("name", ["list.mp4", "a:b.mp4", "-x.mp4", "a b\n.mp4", "file:a.mp4", b"\xff.mp4"])
def test_strange_names_are_names(sora: Sora, name: str | bytes) -> None:
    name = os.fsdecode(name)
    film(name)
    assert len(media.read(name).frames) == 24
    ran = sora("info", "--", name)
    assert ran.code == 0
    assert "\n." not in ran.text


def _frames() -> None:
    with media.Writer("fr", 64, 64, Fraction(8), "frames") as writer:
        writer.add(NOISE[:3])


ODD_FRAMES: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo, "no end": lambda path: path.symlink_to("/dev/zero"), "a folder": Path.mkdir,
    "nowhere": lambda path: path.symlink_to("gone.png"), "size": lambda path: Image.new("RGB", (32, 16)).save(path),
    "empty": Path.touch, "film": lambda path: path.write_bytes(film("a.mp4")),
}  # fmt: skip


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("kind", ODD_FRAMES)
def test_a_folder_of_frames_holds_pictures_of_one_size(sora: Sora, kind: str, number: int) -> None:
    """Another file in the place of a frame is refused by every verb in one line, and none waits for it."""
    _frames()
    path = Path(f"fr/frame-{number:05}.png")
    path.unlink()
    ODD_FRAMES[kind](path)
    extend = ("extend", "fr", "--by", "4f", "-m", "tiny", "--steps", "1", "-q")
    for call in (("info", "fr"), ("frame", "fr", "-f"), ("verify", "fr"), ("detect", "fr"), ("sheet", "fr"), extend):
        ran = sora(*call)
        assert (ran.code in (0, 3, 8), "bug" in ran.err) == (True, False), (call, ran.err)
        assert ran.code == 0 or ran.err.count("sora: error:") == 1, (call, ran.err)
        if call[0] in ("frame", "sheet", "extend"):
            assert ran.code == 3 or kind == "film", (call, ran.err)


def test_a_record_beside_frames_that_is_longer_than_any_is_not_read(sora: Sora) -> None:
    _frames()
    os.truncate("fr/recipe.json", 30_000_000_000)
    for verb in ("info", "verify", "detect", "frame", "sheet"):
        ran = sora(verb, "fr")
        assert ran.code == 3, ran.err
        assert "fr/recipe.json: is not a recipe of soracli" in ran.err
