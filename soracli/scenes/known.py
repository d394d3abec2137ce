"""The library of pictures as reading needs it: names, what they are called, kind and size; no pictures, no torch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from soracli.scenes.vocabulary import Library
from soracli.world.language.actors import actor, index


class Index:
    """The index of the library that ships."""

    def __init__(self) -> None:
        self._called = {str(row["name"]): tuple(map(str, row["called"])) for row in index()}

    def own(self) -> Sequence[str]:
        return ()

    def names(self) -> Sequence[str]:
        return tuple(self._called)

    def synonyms(self, name: str) -> Sequence[str]:
        return self._called[name]

    def kind(self, name: str) -> str:
        return actor(name).kind

    def length(self, name: str) -> float:
        return actor(name).metres


class Own(NamedTuple):
    """A performer of the user's own. name: lower case. kind: as of the library's. metres: its longer side."""

    name: str
    kind: str = "walker"
    metres: float = 1.0


class Named(Index):
    """The same with the user's own performers; what they are called means nothing else."""

    def __init__(self, own: tuple[Own, ...]) -> None:
        super().__init__()
        self._own = {one.name: one for one in own}
        self._called |= {name: (name,) for name in self._own}

    def own(self) -> Sequence[str]:
        return tuple(self._own)

    def kind(self, name: str) -> str:
        return self._own[name].kind if name in self._own else super().kind(name)

    def length(self, name: str) -> float:
        return self._own[name].metres if name in self._own else super().length(name)


@cache
def shipped() -> Library:
    """That which ships with the package."""
    return Index()


@cache
def named(own: tuple[Own, ...]) -> Library:
    """The shipped library with the user's own pictures; those go first."""
    return Named(own)
