"""The noise that painting starts from, and a mark in it: what it is painted out of says "made by soracli".

Gaussian shading (Yang et al. 2024, arXiv 2404.04956; for video VideoShield, arXiv 2501.14195): the sign of every value
comes from a key, its size from the seed. Such noise is exactly as Gaussian as any other, so pictures are no worse.
Which of 256 patterns it is depends on the seed, so that seeds differ as much as before, and the coarsest channels,
which say how bright and of what colour a place is, stay the seed's alone. The key is the same everywhere: with one of
each installation a seed would not give the same clip to two people.

It is read without prompt, seed or recipe, by one step instead of a whole inversion: what a clip's latents hold beyond
what the network expects of them is largely the trace of their noise. Over random keys z has mean 0 and deviation 1
whatever the clip, and exceeds t with a chance of at most exp(-t^2 / 2) (Hoeffding 1963).

For models whose latent frames stand alone, channels from coarse to fine. Shapes: C channels on a latent grid t, h, w.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from soracli.sampling import pixels
from soracli.sampling.model import Model
from soracli.types import Frames, Geometry, SamplingOptions

Array = npt.NDArray[np.float32]

VERSION = 1  # of the mark, as recipes tell it
PUBLIC = hashlib.sha256(b"soracli: painted from the noise of some sora").digest()  # known to everybody
PATTERNS = 256  # of each key
PERIOD = 8  # latent frames after which signs repeat, so that a clip without its beginning can be read
FOUND, DOUBTFUL = 7.0, 6.0  # z, the best over all tries
_FREE = 128  # one of so many channels, the coarsest, stays as the seed has it
_BEGINNINGS = 4  # within a latent frame; a quarter of one off, most of the trace is still there
_LEVEL = 0.95  # of the noise at which the network is asked what it expects
_LOOKED_AT = 128  # frames


@dataclass(frozen=True)
class NoiseMark:
    """The signs of a key."""

    key: bytes

    def signs(self, pattern: int, number: int, shape: tuple[int, int, int]) -> npt.NDArray[np.int8]:
        """+1 or -1 for the marked channels of latent frame `number`, (c, h, w)."""
        count = int(np.prod(shape))
        about = b"soracli noise %d " % VERSION + self.key + bytes([pattern % PATTERNS, number % PERIOD])
        drawn = np.frombuffer(hashlib.shake_256(about).digest(-(-count // 8)), np.uint8)
        return (2 * np.unpackbits(drawn, count=count).astype(np.int8) - 1).reshape(shape)

    def put(self, noise: Tensor, seed: int) -> Tensor:
        """Noise (1, C, t, h, w) of a seed with the signs of the key."""
        free = _free(noise.shape[1])
        shape = (noise.shape[1] - free, *noise.shape[3:])
        rows = [self.signs(seed, number, shape) for number in range(noise.shape[2])]
        signs = torch.from_numpy(np.stack(rows, 1)[None]).to(noise)
        return torch.cat([noise[:, :free], torch.copysign(noise[:, free:], signs)], 1)


@dataclass(frozen=True)
class Reading:
    """How strongly the best pattern of a key is in a clip. z: in standard deviations of what any one would give.

    late: the frame, of those of a latent frame, from which on it fits best. mirrored: whether it fits in a mirror.
    """

    z: float
    late: int
    mirrored: bool


def tries(frames: int) -> int:
    """How many z of a clip of so many frames are looked at, at most: patterns, beginnings and mirrors."""
    return 2 * PATTERNS * (1 if frames == 1 else PERIOD * _BEGINNINGS)


def read(model: Model, frames: Frames, fps: Fraction, key: bytes) -> Reading:
    """The best reading of a clip, frames (T, H, W, 3); the first that is found, or of all tries."""
    found = []
    for late, geometry, shown in _views(model, frames[:_LOOKED_AT], fps):
        z = _scores(_trace(model, shown, geometry), NoiseMark(key), geometry)
        found.append(Reading(float(z.max()), late, geometry.mirrored))
        if found[-1].z >= FOUND:
            break
    return max(found, key=lambda reading: reading.z)


def _free(channels: int) -> int:
    return channels // _FREE


def _views(model: Model, frames: Frames, fps: Fraction) -> Iterator[tuple[int, Geometry, Frames]]:
    """A clip as it may have been painted: cut into latent frames from some of its first frames on, and mirrored."""
    time = model.card.stride[0]
    for late in range(0, 1 if len(frames) == 1 else min(time, len(frames)), time // _BEGINNINGS):
        shown = frames[late:]
        count = len(shown) if len(frames) == 1 or len(shown) < time else len(shown) // time * time
        options = SamplingOptions.of(model.card, still=len(frames) == 1)
        height, width = frames.shape[1:3]
        options = replace(options, width=width, height=height, fps=fps)
        if len(frames) > 1:
            options = replace(options, seconds=count / fps)
        geometry = Geometry.of(options, model.card)
        shown = shown[np.minimum(np.arange(geometry.frames), count - 1)]
        for mirrored in (False, True):
            yield late, replace(geometry, mirrored=mirrored), shown


@torch.inference_mode()
def _trace(model: Model, frames: Frames, geometry: Geometry) -> Array:
    """What latents hold that was not to be expected (t, c, h, w), marked channels only."""
    time, limit = geometry.stride[0], model.card.limits.get("window", 0) or geometry.latent[0]
    rows = []
    for start in range(0, geometry.latent[0], limit):
        stop = min(start + limit, geometry.latent[0])
        chunks = [frames[number * time : (number + 1) * time] for number in range(start, stop)]
        y = torch.cat([model.encode(pixels.to_model(chunk, geometry)) for chunk in chunks], 2)
        levels = torch.full((1, *y.shape[2:]), _LEVEL)
        expected = model.predictor("", geometry.window(start, stop))((1 - _LEVEL) * y, levels, _LEVEL)
        rows.append(y - expected)
    trace = torch.cat(rows, 2)
    size = trace.square().mean((0, 2, 3, 4), keepdim=True).sqrt().clamp(min=1e-9)
    coarse = torch.arange(1, trace.shape[1] + 1)[:, None, None, None] ** -0.5  # what is fine survives least
    return (trace / size * coarse)[0, _free(trace.shape[1]) :].transpose(0, 1).numpy()


@lru_cache(maxsize=PERIOD)
def _signs(mark: NoiseMark, number: int, shape: tuple[int, int, int]) -> npt.NDArray[np.int8]:
    """Of every pattern, (PATTERNS, c * h * w): every view of a clip asks for the same."""
    return np.stack([mark.signs(pattern, number, shape).ravel() for pattern in range(PATTERNS)])


def _scores(trace: Array, mark: NoiseMark, geometry: Geometry) -> npt.NDArray[np.float64]:
    """z of every pattern and first latent frame, (PERIOD or 1, PATTERNS)."""
    count, shape = len(trace), (trace.shape[1], trace.shape[2], trace.shape[3])
    flat = trace.reshape(count, -1)
    begins = 1 if geometry.is_still else PERIOD
    out = np.zeros((begins, PATTERNS))
    for number in range(begins):
        alike = flat @ _signs(mark, number, shape).T.astype(np.float32)  # (t, PATTERNS)
        for i in range(count):
            out[(number - i) % begins] += alike[i]
    return np.asarray(out / max(float(np.sqrt((flat.astype(np.float64) ** 2).sum())), 1e-9))
