"""Texts, JSON and TOML that anybody may have written: whatever is wrong with one is a ValueError.

The parsers of the standard library raise RecursionError on a thousand brackets, JSON's takes NaN and infinities, 1e999
among them, which no other program reads, and both take whole numbers of any length, which are no number of NumPy's, of
torch's or of `math`. The time that TOML's takes grows with the square of the parts of a key.
"""

from __future__ import annotations

import io
import json
import math
import re
import stat
from pathlib import Path
from typing import Any

from soracli.formatting import amount, short

MOST = 1_000_000  # bytes of a text
_DEEP = "nested too deeply"
_PART = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""  # of a key of TOML
_KEY = re.compile(rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*")
_LONGEST_KEY = 100  # parts
_LARGEST = 2**64  # whole numbers of other programs are below it
_DIGITS = 40  # JSON's whole numbers begin with no 0


def read(path: Path, most: int = MOST) -> str:
    """The text of a file in UTF-8, without the mark of its byte order that some editors put before it.

    most: bytes. Raises ValueError for what is longer, no UTF-8, or a pipe, which would be waited for; OSError for what
    cannot be opened.
    """
    if stat.S_ISFIFO(path.stat().st_mode):
        raise ValueError("a pipe, not a file")
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise ValueError(f"over {amount(most)}")
    try:
        return io.TextIOWrapper(io.BytesIO(data), "utf-8-sig").read()
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None


def from_json(text: str | bytes, *, once: bool = False) -> Any:
    """A value as the standard has it. once: refuse a key that an object has twice. Raises ValueError."""
    pairs = _once if once else None
    try:
        return json.loads(text, parse_constant=_refused, parse_float=_finite, parse_int=_whole, object_pairs_hook=pairs)
    except RecursionError:
        raise ValueError(_DEEP) from None


def lines(text: str) -> list[tuple[int, str]]:
    """(number from 1 on, line) of JSON a line: those that are not blank. Other separators than the end of a line may
    stand in its strings, of which `str.splitlines` takes ten for ends.
    """
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{short(key, 40)} stands there twice")
        found[key] = value
    return found


def from_toml(text: str) -> dict[str, Any]:
    """A table. Raises ValueError (`tomllib.TOMLDecodeError` is one)."""
    import tomllib

    if any(key.count(".") >= _LONGEST_KEY and len(re.findall(_PART, key)) > _LONGEST_KEY for key in _KEY.findall(text)):
        raise ValueError(_DEEP)
    try:
        table = tomllib.loads(text)
        _check(table)
    except RecursionError:
        raise ValueError(_DEEP) from None
    return table


def _check(value: Any) -> None:
    """Raises ValueError for a table or list that holds a number no other program reads."""
    if isinstance(value, int) and abs(value) >= _LARGEST:
        raise ValueError(f"{str(value)[:40]} is beyond 64 bits")
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        _check(part)


def _whole(text: str) -> int:
    return int(text) if len(text) <= _DIGITS and abs(int(text)) < _LARGEST else _refused(text[:40])


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refused(text[:40])


def _refused(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")
