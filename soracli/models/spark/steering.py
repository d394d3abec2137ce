"""A canvas's draft and camera as spark's network takes them: see `dit.Control`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from soracli.draft import Draft, Frames, Moves
from soracli.models.spark.dit import COVER, SKETCH, Control
from soracli.models.spark.vae import CHUNK, PATCH, Vae
from soracli.sampling.conditioning import WindowInputs
from soracli.sampling.pixels import to_model

SIDE = 4  # pixels of a block of a sketch
TOGETHER = 6  # latent frames of a sketch that are drawn at once


def pooled(alpha: Tensor) -> Tensor:
    """Alpha (T, H, W), 0..1, as the cover of each cell, (t, h, w, COVER)."""
    parts = F.avg_pool3d(alpha[None, None], (4, 4, 4))[0, 0]
    t, h, w = (side // cell for side, cell in zip(alpha.shape, (CHUNK, PATCH, PATCH), strict=True))
    return parts.view(t, 2, h, 8, w, 8).permute(0, 2, 4, 1, 3, 5).reshape(t, h, w, COVER)


def thumbnail(pixels: Tensor) -> Tensor:
    """The sketch that pixels (B, 3, T, H, W) in [-1, 1] come down to: means over 4 frames and 4 x 4 pixels."""
    return F.avg_pool3d(pixels, (CHUNK // 2, SIDE, SIDE))


def seen(sketch: Tensor) -> Tensor:
    """What each cell sees of a sketch (B, 3, 2 t, 8 h, 8 w): its own part and a ring around it, (B, N, SKETCH)."""
    side = PATCH // SIDE
    ringed = F.pad(sketch, (1, 1, 1, 1, 0, 0), mode="replicate")
    parts = ringed.unfold(2, 2, 2).unfold(3, side + 2, side).unfold(4, side + 2, side)  # (B, 3, t, h, w, 2, 10, 10)
    return parts.permute(0, 2, 3, 4, 1, 5, 6, 7).flatten(4).flatten(1, 3)


def cells(pixels: Tensor) -> Tensor:
    """(3, T, H, W) -> the pixels of each latent cell, (t * h * w, 3, CHUNK, PATCH, PATCH)."""
    t, h, w = (side // cell for side, cell in zip(pixels.shape[1:], (CHUNK, PATCH, PATCH), strict=True))
    return pixels.reshape(3, t, CHUNK, h, PATCH, w, PATCH).permute(1, 3, 5, 0, 2, 4, 6).flatten(0, 2)


def black(vae: Vae) -> Tensor:
    """Latents (C,) of a black cell."""
    device = vae.linear.mean.device
    return vae.encode(torch.full((1, 3, CHUNK, PATCH, PATCH), -1.0, device=device)).flatten()


def encoded(pixels: Tensor, cover: Tensor, vae: Vae) -> Tensor:
    """Latents of a draft over black less those of black, (N, C), of pixels (3, T, H, W) in [-1, 1].

    cover: (N, COVER). Cells without any are not worked on.
    """
    out = torch.zeros(len(cover), vae.config.channels, device=pixels.device)
    where = cover.amax(1).nonzero()[:, 0]
    if len(where):
        parts = torch.split(cells(pixels)[where], 64)
        out[where] = torch.cat([vae.encode(part)[:, :, 0, 0, 0] for part in parts]) - black(vae)
    return out


def control(inputs: WindowInputs, vae: Vae) -> Control | None:
    """Of one window; None if its canvas has no draft. Pictures before the latent frames have none of their own.

    A draft with a sketch is shown by that alone: of what lies behind the performers, who are laid over the result, it
    says as much as with them (within 0.02 dB beside them). Pictures of a shot are painted as if the camera stood.
    """
    draft = inputs.canvas.draft
    if draft is None:
        return None
    geometry, device = inputs.geometry, inputs.device
    _, high, wide = geometry.latent
    blank = len(inputs.span.keys) * high * wide
    one, still = torch.ones(1, device=device), inputs.span.sketch
    if draft.sketch is None:
        drafts, covers = _shown(draft, inputs, vae)
        sketch = torch.zeros(1, len(covers), SKETCH, device=device)
    else:
        sketch = _sketch(draft.sketch if still is None else lambda *frames: still(), inputs)
        drafts = torch.zeros(sketch.shape[1], vae.config.channels, device=device)
        covers = torch.zeros(sketch.shape[1], COVER, device=device)
    stands = still is not None
    moves, steered = _moves(None if stands else draft.camera, inputs), draft.camera is not None or stands
    return Control(
        F.pad(drafts, (0, 0, blank, 0))[None],
        F.pad(covers, (0, 0, blank, 0))[None],
        one,
        F.pad(moves, (0, 0, 0, 0, len(inputs.span.keys), 0))[None].to(device),
        one * steered,
        F.pad(sketch, (0, 0, blank, 0)),
        one * (draft.sketch is not None),
    )


def _shown(draft: Draft, inputs: WindowInputs, vae: Vae) -> tuple[Tensor, Tensor]:
    """Latents (N, C) of what a draft shows in a window over black, less those of black, and its cover (N, COVER)."""
    geometry, drafts, covers = inputs.geometry, [], []
    for number in inputs.numbers:
        start = geometry.span(number).start
        layer = draft.drawn(start, start + (1 if geometry.is_still else CHUNK))
        pixels = to_model(layer.frames, geometry, inputs.device)[0]  # (3, T, H, W)
        alpha = to_model(layer.alpha[..., None].repeat(3, -1), geometry, inputs.device)[0, 0].add(1).div(2)  # (T, H, W)
        if geometry.is_still:
            pixels, alpha = pixels.expand(-1, CHUNK, -1, -1), alpha.expand(CHUNK, -1, -1)
        covers.append(pooled(alpha).flatten(0, 2))
        drafts.append(encoded(pixels, covers[-1], vae))
    return torch.cat(drafts), torch.cat(covers)


def _sketch(drawn: Callable[[int, int], Frames], inputs: WindowInputs) -> Tensor:
    """(1, N, SKETCH) of a window's latent frames."""
    geometry, parts = inputs.geometry, []
    time = 1 if geometry.is_still else CHUNK
    for first in inputs.numbers[::TOGETHER]:
        last = min(first + TOGETHER, inputs.numbers.stop)
        frames = drawn(geometry.span(first).start, geometry.span(last - 1).start + time)
        for start in range(0, len(frames), time):
            pixels = to_model(frames[start : start + time], geometry, inputs.device)
            parts.append(thumbnail(pixels.expand(-1, -1, CHUNK, -1, -1)))
    return seen(torch.cat(parts, 2))


def _moves(camera: Callable[[int, int], Moves] | None, inputs: WindowInputs) -> Tensor:
    """(t, 2, 4): the camera at the start and at the end of each latent frame of a window. None = it stands."""
    count = len(inputs.numbers)
    if camera is None:
        return torch.zeros(count, 2, 4)
    time = 1 if inputs.geometry.is_still else CHUNK
    first = inputs.geometry.span(inputs.numbers.start).start
    rows = torch.from_numpy(np.ascontiguousarray(camera(first, first + time * count + 1)[::time]))
    ends = torch.stack([rows[:-1], rows[1:]], 1)
    if inputs.geometry.is_still:
        ends = ends[:, :1].expand(-1, 2, -1)
    start = torch.zeros_like(ends)
    start[..., 0] = rows[0, 0]
    return ends - start
