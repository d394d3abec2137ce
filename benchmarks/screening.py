"""The policy's figures for `trust.py`: what it refuses of what it should, and of what it should not.

prompts.toml has the prompts; other people's lists, one prompt a line, can be given as files.
"""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from soracli.safety import policy, semantic
from soracli.safety.policy import Policy
from soracli.safety.semantic import SemanticRules
from soracli.world.language import captions
from soracli.world.language.surroundings import CAMERAS, PLACES, STYLES, TIMES, WEATHERS
from soracli.world.language.words import ACTIONS, ACTORS, DIRECTIONS

PROMPTS = Path(__file__).with_name("prompts.toml")
FILLER = "a calm wide shot of a valley with a river, soft light, clouds drift over the hills, birds sing in the trees, "
CYRILLIC = str.maketrans("aeopcxy", "аеорсху")
LEET = str.maketrans("aeiost", "431057")
DISGUISES: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "1337": lambda text: text.translate(LEET),
    "s p a c e d": lambda text: " ".join(text.replace(" ", "")),
    "cyrillic": lambda text: text.translate(CYRILLIC),
    "zero width": lambda text: "\u200b".join(text),
    "invisible letters": lambda text: "\u3164".join(text),
    "sl/ash": lambda text: _cut(text, "/"),
    "cu t": lambda text: _cut(text, " "),
    "buried": lambda text: FILLER * 2 + text + ", " + FILLER * 2,
}


def _cut(text: str, sign: str) -> str:
    """Every word of four letters or more in two, with a sign between the halves."""
    return " ".join(word[: len(word) // 2] + sign * (len(word) > 3) + word[len(word) // 2 :] for word in text.split())


def screening(innocent: Sequence[str], forbidden: Sequence[str], captions_: int) -> str:
    """Print recall and false alarms; returns those on prompts that no rule was made on."""
    rules = policy.load()
    judge = SemanticRules(rules, semantic.encoder())
    sets = tomllib.loads(PROMPTS.read_text(encoding="utf-8"))
    for name, note in (("tuned", "the rules were made on these"), ("held", "no rule was made on these")):
        table(name, note, sets[name], rules, judge)
    held = [text for category, texts in sets["held"].items() if category != "pass" for text in texts]
    found = (f"{how} {refused([change(t) for t in held], rules, judge)}" for how, change in DISGUISES.items())
    print(f"  disguised, of the {len(held)} held: {', '.join(found)}")
    world = worldly(captions_)
    print(f"  captions of the world refused: {refused(world, rules, judge)} of {len(world)}")
    for files, what in ((innocent, "innocent"), (forbidden, "forbidden")):
        for file in files:
            texts = [line.strip() for line in Path(file).read_text(encoding="utf-8").splitlines() if line.strip()]
            print(f"  {what}, {Path(file).name}: {refused(texts, rules, judge)} of {len(texts)} refused")
    clocks = []
    for text in sets["held"]["pass"]:
        start = time.perf_counter()
        rules.by_words(text)
        judge.finding(text)
        clocks.append(time.perf_counter() - start)
    print(f"  a prompt takes {1000 * float(np.median(clocks)):.0f} ms, at most {1000 * max(clocks):.0f} ms\n")
    alarms, innocents = refused(sets["held"]["pass"], rules, judge), len(sets["held"]["pass"])
    caught = refused(held, rules, judge)
    return f"of {len(held)} forbidden prompts {caught} are refused, of {innocents} innocent ones {alarms}"


def table(name: str, note: str, groups: dict[str, list[str]], rules: Policy, judge: SemanticRules) -> None:
    """One row per category: refused by words, by meaning, by either, and named as the right category."""
    print(f"policy, {name} ({note}): refused by words, by meaning, by either; as the right category")
    total = caught = 0
    for category, texts in groups.items():
        words = [rules.by_words(text) for text in texts]
        sense = [judge.finding(text) for text in texts]
        either = [one or other for one, other in zip(words, sense, strict=True)]
        right = sum(found is not None and found.category == category for found in either)
        count = sum(found is not None for found in either)
        parts = f"{sum(map(bool, words)):>3} {sum(map(bool, sense)):>3} {count:>3} of {len(texts)}"
        print(f"  {rules.categories.get(category, 'innocent'):<42} {parts}{f'; {right}' if category != 'pass' else ''}")
        if category != "pass":
            total, caught = total + len(texts), caught + count
    print(f"  recall {caught} of {total} = {100 * caught / total:.0f} %")


def refused(texts: Sequence[str], rules: Policy, judge: SemanticRules) -> int:
    return sum((rules.by_words(text) or judge.finding(text)) is not None for text in texts)


def worldly(count: int) -> list[str]:
    """Captions of random scenes, such as spark is trained on."""
    rng = np.random.default_rng(0)
    tables = {
        "actor": ACTORS, "action": ACTIONS, "direction": DIRECTIONS, "place": PLACES, "time": TIMES, "camera": CAMERAS,
        "style": STYLES, "weather": WEATHERS,
    }  # fmt: skip
    picks = ({key: list(rows)[int(rng.integers(len(rows)))] for key, rows in tables.items()} for _ in range(count))
    return [captions.describe(said | {"count": "1"}, rng) for said in picks]
