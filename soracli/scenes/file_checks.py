"""Values of a scene file, checked as they are read: an error has the number of its line."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple, NoReturn

from soracli.errors import MediaError, UsageError
from soracli.formatting import printable
from soracli.scenes.file_format import NUMBERS


class At(NamedTuple):
    """A place in the file: shot and performer by number from 0 (-1 = the top, or the shot itself), and a key."""

    shot: int = -1
    performer: int = -1
    key: str = ""


class Checks:
    """Values of one file. text: of the file; empty if only its tables are known. name: of the file, for errors.

    Every method raises UsageError for a value that is not of its kind or beyond its limits.
    """

    def __init__(self, text: str, name: str) -> None:
        self._lines, self._name = _lines(text), name

    def number(self, row: Mapping[str, Any], key: str, default: float, at: At) -> float:
        """A key's number within `NUMBERS`, or the default."""
        return self.limited(row[key], key, NUMBERS[key], at._replace(key=key)) if key in row else default

    def limited(self, value: Any, key: str, limits: tuple[float, float], where: At) -> float:
        """A finite number from the least to the most of `limits`."""
        low, high = limits
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or not low <= value <= high:
            self.fail(where, f"{key} = {printable(repr(value))[:60]}", f"must be a number from {low:g} to {high:g}")
        return float(value)

    def choice(self, row: Mapping[str, Any], key: str, choices: Sequence[str], at: At) -> str:
        """One of `choices`; the first if the key is not there."""
        if key not in row:
            return choices[0]
        value = row[key]
        if isinstance(value, str) and value in choices:
            return value
        named = [choice for choice in choices if choice]
        near = get_close_matches(value.lower(), named, n=3, cutoff=0.5) if isinstance(value, str) else []
        offered = " or ".join(f"'{word}'" for word in near) or ", ".join(named)
        what = f"{key} = {printable(repr(value))[:60]}"
        self.fail(at._replace(key=key), what, f"did you mean {offered}?" if near else f"must be one of {offered}")

    def text(self, row: Mapping[str, Any], key: str, where: At, most: int) -> str:
        """Text of at most so many characters; empty if the key is not there."""
        value = row.get(key, "")
        if not isinstance(value, str) or len(value) > most:
            self.fail(where, key, f"must be text of at most {most} characters")
        return str(value)

    def check_keys(self, row: dict[str, Any], known: Sequence[str], at: At) -> None:
        """Refuse a table with a key that is not known."""
        for key in row:
            if key in known:
                continue
            near = get_close_matches(key, known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else "known are: " + ", ".join(known)
            if key == "opened":
                hint = "a drawing cannot be opened; bitten and painted are lasting changes that can be drawn"
            self.fail(at._replace(key=key), f"'{printable(key)[:60]}' is not a key here", hint)

    def check_tables(self, rows: Any, where: At, most: int) -> None:
        """Refuse what is no list of at most so many tables."""
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.fail(where, "performers and shots are tables", "write [[performer]] or [[shot]]")
        if len(rows) > most:
            what = "shots" if where.key == "shot" else "performers"
            late = At(most) if where.key == "shot" else where._replace(performer=most)
            self.fail(late, f"{len(rows)} {what}", f"at most {most}")

    def with_line(self, where: At, call: Callable[[], Any]) -> Any:
        """What `call` returns; errors that it raises have the line of the file before them."""
        try:
            return call()
        except (UsageError, MediaError) as error:
            raise type(error)(f"{self._name}{self._line(where)}: {error}", error.code) from None

    def fail(self, where: At, what: str, hint: str) -> NoReturn:
        """Raise UsageError. what: is wrong. hint: what to do."""
        raise UsageError(f"{self._name}{self._line(where)}: {what}; {hint}", "scene_file")

    def _line(self, where: At) -> str:
        top = where._replace(performer=-1)
        for guess in (where, where._replace(key=""), top._replace(key="performer"), top._replace(key="")):
            if guess in self._lines:
                return f" line {self._lines[guess]}"
        return ""


def _lines(text: str) -> dict[At, int]:
    """Number of the line, from 1, of every header and key."""
    found: dict[At, int] = {}
    shot = performer = -1
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\[\s*([\w.]+)\s*\]\]", line)
        if header and header[1] == "shot":
            shot, performer = shot + 1, -1
            found[At(shot)] = number
        elif header:
            performer += 1
            found[At(shot, performer)] = number
        elif key := re.match(r"\s*[\"']?([\w-]+)[\"']?\s*=", line):
            found.setdefault(At(shot, performer, key[1]), number)
    return found
