"""Who plays in a request: the scenes that its prompt is read into, and the user's own performers in them.

Over pictures that are given, the user's own performers play a scene of their own, which is composited.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from soracli.card import Card
from soracli.errors import UsageError
from soracli.pipeline import composite
from soracli.pipeline.composite import Hand, Way
from soracli.pipeline.request import Request
from soracli.pipeline.task_specs import Brief
from soracli.scenes.plot import Plot
from soracli.types import Canvas, SamplingOptions, Shot
from soracli.weights import manifest

if TYPE_CHECKING:
    from soracli.scenes.adapters import Adapter


def plot(request: Request) -> Plot | None:
    """What the scenes are made from, if the model takes drafts and nothing but words is given."""
    card, brief, text, shots = request.card, request.brief, request.text, request.shots
    if brief.plot is not None:
        return brief.plot
    if brief.scene and (text or shots):
        raise UsageError("--scene: says everything; leave out the prompt", "two_prompts")
    if not (brief.staged and card.params.get("drafts")):
        if brief.scene:
            raise UsageError(f"--scene: {card.name} takes no drafts; use: -m {manifest.default()}", "no_drafts")
        if brief.hand is not None and brief.hand.sketch is not None:
            why = f"{card.name} takes none; use: -m {manifest.default()}" if brief.staged else "leave out --keyframe"
            raise UsageError(f"--sketch: {why}", "no_sketch")
        return None
    hand = brief.hand or Hand()
    subjects, alone = hand.subjects, hand.draft is not None
    sketched = hand.sketch is not None
    for one in subjects:
        one.check_cutout()
    own = _performers(card)
    said = shots or (Shot(0.0, text),)
    return Plot(said, brief.scene, card.stride[0], subjects, alone, sketched=sketched, performers=own)


def _performers(card: Card) -> tuple[Adapter, ...]:
    """Those that files of `--lora` bring."""
    if not (card.params.get("drafts") and card.params.get("loras")):
        return ()
    from soracli.scenes import adapters

    return adapters.performers(card)


def cast(brief: Brief, card: Card, text: str) -> Brief:
    """Over what is given, performers of `--lora` whom the prompt names play as subjects do."""
    if brief.staged or brief.plot is not None or not (own := _performers(card)):
        return brief
    from soracli.scenes import adapters
    from soracli.scenes.subjects import Subject

    there = adapters.named(text, own)
    unseen = tuple(adapters.note(one) for one in own if one not in there)
    if not there:
        return replace(brief, notes=(*brief.notes, *unseen))
    hand = brief.hand or Hand()
    more = tuple(Subject(str(one.path), f"{one.path}@1", str(one.path), one.own.name) for one in there)
    rests = "always" if brief.verb == "animate" and not (brief.words or brief.areas) else brief.rests
    hand = replace(hand, subjects=(*hand.subjects, *more))
    return replace(brief, hand=hand, notes=(*brief.notes, *unseen), rests=rests)


def by_hand(
    request: Request, hand: Hand, canvas: Canvas, options: SamplingOptions
) -> tuple[Canvas, Plot | None, Canvas | None]:
    """The canvas with what the user's hand adds, the scene that its subjects play in, who are added later, and the
    canvas without any of it if the holes of moved regions are to be filled.
    """
    brief, card, text = request.brief, request.card, request.text
    way, shown = Way.of(card), () if card.arch == "spark" else hand.subjects
    canvas = composite.referenced(canvas, shown, card)
    rests = brief.rests == "always" and way is not Way.CLOCKS
    if not shown and (rests or (brief.rests == "unprompted" and not text)):
        canvas = composite.held(canvas)
    bare = canvas if hand.moves and way is Way.KEPT else None
    canvas = hand.on(canvas, options, way)
    if shown or not hand.subjects:
        return canvas, None, bare
    for one in hand.subjects:
        one.check_cutout()
    own = _performers(card)
    cast = Plot((Shot(0.0, text),), subjects=hand.subjects, alone=True, footage=True, performers=own)
    return canvas, cast, bare
