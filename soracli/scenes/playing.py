"""What performers are told to do on the spot, brought to verbs that can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from soracli.scenes.staging import Role
from soracli.scenes.story import Story
from soracli.scenes.vocabulary import Vocabulary
from soracli.world.language.words import PLAYED

DOES = {verb: action for action, verbs in PLAYED.items() for verb in verbs}


def played(roles: Sequence[Role], story: Story, words: Vocabulary) -> list[Role]:
    """The same roles, where who only stands or bounces sleeps, eats or dances as told; the story's notes lose those."""
    out = [_played(role, story) for role in roles]
    seen = {role.action for role in out} & {*PLAYED}
    story.shown = [row for row in story.shown if _action(row[0], words) not in seen]
    return out


def _played(role: Role, story: Story) -> Role:
    verb = story.parts[role.group].verb if role.group >= 0 else None
    if verb is None or role.action not in ("stand", "bounce"):
        return role
    return replace(role, action=DOES.get(verb.lemma, role.action))


def _action(typed: str, words: Vocabulary) -> str:
    """How a verb, as it was typed, is played, or ``."""
    entry = words.of(typed, "verb")
    return DOES.get(entry.lemma, "") if entry is not None else ""
