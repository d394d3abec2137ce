"""What a flag's text means: prompts, sizes, lengths, rates, seeds; and from them and a card, SamplingOptions."""

from __future__ import annotations

import math
import os
import re
import secrets
import sys
import unicodedata
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from soracli.errors import UsageError
from soracli.formatting import printable
from soracli.types import Shot

if TYPE_CHECKING:
    from soracli.media.formats import Format

MAX_PROMPT = 20_000  # bytes
MAX_SEEDS = 1000
TERMINAL = "term"  # of --preview
PROTOCOLS = ("kitty", "sixel", "blocks")
_LINES = re.compile(r"([1-9][0-9]{1,3})[pP]")  # 720p
_SIDES = re.compile(r"([0-9]{1,6})\s*[xX×*]\s*([0-9]{1,6})")  # 640x360
_SHAPE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,4})?):([0-9]{1,3})")  # 16:9
_NUMBER = r"(?:[0-9]{1,9}(?:\.[0-9]{1,9})?|\.[0-9]{1,9})"
_TIME = re.compile(rf"({_NUMBER})\s*(ms|s|m|f|)")
_RATE = re.compile(rf"({_NUMBER})(?:/([0-9]{{1,9}}))?")
_MEMORY = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?)\s*([kmgt]?)i?b?", re.IGNORECASE)
_SURROGATES = re.compile("[\ud800-\udfff]")
_RANGE = re.compile(r"([0-9]{1,12})(?:\.\.([0-9]{1,12}))?")


# --- prompts --------------------------------------------------------------------------------------------------------


def prompt(typed: str | None, file: str | None, *, needed: bool = True) -> str:
    """The one prompt of a call: as typed, standard input ('-'), or a file; empty if none is needed or given."""
    if typed is not None and file is not None:
        raise UsageError("PROMPT and --prompt-file: give one of them, not both", "two_prompts")
    if typed is None and file is None:
        if not needed:
            return ""
        raise UsageError(
            "PROMPT is missing: give a text, or '-' to read it from standard input; "
            'for example: sora generate "a red fox runs across the snow"',
            "no_prompt",
        )
    source = typed if file is None else file
    if source == "-":
        return clean_text(_from_stdin(), "PROMPT")
    if file is not None:
        return clean_text(_from_file(file), "--prompt-file")
    return clean_text(source or "", "PROMPT")


def clean_text(text: str, name: str) -> str:
    """One line of sane text: whitespace folded; empty, huge, NUL and undecodable refused."""
    if "\0" in text:
        raise UsageError(f"{name}: contains a NUL character; take it out", "bad_prompt")
    try:
        text = os.fsencode(text).decode("utf-8") if _SURROGATES.search(text) else text  # where a locale is not UTF-8
        size = len(text.encode("utf-8"))
    except UnicodeError:
        raise UsageError(f"{name}: is not valid UTF-8; save the text as UTF-8", "bad_prompt") from None
    if size > MAX_PROMPT:
        raise UsageError(f"{name}: {size:,} bytes of text; the limit is {MAX_PROMPT:,}, so shorten it", "bad_prompt")
    if len(unicodedata.normalize("NFKC", text).encode("utf-8")) > MAX_PROMPT:
        raise UsageError(
            f"{name}: over {MAX_PROMPT:,} bytes when its compatibility letters are written out; shorten it",
            "bad_prompt",
        )
    text = " ".join(text.split())
    if not text:
        raise UsageError(f"{name}: is empty; say what to show", "empty_prompt")
    return text


def _from_stdin() -> str:
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError(
            "PROMPT '-': standard input is a terminal; pipe a text in, or give it as PROMPT", "empty_stdin"
        )
    data = sys.stdin.buffer.read(MAX_PROMPT + 1)
    if not data.strip():
        raise UsageError("PROMPT '-': standard input was empty; expected a prompt", "empty_stdin")
    return _decoded(data, "PROMPT '-'")


def _from_file(name: str) -> str:
    try:
        with Path(name).open("rb") as file:
            return _decoded(file.read(MAX_PROMPT + 1), f"--prompt-file {name}")
    except OSError as error:
        raise UsageError(f"--prompt-file {name}: {(error.strerror or 'cannot be read').lower()}", "no_file") from None


def _decoded(data: bytes, name: str) -> str:
    if len(data) > MAX_PROMPT:
        raise UsageError(f"{name}: more than {MAX_PROMPT:,} bytes of text; shorten it", "bad_prompt")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{name}: is not UTF-8 text; save it as UTF-8", "bad_prompt") from None


# --- numbers --------------------------------------------------------------------------------------------------------


def size(text: str, default: tuple[int, int], stride: tuple[int, int, int], side: int = 0) -> tuple[int, int]:
    """`640x360`, `16:9`, `720p` -> (width, height) in pixels.

    side: pixels of the shorter side at which the model paints everything: a shape has so many; 0 = it paints any size,
    and a shape has about the default's area, on the model's grid.
    """
    word = text.strip()
    if match := _SIDES.fullmatch(word):
        return int(match[1]), int(match[2])
    if match := _LINES.fullmatch(word):
        height = int(match[1])
        return 2 * round(height * 16 / 9 / 2), height
    if match := _SHAPE.fullmatch(word):
        wide, high = Fraction(match[1]), Fraction(match[2])
        if wide and high and Fraction(1, 8) <= wide / high <= 8:
            return _sided(wide / high, side) if side else _shaped(wide / high, default, stride)
        raise UsageError(f"--size {text}: the shape must be between 1:8 and 8:1", "bad_size")
    raise UsageError(f"--size {text}: must be WIDTHxHEIGHT (640x360), a shape (16:9) or lines (720p)", "bad_size")


def _sided(shape: Fraction, side: int) -> tuple[int, int]:
    """The shorter side as it is painted, the longer one even."""
    long = 2 * round(side * max(shape, 1 / shape) / 2)
    return (long, side) if shape >= 1 else (side, long)


def _shaped(shape: Fraction, default: tuple[int, int], stride: tuple[int, int, int]) -> tuple[int, int]:
    """The short side on the grid, the long one even: as near to the default's area as the grid allows."""
    ideal = math.sqrt(default[0] * default[1] / shape)  # height
    if shape >= 1:
        height = max(1, round(ideal / stride[1])) * stride[1]
        return 2 * round(height * shape / 2), height
    width = max(1, round(ideal * shape / stride[2])) * stride[2]
    return width, 2 * round(width / shape / 2)


def moment(flag: str, text: str, fps: Fraction) -> Fraction:
    """`4s`, `4`, `2.5s`, `500ms`, `1m`, `96f` -> seconds."""
    match = _TIME.fullmatch(text.strip().lower())
    if not match or (match[2] == "f" and "." in match[1]):
        raise UsageError(f"{flag} {text}: must be seconds (4s, 2.5s) or frames (96f)", "bad_" + flag.lstrip("-"))
    number = Fraction(match[1])
    return {"ms": number / 1000, "m": number * 60, "f": number / fps}.get(match[2], number)


def frames(flag: str, text: str, fps: Fraction) -> int:
    """A moment as the number of the frame that is shown then."""
    found = round(moment(flag, text, fps) * fps)
    if found > 3600 * fps:
        raise UsageError(f"{flag} {text}: must be at most 3600 seconds", "bad_" + flag.lstrip("-"))
    return found


def shots(texts: Sequence[str], fps: Fraction, words: Sequence[str] = ()) -> tuple[Shot, ...]:
    """`TIME:TEXT` each -> prompts by the time from which they hold, in order; words are added to every one."""
    found = []
    for text in texts:
        when, colon, said = text.partition(":")
        if not colon:
            raise UsageError(f"--shot {text[:40]}: must be TIME:TEXT, such as 2s:'a dog runs'", "bad_shot")
        start = float(moment("--shot", when, fps))
        found.append(Shot(start, ", ".join([clean_text(said, f"--shot {when}"), *words])))
    if len({shot.start for shot in found}) < len(found):
        raise UsageError("--shot: two of them begin at the same time", "bad_shot")
    return tuple(sorted(found))


def duration(text: str, fps: Fraction) -> Fraction:
    """A length in seconds, at least one frame."""
    seconds = moment("--duration", text, fps)
    if seconds * fps < Fraction(1, 2):
        raise UsageError(f"--duration {text}: is shorter than one frame at {float(fps):g} fps", "bad_duration")
    return seconds


def rate(text: str) -> Fraction:
    """`24`, `23.976`, `30000/1001` -> frames per second."""
    match = _RATE.fullmatch(text.strip())
    if not match or (match[2] is not None and not int(match[2])):
        raise UsageError(f"--fps {text}: must be a number such as 24 or 30000/1001", "bad_fps")
    return Fraction(match[1]) / int(match[2] or 1)


def memory(text: str) -> int:
    """`6G`, `512M`, `1.5GB` -> bytes."""
    match = _MEMORY.fullmatch(text.strip())
    if not match or not (count := int(Fraction(match[1]) * 1000 ** " kmgt".index(match[2].lower() or " "))):
        raise UsageError(f"--max-memory {text}: must be a size such as 6G or 800M", "bad_max_memory")
    return count


def whole(flag: str, text: str, low: int, high: int) -> int:
    """A whole number in low..high."""
    word = text.strip()
    if not re.fullmatch(r"[0-9]{1,9}", word) or not low <= int(word) <= high:
        raise UsageError(f"{flag} {text}: must be a whole number {low}..{high}", "bad_" + flag.lstrip("-"))
    return int(word)


def number(flag: str, text: str, low: int, high: int) -> Fraction:
    """A number in low..high, such as 2, 1.5."""
    word = text.strip()
    if not re.fullmatch(_NUMBER, word) or not low <= Fraction(word) <= high:
        raise UsageError(f"{flag} {text}: must be a number {low}..{high}", "bad_" + flag.lstrip("-"))
    return Fraction(word)


def share(flag: str, text: str, meaning: str) -> float:
    """A number in 0..1. meaning: of both ends, for the message."""
    if not re.fullmatch(_NUMBER, text.strip()) or float(text) > 1:
        raise UsageError(f"{flag} {text}: must be 0..1 ({meaning})", "bad_" + flag.lstrip("-"))
    return float(text)


def guidance(text: str) -> float:
    """`--guidance` as a number 0..100, 1 = off. Raises UsageError."""
    if not re.fullmatch(_NUMBER, text.strip()) or float(text) > 100:
        raise UsageError(f"--guidance {text}: must be a number 0..100 (1 = off)", "bad_guidance")
    return float(text)


def seeds(text: str | None, count_text: str | None) -> list[int]:
    """`7`, `7,9`, `1..8` and `--count` -> seeds, in order; random ones when none is named."""
    count = None if count_text is None else whole("--count", count_text, 1, MAX_SEEDS)
    if text is None:
        first = secrets.randbits(32)
        return [(first + i) % 2**32 for i in range(count or 1)]
    found: list[int] = []
    for word in text.split(","):
        found += _seed_range(word.strip(), text)
    if len(found) > MAX_SEEDS:
        raise UsageError(f"--seed {text}: that is {len(found):,} results; the limit is {MAX_SEEDS}", "bad_seed")
    if len(set(found)) < len(found):
        raise UsageError(f"--seed {text}: a seed is named twice", "bad_seed")
    if count is not None and len(found) > 1 and count != len(found):
        raise UsageError(
            f"--seed {text}: names {len(found)} seeds and --count {count}; give one of the two", "bad_seed"
        )
    if count is not None and len(found) == 1:
        found = list(range(found[0], found[0] + count))
    if max(found) >= 2**32:
        raise UsageError(f"--seed {text}: must be 0..4294967295", "bad_seed")
    return found


def _seed_range(word: str, text: str) -> list[int]:
    match = _RANGE.fullmatch(word)
    if not match:
        raise UsageError(f"--seed {text}: must be a whole number 0..4294967295, a list 1,2 or a range 1..8", "bad_seed")
    first = int(match[1])
    last = int(match[2]) if match[2] else first
    if last < first:
        raise UsageError(f"--seed {text}: the range runs backwards; write {last}..{first}", "bad_seed")
    if last - first >= MAX_SEEDS:
        raise UsageError(f"--seed {text}: that is {last - first + 1:,} results; the limit is {MAX_SEEDS}", "bad_seed")
    return list(range(first, last + 1))


# --- places and devices -----------------------------------------------------------------------------------------------


def check_device(text: str) -> None:
    """`auto`, `cpu`, `cuda` or `cuda:N`; whether it is there shows later."""
    kind, _, index = text.partition(":")
    if kind not in ("auto", "cpu", "cuda") or (index and (kind != "cuda" or not re.fullmatch("[0-9]{1,3}", index))):
        raise UsageError(f"--device {text}: must be auto, cpu, cuda or cuda:N", "bad_device")


def preview(text: str) -> Format | None:
    """The format of a `--preview` file; None for a preview on the terminal."""
    from soracli.media import formats

    kind, _, protocol = text.partition(":")
    if kind == TERMINAL and (text == TERMINAL or protocol in PROTOCOLS):
        return None
    suffix = Path(text).suffix.lower()
    found = next((f for f in formats.FORMATS.values() if f.still and f.suffix == suffix), None)
    if found is None:
        raise UsageError(
            f"--preview {printable(text)}: must end in .png, .webp or .gif, or be {TERMINAL}, "
            + ", ".join(f"{TERMINAL}:{name}" for name in PROTOCOLS),
            "bad_preview",
        )
    return found


# --- everything together --------------------------------------------------------------------------------------------
