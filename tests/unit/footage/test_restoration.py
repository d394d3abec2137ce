"""Networks for photographs and films: the same as those they were taken from, and chosen by what they do."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from conftest import Sora
from test_optical_flow import blotches
from tiny import noise
from torch import Tensor

from soracli import media
from soracli.errors import WeightsError
from soracli.footage import optical_flow, restoration
from soracli.footage.restoration import Choice
from soracli.media.tempo import slowed
from soracli.models.enhance import Enhancer, banded, bicubic
from soracli.pipeline import model_cache
from soracli.train import port
from soracli.weights import manifest

# What the networks of the packages say about `waves` at some places, in full precision.
DOUBLED = (
    (0.23218, 0.73608, 0.30483, 0.06695, 0.85978, 0.11152),
    (0.14471, 0.84407, 0.25627, 0.2677, 0.79297, 0.35018),
    (0.67482, 0.21131, 0.78461, 0.75133, 0.01679, 0.89139),
)
DENOISED = {
    15: (
        (0.24096, 0.69206, 0.41833, 0.06825, 0.87759, 0.20467),
        (0.15887, 0.7912, 0.30811, 0.29683, 0.69406, 0.40463),
        (0.72645, 0.20927, 0.82586, 0.75007, 0.14248, 0.90661),
    ),
    40: (
        (0.24139, 0.74108, 0.35542, 0.09484, 0.8678, 0.19636),
        (0.19501, 0.75884, 0.37556, 0.33833, 0.66218, 0.46532),
        (0.70683, 0.21327, 0.79702, 0.7579, 0.15833, 0.87982),
    ),
}


def waves() -> Tensor:
    """(1, 3, 24, 32) in [0, 1]."""
    y, x = torch.meshgrid(torch.arange(24.0), torch.arange(32.0), indexing="ij")
    return torch.stack([(torch.sin(x * 0.9 + c) + torch.cos(y * 0.8 - x * 0.31 + 2 * c) + 2) / 4 for c in range(3)])[
        None
    ]


def photograph(seed: int = 1, height: int = 128, width: int = 160) -> Tensor:
    """(3, H, W) in [-1, 1], with texture at several sizes."""
    return torch.from_numpy(blotches(seed, height, width)).permute(2, 0, 1).float() / 127.5 - 1


def noisy(frame: Tensor, deviation: float, seed: int = 0) -> Tensor:
    return restoration.eight_bit(frame + noise(*frame.shape, seed=seed) * deviation / 127.5)


@pytest.fixture(scope="module")
def own() -> Enhancer:
    return model_cache.enhancer("cpu")


def test_doubling_is_what_the_original_says() -> None:
    network = restoration._networks("cpu")[0]
    shown = network(waves())[0, :, 8:40:18, 10:60:22].flatten(1)
    torch.testing.assert_close(shown, torch.tensor(DOUBLED), atol=5e-4, rtol=0)


@pytest.mark.parametrize("deviation", [15, 40])
def test_denoising_is_what_the_original_says(deviation: int) -> None:
    network = restoration._networks("cpu")[1]
    shown = network(waves(), torch.tensor([deviation / 255]))[0, :, 4:20:9, 5:30:11].flatten(1)
    torch.testing.assert_close(shown, torch.tensor(DENOISED[deviation]), atol=2e-3, rtol=0)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 3), (33, 47)])
def test_every_size_comes_out(own: Enhancer, height: int, width: int) -> None:
    frame = photograph(1, height, width)
    assert next(restoration.enhancer(own, "photo", "").upscaled([frame])).shape == (3, 2 * height, 2 * width)
    assert next(restoration.denoised([frame], 10)).shape == frame.shape


@pytest.mark.parametrize("band", [1, 700, 3000])
def test_bands_make_no_difference(own: Enhancer, monkeypatch: pytest.MonkeyPatch, band: int) -> None:
    frame, film = photograph(2, 61, 40), restoration.enhancer(own, "photo", "")
    whole = next(film.upscaled([frame])), next(restoration.denoised([frame], 20))
    monkeypatch.setattr("soracli.models.enhance.BAND", band)
    parts = next(film.upscaled([frame])), next(restoration.denoised([frame], 20))
    for a, b in zip(whole, parts, strict=True):
        torch.testing.assert_close(a, b, atol=1e-4, rtol=0)


def test_bands_are_cut_where_their_neighbours_are_seen() -> None:
    frame = noise(3, 40, 8)
    sizes = []

    def blur(x: Tensor) -> Tensor:
        sizes.append(x.shape[2])
        return F.avg_pool2d(F.pad(x, (0, 0, 1, 1), mode="replicate"), (3, 1), 1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("soracli.models.enhance.BAND", 80)
        out = banded(blur, frame, 2, 1, "cpu")
    assert len(sizes) == 4
    torch.testing.assert_close(out, blur(frame[None])[0])


@pytest.mark.parametrize("deviation", [10, 25])
def test_noise_is_measured_and_taken_out(deviation: int) -> None:
    clean = bicubic(photograph(3, 96, 128)[None])[0]
    assert restoration.noise([clean]) < restoration.LEAST
    frame = noisy(clean, deviation)
    assert restoration.noise([frame]) == pytest.approx(deviation, rel=0.25)
    better = next(restoration.denoised([frame], deviation))
    assert restoration.psnr(better, clean) > restoration.psnr(frame, clean) + 4


def test_photographs_and_drawings_get_the_network_that_does_better(own: Enhancer) -> None:
    drawn = [torch.where(bicubic(photograph(seed, 96, 96)[None])[0] > 0, 0.6, -0.3) for seed in range(3)]
    drawn = [F.avg_pool2d(frame[None], 2)[0] for frame in drawn]
    choice = restoration.choose_double(own, drawn)
    assert choice.scores is not None
    assert choice.engine == restoration.ENGINES[int(choice.scores[1] > choice.scores[0])]
    told = choice.said("enlarged", "from half the size")
    other = {"photo": "drawing", "drawing": "photo"}[choice.engine]
    assert told.startswith(f"enlarged by the {choice.engine} network: from half the size, ")
    assert told.endswith(f"--engine {other} takes that one")


def test_scores_decide() -> None:
    assert restoration._chosen([(30.0, 31.0), (30.0, 30.5)]) == Choice("drawing", (30.0, 30.75))
    assert restoration._chosen([(30.0, 29.0)]) == Choice("photo", (30.0, 29.0))
    assert restoration._chosen([]) == Choice("photo")
    assert "too small, short or still" in Choice("photo").said("enlarged", "")


def test_what_cannot_be_measured_is_said(own: Enhancer) -> None:
    still = photograph(4, 64, 64)
    assert restoration.choose_between(own, [still] * 5).scores is None
    assert restoration.choose_between(own, [still] * 2).scores is None
    assert restoration.choose_double(own, [still[:, :8, :8]]).scores is None


def test_a_cut_shows_the_nearer_frame(own: Enhancer) -> None:
    before, after = photograph(5)[None], -photograph(6)[None]
    network = restoration.enhancer(own, "", "photo").interpolator
    for share, nearer in ((0.4, before), (0.6, after)):
        assert torch.equal(network(before, after, torch.tensor([share])), nearer)


def test_weights_of_another_network_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = manifest.paths(manifest.tools()["photo"])
    monkeypatch.setattr(manifest, "paths", lambda card: {"double": paths["denoise"], "denoise": paths["double"]})
    restoration._networks.cache_clear()
    with pytest.raises(WeightsError, match=r"'photo': photo-denoise.* does not fit .*reinstall"):
        restoration._networks("cpu")
    restoration._networks.cache_clear()


def test_a_file_that_is_not_in_ncnns_fp16_is_refused() -> None:
    with pytest.raises(WeightsError, match="is not stored in fp16"):
        port.doubler(bytes(2_000_000))


@pytest.mark.parametrize("times", [1.5, 4])
def test_slow_sound_is_longer_and_as_high(times: float) -> None:
    rate = 48_000
    tone = (np.sin(np.arange(rate) * 440 * 2 * np.pi / rate) * 16_000)[:, None].repeat(2, 1).astype(np.int16)
    out = slowed(media.Audio(tone, rate), times)
    assert out.samples.shape == (round(rate * times), 2)
    heard = np.abs(np.fft.rfft(out.samples[:, 0].astype(float)))
    assert heard.argmax() * rate / len(out.samples) == pytest.approx(440, abs=2)


# --- the verb ---------------------------------------------------------------------------------------------------------


def film(path: str, count: int, pace: int = 3, sound: bool = False) -> np.ndarray:
    """A pan across texture, lossless."""
    whole = blotches(8, 64, 64 + pace * count)
    frames = np.stack([whole[:, k * pace : k * pace + 64] for k in range(count)])
    tone = (np.sin(np.arange(24_000) / 10) * 9000)[:, None].astype(np.int16)
    with media.Writer(
        path, 64, 64, Fraction(12), quality="lossless", audio=media.Audio(tone, 48_000) if sound else None
    ) as writer:
        writer.add(frames)
    return frames


def test_slow_motion_is_as_long_as_was_asked_and_is_motion(sora: Sora) -> None:
    frames = film("a.mp4", 6, 4, sound=True)
    ran = sora("enhance", "a.mp4", "--scale", "1", "--slow", "2", "--quality", "lossless", "--json")
    data = json.loads(ran.text)["data"]
    made = media.read_source(data["path"])
    assert (data["slow"], data["fps"], data["frames"]) == ("2", "12", 12)
    assert made.clip.frames.shape == (12, 64, 64, 3)
    assert made.audio is not None
    assert float(made.audio.seconds) == pytest.approx(1.0, abs=0.05)
    assert np.abs(made.clip.frames[::2].astype(int) - frames).mean() < 6  # the mark's
    truth = blotches(8, 64, 64 + 24)[:, 6:70]
    fade = (frames[1].astype(int) + frames[2]) / 2
    assert np.abs(made.clip.frames[3].astype(int) - truth).mean() < 0.8 * np.abs(fade - truth).mean()
    assert any(note.startswith("frames between by the ") for note in data["notes"])


def test_noise_is_taken_out_on_request(sora: Sora) -> None:
    clean = blotches(9, 96, 96)
    grainy = np.clip(clean + 15 * noise(96, 96, 3).numpy(), 0, 255).round().astype(np.uint8)
    with media.Writer("a.png", 96, 96, Fraction(1)) as writer:
        writer.add(grainy[None])
    ran = sora("enhance", "a.png", "--scale", "1", "--denoise", "auto", "--json", "-o", "b.png")
    data = json.loads(ran.text)["data"]
    assert data["denoise"] == pytest.approx(15, rel=0.3)
    assert any("of 255 was measured; it is taken out" in note for note in data["notes"])
    made = media.read("b.png").frames[0].astype(int)
    assert np.square(made - clean).mean() < 0.4 * np.square(grainy.astype(int) - clean).mean()
    assert data["networks"] == {"photo": manifest.digest(manifest.tools()["photo"])}


def test_the_engine_can_be_named(sora: Sora) -> None:
    with media.Writer("a.png", 32, 32, Fraction(1)) as writer:
        writer.add(blotches(1, 32, 32)[None])
    for name in restoration.ENGINES:
        ran = sora("enhance", "a.png", "--engine", name, "--json", "-o", f"{name}.png")
        data = json.loads(ran.text)["data"]
        assert data["double"] == name
        assert not any("network" in note for note in data["notes"])
    photo, drawing = (media.read(f"{name}.png").frames for name in restoration.ENGINES)
    assert not np.array_equal(photo, drawing)


def test_motion_is_searched_for_coarsely_in_large_frames() -> None:
    assert optical_flow.coarse((1080, 1920)) == 1
    assert optical_flow.coarse((2160, 3840)) == 2
