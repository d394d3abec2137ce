"""Which nouns of a prompt a vocabulary does not have, and which of its names each is nearest to.

There is no parser: a prompt is cut at function words and verbs into noun phrases, the last word of a phrase is its
noun, and a noun that is neither in the vocabulary nor a common word is looked up by meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from soracli.prompts.english import ADJECTIVES, BREAKERS, DETERMINERS, NOUNS_THAT_LOOK_OTHERWISE, PASSED_OVER, VERBS
from soracli.world.language import grammar
from soracli.world.language.surroundings import PLACES, Place
from soracli.world.language.words import ACTIONS, ACTOR_ACTIONS, ACTORS, PASSIVES

if TYPE_CHECKING:
    from soracli.prompts.sentence_encoder import Floats, Sentences

FAR = 0.45  # cosine below which the nearest name is no likeness; nine of ten unrelated nouns lie below it
CARRIER = "a {} in a picture"
CENTRE = ("thing", "place", "idea", "time", "house", "water", "music", "number")  # what all nouns share is their mean
LONGEST = 4  # words of the longest name that is looked up
SINGLE = frozenset(("a", "an", "one", "another", "each", "every"))
DOUBLING = re.compile(r"[^aeiou][aeiou][bdgklmnprt]$")  # verbs whose last letter may stand twice: emitting
ADJECTIVE = re.compile(r".+(?:ous|ful|less|able|ible|ic|ive|ish|ed)$")
MODIFIER = re.compile(r".+(?:y|al|ent|ant|en|ern|ese|ian|ing|ar)$")  # adjectives, if another noun follows


class Taken(NamedTuple):
    """word: as in the prompt. nearest: the name nearest to it. cosine: how near, -1..1."""

    word: str
    nearest: str
    cosine: float


class Vocabulary(NamedTuple):
    """names: word or words -> what people call the actor or place it stands for. One entry per known name."""

    names: dict[str, str]

    @classmethod
    def of(cls, actors: Iterable[str], places: Iterable[str]) -> Vocabulary:
        """The words for these actors and places, from the tables of the world. The usual words come first."""
        names: dict[str, str] = {}
        for actor in actors:
            words = ACTORS.get(actor, (actor,))
            names |= {word.lower(): words[0] for word in words}
        for place in places:
            nouns = PLACES.get(place, Place((place,), ())).nouns
            bare = [re.sub(r"^(?:an?|the) ", "", noun).lower() for noun in nouns]
            names |= dict.fromkeys([*bare, *(noun.split()[-1] for noun in bare)], bare[0])
        return cls(names)

    def anchors(self, each: int = 2) -> dict[str, str]:
        """The first `each` words of every actor and place: enough to stand for it."""
        kept: dict[str, str] = {}
        for word, owner in self.names.items():
            if sum(other == owner for other in kept.values()) < each:
                kept[word] = owner
        return kept


class _Token(NamedTuple):
    """kind: `cut`, `determiner`, `modifier`, `known` or `unknown`."""

    word: str
    kind: str


def nearest(prompt: str, encoder: Sentences, vocabulary: Vocabulary) -> list[Taken]:
    """For every noun of the prompt that the vocabulary does not have, the nearest name. Empty if it has all."""
    words = unknown(prompt, vocabulary)
    if not words:
        return []
    from soracli.prompts.sentence_encoder import unit

    anchors = vocabulary.anchors()
    origin = _places(CENTRE, encoder).mean(axis=0)  # (D,)
    known = unit(_places(anchors, encoder) - origin)  # (V, D)
    asked = unit(_places([grammar.singular(word) for word in words], encoder) - origin)  # (N, D)
    near = asked @ known.T  # (N, V)
    owners = list(anchors.values())
    return [Taken(word, owners[int(row.argmax())], float(row.max())) for word, row in zip(words, near, strict=True)]


def unknown(prompt: str, vocabulary: Vocabulary) -> list[str]:
    """Nouns of the prompt, lower case and in order, that are neither in the vocabulary nor common words."""
    names = set(vocabulary.names) | {grammar.plural(name) for name in vocabulary.names}
    found: dict[str, None] = {}
    for segment in re.split(r"[^\w\s'’-]+|\s-+\s|--+", prompt.lower().replace("’", "'")):
        tokens = list(_tokens(segment, names))
        for start, stop in _phrases(tokens):
            after = tokens[stop] if stop < len(tokens) else None
            article = tokens[start - 1].word if start and tokens[start - 1].kind == "determiner" else ""
            noun = _noun(tokens[start:stop], article, after)
            if noun:
                found[noun] = None
    return list(found)


def _tokens(segment: str, names: set[str]) -> Iterator[_Token]:
    """Words of a segment with their kinds; a name of the vocabulary is one token, however long."""
    words = [word.strip("-'").removesuffix("'s") for word in segment.split()]
    words = [word for word in words if word]
    i = 0
    while i < len(words):
        for size in range(min(LONGEST, len(words) - i), 0, -1):
            name = " ".join(words[i : i + size])
            if name in names:
                yield _Token(name, "known")
                break
        else:
            size = 1
            yield _Token(words[i], _kind(words, i))
        i += size


def _kind(words: Sequence[str], i: int) -> str:
    word, last = words[i], i + 1 == len(words)
    if word in DETERMINERS or word.isdigit():
        return "determiner"
    if word in BREAKERS or len(word) < 3 or not re.fullmatch(r"[a-z]+(?:[-'][a-z]+)*", word):
        return "known" if word in PASSED_OVER else "cut"
    if word in NOUNS_THAT_LOOK_OTHERWISE:
        return "known" if word in PASSED_OVER else "unknown"
    if word in ADJECTIVES:
        return "modifier"
    if word in PASSED_OVER or grammar.singular(word) in PASSED_OVER:
        return "known"
    if word.endswith("ly") or word in verb_forms():
        return "cut"
    if word.endswith("ing"):
        return "unknown" if i and words[i - 1] in DETERMINERS and (last or words[i + 1] in BREAKERS) else "cut"
    return "modifier" if ADJECTIVE.match(word) else "unknown"


def _phrases(tokens: Sequence[_Token]) -> Iterator[tuple[int, int]]:
    """(start, stop) of the runs without a cut or a determiner."""
    start = 0
    for i, token in enumerate([*tokens, _Token("", "cut")]):
        if token.kind in ("cut", "determiner"):
            if i > start:
                yield start, i
            start = i + 1


def _noun(phrase: Sequence[_Token], article: str, after: _Token | None) -> str:
    """The unknown noun that a phrase is about, with a noun before it that belongs to it; empty if there is none."""
    phrase = list(phrase)
    while phrase and phrase[-1].kind == "modifier":
        phrase.pop()
    for i, token in enumerate(phrase[:-1]):  # dogs frolic, wizards duel: a plural is the head, what follows its verb
        if token.kind != "modifier" and _is_plural(token.word):
            phrase = phrase[: i + 1]
            break
    if len(phrase) > 1 and phrase[-2].kind != "modifier" and _may_be_verb(phrase[-1]):
        follows = after is not None and after.kind == "determiner"
        if (
            article in SINGLE or phrase[-2].kind == "known" or follows
        ):  # a wizard casts, dog frolics, monks ring the bell
            phrase.pop()
    if not phrase or phrase[-1].kind != "unknown":
        return ""
    before = phrase[-2] if len(phrase) > 1 else None
    joined = before is not None and before.kind != "modifier" and not MODIFIER.match(before.word)
    return f"{before.word} {phrase[-1].word}" if before is not None and joined else phrase[-1].word


def _may_be_verb(token: _Token) -> bool:
    """Whether a word can be the third person of a verb: `casts`, `orbits`."""
    third = token.word.endswith("s") and not token.word.endswith(("ss", "us"))
    return third and (token.kind == "unknown" or token.word in verb_forms())


def _is_plural(word: str) -> bool:
    return (word.endswith("s") and not word.endswith(("ss", "us", "is"))) or word in grammar.PLURALS.values()


def _places(words: Iterable[str], encoder: Sentences) -> Floats:
    """Unit vectors (N, D) of words inside the carrier sentence."""
    return encoder([CARRIER.format(word) for word in words])


def _forms(verb: str) -> set[str]:
    twice = {verb + verb[-1] + end for end in ("ing", "ed")} if DOUBLING.search(verb) else set()
    return {verb, grammar.finite(verb), grammar.doing(verb), grammar.past(verb), *twice}


@cache
def verb_forms() -> frozenset[str]:
    """Every form of every common verb and of every action of the world."""
    said = [*ACTIONS.values(), *ACTOR_ACTIONS.values(), *PASSIVES.values()]
    verbs = VERBS | {phrase.split()[0] for phrases in said for phrase in phrases}
    return frozenset(form for verb in verbs for form in _forms(verb))
