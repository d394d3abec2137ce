"""Given latents foretell what is painted beside them: errors are drawn back, changes that are meant stay."""

from __future__ import annotations

import torch
from torch import Tensor

from soracli.sampling.temporal_filter import TemporalFilter, banded

CHANNELS = 64


def given(frames: int, paint: slice, change: float = 0.0, seed: int = 0) -> tuple[Tensor, Tensor]:
    """A picture of 2x3 cells that changes by `change` a latent frame, and a mask that paints some of these."""
    draw = torch.Generator().manual_seed(seed)
    picture = 3 * torch.randn(1, CHANNELS, 1, 2, 3, generator=draw)
    walk = change * torch.randn(1, CHANNELS, frames, 2, 3, generator=draw)
    mask = torch.zeros(1, frames, 2, 3)
    mask[:, paint] = 1
    return picture + walk.cumsum(2), mask


def steady(latents: Tensor, mask: Tensor) -> TemporalFilter:
    found = TemporalFilter.of(latents, mask)
    assert found is not None
    return found


def off(latents: Tensor, by: float) -> Tensor:
    """The same, missed by that much everywhere."""
    return latents + by * torch.randn(latents.shape, generator=torch.Generator().manual_seed(9))


def test_without_two_given_in_a_row_nothing_is_foretold() -> None:
    latents, mask = given(3, slice(1, 3))
    assert TemporalFilter.of(latents, mask) is None
    assert TemporalFilter.of(latents, torch.zeros_like(mask)) is None
    assert TemporalFilter.of(latents, torch.ones_like(mask)) is None


def test_what_stood_still_goes_on_standing_still() -> None:
    latents, mask = given(5, slice(3, 5))
    held = steady(latents, mask).hold(off(latents, 0.3))
    assert torch.allclose(held, latents, atol=1e-4)


def test_what_is_no_farther_off_than_the_clip_itself_changes_is_left_alone() -> None:
    latents, mask = given(6, slice(4, 6), change=1.0)
    painted = steady(latents, mask).mean + 0.3
    held = steady(latents, mask).hold(painted)
    assert torch.equal(held[:, :, 4:], painted[:, :, 4:])


def test_errors_shrink_to_what_the_two_variances_say() -> None:
    latents, mask = given(4, slice(3, 4))
    latents[:, :, 1] += 0.1  # by which it has changed, there and back
    foretold = steady(latents, mask)
    assert torch.allclose(foretold.stray[:, :, 3], torch.full((1, 5, 2, 3), 0.01), atol=1e-5)
    held = foretold.hold(foretold.mean + 0.2)
    assert torch.allclose(held[:, :, 3] - foretold.mean[:, :, 3], torch.full((), 0.2 * 0.01 / 0.04), atol=1e-4)


def test_what_goes_on_from_painted_latents_is_no_richer_than_they_are() -> None:
    """Else the grain of every window would grow in the next, where something is meant to move."""
    latents, mask = given(5, slice(3, 5))
    rich = 10 * given(5, slice(3, 5), seed=1)[0]
    most = banded(latents[:, :, :3].square()).amax((2, 3, 4), keepdim=True)
    free, bound = TemporalFilter.of(latents, mask), TemporalFilter.of(latents, mask, continued=True)
    assert free is not None
    assert bound is not None
    assert (banded(free.hold(rich).square()) > 4 * most).any()
    held = bound.hold(rich)
    assert (banded(held.square()) <= most * 1.001).all()
    assert (held * free.hold(rich) >= 0).all()  # the same picture, weaker
    assert torch.equal(bound.hold(latents), free.hold(latents))


def test_a_change_that_is_meant_stays() -> None:
    latents, mask = given(5, slice(3, 5))
    other = given(5, slice(3, 5), seed=1)[0]
    held = steady(latents, mask).hold(other)
    assert (held - other).norm() < 0.1 * (latents - other).norm()


def test_cells_are_judged_each_alone() -> None:
    latents, mask = given(5, slice(3, 5))
    latents[:, :, 1, 0, 0] += 2.0  # only there something moves
    painted = off(latents, 0.3)
    held = steady(latents, mask).hold(painted)
    assert torch.equal(held[:, :, 4, 0, 0], painted[:, :, 4, 0, 0])
    assert torch.allclose(held[:, :, 4, 1, 2], latents[:, :, 4, 1, 2], atol=1e-4)


def test_between_two_ends_the_way_leads_from_one_to_the_other() -> None:
    latents, mask = given(7, slice(2, 5))
    latents[:, :, 5:] += 1.0
    foretold = steady(latents, mask)
    shares = (foretold.mean - latents[:, :, :1]).mean((0, 1, 3, 4))[2:5]
    assert torch.allclose(shares, torch.tensor([0.25, 0.5, 0.75]), atol=1e-5)
    assert torch.allclose(foretold.stray[0, 0, 2:5, 0, 0], torch.tensor([3 / 16, 0.25, 3 / 16]), atol=1e-5)


def test_a_cell_that_is_given_nowhere_is_free() -> None:
    latents, mask = given(4, slice(2, 4))
    mask[:, :, 0, 0] = 1
    painted = off(latents, 0.3)
    held = steady(latents, mask).hold(painted)
    assert torch.equal(held[..., 0, 0], painted[..., 0, 0])
    assert not torch.equal(held[..., 1, 1], painted[..., 1, 1])


def test_bands_double_and_end_with_the_channels() -> None:
    x = torch.arange(10.0)[None, :, None, None, None]
    assert banded(x).flatten().tolist() == [1.5, 5.5, 8.5]
