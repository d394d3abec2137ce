"""The table of promises names tests that are there, and says so when they fail."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

TESTS = Path(__file__).parent


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(TESTS.parent / "benchmarks")
    import promises

    yield promises
    del sys.modules["promises"]


def test_every_test_is_there(table: ModuleType) -> None:
    assert list(table.PROMISES) == list(range(1, 24))
    for number, promise in table.PROMISES.items():
        for test in promise.tests:
            file, _, name = test.partition("::")
            tree = ast.parse((TESTS / f"{file}.py").read_text(encoding="utf-8"))
            assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, (number, test)


def test_a_promise_that_is_not_kept_is_counted(
    table: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A failing case breaks a promise, and so does a test that did not run at all."""
    ends = {"passed": 3}
    monkeypatch.setattr(table, "tested", lambda tests: {test: Counter(ends) for test in tests})
    assert table.promises({9: "a figure"}, [3, 9]) == 0
    text = capsys.readouterr().out
    assert "3 of 3" in text
    assert "a figure" in text
    assert "2 of 2 kept" in text
    ends["failed"] = 1
    assert table.promises({}, [3]) == 1
    assert "3 of 4" in capsys.readouterr().out
    ends.clear()
    assert table.promises({}, [3]) == 1
    assert "NOT RUN: test_hostile::test_what_is_no_input" in capsys.readouterr().out
