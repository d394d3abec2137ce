"""Changes of a scene file by dotted keys: `performer.1.action=run`, `shot.2.seed=9`, `time=night`. Counted from 1."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from soracli.errors import UsageError
from soracli.formatting import printable, suggest
from soracli.scenes import file, file_format
from soracli.system import parsing

SETTING = ("place", "time", "weather", "season", "camera", "style", "seed", "seconds")
_KEY = re.compile(r"(?:shot\.([0-9]{1,4})\.)?(?:performer\.([0-9]{1,4})\.)?(\w+)")
_PATH = ("action", "direction", "speed")  # with another of these, a performer's path is laid anew


def is_scene_key(key: str) -> bool:
    """Whether a key can only be a scene's, and no flag of a verb."""
    return key.startswith(("shot.", "performer.")) or key in ("place", "time", "weather", "season")


def edited(text: str, settings: Sequence[tuple[str, str]]) -> str:
    """The text of a scene file after (key, value) each; an empty value takes a key away. Raises UsageError."""
    table = parsing.from_toml(text)
    for key, value in settings:
        _set(table, key, value)
    what = ", ".join(f"{key}={value}" for key, value in settings)
    return file.text(file.from_table(table, Path(), f"--set {printable(what)[:80]}"))


def _set(table: dict[str, Any], key: str, value: str) -> None:
    found, what = _KEY.fullmatch(key), f"--set {printable(key)[:60]}"
    if found is None:
        raise UsageError(f"{what}: is no key of a scene; such are time, performer.1.action and shot.2.seed", "bad_set")
    shots: list[dict[str, Any]] = table.get("shot") or [table]
    if found[1]:
        shots = [_numbered(shots, int(found[1]), "shot", what)]
    elif found[2] and len(shots) > 1:
        raise UsageError(f"{what}: there are {len(shots)} shots; say of which: shot.1.{key}", "bad_set")
    for shot in shots:
        if found[2]:
            _act(_numbered(shot.get("performer", []), int(found[2]), "performer", what), found[3], value, what)
        elif found[3] not in SETTING:
            near = suggest(found[3], SETTING) or f"; there are {', '.join(SETTING)}"
            raise UsageError(f"{what}: a shot has no such key{near}", "bad_set")
        else:
            _put(shot, found[3], value)


def _numbered(rows: list[dict[str, Any]], number: int, kind: str, what: str) -> dict[str, Any]:
    if not 1 <= number <= len(rows):
        there = f"there is {len(rows)}" if len(rows) == 1 else f"there are {len(rows) or 'none'}"
        raise UsageError(f"{what}: {kind} {number} is not in the scene; {there}", "bad_set")
    return rows[number - 1]


def _act(performer: dict[str, Any], key: str, value: str, what: str) -> None:
    if key not in file_format.ACTING or key == "picture":
        near = suggest(key, file_format.ACTING) or f"; there are {', '.join(file_format.ACTING)}"
        raise UsageError(f"{what}: a performer has no such key{near}", "bad_set")
    _put(performer, key, value)
    if key in _PATH:
        performer.pop("x", None)
    if key == "name":
        performer.pop("size", None)
        performer.pop("picture", None)


def _put(row: dict[str, Any], key: str, value: str) -> None:
    row.pop(key, None)
    if value:
        row[key] = _value(value)


def _value(text: str) -> Any:
    """A number or a list of numbers, else a text."""
    try:
        found = parsing.from_toml(f"value = {text}")["value"]
    except ValueError:
        return text
    return found if isinstance(found, int | float | list) and not isinstance(found, bool) else text
