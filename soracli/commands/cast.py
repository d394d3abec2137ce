"""`sora cast`: the library of pictures that scenes are played by: list, show, search."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from soracli.console.output import emit, print_out, print_rows
from soracli.errors import UsageError
from soracli.formatting import printable
from soracli.options import parse
from soracli.pipeline import deliver, output_paths
from soracli.pipeline.deliver import Form
from soracli.prompts import sentence_encoder
from soracli.weights import manifest

if TYPE_CHECKING:
    from soracli.scenes.library import Entry

COUNT = 10  # results of a search
FAR = 0.45  # cosine below which the nearest picture is no likeness (as in `vocabulary`)
SHOWN = 6  # drawings of a loop on the picture that `show` writes


class Found(NamedTuple):
    """name: of an entry. by: `name`, `synonym`, `tag` or `meaning`. near: 1, or the cosine of meanings."""

    name: str
    by: str
    near: float


def show_all(kind: str | None, *, as_json: bool) -> None:
    """Every entry: name, kind, whether it moves, and what else it is called."""
    from soracli.scenes import library

    rows = [entry for entry in library.entries().values() if kind in (None, entry.kind)]
    if not rows:
        kinds = sorted({entry.kind for entry in library.entries().values()})
        raise UsageError(f"--kind {printable(kind or '')}: must be one of {', '.join(kinds)}", "bad_kind")
    if as_json:
        emit({"entries": [_told(entry) for entry in rows]})
        return
    print_rows(((entry.name, _line(entry)) for entry in rows), 1 + max(len(entry.name) for entry in rows))


def _line(entry: Entry) -> str:
    others = [word for word in entry.called if word != entry.name.lower()]
    moves = "moving" if entry.frames > 1 else "still"
    return f"{entry.kind:<8} {moves:<7} {entry.metres:>6g} m  {', '.join(others[:4])}".rstrip()


def show(name: str, output: str | None, *, force: bool, as_json: bool) -> None:
    """One entry, and with an output a PNG of it with alpha: its drawing, or six of its loop side by side."""
    from soracli.scenes import library

    entry = library.entry(name)
    told = _told(entry)
    if output is not None:
        told["path"] = _written(entry, output, force=force)
    if as_json:
        emit(told)
    elif output is not None:
        print_out(f"{told['path']}\n")
    else:
        print_rows(((key, ", ".join(value) if isinstance(value, list) else value) for key, value in told.items()), 8)


def _told(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name, "kind": entry.kind, "group": entry.group, "faces": entry.faces, "metres": entry.metres,
        "frames": entry.frames, "loop": "walks" if entry.stride else "gesture" if entry.frames > 1 else "still",
        "called": list(entry.called), "tags": list(entry.tags),
    }  # fmt: skip


def _written(entry: Entry, output: str, *, force: bool) -> str:
    import numpy as np
    import torch

    from soracli.commands.animatic import shown
    from soracli.scenes import library
    from soracli.scenes.animatic import Animatic

    if Path(output).suffix.lower() != ".png":
        raise UsageError(f"-o {printable(output)}: a drawing is written as .png", "bad_output")
    art = library.drawing(entry)
    art = art[:: max(len(art) // SHOWN, 1)]
    row = torch.from_numpy(np.concatenate(list(art), 1))[None]
    picture = shown(Animatic(row[..., :3], row[..., 3]), alpha=True)
    outputs = output_paths.outputs(output, None, {"slug": entry.name}, [0], 1, force=force)
    height, width = picture.shape[1:3]
    form = Form((width, height), Fraction(1), None, "lossless", force, alpha=True)
    return str(deliver.write(form, outputs, [picture]).path)


def find(words: str, count: int, *, as_json: bool) -> None:
    """Entries by names and synonyms, then by tags, then by meaning; how near the nearest is, is said."""
    from soracli.console.progress import Talk

    found = search(words, count)
    talk = Talk("plain")
    if found and found[0].by == "meaning":
        near = f"the nearest in meaning is '{found[0].name}' ({found[0].near:.2f})"
        talk.note(f"nothing is called '{printable(words)}'; {near}{', which is far' if found[0].near < FAR else ''}.")
    if as_json:
        emit({"words": words, "found": [row._asdict() for row in found]})
    else:
        print_rows(((row.name, f"{row.by:<8} {row.near:.2f}") for row in found), 24)


def search(words: str, count: int = COUNT) -> list[Found]:
    """The best entries for some words, best first."""
    from soracli.scenes import library
    from soracli.world.language.grammar import singular

    if not words.strip():
        raise UsageError("cast search: needs words; such as: sora cast search sheep dog", "no_words")
    text = parse.clean_text(words, "cast search").lower()
    found: dict[str, Found] = {}
    for word in dict.fromkeys((text, singular(text))):
        if name := library.names().get(word):
            found.setdefault(name, Found(name, "name" if name.lower() == word else "synonym", 1.0))
    whole = re.compile(rf"\b{re.escape(singular(text))}\b")
    for entry in library.entries().values():
        if any(whole.search(called) for called in entry.called):
            found.setdefault(entry.name, Found(entry.name, "synonym", 1.0))
    for entry in library.entries().values():
        if text in entry.tags or singular(text) in entry.tags:
            found.setdefault(entry.name, Found(entry.name, "tag", 1.0))
    if len(found) < count:
        for row in _by_meaning(text):
            found.setdefault(row.name, row)
    return list(found.values())[:count]


def _by_meaning(text: str) -> list[Found]:
    """All entries, by the cosine of their best name's sentence vector with the text's."""
    encoder = sentence_encoder.of(manifest.card("spark"))
    if encoder is None:
        return []
    names, vectors = _vectors()
    near = vectors @ encoder([text])[0]
    order = near.argsort()[::-1]
    return [Found(names[i], "meaning", round(float(near[i]), 3)) for i in order[:50]]


@cache
def _vectors() -> tuple[tuple[str, ...], Any]:
    """Names and the sentence vectors of what each is called first."""
    from soracli.scenes import library

    encoder = sentence_encoder.of(manifest.card("spark"))
    assert encoder is not None
    rows = list(library.entries().values())
    return tuple(row.name for row in rows), encoder([row.called[0] if row.called else row.name for row in rows])
