"""Sentences on what of a prompt was dropped or replaced."""

from __future__ import annotations

from collections.abc import Mapping

from soracli.formatting import printable
from soracli.prompts import english
from soracli.scenes.film import Filmed
from soracli.scenes.nearest import Near
from soracli.scenes.settings import Chosen
from soracli.scenes.spans import Mended
from soracli.scenes.story import Story


def notes_on(story: Story, chosen: Chosen, film: list[Filmed], near: Mapping[str, Near]) -> list[str]:
    """Sentences on what is shown otherwise than it was written, or not at all."""
    notes = [f"'{typed}' is shown as '{shown}', the nearest of what can be done." for typed, shown in story.shown]
    notes += [f"'{typed}' is drawn as '{shown}', the nearest of the places, times and weathers." if typed else ""
              for typed, shown in chosen.near]  # fmt: skip
    kept = {slot: shown(film, slot) for slot in ("camera", "style")}
    dropped = list(chosen.dropped)
    for row in film:
        if row.slot in ("camera", "style") and (row.near or row.value != kept[row.slot]):
            if row.value and row.value == kept[row.slot]:
                notes.append(f"'{row.text}' is shown as '{row.value}', the nearest {row.slot}.")
            else:
                dropped.append(row.text)
        elif row.slot == "praise":
            dropped.append(row.text)
    for noun, _ in story.strangers:
        found = near.get(noun)
        if found is None or found.slot != "place":
            dropped.append(noun)
    dropped += story.dropped
    dropped = [word for word in dict.fromkeys(dropped) if not all(map(english.DETERMINERS.__contains__, word.split()))]
    if dropped:
        notes.append(f"not shown: {', '.join(repr(printable(word)) for word in dropped)}.")
    return [note for note in notes if note]


def slips(mended: list[Mended]) -> list[str]:
    """Sentences on words that were read as others, spelt nearly so."""
    return [f"'{printable(one.typed)}' is read as '{one.read}'." for one in mended]


def foreign_words(words: list[str]) -> list[str]:
    """A sentence on words that are not English; none if there are none."""
    if not words:
        return []
    return [f"{', '.join(map(repr, map(printable, words)))}: prompts are read in English only; this is left out."]


def shown(film: list[Filmed], slot: str) -> str:
    """What is said of camera or style: the thing itself before what is only near."""
    rows = sorted((row for row in film if row.slot == slot and row.value), key=lambda row: row.near)
    return rows[0].value if rows else ""
