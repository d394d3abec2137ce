"""Tasks: what is given goes in, a Canvas comes out; the sampler paints it. NumPy only."""

from __future__ import annotations

import numpy as np

from soracli.types import Canvas, Clip, Geometry


def generate(geometry: Geometry) -> Canvas:
    """Nothing is given: a blank canvas, all to be painted. A still picture is the case of one frame."""
    shape = geometry.keep
    # One value seen from everywhere: a canvas of any length takes no memory.
    frames = np.broadcast_to(np.uint8(128), (*shape, 3))
    return Canvas(Clip(frames, geometry.fps), np.broadcast_to(np.float32(1), shape))
