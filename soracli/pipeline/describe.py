"""What is said of a job before the work begins: one line, and the plan of a dry run as data and for people."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from soracli.formatting import amount, duration, printable
from soracli.models.common import memory
from soracli.pipeline.estimate import shortage
from soracli.pipeline.job import Job


def headline(job: Job) -> str:
    """What is about to be painted, in one line."""
    frames, (_, height, width) = job.canvas.frames, job.geometry.keep
    length = "" if job.geometry.is_still else f", {frames} frames at {float(job.options.fps):g} fps"
    seeds = f"seed {job.seeds[0]}" if len(job.seeds) == 1 else f"{len(job.seeds)} seeds from {job.seeds[0]}"
    if job.filled:
        return (
            f"{width}x{height}{length}: what is removed is filled from other frames, and by patches where none shows it"
        )
    steps = "1 step" if job.options.steps == 1 else f"{job.options.steps} steps"
    took = f", about {duration(job.seconds)}" if job.seconds else ""
    if job.moving is not None:
        return f"by its own motion, {width}x{height}{length}"
    return f"model {printable(job.card.name)}, {width}x{height}{length}, {steps}, {seeds}{took}"


def as_data(job: Job) -> dict[str, Any]:
    """The plan of a dry run for `--json`."""
    paths = None if job.outputs.paths is None else [str(path) for path in job.outputs.paths]
    short = shortage(job)
    return {
        **job.recipe(job.seeds[0]), "seeds": job.seeds, "paths": paths, "format": job.outputs.format.name,
        "notes": job.notes,
        "plan": {
            "width": job.geometry.width, "height": job.geometry.height, "frames": job.geometry.frames,
            "tokens": job.plan.tokens, "passes": job.plan.passes, "seconds": round(job.seconds, 1),
            "peak_memory_bytes": job.plan.peak_bytes, "free_memory_bytes": job.budget.free,
            "fits": not short, **({"shortage": short} if short else {}),
            **_kept_small(job),
        },
    }  # fmt: skip


def as_text(job: Job) -> str:
    """The plan of a dry run for people."""
    frames, (_, height, width) = job.canvas.frames, job.geometry.keep
    paths, options, expected = job.outputs.paths, job.options, job.plan
    prompt = printable(job.prompt if len(job.prompt) <= 200 else job.prompt[:197] + "...")
    files = "standard output" if paths is None else ", ".join(printable(path) for path in paths[:8])
    inner = f"{job.geometry.inner[1]}x{job.geometry.inner[0]}"
    on_grid = (job.geometry.width, job.geometry.height) == (width, height)
    painted = (
        f", painted as {inner} and scaled"
        if job.geometry.inner != (height, width)
        else ("" if on_grid else f", painted as {job.geometry.width}x{job.geometry.height} and cut back")
    )
    rows = [
        ("prompt", prompt or "none"),
        ("model", printable(job.card.name)),
        ("size", f"{width}x{height}{painted}"),
        ("length", "one picture" if job.geometry.is_still else f"{frames} frames at {float(options.fps):g} fps"),
        ("steps", f"{options.steps}, {expected.passes} passes over {expected.tokens:,} tokens"),
        ("guidance", f"{options.guidance:g}"),
        ("seed", ", ".join(map(str, job.seeds[:8])) + (", ..." if len(job.seeds) > 8 else "")),
        ("time", _time(job)),
        ("memory", _memory(job)),
        *(("", line) for line in memory.alternatives(expected.needs, job.budget.room)),
        *([("fits", f"no: {short}")] if (short := shortage(job)) else []),
        ("output", files + (", ..." if paths is not None and len(paths) > 8 else "")),
    ]
    return "".join(f"{name:<9} {value}\n" for name, value in rows)


def _memory(job: Job) -> str:
    expected, budget = job.plan, job.budget
    if not expected.peak_bytes:
        return "not known"
    free = f", {amount(budget.free)} free" if budget.free else ""
    if expected.manner is None:
        return f"about {amount(expected.peak_bytes)}{free}"
    where = " of the GPU's" if budget.host else ""
    beside = f"; {amount(expected.host_bytes)} of main memory, {amount(budget.host)} free" if budget.host else ""
    packing = job.card.options.packing or "whole"
    return f"about {amount(expected.peak_bytes)}{where}{free}: {packing} weights, {expected.manner}{beside}"


def _kept_small(job: Job) -> dict[str, Any]:
    """How an open model's memory is kept small, and how else it could be."""
    if job.plan.manner is None:
        return {}
    room = job.budget.room
    return {
        "host_memory_bytes": job.plan.host_bytes, **asdict(job.plan.manner),
        "manners": [
            {**asdict(need.manner), "bytes": need.device, "host_bytes": need.host,
             "fits": need.device <= room if room else None}
            for need in job.plan.needs
        ],
    }  # fmt: skip


def _time(job: Job) -> str:
    if not job.seconds:
        return "not known for this model"
    measured = job.plan.measured
    how = f"rates measured {measured}" if measured else "a guess; measure with: sora doctor --calibrate"
    return f"about {duration(job.seconds)} ({how})"
