"""Open models, faster: blocks that are skipped or compiled, guidance for some noise levels alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import open_folder
import pytest
import torch
from conftest import Sora
from open_models import loaded, painted, request
from test_memory import away
from test_open_models import SIDE
from tiny import noise

from soracli.card import ModelOptions
from soracli.models.common import acceleration
from soracli.models.common.acceleration import FirstBlockCache
from soracli.pipeline import tasks
from soracli.sampling.sampler import sample
from soracli.sampling.state import SamplerState
from soracli.sampling.steps import Step
from soracli.types import Frames, Geometry

KINDS = ("vace", "ltx")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {kind: open_folder.write(tmp_path_factory.mktemp(kind) / kind, kind) for kind in KINDS}


def paint(model: Any, **changes: Any) -> Any:
    given = tasks.generate(9, *SIDE, Fraction(16))
    options = request(model, (9, *SIDE), 16, **({"steps": 8, "guidance": 3.0} | changes))
    return painted(model, given, "a red fox", options)


def test_skipping() -> None:
    """The later blocks are asked again when the first one's change has grown by more than the threshold."""
    asked: list[int] = []
    skipping = FirstBlockCache(0.15)
    x = noise(1, 4, 8)

    def rest(x: torch.Tensor) -> torch.Tensor:
        asked.append(len(asked))
        return x + 10 * len(asked)

    for growth, expected in ((1.0, 10), (1.1, 10), (1.14, 10), (1.3, 20), (1.4, 20)):
        out = skipping.through(x, [lambda x, growth=growth: x + growth, rest])
        torch.testing.assert_close(out, x + growth + expected)
    assert (len(asked), skipping.skipped) == (2, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_cache_skips_and_stays_near(folders: dict[str, Path], kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """More is skipped, and results differ more, the higher the share; at 0 nothing."""
    made: list[FirstBlockCache] = []
    init = FirstBlockCache.__init__

    def watched(self: FirstBlockCache, threshold: float) -> None:
        init(self, threshold)
        made.append(self)

    monkeypatch.setattr(FirstBlockCache, "__init__", watched)
    whole = paint(loaded(folders[kind])).latents
    assert made == []
    skipped, distances = [], []
    for share in (0.02, 0.5):
        made.clear()
        distances.append(away(paint(loaded(folders[kind], cache=share)).latents, whole))
        skipped.append(sum(one.skipped for one in made))
    assert 0 <= skipped[0] < skipped[1] <= 2 * 7
    assert 0 <= distances[0] < distances[1] < 1


def test_a_stopped_sampling_with_a_cache_goes_on_to_the_same_bits(folders: dict[str, Path]) -> None:
    model = loaded(folders["vace"], cache=0.5)
    given, options = tasks.generate(9, *SIDE, Fraction(16)), request(model, (9, *SIDE), 16, steps=5, guidance=1.0)
    geometry, state = Geometry.of(options, model.card), SamplerState()

    def go(state: SamplerState) -> Iterator[Step]:
        return sample(model, given, "a red fox", options, geometry, state=state)

    def frames(steps: Iterator[Step]) -> Frames:
        return np.concatenate([step.frames for step in steps if step.frames is not None])

    whole, steps = frames(go(SamplerState())), go(state)
    for step in steps:
        if step.stage == "sample" and step.index == 2:
            break
    steps.close()
    np.testing.assert_array_equal(frames(go(state)), whole)


@pytest.mark.parametrize("kind", KINDS)
def test_compiled_blocks_paint_the_same(folders: dict[str, Path], kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Traced as one graph each and only once, by whatever compiles it. Not where layers come and go."""
    counted: list[int] = []

    def backend(graph: Any, inputs: Any) -> Any:
        counted.append(len(inputs))
        return graph.forward

    monkeypatch.setattr(acceleration, "BACKEND", backend)
    torch._dynamo.reset()
    whole = paint(loaded(folders[kind]), guidance=1.0, steps=3).frames
    np.testing.assert_array_equal(paint(loaded(folders[kind], compile=True), guidance=1.0, steps=3).frames, whole)
    assert len(counted) == (2 if kind == "vace" else 1)  # blocks of VACE's branch are another kind
    counted.clear()
    paint(loaded(folders[kind], compile=True, stay="turns"), guidance=1.0, steps=3)
    assert counted == []


def test_guidance_within_noise_levels_saves_passes(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    model = loaded(folders["ltx"])
    passes: list[int] = []
    predictor = model.predictor

    def watched(*given: Any) -> Any:
        predict = predictor(*given)

        def counting(*of: Any) -> Any:
            passes.append(1)
            return predict(*of)

        return counting

    monkeypatch.setattr(model, "predictor", watched)
    counts = []
    for interval in ((0.0, 1.0), (0.5, 0.9), (0.999, 1.0)):
        passes.clear()
        monkeypatch.setattr(model, "card", replace(model.card, options=ModelOptions(guidance_interval=interval)))
        paint(model)
        counts.append(len(passes))
    assert counts[0] == 16 > counts[1] > 8
    assert counts[2] < counts[0]


def test_the_flags(folders: dict[str, Path], sora: Sora) -> None:
    """The recipe keeps them, and a replay says them again."""
    call = ("generate", "a fox", "-m", str(folders["ltx"]), "-s", "64x32", "-d", "9f", "--steps", "2", "--seed", "1",
            "--cache", "0.3", "--guide", "0.2..0.9")  # fmt: skip
    ran = sora(*call, "-o", "a.mp4", "--json")
    assert ran.code == 0, ran.err
    data = json.loads(ran.text)["data"]
    assert (data["cache"], data["guidance_interval"]) == (0.3, [0.2, 0.9])
    again = json.loads(sora("replay", "a.mp4", "-m", str(folders["ltx"]), "--dry-run", "--json").text)["data"]
    assert (again["cache"], again["guidance_interval"]) == (0.3, [0.2, 0.9])


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--cache", "lots"), "--cache lots: must be a share in 0..1, such as 0.1 (0 = skip nothing)"),
        (("--cache", "2"), "--cache 2: must be a share in 0..1, such as 0.1 (0 = skip nothing)"),
        (("--guide", "0.9..0.2"), "--guide 0.9..0.2: must be LOW..HIGH in 0..1, such as 0.2..0.9"),
        (("--guide", "0.5"), "--guide 0.5: must be LOW..HIGH in 0..1, such as 0.2..0.9"),
        (
            ("-m", "tiny", "--compile"),
            f"--compile: model 'tiny' takes none; use an open model ({open_folder.LISTED})",
        ),
    ],
)
def test_wrong_flags(sora: Sora, flags: tuple[str, ...], message: str) -> None:
    ran = sora("generate", "a fox", "-m", "ltx-2b", *flags, "--dry-run")
    assert (ran.code, ran.err.splitlines()[-1]) == (2, f"sora: error: {message}")
