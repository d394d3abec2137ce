"""Where performers are and what the camera does, at given times: verbs as functions of seconds."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch

from soracli.world.scene import Performer, Scene
from soracli.world.scenes import SPEED, actor, signed

HORIZON = 0.60  # frame heights from the top
GROUND = 0.84  # where the feet stand at depth 0.5
LOOP = 2.4  # seconds of one loop of a sprite at walking pace
PACE = {"run": 1.8, "drive": 1.5, "fly": 1.6, "hover": 1.4, "launch": 2.0}  # times as fast as LOOP


class Path(NamedTuple):
    """A performer's motion, each float64 (T,).

    x: centre, frame widths. feet: where it would stand, frame heights from the top. lift: height above that, frame
    heights. angle: degrees clockwise. scale: factor on its size. cycle: sprite loops since the start, any real.
    """

    x: torch.Tensor
    feet: torch.Tensor
    lift: torch.Tensor
    angle: torch.Tensor
    scale: torch.Tensor
    cycle: torch.Tensor


def feet(performer: Performer) -> float:
    """Ground line of a performer, frame heights from the top: nearer stands lower in the picture."""
    return GROUND + (performer.depth - 0.5) * 0.3


def path(performer: Performer, times: torch.Tensor) -> Path:
    """How a performer moves. times: float64 (T,) seconds."""
    t = times
    zero, one = torch.zeros_like(t), torch.ones_like(t)
    x = performer.x + signed(performer.direction) * SPEED.get(performer.action, 0.0) * t
    cycle = performer.phase + t / LOOP * PACE.get(performer.action, 1.0)
    lift, angle, ground = zero, zero, feet(performer) * one
    turn = 2 * math.pi * (t + performer.phase)
    if performer.action == "walk":
        lift = 0.006 * (turn * 1.7).sin().abs()
    elif performer.action == "run":
        lift = 0.025 * (turn * 1.25).sin().abs()
    elif performer.action == "jump":
        beat = (t / 1.1 + performer.phase) % 1.0
        lift = 0.24 * (4 * beat * (1 - beat))
    elif performer.action == "stand":
        cycle = one * 3 / 36 + (3 / 36 * (turn / LOOP).sin() if actor(performer.name).kind != "driver" else zero)
    elif performer.action in ("fly", "hover"):
        lift = 0.27 + 0.025 * (turn / 1.6).sin()
    elif performer.action == "launch":
        lift = 0.055 * (t - 0.4).clamp(min=0) ** 2
        angle = angle + actor(performer.name).tilt
    return Path(x, ground, lift, angle, one, cycle)


class Camera(NamedTuple):
    """What the camera does, each float64 (T,). x: sideways travel at the actors' depth, frame widths. zoom: factor."""

    x: torch.Tensor
    zoom: torch.Tensor


def camera(scene: Scene, times: torch.Tensor) -> Camera:
    """The camera of a scene. `tracking` follows the lead so that it stays in the middle of the frame."""
    x, zoom = torch.zeros_like(times), torch.ones_like(times)
    lead = scene.performers[0]
    if scene.camera == "tracking":
        x = lead.x - 0.5 + signed(lead.direction) * SPEED.get(lead.action, 0.0) * times
    elif scene.camera == "zoom in":
        zoom = 1 + 0.1 * times
    return Camera(x, zoom)
