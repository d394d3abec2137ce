"""Presets: sets of flags with a name, in one TOML file beside the user's configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from soracli.errors import UsageError, WeightsError
from soracli.formatting import printable, short, suggest
from soracli.options import config_files, settings
from soracli.options.settings import PRESET_KEYS, Values, checked

BUILT_IN: dict[str, Values] = {
    "draft": {"steps": "4", "quality": "draft"},
    "fine": {"steps": "40"},
    "tall": {"size": "9:16"},
    "wide": {"size": "16:9"},
}


def file() -> Path:
    """The user's file of presets, whether it is there or not."""
    return settings.folder() / "presets.toml"


def every() -> dict[str, Values]:
    """All presets by name; the user's own come before those that are built in."""
    path = file()
    found = dict(BUILT_IN)
    for name, table in settings.parsed(path).items():
        shown = short(name, 60)
        where = f"{printable(path)} [{shown}]"
        if not isinstance(table, dict):
            raise WeightsError(f"{where}: must be a table of flags, such as [{shown}]", "bad_config")
        found[name] = {key: checked(key, value, where, PRESET_KEYS) for key, value in table.items()}
    return found


def find(name: str) -> Values:
    """One preset. Raises WeightsError (exit 5) if there is none of this name."""
    known = every()
    if name not in known:
        raise WeightsError(
            f"--preset {printable(name)}: no such preset{suggest(name, known)}; see: sora preset list", "unknown_preset"
        )
    return known[name]


def save(name: str, given: dict[str, Any], *, force: bool) -> Path:
    """Keep the flags that were typed under a name."""
    if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
        raise UsageError(f"NAME {printable(name)}: must be letters, digits, - and _", "bad_preset")
    values = {key.replace("_", "-"): value for key, value in given.items()}
    if not values:
        raise UsageError("preset save: no flags to keep; for example: sora preset save draft --steps 4", "bad_preset")
    path = file()
    if name in settings.parsed(path) and not force:
        raise UsageError(f"preset {name}: already exists; pass --force to replace it", "output_exists")
    table = {key: checked(key, value, f"preset {name}", PRESET_KEYS) for key, value in values.items()}
    document = config_files.document(path)
    document[name] = {key: config_files.plain(value) for key, value in table.items()}
    config_files.write(path, document)
    return path


def typed(values: Values) -> str:
    """A preset as it would be typed."""
    words = []
    for key, value in values.items():
        flag = f"--{key}" if value is not False else f"--no-{key}"
        words.append(flag if isinstance(value, bool) else f"{flag} {_quoted(value)}")
    return " ".join(words)


def _quoted(text: str) -> str:
    import shlex

    return shlex.quote(printable(text))
