"""Rewrite a prompt for the model: as it was typed or expanded (`--expand`), with notes of what it cannot read."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from soracli.card import Card
from soracli.formatting import printable

_OF_MANY_LANGUAGES = ("wan",)  # architectures whose text encoder was trained on them
_PICTURES = "\u2300"  # from here on symbols are pictures; before stand those of prices, degrees and trade marks
_SHOWN = 24  # characters of a word


class RewrittenPrompt(NamedTuple):
    """text: what the model gets. asked: what was typed, empty if that is the same. notes: for the user."""

    text: str
    asked: str = ""
    notes: tuple[str, ...] = ()


def rewrite(
    prompt: str, card: Card, *, words: Sequence[str] = (), beside: Sequence[str] = (), seed: int | None = None
) -> RewrittenPrompt:
    """Rewrite a prompt for a card's model.

    words: those that flags add, which are not repeated. beside: other texts that the model gets. seed: of what is added
    to the prompt; None = it is passed on as it is.
    """
    foreign = scripts(card, " ".join(filter(None, [prompt, *beside])))
    if not prompt or seed is None:
        return RewrittenPrompt(prompt, "", foreign)
    from soracli.prompts import expand, slots

    said = ", ".join([prompt, *words])
    added = expand.additions(said, card, seed)
    if not added:
        return RewrittenPrompt(prompt, "", foreign)
    text = slots.plain(prompt) + added
    return RewrittenPrompt(text, prompt, (*foreign, f"the prompt was expanded to: {printable(text)}"))


def scripts(card: Card, text: str) -> tuple[str, ...]:
    """A note of the words that are in another script than the one the model reads, or in none."""
    if card.arch in _OF_MANY_LANGUAGES:
        return ()
    words = [word for word in text.split() if any(not _is_read(character) for character in word)]
    if not words:
        return ()
    listed = ", ".join(f"'{printable(word[:_SHOWN])}'" for word in words[:3]) + (", ..." if len(words) > 3 else "")
    return (f"{card.name} reads English, and cannot read {listed}; say it in English.",)


def _is_read(character: str) -> bool:
    """Letters of the Latin script, and whatever is neither a letter nor a picture."""
    kind = unicodedata.category(character)
    if kind[0] in "LM":
        name = unicodedata.name(character, "")
        return kind[0] == "M" or name.startswith(("LATIN", "MODIFIER", "FEMININE", "MASCULINE"))
    return not (kind == "So" and character >= _PICTURES) and kind not in ("Cn", "Co")
