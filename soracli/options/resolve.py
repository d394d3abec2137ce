"""Flags become sampling options: what was typed, a source's own form, the model's card, within the model's limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from soracli.card import Card
from soracli.errors import UsageError
from soracli.options.flags import Flags
from soracli.options.parse import clean_text, duration, guidance, rate, size, whole
from soracli.types import Clip, SamplingOptions


def options(card: Card, flags: Flags, *, still: bool, source: Clip | None = None) -> SamplingOptions:
    """The request, with the card's defaults where nothing was said, held to the card's limits. Seed 0.

    source: what is remade; its size and rate come before the card's.
    """
    base = SamplingOptions.of(card, still=still)
    base = replace(base, marked=base.marked and flags.origin.marked)
    if source is not None:
        base = _following(base, source, card, free=flags.size is None)
    fps = base.fps if flags.fps is None else rate(flags.fps)
    if not Fraction(1) <= fps <= 120:
        raise UsageError(f"--fps {flags.fps}: must be 1..120", "bad_fps")
    if still:
        for name, value in (("--duration", flags.duration), ("--fps", flags.fps)):
            if value is not None:
                raise UsageError(
                    f"{name} {value}: a picture has no length; for a clip use: sora generate", "not_for_stills"
                )
    plain = (base.width, base.height)
    width, height = plain if flags.size is None else size(flags.size, plain, card.stride, card.limits.get("side", 0))
    found = replace(
        base,
        width=width,
        height=height,
        seconds=base.seconds if flags.duration is None else duration(flags.duration, fps),
        fps=fps,
        steps=base.steps if flags.steps is None else whole("--steps", flags.steps, 1, 1000),
        guidance=base.guidance if flags.guidance is None else guidance(flags.guidance),
        negative=base.negative if flags.negative is None else clean_text(flags.negative, "--negative"),
    )
    if flags.negative is not None and found.guidance == 1:
        raise UsageError("--negative: has no effect with guidance 1; add --guidance 4, say", "no_effect")
    _check_limits(card, found)
    return found


def _following(base: SamplingOptions, source: Clip, card: Card, *, free: bool) -> SamplingOptions:
    """Size (even, as video wants it) and rate of a source, brought within the card's limits, its shape kept.

    free: whether no size was asked for, so that this one has to do.
    """
    height, width = source.frames.shape[1:3]
    low, high = card.limits.get("min_side", 16), card.limits.get("max_side", 8192)
    scale = min(Fraction(high, max(height, width)), max(Fraction(1), Fraction(low, min(height, width))))
    sides = int(width * scale) // 2 * 2, int(height * scale) // 2 * 2
    if free and min(sides) < low:
        raise UsageError(
            f"the source is {width}x{height}, and model '{card.name}' paints sides of {low}..{high} pixels; choose "
            "another shape with --size (--fit says how it is filled)",
            "bad_size",
        )
    fps = base.fps if len(source.frames) == 1 else max(min(source.fps, card.limits.get("max_fps", 120)), Fraction(1))
    return replace(base, width=max(sides[0], 16), height=max(sides[1], 16), fps=fps)


def _check_limits(card: Card, asked: SamplingOptions) -> None:
    sides = min(asked.width, asked.height), max(asked.width, asked.height)

    def sized(other: Card) -> tuple[int, int]:
        return other.limits.get("min_side", 16), other.limits.get("max_side", 8192)

    def able(other: Card) -> bool:
        return sized(other)[0] <= sides[0] and sides[1] <= sized(other)[1] and asked.fps <= _top(other)

    if not (sized(card)[0] <= sides[0] and sides[1] <= sized(card)[1]):
        low, high = sized(card)
        raise UsageError(
            f"--size {asked.width}x{asked.height}: each side must be {low}..{high} pixels with model "
            f"'{card.name}'{_instead(able)}",
            "bad_size",
        )
    if asked.fps > _top(card):
        raise UsageError(
            f"--fps {float(asked.fps):g}: must be at most {_top(card)} with model '{card.name}'{_instead(able)}",
            "bad_fps",
        )


def _top(card: Card) -> int:
    """Frames per second at most."""
    found: int = card.limits.get("max_fps", 120)
    return found


def _instead(able: Callable[[Card], bool]) -> str:
    """Which models could, to be put behind what one cannot."""
    from soracli.weights import manifest

    names = [card.name for card in manifest.cards().values() if able(card)]
    return f"; models that can: {', '.join(names)}" if names else ""
