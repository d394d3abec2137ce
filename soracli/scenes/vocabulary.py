"""Every phrase that is understood, as one table: what it may be, for the longest match.

The words stand in words.toml and nouns.toml beside this file, and in the world's own tables; the names of performers
come from a library.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from soracli.prompts import english
from soracli.prompts.vocabulary import verb_forms
from soracli.world.language import grammar
from soracli.world.language.surroundings import PLACES, PLAIN, TIMES
from soracli.world.language.words import ACTIONS, ACTOR_ACTIONS, ACTORS

FOLDER = Path(__file__).parent
MEANINGS = FOLDER / "meanings.json"  # kinds of what can be shown: `python -m soracli.train.meanings`
DRAWN = ("meadow", "desert", "snowy field", "beach", "city street", "forest", "sea", "road", "mountain", "farm", "moon",
         "living room", "stage", "kitchen", "bedroom", "classroom", "office", "library", "cave", "underwater", "lake",
         "swimming pool", "jungle", "park", "garden", "playground", "graveyard", "castle", "volcano", "village",
         "airport", "railway station", "sky", "space", "savanna", "river", "arctic", "canyon", "orchard",
         "cherry grove", "mars", "alien planet", "stadium", "market", "fairground", "rooftop", "harbour", "vineyard",
         "swamp", "race track", "cafe", "shop", "gym", "bathroom", "hospital", "museum", "ballroom", "church",
         "spaceship cabin", "factory", "nightclub", "neon street",
         "mountain road", "city skyline", "island", "sunflower field", "lavender field", "tulip field", "wheat field",
         "ice rink", "pyramids", "japanese garden", "ruins", "parking lot", "haunted house",
         "candy land", "floating islands", "lab", "paris", "venice", *PLAIN)  # fmt: skip
SEEN = frozenset({"moon", "castle", "sky", "space", "volcano", "church", "factory"})  # what is seen from elsewhere, too
PEOPLE = ("man", "woman", "person", "men", "women", "people")
LIKE_SCENERY = frozenset(  # pictures of what a place, a time or a weather already draws
    """
    sun sunset sunrise foggy fog desert mountain beach motorway cityscape night snowflake rain station park houses
    """.split()  # noqa: SIM905
)
NOT_THINGS = re.compile(r"\b(?:face|hand|finger|fist|hearted|o’clock|thirty|button|symbol|suit|locked)")
LEADING = frozenset(("in", "on", "at", "from", "into", "onto", "over", "under", "through", "past", "by", "to", "with"))
SHORT = re.compile(r"[^aeiou]*[aeiou][bdgmnprt]")
SHADES = {"gray": "grey", "golden": "gold", "violet": "purple", "lime green": "green", "lime-green": "green"}
LONGEST = 6  # words of a phrase among the collected meanings
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
    "shook": "shake", "threw": "throw", "thrown": "throw", "spoke": "speak", "wrote": "write", "written": "write",
    "drank": "drink", "drew": "draw", "dug": "dig", "hid": "hide", "knelt": "kneel", "led": "lead", "shot": "shoot",
    "shone": "shine", "stole": "steal", "swung": "swing", "struck": "strike", "tore": "tear", "told": "tell",
    "wept": "weep", "woke": "wake", "wound": "wind", "built": "build", "bent": "bend", "bought": "buy",
    "brought": "bring", "fed": "feed", "fled": "flee", "gave": "give", "given": "give", "got": "get", "gone": "go",
    "kept": "keep", "rang": "ring", "sped": "speed", "spread": "spread", "sprang": "spring", "strode": "stride",
    "sung": "sing", "swum": "swim", "taught": "teach", "trod": "tread", "dreamt": "dream", "had": "have", "did": "do",
    "trekking": "trek", "trekked": "trek", "barrelling": "barrel", "barrelled": "barrel", "pedalling": "pedal",
    "snorkelling": "snorkel", "shovelling": "shovel", "swivelling": "swivel", "travelled": "travel",
    "wrapping": "wrap", "begging": "beg", "strutting": "strut", "shutting": "shut", "humming": "hum", "rowing": "row",
}  # fmt: skip


UNITS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
         "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
LISTED = 12  # the largest number of the lists


class Library(Protocol):
    """The pictures that performers are drawn with.

    names: of all pictures. own: those of the user's, lower case, which mean nothing else. synonyms: other names of one.
    kind: how one moves, as `soracli.world.language.actors.Actor.kind`. length: of its longer side, metres.
    """

    def __hash__(self) -> int: ...
    def names(self) -> Sequence[str]: ...
    def own(self) -> Sequence[str]: ...
    def synonyms(self, name: str) -> Sequence[str]: ...
    def kind(self, name: str) -> str: ...
    def length(self, name: str) -> float: ...


class Entry(NamedTuple):
    """What a phrase may be.

    slot: `place`, `time` (an hour or a season), `weather`, `name`, `verb`, `relation`, `count`, `colour`,
    `direction`, `side`, `change`, `scale`, `compared`, `silent` or `undrawn`. value: in the world's words; `worn` of
    undrawn clothes. near: the nearest that can be shown, said in a note. form: of a verb `base`, `finite`, `doing` or
    `past`; of a noun `one` or `many`; of a comparison `size` or `pace`. lemma: of a verb.
    """

    slot: str
    value: str
    near: bool = False
    form: str = ""
    lemma: str = ""


class Phrases:
    """Every phrase -> what it may be. The lists written by hand are whole; kinds of things are looked up as asked for.

    What is listed by hand means that and nothing else.
    """

    def __init__(self, listed: Mapping[str, tuple[Entry, ...]], pictures: frozenset[str]) -> None:
        self.listed, self._pictures = listed, pictures
        self._found: dict[str, tuple[Entry, ...]] = {}

    def __contains__(self, phrase: str) -> bool:
        return bool(self.get(phrase))

    def get(self, phrase: str) -> tuple[Entry, ...]:
        """What a phrase in lower case may be; empty if it is not known."""
        listed = self.listed.get(phrase, ())
        if any(entry.slot != "silent" for entry in listed):
            return listed
        if phrase not in self._found:
            meant = tuple(entry for entry in _meanings(phrase) if entry.slot != "name" or entry.value in self._pictures)
            self._found[phrase] = (*listed, *meant)
        return self._found[phrase]


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """phrases: lower case, words divided by single spaces. longest: words of the longest.

    pictures: names of the library -> kind. deeds: lemma -> kinds of deeds (`rides`, `holds`, `bitten`).
    people: lemma of a verb -> the rest of a picture's name, `walk` -> `walking`. dressed: who -> what that one wears.
    tints: who -> a colour that its picture has not. implied: lemma of a verb -> what whoever does it has in the hands.
    underfoot: likewise, what that one stands on.
    """

    phrases: Phrases
    longest: int
    pictures: Mapping[str, str]
    deeds: Mapping[str, frozenset[str]]
    people: Mapping[str, str]
    dressed: Mapping[str, str]
    tints: Mapping[str, str]
    implied: Mapping[str, str]
    underfoot: Mapping[str, str]

    def of(self, phrase: str, slot: str) -> Entry | None:
        """What a phrase is as a `slot`, if it can be that."""
        return next((entry for entry in self.phrases.get(phrase) if entry.slot == slot), None)

    @cached_property
    def things(self) -> frozenset[str]:
        """Names of pictures of two words that are written by hand."""
        listed = self.phrases.listed.items()
        named = (phrase for phrase, row in listed if any(entry.slot == "name" for entry in row))
        return frozenset(phrase for phrase in named if phrase.count(" ") == 1)

    @cached_property
    def singles(self) -> frozenset[str]:
        """Every word of every phrase that is written by hand, and the common words beside them."""
        words = {word for phrase in self.phrases.listed for word in phrase.split()}
        return frozenset(words | english.DETERMINERS | english.BREAKERS | english.ADJECTIVES | english.PASSED_OVER)


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
    pictures = {name: known.kind(name) for name in known.names()}
    found: dict[str, list[Entry]] = {}
    for phrase, entry in (*_scenery(words), *_verbs(words), *_small(words), *_names(nouns, known, pictures)):
        row = found.setdefault(phrase, [])
        if entry.slot == "name" and phrase in english.BREAKERS:
            continue  # does
        if entry.slot == "name" and any(old.slot in ("place", "undrawn", "time", "weather") for old in row):
            continue  # what a place or an hour draws already, or what belongs to a body
        if all((old.slot, old.value) != (entry.slot, entry.value) for old in row):
            row.append(entry)
    deeds: dict[str, set[str]] = {}
    for deed, lemmas in words["deed"].items():
        for lemma in split(lemmas):
            deeds.setdefault(lemma, set()).add(deed)
    found |= {grammar.plural(name): [Entry("name", name, False, "many")] for name in known.own()}
    found |= {name: [Entry("name", name, False, "one")] for name in known.own()}
    phrases = Phrases({phrase: tuple(row) for phrase, row in found.items()}, frozenset(pictures))
    kinds = {lemma: frozenset(some) for lemma, some in deeds.items()}
    dressed = {who: wear for wear, some in nouns["dressed"].items() for who in split(some) if wear in pictures}
    tints = {who: colour for colour, some in nouns["tints"].items() for who in split(some)}
    implied, underfoot = (
        {verb: name for name, some in nouns[table].items() for verb in split(some) if name in pictures}
        for table in ("implied", "underfoot")
    )
    longest = max(LONGEST, *(p.count(" ") + 1 for p in found))
    return Vocabulary(phrases, longest, pictures, kinds, nouns["people"], dressed, tints, implied, underfoot)


def _scenery(words: Mapping[str, Any]) -> Iterator[tuple[str, Entry]]:
    """Places, times and weathers: the hand-written lists, then the phrases that captions use."""
    for slot in ("place", "time", "weather"):
        for near in (False, True):
            for value, phrases in words[slot].get("near" if near else "same", {}).items():
                for phrase in split(phrases):
                    yield phrase, Entry(slot, value, near)
    for season, phrases in words["time"]["season"].items():
        for phrase in split(phrases):
            yield phrase, Entry("time", season)
    gloomy, *dark = words["time"]["dark"].items()
    for place, nouns in dark:
        for phrase in (f"{adjective} {noun}" for adjective in split(gloomy[1]) for noun in split(nouns)):
            yield from ((phrase, Entry("place", place)), (phrase, Entry("time", "gloom")))
    pairs = [(place, *pair) for place, some in words["place"]["compound"].items() for pair in some]
    for place, before, nouns in pairs:
        for noun in split(nouns):
            yield from ((f"{adjective} {noun}", Entry("place", place)) for adjective in split(before))
    for name in (name for name in DRAWN if name not in SEEN):
        for noun in PLACES[name].nouns:
            yield noun.lower().partition(" ")[2] or noun.lower(), Entry("place", name)
    for name, time in TIMES.items():
        for phrase in (*time.phrases, *time.clear, *time.keys):
            yield phrase, Entry("time", name)


def _doubled(verb: str) -> list[tuple[str, str]]:
    """Forms with the last letter twice: padding, stopped."""
    return [(f"{verb}{verb[-1]}ing", "doing"), (f"{verb}{verb[-1]}ed", "past")] if SHORT.fullmatch(verb) else []


@cache
def _forms(verb: str) -> tuple[tuple[str, str], ...]:
    return (
        (verb, "base"),
        (grammar.finite(verb), "finite"),
        (grammar.doing(verb), "doing"),
        (grammar.past(verb), "past"),
    )


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
        forms = [
            *_forms(head),
            *_doubled(head),
            *((f, "doing" if f.endswith("ing") else "past") for f in irregular.get(head, ())),
        ]
        for form, kind in forms:
            yield form + space + rest, Entry("verb", value, near, kind, verb)


def _small(words: Mapping[str, Any]) -> Iterator[tuple[str, Entry]]:
    """Relations, counts, colours, directions, and what is passed over."""
    for slot in ("relation", "count"):
        for value, phrases in words[slot].items():
            for phrase in split(phrases):
                yield phrase, Entry(slot, value)
    for kind, factors in words["compared"].items():
        for factor, phrases in factors.items():
            yield from ((phrase, Entry("compared", factor, form=kind)) for phrase in split(phrases))
    yield from ((said, Entry("count", str(number))) for said, number in numbers().items() if number > LISTED)
    for colour in split(words["colour"]["words"]):
        yield colour, Entry("colour", SHADES.get(colour, colour))
    for scale, phrases in words["scale"].items():
        for phrase in split(phrases):
            yield phrase, Entry("scale", scale)
    for way, back in (("left", "right"), ("right", "left")):
        for phrase in split(words["direction"]["going"].format(way=way, back=back)):
            yield phrase, Entry("direction", way)
        for phrase in (f"on the {way}", f"at the {way}", f"on the {way} side", f"on the {way} hand side"):
            yield phrase, Entry("side", way)
        yield way, Entry("direction", way)
        for verb in ("leaves", "leaving", "exits", "exiting", "disappears", "disappearing"):
            for where in (f"on the {way}", f"to the {way}", f"stage {way}", f"screen {way}", way):
                yield f"{verb} {where}", Entry("change", f"out {way}")
    for side, way in (("west", "left"), ("east", "right")):  # as on a map
        for phrase in (side, f"{side}ward", f"{side}wards", f"to the {side}", f"heading {side}"):
            yield phrase, Entry("direction", way)
    for phrase in ("out of frame", "out of the frame", "out of view", "out of sight", "off screen", "offscreen",
                   "off-screen", "out of shot", "out of the picture", "out of the shot", "off the screen"):  # fmt: skip
        yield phrase, Entry("change", "out")
    for phrase in ("into view", "into frame", "into the frame", "into the shot", "into the picture", "on screen"):
        yield phrase, Entry("change", "in")
    for phrase in ("out of thin air", "out of nowhere", "from nowhere"):
        yield phrase, Entry("silent", "")
    for value, phrases in {"stand": words["still"]["words"], **words["manner"]}.items():
        for phrase in split(phrases):
            yield phrase, Entry("verb", value, False, "doing", phrase)
    for slot, key, value in (("undrawn", "words", ""), ("undrawn", "worn", "worn"), ("silent", "words", "")):
        for word in split(words[slot][key]):
            yield word, Entry(slot, value)


@cache
def numbers() -> dict[str, int]:
    """Whole numbers as people write them: words to ninety nine, digits to 100, hundreds to 1000."""
    small = {word: n for n, word in enumerate(UNITS, 1)}
    tens = {word: 10 * n for n, word in enumerate(TENS, 2)}
    both = {f"{ten} {one}": tens[ten] + small[one] for ten in TENS for one in UNITS[:9]}
    return small | tens | both | {str(n): n for n in (*range(1, 100), *range(100, 1001, 100))}


def _names(nouns: Mapping[str, Any], known: Library, pictures: Mapping[str, str]) -> Iterator[tuple[str, Entry]]:
    """What pictures are called: by the lists, by their own names, by what the world's captions and the library say."""
    listed = [(phrase, name, near and phrase != name.lower()) for near, key in ((False, "same"), (True, "near"))
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


def _meanings(phrase: str) -> Iterator[Entry]:
    """What dictionaries and hands have collected: kinds of things, of places and of motions, and times."""
    table = _collected()
    for slot, value in table.get(phrase, ()):
        if slot == "name":
            yield Entry("name", value, True, "one")
        elif slot in ("time", "place"):
            yield Entry(slot, value)
    one = grammar.singular(phrase)
    if one != phrase and grammar.plural(one) == phrase:
        yield from (Entry("name", value, True, "many") for slot, value in table.get(one, ()) if slot == "name")
    head, space, rest = phrase.partition(" ")
    for lemma in _lemmas(head):
        for slot, value in table.get(lemma + space + rest, ()):
            if slot == "verb":
                form = next(kind for form, kind in _forms(lemma) if form == head)
                yield Entry("verb", value, False, form, lemma + space + rest)


@cache
def _collected() -> dict[str, list[tuple[str, str]]]:
    """Phrase -> (slot, value): `time`, `place`, `name` or `verb`."""
    table: dict[str, dict[str, list[str]]] = json.loads(MEANINGS.read_text("utf-8"))
    kept = english.DETERMINERS | english.BREAKERS | english.ADJECTIVES
    words, nouns = tables()
    heads = {phrase for near in ("same", "near") for some in nouns[near].values() for phrase in split(some)}
    deeds = {verb: value for value, verbs in words["verb"]["same"].items() for verb in split(verbs)}
    found: dict[str, list[tuple[str, str]]] = {}
    for slot, some in table.items():
        for value, phrases in some.items():
            for phrase in phrases:
                first, last = phrase.partition(" ")[0], phrase.rpartition(" ")[2]
                if slot == "name" and english.ADJECTIVES.issuperset(phrase.split()):  # a small white is no butterfly
                    continue
                if phrase in kept or (slot == "name" and first != last and last in heads):  # a lone wolf is a wolf
                    continue
                if slot == "verb" and last in LEADING:  # what stands there is a place or a partner
                    continue
                if slot == "verb" and first != phrase and deeds.get(first, value) != value:  # to run along is to run
                    continue
                found.setdefault(phrase, []).append((slot, value))
    return found


def _lemmas(word: str) -> list[str]:
    """Verbs of which a word may be a form."""
    stems = {word, IRREGULAR.get(word, word)}
    for ending, back in (("s", ""), ("es", ""), ("ies", "y"), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e")):
        if word.endswith(ending):
            stem = word.removesuffix(ending) + back
            stems |= {stem, stem[:-1]} if len(stem) > 2 and stem[-1:] == stem[-2:-1] else {stem}
    return [stem for stem in sorted(stems) if stem and any(form == word for form, _ in _forms(stem))]


def _called_by_its_synonyms(name: str) -> bool:
    """Faces, hands and people who do something have synonyms that mean many other things."""
    return name.split()[0] not in PEOPLE and not NOT_THINGS.search(name)


def _noun(phrase: str, name: str, near: bool) -> Iterable[tuple[str, Entry]]:
    if phrase in LIKE_SCENERY or phrase in english.DETERMINERS or phrase in english.BREAKERS:
        return
    yield phrase, Entry("name", name, near, "one")
    yield grammar.plural(phrase), Entry("name", name, near, "many")


@cache
def is_verb(word: str) -> bool:
    """Whether a word can be a verb that no action stands for."""
    return word in verb_forms()
