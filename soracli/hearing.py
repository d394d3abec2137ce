"""What a prompt means whose words are none of the model's: a small network that reads the text encoder's states.

A prompt that is about somebody whom the card knows is restated in the world's own wording; any other stays as typed.
The network answers for each of `SLOTS` from L tokens' states at half the encoder's depth, where words are still
themselves: every slot has Q questions, each answered by the tokens that it attends to.

    L tokens   D = 384   H = 128 features   S = 5 slots   Q questions a slot   V answers of a slot

It is taught by soracli/train/hearing.py, and needs a millisecond beside the encoder.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from safetensors import SafetensorError, safe_open

from soracli import reading
from soracli.common import BREAKERS, DETERMINERS
from soracli.errors import WeightsError
from soracli.recaption import DEEDS
from soracli.sentences import Floats, gelu, of
from soracli.types import Card
from soracli.world.actors import actor
from soracli.world.prompts import spoken, worded
from soracli.world.words import ON_THE_SPOT

SLOTS = ("actor", "action", "direction", "place", "time")
UNSAID, OTHER = "", "other"
WEIGHTS = Path(__file__).with_name("hearing.safetensors")
DEPTH = 3  # layers of the encoder whose states are read
SURE = 0.5  # least probability of the actor: see `python -m soracli.train hearing`
TRUST = 4.0  # how much likelier an answer is if tables read the same
TRIES = 16  # draws for a plain caption that tables read as it is meant
SEVERAL = re.compile(r"\b(?:two|three|four|five|six|seven|several|many|both|[2-9])(?: \w+)? \w+s\b", re.IGNORECASE)
KEPT = ("time", "weather", "camera", "style")  # what the tables read of a prompt, and the network does not


class Hearer(NamedTuple):
    """state: tensors by name. labels: the answers of each slot, in their order."""

    state: Mapping[str, Floats]
    labels: Mapping[str, tuple[str, ...]]

    @staticmethod
    @cache
    def shipped() -> Hearer | None:
        """None if the file is not there, or none."""
        try:
            with safe_open(WEIGHTS, "np") as file:
                labels = json.loads(file.metadata()["labels"])
                state = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}  # noqa: SIM118
        except (OSError, SafetensorError, KeyError, TypeError, ValueError):
            return None
        return Hearer(state, {slot: tuple(values) for slot, values in labels.items()})

    def answers(self, states: Floats) -> dict[str, Floats]:
        """States (L, D) -> probabilities (V,) of each slot."""
        z = gelu(states @ self.state["take.weight"].T + self.state["take.bias"])  # (L, H)
        weight = _softmax(z @ self.state["ask.weight"].T + self.state["ask.bias"], axis=0)  # (L, S Q)
        heard = (weight.T @ z).reshape(len(SLOTS), -1)  # (S, Q H)
        whole = z.mean(axis=0)  # (H,)
        found = {}
        for slot, row in zip(SLOTS, heard, strict=True):
            y = np.concatenate([row, whole])
            found[slot] = _softmax(self.state[f"{slot}.weight"] @ y + self.state[f"{slot}.bias"], axis=0)
        return found

    def slots(self, states: Floats, named: Mapping[str, str]) -> tuple[dict[str, str], float]:
        """What is said, and how sure that is of the actor (0..1). Nobody does what none of its kind can.

        named: what tables read of the same prompt; the network is led to it, but may know better.
        """
        chances = self.answers(states)
        for slot, values in self.labels.items():
            row = chances[slot] * [TRUST if value == named.get(slot) else 1 for value in values]
            chances[slot] = row / row.sum()
        said = {slot: self.labels[slot][int(chances[slot].argmax())] for slot in SLOTS}
        if said["actor"] not in (UNSAID, OTHER):
            able = (UNSAID, *DEEDS.get(actor(said["actor"]).kind, ()))
            mask = np.array([action in able for action in self.labels["action"]])
            said["action"] = self.labels["action"][int((chances["action"] * mask).argmax())]
        return said, float(chances["actor"].max())


def restated(prompt: str, exchanged: str, card: Card) -> str:
    """The prompt in the world's wording; empty if its meaning is not sure, or if the card lacks what it is about.

    exchanged: the prompt with words exchanged (`rewording`), for what only tables can tell.
    """
    known, hearer = card.params.get("knows"), Hearer.shipped()
    if not known or hearer is None:
        return ""
    try:
        encoder = of(card)
    except WeightsError:
        return ""
    said = {} if encoder is None else heard(exchanged, encoder.states(prompt, DEPTH), hearer)
    if said.get("actor") not in known["actors"] or ("place" in said and said["place"] not in known["places"]):
        return ""
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(prompt.encode()).digest()[:8], "big"))
    captions = [worded(said, rng) for _ in range(TRIES)]
    right = [one for one in captions if said.items() <= reading.read(one).slots.items()]
    return min(right or captions, key=len)  # the plainest: the user sees it


def heard(exchanged: str, states: Floats, hearer: Hearer) -> dict[str, str]:
    """What a prompt says, by slot; empty if it is not sure, or if it names somebody else, or several.

    To know whom it is about is not enough; what it does must be said, or where it is. What only the tables know (dawn,
    rain, a camera) is taken from them. exchanged: see `restated`. states: (L, D) of the tokens of what was typed.
    """
    named = reading.read(exchanged)
    said, sure = hearer.slots(states, named.slots)
    called = reading.actors(exchanged)
    beside = any(enters for name, enters in called.items() if name != said["actor"])
    if beside or (called and said["actor"] not in called) or named.many or SEVERAL.search(exchanged):
        return {}
    if sure < SURE or said["action"] == said["place"] == UNSAID:
        return {}
    if said["action"] in ("", *ON_THE_SPOT):
        said["direction"] = UNSAID
    kept = {slot: named.slots[slot] for slot in KEPT if named.slots.get(slot, reading.SAID) != reading.SAID}
    return {**kept, **{slot: value for slot, value in said.items() if value != UNSAID}}


def plain(prompt: str) -> bool:
    """Whether every word is one that captions use."""
    return all(word in _words() for word in re.findall(r"[^\W_]+", prompt.lower()))


@cache
def _words() -> frozenset[str]:
    return spoken() | DETERMINERS | BREAKERS


def _softmax(x: Floats, axis: int) -> Floats:
    y = np.exp(x - x.max(axis=axis, keepdims=True))
    chances: Floats = y / y.sum(axis=axis, keepdims=True)
    return chances
