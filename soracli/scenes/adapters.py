"""What files of `sora train lora` hold for a model that takes drafts: performers under names of their own, or a look.

A file is safetensors with the key `soracli` in its metadata, a JSON object (see `text`). Of a performer its tensors are
`cutout.0` .. : uint8 (bytes,), a PNG with alpha each. Of a look they are matrices of a low-rank adapter (Hu et al.
2021) in PEFT's names, and the metadata holds the colours that go with it. No torch.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError
from safetensors import SafetensorError, safe_open

from soracli.card import Card
from soracli.draft import PLAIN, Light
from soracli.errors import MediaError, UsageError, WeightsError, is_of_the_system
from soracli.formatting import printable, short
from soracli.scenes.known import Own, shipped
from soracli.scenes.known import named as named_library
from soracli.scenes.vocabulary import Library
from soracli.system import opening, parsing
from soracli.world.scene import Scene

KEY, VERSION = "soracli", 1
PERFORMER, LOOK = "performer", "look"
CUTOUT = "cutout.{}"  # name of a tensor
MOVES = ("walker", "driver", "flyer", "swimmer", "thing")
FACES = ("left", "right", "front")
MOST = 64  # cut-outs of a file
MOST_PIXELS = 40_000_000  # of a cut-out
METRES = (0.01, 1000.0)


@dataclass(frozen=True)
class Adapter:
    """One file. kind: PERFORMER or LOOK. base: name of the model that it is for. own: whom prompts mean by it.

    faces: where its cut-outs look. count: how many there are. grade: RGB and 1 -> RGB (3, 4) of a look, see
    `draft.Light`. scale: strength of `--lora FILE:SCALE`, of a look. made: how it came about, for people.
    """

    path: Path
    kind: str
    base: str
    own: Own
    faces: str = "front"
    count: int = 0
    grade: Light = field(default_factory=lambda: PLAIN, compare=False)
    scale: float = 1.0
    made: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def text(self) -> str:
        """The metadata of the file."""
        known: dict[str, Any] = {
            "version": VERSION, "kind": self.kind, "base": self.base, "name": self.own.name, "made": dict(self.made),
        }  # fmt: skip
        if self.kind == PERFORMER:
            known |= {"moves": self.own.kind, "metres": self.own.metres, "faces": self.faces, "count": self.count}
        else:
            known["grade"] = np.round(self.grade.astype(float), 5).tolist()
        return json.dumps(known, ensure_ascii=False)


def read(path: str | Path, scale: float = 1.0) -> Adapter | None:
    """What a file is; None if it is another trainer's. Raises WeightsError if it is damaged."""
    place = Path(path)
    try:
        opening.check(place)
        with safe_open(place, "np") as file:
            said = (file.metadata() or {}).get(KEY)
        if said is None:
            return None
        return _parsed(parsing.from_json(said), place, scale)
    except (SafetensorError, OSError, ValueError, TypeError, KeyError) as error:
        if is_of_the_system(error):
            raise
        raise WeightsError(
            f"{printable(place)}: cannot be read ({short(error)}); get it again, or make it with: sora train lora",
            "lora",
        ) from None


def _parsed(said: Mapping[str, Any], path: Path, scale: float) -> Adapter:
    """Raises ValueError, TypeError or KeyError for what this version does not write."""
    kind, version = str(said["kind"]), said["version"]
    if version != VERSION or kind not in (PERFORMER, LOOK):
        raise ValueError(f"it is of version {version}, and this one knows {VERSION}")
    name, base, made = str(said["name"]), str(said["base"]), dict(said.get("made") or {})
    json.dumps([name, base, made], ensure_ascii=False).encode()  # refuses halves of characters
    if kind == LOOK:
        grade = np.array(said["grade"], np.float32)
        if grade.shape != (3, 4) or not np.isfinite(grade).all():
            raise ValueError("its colours are no matrix")
        return Adapter(path, kind, base, Own(name), grade=grade, scale=scale, made=made)
    moves, metres, faces, count = str(said["moves"]), float(said["metres"]), str(said["faces"]), int(said["count"])
    if moves not in MOVES or faces not in FACES or not 1 <= count <= MOST or not METRES[0] <= metres <= METRES[1]:
        raise ValueError("what it says of its performer is out of bounds")
    return Adapter(path, kind, base, Own(name, moves, metres), faces, count, scale=scale, made=made)


def given(texts: Sequence[str]) -> tuple[Adapter, ...]:
    """Performers by their files, for verbs that ask no model. Raises UsageError for what is none."""
    found = []
    for text in texts:
        one = read(text) if Path(text).is_file() else None
        if one is None or one.kind != PERFORMER:
            why = "holds no performer" if Path(text).is_file() else "no such file"
            raise UsageError(f"--lora {printable(text)}: {why}; make one with: sora train lora DIR", "bad_lora")
        found.append(one)
    return tuple(found)


def library(known: Sequence[Adapter]) -> Library:
    """The pictures that a prompt may mean: those that ship, and these performers."""
    return named_library(tuple(one.own for one in known)) if known else shipped()


def of(card: Card) -> tuple[Adapter, ...]:
    """Of the model's adapters, those that are files of ours."""
    found = (read(path, scale) for path, scale in card.options.loras if Path(path).is_file())
    return tuple(one for one in found if one is not None)


def performers(card: Card) -> tuple[Adapter, ...]:
    """Of the model's adapters, those that hold a performer."""
    return tuple(one for one in of(card) if one.kind == PERFORMER)


def check(text: str, path: str, card: Card, scale: float = 1.0) -> None:
    """Whether a file may be given to a model by `--lora`. text: as typed. Raises UsageError if not."""
    found = read(path)
    takes = card.takes_drafts
    if found is None:
        if takes:
            raise UsageError(
                f"--lora {printable(text)}: model '{card.name}' takes only what sora train lora made for it", "no_lora"
            )
        return
    if found.base != card.name:
        raise UsageError(
            f"--lora {printable(text)}: was made for model '{printable(found.base)}'; use -m {printable(found.base)}",
            "bad_lora",
        )
    if found.kind == PERFORMER and scale != 1:
        raise UsageError(f"--lora {printable(text)}: a performer has no strength; leave :{scale:g} out", "bad_lora")


def grade(card: Card) -> Light:
    """The colours of all looks of a model, one after the other; PLAIN if there is none."""
    out = PLAIN
    for one in of(card):
        if one.kind == LOOK:
            out = joined(out, (1 - one.scale) * PLAIN + one.scale * one.grade)
    return out


def joined(first: Light, second: Light) -> Light:
    """One light, and then another."""
    if first is PLAIN or second is PLAIN:
        return second if first is PLAIN else first
    matrix = second[:, :3] @ first[:, :3]
    offset = second[:, :3] @ first[:, 3] + second[:, 3]
    return np.concatenate([matrix, offset[:, None]], 1).astype(np.float32)


def graded(pixels: npt.NDArray[np.uint8], light: Light) -> npt.NDArray[np.uint8]:
    """Opaque pixels (..., 3) in a light."""
    if light is PLAIN:
        return pixels
    lit = pixels.astype(np.float32) @ light[:, :3].T + 255 * light[:, 3]
    out: npt.NDArray[np.uint8] = np.rint(lit.clip(0, 255)).astype(np.uint8)
    return out


# --- performers -------------------------------------------------------------------------------------------------------


def cutout(path: str | Path, number: int = 1) -> Image.Image:
    """Cut-out `number` of a performer, from 1 on, RGBA; -number: mirrored.

    Raises MediaError if the file holds no such thing.
    """
    try:
        found = read(path)
    except WeightsError as error:
        raise MediaError(str(error), "picture") from None
    if found is None or found.kind != PERFORMER:
        raise MediaError(f"{printable(path)}: holds no performer; make one with: sora train lora", "picture")
    if not 1 <= abs(number) <= found.count:
        raise MediaError(f"{printable(path)}@{number}: has {found.count} pictures", "picture_box")
    try:
        with safe_open(path, "np") as file:
            data: npt.NDArray[np.uint8] = file.get_tensor(CUTOUT.format(abs(number) - 1))
        with Image.open(io.BytesIO(data.tobytes()), formats=("PNG",)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise ValueError("it is too large")
            shown = picture.convert("RGBA")
    except (SafetensorError, UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        if is_of_the_system(error):
            raise
        raise MediaError(f"{printable(path)}@{number}: cannot be read ({short(error)})", "picture") from None
    return shown.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if number < 0 else shown


def played(scenes: Sequence[Scene], known: Sequence[Adapter]) -> tuple[Scene, ...]:
    """Scenes whose performers of these names are played by their cut-outs: of several alike each by another one."""
    return tuple(_played(scene, {one.own.name: one for one in known}) for scene in scenes)


def _played(scene: Scene, known: Mapping[str, Adapter]) -> Scene:
    cast, seen = list(scene.performers), dict.fromkeys(known, scene.seed)
    for i, performer in enumerate(cast):
        one = known.get(performer.name)
        if one is None or performer.picture:
            continue
        number = 1 + seen[performer.name] % one.count
        seen[performer.name] += 1
        away = {"left": "right", "right": "left"}.get(one.faces)
        turned = away is not None and performer.direction == away
        cast[i] = replace(performer, picture=f"{one.path}@{-number if turned else number}")
    return replace(scene, performers=tuple(cast))


def absent(scenes: Sequence[Scene], known: Sequence[Adapter]) -> list[str]:
    """A note for each of whom nothing is to be seen."""
    there = {performer.name for scene in scenes for performer in scene.performers}
    return [note(one) for one in known if one.own.name not in there]


def note(one: Adapter) -> str:
    """That nothing is to be seen of a performer."""
    return f"--lora {printable(one.path.name)}: nobody here is called '{printable(one.own.name)}', so it is not seen."


def named(text: str, known: Sequence[Adapter]) -> tuple[Adapter, ...]:
    """Those whom a prompt names, in the singular or in the plural."""
    from soracli.world.language.grammar import plural

    said = f" {' '.join(''.join(c if c.isalnum() or c in '-’' else ' ' for c in text.lower()).split())} "
    return tuple(one for one in known if any(f" {word} " in said for word in (one.own.name, plural(one.own.name))))


def bounded(metres: float) -> bool:
    """Whether a length is one that a performer may have."""
    return math.isfinite(metres) and METRES[0] <= metres <= METRES[1]
