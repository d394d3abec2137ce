"""What performers are told to do on the spot, brought to verbs that can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from soracli.scenes.deeds import OWN, SITS, SLEEPS
from soracli.scenes.relations import FOR_OTHERS
from soracli.scenes.staging import Role
from soracli.scenes.story import Story
from soracli.scenes.vocabulary import Entry, Vocabulary
from soracli.world.language.actors import CABS, SITTERS, actor
from soracli.world.language.verbs import THROWN
from soracli.world.language.words import PLAYED

SEATS = frozenset((
    "bench", "chair", "seat", "couch and lamp", "garden swing", "sofa", "armchair", "throne", "stool", "bed", "sled",
    "broom", "motorcycle", "motor scooter", "bicycle", "manual wheelchair", "motorized wheelchair", "playground slide",
    "canoe", "gondola", "raft", "dragon", "rickshaw", "crescent moon", "cloud", "rock", "wood", "haystack",
    "rocking horse", "brick wall", "wooden fence", "pillow",
))  # fmt: skip
SHOTS = {"footballer": "footballer at a shot"}  # who is drawn with a ball -> without
AT = frozenset(("at", "on", "from", "to", "up", "in", "into", "upon", "with"))
DOES = {verb: action for action, verbs in PLAYED.items() for verb in verbs}


def played(roles: Sequence[Role], story: Story, words: Vocabulary) -> list[Role]:
    """The same roles, where who only stands or bounces sleeps, eats or dances as told.

    The story's notes lose these verbs, and those that a picture shows: somebody in the lotus position does yoga.
    """
    out = [_towards(_played(role, roles, story), i, roles) for i, role in enumerate(roles)]
    sitting = {story.parts[role.group].verb for role in out if role.action == "sit" and role.group >= 0}
    lemmas = {verb.lemma for verb in sitting if verb is not None}
    story.shown = [(typed, "sit" if shown == "stand" and _lemma(typed, words) in lemmas else shown)
                   for typed, shown in story.shown]  # fmt: skip
    acting = {verb.lemma: role.action for role in out for verb in [_verb(role, story)] if verb is not None}
    story.shown = [(typed, acting.get(_lemma(typed, words), shown) if _differs(shown, out) else shown)
                   for typed, shown in story.shown]  # fmt: skip
    seen, drawn = {role.action for role in out} & {*PLAYED}, {role.name.partition(" ")[2] for role in out} - {""}
    seen |= {role.action for role in out} & {*THROWN}
    verbs = {typed: _lemma(typed, words) for typed, _ in story.shown}
    story.shown = [
        row for row in story.shown
        if deed(FOR_OTHERS.get(verbs[row[0]], "")) not in seen
        and not {deed(verbs[row[0]]), verbs[row[0]]} & seen and pictured(verbs[row[0]], words) not in drawn
    ]  # fmt: skip
    return out


def pictured(lemma: str, words: Vocabulary) -> str:
    """The rest of the name of a person's picture who does what a verb says, `` if there is none."""
    return words.people.get(lemma) or words.people.get(lemma.partition(" ")[0], "")


def deed(lemma: str) -> str:
    """The action that plays a verb on the spot, whatever preposition is with it, `` if none does: peck, peck at."""
    first, _, rest = lemma.partition(" ")
    return DOES.get(lemma) or (DOES.get(first, "") if rest in AT else "")


def _differs(shown: str, roles: Sequence[Role]) -> bool:
    """Whether a note names what nobody does: who fights with nobody, or a submarine that walks."""
    return shown in ("meet", "walk") and all(role.action != shown for role in roles)


def _verb(role: Role, story: Story) -> Entry | None:
    """What a role's part is told to do."""
    return story.parts[role.group].verb if role.group >= 0 else None


def _played(role: Role, roles: Sequence[Role], story: Story) -> Role:
    verb = _verb(role, story)
    if role.action == "stand" and (_has_seat(role, roles) or (verb is not None and _drives(verb.lemma, role, roles))):
        return replace(role, action="sit")
    if verb is not None and role.action == "meet" and deed(verb.lemma) == "fight":
        return replace(role, action="fight")
    if verb is None or role.action not in ("stand", "bounce"):
        return role
    if verb.form == "past" and role.kind == "thing":  # poured, sliced
        return role
    if verb.lemma in OWN.get(role.name, frozenset()) - SLEEPS - SITS:  # its picture does that
        return role
    does = deed(verb.lemma) or role.action
    can = does != "sit" or actor(role.name).hip or role.name in SITTERS
    can = can and (does not in ("steam", "smoke") or role.kind in ("thing", "driver"))
    if does == "swing" and any(other.relation == "on" and roles[other.partner] is role for other in roles):
        does = "work"  # a man swings an axe
    return replace(role, action=does) if can else role


def _towards(role: Role, i: int, roles: Sequence[Role]) -> Role:
    """One who is drawn from the side looks to the right, where what it throws or catches flies."""
    thrown = {other.action for other in roles if other.partner == i and other.relation == "in front of"}
    throws = bool(thrown & {*THROWN})
    role = replace(role, name=SHOTS.get(role.name, role.name)) if "score" in thrown else role
    aside = actor(role.name).faces != "front" and not role.direction
    return replace(role, direction="right") if throws and aside else role


def _drives(lemma: str, role: Role, roles: Sequence[Role]) -> bool:
    """Whether it sits in a cab."""
    return lemma == "ride" and role.relation == "on" and role.partner >= 0 and roles[role.partner].name in CABS


def _has_seat(role: Role, roles: Sequence[Role]) -> bool:
    """Whether it is on what people sit on: a bench, a horse."""
    under = roles[role.partner] if role.relation == "on" and role.partner >= 0 else None
    rides = under is not None and (under.name in SEATS or (under.kind == "walker" and under.length > role.length / 2))
    return rides and actor(role.name).hip > 0


def _lemma(typed: str, words: Vocabulary) -> str:
    """The plain form of a verb as it was typed, or ``."""
    entry = words.of(typed, "verb")
    return entry.lemma if entry is not None else ""
