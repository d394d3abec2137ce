"""How a film goes on beyond its last frames, and from one of its frames to a distant one: by its own motion.

Beyond a frame nothing is known but how its last frames moved. That motion, found by RIFE, is split into that of the
whole picture (an affine velocity field, fitted robustly) and what moves otherwise, and each may go on, slow down or
stop. Which of these a film is given is measured on itself: its last frames are told from those before them, and what
comes closest is taken; standing still, unless something is better. As in backtesting of forecasts.

Frames are uint8 (H, W, 3), RGB. Velocities and displacements are in pixels, across before down. Seconds, if not said.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from soracli import motion
from soracli.motion import Frame
from soracli.types import Frames

LINES = 360  # pixels on the shorter side of frames in which motion is looked for, at least, if the film has them
APART = 0.12  # between the two frames that velocity is told from, about
TESTED = 0.4  # that are told from what came before them, at most, to choose a course
SEEN = 2.0  # of what was last seen, at most, that a course is chosen by
SURE = 0.6  # over which steady motion goes on; from then on it slows down
GLIDE = 0.5  # time constant of that
GAIN = 0.2  # dB by which a course has to be better than standing still
ROUNDS = 12  # of the iteration that finds where a pixel comes from
ROBUST = 12  # rounds of the affine fit
SMOOTH = 0.005  # of the shorter side: radius of the three box filters over what moves otherwise
ALIKE = 0.6  # share of the difference of two frames that may be left once they are warped onto each other
CLOSE = 4  # levels of 255 of it that may be left in any case


class Course(NamedTuple):
    """How motion goes on: time constants of its decay, 0 = it stops at once, inf = it does not decay (see SURE).

    whole: of the picture's motion. own: of what moves otherwise.
    """

    whole: float
    own: float


STILL = Course(0, 0)
COURSES = (
    STILL,
    Course(0.1, 0.1), Course(0.3, 0), Course(0.3, 0.3),
    Course(math.inf, 0), Course(math.inf, 0.1), Course(math.inf, 0.3), Course(math.inf, math.inf),
)  # fmt: skip


def travelled(seconds: float, decay: float) -> float:
    """Seconds of undiminished motion that come to as much as motion that decays."""
    if decay == 0:
        return 0.0
    if math.isfinite(decay):
        return decay * (1 - math.exp(-seconds / decay))
    return min(seconds, SURE) + GLIDE * (1 - math.exp(-max(0.0, seconds - SURE) / GLIDE))


class Motion:
    """How the picture moves at a frame: (2, h, w) velocity in pixels a frame, of a frame shrunk by `factor`."""

    def __init__(self, velocity: Tensor, factor: int) -> None:
        height, width = velocity.shape[1:]
        self.factor, self.middle = factor, torch.tensor([(width - 1) / 2, (height - 1) / 2])[:, None, None]
        self.places = places(height, width) - self.middle
        self.whole = affine(velocity, self.places)
        radius = max(1, round(SMOOTH * min(height, width)))
        self.own = smoothed(velocity - self._moved(1.0) + self.places, radius)

    def _moved(self, frames: float) -> Tensor:
        """Where each place is after so many frames of the whole picture's motion, from the middle."""
        flat = torch.cat([self.places.flatten(1), torch.ones(1, self.places[0].numel())])
        return (torch.linalg.matrix_exp(frames * self.whole).float() @ flat)[:2].view_as(self.places)

    def displacement(self, whole: float, own: float) -> Tensor:
        """What to add to each place of a later frame to get to where it was, (2, h, w).

        whole, own: frames of undiminished motion between.
        """
        start = self._moved(-whole)
        found = start  # halfway steps: at the rims of what moves, whole ones would go to and fro
        for _ in range(ROUNDS if own else 0):
            found = (found + start - own * sampled(self.own, found + self.middle, "bilinear", "border")) / 2
        return found - self.places


class Onward:
    """How the last of some frames (T, H, W, 3), T > 1, goes on. All belong to one shot."""

    def __init__(self, frames: Frames, fps: float, device: str = "cpu") -> None:
        last, apart = frames[-1], min(len(frames) - 1, max(1, round(APART * fps)))
        factor = shrinking(last)
        now, before = (shrunk(frame, factor) for frame in (last, frames[-1 - apart]))
        self.motion = Motion(-motion.flow(now, before, device) / apart, factor)
        self.picture, self.fps = picture(last), fps

    def at(self, frames: float, course: Course) -> Frame:
        """The picture so many frames later."""
        whole, own = (self.fps * travelled(frames / self.fps, decay) for decay in course)
        return displaced(self.picture, self.motion.displacement(whole, own), self.motion.factor)


def course(frames: Frames, fps: float, ahead: int, device: str = "cpu") -> Course:
    """On which course frames (T, H, W, 3) of one shot are best told from those before them. ahead: how many are asked.

    Two beginnings are tried, and what loses against standing still at either is not taken.
    """
    small = np.stack([shrunk(frame, shrinking(frame)) for frame in frames])
    longest = max(1, min(ahead, round(TESTED * fps)))
    tests = [
        [_score(small[:-back], small[-back:], fps, min(longest, back), device)]
        for back in dict.fromkeys((longest, 2 * longest))
        if len(small) - back > round(APART * fps)
    ]
    if not tests:
        return STILL
    scores = np.array(tests)[:, 0]  # (tests, courses)
    gains = (scores - scores[:, :1]).mean(0) - np.where((scores < scores[:, :1] - GAIN).any(0), np.inf, 0)
    best = int(gains.argmax())
    return COURSES[best] if gains[best] > GAIN else STILL


def _score(known: Frames, truth: Frames, fps: float, ahead: int, device: str) -> list[float]:
    """PSNR of every course, in dB: the mean over moments up to so many frames ahead."""
    onward = Onward(known, fps, device)
    moments = sorted({max(1, round(ahead * share)) for share in (0.25, 0.5, 0.75, 1)})
    return [float(np.mean([psnr(onward.at(n, way), truth[n - 1]) for n in moments])) for way in COURSES]


# --- between two frames -----------------------------------------------------------------------------------------------


class Between:
    """Pictures between two frames of the same size, each warped towards the other.

    alike: whether they show the same place, so that they can be.
    """

    def __init__(self, a: Frame, b: Frame, device: str = "cpu") -> None:
        self.ends, self.factor, self.device = (picture(a), picture(b)), shrinking(a), device
        small = [shrunk(frame, self.factor) for frame in (a, b)]
        self.size = small[0].shape[:2]
        self.small = [motion.padded(motion.tensor(frame, device)) for frame in small]
        self.alike = self._alike(*map(picture, small))

    @torch.inference_mode()
    def _motion(self, t: float) -> tuple[Tensor, Tensor]:
        """From what is seen at time t to where it is in a and b, (4, h, w), and the share of a, (1, h, w)."""
        height, width = self.size
        found, mask = motion.network(self.device).motion(*self.small, t)
        return found[0, :, :height, :width].cpu(), torch.sigmoid(mask)[0, :, :height, :width].cpu()

    def _alike(self, a: Tensor, b: Tensor) -> bool:
        ways, _ = self._motion(0.5)
        here = places(*self.size)
        warped = [sampled(end, here + way, "bilinear", "border") for end, way in ((a, ways[:2]), (b, ways[2:]))]
        before, after = (float((x - y).abs().mean()) for x, y in ((a, b), warped))
        return after < max(ALIKE * before, CLOSE)

    def at(self, t: float) -> Frame:
        """The picture at 0 < t < 1."""
        ways, share = self._motion(t)
        size = self.ends[0].shape[1], self.ends[0].shape[2]
        here = places(*size)
        warped = [
            sampled(end, here + self.factor * enlarged(way, size, self.factor))
            for end, way in zip(self.ends, (ways[:2], ways[2:]), strict=True)
        ]
        return eight_bit(torch.lerp(warped[1], warped[0], enlarged(share, size, self.factor)))


# --- pixels -----------------------------------------------------------------------------------------------------------


def shrinking(frame: Frame) -> int:
    """By which factor motion is looked for in frames of that size."""
    return max(1, min(frame.shape[:2]) // LINES)


def shrunk(frame: Frame, factor: int) -> Frame:
    """A frame of so many times fewer pixels each way, area by area."""
    return frame if factor == 1 else eight_bit(F.avg_pool2d(picture(frame), factor, ceil_mode=True))


def picture(frame: Frame) -> Tensor:
    """(3, H, W), 0..255."""
    return torch.tensor(frame).permute(2, 0, 1).float()


def eight_bit(x: Tensor) -> Frame:
    return np.asarray(x.clamp(0, 255).round().to(torch.uint8).permute(1, 2, 0).numpy(), np.uint8)


def places(height: int, width: int) -> Tensor:
    """(2, h, w): how far across and down each place is."""
    down, across = torch.meshgrid(torch.arange(height).float(), torch.arange(width).float(), indexing="ij")
    return torch.stack([across, down])


def sampled(x: Tensor, at: Tensor, mode: str = "bicubic", beyond: str = "reflection") -> Tensor:
    """x (C, H, W) at places (2, h, w). beyond: what lies outside the picture, see `grid_sample`."""
    height, width = x.shape[1:]
    grid = torch.stack([(2 * at[0] + 1) / width - 1, (2 * at[1] + 1) / height - 1], -1)
    return F.grid_sample(x[None], grid[None], mode, beyond, align_corners=False)[0]


def displaced(x: Tensor, displacement: Tensor, factor: int) -> Frame:
    """A picture (3, H, W), each place taken from elsewhere: displacement is (2, h, w), of a picture shrunk by factor.

    What lies beyond its borders is its mirror image.
    """
    size = x.shape[1], x.shape[2]
    return eight_bit(sampled(x, places(*size) + factor * enlarged(displacement, size, factor)))


def enlarged(field: Tensor, size: tuple[int, int], factor: int) -> Tensor:
    """A field (C, h, w) of a picture shrunk by factor, for each pixel (C, H, W) of the picture."""
    if factor == 1:
        return field
    whole = F.interpolate(field[None], scale_factor=factor, mode="bilinear", align_corners=False)[0]
    return whole[:, : size[0], : size[1]]


def smoothed(x: Tensor, radius: int) -> Tensor:
    """Three box filters one after the other, which is nearly a Gaussian."""
    for _ in range(3):
        x = F.avg_pool2d(F.pad(x[None], (radius,) * 4, mode="replicate"), 2 * radius + 1, 1)[0]
    return x


def affine(velocity: Tensor, at: Tensor) -> Tensor:
    """The affine velocity field nearest to most of a field (2, h, w): a generator (3, 3), float64, of homogeneous
    coordinates; `matrix_exp` of it takes places on. Least squares, reweighted by Cauchy's function.
    """
    points = torch.cat([at.flatten(1), torch.ones(1, at[0].numel())]).T.double()
    scale = points.abs().amax(0).clamp_min(1)
    points, wanted = points / scale, velocity.flatten(1).T.double()
    weight = torch.ones(len(points), 1, dtype=torch.float64)
    for _ in range(ROBUST):
        square = points.T @ (weight * points) + 1e-9 * len(points) * torch.eye(3, dtype=torch.float64)
        found = torch.linalg.solve(square, points.T @ (weight * wanted))
        apart = (wanted - points @ found).norm(dim=1, keepdim=True)
        weight = 1 / (1 + (apart / (2 * apart.median().clamp_min(0.02))).square())
    generator = torch.zeros(3, 3, dtype=torch.float64)
    generator[:2] = (found / scale[:, None]).T
    return generator


def psnr(guess: Frame, truth: Frame) -> float:
    """Decibels, 60 at most."""
    error = np.square(guess.astype(np.float32) - truth).mean()
    return float(10 * np.log10(255**2 / max(error, 0.065)))
