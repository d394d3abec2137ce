"""What a film of scenes is made from: prompts with the times from which they hold, or a scene file."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from soracli.types import SamplingOptions, Shot
from soracli.world.scene import Scene
from soracli.world.setting import setting

if TYPE_CHECKING:
    from soracli.scenes.file import Shot as Filed

MOMENT = 2.0  # seconds into a scene that a picture of it shows: halfway along the paths of those who move


@dataclass(frozen=True)
class Film:
    """Scenes one after the other. starts: first frame of each, rising from 0. fps, width, height: of the result.

    begin: seconds into the first scene that the first frame shows.
    """

    scenes: tuple[Scene, ...]
    starts: tuple[int, ...]
    fps: Fraction
    width: int
    height: int
    begin: float = 0.0

    @property
    def aspect(self) -> float:
        return self.width / self.height

    def timed(self, frames: int) -> list[tuple[Scene, float]]:
        """Each scene and how many seconds of the film, which has so many frames, are of it."""
        ends = [*self.starts[1:], frames]
        return [
            (scene, float((end - start) / self.fps))
            for scene, start, end in zip(self.scenes, self.starts, ends, strict=True)
        ]

    @property
    def shots(self) -> tuple[Shot, ...]:
        """What the network is told of each."""
        return tuple(
            Shot(float(start / self.fps), setting(scene)) for scene, start in zip(self.scenes, self.starts, strict=True)
        )

    def at(self, frame: int) -> int:
        """The scene that a frame belongs to."""
        return max(i for i, start in enumerate(self.starts) if start <= max(frame, 0))

    def parts(self, start: int, stop: int) -> list[tuple[int, int, int]]:
        """(scene, first frame, last + 1) of each scene that frames start .. stop show; the last one goes on."""
        cuts = [start, *(cut for cut in self.starts if start < cut < stop), stop]
        return [(self.at(first), first, last) for first, last in itertools.pairwise(cuts)]


@dataclass(frozen=True)
class Plot:
    """prompts: at least one, the first from 0 s on. file: path of a scene file instead, or ``."""

    prompts: tuple[Shot, ...] = ()
    file: str = ""

    @cached_property
    def filed(self) -> tuple[Filed, ...]:
        """The scenes of the file with their lengths."""
        from soracli.scenes import file

        return file.load(self.file)

    @property
    def seconds(self) -> Fraction:
        """How long a scene file is."""
        return sum((Fraction(shot.seconds).limit_denominator(1000) for shot in self.filed), Fraction(0))

    def film(self, options: SamplingOptions, seed: int, frames: int) -> tuple[Film, list[str]]:
        """The film for one seed, and what there is to say about it. frames: of the result, 1 for a picture."""
        begin = MOMENT if options.seconds == 0 else 0.0
        scenes, starts, notes = self._cast(options, seed, frames)
        return Film(tuple(scenes), tuple(starts), options.fps, options.width, options.height, begin), notes

    def _cast(self, options: SamplingOptions, seed: int, frames: int) -> tuple[list[Scene], list[int], list[str]]:
        """Scenes, their first frames, and notes."""
        if self.file:
            lengths = [round(shot.seconds * options.fps) for shot in self.filed]
            return [shot.scene for shot in self.filed], [0, *itertools.accumulate(lengths[:-1])], []
        from soracli.scenes import known, read

        starts = [round(Fraction(shot.start) * options.fps) for shot in self.prompts]
        aspect, readings = options.width / options.height, []
        for shot, (start, end) in zip(self.prompts, itertools.pairwise([*starts, frames]), strict=True):
            seconds = float(max(end - start, 1) / options.fps) if options.seconds else 2 * MOMENT
            reading = read.read(shot.prompt, seconds, aspect, seed, known.shipped())
            readings.append(reading._replace(scene=replace(reading.scene, length=seconds)))
        notes = list(dict.fromkeys(note for reading in readings for note in reading.notes))
        return [reading.scene for reading in readings], starts, notes
