"""The story that phrases tell, and the state of the machine that reads them. Methods of the state know no grammar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from soracli.scenes.film import Filmed
from soracli.scenes.spans import Item
from soracli.scenes.vocabulary import Entry, Vocabulary

DEFINITE = ("the", "this", "that", "his", "her", "its", "their")
ARTICLES = (*DEFINITE, "a", "an", "my", "your", "our", "these", "those", "some", "any", "each", "every", "another",
            "other", "all")  # fmt: skip
TO_PLACES = ("in", "on", "at", "across", "along", "through", "over", "from", "under", "into", "onto", "inside",
             "by", "near", "around", "past", "of", "above", "down", "up", "above", "towards", "toward", "to", "outside",
             "beside", "behind", "against", "among", "between", "off", "beyond", "next to", "out of")  # fmt: skip

KIND = "kind"  # for a preposition: the place says what kind of thing somebody is, a street cat
ALIVE = ("walker", "flyer", "swimmer")  # kinds of pictures


@dataclass
class Deed:
    """What a part does after what it did before. direction: `` = as before."""

    verb: Entry
    direction: str = ""


@dataclass
class Part:
    """A performer in the making, or several alike. said: its head noun as typed. name: empty if no table has it.

    verb: what it does. partner: index of the part that `relation` is to. changes: `in`, `out`, `bitten`, `opened`,
    `painted`, `eaten` (bite after bite). counted: its number as typed. role: `subject`, `object` or `partner`.
    scale: how large for its kind. speed: factor on its usual pace. over: whether it is above a place. held:
    whether another has it. within: whether it is in its partner. then: what it does after `verb`, in order. likened: a
    picture whose size it has, with a factor, `` if its own.
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
    within: bool = False
    then: list[Deed] = field(default_factory=list)
    likened: tuple[str, float] = ("", 1.0)


class Setting(NamedTuple):
    """A place, time or weather that is said. behind: the preposition before it, if any, or `KIND`."""

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
    """A noun group. size: items. part: none if it is a setting or nothing. places: that it ends in: a rose garden.

    worn: clothes that it ends in: a pilot jacket. colours: of further ones: a red and a blue car.
    """

    size: int
    part: Part | None
    definite: bool
    modifiers: tuple[str, ...]
    settings: tuple[Item, ...]
    places: tuple[Item, ...] = ()
    worn: str = ""
    colours: tuple[str, ...] = ()


class Telling:
    """The state of the machine. subject: indices of the parts that verbs go to. recent: those named last.

    actor: those of the last verb. verb: the last verb, while an object may follow. prep: a preposition that waits.
    agency: a verb in the passive whose doer follows.
    later: whether what follows comes after what was told, meanwhile: at the same time. next: whether the verb at hand
    comes after.
    names: words in lower case that are somebody's name.
    scenery: whether something that is no part is what a verb would go to. still: whether the next part is a likeness.
    """

    def __init__(
        self,
        items: Sequence[Item],
        vocabulary: Vocabulary,
        events: Mapping[int, Filmed],
        names: Set[str] = frozenset(),
    ) -> None:
        self.events, self.names = events, names
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
        self.joined = self.fresh = self.scenery = self.still = self.later = self.meanwhile = self.next = False
        self.adjacent = ""  # what the item before was: `noun`, `verb`, `setting`, `cut`

    def peek(self, step: int = 1) -> Item | None:
        """The item so many steps on; None beyond the ends."""
        index = self.at + step
        return self.items[index] if 0 <= index < len(self.items) else None

    def past(self, what: str, size: int = 1) -> None:
        """Go on by so many items. what: kind of the last, see `adjacent`."""
        self.at += size
        self.adjacent = what

    def drop(self, text: str) -> None:
        """Note that words are not shown."""
        if text and text not in self.story.dropped:
            self.story.dropped.append(text)

    def near(self, typed: str, shown: str) -> None:
        """Note that words are shown as others; as none if `shown` is empty."""
        if not shown:
            gone = [row[0] for row in self.story.shown if row[0].startswith(typed[:4])]
            self.story.shown = [row for row in self.story.shown if row[0] not in gone]
            known = any(word.startswith(typed[:4]) for word in self.story.dropped)
            for one in gone or ([] if known else [typed]):
                self.drop(one)
        elif (typed, shown) not in self.story.shown:
            self.story.shown.append((typed, shown))

    def behind(self) -> str:
        """The preposition right before, an article between them passed over."""
        for step in (-1, -2):
            before = self.peek(step)
            if before is None or before.stop:
                return ""
            if before.text in TO_PLACES:
                return before.text
            if before.text not in ARTICLES:
                return ""
        return ""

    def add(self, item: Item, behind: str) -> None:
        """Take a place, a time or a weather; a dark forest is two of them."""
        for slot in ("weather", "time", "place"):
            entry = item.of(slot)
            if entry is not None:
                self.story.settings.append(Setting(slot, entry, item.text, behind))

    def is_mover(self, item: Item) -> bool:
        """Whether an item names somebody, or what moves by itself: people call a ship she."""
        name = item.of("name")
        return name is not None and self.vocabulary.pictures.get(name.value, "thing") != "thing"

    def is_asked(self) -> bool:
        """Whether verbs may be in their base form: make the dog fly."""
        asked = ("make", "let", "can", "see", "watch")
        return any(one.text.partition(" ")[0] in asked for one in self.items[: self.at])
