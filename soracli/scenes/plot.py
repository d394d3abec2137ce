"""What a film of scenes is made from: prompts with the times from which they hold, or a scene file."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from soracli.types import SamplingOptions, Shot

if TYPE_CHECKING:
    from soracli.scenes.drafting import Film
    from soracli.scenes.file import Timed
    from soracli.world.scene import Scene

MOMENT = 2.0  # seconds into a scene that a picture of it shows: halfway along the paths of those who move


@dataclass(frozen=True)
class Plot:
    """prompts: at least one, the first from 0 s on. file: path of a scene file instead, or ``."""

    prompts: tuple[Shot, ...] = ()
    file: str = ""

    @cached_property
    def filed(self) -> tuple[Timed, ...]:
        """The scenes of the file with their lengths."""
        from soracli.scenes import file

        return file.load(self.file)

    @property
    def seconds(self) -> Fraction:
        """How long a scene file is."""
        return sum((Fraction(timed.seconds).limit_denominator(1000) for timed in self.filed), Fraction(0))

    def film(self, options: SamplingOptions, seed: int, frames: int) -> tuple[Film, list[str]]:
        """The film for one seed, and what there is to say about it. frames: of the result, 1 for a picture."""
        from soracli.scenes.drafting import Film

        begin = MOMENT if options.seconds == 0 else 0.0
        scenes, starts, notes = self._cast(options, seed, frames)
        return Film(tuple(scenes), tuple(starts), options.fps, options.width, options.height, begin), notes

    def _cast(self, options: SamplingOptions, seed: int, frames: int) -> tuple[list[Scene], list[int], list[str]]:
        """Scenes, their first frames, and notes."""
        if self.file:
            lengths = [round(timed.seconds * options.fps) for timed in self.filed]
            return [timed.scene for timed in self.filed], [0, *itertools.accumulate(lengths[:-1])], []
        from soracli.scenes import known, read

        starts = [round(Fraction(shot.start) * options.fps) for shot in self.prompts]
        aspect, readings = options.width / options.height, []
        for shot, (start, end) in zip(self.prompts, itertools.pairwise([*starts, frames]), strict=True):
            seconds = float(max(end - start, 1) / options.fps) if options.seconds else 2 * MOMENT
            reading = read.read(shot.prompt, seconds, aspect, seed, known.shipped())
            readings.append(reading._replace(scene=replace(reading.scene, length=seconds)))
        notes = list(dict.fromkeys(note for reading in readings for note in reading.notes))
        return [reading.scene for reading in readings], starts, notes
