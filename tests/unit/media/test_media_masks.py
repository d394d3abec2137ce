"""Masks from boxes and files, soft rims, room around a clip; and clips made to fit another size or rate."""

from __future__ import annotations

import io
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from soracli import media
from soracli.errors import MediaError, SoraError, UsageError
from soracli.media import Writer
from soracli.types import Clip

FPS = Fraction(8)
SIZE = (48, 32)
FEW = settings(deadline=None, max_examples=40)


def refused(text: str, size: tuple[int, int] = SIZE) -> SoraError:
    with pytest.raises((UsageError, MediaError)) as error:
        media.region(text, size, 16, FPS)
    assert "\n" not in str(error.value)
    return error.value


# --- boxes ----------------------------------------------------------------------------------------------------------

SIDE = st.integers(-40, 90)
EXTENT = st.integers(1, 90)


@FEW
@given(SIDE, SIDE, EXTENT, EXTENT)
def test_a_box_is_what_it_says(x: int, y: int, width: int, height: int) -> None:
    """Every pixel, asked one by one."""
    inside = [[x <= i < x + width and y <= j < y + height for i in range(48)] for j in range(32)]
    text = f"{x},{y},{width},{height}"
    if not np.any(inside):
        assert "lies outside the frame, which is 48x32" in str(refused(text))
        return
    mask = media.region(text, SIZE, 5, FPS)
    assert (mask.shape, mask.dtype, mask.strides[0]) == ((5, 32, 48), np.float32, 0)
    assert np.array_equal(mask[4], np.array(inside, np.float32))


@FEW
@given(st.fractions(0, 3, max_denominator=100), st.fractions(0, 3, max_denominator=100), st.integers(1, 30))
def test_a_box_in_time(first: Fraction, last: Fraction, fps: int) -> None:
    first, last = (Fraction(f"{float(second):.3f}") for second in (first, last))
    meant = [first <= Fraction(frame, fps) < last for frame in range(16)]
    text = f"1,2,3,4@{float(first):.3f}-{float(last):.3f}"
    if not any(meant):
        with pytest.raises(UsageError, match=r"no frame falls into that time|ends before it begins"):
            media.region(text, SIZE, 16, Fraction(fps))
        return
    mask = media.region(text, SIZE, 16, Fraction(fps))
    assert mask[:, 2, 1].tolist() == [float(on) for on in meant]
    assert mask.sum() == 12 * sum(meant)


def test_boxes_add_up() -> None:
    mask = media.region("0,0,2,2; 1,1,2,2;", SIZE, 16, FPS)
    assert (mask[0].sum(), mask.strides[0]) == (7, 0)
    mask = media.region("0,0,2,2;10,10,2,2@0.5s-1s", SIZE, 16, FPS)
    assert mask.sum(axis=(1, 2)).tolist() == [4] * 4 + [8] * 4 + [4] * 8


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("1,2,3", "bad_mask", "--mask 1,2,3: is not a box; write X,Y,W,H"),
        ("1,2,3,4;5", "bad_mask", "--mask 5: is not a box"),
        ("1,2,3,4@2", "bad_mask", "is not a box"),
        ("1,2,3,4@-1-2", "bad_mask", "is not a box"),
        ("1.5,2,3,4", "bad_mask", "is not a box"),
        ("", "bad_mask", "--mask '': is not a box"),
        ("1,2,0,4", "empty_mask", "covers no pixels"),
        ("48,0,4,4", "empty_mask", "lies outside the frame"),
        ("0,0,9,9;-9,0,9,9", "empty_mask", "--mask -9,0,9,9: lies outside"),
        ("1,2,3,4@2-9", "empty_mask", "the clip lasts 2 s"),
        ("1,2,3,4@1-1", "empty_mask", "ends before it begins"),
        ("mask.png", "no_file", "mask.png: no such file"),
    ],
)
def test_masks_are_refused(text: str, code: str, message: str) -> None:
    error = refused(text)
    assert message in str(error)
    assert error.code == code


# --- files ----------------------------------------------------------------------------------------------------------


def test_white_or_opaque_is_painted(tmp_path: Path) -> None:
    grey = np.zeros((32, 48), np.uint8)
    grey[4:8, 10:20], grey[20:, :] = 128, 127
    Image.fromarray(grey).save(tmp_path / "grey.png")
    clear = np.zeros((32, 48, 4), np.uint8)
    clear[4:8, 10:20, 3], clear[20:, :, :3] = 200, 255
    Image.fromarray(clear).save(tmp_path / "clear.png")
    Image.merge("RGBA", [Image.fromarray(grey)] * 3 + [Image.new("L", (48, 32), 255)]).save(tmp_path / "opaque.png")
    for name in ("grey", "clear", "opaque"):
        mask = media.region(str(tmp_path / f"{name}.png"), SIZE, 16, FPS)
        assert (mask.shape, mask.dtype, mask.strides[0]) == ((16, 32, 48), np.float32, 0)
        assert (mask[3].sum(), mask[3, 4:8, 10:20].min()) == (40, 1), name


def photograph(erased: slice) -> np.ndarray:
    """RGBA (32, 48, 4) of many colours, transparent in some rows."""
    y, x = np.mgrid[:32, :48]
    pixels = np.stack([5 * x, 7 * y, 3 * x + 4 * y, 0 * x + 255], -1).astype(np.uint8)
    pixels[erased, 10:20] = 0
    return pixels


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.tif"])
def test_what_is_erased_from_a_photograph_is_painted(tmp_path: Path, name: str) -> None:
    """As other tools take a mask; the opaque part of a drawing stays what is meant."""
    extra = {"lossless": True, "exact": True} if name == "a.webp" else {}
    Image.fromarray(photograph(slice(4, 8))).save(tmp_path / name, **extra)
    area = media.Area.of(str(tmp_path / name))
    mask = area.mask(SIZE, 16, FPS)
    assert (mask[3].sum(), mask[3, 4:8, 10:20].min()) == (40, 1)
    assert area.notes(mask, FPS) == (
        f"--mask {tmp_path / name} paints 2.6 % of the picture (what is transparent, since the rest is a photograph); "
        "--invert-mask paints the rest.",
    )
    other = media.Area.of(str(tmp_path / name), inverted=True)
    rest = other.mask(SIZE, 16, FPS)
    assert np.array_equal(rest, 1 - mask)
    assert other.notes(rest, FPS) == (f"--mask {tmp_path / name} paints 97.4 % of the picture.",)


@pytest.mark.parametrize("colour", [(255, 255, 255), (200, 40, 90)])
def test_what_is_drawn_with_a_brush_is_painted(tmp_path: Path, colour: tuple[int, int, int]) -> None:
    """A stroke with soft rims on a transparent ground has one colour, and is what is meant."""
    layer = np.zeros((32, 48, 4), np.uint8)
    layer[4:8, 10:20] = (*colour, 255)
    soft = Image.fromarray(layer).filter(ImageFilter.GaussianBlur(1))
    soft.save(tmp_path / "a.png")
    mask = media.region(str(tmp_path / "a.png"), SIZE, 16, FPS)
    assert mask[0, 5:7, 12:18].min() == 1
    assert mask[0].mean() < 0.1


def stripe(colour: int, ground: int, alpha: int = 0) -> list[Image.Image]:
    """Six frames RGBA of a stripe that moves 4 pixels a frame. ground: brightness around it, of this alpha."""
    frames = np.full((6, 32, 48, 4), ground, np.uint8)
    frames[..., 3] = alpha
    for index in range(6):
        frames[index, :, 4 * index : 4 * index + 4] = (colour, colour, colour, 255)
    return [Image.fromarray(frame) for frame in frames]


@pytest.mark.parametrize("colour", [0, 255])
@pytest.mark.parametrize("name", ["mask.png", "mask.webp", "mask.webm", "mask"])
def test_of_a_clip_too_what_is_opaque_is_painted(tmp_path: Path, name: str, colour: int) -> None:
    frames = stripe(colour, 255 - colour)
    if name in ("mask.png", "mask.webp"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], duration=250, lossless=True)
    else:
        form = "frames" if name == "mask" else None
        with Writer(tmp_path / name, 48, 32, Fraction(4), format=form, quality="good", alpha=True) as writer:
            writer.add(np.stack([np.asarray(frame) for frame in frames]))
    mask = media.region(str(tmp_path / name), SIZE, 12, FPS)
    assert (mask.argmax(axis=2)[:, 5] // 4).tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert mask.sum() == 12 * 32 * 4


@pytest.mark.parametrize("moving", [False, True])
def test_alpha_that_parts_nothing_says_nothing(tmp_path: Path, moving: bool) -> None:
    """Programs that round leave 254 where a picture is opaque."""
    frames = stripe(255, 0, alpha=254)
    more = frames[1:] if moving else []
    frames[0].save(tmp_path / "a.png", save_all=moving, append_images=more, duration=250)
    mask = media.region(str(tmp_path / "a.png"), SIZE, 12, FPS)
    assert mask.sum() == 12 * 32 * 4
    assert mask[0, :, :4].all()


def test_what_is_erased_from_film_is_painted(tmp_path: Path) -> None:
    frames = [Image.fromarray(photograph(slice(4 + index, 8 + index))) for index in range(3)]
    frames[0].save(tmp_path / "a.png", save_all=True, append_images=frames[1:], duration=125)
    area = media.Area.of(str(tmp_path / "a.png"))
    mask = area.mask(SIZE, 3, FPS)
    assert mask.sum(axis=(1, 2)).tolist() == [40, 40, 40]
    assert [plane.any(axis=1).argmax() for plane in mask] == [4, 5, 6]
    assert "what is transparent, since the rest is a photograph" in area.notes(mask, FPS)[0]


def test_a_frame_of_a_mask_counts_from_when_it_begins(tmp_path: Path) -> None:
    """Also the last, where the mask as a whole ends within a frame of the clip."""
    frames = [Image.new("L", SIZE, 0), Image.new("L", SIZE, 255)]
    frames[0].save(tmp_path / "a.png", save_all=True, append_images=frames[1:], duration=[1875, 20])
    mask = media.region(str(tmp_path / "a.png"), SIZE, 16, FPS)
    assert mask.any(axis=(1, 2)).tolist() == [False] * 15 + [True]


def test_what_is_odd_about_the_file_of_a_mask_is_told(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = 3
    Image.fromarray(np.pad(np.full((4, 48), 255, np.uint8), ((0, 28), (0, 0)))).save(tmp_path / "a.png", exif=exif)
    area = media.Area.of(str(tmp_path / "a.png"))
    mask = area.mask(SIZE, 2, FPS)
    assert mask[0, 28:].all()
    assert area.notes(mask, FPS)[0].endswith("a.png is stored turned or mirrored; turned upright.")


def test_the_share_of_boxes_is_told() -> None:
    area = media.Area.of("0,0,24,16@0s-0.5s")
    assert area.notes(area.mask(SIZE, 16, FPS), FPS)[0].startswith("--mask 0,0,24,16@0s-0.5s paints 6.25 % of the pic")
    still = media.Area.of("0,0,24,16", inverted=True)
    assert still.mask(SIZE, 16, FPS).sum() == 16 * (48 * 32 - 24 * 16)
    with pytest.raises(UsageError, match="--mask 0,0,48,32: paints nothing"):
        media.Area.of("0,0,48,32", inverted=True).mask(SIZE, 16, FPS)


@pytest.mark.parametrize(("frames", "told"), [(6, True), (8, False), (12, False)])
def test_a_mask_that_ends_early_is_told(tmp_path: Path, frames: int, told: bool) -> None:
    with Writer(tmp_path / "m.mkv", 48, 32, Fraction(4), quality="lossless") as writer:
        writer.add(np.full((frames, 32, 48, 3), 255, np.uint8))
    area = media.Area.of(str(tmp_path / "m.mkv"))
    notes = area.notes(area.mask(SIZE, 16, FPS), FPS)
    assert any("ends at 1.5 s and the clip at 2 s; its last frame goes on" in note for note in notes) == told


@pytest.mark.parametrize("name", ["mask.mkv", "mask.webp", "mask"])
def test_a_clip_as_mask(tmp_path: Path, name: str) -> None:
    """A stripe that moves 4 pixels a frame, at half our rate and too short: frames twice, the last one holds."""
    frames = np.zeros((6, 32, 48, 3), np.uint8)
    for index in range(6):
        frames[index, :, 4 * index : 4 * index + 4] = 255
    form = "frames" if name == "mask" else None
    with Writer(tmp_path / name, 48, 32, Fraction(4), format=form, quality="lossless") as writer:
        writer.add(frames)
    mask = media.region(str(tmp_path / name), SIZE, 16, FPS)
    assert (mask.argmax(axis=2)[:, 5] // 4).tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5, 5, 5, 5]
    assert mask.sum() == 16 * 32 * 4


def test_masks_of_the_wrong_kind(tmp_path: Path) -> None:
    Image.new("L", (48, 32)).save(tmp_path / "black.png")
    error = refused(str(tmp_path / "black.png"))
    assert (error.code, error.exit_code) == ("empty_mask", 2)
    assert "black.png: paints nothing; make white" in str(error)
    error = refused(str(tmp_path / "black.png"), (64, 64))
    assert (error.code, error.exit_code) == ("mask_size", 2)
    assert str(error) == "--mask: its picture is 48x32, the clip 64x64; resize it, or use --mask X,Y,W,H"
    (tmp_path / "notes.txt").write_text("hello")
    assert "notes.txt: is not a video or a picture" in str(refused(str(tmp_path / "notes.txt")))
    assert "is a folder" in str(refused(str(tmp_path)))


def test_a_mask_on_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    data = io.BytesIO()
    Image.new("LA", SIZE, (0, 255)).save(data, "PNG")
    data.seek(0)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(data))
    assert refused("-").code == "empty_mask"


def test_a_file_with_the_name_of_a_box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Image.new("L", SIZE, 255).save("1,2,3,4", format="PNG")
    assert media.region("1,2,3,4", SIZE, 2, FPS)[0].sum() == 12
    assert media.region("./1,2,3,4", SIZE, 2, FPS).all()


# --- soft rims ------------------------------------------------------------------------------------------------------


@FEW
@given(st.integers(0, 40), st.integers(0, 25), EXTENT, EXTENT, st.integers(0, 12))
def test_a_rim_stays_inside(x: int, y: int, width: int, height: int, pixels: int) -> None:
    hard = media.region(f"{x},{y},{width},{height}", SIZE, 3, FPS)
    soft = media.feather(hard, pixels)
    assert (soft.shape, soft.dtype, soft.strides[0]) == (hard.shape, np.float32, 0)
    assert not soft[hard == 0].any()
    assert soft.min() >= 0
    assert soft.max() > 0.9  # however thin, it does not vanish


def test_a_rim_rises() -> None:
    soft = media.feather(media.region("0,0,24,32", SIZE, 3, FPS), 8)[0]
    row = soft[16, ::-1][24:]  # from the rim inward; the frame's own edge is no rim
    assert row[0] < 0.1
    assert np.all(np.diff(row) >= 0)
    assert np.all(row[8:] == 1)
    assert np.array_equal(soft, np.repeat(soft[:1], 32, axis=0))


def test_a_thin_line_keeps_its_strength_beside_a_wide_area() -> None:
    soft = media.feather(media.region("0,0,20,32;40,0,3,32", SIZE, 3, FPS), 8)[0]
    assert soft[16, 41] == 1
    assert 0 < soft[16, 19] < 0.1


def test_a_rim_that_moves() -> None:
    hard = media.region("4,4,20,20@0-1;20,4,20,20@1-2", SIZE, 16, FPS)
    soft = media.feather(hard, 3)
    assert np.array_equal(soft[0], soft[7])
    assert np.array_equal(soft[8][:, 16:], soft[0][:, :-16])
    assert media.feather(hard, 0) is hard


# --- room around a clip ---------------------------------------------------------------------------------------------


def test_borders() -> None:
    assert media.borders("0, 64,8px,0", SIZE) == (0, 64, 8, 0)
    assert media.borders("10%,10%,0,25%", (640, 360)) == (36, 64, 0, 160)
    assert media.borders("1%,0,0,0", (100, 333)) == (4, 0, 0, 0)  # even, as codecs want


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("64", "four widths T,R,B,L"),
        ("1,2,3,x", "four widths"),
        ("-1,2,3,4", "four widths"),
        ("0,0,0,0%", "adds nothing"),
        ("0,5000,0,0", "5000 pixels on a side; the limit is 4096"),
        ("0,1.5,0,0", "1.5 is not a whole number"),
        ("0,9\n9,0,0", "four widths"),
    ],
)
def test_borders_are_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as error:
        media.borders(text, SIZE)
    assert error.value.code == "bad_outpaint"
    assert "\n" not in str(error.value)


@FEW
@given(st.tuples(*[st.integers(0, 9)] * 4))
def test_outpainted(sides: tuple[int, int, int, int]) -> None:
    top, right, bottom, left = sides
    clip = Clip(np.random.default_rng(0).integers(0, 256, (2, 6, 8, 3)).astype(np.uint8), FPS)
    wider, mask = media.outpainted(clip, sides)
    assert wider.frames.shape == (2, 6 + top + bottom, 8 + left + right, 3)
    assert mask.shape == wider.frames.shape[:3]
    kept = wider.frames[mask == 0].reshape(2, 6, 8, 3)
    assert np.array_equal(kept, clip.frames)
    assert mask[0, top, left] == 0
    assert np.array_equal(wider.frames[:, 0, 0], clip.frames[:, 0, 0])
    assert np.array_equal(wider.frames[:, -1, -1], clip.frames[:, -1, -1])
    held, mask = media.outpainted(media.hold(clip, 7, FPS), sides)
    assert (held.frames.strides[0], mask.strides[0], len(held.frames)) == (0, 0, 7)
    assert np.array_equal(held.frames[6], wider.frames[0])


# --- clips made to fit ----------------------------------------------------------------------------------------------


def test_pad_shows_all_on_black() -> None:
    white = Clip(np.full((2, 20, 40, 3), 255, np.uint8), FPS)
    square = media.fit(white, 40, 40, "pad")
    assert square.frames.shape == (2, 40, 40, 3)
    assert (square.frames[:, 10:30] == 255).all()
    assert not square.frames[:, :10].any()
    assert not square.frames[:, 30:].any()
    assert square.frames.flags.writeable


def test_crop_fills_and_keeps_the_middle() -> None:
    frames = np.zeros((1, 20, 60, 3), np.uint8)
    frames[:, :, 20:40] = 255
    assert (media.fit(Clip(frames, FPS), 40, 40, "crop").frames > 200)[:, :, 1:-1].all()
    tall = media.fit(Clip(frames.swapaxes(1, 2), FPS), 10, 10, "crop").frames
    assert (tall[:, 1:-1] > 200).all()


def test_stretch_uses_every_pixel(clip: Clip) -> None:
    found = media.fit(clip, 24, 64, "stretch").frames
    means = clip.frames.reshape(19, 32, 24, 2, 3).mean(axis=3).repeat(2, axis=1)
    assert found.shape == (19, 64, 24, 3)
    assert np.abs(found - means).mean() < 8


@FEW
@given(*[st.integers(1, 50)] * 4, st.sampled_from(media.FITS))
def test_fit_is_exact(wide: int, high: int, width: int, height: int, how: str) -> None:
    clip = Clip(np.full((1, high, wide, 3), 200, np.uint8), FPS)
    found = media.fit(clip, width, height, how)
    assert found.frames.shape == (1, height, width, 3)
    assert found.frames.max() == 200
    if how != "pad":
        assert found.frames.min() == 200
    assert (found is clip) == ((wide, high) == (width, height))


def test_a_held_still_is_fitted_once(clip: Clip) -> None:
    held = media.hold(clip, 100_000, Fraction(24))
    assert (held.seconds, held.frames.strides[0]) == (Fraction(100_000, 24), 0)
    assert np.shares_memory(held.frames, clip.frames)
    assert media.fit(held, 12, 8).frames.strides[0] == 0


@FEW
@given(st.integers(1, 40), st.fractions(1, 60, max_denominator=1001), st.fractions(1, 60, max_denominator=1001))
def test_retime_shows_what_had_begun(count: int, before: Fraction, after: Fraction) -> None:
    clip = Clip(np.arange(count, dtype=np.uint8)[:, None, None, None].repeat(3, axis=3), before)
    found = media.retime(clip, after)
    assert found.fps == after
    assert abs(found.seconds - clip.seconds) <= 1 / (2 * after) or len(found.frames) == 1
    for index, number in enumerate(found.frames[:, 0, 0, 0].tolist()):
        assert number / before <= index / after
        assert number == count - 1 or (number + 1) / before > index / after


def test_the_same_rate_is_the_same_clip(clip: Clip) -> None:
    assert media.retime(clip, Fraction(12)) is clip


def test_what_fitting_does_is_said() -> None:
    said = media.describe_fit((640, 360), (512, 512), "pad", "B", "A")
    assert said == "B is 640x360, A is 512x512: padded to 512x512 with black bars."
    assert media.describe_fit((640, 360), (512, 512), "crop").endswith(": scaled and cut to 512x512.")
    assert media.describe_fit((640, 360), (512, 512), "stretch").endswith(": stretched to 512x512.")
    assert media.describe_fit((640, 360), (1280, 720), "pad").endswith(": scaled to 1280x720.")
    assert media.describe_fit((640, 360), (640, 360), "pad") == ""
