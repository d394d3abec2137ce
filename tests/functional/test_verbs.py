"""The verbs that remake pictures and clips, as a user meets them: what is kept is the source's own."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from conftest import Outcome, Sora
from PIL import Image
from tiny import options

from soracli import media
from soracli.pipeline import task_specs
from soracli.types import Frames

TINY = ("-m", "tiny", "--steps", "1", "--quality", "lossless", "--json")
FPS = Fraction(16)


def noise(count: int, height: int = 64, width: int = 64, seed: int = 0) -> Frames:
    return np.random.default_rng(seed).integers(0, 256, (count, height, width, 3), np.uint8)


@pytest.fixture
def clip(sora: Sora) -> Frames:
    """21 frames of a.mp4 in the working folder, exact."""
    return written("a.mp4", noise(21))


def written(name: str, frames: Frames, fps: Fraction = FPS) -> Frames:
    if name.endswith(".png"):
        Image.fromarray(frames[0]).save(name)
    else:
        with media.Writer(name, frames.shape[2], frames.shape[1], fps, quality="lossless") as writer:
            writer.add(frames)
    return frames


def made(ran: Outcome) -> tuple[Frames, dict[str, Any]]:
    """The result's frames, and what `--json` says of it."""
    assert ran.code == 0, ran.err
    data = json.loads(ran.text)["data"]
    return media.read(data["path"]).frames, data


# --- what is kept -----------------------------------------------------------------------------------------------------


def test_animating_begins_with_the_picture(sora: Sora, tmp_path: Path) -> None:
    picture = written("a.png", noise(1))
    frames, data = made(sora("animate", "a.png", "it moves", *TINY, "-d", "1s"))
    assert frames.shape == (16, 64, 64, 3)
    np.testing.assert_array_equal(frames[0], picture[0])
    assert (frames[5] != picture[0]).mean() > 0.5
    assert Path(data["path"]).name.startswith("a-animate-")
    assert data["inputs"][0]["name"] == "a.png"


def test_animating_ends_on_another_picture_and_passes_by_a_third(sora: Sora) -> None:
    first, last, between = (written(f"{name}.png", noise(1, seed=i)) for i, name in enumerate("abc"))
    frames, _ = made(sora("animate", "a.png", "--to", "b.png", "--keyframe", "c.png@5f", *TINY, "-d", "1s"))
    for number, picture in ((0, first), (15, last), (5, between)):
        np.testing.assert_array_equal(frames[number], picture[0])


def test_outside_the_region_nothing_moves(sora: Sora) -> None:
    picture = written("a.png", noise(1))
    frames, _ = made(sora("animate", "a.png", "--region", "32,0,16,40", *TINY, "-d", "1s"))
    inside = np.zeros((64, 64), bool)
    inside[:40, 32:48] = True
    assert all((frame[~inside] == picture[0][~inside]).all() for frame in frames)
    assert (frames[8][inside] != picture[0][inside]).mean() > 0.5


@pytest.mark.parametrize(
    ("flags", "before", "after"),
    [(("--by", "5f"), 0, 5), (("--backward", "--by", "5f"), 5, 0), (("--both", "--by", "1s"), 16, 16)],
)
def test_extending_keeps_the_clip(sora: Sora, clip: Frames, flags: tuple[str, ...], before: int, after: int) -> None:
    frames, data = made(sora("extend", "a.mp4", *flags, *TINY))
    assert len(frames) == before + len(clip) + after
    np.testing.assert_array_equal(frames[before : before + len(clip)], clip)
    assert len(data["seams"]) == (before > 0) + (after > 0)
    assert data["frames"] == len(frames)


def test_a_loop_is_closed_by_new_frames_and_scored_at_its_end(sora: Sora, clip: Frames) -> None:
    frames, data = made(sora("extend", "a.mp4", "--loop", "--by", "0.5s", *TINY))
    assert len(frames) == 29
    np.testing.assert_array_equal(frames[:21], clip)
    assert [seam["at"] for seam in data["seams"]] == [1.312, "end"]


def test_edits_leave_the_rest_of_the_time_alone(sora: Sora, clip: Frames) -> None:
    frames, _ = made(sora("edit", "a.mp4", "other", "--from", "3f", "--to", "11f", "--strength", "0.5", *TINY))
    np.testing.assert_array_equal(frames[:3], clip[:3])
    np.testing.assert_array_equal(frames[11:], clip[11:])
    assert (frames[3:11] != clip[3:11]).mean() > 0.5


def test_an_extension_may_follow_less_of_the_clip(sora: Sora, clip: Frames) -> None:
    frames, data = made(sora("extend", "a.mp4", "--by", "8f", "--overlap", "0.5s", *TINY))
    np.testing.assert_array_equal(frames[:21], clip)
    assert data["overlap"] == "0.5s"
    assert task_specs.extend("a.mp4", None, "8f", None, overlap="0.5s").canvas(options(), 8).context == 8
    ran = sora("extend", "a.mp4", "--overlap", "0f", *TINY)
    assert ran.code == 2
    assert "--overlap 0f: must be at least one frame" in ran.err


def test_a_style_reference_gives_its_colours(sora: Sora, clip: Frames) -> None:
    red = np.zeros((1, 64, 64, 3), np.uint8)
    red[..., 0] = np.random.default_rng(1).integers(120, 240, (64, 64))
    written("red.png", red)
    spec = task_specs.edit("a.mp4", 0.5, "8f", "16f", reference="red.png")
    canvas = spec.canvas(options(width=64, height=64), 8)
    assert canvas.head is None
    np.testing.assert_array_equal(canvas.clip.frames[16:], clip[16:])
    assert canvas.clip.frames[8:16].mean((0, 1, 2)) == pytest.approx(red.mean((0, 1, 2)), abs=6)
    frames, data = made(sora("edit", "a.mp4", "--style-ref", "red.png", "--strength", "0", *TINY))
    assert data["style_ref"]["name"] == "red.png"
    np.testing.assert_array_equal(frames, clip)


def test_strength_zero_is_the_source(sora: Sora, clip: Frames) -> None:
    frames, _ = made(sora("edit", "a.mp4", "other", "--strength", "0", *TINY))
    np.testing.assert_array_equal(frames, clip)


def test_inpainting_stays_inside_the_mask(sora: Sora, clip: Frames) -> None:
    frames, _ = made(sora("inpaint", "a.mp4", "a hole", "--mask", "10,20,30,25", *TINY))
    hole = np.zeros((64, 64), bool)
    hole[20:45, 10:40] = True
    assert (frames[:, ~hole] == clip[:, ~hole]).all()
    assert (frames[:, hole] != clip[:, hole]).mean() > 0.5


def test_a_mask_in_time(sora: Sora, clip: Frames) -> None:
    frames, _ = made(sora("inpaint", "a.mp4", "--mask", "0,0,64,64@0.5-1", *TINY))
    assert (frames[:8] == clip[:8]).all()
    assert (frames[16:] == clip[16:]).all()
    assert (frames[10] != clip[10]).mean() > 0.5


def test_outpainting_adds_room_around_the_clip(sora: Sora, clip: Frames) -> None:
    frames, _ = made(sora("inpaint", "a.mp4", "--outpaint", "0,32,16,0", *TINY))
    assert frames.shape == (21, 80, 96, 3)
    np.testing.assert_array_equal(frames[:, :64, :64], clip)


@pytest.mark.parametrize(("mode", "lost", "painted"), [("between", 0, 16), ("replace", 8, 16), ("dissolve", 16, 16)])
def test_blends_keep_both_ends(sora: Sora, clip: Frames, mode: str, lost: int, painted: int) -> None:
    other = written("b.mp4", noise(24, seed=1))
    frames, data = made(sora("blend", "a.mp4", "b.mp4", "--by", "1s", "--mode", mode, *TINY))
    own, theirs = 21 - lost, 24 - lost
    assert len(frames) == own + painted + theirs
    np.testing.assert_array_equal(frames[:own], clip[:own])
    np.testing.assert_array_equal(frames[-theirs:], other[lost:])
    assert len(data["seams"]) == 2


def test_variations_differ_from_the_source_and_from_each_other(sora: Sora, clip: Frames) -> None:
    ran = sora("vary", "a.mp4", "-n", "3", "--seed", "1", *TINY)
    assert ran.code == 0, ran.err
    distances = [item["distance"] for item in json.loads(ran.text)["data"]]
    assert [len(item["others"]) for item in distances] == [0, 1, 2]
    assert all(item["source"] > 0 and all(far > 0 for far in item["others"]) for item in distances)


def test_views_go_round_a_thing(sora: Sora) -> None:
    picture = written("a.png", noise(1))
    frames, data = made(sora("views", "a.png", "a dog", "-n", "9", *TINY))
    assert len(frames) == data["views"] == 9
    np.testing.assert_array_equal(frames[0], picture[0])
    assert data["prompt"] == "a dog, the camera circles around"


def test_enhancing_enlarges_and_fills_in_frames(sora: Sora) -> None:
    """The clip's own frames are still there, enlarged, and others lie between them."""
    smooth = np.linspace(0, 200, 48)[None, None, :, None] + 4 * np.arange(6)[:, None, None, None]
    frames = np.broadcast_to(smooth, (6, 32, 48, 3)).round().astype(np.uint8)
    written("a.mp4", frames)
    large, data = made(sora("enhance", "a.mp4", "--fps", "32", "--quality", "lossless", "--json"))
    assert large.shape == (12, 64, 96, 3)
    assert (data["scale"], data["fps"], data["frames"]) == (2, "32", 12)
    assert np.abs(large[::2, ::2, 4:-4:2].astype(int) - frames[:, :, 2:-2]).max() <= 10  # a part of it the watermark's
    between = (frames[:-1].astype(int) + frames[1:]) / 2
    assert np.abs(large[1:-1:2, ::2, 4:-4:2] - between[:, :, 2:-2]).max() <= 10


def test_enhancing_a_picture(sora: Sora) -> None:
    written("a.png", noise(1, 33, 21))
    large, _ = made(sora("enhance", "a.png", "--scale", "4", "--json", "-o", "b.png"))
    assert large.shape == (1, 132, 84, 3)


# --- sizes, rates, sound ----------------------------------------------------------------------------------------------


def test_clips_of_other_shapes_are_fitted_and_said(sora: Sora, clip: Frames) -> None:
    written("b.mp4", noise(16, 48, 96, seed=1), Fraction(8))
    ran = sora("blend", "a.mp4", "b.mp4", "--by", "8f", *TINY)
    frames, data = made(ran)
    assert frames.shape == (21 + 8 + 32, 64, 64, 3)
    assert any("96x48" in note and "64x64" in note for note in data["notes"])
    assert any("8 frames per second" in note for note in data["notes"])
    assert not frames[-1, 0].any()  # a black bar


def test_the_size_of_the_result_may_be_another(sora: Sora, clip: Frames) -> None:
    frames, _ = made(sora("extend", "a.mp4", "--by", "8f", "-s", "32x32", "--fps", "8", *TINY))
    assert frames.shape == (10 + 8, 32, 32, 3)


def test_odd_sizes_lose_their_odd_row(sora: Sora) -> None:
    with media.Writer("odd.webp", 65, 67, FPS, quality="lossless") as writer:
        writer.add(noise(9, 67, 65))
    frames, _ = made(sora("extend", "odd.webp", "--by", "8f", *TINY))
    np.testing.assert_array_equal(frames[:9], noise(9, 67, 65)[:, :66, :64])


def test_sound_is_kept_and_waits_for_its_clip(sora: Sora) -> None:
    rate = 48_000
    tone = np.sin(np.arange(rate) * 440 * 2 * np.pi / rate)[:, None] * 16_000
    sound = media.Audio(tone.astype(np.int16), rate)
    with media.Writer("a.mp4", 64, 64, FPS, audio=sound) as writer:
        writer.add(noise(16))
    ran = sora("extend", "a.mp4", "--backward", "--by", "1s", "-m", "tiny", "--steps", "1", "--json")
    heard = media.read_source(json.loads(ran.text)["data"]["path"]).audio
    assert heard is not None
    loud = np.abs(heard.samples / 32_768).max(1)
    half = heard.rate
    assert loud[: half - half // 4 - 3000].max() < 0.02, "it swells over the last quarter of a second before its clip"
    assert loud[half + 3000 : 2 * half - 3000].max() > 0.3


@pytest.mark.parametrize("rate", [12, 24])
def test_lengths_are_exact_at_any_rate(sora: Sora, rate: int) -> None:
    for name in ("a.mp4", "b.mp4"):
        written(name, noise(rate), Fraction(rate))
    for arguments, count in (
        (("blend", "a.mp4", "b.mp4", "--by", "0.5s"), 5 * rate // 2),
        (("blend", "a.mp4", "b.mp4", "--by", "0.25s", "--mode", "replace"), 2 * rate),
        (("blend", "a.mp4", "b.mp4", "--by", "0.25s", "--mode", "dissolve"), 7 * rate // 4),
        (("extend", "a.mp4", "--loop", "--by", "1s"), 2 * rate),
        (("extend", "a.mp4", "--by", "5f"), rate + 5),
        (("extend", "a.mp4", "--backward", "--by", "0.5s"), 3 * rate // 2),
    ):
        ran = sora(*arguments, *TINY, "--dry-run", "--json")
        assert json.loads(ran.text)["data"]["frames"] == count, arguments
    frames, data = made(sora("blend", "a.mp4", "b.mp4", "--by", "0.5s", *TINY))
    assert (len(frames), data["frames"], data["fps"]) == (5 * rate // 2, 5 * rate // 2, str(rate))
    np.testing.assert_array_equal(frames[-rate:], noise(rate))
    assert sora("blend", "a.mp4", "b.mp4", "--by", "0s", *TINY).code == 2


def tone(pitch: float, seconds: float, rate: int = 48_000) -> media.Audio:
    wave = 16_000 * np.sin(np.arange(round(seconds * rate)) * pitch * 2 * np.pi / rate)
    return media.Audio(wave.astype(np.int16)[:, None], rate)


def heard_in(data: dict[str, Any], start: float, end: float) -> tuple[float, float]:
    """(loudness 0..1, pitch) of a part of a result's sound."""
    audio = media.read_source(data["path"]).audio
    assert audio is not None
    part = audio.samples[round(start * audio.rate) : round(end * audio.rate), 0].astype(float)
    spectrum = np.abs(np.fft.rfft(part))
    return float(np.sqrt((part**2).mean())) / 16_000, float(spectrum.argmax() * audio.rate / len(part))


def film(name: str, audio: media.Audio | None) -> None:
    with media.Writer(name, 64, 64, FPS, audio=audio) as writer:
        writer.add(noise(16))


@pytest.mark.parametrize("mode", ["between", "replace", "dissolve"])
def test_each_clip_of_a_blend_keeps_its_sound(sora: Sora, mode: str) -> None:
    film("a.mp4", tone(300, 1))
    film("b.mp4", tone(900, 1, rate=32_000))
    film("silent.mp4", None)
    begin = {"between": 1.5, "replace": 1.0, "dissolve": 0.5}[mode]  # of the second clip
    for first, second in (("a", "b"), ("silent", "b"), ("a", "silent")):
        _, data = made(sora("blend", f"{first}.mp4", f"{second}.mp4", "--by", "0.5s", "--mode", mode, *TINY))
        early, late = heard_in(data, 0.05, 0.45), heard_in(data, begin + 0.55, begin + 0.95)
        assert early == (pytest.approx(0.7, abs=0.05), pytest.approx(300, abs=5)) if first == "a" else early[0] < 0.02
        assert late == (pytest.approx(0.7, abs=0.05), pytest.approx(900, abs=5)) if second == "b" else late[0] < 0.02
        if mode == "dissolve" and (first, second) == ("a", "b"):
            assert heard_in(data, 0.55, 0.65)[1] == pytest.approx(300, abs=10)
            assert heard_in(data, 0.85, 0.95)[1] == pytest.approx(900, abs=10)


def test_sound_goes_on_under_added_frames(sora: Sora) -> None:
    with av.open("a.mp4", "w") as container:
        stream, track = container.add_stream("libx264", rate=16), container.add_stream("aac", rate=48_000)
        stream.width, stream.height, stream.pix_fmt, track.layout = 64, 64, "yuv420p", "mono"
        for index, pixels in enumerate(noise(16)):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 16)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        samples = tone(440, 2.5).samples.reshape(1, -1)
        sound = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        sound.sample_rate, sound.pts, sound.time_base = 48_000, 0, Fraction(1, 48_000)
        container.mux(track.encode(sound))
        container.mux(track.encode(None))
    _, data = made(sora("extend", "a.mp4", "--by", "1s", *TINY))
    for start in (0.1, 0.9, 1.5):
        assert heard_in(data, start, start + 0.4) == (pytest.approx(0.7, abs=0.05), pytest.approx(440, abs=5))
    _, data = made(sora("extend", "a.mp4", "--backward", "--by", "0.5s", *TINY))
    assert heard_in(data, 0.0, 0.2)[0] < 0.02, "it swells over the last quarter of a second before its clip"
    assert heard_in(data, 0.55, 1.45) == (pytest.approx(0.7, abs=0.05), pytest.approx(440, abs=5))
    _, data = made(sora("edit", "a.mp4", "x", *TINY))
    assert media.info(data["path"]).seconds == 1
    assert any("sound that goes on for 1.5" in note for note in data["notes"])


# --- long clips -------------------------------------------------------------------------------------------------------


def test_shots_change_what_is_asked_for(sora: Sora) -> None:
    """The prompt of a later shot leaves the windows before it as they are."""
    same = ("-d", "24f", "-s", "32x32", "--seed", "1", *TINY)
    one, data = made(sora("generate", "--shot", "0s:a dog", "--shot", "9s:a cow", *same, "-o", "a.mkv"))
    two, _ = made(sora("generate", "a dog", *same, "-o", "b.mkv"))
    np.testing.assert_array_equal(one, two)
    assert data["shots"] == [[0.0, "a dog"], [9.0, "a cow"]]


def test_shots_that_begin_between_borders_are_told(sora: Sora) -> None:
    shots = ("0s:a dog", "0.6s:a cow", "0.7s:a fox", "1.5s:a cat", "9s:an owl")
    flags = [word for shot in shots for word in ("--shot", shot)]
    ran = sora("generate", *flags, "-d", "2s", "-s", "32x32", *TINY, "--dry-run")
    assert [line for line in ran.err.splitlines() if "shot" in line] == [
        "sora: note: the shot at 0.6s is too short, and left out: 8 frames are painted together.",
        "sora: note: the shot at 0.7s begins at 0.5s: 8 frames are painted together.",
        "sora: note: the shot at 9s is after the end and left out.",
    ]


def test_key_frames_of_a_new_clip(sora: Sora) -> None:
    picture = written("a.png", noise(1))
    frames, _ = made(sora("generate", "a dog", "--keyframe", "a.png@0.5s", "-s", "64x64", "-d", "1s", *TINY))
    np.testing.assert_array_equal(frames[8], picture[0])


# --- words ------------------------------------------------------------------------------------------------------------


def test_camera_motion_and_style_are_words_of_the_prompt(sora: Sora) -> None:
    written("a.png", noise(1))
    ran = sora(
        "animate", "a.png", "a dog", "--camera", "zoom-in", "--motion", "2", "--style", "noir", "-m", "tiny",
        "--dry-run", "--json",
    )  # fmt: skip
    said = json.loads(ran.text)["data"]["prompt"]
    assert said == "a dog, the camera zooms in, moving slowly, in black and white"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a.mp4", "--scale", "3"), "--scale 3: must be one of 1, 2, 4"),
        (
            ("a.mp4", "--scale", "1"),
            "--scale 1: nothing would change; add --fps, --slow or --denoise, or take --scale 2",
        ),
        (("a.mp4", "--fps", "500"), "--fps 500: must be 1..240"),
        (("a.mp4", "--denoise", "60"), "--denoise 60: must be a number 0..50"),
        (("a.mp4", "--slow", "0.5"), "--slow 0.5: must be a number 1..16"),
        (("a.mp4", "--engine", "best"), "--engine best: must be one of auto, photo, drawing"),
        (("a.png", "--slow", "2"), "--slow: a picture has no motion; give a clip"),
        (("a.png", "--fps", "30"), "--fps and --loop: a picture has no motion; give a clip"),
    ],
)
def test_what_cannot_be_enhanced(sora: Sora, clip: Frames, arguments: tuple[str, ...], message: str) -> None:
    written("a.png", noise(1))
    ran = sora("enhance", *arguments)
    assert (ran.code, ran.text, ran.err) == (2, "", f"sora: error: {message}\n")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("extend", "a.png"), 3, "a.png: is a picture (64x64), sora extend wants a clip; use: sora animate a.png"),
        (
            ("animate", "a.mp4"),
            3,
            "a.mp4: is a clip of 21 frames, sora animate wants a picture; use: sora extend a.mp4",
        ),
        (
            ("extend", "a.mp4", "-d", "4s"),
            2,
            "--duration 4s: the clip keeps its own length; use --by for what is added",
        ),
        (("extend", "a.mp4", "--loop", "--both"), 2, "--loop: closes the clip; it cannot go with --forward"),
        (("extend", "a.mp4", "--by", "soon"), 2, "--by soon: must be seconds (4s, 2.5s) or frames (96f)"),
        (("edit", "a.mp4", "x", "--strength", "1.5"), 2, "--strength 1.5: must be 0..1 (0 = unchanged, 1 = ignore"),
        (("edit", "a.mp4", "x", "--from", "9s"), 2, "--from 9s --to end: is not a part of the clip, which is 1.3125s"),
        (("edit", "a.mp4"), 2, "PROMPT is missing"),
        (("inpaint", "a.mp4"), 2, "inpaint: say what to paint: --mask FILE|X,Y,W,H or --outpaint T,R,B,L"),
        (("blend", "a.mp4", "a.mp4", "--mode", "melt"), 2, "--mode melt: must be one of between, replace, dissolve"),
        (
            ("blend", "a.mp4", "a.mp4", "--mode", "dissolve", "--by", "9s"),
            2,
            "--by 9s: is longer than the shorter clip",
        ),
        (("blend", "-", "-"), 2, "'-' is given for A and B; only one can be standard input"),
        (("extend", "-", "-"), 2, "'-' is given for CLIP and PROMPT; only one can be standard input"),
        (("animate", "a.png", "--keyframe", "a.png"), 2, "--keyframe a.png: must be PICTURE@TIME"),
        (("animate", "a.png", "--keyframe", "a.png@9s", "-d", "1s"), 2, "--keyframe a.png@9s: is after the end (1s)"),
        (("animate", "a.png", "--fit", "squash"), 2, "--fit squash: must be one of crop, pad, stretch"),
        (
            ("animate", "a.png", "--camera", "zoomin"),
            2,
            "--camera zoomin: is not known (did you mean zoom-in?); there are static",
        ),
        (("animate", "a.png", "--motion", "11"), 2, "--motion 11: must be a whole number 0..10"),
        (("generate", "--shot", "a dog"), 2, "--shot a dog: must be TIME:TEXT"),
        (("generate", "a dog", "--shot", "0s:a cow"), 2, "PROMPT and --shot: give one of them, not both"),
        (("extend", "none.mp4"), 3, "none.mp4: no such file"),
    ],
)
def test_bad_input_is_one_line(
    sora: Sora, clip: Frames, arguments: tuple[str, ...], code: int, message: str, tmp_path: Path
) -> None:
    written("a.png", noise(1))
    before = sorted(tmp_path.iterdir())
    ran = sora(*arguments, "-m", "tiny")
    assert (ran.code, ran.text) == (code, "")
    assert ran.err.startswith("sora: error: " + message), ran.err
    assert ran.err.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before
