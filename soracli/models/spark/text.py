"""The frozen text encoder of spark: all-MiniLM-L6-v2, token states out.

Architecture: BERT (Devlin et al. 2019) as distilled by MiniLM (Wang et al. 2020, arXiv:2002.10957) and tuned on
sentence pairs (Reimers & Gurevych 2019, arXiv:1908.10084). English only. Training sees the int8 weights that users get.

Margin: B prompts, L tokens (at most 64, with [CLS] and [SEP]), D = 384, H = 12 heads of 32.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor, nn

from soracli.errors import WeightsError
from soracli.models.common import quantise

WIDTH, DEPTH, HEADS, WORDS, LIMIT = 384, 6, 12, 30_522, 64


class Context(NamedTuple):
    """Encoded prompts.

    states: float32 (B, L, 384). mask: bool (B, L), True = a real token.
    dropped: per prompt, how many word pieces did not fit into the 64 and were cut off.
    """

    states: Tensor
    mask: Tensor
    dropped: tuple[int, ...]


class Layer(nn.Module):
    """One post-norm transformer layer."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value, self.join = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.norm_attention = nn.LayerNorm(WIDTH, eps=1e-12)
        self.widen, self.narrow = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.norm_mlp = nn.LayerNorm(WIDTH, eps=1e-12)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        q, k, v = (f(x).unflatten(-1, (HEADS, -1)).transpose(1, 2) for f in (self.query, self.key, self.value))
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None])  # (B, H, L, 32)
        x = self.norm_attention(x + self.join(y.transpose(1, 2).flatten(2)))  # (B, L, D)
        out: Tensor = self.norm_mlp(x + self.narrow(F.gelu(self.widen(x))))  # (B, L, D)
        return out


class TextEncoder(nn.Module):
    """Prompts in, a Context out. `positions` already holds the segment embedding, which is always the first."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        super().__init__()
        self.tokenizer = tokenizer
        # Given empty: to draw numbers for tables that are read from a file anyway imports torch's compiler, in 1.4 s.
        self.words = nn.Embedding(WORDS, WIDTH, _weight=torch.empty(WORDS, WIDTH))
        self.positions = nn.Embedding(LIMIT, WIDTH, _weight=torch.empty(LIMIT, WIDTH))
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(DEPTH))

    @classmethod
    def load(cls, weights: Path | Sequence[Path], tokenizer: Path, device: str | torch.device = "cpu") -> TextEncoder:
        """Read the shards and the tokenizer; raises WeightsError if one is missing, damaged or of another model."""
        state = quantise.dequantise(quantise.load([weights] if isinstance(weights, Path) else weights))
        try:
            words = Tokenizer.from_file(str(tokenizer))
        except Exception as error:  # the tokenizers package raises bare Exception
            raise WeightsError(
                f"{tokenizer}: not a tokenizer ({error}); run: sora model verify", "weights_damaged"
            ) from None
        words.no_truncation()
        words.no_padding()
        with torch.device("meta"):
            encoder = cls(words)
        try:
            encoder.load_state_dict(state, assign=True)
        except RuntimeError as error:
            reason = str(error).splitlines()[-1].strip()
            raise WeightsError(f"text encoder: the weights do not fit ({reason}); run: sora model verify") from None
        return encoder.requires_grad_(False).eval().to(device)

    def tokens(self, prompts: Sequence[str]) -> tuple[Tensor, Tensor, tuple[int, ...]]:
        """Word piece ids int64 (B, L), mask bool (B, L), dropped pieces per prompt; on the CPU."""
        ids = [encoding.ids for encoding in self.tokenizer.encode_batch(list(prompts))]
        dropped = tuple(max(0, len(row) - LIMIT) for row in ids)
        ids = [row if len(row) <= LIMIT else [*row[: LIMIT - 1], row[-1]] for row in ids]  # [SEP] stays last
        longest = max(map(len, ids))
        table = torch.tensor([row + [0] * (longest - len(row)) for row in ids])  # (B, L)
        lengths = torch.tensor([len(row) for row in ids])  # (B,)
        return table, torch.arange(longest) < lengths[:, None], dropped

    @torch.no_grad()  # not inference_mode: training feeds these states to layers with gradients
    def forward(self, prompts: Sequence[str], depth: int = DEPTH) -> Context:
        """depth: of how many layers the states are."""
        ids, mask, dropped = self.tokens(prompts)
        device = self.words.weight.device
        ids, mask = ids.to(device), mask.to(device)
        x = self.norm(self.words(ids) + self.positions.weight[: ids.shape[1]])  # (B, L, D)
        for layer in self.layers[:depth]:
            x = layer(x, mask)  # (B, L, D)
        return Context(x * mask[..., None], mask, dropped)
