"""What verbs that render print: their results, and what a dry run would make."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class File(TypedDict):
    """A file that was read. sha256: the first 16 hex digits; absent for standard input."""

    name: str
    sha256: NotRequired[str]


class Seam(TypedDict):
    """A joint of given and made frames. at: seconds. score: its jump over the result's median jump."""

    at: float | Literal["end"]
    score: float


class Distance(TypedDict):
    """How far a variation lies from its source and from the others, 0 = the same; see `metrics.Thumbnails`."""

    source: float
    others: list[float]


class Signed(TypedDict):
    """authority: short digest of the certificate that vouches. inputs: the state of each input's own credential."""

    authority: str
    inputs: list[str]


class Rendered(TypedDict):
    """A result of a verb that renders: where it is, its recipe, and what was measured.

    Of latents that this installation did not make, `decode` knows neither arguments nor inputs.
    """

    path: str | None
    format: str
    verb: str
    weights: str
    width: int
    height: int
    frames: int
    fps: str
    arguments: NotRequired[dict[str, Any]]
    inputs: NotRequired[list[File]]
    frames_sha256: str
    notes: NotRequired[list[str]]
    soracli: NotRequired[str]
    prompt: NotRequired[str]
    negative: NotRequired[str]
    model: NotRequired[str]
    steps: NotRequired[int]
    guidance: NotRequired[float]
    shift: NotRequired[float]
    solver: NotRequired[str]
    seed: NotRequired[int]
    noise: NotRequired[str]
    scene: NotRequired[str]
    took: NotRequired[dict[str, float]]
    seams: NotRequired[list[Seam]]
    distance: NotRequired[Distance]
    latents: NotRequired[str]
    watermark: NotRequired[str]
    credential: NotRequired[Signed]
    policy: NotRequired[str]
    review: NotRequired[str]


class Plan(TypedDict):
    """What painting would take. tokens: of one pass. seconds: a guess. shortage: why it does not fit.

    The rest, of open models: how their memory is kept small, and each other way with what it needs.
    """

    width: int
    height: int
    frames: int
    tokens: int
    passes: int
    seconds: float
    peak_memory_bytes: int
    free_memory_bytes: int | None
    fits: bool
    shortage: NotRequired[str]
    host_memory_bytes: NotRequired[int]
    stay: NotRequired[str]
    tiles: NotRequired[int]
    manners: NotRequired[list[dict[str, Any]]]


class Planned(TypedDict):
    """What a verb that renders would make (`--dry-run`), beside the recipe."""

    verb: str
    format: str
    width: int
    height: int
    frames: int
    fps: str
    seeds: list[int]
    paths: list[str] | None
    notes: list[str]
    plan: Plan
