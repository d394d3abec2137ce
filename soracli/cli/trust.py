"""The verbs about who made a file, and the keys that sign."""

from __future__ import annotations

from typing import Annotated

import typer

from soracli.cli.command import Verb
from soracli.cli.groups import group
from soracli.cli.options import Debug, Json, examples, given

app = typer.Typer(rich_markup_mode=None)
keys_app = group("Keys to sign and mark with: show, new, export.")
app.add_typer(keys_app, name="keys")


@app.command(cls=Verb, epilog=examples("sora verify dog.mp4", "sora verify dog.mp4 --trust friend.pem --json"))
def verify(
    file: Annotated[
        str,
        typer.Argument(help="A clip, a picture, a folder of frames, or '-'.", show_default=False, metavar="FILE"),
    ],
    trust: Annotated[
        list[str] | None,
        given("A certificate to trust, from its owner's sora keys export; may be repeated.", "--trust", metavar="PEM"),
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Check a file's content credential (C2PA).

    Says who signed it, what was done and from what. Exit code 0 if it holds, whoever signed; 8 if not, or without one.
    """
    from soracli.commands import verify as credentials

    credentials.verify(file, trust or (), as_json=json)


@app.command(cls=Verb, epilog=examples("sora detect dog.mp4 cow.mp4", "sora detect dog.mp4 --deep --check --json"))
def detect(
    files: Annotated[list[str], typer.Argument(help="Clips or pictures.", show_default=False, metavar="FILE...")],
    deep: Annotated[
        bool, given("Look for the mark in the noise it was painted from as well; takes some seconds.", "--deep")
    ] = False,
    check: Annotated[bool, given("Exit with code 8 unless all are detected.", "--check")] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Say whether sora made a file.

    By its content credential and by the mark in its pixels, with --deep also by the one in the noise that it was
    painted from, each on a line of its own: detected, not detected, or cannot tell. "Not detected" is never a proof.
    """
    from soracli.commands import detect as marks

    marks.detect(files, deep=deep, check=check, as_json=json)


@keys_app.command("show", cls=Verb, epilog=examples("sora keys show", "sora keys show --json"))
def keys_show(json: Json = False, debug: Debug = False) -> None:
    """Print the keys of this installation.

    They are made if there are none yet.
    """
    from soracli.commands import keys

    keys.show(as_json=json)


@keys_app.command("new", cls=Verb, epilog=examples("sora keys new"))
def keys_new(json: Json = False, debug: Debug = False) -> None:
    """Make new keys.

    Old ones sign no more; what they signed and marked is still known as this installation's.
    """
    from soracli.commands import keys

    keys.new(as_json=json)


@keys_app.command("export", cls=Verb, epilog=examples("sora keys export -o mine.pem", "sora keys export > mine.pem"))
def keys_export(
    output: Annotated[
        str | None, given("Where to; standard output by default.", "-o", "--output", metavar="PATH")
    ] = None,
    force: Annotated[bool, given("Replace the output if it exists.", "-f", "--force")] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Write the certificate that others trust you by. It holds no secret."""
    from soracli.commands import keys

    keys.export(output, force=force, as_json=json)
