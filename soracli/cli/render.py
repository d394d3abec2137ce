"""The verbs that render."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from soracli.cli.command import Verb, rendering
from soracli.cli.options import (
    Camera,
    ClipFile,
    Engine,
    Fit,
    Image,
    Keyframes,
    Look,
    Motion,
    MoveOverlay,
    Partial,
    Prompt,
    Region,
    SceneFile,
    SketchOverlay,
    Style,
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
        'sora generate "a dog walks to the right across a grassy meadow"',
        'sora generate "a red car drives through the snow" -s 16:9 -d 4s --seed 7 -o car.mp4',
        'sora generate "a cat sits in the rain" -n 4 --format gif -o "cats/{slug}-{seed}.gif"',
        'sora generate "my dog walks on a beach" --subject rex.png:dog',
        'sora generate --shot 0s:"a dog walks in a meadow" --shot 4s:"the dog runs along a beach" -d 8s',
        'echo "a boat at sunset" | sora generate - -o - > boat.mp4',
    ),
)
@rendering
def generate(
    prompt: Prompt = None,
    shot: Annotated[
        list[str] | None,
        given("A prompt and the time of the cut from which it holds; repeat it.", "--shot", metavar="TIME:TEXT"),
    ] = None,
    scene: SceneFile = None,
    keyframe: Keyframes = None,
    camera: Camera = None,
    motion: Motion = None,
    style: Style = None,
    overlay: SketchOverlay = SketchOverlay(),
    engine: Engine = "auto",
    fit: Fit = "pad",
    *,
    flags: Flags,
) -> None:
    """Make a video from a text.

    What is left out (size, length, steps, ...) is the model's own choice: sora model show.
    """
    from soracli.pipeline import task_specs
    from soracli.pipeline.render import render
    from soracli.prompts import modifiers

    words, hand = modifiers.words(camera, motion, style), overlay.hand(fit)
    spec = task_specs.generate(
        "generate", still=False, keyframes=keyframe or (), fit=fit, words=words, shots=shot or (), scene=scene,
        hand=hand, engine=engine, camera=camera,
    )  # fmt: skip
    render(spec, prompt, flags)


@app.command(
    cls=Verb,
    epilog=examples(
        'sora image "a fox in an autumn forest"',
        'sora image "a robot on the moon" -s 512x512 --seed 1..4',
        'sora image "a lighthouse at night" -o - --format webp > light.webp',
    ),
)
@rendering
def image(
    prompt: Prompt = None,
    scene: SceneFile = None,
    style: Style = None,
    overlay: SketchOverlay = SketchOverlay(),
    *,
    flags: Flags,
) -> None:
    """Make a picture from a text.

    What is left out (size, steps, ...) is the model's own choice: sora model show.
    """
    from soracli.pipeline import task_specs
    from soracli.pipeline.render import render
    from soracli.prompts import modifiers

    hand = overlay.hand()
    spec = task_specs.generate("image", still=True, words=modifiers.words(style=style), scene=scene, hand=hand)
    render(spec, prompt, flags)


@app.command(
    cls=Verb,
    epilog=examples(
        'sora animate dog.png "the dog walks to the right"',
        "sora animate start.png --to end.png -d 2s -o between.mp4",
        "sora animate lake.jpg --region 0,160,256,96 --motion 3",
        "sora animate boat.jpg --move 40,150,60,40:120,0 -d 3s",
    ),
)
@rendering
def animate(
    image: Image,
    prompt: Prompt = None,
    to: Annotated[str | None, given("The picture to end on.", "--to", metavar="IMAGE")] = None,
    region: Annotated[
        str | None, given("Only this moves: a mask picture or X,Y,W,H.", "--region", metavar="AREA")
    ] = None,
    keyframe: Keyframes = None,
    camera: Camera = None,
    motion: Motion = None,
    style: Style = None,
    overlay: MoveOverlay = MoveOverlay(),
    engine: Engine = "auto",
    fit: Fit = "pad",
    *,
    flags: Flags,
) -> None:
    """Bring a picture to life. Frame 0 is the picture itself."""
    from soracli.pipeline import own_clips, task_specs
    from soracli.pipeline.render import render
    from soracli.prompts import modifiers

    words, hand = modifiers.words(camera, motion, style), overlay.hand(fit)
    spec = task_specs.animate(
        image, to=to, region=region, keyframes=keyframe or (), fit=fit, words=words, hand=hand, engine=engine,
        camera=camera,
    )  # fmt: skip
    spec, flags = own_clips.animated(spec, image, prompt, flags)
    render(spec, prompt, flags)


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
    loop: Annotated[bool, given("Lead the end back to the beginning.", "--loop")] = False,
    by: Annotated[str, given("How much is added (default 2s).", "--by", metavar="TIME")] = "2s",
    overlap: Annotated[
        str | None,
        given("How much of the clip the new frames follow (default: all it can see).", "--overlap", metavar="TIME"),
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
    from soracli.pipeline import own_clips, task_specs
    from soracli.pipeline.render import render

    if loop and (forward or backward or both):
        raise UsageError("--loop: closes the clip; it cannot go with --forward, --backward or --both", "bad_direction")
    before = by if backward or both else None
    after = by if not loop and (forward or both or not backward) else None
    spec = task_specs.extend(clip, before, after, by if loop else None, fit, overlap, allow_partial, engine)
    if engine == "auto" and not (before or loop or overlap):
        spec, flags = own_clips.extended(spec, clip, prompt, by, flags)
    elif engine == "auto" and not (after or loop or overlap or prompt == "-" or flags.prompt_file):
        spec, flags = own_clips.preceded(spec, clip, prompt, by, flags)
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
    overlay: MoveOverlay = MoveOverlay(),
    fit: Fit = "pad",
    allow_partial: Partial = False,
    *,
    flags: Flags,
) -> None:
    """Change what a clip shows, keeping how it moves. Frames outside the time range stay as they are.

    Over any footage: a --style, weather, another light. Of a clip that sora made, the scene is changed and painted anew
    ("make it night", "a cat instead of the dog"). Other things are painted by the model, and not by the embedded one
    into footage.
    """
    from soracli.commands import restyle
    from soracli.options import parse
    from soracli.pipeline import task_specs
    from soracli.pipeline.render import render
    from soracli.prompts import modifiers

    hand = overlay.hand(fit)
    share = None if strength is None else parse.share("--strength", strength, "0 = unchanged, 1 = ignore the source")
    if prompt and not (strength or style or style_ref or hand or allow_partial):
        from soracli.pipeline import own_clips

        if (retold := own_clips.edited(clip, prompt, flags, start=start, stop=stop, region=region)) is not None:
            render(retold[0], prompt, retold[1])
            return
    asked = restyle.Asked(
        clip, prompt, 1 if share is None else share, start, stop, style, style_ref, region, fit, allow_partial
    )
    if hand is None and restyle.applies(asked, flags):
        restyle.edit(asked, flags)
        return
    spec = task_specs.edit(
        clip, 0.6 if share is None else share, start, stop, fit, modifiers.words(style=style), reference=style_ref,
        allow_partial=allow_partial, region=region, hand=hand,
    )  # fmt: skip
    render(spec, prompt, flags)


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
        given("What to paint: a picture or clip (white), X,Y,W,H[@T0-T1] or person.", "--mask", metavar="AREA"),
    ] = None,
    outpaint: Annotated[
        str | None, given("Add room to paint: top,right,bottom,left in pixels.", "--outpaint", metavar="T,R,B,L")
    ] = None,
    track: Annotated[bool, given("The mask follows what it lies on in its first frame.", "--track")] = False,
    invert_mask: Annotated[bool, given("Paint all but the mask.", "--invert-mask")] = False,
    overlay: MoveOverlay = MoveOverlay(),
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
    from soracli.pipeline import placed, task_specs
    from soracli.pipeline.render import render

    hand = overlay.hand(fit)
    spec = task_specs.inpaint(clip, mask, outpaint, fit, allow_partial, invert_mask, track, hand)
    spec, text, flags = placed.prompted(spec, clip, prompt, flags, track=track)
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


@app.command(
    cls=Verb,
    epilog=examples("sora views dog.png -m wan-vace-1.3b", "sora views dog.png -m ltx-2b --elevation 30 -o round.webp"),
)
@rendering
def views(
    image: Image,
    prompt: Prompt = None,
    elevation: Annotated[
        str | None, given("From where: -90 (below) .. 90 (above) degrees.", "--elevation", metavar="DEGREES")
    ] = None,
    fit: Fit = "pad",
    *,
    flags: Flags,
) -> None:
    """Look at a thing from all around: a clip of -n views (default 21) that begins with the picture."""
    from soracli.options import parse
    from soracli.pipeline import task_specs
    from soracli.pipeline.render import render
    from soracli.prompts import modifiers

    count = parse.whole("--count", flags.count or "21", 2, 1000)
    spec = task_specs.animate(
        image, fit=fit, words=modifiers.words("orbit", elevation=elevation), verb="views", frames=count
    )
    render(spec, prompt, dataclasses.replace(flags, count=None))


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
    """Make variations of a clip, one per seed, and say how far they lie apart.

    Of a clip that sora made: the same scene in other pictures of the place. Other clips the embedded model does not
    vary: `sora edit` lays another light, weather or style over them.
    """
    from soracli.options import parse
    from soracli.pipeline import own_clips, task_specs
    from soracli.pipeline.render import render

    share = parse.share("--strength", strength, "0 = unchanged, 1 = ignore the source")
    if not allow_partial and (again := own_clips.edited(clip, prompt or "", flags, "vary")) is not None:
        render(again[0], prompt, again[1])
        return
    spec = task_specs.edit(clip, share, fit=fit, verb="vary", allow_partial=allow_partial)
    own_clips.check_scene(spec, flags)
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
    loop: Annotated[bool, given("The last frame leads to the first.", "--loop")] = False,
    slow: Annotated[
        str | None,
        given("Slow motion: N times as long, at the same rate, sound at the same pitch.", "--slow", metavar="N"),
    ] = None,
    denoise: Annotated[
        str | None,
        given(
            "Take out noise of this deviation, 0..50 of 255, or of what is measured: auto.", "--denoise", metavar="N"
        ),
    ] = None,
    engine: Annotated[
        str,
        given(
            "Networks that learnt from photo or from drawing; auto (default) measures which.",
            "--engine",
            metavar="NAME",
        ),
    ] = "auto",
    allow_partial: Partial = False,
    *,
    flags: OutputFlags,
) -> None:
    """Make a clip larger and, with --fps, smoother. Nothing is sampled: the same every time."""
    from soracli.commands.enhance import Asked, enhance

    enhance(Asked(clip, scale, loop, slow, denoise, engine, allow_partial), flags)
