"""As much English as a caption needs: a or an, plurals, two forms of a verb, tidy sentences, slips of the pen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

VOWEL_SOUND = re.compile(r"(?:[aeio8]|u(?!fo|ni|se|ti)|hour|honest|heir|suv|x-)", re.IGNORECASE)
NOT_VOWEL_SOUND = re.compile(r"(?:one\b|once|eu|ewe)", re.IGNORECASE)

PLURALS = {
    "person": "people", "man": "men", "woman": "women", "child": "children", "mouse": "mice", "goose": "geese",
    "ox": "oxen", "foot": "feet", "tooth": "teeth", "leaf": "leaves", "wolf": "wolves", "calf": "calves",
    "elf": "elves", "knife": "knives", "hoof": "hooves", "passer-by": "passers-by", "hero": "heroes",
    "tomato": "tomatoes", "potato": "potatoes", "policeman": "policemen", "fireman": "firemen", "snowman": "snowmen",
    "brontosaurus": "brontosauruses", "hippopotamus": "hippopotamuses", "octopus": "octopuses",
}  # fmt: skip
SINGULARS = {many: one for one, many in PLURALS.items()}
SAME_PLURAL = frozenset(
    ("deer", "sheep", "fish", "bison", "moose", "shrimp", "squid", "salmon", "swine", "aircraft", "spacecraft")
)
DOUBLING = frozenset(
    [
        "run",
        "spin",
        "swim",
        "hop",
        "skip",
        "jog",
        "trot",
        "drop",
        "get",
        "sit",
        "stop",
        "zip",
        "bob",
        "plod",
        "pop",
        "rev",
        "slip",
        "skid",
        "whip",
        "tip",
    ]
)


def article(noun: str) -> str:
    """`noun` with a or an before it: a dog, an elephant, a unicorn, an SUV."""
    vowel = VOWEL_SOUND.match(noun) and not NOT_VOWEL_SOUND.match(noun)
    return f"{'an' if vowel else 'a'} {noun}"


def plural(noun: str) -> str:
    """Plural of a noun or of a noun phrase whose last word is its head: buses, fire engines, people."""
    start, _, head = noun.rpartition(" ")
    if head in PLURALS:
        many = PLURALS[head]
    elif head in SAME_PLURAL:
        many = head
    else:
        many = _with_s(head)
    return f"{start} {many}" if start else many


def singular(noun: str) -> str:
    """Undo `plural` for a word or a phrase; a word that is no plural stays as it is."""
    start, _, head = noun.rpartition(" ")
    if head in SINGULARS:
        one = SINGULARS[head]
    elif re.search(r"[^aeiou]ies$", head) and len(head) > 4:
        one = head[:-3] + "y"
    elif re.search(r"(?:ss|x|z|ch|sh|us)es$", head):
        one = head[:-2]
    elif head.endswith("s") and not head.endswith(("ss", "us", "is")):
        one = head[:-1]
    else:
        one = head
    return f"{start} {one}" if start else one


def finite(verb: str) -> str:
    """Third person singular of a verb phrase whose first word is the verb: `go for a walk` -> `goes for a walk`."""
    head, space, rest = verb.partition(" ")
    form = "has" if head == "have" else head + "es" if head.endswith("o") else _with_s(head)
    return form + space + rest


def doing(verb: str) -> str:
    """The -ing form of a verb phrase: `run away` -> `running away`, `stand` -> `standing`."""
    head, space, rest = verb.partition(" ")
    if head in DOUBLING:
        form = head + head[-1] + "ing"
    elif head.endswith("ic"):  # frolicking
        form = head + "king"
    elif head.endswith("e") and not head.endswith(("ee", "oe", "ye")):
        form = head[:-1] + "ing"
    else:
        form = head + "ing"
    return form + space + rest


def past(verb: str) -> str:
    """The regular past of a verb phrase: `walk on` -> `walked on`."""
    head, space, rest = verb.partition(" ")
    doubled = head + head[-1] if head in DOUBLING else head + "k" if head.endswith("ic") else head
    return (head + "d" if head.endswith("e") else doubled + "ed") + space + rest


def tidy(text: str) -> str:
    """One space between words, no empty commas and sentences, capitals where sentences begin."""
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s+([,.:])", r"\1", text)
    text = re.sub(r"(?:[,:] ?)+\.", ".", text)
    text = re.sub(r"(?:, ?){2,}", ", ", text)
    text = re.sub(r"(?:\. ?){2,}", ". ", text).strip(" ,")
    return re.sub(r"(?:^|(?<=\. ))[a-z]", lambda match: match[0].upper(), text)


def misspell(text: str, rng: np.random.Generator) -> str:
    """One slip in one word of four letters or more: two letters swapped, one left out, or one doubled."""
    words = text.split(" ")
    long = [i for i, word in enumerate(words) if len(word) >= 4]
    if not long:
        return text
    i = long[int(rng.integers(len(long)))]
    word, k = words[i], int(rng.integers(1, len(words[i]) - 2))
    slips = (word[:k] + word[k + 1] + word[k] + word[k + 2 :], word[:k] + word[k + 1 :], word[:k] + word[k] + word[k:])
    words[i] = slips[int(rng.integers(len(slips)))]
    return " ".join(words)


def _with_s(word: str) -> str:
    low = word.lower()
    if low.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if low.endswith("y") and len(low) > 1 and low[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"
