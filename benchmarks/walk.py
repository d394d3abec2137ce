"""By which way does a prompt go through the code? Files, returns and names, of one call of `sora generate`.

    python benchmarks/walk.py [PROMPT] [--list]

Every call of a function of the package is looked at, in order. It is handed the prompt if one of its arguments is the
prompt, or a text that holds it, or an object or container that has such a text as a field or an element. Files: those
with such functions. A stay: calls in one file, one after the other. Returns: stays in a file that had been left before,
that is, stays less files. Names: of arguments, fields and keys by which it is handed on. `--list` prints the stays and
the names. See README.md here.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from types import FrameType
from typing import Any

import soracli
from soracli import cli

PACKAGE = Path(soracli.__file__).parent
MOST = 64  # elements of a container that are looked at


class Walk:
    """A profile function that notes the calls which are handed a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.calls: list[tuple[str, str]] = []  # file in the package, function
        self.names: dict[str, set[str]] = {}  # -> files in which it goes by it

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event != "call" or not code.co_filename.startswith(str(PACKAGE)):
            return
        count = code.co_argcount + code.co_kwonlyargcount
        given = [(name, frame.f_locals[name]) for name in code.co_varnames[:count] if name in frame.f_locals]
        found = {name for argument, value in given for name in self.held(argument, value)}
        if found:
            file = Path(code.co_filename).relative_to(PACKAGE).as_posix()
            self.calls.append((file, code.co_name))
            for name in found:
                self.names.setdefault(name, set()).add(file)

    def held(self, name: str, value: object) -> Iterator[str]:
        """Names by which a value hands the text on: its own, or those of its parts."""
        if isinstance(value, str):
            if self.text in value:
                yield name
        elif isinstance(value, dict):
            yield from (str(key) for key, part in list(value.items())[:MOST] if self.is_it(part))
        elif isinstance(value, tuple | list):
            fields = getattr(value, "_fields", [name] * len(value))
            yield from (field for field, part in zip(fields, value[:MOST], strict=False) if self.is_it(part))
        else:
            parts = getattr(value, "__dict__", {}) if not isinstance(value, type) else {}
            yield from (field for field, part in list(parts.items())[:MOST] if self.is_it(part))

    def is_it(self, value: object) -> bool:
        return isinstance(value, str) and self.text in value

    @property
    def files(self) -> set[str]:
        return {file for file, _ in self.calls}

    @property
    def stays(self) -> list[tuple[str, list[str]]]:
        """File, and the functions that were called in it one after the other."""
        return [(file, [name for _, name in calls]) for file, calls in groupby(self.calls, key=lambda call: call[0])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prompt", nargs="?", default="a dog runs")
    parser.add_argument("--list", action="store_true", help="print every stay and every name")
    asked = parser.parse_args()
    walk = Walk(asked.prompt)
    with tempfile.TemporaryDirectory() as folder:
        words = ["generate", asked.prompt, "-d", "1s", "--seed", "1", "-o", f"{folder}/clip.mp4", "-q"]
        sys.setprofile(walk)
        try:
            code = cli.run(words)
        finally:
            sys.setprofile(None)
    if asked.list:
        for number, (file, functions) in enumerate(walk.stays, 1):
            print(f"{number:3} {file:<34} {', '.join(dict.fromkeys(functions))}")
        for name, files in sorted(walk.names.items()):
            print(f"    {name:<34} {', '.join(sorted(files))}")
    stays = len(walk.stays)
    print(f"files {len(walk.files)}  returns {stays - len(walk.files)}  names {len(walk.names)}  stays {stays}")
    sys.exit(code)


if __name__ == "__main__":
    main()
