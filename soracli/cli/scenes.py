"""The verbs around scenes: their drafts, and the pictures that play in them."""

from __future__ import annotations

from typing import Annotated

import typer

from soracli.cli.command import Verb
from soracli.cli.groups import group
from soracli.cli.options import GIVEN, OUTPUT, Debug, Force, Json, Lora, Quality, argument, examples, option

app = typer.Typer(rich_markup_mode=None)
cast_app = group("The pictures that play in scenes: list, show, search.")
app.add_typer(cast_app, name="cast")


@app.command(
    cls=Verb,
    epilog=examples(
        "sora animatic --scene film.toml",
        'sora animatic "a cat chases a mouse" -o chase.webp',
        "sora animatic --scene film.toml -s 16:9 --fps 25 -o draft.mov",
    ),
)
def animatic(
    prompt: Annotated[
        str | None, typer.Argument(help="A prompt; '-' reads standard input.", show_default=False, metavar="PROMPT")
    ] = None,
    scene: Annotated[str | None, option(GIVEN, "A scene file instead of a prompt.", "--scene", metavar="FILE")] = None,
    size: Annotated[
        str | None, option(OUTPUT, "WIDTHxHEIGHT, or a shape: 16:9 (default 256x256).", "-s", "--size", metavar="SIZE")
    ] = None,
    fps: Annotated[str | None, option(OUTPUT, "Frames per second (default 16).", "--fps", metavar="N")] = None,
    duration: Annotated[
        str | None, option(OUTPUT, "Length for a prompt (default 4s).", "-d", "--duration", metavar="TIME")
    ] = None,
    seed: Annotated[
        str | None, option(GIVEN, "Other seeds, other choices for a prompt (default 0).", "--seed", metavar="N")
    ] = None,
    lora: Lora = None,
    output: Annotated[
        str | None,
        option(
            OUTPUT,
            "File, or '-' (standard output). Default: NAME-animatic.webp here.",
            "-o",
            "--output",
            metavar="PATH",
        ),
    ] = None,
    format: Annotated[
        str | None,
        option(OUTPUT, "File format; webp, mov, webm, png and frames are transparent.", "--format", metavar="NAME"),
    ] = None,
    quality: Quality = "good",
    force: Force = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Draw the performers of a scene along their paths.

    At once: the draft alone, without place and light, over nothing where the format can be transparent.
    """
    from soracli.commands import animatic as animatics
    from soracli.options import parse

    text = parse.prompt(prompt, None, needed=False)
    args = animatics.Arguments(size, fps, duration, seed, output, format, quality, force, json, tuple(lora or ()))
    animatics.animatic(text, scene, args)


@cast_app.command("list", cls=Verb, epilog=examples("sora cast list", "sora cast list --kind flyer"))
def cast_list(
    kind: Annotated[
        str | None, option(GIVEN, "Only this kind: walker, driver, flyer, swimmer or thing.", "--kind", metavar="KIND")
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """List the pictures.

    With what each does, whether it moves, how large it is and what else it is called.
    """
    from soracli.commands import cast

    cast.show_all(kind, as_json=json)


@cast_app.command("show", cls=Verb, epilog=examples("sora cast show dog", "sora cast show dog -o drawing.png"))
def cast_show(
    name: Annotated[str, argument("A picture, by name or synonym.", "NAME")],
    output: Annotated[
        str | None, option(OUTPUT, "Also write it as PNG with transparency.", "-o", "--output", metavar="PATH")
    ] = None,
    force: Force = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Print all that is known of one picture."""
    from soracli.commands import cast

    cast.show(name, output, force=force, as_json=json)


@cast_app.command("search", cls=Verb, epilog=examples("sora cast search wizard", "sora cast search sea animal -n 5"))
def cast_search(
    words: Annotated[list[str], argument("What it should show.", "WORD...")],
    count: Annotated[str, option(GIVEN, "How many (default 10).", "-n", "--count", metavar="N")] = "10",
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Find pictures by name, then by meaning.

    Says how near the nearest is.
    """
    from soracli.commands import cast
    from soracli.options import parse

    cast.find(" ".join(words), parse.whole("--count", count, 1, 100), as_json=json)
