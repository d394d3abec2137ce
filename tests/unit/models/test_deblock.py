"""Steps at the borders of cells and ripples go, everything else stays."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from soracli.models.spark.deblock import CRISP, LIMIT, RIPPLE, evened, sharpened, smoothed

CELL = 32


def shades(*values: float) -> Tensor:
    """One row of cells, each of one shade: (1, 3, 32, 32 n)."""
    return torch.tensor(values).repeat_interleave(CELL).expand(1, 3, CELL, -1).clone()


def largest_step(x: Tensor) -> float:
    return float(torch.maximum(x.diff(dim=-1).abs().max(), x.diff(dim=-2).abs().max()))


@pytest.mark.parametrize("turned", [False, True])
def test_small_steps_between_cells_become_slopes(turned: bool) -> None:
    x = shades(0.0, 0.08, 0.02)
    x = x.transpose(-1, -2) if turned else x
    y = evened(x, CELL)
    assert largest_step(x) == pytest.approx(0.08)
    assert largest_step(y) < 0.012
    assert float(y.mean() - x.mean()) == pytest.approx(0, abs=1e-3)


def test_edges_of_the_picture_stay() -> None:
    x = shades(0.0, 2 * LIMIT)
    assert torch.equal(evened(x, CELL), x)
    inside = torch.zeros(1, 3, CELL, 2 * CELL)
    inside[..., 10:] = 0.05  # an edge that is not at a border
    assert torch.equal(evened(inside, CELL), inside)


def test_slopes_stay() -> None:
    x = torch.linspace(-1, 1, 4 * CELL).expand(2, 3, 2 * CELL, -1)
    torch.testing.assert_close(evened(x, CELL), x, atol=1e-5, rtol=0)


def test_one_cell_has_no_borders() -> None:
    x = torch.randn(1, 3, CELL, CELL)
    assert torch.equal(evened(x, CELL), x)


def test_ripples_are_averaged_away_and_edges_stay() -> None:
    generator = torch.Generator().manual_seed(0)
    edge = torch.full((2, 3, 3, 24, 32), -0.4)
    edge[..., 16:] = 0.5
    dots = 0.3 * RIPPLE * torch.randn(edge.shape, generator=generator)
    out = smoothed(edge + dots)
    assert float((out - edge).std()) < 0.4 * float(dots.std())
    assert torch.equal(smoothed(edge), edge)  # nothing leaks over an edge
    assert float((out[..., 15] - edge[..., 15]).abs().mean()) < float(dots.abs().mean())


def test_each_frame_is_smoothed_by_itself() -> None:
    frames = 0.2 * torch.randn(2, 3, 4, 16, 16, generator=torch.Generator().manual_seed(1))
    assert torch.equal(smoothed(frames)[:1, :, 2:3], smoothed(frames[:1, :, 2:3]))
    assert torch.allclose(smoothed(frames).flip(-1), smoothed(frames.flip(-1)), atol=1e-6)  # no side is preferred
    assert torch.allclose(smoothed(frames).transpose(-1, -2), smoothed(frames.transpose(-1, -2)), atol=1e-6)


def test_contrast_between_neighbours_is_raised_and_flat_places_stay() -> None:
    step = torch.full((1, 3, 2, 16, 32), -0.2)
    step[..., 16:] = 0.2
    out = sharpened(step)
    assert torch.allclose(out[..., :13], step[..., :13], atol=1e-6)
    assert float((out[..., 16] - out[..., 15]).mean()) == pytest.approx(0.4 * (1 + CRISP * 2 / 3), abs=1e-4)
    assert torch.allclose(out.flip(-1), sharpened(step.flip(-1)), atol=1e-6)
