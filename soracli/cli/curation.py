"""The verb that chooses clips to train on."""

from __future__ import annotations

from typing import Annotated

import typer

from soracli.cli.command import Verb, with_options
from soracli.cli.options import OUTPUT, Device, Force, argument, examples, given, option
from soracli.options.flags import TalkFlags

app = typer.Typer(rich_markup_mode=None)


@app.command(
    cls=Verb,
    epilog=examples(
        "sora curate .",
        "sora curate . -o chosen.jsonl --split chosen",
        "sora curate . --captioner ./caption.sh --json",
    ),
)
@with_options
def curate(
    folder: Annotated[str, argument("A folder of clips; those in folders beneath it count.", "DIR")],
    output: Annotated[
        str | None,
        option(
            OUTPUT,
            "The list, or '-' (standard output). Default: curated.jsonl here; the contact sheet lies beside it.",
            "-o",
            "--output",
            metavar="OUT.jsonl",
        ),
    ] = None,
    split: Annotated[
        str | None,
        option(OUTPUT, "Write the shots that are kept into this folder, as MP4.", "--split", metavar="FOLDER"),
    ] = None,
    captioner: Annotated[
        str | None,
        given(
            "A command that prints the caption of the clip that is its last argument. Default: captions by rules.",
            "--captioner",
            metavar="COMMAND",
        ),
    ] = None,
    device: Device = "auto",
    force: Force = False,
    *,
    flags: TalkFlags,
) -> None:
    """Choose clips to train on.

    Splits them at cuts, and drops shots that are still, blurred, dark, covered with text or there twice. Every shot
    is a line of the list, those that are dropped too, with what was measured and a caption.
    """
    from soracli.curation import curate

    curate.curate(folder, curate.Arguments(output, split, captioner, force, device), flags)
