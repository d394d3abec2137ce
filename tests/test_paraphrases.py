"""The human wording of benchmarks/paraphrases.toml: new words, slots of the world, and a report that counts right."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from soracli import weights
from soracli.common import BREAKERS, DETERMINERS
from soracli.world.actors import actor
from soracli.world.prompts import spoken
from soracli.world.scenes import CORE_PLACES, CORE_TIMES, MOVES

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
DEEDS = {"walker": {"walk", "run", "stand"}, "driver": {"drive", "stand"}, "flyer": {"fly", "hover"}}
ROWS: dict[str, list[list[str]]] = tomllib.loads((BENCHMARKS / "paraphrases.toml").read_text("utf-8"))


@pytest.fixture
def paraphrases(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import paraphrases

    yield paraphrases
    for name in ("paraphrases", "figures"):
        sys.modules.pop(name, None)


def test_200_prompts_at_least_half_of_them_of_what_the_weights_know() -> None:
    counts = {name: len(rows) for name, rows in ROWS.items()}
    known = weights.card("spark").params["knows"]["actors"]
    assert sum(counts.values()) == 200
    assert sum(counts[name] for name in known) >= 100
    assert set(counts.values()) <= {12, 13}
    assert len({row[0].lower() for rows in ROWS.values() for row in rows}) == 200


def test_every_prompt_has_two_words_that_captions_never_use() -> None:
    small = spoken() | DETERMINERS | BREAKERS
    for text, *_ in (row for rows in ROWS.values() for row in rows):
        assert len(set(re.findall(r"[a-z0-9]+", text.lower())) - small) >= 2, text


def test_slots_are_the_world_s() -> None:
    for name, rows in ROWS.items():
        for text, action, direction, place, time in rows:
            assert action in DEEDS[actor(name).kind], text
            assert direction in ("", "left", "right") if action in MOVES else not direction, text
            assert place in CORE_PLACES, text
            assert time in ("", *CORE_TIMES), text


def test_each_stands_beside_the_world_s_wording_of_its_slots(paraphrases: Any) -> None:
    found = list(paraphrases.pairs(["dog", "cow"], 6))
    assert found[:4] == list(paraphrases.pairs(["dog", "cow"], 2))
    assert [row.slots["actor"] for _, row in found[::2]] == ["dog", "cow"] * 3
    for (human, row), (control, same) in zip(found[::2], found[1::2], strict=True):
        assert (human, same) == (row.text, row)
        assert not set(re.findall(r"[a-z0-9]+", control.lower())) - spoken() - DETERMINERS - BREAKERS
        assert row.slots.get("direction", "") in control


def test_the_report_counts_what_was_said(paraphrases: Any) -> None:
    """Four clips: a day that is read as night costs time and all, an unsaid direction nothing."""
    asked = [{"actor": "dog", "time": "day"}, {"actor": "dog", "direction": "left"}]
    read = {"actor": "dog", "action": "run", "direction": "left", "place": "beach", "time": "day", "camera": "static"}
    clips = [
        {"wanted": wanted, "model": {"said": {**read, **wrong}}}
        for wanted, wrong in ((asked[0], {"time": "night"}), (asked[0], {}), (asked[1], {}), (asked[1], {}))
    ]
    results = {
        "settings": {"sampling": {"model": "spark"}, "weights": "0", "actors": ["dog"]},
        "clips": {str(i): clip for i, clip in enumerate(clips)},
    }
    rows = {line.split()[0]: line.split() for line in paraphrases.table(results) if "±" in line}
    assert {name: row[-1] for name, row in rows.items()} == {
        "actor": "1.00", "time": "0.00", "direction": "1.00", "all": "0.50",
    }  # fmt: skip
