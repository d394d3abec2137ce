"""Cold seconds and peak memory of every verb on real footage: commands of their own, start to file.

python benchmarks/costs.py --clip film.mp4 --photo photo.png
python benchmarks/costs.py --clip film.mp4 --photo photo.png --only extend,camera --seconds 2 --size 1280x720

The clip is first cut and scaled to --seconds of --size (written without loss), the photograph to that size. Columns:
seconds of the clock; of the processor, all threads together, which others on the machine hardly change; peak resident
memory of the process, 10**6 bytes; what must be reached, and whether it is (`ok`, `NO`), by the lesser of both seconds:
an idle machine takes no longer than the processor's. Exit code 1 if a row fails.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
import speed
from PIL import Image
from settings import of_nobody

from soracli import media
from soracli.system import machine
from soracli.types import Clip

MEMORY = 2e9  # bytes at most, of every row
FILES = ("film.mp4", "after.mp4", "photo.png")
STILLS = ("frame", "sheet")  # rows whose result is a picture
BARS = {"extend": 60.0, "camera": 10.0}  # seconds at most; other rows have none


class Cost(NamedTuple):
    """seconds: of the clock. processor: of all threads. memory: peak resident bytes. code: exit code."""

    seconds: float
    processor: float
    memory: int
    code: int


def rows(film: str, other: str, photo: str, width: int, height: int) -> dict[str, list[str]]:
    """Name -> arguments of `sora`, without -o. The two films are of one place, one after the other."""
    hole = f"{width // 3},{height // 3},{width // 8},{height // 4}"
    return {
        "extend": ["extend", film, "--by", "0.5s"],
        "extend both 1s": ["extend", film, "--both", "--by", "1s"],
        "loop": ["extend", film, "--loop"],
        "blend": ["blend", film, other, "--by", "0.5s"],
        "camera": ["animate", photo, "--camera", "zoom-in", "-d", "2s"],
        "pan": ["animate", photo, "--camera", "pan-right", "-d", "2s"],
        "move": ["animate", photo, "--move", f"{hole}:{width // 8},0", "-d", "2s"],
        "remove": ["inpaint", film, "--mask", hole],
        "person": ["inpaint", film, "--mask", "person"],
        "grade": ["edit", film, "--style", "noir"],
        "style": ["edit", film, "--style", "starry-night"],
        "style picture": ["edit", film, "--style", photo],
        "weather": ["edit", film, "make it snow"],
        "fps": ["enhance", film, "--fps", "60"],
        "slow": ["enhance", film, "--slow", "2"],
        "scale": ["enhance", film, "--scale", "2"],
        "denoise": ["enhance", film, "--denoise", "10"],
        "frame": ["frame", film],
        "sheet": ["sheet", film],
        "compare": ["compare", film, other],
        "info": ["info", film],
    }


def measured(arguments: Sequence[str], folder: str) -> Cost:
    """The cost of a `sora` command in a process of its own. Its output is thrown away."""
    clock = time.perf_counter()
    environment = {**os.environ, "SORA_STATE_DIR": folder}
    child = subprocess.Popen(
        [sys.executable, "-m", "soracli", *arguments],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
    )  # fmt: skip
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    memory = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Cost(time.perf_counter() - clock, used.ru_utime + used.ru_stime, memory, child.returncode)


def prepare(clip: Path, photo: Path, folder: Path, width: int, height: int, seconds: float) -> None:
    """Write FILES at that size: the film's beginning, what follows half a second after it, the photograph."""
    source = media.read_source(str(clip)).clip
    count, gap = round(seconds * source.fps), round(source.fps / 2)
    for name, start in zip(FILES, (0, count + gap), strict=False):
        start = min(start, max(0, len(source.frames) - count))
        part = media.fit(Clip(source.frames[start : start + count], source.fps), width, height, "crop")
        with media.Writer(folder / name, width, height, Fraction(source.fps), quality="lossless") as writer:
            writer.add(part.frames)
    picture = media.fit(media.read_source(str(photo)).clip, width, height, "crop").frames[0]
    Image.fromarray(np.asarray(picture)).save(folder / FILES[2])


def line(name: str, cost: Cost) -> tuple[str, bool]:
    """A row of the table, and whether it is within what must be reached."""
    bar = BARS.get(name)
    kept = cost.code == 0 and cost.memory <= MEMORY and (bar is None or min(cost.seconds, cost.processor) <= bar)
    asked = "-" if bar is None else f"{bar:.0f} s"
    said = "ok" if kept else "NO" if cost.code == 0 else f"NO: exit code {cost.code}"
    return f"{name:<16} {cost.seconds:>8.1f} {cost.processor:>10.1f} {cost.memory / 1e6:>8.0f} {asked:>6}  {said}", kept


def main() -> int:
    of_nobody()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--clip", type=Path, required=True, help="a film of twice --seconds and half a second at least")
    add("--photo", type=Path, required=True, help="a photograph")
    add("--seconds", type=float, default=2.0, help="of the film")
    add("--size", default="1280x720", help="WIDTHxHEIGHT of both")
    add("--only", help="rows, with commas between")
    add("--prepare", type=Path, help=argparse.SUPPRESS)  # in a process of its own: children inherit the peak of memory
    args = parser.parse_args()
    width, height = map(int, args.size.split("x"))
    if args.prepare:
        prepare(args.clip, args.photo, args.prepare, width, height, args.seconds)
        return 0
    print(speed.facts(machine.cores()), flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, __file__, *sys.argv[1:], "--prepare", name], check=True)
        asked = rows(*(str(folder / file) for file in FILES), width, height)
        wanted = args.only.split(",") if args.only else list(asked)
        print(f"{'':<16} {'seconds':>8} {'processor':>10} {'MB':>8} {'bar':>6}", flush=True)
        kept = True
        for row in wanted:
            output = folder / f"{row}{'.png' if row in STILLS else '.mp4'}"
            own = asked[row] if row == "info" else [*asked[row], "-o", str(output)]
            text, within = line(row, measured(own, name))
            print(text, flush=True)
            kept &= within
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
