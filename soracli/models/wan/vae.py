"""Wan's video autoencoders, 2.1 (4x8x8, 16 channels) and 2.2 (4x16x16, 48 channels), causal in time.

    B batch   C channels   T frames   H, W pixels   t = 1 + (T-1)/4 latent frames

The first latent frame is one frame, each other four. Work goes latent frame by latent frame: every causal layer finds
in a `Memory` what it needs of the frames before, so memory does not grow with length, and the encoding of a beginning
is the beginning of the encoding. Parameters have the names and shapes of the published files (diffusers'
AutoencoderKLWan).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from soracli.models.common.layers import fold, patched, unfold, unpatched
from soracli.models.common.tiling import Tiling, tiled

CHUNK = 4  # frames per latent frame, but for the first
SIDE = 8  # pixels per latent cell, both ways, times the patch
MEAN = (-0.7571, -0.7089, -0.9113, 0.1075, -0.1745, 0.9653, -0.1517, 1.5508,
        0.4134, -0.0715, 0.5517, -0.3632, -0.1922, -0.9497, 0.2503, -0.2921)  # fmt: skip
STD = (2.8184, 1.4541, 2.3275, 2.6558, 1.2196, 1.7708, 2.6052, 2.0743,
       3.2687, 2.1526, 2.8652, 1.5579, 1.6382, 1.1253, 2.8251, 1.9160)  # fmt: skip

Memory = dict[nn.Module, Tensor]  # what each layer keeps of the chunks before


@dataclass(frozen=True)
class WanVaeConfig:
    """base, decoder_base: channels at full size (0 = the same). channels: of the latents. widths: times base, by level.

    in_time: which levels halve the frames. residual: shortcuts around levels, as in 2.2. patch: pixels folded before.
    mean, std: of the latents, per channel.
    """

    base: int = 96
    decoder_base: int = 0
    channels: int = 16
    widths: tuple[int, ...] = (1, 2, 4, 4)
    blocks: int = 2
    in_time: tuple[bool, ...] = (False, True, True)
    residual: bool = False
    patch: int = 1
    mean: tuple[float, ...] = MEAN
    std: tuple[float, ...] = STD


class Conv(nn.Conv3d):
    """Causal in time."""

    def __init__(self, channels_in: int, channels: int, size: int | tuple[int, int, int] = 3) -> None:
        time, high, wide = (size, size, size) if isinstance(size, int) else size
        super().__init__(channels_in, channels, (time, high, wide), padding=(0, high // 2, wide // 2))

    def remembering(self, x: Tensor, memory: Memory) -> Tensor:
        """x (B, C, t, h, w) -> (B, C', t, h, w). memory: the last frames that each convolution saw; updated."""
        count = self.kernel_size[0] - 1
        if count:
            past = memory.get(self)
            past = x.new_zeros(*x.shape[:2], count, *x.shape[3:]) if past is None else past
            x = torch.cat([past, x], 2)
            memory[self] = x[:, :, -count:].clone()  # a view would keep all of x
        out: Tensor = super().forward(x)
        return out


class Norm(nn.Module):
    """To unit length over channels, times a learnt gamma."""

    def __init__(self, channels: int, axes: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(channels, *[1] * axes))

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = F.normalize(x.float(), dim=1).to(x.dtype).mul_(x.shape[1] ** 0.5).mul_(self.gamma)
        return out


class Residual(nn.Module):
    """Two causal convolutions beside an identity, or a 1x1x1 convolution."""

    def __init__(self, channels_in: int, channels: int) -> None:
        super().__init__()
        self.norm1, self.conv1 = Norm(channels_in, 3), Conv(channels_in, channels)
        self.norm2, self.conv2 = Norm(channels, 3), Conv(channels, channels)
        self.conv_shortcut = Conv(channels_in, channels, 1) if channels_in != channels else nn.Identity()

    def remembering(self, x: Tensor, memory: Memory) -> Tensor:
        y = self.conv1.remembering(F.silu(self.norm1(x), inplace=True), memory)
        y = self.conv2.remembering(F.silu(self.norm2(y), inplace=True), memory)
        out: Tensor = y + self.conv_shortcut(x)
        return out


def by_frame(x: Tensor, layer: Callable[[Tensor], Tensor]) -> Tensor:
    """Apply a layer for pictures (N, C, H, W) to every frame of (B, C, T, H, W)."""
    y = layer(x.transpose(1, 2).flatten(0, 1))
    return torch.unflatten(y, 0, (x.shape[0], x.shape[2])).transpose(1, 2)


class FrameAttention(nn.Module):
    """One head of attention within each frame."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = Norm(channels, 2)
        self.to_qkv, self.proj = nn.Conv2d(channels, 3 * channels, 1), nn.Conv2d(channels, channels, 1)

    def _frame(self, x: Tensor) -> Tensor:
        rows = self.to_qkv(self.norm(x)).flatten(2).transpose(1, 2)[:, None].contiguous()  # (N, 1, HW, 3C)
        q, k, v = rows.chunk(3, -1)
        y = F.scaled_dot_product_attention(q, k, v)[:, 0].transpose(1, 2).reshape(x.shape)
        return cast(Tensor, self.proj(y))

    def forward(self, x: Tensor) -> Tensor:
        return x + by_frame(x, self._frame)


class Down(nn.Module):
    """Half the height and width; with `in_time` half the frames as well, but for the very first."""

    def __init__(self, channels: int, in_time: bool) -> None:
        super().__init__()
        self.resample = nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(channels, channels, 3, 2))
        self.time_conv = nn.Conv3d(channels, channels, (3, 1, 1), (2, 1, 1)) if in_time else None

    def remembering(self, x: Tensor, memory: Memory) -> Tensor:
        x = by_frame(x, self.resample)
        if self.time_conv is None:
            return x
        past = memory.get(self)
        memory[self] = x[:, :, -1:].clone()
        return x if past is None else cast(Tensor, self.time_conv(torch.cat([past, x], 2)))


class Up(nn.Module):
    """Twice the height and width; with `in_time` twice the frames as well, but for the very first."""

    def __init__(self, channels: int, channels_out: int, in_time: bool) -> None:
        super().__init__()
        scale = nn.Upsample(scale_factor=2, mode="nearest-exact")
        self.resample = nn.Sequential(scale, nn.Conv2d(channels, channels_out, 3, padding=1))
        self.time_conv = Conv(channels, 2 * channels, (3, 1, 1)) if in_time else None

    def remembering(self, x: Tensor, memory: Memory) -> Tensor:
        if self.time_conv is not None:
            if self not in memory:  # the very first frame stays one frame and is no history for the others
                memory[self] = x.new_empty(0)
            else:
                x = torch.unflatten(self.time_conv.remembering(x, memory), 1, (2, -1))
                x = x.permute(0, 2, 3, 1, 4, 5).flatten(2, 3)  # (B, C, 2T, H, W)
        return by_frame(x, self.resample)


def _through(layers: Iterable[nn.Module], x: Tensor, memory: Memory) -> Tensor:
    """One layer after the other."""
    for layer in layers:
        x = cast(Any, layer).remembering(x, memory)
    return x


class Middle(nn.Module):
    """The level of the lowest resolution: residual block, attention within a frame, residual block."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.resnets = nn.ModuleList([Residual(channels, channels), Residual(channels, channels)])
        self.attentions = nn.ModuleList([FrameAttention(channels)])

    def remembering(self, x: Tensor, memory: Memory) -> Tensor:
        x = self.attentions[0](_through(self.resnets[:1], x, memory))
        return _through(self.resnets[1:], x, memory)


class DownLevel(nn.Module):
    """A level of 2.2's encoder: residual blocks and a sampler, and averages around them."""

    def __init__(self, channels_in: int, channels: int, blocks: int, down: bool, in_time: bool) -> None:
        super().__init__()
        self.resnets = nn.ModuleList(Residual(channels_in if i == 0 else channels, channels) for i in range(blocks))
        self.downsampler = Down(channels, in_time) if down else None
        self.factor, self.channels = (2 if in_time else 1, 2 if down else 1), channels

    def remembering(self, x: Tensor, memory: Memory) -> Tensor:
        time, side = self.factor
        short = F.pad(x, (0, 0, 0, 0, -x.shape[2] % time, 0))
        short = torch.unflatten(fold(short, time, side), 1, (self.channels, -1)).mean(2)
        x = _through(self.resnets, x, memory)
        x = x if self.downsampler is None else self.downsampler.remembering(x, memory)
        return x + short


class UpLevel(nn.Module):
    """A level of the decoders. up: whether it ends with a sampler. residual: copies around it, as in 2.2."""

    def __init__(
        self, channels_in: int, channels: int, blocks: int, *, up: bool, in_time: bool, residual: bool
    ) -> None:
        super().__init__()
        self.resnets = nn.ModuleList(Residual(channels_in if i == 0 else channels, channels) for i in range(blocks + 1))
        self.factor = (2 if in_time else 1, 2) if up and residual else None
        if residual:
            self.upsampler = Up(channels, channels, in_time) if up else None
        else:
            self.upsamplers = nn.ModuleList([Up(channels, channels // 2, in_time)] if up else [])
        self.channels = channels

    def remembering(self, x: Tensor, memory: Memory) -> Tensor:
        short = None if self.factor is None else self._copied(x, *self.factor)
        sampler = self.upsampler if hasattr(self, "upsampler") else next(iter(self.upsamplers), None)
        x = _through((*self.resnets, *([] if sampler is None else [sampler])), x, memory)
        return x if short is None else x + short[:, :, -x.shape[2] :]  # of the very first frame one copy

    def _copied(self, x: Tensor, time: int, side: int) -> Tensor:
        copies = self.channels * time * side * side // x.shape[1]
        return unfold(x.repeat_interleave(copies, 1), time, side)


class Encoder(nn.Module):
    """Frames -> the moments of the latents' posterior, in pieces of one and then four frames."""

    def __init__(self, config: WanVaeConfig) -> None:
        super().__init__()
        sizes = [config.base * width for width in (1, *config.widths)]
        last = len(config.widths) - 1
        self.conv_in = Conv(3 * config.patch**2, sizes[0])
        self.down_blocks = nn.ModuleList()
        for i, (before, after) in enumerate(pairwise(sizes)):
            in_time = i < last and config.in_time[i]
            if config.residual:
                self.down_blocks.append(DownLevel(before, after, config.blocks, i < last, in_time))
                continue
            self.down_blocks.extend(Residual(before if j == 0 else after, after) for j in range(config.blocks))
            if i < last:
                self.down_blocks.append(Down(after, in_time))
        self.mid_block = Middle(sizes[-1])
        self.norm_out, self.conv_out = Norm(sizes[-1], 3), Conv(sizes[-1], 2 * config.channels)

    def remembering(self, x: Tensor, memory: Memory) -> Tensor:
        x = _through((self.conv_in, *self.down_blocks, self.mid_block), x, memory)
        return self.conv_out.remembering(F.silu(self.norm_out(x), inplace=True), memory)


class Decoder(nn.Module):
    """Latents -> frames, a latent frame at a time."""

    def __init__(self, config: WanVaeConfig) -> None:
        super().__init__()
        base = config.decoder_base or config.base
        sizes = [base * width for width in (config.widths[-1], *reversed(config.widths))]
        last, in_time = len(config.widths) - 1, config.in_time[::-1]
        self.conv_in, self.mid_block = Conv(config.channels, sizes[0]), Middle(sizes[0])
        self.up_blocks = nn.ModuleList()
        for i, (before, after) in enumerate(pairwise(sizes)):
            halved = before if i == 0 or config.residual else before // 2
            level = UpLevel(
                halved, after, config.blocks, up=i < last, in_time=i < last and in_time[i], residual=config.residual
            )
            self.up_blocks.append(level)
        self.norm_out, self.conv_out = Norm(sizes[-1], 3), Conv(sizes[-1], 3 * config.patch**2)

    def remembering(self, x: Tensor, memory: Memory) -> Tensor:
        x = _through((self.conv_in, self.mid_block, *self.up_blocks), x, memory)
        return self.conv_out.remembering(F.silu(self.norm_out(x), inplace=True), memory)


class WanVae(nn.Module):
    """encode / decode between pixels (B, 3, T, H, W) in [-1, 1], T = 1 + 4k, and latents of about unit variance."""

    mean: Tensor
    std: Tensor

    def __init__(self, config: WanVaeConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder, self.decoder = Encoder(config), Decoder(config)
        self.quant_conv = Conv(2 * config.channels, 2 * config.channels, 1)
        self.post_quant_conv = Conv(config.channels, config.channels, 1)

    def _stats(self, like: Tensor) -> tuple[Tensor, Tensor]:
        """Mean, and one over the deviation, (1, C, 1, 1, 1)."""
        mean, std = (
            torch.tensor(v, device=like.device).view(1, -1, 1, 1, 1) for v in (self.config.mean, self.config.std)
        )
        return mean, 1.0 / std

    def encode(self, pixels: Tensor) -> Tensor:
        """The mean of the posterior, normalised, (B, C, t, h, w) float32."""
        memory: Memory = {}
        x = patched(pixels.to(self.quant_conv.weight.dtype), self.config.patch)
        parts = [x[:, :, :1], *(torch.split(x[:, :, 1:], CHUNK, 2) if x.shape[2] > 1 else ())]
        found = torch.cat([self.encoder.remembering(part, memory) for part in parts], 2)
        latents = self.quant_conv.remembering(found, memory).chunk(2, 1)[0].float()
        mean, scale = self._stats(latents)
        return (latents - mean) * scale

    def decode(self, latents: Tensor, tiling: Tiling | None = None) -> Iterator[Tensor]:
        """Yield the frames of each latent frame in turn: (B, 3, 1, H, W), then (B, 3, 4, H, W) float32."""
        stride = (CHUNK, SIDE * self.config.patch, SIDE * self.config.patch)
        yield from tiled(lambda x: self.streamed(torch.split(x, 1, 2)), latents, tiling or Tiling(), stride)

    def streamed(self, latents: Iterable[Tensor]) -> Iterator[Tensor]:
        """The same of latent frames (B, C, 1, h, w) that come one after the other, each decoded when it is there."""
        memory: Memory = {}
        for part in latents:
            mean, scale = self._stats(part)
            x = (part / scale + mean).to(self.quant_conv.weight.dtype)
            x = self.decoder.remembering(self.post_quant_conv.remembering(x, {}), memory)
            yield unpatched(x, self.config.patch).float().clamp(-1, 1)
