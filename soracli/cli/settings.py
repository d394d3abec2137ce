"""The verbs about what flags are when they are not typed."""

from __future__ import annotations

from typing import Annotated

import typer

from soracli.cli import completion
from soracli.cli.command import Verb, group, with_options
from soracli.cli.options import GIVEN, Debug, Json, argument, examples, option
from soracli.options.flags import Flags

app = typer.Typer(rich_markup_mode=None)
config_app = group("What flags are when they are not typed: list, get, set, path.")
app.add_typer(config_app, name="config")
preset_app = group("Named sets of flags: list, save, show.")
app.add_typer(preset_app, name="preset")


Key = Annotated[str, argument("A flag without its dashes, such as size.", "KEY", completion.keys)]


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
    project: Annotated[bool, option(GIVEN, "In sora.toml of this project.", "--project")] = False,
    unset: Annotated[bool, option(GIVEN, "Take the key out.", "--unset")] = False,
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


Preset = Annotated[str, argument("A preset.", "NAME", completion.presets)]


@preset_app.command("show", cls=Verb, epilog=examples("sora preset show draft"))
def preset_show(name: Preset, json: Json = False, debug: Debug = False) -> None:
    """The flags of a preset."""
    from soracli.commands import settings

    settings.preset_show(name, as_json=json)


@preset_app.command("save", cls=Verb, epilog=examples("sora preset save phone --size 9:16 -d 6s --quality 20"))
@with_options
def preset_save(
    name: Preset,
    style: Annotated[
        str | None, option(GIVEN, "As of sora generate.", "--style", metavar="NAME", complete=completion.styles)
    ] = None,
    camera: Annotated[
        str | None, option(GIVEN, "As of sora generate.", "--camera", metavar="MOVE", complete=completion.cameras)
    ] = None,
    motion: Annotated[str | None, option(GIVEN, "As of sora generate.", "--motion", metavar="N")] = None,
    *,
    flags: Flags,
) -> None:
    """Keep flags under a name, for -p. It is used for what is not typed beside it."""
    from soracli.commands import settings

    typed = flags.origin.call.arguments
    kept = {key: value for key, value in typed.items() if key not in ("name", "force", "json", "debug")}
    settings.preset_save(name, kept, force=flags.force, as_json=flags.json)
