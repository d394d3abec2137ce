"""The verbs about prompts: what is made of them, and what is refused."""

from __future__ import annotations

from typing import Annotated

import typer

from soracli.cli import completion
from soracli.cli.command import Verb
from soracli.cli.groups import group
from soracli.cli.options import GIVEN, Debug, Json, Lora, PromptFile, examples, option

app = typer.Typer(rich_markup_mode=None)
policy_app = group("What sora refuses to paint: show, check.")
app.add_typer(policy_app, name="policy")


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
    count: Annotated[str, option(GIVEN, "How many captions (default 1).", "-n", "--count", metavar="N")] = "1",
    seed: Annotated[str, option(GIVEN, "Other seeds, other captions (default 0).", "--seed", metavar="N")] = "0",
    model: Annotated[
        str | None,
        option(
            GIVEN,
            "The model to write for; see sora model list.",
            "-m",
            "--model",
            metavar="NAME",
            complete=completion.models,
        ),
    ] = None,
    prompt_file: PromptFile = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Write full captions of a short prompt, one per line.

    They fill in what it leaves open; what it says stays as it is.
    """
    from soracli.commands import prompts
    from soracli.options import parse

    number = parse.whole("--seed", seed, 0, 999_999_999)
    text = parse.prompt(prompt, prompt_file)
    prompts.recaption(text, model, parse.whole("--count", count, 1, 100), number, as_json=json)


@app.command(
    cls=Verb,
    epilog=examples('sora scene "two penguins hop in falling snow"', 'sora scene "a dog chases a cat" --json --seed 7'),
)
def scene(
    prompt: Annotated[
        str | None,
        typer.Argument(help="A prompt; '-' reads standard input.", show_default=False, metavar="PROMPT"),
    ] = None,
    seed: Annotated[str, option(GIVEN, "Other seeds, other choices (default 0).", "--seed", metavar="N")] = "0",
    seconds: Annotated[str, option(GIVEN, "Length in whole seconds (default 4).", "--seconds", metavar="N")] = "4",
    prompt_file: PromptFile = None,
    lora: Lora = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Print the scene that a prompt is read as.

    A file to edit, and to paint with sora generate --scene. Notes say what of the prompt is not shown.
    """
    from soracli.commands import scene as scenes
    from soracli.options import parse

    number = parse.whole("--seed", seed, 0, 999_999_999)
    length = parse.whole("--seconds", seconds, 1, 600)
    scenes.scene(parse.prompt(prompt, prompt_file), float(length), number, lora or (), as_json=json)


@policy_app.command("show", cls=Verb, epilog=examples("sora policy show", "sora policy show V1"))
def policy_show(
    rule: Annotated[
        str | None, typer.Argument(help="A rule or a category.", show_default=False, metavar="RULE")
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Print what is refused, rule by rule, and the file of the rules."""
    from soracli.commands import prompts

    prompts.policy_show(rule, as_json=json)


@policy_app.command(
    "check", cls=Verb, epilog=examples('sora policy check "a killer whale jumps"', 'echo "a dog" | sora policy check -')
)
def policy_check(
    text: Annotated[
        str | None,
        typer.Argument(help="A prompt; '-' reads standard input.", show_default=False, metavar="TEXT"),
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Say whether a prompt would be painted.

    Exit code 0, or 4 and why not. Without a text: the policy's own tests.
    """
    from soracli.commands import prompts
    from soracli.options import parse

    if text is None:
        prompts.policy_check_itself(as_json=json)
    else:
        prompts.policy_check(parse.prompt(text, None), as_json=json)
