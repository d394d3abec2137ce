"""Cut-outs of pictures that have no alpha."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from soracli.errors import MediaError, UsageError
from soracli.finetuning import cutting, performer
from soracli.finetuning.cutting import ALPHA, BACKGROUND, cuts


def thing(size: tuple[int, int] = (160, 120)) -> Image.Image:
    """A red disc with a white square in it, on nothing."""
    picture = Image.new("RGBA", size)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((40, 20, 110, 90), fill=(200, 40, 30, 255))
    pen.rectangle((65, 45, 85, 65), fill=(255, 255, 255, 255))
    return picture


def before(background: np.ndarray) -> Image.Image:
    whole = Image.fromarray(background)
    whole.paste(thing(), (0, 0), thing())
    return whole


def gradient() -> np.ndarray:
    """Nearly white, darker to one side."""
    across = np.linspace(225, 255, 160)[None, :, None]
    return np.broadcast_to(across, (120, 160, 3)).astype(np.uint8)


def overlap(found: np.ndarray) -> float:
    """Intersection over union of a cut-out's alpha with the disc's."""
    box = thing().getbbox()
    true = np.asarray(thing().crop(box))[..., 3] > 127
    mine = np.asarray(Image.fromarray(found[..., 3]).resize(true.shape[::-1])) > 127
    return float((true & mine).sum() / (true | mine).sum())


def test_alpha_is_taken_as_it_is(tmp_path: Path) -> None:
    thing().save(tmp_path / "a.png")
    (cut,) = cuts(tmp_path / "a.png")
    assert cut.how == ALPHA
    np.testing.assert_array_equal(cut.rgba, np.asarray(thing().crop(thing().getbbox())))


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_plain_background_is_taken_away(tmp_path: Path, suffix: str) -> None:
    before(gradient()).save(tmp_path / f"a{suffix}")
    (cut,) = cuts(tmp_path / f"a{suffix}")
    assert cut.how == BACKGROUND
    assert overlap(cut.rgba) > 0.92  # JPEG rings at edges
    middle = cut.rgba[cut.rgba.shape[0] // 2, cut.rgba.shape[1] // 2]
    assert middle[3] == 255, "the white square inside is not background"
    assert min(middle[:3]) > 200


def test_what_nothing_tells_apart_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from soracli.footage import people

    monkeypatch.setattr(people, "mask", lambda frames: np.zeros(frames.shape[:3], np.float32))
    noise = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    before(noise).save(tmp_path / "a.png")
    with pytest.raises(MediaError, match="no transparency, no plain background"):
        list(cuts(tmp_path / "a.png"))


def test_people_are_cut_out_of_photographs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from soracli.footage import people

    mask = np.zeros((1, 120, 160), np.float32)
    mask[:, 30:90, 50:100] = 1
    monkeypatch.setattr(people, "mask", lambda frames: mask)
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)).save(tmp_path / "a.png")
    (cut,) = cuts(tmp_path / "a.png")
    assert cut.how == cutting.PEOPLE
    assert 56 <= cut.rgba.shape[0] <= 64
    assert 46 <= cut.rgba.shape[1] <= 54


def test_of_a_clip_some_frames_are_taken(tmp_path: Path) -> None:
    frames = [thing().rotate(4 * i) for i in range(12)]
    frames[0].save(tmp_path / "a.webp", save_all=True, append_images=frames[1:], duration=80, lossless=True)
    found = list(cuts(tmp_path / "a.webp"))
    assert len(found) == cutting.OF_CLIP
    assert {cut.how for cut in found} == {ALPHA}


@pytest.mark.parametrize(("typed", "name"), [("Zorp", "zorp"), ("my_mascot", "my mascot"), ("R2-d2", "r2-d2")])
def test_names(typed: str, name: str) -> None:
    assert performer.name_of(typed) == (name, [])


@pytest.mark.parametrize("typed", ["", "a" * 41, "7", "zorp!", "beach", "run", "blue", "at night"])
def test_names_that_prompts_could_not_mean(typed: str) -> None:
    with pytest.raises(UsageError):
        performer.name_of(typed)


def test_a_name_of_the_library_means_the_users_own_from_then_on() -> None:
    _, notes = performer.name_of("dog")
    assert "not the library's dog" in notes[0]
