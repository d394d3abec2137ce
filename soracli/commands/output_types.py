"""What verbs print with `--json`, as types: `sora schema` is made from them, and tests hold the output to them."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from soracli.card import WeightFile
from soracli.curation.types import Measures
from soracli.media import MediaInfo
from soracli.resources.doctor import Finding


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


class Step(TypedDict):
    action: str
    source: str
    when: str


class Verified(TypedDict):
    """What `credentials.Credential` says; inputs have the same form, without a path.

    title, relation: of an input to the file that was made of it. frame: its number and of how many, in a folder of
    frames. clip: of such a frame, what it shares with the others, and the digest of the record beside them.
    """

    path: str
    state: Literal["intact"]
    title: str
    relation: str
    frame: list[int] | None
    clip: list[str]
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


class Speed(TypedDict):
    """See `machine.Rates`: operations or pixels per second; start in seconds."""

    products: float
    attention: float
    convolutions: float
    scaling: float
    saving: float
    start: float


class Calibrated(TypedDict):
    path: str
    cpu: Speed
    gpu: NotRequired[Speed]


class ModelRow(TypedDict):
    """remote: some of it is fetched. unsized: of files whose size is not known before. adapter: for `--lora`."""

    name: str
    default: bool
    here: bool
    bytes: int
    licence: str
    about: str
    remote: bool
    unsized: bool
    adapter: bool


class Model(TypedDict):
    """A table of weights.toml, see `types.Card`. weights: short digest of all files. bytes: of all of them."""

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
    """freed: bytes."""

    name: str
    freed: int


class Status(TypedDict):
    name: str
    path: str
    state: str


RunState = Literal["running", "done", "failed", "interrupted", "killed"]


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
    state: RunState
    message: str
    items: list[RunItem]
    latents: NotRequired[dict[str, str]]


class Stays(TypedDict):
    """A run as old as those that were removed. bytes: of its record, and of latents that `sora resume` goes on from."""

    id: str
    state: RunState
    bytes: int


class Pruned(TypedDict):
    """What was removed, and what stays.

    prompts: encoded ones, of open models. leftovers: part files of killed runs. bytes: freed. kept: runs of that age
    that are not done, or could not be removed. unreadable: folders of records that are damaged. parts: part files that
    lie beside results still, of a living run or of another computer.
    """

    removed: list[str]
    prompts: int
    leftovers: int
    bytes: int
    kept: list[Stays]
    unreadable: list[str]
    parts: list[str]


class Engine(TypedDict):
    socket: str
    model: str
    device: str


class Door(TypedDict):
    """Of `serve --http`. folder: of jobs and their files."""

    url: str
    model: str
    folder: str


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


class SheetRow(TypedDict):
    """times: seconds of each frame that is shown; empty for a picture."""

    path: str
    caption: str
    times: list[float]


class Sheet(TypedDict):
    path: str
    width: int
    height: int
    rows: list[SheetRow]


class Compared(TypedDict):
    """See `compare.figures`. path: None = it went to standard output."""

    path: str | None
    frames: int
    difference: float
    worst: int
    psnr: float | None
    identical: int
    over_time: list[float]
    notes: list[str]


class Made(TypedDict):
    """What all verbs say that draw or cut out without painting."""

    path: str
    verb: str
    width: int
    height: int
    inputs: list[File]
    frames_sha256: str
    notes: list[str]
    credential: NotRequired[Signed]
    watermark: NotRequired[str]


class Framed(Made):
    """frame: its number in the clip. time: seconds."""

    frame: int
    time: float


class Animatic(Made):
    prompt: str
    fps: str
    frames: int
    alpha: bool


class Caption(TypedDict):
    """said: what the prompt told of it. added: what it did not."""

    caption: str
    said: dict[str, Any]
    added: dict[str, Any]


class Recaptioned(TypedDict):
    prompt: str
    model: str
    seed: int
    captions: list[Caption]
    notes: list[str]


class Read(TypedDict):
    """scene: see `scenes.types.Scene`."""

    prompt: str
    seed: int
    seconds: float
    scene: dict[str, Any]
    caption: str
    notes: list[str]


class Drawing(TypedDict):
    """An entry of the library. metres: its height. path: where it was written to."""

    name: str
    kind: str
    group: str
    faces: str
    metres: float
    frames: int
    loop: Literal["walks", "gesture", "still"]
    called: list[str]
    tags: list[str]
    path: NotRequired[str]


class Drawings(TypedDict):
    entries: list[Drawing]


class Hit(TypedDict):
    """near: 0 .. 1."""

    name: str
    by: str
    near: float


class Hits(TypedDict):
    words: str
    found: list[Hit]


class Topic(TypedDict):
    """topic: None = the list of them."""

    topic: str | None
    text: str


Setting = TypedDict("Setting", {"key": str, "value": str | bool, "from": str})


class SetTo(TypedDict):
    """value: None = it was taken out."""

    key: str
    value: str | None
    path: str


class ConfigPaths(TypedDict):
    user: str
    project: str | None


class Preset(TypedDict):
    name: str
    flags: dict[str, Any]


class Saved(Preset):
    path: str


class Presets(TypedDict):
    path: str
    presets: dict[str, Any]


class Exported(TypedDict):
    path: str


class Certificate(TypedDict):
    """certificate: PEM."""

    certificate: str


class CuratedShot(TypedDict):
    """A line of the list of `sora curate`. A file that cannot be read has no more than path, kept and reasons.

    first, end: frames first .. end - 1 of the file; start, stop: the same in seconds. reasons: fault -> the figure that
    says so. clip: where the shot was written to, None = nowhere.
    """

    path: str
    kept: bool
    reasons: dict[str, str]
    first: NotRequired[int]
    end: NotRequired[int]
    start: NotRequired[float]
    stop: NotRequired[float]
    fps: NotRequired[str]
    width: NotRequired[int]
    height: NotRequired[int]
    caption: NotRequired[str]
    measures: NotRequired[Measures]
    clip: NotRequired[str | None]


class Curation(TypedDict):
    """dropped: fault -> how many shots have it. sheet: the contact sheet; None = there are no shots."""

    path: str
    sheet: str | None
    files: int
    kept: int
    dropped: dict[str, int]
    shots: list[CuratedShot]


class SchemaShown(TypedDict):
    """With a verb its arguments and result; without one the schema of a job, of events and of errors."""

    arguments: NotRequired[dict[str, Any]]
    result: NotRequired[dict[str, Any]]
    verbs: NotRequired[list[str]]
    job: NotRequired[dict[str, Any]]
    event: NotRequired[dict[str, Any]]
    error: NotRequired[dict[str, Any]]


class CutOut(TypedDict):
    """cut_out_by: its own `alpha`, the `background`'s one colour, or the `people` in it."""

    path: str
    cut_out_by: Literal["alpha", "background", "people"]


class TrainingPlan(TypedDict):
    """What `train lora --dry-run` says. area: pixels of an example. memory_bytes: 0 = not known."""

    kind: Literal["performer", "look", "adapter"]
    model: str
    name: str
    path: str
    examples: int
    rank: int
    steps: int
    minutes: float
    lr: float
    batch: int
    area: int
    frames: int
    expert: str
    seed: int
    memory_bytes: int
    notes: list[str]


class TrainedLora(TypedDict):
    """loss: mean of the first and of the last tenth of this sitting. error_before, error_after: of a look, on parts of
    its pictures that are always the same. windows: examples, several of a long clip. pictures, moves, metres: of a
    performer.
    """

    path: str
    kind: Literal["performer", "look", "adapter"]
    model: str
    name: str
    examples: int
    seconds: float
    notes: list[str]
    pictures: NotRequired[list[CutOut]]
    moves: NotRequired[str]
    metres: NotRequired[float]
    steps: NotRequired[int]
    training_seconds: NotRequired[float]
    loss: NotRequired[list[float]]
    log: NotRequired[str]
    checkpoint: NotRequired[str]
    error_before: NotRequired[float]
    error_after: NotRequired[float]
    windows: NotRequired[int]


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

# What every verb prints; those that render, RENDERS.
RENDERS = Results | Planned
OF: dict[str, Any] = {
    "batch": Results,
    "resume": Results,
    "decode": Results,
    "serve": Engine | Door,
    "info": MediaInfo,
    "verify": Verified,
    "detect": list[Detected],
    "frame": Framed,
    "sheet": Sheet,
    "compare": Compared,
    "animatic": Animatic,
    "scene": Read,
    "recaption": Recaptioned,
    "cast list": Drawings,
    "cast show": Drawing,
    "cast search": Hits,
    "keys show": Keys,
    "keys new": Keys,
    "keys export": Exported | Certificate,
    "doctor": Doctor | Calibrated,
    "help": Topic,
    "schema": SchemaShown,
    "curate": Curation,
    "train lora": TrainedLora | TrainingPlan,
    "config list": list[Setting],
    "config get": Setting,
    "config set": SetTo,
    "config path": ConfigPaths,
    "preset list": Presets,
    "preset show": Preset,
    "preset save": Saved,
    "model list": list[ModelRow],
    "model show": Model,
    "model pull": Fetched | Outlook,
    "model rm": Freed,
    "model verify": list[Status],
    "model path": list[str],
    "runs list": list[RunRow],
    "runs show": RunRow,
    "runs prune": Pruned,
    "policy check": Passed,
    "policy show": PolicyShown,
}
