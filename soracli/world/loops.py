"""Abstract patterns that repeat without a seam: waves that flow, circles that widen, particles that drift."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch

from soracli.world.domain import Frame
from soracli.world.scene import Performer

LOOPS = {"wave": ("flow",), "circle": ("expand", "contract"), "particle": ("rise", "fall")}  # and what they do
LOOP = 4.0  # seconds


def loop(performer: Performer, seed: int, frame: Frame, ink: torch.Tensor, ground: torch.Tensor) -> torch.Tensor:
    """A pattern of one colour over a background. ink: (3,). ground: (1, 3, H, W). Gives (T, 3, H, W), 0..1."""
    rng = np.random.default_rng([seed, 3])
    turn = (frame.times / LOOP).float()  # loops since the start
    x = ((torch.arange(frame.width) + 0.5) / frame.height - frame.aspect / 2)[None, None]
    y = ((torch.arange(frame.height) + 0.5) / frame.height - 0.5)[None, :, None]
    draw = {"wave": _waves, "circle": _circles, "particle": _particles}[performer.name]
    return draw(performer, rng, Paper(x, y, turn, ink, ground))


class Paper(NamedTuple):
    """What a pattern is drawn on: a plane in frame heights from its centre, and the times of its frames."""

    x: torch.Tensor  # (1, 1, W)
    y: torch.Tensor  # (1, H, 1)
    turn: torch.Tensor  # (T,): loops since the start
    ink: torch.Tensor  # (3,), 0..1
    ground: torch.Tensor  # (1, 3, H, W), 0..1


def _waves(performer: Performer, rng: np.random.Generator, paper: Paper) -> torch.Tensor:
    x, y, turn, ink, ground = paper
    sign = -1.0 if performer.direction == "right" else 1.0
    picture = ground.expand(len(turn), -1, -1, -1).clone()
    for layer in range(5):
        waves, cycles = float(rng.uniform(0.5, 1.1)), int(rng.integers(1, 3))
        phase = (x * waves + sign * cycles * turn[:, None, None] + float(rng.uniform())) * 2 * math.pi
        crest = -0.22 + 0.15 * layer + 0.05 * phase.sin() + 0.02 * (2 * phase).sin()
        cover = ((y - crest) * ground.shape[-2] + 0.5).clamp(0, 1)
        shine = 0.55 + 0.16 * layer
        colour = (ink.view(3, 1, 1) * shine + (1 - shine) * 0.12).clamp(0, 1).to(ground.device)
        picture.lerp_(colour.expand_as(picture), cover[:, None].to(ground.device))
    return picture


def _circles(performer: Performer, rng: np.random.Generator, paper: Paper) -> torch.Tensor:
    x, y, turn, ink, ground = paper
    sign = 1.0 if performer.action == "expand" else -1.0
    dense, cycles = float(rng.uniform(3.5, 6)), int(rng.integers(2, 5))
    far = (x**2 + y**2).sqrt()
    band = (2 * math.pi * (far * dense - sign * cycles * turn[:, None, None])).cos()
    cover = torch.sigmoid(band * 6) * (1.15 - 0.75 * far).clamp(0.15, 1)
    return torch.lerp(ground, ink.view(3, 1, 1).to(ground.device), cover[:, None].to(ground.device))


def _particles(performer: Performer, rng: np.random.Generator, paper: Paper) -> torch.Tensor:
    x, y, turn, ink, ground = paper
    half = float(x.max())
    count, sign = 70, -1.0 if performer.action == "rise" else 1.0
    start = torch.from_numpy(rng.uniform(0, 1, (2, count, 1))).float()
    cycles = torch.from_numpy(rng.integers(1, 3, (count, 1))).float()
    radius = torch.from_numpy(rng.uniform(0.008, 0.03, (count, 1, 1))).float()
    sway = 0.04 * (2 * math.pi * (turn + start[0])).sin()
    px = (start[0] * 2 - 1) * half * 1.05 + sway  # (count, T)
    py = ((start[1] + sign * cycles * turn) % 1 - 0.5) * 1.2
    across = (-(((x[0] - px[..., None]) / radius) ** 2)).exp()  # (count, T, W)
    down = (-(((y[0].T - py[..., None]) / radius) ** 2)).exp()  # (count, T, H)
    glow = torch.einsum("pth,ptw->thw", down, across).clamp(max=1.3)[:, None].to(ground.device)
    colour = ink.view(3, 1, 1).to(ground.device)
    return ground * (1 - glow.clamp(max=1)) + (0.25 + 0.85 * colour) * glow
