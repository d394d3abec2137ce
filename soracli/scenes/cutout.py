"""Pictures of the user's own as cut-outs: with alpha, or a box of a photograph with a soft edge."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from soracli.errors import MediaError, UsageError
from soracli.formatting import printable
from soracli.scenes import adapters

STEP = 8  # pixels of a latent cell, of which networks see whole ones
FEATHER = 0.06  # of the shorter side of a box that its soft edge takes
BOX = re.compile(r"(.+)@\s*(-?\d{1,7})\s*,\s*(-?\d{1,7})\s*,\s*(\d{1,7})\s*,\s*(\d{1,7})\s*")
OWN = re.compile(r"(.+\.safetensors)(?:@(-?\d{1,4}))?")


def read(text: str | Path) -> Image.Image:
    """`me.png`, `photo.jpg@X,Y,W,H` or `me.safetensors@N`: upright, RGBA, not premultiplied, cut to what it shows.

    Its colours are brought to sRGB, as those of every picture that is read. Raises MediaError if it is not there, not a
    picture, or has neither alpha nor a box; UsageError for a box outside.
    """
    if own := OWN.fullmatch(str(text)):
        return adapters.cutout(own[1], int(own[2] or 1))
    found = BOX.fullmatch(str(text))
    where = Path(found[1] if found else text)
    pixels = _opened(where, needs_alpha=found is None)
    if found is not None:
        pixels = _boxed(pixels, (int(found[2]), int(found[3]), int(found[4]), int(found[5])), str(text))
    shown = pixels.getchannel("A").getbbox()
    if shown is None:
        raise MediaError(
            f"{printable(where)}: all of it is transparent; pass a picture that shows something", "picture_alpha"
        )
    return pixels.crop(shown)


def on_white(text: str | Path) -> npt.NDArray[np.uint8]:
    """The same, alpha or not, over white: uint8 (1, H, W, 3), both sides multiples of STEP, to which it is scaled.

    A box has a hard edge: it is seen as a picture. Raises as `read` does, but for a picture without alpha.
    """
    if own := OWN.fullmatch(str(text)):
        pixels = adapters.cutout(own[1], int(own[2] or 1))
    elif found := BOX.fullmatch(str(text)):
        box = int(found[2]), int(found[3]), int(found[4]), int(found[5])
        pixels = _cropped(_opened(Path(found[1]), needs_alpha=False), box, str(text))
    else:
        pixels = _opened(Path(text), needs_alpha=False)
    shown = pixels.getchannel("A").getbbox()
    if shown is None:
        raise MediaError(f"{text}: all of it is transparent; pass a picture that shows something", "picture_alpha")
    pixels = pixels.crop(shown)
    opaque = Image.alpha_composite(Image.new("RGBA", pixels.size, "white"), pixels).convert("RGB")
    width, height = (max(STEP, side - side % STEP) for side in opaque.size)
    return np.asarray(opaque.resize((width, height), Image.Resampling.LANCZOS))[None]


def _opened(where: Path, *, needs_alpha: bool) -> Image.Image:
    from soracli.media.read import read_cutout

    picture = read_cutout("./-" if str(where) == "-" else where)  # a file of that name, never standard input
    if needs_alpha and picture.mode != "RGBA":
        reason = "it has no alpha, so nothing says what is drawn and what is background"
        remedy = f"save it as PNG or WebP with transparency, or name a box of it: {printable(where.name)}@X,Y,W,H"
        raise MediaError(f"{printable(where)}: {reason}; {remedy}", "picture_alpha")
    return picture.convert("RGBA")


def _cropped(pixels: Image.Image, box: tuple[int, int, int, int], text: str) -> Image.Image:
    """A box (x, y, width, height). Raises UsageError if it is not within the picture."""
    x, y, width, height = box
    if width < 2 or height < 2:
        raise UsageError(f"{text}: the box covers no pixels; width and height must be 2 or more", "picture_box")
    if x < 0 or y < 0 or x + width > pixels.width or y + height > pixels.height:
        frame = f"the picture, which is {pixels.width}x{pixels.height}"
        raise UsageError(f"{text}: the box reaches beyond {frame}; make it smaller or move it", "picture_box")
    return pixels.crop((x, y, x + width, y + height))


def _boxed(pixels: Image.Image, box: tuple[int, int, int, int], text: str) -> Image.Image:
    """A box (x, y, width, height) with a soft edge inside."""
    cut = _cropped(pixels, box, text)
    soft = _soft(cut.width, cut.height)
    alpha: npt.NDArray[np.uint8] = np.asarray(cut.getchannel("A"))
    cut.putalpha(Image.fromarray((alpha.astype(np.float32) * soft).round().astype(np.uint8)))
    return cut


def _soft(width: int, height: int) -> npt.NDArray[np.float32]:
    """1 inside, falling to 0 at the edge with rounded corners, (H, W)."""
    rim = max(1, round(FEATHER * min(width, height)))
    mask = Image.new("L", (width, height), 0)
    mask.paste(255, (rim, rim, max(width - rim, rim + 1), max(height - rim, rim + 1)))
    blurred = mask.filter(ImageFilter.GaussianBlur(rim / 2))
    return np.asarray(blurred, np.float32) / np.float32(255)
