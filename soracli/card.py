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
class ModelOptions:
    """What a request asks of an open model beside a picture. It is no part of weights.toml."""

    loras: tuple[tuple[str, float], ...] = ()  # adapters: path or name, and scale; 1 = as it was trained
    packing: str = ""  # `int8` or `fp8`: weight-only quantisation; empty = as stored
    tiles: int | None = None  # pixels of a side of the tiles that the VAE decodes; 0 = whole, None = by memory
    guidance_interval: tuple[float, float] | None = None  # noise levels within which guidance is on; None = all
    cache: float = 0.0  # threshold of the first-block cache; 0 = no step is skipped
    compile: bool = False  # by torch.compile
    stay: str = ""  # of STAYS, what is offloaded; empty = by what memory is free


@dataclass(frozen=True)
class Card:
    """One table of weights.toml, and what a request asks of its model."""

    name: str
    arch: str  # key of `models.ARCHITECTURES`
    about: str
    licence: str
    stride: tuple[int, int, int]  # pixels per latent cell (time, height, width)
    files: tuple[WeightFile, ...]
    defaults: dict[str, Any] = field(default_factory=dict)  # of sampling: width, height, seconds, fps, steps, ...
    params: dict[str, Any] = field(default_factory=dict)  # the architecture's own hyperparameters
    limits: dict[str, Any] = field(default_factory=dict)
    repo: str = ""
    revision: str = ""
    folder: Path | None = None
    causal: bool = False  # see Geometry
    patch: int = 1  # cells that the network takes together, both ways
    terms: str = ""  # what to agree to before the files are fetched; empty = nothing
    base: str = ""  # the model whose other files it shares, for a checkpoint of the user's own
    adapters: tuple[str, ...] = ()  # names of those that suit it
    options: ModelOptions = ModelOptions()

    @property
    def tiles(self) -> int | None:
        """Pixels of a side of the VAE's tiles, as asked or as the model must have them; 0 = whole, None = by memory."""
        fixed: int | None = self.params.get("tiles")
        return fixed if self.options.tiles is None else self.options.tiles

    @property
    def takes_drafts(self) -> bool:
        """Whether it paints over pictures of a scene (`draft.Draft`), which a prompt is read into."""
        return bool(self.params.get("drafts"))

    @property
    def rates(self) -> tuple[Fraction, Fraction] | None:
        """Lowest and highest frames per second that the weights were trained at; None = any will do."""
        found = self.params.get("rates")
        return None if found is None else (Fraction(found[0]), Fraction(found[1]))

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)
