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
from soracli.footage.motion_fields import (
    affine,
    box,
    carried,
    centred,
    eight_bit,
    enlarged,
    levelled,
    picture,
    places,
    psnr,
    sampled,
    shifted,
    shrinking,
    shrunk,
    torn,
)  # fmt: skip
from soracli.footage.optical_flow import Frame
from soracli.footage.paths import Paths
from soracli.models.enhance import warp
from soracli.models.rife import padded
from soracli.types import Frames

APART = 0.12  # between the two frames that velocity is told from, about
TEST_LINES = 128  # the same where a course is chosen
BLOCK = 16  # pixels on a side of the parts of a picture that are looked at one by one
FRAYED = 2.0  # times the detail that belongs to a part, or that of the picture if that is more, which it may have
CALMED = 3  # rounds in which parts that fray are brought to rest
FELT = 4  # pixels around a place, of small frames, by which it is judged whether its motion is known
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
        whole, came, open_ = self._came(frames, course)
        shown = sampled(self.picture, came)
        if open_.any():
            shown = torch.lerp(shown, sampled(self._behind, whole), open_)
        return eight_bit(shown)

    def _came(self, frames: float, course: Course) -> tuple[Tensor, Tensor, Tensor]:
        """Where each place of the picture so many frames later was, by the motion of the whole and by all motion, each
        (2, H, W); and whether nothing that was seen came there, (1, H, W), 1 = nothing.
        """
        far, own = (self.fps * travelled(frames / self.fps, decay) for decay in course)
        whole = self._whole(far)
        if not own:
            return whole, whole, torch.zeros_like(whole[:1])
        size, factor = (self.picture.shape[1], self.picture.shape[2]), self.motion.factor
        aside, open_ = self.motion.origin(far, own)
        came = whole + factor * enlarged(aside, size, factor, "nearest")
        return whole, came, enlarged(box(open_, 1), size, factor)

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

    def trust(self, share: Tensor) -> None:
        """Let what moves otherwise than the whole do so by a share (1, h, w) of its velocity, 0..1, at any size."""
        size = self.motion.own.shape[1:]
        self.motion.own = self.motion.own * F.interpolate(share[None], size, mode="bilinear")[0]

    def calm(self, course: Course, ahead: int) -> None:
        """Bring parts to rest that would fray until `ahead` frames later: things that open, turn or are thin are torn
        by what is found of their motion, and elsewhere it may well go on.
        """
        now = torch.from_numpy(plausibility.detail(eight_bit(self.picture)))[None]
        for _ in range(CALMED if course.own else 0):
            later = torch.from_numpy(plausibility.detail(self.at(ahead, course)))[None]
            expected = sampled(now, self._came(ahead, course)[1], "bilinear", "border")
            frayed = _by_parts(later) > FRAYED * _by_parts(expected).clamp_min(float(now.mean()))
            if not frayed.any():
                break
            wide = F.max_pool2d(frayed.float()[None], 3, 1, 1)
            self.trust(1 - box(F.interpolate(wide, scale_factor=4.0, mode="nearest")[0], 3))

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


def known(frames: Frames, fps: float, ahead: int, way: Course, device: str = "cpu") -> Tensor:
    """Where the own motion of what is in the last frame is known: (1, h, w), 1 = known, 0 = not.

    The last frames are told from those before, with it and without: it is known where that is nearer to them.
    """
    factor = max(1, round(min(frames.shape[1:3]) / TEST_LINES))
    small = np.stack([shrunk(frame, factor) for frame in frames])
    back = min(max(2, min(ahead, round(TESTED * fps))), len(small) - 1 - LEAST)
    if back < 1 or not way.own:
        return torch.ones(1, 1, 1)
    onward = Onward(small[:-back], fps, device)
    apart = [
        box((picture(onward.at(back, told)) - picture(small[-1])).square().mean(0, keepdim=True), FELT)
        for told in (way, way._replace(own=0))
    ]
    return box((apart[0] <= apart[1]).float(), FELT)


def _by_parts(field: Tensor) -> Tensor:
    """Means of the parts of a field (1, H, W): (1, h, w)."""
    return F.avg_pool2d(field[None], BLOCK, ceil_mode=True, count_include_pad=False)[0]


def _scores(known: Frames, truth: Frames, fps: float, device: str) -> list[float]:
    """PSNR of every course, in dB: the mean over moments of what really followed."""
    onward = Onward(known, fps, device)
    moments = sorted({max(1, round(len(truth) * share)) for share in (0.33, 0.67, 1)})
    return [float(np.mean([psnr(onward.at(n, way), truth[n - 1]) for n in moments])) for way in COURSES]


# --- between two frames -----------------------------------------------------------------------------------------------


class Between:
    """Pictures between two frames of the same size, each warped towards the other along the paths of what they show.

    alike: whether they show the same place, so that they can be.
    """

    def __init__(self, before: Frames, after: Frames, apart: int, device: str = "cpu") -> None:
        """before, after: frames up to one end and from the other on, (T, H, W, 3) each. apart: frames from end to end;
        as many on either side are looked at.
        """
        self.ends, self.factor, self.device = (picture(before[-1]), picture(after[0])), shrinking(before[-1]), device
        self.known, self.apart = (before[-apart:], after[:apart]), apart
        small = [shrunk(frame, self.factor) for frame in (before[-1], after[0])]
        self.small = [padded(optical_flow.tensor(frame, device)) for frame in small]
        self.alike = self._alike()

    @torch.inference_mode()
    def _alike(self) -> bool:
        a, b = self.small
        ways, _ = optical_flow.network(self.device).motion(a, b, 0.5)
        seen, other = warp(a, ways[:, :2]), warp(b, ways[:, 2:])
        before, after = (255 * float((x - y).abs().mean()) for x, y in ((a, b), (seen, other)))
        return after < max(ALIKE * before, CLOSE)

    @functools.cached_property
    def _paths(self) -> Paths:
        before, after = (np.stack([shrunk(frame, self.factor) for frame in frames]) for frames in self.known)
        return Paths(before, after, self.apart, self.device)

    @torch.inference_mode()
    def at(self, t: float) -> Frame:
        """The picture at 0 < t < 1: large frames are warped as they are, by what is found in smaller ones."""
        network, (a, b) = optical_flow.network(self.device), self.small
        seen = min(max(t, NEAR), 1 - NEAR)  # nearer to an end the network moves what stands at it
        ways, mask = network.motion(a, b, seen)
        missing = network.refine((a, b), (warp(a, ways[:, :2]), warp(b, ways[:, 2:])), mask, ways)
        size = self.ends[0].shape[1], self.ends[0].shape[2]
        ways = torch.cat([ways[0, :2] * (t / seen), ways[0, 2:] * ((1 - t) / (1 - seen))]).cpu()
        found = (self.factor * ways, torch.sigmoid(mask[0]).cpu(), 255 * missing[0].cpu())
        aside = enlarged(self.factor * self._paths.aside(t, ways), size, self.factor)
        straight = places(*size)
        straight -= sampled(aside, straight - aside, "bilinear", "border")
        moved, share, more = (sampled(enlarged(x, size, self.factor), straight, "bilinear", "border") for x in found)
        first, second = (
            sampled(end, straight + way) for end, way in zip(self.ends, (moved[:2], moved[2:]), strict=True)
        )
        beyond = min(1.0, t / NEAR, (1 - t) / NEAR)  # share of what the end that is near does not show
        share = torch.lerp(torch.full_like(share, float(t < 0.5)), share, beyond)
        share = torch.lerp(share, torch.full_like(share, 1 - t), shifted(first, second, self.factor))
        return eight_bit(torch.lerp(second, first, share) + beyond * more)
