"""From the times at which frames are shown, even or not, to a constant rate and how often it shows each of them.

Every frame stays where that is possible: one that is held is repeated, at the rate of the shortest usual delay.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

MAX_RATE = 120  # frames per second
_ROUNDED, _STATED, _UNEVEN = Fraction(1, 8), Fraction(3, 8), Fraction(3, 4)  # of a frame, that its time may be off
_FEW = Fraction(5, 4)  # slots per frame up to which gaps between steady frames are frames that were dropped
_RARE = 20  # of so many delays one may be shorter than what counts as usual


@dataclass(frozen=True)
class Schedule:
    """fps: a constant rate. shown: how often it shows each frame; 0 = left out. note: what that changes, or empty."""

    fps: Fraction
    shown: tuple[int, ...]
    note: str = ""

    @property
    def frames(self) -> int:
        return sum(self.shown)


def schedule(
    times: Sequence[Fraction], end: Fraction, stated: Fraction, *, tick: Fraction | None = None,
    made: Fraction | None = None,
) -> Schedule:  # fmt: skip
    """How to take frames that begin at rising `times`, the last of which lasts until `end`, all in seconds.

    stated: frames per second that the file gives. tick: seconds in which the file counts, if its times are what was
    meant but for that, as in animated pictures; None = they are what a camera's clock came to. made: the rate that our
    own recipe gives, and encoders that merge equal neighbours do not tell; it counts where it fits.
    """
    times, end = [time - times[0] for time in times], end - times[0]
    if made is not None and _fits([*times, end], made, _STATED):
        slots = [round(time * made) for time in (*times, end)]
        if all(b > a for a, b in itertools.pairwise(slots)):
            return Schedule(made, _lengths(slots))
    rates = _whole_rates(times, stated)
    for found in (
        _steady(times, end, rates, _ROUNDED, tick or Fraction(0)),
        _dropped(times, end),
        None if tick is not None else _steady(times, end, rates, _UNEVEN),
    ):
        if found is not None:
            return found
    return _uneven(times, end)


def _whole_rates(times: Sequence[Fraction], stated: Fraction) -> list[Fraction]:
    """Rates at which frames may come: as stated, the mean rate made whole, that of television, the mean itself."""
    measured = (len(times) - 1) / times[-1] if times[-1] > 0 else stated
    whole = Fraction(max(round(measured), 1))
    return [stated, whole, whole * Fraction(1000, 1001), measured.limit_denominator(1001)]


def _steady(
    times: Sequence[Fraction], end: Fraction, rates: Iterable[Fraction], slack: Fraction, tick: Fraction = Fraction(0)
) -> Schedule | None:
    """Every frame once, but for a last one that is held. slack: of a frame, or a tick if that is more."""
    for rate in rates:
        most = max(slack, min(tick * rate, _STATED))
        if all(abs(time * rate - index) < most for index, time in enumerate(times)):
            if rate > MAX_RATE:
                return _thinned(len(times), rate)
            last = max(1, math.ceil((end - times[-1]) * rate - Fraction(3, 4)))
            held = f"holds its last frame for {float(last / rate):.3g} s; it is repeated" if last > 1 else ""
            return Schedule(rate, (1,) * (len(times) - 1) + (last,), held)
    return None


def _thinned(count: int, rate: Fraction) -> Schedule:
    """Every second, third, ... frame of film that is too fast, the first and the last among them."""
    step = math.ceil(rate / MAX_RATE)
    wanted = min(count, max(2, -(-count // step)))
    kept = {round(Fraction(index * (count - 1), max(1, wanted - 1))) for index in range(wanted)}
    note = (
        f"runs at {float(rate):g} frames per second; taken at {float(rate / step):g}, evenly, "
        f"so that {count - len(kept)} of its {count} frames are left out"
    )
    return Schedule(rate / step, tuple(int(index in kept) for index in range(count)), note)


def _usual(times: Sequence[Fraction], end: Fraction) -> Fraction:
    """The shortest usual delay: the middle one of those that are about as short as the shortest, rare ones aside."""
    delays = sorted(b - a for a, b in itertools.pairwise((*times, end)) if b > a)
    if not delays:
        return Fraction(1)
    short = delays[len(delays) // _RARE]
    alike = [delay for delay in delays if short <= delay < short * Fraction(3, 2)]
    return alike[len(alike) // 2]


def _grids(times: Sequence[Fraction], end: Fraction) -> list[Fraction]:
    """Rates near that of the shortest usual delay, the plainest first."""
    usual = _usual(times, end)
    rate = 1 / usual
    slots = sum(max(1, round((b - a) * rate)) for a, b in itertools.pairwise((*times, end)))
    whole = [Fraction(number) for number in (round(rate), math.floor(rate), math.ceil(rate)) if number]
    return [*whole, *(r * Fraction(1000, 1001) for r in whole), rate, Fraction(slots) / max(end, usual)]


def _dropped(times: Sequence[Fraction], end: Fraction) -> Schedule | None:
    """Frames of one rate of which a few are missing."""
    for rate in _grids(times, end):
        slots = [round(time * rate) for time in (*times, end)]
        few = rate <= MAX_RATE and slots[-1] <= _FEW * len(times)
        if few and _fits(times, rate, _ROUNDED) and all(b > a for a, b in itertools.pairwise(slots)):
            return _held(rate, slots)
    return None


def _uneven(times: Sequence[Fraction], end: Fraction) -> Schedule:
    rates = [rate for rate in _grids(times, end) if rate <= MAX_RATE]
    fitting = (rate for rate in rates if _fits(times, rate, _ROUNDED))
    rate = next(fitting, rates[0] if rates else Fraction(MAX_RATE)).limit_denominator(1001)
    slots = [0]
    for time in times[1:]:
        slot = round(time * rate)
        if slot <= slots[-1] and slots[-1] + 1 - time * rate < 1:  # a little early: the next one, so as not to be lost
            slot = slots[-1] + 1
        slots.append(max(slot, slots[-1]))
    return _held(rate, [*slots, max(round(end * rate), slots[-1] + 1)])


def _held(rate: Fraction, slots: Sequence[int]) -> Schedule:
    shown = _lengths(slots)
    lost = shown.count(0)
    what = f"{lost} of its {len(shown)} frames are left out" if lost else "frames that are held are repeated"
    return Schedule(
        rate, shown, f"has frames of uneven length; taken at a steady {float(rate):.6g} per second, and {what}"
    )


def _fits(times: Iterable[Fraction], rate: Fraction, slack: Fraction) -> bool:
    return all(abs(time * rate - round(time * rate)) <= slack for time in times)


def _lengths(slots: Sequence[int]) -> tuple[int, ...]:
    return tuple(b - a for a, b in itertools.pairwise(slots))
