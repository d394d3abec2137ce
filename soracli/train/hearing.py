"""Teach the reader of human prompts (`soracli.hearing`) what people mean by their own words.

Three kinds of prompts, each with its slots: captions of the world with slots left out, prompts put together from
phrases (`sayings/phrases.toml`, the world's words, WordNet's), and whole prompts that people wrote (`sayings/a.toml`
and `b.toml`, by two hands). The encoder is frozen, so every prompt is read by it once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn

from soracli.hearing import DEPTH, OTHER, SLOTS, Hearer, heard
from soracli.models.spark.text import LIMIT, WIDTH, TextEncoder
from soracli.rewording import reworded
from soracli.train.phrases import Saying, labels, prompts, sayings, turned
from soracli.train.run import say
from soracli.types import Card
from soracli.world.scenes import MOVES


class Recipe(NamedTuple):
    """world, phrases: prompts to make of either kind. share: of sayings in a batch, however few there are.

    steps, batch, lr, decay: of AdamW. features, questions: of the network, see `soracli.hearing`.
    """

    world: int = 3000
    phrases: int = 14000
    share: float = 0.5
    steps: int = 800
    batch: int = 96
    lr: float = 2e-3
    decay: float = 0.05
    features: int = 128
    questions: int = 2
    seed: int = 0


class Known(NamedTuple):
    """Prompts as they are learnt from. states: (N, L, D). mask: (N, L). answers: (N, S), -1 = not asked."""

    states: Tensor
    mask: Tensor
    answers: Tensor

    @classmethod
    def of(cls, some: Sequence[Saying], encoder: TextEncoder) -> Known:
        """Read at half the encoder's depth, those of like length together."""
        table = labels()
        order = sorted(range(len(some)), key=lambda i: len(some[i].text))
        states = torch.zeros(len(some), LIMIT, WIDTH, dtype=torch.half)
        mask = torch.zeros(len(some), LIMIT, dtype=torch.bool)
        for start in range(0, len(order), 48):
            rows = order[start : start + 48]
            found, real, _ = encoder([some[i].text for i in rows], DEPTH)
            states[rows, : real.shape[1]], mask[rows, : real.shape[1]] = found.half(), real
        answers = [[table[slot].index(one.slots[slot]) if slot in one.slots else -1 for slot in SLOTS] for one in some]
        return cls(states, mask, torch.tensor(answers))


class Network(nn.Module):
    """What `soracli.hearing.Hearer` works out, for whole batches."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.take = nn.Linear(WIDTH, recipe.features)
        self.ask = nn.Linear(recipe.features, len(SLOTS) * recipe.questions)
        self.dropout = nn.Dropout(0.2)
        inputs = (recipe.questions + 1) * recipe.features
        self.tell = nn.ModuleDict({slot: nn.Linear(inputs, len(values)) for slot, values in labels().items()})

    def forward(self, states: Tensor, mask: Tensor) -> list[Tensor]:
        """(B, L, D), (B, L) -> logits (B, V) of each slot."""
        z = F.gelu(self.take(self.dropout(states)))  # (B, L, H)
        weight = self.ask(z).masked_fill(~mask[..., None], -1e4).softmax(1)  # (B, L, S Q)
        heard = (weight.transpose(1, 2) @ z).unflatten(1, (len(SLOTS), -1)).flatten(2)  # (B, S, Q H)
        whole = (z * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)  # (B, H)
        rows = [self.dropout(torch.cat([heard[:, i], whole], 1)) for i in range(len(SLOTS))]
        return [self.tell[slot](row) for slot, row in zip(SLOTS, rows, strict=True)]


def teach(made: Known, said: Known, recipe: Recipe) -> dict[str, Tensor]:
    """The network's weights, as `soracli.hearing` reads them: fitted to states that are as the encoder gives them."""
    torch.manual_seed(recipe.seed)
    network = Network(recipe)
    some = made.states[:500].float()[made.mask[:500]]
    mean, scale = some.mean(0), some.std(0).clamp(min=0.05)
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.lr, weight_decay=recipe.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.lr, recipe.steps, pct_start=0.1)
    counts = [(said, round(recipe.batch * recipe.share)), (made, recipe.batch - round(recipe.batch * recipe.share))]
    for _ in range(recipe.steps):
        drawn = [(some, torch.randint(len(some.mask), (count,))) for some, count in counts]
        states, mask, answers = (torch.cat([some[part][rows] for some, rows in drawn]) for part in range(3))
        longest = int(mask.sum(1).max())
        logits = network((states[:, :longest].float() - mean) / scale, mask[:, :longest])
        losses = [F.cross_entropy(row, answers[:, i], ignore_index=-1, label_smoothing=0.05)
                  for i, row in enumerate(logits)]  # fmt: skip
        optimiser.zero_grad()
        torch.stack(losses).sum().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    state = {name.removeprefix("tell."): value.detach() for name, value in network.state_dict().items()}
    state["take.weight"] = state["take.weight"] / scale
    state["take.bias"] = state["take.bias"] - state["take.weight"] @ mean
    return state


def publish(state: Mapping[str, Tensor], target: Path) -> None:
    """One file in half precision, with the answers in its header."""
    tensors = {name: value.half().contiguous() for name, value in state.items()}
    save_file(tensors, target, {"labels": json.dumps(labels())})


# --- what comes out -------------------------------------------------------------------------------------------------


def train(encoder: TextEncoder, card: Card, target: Path, recipe: Recipe) -> None:
    """Say what either author's prompts teach of the other's, then write what both teach.

    card: of the model that is to be told; prompts about actors that it does not know are not to be restated.
    """
    made = Known.of(list(prompts(np.random.default_rng(recipe.seed), recipe.world, recipe.phrases)), encoder)
    say(f"{len(made.mask)} prompts made")
    hands = {name: sayings(name) for name in ("a", "b")}
    said = {name: Known.of([*rows, *map(turned, rows)], encoder) for name, rows in hands.items()}
    for one, other in (("a", "b"), ("b", "a")):
        figures = tried(teach(made, said[one], recipe), hands[other], said[other], card)
        say(f"{other} heard by what learnt from {one}: {figures}")
    publish(teach(made, Known(*map(torch.cat, zip(said["a"], said["b"], strict=True))), recipe), target)


def tried(state: Mapping[str, Tensor], rows: Sequence[Saying], known: Known, card: Card) -> str:
    """How much of some prompts is restated, and rightly: every slot that is said, ways of those alone that move."""
    hearer = Hearer({name: value.numpy() for name, value in state.items()}, labels())
    actors = card.params["knows"]["actors"]
    right, strange = [], []
    for i, row in enumerate(rows):
        found = heard(reworded(row.text, card)[0], known.states[i][known.mask[i]].float().numpy(), hearer)
        restated = found.get("actor") in actors and found.get("place") != OTHER
        if row.slots["actor"] in actors and row.slots["place"] != OTHER:
            asked = {slot: value for slot, value in row.slots.items() if value}
            if asked.get("action") not in MOVES:
                asked.pop("direction", None)
            right.append((restated, restated and asked.items() <= found.items()))
        else:
            strange.append(restated)
    known_share, all_right = np.mean(right, axis=0)
    return f"{known_share:.1%} restated, {all_right:.1%} rightly; of others {sum(strange)} of {len(strange)} restated"
