"""LTX-Video's autoencoders: 8x32x32, 128 channels (HaCohen et al. 2024).

    B batch   C channels   T frames   H, W pixels   t = 1 + (T-1)/8 latent frames

The first latent frame is one frame, each other eight. The encoder is causal in time; the decoder looks both ways, and
since 0.9.1 is told how much noise its latents carry, for it removes the last of it. There are three: 0.9.0; 0.9.1, with
another decoder, which adds grain of its own; 0.9.5 and later, with another encoder and no grain. Parameters have the
names and shapes of the published files (diffusers' AutoencoderKLLTXVideo).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from soracli.models.common.layers import TwoLayer, fold, patched, sinusoid, unfold, unpatched
from soracli.models.common.tiling import Tiling, tiled

PATCH = 4  # pixels folded into channels, both ways
FREQUENCIES = 256
TIME, SIDE = 8, 32  # frames and pixels of a latent cell
STEPS = ((1, 2), (2, 1), (2, 2), (2, 2))  # (time, side) by which the encoder's levels shrink


@dataclass(frozen=True)
class LtxVaeConfig:
    """channels: C of the latents. encoder, decoder: channels per level. *_blocks: residual blocks per level.

    strided: whether the encoder shrinks by strided convolutions, as before 0.9.5; its last level does not shrink then.
    timed: whether the decoder is told the noise level, as since 0.9.1, and halves its channels whenever it grows; if
    not, its first level does not grow. grain: levels of the decoder that add noise, in the order of decoder_blocks.
    """

    channels: int = 128
    encoder: tuple[int, ...] = (128, 256, 512, 1024, 2048)
    encoder_blocks: tuple[int, ...] = (4, 6, 6, 2, 2)
    decoder: tuple[int, ...] = (256, 512, 1024)
    decoder_blocks: tuple[int, ...] = (5, 5, 5, 5)
    strided: bool = False
    timed: bool = True
    grain: tuple[bool, ...] = (False, False, False, False)


class Conv(nn.Module):
    """size³, 3x3x3 at first; the first frame is repeated before and, if not causal, the last one after."""

    def __init__(self, channels_in: int, channels: int, causal: bool, *, size: int = 3, stride: int = 1) -> None:
        super().__init__()
        side = size // 2
        self.conv = nn.Conv3d(channels_in, channels, size, stride, padding=(0, side, side))
        self.causal, self.side = causal, side

    def forward(self, x: Tensor) -> Tensor:
        if self.side:
            first, last = x[:, :, :1], x[:, :, -1:]
            x = torch.cat([first, first, x] if self.causal else [first, x, last], 2)
        out: Tensor = self.conv(x)
        return out


def normed(x: Tensor) -> Tensor:
    """Root-mean-square norm over channels."""
    return x * torch.rsqrt(x.float().pow(2).mean(1, keepdim=True) + 1e-8).to(x.dtype)


Row = tuple[Tensor, Tensor]  # what is added, and multiplied by one more than


def _rows(time: Tensor | None, table: Tensor) -> tuple[Row, ...]:
    """Rows of time (B, 2n * C) plus table (2n, C): n pairs of (B, C, 1, 1, 1)."""
    assert time is not None
    rows = (torch.unflatten(time, 1, (len(table), -1)) + table)[..., None, None, None].unbind(1)
    return tuple(zip(rows[::2], rows[1::2], strict=True))


def _moved(x: Tensor, row: Row | None) -> Tensor:
    return x if row is None else x * (1 + row[1]) + row[0]


@dataclass(frozen=True)
class Told:
    """Conditioning of a decoder. time: noise level in thousandths (B,), None = none. draw: of injected noise."""

    time: Tensor | None = None
    draw: torch.Generator | None = None


class Residual(nn.Module):
    """Two convolutions beside what comes in. timed: whether rows of time modulate them. grain: whether noise is added,
    the same in every frame.
    """

    def __init__(
        self, channels_in: int, channels: int, causal: bool, *, timed: bool = False, grain: bool = False
    ) -> None:
        super().__init__()
        self.conv1, self.conv2 = Conv(channels_in, channels, causal), Conv(channels, channels, causal)
        if channels_in != channels:
            self.norm3, self.conv_shortcut = (
                nn.LayerNorm(channels_in, eps=1e-6),
                Conv(channels_in, channels, causal, size=1),
            )
        self.scale_shift_table = nn.Parameter(torch.zeros(4, channels)) if timed else None
        self.per_channel_scale1, self.per_channel_scale2 = (
            nn.Parameter(torch.zeros(channels, 1, 1)) if grain else None for _ in range(2)
        )

    def forward(self, x: Tensor, time: Tensor | None = None, draw: torch.Generator | None = None) -> Tensor:
        """time: rows (B, 4 * C). draw: of the grain."""
        first, second = (None, None) if self.scale_shift_table is None else _rows(time, self.scale_shift_table)
        y = _grained(self.conv1(F.silu(_moved(normed(x), first))), self.per_channel_scale1, draw)
        y = _grained(self.conv2(F.silu(_moved(normed(y), second))), self.per_channel_scale2, draw)
        if hasattr(self, "conv_shortcut"):
            x = self.conv_shortcut(self.norm3(x.movedim(1, -1)).movedim(-1, 1))
        return x + y


def _grained(x: Tensor, share: Tensor | None, draw: torch.Generator | None) -> Tensor:
    """share: of the noise in each channel, (C, 1, 1)."""
    if share is None:
        return x
    noise = torch.randn(x.shape[-2:], generator=draw).to(x.device, x.dtype)
    return x + (noise * share)[:, None]


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
    """Eight times the voxels; the first frame stays one. halving: in half the channels, plus copies."""

    def __init__(self, channels: int, halving: bool) -> None:
        super().__init__()
        self.conv, self.halving = Conv(channels, (4 if halving else 8) * channels, False), halving

    def forward(self, x: Tensor) -> Tensor:
        out = unfold(self.conv(x), 2, 2)[:, :, 1:]
        return out + unfold(x, 2, 2).repeat(1, 4, 1, 1, 1)[:, :, 1:] if self.halving else out


class DownLevel(nn.Module):
    """Residual blocks, then fewer voxels, then another number of channels."""

    def __init__(self, channels: int, blocks: int, down: nn.Module | None = None, channels_out: int = 0) -> None:
        super().__init__()
        self.resnets = nn.ModuleList(Residual(channels, channels, True) for _ in range(blocks))
        if down is not None:
            self.downsamplers = nn.ModuleList([down])
        if channels_out:
            self.conv_out = Residual(channels, channels_out, True)

    def forward(self, x: Tensor) -> Tensor:
        for block in self.resnets:
            x = block(x)
        x = self.downsamplers[0](x) if hasattr(self, "downsamplers") else x
        return self.conv_out(x) if hasattr(self, "conv_out") else x


class UpLevel(nn.Module):
    """Another number of channels, then more voxels, then residual blocks. channels: of these."""

    conv_in: Residual  # of those that change it
    upsamplers: nn.ModuleList  # of those that grow

    def __init__(self, channels: int, blocks: Iterable[Residual], timed: bool) -> None:
        super().__init__()
        self.resnets = nn.ModuleList(blocks)
        if timed:
            self.time_embedder = Time(4 * channels)

    def forward(self, x: Tensor, told: Told) -> Tensor:
        x = self.conv_in(x, None, told.draw) if hasattr(self, "conv_in") else x
        x = self.upsamplers[0](x) if hasattr(self, "upsamplers") else x
        embedded = None if told.time is None else self.time_embedder(told.time)
        for block in self.resnets:
            x = block(x, embedded, told.draw)
        return x


class Encoder(nn.Module):
    """Pixels -> the moments of the latents' posterior; causal in time."""

    def __init__(self, config: LtxVaeConfig) -> None:
        super().__init__()
        sizes, blocks = config.encoder, config.encoder_blocks
        self.conv_in = Conv(3 * PATCH**2, sizes[0], True)
        self.down_blocks = nn.ModuleList(self._strided(config) if config.strided else self._folded(config))
        self.mid_block = DownLevel(sizes[-1], blocks[-1])
        self.conv_out = Conv(sizes[-1], config.channels + 1, True)

    def _folded(self, config: LtxVaeConfig) -> Iterator[DownLevel]:
        for (before, after), count, step in zip(pairwise(config.encoder), config.encoder_blocks, STEPS, strict=False):
            yield DownLevel(before, count, Down(before, after, *step))

    def _strided(self, config: LtxVaeConfig) -> Iterator[DownLevel]:
        sizes, counts = config.encoder, config.encoder_blocks
        for (before, after), count in zip(pairwise(sizes), counts, strict=False):
            yield DownLevel(before, count, Conv(before, before, True, stride=2), after if after != before else 0)
        yield DownLevel(sizes[-1], counts[-2])

    def forward(self, pixels: Tensor) -> Tensor:
        x = self.conv_in(patched(pixels, PATCH))
        for block in (*self.down_blocks, self.mid_block):
            x = block(x)
        out: Tensor = self.conv_out(F.silu(normed(x)))
        return out


class Decoder(nn.Module):
    """Latents -> pixels; of the versions that are `timed`, told of the noise level of the last step."""

    def __init__(self, config: LtxVaeConfig) -> None:
        super().__init__()
        first, timed = config.decoder[-1], config.timed
        if timed:
            sizes = [first // 2**i for i in range(len(config.decoder_blocks))]
        else:
            sizes = [first, *config.decoder[::-1]]
        counts, grain = config.decoder_blocks[::-1], config.grain[::-1]

        def level(channels: int, number: int) -> UpLevel:
            blocks = (
                Residual(channels, channels, False, timed=timed, grain=grain[number]) for _ in range(counts[number])
            )
            return UpLevel(channels, blocks, timed)

        self.conv_in, self.mid_block = Conv(config.channels, first, False), level(first, 0)
        self.up_blocks = nn.ModuleList()
        for number, (before, after) in enumerate(pairwise(sizes), 1):
            block = level(after, number)
            if not timed and before != after:
                block.conv_in = Residual(before, after, False, grain=grain[number])
            if timed or number > 1:
                block.upsamplers = nn.ModuleList([Up(before if timed else after, timed)])
            self.up_blocks.append(block)
        if timed:
            self.timestep_scale_multiplier = nn.Parameter(torch.tensor(1000.0))
            self.time_embedder = Time(2 * sizes[-1])
            self.scale_shift_table = nn.Parameter(torch.zeros(2, sizes[-1]))
        self.conv_out = Conv(sizes[-1], 3 * PATCH**2, False)

    def forward(self, latents: Tensor, level: Tensor, draw: torch.Generator | None = None) -> Tensor:
        """level: of noise in the latents, (B,). draw: of the grain."""
        timed = hasattr(self, "time_embedder")
        told = Told(level * self.timestep_scale_multiplier if timed else None, draw)
        x = self.conv_in(latents)
        for block in (self.mid_block, *self.up_blocks):
            x = block(x, told)
        (row,) = _rows(self.time_embedder(told.time), self.scale_shift_table) if timed else (None,)
        return unpatched(self.conv_out(F.silu(_moved(normed(x), row))), PATCH)


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
        self,
        latents: Tensor,
        level: float,
        noise: Tensor,
        share: float,
        tiling: Tiling | None = None,
        draw: torch.Generator | None = None,
    ) -> Iterator[Tensor]:
        """Latents -> pixels float32, the frames of one latent frame at a time: (B, 3, 1, H, W), then (B, 3, 8, H, W).

        level: of noise that the decoder is told. noise: (B, C, t, h, w), of which `share` is mixed into the latents for
        it to remove; of no effect before 0.9.1. draw: of its grain. The decoder looks both ways in time, so that
        everything, or every tile, is decoded at once.
        """
        mean, std = self._stats()
        x = latents * std + mean
        if self.config.timed:
            x = (1 - share) * x + share * noise
        told = torch.tensor([level], device=x.device, dtype=torch.float32)

        def part(x: Tensor) -> Iterator[Tensor]:
            pixels = self.decoder(x.to(self.decoder.conv_in.conv.weight.dtype), told, draw).float()
            yield pixels[:, :, :1]
            yield from torch.split(pixels[:, :, 1:], TIME, 2) if pixels.shape[2] > 1 else ()

        yield from tiled(part, x, tiling or Tiling(), (TIME, SIDE, SIDE))
