"""A place whose layers take their colours from pictures of it, so that any frame of a shot can be composited of them.

Where a camera travels the layers of a place move against each other, which is known and need not be painted. A few
pictures, each of a moment of the shot, show all that it passes. What a picture shows other than the layers as they are
drawn is a difference in colour, and belongs to the layer that is seen there: it is laid down on that, in its own
columns, and goes along with it. What was painted once looks the same whenever it is seen, and outlines stay as sharp as
they are drawn. (Layers with parallax: Shade et al. 1998, "Layered depth images"; planes, as in animation.)

Differences along an outline, of a layer or of what is drawn on it, are of both sides of it: there, and where no picture
shows a layer, it takes the mean difference of what is near (push-pull interpolation; Gortler et al. 1996, "The
lumigraph"). So textures and light are the picture's, lines are as they are drawn.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F

from soracli.world.domain import Frame
from soracli.world.language.verbs import ground_factor
from soracli.world.motion import Camera
from soracli.world.planes import Plane, Planes, Scenery
from soracli.world.scene import Scene
from soracli.world.scenery import built, cropped, window
from soracli.world.strips import ONE

APART = 0.5  # of the width of a frame, by which what is nearest moves between two pictures
SEEN = 0.25  # share of a layer that must show through for its colours to be told
EDGE = 1 / 128  # frame heights from an outline within which a picture shows both sides of it
OUTLINE = 14  # levels of 255 between neighbouring pixels of a layer from which it is an outline
FEATHER = 0.1  # frame heights at both sides of a picture over which it gives way to the next one
COARSE = 8  # pixels of a block of which the mean difference is taken


def moments(travel: torch.Tensor, aspect: float, ends: Sequence[int] = ()) -> list[int]:
    """Numbers of the frames whose pictures show all that a camera passes; one if it stands.

    travel: (T,) frame heights. ends: numbers of frames, rising, before which the shot once ended: the pictures of it
    are the same, and others follow.
    """
    step = APART * aspect / ground_factor(1.0)
    found: list[int] = []
    low = high = 0.0
    for _, end in pairwise([0, *ends, len(travel)]):
        least, most = float(travel[:end].min()), float(travel[:end].max())
        if not found:
            count = -int(-(most - least) // step)
            aims = torch.linspace(least, most, count + 1, dtype=torch.float64).tolist()
        else:
            aims = [*_beyond(low, least, -step), *_beyond(high, most, step)]
        low, high = least, most
        found += [int((travel[:end] - aim).abs().argmin()) for aim in aims]
    return list(dict.fromkeys(found))


def _beyond(covered: float, end: float, step: float) -> Iterator[float]:
    """Positions from one that is covered to one beyond it, at most a step apart, without the first."""
    if (end - covered) * step > 0:
        count = -int(-(end - covered) // step)
        yield from (covered + (end - covered) * (i + 1) / count for i in range(count))


class Multiplane:
    """What lies behind the performers of a shot, but for weather.

    camera: of the shot, at the times of the frame (T,), whose size is the result's.
    """

    def __init__(self, scene: Scene, camera: Camera, frame: Frame) -> None:
        self._camera, self._frame = camera, frame
        self._travel = camera.x * frame.aspect
        self._planes = Planes.of(built(scene, self._travel, frame), torch.device("cpu"))

    def pictures(self, numbers: Sequence[int]) -> torch.Tensor:
        """uint8 (n, H, W, 3) of frames, without the zoom of the camera."""
        scenery, frame = self._scenery(numbers)
        flat = torch.stack([self._composed(scenery, t) for t in range(len(numbers))])
        pixels = flat.to(torch.uint8).view(len(numbers), frame.height, frame.width, 3)
        return pixels

    def filmed(self, start: int, stop: int) -> torch.Tensor:
        """uint8 (T, H, W, 3) of the frames start .. stop."""
        scenery, frame = self._scenery(range(start, stop))
        pixels = torch.empty(stop - start, frame.height, frame.width, 3, dtype=torch.uint8)
        for t in range(stop - start):
            seen = cropped(self._composed(scenery, t), window(frame, self._camera, start + t))
            pixels[t] = seen.view(frame.height, frame.width, 3)
        return pixels

    def painted(self, numbers: Sequence[int], pictures: torch.Tensor) -> Multiplane:
        """The same in the colours of pictures, uint8 (n, H, W, 3), of those frames, as `pictures` returns them."""
        planes = self._planes.ordered
        found = [_Difference(plane) for plane in planes]
        for number, picture in zip(numbers, pictures, strict=True):
            scenery, frame = self._scenery([number])
            drawn = self._composed(scenery, 0).view(frame.height, frame.width, 3)
            shifts = [plane.shifts(self._travel_pixels(number), float(frame.times[0])) for plane in planes]
            _attribute(picture.float() - drawn, list(zip(found, shifts, strict=True)))
        other = copy.copy(self)
        reach = _reach(self._frame.height)
        other._planes = self._planes.painted([one.colours(reach) for one in found])
        return other

    def _travel_pixels(self, number: int) -> float:
        return float(self._travel[number]) * self._frame.height

    def _scenery(self, numbers: Sequence[int] | range) -> tuple[Scenery, Frame]:
        part = torch.tensor(numbers)
        frame = Frame(self._frame.width, self._frame.height, self._frame.times[part])
        return Scenery(self._planes, self._travel[part], frame), frame

    def _composed(self, scenery: Scenery, t: int) -> torch.Tensor:
        canvas = scenery.behind(t)
        scenery.in_front(canvas, t)
        return canvas


class _Difference:
    """What pictures show of a plane other than it is drawn, in its own rows and columns.

    total: (rows, columns, 3), weighted. weight: (rows, columns), at most 1. sure: how far each place is told, 0..1.
    """

    def __init__(self, plane: Plane) -> None:
        self.plane = plane
        rows, wide = plane.colour.shape
        self.total, self.weight = torch.zeros(rows, wide // 3, 3), torch.zeros(rows, wide // 3)
        self.sure = torch.zeros(rows, wide // 3)

    def columns(self, shifts: Sequence[float], width: int) -> torch.Tensor:
        """Which of its columns are seen in each column of a frame: (rows, width)."""
        starts = torch.tensor(shifts).round().long()
        return (starts[:, None] + torch.arange(width)).expand(len(self.total), width)

    def add(self, columns: torch.Tensor, difference: torch.Tensor, sure: torch.Tensor, share: torch.Tensor) -> None:
        """Of a picture: difference (rows, W, 3), sure (rows, W). What earlier pictures told stays. share: (W,)."""
        before = self.weight.gather(1, columns)
        weight = (1 - before) * sure * share
        self.weight.scatter_(1, columns, before + weight)
        wide = columns[..., None].expand(-1, -1, 3)
        self.total.scatter_add_(1, wide, weight[..., None] * difference)
        self.sure.scatter_(1, columns, torch.maximum(self.sure.gather(1, columns), sure))

    def colours(self, reach: int) -> torch.Tensor:
        """Those of the plane with the difference: int16 (rows, columns * 3). reach: pixels on each side of outlines."""
        told = self.total / self.weight.clamp(min=1e-6)[..., None]
        sure = self.sure * (1 - _outlines(self.plane.colour.view(*self.sure.shape, 3), reach))
        near = _interpolated(told * sure[..., None], sure)
        difference = torch.lerp(near, told, sure[..., None]).flatten(1)
        cover = self.plane.cover.float() / ONE
        colour = (self.plane.colour + difference * cover).round().clamp(min=0)
        most = torch.maximum((cover * 255).round(), self.plane.colour)
        return torch.minimum(colour, most).to(torch.int16)


def _reach(height: int) -> int:
    """Pixels on each side of an outline, of a frame so high."""
    return max(1, round(EDGE * height))


def _outlines(colour: torch.Tensor, reach: int) -> torch.Tensor:
    """How far each place is beside an outline that is drawn on a layer, 0..1: (rows, columns) of int16 (..., 3)."""
    rows, columns = colour.shape[:2]
    found = torch.zeros(rows, columns, dtype=torch.bool)
    for axis, size in ((0, rows), (1, columns)):
        step = (colour.diff(dim=axis).abs() >= OUTLINE).any(-1)
        found.narrow(axis, 0, size - 1).logical_or_(step)
        found.narrow(axis, 1, size - 1).logical_or_(step)
    wide = F.max_pool2d(found.float()[None], 2 * reach + 1, 1, reach)
    return F.avg_pool2d(wide, 3, 1, 1, count_include_pad=False)[0]


def _attribute(difference: torch.Tensor, planes: Sequence[tuple[_Difference, Sequence[float]]]) -> None:
    """Lay the difference of a picture (H, W, 3) down on the planes, from far to near, with the shifts of each."""
    height, width = difference.shape[:2]
    left = torch.ones(height, width)  # of what is behind the planes that were seen to
    at = torch.arange(width)
    share = (torch.minimum(at + 1, width - at) / (FEATHER * height)).clamp(0.02, 1)
    reach = _reach(height)
    for found, shifts in reversed(planes):
        plane = found.plane
        rows = slice(plane.top, plane.top + len(plane.colour))
        columns = found.columns(shifts, width)
        cover = torch.ones(()) if plane.opaque else plane.cover[:, ::3].gather(1, columns).float() / ONE
        seen = left[rows] * cover
        inside = -F.max_pool2d(-seen[None], 2 * reach + 1, 1, reach)[0]
        found.add(columns, difference[rows], (inside / SEEN).clamp(max=1), share)
        left[rows] *= 1 - cover


def _interpolated(total: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """The mean over blocks of weighted values (rows, columns, 3), smooth, and of those around where none has weight."""
    values = torch.cat([total, weight[..., None]], 2).permute(2, 0, 1)[None]  # (1, 4, rows, columns)
    size = values.shape[2:]
    levels = [F.avg_pool2d(values, COARSE, ceil_mode=True)]
    while max(levels[-1].shape[2:]) > 1:
        levels.append(F.avg_pool2d(levels[-1], 2, ceil_mode=True))
    filled = levels[-1][:, :3] / levels[-1][:, 3:].clamp(min=1e-6)
    for level in reversed(levels[:-1]):
        around = F.interpolate(filled, level.shape[2:], mode="bilinear")
        filled = (level[:, :3] + 0.05 * around) / (level[:, 3:] + 0.05)
    return F.interpolate(filled, size, mode="bilinear")[0].permute(1, 2, 0)
