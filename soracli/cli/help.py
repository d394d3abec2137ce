"""The verbs about `sora` itself."""

from __future__ import annotations

from typing import Annotated

import typer

from soracli.cli import completion, manual
from soracli.cli.command import Verb
from soracli.cli.options import GIVEN, Debug, Json, examples, given, option
from soracli.errors import CheckError

app = typer.Typer(rich_markup_mode=None)


@app.command(cls=Verb, epilog=examples("sora doctor", "sora doctor --json"))
def doctor(
    calibrate: Annotated[
        bool, given("Measure how fast this machine is, for estimates; takes some seconds.", "--calibrate")
    ] = False,
    threads: Annotated[str | None, given("Measure with so many CPU threads.", "--threads", metavar="N")] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Check this installation and this machine."""
    from soracli.commands import inspect

    if calibrate or threads is not None:
        inspect.calibrate(threads, as_json=json)
        return
    problems = inspect.doctor(as_json=json)
    if problems:
        raise CheckError(f"doctor: {problems} of these will not work; see the lines marked with !", "doctor")


@app.command(cls=Verb, epilog=examples("sora schema", "sora schema generate"))
def schema(
    verb: Annotated[
        str | None, typer.Argument(help="A verb, such as generate or 'model list'.", metavar="VERB", show_default=False)
    ] = None,
    json: Json = False,
    debug: Debug = False,
    *,
    context: typer.Context,
) -> None:
    """Print the JSON schema of a verb's arguments and result.

    Without a verb: that of a batch's jobs, of events and of errors.
    """
    from soracli.commands import schema as schemas

    schemas.show(verb, context.find_root().command, as_json=json)


@app.command("help", cls=Verb, epilog=examples("sora help", "sora help prompts", "sora help --man > sora.1"))
def help_(
    topic: Annotated[
        str | None,
        typer.Argument(
            help="A topic or a verb.", show_default=False, metavar="TOPIC", autocompletion=completion.topics
        ),
    ] = None,
    man: Annotated[bool, option(GIVEN, "Print the manual page, for man.", "--man")] = False,
    json: Json = False,
    debug: Debug = False,
    *,
    context: typer.Context,
) -> None:
    """Explain a topic, such as prompts, sizes or settings.

    Without one, list them. A verb is a topic, too.
    """
    from soracli.console.output import emit, print_out

    root = context.find_root().command
    text = manual.page(root) if man else manual.show(topic, lambda: manual.helps(root))
    emit({"topic": "man" if man else topic, "text": text}) if json else print_out(text)
