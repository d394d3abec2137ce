"""`sora edit`: a scene painted anew, a look laid over the frames, or the frames painted by the model."""

from __future__ import annotations

from soracli.commands import restyle
from soracli.options.flags import Flags
from soracli.pipeline import scene_specs, task_specs
from soracli.pipeline.composite import Hand
from soracli.pipeline.render import render
from soracli.prompts import modifiers

PAINTED = 0.6  # strength of painting where none is typed


def edit(given: restyle.Arguments, hand: Hand | None, flags: Flags) -> None:
    """Do whichever applies first. hand: what is composited over the clip.

    A prompt alone changes the scene of a clip that sora made. A look is laid over by `restyle`. Else the model paints.
    """
    alone = not (given.strength is not None or given.style or given.reference or hand or given.partial)
    if given.prompt and alone:
        scene = scene_specs.edited(
            given.path, given.prompt, flags, start=given.start, stop=given.stop, region=given.region
        )
        if scene is not None:
            render(scene[0], given.prompt, scene[1])
            return
    if hand is None and restyle.applies(given, flags):
        restyle.edit(given, flags)
        return
    spec = task_specs.edit(
        given.path, PAINTED if given.strength is None else given.strength, given.start, given.stop, given.fit,
        modifiers.words(style=given.style), reference=given.reference, allow_partial=given.partial,
        region=given.region, hand=hand,
    )  # fmt: skip
    render(spec, given.prompt, flags)
