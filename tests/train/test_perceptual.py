"""The losses that ask decoders for sharpness."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from soracli.train import autoencoder
from soracli.train.perceptual import FILE, LAYERS, Vgg


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


def test_contrast_is_of_a_region_wherever_its_edges_are() -> None:
    edges = torch.zeros(1, 3, 33, 33)
    edges[..., 10:] = 1
    moved = edges.roll(1, 3)
    moved[..., 0] = 0
    flat = torch.zeros(1, 3, 33, 33)
    apart = [float(F.l1_loss(autoencoder.contrast(x), autoencoder.contrast(edges))) for x in (moved, flat)]
    assert apart[0] < apart[1] / 4
    torch.testing.assert_close(autoencoder.contrast(edges).max(), torch.tensor((1 / 8 + 1e-4) ** 0.5))


def test_what_weighs_nothing_is_not_asked(assets: Path) -> None:
    truth = pictures()
    guess = blurred(truth, 5)
    plain, whole = autoencoder.Recipe(crop=32), autoencoder.Recipe(crop=32, perceptual=1.0, contrast=0.5)
    assert autoencoder.Losses(plain, assets)(guess, truth) == autoencoder.distance(guess, truth)
    assert autoencoder.Losses(whole, assets)(guess, truth) > autoencoder.distance(guess, truth)
    assert float(autoencoder.Losses(whole, assets)(truth, truth)) == pytest.approx(0, abs=1e-6)
