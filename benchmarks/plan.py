"""How good the estimates of `--dry-run` are: each against a real render. See README.md here.

python benchmarks/plan.py               measures this machine first (sora doctor --calibrate), in a cache of its own
python benchmarks/plan.py --threads 1   with one thread; then the processor's own seconds are printed as well, which
                                        other work on the machine does not lengthen

Prints estimate, measured seconds and their ratio, and the same for memory.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from soracli.formatting import amount
from soracli.system import machine

PROMPT = "a dog walks to the right across a grassy meadow"
CASES = {
    "256x256, 4 s": ["generate", PROMPT, "-s", "256x256", "-d", "4s"],
    "16:9, 4 s": ["generate", PROMPT, "-s", "16:9", "-d", "4s"],
    "a still": ["image", PROMPT],
    "1280x720, 2 s": ["generate", PROMPT, "-s", "1280x720", "-d", "2s"],
    "256x256, 12 s": ["generate", PROMPT, "-s", "256x256", "-d", "12s"],
}
SORA = [sys.executable, "-m", "soracli"]


def render(arguments: list[str], shared: list[str], folder: str) -> dict[str, float]:
    """Wall seconds and the processor's seconds of one render in a process of its own, and its peak memory in bytes.

    A process between reports the peak of its only child.
    """
    output = str(Path(folder) / ("still.png" if arguments[0] == "image" else "clip.mp4"))
    command = [*SORA, *arguments, *shared, "-q", "-f", "--seed", "1", "-o", output]
    inside = f"import resource, subprocess; subprocess.run({command!r}, check=True, stdout=subprocess.DEVNULL); "
    inside += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    before, clock = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    peak = int(subprocess.run([sys.executable, "-c", inside], capture_output=True, text=True, check=True).stdout)
    wall, after = time.perf_counter() - clock, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": wall, "cpu": cpu, "peak": peak * (1 if sys.platform == "darwin" else 1024)}


def planned(arguments: list[str], shared: list[str]) -> dict[str, Any]:
    ran = subprocess.run(
        [*SORA, *arguments, *shared, "--dry-run", "--json"], capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(ran.stdout)["data"]["plan"]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, help="CPU threads (default: all cores)")
    parser.add_argument("--cases", type=int, default=len(CASES), help="only the first so many")
    args = parser.parse_args()
    shared = ["--device", "cpu", *(["--threads", str(args.threads)] if args.threads else [])]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = os.environ["XDG_CONFIG_HOME"] = folder
        calibrate = ["doctor", "--calibrate", *(["--threads", str(args.threads)] if args.threads else [])]
        print(subprocess.run([*SORA, *calibrate], capture_output=True, text=True, check=True).stdout)
        load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
        print(f"{machine.cpu()}, {args.threads or machine.cores()} threads, load {load:.1f}")
        print(
            f"{'':<16}{'estimate':>10}{'wall':>9}{'ratio':>7}{'cpu':>9}{'ratio':>7}{'estimate':>12}{'peak':>10}{'ratio':>7}"
        )
        for name, arguments in list(CASES.items())[: args.cases]:
            plan, real = planned(arguments, shared), render(arguments, shared, folder)
            seconds, memory = plan["seconds"], plan["peak_memory_bytes"]
            print(
                f"{name:<16}{seconds:>8.1f} s{real['wall']:>7.1f} s{seconds / real['wall']:>7.2f}"
                f"{real['cpu']:>7.1f} s{seconds / real['cpu']:>7.2f}"
                f"{amount(memory):>12}{amount(real['peak']):>10}{memory / real['peak']:>7.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
