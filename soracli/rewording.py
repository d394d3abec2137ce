"""A prompt in the words that a model learnt: those that plainly mean one of them are exchanged, all others stay.

The words come from WordNet (train/thesaurus.py). No parser: nouns are known by their form, verbs by their ending, and
times are exchanged with what stands before them: `before nightfall` for `at sunset`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from soracli import reading
from soracli.common import BREAKERS, DETERMINERS, PASSED_OVER
from soracli.types import Card
from soracli.world import grammar
from soracli.world.actors import actor
from soracli.world.surroundings import PLACES, TIMES
from soracli.world.words import ACTIONS, ACTORS, ON_THE_SPOT

TABLE = Path(__file__).with_name("thesaurus.json")
LONGEST = 4  # words of the longest phrase that is looked up
WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
BEFORE_TIMES = frozenset(
    ("at", "in", "by", "during", "around", "about", "near", "before", "until", "the", "a", "this", "one")
)
BEFORE_VERBS = frozenset(("to", "and", "can", "they", "you", "we"))


class Exchange(NamedTuple):
    """typed: as in the prompt. read: what the model is told instead."""

    typed: str
    read: str


class Place(NamedTuple):
    """The words right before a phrase and right after it, in lower case; empty if there is a comma, or nothing."""

    before: str
    after: str


Lookup = Callable[[str, Place], str]  # what is told instead of a phrase in lower case; empty: it stays


def note(changes: Sequence[Exchange], model: str) -> str:
    """One sentence for the user."""
    return f"{model} reads " + ", ".join(f"'{one.typed}' as '{one.read}'" for one in changes) + "."


def reworded(prompt: str, card: Card) -> tuple[str, list[Exchange]]:
    """The prompt in the card's own words, and what was exchanged. A card that does not say what it knows reads all."""
    known = card.params.get("knows")
    if not known:
        return prompt, []
    names = (*known["actors"], *known["places"], *TIMES)
    nouns = {word: name for name in names for word in _table()["noun"].get(name, ()) if word not in names}
    text, changes = _exchanged(prompt, partial(_noun, nouns))
    said = reading.read(text).slots
    kind = actor(said.get("actor", "")).kind
    text, deeds = _exchanged(text, partial(_verb, kind))
    if "action" not in said and not deeds:
        text, deeds = _exchanged(text, partial(_adjective, kind))
    return text, changes + deeds


@cache
def _table() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Part of speech -> a word of the world -> words that mean it."""
    table: dict[str, dict[str, list[str]]] = json.loads(TABLE.read_text("utf-8"))
    return table


def _exchanged(text: str, lookup: Lookup) -> tuple[str, list[Exchange]]:
    """The text with every phrase exchanged for which there is something else, the longest first."""
    out, end = "", 0
    changes: list[Exchange] = []
    for start, stop, read in _found(text, lookup):
        lead = text[end:start]
        if lead.isspace() and changes and changes[-1].read.lower() == read:  # a Hereford bull is one cow
            end = stop
            changes[-1] = Exchange(changes[-1].typed + text[start - len(lead) : stop], read)
            continue
        if article := re.search(r"\b(an?) $", lead, re.IGNORECASE):
            proper = grammar.article(read).split(" ")[0]
            lead = lead[: article.start()] + (proper.capitalize() if article[1][0] == "A" else proper) + " "
        read = read[0].upper() + read[1:] if not start and text[0].isupper() else read
        out, end = out + lead + read, stop
        changes.append(Exchange(text[start:stop], read))
    return out + text[end:], changes


def _found(text: str, lookup: Lookup) -> Iterator[tuple[int, int, str]]:
    """(start, stop, what is told instead) of phrases that do not overlap. Of a time, what stands before it as well."""
    words = list(WORD.finditer(text))
    i = 0
    while i < len(words):
        for size in range(min(LONGEST, len(words) - i), 0, -1):
            start, last = words[i].start(), words[i + size - 1]
            phrase = text[start : last.end()].lower()
            before = words[i - 1] if i and _joined(text, words[i - 1], words[i]) else None
            after = words[i + size] if i + size < len(words) and _joined(text, last, words[i + size]) else None
            place = Place(before[0].lower() if before else "", after[0].lower() if after else "")
            read = "" if re.search(r"[^\w\s'’.-]", phrase) else lookup(phrase, place)
            if read:
                first = i
                while _is_time(read) and first and _leads(text, words[first - 1], words[first]):
                    first -= 1
                yield words[first].start(), last.end(), read
                break
        else:
            size = 1
        i += size


def _is_time(read: str) -> bool:
    return any(read == time.phrases[0] for time in TIMES.values())


def _leads(text: str, word: re.Match[str], to: re.Match[str]) -> bool:
    return word[0].lower() in BEFORE_TIMES and _joined(text, word, to)


def _joined(text: str, one: re.Match[str], other: re.Match[str]) -> bool:
    return text[one.end() : other.start()].isspace()


def _noun(table: Mapping[str, str], phrase: str, place: Place) -> str:
    one = grammar.singular(phrase)
    name = table.get(phrase) or table.get(one, "")
    if name in TIMES:
        apart = place.before in ("", *BEFORE_TIMES, *BREAKERS) and (not place.after or place.after in BREAKERS)
        return TIMES[name].phrases[0] if apart else TIMES[name].keys[0]
    if name in PLACES:
        return re.sub(r"^(?:an?|the) ", "", PLACES[name].nouns[0])
    word = ACTORS.get(name, (name,))[0]
    return word if phrase in table or not name else grammar.plural(word)


def _verb(kind: str, phrase: str, place: Place) -> str:
    base, form = _verbs().get(phrase, ("", ""))
    after_many = place.before.endswith("s") or place.before in BEFORE_VERBS
    if not base or place.before in DETERMINERS or phrase in PASSED_OVER or (form == "base" and not after_many):
        return ""
    action = _by_kind(base, kind)
    verb = ACTIONS[action][0] if action else ""
    return {"base": verb, "doing": verb and grammar.doing(verb), "finite": verb and grammar.finite(verb)}[form]


def _by_kind(action: str, kind: str) -> str:
    """What someone of a kind does if people say that it does this; empty if it cannot."""
    if action in ON_THE_SPOT:
        return "hover" if kind == "flyer" else action
    if kind == "walker" and action in ("drive", "fly"):
        return ""
    return {"driver": "drive", "flyer": "fly"}.get(kind, action)


def _adjective(kind: str, phrase: str, place: Place) -> str:
    known = phrase in _table()["adj"]["stand"] and place.before not in DETERMINERS
    return grammar.doing(ACTIONS[_by_kind("stand", kind)][1]) if known else ""


@cache
def _verbs() -> dict[str, tuple[str, str]]:
    """Every form of the verbs of the table -> (action, which form)."""
    forms: dict[str, tuple[str, str]] = {}
    for action, verbs in _table()["verb"].items():
        for verb in verbs:
            finite, doing = (action, "finite"), (action, "doing")
            own = {verb: (action, "base"), grammar.finite(verb): finite, grammar.past(verb): finite}
            forms |= own | {grammar.doing(verb): doing}
    return forms
