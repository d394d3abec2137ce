"""`--preview`: a small picture of the work so far, in a file or on the terminal.

Latents become colours by a projection that is fitted once, in closed form: the linear path of the compression network,
averaged over pictures and over squares of pixels, is itself linear, so that a few numbers per cell are one product of
matrices away. A model without such a path is decoded: by the small decoder of its latents where that was fetched
(`models.common.tiny_vae`), else by its own.
"""

from __future__ import annotations

import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from soracli.errors import MediaError, SoraError, UsageError
from soracli.media import info, targets
from soracli.options import parse
from soracli.options.parse import TERMINAL
from soracli.types import Frames, Geometry
from soracli.weights import hub, manifest

if TYPE_CHECKING:
    from torch import Tensor

    from soracli.card import Card
    from soracli.models.common.tiny_vae import TinyVae
    from soracli.sampling.model import Model

SQUARES = 8  # numbers per cell, both ways
TALLEST = 128  # pixels of the picture's height
NEAR = 0.75  # of that height a small decoder paints at least; the rest is scaled
AHEAD = 1  # latent frames before a moment that a small decoder sees
SHARE = 0.02  # of the time of sampling that previews may take, after the first


class Projection:
    """Latents (1, C, t, h, w) -> colours of squares of pixels. matrix: (C, 3 * S * S). offset: (3 * S * S)."""

    def __init__(self, matrix: Tensor, offset: Tensor, squares: int) -> None:
        self.matrix, self.offset, self.squares = matrix, offset, squares

    @classmethod
    def of(cls, model: Model) -> Projection | None:
        """Closed form: what the mean over time and over each square of decoded pixels is, for every channel.

        The least-squares best, since these means are linear in the latents. None if the model has no linear path.
        """
        import torch

        from soracli.models.spark.vae import BLOCK, CHUNK, PATCH, LinearPath

        path = getattr(getattr(model, "vae", None), "linear", None)
        if not isinstance(path, LinearPath):
            return None
        side, packs = SQUARES * BLOCK // PATCH, PATCH // BLOCK  # squares of a block, blocks of a cell, both ways
        grid = (3, CHUNK, side, BLOCK // side, side, BLOCK // side)
        numbers = path.block_basis.shape[1]
        with torch.inference_mode():
            squares = path.block_basis.reshape(*grid, numbers).mean((1, 3, 5))  # (3, s, s, K)
            cells = path.cell_basis.reshape(packs, packs, numbers, -1) / path.scale  # (p, p, K, C)
            matrix = torch.einsum("gyxk,vhkc->cgvyhx", squares, cells).flatten(1)
            middle = path.cell_mean.reshape(packs, packs, numbers)
            shade = path.mean.reshape(grid).mean((1, 3, 5))[:, None, :, None]  # (3, 1, s, 1, s)
            offset = (torch.einsum("gyxk,vhk->gvyhx", squares, middle) + shade).flatten()
        return cls(matrix, offset, SQUARES)

    def __call__(self, latents: Tensor) -> Tensor:
        """(1, C, t, h, w) -> (t, 3, h * S, w * S), in [-1, 1] but for overshoot."""
        cells = latents[0].permute(1, 2, 3, 0) @ self.matrix + self.offset  # (t, h, w, 3SS)
        x = cells.reshape(*cells.shape[:3], 3, self.squares, self.squares).permute(0, 3, 1, 4, 2, 5)
        found: Tensor = x.flatten(4).flatten(2, 3)
        return found


class Preview:
    """Shows the first, middle and last moment of a clip side by side; in half blocks the middle one, larger."""

    def __init__(self, where: str, *, force: bool) -> None:
        self._protocol = ""
        self._path = Path(where)
        self._clock, self._spent = 0.0, 0.0
        self._lost = False
        self._projection: Projection | None = None
        self._tiny: TinyVae | None = None
        form = parse.preview(where)
        if form is None:
            self._on_terminal(where)
            return
        # A preview is scratch: one that we wrote may be replaced, anything else needs --force.
        self._force = force or _is_ours(self._path)
        targets.check(self._path, form, force=self._force)

    def _on_terminal(self, where: str) -> None:
        from soracli.console import terminal

        if where == TERMINAL and not sys.stderr.isatty():
            raise UsageError(
                f"--preview {TERMINAL}: standard error is not a terminal; give a file, such as --preview now.png",
                "terminal",
            )
        self._protocol = where.partition(":")[2] or terminal.detect()

    def show(self, model: Model, latents: Tensor, geometry: Geometry, prompt: str, *, last: bool = False) -> str:
        """latents: (1, C, t, h, w), the clean prediction so far. Steps are left out where showing them would cost.

        Returns why there is no preview from now on, as a sentence; the work goes on without. Empty if it is shown.
        """
        now = time.perf_counter()
        if self._lost or (self._clock and not last and self._spent > SHARE * (now - self._clock)):
            return ""
        self._clock = self._clock or now
        strip = self._strip(model, latents, geometry, prompt)
        if self._protocol:
            from soracli.console import terminal

            sys.stderr.write(terminal.drawn(strip[0], self._protocol))
            sys.stderr.flush()
        else:
            try:
                self._write(strip)
            except SoraError as error:
                self._lost = True
                return f"there is no preview any more: {error}."
        self._spent += time.perf_counter() - now
        return ""

    def _write(self, strip: Frames) -> None:
        from soracli.pipeline.deliver import Form
        from soracli.provenance.stamp import Stamp

        height, width = strip.shape[1:3]
        stamp = Stamp("preview", {"preview": True}, ())
        with Form((width, height), Fraction(1), stamp, force=self._force).writer(self._path) as writer:
            writer.add(strip)
        self._force = True

    def _strip(self, model: Model, latents: Tensor, geometry: Geometry, prompt: str) -> Frames:
        from soracli.sampling.segments import oriented

        geometry = oriented(geometry, model.card, prompt)
        count = latents.shape[2]
        coarse = self._protocol == "blocks"  # a letter wide per pixel: room for one moment
        moments = [count // 2] if coarse else sorted({0, count // 2, count - 1})
        self._projection = self._projection or Projection.of(model)
        if self._projection is None and self._tiny is None:
            from soracli.pipeline import model_cache

            self._tiny = model_cache.tiny(model.card, str(latents.device))
        pieces = [self._moment(model, latents[:, :, max(0, i - AHEAD) : i + 1], geometry) for i in moments]
        return np.concatenate(pieces, axis=2)

    def _moment(self, model: Model, latents: Tensor, geometry: Geometry) -> Frames:
        """The last of latent frames -> uint8 (1, H, W, 3), cut to the request, at most TALLEST high."""
        import torch.nn.functional as F

        from soracli.sampling.pixels import to_numpy

        height = min(geometry.keep[1], TALLEST)
        if self._projection is not None:
            pixels = self._projection(latents[:, :, -1:])
        elif self._tiny is not None:
            rows = latents.shape[3] * self._tiny.config.patch
            doublings = next((n for n in range(3) if rows << n >= NEAR * height), 3)
            pixels = self._tiny.decode(latents, doublings, every=False)[:, :, -1]
        else:
            pixels = next(model.decode(latents[:, :, -1:], still=geometry.is_still))
            pixels = pixels[0, :, pixels.shape[2] // 2][None]  # (1, 3, H, W)
        rows, columns = (round(n * part / whole) for n, part, whole in zip(
            pixels.shape[2:], geometry.inner, (geometry.height, geometry.width), strict=True))  # fmt: skip
        pixels = pixels[:, :, :rows, :columns]
        pixels = pixels.flip(-1) if geometry.mirrored else pixels
        width = max(1, round(geometry.keep[2] * height / geometry.keep[1]))
        return to_numpy(F.interpolate(pixels, (height, width), mode="bilinear", antialias=True)[:, :, None])


def advice(card: Card) -> tuple[str, ...]:
    """A note if what would decode a model's latents in a moment was not fetched."""
    from soracli.models.common import tiny_vae

    found = manifest.previews().get(tiny_vae.name_for(card))
    if found is None or not hub.missing_files(found):
        return ()
    return (f"--preview: decoded in full, which takes its time; quicker, once fetched: sora model pull {found.name}",)


def _is_ours(path: Path) -> bool:
    try:
        return path.is_file() and bool((info(path).recipe or {}).get("preview"))
    except (MediaError, UsageError):
        return False
