"""The library of pictures as reading needs it: names, what they are called, kind and size; no pictures, no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from typing import Any

from soracli.scenes.vocabulary import Library
from soracli.world.actors import index


class Shipped:
    """The index of the library that ships with the package."""

    @cached_property
    def _rows(self) -> Mapping[str, Mapping[str, Any]]:
        return {row["name"]: row for row in index()}

    def names(self) -> Sequence[str]:
        return tuple(self._rows)

    def synonyms(self, name: str) -> Sequence[str]:
        return tuple(self._rows[name]["called"])

    def kind(self, name: str) -> str:
        return str(self._rows[name]["kind"])

    def length(self, name: str) -> float:
        return float(self._rows[name]["metres"])


@cache
def shipped() -> Library:
    """That which ships with the package."""
    return Shipped()
