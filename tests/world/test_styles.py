"""The style reader of the benchmark: it reads what the renderer draws, blurred or not, and prompts say the style."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from soracli.world.assets import ActorBank
from soracli.world.language.prompts import complete
from soracli.world.language.surroundings import STYLES
from soracli.world.render import render
from soracli.world.scene import Performer, Scene

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
PLAIN = Scene("scenery", (Performer("dog", "walk", "right", x=0.3),), "meadow", "day", seed=3)


@pytest.fixture(scope="module")
def styles() -> Iterator[ModuleType]:
    sys.path.insert(0, str(BENCHMARKS))  # it imports its neighbours, as scripts do
    spec = importlib.util.spec_from_file_location("styles_benchmark", BENCHMARKS / "styles.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["styles_benchmark"] = module
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(BENCHMARKS))
    del sys.modules["styles_benchmark"]


@pytest.fixture(scope="module")
def films(styles: ModuleType) -> list[tuple[str, np.ndarray]]:
    """The same four frames of a brown disc in a meadow and in a desert at night, in every style."""
    y, x = torch.meshgrid(torch.arange(128.0), torch.arange(128.0), indexing="ij")
    frames = torch.zeros(1, 36, 128, 128, 4, dtype=torch.uint8)
    frames[0][:, ((x - 64) ** 2 + (y - 80) ** 2) < 40**2] = torch.tensor([150, 90, 40, 255], dtype=torch.uint8)
    scenes = [
        replace(PLAIN, place=place, time=time, style=style)
        for place, time in (("meadow", "day"), ("desert", "night"))
        for style in styles.NAMES
    ]
    bank = ActorBank(("dog",), frames)
    drawn = render(scenes, width=256, height=256, frames=4, fps=2, bank=bank).pixels.numpy()
    return [(scene.style, film) for scene, film in zip(scenes, drawn, strict=True)]


def test_the_shipped_reader_reads_every_style(styles: ModuleType, films: list[tuple[str, np.ndarray]]) -> None:
    reader = styles.Reader.load()
    assert [reader.read(film) for _, film in films] == [style for style, _ in films]


def test_a_reader_learns_and_comes_back_from_a_file(
    styles: ModuleType, films: list[tuple[str, np.ndarray]], tmp_path: Path
) -> None:
    seen = torch.stack([styles.statistics(film) for _, film in films])
    wanted = torch.tensor([styles.NAMES.index(style) for style, _ in films])
    styles.Reader.fitted(seen, wanted).save(tmp_path / "reader.safetensors")
    reader = styles.Reader.load(tmp_path / "reader.safetensors")
    assert [reader.read(film) for _, film in films] == [style for style, _ in films]
    assert reader.read(255 - films[0][1]) in styles.NAMES


def test_prompts_that_say_everything_say_the_style() -> None:
    for number in range(20):
        said = complete(replace(PLAIN, style="neon"), np.random.default_rng(number))
        assert any(phrase.lower() in said.lower() for phrase in STYLES["neon"].media + STYLES["neon"].tails)
