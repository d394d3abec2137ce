"""Sentence vectors in NumPy, for those who only compare texts: a prompt is refused before torch could be imported.

The network and the files are those of `models.spark.text`, which paints by the states of single words; a test holds the
two together. Letters: B texts, L tokens (at most 64, with [CLS] and [SEP]), D = 384, H = 12 heads of 32.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from soracli.card import Card
from soracli.errors import WeightsError
from soracli.weights import manifest

Floats = npt.NDArray[np.float32]

WIDTH, DEPTH, HEADS, LIMIT = 384, 6, 12, 64
_BATCH = 16
_SCALE = ".scale"  # of the rows of a matrix in int8: `quantise`


class Sentences:
    """Texts in, unit vectors out."""

    def __init__(self, state: dict[str, npt.NDArray[Any]], tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._words, self._scale = state["words.weight"], state["words.weight.scale"]  # int8: few of its rows are used
        self._state = {name: _full(state, name) for name in state if not name.startswith("words.")}

    @staticmethod
    @lru_cache(maxsize=1)
    def shared(files: tuple[Path, ...], tokenizer: Path) -> Sentences:
        """Read the shards and the tokenizer, once in a process. Raises WeightsError if one is damaged."""
        try:
            state = {name: array for path in files for name, array in load_file(path).items()}
            words = Tokenizer.from_file(str(tokenizer))
            words.no_truncation()
            words.no_padding()
            return Sentences(state, words)
        except KeyError as error:
            raise WeightsError(
                f"text encoder: the weights do not fit ({error} is missing); run: sora model verify"
            ) from None
        except (SafetensorError, OSError) as error:
            raise WeightsError(
                f"{files[0]}: cannot be read ({error}); run: sora model verify", "weights_damaged"
            ) from None
        except Exception as error:  # the tokenizers package raises bare Exception
            raise WeightsError(
                f"{tokenizer}: not a tokenizer ({error}); run: sora model verify", "weights_damaged"
            ) from None

    def __call__(self, texts: Sequence[str]) -> Floats:
        """Mean of the tokens' states, unit length: (len(texts), D). Those of like length together: less padding."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        rows = np.empty((len(texts), WIDTH), np.float32)
        for start in range(0, len(order), _BATCH):
            some = order[start : start + _BATCH]
            rows[some] = self._means([texts[i] for i in some])
        return unit(rows)

    def _means(self, texts: list[str]) -> Floats:
        x, mask = self._states(texts)
        means: Floats = (x * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True).astype(np.float32)  # (B, D)
        return means

    def _states(self, texts: list[str]) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """(B, L, D), and which tokens are real: (B, L)."""
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(texts)]
        ids = [row if len(row) <= LIMIT else [*row[: LIMIT - 1], row[-1]] for row in ids]  # [SEP] stays last
        lengths = np.array([len(row) for row in ids])  # (B,)
        longest = int(lengths.max())
        table = np.array([row + [0] * (longest - len(row)) for row in ids])  # (B, L)
        mask = np.arange(longest) < lengths[:, None]  # (B, L)
        unseen = np.where(mask, 0, -np.inf).astype(np.float32)[:, None, None]  # (B, 1, 1, L)
        x = self._words[table] * self._scale[table][..., None] + self._state["positions.weight"][:longest]  # (B, L, D)
        x = self._norm(x, "norm")
        for i in range(DEPTH):
            x = self._layer(x, unseen, f"layers.{i}.")  # (B, L, D)
        return x, mask

    def _layer(self, x: Floats, unseen: Floats, at: str) -> Floats:
        """One post-norm transformer layer."""
        heads = (*x.shape[:2], HEADS, WIDTH // HEADS)
        q, k, v = (
            self._linear(x, at + name).reshape(heads).transpose(0, 2, 1, 3) for name in ("query", "key", "value")
        )
        scores = q @ k.swapaxes(2, 3) / np.float32(heads[3] ** 0.5) + unseen  # (B, H, L, L)
        scores = np.exp(scores - scores.max(axis=3, keepdims=True))
        y = scores / scores.sum(axis=3, keepdims=True) @ v  # (B, H, L, 32)
        x = self._norm(x + self._linear(y.transpose(0, 2, 1, 3).reshape(x.shape), at + "join"), at + "norm_attention")
        wide = self._linear(x, at + "widen")
        return self._norm(x + self._linear(gelu(wide), at + "narrow"), at + "norm_mlp")

    def _linear(self, x: Floats, name: str) -> Floats:
        y: Floats = x.reshape(-1, x.shape[-1]) @ self._state[name + ".weight"].T + self._state[name + ".bias"]
        return y.reshape(*x.shape[:-1], -1)

    def _norm(self, x: Floats, name: str) -> Floats:
        x = x - x.mean(axis=-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + np.float32(1e-12))
        return x * self._state[name + ".weight"] + self._state[name + ".bias"]


def of(card: Card) -> Sentences | None:
    """Those of a card's text encoder, None if it has none of this kind. Raises WeightsError if files are not there."""
    files = manifest.paths(card)
    if card.arch != "spark" or "text" not in files:
        return None
    return Sentences.shared(tuple(files["text"]), files["tokenizer"][0])


def _full(state: dict[str, npt.NDArray[Any]], name: str) -> Floats:
    """A tensor as it is meant; a matrix in int8 (N, K) by the scales of its rows."""
    full: Floats = state[name].astype(np.float32)
    return full * state[name + _SCALE][:, None] if name + _SCALE in state else full


def gelu(x: Floats) -> Floats:
    """Hendrycks & Gimpel 2016, arXiv:1606.08415."""
    y: Floats = x * _normal(x)
    return y


def _normal(x: Floats) -> Floats:
    """The normal distribution function, to 1e-7 (Abramowitz & Stegun 1964, 7.1.26)."""
    z = np.abs(x) / np.float32(2**0.5)
    t = np.reciprocal(1 + np.float32(0.3275911) * z)
    tail = np.zeros_like(t)
    for factor in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592):
        tail = (tail + np.float32(factor)) * t
    tail *= np.exp(-z * z) / 2
    below: Floats = np.where(x < 0, tail, 1 - tail)
    return below


def unit(x: Floats) -> Floats:
    """Vectors (N, D) at unit length."""
    length: Floats = np.sqrt((x * x).sum(axis=1, keepdims=True))
    return x / length
