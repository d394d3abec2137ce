"""How long it takes until `sora` says no: whole commands, from the start of the process to its end."""

from __future__ import annotations

import compileall
import os
import statistics
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from soracli import cli, media

PROMPTS = Path(__file__).with_name("prompts.toml")
HIDDEN = "he stabs the screaming man again and again until the floor is red"  # no word of it is in a list
MEANING = "by meaning"
TORCH = "with torch\n"
SORA = f"""
import atexit, sys
atexit.register(lambda: sys.stderr.write({TORCH!r}) if "torch" in sys.modules else None)
from soracli.__main__ import main
main()
"""
PAGE = "page.mp4"  # HTML under another name


@dataclass(frozen=True)
class Refusal:
    """how: what sort of no. code: the exit code that is expected. arguments: of `sora`."""

    how: str
    code: int
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Measured:
    """wall, processor: seconds of each run. torch: whether it was imported. wrong: another exit code, and what was
    said; empty if it is the expected one.
    """

    refusal: Refusal
    wall: list[float]
    processor: list[float]
    torch: bool
    wrong: str = ""


def refusals() -> list[Refusal]:
    """Bad input of every sort. Writes what it names into this folder."""
    with media.Writer("whole.mp4", 64, 64, Fraction(12), force=True) as writer:
        writer.add(np.random.default_rng(0).integers(0, 256, (24, 64, 64, 3), np.uint8))
    whole = Path("whole.mp4").read_bytes()
    Path("cut.mp4").write_bytes(whole[: len(whole) // 2])
    Path(PAGE).write_text("<html>")
    Path("empty.mp4").touch()
    Path("long.txt").write_text("x " * 500_000)
    tuned = tomllib.loads(PROMPTS.read_text(encoding="utf-8"))["tuned"]
    words = tuned["S"][0]
    listed = [
        *(("by words", 4, (verb, *given, words)) for verb, given in (("generate", ()), ("edit", ("whole.mp4",)))),
        ("by words", 4, ("policy", "check", words)),
        *((MEANING, 4, ("generate", text)) for text in (HIDDEN, "two people fight. " * 20 + HIDDEN)),
        *(("usage", 2, ("generate", *given)) for given in (
            ("",), ("x", "--fps", "nan"), ("x", "-d", "-1"), ("x", "--seed", "9" * 30),
            ("x", "--stepz", "3"), ("x", "-m", "nope"), ("--prompt-file", "long.txt"),
        )),
        ("usage", 2, ("blend", "whole.mp4")),
        ("usage", 2, ("extend", "https://example.org/a.mp4")),
        *(("output", 2, ("generate", "x", "-o", name)) for name in ("whole.mp4", "no/a.mp4", "a.xyz")),
        ("output", 2, ("generate", "x", "-s", "641x367", "-o", "odd.mp4")),
        ("output", 2, ("edit", "whole.mp4", "--style", "noir", "-f", "-o", "whole.mp4")),
        *(("input", 3, ("extend", name)) for name in ("no.mp4", "empty.mp4", PAGE, "cut.mp4")),
        *(("input", 3, (verb, PAGE)) for verb in ("info", "detect", "enhance", "vary", "views", "frame", "sheet")),
        ("input", 3, ("inpaint", "whole.mp4", "x", "--mask", PAGE)),
        ("input", 3, ("animate", "whole.mp4")),
        ("input", 3, ("decode", PAGE)),
        ("input", 3, ("replay", "whole.mp4")),
        ("input", 2, ("batch", PAGE)),
        ("check", 8, ("verify", "whole.mp4")),
        ("state", 2, ("resume",)),
        ("state", 5, ("preset", "show", "nope")),
    ]  # fmt: skip
    return [Refusal(*one) for one in listed]


def measured(repeats: int = 3) -> list[Measured]:
    compileall.compile_dir(Path(cli.__file__).parents[1], quiet=1)  # as installing does
    return [_measured(refusal, repeats) for refusal in refusals()]


def _measured(refusal: Refusal, repeats: int) -> Measured:
    env = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[2]), "SORA_SOCKET": ""}
    command = [sys.executable, "-c", SORA, *refusal.arguments]
    wall, processor, torch, wrong = [], [], False, ""
    for _ in range(repeats):
        start, before = time.perf_counter(), os.times()
        ran = subprocess.run(
            command,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            env=env,
            check=False,
            timeout=300,
        )
        wall.append(time.perf_counter() - start)
        after = os.times()
        processor.append(after[2] + after[3] - before[2] - before[3])  # of processes that have ended
        torch = ran.stderr.endswith(TORCH)
        if ran.returncode != refusal.code:
            said = ran.stderr.removesuffix(TORCH).strip()[-300:]
            wrong = f"sora {' '.join(refusal.arguments)[:80]}: exit code {ran.returncode}, not {refusal.code}: {said}"
    return Measured(refusal, wall, processor, torch, wrong)


def told(found: Sequence[Measured]) -> str:
    """A line for each that ended otherwise, for what is refused by its meaning, and for all else with its slowest."""
    lines = [f"WRONG: {one.wrong}" for one in found if one.wrong]
    for meant in (False, True):
        some = [one for one in found if (one.refusal.how == MEANING) == meant]
        sorts = ", ".join(dict.fromkeys(one.refusal.how for one in some))
        clocks = (
            f"{name} median {statistics.median(x for one in some for x in getattr(one, of)):.2f} s, "
            f"worst {max(x for one in some for x in getattr(one, of)):.2f} s"
            for name, of in (("clock", "wall"), ("processor", "processor"))
        )
        worst = max(some, key=lambda one: max(one.processor)).refusal
        command = " ".join(text[:20] for text in worst.arguments[:3])
        torch = f", {count} of them with torch" if (count := sum(one.torch for one in some)) else ""
        lines.append(f"{len(some)} commands refused ({sorts}{torch}): {'; '.join(clocks)} (sora {command})")
    return "\n       ".join(lines)
