"""A copy of a clip that can be watched while the clip is made: MP4 in fragments, in a file that grows."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from soracli.errors import SoraError
from soracli.media.commit import explained
from soracli.media.encode import Encoder, fragmented
from soracli.types import Frames


class Growing:
    """Takes frames as they are made. The file is there from the first of them, and can be read at any time.

    path: of the file. fps: frames per second. look: why a frame, and with it all that follow, is not to be shown;
    empty if it is. A copy that cannot be written ends early too: the clip does not depend on it.
    """

    def __init__(self, path: Path, fps: Fraction, look: Callable[[npt.NDArray[np.uint8]], str]) -> None:
        self._path, self._fps, self._look = path, fps, look
        self._encoder: Encoder | None = None
        self._ended = False

    def add(self, frames: Frames) -> None:
        """Append frames: uint8 (T, H, W, 3) RGB, both sides even."""
        for frame in frames:
            if self._ended or self._look(frame):
                self.close()
                return
            try:
                with explained(self._path):
                    if self._encoder is None:
                        self._encoder = fragmented(self._path, (frame.shape[1], frame.shape[0]), self._fps)
                    self._encoder.add(frame[None])
            except SoraError:
                self.close()

    def close(self) -> None:
        """End the file; what follows is dropped."""
        encoder, self._encoder, self._ended = self._encoder, None, True
        if encoder is not None:
            with contextlib.suppress(SoraError), explained(self._path):
                encoder.finish("")
