"""Pictures as cut-outs: by their own alpha, by a background of one colour, or by the people in them.

Frames are uint8 (H, W, 3) RGB, alpha uint8 (H, W) with 255 = opaque.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from soracli import media
from soracli.draft import extent
from soracli.errors import MediaError
from soracli.formatting import printable
from soracli.types import Clip

ALPHA, BACKGROUND, PEOPLE = "alpha", "background", "people"  # how a picture was cut out
SIDE = 768  # pixels of the longer side of a cut-out
OF_CLIP = 6  # frames of a clip that are taken
RING = 0.03  # of the shorter side: the border that tells the background's colour
EVEN = 0.9  # share of that border that has to be of one colour, which may change evenly across the picture
NEAR, FAR = 24.0, 56.0  # distances in RGB, 0..255 each: surely background, surely not
LEAST, MOST = 0.01, 0.9  # share of a picture that a cut-out may cover
CUT_OFF = 0.3  # share of the border that it may touch
FAINT = 16  # alpha up to which a row or column counts as empty
CLEAR = 0.004  # share of transparent pixels from which a picture counts as cut out already

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


class Cut(NamedTuple):
    """rgba: uint8 (h, w, 4), not premultiplied, cropped to what it shows. how: ALPHA, BACKGROUND or PEOPLE."""

    path: Path
    rgba: Pixels
    how: str


def cuts(path: Path) -> Iterator[Cut]:
    """The cut-outs of a picture, or of some frames of a clip. Raises MediaError if it cannot be told what is drawn."""
    source, alpha = media.read_layer(path)
    frames = source.clip.frames
    picked = sorted({round(i) for i in np.linspace(0, len(frames) - 1, min(OF_CLIP, len(frames)))})
    for number in picked:
        yield _cut(path, frames[number], alpha[number])


def _cut(path: Path, frame: Pixels, alpha: Pixels) -> Cut:
    """frame: premultiplied with alpha."""
    if (alpha < 128).mean() >= CLEAR:
        whole = np.maximum(alpha, 1)[..., None].astype(np.float32)
        straight = np.minimum(np.rint(frame.astype(np.float32) * 255 / whole), 255).astype(np.uint8)
        return Cut(path, _cropped(path, straight, alpha), ALPHA)
    small = _small(frame)
    for how, found in ((BACKGROUND, from_background(small)), (PEOPLE, _of_people(small))):
        if found is not None:
            return Cut(path, _cropped(path, *found), how)
    raise MediaError(
        f"{printable(path)}: nothing says what is drawn and what is background: it has no transparency, no plain "
        "background and shows no people; cut it out (PNG with transparency), or learn a look instead: --as look",
        "picture_alpha",
    )


def _small(frame: Pixels) -> Pixels:
    """At most SIDE pixels on the longer side."""
    height, width = frame.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    clip = Clip(frame[None], 1)  # type: ignore[arg-type]
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    return frame if scale == 1 else media.fit(clip, *size, "stretch").frames[0]


def _cropped(path: Path, rgb: Pixels, alpha: Pixels) -> Pixels:
    part = extent(alpha > FAINT)
    if not rgb[part].size:
        raise MediaError(f"{printable(path)}: all of it is transparent; pass a picture that shows something", "picture")
    return np.concatenate([rgb[part], alpha[part][..., None]], 2)


# --- a background of one colour --------------------------------------------------------------------------------------


def from_background(frame: Pixels) -> tuple[Pixels, Pixels] | None:
    """Colour and alpha of what stands before a background of one colour, or of colours that change evenly.

    None if the border is of many colours, or what is left is nothing, nearly all, or goes on beyond the border.
    """
    away = _away(frame)
    if away is None:
        return None
    colour, distance = away
    outside = _connected(distance < (NEAR + FAR) / 2)
    alpha = np.where(outside, 0, 255).astype(np.float32)
    rim = _grown(outside) & ~_shrunk(outside)
    alpha[rim] = (((distance - NEAR) / (FAR - NEAR)).clip(0, 1) * 255)[rim]
    inside = alpha > 128
    edge = np.concatenate([inside[0], inside[-1], inside[:, 0], inside[:, -1]])
    if not LEAST <= inside.mean() <= MOST or edge.mean() > CUT_OFF:
        return None
    share = np.maximum(alpha, 16)[..., None] / 255
    pure = np.where(rim[..., None], (frame - (1 - share) * colour) / share, frame)  # without what shines through
    return np.rint(pure.clip(0, 255)).astype(np.uint8), np.rint(alpha).astype(np.uint8)


def _away(frame: Pixels) -> tuple[Floats, Floats] | None:
    """The background's colour (H, W, 3), and how far from it each pixel is (H, W); None if the border has no one."""
    height, width = frame.shape[:2]
    ring = max(2, round(RING * min(height, width)))
    if min(height, width) < 4 * ring:
        return None
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    places = np.stack([np.ones_like(x), x, y], -1)  # (H, W, 3)
    border = np.ones((height, width), bool)
    border[ring:-ring, ring:-ring] = False
    known, seen = places[border], frame[border].astype(float)
    kept = np.abs(seen - np.median(seen, 0)).max(1) < FAR
    for _ in range(3):
        if kept.mean() < EVEN:
            return None
        weights = np.linalg.lstsq(known[kept], seen[kept], rcond=None)[0]
        kept = np.linalg.norm(known @ weights - seen, axis=1) < NEAR
    if kept.mean() < EVEN:
        return None
    colour = (places @ weights).astype(np.float32)
    return colour, np.linalg.norm(frame - colour, axis=2).astype(np.float32)


def _connected(free: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """What of free pixels (H, W) hangs together with the border, by sweeps over rows and columns."""
    out = np.zeros_like(free)
    for edge in (np.s_[0], np.s_[-1], np.s_[:, 0], np.s_[:, -1]):
        out[edge] = free[edge]
    before = -1
    while (count := int(out.sum())) != before:
        before = count
        for turned, open_ in ((out, free), (out.T, free.T)):
            for order in (range(1, len(turned)), range(len(turned) - 2, -1, -1)):
                step = 1 if order.step > 0 else -1
                for row in order:
                    turned[row] |= turned[row - step] & open_[row]
    return out


def _grown(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """One pixel wider on every side."""
    wide = np.pad(mask, 1)
    return wide[1:-1, 1:-1] | wide[:-2, 1:-1] | wide[2:, 1:-1] | wide[1:-1, :-2] | wide[1:-1, 2:]


def _shrunk(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    return ~_grown(~mask)


def _of_people(frame: Pixels) -> tuple[Pixels, Pixels] | None:
    """Colour and alpha of the people in a picture, None if there are none."""
    from soracli.footage import people

    mask = people.mask(frame[None])[0]
    if not 3 * LEAST <= mask.mean() <= MOST:
        return None
    soft = media.feather(mask[None], 3)[0]
    return frame, np.rint(np.clip(soft, 0, 1) * 255).astype(np.uint8)
