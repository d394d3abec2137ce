"""`sora config`: what is set, by which place, and the files that say so. See `settings` for how places are joined."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from soracli.errors import WeightsError
from soracli.formatting import printable
from soracli.options import settings
from soracli.options.settings import Value
from soracli.system import parsing, part_files

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
    try:
        return tomlkit.parse(parsing.read(path, settings.MOST)) if path.is_file() else tomlkit.document()
    except RecursionError:  # of fewer levels than the parser that reads it
        raise WeightsError(f"{printable(path)}: nested too deeply to be changed; mend it", "bad_config") from None


def write(path: Path, content: TOMLDocument) -> None:
    """Replace a file whole."""
    import tomlkit

    try:
        text = tomlkit.dumps(content).encode()
    except UnicodeEncodeError:
        raise WeightsError(f"{printable(path)}: TOML holds text alone, and that is not UTF-8", "bad_config") from None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part_files.put(path, text)
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise WeightsError(f"{printable(path)}: cannot be written ({reason}); check the folder", "bad_config") from None
