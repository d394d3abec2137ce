"""Every phrase that is understood, as one table: what it may be, for the longest match.

The words stand in words.toml and nouns.toml beside this file, and in the world's own tables; the names of performers
come from a library.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from soracli import common, lexicon
from soracli.world import grammar
from soracli.world.surroundings import PLACES, TIMES
from soracli.world.words import ACTIONS, ACTOR_ACTIONS, ACTORS

FOLDER = Path(__file__).parent
MEANINGS = FOLDER / "meanings.json"  # kinds of what can be shown: `python -m soracli.train.meanings`
DRAWN = ("meadow", "desert", "snowy field", "beach", "city street", "forest", "sea", "road", "mountain", "farm", "moon",
         "living room", "stage")  # fmt: skip
PEOPLE = ("man", "woman", "person", "men", "women", "people")
LIKE_SCENERY = frozenset(  # pictures of what a place, a time or a weather already draws
    """
    sun sunset sunrise foggy fog desert mountain beach motorway cityscape night snowflake rain station park houses
    """.split()  # noqa: SIM905
)
NOT_THINGS = ("face", "hand", "finger", "fist", "hearted", "o’clock", "thirty", "button", "symbol", "suit", "locked")
IRREGULAR = {  # past and participle -> verb
    "ran": "run", "flew": "fly", "flown": "fly", "swam": "swim", "drove": "drive", "driven": "drive", "fell": "fall",
    "fallen": "fall", "stood": "stand", "sat": "sit", "ate": "eat", "eaten": "eat", "slept": "sleep", "rode": "ride",
    "ridden": "ride", "grew": "grow", "grown": "grow", "shrank": "shrink", "shrunk": "shrink", "went": "go",
    "came": "come", "met": "meet", "spun": "spin", "leapt": "leap", "slid": "slide", "rose": "rise", "lay": "lie",
    "lying": "lie", "fought": "fight", "caught": "catch", "sang": "sing", "blown": "blow", "blew": "blow",
    "taken": "take", "took": "take", "bit": "bite", "bitten": "bite", "held": "hold", "wore": "wear", "sank": "sink",
    "lit": "light", "made": "make", "hung": "hang", "read": "read", "swept": "sweep", "dove": "dive", "running": "run",
    "runing": "run", "dying": "die", "froze": "freeze", "frozen": "freeze", "broke": "break", "crept": "creep",
    "left": "leave", "sitting": "sit", "digging": "dig", "hugging": "hug", "hitting": "hit", "putting": "put",
    "stopping": "stop", "wagging": "wag", "setting": "set", "napping": "nap", "cutting": "cut", "sledding": "sled",
    "flapping": "flap", "hopping": "hop", "planing": "plane", "waging": "wag", "steping": "step", "stepping": "step",
    "batting": "bat", "patrolling": "patrol", "travelling": "travel", "levelling": "level", "tapping": "tap",
    "strumming": "strum", "drumming": "drum", "tipping": "tip", "nodding": "nod", "chatting": "chat",
    "flitting": "flit",
    "wrapping": "wrap", "begging": "beg", "strutting": "strut", "shutting": "shut", "humming": "hum", "rowing": "row",
}  # fmt: skip


class Library(Protocol):
    """The pictures that performers are drawn with. kind: as `soracli.world.actors.Actor.kind`. length: metres.

    own: names of the user's, lower case, which mean nothing else.
    """

    def __hash__(self) -> int: ...
    def names(self) -> Sequence[str]: ...
    def own(self) -> Sequence[str]: ...
    def synonyms(self, name: str) -> Sequence[str]: ...
    def kind(self, name: str) -> str: ...
    def length(self, name: str) -> float: ...


class Entry(NamedTuple):
    """What a phrase may be.

    slot: `place`, `time`, `weather`, `name`, `verb`, `relation`, `count`, `colour`, `direction`, `side`, `change`,
    `scale`, `silent` or `undrawn`. value: in the world's words. near: the nearest that can be shown, said in a note.
    form: of a verb `base`, `finite`, `doing` or `past`; of a noun `one` or `many`. lemma: of a verb.
    """

    slot: str
    value: str
    near: bool = False
    form: str = ""
    lemma: str = ""


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """phrases: lower case, words divided by single spaces -> what they may be. longest: words of the longest.

    pictures: names of the library. deeds: lemma -> kinds of deeds (`rides`, `holds`, `bitten`).
    people: lemma of a verb -> the rest of a picture's name, `walk` -> `walking`.
    """

    phrases: Mapping[str, tuple[Entry, ...]]
    longest: int
    pictures: frozenset[str]
    deeds: Mapping[str, frozenset[str]]
    people: Mapping[str, str]

    def of(self, phrase: str, slot: str) -> Entry | None:
        """What a phrase is as a `slot`, if it can be that."""
        return next((entry for entry in self.phrases.get(phrase, ()) if entry.slot == slot), None)


@cache
def tables() -> tuple[dict[str, Any], dict[str, Any]]:
    """The two files of words."""
    words, nouns = (tomllib.loads((FOLDER / name).read_text("utf-8")) for name in ("words.toml", "nouns.toml"))
    return words, nouns


def split(text: str) -> list[str]:
    """The phrases of a list."""
    return [part.strip().lower() for part in text.split(",") if part.strip()]


@lru_cache(maxsize=4)
def vocabulary(known: Library) -> Vocabulary:
    """All phrases for a library."""
    words, nouns = tables()
    pictures = frozenset(known.names())
    found: dict[str, list[Entry]] = {}
    for phrase, entry in (*_scenery(words), *_verbs(words), *_small(words), *_names(nouns, known, pictures)):
        row = found.setdefault(phrase, [])
        if entry.slot == "name" and phrase in common.BREAKERS:
            continue  # does
        if entry.slot == "name" and any(old.slot in ("place", "undrawn") for old in row):
            continue  # what a place draws already, or what belongs to a body
        if all((old.slot, old.value) != (entry.slot, entry.value) for old in row):
            row.append(entry)
    deeds: dict[str, set[str]] = {}
    for deed, lemmas in words["deed"].items():
        for lemma in split(lemmas):
            deeds.setdefault(lemma, set()).add(deed)
    listed = {phrase for phrase, row in found.items() if any(e.slot != "silent" for e in row)}
    for phrase, entry in _meanings(pictures):
        if phrase not in listed:  # what is listed by hand means that and nothing else
            found.setdefault(phrase, []).append(entry)
    found |= {name: [Entry("name", name, False, "one")] for name in known.own()}
    longest = max(phrase.count(" ") + 1 for phrase in found)
    kept = {phrase: tuple(row) for phrase, row in found.items()}
    return Vocabulary(kept, longest, pictures, {k: frozenset(v) for k, v in deeds.items()}, nouns["people"])


def _scenery(words: Mapping[str, Any]) -> Iterator[tuple[str, Entry]]:
    """Places, times and weathers: the hand-written lists, then the phrases that captions use."""
    for slot in ("place", "time", "weather"):
        for near in (False, True):
            for value, phrases in words[slot].get("near" if near else "same", {}).items():
                for phrase in split(phrases):
                    yield phrase, Entry(slot, value, near)
    for name in (name for name in DRAWN if name != "moon"):  # which is seen from elsewhere too
        for noun in PLACES[name].nouns:
            yield noun.lower().partition(" ")[2] or noun.lower(), Entry("place", name)
    for name, time in TIMES.items():
        for phrase in (*time.phrases, *time.clear, *time.keys):
            yield phrase, Entry("time", name)


def _forms(verb: str) -> Iterator[tuple[str, str]]:
    yield verb, "base"
    yield grammar.finite(verb), "finite"
    yield grammar.doing(verb), "doing"
    yield grammar.past(verb), "past"


def _verbs(words: Mapping[str, Any]) -> Iterator[tuple[str, Entry]]:
    irregular: dict[str, list[str]] = {}
    for form, lemma in IRREGULAR.items():
        irregular.setdefault(lemma, []).append(form)
    rows = [(value, verb, near) for near in (False, True) for value, verbs in
            words["verb"]["near" if near else "same"].items() for verb in split(verbs)]  # fmt: skip
    said = [(action, phrase, False) for action, phrases in ACTIONS.items() for phrase in phrases]
    said += [(action, phrase, False) for (_, action), phrases in ACTOR_ACTIONS.items() for phrase in phrases]
    for value, verb, near in [*rows, *said]:
        head, space, rest = verb.partition(" ")
        forms = [*_forms(head), *((f, "doing" if f.endswith("ing") else "past") for f in irregular.get(head, ()))]
        for form, kind in forms:
            yield form + space + rest, Entry("verb", value, near, kind, verb)


def _small(words: Mapping[str, Any]) -> Iterator[tuple[str, Entry]]:
    """Relations, counts, colours, directions, and what is passed over."""
    for slot in ("relation", "count"):
        for value, phrases in words[slot].items():
            for phrase in split(phrases):
                yield phrase, Entry(slot, value)
    for colour in split(words["colour"]["words"]):
        yield colour, Entry("colour", {"gray": "grey", "golden": "gold", "violet": "purple"}.get(colour, colour))
    for scale, phrases in words["scale"].items():
        for phrase in split(phrases):
            yield phrase, Entry("scale", scale)
    for way, back in (("left", "right"), ("right", "left")):
        for phrase in (f"to the {way}", f"{way}wards", f"{way}ward", f"from {back} to {way}", f"towards the {way}",
                       f"toward the {way}", f"to {way}", f"{back} to {way}", f"from the {back} to the {way}",
                       f"from the {back}", f"from the {back} side", f"{way}ways", f"heading {way}", f"going {way}",
                       f"facing {way}", f"off to the {way}", f"out to the {way}"):  # fmt: skip
            yield phrase, Entry("direction", way)
        for phrase in (f"on the {way}", f"at the {way}", f"on the {way} side", f"on the {way} hand side"):
            yield phrase, Entry("side", way)
        yield way, Entry("direction", way)
    for phrase in ("out of frame", "out of the frame", "out of view", "out of sight", "off screen", "offscreen",
                   "off-screen", "out of shot", "out of the picture", "out of the shot", "off the screen"):  # fmt: skip
        yield phrase, Entry("change", "out")
    for phrase in ("into view", "into frame", "into the frame", "into the shot", "into the picture", "on screen"):
        yield phrase, Entry("change", "in")
    for phrase in ("out of thin air", "out of nowhere", "from nowhere"):
        yield phrase, Entry("silent", "")
    for slot in ("undrawn", "silent"):
        for word in split(words[slot]["words"]):
            yield word, Entry(slot, "")


def _names(nouns: Mapping[str, Any], known: Library, pictures: frozenset[str]) -> Iterator[tuple[str, Entry]]:
    """What pictures are called: by the lists, by their own names, by what the world's captions and the library say."""
    listed = [(phrase, name, near) for near, key in ((False, "same"), (True, "near"))
              for name, phrases in nouns[key].items()
              if name in pictures for phrase in split(phrases)]  # fmt: skip
    for phrase, name, near in listed:  # before any plural: `drums` are one picture
        yield phrase, Entry("name", name, near, "one")
    for phrase, name, near in listed:
        yield from _noun(phrase, name, near)
    for name in sorted(pictures):
        low = name.lower()
        if low.split()[0] not in PEOPLE or low in PEOPLE:
            yield from _noun(low, name, False)
    for name in sorted(pictures):
        if _called_by_its_synonyms(name):
            taught = ACTORS.get(name, ())
            for phrase in (*taught, *known.synonyms(name)):
                yield from _noun(phrase.lower(), name, False)


def _meanings(pictures: frozenset[str]) -> Iterator[tuple[str, Entry]]:
    """What dictionaries and hands have collected: kinds of things, of places and of motions, and times."""
    table: dict[str, dict[str, list[str]]] = json.loads(MEANINGS.read_text("utf-8"))
    kept = common.DETERMINERS | common.BREAKERS | common.ADJECTIVES
    words, nouns = tables()
    heads = {phrase for near in ("same", "near") for some in nouns[near].values() for phrase in split(some)}
    deeds = {verb: value for value, verbs in words["verb"]["same"].items() for verb in split(verbs)}
    for slot in ("time", "place", "name", "verb"):
        for value, phrases in table[slot].items():
            if slot == "name" and value not in pictures:
                continue
            for phrase in phrases:
                first, _, last = phrase.partition(" ")[0], "", phrase.rpartition(" ")[2]
                if phrase in kept or (slot == "name" and " " in phrase and last in heads):  # a lone wolf is a wolf
                    continue
                if slot == "verb" and " " in phrase and deeds.get(first, value) != value:  # to run along is to run
                    continue
                if slot == "verb":
                    head, space, rest = phrase.partition(" ")
                    yield from (
                        (form + space + rest, Entry("verb", value, False, kind, phrase)) for form, kind in _forms(head)
                    )
                    continue
                yield phrase, Entry(slot, value, slot == "name", "one" if slot == "name" else "")
                if slot == "name":
                    yield grammar.plural(phrase), Entry(slot, value, True, "many")


def _called_by_its_synonyms(name: str) -> bool:
    """Faces, hands and people who do something have synonyms that mean many other things."""
    return name.split()[0] not in PEOPLE and not any(part in name for part in NOT_THINGS)


def _noun(phrase: str, name: str, near: bool) -> Iterable[tuple[str, Entry]]:
    if phrase in LIKE_SCENERY or phrase in common.DETERMINERS or phrase in common.BREAKERS:
        return
    yield phrase, Entry("name", name, near, "one")
    yield grammar.plural(phrase), Entry("name", name, near, "many")


@cache
def is_verb(word: str) -> bool:
    """Whether a word can be a verb that no action stands for."""
    return word in lexicon.verb_forms()
