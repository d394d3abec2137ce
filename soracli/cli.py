"""The command line: a signature and a call per verb. Imports nothing slow; the work is imported inside the verbs."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import functools
import itertools
import json
import os
import signal
import sys
import traceback
from types import FrameType
from typing import Annotated, Any

import typer

from soracli import __version__, cli_jobs, cli_more, cli_scenes, complete, start, stdout
from soracli.errors import CheckError, SoraError, UsageError, bug
from soracli.flags import GIVEN, Complete, Debug, Flags, Group, Json, OutputFlags, StdoutClosed, Verb, rendering
from soracli.flags import examples as _examples
from soracli.wording import printable, red

BROKEN_PIPE, INTERRUPTED, TERMINATED = 141, 130, 143

app = typer.Typer(
    name="sora",
    cls=Group,
    help="Make video from the command line.",
    epilog='Start with:\n  sora generate "a dog walks to the right across a grassy meadow"\n\nMore: sora help',
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
model_app = typer.Typer(help="The models: list, pull, show, verify, path, rm.", rich_markup_mode=None)
app.add_typer(model_app, name="model")
app.add_typer(cli_jobs.app)
app.add_typer(cli_more.app)
app.add_typer(cli_scenes.app)
keys_app = typer.Typer(help="Keys to sign and mark with: show, new, export.", rich_markup_mode=None)
app.add_typer(keys_app, name="keys")


Prompt = Annotated[
    str | None,
    typer.Argument(help="What to show, in quotes; '-' reads standard input.", show_default=False, metavar="PROMPT"),
]


@app.callback(invoke_without_command=True)
def sora(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
    color: Annotated[
        str, typer.Option("--color", help="auto, always or never.", metavar="WHEN", show_default=False)
    ] = "auto",
) -> None:
    if version:
        typer.echo(f"sora {__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


@model_app.callback(invoke_without_command=True)
def model(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@keys_app.callback(invoke_without_command=True)
def keys(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _given(text: str, *names: str, metavar: str | None = None, complete: Complete | None = None) -> Any:
    return typer.Option(
        *names, help=text, rich_help_panel=GIVEN, metavar=metavar, show_default=False, autocompletion=complete
    )


def _source(text: str, metavar: str) -> Any:
    return typer.Argument(help=text + " '-' reads standard input.", show_default=False, metavar=metavar)


Image = Annotated[str, _source("A picture.", "IMAGE")]
ClipFile = Annotated[str, _source("A clip.", "CLIP")]
Keyframes = Annotated[
    list[str] | None,
    _given("A picture that is shown at a time; may be repeated.", "--keyframe", metavar="IMAGE@TIME"),
]
Camera = Annotated[
    str | None,
    _given(
        "static, tracking, zoom-in, zoom-out, pan-left, pan-right, ...",
        "--camera",
        metavar="MOVE",
        complete=complete.cameras,
    ),
]
Engine = Annotated[
    str,
    _given(
        "What makes the new frames: motion (the source's own), model, or auto (default): motion for real footage.",
        "--engine",
        metavar="NAME",
    ),
]
Motion = Annotated[str | None, _given("0 (still) .. 10 (much).", "--motion", metavar="N")]
Style = Annotated[
    str | None,
    _given("noir, pixel, watercolour, sepia, neon, ...", "--style", metavar="NAME", complete=complete.styles),
]
Partial = Annotated[bool, _given("Use what there is of a file that ends early.", "--allow-partial")]
SceneFile = Annotated[
    str | None, _given("A scene file (TOML) instead of a prompt: see sora scene.", "--scene", metavar="SCENE")
]
Draft = Annotated[
    str | None,
    _given("A picture or clip with alpha, or with --key, that is laid over.", "--draft", metavar="DRAFT"),
]
KeyColour = Annotated[
    str | None, _given("Colour of --draft that is transparent: green, #00b140.", "--key", metavar="COLOUR")
]
Subject = Annotated[
    list[str] | None,
    _given(
        "Your picture plays a performer: with alpha, or PHOTO@X,Y,W,H; may be repeated.",
        "--subject",
        metavar="PICTURE[:NAME]",
    ),
]
Move = Annotated[
    list[str] | None,
    _given(
        "A region is cut out and moved, in pixels or %; may be repeated.",
        "--move",
        metavar="X,Y,W,H:DX,DY[@T0-T1]",
    ),
]
Fit = Annotated[str, _given("crop, pad (default) or stretch, where shapes differ.", "--fit", metavar="HOW")]


@app.command(
    cls=Verb,
    epilog=_examples(
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
        _given("A prompt and the time of the cut from which it holds; repeat it.", "--shot", metavar="TIME:TEXT"),
    ] = None,
    scene: SceneFile = None,
    keyframe: Keyframes = None,
    camera: Camera = None,
    motion: Motion = None,
    style: Style = None,
    draft: Draft = None,
    key: KeyColour = None,
    subject: Subject = None,
    fit: Fit = "pad",
    *,
    flags: Flags,
) -> None:
    """Make a video from a text.

    What is left out (size, length, steps, ...) is the model's own choice: sora model show.
    """
    from soracli import inputs, manner
    from soracli.composite import Hand
    from soracli.render import render

    words, hand = manner.words(camera, motion, style), Hand.of(draft, key, subject, how=fit)
    brief = inputs.generate(
        "generate", still=False, keyframes=keyframe or (), fit=fit, words=words, shots=shot or (), scene=scene,
        hand=hand,
    )  # fmt: skip
    render(brief, prompt, flags)


@app.command(
    cls=Verb,
    epilog=_examples(
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
    draft: Draft = None,
    key: KeyColour = None,
    subject: Subject = None,
    *,
    flags: Flags,
) -> None:
    """Make a picture from a text.

    What is left out (size, steps, ...) is the model's own choice: sora model show.
    """
    from soracli import inputs, manner
    from soracli.composite import Hand
    from soracli.render import render

    hand = Hand.of(draft, key, subject)
    brief = inputs.generate("image", still=True, words=manner.words(style=style), scene=scene, hand=hand)
    render(brief, prompt, flags)


@app.command(
    cls=Verb,
    epilog=_examples(
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
    to: Annotated[str | None, _given("The picture to end on.", "--to", metavar="IMAGE")] = None,
    region: Annotated[
        str | None, _given("Only this moves: a mask picture or X,Y,W,H.", "--region", metavar="AREA")
    ] = None,
    keyframe: Keyframes = None,
    camera: Camera = None,
    motion: Motion = None,
    style: Style = None,
    draft: Draft = None,
    key: KeyColour = None,
    subject: Subject = None,
    move: Move = None,
    engine: Engine = "auto",
    fit: Fit = "pad",
    *,
    flags: Flags,
) -> None:
    """Bring a picture to life. Frame 0 is the picture itself."""
    from soracli import inputs, manner
    from soracli.composite import Hand
    from soracli.render import render

    words, hand = manner.words(camera, motion, style), Hand.of(draft, key, subject, move, fit)
    brief = inputs.animate(
        image, to=to, region=region, keyframes=keyframe or (), fit=fit, words=words, hand=hand, engine=engine,
        camera=camera,
    )  # fmt: skip
    render(brief, prompt, flags)


@app.command(
    cls=Verb,
    epilog=_examples(
        'sora extend dog.mp4 "the dog walks on" --by 2s',
        "sora extend dog.mp4 --backward --by 1s --overlap 0.5s -o longer.mp4",
        "sora extend dog.mp4 --loop -o loop.mp4",
    ),
)
@rendering
def extend(
    clip: ClipFile,
    prompt: Prompt = None,
    forward: Annotated[bool, _given("Add after the end (default).", "--forward")] = False,
    backward: Annotated[bool, _given("Add before the beginning.", "--backward")] = False,
    both: Annotated[bool, _given("Add at both ends.", "--both")] = False,
    loop: Annotated[bool, _given("Lead the end back to the beginning.", "--loop")] = False,
    by: Annotated[str, _given("How much is added (default 2s).", "--by", metavar="TIME")] = "2s",
    overlap: Annotated[
        str | None,
        _given("How much of the clip the new frames follow (default: all it can see).", "--overlap", metavar="TIME"),
    ] = None,
    engine: Engine = "auto",
    fit: Fit = "pad",
    allow_partial: Partial = False,
    *,
    flags: Flags,
) -> None:
    """Make a clip longer. Its own frames stay as they are."""
    from soracli import inputs
    from soracli.render import render

    if loop and (forward or backward or both):
        raise UsageError("--loop: closes the clip; it cannot go with --forward, --backward or --both", "bad_direction")
    before = by if backward or both else None
    after = by if not loop and (forward or both or not backward) else None
    brief = inputs.extend(clip, before, after, by if loop else None, fit, overlap, allow_partial, engine)
    render(brief, prompt, flags)


@app.command(
    cls=Verb,
    epilog=_examples(
        'sora edit dog.mp4 "an elephant walks to the right across a desert"',
        'sora edit dog.mp4 "a dog walks at night" --strength 0.5 --from 1s --to 2s',
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
        _given("0 (unchanged) .. 1 (all new); default 0.6 for painting, 1 for a look.", "--strength", metavar="X"),
    ] = None,
    start: Annotated[str | None, _given("Edit from this time on.", "--from", metavar="TIME")] = None,
    stop: Annotated[str | None, _given("Edit up to this time.", "--to", metavar="TIME")] = None,
    style: Annotated[
        str | None,
        _given(
            "noir, sepia, watercolour, starry-night, ..., or a picture in whose manner it is painted.",
            "--style",
            metavar="STYLE",
            complete=complete.looks,
        ),
    ] = None,
    region: Annotated[
        str | None, _given("Only this changes: a mask picture or X,Y,W,H.", "--region", metavar="AREA")
    ] = None,
    style_ref: Annotated[
        str | None, _given("A picture whose colours and contrast are taken over.", "--style-ref", metavar="IMAGE")
    ] = None,
    draft: Draft = None,
    key: KeyColour = None,
    subject: Subject = None,
    move: Move = None,
    fit: Fit = "pad",
    allow_partial: Partial = False,
    *,
    flags: Flags,
) -> None:
    """Change what a clip shows, keeping how it moves. Frames outside the time range stay as they are.

    Over any footage: a --style, weather, another light. Other things are painted by the model, and not by the embedded
    one into footage.
    """
    from soracli import inputs, manner, restyle, values
    from soracli.composite import Hand
    from soracli.render import render

    hand = Hand.of(draft, key, subject, move, fit)
    share = None if strength is None else values.share("--strength", strength, "0 = unchanged, 1 = ignore the source")
    asked = restyle.Asked(
        clip, prompt, 1 if share is None else share, start, stop, style, style_ref, region, fit, allow_partial
    )
    if hand is None and restyle.applies(asked, flags):
        restyle.edit(asked, flags)
        return
    brief = inputs.edit(
        clip, 0.6 if share is None else share, start, stop, fit, manner.words(style=style), reference=style_ref,
        allow_partial=allow_partial, region=region, hand=hand,
    )  # fmt: skip
    render(brief, prompt, flags)


@app.command(
    cls=Verb,
    epilog=_examples(
        'sora inpaint dog.mp4 "a red flower" --mask 32,160,64,64',
        "sora inpaint dog.mp4 --mask mask.png -o without.mp4",
        "sora inpaint dog.mp4 --mask 96,120,64,64 --track",
        'sora inpaint dog.mp4 "a grassy meadow" --outpaint 0,96,0,96',
    ),
)
@rendering
def inpaint(
    clip: ClipFile,
    prompt: Prompt = None,
    mask: Annotated[
        str | None,
        _given("What to paint: a picture or clip (white), X,Y,W,H[@T0-T1] or person.", "--mask", metavar="AREA"),
    ] = None,
    outpaint: Annotated[
        str | None, _given("Add room to paint: top,right,bottom,left in pixels.", "--outpaint", metavar="T,R,B,L")
    ] = None,
    track: Annotated[bool, _given("The mask follows what it lies on in its first frame.", "--track")] = False,
    invert_mask: Annotated[bool, _given("Paint all but the mask.", "--invert-mask")] = False,
    draft: Draft = None,
    key: KeyColour = None,
    subject: Subject = None,
    move: Move = None,
    fit: Fit = "pad",
    allow_partial: Partial = False,
    *,
    flags: Flags,
) -> None:
    """Paint a part of a clip or picture anew, or around it. Every other pixel stays as it is.

    Without a prompt what is masked is removed: other frames show what is behind, and what none shows is filled by
    patches of the surroundings.
    """
    from soracli import inputs
    from soracli.composite import Hand
    from soracli.render import render

    hand = Hand.of(draft, key, subject, move, fit)
    render(inputs.inpaint(clip, mask, outpaint, fit, allow_partial, invert_mask, track, hand), prompt, flags)


@app.command(
    cls=Verb,
    epilog=_examples(
        "sora blend dog.mp4 cow.mp4 --by 2s",
        'sora blend dog.mp4 cow.mp4 "a dog turns into a cow" --mode replace',
    ),
)
@rendering
def blend(
    a: Annotated[str, _source("The first clip.", "A")],
    b: Annotated[str, _source("The second clip.", "B")],
    prompt: Prompt = None,
    by: Annotated[str, _given("Length of the transition (default 2s).", "--by", metavar="TIME")] = "2s",
    mode: Annotated[
        str,
        _given(
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
    from soracli import inputs
    from soracli.render import render

    render(inputs.blend(a, b, by, mode, fit, allow_partial, engine), prompt, flags)


@app.command(cls=Verb, epilog=_examples("sora views dog.png", "sora views dog.png -n 21 --elevation 30 -o round.webp"))
@rendering
def views(
    image: Image,
    prompt: Prompt = None,
    elevation: Annotated[
        str | None, _given("From where: -90 (below) .. 90 (above) degrees.", "--elevation", metavar="DEGREES")
    ] = None,
    fit: Fit = "pad",
    *,
    flags: Flags,
) -> None:
    """Look at a thing from all around: a clip of -n views (default 21) that begins with the picture."""
    from soracli import inputs, manner, values
    from soracli.render import render

    count = values.whole("--count", flags.count or "21", 2, 1000)
    brief = inputs.animate(image, fit=fit, words=manner.words("orbit", elevation=elevation), verb="views", frames=count)
    render(brief, prompt, dataclasses.replace(flags, count=None))


@app.command(cls=Verb, epilog=_examples("sora vary dog.mp4 -n 4", "sora vary dog.mp4 -n 2 --strength 0.8"))
@rendering
def vary(
    clip: ClipFile,
    prompt: Prompt = None,
    strength: Annotated[str, _given("0 (unchanged) .. 1 (all new); default 0.7.", "--strength", metavar="X")] = "0.7",
    fit: Fit = "pad",
    allow_partial: Partial = False,
    *,
    flags: Flags,
) -> None:
    """Make variations of a clip, one per seed, and say how far they lie apart."""
    from soracli import inputs, values
    from soracli.render import render

    share = values.share("--strength", strength, "0 = unchanged, 1 = ignore the source")
    render(inputs.edit(clip, share, fit=fit, verb="vary", allow_partial=allow_partial), prompt, flags)


@app.command(
    cls=Verb,
    epilog=_examples(
        "sora enhance dog.mp4",
        "sora enhance dog.mp4 --scale 4 --fps 48 -o large.mp4",
        "sora enhance dog.mp4 --scale 1 --slow 4 --denoise auto",
    ),
)
@rendering
def enhance(
    clip: Annotated[str, _source("A clip or a picture.", "CLIP")],
    scale: Annotated[str, _given("How many times as large: 1, 2 (default) or 4.", "--scale", metavar="N")] = "2",
    loop: Annotated[bool, _given("The last frame leads to the first.", "--loop")] = False,
    slow: Annotated[
        str | None,
        _given("Slow motion: N times as long, at the same rate, sound at the same pitch.", "--slow", metavar="N"),
    ] = None,
    denoise: Annotated[
        str | None,
        _given(
            "Take out noise of this deviation, 0..50 of 255, or of what is measured: auto.", "--denoise", metavar="N"
        ),
    ] = None,
    engine: Annotated[
        str,
        _given(
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
    from soracli.enhance import Asked, enhance

    enhance(Asked(clip, scale, loop, slow, denoise, engine, allow_partial), flags)


@app.command(cls=Verb, epilog=_examples("sora info car.mp4", "sora info car.mp4 --json"))
def info(
    file: Annotated[
        str, typer.Argument(help="A clip, a picture or a folder of frames.", show_default=False, metavar="FILE")
    ],
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Say what a file is, and how it was made if `sora` made it."""
    from soracli import show

    show.info(file, as_json=json)


@app.command(cls=Verb, epilog=_examples("sora verify dog.mp4", "sora verify dog.mp4 --trust friend.pem --json"))
def verify(
    file: Annotated[
        str,
        typer.Argument(help="A clip, a picture, a folder of frames, or '-'.", show_default=False, metavar="FILE"),
    ],
    trust: Annotated[
        list[str] | None,
        _given("A certificate to trust, from its owner's sora keys export; may be repeated.", "--trust", metavar="PEM"),
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Check a file's content credential (C2PA).

    Says who signed it, what was done and from what. Exit code 0 if it holds, whoever signed; 8 if not, or without one.
    """
    from soracli import trust as trusts

    trusts.verify(file, trust or (), as_json=json)


@app.command(cls=Verb, epilog=_examples("sora detect dog.mp4 cow.mp4", "sora detect dog.mp4 --deep --check --json"))
def detect(
    files: Annotated[list[str], typer.Argument(help="Clips or pictures.", show_default=False, metavar="FILE...")],
    deep: Annotated[
        bool, _given("Look for the mark in the noise it was painted from as well; takes some seconds.", "--deep")
    ] = False,
    check: Annotated[bool, _given("Exit with code 8 unless all are detected.", "--check")] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Say whether sora made a file.

    By its content credential and by the mark in its pixels, with --deep also by the one in the noise that it was
    painted from, each on a line of its own: detected, not detected, or cannot tell. "Not detected" is never a proof.
    """
    from soracli import trust

    trust.detect(files, deep=deep, check=check, as_json=json)


@app.command(cls=Verb, epilog=_examples("sora doctor", "sora doctor --json"))
def doctor(
    calibrate: Annotated[
        bool, _given("Measure how fast this machine is, for estimates; takes some seconds.", "--calibrate")
    ] = False,
    threads: Annotated[str | None, _given("Measure with so many CPU threads.", "--threads", metavar="N")] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Check this installation and this machine."""
    from soracli import show

    if calibrate or threads is not None:
        show.calibrate(threads, as_json=json)
        return
    problems = show.doctor(as_json=json)
    if problems:
        raise CheckError(f"doctor: {problems} of these will not work; see the lines marked with !", "doctor")


@app.command(
    hidden=True,
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def train(context: typer.Context) -> None:
    """Train models: `sora train ARGS` is `python -m soracli.train ARGS`."""
    import runpy

    sys.argv = ["sora train", *context.args]
    runpy.run_module("soracli.train", run_name="__main__")


@model_app.command("list", cls=Verb, epilog=_examples("sora model list"))
def model_list(json: Json = False, debug: Debug = False) -> None:
    """Every model that `--model` knows, and whether it is here."""
    from soracli import show

    show.model_list(as_json=json)


Name = Annotated[
    str | None,
    typer.Argument(
        help="A model. Default: the one used by default.",
        show_default=False,
        metavar="NAME",
        autocompletion=complete.models,
    ),
]


@model_app.command("show", cls=Verb, epilog=_examples("sora model show", "sora model show tiny --json"))
def model_show(name: Name = None, json: Json = False, debug: Debug = False) -> None:
    """What a model is: defaults, limits, files, licence."""
    from soracli import show

    show.model_show(name, as_json=json)


@model_app.command("verify", cls=Verb, epilog=_examples("sora model verify", "sora model verify spark"))
def model_verify(name: Name = None, json: Json = False, debug: Debug = False) -> None:
    """Read every file of a model and compare it with its sha256."""
    from soracli import show

    show.model_verify(name, as_json=json)


@model_app.command(
    "pull",
    cls=Verb,
    epilog=_examples("sora model pull spark", "sora model pull wan-vace-1.3b --dry-run"),
)
def model_pull(
    name: Annotated[str, typer.Argument(help="A model; see sora model list.", show_default=False, metavar="NAME")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come, and how big it is.")] = False,
    accept_licence: Annotated[bool, typer.Option("--accept-licence", help="Agree to the model's licence.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print paths and errors only.")] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Fetch a model's files from its hub; a broken download goes on where it stopped."""
    from soracli import fetch

    fetch.pull(name, dry_run=dry_run, agreed=accept_licence, quiet=quiet, as_json=json)


@model_app.command("rm", cls=Verb, epilog=_examples("sora model rm wan-vace-1.3b"))
def model_rm(
    name: Annotated[str, typer.Argument(help="A fetched model.", show_default=False, metavar="NAME")],
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Delete a model's fetched files."""
    from soracli import fetch

    fetch.remove(name, as_json=json)


@model_app.command("path", cls=Verb, epilog=_examples("sora model path"))
def model_path(name: Name = None, json: Json = False, debug: Debug = False) -> None:
    """Where a model's files are."""
    from soracli import show

    show.model_path(name, as_json=json)


@keys_app.command("show", cls=Verb, epilog=_examples("sora keys show", "sora keys show --json"))
def keys_show(json: Json = False, debug: Debug = False) -> None:
    """What this installation signs with; made if there is nothing yet."""
    from soracli import trust

    trust.keys_show(as_json=json)


@keys_app.command("new", cls=Verb, epilog=_examples("sora keys new"))
def keys_new(json: Json = False, debug: Debug = False) -> None:
    """Make new keys. Old ones sign no more; what they signed and marked is still known as this installation's."""
    from soracli import trust

    trust.keys_new(as_json=json)


@keys_app.command("export", cls=Verb, epilog=_examples("sora keys export -o mine.pem", "sora keys export > mine.pem"))
def keys_export(
    output: Annotated[
        str | None, _given("Where to; standard output by default.", "-o", "--output", metavar="PATH")
    ] = None,
    force: Annotated[bool, _given("Replace the output if it exists.", "-f", "--force")] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Write the certificate that others trust you by. It holds no secret."""
    from soracli import trust

    trust.keys_export(output, force=force, as_json=json)


# --- the way in and the ways out ------------------------------------------------------------------------------------

# Typer carries its own copy of click in some versions; this is the parse error of whichever it is.
ParseError: type[Exception] = typer.BadParameter.__bases__[0]


def main(argv: list[str] | None = None) -> None:
    """Run `sora` and exit with the code that the error tree names."""
    arguments = sys.argv[1:] if argv is None else argv
    signal.signal(signal.SIGTERM, _terminate)
    signal.signal(signal.SIGINT, _interrupt)
    try:
        start.prepare()
    except SoraError as error:
        sys.exit(_fail(arguments, error))
    sys.exit(run(arguments))


def _terminate(number: int, frame: FrameType | None) -> None:
    raise SystemExit(TERMINATED)  # unwinds, so that part files are removed


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Unwind, and keep what is painted; if that takes too long for the user, a second Ctrl-C ends it at once."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    raise KeyboardInterrupt


@functools.cache
def _parser() -> Any:
    """The tree of verbs: it takes a third of a warm call's time to make, and `sora serve` runs many calls."""
    return typer.main.get_command(app)


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code, having said what went wrong."""
    try:
        code = _parser()(arguments, prog_name="sora", standalone_mode=False)
        with stdout.sending():
            sys.stdout.flush()
    except (StdoutClosed, BrokenPipeError):
        if isinstance(sys.stdout, start.Closed):
            sys.stderr.write("sora: error: standard output is closed; send it to a file, or to /dev/null\n")
        _close_stdout()
        return BROKEN_PIPE
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except SoraError as error:
        if error.code == stdout.CODE:
            _close_stdout()
        return _fail(arguments, error)
    except ParseError as error:
        return _fail(arguments, UsageError(_parse_message(error, arguments)))
    except Exception as error:
        return _fail(arguments, _named_too_long(error) or bug(error))
    if code == INTERRUPTED:
        _say_interrupted(arguments)
    return int(code or 0)


def _named_too_long(error: Exception) -> SoraError | None:
    """Whoever first touches a name that no file system takes may be anywhere; it is nobody's bug."""
    if not isinstance(error, OSError) or error.errno != errno.ENAMETOOLONG:
        return None
    return UsageError(f"{printable(error.filename)[:60]}...: file name too long; choose a shorter one", "bad_name")


def _say_interrupted(arguments: list[str]) -> None:
    details = {"code": "interrupted", "message": "interrupted; the result in hand was not written"}
    if _asked(arguments, "--progress") == "json":
        sys.stderr.write(json.dumps({"event": "error", **details, "exit_code": INTERRUPTED}) + "\n")
    else:
        sys.stderr.write(f"sora: {details['message']}\n")
    if "--json" in arguments:
        _write_out({"ok": False, "error": {**details, "exit_code": INTERRUPTED}})


def _fail(arguments: list[str], error: SoraError) -> int:
    """Say what went wrong: one line on standard error, an object on standard output if JSON was asked for."""
    if "--debug" in arguments:
        traceback.print_exc()
    details = error.details()
    if _asked(arguments, "--progress") == "json":
        sys.stderr.write(json.dumps({"event": "error", **details}) + "\n")
    else:
        start = red("sora: error:", _asked(arguments, "--color"), sys.stderr)
        sys.stderr.write(f"{start} {details['message']}\n")
    if "--json" in arguments:
        _write_out({"ok": False, "error": details, **({} if error.data is None else {"data": error.data})})
    return error.exit_code


def _write_out(data: object) -> None:
    """What went wrong, as an object, to whoever still reads it."""
    try:
        sys.stdout.write(json.dumps(data) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        _close_stdout()


def _asked(arguments: list[str], flag: str) -> str:
    """What was typed for a flag, though the command line as a whole may make no sense; `auto` if nothing was."""
    for word, following in itertools.pairwise([*arguments, ""]):
        if word == flag or word.startswith(flag + "="):
            return following if word == flag else word[len(flag) + 1 :]
    return "auto"


def _parse_message(error: Any, arguments: list[str]) -> str:
    """A parser's complaint in our form: `WHAT: WHY; WHAT TO DO`."""
    message = str(error.format_message()).rstrip(".")
    context = getattr(error, "ctx", None)
    verb = getattr(context, "command_path", "sora")
    if "unexpected extra argument" in message and getattr(context, "info_name", "") in ("generate", "image"):
        return f'{message}; put the prompt in quotes: {verb} "a red fox in the snow"'
    for words in ("Invalid value for ", "Missing argument ", "Missing option "):
        if message.startswith(words):
            what, _, why = message.removeprefix(words).partition(":")
            message = f"{what.strip(chr(39))}: {why.strip() or 'is missing'}"
    return f"{message}; see: {verb} --help"


def _close_stdout() -> None:
    """Let the interpreter's last flush go nowhere instead of complaining."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
