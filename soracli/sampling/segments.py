"""Segments of a canvas, with the prompts and the mirroring that apply to each."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace

from soracli.card import Card
from soracli.sampling.mirror import goes_left, turned
from soracli.sampling.windows import Segment, WindowSpan, segments
from soracli.types import Canvas, Geometry, Shot


@dataclass(frozen=True)
class Script:
    """A segment with its prompts. shots: one, or all where a window's time says which it is. geometry: as the model
    sees it: each segment is mirrored or not, and one of plates is of stills.
    """

    segment: Segment
    shots: tuple[Shot, ...]
    geometry: Geometry

    @property
    def rounds(self) -> int:
        """Samplings: of windows, and of their storyboard if there is one."""
        return len(self.segment.spans) + bool(self.segment.board)

    def spoken(self, span: WindowSpan, painted: Set[int]) -> str:
        """The prompt that holds in the middle of what a window is to paint."""
        fresh = [i for i in range(span.start, span.stop) if i not in painted]
        middle = float((sum(fresh) / len(fresh) + 0.5) * self.geometry.stride[0] / self.geometry.fps)
        return max((shot for shot in self.shots if shot.start <= middle), default=self.shots[0]).prompt


def scripts(card: Card, canvas: Canvas, shots: tuple[Shot, ...], geometry: Geometry) -> list[Script]:
    """The segments of a canvas with the prompts of each."""
    found = []
    for segment in segments(canvas, geometry, card.limits.get("window", 0), [shot.start for shot in shots]):
        told = shots if geometry.causal else (shots[segment.shot],)
        seen = oriented(geometry, card, told[0].prompt)
        if seen.mirrored:
            told = tuple(shot._replace(prompt=turned(shot.prompt)) for shot in told)
        found.append(Script(segment, told, replace(seen, frames=1) if segment.plates else seen))
    return found


def oriented(geometry: Geometry, card: Card, prompt: str) -> Geometry:
    """In a mirror if the card says that the weights know one side alone, and the prompt goes to the other."""
    return replace(geometry, mirrored=bool(card.params.get("mirror")) and goes_left(prompt))
