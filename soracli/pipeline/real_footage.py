"""Real footage is not painted anew: it goes on, meets itself or is filmed by its own pixels (`footage.motion_drafts`).

The embedded model knows the world it was trained on. What was filmed or photographed gets a draft that covers all there
is to paint (`Draft.whole`), so that nothing is sampled. Here it is chosen whether, and how, by the request and its
sources.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from soracli import media
from soracli.card import Card
from soracli.errors import SoraError, UsageError
from soracli.footage import camera, motion_drafts
from soracli.media import Source
from soracli.pipeline.spec import TaskSpec
from soracli.types import Canvas, Clip
from soracli.weights import manifest

ENGINES = ("auto", "motion", "model")
RATE = Fraction(30)  # of a still picture's film, if none is asked for
TOOLS = ("rife", "shots")  # networks that find motion and cuts
LINES = 256  # of the picture that is looked at to tell film from drawing
BLOCK = 8  # pixels on a side of its blocks
FLAT = (
    0.3  # levels by which the calmest quarter of blocks departs from a plane: drawn ones up to 0.2, filmed 0.4 and up
)

Frame = npt.NDArray[np.uint8]  # (H, W, 3)


@dataclass(frozen=True)
class Moving:
    """How footage is gone on with. move: of a camera over a still picture, see `camera`; empty = by its own motion.

    picture: that one, as it was read; fit: how it is brought to the result's shape. pace: of the camera.
    beside: of the camera over single pictures in a film (key frames), toward each and away from it. toward: of the move
    `drift`, in which a part of the picture flows, see `drifting`.
    """

    move: str = ""
    picture: Clip | None = None
    fit: str = "pad"
    pace: float = 1.0
    beside: str = "static"
    toward: tuple[float, float] = (0.0, 0.0)
    notes: tuple[str, ...] = ()

    def laid(self, canvas: Canvas, device: str = "cpu") -> Canvas:
        """The canvas with a draft over all that is to be painted. Nothing is looked at before the draft is drawn."""
        if not self.move:
            return replace(canvas, draft=motion_drafts.filmed(canvas, device, self.beside, self.pace))
        if self.move == "drift":
            return replace(canvas, draft=motion_drafts.drifted(canvas, self.toward, self.pace))
        if self.move == "zoom-out":
            canvas = replace(canvas, mask=canvas.mask[::-1])  # it ends on the picture
        assert self.picture is not None
        draft = motion_drafts.photographed(canvas, self.picture, self.move, self.pace, self.fit)
        return replace(canvas, draft=draft)

    def said(self, results: int) -> tuple[str, ...]:
        """For the user, who is given so many results."""
        return (*self.notes, *(["motion has no seed: all results are the same."] if results > 1 else []))

    @property
    def record(self) -> dict[str, Any]:
        """Rows of the recipe: engine, camera move, digests of the networks."""
        if self.move:
            return {"engine": "motion", "move": self.move}
        known = manifest.tools()
        networks = {name: manifest.digest(known[name]) for name in TOOLS}
        return {"engine": "motion", "networks": networks, **({"move": self.beside} if self.beside != "static" else {})}

    @property
    def networks(self) -> tuple[str, ...]:
        """Those that it takes, of `manifest.tools`; a camera over a picture takes none, and no torch."""
        return () if self.move else TOOLS

    def check(self) -> None:
        """Raise WeightsError if a file is missing, before torch is loaded."""
        for name in self.networks:
            manifest.paths(manifest.tools()[name])


# --- choosing ---------------------------------------------------------------------------------------------------------


def chosen(spec: TaskSpec, card: Card, prompt: str) -> Moving | None:
    """How a request is met by its sources' own motion; None if the model is to paint it."""
    if spec.engine not in (*ENGINES, ""):
        raise UsageError(f"--engine {spec.engine}: must be one of {', '.join(ENGINES)}", "bad_engine")
    if spec.engine in ("", "model") or spec.overlay is not None:
        return None
    still = len(spec.given) == 1 and len(spec.given[0].clip.frames) == 1
    if spec.engine == "auto" and not card.takes_drafts:
        return None
    how = "asked for"
    if spec.engine == "auto":
        what = "is a photograph or film" if any(map(foreign, spec.given)) else "tells no scene that goes on"
        how = f"the source {what}, which {card.name} cannot go on with"
    if spec.areas:
        return _of_part(spec, card, prompt, how)
    if still and not spec.keyed:
        return _of_picture(spec, card, prompt, how)
    notes = [f"{how}: made by its own motion (RIFE); --engine model has {card.name} paint it."]
    beside, pace = "static", 1.0
    if all(len(source.clip.frames) == 1 for source in spec.given):
        pace = camera.pace(spec.words)
        beside = _asked(spec, prompt) or ("push-in" if pace else "static")
        beside = "zoom-in" if beside == "zoom-out" else beside  # toward the picture it does
        notes = [
            f"{how}: a camera moves over each picture ({beside}), and pictures of one place move into each other "
            f"(RIFE); --engine model has {card.name} paint it."
        ]
    if prompt and (spec.keyed or not camera.said(prompt)):
        notes.append("its own motion knows no prompt: what that asks for is not followed, but for camera moves.")
    return Moving(beside=beside, pace=pace, notes=tuple(notes))


def _asked(spec: TaskSpec, prompt: str) -> str | None:
    """The camera move that is asked for, if one is. Raises UsageError for one that a picture cannot have."""
    asked = spec.camera or camera.said(prompt)
    if asked in ("tracking", "orbit"):
        raise UsageError(
            f"--camera {asked}: a photograph has no depth to move round in; there are "
            f"{', '.join(camera.MOVES[1:])}, and --engine model",
            "bad_camera",
        )
    return asked


def _of_picture(spec: TaskSpec, card: Card, prompt: str, how: str) -> Moving:
    asked = _asked(spec, prompt)
    pace = camera.pace(spec.words)
    move = asked or ("push-in" if pace else "static")
    notes = [f"{how}: nothing in it moves, the camera does ({move}); --engine model has {card.name} paint it."]
    if move == "zoom-out":
        notes.append("the clip ends on the picture instead of beginning with it.")
    if prompt and not camera.said(prompt):
        notes.append("of a prompt only camera moves are followed here (zoom in, pan left, ...).")
    return Moving(move, spec.given[0].clip, spec.record.get("fit", "pad"), pace, notes=tuple(notes))


def _of_part(spec: TaskSpec, card: Card, prompt: str, how: str) -> Moving:
    """A part of a picture that flows, or ripples, while the rest stands."""
    from soracli.footage import drifting

    if spec.keyed or len(spec.given) > 1:
        raise UsageError("--region: moves a part of one picture; leave out --to and --keyframe", "no_effect")
    if spec.camera not in ("", "static"):
        raise UsageError(f"--camera {spec.camera}: all but the --region stands still; give one of them", "no_effect")
    toward = drifting.way(prompt)
    named = {(0.0, 0.0): "ripples", (-1.0, 0.0): "flows to the left", (1.0, 0.0): "flows to the right",
             (0.0, 1.0): "flows down", (0.0, -1.0): "flows up"}[toward]  # fmt: skip
    notes = (
        f"{how}: what --region names {named}, the rest stands (say left, right, up or down in a prompt); "
        f"--engine model has {card.name} paint it.",
    )
    return Moving("drift", spec.given[0].clip, pace=camera.pace(spec.words), toward=toward, notes=notes)


def foreign(source: Source) -> bool:
    """Whether a source was filmed or photographed: of no model of ours by its recipe, and not drawn by its looks.

    Sound alone is neither.
    """
    if not len(source.clip.frames) or _painted(source):
        return False
    frames = source.clip.frames
    return any(_rough(frames[number]) for number in {0, len(frames) // 2, len(frames) - 1})


def _painted(source: Source) -> bool:
    """Whether it is a model's of ours from nothing but words, by its recipe."""
    try:
        recipe = media.info(str(source.path)).recipe if source.data is None else None
    except SoraError:
        return False
    return recipe is not None and recipe.get("verb") in ("generate", "image")


def _rough(frame: Frame) -> bool:
    """Whether hardly any part of a picture is flat: light falls on things, and a sensor has noise."""
    small = max(1, min(frame.shape[:2]) // LINES)
    height, width = (side // (small * BLOCK) * BLOCK for side in frame.shape[:2])
    if not height or not width:
        return True
    grey = frame[: height * small, : width * small].mean(2)
    grey = grey.reshape(height, small, width, small).mean((1, 3))
    blocks = grey.reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK).transpose(0, 2, 1, 3).reshape(-1, BLOCK, BLOCK)
    blocks = blocks - blocks.mean((1, 2), keepdims=True)
    slope = np.arange(BLOCK) - (BLOCK - 1) / 2
    for ramp in (slope[:, None], slope[None]):
        blocks = blocks - (blocks * ramp).sum((1, 2), keepdims=True) / (BLOCK * np.square(slope).sum()) * ramp
    return bool(np.quantile(blocks.std((1, 2)), 0.25) > FLAT)
