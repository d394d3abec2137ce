"""Every text that is to reach a model is looked at here first: by its words at once, by its meaning before any model
is loaded. What is refused ends with exit code 4 and one line that names the category and the rule.

Not covered, and said in `sora help safety`: what only a picture shows, other languages but for a few words, what a
text merely hints at, and calls of `soracli.sampling.sampler` from Python, which screen nothing by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from soracli.errors import PolicyError, WeightsError
from soracli.safety import policy
from soracli.safety.policy import Finding
from soracli.types import Shot

PROMPT, NEGATIVE = policy.SURFACES


class ScreenedText(NamedTuple):
    """A text to be screened. name: of where it stands, for messages. surface: one of policy.SURFACES."""

    text: str
    name: str = "PROMPT"
    surface: str = PROMPT


def said(prompt: str, shots: Sequence[Shot], negative: str, guidance: float) -> list[ScreenedText]:
    """All texts of a request. Below a guidance of 1 a model is led to the negative prompt, not away from it."""
    found = (
        [ScreenedText(shot.prompt, f"--shot {shot.start:g}s") for shot in shots] if shots else [ScreenedText(prompt)]
    )
    if negative:
        found.append(ScreenedText(negative, "--negative", NEGATIVE if guidance >= 1 else PROMPT))
    return [one for one in found if one.text]


def by_words(texts: Sequence[ScreenedText]) -> None:
    """Raise PolicyError if one of the texts breaks a rule of words. Takes a millisecond, and loads nothing."""
    rules = policy.load()
    for one in texts:
        if (found := rules.by_words(one.text, one.surface)) is not None:
            raise refusal(one.name, found)


def by_meaning(texts: Sequence[ScreenedText]) -> str:
    """Raise PolicyError if one of the texts means what a rule forbids. Loads the text encoder that ships.

    Returns a sentence if that could not be done, else nothing.
    """
    from soracli.safety import semantic

    wanted = [one for one in texts if one.surface == PROMPT]
    if not wanted or not policy.load().by_meaning:
        return ""
    try:
        judge = semantic.judge()
    except WeightsError as error:
        return f"texts were screened by their words alone ({error})."
    for one in wanted:
        if (found := judge.finding(one.text)) is not None:
            raise refusal(one.name, found)
    return ""


def refusal(name: str, found: Finding) -> PolicyError:
    """The error that names where, what and which rule, and never repeats the text."""
    return PolicyError(
        f"{name}: refused, {found.title} (rule {found.rule}); say it otherwise, or see: sora policy show {found.rule}",
        "refused",
        {"category": found.category, "rule": found.rule, "title": found.title},
    )
