"""Layers of a place in fixed point, scrolled by the travel of a camera and composited into frames."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from typing import NamedTuple

import torch

from soracli.world.domain import Frame
from soracli.world.language.verbs import ground_factor
from soracli.world.layers import Backdrop
from soracli.world.strips import ONE, Strip, fixed, lerp, over


class Plane:
    """A strip in fixed point: int16 colour 0..255 and cover 0..128, (rows, columns * 3), and how it is scrolled.

    perspective: of the ground, every row of which moves at its own rate.
    """

    def __init__(self, strip: Strip, device: torch.device, *, perspective: bool = False) -> None:
        colour, cover = fixed(strip.pixels)
        self.colour, self.cover = colour.to(device), cover.to(device)
        self.opaque = perspective or bool((cover == ONE).all())
        self.perspective, self.drifting = perspective, bool(strip.drift)
        self.top, self._start, self._factor, self._height = strip.top, strip.start, strip.factor, strip.height
        self._drift = strip.drift * strip.height

    def shifts(self, travel: float, seconds: float) -> list[float]:
        """Columns by which each of its rows is moved to the left; of one number all are."""
        if not self.perspective:
            return [travel * self._factor + seconds * self._drift - self._start]
        rows = range(self.top, self.top + len(self.colour))
        return [travel * ground_factor((row + 0.5) / self._height) - self._start for row in rows]

    def painted(self, colour: torch.Tensor) -> Plane:
        """The same with other colours, int16 (rows, columns * 3)."""
        other = copy.copy(self)
        other.colour = colour
        return other

    def draw(self, canvas: torch.Tensor, travel: float, seconds: float) -> None:
        """Over int16 (H, W * 3), with the camera at `travel` pixels."""
        width = canvas.shape[1]
        (shift,) = self.shifts(travel, seconds)
        whole = math.floor(shift)
        weight, a = round((shift - whole) * ONE), whole * 3
        rows = canvas[self.top : self.top + len(self.colour)]
        colour = lerp(self.colour[:, a : a + width], self.colour[:, a + 3 : a + 3 + width], weight)
        if self.opaque:
            rows.copy_(colour)
        else:
            over(rows, colour, lerp(self.cover[:, a : a + width], self.cover[:, a + 3 : a + 3 + width], weight))

    def scrolled(self, travel: torch.Tensor, width: int) -> torch.Tensor:
        """A ground at each camera position (T,), pixels: int16 (T, rows, width * 3)."""
        wide = width * 3
        out = torch.empty(len(travel), len(self.colour), wide, dtype=torch.int16, device=self.colour.device)
        for r in range(len(self.colour)):
            shift = travel * ground_factor((self.top + r + 0.5) / self._height) - self._start
            whole = shift.floor()
            weight = ((shift - whole) * ONE).round().to(torch.int16)[:, None].to(out.device)
            start = (whole.long() * 3).to(out.device)
            windows = self.colour[r].unfold(0, wide, 1)
            a, b = windows.index_select(0, start), windows.index_select(0, start + 3)
            torch.bitwise_right_shift(a.mul_(ONE - weight).add_(b.mul_(weight)).add_(ONE // 2), 7, out=out[:, r])
        return out


class Planes(NamedTuple):
    """Of a backdrop, from far to near; the performers stand before `near`."""

    far: list[Plane]
    ground: Plane
    near: list[Plane]
    front: list[Plane]

    @classmethod
    def of(cls, drawn: Backdrop, device: torch.device) -> Planes:
        far, near, front = (
            [Plane(strip, device) for strip in strips] for strips in ((drawn.sky, *drawn.far), drawn.near, drawn.front)
        )
        return cls(far, Plane(drawn.ground, device, perspective=True), near, front)

    @property
    def ordered(self) -> list[Plane]:
        """All of them from far to near."""
        return [*self.far, self.ground, *self.near, *self.front]

    def painted(self, colours: Sequence[torch.Tensor]) -> Planes:
        """The same with other colours, in the order of `ordered`."""
        planes = iter([plane.painted(colour) for plane, colour in zip(self.ordered, colours, strict=True)])
        far = [next(planes) for _ in self.far]
        return Planes(far, next(planes), [next(planes) for _ in self.near], [next(planes) for _ in self.front])


class Scenery:
    """A backdrop in motion. What is behind the actors is composited once if nothing there moves."""

    def __init__(self, planes: Planes, travel: torch.Tensor, frame: Frame) -> None:
        steady = bool((travel == travel[0]).all())
        self._planes, self._frame = planes, frame
        self._travel = travel * frame.height  # pixels, at the actors' depth
        self._ground = planes.ground.scrolled(self._travel[:1] if steady else self._travel, frame.width)
        drifting = any(plane.drifting for plane in (*planes.far, *planes.near))
        self._still = self._compose(0) if steady and not drifting else None

    def behind(self, t: int) -> torch.Tensor:
        """What the actors stand before, in frame t: a new int16 (H, W * 3)."""
        return self._compose(t) if self._still is None else self._still.clone()

    def in_front(self, canvas: torch.Tensor, t: int) -> None:
        """Lay what is nearer than the actors over the canvas."""
        self._draw(self._planes.front, canvas, t)

    def _draw(self, planes: Sequence[Plane], canvas: torch.Tensor, t: int) -> None:
        for plane in planes:
            plane.draw(canvas, float(self._travel[t]), float(self._frame.times[t]))

    def _compose(self, t: int) -> torch.Tensor:
        h, w = self._frame.height, self._frame.width
        canvas = torch.zeros(h, w * 3, dtype=torch.int16, device=self._ground.device)
        self._draw(self._planes.far, canvas, t)
        canvas[self._planes.ground.top :] = self._ground[min(t, len(self._ground) - 1)]
        self._draw(self._planes.near, canvas, t)
        return canvas
