"""`sora config` and `sora preset`: what flags are when they are not typed, and the files that say so."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Any

from soracli.console.output import emit, print_out
from soracli.console.progress import Talk
from soracli.errors import UsageError
from soracli.formatting import printable
from soracli.options import config_files, presets, settings
from soracli.options.settings import KEYS, checked


def config_list(*, as_json: bool) -> None:
    """Every key, its value and where it comes from."""
    rows = list(settings.resolved())
    for note in _strange():
        Talk("plain").note(note)
    if as_json:
        emit([{"key": key, "value": value, "from": where} for key, value, where in rows])
        return
    wide = max(len(config_files.shown(value)) for _, value, _ in rows)
    print_out(
        "".join(
            f"{key:<11} {printable(config_files.shown(value)):<{wide}}  {where}".rstrip() + "\n"
            for key, value, where in rows
        )
    )


def _strange() -> list[str]:
    """A note for every variable that looks like one of ours and is not, and for files that are somebody else's."""
    known = [settings.variable(key) for key in KEYS]
    notes = []
    for name in sorted(os.environ):
        if name.startswith(settings.PREFIX) and name not in (*known, *settings.OTHERS):
            near = difflib.get_close_matches(name, known, n=1)
            notes.append(f"{name} is not a setting{f' (did you mean {near[0]}?)' if near else ''}; it does nothing.")
    notes += [f"{printable(path)} is not yours; it does nothing." for path in settings.foreign_projects()]
    return notes


def config_get(key: str, *, as_json: bool) -> None:
    """Print the value of a flag that is not typed. Raises UsageError for a key that is none."""
    _known(key)
    value, where = next((value, where) for name, value, where in settings.resolved() if name == key)
    if as_json:
        emit({"key": key, "value": value, "from": where})
    else:
        print_out(printable(config_files.shown(value)) + "\n")


def config_set(key: str, value: str | None, *, project: bool, unset: bool, as_json: bool) -> None:
    """Set a key in the user's file, or the project's, or take it out."""
    _known(key)
    if (value is None) != unset:
        raise UsageError(f"config set {key}: give a VALUE, or --unset to take it out", "bad_config")
    path = (settings.project_file() or Path.cwd() / settings.PROJECT) if project else settings.user_file()
    content = config_files.document(path)
    if value is None:
        content.pop(key, None)
    else:
        content[key] = config_files.plain(checked(key, value, "config set"))
    config_files.write(path, content)
    emit({"key": key, "value": value, "path": str(path)}) if as_json else print_out(f"{path}\n")


def config_path(*, as_json: bool) -> None:
    """Where the files are, or would be."""
    found = {"user": settings.user_file(), "project": settings.project_file()}
    if as_json:
        emit({name: None if path is None else str(path) for name, path in found.items()})
    else:
        print_out("".join(f"{path}\n" for path in found.values() if path is not None))


def _known(key: str) -> str:
    checked(key, "", "config") if key not in KEYS else None
    return key


def preset_list(*, as_json: bool) -> None:
    """Print all presets, a line each."""
    found = presets.every()
    if as_json:
        emit({"path": str(presets.file()), "presets": found})
        return
    width = max(map(len, found))
    print_out("".join(f"{name:<{width}}  {presets.typed(values)}\n" for name, values in sorted(found.items())))


def preset_show(name: str, *, as_json: bool) -> None:
    """Print the flags of a preset. Raises UsageError for a name that is none."""
    values = presets.find(name)
    if as_json:
        emit({"name": name, "flags": values})
    else:
        print_out("".join(f"{key:<10}  {printable(config_files.shown(value))}\n" for key, value in values.items()))


def preset_save(name: str, given: dict[str, Any], *, force: bool, as_json: bool) -> None:
    """Keep flags under a name in the user's file. given: flag -> what was typed. Raises UsageError if it is there."""
    path = presets.save(name, given, force=force)
    if as_json:
        emit({"name": name, "path": str(path), "flags": presets.find(name)})
    else:
        print_out(f"{path}\n")
