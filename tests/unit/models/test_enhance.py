"""Larger and smoother clips: both start at the plain method, keep what is given, and learn."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import noise, stirred
from torch import Tensor

from soracli.errors import UsageError, WeightsError
from soracli.models.enhance import LEEWAY, SLACK, Enhancer, Interpolator, Upscaler, bicubic, doubt, matches, warp
from soracli.train import enhance as training
from soracli.train.scenes import Shot
from soracli.weights import manifest

RATES = [(24, 60), (16, 48), (Fraction(30000, 1001), 60), (24, 24), (30, 12), (25, 16), (8, Fraction(60000, 1001))]


def picture(height: int, width: int, seed: int = 0, cell: int = 8) -> Tensor:
    """Smooth blotches (3, H, W) in [-1, 1]."""
    coarse = noise(1, 3, height // cell + 3, width // cell + 3, seed=seed)
    return F.interpolate(coarse, scale_factor=cell, mode="bicubic")[0, :, 4 : 4 + height, 4 : 4 + width].clamp(-1, 1)


def sliding(count: int, pace: float, height: int = 64, width: int = 96, seed: int = 0) -> list[Tensor]:
    """Frames (3, H, W) of a patterned square that crosses a still ground, in pixels per frame."""
    ground, square = picture(height, width, seed, 16), picture(32, 32, seed + 1, 4)
    y, x = torch.arange(32.0)[:, None], torch.arange(32.0)
    inside = ((15 - (x - 15.5).abs()).clamp(0, 1) * (15 - (y - 15.5).abs()).clamp(0, 1))[None]
    whole, alpha = (F.pad(part, (8, width - 40, 16, height - 48)) for part in (square, inside))
    frames = []
    for number in range(count):
        shift = torch.zeros(1, 2, height, width)
        shift[:, 0] = -number * pace
        seen, here = warp(whole[None], shift)[0], warp(alpha[None], shift)[0]
        frames.append(ground * (1 - here) + seen * here)
    return frames


def enhancer(size: float = 0.05) -> Enhancer:
    """Networks whose weights are random all through."""
    return Enhancer(stirred(Upscaler(), size), stirred(Interpolator(), size))


@pytest.fixture(scope="module")
def shipped() -> Enhancer:
    card = manifest.tools()["enhance"]
    return Enhancer.load(card, manifest.paths(card))


def psnr(guess: Tensor, truth: Tensor) -> float:
    return float(10 * torch.log10(4 / (guess - truth).square().mean()))


# --- where they start -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("height", "width"), [(16, 16), (33, 47), (5, 70), (1, 1)])
def test_untrained_enlargement_is_bicubic(height: int, width: int) -> None:
    x = noise(2, 3, height, width).clamp(-1, 1)
    with torch.no_grad():
        assert torch.equal(Upscaler()(x), bicubic(x))


@pytest.mark.parametrize(("height", "width"), [(32, 32), (33, 47), (5, 70), (1, 1), (410, 430)])
def test_untrained_interpolation_is_a_cross_fade(height: int, width: int) -> None:
    before, t = 0.3 * noise(2, 3, height, width), torch.tensor([0.25, 0.7])
    after = before + 0.1 * noise(2, 3, height, width, seed=1)
    with torch.no_grad():
        torch.testing.assert_close(
            Interpolator()(before, after, t), before.lerp(after, t[:, None, None, None]), atol=1e-4, rtol=0
        )


def test_sizes_are_small() -> None:
    sizes = [sum(p.numel() for p in network.parameters()) for network in (Upscaler(), Interpolator())]
    assert sizes[0] < 200_000
    assert sizes[1] < 410_000
    assert manifest.tools()["enhance"].size < 2_000_000


# --- what they may not do ---------------------------------------------------------------------------------------------


def test_enlargement_keeps_to_the_range_of_its_surroundings() -> None:
    x = picture(24, 24)[None]
    x[..., 8:16, 8:16] = 0.5
    wild = stirred(Upscaler(), 0.5)(x)
    assert wild.max() > x.max(), "the weights should be wild enough to try"
    flat = wild[..., 20:28, 20:28]  # here the 3x3 pixels around are all 0.5
    assert (flat - 0.5).abs().max() <= SLACK + 1e-6


def test_interpolation_keeps_to_the_range_of_its_candidates() -> None:
    flat = torch.full((1, 3, 32, 32), 0.2)
    wild = stirred(Interpolator(), 0.5)(flat, flat + 0.1, torch.tensor([0.5]))
    assert wild.min() >= 0.2 - 0.1 / 4 - LEEWAY - 1e-6
    assert wild.max() <= 0.3 + 0.1 / 4 + LEEWAY + 1e-6


def test_a_cut_shows_the_nearer_frame() -> None:
    before, after = -0.9 + 0.05 * picture(64, 64)[None], 0.9 + 0.05 * picture(64, 64, 1)[None]
    network = stirred(Interpolator(), 0.02)
    for share, nearer in ((0.4, before), (0.6, after)):
        torch.testing.assert_close(network(before, after, torch.tensor([share])), nearer, atol=1e-6, rtol=0)
    assert doubt(before, before, torch.zeros(1, 2, 16, 16), torch.tensor([0.5])).max() == 0


def test_equal_frames_have_their_own_between() -> None:
    frame = picture(48, 48)[None]
    between = Interpolator()(frame, frame, torch.tensor([0.5]))
    torch.testing.assert_close(between, frame, atol=1e-4, rtol=0)


# --- how motion is found ----------------------------------------------------------------------------------------------


def test_warp_shows_what_lies_at_the_motion() -> None:
    x = noise(1, 2, 6, 8)
    motion = torch.tensor([2.0, -1.0]).view(1, 2, 1, 1).expand(1, 2, 6, 8)
    torch.testing.assert_close(warp(x, motion)[..., 1:, :-2], x[..., :-1, 2:])
    torch.testing.assert_close(warp(x, motion)[..., 0, :-2], x[..., 0, 2:], msg="beyond the edge: the edge")


def test_matches_are_largest_at_the_shift() -> None:
    a = F.normalize(noise(1, 8, 12, 12), dim=1)
    b = a.roll((1, -2), (2, 3))  # down 1, left 2
    best = matches(a, b, 2)[:, :, 3:-3, 3:-3].argmax(1)
    assert (best == (1 + 2) * 5 + (-2 + 2)).all()


# --- clips ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loop", [False, True])
@pytest.mark.parametrize(("source", "fps"), RATES)
def test_rates(source: Fraction, fps: Fraction, loop: bool) -> None:
    """As many pictures as the duration holds; frames whose time is asked for come through untouched."""
    source, fps = Fraction(source), Fraction(fps)
    frames = [picture(16, 16, seed) for seed in range(6)]
    out = list(enhancer().interpolated(iter(frames), source, fps, loop))
    duration = len(frames) / source
    assert (len(out) - 1) / fps < duration <= len(out) / fps
    for k, shown in enumerate(out):
        place = k / fps * source
        if place.denominator == 1 or fps <= source:
            assert shown is frames[int(place)]
        elif place > len(frames) - 1 and not loop:
            assert shown is frames[-1]
        else:
            assert not any(shown is frame for frame in frames)


def test_the_seam_of_a_loop_is_between_last_and_first() -> None:
    """A loop turned by two frames gives the same pictures, turned by four."""
    frames = sliding(5, 1.0, 32, 48)
    network = enhancer()
    out = list(network.interpolated(frames, Fraction(12), Fraction(24), loop=True))
    turned = list(network.interpolated(frames[2:] + frames[:2], Fraction(12), Fraction(24), loop=True))
    assert len(out) == 10
    for a, b in zip(out[4:] + out[:4], turned, strict=True):
        assert torch.equal(a, b)


def test_nothing_in_nothing_out() -> None:
    assert list(enhancer().interpolated([], Fraction(12), Fraction(24), loop=True)) == []
    assert list(enhancer().upscaled([])) == []


def test_one_frame_stands_still() -> None:
    frame = picture(16, 16)
    out = list(enhancer().interpolated([frame], Fraction(1), Fraction(3)))
    assert len(out) == 3
    assert all(shown is frame for shown in out)


def test_frames_are_read_no_sooner_than_needed() -> None:
    """One frame ahead, whatever the length."""
    read = 0

    def endless() -> Iterator[Tensor]:
        nonlocal read
        while True:
            read += 1
            yield picture(16, 16, read)

    network = enhancer()
    smooth = network.interpolated(network.upscaled(endless()), Fraction(10), Fraction(20))
    for k in range(9):
        next(smooth)
        assert read <= k // 2 + 2


@settings(max_examples=8, deadline=None)
@given(height=st.integers(1, 70), width=st.integers(1, 40), band=st.integers(1, 900))
def test_bands_make_no_difference(height: int, width: int, band: int) -> None:
    frame, network = noise(3, height, width).clamp(-1, 1), enhancer()
    with pytest.MonkeyPatch.context() as patch, torch.inference_mode():
        patch.setattr("soracli.models.enhance.BAND", band)
        banded = next(network.upscaled([frame]))
        torch.testing.assert_close(banded, network.upscaler(frame[None])[0], atol=1e-5, rtol=1e-5)


def test_four_times_is_twice_two_times() -> None:
    network, frame = enhancer(), picture(12, 18)
    once = next(network.upscaled([frame]))
    assert torch.equal(next(network.upscaled([frame], 4)), next(network.upscaled([once])))
    with pytest.raises(UsageError, match="use 2 or 4"):
        next(network.upscaled([frame], 3))


# --- what ships -------------------------------------------------------------------------------------------------------


def test_pictures_are_doubled_until_they_are_large_enough() -> None:
    network, frame = enhancer(), picture(16, 24)
    once = next(network.upscaled([frame]))
    assert torch.equal(network.enlarged(frame[None, :, None], (16, 24))[0, :, 0], frame)
    assert torch.equal(network.enlarged(frame[None, :, None], (17, 24))[0, :, 0], once)
    assert network.enlarged(frame[None, :, None], (33, 40)).shape == (1, 3, 1, 64, 96)


def test_shipped_enlargement_beats_bicubic(shipped: Enhancer) -> None:
    """On shapes of flat colour with smooth edges, as a renderer draws them."""
    for seed in range(4):
        drawn = torch.where(picture(256, 256, seed, 64) > 0, 0.6, -0.3)
        truth = F.avg_pool2d(drawn[None], 2)[0]
        small = F.avg_pool2d(truth[None], 2)
        assert psnr(next(shipped.upscaled(small)), truth) > psnr(bicubic(small)[0], truth) + 0.5


def test_shipped_interpolation_beats_a_cross_fade(shipped: Enhancer) -> None:
    for pace in (2.0, 6.0):
        frames = sliding(3, pace, 128, 160)
        out = list(shipped.interpolated(frames[::2], Fraction(12), Fraction(24)))
        assert psnr(out[1], frames[1]) > psnr((frames[0] + frames[2]) / 2, frames[1]) + 2


def test_weights_of_another_network_are_an_error() -> None:
    card = manifest.tools()["enhance"]
    paths = manifest.paths(card)
    with pytest.raises(WeightsError, match=r"'enhance': enhance-interpolate.* does not fit .*reinstall"):
        Enhancer.load(card, paths | {"upscale": paths["interpolate"]})


# --- training ---------------------------------------------------------------------------------------------------------


def shots() -> list[Shot]:
    """Two clips of 8 frames."""
    films = [torch.stack(sliding(8, pace, 96, 96, seed)) for seed, pace in enumerate((2.0, -0.5))]
    return [Shot(((film.permute(0, 2, 3, 1) + 1) * 127.5).round().to(torch.uint8), "") for film in films]


@pytest.mark.parametrize("what", ["upscale", "interpolate"])
def test_loss_falls_on_two_clips(what: str) -> None:
    torch.manual_seed(0)
    recipe, rng = training.Recipe(crop=64, batch=4), np.random.default_rng(0)
    if what == "upscale":
        network: torch.nn.Module = Upscaler(width=16, blocks=1)
        batch: tuple[Tensor, ...] = training.pairs(shots(), recipe, rng)
    else:
        network = Interpolator()
        batch = training.triplets(shots(), recipe, rng)
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3)
    losses = []
    for _ in range(25):
        loss, gain = training.loss_on(network, batch)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.95 * losses[0]
    assert gain > 0.1


def test_triplets_are_of_one_place() -> None:
    """On films that brighten evenly, truth is the cross-fade, whichever way they are played and turned."""
    ramp = torch.arange(8)[:, None, None, None] * 10 + torch.arange(0, 96)[None, None, :, None]
    film = Shot(ramp.expand(8, 96, 96, 3).to(torch.uint8), "")
    before, after, truth, t = training.triplets([film], training.Recipe(crop=32, batch=16), np.random.default_rng(0))
    torch.testing.assert_close(truth, before.lerp(after, t[:, None, None, None]), atol=1e-5, rtol=0)
    assert {bool(x) for x in (after - before).mean((1, 2, 3)) > 0} == {True, False}
    assert t.min() > 0
    assert t.max() < 1


def test_a_run_is_published(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no checkpoint"):
        training.publish(tmp_path, tmp_path)
    training.train("upscale", iter([shots()] * 9), tmp_path / "upscale", training.Recipe(minutes=0, crop=32))
    paths = training.publish(tmp_path, tmp_path / "out")
    assert [path.name for path in paths] == ["enhance-upscale-00001-of-00001.safetensors"]
    card = manifest.tools()["enhance"]
    both = manifest.paths(card) | {"upscale": paths}
    x = picture(8, 8)
    assert torch.equal(next(Enhancer.load(card, both).upscaled([x])), bicubic(x[None])[0])
