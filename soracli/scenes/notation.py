"""How pictures are written on the command line and in scene files: paths, boxes and names. Standard library only."""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Callable

_SUBJECT = re.compile(
    r"(.+?)((?<=\.safetensors)@-?[0-9]+|@\s*-?[0-9]+(?:\s*,\s*-?[0-9]+){3}\s*)?(?::([^:/\\@]+))?", re.DOTALL
)
_PICTURE = re.compile(r'^(picture = ")((?:[^"\\]|\\.)*)(")$', re.MULTILINE)  # as scene files are written


def parted_subject(text: str) -> tuple[str, str, str]:
    """`photo.jpg@1,2,30,40:dog` -> path, box with its `@`, name; what is not there is empty.

    Of `zorp.safetensors@2`, a file of `sora train lora`, the number of the picture stands for the box.
    """
    found = None if os.path.lexists(text) else _SUBJECT.fullmatch(text)
    return (text, "", "") if found is None else (found[1], found[2] or "", (found[3] or "").strip())


def scene_pictures(text: str) -> list[str]:
    """The pictures that the text of a scene file names in the form in which such files are written, boxes included."""
    return [json.loads(f'"{found[2]}"') for found in _PICTURE.finditer(text)]


def with_pictures(text: str, change: Callable[[str], str]) -> str:
    """The text of a scene file with its pictures renamed, each asked for once."""
    change = functools.cache(change)

    def renamed(found: re.Match[str]) -> str:
        path, box, _ = parted_subject(json.loads(f'"{found[2]}"'))
        return found[1] + json.dumps(change(path) + box, ensure_ascii=False)[1:-1] + found[3]

    return _PICTURE.sub(renamed, text)
