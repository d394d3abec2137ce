"""`sora recaption` and `--expand`: a short prompt becomes a full caption, in the words that captions are trained with.

What the prompt says stays as it was typed, at the beginning; what it leaves open (action, direction, place, time,
camera) is added behind it, drawn from what its lead can do and where it may be, by a seed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from soracli.card import Card
from soracli.prompts import slots, vocabulary
from soracli.prompts.slots import SAID, Reading
from soracli.world.language import grammar
from soracli.world.language.actors import CORE_ACTORS, MORE_ACTORS, actor
from soracli.world.language.surroundings import CAMERAS, PLACES, TIMES
from soracli.world.language.words import ACTIONS, ACTORS, COLOURS, DIRECTIONS, IN_THE_AIR, ON_THE_SPOT

if TYPE_CHECKING:
    from soracli.prompts.sentence_encoder import Sentences

Rng = np.random.Generator
Encoder = Callable[[], "Sentences | None"]

# What is drawn for an open slot; what stands twice is drawn twice as often. As in the world's core.
DEEDS = {
    "walker": ("walk", "walk", "walk", "run", "stand"),
    "driver": ("drive", "drive", "drive", "stand"),
    "flyer": ("fly", "fly", "fly", "hover"),
    "swimmer": ("swim", "swim", "float"),
    "thing": ("stand",),
}
DAYS = ("day", "day", "sunset", "night")
AT_HOME = {  # where an actor is looked for first
    "penguin": ("snowy field",), "elephant": ("meadow", "desert", "forest"), "cow": ("meadow",),
    "T-Rex": ("forest", "meadow", "desert"), "camel": ("desert",), "rocket": ("desert", "beach", "city street"),
    "butterfly": ("meadow", "forest"), "owl": ("forest",), "deer": ("forest", "meadow"), "crab": ("beach",),
    "sauropod": ("forest", "meadow"), "mammoth": ("snowy field",), "giraffe": ("meadow", "desert"),
    "zebra": ("meadow",), "tractor": ("meadow",), "tiger": ("forest", "meadow"), "honeybee": ("meadow",),
}  # fmt: skip
HOMES = {"driver": ("city street", "road", "desert"), "swimmer": ("sea",)}
BOATS = frozenset(("sailboat", "ship", "speedboat", "motor boat", "ferry"))
NATURES = frozenset(one.name for one in (*CORE_ACTORS, *MORE_ACTORS))
USUAL = ("meadow", "desert", "snowy field", "beach", "city street", "forest")
MOVES = ("static", "tracking")  # of the camera
TRIES = 40  # draws for a caption that is not yet there


@dataclass(frozen=True)
class Expansion:
    """text: the caption. said: slots that the prompt fills itself. added: those that were filled, with their values."""

    text: str
    said: dict[str, str]
    added: dict[str, str]


def expand(
    prompt: str, count: int = 1, seed: int = 0, encoder: Encoder = lambda: None
) -> tuple[list[Expansion], list[str]]:
    """`count` captions of a prompt, all different as far as there is a choice, and notes for the user.

    encoder: gives a model's reader of text, asked only if the prompt is about something that no table has.
    """
    strangers = vocabulary.unknown(prompt, vocabulary.Vocabulary.of(ACTORS, PLACES))
    found = slots.read(prompt, strangers)
    lead = found.slots.get("actor", "")
    if lead in strangers and lead not in NATURES and (text := encoder()) is not None:
        lead = _kin(lead, text) or lead
    results: dict[str, Expansion] = {}
    rng = np.random.default_rng([seed, 7])
    for _ in range(TRIES * count):
        if len(results) == count:
            break
        made = _expansion(found, lead, rng)
        results.setdefault(made.text, made)
    notes = [f"the prompt leaves room for {len(results)} captions only."] if len(results) < count else []
    return list(results.values()), notes


def _kin(word: str, encoder: Sentences) -> str:
    """The actor of the whole world that a thing resembles most; empty if it resembles none."""
    taken = vocabulary.nearest(f"a {word}", encoder, vocabulary.Vocabulary.of(ACTORS, ()))
    near = next((found.nearest for found in taken if found.cosine >= vocabulary.FAR), "")
    return next((name for name, words in ACTORS.items() if words[0] == near), "")


def _expansion(found: Reading, lead: str, rng: Rng) -> Expansion:
    added = _choice(found, lead, rng)
    return Expansion(_worded(found, added, lead, rng), dict(found.slots), added)


def _choice(found: Reading, lead: str, rng: Rng) -> dict[str, str]:
    """Values for the slots that the prompt leaves open. Only what can be seen of the lead is added."""
    said, added = found.slots, {}
    kind = actor(lead).kind
    deeds = ("float",) if lead in BOATS else DEEDS.get(kind, DEEDS["thing"])
    if kind == "thing" and re.search(r"\b(?:over|above)\b", found.text):  # whatever it is, it does not stand there
        deeds = ("hover",)
    if "action" not in said and "actor" in said:
        added["action"] = _pick(deeds, rng)
    action = said.get("action") or added.get("action", "")
    moves = action not in ON_THE_SPOT and action not in (SAID, "")
    if "direction" not in said and moves:
        added["direction"] = _pick(("left", "right"), rng)
    if "place" not in said:
        homes = AT_HOME.get(lead, HOMES.get(kind, USUAL))
        added["place"] = _pick([p for p in homes if p in USUAL] or (homes if kind == "swimmer" else USUAL), rng)
    if "time" not in said and not found.indoors:
        added["time"] = _pick(DAYS, rng)
    if "camera" not in said:
        added["camera"] = _pick(MOVES, rng) if moves else "static"  # nothing is followed that stays where it is
    return added


def _pick(choices: Sequence[str], rng: Rng) -> str:
    return choices[int(rng.integers(len(choices)))]


def _worded(found: Reading, added: dict[str, str], lead: str, rng: Rng) -> str:
    """The prompt as it was typed, and the added slots in the order of captions."""
    said = found.slots
    action = added.get("action") or said.get("action", "")
    parts: list[tuple[str, str]] = []
    if "action" in added:
        verb = "sail" if lead in BOATS else ACTIONS[added["action"]][0]
        sentence = found.bare and not found.part and "place" not in said
        form = (verb if found.many else grammar.finite(verb)) if sentence else grammar.doing(verb)
        parts.append(("action", form))
    if "direction" in added:
        parts.append(("direction", DIRECTIONS[added["direction"]][0]))
    if "place" in added:
        parts.append(("place", _place(added["place"], action, rng)))
    if "time" in added:
        clear = said.get("weather", "clear") == "clear" and added["time"] == "day"
        moment = TIMES[added["time"]]
        parts.append(("time", _plain((*moment.phrases[:2], *(moment.clear[:1] if clear else ())), rng)))
    text = found.text
    for i, (slot, words) in enumerate(parts):
        joined = i > 0 or (slot == "action" and found.bare and "place" not in said) or _follows(found, slot)
        text += (" " if joined else ", ") + words
    if "camera" in added:
        text += ", " + _plain(CAMERAS[added["camera"]].clauses[:2], rng)
    return text


def _follows(found: Reading, slot: str) -> bool:
    """Whether an addition may follow the prompt without a comma: it ends in a verb, or in what stands before it."""
    order = ("actor", "action", "direction", "place", "time")
    later = [*order[order.index(slot) + 1 :], "weather", "camera", "style"]
    single = "," not in found.text and "." not in found.text
    return single and "action" in found.slots and not any(name in found.slots for name in later)


def _plain(choices: Sequence[str], rng: Rng) -> str:
    """One of the wordings that name no colour."""
    return _pick([choice for choice in choices if COLOURS.isdisjoint(choice.split())] or choices, rng)


def _place(name: str, action: str, rng: Rng) -> str:
    """A place with a preposition that suits the action."""
    place = PLACES[name]
    ways = place.at
    if action in IN_THE_AIR and not place.indoors:
        ways = ("over",)
    elif action == "launch":
        ways = ("from",)
    elif action and action not in ON_THE_SPOT and action not in (SAID, "jump") and place.along:
        ways = place.along
    return f"{_pick(ways, rng)} {_pick(place.nouns[:2], rng)}"


def reader(card: Card) -> Encoder:
    """The text encoder of a card, loaded when it is first asked for; None if the card has none of this kind."""

    def load() -> Sentences | None:
        from soracli.prompts import sentence_encoder

        return sentence_encoder.of(card)

    return load


def additions(prompt: str, card: Card, seed: int) -> str:
    """What `--expand` puts behind a prompt; empty if it says everything."""
    return expand(prompt, 1, seed, reader(card))[0][0].text.removeprefix(slots.plain(prompt))
