"""What the user should know about a prompt: how much of it a model does not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from soracli.models import Model


def on_prompt(model: Model, prompt: str) -> list[str]:
    """A note of how much of a long prompt is cut off, once the model is there."""
    encoder = getattr(model, "text", None)
    if encoder is None or not (dropped := encoder.tokens([prompt])[2][0]):
        return []
    return [f"the prompt is too long for {model.card.name}: its last {dropped} word pieces are not read."]
