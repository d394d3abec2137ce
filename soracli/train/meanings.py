"""Make `soracli/scenes/meanings.json`: words that mean a kind of what a scene can show, from WordNet 3.0 and sayings.

    python -m soracli.train.meanings /usr/share/wordnet

A word belongs to the nearest root above its first sense. Roots of performers are the names of the library, in the sense
that suits their group, and `MORE`; those of places and verbs are written here, `lemma#sense`. What hands have collected
for each name (sayings/phrases.toml) is added.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from soracli.prompts import vocabulary
from soracli.prompts.english import ADJECTIVES
from soracli.scenes.known import shipped
from soracli.scenes.spans import english
from soracli.scenes.vocabulary import MEANINGS, is_verb, split, tables
from soracli.world.language import grammar

SAYINGS = Path(__file__).with_name("sayings") / "phrases.toml"
LONGEST = 3  # words of a phrase
FITTING = "animal#1 plant#2 food#1 food#2 artifact#1 person#1 natural_object#1 spiritual_being#1 imaginary_being#1"
MORE = {  # roots that are no name of a picture
    "bird": "bird#1", "fish": "fish#1", "snake": "snake#1", "lizard": "lizard#1", "monkey": "monkey#1",
    "gorilla": "ape#1", "whale": "whale#2", "leopard": "big_cat#1 wildcat#3", "deer": "antelope#1 deer#1",
    "mouse": "rodent#1", "cow": "cattle#1", "ewe": "sheep#1", "goat": "goat#1", "horse": "horse#1", "pig": "swine#1",
    "bug": "insect#1", "beetle": "beetle#1", "butterfly": "butterfly#1 moth#1", "spider": "spider#1", "crab": "crab#1",
    "frog": "frog#1", "turtle": "turtle#2", "rabbit": "rabbit#1 hare#1", "duck": "duck#1", "goose": "goose#1",
    "chicken": "hen#1 chicken#2", "eagle": "bird_of_prey#1", "owl": "owl#1", "dove": "pigeon#1 seabird#1",
    "parrot": "parrot#1", "flamingo": "wading_bird#1", "T-Rex": "dinosaur#1", "bear": "bear#1", "otter": "mustelid#1",
    "seal": "seal#9", "shark": "shark#1", "octopus": "octopus#2", "squid": "squid#2", "dog": "dog#1 pup#1",
    "cat": "domestic_cat#1", "wolf": "wolf#1", "fox": "fox#1", "automobile": "car#1", "bus": "bus#1",
    "delivery truck": "truck#1", "bicycle": "bicycle#1", "motorcycle": "motorcycle#1",
    "locomotive": "locomotive#1 train#1",
    "ship": "ship#1", "motor boat": "boat#1", "sailboat": "sailing_vessel#1", "airplane": "airplane#1",
    "helicopter": "helicopter#1", "rocket": "spacecraft#1 rocket#1", "deciduous tree": "tree#1",
    "hibiscus": "flower#1", "house": "house#1", "person": "person#1", "man": "man#1", "woman": "woman#1",
    "child": "child#1", "boy": "male_child#1", "girl": "girl#2", "soccer ball": "ball#1", "top hat": "hat#1",
    "sword": "sword#1", "castle": "castle#2", "elephant": "elephant#1", "camel": "camel#1", "penguin": "penguin#1",
}  # fmt: skip
PLACES = {
    "meadow": "meadow#1 grassland#1 lawn#1 steppe#1 countryside#1 garden#1 park#1 park#2 hill#1 plain#1 field#1",
    "desert": "desert#1 dune#1 barren#1 canyon#1",
    "snowy field": "snowfield#1 tundra#1 snow#2 snowdrift#1 glacier#1 antarctica#1 arctic#1",
    "beach": "beach#1 shore#1 seashore#1 shoreline#1 coastline#1 waterfront#1 bay#1 island#1",
    "city street": "street#1 avenue#2 sidewalk#1 crossroad#1 city#1 town#1 village#1 alley#1 plaza#1",
    "forest": "forest#1 forest#2 grove#2 brush#1 jungle#3 swamp#1", "sea": "body_of_water#1",
    "road": "road#1 highway#1", "mountain": "mountain#1 cliff#1", "farm": "farm#1 barn#1",
    "living room": "room#1 restaurant#1", "stage": "theater#1 stadium#1",
}  # fmt: skip
VERBS = {
    "walk": "walk#1 wander#1 trek#1 hike#2", "run": "run#1 hurtle#1 rush#1 bound#1 flee#1 gallop#2", "jump": "jump#1",
    "hop": "hop#1", "swim": "swim#1", "fly": "fly#1 flit#1 swoop#1", "hover": "hover#3 levitate#1", "drive": "drive#1",
    "spin": "spin#1 rotate#1", "roll": "roll#1", "fall": "fall#1 fall#2", "slide": "slide#1", "float": "float#1",
    "bounce": "bounce#1 dance#1", "chase": "chase#1", "grow": "grow#1", "shrink": "shrink#2",
    "stand": "stand#1 linger#1 stay#1 wait#1 loiter#1 stop#1 sit#1 lie#1 sleep#1 eat#1 drink#1 look#1",
    "go": "travel#1",
}  # fmt: skip
PEOPLE = frozenset(  # pictures that stand for any person of a kind
    ("person", "man", "woman", "child", "girl", "boy", "scientist", "artist", "singer", "judge", "teacher", "student",
     "woman dancing", "old man", "princess", "elf", "supervillain", "farmer", "mechanic", "guard", "prince", "joker",
     "superhero", "detective", "pilot", "office worker", "health worker", "brain")
)  # fmt: skip
AMBIGUOUS = frozenset(  # words that most people use for something else than WordNet's first sense
    ("affirmed", "beef", "bike", "brush", "electric", "entire", "even", "interceptor", "keel", "lem", "mount", "mouse",
     "reel", "sam", "scupper", "still", "toe", "tool", "greaser", "wetback", "pickaninny")
)  # fmt: skip
NO_LIKENESS = frozenset(("construction", "herb", "foot", "link", "plunger", "mate", "station", "person climbing"))
PERSON = re.compile(r".+(?:er|or|ist|man|men|woman|ian|eer|ess|ant|ee|boy|girl|maid|folk|master|lord|soul|mate|child)$")
BELOW = {"noun": ("~", "~i"), "verb": ("~",)}  # links to what is a kind of it


class Book(NamedTuple):
    """One part of speech of WordNet. senses: lemma -> offsets, the usual one first. links: offset -> kinds of it."""

    senses: Mapping[str, list[str]]
    links: Mapping[str, list[str]]

    @classmethod
    def read(cls, folder: Path, part: str) -> Book:
        senses: dict[str, list[str]] = {}
        links: dict[str, list[str]] = {}
        for line in _lines(folder / f"index.{part}"):
            lemma, _, count, *rest = line.split()
            senses[lemma] = rest[-int(count) :]
        for line in _lines(folder / f"data.{part}"):
            offset, _, _, count, *rest = line.partition(" | ")[0].split()
            pointers = rest[2 * int(count, 16) + 1 :]
            links[offset] = [to for kind, to in zip(pointers[::4], pointers[1::4], strict=False) if kind in BELOW[part]]
        return cls(senses, links)

    def offset(self, root: str) -> str:
        lemma, _, sense = root.partition("#")
        return self.senses[lemma][int(sense) - 1]


def _lines(path: Path) -> Iterator[str]:
    return (line for line in path.read_text("utf-8").splitlines() if not line.startswith("  "))


def senses(book: Book, name: str, fitting: set[str]) -> list[str]:
    """The offset of a name in the sense of a thing that can be drawn."""
    offsets = book.senses.get(name.lower().replace(" ", "_").replace("’", "'"), [])
    return [offset for offset in offsets if offset in fitting][:1]


def owners(book: Book, roots: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Offset -> the name whose root is nearest above it."""
    owner: dict[str, str] = {}
    todo: deque[tuple[str, str]] = deque((offset, name) for name, some in roots.items() for offset in some)
    while todo:
        offset, name = todo.popleft()
        if offset not in owner:
            owner[offset] = name
            todo.extend((below, name) for below in book.links[offset])
    return owner


def belonging(book: Book, roots: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Name -> the words whose first sense lies below its roots, and below no root that is nearer."""
    owner = owners(book, roots)
    found: dict[str, list[str]] = {}
    for lemma, offsets in sorted(book.senses.items()):
        word = lemma.replace("_", " ")
        plain = word.replace(" ", "").replace("-", "").replace("'", "").isalpha() and word.isascii() and len(word) > 2
        if (
            offsets[0] in owner
            and plain
            and word.count(" ") < LONGEST
            and lemma not in AMBIGUOUS
            and "genus" not in word
        ):
            found.setdefault(owner[offsets[0]], []).append(word)
    return found


def usable(name: str, phrase: str) -> bool:
    """Whether people mean a picture by a phrase: it is a likeness of what they mean, and they do not mean a verb.

    There are thousands of those who have lived, of species by Latin names and of words for people that no one uses.
    """
    words = phrase.split()
    plain = [word in english() for word in words]
    if name in NO_LIKENESS or phrase in ADJECTIVES or (vocabulary.ADJECTIVE.match(phrase) and name in PEOPLE):
        return False
    if len(words) == 1 and is_verb(phrase) and phrase != name.lower():
        return False
    if name in PEOPLE and grammar.singular(phrase) != phrase:
        return False
    if name in PEOPLE:
        return all(plain) or (len(words) == 1 and PERSON.match(phrase) is not None)
    return len(words) == 1 or any(plain)


def made(folder: Path, names: Iterable[str]) -> dict[str, dict[str, list[str]]]:
    """Slot -> value -> words."""
    nouns, verbs = Book.read(folder, "noun"), Book.read(folder, "verb")
    fitting = set(owners(nouns, {"": map(nouns.offset, FITTING.split())}))
    roots = {name: [nouns.offset(root) for root in some.split()] for name, some in MORE.items()}
    for name in names:
        called = [name, *split(tables()[1]["same"].get(name, ""))[:1]]
        roots.setdefault(name, []).extend(offset for word in called for offset in senses(nouns, word, fitting))
    said = tomllib.loads(SAYINGS.read_text("utf-8"))
    table = {
        "name": belonging(nouns, roots),
        "place": belonging(nouns, {name: map(nouns.offset, some.split()) for name, some in PLACES.items()}),
        "verb": belonging(verbs, {name: map(verbs.offset, some.split()) for name, some in VERBS.items()}),
        "time": {},
    }
    table["name"] = {name: [word for word in some if usable(name, word)] for name, some in table["name"].items()}
    for slot, key in (("name", "actor"), ("place", "place"), ("verb", "action"), ("time", "time")):
        for value, phrases in said[key].items():
            table[slot][value] = sorted({*table[slot].get(value, []), *(phrase.lower() for phrase in phrases)})
    return table


if __name__ == "__main__":
    found = made(Path(sys.argv[1]), shipped().names())
    MEANINGS.write_text(json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
