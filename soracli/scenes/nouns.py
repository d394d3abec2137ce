"""What a noun group becomes: a performer, the same as before, a setting, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from soracli.prompts import english
from soracli.scenes.groups import SURROUNDINGS, TREES, YOUNG
from soracli.scenes.relations import WITH, place
from soracli.scenes.spans import Item
from soracli.scenes.story import ALIVE, ARTICLES, KIND, TO_PLACES, Group, Part, Setting, Telling
from soracli.scenes.verbs import DENIALS, WORN, give
from soracli.scenes.vocabulary import Entry
from soracli.world.language import grammar

OWN = ("his", "her", "its", "their")
CHILD = 0.8  # scale of the young
GROWN = {"duckling": "duck", "baby duck": "duck", "chick": "chicken", "baby chick": "chicken"}  # drawn otherwise
LITTERS = ("cat", "dog", "chicken", "duck")  # whose young have pictures or names of their own
HUMAN = ("man", "woman", "person", "people", "old", "older", "girl", "boy", "child", "baby", "farmer", "prince",
         "princess", "cook", "teacher", "student", "singer", "artist", "pilot", "guard", "mage", "robot")  # fmt: skip
KIN = {"mother": 1.2, "father": 1.2, "mom": 1.2, "mum": 1.2, "dad": 1.2, "mama": 1.2, "parent": 1.2, "brother": 0.95,
       "sister": 0.95, "sibling": 0.95, "mate": 0.95, "twin": 0.95}  # fmt: skip
VESSELS = ("glass", "cup", "mug", "bottle", "pint", "jug", "pitcher", "bucket", "bowl", "can", "flute", "jar", "carafe")
LIQUIDS = ("champagne", "wine", "beer", "water", "milk", "juice", "coffee", "tea", "whiskey", "whisky", "lemonade",
           "soup", "soda", "cola", "cocoa", "chocolate", "rum", "vodka", "paint", "ink", "oil", "prosecco",
           "cider")  # fmt: skip
CLOTHES = ("coat", "dress", "jeans", "kimono", "sari", "shorts", "t-shirt", "scarf", "gloves", "socks", "bikini",
           "necktie", "lab coat", "safety vest", "one-piece swimsuit", "running shirt", "woman’s clothes",
           "hiking boot", "martial arts uniform", "briefs", "running shoe", "man’s shoe", "ballet shoes",
           "high-heeled shoe")  # fmt: skip
NONE = ("no", "without")
OF_HOUSES = ("roof", "roofs", "rooftop")  # a place to who is on it, and what a house has: with a red roof
AMID = ("among", "amongst", "amidst", "between", "through", "amid", "under", "over", "above", "past", "beneath")


def introduce(state: Telling, group: Group) -> None:
    """Add what a noun group names to the story: its settings, and who or what plays."""
    for item in group.settings:
        state.add(item, "" if group.part is None else KIND)
    part = group.part
    if part is None and group.places:
        _compound(state, group)
        return
    if part is None:
        _left_over(state, group)
        return
    if any(item.text in NONE for item in state.items[max(state.at - 1, 0) : state.at + 1]):
        if state.behind() == "without" and state.recent:  # a zebra without stripes
            state.drop(f"without {part.said}")
        state.prep = ""
        state.past("cut", group.size)
        return
    _modify(state, part, group)
    _take_after(state, part)
    role_prep, word = state.prep, state.prep_word
    around = SURROUNDINGS.get(part.name, "")
    if part.many and part.count == 0 and around and word in AMID and role_prep:
        near = part.name not in TREES
        state.story.settings.append(Setting("place", Entry("place", around, near), part.said, word))
        state.prep = ""
        state.past("setting", group.size)
        return
    if around and state.behind() == "of" and state.adjacent == "setting":  # a forest of firs, a field of poppies
        state.past("setting", group.size)
        return
    if not part.name and not _takes_stranger(state, part, role_prep, word):
        state.past("setting", group.size)
        state.scenery, state.prep = True, ""
        return
    if _is_clothing(state, part):
        state.drop(f"{part.colour} {part.said}".strip())
        state.prep, state.verb = "", None
        state.past("noun", group.size)
        return
    if _is_content(state, part) or _is_of_body(state):
        state.past("noun" if _is_content(state, part) else "setting", group.size)
        state.prep = ""
        return
    index = _index(state, part, group)
    place(state, index, role_prep, word)
    state.past("noun", group.size)
    state.prep, state.scenery = "", False
    state.recent = [*state.recent, index] if state.joined and state.recent and not role_prep else [index]
    _recolour(state, index, group.colours)
    state.joined = state.fresh = False


def _recolour(state: Telling, index: int, colours: Sequence[str]) -> None:
    """Add parts like one that differ in colour: red and blue balloons."""
    part = state.story.parts[index]
    total, parts = max(part.count, 1), len(colours) + 1
    if part.many and part.count and colours:
        part.count, part.counted = -(-total // parts), ""
    for k, colour in enumerate(colours, 1):
        count = part.count if not part.many else max((total + parts - 1 - k) // parts, 1) if part.count else 0
        more = replace(part, colour=colour, count=count, changes=set(part.changes), then=[])
        state.story.parts.append(more)
        state.recent = [*state.recent, len(state.story.parts) - 1]
        if index in state.subject:
            state.subject = [*state.subject, len(state.story.parts) - 1]
    state.actor = state.subject if index in state.actor and colours else state.actor


def settle(state: Telling, item: Item, size: int = 1) -> None:
    """A place, a time or a weather, the last word of a phrase of so many items."""
    if item.text in OF_HOUSES and state.prep_word in WITH and state.prep:
        state.drop(item.text)
        state.prep = ""
        state.past("noun", size)
        return
    if _is_elsewhere(state):
        state.prep = ""
        state.past("setting", size)
        return
    state.add(item, state.prep_word if state.prep else state.behind())
    if (state.prep == "above" or state.behind() in ("over", "above")) and item.of("place"):
        for index in state.recent if state.adjacent == "noun" else state.actor:
            state.story.parts[index].over = True
    own = state.prep_word in WITH and bool(state.prep)  # with a forest growing in it
    free = not state.prep and state.behind() == "" and state.adjacent != "noun"  # not: a penguin ice skating
    state.scenery = own or (free and item.text.partition(" ")[0] not in TO_PLACES)
    state.prep = ""
    state.past("setting", size)


def _is_elsewhere(state: Telling) -> bool:
    """Whether it is said that somebody is not there: not in the woods."""
    before = [item.text for item in state.items[max(state.at - 3, 0) : state.at] if item.text not in ARTICLES]
    return len(before) > 1 and before[-2] in DENIALS and before[-1] in TO_PLACES


def _compound(state: Telling, group: Group) -> None:
    """A place that a noun before it says the kind of: a rose garden."""
    for word in group.modifiers:
        _adjective(state, word)
    for item in group.places[:-1]:
        state.add(item, "")
    settle(state, group.places[-1], group.size)


def _left_over(state: Telling, group: Group) -> None:
    """Adjectives without a noun that could be shown, and clothes."""
    if group.worn:
        state.drop(" ".join((*group.modifiers, group.worn)))
        state.prep = ""
        state.past("noun" if state.recent else "noun-like", group.size)
        return
    for word in group.modifiers:
        _adjective(state, word)
    state.past(state.adjacent if group.modifiers == () else "noun-like", group.size)


def _adjective(state: Telling, word: str) -> None:
    if state.vocabulary.of(word, "silent") is None:
        state.drop(word)


def _modify(state: Telling, part: Part, group: Group) -> None:
    """Participles become what it does; other adjectives are noted."""
    for word in group.modifiers:
        entry = state.vocabulary.of(word, "verb")
        if entry is not None and entry.form == "doing" and part.verb is None:
            give(state, part, entry, word)
        elif scale := state.vocabulary.of(word, "scale"):
            part.scale *= float(scale.value)
        else:
            _adjective(state, word)
    if state.waiting is not None and not state.prep:
        give(state, part, state.waiting, state.waiting.lemma)
        state.waiting = None
    if state.still:
        part.verb, state.still = part.verb or Entry("verb", "stand", False, "base", "stand"), False


def _is_clothing(state: Telling, part: Part) -> bool:
    """Whether a part is what somebody has on, which is not drawn: a girl in a raincoat."""
    if part.name not in CLOTHES or not state.recent:
        return False
    who = state.story.parts[state.recent[-1]]
    worn = (state.prep_word in ("in", *WITH) and bool(state.prep)) or (
        state.verb is not None and state.verb.lemma in WORN
    )
    return worn and state.vocabulary.pictures.get(who.name) in ALIVE


def _is_content(state: Telling, part: Part) -> bool:
    """Whether a part is what a glass has in it: of champagne."""
    before = state.peek(-1)
    if before is None or before.text != "of" or state.adjacent != "noun" or not state.recent:
        return False
    vessel = state.story.parts[state.recent[-1]]
    return vessel.name == part.name or (grammar.singular(vessel.said) in VESSELS and part.said in LIQUIDS)


def _is_of_body(state: Telling) -> bool:
    """Whether the noun at hand is only whose parts of a body another has: a lion with the wings of an eagle."""
    before, body = state.peek(-1), state.peek(-2)
    return (
        before is not None
        and body is not None
        and before.text == "of"
        and body.of("undrawn") is not None
        and (body.text.endswith("s") and body.text in english.PASSED_OVER)
    )


def _take_after(state: Telling, part: Part) -> None:
    """The kin of an animal are drawn as it is, its young smaller: an elephant and her calf."""
    named = state.recent or state.actor or state.subject
    elder = state.story.parts[named[-1]] if named else None
    said = grammar.singular(part.said)
    if elder is None or state.items[state.at].text not in OWN or (said not in YOUNG and said not in KIN):
        return
    human = elder.name.split()[0] in HUMAN and grammar.singular(elder.said) not in GROWN
    alive = state.vocabulary.pictures.get(elder.name) in ALIVE and not human
    if alive and (said in KIN or elder.name not in LITTERS):
        scale = KIN.get(said, CHILD)
        grown = GROWN.get(grammar.singular(elder.said), elder.name) if said in KIN and scale > 1 else elder.name
        part.scale *= scale if grown == elder.name else 1.0
        part.name, part.near = grown, False


def _takes_stranger(state: Telling, part: Part, prep: str, word: str) -> bool:
    """Whether a noun that no table has may be a performer; else it is noted as a stranger of the setting."""
    following = _peek_past(state, part)
    if (
        prep
        and word not in ("with", "behind", "beside", "next to", "in front of", "above", "for")
        and following != "verb"
    ):
        state.story.strangers.append((part.said, word))
        for index in state.recent if prep == "above" else ():
            state.story.parts[index].over = True
        return False
    return True


def _peek_past(state: Telling, part: Part) -> str:
    i = state.at
    while i < len(state.items) and state.items[i].text != part.said:
        i += 1
    after = state.items[i + 1] if i + 1 < len(state.items) else None
    if after is None or after.stop:
        return ""
    verb = after.of("verb")
    return "verb" if verb is not None and verb.form in ("finite", "doing") else ""


def _index(state: Telling, part: Part, group: Group) -> int:
    """A new part, or the one that was named before: a box ... the box."""
    for index, old in enumerate(state.story.parts):
        same = part.name and old.name == part.name and part.scale == old.scale
        if group.definite and same and not part.colour and part.count < 2:
            old.verb = old.verb or part.verb
            return index
    state.story.parts.append(part)
    return len(state.story.parts) - 1
