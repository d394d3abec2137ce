"""Change that stays: strokes of paint and bites out of food, each a pure function of time.

Nothing is remembered from frame to frame: what has been done by a moment is computed from that moment alone, so that
any frame of a clip can be rendered on its own.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from soracli.world.domain import Frame
from soracli.world.hues import COLOURS
from soracli.world.scene import Performer

POINTS = 320  # along a stroke
STROKE = (0.3, 3.4)  # seconds between which a stroke is drawn
FIRST_BITE, BETWEEN, BITE = 0.6, 0.37, 0.07  # seconds


def _corners(turns: list[float], reach: list[float]) -> torch.Tensor:
    """Corners at angles (turns, clockwise from the top) and distances from the middle, closed, (N + 1, 2)."""
    a = 2 * math.pi * torch.tensor(turns + turns[:1], dtype=torch.float64)
    r = torch.tensor(reach + reach[:1], dtype=torch.float64)
    return torch.stack([r * a.sin(), -r * a.cos()], 1)


def _heart(s: torch.Tensor) -> torch.Tensor:
    a = 2 * math.pi * s
    y = 13 * a.cos() - 5 * (2 * a).cos() - 2 * (3 * a).cos() - (4 * a).cos()
    return torch.stack([16 * a.sin() ** 3, -y - 2.5], 1) / 50


def figure(name: str) -> torch.Tensor:
    """Points of a drawn figure in frame heights from the middle, (POINTS, 2), evenly along its line."""
    s = torch.linspace(0, 1, 600, dtype=torch.float64)
    a = 2 * math.pi * s
    if name == "circle":
        line = 0.3 * torch.stack([a.sin(), -a.cos()], 1)
    elif name == "spiral":
        line = (0.03 + 0.31 * s)[:, None] * torch.stack([(3 * a).cos(), (3 * a).sin()], 1)
    elif name == "wave":
        line = torch.stack([1.1 * (s - 0.5), 0.17 * (2.5 * a).sin()], 1)
    elif name == "zigzag":
        line = torch.stack([1.1 * (s - 0.5), 0.18 * (4 * ((3 * s) % 1 - 0.5).abs() - 1)], 1)
    elif name == "heart":
        line = _heart(s)
    elif name == "star":
        line = _corners([i * 0.4 for i in range(5)], [0.34] * 5)
    elif name == "triangle":
        line = _corners([0, 1 / 3, 2 / 3], [0.36] * 3) + torch.tensor([0.0, 0.06], dtype=torch.float64)
    else:  # a square
        line = _corners([0.875, 0.125, 0.375, 0.625], [0.37] * 4)
    steps = (line[1:] - line[:-1]).norm(dim=1)
    far = torch.cat([steps.new_zeros(1), steps.cumsum(0)])
    at = np.interp(np.linspace(0, 1, POINTS), (far / far[-1]).numpy(), np.arange(len(line)))
    low = torch.from_numpy(np.floor(at)).long().clamp(max=len(line) - 2)
    return torch.lerp(line[low], line[low + 1], (torch.from_numpy(at) - low)[:, None])


FIGURES = ("circle", "heart", "star", "square", "triangle", "spiral", "wave", "zigzag")


class Stroke(NamedTuple):
    """A figure in the making. cover: (T, H, W) 0..1 of the paint so far. tip: (T, 2) of the brush, frame heights."""

    cover: torch.Tensor
    tip: torch.Tensor


def stroke(line: torch.Tensor, half: float, frame: Frame) -> Stroke:
    """Paint along a line of points (N, 2), frame heights from the middle. half: half the width, frame heights."""
    width, height, times = frame.width, frame.height, frame.times
    x = (torch.arange(width) + 0.5 - width / 2) / height
    y = (torch.arange(height) + 0.5 - height / 2) / height
    cover = torch.zeros(height, width)
    arrival = torch.full((height, width), 2.0)
    reach = half + 1 / height
    for number, (px, py) in enumerate(line.tolist()):
        left, right = (max(math.floor((px + side) * height + width / 2), 0) for side in (-reach, reach + 1 / height))
        top, bottom = (max(math.floor((py + side + 0.5) * height), 0) for side in (-reach, reach + 1 / height))
        part = (slice(top, bottom), slice(left, right))
        gap = ((x[left:right] - px)[None] ** 2 + (y[top:bottom] - py)[:, None] ** 2).sqrt()
        here = ((half - gap) * height + 0.5).clamp(0, 1)
        cover[part] = torch.maximum(cover[part], here)
        arrival[part] = torch.where((here > 0) & (arrival[part] > 1), number / (len(line) - 1), arrival[part])
    progress = ((times - STROKE[0]) / (STROKE[1] - STROKE[0])).clamp(0, 1)
    reached = ((progress[:, None, None] - arrival) * (len(line) / 3) + 1).clamp(0, 1)  # soft over three points
    reached = reached * (progress > 0)[:, None, None]
    place = (progress * (len(line) - 1)).clamp(max=len(line) - 1.001)
    low = place.long()
    tip = torch.lerp(line[low], line[low + 1], (place - low)[:, None])
    away = (times - STROKE[1]).clamp(min=0)[:, None] * torch.tensor([0.5, -0.35], dtype=times.dtype)
    return Stroke((cover * reached).float(), tip + away)


class Bites(NamedTuple):
    """x, y, radius: (N,) of round bites in shares of a cell, the first on the right. at: (N,) seconds of each."""

    x: torch.Tensor
    y: torch.Tensor
    radius: torch.Tensor
    at: torch.Tensor


def bites(seed: int) -> Bites:
    """Eight bites, from the right to the left."""
    rng = np.random.default_rng([seed, 5])
    x = np.array([0.9, 0.85, 0.88, 0.7, 0.66, 0.68, 0.5, 0.47]) + rng.uniform(-0.02, 0.02, 8)
    y = np.array([0.5, 0.2, 0.82, 0.5, 0.82, 0.2, 0.48, 0.78]) + rng.uniform(-0.03, 0.03, 8)
    radius = rng.uniform(0.2, 0.23, 8)
    at = FIRST_BITE + BETWEEN * np.arange(8)
    return Bites(*(torch.from_numpy(part) for part in (x, y, radius, at)))


def bitten(art: torch.Tensor, bites: Bites, times: torch.Tensor) -> torch.Tensor:
    """Drawings (T, 4, s, s) premultiplied, one a frame, without what has been bitten off by then."""
    side = art.shape[-1]
    grid = (torch.arange(side, dtype=torch.float64) + 0.5) / side
    across, down = grid[None], grid[:, None]
    left = torch.ones(len(times), side, side, dtype=torch.float64)  # signed distance to what is gone, cells
    for x, y, radius, at in zip(*(part.tolist() for part in bites), strict=True):
        # All to the right of a bite goes with it: no crumb hangs in the air.
        gone = torch.maximum(x - 0.4 * radius - across, (down - y).abs() - 0.95 * radius)
        for turn in range(5):  # tooth marks: small rounds on the rim of a large one
            angle = math.pi * (0.6 + 0.2 * turn)
            cx, cy = x + 0.6 * radius * math.cos(angle), y + 0.6 * radius * math.sin(angle)
            gone = torch.minimum(gone, ((across - cx) ** 2 + (down - cy) ** 2).sqrt() - 0.42 * radius)
        opened = ((times - at) / BITE).clamp(0, 1)[:, None, None]
        left = torch.minimum(left, torch.where(opened > 0, gone + (1 - opened) * radius, 1.0))
    kept = (left * side + 0.5).clamp(0, 1).float()[:, None]
    rim = (1 - left / 0.03).clamp(0, 1).float()[:, None] * 0.25
    return torch.cat([art[:, :3] * (1 - rim), art[:, 3:]], 1) * kept


RADIUS = 0.34  # of a bite, of the drawing's height: three take all of its side
COARSE, CRUMB = 48, 0.4  # cells on a side in which pieces are told apart; share of the largest that is one
PAINTING = 0.8  # seconds that a brush takes


def changed(
    art: torch.Tensor, performer: Performer, box: tuple[float, float, float, float], times: torch.Tensor
) -> torch.Tensor:
    """Drawings with what has happened to their performer by then.

    art: uint8 (T, 4, s, s) premultiplied, one a frame. box: x0 y0 x1 y1 of the drawing in its cell. times: (T,)
    seconds.
    Each bite takes a piece of its own, from the right; a stroke of paint goes across it, in its colour word (red if it
    has none), within its outline.
    """
    x0, y0, x1, y1 = box
    side = art.shape[-1]
    out = art.float() / 255
    eaten = [event.time for event in performer.events if event.kind == "bitten"]
    if eaten:
        heights = (0.42, 0.78, 0.12, 0.5, 0.85)
        x = torch.tensor([x1 - (x1 - x0) * 0.16 * (1 + k // 3) for k in range(len(eaten))]).double()
        y = torch.tensor([y0 + (y1 - y0) * heights[k % 5] for k in range(len(eaten))]).double()
        radius = torch.full_like(x, RADIUS * (y1 - y0))
        out = bitten(out, Bites(x, y, radius, torch.tensor(eaten).double()), times)
        out = torch.where((times >= eaten[0])[:, None, None, None], out * _without_crumbs(out[:, 3:]), out)
    for k, event in enumerate(event for event in performer.events if event.kind == "painted"):
        cover = _brushed(side, box, ((times - event.time) / PAINTING).clamp(0, 1), k)
        paint = torch.tensor(COLOURS.get(performer.colour.lower(), COLOURS["red"])) / 255
        alpha = out[:, 3:]
        shine = (out[:, :3].mean(1, keepdim=True) / alpha.clamp(min=1e-3)).clamp(0, 1) * 0.35 + 0.75
        fresh = (paint.view(1, 3, 1, 1) * shine).clamp(0, 1) * alpha
        out = torch.cat([torch.lerp(out[:, :3], fresh, cover), alpha], 1)
    return (out * 255).round().to(torch.uint8)


def _without_crumbs(alpha: torch.Tensor) -> torch.Tensor:
    """1 where a drawing hangs together, 0 at small pieces that bites have cut off. alpha and result: (T, 1, s, s).

    Pieces are found on a coarse grid: every cell takes the highest number among its neighbours until nothing changes.
    """
    coarse = F.adaptive_max_pool2d(alpha, COARSE)
    solid = (coarse > 0.1).float()
    numbers = torch.arange(1.0, COARSE**2 + 1).view(1, 1, COARSE, COARSE) * solid
    while True:
        spread = F.max_pool2d(numbers, 3, 1, 1) * solid
        if bool((spread == numbers).all()):
            break
        numbers = spread
    for piece, cells in zip(numbers, solid, strict=True):
        areas = torch.bincount(piece.long().flatten(), minlength=2)
        areas[0] = 0
        large = areas >= CRUMB * areas.max()
        large[0] = False
        cells.copy_(large[piece.long()].float())
    return F.interpolate(F.max_pool2d(solid, 3, 1, 1), size=alpha.shape[-2:], mode="nearest")


def _brushed(side: int, box: tuple[float, float, float, float], share: torch.Tensor, number: int) -> torch.Tensor:
    """Cover (T, 1, side, side) of a broad stroke that goes down a drawing in three sweeps. share: (T,) 0..1 done."""
    x0, y0, x1, y1 = box
    s = torch.linspace(0, 1, 90)
    sweep = 2 * (3 * s / 2 % 1 - 0.5).abs()  # 1, 0, 1, 0: from side to side
    x = x0 + (x1 - x0) * (0.18 + 0.64 * (sweep if number % 2 else 1 - sweep))
    y = y0 + (y1 - y0) * (0.3 + 0.45 * s)
    grid = (torch.arange(side) + 0.5) / side
    gap = ((grid[None, None] - x[:, None, None]) ** 2 + (grid[None, :, None] - y[:, None, None]) ** 2).sqrt()
    reach = 0.1 * min(x1 - x0, y1 - y0) + 0.02
    cover = ((reach - gap) * side + 0.5).clamp(0, 1)  # (90, side, side)
    upto = torch.cummax(cover, 0).values
    done = (share * 90).round().long()
    none = torch.zeros_like(upto[:1])
    return torch.cat([none, upto])[done][:, None].float()
