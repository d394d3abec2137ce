"""Pictures that are painted before any window, and what each window is given of them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import tiny
import torch

from soracli.models.spark import Spark
from soracli.pipeline import tasks
from soracli.sampling import storyboard, windows
from soracli.sampling.model import Conditioning
from soracli.sampling.sampler import sample
from soracli.sampling.state import SamplerState
from soracli.sampling.temporal_filter import TemporalFilter
from soracli.sampling.windows import WindowSpan
from soracli.types import Clip, Frames, Geometry, Shot, Window

PICTURES = {frame: tiny.noise(1, tiny.CHANNELS, 1, 1, 2, seed=frame) for frame in (4, 12, 40)}


@pytest.mark.parametrize("given", [False, True])
def test_a_window_gets_its_pictures_first_pinned_and_at_their_times(given: bool) -> None:
    geometry = Geometry.snap(tiny.options(seconds=Fraction(4)), tiny.STRIDE)
    own = tiny.noise(1, tiny.CHANNELS, 2, 1, 2) if given else None
    laid = Conditioning([1.0, 0.0], Window((), 2, 1, 2, Fraction(16)), torch.ones(1, 2, 1, 2), own)
    found = storyboard.pinned_to(laid, PICTURES, WindowSpan(1, 3), geometry)
    assert found.window.stills == (-0.25, 0.25, 2.0)
    assert found.mask[0, :, 0, 0].tolist() == [0, 0, 0, 1, 1]
    assert found.latents is not None
    assert torch.equal(found.latents[:, :, :3], torch.cat(list(PICTURES.values()), 2))
    assert torch.equal(found.latents[:, :, 3:], torch.zeros(1, tiny.CHANNELS, 2, 1, 2) if own is None else own)


def test_without_pictures_nothing_changes() -> None:
    geometry = Geometry.snap(tiny.options(), tiny.STRIDE)
    laid = Conditioning([1.0, 0.0], Window((), 2, 1, 2, Fraction(16)), torch.ones(1, 2, 1, 2), None)
    assert storyboard.pinned_to(laid, {}, WindowSpan(0, 2), geometry) is laid


def test_long_clips_are_painted_from_a_storyboard_and_short_ones_are_not() -> None:
    model = tiny.spark()
    model.card.limits["window"] = 3
    for seconds, pictures in ((1, 0), (4, 3)):
        options, state = tiny.options(seconds=Fraction(seconds)), SamplerState()
        geometry = Geometry.of(options, model.card)
        done = list(
            sample(model, tasks.generate(*geometry.keep, geometry.fps), "a dog", options, geometry, "cpu", state)
        )
        assert len(state.board) == pictures
        steps = [step.index for step in done if step.stage == "sample"]
        assert steps == list(range(1, done[1].total + 1)) if pictures else steps == [1, 2]
        assert sum(len(step.frames) for step in done if step.frames is not None) == 16 * seconds


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here two windows have a storyboard."""
    monkeypatch.setattr(windows, "DRIFTING", 2)


def film(model: Spark, shots: str | tuple[Shot, ...], state: SamplerState | None = None, seconds: int = 4) -> Frames:
    options = tiny.options(seconds=Fraction(seconds))
    geometry = Geometry.of(options, model.card)
    steps = sample(model, tasks.generate(*geometry.keep, geometry.fps), shots, options, geometry, "cpu", state)
    return np.concatenate([step.frames for step in steps if step.frames is not None])


def test_a_shot_is_painted_from_a_storyboard_of_its_own() -> None:
    """What comes before or after it changes nothing in it, not even in the frames next to the cut."""
    model = tiny.spark()
    model.card.limits["window"] = 3
    state = SamplerState()
    one = film(model, (Shot(0.0, "a dog"), Shot(2.0, "a cow")), state)
    assert sorted(state.board) == [5, 16, 26, 37, 48, 58]
    two = film(model, (Shot(0.0, "a dog"), Shot(2.0, "a cat")))
    assert np.array_equal(one[:32], two[:32])
    assert not np.array_equal(one[32:], two[32:])
    other = film(model, (Shot(0.0, "a fox"), Shot(2.0, "a cow")))
    assert np.array_equal(one[32:], other[32:])


def test_each_shot_is_seen_in_a_mirror_of_its_own() -> None:
    model = tiny.spark(mirror=True)
    model.card.limits["window"] = 3
    right, left = "a dog walks to the right", "a dog walks to the left"
    frames = film(model, (Shot(0.0, right), Shot(2.0, left)))
    assert np.array_equal(frames[:32], film(model, (Shot(0.0, right), Shot(2.0, right)))[:32])
    assert np.array_equal(frames[32:, :, ::-1], film(model, (Shot(0.0, left), Shot(2.0, right)))[32:])


def test_a_film_is_gone_on_with_to_the_same_bits() -> None:
    """After the first shot's windows, and after the second one's pictures."""
    model = tiny.spark()
    model.card.limits["window"] = 3
    shots = (Shot(0.0, "a dog"), Shot(2.0, "a cow"))
    whole = film(model, shots)
    options = tiny.options(seconds=Fraction(4))
    geometry = Geometry.of(options, model.card)
    canvas = tasks.generate(*geometry.keep, geometry.fps)
    for stop in (5, 8, 9):
        state = SamplerState()
        for step in sample(model, canvas, shots, options, geometry, "cpu", state):
            if step.stage == "sample" and step.index == stop:
                break
        assert np.array_equal(film(model, shots, state), whole)


def test_windows_are_held_to_what_they_go_on_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """To the window before them, with a storyboard too, and to the clip that they extend."""
    held: list[int] = []
    plain = TemporalFilter.of
    monkeypatch.setattr(TemporalFilter, "of", lambda *given: held.append(1) or plain(*given))
    model = tiny.spark()
    model.card.limits["window"] = 4
    film(model, "a dog")
    assert held
    held.clear()
    source = Clip(np.zeros((16, 32, 64, 3), np.uint8), Fraction(16))
    options = tiny.options(seconds=Fraction(4), steps=1)
    canvas = tasks.extend(source, 0, 48, 8)
    list(sample(model, canvas, "a dog", options, Geometry.of(options, model.card)))
    assert held
