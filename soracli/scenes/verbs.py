"""Verbs: where a word is one, who does it, and what is left of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from soracli.prompts import english
from soracli.scenes.playing import DOES, deed, pictured
from soracli.scenes.spans import Item
from soracli.scenes.story import ALIVE, ARTICLES, TO_PLACES, Deed, Part, Telling
from soracli.scenes.vocabulary import Entry, Vocabulary, is_verb, split, tables

DENIALS = (
    "not",
    "never",
    "won't",
    "doesn't",
    "don't",
    "isn't",
    "aren't",
    "can't",
    "cannot",
    "didn't",
    "hasn't",
    "haven't",
    "wouldn't",
    "wasn't",
    "weren't",
)
REFUSALS = ("refuses", "refuse", "refusing", "refused")
PLURAL = 4  # letters from which a word in -s may be a verb that no table has
NOBODY = ("nothing", "nobody", "none")
# What is heard or seen of who goes somewhere: it crunches across the snow, it hums along.
HEARD = ("crunch", "chop", "hum", "whistle", "honk", "hiss", "squeak", "chatter", "blaze", "snarl", "murmur", "moan",
         "groan", "drum", "pulse", "sweep", "slice", "cut", "weave", "sigh", "scratch", "brush", "carve", "pant",
         "growl", "drill", "babble", "flicker", "shimmer", "glint", "glisten", "sparkle", "gleam", "cackle", "hoot",
         "quack", "roar")  # fmt: skip
TOGETHER = ("chase", "meet", "follow", "vanish", "appear")  # what is not done after something else
STANDING_IN = ("that", "another", "other", "others")  # words that stand for a noun, behind which they are told of
STARTS = ("start", "starts", "begin", "begins", "started", "began")
WORN = ("wear", "sport", "don", "dress")  # verbs of what somebody has on, whatever else it does
IMPLIED = ("go", "flee", "ride")  # verbs that others' verbs tell of a part
GOING = ("walk", "drive", "fly", "swim", "slide", "roll")  # what is as fast as it is said to be
FAST = 1.6  # factor on the usual pace
PATHS = (
    "through",
    "across",
    "along",
    "down",
    "past",
    "off",
    "away",
    "by",
    "over",
    "above",
    "into",
    "towards",
    "toward",
    "around",
    "about",
)
# verbs of what goes through the air without one who goes
SENSES = ("look", "watch", "stare", "gaze", "peek", "point", "shine", "speak", "talk", "shout", "sing", "lie", "sit",
          "sleep", "break", "turn", "wave", "show", "read", "listen", "smile", "bark", "howl",
          "transform", "change", "convert", "morph", "dissolve")  # fmt: skip


@cache
def full_tilt() -> frozenset[str]:
    """Phrases without a verb that say that somebody goes fast."""
    return frozenset(split(tables()[0]["manner"]["run"]))


def is_verb_here(state: Telling) -> bool:
    """Whether the item is a verb where it stands: many words are both noun and verb."""
    item = state.items[state.at]
    entry = item.of("verb")
    if state.prep and item.of("name") and not item.text.endswith("ing"):  # with bats
        return False
    if entry is None and _is_denied(state) and state.adjacent in ("noun", "setting") and not item.stop:
        of_noun = any(map(item.of, ("place", "count", "colour", "scale", "relation")))
        of_noun = of_noun or item.text in english.ADJECTIVES or item.text in TO_PLACES
        return not (of_noun or item.text in ARTICLES)  # won't budge
    if entry is None:
        done = _is_done(state, item)
        one = done and state.adjacent == "noun" and is_one(state.items, state.at)
        return one or ((item.unknown or done) and _strange_verb(state, item.text))
    if item.of("silent") and not state.story.parts:
        return False  # make the dog fly
    before, after = state.peek(-1), state.peek()
    named = bool(item.of("name") or item.of("place") or item.of("weather") or item.of("relation"))
    that = before is not None and before.text in STANDING_IN and state.adjacent == "noun"  # a bear that runs
    led = before is not None and not that and (before.text in ARTICLES or before.of("count") is not None)
    noun = state.adjacent == "noun"  # a baby crawls, an orange rolls
    led = led or (
        before is not None and not noun and (before.of("colour") is not None or before.text in english.ADJECTIVES)
    )
    if led and not (entry.form == "doing" and not named):
        return False
    if entry.form == "doing" and (led or state.adjacent in ("", "cut", "join", "struck")) and not named:
        return not (led and after is not None and (after.unknown or any(map(after.of, ("name", "place", "weather")))))
    if entry.form == "past" and after is not None and after.of("name") and state.adjacent != "noun":
        return False
    if not named:
        return True
    if state.adjacent != "noun":
        asked = before is not None and before.text in ("to", "can", "could", "will") and state.adjacent != "cut"
        return asked or _goes_on(state, entry)
    parts = [state.story.parts[i] for i in state.recent]
    many = len(state.subject) > 1 or any(part.many for part in parts)
    return entry.form == ("base" if many or state.is_asked() else "finite") or entry.form == "doing"


def _goes_on(state: Telling, entry: Entry) -> bool:
    """Whether a word that may be a noun is what somebody does next: and then flies off."""
    after = state.peek()
    leads = after is None or after.stop or after.text in PATHS or after.of("direction") is not None
    form = "base" if len(state.subject) > 1 or any(state.story.parts[i].many for i in state.subject) else "finite"
    last = state.story.parts[state.recent[-1]] if state.recent else None
    if state.adjacent == "join" and last is not None and last.held and last.many:  # with rainbows and sparkles
        return False
    free = state.later or (state.adjacent == "join" and leads)
    return bool(state.subject) and free and state.adjacent in ("fresh", "join") and entry.form == form


def _strange_verb(state: Telling, word: str) -> bool:
    """Whether a word that no table has is a verb where it stands."""
    before = state.peek(-1)
    led = before is not None and before.text in ARTICLES and before.text not in STANDING_IN
    if state.adjacent == "noun" and not led and (is_verb(word) or _goes_somewhere(state, word)):
        return True
    return word.endswith("ing") and len(word) > 5 and not led and word not in english.NOUNS_THAT_LOOK_OTHERWISE


def _is_done(state: Telling, item: Item) -> bool:
    """Whether a word that means several things may as well be what somebody does: a butterfly wheels past."""
    name, after = item.of("name"), state.peek()
    one = is_one(state.items, state.at)
    if name is None or name.form != "many" or not (one or is_verb(item.text)):
        return False
    leads = after is None or after.stop or after.text in TO_PLACES or after.of("direction") is not None
    several = any(state.story.parts[i].many or state.story.parts[i].verb is not None for i in state.recent)
    return (leads or one) and not several


def is_one(items: Sequence[Item], at: int) -> bool:
    """Whether `a` or `one` stands before the word before item `at`, which cannot be a plural then: a man rakes."""
    before = [item.text for item in items[max(at - 4, 0) : at]]
    return bool({*before[:-1]} & {"a", "an", "one"}) and not {*before[:-1]} & {"of", "and", "with", "the"}


def _goes_somewhere(state: Telling, word: str) -> bool:
    """Whether a word in -s is followed by where somebody goes: it wheezes along, it sidles leftward."""
    after = state.peek()
    ends = word.endswith("s") and not word.endswith(("ss", "us", "is", "'s")) and len(word) > PLURAL
    return ends and after is not None and (after.text in PATHS or after.of("direction") is not None)


def act(state: Telling) -> None:
    """Read a verb: who does it, to whom, and where to."""
    item = state.items[state.at]
    form = "doing" if item.text.endswith("ing") else "base"
    entry = item.of("verb") or Entry("verb", "stray", True, form, item.text)
    if state.scenery and state.adjacent == "setting":  # snow falling, the sun rising, leaves blowing
        state.past("setting")
        return
    before, after = state.peek(-1), state.peek()
    if before is not None and before.text in NOBODY:
        state.past(state.adjacent)
        return
    ways = after is not None and (after.text.partition(" ")[0] in PATHS or after.of("direction") is not None)
    ways = ways and not (item.text.endswith("ed") and item.of("verb") is None)  # scattered around
    leads = entry.near and ways  # it pounds through the woods
    if leads and (entry.value == "stray" or (entry.value == "stand" and _may_go(entry, state.vocabulary))):
        entry = entry._replace(value="go")
    if entry.value == "spin" and entry.lemma.startswith("go ") and _is_named_next(after):  # goes round a tree
        entry = entry._replace(value="go")
    if _is_denied(state):
        entry = Entry("verb", "stand", False, entry.form, "not")
    who = _doers(state, entry)
    if who and entry.form == "past" and after is not None and after.text == "by":
        _suffer(state, who, entry)
        return
    state.prep = ""
    state.past("verb")
    if not who:
        state.waiting = entry
        state.verb = None
        return
    state.actor, state.verb = who, entry
    state.next = _comes_next(state, entry, before)
    for index in who:
        give(state, state.story.parts[index], entry, item.text)
    state.joined = state.fresh = state.later = state.meanwhile = False


def _is_named_next(after: Item | None) -> bool:
    return after is not None and (after.text in ARTICLES or after.of("name") is not None)


def _comes_next(state: Telling, entry: Entry, before: Item | None) -> bool:
    """Whether a verb is done after the one before: sits, looks up and flies off; not: runs, barking."""
    if entry.value in TOGETHER or state.later:
        return state.later and entry.value not in TOGETHER
    joined = before is not None and (before.text in ("and", "&") or (before.text in STARTS and state.joined))
    return joined if entry.form == "doing" else state.joined or (state.fresh and not state.meanwhile)


def _is_denied(state: Telling) -> bool:
    """Whether it is said not to be done: is not running, won't move, refuses to walk."""
    before = [one.text for one in state.items[max(state.at - 2, 0) : state.at]]
    return bool(before) and (before[-1] in DENIALS or (before[-1] == "to" and before[0] in REFUSALS))


def _suffer(state: Telling, who: list[int], entry: Entry) -> None:
    """Chased by a dog: who comes next does it."""
    state.agency = entry
    for part in (state.story.parts[i] for i in who if entry.value == "chase"):
        part.verb = part.verb or Entry("verb", "rush", False, "base", "flee")
    state.past("verb")


def _may_go(entry: Entry, words: Vocabulary) -> bool:
    """Whether a verb that names no deed on the spot may be one of going: it rattles along, but sings by a lake."""
    word = entry.lemma.split()[0]
    still = word in SENSES or (word in DOES and word not in HEARD)
    return not still and not pictured(entry.lemma, words)


def _doers(state: Telling, entry: Entry) -> list[int]:
    held = bool(state.recent) and all(_is_held(state, i) or _is_seat_of(state, i, entry) for i in state.recent)
    if entry.form in ("doing", "past") and state.adjacent == "noun" and state.recent and not held:
        whole = state.subject if set(state.recent) <= set(state.subject) else state.recent
        return list(whole)
    if state.fresh and state.adjacent in ("fresh", "cut") and not state.story.parts:
        return []
    return list(state.subject or state.earlier)


def _is_seat_of(state: Telling, index: int, entry: Entry) -> bool:
    """Whether a thing cannot do what is said behind it, but who is on or at it: on a bench feeding pigeons."""
    part, kinds = state.story.parts[index], state.vocabulary.pictures
    alive = [i for i in state.subject if kinds.get(state.story.parts[i].name) in ALIVE]
    free = part.role != "subject" and kinds.get(part.name) == "thing" and not part.verb
    return free and bool(alive) and deed(entry.lemma) in ("eat", "talk", "sleep", "sit", "dance", "work")


def _is_held(state: Telling, index: int) -> bool:
    """Whether a part is a thing that another has: a duck with a hat swimming."""
    part = state.story.parts[index]
    return part.held and bool(state.subject) and state.vocabulary.pictures.get(part.name) == "thing"


def give(state: Telling, part: Part, entry: Entry, text: str) -> None:
    """A verb to a part: one that can be shown outdoes one that cannot; what is left over is noted."""
    lemma = entry.lemma.split()[0] if entry.lemma else text
    if entry.value == "vanish" or (lemma in ("leave", "exit", "depart") and not _to_place(state)):
        part.changes.add("out")
    if entry.value == "vanish" and part.verb is not None:  # it floats up and then pops
        return
    if lemma in ("open",) and entry.form != "past":
        part.changes.add("opened")
        return
    old = part.verb
    if old is not None and old.value in GOING and entry.lemma in full_tilt():  # drives at high speed
        part.speed = FAST
        return
    if old is not None and old.lemma.partition(" ")[0] == "not" and not state.later:  # not running but walking
        part.verb = old = None
    if old is not None and state.next and _adds(part, old, entry, later=state.later):
        part.then.append(Deed(entry))
        if entry.near and not deed(entry.lemma):
            state.near(text, entry.value)
        return
    if old is not None and (_outdoes(entry, old)):
        part.verb = entry
        return
    if old is not None and entry.lemma in WORN and part.verb is not entry:
        return
    if old is not None and (old.lemma in WORN or (old.lemma in IMPLIED and old.form == "base")):
        state.story.shown = [row for row in state.story.shown if row[0][:4] != old.lemma[:4]]
        part.verb = old = None
    comes = old is not None and old.lemma in ("come", "go", "be") and entry.form == "doing"  # comes flying in
    if old is None or (old.near and not entry.near) or comes or old.lemma == "be":
        if old is not None and old.near:
            state.near(old.lemma, "")
        part.verb = entry
    elif old.value == entry.value and not entry.near and entry.form == "doing":  # stands motionless
        return
    elif old.value != entry.value or (old.lemma != entry.lemma and " " not in entry.lemma):
        state.drop(text)
        return
    if part.verb is entry and entry.near:
        state.near(text, {"stray": "stand", "hang": "stand"}.get(entry.value, entry.value))


def _adds(part: Part, old: Entry, entry: Entry, *, later: bool) -> bool:
    """Whether a verb is played after another: both can be seen, and they differ."""
    last = part.then[-1].verb if part.then else old
    if (last.value in TOGETHER and not later) or (last.value, deed(last.lemma)) == (entry.value, deed(entry.lemma)):
        return False
    return all(
        not one.near or deed(one.lemma) or (later and one.value not in ("stand", "stray", "hang"))
        for one in (last, entry)
    )


def _outdoes(entry: Entry, old: Entry) -> bool:
    """Whether what is said later of the same deed says more: goes at top speed, keeps watch, hovering."""
    manner = entry.form == "doing" and " " in entry.lemma and entry.value in ("run", "walk", "fly")
    return (manner and old.value in ("go", "vanish", "stray")) or (entry.value == "hover" and old.value == "stand")


def _to_place(state: Telling) -> bool:
    """Whether a place, or a noun that no table has, follows: leaving a station is not leaving the frame."""
    ahead = [item for item in state.items[state.at : state.at + 3] if item.text not in ARTICLES]
    return bool(ahead) and (ahead[0].of("place") is not None or ahead[0].unknown)
