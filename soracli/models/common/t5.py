"""T5 v1.1 and UMT5 text encoders (Raffel et al. 2020, Shazeer 2020; Chung et al. 2023), and their tokenizers.

    B batch   L tokens   D width   H heads   d width of a head

Names of parameters are those of the published files. T5 has one table of relative positions, UMT5 one per block.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from soracli.errors import WeightsError
from soracli.formatting import short
from soracli.models.common import sentencepiece
from soracli.models.common.layers import Scale, gelu, rms
from soracli.models.common.loading import FileLayout

if TYPE_CHECKING:
    from tokenizers import Tokenizer

EPS = 1e-6
BUCKETS, FARTHEST = 32, 128
FORM = FileLayout(
    rules=(  # from the names of GGUF files
        (r"^token_embd\.", "shared."),
        (r"^enc\.output_norm\.", "encoder.final_layer_norm."),
        (r"^enc\.blk\.(\d+)\.attn_([qkvo])\.", r"encoder.block.\1.layer.0.SelfAttention.\2."),
        (r"^enc\.blk\.(\d+)\.attn_rel_b\.", r"encoder.block.\1.layer.0.SelfAttention.relative_attention_bias."),
        (r"^enc\.blk\.(\d+)\.attn_norm\.", r"encoder.block.\1.layer.0.layer_norm."),
        (r"^enc\.blk\.(\d+)\.ffn_gate\.", r"encoder.block.\1.layer.1.DenseReluDense.wi_0."),
        (r"^enc\.blk\.(\d+)\.ffn_up\.", r"encoder.block.\1.layer.1.DenseReluDense.wi_1."),
        (r"^enc\.blk\.(\d+)\.ffn_down\.", r"encoder.block.\1.layer.1.DenseReluDense.wo."),
        (r"^enc\.blk\.(\d+)\.ffn_norm\.", r"encoder.block.\1.layer.1.layer_norm."),
    ),
    drop=r"^encoder\.embed_tokens\.|^spiece_model$",
    blocks=r"^encoder\.block\.",
)


@dataclass(frozen=True)
class T5Config:
    """vocabulary: tokens. width: D. head: d. hidden: of the feed-forward part. own_positions: as UMT5 has them."""

    vocabulary: int = 32128
    width: int = 4096
    head: int = 64
    heads: int = 64
    hidden: int = 10240
    depth: int = 24
    own_positions: bool = False


class _SelfAttention(nn.Module):
    def __init__(self, config: T5Config, positions: bool) -> None:
        super().__init__()
        inner = config.heads * config.head
        self.heads = config.heads
        self.q, self.k, self.v = (nn.Linear(config.width, inner, bias=False) for _ in range(3))
        self.o = nn.Linear(inner, config.width, bias=False)
        if positions:
            self.relative_attention_bias = nn.Embedding(BUCKETS, config.heads)

    def positions(self, length: int) -> Tensor | None:
        """Relative position bias of attention scores, (1, heads, L, L); None where the first block's is used."""
        if not hasattr(self, "relative_attention_bias"):
            return None
        table: Tensor = self.relative_attention_bias(buckets(length).to(self.q.weight.device))  # (L, L, H)
        return table.permute(2, 0, 1)[None]

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        q, k, v = (torch.unflatten(part(x), 2, (self.heads, -1)).transpose(1, 2) for part in (self.q, self.k, self.v))
        y = F.scaled_dot_product_attention(q, k, v, bias, scale=1.0)  # (B, H, L, d)
        out: Tensor = self.o(y.transpose(1, 2).flatten(2))
        return out


class _Gated(nn.Module):
    def __init__(self, config: T5Config) -> None:
        super().__init__()
        self.wi_0, self.wi_1 = (nn.Linear(config.width, config.hidden, bias=False) for _ in range(2))
        self.wo = nn.Linear(config.hidden, config.width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.wo(gelu(self.wi_0(x)) * self.wi_1(x))
        return out


class _Attending(nn.Module):
    def __init__(self, config: T5Config, positions: bool) -> None:
        super().__init__()
        self.SelfAttention = _SelfAttention(config, positions)
        self.layer_norm = Scale(config.width)


class _Thinking(nn.Module):
    def __init__(self, config: T5Config) -> None:
        super().__init__()
        self.DenseReluDense = _Gated(config)
        self.layer_norm = Scale(config.width)


class _Block(nn.Module):
    def __init__(self, config: T5Config, positions: bool) -> None:
        super().__init__()
        self.layer = nn.ModuleList([_Attending(config, positions), _Thinking(config)])

    @property
    def attending(self) -> _Attending:
        return cast(_Attending, self.layer[0])

    @property
    def thinking(self) -> _Thinking:
        return cast(_Thinking, self.layer[1])


class _Encoder(nn.Module):
    def __init__(self, config: T5Config) -> None:
        super().__init__()
        self.block = nn.ModuleList(_Block(config, config.own_positions or i == 0) for i in range(config.depth))
        self.final_layer_norm = Scale(config.width)


class T5(nn.Module):
    """The encoder of T5 v1.1 and UMT5 (Raffel et al. 2020; Chung et al. 2023)."""

    def __init__(self, config: T5Config) -> None:
        super().__init__()
        self.config = config
        self.shared = nn.Embedding(config.vocabulary, config.width)
        self.encoder = _Encoder(config)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Token numbers and mask (1 = a token, 0 = padding), both (B, L) -> states (B, L, D)."""
        x: Tensor = self.shared(ids)
        hidden = (1 - mask[:, None, None].to(x.dtype)) * torch.finfo(x.dtype).min  # (B, 1, 1, L)
        bias: Tensor | None = None
        for block in self.encoder.block:
            assert isinstance(block, _Block)
            attending, thinking = block.attending, block.thinking
            found = attending.SelfAttention.positions(ids.shape[1])
            bias = found if found is not None else bias
            assert bias is not None
            x = x + attending.SelfAttention(rms(x, attending.layer_norm.weight, EPS), bias + hidden)
            x = x + thinking.DenseReluDense(rms(x, thinking.layer_norm.weight, EPS))
        return rms(x, self.encoder.final_layer_norm.weight, EPS)


def buckets(length: int) -> Tensor:
    """(L, L): which of the learnt distances holds from each token to each other; near ones apart, far ones together."""
    half, near = BUCKETS // 2, BUCKETS // 4
    away = torch.arange(length)[None] - torch.arange(length)[:, None]
    far = near + (torch.log(away.abs().clamp(min=1).float() / near) / math.log(FARTHEST / near) * near).long()
    return (away > 0).long() * half + torch.where(away.abs() < near, away.abs(), far.clamp(max=half - 1))


def tokenizer(path: Path) -> Tokenizer:
    """From `tokenizer.json` or `spiece.model`; its ids end with </s>. What the file says of padding is left aside."""
    from tokenizers import Tokenizer

    if path.suffix == ".model":
        return sentencepiece.load(path)
    try:
        made = Tokenizer.from_file(str(path))
        made.no_padding()
        made.no_truncation()
        return made
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the library raises nothing more specific, and panics, which are no Exceptions
        raise WeightsError(
            f"{path}: is not a tokenizer ({short(error)}); run: sora model verify", "weights_damaged"
        ) from error


def tokens(tokenizer: Tokenizer, prompt: str, length: int) -> tuple[Tensor, Tensor]:
    """A prompt -> numbers and mask (1, length), cut or padded with 0."""
    try:
        ids: list[int] = tokenizer.encode(" ".join(prompt.split())).ids
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # as above
        raise WeightsError(
            f"the tokenizer is damaged ({short(error)}); take the model's own", "weights_damaged"
        ) from error
    if not ids:
        raise WeightsError("the tokenizer makes nothing of a prompt; take the model's own", "weights_damaged")
    if len(ids) > length:
        ids = [*ids[: length - 1], ids[-1]]
    mask = [1] * len(ids) + [0] * (length - len(ids))
    return torch.tensor([ids + [0] * (length - len(ids))]), torch.tensor([mask])
