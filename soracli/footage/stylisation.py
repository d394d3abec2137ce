"""Films in the manner of a painting, by the networks of `models.painting`, held steady by the film's own motion.

A network that looks at each frame alone paints other strokes on every one. So the statistics that it normalises by are
carried from frame to frame, and what was painted before is warped along the film's motion and kept where the film
itself goes on unchanged along that motion (as Ruder et al. 2016 do while they optimise). A cut begins anew.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from soracli.footage import optical_flow
from soracli.footage.optical_flow import Frame
from soracli.models.common import quantise
from soracli.models.painting import SEEN, AnyPainter, KnownPainter, Painter, Statistics, StyleReader
from soracli.prompts.modifiers import PAINTINGS
from soracli.weights import manifest

TOOL = "style"  # of the weights
LINES = 540  # pixels on the shorter side at which frames are painted, at most; strokes are as wide as 500 to 1000 suit
MOVED = 360  # the same at which their motion is looked for
SHARE = 0.15  # of a frame's own statistics in those that it is painted by
KEPT = 0.95  # of what was painted before, where the film goes on unchanged
DOUBT = 0.08  # difference in [0, 1] of the film from itself along its motion, from which that falls to a third


@functools.cache
def _known(device: str) -> KnownPainter:
    return quantise.filled(KnownPainter(), TOOL, manifest.paths(manifest.tools()[TOOL])["known"]).to(device)


@functools.cache
def _any(device: str) -> tuple[AnyPainter, StyleReader]:
    paths = manifest.paths(manifest.tools()[TOOL])
    painter, reader = AnyPainter(), StyleReader()
    return (
        quantise.filled(painter, TOOL, paths["any"]).to(device),
        quantise.filled(reader, TOOL, paths["reader"]).to(device),
    )


@torch.inference_mode()
def known(name: str, device: str = "cpu") -> tuple[Painter, Tensor]:
    """The painter of a style of PAINTINGS, and that style."""
    painter = _known(device)
    return painter, painter.style(PAINTINGS.index(name))


@torch.inference_mode()
def of_picture(picture: Frame, device: str = "cpu") -> tuple[Painter, Tensor]:
    """The painter of any style, and the style of the middle of a picture (H, W, 3)."""
    painter, reader = _any(device)
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    middle = optical_flow.tensor(picture[top : top + side, left : left + side], device)
    small = F.interpolate(middle, (SEEN, SEEN), mode="bicubic", antialias=True, align_corners=False)
    return painter, painter.style(reader(small.clamp(0, 1)))


def painted(
    frames: Iterable[Frame], painter: Painter, style: Tensor, device: str = "cpu", *, steady: bool = True
) -> Iterator[Frame]:
    """Consecutive frames of a film, painted, each of its own size. steady: each kept like the one before."""
    before: tuple[Frame, Tensor] | None = None
    statistics = Statistics(SHARE if steady else 1)
    for frame in frames:
        with torch.inference_mode():
            seen = resized(optical_flow.tensor(frame, device), LINES)
            if (
                before is not None
                and steady
                and optical_flow.is_cut(seen, optical_flow.tensor(before[0], device), device)
            ):
                before, statistics = None, Statistics(SHARE)
            out = painter(seen, style, statistics)
            small = levels(seen)
            if before is not None and steady:
                out = held(out, small, *before, device)
            before = small, out
            whole = sized(out, frame.shape[:2])
        yield levels(whole)


def held(out: Tensor, frame: Frame, earlier: Frame, painted_earlier: Tensor, device: str) -> Tensor:
    """What is painted of a frame, mixed with what was painted of the earlier one, moved as the film moves.

    frame, earlier: uint8 (H, W, 3). out, painted_earlier: (1, 3, H, W) in [0, 1].
    """
    flow = moved(frame, earlier, device)
    apart = (
        (warped(optical_flow.tensor(earlier, device), flow) - optical_flow.tensor(frame, device))
        .abs()
        .mean(1, keepdim=True)
    )
    apart = F.avg_pool2d(F.pad(apart, (2,) * 4, mode="replicate"), 5, 1)
    trust = KEPT * torch.exp(-((apart / DOUBT) ** 2)) * inside(flow)
    return torch.lerp(out, warped(painted_earlier, flow), trust)


def inside(flow: Tensor) -> Tensor:
    """(1, 1, H, W): 1 where a place plus flow (1, 2, H, W) lies within the picture, else 0."""
    height, width = flow.shape[2:]
    across = torch.arange(width, device=flow.device) + flow[:, :1]
    down = torch.arange(height, device=flow.device)[:, None] + flow[:, 1:]
    return ((across >= 0) & (across <= width - 1) & (down >= 0) & (down <= height - 1)).to(flow.dtype)


def moved(frame: Frame, earlier: Frame, device: str) -> Tensor:
    """Where in the earlier frame lies what a frame shows: (1, 2, H, W), in pixels; looked for at MOVED lines."""
    height, width = frame.shape[:2]
    pair = [levels(resized(optical_flow.tensor(x, device), MOVED)) for x in (frame, earlier)]
    flow = optical_flow.flow(pair[0], pair[1], device)[None].to(device)
    scale = flow.new_tensor([width / flow.shape[3], height / flow.shape[2]])[None, :, None, None]
    return F.interpolate(flow, (height, width), mode="bilinear", align_corners=False) * scale


def warped(x: Tensor, flow: Tensor) -> Tensor:
    """What x (1, C, H, W) shows at each place plus flow (1, 2, H, W), so that it may be done over and over.

    Bilinear sampling blurs, and torch's bicubic (a = -0.75) raises middle frequencies, by 2.5 % each time; two parts of
    this and one of that are Keys' kernel of a = -0.5 halfway between pixels, which does neither.
    """
    height, width = x.shape[2:]
    across = (torch.arange(width, device=x.device) + flow[:, 0]) * (2 / width) + (1 / width - 1)
    down = (torch.arange(height, device=x.device)[:, None] + flow[:, 1]) * (2 / height) + (1 / height - 1)
    grid = torch.stack([across, down], -1)
    soft, sharp = (
        F.grid_sample(x, grid, mode=mode, padding_mode="border", align_corners=False)
        for mode in ("bilinear", "bicubic")
    )
    return torch.lerp(soft, sharp, 2 / 3).clamp(0, 1)


def resized(x: Tensor, lines: int) -> Tensor:
    """(1, C, H, W) with at most so many pixels on the shorter side."""
    height, width = x.shape[2:]
    factor = lines / min(height, width)
    return x if factor >= 1 else sized(x, (round(height * factor), round(width * factor)))


def sized(x: Tensor, size: tuple[int, ...]) -> Tensor:
    """Pictures (B, C, H, W) in [0, 1] at another size (h, w), bicubic."""
    if tuple(x.shape[2:]) == tuple(size):
        return x
    return F.interpolate(x, size, mode="bicubic", antialias=True, align_corners=False).clamp(0, 1)


def levels(x: Tensor) -> Frame:
    """(1, 3, H, W) in [0, 1] -> uint8 (H, W, 3)."""
    return np.asarray((x[0].permute(1, 2, 0) * 255).round().to(torch.uint8).cpu().numpy(), np.uint8)
