"""`sora recaption` and `sora policy`: what a prompt leaves open, and whether it would be painted."""

from __future__ import annotations

from typing import Any

from soracli.console.output import emit, print_out
from soracli.console.progress import Talk
from soracli.errors import UsageError, WeightsError
from soracli.formatting import printable, suggest
from soracli.prompts import expand as expansion
from soracli.safety import policy, screening, semantic
from soracli.weights import manifest


def recaption(prompt: str, model: str | None, count: int, seed: int, *, as_json: bool) -> None:
    """Print one caption per line, or one JSON object."""
    card = manifest.card(model)
    said = [screening.ScreenedText(prompt)]
    screening.by_words(said)
    note = screening.by_meaning(said)
    found, notes = expansion.expand(prompt, count, seed, expansion.reader(card))
    notes = [*filter(None, [note]), *notes]
    talk = Talk("plain")
    for one in notes:
        talk.note(one)
    if as_json:
        rows: list[dict[str, Any]] = [{"caption": made.text, "said": made.said, "added": made.added} for made in found]
        emit({"prompt": prompt, "model": card.name, "seed": seed, "captions": rows, "notes": notes})
    else:
        print_out("".join(printable(made.text) + "\n" for made in found))


def policy_check(text: str, *, as_json: bool) -> None:
    """Say whether a text would be painted. Raises PolicyError if not."""
    texts = [screening.ScreenedText(text, "TEXT")]
    screening.by_words(texts)
    note = screening.by_meaning(texts)
    if as_json:
        emit({"passes": True, "policy": policy.load().name, "notes": [note] if note else []})
    else:
        print_out(f"passes{': ' + note if note else ''}\n")


def policy_check_itself(*, as_json: bool) -> None:
    """Try the policy's own tests. Raises WeightsError if one does not hold."""
    rules, judge = policy.load(), semantic.judge()
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


def policy_show(which: str | None, *, as_json: bool) -> None:
    """Print the policy, or what one category or rule of it is about."""
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
