"""Pictures in a terminal: by the kitty protocol, by sixel, or by half blocks, which every terminal can show."""

from __future__ import annotations

import base64
import io
import os
import shutil
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
from PIL import Image

Picture = npt.NDArray[np.uint8]  # (H, W, 3)

_KITTY = ("kitty", "ghostty")
_SIXEL = ("mlterm", "foot", "contour", "yaft", "xterm-sixel")
_CHUNK = 4096  # bytes of base64 in one kitty command
_LINES = 24  # of text that a picture of half blocks may take
_SIXEL_COLOURS = 128


def detect(environment: Mapping[str, str] | None = None) -> str:
    """`kitty`, `sixel` or `blocks`, by what the terminal says of itself in the environment."""
    env = os.environ if environment is None else environment
    term, program = env.get("TERM", "").lower(), env.get("TERM_PROGRAM", "").lower()
    if "TMUX" in env or term.startswith("screen"):  # these pass neither protocol on
        return "blocks"
    if "KITTY_WINDOW_ID" in env or any(name in term or name in program for name in _KITTY) or program == "wezterm":
        return "kitty"
    if "sixel" in term or term.startswith(_SIXEL) or program in _SIXEL:
        return "sixel"
    return "blocks"


def drawn(picture: Picture, protocol: str, columns: int | None = None, *, colours: int | None = None) -> str:
    """What to write to a terminal so that it shows a picture, and the cursor stands under it.

    columns: of the terminal; None = as it is. colours: 24 (bits) or 8; None = as the terminal says. Half blocks only.
    """
    return METHODS[protocol](picture, columns or shutil.get_terminal_size().columns, colours or _depth())


def _depth() -> int:
    return 24 if os.environ.get("COLORTERM", "").lower() in ("truecolor", "24bit") else 8


def _blocks(picture: Picture, columns: int, colours: int) -> str:
    """Two rows of pixels in a line of text: the upper is the colour of the block, the lower that of the ground."""
    height, width = picture.shape[:2]
    wide = max(1, min(columns, width, round(2 * _LINES * width / height)))
    high = max(2, round(height * wide / width) // 2 * 2)
    small = np.asarray(Image.fromarray(picture).resize((wide, high), Image.Resampling.BOX))
    paint = _true if colours == 24 else _cube
    lines = []
    for upper, lower in zip(small[::2], small[1::2], strict=True):
        cells = "".join(f"\033[38;{paint(a)};48;{paint(b)}m▀" for a, b in zip(upper, lower, strict=True))
        lines.append(cells + "\033[0m")
    return "\n".join(lines) + "\n"


def _true(pixel: Picture) -> str:
    return "2;" + ";".join(str(int(value)) for value in pixel)


def _cube(pixel: Picture) -> str:
    """The nearest of the 6x6x6 colours that terminals have."""
    red, green, blue = (min(5, max(0, (int(value) - 35) // 40)) if value >= 48 else 0 for value in pixel)
    return f"5;{16 + 36 * red + 6 * green + blue}"


def _kitty(picture: Picture, columns: int, colours: int) -> str:
    """PNG in pieces: https://sw.kovidgoyal.net/kitty/graphics-protocol"""
    data = io.BytesIO()
    Image.fromarray(picture).save(data, "PNG")
    text = base64.standard_b64encode(data.getvalue()).decode()
    pieces = [text[i : i + _CHUNK] for i in range(0, len(text), _CHUNK)]
    commands = []
    for i, piece in enumerate(pieces):
        more = int(i + 1 < len(pieces))
        control = f"a=T,f=100,q=2,m={more}" if i == 0 else f"m={more}"
        commands.append(f"\033_G{control};{piece}\033\\")
    return "".join(commands) + "\n"


def _sixel(picture: Picture, columns: int, colours: int) -> str:
    """Six rows of pixels to a line, colour by colour, runs counted: VT340 manual, chapter 14."""
    image = Image.fromarray(picture).quantize(_SIXEL_COLOURS)
    index = np.asarray(image)
    palette = np.asarray(image.getpalette(), np.int64).reshape(-1, 3)
    height, width = index.shape
    out = [f'\033Pq"1;1;{width};{height}']
    out += [f"#{k};2;{r};{g};{b}" for k, (r, g, b) in enumerate((palette * 100 + 127) // 255)]
    for top in range(0, height, 6):
        band = index[top : top + 6]
        weights = (1 << np.arange(len(band)))[:, None]
        rows = []
        for colour in np.unique(band):
            bits = ((band == colour) * weights).sum(0)  # (W,)
            rows.append(f"#{colour}{_runs(bits)}")
        out.append("$".join(rows) + "-")
    return "".join(out) + "\033\\\n"


def _runs(bits: npt.NDArray[np.int64]) -> str:
    starts = np.flatnonzero(np.diff(bits, prepend=-1))
    lengths = np.diff(starts, append=len(bits))
    return "".join(
        f"!{n}{chr(63 + int(bits[i]))}" if n > 3 else chr(63 + int(bits[i])) * int(n)
        for i, n in zip(starts, lengths, strict=True)
    )


METHODS: Mapping[str, Callable[[Picture, int, int], str]] = {"blocks": _blocks, "kitty": _kitty, "sixel": _sixel}
