"""The components of an open model, loaded when they are needed and, where memory is short, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import torch
from torch import nn

from soracli.card import ALL, ONE, Card
from soracli.models.common import single_file
from soracli.system import machine

M = TypeVar("M", bound=nn.Module)
SHARE = 0.7  # of free memory that weights may fill; the rest is for what they compute
GROWTH = 1.2  # bytes in memory per byte on disk


class Components:
    """Components of a model by name, each loaded when it is first used.

    makers: what loads each. exclusive: unload the other components first.
    """

    def __init__(self, makers: Mapping[str, Callable[[], nn.Module]], *, exclusive: bool = False) -> None:
        self._makers, self._exclusive = makers, exclusive
        self._loaded: dict[str, nn.Module] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._makers

    def get(self, name: str, kind: type[M]) -> M:
        if name not in self._loaded:
            if self._exclusive and self._loaded:
                self._loaded.clear()
                if torch.cuda.is_available():
                    torch.cuda.empty_cache()
            self._loaded[name] = self._makers[name]()
        found = self._loaded[name]
        assert isinstance(found, kind)
        return found

    def drop_others(self, name: str) -> None:
        """Put away all components but one, for whoever needs no other any more."""
        self._loaded = {kept: part for kept, part in self._loaded.items() if kept == name}
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def stay(card: Card, paths: Mapping[str, list[Path]], device: str) -> str:
    """Which of card.STAYS holds: as the plan said, or else by what is free now."""
    if card.options.stay:
        return card.options.stay
    wanted = GROWTH * sum(single_file.held(path) for files in paths.values() for path in files)
    free = torch.cuda.mem_get_info(device)[0] if device.startswith("cuda") else machine.memory()[1]
    return ONE if free and wanted > SHARE * free else ALL
