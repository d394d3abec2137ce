"""A prompt cut into phrases of the vocabulary, the longest first; slips of the pen are mended."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Set
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import NamedTuple

from soracli.prompts.english import ADJECTIVES, BREAKERS, DETERMINERS
from soracli.scenes.nearest import table
from soracli.scenes.plainly import plain
from soracli.scenes.vocabulary import DRAWN, Entry, Vocabulary, is_verb, tables
from soracli.world.language.words import ACTORS

TOKENIZER = Path(__file__).parents[1] / "bundled" / "minilm-tokenizer.json"
OPTIONS = re.compile(
    r"^\s*/\w+(?:\s+prompt\s*:)?|(?<!\S)--?[a-z]+[ =]+[\d:.x]+(?!\S)|(?<!\S)--[a-z]+(?!\S)"
)  # other programs'
TOKEN = re.compile(r"\x00+|[^\W_]+(?:['’.-][^\W_]+)*|[.,;:!?()\n|/&+]|—|–| - ")
# the last part of an adjective of two: red-haired
MADE = re.compile(r"[a-z]{2,}(?:ing|ed)|like|shaped|style|themed|clad|free|proof|worn|lit|strewn|grown|old")
BODILY = re.compile(
    r"(?:eye|hair|leg|wing|tail|ear|nose|head|face|skin|feather|furr?|neck|horn|tooth|whisker|beard)e?d"
)
LIGHTS = {"moon": "moonlit", "star": "starlit", "sun": "sunlit"}
PREFIXES = ("mid", "semi", "ultra", "super", "pre", "non")
FULL_OF = ("soaked", "drenched", "lit", "swept", "filled", "shrouded", "covered", "bathed", "wrapped", "kissed",
           "washed", "slicked", "lashed", "dusted", "capped", "veiled", "cloaked", "strewn",
           "blanketed", "flecked")  # fmt: skip
ENDINGS = ("", "s", "es", "ed", "er", "ing", "ly", "less", "like")
TWICE = 5  # letters of a word in which two slips are looked for
SHORT = 4  # letters of a word that is taken for what can be shown alone, unless letters were only left out
PART = 4  # letters of a part of a compound
LONG = 5  # letters of which one may be too many in a longer word
LIKE = 0.8  # share of letters that two such words have in common
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SOUNDS = (("f", "ph"), ("ph", "f"), ("k", "c"), ("c", "k"), ("ie", "ei"), ("ei", "ie"), ("z", "s"), ("y", "i"))
ONE = ("a", "an", "one")  # a bus stops: not the plural of a bus stop
PLACED = ("in", "on", "at", "through", "across", "along", "over")  # before a place


class Item(NamedTuple):
    """text: as typed, lower case. entries: what it may be; none of a word that is not known.

    stop: whether it is punctuation, or struck out. start: where it stands in the text.
    """

    text: str
    entries: tuple[Entry, ...]
    stop: bool
    start: int

    def of(self, slot: str) -> Entry | None:
        """What it is as a `slot`, if it can be that."""
        return next((entry for entry in self.entries if entry.slot == slot), None)

    @property
    def unknown(self) -> bool:
        return not self.entries and not self.stop


class Mended(NamedTuple):
    """A slip of the pen. typed: in lower case. read: what it is taken for."""

    typed: str
    read: str


def spelt(prompt: str) -> str:
    """A prompt in lower case with pictographs as words, of the same letters otherwise."""
    text = unicodedata.normalize("NFKC", prompt).replace("’", "'").lower()
    text = re.sub(r"\bw/o ?", "without ", re.sub(r"\bw/ ?(?!o\b)", "with ", text))
    text = re.sub(r"\b(st|mt|dr|mr|mrs)\. ", r"\1 ", text)
    text = plain(text)
    return "".join(f" {_called(c)} " if unicodedata.category(c) == "So" else c for c in text if c != "\ufe0f")


def _called(pictograph: str) -> str:
    return unicodedata.name(pictograph, "").lower().removesuffix(" face").removesuffix(" symbol")


def options(text: str) -> tuple[str, list[str]]:
    """A text without the options of other programs, `-ar 16:9` and `/create`, and those."""
    found = [match[0].strip() for match in OPTIONS.finditer(text)]
    return OPTIONS.sub(lambda match: " " * len(match[0]), text), found


def foreign(text: str) -> list[str]:
    """Words in other scripts than Latin."""
    return [word for word in re.findall(r"[^\W\d_]+", text) if not all(map(_latin, word))]


@cache
def _latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(("LATIN", "MICRO"))


def items(text: str, vocabulary: Vocabulary, names: Set[str] = frozenset()) -> tuple[list[Item], list[Mended]]:
    """The text (lower case, with NULs where it is struck out) as items, and the slips that were mended.

    names: words in lower case that are somebody's name, and no slips.
    """
    words, mended = _words(text, vocabulary, names)
    found: list[Item] = []
    i = 0
    while i < len(words):
        word, start = words[i]
        if not word[0].isalnum():
            found.append(Item(word, (), True, start))
            i += 1
            continue
        for size in range(min(vocabulary.longest, len(words) - i), 0, -1):
            phrase = " ".join(one for one, _ in words[i : i + size])
            entries = vocabulary.phrases.get(phrase)
            plural = size > 1 and found and found[-1].text in ONE and _many(entries)
            done = size > 1 and found and found[-1].of("name") and _is_done(words[i][0], entries, vocabulary)
            if entries and not plural and not done and not _cuts_a_name(words, i, size, entries, vocabulary):
                break
        else:
            size, phrase, entries = 1, word, ()
        found.append(Item(phrase, entries, False, start))
        i += size
    return found, mended


def _cuts_a_name(
    words: list[tuple[str, int]], i: int, size: int, entries: tuple[Entry, ...], vocabulary: Vocabulary
) -> bool:
    """Whether a place that only stands in for another ends with the first word of a thing's name: in a flat cap."""
    places = all(entry.slot == "place" and entry.near for entry in entries)
    if size < 2 or i + size >= len(words) or not places:
        return False
    return f"{words[i + size - 1][0]} {words[i + size][0]}" in vocabulary.things


def _is_done(first: str, entries: tuple[Entry, ...], vocabulary: Vocabulary) -> bool:
    """Whether a thing's name behind another is what that one does: four men playing cards."""
    verb = vocabulary.of(first, "verb")
    names = all(entry.slot == "name" for entry in entries)
    return verb is not None and verb.form == "doing" and names and _many(entries)


def _many(entries: tuple[Entry, ...]) -> bool:
    return all(entry.slot == "name" and entry.form == "many" for entry in entries)


def _words(text: str, vocabulary: Vocabulary, names: Set[str]) -> tuple[list[tuple[str, int]], list[Mended]]:
    words: list[tuple[str, int]] = []
    mended: list[Mended] = []
    for match in TOKEN.finditer(text):
        word = match[0].removesuffix("'")
        word = word.removesuffix("'s") if word.removesuffix("'s") in ("it", "that", "there", "what", "here") else word
        parts = [word]
        if "-" in word and word not in vocabulary.phrases and word not in ADJECTIVES:
            joined = word.replace("-", " ")
            parts = _divided(word, vocabulary) if joined not in vocabulary.phrases else joined.split(" ")
        for part in parts:
            if not part:
                continue
            before = [one for one, _ in words[-2:]]
            better = part if part in names else _mend(part, before, vocabulary)
            if better != part:
                mended.append(Mended(part, better))
            words.append((better, match.start()))
    return words, mended


def _divided(word: str, vocabulary: Vocabulary) -> list[str]:
    """The words that hyphens join; of an adjective the setting that it tells, rain-soaked, or the whole: red-haired."""
    parts = word.split("-")
    first, last = parts[0], parts[-1]
    if first in PREFIXES:
        return parts[1:] if vocabulary.of(last, "time") else [word]
    if not MADE.fullmatch(last) or first in BREAKERS or any(vocabulary.of(part, "direction") for part in parts):
        return parts
    if BODILY.fullmatch(last):
        return [word]
    if last in FULL_OF and first in LIGHTS:
        return [LIGHTS[first]]
    told = [slot for slot in ("weather", "time", "place") if vocabulary.of(first, slot)]
    if told and last in FULL_OF:
        return [first]
    verb = vocabulary.of(last, "verb")
    how = first in ADJECTIVES or first in BREAKERS or (not verb.near if verb is not None else False)
    if verb is not None and how and (not vocabulary.phrases.get(first) or first in ADJECTIVES):
        return parts  # slow-moving
    return [word]


def _mend(word: str, before: list[str], vocabulary: Vocabulary) -> str:
    """The word that is meant; the same if it is one, or if none is near."""
    if word in (short := tables()[0]["spelling"]):
        return str(short[word])
    if word in (others := tables()[0]["misplaced"]) and {*before} & {*PLACED}:  # in the dessert
        return str(others[word])
    entries = vocabulary.phrases.get(word)
    if not word.isascii() or not word.isalpha() or word in vocabulary.singles or entries:
        return word
    if doubled := _doubled(word, vocabulary):
        return doubled
    if is_verb(word):
        return word
    stems = {word.removesuffix(end) + back for end in ENDINGS for back in ("", "e") if word.endswith(end)}
    if len(word) > 2 and any(stem in english() for stem in stems):
        return word
    if len(word) < 2 or len(word) > 20 or word in table() or _is_compound(word):
        return word
    spellings = {word, *(word.replace(one, other) for one, other in SOUNDS)}
    near = {w for w in spellings if w in vocabulary.singles}
    near = near or {w for one in spellings for w in _edits(one) if w in vocabulary.singles}
    if len(word) < 4:  # too short for more than a guess
        near &= _usual()
    near = {w for w in near if w[0] == word[0] or sorted(w) == sorted(word)}  # first letters are seldom wrong
    near = {w for w in near if len(w) >= len(word) or len(word) > LONG or _stutters(word, w)}
    if len(word) <= SHORT:
        near = {w for w in near if _is_kept(word, w) or _is_shown(w, vocabulary)}
    if not near and len(word) > TWICE:
        alike = [w for w in vocabulary.singles if w[:2] == word[:2] and abs(len(w) - len(word)) <= 2]
        near = {w for w in get_close_matches(word, alike, 1, LIKE) if not word.startswith(w)}  # no room is a roomba
        near = {w for w in near if w.endswith("s") == word.endswith("s") and (len(w) >= len(word) or len(word) > LONG)}
    return min(near, key=lambda w: (_rank(w, vocabulary), not _is_kept(word, w), w[0] != word[0], w), default=word)


def _is_compound(word: str) -> bool:
    """Whether it is two words of English in one: blackboard."""
    return any(word[:i] in english() and word[i:] in english() for i in range(PART, len(word) - PART + 1))


def _stutters(typed: str, meant: str) -> bool:
    """Whether the letter too many is its neighbour once more."""
    return any(typed[:i] + typed[i + 1 :] == meant for i in range(1, len(typed)) if typed[i] == typed[i - 1])


def _is_shown(word: str, vocabulary: Vocabulary) -> bool:
    return any(entry.slot not in ("silent", "undrawn") for entry in vocabulary.phrases.get(word))


def _doubled(word: str, vocabulary: Vocabulary) -> str:
    """A form of a verb in which a letter should stand twice: galoping, runing; empty if it is none."""
    stem = next((word.removesuffix(end) for end in ("ing", "ed") if word.endswith(end)), "")
    if len(stem) < 3 or stem in english():
        return ""
    twice = [word[: i + 1] + word[i:] for i in range(1, len(stem))]
    return next((w for w in reversed(twice) if vocabulary.of(w, "verb") is not None), "")


def _rank(word: str, vocabulary: Vocabulary) -> int:
    """How likely a word is meant: what can be shown, then what people say, then the rest."""
    entries = vocabulary.phrases.get(word)
    if _common(word) or any(entry.slot in ("name", "place") and not entry.near for entry in entries):
        return 0
    return 1 if _is_shown(word, vocabulary) else 2


def _is_kept(typed: str, meant: str) -> bool:
    """Whether all letters that were typed are meant, in their order or with two of them swapped."""
    letters = iter(meant)
    return all(letter in letters for letter in typed) or sorted(typed) == sorted(meant)


@cache
def english() -> frozenset[str]:
    """Words that the text encoder has whole: the usual ones of English."""
    pieces = json.loads(TOKENIZER.read_text("utf-8"))["model"]["vocab"]
    return frozenset(word for word in pieces if word.isalpha() and len(word) > 2)


@cache
def _common(word: str) -> bool:
    return word in DRAWN or word in BREAKERS or word in DETERMINERS or word in _usual()


@cache
def _usual() -> frozenset[str]:
    return frozenset(words[0] for words in ACTORS.values())


def _edits(word: str) -> Iterator[str]:
    """Every word that is one slip away."""
    for i in range(len(word) + 1):
        head, tail = word[:i], word[i:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        if tail and len(word) > 2:
            yield head + tail[1:]
        for letter in LETTERS:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
