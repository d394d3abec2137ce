"""Stopping at any point and going on: the same bits as without the stop."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny import STRIDE, options, spark

from soracli.errors import MediaError, UsageError
from soracli.models.spark import Spark
from soracli.pipeline import latents, tasks
from soracli.pipeline.latents import ReplayModel
from soracli.sampling.sampler import sample
from soracli.sampling.solvers import SOLVERS
from soracli.sampling.state import SamplerState
from soracli.sampling.steps import Step
from soracli.types import Canvas, Clip, Frames, Geometry


@pytest.fixture(scope="module")
def model() -> Spark:
    return spark(**{})


def steps(model: Any, canvas: Canvas | None, state: SamplerState | None = None, **changes: Any) -> Any:
    request = options(**changes)
    geometry = Geometry.snap(request, STRIDE)
    canvas = canvas or tasks.generate(*geometry.keep, geometry.fps)
    return sample(model, canvas, "a fox", request, geometry, state=state)


def frames_of(done: list[Step]) -> Frames:
    return np.concatenate([step.frames for step in done if step.frames is not None])


def source(count: int = 16) -> Clip:
    return Clip(np.random.default_rng(1).integers(0, 256, (count, 32, 64, 3), np.uint8), Fraction(16))


CASES: dict[str, tuple[Canvas | None, dict[str, Any]]] = {
    "text": (None, {}),
    "edit": (tasks.edit(source(), 0.6, 0, 16, 8), {}),
    "extend": (tasks.extend(source(), 0, 16, 8), {"seconds": Fraction(2)}),
    "inpaint": (tasks.inpaint(source(), np.tile(np.eye(32, 64, dtype=np.float32), (16, 1, 1))), {}),
}


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("case", CASES)
def test_going_on_gives_the_same_bits(model: Spark, tmp_path: Path, case: str, solver: str) -> None:
    """Stopped after every step that it yields, saved, loaded, and finished."""
    canvas, changes = CASES[case]
    whole = list(steps(model, canvas, steps=3, solver=solver, **changes))
    for stop in range(1, len(whole)):
        state = SamplerState()
        running = steps(model, canvas, state, steps=3, solver=solver, **changes)
        for _ in range(stop):
            next(running)
        running.close()
        latents.save(tmp_path / "a.safetensors", state, {})
        again = list(
            steps(model, canvas, latents.load(tmp_path / "a.safetensors", "cpu"), steps=3, solver=solver, **changes)
        )
        assert np.array_equal(frames_of(again), frames_of(whole)), f"stopped after {whole[stop - 1].stage}"


def test_windows_are_not_painted_twice(tmp_path: Path) -> None:
    """Of a long clip the finished windows are kept, and the one in hand is gone on with."""
    model = spark()
    model.card.limits["window"] = 3
    calls: list[int] = []
    predictor = model.predictor

    def counted(*given: Any, **named: Any) -> Any:
        inner = predictor(*given, **named)
        return lambda *x: calls.append(1) or inner(*x)

    model.predictor = counted  # type: ignore[method-assign]
    change: dict[str, Any] = {"seconds": Fraction(3), "steps": 2, "guidance": 1.0}
    whole = list(steps(model, None, **change))
    evaluations = len(calls)
    state = SamplerState()
    running = steps(model, None, state, **change)
    while not (state.finished.windows == 1 and state.predictions.get(1)):
        next(running)
    running.close()
    latents.save(tmp_path / "a.safetensors", state, {"a": 1})
    about = latents.describe(tmp_path / "a.safetensors")
    assert (about["windows"], about["painted"], about["a"]) == (1, [0, 1, 2], 1)
    done = len(calls) - evaluations
    again = list(steps(model, None, latents.load(tmp_path / "a.safetensors", "cpu"), **change))
    assert np.array_equal(frames_of(again), frames_of(whole))
    assert len(calls) == 2 * evaluations
    assert 0 < done < evaluations


def test_developing_shows_the_work_so_far(model: Spark) -> None:
    """Decoding what is not finished paints nothing: it is what the network last said."""
    state = SamplerState()
    running = steps(model, None, state, steps=4)
    for _ in range(3):  # the prompt and two steps
        next(running)
    running.close()
    said = state.predictions[0][-1].clone()
    done = list(steps(ReplayModel(model, state), None, state, steps=4))
    assert [step.stage for step in done].count("sample") == 4
    assert all(np.array_equal(state.latents[i].numpy(), said[:, :, i : i + 1].numpy()) for i in range(2))
    with pytest.raises(UsageError, match="end before the clip does"):
        list(steps(ReplayModel(model, SamplerState()), None, SamplerState()))


def test_files_that_hold_no_latents(tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").write_bytes(b"no")
    with pytest.raises(MediaError, match="holds no latents of soracli"):
        latents.describe(tmp_path / "a.safetensors")
    with pytest.raises(MediaError, match="no such file"):
        latents.describe(tmp_path / "b.safetensors")
