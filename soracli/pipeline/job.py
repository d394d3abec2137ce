"""A job: one call of a rendering verb, checked and worked out before anything slow is loaded."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from soracli import __version__
from soracli.card import Card
from soracli.media import DIGEST
from soracli.options import open_models
from soracli.options.calls import Call
from soracli.pipeline import composite, model_cache, tasks
from soracli.pipeline.composite import DraftMode, Overlay
from soracli.pipeline.output_paths import Outputs
from soracli.pipeline.real_footage import Moving
from soracli.pipeline.recipe import of_call
from soracli.pipeline.request import Prompt
from soracli.pipeline.soundtrack import Soundtrack
from soracli.pipeline.spec import TaskSpec
from soracli.resources.estimate import Budget, Plan
from soracli.safety import policy, review, screening
from soracli.sampling import frame_rates
from soracli.scenes import notation
from soracli.scenes.plot import Film, Plot
from soracli.types import Canvas, Frames, Geometry, Mask, SamplingOptions, Shot
from soracli.weights import manifest

FILLERS = ("rife", "shots")  # networks by which holes are filled


@dataclass(frozen=True, kw_only=True)
class Job:
    """One call of a rendering verb. options.seed is set per result from `seeds`."""

    # what is asked for
    spec: TaskSpec
    words: Prompt
    shots: tuple[Shot, ...]  # of several prompts; empty = one
    card: Card
    options: SamplingOptions
    seeds: list[int]  # one per result
    outputs: Outputs
    # what is sampled
    canvas: Canvas
    geometry: Geometry  # of what is painted
    pace: frame_rates.Pace | None = None  # where painted frames lie, if not at those of the canvas
    plot: Plot | None = None  # of models that take drafts, where nothing is given
    cast: Plot | None = None  # of the user's own performers, where they are composited over what is given
    bare: Canvas | None = None  # before regions were moved, if what they leave is still to be filled
    films: dict[int, Film] = field(default_factory=dict)  # of the plot, by the seeds for which it was read so far
    # where nothing is sampled
    filled: bool = False  # from the clip itself: no model paints
    moving: Moving | None = None  # sources that go on by their own motion
    # beside the frames
    track: Soundtrack = field(default_factory=Soundtrack)
    notes: list[str] = field(default_factory=list)  # what the user should know before the work begins
    by_words_only: bool = False  # whether the policy's rules of meaning could not be asked
    # what it takes
    plan: Plan  # of one result
    budget: Budget
    threads: int | None = None
    # how it is done again
    call: Call  # by whoever has the file: as its recipe says it
    record: Call  # here, after an interrupt: as its run says it

    @property
    def verb(self) -> str:
        """Name of the verb."""
        return self.spec.verb

    @property
    def prompt(self) -> str:
        """What the model gets, with the words that flags add."""
        return self.words.text

    @property
    def asked(self) -> str:
        """The prompt before it was expanded; empty if that is the same."""
        return self.words.asked

    @property
    def painting(self) -> SamplingOptions:
        """The options of what is painted: frames between may be interpolated, see `pace`."""
        return frame_rates.options(self.options, self.pace)

    def conditions(self, seed: int) -> tuple[Canvas, str | tuple[Shot, ...]]:
        """What the sampler gets for one result: the canvas, with its draft if it has one; the prompt, or shots."""
        if self.plot is None:
            return self.canvas, self.shots or self.prompt
        from soracli.scenes import adapters
        from soracli.scenes.drafting import drafted

        film = self._film(self.plot, seed)
        overlay = self.spec.overlay or Overlay()
        canvas = tasks.painted_from(self.canvas, film.starts[-1]) if self.spec.onward else self.canvas
        parts = overlay.layer(self.options), overlay.place(self.options), adapters.grade(self.card)
        draft = drafted(film, *parts)
        if tasks.keeps(canvas) and not self.spec.onward:
            draft = composite.inside(draft, canvas)
        return replace(canvas, draft=draft), film.shots

    def composited(self, on_progress: Callable[[int, int], None] = lambda done, total: None) -> Job:
        """The job with the holes of moved regions filled, and the user's own performers drawn over what is given.

        Not done by `prepare`, since it takes torch. on_progress: how much of the filling is done, of how much.
        """
        canvas, way = self.canvas, DraftMode.of(self.card)
        if self.bare is not None and self.spec.overlay is not None:
            canvas = self.spec.overlay.on(self.bare, self.options, way, functools.partial(_filled, on_progress))
        if self.cast is not None and not self.filled:
            canvas = composite.laid(canvas, self.performed(), way)
        if canvas is self.canvas:
            return self
        return replace(self, canvas=canvas, pace=frame_rates.paced(canvas, self.card))

    def performed(self) -> composite.Layers:
        """The performers who are composited over what is given, on their part of the frame."""
        from soracli.scenes.drafting import drafted

        assert self.cast is not None
        size = self.options.width, self.options.height
        x, y, wide, high = (round(share * side) for share, side in zip(self.spec.stage, 2 * size, strict=True))
        part = replace(self.options, width=max(wide, 1), height=max(high, 1))
        film, _ = self.cast.film(part, self.seeds[0], self.canvas.frames)
        return composite.beside(drafted(film).drawn, (x, y), size)

    @property
    def said(self) -> list[screening.ScreenedText]:
        """All texts to be screened: what the model gets, and the prompt that one of them was expanded from."""
        told = screening.said(self.prompt, self.shots, self.options.negative, self.options.guidance)
        return [*told, *([screening.ScreenedText(self.asked)] if self.asked else [])]

    @property
    def styled(self) -> bool:
        """Whether a look was asked for, or another picture's colours: what is given does not bound them."""
        return bool(self.spec.words) or "style_ref" in self.spec.record

    @property
    def enlarges(self) -> bool:
        """Whether a network makes the result larger than it is painted."""
        return self.geometry.enlarges and not (self.filled or self.moving)

    @property
    def seconds(self) -> float:
        """Estimated seconds for all results, 0 if unknown."""
        return self.plan.seconds * len(self.seeds)

    @property
    def _more(self) -> dict[str, Any]:
        """Whether painting started from marked noise, what made a picture larger than it was painted, and what saw the
        motion by which it was filled instead."""
        known = manifest.tools()
        if self.filled or (self.bare is not None and len(self.spec.given[0].clip.frames) > 1):
            networks = {name: manifest.digest(known[name]) for name in FILLERS}
            return {**({"filled": True} if self.filled else {}), "networks": networks}
        enlarged = {"enlarged": manifest.digest(known[model_cache.ENHANCER])} if self.enlarges else {}
        return enlarged | ({"noise": "marked"} if self.painting.marked else {})

    def _scene(self, seed: int) -> dict[str, Any]:
        """The scene file of one result."""
        if self.plot is None:
            return {}
        from soracli.scenes import file, file_format

        film = self._film(self.plot, seed)
        text = file.text([file_format.Shot(*timed) for timed in film.timed(self.canvas.frames)])
        return {"scene": notation.with_pictures(text, lambda path: Path(path).name)}

    def _film(self, plot: Plot, seed: int) -> Film:
        """The film of one result: a prompt is read once for each seed."""
        if seed not in self.films:
            self.films[seed], _ = plot.film(self.options, seed, self.canvas.frames)
        return self.films[seed]

    @functools.cached_property
    def _remembered(self) -> dict[str, Any]:
        """What the recipe says of the call: the files that it reads are read through for it, once."""
        return of_call(self.call)

    def recipe(self, seed: int) -> dict[str, Any]:
        """What the file says about itself: enough to paint it again."""
        _, height, width = self.geometry.keep
        options = self.options
        return {
            "soracli": __version__, "verb": self.verb, "prompt": self.prompt,
            **({"asked": self.asked} if self.asked else {}), "negative": options.negative,
            "model": self.card.name, "weights": manifest.digest(self.card), "width": width, "height": height,
            "frames": self.canvas.frames, "fps": str(options.fps), "steps": options.steps,
            "guidance": options.guidance, "shift": options.shift, "solver": options.solver, "seed": seed,
            **open_models.record(self.card), **self.spec.record, **self._more,
            **({"again": list(self.canvas.again)} if self.canvas.again else {}),
            **({"shots": [[shot.start, shot.prompt] for shot in self.shots]} if self.shots else {}),
            **self._scene(seed), **({} if self.moving is None else self.moving.record),
            "policy": policy.load().name + (", by words only" if self.by_words_only else ""),
            "review": ",".join(review.names()), **self._remembered, DIGEST: "",
        }  # fmt: skip


def _filled(on_progress: Callable[[int, int], None], frames: Frames, holes: Mask) -> Frames:
    """Frames (T, H, W, 3) with their holes (T, H, W) filled by what other frames show, and by patches.

    The union of the holes is filled in every frame: the region that moves stands in its own hole before and after.
    """
    from soracli.footage import removal

    out, open_ = np.array(frames), holes > 0
    everywhere = np.repeat(open_.any(0, keepdims=True), len(out), 0)
    for done, total in removal.fill(out, everywhere, np.zeros_like(open_)):
        on_progress(done, total)
    return np.where(open_[..., None], out, frames)
