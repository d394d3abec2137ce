"""Nouns that no table has: the nearest picture of the library, or place, by sentence vectors, and how far it is.

The vectors of what can be drawn are kept in nearest.safetensors, one row a word (`python -m soracli.train nearest`):
N words, D = 384, unit length about the mean of all nouns, as bytes of 1/127.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from soracli.lexicon import CARRIER, CENTRE, FAR
from soracli.scenes.vocabulary import Vocabulary
from soracli.world import grammar

if TYPE_CHECKING:
    from soracli.sentences import Floats, Sentences

FILE = Path(__file__).with_name("nearest.safetensors")
BYTE = 127


class Near(NamedTuple):
    """slot: `name` or `place`. value: in the world's words. cosine: how near, -1..1."""

    slot: str
    value: str
    cosine: float

    @property
    def far(self) -> bool:
        return self.cosine < FAR

    def note(self, word: str) -> str:
        """One sentence for the user."""
        if self.far:
            return f"nothing in the library is like '{word}'; {self.value} is drawn, far as it is ({self.cosine:.2f})."
        return f"'{word}' is not in the library; it is drawn as the nearest: {self.value} ({self.cosine:.2f})."


class Known(NamedTuple):
    """labels: (slot, value) of each row. rows: (N, D)."""

    labels: tuple[tuple[str, str], ...]
    rows: Floats


def nearest(words: Sequence[str], slot: str, vocabulary: Vocabulary) -> Mapping[str, Near]:
    """Word -> the nearest picture (`name`) or place (`place`). Empty if the text encoder or the table is not there."""
    from soracli.sentences import Sentences  # noqa: F401  (numpy only here)

    encoder, table = _encoder(), known()
    if encoder is None or table is None or not words:
        return {}
    import numpy as np

    fits = np.array(
        [kind == slot and (kind == "place" or value in vocabulary.pictures) for kind, value in table.labels]
    )
    if not fits.any():
        return {}
    near = vectors([grammar.singular(word) for word in words], encoder) @ table.rows.T  # (W, N)
    best = np.where(fits, near, -2.0).argmax(axis=1)
    return {word: Near(slot, table.labels[i][1], float(row[i])) for word, i, row in zip(words, best, near, strict=True)}


def vectors(words: Sequence[str], encoder: Sentences) -> Floats:
    """Unit vectors (N, D) of words inside the carrier sentence, about the mean of all nouns."""
    from soracli.sentences import unit

    said = encoder([CARRIER.format(word) for word in words])
    return unit(said - _origin(encoder))


@cache
def _origin(encoder: Sentences) -> Floats:
    return encoder([CARRIER.format(word) for word in CENTRE]).mean(axis=0)  # type: ignore[no-any-return]


@cache
def known() -> Known | None:
    """The table of what can be drawn, None if it is not there."""
    import numpy as np
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(FILE, "np") as file:
            labels = json.loads(file.metadata()["labels"])
            rows = file.get_tensor("rows").astype(np.float32) / BYTE
    except (OSError, SafetensorError, KeyError, TypeError, ValueError):
        return None
    return Known(tuple((slot, value) for slot, value in labels), rows)


@cache
def _encoder() -> Sentences | None:
    """That of the bundled text encoder."""
    from soracli import weights
    from soracli.errors import WeightsError
    from soracli.sentences import of

    try:
        return of(weights.card("spark"))
    except WeightsError:
        return None
