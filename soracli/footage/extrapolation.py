"""How a film goes on beyond its last frames, and from one of its frames to a distant one: by its own motion.

Beyond a frame nothing is known but how its last frames moved. That motion, found by RIFE, is split into that of the
whole picture (an affine velocity field, fitted robustly) and what moves otherwise, and each may go on, slow down or
stop. Which of these a film is given is measured on itself: its last frames are told from those before them, and what
comes closest is taken; standing still, unless something is better. As in backtesting of forecasts.

Frames are uint8 (H, W, 3), RGB. Velocities and displacements are in pixels, across before down. Seconds, if not said.
"""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from soracli.footage import optical_flow, plausibility
from soracli.footage.optical_flow import Frame
from soracli.models.enhance import warp
from soracli.models.rife import padded
from soracli.types import Frames

LINES = 360  # pixels on the shorter side of frames in which motion is looked for, at least, if the film has them
APART = 0.12  # between the two frames that velocity is told from, about
TEST_LINES = 128  # the same where a course is chosen
ROUGHER = 1.2  # times the high-band power of a frame that what goes on from it may have
SLOWER = (0.3, 0.2, 0.1, 0.05, 0.0)  # time constants of its own motion that are tried then
TESTED = 0.4  # that are told from what came before them, at most, to choose a course
LEAST = 3  # frames that something is told from, more than
SURE = 0.6  # over which steady motion goes on; from then on it slows down
GLIDE = 0.5  # time constant of that
GAIN = 0.2  # dB by which a course has to be better than standing still
TIED = 1.0  # pixels of its own motion by which something may be in front and does not hide what is behind
COVERED = 0.3  # share of a pixel that has to arrive at a place for it to be known
BEHIND = 4  # frames from which what lies behind moving things is taken, each twice as long ago as the last
ROBUST = 12  # rounds of the affine fit
SCALES = 4  # of the filters over what moves of its own; the widest reaches over 2**(SCALES - 1) places
UNLIKE = (0.1, 0.1)  # pixels a frame, and share of its velocity, by which what is like it may differ
TORN = 1.0  # pixels by which neighbours are carried apart at the rim of a thing
CLOSED = 6  # places, on each side, across which cracks close
ALIKE = 0.72  # share of the difference of two frames that may be left once they are warped onto each other
NEAR = 0.15  # of the way from one frame to another, over which what the one does not show comes in
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
    """How the picture moves at a frame: (2, h, w) velocity in pixels a frame, of a frame shrunk by `factor`.

    whole: generator of the picture's motion (3, 3), of places from the middle. own: (2, h, w), what moves otherwise.
    """

    def __init__(self, velocity: Tensor, factor: int) -> None:
        self.factor = factor
        self.places = centred(*velocity.shape[1:])
        self.whole = affine(velocity, self.places)
        self.own = levelled(velocity - (carried(self.places, self.whole) - self.places))

    def origin(self, whole: float, own: float) -> tuple[Tensor, Tensor]:
        """Where each place of a later frame was, less where it would have been by the picture's motion alone (2, h, w);
        and whether nothing that was seen came there (1, h, w), 1 = nothing.

        whole, own: frames of undiminished motion between. What moves more of its own lies in front of what moves less:
        as a rule it is nearer. Each place is carried on to the four around where it arrives (splatting).
        """
        height, width = self.own.shape[1:]
        target = carried(self.places, whole * self.whole) + own * self.own
        depth, at = abs(own) * self.own.norm(dim=0), target - self.places[:, :1, :1]
        near, whole_ones, parts = at.floor(), ~torn(own * self.own), []
        for across, down in ((0, 0), (1, 0), (0, 1), (1, 1)):
            corner = near + torch.tensor([across, down])[:, None, None]
            inside = ((corner >= 0) & (corner <= torch.tensor([width - 1, height - 1])[:, None, None])).all(0)
            inside &= whole_ones
            share = (1 - (at - corner).abs()).prod(0)
            number = (corner[1] * width + corner[0]).long()
            came = self.places + (corner - at)
            parts.append((number[inside], share[inside], depth[inside], came[:, inside]))
        number, share, depth, came = (torch.cat(column, -1) for column in zip(*parts, strict=True))
        front = torch.zeros(height * width).scatter_reduce(0, number, depth, "amax")
        share = share * (depth >= front[number] - TIED)
        total = torch.zeros(height * width).index_add(0, number, share).view(1, height, width)
        came = torch.zeros(2, height * width).index_add(1, number, came * share).view(2, height, width)
        plain = carried(self.places, -whole * self.whole)
        aside = came - total * plain
        for _ in range(CLOSED):  # cracks take their surroundings' motion
            crack = total < COVERED
            aside, total = (torch.where(crack, box(x, 1), x) for x in (aside, total))
        open_ = total < COVERED
        return torch.where(open_, 0.0, aside / total.clamp_min(1e-6)), open_.float()


class Onward:
    """How the last of some frames (T, H, W, 3), T > 1, goes on. All belong to one shot."""

    def __init__(self, frames: Frames, fps: float, device: str = "cpu") -> None:
        last, self.apart = frames[-1], min(len(frames) - 1, max(1, round(APART * fps)))
        factor = shrinking(last)
        now, before = (shrunk(frame, factor) for frame in (last, frames[-1 - self.apart]))
        self.motion = Motion(-optical_flow.flow(now, before, device) / self.apart, factor)
        self.frames, self.picture, self.fps = frames, picture(last), fps
        self.places = centred(*last.shape[:2])

    def at(self, frames: float, course: Course) -> Frame:
        """The picture so many frames later. What lies beyond its borders is its mirror image."""
        whole, own = (self.fps * travelled(frames / self.fps, decay) for decay in course)
        came = self._whole(whole)
        if not own:
            return eight_bit(sampled(self.picture, came))
        size, factor = (self.picture.shape[1], self.picture.shape[2]), self.motion.factor
        aside, open_ = self.motion.origin(whole, own)
        shown = sampled(self.picture, came + factor * enlarged(aside, size, factor, "nearest"))
        if open_.any():
            shown = torch.lerp(shown, sampled(self._behind, came), enlarged(box(open_, 1), size, factor))
        return eight_bit(shown)

    def whole(self, course: Course, ahead: int) -> Course:
        """A course on which nothing is torn: its own motion slows down sooner until the picture `ahead` frames later is
        hardly rougher than the last one. Things that open or turn are not told by where their parts are and move to.
        """
        most = ROUGHER * plausibility.high_band(eight_bit(self.picture)[None])
        for own in (course.own, *(decay for decay in SLOWER if decay < course.own)):
            course = course._replace(own=own)
            if plausibility.high_band(self.at(ahead, course)[None]) <= most:
                break
        return course

    def _whole(self, frames: float) -> Tensor:
        """Where each place of the picture so many frames later was, by the motion of the whole alone (2, H, W)."""
        size = torch.tensor(self.picture.shape[:0:-1])[:, None, None]
        whole = self.motion.whole.clone()
        whole[:2, 2] *= self.motion.factor
        return carried(self.places, -frames * whole) + (size - 1) / 2

    @functools.cached_property
    def _behind(self) -> Tensor:
        """The picture without what moves of its own, as far as that was elsewhere before: from the youngest of some
        frames in which it was, by its own motion backwards, brought here by the motion of the whole.
        """
        found, size, factor = self.picture, (self.picture.shape[1], self.picture.shape[2]), self.motion.factor
        hidden = torch.ones(1, *size, dtype=torch.bool)
        for age in (age for age in (self.apart * 2**i for i in range(BEHIND)) if age < len(self.frames)):
            aside, _ = self.motion.origin(-age, -age)
            there = (aside.norm(dim=0, keepdim=True) > TIED).float()
            came = self._whole(age)
            free = hidden & (sampled(enlarged(there, size, factor), came, "bilinear", "border") < 0.01)
            found = torch.where(free, sampled(picture(self.frames[-1 - age]), came), found)
            hidden &= ~free
        return found


def course(frames: Frames, fps: float, ahead: int, device: str = "cpu") -> Course:
    """On which course frames (T, H, W, 3) of one shot are best told from those before them. ahead: how many are asked.

    Three beginnings are tried; what is worse than standing still from any of them is not taken.
    """
    factor = max(1, round(min(frames.shape[1:3]) / TEST_LINES))
    small = np.stack([shrunk(frame, factor) for frame in frames])
    longest = max(2, min(ahead, round(TESTED * fps)))
    backs = [back for back in (longest // 2, longest, 2 * longest) if len(small) - back > LEAST]
    if not backs:
        return STILL
    scores = np.array([_scores(small[:-back], small[-back:][:longest], fps, device) for back in backs])
    gains = scores - scores[:, :1]  # (tests, courses)
    gain = np.where((gains < 0).any(0), 0, gains.mean(0))
    best = int(gain.argmax())
    return COURSES[best] if gain[best] > GAIN else STILL


def _scores(known: Frames, truth: Frames, fps: float, device: str) -> list[float]:
    """PSNR of every course, in dB: the mean over moments of what really followed."""
    onward = Onward(known, fps, device)
    moments = sorted({max(1, round(len(truth) * share)) for share in (0.33, 0.67, 1)})
    return [float(np.mean([psnr(onward.at(n, way), truth[n - 1]) for n in moments])) for way in COURSES]


# --- between two frames -----------------------------------------------------------------------------------------------


class Between:
    """Pictures between two frames of the same size, each warped towards the other.

    alike: whether they show the same place, so that they can be.
    """

    def __init__(self, a: Frame, b: Frame, device: str = "cpu") -> None:
        self.ends, self.factor, self.device = (picture(a), picture(b)), shrinking(a), device
        self.small = [padded(optical_flow.tensor(shrunk(frame, self.factor), device)) for frame in (a, b)]
        self.alike = self._alike()

    @torch.inference_mode()
    def _alike(self) -> bool:
        a, b = self.small
        ways, _ = optical_flow.network(self.device).motion(a, b, 0.5)
        seen, other = warp(a, ways[:, :2]), warp(b, ways[:, 2:])
        before, after = (255 * float((x - y).abs().mean()) for x, y in ((a, b), (seen, other)))
        return after < max(ALIKE * before, CLOSE)

    @torch.inference_mode()
    def at(self, t: float) -> Frame:
        """The picture at 0 < t < 1: large frames are warped as they are, by what is found in smaller ones."""
        network, (a, b) = optical_flow.network(self.device), self.small
        seen = min(max(t, NEAR), 1 - NEAR)  # nearer to an end the network moves what stands at it
        ways, mask = network.motion(a, b, seen)
        missing = network.refine((a, b), (warp(a, ways[:, :2]), warp(b, ways[:, 2:])), mask, ways)
        size = self.ends[0].shape[1], self.ends[0].shape[2]
        ways = torch.cat([ways[0, :2] * (t / seen), ways[0, 2:] * ((1 - t) / (1 - seen))])
        found = (self.factor * ways, torch.sigmoid(mask[0]), 255 * missing[0])
        moved, share, more = (enlarged(x.cpu(), size, self.factor) for x in found)
        here = places(*size)
        first, second = (sampled(end, here + way) for end, way in zip(self.ends, (moved[:2], moved[2:]), strict=True))
        beyond = min(1.0, t / NEAR, (1 - t) / NEAR)  # share of what the end that is near does not show
        share = torch.lerp(torch.full_like(share, float(t < 0.5)), share, beyond)
        return eight_bit(torch.lerp(second, first, share) + beyond * more)


# --- pixels -----------------------------------------------------------------------------------------------------------


def shrinking(frame: Frame) -> int:
    """By which factor motion is looked for in frames of that size."""
    lines: int = min(frame.shape[:2])
    return max(1, lines // LINES)


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


def centred(height: int, width: int) -> Tensor:
    """(2, h, w): the same from the middle."""
    return places(height, width) - torch.tensor([(width - 1) / 2, (height - 1) / 2])[:, None, None]


def carried(at: Tensor, generator: Tensor) -> Tensor:
    """Places (2, h, w) from the middle, carried on by a motion: see `affine`."""
    step: Tensor = torch.linalg.matrix_exp(generator).float()
    return torch.einsum("ij,jhw->ihw", step[:2, :2], at) + step[:2, 2, None, None]


def sampled(x: Tensor, at: Tensor, mode: str = "bicubic", beyond: str = "reflection") -> Tensor:
    """x (C, H, W) at places (2, h, w). beyond: what lies outside the picture, see `grid_sample`."""
    height, width = x.shape[1:]
    grid = torch.stack([(2 * at[0] + 1) / width - 1, (2 * at[1] + 1) / height - 1], -1)
    return F.grid_sample(x[None], grid[None], mode, beyond, align_corners=False)[0]


def enlarged(field: Tensor, size: tuple[int, int], factor: int, mode: str = "bilinear") -> Tensor:
    """A field (C, h, w) of a picture shrunk by factor, for each pixel (C, H, W) of the picture."""
    whole: Tensor = field[None] if factor == 1 else F.interpolate(field[None], scale_factor=factor, mode=mode)
    return whole[0, :, : size[0], : size[1]]


def box(x: Tensor, radius: int) -> Tensor:
    """Mean over a square around each place of (C, h, w)."""
    return F.avg_pool2d(F.pad(x[None], (radius,) * 4, mode="replicate"), 2 * radius + 1, 1)[0]


def levelled(velocity: Tensor) -> Tensor:
    """Velocities (2, h, w), each the mean of those around that are like it: things move as a piece, and edges stay.

    Filters with holes, each twice as wide as the last (Dammertz et al. 2010).
    """
    height, width = velocity.shape[1:]
    steps = [2**i for i in range(SCALES)]
    for step in [*steps, *steps]:
        wide = F.pad(velocity[None], (step,) * 4, mode="replicate")[0]
        around = [wide[:, y : y + height, x : x + width] for y in (0, step, 2 * step) for x in (0, step, 2 * step)]
        like = UNLIKE[0] + UNLIKE[1] * velocity.norm(dim=0)
        shares = [torch.exp(-((x - velocity) / like).square().sum(0)) for x in around]
        total = torch.stack(shares)
        velocity = (torch.stack(around) * total[:, None]).sum(0) / total.sum(0)
    return box(box(velocity, 1), 1)


def torn(displacement: Tensor) -> Tensor:
    """Where neighbours of a displacement (2, h, w) are carried apart, (h, w): between things that part."""
    wide = F.pad(displacement[None], (1, 1, 1, 1), mode="replicate")[0]
    apart = [(wide[:, 1:-1, 2:] - wide[:, 1:-1, :-2]) / 2, (wide[:, 2:, 1:-1] - wide[:, :-2, 1:-1]) / 2]
    return torch.stack(apart).square().sum((0, 1)) > TORN**2


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
