"""The table of promises names tests that are there, and says so when they fail; files that crash or hang are seen."""

from __future__ import annotations

import ast
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
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
            tree = ast.parse(next(TESTS.rglob(f"{file}.py")).read_text(encoding="utf-8"))
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


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of memory are Linux's")
@pytest.mark.parametrize(
    ("does", "read", "hung", "bad"),
    [
        (lambda: (0, "", False), True, False, ()),
        (lambda: (3, "", False), False, False, ()),
        (lambda: (1, "exit code 1: a bug", False), False, False, ("frame: exit code 1: a bug",)),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), False, False, ("frame: the process ended with -9",)),
        (lambda: time.sleep(60), False, True, ("frame: no end",)),
    ],
    ids=["read", "refused", "bug", "crash", "hang"],
)
def test_what_becomes_of_a_file_is_seen(
    monkeypatch: pytest.MonkeyPatch, does: Callable[[], object], read: bool, hung: bool, bad: tuple[str, ...]
) -> None:
    monkeypatch.syspath_prepend(TESTS.parent / "benchmarks")
    import limits

    monkeypatch.setattr(limits, "run", lambda number, path: does())
    monkeypatch.setattr(limits, "CLOCK", 0.5)
    (found,) = limits.together([Path("a.mp4")], 1)
    assert (found.read, found.hung, found.bad) == (read, hung, bad)
