"""Key colours: what of an opaque picture or clip is its one-coloured background, as alpha."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import ImageColor

from soracli.errors import UsageError
from soracli.formatting import printable

GREY = 12.0  # length of chroma, in levels, below which a key colour is told by its brightness too
KEYED, CLEAR = 0.65, 0.15  # chroma along the key's, in its length, from which a pixel is the key, up to which it is not
NEAR, FAR = 12.0, 60.0  # the same of grey keys: distance in levels of 255
CHROMA = np.array([[-0.1687, -0.3313, 0.5], [0.5, -0.4187, -0.0813]], np.float32)  # ITU-R BT.601: Cb and Cr of RGB


def key_colour(text: str) -> tuple[int, int, int]:
    """`green`, `#00b140`, `rgb(0, 177, 64)` -> RGB. `green` and `blue` are those of screens."""
    screens = {"green": (0, 177, 64), "blue": (0, 71, 187)}
    try:
        return screens.get(text.strip().lower()) or ImageColor.getrgb(text.strip())[:3]
    except ValueError:
        raise UsageError(
            f"--key {printable(text)[:40]}: is not a colour; write green, magenta or #00b140", "bad_key"
        ) from None


def keyed(
    frames: npt.NDArray[np.uint8], key: tuple[int, int, int]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Opaque frames (T, H, W, 3) as premultiplied ones and their alpha (T, H, W).

    A colour is the key as far as its chroma lies along the key's and not across it, whatever its brightness (Vlahos'
    colour difference, told by direction); what is left of the key in half transparent pixels is taken out of them.
    """
    colour, out = np.array(key, np.float32), np.empty_like(frames)
    alpha = np.empty(frames.shape[:3], np.uint8)
    chroma = CHROMA @ colour
    length = float(np.hypot(*chroma))
    for i, frame in enumerate(frames.astype(np.float32)):
        if length < GREY:
            apart = np.sqrt(((frame - colour) ** 2).mean(-1))
            cover = (apart - NEAR) / (FAR - NEAR)
        else:
            own = frame @ CHROMA.T
            along = own @ (chroma / length)
            across = np.abs(own @ (np.array([-chroma[1], chroma[0]]) / length))
            cover = 1 - ((along - across) / length - CLEAR) / (KEYED - CLEAR)
        cover = np.rint(255 * cover.clip(0, 1))
        alpha[i] = cover
        out[i] = np.rint((frame - (1 - cover[..., None] / 255) * colour).clip(0, cover[..., None]))
    return out, alpha
