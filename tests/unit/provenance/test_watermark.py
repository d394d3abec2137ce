"""The mark in the pixels: found after what a clip goes through, never where it was not put, invisible enough."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from soracli import media
from soracli.provenance import watermark
from soracli.types import Frames

KEYS = (watermark.PUBLIC, b"k" * 32)


def film(frames: int = 12, height: int = 144, width: int = 192, seed: int = 0) -> Frames:
    """A picture with detail at every size, as photographs have it, under a panning camera."""
    generator = np.random.default_rng(seed)
    big = np.zeros((height, width + 2 * frames))
    for size in (64, 32, 16, 8, 4, 2):
        rough = generator.normal(size=(height // size + 2, big.shape[1] // size + 2)) * size
        sized = Image.fromarray(rough.astype(np.float32)).resize(
            (rough.shape[1] * size, rough.shape[0] * size), Image.Resampling.BICUBIC
        )
        big += np.asarray(sized)[: big.shape[0], : big.shape[1]]
    big = 128 + 45 * (big - big.mean()) / big.std()
    gray = np.stack([big[:, 2 * t : 2 * t + width] for t in range(frames)]).clip(0, 255).astype(np.uint8)
    return np.repeat(gray[..., None], 3, 3)


def score(frames: Frames, key: bytes) -> watermark.Score:
    detector = watermark.Detector()
    detector.add(frames)
    return detector.score(key)


@pytest.fixture(scope="module")
def plain() -> Frames:
    return film()


@pytest.fixture(scope="module")
def marked(plain: Frames) -> Frames:
    return watermark.Mark(KEYS, *plain.shape[1:3]).put(plain)


def test_marked_is_found_and_looks_the_same(plain: Frames, marked: Frames) -> None:
    assert all(score(marked, key).z > 8 for key in KEYS)
    assert not any(score(plain, key).found for key in KEYS)
    error = float(np.mean((plain.astype(float) - marked) ** 2))
    assert 10 * np.log10(255**2 / error) > 35
    assert np.abs(plain.astype(int) - marked).max() <= 24


def change(picture: Frames) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """What the mark adds to one gray picture (H, W) of bytes."""
    frame = np.repeat(picture[None, ..., None], 3, 3)
    return (watermark.Mark(KEYS, *picture.shape).put(frame).astype(int) - frame)[0, ..., 0]


def test_smooth_places_are_touched_less() -> None:
    slope = np.tile(np.arange(60, 188, 0.5).astype(np.uint8), (256, 1))  # smooth too
    assert 0.4 < change(slope).std() < 0.9
    assert np.abs(change(slope)).max() <= 4
    noise = np.random.default_rng(0).integers(100, 156, (256, 256), np.uint8)
    assert change(noise).std() > 3.5


def test_dark_places_are_touched_less() -> None:
    dark, gray, bright = (change(np.full((256, 256), level, np.uint8)).std() for level in (24, 128, 200))
    assert dark < 0.6 * gray
    assert bright == pytest.approx(gray, rel=0.01)


def test_an_edge_is_no_texture() -> None:
    """Eight pixels from the outline of something smooth the mark is as weak as if there were none."""
    picture = np.full((256, 256), 100, np.uint8)
    flat = change(picture).std()
    picture[:, 131:] = 220
    assert change(picture)[:, 107:123].std() < 1.2 * flat


def test_smooth_places_are_trusted_more(plain: Frames) -> None:
    """Half of the picture marked and smooth, the other half wild: what is divided by its deviation is found."""
    marked = watermark.Mark(KEYS, 144, 192).put(np.full((4, 144, 192, 3), 128, np.uint8))
    marked[:, :, 96:] = np.random.default_rng(1).integers(0, 256, (4, 18, 12, 1), np.uint8).repeat(8, 1).repeat(8, 2)
    assert all(score(marked, key).found for key in KEYS)


def test_found_after_compression_and_halving(marked: Frames, tmp_path: Path) -> None:
    half = np.stack([np.asarray(Image.fromarray(frame).resize((96, 72))) for frame in marked])
    for name, frames, quality in (("a.mp4", marked, "28"), ("b.mp4", half, "16"), ("c.gif", marked, "good")):
        height, width = frames.shape[1:3]
        with media.Writer(tmp_path / name, width, height, Fraction(12), quality=quality) as writer:
            writer.add(frames)
        assert all(score(media.read(tmp_path / name).frames, key).found for key in KEYS), name


def test_a_crop_and_a_mirror_are_found_by_search(plain: Frames, marked: Frames) -> None:
    detector = watermark.Detector()
    detector.add(marked[:, 14:129, 20:173])  # 80 %
    assert not detector.score(KEYS[0]).found
    found = detector.search(KEYS[0])
    assert found.found
    assert not found.mirrored
    assert found.crop == pytest.approx((20 / 192, 14 / 144, 0.8, 0.8), abs=0.02)
    mirror = watermark.Detector()
    mirror.add(marked[:, :, ::-1])
    assert mirror.search(KEYS[0]).mirrored
    nothing = watermark.Detector()
    nothing.add(plain)
    assert not nothing.search(KEYS[0]).found


def test_other_keys_find_nothing(marked: Frames) -> None:
    """Over wrong keys z is a standard normal variable, on marked clips as well."""
    detector = watermark.Detector()
    detector.add(marked)
    z = np.array([detector.score(b"wrong %d" % i).z for i in range(1000)])
    assert abs(z.mean()) < 0.15
    assert 0.9 < z.std() < 1.1
    assert z.max() < watermark.FOUND


def test_the_same_every_time(plain: Frames) -> None:
    """Wherever in memory the frames are, and in whatever company: not one pixel differs."""
    once = watermark.Mark(KEYS, *plain.shape[1:3]).put(plain)
    for shift in range(1, 9):
        room = np.empty(plain.nbytes + 64, np.uint8)
        moved = room[shift : shift + plain.nbytes].reshape(plain.shape)
        moved[:] = plain
        again = np.concatenate([watermark.Mark(KEYS, *plain.shape[1:3]).put(frame[None]) for frame in moved])
        np.testing.assert_array_equal(once, again)


def test_what_was_not_painted_stays(plain: Frames) -> None:
    painted = np.zeros(plain.shape[:3], np.float32)
    painted[3:, 40:100, 50:150] = 1
    out = watermark.Mark(KEYS, *plain.shape[1:3]).put(plain, painted)
    assert (out[painted == 0] == plain[painted == 0]).all()
    assert (out[painted == 1] != plain[painted == 1]).mean() > 0.4


def test_any_size_and_shape() -> None:
    for height, width in ((49, 201), (131, 48), (90, 90)):
        frames = film(2, height, width)
        assert score(watermark.Mark(KEYS[:1], height, width).put(frames), KEYS[0]).z > 2
