"""The library of pictures as reading needs it: names, what they are called, kind and size; no pictures, no torch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from soracli.scenes.vocabulary import Library
from soracli.world.actors import CORE_ACTORS, MORE_ACTORS, actor
from soracli.world.words import ACTORS


class Tables:
    """The actors of the world's own tables."""

    def names(self) -> Sequence[str]:
        return tuple(one.name for one in (*CORE_ACTORS, *MORE_ACTORS))

    def synonyms(self, name: str) -> Sequence[str]:
        return ACTORS.get(name, ())

    def kind(self, name: str) -> str:
        return actor(name).kind

    def length(self, name: str) -> float:
        return actor(name).scale


@cache
def shipped() -> Library:
    """That which ships with the package."""
    return Tables()
