"""How image-to-video networks see a picture: CLIP's vision transformer (Radford et al. 2021).

    B pictures   N = 1 + (224 / 14)² tokens   D width   H heads

Names of parameters are those of transformers' CLIPVisionModel, in published files behind a prefix.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from soracli.models.common.loading import FileLayout

MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)  # of CLIP's own pictures
FORM = FileLayout(prefix="vision_model.", drop=r"position_ids$|^visual_projection\.", blocks=r"encoder\.layers\.")


@dataclass(frozen=True)
class VisionConfig:
    """width: D. hidden: of the feed-forward part. patch, side: pixels of a token's square, and of the picture."""

    width: int = 1280
    heads: int = 16
    hidden: int = 5120
    depth: int = 32
    patch: int = 14
    side: int = 224
    activation: str = "gelu"


class _Attention(nn.Module):
    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(config.width, config.width) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        parts = (self.q_proj(x), self.k_proj(x), self.v_proj(x))
        q, k, v = (torch.unflatten(part, 2, (self.heads, -1)).transpose(1, 2) for part in parts)  # (B, H, N, d)
        out: Tensor = self.out_proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        return out


class _Mlp(nn.Module):
    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(config.width, config.hidden), nn.Linear(config.hidden, config.width)
        self.quick = config.activation == "quick_gelu"

    def forward(self, x: Tensor) -> Tensor:
        y = self.fc1(x)
        out: Tensor = self.fc2(y * torch.sigmoid(1.702 * y) if self.quick else F.gelu(y))
        return out


class _Layer(nn.Module):
    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.self_attn, self.mlp = _Attention(config), _Mlp(config)
        self.layer_norm1, self.layer_norm2 = nn.LayerNorm(config.width), nn.LayerNorm(config.width)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.self_attn(self.layer_norm1(x))
        out: Tensor = x + self.mlp(self.layer_norm2(x))
        return out


class _Embeddings(nn.Module):
    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.class_embedding = nn.Parameter(torch.zeros(config.width))
        self.patch_embedding = nn.Conv2d(3, config.width, config.patch, config.patch, bias=False)
        self.position_embedding = nn.Embedding(1 + (config.side // config.patch) ** 2, config.width)

    def forward(self, pixels: Tensor) -> Tensor:
        x = self.patch_embedding(pixels).flatten(2).transpose(1, 2)  # (B, N - 1, D)
        first = self.class_embedding.expand(len(x), 1, -1)
        return torch.cat([first, x], 1) + self.position_embedding.weight


class _Encoder(nn.Module):
    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_Layer(config) for _ in range(config.depth))


class Vision(nn.Module):
    """CLIP's image tower (Radford et al. 2021), without its projection."""

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.config = config
        self.embeddings, self.encoder = _Embeddings(config), _Encoder(config)
        self.pre_layrnorm, self.post_layernorm = nn.LayerNorm(config.width), nn.LayerNorm(config.width)

    def forward(self, pictures: Tensor) -> Tensor:
        """Prepared pictures (B, 3, side, side) -> states before the last layer (B, N, D)."""
        x = self.pre_layrnorm(self.embeddings(pictures))
        for layer in list(self.encoder.layers)[:-1]:
            x = layer(x)
        states: Tensor = x
        return states

    def pooled(self, pictures: Tensor) -> Tensor:
        """Prepared pictures (B, 3, side, side) -> the state of the first token at the end (B, D)."""
        last = self.encoder.layers[-1](self.forward(pictures))
        found: Tensor = self.post_layernorm(last[:, 0])
        return found


def prepared(pixels: Tensor, side: int) -> Tensor:
    """Pictures (B, 3, H, W) in [-1, 1] -> (B, 3, side, side): the shorter side scaled, the middle cut out."""
    high, wide = pixels.shape[2:]
    scale = side / min(high, wide)
    size = (side, int(wide * scale)) if high <= wide else (int(high * scale), side)
    levels = ((pixels + 1) * 127.5).round()
    scaled = F.interpolate(levels, size, mode="bicubic", antialias=True, align_corners=False).round().clamp(0, 255)
    top, left = ((have - side) // 2 for have in size)
    cut = scaled[:, :, top : top + side, left : left + side] / 255
    mean, std = (torch.tensor(v, device=pixels.device).view(1, 3, 1, 1) for v in (MEAN, STD))
    return (cut - mean) / std
