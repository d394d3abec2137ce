"""The state of a sampling, from which it can be resumed, and how its steps are counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor

from soracli.errors import WeightsError
from soracli.sampling.model import Model
from soracli.sampling.segments import Script
from soracli.sampling.steps import Step
from soracli.types import Frames


class Round(NamedTuple):
    """One run of a solver, of a window or a storyboard, among all of a call. number: 0 .. of - 1."""

    number: int
    of: int

    def step(self, index: int, steps: int, script: Script, latents: Tensor | None = None) -> Step:
        """Step index of `steps` of this round, counted over all rounds."""
        return Step("sample", self.number * steps + index, self.of * steps, latents, shot=script.segment.shot)


class FinishedWindows(NamedTuple):
    """latents: by latent frame, (1, C, 1, h, w) each, given or sampled. painted: those sampled. windows: how many."""

    latents: dict[int, Tensor]
    painted: frozenset[int]
    windows: int


@dataclass
class SamplerState:
    """What a sampling has done so far. Handed to `sample` once more, it is resumed to the same bits.

    finished: windows; replaced as a whole, so that an interrupt never finds half a window.
    predictions: by window, the clean predictions of its steps so far, (1, C, k + n, h, w) each; a solver that gets the
    same takes the same steps.
    noise: (1, C, t, h, w) for the whole canvas, so that it depends on neither windows nor order; drawn by `sample`.
    subject_noise: (1, C, k, h, w), of the pictures of subjects, which every window has before its latent frames.
    board: storyboard pictures (1, C, 1, h, w) by frame, painted before the first window.
    frames: of causal latents, decoded so far, by latent frame. decoder: yields those that are still to be decoded.
    """

    finished: FinishedWindows = field(default_factory=lambda: FinishedWindows({}, frozenset(), 0))
    predictions: dict[int, list[Tensor]] = field(default_factory=dict)
    noise: Tensor = field(default_factory=lambda: torch.empty(0))
    subject_noise: Tensor = field(default_factory=lambda: torch.empty(0))
    board: dict[int, Tensor] = field(default_factory=dict)
    frames: dict[int, Frames] = field(default_factory=dict)
    decoder: Iterator[tuple[int, Frames]] = field(default_factory=lambda: iter(()))

    @property
    def latents(self) -> dict[int, Tensor]:
        return self.finished.latents

    @property
    def painted(self) -> frozenset[int]:
        return self.finished.painted

    def finish(self, latents: dict[int, Tensor], painted: set[int]) -> None:
        """Add a window's latents, and which of them it has sampled."""
        before, painted_before, windows = self.finished
        self.finished = FinishedWindows(before | latents, painted_before | painted, windows + 1)
        self.predictions.pop(windows, None)

    def decoded(self, number: int) -> Frames:
        """The frames of a sampled causal latent frame; all before it are decoded first."""
        while number not in self.frames:
            at, frames = next(self.decoder)
            self.frames[at] = frames
        return self.frames[number]


def contiguous(latents: Tensor) -> Tensor:
    """A copy in contiguous layout, which latents that were saved and loaded have: kernels round by layout."""
    return latents.clone(memory_format=torch.contiguous_format)


def finite(output: Tensor, model: Model) -> Tensor:
    """A network's output. Raises WeightsError if it is not finite: such latents are decoded to a black picture."""
    if not bool(output.isfinite().all()):
        raise WeightsError(
            f"model '{model.card.name}': paints numbers that are not finite; its weights or an adapter's are damaged "
            "or overflow: download them again, or lower --lora FILE:SCALE",
            "not_finite",
        )
    return output
