"""Drafts: what is known in pixels is laid over what is painted, and the network is told of it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import tiny
import torch

from soracli.draft import PLAIN, Draft, Layer
from soracli.models.spark import Spark, steering
from soracli.models.spark.dit import COVER, SKETCH, Control, Layout
from soracli.pipeline import tasks
from soracli.sampling import windows
from soracli.sampling.conditioning import WindowInputs
from soracli.sampling.sampler import sample
from soracli.sampling.windows import WindowSpan
from soracli.types import Canvas, Frames, Geometry, SamplingOptions

RED = np.array([200, 40, 40], np.uint8)


def square(start: int, stop: int, height: int = 32, width: int = 64) -> Layer:
    """A red square of 12 pixels that goes a pixel a frame to the right; half covered at its left edge."""
    frames = np.zeros((stop - start, height, width, 3), np.uint8)
    alpha = np.zeros((stop - start, height, width), np.uint8)
    for i, t in enumerate(range(start, stop)):
        alpha[i, 10:22, 4 + t : 16 + t] = 255
        alpha[i, 10:22, 4 + t] = 128
        frames[i] = RED[None, None] * (alpha[i][..., None] / 255)
    return Layer(frames, alpha)


def spark(**config: bool) -> Spark:
    card = replace(tiny.spark().card, params={"drafts": True})
    return Spark(card, tiny.vae(), tiny.dit(control=True, **config), tiny.spark().text)


def painted(model: Spark, canvas: Canvas, options: SamplingOptions) -> Frames:
    geometry = Geometry.of(options, model.card)
    steps = sample(model, canvas, "a meadow", options, geometry)
    return np.concatenate([step.frames for step in steps if step.frames is not None])


def blank(options: SamplingOptions, draft: Draft | None) -> Canvas:
    return replace(tasks.generate(options.frames, options.height, options.width, options.fps), draft=draft)


# --- laying over ------------------------------------------------------------------------------------------------------


def test_a_draft_hides_what_it_covers_and_mixes_where_it_covers_half() -> None:
    below = np.full((3, 32, 64, 3), 100, np.uint8)
    out = Draft(square).laid(below, 5)
    for i, t in enumerate(range(5, 8)):
        assert (out[i, 10:22, 5 + t : 16 + t] == RED).all()
        assert np.abs(out[i, 12, 4 + t].astype(int) - (RED * 0.5 + 50)).max() <= 1
        assert (out[i, :10] == 100).all()
    assert (below == 100).all(), "what was painted is not changed in place"


def test_an_opaque_draft_is_copied_as_it_would_be_mixed() -> None:
    below, picture = (np.random.default_rng(seed).integers(0, 256, (2, 9, 12, 3), np.uint8) for seed in (0, 1))
    alpha = np.zeros((2, 9, 12), np.uint8)
    alpha[0, 2:7, 3:9], alpha[1] = 255, 255
    layer = Layer(picture * (alpha[..., None] > 0), alpha)
    copied = Draft(lambda start, stop: layer).laid(below, 0)
    mixed = Draft(lambda start, stop: layer, light=lambda frame: PLAIN.copy()).laid(below, 0)
    assert np.array_equal(copied, mixed)
    assert np.array_equal(copied[1], picture[1])
    assert np.array_equal(copied[0][alpha[0] == 0], below[0][alpha[0] == 0])


def test_light_falls_on_the_draft_alone() -> None:
    light = np.array([[0.5, 0, 0, 0.1], [0, 1, 0, 0], [0, 0, 1, 0]], np.float32)
    out = Draft(square, light=lambda frame: light).laid(np.full((1, 32, 64, 3), 100, np.uint8), 0)
    assert out[0, 15, 10].tolist() == [round(200 * 0.5 + 25.5), 40, 40]
    assert out[0, 0, 0].tolist() == [100, 100, 100]


def test_what_lies_over_everything_is_not_lit_and_the_look_comes_last() -> None:
    dark = np.zeros((3, 4), np.float32)

    def flakes(start: int, stop: int) -> Layer:
        alpha = np.zeros((stop - start, 32, 64), np.uint8)
        alpha[:, 15, 10] = 255
        return Layer(np.repeat(alpha[..., None], 3, 3), alpha)

    draft = Draft(square, over=flakes, light=lambda frame: dark, finish=lambda frames, start: 255 - frames)
    out = draft.laid(np.full((1, 32, 64, 3), 100, np.uint8), 0)
    assert out[0, 15, 10].tolist() == [0, 0, 0]  # white, turned
    assert out[0, 16, 10].tolist() == [255, 255, 255]  # unlit, turned


def test_every_part_of_a_clip_shows_its_own_frames_of_the_draft() -> None:
    options = tiny.options(seconds=Fraction(2), guidance=1.0)
    model = spark()
    out = painted(model, blank(options, Draft(square)), options)
    whole = square(0, 32)
    assert (out[whole.alpha == 255] == whole.frames[whole.alpha == 255]).all()
    assert len(out) == 32


def test_pictures_have_drafts_too() -> None:
    options = tiny.options(seconds=Fraction(0), guidance=1.0)
    out = painted(spark(), blank(options, Draft(square)), options)
    assert out.shape == (1, 32, 64, 3)
    assert (out[0, 12:20, 6:15] == RED).all()


def test_a_draft_is_drawn_at_the_size_of_the_result_not_of_the_model() -> None:
    sizes: set[tuple[int, ...]] = set()

    def large(start: int, stop: int) -> Layer:
        layer = square(start, stop, 64, 128)
        sizes.add(layer.frames.shape[1:3])
        return layer

    model = spark()
    model.card = replace(model.card, limits={"side": 32})
    options = tiny.options(width=128, height=64, guidance=1.0)
    out = painted(model, blank(options, Draft(large)), options)
    assert out.shape[1:3] == (64, 128)
    assert sizes == {(64, 128)}
    assert (out[3, 12:20, 9:18] == RED).all()


# --- what the network is told ----------------------------------------------------------------------------------------


def control_of(draft: Draft, seconds: Fraction = Fraction(1)) -> Control | None:
    model, options = spark(), tiny.options(seconds=seconds, guidance=1.0)
    geometry = Geometry.of(options, model.card)
    span = WindowSpan(0, geometry.latent[0])
    view = WindowInputs(
        blank(options, draft), geometry, span, options, {}, set(), lambda n: square(0, 8).frames, torch.device("cpu")
    )
    return steering.control(view, model.vae)


def test_the_network_is_told_the_drafts_latents_where_it_covers_anything() -> None:
    control, vae = control_of(Draft(square)), tiny.vae()
    assert control is not None
    layer = square(0, 16)
    pixels = torch.from_numpy(layer.frames).permute(3, 0, 1, 2).float()[None] / 127.5 - 1
    whole = (vae.encode(pixels) - vae.encode(torch.full_like(pixels, -1.0)))[0].flatten(1).T
    assert torch.allclose(control.draft[0], whole, atol=1e-4)
    assert control.cover.shape == (1, 4, COVER)
    assert float(control.cover.max()) == pytest.approx(1, abs=0.01)


def test_latents_of_a_draft_add_to_those_of_what_lies_behind() -> None:
    """E(a s + (1 - a) b) = E(a s) + E((1 - a) b) - E(0): what the control rests on."""
    vae, layer = tiny.vae(), square(0, 8)
    behind = np.random.default_rng(0).integers(0, 255, layer.frames.shape).astype(np.float64)
    share = layer.alpha[..., None] / 255
    rest, both = behind * (1 - share), layer.frames + behind * (1 - share)
    encode = lambda x: vae.encode(torch.from_numpy(x).permute(3, 0, 1, 2)[None].float() / 127.5 - 1)  # noqa: E731
    drawn, black = encode(layer.frames.astype(np.float64)), encode(0 * behind)
    assert torch.allclose(encode(both), drawn + encode(rest) - black, atol=1e-3)


def test_a_camera_is_told_from_the_start_of_its_window() -> None:
    def moves(start: int, stop: int) -> np.ndarray:
        rows = np.arange(start, stop, dtype=np.float32)
        return np.stack([5 + rows / 8, rows / 80, 0 * rows, 0 * rows], 1)

    control = control_of(Draft(square, camera=moves))
    assert control is not None
    assert control.camera[0, :, :, 0].tolist() == [[0, 1], [1, 2]]
    assert control.camera[0, :, :, 1].flatten().tolist() == pytest.approx([0, 0.1, 0.1, 0.2])
    assert control.steered.tolist() == [1]
    still = control_of(Draft(square))
    assert still is not None
    assert still.steered.tolist() == [0]


def test_a_sketch_is_shown_in_blocks_of_four_pixels_with_a_ring_around_each_cell() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (16, 32, 64, 3), dtype=np.uint8)
    control = control_of(Draft(square, sketch=lambda start, stop: noise[start:stop]))
    assert control is not None
    assert control.sketched.tolist() == [1]
    seen = control.sketch.view(2, 1, 2, 3, 2, 10, 10)  # latent frames, rows, columns, colours, halves, blocks
    block = noise[8:12, 8:12, 40:44, 1].astype(np.float64).mean() / 127.5 - 1
    assert float(seen[1, 0, 1, 1, 0, 3, 3]) == pytest.approx(block, abs=1e-5)
    assert float(seen[1, 0, 0, 1, 0, 3, 9]) == pytest.approx(float(seen[1, 0, 1, 1, 0, 3, 1])), "the neighbour's"
    without = control_of(Draft(square))
    assert without is not None
    assert without.sketched.tolist() == [0]
    assert not without.sketch.any()


def test_a_network_without_control_and_one_with_nothing_to_control_paint_the_same() -> None:
    plain, told = tiny.dit(), tiny.dit(control=True)
    told.load_state_dict({**told.state_dict(), **plain.state_dict()})
    x, levels, layout = (
        tiny.noise(1, tiny.CHANNELS, 2, 1, 2),
        torch.full((1, 2, 1, 2), 0.5),
        Layout.chunks(2, 1, 2, 16.0),
    )
    keys = plain.prepare(tiny.noise(1, 3, 384), torch.ones(1, 3, dtype=torch.bool))
    nothing = Control(
        torch.zeros(1, 4, tiny.CHANNELS),
        torch.zeros(1, 4, COVER),
        torch.zeros(1),
        torch.zeros(1, 2, 2, 4),
        torch.zeros(1),
        torch.zeros(1, 4, SKETCH),
        torch.zeros(1),
    )
    assert torch.equal(told(x, levels, keys, layout), plain(x, levels, keys, layout))
    assert torch.allclose(told(x, levels, keys, layout, control=nothing), plain(x, levels, keys, layout), atol=1e-5)
    seen = nothing._replace(present=torch.ones(1), draft=tiny.noise(1, 4, tiny.CHANNELS))
    assert not torch.allclose(told(x, levels, keys, layout, control=seen), plain(x, levels, keys, layout), atol=1e-2)


def test_with_a_sketch_the_network_paints_what_the_best_linear_guess_leaves() -> None:
    """A network that is not believed: Bayes' rule around the guess, with the variance of what is left."""
    network = tiny.dit(control=True)
    assert network.steering is not None
    with torch.no_grad():
        network.steering.own.bias.fill_(-100)
        network.steering.detail.weight.zero_()
        network.steering.detail.bias.zero_()
        network.steering.rough.weight.normal_(0, 0.1)
        network.steering.remainder.fill_(0.25)
    x, levels = tiny.noise(1, tiny.CHANNELS, 1, 1, 2), torch.full((1, 1, 1, 2), 0.5)
    keys = network.prepare(tiny.noise(1, 3, 384), torch.ones(1, 3, dtype=torch.bool))
    control = Control(
        torch.zeros(1, 2, tiny.CHANNELS), torch.zeros(1, 2, COVER), torch.zeros(1), torch.zeros(1, 1, 2, 4),
        torch.zeros(1), tiny.noise(1, 2, SKETCH), torch.ones(1),
    )  # fmt: skip
    out = network(x, levels, keys, Layout.still(1, 2), control=control)
    guess = network.steering.rough(control.sketch).transpose(1, 2).view_as(x)
    left = 0.5 * 0.25 / (0.25 * 0.25 + 0.25) * (x - 0.5 * guess)
    assert torch.allclose(out, guess + left, atol=1e-5)
    with torch.no_grad():
        network.steering.own.bias.fill_(100)
        network.steering.sketch.weight.zero_()
        network.steering.sketch.bias.zero_()
    without = control._replace(sketch=0 * control.sketch, sketched=torch.zeros(1))
    own = network(x, levels, keys, Layout.still(1, 2), control=control)
    assert torch.allclose(own, network(x, levels, keys, Layout.still(1, 2), control=without), atol=1e-5)


def test_what_is_far_louder_than_the_training_world_stays_bounded() -> None:
    """Camera footage has several times the power of the training world; it must not be answered by more."""
    network = tiny.dit(control=True)
    layout, keys = (
        Layout.chunks(2, 1, 2, 16.0),
        network.prepare(tiny.noise(1, 3, 384), torch.ones(1, 3, dtype=torch.bool)),
    )
    levels = torch.zeros(1, 2, 1, 2)
    levels[:, 1] = 1.0  # the second latent frame is painted beside a given one
    powers = []
    for gain in (4.0, 40.0):
        x = tiny.noise(1, tiny.CHANNELS, 2, 1, 2)
        x[:, :, 0] *= gain
        powers.append(float(network(x, levels, keys, layout)[:, :, 1].square().mean()))
    assert powers[1] == pytest.approx(powers[0], rel=0.02)


def test_a_long_clip_with_a_draft_needs_no_storyboard() -> None:
    options = tiny.options(seconds=Fraction(16))
    geometry = Geometry.of(options, tiny.spark().card)
    (plain,) = windows.segments(blank(options, None), geometry, 8)
    (drafted,) = windows.segments(blank(options, Draft(square)), geometry, 8)
    assert plain.board
    assert not drafted.board


def test_the_plain_light_is_plain() -> None:
    assert np.array_equal(PLAIN[:, :3], np.eye(3))
