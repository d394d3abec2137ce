"""Human wording beside the world's own: prompts of `paraphrases.toml`, each with a caption of the same slots."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import figures
import numpy as np

from soracli.world.prompts import worded

FILE = Path(__file__).with_suffix(".toml")
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
