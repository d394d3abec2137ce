"""spark's video compression network: a closed-form linear path, and a learned residual on the way out.

    B batch   T frames   H, W pixels   t = T/8, h = H/32, w = W/32 latent grid   C latent channels   K block numbers

The linear path is a two-level Karhunen-Loeve transform (principal components): every 16x16x8 block of pixels
becomes K numbers, every 2x2 pack of blocks is rotated into C channels, coarse to fine. It needs one pass over
data to fit and no training. A chunk of 8 frames is encoded alone (no memory across chunks), so any chunk can be
cut, pasted, given or generated; a still picture is the latent of 8 equal frames.
The decoder's residual starts at zero: a small convolutional network that sees the linear frames before, at and after
each frame, removes block edges and noise, and sharpens; then `deblock` evens the borders of cells and what ripples
along edges, and sharpens. Decoding streams: one chunk of look-ahead, O(1) memory.

Pixels are (B, 3, T, H, W) in [-1, 1]; latents (B, C, t, h, w) have unit variance on average over channels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from soracli.models.spark.deblock import evened, sharpened, smoothed

CHUNK = 8  # frames per latent frame
PATCH = 32  # pixels per latent cell, both ways
BLOCK = 16  # pixels per first-level block, both ways
BLOCK_NUMBERS = 3 * CHUNK * BLOCK * BLOCK
PACK = (PATCH // BLOCK) ** 2  # blocks per latent cell


@dataclass(frozen=True)
class VaeConfig:
    """channels: C. block: K. refine_width, refine_depth: of the decoder's residual."""

    channels: int = 512
    block: int = 256
    refine_width: int = 48
    refine_depth: int = 3


def to_blocks(pixels: Tensor) -> Tensor:
    """(B, 3, T, H, W) -> (B, T/8, H/16, W/16, 6144)."""
    batch, colours, frames, height, width = pixels.shape
    x = pixels.reshape(batch, colours, frames // CHUNK, CHUNK, height // BLOCK, BLOCK, width // BLOCK, BLOCK)
    return x.permute(0, 2, 4, 6, 1, 3, 5, 7).flatten(4)


def from_blocks(blocks: Tensor) -> Tensor:
    """(B, T/8, H/16, W/16, 6144) -> (B, 3, T, H, W)."""
    batch, times, rows, columns, _ = blocks.shape
    x = blocks.reshape(batch, times, rows, columns, 3, CHUNK, BLOCK, BLOCK)
    x = x.permute(0, 4, 1, 5, 2, 6, 3, 7)
    return x.reshape(batch, 3, times * CHUNK, rows * BLOCK, columns * BLOCK)


def pack(blocks: Tensor) -> Tensor:
    """(B, t, 2h, 2w, K) -> (B, t, h, w, 4K)."""
    batch, times, rows, columns, numbers = blocks.shape
    x = blocks.reshape(batch, times, rows // 2, 2, columns // 2, 2, numbers)
    return x.permute(0, 1, 2, 4, 3, 5, 6).flatten(4)


def unpack(cells: Tensor) -> Tensor:
    """(B, t, h, w, 4K) -> (B, t, 2h, 2w, K)."""
    batch, times, rows, columns, numbers = cells.shape
    x = cells.reshape(batch, times, rows, columns, 2, 2, numbers // PACK)
    return x.permute(0, 1, 2, 4, 3, 5, 6).reshape(batch, times, rows * 2, columns * 2, numbers // PACK)


class LinearPath(nn.Module):
    """The fitted transform. Orthonormal up to `scale`, so its transpose decodes."""

    mean: Tensor
    block_basis: Tensor
    cell_mean: Tensor
    cell_basis: Tensor
    scale: Tensor

    def __init__(self, config: VaeConfig) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(BLOCK_NUMBERS))
        self.register_buffer("block_basis", torch.zeros(BLOCK_NUMBERS, config.block))
        self.register_buffer("cell_mean", torch.zeros(PACK * config.block))
        self.register_buffer("cell_basis", torch.zeros(PACK * config.block, config.channels))
        self.register_buffer("scale", torch.ones(config.channels))

    def encode(self, pixels: Tensor) -> Tensor:
        blocks = (to_blocks(pixels) - self.mean) @ self.block_basis  # (B, t, 2h, 2w, K)
        cells = (pack(blocks) - self.cell_mean) @ self.cell_basis  # (B, t, h, w, C)
        return (cells * self.scale).permute(0, 4, 1, 2, 3)  # (B, C, t, h, w)

    def decode(self, latents: Tensor) -> Tensor:
        cells = (latents.permute(0, 2, 3, 4, 1) / self.scale).contiguous()  # (B, t, h, w, C)
        cells = cells @ self.cell_basis.T + self.cell_mean  # (B, t, h, w, 4K)
        return from_blocks(unpack(cells) @ self.block_basis.T + self.mean)  # (B, 3, T, H, W)

    def backwards(self) -> Tensor:
        """(C, C): latents of a chunk times this are those of its frames in reverse order; times its transpose, back.

        Up to the means, which are alike both ways. Not everything that the basis can say has its reverse in it: this is
        the nearest orthogonal map (of Procrustes), so that noise stays noise and nothing is lost on the way.
        """
        numbers = self.block_basis.shape[1]
        frames = self.block_basis.reshape(3, CHUNK, BLOCK * BLOCK, numbers)  # (3, CHUNK, 256, K)
        block = frames.flip(1).flatten(0, 2).T @ self.block_basis  # (K, K)
        cells = self.cell_basis.reshape(PACK, numbers, -1)  # (PACK, K, C)
        turned = torch.einsum("pkc,kl,pld->cd", cells, block, cells)
        left, _, right = torch.linalg.svd(turned * self.scale / self.scale[:, None])
        nearest: Tensor = left @ right
        return nearest


def _silence(layer: nn.Conv2d) -> None:
    """Start a residual branch at zero."""
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)


class Residual(nn.Module):
    """Two 3x3 convolutions around a skip."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        _silence(self.second)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.second(F.silu(self.first(F.silu(x))))
        return out


class Refiner(nn.Module):
    """Sharpens one frame from the linear frames before, at and after it, working at quarter size.

    It knows where in a latent cell it is, so that it can mend the borders of cells. Frames start at a cell's corner.
    """

    SHUFFLE = 4

    def __init__(self, config: VaeConfig) -> None:
        super().__init__()
        inner = 3 * self.SHUFFLE**2
        self.inlet = nn.Conv2d(3 * inner, config.refine_width, 3, padding=1)
        cell = PATCH // self.SHUFFLE
        self.place = nn.Parameter(torch.zeros(config.refine_width, cell, cell))
        self.blocks = nn.Sequential(*(Residual(config.refine_width) for _ in range(config.refine_depth)))
        self.outlet = nn.Conv2d(config.refine_width, inner, 3, padding=1)
        _silence(self.outlet)

    def forward(self, before: Tensor, frame: Tensor, after: Tensor) -> Tensor:
        """Frames (N, 3, H, W) each."""
        return self.sharpened(frame, *(self.folded(x) for x in (before, frame, after)))

    def folded(self, frames: Tensor) -> Tensor:
        """(N, 3, H, W) -> (N, H/4, W/4, 48): channels last, as convolutions are fastest."""
        size, count = self.SHUFFLE, len(frames)
        rows, columns = (side // size for side in frames.shape[2:])
        x = frames.to(self.inlet.weight.dtype).reshape(count, 3, rows, size, columns, size)
        return x.permute(0, 2, 4, 1, 3, 5).flatten(3)

    def sharpened(self, frame: Tensor, *folded: Tensor) -> Tensor:
        """Frames (N, 3, H, W), and what is before, at and after them, each folded."""
        x = self.inlet(torch.cat(folded, 3).permute(0, 3, 1, 2))  # (N, width, H/4, W/4)
        cell = self.place.shape[-1]
        x = self.blocks(x + self.place.to(x.dtype).repeat(1, x.shape[2] // cell, x.shape[3] // cell))
        return frame + F.pixel_shuffle(self.outlet(F.silu(x)), self.SHUFFLE)  # (N, 3, H, W)


class Vae(nn.Module):
    """encode / decode between pixels (B, 3, T, H, W) in [-1, 1] and latents (B, C, t, h, w)."""

    def __init__(self, config: VaeConfig) -> None:
        super().__init__()
        self.config = config
        self.linear = LinearPath(config)
        self.refiner = Refiner(config)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs lack it

    def encode(self, pixels: Tensor) -> Tensor:
        """T = 1 is a still (one latent frame, as 8 equal frames would give); else T must be a multiple of 8."""
        if pixels.shape[2] == 1:
            pixels = pixels.expand(-1, -1, CHUNK, -1, -1)
        return self.linear.encode(pixels)

    def decode(self, latents: Tensor, still: bool = False) -> Iterator[Tensor]:
        """Yield (B, 3, 8, H, W) per latent frame, in order; with `still` (B, 3, 1, H, W) each."""
        steps = latents.shape[2]
        before: Tensor | None = None
        chunk = self.linear.decode(latents[:, :, :1])
        for i in range(steps):
            following = self.linear.decode(latents[:, :, i + 1 : i + 2]) if i + 1 < steps else None
            if still:
                frame = chunk.mean(2)
                yield sharpened(smoothed(evened(self.refiner(frame, frame, frame), PATCH)[:, :, None]))
            else:
                yield sharpened(smoothed(evened(self._refine(before, chunk, following), PATCH)))
            if following is not None:
                before, chunk = chunk[:, :, -1:], following

    def _refine(self, before: Tensor | None, chunk: Tensor, following: Tensor | None) -> Tensor:
        first = chunk[:, :, :1] if before is None else before
        last = chunk[:, :, -1:] if following is None else following[:, :, :1]
        row = torch.cat([first, chunk, last], 2).transpose(1, 2)  # (B, 10, 3, H, W)
        batch, count = row.shape[:2]
        folded = self.refiner.folded(row.flatten(0, 1))  # (B * 10, H/4, W/4, 48)
        folded = folded.view(batch, count, *folded.shape[1:])
        out = []
        for i in range(0, CHUNK, 2):  # two frames at a time stay in cache
            around = (folded[:, i + shift : i + shift + 2].flatten(0, 1) for shift in range(3))
            frames = self.refiner.sharpened(row[:, i + 1 : i + 3].flatten(0, 1), *around)  # (B * 2, 3, H, W)
            out.append(frames.view(batch, 2, *frames.shape[1:]))
        return torch.cat(out, 1).transpose(1, 2)


def fit_linear(path: LinearPath, batches: Iterator[Tensor], whitening: float = 0.5) -> tuple[Tensor, Tensor]:
    """Fit the transform to pixels (closed form, two passes over what `batches` yields, which is kept).

    whitening: 0 keeps natural variances, 1 makes every channel unit variance; latents are then scaled so that
    the variance averaged over channels is 1. Returns the spectra (eigenvalues) of both levels.
    """
    kept = [to_blocks(batch) for batch in batches]
    rows = torch.cat([k.flatten(0, 3) for k in kept])
    path.mean.copy_(rows.mean(0))
    block_values, block_basis = _principal(rows - path.mean, path.block_basis.shape[1])
    path.block_basis.copy_(block_basis)
    cells = torch.cat([pack((k - path.mean) @ path.block_basis).flatten(0, 3) for k in kept])
    path.cell_mean.copy_(cells.mean(0))
    cell_values, cell_basis = _principal(cells - path.cell_mean, path.cell_basis.shape[1])
    path.cell_basis.copy_(cell_basis)
    top = cell_values[: len(path.scale)].clamp(min=cell_values[0] * 1e-7)
    scale = top ** (-whitening / 2)
    path.scale.copy_(scale / (top * scale**2).mean().sqrt())
    return block_values, cell_values


def _principal(rows: Tensor, count: int, rounds: int = 4) -> tuple[Tensor, Tensor]:
    """The largest eigenvalues, falling, and `count` eigenvectors of the covariance of centred rows (N, D).

    Subspace iteration (Halko et al. 2011, algorithm 4.4): D is too large for a full decomposition.
    """
    size = min(rows.shape[1], count + 64)
    basis = torch.randn(rows.shape[1], size, generator=torch.Generator().manual_seed(0))
    for _ in range(rounds):
        basis = torch.linalg.qr(rows.T @ (rows @ basis) / len(rows))[0]
    inner = rows @ basis
    values, vectors = torch.linalg.eigh((inner.T @ inner / len(rows)).double())
    return values.flip(0).float(), (basis @ vectors.flip(1).float())[:, :count]
