"""Colours of a still brought to sRGB: by its ICC profile, through Little CMS; alpha stays as it is."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from typing import Any, cast

import numpy as np
from PIL import Image, ImageCms

Convert = Callable[[Image.Image], Image.Image]

_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab": "LAB"}  # colour space of a profile -> mode of Pillow
_ALIKE = 2  # levels of 255 that a profile may move any colour and still be sRGB
_UNUSABLE = "has a colour profile that does not fit its pixels or cannot be read; its colours are taken as sRGB"
_BARE_CMYK = "is CMYK without a colour profile; its colours are approximate"


def to_srgb(image: Image.Image) -> tuple[Convert, str]:
    """(what makes RGB or, with transparency, RGBA of the frames of a picture; a note if its colours are not sRGB)."""
    profile = image.info.get("icc_profile")
    kind = _kind(image)
    if not profile and kind != "LAB":
        return _plain, _BARE_CMYK if kind == "CMYK" else ""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile)) if profile else ImageCms.createProfile("LAB")
        space = "Lab" if not profile else str(cast(Any, source).profile.xcolor_space).strip()
        if _MODES.get(space) != kind:
            return _plain, _UNUSABLE
        intent = ImageCms.Intent(ImageCms.getDefaultIntent(source) if profile else 0)
        flags = ImageCms.Flags.BLACKPOINTCOMPENSATION
        transform = ImageCms.buildTransform(source, _srgb(), kind, "RGB", intent, flags)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return _plain, _UNUSABLE
    if kind == "RGB" and _is_srgb(transform):
        return _plain, ""
    note = "is in Lab colours" if not profile else f"has the colour profile '{_name(source)}'"

    def convert(frame: Image.Image) -> Image.Image:
        plain = frame if frame.mode == kind else _plain(frame).convert(kind)
        done = cast(Image.Image, ImageCms.applyTransform(plain, transform))
        if frame.has_transparency_data:
            done.putalpha(frame.convert("RGBA").getchannel("A"))
        return done

    return convert, f"{note}; brought to sRGB"


def _kind(image: Image.Image) -> str:
    """The mode in which a profile's colours are: palettes and YCbCr count as RGB, transparency aside."""
    if image.mode in ("L", "LA", "La", "1", "F") or image.mode.startswith("I"):
        return "L"
    return image.mode if image.mode in ("CMYK", "LAB") else "RGB"


def _plain(image: Image.Image) -> Image.Image:
    image = image.convert("LA") if image.mode == "La" else image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _is_srgb(transform: ImageCms.ImageCmsTransform) -> bool:
    steps = np.arange(0, 256, 51, dtype=np.uint8)
    colours = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(6, 36, 3)
    moved = np.asarray(ImageCms.applyTransform(Image.fromarray(colours), transform))
    return bool(np.abs(moved.astype(np.int16) - colours).max() <= _ALIKE)


def _name(profile: Any) -> str:
    """What a profile calls itself, as a name in a sentence; a stranger wrote it."""
    text = " ".join((ImageCms.getProfileDescription(profile) or "").split())
    return "".join(c for c in text if c.isprintable() and c not in "'\";")[:40] or "without a name"
