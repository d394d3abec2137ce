"""A performer from a folder of pictures: its cut-outs in one file. Nothing is learnt; prompts find it by its name."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from soracli.card import Card
from soracli.errors import UsageError
from soracli.finetuning.cutting import ALPHA, Cut, cuts
from soracli.formatting import printable, suggest
from soracli.scenes import adapters
from soracli.scenes.adapters import PERFORMER, Adapter
from soracli.scenes.known import Own

LONGEST = 40  # letters of a name
_NAME = re.compile(r"[^\W\d_][\w’'-]*(?: [\w’'-]+){0,3}")


class Made(NamedTuple):
    """data: the file. cuts: what is in it, in order. notes: what the user should know."""

    adapter: Adapter
    data: bytes
    cuts: list[Cut]
    notes: list[str]


def name_of(text: str) -> tuple[str, list[str]]:
    """A name as prompts have it, lower case, and notes. Raises UsageError for a name that prompts could not mean."""
    from soracli.scenes.known import shipped
    from soracli.scenes.vocabulary import vocabulary

    name = " ".join(text.lower().replace("_", " ").split())
    if not _NAME.fullmatch(name) or len(name) > LONGEST:
        raise UsageError(
            f"--name {printable(text)}: must be a word or up to four, at most {LONGEST} letters", "bad_name"
        )
    words = vocabulary(shipped())
    meant = words.phrases.get(name)
    slots = [entry.slot for entry in meant if entry.slot not in ("name", "silent")]
    if slots:
        raise UsageError(f"--name {printable(name)}: prompts mean a {slots[0]} by it; give it another name", "bad_name")
    known = next((entry for entry in meant if entry.slot == "name" and not entry.near), None)
    notes = [f"with this file '{name}' means yours, and not the library's {known.value}."] if known else []
    return name, notes


def own(name: str, moves: str | None, metres: str | None) -> Own:
    """Raises UsageError for what no performer can be."""
    kind = moves or adapters.MOVES[0]
    if kind not in adapters.MOVES:
        raise UsageError(
            f"--moves {printable(kind)}: must be one of {', '.join(adapters.MOVES)}{suggest(kind, adapters.MOVES)}",
            "bad_moves",
        )
    try:
        length = float((metres or "1").removesuffix("m"))
    except ValueError:
        length = -1.0
    if not adapters.bounded(length):
        low, high = adapters.METRES
        raise UsageError(f"--metres {printable(metres or '')}: must be metres, {low:g}..{high:g}", "bad_metres")
    return Own(name, kind, length)


def made(card: Card, one: Own, faces: str | None, paths: Sequence[Path], about: dict[str, Any]) -> Made:
    """Cut out every picture. about: how the file came about."""
    side = faces or "front"
    if side not in adapters.FACES:
        raise UsageError(f"--faces {printable(side)}: must be one of {', '.join(adapters.FACES)}", "bad_faces")
    found = [cut for path in paths for cut in cuts(path)]
    notes = []
    if len(found) > adapters.MOST:
        notes.append(f"{len(found)} pictures: the first {adapters.MOST} are taken.")
        found = found[: adapters.MOST]
    for how, count in Counter(cut.how for cut in found if cut.how != ALPHA).items():
        which = "by the one colour behind it" if how == "background" else "by the people in it"
        notes.append(f"{count} of {len(found)} pictures had no transparency and were cut out {which}; look at them.")
    adapter = Adapter(Path(), PERFORMER, card.name, one, side, len(found), made=about)
    tensors = {adapters.CUTOUT.format(i): np.frombuffer(_png(cut), np.uint8) for i, cut in enumerate(found)}
    return Made(adapter, packed(tensors, adapter.text()), found, notes)


def packed(tensors: dict[str, Any], text: str) -> bytes:
    """A file's bytes."""
    from safetensors.numpy import save

    return save(tensors, {"format": "pt", adapters.KEY: text})


def _png(cut: Cut) -> bytes:
    """A cut-out whose longer side is at most that of a cell of scenes."""
    from soracli.finetuning.cutting import SIDE

    picture = Image.fromarray(cut.rgba, "RGBA")
    scale = SIDE / max(picture.size)
    if scale < 1:
        size = max(round(picture.width * scale), 1), max(round(picture.height * scale), 1)
        picture = picture.convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA")
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
