"""A model's table of weights.toml: what it is, its files, defaults and limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

ALL, ONE, TURNS = "all", "one", "turns"
STAYS = {  # what of an open model stays on the device; the later ones need less memory and more time
    ALL: "all parts stay",
    ONE: "one part at a time",
    TURNS: "layers come and go",
}


@dataclass(frozen=True)
class WeightFile:
    """One file of a model: where it comes from and what it must be.

    role: what the architecture calls it (`transformer`, `vae`, `text`, `tokenizer`, ...).
    size: bytes. sha256: hex digest. origin, licence: for people.
    repo, revision, path: on the hub, for files that do not ship; of these size and sha256 may be unknown (0, "").
    """

    role: str
    name: str
    size: int
    sha256: str
    origin: str = ""
    licence: str = ""
    repo: str = ""
    revision: str = ""
    path: str = ""


@dataclass(frozen=True)
class Card:
    """One table of weights.toml.

    arch: key of `models.ARCHITECTURES`. params: the architecture's own hyperparameters.
    defaults: sampling defaults (width, height, seconds, fps, steps, guidance, shift, solver). stride, causal, patch:
    see Geometry. terms: what to agree to before the files are fetched; empty = nothing. base: the model whose other
    files it shares, for a checkpoint of the user's own. adapters: names that suit it.
    """

    name: str
    arch: str
    about: str
    licence: str
    stride: tuple[int, int, int]
    files: tuple[WeightFile, ...]
    defaults: dict[str, Any] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, Any] = field(default_factory=dict)
    repo: str = ""
    revision: str = ""
    folder: Path | None = None
    causal: bool = False
    patch: int = 1
    terms: str = ""
    base: str = ""
    adapters: tuple[str, ...] = ()

    @property
    def rates(self) -> tuple[Fraction, Fraction] | None:
        """Lowest and highest frames per second that the weights were trained at; None = any will do."""
        found = self.params.get("rates")
        return None if found is None else (Fraction(found[0]), Fraction(found[1]))

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)
