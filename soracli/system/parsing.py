"""JSON and TOML of files that anybody may have written: whatever is wrong with a text is a ValueError.

The parsers of the standard library raise RecursionError on a thousand brackets, and JSON's takes NaN and infinities,
1e999 among them, which no other program reads.
"""

from __future__ import annotations

import json
import math
from typing import Any

_DEEP = "nested too deeply"


def from_json(text: str | bytes) -> Any:
    """A value as the standard has it. Raises ValueError."""
    try:
        return json.loads(text, parse_constant=_refused, parse_float=_finite)
    except RecursionError:
        raise ValueError(_DEEP) from None


def from_toml(text: str) -> dict[str, Any]:
    """A table. Raises ValueError (`tomllib.TOMLDecodeError` is one)."""
    import tomllib

    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError(_DEEP) from None


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refused(text[:40])


def _refused(word: str) -> Any:
    raise ValueError(f"{word} is no number of JSON")
