"""What one window of a canvas gives to a model: pixels on its grid, what of them to paint, what is painted already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from soracli.sampling.pixels import cells_to_paint, to_model
from soracli.sampling.windows import WindowSpan
from soracli.types import Canvas, Frames, Geometry, Mask, SamplingOptions, Window


@dataclass(frozen=True)
class WindowInputs:
    """The part of a canvas that one window covers, on the model's grid.

    known: latents that were given or painted before, by latent frame; for models whose latent frames are independent.
    painted: latent frames of earlier windows. decoded: their frames, at the result's size, by latent frame.
    """

    canvas: Canvas
    geometry: Geometry
    span: WindowSpan
    options: SamplingOptions
    known: Mapping[int, Tensor]
    painted: Set[int]
    decoded: Callable[[int], Frames]
    device: torch.device

    @property
    def numbers(self) -> range:
        """The latent frames of the window, by number in the segment."""
        return range(self.span.start, self.span.stop)

    def window(self, control: object = None, stills: Sequence[float] = ()) -> Window:
        """What the network sees. stills: seconds of pictures before the latent frames, from the first frame on."""
        plain = self.geometry.window(self.span.start, self.span.stop)
        return replace(plain, stills=tuple(stills) or plain.stills, control=control)

    @property
    def strength(self) -> float:
        """Noise level from which painting starts."""
        return self.canvas.strength

    @property
    def drafted(self) -> bool:
        """Whether some of it is painted from the canvas's own pixels, from a lower noise level on than the rest."""
        hint = self.canvas.hint
        return hint is not None and bool((hint[self.frames.start : self.frames.stop] > 0).any())

    @property
    def blank(self) -> bool:
        """Whether nothing is given here."""
        return (
            self.strength == 1
            and not self.drafted
            and all(
                number not in self.painted and bool((self.canvas.mask[self.geometry.span(number)] > 0).all())
                for number in self.numbers
            )
        )

    # --- for independent latent frames, one by one -------------------------------------------------------------------

    def still(self, frame: int) -> Tensor:
        """One frame of the canvas (1, 3, 1, H, W)."""
        return to_model(self.canvas.clip.frames[frame : frame + 1], self.geometry, self.device)

    def chunk(self, number: int) -> Tensor:
        """The frames of a latent frame (1, 3, T, H, W); the last one is repeated where the canvas ends within it."""
        frames = self.canvas.clip.frames[self.geometry.span(number)]
        short = 0 if self.geometry.is_still else self.geometry.stride[0] - len(frames)
        frames = np.concatenate([frames, *[frames[-1:]] * short]) if short else frames
        return to_model(frames, self.geometry, self.device)

    def cells(self, number: int) -> Tensor:
        """Which cells of a latent frame are to be painted, whether they are by now or not, (h, w)."""
        return cells_to_paint(self.canvas.mask[self.geometry.span(number)], self.geometry)

    # --- for causal latent frames, the window as a clip of its own ---------------------------------------------------

    @property
    def frames(self) -> range:
        """Numbers of the window's frames; of its first latent frame the last one alone, so T = 1 + time * (n - 1)."""
        time = self.geometry.stride[0]
        return range(self.span.start * time, (self.span.stop - 1) * time + 1)

    def clip(self) -> tuple[Tensor, Tensor]:
        """(pixels (1, 3, T, H, W) in [-1, 1], filler included; mask (1, 1, T, H, W), 1 = paint, 0 = keep)."""
        end = min(self.frames.stop, len(self.canvas.clip.frames))
        part = slice(self.frames.start, end)
        frames, mask = self.canvas.clip.frames[part], (self.canvas.mask[part] > 0).astype(np.float32)
        for number in self.numbers:
            if number in self.painted:
                span = self.geometry.span(number)
                lead = self.frames.start - span.start  # of the window's first latent frame but one frame is in it
                inside = slice(max(0, -lead), max(0, -lead) + span.stop - max(span.start, self.frames.start))
                frames = np.array(frames)
                frames[inside] = self.decoded(number)[max(0, lead) :]
                mask[inside] = 0
        pixels = to_model(frames, self.geometry, self.device)
        paint = self._on_grid(mask)
        rest = len(self.frames) - len(frames)
        if rest:  # beyond the canvas the last frame goes on, and may become anything
            pixels = torch.cat([pixels, pixels[:, :, -1:].expand(-1, -1, rest, -1, -1)], 2)
            paint = torch.cat([paint, torch.ones_like(paint[:, :, :1]).expand(-1, -1, rest, -1, -1)], 2)
        return pixels, paint

    def hint(self) -> Tensor:
        """Which cells a draft covers by half or more, bool (1, n, h, w)."""
        assert self.canvas.hint is not None
        part = np.ascontiguousarray(self.canvas.hint[self.frames.start : self.frames.stop])
        x = F.adaptive_avg_pool2d(torch.from_numpy(part).to(self.device)[:, None], self.geometry.inner)
        x = F.pad(x, (0, self.geometry.width - x.shape[3], 0, self.geometry.height - x.shape[2]))
        x = F.avg_pool2d(x, self.geometry.stride[1:])[:, 0]  # (T, h, w)
        x = F.pad(x, (0, 0, 0, 0, 0, len(self.frames) - len(x)))
        later = x[1:].reshape(-1, self.geometry.stride[0], *x.shape[1:]).mean(1)
        return (torch.cat([x[:1], later]) >= 0.5)[None]

    def _on_grid(self, mask: Mask) -> Tensor:
        """(T, H, W) of the result -> (1, 1, T, H, W) of the model; the rim repeats the border, as pixels do."""
        x = torch.from_numpy(np.ascontiguousarray(mask)).to(self.device)[:, None]  # (T, 1, H, W)
        inner = self.geometry.inner
        x = x if inner == x.shape[2:] else F.adaptive_max_pool2d(x, inner)
        rim = (0, self.geometry.width - inner[1], 0, self.geometry.height - inner[0])
        return F.pad(x, rim, mode="replicate").transpose(0, 1)[None]
