"""`sora edit`: a scene painted anew, a look laid over the frames, or the frames painted by the model."""

from __future__ import annotations

from soracli.commands import restyle
from soracli.options.flags import Flags
from soracli.pipeline import scene_specs, task_specs
from soracli.pipeline.composite import Overlay
from soracli.pipeline.render import render
from soracli.prompts import modifiers

PAINTED = 0.6  # strength of painting where none is typed


def edit(args: restyle.Arguments, overlay: Overlay | None, flags: Flags) -> None:
    """Do whichever applies first. overlay: what is composited over the clip.

    A prompt alone changes the scene of a clip that sora made. A look is laid over by `restyle`. Else the model paints.
    """
    alone = not (args.strength is not None or args.style or args.reference or overlay or args.partial)
    if args.prompt and alone:
        scene = scene_specs.edited(args.path, args.prompt, flags, start=args.start, stop=args.stop, region=args.region)
        if scene is not None:
            render(scene[0], args.prompt, scene[1])
            return
    if overlay is None and restyle.applies(args, flags):
        restyle.edit(args, flags)
        return
    spec = task_specs.edit(
        args.path, PAINTED if args.strength is None else args.strength, args.start, args.stop, args.fit,
        modifiers.words(style=args.style), reference=args.reference, allow_partial=args.partial,
        region=args.region, overlay=overlay,
    )  # fmt: skip
    render(spec, args.prompt, flags)
