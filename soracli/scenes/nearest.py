"""English nouns that no list has: the nearest picture of the library, or place, and how near it is.

The nearest of every usual word of English are kept in nearest.json (`python -m soracli.train.nearest`), found by
sentence vectors; a word that is not among them is not guessed at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from soracli.scenes.vocabulary import Vocabulary
from soracli.world.language import grammar

FILE = Path(__file__).with_name("nearest.json")
LEAST = {"name": 0.5, "place": 0.55}  # cosines below which there is no likeness


class Near(NamedTuple):
    """slot: `name` or `place`. value: in the world's words. cosine: how near, -1..1."""

    slot: str
    value: str
    cosine: float

    def note(self, word: str) -> str:
        """One sentence for the user."""
        return f"'{word}' is not in the library; it is drawn as the nearest: {self.value} ({self.cosine:.2f})."


def nearest(words: Sequence[str], slot: str, vocabulary: Vocabulary) -> Mapping[str, Near]:
    """Word -> the nearest picture (`name`) or place (`place`); without the words that nothing is like."""
    found = {}
    for word in words:
        value, hundredths = table().get(grammar.singular(word), {}).get(slot, ("", 0))
        if value and (slot == "place" or value in vocabulary.pictures):
            found[word] = Near(slot, value, hundredths / 100)
    return found


@cache
def table() -> Mapping[str, Mapping[str, tuple[str, int]]]:
    """Word -> slot -> the nearest value and its cosine in hundredths."""
    found: Mapping[str, Mapping[str, tuple[str, int]]] = json.loads(FILE.read_text("utf-8"))
    return found
