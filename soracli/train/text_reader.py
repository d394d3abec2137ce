"""Teach the transformer's reader what captions of the world can say, before the transformer itself is trained.

Only text is needed: captions that say everything, and the slots that they were made from. The questions start as
directions in which the encoder's states are spread evenly (whitened), so that small differences count as much as large
ones, and learn to answer who, what, which way, where, when and how it is filmed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from soracli.models.spark.dit import READ, Reader
from soracli.train.data import TextStates
from soracli.train.probe_network import labels_of, targets
from soracli.train.run import say
from soracli.world.language.prompts import complete
from soracli.world.scenes import Corpus, sample_scene

DAMPING = 0.02  # of the largest spread: directions with less are noise


@dataclass(frozen=True)
class Recipe:
    """captions: to learn from; a tenth is kept to test. batch, steps, lr: of AdamW."""

    captions: int = 3000
    steps: int = 800
    batch: int = 128
    lr: float = 2e-3
    seed: int = 0


def teach(reader: Reader, encoder: TextStates, corpus: Corpus, recipe: Recipe | None = None) -> dict[str, float]:
    """Train the questions in place. Returns the share of test captions whose slots are read rightly."""
    recipe = recipe or Recipe()
    rng = np.random.default_rng(recipe.seed)
    scenes = [sample_scene(rng, corpus, "any") for _ in range(recipe.captions)]
    labels = labels_of(corpus)
    wanted = targets(scenes, labels)  # (N, slots)
    states, mask = encoder([complete(scene, rng) for scene in scenes])
    _spread(reader, states[mask], recipe.seed)
    generator = torch.Generator().manual_seed(recipe.seed)
    heads = nn.ModuleList(nn.Linear(READ, len(values)) for values in labels.values())
    optimiser = torch.optim.AdamW([*reader.parameters(), *heads.parameters()], lr=recipe.lr)
    train = recipe.captions * 9 // 10
    for _ in range(recipe.steps):
        rows = torch.randint(train, (recipe.batch,), generator=generator)
        read = reader(states[rows], mask[rows])
        loss = sum((F.cross_entropy(head(read), wanted[rows, i]) for i, head in enumerate(heads)), torch.zeros(()))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    with torch.no_grad():
        read = reader(states[train:], mask[train:])
        right = [(head(read).argmax(1) == wanted[train:, i]).float().mean() for i, head in enumerate(heads)]
    scores = {slot: float(share) for slot, share in zip(labels, right, strict=True)}
    say("captions read: " + ", ".join(f"{slot} {score:.1%}" for slot, score in scores.items()))
    return scores


@torch.no_grad()
def _spread(reader: Reader, states: Tensor, seed: int) -> None:
    """Random orthogonal questions of whitened states (N, S): every answer has about unit variance."""
    mean = states.mean(0)
    values, vectors = torch.linalg.eigh((states - mean).T @ (states - mean) / len(states))
    scale = (values.clamp(min=0) + DAMPING**2 * values[-1]).rsqrt()  # (S,)
    generator = torch.Generator().manual_seed(seed)
    mixing = torch.linalg.qr(torch.randn(len(mean), READ, generator=generator))[0].T  # (READ, S)
    reader.ask.weight.copy_(mixing @ (vectors * scale).T)
    reader.ask.bias.copy_(-reader.ask.weight @ mean)
