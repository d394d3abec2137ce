"""Joints in space: a hole takes on the shades around it, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import Sora

from soracli import media
from soracli.sampling import seamless_clone
from soracli.types import Frames, Mask


def field(height: int = 96, width: int = 120) -> Frames:
    """Two frames whose colours run smoothly over the picture, each in its own way."""
    rows, columns = np.mgrid[:height, :width]
    frames = [np.stack([40 + rows, 60 + columns, np.full_like(rows, shade)], -1) for shade in (80, 160)]
    return np.stack(frames).astype(np.uint8)


def hole(height: int = 96, width: int = 120) -> Mask:
    mask = np.zeros((2, height, width), np.float32)
    mask[:, 32:64, 40:88] = 1
    return mask


def test_a_hole_takes_on_the_shades_around_it() -> None:
    given, mask = field(), hole()
    other = np.full_like(given, 30)
    made = seamless_clone.match_colours(other, given, mask).astype(int)
    off = np.abs(made - given)[mask == 1]
    assert np.abs(other.astype(int) - given)[mask == 1].mean() > 60
    assert off.mean() < 6
    assert np.abs(made - given)[:, 34, 42:86].max() < 12  # beside the rim, where one would see it


def test_what_is_painted_keeps_its_detail() -> None:
    given, mask = field(), hole()
    detail = np.zeros_like(given)
    detail[:, 44:50, 60:66] = 50
    plain = seamless_clone.match_colours(np.full_like(given, 30), given, mask).astype(int)
    made = seamless_clone.match_colours(30 + detail, given, mask).astype(int)
    assert np.abs((made - plain) - detail.astype(int))[mask == 1].max() <= 2


def test_colours_that_fit_already_are_left() -> None:
    given, mask = field(), hole()
    off = np.abs(seamless_clone.match_colours(given, given, mask).astype(int) - given)[mask == 1]
    assert off.mean() < 3  # of colours that change by a level a pixel, over eight pixels on each side


def test_room_around_goes_on_from_what_it_surrounds() -> None:
    given, mask = field(), np.ones((2, 96, 120), np.float32)
    mask[:, :, 50:] = 0
    made = seamless_clone.match_colours(np.full_like(given, 30), given, mask).astype(int)
    assert np.abs(made - given)[:, :, 40:50].mean() < 8
    assert (np.abs(made[..., 2] - given[..., 2]) < 6).all()  # the same all the way to the edge


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_without_a_rim_nothing_changes(value: float) -> None:
    given = field()
    other = given[::-1].copy()
    assert np.array_equal(
        seamless_clone.match_colours(other, given, np.full(given.shape[:3], value, np.float32)), other
    )


@pytest.mark.parametrize("size", [(1, 1), (7, 300), (33, 65)])
def test_any_size(size: tuple[int, int]) -> None:
    frames = np.random.default_rng(0).integers(0, 256, (1, *size, 3), np.uint8)
    mask = np.zeros((1, *size), np.float32)
    mask[:, : -(-size[0] // 2), : -(-size[1] // 2)] = 0.5
    assert seamless_clone.match_colours(frames, frames, mask).shape == frames.shape


def test_only_what_no_prompt_describes_is_suited(sora: Sora) -> None:
    shade = np.full((16, 64, 64, 3), (200, 40, 120), np.uint8)
    with media.Writer("a.mp4", 64, 64, 16, quality="lossless") as writer:
        writer.add(shade)
    call = ("inpaint", "a.mp4", "-m", "tiny", "--steps", "1", "--mask", "16,16,32,32", "--quality", "lossless")
    assert sora(*call, "-o", "plain.mp4").code == 0
    assert sora(*call, "a red flower", "-o", "told.mp4").code == 0
    plain, told = (media.read(name).frames.astype(int) for name in ("plain.mp4", "told.mp4"))
    inside = np.s_[:, 20:44, 20:44]
    assert np.abs((plain - shade)[inside].mean((0, 1, 2))).max() < 15
    assert np.abs((told - shade)[inside].mean((0, 1, 2))).max() > 30
    assert np.array_equal(plain[:, :16], shade[:, :16])
