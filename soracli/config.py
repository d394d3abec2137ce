"""`sora config`: what is set, by which place, and the files that say so. See `settings` for how places are joined."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soracli import parts, settings
from soracli.errors import UsageError, WeightsError
from soracli.settings import KEYS, Value, checked
from soracli.wording import printable

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


def shown(value: Value) -> str:
    """A value as it stands in a file or behind a flag."""
    return str(value).lower() if isinstance(value, bool) else value


def plain(value: Value) -> Any:
    """A value as TOML keeps it: numbers as numbers."""
    if isinstance(value, str) and re.fullmatch(r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,6})?", value):
        return float(value) if "." in value else int(value)
    return value


def document(path: Path) -> TOMLDocument:
    """A file to be changed, with its comments; an empty one if there is none."""
    import tomlkit

    settings.parsed(path)  # refuses what cannot be read
    return tomlkit.parse(path.read_text("utf-8")) if path.is_file() else tomlkit.document()


def write(path: Path, content: TOMLDocument) -> None:
    """Replace a file whole."""
    import tomlkit

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        parts.put(path, tomlkit.dumps(content).encode())
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise WeightsError(f"{printable(path)}: cannot be written ({reason}); check the folder", "bad_config") from None


def _known(key: str) -> str:
    checked(key, "", "config") if key not in KEYS else None
    return key


# --- the verbs --------------------------------------------------------------------------------------------------------


def show_all(*, as_json: bool) -> None:
    """Every key, its value and where it comes from."""
    from soracli.console.output import emit, print_out
    from soracli.console.progress import Talk

    rows = list(settings.resolved())
    for note in _strange():
        Talk("plain").note(note)
    if as_json:
        emit([{"key": key, "value": value, "from": where} for key, value, where in rows])
        return
    wide = max(len(shown(value)) for _, value, _ in rows)
    print_out(
        "".join(f"{key:<11} {printable(shown(value)):<{wide}}  {where}".rstrip() + "\n" for key, value, where in rows)
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


def get(key: str, *, as_json: bool) -> None:
    from soracli.console.output import emit, print_out

    _known(key)
    value, where = next((value, where) for name, value, where in settings.resolved() if name == key)
    if as_json:
        emit({"key": key, "value": value, "from": where})
    else:
        print_out(printable(shown(value)) + "\n")


def put(key: str, value: str | None, *, project: bool, unset: bool, as_json: bool) -> None:
    """Set a key in the user's file, or the project's, or take it out."""
    from soracli.console.output import emit, print_out

    _known(key)
    if (value is None) != unset:
        raise UsageError(f"config set {key}: give a VALUE, or --unset to take it out", "bad_config")
    path = (settings.project_file() or Path.cwd() / settings.PROJECT) if project else settings.user_file()
    content = document(path)
    if value is None:
        content.pop(key, None)
    else:
        content[key] = plain(checked(key, value, "config set"))
    write(path, content)
    emit({"key": key, "value": value, "path": str(path)}) if as_json else print_out(f"{path}\n")


def paths(*, as_json: bool) -> None:
    """Where the files are, or would be."""
    from soracli.console.output import emit, print_out

    found = {"user": settings.user_file(), "project": settings.project_file()}
    if as_json:
        emit({name: None if path is None else str(path) for name, path in found.items()})
    else:
        print_out("".join(f"{path}\n" for path in found.values() if path is not None))
