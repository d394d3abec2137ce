"""The verbs that make a clip from clips."""

from __future__ import annotations

from typing import Annotated

import typer

from soracli.cli.command import Verb, rendering
from soracli.cli.options import (
    ClipFile,
    Engine,
    Fit,
    Look,
    MoveOptions,
    Partial,
    Prompt,
    Region,
    examples,
    given,
    source,
)
from soracli.errors import UsageError
from soracli.options.flags import Flags, OutputFlags

app = typer.Typer(rich_markup_mode=None)


@app.command(
    cls=Verb,
    epilog=examples(
        'sora extend dog.mp4 "the dog walks on" --by 2s',
        "sora extend dog.mp4 --backward --by 1s --overlap 0.5s -o longer.mp4",
        "sora extend dog.mp4 --loop -o loop.mp4",
    ),
)
@rendering
def extend(
    clip: ClipFile,
    prompt: Prompt = None,
    forward: Annotated[bool, given("Add after the end (default).", "--forward")] = False,
    backward: Annotated[bool, given("Add before the beginning.", "--backward")] = False,
    both: Annotated[bool, given("Add at both ends.", "--both")] = False,
    loop: Annotated[bool, given("Close the clip into an endless loop.", "--loop")] = False,
    by: Annotated[str, given("How much is added (default 2s).", "--by", metavar="TIME")] = "2s",
    overlap: Annotated[
        str | None,
        given("How much of the clip the model sees (default: as much as it can).", "--overlap", metavar="TIME"),
    ] = None,
    engine: Engine = "auto",
    fit: Fit = "pad",
    allow_partial: Partial = False,
    *,
    flags: Flags,
) -> None:
    """Make a clip longer. Its own frames stay as they are.

    After a clip that sora made of a scene, the scene goes on; with a PROMPT it is a new shot in the same place.
    """
    from soracli.pipeline import scene_specs, task_specs
    from soracli.pipeline.render import render

    if loop and (forward or backward or both):
        raise UsageError("--loop: closes the clip; it cannot go with --forward, --backward or --both", "bad_direction")
    before = by if backward or both else None
    after = by if not loop and (forward or both or not backward) else None
    spec = task_specs.extend(clip, before, after, by if loop else None, fit, overlap, allow_partial, engine)
    if engine == "auto" and not (loop or overlap):
        spec, flags = scene_specs.extended(spec, clip, prompt, flags, before, after)
    render(spec, prompt, flags)


@app.command(
    cls=Verb,
    epilog=examples(
        'sora edit dog.mp4 "an elephant instead of the dog"',
        'sora edit dog.mp4 "at night" --strength 0.5 --from 1s --to 2s',
        "sora edit dog.mp4 --style noir",
        "sora edit dog.mp4 --style painting.jpg --from 1s",
        'sora edit dog.mp4 "make it snow" --region 0,0,128,128',
        "sora edit dog.mp4 --style-ref painting.jpg --strength 0.4",
    ),
)
@rendering
def edit(
    clip: ClipFile,
    prompt: Prompt = None,
    strength: Annotated[
        str | None,
        given("0 (unchanged) .. 1 (all new); default 0.6 for painting, 1 for a look.", "--strength", metavar="X"),
    ] = None,
    start: Annotated[str | None, given("Edit from this time on.", "--from", metavar="TIME")] = None,
    stop: Annotated[str | None, given("Edit up to this time.", "--to", metavar="TIME")] = None,
    style: Look = None,
    region: Region = None,
    style_ref: Annotated[
        str | None, given("A picture whose colours and contrast are taken over.", "--style-ref", metavar="IMAGE")
    ] = None,
    options: MoveOptions = MoveOptions(),
    fit: Fit = "pad",
    allow_partial: Partial = False,
    *,
    flags: Flags,
) -> None:
    """Change what a clip shows, keeping how it moves. Frames outside the time range stay as they are.

    Over any footage: a --style, weather, another light. Of a clip that sora made, the scene is changed and painted anew
    ("make it night", "a cat instead of the dog"). Anything else takes an open model: the embedded one does not
    paint into footage.
    """
    from soracli.commands import edit as edits
    from soracli.commands.restyle import Arguments
    from soracli.options import parse

    overlay = options.overlay(fit)
    share = None if strength is None else parse.share("--strength", strength, "0 = unchanged, 1 = ignore the source")
    args = Arguments(clip, prompt, share, start, stop, style, style_ref, region, fit, allow_partial)
    edits.edit(args, overlay, flags)


@app.command(
    cls=Verb,
    epilog=examples(
        'sora inpaint dog.mp4 "a red flower" --mask 32,160,64,64',
        "sora inpaint dog.mp4 --mask mask.png -o without.mp4",
        "sora inpaint dog.mp4 --mask 96,120,64,64 --track",
        "sora inpaint dog.mp4 --outpaint 0,96,0,96",
    ),
)
@rendering
def inpaint(
    clip: ClipFile,
    prompt: Prompt = None,
    mask: Annotated[
        str | None,
        given(
            "What to paint: the white of a picture or clip, a box X,Y,W,H[@T0-T1], or person.", "--mask", metavar="AREA"
        ),
    ] = None,
    outpaint: Annotated[
        str | None, given("Add room to paint: top,right,bottom,left in pixels.", "--outpaint", metavar="T,R,B,L")
    ] = None,
    track: Annotated[bool, given("The mask follows what it lies on in its first frame.", "--track")] = False,
    invert_mask: Annotated[bool, given("Paint all but the mask.", "--invert-mask")] = False,
    options: MoveOptions = MoveOptions(),
    fit: Fit = "pad",
    allow_partial: Partial = False,
    *,
    flags: Flags,
) -> None:
    """Paint a part of a clip or picture anew, or around it. Every other pixel stays as it is.

    Without a prompt what is masked is removed: other frames show what is behind, and what none shows is filled by
    patches of the surroundings. A prompt puts whom it names there: into the place of a clip that sora made, and over
    what is filled in other film.
    """
    from soracli.pipeline import footage_specs, task_specs
    from soracli.pipeline.render import render

    overlay = options.overlay(fit)
    spec = task_specs.inpaint(clip, mask, outpaint, fit, allow_partial, invert_mask, track, overlay)
    spec, text, flags = footage_specs.inpainted(spec, clip, prompt, flags, track=track)
    render(spec, text, flags)


@app.command(
    cls=Verb,
    epilog=examples(
        "sora blend dog.mp4 cow.mp4 --by 2s",
        'sora blend dog.mp4 cow.mp4 "a dog turns into a cow" --mode replace',
    ),
)
@rendering
def blend(
    a: Annotated[str, source("The first clip.", "A")],
    b: Annotated[str, source("The second clip.", "B")],
    prompt: Prompt = None,
    by: Annotated[str, given("Length of the transition (default 2s).", "--by", metavar="TIME")] = "2s",
    mode: Annotated[
        str,
        given(
            "between (default): new frames; replace: the last and first frames anew; dissolve: both overlaid.",
            "--mode", metavar="HOW",
        ),
    ] = "between",
    engine: Engine = "auto",
    fit: Fit = "pad",
    allow_partial: Partial = False,
    *,
    flags: Flags,
) -> None:  # fmt: skip
    """Join two clips by a transition. What lies outside it stays as it is."""
    from soracli.pipeline import task_specs
    from soracli.pipeline.render import render

    render(task_specs.blend(a, b, by, mode, fit, allow_partial, engine), prompt, flags)


@app.command(cls=Verb, epilog=examples("sora vary dog.mp4 -n 4", "sora vary dog.mp4 --seed 7 -o other.mp4"))
@rendering
def vary(
    clip: ClipFile,
    prompt: Prompt = None,
    strength: Annotated[str, given("0 (unchanged) .. 1 (all new); default 0.7.", "--strength", metavar="X")] = "0.7",
    fit: Fit = "pad",
    allow_partial: Partial = False,
    *,
    flags: Flags,
) -> None:
    """Make variations of a clip, one per seed.

    Says how far they lie apart. Of a clip that sora made: the same scene in other pictures of the place. Other
    clips the embedded model does not vary: `sora edit` lays another light, weather or style over them.
    """
    from soracli.options import parse
    from soracli.pipeline import scene_specs
    from soracli.pipeline.render import render

    share = parse.share("--strength", strength, "0 = unchanged, 1 = ignore the source")
    spec, flags = scene_specs.varied(clip, prompt, share, fit, flags, partial=allow_partial)
    render(spec, prompt, flags)


@app.command(
    cls=Verb,
    epilog=examples(
        "sora enhance dog.mp4",
        "sora enhance dog.mp4 --scale 4 --fps 48 -o large.mp4",
        "sora enhance dog.mp4 --scale 1 --slow 4 --denoise auto",
    ),
)
@rendering
def enhance(
    clip: Annotated[str, source("A clip or a picture.", "CLIP")],
    scale: Annotated[str, given("How many times as large: 1, 2 (default) or 4.", "--scale", metavar="N")] = "2",
    loop: Annotated[bool, given("The clip is a loop: its last frame leads to the first.", "--loop")] = False,
    slow: Annotated[
        str | None,
        given("Slow motion: N times as long, at the same rate; sound keeps its pitch.", "--slow", metavar="N"),
    ] = None,
    denoise: Annotated[
        str | None,
        given("Remove noise, by its standard deviation: 0..50 of 255, or auto (measured).", "--denoise", metavar="N"),
    ] = None,
    engine: Annotated[
        str,
        given(
            "Networks trained on photo or on drawing; auto (default) takes those that do better.",
            "--engine",
            metavar="NAME",
        ),
    ] = "auto",
    allow_partial: Partial = False,
    *,
    flags: OutputFlags,
) -> None:
    """Make a clip larger and, with --fps, smoother. Nothing is sampled: the same every time."""
    from soracli.commands.enhance import Arguments, enhance

    enhance(Arguments(clip, scale, loop, slow, denoise, engine, allow_partial), flags)
