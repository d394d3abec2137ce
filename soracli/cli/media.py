"""The verbs that look at files."""

from __future__ import annotations

from typing import Annotated

import typer

from soracli.cli.command import Verb
from soracli.cli.options import GIVEN, OUTPUT, Debug, Force, Json, Quality, argument, examples, option

app = typer.Typer(rich_markup_mode=None)


@app.command(cls=Verb, epilog=examples("sora info car.mp4", "sora info car.mp4 --json"))
def info(
    file: Annotated[
        str, typer.Argument(help="A clip, a picture or a folder of frames.", show_default=False, metavar="FILE")
    ],
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Say what a file is, and how it was made if `sora` made it."""
    from soracli.commands import inspect

    inspect.info(file, as_json=json)


@app.command(
    cls=Verb,
    epilog=examples(
        "sora sheet dog.mp4 cow.mp4", "sora sheet dog.mp4 cow.mp4 --frames 4 --columns 2 -o both.png --force"
    ),
)
def sheet(
    files: Annotated[list[str], argument("Clips or pictures.", "FILE...")],
    output: Annotated[
        str | None, option(OUTPUT, "The picture. Default: sheet.png here.", "-o", "--output", metavar="PATH")
    ] = None,
    frames: Annotated[str, option(GIVEN, "Frames of each clip (default 6).", "--frames", metavar="N")] = "6",
    columns: Annotated[str, option(GIVEN, "How many clips side by side (default 1).", "--columns", metavar="N")] = "1",
    force: Force = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Make a contact sheet of clips, as one picture.

    A row of frames per clip, with the prompt from its recipe.
    """
    from soracli.commands import sheet
    from soracli.options import parse

    count, wide = parse.whole("--frames", frames, 1, 100), parse.whole("--columns", columns, 1, 20)
    sheet.sheet(files, output, count, wide, force=force, as_json=json)


@app.command(
    cls=Verb, epilog=examples("sora compare dog.mp4 cow.mp4", "sora compare dog.mp4 cow.mp4 --json -o both.webm")
)
def compare(
    a: Annotated[str, argument("A clip or a picture.", "A")],
    b: Annotated[str, argument("Another, brought to A's size and rate.", "B")],
    output: Annotated[
        str | None,
        option(OUTPUT, "File or '-' (standard output). Default: A-vs-B here.", "-o", "--output", metavar="PATH"),
    ] = None,
    format: Annotated[
        str | None, option(OUTPUT, "mp4, mov, webm, mkv, gif, webp, avif, png or frames.", "--format", metavar="NAME")
    ] = None,
    quality: Quality = "good",
    fit: Annotated[
        str, option(GIVEN, "Where aspect ratios differ: crop, pad (default) or stretch.", "--fit", metavar="HOW")
    ] = "pad",
    force: Force = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Show two clips side by side, and where they differ.

    Beneath them stands where and when.
    """
    from soracli.commands import compare

    compare.compare(a, b, fit, compare.Arguments(output, format, quality, force, json))


@app.command(
    cls=Verb,
    epilog=examples(
        "sora frame dog.mp4",
        "sora frame dog.mp4 --at 1.5s -o moment.png",
        'sora frame dog.mp4 --at last -o - | sora animate - "the dog walks on" -o next.mp4',
    ),
)
def frame(
    clip: Annotated[str, argument("A clip. '-' reads standard input.", "CLIP")],
    at: Annotated[str, option(GIVEN, "last (default), first, or a time: 1.5s, 24f.", "--at", metavar="TIME")] = "last",
    output: Annotated[
        str | None,
        option(OUTPUT, "File or '-' (standard output). Default: CLIP-last.png here.", "-o", "--output", metavar="PATH"),
    ] = None,
    format: Annotated[str | None, option(OUTPUT, "png (default) or webp.", "--format", metavar="NAME")] = None,
    allow_partial: Annotated[
        bool, option(GIVEN, "Use the readable part of a file that ends early.", "--allow-partial")
    ] = False,
    force: Force = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Take one frame out of a clip, as a lossless picture.

    By default the last one, to go on from it.
    """
    from soracli.commands import frame

    frame.frame(clip, frame.Arguments(at, output, format, force, json, allow_partial))
