"""Pictures that are painted before any window, and what each window is given of them."""

from __future__ import annotations

from fractions import Fraction

import pytest
import tiny
import torch

from soracli import storyboard, tasks
from soracli.models import Arrangement
from soracli.sample import Progress, sample
from soracli.types import Geometry, Window
from soracli.windows import Stretch

PICTURES = {frame: tiny.noise(1, tiny.CHANNELS, 1, 1, 2, seed=frame) for frame in (4, 12, 40)}


@pytest.mark.parametrize("given", [False, True])
def test_a_window_gets_its_pictures_first_pinned_and_at_their_times(given: bool) -> None:
    geometry = Geometry.snap(tiny.options(seconds=Fraction(4)), tiny.STRIDE)
    own = tiny.noise(1, tiny.CHANNELS, 2, 1, 2) if given else None
    laid = Arrangement([1.0, 0.0], Window((), 2, 1, 2, Fraction(16)), torch.ones(1, 2, 1, 2), own)
    found = storyboard.pinned_to(laid, PICTURES, Stretch(1, 3), geometry)
    assert found.window.stills == (-0.25, 0.25, 2.0)
    assert found.mask[0, :, 0, 0].tolist() == [0, 0, 0, 1, 1]
    assert found.latents is not None
    assert torch.equal(found.latents[:, :, :3], torch.cat(list(PICTURES.values()), 2))
    assert torch.equal(found.latents[:, :, 3:], torch.zeros(1, tiny.CHANNELS, 2, 1, 2) if own is None else own)


def test_without_pictures_nothing_changes() -> None:
    geometry = Geometry.snap(tiny.options(), tiny.STRIDE)
    laid = Arrangement([1.0, 0.0], Window((), 2, 1, 2, Fraction(16)), torch.ones(1, 2, 1, 2), None)
    assert storyboard.pinned_to(laid, {}, Stretch(0, 2), geometry) is laid


def test_long_clips_are_painted_from_a_storyboard_and_short_ones_are_not() -> None:
    model = tiny.spark()
    model.card.limits["window"] = 3
    for seconds, pictures in ((1, 0), (4, 3)):
        options, progress = tiny.options(seconds=Fraction(seconds)), Progress()
        geometry = Geometry.of(options, model.card)
        done = list(
            sample(model, tasks.generate(*geometry.keep, geometry.fps), "a dog", options, geometry, "cpu", progress)
        )
        assert len(progress.board) == pictures
        steps = [step.index for step in done if step.stage == "sample"]
        assert steps == list(range(1, done[1].total + 1)) if pictures else steps == [1, 2]
        assert sum(len(step.frames) for step in done if step.frames is not None) == 16 * seconds
