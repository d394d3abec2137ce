"""Who does what to whom: phrases, in their order, become parts of performers. A small machine, no grammar.

Noun groups (`two small red cars`) open a part each; verbs go to the subject, or, as `-ing` right behind a noun, to
that noun; what follows a preposition or a verb with an object is related to the part before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from soracli.prompts import english
from soracli.scenes.film import Filmed
from soracli.scenes.groups import noun_group
from soracli.scenes.nouns import introduce, settle
from soracli.scenes.relations import WITH
from soracli.scenes.spans import Item
from soracli.scenes.story import ALIVE, ARTICLES, Part, Setting, Story, Telling
from soracli.scenes.verbs import WORN, act, is_verb_here
from soracli.scenes.vocabulary import Entry, Vocabulary, is_verb

ENDS = (".", ";", "!", "?", "\n", ")", "(", ":")
JOINS = ("and", "&", "+", "plus", "/", "vs", "versus")
FRESH = ("while", "as", "then", "but", "when", "whereas", "because", "so", "until", "before", "after")
LATER = ("then", "before", "until")  # of FRESH, before what is done next
BACK = ("it", "him", "her", "them", "they", "he", "she", "each other", "one another", "itself", "which", "who", "that")
SOMEBODY = {"he": "man", "she": "woman", "they": "person"}  # of whom nothing was told before
OTHERS = ("another", "other", "others")  # of those who were named: one holds a lamp, the other searches
SHOWING = ("watch", "behold", "witness", "spot", "observe")  # watch a bear
STUFF = ("water", "sand", "powder")
GAITS = ("walk", "run", "swim")
NAMED = ("named", "called")
LIKENESSES = ("statue", "sculpture", "figurine")
LIKE = ("as", "like")
OF_STUFF = ("made of", "made from", "made out of", "consisting of", "built from", "covered in", "covered with")
PACES = {  # factors on the usual pace
    "slowly": 0.6, "slow": 0.6, "leisurely": 0.6, "fast": 1.6, "quickly": 1.6, "rapidly": 1.6, "swiftly": 1.6,
    "full speed": 1.8, "at full speed": 1.8,
}  # fmt: skip


def read_story(
    items: Sequence[Item], vocabulary: Vocabulary, events: Mapping[int, Filmed], names: Set[str] = frozenset()
) -> Story:
    """The story of a prompt. events: lasting changes by where they are struck out. names: words that are names."""
    state = Telling(items, vocabulary, events, names)
    while state.at < len(items):
        step(state)
    finish(state)
    return state.story


def step(state: Telling) -> None:
    """Read the item at hand, and those that belong to it."""
    item = state.items[state.at]
    if item.stop and item.start in state.events:
        _happen(state, state.events[item.start])
    elif item.stop:
        _cut(state, item.text)
    elif (entry := item.of("compared")) and _compare(state, entry):
        pass
    elif item.text in JOINS:
        state.joined, state.prep = True, ""
        state.past("join")
    elif item.text in (*LIKE, *OF_STUFF) and _likened(state):
        pass
    elif item.text in FRESH and not item.of("name"):
        _refresh(state)
    elif (item.text in BACK and _pronoun(state, item.text)) or _splits_off(state):
        pass
    elif (size := _another(state)) > 0:
        _repeat(state, size)
    elif entry := item.of("change"):
        _change(state, entry.value)
    elif item.text == "in" and _comes_in(state):
        _change(state, "in")
    elif entry := item.of("side"):
        _side(state, entry.value)
    elif _is_left(state):
        _leave(state)
    elif (entry := item.of("direction")) and not _is_noun_here(state):
        _direct(state, entry.value)
    elif item.text in SHOWING and state.adjacent in ("", "cut") and _is_led(state.peek()):
        state.past(state.adjacent)
    elif _is_named(state) or _is_called(state):
        size = 1 + (item.text in NAMED)
        state.drop(state.items[state.at + size - 1].text)
        state.past(state.adjacent, size)
    elif is_verb_here(state):
        act(state)
    elif item.text in PACES and (state.actor or state.subject):
        _pace(state, PACES[item.text])
    elif _is_adverb(state):
        state.drop("" if item.text == "first" else item.text)
        state.past(state.adjacent)
    elif _is_likeness(state):
        state.still = True
        state.at += 1 + (item.text in ARTICLES)
        state.drop(state.items[state.at - 1].text)
        state.past(state.adjacent)
    elif _is_stuff(state):
        state.drop(item.text)
        state.past(state.adjacent)
    elif (group := noun_group(state)) is not None:
        introduce(state, group)
    elif any(item.of(slot) for slot in ("place", "time", "weather")):
        settle(state, item)
    elif entry := item.of("relation"):
        _relate(state, entry.value, item.text)
    else:
        _pass_over(state, item)


def _happen(state: Telling, event: Filmed) -> None:
    """A lasting change of what comes next, `a bite of an apple`, or of what was named: `an apple being eaten`."""
    after = state.peek()
    ahead = event.text.endswith((" of", " from", " into", " in", " off", " at"))
    if state.recent and (not ahead or (after is not None and after.text in BACK)):
        for index in state.recent:
            state.story.parts[index].changes.add(event.value)
    else:
        state.waiting_change = event.value
    state.past("struck")


def _cut(state: Telling, text: str) -> None:
    before, after = state.peek(-1), state.peek()
    if text.startswith("\x00") and before is not None and before.text in ARTICLES and after and not after.stop:
        state.past(state.adjacent)  # a knitted vase
        return
    if text in ENDS or text.startswith("\x00"):
        if text in ENDS:
            state.earlier = state.subject or state.earlier
            state.fresh, state.joined, state.meanwhile = True, False, False
        state.verb = None if text in ENDS else state.verb
        state.prep = ""
    else:
        state.joined, state.prep, state.verb = True, "", None
    state.scenery = False
    state.past("cut" if not text.startswith("\x00") else "struck")


def _likened(state: Telling) -> bool:
    """`as a lifeguard`, `like a worm`, `made of glass`: nobody else is there. Not `as a dog runs by`."""
    after, before, stuff = state.peek(), state.peek(-1), state.items[state.at].text in OF_STUFF
    dressed = before is not None and before.text in ("dressed", "disguised", "masquerading")
    if after is None or (after.text not in ("a", "an") and not stuff) or state.adjacent in ("", "cut", "fresh"):
        return False
    state.at += 1
    group = noun_group(state)
    ahead = state.peek(group.size) if group is not None else None
    clause = ahead is not None and ahead.of("verb") is not None and not stuff and not dressed
    if group is None or group.part is None or clause:
        state.at -= 1
        return False
    state.drop(group.part.said)
    state.prep = ""
    state.past("noun", group.size)
    return True


def _compare(state: Telling, entry: Entry) -> bool:
    """`as big as a house`, `taller than the trees`, `slower than a snail`; whether a performer follows."""
    who, both = state.recent or state.subject, "than" in state.items[state.at].text
    state.at += 1
    group = noun_group(state) if who else None
    if group is None or group.part is None or not group.part.name:
        state.at -= 1
        return False
    for part in (state.story.parts[i] for i in who):
        if entry.form == "pace":
            part.speed = float(entry.value)
        else:
            part.likened = group.part.name, float(entry.value)
    state.prep = ""
    if both:
        subject, actor, state.joined, state.adjacent = state.subject, state.actor, True, "join"
        introduce(state, group)
        state.subject, state.actor = subject, actor
    else:
        state.past("noun", group.size)
    state.recent = who
    return True


def _refresh(state: Telling) -> None:
    state.earlier, state.fresh, state.joined, state.verb, state.prep = state.subject, True, False, None, ""
    word = state.items[state.at].text
    state.scenery, state.later, state.meanwhile = False, word in LATER, word not in LATER
    state.past("fresh")


def finish(state: Telling) -> None:
    """What waited for a noun that never came goes to the first part."""
    if state.waiting is None:
        return
    if state.story.parts and state.story.parts[0].verb is None:
        if state.story.parts[0].role == "subject":  # not in: driving under trees
            state.story.parts[0].verb = state.waiting
    elif not state.story.parts and (state.waiting.lemma in state.vocabulary.people or state.waiting.value in GAITS):
        state.story.parts.append(Part("somebody", "person", verb=state.waiting))  # surfing at sunset


def _is_led(item: Item | None) -> bool:
    """Whether a noun group is sure to begin with an item."""
    return item is not None and (item.text in ARTICLES or item.of("count") is not None)


def _is_named(state: Telling) -> bool:
    """Whether a name follows, whatever else it means: a cat called Whiskers."""
    after, named = state.peek(), state.items[state.at].text in NAMED
    free = named and after is not None and not after.stop and after.text not in (*ARTICLES, *english.BREAKERS)
    return free and state.adjacent == "noun" and bool(state.recent)


def _is_called(state: Telling) -> bool:
    """Whether the item is what somebody is called by who is named beside it: Daisy the cow, my dog Max."""
    item, article, noun = state.items[state.at], state.peek(), state.peek(2)
    if state.adjacent == "noun" and item.unknown and item.text in state.names and state.recent:
        return state.vocabulary.pictures.get(state.story.parts[state.recent[-1]].name) in ALIVE
    if article is None or noun is None or article.text != "the" or noun.of("name") is None:
        return False
    a_name = item.unknown and not is_verb(item.text) and item.text not in english.BREAKERS
    slots = ("name", "place", "time", "weather", "colour")
    a_noun = any(map(item.of, slots)) and item.text not in english.BREAKERS and not item.of("relation")
    free = state.adjacent in ("", "cut", "join", "struck") or item.text in state.names
    return free and (a_name or a_noun) and " " not in item.text


def _is_adverb(state: Telling) -> bool:
    """Whether a word that no table has says how something is done: it gently lands."""
    item, before, after = state.items[state.at], state.peek(-1), state.peek()
    if item.text != "first" and (not (item.unknown and item.text.endswith("ly")) or item.text in english.ADJECTIVES):
        return False
    led = before is not None and (before.text in ARTICLES or before.of("count") is not None)
    return (
        not led and state.adjacent not in ("", "cut") and (after is None or after.stop or after.of("verb") is not None)
    )


def _is_stuff(state: Telling) -> bool:
    """Whether water is no place, but what something is done to or holds: sprays water, a cup of water."""
    before = state.peek(-1)
    if state.items[state.at].text not in STUFF or before is None or before.stop:
        return False
    held = before.text in ("of", "with", "off")
    done = state.adjacent == "verb" and state.verb is not None and state.verb.value in ("stand", "bounce", "stray")
    return held or (done and before.of("relation") is None and before.text not in ARTICLES)


def _is_likeness(state: Telling) -> bool:
    """`statue of` a horse: whoever is shown stands still."""
    ahead = state.items[state.at : state.at + 3 + (state.items[state.at].text in ARTICLES)][-3:]
    return len(ahead) == 3 and ahead[0].text in LIKENESSES and ahead[1].text == "of" and not ahead[2].stop


def _is_noun_here(state: Telling) -> bool:
    return state.items[state.at].of("name") is not None and not is_verb_here(state)


def _pronoun(state: Telling, word: str) -> bool:
    """`beside her`, `towards it`: the part before; as a subject: those before."""
    after = state.peek()
    if word == "her" and after is not None and not after.stop and (after.unknown or _opens(after)):
        return False  # on her bike
    if state.prep and state.subject:
        others = [i for i in state.earlier if i not in state.subject]
        inside = [i for i in state.recent if state.story.parts[i].partner in state.subject and state.prep == "on"]
        for part in (state.story.parts[i] for i in inside):  # a boat with two men in it
            part.relation = "on"
        others = [] if inside else others
        if others:
            part = state.story.parts[state.subject[-1]]
            if not part.relation:
                part.relation, part.partner = state.prep, others[-1]
            if state.prep == "below":
                part.relation, part.partner = "", -1
                state.story.parts[others[-1]].relation, state.story.parts[others[-1]].partner = (
                    "above",
                    state.subject[-1],
                )
        state.prep = ""
    elif word in ("it", "he", "she", "they") and state.fresh and (state.subject or state.earlier):
        state.subject = state.recent = state.subject or state.earlier
    elif word in SOMEBODY and state.at == 0 and _acts_in_place(after) and not any(map(state.is_mover, state.items)):
        state.story.parts.append(Part(word, SOMEBODY[word], many=word == "they", count=int(word != "they")))
        state.subject = state.recent = state.actor = [0]
    elif word in ("her", "that") and state.adjacent in ("", "join", "verb", "cut", "fresh"):
        return False
    state.past("noun" if word in ("it", "he", "she", "they", "who", "which", "that") else "pronoun")
    return True


def _splits_off(state: Telling) -> bool:
    """`two cats, one black and one white`: one of several is of a colour of its own; whether that is so."""
    size = 1 + (state.items[state.at].text == "the")
    one, colour = state.peek(size - 1), state.peek(size)
    if colour is not None and colour.text == "is":
        size, colour = size + 1, state.peek(size + 1)
    after, shade = state.peek(size + 1), colour.of("colour") if colour is not None else None
    ends = after is None or after.stop or after.text in JOINS
    several = [i for i in reversed(state.subject or state.recent) if state.story.parts[i].many]
    if one is None or one.text not in ("one", *OTHERS) or shade is None or not ends or not several:
        return False
    part = state.story.parts[several[0]]
    part.count = part.count or 3
    if part.count > 1:
        part.count -= 1
        state.story.parts.append(replace(part, count=1, many=False, colour=shade.value, then=[], changes=set()))
        state.subject = [*state.subject, len(state.story.parts) - 1]
    else:
        part.colour = shade.value
    state.past("noun", size + 1)
    return True


def _acts_in_place(item: Item | None) -> bool:
    """Whether an item is what somebody does who goes nowhere: she wears a coat."""
    verb = item.of("verb") if item is not None else None
    return verb is not None and (verb.value == "stand" or verb.lemma in WORN)


def _opens(item: Item) -> bool:
    """Whether an item may be the first of a noun group after `her`."""
    return item.of("name") is not None or item.of("colour") is not None or item.of("scale") is not None


def _another(state: Telling) -> int:
    """How many items stand for one like who was named before: one runs while another sits, the other sits."""
    size = 1 + (state.items[state.at].text == "the")
    word, after = state.peek(size - 1), state.peek(size)
    if word is None or word.text not in OTHERS or after is None or not (state.subject or state.earlier):
        return 0
    verb = after.of("verb")
    acts = verb is not None and verb.form in ("finite", "base", "doing") and after.of("name") is None
    return size * (after.text in ("is", "are") or acts or (after.unknown and is_verb(after.text)))


def _repeat(state: Telling, size: int) -> None:
    """Add one more like the last subject, of which is told next. size: items that stand for it."""
    old = state.story.parts[(state.subject or state.earlier)[-1]]
    if old.count > 1:  # of two dogs
        old.count -= 1
        old.many = old.count > 1
    state.story.parts.append(Part(old.said, old.name, old.near, colour=old.colour, scale=old.scale))
    state.earlier, state.subject = state.subject, [len(state.story.parts) - 1]
    state.recent = state.actor = list(state.subject)
    state.verb, state.prep, state.joined, state.fresh = None, "", False, False
    state.past("noun", size)


def _change(state: Telling, value: str) -> None:
    """value: `in`, `out`, or `out left`: where to."""
    change, _, way = value.partition(" ")
    for index in state.actor or state.subject:
        state.story.parts[index].changes.add(change)
        state.story.parts[index].direction = way or state.story.parts[index].direction
    state.past("change")


def _comes_in(state: Telling) -> bool:
    """`hops in from the right`, `walks in.`"""
    after = state.peek()
    ends = after is None or after.stop or (after.of("direction") is not None and after.text.startswith("from"))
    return ends and state.adjacent == "verb"


def _side(state: Telling, value: str) -> None:
    goes = any("out" in state.story.parts[i].changes for i in state.actor)
    for index in state.recent or state.subject:
        if goes:
            state.story.parts[index].direction = value
        elif not state.story.parts[index].side or len(state.recent) < 2:
            state.story.parts[index].side = value
    state.past("side")


def _direct(state: Telling, value: str) -> None:
    for index in state.actor or state.subject or state.recent:
        part = state.story.parts[index]
        part.direction = part.direction or value
        if part.then:
            part.then[-1].direction = part.then[-1].direction or value
    if not (state.actor or state.subject or state.recent):
        state.story.settings.append(Setting("direction", Entry("direction", value), "", ""))
    state.verb = None  # what follows is not what it is done to: flies to the left of the table
    state.past("direction")


def _is_left(state: Telling) -> bool:
    """Whether something was left somewhere, as `left on a table`, and does not go to the left."""
    before, after = state.peek(-1), state.peek()
    if state.items[state.at].text != "left" or before is None or after is None or not (state.recent or state.subject):
        return False
    was = before.text in ("is", "are", "was", "were", "been", "being") or (
        state.adjacent == "noun" and before.of("verb") is None and before.text not in BACK
    )
    return was and after.text in ("on", "in", "at", "behind", "under", "by", "inside", "outside", "alone")


def _leave(state: Telling) -> None:
    state.actor = list(state.recent or state.subject)
    for part in (state.story.parts[i] for i in state.actor):
        part.verb = part.verb or Entry("verb", "stand", False, "past", "leave")
    state.past("noun")


def _relate(state: Telling, value: str, word: str) -> None:
    state.prep, state.prep_word = value, word
    state.past(state.adjacent)


def _pace(state: Telling, factor: float) -> None:
    for index in state.actor or state.subject:
        state.story.parts[index].speed = factor
    state.past(state.adjacent)


def _pass_over(state: Telling, item: Item) -> None:
    undrawn = item.of("undrawn")
    who = state.story.parts[state.recent[-1]] if state.recent else None
    more = state.joined and state.adjacent in ("join", "noun-like")  # red hair and green eyes
    more = more and who is not None and state.vocabulary.pictures.get(who.name) in ALIVE
    own = undrawn is not None and (undrawn.value == "worn" or ((state.prep or more) and state.prep_word in WITH))
    if own and state.recent:  # a horse with a flowing mane gallops
        state.drop(item.text)
        state.prep = ""
        state.past("noun")
    elif undrawn:
        state.drop(item.text)
        for part in (state.story.parts[i] for i in (state.recent if state.prep == "on" else ())):
            part.verb = part.verb or Entry("verb", "stand", False, "base", "perch")  # on a branch
        state.prep, state.scenery = "", True
        state.past("setting")
    elif item.of("silent") or item.text in english.BREAKERS or item.text in english.DETERMINERS:
        state.past(state.adjacent)
    else:
        state.drop(item.text)
        state.past(state.adjacent)
