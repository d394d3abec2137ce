"""A prompt read into a scene: who does what, which way, where, when, how it is filmed, and what was not understood.

vocabulary   every phrase that is understood, by the words of a library of pictures
film         camera, style, size of shot: patterns
spans        the prompt as phrases
clauses      phrases as a story: parts, settings, what is left over; with groups, verbs, nouns, relations, story
roles        parts as roles: which picture plays, what it does; `crowds`: persons who are not named one by one
settings     place, time and weather, where the prompt says none or several
notes        what was dropped or replaced, in sentences
staging      parts as performers: sizes true to each other, places in the frame, paths
captions     the scene in the words that a network reads
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from soracli.formatting import printable
from soracli.scenes.captions import caption
from soracli.scenes.clauses import read_story
from soracli.scenes.crowds import mingled, thronged
from soracli.scenes.film import Filmed, filmed
from soracli.scenes.nearest import Near
from soracli.scenes.notes import foreign_words, notes_on, shown, slips
from soracli.scenes.playing import played
from soracli.scenes.roles import (
    ALL,
    adrift,
    afloat,
    at_rest,
    built_in,
    casting,
    headwear,
    implied,
    stand_ins,
    underfoot,
)
from soracli.scenes.settings import ASHORE, Chosen, choose
from soracli.scenes.spans import foreign, items, options, spelt
from soracli.scenes.staging import Role, follows, off_shore, on_bank, staged
from soracli.scenes.story import Setting, Story
from soracli.scenes.vocabulary import Entry, Library, vocabulary
from soracli.world.language.actors import BOATS
from soracli.world.language.surroundings import PLACES, SEASONS
from soracli.world.language.vessels import BANKED
from soracli.world.scene import Scene

WITHIN = ("in", "on", "across", "through", "over", "into", "inside")  # before water that somebody is in
PROPER = re.compile(r"\b[A-Z][a-z]+\b")
NAME = re.compile(r"(?<=[^.!?:\n] )(?<!\b[Aa] )(?<!\b[Aa]n )(?<!\b[Tt]he )[A-Z][a-z]+\b")  # inside a sentence


class Reading(NamedTuple):
    """scene: what will be drawn. caption: the same in words. notes: sentences on all that was dropped or replaced.

    said: which of `place`, `time`, `weather`, `season`, `camera`, `style`, `action` and `direction` the prompt names.
    """

    scene: Scene
    notes: tuple[str, ...]
    caption: str
    said: frozenset[str] = frozenset()


def read(prompt: str, seconds: float, aspect: float, seed: int, known: Library) -> Reading:
    """The scene of a prompt. aspect: width / height. known: the pictures that performers may be.

    The same arguments give the same scene. What the prompt leaves open is chosen by the seed.
    """
    words = vocabulary(known)
    text, others = options(spelt(prompt))
    film, left = filmed(text, words.things)
    names = names_in(prompt)
    phrases, mended = items(left, words, names)
    story = read_story(phrases, words, {row.start: row for row in film if row.slot == "event"}, names)
    thronged(story, phrases)
    near = stand_ins(story, words)
    roles, notes = casting(story, words, known, near, {word.lower() for word in PROPER.findall(prompt)})
    story.settings += [Setting("time", Entry("time", row.value), row.text, "") for row in film if row.slot == "time"]
    roles = mingled(roles, phrases, seed, known)
    roles = built_in(roles, "")
    chosen = choose(story, near, roles)
    roles = built_in(roles, chosen.place)
    if PLACES[chosen.place].water and any(row.behind in WITHIN for row in story.settings if row.slot == "place"):
        roles = [afloat(role, story.parts[role.group]) for role in roles]
    if not PLACES[chosen.place].ground:
        roles = [replace(r, action="hover") if r.kind == "flyer" and r.action == "stand" else r for r in roles]
    if chosen.place == "underwater" or not PLACES[chosen.place].ground:
        roles = [adrift(role) if story.parts[role.group].verb is None else role for role in roles]
    roles += [*headwear(roles, story, words, known), *implied(roles, story, words, known)][: ALL - len(roles)]
    roles = played(at_rest(underfoot(roles, story, words, known), known), story, words)
    scene = _scene(chosen, film, story, roles, seconds, aspect, seed)
    notes = [*slips(mended), *foreign_words(foreign(text)), *notes, *notes_on(story, chosen, film, near)]
    if others:
        notes.append(f"{', '.join(map(repr, map(printable, others)))}: options of other programs; they are not read.")
    seen = any(row.value and row.slot != "size" for row in film)
    if prompt.strip() and not (roles or story.settings or near or seen):
        notes.append(
            f"nothing of this prompt is understood; an empty {chosen.place} is drawn. Say who does what and where: "
            "'a dog runs on a beach at sunset'."
        )
    return Reading(scene, tuple(dict.fromkeys(notes)), caption(scene), _slots(story, film, near))


def names_in(prompt: str) -> frozenset[str]:
    """Words in lower case that are names by their capitals: none of a prompt that is written like a headline."""
    found = NAME.findall(prompt)
    return frozenset(word.lower() for word in found if 2 * len(found) <= len(prompt.split()))


def _slots(story: Story, film: list[Filmed], near: Mapping[str, Near]) -> frozenset[str]:
    """What a prompt names, see `Reading`."""
    placed = any(noun in near and near[noun].slot == "place" for noun, _ in story.strangers)
    return frozenset((
        *("season" if row.entry.value in SEASONS else row.slot for row in story.settings),
        *(row.slot for row in film if row.value), *(["place"] if placed else []),
        *(["action"] if any(part.verb is not None for part in story.parts) else []),
        *(["direction"] if any(part.direction for part in story.parts) else []),
    ))  # fmt: skip


def _scene(
    chosen: Chosen, film: list[Filmed], story: Story, roles: list[Role], seconds: float, aspect: float, seed: int
) -> Scene:
    view = next((row.value for row in film if row.slot == "size"), "")
    cast = staged(roles, seconds, seed, view, aspect)
    if PLACES[chosen.place].shore:
        cast = off_shore(cast, [role.name in BOATS or role.action == "swim" for role in roles])
    by = any(row.slot == "place" and row.behind in ASHORE for row in story.settings)
    if chosen.place in BANKED and by:
        cast = on_bank(cast, [role.kind == "walker" for role in roles])
    camera = shown(film, "camera") or ("tracking" if follows(cast, seconds, aspect) else "static")
    return Scene(
        "scenery",
        cast,
        chosen.place,
        chosen.time,
        chosen.weather,
        camera,
        shown(film, "style") or "3d",
        seed,
        length=seconds,
        season=chosen.season,
    )
