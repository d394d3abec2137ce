"""Every text that is to reach a model is looked at here first: by its words at once, by its meaning before any model
is loaded. What is refused ends with exit code 4 and one line that names the category and the rule.

Not covered, and said in `sora help safety`: what only a picture shows, other languages but for a few words, what a
text merely hints at, and calls of `soracli.sample` from Python, which screen nothing by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from soracli import policy
from soracli.errors import PolicyError, WeightsError
from soracli.policy import Finding
from soracli.types import Shot

PROMPT, NEGATIVE = policy.SURFACES


class Said(NamedTuple):
    """A text and where it was said. name: for messages. surface: one of policy.SURFACES."""

    text: str
    name: str = "PROMPT"
    surface: str = PROMPT


def said(prompt: str, shots: Sequence[Shot], negative: str, guidance: float) -> list[Said]:
    """All texts of a request. Below a guidance of 1 a model is led to the negative prompt, not away from it."""
    found = [Said(shot.prompt, f"--shot {shot.start:g}s") for shot in shots] if shots else [Said(prompt)]
    if negative:
        found.append(Said(negative, "--negative", NEGATIVE if guidance >= 1 else PROMPT))
    return [one for one in found if one.text]


def by_words(texts: Sequence[Said]) -> None:
    """Raise PolicyError if one of the texts breaks a rule of words. Takes a millisecond, and loads nothing."""
    rules = policy.load()
    for one in texts:
        if (found := rules.by_words(one.text, one.surface)) is not None:
            raise refusal(one.name, found)


def by_meaning(texts: Sequence[Said]) -> str:
    """Raise PolicyError if one of the texts means what a rule forbids. Loads the text encoder that ships.

    Returns a sentence if that could not be done, else nothing.
    """
    from soracli import engine

    wanted = [one for one in texts if one.surface == PROMPT]
    if not wanted or not policy.load().by_meaning:
        return ""
    try:
        judge = engine.judge()
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


# --- the verbs --------------------------------------------------------------------------------------------------------


def check(text: str, *, as_json: bool) -> None:
    """Say whether a text would be painted. Raises PolicyError if not."""
    from soracli.console.output import emit, print_out

    texts = [Said(text, "TEXT")]
    by_words(texts)
    note = by_meaning(texts)
    if as_json:
        emit({"passes": True, "policy": policy.load().name, "notes": [note] if note else []})
    else:
        print_out(f"passes{': ' + note if note else ''}\n")


def check_itself(*, as_json: bool) -> None:
    """Try the policy's own tests. Raises WeightsError if one does not hold."""
    from soracli import engine
    from soracli.console.output import emit, print_out

    rules, judge = policy.load(), engine.judge()
    broken = []
    for test in rules.tests:
        found = rules.by_words(test.text) or judge.finding(test.text)
        if (found.category if found else "") != test.expect:
            broken.append(f"'{test.text}' {'is ' + found.rule if found else 'passes'}, not {test.expect or 'passing'}")
    if broken:
        raise WeightsError(
            f"{rules.path.name}: {len(broken)} of its {len(rules.tests)} tests fail: {'; '.join(broken)}; mend it",
            "policy_file",
        )
    if as_json:
        emit({"passes": True, "policy": rules.name, "tests": len(rules.tests)})
    else:
        print_out(f"{len(rules.tests)} tests of {rules.path.name} hold\n")


def show(which: str | None, *, as_json: bool) -> None:
    """Print the policy, or what one category or rule of it is about."""
    from soracli.console.output import emit, print_out
    from soracli.errors import UsageError
    from soracli.wording import printable, suggest

    rules = policy.load()
    wanted = None if which is None else which.upper()
    known = [*rules.categories, *(rule.id for rule in rules.rules)]
    if wanted is not None and wanted not in known:
        raise UsageError(
            f"RULE {printable(which)}: no such rule{suggest(wanted, known)}; there are {', '.join(known)}", "no_rule"
        )
    rows: list[dict[str, Any]] = [
        {
            "rule": rule.id, "category": rule.category, "title": rules.categories[rule.category], "about": rule.about,
            "by": "meaning" if rule.exemplars else "words", "surfaces": list(rule.surfaces),
            "exemplars": len(rule.exemplars),
        }
        for rule in rules.rules if wanted in (None, rule.id, rule.category)
    ]  # fmt: skip
    data = {"path": str(rules.path), "policy": rules.name, "sha256": rules.digest, "rules": rows}
    if as_json:
        emit(data)
        return
    lines = []
    for category in dict.fromkeys(row["category"] for row in rows):
        lines.append(f"{category}   {rules.categories[category]}")
        for row in (row for row in rows if row["category"] == category):
            how = f"by meaning, {row['exemplars']} examples" if row["exemplars"] else "by words"
            lines.append(f"  {row['rule']}  {row['about']} ({how})")
    print_out("\n".join([*lines, "", f"policy {rules.name}, all of it: {printable(rules.path)}", ""]))
