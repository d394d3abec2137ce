"""Steps of progress as whoever makes frames yields them, and the frames of which nothing is sampled. NumPy only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from soracli.types import Canvas, Clip, Frames

if TYPE_CHECKING:
    from torch import Tensor

TOGETHER = 4  # frames of a step where nothing is sampled


@dataclass(frozen=True)
class Step:
    """One piece of progress. Stages run in order `text`, `encode` (if pixels are given), `sample`, `decode`.

    index: 1 .. total within the stage. latents: the clean prediction so far (1, C, t, h, w), in stage `sample`.
    frames: finished frames (n, H, W, 3), in stage `decode`, cut to what was asked for. shot: which of several.
    """

    stage: str
    index: int
    total: int
    latents: Tensor | None = None
    frames: Frames | None = None
    shot: int = 0


def without_sampling(canvas: Canvas) -> Iterator[Step]:
    """The frames of a canvas all of which are given or drafted (`Draft.whole`), so that nothing is sampled."""
    assert canvas.draft is not None
    first, last, _ = canvas.shown.indices(len(canvas.clip.frames))
    yield from passed_on(canvas.head, 0, last - first)
    for start in range(first, last, TOGETHER):
        stop = min(start + TOGETHER, last)
        frames = canvas.draft.laid(canvas.clip.frames[start:stop], start)
        yield Step("decode", stop - first, last - first, frames=frames)
    yield from passed_on(canvas.tail, last - first, last - first)


def passed_on(clip: Clip | None, index: int, total: int) -> Iterator[Step]:
    """A clip that is passed on unchanged, a second at a time."""
    if clip is not None:
        for start in range(0, len(clip.frames), 16):
            yield Step("decode", index, total, frames=clip.frames[start : start + 16])
