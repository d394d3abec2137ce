"""`--preview`: a small picture of the work so far, replaced after every step."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from soracli.errors import MediaError, UsageError
from soracli.media import formats, info
from soracli.media.write import Writer, check_target
from soracli.types import Frames, Geometry
from soracli.wording import printable

if TYPE_CHECKING:
    from torch import Tensor

    from soracli.models import Model


class Preview:
    """Writes the first, middle and last moment of a clip side by side (a still: itself) to one file."""

    def __init__(self, path: str, *, force: bool) -> None:
        self._path = Path(path)
        self._format = next(
            (f for f in formats.FORMATS.values() if f.still and f.suffix == self._path.suffix.lower()), None
        )
        if self._format is None:
            raise UsageError(f"--preview {printable(path)}: must end in .png, .webp or .gif", "bad_preview")
        # A preview is scratch: one that we wrote may be replaced, anything else needs --force.
        self._force = force or _is_ours(self._path)
        check_target(self._path, self._format, force=self._force)

    def show(self, model: Model, latents: Tensor, geometry: Geometry, prompt: str) -> None:
        """latents: (1, C, t, h, w), the clean prediction so far."""
        from soracli.provenance import Stamp
        from soracli.sample import oriented

        geometry = oriented(geometry, model.card, prompt)
        moments = sorted({0, latents.shape[2] // 2, latents.shape[2] - 1})
        strip = np.concatenate([_moment(model, latents[:, :, i : i + 1], geometry) for i in moments], axis=2)
        height, width = strip.shape[1:3]
        stamp = Stamp("preview", {"preview": True}, ())
        writer = Writer(self._path, width, height, Fraction(1), recipe=stamp.recipe, force=self._force, stamp=stamp)
        with writer:
            writer.add(strip)
        self._force = True


def _moment(model: Model, latents: Tensor, geometry: Geometry) -> Frames:
    """One latent frame -> the middle one of its frames, uint8 (1, H, W, 3), cut to the request."""
    from soracli.sample import to_result

    frames: Frames = to_result(next(model.decode(latents, still=geometry.is_still)), geometry)
    middle = len(frames) // 2
    return frames[middle : middle + 1]


def _is_ours(path: Path) -> bool:
    try:
        return path.is_file() and bool((info(path).recipe or {}).get("preview"))
    except (MediaError, UsageError):
        return False
