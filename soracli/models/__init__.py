"""Architectures behind one interface. A model turns a prompt and a layout of latents into a clean prediction.

Importing this package loads nothing heavy; `load` imports the architecture that a card names.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import cast

from soracli.card import Card
from soracli.errors import WeightsError
from soracli.sampling.model import Model

ARCHITECTURES = {
    "spark": "soracli.models.spark:Spark",
    "wan": "soracli.models.wan:Wan",
    "ltx": "soracli.models.ltx:Ltx",
    "svd": "soracli.models.svd:Svd",
}


def load(card: Card, paths: dict[str, list[Path]], device: str = "cpu") -> Model:
    """Build the card's architecture and load its weights.

    paths: files by role, shards in order. Raises WeightsError if the architecture is unknown or a file is wrong.
    """
    if card.arch not in ARCHITECTURES:
        known = ", ".join(ARCHITECTURES)
        raise WeightsError(f"model '{card.name}': unknown architecture '{card.arch}'; this version knows {known}")
    module, name = ARCHITECTURES[card.arch].split(":")
    architecture = getattr(importlib.import_module(module), name)
    return cast(Model, architecture.load(card, paths, device))
