"""Prompts to teach the reader of human prompts with, each with its slots: see `soracli.train.hearing`."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from soracli import mirror, rewording
from soracli.hearing import OTHER, SLOTS, UNSAID
from soracli.recaption import DEEDS
from soracli.world import captions, grammar
from soracli.world.actors import CORE_ACTORS, MORE_ACTORS, actor
from soracli.world.prompts import worded
from soracli.world.scenes import CORE_PLACES, CORE_TIMES, MOVES, Corpus, sample_scene
from soracli.world.surroundings import PLACES, TIMES
from soracli.world.words import ACTIONS, ACTOR_ACTIONS, ACTORS, DIRECTIONS

FOLDER = Path(__file__).with_name("sayings")
Rng = np.random.Generator
Labels = Mapping[str, tuple[str, ...]]


class Saying(NamedTuple):
    """text: a prompt. slots: what it means by slot, UNSAID and OTHER among the values; a slot left out is not asked."""

    text: str
    slots: dict[str, str]


@cache
def book() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = tomllib.loads((FOLDER / "phrases.toml").read_text("utf-8"))
    return found


def labels() -> Labels:
    """Every answer to every question."""
    return {
        "actor": (UNSAID, OTHER, *book()["actor"]),
        "action": (UNSAID, *book()["action"]),
        "direction": (UNSAID, "left", "right"),
        "place": (UNSAID, OTHER, *CORE_PLACES),
        "time": (UNSAID, *CORE_TIMES),
    }


def sayings(name: str) -> list[Saying]:
    """The prompts of one author."""
    table: dict[str, list[list[str]]] = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    rows = [(who, text, said) for who, some in table.items() for text, *said in some]
    return [
        Saying(text, dict(zip(SLOTS, [who if who in labels()["actor"] else OTHER, *said], strict=True)))
        for who, text, said in rows
    ]


def turned(one: Saying) -> Saying:
    """The same in the mirror."""
    other = {"left": "right", "right": "left"}
    way = one.slots.get("direction", UNSAID)
    return Saying(mirror.turned(one.text), {**one.slots, "direction": other.get(way, way)})


# --- captions ---------------------------------------------------------------------------------------------------------


def of_the_world(rng: Rng, corpus: Corpus) -> Saying:
    """A caption with some of its slots left out."""
    drop = float(rng.choice((0.0, 0.2, 0.5)))
    said = {name: value for name, value in captions.slots(sample_scene(rng, corpus, "any")).items()
            if name == "actor" or rng.random() >= drop}  # fmt: skip
    if "action" not in said:
        said.pop("direction", None)
    known = labels()
    found = {slot: said.get(slot, UNSAID) for slot in SLOTS}
    if found["action"] not in known["action"]:
        del found["action"]
    for slot in ("actor", "place"):
        found[slot] = found[slot] if found[slot] in known[slot] else OTHER
    if found["time"] not in known["time"]:
        found["time"] = UNSAID
    return Saying(worded(said, rng), found)


# --- prompts of phrases -----------------------------------------------------------------------------------------------


def of_phrases(rng: Rng) -> Saying:
    """A prompt put together: who, what, which way, where and when in several orders, often with something left out."""
    who, name = _who(rng)
    kind = actor(who).kind if who in ACTORS else str(rng.choice(("walker", "walker", "driver", "flyer")))
    action = _pick(rng, [*dict.fromkeys(DEEDS[kind if kind in DEEDS else "walker"]), *(["jump"] * (kind == "walker"))])
    action = action if action in labels()["action"] else "walk"
    parts = {"actor": _named(rng, name)}
    found = {"actor": who}
    if who not in (UNSAID, OTHER) and rng.random() < 0.08:
        found["actor"] = OTHER
        parts["actor"] += f" {_pick(rng, book()['extra']['beside'])} {grammar.article(_strange(rng))}"
    found["action"], verb = (action, _deed(rng, who, action)) if rng.random() < 0.85 else (UNSAID, "")
    goes = verb and action in MOVES and rng.random() < 0.6
    way = _pick(rng, ("left", "right"))
    found["direction"], parts["direction"] = (way, _way(rng, way)) if goes else (UNSAID, "")
    found["place"], parts["place"] = _where(rng, action) if rng.random() < 0.85 else (UNSAID, "")
    found["time"], parts["time"] = _when(rng) if rng.random() < 0.7 else (UNSAID, "")
    return Saying(_joined(rng, parts, verb), found)


def _pick(rng: Rng, choices: Sequence[str]) -> str:
    return choices[int(rng.integers(len(choices)))]


@cache
def _thesaurus() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = json.loads(rewording.TABLE.read_text("utf-8"))
    return found


def _mixed(rng: Rng, *lists: Sequence[str]) -> str:
    """One of any of the lists that are not empty; the first counts twice."""
    some = [one for one in (lists[0], *lists) if one]
    return _pick(rng, some[int(rng.integers(len(some)))])


def _who(rng: Rng) -> tuple[str, str]:
    """(label, noun): half of the time somebody the book knows; else anything, some with a known one beside them."""
    known = list(book()["actor"])
    draw = rng.random()
    if draw < 0.04:
        return UNSAID, ""
    if draw < 0.36:
        return OTHER, _strange(rng)
    who = _pick(rng, known[:8] if rng.random() < 0.75 else known[8:])
    return who, _mixed(rng, book()["actor"][who], ACTORS[who], _thesaurus()["noun"].get(who, ()))


def _strange(rng: Rng) -> str:
    """Something that is none of the book's actors."""
    known = book()["actor"]
    strange = [one.name for one in (*CORE_ACTORS, *MORE_ACTORS) if one.name not in known]
    nouns = [word for name in strange for word in ACTORS.get(name, (name,))]
    table = _thesaurus()["noun"]
    far = [word for name, words in table.items() if name in ACTORS and name not in known for word in words]
    return _mixed(rng, book()["other"]["actor"], nouns, far)


def _named(rng: Rng, noun: str) -> str:
    if not noun:
        return ""
    first = _pick(rng, ("a", "a", "a", "the", "my", "one", "this", "", ""))
    if rng.random() < 0.35:
        noun = f"{_pick(rng, book()['extra']['before'])} {noun}"
    return grammar.article(noun) if first == "a" else f"{first} {noun}".strip()


def _deed(rng: Rng, who: str, action: str) -> str:
    own = ACTOR_ACTIONS.get((who, action), ())
    return _mixed(rng, book()["action"][action], ACTIONS[action], own, _thesaurus()["verb"].get(action, ()))


def _way(rng: Rng, way: str) -> str:
    said = book()["direction"]["left"]
    return _mixed(rng, said if way == "left" else [mirror.turned(text) for text in said], DIRECTIONS[way])


def _where(rng: Rng, action: str) -> tuple[str, str]:
    if rng.random() < 0.15:
        return OTHER, _pick(rng, book()["other"]["place"])
    name = _pick(rng, CORE_PLACES)
    place = PLACES[name]
    if rng.random() < 0.15:
        return name, _pick(rng, (*place.whole, *(f"{way} {noun}" for way in place.at for noun in place.nouns)))
    ways = ("over", "above") if action in ("fly", "hover") else place.along if action in MOVES else place.at
    ways = (*ways, *place.at, "past", "by", "near", "among")
    noun = _mixed(rng, book()["place"][name], _thesaurus()["noun"].get(name, ()))
    first = _pick(rng, ("the ", "the ", "a ", "", "some "))
    return name, f"{_pick(rng, ways)} {'' if noun.startswith('a ') else first}{noun}"


def _when(rng: Rng) -> tuple[str, str]:
    if rng.random() < 0.1:
        return UNSAID, _pick(rng, book()["time"]["other"])
    name = _pick(rng, CORE_TIMES)
    time = TIMES[name]
    return name, _mixed(rng, book()["time"][name], (*time.phrases, *time.clear, *time.keys))


ORDERS = (
    "{actor} {finite} {direction} {place} {time}", "{actor} {doing} {place} {direction} {time}",
    "{actor} {finite} {place} {time}, {direction}", "{actor} {doing} {direction} {place}, {time}",
    "{time}, {actor} {finite} {direction} {place}", "{place}, {actor} {finite} {direction} {time}",
    "{actor}, {place}, {doing} {direction}, {time}", "{actor} is {doing} {place} {direction} {time}",
    "{actor}. {place}. {time}. {doing} {direction}", "{time} {place}: {actor} {doing} {direction}",
    "{actor} that {finite} {direction} {place} {time}", "{actor} {place} {time} {doing} {direction}",
    "{place} {time}, {doing} {direction}, {actor}", "{actor} {past} {direction} {place} {time}",
)  # fmt: skip


def _joined(rng: Rng, parts: Mapping[str, str], verb: str) -> str:
    forms = {form.__name__: form(verb) if verb else "" for form in (grammar.finite, grammar.doing, grammar.past)}
    text = _pick(rng, ORDERS).format_map({**parts, **forms})
    if not verb:
        text = re.sub(r"\b(is|that)\b", "", text)
    text = grammar.tidy(_pick(rng, book()["extra"]["lead"]) + text)
    if rng.random() < 0.25:
        text = f"{text.rstrip('.')}, {_pick(rng, book()['extra']['after'])}"
    return text.lower() if rng.random() < 0.5 else text


def prompts(rng: Rng, world: int, phrases: int) -> Iterator[Saying]:
    """So many of either kind."""
    for corpus in (Corpus.core(), Corpus.full()):
        yield from (of_the_world(rng, corpus) for _ in range(world // 2))
    yield from (of_phrases(rng) for _ in range(phrases))
