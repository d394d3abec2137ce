"""What is printed of models and their files, of the machine, and of servers."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from soracli.card import WeightFile
from soracli.resources.doctor import Finding


class Doctor(TypedDict):
    """What `sora doctor` found, and how many findings are problems."""

    problems: int
    findings: list[Finding]


class Speed(TypedDict):
    """See `machine.Rates`: operations or pixels per second; start in seconds."""

    products: float
    attention: float
    convolutions: float
    scaling: float
    saving: float
    start: float


class Calibrated(TypedDict):
    """The measured speed of the machine. path: of the file that keeps it."""

    path: str
    cpu: Speed
    gpu: NotRequired[Speed]


class ModelRow(TypedDict):
    """remote: some of it is fetched. unsized: of files whose size is not known before. adapter: for `--lora`.

    preview: for `--preview`.
    """

    name: str
    default: bool
    here: bool
    bytes: int
    licence: str
    about: str
    remote: bool
    unsized: bool
    adapter: bool
    preview: bool


class Model(TypedDict):
    """A table of weights.toml, see `card.Card`. weights: short digest of all files. bytes: of all of them."""

    name: str
    arch: str
    about: str
    licence: str
    stride: list[int]
    files: list[WeightFile]
    defaults: dict[str, Any]
    params: dict[str, Any]
    limits: dict[str, Any]
    repo: str
    revision: str
    folder: str
    causal: bool
    patch: int
    terms: str
    base: str
    adapters: list[str]
    bytes: int
    weights: str


class Fetched(TypedDict):
    """fetched: the paths of the files that were not here before. weights: short digest of all files."""

    name: str
    fetched: list[str]
    weights: str


class Fetchable(TypedDict):
    """A file of a model on the hub. bytes: 0 = not known. here: bytes of it that were fetched before."""

    repo: str
    revision: str
    path: str
    bytes: int
    here: int


class Outlook(TypedDict):
    """What a pull would fetch (`--dry-run`). free: bytes of the disk."""

    name: str
    licence: str
    terms: str
    accepted: bool
    files: list[Fetchable]
    bytes: int
    free: int
    folder: str


class Freed(TypedDict):
    """A model whose fetched files were deleted. freed: bytes."""

    name: str
    freed: int


class Status(TypedDict):
    """A file of a model. state: `ok`, or what is wrong with it."""

    name: str
    path: str
    state: str


class Engine(TypedDict):
    """A server of `sora serve`. socket: path at which calls find it."""

    socket: str
    model: str
    device: str


class Door(TypedDict):
    """A server of `sora serve --http`. folder: of jobs and their files."""

    url: str
    model: str
    folder: str
