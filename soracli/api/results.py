"""What a call made from a program gives back: the file, what there is to say of it, and its steps on the way."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from soracli import media
from soracli.console.progress import Silent


@dataclass(frozen=True)
class StageProgress:
    """One step of a call."""

    stage: str  # `load`, `text`, `encode`, `sample`, `decode`, `save`, `enhance`, ...
    index: int  # steps of the stage that are done, 0..total
    total: int
    seconds: float  # since the call began


@dataclass(frozen=True)
class Seam:
    """A joint of kept and painted frames."""

    at: float | None  # seconds into the result; None = from its last frame back to the first
    score: float  # mean absolute jump there over the median jump of the clip; 1 = like any other


@dataclass(frozen=True)
class Result:
    """A file that was made."""

    path: str  # as `output` names it, or where a folder or a pattern led
    recipe: dict[str, Any]  # what the file says about itself, as `sora info` shows it
    notes: tuple[str, ...]  # sentences: what was snapped, dropped or doubted
    seams: tuple[Seam, ...]
    took: dict[str, float]  # seconds by stage; `all` is the whole call


@dataclass
class Collector:
    """The reporter of a call made from a program: keeps what it is told, and prints nothing."""

    watch: Callable[[StageProgress], None] | None
    start: float = field(default_factory=time.perf_counter)
    found: dict[str, Any] = field(default_factory=dict)

    def note(self, text: str) -> None:
        """Notes stand in the results as well."""

    def say(self, text: str) -> None:
        pass

    def detail(self, text: str) -> None:
        pass

    def meter(self, label: str = "") -> _Watched:
        return _Watched(self)

    def plan(self, data: dict[str, Any], text: str) -> None:
        pass

    def result(self, path: str) -> None:
        pass

    def results(self, data: Any) -> None:
        self.found = data

    def finished(self) -> Result:
        """The result of the call that was watched."""
        data, whole = self.found, round(time.perf_counter() - self.start, 3)
        seams = tuple(Seam(None if s["at"] == "end" else s["at"], s["score"]) for s in data.get("seams", ()))
        recipe = media.info(data["path"]).recipe or {}
        return Result(data["path"], recipe, tuple(data["notes"]), seams, {**data.get("took", {}), "all": whole})


class _Watched(Silent):
    """The meter of a call made from a program."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector

    def step(self, stage: str, index: int, total: int) -> None:
        if self._collector.watch is not None:
            seconds = time.perf_counter() - self._collector.start
            self._collector.watch(StageProgress(stage, index, total, seconds))
