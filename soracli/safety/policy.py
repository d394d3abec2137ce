"""The policy: what is not painted, read from policy.toml. Rules of words are matched here, the others in `semantic`.

A policy is data: `SORA_POLICY` names another file, and its digest stands in the recipe of every result.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from soracli.errors import WeightsError
from soracli.formatting import printable, suggest
from soracli.safety import deobfuscate
from soracli.system import parsing

VARIABLE = "SORA_POLICY"
SURFACES = ("prompt", "negative")
_SPELLED = 4  # letters of the shortest word that is looked for in what single letters spell
_GAP = r"[\s_-]+"  # between the words of a term
_IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_SENTENCES = re.compile(r"(?<=[.!?;:])\s+")


class Finding(NamedTuple):
    """What a text was refused for. rule, category: ids. title: of the category."""

    rule: str
    category: str
    title: str


class Expectation(NamedTuple):
    """A text of the policy's own tests. expect: a category; empty = it passes."""

    text: str
    expect: str


class TermMatcher:
    """Matches a list of terms (see policy.toml) in one regular expression."""

    def __init__(self, terms: Sequence[str]) -> None:
        self._any = re.compile("|".join(f"(?:{_pattern(term)})" for term in terms)) if terms else None
        plain = (term.removesuffix("*").replace(" ", "") for term in terms if not term.startswith("re:"))
        self._spelled = tuple(word for word in plain if len(word) >= _SPELLED)

    def found(self, text: str) -> bool:
        """Whether a term stands in the text."""
        return self._any is not None and self._any.search(text) is not None

    def without(self, text: str) -> str:
        """The text with `#` for each term."""
        return text if self._any is None else self._any.sub(" # ", text)

    def spelled(self, run: str) -> bool:
        """Whether one of them stands anywhere in letters without gaps."""
        return any(word in run for word in self._spelled)


@dataclass(frozen=True)
class Rule:
    """One rule, of words (terms) or of meaning (exemplars). See policy.toml."""

    id: str
    category: str
    about: str
    surfaces: tuple[str, ...]
    terms: TermMatcher
    beside: TermMatcher | None
    unless: TermMatcher
    exemplars: tuple[str, ...]
    innocent: tuple[str, ...]
    margin: float
    floor: float

    def matches(self, text: str) -> bool:
        """Whether a stretch of text, in one of its readings, breaks a rule of words."""
        left = self.unless.without(text)
        return self.terms.found(left) and (self.beside is None or self.beside.found(left))


@dataclass(frozen=True)
class Policy:
    """path: the file. digest: short, of its contents. categories: id -> title. innocent: see policy.toml."""

    path: Path
    digest: str
    version: int
    categories: dict[str, str]
    rules: tuple[Rule, ...]
    innocent: tuple[str, ...]
    tests: tuple[Expectation, ...]

    @property
    def name(self) -> str:
        """For recipes: `1-3fa8c0d1`."""
        return f"{self.version}-{self.digest[:8]}"

    @property
    def by_meaning(self) -> tuple[Rule, ...]:
        """The rules that compare meanings."""
        return tuple(rule for rule in self.rules if rule.exemplars)

    def finding(self, rule: Rule) -> Finding:
        """What a text that breaks a rule is refused by."""
        return Finding(rule.id, rule.category, self.categories[rule.category])

    def by_words(self, text: str, surface: str = "prompt") -> Finding | None:
        """The first rule of words that a text breaks, or None. Costs well under a millisecond."""
        readings = [stretch for reading in deobfuscate.variants(text) for stretch in stretches(reading)]
        spelled = deobfuscate.spelled(text)
        for rule in self.rules:
            if surface in rule.surfaces and any(rule.matches(stretch) for stretch in readings):
                return self.finding(rule)
            plain = rule.beside is None and surface in rule.surfaces
            if plain and any(rule.terms.spelled(rule.unless.without(run)) for run in spelled):
                return self.finding(rule)
        return None


def stretches(text: str) -> Iterator[str]:
    """A text by its sentences, each with the one that follows."""
    parts = _SENTENCES.split(text)
    yield from (f"{one} {two}" for one, two in pairwise(parts)) if len(parts) > 1 else parts


def load() -> Policy:
    """The policy in force. Raises WeightsError if its file is not one. Read again whenever the file is another."""
    path = Path(os.environ.get(VARIABLE) or Path(__file__).with_name("policy.toml"))
    state: tuple[int, ...] = ()
    with contextlib.suppress(OSError):  # `_load` says what is wrong
        status = path.stat()
        state = (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size)
    return _load(path, state)


# --- parsing ----------------------------------------------------------------------------------------------------------

_KEYS = {
    "version": int, "margin": float, "floor": float, "categories": dict, "lists": dict, "rules": list,
    "innocent": dict, "tests": list,
}  # fmt: skip
_RULE_KEYS = {
    "id": str, "category": str, "about": str, "surfaces": list, "terms": list, "with": list, "unless": list,
    "exemplars": list, "innocent": list, "margin": float, "floor": float,
}  # fmt: skip
_TEST_KEYS = {"text": str, "expect": str}


class _Reader:
    """Turns a parsed file into a Policy, or says what is wrong with it, and on which line."""

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.text, self.table = path, text, parsing.from_toml(text)

    def bad(self, what: str, near: str = "") -> WeightsError:
        pattern = re.compile(rf"^\s*\[*\s*{re.escape(near)}\b", re.MULTILINE)
        found = pattern.search(self.text) if near else None
        line = f":{self.text.count(chr(10), 0, found.end()) + 1}" if found else ""
        return WeightsError(f"{printable(self.path.name)}{line}: {what}; mend it, or unset {VARIABLE}", "policy_file")

    def check(self, row: Any, keys: Mapping[str, type], needed: Iterable[str], where: str) -> None:
        if not isinstance(row, dict):
            raise self.bad(f"{where} must be a table")
        for key, value in row.items():
            if key not in keys:
                raise self.bad(f"unknown key '{key}'{suggest(key, keys)}", key)
            if not isinstance(value, keys[key]):
                raise self.bad(f"'{key}' has the wrong type ({type(value).__name__})", key)
            listed = value if isinstance(value, list) and key not in ("rules", "tests") else []
            if not all(isinstance(item, str) for item in listed):
                raise self.bad(f"'{key}' must be a list of texts", key)
        for key in needed:
            if key not in row:
                raise self.bad(f"{where}: '{key}' is missing")

    def phrases(self, terms: list[str], where: str) -> TermMatcher:
        try:
            return TermMatcher(self.expanded(terms, where))
        except re.error as error:
            raise self.bad(f"{where}: a pattern is wrong ({error})") from None

    def expanded(self, terms: list[str], where: str, depth: int = 0) -> list[str]:
        """With `@name` in full."""
        found = []
        for term in terms:
            if not term.startswith("@"):
                found.append(term)
                continue
            listed = self.table.get("lists", {}).get(term[1:])
            if not isinstance(listed, list) or depth > 3:
                raise self.bad(f"{where}: there is no list '{term}'{suggest(term[1:], self.table.get('lists', {}))}")
            found += self.expanded(listed, where, depth + 1)
        return found

    def rule(self, row: dict[str, Any]) -> Rule:
        self.check(row, _RULE_KEYS, ("id", "category", "about"), "a rule")
        where = f"rule {row['id']}"
        if ("terms" in row) == ("exemplars" in row):
            raise self.bad(f"{where}: must have either 'terms' or 'exemplars'")
        if row["category"] not in self.table["categories"]:
            raise self.bad(f"{where}: there is no category '{row['category']}'")
        surfaces = tuple(row.get("surfaces", ("prompt",)))
        if not set(surfaces) <= set(SURFACES):
            raise self.bad(f"{where}: surfaces are {', '.join(SURFACES)}")
        beside = self.phrases(row["with"], where) if "with" in row else None
        return Rule(
            row["id"], row["category"], row["about"], surfaces, self.phrases(row.get("terms", []), where), beside,
            self.phrases(row.get("unless", []), where), tuple(row.get("exemplars", ())), tuple(row.get("innocent", ())),
            row.get("margin", self.table["margin"]), row.get("floor", self.table["floor"]),
        )  # fmt: skip

    def policy(self) -> Policy:
        self.check(self.table, _KEYS, ("version", "margin", "floor", "categories", "rules"), "the policy")
        rules = tuple(self.rule(row) for row in self.table["rules"])
        if len({rule.id for rule in rules}) < len(rules):
            raise self.bad("two rules have the same id")
        tests = []
        for row in self.table.get("tests", []):
            self.check(row, _TEST_KEYS, ("text",), "a test")
            tests.append(Expectation(row["text"], row.get("expect", "")))
        digest = hashlib.sha256(self.text.encode()).hexdigest()
        innocent = tuple(self.table.get("innocent", {}).get("texts", ()))
        categories = dict(self.table["categories"])
        return Policy(self.path, digest, self.table["version"], categories, rules, innocent, tuple(tests))


@functools.lru_cache(maxsize=16)
def _load(path: Path, state: tuple[int, ...]) -> Policy:
    try:
        return _Reader(path, parsing.read(path)).policy()
    except OSError as error:
        why = (error.strerror or "cannot be read").lower()
        raise WeightsError(f"{printable(path)}: {why}; mend it, or unset {VARIABLE}", "policy_file") from None
    except ValueError as error:
        raise WeightsError(
            f"{printable(path.name)}: not valid TOML ({error}); mend it, or unset {VARIABLE}", "policy_file"
        ) from None


def _pattern(term: str) -> str:
    """A term as a regular expression, whole words only, where a script has gaps between words."""
    if term.startswith("re:"):
        return term[3:]
    plain = deobfuscate.folded(term)
    words = [re.escape(part).replace(r"\*", r"\w*") for part in plain.split()]
    if len(_IDEOGRAPHS.findall(plain)) > 1:  # no gaps are written between such words; one alone is part of many
        return _GAP.join(words)
    ending = "" if term.endswith("*") else r"(?:e?s)?"
    return r"\b" + _GAP.join(words) + ending + r"\b"
