"""Paths between two frames, by the frames beyond them: curved where velocity lasts, straight where it does not."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from soracli.footage.motion_fields import picture, shifted
from soracli.footage.paths import Paths
from soracli.types import Frames

HEIGHT, WIDTH = 64, 96
APART = 8


def film(across: list[float]) -> Frames:
    """Waves seen from so far across, frame after frame: exact at fractions of a pixel."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float64)
    rng = np.random.default_rng(0)
    waves = [(*rng.uniform(-0.5, 0.5, 2), rng.uniform(0, 2 * np.pi, 3), rng.uniform(0.3, 1)) for _ in range(40)]
    frames = [
        sum(np.sin((a * (x + far) + b * y)[..., None] + phase) * high for a, b, phase, high in waves) for far in across
    ]
    return np.asarray(np.rint((128 + 22 * np.stack(frames)).clip(0, 255)), np.uint8)


def aside(across: list[float]) -> torch.Tensor:
    """Halfway between frames 6 and 14, which were seen from the same place: (2,) pixels, mean of the inner part."""
    frames = film(across)
    found = Paths(frames[:7], frames[14:], APART).aside(0.5, torch.zeros(4, HEIGHT, WIDTH))
    return found[:, 16:-16, 16:-16].mean((1, 2))


def test_what_turns_back_is_where_its_speed_at_both_ends_says() -> None:
    curve = [0.1 * (i - 10) ** 2 for i in range(21)]  # seen from 1.6 at both ends, from 0 halfway
    found = aside(curve)
    assert float(found[0]) == pytest.approx(1.6, abs=0.4)
    assert abs(float(found[1])) < 0.2


def test_a_shaking_hand_tells_nothing_of_the_next_moment() -> None:
    shaking = [0.8 * (-1) ** i + 0.4 * (-1) ** (i // 2) for i in range(21)]
    shaking[14] = shaking[6]
    assert float(aside(shaking).abs().max()) < 0.5


def test_a_film_that_stands_and_frames_alone_go_straight() -> None:
    assert float(aside([0.0] * 21).abs().max()) < 0.05
    frames = film([0.0, 4.0])
    alone = Paths(frames[:1], frames[1:], APART)
    assert not alone.aside(0.5, torch.ones(4, HEIGHT, WIDTH)).any()


def test_shifted_pictures_are_told_from_others() -> None:
    a, near, other = (picture(frame) for frame in (*film([0.0, 1.0]), np.full((HEIGHT, WIDTH, 3), 250, np.uint8)))
    assert float(shifted(a, a, 1).min()) > 0.99
    assert float(shifted(a, near, 1).mean()) > 0.7
    assert float(shifted(a, other, 1).mean()) < 0.3
