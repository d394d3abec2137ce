"""The verbs about what flags are when they are not typed."""

from __future__ import annotations

from typing import Annotated

import typer

from soracli.cli import completion
from soracli.cli.command import Verb, with_options
from soracli.cli.groups import group
from soracli.cli.options import GIVEN, Debug, Json, argument, examples, option
from soracli.options.flags import Flags

app = typer.Typer(rich_markup_mode=None)
config_app = group("Defaults of flags: list, get, set, path.")
app.add_typer(config_app, name="config")
preset_app = group("Named sets of flags: list, save, show.")
app.add_typer(preset_app, name="preset")


Key = Annotated[str, argument("A flag without its dashes, such as size.", "KEY", completion.keys)]


@config_app.command("list", cls=Verb, epilog=examples("sora config list", "sora config list --json"))
def config_list(json: Json = False, debug: Debug = False) -> None:
    """List every default, and where it comes from."""
    from soracli.commands import settings

    settings.config_list(as_json=json)


@config_app.command("get", cls=Verb, epilog=examples("sora config get size"))
def config_get(key: Key, json: Json = False, debug: Debug = False) -> None:
    """Print the default of a flag."""
    from soracli.commands import settings

    settings.config_get(key, as_json=json)


@config_app.command("set", cls=Verb, epilog=examples("sora config set size 16:9", "sora config set steps 20 --project"))
def config_set(
    key: Key,
    value: Annotated[
        str | None, typer.Argument(help="What the flag takes.", show_default=False, metavar="VALUE")
    ] = None,
    project: Annotated[bool, option(GIVEN, "In sora.toml of this project, not in your own file.", "--project")] = False,
    unset: Annotated[bool, option(GIVEN, "Remove your default of this flag.", "--unset")] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Set the default of a flag, for you or for a project."""
    from soracli.commands import settings

    settings.config_set(key, value, project=project, unset=unset, as_json=json)


@config_app.command("path", cls=Verb, epilog=examples("sora config path"))
def config_path(json: Json = False, debug: Debug = False) -> None:
    """Print where the configuration files are."""
    from soracli.commands import settings

    settings.config_path(as_json=json)


@preset_app.command("list", cls=Verb, epilog=examples("sora preset list"))
def preset_list(json: Json = False, debug: Debug = False) -> None:
    """List every preset and its flags."""
    from soracli.commands import settings

    settings.preset_list(as_json=json)


Preset = Annotated[str, argument("A preset.", "NAME", completion.presets)]


@preset_app.command("show", cls=Verb, epilog=examples("sora preset show draft"))
def preset_show(name: Preset, json: Json = False, debug: Debug = False) -> None:
    """Print the flags of a preset."""
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
    """Keep flags under a name, for -p NAME.

    Flags that are typed beside it go first.
    """
    from soracli.commands import settings

    typed = flags.origin.call.arguments
    kept = {key: value for key, value in typed.items() if key not in ("name", "force", "json", "debug")}
    settings.preset_save(name, kept, force=flags.force, as_json=flags.json)
