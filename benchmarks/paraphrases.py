"""Human wording beside the world's own: prompts of `paraphrases.toml`, each with a caption of the same slots.

python benchmarks/paraphrases.py    # what the prompts say once they are told to the model; nothing is painted
"""

from __future__ import annotations

import itertools
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import figures
import numpy as np

from soracli import reading, rewording, telling, weights
from soracli.types import Card
from soracli.world.prompts import worded

FILE = Path(__file__).with_suffix(".toml")
NAMES_OF_ALL = ("actor", "action", "direction", "place", "time", "all")
NAMES = ("action", "direction", "place", "time")  # of the slots behind a text in the file


class Paraphrase(NamedTuple):
    """text: as people type. slots: what it means, in the world's names; what it leaves unsaid is not there."""

    text: str
    slots: dict[str, str]


def load(actors: Sequence[str]) -> list[Paraphrase]:
    """Those about some actors, the actors in turn, so that the first N are about all of them."""
    table: dict[str, list[list[str]]] = tomllib.loads(FILE.read_text("utf-8"))
    rows = [[Paraphrase(text, _slots(actor, said)) for text, *said in table.get(actor, [])] for actor in actors]
    return [row for turn in itertools.zip_longest(*rows) for row in turn if row is not None]


def _slots(actor: str, said: Sequence[str]) -> dict[str, str]:
    named = zip(NAMES, said, strict=True)
    return {"actor": actor, **{slot: value for slot, value in named if value}}


def pairs(actors: Sequence[str], count: int) -> Iterator[tuple[str, Paraphrase]]:
    """(prompt, what it means): `count` times human wording and then its control, the world's wording of its slots."""
    for index, row in enumerate(load(actors)[:count]):
        yield row.text, row
        yield worded(row.slots, np.random.default_rng((2024, index))), row


def table(results: dict[str, Any]) -> Iterator[str]:
    """The report, line by line: the share of clips in which the probe reads what was said."""
    settings, clips = results["settings"], list(results["clips"].values())
    human, control = clips[::2], clips[1::2]
    yield f"model {settings['sampling']['model']} ({settings['weights']})"
    yield f"{len(human)} paraphrases over {len(settings['actors'])} actors, each beside the world's wording"
    yield ""
    yield f"{'right, %':<14}{'human':>14}{'world':>14}{'ratio':>14}"
    for slot in ("actor", *NAMES, "all"):
        ours, theirs = (_right(rows, slot) for rows in (human, control))
        if not ours:
            continue
        share, least = np.mean(ours), np.mean(theirs)
        shown = f"{100 * share:.1f} ± {100 * figures.margin(float(share), len(ours)):.1f}"
        ratio = f"{share / least:.2f}" if least else "-"
        yield f"{'all slots' if slot == 'all' else slot:<14}{shown:>14}{100 * least:>14.1f}{ratio:>14}"
    yield ""
    for name, rows in (("human", human), ("world", control)):
        for slot in ("actor", *NAMES):
            said = [row for row in rows if slot in row["wanted"]]
            found = figures.mistakes([row["model"]["said"] for row in said], [row["wanted"] for row in said], slot)
            if found:
                yield f"{name}: {slot} mistaken: {', '.join(found)}"


def _right(rows: Sequence[dict[str, Any]], slot: str) -> list[bool]:
    """Of each clip that is asked for a slot, whether it is read as asked; `all`: every slot that is asked for."""
    asked = [(row["model"]["said"], row["wanted"]) for row in rows if slot == "all" or slot in row["wanted"]]
    return [all(said[name] == wanted[name] for name in (wanted if slot == "all" else [slot])) for said, wanted in asked]


def readings(card: Card) -> Iterator[str]:
    """What the world's tables read of prompts about the card's actors, before and since prompts are restated."""
    rows = load(card.params["knows"]["actors"])
    tellers: tuple[tuple[str, Callable[[str, Card], tuple[str, Any]]], ...] = (
        ("exchanged", rewording.reworded), ("restated", telling.exchanged),
    )  # fmt: skip
    yield f"{len(rows)} paraphrases: slots that the told text says rightly, wrongly, not at all"
    yield f"{'':<12}" + "".join(f"{slot:>16}" for slot in NAMES_OF_ALL)
    for name, tell in tellers:
        counts = {slot: [0, 0, 0] for slot in NAMES_OF_ALL}
        for row in rows:
            said = reading.read(tell(row.text, card)[0]).slots
            marks = [_mark(said.get(slot), value) for slot, value in row.slots.items()]
            for slot, mark in zip((*row.slots, "all"), (*marks, max(marks)), strict=True):
                counts[slot][mark if slot != "all" else int(mark > 0)] += 1
        shown = ["/".join(map(str, counts[slot][: 2 if slot == "all" else 3])) for slot in NAMES_OF_ALL]
        yield f"{name:<12}" + "".join(f"{text:>16}" for text in shown)


def _mark(said: str | None, wanted: str) -> int:
    """0 = right, 1 = wrong, 2 = unsaid."""
    return 2 if said is None else int(said != wanted)


if __name__ == "__main__":
    sys.stdout.writelines(line + "\n" for line in readings(weights.card("spark")))
