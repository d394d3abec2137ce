"""Small things said in messages: names safe on a terminal, bytes and seconds for people, `did you mean`."""

from __future__ import annotations

import contextlib
import difflib
import itertools
import os
import shlex
from collections.abc import Iterable
from typing import Any, TextIO

_STEM = 100  # bytes: two of them, and what is put behind, fit into a name


def printable(name: object) -> str:
    """Text that is safe on a terminal: control characters escaped, bytes that are no UTF-8 as the bytes they are."""
    return "".join(c if c.isprintable() else _escaped(c) for c in as_text(name))


def argument(name: object) -> str:
    """A name as a command to be typed has it: `printable`, quoted for the shell, and no flag though it begins so."""
    text = printable(name)
    return shlex.quote(f"./{text}" if text.startswith("-") and text != "-" else text)


def as_text(name: object) -> str:
    r"""A name as text that any encoding of Unicode can hold: bytes of it that are no UTF-8 as \xff."""
    return "".join(_of_surrogate(c) if "\ud800" <= c <= "\udfff" else c for c in _joined(str(name)))


def legible(value: Any) -> Any:
    """JSON-able data with `as_text` of every text."""
    if isinstance(value, dict):
        return {as_text(key): legible(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [legible(one) for one in value]
    return as_text(value) if isinstance(value, str) else value


def _joined(name: str) -> str:
    """A name whose bytes are UTF-8, though the system's names are of another encoding, as the text that they are."""
    with contextlib.suppress(UnicodeEncodeError):  # half a character of UTF-16, which no name of a file holds
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    return name


def _of_surrogate(character: str) -> str:
    return f"\\x{ord(character) - 0xDC00:02x}" if "\udc80" <= character <= "\udcff" else _escaped(character)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()


def file_name(text: str) -> str:
    """A text as a name of a file, the bytes of UTF-8 wherever the system's names are of another encoding."""
    return os.fsdecode(text.encode("utf-8", "surrogateescape"))


def stem(path: str) -> str:
    """How the name of what is made from a file begins: the file's own, without its suffix, at most 100 bytes of it."""
    own = "clip" if path == "-" else os.path.splitext(os.path.basename(path))[0]
    sizes = itertools.accumulate(len(os.fsencode(character)) for character in own)
    return "".join(character for character, size in zip(own, sizes, strict=True) if size <= _STEM)


def short(text: object, most: int = 200) -> str:
    """`printable`, and no longer than a person reads: what a stranger has written may be as long as they like."""
    whole = str(text)
    return printable(whole if len(whole) <= most else whole[: most - 3] + "...")


def amount(count: float) -> str:
    """Bytes: `310 kB`, `1.4 GB`."""
    for unit in ("B", "kB", "MB"):
        if count < 999.5:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def duration(seconds: float) -> str:
    """Seconds: `3.2 s`, `21 s`, `4 min`, `5 h`."""
    if seconds >= 99.5 * 60:
        return f"{seconds / 3600:.0f} h"
    if seconds >= 99.5:
        return f"{seconds / 60:.0f} min"
    return f"{seconds:.0f} s" if seconds >= 9.95 else f"{seconds:.1f} s"


def suggest(word: str, known: Iterable[str]) -> str:
    """` (did you mean X?)`, or nothing when no known word is near."""
    near = difflib.get_close_matches(word.lower(), list(known), n=1)
    return f" (did you mean {near[0]}?)" if near else ""


COLOURS = ("auto", "always", "never")


def wants_colour(when: str, stream: TextIO) -> bool:
    """Whether text for a stream is coloured. when: one of COLOURS; auto = on a terminal, unless NO_COLOR is set."""
    if when in ("always", "never"):
        return when == "always"
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and stream.isatty()


def red(text: str, when: str, stream: TextIO) -> str:
    """Text in red where colours are wanted. when: auto, always or never. stream: where it goes."""
    return f"\033[31m{text}\033[0m" if wants_colour(when, stream) else text
