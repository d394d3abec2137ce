"""How what is seen moves from one frame to a distant one: on paths that the frames beyond both ends tell.

Two frames alone say where a thing was and will be, and leave a straight line at an even pace. From frames before the
first and after the second it is known how it came and went. A path is taken for a process whose velocity is forgotten
over a time (integrated Ornstein-Uhlenbeck process), seen at some moments with some error; its place between the ends is
the mean of what agrees with that (Gaussian process regression: Rasmussen & Williams 2006, section 2.2). Forgotten soon,
it is a straight line; hardly ever, a cubic (as between frames of a film: Xu et al. 2019). Which of these it is, and how
far it wanders, is weighed at each place by how likely it makes what was seen (ibid., section 5.2): a hand that shakes
tells nothing of the next moment, a head that turns does.

Time is counted in ways from one end to the other, displacements in pixels of the grid, across before down.
"""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from soracli.footage import optical_flow
from soracli.footage.motion_fields import box, enlarged, picture, places, sampled, shifted, shrunk
from soracli.footage.optical_flow import Frame
from soracli.types import Frames

LINES = 128  # of the grid on which displacements are found, about; paths are looked for on one half as fine
SEEN = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 3 / 4)  # times beyond the ends at which frames are looked at
FORGOTTEN = (0.1, 0.4, 1.6)  # time constants of velocity that are weighed
WANDERING = (0.5, 2.0, 8.0, 32.0)  # standard deviations of velocity about its mean that are weighed
MEAN = 5.0  # standard deviation of that mean
ERROR = 0.15  # of a displacement;
RELATIVE = 0.08  # so much more, as a share of it;
UNLIKE = 1 / 16  # for every level of 255 by which the frames differ along it;
OUTSIDE = 30.0  # and where it leads out of the picture
NEAR = 4  # places on each side, as which moves where both ends disagree
AROUND = 2  # places on each side, which move alike


class Paths:
    """before, after: frames up to one end and from the other on, (T, H, W, 3) each. apart: frames from end to end."""

    def __init__(self, before: Frames, after: Frames, apart: int, device: str = "cpu") -> None:
        self.factor = max(1, round(min(before.shape[1:3]) / LINES))
        numbers = sorted({max(1, round(share * apart)) for share in SEEN})
        self.ends = tuple(picture(shrunk(frame, self.factor)) for frame in (before[-1], after[0]))
        self.tracks: list[list[Tensor]] = []
        for frames in (before[::-1], after):
            small = [shrunk(frame, self.factor) for frame in frames[: numbers[-1] + 1]]
            self.tracks.append([_track(small[0], small[n], device) for n in numbers if n < len(small)])
        known = [[n / apart for n in numbers[: len(tracks)]] for tracks in self.tracks]
        self.times = np.array([*(-t for t in known[0]), 1.0, *(1 + t for t in known[1])])

    @torch.inference_mode()
    def aside(self, t: float, ways: Tensor) -> Tensor:
        """How far what is seen at time t lies beside the straight line between the ends: (2, H, W), in pixels of a
        grid on which it lies at ways (4, H, W) from there in the frame before (2) and the one after (2).
        """
        size = (ways.shape[1], ways.shape[2])
        if len(self.times) == 1:
            return torch.zeros(2, *size)
        coarse = _halved(F.avg_pool2d(ways[None], self.factor, ceil_mode=True)[0] / self.factor)
        first, second = coarse[:2], coarse[2:]
        here = _halved(places(-(-size[0] // self.factor), -(-size[1] // self.factor)))
        across = second - first
        before, after = (
            [sampled(track, here + way, "bilinear", "border") for track in tracks]
            for tracks, way in zip(self.tracks, (first, second), strict=True)
        )
        straight = torch.cat([across, torch.full_like(across[:1], ERROR)])
        seen = torch.stack([*before, straight, *(x + F.pad(across, (0, 0, 0, 0, 0, 1)) for x in after)], -1)
        found = self._place(t, seen[:2], seen[2]) - t * across
        sure = shifted(sampled(self.ends[0], here + first), sampled(self.ends[1], here + second), 1)
        around = box(sure * found, NEAR) / (box(sure, NEAR) + 0.1)
        found = torch.lerp(around, found, sure)
        aside: Tensor = self.factor * enlarged(found, size, 2 * self.factor)
        return aside

    def _place(self, t: float, seen: Tensor, error: Tensor) -> Tensor:
        """(2, h, w): where it lies at time t, from where it was seen at all times (2, h, w, N) and how exactly."""
        seen, noise = seen.permute(1, 2, 3, 0).contiguous(), torch.diag_embed(error.square())
        likely, found = [], []
        for forgotten, wandering in itertools.product(FORGOTTEN, WANDERING):
            own = torch.from_numpy(_covariance(self.times, self.times, forgotten, wandering)).float()
            now = torch.from_numpy(_covariance(np.array([t]), self.times, forgotten, wandering)[0]).float()
            root = torch.linalg.cholesky(own + noise)
            solved = torch.cholesky_solve(seen, root)
            fit = -0.5 * (seen * solved).sum((2, 3)) - 2 * root.diagonal(dim1=-2, dim2=-1).log().sum(-1)
            likely.append(box(fit[None], AROUND))
            found.append((now[:, None] * solved).sum(2))
        shares = torch.stack(likely).softmax(0)  # (K, 1, h, w)
        return (shares * torch.stack(found).permute(0, 3, 1, 2)).sum(0)


def _track(end: Frame, other: Frame, device: str) -> Tensor:
    """(3, h, w): where in another frame lies what an end shows, across and down from there, and the error of that."""
    flow, back = optical_flow.flow(end, other, device), optical_flow.flow(other, end, device)
    height, width = end.shape[:2]
    there = places(height, width) + flow
    astray = (flow + sampled(back, there, "bilinear", "border")).norm(dim=0, keepdim=True)
    unlike = (sampled(picture(other), there, "bilinear", "border") - picture(end)).abs().mean(0, keepdim=True)
    inside = (there > -0.5).all(0, keepdim=True) & (there[:1] < width - 0.5) & (there[1:] < height - 0.5)
    error = ERROR + RELATIVE * flow.norm(dim=0, keepdim=True) + UNLIKE * box(unlike, 2) + box(astray, 1)
    return torch.cat([flow, error + OUTSIDE * box((~inside).float(), 1)])


def _halved(x: Tensor) -> Tensor:
    return F.avg_pool2d(x[None], 2, ceil_mode=True)[0]


def _covariance(
    at: npt.NDArray[np.float64], other: npt.NDArray[np.float64], forgotten: float, wandering: float
) -> npt.NDArray[np.float64]:
    """Of places at two lists of times, of what is at 0 at time 0: (len(at), len(other))."""

    def spread(time: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Variance of how far it goes in a time, over that of its velocity."""
        time = np.abs(time)
        return 2 * forgotten * (time - forgotten * (1 - np.exp(-time / forgotten)))

    a, b = at[:, None], other[None]
    return wandering**2 * (spread(a) + spread(b) - spread(a - b)) / 2 + MEAN**2 * a * b
