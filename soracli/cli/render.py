"""The verbs that make a clip or a picture from a text or a picture."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from soracli.cli.command import Verb, rendering
from soracli.cli.options import (
    Camera,
    Engine,
    Fit,
    Image,
    Keyframes,
    Motion,
    MoveOptions,
    Prompt,
    SceneFile,
    SketchOptions,
    Style,
    examples,
    given,
)
from soracli.options.flags import Flags

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
        given("A shot: when it begins, and its prompt; repeat it for each shot.", "--shot", metavar="TIME:TEXT"),
    ] = None,
    scene: SceneFile = None,
    keyframe: Keyframes = None,
    camera: Camera = None,
    motion: Motion = None,
    style: Style = None,
    options: SketchOptions = SketchOptions(),
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

    words, overlay = modifiers.words(camera, motion, style), options.overlay(fit)
    spec = task_specs.generate(
        "generate", still=False, keyframes=keyframe or (), fit=fit, words=words, shots=shot or (), scene=scene,
        overlay=overlay, engine=engine, camera=camera,
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
    options: SketchOptions = SketchOptions(),
    *,
    flags: Flags,
) -> None:
    """Make a picture from a text.

    What is left out (size, steps, ...) is the model's own choice: sora model show.
    """
    from soracli.pipeline import task_specs
    from soracli.pipeline.render import render
    from soracli.prompts import modifiers

    overlay = options.overlay()
    spec = task_specs.generate("image", still=True, words=modifiers.words(style=style), scene=scene, overlay=overlay)
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
    options: MoveOptions = MoveOptions(),
    engine: Engine = "auto",
    fit: Fit = "pad",
    *,
    flags: Flags,
) -> None:
    """Bring a picture to life. Frame 0 is the picture itself."""
    from soracli.pipeline import scene_specs, task_specs
    from soracli.pipeline.render import render
    from soracli.prompts import modifiers

    words, overlay = modifiers.words(camera, motion, style), options.overlay(fit)
    spec = task_specs.animate(
        image, to=to, region=region, keyframes=keyframe or (), fit=fit, words=words, overlay=overlay, engine=engine,
        camera=camera,
    )  # fmt: skip
    spec, flags = scene_specs.animated(spec, image, prompt, flags)
    render(spec, prompt, flags)


@app.command(
    cls=Verb,
    epilog=examples("sora views dog.png -m wan-vace-1.3b", "sora views dog.png -m ltx-2b --elevation 30 -o round.webp"),
)
@rendering
def views(
    image: Image,
    prompt: Prompt = None,
    elevation: Annotated[
        str | None, given("Height of the camera: -90 (below) .. 90 (above) degrees.", "--elevation", metavar="DEGREES")
    ] = None,
    fit: Fit = "pad",
    *,
    flags: Flags,
) -> None:
    """Go round a thing, in a clip that begins with its picture.

    -n is the number of views (default 21). The embedded model refuses: take an open one.
    """
    from soracli.options import parse
    from soracli.pipeline import task_specs
    from soracli.pipeline.render import render
    from soracli.prompts import modifiers

    count = parse.whole("--count", flags.count or "21", 2, 1000)
    spec = task_specs.animate(
        image, fit=fit, words=modifiers.words("orbit", elevation=elevation), verb="views", frames=count
    )
    render(spec, prompt, dataclasses.replace(flags, count=None))
