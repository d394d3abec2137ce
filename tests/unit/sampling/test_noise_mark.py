"""The mark in the noise that painting starts from: what it leaves as it was, and that it is found again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import tiny
import torch

from soracli import media, models
from soracli.pipeline import tasks
from soracli.sampling import noise_mark
from soracli.sampling.model import Model
from soracli.sampling.noise_mark import PATTERNS, NoiseMark
from soracli.sampling.sampler import sample
from soracli.sampling.state import SamplerState
from soracli.types import Frames, Geometry, SamplingOptions
from soracli.weights import manifest

Sora = Callable[..., Any]
MARK = NoiseMark(b"k" * 32)
SHAPE = (1, 512, 8, 8, 8)


def drawn(seed: int) -> torch.Tensor:
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed))


def test_marked_noise_keeps_its_sizes_and_its_coarsest_channels() -> None:
    plain = drawn(5)
    marked = MARK.put(plain, 5)
    assert torch.equal(marked.abs(), plain.abs())
    assert torch.equal(marked[:, :4], plain[:, :4])
    assert 0.49 < float((marked[:, 4:] == plain[:, 4:]).float().mean()) < 0.51
    signs = MARK.signs(5, 3, (508, 8, 8))
    np.testing.assert_array_equal(marked[0, 4:, 3].sign().numpy(), signs)


def test_marked_noise_is_as_gaussian_as_any() -> None:
    """Of many keys together: mean, deviation, kurtosis, and no likeness between neighbours in any direction."""
    x = torch.cat([NoiseMark(b"%032d" % key).put(drawn(key), key) for key in range(4)])[:, 4:]
    count = x.numel()
    assert abs(float(x.mean())) < 4 / count**0.5
    assert float(x.std()) == pytest.approx(1, abs=0.005)
    assert float((x**4).mean()) == pytest.approx(3, abs=0.05)
    for axis in range(1, 5):
        first, second = x.narrow(axis, 0, x.shape[axis] - 1), x.narrow(axis, 1, x.shape[axis] - 1)
        assert abs(float((first * second).mean())) < 4.5 / count**0.5, axis


@pytest.mark.parametrize(("first", "second"), [((0, 0), (1, 0)), ((0, 0), (0, 1)), ((255, 7), (0, 7))])
def test_patterns_and_latent_frames_have_nothing_in_common(first: tuple[int, int], second: tuple[int, int]) -> None:
    a, b = (MARK.signs(*which, (508, 8, 8)).astype(float).ravel() for which in (first, second))
    assert abs(float(a @ b)) / len(a) ** 0.5 < 4
    np.testing.assert_array_equal(MARK.signs(3, 1, (5, 3, 7)), MARK.signs(3 + PATTERNS, 9, (5, 3, 7)))
    assert not np.array_equal(MARK.signs(3, 1, (5, 3, 7)), NoiseMark(b"other").signs(3, 1, (5, 3, 7)))


def test_the_sampler_paints_from_marked_noise_if_told_so() -> None:
    model, options = tiny.spark(), tiny.options(seed=9)
    geometry = Geometry.of(options, model.card)
    kept = []
    for marked in (False, True):
        state = SamplerState()
        asked = replace(options, marked=marked)
        for _ in sample(model, tasks.generate(*geometry.keep, geometry.fps), "x", asked, geometry, state=state):
            pass
        kept.append(state.noise)
    assert torch.equal(kept[1], NoiseMark(noise_mark.PUBLIC).put(kept[0], 9))
    assert not torch.equal(*kept)


def test_the_cards_own_defaults_mark_where_latent_frames_stand_alone() -> None:
    cards = manifest.cards().values()
    assert {card.causal for card in cards} == {False, True}
    for card in cards:
        assert SamplingOptions.of(card).marked is not card.causal


# --- reading ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spark() -> Model:
    card = manifest.card("spark")
    return models.load(card, manifest.paths(card))


@pytest.fixture(scope="module")
def film(spark: Model) -> Frames:
    """Two latent frames and a half, in few steps."""
    options = replace(SamplingOptions.of(spark.card), seconds=Fraction(20, 16), steps=4, seed=7, guidance=1.0)
    geometry = Geometry.of(options, spark.card)
    canvas = tasks.generate(*geometry.keep, geometry.fps)
    steps = sample(spark, canvas, "a cow walks to the right along a beach", options, geometry)
    return np.concatenate([step.frames for step in steps if step.frames is not None])


def test_a_painted_clip_is_found_by_its_own_key_alone(spark: Model, film: Frames) -> None:
    found = noise_mark.read(spark, film, Fraction(16), noise_mark.PUBLIC)
    assert found.z >= noise_mark.FOUND + 2
    assert (found.late, found.mirrored) == (0, False)
    _, geometry, shown = next(noise_mark._views(spark, film, Fraction(16)))
    assert (
        noise_mark._scores(noise_mark._trace(spark, shown, geometry), NoiseMark(b"wrong"), geometry).max()
        < noise_mark.DOUBTFUL
    )


def test_a_mirror_and_a_lost_beginning_are_found(spark: Model, film: Frames) -> None:
    late = np.ascontiguousarray(film[4:, :, ::-1])
    found = noise_mark.read(spark, late, Fraction(16), noise_mark.PUBLIC)
    assert found.z >= noise_mark.FOUND
    assert found.mirrored
    scores = {}
    for late_by, geometry, shown in noise_mark._views(spark, late, Fraction(16)):
        trace = noise_mark._trace(spark, shown, geometry)
        scores[late_by, geometry.mirrored] = noise_mark._scores(trace, NoiseMark(noise_mark.PUBLIC), geometry)
    assert len(scores) * scores[0, True].size == noise_mark.tries(len(late))
    best = scores[4, True]  # from the fourth frame on the second latent frame is whole
    assert np.unravel_index(int(best.argmax()), best.shape) == (1, 7)  # and the seed was 7
    assert best.max() > scores[4, False].max() + 2


def test_z_of_wrong_patterns_has_deviation_one(spark: Model, film: Frames) -> None:
    noisy = np.random.default_rng(0).integers(0, 256, film.shape, np.uint8)
    for frames in (film, noisy, np.full_like(film, 90)):
        _, geometry, shown = next(noise_mark._views(spark, frames, Fraction(16)))
        z = noise_mark._scores(noise_mark._trace(spark, shown, geometry), NoiseMark(b"wrong"), geometry)
        assert z.shape == (noise_mark.PERIOD, PATTERNS)
        assert float(z.std()) == pytest.approx(1, abs=0.1)
        assert abs(z).max() < 5.5


# --- the verbs --------------------------------------------------------------------------------------------------------


def test_detect_deep_has_a_line_more(sora: Sora, film: Frames) -> None:
    from soracli.media import Writer

    for name, frames in (("a.mp4", film), ("b.mp4", film[:, ::-1])):  # upside down is none of what is tried
        with Writer(name, 256, 256, Fraction(16), quality="lossless") as writer:
            writer.add(frames)
    ran = sora("detect", "a.mp4", "b.mp4", "--deep", "--json")
    lines = [result["lines"][-1] for result in json.loads(ran.out)["data"]]
    assert [(line["name"], line["answer"]) for line in lines] == [
        ("mark in the noise", "detected"), ("mark in the noise", "not detected"),
    ]  # fmt: skip
    assert "the best of 16,384; 7 is needed (chance of a false alarm 1 in 47.7 million)" in lines[0]["why"]
    assert "mark in the noise" not in sora("detect", "a.mp4").text


def test_recipes_without_the_mark_are_replayed_without_it(sora: Sora) -> None:
    made = ("generate", "x", "-m", "tiny", "-d", "8f", "--quality", "lossless")
    assert sora(*made, "-o", "new.mp4").code == 0
    recipe = media.info("new.mp4").recipe or {}
    assert recipe["noise"] == "marked"
    assert sora("replay", "new.mp4", "--check").code == 0
    del recipe["noise"]
    from soracli.media import Writer

    frames = media.read("new.mp4").frames
    with Writer("old.mp4", 64, 64, Fraction(16), quality="lossless", recipe=recipe) as writer:
        writer.add(frames)
    ran = sora("replay", "old.mp4", "-o", "again.mp4", "--json")
    assert ran.code == 0, ran.err
    assert "noise" not in json.loads(ran.out)["data"]
    assert not np.array_equal(media.read("again.mp4").frames, frames)
    assert sora("replay", "again.mp4", "--check").code == 0
