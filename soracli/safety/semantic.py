"""What a text means, as far as the embedded text encoder knows: stretches of it beside a policy's exemplars.

A stretch breaks a rule if it lies nearer to one of the rule's exemplars than to anything innocent, by the rule's
margin, and nearer than its floor. Letters: W stretches, N texts of the policy, D = 384.
No torch: see `sentence_encoder`.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from soracli.card import Card
from soracli.errors import WeightsError
from soracli.prompts import sentence_encoder
from soracli.prompts.sentence_encoder import Floats, Sentences
from soracli.safety import deobfuscate, policy
from soracli.safety.policy import Finding, Policy
from soracli.weights import manifest

VECTORS = Path(__file__).with_name("policy.safetensors")  # of the policy that ships
_judges: dict[str, SemanticRules] | None = None  # by the digest of the policy; None = they are not kept
WORDS, STEP = 14, 7  # of the stretches that slide over a text, so that nothing is drowned in a long one


class Nearness(NamedTuple):
    """Of the stretch of a text that comes nearest to a rule.

    margin: see policy.toml; -1 if no stretch is nearer than the rule's floor. nearest: cosine of its nearest exemplar.
    """

    rule: str
    stretch: str
    margin: float
    nearest: float


def encoder() -> Sentences:
    """Of the text encoder that ships, whatever else is called so. Raises WeightsError if its files are not there."""
    found = sentence_encoder.of(_model())
    if found is None:
        raise WeightsError("model 'spark' has no text encoder that compares texts; run: sora model verify")
    return found


@contextlib.contextmanager
def keeping_judges() -> Iterator[None]:
    """Within this block judges stay from one call to the next."""
    global _judges
    if _judges is not None:  # whoever came first decides when it ends
        yield
        return
    _judges = {}
    try:
        yield
    finally:
        _judges = None


def judge() -> SemanticRules:
    """Who says what texts mean, by the policy in force. Raises WeightsError if the text encoder is not there."""
    rules = policy.load()
    found = (_judges or {}).get(rules.digest) or SemanticRules(rules, encoder())
    if _judges is not None:
        _judges[rules.digest] = found
    return found


def _model() -> Card:
    """The model whose text encoder it is."""
    try:
        return manifest.cards()["spark"]
    except KeyError:  # a list of models that leaves it out
        raise WeightsError("model 'spark' is not in the list of models; run: sora model verify") from None


class SemanticRules:
    """A policy's rules of meaning: the exemplars of each, embedded, to which texts are compared."""

    def __init__(self, rules: Policy, text: Sentences) -> None:
        self._policy, self._text = rules, text
        listed = texts(rules)
        self._where = {text: i for i, text in enumerate(listed)}
        self._vectors = _kept(listed)
        if self._vectors is None:
            self._vectors = text(listed)

    def finding(self, text: str) -> Finding | None:
        """The rule of meaning that a text breaks most clearly, or None."""
        near = {one.rule: one for one in self.nearness(text)}
        broken = [rule for rule in self._policy.by_meaning if near[rule.id].margin >= rule.margin]
        worst = max(broken, key=lambda rule: near[rule.id].margin, default=None)
        return None if worst is None else self._policy.finding(worst)

    def nearness(self, text: str) -> list[Nearness]:
        """How near a text comes to every rule."""
        parts = list(dict.fromkeys(stretches(text)))
        ours = self._text(parts)  # (W, D)
        good = self._cosines(ours, innocent(self._policy))  # (W,)
        found = []
        for rule in self._policy.by_meaning:
            bad = self._cosines(ours, rule.exemplars)  # (W,)
            counted = np.where(bad >= rule.floor, bad - good, -1)
            i = int(counted.argmax())
            found.append(Nearness(rule.id, parts[i], float(counted[i]), float(bad[i])))
        return found

    def _cosines(self, ours: Floats, others: Sequence[str]) -> Floats:
        """Of every stretch and the nearest of some texts: (W,)."""
        assert self._vectors is not None
        rows = self._vectors[[self._where[text] for text in others]]  # (n, D)
        nearest: Floats = (ours @ rows.T).max(axis=1)
        return nearest


def stretches(text: str) -> Iterator[str]:
    """What is looked at: sentences, two at a time, and windows that slide over the words; whatever the disguise."""
    for reading in deobfuscate.readings(text)[:2]:
        yield from policy.stretches(reading)
        words = reading.split()
        for start in range(0, max(1, len(words) - WORDS + STEP), STEP):
            yield " ".join(words[start : start + WORDS])


# --- what ships -------------------------------------------------------------------------------------------------------


def innocent(rules: Policy) -> list[str]:
    """What is fine is so for every rule, whichever it was written beside."""
    return [*(text for rule in rules.by_meaning for text in rule.innocent), *rules.innocent]


def texts(rules: Policy) -> list[str]:
    """Every exemplar and every innocent text of a policy, once."""
    exemplars = (text for rule in rules.by_meaning for text in rule.exemplars)
    return list(dict.fromkeys([*exemplars, *innocent(rules)]))


def _kept(listed: Sequence[str]) -> Floats | None:
    """The vectors of these texts, if they are those that ship."""
    try:
        with safe_open(VECTORS, "np") as file:
            fits = (file.metadata() or {}).get("texts") == _digest(listed)
            return file.get_tensor("vectors").astype(np.float32) if fits else None
    except (OSError, SafetensorError):
        return None


def _digest(listed: Sequence[str]) -> str:
    """Names the texts and the weights of the encoder."""
    files = [file.sha256 for file in _model().files if file.role in ("text", "tokenizer")]
    return hashlib.sha256("\n".join([*files, *listed]).encode()).hexdigest()


def seal(target: Path = VECTORS) -> int:
    """Write the vectors of the policy that ships. Returns how many."""
    listed = texts(policy.load())
    save_file({"vectors": encoder()(listed).astype(np.float16)}, target, {"texts": _digest(listed)})
    return len(listed)


if __name__ == "__main__":
    if sys.argv[1:] != ["--seal"]:
        sys.exit("usage: python -m soracli.safety.semantic --seal")
    sys.stdout.write(f"{seal()} texts\n")
