"""How the frames of a film move into each other, by RIFE: the motion, the pictures between, and where the cuts are.

Frames are uint8 (H, W, 3), RGB, of any size, both of the same. Weights are read at the first call and kept.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from soracli.models.common import quantise
from soracli.models.enhance import warp
from soracli.models.rife import Rife, padded
from soracli.models.shots import SIZE, Shots
from soracli.types import Frames
from soracli.weights import manifest

Frame = npt.NDArray[np.uint8]  # (H, W, 3)

TOOL = "rife"  # of the weights
SHOTS = "shots"
SEEN = 50  # frames that are judged at once, with EDGE more on either side
EDGE = 25
LARGE = 1100  # pixels on the shorter side from which motion is searched for at half the size
ROUNDS = 6  # in which motion as seen in the middle is told for the first frame; and twice that many corrections at most
WINDOW = 5  # pixels on a side over which a correction is looked for, twice smoothed
FIRM = 1e-4  # what keeps a correction small where there is no texture, in squares of [0, 1] per pixel
CORRECTIONS = 3
THUMB = 192  # pixels on the shorter side at which cuts are looked for, about
APART = 0.09  # mean difference in [0, 1] of frames that are warped onto each other, from which it is a cut:
# between neighbours of the films that were tried at most 0.03, across cuts 0.13 and more


@functools.cache
def network(device: str = "cpu") -> Rife:
    """RIFE, ready. Raises WeightsError if its file is missing or is another."""
    return quantise.filled(Rife(), TOOL, manifest.paths(manifest.tools()[TOOL])["network"]).to(device)


@torch.inference_mode()
def between(a: Frame, b: Frame, t: float, refined: bool = True, device: str = "cpu") -> Frame:
    """The picture at time t between two frames, 0 < t < 1: 0 is a, 1 is b. Whether a cut lies between is not asked.

    refined: with the second network, which is better by about 1 dB and costs as much again.
    """
    pictures = (tensor(x, device) for x in (a, b))
    out = network(device)(*pictures, t, refined, coarse(a.shape[:2]))
    return np.asarray((out[0].permute(1, 2, 0) * 255).round().to(torch.uint8).cpu().numpy(), np.uint8)


@torch.inference_mode()
def flow(a: Frame, b: Frame, device: str = "cpu") -> Tensor:
    """Where in b lies what a shows: (2, H, W) float32, across then down, in pixels, added to each place of a:
    a[y, x] ≈ b[y + flow[1, y, x], x + flow[0, y, x]].

    RIFE tells motion as seen in the middle and in steps of about a pixel; it is told anew for the places of a and
    corrected by the gradients of both frames (Lucas and Kanade 1981). What b does not show moves with its surroundings.
    """
    first, second = (tensor(x, device) for x in (a, b))
    height, width = first.shape[2:]
    motion, _ = network(device).motion(padded(first), padded(second), 0.5, coarse(a.shape[:2]))
    motion = told_for_the_first(motion)[:, :, :height, :width]
    return corrected(first, second, motion)[0].cpu()


def told_for_the_first(motion: Tensor) -> Tensor:
    """Motions (B, 4, H, W) from a picture to the one before (2) and after (2) -> from before to after (B, 2, H, W),
    as the places of the one before move.
    """
    back = torch.zeros_like(motion[:, :2])
    for _ in range(ROUNDS):
        back = -warp(motion[:, :2], back)
    found = warp(motion, back)
    return found[:, 2:] - found[:, :2]


def corrected(first: Tensor, second: Tensor, motion: Tensor) -> Tensor:
    """Motion (1, 2, H, W) by which second (1, 3, H, W), warped along it, is as much like first as can be nearby."""
    across, down = gradients(first)
    for _ in range(CORRECTIONS):
        seen = warp(second, motion)
        right, low = (((x + y) / 2) for x, y in zip(gradients(seen), (across, down), strict=True))
        apart = seen - first
        xx, xy, yy = (around(p * q) for p, q in ((right, right), (right, low), (low, low)))
        xd, yd = around(right * apart), around(low * apart)
        xx, yy = xx + FIRM, yy + FIRM
        step = torch.cat([xy * yd - yy * xd, xy * xd - xx * yd], 1) / (xx * yy - xy * xy)
        motion = motion + step.clamp(-1, 1)
    return motion


def gradients(x: Tensor) -> tuple[Tensor, Tensor]:
    """How (B, C, H, W) rises across and down, per pixel."""
    wide = F.pad(x, (1, 1, 1, 1), mode="replicate")
    return (wide[:, :, 1:-1, 2:] - wide[:, :, 1:-1, :-2]) / 2, (wide[:, :, 2:, 1:-1] - wide[:, :, :-2, 1:-1]) / 2


def around(x: Tensor) -> Tensor:
    """Sum over channels, mean over the window of each place: (B, 1, H, W)."""
    x = F.pad(x.sum(1, keepdim=True), (WINDOW - 1,) * 4, mode="replicate")
    return F.avg_pool2d(F.avg_pool2d(x, WINDOW, 1), WINDOW, 1)


@torch.inference_mode()
def cut(a: Frame, b: Frame, device: str = "cpu") -> bool:
    """Whether two neighbours of a film belong to different shots: they do not move into each other."""
    return is_cut(tensor(a, device), tensor(b, device), device)


def is_cut(first: Tensor, second: Tensor, device: str = "cpu") -> bool:
    """The same of (1, 3, H, W) in [0, 1]."""
    pair = torch.cat([first, second])
    factor = max(1, round(min(pair.shape[2:]) / THUMB))
    first, second = F.avg_pool2d(pair, factor, ceil_mode=True).chunk(2)
    if (first - second).abs().mean() < APART:
        return False
    first, second = padded(first), padded(second)
    motion, _ = network(device).motion(first, second, 0.5)
    return bool((warp(first, motion[:, :2]) - warp(second, motion[:, 2:])).abs().mean() > APART)


def tensor(frame: Frame, device: str) -> Tensor:
    """(1, 3, H, W) in [0, 1]."""
    return torch.tensor(frame, device=device).permute(2, 0, 1)[None].float() / 255


def coarse(size: Sequence[int]) -> int:
    """How coarsely motion is searched for in frames of that height and width: see `Rife.motion`."""
    return 2 if min(size) > LARGE else 1


# --- shots ------------------------------------------------------------------------------------------------------------


@torch.inference_mode()
def cuts(frames: Frames, device: str = "cpu") -> tuple[int, ...]:
    """Where new shots begin in a film (T, H, W, 3): numbers of their first frames, by TransNetV2. A dissolve or fade
    is over by then. `cut` looks at two frames alone, and sees no dissolves.
    """
    if len(frames) < 2:
        return ()
    network = _shots(device)
    thumbs = torch.cat([_thumb(frame, device) for frame in frames])
    ahead, beyond = thumbs[:1].expand(EDGE, -1, -1, -1), thumbs[-1:].expand(EDGE, -1, -1, -1)
    thumbs = torch.cat([ahead, thumbs, beyond])
    ending = [network(thumbs[None, at : at + 2 * SEEN])[0, EDGE : EDGE + SEEN] for at in range(0, len(frames), SEEN)]
    ends = [*(torch.cat(ending)[: len(frames) - 1] > 0).tolist(), False]  # the film's own end is none
    return tuple(i for i in range(1, len(frames)) if ends[i - 1] and not ends[i])


@functools.cache
def _shots(device: str) -> Shots:
    return quantise.filled(Shots(), SHOTS, manifest.paths(manifest.tools()[SHOTS])["network"]).to(device)


def _thumb(frame: Frame, device: str) -> Tensor:
    """(1, 27, 48, 3) uint8."""
    small = F.interpolate(tensor(frame, device) * 255, SIZE, mode="bilinear", antialias=True)
    return small.round().to(torch.uint8).permute(0, 2, 3, 1)
