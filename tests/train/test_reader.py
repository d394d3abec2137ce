"""The reader of prompts: it learns what captions say, and padding says nothing."""

from __future__ import annotations

import torch
from tiny import noise

from soracli.models.spark.dit import READ, Reader
from soracli.models.spark.text import Context
from soracli.train.data import TextStates
from soracli.train.text_reader import Recipe, teach
from soracli.world.scenes import Corpus


class Letters:
    """Stands in for the text encoder: a word's state is a common part and, a hundred times smaller, its own."""

    def __call__(self, prompts: list[str]) -> Context:
        words = [prompt.lower().replace(",", " ").replace(".", " ").split() for prompt in prompts]
        states = torch.zeros(len(words), max(map(len, words)), 160)
        mask = torch.zeros(states.shape[:2], dtype=torch.bool)
        for i, row in enumerate(words):
            for j, word in enumerate(row):
                own = noise(160, seed=sum(ord(letter) * 31**k for k, letter in enumerate(word)) % 2**31)
                states[i, j], mask[i, j] = torch.ones(160) + 0.01 * own, True
        return Context(states, mask, (0,) * len(prompts))


def test_small_differences_are_learnt_to_be_told() -> None:
    """Words that are alike to a hundredth decide, and every slot is read far better than by chance."""
    torch.manual_seed(0)
    reader = Reader(160)
    scores = teach(reader, TextStates(Letters()), Corpus.core(4), Recipe(captions=800, steps=300))
    assert set(scores) == {"actor", "action", "direction", "place", "time", "camera"}
    assert min(scores.values()) > 0.55  # by chance at most 0.4
    assert sum(scores.values()) / 6 > 0.65


def test_padding_says_nothing() -> None:
    reader = Reader(8)
    states, mask = noise(2, 5, 8), torch.ones(2, 5, dtype=torch.bool)
    mask[:, 3:] = False
    other = states.clone()
    other[:, 3:] = 99
    assert reader(states, mask).shape == (2, READ)
    assert torch.equal(reader(states, mask), reader(other, mask))
    assert torch.equal(reader(states, mask), reader(states[:, :3], mask[:, :3]))
