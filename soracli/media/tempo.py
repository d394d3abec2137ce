"""Sound that lasts longer at the same pitch, for slow motion."""

from __future__ import annotations

from fractions import Fraction

from soracli.media.audio import Audio
from soracli.media.mix import cut, filtered

SLOWEST = 0.5  # of one filter; slower sound goes through several
AHEAD = 9 / 8  # windows by which that filter takes what it plays from too late a place, for each time that it stretches


def slowed(sound: Audio, times: float) -> Audio:
    """The same sound, `times` as long (at least 1), as high as it was. As many samples as that makes, to the sample."""
    left, chain = 1 / times, []
    window = 1 << max(sound.rate // 24, 1).bit_length()  # samples: as libavfilter chooses it
    while left < 1:
        tempo = max(left, SLOWEST)
        chain += [f"adelay={round((1 - tempo) * AHEAD * window)}S:all=1", f"atempo={tempo:.9f}"]
        left /= tempo
    slow = filtered([sound], ",".join(chain))[0] if chain else sound
    return cut(slow, Fraction(round(len(sound.samples) * times), sound.rate))
