"""Seconds and memory of an open model, by stage, on the device at hand. See README.md here.

python benchmarks/open_models.py --model wan-vace-1.3b
python benchmarks/open_models.py --model ltx-2b --size 768x512 --frames 49 --repeats 3
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import torch

from soracli import models
from soracli.pipeline import tasks
from soracli.sampling.sampler import sample
from soracli.types import Geometry, SamplingOptions
from soracli.weights import manifest

PROMPT = "a dog walks to the right across a grassy meadow"


def request(card: Any, arguments: argparse.Namespace) -> SamplingOptions:
    """The card's defaults, and what the command line changes of them."""
    plain = SamplingOptions.of(card)
    width, height = map(int, arguments.size.split("x")) if arguments.size else (plain.width, plain.height)
    frames = arguments.frames or plain.frames
    steps = arguments.steps or plain.steps
    return replace(plain, width=width, height=height, seconds=Fraction(frames) / plain.fps, steps=steps)


def timed(model: Any, options: SamplingOptions, device: str) -> dict[str, float]:
    """Seconds by stage of one clip, and of the fastest step."""
    geometry = Geometry.of(options, model.card)
    canvas = tasks.generate(*geometry.keep, geometry.fps)
    took: dict[str, float] = defaultdict(float)
    each: list[float] = []
    clock = time.perf_counter()
    for step in sample(model, canvas, PROMPT, options, geometry, device):
        if device.startswith("cuda"):
            torch.cuda.synchronize()
        now = time.perf_counter()
        took[step.stage] += now - clock
        each += [now - clock] if step.stage == "sample" else []
        clock = now
    return {**took, "step": min(each)}


def rows(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    device = arguments.device or ("cuda" if torch.cuda.is_available() else "cpu")
    card = manifest.card(arguments.model)
    model = models.load(card, manifest.paths(card), device)
    options = request(card, arguments)
    for number in range(arguments.repeats + 1):
        if device.startswith("cuda"):
            torch.cuda.reset_peak_memory_stats()
        took = timed(model, replace(options, seed=number), device)
        peak = torch.cuda.max_memory_allocated() if device.startswith("cuda") else 0
        yield {"run": number, **{stage: round(seconds, 3) for stage, seconds in took.items()}, "peak_bytes": peak}
    name = torch.cuda.get_device_name() if device.startswith("cuda") else "cpu"
    yield {"device": name, "torch": torch.__version__, "weights": manifest.digest(card)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="a model of weights.toml, or a path")
    parser.add_argument("--size", help="WIDTHxHEIGHT")
    parser.add_argument("--frames", type=int)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--repeats", type=int, default=1, help="clips after the first, which loads the weights")
    parser.add_argument("--device", help="cpu or cuda")
    arguments = parser.parse_args()
    found = []
    for row in rows(arguments):
        found.append(row)
        sys.stderr.write(json.dumps(row) + "\n")
    warm = [row for row in found if row.get("run", 0) > 0]
    stages = sorted({key for row in warm for key in row} - {"run"})
    print(
        json.dumps({**found[-1], **{stage: statistics.median(row.get(stage, 0) for row in warm) for stage in stages}})
    )


if __name__ == "__main__":
    main()
