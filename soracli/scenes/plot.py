"""What a film of scenes is made from: prompts with the times from which they hold, or a scene file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from soracli.scenes.staging import Film
from soracli.types import SamplingOptions, Shot


@dataclass(frozen=True)
class Plot:
    """prompts: at least one, the first from 0 s on. file: path of a scene file instead, or ``."""

    prompts: tuple[Shot, ...] = ()
    file: str = ""

    def film(self, options: SamplingOptions, seed: int, frames: int) -> tuple[Film, list[str]]:
        """The film for one seed, and what there is to say about it. frames: of the result."""
        from soracli.scenes import file, read

        if self.file:
            shots = file.load(self.file)
            lengths = [round(shot.seconds * options.fps) for shot in shots]
            scenes = [shot.scene for shot in shots]
            starts = [sum(lengths[:i]) for i in range(len(lengths))]
            return Film(scenes, starts, options.fps, options.width, options.height), []
        starts = [round(Fraction(shot.start) * options.fps) for shot in self.prompts]
        ends = [*starts[1:], frames]
        readings = [
            read.read(shot.prompt, float((end - start) / options.fps), options.width / options.height, seed)
            for shot, start, end in zip(self.prompts, starts, ends, strict=True)
        ]
        notes = list(dict.fromkeys(note for reading in readings for note in reading.notes))
        return Film([reading.scene for reading in readings], starts, options.fps, options.width, options.height), notes


def names(film: Film) -> Sequence[str]:
    """The pictures of the library that a film shows."""
    return list(dict.fromkeys(p.name for scene in film.scenes for p in scene.performers if not p.picture))
