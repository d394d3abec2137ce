"""The nouns that every module shares. NumPy only: importing this loads no torch.

Shapes: T frames, H height, W width in pixels; t, h, w the same on the latent grid.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from soracli.card import Card
from soracli.errors import UsageError

if TYPE_CHECKING:
    from soracli.draft import Draft

Frames = npt.NDArray[np.uint8]  # (T, H, W, 3) RGB, 0..255
Mask = npt.NDArray[np.float32]  # (T, H, W), 1 = paint, 0 = keep


@dataclass(frozen=True)
class Clip:
    """Pixels with a rate. A still picture is T = 1.

    frames: uint8 (T, H, W, 3) RGB. fps: frames per second, exact.
    """

    frames: Frames
    fps: Fraction

    @property
    def seconds(self) -> Fraction:
        return Fraction(len(self.frames)) / self.fps


@dataclass(frozen=True)
class Canvas:
    """What the sampler is to paint: a clip, and which of its pixels to paint over.

    clip: what is given; pixels under mask 1 are filler.
    mask: float32 (T, H, W); 1 = paint, 0 = keep; between them both are mixed (a soft rim).
    strength: in (0, 1], from how far up the noise schedule painting starts; 1 = from pure noise, less = SDEdit.
    head, tail: clips joined on unchanged before and after.
    show: first and last + 1 of the frames that belong to the result; the others only lead up to it.
    loop: the result is to be shown over and over, so its end has to meet its beginning.
    context: given frames that the network sees beside those it paints; 0 = as many as are useful.
    draft: what is known in pixels of what is to be painted, and is laid over it.
    again: rising numbers of frames: so many were painted from the same seed in an earlier canvas that ended there (the
    last one of several, each of which began as the one before it). They get the noise and the windows that they had, so
    that the same is painted, and the rest goes on from it.
    hint: float32 (T, H, W), 1 = what is painted there starts from the clip's own pixels, at a lower noise level than
    elsewhere; None = nowhere.
    subjects: pictures of whom or what is to be seen, uint8 (1, H, W, 3) of any size in whole latent cells each, for
    networks that are shown them beside what they paint.
    notes: what the user should know about how it was made.
    """

    clip: Clip
    mask: Mask
    strength: float = 1.0
    head: Clip | None = None
    tail: Clip | None = None
    show: tuple[int, int] | None = None
    loop: bool = False
    context: int = 0
    draft: Draft | None = None
    again: tuple[int, ...] = ()
    hint: Mask | None = None
    subjects: tuple[Frames, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def shown(self) -> slice:
        """The frames of the clip that belong to the result."""
        return slice(*(self.show or (0, len(self.clip.frames))))

    @property
    def frames(self) -> int:
        """Length of the result, head and tail included."""
        ends = sum(len(part.frames) for part in (self.head, self.tail) if part is not None)
        first, last = self.show or (0, len(self.clip.frames))
        return last - first + ends

    def painted(self, start: int, stop: int) -> Mask:
        """The mask of frames start .. stop of the result; head and tail are kept, so 0."""
        mask = self.mask[self.shown]
        before = 0 if self.head is None else len(self.head.frames)
        first, last = max(start, before), min(stop, before + len(mask))
        if (first, last) == (start, stop):
            return mask[start - before : stop - before]
        kept = np.broadcast_to(np.float32(0), (stop - start, *mask.shape[1:]))  # without the memory
        if first >= last:
            return kept
        whole = kept.copy()
        whole[first - start : last - start] = mask[first - before : last - before]
        return whole


class Shot(NamedTuple):
    """A prompt and the time from which it holds, in seconds."""

    start: float
    prompt: str
    seed: int | None = None  # of its noise, where that is not the clip's


@dataclass(frozen=True)
class Window:
    """What a network sees at once: pictures of given moments first, then consecutive latent frames.

    stills: seconds from the first frame. chunks: how many latent frames follow; 0 = the pictures are all there is.
    height, width: in cells. control: what the model made of given pixels for its own network, no one else's business.
    """

    stills: tuple[float, ...]
    chunks: int
    height: int
    width: int
    fps: Fraction
    control: Any = field(default=None, compare=False)


@dataclass(frozen=True)
class SamplingOptions:
    """How to paint, as the user asked for it. Defaults come from the model's card.

    width, height: pixels. seconds: length; 0 = one still picture. fps: frames per second.
    steps: solver steps. guidance: classifier-free guidance scale (1 = off).
    shift: warp of the noise schedule, s*t / (1 + (s-1)*t). seed: 0 .. 2**32-1. marked: as `noise_mark` does the noise.
    """

    model: str
    width: int
    height: int
    seconds: Fraction
    fps: Fraction
    steps: int
    guidance: float
    negative: str = ""
    shift: float = 1.0
    solver: str = "euler"
    seed: int = 0
    marked: bool = False

    def __post_init__(self) -> None:
        if self.width < 16 or self.height < 16 or max(self.width, self.height) > 8192:
            raise UsageError(f"--size {self.width}x{self.height}: each side must be 16..8192 pixels", "bad_size")
        if not 0 <= self.seconds <= 3600:
            raise UsageError(f"--duration {float(self.seconds):g}s: must be 0..3600 seconds", "bad_duration")
        if not Fraction(1) <= self.fps <= 120:
            raise UsageError(f"--fps {float(self.fps):g}: must be 1..120", "bad_fps")
        if not 1 <= self.steps <= 1000:
            raise UsageError(f"--steps {self.steps}: must be 1..1000", "bad_steps")
        if not (math.isfinite(self.guidance) and 0 <= self.guidance <= 100):
            raise UsageError(f"--guidance {self.guidance:g}: must be 0..100 (1 = off)", "bad_guidance")
        if not 0 <= self.seed < 2**32:
            raise UsageError(f"--seed {self.seed}: must be 0..4294967295", "bad_seed")

    @property
    def frames(self) -> int:
        """Pixel frames asked for, at least one."""
        return max(1, round(self.seconds * self.fps))

    def single_pass(self, guided: Sequence[float] | None) -> bool:
        """Whether one pass a step does: guidance is off, or inside the network, whose scales are `guided`."""
        inside = guided is not None and not self.negative and guided[0] <= self.guidance <= guided[1]
        return inside or self.guidance == 1

    @classmethod
    def of(cls, card: Card, *, still: bool = False) -> SamplingOptions:
        """What the card says for a request that says nothing itself."""
        base = card.defaults | (card.defaults.get("still", {}) if still else {})
        return cls(
            model=card.name,
            width=base["width"],
            height=base["height"],
            seconds=Fraction(0) if still else Fraction(base["seconds"]),
            fps=Fraction(base["fps"]),
            steps=base["steps"],
            guidance=float(base.get("guidance", 1.0)),
            negative=base.get("negative", ""),
            shift=float(base.get("shift", 1.0)),
            solver=base.get("solver", "euler"),
            marked=not card.causal,
        )


@dataclass(frozen=True)
class Geometry:
    """A request on a model's grid: what is painted, and what of it is the result.

    frames, height, width: pixels that are really painted (multiples of stride, or one still). keep: (frames, height,
    width) of the result. inner: (height, width) of the painted part that becomes the result; where it differs from
    `keep`, pictures are scaled on the way in and out. stride: pixels per token (time, height, width). mirrored: the
    model sees and paints the result in a mirror. causal: a causal VAE: latent frames depend on those before them, and
    the first is one frame; else they are independent. patch: cells that the network takes together, both ways.
    """

    frames: int
    height: int
    width: int
    fps: Fraction
    stride: tuple[int, int, int]
    keep: tuple[int, int, int]
    inner: tuple[int, int]
    mirrored: bool = False
    causal: bool = False
    patch: int = 1

    @classmethod
    def of(cls, options: SamplingOptions, card: Card) -> Geometry:
        """A request on the grid of a card's model."""
        return cls.snap(options, card.stride, card.limits.get("side", 0), card.patch, causal=card.causal)

    @classmethod
    def snap(
        cls,
        options: SamplingOptions,
        stride: tuple[int, int, int],
        side: int = 0,
        patch: int = 1,
        *,
        causal: bool = False,
    ) -> Geometry:
        """Smallest legal geometry that holds the request.

        side: pixels of the shorter side that the weights were trained at; every request is painted at that size and
        scaled. 0 = requests are painted at their own size. patch: cells that the network takes together, both ways.
        """
        time, high, wide = stride[0], stride[1] * patch, stride[2] * patch
        lead = 1 if causal else 0
        frames, scale = options.frames, side / min(options.height, options.width) if side else 1
        height, width = round(options.height * scale), round(options.width * scale)
        return cls(
            frames=1 if frames == 1 else lead + time * math.ceil((frames - lead) / time),
            height=high * math.ceil(height / high),
            width=wide * math.ceil(width / wide),
            fps=options.fps,
            stride=stride,
            keep=(frames, options.height, options.width),
            inner=(height, width),
            causal=causal,
            patch=patch,
        )

    @property
    def latent(self) -> tuple[int, int, int]:
        """(t, h, w) on the latent grid; a still is one latent frame."""
        time, high, wide = self.stride
        count = 1 + (self.frames - 1) // time if self.causal else max(1, self.frames // time)
        return count, self.height // high, self.width // wide

    def span(self, number: int) -> slice:
        """The frames of a latent frame."""
        time, lead = self.stride[0], 1 if self.causal else 0
        return slice(max(0, lead + (number - lead) * time), lead + (number + 1 - lead) * time)

    @property
    def tokens(self) -> int:
        """Number of latent cells."""
        return math.prod(self.latent)

    @property
    def is_still(self) -> bool:
        """Whether it is a picture: one frame."""
        return self.frames == 1

    @property
    def enlarges(self) -> bool:
        """Whether a network makes the result larger than it is painted: pictures alone are worth its time."""
        return self.is_still and self.inner[0] < self.keep[1]

    def window(self, start: int, stop: int, keys: Sequence[int] = ()) -> Window:
        """The latent frames start .. stop, with the frames `keys` (of the whole clip) as stills before them."""
        _, height, width = self.latent
        if self.is_still and not self.causal:
            return Window((0.0,), 0, height, width, self.fps)
        first = start * self.stride[0]
        return Window(tuple(float((key - first) / self.fps) for key in keys), stop - start, height, width, self.fps)

    @property
    def steps(self) -> tuple[int, int]:
        """Height and width are multiples of these."""
        return self.stride[1] * self.patch, self.stride[2] * self.patch

    def notes(self) -> list[str]:
        """What a user should know about the snapping, in plain sentences."""
        frames, height, width = self.keep
        out = []
        if self.inner != (height, width):
            how = "enlarged" if self.inner[0] < height else "reduced"
            out.append(
                f"this model paints pictures of {min(self.inner)} lines; "
                f"painting {self.inner[1]}x{self.inner[0]}, {how} to {width}x{height}"
                f"{', as sora enhance does' if self.enlarges else ''}."
            )
        elif (height, width) != (self.height, self.width):
            out.append(
                f"{width}x{height} is not on this model's grid (multiples of {self.steps[1]}x{self.steps[0]}); "
                f"painting {self.width}x{self.height}, keeping {width}x{height}."
            )
        if frames != self.frames:
            out.append(
                f"{frames} frames is not on this model's grid (multiples of {self.stride[0]}"
                f"{', and one' if self.causal else ''}); painting {self.frames}, keeping {frames}."
            )
        return out
