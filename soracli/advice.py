"""What the user should know about a prompt: things the model has never seen, and text it will not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from soracli.types import Card

if TYPE_CHECKING:
    from soracli.models import Model


def strangers(card: Card, prompt: str) -> list[str]:
    """One note about what the model does not know in a prompt, without loading anything."""
    from soracli import lexicon

    known = card.params.get("knows")
    words = lexicon.unknown(prompt, lexicon.Vocabulary.of(known["actors"], known["places"])) if known else []
    listed = ", ".join(f"'{word}'" for word in words)
    told = [f"{card.name} does not know {listed}; it will draw the nearest things that it knows (sora model show)."]
    return [*(told if words else ()), *filming(card, prompt)]


def filming(card: Card, prompt: str) -> list[str]:
    """A note about a camera move that the model does not know. What stands still may be filmed by a static camera."""
    from soracli import reading
    from soracli.world.words import ON_THE_SPOT

    known = card.params.get("knows", {}).get("cameras")
    said = reading.read(prompt).slots if known else {}
    asked = said.get("camera", reading.SAID)
    fits = asked in (*(known or ()), reading.SAID) or (asked == "static" and said.get("action") in ON_THE_SPOT)
    return [] if fits else [f"{card.name} does not know the camera '{asked}'; it knows {', '.join(known or ())}."]


def on_prompt(model: Model, prompt: str) -> list[str]:
    """The same once the model is there: which noun is taken for which, and how much of a long prompt is cut off."""
    from soracli import lexicon, sentences

    encoder, known = getattr(model, "text", None), model.card.params.get("knows")
    if encoder is None:
        return []
    notes = []
    if known and (vectors := sentences.of(model.card)) is not None:
        taken = lexicon.nearest(prompt, vectors, lexicon.Vocabulary.of(known["actors"], known["places"]))
        notes += [*(word.note(model.card.name) for word in taken), *filming(model.card, prompt)]
    if dropped := encoder.tokens([prompt])[2][0]:
        notes.append(f"the prompt is too long for {model.card.name}: its last {dropped} word pieces are not read.")
    return notes
