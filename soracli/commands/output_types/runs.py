"""What is printed of runs."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

RunState = Literal["running", "done", "failed", "interrupted", "killed"]


class RunItem(TypedDict):
    """A result of a run. path: None = not made yet. data: what the verb printed of it."""

    seed: int
    path: str | None
    data: dict[str, Any] | None


class RunRow(TypedDict):
    """A render that is remembered. started: seconds since 1970. message: why it failed. latents: seed -> file."""

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
