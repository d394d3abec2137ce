"""Noun groups: `two small red cars`, from an article or a number to the noun that everything before it describes."""

from __future__ import annotations

from dataclasses import dataclass, field

from soracli.prompts import english
from soracli.prompts.vocabulary import ADJECTIVE
from soracli.scenes.spans import Item
from soracli.scenes.story import ALIVE, ARTICLES, DEFINITE, Group, Part, Telling
from soracli.scenes.vocabulary import LISTED, is_verb
from soracli.world.language import grammar

KINDS = ("bear", "bird", "fish", "cat", "dog", "monkey", "whale", "insect", "animal", "bug")  # a koala bear is a koala
TREES = ("deciduous tree", "evergreen tree", "palm tree")
FLOWERS = ("blossom", "sunflower", "tulip", "hibiscus", "rose", "hyacinth", "seedling", "herb", "sheaf of rice",
           "ear of corn", "four leaf clover", "shamrock")  # fmt: skip
BUILDINGS = ("office building", "convenience store", "department store", "houses", "light bulb", "window")
SURROUNDINGS = {  # who is among several of a thing is at a place: between the trunks, past the shops
    **dict.fromkeys(TREES, "forest"), **dict.fromkeys(FLOWERS, "meadow"), **dict.fromkeys(BUILDINGS, "city street"),
    "cactus": "desert", "cherry blossom": "garden", "coral": "underwater", "headstone": "graveyard", "cloud": "sky",
}  # fmt: skip
FIGURES = frozenset(("robot", "snowman", "snowman without snow", "teddy bear"))  # things that people let walk
YOUNG = ("calf", "cub", "pup", "foal", "kid", "baby", "chick", "fawn", "lamb", "joey", "kitten", "puppy", "piglet",
         "child", "little one", "offspring", "whelp", "hatchling", "kit")  # fmt: skip
SEXES = ("bull", "cow", "hen", "buck", "doe", "stag", "mare", "stallion", "sow", "matriarch")
HERD = 5  # as many as `a herd of`
HERDS = ("herd", "herds", "pack", "flock", "swarm", "school", "pride", "colony", "family", "crowd", "fleet", "gang",
         "pod")  # fmt: skip
PERSONS = ("man", "woman", "person", "people", "boy", "girl", "child", "baby", "old", "older")
TRADES = ("artist", "astronaut", "cook", "cowboy", "detective", "farmer", "fairy", "genie", "guard", "judge", "knight",
          "mage", "mechanic", "ninja", "office", "pilot", "pirate", "prince", "princess", "queen", "samurai",
          "scientist", "singer", "student", "superhero", "supervillain", "teacher", "viking")  # fmt: skip
# Of people who have to do with the animal that is named before them.
KEEPERS = ("walker", "lady", "rider", "tamer", "trainer", "keeper", "owner", "watcher", "lover", "groomer", "handler",
           "hunter", "catcher", "herder", "farmer", "breeder", "sitter", "whisperer", "charmer", "racer", "jockey",
           "man", "woman", "girl", "boy", "person", "kid", "child", "guy", "mom", "mum", "mother", "dad", "father",
           "vet", "thief", "fighter", "cowboy", "racing", "baby", "rescuer", "seller")  # fmt: skip
SHOWERS = ("shower", "showers", "storm", "rain")
FALLING = ("comet", "star", "glowing star", "rock", "leaf fluttering in wind", "cherry blossom")
THINGS = ("fruit", "vegetable", "plant", "figurine", "toy", "doll", "drink", "dish", "cake")  # an apple fruit


@dataclass
class _Words:
    """The words of a noun group so far. led: whether an article or a number came first, single: `a`.

    others: further colours, each: of one more of them.
    unknown: a noun of no table. worn: clothes, of which the nouns before say the kind.
    """

    count: int = 0
    counted: str = ""
    colour: str = ""
    others: list[Item] = field(default_factory=list)
    each: bool = False
    definite: bool = False
    led: bool = False
    single: bool = False
    unknown: str = ""
    worn: str = ""
    head: Item | None = None
    modifiers: list[str] = field(default_factory=list)
    settings: list[Item] = field(default_factory=list)
    places: list[Item] = field(default_factory=list)

    def group(self, size: int, part: Part | None) -> Group:
        return Group(
            size, part, self.definite, tuple(self.modifiers), tuple(self.settings), tuple(self.places), self.worn
        )


def noun_group(state: Telling) -> Group | None:
    """The noun group that begins here, None if none does."""
    words, i = _Words(), state.at
    while i < len(state.items) and (_is_in_list(state, words, i) if state.items[i].stop else _takes(state, words, i)):
        i += 1
    size = i - state.at
    if words.places or words.worn:
        return words.group(size, None)
    if words.head is not None:
        entry = words.head.of("name")
        assert entry is not None
        colour = words.colour or state.vocabulary.tints.get(grammar.singular(words.head.text), "")
        many = entry.form == "many" or words.count > 1
        part = Part(words.head.text, entry.value, entry.near, many, words.count, colour, counted=words.counted)
        if many or words.each:
            shades = [one.of("colour") for one in words.others]
            return words.group(size, part)._replace(colours=tuple(one.value for one in shades if one is not None))
        words.modifiers += [one.text for one in words.others]
        return words.group(size, part)
    following = state.items[i].of("verb") if i < len(state.items) and not state.items[i].stop else None
    acts = following is not None and following.form in ("finite", "doing")
    if not words.unknown and words.modifiers and words.led and acts:
        words.unknown = words.modifiers.pop()  # an adjective that something is called by: an alien walks
    if words.unknown:
        plural = words.unknown.endswith("s") and not words.unknown.endswith(("ss", "us", "is"))
        return words.group(size, Part(words.unknown, "", True, words.count > 1 or plural, words.count, words.colour))
    if size and (words.modifiers or words.colour or words.count or words.led):
        words.modifiers[:0] = [words.colour] if words.colour else []
        words.modifiers[:0] = [words.counted] if words.count > LISTED else []
        return words.group(size, None)
    return None


def _is_in_list(state: Telling, words: _Words, i: int) -> bool:
    """Whether item i is a comma between the adjectives of a noun: a small, fluffy dog."""
    told = (words.led and bool(words.modifiers)) or bool(words.colour)
    if state.items[i].text != "," or not told or words.head is not None or words.unknown:
        return False
    for j in range(i + 1, len(state.items)):
        item = state.items[j]
        if words.colour and (item.text in ("and", "&") or _is_one_more(state, j)):
            words.each = words.each or item.text in ("a", "an")
            continue
        if item.of("name") and not item.of("colour"):
            return j > i + 1 and state.items[j - 1].text != ","
        if item.text not in (*english.ADJECTIVES, ",") and not (
            item.of("colour") or item.of("scale") or (item.unknown and ADJECTIVE.match(item.text))
        ):
            return False
    return False


def _takes(state: Telling, words: _Words, i: int) -> bool:
    """Whether item i belongs to the group, which takes it."""
    item = state.items[i]
    name, undrawn = item.of("name"), item.of("undrawn")
    if words.worn:
        return False
    if words.head is not None and undrawn is not None and undrawn.value == "worn":
        words.modifiers.append(words.head.text)
        words.head, words.worn = None, item.text
    elif item.text in ARTICLES and words.head is None:
        words.definite = (words.definite or item.text in DEFINITE) and item.text not in ("another", "other")
        words.led, words.single = True, words.single or item.text in ("a", "an")
    elif (entry := item.of("count")) and words.head is None and not (name and words.led):
        words.count, words.counted, words.led = max(words.count, int(entry.value)), item.text, True
    elif _is_second_colour(state, words, i):
        if {words.colour, item.text} == {"black", "white"}:
            words.colour = ""  # as a cow is drawn
        else:
            words.others.append(item)
    elif item.text in ("and", "&") and _is_second_colour(state, words, i + 1):
        pass
    elif item.text in ("and", "&") and words.colour and words.head is None and _is_one_more(state, i + 1):
        words.each = True  # a red and a blue car
    elif (entry := item.of("colour")) and words.head is None and not (name and not _is_colour(state, i)):
        words.others += [item] if words.colour else []
        words.colour = words.colour or entry.value
    elif words.head is not None and (_is_herd(state, i) or (item.text in SHOWERS and _falls(words.head))):
        words.count, words.counted = max(words.count, HERD), item.text
    elif name is not None and words.led and words.head is None and _describes(state, i):
        words.modifiers.append(item.text)
    elif name is not None:
        return _takes_noun(state, words, i)
    elif words.head is not None:
        return _is_place_of(state, words, i)
    elif (place := item.of("place")) and place.near and item.text in english.ADJECTIVES and _noun_follows(state, i):
        words.modifiers.append(item.text)  # a square box
    elif item.of("place") or item.of("time") or item.of("weather"):
        if not _noun_follows(state, i):
            return _is_place_of_stranger(state, words, item)
        words.settings.append(item)
    elif _modifies(state, i, words.led):
        words.modifiers.append(item.text)
    else:
        return _takes_unknown(state, words, item)
    return True


def _describes(state: Telling, i: int) -> bool:
    """Whether item i, a thing and an adjective, is the latter: a remote gravel road."""
    if state.items[i].text not in english.ADJECTIVES:
        return False
    after = state.items[i + 1 : i + 3]
    if after and after[0].of("place") is not None:  # an alien city
        return True
    noun = any(one.of("name") or one.of("place") for one in after[-1:]) or _noun_follows(state, i)
    kinds = [one.unknown or one.of("name") is not None or one.text in english.ADJECTIVES for one in after[:1]]
    return len(after) == 2 and not after[0].stop and noun and all(kinds)


def _is_colour(state: Telling, i: int) -> bool:
    """Whether item i, a thing and a colour, is a colour: an orange cat, an orange and white cat."""
    after = state.items[i + 1].text if i + 1 < len(state.items) else ""
    if i and state.items[i - 1].text in ("from", "to", "turns", "turning", "turned"):
        return True  # changes from orange to purple
    both = after in ("and", "&") and i + 3 < len(state.items) and state.items[i + 2].of("colour") is not None
    return _noun_follows(state, i) or (both and _noun_follows(state, i + 2))


def _is_second_colour(state: Telling, words: _Words, i: int) -> bool:
    """Whether item i is another colour of what has one: a black and white cow."""
    if not words.colour or words.head is not None or not 1 < i < len(state.items):
        return False
    before = state.items[i - 1].text in ("and", "&") and state.items[i - 2].of("colour") is not None
    return before and state.items[i].of("colour") is not None and _noun_follows(state, i)


def _is_one_more(state: Telling, i: int) -> bool:
    """Whether items from i on are one more colour with an article, of a noun that follows: a green and a blue car."""
    pair = state.items[i : i + 2]
    if len(pair) < 2 or pair[0].text not in ("a", "an") or pair[1].of("colour") is None:
        return False
    lists = (",", "and", "&", "a", "an")
    rest = (item for item in state.items[i + 1 :] if item.text not in lists and not item.of("colour"))
    return (after := next(rest, None)) is not None and after.of("name") is not None


def _is_place_of(state: Telling, words: _Words, i: int) -> bool:
    """Whether item i is a place whose kind the noun before it says, which the group takes: a rose garden."""
    item, head = state.items[i], words.head
    assert head is not None
    entry, place = head.of("name"), item.of("place")
    thing = entry is not None and state.vocabulary.pictures.get(entry.value) == "thing" and entry.form == "one"
    if entry is None or place is None or item.of("verb") or " " in item.text or not thing or entry.value in FIGURES:
        return False
    if not (words.led or state.prep):
        return False
    if not words.places and SURROUNDINGS.get(entry.value) != place.value:
        words.modifiers.append(head.text)
    words.places.append(item)
    return True


def _is_place_of_stranger(state: Telling, words: _Words, item: Item) -> bool:
    """Whether an item is a place whose kind a word before it says that no table has: a bluebell wood."""
    if not words.unknown or item.of("place") is None or " " in item.text or not (words.led or state.prep):
        return False
    words.modifiers.append(words.unknown)
    words.unknown = ""
    words.places.append(item)
    return True


def _is_herd(state: Telling, i: int) -> bool:
    """Whether item i says that there are many: a sheep herd; not what somebody does: a dog herds sheep."""
    after = state.items[i + 1] if i + 1 < len(state.items) else None
    return state.items[i].text in HERDS and not (after is not None and (after.of("name") or after.text in ARTICLES))


def _falls(head: Item) -> bool:
    """Whether several of a thing may come down like rain: a meteor shower."""
    entry = head.of("name")
    return entry is not None and entry.value in FALLING


def _is_deed(state: Telling, words: _Words, i: int) -> bool:
    """Whether item i cannot be the head of a group that `a` begins, and is what somebody does: a man rakes leaves."""
    entry, after = state.items[i].of("name"), state.items[i + 1] if i + 1 < len(state.items) else None
    noun = after is not None and (after.of("name") or after.unknown) and not is_verb(state.items[i].text)
    return words.single and entry is not None and entry.form == "many" and not noun


def _several_do(state: Telling, words: _Words, i: int) -> bool:
    """Whether item i is what several do to something: a kid and a penguin watch a film."""
    after = state.items[i + 1] if i + 1 < len(state.items) else None
    last = state.story.parts[state.recent[-1]] if state.joined and state.recent else None
    several = words.count > 1 or (last is not None and last.role == "subject" and last.verb is None)
    return several and after is not None and (after.text in ARTICLES or after.of("count") is not None)


def _takes_noun(state: Telling, words: _Words, i: int) -> bool:
    """A noun is the head of its group; nouns before it say what kind: a police dog, but a koala bear."""
    item, head = state.items[i], words.head
    verb = item.of("verb")
    if head is not None and (
        head.text == grammar.plural(grammar.singular(head.text))
        or (verb is not None and (verb.form != "base" or state.is_asked() or _several_do(state, words, i)))
    ):
        return False
    if head is not None and _is_deed(state, words, i):
        return False
    if words.unknown:
        words.modifiers.append(words.unknown)
        words.unknown = ""
    if head is not None:
        before, entry = head.of("name"), item.of("name")
        alive = before is not None and state.vocabulary.pictures.get(before.value) in ALIVE
        kind = grammar.singular(item.text)
        if alive and entry is not None and before is not None and kind in (*SEXES, *YOUNG):  # a giraffe calf
            words.head = Item(item.text, (before._replace(form=entry.form),), False, item.start)
            words.modifiers += ["young"] if kind in YOUNG else []
            return True
        acts = alive or (before is not None and before.value in FIGURES)
        if acts and before is not None and entry is not None and _is_trade(before.value, entry.value, kind):
            words.modifiers.append(item.text)  # a bear chef
            return True
        if alive and kind in THINGS and kind != item.text:  # an astronaut plants a flag
            return False
        if ((alive and kind in KINDS) or kind in THINGS) and before is not None and entry is not None:
            words.head = Item(item.text, (before._replace(form=entry.form),), False, item.start)
            return True
        words.modifiers.append(head.text)
    words.head = item
    return True


def _is_trade(who: str, what: str, said: str) -> bool:
    """Whether an animal is said to be of a trade of people: a bear chef, but a dog walker walks dogs."""
    human = what.split()[0] in (*PERSONS, *TRADES)
    return human and who.split()[0] not in (*PERSONS, *TRADES) and said not in KEEPERS


def _takes_unknown(state: Telling, words: _Words, item: Item) -> bool:
    """A word that no table has may be the head, or say what kind of thing the next one is."""
    if not item.unknown or item.text in english.BREAKERS or (words.unknown and not words.led and is_verb(item.text)):
        return False
    if words.unknown and is_verb(item.text) and item.text.endswith(("s", "ing")):
        return False
    if words.unknown:
        words.modifiers.append(words.unknown)
    words.unknown = item.text
    return True


def _noun_follows(state: Telling, i: int) -> bool:
    """Whether a noun follows in the same group."""
    for item in state.items[i + 1 :]:
        if item.stop or item.text in ARTICLES or item.of("relation"):
            return False
        if item.of("name"):
            return not (item.of("verb") and item.of("verb").form == "finite")  # type: ignore[union-attr]
        if not (
            item.unknown
            or item.of("colour")
            or item.of("weather")
            or item.of("time")
            or item.text in english.ADJECTIVES
        ):
            return False
        if item.unknown and (is_verb(item.text) or item.text.endswith("ing")):
            return False
    return False


def _modifies(state: Telling, i: int, led: bool) -> bool:
    """Whether an item is an adjective, or a participle before its noun: a running dog, a burning house."""
    item = state.items[i]
    if item.of("relation") or item.of("direction") or item.of("side"):
        return False
    if item.of("scale"):
        return True
    verb = item.of("verb")
    if verb is not None:
        if verb.form not in ("doing", "past"):
            return item.text in english.ADJECTIVES
        return led and _noun_or_stranger(state, i)
    if item.unknown and (item.text.endswith("'s") or "-" in item.text):  # my dad's old car, a fire-breathing dragon
        return True
    if not item.unknown and not (item.of("silent") and item.text in english.ADJECTIVES):
        return False
    return item.text in english.ADJECTIVES or bool(ADJECTIVE.match(item.text)) or item.text.endswith("ly")


def _noun_or_stranger(state: Telling, i: int) -> bool:
    after = state.items[i + 1] if i + 1 < len(state.items) else None
    stranger = after is not None and (after.unknown or after.of("undrawn") is not None) and not is_verb(after.text)
    return after is not None and (_noun_follows(state, i) or stranger)
