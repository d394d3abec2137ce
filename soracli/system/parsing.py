"""JSON and TOML of files that anybody may have written: whatever is wrong with a text is a ValueError.

The parsers of the standard library raise RecursionError on a thousand brackets, and JSON's takes NaN and infinities,
which no other program reads.
"""

from __future__ import annotations

import json
from typing import Any

_DEEP = "nested too deeply"


def from_json(text: str | bytes) -> Any:
    """A value as the standard has it. Raises ValueError."""
    try:
        return json.loads(text, parse_constant=_refused)
    except RecursionError:
        raise ValueError(_DEEP) from None


def from_toml(text: str) -> dict[str, Any]:
    """A table. Raises ValueError (`tomllib.TOMLDecodeError` is one)."""
    import tomllib

    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError(_DEEP) from None


def _refused(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")
