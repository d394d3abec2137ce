"""What the sampler needs of an architecture. It knows no network: models implement this."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from soracli.card import Card
from soracli.types import Window

if TYPE_CHECKING:
    from torch import Tensor

    from soracli.sampling.conditioning import WindowInputs


@dataclass(frozen=True)
class Conditioning:
    """A window of k pictures and n latent frames as a model is conditioned on what is given.

    sigmas: falling noise levels, from where painting starts to 0; opening: those of the first piece that is
    painted, where pieces are (see `sampler`) and it has its own. window: with the pictures that the model wants before
    its latent frames. mask: (1, k + n, h, w), 1 = paint, 0 = given. latents: (1, C, k + n, h, w), what is given and,
    where painting starts below full noise, what it starts from; None if there is neither.
    """

    sigmas: list[float]
    window: Window
    mask: Tensor
    latents: Tensor | None
    opening: Sequence[float] = ()


class Model(Protocol):
    """What the sampler needs of an architecture.

    Pixels are (B, 3, T, H, W) in [-1, 1]; latents (B, C, t, h, w) with unit variance on average.
    """

    card: Card
    channels: int
    guided: tuple[float, float] | None  # the scales of guidance that are inside the network: no second pass is needed

    def condition(self, inputs: WindowInputs) -> Conditioning:
        """Turn the pixels and mask of a window into this model's conditioning: given latents, pictures, control."""

    def predictor(
        self, prompt: str, window: Window, sigmas: Sequence[float] = (), guidance: float = 1.0
    ) -> Callable[[Tensor, Tensor, float], Tensor]:
        """(x (B,C,t,h,w), levels (B,t,h,w), sigma) -> x0, for one prompt; t counts the window's stills and chunks.

        sigmas, guidance: the schedule and a scale within `guided`, for networks that jump from level to level.
        """

    def unconditional(
        self, negative: str, prompt: str, window: Window, sigmas: Sequence[float]
    ) -> Callable[[Tensor, Tensor, float], Tensor]:
        """What guidance leads away from, in the form of `predictor`: at its simplest for the negative prompt."""

    def encode(self, pixels: Tensor) -> Tensor:
        """Pixels of legal size -> latents."""

    def decode(self, latents: Tensor, *, still: bool = False) -> Iterator[Tensor]:
        """Latents -> pixels, the frames of one latent frame at a time, in order."""


@runtime_checkable
class Streamer(Model, Protocol):
    """A model that decodes latent frames as they come."""

    def streamed(self, latents: Iterator[Tensor]) -> Iterator[Tensor]:
        """Latent frames (1, C, 1, h, w) -> the frames of each, in the form of `decode`."""
