"""What a render will take, worked out before it starts and without loading anything: tokens, seconds, memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple

from soracli.card import Card
from soracli.errors import UsageError
from soracli.formatting import amount
from soracli.models.common import memory
from soracli.models.common.memory import MemoryMode, MemoryNeed, MemoryQuery
from soracli.sampling.frame_rates import Pace
from soracli.system import machine
from soracli.types import Geometry, SamplingOptions

_BYTES = 410_000_000  # interpreter, torch and the text encoder
_PRACTICE = 0.77  # of the measured rates is what a render reaches: there is work between the products, too
_HANDLING = (1.0, 2.5)  # of the rate of scaling is what every pixel of the result costs: as painted, or scaled
_DOUBLED, _DOUBLING = 45_000, 80_000_000  # what makes pictures larger: FLOP per pixel that comes out, bytes at once
_BETWEEN = 35_000  # FLOP per pixel of a frame between painted ones
_WORKED = 36  # bytes per pixel of the result: of the one frame that is worked on
_SHOWN, _HELD, _GIVEN = 6, 7, 7  # and of each frame: in hand, waiting for the encoder, and of a source
_AHEAD = 60  # frames that an encoder of video looks ahead
_SCALES, _LENGTHS = (1, 0.75, 0.5, 0.375, 0.25, 0.125), (1, 0.75, 0.5, 0.25, 0.125)  # of a request that does not fit


@dataclass(frozen=True)
class Plan:
    """tokens: latent cells of the largest window. passes: of the network, over all windows.

    seconds, peak_bytes: estimates, 0 if unknown; the bytes are of where it is painted, host_bytes of main memory beside
    a GPU. measured: the day on which this machine's rates were; empty = guesses. needs: of an open model, every manner
    of keeping memory small; manner: the one that peak_bytes are of.
    """

    tokens: int
    passes: int
    seconds: float
    peak_bytes: int
    measured: str = ""
    host_bytes: int = 0
    needs: tuple[MemoryNeed, ...] = ()
    manner: MemoryMode | None = None

    def within(self, limit: int) -> Plan:
        """With the manner that fits into so many bytes, or the leanest. limit: 0 = unknown."""
        if not self.needs:
            return self
        need = memory.chosen(self.needs, limit)
        return replace(self, peak_bytes=need.device, host_bytes=need.host, manner=need.manner)


def estimate(
    card: Card,
    options: SamplingOptions,
    geometry: Geometry,
    windows: Sequence[int],
    threads: int | None,
    *,
    given: bool = False,
    pace: Pace | None = None,
) -> Plan:
    """Count the arithmetic of a request. windows: latent frames of each. threads: of the CPU; None = an accelerator.
    given: whether a whole clip is held as well. pace: where painted frames lie, if not at those that are asked for.

    Rates are those that `sora doctor --calibrate` measured, or guesses.
    The card's table `params.cost` holds parameters (of the transformer), depth, width, context (text tokens),
    decode (FLOP per pixel), weights (bytes once loaded), token_bytes, pixel_bytes (memory per token, and per pixel
    of the chunk being decoded).
    """
    twice = 1 if options.single_pass(card.params.get("guided")) else 2
    parts = [part for count in windows for part in _passes(card, options.steps, count)]
    passes = twice * sum(part.times for part in parts)
    cells = geometry.latent[1] * geometry.latent[2] // card.patch**2
    tokens = max(windows, default=0) * cells
    cost: dict[str, Any] = card.params.get("cost", {})
    if not cost:
        return Plan(tokens, passes, 0.0, 0)
    speed = machine.rates(threads)
    seconds = speed.start
    for part in parts:
        at_work, seen = part.frames * cells, (part.before + part.frames) * cells
        attention = 4 * at_work * (seen + cost["context"]) * cost["width"] * cost["depth"]
        work = 2 * cost["parameters"] * at_work / speed.products + attention / speed.attention
        seconds += twice * part.times * work / _PRACTICE
    frames, height, width = geometry.keep
    if pace is not None:
        frames = pace.asked.frames
        seconds += pace.between * height * width * _BETWEEN / speed.convolutions / _PRACTICE
    painted = (1 if geometry.is_still else sum(windows) * geometry.stride[0]) * geometry.height * geometry.width
    seconds += painted * cost["decode"] / speed.convolutions / _PRACTICE + frames * height * width / speed.saving
    scaled = geometry.inner != (height, width)
    seconds += _HANDLING[scaled] * frames * height * width / speed.scaling
    seconds += sum(_doublings(geometry)) * _DOUBLED / speed.convolutions / _PRACTICE
    if memory.is_open(card):
        window = min(geometry.frames, (max(windows, default=1) - 1) * geometry.stride[0] + 1)
        ask = MemoryQuery(tokens, window, window if given else 1, geometry, threads is None, cells)
        return Plan(tokens, passes, seconds, 0, speed.measured, needs=memory.needs(card, ask)).within(0)
    if threads is None:
        return Plan(tokens, passes, seconds, 0, speed.measured)
    chunk = min(geometry.frames, geometry.stride[0])
    peak = _BYTES + cost["weights"] + tokens * cost["token_bytes"]
    peak += chunk * geometry.height * geometry.width * cost["pixel_bytes"]
    peak += (_WORKED + chunk * _SHOWN + min(frames, _AHEAD) * _HELD + given * frames * _GIVEN) * height * width
    peak += _DOUBLING * geometry.enlarges
    return Plan(tokens, passes, seconds, int(peak), speed.measured)


class _Part(NamedTuple):
    """Passes of the network alike. frames: latent ones at work. before: those it looks back at. times: how often."""

    frames: int
    before: int
    times: int


def _passes(card: Card, steps: int, count: int) -> list[_Part]:
    """Of a window of so many latent frames: all in every step, or a chunk at a time and once more when it is done."""
    if not (chunk := int(card.params.get("chunk", 0))):
        return [_Part(count, 0, steps)]
    opening = len(card.params.get("opening", ())) if len(card.params.get("sigmas", ())) == steps else 0
    return [
        _Part(min(chunk, count - start), start, 1 + (opening or steps if start == 0 else steps))
        for start in range(0, count, chunk)
    ]


def _doublings(geometry: Geometry) -> Iterator[int]:
    """Pixels that come out each time that a picture is made twice as large."""
    (high, wide), (_, height, width) = geometry.inner, geometry.keep
    while geometry.enlarges and (high < height or wide < width):
        high, wide = 2 * high, 2 * wide
        yield high * wide


def check_tokens(plan: Plan, card: Card, options: SamplingOptions) -> None:
    """Refuse what the model's grid cannot hold, and say what would fit."""
    limit = card.limits.get("max_tokens", plan.tokens)
    if plan.tokens > limit:
        raise UsageError(
            f"{request(options)}: is {plan.tokens:,} tokens, and model '{card.name}' takes {limit:,}; "
            f"try {_smaller(options, limit / plan.tokens)}",
            "too_long",
        )


@dataclass(frozen=True)
class Budget:
    """What memory may be used, and what to type for less.

    command: the beginning of a command line that asks for the same with other flags.
    """

    limit: int | None = None  # bytes as `--max-memory` was typed, None = what is free
    command: Callable[[], str] = str
    fixed: bool = False  # whether size and length are a source's
    free: int = 0  # bytes where it is painted, 0 = unknown
    host: int = 0  # bytes of main memory beside a GPU

    @property
    def room(self) -> int:
        """Bytes that may be used, 0 = unknown."""
        return min((bytes for bytes in (self.free, self.limit) if bytes), default=0)


def shortage(plan: Plan, card: Card, options: SamplingOptions, threads: int | None, budget: Budget) -> str:
    """What this machine's memory, or the user, does not allow, with a command that would fit; empty if all is well."""
    limit, short = budget.room, budget.host and plan.host_bytes > budget.host
    if not short and (not limit or plan.peak_bytes <= limit):
        return ""
    where = "of the GPU's memory" if threads is None else "of memory"
    need, why = plan.peak_bytes, f"--max-memory allows {amount(limit)}"
    if short:
        need, where, why = plan.host_bytes, "of main memory beside the GPU", f"{amount(budget.host)} is free"
    elif limit != budget.limit:
        why = f"{amount(limit)} is free"
    remedy = "close other programs, or use a machine with more"
    packed = None if short else _packed(card, options, threads, limit, given=budget.fixed)
    smaller = None if budget.fixed or short else fitting(card, options, threads, limit)
    if packed or smaller:
        remedy = f"this would fit: {budget.command()}{packed or smaller}"
    elif budget.fixed:
        remedy = "cut out a part of the clip, or make it smaller first"
    elif limit == budget.limit:
        least = [found.within(1).peak_bytes for _, found in _smaller_ones(card, options, threads)]
        remedy = f"the least that model '{card.name}' can do with is {amount(int(1.02 * min([need, *least])))}"
    return f"needs about {amount(need)} {where}, {why}; {remedy}"


def _packed(card: Card, options: SamplingOptions, threads: int | None, limit: int, *, given: bool) -> str | None:
    """The flag that makes an open model's weights small enough; None if there is none."""
    if not memory.is_open(card) or card.options.packing:
        return None
    geometry = Geometry.of(options, card)
    seen = min(geometry.latent[0], card.limits.get("window") or geometry.latent[0])
    smaller = replace(card, options=replace(card.options, packing="int8"))
    found = estimate(smaller, options, geometry, [seen], threads, given=given).within(limit)
    return " --weights int8" if found.peak_bytes <= limit else None


def fitting(card: Card, options: SamplingOptions, threads: int | None, limit: int) -> str | None:
    """The flags of the largest request of the same shape that needs at most `limit` bytes; None if there is none."""
    for flags, found in _smaller_ones(card, options, threads):
        found = found.within(limit)
        if 0 < found.peak_bytes <= limit and found.tokens <= card.limits.get("max_tokens", found.tokens):
            return flags
    return None


def _smaller_ones(card: Card, options: SamplingOptions, threads: int | None) -> Iterator[tuple[str, Plan]]:
    """Requests of the same shape, from large to small: their flags, and what they need."""
    lengths = _LENGTHS if options.seconds else (1,)
    low = card.limits.get("min_side", 16)
    for share, scale, length in sorted(((s * s * n, s, n) for s in _SCALES for n in lengths), reverse=True):
        width, height = (int(side * scale) // 2 * 2 for side in (options.width, options.height))
        frames = max(1, round(options.frames * length))
        if share == 1 or min(width, height) < low:
            continue
        seconds = Fraction(frames) / options.fps if options.seconds else Fraction(0)
        asked = replace(options, width=width, height=height, seconds=seconds)
        geometry = Geometry.of(asked, card)
        seen = min(geometry.latent[0], card.limits.get("window") or geometry.latent[0])
        flags = f" -s {width}x{height}" + (f" -d {float(seconds):.4g}s" if options.seconds else "")
        yield flags, estimate(card, asked, geometry, [seen], threads)


def request(options: SamplingOptions) -> str:
    """What was asked for, in words: `640x360 for 4s`."""
    length = f" for {float(options.seconds):g}s" if options.seconds else ""
    return f"{options.width}x{options.height}{length}"


def _smaller(options: SamplingOptions, share: float) -> str:
    """A request with about `share` of the tokens: shorter, or if it is a still (or hopeless) smaller."""
    seconds = int(10 * float(options.seconds) * share * 0.95) / 10
    scale = (share * 0.95) ** 0.5
    sides = f"--size {max(64, int(options.width * scale) // 32 * 32)}x{max(64, int(options.height * scale) // 32 * 32)}"
    return f"--duration {seconds:g}s or {sides}" if seconds >= 0.5 else sides
