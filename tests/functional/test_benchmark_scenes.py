"""Figures of painted scenes: what finds a drawing, measures motion, sharpness and borders measures what it should."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
import torch.nn.functional as F

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module", autouse=True)
def neighbours() -> Iterator[None]:
    """Benchmarks import each other, as scripts do."""
    sys.path.insert(0, str(BENCHMARKS))
    yield
    sys.path.remove(str(BENCHMARKS))


def module(name: str) -> ModuleType:
    return importlib.import_module(name)


def textured(rng: np.random.Generator, height: int, width: int, grain: int = 8) -> npt.NDArray[np.uint8]:
    """Smooth random colours (H, W, 3)."""
    coarse = torch.from_numpy(rng.uniform(0, 255, (1, 3, height // grain, width // grain))).float()
    fine = F.interpolate(coarse, (height, width), mode="bicubic").clamp(0, 255)
    return fine[0].permute(1, 2, 0).to(torch.uint8).numpy()


def drawing(rng: np.random.Generator, side: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """A round patch, premultiplied, and its alpha."""
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    alpha = (255 * (x**2 + y**2 < (side / 2) ** 2)).astype(np.uint8)
    return np.minimum(textured(rng, side, side, 5), alpha[..., None]), alpha


@pytest.mark.parametrize(("x", "y"), [(20, 30), (150, 90)])
def test_a_drawing_is_found_in_other_light(x: int, y: int) -> None:
    tracks, rng = module("tracks"), np.random.default_rng(1)
    picture, (art, alpha) = textured(rng, 160, 240), drawing(rng, 40)
    part = picture[y : y + 40, x : x + 40]
    part[alpha > 0] = np.rint(0.5 * art[alpha > 0] + 20).astype(np.uint8)
    found = tracks.find(picture, art, alpha)
    assert found.alike > 0.9
    assert tracks.overlap(found.box, (x, y, x + 40, y + 40)) > 0.85


def test_a_drawing_that_is_not_there_is_not_found() -> None:
    tracks, rng = module("tracks"), np.random.default_rng(2)
    art, alpha = drawing(rng, 60)
    for grain in (8, 16, 40):
        assert tracks.find(textured(rng, 160, 240, grain), art, alpha).alike < tracks.FOUND


def test_a_drawing_of_another_size_has_another_box() -> None:
    tracks, rng = module("tracks"), np.random.default_rng(3)
    picture, (art, alpha) = textured(rng, 160, 240), drawing(rng, 60)
    small = F.interpolate(torch.from_numpy(art).permute(2, 0, 1)[None].float(), (48, 48), mode="area")
    cover = F.interpolate(torch.from_numpy(alpha)[None, None].float(), (48, 48), mode="area")[0, 0].numpy() / 255
    laid = small[0].permute(1, 2, 0).numpy() + picture[50:98, 60:108] * (1 - cover[..., None])
    picture[50:98, 60:108] = laid.astype(np.uint8)
    found = tracks.find(picture, art, alpha)
    assert tracks.overlap(found.box, (60, 50, 108, 98)) > 0.8
    assert tracks.overlap(found.box, (54, 44, 114, 104)) < 0.7


def test_overlap_is_what_two_boxes_share_over_what_they_cover() -> None:
    overlap = module("tracks").overlap
    assert overlap((0, 0, 10, 10), (0, 0, 10, 10)) == 1
    assert overlap((0, 0, 10, 10), (5, 0, 15, 10)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 10, 10), (10, 0, 20, 10)) == 0


def test_a_jump_at_a_border_shows_and_an_even_motion_does_not() -> None:
    tracks, rng = module("tracks"), np.random.default_rng(4)
    wide = textured(rng, 64, 256)
    even = np.stack([wide[:, k : k + 64] for k in range(32)])
    borders = range(8, 32, 8)
    assert tracks.stepped(tracks.jumps(even), borders) == pytest.approx([1, 1, 1], abs=0.15)
    uneven = np.stack([wide[:, k + 4 * (k // 8) : k + 4 * (k // 8) + 64] for k in range(32)])
    assert min(tracks.stepped(tracks.jumps(uneven), borders)) > 2


def test_a_blur_takes_away_what_is_fine() -> None:
    tracks, rng = module("tracks"), np.random.default_rng(5)
    sharp = rng.integers(0, 255, (1, 64, 64, 3), np.uint8)
    soft = F.avg_pool2d(torch.from_numpy(sharp).permute(0, 3, 1, 2).float(), 3, 1, 1).permute(0, 2, 3, 1)
    assert tracks.fine(soft.to(torch.uint8).numpy()).mean() < 0.3 * tracks.fine(sharp).mean()


@pytest.mark.parametrize(("way", "index"), [("across", 1), ("down", 2), ("zoom", 3)])
def test_the_cameras_motion_is_measured(way: str, index: int) -> None:
    readers = module("readers")
    picture = torch.from_numpy(textured(np.random.default_rng(6), 96, 96, 12)).permute(2, 0, 1).float().mean(0)
    grid_y, grid_x = torch.meshgrid(torch.linspace(-1, 1, 64), torch.linspace(-1, 1, 64), indexing="ij")
    moved: dict[str, Any] = {
        "across": (grid_x * 0.66 - 0.06 * 0.66, grid_y * 0.66),
        "down": (grid_x * 0.66, grid_y * 0.66 - 0.06 * 0.66),
        "zoom": (grid_x * 0.62, (grid_y - 0.28) * 0.62 + 0.28 * 0.66),
    }
    views = [(grid_x * 0.66, grid_y * 0.66), moved[way]]
    before, after = (
        F.grid_sample(picture[None, None], torch.stack(view, -1)[None], align_corners=True) for view in views
    )
    found, plain, fitted = readers.registered(before, after)
    assert int(found[0].abs().argmax()) in ((0, 1) if index == 1 else (index,))
    assert (fitted < 0.5 * plain).all()


def test_a_reader_reads_what_differs_and_guesses_what_does_not() -> None:
    readers = module("readers")
    generator = torch.Generator().manual_seed(7)
    said = [{"place": ("meadow", "beach", "road")[k % 3]} for k in range(60)]
    seen = []
    for one in said:
        x = torch.randn(20, generator=generator)
        x[:3] += 4 * F.one_hot(torch.tensor(("meadow", "beach", "road").index(one["place"])), 3)
        seen.append(readers.Seen({"look": x, "texture": torch.randn(20, generator=generator)}, one))
    values = "meadow", "beach", "road"
    sharp = readers.Reader.fitted(values, ("look",), seen[:40], "place")
    blind = readers.Reader.fitted(values, ("texture",), seen[:40], "place")
    right, guessed = (
        sum(reader.read(one.looks) == one.said["place"] for one in seen[40:]) for reader in (sharp, blind)
    )
    assert right >= 18
    assert guessed <= 14
