"""A canvas painted without a model: what its mask covers is filled with what the clip shows behind (`holes`)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from soracli.footage import optical_flow
from soracli.footage.hole_filling import ROOM, Filling, box
from soracli.sampling.sampler import Step
from soracli.types import Canvas

TOGETHER = 16  # frames of a step


class Removal:
    """canvas: has no head, tail or draft; all that its mask covers is filled, soft rims too. found: which of these
    pixels other frames showed, (T, H, W); once it is done.
    """

    def __init__(self, canvas: Canvas, device: str = "cpu") -> None:
        self.canvas, self.device = canvas, device
        self.found = np.zeros(canvas.mask.shape, bool)

    def steps(self) -> Iterator[Step]:
        """Steps as `sample` yields them, in the stages `text`, `fill` and `decode`."""
        yield Step("text", 1, 1)
        frames, holes = np.array(self.canvas.clip.frames), self.canvas.mask > 0
        starts = (0, *optical_flow.cuts(frames, self.device), len(frames))
        done, total = 0, 2 * len(frames)
        for start, stop in itertools.pairwise(starts):
            part = slice(start, stop)
            if holes[part].any():
                window = (part, *_window(holes[part]))
                filling = Filling(frames[window], holes[window], self.device)
                for _ in filling.steps():
                    done += 1
                    yield Step("fill", done, total)
                frames[window] = filling.frames
                self.found[window] = filling.found
            else:
                done += 2 * (stop - start)
                yield Step("fill", done, total)
        pieces = -(-len(frames) // TOGETHER)
        for i in range(pieces):
            yield Step("decode", i + 1, pieces, frames=frames[i * TOGETHER : (i + 1) * TOGETHER])

    @property
    def said(self) -> str:
        """One line: where what was filled came from."""
        share = round(100 * int(self.found.sum()) / max(int((self.canvas.mask > 0).sum()), 1))
        if not share:
            return "no other frame shows what is behind: all of it was filled by patches of its surroundings"
        rest = "" if share == 100 else f"; {100 - share} % was filled by patches of its surroundings"
        return f"{share} % of what is behind was found in other frames{rest}"


def _window(holes: npt.NDArray[np.bool_]) -> tuple[slice, slice]:
    """Rows and columns around all holes of a shot (T, H, W), with room to align frames by and to take patches from."""
    largest = float(np.sqrt(holes.sum((1, 2)).max()))
    return box(np.asarray(holes.any(0)), max(2 * ROOM, round(1.5 * largest)))
