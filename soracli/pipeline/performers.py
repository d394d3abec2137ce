"""Who plays in a request: the scenes that its prompt is read into, and the user's own performers in them.

Over pictures that are given, the user's own performers play a scene of their own, which is composited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from soracli.card import Card
from soracli.errors import UsageError
from soracli.pipeline import composite
from soracli.pipeline.composite import DraftMode, Overlay
from soracli.pipeline.request import Request
from soracli.pipeline.spec import TaskSpec
from soracli.scenes.plot import Plot
from soracli.types import Canvas, SamplingOptions, Shot
from soracli.weights import manifest

if TYPE_CHECKING:
    from soracli.scenes.adapters import Adapter


def plot(request: Request) -> Plot | None:
    """What the scenes are made from, if the model takes drafts and nothing but words is given."""
    card, spec, text, shots = request.card, request.spec, request.text, request.shots
    if spec.plot is not None:
        return spec.plot
    if spec.scene and (text or shots):
        raise UsageError("--scene: says everything; leave out the prompt", "two_prompts")
    if not (spec.staged and card.takes_drafts):
        if spec.scene:
            raise UsageError(f"--scene: {card.name} takes no drafts; use: -m {manifest.default()}", "no_drafts")
        if spec.overlay is not None and spec.overlay.sketch is not None:
            why = f"{card.name} takes none; use: -m {manifest.default()}" if spec.staged else "leave out --keyframe"
            raise UsageError(f"--sketch: {why}", "no_sketch")
        return None
    overlay = spec.overlay or Overlay()
    subjects, alone = overlay.subjects, overlay.draft is not None
    sketched = overlay.sketch is not None
    for one in subjects:
        one.check_cutout()
    said = shots or (Shot(0.0, text),)
    return Plot(said, spec.scene, card.stride[0], subjects, alone, sketched=sketched, performers=own(card))


def own(card: Card) -> tuple[Adapter, ...]:
    """The user's own performers, which files of `--lora` bring."""
    if not (card.takes_drafts and card.options.loras):
        return ()
    from soracli.scenes import adapters

    return adapters.performers(card)


def cast(spec: TaskSpec, players: Sequence[Adapter], text: str) -> TaskSpec:
    """Over what is given, the user's own performers whom the prompt names play as subjects do."""
    from soracli.scenes import adapters
    from soracli.scenes.subjects import Subject

    there = adapters.named(text, players)
    unseen = tuple(adapters.note(one) for one in players if one not in there)
    if not there:
        return replace(spec, notes=(*spec.notes, *unseen))
    overlay = spec.overlay or Overlay()
    more = tuple(Subject(str(one.path), f"{one.path}@1", str(one.path), one.own.name) for one in there)
    rests = "always" if spec.verb == "animate" and not (spec.words or spec.areas) else spec.rests
    overlay = replace(overlay, subjects=(*overlay.subjects, *more))
    return replace(spec, overlay=overlay, notes=(*spec.notes, *unseen), rests=rests)


def with_overlay(
    request: Request, overlay: Overlay, canvas: Canvas, options: SamplingOptions
) -> tuple[Canvas, Plot | None, Canvas | None]:
    """The canvas with what the user lays over a clip, the scene that its subjects play in, who are added later, and the
    canvas without any of it if the holes of moved regions are to be filled.
    """
    spec, card, text = request.spec, request.card, request.text
    way, shown = DraftMode.of(card), () if card.arch == "spark" else overlay.subjects
    canvas = composite.referenced(canvas, shown, card)
    rests = spec.rests == "always" and way is not DraftMode.CLOCKS
    if not shown and (rests or (spec.rests == "unprompted" and not text)):
        canvas = composite.held(canvas)
    bare = canvas if overlay.moves and way is DraftMode.KEPT else None
    canvas = overlay.on(canvas, options, way)
    if shown or not overlay.subjects:
        return canvas, None, bare
    for one in overlay.subjects:
        one.check_cutout()
    scene = Plot((Shot(0.0, text),), subjects=overlay.subjects, alone=True, footage=True, performers=own(card))
    return canvas, scene, bare
