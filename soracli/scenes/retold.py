"""A scene changed by words: `make it night`, `in the rain`, `a cat instead of the dog` as changes of a scene file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from soracli.scenes import file_format
from soracli.scenes.file_format import Shot
from soracli.scenes.onward import understood
from soracli.scenes.read import Reading, read
from soracli.scenes.settings import CLOUDED
from soracli.scenes.vocabulary import Library
from soracli.world.language.verbs import MOVES
from soracli.world.scene import Performer

SLOTS = ("place", "time", "weather", "season", "camera", "style")
_SWAPS = (  # who comes, who goes
    r"(?P<new>.+?)\s+(?:instead|in place) of\s+(?P<old>.+)",
    r"(?:replace|exchange|swap)\s+(?P<old>.+?)\s+(?:with|by|for)\s+(?P<new>.+)",
    r"(?:turn|change|transform|make)\s+(?P<old>.+?)\s+into\s+(?P<new>.+)",
)
_REST = r"(?P<rest>\s*(?:,|\b(?:at|in the (?:rain|snow|fog)|on an?|in an?)\b).*)?"


class Retold(NamedTuple):
    """changes: (key, value) each, see `edits.edited`; none if nothing was understood. notes: what was not."""

    changes: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


class _Swap(NamedTuple):
    old: str
    new: str
    rest: str


def retold(prompt: str, shots: Sequence[Shot], aspect: float, known: Library) -> Retold:
    """What a prompt changes in the shots of a scene file; paths stay unless it says what somebody does."""
    text = prompt.strip(" .!")
    if (swap := _swapped(text)) is not None:
        who, gone = (_who(words, shots[0], aspect, known) for words in (swap.new, swap.old))
        changes = [] if who is None or gone is None else _replaced(shots, gone.name, who)
        if not changes:
            return Retold((), ())
        rest = _settings(swap.rest, shots[0], aspect, known) if swap.rest else Retold((), ())
        return Retold((*changes, *rest.changes), rest.notes)
    return _settings(text, shots[0], aspect, known, shots)


def _swapped(text: str) -> _Swap | None:
    for pattern in _SWAPS:
        found = re.fullmatch(f"(?:please )?{pattern}", text, re.IGNORECASE)
        if found is None:
            continue
        key = max(("old", "new"), key=found.start)  # settings come after the later of the two
        later = re.fullmatch(rf"(?P<who>.+?){_REST}", found[key], re.IGNORECASE)
        who = later["who"] if later else found[key]
        parts = {"old": found["old"], "new": found["new"], key: who}
        return _Swap(parts["old"], parts["new"], (later["rest"] or "").strip(" ,") if later else "")
    return None


def _who(words: str, shot: Shot, aspect: float, known: Library) -> Performer | None:
    """The first performer that words name."""
    cast = read(words, shot.seconds, aspect, shot.scene.seed, known).scene.performers
    return cast[0] if cast else None


def _replaced(shots: Sequence[Shot], old: str, new: Performer) -> list[tuple[str, str]]:
    """Every performer of one name becomes another, who goes the same way in its own manner."""
    return [
        change
        for s, shot in enumerate(shots, 1)
        for p, performer in enumerate(shot.scene.performers, 1)
        if performer.name == old
        for change in _becomes(f"shot.{s}.performer.{p}", performer, new)
    ]


def _becomes(key: str, performer: Performer, new: Performer) -> list[tuple[str, str]]:
    from soracli.scenes import library

    before, after = library.entry(performer.name).kind, library.entry(new.name).kind
    found = [(f"{key}.name", new.name), (f"{key}.colour", new.colour)]
    if after != before:
        doing = file_format.GO[after] if performer.action in MOVES else file_format.STAY.get(after, "stand")
        found += [(f"{key}.action", doing), (f"{key}.x", repr(performer.x))]
    return found


def _settings(text: str, shot: Shot, aspect: float, known: Library, shots: Sequence[Shot] = ()) -> Retold:
    """Place, time, weather, camera and style that a text names, and what performers of these shots do."""
    reading = understood(text, shot.scene, shot.seconds, aspect, known)
    changes = [(slot, getattr(reading.scene, slot)) for slot in SLOTS if slot in reading.said]
    if "weather" in reading.said and reading.scene.weather in CLOUDED and "time" not in reading.said:
        changes += [("time", "overcast")] if shot.scene.time == "day" else []
    changes += _acted(reading, shots)
    return Retold(tuple(changes), reading.notes)


def _acted(reading: Reading, shots: Sequence[Shot]) -> list[tuple[str, str]]:
    """What those whom a prompt names do. Where it names as many as there are, but others, they take their places."""
    found: list[tuple[str, str]] = []
    named = reading.scene.performers
    for s, shot in enumerate(shots, 1):
        cast = shot.scene.performers
        strangers = {one.name for one in named} - {one.name for one in cast}
        for p, performer in enumerate(cast, 1):
            key = f"shot.{s}.performer.{p}"
            same = next((one for one in named if one.name == performer.name), None)
            if same is None and strangers and len(named) == len(cast):
                same = named[p - 1]
                found += _becomes(key, performer, same)
            if same is None:
                continue
            for slot in ("action", "direction"):
                if slot in reading.said and getattr(same, slot) != getattr(performer, slot):
                    found.append((f"{key}.{slot}", getattr(same, slot)))
            if same.colour and same.colour != performer.colour:
                found.append((f"{key}.colour", same.colour))
    return found
