"""Who does what to whom: phrases, in their order, become parts of performers. A small machine, no grammar.

Noun groups (`two small red cars`) open a part each; verbs go to the subject, or, as `-ing` right behind a noun, to
that noun; what follows a preposition or a verb with an object is related to the part before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from soracli.prompts import english
from soracli.prompts.vocabulary import ADJECTIVE
from soracli.scenes.film import Filmed
from soracli.scenes.spans import Item
from soracli.scenes.vocabulary import Entry, Vocabulary, is_verb
from soracli.world.language import grammar
from soracli.world.language.actors import HEADWEAR

ENDS = (".", ";", "!", "?", "\n", ")", "(", ":")
JOINS = ("and", "&", "+", "plus", "/", "vs", "versus")
FRESH = ("while", "as", "then", "but", "when", "whereas", "because", "so", "until", "before", "after")
BACK = ("it", "him", "her", "them", "they", "he", "she", "each other", "one another", "itself", "which", "who", "that")
DEFINITE = ("the", "this", "that", "his", "her", "its", "their")
ARTICLES = (*DEFINITE, "a", "an", "my", "your", "our", "these", "those", "some", "any", "each", "every", "another",
            "other", "all")  # fmt: skip
TO_PLACES = ("in", "on", "at", "across", "along", "through", "over", "from", "under", "into", "onto", "inside",
             "by", "near", "around", "past", "of", "above", "down", "up", "above", "towards", "toward", "to", "outside",
             "beside", "behind", "against", "among", "between", "off", "beyond", "next to", "out of")  # fmt: skip
TREES = ("deciduous tree", "evergreen tree", "palm tree")
ALIVE = ("walker", "flyer", "swimmer")
KINDS = ("bear", "bird", "fish", "cat", "dog", "monkey", "whale", "insect", "animal", "bug")  # a koala bear is a koala
DENIALS = ("not", "never", "won't", "doesn't", "don't", "isn't", "aren't", "can't", "cannot", "didn't")
REFUSALS = ("refuses", "refuse", "refusing", "refused")
PLURAL = 4  # letters from which a word in -s may be a verb that no table has
NOBODY = ("nothing", "nobody", "none")
PATHS = ("through", "across", "along", "down", "past", "off", "away")
SENSES = (
    "look",
    "watch",
    "stare",
    "gaze",
    "peek",
    "point",
    "shine",
    "speak",
    "talk",
    "shout",
    "sing",
    "lie",
    "sit",
    "sleep",
    "break",
    "turn",
    "wave",
    "show",
    "read",
    "listen",
    "smile",
    "bark",
    "howl",
)  # what goes through the air without one
GAITS = ("walk", "run", "swim")
OWN = ("his", "her", "its", "their")
CHILD = 0.8  # scale of the young
LITTERS = ("cat", "dog", "chicken", "duck")  # whose young have pictures or names of their own
HUMAN = ("man", "woman", "person", "people", "old", "older", "girl", "boy", "child", "baby", "farmer", "prince",
         "princess", "cook", "teacher", "student", "singer", "artist", "pilot", "guard", "mage", "robot")  # fmt: skip
KIN = {"mother": 1.2, "father": 1.2, "mom": 1.2, "mum": 1.2, "dad": 1.2, "mama": 1.2, "parent": 1.2, "brother": 0.95,
       "sister": 0.95, "sibling": 0.95, "mate": 0.95, "twin": 0.95}  # fmt: skip
HERD = 5  # as many as `a herd of`
HERDS = (
    "herd",
    "herds",
    "pack",
    "flock",
    "swarm",
    "school",
    "pride",
    "colony",
    "family",
    "crowd",
    "fleet",
    "gang",
    "pod",
)
SHOWERS = ("shower", "showers", "storm", "rain")
FALLING = ("comet", "star", "glowing star", "rock", "leaf fluttering in wind", "cherry blossom")
LIKENESSES = ("statue", "sculpture", "figurine")
FEASTS = ("christmas", "merry", "halloween", "birthday", "new")
YOUNG = ("calf", "cub", "pup", "foal", "kid", "baby", "chick", "fawn", "lamb", "joey", "kitten", "puppy", "piglet",
         "child", "little one", "offspring")  # fmt: skip
THINGS = ("fruit", "vegetable", "plant", "figurine", "toy", "doll", "drink", "dish", "cake")  # an apple fruit
HANDLED = ("fly", "spin", "roll", "bounce", "float", "launch", "grow", "shrink", "drop")  # what is done by the object
WITH = ("with", "alongside", "along with", "together with")
OFF = ("from", "off", "out of")
LIKE = ("as", "like")
OF_STUFF = ("made of", "made from", "made out of", "consisting of", "built from", "covered in", "covered with")
NONE = ("no", "without")
AMID = ("among", "between", "through", "amid", "under", "over", "above", "past", "beneath")
PACES = {  # factors on the usual pace
    "slowly": 0.6, "slow": 0.6, "leisurely": 0.6, "fast": 1.6, "quickly": 1.6, "rapidly": 1.6, "swiftly": 1.6,
    "full speed": 1.8, "at full speed": 1.8,
}  # fmt: skip


@dataclass
class Part:
    """A performer in the making, or several alike. said: its head noun as typed. name: empty if no table has it.

    verb: what it does. partner: index of the part that `relation` is to. changes: `in`, `out`, `bitten`, `opened`,
    `painted`, `eaten` (bite after bite). counted: its number as typed. role: `subject`, `object` or `partner`.
    scale: how large for its kind. speed: factor on its usual pace. over: whether it is above a place. held:
    whether another has it.
    """

    said: str
    name: str
    near: bool = False
    many: bool = False
    count: int = 1
    colour: str = ""
    verb: Entry | None = None
    direction: str = ""
    side: str = ""
    relation: str = ""
    partner: int = -1
    counted: str = ""
    changes: set[str] = field(default_factory=set)
    role: str = "subject"
    scale: float = 1.0
    speed: float = 1.0
    over: bool = False
    held: bool = False


class Setting(NamedTuple):
    """A place, time or weather that is said. behind: the preposition before it, if any."""

    slot: str
    entry: Entry
    text: str
    behind: str


@dataclass
class Story:
    """What was understood. dropped: phrases that nothing stands for, in their order."""

    parts: list[Part] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    shown: list[tuple[str, str]] = field(default_factory=list)  # (as typed, the nearest that is shown)
    strangers: list[tuple[str, str]] = field(default_factory=list)  # (noun, preposition) that no table has


class Group(NamedTuple):
    """A noun group. size: items. head: empty if it is a setting or nothing."""

    size: int
    part: Part | None
    definite: bool
    modifiers: tuple[str, ...]
    settings: tuple[Item, ...]


@dataclass
class _Words:
    """The words of a noun group so far. led: whether an article or a number came first. unknown: a noun of no table."""

    count: int = 0
    counted: str = ""
    colour: str = ""
    definite: bool = False
    led: bool = False
    unknown: str = ""
    head: Item | None = None
    modifiers: list[str] = field(default_factory=list)
    settings: list[Item] = field(default_factory=list)

    def group(self, size: int, part: Part | None) -> Group:
        return Group(size, part, self.definite, tuple(self.modifiers), tuple(self.settings))


def told(items: Sequence[Item], vocabulary: Vocabulary, events: Mapping[int, Filmed]) -> Story:
    """The story of a prompt. events: lasting changes by where they are struck out."""
    teller = _Teller(items, vocabulary, events)
    while teller.at < len(items):
        teller.step()
    teller.finish()
    return teller.story


class _Teller:
    """The state of the machine. subject: indices of the parts that verbs go to. recent: those named last.

    actor: those of the last verb. verb: the last verb, while an object may follow. prep: a preposition that waits.
    agency: a verb in the passive whose doer follows.
    scenery: whether something that is no part is what a verb would go to. still: whether the next part is a likeness.
    """

    def __init__(self, items: Sequence[Item], vocabulary: Vocabulary, events: Mapping[int, Filmed]) -> None:
        self.events = events
        self.items, self.vocabulary, self.story, self.at = items, vocabulary, Story(), 0
        self.subject: list[int] = []
        self.earlier: list[int] = []
        self.recent: list[int] = []
        self.actor: list[int] = []
        self.verb: Entry | None = None
        self.waiting: Entry | None = None
        self.agency: Entry | None = None
        self.waiting_change = ""
        self.prep = self.prep_word = ""
        self.ahead: tuple[str, int] | None = None
        self.joined = self.fresh = self.scenery = self.still = False
        self.adjacent = ""  # what the item before was: `noun`, `verb`, `setting`, `cut`

    # -- one step ---------------------------------------------------------------------------------------------------

    def step(self) -> None:
        item = self.items[self.at]
        if item.stop and item.start in self.events:
            self._happen(self.events[item.start])
        elif item.stop:
            self._cut(item.text)
        elif item.text in JOINS:
            self.joined, self.prep = True, ""
            self._past("join")
        elif item.text in (*LIKE, *OF_STUFF) and self._likened():
            pass
        elif item.text in FRESH and not item.of("name"):
            self._refresh()
        elif item.text in BACK and self._pronoun(item.text):
            pass
        elif entry := item.of("change"):
            self._change(entry.value)
        elif item.text == "in" and self._comes_in():
            self._change("in")
        elif entry := item.of("side"):
            self._side(entry.value)
        elif (entry := item.of("direction")) and not self._is_noun_here():
            self._direct(entry.value)
        elif self._is_verb_here():
            self._act()
        elif self._is_likeness():
            self.still = True
            self.at += 1 + (item.text in ARTICLES)
            self._drop(self.items[self.at - 1].text)
            self._past(self.adjacent)
        elif (group := self._group()) is not None:
            self._name(group)
        elif any(item.of(slot) for slot in ("place", "time", "weather")):
            self._set(item)
        elif entry := item.of("relation"):
            self._relate(entry.value, item.text)
        else:
            self._pass_over(item)

    def _happen(self, event: Filmed) -> None:
        """A lasting change of what comes next, `a bite of an apple`, or of what was named: `an apple being eaten`."""
        after = self._peek()
        ahead = event.text.endswith((" of", " from", " into", " in", " off", " at"))
        if self.recent and (not ahead or (after is not None and after.text in BACK)):
            for index in self.recent:
                self.story.parts[index].changes.add(event.value)
        else:
            self.waiting_change = event.value
        self._past("struck")

    def _past(self, what: str, size: int = 1) -> None:
        self.at += size
        self.adjacent = what

    def _cut(self, text: str) -> None:
        if text in ENDS or text.startswith("\x00"):
            if text in ENDS:
                self.earlier = self.subject or self.earlier
                self.fresh, self.joined = True, False
            self.verb = None if text in ENDS else self.verb
            self.prep = ""
        else:
            self.joined, self.prep, self.verb = True, "", None
        self.scenery = False
        self._past("cut" if not text.startswith("\x00") else "struck")

    def _likened(self) -> bool:
        """`as a lifeguard`, `like a worm`, `made of glass`: nobody else is there. Not `as a dog runs by`."""
        after, stuff = self._peek(), self.items[self.at].text in OF_STUFF
        if after is None or (after.text not in ("a", "an") and not stuff) or self.adjacent in ("", "cut", "fresh"):
            return False
        self.at += 1
        group = self._group()
        ahead = self._peek(group.size) if group is not None else None
        if group is None or group.part is None or (not stuff and ahead is not None and ahead.of("verb")):
            self.at -= 1
            return False
        self._drop(group.part.said)
        self.prep = ""
        self._past("noun", group.size)
        return True

    def _refresh(self) -> None:
        self.earlier, self.fresh, self.joined, self.verb, self.prep = self.subject, True, False, None, ""
        self.scenery = False
        self._past("fresh")

    def finish(self) -> None:
        """What waited for a noun that never came goes to the first part."""
        if self.waiting is None:
            return
        if self.story.parts and self.story.parts[0].verb is None:
            self.story.parts[0].verb = self.waiting
        elif not self.story.parts and (self.waiting.lemma in self.vocabulary.people or self.waiting.value in GAITS):
            self.story.parts.append(Part("somebody", "person", verb=self.waiting))  # surfing at sunset

    def _is_likeness(self) -> bool:
        """`statue of` a horse: whoever is shown stands still."""
        ahead = self.items[self.at : self.at + 3 + (self.items[self.at].text in ARTICLES)][-3:]
        return len(ahead) == 3 and ahead[0].text in LIKENESSES and ahead[1].text == "of" and not ahead[2].stop

    # -- what an item is --------------------------------------------------------------------------------------------

    def _peek(self, step: int = 1) -> Item | None:
        index = self.at + step
        return self.items[index] if 0 <= index < len(self.items) else None

    def _is_noun_here(self) -> bool:
        return self.items[self.at].of("name") is not None and not self._is_verb_here()

    def _is_verb_here(self) -> bool:
        """Whether the item is a verb where it stands: many words are both noun and verb."""
        item = self.items[self.at]
        entry = item.of("verb")
        if entry is None:
            return item.unknown and self._strange_verb(item.text)
        if item.of("silent") and not self.story.parts:
            return False  # make the dog fly
        before, after = self._peek(-1), self._peek()
        named = bool(item.of("name") or item.of("place") or item.of("weather") or item.of("relation"))
        led = before is not None and (before.text in ARTICLES or before.of("count") is not None)
        led = led or (before is not None and (before.of("colour") is not None or before.text in english.ADJECTIVES))
        if led and not (entry.form == "doing" and not named):
            return False
        if entry.form == "doing" and (led or self.adjacent in ("", "cut", "join", "struck")) and not named:
            return not (
                led and after is not None and (after.unknown or any(map(after.of, ("name", "place", "weather"))))
            )
        if entry.form == "past" and after is not None and after.of("name") and self.adjacent != "noun":
            return False
        if not named:
            return True
        if self.adjacent != "noun":
            return before is not None and before.text in ("to", "can", "could", "will") and self.adjacent != "cut"
        parts = [self.story.parts[i] for i in self.recent]
        many = len(self.subject) > 1 or any(part.many for part in parts)
        return entry.form == ("base" if many or self._is_asked() else "finite") or entry.form == "doing"

    def _is_asked(self) -> bool:
        """Whether verbs may be in their base form: make the dog fly."""
        return any(one.text in ("make", "let", "can", "see", "watch") for one in self.items[: self.at])

    def _strange_verb(self, word: str) -> bool:
        """Whether a word that no table has is a verb where it stands."""
        before = self._peek(-1)
        led = before is not None and before.text in ARTICLES
        if self.adjacent == "noun" and not led and (is_verb(word) or self._goes_somewhere(word)):
            return True
        return word.endswith("ing") and len(word) > 5 and not led and word not in english.NOUNS_THAT_LOOK_OTHERWISE

    def _goes_somewhere(self, word: str) -> bool:
        """Whether a word in -s is followed by where somebody goes: it wheezes along, it sidles leftward."""
        after = self._peek()
        ends = word.endswith("s") and not word.endswith(("ss", "us", "is", "'s")) and len(word) > PLURAL
        return ends and after is not None and (after.text in PATHS or after.of("direction") is not None)

    # -- verbs ------------------------------------------------------------------------------------------------------

    def _act(self) -> None:
        item = self.items[self.at]
        form = "doing" if item.text.endswith("ing") else "base"
        entry = item.of("verb") or Entry("verb", "stray", True, form, item.text)
        if self.scenery and self.adjacent == "setting":  # snow falling, the sun rising, leaves blowing
            self._past("setting")
            return
        before, after = self._peek(-1), self._peek()
        if before is not None and before.text in NOBODY:
            self._past(self.adjacent)
            return
        ways = after is not None and (after.text in PATHS or after.of("direction") is not None)
        leads = entry.near and ways  # it pounds through the woods
        if leads and (entry.value == "stray" or (entry.value == "stand" and entry.lemma.split()[0] not in SENSES)):
            entry = entry._replace(value="go")
        if self._is_denied():
            entry = Entry("verb", "stand", False, entry.form, "not")
        who = self._doers(entry)
        if who and entry.form == "past" and after is not None and after.text == "by":
            self._suffer(who, entry)
            return
        self.prep = ""
        self._past("verb")
        if not who:
            self.waiting = entry
            self.verb = None
            return
        self.actor, self.verb = who, entry
        for index in who:
            self._give(self.story.parts[index], entry, item.text)
        self.joined = self.fresh = False

    def _is_denied(self) -> bool:
        """Whether it is said not to be done: is not running, won't move, refuses to walk."""
        before = [one.text for one in self.items[max(self.at - 2, 0) : self.at]]
        return bool(before) and (before[-1] in DENIALS or (before[-1] == "to" and before[0] in REFUSALS))

    def _suffer(self, who: list[int], entry: Entry) -> None:
        """Chased by a dog: who comes next does it."""
        self.agency = entry
        for part in (self.story.parts[i] for i in who if entry.value == "chase"):
            part.verb = part.verb or Entry("verb", "rush", False, "base", "flee")
        self._past("verb")

    def _doers(self, entry: Entry) -> list[int]:
        held = bool(self.recent) and all(self._is_held(index) for index in self.recent)
        if entry.form in ("doing", "past") and self.adjacent == "noun" and self.recent and not held:
            whole = self.subject if set(self.recent) <= set(self.subject) else self.recent
            return list(whole)
        if self.fresh and self.adjacent in ("fresh", "cut") and not self.story.parts:
            return []
        return list(self.subject or self.earlier)

    def _is_held(self, index: int) -> bool:
        """Whether a part is a thing that another has: a duck with a hat swimming."""
        part = self.story.parts[index]
        return part.held and bool(self.subject) and self.vocabulary.pictures.get(part.name) == "thing"

    def _give(self, part: Part, entry: Entry, text: str) -> None:
        """A verb to a part: one that can be shown outdoes one that cannot; what is left over is noted."""
        lemma = entry.lemma.split()[0] if entry.lemma else text
        if lemma in ("disappear", "vanish") or (lemma in ("leave", "exit", "depart") and not self._to_place()):
            part.changes.add("out")
        if lemma in ("open",) and entry.form != "past":
            part.changes.add("opened")
            return
        old = part.verb
        comes = old is not None and old.lemma in ("come", "go", "be") and entry.form == "doing"  # comes flying in
        if old is None or (old.near and not entry.near) or comes or old.lemma == "be":
            if old is not None and old.near:
                self._near(old.lemma, "")
            part.verb = entry
        elif old.value != entry.value or (old.lemma != entry.lemma and " " not in entry.lemma):
            self._drop(text)
            return
        if part.verb is entry and entry.near:
            self._near(text, {"stray": "stand", "hang": "stand"}.get(entry.value, entry.value))

    def _to_place(self) -> bool:
        """Whether a place, or a noun that no table has, follows: leaving a station is not leaving the frame."""
        ahead = [item for item in self.items[self.at : self.at + 3] if item.text not in ARTICLES]
        return bool(ahead) and (ahead[0].of("place") is not None or ahead[0].unknown)

    def _near(self, typed: str, shown: str) -> None:
        if not shown:
            self.story.shown = [row for row in self.story.shown if not row[0].startswith(typed[:4])]
            self._drop(typed)
        elif (typed, shown) not in self.story.shown:
            self.story.shown.append((typed, shown))

    def _drop(self, text: str) -> None:
        if text and text not in self.story.dropped:
            self.story.dropped.append(text)

    # -- nouns ------------------------------------------------------------------------------------------------------

    def _group(self) -> Group | None:
        """The noun group that begins here, None if none does."""
        words, i = _Words(), self.at
        while i < len(self.items) and not self.items[i].stop and self._takes(words, i):
            i += 1
        size = i - self.at
        if words.head is not None:
            entry = words.head.of("name")
            assert entry is not None
            part = Part(words.head.text, entry.value, entry.near, entry.form == "many" or words.count > 1, words.count,
                        words.colour, counted=words.counted)  # fmt: skip
            return words.group(size, part)
        following = self.items[i].of("verb") if i < len(self.items) and not self.items[i].stop else None
        acts = following is not None and following.form in ("finite", "doing")
        if not words.unknown and words.modifiers and words.led and acts:
            words.unknown = words.modifiers.pop()  # an adjective that something is called by: an alien walks
        if words.unknown:
            plural = words.unknown.endswith("s") and not words.unknown.endswith(("ss", "us", "is"))
            return words.group(
                size, Part(words.unknown, "", True, words.count > 1 or plural, words.count, words.colour)
            )
        if size and (words.modifiers or words.colour or words.count or words.led):
            words.modifiers[:0] = [words.colour] if words.colour else []
            return words.group(size, None)
        return None

    def _takes(self, words: _Words, i: int) -> bool:
        """Whether item i belongs to the group, which takes it."""
        item = self.items[i]
        name = item.of("name")
        if item.text in ARTICLES and words.head is None:
            words.definite = (words.definite or item.text in DEFINITE) and item.text not in ("another", "other")
            words.led = True
        elif (entry := item.of("count")) and words.head is None and not (name and words.led):
            words.count, words.counted, words.led = max(words.count, int(entry.value)), item.text, True
        elif (entry := item.of("colour")) and words.head is None and not (name and not self._noun_follows(i)):
            words.colour = entry.value
        elif words.head is not None and (item.text in HERDS or (item.text in SHOWERS and self._falls(words.head))):
            words.count, words.counted = max(words.count, HERD), item.text
        elif name is not None:
            return self._takes_noun(words, item)
        elif words.head is not None:
            return False
        elif item.of("place") or item.of("time") or item.of("weather"):
            if not self._noun_follows(i):
                return False
            words.settings.append(item)
        elif self._modifies(i, words.led):
            words.modifiers.append(item.text)
        else:
            return self._takes_unknown(words, item)
        return True

    @staticmethod
    def _falls(head: Item) -> bool:
        """Whether several of a thing may come down like rain: a meteor shower."""
        entry = head.of("name")
        return entry is not None and entry.value in FALLING

    def _takes_noun(self, words: _Words, item: Item) -> bool:
        """A noun is the head of its group; nouns before it say what kind: a police dog, but a koala bear."""
        head = words.head
        verb = item.of("verb")
        if head is not None and (
            head.text == grammar.plural(grammar.singular(head.text))
            or (verb is not None and (verb.form != "base" or self._is_asked()))
        ):
            return False
        if words.unknown:
            words.modifiers.append(words.unknown)
            words.unknown = ""
        if head is not None:
            before, entry = head.of("name"), item.of("name")
            alive = before is not None and self.vocabulary.pictures.get(before.value) in ALIVE
            kind = grammar.singular(item.text)
            if ((alive and kind in KINDS) or kind in THINGS) and before is not None and entry is not None:
                words.head = Item(item.text, (before._replace(form=entry.form),), False, item.start)
                return True
            words.modifiers.append(head.text)
        words.head = item
        return True

    def _takes_unknown(self, words: _Words, item: Item) -> bool:
        """A word that no table has may be the head, or say what kind of thing the next one is."""
        if (
            not item.unknown
            or item.text in english.BREAKERS
            or (words.unknown and not words.led and is_verb(item.text))
        ):
            return False
        if words.unknown and is_verb(item.text) and item.text.endswith(("s", "ing")):
            return False
        if words.unknown:
            words.modifiers.append(words.unknown)
        words.unknown = item.text
        return True

    def _noun_follows(self, i: int) -> bool:
        """Whether a noun follows in the same group."""
        for item in self.items[i + 1 :]:
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

    def _modifies(self, i: int, led: bool) -> bool:
        """Whether an item is an adjective, or a participle before its noun: a running dog, a burning house."""
        item = self.items[i]
        if item.of("relation") or item.of("direction") or item.of("side"):
            return False
        if item.of("scale"):
            return True
        verb = item.of("verb")
        if verb is not None:
            if verb.form not in ("doing", "past"):
                return item.text in english.ADJECTIVES
            return led and self._noun_or_stranger(i)
        if item.unknown and item.text.endswith("'s"):  # my dad's old car
            return True
        if not item.unknown and not (item.of("silent") and item.text in english.ADJECTIVES):
            return False
        return item.text in english.ADJECTIVES or bool(ADJECTIVE.match(item.text)) or item.text.endswith("ly")

    def _noun_or_stranger(self, i: int) -> bool:
        after = self.items[i + 1] if i + 1 < len(self.items) else None
        return after is not None and (self._noun_follows(i) or (after.unknown and not is_verb(after.text)))

    def _name(self, group: Group) -> None:
        for item in group.settings:
            self._add(item, "")
        part = group.part
        if part is None:
            self._left_over(group)
            return
        if any(item.text in NONE for item in self.items[max(self.at - 1, 0) : self.at + 1]):
            self._drop(f"no {part.said}")
            self.prep = ""
            self._past("cut", group.size)
            return
        self._modify(part, group)
        self._take_after(part)
        role_prep, word = self.prep, self.prep_word
        if part.many and part.count == 0 and part.name in TREES and word in AMID and role_prep:
            self.story.settings.append(Setting("place", Entry("place", "forest"), part.said, word))
            self.prep = ""
            self._past("setting", group.size)
            return
        if part.name in TREES and self._behind() == "of" and self.adjacent == "setting":  # a forest of firs
            self._past("setting", group.size)
            return
        if not part.name and not self._takes_stranger(part, role_prep, word):
            self._past("setting", group.size)
            self.scenery, self.prep = True, ""
            return
        index = self._index(part, group)
        self._place(index, role_prep, word)
        self._past("noun", group.size)
        self.prep, self.scenery = "", False
        self.recent = [*self.recent, index] if self.joined and self.recent and not role_prep else [index]
        self.joined = self.fresh = False

    def _left_over(self, group: Group) -> None:
        """Adjectives without a noun that could be shown."""
        for word in group.modifiers:
            self._adjective(word)
        self._past(self.adjacent if group.modifiers == () else "noun-like", group.size)

    def _adjective(self, word: str) -> None:
        if self.vocabulary.of(word, "silent") is None:
            self._drop(word)

    def _modify(self, part: Part, group: Group) -> None:
        """Participles become what it does; other adjectives are noted."""
        for word in group.modifiers:
            entry = self.vocabulary.of(word, "verb")
            if entry is not None and entry.form == "doing" and part.verb is None:
                self._give(part, entry, word)
            elif scale := self.vocabulary.of(word, "scale"):
                part.scale *= float(scale.value)
            else:
                self._adjective(word)
        if self.waiting is not None and not self.prep:
            self._give(part, self.waiting, self.waiting.lemma)
            self.waiting = None
        if self.still:
            part.verb, self.still = part.verb or Entry("verb", "stand", False, "base", "stand"), False

    def _take_after(self, part: Part) -> None:
        """The kin of an animal are drawn as it is, its young smaller: an elephant and her calf."""
        elder = self.story.parts[self.recent[-1]] if self.recent else None
        said = grammar.singular(part.said)
        if elder is None or self.items[self.at].text not in OWN or (said not in YOUNG and said not in KIN):
            return
        alive = self.vocabulary.pictures.get(elder.name) in ALIVE and elder.name.split()[0] not in HUMAN
        if alive and (said in KIN or elder.name not in LITTERS):
            scale = KIN.get(said, CHILD)
            part.name, part.near, part.scale = elder.name, False, part.scale * scale

    def _takes_stranger(self, part: Part, prep: str, word: str) -> bool:
        """Whether a noun that no table has may be a performer; else it is noted as a stranger of the setting."""
        following = self._peek_past(part)
        if (
            prep
            and word not in ("with", "behind", "beside", "next to", "in front of", "above", "for")
            and following != "verb"
        ):
            self.story.strangers.append((part.said, word))
            for index in self.recent if prep == "above" else ():
                self.story.parts[index].over = True
            return False
        return True

    def _peek_past(self, part: Part) -> str:
        i = self.at
        while i < len(self.items) and self.items[i].text != part.said:
            i += 1
        after = self.items[i + 1] if i + 1 < len(self.items) else None
        if after is None or after.stop:
            return ""
        verb = after.of("verb")
        return "verb" if verb is not None and verb.form in ("finite", "doing") else ""

    def _index(self, part: Part, group: Group) -> int:
        """A new part, or the one that was named before: a box ... the box."""
        for index, old in enumerate(self.story.parts):
            same = part.name and old.name == part.name and part.scale == old.scale
            if group.definite and same and not part.colour and part.count < 2:
                old.verb = old.verb or part.verb
                return index
        self.story.parts.append(part)
        return len(self.story.parts) - 1

    def _place(self, index: int, prep: str, word: str) -> None:
        """The new part's place in the story: subject, object or partner."""
        part = self.story.parts[index]
        if self.waiting_change:
            part.changes.add(self.waiting_change)
            self.waiting_change = ""
        anchors = self.actor if self.verb is not None and self.actor else self.recent or self.subject
        if self.adjacent == "noun" and self.recent:
            anchors = self.recent
        if prep and not anchors:
            self.ahead = (prep, index)
            part.role = "partner"
        elif prep and index not in anchors:
            self._stand(index, anchors[-1], prep, word)
        elif self.verb is not None and self.actor and not self.joined and not self.fresh and index not in self.actor:
            self._object(index, self.actor[0])
        elif self.joined and self.recent and not self.fresh and self.adjacent in ("cut", "join", "noun-like"):
            self._join(index)
        elif index not in self.subject:
            self.earlier, self.subject, self.actor, self.verb = self.subject or self.earlier, [index], [index], None
            self._ahead(index)

    def _ahead(self, index: int) -> None:
        if self.ahead is not None:
            prep, partner = self.ahead
            self._stand(partner, index, prep, prep)
            self.ahead = None

    def _join(self, index: int) -> None:
        """Named beside the last: in the same role."""
        last = self.story.parts[self.recent[-1]]
        part = self.story.parts[index]
        if self.recent[-1] in self.subject or last.role == "subject":
            if last.verb is None and self.verb is None:
                self.subject = [*self.subject, index]
            else:
                self.earlier, self.subject = self.subject, [index]
            self.actor, self.verb = self.subject, None
        else:
            part.role, part.relation, part.partner = last.role, last.relation, last.partner

    def _stand(self, index: int, anchor: int, prep: str, word: str) -> None:
        """`anchor` stands in a relation to the new part `index`, as a preposition says."""
        part, other = self.story.parts[index], self.story.parts[anchor]
        part.role = "partner"
        verb = other.verb
        if word == "by" and self.agency is not None:
            part.verb, part.role = self.agency, "subject"
            if self.agency.value in ("chase", "follow"):
                part.relation, part.partner = "chases" if self.agency.value == "chase" else "behind", anchor
            elif not other.relation:
                other.verb, other.relation, other.partner = other.verb or self.agency, "behind", index
            self.agency = None
            return
        if word in ("from", "of") and verb is not None and verb.value in ("run", "rush") and part.name:
            part.verb = part.verb or Entry("verb", "chase", False, "base", "chase")
            part.relation, part.partner, other.role = "chases", anchor, other.role
        elif word in OFF and verb is not None and verb.value == "fall" and part.name:
            other.relation, other.partner = "above", index  # an apple falls from a tree
        elif prep == "above" and verb is not None and verb.value == "meet":  # they fight over it
            part.relation, part.partner = "beside", anchor
        elif prep == "below":
            part.relation, part.partner = "below", anchor
        elif grammar.singular(part.said).partition(" ")[0] in FEASTS:
            part.relation, part.partner = "beside", anchor  # on Halloween
        elif self._is_put_on(part, other) and (word in WITH or word in ("in", "inside")):
            part.relation, part.partner, part.held = "on", anchor, True  # the cat in the hat
        elif word in WITH or other.relation:
            part.verb, part.held = part.verb or verb, word in WITH
            part.relation, part.partner = "beside", anchor
        elif prep == "on" and word in ("in", "inside") and not other.verb and part.partner < 0:
            other.relation, other.partner = "on", index
        else:
            other.relation, other.partner = prep, index
            for more in self.subject:
                if anchor in self.subject and not self.story.parts[more].relation:
                    self.story.parts[more].relation, self.story.parts[more].partner = prep, index

    def _object(self, index: int, actor: int) -> None:
        """What the last verb is done to."""
        part, doer, verb = self.story.parts[index], self.story.parts[actor], self.verb
        assert verb is not None
        part.role = "object"
        lemma = verb.lemma.split()[0]
        deeds = self.vocabulary.deeds.get(lemma, frozenset())
        if verb.value == "chase":
            doer.relation, doer.partner = "chases", index
            part.verb = part.verb or Entry("verb", "rush", False, "base", "flee")
        elif verb.value == "meet":
            doer.relation, doer.partner = "meets", index
            part.verb = part.verb or verb
        elif verb.value == "follow":
            doer.relation, doer.partner = "behind", index
            part.verb = part.verb or Entry("verb", "go", False, "base", "go")
        elif verb.value == "rush":  # a dolphin races a boat
            part.verb, part.relation, part.partner = part.verb or verb, "beside", actor
        elif verb.value in HANDLED and self._handles(doer, part):  # a boy flies a kite
            part.verb, doer.verb = part.verb or verb, Entry("verb", "stand", True, "base", lemma)
            part.relation, part.partner = "beside", actor
        elif "rides" in deeds and doer.name and part.name:
            doer.relation, doer.partner = "on", index
            doer.verb, part.verb = (
                Entry("verb", "stand", False, "base", "ride"),
                part.verb or Entry("verb", "go", False, "base", "go"),
            )
        else:
            part.held = lemma == "wear" or "holds" in deeds
            part.relation, part.partner = ("on" if lemma in ("wear", "balance") else "beside"), actor
            if lemma in ("paint", "draw"):
                part.changes.add("painted")
            if "bitten" in deeds:
                part.changes.add("bitten")
            if lemma == "walk":
                part.verb = part.verb or verb

    def _is_put_on(self, part: Part, other: Part) -> bool:
        """Whether a part is what is worn on the head, and the other somebody who may wear it."""
        return part.name in HEADWEAR and self.vocabulary.pictures.get(other.name) in ALIVE

    def _handles(self, doer: Part, part: Part) -> bool:
        """Whether one makes the other do what only that can: a thing, or what flies by one that does not."""
        kinds = self.vocabulary.pictures
        return kinds.get(part.name) in ("thing", "flyer", "driver") and kinds.get(doer.name) in ("walker", "swimmer")

    # -- the rest ---------------------------------------------------------------------------------------------------

    def _pronoun(self, word: str) -> bool:
        """`beside her`, `towards it`: the part before; as a subject: those before."""
        if self.prep and self.subject:
            others = [i for i in self.earlier if i not in self.subject]
            if others:
                part = self.story.parts[self.subject[-1]]
                if not part.relation:
                    part.relation, part.partner = self.prep, others[-1]
                if self.prep == "below":
                    part.relation, part.partner = "", -1
                    self.story.parts[others[-1]].relation, self.story.parts[others[-1]].partner = (
                        "above",
                        self.subject[-1],
                    )
            self.prep = ""
        elif word in ("it", "he", "she", "they") and self.fresh and self.earlier and not self.subject:
            self.subject = self.earlier
        elif word in ("her", "that") and self.adjacent in ("", "join", "verb", "cut", "fresh"):
            return False
        self._past("noun" if word in ("it", "he", "she", "they", "who", "which", "that") else "pronoun")
        return True

    def _change(self, value: str) -> None:
        """value: `in`, `out`, or `out left`: where to."""
        change, _, way = value.partition(" ")
        for index in self.actor or self.subject:
            self.story.parts[index].changes.add(change)
            self.story.parts[index].direction = way or self.story.parts[index].direction
        self._past("change")

    def _comes_in(self) -> bool:
        """`hops in from the right`, `walks in.`"""
        after = self._peek()
        ends = after is None or after.stop or (after.of("direction") is not None and after.text.startswith("from"))
        return ends and self.adjacent == "verb"

    def _side(self, value: str) -> None:
        goes = any("out" in self.story.parts[i].changes for i in self.actor)
        for index in self.recent or self.subject:
            if goes:
                self.story.parts[index].direction = value
            else:
                self.story.parts[index].side = value
        self._past("side")

    def _direct(self, value: str) -> None:
        for index in self.actor or self.subject or self.recent:
            self.story.parts[index].direction = self.story.parts[index].direction or value
        if not (self.actor or self.subject or self.recent):
            self.story.settings.append(Setting("direction", Entry("direction", value), "", ""))
        self._past("direction")

    def _set(self, item: Item) -> None:
        self._add(item, self.prep_word if self.prep else self._behind())
        if (self.prep == "above" or self._behind() in ("over", "above")) and item.of("place"):
            for index in self.recent if self.adjacent == "noun" else self.actor:
                self.story.parts[index].over = True
        self.scenery = not self.prep and self._behind() == ""
        self.prep = ""
        self._past("setting")

    def _behind(self) -> str:
        """The preposition right before, an article between them passed over."""
        for step in (-1, -2):
            before = self._peek(step)
            if before is None or before.stop:
                return ""
            if before.text in TO_PLACES:
                return before.text
            if before.text not in ARTICLES:
                return ""
        return ""

    def _add(self, item: Item, behind: str) -> None:
        for slot in ("weather", "time", "place"):
            entry = item.of(slot)
            if entry is not None:
                self.story.settings.append(Setting(slot, entry, item.text, behind))
                return

    def _relate(self, value: str, word: str) -> None:
        self.prep, self.prep_word = value, word
        self._past(self.adjacent)

    def _pass_over(self, item: Item) -> None:
        if (undrawn := item.of("undrawn")) and undrawn.value == "worn" and self.recent:
            self._drop(item.text)
            self.prep = ""
            self._past("noun")
        elif undrawn:
            self._drop(item.text)
            for part in (self.story.parts[i] for i in (self.recent if self.prep == "on" else ())):
                part.verb = part.verb or Entry("verb", "stand", False, "base", "perch")  # on a branch
            self.prep, self.scenery = "", True
            self._past("setting")
        elif item.of("silent") or item.text in english.BREAKERS or item.text in english.DETERMINERS:
            self._past(self.adjacent)
        elif (pace := PACES.get(item.text)) and (self.actor or self.subject):
            for index in self.actor or self.subject:
                self.story.parts[index].speed = pace
            self._past(self.adjacent)
        else:
            self._drop(item.text)
            self._past(self.adjacent)
