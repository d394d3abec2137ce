"""The signatures of the verbs around rendering: looking, prompts, settings, help. See `cli` for the others."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from soracli import complete
from soracli.flags import GIVEN, OUTPUT, Complete, Debug, Flags, Json, Verb, examples, flagged

app = typer.Typer(rich_markup_mode=None)  # its verbs become verbs of `sora`
config_app = typer.Typer(help="What flags are when they are not typed: list, get, set, path.", rich_markup_mode=None)
app.add_typer(config_app, name="config")
preset_app = typer.Typer(help="Named sets of flags: list, save, show.", rich_markup_mode=None)
app.add_typer(preset_app, name="preset")
policy_app = typer.Typer(help="What sora refuses to paint: show, check.", rich_markup_mode=None)
app.add_typer(policy_app, name="policy")


@config_app.callback(invoke_without_command=True)
@preset_app.callback(invoke_without_command=True)
@policy_app.callback(invoke_without_command=True)
def group(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _argument(text: str, metavar: str, complete: Complete | None = None) -> Any:
    return typer.Argument(help=text, show_default=False, metavar=metavar, autocompletion=complete)


def _option(panel: str, text: str, *names: str, metavar: str | None = None, complete: Complete | None = None) -> Any:
    return typer.Option(
        *names, help=text, rich_help_panel=panel, metavar=metavar, show_default=False, autocompletion=complete
    )


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
        str | None, _option(OUTPUT, "mp4, mov, webm, mkv, gif, webp, avif, png or frames.", "--format", metavar="NAME")
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


@app.command(
    cls=Verb,
    epilog=examples(
        "sora frame dog.mp4",
        "sora frame dog.mp4 --at 1.5s -o moment.png",
        'sora frame dog.mp4 --at last -o - | sora animate - "the dog walks on" -o next.mp4',
    ),
)
def frame(
    clip: Annotated[str, _argument("A clip. '-' reads standard input.", "CLIP")],
    at: Annotated[str, _option(GIVEN, "last (default), first, or a time: 1.5s, 24f.", "--at", metavar="TIME")] = "last",
    output: Annotated[
        str | None,
        _option(
            OUTPUT, "File or '-' (standard output). Default: CLIP-last.png here.", "-o", "--output", metavar="PATH"
        ),
    ] = None,
    format: Annotated[str | None, _option(OUTPUT, "png (default) or webp.", "--format", metavar="NAME")] = None,
    allow_partial: Annotated[
        bool, _option(GIVEN, "Use what there is of a file that ends early.", "--allow-partial")
    ] = False,
    force: Force = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Take one frame out of a clip, as a picture without loss: the last one, to go on from it."""
    from soracli import frame

    frame.frame(clip, frame.Wish(at, output, format, force, json, allow_partial))


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
        str | None,
        _option(
            GIVEN, "For which model; see sora model list.", "-m", "--model", metavar="NAME", complete=complete.models
        ),
    ] = None,
    prompt_file: Annotated[
        str | None, _option(GIVEN, "Read the prompt from a file.", "--prompt-file", metavar="FILE")
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Say what a short prompt leaves open: one full caption per line. What it says stays as it is."""
    from soracli import values
    from soracli.commands import prompts

    number = values.whole("--seed", seed, 0, 999_999_999)
    text = values.prompt(prompt, prompt_file)
    prompts.recaption(text, model, values.whole("--count", count, 1, 100), number, as_json=json)


@app.command(
    cls=Verb,
    epilog=examples('sora scene "two penguins hop in falling snow"', 'sora scene "a dog chases a cat" --json --seed 7'),
)
def scene(
    prompt: Annotated[
        str | None,
        typer.Argument(help="A prompt; '-' reads standard input.", show_default=False, metavar="PROMPT"),
    ] = None,
    seed: Annotated[str, _option(GIVEN, "Other seeds, other choices (default 0).", "--seed", metavar="N")] = "0",
    seconds: Annotated[str, _option(GIVEN, "Length in whole seconds (default 4).", "--seconds", metavar="N")] = "4",
    prompt_file: Annotated[
        str | None, _option(GIVEN, "Read the prompt from a file.", "--prompt-file", metavar="FILE")
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Print the scene that a prompt is read into, as a file to edit and paint; notes on all that is not shown."""
    from soracli import values
    from soracli.scenes import told

    number = values.whole("--seed", seed, 0, 999_999_999)
    length = values.whole("--seconds", seconds, 1, 600)
    told.scene(values.prompt(prompt, prompt_file), float(length), number, as_json=json)


# --- configuration ----------------------------------------------------------------------------------------------------


Key = Annotated[str, _argument("A flag without its dashes, such as size.", "KEY", complete.keys)]


@config_app.command("list", cls=Verb, epilog=examples("sora config list", "sora config list --json"))
def config_list(json: Json = False, debug: Debug = False) -> None:
    """Every flag that can be set, its value, and which place it comes from."""
    from soracli.commands import settings

    settings.config_list(as_json=json)


@config_app.command("get", cls=Verb, epilog=examples("sora config get size"))
def config_get(key: Key, json: Json = False, debug: Debug = False) -> None:
    """The value that a flag has when it is not typed."""
    from soracli.commands import settings

    settings.config_get(key, as_json=json)


@config_app.command("set", cls=Verb, epilog=examples("sora config set size 16:9", "sora config set steps 20 --project"))
def config_set(
    key: Key,
    value: Annotated[
        str | None, typer.Argument(help="What the flag takes.", show_default=False, metavar="VALUE")
    ] = None,
    project: Annotated[bool, _option(GIVEN, "In sora.toml of this project.", "--project")] = False,
    unset: Annotated[bool, _option(GIVEN, "Take the key out.", "--unset")] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Set what a flag is when it is not typed, in your own file or the project's."""
    from soracli.commands import settings

    settings.config_set(key, value, project=project, unset=unset, as_json=json)


@config_app.command("path", cls=Verb, epilog=examples("sora config path"))
def config_path(json: Json = False, debug: Debug = False) -> None:
    """Your configuration file, and the project's if there is one."""
    from soracli.commands import settings

    settings.config_path(as_json=json)


@preset_app.command("list", cls=Verb, epilog=examples("sora preset list"))
def preset_list(json: Json = False, debug: Debug = False) -> None:
    """Every preset and its flags."""
    from soracli.commands import settings

    settings.preset_list(as_json=json)


Preset = Annotated[str, _argument("A preset.", "NAME", complete.presets)]


@preset_app.command("show", cls=Verb, epilog=examples("sora preset show draft"))
def preset_show(name: Preset, json: Json = False, debug: Debug = False) -> None:
    """The flags of a preset."""
    from soracli.commands import settings

    settings.preset_show(name, as_json=json)


@preset_app.command("save", cls=Verb, epilog=examples("sora preset save phone --size 9:16 -d 6s --quality 20"))
@flagged
def preset_save(
    name: Preset,
    style: Annotated[
        str | None, _option(GIVEN, "As of sora generate.", "--style", metavar="NAME", complete=complete.styles)
    ] = None,
    camera: Annotated[
        str | None, _option(GIVEN, "As of sora generate.", "--camera", metavar="MOVE", complete=complete.cameras)
    ] = None,
    motion: Annotated[str | None, _option(GIVEN, "As of sora generate.", "--motion", metavar="N")] = None,
    *,
    flags: Flags,
) -> None:
    """Keep flags under a name, for -p. It is used for what is not typed beside it."""
    from soracli.commands import settings

    typed = flags.origin.call.arguments
    kept = {key: value for key, value in typed.items() if key not in ("name", "force", "json", "debug")}
    settings.preset_save(name, kept, force=flags.force, as_json=flags.json)


# --- the policy -------------------------------------------------------------------------------------------------------


@policy_app.command("show", cls=Verb, epilog=examples("sora policy show", "sora policy show V1"))
def policy_show(
    rule: Annotated[
        str | None, typer.Argument(help="A rule or a category.", show_default=False, metavar="RULE")
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """What is refused, rule by rule, and the file in which all of it stands."""
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
    """Say whether a prompt would be painted: exit code 0, or 4 and why not. Without a text: the policy's own tests."""
    from soracli import values
    from soracli.commands import prompts

    if text is None:
        prompts.policy_check_itself(as_json=json)
    else:
        prompts.policy_check(values.prompt(text, None), as_json=json)


# --- help -------------------------------------------------------------------------------------------------------------


@app.command("help", cls=Verb, epilog=examples("sora help", "sora help prompts", "sora help --man > sora.1"))
def help_(
    topic: Annotated[
        str | None,
        typer.Argument(help="A topic or a verb.", show_default=False, metavar="TOPIC", autocompletion=complete.topics),
    ] = None,
    man: Annotated[bool, _option(GIVEN, "Print the manual page, for man.", "--man")] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Explain a topic: prompts, sizes, streams, settings, ...; without one, list them."""
    from soracli import cli, guide, manpage
    from soracli.console.output import emit, print_out

    text = manpage.page(cli.app) if man else guide.show(topic, lambda: manpage.helps(cli.app))
    emit({"topic": "man" if man else topic, "text": text}) if json else print_out(text)
