"""What speed.py paints is what `sora generate` paints, and the processor's seconds are a command's own."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import pytest

from soracli.types import Geometry, SamplingOptions
from soracli.weights import manifest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def speed() -> Iterator[ModuleType]:
    sys.path.insert(0, str(BENCHMARKS))
    yield importlib.import_module("speed")
    sys.path.remove(str(BENCHMARKS))


@pytest.mark.parametrize(("name", "drafts"), [(manifest.default(), True), ("tiny", False)])
def test_a_model_that_takes_drafts_is_given_the_scene_of_the_prompt(speed: ModuleType, name: str, drafts: bool) -> None:
    card = manifest.card(name)
    options = replace(SamplingOptions.of(card), seconds=Fraction(1))
    canvas, told = speed._asked(card, options, Geometry.of(options, card))
    assert (canvas.draft is not None) is drafts
    if drafts:
        assert [shot.start for shot in told] == [0.0]
        assert "meadow" in told[0].prompt
        assert canvas.draft.drawn(0, 1).alpha.any()  # the dog
    else:
        assert told == speed.PROMPT


@pytest.mark.skipif(sys.platform == "win32", reason="a child's seconds of the processor are not counted there")
def test_the_processors_seconds_are_those_of_the_command(speed: ModuleType) -> None:
    busy = "import time\nwhile time.process_time() < 0.5: pass"
    idle = "import time; time.sleep(0.5)"
    (_, worked), (waited, rested) = (speed.timed([sys.executable, "-S", "-c", code]) for code in (busy, idle))
    assert worked >= 0.45
    assert rested < 0.3
    assert waited >= 0.5
