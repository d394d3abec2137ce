"""The library of pictures ("cast"): about 1,130 named drawings, most of the living ones moving, read one by one.

The index (world/language/cast.json) is small and read whole; the pictures lie as AVIF and WebP blobs in safetensors
shards that ship with the package, of which only the asked-for bytes are read. Microsoft Fluent Emoji, MIT: see NOTICE.
What no collection has is drawn by code (`drawn`).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from soracli.errors import UsageError, WeightsError
from soracli.scenes import cutout, drawn, sizes
from soracli.scenes.sizes import Body
from soracli.weights import manifest
from soracli.world.bodies import embodied, outside
from soracli.world.language.actors import index

if TYPE_CHECKING:
    from soracli.world.assets import ActorBank

TOOL = "cast"  # table of weights.toml that lists the shards
STILL_SIDE = 192  # pixels of the cell of a drawing that does not move
OWN_SIDE = 768  # pixels of the cell that a user's own picture is fitted to
MARGIN = 0.06  # of the cell, left free around it
MOST_PIXELS = 40_000_000  # of a user's own picture
Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Entry:
    """A drawing of the library.

    name: unique. code: its key in the shards, `drawn-NAME` of what code draws. group: of the collection. frames: 36,
    or 1 of a still one. kind: `walker`, `driver`, `flyer`, `swimmer` or `thing`. faces: where it looks: `left`, `right`
    or `front`. metres: the longer side of what it shows. tilt: degrees clockwise that set it upright. stride: cells of
    ground in one loop of a drawing whose legs walk in it, 0 if its loop is a gesture. box: x0 y0 x1 y1 of the drawing,
    shares of its cell. saddle: where something on it rests, share of the drawing's height
    from its top. body: a kind of `bodies.embodied` if the collection draws no more of them, else "". head: x of the
    middle and width of the head of one that moves, likewise. called: what people call it, best first. tags: looser
    words.
    """

    name: str
    code: str
    group: str
    frames: int
    kind: str
    faces: str
    metres: float
    tilt: float
    stride: float
    box: tuple[float, float, float, float]
    saddle: float
    called: tuple[str, ...]
    tags: tuple[str, ...]
    head: tuple[float, float] = (0.5, 0.5)
    body: str = ""


@cache
def entries() -> dict[str, Entry]:
    """All entries by name, in the library's order."""
    rows = ({**row, "box": tuple(row["box"]), "head": tuple(row.get("head", (0.5, 0.5)))} for row in index())
    return {row["name"]: Entry(**{**row, "called": tuple(row["called"]), "tags": tuple(row["tags"])}) for row in rows}


@cache
def names() -> dict[str, str]:
    """Every word that an entry is called by, lower case, with that entry's name; the better claim comes first."""
    found: dict[str, str] = {}
    for place in range(max(len(entry.called) for entry in entries().values())):
        for entry in entries().values():
            if place == 0:
                found.setdefault(entry.name.lower(), entry.name)
            if place < len(entry.called):
                found.setdefault(entry.called[place].lower(), entry.name)
    return found


def entry(name: str) -> Entry:
    """The entry called so, by name or synonym. Raises UsageError that offers the nearest names."""
    found = entries().get(name) or entries().get(names().get(name.strip().lower(), ""))
    if found is None:
        raise UsageError(f"'{name}': no such picture in the library; {offer(name)}", "unknown_performer")
    return found


def offer(name: str) -> str:
    """`did you mean 'dog' or 'dodo'?`, or where to look."""
    near = get_close_matches(name.strip().lower(), names(), n=3, cutoff=0.6)
    if not near:
        return f"look for one with: sora cast search {name.strip()[:40]}"
    return "did you mean " + " or ".join(f"'{word}'" for word in near) + "?"


# --- pictures ---------------------------------------------------------------------------------------------------------


def bank(wanted: Iterable[str], pictures: Iterable[str | Path] = ()) -> ActorBank:
    """Drawings for the renderer and the animatic: entries by their names, and the user's own pictures by their paths.

    Raises UsageError for an unknown name, MediaError for a picture that cannot be used, WeightsError for a shard that
    is missing or damaged.
    """
    import torch

    from soracli.world.assets import CELL, FRAMES, ActorBank

    cast = tuple(dict.fromkeys(wanted))
    frames = np.zeros((len(cast), FRAMES, CELL, CELL, 4), np.uint8)
    stills: dict[str, torch.Tensor] = {}
    for i, name in enumerate(cast):
        cells = drawing(entry(name))
        if len(cells) == FRAMES:
            frames[i] = cells
        else:
            stills[name] = torch.from_numpy(cells[0].copy())
            small = Image.fromarray(cells[0], "RGBa").resize((CELL, CELL), Image.Resampling.LANCZOS)
            frames[i] = _bounded(np.asarray(small))
    own = {str(path): torch.from_numpy(picture(path)) for path in pictures}
    return ActorBank(cast, torch.from_numpy(frames), pictures={**stills, **own})


def drawing(item: Entry) -> Pixels:
    """Frames of an entry: uint8 (36, 128, 128, 4) or (1, 192, 192, 4), premultiplied RGBA."""
    from soracli.world.assets import CELL, FRAMES

    if item.code.startswith(drawn.PREFIX):
        return drawn.frames(item.name, item.frames, CELL if item.frames == FRAMES else STILL_SIDE)
    try:
        with Image.open(io.BytesIO(_blob(item.code))) as file:
            if getattr(file, "n_frames", 1) == 1:
                still = file.convert("RGBa")
                if not item.body:
                    return _bounded(np.asarray(still))[None]
                small = _bounded(np.asarray(still.resize((CELL, CELL), Image.Resampling.LANCZOS)))
                return embodied(np.repeat(small[None], FRAMES, axis=0), item.body, item.name)
            out = np.empty((FRAMES, CELL, CELL, 4), np.uint8)
            for t in range(FRAMES):
                file.seek(t)
                out[t] = _bounded(np.asarray(file))  # its colour was premultiplied before it was coded
            out = outside(out, item.name)
            return embodied(out, item.body, item.name) if item.body else out
    except (UnidentifiedImageError, OSError, ValueError) as error:
        reason = f"its picture cannot be decoded ({error}); run: sora model verify, or reinstall pillow with AVIF"
        raise WeightsError(f"cast '{item.name}': {reason}", "cast_damaged") from None


def _bounded(pixels: npt.NDArray[np.uint8]) -> Pixels:
    """Lossy colour may exceed its alpha by a little; premultiplied colour must not."""
    out = pixels.copy()
    np.minimum(out[..., :3], out[..., 3:], out=out[..., :3])
    return out


def _blob(code: str) -> bytes:
    path = _places().get(code)
    if path is None:
        raise WeightsError(f"cast {code}: in none of the shards; run: sora model verify", "cast_damaged")
    from safetensors import safe_open

    with safe_open(path, "np") as file:
        blob: npt.NDArray[np.uint8] = file.get_tensor(code)
    return blob.tobytes()


@cache
def _places() -> dict[str, Path]:
    """The shard of each code. Raises WeightsError if one is missing or damaged."""
    from safetensors import SafetensorError, safe_open

    found: dict[str, Path] = {}
    for path in manifest.paths(manifest.tools()[TOOL])["pictures"]:
        try:
            with safe_open(path, "np") as file:
                found |= dict.fromkeys(file.keys(), path)
        except (SafetensorError, OSError) as error:
            raise WeightsError(f"{path}: cannot be read ({error}); run: sora model verify", "cast_damaged") from None
    return found


def picture(path: str | Path) -> Pixels:
    """A user's own picture (see `cutout.read`), cut to what it shows, in a cell: uint8 (768, 768, 4) premultiplied.

    It stands where the library's drawings stand. Raises what `cutout.read` raises.
    """
    cut = cutout.read(path).convert("RGBa")
    room = round(OWN_SIDE * (1 - 2 * MARGIN))
    scale = room / max(cut.size)
    size = (max(round(cut.width * scale), 1), max(round(cut.height * scale), 1))
    cell = np.zeros((OWN_SIDE, OWN_SIDE, 4), np.uint8)
    small = np.asarray(cut.resize(size, Image.Resampling.LANCZOS))
    left, bottom = (OWN_SIDE - size[0]) // 2, OWN_SIDE - round(OWN_SIDE * MARGIN)
    cell[bottom - size[1] : bottom, left : left + size[0]] = _bounded(small)
    return cell


# --- sizes ------------------------------------------------------------------------------------------------------------


def heights(cast: Sequence[str]) -> tuple[float, ...]:
    """Cell heights of entries that are seen together, frame heights: see `soracli.scenes.sizes`."""
    bodies = []
    for name in cast:
        x0, y0, x1, y1 = entry(name).box
        bodies.append(Body(entry(name).metres, x1 - x0, y1 - y0))
    return sizes.heights(bodies)
