"""What a film of scenes is made from: prompts with the times from which they hold, or a scene file."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from soracli.types import SamplingOptions, Shot
from soracli.world.scene import Scene
from soracli.world.setting import setting

if TYPE_CHECKING:
    from soracli.scenes.adapters import Adapter
    from soracli.scenes.file_format import Shot as Filed
    from soracli.scenes.subjects import Subject

GOING = frozenset({"tracking", "pan left", "pan right", "orbit"})  # cameras that leave their place
MOMENT = 2.0  # seconds into a scene that a picture of it shows: halfway along the paths of those who move


@dataclass(frozen=True)
class Film:
    """Scenes one after the other. starts: first frame of each, rising from 0. fps, width, height: of the result.

    begin: seconds into the first scene that the first frame shows. seeds: of the noise of each, None = the film's.
    """

    scenes: tuple[Scene, ...]
    starts: tuple[int, ...]
    fps: Fraction
    width: int
    height: int
    begin: float = 0.0
    seeds: tuple[int | None, ...] = ()

    @property
    def aspect(self) -> float:
        return self.width / self.height

    def timed(self, frames: int) -> list[tuple[Scene, float]]:
        """Each scene and how many seconds of the film, which has so many frames, are of it."""
        if frames == 1:
            return [(self.scenes[0], self.scenes[0].length or 2 * MOMENT)]
        ends = [*self.starts[1:], frames]
        return [
            (scene, float((end - start) / self.fps))
            for scene, start, end in zip(self.scenes, self.starts, ends, strict=True)
        ]

    @property
    def shots(self) -> tuple[Shot, ...]:
        """What the network is told of each, and the seed of its noise."""
        return tuple(
            Shot(float(start / self.fps), setting(scene), seed)
            for scene, start, seed in zip(
                self.scenes, self.starts, self.seeds or (None,) * len(self.scenes), strict=True
            )
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
    """prompts: at least one, the first from 0 s on. file: path of a scene file instead, or its text, or ``.

    time: frames that are painted together; shots begin on their borders. subjects: pictures of the user's own that
    play performers. alone: whether those are the only performers. footage: whether they play over pictures that have a
    camera of their own. sketched: whether the place is a picture of the user's own, along which no camera can go.
    varied: whether what a scene's seed says (clouds, ridges, textures) is for each result's own seed to say.
    performers: files of `--lora` that hold one; they play whoever is called so. large: whether who plays is as large as
    the frame allows. begin: seconds into the first scene at which a clip begins.
    """

    prompts: tuple[Shot, ...] = ()
    file: str = ""
    time: int = 1
    subjects: tuple[Subject, ...] = ()
    alone: bool = False
    footage: bool = False
    sketched: bool = False
    varied: bool = False
    performers: tuple[Adapter, ...] = ()
    large: bool = False
    begin: float = 0.0

    @cached_property
    def filed(self) -> tuple[Filed, ...]:
        """The scenes of the file with their lengths."""
        from soracli.scenes import file

        return file.parse(self.file, Path(), "--scene") if "\n" in self.file else file.load(self.file)

    @property
    def seconds(self) -> Fraction:
        """How long a scene file is."""
        return sum((Fraction(shot.seconds).limit_denominator(1000) for shot in self.filed), Fraction(0))

    @property
    def begins(self) -> tuple[Shot, ...]:
        """When each shot is to begin, before that is brought to a border."""
        if not self.file:
            return self.prompts
        starts = itertools.accumulate((shot.seconds for shot in self.filed[:-1]), initial=0.0)
        return tuple(Shot(start, shot.prompt) for start, shot in zip(starts, self.filed, strict=True))

    def film(self, options: SamplingOptions, seed: int, frames: int) -> tuple[Film, list[str]]:
        """The film for one seed, and what there is to say about it. frames: of the result, 1 for a picture."""
        begin = MOMENT if options.seconds == 0 else self.begin
        which, starts = self._cuts(options.fps, frames)
        scenes, notes = self._scenes(options, seed, which, [*starts, frames])
        if self.subjects:
            from soracli.scenes.subjects import played

            scenes = list(played(scenes, self.subjects))
        if self.performers:
            from soracli.scenes import adapters

            notes += adapters.absent(scenes, self.performers)
            scenes = list(adapters.played(scenes, self.performers))
        if self.alone:
            gone = list(dict.fromkeys(p.name for scene in scenes for p in scene.performers if not p.picture))
            scenes = [alone(scene) for scene in scenes]
            notes += [f"the draft is shown instead of {' and '.join(map(repr, gone))}."] if gone else []
        if self.footage:
            scenes = [replace(scene, camera="static", style="3d") for scene in scenes]
        if self.large:
            from soracli.scenes.onward import enlarged

            scenes = [enlarged(scene, options.width / options.height) for scene in scenes]
        if self.varied:
            scenes = [replace(scene, seed=seed) for scene in scenes]
        if self.sketched:
            if any(scene.camera in GOING for scene in scenes):
                notes.append("--sketch is one picture: the camera stays where it is.")
            scenes = [replace(scene, camera="static") if scene.camera in GOING else scene for scene in scenes]
        own = self.file and options.seconds != 0
        seeds = tuple(_mixed(seed, scene.seed) if own and scene.seed not in (0, seed) else None for scene in scenes)
        size = options.width, options.height
        return Film(tuple(scenes), tuple(starts), options.fps, *size, begin, seeds), notes

    def _cuts(self, fps: Fraction, frames: int) -> tuple[list[int], list[int]]:
        """Which shots are shown, and their first frames, on borders; of several on one border the last is shown."""
        at: dict[int, int] = {}
        for number, shot in enumerate(self.begins):
            border = round(Fraction(shot.start) * fps / self.time) * self.time if number else 0
            if not number or border < frames:
                at[border] = number
        return list(at.values()), list(at)

    def _scenes(
        self, options: SamplingOptions, seed: int, which: Sequence[int], borders: Sequence[int]
    ) -> tuple[list[Scene], list[str]]:
        """The scenes of shots by number, between frames, and notes."""
        shown = [float(max(end - start, 1) / options.fps) for start, end in itertools.pairwise(borders)]
        if options.seconds == 0:
            shown = [2 * MOMENT for _ in which]
        if self.file:
            scenes = [(self.filed[number].scene, seconds) for number, seconds in zip(which, shown, strict=True)]
            return [scene if scene.onward else replace(scene, length=seconds) for scene, seconds in scenes], []
        from soracli.scenes import known, read

        library = known.shipped()
        if self.subjects or self.performers:
            from soracli.scenes import subjects

            library = subjects.known(self.subjects, [one.own for one in self.performers])
        aspect, readings = options.width / options.height, []
        for number, seconds in zip(which, shown, strict=True):
            reading = read.read(self.prompts[number].prompt, seconds, aspect, seed, library)
            readings.append(reading._replace(scene=replace(reading.scene, length=seconds)))
        return [reading.scene for reading in readings], list(
            dict.fromkeys(note for reading in readings for note in reading.notes)
        )


def alone(scene: Scene) -> Scene:
    """A scene with those performers alone whom a picture of the user's own plays."""
    kept = [i for i, performer in enumerate(scene.performers) if performer.picture]
    cast = []
    for i in kept:
        performer = scene.performers[i]
        partner = kept.index(performer.partner) if performer.partner in kept else -1
        cast.append(replace(performer, partner=partner, relation=performer.relation if partner >= 0 else ""))
    return replace(scene, performers=tuple(cast))


def _mixed(seed: int, own: int) -> int:
    """The seed of a shot's noise from the film's and its own."""
    return (seed + 2_654_435_761 * own) % 2**32  # Knuth's multiplier: neighbours fall far apart
