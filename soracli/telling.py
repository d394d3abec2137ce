"""What a model is told of a prompt: its words exchanged for those that the model learnt, and what it leaves open.

Where words are left that the model never met, the prompt as a whole is restated, if it can be heard what it means.
"""

from __future__ import annotations

from typing import NamedTuple

from soracli import values
from soracli.flags import Flags
from soracli.inputs import Brief
from soracli.types import Card
from soracli.wording import printable


class Told(NamedTuple):
    """text: what the model is told. asked: what was typed, empty if that is the same. notes: for the user."""

    text: str
    asked: str = ""
    notes: tuple[str, ...] = ()


def told(prompt: str, card: Card, flags: Flags, brief: Brief) -> Told:
    """The words that flags add are minded, so that nothing is said twice. A film of several shots is told as it is."""
    if not prompt or brief.shots:
        return Told(prompt)
    from soracli import reading, recaption

    text, note = (prompt, "") if flags.verbatim else exchanged(prompt, card)
    notes = [printable(note)] if note else []
    if flags.expand:
        said = ", ".join([text, *brief.words])
        if added := recaption.additions(said, card, values.seeds(flags.seed, flags.count)[0]):
            text = reading.plain(text) + added
            notes.append(f"the prompt was expanded to: {printable(text)}")
    return Told(text, prompt if text != prompt else "", tuple(notes))


def exchanged(prompt: str, card: Card) -> tuple[str, str]:
    """What is told instead of a prompt, and a note of it for the user; empty if it stays as it is."""
    from soracli import hearing, rewording

    text, changes = rewording.reworded(prompt, card)
    if not hearing.plain(text) and (caption := hearing.restated(prompt, text, card)):
        return caption, f"{card.name} reads: '{caption}'"
    return text, rewording.note(changes, card.name) if changes else ""
