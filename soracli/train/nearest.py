"""Make `soracli/scenes/nearest.safetensors`: sentence vectors of what a scene can show, for nouns that no table has.

    python -m soracli.train.nearest

A picture has a row for its name and one for each of the first words that it is called by; a place for each of its
nouns. Needs the bundled text encoder and the library's index.
"""

from __future__ import annotations

import json
import sys

import numpy as np
from safetensors.numpy import save_file

from soracli import weights
from soracli.scenes.known import shipped
from soracli.scenes.nearest import BYTE, FILE, vectors
from soracli.scenes.vocabulary import DRAWN, LIKE_SCENERY, Library, split, tables
from soracli.sentences import of

MOST = 2  # words of one picture
UNLIKE = ("face", "hand", "finger", "fist", "o’clock", "thirty", "button", "symbol", "index", "palm")
PEOPLE = ("man ", "woman ", "person ", "men ", "women ", "people ")


def rows(known: Library) -> list[tuple[str, str, str]]:
    """(slot, value, word) of everything that a noun may be near to."""
    words, nouns = tables()
    found: list[tuple[str, str, str]] = []
    for name in known.names():
        low = name.lower()
        if low.startswith(PEOPLE) or low in LIKE_SCENERY or any(part in low.split() for part in UNLIKE):
            continue
        called = dict.fromkeys([low, *split(nouns["same"].get(name, ""))])
        found += [("name", name, word) for word in list(called)[:MOST]]
    for place in DRAWN:
        called = dict.fromkeys([*split(words["place"]["same"][place]), *split(words["place"]["near"].get(place, ""))])
        found += [
            ("place", place, word) for word in called if not word.startswith(("in ", "on ", "across ", "through "))
        ]
    return found


def main(known: Library | None = None) -> None:
    encoder = of(weights.card("spark"))
    assert encoder is not None
    table = rows(known or shipped())
    found = vectors([word for _, _, word in table], encoder)
    labels = json.dumps([[slot, value] for slot, value, _ in table])
    save_file({"rows": np.round(found * BYTE).astype(np.int8)}, FILE, metadata={"labels": labels})
    print(f"{len(table)} words: {FILE.stat().st_size} bytes", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
