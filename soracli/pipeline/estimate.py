"""Time and memory of a request, within the memory there is, before anything is loaded."""

from __future__ import annotations

import functools
import shlex
from typing import NamedTuple

from soracli.card import Card
from soracli.errors import CapacityError
from soracli.formatting import argument, printable
from soracli.options import parse
from soracli.pipeline import model_cache
from soracli.pipeline.job import Job
from soracli.pipeline.request import Request
from soracli.resources import estimate as estimates
from soracli.resources.estimate import Budget, Plan
from soracli.sampling import frame_rates, windows
from soracli.system import machine
from soracli.types import Canvas, Geometry


class Estimate(NamedTuple):
    """Time and memory that a request takes, and how it is laid out for that."""

    pace: frame_rates.Pace | None  # where painted frames lie, if not at those of the canvas
    geometry: Geometry  # of what is painted
    threads: int | None  # None = as many as torch takes
    budget: Budget  # memory there is
    plan: Plan  # memory and seconds of one result


def estimate(request: Request, canvas: Canvas) -> Estimate:
    """Time and memory, within the memory there is."""
    spec, flags, card, options = request.spec, request.flags, request.card, request.options
    pace = None if request.filled or request.own else frame_rates.paced(canvas, card)
    geometry = (
        Geometry.snap(options, (1, 1, 1)) if request.own else Geometry.of(frame_rates.options(options, pace), card)
    )
    threads = None if flags.threads is None else parse.whole("--threads", flags.threads, 1, 1024)
    allowed = None if flags.max_memory is None else parse.memory(flags.max_memory)
    on_gpu = machine.gpu() if flags.device == "auto" else flags.device.startswith("cuda")
    outline, begins = pace.outline() if pace else canvas, [shot.start for shot in request.shots] or [0.0]
    segments = [] if request.filled else windows.segments(outline, geometry, card.limits.get("window", 0), begins)
    sizes = [size + len(canvas.subjects) for segment in segments for size in segment.sizes]
    cores = None if on_gpu else threads or machine.cores()
    command = functools.partial(_command, request)
    budget = Budget(allowed, command, bool(spec.length), *_room(card, on_gpu))
    expected = estimates.estimate(card, options, geometry, sizes, cores, given=bool(spec.length), pace=pace)
    expected = Plan(0, 0, 0.0, 0) if request.filled else expected.within(budget.room)
    estimates.check_tokens(expected, card, options)
    return Estimate(pace, geometry, threads, budget, expected)


def _room(card: Card, on_gpu: bool) -> tuple[int, int]:
    """Bytes where it is painted, and of main memory beside a GPU: those that are free, and those of a model in hand."""
    total, free = machine.gpu_memory() if on_gpu else machine.memory()
    return total if model_cache.holds(card) else free, machine.memory()[1] if on_gpu else 0


def _command(request: Request) -> str:
    """What to type for the same with other flags."""
    spec, model = request.spec, request.flags.model
    prompt = request.words.asked or request.words.text
    words = [argument(given["name"]) for given in spec.record.get("inputs", ())]
    words += [shlex.quote(printable(word)) for word in ([prompt] if prompt else []) + (["-m", model] if model else [])]
    return " ".join(["sora", spec.verb, *words])


def check_memory(job: Job) -> None:
    """Raise CapacityError for a job that needs more memory than it may have."""
    if found := shortage(job):
        raise CapacityError(f"{estimates.request(job.options)}: {found}", "memory")


def shortage(job: Job) -> str:
    """Why it does not fit, and what would; empty if it does. A model that an earlier call left loaded fits."""
    if model_cache.holds(job.card):
        return ""
    cores = None if job.budget.host else job.threads or machine.cores()
    return estimates.shortage(job.plan, job.card, job.options, cores, job.budget)
