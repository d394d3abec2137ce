"""The mathematics: the flow, its integrators, and the denoiser with guidance and pins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import pytest
import torch
from tiny import noise
from torch import Tensor

from soracli.sampling import flow
from soracli.sampling.denoise import guided, pinned
from soracli.sampling.solvers import SOLVERS, Denoise, seeded

SIGMAS = [0.0, 0.02, 0.3, 0.9, 1.0]


@pytest.mark.parametrize("sigma", SIGMAS)
def test_clean_noise_and_velocity_agree(sigma: float) -> None:
    x0, eps = noise(2, 3, seed=1).double(), noise(2, 3, seed=2).double()
    x, v = flow.noised(x0, eps, sigma), flow.velocity(x0, eps)
    torch.testing.assert_close(flow.clean_from_velocity(x, v, sigma), x0)
    torch.testing.assert_close(x + (1 - sigma) * v, eps)  # the rest of the way leads to the noise
    if sigma > 0:
        torch.testing.assert_close(flow.velocity_from_clean(x, x0, sigma), v)


def test_velocity_is_the_derivative_of_the_path() -> None:
    x0, eps = noise(5, seed=1).double(), noise(5, seed=2).double()
    slope = (flow.noised(x0, eps, 0.4 + 1e-6) - flow.noised(x0, eps, 0.4 - 1e-6)) / 2e-6
    torch.testing.assert_close(slope, flow.velocity(x0, eps))


def test_the_floor_bounds_the_weight_of_small_noise() -> None:
    error = torch.ones(3)
    levels = torch.tensor([0.0, 0.01, 0.5])
    assert flow.velocity_from_clean(error, torch.zeros(3), levels, 0.05).tolist() == pytest.approx([20, 20, 2])
    assert flow.velocity_from_clean(error, torch.zeros(3), 0.01, 0.05).tolist() == pytest.approx([20, 20, 20])


@pytest.mark.parametrize("shift", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("start", [1.0, 0.4])
def test_schedule_falls_from_start_to_exactly_nothing(shift: float, start: float) -> None:
    sigmas = flow.schedule(7, shift, start)
    assert sigmas.shape == (8,)
    assert float(sigmas[0]) == pytest.approx(float(flow.shifted(torch.tensor(start), shift)))
    assert float(sigmas[-1]) == 0
    assert (sigmas.diff() < 0).all()


def test_shift_warps_towards_noise() -> None:
    line = torch.linspace(0, 1, 11)
    assert torch.equal(flow.shifted(line, 1.0), line)
    assert (flow.shifted(line, 3.0)[1:-1] > line[1:-1]).all()
    assert flow.shifted(torch.tensor(0.5), 3.0) == 0.75
    back = flow.shifted(flow.shifted(line, 3.0), 1 / 3)  # shifts multiply
    torch.testing.assert_close(back, line)


# --- solvers --------------------------------------------------------------------------------------------------------


def mixture(x: Tensor, sigma: float) -> Tensor:
    """E[x0 | x] for x0 from two Gaussians with means -1 and 1.2 and deviation 0.4."""
    means, spread = torch.tensor([-1.0, 1.2], dtype=x.dtype), 0.4
    power = (1 - sigma) ** 2 * spread**2 + sigma**2
    off = x[..., None] - (1 - sigma) * means
    share = torch.softmax(-(off**2) / (2 * power), -1)
    return (share * (means + (1 - sigma) * spread**2 / power * off)).sum(-1)


def solve(name: str, denoise: Denoise, x: Tensor, sigmas: Sequence[float]) -> Tensor:
    *_, last = SOLVERS[name](denoise, x, sigmas)
    return last


def line(steps: int, first: float = 0.9, last: float = 0.1) -> list[float]:
    return torch.linspace(first, last, steps + 1, dtype=torch.float64).tolist()


@pytest.mark.parametrize(("name", "order"), [("euler", 1), ("heun", 2), ("dpmpp_2m", 2), ("unipc", 2)])
def test_order(name: str, order: int) -> None:
    """Halving the steps divides the error by 2**order."""
    start = torch.linspace(-2, 2, 21, dtype=torch.float64)
    errors = [float((solve(name, mixture, start, line(n)) - truth()).abs().mean()) for n in (32, 64, 128)]
    gains = [math.log2(a / b) for a, b in pairwise(errors)]
    assert gains == pytest.approx([order, order], abs=0.3)


@cache
def truth() -> Tensor:
    """Where 21 points of the mixture's flow end, by very many steps."""
    return solve("heun", mixture, torch.linspace(-2, 2, 21, dtype=torch.float64), line(1024))


def test_every_solver_is_tested_for_its_order() -> None:
    assert set(SOLVERS) == {"euler", "heun", "dpmpp_2m", "unipc"}


@pytest.mark.parametrize("name", SOLVERS)
@pytest.mark.parametrize("sigmas", [flow.schedule(5, 3.0).tolist(), flow.schedule(3, 1.0, 0.6).tolist(), [1.0, 0.0]])
def test_a_point_mass_is_reached_exactly(name: str, sigmas: list[float]) -> None:
    """If there is one picture only, every step lies on the straight path to it, however long it is."""
    x0, eps = noise(4, seed=1).double(), noise(4, seed=2).double()
    steps = list(SOLVERS[name](lambda x, sigma: x0, flow.noised(x0, eps, sigmas[0]), sigmas))
    assert len(steps) == len(sigmas) - 1
    for step, sigma in zip(steps, sigmas[1:], strict=True):
        torch.testing.assert_close(step, flow.noised(x0, eps, sigma))


@pytest.mark.parametrize("name", SOLVERS)
def test_solvers_look_at_the_levels_they_are_given(name: str) -> None:
    seen: list[float] = []

    def denoise(x: Tensor, sigma: float) -> Tensor:
        seen.append(sigma)
        return 0 * x

    list(SOLVERS[name](denoise, torch.ones(1), [0.8, 0.5, 0.0]))
    assert seen == ([0.8, 0.5, 0.5] if name == "heun" else [0.8, 0.5])


def test_fresh_noise_is_put_on_every_prediction() -> None:
    """Of the level that follows, other in every step, the same from the same seed; the last step has none."""
    x0, levels = torch.full((20000,), 3.0), [1.0, 0.6, 0.2, 0.0]
    one, same, other = (list(seeded("renoised", seed)(lambda x, sigma: x0, 0 * x0, levels)) for seed in (1, 1, 2))
    for step, level in zip(one[:2], levels[1:], strict=False):
        assert float(step.mean()) == pytest.approx(3 * (1 - level), abs=0.02)
        assert float(step.std()) == pytest.approx(level, abs=0.02)
    fresh = torch.stack([(step - (1 - level) * x0) / level for step, level in zip(one[:2], levels[1:], strict=False)])
    assert abs(float(torch.corrcoef(fresh)[0, 1])) < 0.05
    assert all(map(torch.equal, one, same))
    assert not torch.equal(one[0], other[0])
    assert torch.equal(one[2], x0)


# --- the denoiser ---------------------------------------------------------------------------------------------------


def keep(*kept: int) -> Tensor:
    """A mask (1, 4, 1, 1) that keeps these of four latent frames."""
    mask = torch.ones(1, 4, 1, 1)
    mask[:, list(kept)] = 0
    return mask


@pytest.mark.parametrize("name", SOLVERS)
def test_pinned_tokens_are_exact_at_every_step(name: str) -> None:
    clean, eps, mask = noise(1, 2, 4, 1, 1, seed=1), noise(1, 2, 4, 1, 1, seed=2), keep(0, 3)
    seen: list[Tensor] = []

    def network(x: Tensor, levels: Tensor, sigma: float) -> Tensor:
        seen.append(x)
        assert torch.equal(levels, sigma * mask)  # given tokens are told to be clean
        return mixture(x, sigma) + x.mean()

    x = torch.where(mask[:, None] > 0, eps, clean)
    steps = list(SOLVERS[name](pinned(network, clean, mask), x, flow.schedule(5, 2.0).tolist()))
    for latents in (*seen, *steps):
        assert torch.equal(latents[:, :, [0, 3]], clean[:, :, [0, 3]])
    assert not torch.isclose(steps[-1][:, :, 1:3], clean[:, :, 1:3]).any()


def test_pins_hold_even_if_the_solver_does_not() -> None:
    """Whatever a solver makes of kept tokens, the network is shown the clean ones."""
    clean, mask = noise(1, 2, 4, 1, 1), keep(1)
    shown: list[Tensor] = []

    def network(x: Tensor, levels: Tensor, sigma: float) -> Tensor:
        shown.append(x)
        return 7 + 0 * x

    out = pinned(network, clean, mask)(torch.full_like(clean, 9), 0.5)
    assert torch.equal(shown[0][:, :, 1], clean[:, :, 1])
    assert torch.equal(out[:, :, 1], clean[:, :, 1])
    assert (shown[0][:, :, [0, 2, 3]] == 9).all()
    assert (out[:, :, [0, 2, 3]] == 7).all()


def test_nothing_given_nothing_pinned() -> None:
    x, mask = noise(1, 2, 4, 1, 1), keep()
    out = pinned(lambda x, levels, sigma: x + levels[:, None], None, mask)(x, 0.25)
    assert torch.equal(out, x + 0.25)


@pytest.mark.parametrize("guidance", [0.0, 0.5, 1.0, 4.0])
def test_guidance_is_a_straight_line_from_unprompted_to_prompted(guidance: float) -> None:
    run = guided(lambda x, *_: x + 1, lambda x, *_: x - 2, guidance)
    torch.testing.assert_close(run(torch.zeros(3), torch.ones(3), 0.5), torch.full((3,), -2 + 3 * guidance))


def test_guidance_rests_outside_its_interval() -> None:
    calls: list[float] = []

    def unprompted(x: Tensor, levels: Tensor, sigma: float) -> Tensor:
        assert float(levels) == pytest.approx(sigma)
        calls.append(sigma)
        return x - 1

    run = guided(lambda x, *_: x, unprompted, 3.0, (0.2, 0.8))
    out = [float(run(torch.zeros(1), torch.tensor(sigma), sigma)) for sigma in (0.1, 0.2, 0.5, 0.8, 0.9)]
    assert out == [0, 2, 2, 2, 0]
    assert calls == pytest.approx([0.2, 0.5, 0.8])


def test_guidance_of_one_costs_one_pass() -> None:
    def unprompted(x: Tensor, levels: Tensor, sigma: float) -> Tensor:
        raise AssertionError("not needed")

    assert guided(lambda x, *_: x, unprompted, 1.0)(torch.ones(1), torch.ones(1), 0.5) == 1
