"""Stills as cameras, scanners and editors make them: several pictures in a file, odd depths, colour profiles."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, TiffImagePlugin

from soracli import media
from soracli.errors import MediaError
from soracli.scenes import cutout

RED, GREEN = (200, 30, 40), (20, 180, 60)


def plain(colour: tuple[int, ...], size: tuple[int, int] = (48, 32), mode: str = "RGB") -> Image.Image:
    return Image.new(mode, size, colour)


# --- several pictures in one file -----------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
@pytest.mark.parametrize(
    "exif",
    [b"rubbish" * 99, b"II*\0\xff\xff\xff\xff", *(
        b"MM\0*\0\0\0\x08\0\x01\x01\x12" + entry + bytes(4) for entry in (
            b"\0\x02\0\0\0\x04abc\0",  # a text
            b"\0\x03\0\0\0\x01\0\x09\0\0",  # 9
            b"\0\x03\0\0\0\x01\0\0\0\0",  # 0
            b"\0\x05\0\0\0\x01\0\0\0\x08",  # a fraction
        )
    )],
)  # fmt: skip
def test_exif_that_cannot_be_read_harms_no_picture(tmp_path: Path, suffix: str, exif: bytes) -> None:
    """Pixels are read as they are stored, and nothing is said to have been turned."""
    pixels = np.random.default_rng(0).integers(0, 256, (4, 6, 3), np.uint8).repeat(16, 0).repeat(16, 1)
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(pixels).save(path, exif=b"Exif\0\0" + exif, quality=100, lossless=True)
    found = media.read_source(str(path))
    assert np.abs(found.clip.frames[0].astype(int) - pixels).mean() < 8
    assert not any("turned" in note for note in found.notes)
    assert media.info(str(path)).width == 96


def test_of_a_stereo_photograph_the_first_is_used(tmp_path: Path) -> None:
    plain(RED).save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=[plain(GREEN)] * 2, quality=95)
    found = media.read_source(tmp_path / "a.jpg")
    assert found.clip.frames.shape == (1, 32, 48, 3)
    assert found.clip.frames[0, 5, 5].tolist() == pytest.approx(RED, abs=4)
    assert found.notes == (f"{found.path} holds 3 pictures; the first is used.",)
    assert media.info(found.path).notes == ("holds 3 pictures; the first is used",)


@pytest.mark.parametrize(("marked", "used", "said"), [([0, 1], RED, "first"), ([1, 0], GREEN, "first of full size")])
def test_of_pages_the_first_of_full_size_is_used(
    tmp_path: Path, marked: list[int], used: tuple[int, int, int], said: str
) -> None:
    """A scanner's small copy may stand before the picture."""
    pages = [plain(RED, (24, 16) if marked[0] else (48, 32)), plain(GREEN, (24, 16) if marked[1] else (48, 32))]
    with TiffImagePlugin.AppendingTiffWriter(str(tmp_path / "a.tif"), new=True) as file:
        for page, small in zip(pages, marked, strict=True):
            page.save(file, "TIFF", tiffinfo={254: small})
            file.newFrame()
    found = media.read_source(tmp_path / "a.tif")
    assert (found.clip.frames.shape, found.clip.frames[0, 5, 5].tolist()) == ((1, 32, 48, 3), list(used))
    assert found.notes == (f"{found.path} holds 2 pictures; the {said} is used.",)
    known = media.info(found.path)
    assert (known.width, known.height, known.frames, known.fps) == (48, 32, 1, 0)


def test_a_picture_for_those_who_cannot_animate_is_no_frame(tmp_path: Path) -> None:
    frames = [plain((shade, shade, shade)) for shade in (40, 80, 120)]
    plain(RED).save(tmp_path / "a.png", save_all=True, append_images=frames, default_image=True, duration=100)
    found = media.read(tmp_path / "a.png")
    assert (found.fps, found.frames[:, 0, 0, 0].tolist()) == (10, [40, 80, 120])


# --- depths ---------------------------------------------------------------------------------------------------------


def tiff(path: Path, samples: np.ndarray) -> Path:
    """A TIFF of any kind of numbers, grey (H, W) or RGB (H, W, 3), which Pillow itself may not write."""
    high, wide = samples.shape[:2]
    colours, bits = 3 if samples.ndim == 3 else 1, samples.dtype.itemsize * 8
    kind = {"u": 1, "i": 2, "f": 3}[samples.dtype.kind]
    tags = [(256, 4, wide), (257, 4, high), (258, 3, bits), (259, 3, 1), (262, 3, 1 if colours == 1 else 2),
            (273, 4, 8), (277, 3, colours), (278, 4, high), (279, 4, samples.nbytes), (339, 3, kind)]  # fmt: skip
    data = samples.tobytes()
    entries = b"".join(struct.pack("<HHII", tag, form, 1, value) for tag, form, value in tags)
    path.write_bytes(b"II*\0" + struct.pack("<I", 8 + len(data)) + data + struct.pack("<H", 10) + entries + bytes(4))
    return path


RAMP = np.linspace(0, 1, 48, dtype=np.float32)[None].repeat(32, 0)  # (32, 48)


def test_floats_are_seen(tmp_path: Path) -> None:
    found = media.read_source(tiff(tmp_path / "a.tif", RAMP))
    assert np.abs(found.clip.frames[0, ..., 1] - 255 * RAMP).max() <= 0.5
    assert found.notes == (f"{found.path} holds floating-point values; 1 is taken as white.",)


@pytest.mark.parametrize("samples", [1000 * RAMP, RAMP - 0.5, np.where(RAMP > 0.5, np.float32("nan"), RAMP)])
def test_floats_without_a_white_are_refused(tmp_path: Path, samples: np.ndarray) -> None:
    with pytest.raises(
        MediaError, match=r"floating-point values outside 0..1, of which none is known to be white; conv"
    ):
        media.read(tiff(tmp_path / "a.tif", samples.astype(np.float32)))


@pytest.mark.parametrize("kind", [np.uint32, np.int32, np.int16])
def test_whole_numbers_without_a_white_are_refused(tmp_path: Path, kind: type) -> None:
    with pytest.raises(MediaError, match="whole numbers of 32 bits, or with a sign, of which none is known"):
        media.read(tiff(tmp_path / "a.tif", (30_000 * RAMP).astype(kind)))


@pytest.mark.parametrize("kind", [np.float16, np.float64])
def test_kinds_of_tiff_that_are_not_read_are_refused(tmp_path: Path, kind: type) -> None:
    with pytest.raises(MediaError, match="or convert it: of floating point, or over 16 bits a sample, few kinds"):
        media.read(tiff(tmp_path / "a.tif", RAMP.astype(kind)))


def test_sixteen_bits_are_seen(tmp_path: Path) -> None:
    deep = (65535 * RAMP).astype(np.uint16)
    assert np.array_equal(media.read(tiff(tmp_path / "a.tif", deep)).frames[0, ..., 0], deep >> 8)


# --- colour profiles ------------------------------------------------------------------------------------------------


def profile(space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    """An ICC profile of version 2 for a screen or a printer."""
    tags = {b"desc": b"desc" + bytes(4) + struct.pack(">I", 5) + b"Test\0" + bytes(78)} | tags
    tags |= {b"wtpt": point(0.9642, 1, 0.8249), b"cprt": b"text" + bytes(4) + b"none\0"}
    table, data, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, body in tags.items():
        body += bytes(-len(body) % 4)
        table += name + struct.pack(">II", at + len(data), len(body))
        data += body
    kind = b"mntr" if space != b"CMYK" else b"prtr"
    head = struct.pack(
        ">I4sI4s4s4s12s4s", at + len(data), b"none", 0x02100000, kind, space, connection, bytes(12), b"acsp"
    )
    head += bytes(28) + struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data


def point(*xyz: float) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(65536 * value) for value in xyz))


def gamma(power: float) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(256 * power)) + bytes(2)


# Of sRGB at the white of profiles (D50); with red and green exchanged, a picture's reds are meant to be green.
R, G, B = (0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)


def rgb_profile(red: tuple[float, ...], green: tuple[float, ...], power: float = 2.2) -> bytes:
    places = {b"rXYZ": point(*red), b"gXYZ": point(*green), b"bXYZ": point(*B)}
    return profile(b"RGB ", b"XYZ ", places | {name + b"TRC": gamma(power) for name in (b"r", b"g", b"b")})


SWAPPED = rgb_profile(G, R)


def cmyk_profile() -> bytes:
    """Inks that print nothing but black."""
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + struct.pack(">9i", *(65536 * (i % 4 == 0) for i in range(9)))
    lut += bytes(range(256)) * 4
    lut += b"".join(bytes([0 if index & 1 else 255, 128, 128]) for index in range(16)) + bytes(range(256)) * 3
    return profile(b"CMYK", b"Lab ", {b"A2B0": lut})


def test_cut_outs_have_the_colours_that_are_meant(tmp_path: Path) -> None:
    """By their profile, at any depth, upright, as every picture that is read; colours are not premultiplied."""
    clear = Image.new("RGBA", (20, 40), (200, 30, 30, 128))
    clear.save(tmp_path / "a.png", icc_profile=SWAPPED)
    red, green, _, alpha = cutout.read(tmp_path / "a.png").getpixel((5, 5))  # type: ignore[misc]
    assert green > 150 > 100 > red
    assert alpha == 128
    deep = np.full((48, 64), 128 << 8, np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    assert np.asarray(cutout.read(f"{tmp_path / 'deep.png'}@0,0,64,48"))[24, 32].tolist() == [128, 128, 128, 255]
    turned = Image.Exif()
    turned[0x0112] = 6
    clear.save(tmp_path / "turned.png", exif=turned)
    assert cutout.read(tmp_path / "turned.png").size == (40, 20)
    (tmp_path / "a.mp4").write_bytes(b"no picture")
    for name in ("a.mp4", "none.png", "."):
        with pytest.raises(MediaError):
            cutout.read(tmp_path / name)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.webp", "a.avif"])
def test_colours_are_read_by_their_profile(tmp_path: Path, name: str) -> None:
    extra = {"lossless": True} if name == "a.webp" else {"quality": 95} if name in ("a.jpg", "a.avif") else {}
    plain(RED).save(tmp_path / name, icc_profile=SWAPPED, **extra)
    found = media.read_source(tmp_path / name)
    red, green, blue = RED
    assert found.clip.frames[0, 5, 5].tolist() == pytest.approx([green, red, blue], abs=6)
    assert found.notes == (f"{found.path} has the colour profile 'Test'; brought to sRGB.",)
    assert media.info(found.path).notes == ("has the colour profile 'Test'; brought to sRGB",)


def test_palettes_and_transparency_have_profiles_too(tmp_path: Path) -> None:
    plain(RED).quantize(4).save(tmp_path / "p.png", icc_profile=SWAPPED)
    assert media.read(tmp_path / "p.png").frames[0, 5, 5].tolist() == pytest.approx([30, 200, 40], abs=6)
    clear = plain((*RED, 255), mode="RGBA")
    clear.paste((*RED, 128), (24, 0, 48, 32))
    for name in ("a.png", "a.webp", "a.tif"):
        clear.save(tmp_path / name, icc_profile=SWAPPED, **({"lossless": True} if name == "a.webp" else {}))
        frame = media.read(tmp_path / name).frames[0]
        assert frame[5, 5].tolist() == pytest.approx([30, 200, 40], abs=6), name
        assert frame[5, 40].tolist() == pytest.approx([15, 100, 20], abs=4), name


def test_pictures_that_move_have_profiles_too(tmp_path: Path) -> None:
    frames = [plain(GREEN), plain(RED)]
    for name in ("a.png", "a.webp"):
        extra = {"lossless": True} if name == "a.webp" else {}
        plain(RED).save(
            tmp_path / name, save_all=True, append_images=frames, duration=100, icc_profile=SWAPPED, **extra
        )
        found = media.read(tmp_path / name).frames[:, 5, 5].tolist()
        assert np.abs(np.array(found) - [[30, 200, 40], [180, 20, 60], [30, 200, 40]]).max() <= 9, name


def test_greys_are_read_by_their_profile(tmp_path: Path) -> None:
    dark = profile(b"GRAY", b"XYZ ", {b"kTRC": gamma(1.0)})  # linear: a middle grey is a light one on a screen
    for depth, value in (("L", 55), ("I;16", 55 << 8)):
        picture = plain((55,), mode="L") if depth == "L" else Image.fromarray(np.full((32, 48), value, np.uint16))
        picture.save(tmp_path / "a.png", icc_profile=dark)
        assert media.read(tmp_path / "a.png").frames[0, 5, 5].tolist() == pytest.approx([128] * 3, abs=2), depth
    Image.new("LA", (48, 32), (55, 128)).save(tmp_path / "b.png", icc_profile=dark)
    assert media.read(tmp_path / "b.png").frames[0, 5, 5].tolist() == pytest.approx([64] * 3, abs=2)


@pytest.mark.parametrize("name", ["a.jpg", "a.tif"])
def test_inks_are_read_by_their_profile(tmp_path: Path, name: str) -> None:
    cyan = plain((255, 0, 0, 0), mode="CMYK")
    cyan.save(tmp_path / name, icc_profile=cmyk_profile())
    found = media.read_source(tmp_path / name)
    assert found.clip.frames[0, 5, 5].tolist() == pytest.approx([255] * 3, abs=3)
    assert "colour profile 'Test'" in found.notes[0]
    cyan.save(tmp_path / name)
    bare = media.read_source(tmp_path / name)
    assert bare.clip.frames[0, 5, 5].tolist() == pytest.approx([0, 255, 255], abs=3)
    assert bare.notes == (f"{bare.path} is CMYK without a colour profile; its colours are approximate.",)


def test_srgb_stays_as_it_is(tmp_path: Path) -> None:
    """Most pictures carry the profile of sRGB: not a level moves, and nothing is said."""
    noise = np.random.default_rng(0).integers(0, 256, (32, 48, 3)).astype(np.uint8)
    for data in (ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),):
        Image.fromarray(noise).save(tmp_path / "a.png", icc_profile=data)
        found = media.read_source(tmp_path / "a.png")
        assert (np.array_equal(found.clip.frames[0], noise), found.notes) == (True, ())


@pytest.mark.parametrize("data", [b"not a profile", SWAPPED[:200], cmyk_profile()])
def test_a_profile_that_cannot_be_used_is_told(tmp_path: Path, data: bytes) -> None:
    plain(RED).save(tmp_path / "a.png", icc_profile=data)
    found = media.read_source(tmp_path / "a.png")
    assert found.clip.frames[0, 5, 5].tolist() == list(RED)
    assert "colour profile that does not fit its pixels or cannot be read" in found.notes[0]


@pytest.mark.parametrize("packed", [None, "tiff_lzw"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_tiff_stands_upright_packed_or_not(tmp_path: Path, orientation: int, packed: str | None) -> None:
    """And `info` says so. Rows that are not packed are as long as they are stored, not as they are seen."""
    stored = np.arange(20 * 32, dtype=np.uint8).reshape(20, 32)
    seen = {
        1: stored, 2: stored[:, ::-1], 3: stored[::-1, ::-1], 4: stored[::-1], 5: stored.T, 6: stored.T[:, ::-1],
        7: stored.T[::-1, ::-1], 8: stored.T[::-1],
    }[orientation]  # fmt: skip
    exif, path = Image.Exif(), tmp_path / "a.tif"
    exif[274] = orientation
    Image.fromarray(stored).save(path, exif=exif, compression=packed)
    assert (media.read(path).frames[0] == seen[..., None]).all()
    assert (media.info(path).height, media.info(path).width) == seen.shape
