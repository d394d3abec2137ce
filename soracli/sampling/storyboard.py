"""The storyboard of a long canvas: a few pictures spread over its whole length, painted all at once before any window.

Painted one after the other, windows are copies of copies, and colours drift. Each window is given the pictures that lie
in it and next to it, so that all of them hold to the same few. Their number does not grow with the length.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from soracli.sampling import flow
from soracli.sampling.denoise import pinned, prompted
from soracli.sampling.model import Conditioning, Model
from soracli.sampling.solvers import SOLVERS
from soracli.sampling.windows import WindowSpan, nearby
from soracli.types import Geometry, SamplingOptions, Window


def painted(
    model: Model, prompt: str, options: SamplingOptions, geometry: Geometry, frames: Sequence[int], eps: Tensor
) -> Iterator[Tensor]:
    """Pictures of these frames of the canvas (1, C, k, h, w), after each step. eps: their noise, of the same shape."""
    _, height, width = geometry.latent
    window = Window(tuple(float(frame / geometry.fps) for frame in frames), 0, height, width, geometry.fps)
    sigmas = flow.schedule(options.steps, options.shift).tolist()
    mask = torch.ones(1, len(frames), height, width, device=eps.device)
    denoise = pinned(prompted(model, prompt, options, window, sigmas), None, mask)
    yield from SOLVERS[options.solver](denoise, eps, sigmas)


def pinned_to(laid: Conditioning, board: Mapping[int, Tensor], span: WindowSpan, geometry: Geometry) -> Conditioning:
    """A window with the pictures given that lie in it and next to it, before everything else that it is given."""
    time = geometry.stride[0]
    frames = nearby(sorted(board), span.start * time, span.stop * time)
    if not frames:
        return laid
    moments = tuple(float((frame - span.start * time) / geometry.fps) for frame in frames)
    count, (batch, _, *cells) = len(frames), laid.mask.shape
    mask = torch.cat([laid.mask.new_zeros(batch, count, *cells), laid.mask], 1)
    pictures = torch.cat([board[frame] for frame in frames], 2)  # (1, C, k, h, w)
    blank = pictures[:, :, :1].new_zeros(1, 1, laid.mask.shape[1], 1, 1).expand(*pictures.shape[:2], -1, *cells)
    latents = torch.cat([pictures, blank if laid.latents is None else laid.latents], 2)
    window = replace(laid.window, stills=(*moments, *laid.window.stills))
    return replace(laid, window=window, mask=mask, latents=latents)
