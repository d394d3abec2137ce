"""Pack the drawings of the training material into the library of pictures that ships.

In: a folder with `actors_animated/`, `actors_still/` and `words.json`, and `cast.toml` beside this module (what is
known by looking at the drawings). Out: shards of named uint8 blobs (`cast-0000i-of-0000n.safetensors`) and
`cast.json`, the index: names, synonyms, tags, kind, facing, size. An animated drawing becomes an AVIF sequence of 36
frames of 128 x 128, its colour premultiplied, in 4:4:4 so that rims stay clean; a still one stays the WebP that it is
(192 x 192).
"""

from __future__ import annotations

import io
import json
import os
import re
import tarfile
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from soracli.draft import extent
from soracli.errors import WeightsError
from soracli.prompts import sentence_encoder
from soracli.scenes import drawn as coded
from soracli.weights import manifest
from soracli.world.assets import CELL, FRAMES, GRID, Sprites, load_actors
from soracli.world.bodies import embodied, outside
from soracli.world.language.actors import CORE_ACTORS, MORE_ACTORS
from soracli.world.language.words import ACTORS, VAGUE

KNOWN = Path(__file__).with_suffix(".toml")
QUALITY = 56  # of 100; 36 dB on the drawing against its source, 42 dB in its alpha
SHARD = 8_000_000  # bytes, at most
NEAR = 0.55  # cosine from which a word of the lists counts as another name
SHARED = 2  # drawings that may have a word in common before it is vague
BODY_STRIDE = 0.4  # cells of ground that legs drawn by code walk in a loop
DEEPEST = 0.55  # largest saddle, share of a drawing's height
DRAWN = 24  # alpha (of 255) from which a pixel counts as part of the drawing
TOPMOST = 0.22  # of the height of what is drawn, in which its head is looked for
Blobs = dict[str, bytes]
Vectors = Callable[[Sequence[str]], npt.NDArray[np.float32]]


class Row(NamedTuple):
    """A drawing of the material. code: its code point. words: tags and keywords of the lists, as they are."""

    name: str
    code: str
    group: str
    animated: bool
    words: tuple[str, ...]


def pack(assets: Path, out: Path, index: Path, run: Path, say: Callable[[str], None] = print) -> list[Path]:
    """Write the shards into `out` and the index to `index`. run: folder that keeps what is encoded already."""
    known = tomllib.loads(KNOWN.read_text("utf-8"))
    rows = [row for row in listed(assets) if not left_out(row, known["left_out"])]
    run.mkdir(parents=True, exist_ok=True)
    blobs: Blobs = {}
    boxes: dict[str, tuple[float, ...]] = {}
    saddles: dict[str, float] = {}
    heads: dict[str, tuple[float, float]] = {}
    for row, frames in _animated(assets, [row for row in rows if row.animated]):
        kept = run / f"{row.code}.avif"
        if not kept.is_file():
            kept.with_suffix(".part").write_bytes(encoded(frames))
            os.replace(kept.with_suffix(".part"), kept)
            say(f"{row.name}: {kept.stat().st_size} bytes")
        blobs[row.code], frames = kept.read_bytes(), whole(row.name, frames, known)
        boxes[row.code], saddles[row.code] = box(frames), saddle(frames)
        heads[row.code] = head(frames)
    for row, picture, blob in _still(assets, [row for row in rows if not row.animated]):
        picture = with_body(row.name, picture, known)
        blobs[row.code], boxes[row.code], saddles[row.code] = blob, box(picture), saddle(picture)
        if len(picture) == FRAMES:
            heads[row.code] = head(picture)
    index.write_text(_index([*entries(rows, known, boxes, saddles, heads), *by_code(known)]), "utf-8")
    return _shards(blobs, out)


def redraw(index: Path) -> None:
    """Write the entries of what code draws into an index anew; those of packed pictures stay."""
    known = tomllib.loads(KNOWN.read_text("utf-8"))
    packed = [row for row in json.loads(index.read_text("utf-8")) if not row["code"].startswith(coded.PREFIX)]
    index.write_text(_index([*packed, *by_code(known)]), "utf-8")


def whole(name: str, frames: Sprites, known: dict[str, Any]) -> Sprites:
    """The frames of a drawing, with the rest of its body if it is a person's head or bust."""
    kind = bodies(known).get(name)
    frames = outside(frames, name)
    return embodied(frames, kind, name) if kind else frames


def with_body(name: str, picture: Sprites, known: dict[str, Any]) -> Sprites:
    """A still drawing (1, side, side, 4), or a loop of one who has a body drawn by code, (36, 128, 128, 4)."""
    if name not in bodies(known):
        return picture
    small = Image.fromarray(picture[0]).convert("RGBa").resize((CELL, CELL), Image.Resampling.LANCZOS)
    return whole(name, np.repeat(np.asarray(small)[None], FRAMES, axis=0), known)


def bodies(known: dict[str, Any]) -> dict[str, str]:
    """Names of those who are drawn without a body -> `head`, `bust`, `beast` or `squat`."""
    return {name: kind for kind, names in known["body"].items() for name in names}


def listed(assets: Path) -> list[Row]:
    """All drawings of the material, in its order."""
    path = assets / "words.json"
    try:
        rows = json.loads(path.read_text("utf-8"))
        return [Row(r["name"], r["code"], r["group"], bool(r["animated"]), (*r["tags"], *r["keywords"])) for r in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{path}: cannot be read as a word list ({error!r}); pass --assets", "no_assets") from None


def left_out(row: Row, rules: dict[str, list[str]]) -> bool:
    """Whether the rules of cast.toml keep a drawing out."""
    if row.name in rules["but"]:
        return False
    if row.group in rules["groups"] or row.name in rules["names"]:
        return True
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", row.name) for word in rules["words"])


def _animated(assets: Path, rows: list[Row]) -> Iterator[tuple[Row, Sprites]]:
    """Each animated drawing with its frames, uint8 (36, 128, 128, 4) premultiplied; a pack is decoded at a time."""
    order = [r["name"] for r in json.loads((assets / "actors_animated" / "index.json").read_text("utf-8"))]
    by_name = {row.name: row for row in rows}
    for start in range(0, len(order), GRID**2):
        names = [name for name in order[start : start + GRID**2] if name in by_name]
        if names:
            bank = load_actors(assets, names)
            for name, frames in zip(names, bank.frames.numpy(), strict=True):
                yield by_name[name], frames


def _still(assets: Path, rows: list[Row]) -> Iterator[tuple[Row, Sprites, bytes]]:
    """Each still drawing: uint8 (1, side, side, 4), and the file that it is."""
    with tarfile.open(assets / "actors_still" / "actors192.tar") as tar:
        members = {Path(member.name).stem: member for member in tar.getmembers()}
        for row in rows:
            file = tar.extractfile(members[row.code])
            if file is None:
                raise WeightsError(f"{row.name}: its picture is a folder; copy the training material again")
            blob = file.read()
            with Image.open(io.BytesIO(blob)) as picture:
                yield row, np.asarray(picture.convert("RGBA"))[None], blob


def encoded(frames: Sprites) -> bytes:
    """An AVIF sequence of uint8 (36, 128, 128, 4). Colour stays premultiplied: the codec does not touch it."""
    pictures = [Image.frombytes("RGBA", (CELL, CELL), frame.tobytes()) for frame in frames]
    out = io.BytesIO()
    pictures[0].save(
        out, "AVIF", save_all=True, append_images=pictures[1:], quality=QUALITY, speed=6, subsampling="4:4:4",
        max_threads=1, duration=66,
    )  # fmt: skip
    return out.getvalue()


def box(frames: Sprites) -> tuple[float, ...]:
    """x0 y0 x1 y1 of what most of the frames (T, side, side, 4) draw, in shares of the cell."""
    drawn = frames[..., 3] > DRAWN
    side = frames.shape[1]
    edges = [_edges(frame) for frame in drawn if frame.any()]
    middle = np.median(np.array(edges or [(0, 0, side, side)]), axis=0) / side
    return tuple(round(float(value), 3) for value in middle)


def saddle(frames: Sprites) -> float:
    """Where something on it rests: share of the drawing's height from its top, 0 to DEEPEST.

    The median of where the middle of the first of the frames (T, side, side, 4) begins, from above.
    """
    drawn = frames[0, ..., 3] > DRAWN
    if not drawn.any():
        return 0.0
    left, top, right, bottom = _edges(drawn)
    wide = right - left
    middle = drawn[top:bottom, left + round(0.35 * wide) : max(right - round(0.35 * wide), left + 1)]
    begins = np.where(middle.any(0), middle.argmax(0), bottom - top)
    return round(min(float(np.median(begins)) / (bottom - top), DEEPEST), 3)


def head(frames: Sprites) -> tuple[float, float]:
    """x of the middle and width of the head, shares of the cell: the most solid part of the top of what is drawn.

    frames: (T, side, side, 4). Median over them; (0.5, 0.5) if nothing is drawn.
    """
    found = [_topmost(frame) for frame in frames[..., 3] > DRAWN if frame.any()]
    x, wide = np.median(np.array(found or [(0.5, 0.5)]), axis=0)
    return round(float(x), 3), round(float(wide), 3)


def _topmost(drawn: npt.NDArray[np.bool_]) -> tuple[float, float]:
    rows = np.flatnonzero(drawn.any(1))
    tall = max(round((rows[-1] + 1 - rows[0]) * TOPMOST), 1)
    columns = drawn[rows[0] : rows[0] + tall].sum(0)
    ends = np.flatnonzero(np.diff(np.concatenate(([0], columns > 0, [0])).astype(int)))
    first, last = max(zip(ends[::2], ends[1::2], strict=True), key=lambda run: columns[run[0] : run[1]].sum())
    part = columns[first:last]
    middle = float((np.arange(first, last) * part).sum() / part.sum()) + 0.5
    return middle / len(columns), float(last - first) / len(columns)


def _edges(drawn: npt.NDArray[np.bool_]) -> tuple[int, int, int, int]:
    rows, columns = extent(drawn)
    return columns.start, rows.start, columns.stop, rows.stop


def entries(
    rows: list[Row],
    known: dict[str, Any],
    boxes: dict[str, tuple[float, ...]],
    saddles: dict[str, float],
    heads: dict[str, tuple[float, float]],
    vectors: Vectors | None = None,
) -> list[dict[str, Any]]:
    """The index's entries: see `soracli.scenes.library.Entry`. heads: of what moves, by code."""
    acting = {entry.name: entry for entry in (*CORE_ACTORS, *MORE_ACTORS)}  # what was trained first stays as it was
    kinds = {name: kind for kind, names in known["kind"].items() for name in names}
    kinds |= {name: entry.kind for name, entry in acting.items()}
    faces = {name: way for way, names in known["faces"].items() for name in names}
    faces |= {name: entry.faces for name, entry in acting.items()}
    metres = {name: float(size) for size, names in known["metres"].items() for name in names}
    unfit = frozenset(known["not_names"]["words"].split())
    parts = bodies(known)
    called = names_of(rows, known["called"], unfit, vectors or _vectors())
    return [
        {
            "name": row.name,
            "code": row.code,
            "group": row.group,
            "frames": FRAMES if row.animated or row.name in parts else 1,
            "kind": kinds.get(row.name) or ("walker" if row.group == "People & Body" else "thing"),
            "faces": faces.get(row.name, "left" if parts.get(row.name) == "beast" else "front"),
            "metres": metres.get(row.name) or (1.7 if row.group == "People & Body" else 0.3),
            "tilt": known["tilt"].get(row.name, 0.0),
            "stride": known["stride"].get(row.name, BODY_STRIDE if row.name in parts else 0.0),
            "box": list(boxes[row.code]),
            "saddle": known["saddle"].get(row.name, saddles[row.code]),
            **({"head": list(known["head"].get(row.name) or heads[row.code])} if row.code in heads else {}),
            **({"body": parts[row.name]} if row.name in parts else {}),
            "called": called[row.name],
            "tags": sorted({word.lower() for word in row.words if word.isascii()} - {row.name.lower()}),
        }
        for row in rows
    ]


def by_code(known: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries of what code draws: see `soracli.scenes.drawn`."""
    found = []
    for name, row in known["drawn"].items():
        cells = coded.frames(name, row["frames"], CELL)
        found.append({
            "name": name, "code": f"{coded.PREFIX}{name.replace(' ', '-')}", "group": "Drawn by code",
            "frames": row["frames"], "kind": row.get("kind", "thing"),
            "faces": row.get("faces", "front"), "metres": row["metres"], "tilt": 0.0,
            "stride": row.get("stride", 0.0), "box": list(box(cells)),
            "saddle": known["saddle"].get(name, saddle(cells)), "called": [name, *row["called"]], "tags": row["tags"],
        })  # fmt: skip
    return found


def names_of(
    rows: list[Row], known: dict[str, list[str]], unfit: frozenset[str], vectors: Vectors
) -> dict[str, list[str]]:
    """What people call each drawing, best first.

    First its own name and the words of cast.toml and `world.words`. Then those of the lists that no other drawing is
    called, that at most SHARED drawings have, that are neither vague nor `unfit`, and whose sentence vector is near the
    name's.
    """
    by_hand = {row.name: [*known.get(row.name, ()), *ACTORS.get(row.name, ())] for row in rows}
    taken = {word.lower() for words in by_hand.values() for word in words} | {row.name.lower() for row in rows}
    common = Counter(word.lower() for row in rows for word in set(row.words))
    vague = unfit | frozenset(VAGUE.split())
    found: dict[str, list[str]] = {}
    for row in rows:
        name = row.name.lower().replace("’", "'")
        words = dict.fromkeys(word.lower().replace("_", " ") for word in row.words)
        parts = set(re.split(r"\W+", name))
        free = [
            word
            for word in words
            if re.fullmatch(r"[a-z][a-z' ]{2,}", word)
            and word not in taken | vague | parts
            and word.rstrip("s") not in parts
            and common[word] <= SHARED
        ]
        near = _near(name, free, vectors)
        found[row.name] = list(dict.fromkeys([*(word.lower() for word in by_hand[row.name]), name, *near]))
    return found


def _near(name: str, words: list[str], vectors: Vectors) -> list[str]:
    """Those of the words that mean what the name means."""
    if not words:
        return []
    rows = vectors([name, *words])
    return [word for word, near in zip(words, rows[1:] @ rows[0], strict=True) if near >= NEAR]


def _vectors() -> Vectors:
    encoder = sentence_encoder.of(manifest.card("spark"))
    if encoder is None:
        raise WeightsError("spark has no text encoder; run: sora model verify", "no_text_encoder")
    return encoder


def _index(rows: list[dict[str, Any]]) -> str:
    """One entry a line, so that a change can be read."""
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"


def _shards(blobs: Blobs, out: Path) -> list[Path]:
    """Write blobs in order into as few shards as their limit allows."""
    from safetensors.numpy import save_file

    groups: list[Blobs] = [{}]
    for name, blob in blobs.items():
        if sum(map(len, groups[-1].values())) + len(blob) > SHARD:
            groups.append({})
        groups[-1][name] = blob
    paths = [out / f"cast-{k:05d}-of-{len(groups):05d}.safetensors" for k in range(1, len(groups) + 1)]
    for path, group in zip(paths, groups, strict=True):
        save_file({name: np.frombuffer(blob, np.uint8).copy() for name, blob in group.items()}, path)
    return paths
