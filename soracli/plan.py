"""What a render will take, worked out before it starts and without loading anything: tokens, seconds, memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from soracli import machine
from soracli.errors import CapacityError, UsageError
from soracli.types import Card, Geometry, SamplingOptions
from soracli.wording import amount

# Rates that arithmetic reaches in practice, not peaks. `sora` prints them as estimates only.
_CPU, _GPU = 4.0e10, 5.0e13  # FLOP per second; of one thread, of one accelerator
_SECONDS = 3.0  # to start and load
_BYTES = 450_000_000  # interpreter, torch and the text encoder


@dataclass(frozen=True)
class Plan:
    """tokens: latent cells of the largest window. passes: of the network, over all windows.

    seconds, peak_bytes: estimates, 0 if unknown.
    """

    tokens: int
    passes: int
    seconds: float
    peak_bytes: int


def estimate(
    card: Card, options: SamplingOptions, geometry: Geometry, windows: Sequence[int], threads: int | None
) -> Plan:
    """Count the arithmetic of a request. windows: latent frames of each. threads: of the CPU; None = an accelerator.

    The card's table `params.cost` holds parameters (of the transformer), depth, width, context (text tokens),
    decode (FLOP per pixel), weights (bytes once loaded), token_bytes, pixel_bytes (memory per token, and per pixel
    of the chunk being decoded).
    """
    each = options.steps * (1 if options.guidance == 1 or card.params.get("dit", {}).get("few") else 2)
    passes = each * len(windows)
    cells = geometry.latent[1] * geometry.latent[2] // card.patch**2
    tokens = max(windows, default=0) * cells
    cost: dict[str, Any] = card.params.get("cost", {})
    if not cost:
        return Plan(tokens, passes, 0.0, 0)
    once = 0
    for count in windows:
        attention = 4 * count * cells * (count * cells + cost["context"]) * cost["width"] * cost["depth"]
        once += 2 * cost["parameters"] * count * cells + attention
    pixels = (
        sum(windows) * geometry.stride[0] * geometry.height * geometry.width
        if not geometry.is_still
        else (geometry.height * geometry.width)
    )
    seconds = _SECONDS + (each * once + pixels * cost["decode"]) / (_GPU if threads is None else _CPU * threads)
    if threads is None:
        return Plan(tokens, passes, seconds, 0)
    chunk = min(geometry.frames, geometry.stride[0]) * geometry.height * geometry.width
    peak = _BYTES + cost["weights"] + tokens * cost["token_bytes"] + chunk * cost["pixel_bytes"]
    return Plan(tokens, passes, seconds, int(peak))


def check_tokens(plan: Plan, card: Card, options: SamplingOptions) -> None:
    """Refuse what the model's grid cannot hold, and say what would fit."""
    limit = card.limits.get("max_tokens", plan.tokens)
    if plan.tokens > limit:
        raise UsageError(
            f"{_request(options)}: is {plan.tokens:,} tokens, and model '{card.name}' takes {limit:,}; "
            f"try {_smaller(options, limit / plan.tokens)}",
            "too_long",
        )


def check_memory(plan: Plan, options: SamplingOptions) -> None:
    """Refuse what this machine's memory cannot hold, and say what would fit."""
    _, free = machine.memory()
    if free and plan.peak_bytes > free:
        raise CapacityError(
            f"{_request(options)}: needs about {amount(plan.peak_bytes)} of memory, "
            f"{amount(free)} is free; try {_smaller(options, free / plan.peak_bytes)}",
            "memory",
        )


def _request(options: SamplingOptions) -> str:
    length = f" for {float(options.seconds):g}s" if options.seconds else ""
    return f"{options.width}x{options.height}{length}"


def _smaller(options: SamplingOptions, share: float) -> str:
    """A request with about `share` of the tokens: shorter, or if it is a still (or hopeless) smaller."""
    seconds = int(10 * float(options.seconds) * share * 0.95) / 10
    scale = (share * 0.95) ** 0.5
    sides = f"--size {max(64, int(options.width * scale) // 32 * 32)}x{max(64, int(options.height * scale) // 32 * 32)}"
    return f"--duration {seconds:g}s or {sides}" if seconds >= 0.5 else sides
