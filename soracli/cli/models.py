"""The verbs about models."""

from __future__ import annotations

from typing import Annotated

import typer

from soracli.cli import completion
from soracli.cli.command import Verb
from soracli.cli.groups import group
from soracli.cli.options import Debug, Json, examples

app = typer.Typer(rich_markup_mode=None)
model_app = group("The models: list, pull, show, verify, path, rm.")
app.add_typer(model_app, name="model")


@model_app.command("list", cls=Verb, epilog=examples("sora model list"))
def model_list(json: Json = False, debug: Debug = False) -> None:
    """List the models for --model, and whether they are here."""
    from soracli.commands import inspect

    inspect.model_list(as_json=json)


Name = Annotated[
    str | None,
    typer.Argument(
        help="A model. Default: the one used by default.",
        show_default=False,
        metavar="NAME",
        autocompletion=completion.models,
    ),
]


@model_app.command("show", cls=Verb, epilog=examples("sora model show", "sora model show tiny --json"))
def model_show(name: Name = None, json: Json = False, debug: Debug = False) -> None:
    """Print what a model is: defaults, limits, files, licence."""
    from soracli.commands import inspect

    inspect.model_show(name, as_json=json)


@model_app.command("verify", cls=Verb, epilog=examples("sora model verify", "sora model verify spark"))
def model_verify(name: Name = None, json: Json = False, debug: Debug = False) -> None:
    """Read every file of a model and compare it with its sha256."""
    from soracli.commands import inspect

    inspect.model_verify(name, as_json=json)


@model_app.command(
    "pull",
    cls=Verb,
    epilog=examples("sora model pull spark", "sora model pull wan-vace-1.3b --dry-run"),
)
def model_pull(
    name: Annotated[str, typer.Argument(help="A model; see sora model list.", show_default=False, metavar="NAME")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be fetched, and how large it is.")] = False,
    accept_licence: Annotated[bool, typer.Option("--accept-licence", help="Agree to the model's licence.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print paths and errors only.")] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Fetch a model's files from its hub.

    A broken download goes on where it stopped.
    """
    from soracli.commands import models

    models.pull(name, dry_run=dry_run, agreed=accept_licence, quiet=quiet, as_json=json)


@model_app.command("rm", cls=Verb, epilog=examples("sora model rm wan-vace-1.3b"))
def model_rm(
    name: Annotated[str, typer.Argument(help="A fetched model.", show_default=False, metavar="NAME")],
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Delete a model's fetched files."""
    from soracli.commands import models

    models.remove(name, as_json=json)


@model_app.command("path", cls=Verb, epilog=examples("sora model path"))
def model_path(name: Name = None, json: Json = False, debug: Debug = False) -> None:
    """Print where a model's files are."""
    from soracli.commands import inspect

    inspect.model_path(name, as_json=json)
