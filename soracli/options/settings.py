"""Where a flag's value comes from when it is not typed: environment, project file, user file, or the model's card.

Every flag that may be set is a key of KEYS. A value in any of the places is checked as the flag would be, and what is
wrong with it is one line that names the place. Imports nothing slow: this is loaded for every command.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from soracli.errors import SoraError, UsageError, WeightsError
from soracli.formatting import printable, short, suggest
from soracli.system import opening, parsing

if TYPE_CHECKING:
    from soracli.card import Card

PROJECT = "sora.toml"
PREFIX = "SORA_"
SWITCHES = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
MOST = 100_000  # bytes of a file of settings or presets
Value = str | bool
Values = dict[str, Value]


class Layer(NamedTuple):
    """One place that gives values. where: its name for people; of an environment variable, PREFIX."""

    where: str
    values: Values


# --- keys -------------------------------------------------------------------------------------------------------------


def _size(text: str) -> None:
    from soracli.options import parse

    parse.size(text, (256, 256), (8, 32, 32))


def _duration(text: str) -> None:
    from soracli.options import parse

    parse.duration(text, Fraction(24))


def _fps(text: str) -> None:
    from soracli.options import parse

    parse.rate(text)


def _whole(flag: str, high: int) -> Callable[[str], None]:
    def check(text: str) -> None:
        from soracli.options import parse

        parse.whole(flag, text, 1, high)

    return check


def _guidance(text: str) -> None:
    from soracli.options import parse

    parse.guidance(text)


def _negative(text: str) -> None:
    from soracli.options import parse

    parse.clean_text(text, "--negative")


def _seed(text: str) -> None:
    from soracli.options import parse

    parse.seeds(text, None)


def _model(text: str) -> None:
    from soracli.weights import manifest

    manifest.card(text)


def _device(text: str) -> None:
    from soracli.options import parse

    parse.check_device(text)


def _memory(text: str) -> None:
    from soracli.options import parse

    parse.memory(text)


def _weights(text: str) -> None:
    from soracli.options import open_models

    open_models.check_weights(text)


def _tiles(text: str) -> None:
    from soracli.options import open_models

    open_models.check_tiles(text)


def _guide(text: str) -> None:
    from soracli.options import open_models

    open_models.check_guide(text)


def _cache(text: str) -> None:
    from soracli.options import open_models

    open_models.check_cache(text)


def _quality(text: str) -> None:
    from soracli.media import formats

    formats.quality(text, formats.FORMATS["mp4"])


def _format(text: str) -> None:
    from soracli.media import formats

    formats.choose(None, text, 2)


def _output(text: str) -> None:
    if not text.endswith(("/", ".{ext}")):
        raise UsageError(f"--output {text}: must end in / (a folder) or in .{{ext}}, so that it suits every verb")


def _progress(text: str) -> None:
    from soracli.console import progress

    progress.Talk(text)


def _preview(text: str) -> None:
    from soracli.options import parse

    parse.preview(text)


def _manner(name: str) -> Callable[[str], None]:
    def check(text: str) -> None:
        from soracli.prompts import modifiers

        modifiers.words(**{name: text})

    return check


KEYS: Mapping[str, Callable[[str], None] | None] = {  # None = a switch
    "model": _model, "size": _size, "duration": _duration, "fps": _fps, "steps": _whole("--steps", 1000),
    "guidance": _guidance, "negative": _negative, "seed": _seed, "count": _whole("--count", 1000), "expand": None,
    "style": _manner("style"), "camera": _manner("camera"), "motion": _manner("motion"), "output": _output,
    "quality": _quality, "preview": _preview, "progress": _progress, "device": _device,
    "threads": _whole("--threads", 1024), "max-memory": _memory,
    "weights": _weights, "tiles": _tiles, "guide": _guide, "cache": _cache, "compile": None,
}  # fmt: skip
PRESET_KEYS: Mapping[str, Callable[[str], None] | None] = {**KEYS, "format": _format}
BUILT_IN: Values = {"quality": "good", "progress": "auto", "device": "auto", "expand": False}

OTHERS = (
    "SORA_STATE_DIR",
    "SORA_SOCKET",
    "SORA_CONFIG_DIR",
    "SORA_TSA",
    "SORA_POLICY",
    "SORA_REVIEW",
)  # variables that are no flags


def checked(key: str, value: object, where: str, keys: Mapping[str, Callable[[str], None] | None] = KEYS) -> Value:
    """The value of a key as its flag takes it. Raises WeightsError (exit 5) that names the place."""
    if key not in keys:
        raise WeightsError(
            f"{where}: unknown key '{short(key, 60)}'{suggest(key[:60], keys)}; see: sora config list", "bad_config"
        )
    check = keys[key]
    shown = f"{where}: {key} = {short(value, 60)}"
    if check is None:
        switch = SWITCHES.get(str(value).lower())
        if switch is None:
            raise WeightsError(f"{shown}: must be true or false", "bad_config")
        return switch
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise WeightsError(f"{shown}: must be a text or a number", "bad_config")
    if "\0" in str(value):
        raise WeightsError(f"{shown}: contains a NUL character; take it out", "bad_config")
    try:
        check(str(value))
    except SoraError as error:
        raise WeightsError(f"{shown}: {short(str(error).partition(': ')[2] or error)}", "bad_config") from error
    return str(value)


# --- places -----------------------------------------------------------------------------------------------------------


def folder() -> Path:
    """Where the user's own files are; it need not exist."""
    import platformdirs

    return platformdirs.user_config_path("soracli", appauthor=False)


def user_file() -> Path:
    """The user's configuration file, whether it is there or not."""
    return folder() / "config.toml"


def project_file() -> Path | None:
    """The nearest sora.toml in this folder or above it that is this user's or the system's."""
    return next((path for path in _project_files() if not foreign(path)), None)


def foreign_projects() -> list[Path]:
    """Files of that name here or above that count for nothing, since they are somebody else's."""
    return [path for path in _project_files() if foreign(path)]


def _project_files() -> list[Path]:
    here = Path.cwd()
    return [path for path in (place / PROJECT for place in (here, *here.parents)) if path.is_file()]


def foreign(path: Path) -> bool:
    """Whether a file belongs neither to this user nor to the system's."""
    return hasattr(os, "getuid") and path.stat().st_uid not in (0, os.getuid())


def parsed(path: Path) -> dict[str, Any]:
    """A TOML file as it stands; nothing if there is none."""
    shown = printable(path)
    try:
        return parsing.from_toml(parsing.read(path, MOST))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise WeightsError(f"{shown}: cannot be read ({(error.strerror or '').lower()})", "bad_config") from None
    except ValueError as error:
        raise WeightsError(f"{shown}: not valid TOML ({error}); mend it or move it away", "bad_config") from None


def read(path: Path) -> Values:
    """A configuration file, every value checked."""
    return {key: checked(key, value, printable(path)) for key, value in parsed(path).items()}


def of_project(path: Path) -> Values:
    """The same of a project's file, which may have come with somebody's work: results stay within its folder."""
    found = read(path)
    for key in ("output", "preview"):
        value = found.get(key)
        if isinstance(value, str) and not (key == "preview" and value.partition(":")[0] == "term"):
            whole, top = opening.real(value.replace("{ext}", "x")), opening.real(path.parent)
            if Path(value).is_absolute() or ".." in Path(value).parts or not whole.is_relative_to(top):
                raise WeightsError(
                    f"{printable(path)}: {key} = {printable(value)}: leads out of the project's folder; "
                    "name a place in it",
                    "bad_config",
                )
    return found


def variable(key: str) -> str:
    """`max-memory` -> `SORA_MAX_MEMORY`."""
    return PREFIX + key.upper().replace("-", "_")


def environment() -> Values:
    """What SORA_... variables say; empty ones say nothing."""
    given = {key: os.environ.get(variable(key), "") for key in KEYS}
    return {key: checked(key, value, "environment, " + variable(key)) for key, value in given.items() if value}


def layers() -> list[Layer]:
    """All places, the strongest first."""
    found = [Layer(PREFIX, environment())]
    project = project_file()
    if project is not None:
        found.append(Layer(str(project), of_project(project)))
    user = user_file()
    return [*found, Layer(str(user), read(user))]


def resolved() -> Iterator[tuple[str, Value, str]]:
    """(key, value, where it comes from) for every key; an empty value where nobody says anything."""
    from soracli.weights import manifest

    found = layers()
    said = {layer_key: layer for layer in reversed(found) for layer_key in layer.values}
    card = manifest.card(str(said["model"].values["model"]) if "model" in said else None)
    own = _of(card)
    for key in KEYS:
        if key in said:
            where = said[key].where
            yield key, said[key].values[key], variable(key) if where == PREFIX else where
        elif key in own:
            yield key, own[key], f"model {card.name}" if key != "model" else "weights.toml"
        else:
            yield key, BUILT_IN.get(key, ""), "built in" if key in BUILT_IN else ""


def _of(card: Card) -> Values:
    """What a model's card says, by key."""
    base = card.defaults
    own: Values = {"model": card.name, "size": f"{base['width']}x{base['height']}", "duration": f"{base['seconds']}s"}
    return own | {key: str(base[key]) for key in ("fps", "steps", "guidance", "negative") if key in base}
