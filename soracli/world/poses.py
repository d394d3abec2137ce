"""Where solids are and where their camera is, at given times: verbs in real 3D as functions of seconds.

World units; y is up, the floor is y = 0. The frame's height shows VIEW units at the middle of the scene.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch

from soracli.world.domain import Frame
from soracli.world.maps import PLACES, PLANETS, SPACE
from soracli.world.scene import Scene
from soracli.world.scenes import SECONDS, SPEED
from soracli.world.tracing import SHAPES

VIEW = 4.0  # world units that one frame height shows at the middle of the scene
FOCAL = 1.15  # frame heights
NARROW = 1.3  # width in frame heights that is always in view
LIFT = 0.27  # radians the camera looks down
AIM = 0.5  # world units above the floor that it looks at
ORBIT = math.radians(15)  # per second


class Pose(NamedTuple):
    """A solid in time. middle: (T, 3) right, up, near; turn: (T, 3, 3); radius: world units per own unit (T,)."""

    middle: torch.Tensor
    turn: torch.Tensor
    radius: torch.Tensor


class View(NamedTuple):
    """The camera in time. position: (T, 3). axes: (T, 3, 3), columns right, up, back. focal: (T,) frame heights.

    track: (T, 3) of `Painted.camera`.
    """

    position: torch.Tensor
    axes: torch.Tensor
    focal: torch.Tensor
    track: torch.Tensor


def about(axis: int, angle: torch.Tensor) -> torch.Tensor:
    """Rotations by angles (T,) in radians about x, y or z: (T, 3, 3)."""
    out = torch.zeros(len(angle), 3, 3, dtype=angle.dtype)
    i, j = (axis + 1) % 3, (axis + 2) % 3
    out[:, axis, axis] = 1
    out[:, i, i] = out[:, j, j] = angle.cos()
    out[:, j, i] = angle.sin()
    out[:, i, j] = -out[:, j, i]
    return out


def drop(times: torch.Tensor, height: float, bounces: int = 4) -> torch.Tensor:
    """Height above the floor of something let go at `height`, which bounces ever less and then lies still."""
    gravity = 5.0
    start, speed, level = 0.3, 0.0, height
    out = torch.full_like(times, height)
    for _ in range(bounces + 1):
        since = times - start
        out = torch.where(since > 0, (level + speed * since - gravity / 2 * since**2).clamp(min=0), out)
        landing = (speed + math.sqrt(speed**2 + 2 * gravity * level)) / gravity
        start, level, speed = start + landing, 0.0, 0.45 * (gravity * landing - speed)
    return torch.where(times > start, 0.0, out)


def pose(scene: Scene, number: int, frame: Frame) -> Pose:
    """How a performer moves, in world units. Pure in time."""
    performer, t = scene.performers[number], frame.times
    name = performer.name if performer.name in SHAPES else "ball"
    shape, planet = SHAPES[name], performer.name in PLANETS
    radius = performer.size * VIEW / 2 * (0.45 if performer.name == "saturn" else 1.0)
    sign = {"left": -1.0, "right": 1.0}.get(performer.direction, 0.0)
    depth = (performer.depth - 0.5) * 3
    width = VIEW * max(frame.aspect, NARROW) * (1 - depth / (VIEW * FOCAL))  # in view at this depth
    gone = sign * SPEED.get(performer.action, 0.0) * t * width
    across = (performer.x - 0.5) * width + gone
    near, up = torch.full_like(t, depth), torch.zeros_like(t)
    turn, rest = about(1, torch.full_like(t, 2 * math.pi * performer.phase)), shape.rest
    beat = 2 * math.pi * (t / 2.4 + performer.phase)
    if name == "ring":
        turn, rest = about(1, torch.full_like(t, 0.5)) @ about(0, torch.full_like(t, math.pi / 2)), 1.0
    elif name in ("capsule", "cylinder") and performer.action in ("spin", "roll"):
        turn, rest = about(0, torch.full_like(t, math.pi / 2)), shape.span
    if planet:
        turn = (
            about(0, torch.full_like(t, 0.35))
            @ about(2, torch.full_like(t, 0.3))
            @ about(1, 0.5 * t + 2 * math.pi * performer.phase)
        )
    elif performer.action == "spin":
        turn = about(1, 2.2 * t) @ turn
    elif performer.action == "roll":
        turn = about(2, -gone / (radius * rest))
        turn = turn @ about(0, torch.full_like(t, math.pi / 2)) if name != "ball" else turn
    elif performer.action == "bounce":
        stage = (t / 1.05 + performer.phase) % 1
        up = min(max(2.1 - 2 * radius * rest, 0.4), 1.0) * 4 * stage * (1 - stage)  # stays in view
    elif performer.action == "fall":
        up = drop(t, 2.5)
    elif performer.action == "float":
        up = 0.5 + 0.2 * beat.sin()
        turn = about(1, 0.9 * t) @ about(0, 0.7 * t + performer.phase)
    if performer.action == "circle":
        around = pose(scene, performer.partner, frame) if performer.partner >= 0 else None
        reach = radius * rest + (float(around.radius[0]) if around else 0.0) + 0.45
        angle = 1.7 * t + 2 * math.pi * performer.phase
        across = reach * angle.cos() + (around.middle[:, 0] if around else 0.0)
        near = reach * angle.sin() + (around.middle[:, 2] if around else 0.0)
    height = up + (AIM if planet else radius * rest)
    return Pose(torch.stack([across, height, near], 1), turn, torch.full_like(t, radius))


def level(scene: Scene) -> torch.Tensor:
    """Right, up and near as columns (3, 3): the way the camera looks, before it circles, decides."""
    rng = np.random.default_rng(scene.seed)
    views = PLACES[scene.place].views if scene.place in PLACES else (0.4,)
    heading = (2 * views[int(rng.integers(len(views)))] - 1 + float(rng.uniform(-0.06, 0.06))) * math.pi
    return about(1, torch.tensor([-heading], dtype=torch.float64))[0]


def view(scene: Scene, frame: Frame) -> View:
    """Where the camera is and what it looks at. Narrow frames are seen from farther away."""
    t = frame.times
    lift = 0.06 if scene.place == SPACE else LIFT
    turned = ORBIT * (t - SECONDS / 2) if scene.camera == "orbit" else torch.zeros_like(t)
    zoom = {"zoom in": 0.85 + 0.1 * t, "zoom out": 1.2 / (1 + 0.1 * t)}.get(scene.camera, torch.ones_like(t))
    distance = VIEW * FOCAL / min(1.0, frame.aspect / NARROW)
    axes = level(scene) @ about(1, -turned) @ about(0, torch.full_like(t, -lift))
    position = axes[:, :, 2] * distance
    position = position + torch.tensor([0.0, AIM, 0.0], dtype=t.dtype)
    track = torch.stack([turned * FOCAL, torch.zeros_like(t), zoom], 1)
    return View(position, axes, FOCAL * zoom, track)
