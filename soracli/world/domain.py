"""What a domain's painter is given and what it gives back: the seam between `render` and the four domains.

A painter has the signature

    paint(scenes: Sequence[Scene], frame: Frame, bank: ActorBank, device: torch.device) -> Painted

B scenes of ONE domain in, B clips out, in the same order. What a scene looks like depends on the scene and the frame
alone: never on the batch around it, on the device, or on any global generator (derive every number from `scene.seed`
with NumPy's or torch's CPU generators, then move it). `render` groups scenes by domain, adds weather and style
afterwards, and joins the results.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch


@dataclass(frozen=True)
class Frame:
    """The camera's film. width, height: pixels. times: float64 (T,) on the CPU, seconds since the scene began.

    bare: performers leave their shadows alone, in the domains that can tell them apart.
    """

    width: int
    height: int
    times: torch.Tensor
    bare: bool = False

    @property
    def aspect(self) -> float:
        """Width in frame heights: the unit of every x in a painter."""
        return self.width / self.height


class Painted(NamedTuple):
    """B clips of one domain, with their tracks. A = the largest number of performers among these scenes.

    pixels: (B, T, H, W, 3) RGB on `device`, uint8 (or float in 0..1, which `render` rounds).
    boxes: float32 (B, T, A, 4) x0 y0 x1 y1 in pixels of the visible drawing, 0 if none of it is visible. On the CPU.
    visible: float32 (B, T, A) share of the performer inside the frame and not occluded. On the CPU.
    camera: float32 (B, T, 3) x, y in frame heights, zoom factor (1 = none). On the CPU.
    """

    pixels: torch.Tensor
    boxes: torch.Tensor
    visible: torch.Tensor
    camera: torch.Tensor
