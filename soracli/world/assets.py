"""Actors: drawn, animated sprites with their names. Nothing is loaded on import."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch

from soracli.errors import WeightsError
from soracli.world.bodies import embodied
from soracli.world.language.actors import index

Look = Literal["3d", "flat", "line"]
Sprites = npt.NDArray[np.uint8]  # (N, 36, 128, 128, 4) premultiplied RGBA

FRAMES = 36  # of one loop
CELL = 128  # pixels, width and height of a sprite's cell
GRID = 8  # cells per row and column of a packed video
_TARS = {"3d": "actors192.tar", "flat": "flat128.tar", "line": "line128.tar"}


@dataclass(frozen=True)
class ActorBank:
    """The cast. names: unique. frames: uint8 (N, 36, 128, 128, 4) premultiplied RGBA, one loop of each actor.

    flat, line: the same actors (uint8 (N, 128, 128, 4)) as flat and as line drawings; all 0 where there is none.
    pictures: uint8 (side, side, 4) premultiplied, by name of an actor or by path: drawings that do not move, in their
    own size. They are used before `frames`.
    """

    names: tuple[str, ...]
    frames: torch.Tensor
    flat: torch.Tensor | None = None
    line: torch.Tensor | None = None
    pictures: Mapping[str, torch.Tensor] = field(default_factory=dict)
    _places: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_places", {name: i for i, name in enumerate(self.names)})

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def index(self, name: str) -> int:
        """Place of an actor in the bank."""
        try:
            return self._places[name]
        except KeyError:
            why = "it is not among the actors loaded"
            raise WeightsError(f"actor '{name}': {why}; add it to load_actors(names=...)", "unknown_actor") from None


def load_actors(
    folder: str | Path, names: Sequence[str], cache: str | Path | None = None, styles: bool = False
) -> ActorBank:
    """Decode the actors called `names` from a folder with `actors_animated/` and `actors_still/`.

    cache: a .npy file that is read if it holds just these actors, and written otherwise (with a .json beside it).
    styles: load the flat and line drawings too. Still actors get one frame, repeated.
    """
    root = Path(folder)
    if not (root / "actors_animated" / "index.json").is_file():
        raise WeightsError(
            f"training material '{root}': actors_animated/index.json is not there; pass the folder that holds it",
            "no_assets",
        )
    wanted = tuple(names)
    frames = _from_cache(cache, wanted)
    if frames is None:
        frames = _decode(root, wanted)
        _to_cache(cache, wanted, frames)
    flat = line = None
    if styles:
        flat, line = (torch.from_numpy(_stills(root, wanted, look)) for look in ("flat", "line"))
    return ActorBank(wanted, torch.from_numpy(frames), flat, line)


def _from_cache(cache: str | Path | None, names: tuple[str, ...]) -> Sprites | None:
    if cache is None or not Path(cache).is_file():
        return None
    listing = Path(cache).with_suffix(".json")
    if not listing.is_file() or tuple(json.loads(listing.read_text("utf-8"))) != names:
        return None
    frames: Sprites = np.load(cache)
    return frames if frames.shape == (len(names), FRAMES, CELL, CELL, 4) else None


def _to_cache(cache: str | Path | None, names: tuple[str, ...], frames: Sprites) -> None:
    if cache is None:
        return
    Path(cache).parent.mkdir(parents=True, exist_ok=True)
    with open(cache, "wb") as file:
        np.save(file, frames)
    Path(cache).with_suffix(".json").write_text(json.dumps(names), "utf-8")


def _index(path: Path) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads(path.read_text("utf-8"))
    return rows


def _decode(root: Path, names: tuple[str, ...]) -> Sprites:
    animated = {row["name"]: i for i, row in enumerate(_index(root / "actors_animated" / "index.json"))}
    out = np.zeros((len(names), FRAMES, CELL, CELL, 4), np.uint8)
    parts = {row["name"]: row["body"] for row in index() if "body" in row}
    packs = sorted({animated[name] // GRID**2 for name in names if name in animated})
    for pack in packs:
        inside = [(i, animated[n] % GRID**2) for i, n in enumerate(names) if animated.get(n, -1) // GRID**2 == pack]
        rgb = _tiles(root / "actors_animated" / f"rgb{pack:02d}.mp4", [cell for _, cell in inside])
        alpha = _tiles(root / "actors_animated" / f"a{pack:02d}.mp4", [cell for _, cell in inside])
        for k, (i, _) in enumerate(inside):
            out[i, ..., 3] = alpha[k, ..., 0]
            # Lossy colour may exceed its alpha by a little; premultiplied colour must not.
            out[i, ..., :3] = np.minimum(rgb[k, ..., ::-1], alpha[k, ..., :1])
            if names[i] in parts:
                out[i] = embodied(out[i], parts[names[i]], names[i])
    still = [i for i, name in enumerate(names) if name not in animated]
    if still:
        out[still] = _stills(root, tuple(names[i] for i in still), "3d")[:, None]
        missing = [names[i] for i in still if not out[i, 0].any()]
        if missing:
            raise WeightsError(
                f"actor '{missing[0]}': no index.json lists it; use a name that is listed", "unknown_actor"
            )
    return out


def _tiles(path: Path, cells: list[int]) -> npt.NDArray[np.uint8]:
    """Cells of every frame of a packed video: uint8 (len(cells), 36, 128, 128, 3) BGR."""
    import cv2

    video = cv2.VideoCapture(str(path))
    out = np.zeros((len(cells), FRAMES, CELL, CELL, 3), np.uint8)
    try:
        for t in range(FRAMES):
            ok, image = video.read()
            if not ok or image.shape[:2] != (GRID * CELL, GRID * CELL):
                raise WeightsError(
                    f"'{path}': frame {t} cannot be decoded; copy the file again, or use an OpenCV with HEVC",
                    "bad_assets",
                )
            for k, cell in enumerate(cells):
                y, x = cell // GRID * CELL, cell % GRID * CELL
                out[k, t] = image[y : y + CELL, x : x + CELL]
    finally:
        video.release()
    return out


def _stills(root: Path, names: tuple[str, ...], look: Look) -> npt.NDArray[np.uint8]:
    """Still drawings: uint8 (len(names), 128, 128, 4) premultiplied RGBA, all 0 where there is none."""
    from PIL import Image

    codes: dict[str, str] = {}
    for listing in ("actors_still", "actors_animated"):
        codes.update({row["name"]: row["code"] for row in _index(root / listing / "index.json")})
    out = np.zeros((len(names), CELL, CELL, 4), np.uint8)
    pack = root / "actors_still" / _TARS[look]
    if not pack.is_file():
        raise WeightsError(f"'{pack}': it is not there; copy the training material again", "no_assets")
    with tarfile.open(pack) as tar:
        members = {Path(member.name).stem: member for member in tar.getmembers()}
        for i, name in enumerate(names):
            file = tar.extractfile(members[codes[name]]) if codes.get(name) in members else None
            if file is not None:
                with Image.open(io.BytesIO(file.read())) as picture:
                    small = picture.convert("RGBa").resize((CELL, CELL), Image.Resampling.LANCZOS)
                raw = np.frombuffer(small.tobytes(), np.uint8).reshape(CELL, CELL, 4)
                out[i] = np.minimum(raw, raw[..., 3:])
    return out
