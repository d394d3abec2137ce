"""The nouns that every module shares. NumPy only: importing this loads no torch.

Shapes: T frames, H height, W width in pixels; t, h, w the same on the latent grid.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from soracli.errors import UsageError

Frames = npt.NDArray[np.uint8]  # (T, H, W, 3) RGB, 0..255


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
    mask: float32 (T, H, W); 1 = paint, 0 = keep.
    strength: starting noise level in (0, 1]; 1 = from pure noise, less = SDEdit.
    head, tail: clips joined on unchanged before and after.
    """

    clip: Clip
    mask: npt.NDArray[np.float32]
    strength: float = 1.0
    head: Clip | None = None
    tail: Clip | None = None


@dataclass(frozen=True)
class SamplingOptions:
    """How to paint, as the user asked for it. Defaults come from the model's card.

    width, height: pixels. seconds: length; 0 = one still picture. fps: frames per second.
    steps: solver steps. guidance: classifier-free guidance scale (1 = off).
    shift: warp of the noise schedule, s*t / (1 + (s-1)*t). seed: 0 .. 2**32-1.
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
        )


@dataclass(frozen=True)
class Geometry:
    """A request snapped up to a model's grid; the result is cut back to the request.

    frames, height, width: pixels that are really painted (multiples of stride, or one still).
    keep: (frames, height, width) of the request. stride: pixels per token (time, height, width).
    """

    frames: int
    height: int
    width: int
    fps: Fraction
    stride: tuple[int, int, int]
    keep: tuple[int, int, int]

    @classmethod
    def snap(cls, options: SamplingOptions, stride: tuple[int, int, int]) -> Geometry:
        """Smallest legal geometry that holds the request."""
        time, high, wide = stride
        frames = options.frames
        return cls(
            frames=1 if frames == 1 else time * math.ceil(frames / time),
            height=high * math.ceil(options.height / high),
            width=wide * math.ceil(options.width / wide),
            fps=options.fps,
            stride=stride,
            keep=(frames, options.height, options.width),
        )

    @property
    def latent(self) -> tuple[int, int, int]:
        """(t, h, w) on the latent grid; a still is one latent frame."""
        time, high, wide = self.stride
        return max(1, self.frames // time), self.height // high, self.width // wide

    @property
    def tokens(self) -> int:
        return math.prod(self.latent)

    @property
    def is_still(self) -> bool:
        return self.frames == 1

    def notes(self) -> list[str]:
        """What a user should know about the snapping, in plain sentences."""
        frames, height, width = self.keep
        out = []
        if (height, width) != (self.height, self.width):
            out.append(
                f"{width}x{height} is not on this model's grid (multiples of {self.stride[2]}x{self.stride[1]}); "
                f"painting {self.width}x{self.height}, keeping {width}x{height}."
            )
        if frames != self.frames:
            out.append(
                f"{frames} frames is not on this model's grid (multiples of {self.stride[0]}); "
                f"painting {self.frames}, keeping {frames}."
            )
        return out


@dataclass(frozen=True)
class WeightFile:
    """One file of a model: where it comes from and what it must be.

    role: what the architecture calls it (`transformer`, `vae`, `text`, `tokenizer`, ...).
    size: bytes. sha256: hex digest. origin, licence: for people.
    """

    role: str
    name: str
    size: int
    sha256: str
    origin: str = ""
    licence: str = ""


@dataclass(frozen=True)
class Card:
    """One table of weights.toml.

    arch: key of `models.ARCHITECTURES`. params: the architecture's own hyperparameters.
    defaults: sampling defaults (width, height, seconds, fps, steps, guidance, shift, solver).
    """

    name: str
    arch: str
    about: str
    licence: str
    stride: tuple[int, int, int]
    files: tuple[WeightFile, ...]
    defaults: dict[str, Any] = field(default_factory=dict)
    params: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, Any] = field(default_factory=dict)
    repo: str = ""
    revision: str = ""
    folder: Path | None = None

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)
