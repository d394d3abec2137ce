"""The embedded model's parts: the compression network and the transformer."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from tiny import CHANNELS, STRIDE, Words, dit, noise, options, spark, stirred, vae
from torch import Tensor

from soracli.card import Card
from soracli.errors import WeightsError
from soracli.models.common import precision, quantise
from soracli.models.spark import Spark
from soracli.models.spark.deblock import evened, sharpened, smoothed
from soracli.models.spark.dit import (
    Dit,
    DitConfig,
    Jump,
    Layout,
    NeighbourMix,
    TextKeys,
    attention,
    rotary_angles,
    rotate,
)
from soracli.models.spark.vae import (
    BLOCK_NUMBERS,
    LinearPath,
    Vae,
    VaeConfig,
    fit_linear,
    from_blocks,
    pack,
    to_blocks,
    unpack,
)
from soracli.sampling.denoise import prompted
from soracli.types import Geometry, Window


def same(a: Tensor, b: Tensor) -> None:
    """Equal but for rounding: a product may be summed in another order when its neighbours are others."""
    torch.testing.assert_close(a, b, atol=2e-4, rtol=2e-4)


def decoded(network: Vae, latents: Tensor, still: bool = False) -> Tensor:
    return torch.cat(list(network.decode(latents, still)), 2)


@pytest.fixture
def network() -> Vae:
    return vae()


# --- compression ----------------------------------------------------------------------------------------------------


def test_blocks_and_packs_come_apart_and_together() -> None:
    pixels = noise(2, 3, 16, 64, 32)
    blocks = to_blocks(pixels)
    assert blocks.shape == (2, 2, 4, 2, BLOCK_NUMBERS)
    assert torch.equal(blocks[1, 1, 2, 1], pixels[1, :, 8:, 32:48, 16:].flatten())
    assert torch.equal(from_blocks(blocks), pixels)
    cells = pack(blocks)
    assert cells.shape == (2, 2, 2, 1, 4 * BLOCK_NUMBERS)
    assert torch.equal(cells[0, 1, 1, 0], blocks[0, 1, 2:, :2].flatten())
    assert torch.equal(unpack(cells), blocks)


def test_a_still_is_eight_equal_frames(network: Vae) -> None:
    still = noise(1, 3, 1, 64, 96)
    latents = network.encode(still)
    assert latents.shape == (1, CHANNELS, 1, 2, 3)
    same(latents, network.encode(still.repeat(1, 1, 8, 1, 1)))


def test_latents_are_turned_backwards_in_time_without_decoding(network: Vae) -> None:
    linear = network.linear
    turn = linear.backwards()
    same(turn @ turn.T, torch.eye(CHANNELS))
    # A basis that holds the reverse of all that it can say: half of it the same both ways, half of it turned about.
    frames = noise(3, 8, 256, 4)
    halves = [(frames + sign * frames.flip(1)).flatten(0, 2) for sign in (1, -1)]
    linear.block_basis.copy_(torch.linalg.qr(torch.cat(halves, 1))[0])
    cells = torch.zeros(4, 2, 4, CHANNELS)  # (pack, half, numbers of it, C)
    cells[:, 0, :, ::2], cells[:, 1, :, 1::2] = noise(4, 4, CHANNELS // 2), noise(4, 4, CHANNELS // 2, seed=1)
    linear.cell_basis.copy_(torch.linalg.qr(cells.flatten(0, 2))[0])
    latents, others = noise(2, CHANNELS, 1, 2, 3), noise(2, CHANNELS, 1, 2, 3, seed=1)
    whole, part = (linear.encode(linear.decode(z).flip(2)) for z in (latents, others))
    told = torch.einsum("bcthw,cd->bdthw", latents - others, linear.backwards())  # a difference: the means fall out
    same(told, whole - part)
    assert far(told, latents - others)


def test_encoding_remembers_nothing_between_chunks(network: Vae) -> None:
    pixels = noise(1, 3, 24, 64, 64)
    before = network.encode(pixels)
    pixels[:, :, 8:16] = 0
    after = network.encode(pixels)
    same(after[:, :, [0, 2]], before[:, :, [0, 2]])
    assert not torch.isclose(after[:, :, 1], before[:, :, 1]).any()
    same(network.encode(pixels[:, :, 16:]), before[:, :, 2:])


def test_the_encoder_sees_every_pixel(network: Vae) -> None:
    pixels = noise(1, 3, 8, 32, 32).requires_grad_()
    network.encode(pixels).square().sum().backward()  # type: ignore[no-untyped-call]
    assert pixels.grad is not None
    assert (pixels.grad != 0).all()


def test_aligned_crops_encode_to_crops() -> None:
    """The training cache cuts its views from latents of whole frames."""
    network, pixels = vae(), noise(1, 3, 8, 128, 160)
    whole = network.encode(pixels)
    part = network.encode(pixels[..., 32:96, 64:160])
    same(part, whole[..., 1:3, 2:5])
    same(network.linear.decode(part), network.linear.decode(whole)[..., 32:96, 64:160])


def test_what_the_linear_path_decodes_it_encodes() -> None:
    """Its basis is orthonormal: latents survive, pixels are projected once and for all."""
    path, latents = vae().linear, noise(2, CHANNELS, 2, 1, 2)
    same(path.encode(path.decode(latents)), latents)


def test_the_residual_starts_silent() -> None:
    fresh = Vae(VaeConfig(channels=CHANNELS, block=8, refine_width=8, refine_depth=2))
    fresh.linear.load_state_dict(vae().linear.state_dict())
    pixels = noise(1, 3, 16, 32, 64)
    latents = fresh.encode(pixels)
    assert torch.equal(latents, fresh.linear.encode(pixels))
    same(decoded(fresh, latents), sharpened(smoothed(evened(fresh.linear.decode(latents), 32))))


def test_decoding_streams_a_chunk_at_a_time() -> None:
    network, latents = vae(), noise(2, CHANNELS, 3, 1, 2)
    chunks = list(network.decode(latents))
    assert [chunk.shape for chunk in chunks] == [(2, 3, 8, 32, 64)] * 3


def test_streaming_equals_going_frame_by_frame() -> None:
    """The slow and obvious way: each linear frame with those before and after it; the ends are their own neighbours."""
    network, latents = vae(), noise(2, CHANNELS, 3, 1, 2)
    row = network.linear.decode(latents)
    row = torch.cat([row[:, :, :1], row, row[:, :, -1:]], 2)
    frames = [network.refiner(*(row[:, :, i + j] for j in range(3))) for i in range(24)]
    same(decoded(network, latents), sharpened(smoothed(evened(torch.stack(frames, 2), 32))))


def test_a_chunk_depends_on_its_neighbours_alone() -> None:
    network, latents = vae(), noise(1, CHANNELS, 5, 1, 1)
    before = list(network.decode(latents))
    changed = latents.clone()
    changed[:, :, 2] += 1
    after = list(network.decode(changed))
    same = [torch.equal(a, b) for a, b in zip(before, after, strict=True)]
    assert same == [True, False, False, False, True]
    # of the neighbours, only the frame at the seam
    assert torch.equal(before[1][:, :, :7], after[1][:, :, :7])
    assert torch.equal(before[3][:, :, 1:], after[3][:, :, 1:])


def test_a_longer_clip_decodes_alike() -> None:
    """All but the last chunk, which has no look-ahead when it is the end."""
    network, latents = vae(), noise(1, CHANNELS, 5, 1, 2)
    whole = list(network.decode(latents))
    part = list(network.decode(latents[:, :, :3]))
    assert torch.equal(whole[0], part[0])
    assert torch.equal(whole[1], part[1])
    assert torch.equal(whole[2][:, :, :7], part[2][:, :, :7])
    assert not torch.equal(whole[2], part[2])


def test_a_still_decodes_to_one_frame_like_the_chunk_it_stands_for() -> None:
    network = vae()
    latents = network.encode(noise(1, 3, 1, 32, 32).clamp(-1, 1))
    picture = decoded(network, latents, still=True)
    assert picture.shape == (1, 3, 1, 32, 32)
    flat = network.linear.decode(latents).mean(2)
    assert torch.equal(picture, sharpened(smoothed(network.refiner(flat, flat, flat)[:, :, None])))


# --- fitting --------------------------------------------------------------------------------------------------------


def synthetic(rank: int, count: int = 40) -> tuple[Tensor, list[Tensor]]:
    """An orthonormal set of `rank` blocks (6144, rank), and clips of one chunk of 64x64 made of nothing else."""
    atoms = torch.linalg.qr(noise(BLOCK_NUMBERS, rank, seed=1))[0]
    falling = torch.logspace(0, -1, rank)
    return atoms, [from_blocks((noise(1, 1, 4, 4, rank, seed=10 + i) * falling) @ atoms.T + 0.3) for i in range(count)]


@pytest.mark.parametrize("whitening", [0.0, 0.5, 1.0])
def test_fit_finds_the_subspace(whitening: float) -> None:
    atoms, clips = synthetic(rank=4)
    path = LinearPath(VaeConfig(channels=CHANNELS, block=4))
    block_values, cell_values = fit_linear(path, iter(clips), whitening)
    outside = path.block_basis - atoms @ (atoms.T @ path.block_basis)
    assert torch.linalg.vector_norm(outside) < 1e-3
    torch.testing.assert_close(path.block_basis.T @ path.block_basis, torch.eye(4), atol=1e-4, rtol=0)
    assert (block_values[:4].diff() < 0).all()
    assert block_values[4:].abs().max() < 1e-4 * block_values[0]
    latents = torch.cat([path.encode(clip) for clip in clips]).transpose(0, 1).flatten(1)  # (C, N)
    assert float(latents.var(1).mean()) == pytest.approx(1, abs=0.02)
    assert latents.mean(1).abs().max() < 0.05
    again = torch.cat([path.decode(path.encode(clip)) for clip in clips])
    torch.testing.assert_close(again, torch.cat(clips), atol=1e-2, rtol=0)
    spread = latents.std(1)
    if whitening == 1:
        torch.testing.assert_close(spread, torch.ones(CHANNELS), atol=0.02, rtol=0)
    else:
        assert (cell_values[:CHANNELS].sqrt() / cell_values[0].sqrt()).tolist() == pytest.approx(
            ((spread / spread[0]) ** (1 / (1 - whitening))).tolist(), abs=0.03
        )


def test_channels_are_sorted_coarse_to_fine() -> None:
    """With fewer channels than the data needs, the largest are kept."""
    _, clips = synthetic(rank=8)
    errors = []
    for channels in (4, 8, 16):
        path = LinearPath(VaeConfig(channels=channels, block=8))
        fit_linear(path, iter(clips))
        errors.append(float(F.mse_loss(path.decode(path.encode(clips[0])), clips[0])))
    assert errors[0] > errors[1] > errors[2]


# --- the transformer ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def transformer() -> Dit:
    return dit()


LAYOUT = Layout.chunks(3, 2, 2, fps=16)


def prompt(network: Dit, *prompts: str) -> TextKeys:
    context = Words()(prompts or ["a fox"])
    return network.prepare(context.states, context.mask)


def given(batch: int = 1, seed: int = 0) -> tuple[Tensor, Tensor]:
    """x (B, C, 3, 2, 2) and a level for each of its tokens."""
    levels = torch.rand(batch, 3, 2, 2, generator=torch.Generator().manual_seed(seed))
    return noise(batch, CHANNELS, 3, 2, 2, seed=seed), levels


def test_depth_is_the_one_dial() -> None:
    sizes = [(DitConfig(depth=depth).width, DitConfig(depth=depth).heads) for depth in (1, 6, 12, 24)]
    assert sizes == [(64, 1), (256, 4), (512, 8), (1024, 16)]


@pytest.mark.parametrize("few", [False, True])
def test_an_untrained_network_is_the_wiener_filter(few: bool) -> None:
    """The best linear guess of x0 from x, given each channel's variance."""
    network = Dit(DitConfig(channels=CHANNELS, depth=2, few=few))
    network.spectrum.copy_(torch.linspace(2, 0.1, CHANNELS))
    x, levels = given()
    jump = Jump(levels / 2, torch.tensor([3.0])) if few else None
    guess = network(x, levels, prompt(network), LAYOUT, jump)
    variance, level = network.spectrum.view(1, -1, 1, 1, 1), levels[:, None]
    best = (1 - level) * variance / ((1 - level) ** 2 * variance + level**2) * x
    same(guess, best)


def test_temperature_scales_the_doubts_of_use_but_not_of_training() -> None:
    """Doubts are variances: a colder network clings to its expectation, which is zero before training."""
    cold = Dit(DitConfig(channels=CHANNELS, depth=1, temperature=0.25))
    x, levels = given()
    level = levels[:, None]
    for variance in (0.25, 1.0):
        best = (1 - level) * variance / ((1 - level) ** 2 * variance + level**2) * x
        same(cold.train(variance == 1)(x, levels, prompt(cold), LAYOUT), best)


def test_clean_tokens_come_back_as_they_are(transformer: Dit) -> None:
    x, levels = given()
    levels[:, 1] = 0
    guess = transformer(x, levels, prompt(transformer), LAYOUT)
    same(guess[:, :, 1], x[:, :, 1])
    assert not torch.isclose(guess[:, :, 2], x[:, :, 2]).all()


def far(a: Tensor, b: Tensor) -> bool:
    return float((a - b).abs().max()) > 1e-3


def test_every_input_reaches_every_token(transformer: Dit) -> None:
    """The text, another token's latents, another token's level, the rate, the size of the grid."""
    x, levels = given()
    base = transformer(x, levels, prompt(transformer), LAYOUT)
    here = (0, slice(None), 0, 0, 0)  # a corner; what follows changes elsewhere
    other, quieter = x.clone(), levels.clone()
    other[:, :, 2, 1, 1] += 1
    quieter[:, 2, 1, 1] = 0
    assert far(base[here], transformer(other, levels, prompt(transformer), LAYOUT)[here])
    assert far(base[here], transformer(x, quieter, prompt(transformer), LAYOUT)[here])
    assert far(base[here], transformer(x, levels, prompt(transformer, "a dog"), LAYOUT)[here])
    assert far(base[here], transformer(x, levels, prompt(transformer), Layout.chunks(3, 2, 2, fps=8))[here])


def test_span_and_place_both_count(transformer: Dit) -> None:
    x, levels = given()
    keys, (first, *others) = prompt(transformer), LAYOUT.times
    base = transformer(x, levels, keys, LAYOUT)
    later = transformer(x, levels, keys, Layout((first + 0.2, *others), LAYOUT.spans, 2, 2))
    still = transformer(x, levels, keys, Layout(LAYOUT.times, (0.0, *LAYOUT.spans[1:]), 2, 2))
    assert far(base, later)
    assert far(base, still)
    assert far(later, still)


def test_a_cell_hears_the_six_beside_it_and_no_other() -> None:
    beside = NeighbourMix(1, 8, 1)
    with torch.no_grad():
        beside.mix.weight.copy_(torch.tensor([[1.0], [2], [4], [8], [16], [32], [64]]))
    layout = Layout((0.5, 0.25, 0.75, 2.25), (0.0, 0.5, 0.5, 0.5), 3, 3)  # a still, two that meet, one apart
    alike = torch.zeros(1, 8), torch.zeros(1, 36, dtype=torch.long)
    heard = torch.zeros(4, 3, 3)
    cells = torch.zeros(1, 36, 1)
    cells[0, 9 + 4] = 1  # the middle of the first of the two
    heard[1] = torch.tensor([[0.0, 16, 0], [64, 1, 32], [0, 8, 0]])
    heard[2, 1, 1] = 2
    assert torch.equal(beside(cells, *alike, layout).view(4, 3, 3), heard)
    later = cells.roll(9, 1)  # of the second: the first hears what follows it
    heard = heard.roll(1, 0)
    heard[1], heard[3] = heard[3] * 2, 0
    assert torch.equal(beside(later, *alike, layout).view(4, 3, 3), heard)


def test_a_cell_hears_as_far_in_time_as_it_reaches() -> None:
    beside = NeighbourMix(1, 8, 3)
    with torch.no_grad():
        beside.mix.weight.zero_()
        beside.mix.weight[1:7] = torch.tensor([[1.0], [2], [4], [8], [16], [32]])  # before and after, nearest first
    layout = Layout.chunks(5, 1, 1, fps=16)
    cells = torch.tensor([1.0, 0, 0, 0, 0]).view(1, 5, 1)
    alike = torch.zeros(1, 8), torch.zeros(1, 5, dtype=torch.long)
    assert beside(cells, *alike, layout).flatten().tolist() == [0, 1, 4, 16, 0]
    assert beside(cells.flip(1), *alike, layout).flatten().tolist() == [0, 32, 8, 2, 0]


@torch.inference_mode()
def test_what_is_made_out_nearby_reaches_a_cell_clean() -> None:
    """The later maps hear what is expected, not what is noisy: of a given neighbour exactly what it is."""
    dit = Dit(DitConfig(channels=4, depth=1, text=4)).eval()
    layout = Layout.chunks(2, 1, 1, fps=16)
    text = dit.prepare(torch.zeros(1, 1, 4), torch.ones(1, 1, dtype=torch.bool))
    x, levels = torch.tensor([[3.0, 5.0]]).view(1, 1, 2, 1, 1).expand(1, 4, 2, 1, 1), torch.zeros(1, 2, 1, 1)
    levels[:, 1] = 1.0
    assert float(dit(x, levels, text, layout)[0, 0, 1]) == 0
    dit.around[0].get_parameter("mix.weight")[4:8].copy_(torch.eye(4))
    assert float(dit(x, levels, text, layout)[0, 0, 1]) == pytest.approx(3)


def test_order_in_memory_does_not_count(transformer: Dit) -> None:
    """Latent frames are told apart by their times alone: shuffled with them, they give the same, shuffled."""
    x, levels = given()
    order = [2, 0, 1]
    layout = Layout(tuple(LAYOUT.times[i] for i in order), LAYOUT.spans, 2, 2)
    base = transformer(x, levels, prompt(transformer), LAYOUT)
    mixed = transformer(x[:, :, order], levels[:, order], prompt(transformer), layout)
    same(mixed, base[:, :, order])


def test_items_of_a_batch_do_not_meet(transformer: Dit) -> None:
    x, levels = given(3)
    prompts = ["a fox", "a dog", ""]
    together = transformer(x, levels, prompt(transformer, *prompts), LAYOUT)
    for i, text in enumerate(prompts):
        alone = transformer(x[i : i + 1], levels[i : i + 1], prompt(transformer, text), LAYOUT)
        same(together[i : i + 1], alone)


def test_padding_of_the_text_is_not_read(transformer: Dit) -> None:
    x, levels = given()
    states, mask, _ = Words()(["a fox"])
    base = transformer(x, levels, transformer.prepare(states, mask), LAYOUT)
    wide = torch.cat([states, 5 * noise(1, 4, 384, seed=3)], 1)
    padded = transformer(x, levels, transformer.prepare(wide, F.pad(mask, (0, 4))), LAYOUT)
    same(padded, base)
    read = transformer(x, levels, transformer.prepare(wide, F.pad(mask, (0, 4), value=True)), LAYOUT)
    assert far(read, base)


@pytest.mark.parametrize("padded", [False, True])
def test_attention_by_hand_is_torch_s_own(padded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Queries that do not fill the last part included."""
    monkeypatch.setattr("soracli.models.spark.dit.QUERIES", 4)
    query, key, value = noise(2, 3, 10, 64, seed=1), noise(2, 3, 13, 64, seed=2), noise(2, 3, 13, 64, seed=3)
    mask = torch.zeros(2, 1, 1, 13)
    mask[1, ..., 5:] = -1e4 if padded else 0
    expected = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
    torch.testing.assert_close(attention(query, key, value, mask if padded else None), expected)


def test_rotation_tells_distances_only() -> None:
    """The product of two rotated vectors depends on the seconds and cells between them, and keeps their length."""
    query, key = noise(1, 1, 1, 64, seed=1), noise(1, 1, 1, 64, seed=2)

    def product(start: float, between: float) -> Tensor:
        cos, sin = rotary_angles(Layout((start, start + between), (0.5, 0.5), 1, 1), torch.device("cpu"))
        turned = rotate(query, cos[:1], sin[:1])
        torch.testing.assert_close(turned.norm(), query.norm())
        return (turned * rotate(key, cos[1:], sin[1:])).sum()

    torch.testing.assert_close(product(0.0, 0.7), product(3.1, 0.7), atol=1e-3, rtol=1e-4)
    assert far(product(0.0, 0.7), product(0.0, 0.8))


def test_tokens_know_their_places_and_their_distances(transformer: Dit) -> None:
    """A shift of the whole clip in time is noticed; without text and places it is not, since distances are the same.

    Text lies at time 0, so with it alone it is noticed too.
    """
    x, levels = given()
    placed = prompt(transformer)
    assert far(
        transformer(x, levels, placed, LAYOUT), transformer(x, levels, placed, Layout.chunks(3, 2, 2, 16, start=2.0))
    )
    transformer = copy.deepcopy(transformer)
    for parameter in transformer.plan[2].parameters():
        parameter.zero_()
    later = Layout.chunks(3, 2, 2, fps=16, start=2.0)
    states, mask, _ = Words()(["a fox"])
    mute = transformer.prepare(states, torch.zeros_like(mask))
    same(transformer(x, levels, mute, later), transformer(x, levels, mute, LAYOUT))
    said = transformer.prepare(states, mask)
    assert far(transformer(x, levels, said, later), transformer(x, levels, said, LAYOUT))


@pytest.mark.parametrize("size", [(1, 1, 1), (1, 3, 1), (2, 1, 5), (9, 3, 2)])
def test_sizes_are_native(transformer: Dit, size: tuple[int, int, int]) -> None:
    guess = transformer(
        noise(1, CHANNELS, *size), torch.full((1, *size), 0.5), prompt(transformer), Layout.chunks(*size, fps=16)
    )
    assert guess.shape == (1, CHANNELS, *size)
    assert guess.isfinite().all()


@pytest.mark.parametrize("level", [0.0, 1e-6, 1 - 1e-6, 1.0])
def test_the_ends_of_the_noise_are_finite(transformer: Dit, level: float) -> None:
    x, levels = given()
    levels[:] = level
    assert transformer(x, levels, prompt(transformer), LAYOUT).isfinite().all()


def test_chunks_lie_where_their_frames_do() -> None:
    layout = Layout.chunks(2, 1, 1, fps=16, start=1.0)
    assert layout.times == (1.25, 1.75)
    assert layout.spans == (0.5, 0.5)
    assert Layout.still(1, 1).spans == (0.0,)


def test_a_jumping_network_hears_target_and_guidance() -> None:
    network = dit(few=True)
    x, levels = given()
    keys = prompt(network)
    base, nearer, stronger = (
        network(x, levels, keys, LAYOUT, Jump(levels * part, torch.tensor([scale])))
        for part, scale in ((0.5, 2.0), (0.9, 2.0), (0.5, 4.0))
    )
    assert far(base, nearer)
    assert far(base, stronger)


# --- joined ---------------------------------------------------------------------------------------------------------


def test_the_predictor_knows_the_rate_and_the_stills() -> None:
    model = spark()
    clip = Geometry.snap(options(), STRIDE)
    still = Geometry.snap(options(seconds=0), STRIDE)
    assert model.layout(clip.window(0, 2)) == Layout.chunks(2, 1, 2, 16.0)
    assert model.layout(clip.window(1, 2, (12,))) == Layout((0.25, 0.25), (0.0, 0.5), 1, 2)
    assert model.layout(still.window(0, 1)) == Layout.still(1, 2)


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"guidance": 2.0}, [("a fox", 2.0)]),
        ({"guidance": 4.0}, [("a fox", 4.0)]),
        ({"guidance": 4.5}, [("a fox", 1.0), ("", 1.0)]),  # not inside the network
        ({"guidance": 0.5}, [("a fox", 1.0), ("", 1.0)]),
        ({"guidance": 1.0}, [("a fox", 1.0)]),
        ({"guidance": 2.0, "negative": "rain"}, [("a fox", 1.0), ("rain", 1.0)]),
    ],
)
def test_guidance_inside_the_network_takes_one_pass(
    changes: dict[str, Any], asked: list[tuple[str, float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what the network was not taught takes two, led apart as with any other."""
    model = spark(few=True, guided=(1.5, 4.0))
    window, sigmas = Geometry.snap(options(), STRIDE).window(0, 2), [1.0, 0.5, 0.0]
    seen: list[tuple[str, float]] = []
    plain = model.predictor

    def predictor(prompt: str, *rest: Any) -> Callable[[Tensor, Tensor, float], Tensor]:
        seen.append((prompt, rest[2] if len(rest) > 2 else 1.0))
        assert rest[1] == sigmas
        return plain(prompt, *rest)

    monkeypatch.setattr(model, "predictor", predictor)
    wish = options(**changes)
    x, levels = noise(1, CHANNELS, 2, 1, 2), torch.full((1, 2, 1, 2), 0.5)
    said = prompted(model, "a fox", wish, window, sigmas)(x, levels, 0.5)
    assert seen == asked
    if len(asked) == 2:
        one, other = (plain(text, window, sigmas)(x, levels, 0.5) for text, _ in asked)
        same(said, other + wish.guidance * (one - other))


def test_guidance_leads_away_from_the_prompt_run_backwards(monkeypatch: pytest.MonkeyPatch) -> None:
    model = spark()
    window = Geometry.snap(options(), STRIDE).window(0, 2, (0, 8))
    turn = model.vae.linear.backwards()
    x, levels = noise(1, CHANNELS, 4, 1, 2), torch.arange(8.0).reshape(1, 4, 1, 2) / 8
    asked: list[tuple[str, Window]] = []

    def predictor(prompt: str, seen: Window, levels: Sequence[float]) -> Callable[[Tensor, Tensor, float], Tensor]:
        asked.append((prompt, seen))
        assert levels == sigmas  # a network that jumps must know where to
        return lambda x, levels, sigma: x * levels[:, None] + sigma

    monkeypatch.setattr(model, "predictor", predictor)
    sigmas = [0.9, 0.8, 0.6, 0.0]
    told = model.unconditional("rain", "a sun goes to the right", window, sigmas)(x, levels, 0.8)
    # the first picture is now where the clip ends
    assert asked == [("rain", window), ("a sun goes to the right", replace(window, stills=(1.0, 0.5)))]
    same(told[:, :, :2], x[:, :, :2] * levels[:, None, :2] + 0.8)  # pictures have no time of their own to turn
    for chunk in (2, 3):
        seen = torch.einsum("bchw,cd->bdhw", x[:, :, chunk], turn) * levels[:, None, chunk] + 0.8
        same(told[:, :, chunk], torch.einsum("bchw,cd->bdhw", seen, turn.T))
    for sigma in (0.9, 0.6):  # every second step, and the last one, lead away from the negative prompt
        same(
            model.unconditional("rain", "a sun goes to the right", window, sigmas)(x, levels, sigma),
            x * levels[:, None] + sigma,
        )
    for prompt, seen in (("a sun goes to the right", replace(window, chunks=0)), ("a sun stands", window)):
        asked.clear()
        model.unconditional("rain", prompt, seen, sigmas)
        assert asked == [("rain", seen)]


def test_every_chunk_of_pixels_has_a_latent_frame() -> None:
    model = spark()
    geometry = Geometry.snap(options(), STRIDE)
    latents = model.encode(noise(1, 3, geometry.frames, geometry.height, geometry.width))
    assert latents.shape == (1, model.channels, *geometry.latent)
    pixels = torch.cat(list(model.decode(latents)), 2)
    assert pixels.shape == (1, 3, geometry.frames, geometry.height, geometry.width)


def saved(folder: Path, network: Dit) -> Iterator[Path]:
    yield from quantise.save(quantise.quantise(dict(network.state_dict()), threshold=1 << 62), folder, "dit")


def test_weights_that_do_not_fit_their_card_are_one_clear_line(tmp_path: Path) -> None:
    shards = list(saved(tmp_path, dit()))
    card = Card("odd", "spark", "", "", STRIDE, (), params={"dit": {"channels": CHANNELS, "depth": 3}})
    with pytest.raises(WeightsError, match=r"^model 'odd': dit-00001-of-00001\.safetensors does not fit .*; reinstall"):
        Spark.load(card, {"transformer": shards})


def test_stirring_leaves_nothing_silent() -> None:
    """The other tests rely on it."""
    assert all((parameter != 0).all() for parameter in stirred(Dit(DitConfig(channels=CHANNELS, depth=2))).parameters())


@pytest.mark.parametrize(("known", "dtype"), [({"avx512_bf16": True}, torch.bfloat16), ({}, torch.float32)])
def test_products_are_halved_where_that_is_faster(
    monkeypatch: pytest.MonkeyPatch, known: dict[str, bool], dtype: torch.dtype
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: known, raising=False)
    model, window = spark(), Window((), 2, 2, 2, Fraction(16))
    seen: list[torch.dtype] = []
    model.dit.inlet.register_forward_hook(lambda module, given, out: seen.append(out.dtype))
    x = torch.randn(1, CHANNELS, 2, 2, 2, generator=torch.Generator().manual_seed(0))
    clean = model.predictor("a dog", window)(x, torch.full((1, 2, 2, 2), 0.5), 0.5)
    assert (seen, clean.dtype) == ([dtype], torch.float32)


def test_weights_of_products_are_kept_as_they_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A product rounds them anyway."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True}, raising=False)
    model, window, device = spark(), Window((), 2, 2, 2, Fraction(16)), torch.device("cpu")
    x = noise(1, CHANNELS, 2, 2, 2)

    def painted() -> Tensor:
        clean = model.predictor("a dog", window)(x, torch.full((1, 2, 2, 2), 0.5), 0.5)
        return torch.cat([clean.flatten(), *(part.flatten() for part in model.decode(x))])

    before = painted()
    for module in (model.dit, model.vae):
        precision.halve(module, device)
    assert model.dit.inlet.weight.dtype == torch.bfloat16
    torch.testing.assert_close(painted(), before, atol=2e-2, rtol=0)  # the decoder adds in bfloat16, too
