"""Left and right. A network that was trained on one of them paints the other in a mirror: the world has no handedness.

Half of what there is to learn is then learnt twice as soon. Only plain words are looked at.
"""

from __future__ import annotations

import re

_WORDS = re.compile(r"\b(left|right)(ward|wards)?\b", re.IGNORECASE)
_PATHS = re.compile(r"\bfrom\s+(?:the\s+)?(left|right)\s+to\s+(?:the\s+)?(left|right)\b", re.IGNORECASE)


def names_side(prompt: str) -> bool:
    """Whether a prompt says left or right at all."""
    return _WORDS.search(prompt) is not None


def goes_left(prompt: str) -> bool:
    """Whether what a prompt describes goes to the left: the end of a path, else the first side that is named."""
    if path := _PATHS.search(prompt):
        return path[2].lower() == "left"
    side = _WORDS.search(prompt)
    return side is not None and side[1].lower() == "left"


def turned(prompt: str) -> str:
    """The prompt of the picture in the mirror: left and right exchanged, letters as large as they were."""
    return _WORDS.sub(_other, prompt)


def _other(match: re.Match[str]) -> str:
    side = "right" if match[1].lower() == "left" else "left"
    side = side.upper() if match[1].isupper() else side.capitalize() if match[1][0].isupper() else side
    return side + (match[2] or "")
