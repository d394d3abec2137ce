"""Make `soracli/thesaurus.json`, the words that plainly mean one that spark learnt, from WordNet 3.0.

    python -m soracli.train.thesaurus /usr/share/wordnet

A word belongs to a known one if its first sense, the usual one, is a kind of what the known word stands for. Roots are
written `lemma#sense` and belong to it whichever sense that is; after a minus they are left out with all below them.
"""

from __future__ import annotations

import itertools
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from soracli.rewording import TABLE
from soracli.world import grammar
from soracli.world.prompts import spoken
from soracli.world.words import ACTORS

NOUNS = {
    "dog": "dog#1 pup#1", "cat": "cat#1 -big_cat#1 -wildcat#3", "elephant": "elephant#1 -mammoth#1",
    "automobile": "car#1 saloon#3 -cab#3 -ambulance#1", "horse": "horse#1 -toy#1",
    "butterfly": "butterfly#1 -peacock#1",
    "T-Rex": "theropod#1", "rocket": "spacecraft#1 rocket#1 missile#1", "cow": "cattle#1", "bus": "bus#1",
    "rabbit": "rabbit#1 hare#1", "penguin": "penguin#1", "giraffe": "giraffe#1", "zebra": "zebra#1", "tiger": "tiger#2",
    "pig": "hog#3", "helicopter": "helicopter#1", "camel": "camel#1", "deer": "deer#1", "owl": "owl#1",
    "duck": "duck#1", "locomotive": "locomotive#1", "motorcycle": "motorcycle#1", "airplane": "airplane#1",
    "meadow": "meadow#1 grassland#1 steppe#1 lawn#1 countryside#1 paddock#1",
    "desert": "desert#1 dune#1 barren#1 -heath#2",
    "snowy field": "snowfield#1 tundra#1 snow#2 snowdrift#1 glacier#1 antarctica#1 arctic#1",
    "beach": "beach#1 shore#1 seashore#1 shoreline#1 coastline#1 waterfront#1",
    "city street": "street#1 avenue#2 sidewalk#1 crossroad#1",
    "forest": "forest#1 forest#2 grove#2 brush#1 jungle#3",
    "day": "noon#1 afternoon#1 daylight#2 day#4 -evening#1", "sunset": "sunset#1 twilight#1 evening#1",
    "night": "night#1 midnight#1 small_hours#1",
}  # fmt: skip
VERBS = {
    "walk": "walk#1 wander#1 trek#1 hike#2", "run": "run#1 hurtle#1 travel_rapidly#1 rush#1 bound#1 flee#1",
    "stand": "stand#1 linger#1 stay#1 wait#1 loiter#1 stop#1", "drive": "drive#1 drive#2",
    "fly": "fly#1 flit#1 swoop#1",
    "hover": "hover#3 levitate#1",
}  # fmt: skip
ADJECTIVES = {"stand": "nonmoving#1"}
AMBIGUOUS = frozenset(  # words that most people use for something else than WordNet's first sense
    ("affirmed", "beef", "bike", "brush", "electric", "entire", "even", "interceptor", "keel", "lem", "mount", "mouse",
     "reel", "sam", "scupper", "still", "toe", "tool")
)  # fmt: skip
LINKS = {"noun": ("~", "~i"), "verb": ("~",), "adj": ("&",)}  # to what is a kind of it, or like it


class Book(NamedTuple):
    """One part of speech of WordNet. senses: lemma -> offsets, the usual one first. words, links: of each offset."""

    part: str
    senses: Mapping[str, list[str]]
    words: Mapping[str, list[str]]
    links: Mapping[str, list[str]]

    @classmethod
    def read(cls, folder: Path, part: str) -> Book:
        senses: dict[str, list[str]] = {}
        words: dict[str, list[str]] = {}
        links: dict[str, list[str]] = {}
        for line in _lines(folder / f"index.{part}"):
            lemma, _, count, *rest = line.split()
            senses[lemma] = rest[-int(count) :]
        for line in _lines(folder / f"data.{part}"):
            offset, _, _, count, *rest = line.partition(" | ")[0].split()
            size = 2 * int(count, 16)
            words[offset] = [re.sub(r"\(\w+\)$", "", word) for word in rest[:size:2]]
            pointers = rest[size + 1 :]
            links[offset] = [to for kind, to in zip(pointers[::4], pointers[1::4], strict=False) if kind in LINKS[part]]
        return cls(part, senses, words, links)

    def offset(self, root: str) -> str:
        lemma, _, sense = root.partition("#")
        return self.senses[lemma][int(sense) - 1]

    def below(self, roots: str) -> set[str]:
        """Offsets of the roots and of everything below them."""
        out = {self.offset(root[1:]) for root in roots.split() if root.startswith("-")}
        found: set[str] = set()
        todo = [self.offset(root) for root in roots.split() if not root.startswith("-")]
        while todo:
            offset = todo.pop()
            if offset not in found | out:
                found.add(offset)
                todo += self.links[offset]
        return found

    def meaning(self, roots: str) -> set[str]:
        """The words whose first sense lies below the roots."""
        inside = self.below(roots)
        said = {word.lower() for offset in inside for word in self.words[offset]}
        usual = {word for word in said if word in named(roots) or self.senses.get(word, [""])[0] in inside}
        return {word.replace("_", " ") for word in usual}


def named(roots: str) -> set[str]:
    """The lemmas of roots."""
    return {root.partition("#")[0] for root in roots.split()}


def _lines(path: Path) -> Iterator[str]:
    return (line for line in path.read_text("utf-8").splitlines() if not line.startswith("  "))


def _new(words: set[str], part: str) -> set[str]:
    """Those that captions never use: no name, no word, no form of a verb."""
    forms = (str, grammar.finite, grammar.doing, grammar.past) if part == "verb" else (str,)
    names = {name.lower() for some in ACTORS.values() for name in some}
    return {word for word in words - names - AMBIGUOUS if not spoken() & {form(word) for form in forms}}


def made(folder: Path) -> dict[str, dict[str, list[str]]]:
    """Part of speech -> known word -> words, sorted; one that would belong to two is left out, unless it is a root."""
    found = {}
    for part, table in (("noun", NOUNS), ("verb", VERBS), ("adj", ADJECTIVES)):
        book = Book.read(folder, part)
        words = {name: _new(book.meaning(roots), part) for name, roots in table.items()}
        shared = {word for word, count in Counter(itertools.chain(*words.values())).items() if count > 1}
        found[part] = {name: sorted(some - (shared - named(table[name]))) for name, some in words.items()}
    return found


if __name__ == "__main__":
    TABLE.write_text(json.dumps(made(Path(sys.argv[1])), indent=0, ensure_ascii=False) + "\n", "utf-8")
