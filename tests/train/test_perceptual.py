"""The losses that ask decoders for sharpness."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from soracli.train import autoencoder
from soracli.train.perceptual import FILE, LAYERS, Critic, Vgg


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """Weights of VGG's shape, drawn at random: features of random filters are of use too (Lubana et al. 2018)."""
    generator, held, before = torch.Generator().manual_seed(0), {}, 3
    for block, count in enumerate(LAYERS, 1):
        width = 64 * 2 ** (block - 1)
        for i in range(1, count + 1):
            filters = torch.randn(width, before, 3, 3, generator=generator)
            held[f"conv{block}_{i}.weight"] = filters / (9 * before) ** 0.5
            held[f"conv{block}_{i}.bias"] = torch.zeros(width)
            before = width
        held[f"head_lin{block - 1}"] = torch.rand(1, width, 1, 1, generator=generator)
    (tmp_path / FILE).parent.mkdir()
    save_file(held, tmp_path / FILE)
    return tmp_path


def pictures(count: int = 2, side: int = 32) -> torch.Tensor:
    """Squares of 4 pixels in random colours."""
    colours = torch.rand(count, 3, side // 4, side // 4, generator=torch.Generator().manual_seed(1)) * 2 - 1
    return F.interpolate(colours, scale_factor=4)


def blurred(frames: torch.Tensor, size: int) -> torch.Tensor:
    return F.avg_pool2d(frames, size, 1, size // 2, count_include_pad=False)


def test_the_perceptual_distance_grows_with_blur_and_is_none_for_the_same(assets: Path) -> None:
    vgg, truth = Vgg(assets), pictures()
    assert float(vgg.distance(truth, truth)) == pytest.approx(0, abs=1e-6)
    assert 0 < float(vgg.distance(blurred(truth, 3), truth)) < float(vgg.distance(blurred(truth, 7), truth))


def test_a_critic_learns_to_tell_blurred_pictures_from_sharp_ones() -> None:
    torch.manual_seed(0)
    critic, truth = Critic(8), pictures(8)
    optimiser, given = torch.optim.Adam(critic.parameters(), lr=2e-3), blurred(truth, 7)
    for _ in range(60):
        optimiser.zero_grad()
        critic.loss(given, given, truth).backward()
        optimiser.step()
    assert critic(given, truth).mean() > critic(given, given).mean() + 1
    assert critic(given, truth).shape == (8, 1, 4, 4)


def test_the_critics_gradient_is_a_share_of_the_distances_once_it_has_learnt_alone(assets: Path) -> None:
    torch.manual_seed(0)
    recipe = autoencoder.Recipe(crop=32, perceptual=1.0, adversarial=0.5, warm=1)
    losses, truth = autoencoder.Losses(recipe, assets), pictures()
    given = blurred(truth, 3)
    lengths = []
    for _ in range(2):
        guess = blurred(truth, 5).requires_grad_()
        torch.manual_seed(1)  # the same crop is looked at
        (whole,) = torch.autograd.grad(losses(given, guess, truth), guess)
        torch.manual_seed(1)
        (own,) = torch.autograd.grad(losses.distance(guess, truth), guess)
        lengths.append(float((whole - own).norm() / own.norm()))
    assert lengths == [pytest.approx(0, abs=1e-6), pytest.approx(0.5, rel=1e-3)]
