"""`sora`: the tree of its verbs, and the way in. Imports nothing slow; the work is imported inside the verbs."""

from __future__ import annotations

import functools
import signal
import sys
from typing import Annotated, Any

import typer

from soracli import __version__
from soracli.cli import (
    curation,
    help,
    jobs,
    media,
    models,
    prompts,
    protocols,
    remake,
    render,
    runner,
    scenes,
    settings,
    training,
    trust,
)
from soracli.cli.command import Group
from soracli.errors import SoraError
from soracli.system import startup

# The verbs in the order of the help; others follow.
ORDER = (
    "generate", "image", "animate", "extend", "edit", "inpaint", "blend", "views", "vary", "enhance", "info", "verify",
    "detect", "doctor", "train", "model", "batch", "replay", "resume", "decode", "serve", "schema", "runs", "sheet",
    "compare", "frame", "recaption", "scene", "help", "config", "preset", "policy", "animatic", "cast", "keys",
    "curate", "mcp",
)  # fmt: skip


class Sora(Group):
    """All verbs, in order."""

    def __init__(self, *, commands: Any = None, **given: Any) -> None:
        ranked = sorted(commands or {}, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))
        super().__init__(commands={name: commands[name] for name in ranked}, **given)


app = typer.Typer(
    name="sora",
    cls=Sora,
    help="Make video from the command line.",
    epilog='Start with:\n  sora generate "a dog walks to the right across a grassy meadow"\n\nMore: sora help',
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _part in (render, remake, media, trust, jobs, prompts, settings, scenes, help, curation, protocols):
    app.add_typer(_part.app)
app.add_typer(models.app, name="model")
app.add_typer(training.app, name="train")


@app.callback(invoke_without_command=True)
def sora(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
    color: Annotated[
        str, typer.Option("--color", help="Colours: auto, always or never.", metavar="WHEN", show_default=False)
    ] = "auto",
) -> None:
    if version:
        typer.echo(f"sora {__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


@functools.cache
def parser() -> Any:
    """The tree of verbs: it takes a third of a warm call's time to make, and `sora serve` runs many calls."""
    return typer.main.get_command(app)


run = functools.partial(runner.run, parser)  # one command line: words -> exit code


def main(argv: list[str] | None = None) -> None:
    """Run `sora` and exit with the code that the error tree names."""
    args = sys.argv[1:] if argv is None else argv
    signal.signal(signal.SIGTERM, runner.terminate)
    signal.signal(signal.SIGINT, runner.interrupt)
    try:
        startup.prepare()
        code = run(args)
    except SoraError as error:
        code = runner.fail(args, error)
    except KeyboardInterrupt:  # before the command began, or after it ended
        code = runner.interrupted(args)
    sys.exit(code)
