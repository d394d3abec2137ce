"""LTX-Video's autoencoder of 0.9.5 and later: 8x32x32, 128 channels (HaCohen et al. 2024).

    B batch   C channels   T frames   H, W pixels   t = 1 + (T-1)/8 latent frames

The first latent frame is one frame, each other eight. The encoder is causal in time; the decoder looks both ways, and
is told how much noise its latents carry, for it removes the last of it. Parameters have the names and shapes of the
published files (diffusers' AutoencoderKLLTXVideo).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from soracli.models.parts import TwoLayer, fold, patched, sinusoid, unfold, unpatched
from soracli.models.tiles import Tiling, tiled

PATCH = 4  # pixels folded into channels, both ways
FREQUENCIES = 256
TIME, SIDE = 8, 32  # frames and pixels of a latent cell
STEPS = ((1, 2), (2, 1), (2, 2), (2, 2))  # (time, side) by which the encoder's levels shrink


@dataclass(frozen=True)
class LtxVaeConfig:
    """channels: C of the latents. encoder, decoder: channels per level. *_blocks: residual blocks per level."""

    channels: int = 128
    encoder: tuple[int, ...] = (128, 256, 512, 1024, 2048)
    encoder_blocks: tuple[int, ...] = (4, 6, 6, 2, 2)
    decoder: tuple[int, ...] = (256, 512, 1024)
    decoder_blocks: tuple[int, ...] = (5, 5, 5, 5)


class Conv(nn.Module):
    """3x3x3; the first frame is repeated before and, if not causal, the last one after."""

    def __init__(self, channels_in: int, channels: int, causal: bool) -> None:
        super().__init__()
        self.conv, self.causal = nn.Conv3d(channels_in, channels, 3, padding=(0, 1, 1)), causal

    def forward(self, x: Tensor) -> Tensor:
        first, last = x[:, :, :1], x[:, :, -1:]
        out: Tensor = self.conv(torch.cat([first, first, x] if self.causal else [first, x, last], 2))
        return out


def normed(x: Tensor) -> Tensor:
    """Root-mean-square norm over channels."""
    return x * torch.rsqrt(x.float().pow(2).mean(1, keepdim=True) + 1e-8).to(x.dtype)


def _modulation(time: Tensor, table: Tensor) -> tuple[Tensor, ...]:
    """Rows of time (B, n * C) plus table (n, C), each as (B, C, 1, 1, 1)."""
    rows = torch.unflatten(time, 1, (len(table), -1)) + table
    return rows[..., None, None, None].unbind(1)


class Residual(nn.Module):
    def __init__(self, channels: int, causal: bool, timed: bool) -> None:
        super().__init__()
        self.conv1, self.conv2 = Conv(channels, channels, causal), Conv(channels, channels, causal)
        self.scale_shift_table = nn.Parameter(torch.zeros(4, channels)) if timed else None

    def forward(self, x: Tensor, time: Tensor | None) -> Tensor:
        if time is None or self.scale_shift_table is None:
            y = self.conv1(F.silu(normed(x)))
            out: Tensor = x + self.conv2(F.silu(normed(y)))
            return out
        shift, scale, shift_2, scale_2 = _modulation(time, self.scale_shift_table)
        y = self.conv1(F.silu(normed(x) * (1 + scale) + shift))
        out = x + self.conv2(F.silu(normed(y) * (1 + scale_2) + shift_2))
        return out


class Time(nn.Module):
    """Embeds the noise level, in thousandths, (B,) -> (B, width)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.timestep_embedder = TwoLayer(FREQUENCIES, width, F.silu)

    def forward(self, time: Tensor) -> Tensor:
        waves = sinusoid(time, FREQUENCIES).to(self.timestep_embedder.linear_1.weight.dtype)
        out: Tensor = self.timestep_embedder(waves)
        return out


class Down(nn.Module):
    """Fewer voxels: folded after a convolution, plus averages."""

    def __init__(self, channels_in: int, channels: int, time: int, side: int) -> None:
        super().__init__()
        self.conv = Conv(channels_in, channels // (time * side * side), True)
        self.time, self.side, self.channels = time, side, channels

    def forward(self, x: Tensor) -> Tensor:
        x = torch.cat([x[:, :, : self.time - 1], x], 2)
        mean = torch.unflatten(fold(x, self.time, self.side), 1, (self.channels, -1)).mean(2)
        return fold(self.conv(x), self.time, self.side) + mean


class Up(nn.Module):
    """Eight times the voxels in half the channels, plus copies; the first frame stays one."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = Conv(channels, 4 * channels, False)

    def forward(self, x: Tensor) -> Tensor:
        return unfold(self.conv(x), 2, 2)[:, :, 1:] + unfold(x, 2, 2).repeat(1, 4, 1, 1, 1)[:, :, 1:]


class DownLevel(nn.Module):
    def __init__(self, channels: int, blocks: int, down: Down | None) -> None:
        super().__init__()
        self.resnets = nn.ModuleList(Residual(channels, True, False) for _ in range(blocks))
        if down is not None:
            self.downsamplers = nn.ModuleList([down])

    def forward(self, x: Tensor) -> Tensor:
        for block in self.resnets:
            x = block(x, None)
        return self.downsamplers[0](x) if hasattr(self, "downsamplers") else x


class UpLevel(nn.Module):
    def __init__(self, channels: int, blocks: int, up: Up | None) -> None:
        super().__init__()
        self.resnets = nn.ModuleList(Residual(channels, False, True) for _ in range(blocks))
        self.time_embedder = Time(4 * channels)
        if up is not None:
            self.upsamplers = nn.ModuleList([up])

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        x = self.upsamplers[0](x) if hasattr(self, "upsamplers") else x
        embedded = self.time_embedder(time)
        for block in self.resnets:
            x = block(x, embedded)
        return x


class Encoder(nn.Module):
    def __init__(self, config: LtxVaeConfig) -> None:
        super().__init__()
        sizes, blocks = config.encoder, config.encoder_blocks
        self.conv_in = Conv(3 * PATCH**2, sizes[0], True)
        self.down_blocks = nn.ModuleList(
            DownLevel(before, count, Down(before, after, *step))
            for before, after, count, step in zip(sizes, sizes[1:], blocks, STEPS, strict=False)
        )
        self.mid_block = DownLevel(sizes[-1], blocks[-1], None)
        self.conv_out = Conv(sizes[-1], config.channels + 1, True)

    def forward(self, pixels: Tensor) -> Tensor:
        x = self.conv_in(patched(pixels, PATCH))
        for block in (*self.down_blocks, self.mid_block):
            x = block(x)
        out: Tensor = self.conv_out(F.silu(normed(x)))
        return out


class Decoder(nn.Module):
    def __init__(self, config: LtxVaeConfig) -> None:
        super().__init__()
        channels, blocks = config.decoder[-1], config.decoder_blocks
        self.timestep_scale_multiplier = nn.Parameter(torch.tensor(1000.0))
        self.conv_in, self.mid_block = Conv(config.channels, channels, False), UpLevel(channels, blocks[-1], None)
        self.up_blocks = nn.ModuleList()
        for count in blocks[-2::-1]:
            self.up_blocks.append(UpLevel(channels // 2, count, Up(channels)))
            channels //= 2
        self.time_embedder = Time(2 * channels)
        self.scale_shift_table = nn.Parameter(torch.zeros(2, channels))
        self.conv_out = Conv(channels, 3 * PATCH**2, False)

    def forward(self, latents: Tensor, level: Tensor) -> Tensor:
        time = level * self.timestep_scale_multiplier
        x = self.mid_block(self.conv_in(latents), time)
        for block in self.up_blocks:
            x = block(x, time)
        shift, scale = _modulation(self.time_embedder(time), self.scale_shift_table)
        return unpatched(self.conv_out(F.silu(normed(x) * (1 + scale) + shift)), PATCH)


class LtxVae(nn.Module):
    """encode / decode between pixels (B, 3, T, H, W) in [-1, 1], T = 1 + 8k, and latents of about unit variance."""

    latents_mean: Tensor
    latents_std: Tensor

    def __init__(self, config: LtxVaeConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder, self.decoder = Encoder(config), Decoder(config)
        self.register_buffer("latents_mean", torch.zeros(config.channels))
        self.register_buffer("latents_std", torch.ones(config.channels))

    def _stats(self) -> tuple[Tensor, Tensor]:
        mean, std = (v.float().view(1, -1, 1, 1, 1) for v in (self.latents_mean, self.latents_std))
        return mean, std

    def encode(self, pixels: Tensor, noise: torch.Generator | None = None) -> Tensor:
        """Normalised latents (B, C, t, h, w) float32: the mean of the posterior; a draw from it if there is noise."""
        found = self.encoder(pixels.to(self.encoder.conv_in.conv.weight.dtype)).float()
        latents, spread = found[:, :-1], found[:, -1:]
        if noise is not None:
            deviation = (0.5 * spread.clamp(-30, 20)).exp()
            latents = latents + deviation * torch.randn(latents.shape, generator=noise).to(latents.device)
        mean, std = self._stats()
        normalised: Tensor = (latents - mean) / std
        return normalised

    def decode(
        self, latents: Tensor, level: float, noise: Tensor, share: float, tiling: Tiling | None = None
    ) -> Iterator[Tensor]:
        """Latents -> pixels float32, the frames of one latent frame at a time: (B, 3, 1, H, W), then (B, 3, 8, H, W).

        level: of noise that the decoder is told. noise: (B, C, t, h, w), of which `share` is mixed into the latents for
        it to remove. The decoder looks both ways in time, so that everything, or every tile, is decoded at once.
        """
        mean, std = self._stats()
        x = (1 - share) * (latents * std + mean) + share * noise
        told = torch.tensor([level], device=x.device, dtype=torch.float32)

        def part(x: Tensor) -> Iterator[Tensor]:
            pixels = self.decoder(x.to(self.decoder.conv_in.conv.weight.dtype), told).float()
            yield pixels[:, :, :1]
            yield from torch.split(pixels[:, :, 1:], TIME, 2) if pixels.shape[2] > 1 else ()

        yield from tiled(part, x, tiling or Tiling(), (TIME, SIDE, SIDE))
