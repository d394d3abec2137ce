"""Scenes painted by a model, beside the renderer's own films of them."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from soracli import models
from soracli.draft import Draft, Layer
from soracli.models.spark import Spark
from soracli.pipeline import tasks
from soracli.sampling.sampler import sample
from soracli.sampling.segments import scripts
from soracli.scenes.animatic import bank_of
from soracli.scenes.drafting import drafted, times
from soracli.scenes.plot import Film
from soracli.types import Canvas, Frames, Geometry, SamplingOptions
from soracli.weights import manifest
from soracli.world.domain import Frame, Painted
from soracli.world.render import painter
from soracli.world.scene import Scene
from soracli.world.weather import fall


@dataclass(frozen=True)
class Watched(Draft):
    """A draft that keeps what was painted under it."""

    under: list[Frames] = field(default_factory=list)

    def laid(self, painted: Frames, start: int) -> Frames:
        self.under.append(painted)
        return super().laid(painted, start)


class Painting(NamedTuple):
    """A scene as it was painted, uint8 (T, H, W, 3) each.

    plate: what the network painted. plain: with performers, light and weather. result: in its style. truth: the
    renderer's film in the plain style, with its boxes. draft: the performers alone, of any frames. borders: first
    frames of windows that go on from others. seconds: what painting took.
    """

    scene: Scene
    fps: float
    plate: Frames
    plain: Frames
    result: Frames
    truth: Painted
    draft: Draft
    borders: tuple[int, ...]
    seconds: float

    @property
    def film(self) -> Frames:
        """The renderer's frames."""
        frames: Frames = self.truth.pixels[0].numpy()
        return frames

    def layer(self, frame: int) -> Layer:
        """The performers alone in one frame, (1, H, W, ...)."""
        return self.draft.drawn(frame, frame + 1)


@dataclass(frozen=True)
class Settings:
    """How a model paints: None = as its card says."""

    steps: int | None = None
    shift: float | None = None
    guidance: float | None = None


class Painter:
    """A model, and how it paints."""

    def __init__(self, model: Spark, settings: Settings) -> None:
        self.model, self.settings = model, settings

    def options(self, frames: int, fps: int, size: tuple[int, int], seed: int) -> SamplingOptions:
        own = SamplingOptions.of(self.model.card)
        said = {name: value for name, value in vars(self.settings).items() if value is not None}
        return replace(
            own, width=size[0], height=size[1], seconds=Fraction(frames, fps), fps=Fraction(fps), seed=seed,
            marked=False, **said,
        )  # fmt: skip

    def paint(
        self, scene: Scene, frames: int, fps: int, size: tuple[int, int] = (256, 256), seed: int = 0, begin: float = 0.0
    ) -> Painting:
        """begin: seconds into the scene that the first frame shows."""
        options = self.options(frames, fps, size, seed)
        geometry = Geometry.of(options, self.model.card)
        film = Film((scene,), (0,), options.fps, *size, begin)
        own, plain = drafted(film), []

        def finish(frames: Frames, start: int) -> Frames:
            plain.append(frames)
            return own.finish(frames, start)

        draft = Watched(**{part.name: getattr(own, part.name) for part in fields(own)} | {"finish": finish})
        canvas = replace(tasks.generate(frames, size[1], size[0], options.fps), draft=draft)
        clock, parts = time.perf_counter(), []
        for step in sample(self.model, canvas, film.shots, options, geometry):
            if step.frames is not None:
                parts.append(step.frames)
        took = time.perf_counter() - clock
        truth = filmed(scene, times(film, 0, 0, frames), size)
        plate, laid = (np.concatenate(kept)[:frames] for kept in (draft.under, plain))
        borders = self._borders(canvas, film, geometry)
        return Painting(scene, fps, plate, laid, np.concatenate(parts), truth, own, borders, took)

    def _borders(self, canvas: Canvas, film: Film, geometry: Geometry) -> tuple[int, ...]:
        segments = [script.segment for script in scripts(self.model.card, canvas, film.shots, geometry)]
        spans = [span for segment in segments if segment.plates is None for span in segment.spans]
        return tuple(geometry.span(before.stop).start for before in spans[:-1])


def filmed(scene: Scene, times: torch.Tensor, size: tuple[int, int]) -> Painted:
    """The renderer's film in the plain style, with its boxes."""
    plain, frame = replace(scene, style="3d"), Frame(*size, times)
    painted = painter(scene.domain)([plain], frame, bank_of(scene), torch.device("cpu"))
    fall(painted.pixels[0], plain, frame, painted.camera[0])
    return painted


def shipped() -> Spark | None:
    """The default model, if it takes drafts."""
    card = manifest.card()
    model = models.load(card, manifest.paths(card))
    return model if isinstance(model, Spark) and model.dit.steering is not None else None


def from_checkpoint(path: Path, base: str = "spark", temperature: float = 0.15) -> Spark:
    """The base model with the averaged weights of a training checkpoint."""
    card = manifest.card(base)
    dit = {**card.params.get("dit", {}), "control": True, "temperature": temperature}
    kept = {name: value for name, value in card.params.items() if name != "mirror"}
    paths = {role: files for role, files in manifest.paths(card).items() if role != "transformer"}
    model = Spark.load(replace(card, params={**kept, "dit": dit}), paths)
    model.dit.load_state_dict(torch.load(path, map_location="cpu", weights_only=False)["ema"])
    return model
