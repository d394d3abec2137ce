"""The signatures of the verbs around rendering: looking, prompts, settings, help. See `cli` for the others."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from soracli.flags import GIVEN, OUTPUT, Debug, Json, Verb, examples

app = typer.Typer(rich_markup_mode=None)  # its verbs become verbs of `sora`


def _argument(text: str, metavar: str) -> Any:
    return typer.Argument(help=text, show_default=False, metavar=metavar)


def _option(panel: str, text: str, *names: str, metavar: str | None = None) -> Any:
    return typer.Option(*names, help=text, rich_help_panel=panel, metavar=metavar, show_default=False)


Force = Annotated[bool, _option(OUTPUT, "Replace the output if it exists.", "-f", "--force")]


# --- looking ----------------------------------------------------------------------------------------------------------


@app.command(
    cls=Verb,
    epilog=examples(
        "sora sheet dog.mp4 cow.mp4", "sora sheet dog.mp4 cow.mp4 --frames 4 --columns 2 -o both.png --force"
    ),
)
def sheet(
    files: Annotated[list[str], _argument("Clips or pictures.", "FILE...")],
    output: Annotated[
        str | None, _option(OUTPUT, "The picture. Default: sheet.png here.", "-o", "--output", metavar="PATH")
    ] = None,
    frames: Annotated[str, _option(GIVEN, "Frames of each clip (default 6).", "--frames", metavar="N")] = "6",
    columns: Annotated[str, _option(GIVEN, "Clips side by side (default 1).", "--columns", metavar="N")] = "1",
    force: Force = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Show clips on one picture: frames in time, clip under clip, captions from their recipes."""
    from soracli import sheet, values

    count, wide = values.whole("--frames", frames, 1, 100), values.whole("--columns", columns, 1, 20)
    sheet.sheet(files, output, count, wide, force=force, as_json=json)


@app.command(
    cls=Verb, epilog=examples("sora compare dog.mp4 cow.mp4", "sora compare dog.mp4 cow.mp4 --json -o both.webm")
)
def compare(
    a: Annotated[str, _argument("A clip or a picture.", "A")],
    b: Annotated[str, _argument("Another, brought to A's size and rate.", "B")],
    output: Annotated[
        str | None,
        _option(OUTPUT, "File or '-' (standard output). Default: A-vs-B here.", "-o", "--output", metavar="PATH"),
    ] = None,
    format: Annotated[
        str | None, _option(OUTPUT, "mp4, webm, mkv, gif, webp, png or frames.", "--format", metavar="NAME")
    ] = None,
    quality: Annotated[
        str, _option(OUTPUT, "draft, good (default), lossless, or a CRF number.", "--quality", metavar="LEVEL")
    ] = "good",
    fit: Annotated[str, _option(GIVEN, "crop, pad (default) or stretch.", "--fit", metavar="HOW")] = "pad",
    force: Force = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Show two clips side by side, and beneath them where and when they differ."""
    from soracli import compare

    compare.compare(a, b, fit, compare.Look(output, format, quality, force, json))


# --- prompts ----------------------------------------------------------------------------------------------------------


@app.command(
    cls=Verb,
    epilog=examples(
        'sora recaption "a dog" -n 3',
        'sora recaption "a red car at night" --json --seed 7',
        'echo "a penguin" | sora recaption -',
    ),
)
def recaption(
    prompt: Annotated[
        str | None,
        typer.Argument(help="A short prompt; '-' reads standard input.", show_default=False, metavar="PROMPT"),
    ] = None,
    count: Annotated[str, _option(GIVEN, "How many captions (default 1).", "-n", "--count", metavar="N")] = "1",
    seed: Annotated[str, _option(GIVEN, "Other seeds, other captions (default 0).", "--seed", metavar="N")] = "0",
    model: Annotated[
        str | None, _option(GIVEN, "For which model; see sora model list.", "-m", "--model", metavar="NAME")
    ] = None,
    prompt_file: Annotated[
        str | None, _option(GIVEN, "Read the prompt from a file.", "--prompt-file", metavar="FILE")
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Say what a short prompt leaves open: one full caption per line. What it says stays as it is."""
    from soracli import recaption, values

    number = values.whole("--seed", seed, 0, 999_999_999)
    text = values.prompt(prompt, prompt_file)
    recaption.recaption(text, model, values.whole("--count", count, 1, 100), number, as_json=json)
