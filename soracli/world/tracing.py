"""Rays against solids: where they hit, what shades them, how much light gets past.

K pictures hold A solids each; N rays carry the number of their picture. Solids are signed distance fields of about
unit size, marched only inside their bounding spheres. Distances are world units, y is up, the floor is y = 0.
Sums over x, y, z are written out, so that a ray's result does not depend on the batch around it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch

FAR = 1e4
STEPS, ROUNDS = 12, 8  # of a march through a bounding sphere: rounds of steps, for rays that are still on the way
SHADOW_STEPS = 14
WIDEST = 0.4  # units of the solid that half a shadow's edge may measure
CLOSE = 2e-3  # units of the solid at which a march has arrived


def dot(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Over the last axis of (..., 3)."""
    return a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1] + a[..., 2] * b[..., 2]


def norm(a: torch.Tensor) -> torch.Tensor:
    """Lengths of vectors (..., 3) -> (...)."""
    return dot(a, a).sqrt()


def unit(a: torch.Tensor) -> torch.Tensor:
    """Vectors (..., 3) at length 1."""
    return a / norm(a).clamp(min=1e-9)[..., None]


def rotate(turn: torch.Tensor, a: torch.Tensor) -> torch.Tensor:
    """turn: (..., 3, 3) times a: (..., 3)."""
    return torch.stack([dot(turn[..., row, :], a) for row in range(3)], -1)


def _hypot(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return (a * a + b * b).sqrt()


def _ball(p: torch.Tensor) -> torch.Tensor:
    return norm(p) - 1


def _cube(p: torch.Tensor) -> torch.Tensor:
    q = p.abs() - 0.72
    return norm(q.clamp(min=0)) + q.amax(-1).clamp(max=0) - 0.08


def _ring(p: torch.Tensor) -> torch.Tensor:
    return _hypot(_hypot(p[..., 0], p[..., 2]) - 0.7, p[..., 1]) - 0.3


def _corner(a: torch.Tensor, b: torch.Tensor, rounding: float) -> torch.Tensor:
    """Two faces that meet in a rounded edge."""
    return (
        _hypot((a + rounding).clamp(min=0), (b + rounding).clamp(min=0))
        + (torch.maximum(a, b) + rounding).clamp(max=0)
        - rounding
    )


def _cone(p: torch.Tensor) -> torch.Tensor:
    side = (_hypot(p[..., 0], p[..., 2]) * 2 + (p[..., 1] - 1) * 0.85) / 4.7225**0.5  # base radius 0.85, height 2
    return _corner(side, -1 - p[..., 1], 0.05)


def _capsule(p: torch.Tensor) -> torch.Tensor:
    y = p[..., 1] - p[..., 1].clamp(-0.52, 0.52)
    return (p[..., 0] ** 2 + y**2 + p[..., 2] ** 2).sqrt() - 0.48


def _cylinder(p: torch.Tensor) -> torch.Tensor:
    return _corner(_hypot(p[..., 0], p[..., 2]) - 0.72, p[..., 1].abs() - 1, 0.06)


def _ringed(p: torch.Tensor) -> torch.Tensor:
    """A ball with a thin, wide ring around its equator."""
    across = _hypot(p[..., 0], p[..., 2])
    disc = _hypot(((across - 1.72).abs() - 0.48).clamp(min=0), p[..., 1]) - 0.008
    return torch.minimum(norm(p) - 1, disc)


class Shape(NamedTuple):
    """distance: signed, of points (..., 3) in the solid's own units. bound: radius of a sphere around it.

    rest: height of its middle above the floor it stands on. span: half its width.
    """

    distance: Callable[[torch.Tensor], torch.Tensor]
    bound: float
    rest: float
    span: float


SHAPES = {
    "ball": Shape(_ball, 1.0, 1.0, 1.0),
    "cube": Shape(_cube, 1.39, 0.8, 0.8),
    "ring": Shape(_ring, 1.0, 0.3, 1.0),
    "cone": Shape(_cone, 1.32, 1.0, 0.85),
    "capsule": Shape(_capsule, 1.0, 1.0, 0.48),
    "cylinder": Shape(_cylinder, 1.24, 1.0, 0.72),
    "ringed": Shape(_ringed, 2.21, 1.0, 2.2),
}
KINDS = tuple(SHAPES)


@dataclass(frozen=True)
class World:
    """K pictures of A solids. kind: int64 (K, A) place in KINDS, -1 for none. middle: (K, A, 3). turn: (K, A, 3, 3)
    own axes to world. radius: (K, A) world units per own unit. floor: bool (K,) whether there is one."""

    kind: torch.Tensor
    middle: torch.Tensor
    turn: torch.Tensor
    radius: torch.Tensor
    floor: torch.Tensor


class Rays(NamedTuple):
    """picture: int64 (N,). start, way: (N, 3), unit directions. source: int64 (N,) solid they leave from, which they
    cannot hit, or -1."""

    picture: torch.Tensor
    start: torch.Tensor
    way: torch.Tensor
    source: torch.Tensor

    def pick(self, which: torch.Tensor) -> Rays:
        """Some of the rays, by mask or index."""
        return Rays(*(part[which] for part in self))


class Hits(NamedTuple):
    """distance: (N,) world units, FAR if nothing is hit. solid: int64 (N,) 0..A-1, A = the floor, -1 = nothing.

    normal: (N, 3) of the surface. local: (N, 3) the point in the solid's own units, on the floor in world units.
    touched: bool (A, N) whether the ray would hit each solid if it were alone.
    """

    distance: torch.Tensor
    solid: torch.Tensor
    normal: torch.Tensor
    local: torch.Tensor
    touched: torch.Tensor


def trace(world: World, rays: Rays) -> Hits:
    """The nearest surface of each ray."""
    count, solids = len(rays.picture), world.kind.shape[1]
    best = rays.way.new_full((count,), FAR)
    which = rays.picture.new_full((count,), -1)
    normal, local = torch.zeros_like(rays.way), torch.zeros_like(rays.way)
    normal[:, 1] = 1
    touched = torch.zeros(solids, count, dtype=torch.bool, device=best.device)
    down = -rays.start[:, 1] / rays.way[:, 1].clamp(max=-1e-6)
    on_floor = world.floor[rays.picture] & (rays.way[:, 1] < -1e-4) & (rays.source != solids) & (down < FAR)
    best, which = torch.where(on_floor, down, best), torch.where(on_floor, solids, which)
    local = torch.where(on_floor[:, None], rays.start + rays.way * best[:, None], local)
    for solid in range(solids):
        for kind, near in _near(world, rays, solid, 1.0):
            near = near[rays.source[near] != solid]
            some = rays.pick(near)
            place = _Place.of(world, some.picture, solid)
            start, way = place.inward(some.start, some.way)
            along, hit = _march(SHAPES[KINDS[kind]], start, way)
            near, along, point = near[hit], along[hit], (start + way * along[:, None])[hit]
            touched[solid, near] = True
            far = along * place.radius[hit]
            nearer = far < best[near]
            near, point, turn = near[nearer], point[nearer], place.turn[hit][nearer]
            best[near], which[near], local[near] = far[nearer], solid, point
            normal[near] = rotate(turn, _normal(SHAPES[KINDS[kind]], point))
    return Hits(best, which, normal, local, touched)


def lit(world: World, rays: Rays, softness: torch.Tensor) -> torch.Tensor:
    """Share of a lamp that reaches the start of rays which point to it, (N,). softness: (N,) width of its edges."""
    share = torch.ones_like(rays.way[:, 0])
    for solid in range(world.kind.shape[1]):
        for kind, near in _near(world, rays, solid, 1 + WIDEST):
            near = near[rays.source[near] != solid]
            some = rays.pick(near)
            place = _Place.of(world, some.picture, solid)
            start, way = place.inward(some.start, some.way)
            shape = SHAPES[KINDS[kind]]
            first, last = _span(start, way, shape.bound * (1 + WIDEST))
            first = first.clamp(min=0.01)
            open_ = torch.ones_like(first)
            for step in range(SHADOW_STEPS):
                along = first + (last - first) * ((step + 0.5) / SHADOW_STEPS)
                gap = shape.distance(start + way * along[:, None])
                open_ = torch.minimum(open_, 0.5 + 0.5 * gap / (softness[near] * along + 0.03).clamp(max=WIDEST))
            open_ = open_.clamp(0, 1)
            share[near] *= open_ * open_ * (3 - 2 * open_)
    return share


def covered(world: World, rays: Rays, normal: torch.Tensor) -> torch.Tensor:
    """Share of the sky above the start of rays that solids hide, (N,): each solid as a ball."""
    hidden = torch.zeros_like(normal[:, 0])
    for solid in range(world.kind.shape[1]):
        towards = world.middle[rays.picture, solid] - rays.start
        gap = dot(towards, towards)
        radius = world.radius[rays.picture, solid] * 0.9
        amount = (radius * radius / gap.clamp(min=1e-9)) * (dot(towards, normal) / gap.clamp(min=1e-9).sqrt() + 0.15)
        hidden += torch.where(rays.source == solid, 0.0, amount.clamp(0, 1))
    return hidden.clamp(0, 0.92)


class _Place(NamedTuple):
    """One solid, for each of some rays."""

    middle: torch.Tensor
    turn: torch.Tensor
    radius: torch.Tensor

    @classmethod
    def of(cls, world: World, picture: torch.Tensor, solid: int) -> _Place:
        return cls(world.middle[picture, solid], world.turn[picture, solid], world.radius[picture, solid])

    def inward(self, start: torch.Tensor, way: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """A ray in the solid's own axes and units."""
        back = self.turn.transpose(-1, -2)
        return rotate(back, start - self.middle) / self.radius[:, None], rotate(back, way)


def _near(world: World, rays: Rays, solid: int, slack: float) -> list[tuple[int, torch.Tensor]]:
    """For each kind of shape in this place: the rays (indices) that cross its bounding sphere."""
    kinds = world.kind[:, solid]
    bounds = torch.tensor([shape.bound for shape in SHAPES.values()], device=kinds.device)
    reach = bounds[kinds.clamp(min=0)] * world.radius[:, solid] * slack
    reach = torch.where(kinds < 0, -1.0, reach)
    towards = world.middle[rays.picture, solid] - rays.start
    along = dot(towards, rays.way)
    gap = dot(towards, towards)
    edge = reach[rays.picture]
    around = edge * edge
    ahead = (along > 0) | (gap < around)
    crossing = ((gap - along * along < around) & ahead & (edge > 0)).nonzero().flatten()
    own = kinds[rays.picture[crossing]]
    return [(kind, crossing[own == kind]) for kind in sorted(set(kinds.tolist()) - {-1})]


def _span(start: torch.Tensor, way: torch.Tensor, bound: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Where a ray enters and leaves a sphere around the origin; entry 0 if it starts inside."""
    along = -dot(start, way)
    half = (bound * bound - dot(start, start) + along * along).clamp(min=0).sqrt()
    return (along - half).clamp(min=0), along + half


def _march(shape: Shape, start: torch.Tensor, way: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """How far along each ray its first surface is, own units, and whether there is one."""
    along, last = _span(start, way, shape.bound)
    late = torch.arange(len(along), device=along.device)
    for _ in range(1 if shape.distance is _ball else ROUNDS):
        some, ahead, far = start[late], way[late], along[late]
        for _ in range(STEPS):
            gap = shape.distance(some + ahead * far[:, None])
            far = far + gap
        along[late] = far
        late = late[(gap > CLOSE / 2) & (far < last[late])]  # rays that graze a surface come closer slowly
        if not len(late):
            break
    gap = shape.distance(start + way * along[:, None])
    return along, (gap < CLOSE) & (along < last + 0.01) & (along > 1e-3)


def _normal(shape: Shape, point: torch.Tensor) -> torch.Tensor:
    """Slope of the distance field, from four corners of a tetrahedron."""
    if shape.distance is _ball:
        return unit(point)
    total = torch.zeros_like(point)
    for corner in ((1.0, -1.0, -1.0), (-1.0, -1.0, 1.0), (-1.0, 1.0, -1.0), (1.0, 1.0, 1.0)):
        arm = torch.tensor(corner, device=point.device)
        total = total + arm * shape.distance(point + arm * 1.5e-3)[:, None]
    return unit(total)
