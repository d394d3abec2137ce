"""How long a folder with an open model takes to be ready: ours, and diffusers' ([parity] extra). See README.md here.

python benchmarks/start_open.py FOLDER --repeat 3
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

OURS = """
import sys
from torch import nn
from soracli.weights import hub_folder as local, manifest as weights; from soracli import models
card = local.card(sys.argv[1])
model = models.load(card, weights.paths(card))
for part in ("text", "transformer", "vae"):
    model.parts.get(part, nn.Module)
"""
THEIRS = """
import sys, warnings
warnings.simplefilter("ignore")
from diffusers import DiffusionPipeline
DiffusionPipeline.from_pretrained(sys.argv[1])
"""


def took(script: str, folder: str) -> tuple[float, float]:
    """Seconds of a process: by the clock, and of the processor."""
    before, begin = os.times(), time.perf_counter()
    subprocess.run([sys.executable, "-c", script, folder], check=True, capture_output=True)
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - begin, spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="in hub layout: from the imports to all its parts in memory")
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    pairs = [(took(OURS, given.folder), took(THEIRS, given.folder)) for _ in range(given.repeat + 1)][1:]
    clock, processor = ([statistics.median(run[who][kind] for run in pairs) for who in range(2)] for kind in range(2))
    print(json.dumps({
        "seconds": round(clock[0], 2), "their_seconds": round(clock[1], 2), "share": round(clock[0] / clock[1], 3),
        "processor": round(processor[0], 2), "their_processor": round(processor[1], 2),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
