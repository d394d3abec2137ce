"""What is told of a canvas: its takes, and for each the prompts that hold in it and the way round that it is seen."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace

from soracli.card import Card
from soracli.sampling.mirror import goes_left, turned
from soracli.sampling.windows import Stretch, Take, takes
from soracli.types import Canvas, Geometry, Shot


@dataclass(frozen=True)
class Script:
    """A take and what is told of it. shots: one, or all where a window's time says which it is. geometry: as it is seen
    by the model: each take has a mirror of its own, and one that is held is a still.
    """

    take: Take
    shots: tuple[Shot, ...]
    geometry: Geometry

    @property
    def rounds(self) -> int:
        """Samplings: of windows, and of their storyboard if there is one."""
        return len(self.take.stretches) + bool(self.take.board)

    def spoken(self, stretch: Stretch, painted: Set[int]) -> str:
        """The prompt that holds in the middle of what a window is to paint."""
        fresh = [i for i in range(stretch.start, stretch.stop) if i not in painted]
        middle = float((sum(fresh) / len(fresh) + 0.5) * self.geometry.stride[0] / self.geometry.fps)
        return max((shot for shot in self.shots if shot.start <= middle), default=self.shots[0]).prompt


def scripts(card: Card, canvas: Canvas, shots: tuple[Shot, ...], geometry: Geometry) -> list[Script]:
    """The takes of a canvas and what is told of each."""
    found = []
    for take in takes(canvas, geometry, card.limits.get("window", 0), [shot.start for shot in shots]):
        told = shots if geometry.causal else (shots[take.shot],)
        seen = oriented(geometry, card, told[0].prompt)
        if seen.mirrored:
            told = tuple(shot._replace(prompt=turned(shot.prompt)) for shot in told)
        found.append(Script(take, told, replace(seen, frames=1) if take.held else seen))
    return found


def oriented(geometry: Geometry, card: Card, prompt: str) -> Geometry:
    """In a mirror if the card says that the weights know one side alone, and the prompt goes to the other."""
    return replace(geometry, mirrored=bool(card.params.get("mirror")) and goes_left(prompt))
