"""Nothing is lost and everything comes back: replays of files, and batches that are killed.

python benchmarks/everyday.py --files 20 --kills 20

`replay` makes files of several verbs, then paints each again in a process of its own from the recipe inside it and
compares the frames. `batch` kills a batch at random moments and begins it again, until it was killed often enough; what
it had said was done must be there, whole and untouched, and at the end every result of the list.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from settings import of_nobody

from soracli import media
from soracli.errors import SoraError

SORA = [sys.executable, "-m", "soracli"]
PROMPTS = ("a dog walks to the right across a meadow", "a red car drives to the left along a street", "a cow stands")


def listed(path: Path, jobs: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(job) + "\n" for job in jobs), encoding="utf-8")
    return path


def batch(jobs: Path) -> list[str]:
    """Do a list; the paths that it has printed."""
    ran = subprocess.run([*SORA, "batch", str(jobs), "-q"], check=True, stdout=subprocess.PIPE, text=True)
    return ran.stdout.splitlines()


def made_by_every_verb(folder: Path, model: str, count: int) -> list[str]:
    """So many files, of the rendering verbs in turn."""
    brief = {"model": model, "steps": 4}
    first = {"verb": "generate", "duration": "1s", "output": str(folder / "source.mp4"), "prompt": PROMPTS[0], **brief}
    clip = batch(listed(folder / "first.jsonl", [first]))[0]
    kinds: list[dict[str, object]] = [
        {"verb": "generate", "duration": "1s"}, {"verb": "image"}, {"verb": "extend", "clip": clip, "by": "8f"},
        {"verb": "edit", "clip": clip, "strength": 0.6}, {"verb": "extend", "clip": clip, "by": "8f", "loop": True},
        {"verb": "inpaint", "clip": clip, "mask": "40,40,100,100"}, {"verb": "generate", "duration": "6s"},
    ]  # fmt: skip
    jobs = [
        {**kinds[i % len(kinds)], **brief, "seed": i, "prompt": PROMPTS[i % 3], "output": str(folder / f"{i}.{{ext}}")}
        for i in range(count)
    ]
    return batch(listed(folder / "files.jsonl", jobs))


def replayed(files: list[str]) -> int:
    """How many of the files give the same frames again."""
    same = 0
    for file in files:
        ran = subprocess.run([*SORA, "replay", file, "--check", "-q"], stdout=subprocess.DEVNULL, check=False)
        same += ran.returncode == 0
    return same


def killed(jobs: Path, after: float) -> list[str]:
    """Kill a batch so many seconds after its start. The paths that it had printed by then."""
    with subprocess.Popen([*SORA, "batch", str(jobs), "-q"], stdout=subprocess.PIPE, text=True) as process:
        timer = threading.Timer(after, process.kill)
        timer.start()
        assert process.stdout is not None
        said = process.stdout.read().splitlines()
        timer.cancel()
    return said


def whole(path: Path) -> bool:
    """Whether every frame of a file can be read."""
    try:
        return len(media.read(path).frames) > 0
    except SoraError:
        return False


def batches(folder: Path, kills: int, seed: int) -> tuple[int, int, int, int]:
    """(results, lost, damaged, made twice) of a batch that was killed so many times."""
    rng = random.Random(seed)
    count = 40 * kills
    jobs = listed(
        folder / "jobs.jsonl",
        [
            {"verb": "generate", "prompt": "x", "model": "tiny", "duration": "1s", "steps": 4, "seed": i,
             "output": str(folder / f"clip-{i}.mp4")}
            for i in range(count)
        ],
    )  # fmt: skip
    one = listed(folder / "one.jsonl", [json.loads(jobs.read_text().splitlines()[0])])
    start = time.monotonic()
    batch(one)
    first = time.monotonic() - start  # so that kills come while it loads, and while it works
    finished: dict[Path, int] = {}
    damaged: set[Path] = set()
    lost: set[Path] = set()
    again: set[Path] = set()
    for _ in range(kills):
        said = [Path(line) for line in killed(jobs, rng.uniform(0.5, 2) * first)]
        lost |= {path for path in [*finished, *said] if not path.is_file()}
        again |= {path for path, made in finished.items() if path.is_file() and path.stat().st_mtime_ns != made}
        damaged |= {path for path in folder.glob("*.mp4") if path not in finished and not whole(path)}
        finished |= {path: path.stat().st_mtime_ns for path in said if path.is_file()}
        print(f"killed; {len(finished)} of {count} done", file=sys.stderr)
    listed(jobs, [json.loads(line) for line in jobs.read_text().splitlines()[: len(finished) + 5]])
    at_the_end = [Path(line) for line in batch(jobs)]
    again |= {path for path, made in finished.items() if path.stat().st_mtime_ns != made}
    lost |= {path for path in at_the_end if not whole(path)}
    return len(at_the_end), len(lost), len(damaged), len(again)


def main() -> None:
    of_nobody()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--model", default="spark", help="of the files that are replayed; batches are of `tiny`")
    add("--files", type=int, default=20)
    add("--kills", type=int, default=20)
    add("--seed", type=int, default=0)
    given = parser.parse_args()
    os.environ["SORA_SOCKET"] = ""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["SORA_STATE_DIR"] = str(folder / "state")
        if given.files:
            files = made_by_every_verb(folder, given.model, given.files)
            print(f"replay: {replayed(files)} of {len(files)} files give the same frames again", flush=True)
        if given.kills:
            place = folder / "batch"
            place.mkdir()
            results, lost, damaged, again = batches(place, given.kills, given.seed)
            print(
                f"batch, killed {given.kills} times: {results} results, {lost} lost, {damaged} damaged, "
                f"{again} made twice"
            )


if __name__ == "__main__":
    main()
