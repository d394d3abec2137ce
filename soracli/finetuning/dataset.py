"""What to train on: a folder of pictures and clips with texts beside them, or the list that `sora curate` wrote.

The text of `fox.mp4` stands in `fox.txt`. Each file is brought to a bucket: the largest size of its shape, on the
model's grid, of no more pixels than asked for, and the largest length that the grid has.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from soracli import media
from soracli.card import Card
from soracli.errors import MediaError, UsageError
from soracli.formatting import printable
from soracli.pipeline.sources import digest
from soracli.system import opening, parsing
from soracli.types import Clip, Frames

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".avif", ".gif")
CLIPS = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi")
LIST = "curated.jsonl"
PARTS = 4  # windows of a long clip that are taken
LONGEST = 2000  # letters of a caption


@dataclass(frozen=True)
class Item:
    """A file, or frames first .. end - 1 of it (end 0 = all), and what it shows."""

    path: Path
    caption: str = ""
    first: int = 0
    end: int = 0


class Bucket(NamedTuple):
    """frames, height, width in pixels."""

    frames: int
    height: int
    width: int


def items(folder: str) -> tuple[list[Item], int]:
    """What a folder or a list holds, in order, and how many other files there are. Raises UsageError if nothing is."""
    place = Path(folder)
    if place.suffix == ".jsonl" and place.is_file():
        return _listed(place), 0
    if not place.is_dir():
        raise UsageError(f"DIR {printable(folder)}: is no folder; give one with pictures or clips in it", "no_folder")
    if (place / LIST).is_file():
        return _listed(place / LIST), 0
    files = opening.files_below(place)
    found = [Item(path, _beside(path)) for path in files if path.suffix.lower() in (*PICTURES, *CLIPS)]
    if not found:
        raise UsageError(
            f"DIR {printable(folder)}: no pictures or clips in it; give a folder with .png, .jpg, .mp4, ... files",
            "no_examples",
        )
    texts = sum(path.suffix == ".txt" for path in files)
    return found, len(files) - len(found) - texts


def _beside(path: Path) -> str:
    """The text of the .txt file of the same name."""
    text = path.with_suffix(".txt")
    if not text.is_file():
        return ""
    return " ".join(_text(text).split())[:LONGEST]


def _text(path: Path) -> str:
    try:
        return parsing.read(path, 100 * parsing.MOST)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{printable(path)}: cannot be read as text ({error}); save it as UTF-8", "bad_caption"
        ) from None


def _listed(path: Path) -> list[Item]:
    """The shots that a list of `sora curate` keeps. Paths are as they were typed, or relative to the list."""
    found = []
    for number, line in parsing.lines(_text(path)):
        try:
            row = parsing.from_json(line)
            if not row["kept"]:
                continue
            whole = row.get("clip") is not None
            name = str(row["clip"] if whole else row["path"])
            place = next((p for p in (Path(name), path.parent / name) if p.is_file()), None)
            ends = (0, 0) if whole else (int(row["first"]), int(row["end"]))
            caption = " ".join(str(row.get("caption") or "").split())[:LONGEST]
        except (ValueError, TypeError, KeyError, AttributeError):
            raise UsageError(
                f"{printable(path)}: line {number} is none of sora curate's; make the list again", "bad_list"
            ) from None
        if place is None:
            raise UsageError(f"{printable(path)}: line {number}: no file {printable(name)} here", "no_examples")
        found.append(Item(place, caption, *ends))
    if not found:
        raise UsageError(f"{printable(path)}: keeps no shot; nothing to train on", "no_examples")
    return found


def fingerprint(found: Sequence[Item]) -> str:
    """Of what is trained on: contents, parts and texts."""
    row = [[digest(str(item.path)), item.caption, item.first, item.end] for item in found]
    return hashlib.sha256(json.dumps(row).encode()).hexdigest()[:16]


# --- buckets ----------------------------------------------------------------------------------------------------------


def bucket(count: int, height: int, width: int, card: Card, area: int, frames: int) -> Bucket:
    """The bucket of a clip of so many frames, at the model's rate. area: pixels at most. frames: at most."""
    time, *sides = card.stride
    grid = [side * card.patch for side in sides]
    scale = min(1.0, (area / (height * width)) ** 0.5)
    high, wide = (max(1, int(side * scale / cell)) * cell for side, cell in zip((height, width), grid, strict=True))
    while high * wide > max(area, grid[0] * grid[1]):
        high, wide = (high - grid[0], wide) if high >= wide else (high, wide - grid[1])
    length = min(count, frames)
    kept = 1 if length < 1 + time else 1 + (length - 1) // time * time
    return Bucket(kept, max(high, grid[0]), max(wide, grid[1]))


def windows(item: Item, card: Card, area: int, frames: int) -> Iterator[tuple[Bucket, Frames]]:
    """What is trained on of a file: a picture, or windows that follow one another, uint8 (T, H, W, 3)."""
    source = media.read_source(item.path)
    clip = source.clip
    if item.end:
        clip = Clip(clip.frames[item.first : item.end], clip.fps)
    if not len(clip.frames):
        raise MediaError(f"{printable(item.path)}: has no frame {item.first}; make the list again", "no_examples")
    if len(clip.frames) > 1:
        clip = media.retime(clip, Fraction(card.defaults["fps"]))
    height, width = clip.frames.shape[1:3]
    chosen = bucket(len(clip.frames), height, width, card, area, frames)
    fitted = media.fit(clip, chosen.width, chosen.height, "crop").frames
    for start in range(0, min(len(fitted), PARTS * chosen.frames) - chosen.frames + 1, chosen.frames):
        yield chosen, fitted[start : start + chosen.frames]


def order(buckets: Sequence[Bucket], batch: int, epoch: int, seed: int) -> list[list[int]]:
    """Batches of one epoch, each of one bucket; what is left over in one is filled up with its own again."""
    import torch

    draw = torch.Generator().manual_seed((seed * 1_000_003 + epoch) % 2**63)
    groups: dict[Bucket, list[int]] = {}
    for number, one in enumerate(buckets):
        groups.setdefault(one, []).append(number)
    found = []
    for one in sorted(groups):
        mixed = [groups[one][i] for i in torch.randperm(len(groups[one]), generator=draw).tolist()]
        short = -len(mixed) % batch
        mixed += [mixed[i % len(mixed)] for i in range(short)]
        found += [mixed[i : i + batch] for i in range(0, len(mixed), batch)]
    return [found[i] for i in torch.randperm(len(found), generator=draw).tolist()]


class Order:
    """The batch of every step: epoch after epoch, each in an order of its own."""

    def __init__(self, buckets: Sequence[Bucket], batch: int, seed: int) -> None:
        self._given = (buckets, batch)
        self._seed = seed
        self._each = len(order(buckets, batch, 0, seed))
        self._epoch, self._batches = -1, [[0]]

    def __call__(self, step: int) -> list[int]:
        epoch, place = divmod(step, self._each)
        if epoch != self._epoch:
            self._epoch, self._batches = epoch, order(*self._given, epoch, self._seed)
        return self._batches[place]
