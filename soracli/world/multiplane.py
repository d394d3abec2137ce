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
        views = [_View(*self._difference(number, picture)) for number, picture in zip(numbers, pictures, strict=True)]
        colours = [_painted(plane, views) for plane in reversed(self._planes.ordered)]
        other = copy.copy(self)
        other._planes = self._planes.painted(colours[::-1])
        return other

    def _difference(self, number: int, picture: torch.Tensor) -> tuple[torch.Tensor, float, float]:
        """What a picture shows other than is drawn, (H, W, 3); travel in pixels and seconds of its frame."""
        scenery, frame = self._scenery([number])
        drawn = self._composed(scenery, 0).view(frame.height, frame.width, 3)
        return picture.float() - drawn, float(self._travel[number]) * frame.height, float(frame.times[0])

    def _scenery(self, numbers: Sequence[int] | range) -> tuple[Scenery, Frame]:
        part = torch.tensor(numbers)
        frame = Frame(self._frame.width, self._frame.height, self._frame.times[part])
        return Scenery(self._planes, self._travel[part], frame), frame

    def _composed(self, scenery: Scenery, t: int) -> torch.Tensor:
        canvas = scenery.behind(t)
        scenery.in_front(canvas, t)
        return canvas


class _View:
    """A picture of a place. difference: what it shows other than is drawn, (H, W, 3). travel: pixels.

    left: of what is behind the planes that were seen to, (H, W).
    """

    def __init__(self, difference: torch.Tensor, travel: float, seconds: float) -> None:
        self.difference, self.travel, self.seconds = difference, travel, seconds
        self.left = torch.ones(difference.shape[:2])


def _painted(plane: Plane, views: Sequence[_View]) -> torch.Tensor:
    """The colours of a plane as pictures show it, int16 (rows, columns * 3). Of planes the nearest comes first.

    What earlier pictures told stays.
    """
    rows, columns = len(plane.colour), plane.colour.shape[1] // 3
    height, width = views[0].left.shape
    reach, at = max(1, round(EDGE * height)), torch.arange(width)
    share = (torch.minimum(at + 1, width - at) / (FEATHER * height)).clamp(0.02, 1)
    total, weight, sure = torch.zeros(rows, columns, 3), torch.zeros(rows, columns), torch.zeros(rows, columns)
    for view in views:
        starts = torch.tensor(plane.shifts(view.travel, view.seconds)).round().long()
        seen = (starts[:, None] + at).expand(rows, width)  # columns of the plane, of each pixel
        cover = torch.ones(()) if plane.opaque else plane.cover[:, ::3].gather(1, seen).float() / ONE
        here = view.left[plane.top : plane.top + rows]
        inside = -F.max_pool2d(-(here * cover)[None], 2 * reach + 1, 1, reach)[0]
        told = (inside / SEEN).clamp(max=1)
        before = weight.gather(1, seen)
        new = (1 - before) * told * share
        weight.scatter_(1, seen, before + new)
        difference = view.difference[plane.top : plane.top + rows]
        total.scatter_add_(1, seen[..., None].expand(-1, -1, 3), new[..., None] * difference)
        sure.scatter_(1, seen, torch.maximum(sure.gather(1, seen), told))
        here *= 1 - cover
    total /= weight.clamp(min=1e-6)[..., None]
    sure *= 1 - _outlines(plane.colour.view(rows, columns, 3), reach)
    difference = torch.lerp(_interpolated(total * sure[..., None], sure), total, sure[..., None]).flatten(1)
    alpha = plane.cover.float() / ONE
    colour = (plane.colour + difference * alpha).round().clamp(min=0)
    return torch.minimum(colour, torch.maximum((alpha * 255).round(), plane.colour)).to(torch.int16)


def _outlines(colour: torch.Tensor, reach: int) -> torch.Tensor:
    """How far each place is beside an outline that is drawn on a layer, 0..1: (rows, columns) of int16 (..., 3).

    reach: pixels on each side of one.
    """
    rows, columns = colour.shape[:2]
    found = torch.zeros(rows, columns, dtype=torch.bool)
    for axis, size in ((0, rows), (1, columns)):
        step = (colour.diff(dim=axis).abs() >= OUTLINE).any(-1)
        found.narrow(axis, 0, size - 1).logical_or_(step)
        found.narrow(axis, 1, size - 1).logical_or_(step)
    wide = F.max_pool2d(found.float()[None], 2 * reach + 1, 1, reach)
    return F.avg_pool2d(wide, 3, 1, 1, count_include_pad=False)[0]


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
