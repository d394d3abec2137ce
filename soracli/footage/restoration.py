"""What is done to photographs and films: twice the size, frames between frames, less noise; and which networks do it.

For size and rate there are two sets: `photo` (waifu2x and RIFE, which learnt from photographs and films) and `drawing`
(our own, which learnt from drawn ones). Which is better for a source is measured on the source itself.
Frames are float (3, H, W) in [-1, 1].
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from soracli.footage import optical_flow
from soracli.models.common import quantise
from soracli.models.enhance import Enhancer, banded
from soracli.models.photo import Denoiser, Doubler
from soracli.weights import manifest

T = TypeVar("T")

ENGINES = ("photo", "drawing")
TOOL = "photo"  # of the weights
WINDOW = 192  # pixels on a side of what is enlarged to measure
LINES = 360  # pixels on the shorter side of frames that are left out to measure, at most about
PLACES = 3  # of a clip that are measured
STILL = 1e-5  # mean square between neighbours from which there is motion to measure
BLOCK = 16  # pixels on a side over which noise is measured
CALM = 0.1  # share of the blocks, the calmest, whose deviation is taken for noise
LEAST = 1.5  # deviation of noise, in levels of 255, below which `auto` leaves a source alone
MOST = 50  # the largest that the network has learnt to take out


@functools.cache
def _networks(device: str) -> tuple[Doubler, Denoiser]:
    paths = manifest.paths(manifest.tools()[TOOL])
    double, denoise = Doubler(), Denoiser()
    quantise.filled(double, TOOL, paths["double"]).to(device)
    quantise.filled(denoise, TOOL, paths["denoise"]).to(device)
    return double, denoise


# --- size and rate ----------------------------------------------------------------------------------------------------


class PhotoUpscaler(nn.Module):
    """waifu2x in the place of our own: (B, 3, H, W) in [-1, 1] -> (B, 3, 2H, 2W)."""

    REACH = Doubler.REACH

    def __init__(self, network: Doubler) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: Tensor) -> Tensor:
        out: Tensor = self.network((pixels + 1) / 2) * 2 - 1
        return out


class FilmInterpolator(nn.Module):
    """RIFE in the place of our own: before, after (1, 3, H, W) in [-1, 1], t (1,) -> (1, 3, H, W). At a cut, the nearer
    frame.
    """

    def __init__(self, device: str) -> None:
        super().__init__()
        self.device = device
        self.network = optical_flow.network(device)

    def forward(self, before: Tensor, after: Tensor, t: Tensor) -> Tensor:
        first, second = ((x + 1) / 2 for x in (before, after))
        if optical_flow.is_cut(first, second, self.device):
            return before if float(t) < 0.5 else after
        out: Tensor = self.network(first, second, float(t), True, optical_flow.coarse(before.shape[2:])) * 2 - 1
        return out


def enhancer(own: Enhancer, double: str, between: str) -> Enhancer:
    """Those of the networks that were chosen, by the names in ENGINES; `own` has our own."""
    upscaler = PhotoUpscaler(_networks(own.device)[0]) if double == "photo" else own.upscaler
    interpolator = FilmInterpolator(own.device) if between == "photo" else own.interpolator
    return Enhancer(upscaler, interpolator, own.device)


# --- noise ------------------------------------------------------------------------------------------------------------


def denoised(frames: Iterable[Tensor], deviation: float, device: str = "cpu") -> Iterator[Tensor]:
    """Frames without noise of that deviation, in levels of 255: 0 < deviation <= MOST."""
    network = _networks(device)[1]
    sigma = torch.tensor([deviation / 255], device=device)

    def clean(cut: Tensor) -> Tensor:
        out: Tensor = network((cut + 1) / 2, sigma) * 2 - 1
        return out

    for frame in frames:
        yield banded(clean, frame, Denoiser.REACH, 1, device)


def noise(frames: Sequence[Tensor]) -> float:
    """Deviation of the noise in frames, in levels of 255: that of the calmest blocks, median over frames.

    Differences along both diagonals' corners hold no slopes and no straight edges (Immerkær 1996); the block's mean
    absolute value is a deviation for noise that is normal. Noise that was compressed away is not there to be found.
    """
    found = []
    for frame in frames:
        if min(frame.shape[1:]) < 3:
            continue
        kernel = frame.new_tensor([[1, -2, 1], [-2, 4, -2], [1, -2, 1]])[None, None] / 6
        rough = F.conv2d(frame[:, None], kernel).abs().mean(0)[None]  # (1, 1, H - 2, W - 2)
        size = min(BLOCK, *rough.shape[2:])
        blocks = F.avg_pool2d(rough, size).flatten() * (torch.pi / 2) ** 0.5 * 127.5
        found.append(float(blocks.quantile(CALM)))
    return sorted(found)[len(found) // 2] if found else 0.0


# --- which networks ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """engine: of ENGINES. scores: of both, in dB by that order; none if there was nothing to measure."""

    engine: str
    scores: tuple[float, float] | None = None

    def said(self, what: str, how: str) -> str:
        """One line: what was done by which networks, and why."""
        if self.scores is None:
            return f"{what} by the {self.engine} network: too small, short or still to measure which is better"
        mine, other = self.scores if self.engine == "photo" else self.scores[::-1]
        rest = ENGINES[1 - ENGINES.index(self.engine)]
        return (
            f"{what} by the {self.engine} network: {how}, it comes within {mine:.1f} dB of the source and the {rest} "
            f"network within {other:.1f}; --engine {rest} takes that one"
        )


def _chosen(scores: list[tuple[float, float]]) -> Choice:
    if not scores:
        return Choice(ENGINES[0])
    mean = tuple(sum(column) / len(scores) for column in zip(*scores, strict=True))
    return Choice(ENGINES[int(mean[1] > mean[0])], (mean[0], mean[1]))


def choose_double(own: Enhancer, frames: Sequence[Tensor]) -> Choice:
    """By which set a clip comes back better from half its size: at the liveliest window of some frames."""
    film, scores = enhancer(own, "photo", "drawing"), []
    for frame in spread(frames):
        if min(frame.shape[1:]) < 16:
            continue
        truth = window(frame)
        small = eight_bit(F.avg_pool2d(truth[None], 2)[0])
        scores.append((psnr(next(film.upscaled([small])), truth), psnr(next(own.upscaled([small])), truth)))
    return _chosen(scores)


@torch.inference_mode()
def choose_between(own: Enhancer, frames: Sequence[Tensor]) -> Choice:
    """By which set frames that are left out come back better, where something moves and no cut is."""
    film, scores = enhancer(own, "drawing", "photo"), []
    middle = torch.tensor([0.5], device=own.device)
    for place in spread(range(1, len(frames) - 1)):
        before, truth, after = (shrunk(frames[i])[None].to(own.device) for i in (place - 1, place, place + 1))
        if (before - after).square().mean() < STILL:
            continue
        pair = [(x + 1) / 2 for x in (before, after)]
        if min(truth.shape[2:]) < 16 or optical_flow.is_cut(pair[0], pair[1], own.device):
            continue
        guesses = (network(before, after, middle) for network in (film.interpolator, own.interpolator))
        theirs, ours = (psnr(guess, truth) for guess in guesses)
        scores.append((theirs, ours))
    return _chosen(scores)


def spread(items: Sequence[T]) -> list[T]:
    """Some of them, evenly: never the ends if there are others."""
    count = min(PLACES, len(items))
    return [items[(2 * k + 1) * len(items) // (2 * count)] for k in range(count)]


def window(frame: Tensor) -> Tensor:
    """The square of a frame with the steepest pixels; both sides are even."""
    _, height, width = frame.shape
    high, wide = min(WINDOW, height // 2 * 2), min(WINDOW, width // 2 * 2)
    steep = (frame[:, 1:, 1:] - frame[:, :-1, :-1]).square().mean(0)[None]
    score = F.avg_pool2d(F.pad(steep, (0, 1, 0, 1)), (high, wide), 16)[0]
    top, left = (16 * int(i) for i in divmod(int(score.argmax()), score.shape[1]))
    return frame[:, top : top + high, left : left + wide]


def shrunk(frame: Tensor) -> Tensor:
    """A frame (C, H, W), averaged down until its shorter side has about `LINES` pixels."""
    factor = max(1, round(min(frame.shape[1:]) / LINES))
    return F.avg_pool2d(frame[None], factor)[0]


def eight_bit(x: Tensor) -> Tensor:
    """As eight bits would show it."""
    return ((x.clamp(-1, 1) + 1) * 127.5).round() / 127.5 - 1


def psnr(guess: Tensor, truth: Tensor) -> float:
    """Decibels."""
    return float(10 * torch.log10(4 / (eight_bit(guess) - truth).square().mean().clamp_min(1e-7)))
