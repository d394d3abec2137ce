"""Decoding in tiles, for less memory: pieces of the latents that overlap, decoded one by one and blended.

    T, H, W frames and pixels   t, h, w latent grid

Where the overlap is wider than what a decoder looks at, the result is that of the whole; the ramp from one tile to the
next keeps away from their borders, where a decoder sees least. The first latent frame of a tile becomes one frame, the
last of those that it stands for in the whole: a tile from latent frame a on covers the frames from time * a on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise, product

import torch
from torch import Tensor

Decode = Callable[[Tensor], Iterator[Tensor]]  # latents (1, C, t, h, w) -> the frames of each latent frame in turn


@dataclass(frozen=True)
class Tiling:
    """Latent cells of a tile, and those that neighbours share, at most half of it. 0 = no tiles along that axis."""

    side: int = 0
    time: int = 0
    side_overlap: int = 0
    time_overlap: int = 0


TIME, TIME_OVERLAP = 12, 6  # latent frames, for decoders that do not stream


def of_pixels(side: int, scale: int, *, time: bool) -> Tiling:
    """Tiles of about so many pixels, three eighths of them shared; 0 = none. time: whether time is cut as well."""
    cells = max(2, side // scale) if side else 0
    return Tiling(cells, TIME if time else 0, 3 * cells // 8, TIME_OVERLAP) if cells else Tiling()


@dataclass(frozen=True)
class Piece:
    """A tile along one axis. cells: of the latents. place: of the pixels (or frames). weights: (len(place),)."""

    cells: range
    place: range
    weights: Tensor


def starts(length: int, size: int, overlap: int) -> list[int]:
    """Where tiles of a size begin that cover a length and share at least `overlap`, evenly apart."""
    if size == 0 or size >= length:
        return [0]
    count = 1 - (size - length) // (size - overlap)
    return [round(i * (length - size) / (count - 1)) for i in range(count)]


def pieces(length: int, size: int, overlap: int, scale: int, *, causal: bool = False) -> list[Piece]:
    """Tiles along an axis. scale: pixels per cell. causal: whether a tile's first cell is one frame (see above)."""
    cells = [range(start, min(start + (size or length), length)) for start in starts(length, size, overlap)]
    places = [range(scale * c.start, scale * (c.stop - 1) + 1 if causal else scale * c.stop) for c in cells]
    middles = [(after.start + before.stop) / 2 for before, after in pairwise(places)]
    reach = max(scale * overlap / 4, 0.5)  # half the width of a ramp
    found = []
    for i, (part, place) in enumerate(zip(cells, places, strict=True)):
        at = torch.arange(place.start, place.stop) + 0.5
        weights = torch.ones(len(place))
        if i > 0:
            weights = weights * ((at - middles[i - 1]) / (2 * reach) + 0.5).clamp(0, 1)
        if i < len(middles):
            weights = weights * ((middles[i] - at) / (2 * reach) + 0.5).clamp(0, 1)
        found.append(Piece(part, place, weights))
    return found


def tiled(decode: Decode, latents: Tensor, tiling: Tiling, stride: tuple[int, int, int]) -> Iterator[Tensor]:
    """Yield the pixels of each latent frame in turn: (1, 3, 1, H, W), then (1, 3, time, H, W).

    stride: pixels per latent cell (time, height, width).
    """
    count, high, wide = latents.shape[2:]
    parts = pieces(count, tiling.time, tiling.time_overlap, stride[0], causal=True)
    rows = pieces(high, tiling.side, tiling.side_overlap, stride[1])
    columns = pieces(wide, tiling.side, tiling.side_overlap, stride[2])
    held: dict[int, Tensor] = {}  # frames of which a later tile has a share, by latent frame
    for part, following in zip(parts, [*(part.cells.start for part in parts[1:]), count], strict=True):
        done = 0
        whole = _mosaic(decode, latents[:, :, part.cells.start : part.cells.stop], rows, columns)
        for number, frames in zip(part.cells, whole, strict=True):
            length = frames.shape[2]
            share = part.weights[done : done + length].to(frames.device).view(1, 1, -1, 1, 1)
            done += length
            if number in held:
                held[number][:, :, -length:] += frames * share
            else:
                held[number] = frames * share if len(parts) > 1 else frames
            if number < following:
                yield held.pop(number)


def _mosaic(decode: Decode, latents: Tensor, rows: list[Piece], columns: list[Piece]) -> Iterator[Tensor]:
    """Tiles side by side. One after the other, each through all of its time: what a decoder remembers is large."""
    if len(rows) == len(columns) == 1:
        yield from decode(latents)
        return
    made: list[Tensor] = []
    high, wide = rows[-1].place.stop, columns[-1].place.stop
    for row, column in product(rows, columns):
        part = latents[..., row.cells.start : row.cells.stop, column.cells.start : column.cells.stop]
        weights = (row.weights[:, None] * column.weights).to(latents.device)
        for number, frames in enumerate(decode(part)):
            if number == len(made):
                made.append(frames.new_zeros(*frames.shape[:3], high, wide))
            within = made[number][..., row.place.start : row.place.stop, column.place.start : column.place.stop]
            within += frames * weights
    yield from made
