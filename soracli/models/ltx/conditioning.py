"""How LTX-Video is told what is given. Every token has its own noise level and its own time, so given ones are told as
clean; a picture or clip that does not begin the window is encoded alone, and its first latent frames come before the
window's own, with their own times (HaCohen et al. 2024, section 3.3, and Lightricks' conditioning since 0.9.5).

    T, H, W frames and pixels   t, h, w latent grid   k latent frames before the window's own
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from soracli.models.common.causal import cells, runs
from soracli.sampling.conditioning import WindowInputs

TIME, SIDE = 8, 32  # frames and pixels of a latent cell
AHEAD = 2  # latent frames of a later clip that come before the window's own: encoded alone, they know no past
KNEE = 0.025  # share of the noise that the first half of the steps removes

Encode = Callable[[Tensor, int], Tensor]  # pixels (1, 3, T, H, W) and the frame they start at -> latents


@dataclass(frozen=True)
class Piece:
    """Given frames: `start` .. `start` + 8n, encoded together."""

    start: int
    length: int


@dataclass(frozen=True)
class Shifting:
    """Noise levels of the models before 0.9.5: even ones, warped the more towards noise the more tokens a window has.

    low, high: logarithm of the warp at `few` and at `many` tokens. last: the lowest level, to which all are stretched.
    """

    low: float = 0.95
    high: float = 2.05
    few: int = 1024
    many: int = 4096
    last: float = 0.1

    def levels(self, steps: int, tokens: int) -> list[float]:
        """Esser et al. 2024, section 5.3.2, as Lightricks' scheduler has it."""
        if steps < 2:
            return [1.0]
        warp = np.exp(self.low + (self.high - self.low) * (tokens - self.few) / (self.many - self.few))
        even = np.linspace(1, 1 / steps, steps)
        warped = 1 / (1 + (1 / even - 1) / warp)
        return [float(level) for level in 1 - (1 - warped) * (1 - self.last) / (1 - warped[-1])]


def levels(
    usual: Sequence[float], start: float, trained: tuple[float, ...] = (), refining: tuple[float, ...] = ()
) -> list[float]:
    """Falling noise levels from `start` to 0.

    usual: from 1, one a step. trained: of a distilled model, used instead if there are as many. refining: those that a
    distilled model was trained to go on from, if it starts below full noise.
    """
    is_trained = len(trained) == len(usual)
    usual = trained if is_trained else usual
    if start == 1:
        return [*usual, 0.0]
    lower = refining if refining and is_trained else usual
    return [start, *(level for level in lower if level < start), 0.0]


def linear_quadratic(steps: int) -> list[float]:
    """Even in the first half of the steps, quadratic in the second, as Lightricks' scheduler of that name."""
    if steps < 2:
        return [1.0]
    even = steps // 2
    rest = steps - even
    slope = (even - KNEE * steps) / (even * rest**2)
    linear = KNEE / even - 2 * (even - KNEE * steps) / rest**2
    done = [i * KNEE / even for i in range(even)]
    done += [slope * i * i + linear * i + slope * even**2 for i in range(even, steps)]
    return [float(level) for level in 1 - np.array(done)]


def pieces(kept: list[bool]) -> Iterator[Piece]:
    """Clips of 1 + 8n frames and single frames that say what is kept: what fits the grid, and frames at its sides."""
    for run in runs(kept):
        start = -(-run.start // TIME) * TIME
        count = (run.stop - 1 - start) // TIME
        if count < 0 or (count == 0 and start > 0):  # too short for a clip
            yield Piece(run.start, 1)
            if len(run) > 1:
                yield Piece(run.stop - 1, 1)
            continue
        if run.start < start:
            yield Piece(run.start, 1)
        yield Piece(start, 1 + TIME * count)
        if run.stop - 1 > start + TIME * count and run.stop < len(kept):
            yield Piece(run.stop - 1, 1)


@dataclass(frozen=True)
class Given:
    """latents (1, C, k + t, h, w), mask (1, k + t, h, w), and the seconds of the k latent frames before the others."""

    latents: Tensor
    mask: Tensor
    stills: tuple[float, ...]


def given(inputs: WindowInputs, channels: int, encode: Encode, lag: int) -> Given | None:
    """What a window is given; None if nothing is. lag: see `frame_of`."""
    if inputs.blank:
        return None
    pixels, paint = inputs.clip()
    shown = paint[0, 0].flatten(1)  # (T, H * W)
    kept, touched = (shown.amax(1) == 0).tolist(), (shown.amin(1) == 0).tolist()
    grid = (len(inputs.numbers), *inputs.geometry.latent[1:])
    latents = torch.zeros(1, channels, *grid, device=inputs.device)
    mask = torch.ones(1, *grid, device=inputs.device)
    if inputs.strength < 1 or inputs.drafted or kept != touched:  # is a beginning to paint from, or is kept in part
        latents = encode(pixels, 0)
    if kept != touched:
        mask = cells(paint, TIME, SIDE)
    before: list[Tensor] = []
    seconds: list[float] = []
    for piece in pieces(kept):
        found = encode(pixels[:, :, piece.start : piece.start + piece.length], piece.start)
        at, ahead = piece.start // TIME, 0 if piece.start == 0 else AHEAD
        before += [found[:, :, i : i + 1] for i in range(min(ahead, found.shape[2]))]
        seconds += [
            (piece.start + frame_of(i, lag)) / float(inputs.geometry.fps) for i in range(min(ahead, found.shape[2]))
        ]
        latents[:, :, at + ahead : at + found.shape[2]] = found[:, :, ahead:]
        mask[:, at + ahead : at + found.shape[2]] = 0
    first = torch.zeros(1, len(before), *grid[1:], device=inputs.device)
    return Given(torch.cat([*before, latents], 2), torch.cat([first, mask], 1), tuple(seconds))


def frame_of(number: int, lag: int) -> int:
    """Where a latent frame counts as being. lag: frames by which all but the first come earlier than every eighth; 7
    is the first of their eight, 0 the last."""
    return max(0, TIME * number - lag)


def places(stills: tuple[float, ...], chunks: int, rows: int, columns: int, fps: float, lag: int) -> Tensor:
    """Where every token is: (1, 3, N) seconds, pixels, pixels. The first latent frame is one frame. lag: see above."""
    times = torch.tensor([frame_of(i, lag) / fps for i in range(chunks)])
    every = torch.cat([torch.tensor(stills, dtype=times.dtype), times])
    sides = (SIDE * torch.arange(count, dtype=times.dtype) for count in (rows, columns))
    return torch.stack(torch.meshgrid(every, *sides, indexing="ij")).flatten(1)[None]
