"""Lines of `--progress json`, and the one object of a call that failed."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class Error(TypedDict):
    """What went wrong. line: of a list of jobs, from 1."""

    code: str
    message: str
    exit_code: int
    line: NotRequired[int]


class Failure(TypedDict):
    """The one object of a call that failed."""

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
