"""Figures of painted scenes: what finds a drawing, measures motion, sharpness and borders measures what it should."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
import torch.nn.functional as F

from soracli.world.scene import Performer, Scene

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


@pytest.mark.parametrize(("x", "y"), [(20, 30), (150, 90), (51, 33)])
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


def test_poses_that_are_held_are_no_jumps() -> None:
    """Claymation at 16 frames a second shows each of 8 poses twice; a jump lies then between any two poses."""
    tracks, scenes, rng = module("tracks"), module("scenes"), np.random.default_rng(8)
    wide = textured(rng, 64, 256)
    clip = np.stack([wide[:, 2 * (k // 2) : 2 * (k // 2) + 64] for k in range(32)])
    done = SimpleNamespace(fps=16, scene=SimpleNamespace(style="claymation"))
    poses, chunk = scenes._poses(clip, done)
    assert (len(poses), chunk) == (16, 4)
    assert tracks.stepped(tracks.jumps(poses), range(4, 16, 4), 4) == pytest.approx([1, 1, 1], abs=0.15)
    done.scene.style = "3d"
    assert scenes._poses(clip, done) == (pytest.approx(clip), 8)


def test_a_blur_takes_away_what_is_fine() -> None:
    tracks, rng = module("tracks"), np.random.default_rng(5)
    sharp = rng.integers(0, 255, (1, 64, 64, 3), np.uint8)
    soft = F.avg_pool2d(torch.from_numpy(sharp).permute(0, 3, 1, 2).float(), 3, 1, 1).permute(0, 2, 3, 1)
    assert tracks.fine(soft.to(torch.uint8).numpy()).mean() < 0.3 * tracks.fine(sharp).mean()


def test_sharpness_is_told_beside_what_the_compression_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    scenes, rng = module("scenes"), np.random.default_rng(12)
    film = rng.integers(0, 255, (16, 64, 64, 3), np.uint8)
    soft = F.avg_pool2d(torch.from_numpy(film).permute(0, 3, 1, 2).float(), 3, 1, 1).permute(0, 2, 3, 1)
    soft = soft.to(torch.uint8).numpy()
    nobody = SimpleNamespace(drawn=lambda start, stop: SimpleNamespace(alpha=np.zeros((16, 64, 64), np.uint8)))
    done = SimpleNamespace(scene=SimpleNamespace(camera="static"), film=film, plain=soft, draft=nobody)
    bench = SimpleNamespace(pool=[done], painter=SimpleNamespace(model=None))
    monkeypatch.setattr(scenes, "recoded", lambda model, frames: frames)
    rows = {row.what: row for row in scenes.sharpness(bench)}
    for what in ("whole frame, static camera", "whole frame, squared steps between pixels"):
        assert rows[what].value < 0.3
        assert rows[what].truth == pytest.approx(1)
        assert rows[what].mark == "NO"
    assert rows["whole frame, moving camera"].mark == "-"
    assert rows["performers, static camera"].mark == "-"


@pytest.mark.parametrize(("way", "index"), [("across", 1), ("down", 2), ("zoom", 3)])
def test_the_cameras_motion_is_measured(way: str, index: int) -> None:
    looks = module("looks")
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
    found, plain, fitted = looks.registered(before, after)
    assert int(found[0].abs().argmax()) in ((0, 1) if index == 1 else (index,))
    assert (fitted < 0.5 * plain).all()


@pytest.mark.parametrize("way", [-0.09, -0.02, 0.0, 0.05])
def test_the_grounds_travel_is_measured_beside_what_stands_still(way: float) -> None:
    looks = module("looks")
    wide = torch.from_numpy(textured(np.random.default_rng(9), 128, 192, 6)).float().mean(2)
    before, after = wide[:, 32:160].clone(), wide[:, 32:160].clone()
    for row in range(128):
        shift = round(way * looks.ground_factor((row + 0.5) / 128) * 128)
        after[row] = wide[row, 32 + shift : 160 + shift]
    gone, better = looks.travelled(before[None, None], after[None, None])
    assert float(gone[0]) == pytest.approx(10 * way, abs=0.06)
    assert (float(better[0]) > 0.5) == (way != 0)


@pytest.mark.parametrize(("down", "side"), [(4, 0), (22, -6), (36, 4)])
def test_what_falls_is_found_where_it_went(down: int, side: int) -> None:
    looks, rng = module("looks"), np.random.default_rng(10)
    before, after = torch.full((3, 256, 256), 40.0), torch.full((3, 256, 256), 40.0)
    for y, x in zip(rng.integers(20, 200, 24), rng.integers(20, 200, 24), strict=True):
        before[:, y : y + 2, x : x + 2] = 220
        after[:, y + down : y + down + 2, x + side : x + side + 2] = 220
    found = looks.fallen(before, after).view(looks.FALL[0] // 2 + 1, -1)
    assert divmod(int(found.argmax()), found.shape[1]) == (down // 2, (side + looks.FALL[1]) // 2)


@pytest.mark.parametrize("name", ["zoom in", "pan left", "tilt down"])
def test_a_camera_is_known_by_what_it_explains(name: str) -> None:
    """A wide picture filmed as the world films it, and nothing but that camera makes its frames alike."""
    looks = module("looks")
    seconds = [0.6 * k for k in range(9)]
    view = looks.camera(Scene("scenery", (), "meadow", "day", camera=name, length=5.0), torch.tensor(seconds).double())
    wide = torch.from_numpy(textured(np.random.default_rng(13), 256, 512, 10)).permute(2, 0, 1).float()[None]
    v, u = torch.meshgrid((torch.arange(128) + 0.5) / 128, (torch.arange(128) + 0.5) / 128, indexing="ij")
    frames = []
    for k in range(9):
        zoom, middle = float(view.zoom[k]), view.middle[k].float()
        pace = torch.tensor([looks.ground_factor(float(row)) for row in v[:, 0]])[:, None]
        x = (u - 0.5) / zoom + middle[0] + pace * float(view.x[k])
        y = (v - 0.5) / zoom + middle[1]
        grid = torch.stack([(x - 0.5), y * 2 - 1], -1)[None]
        frames.append(F.grid_sample(wide, grid, align_corners=False)[0].permute(1, 2, 0))
    gains = looks.explained(torch.stack(frames).round().to(torch.uint8), seconds, 5.0)[::2]
    assert looks.KNOWN[int(gains.argmax())] == name
    assert float(gains.max()) > 1


def test_colours_of_what_changes_and_of_bands() -> None:
    looks = module("looks")
    before, after = torch.full((3, 64, 64), 100.0), torch.full((3, 64, 64), 100.0)
    before[:, 40:60, 40:60] = 160  # what is large and there before is neither fine nor new
    after[:, 40:60, 40:60] = 160
    after[0, 8:10], after[1:, 8:10] = 250, 10  # a red line appears
    red = (looks.LEVELS - 1) * looks.LEVELS**2
    assert int(looks.flecks(before, after)[:-1].argmax()) == red
    assert int(looks.points(after)[:-1].argmax()) == red
    assert float(looks.points(before)[-1]) < 0.25 * float(looks.points(after)[-1])
    after[0, 8:16], after[1:, 8:16] = 250, 10
    bands = looks.banded(after[None]).view(looks.BANDS, -1)
    assert float(bands[1, red]) == 1.0
    assert float(bands[0, red]) == 0.0


@pytest.mark.parametrize("kind", ["apart", "within"])
def test_a_reader_reads_what_no_line_tells_apart(kind: str) -> None:
    """Two values that are one each side of a third, or inside of one that lies all round: a kernel has to be chosen."""
    readers, generator = module("readers"), torch.Generator().manual_seed(11)
    seen = []
    for k in range(90):
        x = torch.randn(2, generator=generator) * 0.4
        if kind == "apart":
            said, x = "b" if k % 3 == 1 else "a", x + torch.tensor([3.0 * (k % 3 - 1), 0.0])
        else:
            said, x = ("a", x) if k % 2 else ("b", F.normalize(x, dim=0) * 3)
        seen.append(readers.Seen({"look": x}, {"place": said}))
    reader = readers.Reader.fitted(("a", "b"), ("look",), seen[:60], "place")
    assert reader.reach > 0
    assert sum(reader.read(one.looks) == one.said["place"] for one in seen[60:]) >= 28


def test_what_leaving_one_out_says_of_noise_is_chance() -> None:
    """More features than examples, and none of them says anything."""
    readers, generator = module("readers"), torch.Generator().manual_seed(14)
    x = torch.randn(60, 400, generator=generator).double()
    x = (x - x.mean(0)) / 20
    wanted = torch.arange(60) % 2
    for reach in (0.0, 2.0):
        (right, _), _ = readers._weights(readers.kernel(x, x, reach), F.one_hot(wanted, 2).double(), wanted)
        assert right < 0.75


def test_what_a_reader_mistook_is_counted_and_named() -> None:
    readers = module("readers")
    here = Scene("scenery", (Performer("dog", "walk"),), "beach", "day")
    asked = [here, here, replace(here, performers=(Performer("dog", "walk", x=-9.0),)), replace(here, place="road")]
    seen = [readers.Seen({}, {"place": scene.place}) for scene in asked] + [readers.Seen({}, {})]
    found = readers.tried(SimpleNamespace(read=lambda looks: "beach"), "place", [*asked, here], seen)
    assert (found.peopled, found.bare) == ((pytest.approx(2 / 3), 3), (1.0, 1))
    assert found.wrong == ["beach for road (road, day, clear)"]


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
