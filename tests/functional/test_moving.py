"""Real footage by its own motion: true to motion that is known exactly, still where it is not, never the model's."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from conftest import Sora
from PIL import Image

from soracli import media
from soracli.errors import UsageError
from soracli.footage import camera, drifting, extrapolation, motion_fields, plausibility
from soracli.footage.camera import View
from soracli.footage.extrapolation import STILL, Between, Course, Onward, course
from soracli.pipeline import real_footage, task_specs, tasks
from soracli.pipeline.real_footage import Moving
from soracli.sampling.steps import without_sampling
from soracli.types import Canvas, Clip, Frames
from soracli.weights import manifest

FPS = Fraction(25)
HEIGHT, WIDTH = 64, 96


def texture(across: float, down: float, seed: int = 0, height: int = HEIGHT, width: int = WIDTH) -> Frames:
    """A picture (H, W, 3) of many waves, as seen from a place: exact at fractions of a pixel."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width].astype(np.float64)
    total = np.zeros((height, width, 3))
    for _ in range(40):
        pace, way = rng.uniform(0.05, 0.7), rng.uniform(0, 2 * np.pi)
        wave = pace * (np.cos(way) * (x + across) + np.sin(way) * (y + down))
        total += np.sin(wave[..., None] + rng.uniform(0, 2 * np.pi, 3)) * rng.uniform(0.3, 1)
    return eight_bit(128 + 22 * total)


def eight_bit(pixels: npt.NDArray[np.float64]) -> Frames:
    return np.asarray(np.rint(pixels.clip(0, 255)), np.uint8)


def pan(count: int, across: float = 1.5, down: float = -0.5, start: int = 0) -> Frames:
    return np.stack([texture(across * i, down * i) for i in range(start, start + count)])


def with_square(frames: Frames, left: float, step: float) -> Frames:
    """A square of another texture that moves to the right over frames, by whole pixels."""
    out = frames.copy()
    for i, frame in enumerate(out):
        x = round(left + step * i)
        frame[30:62, x : x + 32] = texture(0, 0, 5, 32, 32)
    return out


def psnr(a: npt.NDArray[np.uint8], b: npt.NDArray[np.uint8], rim: int = 0) -> float:
    inside = slice(rim, -rim or None)
    error = np.square(a[..., inside, inside, :].astype(float) - b[..., inside, inside, :]).mean()
    return float(10 * np.log10(255**2 / max(error, 1e-3)))


def drawn(canvas: Canvas) -> Frames:
    return np.concatenate([step.frames for step in without_sampling(canvas) if step.frames is not None])


# --- beyond the ends --------------------------------------------------------------------------------------------------


def test_a_steady_camera_goes_on_and_keeps_its_detail() -> None:
    film, truth = pan(14), pan(6, start=14)
    way = course(film, 25.0, 6)
    assert way.whole == math.inf
    onward = Onward(film, 25.0)
    for number in (1, 6):
        made = onward.at(number, way)
        assert psnr(made, truth[number - 1], rim=12) > 30 > psnr(film[-1], truth[number - 1], rim=12) + 8
    fine = [np.abs(np.diff(frame.astype(float), axis=1)).mean() for frame in (made, truth[-1])]
    assert fine[0] == pytest.approx(fine[1], rel=0.1)


def test_what_moves_before_a_background_goes_on_and_uncovers_it() -> None:
    behind = np.repeat(texture(0, 0)[None], 20, 0)
    film = with_square(behind, 4, 3)
    made = Onward(film[:14], 25.0).at(6, Course(math.inf, math.inf))
    assert psnr(made, film[19]) > psnr(film[13], film[19]) + 3
    uncovered = np.s_[30:62, 46:60]  # seen before the square came there
    assert np.abs(made[uncovered].astype(float) - behind[0][uncovered]).mean() < 40
    assert np.abs(film[13][uncovered].astype(float) - behind[0][uncovered]).mean() > 70


def test_what_cannot_be_told_stands_still() -> None:
    rng = np.random.default_rng(0)
    shaken = np.stack([texture(*rng.uniform(-6, 6, 2)) for _ in range(12)])
    assert course(shaken, 25.0, 4) == STILL
    assert course(pan(3), 25.0, 10) == STILL  # too short to tell


def test_the_motion_of_the_whole_is_found_beside_what_moves_otherwise() -> None:
    at = motion_fields.centred(40, 60)
    wanted = torch.tensor([[0.01, -0.02, 1.5], [0.02, 0.01, -0.5], [0, 0, 0]], dtype=torch.float64)
    velocity = torch.einsum("ij,jhw->ihw", wanted[:2, :2].float(), at) + wanted[:2, 2, None, None].float()
    velocity[:, 5:20, 10:30] += 4
    torch.testing.assert_close(motion_fields.affine(velocity, at), wanted, atol=2e-3, rtol=0)


def test_a_steady_camera_goes_on_as_it_moved() -> None:
    film = pan(14)
    way = course(film, 25.0, 6)
    assert Onward(film, 25.0).whole(way, 6) == way


def test_what_would_tear_rests_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    """The slowest course on which the picture is not rougher; of the whole nothing changes."""
    film, noise = pan(14), np.random.default_rng(0).normal(0, 60, (64, 96, 3))

    def torn(onward: Onward, frames: float, way: Course) -> Frames:
        rough = film[-1] + noise * min(1.0, 4 * way.own)
        return np.clip(rough, 0, 255).astype(np.uint8)

    onward = Onward(film, 25.0)
    most = extrapolation.ROUGHER * plausibility.high_band(film[-1:])
    fine = [
        own for own in extrapolation.SLOWER if plausibility.high_band(torn(onward, 20, Course(0, own))[None]) <= most
    ]
    assert 0 < len(fine) < len(extrapolation.SLOWER)
    monkeypatch.setattr(Onward, "at", torn)
    assert onward.whole(Course(math.inf, math.inf), 20) == Course(math.inf, fine[0])
    assert onward.whole(Course(0.3, 0), 20) == Course(0.3, 0)


def test_own_motion_is_trusted_where_it_told_the_last_frames() -> None:
    behind, way = np.repeat(texture(0, 0)[None], 16, 0), Course(math.inf, math.inf)
    steady = extrapolation.known(with_square(behind, 4, 2), 25.0, 6, way)
    assert steady[0, 34:58, 38:62].mean() > 0.8
    stopped = behind.copy()
    for i, frame in enumerate(stopped):
        x = 4 + 3 * min(i, 9)  # it stops before the last frames
        frame[30:62, x : x + 32] = texture(0, 0, 5, 32, 32)
    assert extrapolation.known(stopped, 25.0, 6, way)[0, 34:58, 35:59].mean() < 0.3
    assert float(extrapolation.known(stopped, 25.0, 6, Course(math.inf, 0))) == 1  # no own motion to judge


def test_a_share_of_own_motion_is_left() -> None:
    film, way = with_square(np.repeat(texture(0, 0)[None], 14, 0), 4, 3), Course(math.inf, math.inf)
    onward = Onward(film, 25.0)
    own = onward.motion.own.clone()
    onward.trust(torch.full((1, 1, 1), 0.5))
    torch.testing.assert_close(onward.motion.own, own / 2)
    onward.trust(torch.zeros(1, 4, 4))
    np.testing.assert_array_equal(onward.at(5, way), onward.at(5, way._replace(own=0)))


def test_what_frays_is_brought_to_rest_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """A corner that turns to noise as far as it moves; the rest keeps its motion, and a calm picture all of it."""
    film, noise = pan(14), np.random.default_rng(0).normal(0, 60, (16, 32, 3))

    def ragged(onward: Onward, frames: float, way: Course) -> Frames:
        out = film[-1].astype(float)
        out[:16, 64:] += noise * float(onward.motion.own[:, :16, 64:].abs().mean())
        return eight_bit(out)

    for at, left in ((ragged, 0.0), (lambda onward, frames, way: film[-1], 1.0)):
        onward = Onward(film, 25.0)
        onward.motion.own[:] = 1
        monkeypatch.setattr(Onward, "at", at)
        onward.calm(Course(math.inf, math.inf), 6)
        assert float(onward.motion.own[:, :16, 68:].mean()) == pytest.approx(left, abs=0.15)
        assert float(onward.motion.own[:, 44:, :24].min()) == 1


def test_motion_comes_to_rest() -> None:
    moments = np.linspace(0, 5, 101)
    for decay in (0.1, 0.3, math.inf):
        ways = np.array([extrapolation.travelled(t, decay) for t in moments])
        assert ways[0] == 0
        assert (np.diff(ways) >= 0).all()
        assert ways[-1] - ways[-2] < 0.001 < ways[1] / moments[1]
    assert extrapolation.travelled(0.5, math.inf) == 0.5
    assert extrapolation.travelled(3, 0) == 0


def test_a_film_is_extended_backward_and_its_frames_stay() -> None:
    film = Clip(pan(11, start=4), FPS)
    canvas = Moving().laid(tasks.extend(film, 4, 0, 1))
    made, truth = drawn(canvas), pan(1)[0]
    np.testing.assert_array_equal(made[4:], film.frames)
    assert psnr(made[0], truth, rim=12) > psnr(film.frames[0], truth, rim=12) + 6
    assert canvas.draft is not None
    assert canvas.draft.notes == ["before the beginning the picture goes on as it moved and comes to rest."]


# --- between two ends -------------------------------------------------------------------------------------------------


def test_two_views_of_one_place_meet_in_its_motion() -> None:
    film = pan(9)
    way = Between(film[:1], film[8:], 8)
    assert way.alike
    for number in (1, 4, 7):
        fade = np.rint(film[0] * (1 - number / 8) + film[8] * (number / 8)).astype(np.uint8)
        made = way.at(number / 8)
        assert psnr(made, film[number], rim=12) > psnr(fade, film[number], rim=12) + 2


def test_frames_beyond_both_ends_tell_the_pace_between_them() -> None:
    film = np.stack([texture(0.06 * i * i, 0) for i in range(21)])
    told, straight = Between(film[:7], film[14:], 8), Between(film[6:7], film[14:15], 8)
    assert psnr(told.at(0.5), film[10], rim=12) > psnr(straight.at(0.5), film[10], rim=12) + 2


def test_two_places_are_not_warped_into_each_other() -> None:
    a, b = pan(3), np.stack([texture(i, 0, seed=9) for i in range(3)])
    canvas = Moving().laid(tasks.blend(Clip(a, FPS), Clip(b, FPS), 6, "between", 1))
    made = drawn(canvas)
    np.testing.assert_array_equal(made[:3], a)
    np.testing.assert_array_equal(made[-3:], b)
    assert canvas.draft is not None
    assert any("not show the same place" in note for note in canvas.draft.notes)
    nearer = [psnr(frame, b[0]) - psnr(frame, a[-1]) for frame in made[3:9]]
    assert nearer == sorted(nearer)


def test_a_dissolve_is_both_films() -> None:
    a, b = pan(8), np.stack([texture(i, 0, seed=9) for i in range(8)])
    made = drawn(Moving().laid(tasks.blend(Clip(a, FPS), Clip(b, FPS), 3, "dissolve", 1)))
    np.testing.assert_allclose(made[6], (a[6].astype(float) + b[1]) / 2, atol=1)


# --- a camera over a picture ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("move", camera.MOVES)
def test_a_camera_begins_with_the_whole_picture_and_stays_inside(move: str) -> None:
    whole = 2.0 if move == "zoom-out" else 0.0
    assert camera.view(move, whole, 2.0) == View(1, 0, 0)
    for moment in np.linspace(0, 2, 41):
        view = camera.view(move, moment, 2.0)
        assert 1 <= view.zoom <= 1.5
        assert max(abs(view.across), abs(view.down)) <= 1


def test_a_camera_goes_where_it_is_asked() -> None:
    ends = {move: camera.view(move, 2.0, 2.0) for move in camera.MOVES}
    assert ends["zoom-in"].zoom > ends["push-in"].zoom > ends["static"].zoom == 1
    assert (ends["pan-left"].across, ends["pan-right"].across) == (-1, 1)
    assert (ends["tilt-up"].down, ends["tilt-down"].down) == (-1, 1)
    assert camera.view("zoom-in", 2.0, 2.0, pace=0.5).zoom < ends["zoom-in"].zoom
    assert camera.view("zoom-in", 2.0, 2.0, pace=0) == View(1, 0, 0)


def test_what_a_camera_shows_is_the_picture() -> None:
    view = View(1.25, 1, -0.5)
    room = (1 - 1 / view.zoom) / 2
    y, x = ((np.arange(n) + 0.5) / view.zoom + n * room * (1 + way) for n, way in ((HEIGHT, -0.5), (WIDTH, 1)))
    truth = np.stack([wave(y[:, None] - 0.5, x - 0.5) for wave in (soft(0), soft(1), soft(2))], -1)
    picture = np.stack([soft(c)(*np.mgrid[:HEIGHT, :WIDTH].astype(float)) for c in range(3)], -1)
    made = camera.shown(np.rint(picture).astype(np.uint8), view, WIDTH, HEIGHT)
    assert psnr(made, np.rint(truth).astype(np.uint8)) > 45


def soft(channel: int):  # type: ignore[no-untyped-def]
    return lambda y, x: 128 + 60 * np.sin(0.3 * x + channel) + 50 * np.cos(0.25 * y - 0.1 * x)


@pytest.mark.parametrize(
    ("prompt", "move"),
    [
        ("the camera pans left over the bay", "pan-left"),
        ("slow zoom out", "zoom-out"),
        ("pan to the right, then zoom in", "pan-right"),
        ("shot with a hand-held camera", "handheld"),
        ("a dog runs to the left", None),
    ],
)
def test_words_for_a_camera(prompt: str, move: str | None) -> None:
    assert camera.said(prompt) == move


# --- which engine -----------------------------------------------------------------------------------------------------


def flat() -> Frames:
    """A drawing: few colours, and smooth shades."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(float)
    out = np.stack([120 + y, 200 - y / 2, 90 + x / 2], -1)
    out[20:50, 30:60] = (220, 60, 40)
    return eight_bit(out)


def test_film_is_told_from_drawing(tmp_path: Path) -> None:
    for name, frame in (("photo", texture(0, 0)), ("drawing", flat())):
        Image.fromarray(frame).save(tmp_path / f"{name}.png")
    photo, drawing = (media.read_source(str(tmp_path / f"{name}.png")) for name in ("photo", "drawing"))
    assert real_footage.foreign(photo)
    assert not real_footage.foreign(drawing)
    spark, path = manifest.card("spark"), str(tmp_path / "photo.png")
    assert real_footage.chosen(task_specs.animate(path, engine="auto"), spark, "") is not None
    assert real_footage.chosen(task_specs.animate(path, engine="model"), spark, "") is None
    assert real_footage.chosen(task_specs.animate(path), spark, "") is None  # a verb that has the model alone
    drawn_one = task_specs.animate(str(tmp_path / "drawing.png"), engine="auto")
    moving = real_footage.chosen(drawn_one, spark, "")
    assert moving is not None
    assert "tells no scene" in moving.notes[0]
    assert real_footage.chosen(drawn_one, manifest.card("tiny"), "") is None
    with pytest.raises(UsageError, match="no depth"):
        real_footage.chosen(task_specs.animate(path, engine="auto", camera="orbit"), spark, "")
    with pytest.raises(UsageError, match="must be one of"):
        real_footage.chosen(task_specs.animate(path, engine="magic"), spark, "")


def test_a_photograph_is_filmed_without_a_model(sora: Sora) -> None:
    picture = texture(0, 0)
    Image.fromarray(picture).save("a.png")
    ran = sora("animate", "a.png", "--camera", "pan-right", "-d", "0.4s", "--quality", "lossless", "--json")
    assert ran.code == 0, ran.err
    data = json.loads(ran.text)["data"]
    frames = media.read(data["path"]).frames
    assert len(frames) == 12
    np.testing.assert_array_equal(frames[0], picture)
    view = camera.view("pan-right", 11 / 30, 11 / 30)
    seen = camera.shown(picture, view, WIDTH, HEIGHT)
    assert psnr(frames[-1], seen) > 30 > psnr(picture, seen) + 8  # it has a watermark
    assert (data["engine"], data["move"]) == ("motion", "pan-right")
    assert any("nothing in it moves" in note for note in data["notes"])
    assert "text" not in data["took"]


def test_a_key_frame_that_is_a_photograph_is_shown_and_a_camera_moves_over_it(sora: Sora) -> None:
    picture = texture(0, 0)
    Image.fromarray(picture).save("a.png")
    words = ("generate", "a dog runs", "--keyframe", "a.png@8f", "-d", "24f", "--fps", "16", "--quality", "lossless")
    ran = sora(*words, "--camera", "zoom-in", "--json", "-o", "k.mkv")
    assert ran.code == 0, ran.err
    data = json.loads(ran.text)["data"]
    frames = media.read("k.mkv").frames
    assert frames.shape == (24, HEIGHT, WIDTH, 3)
    np.testing.assert_array_equal(frames[8], picture)
    for number, ahead in ((0, 8), (23, 15)):  # toward it and away from it
        view = camera.view("zoom-in", ahead / 16, ahead / 16)
        seen = camera.shown(picture, view, WIDTH, HEIGHT)
        assert psnr(frames[number], seen) > 30 > psnr(picture, seen)
    assert (data["engine"], data["move"]) == ("motion", "zoom-in")
    assert any("knows no prompt" in note for note in data["notes"])
    assert sora("replay", "k.mkv", "--check").code == 0


def test_key_frames_of_one_place_move_into_each_other(sora: Sora) -> None:
    film = pan(9)
    for number in (0, 8):
        Image.fromarray(film[number]).save(f"{number}.png")
    keys = ("--keyframe", "0.png@0f", "--keyframe", "8.png@8f")
    ran = sora("generate", "a wall", *keys, "-d", "9f", "--fps", "25", "--quality", "lossless", "-o", "k.mkv")
    assert ran.code == 0, ran.err
    made = media.read("k.mkv").frames
    assert psnr(made[4], film[4], rim=12) > 26
    fade = np.rint(film[0] / 2 + film[8] / 2).astype(np.uint8)
    assert psnr(made[4], film[4], rim=12) > psnr(fade, film[4], rim=12) + 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--engine", "motion"), "--engine motion: moves key frames of a prompt"),
        (("--keyframe", "a.png@0f", "--camera", "orbit"), "a photograph has no depth to move round in"),
    ],
)
def test_key_frames_that_cannot_be_moved(sora: Sora, words: tuple[str, ...], said: str) -> None:
    Image.fromarray(texture(0, 0)).save("a.png")
    ran = sora("generate", "a dog runs", *words)
    assert ran.code == 2
    assert said in ran.err


def test_views_of_a_photograph_are_refused(sora: Sora) -> None:
    Image.fromarray(texture(0, 0)).save("a.png")
    ran = sora("views", "a.png", "-n", "3")
    assert ran.code == 2
    assert "has learnt no thing from all sides" in ran.err


def test_a_film_is_extended_by_its_motion(sora: Sora) -> None:
    film = pan(12)
    with media.Writer("a.mp4", WIDTH, HEIGHT, FPS, quality="lossless") as writer:
        writer.add(film)
    ran = sora("extend", "a.mp4", "it rains", "--by", "4f", "--quality", "lossless", "--json")
    assert ran.code == 0, ran.err
    data = json.loads(ran.text)["data"]
    frames = media.read(data["path"]).frames
    np.testing.assert_array_equal(frames[:12], film)
    truth = pan(1, start=15)[0]
    assert psnr(frames[15], truth, rim=12) > psnr(film[-1], truth, rim=12) + 6
    assert data["engine"] == "motion"
    assert set(data["networks"]) == set(real_footage.TOOLS)
    assert any("knows no prompt" in note for note in data["notes"])


def filmed(name: str = "a.mp4", count: int = 6) -> Frames:
    film = pan(count)
    with media.Writer(name, WIDTH, HEIGHT, FPS, quality="lossless") as writer:
        writer.add(film)
    return film


def test_a_region_of_a_photograph_ripples_and_the_rest_stands(sora: Sora) -> None:
    picture = texture(0, 0)
    Image.fromarray(picture).save("a.png")
    call = ("animate", "a.png", "--region", "0,32,96,32", "-d", "0.4s", "--quality", "lossless", "--json")
    ran = sora(*call)
    assert ran.code == 0, ran.err
    data = json.loads(ran.text)["data"]
    frames = media.read(data["path"]).frames
    np.testing.assert_array_equal(frames[0], picture)
    np.testing.assert_array_equal(frames[:, :32], np.repeat(picture[None, :32], len(frames), 0))
    assert psnr(frames[-1][40:], picture[40:]) < 35  # it has moved
    assert (data["engine"], data["move"]) == ("motion", "drift")
    assert any("ripples" in note for note in data["notes"])
    assert sora("replay", data["path"], "--check").code == 0


def test_a_region_flows_where_a_prompt_says(tmp_path: Path) -> None:
    picture, share = texture(0, 0), np.zeros((HEIGHT, WIDTH), np.float32)
    share[16:48, 16:80] = 1
    seconds = 0.25
    by = drifting.SPEED * HEIGHT * seconds
    for said, (across, down) in {
        "clouds drift left": (-by, 0),
        "a waterfall": (0, by),
        "smoke rises": (0, -by),
    }.items():
        made = drifting.drifted(picture, share, seconds, drifting.way(said))
        inside = (slice(20, 44), slice(20, 76))
        carried, other = texture(-across, -down)[inside], texture(across, down)[inside]
        assert psnr(made[inside], carried) > psnr(picture[inside], carried) + 1
        assert psnr(made[inside], carried) > psnr(made[inside], other) + 2
        np.testing.assert_array_equal(made[:16], picture[:16])
    rippled = drifting.drifted(picture, share, 1.0, (0.0, 0.0))[None, 20:44, 20:76]
    assert abs(plausibility.high_band(rippled) / plausibility.high_band(picture[None, 20:44, 20:76]) - 1) < 0.2
    assert drifting.way("the water glitters") == (0.0, 0.0)


@pytest.mark.parametrize(
    ("words", "said"), [(("--to", "a.png"), "one picture"), (("--camera", "pan-left"), "stands still")]
)
def test_a_region_moves_alone(sora: Sora, words: tuple[str, ...], said: str) -> None:
    Image.fromarray(texture(0, 0)).save("a.png")
    ran = sora("animate", "a.png", "--region", "0,32,96,32", "-d", "0.4s", *words)
    assert ran.code == 2
    assert said in ran.err


def test_whom_a_prompt_names_plays_in_a_hole_of_film(sora: Sora) -> None:
    film = filmed()
    ran = sora("inpaint", "a.mp4", "a cat", "--mask", "40,8,48,48", "--quality", "lossless", "--json")
    assert ran.code == 0, ran.err
    data = json.loads(ran.text)["data"]
    made = media.read(data["path"]).frames
    outside = np.ones((HEIGHT, WIDTH), bool)
    outside[8:56, 40:88] = False
    np.testing.assert_array_equal(made[:, outside], film[:, outside])
    removed = sora("inpaint", "a.mp4", "--mask", "40,8,48,48", "--quality", "lossless", "--json", "-o", "b.mp4")
    assert removed.code == 0, removed.err
    empty = media.read(json.loads(removed.text)["data"]["path"]).frames
    differs = np.abs(made.astype(int) - empty).max(-1) > 40
    assert 0.1 < differs[:, 8:56, 40:88].mean() < 0.9  # the cat, and around it what is there without it
    assert sora("replay", data["path"], "--check").code == 0


def test_what_nobody_plays_is_not_painted_into_film(sora: Sora) -> None:
    filmed()
    ran = sora("inpaint", "a.mp4", "a green meadow", "--mask", "40,8,48,48")
    assert ran.code == 4
    assert "names nobody whom the library has" in ran.err
    ran = sora("vary", "a.mp4")
    assert ran.code == 4
    assert "tells no scene" in ran.err


def test_around_film_a_prompt_says_nothing(sora: Sora) -> None:
    filmed()
    ran = sora("inpaint", "a.mp4", "a garden", "--outpaint", "0,16,0,16", "--quality", "lossless", "--json")
    assert ran.code == 0, ran.err
    data = json.loads(ran.text)["data"]
    assert any("of a prompt nothing is followed" in note for note in data["notes"])
    plain = sora("inpaint", "a.mp4", "--outpaint", "0,16,0,16", "--quality", "lossless", "--json", "-o", "b.mp4")
    assert plain.code == 0, plain.err
    other = json.loads(plain.text)["data"]["path"]
    np.testing.assert_array_equal(media.read(data["path"]).frames, media.read(other).frames)


def test_a_camera_over_a_photograph_loads_no_torch(tmp_path: Path) -> None:
    """Which takes longer to import than the rest of the work."""
    Image.fromarray(texture(0, 0)).save(tmp_path / "photo.png")
    script = (
        "import sys\nfrom soracli import cli\ncode = cli.run(sys.argv[1:])\n"
        "assert 'torch' not in sys.modules\nsys.exit(code)"
    )
    arguments = ["animate", "photo.png", "--camera", "zoom-in", "--engine", "motion", "-d", "0.2s", "-o", "a.mp4"]
    env = {**os.environ, "PYTHONPATH": str(Path(media.__file__).parents[2]), "SORA_STATE_DIR": str(tmp_path / "state")}
    command = [sys.executable, "-c", script, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=env, check=False)
    assert ran.returncode == 0, ran.stderr
    assert len(media.read(tmp_path / "a.mp4").frames) == 6
