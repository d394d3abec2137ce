"""Whether what was painted can be shown beside what it was painted from: roughness, saturation, emptiness. NumPy only.

Where a network is given what it has never seen it paints noise, glaring colours or fog. All three can be measured, and
no frame that fails is delivered. Frames are uint8 (T, H, W, 3), RGB.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from soracli.types import Canvas, Frames, Mask

Plane = npt.NDArray[np.bool_]  # (H, W)

# python benchmarks/accept.py --assets DIR --renderer: the 95th percentile of what spark was trained on
RENDERER_HIGH, RENDERER_CHROMA, RENDERER_CLIPPED = 23.0, 98.0, 0.01

MOST = 1.3  # times the high-band power that was given
FLOOR = 1.0  # of high-band power, levels squared: less is as good as none
FOG, BARE = 0.1, 0.3  # least high-band power, of what was given that has detail, and where nothing was: a clear sky's
CHROMA = (1.35, 6.0)  # times the mean difference of channels, plus so many levels
CLIPPED = 0.05  # share of pixels at 0 or 255, beyond that of what was given
STILL = 0.08  # levels between frames that are 1/16 s apart: less is no motion
SLOW = 0.1  # of the given frames' motion: less is none
REPEATED = 0.3  # share of painted frames that may be the one before
STEP = (6.0, 3.0)  # levels of a frame's mean colour from one frame to the next, or times the given frames' largest step

STYLES = 6.0  # times as rough as that: what a style may draw
ROUGH = 2.0  # times the high-band power of what was given, or of the renderer if that is more: withheld
GLARING = (1.6, 12.0)  # as CHROMA, of the more colourful of the two: withheld
ENDS = 0.2  # as CLIPPED: withheld
EMPTY = (0.02, 0.12)  # times the high-band power of what was given: less is fog, and withheld. Of what a model was
# trained on, whose own clips keep 0.04 and more where things leave them; and of what it was not, which turns to fog
RICH = 8.0  # high-band power that is given, below which nothing is too empty
LOOKED = 24  # frames of what is given that are measured, at most


# --- measures ---------------------------------------------------------------------------------------------------------


class Figures(NamedTuple):
    """Of frames. high: power above half the highest frequency, levels squared. chroma: mean difference of the largest
    and least channel. clipped: share of pixels with two channels at their ends (a blue sky has one). motion: mean
    jump, levels, frames 1/16 s apart. repeats: share of frames that are the one before. step: largest change of the
    mean colour between frames.
    """

    high: float
    chroma: float
    clipped: float
    motion: float
    repeats: float
    step: float


def high_band(frames: Frames, where: Plane | None = None) -> float:
    """Mean power of what a binomial blur of luminance takes away: (T, H, W, 3) and a mask (H, W) -> levels squared.
    The median over frames."""
    return float(np.median([_high(frame, where) for frame in frames]))


def detail(frame: Frames) -> npt.NDArray[np.float32]:
    """Power of what a binomial blur of luminance takes away, at each pixel: (H, W, 3) -> (H, W), levels squared."""
    luma = frame.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    blurred = luma
    for axis in (0, 1):
        ends = np.concatenate([blurred.take([0], axis), blurred, blurred.take([-1], axis)], axis)
        count = blurred.shape[axis]
        sides = [ends.take(range(i, i + count), axis) for i in range(3)]
        blurred = (sides[0] + 2 * sides[1] + sides[2]) / 4
    power: npt.NDArray[np.float32] = (luma - blurred) ** 2
    return power


def _high(frame: Frames, where: Plane | None) -> float:
    power = detail(frame)
    return float(power.mean() if where is None else power[where].mean())


def chroma(pixels: npt.NDArray[np.integer]) -> float:
    """Mean difference of the largest and least channel of pixels (..., 3), levels."""
    return float((pixels.max(-1).astype(np.int16) - pixels.min(-1)).mean())


def clipped(pixels: npt.NDArray[np.integer]) -> float:
    """Share of pixels (..., 3) with two channels at their ends."""
    return float((((pixels == 0) | (pixels == 255)).sum(-1) >= 2).mean())


def figures(frames: Frames, fps: Fraction, where: Plane | None = None) -> Figures:
    """Of frames (T, H, W, 3), or of a part (H, W) of each."""
    inside = np.ones(frames.shape[1:3], bool) if where is None else where
    pixels = frames[:, inside].astype(np.int16)  # (T, N, 3)
    apart = max(1, round(fps / 16))
    jumps = [float(np.abs(b - a).mean()) for a, b in itertools.pairwise(pixels)]
    far = [float(np.abs(b - a).mean()) for a, b in zip(pixels, pixels[apart:], strict=False)]
    steps = np.abs(np.diff(pixels.mean(1), axis=0))
    return Figures(
        high_band(frames, where),
        chroma(pixels),
        clipped(pixels),
        float(np.median(far)) * float(fps / 16 / apart) if far else 0.0,
        float(np.mean([jump < 0.01 for jump in jumps])) if jumps else 0.0,
        float(steps.max()) if len(steps) else 0.0,
    )


def faults(made: Figures, given: Figures | None, *, moves: bool) -> list[str]:
    """What is wrong with painted frames. given: of what they were painted from; None = nothing, the renderer's hold."""
    power = RENDERER_HIGH if given is None else given.high
    colour = RENDERER_CHROMA if given is None else given.chroma
    ends = RENDERER_CLIPPED if given is None else given.clipped
    found = []
    if made.high > max(MOST * power, FLOOR):
        found.append(f"high band {made.high / max(power, 1e-3):.2f}x")
    if made.high < (BARE if given is None else FOG * given.high if given.high > RICH else 0.0):
        found.append(f"fog: high band {made.high:.2f}" + ("" if given is None else f", given {given.high:.1f}"))
    if made.chroma > CHROMA[0] * colour + CHROMA[1]:
        found.append(f"saturated {made.chroma:.0f}, given {colour:.0f}")
    if made.clipped > ends + CLIPPED:
        found.append(f"clipped {100 * made.clipped:.0f} %")
    least = STILL if given is None else max(STILL, SLOW * given.motion)
    if moves and (made.motion < least or made.repeats > REPEATED):
        found.append(f"frozen: {made.motion:.2f} levels, {100 * made.repeats:.0f} % repeated")
    if made.step > max(STEP[0], STEP[1] * (0.0 if given is None else given.step)):
        found.append(f"colour jumps by {made.step:.0f}")
    return found


# --- what is withheld -------------------------------------------------------------------------------------------------


class Look(NamedTuple):
    """Of one frame, or a part of it: as in Figures."""

    high: float
    chroma: float
    clipped: float

    @classmethod
    def at(cls, frame: Frames, where: Plane) -> Look:
        """A frame (H, W, 3), where a mask (H, W) is set; it is somewhere."""
        return cls(_high(frame, where), chroma(frame[where]), clipped(frame[where]))


class Guard:
    """Looks at the frames of one result as they come, `add` and `add` again, and says in `fault` why it is withheld.

    told: whether a prompt says what is to be painted; in a part of the picture, or over a clip, it may be more
    colourful then. far: whether what is given is unlike what the model was trained on. styled: whether a look was asked
    for that changes colours and contours; then only noise is withheld.
    """

    def __init__(self, canvas: Canvas, *, told: bool = False, styled: bool = False, far: bool = False) -> None:
        self.canvas, self.told, self.styled, self.far = canvas, told, styled, far
        self.given = _given(canvas)
        self.whole: list[Look] = []  # of frames that were painted as a whole
        self.parts: list[Look] = []  # of painted parts
        self._count = 0

    def add(self, frames: Frames) -> None:
        """The next frames of the result."""
        start = self._count
        self._count += len(frames)
        if not self.given:
            return
        for frame, mask in zip(frames, self.canvas.painted(start, self._count), strict=True):
            if (painted := mask > 0).any():
                (self.whole if painted.all() else self.parts).append(Look.at(frame, painted))

    def fault(self) -> str:
        """Why the result is withheld, with the figure; empty if it is not."""
        if not self.given:
            return ""
        goes_on = self.canvas.strength == 1  # what is painted belongs to what is given, whatever the prompt
        for looks, bound in ((self.whole, goes_on or not self.told), (self.parts, not self.told)):
            if looks and (why := self._beyond(looks, bound=bound and not self.styled)):
                return why
        usual = float(np.median([look.high for look in self.given]))
        for looks in (self.whole if goes_on else [], self.parts if self.far else []):
            if looks and usual > RICH and not self.styled:
                low = float(np.percentile([look.high for look in looks], 20))
                if low < EMPTY[self.far] * usual:
                    return f"it has {100 * low / usual:.1f} % of the detail of what it was made from"
        return ""

    def _beyond(self, looks: Sequence[Look], *, bound: bool) -> str:
        """What painted frames have too much of. bound: whether their colours have to be those that were given."""
        power, colour, ends = (max(column) for column in zip(*self.given, strict=True))
        made = [float(np.percentile(column, 80)) for column in zip(*looks, strict=True)]
        if made[0] > ROUGH * max(power, RENDERER_HIGH) * (STYLES if self.styled else 1):
            return f"it is {made[0] / max(power, FLOOR):.1f} times as rough as what it was made from"
        if bound and made[1] > GLARING[0] * max(colour, RENDERER_CHROMA / 2) + GLARING[1]:
            return f"its colours are {made[1] / max(colour, 1.0):.1f} times as strong as those of what it was made from"
        if bound and made[2] > max(ends, RENDERER_CLIPPED) + ENDS:
            return f"{100 * made[2]:.0f} % of it are glaring or black, {100 * ends:.0f} % of what it was made from"
        return ""


def _given(canvas: Canvas) -> list[Look]:
    """What was given: whole frames, the rest of frames that are painted in part, or what is painted from itself."""
    clip, found = canvas.clip.frames, []
    parts = [(frame, mask) for frame, mask in zip(clip, canvas.mask, strict=True) if (mask == 0).any()]
    if canvas.strength < 1:
        parts = [(frame, np.zeros_like(mask)) for frame, mask in zip(clip, canvas.mask, strict=True)]
    for part in (canvas.head, canvas.tail):
        if part is not None:
            parts += [(frame, np.zeros(frame.shape[:2], np.float32)) for frame in part.frames]
    for frame, mask in _spread(parts):
        found.append(Look.at(frame, mask == 0))
    return found


def _spread(parts: Sequence[tuple[Frames, Mask]]) -> Sequence[tuple[Frames, Mask]]:
    return parts if len(parts) <= LOOKED else [parts[i * len(parts) // LOOKED] for i in range(LOOKED)]
