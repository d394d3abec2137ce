"""How alike pictures look to a network that was trained to recognise things: a loss for decoders, and a figure."""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor

FILE = Path("perceptual") / "vgg_blocks1-3_lpips.safetensors"
LAYERS = (2, 2, 3)  # of each block
MEAN = (103.939, 116.779, 123.68)  # BGR


class Vgg:
    """VGG16's first blocks and the heads of LPIPS (Zhang et al. 2018); pictures are RGB in 0..255, (N, 3, H, W)."""

    def __init__(self, assets: Path) -> None:
        held = {name: value.float() for name, value in load_file(assets / FILE).items()}
        self.blocks = [
            [(held[f"conv{b}_{i}.weight"], held[f"conv{b}_{i}.bias"]) for i in range(1, count + 1)]
            for b, count in enumerate(LAYERS, 1)
        ]
        self.heads = [held[f"head_lin{b}"] for b in range(len(LAYERS))]
        self.mean = torch.tensor(MEAN).view(1, 3, 1, 1)

    def __call__(self, pictures: Tensor, blocks: int = 3) -> list[Tensor]:
        """Features of each block, (N, 64, H, W), (N, 128, H/2, W/2), (N, 256, H/4, W/4)."""
        x, out = pictures.flip(1) - self.mean, []
        for number, layers in enumerate(self.blocks[:blocks]):
            x = F.max_pool2d(x, 2) if number else x
            for weight, bias in layers:
                x = F.relu(F.conv2d(x, weight, bias, padding=1))
            out.append(x)
        return out

    def distance(self, guess: Tensor, truth: Tensor, blocks: int = 3) -> Tensor:
        """LPIPS of pictures (N, 3, H, W) in [-1, 1], mean over all."""
        with torch.no_grad():
            wanted = self(127.5 * (truth + 1), blocks)
        total = guess.new_zeros(())
        for a, b, head in zip(self(127.5 * (guess + 1), blocks), wanted, self.heads, strict=False):
            apart = (F.normalize(a, dim=1, eps=1e-6) - F.normalize(b, dim=1, eps=1e-6)).square()
            total = total + (apart * head).sum(1).mean()
        return total
