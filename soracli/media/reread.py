"""The frames of a file that we have just written, one by one, so that memory does not grow with length."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageSequence

from soracli.media.formats import Format


def frames_of(path: Path, format: Format, fps: Fraction) -> Iterator[npt.NDArray[np.uint8]]:
    """Every frame (H, W, 3) as whoever opens the file will see it; those that an encoder merged, as often as meant."""
    if format.video:
        with path.open("rb") as file, av.open(file, "r") as container:
            for frame in container.decode(video=0):
                yield cast(npt.NDArray[np.uint8], frame.to_ndarray(format="rgb24", threads=1))
        return
    for part in sorted(path.glob("frame-*.png")) if format.name == "frames" else [path]:
        count, clock = 0, Fraction(0)
        with Image.open(part) as image:
            for stored in ImageSequence.Iterator(image):
                pixels = np.asarray(stored.convert("RGB"))
                clock += Fraction(round(stored.info.get("duration") or 0), 1000)  # ms; a still has none
                last = max(count + 1, round(clock * fps))
                yield from [pixels] * (last - count)
                count = last
