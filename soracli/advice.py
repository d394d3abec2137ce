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
    return [*(told if words else ()), *manner(card, prompt)]


def manner(card: Card, prompt: str) -> list[str]:
    """A note for a camera move, a style or a weather that the model does not know, and for several where it knows one.

    What stands still may be filmed by a static camera, and every model knows its own plain style and a clear sky.
    """
    from soracli import reading
    from soracli.world.words import ON_THE_SPOT

    knows = card.params.get("knows")
    if not knows:
        return []
    found = reading.read(prompt)
    said, told = found.slots, []
    still = "static" if said.get("action") in ON_THE_SPOT else ""
    for slot, plain in (("camera", still), ("style", "3d"), ("weather", "clear")):
        asked, known = said.get(slot, reading.SAID), knows.get(slot + "s", ())
        if asked not in (*known, plain, reading.SAID):
            instead = f"it knows {', '.join(known)}" if known else "it has seen none"
            told.append(f"{card.name} does not know the {slot} '{asked}'; {instead}.")
    if (found.many or sum(reading.actors(prompt).values()) > 1) and "several" not in knows:
        told.append(f"{card.name} has learnt one actor at a time; it will hardly draw several.")
    return told


def on_prompt(model: Model, prompt: str) -> list[str]:
    """The same once the model is there: which noun is taken for which, and how much of a long prompt is cut off."""
    from soracli import lexicon, sentences

    encoder, known = getattr(model, "text", None), model.card.params.get("knows")
    if encoder is None:
        return []
    notes = []
    if known and (vectors := sentences.of(model.card)) is not None:
        taken = lexicon.nearest(prompt, vectors, lexicon.Vocabulary.of(known["actors"], known["places"]))
        notes += [*(word.note(model.card.name) for word in taken), *manner(model.card, prompt)]
    if dropped := encoder.tokens([prompt])[2][0]:
        notes.append(f"the prompt is too long for {model.card.name}: its last {dropped} word pieces are not read.")
    return notes
