"""Make `soracli/scenes/nearest.json`: what is nearest to each usual English word that no list of the reader has.

    python -m soracli.train.nearest

A picture is known by its name and the first words that it is called by, a place by each of its nouns. Needs the bundled
text encoder and the library's index.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import numpy as np

from soracli.prompts.sentence_encoder import Floats, Sentences, of, unit
from soracli.prompts.vocabulary import CARRIER, CENTRE
from soracli.scenes.known import shipped
from soracli.scenes.nearest import FILE, LEAST
from soracli.scenes.spans import english
from soracli.scenes.vocabulary import DRAWN, LIKE_SCENERY, Library, is_verb, split, tables, vocabulary
from soracli.weights import manifest
from soracli.world.language import grammar

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
        called = dict.fromkeys(
            [*split(words["place"]["same"].get(place, "")), *split(words["place"]["near"].get(place, ""))]
        )
        found += [
            ("place", place, word) for word in called if not word.startswith(("in ", "on ", "across ", "through "))
        ]
    return found


def words(known: Library) -> list[str]:
    """The usual words of English that could be nouns and that no list has."""
    table = vocabulary(known)
    plain = {grammar.singular(word) for word in english() if word.isascii()}
    return [word for word in sorted(plain) if not (table.phrases.get(word) or is_verb(word) or word in table.singles)]


def vectors(said: Sequence[str], encoder: Sentences) -> Floats:
    """Unit vectors (N, 384) of words inside the carrier sentence, about the mean of all nouns."""
    origin = encoder([CARRIER.format(word) for word in CENTRE]).mean(axis=0)
    return unit(np.concatenate([encoder([CARRIER.format(word) for word in said[i : i + 256]])
                                for i in range(0, len(said), 256)]) - origin)  # fmt: skip


def main(known: Library | None = None) -> None:
    """Write the table of the nearest known word of each English word."""
    encoder = of(manifest.card("spark"))
    assert encoder is not None
    known = known or shipped()
    table, asked = rows(known), words(known)
    cosines = vectors(asked, encoder) @ vectors([word for _, _, word in table], encoder).T  # (W, N)
    found: dict[str, dict[str, tuple[str, int]]] = {}
    for slot, least in LEAST.items():
        fits = np.array([one == slot for one, _, _ in table])
        best = np.where(fits, cosines, -2.0).argmax(axis=1)
        for word, i, row in zip(asked, best, cosines, strict=True):
            if row[i] >= least:
                found.setdefault(word, {})[slot] = (table[i][1], round(float(row[i]) * 100))
    FILE.write_text(json.dumps(dict(sorted(found.items())), ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
    print(f"{len(found)} words: {FILE.stat().st_size} bytes", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
