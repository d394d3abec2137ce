"""The sampler, end to end, with a tiny spark of random weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch
from tiny import STRIDE, noise, options, spark
from torch import Tensor

from soracli import models
from soracli.card import Card, ModelOptions
from soracli.errors import WeightsError
from soracli.models.spark import Spark
from soracli.pipeline.tasks import generate
from soracli.sampling.pixels import cells_to_paint, to_model, to_numpy, to_result, to_torch
from soracli.sampling.sampler import sample
from soracli.sampling.solvers import SOLVERS
from soracli.sampling.steps import Step
from soracli.types import Canvas, Clip, Frames, Geometry


@pytest.fixture(scope="module")
def model() -> Spark:
    return spark()


def steps(model: Spark, canvas: Canvas | None = None, prompt: str = "a fox", **changes: Any) -> list[Step]:
    request = options(**changes)
    geometry = Geometry.snap(request, STRIDE)
    return list(sample(model, canvas or generate(*geometry.keep, geometry.fps), prompt, request, geometry))


def frames_of(done: list[Step]) -> Frames:
    return np.concatenate([step.frames for step in done if step.frames is not None])


def paint(model: Spark, canvas: Canvas | None = None, prompt: str = "a fox", **changes: Any) -> Frames:
    return frames_of(steps(model, canvas, prompt, **changes))


def last_latents(done: list[Step]) -> Tensor:
    return [step.latents for step in done if step.latents is not None][-1]


def clip(count: int, height: int, width: int, seed: int = 0) -> Clip:
    frames = np.random.default_rng(seed).integers(0, 256, (count, height, width, 3), np.uint8)
    return Clip(frames, Fraction(16))


def given(source: Clip, mask: np.ndarray | float = 1.0, strength: float = 1.0) -> Canvas:
    whole = np.broadcast_to(np.float32(mask), source.frames.shape[:3])
    return Canvas(source, whole, strength)


# --- what comes out -------------------------------------------------------------------------------------------------


def test_frames_are_cut_to_the_request(model: Spark) -> None:
    """Twelve frames of 70x50 are painted as sixteen of 96x64."""
    done = steps(model, width=70, height=50, seconds=Fraction(12, 16), steps=3)
    assert [(s.stage, s.index, s.total) for s in done] == [
        ("text", 1, 1), ("sample", 1, 3), ("sample", 2, 3), ("sample", 3, 3), ("decode", 1, 2), ("decode", 2, 2),
    ]  # fmt: skip
    assert [s.frames.shape for s in done if s.frames is not None] == [(8, 50, 70, 3), (4, 50, 70, 3)]
    assert last_latents(done).shape == (1, model.channels, 2, 2, 3)
    assert frames_of(done).dtype == np.uint8


def test_a_cut_takes_the_top_left_of_the_whole(model: Spark) -> None:
    whole = paint(model, width=96, height=64, seconds=Fraction(1))
    part = paint(model, width=70, height=50, seconds=Fraction(12, 16))
    np.testing.assert_array_equal(part, whole[:12, :50, :70])


def test_a_still_is_one_frame(model: Spark) -> None:
    assert paint(model, width=33, height=20, seconds=Fraction(0)).shape == (1, 20, 33, 3)


def test_a_still_that_is_larger_than_it_is_painted_is_enlarged_first(model: Spark) -> None:
    """By what is given for it; a clip, and a picture that is made smaller, are scaled alone."""
    asked: list[tuple[int, int]] = []

    def enlarge(pixels: Tensor, size: tuple[int, int]) -> Tensor:
        asked.append(size)
        return pixels.repeat_interleave(4, 3).repeat_interleave(4, 4).neg()

    def made(**changes: Any) -> Frames:
        request = options(**changes)
        geometry = Geometry.snap(request, STRIDE, 32)
        canvas = generate(*geometry.keep, geometry.fps)
        return frames_of(list(sample(model, canvas, "a fox", request, geometry, enlarge=enlarge)))

    still = made(width=200, height=100, seconds=Fraction(0))
    assert (still.shape, asked) == ((1, 100, 200, 3), [(100, 200)])
    plain = made(width=64, height=32, seconds=Fraction(0))
    assert abs(int(still.mean()) + int(plain.mean()) - 255) <= 2  # it is the one that was enlarged
    assert made(width=200, height=100).shape == (16, 100, 200, 3)
    assert made(width=40, height=20, seconds=Fraction(0)).shape == (1, 20, 40, 3)
    assert len(asked) == 1


@pytest.mark.parametrize("solver", SOLVERS)
def test_every_solver_paints(model: Spark, solver: str) -> None:
    assert paint(model, solver=solver, steps=3).std() > 1


def test_solver_steps_shift_guidance_and_prompts_matter(model: Spark) -> None:
    changes: list[dict[str, Any]] = [
        {}, {"solver": "heun"}, {"steps": 3}, {"shift": 3.0}, {"guidance": 1.0}, {"guidance": 4.0},
        {"prompt": "a dog"}, {"negative": "a dog"}, {"seed": 1}, {"fps": Fraction(32), "seconds": Fraction(1, 2)},
    ]  # fmt: skip
    results = {paint(model, **change).tobytes() for change in changes}
    assert len(results) == len(changes)


def test_negative_is_idle_without_guidance(model: Spark) -> None:
    plain = paint(model, guidance=1.0)
    np.testing.assert_array_equal(paint(model, guidance=1.0, negative="a dog"), plain)


def with_interval(low: float, high: float) -> Spark:
    model = spark()
    model.card = replace(model.card, options=ModelOptions(guidance_interval=(low, high)))
    return model


def test_guidance_interval_is_the_cards() -> None:
    """Outside the card's interval guidance has no effect; inside it has."""
    idle, busy = (with_interval(*ends) for ends in ((0.0, 0.1), (0.9, 1.0)))
    plain = paint(idle, guidance=1.0)
    np.testing.assert_array_equal(paint(idle, guidance=4.0), plain)
    assert (paint(busy, guidance=4.0) != plain).any()


# --- determinism ----------------------------------------------------------------------------------------------------


def test_the_seed_alone_decides(model: Spark) -> None:
    torch.manual_seed(1)
    first = paint(model, seed=7)
    torch.manual_seed(2)
    torch.randn(1000)
    np.testing.assert_array_equal(paint(model, seed=7), first)
    assert (paint(model, seed=8) != first).any()


def test_the_global_generator_is_left_alone(model: Spark) -> None:
    state = torch.get_rng_state()
    paint(model, given(clip(16, 32, 64), strength=0.5))
    assert torch.equal(torch.get_rng_state(), state)


def test_two_samplings_may_run_side_by_side(model: Spark) -> None:
    """A caller may hold several generators and draw from them in turn."""
    request = options()
    geometry = Geometry.snap(request, STRIDE)

    def run(seed: int) -> Iterator[Step]:
        return sample(model, generate(*geometry.keep, geometry.fps), "a fox", replace(request, seed=seed), geometry)

    pairs = list(zip(run(1), run(2), strict=True))
    np.testing.assert_array_equal(frames_of([a for a, _ in pairs]), paint(model, seed=1))
    np.testing.assert_array_equal(frames_of([b for _, b in pairs]), paint(model, seed=2))


# --- what is given --------------------------------------------------------------------------------------------------


def half(shape: tuple[int, int, int]) -> np.ndarray:
    """A mask that keeps three frames, and of the others an area that ignores the grid."""
    mask = np.ones(shape, np.float32)
    mask[:3] = 0
    mask[:, 5:41, 11:50] = 0
    return mask


def test_kept_pixels_are_the_users_own(model: Spark) -> None:
    source = clip(13, 50, 70)
    mask = half((13, 50, 70))
    out = paint(model, given(source, mask), width=70, height=50, seconds=Fraction(13, 16))
    np.testing.assert_array_equal(out[mask == 0], source.frames[mask == 0])
    assert (out[mask == 1] != source.frames[mask == 1]).mean() > 0.9


def test_a_kept_still_is_returned_untouched(model: Spark) -> None:
    source = clip(1, 40, 40)
    out = paint(model, given(source, 0.0), width=40, height=40, seconds=Fraction(0))
    np.testing.assert_array_equal(out, source.frames)


@pytest.mark.parametrize("solver", SOLVERS)
def test_kept_latents_reach_the_decoder_exactly(model: Spark, solver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = clip(24, 32, 64)
    mask = np.ones((24, 32, 64), np.float32)
    mask[:8], mask[16:, :, :32] = 0, 0
    decoded: list[Tensor] = []
    inner = model.decode

    def decode(latents: Tensor, *, still: bool = False) -> Iterator[Tensor]:
        decoded.append(latents)
        return inner(latents, still=still)

    monkeypatch.setattr(model, "decode", decode)
    paint(model, given(source, mask), solver=solver, seconds=Fraction(24, 16), shift=2.0)
    clean = model.encode(to_torch(source.frames))
    torch.testing.assert_close(decoded[0][:, :, 0], clean[:, :, 0])
    torch.testing.assert_close(decoded[0][:, :, 2, :, 0], clean[:, :, 2, :, 0])
    assert not torch.isclose(decoded[0][:, :, 1], clean[:, :, 1]).all()


def test_given_frames_steer_what_is_painted(model: Spark) -> None:
    mask = np.ones((16, 32, 64), np.float32)
    mask[:8] = 0
    one, two = (paint(model, given(clip(16, 32, 64, seed), mask)) for seed in (1, 2))
    assert (one[8:] != two[8:]).any()


def test_filler_under_the_mask_is_never_seen(model: Spark) -> None:
    one, two = clip(16, 32, 64, 1), clip(16, 32, 64, 2)
    np.testing.assert_array_equal(paint(model, given(one)), paint(model, given(two)))
    mask = np.ones((16, 32, 64), np.float32)
    mask[:8] = 0
    mixed = Clip(np.concatenate([one.frames[:8], two.frames[8:]]), one.fps)
    np.testing.assert_array_equal(paint(model, given(one, mask)), paint(model, given(mixed, mask)))


def test_strength_starts_from_the_clip(model: Spark) -> None:
    """A little noise leaves nearly the clip; more noise leaves less of it."""
    source = clip(16, 32, 64)
    clean = model.encode(to_torch(source.frames))
    runs = [steps(model, given(source, strength=strength)) for strength in (0.02, 0.3, 0.9)]
    assert [step.stage for step in runs[0]][:2] == ["text", "encode"]
    away = [float((last_latents(run) - clean).square().mean().sqrt() / clean.std()) for run in runs]
    assert away[0] < 0.5
    assert 1.5 * away[0] < away[1] < away[2]


# --- masks and pixels -----------------------------------------------------------------------------------------------


def geometry_of(frames: int, height: int, width: int) -> Geometry:
    return Geometry.snap(options(width=width, height=height, seconds=Fraction(frames, 16)), STRIDE)


def test_canvases_may_be_read_only(model: Spark) -> None:
    """As pictures from Pillow and broadcast masks are."""
    source, mask = clip(8, 32, 64), np.zeros((8, 32, 64), np.float32)
    source.frames.flags.writeable = mask.flags.writeable = False
    np.testing.assert_array_equal(paint(model, given(source, mask), seconds=Fraction(1, 2)), source.frames)


def cells(mask: np.ndarray, side: int = 0) -> Tensor:
    """Which cells of one latent frame are painted, (h, w)."""
    frames, height, width = mask.shape
    request = options(width=width, height=height, seconds=Fraction(frames, 16))
    return cells_to_paint(mask, Geometry.snap(request, STRIDE, side))


def test_a_cell_is_painted_if_any_pixel_is() -> None:
    mask = np.zeros((8, 64, 96), np.float32)
    mask[7, 33, 64] = 0.5
    assert cells(mask).nonzero().tolist() == [[1, 2]]


def test_cells_at_a_cut_edge_are_kept_if_all_their_pixels_are() -> None:
    mask = np.zeros((5, 50, 70), np.float32)
    assert cells(mask).shape == (2, 3)
    assert cells(mask).sum() == 0
    mask[4, 49, 69] = 1
    assert cells(mask).nonzero().tolist() == [[1, 2]]


@pytest.mark.parametrize("side", [32, 64, 96])
def test_cells_of_scaled_requests_cover_every_pixel_to_paint(side: int) -> None:
    """64x128 pixels, painted at another size: the cells that hold the marked pixel and no others far from it."""
    mask = np.zeros((8, 64, 128), np.float32)
    mask[0, 40, 100] = 1
    found = cells(mask, side)
    rows, columns = side // 32, 2 * side // 32
    assert found.shape == (rows, columns)
    assert found[40 * rows // 64, 100 * columns // 128] == 1
    assert found.sum() <= 2


def test_the_mask_of_a_still() -> None:
    mask = np.zeros((1, 32, 64), np.float32)
    mask[0, 0, 40] = 0.5
    assert cells(mask).flatten().tolist() == [0, 1]


def test_what_is_scaled_comes_back_at_its_own_size() -> None:
    """A smooth picture survives the way to the model's size and back; the rim is cut off again."""
    ramp = np.broadcast_to(np.linspace(0, 255, 150).astype(np.uint8)[None, None, :, None], (2, 100, 150, 3))
    geometry = Geometry.snap(options(width=150, height=100, seconds=Fraction(2, 16)), STRIDE, side=64)
    pixels = to_model(ramp, geometry)
    assert pixels.shape == (1, 3, 2, 64, 96)
    again = to_result(pixels, geometry)
    assert again.shape == ramp.shape
    assert np.abs(again.astype(int) - ramp).max() <= 4


def test_the_rim_repeats_the_last_row_and_column() -> None:
    frames = clip(3, 20, 30).frames
    out = to_numpy(to_model(frames, geometry_of(3, 20, 30)))
    assert out.shape == (3, 32, 32, 3)
    np.testing.assert_array_equal(out[:, :20, :30], frames)
    np.testing.assert_array_equal(out[0, 31, :30], frames[0, 19])
    np.testing.assert_array_equal(out[0, :20, 31], frames[0, :, 29])


def test_pixels_cross_without_loss() -> None:
    frames = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1).repeat(3, -1)
    frames[..., 1] += 1
    pixels = to_torch(frames)
    assert pixels.shape == (1, 3, 1, 16, 16)
    assert (pixels.min(), pixels.max()) == (torch.tensor(-1.0), torch.tensor(1.0))
    np.testing.assert_array_equal(to_numpy(pixels), frames)
    np.testing.assert_array_equal(to_numpy(3 * noise(1, 3, 2, 4, 4).sign()), to_numpy(noise(1, 3, 2, 4, 4).sign()))


def test_an_unknown_architecture_is_named() -> None:
    card = Card("odd", "sparkle", "", "", STRIDE, ())
    with pytest.raises(WeightsError, match=r"model 'odd': unknown architecture 'sparkle'; .*spark"):
        models.load(card, {})
