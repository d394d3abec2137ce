"""What a prompt asks to be laid over footage. Does without torch: what is refused is refused before that is loaded."""

from __future__ import annotations

from typing import NamedTuple

from soracli.errors import PolicyError
from soracli.formatting import printable

TIMES = ("night", "sunset", "dawn", "overcast")
ASKING = frozenset(("add", "put", "give", "apply", "use", "please", "want"))  # words that only say that it is asked


class Look(NamedTuple):
    """style: of `modifiers.LOOKS`, or ``. time: of TIMES, or ``. weather: of world.weather, or ``."""

    style: str = ""
    time: str = ""
    weather: str = ""


def read(prompt: str) -> tuple[Look, tuple[str, ...]]:
    """The look that a prompt asks for, and notes on what of it is only near. Raises PolicyError if it asks for more."""
    from soracli.scenes import known
    from soracli.scenes.clauses import read_story
    from soracli.scenes.film import filmed
    from soracli.scenes.spans import items, spelt
    from soracli.scenes.vocabulary import vocabulary

    words = vocabulary(known.shipped())
    film, left = filmed(spelt(prompt))
    story = read_story(items(left, words)[0], words, {})
    found, notes = {"style": "", "time": "", "weather": ""}, []
    more = [*story.dropped, *(noun for noun, _ in story.strangers)]
    more += [part.said for part in story.parts if part.said not in ASKING]
    rows = [(row.slot, row.value, row.near, row.text) for row in film if row.slot != "praise"]
    rows += [(row.slot, row.entry.value, row.entry.near, row.text) for row in story.settings]
    for slot, value, near, text in rows:
        if (slot, value) == ("place", "snowy field") and text.endswith("snow"):  # `in the snow`
            slot, value = "weather", "snow"
        if slot not in found or value in ("", "3d"):
            more.append(text)
            continue
        found[slot] = "" if value in ("day", "clear") else value
        if near:
            notes.append(f"'{printable(text)}' is shown as '{value}', the nearest of what can be laid over footage.")
    if more or not any(found.values()):
        raise PolicyError(_refusal(more or [prompt]), "beyond_model")
    return Look(**found), tuple(notes)


def _refusal(words: list[str]) -> str:
    named = ", ".join(f"'{printable(word)}'" for word in dict.fromkeys(words))
    return (
        f"{named}: the embedded model cannot paint this into footage; over it can be laid weather (snow, rain, fog, "
        f"leaves), light (at {TIMES[0]}, at {TIMES[1]}) and a --style; for more take an open model: sora model list"
    )
