"""benchmarks/walk.py: what counts as being handed a text, and how stays and returns are counted."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soracli.prompts import rewrite
from soracli.safety import deobfuscate


def benchmark() -> Any:
    spec = importlib.util.spec_from_file_location("walk", Path(__file__).parents[2] / "benchmarks" / "walk.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass
class Holder:
    prompt: str


def test_what_holds_a_text() -> None:
    walk = benchmark().Walk("a dog runs")
    named = {
        "text": "then a dog runs",
        "other": "a cat",
        "holder": Holder("a dog runs"),
        "several": [3, "a dog runs"],
        "table": {"key": "a dog runs"},
        "told": rewrite.RewrittenPrompt("a cat", "a dog runs"),
        "deep": [[["a dog runs"]]],
    }
    found = {argument: list(walk.held(argument, value)) for argument, value in named.items()}
    assert found == {
        "text": ["text"], "other": [], "holder": ["prompt"], "several": ["several"], "table": ["key"],
        "told": ["asked"], "deep": [],
    }  # fmt: skip


def test_calls_are_noted_in_their_order() -> None:
    walk = benchmark().Walk("a dog runs")
    sys.setprofile(walk)
    try:
        deobfuscate.folded("a dog runs")
        rewrite.rewrite("a dog runs", Holder("spark"))  # type: ignore[arg-type]
    except AttributeError:  # that is no card
        pass
    finally:
        sys.setprofile(None)
    assert walk.files == {"safety/deobfuscate.py", "prompts/rewrite.py"}
    assert [file for file, _ in walk.stays] == ["safety/deobfuscate.py", "prompts/rewrite.py"]
    assert set(walk.names) == {"text", "prompt"}
