"""What few steps cost: the same held-out prompts and seeds painted in few steps and in many.

python benchmarks/steps.py                          the model's own steps beside 32, 100 prompts
python benchmarks/steps.py --few 2 --prompts 20     a quick look
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import figures
import numpy as np
import quality

from soracli import machine, weights
from soracli.errors import SoraError
from soracli.types import SamplingOptions
from soracli.world.probe import SLOTS

SEEDS = 8  # of a prompt, whose clips are compared with one another
Rows = list[dict[str, Any]]


def diversity(rows: Rows) -> float:
    """Mean distance between clips of one prompt, seed by seed: RMS of four small frames, in grey levels."""
    found = []
    for first in range(0, len(rows), SEEDS):
        strips = [np.asarray(row["strip"], np.float32) for row in rows[first : first + SEEDS]]
        found += [float(np.sqrt(np.square(a - b).mean())) for a, b in combinations(strips, 2)]
    return float(np.mean(found))


def painted(settings: quality.Settings, jobs: list[quality.Request], args: argparse.Namespace, what: str) -> Rows:
    """A row for each request, in order."""
    rows: dict[int, dict[str, Any]] = {}
    for index, row in quality.measured(settings, args.workers, args.threads, dict(enumerate(jobs))):
        rows[index] = row
        if len(rows) % 20 == 0:
            quality.say(f"{settings.sampling.steps} steps, {what}: {len(rows)}/{len(jobs)}")
    return [rows[index] for index in range(len(jobs))]


def table(few: int, many: int, told: dict[int, Rows], seeds: dict[int, Rows]) -> Iterator[str]:
    """told, seeds: rows by number of steps."""
    yield f"{'':<26}{f'{few} steps':>12}{f'{many} steps':>12}{'ratio':>10}"
    shares = {
        steps: figures.agreement([row["model"]["said"] for row in rows], [row["wanted"] for row in rows], SLOTS)
        for steps, rows in told.items()
    }
    count = len(told[few])
    for slot in [*SLOTS, "all"]:
        a, b = shares[few][slot], shares[many][slot]
        name = "all slots right, %" if slot == "all" else f"{slot} right, %"
        yield f"{name:<26}{100 * a:>12.1f}{100 * b:>12.1f}{a / max(b, 1e-9):>10.3f}"
    yield f"{'(each +- at most)':<26}{100 * figures.margin(0.5, count):>12.1f}{100 * figures.margin(0.5, count):>12.1f}"
    for name in ("sharpness", "flicker"):
        a, b = ([row["model"][name] for row in told[steps]] for steps in (few, many))
        ratio = np.median([x / max(y, 1e-3) for x, y in zip(a, b, strict=True)])
        yield f"{name + ', median':<26}{np.median(a):>12.1f}{np.median(b):>12.1f}{ratio:>10.3f}"
    a, b = diversity(seeds[few]), diversity(seeds[many])
    yield f"{'between seeds, grey levels':<26}{a:>12.1f}{b:>12.1f}{a / b:>10.3f}"
    a, b = (float(np.median([row["seconds"] for row in told[steps]])) for steps in (few, many))
    yield f"{'seconds a clip':<26}{a:>12.2f}{b:>12.2f}{a / b:>10.3f}"


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--few", type=int, help="default: the model's own")
    add("--many", type=int, default=32)
    add("--prompts", type=int, default=100)
    add("--varied", type=int, default=12, help=f"prompts that are painted with {SEEDS} seeds each")
    add("--model", help="default: the default model")
    add("--workers", type=int, default=1, help="processes side by side, about 1 GB each")
    add("--threads", type=int, help="per process (default: cores / workers)")
    args = parser.parse_args()
    args.few = args.few or SamplingOptions.of(weights.card(args.model)).steps
    args.threads = args.threads or max(1, machine.cores() // args.workers)
    plain: dict[str, Any] = dict.fromkeys(("size", "steps", "guidance", "assets", "actors", "cameras", "styles"))
    vars(args).update(plain, seconds=2.0, seed=0, without="jump,launch", paraphrases=False, out=Path())
    return args


def main() -> int:
    args = parse()
    try:
        base = quality.settings_of(args)
        jobs = quality.requests(base, args.prompts)
        varied = [
            job._replace(number=1000 * (1 + seed) + job.number) for job in jobs[: args.varied] for seed in range(SEEDS)
        ]
        told, seeds = {}, {}
        for steps in (args.few, args.many):
            settings = dataclasses.replace(base, sampling=dataclasses.replace(base.sampling, steps=steps))
            told[steps] = painted(settings, jobs, args, "prompts")
            seeds[steps] = painted(settings, varied, args, "seeds")
    except SoraError as error:
        quality.say(f"steps: error: {error}")
        return error.exit_code
    print(f"model {base.sampling.model} ({base.weights}), {args.prompts} held-out prompts, 2 s")
    print("\n".join(table(args.few, args.many, told, seeds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
