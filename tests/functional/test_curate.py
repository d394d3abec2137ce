"""`sora curate`: a folder of clips with known faults."""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Outcome, Sora
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from soracli import media
from soracli.commands.output_types.curation import Measures
from soracli.curation import measures, rules
from soracli.types import Frames

FPS = Fraction(16)
HEIGHT, WIDTH, LENGTH = 96, 160, 16


def texture(seed: int, height: int = 3 * HEIGHT, width: int = 3 * WIDTH) -> Frames:
    """Patches of colour with detail of all sizes: (H, W, 3)."""
    rng = np.random.default_rng(seed)
    whole = np.zeros((height, width, 3))
    for size, power in ((48, 60), (16, 45), (6, 35), (2, 25)):
        few = rng.integers(0, 256, (height // size + 1, width // size + 1, 3), np.uint8)
        large = Image.fromarray(few).resize((width, height), Image.Resampling.BICUBIC)
        whole += (np.asarray(large, float) - 128) * power / 128
    return np.clip(whole + rng.integers(90, 150, 3), 0, 255).astype(np.uint8)


def panned(picture: Frames, across: int = 2, down: int = 0, count: int = LENGTH) -> Frames:
    """A camera that pans over it by so many pixels a frame, to the right and down."""
    x, y = WIDTH, HEIGHT
    return np.stack(
        [picture[y + down * i : y + down * i + HEIGHT, x + across * i : x + across * i + WIDTH] for i in range(count)]
    )


def each(frames: Frames, change: Any) -> Frames:
    return np.stack([np.asarray(change(Image.fromarray(frame))) for frame in frames])


def subtitled(picture: Image.Image) -> Image.Image:
    pen = ImageDraw.Draw(picture)
    pen.text((12, 76), "and then they went home", font=ImageFont.load_default(12), fill="white")
    return picture


def saved(path: Path, frames: Frames, quality: str = "good") -> None:
    height, width = frames.shape[1:3]
    with media.Writer(path, width, height, FPS, quality=quality) as writer:
        writer.add(frames)


def folder_of_faults(folder: Path) -> dict[tuple[str, int], set[str]]:
    """Write clips; returns the faults of each shot, by file and first frame."""
    rng = np.random.default_rng(9)
    blurred = ImageFilter.GaussianBlur(4)
    noisy = panned(texture(3), 0) + rng.normal(0, 3, (LENGTH, HEIGHT, WIDTH, 3))
    (folder / "more").mkdir(parents=True)
    clips = {
        "good.mp4": panned(texture(0)), "down.webm": panned(texture(1), 0, -2),
        "more/slow.mp4": panned(texture(2), 1), "still.mp4": panned(texture(4), 0),
        "noisy-still.mp4": np.clip(noisy, 0, 255).astype(np.uint8),
        "blurred.mp4": each(panned(texture(5)), lambda picture: picture.filter(blurred)),
        "dark.mp4": panned(texture(6)) // 8, "text.mp4": each(panned(texture(7)), subtitled),
        "cut.mp4": np.concatenate([panned(texture(8)), panned(texture(10), -2)]),
        "half.mp4": np.concatenate([panned(texture(11), -2), panned(texture(12), 0)]),
    }  # fmt: skip
    for name, frames in clips.items():
        saved(folder / name, frames)
    saved(folder / "twin.mp4", each(clips["good.mp4"], lambda x: x.resize((120, 72))), "draft")
    (folder / "broken.mp4").write_bytes((folder / "good.mp4").read_bytes()[:900])
    (folder / "notes.txt").write_text("mine")
    return {
        ("good.mp4", 0): set(), ("down.webm", 0): set(), ("slow.mp4", 0): set(), ("still.mp4", 0): {"still"},
        ("noisy-still.mp4", 0): {"still"}, ("blurred.mp4", 0): {"blurred"}, ("dark.mp4", 0): {"dark"},
        ("text.mp4", 0): {"texted"}, ("cut.mp4", 0): set(), ("cut.mp4", LENGTH): set(), ("half.mp4", 0): set(),
        ("half.mp4", LENGTH): {"still"}, ("twin.mp4", 0): {"twin"}, ("broken.mp4", 0): {"unreadable"},
    }  # fmt: skip


def test_every_fault_is_found(sora: Sora, tmp_path: Path) -> None:
    expected = folder_of_faults(tmp_path / "clips")
    ran = sora("curate", "clips", "--split", "chosen", "--json")
    assert ran.code == 0, ran.err
    data = json.loads(ran.out)["data"]
    rows = [json.loads(line) for line in Path("curated.jsonl").read_text().splitlines()]
    assert rows == data["shots"]
    found = {(Path(row["path"]).name, row.get("first", 0)): set(row["reasons"]) for row in rows}
    missed = {shot: faults - found.get(shot, set()) for shot, faults in expected.items()}
    assert not any(missed.values()), missed
    assert set(found) == set(expected)
    false = {shot: faults - expected[shot] for shot, faults in found.items() if faults - expected[shot]}
    assert len(false) <= 1, false

    kept = [row for row in rows if row["kept"]]
    assert data["kept"] == len(kept)
    assert f"12 clips, 14 shots: {len(kept)} kept, 3 still" in ran.err
    assert "; 1 other files passed over" in ran.err
    by_name = {(Path(row["path"]).name, row.get("first")): row for row in rows}
    assert "The camera pans to the right" in by_name["good.mp4", 0]["caption"]
    assert "The camera tilts up" in by_name["down.webm", 0]["caption"]
    assert by_name["twin.mp4", 0]["reasons"]["twin"] == "of clips/good.mp4 0..15"
    assert media.info(data["sheet"]).width > 400
    for row in kept:
        assert len(media.read(row["clip"]).frames) == row["end"] - row["first"]
    assert sora("verify", by_name["cut.mp4", LENGTH]["clip"]).code == 0
    second = media.read(by_name["cut.mp4", LENGTH]["clip"]).frames[0].astype(int)
    assert np.abs(second - media.read("clips/cut.mp4").frames[LENGTH]).mean() < 6


@pytest.fixture
def one(tmp_path: Path) -> Path:
    (tmp_path / "one").mkdir()
    saved(tmp_path / "one" / "a.mp4", panned(texture(0), count=8))
    return tmp_path / "one" / "a.mp4"


def captioned(sora: Sora, script: str) -> Outcome:
    Path("caption.py").write_text(script)
    return sora("curate", "one", "-o", "-", "--captioner", f"{sys.executable} caption.py")


def test_a_captioner_is_told_of_the_file(sora: Sora, one: Path) -> None:
    ran = captioned(sora, "import sys; print('it is', *sys.argv[1:])")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["caption"] == f"it is {Path('one/a.mp4')}"
    ran = captioned(sora, "import sys; sys.exit('no idea')")
    assert ran.code == 8
    assert "ended with code 1 for one/a.mp4 (no idea)" in ran.err
    assert "printed nothing for one/a.mp4" in captioned(sora, "").err
    assert "no such file or directory; give a command" in sora("curate", "one", "--captioner", "./none").err
    assert not Path("curated.jsonl").exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("none",), "DIR none: is no folder"),
        (("empty",), "DIR empty: no clips in it"),
        (("one", "-o", "a.txt"), "-o a.txt: the list is JSON lines; use .jsonl"),
        (("one", "-o", "there.jsonl"), "there.jsonl: already exists; pass --force"),
        (("one", "-o", "-", "--json"), "-o - and --json: both want standard output"),
        (("one", "--captioner", "'"), "--captioner: No closing quotation"),
    ],
)
def test_wrong_usage(sora: Sora, one: Path, words: tuple[str, ...], why: str) -> None:
    Path("empty").mkdir()
    Path("there.jsonl").touch()
    ran = sora("curate", *words)
    assert ran.code == 2
    assert ran.err.startswith(f"sora: error: {why}")


# --- measures and rules -----------------------------------------------------------------------------------------------


def shown(**changes: Any) -> Measures:
    plain = {"speed": 0.2, "across": 0.0, "down": 0.0, "growth": 0.0, "own": 0.2, "blur": 0.2, "light": 0.5}
    return Measures(**{**plain, "bright": 0.8, "text": 0.0, "colours": {"green": 0.6, "brown": 0.3}, **changes})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "A shot in green and brown, even light. The camera stands still; something moves."),
        ({"across": 0.2, "own": 0.0}, "The camera pans to the left."),
        ({"down": -1.0, "own": 0.0}, "The camera tilts down fast."),
        ({"growth": 0.1, "own": 0.0}, "The camera zooms in slowly."),
        ({"growth": -0.1, "own": 0.0}, "The camera zooms out slowly."),
        ({"own": 0.0, "light": 0.1, "colours": {}}, "A shot in many colours, dim light. The camera stands still."),
    ],
)
def test_captions(changes: dict[str, Any], said: str) -> None:
    assert said in rules.caption(shown(**changes))


def test_faults() -> None:
    assert rules.faults(shown(), Fraction(1)) == {}
    assert list(rules.faults(shown(speed=0.001, text=0.1), Fraction(1, 4))) == ["short", "still"]
    assert list(rules.faults(shown(across=0.1, text=0.1), Fraction(1))) == ["texted"]
    assert rules.faults(shown(text=0.1), Fraction(1)) == {}
    assert list(rules.faults(shown(blur=0.7), Fraction(1))) == ["blurred"]
    assert list(rules.faults(shown(blur=0.7, bright=0.1), Fraction(1))) == ["dark"]


def test_blur_grows_with_blur_and_minds_only_the_sharpest_part() -> None:
    picture = Image.fromarray(texture(0)[:HEIGHT, :WIDTH])
    luma = [np.float32(picture.filter(ImageFilter.GaussianBlur(s)).convert("L")) / 255 for s in (0, 1, 2, 4)]
    found = [measures.blur(x) for x in luma]
    assert found == sorted(found)
    half = np.concatenate([luma[3][:, : WIDTH // 2], luma[0][:, WIDTH // 2 :]], 1)
    assert measures.blur(half) < rules.BLURRED < found[3]


def test_colours_have_their_names() -> None:
    picture = np.zeros((1, 32, 32, 3), np.uint8)
    picture[:, :, :20], picture[:, :, 20:] = (40, 130, 45), (50, 90, 215)
    assert measures.colours(picture) == {"green": 0.62, "blue": 0.38}
