"""Crowds: persons who are not named one by one, each another picture, who walk both ways."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from soracli.scenes.spans import Item
from soracli.scenes.staging import Role
from soracli.scenes.story import Part, Setting, Story
from soracli.scenes.vocabulary import Entry, Library

MANY = 5  # persons alike from which they are a crowd
FILL = 6  # persons of a crowd that is not counted
CROWDED = re.compile(
    r"\b(?:crowd(?:s|ed)?|throngs?|parades?|procession|bustling|people everywhere|full of people|"
    r"busy (?:street|market|square|station))\b"
)
ONE_WAY = re.compile(r"\b(?:parades?|procession)\b")
ALIKE = frozenset(("person", "person walking", "person standing", "people"))
PASSERS = ("man walking", "woman walking", "person walking", "old man", "old woman", "girl", "boy", "office worker",
           "student", "man beard", "woman curly hair", "person red hair", "woman with headscarf",
           "man white hair")  # fmt: skip


def thronged(story: Story, phrases: Sequence[Item]) -> None:
    """Add persons to a story of none whose phrases speak of a crowd, in a street if no place is said."""
    if story.parts or not CROWDED.search(_joined(phrases)):
        return
    story.dropped[:] = [phrase for phrase in story.dropped if not CROWDED.search(phrase)]
    if all(row.slot != "place" for row in story.settings):
        story.settings.append(Setting("place", Entry("place", "city street"), "", ""))
    story.parts.append(Part("people", "person", many=True, count=FILL))


def mingled(roles: Sequence[Role], phrases: Sequence[Item], seed: int, known: Library) -> list[Role]:
    """Roles in which many persons alike become different ones, as the seed says.

    Every other one walks the other way, unless a direction is said or they are a parade.
    """
    groups = Counter(role.group for role in roles if role.name in ALIKE)
    names = [name for name in PASSERS if name in known.names()]
    rng = random.Random(seed)
    rng.shuffle(names)
    parade = ONE_WAY.search(_joined(phrases))
    out, met = [], 0
    for role in roles:
        if role.name not in ALIKE or groups[role.group] < MANY or role.relation:
            out.append(role)
            continue
        way = role.direction or ("left" if met % 2 or parade else "right")
        name = names[met % len(names)]
        out.append(replace(role, name=name, length=known.length(name), direction=way))
        met += 1
    return out


def _joined(phrases: Sequence[Item]) -> str:
    return " ".join(item.text for item in phrases)
