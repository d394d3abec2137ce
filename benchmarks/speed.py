"""How long a clip takes, by stage, cold and warm, and how much memory. See README.md here.

python benchmarks/speed.py               the default size, 16:9, twice the size and a still
python benchmarks/speed.py --threads 2   with as many threads as the machine that figures are compared with
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from settings import of_nobody

from soracli import formatting
from soracli.system import machine
from soracli.weights import manifest

PROMPT = "a dog walks to the right across a grassy meadow"
STAGES = ("import", "load", "text", "sample", "decode", "save")
HELP_RUNS = 7


def cases(own: dict[str, Any], seconds: float) -> dict[str, tuple[int, int, float]]:
    """Name -> width, height, seconds. 0 seconds = a still."""
    width, height = own["width"], own["height"]
    return {
        f"{width}x{height}, {seconds:g} s": (width, height, seconds),
        f"{height * 7 // 4}x{height}, {seconds:g} s": (height * 7 // 4, height, seconds),
        f"{2 * width}x{2 * height}, {seconds:g} s": (2 * width, 2 * height, seconds),
        f"{width}x{height}, still": (width, height, 0.0),
    }


# --- inside a fresh process -------------------------------------------------------------------------------------------


def stages(job: dict[str, Any]) -> dict[str, Any]:
    """Seconds by stage of the first clip of this process, and of each later one; peak memory in bytes."""
    clock = time.perf_counter()
    import resource

    import torch

    from soracli import media, models  # noqa: F401
    from soracli.sampling import sampler  # noqa: F401

    imported = time.perf_counter() - clock
    if job["threads"]:
        torch.set_num_threads(job["threads"])
    clock = time.perf_counter()
    card = manifest.card(job["model"])
    model = models.load(card, manifest.paths(card))
    loaded = time.perf_counter() - clock
    runs = [_paint(model, job) for _ in range(job["repeats"] + 1)]
    runs[0] = {"import": imported, "load": loaded, **runs[0]}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {"cold": runs[0], "warm": runs[1:], "peak": peak, "threads": torch.get_num_threads()}


def _paint(model: Any, job: dict[str, Any]) -> dict[str, float]:
    """One clip from prompt to file, by stage, as `sora generate` paints it: a model that takes drafts is given the
    scene that the prompt is read as. Decoding and saving take turns, as they do in `sora`. cpu: the processor's own
    seconds, of all threads.
    """
    from soracli import media
    from soracli.sampling.sampler import sample
    from soracli.types import Geometry, SamplingOptions

    card = model.card
    options = SamplingOptions.of(card, still=job["seconds"] == 0)
    options = dataclasses.replace(options, width=job["width"], height=job["height"], seconds=Fraction(job["seconds"]))
    if job["steps"]:
        options = dataclasses.replace(options, steps=job["steps"])
    geometry = Geometry.of(options, card)
    began = clock = time.perf_counter()
    worked = time.process_time()
    canvas, told = _asked(card, options, geometry)
    staged, own = time.perf_counter() - clock, told if isinstance(told, str) else told[0].prompt
    for text in [own] if options.single_pass(model.guided) else [own, ""]:
        model.predictor(text, geometry.window(0, geometry.latent[0]))
    took = dict.fromkeys(STAGES[2:], 0.0)
    took["text"] = time.perf_counter() - clock
    twice = took["text"] - staged  # the sampler encodes the prompts itself, before its first step
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("still.png" if geometry.is_still else "clip.mp4")
        clock = time.perf_counter()
        with media.Writer(path, job["width"], job["height"], options.fps) as writer:
            for step in sample(model, canvas, told, options, geometry):
                now = time.perf_counter()
                took["sample" if step.stage == "encode" else step.stage] += now - clock  # of a long clip's pictures
                clock = now
                if step.frames is not None:
                    writer.add(step.frames)
                    took["save"] += time.perf_counter() - clock
                    clock = time.perf_counter()
        took["save"] += time.perf_counter() - clock
    took["sample"] -= twice
    return {**took, "all": time.perf_counter() - began - twice, "cpu": time.process_time() - worked}


def _asked(card: Any, options: Any, geometry: Any) -> tuple[Any, Any]:
    """The canvas that is painted, and what the model is told of it."""
    from soracli.pipeline import tasks
    from soracli.scenes.drafting import drafted
    from soracli.scenes.plot import Plot
    from soracli.types import Shot

    canvas = tasks.generate(*geometry.keep, geometry.fps)
    if not card.params.get("drafts"):
        return canvas, PROMPT
    film, _ = Plot((Shot(0.0, PROMPT),), time=card.stride[0]).film(options, 0, canvas.frames)
    return dataclasses.replace(canvas, draft=drafted(film)), film.shots


# --- outside ----------------------------------------------------------------------------------------------------------


def timed(command: Sequence[str]) -> tuple[float, float]:
    """Wall seconds of a fresh process, which must succeed, and the processor's own, nan where they are not counted."""
    before, clock = _worked(), time.perf_counter()
    run(command)
    return time.perf_counter() - clock, _worked() - before


def _worked() -> float:
    """Seconds of the processor that ended children of this process took."""
    used = os.times()
    return used.children_user + used.children_system if os.name == "posix" else float("nan")


def run(command: Sequence[str]) -> str:
    """Standard output of a fresh process; its errors end this one."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["without a word"])[-1]
        raise SystemExit(f"speed: error: {' '.join(command)} ended with {done.returncode}: {reason}")
    return done.stdout


def cold(job: dict[str, Any]) -> tuple[float, float]:
    """Wall seconds of `sora generate` or `sora image`, start to file, and the processor's."""
    verb = "generate" if job["seconds"] else "image"
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable, "-m", "soracli", verb, PROMPT, "-q", "--seed", "0", "--model", job["model"],
            "--size", f"{job['width']}x{job['height']}",
            "-o", str(Path(folder) / ("clip.mp4" if job["seconds"] else "still.png")),
        ]  # fmt: skip
        command += ["--duration", f"{job['seconds']:g}s"] if job["seconds"] else []
        command += ["--threads", str(job["threads"])] if job["threads"] else []
        command += ["--steps", str(job["steps"])] if job["steps"] else []
        return timed(command)


def by_stage(job: dict[str, Any]) -> dict[str, Any]:
    """`stages`, in a fresh process."""
    result: dict[str, Any] = json.loads(run([sys.executable, __file__, "--inside", json.dumps(job)]))
    return result


def measure(job: dict[str, Any]) -> dict[str, Any]:
    """One column of the table; seconds are medians."""
    inside = by_stage(job)
    taken = [cold(job) for _ in range(job["repeats"])]
    warm = {name: statistics.median(run[name] for run in inside["warm"]) for name in inside["warm"][0]}
    first = sum(inside["cold"][name] for name in STAGES)
    return {
        "command": statistics.median(seconds for seconds, _ in taken),
        "command_cpu": statistics.median(worked for _, worked in taken), "first": inside["cold"], "warm": warm,
        "stages": first, "peak": inside["peak"], "threads": inside["threads"], "seconds": job["seconds"],
    }  # fmt: skip


# --- the table --------------------------------------------------------------------------------------------------------


def table(columns: dict[str, dict[str, Any]]) -> str:
    """Rows of seconds, then ratios and memory."""

    def row(label: str, cells: Sequence[str]) -> str:
        return f"{label:<30}" + "".join(f"{cell:>18}" for cell in cells)

    def ratio(column: dict[str, Any], seconds: float) -> str:
        return f"{seconds / column['seconds']:.2f}" if column["seconds"] else "-"

    results = list(columns.values())
    lines = [row("seconds", list(columns)), row("sora, cold, start to file", [f"{c['command']:.2f}" for c in results])]
    lines.append(row("  of the processor", [f"{c['command_cpu']:.2f}" for c in results]))
    lines.append(row("one process, first clip", [f"{c['stages']:.2f}" for c in results]))
    lines += [row(f"  {name}", [f"{c['first'][name]:.2f}" for c in results]) for name in STAGES]
    lines.append(row("one process, later clips", [f"{c['warm']['all']:.2f}" for c in results]))
    lines.append(row("  of the processor", [f"{c['warm']['cpu']:.2f}" for c in results]))
    lines += [row(f"  {name}", [f"{c['warm'][name]:.2f}" for c in results]) for name in STAGES[2:]]
    lines.append(row("cold / length of the clip", [ratio(c, c["command"]) for c in results]))
    lines.append(row("warm / length of the clip", [ratio(c, c["warm"]["all"]) for c in results]))
    lines.append(row("peak memory", [formatting.amount(c["peak"]) for c in results]))
    return "\n".join(lines)


def facts(threads: int) -> str:
    """The machine in one line, and a warning if it is busy."""
    total, free = machine.memory()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    line = (
        f"{machine.cpu()}, {machine.cores()} cores, {threads} threads, {formatting.amount(free)} free of "
        f"{formatting.amount(total)}, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    )
    busy = f"\nload {load:.1f}: other work is running here, so all seconds but the processor's are too many"
    return line + (busy if load > 0.5 else "")


def main() -> int:
    of_nobody()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=manifest.default())
    parser.add_argument("--seconds", type=float, default=4.0, help="length of the clips (default 4)")
    parser.add_argument("--steps", type=int, help="default: the model's own")
    parser.add_argument("--repeats", type=int, default=3, help="of each measurement; medians are shown")
    parser.add_argument("--sizes", type=int, default=4, choices=range(1, 5), help="so many of the four, from the first")
    parser.add_argument("--threads", type=int, help="default: torch's choice")
    parser.add_argument("--out", type=Path, help="the figures as JSON")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.inside:
        print(json.dumps(stages(json.loads(args.inside))))
        return 0
    before = facts(args.threads or machine.cores())
    helps = [timed([sys.executable, "-m", "soracli", "--help"])[0] for _ in range(HELP_RUNS)]
    columns = {}
    asked = cases(manifest.card(args.model).defaults, args.seconds)
    for name, (width, height, seconds) in list(asked.items())[: args.sizes]:
        print(f"measuring {name}", file=sys.stderr, flush=True)
        columns[name] = measure(
            {
                "model": args.model, "width": width, "height": height, "seconds": seconds, "steps": args.steps,
                "repeats": args.repeats, "threads": args.threads,
            }
        )  # fmt: skip
    print(f"{before}\nmodel {args.model}, medians of {args.repeats}\n")
    print(table(columns))
    print(f"\nsora --help: {statistics.median(helps):.2f} s")
    if args.out:
        args.out.write_text(json.dumps({"machine": before, "help": helps, "columns": columns}, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
