"""Writing and reading: every format there and back, nothing half-written, nothing hostile believed."""

from __future__ import annotations

import contextlib
import os
import resource
import struct
import zlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, features

from soracli import media
from soracli.errors import CapacityError, MediaError, UsageError
from soracli.media import Writer, commit, formats, targets, write
from soracli.types import Clip

RECIPE = {"prompt": 'ein "Fuchs" läuft; # = \n 狐', "seed": 7, "fps": "12"}


def save(path: Path, clip: Clip, **options: object) -> Path:
    height, width = clip.frames.shape[1:3]
    with Writer(path, width, height, clip.fps, recipe=RECIPE, **options) as writer:  # type: ignore[arg-type]
        for start in range(0, len(clip.frames), 8):
            writer.add(clip.frames[start : start + 8])
    return path


# name, quality -> mean absolute error at most, per channel, out of 255
ROUND_TRIPS = [
    ("a.mp4", "good", 5.0),
    ("a.mp4", "draft", 9.0),
    ("a.mp4", "12", 4.5),
    ("a.mkv", "good", 5.0),
    ("a.mov", "good", 5.0),
    ("a.webm", "good", 7.0),
    ("a.gif", "good", 8.0),
    ("a.webp", "good", 5.0),
    ("a.mp4", "lossless", 0.0),
    ("a.mkv", "lossless", 0.0),
    ("a.mov", "lossless", 0.0),
    ("a.webm", "lossless", 0.0),
    ("a.webp", "lossless", 0.0),
]


@pytest.mark.parametrize(("name", "quality", "error"), ROUND_TRIPS)
def test_there_and_back(tmp_path: Path, clip: Clip, name: str, quality: str, error: float) -> None:
    path = save(tmp_path / name, clip, quality=quality)
    found, back = media.info(path), media.read(path)
    assert (found.format, found.width, found.height) == (path.suffix[1:], 48, 32)
    assert (found.frames, found.fps, found.recipe) == (19, 12, RECIPE)
    assert found.seconds == pytest.approx(19 / 12, abs=0.006)
    assert back.fps == 12
    assert back.frames.shape == clip.frames.shape
    assert np.abs(back.frames.astype(int) - clip.frames).mean() <= error
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize(("quality", "error"), [("good", 2.0), ("draft", 4.0)])
def test_a_still_in_avif(tmp_path: Path, clip: Clip, quality: str, error: float) -> None:
    path = save(tmp_path / "a.avif", Clip(clip.frames[:1], Fraction(1)), quality=quality)
    found = media.info(path)
    assert (found.format, found.codec, found.width, found.height) == ("avif", "avif", 48, 32)
    assert np.abs(media.read(path).frames.astype(int) - clip.frames[:1]).mean() <= error
    data = path.read_bytes()
    for cut in range(1, 20):
        path.write_bytes(data[: len(data) * cut // 20])
        with pytest.raises(MediaError):
            media.read(path)


def test_an_avif_that_moves_is_read(tmp_path: Path, clip: Clip) -> None:
    first, *others = (Image.fromarray(pixels) for pixels in clip.frames)
    first.save(tmp_path / "a.avif", save_all=True, append_images=others, duration=100)
    assert media.read(tmp_path / "a.avif").frames.shape == clip.frames.shape
    assert media.info(tmp_path / "a.avif").frames == 19


def test_no_avif_where_pillow_has_none(tmp_path: Path, clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "check", lambda name: False)
    with pytest.raises(UsageError, match="Pillow was built without AVIF here; use webp or png"):
        save(tmp_path / "a.avif", Clip(clip.frames[:1], Fraction(1)))


def test_folder_of_frames(tmp_path: Path, clip: Clip) -> None:
    path = save(tmp_path / "shots", clip, format="frames")
    found = media.info(path)
    assert (found.format, found.frames, found.fps, found.recipe) == ("frames", 19, 12, RECIPE)
    assert np.array_equal(media.read(path).frames, clip.frames)


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.gif", "a.avif"])
def test_still(tmp_path: Path, clip: Clip, name: str) -> None:
    path = save(tmp_path / name, Clip(clip.frames[:1], Fraction(1)))
    found = media.info(path)
    assert (found.frames, found.fps, found.seconds, found.recipe) == (1, 0, 0, RECIPE)
    assert media.read(path).frames.shape == (1, 32, 48, 3)


@pytest.mark.parametrize("name", ["a.mp4", "a.webm"])
def test_colours_are_true(tmp_path: Path, name: str) -> None:
    """Flat patches survive RGB -> BT.709 -> RGB; with the wrong matrix or range they are off by 10 to 40."""
    colours = np.random.default_rng(0).integers(0, 256, (2, 4, 3))
    frames = np.repeat(np.kron(colours, np.ones((32, 32, 1))).astype(np.uint8)[None], 4, axis=0)
    back = media.read(save(tmp_path / name, Clip(frames, Fraction(8)))).frames
    assert np.abs(back[2, 16::32, 16::32].astype(int) - colours).max() <= 4
    with av.open(str(tmp_path / name)) as container:
        context = container.streams.video[0].codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1)


def test_mp4_plays_everywhere(tmp_path: Path, clip: Clip) -> None:
    data = save(tmp_path / "a.mp4", clip).read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # the index first: it streams
    found = media.info(tmp_path / "a.mp4")
    assert (found.codec, found.pixels) == ("h264", "yuv420p")


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.webm"])
def test_recipe_is_in_the_standard_comment_tag(tmp_path: Path, clip: Clip, name: str) -> None:
    with av.open(str(save(tmp_path / name, clip))) as container:
        tags = {key.lower(): value for key, value in container.metadata.items()}
    assert '"seed":7' in tags["comment"]


@pytest.mark.parametrize("fps", [Fraction(16), Fraction(24), Fraction(30000, 1001), Fraction(50)])
@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.mp4"])
def test_rates_keep_their_length(tmp_path: Path, clip: Clip, name: str, fps: Fraction) -> None:
    """GIF counts in hundredths of a second and WebP in thousandths: rounding must not add up."""
    moving = np.stack([np.roll(clip.frames[0], t, axis=1) for t in range(40)])
    found = media.info(save(tmp_path / name, Clip(moving, fps)))
    assert found.seconds == pytest.approx(float(40 / fps), abs=0.011)


# --- nothing by halves ----------------------------------------------------------------------------------------------


def fail(path: Path, clip: Clip, error: type[BaseException], format: str | None = None) -> None:
    with Writer(path, 48, 32, clip.fps, format, force=True) as writer:
        writer.add(clip.frames)
        raise error


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.gif", "a.webp", "frames"])
def test_failure_leaves_nothing(tmp_path: Path, clip: Clip, name: str, error: type[BaseException]) -> None:
    form = "frames" if name == "frames" else None
    with pytest.raises(error):
        fail(tmp_path / name, clip, error, form)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["a.mp4", "a.gif"])
def test_failure_keeps_the_old_file(tmp_path: Path, clip: Clip, name: str) -> None:
    (tmp_path / name).write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        fail(tmp_path / name, clip, KeyboardInterrupt)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {name: b"old"}


def test_force_replaces(tmp_path: Path, clip: Clip) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    assert media.info(save(path, clip, force=True)).frames == 19


def test_no_overwrite(tmp_path: Path, clip: Clip) -> None:
    path = save(tmp_path / "a.gif", clip)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="already exists; pass --force"):
        save(path, clip)
    assert path.read_bytes() == before


def test_of_two_writers_one_wins(tmp_path: Path, clip: Clip) -> None:
    """Both find the name free; the second to finish must not replace the first."""
    path = tmp_path / "a.gif"
    slow = Writer(path, 48, 32, clip.fps)
    slow.__enter__()
    slow.add(clip.frames[:2])
    save(path, clip)
    with pytest.raises(UsageError, match="already exists"):
        slow.__exit__(None, None, None)
    assert media.info(path).frames == 19
    assert os.listdir(tmp_path) == ["a.gif"]


def test_works_without_hard_links(tmp_path: Path, clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "not supported")

    monkeypatch.setattr(commit.os, "link", refuse)
    assert media.info(save(tmp_path / "a.gif", clip)).frames == 19


@contextlib.contextmanager
def small_disk() -> Iterator[None]:
    """Files end after 4 kB: all of this process, so also a log that pytest itself is writing to."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.webm", "a.gif", "a.webp", "frames"])
def test_full_disk(tmp_path: Path, name: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (4, 64, 64, 3)).astype(np.uint8)
    with small_disk(), pytest.raises(CapacityError, match="disk is full"):
        save(tmp_path / name, Clip(noise, Fraction(8)), format="frames" if name == "frames" else None)
    assert os.listdir(tmp_path) == []


def test_frames_may_change_once_they_are_added(tmp_path: Path) -> None:
    frames = np.full((2, 16, 16, 3), 200, np.uint8)
    with write.Writer(tmp_path / "f", 16, 16, Fraction(8), "frames") as writer:
        writer.add(frames)
        frames[:] = 0
        writer.add(frames)
    read = media.read(tmp_path / "f").frames
    assert (read[:2] == 200).all()
    assert (read[2:] == 0).all()


def test_what_goes_wrong_with_frames_is_raised_by_the_next_call(tmp_path: Path) -> None:
    class Broken:
        recipe = None

        def mark(self, frames: np.ndarray, painted: np.ndarray | None) -> np.ndarray:
            raise RuntimeError("no mark")

    frames, stamp = np.zeros((2, 16, 16, 3), np.uint8), Broken()
    writer = write.Writer(tmp_path / "a.mp4", 16, 16, Fraction(8), stamp=stamp)  # type: ignore[arg-type]
    with contextlib.ExitStack() as stack:
        stack.enter_context(writer).add(frames)
        with pytest.raises(RuntimeError, match="no mark"):
            writer.add(frames)
        writer.add(frames)
        with pytest.raises(RuntimeError, match="no mark"):  # of the last frames by the end of the block
            stack.close()
    assert os.listdir(tmp_path) == []


def test_missing_folder(tmp_path: Path, clip: Clip) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        save(tmp_path / "no" / "a.mp4", clip)


def test_unwritable_folder(tmp_path: Path, clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "permission denied")

    monkeypatch.setattr(write.Path, "touch", refuse)  # tests may run as root, whom no folder refuses
    with pytest.raises(UsageError, match="cannot write here"):
        save(tmp_path / "a.mp4", clip)


def test_force_spares_foreign_folders(tmp_path: Path, clip: Clip) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.tex").touch()
    with pytest.raises(UsageError, match="holds other files"):
        save(tmp_path / "home", clip, format="frames", force=True)
    assert (tmp_path / "home" / "thesis.tex").exists()


def test_force_replaces_its_own_folder(tmp_path: Path, clip: Clip) -> None:
    save(tmp_path / "f", clip, format="frames")
    with pytest.raises(UsageError, match="already holds frames"):
        save(tmp_path / "f", clip, format="frames")
    save(tmp_path / "f", Clip(clip.frames[:3], clip.fps), format="frames", force=True)
    assert media.info(tmp_path / "f").frames == 3
    assert os.listdir(tmp_path) == ["f"]


def test_devices_are_not_replaced() -> None:
    with pytest.raises(UsageError, match="not a regular file"):
        targets.check(Path("/dev/null"), formats.FORMATS["mp4"], force=True)


def test_wrong_frames_are_our_mistake(tmp_path: Path, clip: Clip) -> None:
    with pytest.raises(ValueError, match="frames must be"), Writer(tmp_path / "a.mp4", 64, 32, clip.fps) as writer:
        writer.add(clip.frames)
    with pytest.raises(ValueError, match="no frames"), Writer(tmp_path / "a.mp4", 64, 32, clip.fps):
        pass
    assert os.listdir(tmp_path) == []


# --- the format of a name -------------------------------------------------------------------------------------------


def test_long_recipes_fit(tmp_path: Path, clip: Clip) -> None:
    """QuickTime's own comments and GIF's blocks are short; a storyboard is not."""
    recipe = {"prompt": "x" * 100_000, "fps": "12"}
    for name in ("a.mp4", "a.mov", "a.mkv", "a.webm", "a.gif", "a.webp", "a.png", "a.avif"):
        with Writer(tmp_path / name, 48, 32, clip.fps, recipe=recipe) as writer:
            writer.add(clip.frames[: 2 if writer.format.moving else 1])
        assert media.info(tmp_path / name).recipe == recipe, name


def test_formats_are_chosen() -> None:
    assert formats.choose(None, None, 16).name == "mp4"
    assert formats.choose(None, None, 1).name == "png"
    assert formats.choose("A.WEBM", None, 16).name == "webm"
    assert formats.choose("x.png", None, 16).name == "frames"
    assert formats.choose("x.bin", "gif", 16).name == "gif"


@pytest.mark.parametrize(
    ("output", "name", "frames", "message"),
    [
        ("a.avi", None, 9, "'.avi' is not supported; use mp4"),
        ("a", None, 9, "has no suffix"),
        ("a.mp4", "webm", 9, "is not a webm name"),
        (None, "mp5", 9, "did you mean mp4"),
        ("a.mp4", None, 1, "cannot hold a still"),
        ("a.avif", None, 9, "avif: holds one picture here; use mp4, webp or gif for what moves"),
        (None, "avif", 9, "avif: holds one picture here"),
    ],
)
def test_formats_are_refused(output: str | None, name: str | None, frames: int, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        formats.choose(output, name, frames)


def test_odd_sizes() -> None:
    with pytest.raises(UsageError, match=r"641x367: mp4 needs even sides; try 642x368"):
        formats.check(formats.FORMATS["mp4"], 641, 367, 16)
    formats.check(formats.FORMATS["webp"], 641, 367, 16)
    formats.check(formats.FORMATS["avif"], 641, 367, 16)
    with pytest.raises(UsageError, match="more than 50"):
        formats.check(formats.FORMATS["gif"], 64, 64, 60)


# --- files that are not what they seem ------------------------------------------------------------------------------


def png_of(width: int, height: int) -> bytes:
    """A PNG that declares a size and holds nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


BAD = [
    ("empty.mp4", b"", "is empty"),
    ("page.mp4", b"<!doctype html><html>", "looks like HTML"),
    ("notes.mp4", b"just some text\n" * 40, "not a video or a picture"),
    ("lfs.mp4", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
    ("list.mp4", b"ffconcat version 1.0\nfile 'secret.mp4'\n", "playlists are not accepted"),
    ("live.mp4", b"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nsecret.ts\n", "playlists are not accepted"),
    ("draw.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "vector pictures are not"),
    ("bomb.png", png_of(30_000, 30_000), "over the 64 Mpx limit"),
    ("large.png", png_of(9_000, 9_000), "over the 64 Mpx limit"),
    ("cut.png", png_of(64, 64)[:60], "damaged or cut off"),
]


@pytest.mark.parametrize(("name", "data", "message"), BAD, ids=[name for name, _, _ in BAD])
def test_bad_files(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(MediaError, match=message):
        media.read(tmp_path / name)


def test_not_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, message in (("no.mp4", "no such file"), (".", "is a folder"), ("pipe", "not a regular file")):
        with pytest.raises(MediaError, match=message):
            media.info(tmp_path / name)
    with pytest.raises(UsageError, match="only local files"):
        media.info("https://example.org/a.mp4")


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.webm", "a.gif", "a.webp"])
def test_truncation_is_never_silent(tmp_path: Path, name: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (24, 64, 64, 3)).astype(np.uint8)
    data = save(tmp_path / name, Clip(noise, Fraction(12))).read_bytes()
    for cut in range(1, 20):
        (tmp_path / name).write_bytes(data[: len(data) * cut // 20])
        with pytest.raises(MediaError):
            media.read(tmp_path / name)


def test_names_with_colons_and_dashes(tmp_path: Path, clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a:b.mp4", "-x.mp4", "a b\n.gif"):
        save(Path(name), clip)
        assert len(media.read(name).frames) == 19


def test_toned_clips_have_the_colours_of_the_picture() -> None:
    rng = np.random.default_rng(0)
    clip = Clip(rng.integers(90, 160, (20, 16, 16, 3), np.uint8), Fraction(16))
    mixing = np.array([[30.0, 10.0, 0.0], [0.0, 15.0, 5.0], [0.0, 0.0, 20.0]])
    colours = rng.normal(size=(32, 32, 3)) @ mixing + (140, 100, 120)
    picture = Clip(np.rint(colours.clip(0, 255)).astype(np.uint8)[None], Fraction(1))
    made = media.toned(clip, picture).frames.reshape(-1, 3).astype(float)
    wanted = picture.frames.reshape(-1, 3).astype(float)
    np.testing.assert_allclose(made.mean(0), wanted.mean(0), atol=1.5)
    np.testing.assert_allclose(np.cov(made.T), np.cov(wanted.T), rtol=0.1, atol=25)


def test_one_colour_gives_its_colour_and_no_noise() -> None:
    clip = Clip(np.full((2, 8, 8, 3), 60, np.uint8), Fraction(16))
    picture = Clip(np.full((1, 8, 8, 3), (200, 20, 90), np.uint8), Fraction(1))
    assert media.toned(clip, picture).frames[1, 3, 3].tolist() == [200, 20, 90]


@pytest.mark.parametrize(("name", "hint"), [("mp4", "lower it"), ("gif", "lower it or use mp4")])
def test_a_rate_that_is_too_high_has_a_way_out_that_leads_out(name: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        formats.check(media.FORMATS[name], 64, 64, 240.0)
    assert str(caught.value).endswith(f"; {hint}")
