"""`sora sheet` and `sora compare`: what stands on the picture, and what the figures say."""

from __future__ import annotations

import io
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from conftest import Sora
from PIL import Image

from soracli import media
from soracli.commands import compare, sheet
from soracli.types import Clip, Frames

FPS = Fraction(16)


def plain(count: int, level: int, height: int = 64, width: int = 96) -> Frames:
    return np.full((count, height, width, 3), level, np.uint8)


def written(name: str, frames: Frames, fps: Fraction = FPS, **recipe: object) -> None:
    with media.Writer(name, frames.shape[2], frames.shape[1], fps, quality="lossless", recipe=recipe or None) as file:
        file.add(frames)


def test_moments_reach_from_end_to_end() -> None:
    assert sheet.moments(64, 4) == [0, 21, 42, 63]
    assert sheet.moments(3, 8) == [0, 1, 2]
    assert sheet.moments(9, 1) == [0]


def test_a_caption_says_what_tells_clips_apart() -> None:
    assert sheet.caption("a/x.mp4", {"prompt": "a dog", "seed": 7, "verb": "generate"}) == "a dog · seed 7 · x.mp4"
    assert sheet.caption("x.mp4", {"prompt": "", "seed": 7, "verb": "extend"}) == "extend · seed 7 · x.mp4"
    assert sheet.caption("a/x.mp4", None) == "x.mp4"
    assert sheet.caption("-", None) == "standard input"


def test_sheet_shows_frames_in_time(sora: Sora) -> None:
    """Three frames of a clip that grows lighter, under another of another shape; and the file's own record of it."""
    written("a.mp4", np.concatenate([plain(4, level) for level in (0, 80, 160)]), prompt="a dog", seed=7)
    written("b.mp4", plain(2, 30, 64, 64))
    ran = sora("sheet", "a.mp4", "b.mp4", "--frames", "3", "--json")
    data = json.loads(ran.out)["data"]
    assert [row["caption"] for row in data["rows"]] == ["a dog · seed 7 · a.mp4", "b.mp4"]
    assert [row["times"] for row in data["rows"]] == [[0.0, 0.375, 0.688], [0.0, 0.062]]
    picture = media.read("sheet.png").frames[0]
    assert picture.shape == (data["height"], data["width"], 3)
    wide, y = 240 + sheet.GAP, sheet.GAP + sheet.LINE + sheet.SIDE // 2
    levels = [int(picture[y, sheet.GAP + k * wide + 100].mean()) for k in range(3)]
    assert np.allclose(levels, (0, 80, 160), atol=6)
    assert [one["name"] for one in (media.info("sheet.png").recipe or {})["inputs"]] == ["a.mp4", "b.mp4"]
    assert sora("sheet", "a.mp4").text == "sheet-2.png\n"  # nothing is replaced


def test_columns_stand_side_by_side(sora: Sora) -> None:
    written("a.mp4", plain(4, 90))
    assert sora("sheet", *["a.mp4"] * 4, "--columns", "2", "--frames", "2", "-o", "two.png").code == 0
    assert sora("sheet", *["a.mp4"] * 4, "--frames", "2", "-o", "one.png").code == 0
    two, one = media.info("two.png"), media.info("one.png")
    assert (two.width, two.height) == (2 * one.width - sheet.GAP, (one.height + sheet.GAP) // 2)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("sheet", "a.mp4", "-o", "x.mp4"), 2, "-o x.mp4: a sheet is one picture; use .png or .webp"),
        (("sheet", "a.mp4", "--frames", "0"), 2, "--frames 0: must be a whole number 1..100"),
        (("sheet", "a.mp4", "--columns", "x"), 2, "--columns x: must be a whole number 1..20"),
        (("sheet", *["a.mp4"] * 90), 2, "sheet: 1496x18188 pixels is more than 16000 on a side; give fewer files"),
        (("sheet", "no.mp4"), 3, "no.mp4: no such file"),
        (("compare", "a.mp4", "no.mp4"), 3, "no.mp4: no such file"),
        (("compare", "a.mp4", "a.mp4", "--fit", "x"), 2, "--fit x: must be one of crop, pad, stretch"),
        (("compare", "a.mp4", "a.mp4", "-o", "-", "--json"), 2, "--json: cannot share standard output with -o -"),
        (("compare", "a.mp4", "a.mp4", "-o", "x.avi"), 2, "'.avi' is not supported"),
    ],
)
def test_bad_input(sora: Sora, arguments: tuple[str, ...], code: int, message: str) -> None:
    written("a.mp4", plain(8, 90))
    ran = sora(*arguments)
    assert (ran.code, ran.out if "--json" not in arguments else b"") == (code, b"")
    assert message in ran.err


def test_compare_places_the_difference(sora: Sora) -> None:
    """Ten frames of which the last five differ by 20 in the right half, after B was brought to A's size and rate."""
    a, b = plain(10, 100), plain(20, 100).repeat(2, 1).repeat(2, 2)
    b[10:, :, 96:] = 120
    written("a.mp4", a)
    written("b.mp4", b, FPS * 2)
    ran = sora("compare", "a.mp4", "b.mp4", "--quality", "lossless", "--json")
    data = json.loads(ran.out)["data"]
    assert "b.mp4 is 192x128, a.mp4 is 96x64: scaled to 96x64." in data["notes"]
    assert "b.mp4 has 32 frames per second; brought to the 16 of a.mp4." in data["notes"]
    assert (data["identical"], data["path"]) == (5, "a-vs-b.mp4")
    assert data["over_time"][:5] == [0] * 5
    assert data["over_time"][9] == pytest.approx(10, abs=0.7)
    frames = media.read("a-vs-b.mp4").frames
    bar = sheet.LINE + sheet.GAP
    assert frames.shape == (10, 2 * (64 + bar), 192, 3)
    below = frames[9, 2 * bar + 64 :, :96]
    assert np.allclose(below[32, 80], 80, atol=3)  # 20 levels, four times as strong
    assert np.allclose(below[32, 10], 0, atol=3)


def test_the_same_is_the_same(sora: Sora) -> None:
    written("a.mp4", plain(8, 90))
    ran = sora("compare", "a.mp4", "a.mp4", "-o", "same.webm")
    assert (ran.text, ran.err) == ("same.webm\n", "sora: 8 frames: the same; 8 identical\n")


def test_lengths_and_stills_are_matched() -> None:
    clip, still = Clip(plain(8, 10), FPS), Clip(plain(1, 30), Fraction(1))
    one, two, notes = compare.matched(clip, still, "a", "b", "pad")
    assert len(one.frames) == len(two.frames) == 8
    assert notes == ["b is a picture; it is held for all 8 frames."]
    _, two, notes = compare.matched(Clip(plain(3, 10), FPS), clip, "a", "b", "pad")
    assert notes == ["b is 0.31 s longer; comparing the first 3 frames."]
    assert compare.figures(one, one)["psnr"] is None
    assert compare.figures(Clip(plain(2, 0), FPS), Clip(plain(2, 255), FPS))["psnr"] == 0


def test_comparison_to_standard_output(sora: Sora) -> None:
    written("a.mp4", plain(2, 90))
    ran = sora("compare", "a.mp4", "a.mp4", "-o", "-")
    Path("x.mp4").write_bytes(ran.out)
    assert media.info("x.mp4").frames == 2


# --- one frame --------------------------------------------------------------------------------------------------------


def shown(name: str = "a.webp") -> Frames:
    """A clip of six plain frames of 4 fps, kept without loss."""
    frames = np.concatenate([plain(1, 40 * n) for n in range(6)])
    written(name, frames, Fraction(4), prompt="secret words")
    return frames


@pytest.mark.parametrize(
    ("at", "number", "name"),
    [("last", 5, "a-last.png"), ("first", 0, "a-first.png"), ("0.5s", 2, "a-0.5s.png"), ("3f", 3, "a-3f.png")],
)
def test_a_frame_is_the_clips_own(sora: Sora, at: str, number: int, name: str) -> None:
    frames = shown()
    ran = sora("frame", "a.webp", "--at", at)
    assert (ran.code, ran.text, ran.err) == (0, f"{name}\n", f"sora: frame {number} of 6, at {number / 4:g} s\n")
    assert np.array_equal(media.read(name).frames[0], frames[number])
    recipe = media.info(name).recipe or {}
    assert (recipe["verb"], recipe["frame"], recipe["time"]) == ("frame", number, number / 4)
    assert [given["name"] for given in recipe["inputs"]] == ["a.webp"]
    assert "secret" not in str(recipe)
    told = json.loads(sora("verify", name, "--json").out)["data"]
    assert (told["state"], [step["action"] for step in told["steps"]]) == ("intact", ["c2pa.opened", "c2pa.converted"])
    assert [(given["title"], given["relation"]) for given in told["inputs"]] == [("a.webp", "parentOf")]


def test_a_frame_by_pipes(sora: Sora) -> None:
    """Into the next clip, whose first frame it is."""
    frames = shown()
    out = sora("frame", "-", "-o", "-", stdin=Path("a.webp").read_bytes()).out
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(out)))[..., :3], frames[5])
    tiny = ("-m", "tiny", "--steps", "1", "--seed", "1", "-d", "9f", "--quality", "lossless", "-o", "next.mp4")
    assert sora("animate", "-", *tiny, stdin=out).code == 0
    assert np.abs(media.read("next.mp4").frames[0].astype(int) - frames[5]).max() <= 4
    data = json.loads(sora("frame", "next.mp4", "--format", "webp", "--json").out)["data"]
    assert (data["path"], data["frame"], data["watermark"]) == ("next-last.webp", 8, "none: nothing was painted")
    assert np.array_equal(media.read("next-last.webp").frames[0], media.read("next.mp4").frames[8])


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--at", "1.5s"), 2, "--at 1.5s: is after the last frame, which is at 1.25s; use --at last"),
        (("--at", "lst"), 2, "--at lst: must be last, first, seconds (2.5s) or frames (96f)"),
        (("-o", "x.mp4"), 2, "mp4: cannot hold a still picture; use png, webp, avif or "),
        (("-o", "x.gif"), 2, "-o x.gif: a frame is one picture; use .png or .webp"),
        (("-o", "-", "--json"), 2, "--json: cannot share standard output with -o -; give -o a file name"),
        (("-o", "a.webp"), 2, "a.webp: already exists"),
    ],
)
def test_frames_that_are_not_there(sora: Sora, arguments: tuple[str, ...], code: int, message: str) -> None:
    shown()
    ran = sora("frame", "a.webp", *arguments)
    assert (ran.code, ran.err.splitlines()[-1][: len(message) + 13]) == (code, f"sora: error: {message}")


def test_sheets_and_comparisons_are_signed_and_name_what_they_show(sora: Sora) -> None:
    """Every result is: as put together from several works, each with its own credential, and nothing painted."""
    assert sora("image", "x", "-m", "tiny", "--steps", "1", "-q", "-o", "a.png").code == 0
    written("b.mp4", plain(4, 90))
    for call in (("sheet", "a.png", "b.mp4", "-o", "s.png"), ("compare", "b.mp4", "a.png", "-o", "c.webm")):
        assert sora(*call).code == 0
        ran = sora("verify", call[-1], "--json")
        found = json.loads(ran.out)["data"]
        assert (ran.code, found["signer"]) == (0, "this installation")
        assert (found["steps"][0]["action"], found["steps"][0]["source"]) == ("c2pa.created", "composite")
        assert sorted((one["title"], one["state"]) for one in found["inputs"]) == [
            ("a.png", "intact"),
            ("b.mp4", "none"),
        ]
        assert found["recipe"]["watermark"] == "none: nothing was painted"


def test_braces_in_a_name_are_no_template(sora: Sora) -> None:
    written("{foo}.mp4", plain(4, 90))
    assert sora("frame", "{foo}.mp4").text == "{foo}-last.png\n"
    assert sora("compare", "{foo}.mp4", "{foo}.mp4").text == "{foo}-vs-{foo}.mp4\n"
