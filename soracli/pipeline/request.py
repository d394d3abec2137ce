"""A request of a rendering verb, parsed: what the steps of `prepare` hand on to each other."""

from __future__ import annotations

from dataclasses import dataclass

from soracli.card import Card
from soracli.options.flags import Flags
from soracli.pipeline.real_footage import Moving
from soracli.pipeline.spec import TaskSpec
from soracli.types import SamplingOptions, Shot


@dataclass(frozen=True)
class Prompt:
    """One prompt, as it was typed and as the model gets it."""

    typed: str  # by the user, or expanded: what a run goes on with
    text: str  # what the model gets: with the words that flags add, or of all shots
    asked: str = ""  # before it was expanded; empty if that is the same
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Request:
    """Texts and flags as values, within the bounds of the model."""

    spec: TaskSpec
    flags: Flags
    words: Prompt
    card: Card  # of the model, with what the flags ask of it
    options: SamplingOptions
    shots: tuple[Shot, ...]  # of several prompts; empty = one
    own: Moving | None  # what carries sources on by their own motion, if that is asked for
    filled: bool  # from the clip itself: no model paints

    @property
    def text(self) -> str:
        """The prompt before it was expanded, with the words that flags add."""
        return joined(self.words.asked or self.words.typed, *self.spec.words)


def joined(*texts: str) -> str:
    """Parts of a prompt as one; empty ones are left out."""
    return ", ".join(filter(None, texts))
