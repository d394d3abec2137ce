"""What `sora train` prints."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


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
