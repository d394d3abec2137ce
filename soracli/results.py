"""What verbs print with `--json`, as types: `sora schema` is made from them, and tests hold the output to them."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from soracli.doctor import Finding
from soracli.media import MediaInfo


class File(TypedDict):
    name: str
    sha256: NotRequired[str]


class Seam(TypedDict):
    at: float | Literal["end"]
    score: float


class Distance(TypedDict):
    source: float
    others: list[float]


class Signed(TypedDict):
    """authority: short digest of the certificate that vouches. inputs: the state of each input's own credential."""

    authority: str
    inputs: list[str]


class Rendered(TypedDict):
    """A result of a verb that renders: where it is, its recipe, and what was measured."""

    path: str | None
    format: str
    verb: str
    weights: str
    width: int
    height: int
    frames: int
    fps: str
    arguments: dict[str, Any]
    inputs: list[File]
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


class Step(TypedDict):
    action: str
    source: str
    when: str


class Verified(TypedDict):
    """What `credentials.Credential` says; inputs have the same form, without a path."""

    path: str
    state: Literal["intact"]
    where: Literal["inside", "beside"]
    signer: str
    name: str
    problems: list[str]
    maker: str
    steps: list[Step]
    recipe: dict[str, Any]
    stamped: str
    inputs: list[dict[str, Any]]


class Way(TypedDict):
    name: str
    answer: Literal["detected", "not detected", "cannot tell"]
    why: str
    z: float | None


class Detected(TypedDict):
    path: str
    detected: bool
    lines: list[Way]


class Identity(TypedDict):
    authority: str
    begins: str
    expires: str


class Keys(TypedDict):
    folder: str
    current: Identity
    retired: list[Identity]


class Doctor(TypedDict):
    problems: int
    findings: list[Finding]


class ModelRow(TypedDict):
    name: str
    default: bool
    here: bool
    bytes: int
    licence: str
    about: str


class Status(TypedDict):
    name: str
    path: str
    state: str


class RunItem(TypedDict):
    seed: int
    path: str | None
    data: dict[str, Any] | None


class RunRow(TypedDict):
    id: str
    call: dict[str, Any]
    cwd: str
    format: str
    started: float
    state: Literal["running", "done", "failed", "interrupted", "killed"]
    message: str
    items: list[RunItem]
    latents: NotRequired[dict[str, str]]


class Pruned(TypedDict):
    """prompts: encoded ones, of open models."""

    removed: list[str]
    prompts: int
    bytes: int


class Engine(TypedDict):
    socket: str
    model: str
    device: str


class Passed(TypedDict):
    """policy: the version and digest of the policy that was asked."""

    passes: Literal[True]
    policy: str
    notes: NotRequired[list[str]]
    tests: NotRequired[int]


class RuleRow(TypedDict):
    rule: str
    category: str
    title: str
    about: str
    by: Literal["words", "meaning"]
    surfaces: list[str]
    exemplars: int


class PolicyShown(TypedDict):
    path: str
    policy: str
    sha256: str
    rules: list[RuleRow]


class Error(TypedDict):
    code: str
    message: str
    exit_code: int
    line: NotRequired[int]


class Failure(TypedDict):
    ok: Literal[False]
    error: Error


class Event(TypedDict):
    """A line of `--progress json`. stage, index, total, seconds: of `progress`; message: of all others."""

    event: Literal["progress", "note", "message", "detail", "error"]
    stage: NotRequired[str]
    index: NotRequired[int]
    total: NotRequired[int]
    seconds: NotRequired[float]
    message: NotRequired[str]
    code: NotRequired[str]
    exit_code: NotRequired[int]


Results = Rendered | list[Rendered]

# What every verb prints; those that render, Results.
OF: dict[str, Any] = {
    "batch": Results,
    "resume": Results,
    "decode": Results,
    "serve": Engine,
    "info": MediaInfo,
    "verify": Verified,
    "detect": list[Detected],
    "keys show": Keys,
    "keys new": Keys,
    "doctor": Doctor,
    "model list": list[ModelRow],
    "model verify": list[Status],
    "model path": list[str],
    "runs list": list[RunRow],
    "runs show": RunRow,
    "runs prune": Pruned,
    "policy check": Passed,
    "policy show": PolicyShown,
}
