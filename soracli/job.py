"""A rendering request, checked and worked out before anything slow is loaded, and what can be said about it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from soracli import __version__, machine, naming, plan, values, weights
from soracli.errors import UsageError
from soracli.flags import Flags
from soracli.media import formats
from soracli.naming import Outputs
from soracli.plan import Plan
from soracli.types import Card, Geometry, SamplingOptions
from soracli.wording import amount, duration, printable


@dataclass(frozen=True)
class Job:
    """One call of a rendering verb. options.seed is set per result from `seeds`."""

    verb: str
    prompt: str
    card: Card
    options: SamplingOptions
    geometry: Geometry
    seeds: list[int]
    outputs: Outputs
    threads: int | None
    plan: Plan
    notes: list[str]

    @property
    def seconds(self) -> float:
        """Estimated seconds for all results, 0 if unknown."""
        return self.plan.seconds * len(self.seeds)

    def recipe(self, seed: int) -> dict[str, Any]:
        """What the file says about itself: enough to paint it again."""
        frames, height, width = self.geometry.keep
        options = self.options
        return {
            "soracli": __version__, "verb": self.verb, "prompt": self.prompt, "negative": options.negative,
            "model": self.card.name, "weights": weights.digest(self.card), "width": width, "height": height,
            "frames": frames, "fps": str(options.fps), "steps": options.steps, "guidance": options.guidance,
            "shift": options.shift, "solver": options.solver, "seed": seed,
        }  # fmt: skip


def prepare(verb: str, prompt: str | None, flags: Flags, *, still: bool) -> Job:
    """Turn flags into a Job, or say in one line what is wrong with them."""
    text = values.prompt(prompt, flags.prompt_file)
    card = weights.card(flags.model)
    options = values.options(card, flags, still=still)
    seeds = values.seeds(flags.seed, flags.count)
    _check_streams(flags)
    _check_device(flags)
    names = {"slug": naming.slug(text), "model": card.name, "width": options.width, "height": options.height}
    outputs = naming.outputs(flags.output, flags.format, names, seeds, options.frames, force=flags.force)
    formats.check(outputs.format, options.width, options.height, float(options.fps))
    formats.quality(flags.quality, outputs.format)
    geometry = Geometry.snap(options, card.stride)
    threads = None if flags.threads is None else values.whole("--threads", flags.threads, 1, 1024)
    on_gpu = machine.gpu() if flags.device == "auto" else flags.device.startswith("cuda")
    expected = plan.estimate(card, options, geometry, None if on_gpu else threads or machine.cores())
    plan.check_tokens(expected, card, options)
    notes = [*geometry.notes(), *outputs.notes]
    return Job(verb, text, card, options, geometry, seeds, outputs, threads, expected, notes)


def _check_streams(flags: Flags) -> None:
    if flags.output != "-" or flags.dry_run:
        return
    if flags.json:
        raise UsageError("--json: cannot share standard output with -o -; give -o a file name", "bad_output")
    if sys.stdout.isatty():
        raise UsageError(
            "-o -: will not write media to a terminal; redirect it (> clip.mp4), pipe it, or give a file name",
            "terminal",
        )


def _check_device(flags: Flags) -> None:
    kind, _, index = flags.device.partition(":")
    if kind not in ("auto", "cpu", "cuda") or (index and (kind != "cuda" or not index.isdigit())):
        raise UsageError(f"--device {flags.device}: must be auto, cpu, cuda or cuda:N", "bad_device")


# --- words ----------------------------------------------------------------------------------------------------------


def headline(job: Job) -> str:
    """What is about to be painted, in one line."""
    frames, height, width = job.geometry.keep
    length = "" if job.geometry.is_still else f", {frames} frames at {float(job.options.fps):g} fps"
    seeds = f"seed {job.seeds[0]}" if len(job.seeds) == 1 else f"{len(job.seeds)} seeds from {job.seeds[0]}"
    steps = "1 step" if job.options.steps == 1 else f"{job.options.steps} steps"
    took = f", about {duration(job.seconds)}" if job.seconds else ""
    return f"model {job.card.name}, {width}x{height}{length}, {steps}, {seeds}{took}"


def as_data(job: Job) -> dict[str, Any]:
    """The plan of a dry run for `--json`."""
    paths = None if job.outputs.paths is None else [str(path) for path in job.outputs.paths]
    return {
        **job.recipe(job.seeds[0]), "seeds": job.seeds, "paths": paths, "format": job.outputs.format.name,
        "notes": job.notes,
        "plan": {
            "width": job.geometry.width, "height": job.geometry.height, "frames": job.geometry.frames,
            "tokens": job.plan.tokens, "passes": job.plan.passes, "seconds": round(job.seconds, 1),
            "peak_memory_bytes": job.plan.peak_bytes, "free_memory_bytes": machine.memory()[1],
        },
    }  # fmt: skip


def as_text(job: Job) -> str:
    """The plan of a dry run for people."""
    frames, height, width = job.geometry.keep
    paths, options, expected = job.outputs.paths, job.options, job.plan
    free = amount(machine.memory()[1])
    prompt = printable(job.prompt if len(job.prompt) <= 200 else job.prompt[:197] + "...")
    files = "standard output" if paths is None else ", ".join(printable(path) for path in paths[:8])
    on_grid = (job.geometry.width, job.geometry.height) == (width, height)
    painted = "" if on_grid else f", painted as {job.geometry.width}x{job.geometry.height} and cut back"
    rows = [
        ("prompt", prompt),
        ("model", job.card.name),
        ("size", f"{width}x{height}{painted}"),
        ("length", "one picture" if job.geometry.is_still else f"{frames} frames at {float(options.fps):g} fps"),
        ("steps", f"{options.steps}, {expected.passes} passes over {expected.tokens:,} tokens"),
        ("guidance", f"{options.guidance:g}"),
        ("seed", ", ".join(map(str, job.seeds[:8])) + (", ..." if len(job.seeds) > 8 else "")),
        ("time", f"about {duration(job.seconds)}" if job.seconds else "not known for this model"),
        ("memory", f"about {amount(expected.peak_bytes)}, {free} free" if expected.peak_bytes else "not known"),
        ("output", files + (", ..." if paths is not None and len(paths) > 8 else "")),
    ]
    return "".join(f"{name:<9} {value}\n" for name, value in rows)
