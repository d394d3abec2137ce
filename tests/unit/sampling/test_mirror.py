"""Left and right in prompts, and pictures painted in a mirror."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from tiny import STRIDE, options, spark

from soracli.models.spark import Spark
from soracli.pipeline.tasks import extend, generate
from soracli.sampling.mirror import goes_left, turned
from soracli.sampling.sampler import sample
from soracli.sampling.segments import oriented
from soracli.types import Clip, Frames, Geometry


@pytest.mark.parametrize(
    ("prompt", "left"),
    [
        ("a dog walks to the left", True),
        ("a dog walks to the right", False),
        ("Leftwards drives a car", True),
        ("a cow goes from left to right", False),
        ("a cow goes from the right to the left", True),
        ("a bright day, the dog is gone", False),
        ("", False),
    ],
)
def test_what_goes_left(prompt: str, left: bool) -> None:
    assert goes_left(prompt) == left


def test_turning_exchanges_the_sides() -> None:
    assert turned("From LEFT to right, Leftwards: a bright cleft") == "From RIGHT to left, Rightwards: a bright cleft"
    assert turned(turned("left right rightward")) == "left right rightward"


@pytest.fixture(scope="module")
def model() -> Spark:
    return spark(mirror=True)


def painted(model: Spark, prompt: str, given: Frames | None = None) -> Frames:
    request = options(width=64, height=32)
    if given is None:
        canvas = generate(request.frames, 32, 64, request.fps)
    else:
        canvas = extend(Clip(given, request.fps), 0, 8, 8)
        request = replace(request, seconds=Fraction(len(canvas.clip.frames)) / request.fps)
    steps = sample(model, canvas, prompt, request, Geometry.snap(request, STRIDE))
    return np.concatenate([step.frames for step in steps if step.frames is not None])


def test_what_goes_left_is_painted_in_a_mirror(model: Spark) -> None:
    right, left = painted(model, "a dog walks right"), painted(model, "a dog walks left")
    np.testing.assert_array_equal(left, right[:, :, ::-1])


def test_what_is_given_is_seen_in_the_mirror_and_kept_as_it_is(model: Spark) -> None:
    given = np.random.default_rng(0).integers(0, 256, (8, 32, 64, 3), np.uint8)
    left = painted(model, "it walks left", given)
    right = painted(model, "it walks right", np.ascontiguousarray(given[:, :, ::-1]))
    np.testing.assert_array_equal(left[:8], given)
    np.testing.assert_array_equal(left, right[:, :, ::-1])


def test_only_cards_that_say_so_are_mirrored(model: Spark) -> None:
    geometry = Geometry.snap(options(), STRIDE)
    assert oriented(geometry, model.card, "left").mirrored
    assert not oriented(geometry, model.card, "right").mirrored
    assert not oriented(geometry, spark().card, "left").mirrored
